"""Counting: persons into small histograms, one increment each, and these into the meters of the ledger.

Under other strategies than the comparator a histogram holds the difference to the comparator's: listed persons where
they are, minus the same persons where the comparator has them.
"""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import kernel
from simcore.kernels.passes import locate
from simcore.kernels.plan import BOTH_ENDS, BOUNDARIES, EVENTS


@kernel
def _count(index, hist, cells, n, n_target):
    """Add persons to the histograms of their half, and of the target group once more."""
    for p in range(np.uint32(n)):
        hist[(p & np.uint32(1)) * cells + index[p]] += 1
    for p in range(np.uint32(n_target)):
        hist[np.uint32(2) * cells + index[p]] += 1


@kernel
def _count_listed(index, who, hist, cells, n, n_target):
    """Add listed persons to the same histograms."""
    for k in range(np.uint32(n)):
        p = who[k]
        hist[(p & np.uint32(1)) * cells + index[k]] += 1
        if p < np.uint32(n_target):
            hist[np.uint32(2) * cells + index[k]] += 1


@kernel
def _take_out(place, who, hist, cells, n, n_target):
    """Take listed persons out of where the comparator has them."""
    for k in range(np.uint32(n)):
        p = who[k]
        hist[(p & np.uint32(1)) * cells + place[p]] -= 1
        if p < np.uint32(n_target):
            hist[np.uint32(2) * cells + place[p]] -= 1


@kernel
def count_groups(groups, add, uses, base, kind, slot, lists, place, index, hists, n, n_target):
    """Count the groups of one kind in one slot (boundary, end of a cycle, or cycle) of their histograms.

    `place` and `index` are scratch; `base` is the number of the comparator.
    """
    for g in range(groups.kind.size):
        if groups.kind[g] != kind:
            continue
        cells = groups.cells[g]
        start = groups.hist[g] + slot * 3 * cells
        of_base = groups.active[g, base, slot] > 0
        if of_base:
            locate(groups, add, g, np.int64(0), lists.rows[base], lists.codes[base], uses[base], place, n)
            _count(place, hists[base, start : start + 3 * cells], np.uint32(cells), n, n_target)
        for s in range(lists.length.size):
            m = lists.length[s]
            if s == base or m == 0:
                continue
            hist = hists[s, start : start + 3 * cells]
            if groups.active[g, s, slot]:
                locate(groups, add, g, np.int64(0), lists.rows[s], lists.codes[s], uses[s], index, m)
                _count_listed(index, lists.who[s], hist, np.uint32(cells), m, n_target)
            if of_base:
                _take_out(place, lists.who[s], hist, np.uint32(cells), m, n_target)


@kernel
def fold(sizes, groups, masks, hists, totals, time, events):
    """Add the histograms of one draw to the ledger, and clear them.

    Parameters
    ----------
    sizes, groups, masks
        Parts of the `Plan`.
    hists
        int32 (strategy, cell).
    totals
        int32 (2, at least the largest number of masks): scratch.
    time, events
        int32 (part, strategy, time meter, end, cycle) and (part, strategy, event meter, cycle).
    """
    n_strategies, n_cycles, base = sizes[3], sizes[4], sizes[11]
    usual, of_strategy = totals[0], totals[1]
    for g in range(groups.kind.size):
        cells, kind, n_masks = groups.cells[g], groups.kind[g], masks.number[g]
        n_slots = n_cycles if kind == EVENTS else n_cycles + 1 if kind == BOUNDARIES else 2 * n_cycles
        for slot in range(n_slots):
            of_base = groups.active[g, base, slot] > 0
            for part in range(3):
                start = groups.hist[g] + (slot * 3 + part) * cells
                for k in range(n_masks):
                    usual[k] = 0
                if of_base:
                    _add_up(masks, g, hists[base, start : start + cells], usual)
                    _enter(masks, kind, g, slot, usual, time[part, base], events[part, base])
                for s in range(n_strategies):
                    if s == base or not (of_base or groups.active[g, s, slot]):
                        continue
                    for k in range(n_masks):
                        of_strategy[k] = usual[k]
                    _add_up(masks, g, hists[s, start : start + cells], of_strategy)
                    _enter(masks, kind, g, slot, of_strategy, time[part, s], events[part, s])


@kernel
def _add_up(masks, g, hist, totals):
    """Add the cells of a histogram to the masks they belong to, and clear them."""
    first = masks.first_cell[g]
    for cell in range(hist.size):
        count = hist[cell]
        if count:  # most cells are empty
            hist[cell] = 0
            for k in range(masks.cell_first[first + cell], masks.cell_first[first + cell + 1]):
                totals[masks.cell_mask[k]] += count


@kernel
def _enter(masks, kind, g, slot, totals, time, events):
    """Enter the totals of a group into the ledger of one part and strategy."""
    n_time, n_cycles = time.shape[0], time.shape[2]
    for k in range(masks.member_first[g], masks.member_first[g + 1]):
        m = masks.member[k]
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
