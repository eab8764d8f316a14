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
