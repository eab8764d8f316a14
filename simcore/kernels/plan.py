"""A model compiled to arrays, and the arrays that a thread works in.

They come in parts, and a kernel takes the parts it needs: each array in its arguments costs time to compile.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Persons are shared out among threads in multiples of this.
BLOCK = 1024
#: The random numbers of a block, and so about half of what it needs, take so many bytes, which stay in the cache.
_BLOCK_BYTES = 1 << 17

#: Parts of a histogram: persons by their number modulo four, and the target group once more. Two would do for the
#: halves of the ledger, but an increment waits for the one before it in the same cell: four are faster.
PARTS = 5

#: What a group of meters counts.
BOUNDARIES, BOTH_ENDS, EVENTS = 0, 1, 2

U4 = NDArray[np.uint32]
I8 = NDArray[np.int64]
U1 = NDArray[np.uint8]
U2 = NDArray[np.uint16]


class Starts(NamedTuple):
    """Questions before cycle 0, one per variable.

    Attributes
    ----------
    point, known, base, thresholds
        Decision point; the answer if there is only one, else -1; first threshold; thresholds of a row.
    first, variable, stride, table
        Parents.
    few
        1 where the answers stay in registers (`simcore.kernels.passes.fits`), else 0.
    map_first, map
        Answer by number of thresholds passed, or, when a row has no threshold, by the parents.
    """

    point: U4
    known: I8
    base: I8
    thresholds: I8
    first: I8
    variable: I8
    stride: U4
    table: I8
    few: I8
    map_first: I8
    map: U4


class Asks(NamedTuple):
    """Questions about interventions: enrolment (one per intervention), then leaving (as many).

    Attributes
    ----------
    point
        Decision point.
    base, rows
        (question, cycle): first threshold, -1 where nobody is asked; (question,): how many there are.
    first, variable, stride, table
        Parents.
    code_first, code_intervention, code_table
        Codes in interventions that a question looks at; `code_table` is the first entry in `add`.
    flag_base, flag
        (question, cycle): where its marks begin, parallel to its thresholds: uint8, who is asked.
    concerns, yes, no
        (question, code): uint8, who may be asked; uint16, what becomes of the code after a yes and after a no.
    order
        The order in which enrolments are settled.
    limited
        uint8 (intervention,): whether places are limited.
    """

    point: U4
    base: I8
    rows: I8
    first: I8
    variable: I8
    stride: U4
    table: I8
    code_first: I8
    code_intervention: I8
    code_table: I8
    flag_base: I8
    flag: U1
    concerns: U1
    yes: U2
    no: U2
    order: I8
    limited: U1


class Moves(NamedTuple):
    """Moves, one question per domain.

    Attributes
    ----------
    point, base, thresholds
        Decision point; first threshold (domain, cycle); thresholds of a row.
    first, variable, stride, table
        Parents.
    map_first, map
        Answer by own state and number of thresholds passed.
    few
        The number of states of a domain for which `simcore.kernels.passes.fits`, else 0.
    code_first, code_intervention, code_table
        Interventions that act on a domain; `code_table` (item, cycle) is the first entry in `add` of the addend by
        code, -1 where the code makes no difference.
    """

    point: U4
    base: I8
    thresholds: I8
    first: I8
    variable: I8
    stride: U4
    table: I8
    map_first: I8
    map: U4
    few: I8
    code_first: I8
    code_intervention: I8
    code_table: I8


class Memories(NamedTuple):
    """Clocks and counters: what each reads, and its next value by what it reads.

    A row is a variable at the start (its number) or at the end of the cycle (plus the number of variables).
    """

    first: I8
    row: I8
    stride: U4
    table: I8
    map_first: I8
    map: U4


class Groups(NamedTuple):
    """Groups of meters that are counted together.

    Attributes
    ----------
    kind, cells, hist
        int64 (group,): `BOUNDARIES`, `BOTH_ENDS` or `EVENTS`; number of cells; first histogram cell.
    apart
        int64 (group,): how many of the cells are left when codes in interventions are not told apart.
    first, variable, stride, table
        What a group reads: a variable at the start (its number) or at the end of the cycle (plus the number of
        variables).
    code_first, code_intervention, code_table
        Codes in interventions that a group reads.
    active
        uint8 (group, strategy, slot): whether any meter of the group can count anybody there.
    """

    kind: I8
    cells: I8
    apart: I8
    hist: I8
    first: I8
    variable: I8
    stride: U4
    table: I8
    code_first: I8
    code_intervention: I8
    code_table: I8
    active: U1


class Masks(NamedTuple):
    """Which cells of a group each meter adds up.

    Attributes
    ----------
    number, first, member
        How many masks a group has, and where they begin in `member`: int8 (mask, cell), -1 (all bits) where a
        cell belongs to a mask, else 0.
    usual
        int64 (strategy, group): where the masks begin that a strategy uses on the comparator's path, where there may be
        codes in interventions that it does not have.
    meter_first, meter
        The meters of each group. Time meters are numbered first, then event meters.
    of_meter
        int64 (meter, cycle): which mask of its group a meter counts in a cycle, -1 for none.
    """

    number: I8
    first: I8
    usual: I8
    member: NDArray[np.int8]
    meter_first: I8
    meter: I8
    of_meter: I8


class Codes(NamedTuple):
    """What codes in interventions mean.

    Attributes
    ----------
    uses, tracked, seen
        uint8 (strategy, intervention): which a strategy has; whose codes are kept under it; whose codes on the
        comparator's path count for it. Programmes that change nobody's life are tracked under every strategy, and so
        along the comparator's path for all of them at once; they count where a strategy has them.
    following, settled
        uint16 and uint8 (intervention, code): the code in the next cycle; whether nothing but the question of enrolment
        tells it, and what follows, from 0.
    concerns, no
        Those of `Asks` for enrolment: uint8 and uint16 (intervention, code).
    """

    uses: U1
    tracked: U1
    seen: U1
    following: U4
    settled: U1
    concerns: U1
    no: U2


class Plan(NamedTuple):
    """A model compiled to arrays. Variables are attributes first, then domains, then memory, in file order.

    "Lists" are stored as ``x_first`` (n + 1,) and ``x_...`` (all items): the items of i are
    ``x_first[i]`` to ``x_first[i + 1] - 1``. Who reads a variable adds its value times a stride to an index, or,
    where ``table`` is not negative, what `add` has from there on for its value.

    Attributes
    ----------
    sizes
        int64: attributes, domains, interventions, strategies, cycles, life domain (variable number or
        -1), state of the dead, groups, time meters, event meters, memories, number of the comparator.
    add
        uint32: what a code, or a value of a variable, adds to an index.
    """

    sizes: I8
    add: U4
    codes: Codes
    starts: Starts
    asks: Asks
    moves: Moves
    memories: Memories
    groups: Groups
    masks: Masks


class Lists(NamedTuple):
    """Who is simulated under each strategy.

    Attributes
    ----------
    rows
        uint8 (strategy, 2 * variable, listed): at the start and at the end of the cycle. Under the comparator
        everybody is listed, in the order of persons.
    words
        uint64 (strategy, 2 * variable, listed / 8): the same bytes, eight to a word.
    codes
        uint16 (strategy, intervention, listed).
    kept
        uint16 (strategy, intervention, person): codes of those not listed, for interventions that are not
        tracked under the comparator.
    asked
        uint8 (intervention, person): whether the comparator's path has led to the question before.
    who, listed, length
        uint32 (strategy, listed): the persons of each list; uint8 (strategy, person); int64 (strategy,).
    """

    rows: U1
    words: NDArray[np.uint64]
    codes: U2
    kept: U2
    asked: U1
    who: U4
    listed: U1
    length: I8


class Scratch(NamedTuple):
    """Arrays that a thread works in, for one block of persons.

    Attributes
    ----------
    origin
        uint8 (variable, person): at the start.
    shared
        uint32 (3, person): from `simcore.kernels.philox.begin_numbers`.
    numbers, ask_numbers, ready
        uint32 (domain, 8, person) and (question, 8, person): random numbers of eight cycles; int64 (question,): which
        eight cycles those of a question are for.
    index, place, picked
        uint32 (person,): of whoever is looked at; of everybody under the comparator; numbers of those listed.
    chosen
        uint32 (person,): some persons.
    zeros
        uint8 (person,): the own state of who has none yet.
    room
        float64 (strategy, intervention): places that are left.
    alike
        uint8 (intervention,): whether all persons are known to have the same code under the comparator.
    latest, latest_slot
        int32 (group, part and cell) and int64 (group,): persons where they were last counted without codes, and when.
    """

    origin: U1
    shared: U4
    numbers: U4
    ask_numbers: U4
    ready: I8
    index: U4
    place: U4
    picked: U4
    chosen: U4
    zeros: U1
    room: NDArray[np.float64]
    alike: U1
    latest: NDArray[np.int32]
    latest_slot: I8


def scratch_arrays(plan: Plan, size: int | None = None) -> tuple[Scratch, Lists]:
    """Arrays that a thread works in, for blocks of `size` persons; by default as many as stay in the cache.

    The size is a multiple of 8. Counters of 16 bits allow for at most 131,070 (`simcore.kernels.counts`).
    """
    if size is None:
        size = min(max(_BLOCK_BYTES // (32 * int(plan.sizes[1])) // BLOCK, 1), 4) * BLOCK
    n_attributes, n_domains, n_interventions, n_strategies = (int(number) for number in plan.sizes[:4])
    n_variables = n_attributes + n_domains + int(plan.sizes[10])
    some = max(n_interventions, 1)
    scratch = Scratch(
        origin=np.empty((n_variables, size), np.uint8),
        shared=np.empty((3, size), np.uint32),
        numbers=np.empty((n_domains, 8, size), np.uint32),
        ask_numbers=np.zeros((2 * some, 8, size), np.uint32),
        ready=np.zeros(2 * some, np.int64),
        index=np.empty(size, np.uint32),
        place=np.empty(size, np.uint32),
        picked=np.empty(size, np.uint32),
        chosen=np.zeros(size + 1, np.uint32),
        zeros=np.zeros(size, np.uint8),
        room=np.zeros((n_strategies, some)),
        alike=np.zeros(some, np.uint8),
        latest=np.zeros((plan.groups.kind.size, PARTS * int(plan.groups.apart.max(initial=0))), np.int32),
        latest_slot=np.zeros(plan.groups.kind.size, np.int64),
    )
    rows = np.zeros((n_strategies, 2 * n_variables, size), np.uint8)
    lists = Lists(
        rows=rows,
        words=rows.view(np.uint64),
        codes=np.zeros((n_strategies, some, size), np.uint16),
        kept=np.zeros((n_strategies, some, size), np.uint16),
        asked=np.zeros((some, size), np.uint8),
        who=np.zeros((n_strategies, size), np.uint32),
        listed=np.zeros((n_strategies, size), np.uint8),
        length=np.zeros(n_strategies, np.int64),
    )
    return scratch, lists
