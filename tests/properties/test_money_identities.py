"""Identities of double entry, in every draw, strategy and year of any scenario."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import xarray as xr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from simcore.analysis.avoided_cost import avoided_cost
from simcore.analysis.cashable import cashable_saving, freed
from simcore.scenario.cohorts import started_later
from simcore.simulation import simulate
from simcore.vocabulary import CANCELLING_KINDS, COST_KINDS, COUNTED_KINDS
from tests.strategies import Tree, read, scenarios

quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
RELATIVE = 1e-9
#: What does not cancel over actors.
REAL = ("resource", "programme", "production", "displaced_production")


def run(tree: Tree, persons: int = 31) -> xr.Dataset:
    return simulate(read(tree), draws=3, persons=persons, workers=1)


def only(costs: xr.DataArray, kinds: tuple[str, ...]) -> xr.DataArray:
    return costs.sel(cost_kind=[kind for kind in kinds if kind in costs.cost_kind])


def assert_close(found: xr.DataArray, wanted: xr.DataArray | float, gross: xr.DataArray | float) -> None:
    """Equal up to rounding of the money that changed hands."""
    assert (abs(found - wanted) <= RELATIVE * gross + 1e-300).all()


@quick
@given(tree=scenarios())
def test_what_one_pays_another_gets(tree: Tree) -> None:
    results = run(tree)
    for name in ("cost", "present_value", "present_value_of_part", "spread_present_value"):
        for kind in CANCELLING_KINDS if name in results else ():
            costs = only(results[name], (kind,))
            assert_close(costs.sum("actor"), 0.0, abs(costs).sum("actor"))


@quick
@given(tree=scenarios())
def test_society_is_what_is_used_and_produced(tree: Tree) -> None:
    """Over actors, only resources, programmes and production are left; and each line is booked once."""
    results = run(tree)
    for name in ("cost", "present_value"):
        costs = results[name]
        counted = only(costs, tuple(set(COST_KINDS) - {"intangible", "public_funds"}))
        real = only(costs, REAL)
        gross = abs(counted).sum(["actor", "cost_kind"])
        assert_close(counted.sum(["actor", "cost_kind"]), real.sum(["actor", "cost_kind"]), gross)
    signs = {"resource": 1.0, "programme": 1.0, "production": -1.0, "displaced_production": -1.0}
    kinds = [kind_of(tree, str(line)) for line in results.line.values]
    sign = xr.DataArray([signs.get(kind, 0.0) for kind in kinds], dims="line")
    lines = results["line_present_value"]
    total = only(results["present_value"], tuple(signs)).sum(["actor", "cost_kind", "year"])
    assert_close(total, (lines * sign).sum("line"), abs(lines).sum("line"))


def kind_of(tree: Tree, line: str) -> str:
    """Kind of a price, of ``i0.costs[0]``, or of ``i0.displacement[0].price``."""
    intervention, _, place = line.partition(".")
    if ".displacement[" in line:
        return f"displaced_{kind_of(tree, line.split('].')[1])}"
    entry = tree["interventions"][intervention]["costs"][int(place[6:-1])] if place else tree["prices"][line]
    return next(kind for kind in COST_KINDS if kind in entry)


def double(tree: Tree, quantity: str) -> None:
    """Make a quantity twice as large: a parameter, every cell of a table, or a formula."""
    if quantity in tree["derived"]:
        tree["derived"][quantity]["formula"] = f"2 * ({tree['derived'][quantity]['formula']})"
    elif quantity in tree["tables"]:
        table = tree["tables"][quantity]
        cells = [*table["values"].values()] if "values" in table else [row[-1] for row in table["csv"]]
        for name in {cell for cell in cells if isinstance(cell, str)}:
            double(tree, name)
        doubled = [cell if isinstance(cell, str) else 2 * cell for cell in cells]
        if "values" in table:
            table["values"] = dict(zip(table["values"], doubled, strict=True))
        else:
            table["csv"] = [[*row[:-1], cell] for row, cell in zip(table["csv"], doubled, strict=True)]
    else:
        ((name, numbers),) = tree["parameters"][quantity]["distribution"].items()
        twice = {key: 2 * number for key, number in numbers.items()} if isinstance(numbers, dict) else 2 * numbers
        tree["parameters"][quantity]["distribution"] = {name: twice}


@quick
@given(tree=scenarios(), data=st.data())
def test_twice_the_price_is_twice_the_cost(tree: Tree, data: st.DataObject) -> None:
    price = data.draw(st.sampled_from(sorted(tree["prices"])))
    entry = tree["prices"][price]
    twice = copy.deepcopy(tree)
    double(twice, entry.get("base") or entry[kind_of(tree, price)])
    once, doubled = (run(t)["line_present_value"] for t in (tree, twice))
    lines = [str(line) for line in once.line.values]
    factor = xr.DataArray([1.0 + (line.split("].")[-1] == price) for line in lines], {"line": lines}, "line")
    np.testing.assert_array_equal(doubled.transpose(*once.dims), (once * factor).transpose(*once.dims))


@quick
@given(tree=scenarios())
def test_the_halves_are_everybody(tree: Tree) -> None:
    """The halves add up to the whole, and a target group of everybody is everybody."""
    tree = copy.deepcopy(tree)
    tree["population"]["persons"] = tree["population"]["target_group"] = 31
    results = run(tree, persons=31)
    for name in ("person_time", "events"):
        half_0, half_1, everybody = (results[name].sel(part=part) for part in results.part.values)
        np.testing.assert_array_equal(half_0 + half_1, everybody)
    assert results["part_size"].values.tolist() == [16, 15, 31]
    present = results["present_value"].sum("year")
    of_part = results["present_value_of_part"]
    size = results["part_size"] / 31
    gross = abs(results["present_value"]).sum("year").sum()
    assert_close((of_part * size).sel(part=["half_0", "half_1"]).sum("part"), present, gross)
    assert_close(of_part.sel(part="target_group"), present, gross)
    counted = only(of_part, COUNTED_KINDS).sum("cost_kind")
    between = results["present_value_between_halves"].sum("year")
    assert_close(between, counted.sel(part="half_0") - counted.sel(part="half_1"), gross)
    for name in ("outcome_value", "outcome_present_value"):
        parts = (results[f"{name}_of_part"] * size).sel(part=["half_0", "half_1"]).sum("part")
        assert_close(parts, results[name], abs(results[name]).sum() + 1.0)


@quick
@given(tree=scenarios())
def test_public_funds_are_a_share_of_public_spending(tree: Tree) -> None:
    assume("public_funds" in tree)
    results = run(tree)
    factor = results["parameter_value"].sel(parameter=tree["public_funds"]["factor"], drop=True)
    kinds = ("resource", "programme", "transfer", "programme_transfer", "tax", "displaced_transfer", "displaced_tax")
    for name in ("cost", "present_value", "present_value_of_part"):
        costs = results[name]
        public = only(costs.isel(actor=results.sector.values == "public"), kinds)
        booked = costs.sel(cost_kind="public_funds")
        wanted = (factor - 1.0) * public.sum(["actor", "cost_kind"])
        assert_close(booked.sum("actor"), wanted, abs(public).sum(["actor", "cost_kind"]))
        others = [actor for actor in costs.actor.values if actor != tree["public_funds"]["actor"]]
        assert (booked.sel(actor=others) == 0).all()


@quick
@given(tree=scenarios())
def test_the_same_strategy_costs_the_same(tree: Tree) -> None:
    """Two strategies with the same members are the same to the last bit, whatever their names and order."""
    tree = copy.deepcopy(tree)
    members = list(tree["strategies"].values())[-1]
    tree["strategies"]["again"] = members[::-1]
    results = run(tree)
    first = list(tree["strategies"])[-2]
    for name in results.data_vars:
        if "strategy" in results[name].dims:
            pair = (results[name].sel(strategy=strategy).values for strategy in ("again", first))
            np.testing.assert_array_equal(*pair, str(name))


@settings(parent=quick, max_examples=15)
@given(tree=scenarios())
def test_the_groups_of_an_attribute_are_everybody(tree: Tree) -> None:
    """Weighted by their sizes, subgroups add up to all; within each, what one pays another gets."""
    assume(tree["groups"])
    results = run(tree)
    n = float(results["part_size"].values[:2].sum())
    everybody = results["present_value"].sum("year")
    for name in tree["groups"]:
        of = results.sel(group=[group for group in results.group.values if str(group).startswith(f"{name}: ")])
        size = of["group_size"]
        # Who is not followed from the start on is in no group's size.
        counted = size.sum("group") == n
        cost = (of["group_present_value"] * size).where(size > 0, 0.0).sum("group") / n
        gross = abs(of["group_present_value"] * size).where(size > 0, 0.0).sum(["group", "actor", "cost_kind"]) / n
        assert_close(cost.where(counted, everybody), everybody, gross)
        outcome = (of["group_outcome_value"] * size).where(size > 0, 0.0).sum("group") / n
        most = abs(of["group_outcome_value"] * size).where(size > 0, 0.0).sum("group") / n
        assert_close(outcome.where(counted, results["outcome_value"]), results["outcome_value"], most)
        for kind in CANCELLING_KINDS:
            costs = only(of["group_present_value"], (kind,)).where(size > 0, 0.0)
            assert_close(costs.sum("actor"), 0.0, abs(costs).sum("actor"))


@quick
@given(tree=scenarios())
def test_what_is_avoided_is_cashable_or_freed(tree: Tree) -> None:
    """In every year, draw and for every actor; in the long run nothing is cashed that was not avoided."""
    results = run(tree)
    avoided, cash, left = (of(results, by_year=True) for of in (avoided_cost, cashable_saving, freed))
    gross = abs(results["present_value"]).sum(["cost_kind", "strategy"])
    assert_close(cash + left, avoided, gross)
    silent = [name for name, price in tree["prices"].items() if "cashable" not in price]
    if len(silent) == len(tree["prices"]):
        assert (left == 0).all()


@settings(parent=quick, max_examples=15)
@given(tree=scenarios(cohorts=(2, 3)))
def test_a_running_programme_is_the_sum_of_its_cohorts(tree: Tree) -> None:
    """Cohorts that start later are the same scenario some years later, but for what depends on all of them."""
    tree = copy.deepcopy(tree)
    for intervention in tree["interventions"].values():
        intervention["costs"] = [cost for cost in intervention["costs"] if not {"fixed", "scale"} & set(cost)]
    whole = read(tree)
    population = whole.scenario.population
    together = simulate(whole, draws=3, persons=31, workers=1)["cost"]
    total = xr.zeros_like(together)
    alone = whole.scenario.model_copy(update={"population": population.model_copy(update={"cohorts": 1})})
    for years in range(population.cohorts):
        one = simulate(replace(whole, scenario=started_later(alone, years)), draws=3, persons=31, workers=1)["cost"]
        total += one.reindex(year=together.year, fill_value=0.0).transpose(*total.dims)
    assert_close(together, total, abs(total).sum(["actor", "cost_kind"]))
