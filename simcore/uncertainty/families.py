"""Families of distributions by their own parameters: range, mean, spread, cumulative probability and its inverse.

scipy.special has the functions behind most of scipy.stats, which takes three times as long to load; both are loaded
when first used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simcore.uncertainty.truncation import truncated_moments

Array = NDArray[np.float64]


class Family(Protocol):
    """What every family can tell."""

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest possible value (infinite where there is none)."""

    @property
    def mean(self) -> float:
        """Expected value."""

    @property
    def sd(self) -> float:
        """Standard deviation."""

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities."""

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""


@dataclass(frozen=True)
class Fixed:
    """A number without uncertainty."""

    value: float
    sd: float = 0.0

    @property
    def support(self) -> tuple[float, float]:
        """The number, twice."""
        return self.value, self.value

    @property
    def mean(self) -> float:
        """The number."""
        return self.value

    def ppf(self, u: Array) -> Array:
        """The number for every probability."""
        return np.full(u.shape, self.value)

    def cdf(self, x: Array) -> Array:
        """A step from 0 to 1."""
        return np.where(x >= self.value, 1.0, 0.0)


@dataclass(frozen=True)
class Normal:
    """The normal distribution."""

    mean: float
    sd: float

    @property
    def support(self) -> tuple[float, float]:
        """All numbers."""
        return -math.inf, math.inf

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities."""
        from scipy import special

        return np.asarray(self.mean + self.sd * special.ndtri(u))

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""
        from scipy import special

        return np.asarray(special.ndtr((x - self.mean) / self.sd))


@dataclass(frozen=True)
class LogNormal:
    """A number whose logarithm is normal."""

    log_mean: float
    log_sd: float

    @property
    def support(self) -> tuple[float, float]:
        """Everything above 0."""
        return 0.0, math.inf

    @property
    def mean(self) -> float:
        """Expected value."""
        return math.exp(self.log_mean + self.log_sd**2 / 2)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return self.mean * math.sqrt(math.expm1(self.log_sd**2))

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities."""
        from scipy import special

        return np.asarray(np.exp(self.log_mean + self.log_sd * special.ndtri(u)))

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""
        from scipy import special

        logs = np.log(np.where(x > 0, x, 1.0))
        return np.where(x > 0, special.ndtr((logs - self.log_mean) / self.log_sd), 0.0)


@dataclass(frozen=True)
class Beta:
    """The beta distribution, of shares."""

    alpha: float
    beta: float

    @property
    def support(self) -> tuple[float, float]:
        """Shares."""
        return 0.0, 1.0

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        size = self.alpha + self.beta
        return math.sqrt((self.alpha / size) * (self.beta / size) / (size + 1))

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities."""
        from scipy import special

        return np.asarray(special.betaincinv(self.alpha, self.beta, u))

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""
        from scipy import special

        return np.asarray(special.betainc(self.alpha, self.beta, np.clip(x, 0.0, 1.0)))


@dataclass(frozen=True)
class Gamma:
    """The gamma distribution."""

    shape: float
    scale: float

    @property
    def support(self) -> tuple[float, float]:
        """Everything above 0."""
        return 0.0, math.inf

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.shape * self.scale

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return math.sqrt(self.shape) * self.scale

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities."""
        from scipy import special

        return np.asarray(self.scale * special.gammaincinv(self.shape, u))

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""
        from scipy import special

        return np.asarray(special.gammainc(self.shape, np.maximum(x, 0.0) / self.scale))


@dataclass(frozen=True)
class Uniform:
    """Every number between two ends alike."""

    low: float
    high: float

    @property
    def support(self) -> tuple[float, float]:
        """The two ends."""
        return self.low, self.high

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + self.high) / 2

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return (self.high - self.low) / math.sqrt(12)

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities."""
        return self.low + (self.high - self.low) * u

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)


@dataclass(frozen=True)
class Triangular:
    """Rising from one end to the mode and falling to the other."""

    low: float
    mode: float
    high: float

    @property
    def support(self) -> tuple[float, float]:
        """The two ends."""
        return self.low, self.high

    @property
    def mean(self) -> float:
        """Expected value."""
        return sum((self.low, self.mode, self.high)) / 3

    @property
    def sd(self) -> float:
        """Standard deviation."""
        width, rise = self.high - self.low, self.mode - self.low
        return math.sqrt((width**2 - width * rise + rise**2) / 18)

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities."""
        low, mode, high = self.low, self.mode, self.high
        width = high - low
        rising = low + np.sqrt(u * width * (mode - low))
        falling = high - np.sqrt((1.0 - u) * width * (high - mode))
        return np.where(u * width <= mode - low, rising, falling)

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""
        low, mode, high = self.low, self.mode, self.high
        inside = np.clip(x, low, high)
        # One side has no width where the mode is at an end, and is then not chosen.
        rising = (inside - low) ** 2 / ((high - low) * (mode - low or 1.0))
        falling = 1.0 - (high - inside) ** 2 / ((high - low) * (high - mode or 1.0))
        return np.where(inside < mode, rising, falling)


@dataclass(frozen=True)
class Pert:
    """A beta distribution between two ends, its mean four times as near the mode as the ends."""

    low: float
    mode: float
    high: float

    @property
    def support(self) -> tuple[float, float]:
        """The two ends."""
        return self.low, self.high

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + 4 * self.mode + self.high) / 6

    @property
    def sd(self) -> float:
        """Standard deviation."""
        a, b = self._shapes
        return (self.high - self.low) * math.sqrt(a * b / (6**2 * 7))

    @property
    def _shapes(self) -> tuple[float, float]:
        width = self.high - self.low
        return 1 + 4 * (self.mode - self.low) / width, 1 + 4 * (self.high - self.mode) / width

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities."""
        from scipy import special

        a, b = self._shapes
        return np.asarray(self.low + (self.high - self.low) * special.betaincinv(a, b, u))

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""
        from scipy import special

        a, b = self._shapes
        return np.asarray(special.betainc(a, b, np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)))


@dataclass(frozen=True)
class TruncatedNormal:
    """A normal distribution of which only what lies between two ends is possible; an end may be infinite."""

    location: float
    scale: float
    low: float
    high: float

    @property
    def support(self) -> tuple[float, float]:
        """The two ends."""
        return self.low, self.high

    @property
    def mean(self) -> float:
        """Expected value, between the ends."""
        return truncated_moments(self.location, self.scale, self.low, self.high)[0]

    @property
    def sd(self) -> float:
        """Standard deviation, between the ends."""
        return truncated_moments(self.location, self.scale, self.low, self.high)[1]

    @property
    def _ends(self) -> tuple[float, float]:
        return (self.low - self.location) / self.scale, (self.high - self.location) / self.scale

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities."""
        from scipy import stats

        values = stats.truncnorm.ppf(u, *self._ends, loc=self.location, scale=self.scale)
        return np.asarray(np.clip(values, self.low, self.high))

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""
        from scipy import stats

        return np.asarray(stats.truncnorm.cdf(x, *self._ends, loc=self.location, scale=self.scale))
