"""Quantiles and intervals as they are printed, and whether a fitted distribution has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simcore.errors import shown
from simcore.uncertainty.families import Family
from simcore.uncertainty.fitting import EXACT, TOLERANCE, misses
from simcore.uncertainty.refusals import percent_words, require, rounded

#: Levels of the ends of a 95 % interval.
LEVELS_95 = (0.025, 0.975)


def interval_ends(pair: Any) -> tuple[float, float]:
    """The ends of an interval, the lower first."""
    require(isinstance(pair, list | tuple) and len(pair) == 2, f"interval_95: {shown(pair)}", "[lower end, upper end]")
    low, high = float(pair[0]), float(pair[1])
    require(low < high, f"the interval {low:g} to {high:g}", "a lower end below the upper end")
    return low, high


def quantiles_of(given: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Values and levels of quantiles, in order."""
    written = given["quantiles"]
    allowed = "at least two quantiles, each with its level: {0.05: 2.1, 0.95: 3.4}"
    require(isinstance(written, dict) and len(written) >= 2, f"quantiles: {shown(written)}", allowed)
    levels = sorted(float(level) for level in written)
    values = [float(written[level]) for level in levels]
    for level in levels:
        allowed = "levels between 0 and 1: 0 < level < 1"
        require(0 < level < 1, f"quantiles with the level {level:g}", allowed, percent_words(level))
    for number in range(1, len(levels)):
        require(
            values[number - 1] < values[number],
            f"the quantiles {_listed(levels[number - 1 : number + 1], values[number - 1 : number + 1])}",
            "quantiles that rise with their level",
        )
    return values, levels


def _listed(levels: Sequence[float], values: Sequence[float]) -> str:
    """Quantiles as they are written."""
    return ", ".join(f"{level:g}: {value:.6g}" for level, value in zip(levels, values, strict=True))


def require_positive(values: Sequence[float], name: str) -> None:
    """Refuse values that no distribution above 0 has."""
    require(values[0] > 0, f"the value {values[0]:g}", f"values above 0 for a {name} distribution")


def require_shares(values: Sequence[float]) -> None:
    """Refuse values that no share has."""
    allowed = "values between 0 and 1 for a beta distribution: 0 < value < 1"
    for value in values:
        require(0 < value < 1, f"the value {value:g}", allowed, percent_words(value))


def require_near(name: str, family: Family, values: list[float], levels: list[float]) -> Family:
    """Refuse quantiles that the fitted distribution does not have."""
    is_exact = len(values) == 2
    nearest = [float(rounded(value)) for value in family.ppf(np.array(levels))]
    require(
        float(np.abs(misses(family, values, levels)).max()) <= (EXACT if is_exact else TOLERANCE),
        f"the quantiles {_listed(levels, values)}",
        f"quantiles of a {name} distribution; the nearest one has {_listed(levels, nearest)}",
        f"take a distribution of another shape{'' if is_exact else ', or give two quantiles alone'}",
    )
    return family


def require_interval(name: str, family: Family, pair: tuple[float, float]) -> Family:
    """Refuse an interval that the fitted distribution, whose mean was kept, does not have."""
    low, high = family.ppf(np.array(LEVELS_95))
    require(
        float(np.abs(misses(family, pair, LEVELS_95)).max()) <= TOLERANCE,
        f"the mean {family.mean:g} with the interval {pair[0]:g} to {pair[1]:g}",
        f"an interval near {rounded(low)} to {rounded(high)}, which the nearest {name} distribution with this mean has",
        "give the interval alone",
    )
    return family


def mean_inside(given: dict[str, Any], pair: tuple[float, float]) -> float:
    """The mean, which lies in its interval."""
    mean = float(given["mean"])
    require(
        pair[0] < mean < pair[1], f"a mean of {mean:g} outside {pair[0]:g} to {pair[1]:g}", "a mean in its interval"
    )
    return mean
