"""Running until a mean is known precisely enough."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.avoided_cost import net_saving
from simcore.analysis.two_orders import mean_and_error
from simcore.errors import ScenarioError, UnknownNameError
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate
from simcore.studies.until import Precision, _next, _Pace, _State, simulate_until


def test_what_is_reached_is_one_run_of_that_size() -> None:
    file = read_scenario("textbook_chain")
    steps = []
    found = simulate_until(file, "4%", persons=60, report=steps.append)
    assert found.reached
    assert found.steps == steps
    last = steps[-1]
    assert {step.added for step in steps} <= {"", "persons", "draws"}  # what pays more, on this machine
    assert len(steps) > 1
    whole = simulate(file, draws=last.draws, persons=last.persons)
    xr.testing.assert_identical(whole, found.results)
    mean, error = mean_and_error(net_saving(whole).sum("actor").sel(intervention="oil"))
    assert float(error) <= 0.04 * abs(float(mean))
    assert float(error) == pytest.approx(last.error)
    assert steps[0].error > steps[0].aim


def test_outcomes_and_amounts_and_other_ways_of_sampling() -> None:
    file = read_scenario("textbook_chain")
    found = simulate_until(file, "0.02", outcome="time_running", engine="expected")
    assert found.steps[-1].error <= 0.02
    assert all(step.persons == found.steps[0].persons for step in found.steps)  # nobody is sampled
    for sampling in ("sobol", "latin_hypercube"):
        found = simulate_until(file, "20%", persons=60, sampling=sampling, actor="owner")
        assert found.reached
        again = simulate(file, draws=found.results.sizes["draw"], persons=found.steps[-1].persons, sampling=sampling)
        xr.testing.assert_identical(again, found.results)


def test_it_says_why_it_stops() -> None:
    file = read_scenario("textbook_chain")
    found = simulate_until(file, "0.001%", persons=60, most_seconds=0.0)
    assert not found.reached
    assert found.why.startswith("the next step would take about")
    assert found.results.sizes["draw"] == found.steps[-1].draws


def test_an_actor_with_nothing_at_stake_is_precise_at_once() -> None:
    found = simulate_until(read_scenario("textbook_chain"), "1%", actor="public_sector", persons=60)
    assert found.reached
    assert len(found.steps) == 1


@pytest.mark.parametrize(
    ("text", "size", "relative"), [("2%", 0.02, True), (" 2.5 % ", 0.025, True), ("500", 500.0, False)]
)
def test_precision_is_read(text: str, size: float, relative: bool) -> None:
    assert Precision.parse(text) == Precision(size, relative)


@pytest.mark.parametrize("text", ["", "two", "-1%", "0", "0%", "1e3", "nan"])
def test_what_is_no_precision_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Precision.parse(text)
    assert "a percentage of the mean, such as 2%, or an amount above 0 in its unit, such as 500" in str(caught.value)


def test_wrong_names_are_told_before_anything_runs() -> None:
    file = read_scenario("textbook_chain")
    for wrong in ({"outcome": "time_runing"}, {"actor": "ownr"}, {"intervention": "oill"}):
        with pytest.raises(UnknownNameError, match="did you mean"):
            simulate_until(file, "2%", **wrong)


def test_persons_or_draws_whichever_pays_more() -> None:
    """The best number of persons is sqrt(L/P * a/b); below it persons are added, from there on draws."""
    pace = _Pace(draw=0.1, person=0.001)

    def state(persons: int) -> _State:
        parameter, one = 1.0, 100.0
        error = np.sqrt((parameter + one / persons) / 100)
        return _State("x", error, error / 3, parameter, one / persons)

    best = np.sqrt(100.0 * 0.1 / 0.001)
    assert best == 100
    assert _next(state(20), 100, 20, pace) == (100, 100)
    draws, persons = _next(state(100), 100, 100, pace)
    assert persons == 100
    assert draws == 946  # nine times as many, and a little more
    assert _next(state(20), 100, 20, None)[1] == 20  # without a pace nothing is sampled
    # No parameter is uncertain: persons are all that there is, as many as are needed.
    alone = _State("x", 1.0, 0.5, 0.0, 100.0)
    assert _next(alone, 100, 50, pace) == (100, 210)
