"""What a programme costs: fixed, once at the start, per participant with a number of them, and by whom: by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.analytic.models import START_AGE, START_YEAR, model, priced, run, with_programme
from tests.strategies import Tree, evidenced

RATE = 0.04
EXACT = {"rtol": 1e-12, "atol": 1e-15}
STILL: Tree = {"a -> b": {"probability": 0}}
GONE: Tree = {"a -> b": {"probability": 1}}
ROUND: Tree = {f"{a} -> {b}": {"probability": 1} for a, b in ("ab", "bc", "ca")}
PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
TARGET = 10


def paid(results: Any, variable: str = "cost", actor: str = "region", strategy: str = "helped") -> NDArray[np.float64]:
    of: NDArray[np.float64] = results[variable].sel(strategy=strategy, draw=0, actor=actor).sum("cost_kind").values
    return of


def factors(years: Any) -> Any:
    return (1 + RATE) ** -np.asarray(years, dtype=float)


def fixed(tree: Tree, amount: float, per: str, uptake: Any = 0, **more: Any) -> Tree:
    """The tree with a programme in which nobody takes part unless told, and its fixed cost."""
    cost = {"programme": "amount", "fixed": True, "actor": "region", **more}
    return with_programme(priced(tree, {"amount": (amount, per)}, {}, RATE), [], uptake=uptake, costs=[cost])


@pytest.mark.parametrize("cycle", PER_YEAR)
@pytest.mark.parametrize("uptake", [0, 1])
def test_a_fixed_cost_is_paid_whoever_takes_part(cycle: str, uptake: int) -> None:
    """A team for the whole target group in the first two years, half at each end of a cycle."""
    per_year = PER_YEAR[cycle]
    tree = fixed(model(STILL, years=4), 600.0, "month", uptake, years=[1, 2])
    results = run(tree | {"cycle": cycle, "accrual": "half_cycle"})
    np.testing.assert_allclose(paid(results), np.array([1, 1, 0, 0]) * 12 * 600.0 / TARGET, **EXACT)
    ends = factors(np.arange(2 * per_year + 1) / per_year)
    half = ((ends[:-1] + ends[1:]) / 2 / per_year).reshape(2, per_year).sum(axis=1)
    np.testing.assert_allclose(paid(results, "present_value"), [*(720.0 * half), 0, 0], **EXACT)
    assert (results["cost"].sel(strategy="usual") == 0).all()


@pytest.mark.parametrize(
    ("accrual", "years", "weights"),
    [
        ("start_of_cycle", [2, "onwards"], [0, 1, 1]),
        ("end_of_cycle", [2, 2], [0, 1, 0]),
        ("both_ends", [1, 3], [1, 1, 2]),  # the last boundary too
        ({"weights": "by_table"}, [1, 3], [0.25, 1.5, 1.5 + 0.75]),
    ],
    ids=str,
)
def test_a_fixed_cost_follows_the_accrual(accrual: Any, years: list[Any], weights: list[float]) -> None:
    tree = fixed(model(STILL, years=3), 50.0, "year", years=years) | {"accrual": accrual}
    tree["tables"] = {
        "by_table": {
            "about": "weights", "by": ["boundary"], "values": {0: 0.25, "1-2": 1.5, "3+": 0.75}, "unit": "factor",
            "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    np.testing.assert_allclose(paid(run(tree)), np.array(weights) * 5.0, **EXACT)


@pytest.mark.parametrize("cycle", PER_YEAR)
def test_a_start_up_cost_is_paid_at_once_and_not_discounted(cycle: str) -> None:
    tree = fixed(model(GONE, years=3), 7000.0, "event") | {"cycle": cycle, "accrual": "end_of_cycle"}
    results = run(tree)
    for variable in ("cost", "present_value"):
        np.testing.assert_allclose(paid(results, variable), [700.0, 0, 0], **EXACT)


def test_a_fixed_cost_is_that_of_the_target_group_also_where_fewer_are_simulated() -> None:
    """And it is the same per person in the halves, in the target group, and in every subgroup."""
    tree = fixed(model(STILL, years=2), 40.0, "year", years=[1, 2])
    tree["parameters"]["women"] = evidenced({"fixed": 0.5}, "share")
    tree["population"]["attributes"] = {"sex": {"female": "women", "male": "rest"}}
    results = run(tree | {"groups": ["sex"]}, persons=7)
    np.testing.assert_allclose(paid(results), [4.0, 4.0], **EXACT)
    in_part = results["present_value_of_part"].sel(strategy="helped", draw=0, actor="region").sum("cost_kind")
    np.testing.assert_allclose(in_part, 4.0 * factors([0, 1]).sum(), **EXACT)
    in_group = results["group_present_value"].sel(strategy="helped", draw=0, actor="region").sum("cost_kind")
    np.testing.assert_allclose(in_group, 4.0 * factors([0, 1]).sum(), **EXACT)
    line = results["line_present_value"].sel(strategy="helped", draw=0, line="programme.costs[0]")
    np.testing.assert_allclose(line, 4.0 * factors([0, 1]).sum(), **EXACT)


def by_year(*shares: float) -> Tree:
    values = {START_YEAR + k: share for k, share in enumerate(shares)}
    return {"about": "share", "by": ["year"], "values": values, "unit": "share", "source": {"assumption": "made up"}}


@pytest.mark.parametrize("is_fixed", [True, False])
def test_payers_whose_shares_change_from_year_to_year(is_fixed: bool) -> None:
    """The state pays the first two years, the municipality takes over."""
    cost: Tree = {"programme": "amount", "years": [1, 4], "actor": {"region": "share", "municipality": "rest"}}
    tree = priced(model(STILL, years=4), {"amount": (100.0, "year")}, {}, RATE)
    tree = with_programme(tree, [], uptake=1, costs=[cost | ({"fixed": True} if is_fixed else {})])
    tree["tables"] = {"share": by_year(1.0, 1.0, 0.25, 0.0)}
    results = run(tree)
    amount = 100.0 / TARGET if is_fixed else 100.0
    region = amount * np.array([1.0, 1.0, 0.25, 0.0])
    np.testing.assert_allclose(paid(results), region, **EXACT)
    np.testing.assert_allclose(paid(results, actor="municipality"), amount - region, **EXACT)
    np.testing.assert_allclose(paid(results, "present_value"), region * factors(np.arange(4)), **EXACT)


# --- the number of participants -----------------------------------------------------------------------


def scaled(tree: Tree, per: str, participants: float, elasticity: float, uptake: Any = 1, **more: Any) -> Tree:
    cost = {
        "programme": "amount",
        "actor": "region",
        "scale": {"participants": "many", "elasticity": "elastic"},
        **more,
    }
    tree = with_programme(priced(tree, {"amount": (100.0, per)}, {}, RATE), [], uptake=uptake, costs=[cost])
    tree["parameters"] |= {"many": evidenced({"fixed": participants}, "persons")}
    tree["parameters"] |= {"elastic": evidenced({"fixed": elasticity}, "factor")}
    return tree


@pytest.mark.parametrize(("elasticity", "times"), [(1.0, 1.0), (0.5, 2.0), (0.0, 4.0), (1.5, 0.5)])
@pytest.mark.parametrize("persons", [100, 7])
def test_the_cost_per_participant_depends_on_how_many_there_are(elasticity: float, times: float, persons: int) -> None:
    """All 10 of the target group instead of 40: (10/40)**(e - 1), however many are simulated."""
    tree = scaled(model(STILL, years=2), "year", 40.0, elasticity, years=[1, 2])
    np.testing.assert_allclose(paid(run(tree, persons=persons)), [100.0 * times] * 2, **EXACT)


def test_the_number_is_that_of_each_cycle_and_nobody_costs_nothing() -> None:
    """In `a` at the boundaries 0, 3, ...: of a cycle the mean of its two ends, by the weights of the accrual."""
    tree = scaled(model(ROUND, years=4), "year", 40.0, 0.5, years=[1, 4], **{"while": {"life": "a"}})
    at_start = run(tree | {"accrual": "start_of_cycle"})
    np.testing.assert_allclose(paid(at_start), [200.0, 0, 0, 200.0], **EXACT)
    # Half of the year for all, at the cost of 5 participants.
    half = run(tree | {"accrual": "half_cycle"})
    each = 50.0 * (5 / 40) ** -0.5
    np.testing.assert_allclose(paid(half), [each, 0, each, each], **EXACT)
    nobody = scaled(model(STILL, years=2), "year", 40.0, 0.5, 0, years=[1, 2])
    assert (paid(run(nobody)) == 0).all()


@pytest.mark.parametrize("cycle", PER_YEAR)
def test_what_is_paid_at_enrolment_depends_on_how_many_enrol_in_the_year(cycle: str) -> None:
    """Two starting ages, so that two fifths enrol a year after the others."""
    tree = scaled(model(STILL, years=3), "participant", 40.0, 0.5) | {"cycle": cycle}
    tree["parameters"]["old"] = evidenced({"fixed": 0.6}, "share")
    tree["population"]["attributes"] = {"born": {"early": "old", "late": "rest"}}
    values = {"early": START_AGE + 1, "late": START_AGE}
    tree["tables"] = {"ages": {"by": ["born"], "values": values, "unit": "age", "source": {"assumption": "made up"}}}
    tree["population"]["start"]["age"] = "ages"
    tree["interventions"]["programme"]["enrol"]["at_age"] = START_AGE + 1
    tree["outcomes"] = {"old": {"about": "born early", "good": True, "while": {"born": "early"}, "once": "at_start"}}
    results = run(tree, persons=500)
    old = float(results["outcome_value"].sel(strategy="helped", draw=0, outcome="old"))
    shares = np.array([old, 1 - old, 0.0])
    with np.errstate(divide="ignore"):
        each = np.where(shares > 0, (TARGET * shares / 40) ** -0.5, 0.0)
    np.testing.assert_allclose(paid(results), 100.0 * shares * each, **EXACT)
    np.testing.assert_allclose(paid(results, "present_value"), 100.0 * shares * each * factors([0, 1, 2]), **EXACT)


def test_a_share_of_the_participants_counts_as_so_many() -> None:
    tree = scaled(model(STILL, years=1), "year", 40.0, 0.5, years=[1, 1], share="part")
    tree["parameters"]["part"] = evidenced({"fixed": 0.4}, "share")
    np.testing.assert_allclose(paid(run(tree)), [0.4 * 100.0 * (4 / 40) ** -0.5], **EXACT)


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_the_halves_and_subgroups_pay_by_the_number_of_all(engine: str) -> None:
    """One factor for the draw: the parts add up, and nobody's cost depends on how persons are split."""
    from simcore.simulation import simulate
    from tests.strategies import read

    tree = scaled(model(STILL, years=2), "year", 40.0, 0.5, "uptake", years=[1, 2])
    tree["parameters"] |= {
        "uptake": evidenced({"beta": {"mean": 0.5, "sd": 0.1}}, "probability"),
        "women": evidenced({"fixed": 0.3}, "share"),
    }
    tree["population"]["attributes"] = {"sex": {"female": "women", "male": "rest"}}
    results = simulate(read(tree | {"groups": ["sex"]}), draws=3, persons=50, engine=engine)
    total = results["present_value"].sum(["year", "cost_kind"]).sel(strategy="helped", actor="region")
    parts = results["present_value_of_part"].sum("cost_kind").sel(strategy="helped", actor="region")
    np.testing.assert_allclose(parts.sel(part=["half_0", "half_1"]).mean("part"), total, rtol=1e-12)
    groups = results["group_present_value"].sum("cost_kind").sel(strategy="helped", actor="region")
    np.testing.assert_allclose((groups * results["group_size"]).sum("group") / 50, total, rtol=1e-12)
    enrolled = results["person_time"].sel(strategy="helped", cycle=0, end="start", part=["half_0", "half_1"])
    share = enrolled.isel(
        meter=[n for n, name in enumerate(results.meter.values) if str(name) == "programme is 1 to 2"]
    )
    number = share.sum(["part", "meter"]) / 50
    first = results["cost"].sel(strategy="helped", actor="region", year=START_YEAR).sum("cost_kind")
    np.testing.assert_allclose(first, 100.0 * number * (TARGET * number / 40) ** -0.5, rtol=1e-12)


@pytest.mark.parametrize(("cycle", "cycles", "months"), [
    ("month", [1, 6], 6), ("month", [4, 15], 12), ("quarter", [2, 2], 3), ("month", [7, "onwards"], 18),
    ("month", [30, 40], 0), ("month", [20, 40], 5),
])  # fmt: skip
@pytest.mark.parametrize("drop_out", [False, True])
def test_a_cost_is_paid_for_as_many_months_as_its_window(
    cycle: str, cycles: list[Any], months: int, drop_out: bool
) -> None:
    """Who has left pays no more: here everybody who can, in the second cycle."""
    tree = priced(model(STILL, years=2), {"place": (100.0, "month")}, {}) | {"cycle": cycle}
    cost: Tree = {"programme": "place", "cycles": cycles, "actor": "municipality"}
    tree = with_programme(tree, [], costs=[cost])
    if drop_out:
        tree["interventions"]["programme"] |= {"lasts": "1 year", "drop_out": {"probability": 1}}
        months = 1 if cycles == [1, 6] else 0
    results = run(tree)
    paid = results["cost"].sel(strategy="helped", actor="municipality", cost_kind="programme").sum("year")
    np.testing.assert_allclose(paid, 100.0 * months, rtol=1e-12)
