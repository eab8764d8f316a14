"""Numbers that differ between persons, as a few levels that keep the mean.

A distribution is cut into levels of equal probability, and each level has the mean of its part, so that
the mean over persons is that of the distribution exactly (and the variance a little smaller).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def level_mean(form: str, first: Array, second: Array, level: int, n_levels: int) -> Array:
    """Mean of one level of a distribution.

    Parameters
    ----------
    form
        ``normal``, ``lognormal`` or ``gamma``, by mean and standard deviation; ``uniform``, by its ends.
    first, second
        The two numbers in each draw (draw,).
    level, n_levels
        Which of how many levels, 1 for the lowest.

    Returns
    -------
    (draw,). Where the standard deviation is 0, all levels are the mean.

    Notes
    -----
    With F the distribution and q its quantiles, the mean of a level is ``n * (M(q_upper) - M(q_lower))``, where M is
    the partial mean: ``mean * F(shape + 1)`` for a gamma, ``mean * Phi(z - sigma)`` for a lognormal,
    ``mean * p - sd * phi(z)`` for a normal distribution.
    """
    if form == "uniform":
        return np.asarray(first + (second - first) * (level - 0.5) / n_levels)
    mean, sd = first, second
    with np.errstate(all="ignore"):
        parts = [_partial_mean(form, mean, sd, edge / n_levels) for edge in (level - 1, level)]
        return np.where(sd > 0, n_levels * (parts[1] - parts[0]), mean)


def _partial_mean(form: str, mean: Array, sd: Array, probability: float) -> Array:
    """Mean over the persons below a quantile, times their share."""
    from scipy import special

    if probability in (0.0, 1.0):
        return mean * probability
    z = special.ndtri(probability)
    if form == "normal":
        return np.asarray(mean * probability - sd * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))
    if form == "lognormal":
        return np.asarray(mean * special.ndtr(z - np.sqrt(np.log1p((sd / mean) ** 2))))
    shape = (mean / sd) ** 2
    return np.asarray(mean * special.gammainc(shape + 1, special.gammaincinv(shape, probability)))


def possible(form: str, first: Array, second: Array) -> NDArray[np.bool_]:
    """Tell where the two numbers make a distribution of this form (draw,)."""
    if form == "uniform":
        return np.asarray(first <= second)
    return np.asarray((second >= 0) & ((first > 0) | (form == "normal")))
