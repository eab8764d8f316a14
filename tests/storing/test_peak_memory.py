"""Memory of a run depends on its portions, not on how many draws there are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import simcore

RUN = """
import resource, sys
import simcore
scenario = simcore.read_scenario("school_dropout")
results = simcore.simulate_into(sys.argv[1], scenario, draws=int(sys.argv[2]), persons=4, workers=2)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print("peak", peak, results.nbytes)
"""


def peak(folder: Path, draws: int) -> tuple[int, int]:
    """Peak memory of a run to disk, and size of its results [bytes]."""
    environment = {**os.environ, "PYTHONPATH": str(Path(simcore.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(folder), str(draws)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    most, size = done.stdout.split("peak ")[-1].split()
    return int(most), int(size)


def test_twice_as_many_draws_need_little_more_memory(tmp_path: Path) -> None:
    few, size = peak(tmp_path / "few", 3_600)  # of which the results are already left on disk
    many, more = peak(tmp_path / "many", 7_200)
    assert more - size > 1_000_000_000
    assert many - few < 0.1 * (more - size)
    assert many < 2_000_000_000
