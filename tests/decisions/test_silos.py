"""The four worlds, with answers that are worked out on paper."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import simcore
from simcore.analysis.once import worked_out_once
from simcore.decisions.horizons import cashable_within, saving_within, settled_within
from simcore.decisions.silos import payers_of, price_of_silos
from simcore.errors import ResultsError, UnknownNameError

from ..analysis.made import made

ONE = np.ones((4, 3))


def spent(town: list[float], state: list[float], home: list[float], programme: dict[str, float]) -> dict:  # type: ignore[type-arg]
    """What each actor spends in three years in every draw, and the programme in the first of them."""
    entries = {(actor, "resource"): ONE * of for actor, of in (("town", town), ("state", state), ("home", home))}
    entries |= {(actor, "programme"): ONE * [of, 0, 0] for actor, of in programme.items()}
    return entries


@pytest.fixture
def help_and_school() -> xr.Dataset:
    """The town pays for `help` (10), which saves it 4 + 4 + 4 and the state 20 in the last year.

    Town and state pay for `school` (6 each), which saves the town nothing, the state 9 in the first year, and home 30
    in the last. Both together save what each does.
    """
    results = made(
        {
            "usual": spent([10, 10, 10], [30, 30, 30], [40, 40, 40], {}),
            "help": spent([6, 6, 6], [30, 30, 10], [40, 40, 40], {"town": 10}),
            "school": spent([10, 10, 10], [21, 30, 30], [40, 40, 10], {"town": 6, "state": 6}),
            "both": spent([6, 6, 6], [21, 30, 10], [40, 40, 10], {"town": 16, "state": 6}),
        }
    )
    members = {"usual": [], "help": ["help"], "school": ["school"], "both": ["help", "school"]}
    return results.assign_attrs(strategies=json.dumps(members))


def test_who_pays(help_and_school: xr.Dataset) -> None:
    assert payers_of(help_and_school) == {"help": ("town",), "school": ("town", "state")}


def test_the_four_worlds_by_hand(help_and_school: xr.Dataset) -> None:
    """Within a year help costs the town 6; over three it gains 2. School gains the state 3 and costs the town 6.

    Together: within a year both lose (help -6, school -3, both -9); over three years help gains 22, school 27.
    """
    worlds = price_of_silos(help_and_school)
    assert worlds["chosen"].values.tolist() == [["usual", "help"], ["usual", "both"]]
    assert worlds["member"].values.tolist() == ["help", "school"]
    assert worlds["funded"].values.tolist() == [
        [[False, False], [True, False]], [[False, False], [True, True]],
    ]  # fmt: skip
    assert worlds["value"].values.tolist() == [[0, 22], [0, 49]]
    assert worlds["loss"].values.tolist() == [27, 49, 49]
    assert worlds["loss_of_actor"].sel(cause="silos").values.tolist() == [-6, 3, 30, -3, 27]
    assert worlds["loss_of_actor"].sel(cause="both").values.tolist() == [-4, 23, 30, 19, 49]
    town, state, home = range(3)
    vetoed = worlds["vetoed"].transpose("member", "payer", "horizon").values
    assert vetoed[0, town].tolist() == [True, False]
    assert vetoed[1, town].tolist() == [True, True]
    assert vetoed[1, state].tolist() == [False, False]
    assert not vetoed[0, state].any()
    assert not vetoed[:, home].any()
    assert worlds["probability_of_loss"].values.tolist() == [1, 1, 1]
    assert (worlds["loss_quantile"].values == [27, 49, 49]).all()


def test_a_longer_budget_horizon(help_and_school: xr.Dataset) -> None:
    worlds = price_of_silos(help_and_school, budget_years=2)
    assert worlds["chosen"].values.tolist() == [["usual", "help"], ["usual", "both"]]  # -2 within two years
    worlds = price_of_silos(help_and_school, budget_years=3)
    assert worlds["chosen"].values.tolist() == [["help", "help"], ["both", "both"]]
    assert worlds["loss"].values.tolist() == [27, 0, 27]


def test_a_payer_is_not_bound_by_what_others_fund() -> None:
    """The state's programme harms the town, which funds another one all the same; each decides on what it pays for."""
    results = made(
        {
            "usual": spent([10, 0, 0], [10, 0, 0], [0, 0, 0], {}),
            "town_helps": spent([0, 0, 0], [10, 0, 0], [0, 0, 0], {"town": 4}),
            "state_helps": spent([25, 0, 0], [0, 0, 0], [0, 0, 0], {"state": 4}),
            "both": spent([15, 0, 0], [0, 0, 0], [0, 0, 0], {"town": 4, "state": 4}),
        }
    ).assign_attrs(strategies=json.dumps({"usual": [], "town_helps": ["t"], "state_helps": ["s"], "both": ["t", "s"]}))
    worlds = price_of_silos(results)
    assert worlds["chosen"].values.tolist() == [["both", "both"], ["town_helps", "town_helps"]]
    assert worlds["value"].values.tolist() == [[-3, -3], [6, 6]]
    assert worlds["loss"].values.tolist() == [9, 0, 9]


def test_two_that_exclude_each_other() -> None:
    """Without a combination the payer takes the one that it gains more from; together the one that all do."""
    results = made(
        {
            "usual": spent([10, 0, 0], [50, 0, 0], [0, 0, 0], {}),
            "cheap": spent([7, 0, 0], [50, 0, 0], [0, 0, 0], {"town": 1}),
            "good": spent([4, 0, 0], [10, 0, 0], [0, 0, 0], {"town": 5}),
        }
    )
    worlds = price_of_silos(results)
    assert worlds["chosen"].values.tolist() == [["cheap", "cheap"], ["good", "good"]]
    assert worlds["loss"].values.tolist() == [39, 0, 39]


def test_what_gains_nothing_is_not_funded() -> None:
    results = made({"usual": spent([10, 0, 0], [0, 0, 0], [0, 0, 0], {}),
                    "even": spent([0, 0, 0], [0, 0, 0], [0, 0, 0], {"town": 10})})  # fmt: skip
    worlds = price_of_silos(results)
    assert (worlds["chosen"] == "usual").all()
    assert (worlds["loss"] == 0).all()
    assert (worlds["probability_of_loss"] == 0).all()


def test_a_probability_decides() -> None:
    """In three of four draws the town gains 2, in one it loses 1: expected 1.25, and a probability of 0.75."""
    saved = np.array([2.0, 2.0, 2.0, -1.0])[:, None] * [1, 0, 0]
    results = made({
        "usual": {("town", "resource"): 10 * ONE},
        "help": {("town", "resource"): 10 * ONE - saved - [1, 0, 0], ("town", "programme"): ONE * [1, 0, 0]},
    }).assign_attrs(engine="expected")  # fmt: skip
    assert (price_of_silos(results)["chosen"] == "help").all()
    assert (price_of_silos(results, probability=0.75)["chosen"] == "help").all()
    unsure = price_of_silos(results, probability=0.76)
    assert (unsure["chosen"] == "usual").all()
    assert (unsure["loss"] == 0).all()


def test_what_is_cashable_is_valued_too(help_and_school: xr.Dataset) -> None:
    saved = help_and_school["present_value"].sel(cost_kind="resource")
    half = (saved.sel(strategy="usual") - saved) / 2
    half = half.transpose("strategy", "draw", "actor", "year")
    results = help_and_school.assign(cashable_saving=half, cashable_present_value=half)
    worlds = price_of_silos(results)
    assert worlds["value"].values.tolist() == [[0, 22], [0, 49]]
    assert worlds["cashable_value"].values.tolist() == [[0, 16 - 10], [0, 16 + 19.5 - 22]]
    assert worlds["cashable_loss"].values.tolist() == [7.5, 13.5, 13.5]
    assert cashable_within(results, 1).sel(intervention="help", actor="town").values.tolist() == [2 - 10] * 4


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_identities_in_a_shipped_case(engine: str) -> None:
    results = simcore.simulate(simcore.read_scenario("school_dropout"), draws=60, persons=200, engine=engine)
    with worked_out_once():
        for years in (1, 3):
            worlds = price_of_silos(results, budget_years=years)
            assert (worlds["loss"] >= 0).all()
            best = worlds["value"].sel(decider="together", horizon="long")
            names = [str(name) for name in results["strategy"].values]
            net = simcore.net_saving(results).sum("actor").mean("draw")
            assert float(best) == pytest.approx(max(0.0, *net.values))
            for cause, (who, how) in {"silos": ("alone", "long"), "short_termism": ("together", "short")}.items():
                lost = worlds["loss"].sel(cause=cause)
                assert float(lost) == pytest.approx(float(best - worlds["value"].sel(decider=who, horizon=how)))
            actors = worlds["loss_of_actor"].drop_sel(actor=["public_sector", "society"]).sum("actor")
            np.testing.assert_allclose(actors, worlds["loss"], rtol=1e-9, atol=1e-6)
            assert set(np.unique(worlds["chosen"])) <= set(names)
        whole = saving_within(results, results.sizes["year"])
        np.testing.assert_allclose(whole, saving_within(results), rtol=1e-9, atol=1e-6)
        settled, mean = settled_within(results, 3).mean("draw"), saving_within(results, 3).mean("draw")
        known = settled.notnull()
        assert bool(known.any())
        np.testing.assert_allclose(settled.where(known, 0.0), mean.where(known, 0.0), atol=1e-6)


def test_wrong_input(help_and_school: xr.Dataset) -> None:
    for years in (0, 1.5, True):
        with pytest.raises(ResultsError, match="whole number of years"):
            price_of_silos(help_and_school, budget_years=years)  # type: ignore[arg-type]
    for probability in (0.3, 1.2, float("nan")):
        with pytest.raises(ResultsError, match=r"between 0\.5 and 1"):
            price_of_silos(help_and_school, probability=probability)
    with pytest.raises(UnknownNameError):
        price_of_silos(help_and_school, also=["nonsense"])


def test_what_nobody_pays_for_is_left_out_of_a_combination_too() -> None:
    """The town gains 20 by the team; the coach costs nobody anything and home 50."""
    results = made(
        {
            "usual": spent([30, 0, 0], [0, 0, 0], [0, 0, 0], {}),
            "team": spent([0, 0, 0], [0, 0, 0], [0, 0, 0], {"town": 10}),
            "coach": spent([30, 0, 0], [0, 0, 0], [50, 0, 0], {}),
            "both": spent([0, 0, 0], [0, 0, 0], [50, 0, 0], {"town": 10}),
        }
    ).assign_attrs(strategies=json.dumps({"usual": [], "team": ["t"], "coach": ["c"], "both": ["t", "c"]}))
    worlds = price_of_silos(results)
    assert (worlds["chosen"] == "team").all()
    assert worlds["loss"].values.tolist() == [0, 0, 0]


def test_all_public_actors_together() -> None:
    """What costs the town 10 and saves home 30 is nothing for the public sector, and 20 for all."""
    results = made(
        {
            "usual": spent([0, 0, 0], [0, 0, 0], [30, 0, 0], {}),
            "help": spent([0, 0, 0], [0, 0, 0], [0, 0, 0], {"town": 10}),
        }
    )
    assert price_of_silos(results)["chosen"].sel(decider="together").values.tolist() == ["help", "help"]
    public = price_of_silos(results, together="public_sector")
    assert (public["chosen"] == "usual").all()
    with pytest.raises(UnknownNameError, match="'home' is not a view"):
        price_of_silos(results, together="home")


MEMBERS = {"usual": [], "a": ["a"], "b": ["b"], "both": ["a", "b"]}
SPENT = st.lists(st.integers(-9, 9), min_size=9, max_size=9)


@settings(max_examples=25, deadline=None)
@given(st.fixed_dictionaries({name: SPENT for name in MEMBERS}), st.integers(1, 9), st.integers(1, 9))
def test_deciding_together_for_long_is_never_worse(costs: dict[str, list[int]], town: int, state: int) -> None:
    """The town pays for a, the state for b; each vetoes what it is better off without, counted from what is spent."""
    paid = {"usual": {}, "a": {"town": town}, "b": {"state": state}, "both": {"town": town, "state": state}}
    results = made(  # the comparator comes first
        {name: spent(costs[name][:3], costs[name][3:6], costs[name][6:], paid[name]) for name in MEMBERS}
    ).assign_attrs(strategies=json.dumps(MEMBERS))

    def spends(name: str, years: int) -> list[int]:
        """What town, state and home spend in the first years, the programme with it."""
        of, programme = costs[name], paid[name]
        resources = [sum(of[:years]), sum(of[3 : 3 + years]), sum(of[6 : 6 + years])]
        return [resources[0] + programme.get("town", 0), resources[1] + programme.get("state", 0), resources[2]]

    def gain(name: str, other: str, years: int, actors: list[int]) -> int:
        return sum(spends(other, years)[actor] - spends(name, years)[actor] for actor in actors)

    def stands(name: str, years: int) -> bool:
        without = {"a": {"usual": [0]}, "b": {"usual": [1]}, "both": {"b": [0], "a": [1]}}.get(name, {})
        return all(gain(name, other, years, actors) > 0 for other, actors in without.items())

    worlds, society = price_of_silos(results), [0, 1, 2]
    for horizon, years in (("short", 1), ("long", 3)):
        together = str(worlds["chosen"].sel(decider="together", horizon=horizon).values)
        most = max(gain(name, "usual", years, society) for name in MEMBERS)
        assert gain(together, "usual", years, society) == max(most, 0)
        alone = str(worlds["chosen"].sel(decider="alone", horizon=horizon).values)
        if stands("both", years):
            assert alone == "both"
        elif stands("a", years) != stands("b", years):
            assert alone == ("a" if stands("a", years) else "b")
        elif not stands("a", years):
            assert alone == "usual"
        else:
            payers = {"a": [0], "b": [1]}
            assert gain(alone, "usual", years, payers[alone]) == max(
                gain(of, "usual", years, payers[of]) for of in payers
            )
    assert (worlds["loss"] >= 0).all()
    best = gain(str(worlds["chosen"].sel(decider="together", horizon="long").values), "usual", 3, society)
    assert float(worlds["value"].sel(decider="together", horizon="long")) == best
