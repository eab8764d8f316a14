"""Distributions of uncertain parameters, entered the way they are published.

Each distribution can be written by its own parameters, by moments, by an interval or by
counts; `Distribution.ppf` turns uniform numbers into values (inverse CDF). scipy.special has the inverse
functions (those behind scipy.stats, which takes three times as long to load); it is loaded when first used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Two-sided 95 % quantile of the standard normal distribution.
_Z95 = 1.959963984540054

#: name -> ways to write it; each way is the exact set of fields it needs.
FORMS: dict[str, tuple[tuple[str, ...], ...]] = {
    "fixed": (("value",),),
    "normal": (("mean", "sd"), ("mean", "interval_95")),
    "lognormal": (
        ("mean", "sd"),
        ("median", "interval_95"),
        ("mean", "interval_95"),
        ("interval_95",),
        ("log_mean", "log_sd"),
    ),
    "beta": (("mean", "sd"), ("alpha", "beta"), ("events", "of")),
    "gamma": (("mean", "sd"), ("shape", "scale")),
    "uniform": (("min", "max"),),
    "triangular": (("min", "mode", "max"),),
    "pert": (("min", "mode", "max"),),
}


class ImpossibleDistributionError(ValueError):
    """The numbers given do not make a distribution; says which inequality fails."""

    def __init__(self, found: str, allowed: str, hint: str = "") -> None:
        self.found, self.allowed, self.hint = found, allowed, hint
        super().__init__(f"found {found}; allowed {allowed}")


def _require(holds: bool, found: str, allowed: str, hint: str = "") -> None:
    if not holds:
        raise ImpossibleDistributionError(found, allowed, hint)


@dataclass(frozen=True)
class Distribution:
    """One distribution by name and the numbers it was written with.

    Parameters
    ----------
    name
        One of the keys of `FORMS`.
    given
        The fields as written, ``{"mean": 0.035, "sd": 0.004}``; ``interval_95`` is a pair.

    Raises
    ------
    ImpossibleDistributionError
        The numbers contradict each other or the distribution; the inequality that fails is named.

    Notes
    -----
    A lognormal given by its median (or mean) and a 95 % interval takes the spread from the
    interval's width on the log scale and the centre from the median; an interval that is not
    symmetric around the median on that scale by more than 10 % of its width is refused. A lognormal
    given by its interval alone is centred in it. PERT is the beta distribution on [min, max] with
    alpha = 1 + 4 (mode - min)/(max - min) and beta = 1 + 4 (max - mode)/(max - min).
    """

    name: str
    given: dict[str, Any] = field(hash=False)

    def __post_init__(self) -> None:
        if set(self.given) not in [set(form) for form in FORMS[self.name]]:
            forms = " or ".join("{" + ", ".join(form) + "}" for form in FORMS[self.name])
            raise ImpossibleDistributionError("{" + ", ".join(map(str, self.given)) + "}", forms)
        _ = self._native

    @cached_property
    def _native(self) -> tuple[float, ...]:
        """The distribution's own parameters, checked."""
        return _NATIVE[self.name](dict(self.given))

    @property
    def is_fixed(self) -> bool:
        """Whether there is no uncertainty."""
        return self.name == "fixed"

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest possible value (infinite where there is none)."""
        p = self._native
        match self.name:
            case "fixed":
                return p[0], p[0]
            case "normal":
                return -math.inf, math.inf
            case "lognormal" | "gamma":
                return 0.0, math.inf
            case "beta":
                return 0.0, 1.0
            case "uniform":
                return p[0], p[1]
            case _:
                return p[0], p[2]

    @property
    def mean(self) -> float:
        """Expected value."""
        p = self._native
        match self.name:
            case "lognormal":
                return math.exp(p[0] + p[1] ** 2 / 2)
            case "beta":
                return p[0] / (p[0] + p[1])
            case "gamma":
                return p[0] * p[1]
            case "uniform":
                return (p[0] + p[1]) / 2
            case "triangular":
                return sum(p) / 3
            case "pert":
                return (p[0] + 4 * p[1] + p[2]) / 6
            case _:
                return p[0]

    def ppf(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at the cumulative probabilities `u` (draw,), each strictly between 0 and 1."""
        p = self._native
        if self.is_fixed:
            return np.full(u.shape, p[0])
        if self.name == "uniform":
            return p[0] + (p[1] - p[0]) * u
        from scipy import special

        match self.name:
            case "normal":
                return np.asarray(p[0] + p[1] * special.ndtri(u))
            case "lognormal":
                return np.asarray(np.exp(p[0] + p[1] * special.ndtri(u)))
            case "beta":
                return np.asarray(special.betaincinv(p[0], p[1], u))
            case "gamma":
                return np.asarray(p[1] * special.gammaincinv(p[0], u))
        low, mode, high = p
        width = high - low
        if self.name == "triangular":
            rising = low + np.sqrt(u * width * (mode - low))
            falling = high - np.sqrt((1.0 - u) * width * (high - mode))
            return np.where(u * width <= mode - low, rising, falling)
        a, b = 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width
        return np.asarray(low + width * special.betaincinv(a, b, u))


def _interval(pair: Any) -> tuple[float, float]:
    low, high = float(pair[0]), float(pair[1])
    _require(low < high, f"the interval {low:g} to {high:g}", "a lower end below the upper end")
    return low, high


def _fixed(given: dict[str, Any]) -> tuple[float, ...]:
    return (float(given["value"]),)


def _normal(given: dict[str, Any]) -> tuple[float, ...]:
    mean = float(given["mean"])
    if "interval_95" in given:
        low, high = _interval(given["interval_95"])
        _require(
            abs(low + high - 2 * mean) <= 0.2 * (high - low),
            f"the mean {mean:g} away from the middle of {low:g} to {high:g}",
            "an interval that is symmetric around the mean within a tenth of its width",
        )
        return mean, (high - low) / (2 * _Z95)
    sd = float(given["sd"])
    _require(sd > 0, f"sd {sd:g}", "sd > 0", "write a number without uncertainty as {fixed: ...}")
    return mean, sd


def _lognormal(given: dict[str, Any]) -> tuple[float, ...]:
    if "log_mean" in given:
        log_mean, log_sd = float(given["log_mean"]), float(given["log_sd"])
        _require(log_sd > 0, f"log_sd {log_sd:g}", "log_sd > 0")
        return log_mean, log_sd
    centre = given.get("mean", given.get("median"))
    if centre is not None:
        _require(centre > 0, f"a centre of {centre:g}", "mean or median > 0")
    if centre is not None and "sd" in given:
        sd = float(given["sd"])
        _require(sd > 0, f"sd {sd:g}", "sd > 0", "write a number without uncertainty as {fixed: ...}")
        variance = math.log1p((sd / centre) ** 2)
        return math.log(centre) - variance / 2, math.sqrt(variance)
    low, high = _interval(given["interval_95"])
    _require(low > 0, f"the lower end {low:g}", "an interval above 0")
    log_sd = (math.log(high) - math.log(low)) / (2 * _Z95)
    if centre is None:
        return (math.log(low) + math.log(high)) / 2, log_sd
    name = "mean" if "mean" in given else "median"
    _require(low < centre < high, f"a {name} of {centre:g} outside {low:g} to {high:g}", f"a {name} in its interval")
    log_mean = math.log(centre) - log_sd**2 / 2 if "mean" in given else math.log(centre)
    off = abs(math.log(low) + math.log(high) - 2 * log_mean)
    expected = math.sqrt(low) * math.sqrt(high) * (math.exp(log_sd**2 / 2) if "mean" in given else 1.0)
    _require(
        off <= 0.2 * (math.log(high) - math.log(low)),
        f"a {name} of {centre:g} with the interval {low:g} to {high:g}",
        f"a {name} near {expected:.3g}, where a lognormal distribution with this interval has it",
        "give the interval alone, or log_mean and log_sd",
    )
    return log_mean, log_sd


def _beta(given: dict[str, Any]) -> tuple[float, ...]:
    if "events" in given:
        events, of = float(given["events"]), float(given["of"])
        _require(0 < events < of, f"{events:g} events of {of:g}", "0 < events < of")
        return events, of - events
    if "alpha" in given:
        alpha, beta = float(given["alpha"]), float(given["beta"])
        _require(alpha > 0 and beta > 0, f"alpha {alpha:g}, beta {beta:g}", "alpha > 0 and beta > 0")
        return alpha, beta
    mean, sd = float(given["mean"]), float(given["sd"])
    _require(
        0 < mean < 1,
        f"{mean:g}",
        "a probability, 0 to 1",
        f"percentages are written as fractions: {mean:g} % is {mean / 100:g}" if 1 < mean <= 100 else "",
    )
    _require(
        0 < sd**2 < mean * (1 - mean),
        f"mean {mean:g} with sd {sd:g}",
        f"0 < sd² < mean · (1 - mean), here sd below {math.sqrt(mean * (1 - mean)):.4g}",
    )
    size = mean * (1 - mean) / sd**2 - 1
    return mean * size, (1 - mean) * size


def _gamma(given: dict[str, Any]) -> tuple[float, ...]:
    if "shape" in given:
        shape, scale = float(given["shape"]), float(given["scale"])
        _require(shape > 0 and scale > 0, f"shape {shape:g}, scale {scale:g}", "shape > 0 and scale > 0")
        return shape, scale
    mean, sd = float(given["mean"]), float(given["sd"])
    hint = "write a number without uncertainty as {fixed: ...}" if sd == 0 else ""
    _require(mean > 0 and sd > 0, f"mean {mean:g}, sd {sd:g}", "mean > 0 and sd > 0", hint)
    return (mean / sd) ** 2, sd**2 / mean


def _uniform(given: dict[str, Any]) -> tuple[float, ...]:
    low, high = float(given["min"]), float(given["max"])
    _require(low < high, f"min {low:g}, max {high:g}", "min < max")
    return low, high


def _three_points(given: dict[str, Any]) -> tuple[float, ...]:
    low, mode, high = float(given["min"]), float(given["mode"]), float(given["max"])
    _require(
        low <= mode <= high and low < high, f"min {low:g}, mode {mode:g}, max {high:g}", "min <= mode <= max, min < max"
    )
    return low, mode, high


_NATIVE = {
    "fixed": _fixed,
    "normal": _normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "gamma": _gamma,
    "uniform": _uniform,
    "triangular": _three_points,
    "pert": _three_points,
}
