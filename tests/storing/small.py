"""A run of a few draws, in portions of a single chunk."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from simcore.resuming import begun, simulate_to
from simcore.scenario.loading import ScenarioFile
from simcore.simulation import Planned, plan
from simcore.storage import finish, open_results

DRAWS, PERSONS, CHUNK = 23, 40, 4


def planned(file: ScenarioFile, draws: int = DRAWS, **other: object) -> Planned:
    return plan(file, draws=draws, persons=PERSONS, **other)  # type: ignore[arg-type]


def whole(folder: Path, run: Planned) -> xr.Dataset:
    """Run to the end, from whatever is there."""
    store = begun(run, folder, resume=True)
    simulate_to(store, run)
    finish(store, folder, lambda new: None)
    return open_results(folder)
