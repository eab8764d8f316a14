"""The loop over cycles and blocks of persons, all strategies.

Persons are simulated in blocks; within a block, cycles are the outer and persons the inner loop,
so that each inner loop is a plain pass over contiguous arrays. The random numbers of a block
are made once and serve every strategy. Python calls `start_block`, `simulate_block` and `fold` in turn: one
kernel around them would be no faster, and take twice as long to compile. Persons are only ever counted, into small
histograms (one increment per person, cycle and group of meters), which are folded into meters
at the end of each draw.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcore.kernels.compiler import kernel
from simcore.kernels.philox import four_cycles

#: Persons in a block: the block's arrays stay in the cache. Even, so that halves keep their parity.
BLOCK = 1024

#: What a group of meters counts.
BOUNDARIES, BOTH_ENDS, EVENTS = 0, 1, 2

U4 = NDArray[np.uint32]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]
U1 = NDArray[np.uint8]


class Plan(NamedTuple):
    """A model compiled to arrays. Variables are attributes first, then domains, then memory, in file order.

    "Lists" are stored as ``x_first`` (n + 1,) and ``x_...`` (all items): the items of i are
    ``x_first[i]`` to ``x_first[i + 1] - 1``. Who reads a variable adds its value times a stride to an index, or,
    where ``x_table`` is not negative, what `add` has from there on for its value.

    Attributes
    ----------
    sizes
        int64: attributes, domains, interventions, strategies, cycles, life domain (variable number or
        -1), state of the dead, groups, time meters, event meters, memories.
    start_point, start_known, start_base, start_thresholds, start_first, start_variable, start_stride, start_table,
    start_map_first, start_map
        Questions before cycle 0, one per variable: decision point; the answer if there is only
        one, else -1; first threshold; thresholds of a row; parents; answer by number of thresholds passed, or, when a
        row has no threshold, by the parents.
    enrol_point, enrol_base, enrol_first, enrol_variable, enrol_stride, enrol_table
        Enrolment, one per intervention; ``enrol_base`` (intervention, cycle) is the first threshold,
        -1 where nobody is asked.
    move_point, move_base, move_thresholds, move_first, move_variable, move_stride, move_table
        Moves, one per domain; ``move_base`` (domain, cycle); thresholds of a row.
    move_map_first, move_map
        Answer by own state and number of thresholds passed, one list per domain.
    phase_first, phase_intervention, phase_table
        Interventions that act on a domain, one list per domain; ``phase_table`` (item, cycle) is the first
        entry in `add` of the addend by phase, -1 where the phase makes no difference.
    memory_first, memory_row, memory_stride, memory_map_first, memory_map
        What each memory reads (a variable at the start, or at the end: plus the number of variables), and its
        next value by what it reads.
    add
        uint32: what a phase, or a value of a variable, adds to an index.
    uses
        uint8 (strategy, intervention).
    group_kind, group_cells, group_hist
        int64 (group,): `BOUNDARIES`, `BOTH_ENDS` or `EVENTS`; number of cells; first histogram cell.
    group_first, group_row, group_stride, group_table
        What a group reads: a variable at the start (its number) or at the end of the cycle (plus the
        number of variables).
    group_phase_first, group_phase_intervention, group_phase_table
        Phases a group reads.
    group_active
        uint8 (group, strategy, slot): whether any meter of the group can count anybody there.
    group_masks, group_first_cell, cell_first, cell_mask
        Number of masks of a group; the first of its cells; the masks that each cell belongs to.
    member_first, member
        The meters of each group. Time meters are numbered first, then event meters.
    meter_mask
        int64 (meter, cycle): which mask of its group a meter counts in a cycle, -1 for none.
    """

    sizes: I8
    start_point: U4
    start_known: I8
    start_base: I8
    start_thresholds: I8
    start_first: I8
    start_variable: I8
    start_stride: U4
    start_table: I8
    start_map_first: I8
    start_map: U1
    enrol_point: U4
    enrol_base: I8
    enrol_first: I8
    enrol_variable: I8
    enrol_stride: U4
    enrol_table: I8
    move_point: U4
    move_base: I8
    move_thresholds: I8
    move_first: I8
    move_variable: I8
    move_stride: U4
    move_table: I8
    move_map_first: I8
    move_map: U1
    phase_first: I8
    phase_intervention: I8
    phase_table: I8
    memory_first: I8
    memory_row: I8
    memory_stride: U4
    memory_map_first: I8
    memory_map: U1
    add: U4
    uses: U1
    group_kind: I8
    group_cells: I8
    group_hist: I8
    group_first: I8
    group_row: I8
    group_stride: U4
    group_table: I8
    group_phase_first: I8
    group_phase_intervention: I8
    group_phase_table: I8
    group_active: U1
    group_masks: I8
    group_first_cell: I8
    cell_first: I8
    cell_mask: I8
    member_first: I8
    member: I8
    meter_mask: I8


@kernel
def _copy(source, target, n):
    """Copy the first `n` persons; slice assignment would compile ten times slower."""
    for p in range(np.uint32(n)):
        target[p] = source[p]


@kernel
def _fill(target, value, n):
    """Set the first `n` persons to a value."""
    for p in range(np.uint32(n)):
        target[p] = value


@kernel
def _add_strided(index, states, stride, n):
    """Add stride * state to the index of the first `n` persons."""
    for p in range(np.uint32(n)):
        index[p] += stride * np.uint32(states[p])


@kernel
def _add_looked_up(index, values, table, n):
    """Add table[value] to the index of the first `n` persons."""
    for p in range(np.uint32(n)):
        index[p] += table[values[p]]


@kernel
def _read(plan, index, values, stride, table, n):
    """Add what a variable stands for to the index of the first `n` persons."""
    if table >= 0:
        _add_looked_up(index, values, plan.add[table:], n)
    else:
        _add_strided(index, values, stride, n)


@kernel
def _look_up(index, answers, out, n):
    """Give the first `n` persons the answer at their index."""
    for p in range(np.uint32(n)):
        out[p] = answers[index[p]]


@kernel
def _decide(index, numbers, thresholds, n_thresholds, states, answers, out, n):
    """Where each person goes: how many thresholds of the row are passed, turned into a state.

    Every threshold of the row is compared, without a branch: testing "stays" first is slower.
    `answers` is indexed by own state and number of thresholds passed.
    """
    width = np.uint32(n_thresholds + 1)
    if n_thresholds == 1:
        for p in range(np.uint32(n)):
            passed = np.uint32(numbers[p] >= thresholds[index[p]])
            out[p] = answers[np.uint32(states[p]) * width + passed]
    elif n_thresholds == 2:
        for p in range(np.uint32(n)):
            at = index[p]
            passed = np.uint32(numbers[p] >= thresholds[at]) + np.uint32(numbers[p] >= thresholds[at + np.uint32(1)])
            out[p] = answers[np.uint32(states[p]) * width + passed]
    elif n_thresholds == 3:
        for p in range(np.uint32(n)):
            at, u = index[p], numbers[p]
            passed = (
                np.uint32(u >= thresholds[at])
                + np.uint32(u >= thresholds[at + np.uint32(1)])
                + np.uint32(u >= thresholds[at + np.uint32(2)])
            )
            out[p] = answers[np.uint32(states[p]) * width + passed]
    else:
        for p in range(np.uint32(n)):
            at, u = index[p], numbers[p]
            passed = np.uint32(0)
            for k in range(np.uint32(n_thresholds)):
                passed += np.uint32(u >= thresholds[at + np.uint32(k)])
            out[p] = answers[np.uint32(states[p]) * width + passed]


@kernel
def _count(index, hist, cells, n, n_target):
    """Add persons to the histograms of their half, and of the target group once more."""
    for p in range(np.uint32(n)):
        hist[(p & np.uint32(1)) * cells + index[p]] += 1
    for p in range(np.uint32(n_target)):
        hist[np.uint32(2) * cells + index[p]] += 1


@kernel
def _count_groups(plan, kind, s, slot, rows, phases, index, hist, n, n_target):
    """Count the groups of one kind in one slot (boundary, end of a cycle, or cycle) of their histograms."""
    for g in range(plan.sizes[7]):
        if plan.group_kind[g] == kind and plan.group_active[g, s, slot]:
            _count_group(plan, g, slot, rows, phases, index, hist, n, n_target)


@kernel
def _count_group(plan, g, slot, rows, phases, index, hist, n, n_target):
    """Count one group: where each person is in its grid of cells, then one increment each."""
    _fill(index, 0, n)
    for k in range(plan.group_first[g], plan.group_first[g + 1]):
        _read(plan, index, rows[plan.group_row[k]], plan.group_stride[k], plan.group_table[k], n)
    for k in range(plan.group_phase_first[g], plan.group_phase_first[g + 1]):
        first = plan.group_phase_table[k]
        _add_looked_up(index, phases[plan.group_phase_intervention[k]], plan.add[first:], n)
    cells = plan.group_cells[g]
    start = plan.group_hist[g] + slot * 3 * cells
    _count(index, hist[start : start + 3 * cells], np.uint32(cells), n, n_target)


@kernel
def start_block(plan, thresholds, key, draw, first, n, scratch):
    """Settle attributes and starting states of a block; the same for every strategy.

    Parameters
    ----------
    plan, thresholds
        The compiled model and its thresholds in this draw.
    key
        uint32 (2,): the seed.
    draw, first, n
        Number of the draw; the block's persons are `first` to ``first + n - 1``.
    scratch
        From `scratch_arrays`; its `origin` (variable, person) is filled.
    """
    all_numbers, _, index, origin, _, _ = scratch
    numbers = all_numbers[0]
    n_variables = plan.sizes[0] + plan.sizes[1] + plan.sizes[10]
    for v in range(n_variables):
        if plan.start_known[v] >= 0:
            _fill(origin[v], plan.start_known[v], n)
            continue
        if plan.start_thresholds[v] > 0:
            four_cycles(numbers, first, n, np.int64(0), plan.start_point[v], draw, key)
        _fill(index, plan.start_base[v], n)
        for k in range(plan.start_first[v], plan.start_first[v + 1]):
            _read(plan, index, origin[plan.start_variable[k]], plan.start_stride[k], plan.start_table[k], n)
        answers = plan.start_map[plan.start_map_first[v] :]
        if plan.start_thresholds[v] == 0:
            _look_up(index, answers, origin[v], n)
            continue
        _fill(origin[v], 0, n)
        _decide(index, numbers[0], thresholds, plan.start_thresholds[v], origin[v], answers, origin[v], n)


@kernel
def _enrol(plan, thresholds, i, cycle, rows, phases, numbers, index, n):
    """Persons who are asked and willing begin phase 1 now."""
    _fill(index, plan.enrol_base[i, cycle], n)
    for k in range(plan.enrol_first[i], plan.enrol_first[i + 1]):
        _read(plan, index, rows[plan.enrol_variable[k]], plan.enrol_stride[k], plan.enrol_table[k], n)
    for p in range(np.uint32(n)):
        if phases[p] == 0 and numbers[p] < thresholds[index[p]]:
            phases[p] = 1


@kernel
def _move(plan, thresholds, d, cycle, rows, phases, numbers, index, n):
    """Where each person goes in domain `d`; read from the start states, written to the end states."""
    n_variables = plan.sizes[0] + plan.sizes[1] + plan.sizes[10]
    variable = plan.sizes[0] + d
    _fill(index, plan.move_base[d, cycle], n)
    for k in range(plan.move_first[d], plan.move_first[d + 1]):
        _read(plan, index, rows[plan.move_variable[k]], plan.move_stride[k], plan.move_table[k], n)
    for k in range(plan.phase_first[d], plan.phase_first[d + 1]):
        first = plan.phase_table[k, cycle]
        if first >= 0:
            _add_looked_up(index, phases[plan.phase_intervention[k]], plan.add[first:], n)
    answers = plan.move_map[plan.move_map_first[d] :]
    end = rows[n_variables + variable]
    _decide(index, numbers, thresholds, plan.move_thresholds[d], rows[variable], answers, end, n)


@kernel
def _remember(plan, m, rows, index, n):
    """Where a clock or counter goes on to, by what it watches and its present value."""
    n_variables = plan.sizes[0] + plan.sizes[1] + plan.sizes[10]
    _fill(index, plan.memory_map_first[m], n)
    for k in range(plan.memory_first[m], plan.memory_first[m + 1]):
        _add_strided(index, rows[plan.memory_row[k]], plan.memory_stride[k], n)
    _look_up(index, plan.memory_map, rows[n_variables + plan.sizes[0] + plan.sizes[1] + m], n)


@kernel
def _keep_the_dead(plan, rows, n):
    """Death takes precedence: who is dead at the end of the cycle makes no other move, and remembers nothing new."""
    life, dead = plan.sizes[5], np.uint8(plan.sizes[6])
    n_attributes = plan.sizes[0]
    n_variables = n_attributes + plan.sizes[1] + plan.sizes[10]
    ended = rows[n_variables + life]
    for v in range(n_attributes, n_variables):
        if v != life:
            start, end = rows[v], rows[n_variables + v]
            for p in range(np.uint32(n)):
                end[p] = start[p] if ended[p] == dead else end[p]


@kernel
def simulate_block(plan, thresholds, key, draw, first, n, n_target, scratch, hists, trace, trace_phases):
    """Simulate a block of persons from its start, with every strategy, adding to the histograms.

    Parameters
    ----------
    plan, thresholds, key, draw, first, n
        As for `start_block`; `first` is a multiple of `BLOCK`.
    n_target
        The first so many of these persons belong to the target group.
    scratch
        From `scratch_arrays`, with `origin` filled by `start_block`.
    hists
        int32 (strategy, cell): added to.
    trace, trace_phases
        uint8 (strategy, boundary, variable, person) and uint16 (strategy, cycle, intervention, person):
        filled for these persons when not empty.
    """
    numbers, enrol_numbers, index, origin, rows, phases = scratch
    n_attributes, n_domains, n_interventions = plan.sizes[0], plan.sizes[1], plan.sizes[2]
    n_strategies, n_cycles, n_memories = plan.sizes[3], plan.sizes[4], plan.sizes[10]
    n_variables = n_attributes + n_domains + n_memories
    tracing = trace.size > 0
    for s in range(n_strategies):
        for v in range(n_variables):
            _copy(origin[v], rows[s, v], n)
            _copy(origin[v], rows[s, n_variables + v], n)
        for i in range(n_interventions):
            _fill(phases[s, i], 0, n)
        _count_groups(plan, np.int64(BOUNDARIES), s, np.int64(0), rows[s], phases[s], index, hists[s], n, n_target)
        if tracing:
            for v in range(n_variables):
                _copy(rows[s, v], trace[s, 0, v, first:], n)
    for cycle in range(n_cycles):
        if cycle % 4 == 0:
            for d in range(n_domains):
                four_cycles(numbers[d], first, n, cycle // 4, plan.move_point[d], draw, key)
        for i in range(n_interventions):
            if plan.enrol_base[i, cycle] >= 0:
                four_cycles(enrol_numbers[i], first, n, cycle // 4, plan.enrol_point[i], draw, key)
        for s in range(n_strategies):
            now, past = rows[s], phases[s]
            for i in range(n_interventions):
                if plan.uses[s, i] and plan.enrol_base[i, cycle] >= 0:
                    _enrol(plan, thresholds, i, cycle, now, past[i], enrol_numbers[i, cycle % 4], index, n)
            _count_groups(plan, np.int64(BOTH_ENDS), s, 2 * cycle, now, past, index, hists[s], n, n_target)
            for d in range(n_domains):
                _move(plan, thresholds, d, cycle, now, past, numbers[d, cycle % 4], index, n)
            for m in range(n_memories):
                _remember(plan, m, now, index, n)
            if plan.sizes[5] >= 0:
                _keep_the_dead(plan, now, n)
            _count_groups(plan, np.int64(EVENTS), s, cycle, now, past, index, hists[s], n, n_target)
            if tracing:
                for i in range(n_interventions):
                    _copy(past[i], trace_phases[s, cycle, i, first:], n)
            for v in range(n_attributes, n_variables):
                _copy(now[n_variables + v], now[v], n)
            _count_groups(plan, np.int64(BOTH_ENDS), s, 2 * cycle + 1, now, past, index, hists[s], n, n_target)
            _count_groups(plan, np.int64(BOUNDARIES), s, cycle + 1, now, past, index, hists[s], n, n_target)
            if tracing:
                for v in range(n_variables):
                    _copy(now[v], trace[s, cycle + 1, v, first:], n)
            for i in range(n_interventions):
                if plan.uses[s, i]:
                    phase = past[i]
                    for p in range(np.uint32(n)):
                        phase[p] += np.uint16(phase[p] > 0)


@kernel
def fold(plan, hists, totals, time, events):
    """Add the histograms of one draw to the ledger, and clear them.

    Parameters
    ----------
    hists
        int32 (strategy, cell).
    totals
        int32 (at least the largest number of masks,): scratch.
    time, events
        int32 (part, strategy, time meter, end, cycle) and (part, strategy, event meter, cycle).
    """
    n_strategies, n_cycles, n_groups, n_time = plan.sizes[3], plan.sizes[4], plan.sizes[7], plan.sizes[8]
    for g in range(n_groups):
        cells, kind, n_masks = plan.group_cells[g], plan.group_kind[g], plan.group_masks[g]
        n_slots = n_cycles if kind == EVENTS else n_cycles + 1 if kind == BOUNDARIES else 2 * n_cycles
        for s in range(n_strategies):
            for slot in range(n_slots):
                if not plan.group_active[g, s, slot]:
                    continue
                for part in range(3):
                    start = plan.group_hist[g] + (slot * 3 + part) * cells
                    for k in range(n_masks):
                        totals[k] = 0
                    for cell in range(cells):
                        count = hists[s, start + cell]
                        if count:  # most cells are empty
                            hists[s, start + cell] = 0
                            at = plan.group_first_cell[g] + cell
                            for k in range(plan.cell_first[at], plan.cell_first[at + 1]):
                                totals[plan.cell_mask[k]] += count
                    for k in range(plan.member_first[g], plan.member_first[g + 1]):
                        m = plan.member[k]
                        if kind == EVENTS:
                            mask = plan.meter_mask[m, slot]
                            if mask >= 0:
                                events[part, s, m - n_time, slot] += totals[mask]
                        elif kind == BOTH_ENDS:
                            mask = plan.meter_mask[m, slot // 2]
                            if mask >= 0:
                                time[part, s, m, slot % 2, slot // 2] += totals[mask]
                        else:
                            # A boundary is the start of one cycle and the end of the one before.
                            if slot < n_cycles and plan.meter_mask[m, slot] >= 0:
                                time[part, s, m, 0, slot] += totals[plan.meter_mask[m, slot]]
                            if slot > 0 and plan.meter_mask[m, slot - 1] >= 0:
                                time[part, s, m, 1, slot - 1] += totals[plan.meter_mask[m, slot - 1]]


def scratch_arrays(plan: Plan) -> tuple[NDArray[np.generic], ...]:
    """Arrays that a thread works in: numbers of moves and of enrolment, index, origin, states, phases."""
    n_attributes, n_domains, n_interventions, n_strategies = (int(size) for size in plan.sizes[:4])
    n_variables = n_attributes + n_domains + int(plan.sizes[10])
    return (
        np.empty((n_domains, 4, BLOCK), np.uint32),
        np.empty((max(n_interventions, 1), 4, BLOCK), np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty((n_variables, BLOCK), np.uint8),
        np.zeros((n_strategies, 2 * n_variables, BLOCK), np.uint8),
        np.zeros((n_strategies, max(n_interventions, 1), BLOCK), np.uint16),
    )
