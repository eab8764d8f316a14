"""One run of the kernels with array bounds checked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import warnings
import simcore.kernels.compiler
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate
assert simcore.kernels.compiler.BOUNDS_CHECKED
files = (
    ("scenarios/textbook_chain", 1030), ("scenarios/school_dropout", 50), ("tests/scenarios/good/programmes.yaml", 1030)
)
for name, persons in files:
    results = simulate(read_scenario(name), draws=1, persons=persons, workers=1)
    print(int(results["person_time"].sum()) > 0)
"""


def test_kernels_stay_inside_their_arrays() -> None:
    environment = {**os.environ, "SIMCORE_BOUNDSCHECK": "1", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["True", "True", "True"]
