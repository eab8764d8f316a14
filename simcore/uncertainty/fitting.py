"""Distributions that have given quantiles, exactly where two are given and as nearly as they can where there are more.

How near is measured in standard normal scores: a printed value where the fitted distribution has the cumulative
probability 0.06 instead of 0.05 is off by the distance between these two quantiles of the standard normal
distribution, 0.09. It is the same for any unit, and treats the centre and the tails of every family alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simcore.uncertainty.families import Beta, Family, Gamma

Array = NDArray[np.float64]
Found = TypeVar("Found", bound=Family)

#: How far, in standard normal scores, a fitted distribution may be from printed numbers that are more than its
#: parameters: a quarter of a standard deviation of a normal distribution. It lets pass what was rounded for print;
#: a 95 % interval that is missed by it at one end has a probability of 93 or 96 %, at both ends of 91 to 97 %.
TOLERANCE = 0.25
#: The same where as many numbers are given as there are parameters, and nothing but rounding may be left.
EXACT = 1e-6
#: Fits that are kept: the same figures stand in every alternative of a scenario.
_MOST_KEPT = 10_000


def scores(levels: Sequence[float] | Array) -> Array:
    """Quantiles of the standard normal distribution."""
    from scipy import special

    return np.asarray(special.ndtri(np.asarray(levels, dtype=float)))


def misses(family: Family, values: Sequence[float], levels: Sequence[float]) -> Array:
    """How far the cumulative probabilities of values are from their levels, in standard normal scores."""
    reached = family.cdf(np.asarray(values, dtype=float))
    # A value outside of all that the family can tell from its ends is as far out as numbers go.
    return scores(np.clip(reached, 1e-300, 1 - 2.0**-53)) - scores(levels)


def fit_line(values: Sequence[float] | Array, levels: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation of the normal distribution whose scores come nearest.

    The scores of a normal distribution are a straight line of the values, so that least squares have a closed form.
    """
    x, z = np.asarray(values, dtype=float), scores(levels)
    off = x - x.mean()
    sd = float(off @ off) / float(off @ z)
    return float(x.mean() - z.mean() * sd), sd


def fit_beta(values: Sequence[float], levels: Sequence[float]) -> Beta:
    """The beta distribution whose scores at two or more values come nearest."""
    return _fit_beta(tuple(values), tuple(levels))


@lru_cache(maxsize=_MOST_KEPT)
def _fit_beta(values: tuple[float, ...], levels: tuple[float, ...]) -> Beta:
    from scipy import optimize, special

    betainc = special.betainc
    (lowest, highest), (low, high) = (float(min(values)), float(max(values))), (float(min(levels)), float(max(levels)))

    def centre(log_size: float) -> float:
        """Logit of the mean with which the lowest value is where it belongs."""
        size = math.exp(_within(log_size))

        # As the `cdf` of `_beta_of`, which would take ten times longer; it is asked for hundreds of times.
        def too_low(centre: float) -> float:
            return float(betainc(size / (1 + math.exp(-centre)), size / (1 + math.exp(centre)), lowest)) - low

        return float(optimize.brentq(too_low, -50.0, 50.0, xtol=1e-14, rtol=1e-14))

    def too_narrow(log_size: float) -> float:
        found = _beta_of([centre(log_size), log_size])
        return float(betainc(found.alpha, found.beta, highest)) - high

    # With the lowest value in place, the highest falls with the size: where no others are given, this is the answer.
    log_size = _root(too_narrow, math.log(0.01), math.log(1e10))
    return _fit(_beta_of, [centre(log_size), log_size], values, levels)


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is 0, or the end that is nearer to it."""
    from scipy import optimize

    if rising(low) >= 0:
        return low
    return float(optimize.brentq(rising, low, high, xtol=1e-14, rtol=1e-14)) if rising(high) > 0 else high


def fit_beta_with_mean(mean: float, values: Sequence[float], levels: Sequence[float]) -> Beta:
    """The beta distribution with this mean whose scores come nearest."""
    return _fit_beta_with_mean(mean, tuple(values), tuple(levels))


@lru_cache(maxsize=_MOST_KEPT)
def _fit_beta_with_mean(mean: float, values: tuple[float, ...], levels: tuple[float, ...]) -> Beta:
    centre = math.log(mean) - math.log1p(-mean)
    sd = fit_line(values, levels)[1]
    size = max(mean * (1 - mean) / sd**2 - 1, 0.1)
    return _fit(lambda sizes: _beta_of([centre, *sizes]), [math.log(size)], values, levels)


def _beta_of(numbers: Sequence[float] | Array) -> Beta:
    """A beta distribution from the logit of its mean and the logarithm of alpha + beta."""
    centre, size = float(numbers[0]), math.exp(_within(numbers[1]))
    return Beta(size / (1 + math.exp(-_within(centre))), size / (1 + math.exp(_within(centre))))


def fit_gamma(values: Sequence[float], levels: Sequence[float]) -> Gamma:
    """The gamma distribution whose scores at two or more values come nearest."""
    return _fit_gamma(tuple(values), tuple(levels))


@lru_cache(maxsize=_MOST_KEPT)
def _fit_gamma(values: tuple[float, ...], levels: tuple[float, ...]) -> Gamma:
    from scipy import special

    outer = np.array([min(levels), max(levels)])
    ratio = math.log(max(values)) - math.log(min(values))

    def too_narrow(log_shape: float) -> float:
        low, high = special.gammaincinv(math.exp(log_shape), outer)
        return ratio - math.log(high) + math.log(max(low, 1e-300))

    # The ratio of two quantiles falls with the shape: where they are all that is given, this is the answer.
    log_shape = _root(too_narrow, math.log(0.01), math.log(1e10))
    log_scale = math.log(max(values)) - math.log(special.gammaincinv(math.exp(log_shape), outer[1]))
    return _fit(
        lambda logs: Gamma(math.exp(_within(logs[0])), math.exp(_within(logs[1]))),
        [log_shape, log_scale],
        values,
        levels,
    )


def fit_gamma_with_mean(mean: float, values: Sequence[float], levels: Sequence[float]) -> Gamma:
    """The gamma distribution with this mean whose scores come nearest."""
    return _fit_gamma_with_mean(mean, tuple(values), tuple(levels))


@lru_cache(maxsize=_MOST_KEPT)
def _fit_gamma_with_mean(mean: float, values: tuple[float, ...], levels: tuple[float, ...]) -> Gamma:
    def gamma_of(logs: Array) -> Gamma:
        shape = math.exp(_within(logs[0]))
        return Gamma(shape, mean / shape)

    return _fit(gamma_of, [2 * math.log(mean / fit_line(values, levels)[1])], values, levels)


def _within(number: float) -> float:
    """Keep a step of the search where its exponential is a number."""
    return min(max(float(number), -600.0), 600.0)


def _fit(
    made_of: Callable[[Array], Found], start: Sequence[float], values: Sequence[float], levels: Sequence[float]
) -> Found:
    """Find the numbers that a family is made of by least squares of its scores."""
    from scipy.optimize import least_squares

    found = least_squares(
        lambda numbers: misses(made_of(numbers), values, levels), start, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
    return made_of(found.x)
