"""Probabilities, rates and the ratios that act on them, each formula in one place.

Plain scalar functions: the readable twin calls them as they are, the kernels compile them.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Numbers = TypeVar("Numbers", float, NDArray[np.float64])

#: Probabilities and their sums may exceed 1 by this much: the rounding of decimal fractions, nothing more.
ROUNDING = 1e-9
#: Sums that miss 1 by no more than this are 1: 0.7 + 0.2 + 0.1 is 1 - 1.1e-16, whose hazard is finite.
CERTAIN = 1e-14


def snapped(number: float) -> float:
    """A number that is whole but for rounding, as a whole number: 14/12 of a year may come out as 13.999... months."""
    if not math.isfinite(number):
        return number
    nearest = round(number)
    return nearest if abs(number - nearest) <= ROUNDING else number


def with_risk_ratio(probability: float, ratio: float) -> float:
    """Probability times a risk ratio; certainty stays certain. May exceed 1, which the caller refuses."""
    return probability if probability <= 0.0 or probability >= 1.0 else probability * ratio


def with_odds_ratio(probability: float, ratio: float) -> float:
    """Probability whose odds p/(1-p) are multiplied by a ratio; 1 changes nothing, to the last bit."""
    if probability <= 0.0 or probability >= 1.0 or ratio == 1.0:
        return probability
    return probability * ratio / (1.0 - probability + probability * ratio)


def with_hazard_ratio(probability: float, ratio: float) -> float:
    """Probability whose hazard -ln(1-p) is multiplied by a ratio: 1 - (1-p)**ratio; 1 changes nothing."""
    if probability <= 0.0 or probability >= 1.0 or ratio == 1.0:
        return probability
    return -math.expm1(ratio * math.log1p(-probability))


def modified_probability(
    probability: float, risk_ratio: float, odds_ratio: float, hazard_ratio: float, risk_difference: float
) -> float:
    """Probability after all that acts on it: first the risk ratio, then odds ratio, hazard ratio and difference.

    Several modifiers of a kind come multiplied (differences added). A risk ratio that takes the
    probability above 1 is not undone by what follows: the result is then that impossible value, which the
    caller refuses.
    """
    probability = with_risk_ratio(probability, risk_ratio)
    if probability > 1.0 + ROUNDING:
        return probability
    probability = with_hazard_ratio(with_odds_ratio(min(probability, 1.0), odds_ratio), hazard_ratio)
    return probability + risk_difference


def odds_ratio_of_difference(difference: Numbers) -> Numbers:
    """Odds ratio that a standardised mean difference amounts to: exp(d * pi / sqrt(3)); 0 gives exactly 1.

    Notes
    -----
    An outcome with a logistic distribution in both groups, which differ in their means by d standard deviations, has
    this odds ratio of exceeding a threshold, wherever that lies [1]_ [2]_. The standard deviation of the standard
    logistic distribution is pi / sqrt(3).

    References
    ----------
    .. [1] Hasselblad and Hedges (1995), Meta-analysis of screening and diagnostic tests, Psychological Bulletin
       117:167-178.
    .. [2] Chinn (2000), A simple method for converting an odds ratio to effect size for use in meta-analysis,
       Statistics in Medicine 19:3127-3131.
    """
    ratio: Numbers = np.exp(difference * (math.pi / math.sqrt(3.0)))
    return ratio


def probability_in(probability: float, periods: float) -> float:
    """Probability that something with this probability in each period happens within several: 1 - (1 - p)**periods.

    The number of periods need not be whole: 1/periods leads back. Certainty stays certain.
    """
    return 1.0 if probability >= 1.0 else -math.expm1(periods * math.log1p(-probability))


def rate_of_probability(probability: float, years: float) -> float:
    """Rate per year with which something happens within a time with this probability: -ln(1 - p) / years."""
    return math.inf if probability >= 1.0 else -math.log1p(-probability) / years


def probability_of_rate(rate: float, total_rate: float, years: float) -> float:
    """Probability that a risk with this rate is the one that happens, within a time.

    Parameters
    ----------
    rate, total_rate
        Rate of the risk, and the sum of the rates of all competing ones [per year].
    years
        Length of the time.

    Notes
    -----
    ``rate/total_rate * (1 - exp(-total_rate * years))``; at most one of the risks happens.
    """
    if total_rate <= 0.0:
        return 0.0
    return rate / total_rate * -math.expm1(-total_rate * years)


def probability_over(probability: float, total: float, years: float) -> float:
    """Probability of one of several competing outcomes, given per year, within another time.

    Parameters
    ----------
    probability, total
        Yearly probability of the outcome, and the sum over all competing ones.
    years
        Length of the time.

    Notes
    -----
    With the common hazard H = -ln(1 - total), which all outcomes share in proportion to their probabilities:
    ``probability/total * (1 - exp(-H * years))``. Twelve months of a single outcome make its yearly
    probability exactly. Certainty within the year is certainty at once.
    """
    if total <= 0.0:
        return 0.0
    if total >= 1.0 - CERTAIN:
        return probability / total
    return probability / total * -math.expm1(years * math.log1p(-total))


def faded(ratio: float, share: float) -> float:
    """A ratio of which only a share (of its logarithm) is left: ratio**share."""
    return float(ratio**share)
