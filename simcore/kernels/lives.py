"""The loop over cycles and blocks of persons, all strategies.

Persons are simulated in blocks; within a block, cycles are the outer and persons the inner loop,
so that each inner loop is a plain pass over contiguous arrays. The random numbers of a block
are made once and serve every strategy. Python calls one kernel for several draws. Persons are only ever counted
(`simcore.kernels.counts`), and under other strategies than the comparator only those are simulated whose lives can
differ (`simcore.kernels.lists`).
"""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import inlined, kernel, part
from simcore.kernels.counts import count_groups, fold
from simcore.kernels.lists import advance, begin_lists, enrol, leave, let_go
from simcore.kernels.passes import add_looked_up, add_up, copy, decide, decide_alone, fill, look_up, pick
from simcore.kernels.philox import begin_numbers, eight_cycles
from simcore.kernels.plan import BOTH_ENDS, BOUNDARIES, EVENTS
from simcore.randomness import LARGEST


@part
def _start_block(starts, add, thresholds, key, n, scratch):
    """Settle attributes and starting states of a block, the same for every strategy, in `origin` of the scratch."""
    numbers, index, origin = scratch.numbers[0], scratch.index, scratch.origin
    for v in range(starts.known.size):
        if starts.known[v] >= 0:
            fill(origin[v], np.uint8(starts.known[v]), n)
            continue
        if starts.thresholds[v] > 0:
            eight_cycles(numbers, scratch.shared, n, np.int64(0), starts.point[v], key)
        add_up(index, starts.base[v], starts.first, starts.variable, starts.stride, starts.table, v, add, origin, n)
        answers = starts.map[starts.map_first[v] :]
        if starts.thresholds[v] == 0:
            look_up(index, answers, origin[v], n)
            continue
        decide(
            index,
            numbers[0],
            thresholds,
            starts.thresholds[v],
            starts.few[v],
            scratch.zeros,
            answers,
            scratch.place,
            origin[v],
            n,
        )


@part
def _certain(asks, q, cycle, thresholds):
    """Whether no number that is drawn changes an answer: none is above `LARGEST`."""
    if q < asks.limited.size and asks.limited[q]:
        return False
    for k in range(asks.base[q, cycle], asks.base[q, cycle] + asks.rows[q]):
        if 0 < thresholds[k] <= LARGEST:
            return False
    return True


@part
def _move(moves, add, thresholds, d, variable, cycle, rows, codes, uses, numbers, index, passed, n):
    """Where each person goes in domain `d`; read from the start states, written to the end states."""
    base, answers, end = moves.base[d, cycle], moves.map[moves.map_first[d] :], rows[rows.shape[0] // 2 + variable]
    n_thresholds, few = moves.thresholds[d], moves.few[d]
    alone = few > 0 and moves.first[d + 1] - moves.first[d] == 1  # it reads its own state
    for k in range(moves.code_first[d], moves.code_first[d + 1]):
        alone &= moves.code_table[k, cycle] < 0 or not uses[moves.code_intervention[k]]
    if alone:
        decide_alone(thresholds, base, n_thresholds, few, rows[variable], answers, numbers, end, n)
        return
    add_up(index, base, moves.first, moves.variable, moves.stride, moves.table, d, add, rows, n)
    for k in range(moves.code_first[d], moves.code_first[d + 1]):
        table = moves.code_table[k, cycle]
        if table >= 0 and uses[moves.code_intervention[k]]:
            add_looked_up(index, codes[moves.code_intervention[k]], add[table:], n)
    decide(index, numbers, thresholds, n_thresholds, few, rows[variable], answers, passed, end, n)


@part
def _remember(memories, add, m, variable, rows, index, n):
    """Where a clock or counter goes on to, by what it watches and its present value."""
    start = memories.map_first[m]
    add_up(index, start, memories.first, memories.row, memories.stride, memories.table, m, add, rows, n)
    look_up(index, memories.map, rows[rows.shape[0] // 2 + variable], n)


@part
def _keep_the_dead(life, dead, n_attributes, rows, n):
    """Death takes precedence: who is dead at the end of the cycle makes no other move, and remembers nothing new."""
    n_variables = rows.shape[0] // 2
    ended = rows[n_variables + life]
    for v in range(n_attributes, n_variables):
        if v != life:
            start, end = rows[v], rows[n_variables + v]
            for p in range(np.uint32(n)):
                end[p] = start[p] if ended[p] == dead else end[p]


@inlined  # as a part it would be optimised on its way into the kernel, and once more there: a sixth of all compiling
def _simulate_block(
    plan, thresholds, key, first, n, n_target, scratch, lists, hists, admissions, places, everybody, trace, trace_codes
):
    """Simulate a block of persons from its start, with every strategy, adding to the histograms.

    Parameters are those of `simulate_lives`; the first `n_target` of these persons belong to the target group.
    """
    numbers, rows, codes, length = scratch.numbers, lists.rows, lists.codes, lists.length
    index, place, add, tracked = scratch.index, scratch.place, plan.add, plan.codes.tracked
    n_attributes, n_domains, n_interventions = plan.sizes[0], plan.sizes[1], plan.sizes[2]
    n_strategies, n_cycles, n_memories, base = plan.sizes[3], plan.sizes[4], plan.sizes[10], plan.sizes[11]
    life, dead = plan.sizes[5], np.uint8(plan.sizes[6])
    n_variables = n_attributes + n_domains + n_memories
    tracing, room = trace.size > 0, scratch.room
    fill(scratch.ready, np.int64(-1), scratch.ready.size)
    fill(scratch.latest_slot, np.int64(-2), scratch.latest_slot.size)  # no slot follows this one
    fill(scratch.alike, np.uint8(1), scratch.alike.size)
    begin_lists(plan.codes, base, scratch.origin, lists, n, everybody)
    count_groups(plan, np.int64(BOUNDARIES), np.int64(0), lists, scratch, hists, n, n_target)
    for s in range(n_strategies if tracing else 0):
        for v in range(n_variables):
            copy(rows[s, v], trace[s, 0, v, first:], n)
    for cycle in range(n_cycles):
        if cycle % 8 == 0:
            for d in range(n_domains):
                eight_cycles(numbers[d], scratch.shared, n, cycle // 8, plan.moves.point[d], key)
        for q in range(2 * n_interventions):
            asked = plan.asks.base[q, cycle] >= 0 and scratch.ready[q] != cycle // 8
            if not asked or _certain(plan.asks, q, cycle, thresholds):
                continue
            eight_cycles(scratch.ask_numbers[q], scratch.shared, n, cycle // 8, plan.asks.point[q], key)
            scratch.ready[q] = cycle // 8
        leave(plan.asks, add, tracked, base, thresholds, cycle, lists, scratch)
        enrol(plan.asks, add, plan.codes, base, thresholds, cycle, lists, scratch, n, admissions, places, room)
        count_groups(plan, np.int64(BOTH_ENDS), 2 * cycle, lists, scratch, hists, n, n_target)
        for s in range(n_strategies):
            m, now = length[s], rows[s]
            if m == 0:
                continue
            for d in range(n_domains):
                own = numbers[d, cycle % 8]
                if s != base:
                    pick(own, lists.who[s], scratch.picked, m)
                    own = scratch.picked
                _move(
                    plan.moves, add, thresholds, d, n_attributes + d, cycle, now, codes[s], tracked[s], own, index,
                    place, m,
                )  # fmt: skip
            for r in range(n_memories):
                _remember(plan.memories, add, r, n_attributes + n_domains + r, now, index, m)
            if life >= 0:
                _keep_the_dead(life, dead, n_attributes, now, m)
        count_groups(plan, np.int64(EVENTS), cycle, lists, scratch, hists, n, n_target)
        for s in range(n_strategies):
            for i in range(n_interventions if tracing else 0):
                copy(codes[s, i], trace_codes[s, cycle, i, first:], n)
            for v in range(n_attributes, n_variables):
                copy(rows[s, n_variables + v], rows[s, v], length[s])
        count_groups(plan, np.int64(BOTH_ENDS), 2 * cycle + 1, lists, scratch, hists, n, n_target)
        count_groups(plan, np.int64(BOUNDARIES), cycle + 1, lists, scratch, hists, n, n_target)
        for s in range(n_strategies):
            for v in range(n_variables if tracing else 0):
                copy(rows[s, v], trace[s, cycle + 1, v, first:], n)
            advance(plan.codes, base, s, cycle, lists, scratch.alike)
        # Looking who may leave costs about as much as a cycle of who need not stay: every other cycle is best.
        for s in range(n_strategies if cycle % 2 == 1 else 0):
            if s != base and length[s] > 0 and not everybody:
                let_go(plan.codes, base, s, n_attributes, lists, place, scratch.chosen)


@kernel
def simulate_lives(
    plan, thresholds, key, draws, first, last, target_group, scratch, lists, hists, totals, admissions, places,
    everybody, trace, trace_codes, time, events,
):  # fmt: skip
    """Simulate persons of some draws with every strategy, and enter them in the ledger.

    Parameters
    ----------
    plan, thresholds
        The compiled model, and its thresholds (draw, threshold).
    key
        uint32 (2,): the seed.
    draws, first, last
        int64 (draw,): numbers of the draws; the persons are `first`, an even number, to ``last - 1``.
    target_group
        Persons with a lower number belong to it.
    scratch, lists
        From `scratch_arrays`; their size is that of a block.
    hists, totals
        int32 (strategy, cell), all 0 before and after; int32 (at least the largest number of masks,): scratch.
    admissions
        float64 (draw, strategy, intervention, cycle): share of the willing who are admitted.
    places
        float64 (intervention, cycle): when not empty, the places per person and year from which `admissions` are
        worked out and filled, with persons of a single block; negative but where a year begins; needs `everybody`.
    everybody
        Whether all persons are simulated under every strategy, also those who cannot differ.
    trace, trace_codes
        uint8 (strategy, boundary, variable, person) and uint16 (strategy, cycle, intervention, person):
        filled for these persons in the last draw when not empty; needs `everybody`.
    time, events
        The ledger of these draws, empty: (draw, ...), and then as in `simcore.kernels.counts.fold`.
    """
    size = scratch.index.size
    for j in range(draws.size):
        for begin in range(first, last, size):
            n = min(size, last - begin)
            n_target = min(max(target_group - begin, 0), n)
            begin_numbers(scratch.shared, begin, n, draws[j], key)
            _start_block(plan.starts, plan.add, thresholds[j], key, n, scratch)
            _simulate_block(
                plan, thresholds[j], key, begin, n, n_target, scratch, lists, hists, admissions[j], places, everybody,
                trace, trace_codes,
            )  # fmt: skip
        fold(plan.sizes, plan.groups, plan.masks, hists, totals, time[j], events[j])
