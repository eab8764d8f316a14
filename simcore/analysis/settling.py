"""Net benefits of decisions with luck taken off, by what figures tell of them and by the halves of the persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.luck import beyond_error
from simcore.analysis.net_benefit import Cells, figures_of
from simcore.analysis.noise import covariance, luck_covariance, noise_share, without_noise
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


def settle(cells: Cells, halves: xr.DataArray | None, parameters: xr.DataArray | None) -> Settled:
    """Take luck off net benefits.

    Parameters
    ----------
    cells
        The net benefits as drawn.
    halves
        Those of two halves of the persons, from `net_benefit_of_halves`.
    parameters
        Values of all figures (draw, parameter). Without `halves`, what they do not explain is taken for luck.

    Raises
    ------
    ResultsError
        There are fewer than twice as many draws as figures, or halves or figures do not belong to the net benefits.

    Notes
    -----
    With both, the variance that is not luck is known from the halves, and regression tells which part of it belongs to
    which draw; the rest of each draw is drawn together until the whole has that covariance. So a skewed effect, or one
    that may be nothing, keeps its shape, as far as the regression follows it.
    """
    if halves is None and parameters is None:
        return Settled(cells, np.full(len(cells.values), np.nan), "as drawn")
    if parameters is None:
        assert halves is not None  # one of them is there
        luck = luck_covariance(halves, cells)
        return Settled(cells.with_values(without_noise(cells.values, luck)), noise_share(cells, luck), "halves")
    best = cells.best()
    given = expected_given(cells.values, best, figures_of(parameters, cells))
    if halves is None:
        return Settled(cells.with_values(given), unexplained(cells, given), "regression")
    luck = luck_covariance(halves, cells)
    differences = cells.values - cells.values[np.arange(len(best)), :, best][:, :, None]
    rest = differences - given
    # What of the rest is luck: all of it but what the draws have without luck and regression has not told.
    left = covariance(differences) - luck - covariance(given)
    sizes, of_rest = (_total(matrix) for matrix in (left, covariance(rest)))
    sure = np.divide(beyond_error(sizes, of_rest, cells.n_draws), sizes, out=np.zeros_like(sizes), where=sizes > 0)
    spare = covariance(rest) - left * sure[:, None, None]
    lucky = np.asarray(luck.any(axis=(1, 2)))[:, None, None]
    clean = np.where(lucky, given + without_noise(rest, spare), differences)
    return Settled(cells.with_values(clean), noise_share(cells, luck), "halves and regression")


def _total(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance of the differences from the mean of the strategies, all added up, by their covariance (cell,)."""
    return np.asarray(np.trace(matrix, axis1=1, axis2=2) - matrix.mean(axis=(1, 2)) * matrix.shape[-1])


def unexplained(cells: Cells, given: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the variance that a fit leaves, in the comparison that matters (cell,)."""
    best = cells.best()
    rest = cells.values - cells.values[np.arange(len(best)), :, best][:, :, None] - given
    centred = rest - rest.mean(axis=1, keepdims=True)
    return noise_share(cells, centred.transpose(0, 2, 1) @ centred / max(cells.n_draws - 1, 1))
