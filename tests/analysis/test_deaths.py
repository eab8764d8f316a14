"""Avoided costs from how many are alive: the parts add up, and are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from simcore.analysis.avoided_cost import avoided_cost, with_views
from simcore.analysis.deaths import avoided_by_survival, summarise_survival, years_of_life
from simcore.report.notes import survival_words
from simcore.simulation import simulate
from tests.analytic.models import model, outcome, priced, with_programme
from tests.strategies import Tree, read

from .made import made

YEARS, RATE, CARE, TAX = 6, 0.03, 1000.0, 400.0
DEATH, RATIO = 0.2, 0.5
EXACT = {"rtol": 1e-12, "atol": 1e-9}


def living(ratio: float = RATIO, *, ill: float = 1.0, **population: object) -> Tree:
    """Care for the living and taxes from them; the programme changes who dies, and who falls ill."""
    numbers = {
        "p": (DEATH, "probability per year"), "rr": (ratio, "risk ratio"), "p_ill": (0.3, "probability per year"),
        "rr_ill": (ill, "risk ratio"), "share": (1.0, "share"),
    }  # fmt: skip
    tree = model({"alive -> dead": {"probability": "p"}}, years=YEARS, numbers=numbers)
    tree["domains"]["life"]["ends_life"] = "dead"
    tree["domains"]["health"] = {"states": ["well", "ill"], "moves": {"well -> ill": {"probability": "p_ill"}}}
    tree["population"]["start_states"]["health"] = "well"
    tree["population"] |= population
    prices = {
        "care": {"resource": "care", "while": {"life": "alive"}, "actor": "region"},
        "nursing": {"resource": "nursing", "while": {"health": "ill"}, "actor": "municipality"},
        "tax": {"tax": "share", "base": "tax", "while": {"life": "alive"}, "from": "household", "to": "region"},
    }
    amounts = {"care": (CARE, "year"), "nursing": (300.0, "year"), "tax": (TAX, "year")}
    tree = priced(tree, amounts, prices, discount=RATE)
    tree["outcomes"] = outcome("life_years", **{"while": {"life": "alive"}})
    every = {"years": [1, "onwards"], "evidence": "causal"}
    return with_programme(tree, [
        {"move": "life.alive -> dead", "risk_ratio": "rr", **every},
        {"move": "health.well -> ill", "risk_ratio": "rr_ill", **every},
    ])  # fmt: skip


def test_two_states_in_closed_form():
    """Of those alive at the start of year y, (1 - p)**y, each costs the same whatever the programme does."""
    results = simulate(read(living()), draws=2, engine="expected")
    y = np.arange(YEARS)
    usual, helped = (1 - DEATH) ** y, (1 - DEATH * RATIO) ** y
    parts = avoided_by_survival(results, by_year=True).sel(intervention="helped")
    for actor, each in (("region", CARE - TAX), ("household", TAX), ("society", CARE)):
        expected = (usual - helped) * each * (1 + RATE) ** -y
        if actor == "society":  # nursing of the ill, a rate per living person that nobody changes
            expected = expected + (usual - helped) * 300.0 * (1 - 0.7**y) * (1 + RATE) ** -y
        np.testing.assert_allclose(parts["from_survival"].sel(actor=actor).values, [expected] * 2, **EXACT)
        np.testing.assert_allclose(parts["from_living"].sel(actor=actor).values, 0.0, **EXACT)
    np.testing.assert_allclose(years_of_life(results).values, [[(helped - usual).sum()] * 2], **EXACT)


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_nothing_comes_from_survival_where_nobody_lives_longer(engine):
    results = simulate(read(living(1.0, ill=0.5)), draws=5, persons=200, engine=engine)
    parts = avoided_by_survival(results)
    assert (parts["from_survival"] == 0).all()
    assert (years_of_life(results) == 0).all()
    avoided = with_views(avoided_cost(results), results)
    np.testing.assert_allclose(parts["from_living"].values, avoided.values, **EXACT)
    assert (avoided.sel(actor="municipality") > 0).all()
    assert survival_words(results, read(living()).scenario) == []


@pytest.mark.parametrize("by_year", [False, True])
@pytest.mark.parametrize("cycle", ["year", "quarter"])
def test_the_parts_add_up_and_years_alive_are_life_years(cycle, by_year):
    """Of lives with chance, in several cohorts."""
    tree = living(0.4, ill=0.5, cohorts=3) | {"cycle": cycle, "accrual": "half_cycle"}
    results = simulate(read(tree), draws=6, persons=150)
    parts = avoided_by_survival(results, by_year=by_year)
    avoided = with_views(avoided_cost(results, by_year=by_year), results)
    np.testing.assert_allclose((parts["from_survival"] + parts["from_living"]).values, avoided.values, **EXACT)
    assert parts["from_survival"].dims == avoided.dims
    assert (abs(parts["from_survival"]) > 0).any()
    assert (abs(parts["from_living"]) > 0).any()
    lived = results["outcome_value"].sel(outcome="life_years")
    np.testing.assert_allclose(results["years_alive"].sum("year").values, lived.values, **EXACT)


def test_each_cohort_lives_in_its_own_calendar_years():
    results = simulate(read(living(cohorts=3)), draws=1, engine="expected")
    one = np.append((1 - DEATH) ** np.arange(YEARS), [0.0, 0.0])
    found = results["years_alive"].sel(strategy="usual").isel(draw=0)
    np.testing.assert_allclose(found.values, one + np.roll(one, 1) + np.roll(one, 2), **EXACT)


def test_how_much_longer_a_person_lives_does_not_depend_on_how_many_cohorts_there_are():
    one, three = (simulate(read(living(0.5, cohorts=n)), draws=1, engine="expected") for n in (1, 3))
    longer = float(years_of_life(one).squeeze())
    assert longer > 0
    assert float(years_of_life(three).squeeze()) == pytest.approx(longer)


def test_by_hand():
    """Town: 100 persons cost 10 each, 80 cost 12 each: 20 fewer at 11, and 90 at 2 less a head."""
    cost = {
        "usual": {("town", "resource"): np.array([[1000.0, 500.0, 0.0]])},
        "other": {("town", "resource"): np.array([[960.0, 0.0, 0.0]])},
    }
    results = made(cost)
    dims = ("strategy", "draw", "year")
    results["years_alive"] = (dims, np.array([[[100.0, 50.0, 0.0]], [[80.0, 0.0, 0.0]]]))
    parts = avoided_by_survival(results, by_year=True).sel(intervention="other", actor="town").isel(draw=0)
    # In the second year nobody is alive under the other strategy: all of it comes from that.
    assert parts["from_survival"].values.tolist() == [220.0, 500.0, 0.0]
    assert parts["from_living"].values.tolist() == [-180.0, 0.0, 0.0]
    # The other way round it is the other way round.
    turned = avoided_by_survival(results, comparator="other", by_year=True).sel(intervention="usual", actor="town")
    assert turned["from_survival"].isel(draw=0).values.tolist() == [-220.0, -500.0, 0.0]
    assert years_of_life(results).values.tolist() == [[-70.0]]


def test_what_is_told_of_longer_lives():
    file = read(living())
    results = simulate(file, draws=2, engine="expected")
    told = """Lives, Helped: persons live 1.00 years longer on average, within the horizon. Of the avoided cost,
        that alone makes −1,081 of −1,081 for Society; −720 of −720 for Public sector; −541 of −541 for Region;
        −361 of −361 for Household. It is what living persons cost or bring in, for longer: no life has become
        cheaper by it, and what
        longer lives are worth is not in it."""
    assert survival_words(results, file.scenario) == [" ".join(told.split())]


def test_what_is_told_of_earlier_deaths():
    file = read(living(1.02))
    results = simulate(file, draws=2, engine="expected")
    told = """Lives, Helped: persons die 13 days earlier on average, within the horizon. Of the avoided cost,
        that alone makes +37.2 of +37.2 for Society; +24.7 of +24.7 for Public sector; +18.7 of +18.7 for Region;
        +12.4 of +12.4 for Household. It is what the dead no longer cost or bring in: it is no saving."""
    assert survival_words(results, file.scenario) == [" ".join(told.split())]


def test_a_part_that_luck_hides_or_that_is_small_is_not_told():
    """Of few persons, or of many when others change far more than the length of life."""
    results = simulate(read(living(0.98)), draws=8, persons=20)
    summary = summarise_survival(results)
    assert not summary["told"].any()
    assert survival_words(results, read(living()).scenario) == []
    small = simulate(read(living(0.9995, ill=0.2)), draws=2, engine="expected")
    told = summarise_survival(small)["told"].sel(intervention="helped")
    assert bool(told.sel(actor="region"))  # all that the region avoids comes from it
    assert not bool(told.sel(actor="municipality"))


def test_results_of_earlier_versions_tell_nothing():
    file = read(living())
    results = simulate(file, draws=2, engine="expected").drop_vars("years_alive")
    assert survival_words(results, file.scenario) == []
