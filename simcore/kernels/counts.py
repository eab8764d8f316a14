"""Counting: persons into small histograms, one increment each, and these into the meters of the ledger.

Under other strategies than the comparator a histogram holds the difference to the comparator's: listed persons where
they are, minus the same persons where the comparator has them.
"""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import apart, part
from simcore.kernels.passes import add_up, copy, fill, locate, pick
from simcore.kernels.plan import BOTH_ENDS, BOUNDARIES, EVENTS, PARTS

_THREE = np.uint32(3)
#: Cells that fit into one word of counters with 16 bits each.
_CELLS_OF_A_WORD = 4


@part
def _count(index, hist, cells, n, n_target):
    """Add persons to the parts of the histogram that they belong to."""
    target = hist[4 * cells :]
    if cells == 1:
        hist[0] += (n + 1) // 2
        hist[1] += n // 2
        target[0] += n_target
    elif cells <= _CELLS_OF_A_WORD:
        _count_few(index, hist, hist[cells:], cells, n)
        _count_few(index, target, target, cells, n_target)
    else:
        for p in range(np.uint32(n)):
            hist[np.uint32(np.uint32(p & _THREE) * np.uint32(cells)) + index[p]] += 1
        for p in range(np.uint32(n_target)):
            target[index[p]] += 1


@part
def _count_few(index, evens, odds, cells, n):
    """Count persons in few cells: one word is a row of counters, and the compiler adds several words at once."""
    even, odd = np.uint64(0), np.uint64(0)
    for pair in range(np.uint32(n // 2)):
        p = np.uint32(pair << np.uint32(1))
        even += np.uint64(1) << np.uint64(index[p] << np.uint32(4))
        odd += np.uint64(1) << np.uint64(index[p + np.uint32(1)] << np.uint32(4))
    if n % 2 == 1:
        even += np.uint64(1) << np.uint64(index[n - 1] << np.uint32(4))
    for cell in range(cells):
        shift = np.uint64(16 * cell)
        evens[cell] += np.int32((even >> shift) & np.uint64(0xFFFF))
        odds[cell] += np.int32((odd >> shift) & np.uint64(0xFFFF))


@part
def _count_words(words, states, evens, odds, cells, n):
    """Count persons in as few states, straight from the bytes of their states: eight persons to a word.

    The lowest bit of a byte is added up, the next, and the two at once, in bytes, which hold 255 words.
    """
    low_bits, whole = np.uint64(0x0101010101010101), n // 8
    for begin in range(0, whole, 255):
        some, low, high, both = words[begin:], np.uint64(0), np.uint64(0), np.uint64(0)
        for w in range(np.uint32(min(whole - begin, 255))):
            word = some[w]
            one, two = word & low_bits, (word >> np.uint64(1)) & low_bits
            low, high, both = low + one, high + two, both + (one & two)
        _enter_few(low, high, both, evens, cells)
        _enter_few(low >> np.uint64(8), high >> np.uint64(8), both >> np.uint64(8), odds, cells)
    evens[0] += 4 * whole
    odds[0] += 4 * whole
    for p in range(8 * whole, n):
        if p % 2 == 0:
            evens[states[p]] += 1
        else:
            odds[states[p]] += 1


@part
def _enter_few(low, high, both, hist, cells):
    """Enter persons in three of four states, counted by the bits of its number, and take them out of the first."""
    third = _every_other_byte(both)
    one, two = _every_other_byte(low) - third, _every_other_byte(high) - third
    hist[0] -= one + two + third
    if cells > 1:
        hist[1] += one
    if cells > 2:
        hist[2] += two
    if cells > 3:
        hist[3] += third


@part
def _every_other_byte(word):
    """Sum of the bytes 0, 2, 4 and 6 of a word."""
    return np.int32(((word & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(0x0001000100010001)) >> np.uint64(48))


@part
def _count_listed(index, who, hist, cells, more, n, n_target):
    """Add listed persons to the same parts, each `more` times: -1 takes them out."""
    for k in range(np.uint32(n)):
        p = who[k]
        hist[np.uint32(np.uint32(p & np.uint32(1)) * cells) + index[k]] += more
        if p < np.uint32(n_target):
            hist[np.uint32(np.uint32(4) * cells) + index[k]] += more


@part
def _count_moved(index, usual, who, hist, cells, n, n_target):
    """Take listed persons out of where the comparator has them, and add them where they are: most are there too."""
    for k in range(np.uint32(n)):
        p = who[k]
        now, then = index[k], usual[p]
        if now != then:
            half = np.uint32(np.uint32(p & np.uint32(1)) * cells)
            hist[half + now] += 1
            hist[half + then] -= 1
            if p < np.uint32(n_target):
                hist[np.uint32(np.uint32(4) * cells) + now] += 1
                hist[np.uint32(np.uint32(4) * cells) + then] -= 1


@part
def _all_alike(alike, tracked, interventions):
    """Whether everybody has the same code in each of some interventions."""
    for i in interventions:
        if tracked[i] and not alike[i]:
            return False
    return True


@part
def _count_alike(groups, add, g, slot, codes, tracked, rows, words, scratch, hist, n, n_target):
    """Count persons who all have the same codes: once for the end of a cycle and the start of the next."""
    cells, place, latest, k = groups.apart[g], scratch.place, scratch.latest[g], groups.first[g]
    if slot % 2 == 1 or scratch.latest_slot[g] != slot - 1:
        fill(latest, np.int32(0), PARTS * cells)
        # The cells are the states of a single variable.
        if cells <= _CELLS_OF_A_WORD and groups.first[g + 1] == k + 1 and groups.table[k] < 0 and groups.stride[k] == 1:
            states, target = groups.variable[k], latest[4 * cells :]
            _count_words(words[states], rows[states], latest, latest[cells:], cells, n)
            _count_words(words[states], rows[states], target, target, cells, n_target)
        else:
            add_up(place, 0, groups.first, groups.variable, groups.stride, groups.table, g, add, rows, n)
            _count(place, latest, cells, n, n_target)
        scratch.latest_slot[g] = slot
    at = 0
    for k in range(groups.code_first[g], groups.code_first[g + 1]):
        if tracked[groups.code_intervention[k]]:
            at += add[groups.code_table[k] + codes[groups.code_intervention[k], 0]]
    for number in range(PARTS):
        _add_to(hist[number * groups.cells[g] + at :], latest[number * cells :], cells)


@apart
def _add_to(hist, more, n):
    for cell in range(np.uint32(n)):
        hist[cell] += more[cell]


@part
def count_groups(plan, kind, slot, lists, scratch, hists, n, n_target):
    """Count the groups of one kind in one slot (boundary, end of a cycle, or cycle) of their histograms."""
    groups, masks, add, codes, base = plan.groups, plan.masks, plan.add, plan.codes, plan.sizes[11]
    place, index, tracked = scratch.place, scratch.index, codes.tracked[base]
    anybody = False
    for s in range(lists.length.size):
        anybody |= s != base and lists.length[s] > 0
    for g in range(groups.kind.size):
        if groups.kind[g] != kind:
            continue
        cells = groups.cells[g]
        start = groups.hist[g] + slot * PARTS * cells
        of_base = groups.active[g, base, slot] > 0
        if of_base:
            hist = hists[base, start : start + PARTS * cells]
            readers = groups.code_intervention[groups.code_first[g] : groups.code_first[g + 1]]
            alike = kind == BOTH_ENDS and _all_alike(scratch.alike, tracked, readers)
            if alike:
                _count_alike(
                    groups, add, g, slot, lists.codes[base], tracked, lists.rows[base], lists.words[base], scratch,
                    hist, n, n_target,
                )  # fmt: skip
            if anybody or not alike:
                locate(groups, add, g, np.int64(0), lists.rows[base], lists.codes[base], tracked, place, n)
            if not alike:
                _count(place, hist, cells, n, n_target)
        for s in range(lists.length.size):
            m = lists.length[s]
            if s == base or m == 0:
                continue
            hist, own, usual = hists[s, start : start + PARTS * cells], groups.active[g, s, slot] > 0, place
            if own:
                locate(groups, add, g, np.int64(0), lists.rows[s], lists.codes[s], codes.uses[s], index, m)
            if of_base and masks.usual[s, g] != masks.first[g]:  # as if without what the strategy lacks
                usual = scratch.picked
                locate(groups, add, g, np.int64(0), lists.rows[base], lists.codes[base], codes.seen[s], usual, n)
            if own and of_base:
                _count_moved(index, usual, lists.who[s], hist, np.uint32(cells), m, n_target)
            elif own:
                _count_listed(index, lists.who[s], hist, np.uint32(cells), np.int32(1), m, n_target)
            elif of_base:
                pick(usual, lists.who[s], index, m)
                _count_listed(index, lists.who[s], hist, np.uint32(cells), np.int32(-1), m, n_target)


@part
def fold(sizes, groups, masks, hists, totals, time, events):
    """Enter the histograms of one draw in the ledger, which is empty, and clear them.

    Parameters
    ----------
    sizes, groups, masks
        Parts of the `Plan`.
    hists
        int32 (strategy, cell).
    totals
        int32 (at least the largest number of masks,): scratch.
    time, events
        int32 (part, strategy, time meter, end, cycle) and (part, strategy, event meter, cycle).
    """
    n_strategies, base = sizes[3], sizes[11]
    for g in range(groups.kind.size):
        first = masks.usual[base, g]
        _fold_group(sizes, groups, masks, g, base, first, hists[base], True, totals, time, events)
        for s in range(n_strategies):
            if s == base:
                continue
            if masks.usual[s, g] == first:
                _copy_usual(masks, g, base, s, time, events)
            else:
                _fold_group(sizes, groups, masks, g, s, masks.usual[s, g], hists[base], True, totals, time, events)
        size = PARTS * groups.cells[g] * _slots(groups.kind[g], sizes[4])
        for s in range(n_strategies):
            hist = hists[s, groups.hist[g] : groups.hist[g] + size]
            if s == base or not _anything(hist, size):
                continue
            _fold_group(sizes, groups, masks, g, s, masks.first[g], hists[s], False, totals, time, events)
            fill(hist, np.int32(0), size)
        fill(hists[base, groups.hist[g] :], np.int32(0), size)


@part
def _slots(kind, n_cycles):
    """How many histograms a group of this kind has."""
    return n_cycles if kind == EVENTS else n_cycles + 1 if kind == BOUNDARIES else 2 * n_cycles


@part
def _fold_group(sizes, groups, masks, g, s, first, hist, usual, totals, time, events):
    """Add the histograms of a group to the ledger of a strategy: where the comparator has people, or what differs.

    The masks begin at `first`.
    """
    cells, kind, n_cycles, base = groups.cells[g], groups.kind[g], sizes[4], sizes[11]
    for slot in range(_slots(kind, n_cycles)):
        if not (groups.active[g, base, slot] or (groups.active[g, s, slot] and not usual)):
            continue
        start = groups.hist[g] + slot * PARTS * cells
        if usual and s == base and cells > _CELLS_OF_A_WORD:
            _merge(hist[start : start + 2 * cells], hist[start + 2 * cells :], 2 * cells)
        for of in range(3):  # the halves, and the target group
            begin = start + (4 if of == 2 else of) * cells
            anybody = False
            for at in range(0, cells, groups.apart[g]):  # most combinations of codes are nobody's
                if not _anything(hist[begin + at :], groups.apart[g]):
                    continue
                if not anybody:
                    fill(totals, np.int32(0), masks.number[g])
                anybody = True
                for k in range(masks.number[g]):
                    totals[k] += _sum_of(hist[begin + at :], masks.member[first + k * cells + at :], groups.apart[g])
            if anybody:
                _enter(masks, kind, g, slot, totals, time[of, s], events[of, s])


@part
def _copy_usual(masks, g, base, s, time, events):
    """Start from what the comparator has."""
    n_time, n_cycles = time.shape[2], time.shape[4]
    for of in range(3):
        for k in range(masks.meter_first[g], masks.meter_first[g + 1]):
            m = masks.meter[k]
            if m < n_time:
                copy(time[of, base, m, 0], time[of, s, m, 0], n_cycles)
                copy(time[of, base, m, 1], time[of, s, m, 1], n_cycles)
            else:
                copy(events[of, base, m - n_time], events[of, s, m - n_time], n_cycles)


@apart
def _merge(halves, more, n):
    """Add the other two of four parts to the halves, and clear them."""
    for cell in range(np.uint32(n)):
        halves[cell] += more[cell]
        more[cell] = 0


@apart
def _anything(hist, n):
    some = np.int32(0)
    for cell in range(np.uint32(n)):
        some = np.int32(some | hist[cell])
    return some != 0


@apart
def _sum_of(hist, member, n):
    """Add up the cells that belong to a mask."""
    total = np.int32(0)
    for cell in range(np.uint32(n)):
        total = np.int32(total + np.int32(hist[cell] & np.int32(member[cell])))
    return total


@part
def _enter(masks, kind, g, slot, totals, time, events):
    """Enter the totals of a group into the ledger of one part and strategy."""
    n_time, n_cycles = time.shape[0], time.shape[2]
    for k in range(masks.meter_first[g], masks.meter_first[g + 1]):
        m = masks.meter[k]
        if kind == EVENTS:
            mask = masks.of_meter[m, slot]
            if mask >= 0:
                events[m - n_time, slot] += totals[mask]
        elif kind == BOTH_ENDS:
            mask = masks.of_meter[m, slot // 2]
            if mask >= 0:
                time[m, slot % 2, slot // 2] += totals[mask]
        else:
            # A boundary is the start of one cycle and the end of the one before.
            if slot < n_cycles and masks.of_meter[m, slot] >= 0:
                time[m, 0, slot] += totals[masks.of_meter[m, slot]]
            if slot > 0 and masks.of_meter[m, slot - 1] >= 0:
                time[m, 1, slot - 1] += totals[masks.of_meter[m, slot - 1]]
