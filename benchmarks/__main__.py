"""Run the benchmarks: a table on the terminal, and JSON on request.

Every file asks one question and holds classes shaped like asv's: `setup`, then ``time_...`` methods (seconds),
``track_...`` methods (a number, with a `unit`), ``peakmem_...`` methods (bytes), and ``table_...`` methods: several
numbers with their units by what they are, measured in turn where they are compared. Files that begin with ``_`` hold
what the others share.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import resource
import statistics
import time
from pathlib import Path
from typing import Any


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    import numba
    import numpy

    import simcore

    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        processor = names[0] if names else processor
    return {
        "processor": f"{processor}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "numba": numba.__version__,
        "simcore": simcore.__version__,
    }


def files() -> list[str]:
    """Names of the benchmark modules."""
    folder = Path(__file__).parent
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def measure(name: str, *, toy: bool, repeats: int) -> list[dict[str, Any]]:
    """Run one benchmark file; one record for each measured number."""
    module = importlib.import_module(f"benchmarks.{name}")
    records = []
    for suite in [getattr(module, suite) for suite in module.SUITES]:
        instance = suite()
        instance.setup(toy)
        for method in [m for m in dir(suite) if m.startswith(("time_", "track_", "peakmem_", "table_"))]:
            call = getattr(instance, method)
            words = (getattr(suite, method).__doc__ or method).strip().splitlines()[0]
            samples: dict[tuple[str, str], list[float]] = {}
            for _ in range(1 if toy else repeats):
                begin = time.perf_counter()
                value = call()
                elapsed = time.perf_counter() - begin
                if method.startswith("time_"):
                    value = {words: (elapsed, "s")}
                elif method.startswith("peakmem_"):
                    value = {words: (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "bytes")}
                elif method.startswith("track_"):
                    value = {words: (value, call.unit)}
                for what, (number, unit) in value.items():
                    samples.setdefault((what, unit), []).append(float(number))
            for (what, unit), numbers in samples.items():
                records.append({
                    "question": (module.__doc__ or name).strip().splitlines()[0],
                    "benchmark": f"{name}.{suite.__name__}.{method}",
                    "about": words if method.startswith("table_") else "",
                    "what": what,
                    "median": statistics.median(numbers),
                    "low": min(numbers),
                    "high": max(numbers),
                    "unit": unit,
                })  # fmt: skip
    return records


def shown(value: float, unit: str) -> str:
    """Write a measured number."""
    if unit == "bytes":
        return f"{value / 1e6:,.0f} MB"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(files())}; all by default")
    parser.add_argument("--toy", action="store_true", help="tiny sizes, once: shows that they run, measures nothing")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the records to this file")
    options = parser.parse_args()
    where = machine()
    if hasattr(os, "getloadavg"):
        where["load before"] = f"{os.getloadavg()[0]:.1f}"
    print(", ".join(f"{key} {value}" for key, value in where.items()))
    records = []
    for name in options.names or files():
        of_file = measure(name, toy=options.toy, repeats=options.repeats)
        print(f"\n{of_file[0]['question']}")
        about = ""
        for record in of_file:
            if record["about"] != about:
                about = record["about"]
                print(f"  {about}:")
            what = f"  {record['what']}" if about else record["what"]
            low, high = (shown(record[end], record["unit"]) for end in ("low", "high"))
            print(f"  {what:<70} {shown(record['median'], record['unit']):>14}   ({low.split()[0]} to {high})")
        records += of_file
    if options.json is not None:
        options.json.write_text(json.dumps({"machine": where, "records": records}, indent=1))


if __name__ == "__main__":
    main()
