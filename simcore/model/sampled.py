"""Sampled lives: drives the kernels over draws and blocks of persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.kernels.lives import simulate_lives
from simcore.kernels.plan import Plan, scratch_arrays
from simcore.kernels.tables import CONTINUOUS, FINE, Rows, build_continuous, build_thresholds
from simcore.model.compiled import Compiled

#: Tables of so many bytes are tried at once.
_TRIED_BYTES = 1 << 22
#: Matrices are tried in so many draws that the third powers of their numbers of states come to this: a second's work.
_TRIED_MATRIX_CELLS = 20_000_000


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


def thresholds_of(
    compiled: Compiled, values: NDArray[np.float64], draws: Sequence[int | str] | NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Thresholds (draw, threshold) by the numbers of some draws (draw, column); `draws` names them in messages.

    Raises
    ------
    ModelError
        Some row is no probability row; the message names place, draw, situation and ingredients.
    """
    return _tables(compiled, values, draws, np.empty((len(values), 0)))


def probabilities_of(
    compiled: Compiled, values: NDArray[np.float64], draws: Sequence[int | str] | NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Thresholds, as `thresholds_of`, and the probability (draw, threshold) of the exit that each belongs to.

    Raises
    ------
    ModelError
        As `thresholds_of`.
    """
    shares = np.empty((len(values), compiled.n_thresholds))
    return _tables(compiled, values, draws, shares), shares


def smallest_probability(compiled: Compiled, values: NDArray[np.float64]) -> float:
    """Try the numbers of the first draws (draw, column): the smallest probability that is not 0, infinite without any.

    Of domains in continuous time, large matrices are only worked out in the first of these draws: with rates that are
    possible, they always can.

    Raises
    ------
    ModelError
        As `thresholds_of`.
    """
    smallest, distinct = np.inf, _distinct_rows(compiled.rows)
    n_thresholds = int(distinct.n_thresholds.sum())
    # What acts all the time is another number behind the matrix exponential.
    meant = np.repeat(distinct.scale != CONTINUOUS, distinct.n_thresholds)
    at_once = max(_TRIED_BYTES // (12 * n_thresholds + 1), 1)
    for first in range(0, len(values), at_once):
        some = values[first : first + at_once]
        shares = np.empty((len(some), n_thresholds))
        _fill(compiled, distinct, compiled.rows.distinct, some, range(first, first + len(some)), shares)
        smallest = min(smallest, float(shares.min(initial=np.inf, where=meant & (shares > 0))))
    if compiled.rows.matrix_first.size:
        cells = int(np.sum(compiled.rows.matrix_states.astype(np.int64) ** 3))
        for draw in range(min(len(values), max(_TRIED_MATRIX_CELLS // cells, 1))):
            _, shares = probabilities_of(compiled, values[draw : draw + 1], [draw])
            smallest = min(smallest, float(shares.min(initial=np.inf, where=shares > 0)))
    return smallest


def _distinct_rows(rows: Rows) -> Rows:
    """Only the rows that differ from all before, and no matrices."""
    kept, none = rows.distinct, np.zeros(0, np.int32)
    n_thresholds = rows.n_thresholds[kept]
    offset = np.cumsum(n_thresholds, dtype=np.int64) - n_thresholds
    return rows._replace(
        first_exit=rows.first_exit[kept], n_exits=rows.n_exits[kept], n_thresholds=n_thresholds,
        scale=rows.scale[kept], complete=rows.complete[kept], offset=offset,
        distinct=np.arange(len(kept), dtype=kept.dtype), source=np.arange(int(n_thresholds.sum())),
        matrix_first=none, matrix_stride=none, matrix_states=none,
    )  # fmt: skip


def _tables(
    compiled: Compiled,
    values: NDArray[np.float64],
    draws: Sequence[int | str] | NDArray[np.int64],
    shares: NDArray[np.float64],
) -> NDArray[np.uint32]:
    """Thresholds; the probabilities are filled in when there is room for them."""
    return _fill(compiled, compiled.rows, None, values, draws, shares)


def _fill(
    compiled: Compiled,
    rows: Rows,
    place: NDArray[np.int32] | None,
    values: NDArray[np.float64],
    draws: Sequence[int | str] | NDArray[np.int64],
    shares: NDArray[np.float64],
) -> NDArray[np.uint32]:
    """Thresholds of some rows, which are at a `place` among those of the model, or all of them."""
    n_thresholds = compiled.n_thresholds if place is None else int(rows.n_thresholds.sum())
    thresholds = np.empty((len(values), n_thresholds), np.uint32)
    work = np.empty(compiled.n_work)
    at, row, status = build_thresholds(rows, values, thresholds, shares, work)
    if status == FINE and rows.matrix_first.size:
        build_continuous(rows, values, thresholds, shares, work)
    if status != FINE:
        where = draws[at] if isinstance(draws[at], str) else f"draw {draws[at]}"
        raise ModelError(compiled.explain(where, row if place is None else int(place[row]), status, values[at]))
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
    draws: NDArray[np.int64],
    seed: int,
    pilot: Admission = Admission(),
) -> NDArray[np.float64]:
    """Share of the willing who are admitted in some draws (draw, strategy, intervention, cycle); see `Admission`.

    Parameters
    ----------
    compiled, values, thresholds
        The model, its numbers in these draws (draw, column), and its thresholds (draw, threshold).
    draws, seed
        Numbers of the draws (draw,) and seed of the run.
    pilot
        Who is followed.
    """
    plan = compiled.plan
    n_strategies, n_cycles = int(plan.sizes[3]), int(plan.sizes[4])
    shares = np.ones((len(draws), n_strategies, len(compiled.places), n_cycles))
    limited = compiled.places >= 0
    if not limited.any():
        return shares
    group = compiled.file.scenario.population.target_group
    scratch, lists = scratch_arrays(plan, pilot.persons)
    # What is counted is thrown away, so that one ledger does for all draws.
    counters, counts, nobody = _counters(compiled), empty_counts(compiled, 1), NO_PATHS
    for j, numbers in enumerate(values):
        per_person = np.where(limited, numbers[compiled.places] / group, -1.0)
        one = slice(j, j + 1)
        simulate_lives(
            plan, thresholds[one], key_of(seed), draws[one], pilot.first, pilot.first + pilot.persons, 0, scratch,
            lists, *counters, shares[one], per_person, True, nobody.states, nobody.codes, counts.time, counts.events,
        )  # fmt: skip
    return shares


def _counters(compiled: Compiled) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Histograms of every strategy, and room for the sums of their masks."""
    plan = compiled.plan
    histograms = np.zeros((int(plan.sizes[3]), compiled.n_hist), np.int32)
    return histograms, np.zeros(int(plan.masks.number.max(initial=0)), np.int32)


#: Stands for no places to be settled.
_SETTLED = np.zeros((0, 0))
#: Tables of so many bytes are handed to the kernel at once, of several draws: a call costs about 30 microseconds.
_CALL_BYTES = 1 << 20


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
    counts: Counts | None = None,
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
    counts
        An empty ledger of these draws to fill; by default a new one.

    Returns
    -------
    The ledger.

    Raises
    ------
    ModelError
        Some row is no probability row in some draw.
    """
    plan, key = compiled.plan, key_of(seed)
    counts = empty_counts(compiled, len(values)) if counts is None else counts
    scratch, lists = scratch_arrays(plan)
    counters = _counters(compiled)
    everybody = everybody or paths.states.size > 0
    if everybody:
        plan = plan._replace(codes=plan.codes._replace(tracked=plan.codes.uses))
    if paths.states.size > 0:
        plan = plan._replace(codes=plan.codes._replace(following=uncapped(plan)))
    numbers = np.arange(len(values), dtype=np.int64) if draws is None else np.asarray(draws, dtype=np.int64)
    lucks = np.zeros_like(numbers) if shared_luck else numbers
    at_once = max(_CALL_BYTES // (4 * compiled.n_thresholds + 1), 1)
    for first in range(0, len(values), at_once):
        these = slice(first, first + at_once)
        thresholds = thresholds_of(compiled, values[these], numbers[these])
        admissions = admissions_of(compiled, values[these], thresholds, lucks[these], seed)
        simulate_lives(
            plan, thresholds, key, lucks[these], persons.start, persons.stop, target_group, scratch, lists,
            *counters, admissions, _SETTLED, everybody, paths.states, paths.codes, counts.time[these],
            counts.events[these],
        )  # fmt: skip
    return counts


def uncapped(plan: Plan) -> NDArray[np.uint32]:
    """The code that follows each (intervention, code), where phases are counted on although nothing looks at them."""
    size = plan.codes.following.shape[1]
    code = np.arange(size, dtype=np.uint32)
    last = size // 2 - 1
    stands = (code == 0) | (code == last) | (code >= 2 * last)
    return np.tile(np.where(stands, code, code + 1).astype(np.uint32), (len(plan.codes.following), 1))
