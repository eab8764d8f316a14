"""Matrices of correlations and covariances: whether figures can go together so, and which of them cannot."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from simcore.uncertainty.distributions import ImpossibleDistributionError

#: Smallest eigenvalue of a matrix of correlations that counts as positive; below, rounding decides.
SMALLEST = 1e-10
#: The two sides of a matrix may differ by this much of the largest that would be possible: a last digit, rounded.
_UNEVEN = 1e-6

Matrix = Sequence[Sequence[float]]
#: Writes the number that stands for a correlation between two of the names.
Written = Callable[[int, int, float], float]


def correlations_of(names: Sequence[str], matrix: Matrix) -> NDArray[np.float64]:
    """A matrix of correlations as an array (name, name), checked.

    Parameters
    ----------
    names
        What the rows and columns stand for.
    matrix
        The correlations as written.

    Raises
    ------
    ImpossibleDistributionError
        It is not a matrix of correlations of figures that vary on their own; names those that cannot go together.

    Examples
    --------
    >>> correlations_of(["a", "b"], [[1, 0.5], [0.5, 1]]).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    found = _square(names, matrix)
    for number, name in enumerate(names):
        if found[number, number] != 1:
            raise ImpossibleDistributionError(f"{found[number, number]:g} for {name} with itself", "1 on the diagonal")
    _check_sides(names, found, np.ones(len(names)))
    for i, j in itertools.combinations(range(len(names)), 2):
        check_coefficient(names[i], names[j], found[i, j])
    found = (found + found.T) / 2
    check_together(names, found, lambda i, j, r: r)
    return found


def covariances_of(names: Sequence[str], matrix: Matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Standard deviations (name,) and correlations (name, name) of a covariance matrix, checked.

    Raises
    ------
    ImpossibleDistributionError
        It is not a covariance matrix of figures that vary on their own; names those that cannot go together.

    Examples
    --------
    >>> sds, correlations = covariances_of(["a", "b"], [[4, 1], [1, 1]])
    >>> sds.tolist(), correlations[0, 1].item()
    ([2.0, 1.0], 0.5)
    """
    found = _square(names, matrix)
    for number, name in enumerate(names):
        if not found[number, number] > 0:
            raise ImpossibleDistributionError(
                f"a variance of {found[number, number]:g} of {name}", "variances above 0 on the diagonal"
            )
    sds = np.sqrt(np.diag(found))
    _check_sides(names, found, sds)
    found = (found + found.T) / 2
    correlations = np.asarray(found / np.outer(sds, sds))
    for i, j in itertools.combinations(range(len(names)), 2):
        if not abs(correlations[i, j]) < 1:
            most = sds[i] * sds[j]
            raise ImpossibleDistributionError(
                f"a covariance of {found[i, j]:g} between {names[i]} and {names[j]}",
                f"above {-most:.6g} and below {most:.6g}, the product of their standard deviations",
            )
    np.fill_diagonal(correlations, 1.0)
    check_together(names, correlations, lambda i, j, r: float(r * sds[i] * sds[j]))
    return sds, correlations


def check_coefficient(one: str, other: str, coefficient: float) -> None:
    """Check a correlation between two figures.

    Raises
    ------
    ImpossibleDistributionError
        It is not between -1 and 1.
    """
    if not abs(coefficient) < 1:
        same = "figures that determine each other are one parameter; make the other a derived quantity"
        raise ImpossibleDistributionError(
            f"{coefficient:g} between {one} and {other}",
            "a correlation above -1 and below 1",
            same if abs(coefficient) == 1 else "",
        )


def check_together(names: Sequence[str], correlations: NDArray[np.float64], written: Written) -> None:
    """Check that a symmetric matrix of correlations is positive definite.

    Parameters
    ----------
    names
        What the rows and columns stand for.
    correlations
        The matrix (name, name), with 1 on the diagonal and less beside it.
    written
        Writes a correlation as it would stand in the file.

    Raises
    ------
    ImpossibleDistributionError
        It is not; names figures that cannot go together so, though all of them but any one could.
    """
    if smallest_eigenvalue(correlations) > SMALLEST:
        return
    wrong = culprits(correlations)
    among = correlations[np.ix_(wrong, wrong)]
    smallest = smallest_eigenvalue(among)
    pairs = among[np.triu_indices(len(wrong), 1)]
    if abs(smallest) <= SMALLEST:
        words = "one of them follows from the others, so make it a derived quantity"
        smallest = 0.0
    elif pairs.min() == pairs.max():
        least = written(wrong[0], wrong[1], -1 / (len(wrong) - 1))
        words = f"one number between any two of {len(wrong)} must be above {least:.3g}"
    else:
        i, j, low, high = _nearest_change(correlations, wrong)
        ends = f"{written(i, j, low):.3g} and {written(i, j, high):.3g}"
        words = f"beside the others, {names[i]} with {names[j]} would have to lie between about {ends}"
    *first, last = (names[number] for number in wrong)
    raise ImpossibleDistributionError(
        f"a matrix with the smallest eigenvalue {smallest:.3g}",
        "a positive definite matrix: its smallest eigenvalue is above 0",
        f"{', '.join(first)} and {last} cannot go together so: {words}",
    )


def smallest_eigenvalue(matrix: NDArray[np.float64]) -> float:
    """Smallest eigenvalue of a symmetric matrix; above 0 for positive definite ones."""
    return float(np.linalg.eigvalsh(matrix)[0])


def culprits(correlations: NDArray[np.float64]) -> list[int]:
    """Rows of a matrix of correlations that cannot go together, though all of them but any one can.

    They are looked for among those with the most weight in the eigenvector of the smallest eigenvalue.
    """
    weight = np.abs(np.linalg.eigh(correlations)[1][:, 0])
    heaviest = np.argsort(-weight, kind="stable").tolist()

    def fails(rows: list[int]) -> bool:
        return smallest_eigenvalue(correlations[np.ix_(rows, rows)]) <= SMALLEST

    size = 2
    while not fails(heaviest[:size]):
        size = min(2 * size, len(heaviest))
    kept = heaviest[:size]
    for row in reversed(heaviest[:size]):
        rest = [other for other in kept if other != row]
        if fails(rest):
            kept = rest
    return sorted(kept)


def possible_range(correlations: NDArray[np.float64], rows: Sequence[int], i: int, j: int) -> tuple[float, float]:
    """Between which values a correlation of two of some rows may lie when all others of these rows stay.

    The other rows alone, and with either of the two, are positive definite. Given them, the two have a partial
    correlation, which may be anything between -1 and 1.
    """
    rest = [row for row in rows if row not in (i, j)]
    to_rest = correlations[np.ix_([i, j], rest)]
    explained = to_rest @ np.linalg.solve(correlations[np.ix_(rest, rest)], to_rest.T)
    spread = math.sqrt((1 - explained[0, 0]) * (1 - explained[1, 1]))
    return float(explained[0, 1] - spread), float(explained[0, 1] + spread)


def _nearest_change(correlations: NDArray[np.float64], rows: Sequence[int]) -> tuple[int, int, float, float]:
    """The pair whose correlation would have to change least to make the matrix possible, and its possible range."""
    options = []
    for i, j in itertools.combinations(rows, 2):
        low, high = possible_range(correlations, rows, i, j)
        options.append((max(low - correlations[i, j], correlations[i, j] - high), i, j, low, high))
    return min(options)[1:]


def _square(names: Sequence[str], matrix: Matrix) -> NDArray[np.float64]:
    """The matrix as an array, when it is a square of the names."""
    lengths = [len(row) for row in matrix]
    if lengths != [len(names)] * len(names):
        counts = ", ".join(map(str, lengths))
        found = f"{len(matrix)} row{'s' if len(matrix) != 1 else ''} of {counts or 'no'} numbers"
        raise ImpossibleDistributionError(found, f"a row and a column for each of {', '.join(names)}")
    return np.array(matrix, dtype=float).reshape(len(names), len(names))


def _check_sides(names: Sequence[str], matrix: NDArray[np.float64], sds: NDArray[np.float64]) -> None:
    for i, j in itertools.combinations(range(len(names)), 2):
        if abs(matrix[i, j] - matrix[j, i]) > _UNEVEN * sds[i] * sds[j]:
            raise ImpossibleDistributionError(
                f"{matrix[i, j]:g} for {names[i]} with {names[j]}, {matrix[j, i]:g} for {names[j]} with {names[i]}",
                "the same number on both sides of the diagonal",
            )
