"""A social investment fund: it pays for interventions and gets its money back from what becomes money in budgets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

from simcore.analysis.avoided_cost import net_saving, programme_cost
from simcore.analysis.by_draws import by_draws
from simcore.analysis.cashable import cashable_saving, says_cashable
from simcore.analysis.two_orders import mean_and_error, quantiles
from simcore.decisions.actors import ROUNDING, named_actors
from simcore.decisions.outcomes import payers_among
from simcore.errors import ResultsError

#: Target groups that a fund may reach, at most.
_MOST_GROUPS = 100_000


def loans(
    results: xr.Dataset, *, repaid: float = 1.0, interest: float = 0.0, repaid_by: Sequence[str] | None = None
) -> xr.Dataset:  # fmt: skip
    """What a fund that pays for an intervention lays out and gets back, year by year and in each draw.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    repaid
        Share of the cashable saving of each year that goes to the fund, until it has its money back.
    interest
        Per year on what is still owed, above the price index.
    repaid_by
        The actors whose cashable savings count; by default those of the public sector.

    Returns
    -------
    Dataset (intervention, draw, year) [money of the price year per person, not discounted] with ``outlay``, what these
    actors would lay out for the programme, or all who pay where none of them does; ``repayment``; and ``owed`` at the
    end of the year, with interest. Savings and outlay of a year come in the same year; a year in which actors together
    save nothing repays nothing.

    Raises
    ------
    ResultsError
        `repaid` or `interest` is out of range, or there are no actors.
    UnknownNameError
        `repaid_by` names no actor of these results.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> loan = loans(results, repaid_by=["owner"])
    >>> bool((loan["repayment"].sum("year") <= loan["outlay"].sum("year") + 1e-6).all())
    True
    """
    if not 0 <= repaid <= 1:
        raise ResultsError(f"The share that is repaid is between 0 and 1; found {repaid}.")
    if not 0 <= interest <= 1:
        raise ResultsError(f"Interest per year is between 0 and 1; found {interest}.")
    actors = named_actors(results, repaid_by, "repaid_by")
    pays = payers_among(results, actors)

    def of_some(some: xr.Dataset) -> xr.Dataset:
        outlay = programme_cost(some, by_year=True, discounted=False).where(pays, 0.0).sum("actor").clip(min=0.0)
        cash = cashable_saving(some, by_year=True, discounted=False).sel(actor=actors).sum("actor")
        outlay, cash = (of.transpose("intervention", "draw", "year") for of in (outlay, cash))
        repayment, owed = _repaid(outlay.values, repaid * np.maximum(cash.values, 0.0), interest)
        return xr.Dataset(
            {"outlay": outlay, "repayment": outlay.copy(data=repayment), "owed": outlay.copy(data=owed)}
        )  # fmt: skip

    found = by_draws(of_some, results, "cost", *(["cashable_saving"] if says_cashable(results) else []))
    for array in found.values():
        array.attrs = {"units": results["cost"].attrs.get("units", "")}
    return found


def _repaid(
    outlay: NDArray[np.float64], cash: NDArray[np.float64], interest: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is repaid in each year, and what is owed at its end (..., year)."""
    repayment, owed = np.zeros_like(outlay), np.zeros_like(outlay)
    still = np.zeros(outlay.shape[:-1])
    for year in range(outlay.shape[-1]):
        still = still * (1 + interest) + outlay[..., year]
        repayment[..., year] = np.minimum(cash[..., year], still)
        still = still - repayment[..., year]
        owed[..., year] = still
    return repayment, owed


def investment_fund(
    results: xr.Dataset,
    capital: float,
    *,
    groups: int = 1,
    risk: float = 0.05,
    repaid: float = 1.0,
    interest: float = 0.0,
    repaid_by: Sequence[str] | None = None,
    also: Sequence[str] = (),
) -> xr.Dataset:
    """What a fund of a given size should pay for, how its balance develops, and whether it runs dry.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    capital
        What the fund has at the start [money of the price year].
    groups
        How many target groups there are, each of which gets one strategy at most.
    risk
        In the average of this share of draws, the worst for the fund, it shall not run dry.
    repaid, interest, repaid_by
        As for `loans`.
    also
        Kinds of cost that society's net saving counts on request.

    Returns
    -------
    Dataset with

    - ``groups`` (intervention): how many target groups get each strategy;
    - ``gain``: expected net saving of society, of all of them and over the whole horizon, as present value, and its
      Monte Carlo standard error ``gain_mcse``;
    - ``balance`` (year), expected, and ``balance_quantile`` (quantile, year): what the fund has at the end of a year;
    - ``probability_dry`` (year): probability that it has had less than nothing by the end of a year;
    - ``lowest``: expected lowest balance, and ``lowest_at_risk``, the mean of it in the worst share `risk` of draws
      (conditional value at risk [1]_);
    - ``probability_repaid`` (intervention): probability that the loan of a group is repaid within the horizon.

    Money is that of the price year, not discounted but for ``gain``.

    Raises
    ------
    ResultsError
        A number is out of range, or the solver found no answer.
    UnknownNameError
        As `loans`, or `also` names no kind of cost.

    Notes
    -----
    The portfolio with the largest expected net saving of society among those that meet the bound on the conditional
    value at risk, found by mixed-integer linear programming (``scipy.optimize.milp``). Overlap between interventions is
    that of combined strategies. Balances are of single draws as simulated, in all groups alike, and hold the luck of
    the persons simulated: with few persons in a draw a fund looks more at risk than it is. The exact engine has none.

    References
    ----------
    .. [1] Rockafellar & Uryasev (2000), Optimization of conditional value-at-risk, Journal of Risk 2:21-41.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> fund = investment_fund(results, 1e9, repaid_by=["owner"])
    >>> int(fund["groups"].sum())
    1
    """
    if not np.isfinite(capital) or capital < 0:
        raise ResultsError(f"The capital of a fund is an amount of at least 0; found {capital}.")
    if isinstance(groups, bool) or not isinstance(groups, int) or not 1 <= groups <= _MOST_GROUPS:
        raise ResultsError(f"The number of target groups is a whole number from 1 to {_MOST_GROUPS}; found {groups}.")
    if not 0 < risk <= 1:
        raise ResultsError(f"The share of draws at risk is above 0 and at most 1; found {risk}.")
    loan = loans(results, repaid=repaid, interest=interest, repaid_by=repaid_by)
    persons = int(results.attrs["target_group"])
    flow = (loan["repayment"] - loan["outlay"]).values * persons
    saving = net_saving(results, also=also).sum("actor").transpose("intervention", "draw") * persons
    chosen = _chosen(saving.values.mean(axis=1), flow.cumsum(axis=-1), float(capital), groups, risk)
    balance = loan["owed"].isel(intervention=0, drop=True).copy(
        data=capital + np.tensordot(chosen, flow, 1).cumsum(axis=-1)
    )  # fmt: skip
    lowest = balance.min("year")
    at_risk = np.sort(lowest.values)
    weights = np.clip(risk * len(at_risk) - np.arange(len(at_risk)), 0.0, 1.0)
    dry = np.minimum.accumulate(balance.values, axis=-1) < -ROUNDING * max(capital, 1.0)
    left, owed = loan["owed"].isel(year=-1), loan["outlay"].sum("year")
    gain, gain_mcse = mean_and_error(saving.copy(data=saving.values * chosen[:, None]).sum("intervention"))
    found = xr.Dataset(
        {
            "groups": ("intervention", chosen.astype(np.int64)),
            "gain": gain,
            "gain_mcse": gain_mcse,
            "balance": balance.mean("draw"),
            "balance_quantile": quantiles(balance),
            "probability_dry": ("year", dry.mean(axis=0)),
            "lowest": lowest.mean("draw"),
            "lowest_at_risk": ((), float(weights @ at_risk / weights.sum())),
            "probability_repaid": (left <= ROUNDING * owed).mean("draw"),
        },
        {"intervention": loan["intervention"], "year": loan["year"]},
        {"capital": float(capital), "risk": risk, "target_group": persons},
    )
    return found.drop_vars("randomisation", errors="ignore")


def _chosen(
    gain: NDArray[np.float64], balance: NDArray[np.float64], capital: float, groups: int, risk: float
) -> NDArray[np.float64]:
    """How many target groups get each strategy.

    Parameters
    ----------
    gain
        Expected net saving of society of one group (strategy,).
    balance
        What one group has added to the fund by the end of each year (strategy, draw, year).
    capital, groups, risk
        As for `investment_fund`.

    Notes
    -----
    With s_d the shortage of a draw, which is at least minus the balance of each year, the conditional value at risk is
    the smallest v + mean(max(s_d - v, 0)) / risk over v. It shall not be above 0.
    """
    n, n_draws, _ = balance.shape
    # After the last year in which some group may cost more than it brings no balance is the lowest.
    changes = np.diff(balance, axis=-1, prepend=0.0)
    falls = np.flatnonzero((changes < 0).any(axis=(0, 1)))
    if not len(falls):  # nothing is laid out that the fund has not got back in the same year
        return np.where(np.arange(n) == np.argmax(gain), float(groups) * (gain > 0), 0.0)
    years = balance[..., : falls[-1] + 1]
    n_rows = n_draws * years.shape[-1]
    unit = max(capital, float(np.abs(years).max()), 1.0)  # so that the solver sees numbers near 1
    of_groups = csr_array(years.transpose(1, 2, 0).reshape(n_rows, n) / unit)
    draw_of = np.repeat(np.arange(n_draws), years.shape[-1])
    excess = csr_array((np.ones(n_rows), (np.arange(n_rows), draw_of)), shape=(n_rows, n_draws))
    # Variables: groups of each strategy, v, and by how much the shortage of each draw exceeds v.
    shortage = LinearConstraint(
        hstack([of_groups, csr_array(np.ones((n_rows, 1))), excess]).tocsr(), lb=-capital / unit
    )
    tail = LinearConstraint(
        np.concatenate([np.zeros(n), [1.0], np.full(n_draws, 1.0 / (risk * n_draws))])[None], ub=ROUNDING
    )
    all_groups = LinearConstraint(np.concatenate([np.ones(n), np.zeros(1 + n_draws)])[None], ub=groups)
    size = float(np.abs(gain).max(initial=0.0)) or 1.0
    done = milp(
        np.concatenate([-gain / size, np.zeros(1 + n_draws)]),
        integrality=np.concatenate([np.ones(n), np.zeros(1 + n_draws)]),
        bounds=Bounds(
            np.concatenate([np.zeros(n), [-np.inf], np.zeros(n_draws)]),
            np.concatenate([np.full(n, float(groups)), np.full(1 + n_draws, np.inf)]),
        ),
        constraints=[shortage, tail, all_groups],
    )
    if done.x is None:
        raise ResultsError(f"The portfolio of the fund was not found: {done.message}")
    return np.asarray(np.round(done.x[:n]))
