"""What net benefits are expected to be, given some of the figures: regression over the draws already made.

A curve in one figure is a natural cubic spline. Several figures have straight lines, and curves and products of pairs
where generalised cross-validation finds that they are worth it. Fits are by least squares, of many columns of net
benefits at once, and their error is taken off again, so that what figures seem to explain by chance is not counted: a
penalty would take off some of what they do explain.

References
----------
.. [1] Strong, Oakley & Brennan (2014), Estimating multiparameter partial expected value of perfect information from a
   probabilistic sensitivity analysis sample: a nonparametric regression approach, Medical Decision Making 34:311-326.
.. [2] Harrell (2015), Regression Modeling Strategies, 2nd edition, section 2.4.5 (restricted cubic splines).
.. [3] Golub, Heath & Wahba (1979), Generalized cross-validation as a method for choosing a good ridge parameter,
   Technometrics 21:215-223.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simcore.analysis.noise import covariance, without_noise
from simcore.analysis.once import once
from simcore.errors import ResultsError

#: Where the knots of a curve lie, as quantiles of the figure, by how many draws there are at least [2].
_KNOTS = {
    100: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    30: (0.05, 0.35, 0.65, 0.95),
    0: (0.1, 0.5, 0.9),
}
#: A figure with no more values than this has a level for each.
_LEVELS = 5
#: A value that so many draws share has a level of its own (a point mass).
_MASS = 0.05
#: Up to so many figures, products are of curves; up to the second, of all pairs of straight lines; beyond, of the
#: pairs among so many that explain most.
_FEW, _SOME = 4, 8
#: Columns of a fit, at most, as a share of the draws.
_ROOM = 0.5
#: Bytes of directions that are kept for further quantities, and of what is regressed at a time.
_KEPT, _AT_ONCE = 150_000_000, 20_000_000
#: Less than this share of a column's square is rounding.
_ROUNDING = 1e-12


def expected_given(
    values: NDArray[np.float64], best: NDArray[np.int64], figures: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Net benefits that are expected in each draw, given the values of some figures in it.

    Parameters
    ----------
    values
        Net benefits (cell, draw, strategy).
    best
        Strategy that the others are compared with in each cell (cell,): the best without knowing more.
    figures
        Values of the figures (draw, figure).

    Returns
    -------
    Array (cell, draw, strategy): of each strategy the difference from the best one, whose own is zero.

    Raises
    ------
    ResultsError
        There are fewer than twice as many draws as figures.
    """
    n_cells, n_draws, n_strategies = values.shape
    terms = terms_of(figures)
    if not terms.curves or n_draws < 3 or not n_cells:
        differences = values - values[np.arange(n_cells), :, best][:, :, None]
        return np.broadcast_to(differences.mean(axis=1, keepdims=True), values.shape).copy()
    step = max(1, _AT_ONCE // (n_draws * n_strategies * 8))
    blocks = [slice(first, min(first + step, n_cells)) for first in range(0, n_cells, step)]

    @lru_cache(maxsize=1)  # one block is the rule, and is made once
    def centred_of(number: int) -> tuple[NDArray[np.float64], ...]:
        """Of a block of cells: differences from the best around their means, as columns too; squares; the means."""
        some, of_best = values[blocks[number]], best[blocks[number]]
        differences = some - some[np.arange(len(some)), :, of_best][:, :, None]
        means = differences.mean(axis=1, keepdims=True)
        differences -= means
        columns = differences.transpose(1, 0, 2).reshape(n_draws, -1)
        return differences, columns, (differences**2).sum(axis=1), means

    least, degrees, found = np.full(n_cells, np.inf), np.ones(n_cells), np.zeros_like(values)
    for basis in terms.bases(lambda: (centred_of(number)[1] for number in range(len(blocks)))):
        free = n_draws - 1 - basis.shape[1]
        for number, cells in enumerate(blocks):
            centred, columns, squares, _ = centred_of(number)
            fitted = (basis @ (basis.T @ columns)).reshape(n_draws, -1, n_strategies).transpose(1, 0, 2)
            left = centred - fitted
            score = _cross_validation(squares, np.square(left, out=left).sum(axis=1), free)
            better = np.flatnonzero(score < least[cells])
            at = cells.start + better
            least[at], found[at], degrees[at] = score[better], fitted[better], free
        del basis, fitted, left  # which are large, before the next ones are made
    for number, cells in enumerate(blocks):
        centred, _, _, means = centred_of(number)
        rest = centred - found[cells]
        # What the fit has beyond the draws without their noise, whose degrees of freedom are those that the fit leaves.
        noise_of_draws = rest.transpose(0, 2, 1) @ rest / degrees[cells, None, None]
        spread = centred.transpose(0, 2, 1) @ centred / (n_draws - 1)
        excess = covariance(found[cells]) - spread + noise_of_draws
        found[cells] = without_noise(found[cells] + means, excess)
    return found


def _cross_validation(
    squares: NDArray[np.float64], left: NDArray[np.float64], free: int
) -> NDArray[np.float64]:  # fmt: skip
    """Score of a fit by the sums of squares before and after it (cell, strategy), the lower the better (cell,) [3].

    With so many degrees of freedom left. The logarithm, added up over strategies, so that one with a large spread does
    not decide for all.
    """
    share = np.maximum(np.divide(left, squares, out=np.ones_like(left), where=squares > 0), _ROUNDING)
    return np.asarray(np.log(share / free**2).sum(axis=-1))


def spline_columns(figure: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns of a natural cubic spline in a figure, the straight line first (draw, column); of a constant none.

    Columns are orthogonal to each other and to a constant, with a mean square of one.
    """
    values, counts = np.unique(figure, return_counts=True)
    if len(values) <= _LEVELS:
        raw = [figure, *(figure == value for value in values[1:-1])] if len(values) > 1 else []
    else:
        scaled = (figure - figure.mean()) / figure.std()
        raw = [scaled, *_curvature(scaled)]
        most = int(counts.argmax())
        if counts[most] > max(_MASS * len(figure), 1):
            raw.append(figure == values[most])
    return _orthogonal(raw)


def _curvature(x: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Terms of a restricted cubic spline beyond the straight line, equation 2.25 of [2]."""
    places = next(places for least, places in _KNOTS.items() if len(x) >= least)
    knots = np.unique(np.quantile(x, places))
    if len(knots) < 3:
        return []
    last, before = knots[-1], knots[-2]
    cubed = np.maximum(x - knots[:, None], 0.0) ** 3
    return [
        of_knot - cubed[-2] * (last - knot) / (last - before) + cubed[-1] * (before - knot) / (last - before)
        for knot, of_knot in zip(knots[:-2], cubed[:-2], strict=True)
    ]


def _orthogonal(raw: list[NDArray[np.float64]] | list[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Each column without what a constant and those before it say, scaled to a mean square of one; empty ones go."""
    if not raw:
        return np.zeros((0, 0))
    columns = np.stack(raw, axis=1).astype(float)
    n_draws = len(columns)
    columns -= columns.mean(axis=0)
    lengths = np.sqrt((columns**2).sum(axis=0))
    orthogonal, triangle = np.linalg.qr(columns / np.where(lengths > 0, lengths, 1.0))
    real = np.abs(np.diag(triangle)) > 1e-7
    return np.asarray(orthogonal[:, real] * np.sqrt(n_draws))


class Terms:
    """Columns to regress on that are made from the figures of some draws.

    Many quantities are regressed on the same figures: what their fits have in common is worked out once.

    Parameters
    ----------
    figures
        Values of the figures (draw, figure).
    """

    def __init__(self, figures: NDArray[np.float64]) -> None:
        self.n_draws = len(figures)
        most = max(1, int(_ROOM * self.n_draws))
        splines = (spline_columns(figure) for figure in figures.T)
        self.curves = [curve[:, :most] for curve in splines if curve.shape[1]]
        self._bases: dict[tuple[str, tuple[int, ...]], NDArray[np.float64]] = {}

    def bases(self, columns: Callable[[], Iterable[NDArray[np.float64]]]) -> Iterator[NDArray[np.float64]]:
        """Orthonormal directions (draw, direction), from straight lines to the richest that there is room for.

        Parameters
        ----------
        columns
            Gives what is regressed (draw, column), some columns after others: it tells which of many figures may have
            products.

        Raises
        ------
        ResultsError
            There are too few draws even for straight lines.
        """
        curves, n_figures = self.curves, len(self.curves)
        if n_figures == 1:
            yield self._basis("curve", (), curves)
            return
        if n_figures > _ROOM * self.n_draws:
            raise ResultsError(
                f"{self.n_draws} draws are too few to tell what {n_figures} figures say together; it takes "
                f"{2 * n_figures} or more."
            )
        lines = [curve[:, :1] for curve in curves]
        first, bent = [curve[:, 1:2] for curve in curves], [curve[:, 1:] for curve in curves]
        deep = 3 if n_figures <= _FEW else 1
        important = tuple(range(n_figures)) if n_figures <= _SOME else _important(columns(), curves)
        products = [
            np.einsum("di,dj->dij", curves[one][:, :deep], curves[other][:, :deep]).reshape(self.n_draws, -1)
            for one, other in itertools.combinations(important, 2)
        ]
        yield self._basis("lines", (), lines)
        for name, among, further in (
            ("lines", important, products),
            ("first", (), first),
            ("first", important, first + products),
            ("bent", (), bent),
            ("bent", important, bent + products),
        ):
            if sum(term.shape[1] for term in lines + further) <= _ROOM * self.n_draws:
                yield self._basis(name, among, lines + further)

    def _basis(
        self, name: str, among: tuple[int, ...], terms: list[NDArray[np.float64]]
    ) -> NDArray[np.float64]:  # fmt: skip
        """The directions that some terms span, which have a name, with products of pairs among some figures."""
        found = self._bases.get((name, among))
        if found is None:
            found = _orthonormal(np.hstack(terms))
            if self._kept_bytes() + found.nbytes > _KEPT and not among:  # the next quantity may have other products
                self._bases = {key: basis for key, basis in self._bases.items() if not key[1]}
            if self._kept_bytes() + found.nbytes <= _KEPT:
                self._bases[name, among] = found
        return found

    def _kept_bytes(self) -> int:
        return sum(basis.nbytes for basis in self._bases.values())


@once
def terms_of(figures: NDArray[np.float64]) -> Terms:
    """The columns to regress on of some figures (draw, figure)."""
    return Terms(figures)


def _orthonormal(terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal directions that some columns span, beside a constant (draw, direction); the columns are changed."""
    centred = np.subtract(terms, terms.mean(axis=0), out=terms)
    squared, vectors = np.linalg.eigh(centred.T @ centred)
    real = squared > _ROUNDING * squared.max()
    vectors, lengths = vectors[:, real], np.sqrt(squared[real])
    step, directions = max(1, _AT_ONCE // (8 * len(vectors))), terms[:, : len(lengths)]
    if len(terms) <= step:
        return np.asarray(centred @ vectors / lengths)
    for first in range(0, len(terms), step):  # in the place of the columns, as they may be large
        directions[first : first + step] = centred[first : first + step] @ vectors / lengths
    return directions


def _important(columns: Iterable[NDArray[np.float64]], curves: list[NDArray[np.float64]]) -> tuple[int, ...]:
    """The figures that explain most on their own, over all columns, each in units of its own variance."""
    explained = np.zeros(len(curves))
    for some in columns:
        sizes = np.sqrt((some**2).mean(axis=0))
        scaled = some / np.where(sizes > 0, sizes, 1.0)
        explained += [float(((curve.T @ scaled) ** 2).sum()) for curve in curves]
    return tuple(sorted(np.argsort(explained)[::-1][:_SOME].tolist()))
