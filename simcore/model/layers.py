"""Where combinations of codes in several interventions lie: only those that somebody can have.

Kernels add up what each code of a person stands for, and rows lie where the sum says. Interventions of which no
strategy has more than one share a few numbers; those of one strategy multiply.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

#: Class of the codes in each of some interventions, by axis; what is left out has class 0, nobody's.
Combination = tuple[tuple[int, int], ...]

#: Sums that are tried for a class, some at once, before it goes behind all others.
_MOST_TRIES, _TRIED_AT_ONCE = 1_000_000, 50_000


def sets_of(names: Sequence[str], strategies: Iterable[Iterable[str]]) -> list[tuple[int, ...]]:
    """Which of some interventions occur together: their places in `names`, without sets that lie within others."""
    found: list[frozenset[int]] = []
    of_strategies = {frozenset(names.index(of) for of in members if of in names) for members in map(set, strategies)}
    for one in sorted(of_strategies, key=lambda of: (-len(of), sorted(of))):
        if not any(one <= other for other in found):
            found.append(one)
    return [tuple(sorted(one)) for one in found]


def combinations(axes: Sequence[int], sizes: Sequence[int]) -> Iterator[Combination]:
    """Every combination of classes of a set of interventions, the last varying fastest."""
    for classes in itertools.product(*(range(sizes[axis]) for axis in axes)):
        yield tuple([(axis, cls) for axis, cls in zip(axes, classes, strict=True) if cls])


def number_of(sizes: Sequence[int], sets: Sequence[Sequence[int]]) -> int:
    """How many combinations of classes there are in all sets, those that two of them share counted twice."""
    total = 0
    for axes in sets:
        product = 1
        for axis in axes:
            product *= sizes[axis]
        total += product
    return total


def merged(
    sizes: Sequence[int], sets: Sequence[Sequence[int]], which: Mapping[Combination, int]
) -> tuple[list[list[int]], list[list[int]]]:
    """Merge classes that make no difference in any combination.

    Parameters
    ----------
    sizes
        Number of classes of each intervention.
    sets
        From `sets_of`.
    which
        Equal for combinations with the same rows.

    Returns
    -------
    New class of each class (intervention, class), and one of the classes in each new one.
    """
    arrays = []
    for axes in sets:
        flat = np.array([which[one] for one in combinations(axes, sizes)], dtype=np.int64)
        arrays.append(flat.reshape([sizes[axis] for axis in axes]))
    classes, chosen = [], []
    for axis, size in enumerate(sizes):
        slices = [
            np.moveaxis(array, axes.index(axis), 0).reshape(size, -1)
            for axes, array in zip(sets, arrays, strict=True)
            if axis in axes
        ]
        seen: dict[bytes, int] = {}
        of: list[int] = []
        firsts: list[int] = []
        for number in range(size):
            cls = seen.setdefault(b"".join(piece[number].tobytes() for piece in slices), len(seen))
            if cls == len(firsts):
                firsts.append(number)
            of.append(cls)
        classes.append(of)
        chosen.append(firsts)
    return classes, chosen


def lay_out(sizes: Sequence[int], sets: Sequence[Sequence[int]]) -> tuple[list[list[int]], list[Combination]]:
    """Give each class a number so that no two combinations have the same sum.

    Parameters
    ----------
    sizes, sets
        As in `merged`.

    Returns
    -------
    Number of each class (intervention, class), 0 for the first; and the combination at each sum, that of nobody where
    there is none.

    Notes
    -----
    Each class gets the smallest number that fits. Of a single set this is a product, the last intervention varying
    fastest, and of sets that share nothing a sum.
    """
    addends = [[0] * size for size in sizes]
    found: dict[int, Combination] = {0: ()}
    used: NDArray[np.bool_] = np.array([True])
    #: Sums by the interventions that take part in them.
    sums: dict[frozenset[int], list[int]] = {frozenset(): [0]}
    for axis in reversed(range(len(sizes))):
        around = [frozenset(axes) for axes in sets if axis in axes]
        if not around:
            continue  # nobody has it
        within = [of for of in sums if any(of <= one for one in around)]
        others = np.array([total for of in within for total in sums[of]], dtype=np.int64)
        number = 0
        for cls in range(1, sizes[axis]):
            number = _first_fit(used, others, number + 1)
            addends[axis][cls] = number
            end = number + int(others.max(initial=0)) + 1
            used = np.concatenate([used, np.zeros(max(end - used.size, 0), dtype=bool)])
            used[others + number] = True
            for of in within:
                totals = sums.setdefault(of | {axis}, [])
                for total in sums[of]:
                    totals.append(total + number)
                    found[total + number] = ((axis, cls), *found[total])
    return addends, [found.get(total, ()) for total in range(used.size)]


def _first_fit(used: NDArray[np.bool_], others: NDArray[np.int64], start: int) -> int:
    """The smallest number from `start` on with which no sum is taken."""
    free = start + np.flatnonzero(~used[start:])[: max(_MOST_TRIES // others.size, 1)]
    at_once = max(_TRIED_AT_ONCE // others.size, 1)
    for first in range(0, free.size, at_once):
        some = free[first : first + at_once]
        places = some[:, None] + others
        taken = (used[np.minimum(places, used.size - 1)] & (places < used.size)).any(axis=1)
        if not taken.all():
            return int(some[np.argmin(taken)])
    return max(used.size, start)
