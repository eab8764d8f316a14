"""How much single costs of the same event vary: what the events of a group cost beyond what is expected of them.

A price says what an event costs on average. One assault costs hardly anything and another millions, so what happens to
a group of some persons is spread wider than ignorance about the average. Each event of the target group has a cost of
its own here: the price times a number with mean 1. Expected values, and everything but the target group, are left
alone.

The numbers are addressed by event (the first, second, ... of a line in a cycle), so that the strategies share
those of the events that both have, and what a strategy avoids is the sum of as many independent costs as events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.randomness import decision_points, event_numbers
from simcore.scenario.schema import Spread

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Luck:
    """Where the luck of some draws is found: the seed of the run, and the numbers of the draws (draw,)."""

    seed: int
    draws: NDArray[np.int64]

    def some(self, draws: slice) -> Luck:
        """That of some of the draws."""
        return Luck(self.seed, self.draws[draws])


def spread_points(lines: dict[str, int]) -> dict[tuple[str, int], int]:
    """Decision points of lines whose costs vary, for each of their pieces.

    Parameters
    ----------
    lines
        Number of pieces of each line, by its name.

    Raises
    ------
    ModelError
        Two names share their random numbers.
    """
    names = {f"spread.{line}.{piece}": (line, piece) for line, number in lines.items() for piece in range(number)}
    return {names[name]: point for name, point in decision_points(names).items()}


def beyond_expected(
    spread: Spread,
    variation: Array,
    events: NDArray[np.int32] | NDArray[np.float64],
    worth: Array,
    *,
    luck: Luck,
    point: int,
    first: int,
) -> Array:
    """What events cost beyond what is expected of them, in each cycle.

    Parameters
    ----------
    spread
        The distribution of single costs.
    variation
        Their coefficient of variation in each draw (draw,).
    events
        Number of events of the group (strategy, draw, cycle).
    worth
        What one event is expected to cost (draw, cycle).
    luck
        Where the numbers of these draws are found.
    point
        The decision point of the line and piece.
    first
        Number of the first cycle, in the addresses.

    Returns
    -------
    (strategy, draw, cycle): the sum over events of worth * (X - 1), where X has mean 1.
    """
    n_strategies, n_draws, n_cycles = events.shape
    most = events.max(axis=0)  # (draw, cycle)
    found = np.zeros((n_strategies, n_draws, n_cycles))
    for j in np.flatnonzero(most.any(axis=1) & (variation > 0)):
        cycles = np.repeat(np.arange(n_cycles), most[j])
        begins = np.cumsum(most[j]) - most[j]
        number = np.arange(len(cycles)) - begins[cycles]
        u = event_numbers(luck.seed, point, number, cycles + first, int(luck.draws[j]))
        more = _relative(spread, float(variation[j]), u) - 1.0
        # Sums of the first n events of a cycle, all strategies reading from the same row.
        sums = np.concatenate(([0.0], np.cumsum(more)))
        found[:, j] = (sums[begins + events[:, j]] - sums[begins]) * worth[j]
    return found


def _relative(spread: Spread, variation: float, u: Array) -> Array:
    """Costs of single events relative to their mean, at the cumulative probabilities `u` (event,)."""
    from scipy import special

    if spread.gamma is not None:
        shape = 1.0 / variation**2
        return np.asarray(special.gammaincinv(shape, u) / shape)
    log_sd = np.sqrt(np.log1p(variation**2))
    return np.asarray(np.exp(log_sd * special.ndtri(u) - log_sd**2 / 2))
