"""Outcome contracts: who delivers a programme is paid for each success, by those who gain from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import contrast
from simcore.analysis.cashable import cashable_saving, says_cashable
from simcore.analysis.net_benefit import achieved
from simcore.analysis.once import worked_out_once
from simcore.analysis.two_orders import mean_and_error
from simcore.decisions.actors import ROUNDING, named_actors
from simcore.decisions.outcomes import (
    Quantity,
    change_of,
    expected,
    level_of,
    money_of,
    outlay_of,
    place_of,
    told_from_zero,
    without_luck_of,
)
from simcore.errors import ResultsError

#: Which successes are paid for.
COUNTED = ("additional", "all")
_PRICES = ("cost_per_success", "worth_per_success", "lowest_price_at", "highest_price_at", "price")


def outcome_contract(
    results: xr.Dataset,
    outcome: str,
    *,
    buyers: Sequence[str] | None = None,
    price: float | None = None,
    probability: float = 0.8,
    more_is_better: bool = True,
    counted: str = "additional",
    gross: bool = False,
    cashable: bool = False,
) -> xr.Dataset:
    """Prices per success at which a provider that carries what a programme costs, and its buyers, do not lose.

    The provider pays what the buyers would pay for the programme in the scenario, or, where none of them does, what
    those who pay would. The buyers pay the provider for each success, and have their avoided cost.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    outcome
        A success is one unit of it.
    buyers
        The actors that pay; by default those of the public sector.
    price
        Of one success [money of the price year, as present value]; by default the middle of the lowest and the highest
        expected price, where both gain.
    probability
        With which provider and buyers shall at least not lose, of ``lowest_price_at`` and ``highest_price_at``.
    more_is_better
        False for an outcome that one wants less of: then one unit less is a success.
    counted
        ``additional``: what comes on top of the comparator is paid for. ``all``: every unit under the intervention,
        also what would have come anyway.
    gross
        As for `simcore.avoided_cost`.
    cashable
        Buyers gain only what becomes money in their budgets.

    Returns
    -------
    Dataset (intervention) [money of the price year per person, as present value; prices per success], with

    - ``successes`` per person; below zero where the outcome gets worse;
    - ``cost_per_success``: the lowest price at which the provider expects not to lose, and ``worth_per_success``: the
      highest at which the buyers expect not to lose; each with its ``..._mcse``. Not a number where the mean number of
      successes is not above zero beyond its 95 % error, as of a single draw;
    - ``agreement``: whether there is a price at which neither expects to lose;
    - ``lowest_price_at``: the lowest price at which the provider does not lose with the probability asked for, infinity
      where there is none; ``highest_price_at``: the highest at which the buyers do not, infinity where they pay for
      nothing in so many draws, not a number where none from 0 is low enough;
    - ``price``; ``provider_net`` and ``buyers_net``: what each expects to gain by it, and ``provider_probability`` and
      ``buyers_probability``, with which each does not lose;
    - ``buyer_share`` (intervention, actor) of the payments, in proportion to the expected gains of those who gain, and
      ``buyer_net``, what each buyer then expects to gain; not a number where none gains;
    - ``dead_weight``: expected outcome under the comparator, as a share of that under the intervention: how much of
      what is paid for would have come anyway. Nothing where only what is additional is paid for.

    Raises
    ------
    UnknownNameError
        There is no such outcome, or `buyers` names no actor of these results.
    ResultsError
        `price`, `probability` or `counted` is out of range, there are no buyers, or all units of an outcome are
        counted that one wants less of.

    Notes
    -----
    A success counts by the present value of the outcome, so a payment is discounted as outcomes are. When in the
    horizon a success falls, and when it is paid for, is not followed further.

    Payments are for the successes that are expected of each draw, luck between persons taken off, brought to the mean
    of the draws. Where luck hides them no price is known, nor anything that hangs on one. In a draw in which the
    outcome gets worse nothing is paid: the provider owes nothing either. So expected prices are per success that is
    paid for, and buyers may pay for more of them than are expected in all.

    Probabilities, and prices at a probability, are over draws, luck taken off, and not a number where it hides what
    they need. What is cashable has steps and shares, so its luck stays. A price at a probability is that of some draw:
    nothing is interpolated.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> contract = outcome_contract(results, "time_new", buyers=["owner"])
    >>> bool((contract["agreement"] == (contract["cost_per_success"] <= contract["worth_per_success"])).all())
    True
    """
    if not 0 < probability < 1:
        raise ResultsError(f"A probability not to lose is between 0 and 1; found {probability}.")
    if price is not None and not (np.isfinite(price) and price >= 0):
        raise ResultsError(f"The price of a success is an amount of at least 0; found {price}.")
    if counted not in COUNTED:
        raise ResultsError(f"What is paid for is 'additional' or 'all'; found '{counted}'.")
    if counted == "all" and not more_is_better:
        raise ResultsError(
            "With counted='all' each unit of the outcome is paid for, so it has to be one that is wanted; of one that "
            "is not, what there is less of can be paid for: counted='additional'."
        )
    with worked_out_once():
        names = named_actors(results, buyers, "buyers")
        successes = _signed(
            level_of(results, outcome) if counted == "all" else change_of(results, outcome), more_is_better
        )
        outlay = outlay_of(results, names)
        quantities = {"successes": successes, "outlay": outlay}
        if cashable and says_cashable(results):
            each = cashable_saving(results, gross=gross).sel(actor=names)
            together = each.sum("actor", skipna=False).transpose("intervention", "draw")
            gain = settled_gain = together.where(abs(together) > ROUNDING * abs(each).sum("actor"), 0.0)
            settled = without_luck_of(results, quantities)
        else:
            each = contrast(results, "avoided_cost", gross=gross).sel(actor=names)
            quantities["gain"] = money_of(results, "avoided_cost", results["actor"].isin(names), gross=gross)
            gain = quantities["gain"].values
            settled = without_luck_of(results, quantities)
            settled_gain = settled["gain"]
        found = _prices(successes.values, outlay.values, gain, {**settled, "gain": settled_gain}, price, probability)
        found |= _of_each(each, found.pop("payments"))
        found["dead_weight"] = _dead_weight(results, outcome) if counted == "all" else 0.0 * expected(gain)
    money = {"units": str(results["present_value"].attrs.get("units", ""))}
    price_units = {"units": f"{results['present_value'].attrs.get('units', '')}, per unit of {outcome}"}
    for name, of in found.items():
        base = name.removesuffix("_mcse")
        of.attrs = price_units if base in _PRICES else money if base.endswith("_net") else {}
    found["successes"].attrs = found["successes_mcse"].attrs = {"units": f"units of {outcome} per person"}
    about = {"outcome": outcome, "counted": counted, "probability": probability, "cashable": int(cashable)}
    return xr.Dataset(found, attrs=about).drop_vars("randomisation", errors="ignore")


def _signed(quantity: Quantity, more_is_better: bool) -> Quantity:
    """Successes: more of what is wanted, less of what is not."""
    sign = 1.0 if more_is_better else -1.0
    return Quantity(sign * quantity.values, sign * quantity.halves, quantity.is_change)


def _prices(
    successes: xr.DataArray,
    outlay: xr.DataArray,
    gain: xr.DataArray,
    settled: dict[str, xr.DataArray],
    price: float | None,
    probability: float,
) -> dict[str, Any]:
    """Prices that are expected to be enough, and with a probability, and what they leave (intervention, draw)."""
    found: dict[str, Any] = {}
    found["successes"], found["successes_mcse"] = mean_and_error(successes)
    told = told_from_zero(successes) & (expected(successes) > 0)
    paid = _paid_for(successes, settled["successes"], told)
    size = paid.mean("draw", skipna=False)
    known = size.notnull()
    per = size.where(told & (size > 0))
    for name, money in (("cost_per_success", outlay), ("worth_per_success", gain)):
        found[name] = expected(money) / per
        rest = (money - found[name].fillna(0.0) * successes) / per.fillna(1.0)
        found[f"{name}_mcse"] = mean_and_error(rest)[1].where(found[name].notnull())
    low, high = found["cost_per_success"], found["worth_per_success"]
    found["agreement"] = low <= high + ROUNDING * abs(high)
    found["lowest_price_at"], found["highest_price_at"] = _prices_at(paid, settled, probability)
    asked = ((low + high) / 2).where(found["agreement"]) if price is None else xr.full_like(size, price).where(known)
    found["price"] = asked
    received, found["payments"] = asked * paid, asked * size
    for name, amount, of_draws, sign in (
        ("provider", outlay, settled["outlay"], -1.0), ("buyers", gain, settled["gain"], 1.0),
    ):  # fmt: skip
        mean, _ = mean_and_error(amount)
        found[f"{name}_net"] = sign * (mean - found["payments"])
        # The luck of the successes themselves is part of the error, though not of what is paid for.
        error = mean_and_error((amount - asked.fillna(0.0) * successes) * sign)[1]
        found[f"{name}_net_mcse"] = error.where(asked.notnull())
        left = sign * (of_draws - received)
        fine = (left >= -ROUNDING * (abs(of_draws) + abs(received))).mean("draw")
        found[f"{name}_probability"] = fine.where((of_draws.notnull() & received.notnull()).all("draw"))
    return found


def _paid_for(successes: xr.DataArray, settled: xr.DataArray, told: xr.DataArray) -> xr.DataArray:
    """Successes that are paid for in each draw: those that are expected of it, with the mean of the draws, if any."""
    mean, of_settled = successes.mean("draw"), settled.mean("draw", skipna=False)
    usable = told & (of_settled > 0)
    # Taking luck off moves the mean a little; in proportion, so that what is nothing for certain stays nothing.
    times = (mean / of_settled.where(usable, 1.0)).where(usable, 1.0)
    paid: xr.DataArray = (settled * times).clip(min=0.0)
    return paid.transpose("intervention", "draw")


def _prices_at(
    paid: xr.DataArray, settled: dict[str, xr.DataArray], probability: float
) -> tuple[xr.DataArray, xr.DataArray]:
    """Lowest price for the provider and highest for the buyers with which they do not lose in so many draws."""
    successes = paid.values
    outlay, gain = (settled[name].transpose("intervention", "draw").values for name in ("outlay", "gain"))
    needed = np.maximum(_each(outlay, successes, np.where(outlay > 0, np.inf, 0.0)), 0.0)
    affordable = _each(gain, successes, np.where(gain >= 0, np.inf, -np.inf))
    place = place_of(probability, successes.shape[1])
    lowest = np.sort(needed, axis=1)[:, place]
    highest = np.sort(affordable, axis=1)[:, successes.shape[1] - 1 - place]
    like = paid.isel(draw=0, drop=True)
    known = np.isfinite(successes).all(axis=1)
    return (
        like.copy(data=np.where(known & np.isfinite(outlay).all(axis=1), lowest, np.nan)),
        like.copy(data=np.where(known & np.isfinite(gain).all(axis=1) & (highest >= 0), highest, np.nan)),
    )


def _each(
    money: NDArray[np.float64], successes: NDArray[np.float64], of_none: NDArray[np.float64]
) -> NDArray[np.float64]:  # fmt: skip
    """Money per success of each draw, and something else where there is none to divide by."""
    some = successes > 0
    return np.where(some, money / np.where(some, successes, 1.0), of_none)


def _of_each(gains: xr.DataArray, payments: xr.DataArray) -> dict[str, xr.DataArray]:
    """Shares of the payments, and what each buyer expects to gain (intervention, actor)."""
    mean = expected(gains).transpose("intervention", "actor")
    positive = mean.clip(min=0.0)
    total = positive.sum("actor")
    share = positive / total.where(total > 0)
    net = (mean - share * payments).transpose("intervention", "actor")
    return {"buyer_share": share, "buyer_net": net}


def _dead_weight(results: xr.Dataset, outcome: str) -> xr.DataArray:
    """Expected outcome under the comparator as a share of that under each intervention."""
    levels = expected(achieved(results, outcome))
    usual = str(results.attrs["comparator"])
    others = levels.drop_sel(strategy=usual).rename(strategy="intervention")
    return levels.sel(strategy=usual, drop=True) / others.where(others > 0)
