"""Taking noise off: what is left of the spread of net benefits without luck, or without the error of a fit.

Noise makes the best strategy change from draw to draw where knowing more would not, so whatever is made of the
largest net benefit of each draw comes out too large. Here the draws are drawn together until the covariance of the
differences between strategies is what it would be without the noise. Their means stay, and so does their shape.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.net_benefit import Cells
from simcore.analysis.two_orders import UNSETTLED
from simcore.errors import ResultsError

#: A spread below this share of the largest one is rounding.
_ROUNDING = 1e-12
#: A fit that was drawn together too much is not spread out to more than this times its variance.
_MOST = 2.0


def luck_covariance(halves: xr.DataArray, cells: Cells) -> NDArray[np.float64]:
    """Covariance between strategies of what luck between persons does to a draw (cell, strategy, strategy).

    With means h0 and h1 over n0 and n1 persons, their common mean has n0 * n1 / (n0 + n1)**2 times the covariance of
    h0 - h1 by luck. Taken around its mean over draws, so that luck that all draws share does not count.

    Parameters
    ----------
    halves
        From `net_benefit_of_halves`: the dim `half`, and those of the net benefit. Without the coordinate ``persons``
        (half) the halves are of the same size.
    cells
        The net benefits that they belong to.

    Raises
    ------
    ResultsError
        The halves are not those of the net benefits, or are not two.
    """
    return covariance(luck_of_draws(halves, cells))


def luck_of_draws(halves: xr.DataArray, cells: Cells) -> NDArray[np.float64]:
    """Numbers that differ by luck alone, as much as net benefits do (cell, draw, strategy); see `luck_covariance`.

    Raises
    ------
    ResultsError
        The halves are not those of the net benefits, or are not two.
    """
    wanted = {"strategy": len(cells.strategies), "draw": cells.n_draws, **{d: c.size for d, c in cells.rest.items()}}
    found = {str(dim): size for dim, size in halves.sizes.items()}
    if found != {"half": 2, **wanted}:
        raise ResultsError(
            f"The halves need the dims of the net benefits and two of the dim half: {_sizes({'half': 2, **wanted})}; "
            f"found {_sizes(found)}."
        )
    first, second = (Cells.of(halves.isel(half=half, drop=True).transpose(*_order(cells))) for half in (0, 1))
    n0, n1 = (float(n) for n in halves["persons"].values) if "persons" in halves.coords else (1.0, 1.0)
    between = first.values - second.values
    between = between - between.mean(axis=1, keepdims=True)
    return np.asarray(between * np.sqrt(n0 * n1 / (n0 + n1) ** 2))


def covariance(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance over draws of values (cell, draw, strategy); of a single draw nothing (cell, strategy, strategy)."""
    centred = values - values.mean(axis=1, keepdims=True)
    return np.asarray(centred.transpose(0, 2, 1) @ centred / max(values.shape[1] - 1, 1))


def without_noise(values: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw net benefits together until their differences between strategies have a covariance without noise.

    Parameters
    ----------
    values
        Net benefits (cell, draw, strategy).
    noise
        Covariance of what is noise in them (cell, strategy, strategy). What there is too little of, is negative.

    Returns
    -------
    Array (cell, draw, strategy) with the same means.

    Notes
    -----
    With T the covariance of the differences and N that of their noise, deviations from the mean are multiplied by the
    principal square root of (T - N) / T. It does not depend on which strategy the others are compared with; of two
    strategies it is the square root of the share that is not noise. Where the estimated noise exceeds all there is
    in some direction, nothing is left in it. Exact where the net benefits and the noise are normal; otherwise the
    shape of what is left is taken to be that of the draws.
    """
    n = values.shape[-1]
    if n < 2 or not noise.any():
        return values
    among = np.eye(n) - 1.0 / n  # differences from the mean of the strategies
    common = values.mean(axis=-1, keepdims=True)
    means = (values - common).mean(axis=1, keepdims=True)
    deviations = values - common - means
    eigenvalues, vectors = np.linalg.eigh(covariance(deviations))
    spread = np.sqrt(np.maximum(eigenvalues, 0.0))
    real = spread > _ROUNDING**0.5 * spread.max(axis=-1, keepdims=True)
    inverse = np.divide(1.0, spread, out=np.zeros_like(spread), where=real)
    root = (vectors * spread[:, None, :]) @ vectors.transpose(0, 2, 1)
    back = (vectors * inverse[:, None, :]) @ vectors.transpose(0, 2, 1)
    shares, directions = np.linalg.eigh(np.eye(n) - back @ (among @ noise @ among) @ back)
    kept = np.sqrt(np.clip(shares, 0.0, _MOST))
    shrink = root @ (directions * kept[:, None, :]) @ directions.transpose(0, 2, 1) @ back
    drawn = common + means + deviations @ shrink.transpose(0, 2, 1)
    noisy = np.asarray(noise.any(axis=(1, 2)))
    return np.where(noisy[:, None, None], drawn, values)


def noise_share(cells: Cells, noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the variance that is noise, in the comparison that the decision hangs on (cell,).

    That is the best strategy against its strongest rival: the one that the best loses most to, on average over draws.
    Not a number where the two do not differ.
    """
    best = cells.best()
    rows = np.arange(len(best))
    ahead = cells.values - cells.values[rows, :, best][:, :, None]
    losses, means = np.maximum(ahead, 0.0).mean(axis=1), ahead.mean(axis=1)
    losses[rows, best] = -1.0
    means[rows, best] = -np.inf
    # Where the best loses to nobody, the rival is whoever comes next.
    rival = np.where(losses.max(axis=-1) > 0, losses.argmax(axis=-1), means.argmax(axis=-1))
    between = noise[rows, best, best] + noise[rows, rival, rival] - 2 * noise[rows, best, rival]
    total = ahead[rows, :, rival].var(axis=1, ddof=1) if cells.n_draws > 1 else np.zeros(len(best))
    share = np.divide(between, total, out=np.full(len(best), np.nan), where=total > 0)
    return np.asarray(np.clip(share, 0.0, 1.0))


def settled(share: NDArray[np.float64], cells: Cells) -> NDArray[np.bool_]:
    """Whether there is enough beside noise to say something: the noise is not most of it, or it changes nothing.

    `share` is that of `noise_share` (cell,).
    """
    best = cells.best()
    always = cells.wins()[np.arange(len(best)), :, best].min(axis=1) > 0
    return np.asarray(~(share > UNSETTLED) | always)


def _order(cells: Cells) -> list[str]:
    return [*cells.rest, "draw", "strategy"]


def _sizes(sizes: dict[str, int]) -> str:
    return ", ".join(f"{dim} {size}" for dim, size in sizes.items())
