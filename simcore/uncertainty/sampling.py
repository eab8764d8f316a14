"""Joint draws of all parameters: by Monte Carlo, by Latin hypercube, or by Sobol' points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from simcore.errors import Problem, ScenarioError, UnknownNameError
from simcore.randomness import decision_point, decision_points, philox, uniform_numbers
from simcore.uncertainty.dependence import INDEPENDENT, Dependence
from simcore.uncertainty.distributions import Distribution

#: The ways to choose the points at which parameters are drawn.
SAMPLINGS = ("monte_carlo", "latin_hypercube", "sobol")
#: Latin hypercubes and Sobol' sequences that a run consists of, each with randomness of its own.
RANDOMISATIONS = 8
#: Fewest draws that they are asked for: two points each.
FEWEST = 2 * RANDOMISATIONS
#: What scipy has direction numbers for.
_MOST_DIMENSIONS = 21_201
_SOBOL = "sampling.sobol"
#: Points of a Sobol' sequence lie on a grid of this many cells in each direction.
_CELLS = 2.0**30


def draw_parameters(
    distributions: Mapping[str, Distribution],
    n_draws: int,
    *,
    seed: int,
    first_draw: int = 0,
    dependence: Dependence = INDEPENDENT,
    sampling: str = "monte_carlo",
) -> dict[str, NDArray[np.float64]]:
    """Draw every parameter (inverse CDF of addressed random numbers).

    Parameters
    ----------
    distributions
        Distribution of each parameter by name, those that are drawn together included.
    n_draws, first_draw
        Draws ``first_draw`` to ``first_draw + n_draws - 1``.
    seed
        The seed of the run, 0 included.
    dependence
        Which parameters are drawn together, and how.
    sampling
        ``monte_carlo``, ``latin_hypercube`` or ``sobol``.

    Returns
    -------
    Values of each parameter (draw,), in its own unit.

    Raises
    ------
    ModelError
        Two names share their random numbers.
    UnknownNameError
        There is no such way of sampling.
    ScenarioError
        Too few draws, or not the first ones, of a Latin hypercube; too many parameters for Sobol' points.

    Notes
    -----
    What changes the values of a parameter `p`:

    - Monte Carlo: nothing else. Neither the number of draws nor which other parameters there are.
    - Latin hypercube: the number of draws changes all of them; other parameters change nothing. Within each of the
      eight randomisations there is one draw in each of equally many slices of the distribution of `p`.
    - Sobol' points: more draws extend and never change the earlier ones; a parameter more or less does change the
      points, because each is a direction of one space. They are best with 8, 16, 32, ... times 8 draws.

    Parameters that are drawn together are made from the same numbers: in a group with correlations, its first name
    keeps its own numbers; those after it depend on the names before. So only parameters drawn by themselves, and
    the first of each such group, have exactly one draw in each slice of a Latin hypercube.

    References
    ----------
    .. [1] McKay, Beckman & Conover (1979), A comparison of three methods for selecting values of input variables in
       the analysis of output from a computer code, Technometrics 21(2).
    .. [2] Owen (1998), Scrambling Sobol' and Niederreiter-Xing points, Journal of Complexity 14(4).

    Examples
    --------
    >>> uniform = Distribution("uniform", {"min": 0.0, "max": 1.0})
    >>> p = draw_parameters({"p": uniform}, 64, seed=1, sampling="latin_hypercube")["p"]
    >>> sorted((p[:: 8] * 8).astype(int).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    decision_points(addresses(distributions, dependence))
    in_rows = {name for group in dependence.rows for name in group.names}
    own = {name: f"parameter.{name}" for name, of in distributions.items() if name not in in_rows and not of.is_fixed}
    points = [*own.values(), *(f"joint.{group.name}" for group in dependence.rows)]
    u = _numbers(points, n_draws, seed, first_draw, sampling)
    numbers = {name: u[point] for name, point in own.items()}
    for copula in dependence.copulas:
        numbers |= copula.numbers(numbers)
    together: dict[str, NDArray[np.float64]] = {}
    for shares in dependence.shares:
        together |= shares.values(numbers)
    for rows in dependence.rows:
        together |= rows.values(u[f"joint.{rows.name}"])
    any_number = np.full(n_draws, 0.5)
    return {
        name: together[name] if name in together else of.ppf(numbers.get(name, any_number))
        for name, of in distributions.items()
    }


def addresses(distributions: Mapping[str, Distribution], dependence: Dependence = INDEPENDENT) -> list[str]:
    """Names of the decision points that parameters are drawn by."""
    return [*(f"parameter.{name}" for name in distributions), *(f"joint.{of.name}" for of in dependence.rows), _SOBOL]


def randomisations(sampling: str, n_draws: int, first_draw: int = 0) -> NDArray[np.int64] | None:
    """Which of the eight independent randomisations each draw belongs to (draw,); None when draws are independent.

    With Latin hypercube or Sobol' points, draws of one randomisation are not independent of each other: the standard
    error of a mean comes from the means of the randomisations.

    Parameters
    ----------
    sampling
        ``monte_carlo``, ``latin_hypercube`` or ``sobol``.
    n_draws, first_draw
        As in `draw_parameters`.

    Raises
    ------
    UnknownNameError
        There is no such way of sampling.
    ScenarioError
        There are fewer than 16 draws, or a Latin hypercube does not begin with the first.

    Examples
    --------
    >>> randomisations("sobol", 16).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]
    """
    if sampling not in SAMPLINGS:
        raise UnknownNameError(sampling, "a way of sampling", SAMPLINGS)
    if sampling == "monte_carlo":
        return None
    if sampling == "latin_hypercube" and first_draw != 0:
        allowed = "draw 0: with Latin hypercube points, every draw depends on how many there are"
        raise ScenarioError([Problem("first_draw", 0, "", str(first_draw), allowed)], "the sizes of the run")
    if n_draws < FEWEST:
        allowed = f"at least {FEWEST} with Latin hypercube or Sobol' points"
        hint = f"they come in {RANDOMISATIONS} independent randomisations, which tell the standard error"
        raise ScenarioError([Problem("draws", 0, "", str(n_draws), allowed, hint)], "the sizes of the run")
    return np.arange(first_draw, first_draw + n_draws) % RANDOMISATIONS


def balanced(n_draws: int) -> int:
    """The smallest number of draws, not below this, for which Sobol' points are in balance: 8 times a power of two."""
    return RANDOMISATIONS * (1 << max(-(-n_draws // RANDOMISATIONS) - 1, 0).bit_length())


def is_balanced(n_draws: int) -> bool:
    """Whether Sobol' points of so many draws fill all directions evenly: 8 times a power of 2."""
    return n_draws > 0 and balanced(n_draws) == n_draws


def _numbers(
    points: Iterable[str], n_draws: int, seed: int, first_draw: int, sampling: str
) -> dict[str, NDArray[np.float64]]:
    """Uniform numbers strictly between 0 and 1 of each decision point (draw,)."""
    if sampling == "latin_hypercube":
        randomisations(sampling, n_draws, first_draw)
        return {point: _latin_hypercube(point, n_draws, seed) for point in points}
    if sampling == "sobol":
        return _sobol(sorted(points), n_draws, seed, first_draw)
    if sampling != "monte_carlo":
        raise UnknownNameError(sampling, "a way of sampling", SAMPLINGS)
    draws = np.arange(first_draw, first_draw + n_draws)
    return {point: uniform_numbers(seed, point, draws) for point in points}


def _generator(point: str, randomisation: int, seed: int) -> np.random.Generator:
    """The randomness of a randomisation, by address; as that of a second person, whom no parameter has."""
    words = philox((1, 0, decision_point(point), randomisation), seed)
    return np.random.default_rng([int(word) for word in words])


def _latin_hypercube(point: str, n_draws: int, seed: int) -> NDArray[np.float64]:
    """A Latin hypercube of one direction for each randomisation; of several, only the pairing would be common."""
    from scipy.stats import qmc

    u = np.empty(n_draws)
    for randomisation in range(RANDOMISATIONS):
        of_it = u[randomisation::RANDOMISATIONS]
        hypercube = qmc.LatinHypercube(1, seed=_generator(point, randomisation, seed))
        of_it[:] = hypercube.random(len(of_it))[:, 0]
    return np.clip(u, 2.0**-53, 1.0 - 2.0**-53)  # a slice includes one of its ends, which may be 1


def _sobol(points: list[str], n_draws: int, seed: int, first_draw: int) -> dict[str, NDArray[np.float64]]:
    """Eight scrambled Sobol' sequences that take turns; the decision points are the directions of their space."""
    from scipy.stats import qmc

    if len(points) > _MOST_DIMENSIONS:
        raise ScenarioError([
            Problem(
                "sampling", 0, "", f"sobol, with {len(points):,} uncertain figures", f"at most {_MOST_DIMENSIONS:,}",
                "latin_hypercube and monte_carlo take any number",
            )
        ], "the sizes of the run")  # fmt: skip
    if not points:
        return {}
    u = np.empty((n_draws, len(points)))
    for randomisation in range(RANDOMISATIONS):
        start = (randomisation - first_draw) % RANDOMISATIONS
        of_it = u[start::RANDOMISATIONS]
        before = (first_draw + start) // RANDOMISATIONS
        if not len(of_it):
            continue
        sequence = qmc.Sobol(len(points), scramble=True, seed=_generator(_SOBOL, randomisation, seed))
        if before:
            sequence.fast_forward(before)
        else:
            of_it[:1] = sequence.random(1)  # by itself, for a first piece whose length is no power of 2 gives a warning
            of_it = of_it[1:]
        if len(of_it):
            of_it[:] = sequence.random(len(of_it))
    u += 0.5 / _CELLS  # the middle of each cell, so that 0 is never reached
    return {point: np.ascontiguousarray(u[:, column]) for column, point in enumerate(points)}
