"""Sampled lives: drives the kernels over draws and blocks of persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.kernels.lives import BLOCK, fold, scratch_arrays, simulate_block, start_block
from simcore.kernels.tables import FINE, build_continuous, build_thresholds
from simcore.model.compiled import Compiled


@dataclass(frozen=True)
class Counts:
    """The ledger of some draws: int32 from sampled lives, float64 from the exact distribution.

    Attributes
    ----------
    time
        Persons at both ends of each cycle (draw, part, strategy, time meter, end, cycle).
    events
        Events in each cycle (draw, part, strategy, event meter, cycle).
    """

    time: NDArray[np.int32] | NDArray[np.float64]
    events: NDArray[np.int32] | NDArray[np.float64]


@dataclass(frozen=True)
class Paths:
    """Paths of single persons in one draw.

    Attributes
    ----------
    states
        uint8 (strategy, boundary, variable, person): number of the state or level.
    phases
        uint16 (strategy, cycle, intervention, person).
    """

    states: NDArray[np.uint8]
    phases: NDArray[np.uint16]


NO_PATHS = Paths(np.zeros((0, 0, 0, 0), np.uint8), np.zeros((0, 0, 0, 0), np.uint16))


def key_of(seed: int) -> NDArray[np.uint32]:
    """The generator's key: low and high half of the seed."""
    return np.array([seed & 0xFFFFFFFF, seed >> 32], dtype=np.uint32)


def empty_counts(compiled: Compiled, n_draws: int, kind: type = np.int32) -> Counts:
    """A ledger with nothing counted yet, of whole (int32) or real numbers (float)."""
    n_strategies, n_cycles = int(compiled.plan.sizes[3]), int(compiled.plan.sizes[4])
    n_time, n_events = len(compiled.account.time), len(compiled.account.events)
    return Counts(
        np.zeros((n_draws, 3, n_strategies, n_time, 2, n_cycles), kind),
        np.zeros((n_draws, 3, n_strategies, n_events, n_cycles), kind),
    )


def thresholds_of(compiled: Compiled, values: NDArray[np.float64], draw: int | str) -> NDArray[np.uint32]:
    """Thresholds of one draw; `draw` names it in messages.

    Raises
    ------
    ModelError
        Some row is no probability row; the message names place, draw, situation and ingredients.
    """
    return probabilities_of(compiled, values, draw, np.empty(0))


def probabilities_of(
    compiled: Compiled, values: NDArray[np.float64], draw: int | str, shares: NDArray[np.float64]
) -> NDArray[np.uint32]:
    """Thresholds of one draw; `shares` (threshold,) is filled with the probabilities, when not empty.

    Raises
    ------
    ModelError
        As `thresholds_of`.
    """
    thresholds = np.empty(compiled.n_thresholds, np.uint32)
    work = np.empty(compiled.n_work)
    row, status = build_thresholds(compiled.rows, values, thresholds, shares, work)
    if status == FINE and compiled.rows.matrix_first.size:
        build_continuous(compiled.rows, values, thresholds, shares, work)
    if status != FINE:
        where = f"draw {draw}" if isinstance(draw, int) else draw
        raise ModelError(compiled.explain(where, row, status, values))
    return thresholds


def simulate_draws(
    compiled: Compiled,
    values: NDArray[np.float64],
    *,
    first_draw: int,
    persons: range,
    target_group: int,
    seed: int,
    paths: Paths = NO_PATHS,
) -> Counts:
    """Simulate some persons in some draws, with every strategy.

    Parameters
    ----------
    compiled
        The model.
    values
        Its numbers in these draws (draw, column).
    first_draw
        Number of the first of these draws.
    persons
        Which persons; the first is a multiple of the block size.
    target_group
        Persons with a lower number are counted once more, as part 2.
    seed
        The seed of the run.
    paths
        Filled with the paths of the persons in the last of these draws, when not empty.

    Raises
    ------
    ModelError
        Some row is no probability row in some draw.
    """
    plan, key = compiled.plan, key_of(seed)
    counts = empty_counts(compiled, len(values))
    scratch = scratch_arrays(plan)
    hists = np.zeros((int(plan.sizes[3]), compiled.n_hist), np.int32)
    totals = np.zeros(int(plan.group_masks.max(initial=0)), np.int32)
    for j, numbers in enumerate(values):
        draw = first_draw + j
        thresholds = thresholds_of(compiled, numbers, draw)
        for first in range(persons.start, persons.stop, BLOCK):
            n = min(BLOCK, persons.stop - first)
            n_target = min(max(target_group - first, 0), n)
            start_block(plan, thresholds, key, draw, first, n, scratch)
            simulate_block(
                plan, thresholds, key, draw, first, n, n_target, scratch, hists, paths.states, paths.phases
            )  # fmt: skip
        fold(plan, hists, totals, counts.time[j], counts.events[j])
    return counts
