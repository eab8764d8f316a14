"""A programme that keeps running: cohort after cohort, as the sum of runs that start later, and by hand."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import avoided_cost
from simcore.analysis.cashable import cashable_saving
from simcore.analysis.payback import break_even_year, cumulative_net_saving
from simcore.analysis.summary import summarise
from simcore.simulation import simulate
from tests.analytic.models import START_YEAR, model, priced, run, with_programme
from tests.strategies import Tree, evidenced, read

COHORTS, YEARS, RATE = 4, 3, 0.04
EXACT = {"rtol": 1e-12, "atol": 1e-12}
STILL: Tree = {"a -> b": {"probability": 0}}


def by_year(start: float, step: float, unit: str, **more: Any) -> Tree:
    """A table with another value in each calendar year."""
    values = {START_YEAR + k: round(start + step * k, 6) for k in range(COHORTS + YEARS)}
    return {"by": ["year"], "values": values, "unit": unit, "source": {"assumption": "made up"}, **more}


def running(cycle: str, calendar: bool) -> Tree:
    """Two domains of lives with chance; prices, payers, discounting and perhaps moves change by calendar year."""
    moves = {"a -> b": {"probability": "p_year" if calendar else "p"}, "b -> a": {"probability": "q"}}
    prices = {
        "care": {"while": {"life": "b"}, "resource": "care", "actor": {"municipality": "share", "region": "rest"}},
        "work": {"while": {"life": "a"}, "production": "worth", "to": "household"},
        "tax": {"while": {"life": "a"}, "tax": "tax", "base": "worth", "from": "household", "to": "region"},
        "fall": {"move": "life.a -> b", "resource": "fall", "actor": "region"},
        "first": {"while": {"life": "b"}, "once": "at_start", "resource": "fall", "actor": "municipality"},
    }
    tree = priced(model(moves, years=YEARS, start={"b": "q", "a": "rest"}), {"worth": (900.0, "year")}, prices)
    money = {"price_year": START_YEAR}
    tree["tables"] = {
        "care": by_year(100.0, 7.0, "SEK per month", **money),
        "fall": by_year(50.0, -3.0, "SEK per event", **money),
        "share": by_year(0.1, 0.1, "share"),
        "tax": by_year(0.3, 0.02, "share"),
        "rate": by_year(0.01, 0.01, "per year"),
        "weight": by_year(0.9, -0.05, "utility"),
        "p_year": by_year(0.2, 0.05, "probability per year"),
        "fee": by_year(20.0, 2.0, "SEK per participant", **money),
    }
    tree["parameters"] |= {
        "p": evidenced({"beta": {"mean": 0.3, "sd": 0.05}}, "probability per year"),
        "q": evidenced({"fixed": 0.4}, "probability per year"),
        "uptake": evidenced({"fixed": 0.6}, "probability"),
        "ratio": evidenced({"lognormal": {"mean": 0.5, "sd": 0.15}}, "odds ratio"),
        "women": evidenced({"fixed": 0.4}, "share"),
        "factor": evidenced({"fixed": 1.3}, "factor"),
    }
    if not calendar:
        del tree["tables"]["p_year"]
    tree["population"]["attributes"] = {"sex": {"female": "women", "male": "rest"}}
    effects = [{"move": "life.a -> b", "odds_ratio": "ratio", "years": [1, 2], "evidence": "assumed"}]
    costs = [
        {"programme": "fee", "actor": {"municipality": "share", "region": "rest"}},
        {"programme": "care", "years": [1, 2], "actor": "municipality"},
    ]
    tree = with_programme(tree, effects, uptake="uptake", costs=costs)
    tree["outcomes"] = {
        "well": {"about": "well", "good": True, "while": {"life": "a"}, "weight": "weight"},
        "falls": {"about": "falls", "good": False, "move": "life.a -> b"},
    }
    tree["public_funds"] = {"factor": "factor", "actor": "household"}
    tree["discount"] = {"money": "rate", "outcomes": 0.02}
    return tree | {"cycle": cycle, "accrual": "half_cycle", "groups": ["sex"]}


def started(tree: Tree, years: int) -> Tree:
    """The scenario of one cohort, as a file of its own that begins later."""
    later = copy.deepcopy(tree)
    later["population"]["start"]["year"] += years
    return later


def whole(tree: Tree) -> Tree:
    together = copy.deepcopy(tree)
    together["population"]["cohorts"] = COHORTS
    return together


@pytest.mark.parametrize("engine", ["sampled", "expected"])
@pytest.mark.parametrize("calendar", [False, True], ids=["same_lives", "other_lives"])
@pytest.mark.parametrize("cycle", ["year", "quarter"])
def test_a_running_programme_is_the_sum_of_its_cohorts(engine: str, calendar: bool, cycle: str) -> None:
    """Per payer, kind and calendar year to 1e-9: each cohort run as a scenario file that starts a year later."""
    tree = running(cycle, calendar)
    size = {"draws": 3, "persons": 31, "engine": engine}
    together = simulate(read(whole(tree)), **size)
    alone = [simulate(read(started(tree, k)), **size) for k in range(COHORTS)]
    assert together.year.values.tolist() == list(range(START_YEAR, START_YEAR + COHORTS + YEARS - 1))
    assert together.attrs["cohorts"] == COHORTS
    # From the start of the first cohort to that of each: money by the rates of those years, outcomes at 2 %.
    rates = np.array([0.01 + 0.01 * k for k in range(COHORTS)])
    money = np.cumprod([1.0, *(1 / (1 + rates[:-1]))])
    outcomes = 1.02 ** -np.arange(COHORTS)
    for name, factor in (("cost", np.ones(COHORTS)), ("present_value", money)):
        sums = xr.zeros_like(together[name])
        for k, one in enumerate(alone):
            sums += (one[name] * factor[k]).reindex(year=together.year, fill_value=0.0)
        np.testing.assert_allclose(together[name], sums.transpose(*together[name].dims), rtol=1e-9, atol=1e-9)
    others = {
        "present_value_of_part": money, "line_present_value": money, "group_present_value": money,
        "outcome_value": np.ones(COHORTS), "outcome_present_value": outcomes, "group_outcome_value": np.ones(COHORTS),
    }  # fmt: skip
    for name, factor in others.items():
        sums = sum(one[name] * factor[k] for k, one in enumerate(alone))
        np.testing.assert_allclose(together[name], sums, rtol=1e-9, atol=1e-9, err_msg=name)
    for name in ("person_time", "events", "group_size", "parameter_value"):
        np.testing.assert_array_equal(together[name], alone[0][name])
    same = [np.array_equal(one["person_time"], alone[0]["person_time"]) for one in alone[1:]]
    assert not any(same) if calendar else all(same)


@pytest.mark.parametrize("where", ["enrol", "price", "start", "formula", "nothing"])
def test_whatever_looks_at_the_calendar_year_makes_other_lives(where: str) -> None:
    tree = running("year", False)
    programme = tree["interventions"]["programme"]
    if where == "enrol":
        tree["tables"]["uptake_year"] = by_year(0.2, 0.1, "probability")
        programme["enrol"]["uptake"] = "uptake_year"
        del tree["parameters"]["uptake"]
    elif where == "price":
        tree["prices"]["care"]["while"]["year"] = {"at_least": START_YEAR + 2}
    elif where == "start":
        tree["tables"]["begin"] = by_year(0.1, 0.1, "share")
        tree["population"]["start_states"]["life"] = {"b": "begin", "a": "rest"}
    elif where == "formula":
        tree["derived"] = {"p_now": {"formula": f"p * (year - {START_YEAR - 1}) / 9", "unit": "probability per year"}}
        tree["domains"]["life"]["moves"]["a -> b"]["probability"] = "p_now"
    size = {"draws": 2, "persons": 40}
    together = simulate(read(whole(tree)), **size)
    alone = [simulate(read(started(tree, k)), **size) for k in range(COHORTS)]
    sums = sum(one["cost"].reindex(year=together.year, fill_value=0.0) for one in alone)
    np.testing.assert_allclose(together["cost"], sums.transpose(*together["cost"].dims), rtol=1e-9, atol=1e-9)
    times = [one["person_time"].values for one in alone]
    assert all(np.array_equal(times[0], time) for time in times) == (where == "nothing")


def test_who_is_asked_in_a_calendar_year_is_of_the_cohorts_that_have_started() -> None:
    """Three of four are under way in 2026, at 24 for joining; the fourth starts later and is never asked."""
    tree = running("year", False)
    tree["interventions"]["programme"]["enrol"] = {"at_year": START_YEAR + 2, "uptake": 1}
    tree["interventions"]["programme"]["costs"].pop()
    del tree["parameters"]["uptake"]
    results = simulate(read(whole(tree)), draws=2, persons=40)
    fees = results["cost"].sel(cost_kind="programme", strategy="helped").sum("actor")
    np.testing.assert_allclose(fees, np.broadcast_to([0, 0, 3 * 24.0, 0, 0, 0], (2, 6)), **EXACT)


# --- by hand ------------------------------------------------------------------------------------------------


def fees(costs: list[Tree], **more: Any) -> Tree:
    """Everybody takes part in a programme with some costs, cohort after cohort."""
    amounts = {"fee": (100.0, "participant"), "team": (500.0, "year"), "start_up": (3000.0, "event")}
    tree = priced(model(STILL, years=YEARS), amounts | {"delivery": (60.0, "year")}, {}, RATE)
    tree["parameters"] |= {
        "many": evidenced({"fixed": 40.0}, "persons"), "elastic": evidenced({"fixed": 0.5}, "factor"),
    }  # fmt: skip
    return whole(with_programme(tree, [], costs=costs) | more)


def paid(results: xr.Dataset, variable: str = "cost", strategy: str = "helped") -> NDArray[np.float64]:
    found: NDArray[np.float64] = results[variable].sel(strategy=strategy, draw=0).sum(["actor", "cost_kind"]).values
    return found


def test_fixed_costs_are_those_of_the_programme_and_counted_once() -> None:
    """A team for five years and a start: not one for each cohort."""
    costs = [
        {"programme": "team", "fixed": True, "years": [1, 5], "actor": "region"},
        {"programme": "start_up", "fixed": True, "actor": "region"},
    ]
    results = run(fees(costs))
    np.testing.assert_allclose(paid(results), [300 + 50, 50, 50, 50, 50, 0], **EXACT)
    factors = (1 + RATE) ** -np.arange(6.0)
    wanted = [300 + 50, *(50 * factors[1:5]), 0]
    np.testing.assert_allclose(paid(results, "present_value"), wanted, **EXACT)
    onwards = run(fees([{"programme": "team", "fixed": True, "years": [3, "onwards"], "actor": "region"}]))
    np.testing.assert_allclose(paid(onwards), [0, 0, 50, 50, 50, 50], **EXACT)


def test_fees_are_paid_by_each_cohort_when_it_enrols() -> None:
    results = run(fees([{"programme": "fee", "actor": "region"}]))
    np.testing.assert_allclose(paid(results), [100, 100, 100, 100, 0, 0], **EXACT)


@pytest.mark.parametrize("cycle", ["year", "quarter"])
def test_the_number_of_participants_is_that_of_all_cohorts_under_way(cycle: str) -> None:
    """Two years of delivery: 10 in the first year, 20 in the next three, 10 in the last; enrolling are always 10."""
    scale = {"participants": "many", "elasticity": "elastic"}
    results = run(fees([{"programme": "delivery", "years": [1, 2], "actor": "region", "scale": scale}], cycle=cycle))
    number = np.array([10, 20, 20, 20, 10, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(number > 0, (number / 40) ** -0.5, 0.0)
    np.testing.assert_allclose(paid(results), 60 * number / 10 * each, **EXACT)
    once = run(fees([{"programme": "fee", "actor": "region", "scale": scale}], cycle=cycle))
    np.testing.assert_allclose(paid(once), [200, 200, 200, 200, 0, 0], **EXACT)


def test_steps_are_of_all_cohorts_under_way() -> None:
    """Nobody needs care in the two years of the programme: 10 fewer, then 20, 20, 20 and 10, in steps of 15."""
    tree = fees([])
    care = {"while": {"programme": {"from": 1, "to": 2}}, "production": "delivery", "to": "region"}
    care |= {"cashable": {"step": "fifteen", "after": "one"}}
    tree |= {"prices": {"care": care}}
    tree["parameters"] |= {"fifteen": evidenced({"fixed": 15.0}, "persons"), "one": evidenced({"fixed": 1.0}, "year")}
    results = run(tree)
    avoided = results["cost"].sel(draw=0, strategy="usual") - results["cost"].sel(draw=0, strategy="helped")
    np.testing.assert_allclose(avoided.sum(["actor", "cost_kind"]), [60, 120, 120, 120, 60, 0], **EXACT)
    cash = results["cashable_saving"].sel(draw=0, strategy="helped", actor="region")
    np.testing.assert_allclose(cash, [0, 0, 90, 90, 90, 0], **EXACT)
    present = cashable_saving(results, by_year=True).sel(draw=0, intervention="helped", actor="region")
    np.testing.assert_allclose(present, cash * (1 + RATE) ** -np.arange(6.0), **EXACT)


def test_money_may_come_after_the_horizon_of_its_cohort_but_not_of_the_last() -> None:
    tree = fees([])
    job = {"while": {"programme": {"at_least": 1}}, "production": "delivery", "to": "region"}
    tree |= {"prices": {"care": job | {"cashable": {"after": "four"}}}}
    tree["parameters"]["four"] = evidenced({"fixed": 4.0}, "year")
    results = run(tree)
    np.testing.assert_allclose(results["cashable_saving"].sel(draw=0, strategy="helped", actor="region"),
                               [0, 0, 0, 0, 60, 120], **EXACT)  # fmt: skip


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_displacement_in_every_cohort(engine: str) -> None:
    tree = running("year", True)
    tree["actors"]["rest_of_society"] = {"sector": "other"}
    tree["parameters"]["lost"] = evidenced({"fixed": 0.5}, "share")
    tree["interventions"]["programme"]["displacement"] = [
        {"share": "lost", "prices": ["work", "tax"], "borne_by": "rest_of_society"}
    ]
    size = {"draws": 2, "persons": 31, "engine": engine}
    together = simulate(read(whole(tree)), **size)
    sums = sum(
        simulate(read(started(tree, k)), **size)["cost"].reindex(year=together.year, fill_value=0.0)
        for k in range(COHORTS)
    )
    np.testing.assert_allclose(together["cost"], sums.transpose(*together["cost"].dims), rtol=1e-9, atol=1e-9)
    lost = together["cost"].sel(cost_kind="displaced_production", actor="rest_of_society")
    gain = avoided_cost(together, gross=True, by_year=True).sum()
    assert float(gain) != 0
    own = together["cost"].sel(cost_kind="production").sum("actor")
    np.testing.assert_allclose(
        lost.sel(strategy="helped"), 0.5 * (own.sel(strategy="usual") - own.sel(strategy="helped")), rtol=1e-9
    )


def test_payback_counts_on_the_longer_axis() -> None:
    """A start-up cost of 200 and a gain of 60 in each cohort's first year: one never pays it back, four do."""
    costs = [{"programme": "start_up", "fixed": True, "actor": "region"}]
    tree = fees(costs) | {
        "prices": {"work": {"while": {"programme": 1}, "production": "delivery", "to": "region"}},
        "discount": {"money": 0},
    }
    tree["parameters"]["start_up"]["distribution"]["fixed"] = 2000.0
    results = run(tree)
    path = cumulative_net_saving(results).sel(draw=0, intervention="helped", actor="region")
    np.testing.assert_allclose(path, [-140, -80, -20, 40, 40, 40], **EXACT)
    found = break_even_year(cumulative_net_saving(results)).sel(intervention="helped", actor="region")
    assert found.values.tolist() == [START_YEAR + 3]
    assert float(summarise(results)["break_even_year"].sel(intervention="helped", actor="region")) == START_YEAR + 3
    tree["population"]["cohorts"] = 1
    assert np.isinf(break_even_year(cumulative_net_saving(run(tree))).sel(intervention="helped", actor="region"))


def test_results_say_that_all_cohorts_are_added_up_per_person_of_one() -> None:
    results = run(fees([]))
    words = "SEK of 2024 per person, all 4 cohorts together per person of one of them"
    assert results["cost"].attrs["units"] == words
    assert results["outcome_value"].attrs["units"].endswith("all 4 cohorts together per person of one of them")
    assert "cohorts" not in results["person_time"].attrs["units"]
    single = fees([])
    single["population"]["cohorts"] = 1
    assert run(single)["cost"].attrs["units"] == "SEK of 2024 per person"
