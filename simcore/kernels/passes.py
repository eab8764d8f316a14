"""Plain passes over persons, which the compiler vectorises."""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import kernel


@kernel
def copy(source, target, n):
    """Copy the first `n` persons; slice assignment would compile ten times slower."""
    for p in range(np.uint32(n)):
        target[p] = source[p]


@kernel
def fill(target, value, n):
    """Set the first `n` persons to a value."""
    for p in range(np.uint32(n)):
        target[p] = value


@kernel
def pick(source, who, target, n):
    """Give each listed person what stands in the place of the person."""
    for k in range(np.uint32(n)):
        target[k] = source[who[k]]


@kernel
def _add_strided(index, states, stride, n):
    """Add stride * state to the index of the first `n` persons."""
    for p in range(np.uint32(n)):
        index[p] += stride * np.uint32(states[p])


@kernel
def add_looked_up(index, values, table, n):
    """Add table[value] to the index of the first `n` persons."""
    for p in range(np.uint32(n)):
        index[p] += table[values[p]]


@kernel
def read(add, index, values, stride, table, n):
    """Add what a variable stands for to the index of the first `n` persons."""
    if table >= 0:
        add_looked_up(index, values, add[table:], n)
    else:
        _add_strided(index, values, stride, n)


@kernel
def locate(asking, add, which, start, rows, codes, uses, index, n):
    """Where each person is among the situations of a question (`Asks`), or the cells of a group (`Groups`).

    A code in an intervention that the strategy does not use is 0, and adds nothing.
    """
    fill(index, start, n)
    for k in range(asking.first[which], asking.first[which + 1]):
        read(add, index, rows[asking.variable[k]], asking.stride[k], asking.table[k], n)
    for k in range(asking.code_first[which], asking.code_first[which + 1]):
        if uses[asking.code_intervention[k]]:
            add_looked_up(index, codes[asking.code_intervention[k]], add[asking.code_table[k] :], n)


@kernel
def look_up(index, answers, out, n):
    """Give the first `n` persons the answer at their index."""
    for p in range(np.uint32(n)):
        out[p] = answers[index[p]]


@kernel
def decide(index, numbers, thresholds, n_thresholds, states, answers, out, n):
    """Where each person goes: how many thresholds of the row are passed, turned into a state.

    Every threshold of the row is compared, without a branch: testing "stays" first is slower.
    `answers` is indexed by own state and number of thresholds passed.
    """
    width = np.uint32(n_thresholds + 1)
    if n_thresholds == 1:
        for p in range(np.uint32(n)):
            passed = np.uint32(numbers[p] >= thresholds[index[p]])
            out[p] = answers[np.uint32(states[p]) * width + passed]
    elif n_thresholds == 2:
        for p in range(np.uint32(n)):
            at = index[p]
            passed = np.uint32(numbers[p] >= thresholds[at]) + np.uint32(numbers[p] >= thresholds[at + np.uint32(1)])
            out[p] = answers[np.uint32(states[p]) * width + passed]
    elif n_thresholds == 3:
        for p in range(np.uint32(n)):
            at, u = index[p], numbers[p]
            passed = (
                np.uint32(u >= thresholds[at])
                + np.uint32(u >= thresholds[at + np.uint32(1)])
                + np.uint32(u >= thresholds[at + np.uint32(2)])
            )
            out[p] = answers[np.uint32(states[p]) * width + passed]
    else:
        for p in range(np.uint32(n)):
            at, u = index[p], numbers[p]
            passed = np.uint32(0)
            for k in range(np.uint32(n_thresholds)):
                passed += np.uint32(u >= thresholds[at + np.uint32(k)])
            out[p] = answers[np.uint32(states[p]) * width + passed]
