"""Sampled lives: drives the kernels over draws and blocks of persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.kernels.lives import simulate_lives
from simcore.kernels.plan import Plan, scratch_arrays
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
    codes
        uint16 (strategy, cycle, intervention, person): see `Structure.phases`.
    """

    states: NDArray[np.uint8]
    codes: NDArray[np.uint16]


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


@dataclass(frozen=True)
class Admission:
    """How the shares of the willing are found that few places admit.

    Before lives are simulated, a pilot of other persons is followed cycle by cycle under each strategy. In each cycle
    the probability that somebody is eligible and willing is averaged over them, and the share that is admitted is
    room / (this mean * target group), at most 1, where the room is what is left of the places of the year (years since
    the start; nothing is carried over into the next). So lives stay independent of each other and of their number.
    Two things are approximate: in a real group the number of the willing varies around what is expected, and the
    mean over the pilot has an error of about sqrt((1 - q) / (q * `persons`)) of itself where the share q is eligible
    (7 % for a tenth of 2,048 persons; none where all are, for probabilities are averaged, not decisions).

    Attributes
    ----------
    persons
        Persons of the pilot.
    first
        Number of the first of them: beyond everybody who is simulated.
    """

    persons: int = 2048
    first: int = 1 << 31


def admissions_of(
    compiled: Compiled,
    values: NDArray[np.float64],
    thresholds: NDArray[np.uint32],
    draw: int,
    seed: int,
    pilot: Admission = Admission(),
) -> NDArray[np.float64]:
    """Share of the willing who are admitted in one draw (strategy, intervention, cycle); see `Admission`.

    Parameters
    ----------
    compiled, values, thresholds
        The model, its numbers in this draw (column,), and its thresholds.
    draw, seed
        Number of the draw and seed of the run.
    pilot
        Who is followed.
    """
    plan = compiled.plan
    n_strategies, n_cycles = int(plan.sizes[3]), int(plan.sizes[4])
    shares = np.ones((n_strategies, len(compiled.places), n_cycles))
    limited = compiled.places >= 0
    if not limited.any():
        return shares
    group = compiled.file.scenario.population.target_group
    per_person = np.where(limited, values[compiled.places] / group, -1.0)
    scratch, lists = scratch_arrays(plan, pilot.persons)
    counts, nobody = empty_counts(compiled, 1), NO_PATHS
    simulate_lives(
        plan, thresholds, key_of(seed), draw, pilot.first, pilot.first + pilot.persons, 0, scratch, lists,
        *_counters(compiled), shares, per_person, True, nobody.states, nobody.codes, counts.time[0], counts.events[0],
    )  # fmt: skip
    return shares


def _counters(compiled: Compiled) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Histograms of every strategy, and room for the sums of their masks."""
    plan = compiled.plan
    histograms = np.zeros((int(plan.sizes[3]), compiled.n_hist), np.int32)
    return histograms, np.zeros(int(plan.masks.number.max(initial=0)), np.int32)


#: Stands for no places to be settled.
_SETTLED = np.zeros((0, 0))


def simulate_draws(
    compiled: Compiled,
    values: NDArray[np.float64],
    *,
    persons: range,
    target_group: int,
    seed: int,
    draws: Sequence[int] | NDArray[np.int64] | None = None,
    shared_luck: bool = False,
    paths: Paths = NO_PATHS,
    everybody: bool = False,
) -> Counts:
    """Simulate some persons in some draws, with every strategy.

    Parameters
    ----------
    compiled
        The model.
    values
        Its numbers in these draws (draw, column).
    persons
        Which persons; the first is a multiple of the block size.
    target_group
        Persons with a lower number are counted once more, as part 2.
    seed
        The seed of the run.
    draws
        Numbers of these draws; by default 0, 1, ...
    shared_luck
        Give all draws the luck of draw 0.
    paths
        Filled with the paths of the persons in the last of these draws, when not empty.
    everybody
        Simulate all persons under every strategy, also those whose lives cannot differ from the comparator's: slower,
        with the same result. Paths need it.

    Raises
    ------
    ModelError
        Some row is no probability row in some draw.
    """
    plan, key = compiled.plan, key_of(seed)
    counts = empty_counts(compiled, len(values))
    scratch, lists = scratch_arrays(plan)
    counters = _counters(compiled)
    everybody = everybody or paths.states.size > 0
    if everybody:
        plan = plan._replace(codes=plan.codes._replace(tracked=plan.codes.uses))
    if paths.states.size > 0:
        plan = plan._replace(codes=plan.codes._replace(following=uncapped(plan)))
    for j, numbers in enumerate(values):
        draw = j if draws is None else int(draws[j])
        thresholds = thresholds_of(compiled, numbers, draw)
        draw = 0 if shared_luck else draw
        admissions = admissions_of(compiled, numbers, thresholds, draw, seed)
        simulate_lives(
            plan, thresholds, key, draw, persons.start, persons.stop, target_group, scratch, lists, *counters,
            admissions, _SETTLED, everybody, paths.states, paths.codes, counts.time[j], counts.events[j],
        )  # fmt: skip
    return counts


def uncapped(plan: Plan) -> NDArray[np.uint32]:
    """The code that follows each (intervention, code), where phases are counted on although nothing looks at them."""
    size = plan.codes.following.shape[1]
    code = np.arange(size, dtype=np.uint32)
    last = size // 2 - 1
    stands = (code == 0) | (code == last) | (code >= 2 * last)
    return np.tile(np.where(stands, code, code + 1).astype(np.uint32), (len(plan.codes.following), 1))
