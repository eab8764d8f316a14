"""Costs that can be worked out by hand, because nothing in the lives is left to chance."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from simcore.errors import ModelError
from tests.analytic.models import START_AGE, START_YEAR, model, priced, run, with_programme
from tests.strategies import Tree, evidenced

RATE = 0.04
EXACT = {"rtol": 1e-12, "atol": 0.0}
#: Everybody stays in `a`, or goes to `b` in the first cycle.
STILL, GONE = ({"a -> b": {"probability": p}} for p in (0, 1))


def by_actor(results: xr.Dataset, kind: str, variable: str = "present_value", strategy: str = "usual") -> Tree:
    costs = results[variable].sel(strategy=strategy, draw=0, cost_kind=kind)
    return {str(actor): costs.sel(actor=actor).values for actor in costs.actor.values}


def test_two_payers_share_a_cost_and_the_split_changes() -> None:
    tree = priced(
        model(STILL, years=4),
        {"care_year": (1000.0, "year")},
        {"care": {"while": {}, "resource": "care_year", "actor": {"municipality": "share_m", "region": "rest"}}},
        RATE,
    )
    shares = [0.7, 0.7, 0.2, 0.2]
    tree["tables"] = {
        "share_m": {
            "about": "share", "by": ["year"], "values": {START_YEAR + k: share for k, share in enumerate(shares)},
            "unit": "share", "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    results = run(tree)
    paid = by_actor(results, "resource", "cost")
    np.testing.assert_allclose(paid["municipality"], 1000.0 * np.array(shares), **EXACT)
    np.testing.assert_allclose(paid["region"], 1000.0 * (1 - np.array(shares)), **EXACT)
    assert (paid["household"] == 0).all()
    present = by_actor(results, "resource")
    factors = (1 + RATE) ** -np.arange(4.0)
    np.testing.assert_allclose(present["municipality"], 1000.0 * np.array(shares) * factors, **EXACT)


@pytest.mark.parametrize(("second", "total"), [(0.2, "0.9"), (0.4, "1.1")])
def test_shares_of_payers_that_miss_one_are_refused(second: float, total: str) -> None:
    """Otherwise money would vanish between those who pay and those who get it."""
    numbers = {"first": (0.7, "share"), "second": (second, "share")}
    prices = {
        "benefit": {"while": {}, "transfer": "amount", "from": {"municipality": "first", "region": "second"},
                    "to": "household"},
    }  # fmt: skip
    tree = priced(model(STILL, years=1, numbers=numbers), {"amount": (10.0, "year")}, prices)
    with pytest.raises(ModelError) as refused:
        run(tree)
    assert str(refused.value).endswith(
        f"benefit: draw 0, year 2024: the shares of its payers add up to {total} (first 0.7, second {second}); "
        "allowed is 1; let one of them be the rest."
    )


def test_shares_of_payers_that_add_up_need_no_rest() -> None:
    numbers = {"first": (0.7, "share"), "second": (0.3, "share")}
    prices = {"care": {"while": {}, "resource": "amount", "actor": {"municipality": "first", "region": "second"}}}
    tree = priced(model(STILL, years=1, numbers=numbers), {"amount": (10.0, "year")}, prices)
    paid = by_actor(run(tree), "resource", "cost")
    np.testing.assert_allclose([paid["municipality"][0], paid["region"][0]], [7.0, 3.0], **EXACT)


@pytest.mark.parametrize(
    ("accrual", "times"),
    [
        ("start_of_cycle", [(1.0, 0)]),
        ("end_of_cycle", [(1.0, 1)]),
        ("half_cycle", [(0.5, 0), (0.5, 1)]),
    ],
)
def test_time_is_discounted_at_the_ends_of_its_cycle(accrual: str, times: list[tuple[float, int]]) -> None:
    prices = {"care": {"while": {}, "resource": "care_year", "actor": "region"}}
    tree = priced(model(STILL, years=3), {"care_year": (100.0, "year")}, prices, RATE) | {"accrual": accrual}
    found = by_actor(run(tree), "resource")["region"]
    expected = [100.0 * sum(weight * (1 + RATE) ** -(t + end) for weight, end in times) for t in range(3)]
    np.testing.assert_allclose(found, expected, **EXACT)


def test_half_a_year_of_a_state_that_is_left_at_once() -> None:
    """In `a` at the start of the first cycle only: half a year under half-cycle accrual, a year or none otherwise."""
    prices = {"care": {"while": {"life": "a"}, "resource": "care_year", "actor": "region"}}
    tree = priced(model(GONE, years=2), {"care_year": (100.0, "year")}, prices)
    for accrual, years in (("half_cycle", 0.5), ("start_of_cycle", 1.0), ("end_of_cycle", 0.0)):
        paid = by_actor(run(tree | {"accrual": accrual}), "resource", "cost")["region"]
        np.testing.assert_allclose(paid, [100.0 * years, 0.0], **EXACT)


def test_events_fall_in_the_middle_of_their_cycle() -> None:
    """Everybody moves in the second cycle; the price belongs to those who do."""
    moves = {"a -> b": {"probability": 1}, "b -> c": {"probability": 1}}
    prices = {"repair": {"move": "life.b -> c", "resource": "repair", "actor": "region"}}
    tree = priced(model(moves, years=3), {"repair": (500.0, "event")}, prices, RATE)
    results = run(tree)
    np.testing.assert_allclose(by_actor(results, "resource")["region"], [0, 500.0 * (1 + RATE) ** -1.5, 0], **EXACT)
    np.testing.assert_allclose(by_actor(results, "resource", "cost")["region"], [0, 500.0, 0], **EXACT)


def test_a_price_index_brings_amounts_to_the_price_year() -> None:
    prices = {"care": {"while": {}, "resource": "care_year", "actor": "region"}}
    tree = priced(model(STILL, years=1), {}, prices)
    tree["parameters"]["care_year"] = evidenced({"fixed": 100.0}, "SEK per year", price_year=2015)
    tree["money"]["index"] = "cpi"
    tree["tables"] = {
        "cpi": {
            "about": "index", "by": ["year"], "values": {2015: 80.0, START_YEAR: 100.0}, "unit": "price index",
            "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    np.testing.assert_allclose(by_actor(run(tree), "resource", "cost")["region"], [125.0], **EXACT)


@pytest.mark.parametrize(("per", "a_year"), [("day", 365), ("week", 52), ("month", 12), ("quarter", 4), ("year", 1)])
def test_prices_per_day_and_month_are_brought_to_a_year(per: str, a_year: int) -> None:
    prices = {"care": {"while": {}, "resource": "care", "actor": "region"}}
    tree = priced(model(STILL, years=1), {"care": (10.0, per)}, prices)
    np.testing.assert_allclose(by_actor(run(tree), "resource", "cost")["region"], [10.0 * a_year], **EXACT)


def test_every_kind_is_booked_by_double_entry() -> None:
    """Signs and sides of all kinds, worked out by hand."""
    prices = {
        "benefit": {"while": {}, "transfer": "benefit", "from": "municipality", "to": "household"},
        "benefit_tax": {"while": {}, "tax": "tax_rate", "base": "benefit", "from": "household", "to": "region"},
        "work": {"while": {}, "production": "labour_cost", "to": "household", "share": "working"},
        "pain": {"while": {}, "intangible": "pain", "actor": "household"},
        "care": {"while": {}, "resource": "care", "actor": "region"},
    }
    amounts = {"benefit": (50.0, "year"), "labour_cost": (400.0, "year"), "pain": (7.0, "year"), "care": (90.0, "year")}
    numbers = {"tax_rate": (0.3, "share"), "working": (0.25, "share"), "factor": (1.2, "factor")}
    tree = priced(model(STILL, years=1, numbers=numbers), amounts, prices)
    tree["actors"]["rest_of_society"] = {"sector": "other"}
    tree["public_funds"] = {"factor": "factor", "actor": "rest_of_society"}
    results = run(tree)
    expected = {
        "transfer": {"municipality": 50.0, "household": -50.0},
        "tax": {"household": 15.0, "region": -15.0},
        "production": {"household": -100.0},
        "intangible": {"household": 7.0},
        "resource": {"region": 90.0},
        "public_funds": {"rest_of_society": 0.2 * (50.0 - 15.0 + 90.0)},
    }
    for kind, booked in expected.items():
        for actor, cost in by_actor(results, kind, "cost").items():
            np.testing.assert_allclose(cost, [booked.get(actor, 0.0)], rtol=1e-12, err_msg=f"{kind}, {actor}")


def test_programme_costs_by_year_and_once() -> None:
    """Enrolled at the second birthday: paid once then, and each of the years 2 and 3 of the programme."""
    tree = priced(
        model(STILL, years=6), {"enrolment": (1000.0, "participant"), "delivery": (120.0, "year")}, {}, RATE
    ) | {"accrual": "half_cycle"}  # fmt: skip
    costs = [
        {"programme": "enrolment", "actor": "municipality"},
        {"programme": "delivery", "years": [2, 3], "actor": "region"},
        {"programme_transfer": "delivery", "years": [5, "onwards"], "from": "region", "to": "household"},
    ]
    results = run(with_programme(tree, [], at_age=START_AGE + 1, costs=costs))
    assert (results["cost"].sel(strategy="usual") == 0).all()
    factor = (1 + RATE) ** -np.arange(7.0)
    half = (factor[:-1] + factor[1:]) / 2
    programme = by_actor(results, "programme", strategy="helped")
    np.testing.assert_allclose(programme["municipality"], 1000.0 * factor[:-1] * [0, 1, 0, 0, 0, 0], **EXACT)
    np.testing.assert_allclose(programme["region"], 120.0 * half * [0, 0, 1, 1, 0, 0], **EXACT)
    allowance = by_actor(results, "programme_transfer", strategy="helped")
    np.testing.assert_allclose(allowance["region"], 120.0 * half * [0, 0, 0, 0, 0, 1], **EXACT)
    np.testing.assert_allclose(allowance["household"], -120.0 * half * [0, 0, 0, 0, 0, 1], **EXACT)


def test_partial_uptake_pays_for_those_who_take_part() -> None:
    """The cost of each year is the number enrolled times the amount, whoever they are."""
    numbers = {"uptake": (0.4, "probability")}
    tree = priced(model(STILL, years=3, numbers=numbers), {"delivery": (100.0, "year")}, {})
    tree["outcomes"] = {"enrolled": {"about": "enrolled", "good": True, "while": {"programme": 1}}}
    costs = [{"programme": "delivery", "years": [1, 2], "actor": "region"}]
    results = run(with_programme(tree, [], uptake="uptake", costs=costs), persons=500)
    enrolled = float(results["outcome_value"].sel(strategy="helped", draw=0, outcome="enrolled"))
    assert 0 < enrolled < 1
    paid = by_actor(results, "programme", "cost", "helped")["region"]
    np.testing.assert_allclose(paid, 100.0 * enrolled * np.array([1, 1, 0]), **EXACT)


def test_the_dead_cost_nothing_and_do_nothing() -> None:
    """Everybody dies in the first cycle, and would have moved in it: they neither move nor are counted afterwards."""
    tree = model(GONE, years=3)
    tree["domains"]["vital"] = {
        "states": ["alive", "dead"], "ends_life": "dead", "moves": {"alive -> dead": {"probability": 1}},
    }  # fmt: skip
    tree["population"]["start_states"]["vital"] = "alive"
    prices = {
        "care": {"while": {"life": "a"}, "resource": "care", "actor": "region"},
        "move": {"move": "life.a -> b", "resource": "once", "actor": "municipality"},
        "funeral": {"move": "vital.alive -> dead", "resource": "once", "actor": "household"},
        "grave": {"while": {"vital": "dead"}, "resource": "care", "actor": "household"},
    }
    tree = priced(tree, {"care": (100.0, "year"), "once": (30.0, "event")}, prices) | {"accrual": "half_cycle"}
    costs = [{"programme": "care", "years": [1, 2], "actor": "region"}]
    enrolled_alive = with_programme(tree, [], costs=costs)
    tree = with_programme(tree, [], at_age=START_AGE + 1, costs=costs)
    results = run(tree)
    paid = by_actor(results, "resource", "cost", "helped")
    np.testing.assert_allclose(paid["region"], [50.0, 0, 0], **EXACT)
    assert (paid["municipality"] == 0).all()
    np.testing.assert_allclose(paid["household"], [30.0 + 50.0, 100.0, 100.0], **EXACT)
    assert (by_actor(results, "programme", "cost", "helped")["region"] == 0).all()
    delivered = by_actor(run(enrolled_alive), "programme", "cost", "helped")["region"]
    np.testing.assert_allclose(delivered, [50.0, 0, 0], **EXACT)
