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
from simcore.kernels.compiler import inlined, kernel, part, usable_in_kernels
from simcore.randomness import SCALE

#: Kinds of modifier, in the order in which they act within a row.
RISK_RATIO, ODDS_RATIO, HAZARD_RATIO, RISK_DIFFERENCE = 0, 1, 2, 3
#: Kinds from here on are those that act over a time of their own (`Rows.over_kind`), one after the other at the end.
OVER = 4

#: What the baselines of a row are: probabilities per cycle or per year, rates, rates that act all the time.
PER_CYCLE, RATE, PER_YEAR, CONTINUOUS = 0, 1, 2, 3

#: What can be wrong with a row.
FINE, MORE_THAN_ONE, NOT_A_PROBABILITY, NOT_ONE, NOT_A_RATE = 0, 1, 2, 3, 4

usable_in_kernels(rates.with_risk_ratio, rates.with_odds_ratio, rates.with_hazard_ratio)
usable_in_kernels(rates.probability_in, rates.rate_of_probability)
_modified_probability = inlined(rates.modified_probability)
_probability_of_rate = inlined(rates.probability_of_rate)
_probability_over = inlined(rates.probability_over)

#: Terms of the exponential series, for a generator that moves at most once on average: the rest is below 1e-18.
_TERMS = 20


class Rows(NamedTuple):
    """All rows of a model. Row r has the exits ``first_exit[r]`` to ``first_exit[r] + n_exits[r] - 1``.

    Attributes
    ----------
    first_exit, n_exits
        int32 (row,).
    n_thresholds
        int32 (row,): thresholds of the row, at least `n_exits`.
    scale, complete
        uint8 (row,): what the baselines are (`PER_CYCLE`, ...); there is no rest, the exits must add up to 1.
    offset
        int64 (row,): where the row's thresholds begin.
    distinct, source
        int32 (distinct row,): rows that differ from all before; int64 (threshold,): the threshold of one of them
        that each is equal to.
    target, base
        int32 (exit,): the answer (for messages only); column of the value that is its baseline.
    first_modifier, n_modifiers
        int32 (exit,).
    modifier_kind, modifier_value
        int32 (modifier,): which kind; column of its value.
    over_kind, over_periods
        int32 and float64 (kind from `OVER` on,): the kind proper, and how many of the baseline's periods (years, of a
        rate) it was measured over.
    matrix_first, matrix_stride, matrix_states
        int32 (matrix,): generators of domains in continuous time: row of the first state, how far apart
        the rows of the states are, and how many there are.
    cycle_years
        float64 (1,): length of a cycle [years].
    """

    first_exit: NDArray[np.int32]
    n_exits: NDArray[np.int32]
    n_thresholds: NDArray[np.int32]
    scale: NDArray[np.uint8]
    complete: NDArray[np.uint8]
    offset: NDArray[np.int64]
    distinct: NDArray[np.int32]
    source: NDArray[np.int64]
    target: NDArray[np.int32]
    base: NDArray[np.int32]
    first_modifier: NDArray[np.int32]
    n_modifiers: NDArray[np.int32]
    modifier_kind: NDArray[np.int32]
    modifier_value: NDArray[np.int32]
    over_kind: NDArray[np.int32]
    over_periods: NDArray[np.float64]
    matrix_first: NDArray[np.int32]
    matrix_stride: NDArray[np.int32]
    matrix_states: NDArray[np.int32]
    cycle_years: NDArray[np.float64]


@inlined
def _plain_size(rows, values, e, rate):
    """Size of exit `e` as `exit_size` gives it, but for modifiers over a time of their own.

    Apart from the rest, because a call in its place makes this loop three times slower.
    """
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
        elif kind == RISK_DIFFERENCE:
            difference += value
    if rate:
        return size * hazard_ratio
    return _modified_probability(size, risk_ratio, odds_ratio, hazard_ratio, difference)


@kernel
def exit_size(rows, values, e, rate):
    """Probability per cycle (or year) of exit `e`, or its rate per year, with all modifiers; and its status.

    With `NOT_A_PROBABILITY` the first number is what a modifier over a time of its own has made of the probability
    within that time.
    """
    size = _plain_size(rows, values, e, rate)
    if rows.over_kind.size > 0:
        return _modified_over(rows, values, e, rate, size)
    return size, FINE


@part
def _modified_over(rows, values, e, rate, size):
    """Let modifiers act that were measured over a time of their own, as if the exit were the only one for that time."""
    first = rows.first_modifier[e]
    for m in range(first, first + rows.n_modifiers[e]):
        kind, value = rows.modifier_kind[m], values[rows.modifier_value[m]]
        if kind < OVER:
            continue
        if size < -rates.ROUNDING or size == math.inf or (size > 1.0 + rates.ROUNDING and not rate):
            return size, FINE  # the caller refuses what is no rate or probability
        periods, kind = rows.over_periods[kind - OVER], rows.over_kind[kind - OVER]
        if value == (0.0 if kind == RISK_DIFFERENCE else 1.0):
            continue  # without effect it changes nothing, to the last bit
        if rate:
            within = _probability_of_rate(size, size, periods)
        else:
            within = rates.probability_in(min(max(size, 0.0), 1.0), periods)
        if kind == RISK_RATIO:
            within = rates.with_risk_ratio(within, value)
        elif kind == ODDS_RATIO:
            within = rates.with_odds_ratio(within, value)
        else:
            within += value
        if not -rates.ROUNDING <= within <= 1.0 + rates.ROUNDING:
            return within, NOT_A_PROBABILITY
        within = min(max(within, 0.0), 1.0)
        size = rates.rate_of_probability(within, periods) if rate else rates.probability_in(within, 1.0 / periods)
    return size, FINE


@kernel
def build_thresholds(rows, values, thresholds, shares, work):
    """Fill the thresholds of every row for some draws.

    Parameters
    ----------
    rows
        `Rows`.
    values
        float64 (draw, column): every number the rows refer to, in these draws.
    thresholds
        uint32 (draw, threshold), filled: row by row, the cumulative probabilities of the exits times 2**32. Rows with
        fewer exits than thresholds repeat the last one, so that whoever passes it passes them all.
    shares
        float64 (draw, threshold), or (draw, 0): filled with the probabilities themselves in the same places when there
        is room for them; 0 behind the last exit.
    work
        float64: scratch for the largest ``n_exits``, and four times the square of the largest ``matrix_states``.

    Returns
    -------
    (draw, row, status) of the first row that is no probability row, or (-1, -1, FINE).
    """
    for j in range(values.shape[0]):
        row, status = _build(rows, values[j], thresholds[j], shares[j], work)
        if status != FINE:
            return j, row, status
    return -1, -1, FINE


@part
def _build(rows, values, thresholds, shares, work):
    """Fill those of one draw: of distinct rows first, and then of those that are like them."""
    cycle_years, has_over = rows.cycle_years[0], rows.over_kind.size > 0
    for r in rows.distinct:
        first, count = rows.first_exit[r], rows.n_exits[r]
        scale = rows.scale[r]
        rate = scale == RATE or scale == CONTINUOUS
        total = 0.0
        for k in range(count):
            size = _plain_size(rows, values, first + k, rate)
            if has_over:
                size, status = _modified_over(rows, values, first + k, rate, size)
                if status != FINE:
                    return r, status
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
        if scale == PER_YEAR:
            for k in range(count):
                work[k] = _probability_over(work[k], total, cycle_years)
        _fill_row(thresholds, shares, work, rows.offset[r], count, rows.n_thresholds[r])
    for k in range(thresholds.size):
        thresholds[k] = thresholds[rows.source[k]]
    for k in range(shares.size):
        shares[k] = shares[rows.source[k]]
    return -1, FINE


@part
def _fill_row(thresholds, shares, work, slot, count, n_thresholds):
    """Store the probabilities of a row as cumulative thresholds."""
    cumulative = 0.0
    for k in range(n_thresholds):
        if k < count:
            cumulative += work[k]
        scaled = math.floor(min(cumulative, 1.0) * SCALE + 0.5)
        thresholds[slot + k] = np.uint32(min(scaled, SCALE - 1.0))
        if shares.size > 0:
            shares[slot + k] = work[k] if k < count else 0.0


@kernel
def build_continuous(rows, values, thresholds, shares, work):
    """Fill the rows of every domain in continuous time, after `build_thresholds` has found their rates possible.

    A kernel of its own, so that models without one need not wait for it to be compiled. Parameters are those of
    `build_thresholds`.
    """
    for j in range(values.shape[0]):
        for m in range(rows.matrix_first.size):
            _exponential(rows, values[j], thresholds[j], shares[j], work, m)


@part
def _exponential(rows, values, thresholds, shares, work, m):
    """Fill the rows of a generator G: those of expm(G * cycle), which 12 months make a year of exactly.

    With the largest rate out of a state, L, the matrix P = 1 + G/L has no negative numbers, and expm(G t) = sum over k
    of exp(-L t) (L t)**k/k! P**k [1]_. The time is halved until L t is at most 1, and the result squared as often.

    References
    ----------
    .. [1] Jensen (1953), Markoff chains as an aid in the study of Markoff processes (uniformisation).
    """
    first, stride, n = rows.matrix_first[m], rows.matrix_stride[m], rows.matrix_states[m]
    square = n * n
    jump = work[:square]
    power = work[square : 2 * square]
    result = work[2 * square : 3 * square]
    for i in range(square):
        jump[i] = 0.0
    largest = 0.0
    for i in range(n):
        r = first + i * stride
        out = 0.0
        for e in range(rows.first_exit[r], rows.first_exit[r] + rows.n_exits[r]):
            size, _ = exit_size(rows, values, e, True)
            jump[i * n + rows.target[e]] = size
            out += size
        jump[i * n + i] = -out
        largest = max(largest, out)
    time, halved = rows.cycle_years[0], 0
    while largest * time > 1.0:
        time /= 2.0
        halved += 1
    for i in range(square):
        jump[i] = jump[i] / largest if largest > 0.0 else 0.0
        power[i] = 0.0
        result[i] = 0.0
    for i in range(n):
        jump[i * n + i] += 1.0
        power[i * n + i] = 1.0
    weight = math.exp(-largest * time)
    for k in range(_TERMS):
        for i in range(square):
            result[i] += weight * power[i]
        weight *= largest * time / (k + 1)
        _multiply(power, jump, n, work[3 * square : 4 * square])
    for _ in range(halved):
        _multiply(result, result, n, work[3 * square : 4 * square])
    for i in range(n):
        r = first + i * stride
        k = 0
        for j in range(n):
            if j != i:
                power[k] = result[i * n + j]
                k += 1
        _fill_row(thresholds, shares, power, rows.offset[r], n - 1, rows.n_thresholds[r])


@part
def _multiply(left, right, n, work):
    """Multiply two square matrices, stored row by row, into the first."""
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += left[i * n + k] * right[k * n + j]
            work[i * n + j] = total
    for i in range(n * n):
        left[i] = work[i]
