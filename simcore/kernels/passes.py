"""Plain passes over persons, which the compiler vectorises.

Sums of uint32 are cast back at once: numba makes them 64 bits wide, and a vector then holds half as many. An index
that a table is read at is known to be below 2**31, and `_INDEX` says so to the compiler, which then gathers with
32-bit indices, twice as many at a time.
"""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import apart, inlined, part

_INDEX = np.uint32(0x7FFFFFFF)
_BYTE, _TWO_BYTES, _THREE_BYTES = np.uint32(8), np.uint32(16), np.uint32(24)


@apart
def copy(source, target, n):
    """Copy the first `n` persons; slice assignment would compile ten times slower."""
    for p in range(np.uint32(n)):
        target[p] = source[p]


@apart
def fill(target, value, n):
    """Set the first `n` persons to a value."""
    for p in range(np.uint32(n)):
        target[p] = value


@apart
def differ(codes, one, n):
    """Whether any of the first `n` persons has another code than this one."""
    different = np.uint16(0)
    for p in range(np.uint32(n)):
        different = np.uint16(different | np.uint16(codes[p] ^ one))
    return different != 0


@apart
def scattered(index, one, n):
    """Whether any of the first `n` persons has another index than this one."""
    different = np.uint32(0)
    for p in range(np.uint32(n)):
        different = np.uint32(different | np.uint32(index[p] ^ one))
    return different != 0


@apart
def pick(source, who, target, n):
    """Give each listed person what stands in the place of the person."""
    for k in range(np.uint32(n)):
        target[k] = source[who[k] & _INDEX]


@apart
def _set_strided(index, start, states, stride, n):
    """Set the index of the first `n` persons to start + stride * state."""
    for p in range(np.uint32(n)):
        index[p] = start + np.uint32(stride * np.uint32(states[p]))


@apart
def _set_two_strided(index, start, states, stride, others, other_stride, n):
    """Set the index of the first `n` persons by two variables at once."""
    for p in range(np.uint32(n)):
        index[p] = np.uint32(start + np.uint32(stride * np.uint32(states[p]))) + np.uint32(
            other_stride * np.uint32(others[p])
        )


@apart
def _add_strided(index, states, stride, n):
    """Add stride * state to the index of the first `n` persons."""
    for p in range(np.uint32(n)):
        index[p] += np.uint32(stride * np.uint32(states[p]))


@apart
def add_looked_up(index, values, table, n):
    """Add table[value] to the index of the first `n` persons."""
    for p in range(np.uint32(n)):
        index[p] += table[values[p]]


@part
def add_up(index, start, first, variable, stride, table, which, add, rows, n):
    """Set the index of each person to a start and what the variables stand for that a question reads.

    `first` and the others are lists of the `Plan`; `which` is the number of the question, `rows` holds the variables.
    """
    k, last = first[which], first[which + 1]
    if last - k >= 2 and table[k] < 0 and table[k + 1] < 0:
        one, other = rows[variable[k]], rows[variable[k + 1]]
        _set_two_strided(index, np.uint32(start), one, stride[k], other, stride[k + 1], n)
        k += 2
    elif last > k and table[k] < 0:
        _set_strided(index, np.uint32(start), rows[variable[k]], stride[k], n)
        k += 1
    else:
        fill(index, np.uint32(start), n)
    while k < last:
        if table[k] >= 0:
            add_looked_up(index, rows[variable[k]], add[table[k] :], n)
        else:
            _add_strided(index, rows[variable[k]], stride[k], n)
        k += 1


@part
def locate(asking, add, which, start, rows, codes, uses, index, n):
    """Where each person is among the situations of a question (`Asks`), or the cells of a group (`Groups`).

    A code in an intervention that the strategy does not use is 0, and adds nothing.
    """
    add_up(index, start, asking.first, asking.variable, asking.stride, asking.table, which, add, rows, n)
    for k in range(asking.code_first[which], asking.code_first[which + 1]):
        if uses[asking.code_intervention[k]]:
            add_looked_up(index, codes[asking.code_intervention[k]], add[asking.code_table[k] :], n)


@apart
def look_up(index, answers, out, n):
    """Give the first `n` persons the answer at their index."""
    for p in range(np.uint32(n)):
        out[p] = answers[index[p] & _INDEX]


@inlined
def _of_state(own, one, two, three, four):
    """What belongs to the own state, of four: a choice in registers is faster than a table in memory."""
    found = two if own == np.uint32(1) else one
    found = three if own == np.uint32(2) else found
    return four if own == np.uint32(3) else found


@apart
def _one_threshold(index, numbers, thresholds, states, words, out, n):
    one, two, three, four = words
    for p in range(np.uint32(n)):
        word = _of_state(np.uint32(states[p]), one, two, three, four)
        out[p] = np.uint32(word >> _BYTE) if numbers[p] >= thresholds[index[p] & _INDEX] else word


@apart
def _two_thresholds(index, numbers, thresholds, states, words, out, n):
    one, two, three, four = words
    for p in range(np.uint32(n)):
        at, u = index[p] & _INDEX, numbers[p]
        word = _of_state(np.uint32(states[p]), one, two, three, four)
        answer = np.uint32(word >> _BYTE) if u >= thresholds[at] else word
        out[p] = np.uint32(word >> _TWO_BYTES) if u >= thresholds[at + np.uint32(1)] else answer


@apart
def _three_thresholds(index, numbers, thresholds, states, words, out, n):
    one, two, three, four = words
    for p in range(np.uint32(n)):
        at, u = index[p] & _INDEX, numbers[p]
        word = _of_state(np.uint32(states[p]), one, two, three, four)
        answer = np.uint32(word >> _BYTE) if u >= thresholds[at] else word
        answer = np.uint32(word >> _TWO_BYTES) if u >= thresholds[at + np.uint32(1)] else answer
        out[p] = np.uint32(word >> _THREE_BYTES) if u >= thresholds[at + np.uint32(2)] else answer


@apart
def _pass(index, numbers, thresholds, passed, n):
    """Count one more threshold for those who pass it."""
    for p in range(np.uint32(n)):
        passed[p] += np.uint32(numbers[p] >= thresholds[index[p] & _INDEX])


@apart
def _answer(passed, states, width, answers, out, n):
    for p in range(np.uint32(n)):
        at = np.uint32(np.uint32(np.uint32(states[p]) * width) + passed[p])
        out[p] = answers[at & _INDEX]


@part
def decide(index, numbers, thresholds, n_thresholds, few, states, answers, passed, out, n):
    """Where each person goes: how many thresholds of the row are passed, turned into a state.

    Every threshold of the row is compared, without a branch: testing "stays" first is slower.

    Parameters
    ----------
    index, numbers
        uint32 (person,): first threshold of each person's row; random numbers.
    thresholds, n_thresholds
        uint32, and how many of them a row has.
    few
        The number of states, where they are as few as `fits` says, else 0.
    states, answers
        uint8 (person,): own state; uint32: the answer by own state and number of thresholds passed.
    passed
        uint32 (person,): scratch.
    out
        uint8 (person,): filled; apart from `states`.
    n
        Number of persons.
    """
    if few > 0 and n_thresholds == 1:
        _one_threshold(index, numbers, thresholds, states, _words(answers, n_thresholds, few), out, n)
    elif few > 0 and n_thresholds == 2:
        _two_thresholds(index, numbers, thresholds, states, _words(answers, n_thresholds, few), out, n)
    elif few > 0:
        _three_thresholds(index, numbers, thresholds, states, _words(answers, n_thresholds, few), out, n)
    else:
        fill(passed, np.uint32(0), n)
        for k in range(n_thresholds):
            _pass(index, numbers, thresholds[k:], passed, n)
        _answer(passed, states, np.uint32(n_thresholds + 1), answers, out, n)


@part
def _word(answers, n_thresholds, own):
    """The answers of a state in one word, a byte for each; the last of them repeated."""
    first, word = own * (n_thresholds + 1), np.uint32(0)
    for passed in range(4):
        word |= answers[first + min(passed, n_thresholds)] << np.uint32(8 * passed)
    return np.uint32(word)


@part
def _words(answers, n_thresholds, few):
    """Those of four states, of which some may not exist."""
    return (
        _word(answers, n_thresholds, 0),
        _word(answers, n_thresholds, min(1, few - 1)),
        _word(answers, n_thresholds, min(2, few - 1)),
        _word(answers, n_thresholds, few - 1),
    )


@part
def _row(thresholds, base, n_thresholds, row):
    """Three thresholds of a row; a row with fewer repeats its last one."""
    at = base + row * n_thresholds
    return thresholds[at], thresholds[at + min(1, n_thresholds - 1)], thresholds[at + n_thresholds - 1]


@apart
def _four_rows(rows, words, numbers, states, out, n):
    (a0, a1, a2), (b0, b1, b2), (c0, c1, c2), (d0, d1, d2) = rows
    one, two, three, four = words
    for p in range(np.uint32(n)):
        own, u = np.uint32(states[p]), numbers[p]
        first, second = _of_state(own, a0, b0, c0, d0), _of_state(own, a1, b1, c1, d1)
        third = _of_state(own, a2, b2, c2, d2)
        word = _of_state(own, one, two, three, four)
        answer = np.uint32(word >> _BYTE) if u >= first else word
        answer = np.uint32(word >> _TWO_BYTES) if u >= second else answer
        out[p] = np.uint32(word >> _THREE_BYTES) if u >= third else answer


@part
def decide_alone(thresholds, base, n_thresholds, few, states, answers, numbers, out, n):
    """As `decide`, where the row is that of the own state, and the first begins at `base`: all stay in registers."""
    rows = (
        _row(thresholds, base, n_thresholds, 0),
        _row(thresholds, base, n_thresholds, min(1, few - 1)),
        _row(thresholds, base, n_thresholds, min(2, few - 1)),
        _row(thresholds, base, n_thresholds, few - 1),
    )
    _four_rows(rows, _words(answers, n_thresholds, few), numbers, states, out, n)


def fits(n_states: int, n_thresholds: int) -> bool:
    """Whether there are so few states and thresholds that all answers of a question stay in registers."""
    return n_states <= 4 and 1 <= n_thresholds <= 3
