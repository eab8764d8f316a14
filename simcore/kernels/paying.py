"""What everybody pays when each pays one unit of money: counts times weights, and such flows times amounts.

NumPy would make an array of every step on the way, and spend its time on writing and reading them.
"""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import apart, kernel


@apart
def _pay(first, second, weight, discounted, of_first, of_second, paid, present, between):
    """Add what two halves pay at one moment of each cycle; a person of each is `of_first` and `of_second` of all."""
    for c in range(np.uint32(weight.size)):
        half_0, half_1 = np.float64(first[c]), np.float64(second[c])
        paid[c] += (half_0 + half_1) * weight[c]
        present[c] += (half_0 + half_1) * discounted[c]
        between[c] += (half_0 * of_first - half_1 * of_second) * discounted[c]


@kernel
def pay(counts, end, weight, discounted, persons, money):
    """Let everybody pay one unit of money.

    Parameters
    ----------
    counts
        int32 or float64 (part, strategy, draw, end, cycle): who pays.
    end
        The first end of a cycle at which something is paid.
    weight, discounted
        float64 (draw, moment, cycle): how much of the unit is paid then, and its present value.
    persons
        float64 (part,): all persons for each person of the part.
    money
        float64 (3, strategy, draw, cycle): filled with what all pay together, its present value, and the present value
        that a person of the first half pays more than one of the second, times all persons.
    """
    money[:] = 0.0
    for s in range(money.shape[1]):
        for d in range(money.shape[2]):
            for k in range(weight.shape[1]):
                _pay(
                    counts[0, s, d, end + k], counts[1, s, d, end + k], weight[d, k], discounted[d, k], persons[0],
                    persons[1], money[0, s, d], money[1, s, d], money[2, s, d],
                )  # fmt: skip


@kernel
def pay_in_all(counts, end, weight, total):
    """Let each of the three parts pay, all cycles together.

    Parameters
    ----------
    counts
        int32 or float64 (part, strategy, draw, end, cycle): who pays.
    end
        The first end of a cycle at which something is paid.
    weight
        float64 (draw, moment, cycle): how much each pays then.
    total
        float64 (part, strategy, draw): filled with what they pay.
    """
    for s in range(total.shape[1]):
        for d in range(total.shape[2]):
            half_0, half_1, target = 0.0, 0.0, 0.0  # sums that do not wait for each other
            for k in range(weight.shape[1]):
                for c in range(weight.shape[2]):
                    each = weight[d, k, c]
                    half_0 += counts[0, s, d, end + k, c] * each
                    half_1 += counts[1, s, d, end + k, c] * each
                    target += counts[2, s, d, end + k, c] * each
            total[0, s, d], total[1, s, d], total[2, s, d] = half_0, half_1, target


@kernel
def add_times(total, flow, amount):
    """Add a flow (row, strategy, draw, year) times an amount of each draw (draw,) to a total like it."""
    for row in range(total.shape[0]):
        for s in range(total.shape[1]):
            for d in range(total.shape[2]):
                for y in range(total.shape[3]):
                    total[row, s, d, y] += flow[row, s, d, y] * amount[d]
