"""Joint draws of all parameters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simcore.randomness import decision_points, parameter_numbers
from simcore.uncertainty.distributions import Distribution


def draw_parameters(
    distributions: Mapping[str, Distribution], n_draws: int, *, seed: int, first_draw: int = 0
) -> dict[str, NDArray[np.float64]]:
    """Draw every parameter by Monte Carlo (inverse CDF of addressed random numbers).

    Parameters
    ----------
    distributions
        Distribution of each parameter by name.
    n_draws, first_draw
        Draws ``first_draw`` to ``first_draw + n_draws - 1``. A draw does not depend on how many
        there are, nor a parameter on which others exist.
    seed
        The seed of the run, 0 included.

    Returns
    -------
    Values of each parameter (draw,), in its own unit.

    Raises
    ------
    ModelError
        Two names share their random numbers.
    """
    decision_points(f"parameter.{name}" for name in distributions)
    draws = np.arange(first_draw, first_draw + n_draws)
    return {name: d.ppf(parameter_numbers(seed, name, draws)) for name, d in distributions.items()}
