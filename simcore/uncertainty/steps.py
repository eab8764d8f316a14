"""Families whose cumulative probability has steps: values with weights, and a point beside another family."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simcore.uncertainty.families import Array, Family

#: Probabilities that every family has a finite value at, the largest below 1 and one that is as good as 0.
_LARGEST, _SMALLEST = 1.0 - 2.0**-53, 2.0**-1000


class Empirical:
    """Values, each as likely as its weight says."""

    def __init__(self, values: Sequence[float], weights: Sequence[float]) -> None:
        pairs = sorted((value, weight) for value, weight in zip(values, weights, strict=True) if weight > 0)
        self._values = np.array([value for value, _ in pairs])
        # Divided by the largest first, so that no sum is too large.
        shares = np.array([weight for _, weight in pairs])
        shares = shares / shares.max()
        self._shares = shares / shares.sum()
        self._up_to = np.minimum(np.cumsum(shares) / shares.sum(), 1.0)
        self._up_to[-1] = 1.0

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return float(self._values[0]), float(self._values[-1])

    @property
    def mean(self) -> float:
        """Weighted mean."""
        return float(self._shares @ self._values)

    @property
    def sd(self) -> float:
        """Spread of the weighted values around their mean."""
        off = self._values - self.mean
        farthest = float(np.abs(off).max())
        return farthest * math.sqrt(float(self._shares @ (off / farthest) ** 2)) if farthest else 0.0

    def ppf(self, u: Array) -> Array:
        """The smallest value with at least this cumulative probability."""
        return self._values[np.searchsorted(self._up_to, u, side="left")]

    def cdf(self, x: Array) -> Array:
        """Share of the weight on values up to `x`."""
        return np.concatenate([[0.0], self._up_to])[np.searchsorted(self._values, x, side="right")]


@dataclass(frozen=True)
class Mixture:
    """Exactly one number with a certain probability, and otherwise what another distribution gives."""

    point: float
    share: float
    rest: Family

    @property
    def support(self) -> tuple[float, float]:
        """The range of both."""
        low, high = self.rest.support
        return min(self.point, low), max(self.point, high)

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.share * self.point + (1 - self.share) * self.rest.mean

    @property
    def sd(self) -> float:
        """Standard deviation."""
        between = self.share * (1 - self.share) * (self.point - self.rest.mean) ** 2
        return math.sqrt((1 - self.share) * self.rest.sd**2 + between)

    def ppf(self, u: Array) -> Array:
        """Values at cumulative probabilities: below the point, the point, above it."""
        below = (1 - self.share) * float(self.rest.cdf(np.array([self.point]))[0])
        # Rounding must neither ask the rest for its infinite ends nor lead to the other side of the point.
        lower = self.rest.ppf(np.clip(u / (1 - self.share), _SMALLEST, _LARGEST))
        upper = self.rest.ppf(np.clip((u - self.share) / (1 - self.share), _SMALLEST, _LARGEST))
        return np.where(
            u <= below,
            np.minimum(lower, self.point),
            np.where(u <= below + self.share, self.point, np.maximum(upper, self.point)),
        )

    def cdf(self, x: Array) -> Array:
        """Probabilities of values up to `x`."""
        return (1 - self.share) * self.rest.cdf(x) + np.where(x >= self.point, self.share, 0.0)
