"""How much of a result rests on weak or assumed figures.

Two readings, because unit costs and effects carry a result in different ways: the share of all
money moved that is priced by figures of each quality, and the share of the uncertainty that
comes from parameters of each quality.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import net_saving, saved
from simcore.analysis.once import once

#: From the best to the weakest; "assumed" has no source.
QUALITIES = ("A", "A2", "B", "B2", "C", "D", "assumed")
#: Qualities that a reader should not lean on without a look.
WEAK = ("C", "D", "assumed")


def priced_by_quality(
    results: xr.Dataset, quality: Mapping[str, str], *, comparator: str | None = None
) -> xr.DataArray:
    """Share of the money that moves between the strategies, by quality of the unit cost behind it.

    Parameters
    ----------
    results
        Reads ``line_present_value`` (strategy, draw, line).
    quality
        Quality of the amount behind each line.
    comparator
        The strategy the others are compared with; by default the scenario's.

    Returns
    -------
    DataArray (intervention, quality); shares of the sum over lines of the absolute mean change, which
    add up to 1, or are not a number where nothing changes.
    """
    moved = abs(saved(results, results["line_present_value"], comparator=comparator).mean("draw"))
    by = [
        moved.sel(line=[line for line in moved["line"].values if quality[str(line)] == name]).sum("line")
        for name in QUALITIES
    ]
    shares = xr.concat(by, dim=xr.DataArray(list(QUALITIES), dims="quality", name="quality"))
    total = shares.sum("quality")
    return (shares / total.where(total > 0)).transpose("intervention", "quality")


@once
def uncertainty_by_parameter(results: xr.Dataset, *, comparator: str | None = None) -> xr.DataArray:
    """Share of the variance of society's net saving over draws that comes from each uncertain parameter.

    A linear regression of the net saving on the (standardised) uncertain parameters; each parameter's share is
    its coefficient times its correlation with the net saving, and they add up to the explained share. Of parameters
    that are drawn together, what they explain is so parted between them, and one that counteracts others gets
    nothing. What they leave is luck, and effects that are not linear.

    Parameters
    ----------
    results
        Reads ``present_value`` and ``parameter_value``.
    comparator
        The strategy the others are compared with; by default the scenario's.

    Returns
    -------
    DataArray (intervention, parameter) of the parameters that vary; not a number when there are too few draws (fewer
    than three for each uncertain parameter) or nothing varies.
    """
    society = net_saving(results, comparator=comparator).sum("actor").transpose("intervention", "draw")
    values = results["parameter_value"].values
    uncertain = np.flatnonzero(values.max(axis=0) > values.min(axis=0))
    names = np.array([str(results["parameter"].values[column]) for column in uncertain], dtype=str)
    shares = np.full((len(society), len(names)), np.nan)
    if len(names) and society.sizes["draw"] >= 3 * len(names):
        shares = _explained(values[:, uncertain], society.values.T).T
    coords = {"intervention": society["intervention"].values, "parameter": names}
    return xr.DataArray(shares, coords, ("intervention", "parameter"))


def uncertainty_by_quality(
    results: xr.Dataset, quality: Mapping[str, str], *, comparator: str | None = None
) -> xr.DataArray:
    """Share of the variance of society's net saving over draws, by quality of the parameters behind it.

    The sum of `uncertainty_by_parameter` over the parameters of each quality. The rest is luck, and effects that are
    not linear.

    Parameters
    ----------
    results
        Reads ``present_value`` and ``parameter_value``.
    quality
        Quality of each parameter.
    comparator
        The strategy the others are compared with; by default the scenario's.

    Returns
    -------
    DataArray (intervention, quality) with one more quality, "rest"; not a number when there are too few
    draws (fewer than three for each uncertain parameter) or nothing varies.
    """
    explained = uncertainty_by_parameter(results, comparator=comparator)
    names = [str(name) for name in explained["parameter"].values]
    shares = np.full((explained.sizes["intervention"], len(QUALITIES) + 1), np.nan)
    if names:
        of_quality = np.array([[quality[name] == grade for grade in QUALITIES] for name in names], dtype=float)
        shares[:, :-1] = explained.values @ of_quality
        shares[:, -1] = np.maximum(1.0 - shares[:, :-1].sum(axis=1), 0.0)
    coords = {"intervention": explained["intervention"].values, "quality": [*QUALITIES, "rest"]}
    return xr.DataArray(shares, coords, ("intervention", "quality"))


def _explained(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the variance of each column of y (draw, y) explained by each column of x (draw, x), linearly (x, y).

    The coefficient of x times the covariance of x with y, over the variance of y [1]_: these shares add up to the
    explained share of the variance whether columns of x are correlated or not, and with independent columns each is
    the squared standardised coefficient. A column that counteracts others it is correlated with can come out negative:
    it then gets 0, and the others less, so that their sum stays the explained share. Of columns that follow from each
    other, such as shares of a whole, the smallest coefficients that fit are taken.

    A coefficient that is really zero has a share of about (1 - R2)/(n - rank - 1), which is taken off each; shares
    are not a number where y does not vary.

    References
    ----------
    .. [1] Pratt (1987), Dividing the indivisible: using simple symmetry to partition variance explained, Proceedings of
       the Second International Tampere Conference in Statistics.
    """
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    spread = y.std(axis=0)
    varies = spread > 0
    y = (y - y.mean(axis=0)) / np.where(varies, spread, 1.0)
    coefficients, _, rank, _ = np.linalg.lstsq(x, y, rcond=1e-10)
    explained = 1.0 - (y - x @ coefficients).var(axis=0)
    noise = (1.0 - explained) / max(len(y) - rank - 1, 1)
    shares = np.maximum(coefficients * (x.T @ y) / len(y) - noise, 0.0)
    total = shares.sum(axis=0)
    shares = shares * np.minimum(1.0, explained / np.where(total > 0, total, 1.0))
    return np.asarray(np.where(varies, shares, np.nan))
