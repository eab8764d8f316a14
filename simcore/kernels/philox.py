"""The addressed random number, compiled. Same bits as `simcore.randomness.philox`."""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import apart, inlined
from simcore.randomness import LARGEST

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
_LARGEST = np.uint32(LARGEST)


@inlined
def _round(c0, c1, c2, c3, k0, k1):
    """One round, on words of which the lower 32 bits count.

    The compiler needs one instruction for the product of two lower halves, whatever stands above them, so that vectors
    of 64-bit words need no shuffling: with words of 32 bits it takes nearly twice as long.
    """
    product_0, product_1 = _M0 * (c0 & _LOW), _M1 * (c2 & _LOW)
    return (product_1 >> _SHIFT) ^ c1 ^ k0, product_1, (product_0 >> _SHIFT) ^ c3 ^ k1, product_0


@inlined
def _rounds(c0, c1, c2, c3, d0, d1, d2, d3, k0, k1):
    """The last eight rounds of two counters; side by side, because each round waits for the one before.

    They stand one by one: a loop around them would stop the compiler from vectorising the loop over persons.
    """
    k0, k1 = k0 + _W0, k1 + _W1
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    d0, d1, d2, d3 = _round(d0, d1, d2, d3, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    d0, d1, d2, d3 = _round(d0, d1, d2, d3, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    d0, d1, d2, d3 = _round(d0, d1, d2, d3, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    d0, d1, d2, d3 = _round(d0, d1, d2, d3, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    d0, d1, d2, d3 = _round(d0, d1, d2, d3, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    d0, d1, d2, d3 = _round(d0, d1, d2, d3, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    d0, d1, d2, d3 = _round(d0, d1, d2, d3, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    d0, d1, d2, d3 = _round(d0, d1, d2, d3, k0, k1)
    return c0, c1, c2, c3, d0, d1, d2, d3


@apart
def begin_numbers(shared, first_person, n, draw, key):
    """Do what is the same for all numbers of a person in a draw.

    The counter is (person, cycle div 4, decision point, draw). Two products of the first two rounds depend on person
    and draw alone.

    Parameters
    ----------
    shared
        uint32 (3, at least n), filled: both halves of the second of them, and the lower half of the first.
    first_person, n, draw, key
        As for `eight_cycles`.
    """
    k1, c3, first = np.uint64(key[1]), np.uint64(draw & 0xFFFFFFFF), np.uint32(first_person)
    for p in range(np.uint32(n)):
        product_0 = _M0 * np.uint64(np.uint32(first + p))
        product_1 = _M1 * (((product_0 >> _SHIFT) ^ c3 ^ k1) & _LOW)
        shared[0, p] = np.uint32(product_1 >> _SHIFT)
        shared[1, p] = np.uint32(product_1)
        shared[2, p] = np.uint32(product_0)


@apart
def eight_cycles(words, shared, n, octet, point, key):
    """Fill ``words`` (8, block) with the numbers of `n` persons for eight cycles.

    Parameters
    ----------
    words
        uint32 (8, at least n): row w is for cycle ``8 * octet + w``.
    shared
        From `begin_numbers`, which knows the persons and the draw.
    n
        How many of them.
    octet, point
        Cycle div 8, hash of the decision point.
    key
        uint32 (2,): low and high half of the seed.
    """
    k0, k1 = np.uint64(key[0]), np.uint64(key[1])
    # What the first two rounds do to the rest of the counter is the same for everybody.
    product_1 = _M1 * np.uint64(point)
    third = product_1 & _LOW
    early = _M0 * (((product_1 >> _SHIFT) ^ np.uint64(2 * octet) ^ k0) & _LOW)
    late = _M0 * (((product_1 >> _SHIFT) ^ np.uint64(2 * octet + 1) ^ k0) & _LOW)
    k0, k1 = k0 + _W0, k1 + _W1
    for p in range(np.uint32(n)):
        c0, c1, c2 = np.uint64(shared[0, p]) ^ third ^ k0, np.uint64(shared[1, p]), np.uint64(shared[2, p]) ^ k1
        w0, w1, w2, w3, w4, w5, w6, w7 = _rounds(
            c0, c1, (early >> _SHIFT) ^ c2, early, c0, c1, (late >> _SHIFT) ^ c2, late, k0, k1
        )
        words[0, p] = min(np.uint32(w0), _LARGEST)
        words[1, p] = min(np.uint32(w1), _LARGEST)
        words[2, p] = min(np.uint32(w2), _LARGEST)
        words[3, p] = min(np.uint32(w3), _LARGEST)
        words[4, p] = min(np.uint32(w4), _LARGEST)
        words[5, p] = min(np.uint32(w5), _LARGEST)
        words[6, p] = min(np.uint32(w6), _LARGEST)
        words[7, p] = min(np.uint32(w7), _LARGEST)
