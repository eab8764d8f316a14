"""The loop over cycles and blocks of persons, all strategies.

Persons are simulated in blocks; within a block, cycles are the outer and persons the inner loop,
so that each inner loop is a plain pass over contiguous arrays. The random numbers of a block
are made once and serve every strategy. Python calls `start_block`, `simulate_block` and `fold` in turn: one
kernel around them would be no faster, and take twice as long to compile. Persons are only ever counted
(`simcore.kernels.counts`), and under other strategies than the comparator only those are simulated whose lives can
differ (`simcore.kernels.lists`).
"""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import kernel
from simcore.kernels.counts import count_groups
from simcore.kernels.lists import advance, begin, enrol, leave, let_go
from simcore.kernels.passes import add_looked_up, copy, decide, fill, look_up, pick, read
from simcore.kernels.philox import four_cycles
from simcore.kernels.plan import BOTH_ENDS, BOUNDARIES, EVENTS


@kernel
def start_block(starts, add, thresholds, key, draw, first, n, scratch):
    """Settle attributes and starting states of a block; the same for every strategy.

    Parameters
    ----------
    starts, add, thresholds
        Parts of the compiled `Plan`, and its thresholds in this draw.
    key
        uint32 (2,): the seed.
    draw, first, n
        Number of the draw; the block's persons are `first` to ``first + n - 1``.
    scratch
        From `scratch_arrays`; its `origin` (variable, person) is filled.
    """
    numbers, index, origin = scratch.numbers[0], scratch.index, scratch.origin
    for v in range(starts.known.size):
        if starts.known[v] >= 0:
            fill(origin[v], np.uint8(starts.known[v]), n)
            continue
        if starts.thresholds[v] > 0:
            four_cycles(numbers, first, n, np.int64(0), starts.point[v], draw, key)
        fill(index, starts.base[v], n)
        for k in range(starts.first[v], starts.first[v + 1]):
            read(add, index, origin[starts.variable[k]], starts.stride[k], starts.table[k], n)
        answers = starts.map[starts.map_first[v] :]
        if starts.thresholds[v] == 0:
            look_up(index, answers, origin[v], n)
            continue
        fill(origin[v], np.uint8(0), n)
        decide(index, numbers[0], thresholds, starts.thresholds[v], origin[v], answers, origin[v], n)


@kernel
def _move(moves, add, thresholds, d, variable, cycle, rows, codes, uses, numbers, index, n):
    """Where each person goes in domain `d`; read from the start states, written to the end states."""
    fill(index, moves.base[d, cycle], n)
    for k in range(moves.first[d], moves.first[d + 1]):
        read(add, index, rows[moves.variable[k]], moves.stride[k], moves.table[k], n)
    for k in range(moves.code_first[d], moves.code_first[d + 1]):
        table = moves.code_table[k, cycle]
        if table >= 0 and uses[moves.code_intervention[k]]:
            add_looked_up(index, codes[moves.code_intervention[k]], add[table:], n)
    answers = moves.map[moves.map_first[d] :]
    end = rows[rows.shape[0] // 2 + variable]
    decide(index, numbers, thresholds, moves.thresholds[d], rows[variable], answers, end, n)


@kernel
def _remember(memories, add, m, variable, rows, index, n):
    """Where a clock or counter goes on to, by what it watches and its present value."""
    fill(index, memories.map_first[m], n)
    for k in range(memories.first[m], memories.first[m + 1]):
        read(add, index, rows[memories.row[k]], memories.stride[k], np.int64(-1), n)
    look_up(index, memories.map, rows[rows.shape[0] // 2 + variable], n)


@kernel
def _keep_the_dead(life, dead, n_attributes, rows, n):
    """Death takes precedence: who is dead at the end of the cycle makes no other move, and remembers nothing new."""
    n_variables = rows.shape[0] // 2
    ended = rows[n_variables + life]
    for v in range(n_attributes, n_variables):
        if v != life:
            start, end = rows[v], rows[n_variables + v]
            for p in range(np.uint32(n)):
                end[p] = start[p] if ended[p] == dead else end[p]


@kernel
def simulate_block(
    plan, thresholds, key, draw, first, n, n_target, scratch, lists, hists, admissions, places, everybody, trace,
    trace_codes,
):  # fmt: skip
    """Simulate a block of persons from its start, with every strategy, adding to the histograms.

    Parameters
    ----------
    plan, thresholds, key, draw, first, n
        The compiled model, and as for `start_block`; `first` is a multiple of `BLOCK`.
    n_target
        The first so many of these persons belong to the target group.
    scratch, lists
        From `scratch_arrays`, with `origin` filled by `start_block`.
    hists
        int32 (strategy, cell): added to; under other strategies than the comparator, the difference to it.
    admissions
        float64 (strategy, intervention, cycle): share of the willing who are admitted.
    places
        float64 (intervention, cycle): when not empty, the places per person and year from which `admissions` are
        worked out and filled, with the persons of this block; negative but where a year begins; needs `everybody`.
    everybody
        Whether all persons are simulated under every strategy, also those who cannot differ.
    trace, trace_codes
        uint8 (strategy, boundary, variable, person) and uint16 (strategy, cycle, intervention, person):
        filled for these persons when not empty; needs `everybody`.
    """
    numbers, rows, codes, length = scratch.numbers, lists.rows, lists.codes, lists.length
    index, place, add, groups, used = scratch.index, scratch.place, plan.add, plan.groups, plan.codes.uses
    n_attributes, n_domains, n_interventions = plan.sizes[0], plan.sizes[1], plan.sizes[2]
    n_strategies, n_cycles, n_memories, base = plan.sizes[3], plan.sizes[4], plan.sizes[10], plan.sizes[11]
    life, dead = plan.sizes[5], np.uint8(plan.sizes[6])
    n_variables = n_attributes + n_domains + n_memories
    tracing, room = trace.size > 0, np.zeros((n_strategies, n_interventions))
    scratch.ready[:] = -1
    begin(plan.codes, base, scratch.origin, lists, n, everybody)
    count_groups(groups, add, used, base, np.int64(BOUNDARIES), np.int64(0), lists, place, index, hists, n, n_target)
    for s in range(n_strategies if tracing else 0):
        for v in range(n_variables):
            copy(rows[s, v], trace[s, 0, v, first:], n)
    for cycle in range(n_cycles):
        if cycle % 4 == 0:
            for d in range(n_domains):
                four_cycles(numbers[d], first, n, cycle // 4, plan.moves.point[d], draw, key)
        for q in range(2 * n_interventions):
            if plan.asks.base[q, cycle] >= 0 and scratch.ready[q] != cycle // 4:
                four_cycles(scratch.ask_numbers[q], first, n, cycle // 4, plan.asks.point[q], draw, key)
                scratch.ready[q] = cycle // 4
        leave(plan.asks, add, used, thresholds, cycle, lists, scratch.ask_numbers, index, scratch.picked)
        enrol(plan.asks, add, plan.codes, base, thresholds, cycle, lists, scratch, n, admissions, places, room)
        count_groups(groups, add, used, base, np.int64(BOTH_ENDS), 2 * cycle, lists, place, index, hists, n, n_target)
        for s in range(n_strategies):
            m, now = length[s], rows[s]
            if m == 0:
                continue
            for d in range(n_domains):
                own = numbers[d, cycle % 4]
                if s != base:
                    pick(own, lists.who[s], scratch.picked, m)
                    own = scratch.picked
                _move(plan.moves, add, thresholds, d, n_attributes + d, cycle, now, codes[s], used[s], own, index, m)
            for r in range(n_memories):
                _remember(plan.memories, add, r, n_attributes + n_domains + r, now, index, m)
            if life >= 0:
                _keep_the_dead(life, dead, n_attributes, now, m)
        count_groups(groups, add, used, base, np.int64(EVENTS), cycle, lists, place, index, hists, n, n_target)
        for s in range(n_strategies):
            for i in range(n_interventions if tracing else 0):
                copy(codes[s, i], trace_codes[s, cycle, i, first:], n)
            for v in range(n_attributes, n_variables):
                copy(rows[s, n_variables + v], rows[s, v], length[s])
        count_groups(
            groups, add, used, base, np.int64(BOTH_ENDS), 2 * cycle + 1, lists, place, index, hists, n, n_target
        )
        count_groups(groups, add, used, base, np.int64(BOUNDARIES), cycle + 1, lists, place, index, hists, n, n_target)
        for s in range(n_strategies):
            for v in range(n_variables if tracing else 0):
                copy(rows[s, v], trace[s, cycle + 1, v, first:], n)
            advance(plan.codes, s, lists)
        # Looking who may leave costs about as much as a cycle of who need not stay: every other cycle is best.
        for s in range(n_strategies if cycle % 2 == 1 else 0):
            if s != base and length[s] > 0 and not everybody:
                let_go(plan.codes, base, s, n_attributes, lists, place, scratch.chosen)
