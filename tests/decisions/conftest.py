"""Simulated runs that several tests of decisions look at."""

from __future__ import annotations

import pytest
import xarray as xr

import simcore

RUNS = {
    "combinations": ("school_dropout", {"draws": 8, "persons": 60}),
    "cashable": ("young_offenders", {"draws": 8, "persons": 60}),
    "displaced": ("county_unemployment", {"draws": 8, "persons": 60}),
    "expected": ("textbook_chain", {"draws": 8, "persons": 60, "engine": "expected"}),
    "settled": ("textbook_chain", {"draws": 60, "persons": 2000}),
    "randomised": ("textbook_chain", {"draws": 16, "persons": 60, "sampling": "sobol"}),
}


@pytest.fixture(scope="module", params=RUNS)
def run(request: pytest.FixtureRequest) -> xr.Dataset:
    name, options = RUNS[request.param]
    return simcore.simulate(simcore.read_scenario(name), **options)  # type: ignore[arg-type]
