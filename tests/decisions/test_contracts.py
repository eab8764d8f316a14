"""Prices of successes, with answers that are worked out on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.decisions.contracts import outcome_contract
from simcore.errors import ResultsError, UnknownNameError

from ..analysis.made import made
from .test_ranking import first_year, with_outcome

#: 1.5 on average, with an error of sqrt(10.5 / 9 / 10) = 0.34.
SUCCESSES = np.array([0, 0, 1, 1, 1, 2, 2, 2, 3, 3], dtype=float)


def bought(
    successes: Any, cost: Any, town: Any, state: Any, *, sign: int = 1, parts: dict[str, Any] | None = None
) -> xr.Dataset:  # fmt: skip
    """A programme that the town pays for in each draw, what it saves town and state, and who passes more than 5."""
    each = np.ones(len(successes))
    usual = {(actor, "resource"): first_year(each * 100) for actor in ("town", "state")}
    helped = {
        ("town", "resource"): first_year(100 - each * town),
        ("state", "resource"): first_year(100 - each * state),
        ("town", "programme"): first_year(each * cost),
    }
    levels = {"usual": each * 5, "help": 5 + sign * np.asarray(successes)}
    return with_outcome(made({"usual": usual, "help": helped}), levels, parts)


def of(found: xr.Dataset, name: str) -> Any:
    """The only intervention."""
    return found[name].sel(intervention="help").values.tolist()


def test_prices_by_hand() -> None:
    """1.5 successes cost 9, so 6 each, and are worth 3 + 9 = 12, so 8 each: the price is 7, and leaves 1.5 to both."""
    found = outcome_contract(bought(SUCCESSES, 9, 3, 9), "passed")
    assert of(found, "successes") == 1.5
    np.testing.assert_allclose(of(found, "successes_mcse"), np.sqrt(10.5 / 9 / 10))
    assert of(found, "cost_per_success") == 6
    assert of(found, "worth_per_success") == 8
    # 9 - 6 * S is -6 times the deviation of S, and 12 - 8 * S is -8 times.
    np.testing.assert_allclose(of(found, "cost_per_success_mcse"), 6 * np.sqrt(10.5 / 9 / 10) / 1.5)
    np.testing.assert_allclose(of(found, "worth_per_success_mcse"), 8 * np.sqrt(10.5 / 9 / 10) / 1.5)
    assert of(found, "agreement") is True
    assert of(found, "price") == 7
    assert of(found, "provider_net") == 7 * 1.5 - 9
    assert of(found, "buyers_net") == 12 - 7 * 1.5
    np.testing.assert_allclose(of(found, "provider_net_mcse"), 7 * np.sqrt(10.5 / 9 / 10))
    np.testing.assert_allclose(of(found, "buyers_net_mcse"), 7 * np.sqrt(10.5 / 9 / 10))
    assert of(found, "provider_probability") == 0.5  # 14 and 21 are enough, 0 and 7 are not
    assert of(found, "buyers_probability") == 0.5  # 0 and 7 are not too much
    assert found["actor"].values.tolist() == ["town", "state"]
    assert of(found, "buyer_share") == [0.25, 0.75]
    assert of(found, "buyer_net") == [3 - 10.5 / 4, 9 - 10.5 * 3 / 4]
    assert of(found, "dead_weight") == 0
    assert found["price"].attrs == {"units": "SEK, per unit of passed"}
    assert found["provider_net"].attrs == {"units": "SEK"}
    assert found["provider_probability"].attrs == {}


@pytest.mark.parametrize(
    ("probability", "lowest", "highest"),
    [(0.2, 3, np.inf), (0.5, 4.5, 12), (0.51, 9, 6), (0.8, 9, 6), (0.81, np.inf, 4), (0.9, np.inf, 4)],
)
def test_prices_at_a_probability(probability: float, lowest: float, highest: float) -> None:
    """The provider needs 3, 3, 4.5 three times, 9 three times, and in two draws no price is enough.

    The buyers afford any price in two draws, 12 three times, 6 three times, and 4 twice.
    """
    found = outcome_contract(bought(SUCCESSES, 9, 3, 9), "passed", probability=probability)
    assert of(found, "lowest_price_at") == lowest
    assert of(found, "highest_price_at") == highest


@pytest.mark.parametrize("probability", [0.3, 0.5, 0.7])
def test_at_those_prices_nobody_loses_as_often(probability: float) -> None:
    rng = np.random.default_rng(5)
    results = bought(rng.uniform(0.5, 3, 40), rng.uniform(5, 9, 40), rng.uniform(1, 5, 40), rng.uniform(4, 9, 40))
    at = outcome_contract(results, "passed", probability=probability)
    for who, name in (("provider", "lowest_price_at"), ("buyers", "highest_price_at")):
        price = of(at, name)
        exactly = outcome_contract(results, "passed", price=price)
        assert of(exactly, f"{who}_probability") == probability
        worse = price * (0.999 if who == "provider" else 1.001)
        assert of(outcome_contract(results, "passed", price=worse), f"{who}_probability") < probability


def test_the_whole_is_shared_between_them() -> None:
    rng = np.random.default_rng(6)
    results = bought(rng.uniform(0.5, 3, 20), rng.uniform(5, 9, 20), rng.uniform(1, 5, 20), rng.uniform(4, 9, 20))
    for price in (None, 0.0, 2.5, 40.0):
        found = outcome_contract(results, "passed", price=price)
        gain = simcore.net_saving(results).sel(actor=["town", "state"]).sum("actor").mean("draw")
        np.testing.assert_allclose(found["provider_net"] + found["buyers_net"], gain, rtol=1e-9)
        np.testing.assert_allclose(found["buyer_net"].sum("actor"), found["buyers_net"], rtol=1e-9, atol=1e-9)
    both = outcome_contract(results, "passed")
    np.testing.assert_allclose(both["provider_net"], both["buyers_net"])  # in the middle both gain the same
    for name, who in (("cost_per_success", "provider"), ("worth_per_success", "buyers")):
        at = outcome_contract(results, "passed", price=of(both, name))
        np.testing.assert_allclose(at[f"{who}_net"], 0, atol=1e-9)


def test_no_agreement() -> None:
    """Worth 8, 5.33 each, at a cost of 6 each."""
    results = bought(SUCCESSES, 9, 3, 5)
    found = outcome_contract(results, "passed")
    assert of(found, "agreement") is False
    np.testing.assert_allclose(of(found, "worth_per_success"), 8 / 1.5)
    for name in ("price", "provider_net", "buyers_net", "provider_probability", "buyers_probability"):
        assert np.isnan(of(found, name))
    assert np.isnan(of(found, "buyer_net")).all()
    assert of(found, "lowest_price_at") == 9  # each has a price of its own all the same
    given = outcome_contract(results, "passed", price=7)
    assert of(given, "price") == 7
    assert of(given, "provider_net") == 1.5
    assert of(given, "buyers_net") == -2.5
    assert of(given, "agreement") is False


def test_a_price_at_which_both_come_out_even_is_an_agreement() -> None:
    found = outcome_contract(bought([1.0] * 4, 0.3, 0.1, 0.2), "passed")
    assert of(found, "agreement") is True
    np.testing.assert_allclose(of(found, "price"), 0.3)
    assert (of(found, "provider_probability"), of(found, "buyers_probability")) == (1, 1)


def test_nobody_owes_for_what_gets_worse() -> None:
    """Two draws of -1 instead of 0: 1.3 successes are expected, and 1.5 are paid for."""
    worse = SUCCESSES.copy()
    worse[:2] = -1
    found = outcome_contract(bought(worse, 9, 3, 9), "passed")
    np.testing.assert_allclose(of(found, "successes"), 1.3)
    assert of(found, "cost_per_success") == 6
    assert of(found, "worth_per_success") == 8
    assert of(found, "lowest_price_at") == 9
    assert of(found, "provider_net") == 1.5
    assert of(outcome_contract(bought(worse, 9, 3, 9), "passed", probability=0.9), "lowest_price_at") == np.inf


def test_buyers_who_lose_whatever_the_price() -> None:
    """In three of ten draws they lose 2 without paying anything: with seven of ten they can do so at a price."""
    town = np.array([-2.0, 8, 8, 8, 8, -2, 8, 8, -2, 8])
    results = bought(SUCCESSES, 1, town, 0)
    assert np.isnan(of(outcome_contract(results, "passed", probability=0.8), "highest_price_at"))
    # 8 / S: any, 8 three times, 4 twice, 2.67 once; seven of ten take the least of them.
    np.testing.assert_allclose(of(outcome_contract(results, "passed", probability=0.7), "highest_price_at"), 8 / 3)
    assert of(outcome_contract(results, "passed", probability=0.1), "highest_price_at") == np.inf


def test_a_programme_that_costs_nothing() -> None:
    found = outcome_contract(bought(SUCCESSES, 0, 3, 9), "passed", probability=0.9)
    assert of(found, "cost_per_success") == of(found, "lowest_price_at") == 0
    assert of(found, "price") == 4
    assert of(found, "provider_probability") == 1


def test_nobody_gains() -> None:
    found = outcome_contract(bought(SUCCESSES, 9, 0, -1), "passed", price=2)
    assert np.isnan(of(found, "buyer_share")).all()
    assert np.isnan(of(found, "buyer_net")).all()
    assert of(found, "buyers_net") == -4
    assert of(found, "buyers_probability") == 0
    one_gains = outcome_contract(bought(SUCCESSES, 9, 12, -1), "passed", price=2)
    assert of(one_gains, "buyer_share") == [1, 0]
    assert of(one_gains, "buyer_net") == [9, -1]


@pytest.mark.parametrize("successes", [[0.0] * 4, [-2.0] * 4, [-1.0, 1.5, -1.0, 1.5], [0.0, 0.0, 0.0, 1.0]])
def test_without_successes_that_are_told_from_zero(successes: list[float]) -> None:
    found = outcome_contract(bought(successes, 9, 30, 0), "passed")
    assert of(found, "successes") == np.mean(successes)
    for name in ("cost_per_success", "worth_per_success", "cost_per_success_mcse", "price", "provider_net"):
        assert np.isnan(of(found, name))
    assert of(found, "agreement") is False
    assert of(found, "lowest_price_at") == np.inf


def test_one_draw() -> None:
    found = outcome_contract(bought([2.0], 9, 3, 9), "passed", price=5)
    assert of(found, "successes") == 2
    for name in ("successes_mcse", "cost_per_success", "worth_per_success"):
        assert np.isnan(of(found, name))
    assert of(found, "agreement") is False


def test_less_of_what_is_not_wanted() -> None:
    more = outcome_contract(bought(SUCCESSES, 9, 3, 9), "passed")
    less = outcome_contract(bought(SUCCESSES, 9, 3, 9, sign=-1), "passed", more_is_better=False)
    xr.testing.assert_allclose(more, less)


def test_all_successes_are_paid_for() -> None:
    """6.5 successes, 5 of which would have come anyway."""
    found = outcome_contract(bought(SUCCESSES, 9, 3, 9), "passed", counted="all")
    assert of(found, "successes") == 6.5
    np.testing.assert_allclose(of(found, "dead_weight"), 5 / 6.5)
    np.testing.assert_allclose(of(found, "cost_per_success"), 9 / 6.5)
    np.testing.assert_allclose(of(found, "worth_per_success"), 12 / 6.5)
    np.testing.assert_allclose(of(found, "price"), 10.5 / 6.5)
    # 9 / S: two draws of 5, three of 6, 7 and two of 8; with eight of ten the price of 6.
    np.testing.assert_allclose(of(found, "lowest_price_at"), 9 / 6)
    np.testing.assert_allclose(of(found, "highest_price_at"), 12 / 7)


def test_buyers() -> None:
    found = outcome_contract(bought(SUCCESSES, 9, 3, 9), "passed", buyers=["state", "home", "state"])
    assert found["actor"].values.tolist() == ["state", "home"]
    assert of(found, "worth_per_success") == 6
    assert of(found, "price") == 6
    assert of(found, "buyer_share") == [1, 0]
    assert of(found, "agreement") is True


def test_what_becomes_money() -> None:
    """Of what the state saves only 3 becomes money: with the 3 of the town 6, 4 for each success."""
    results = bought(SUCCESSES, 9, 3, 9)
    money = results["present_value"].isel(cost_kind=0, drop=True) * 0.0
    money.loc[{"strategy": "help", "actor": ["town", "state"], "year": 2024}] = 3.0
    results = results.assign(cashable_saving=money, cashable_present_value=money)
    found = outcome_contract(results, "passed", cashable=True)
    assert of(found, "worth_per_success") == 4
    assert of(found, "agreement") is False
    assert of(found, "highest_price_at") == 3
    assert of(found, "buyer_share") == [0.5, 0.5]
    assert of(outcome_contract(results, "passed"), "worth_per_success") == 8
    plain = bought(SUCCESSES, 9, 3, 9)
    same = outcome_contract(plain, "passed", cashable=True)  # where nothing says so, all is money
    xr.testing.assert_allclose(same, outcome_contract(plain, "passed"))


def test_luck_hides_successes() -> None:
    """The halves differ by far more than the draws do."""
    swing = np.array([-9.0, 9, 9, -9, 9, -9, 9, -9, -9, 9])
    results = bought(SUCCESSES, 9, 3, 9, parts={"half_0": 5 + SUCCESSES + swing, "half_1": 5 + SUCCESSES - swing})
    found = outcome_contract(results, "passed", price=7)
    assert of(found, "successes") == 1.5
    for name in (
        "cost_per_success", "worth_per_success", "lowest_price_at", "highest_price_at", "price", "provider_net",
        "buyers_net", "provider_probability", "buyers_probability", "provider_net_mcse",
    ):  # fmt: skip
        assert np.isnan(of(found, name)), name
    assert np.isnan(of(found, "buyer_net")).all()
    assert of(found, "agreement") is False


def test_sampled_lives_keep_the_mean() -> None:
    """Luck taken off, the successes that are paid for are those of the draws, on average."""
    results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=60, persons=80)
    found = outcome_contract(results, "time_new", buyers=["owner"])
    change = simcore.summarise_outcomes(results, discounted=True)["change"].sel(outcome="time_new")
    summary = simcore.summarise(results).sel(actor="owner")
    np.testing.assert_allclose(found["successes"], change, rtol=1e-9)
    np.testing.assert_allclose(found["cost_per_success"], summary["programme_cost"] / change, rtol=1e-9)
    np.testing.assert_allclose(found["worth_per_success"], summary["avoided_cost"] / change, rtol=1e-9)
    assert bool((found["lowest_price_at"] > found["cost_per_success"]).all())


def test_wrong_input() -> None:
    results = bought(SUCCESSES, 9, 3, 9)
    with pytest.raises(UnknownNameError) as unknown:
        outcome_contract(results, "past")
    assert str(unknown.value) == "'past' is not an outcome of these results; did you mean 'passed'? Known: passed."
    with pytest.raises(UnknownNameError) as nobody:
        outcome_contract(results, "passed", buyers=["towns"])
    assert str(nobody.value) == (
        "'towns' is not an actor of these results; did you mean 'town'? Known: home, state, town."
    )  # fmt: skip
    for options, message in (
        ({"probability": 1}, "A probability not to lose is between 0 and 1; found 1."),
        ({"price": -1.0}, "The price of a success is an amount of at least 0; found -1.0."),
        ({"price": float("nan")}, "The price of a success is an amount of at least 0; found nan."),
        ({"counted": "some"}, "What is paid for is 'additional' or 'all'; found 'some'."),
        (
            {"counted": "all", "more_is_better": False},
            "With counted='all' each unit of the outcome is paid for, so it has to be one that is wanted; of one that "
            "is not, what there is less of can be paid for: counted='additional'.",
        ),
        ({"buyers": []}, "There is no actor in the public sector, or none is named: name some with buyers=."),
    ):
        with pytest.raises(ResultsError) as error:
            outcome_contract(results, "passed", **options)  # type: ignore[arg-type]
        assert str(error.value) == message
