"""How much memory does a run need at its peak?

Each in a process of its own: what importing everything takes, a shipped case at its size, one draw of very many
persons over 50 years under the comparator and one strategy, and a shipped case with very many draws, to disk and with
all tables and its figure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks._models import coupled
from benchmarks._timing import Table

ROOT = Path(__file__).absolute().parents[1]
_RUN = """
import resource, sys
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate
name, draws, persons = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
simulate(read_scenario(name), draws=draws or None, persons=persons or None)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("peak", peak * (1 if sys.platform == "darwin" else 1024))
"""
_COMMAND = """
import resource, sys
from simcore.cli import app
try:
    app(["run", *sys.argv[1:], "--quiet"])
except SystemExit:
    pass
own, copies = (resource.getrusage(of).ru_maxrss for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print("peak", max(own, copies) * (1 if sys.platform == "darwin" else 1024))
"""


def peak(name: str, draws: int, persons: int) -> float:
    """Peak memory of a run in a process of its own [bytes]; 0 draws or persons for those of the case."""
    return _peak_of(_RUN, name, str(draws), str(persons))


def peak_to_disk(name: str, draws: int, persons: int) -> float:
    """Peak memory of the same on the command line, with tables and figure [bytes]."""
    with tempfile.TemporaryDirectory() as folder:
        return _peak_of(_COMMAND, name, "--draws", str(draws), "--persons", str(persons), "--out", f"{folder}/out")


def _peak_of(program: str, *arguments: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout.split("peak ")[-1])


class Memory:
    """Runs of several sizes."""

    def setup(self, toy: bool) -> None:
        """Choose the sizes."""
        self.many, self.years = (20_000, 4) if toy else (10_000_000, 50)
        self.case = ("textbook_chain", 4, 100) if toy else ("school_dropout", 0, 0)
        self.large = ("textbook_chain", 40, 100) if toy else ("school_dropout", 20_000, 1_000)

    def table_peak(self) -> Table:
        """peak memory"""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "scenario.yaml"
            path.write_text(coupled(cycles=self.years, strategies=1))
            words = f"{self.years} years, comparator and one strategy, one draw"
            return {
                "one person, one draw": (peak(str(path), 1, 1), "bytes"),
                f"{self.many:,} persons, {words}": (peak(str(path), 1, self.many), "bytes"),
                f"{self.case[0]} at its size": (peak(*self.case), "bytes"),
                f"{self.large[0]}, {self.large[1]:,} draws, to disk": (peak_to_disk(*self.large), "bytes"),
            }


SUITES = ["Memory"]
