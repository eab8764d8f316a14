"""The values that the uncertain figures of a scenario have in some draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simcore.errors import Problem, ScenarioError, UnknownNameError, shown
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.quantities import unit_named
from simcore.uncertainty.sampling import SAMPLINGS, draw_parameters


def drawn_parameters(
    file: ScenarioFile, draws: int | Sequence[int], *, seed: int, sampling: str | None = None, of: int | None = None
) -> dict[str, NDArray[np.float64]]:
    """Draw all uncertain figures of a scenario together.

    Parameters
    ----------
    file
        From `read_scenario`.
    draws
        How many draws, or the numbers of some of them.
    seed
        The seed of the run.
    sampling
        ``monte_carlo``, ``latin_hypercube`` or ``sobol``; by default the scenario's.
    of
        How many draws there are in all, of which some are asked for: points of a Latin hypercube depend on it.

    Returns
    -------
    Values of each parameter (draw,), in its own unit.

    Raises
    ------
    UnknownNameError
        There is no such way of sampling.
    ScenarioError
        Single draws of a Latin hypercube are asked for, of nobody knows how many.
    """
    method = file.scenario.sampling if sampling is None else sampling
    if method not in SAMPLINGS:
        raise UnknownNameError(method, "a way of sampling", SAMPLINGS)
    distributions, dependence = file.distributions, file.dependence
    if isinstance(draws, int):
        return draw_parameters(distributions, draws, seed=seed, dependence=dependence, sampling=method)
    numbers = np.asarray(draws, dtype=np.int64)
    if method == "latin_hypercube" and of is not None:
        whole = draw_parameters(distributions, of, seed=seed, dependence=dependence, sampling=method)
        return {name: values[numbers] for name, values in whole.items()}
    if method == "latin_hypercube":
        allowed = "a number of draws: points of a Latin hypercube all depend on how many there are"
        raise ScenarioError(
            [Problem("draws", 0, "", f"draws from {numbers.min()}, or single ones", allowed)], "the sizes of the run"
        )
    first = int(numbers.min())
    found = draw_parameters(
        distributions, int(numbers.max()) + 1 - first, seed=seed, first_draw=first, dependence=dependence,
        sampling=method,
    )  # fmt: skip
    return {name: values[numbers - first] for name, values in found.items()}


def given_parameters(
    file: ScenarioFile, drawn: Mapping[str, NDArray[np.float64]], given: Mapping[str, ArrayLike]
) -> dict[str, NDArray[np.float64]]:
    """Put given values in the place of some that were drawn.

    Parameters
    ----------
    file
        The scenario, which says what values are possible.
    drawn
        From `drawn_parameters`.
    given
        Other values of some of them (draw,), or one for all draws.

    Raises
    ------
    UnknownNameError
        A name is not that of a parameter.
    ScenarioError
        There are not as many values as draws, or some are no numbers, not finite, or impossible in their unit.
    """
    found = dict(drawn)
    problems = []
    for name, values in given.items():
        if name not in drawn:
            raise UnknownNameError(name, "a parameter of the scenario", list(drawn))
        shape, entry = drawn[name].shape, file.scenario.parameters.get(name)
        unit = unit_named(entry.unit) if entry is not None else None
        try:
            array = np.asarray(values, dtype=float)
        except (TypeError, ValueError):
            problems.append(Problem("parameters", 0, name, shown(values), "a number for each draw, or one for all"))
            continue
        if array.shape not in ((), shape):
            wrong = f"{array.size} values for {shape[0]} draws" if array.ndim == 1 else f"an array of {array.ndim} dims"
            problems.append(Problem("parameters", 0, name, wrong, "a value for each draw, or one for all"))
        elif not np.isfinite(array).all():
            problems.append(Problem("parameters", 0, name, "not a finite number", "finite numbers"))
        elif unit is not None and not (unit.accepts(float(array.min())) and unit.accepts(float(array.max()))):
            wrong = array.min() if not unit.accepts(float(array.min())) else array.max()
            problems.append(Problem("parameters", 0, name, f"{wrong:g}", unit.allowed))
        else:
            found[name] = np.broadcast_to(array, shape).copy()
    if problems:
        raise ScenarioError(problems, "the parameters given")
    return found
