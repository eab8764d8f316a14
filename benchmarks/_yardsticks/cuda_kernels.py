"""Kernels for a GPU (`numba.cuda`): the models of the yardsticks, with simcore's random numbers, tables and counts.

A block of threads follows some persons of one draw, each thread a person at a time, from the first cycle to the last:
the state of a person is a byte in a register, thresholds and histograms are in the memory that the block shares.
The variants differ in one thing each, so that their times tell what that thing costs. `cuda_lives` launches them.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numba import config, cuda, types

from benchmarks._yardsticks import four_domains, sick_sicker

#: Without a GPU, numba's simulator runs the same code slowly: a block is then one warp.
SIMULATED = bool(config.ENABLE_CUDASIM)
#: Threads of a block, and persons that it follows one after the other.
THREADS, PERSONS = (32, 64) if SIMULATED else (256, 2048)
#: Cells of a histogram that are counted together: four domains (or four cycles) of four states in two halves.
CELLS = 32
#: Thresholds of the four-domain model; strategies and domains at most.
ROWS, MOST_STRATEGIES, MOST_DOMAINS = 4 * 64 * 3, 4, 8

#: Left alone, the compiler takes so many registers that a quarter of the threads fit that could be there at once.
_OPTIONS = {} if SIMULATED else {"max_registers": 64}

U4, U8 = np.uint32, np.uint64
_M0, _M1, _W0, _W1 = U8(0xD2511F53), U8(0xCD9E8D57), U8(0x9E3779B9), U8(0xBB67AE85)
_LOW, _SHIFT, _LARGEST = U8(0xFFFFFFFF), U8(32), U4(0xFFFFFFFE)


@cuda.jit(device=True)
def _numbers(person, quarter, point, draw, k0, k1):
    """Philox4x32-10 with simcore's addresses: the numbers of four cycles."""
    c0, c1, c2, c3 = person, quarter, point, draw
    for _ in range(10):
        product_0, product_1 = _M0 * U8(c0), _M1 * U8(c2)
        c0, c1, c2, c3 = (
            U4(U4(product_1 >> _SHIFT) ^ c1 ^ k0),
            U4(product_1 & _LOW),
            U4(U4(product_0 >> _SHIFT) ^ c3 ^ k1),
            U4(product_0 & _LOW),
        )
        k0, k1 = U4((U8(k0) + _W0) & _LOW), U4((U8(k1) + _W1) & _LOW)
    return U4(min(c0, _LARGEST)), U4(min(c1, _LARGEST)), U4(min(c2, _LARGEST)), U4(min(c3, _LARGEST))


@cuda.jit(device=True)
def _next_to_nothing(person, quarter, point, draw, k0, k1):
    """Numbers that cost one multiplication each, and are good for nothing but to see what the others cost."""
    first = U8(person) * _M0 + U8(point) + U8(draw) + (U8(quarter) << U8(2)) * _W0
    one, two, three = first + _W0, first + _W0 + _W0, first + _W0 + _W0 + _W0
    return U4(first & _LOW), U4(one & _LOW), U4(two & _LOW), U4(three & _LOW)


if SIMULATED:

    @cuda.jit(device=True)
    def _votes(packed):
        """Each bit of all threads of a warp; the simulator has no warps."""
        words = cuda.shared.array(32, types.uint32)
        cuda.syncthreads()
        words[cuda.threadIdx.x] = packed
        cuda.syncthreads()
        return tuple(U4(sum((int(words[i]) >> bit & 1) << i for i in range(32))) for bit in range(8))

else:

    @cuda.jit(device=True)
    def _votes(packed):
        """Each bit of all threads of a warp, the lowest first."""
        return (
            U4(cuda.ballot_sync(0xFFFFFFFF, packed & U4(1) != 0)),
            U4(cuda.ballot_sync(0xFFFFFFFF, packed & U4(2) != 0)),
            U4(cuda.ballot_sync(0xFFFFFFFF, packed & U4(4) != 0)),
            U4(cuda.ballot_sync(0xFFFFFFFF, packed & U4(8) != 0)),
            U4(cuda.ballot_sync(0xFFFFFFFF, packed & U4(16) != 0)),
            U4(cuda.ballot_sync(0xFFFFFFFF, packed & U4(32) != 0)),
            U4(cuda.ballot_sync(0xFFFFFFFF, packed & U4(64) != 0)),
            U4(cuda.ballot_sync(0xFFFFFFFF, packed & U4(128) != 0)),
        )


@cuda.jit(device=True)
def _by_ballots(histogram, first, packed, mask, lane):
    """Count four states (two bits each) of every person of a warp: each thread works out one of the 32 cells.

    `mask` are the persons of the half that is the thread's.
    """
    low_3, high_3, low_2, high_2, low_1, high_1, low_0, high_0 = _votes(packed)
    which = lane >> U4(3)
    high = high_0 if which == U4(0) else high_1 if which == U4(1) else high_2 if which == U4(2) else high_3
    low = low_0 if which == U4(0) else low_1 if which == U4(1) else low_2 if which == U4(2) else low_3
    high = high if lane & U4(4) else U4(high ^ U4(0xFFFFFFFF))
    low = low if lane & U4(2) else U4(low ^ U4(0xFFFFFFFF))
    cuda.atomic.add(histogram, U4(first + lane), U4(cuda.popc(U4(high & low & mask))))


@cuda.jit(device=True)
def _by_atomics(histogram, first, packed, mask, lane):
    """Count the same person by person; those in the first state, most of all, are what is left."""
    if (mask >> lane) & U4(1):
        cell = U4(first + (lane & U4(1)))
        for which in range(4):
            state = U4(packed >> U4(6 - 2 * which)) & U4(3)
            if state > U4(0):
                cuda.atomic.add(histogram, U4(cell + U4(8 * which) + U4(2) * state), U4(1))


@cuda.jit(device=True)
def _start(shared, n_cells):
    """Clear the histograms of a block."""
    for i in range(cuda.threadIdx.x, n_cells, cuda.blockDim.x):
        shared[i] = U4(0)


@cuda.jit(device=True)
def _finish(shared, counts, first, n_cells):
    """Add the histograms of a block to those of the draw."""
    cuda.syncthreads()
    for i in range(cuda.threadIdx.x, n_cells, cuda.blockDim.x):
        if shared[i] > U4(0):
            cuda.atomic.add(counts, U4(first + i), shared[i])


@cuda.jit(device=True)
def _mask(person, n_persons, lane):
    """Persons of the half that a thread counts: their numbers are as even as that of the thread."""
    parity = U4(0xAAAAAAAA) if lane & U4(1) else U4(0x55555555)
    return U4(_votes(U4(person < n_persons))[0] & parity)


@cuda.jit
def clear(array):
    for i in range(cuda.grid(1), array.size, cuda.gridsize(1)):
        array[i] = 0


@functools.cache
def four_domains_kernel(counting: str, luck: str, tables: str, lookup: str) -> Any:
    """Kernel of the four-domain model; compiled for each variant, in which the rest stays as it is."""
    numbers = _numbers if luck == "philox" else _next_to_nothing
    in_shared, joint_cells, every = tables == "shared", counting == "joint", counting != "nothing"
    all_compared, any_compared = lookup == "all", lookup != "none"
    tally = _by_atomics if counting == "atomics" else _by_ballots
    n_boundaries = four_domains.CYCLES + 1

    @cuda.jit(device=True)
    def move(table, at, own, u):
        """Where a person goes who is in a row of three thresholds."""
        if not any_compared:
            at = own  # always the same few thresholds, which stay in the cache
        if all_compared or not any_compared:
            passed = U4(U4(u >= table[at]) + U4(u >= table[at + U4(1)]) + U4(u >= table[at + U4(2)]))
        elif u >= table[at + U4(2)]:
            passed = U4(3)
        else:
            passed = U4(U4(u >= table[at]) + U4(u >= table[at + U4(1)]))
        return own if passed == U4(3) else U4(passed + U4(passed >= own))

    @cuda.jit(device=True)
    def step(table, at, packed, one, two, three, four):
        """All domains of a person; turned, the joint state is the row of each domain."""
        turned = U4(packed | U4(packed << U4(8)))
        row_0, row_1 = U4(U4(turned >> U4(10)) & U4(63)), U4(U4(turned >> U4(8)) & U4(63))
        row_2, row_3 = U4(U4(turned >> U4(6)) & U4(63)), U4(U4(turned >> U4(4)) & U4(63))
        state_0 = move(table, U4(at + U4(3) * row_0), U4(row_0 >> U4(4)), one)
        state_1 = move(table, U4(at + U4(192) + U4(3) * row_1), U4(row_1 >> U4(4)), two)
        state_2 = move(table, U4(at + U4(384) + U4(3) * row_2), U4(row_2 >> U4(4)), three)
        state_3 = move(table, U4(at + U4(576) + U4(3) * row_3), U4(row_3 >> U4(4)), four)
        return U4(U4(state_0 << U4(6)) | U4(state_1 << U4(4)) | U4(state_2 << U4(2)) | state_3)

    @cuda.jit(device=True)
    def count(shared, joint, which, boundary, packed, mask, lane):
        """Count everybody at a boundary under one strategy of a draw, `which` of those in the joint histograms."""
        if joint_cells:
            if (mask >> lane) & U4(1):
                cell = U4(U4(U4(which * U4(n_boundaries)) + boundary) * U4(512))
                cuda.atomic.add(joint, U4(cell + U4((lane & U4(1)) << U4(8)) + packed), U4(1))
        elif every or boundary == U4(n_boundaries - 1):
            tally(shared, boundary * U4(CELLS), packed, mask, lane)

    @cuda.jit(**_OPTIONS)
    def lives(
        thresholds, n_strategies, n_tables, points, k0, k1, first_draw, n_draws, n_persons, per_block, joint, counts
    ):  # fmt: skip
        n_cells, lane = U4(n_boundaries * CELLS), U4(cuda.threadIdx.x & 31)
        draw = U4(cuda.blockIdx.y + first_draw)
        shared, states = cuda.shared.array(0, types.uint32), cuda.local.array(MOST_STRATEGIES, types.uint32)
        _start(shared, n_strategies * n_cells)
        for s in range(n_strategies if in_shared else 0):
            for i in range(cuda.threadIdx.x, ROWS, cuda.blockDim.x):
                shared[n_strategies * n_cells + s * ROWS + i] = thresholds[(s * n_draws + draw) * ROWS + i]
        cuda.syncthreads()
        point_0, point_1, point_2, point_3 = points[0], points[1], points[2], points[3]
        first = cuda.blockIdx.x * per_block
        for begin in range(first, min(first + per_block, n_persons), cuda.blockDim.x):
            person = U4(begin + cuda.threadIdx.x)
            mask = _mask(person, U4(n_persons), lane)
            for s in range(n_strategies):
                states[s] = U4(0)
                histograms = shared[s * n_cells :]
                count(histograms, joint, U4(s * n_draws + draw), U4(0), U4(0), mask, lane)
            for quarter in range(n_boundaries // 4):
                one = numbers(person, U4(quarter), point_0, draw, k0, k1)
                two = numbers(person, U4(quarter), point_1, draw, k0, k1)
                three = numbers(person, U4(quarter), point_2, draw, k0, k1)
                four = numbers(person, U4(quarter), point_3, draw, k0, k1)
                for s in range(n_strategies):
                    packed, which, histograms = states[s], U4(s * n_draws + draw), shared[s * n_cells :]
                    at, further = U4(n_strategies * n_cells + U4(s * ROWS)), U4(0)
                    if not in_shared:
                        at = U4(U4(which * U4(n_tables)) * U4(ROWS))
                        if n_tables > 1:
                            at, further = U4(at + U4(4 * quarter * ROWS)), U4(ROWS)
                    boundary = U4(4 * quarter)
                    if in_shared:
                        packed = step(shared, at, packed, one[0], two[0], three[0], four[0])
                        count(histograms, joint, which, U4(boundary + U4(1)), packed, mask, lane)
                        packed = step(shared, at, packed, one[1], two[1], three[1], four[1])
                        count(histograms, joint, which, U4(boundary + U4(2)), packed, mask, lane)
                        packed = step(shared, at, packed, one[2], two[2], three[2], four[2])
                        count(histograms, joint, which, U4(boundary + U4(3)), packed, mask, lane)
                        packed = step(shared, at, packed, one[3], two[3], three[3], four[3])
                    else:
                        packed = step(thresholds, at, packed, one[0], two[0], three[0], four[0])
                        count(histograms, joint, which, U4(boundary + U4(1)), packed, mask, lane)
                        at = U4(at + further)
                        packed = step(thresholds, at, packed, one[1], two[1], three[1], four[1])
                        count(histograms, joint, which, U4(boundary + U4(2)), packed, mask, lane)
                        at = U4(at + further)
                        packed = step(thresholds, at, packed, one[2], two[2], three[2], four[2])
                        count(histograms, joint, which, U4(boundary + U4(3)), packed, mask, lane)
                        at = U4(at + further)
                        packed = step(thresholds, at, packed, one[3], two[3], three[3], four[3])
                    count(histograms, joint, which, U4(boundary + U4(4)), packed, mask, lane)
                    states[s] = packed
        for s in range(n_strategies):
            _finish(shared[s * n_cells :], counts, U4(U4(s * n_draws + draw) * n_cells), n_cells)

    return lives


@functools.cache
def sick_sicker_kernel(counting: str, luck: str) -> Any:
    """Kernel of the Sick-Sicker model: thresholds in registers, and four cycles counted at once."""
    numbers = _numbers if luck == "philox" else _next_to_nothing
    every = counting != "nothing"
    tally = _by_atomics if counting == "atomics" else _by_ballots
    n_quarters = -(-sick_sicker.CYCLES // 4)

    @cuda.jit(device=True)
    def move(state, u, falls_sick, dies, recovers, worsens, dies_sick, dies_sicker):
        """Where a person goes; every way is compared, so that nothing branches."""
        healthy = U4(1) if u < falls_sick else U4(3) if u < dies else U4(0)
        sick = U4(3) if u < dies_sick else U4(1)
        sick = U4(2) if u < worsens else sick
        sick = U4(0) if u < recovers else sick
        sicker = U4(3) if u < dies_sicker else U4(2)
        after = sicker if state == U4(2) else U4(3)
        after = sick if state == U4(1) else after
        return healthy if state == U4(0) else after

    @cuda.jit
    def lives(thresholds, point, k0, k1, n_persons, per_block, counts):
        n_cells, lane, draw = U4(n_quarters * CELLS), U4(cuda.threadIdx.x & 31), U4(cuda.blockIdx.y)
        shared = cuda.shared.array(0, types.uint32)
        _start(shared, n_cells)
        cuda.syncthreads()
        t = thresholds[12 * draw :]
        sick, dead, healthy, sicker, sick_dead, sicker_dead = t[0], t[1], t[3], t[4], t[5], t[6]
        first = cuda.blockIdx.x * per_block
        for begin in range(first, min(first + per_block, n_persons), cuda.blockDim.x):
            person = U4(begin + cuda.threadIdx.x)
            mask, state = _mask(person, U4(n_persons), lane), U4(0)
            for quarter in range(n_quarters):
                u = numbers(person, U4(quarter), U4(point), draw, k0, k1)
                one = move(state, u[0], sick, dead, healthy, sicker, sick_dead, sicker_dead)
                two = move(one, u[1], sick, dead, healthy, sicker, sick_dead, sicker_dead)
                three = move(two, u[2], sick, dead, healthy, sicker, sick_dead, sicker_dead)
                state = move(three, u[3], sick, dead, healthy, sicker, sick_dead, sicker_dead)
                if every or quarter == n_quarters - 1:
                    packed = U4(U4(one << U4(6)) | U4(two << U4(4)) | U4(three << U4(2)) | state)
                    tally(shared, U4(quarter * CELLS), packed, mask, lane)
        _finish(shared, counts, U4(draw * n_cells), n_cells)

    return lives


@functools.cache
def any_model(each: int) -> Any:
    """Kernel for any model of domains alone: domains, parents, strides and groups are data, as in simcore's kernel.

    A thread follows `each` persons at once, and reads what the model is once for all of them.
    """
    n_numbers = 4 * MOST_DOMAINS * each

    @cuda.jit
    def lives(
        thresholds, n_thresholds, point, base, width, first, variable, stride, map_first, answers, group_first,
        group_variable, group_stride, cells, k0, k1, n_persons, per_block, hists,
    ):  # fmt: skip
        draw, thread, threads = U4(cuda.blockIdx.y), U4(cuda.threadIdx.x), U4(cuda.blockDim.x)
        n_domains, n_cycles, n_groups = U4(point.size), U4(base.shape[1]), U4(cells.size)
        now, numbers = cuda.shared.array(0, types.uint8), cuda.local.array(n_numbers, types.uint32)
        index, passed = cuda.local.array(each, types.uint32), cuda.local.array(each, types.uint32)
        span, first_threshold, half = U4(threads * U4(each)), U4(draw * U4(n_thresholds)), thread & U4(1)
        end = U4(span * n_domains)  # where the states at the end of a cycle begin
        begin_block = cuda.blockIdx.x * per_block
        for begin in range(begin_block, min(begin_block + per_block, n_persons), span):
            person = U4(begin + thread)
            d = U4(0)
            while d < n_domains:
                for j in range(each):
                    now[U4(d * span + U4(j) * threads + thread)] = 0
                d = U4(d + U4(1))
            cycle = U4(0)
            while cycle <= n_cycles:
                # The histograms of a draw: those of each boundary, and in it of each group, one for each half.
                hist, g = U4(draw * U4(n_cycles + U4(1)) + cycle), U4(0)
                while g < n_groups:
                    for j in range(each):
                        index[j] = U4(0)
                    k = group_first[g]
                    while k < group_first[g + U4(1)]:
                        at, times = U4(group_variable[k] * span + thread), group_stride[k]
                        for j in range(each):
                            index[j] = U4(index[j] + times * now[U4(at + U4(j) * threads)])
                        k = U4(k + U4(1))
                    for j in range(each):
                        if person + U4(j) * threads < n_persons:
                            cuda.atomic.add(hists, (hist, g, half, index[j]), U4(1))
                    g = U4(g + U4(1))
                d = U4(0) if cycle < n_cycles and cycle & U4(3) == U4(0) else n_domains
                while d < n_domains:
                    for j in range(each):
                        four = _numbers(U4(person + U4(j) * threads), U4(cycle >> U4(2)), point[d], draw, k0, k1)
                        at = U4(U4(4) * U4(d * U4(each) + U4(j)))
                        numbers[at], numbers[U4(at + U4(1))] = four[0], four[1]
                        numbers[U4(at + U4(2))], numbers[U4(at + U4(3))] = four[2], four[3]
                    d = U4(d + U4(1))
                d = U4(0) if cycle < n_cycles else n_domains
                while d < n_domains:
                    start, wide, k = U4(first_threshold + base[d, cycle]), width[d], first[d]
                    for j in range(each):
                        index[j], passed[j] = start, U4(0)
                    while k < first[d + U4(1)]:
                        at, times = U4(variable[k] * span + thread), stride[k]
                        for j in range(each):
                            index[j] = U4(index[j] + times * now[U4(at + U4(j) * threads)])
                        k = U4(k + U4(1))
                    at, k = U4(U4(4) * d * U4(each) + U4(cycle & U4(3))), U4(0)
                    while k < wide:
                        for j in range(each):
                            u = numbers[U4(at + U4(4 * j))]
                            passed[j] = U4(passed[j] + U4(u >= thresholds[U4(index[j] + k)]))
                        k = U4(k + U4(1))
                    at = U4(d * span + thread)
                    for j in range(each):
                        own = U4(now[U4(at + U4(j) * threads)])
                        to = answers[U4(map_first[d] + U4(own * U4(wide + U4(1))) + passed[j])]
                        now[U4(end + at + U4(j) * threads)] = to
                    d = U4(d + U4(1))
                d = U4(0) if cycle < n_cycles else n_domains
                while d < n_domains:
                    at = U4(d * span + thread)
                    for j in range(each):
                        now[U4(at + U4(j) * threads)] = now[U4(end + at + U4(j) * threads)]
                    d = U4(d + U4(1))
                cycle = U4(cycle + U4(1))

    return lives
