"""A fund whose loans and balances are worked out on paper."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.decisions.fund import _repaid, investment_fund, loans
from simcore.errors import ResultsError, UnknownNameError

from ..analysis.made import made


def case(costs: dict[str, list[float]], saved: dict[str, list[list[float]]], group: int = 1) -> xr.Dataset:
    """Programmes with a cost in the first year of each draw, and what the town saves in three years."""
    n_draws = len(next(iter(costs.values())))
    usual = {("town", "resource"): 100 * np.ones((n_draws, 3))}
    strategies = {
        name: {
            ("town", "resource"): 100 - np.array(saved[name], dtype=float) * np.ones((n_draws, 1)),
            ("town", "programme"): np.array(of, dtype=float)[:, None] * [1, 0, 0],
        }
        for name, of in costs.items()
    }
    return made({"usual": usual, **strategies}).assign_attrs(target_group=group)


def test_a_loan_by_hand() -> None:
    results = case({"help": [10.0, 10.0]}, {"help": [[0, 6, 6], [0, 3, 3]]})
    loan = loans(results)
    assert loan["outlay"].sel(intervention="help").values.tolist() == [[10, 0, 0], [10, 0, 0]]
    assert loan["repayment"].sel(intervention="help").values.tolist() == [[0, 6, 4], [0, 3, 3]]
    assert loan["owed"].sel(intervention="help").values.tolist() == [[10, 4, 0], [10, 7, 4]]
    half = loans(results, repaid=0.5)
    assert half["repayment"].sel(intervention="help").values.tolist() == [[0, 3, 3], [0, 1.5, 1.5]]
    with_interest = loans(results, interest=0.1)["owed"].sel(intervention="help").values
    np.testing.assert_allclose(with_interest, [[10, 5, 0], [10, 8, 5.8]])


def test_losses_of_a_year_repay_nothing() -> None:
    repayment, owed = _repaid(np.array([[5.0, 0, 0]]), np.maximum([[-3.0, 2.0, 9.0]], 0.0), 0.0)
    assert repayment.tolist() == [[0, 2, 3]]
    assert owed.tolist() == [[5, 3, 0]]


def test_the_balance_by_hand() -> None:
    """A group of two persons: 20 laid out, 12 and 8 repaid, or 6 and 6."""
    fund = investment_fund(case({"help": [10.0, 10.0]}, {"help": [[0, 6, 6], [0, 3, 9]]}, group=2), 25.0)
    assert fund["groups"].values.tolist() == [1]
    assert fund["balance"].values.tolist() == [5, (17 + 11) / 2, 25]
    assert fund["balance_quantile"].sel(quantile=0.5).values.tolist() == [5, 14, 25]
    assert fund["probability_dry"].values.tolist() == [0, 0, 0]
    assert float(fund["lowest"]) == float(fund["lowest_at_risk"]) == 5
    assert float(fund["gain"]) == 2 * 2
    assert fund["probability_repaid"].values.tolist() == [1]


def test_the_capital_limits_how_many_groups() -> None:
    results = case({"help": [10.0, 10.0]}, {"help": [[0, 6, 6], [0, 6, 6]]})
    for capital, groups in ((9.9, 0), (10, 1), (29, 2), (31, 3), (1e9, 5)):
        assert investment_fund(results, capital, groups=5)["groups"].values.tolist() == [groups]


def test_risk_decides() -> None:
    """In one of four draws the programme costs 14, not 10: with 12 in the fund it runs dry there, by 2."""
    results = case({"help": [10.0, 10.0, 10.0, 14.0]}, {"help": [[0, 9, 9]] * 4})
    for risk in (0.1, 0.25, 0.49):  # the mean of the worst draw, or of the two worst: (2 - 2 * 0.96) / 1.96 > 0
        assert investment_fund(results, 12.0, risk=risk)["groups"].values.tolist() == [0]
    fund = investment_fund(results, 12.0, risk=0.5)  # short of 2 and of -2: nothing on average
    assert fund["groups"].values.tolist() == [1]
    assert fund["probability_dry"].values.tolist() == [0.25] * 3
    assert float(fund["lowest_at_risk"]) == pytest.approx(0.0)
    nothing = investment_fund(results, 12.0, risk=0.25)
    assert nothing["balance"].values.tolist() == [12, 12, 12]
    assert float(nothing["gain"]) == 0.0
    assert nothing["probability_repaid"].values.tolist() == [1]


def test_what_society_loses_by_is_not_paid_for() -> None:
    assert investment_fund(case({"help": [10.0]}, {"help": [[0, 1, 1]]}), 1e6)["groups"].values.tolist() == [0]


def test_money_that_comes_before_any_outlay() -> None:
    results = case({"help": [0.0], "more": [0.0]}, {"help": [[1, 1, 1]], "more": [[2, 1, 1]]})
    assert investment_fund(results, 0.0, groups=3)["groups"].values.tolist() == [0, 3]
    alike = case({"help": [0.0], "same": [0.0]}, {"help": [[2, 1, 1]], "same": [[2, 1, 1]]})
    assert investment_fund(alike, 0.0, groups=3)["groups"].values.tolist() == [3, 0]


def shortage_at_risk(results: xr.Dataset, numbers: tuple[int, ...], capital: float, risk: float) -> float:
    """The mean of the largest shortages, by sorting them."""
    loan = loans(results)
    flow = (loan["repayment"] - loan["outlay"]).values * results.attrs["target_group"]
    lowest = (capital + np.tensordot(numbers, flow, 1).cumsum(axis=-1)).min(axis=-1)
    n = round(risk * len(lowest))
    return -float(np.sort(lowest)[:n].mean())


@pytest.mark.parametrize("seed", range(6))
def test_no_other_portfolio_is_better(seed: int) -> None:
    dice = np.random.default_rng(seed)
    draws, names = 20, ["one", "two", "three"]
    costs = {name: dice.uniform(5, 15, draws).tolist() for name in names}
    saved = {name: (dice.uniform(0, 12, (draws, 3)) * [0.2, 1, 1]).tolist() for name in names}
    results, capital, groups, risk = case(costs, saved), 40.0, 5, 0.2
    fund = investment_fund(results, capital, groups=groups, risk=risk)
    gains = simcore.net_saving(results).sum("actor").mean("draw").values
    allowed = [
        numbers for numbers in product(range(groups + 1), repeat=3)
        if sum(numbers) <= groups and shortage_at_risk(results, numbers, capital, risk) <= 1e-9
    ]  # fmt: skip
    best = max(float(gains @ numbers) for numbers in allowed)
    assert float(fund["gain"]) == pytest.approx(best)
    assert tuple(fund["groups"].values) in allowed
    assert float(fund["lowest_at_risk"]) == pytest.approx(
        -shortage_at_risk(results, tuple(fund["groups"].values), capital, risk)
    )


def test_a_shipped_case() -> None:
    results = simcore.simulate(simcore.read_scenario("school_dropout"), draws=100, persons=200, engine="expected")
    fund = investment_fund(results, 20e6, groups=3)
    assert int(fund["groups"].sum()) <= 3
    assert float(fund["lowest_at_risk"]) >= -1.0
    assert bool((fund["balance_quantile"].sel(quantile=0.05) <= fund["balance_quantile"].sel(quantile=0.95)).all())


def test_wrong_input() -> None:
    results = case({"help": [10.0]}, {"help": [[0, 6, 6]]})
    for capital in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ResultsError, match="capital"):
            investment_fund(results, capital)
    for groups in (0, 1.5, True, 10**9):
        with pytest.raises(ResultsError, match="target groups"):
            investment_fund(results, 1.0, groups=groups)  # type: ignore[arg-type]
    for risk in (0.0, 1.1, float("nan")):
        with pytest.raises(ResultsError, match="at risk"):
            investment_fund(results, 1.0, risk=risk)
    with pytest.raises(ResultsError, match="repaid"):
        loans(results, repaid=1.1)
    with pytest.raises(ResultsError, match="Interest"):
        loans(results, interest=-0.1)
    with pytest.raises(UnknownNameError):
        loans(results, repaid_by=["nobody"])
    with pytest.raises(ResultsError, match="no actor"):
        loans(results, repaid_by=[])
