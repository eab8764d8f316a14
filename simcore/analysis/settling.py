"""Net benefits of decisions with luck taken off, by what figures tell of them and by the halves of the persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.luck import pulled
from simcore.analysis.net_benefit import Cells, figures_of
from simcore.analysis.noise import luck_covariance, luck_of_draws, noise_share, without_noise
from simcore.analysis.regression import expected_given

#: How luck was taken off.
METHODS = {
    "as drawn": "the draws as they are, without luck",
    "halves": "draws drawn together by the difference between two halves of the persons",
    "regression": "regression of the draws on all figures",
    "halves and regression": "regression of the draws on all figures, and of the rest what is not luck by two halves "
    "of the persons",
}


@dataclass(frozen=True)
class Settled:
    """Net benefits without luck.

    Attributes
    ----------
    cells
        The net benefits of each draw.
    share
        Share of luck in the comparison that the decision hangs on (cell,); not a number where nothing tells it.
    method
        Which of `METHODS`.
    """

    cells: Cells
    share: NDArray[np.float64]
    method: str


def settle(
    cells: Cells, halves: xr.DataArray | None, parameters: xr.DataArray | None, net_benefit: xr.DataArray
) -> Settled:
    """Take luck off net benefits.

    Parameters
    ----------
    cells
        The net benefits as drawn.
    halves
        Those of two halves of the persons, from `net_benefit_of_halves`.
    parameters
        Values of all figures (draw, parameter). Without `halves`, what they do not explain is taken for luck.
    net_benefit
        The net benefits that the cells are of; a coordinate ``unchanged`` (strategy, draw) says where a strategy
        changes nobody's life.

    Raises
    ------
    ResultsError
        There are fewer than twice as many draws as figures, or halves or figures do not belong to the net benefits.

    Notes
    -----
    With both, the difference of each strategy from the best is pulled towards what regression tells of it, as far as
    the rest is luck by the halves, as in `simcore.analysis.luck.without_luck`. So a skewed effect, or one that may be
    nothing, keeps its shape, as far as the regression follows it.
    """
    if halves is None and parameters is None:
        return Settled(cells, np.full(len(cells.values), np.nan), "as drawn")
    if parameters is None:
        assert halves is not None  # one of them is there
        luck = luck_covariance(halves, cells)
        return Settled(cells.with_values(without_noise(cells.values, luck)), noise_share(cells, luck), "halves")
    best = cells.best()
    figures = figures_of(parameters, cells)
    if halves is None:
        given = expected_given(cells.values, best, figures)
        return Settled(cells.with_values(given), unexplained(cells, given), "regression")
    luck = luck_covariance(halves, cells)
    shape = cells.values.shape
    differences, of_draws = (
        (values - values[np.arange(len(best)), :, best][:, :, None]).transpose(0, 2, 1).reshape(-1, shape[1])
        for values in (cells.values, luck_of_draws(halves, cells))
    )
    clean, lucky = differences.copy(), of_draws.any(axis=1)
    if lucky.any():
        known = _known(net_benefit, best, halves, cells).transpose(0, 2, 1).reshape(-1, shape[1])
        clean[lucky] = pulled(differences[lucky], of_draws[lucky] ** 2, figures, known[lucky])
    found = clean.reshape(shape[0], shape[2], shape[1]).transpose(0, 2, 1)
    return Settled(cells.with_values(found), noise_share(cells, luck), "halves and regression")


def _known(
    net_benefit: xr.DataArray, best: NDArray[np.int64], halves: xr.DataArray, cells: Cells
) -> NDArray[np.bool_]:  # fmt: skip
    """Where neither a strategy nor the best changes anybody, and the halves do not differ (cell, draw, strategy)."""
    if "unchanged" not in net_benefit.coords:
        return np.zeros(cells.values.shape, dtype=bool)
    of_strategy = net_benefit["unchanged"].transpose("strategy", "draw").values
    both = (of_strategy[None] & of_strategy[best][:, None]).transpose(0, 2, 1)
    first, second = (
        Cells.of(halves.isel(half=half, drop=True).transpose(*cells.rest, "draw", "strategy")).values for half in (0, 1)
    )
    between = first - second
    of_best = between[np.arange(len(best)), :, best][:, :, None]
    return np.asarray(both & (between == of_best))


def unexplained(cells: Cells, given: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the variance that a fit leaves, in the comparison that matters (cell,)."""
    best = cells.best()
    rest = cells.values - cells.values[np.arange(len(best)), :, best][:, :, None] - given
    centred = rest - rest.mean(axis=1, keepdims=True)
    return noise_share(cells, centred.transpose(0, 2, 1) @ centred / max(cells.n_draws - 1, 1))
