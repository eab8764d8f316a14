"""Answers that are worked out once: the same numbers within, and nothing kept outside."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.analysis.once import once, worked_out_once

CALLS: list[str] = []


@once
def total(results: xr.Dataset, name: str = "present_value", *, also: tuple[str, ...] | list[str] = ()) -> xr.DataArray:
    """Something to ask of results."""
    CALLS.append(name)
    return results[name].sum()


@pytest.fixture
def results():
    CALLS.clear()
    return simcore.simulate(simcore.read_scenario("textbook_chain"), draws=3, persons=40)


def test_an_answer_is_worked_out_once_however_it_is_asked_for(results):
    with worked_out_once():
        assert float(total(results)) == float(total(results, "present_value", also=[]))
        assert float(total(results, "cost")) != float(total(results))
    assert CALLS == ["present_value", "cost"]


def test_attributes_of_an_answer_are_the_callers_own(results):
    with worked_out_once():
        total(results).attrs["word"] = "made up"
        assert "word" not in total(results).attrs


def test_nothing_is_kept_outside_nor_from_one_time_to_the_next(results):
    before = float(total(results))
    results["present_value"][:] = 0.0
    assert (before != 0, float(total(results))) == (True, 0.0)
    with worked_out_once():
        assert float(total(results)) == 0.0
    results["present_value"][:] = 1.0
    with worked_out_once():
        assert float(total(results)) == results["present_value"].size


def test_other_results_get_another_answer(results):
    twice = results.assign(present_value=2 * results["present_value"])
    with worked_out_once(), worked_out_once():
        assert float(total(twice)) == 2 * float(total(results))


def test_a_summary_is_the_same_to_the_last_bit(results):
    plain = simcore.summarise(results)
    with worked_out_once():
        simcore.contrasts(results)
        xr.testing.assert_identical(simcore.summarise(results), plain)
        assert np.array_equal(simcore.summarise(results)["net_saving"], plain["net_saving"], equal_nan=True)
