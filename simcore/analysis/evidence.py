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


def uncertainty_by_quality(
    results: xr.Dataset, quality: Mapping[str, str], *, comparator: str | None = None
) -> xr.DataArray:
    """Share of the variance of society's net saving over draws, by quality of the parameters behind it.

    A linear regression of the net saving on the (standardised) uncertain parameters; each parameter's
    share is its squared coefficient, which adds up to the explained share because parameters are drawn
    independently. The rest is luck, and effects that are not linear.

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
    society = net_saving(results, comparator=comparator).sum("actor").transpose("intervention", "draw")
    values = results["parameter_value"].values
    uncertain = np.flatnonzero(values.max(axis=0) > values.min(axis=0))
    names = [str(results["parameter"].values[column]) for column in uncertain]
    shares = np.full((len(society), len(QUALITIES) + 1), np.nan)
    if names and society.sizes["draw"] >= 3 * len(names):
        explained = _explained(values[:, uncertain], society.values.T)
        of_quality = np.array([[quality[name] == grade for grade in QUALITIES] for name in names], dtype=float)
        shares[:, :-1] = explained.T @ of_quality
        shares[:, -1] = np.maximum(1.0 - shares[:, :-1].sum(axis=1), 0.0)
    coords = {"intervention": society["intervention"].values, "quality": [*QUALITIES, "rest"]}
    return xr.DataArray(shares, coords, ("intervention", "quality"))


def _explained(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the variance of each column of y (draw, y) explained by each column of x (draw, x), linearly (x, y).

    A coefficient that is really zero comes out with a variance of about (1 - R2)/(n - k - 1), which is
    taken off its square; shares never add up to more than 1, and are not a number where y does not vary.
    """
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    spread = y.std(axis=0)
    y = (y - y.mean(axis=0)) / np.where(spread > 0, spread, np.nan)
    coefficients = np.linalg.solve(x.T @ x, x.T @ y)  # parameters are drawn independently: well conditioned
    noise = (y - x @ coefficients).var(axis=0) / max(len(y) - x.shape[1] - 1, 1)
    squares = np.maximum(coefficients**2 - noise, 0.0)
    return np.asarray(squares / np.maximum(squares.sum(axis=0), 1.0))
