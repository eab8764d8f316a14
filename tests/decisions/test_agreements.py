"""Shares of a cost, with answers that are worked out on paper."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import simcore
from simcore.decisions.agreements import cost_shares, shapley_value
from simcore.decisions.fund import loans
from simcore.errors import ResultsError, UnknownNameError

from ..analysis.made import made


def by_orders(gains: list[float], cost: float) -> np.ndarray:
    """The definition: what each adds to those before it, averaged over all orders."""

    def worth(of: list[int]) -> float:
        return max(0.0, sum(gains[player] for player in of) - cost) if of else 0.0

    orders = list(permutations(range(len(gains))))
    found = np.zeros(len(gains))
    for order in orders:
        for place, player in enumerate(order):
            found[player] += worth([*order[: place + 1]]) - worth([*order[:place]])
    return found / len(orders)


def test_shapley_values_by_hand() -> None:
    assert shapley_value([12.0, 12.0], 10.0).tolist() == [7.0, 7.0]
    assert shapley_value([30.0, 0.0], 10.0).tolist() == [20.0, 0.0]
    # v(1) = 2, v(2) = 0, v(both) = 7: 1 adds 2 or 7, 2 adds 5 or 0.
    assert shapley_value([12.0, 5.0], 10.0).tolist() == [4.5, 2.5]
    assert shapley_value([3.0, 4.0], 10.0).tolist() == [0.0, 0.0]
    assert shapley_value([], 10.0).tolist() == []


@given(
    st.lists(st.integers(-20, 40).map(float), min_size=1, max_size=5),
    st.integers(0, 60).map(float),
)  # fmt: skip
def test_shapley_values_are_the_mean_over_orders(gains: list[float], cost: float) -> None:
    found = shapley_value(gains, cost)
    np.testing.assert_allclose(found, by_orders(gains, cost), atol=1e-9)
    assert found.sum() == pytest.approx(max(0.0, sum(gains) - cost), abs=1e-9)


def ten_draws(town: list[float], state: list[float]) -> object:
    """A programme of 10 that the town pays, and what it saves town and state in ten draws."""
    year = np.array([1, 0, 0])
    return made(
        {
            "usual": {("town", "resource"): 100 * np.ones((10, 3)), ("state", "resource"): 100 * np.ones((10, 3))},
            "help": {
                ("town", "resource"): 100 - np.array(town)[:, None] * year,
                ("state", "resource"): 100 - np.array(state)[:, None] * year,
                ("town", "programme"): 10 * np.ones((10, 1)) * year,
            },
        }
    ).assign_attrs(engine="expected")


def test_shares_by_hand() -> None:
    """The town gains 5 on average, the state 12: together 17 of a cost of 10."""
    results = ten_draws([5.0] * 10, [3.0, 4.0, 5.0, 6.0, *[17.0] * 6])
    shares = cost_shares(results, probability=0.7)  # type: ignore[arg-type]
    of = shares.sel(intervention="help")
    assert of["actor"].values.tolist() == ["town", "state"]
    assert float(of["total"]) == 7.0
    assert of["share"].sel(way="as_now").values.tolist() == [1, 0]
    assert of["net"].sel(way="as_now").values.tolist() == [-5, 12]
    np.testing.assert_allclose(of["share"].sel(way="proportional"), [5 / 17, 12 / 17])
    np.testing.assert_allclose(of["net"].sel(way="proportional"), [5 * 7 / 17, 12 * 7 / 17])
    # v(town) = 0, v(state) = 2, v(both) = 7: the town gets 2.5, the state 4.5.
    np.testing.assert_allclose(of["net"].sel(way="shapley"), [2.5, 4.5])
    np.testing.assert_allclose(of["share"].sel(way="shapley"), [0.25, 0.75])
    # The state can pay 6 in seven of ten draws, the town 5 in all: 1 more than the cost, given back 5 to 12.
    np.testing.assert_allclose(of["share"].sel(way="probability"), [0.5 - 0.1 * 5 / 17, 0.6 - 0.1 * 12 / 17])
    assert of["probability_not_to_lose"].sel(way="as_now").values.tolist() == [0, 1]
    assert of["probability_not_to_lose"].sel(way="shapley").values.tolist() == [1, 0.6]
    assert of["probability_not_to_lose"].sel(way="probability").values.tolist() == [1, 0.7]
    assert float(of["reachable"]) == 0.8  # the state can pay 5 in eight of ten
    assert cost_shares(results, probability=0.8)["share"].sel(way="probability").values.tolist() == [[0.5, 0.5]]  # type: ignore[arg-type]
    beyond = cost_shares(results, probability=0.81)  # type: ignore[arg-type]
    assert beyond["share"].sel(way="probability").isnull().all()
    assert beyond["net"].sel(way="probability").isnull().all()


def test_without_a_gain_there_are_no_shares() -> None:
    shares = cost_shares(ten_draws([5.0] * 10, [5.0] * 10))  # type: ignore[arg-type]
    assert shares["total"].values.tolist() == [0.0]
    assert shares["share"].sel(way=["proportional", "shapley", "probability"]).isnull().all()
    assert shares["share"].sel(way="as_now").values.tolist() == [[1, 0]]
    assert shares["reachable"].isnull().all()


def test_who_loses_by_it_is_paid_its_shapley_value() -> None:
    shares = cost_shares(ten_draws([-2.0] * 10, [30.0] * 10)).sel(intervention="help")  # type: ignore[arg-type]
    assert shares["share"].sel(way="proportional").values.tolist() == [-0.2, 1.2]
    assert shares["net"].sel(way="proportional").values.tolist() == [0, 18]
    # v(town) = 0, v(state) = 20, v(both) = 18.
    assert shares["net"].sel(way="shapley").values.tolist() == [-1, 19]
    np.testing.assert_allclose(shares["share"].sel(way="shapley"), [-0.1, 1.1])


def test_shares_add_up_in_a_shipped_case() -> None:
    results = simcore.simulate(simcore.read_scenario("school_dropout"), draws=60, persons=200, engine="expected")
    shares = cost_shares(results, probability=0.5)
    for way in ("proportional", "shapley", "probability"):
        of = shares["share"].sel(way=way)
        known = of.notnull().all("actor")
        np.testing.assert_allclose(of.where(known, drop=True).sum("actor"), 1.0, atol=1e-9)
    some = shares.where(shares["share"].notnull().all(["way", "actor"]), drop=True)
    assert some.sizes["intervention"] >= 1
    np.testing.assert_allclose(some["net"].sel(way="shapley").sum("actor"), some["total"], rtol=1e-9)
    assert (some["probability_not_to_lose"].sel(way="probability") >= 0.5).all()
    assert (some["reachable"] >= 0.5).all()


def test_wrong_input() -> None:
    results = ten_draws([5.0] * 10, [5.0] * 10)
    for probability in (0, 1, float("nan")):
        with pytest.raises(ResultsError, match="between 0 and 1"):
            cost_shares(results, probability=probability)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="nobody"):
        cost_shares(results, among=["nobody"])  # type: ignore[arg-type]
    with pytest.raises(ResultsError, match="no actor"):
        cost_shares(results, among=[])  # type: ignore[arg-type]
    with pytest.raises(ResultsError, match="at most 16"):
        shapley_value(np.ones(17), 1.0)


def test_allowances_are_gains_of_who_gets_them_and_costs_of_who_pays() -> None:
    """The town pays 5 for a programme and 20 to home, which the state saves 15 by: town -25, state 15, home 20."""
    year = np.ones((4, 3)) * [1, 0, 0]
    usual = {("town", "resource"): 0 * year, ("state", "resource"): 15 * year}
    help_ = {
        ("town", "programme"): 5 * year, ("town", "transfer"): 0 * year, ("state", "resource"): 0 * year,
    }  # fmt: skip
    results = made({"usual": usual, "help": help_})
    allowance = results["cost"].isel(cost_kind=[0]).assign_coords(cost_kind=["programme_transfer"]) * 0.0
    allowance.loc[{"strategy": "help", "actor": "town", "year": 2024}] = 20.0
    allowance.loc[{"strategy": "help", "actor": "home", "year": 2024}] = -20.0
    money = xr.concat([results["cost"], allowance], dim="cost_kind")
    parts = [
        results["present_value_of_part"],
        allowance.sum("year")
        + 0.0
        * results["present_value_of_part"]
        .isel(cost_kind=[0], drop=True)
        .assign_coords(cost_kind=["programme_transfer"]),
    ]
    others = results.drop_vars(["cost", "present_value", "present_value_of_part"]).drop_dims(
        "cost_kind", errors="ignore"
    )
    results = others.assign(cost=money, present_value=money, present_value_of_part=xr.concat(parts, dim="cost_kind"))
    public = cost_shares(results).sel(intervention="help")
    assert float(public["total"]) == -10
    assert public["share"].sel(way="as_now").values.tolist() == [1, 0]
    assert np.isnan(public["share"].sel(way="proportional")).all()
    everybody = cost_shares(results, among=["town", "state", "home"]).sel(intervention="help")
    assert float(everybody["total"]) == 10
    np.testing.assert_allclose(everybody["share"].sel(way="proportional"), [0, 15 / 35, 20 / 35])
    np.testing.assert_allclose(everybody["net"].sel(way="proportional").sum(), 10)
    assert loans(results)["outlay"].sel(intervention="help").values.tolist() == [[25, 0, 0]] * 4
