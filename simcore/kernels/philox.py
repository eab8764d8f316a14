"""The addressed random number, compiled. Same bits as `simcore.randomness.philox`."""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import inlined, kernel
from simcore.randomness import LARGEST

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_SHIFT = np.uint64(32)
_LARGEST = np.uint32(LARGEST)


@inlined
def _round(c0, c1, c2, c3, k0, k1):
    """One round. Casts keep every word 32 bits wide: numba would widen them, and no longer vectorise."""
    product_0 = _M0 * np.uint64(c0)
    product_1 = _M1 * np.uint64(c2)
    high_0, high_1 = np.uint32(product_0 >> _SHIFT), np.uint32(product_1 >> _SHIFT)
    return (
        np.uint32(np.uint32(high_1 ^ c1) ^ k0),
        np.uint32(product_1),
        np.uint32(np.uint32(high_0 ^ c3) ^ k1),
        np.uint32(product_0),
    )


@inlined
def philox_words(c0, c1, c2, c3, k0, k1):
    """Four words of Philox4x32-10 for one counter (c0..c3) and key (k0, k1), all uint32.

    The ten rounds stand one by one: a loop around them would stop the compiler from vectorising
    the loop over persons that calls this (five times slower).
    """
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = np.uint32(k0 + _W0), np.uint32(k1 + _W1)
    return _round(c0, c1, c2, c3, k0, k1)


@kernel
def four_cycles(words, first_person, n, quarter, point, draw, key):
    """Fill ``words`` (4, block) with the numbers of `n` persons for four cycles.

    Parameters
    ----------
    words
        uint32 (4, at least n): row w is for cycle ``4 * quarter + w``.
    first_person, n
        Persons ``first_person`` to ``first_person + n - 1``.
    quarter, point, draw
        Cycle div 4, hash of the decision point, number of the draw.
    key
        uint32 (2,): low and high half of the seed.
    """
    k0, k1 = key[0], key[1]
    c1, c2, c3 = np.uint32(quarter), np.uint32(point), np.uint32(draw)
    first = np.uint32(first_person)
    row_0, row_1, row_2, row_3 = words[0], words[1], words[2], words[3]
    for p in range(np.uint32(n)):  # unsigned: a signed index brings wrap-around checks and stops vectorising
        w0, w1, w2, w3 = philox_words(np.uint32(first + p), c1, c2, c3, k0, k1)
        row_0[p] = min(w0, _LARGEST)
        row_1[p] = min(w1, _LARGEST)
        row_2[p] = min(w2, _LARGEST)
        row_3[p] = min(w3, _LARGEST)
