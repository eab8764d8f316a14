"""Persons counted from the bytes of their states, eight to a word."""

import numba
import numpy as np
import pytest

from simcore.kernels.counts import _count_words


@numba.njit
def counted(words, states, evens, odds, cells, n):
    _count_words(words, states, evens, odds, cells, n)


@pytest.mark.parametrize("cells", [1, 2, 3, 4])
def test_states_are_counted_by_parity(cells):
    dice = np.random.default_rng(1)
    each = [np.full(4096, state, np.uint8) for state in range(cells)]  # bytes would run over beyond 255 words
    for states in [*each, dice.integers(0, cells, 4096).astype(np.uint8)]:
        for n in (0, 1, 7, 8, 9, 2039, 2040, 2041, 2048, 4079, 4095, 4096):
            evens, odds, all_of_them = (np.zeros(cells, np.int32) for _ in range(3))
            counted(states.view(np.uint64), states, evens, odds, cells, n)
            assert evens.tolist() == np.bincount(states[:n:2], minlength=cells).tolist()
            assert odds.tolist() == np.bincount(states[1:n:2], minlength=cells).tolist()
            counted(states.view(np.uint64), states, all_of_them, all_of_them, cells, n)
            assert all_of_them.tolist() == np.bincount(states[:n], minlength=cells).tolist()
