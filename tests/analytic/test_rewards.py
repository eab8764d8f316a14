"""What situations and events are worth, and when: worked out by hand on lives without chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from tests.analytic.models import START_AGE, START_YEAR, model, priced, run, with_programme
from tests.strategies import Tree, evidenced

RATE = 0.04
EXACT = {"rtol": 1e-12, "atol": 1e-15}
STILL: Tree = {"a -> b": {"probability": 0}}
#: Round and round, one state further in every cycle.
ROUND: Tree = {f"{a} -> {b}": {"probability": 1} for a, b in ("ab", "bc", "ca")}
CARE: Tree = {"care": {"while": {"life": "a"}, "resource": "care_year", "actor": "region"}}
PER_YEAR = {"year": 1, "quarter": 4, "month": 12}


def paid(results: xr.Dataset, variable: str = "present_value", actor: str = "region", strategy: str = "usual") -> Any:
    return results[variable].sel(strategy=strategy, draw=0, actor=actor).sum("cost_kind").values


def outcomes(results: xr.Dataset, variable: str = "outcome_value", strategy: str = "usual") -> dict[str, float]:
    of = results[variable].sel(strategy=strategy, draw=0)
    return {str(name): float(of.sel(outcome=name)) for name in of.outcome.values}


def table(by: list[str], rows: list[list[Any]], unit: str, **more: Any) -> Tree:
    return {"about": "a table", "by": by, "unit": unit, "csv": rows, "source": {"assumption": "made up"}, **more}


def factors(years: NDArray[np.float64] | float, rate: float = RATE) -> Any:
    return (1 + rate) ** -np.asarray(years, dtype=float)


# --- accrual ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cycle", PER_YEAR)
@pytest.mark.parametrize(
    ("accrual", "weights"),
    [
        ("both_ends", lambda n: np.ones(n + 1)),
        ("half_cycle", lambda n: np.r_[0.5, np.ones(n - 1), 0.5]),
        ("start_of_cycle", lambda n: np.r_[np.ones(n), 0.0]),
        ("end_of_cycle", lambda n: np.r_[0.0, np.ones(n)]),
        ({"weights": "by_table"}, lambda n: np.r_[0.25, np.full(n - 1, 1.5), 0.75]),
        # Simpson's rule, as published models print it.
        ({"weights": "simpson"}, lambda n: np.r_[1, [4 if b % 2 else 2 for b in range(1, n)], 1] / 3),
    ],
    ids=["both_ends", "half_cycle", "start", "end", "table", "formula"],
)
def test_time_is_the_weighted_sum_over_boundaries(accrual: Any, weights: Any, cycle: str) -> None:
    """In `a` at every third boundary; a boundary is worth its weight, a cycle's length, and its own discount."""
    years, per_year = 2, PER_YEAR[cycle]
    n = years * per_year
    tree = priced(model(ROUND, years=years), {"care_year": (120.0, "year")}, CARE, RATE)
    tree |= {"cycle": cycle, "accrual": accrual}
    tree["discount"]["outcomes"] = 0.01
    if isinstance(accrual, dict):
        tree["tables"] = {
            "by_table": table(["boundary"], [["0", 0.25], [f"1-{n - 1}", 1.5], [f"{n}+", 0.75]], "factor")
        }  # fmt: skip
        formula = f"if(boundary == 0 or boundary == {n}, 1, if(boundary % 2 == 0, 2, 4)) / 3"
        tree["derived"] = {"simpson": {"formula": formula, "unit": "factor"}}
    tree["outcomes"] = {"in_a": {"about": "in a", "good": True, "while": {"life": "a"}}}
    results = run(tree)
    boundaries = np.arange(n + 1)
    in_a = weights(n) * (boundaries % 3 == 0) / per_year
    np.testing.assert_allclose(paid(results).sum(), 120.0 * in_a @ factors(boundaries / per_year), **EXACT)
    np.testing.assert_allclose(paid(results, "cost").sum(), 120.0 * in_a.sum(), **EXACT)
    np.testing.assert_allclose(outcomes(results)["in_a"], in_a.sum(), **EXACT)
    discounted = in_a @ factors(boundaries / per_year, 0.01)
    np.testing.assert_allclose(outcomes(results, "outcome_present_value")["in_a"], discounted, **EXACT)


def test_the_last_boundary_belongs_to_the_last_year() -> None:
    """With both ends, the first years have one boundary each, the last year two."""
    prices = {"care": {"while": {}, "resource": "care_year", "actor": "region"}}
    tree = priced(model(STILL, years=3), {"care_year": (100.0, "year")}, prices) | {"accrual": "both_ends"}
    np.testing.assert_allclose(paid(run(tree), "cost"), [100.0, 100.0, 200.0], **EXACT)


# --- events ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cycle", PER_YEAR)
@pytest.mark.parametrize(("when", "part"), [("start_of_cycle", 0.0), ("middle_of_cycle", 0.5), ("end_of_cycle", 1.0)])
def test_events_fall_where_they_are_said_to(when: str, part: float, cycle: str) -> None:
    years, per_year = 2, PER_YEAR[cycle]
    prices = {"repair": {"move": "life.any -> a", "resource": "repair", "actor": "region"}}
    tree = priced(model(ROUND, years=years), {"repair": (500.0, "event")}, prices, RATE)
    tree |= {"cycle": cycle, "events_fall": when}
    tree["outcomes"] = {"repairs": {"about": "repairs", "good": False, "move": "life.any -> a", "weight": 1}}
    tree["discount"]["outcomes"] = 0.02
    results = run(tree)
    cycles = np.arange(2, years * per_year, 3)  # c -> a
    years_of = (cycles + part) / per_year
    np.testing.assert_allclose(paid(results).sum(), 500.0 * factors(years_of).sum(), **EXACT)
    assert outcomes(results)["repairs"] == len(cycles)
    np.testing.assert_allclose(
        outcomes(results, "outcome_present_value")["repairs"], factors(years_of, 0.02).sum(), **EXACT
    )
    # In which calendar year an event is counted does not depend on where in its cycle it falls.
    by_year = [500.0 * ((cycles // per_year) == year).sum() for year in range(years)]
    np.testing.assert_allclose(paid(results, "cost"), by_year, **EXACT)


@pytest.mark.parametrize("cycle", PER_YEAR)
def test_what_is_paid_once_is_paid_at_the_start(cycle: str) -> None:
    """Not discounted, whatever the accrual, by those who are in the condition when they begin."""
    numbers = {"share": (0.25, "share")}
    prices = {
        "equipment": {"while": {"life": "a"}, "once": "at_start", "resource": "price", "actor": "region"},
        "other": {"while": {"life": "b"}, "once": "at_start", "resource": "price", "actor": "municipality"},
        "part": {"while": {}, "once": "at_start", "resource": "price", "share": "share", "actor": "household"},
    }
    for accrual in ("half_cycle", "end_of_cycle", "both_ends"):
        tree = priced(model(ROUND, years=2, numbers=numbers), {"price": (80.0, "person")}, prices, RATE)
        tree |= {"cycle": cycle, "accrual": accrual}
        tree["outcomes"] = {
            "begins": {"about": "in a", "good": True, "while": {"life": "a"}, "once": "at_start", "weight": "share"}
        }
        results = run(tree)
        np.testing.assert_allclose(paid(results), [80.0, 0.0], **EXACT)
        assert (paid(results, actor="municipality") == 0).all()
        np.testing.assert_allclose(paid(results, actor="household"), [20.0, 0.0], **EXACT)
        assert outcomes(results)["begins"] == 0.25


@pytest.mark.parametrize("cycle", PER_YEAR)
def test_programme_costs_in_shorter_cycles(cycle: str) -> None:
    """Once at enrolment; and for the years of enrolment, each as long as a year."""
    per_year = PER_YEAR[cycle]
    amounts = {"joining": (1000.0, "participant"), "delivery": (10.0, "month")}
    costs = [
        {"programme": "joining", "actor": "municipality"},
        {"programme": "delivery", "years": [2, 2], "actor": "region"},
    ]
    tree = priced(model(STILL, years=4), amounts, {}, RATE) | {"cycle": cycle, "accrual": "start_of_cycle"}
    results = run(with_programme(tree, [], at_age=START_AGE + 1, costs=costs))
    np.testing.assert_allclose(
        paid(results, actor="municipality", strategy="helped"), [0, 1000.0 * factors(1), 0, 0], **EXACT
    )
    starts = 2 + np.arange(per_year) / per_year
    wanted = [0, 0, 120.0 / per_year * factors(starts).sum(), 0]
    np.testing.assert_allclose(paid(results, strategy="helped"), wanted, **EXACT)
    assert (paid(results, "cost") == 0).all()


# --- what amounts and weights depend on ---------------------------------------------------------------


def test_a_weight_that_depends_on_a_clock() -> None:
    """QALYs fall with the time spent ill; in the first year 0.9, then 0.7, from two years on 0.4."""
    tree = model({"a -> b": {"probability": 1}}, years=5)
    tree["memory"] = {"ill_for": {"time_in": {"life": "b"}, "cap": "2 years or more"}}
    rows = [["0", 0.9], ["1", 0.7], ["2+", 0.4]]
    tree["tables"] = {"quality": table(["ill_for"], rows, "utility")}
    tree["derived"] = {"same": {"formula": "0.9 - 0.2 * ill_for - 0.1 * (ill_for >= 2)", "unit": "utility"}}
    tree["outcomes"] = {
        "table": {"about": "QALYs", "good": True, "while": {"life": "b"}, "weight": "quality"},
        "formula": {"about": "QALYs", "good": True, "while": {"life": "b"}, "weight": "same"},
        "whole": {
            "about": "QALYs", "good": True,
            "sum": [{"while": {"life": "a"}}, {"while": {"life": "b"}, "weight": "quality"}],
        },
    }  # fmt: skip
    # States at the boundaries 0 to 5: a, then b with the clock at 0, 1, 2, 2, 2.
    for accrual, ill, well in (
        ("start_of_cycle", 0.9 + 0.7 + 2 * 0.4, 1.0),
        ("end_of_cycle", 0.9 + 0.7 + 3 * 0.4, 0.0),
        ("half_cycle", 0.9 + 0.7 + 2.5 * 0.4, 0.5),
        ("both_ends", 0.9 + 0.7 + 3 * 0.4, 1.0),
    ):
        found = outcomes(run(tree | {"accrual": accrual}))
        np.testing.assert_allclose([found["table"], found["formula"]], ill, **EXACT)
        np.testing.assert_allclose(found["whole"], ill + well, **EXACT)


def test_a_weight_by_month_of_a_clock() -> None:
    """Each value of the clock counts by itself, not each full year."""
    tree = model({"a -> b": {"probability": 1}}, years=2) | {"cycle": "month", "accrual": "start_of_cycle"}
    tree["memory"] = {"ill_for": {"time_in": {"life": "b"}, "cap": "2 years"}}
    tree["derived"] = {"quality": {"formula": "exp(-ill_for)", "unit": "utility"}}
    tree["outcomes"] = {"qalys": {"about": "QALYs", "good": True, "while": {"life": "b"}, "weight": "quality"}}
    clock = np.arange(23) / 12  # in b from boundary 1 on, 0 there
    np.testing.assert_allclose(outcomes(run(tree))["qalys"], np.exp(-clock).sum() / 12, **EXACT)


def test_an_event_that_counts_by_how_often_it_happened_before() -> None:
    """The number at the start of the cycle: the first time it is 0."""
    tree = model(ROUND, years=9)
    tree["memory"] = {"before": {"counts": "life.c -> a", "cap": "9"}}
    tree["derived"] = {"weight": {"formula": "1 + 10 * before", "unit": "factor"}}
    tree["outcomes"] = {
        "returns": {"about": "returns", "good": False, "move": "life.c -> a", "weight": "weight"},
        "later": {"about": "returns", "good": False, "move": "life.c -> a", "if": {"before": {"at_least": 1}}},
    }
    assert outcomes(run(tree)) == {"returns": 1.0 + 11.0 + 21.0, "later": 2.0}


def two_groups(tree: Tree) -> Tree:
    """Somewhat more women than men, and more young than old."""
    tree["parameters"] |= {"women": evidenced({"fixed": 0.6}, "share"), "young": evidenced({"fixed": 0.7}, "share")}
    tree["population"]["attributes"] = {
        "sex": {"female": "women", "male": "rest"}, "age_group": {"young": "young", "old": "rest"},
    }  # fmt: skip
    return tree | {"groups": ["sex", "age_group"]}


def test_a_weight_and_a_price_that_depend_on_attributes_and_groups() -> None:
    prices = {"care": {"while": {}, "resource": "by_sex", "actor": "region"}}
    tree = two_groups(priced(model(STILL, years=2), {}, prices) | {"accrual": "start_of_cycle"})
    tree["tables"] = {
        "by_sex": table(["sex"], [["female", 100.0], ["male", 30.0]], "SEK per year", price_year=START_YEAR),
        "quality": table(["sex", "age_group"], [["female", "young", 0.9], ["male", "young", 0.8],
                                                ["female", "old", 0.7], ["male", "old", 0.5]], "utility"),
    }  # fmt: skip
    tree["outcomes"] = {
        "qalys": {"about": "QALYs", "good": True, "while": {}, "weight": "quality"},
        "women": {"about": "years of women", "good": True, "while": {"sex": "female"}},
        "old_women": {"about": "years of old women", "good": True, "while": {"sex": "female", "age_group": "old"}},
        "old": {"about": "years of the old", "good": True, "while": {"age_group": "old"}},
    }
    results = run(tree, persons=500)
    found = outcomes(results)
    women, old, old_women = (found[name] / 2 for name in ("women", "old", "old_women"))
    assert 0 < old_women < min(women, old)
    np.testing.assert_allclose(paid(results, "cost"), [100.0 * women + 30.0 * (1 - women)] * 2, **EXACT)
    young_women, old_men = women - old_women, old - old_women
    qalys = 0.9 * young_women + 0.7 * old_women + 0.5 * old_men + 0.8 * (1 - women - old_men)
    np.testing.assert_allclose(found["qalys"], 2 * qalys, **EXACT)
    # By group: what each of them costs, per person of the group.
    of_group = results["group_present_value"].sel(strategy="usual", draw=0, actor="region").sum("cost_kind")
    np.testing.assert_allclose(of_group.sel(group="sex: female"), 200.0, **EXACT)
    np.testing.assert_allclose(of_group.sel(group="sex: male"), 60.0, **EXACT)
    in_old = (100.0 * old_women + 30.0 * old_men) / old
    np.testing.assert_allclose(of_group.sel(group="age_group: old"), 2 * in_old, **EXACT)
    size = results["group_size"].sel(draw=0)
    assert float(size.sel(group="sex: female")) == round(500 * women)
    for name in ("sex", "age_group"):
        groups = [group for group in results.group.values if str(group).startswith(f"{name}: ")]
        part = size.sel(group=groups)
        total = float((of_group.sel(group=groups) * part).sum() / part.sum())
        np.testing.assert_allclose(total, paid(results).sum(), rtol=1e-9)
        of_outcome = results["group_outcome_value"].sel(strategy="usual", draw=0, outcome="qalys", group=groups)
        np.testing.assert_allclose(float((of_outcome * part).sum() / part.sum()), found["qalys"], rtol=1e-9)


def test_a_price_that_depends_on_the_state_of_another_domain_and_on_the_phase() -> None:
    prices = {"care": {"while": {}, "resource": "amount", "actor": "region"}}
    tree = priced(model(ROUND, years=4), {}, prices) | {"accrual": "start_of_cycle"}
    rows = [[state, phase, float(10 * number + (phase == "1-2"))] for number, state in enumerate("abc")
            for phase in ("0", "1-2", "3+")]  # fmt: skip
    tree["tables"] = {"amount": table(["life", "programme"], rows, "SEK per year", price_year=START_YEAR)}
    results = run(with_programme(tree, [], at_age=START_AGE + 1))
    np.testing.assert_allclose(paid(results, "cost"), [0.0, 10.0, 20.0, 0.0], rtol=1e-12)
    np.testing.assert_allclose(paid(results, "cost", strategy="helped"), [0.0, 11.0, 21.0, 0.0], rtol=1e-12)


# --- discounting ---------------------------------------------------------------------------------------


def test_money_and_outcomes_have_their_own_rates() -> None:
    prices = {"care": {"while": {}, "resource": "care_year", "actor": "region"}}
    tree = priced(model(STILL, years=5), {"care_year": (100.0, "year")}, prices) | {"accrual": "start_of_cycle"}
    tree["parameters"]["slow"] = evidenced({"fixed": 0.015}, "per year")
    tree["discount"] = {"money": 0.05, "outcomes": "slow"}
    tree["outcomes"] = {"years": {"about": "years", "good": True, "while": {}}}
    results = run(tree)
    np.testing.assert_allclose(paid(results), 100.0 * factors(np.arange(5), 0.05), **EXACT)
    found = outcomes(results, "outcome_present_value")["years"]
    np.testing.assert_allclose(found, factors(np.arange(5), 0.015).sum(), **EXACT)
    assert outcomes(results)["years"] == 5.0


@pytest.mark.parametrize("cycle", PER_YEAR)
def test_a_rate_that_changes_from_year_to_year_is_a_product(cycle: str) -> None:
    """Each year's rate for the time that lies in that year: 1 / Π (1 + r_y)**(time in y)."""
    rates, per_year, years = [0.05, 0.02, 0.1, 0.0], PER_YEAR[cycle], 4
    prices = {
        "care": {"while": {}, "resource": "care_year", "actor": "region"},
        "repair": {"move": "life.any -> a", "resource": "repair", "actor": "municipality"},
    }
    amounts = {"care_year": (100.0, "year"), "repair": (7.0, "event")}
    tree = priced(model(ROUND, years=years), amounts, prices) | {"cycle": cycle, "accrual": "half_cycle"}
    rows = [[START_YEAR + k, rate] for k, rate in enumerate(rates)]
    tree["tables"] = {"rate": table(["year"], rows, "per year")}
    tree["discount"] = {"money": "rate", "outcomes": "rate"}
    tree["outcomes"] = {"years": {"about": "years", "good": True, "while": {}}}
    results = run(tree)

    def product(time: float) -> float:
        spent = [min(max(time - year, 0.0), 1.0) for year in range(years)]
        return float(np.prod([(1 + rate) ** -part for rate, part in zip(rates, spent, strict=True)]))

    n = years * per_year
    ends = np.array([product(b / per_year) for b in range(n + 1)])
    halves = (ends[:-1] + ends[1:]) / 2 / per_year
    np.testing.assert_allclose(paid(results), 100.0 * halves.reshape(years, per_year).sum(axis=1), rtol=1e-12)
    events = [7.0 * product((c + 0.5) / per_year) for c in range(2, n, 3)]
    np.testing.assert_allclose(paid(results, actor="municipality").sum(), sum(events), rtol=1e-12)
    np.testing.assert_allclose(outcomes(results, "outcome_present_value")["years"], halves.sum(), rtol=1e-12)


def test_a_table_with_one_rate_is_that_rate() -> None:
    prices = {"care": {"while": {}, "resource": "care_year", "actor": "region"}}
    tree = priced(model(STILL, years=6), {"care_year": (100.0, "year")}, prices, RATE)
    plain = paid(run(tree))
    tree["tables"] = {"rate": table(["year"], [[START_YEAR + k, RATE] for k in range(6)], "per year")}
    tree["discount"] = {"money": "rate"}
    np.testing.assert_allclose(paid(run(tree)), plain, rtol=1e-14)
