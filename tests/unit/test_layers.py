"""Where combinations of codes lie: each by itself, and few more places than there are combinations."""

import itertools

import numpy as np
import pytest

from simcore.model.layers import combinations, lay_out, merged, sets_of


def test_sets_within_others_are_left_out():
    strategies = [[], ["b"], ["a", "b"], ["c", "other"], ["b", "a", "c"][:2]]
    assert sets_of(["a", "b", "c"], strategies) == [(0, 1), (2,)]
    assert sets_of([], strategies) == [()]
    assert sets_of(["a"], []) == []


def test_a_single_set_is_a_product_with_the_last_varying_fastest():
    addends, layers = lay_out([3, 2, 4], [(0, 1, 2)])
    assert addends == [[0, 8, 16], [0, 4], [0, 1, 2, 3]]
    assert layers == list(combinations([0, 1, 2], [3, 2, 4]))


def test_sets_that_share_nothing_are_a_sum():
    addends, layers = lay_out([3, 2, 4], [(0,), (1,), (2,)])
    assert len(layers) == 1 + 2 + 1 + 3
    assert sorted(number for of in addends for number in of[1:]) == list(range(1, 7))


@pytest.mark.parametrize("seed", range(20))
def test_no_two_combinations_lie_in_the_same_place(seed):
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 5, size=6).tolist()
    drawn = {tuple(sorted(random.choice(6, size=random.integers(1, 5), replace=False).tolist())) for _ in range(5)}
    sets = sets_of([str(n) for n in range(6)], [[str(n) for n in of] for of in drawn])
    addends, layers = lay_out(sizes, sets)
    wanted = set(itertools.chain.from_iterable(combinations(axes, sizes) for axes in sets))
    places = {sum(addends[axis][cls] for axis, cls in one): one for one in wanted}
    assert len(places) == len(wanted)
    assert all(layers[place] == one for place, one in places.items())
    assert set(layers) == wanted


def test_classes_that_make_no_difference_anywhere_are_merged():
    sizes, sets = [2, 3], [(0, 1)]
    which = {one: sum(min(cls, 1) for _, cls in one) for one in combinations([0, 1], sizes)}
    assert merged(sizes, sets, which) == ([[0, 1], [0, 1, 1]], [[0, 1], [0, 1]])
    which[(0, 1), (1, 2)] = 9  # they differ for who is in both
    assert merged(sizes, sets, which) == ([[0, 1], [0, 1, 2]], [[0, 1], [0, 1, 2]])
