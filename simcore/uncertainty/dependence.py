"""How uncertain figures hang together: which are drawn with each other, and how."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

#: Random numbers stay this far inside 0 and 1 when they have been through the normal distribution.
_EDGE = 2.0**-53

Numbers = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Copula:
    """Figures whose normal scores are correlated, each with a distribution of its own (Gaussian copula).

    The normal score of a value is the number that is as far up in the standard normal distribution as the value in
    its own. Figures with normal distributions that hang together so are multivariate normal.

    Attributes
    ----------
    names
        The figures, sorted, so that the order of a file has no meaning.
    correlation
        Correlations of the normal scores (name, name); positive definite.

    References
    ----------
    .. [1] Nelsen (2006), An Introduction to Copulas, 2nd edition, section 2.3.
    """

    names: tuple[str, ...]
    correlation: tuple[tuple[float, ...], ...]

    @cached_property
    def _factor(self) -> NDArray[np.float64]:
        return np.linalg.cholesky(np.array(self.correlation))

    def numbers(self, own: Numbers) -> dict[str, NDArray[np.float64]]:
        """Correlated uniform numbers from independent ones (draw,) of each name.

        The first name keeps its numbers.
        """
        from scipy import special

        scores = [special.ndtri(own[name]) for name in self.names]
        found = {}
        for name, weights in zip(self.names, self._factor, strict=True):
            # Summed up in one order, draw by draw: a draw has the same bits however many there are.
            score = np.zeros(scores[0].shape)
            for weight, one in zip(weights, scores, strict=True):
                if weight != 0.0:
                    score += weight * one
            found[name] = np.clip(special.ndtr(score), _EDGE, 1.0 - _EDGE)
        found[self.names[0]] = own[self.names[0]]
        return found


@dataclass(frozen=True)
class Shares:
    """Figures that are the shares of a whole: a Dirichlet distribution.

    Attributes
    ----------
    names
        The figures.
    shapes
        A number for each; of counted persons, the counts.
    """

    names: tuple[str, ...]
    shapes: tuple[float, ...]

    def values(self, own: Numbers) -> dict[str, NDArray[np.float64]]:
        """The shares (draw,) from independent uniform numbers of each name: gamma numbers, divided by their sum.

        Worked out on the log scale, where the gamma numbers of small shapes do not vanish.
        """
        logs = np.array([_log_gamma(shape, own[name]) for name, shape in zip(self.names, self.shapes, strict=True)])
        sizes = np.exp(logs - logs.max(axis=0))
        total = np.zeros(sizes.shape[1:])
        for one in sizes:
            total += one
        return {name: one / total for name, one in zip(self.names, sizes, strict=True)}


def _log_gamma(shape: float, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of the gamma number (scale 1) at the cumulative probabilities `u`."""
    from scipy import special

    value = special.gammaincinv(shape, u)
    # Near 0 the cumulative probability is value**shape / Gamma(shape + 1).
    near_0 = (np.log(u) + math.lgamma(shape + 1.0)) / shape
    with np.errstate(divide="ignore"):
        return np.where(value > 1e-200, np.log(value), near_0)


@dataclass(frozen=True, eq=False)
class Rows:
    """Figures of which whole rows are drawn, such as those of a posterior sample.

    Attributes
    ----------
    name
        Name of the entry, whose random number picks a row.
    names
        The figures.
    table
        Their values (row, name).
    weights
        How often each row is drawn, relative to the others (row,); none for equally often.
    """

    name: str
    names: tuple[str, ...]
    table: NDArray[np.float64]
    weights: NDArray[np.float64] | None = None

    def values(self, u: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """The figures (draw,) of the rows that the uniform numbers (draw,) pick."""
        weights = np.ones(len(self.table)) if self.weights is None else self.weights
        ends = np.cumsum(weights)
        row = np.searchsorted(ends, u * ends[-1], side="right")
        row = np.minimum(row, np.flatnonzero(weights)[-1])
        return {name: self.table[row, column] for column, name in enumerate(self.names)}


@dataclass(frozen=True)
class Dependence:
    """Which figures are drawn together, and how; all others are drawn by themselves.

    Attributes
    ----------
    copulas, shares, rows
        Groups of figures; none is in two of them.
    """

    copulas: tuple[Copula, ...] = ()
    shares: tuple[Shares, ...] = ()
    rows: tuple[Rows, ...] = ()

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Names of the figures that are drawn together, group by group."""
        found = [copula.names for copula in self.copulas]
        found += [shares.names for shares in self.shares]
        return (*found, *(rows.names for rows in self.rows))

    @property
    def names(self) -> frozenset[str]:
        """Names of all figures that are drawn together with others."""
        return frozenset(name for group in self.groups for name in group)


#: Every figure is drawn by itself.
INDEPENDENT = Dependence()
