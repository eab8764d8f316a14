"""Luck between persons taken off: draws that spread as their expected values do.

What a draw's figures are tells much of what is expected in it, whatever the luck of its persons. So the expected value
of each draw is what regression on the figures tells, and as much of the rest as is not luck, by the halves of the
persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import contrast
from simcore.analysis.by_draws import by_draws
from simcore.analysis.once import once
from simcore.analysis.regression import expected_given
from simcore.analysis.two_orders import UNSETTLED, contrast_variances
from simcore.vocabulary import COST_KINDS, PROGRAMME_KINDS

#: Draws whose rest is compared with their luck, at least.
_NEAR = 50
#: What is left is spread out or drawn together by no more than this factor, to have the variance that is not luck.
_MOST_SPREAD = 2.0
#: Draws that are all the same count as certain when chance makes as many so less often than this.
_BY_CHANCE = 1e-3
#: Values of several figures are looked at together where this share of the draws has each, and so many at most.
_LARGE_POINT = 0.05
_MOST_TOGETHER = 3
#: Bytes of values that are pulled at a time.
_AT_ONCE = 8_000_000
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


@once
def regressors(results: xr.Dataset) -> xr.DataArray | None:
    """As `varying_figures`; None where there is none, or too few draws to regress on so many."""
    figures = varying_figures(results)
    return figures if 0 < 2 * figures.sizes["parameter"] < figures.sizes["draw"] - 1 else None


def unchanged(results: xr.Dataset) -> xr.DataArray:
    """Where a strategy changes nobody's life for certain, whatever the luck, against the comparator (strategy, draw).

    An effect of exactly none changes no life. But lives of few persons are often the same by chance too, although some
    were expected to differ. So it counts as certain only where a figure has a value that several draws share (a point
    mass), and where all of these draws are the same, more often than chance makes others.
    """
    names = [name for name in ("present_value_of_part", "outcome_value_of_part") if name in results]
    found = by_draws(_same, results, *names)
    return found.copy(data=_by_point_masses(found.values, varying_figures(results).values)) | (
        found["strategy"] == str(results.attrs["comparator"])
    )


def _same(results: xr.Dataset) -> xr.DataArray:
    """Where the halves of the persons have what they have under the comparator (strategy, draw)."""
    kinds = [kind for kind in COST_KINDS if kind not in (*PROGRAMME_KINDS, "public_funds")]
    halves = ["half_0", "half_1"]
    usual = str(results.attrs["comparator"])
    same = []
    costs = results["present_value_of_part"].sel(part=halves)
    for kind in [kind for kind in costs["cost_kind"].values if str(kind) in kinds]:
        of_kind = costs.sel(cost_kind=kind, drop=True)
        same.append((of_kind == of_kind.sel(strategy=usual, drop=True)).all(["part", "actor"]))
    if "outcome_value_of_part" in results:
        outcomes = results["outcome_value_of_part"].sel(part=halves)
        same.append((outcomes == outcomes.sel(strategy=usual, drop=True)).all(["part", "outcome"]))
    found = xr.ones_like(results["strategy"], dtype=bool) & xr.ones_like(results["draw"], dtype=bool)
    for one in same:
        found = found & one
    return found.reset_coords(drop=True).transpose("strategy", "draw")


def _by_point_masses(same: NDArray[np.bool_], figures: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of what is the same (strategy, draw), where values that draws share of figures (draw, figure) are the reason.

    The values of one figure, or of several together: a combination changes nothing where none of its parts does.
    """
    certain = np.zeros_like(same)

    def look(here: NDArray[np.bool_]) -> None:
        by_chance = same[:, ~here].mean(axis=1) ** here.sum() if not here.all() else np.zeros(len(same))
        certain[:, here] |= (same[:, here].all(axis=1) & (by_chance < _BY_CHANCE))[:, None]

    large: list[tuple[int, NDArray[np.bool_]]] = []
    for number, figure in enumerate(figures.T):
        _, place, counts = np.unique(figure, return_inverse=True, return_counts=True)
        for shared in np.flatnonzero(counts > 1):
            here = place.ravel() == shared
            look(here)
            if here.mean() >= _LARGE_POINT:
                large.append((number, here))
    for size in range(2, _MOST_TOGETHER + 1):
        for together in combinations(large, size):
            here = np.logical_and.reduce([mask for _, mask in together])
            if len({number for number, _ in together}) == size and here.sum() > 1:
                look(here)
    return certain


@once
def certain_draws(results: xr.Dataset, comparator: str | None = None) -> xr.DataArray:
    """Where an intervention changes nobody's life (intervention, draw), for `without_luck`."""
    same = unchanged(results)
    usual = str(results.attrs["comparator"]) if comparator is None else comparator
    both = same & same.sel(strategy=usual, drop=True)
    return both.drop_sel(strategy=usual).rename(strategy="intervention")


def without_luck(
    values: xr.DataArray,
    parts: xr.Dataset,
    figures: xr.DataArray | None = None,
    certain: xr.DataArray | None = None,
) -> xr.DataArray:
    """Expected value of each draw, as far as it can be told: luck between persons taken off.

    Parameters
    ----------
    values
        A quantity of each draw, with the dim `draw`.
    parts
        Its variances, from `simcore.analysis.two_orders.variances`.
    figures
        Values of the figures in each draw (draw, parameter), from `regressors`; None if they tell nothing.
    certain
        Draws in which nothing is changed for certain, from `certain_draws`: where the halves do not differ there, the
        value stays what it is.

    Returns
    -------
    As `values`. Not a number where luck is more than `UNSETTLED` of the variance, or is not known.

    Notes
    -----
    With f what regression on the figures tells [1]_, made right on average among draws of similar f (a tenth of them
    all), each draw becomes f + b * (value - f). Among those draws the rest value - f has a variance R, of which L is
    luck, by the halves of their persons, and b**2 = (R - L) / R, times 1 - 2 * (error / (R - L))**2 as that is an
    estimate. So where nobody's life differs, and luck neither, draws stay what they are, and where all of the rest is
    luck, f alone is left. This and the draws themselves, drawn together about their mean, are averaged with weights L
    and U, where U is the variance that is neither luck nor told by figures; at last all have the variance that is not
    luck. Against the exact engine this came nearer to probabilities than either by itself.

    Without figures f is the mean and there is one b for all draws: the shape of what is left is then that of expected
    value and luck together, exact where both are normal, and too symmetric where the expected value is skewed or has a
    point mass. Without luck, draws stay as they are.

    References
    ----------
    .. [1] `simcore.analysis.regression`.
    """
    share = parts["luck_share"].where(parts["total"] != 0, 0.0)
    rest = [str(dim) for dim in values.dims if dim != "draw"]
    ordered = values.transpose(*rest, "draw")
    plain = ordered.values.reshape(-1, values.sizes["draw"])
    shares = share.transpose(*rest).values.ravel()
    found = np.where((shares <= UNSETTLED)[:, None], plain, np.nan)
    lucky = np.flatnonzero((shares > 0) & (shares <= UNSETTLED))
    if lucky.size:
        luck = parts["luck_of_draw"].transpose(*rest, "draw").values.reshape(plain.shape)
        known = np.zeros(plain.shape, dtype=bool)
        if certain is not None:
            known = (parts["same"] & certain).transpose(*rest, "draw").values.reshape(plain.shape)
        told = None if figures is None else figures.values
        found[lucky] = pulled(plain[lucky], luck[lucky], told, known[lucky])
    return ordered.copy(data=found.reshape(ordered.shape)).transpose(*values.dims)


def pulled(
    values: NDArray[np.float64],
    luck: NDArray[np.float64],
    figures: NDArray[np.float64] | None,
    certain: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Values pulled towards what figures tell of them, as far as what they differ by is luck.

    Parameters
    ----------
    values
        Several quantities (cell, draw).
    luck
        Squares whose mean is the variance by luck (cell, draw).
    figures
        Values of the figures (draw, figure); None if they tell nothing.
    certain
        Which values are known and stay (cell, draw).

    Returns
    -------
    (cell, draw); see `without_luck`.
    """
    found = values.copy()
    enough = figures is not None and 2 * int((np.ptp(figures, axis=0) > 0).sum()) < values.shape[1] - 1
    told = None
    if figures is not None and enough:
        pairs = np.stack([np.zeros_like(values), values], axis=-1)
        told = expected_given(pairs, np.zeros(len(values), dtype=np.int64), figures)[:, :, 1].copy()
        del pairs
    patterns, number = np.unique(certain, axis=0, return_inverse=True)
    step = max(1, _AT_ONCE // (8 * max(values.shape[1], 1)))
    for place, pattern in enumerate(patterns):
        cells, draws = np.flatnonzero(number.ravel() == place), np.flatnonzero(~pattern)
        if len(draws) < 3:
            continue
        for first in range(0, len(cells), step):
            at = np.ix_(cells[first : first + step], draws)
            found[at] = _drawn(values[at], luck[at]) if told is None else _told(values[at], luck[at], told[at])
    return found


def _drawn(values: NDArray[np.float64], luck: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values drawn together about their mean until they have the variance that is not luck (cell, draw)."""
    means, total = values.mean(axis=1, keepdims=True), values.var(axis=1, ddof=1)
    variance = np.maximum(total - luck.mean(axis=1), 0.0)
    share = np.divide(variance, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(means + (values - means) * np.sqrt(share)[:, None])


def _told(
    values: NDArray[np.float64], luck: NDArray[np.float64], told: NDArray[np.float64]
) -> NDArray[np.float64]:  # fmt: skip
    """Values (cell, draw) pulled towards what figures tell of them; see `without_luck`."""
    of_figures = told.var(axis=1, ddof=1)
    order = np.argsort(told, axis=1, kind="stable")
    near = max(min(_NEAR, values.shape[1]), values.shape[1] // 10)

    def around(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean among the draws of which most alike is told."""
        means = np.empty_like(numbers)
        np.put_along_axis(means, order, _among_neighbours(np.take_along_axis(numbers, order, axis=1), near), axis=1)
        return means

    # What regression gets wrong for all draws of which alike is told is no luck.
    told = told + around(values - told)
    left, near_luck = around((values - told) ** 2), around(luck)
    size = left - near_luck
    error = 4.0 * (left**2 + near_luck**2) / near  # twice that of normal numbers
    sure = 1.0 - np.divide(error, size**2, out=np.ones_like(size), where=size > 0)
    kept = np.sqrt(np.divide(size * np.maximum(sure, 0.0), left, out=np.zeros_like(size), where=left > 0))
    found = told + kept * (values - told)
    # Draws have luck in them, what figures tell lacks what they do not tell: the less of it, the more each counts.
    lucky = luck.mean(axis=1)
    variance = np.maximum(values.var(axis=1, ddof=1) - lucky, 0.0)
    untold = np.maximum(variance - of_figures, 0.0)
    weight = np.divide(lucky, lucky + untold, out=np.ones_like(lucky), where=lucky + untold > 0)[:, None]
    found = weight * found + (1.0 - weight) * _drawn(values, luck)
    middle = found.mean(axis=1, keepdims=True)
    ratio = np.divide(variance, found.var(axis=1, ddof=1), out=np.ones(len(found)), where=np.ptp(found, axis=1) > 0)
    scale = np.clip(np.sqrt(ratio), 1 / _MOST_SPREAD, _MOST_SPREAD)
    return np.asarray(middle + (found - middle) * scale[:, None])


def _among_neighbours(squares: NDArray[np.float64], near: int) -> NDArray[np.float64]:
    """Mean of so many neighbours in a row, those at the ends having the same ones (cell, draw)."""
    sums = np.concatenate((np.zeros((len(squares), 1)), np.cumsum(squares, axis=1)), axis=1)
    n = squares.shape[1]
    first = np.clip(np.arange(n) - near // 2, 0, n - near)
    return np.asarray((sums[:, first + near] - sums[:, first]) / near)


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


@once
def settled_contrast(
    results: xr.Dataset,
    quantity: str,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.DataArray:
    """Avoided cost, programme cost or net saving in each draw, views included, with luck taken off.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    quantity
        ``avoided_cost``, ``programme_cost`` or ``net_saving``.
    comparator, also, gross
        As for `simcore.avoided_cost`.

    Returns
    -------
    DataArray (intervention, draw, actor); not a number where luck hides it, as in `without_luck`.
    """
    values = contrast(results, quantity, comparator=comparator, also=also, gross=gross)
    parts = contrast_variances(results, quantity, comparator=comparator, also=also, gross=gross)
    return without_luck(values, parts, regressors(results), certain_draws(results, comparator))
