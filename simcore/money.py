"""Discount factors and price years."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def discount_factors(rate: ArrayLike, years: ArrayLike) -> NDArray[np.float64]:
    """Value today of one unit of money `years` from the start of cycle 0: (1 + rate)**-years.

    Parameters
    ----------
    rate
        Discount rate [per year], broadcast against `years`.
    years
        Time from the start of cycle 0 [years].
    """
    return np.asarray((1.0 + np.asarray(rate, dtype=float)) ** -np.asarray(years, dtype=float))


def to_price_year(amount: ArrayLike, index_then: ArrayLike, index_now: ArrayLike) -> NDArray[np.float64]:
    """Bring an amount from the prices of one year to those of another by an index."""
    ratio = np.asarray(index_now, dtype=float) / np.asarray(index_then, dtype=float)
    return np.asarray(np.asarray(amount, dtype=float) * ratio)


#: Differences of expected values below this share of them are rounding.
REAL = 1e-10


def real_difference(one: NDArray[np.float64], other: NDArray[np.float64], *, exact: bool) -> NDArray[np.float64]:
    """Difference of two sums of money; of sums from the exact engine, without the rounding of equal ones.

    Sampled lives that are the same have the same counts; sums of real numbers differ by their rounding.
    """
    difference = one - other
    if exact:
        difference = np.where(np.abs(difference) > REAL * np.maximum(np.abs(one), np.abs(other)), difference, 0.0)
    return difference
