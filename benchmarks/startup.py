"""How long until something happens: help, import, a first run that compiles everything, and a second one?

Each in a process of its own. The first run has an empty folder for compiled kernels.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._timing import Table

ROOT = Path(__file__).absolute().parents[1]
#: Runs a command line, and tells how long what `simulate` does took of it.
_TIMED = """
import sys, time
import simcore.simulation as module
spent = []
def timed(original):
    def do(*given, **named):
        begin = time.perf_counter()
        try:
            return original(*given, **named)
        finally:
            spent.append(time.perf_counter() - begin)
    return do
module.plan, module.Planned.results = timed(module.plan), timed(module.Planned.results)
from simcore.cli import main
sys.argv = ["simcore", *sys.argv[1:]]
try:
    main()
finally:
    print("simulating", sum(spent), file=sys.stderr)
"""


def timed(arguments: list[str], folder: str, kernels: str | None = None) -> tuple[float, str]:
    """Seconds of a process, and what it said of errors."""
    # The command sets the second of these itself, but only before NumPy is loaded, which is too late here.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed simcore has its bytecode
    if kernels is not None:
        environment["NUMBA_CACHE_DIR"] = kernels
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - begin, done.stderr


class StartUp:
    """The command line."""

    def setup(self, toy: bool) -> None:
        """Choose a case and its size: as shipped, or small and with the kernels that are there."""
        self.toy = toy
        self.case = ["textbook_chain", "--draws", "2", "--persons", "20"] if toy else ["school_dropout"]

    def table_a_nothing_to_do(self) -> Table:
        """nothing to simulate"""
        with tempfile.TemporaryDirectory() as folder:
            commands = {
                "python -c pass": ["-c", "pass"],
                "import simcore": ["-c", "import simcore"],
                "simcore --help": ["-m", "simcore", "--help"],
                "simcore check": ["-m", "simcore", "check", self.case[0]],
            }
            return {name: (timed(arguments, folder)[0], "s") for name, arguments in commands.items()}

    def table_b_runs(self) -> Table:
        """simcore run"""
        table = {}
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as kernels:
            for which in ("second",) if self.toy else ("first", "second"):
                arguments = ["-c", _TIMED, "run", *self.case, "--out", which]
                whole, said = timed(arguments, folder, None if self.toy else kernels)
                simulating = float(said.split("simulating ")[-1].split()[0])
                table[f"{which}, all of it"] = whole, "s"
                table[f"{which}, in simulate()"] = simulating, "s"
                table[f"{which}, outside simulate()"] = whole - simulating, "s"
        return table


SUITES = ["StartUp"]
