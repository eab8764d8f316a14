"""Luck between persons taken off: draws that spread as their expected values do.

What a draw's figures are tells much of what is expected in it, whatever the luck of its persons. So the expected value
of each draw is what regression on the figures tells, and as much of the rest as is not luck, by the halves of the
persons.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import avoided_cost, net_saving, with_views
from simcore.analysis.regression import expected_given
from simcore.analysis.two_orders import UNSETTLED, money_variances

#: A share of draws this near to 1 needs no correction: without luck it could only be nearer.
SURE = 0.02


def varying_figures(results: xr.Dataset) -> xr.DataArray:
    """Values of the figures that are not the same in every draw (draw, parameter).

    Parameters
    ----------
    results
        Reads ``parameter_value`` (draw, parameter).
    """
    figures = results["parameter_value"]
    return figures.isel(parameter=np.flatnonzero(figures.values.max(axis=0) > figures.values.min(axis=0)))


def regressors(results: xr.Dataset) -> xr.DataArray | None:
    """As `varying_figures`; None where there is none, or too few draws to regress on so many."""
    figures = varying_figures(results)
    return figures if 0 < 2 * figures.sizes["parameter"] < figures.sizes["draw"] - 1 else None


def without_luck(values: xr.DataArray, parts: xr.Dataset, figures: xr.DataArray | None = None) -> xr.DataArray:
    """Expected value of each draw, as far as it can be told: luck between persons taken off.

    Parameters
    ----------
    values
        A quantity of each draw, with the dim `draw`.
    parts
        Its variances, from `simcore.analysis.two_orders.variances`.
    figures
        Values of the figures in each draw (draw, parameter), from `regressors`; None if they tell nothing.

    Returns
    -------
    As `values`. Not a number where luck is more than `UNSETTLED` of the variance, or is not known.

    Notes
    -----
    With f what regression on the figures tells [1]_, and P the variance of the expected value by the halves of the
    persons, each draw becomes f + b * (value - f), with b from 0 to 1 such that the draws have the variance P; where f
    alone has as much, f. As P is an estimate, what it has beyond f is taken times 1 - (error / size)**2: of a size that
    is no larger than its error nothing is left. Without figures f is the mean, and the shape of what is left is that of
    expected value and luck together: exact where both are normal, and too symmetric where the expected value is skewed
    or has a point mass. Without luck, draws stay as they are.

    References
    ----------
    .. [1] `simcore.analysis.regression`.
    """
    share = parts["luck_share"].where(parts["total"] != 0, 0.0)
    rest = [str(dim) for dim in values.dims if dim != "draw"]
    plain = values.transpose(*rest, "draw").values.reshape(-1, values.sizes["draw"])
    of = {name: part.transpose(*rest).values.ravel() for name, part in (("P", parts["parameter"]), ("share", share))}
    found = np.where((of["share"] <= UNSETTLED)[:, None], plain, np.nan)
    lucky = np.flatnonzero((of["share"] > 0) & (of["share"] <= UNSETTLED))
    if lucky.size:
        found[lucky] = _pulled(plain[lucky], of["P"][lucky], None if figures is None else figures.values)
    ordered = values.transpose(*rest, "draw")
    return ordered.copy(data=found.reshape(ordered.shape)).transpose(*values.dims)


def _pulled(
    values: NDArray[np.float64], variance: NDArray[np.float64], figures: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Values (cell, draw) pulled towards what figures tell of them, until they have these variances (cell,)."""
    told = np.broadcast_to(values.mean(axis=1, keepdims=True), values.shape)
    if figures is not None:
        pairs = np.stack([np.zeros_like(values), values], axis=-1)
        told = expected_given(pairs, np.zeros(len(values), dtype=np.int64), figures)[:, :, 1]
    mean = values.mean(axis=1, keepdims=True)
    known, left = told - told.mean(axis=1, keepdims=True), values - told
    left = left - left.mean(axis=1, keepdims=True)
    n = max(values.shape[1] - 1, 1)
    squares, products, wanted = (left**2).sum(axis=1), (left * known).sum(axis=1), n * variance - (known**2).sum(axis=1)
    if figures is not None:
        wanted = n * beyond_error(wanted / n, squares / n, n + 1)
    # squares * b**2 + 2 * products * b = wanted
    root = np.sqrt(np.maximum(products**2 + squares * wanted, 0.0))
    kept = np.where(wanted > 0, (root - products) / np.where(squares > 0, squares, 1.0), 0.0)
    return np.asarray(mean + known + np.clip(kept, 0.0, 1.0)[:, None] * left)


def beyond_error(
    size: NDArray[np.float64], left: NDArray[np.float64], n_draws: int
) -> NDArray[np.float64]:  # fmt: skip
    """Variance that is left beside luck and what figures tell, as far as it is more than the error of its estimate.

    Parameters
    ----------
    size
        The estimate: variance of the rest minus that of luck (cell,).
    left
        Variance of the rest (cell,).
    n_draws
        Number of draws.

    Notes
    -----
    Of normal numbers the variances of the rest and of luck have the variances 2 left**2 / n and 2 luck**2 / n.
    """
    luck = np.maximum(left - size, 0.0)
    error = 2.0 * (left**2 + luck**2) / max(n_draws, 1)
    return np.asarray(size * np.maximum(1.0 - np.divide(error, size**2, out=np.ones_like(size), where=size > 0), 0.0))


def probability_above_zero(values: xr.DataArray, settled: xr.DataArray) -> xr.DataArray:
    """Probability that an expected value is above zero.

    Parameters
    ----------
    values
        The quantity in each draw, luck included.
    settled
        From `without_luck`.

    Returns
    -------
    Without the dim `draw`. Where too much is luck, the share of draws above zero, or one minus the share below it, if
    that share is within `SURE` of 1 (without luck the probability could only be nearer), and otherwise not a number.
    """
    above, below = (values > 0).mean("draw"), (values < 0).mean("draw")
    # Draws in which few persons live otherwise are often exactly zero: that is neither.
    sure = above.where(above >= 1 - SURE, (1 - below).where(below >= 1 - SURE))
    known = settled.notnull().all("draw")
    return (settled > 0).mean("draw").where(known, sure)


def settled_contrast(
    results: xr.Dataset,
    quantity: str,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.DataArray:
    """Avoided cost or net saving in each draw, views included, with luck taken off.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    quantity
        ``avoided_cost`` or ``net_saving``.
    comparator, also, gross
        As for `simcore.avoided_cost`.

    Returns
    -------
    DataArray (intervention, draw, actor); not a number where luck hides it, as in `without_luck`.
    """
    of = {"avoided_cost": avoided_cost, "net_saving": net_saving}[quantity]
    values = with_views(of(results, comparator=comparator, also=also, gross=gross), results)
    parts = money_variances(results, values, quantity, comparator=comparator, also=also, gross=gross)
    return without_luck(values, parts, regressors(results))
