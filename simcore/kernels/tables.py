"""Parameter draw -> cumulative thresholds, compiled.

A *row* answers one question in one situation: where does a person go from here? It lists its
exits (a target, a baseline value and the modifiers that act); what is left goes to the rest.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcore import rates
from simcore.kernels.compiler import inlined, kernel, usable_in_kernels
from simcore.randomness import SCALE

#: Kinds of modifier, in the order in which they act within a row.
RISK_RATIO, ODDS_RATIO, HAZARD_RATIO, RISK_DIFFERENCE = 0, 1, 2, 3

#: What can be wrong with a row.
FINE, MORE_THAN_ONE, NOT_A_PROBABILITY, NOT_ONE, NOT_A_RATE = 0, 1, 2, 3, 4

usable_in_kernels(rates.with_risk_ratio, rates.with_odds_ratio, rates.with_hazard_ratio)
_modified_probability = inlined(rates.modified_probability)
_probability_of_rate = inlined(rates.probability_of_rate)


class Rows(NamedTuple):
    """All rows of a model. Row r has the exits ``first_exit[r]`` to ``first_exit[r] + n_exits[r] - 1``.

    Attributes
    ----------
    first_exit, n_exits
        int32 (row,).
    n_thresholds
        int32 (row,): thresholds of the row, at least `n_exits`.
    is_rate, complete
        uint8 (row,): baselines are rates per year; there is no rest, the exits must add up to 1.
    offset
        int64 (row,): where the row's thresholds begin.
    target, base
        int32 (exit,): the answer (for messages only); column of the value that is its baseline.
    first_modifier, n_modifiers
        int32 (exit,).
    modifier_kind, modifier_value
        int32 (modifier,): which kind; column of its value.
    cycle_years
        float64 (1,): length of a cycle [years].
    """

    first_exit: NDArray[np.int32]
    n_exits: NDArray[np.int32]
    n_thresholds: NDArray[np.int32]
    is_rate: NDArray[np.uint8]
    complete: NDArray[np.uint8]
    offset: NDArray[np.int64]
    target: NDArray[np.int32]
    base: NDArray[np.int32]
    first_modifier: NDArray[np.int32]
    n_modifiers: NDArray[np.int32]
    modifier_kind: NDArray[np.int32]
    modifier_value: NDArray[np.int32]
    cycle_years: NDArray[np.float64]


@inlined
def exit_size(rows, values, e, rate):
    """Probability per cycle of exit `e`, or its rate per year, with all modifiers."""
    size = values[rows.base[e]]
    risk_ratio = odds_ratio = hazard_ratio = 1.0
    difference = 0.0
    first = rows.first_modifier[e]
    for m in range(first, first + rows.n_modifiers[e]):
        value = values[rows.modifier_value[m]]
        kind = rows.modifier_kind[m]
        if kind == RISK_RATIO:
            risk_ratio *= value
        elif kind == ODDS_RATIO:
            odds_ratio *= value
        elif kind == HAZARD_RATIO:
            hazard_ratio *= value
        else:
            difference += value
    if rate:
        return size * hazard_ratio
    return _modified_probability(size, risk_ratio, odds_ratio, hazard_ratio, difference)


@kernel
def build_thresholds(rows, values, thresholds, work):
    """Fill the thresholds of every row for one draw.

    Parameters
    ----------
    rows
        `Rows`.
    values
        float64 (column,): every number the rows refer to, in this draw.
    thresholds
        uint32, filled: row by row, the cumulative probabilities of the exits times 2**32. Rows with fewer
        exits than thresholds repeat the last one, so that whoever passes it passes them all.
    work
        float64 (at least the largest ``n_exits``,): scratch.

    Returns
    -------
    (row, status) of the first row that is no probability row, or (-1, FINE).
    """
    cycle_years = rows.cycle_years[0]
    for r in range(rows.first_exit.size):
        first, count = rows.first_exit[r], rows.n_exits[r]
        rate = rows.is_rate[r] != 0
        total = 0.0
        for k in range(count):
            size = exit_size(rows, values, first + k, rate)
            if rate and not 0.0 <= size < math.inf:
                return r, NOT_A_RATE
            if not rate and not 0.0 <= size <= 1.0:
                if not -rates.ROUNDING <= size <= 1.0 + rates.ROUNDING:
                    return r, NOT_A_PROBABILITY
                size = min(max(size, 0.0), 1.0)
            work[k] = size
            total += size
        if rate:
            for k in range(count):
                work[k] = _probability_of_rate(work[k], total, cycle_years)
        elif total > 1.0 + rates.ROUNDING:
            return r, MORE_THAN_ONE
        elif rows.complete[r] and abs(total - 1.0) > rates.ROUNDING:
            return r, NOT_ONE
        cumulative = 0.0
        slot = rows.offset[r]
        for k in range(rows.n_thresholds[r]):
            if k < count:
                cumulative += work[k]
            scaled = math.floor(min(cumulative, 1.0) * SCALE + 0.5)
            thresholds[slot + k] = np.uint32(min(scaled, SCALE - 1.0))
    return -1, FINE
