"""Sampled lives beside the exact distribution of the same draws."""

from __future__ import annotations

import numpy as np
import pytest

from simcore.analysis.comparing import compare_engines
from simcore.errors import ResultsError
from simcore.report.comparison_tables import comparison_records
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate


@pytest.fixture(scope="module")
def both():
    file = read_scenario("textbook_chain")
    return [simulate(file, draws=200, persons=60, engine=engine) for engine in ("sampled", "expected")]


def test_the_engines_differ_by_luck_alone(both):
    found = compare_engines(*both)
    owner = found.sel(intervention="oil", actor="owner")
    assert abs(float(owner["in_errors"])) < 4
    # The difference is paired: its error knows nothing of the figures, only of 60 persons in each of 200 draws.
    assert float(owner["difference_mcse"]) < 0.6 * float(owner["sampled_mcse"])
    assert float(owner["parameter_sd"]) == pytest.approx(float(owner["exact_sd"]), rel=0.25)
    assert float(owner["sampled"]) == pytest.approx(float(owner["exact"] + owner["difference"]))
    nobody = found.sel(intervention="oil", actor="public_sector")
    assert np.isnan(float(nobody["in_errors"]))
    assert {record["actor"] for record in comparison_records(found)} == {"owner", "insurer", "society"}


def test_an_engine_that_is_wrong_is_seen(both):
    sampled, exact = both
    wrong = exact.assign(present_value=exact["present_value"] * 1.2)
    assert abs(float(compare_engines(sampled, wrong)["in_errors"].sel(intervention="oil", actor="owner"))) > 4


def test_only_the_same_draws_are_compared(both):
    sampled, exact = both
    with pytest.raises(ResultsError, match="the draws differ"):
        compare_engines(sampled, exact.isel(draw=slice(100)))
    with pytest.raises(ResultsError, match="seed differs"):
        compare_engines(sampled, exact.assign_attrs(seed="123456"))
