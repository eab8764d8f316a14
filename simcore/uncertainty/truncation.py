"""Moments of a normal distribution between two ends, and the normal distribution that has given moments there."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: The centre of the normal distribution lies at most so many of its scales beyond an end; further out, the
#: distribution between the ends is an exponential one to the last digits that a computer keeps.
FARTHEST = 10_000.0
#: Where the density is less than exp(-40) of its largest value, it adds nothing to 16 digits.
_NOTHING = 40.0


@lru_cache(maxsize=1)
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of Gauss-Legendre quadrature on -1 to 1."""
    return np.polynomial.legendre.leggauss(100)


def truncated_moments(location: float, scale: float, low: float, high: float) -> tuple[float, float]:
    """Mean and standard deviation of a normal distribution between two ends, one of which may be infinite.

    Parameters
    ----------
    location, scale
        Mean and standard deviation before truncation.
    low, high
        The ends.

    Returns
    -------
    Mean and standard deviation after truncation, to about 12 digits.

    Notes
    -----
    Gauss-Legendre quadrature of the density relative to its peak: unlike the closed form, whose terms cancel, it keeps
    its digits when the centre lies far beyond an end.

    Examples
    --------
    >>> mean, sd = truncated_moments(0.0, 1.0, 0.0, float("inf"))
    >>> round(mean, 6), round(sd, 6)
    (0.797885, 0.60281)
    """
    peak = min(max(location, low), high)
    off = abs(peak - location)
    room = 2 * _NOTHING * scale**2
    beyond = room / (math.sqrt(off**2 + room) + off)  # from a peak at an end to where nothing is left
    reach = math.sqrt(off**2 + room)
    start = max(low, peak - beyond) if peak <= location else max(low, location - reach)
    stop = min(high, peak + beyond) if peak >= location else min(high, location + reach)
    points, weights = _nodes()
    steps = (start - peak) + (stop - start) * (points + 1) / 2  # from the peak
    density = weights * np.exp(-steps * (steps + 2 * (peak - location)) / (2 * scale**2))
    density /= density.sum()
    step = float(density @ steps)
    return peak + step, math.sqrt(float(density @ (steps - step) ** 2))


def widest(mean: float, low: float, high: float) -> float:
    """The standard deviation that all truncated normal distributions with this mean and these ends stay below.

    With one end it is the distance from the mean to the end, that of an exponential distribution.
    """
    if math.isinf(high):
        return mean - low
    if math.isinf(low):
        return high - mean
    scale = FARTHEST * min(mean - low, high - mean)
    return truncated_moments(_location(mean, scale, low, high), scale, low, high)[1]


def solve_truncated(mean: float, sd: float, low: float, high: float) -> tuple[float, float] | None:
    """Location and scale of the normal distribution that has this mean and standard deviation between two ends.

    Parameters
    ----------
    mean, sd
        Moments after truncation, ``low < mean < high``; `sd` below what `widest` tells.
    low, high
        The ends, one of which may be infinite.

    Returns
    -------
    Location and scale, None when `sd` is too near the widest possible to be told from it.

    Notes
    -----
    For a given scale the mean rises with the location. Along the locations that keep the mean, the spread rises with
    the scale (the moments are the mean parameters of an exponential family, in which raising one natural parameter
    raises its own mean parameter). So two nested bisections find the only answer.
    """
    from scipy.optimize import brentq

    def too_wide(log_scale: float) -> float:
        scale = math.exp(log_scale)
        return truncated_moments(_location(mean, scale, low, high), scale, low, high)[1] / sd - 1

    smallest = math.log(sd) - 1e-9  # truncation only makes a normal distribution narrower
    largest = math.log(FARTHEST * min(mean - low, high - mean))
    if smallest >= largest or too_wide(largest) <= 0:
        return None
    scale = math.exp(brentq(too_wide, smallest, largest, xtol=1e-14, rtol=1e-14))
    return _location(mean, scale, low, high), scale


def _location(mean: float, scale: float, low: float, high: float) -> float:
    """Location with which a truncated normal distribution of this scale has this mean."""
    from scipy.optimize import brentq

    def too_high(location: float) -> float:
        return truncated_moments(location, scale, low, high)[0] - mean

    # Beyond an end, what is left has a mean nearer to the end than scale² / distance.
    first = mean if math.isinf(low) else low - 2 * scale**2 / (mean - low)
    last = mean if math.isinf(high) else high + 2 * scale**2 / (high - mean)
    if too_high(first) >= 0 or too_high(last) <= 0:  # the ends are so far away that they change nothing
        return mean
    return float(brentq(too_high, first, last, xtol=1e-300, rtol=1e-15))
