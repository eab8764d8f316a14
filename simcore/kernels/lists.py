"""Divergence lists: who is simulated under a strategy, because that life may differ from the one under the comparator.

Under the comparator every person of a block is simulated. Under each other strategy only those are who are in another
state, remember something else, or have a code in an intervention that something still looks at. Everybody else is the
same by construction. A person joins the list when a strategy enrols him or her (tested on the comparator's path), and
leaves it when nothing differs any more. What is counted is the same as if everybody were simulated, bit by bit.

A person who is not listed has, in an intervention that is tracked under both strategies, the comparator's code; in one
that is not tracked under the comparator, the code that is `kept`, where 0 means that the person has said no if the
comparator's path has led to the question (`asked`).
"""

from __future__ import annotations

import numpy as np

from simcore.kernels.compiler import apart, inlined, part
from simcore.kernels.passes import copy, differ, fill, locate, pick, scattered

#: Closing up a list costs as much as following a person for some cycles: it waits until one in so many can go.
_FEW = 16


@part
def begin_lists(codes, base, origin, lists, n, everybody):
    """Put everybody at the start; under other strategies than the comparator nobody is listed yet, or everybody."""
    n_strategies, n_interventions = codes.tracked.shape
    n_variables = origin.shape[0]
    for s in range(n_strategies):
        all_listed = s == base or everybody
        lists.length[s] = n if all_listed else 0
        fill(lists.listed[s], np.uint8(all_listed), n)
        for i in range(n_interventions):
            fill(lists.codes[s, i], np.uint16(0), n)
            fill(lists.kept[s, i], np.uint16(0), n)
        for v in range(n_variables if all_listed else 0):
            copy(origin[v], lists.rows[s, v], n)
            copy(origin[v], lists.rows[s, n_variables + v], n)
        for p in range(np.uint32(n)):
            lists.who[s, p] = p
    for i in range(n_interventions):
        fill(lists.asked[i], np.uint8(0), n)


@inlined
def _says_yes(number, threshold, admission):
    """Whether a number means yes; where places are few, to a share of those who are willing."""
    return number < np.uint32(np.float64(threshold) * admission)


@apart
def _settle_alike(codes, numbers, limit, yes, no, n):
    """Settle a question with one threshold that everybody is asked."""
    for p in range(np.uint32(n)):
        codes[p] = yes if numbers[p] < limit else no


@part
def _settle(concerns, yes, no, flags, first, thresholds, admission, codes, numbers, index, n):
    """Settle a question for those whom it concerns."""
    if not differ(codes, codes[0], n) and not scattered(index, index[0], n):  # as before anything has happened
        code, at = codes[0], index[0]
        if concerns[code] and flags[at - first]:
            limit = np.uint32(np.float64(thresholds[at]) * admission)
            _settle_alike(codes, numbers, limit, yes[code], no[code], n)
        return
    for p in range(np.uint32(n)):
        code, at = codes[p], index[p]
        if concerns[code] and flags[at - np.uint32(first)]:
            codes[p] = yes[code] if _says_yes(numbers[p], thresholds[at], admission) else no[code]


@part
def _willing(concerns, thresholds, codes, index, n):
    """Mean probability of being eligible and willing."""
    willing = 0.0
    for p in range(np.uint32(n)):
        if concerns[codes[p]]:
            willing += np.float64(thresholds[index[p]])
    return willing / (4294967296.0 * n)


@part
def _admit(willing, room, s, i):
    """Share of the willing for whom there is room; it is taken off the room that is left."""
    share = room[s, i] / willing if willing > room[s, i] else 1.0
    room[s, i] = max(room[s, i] - share * willing, 0.0)
    return share


@part
def leave(asks, add, uses, base, thresholds, cycle, lists, scratch):
    """Who leaves a programme before its end."""
    n_strategies, n_interventions = uses.shape
    index, picked = scratch.index, scratch.picked
    for i in range(n_interventions):
        q = n_interventions + i
        if asks.base[q, cycle] < 0:
            continue
        flags = asks.flag[asks.flag_base[q, cycle] :]
        for s in range(n_strategies):
            m = lists.length[s]
            if uses[s, i] and m > 0:
                locate(asks, add, q, asks.base[q, cycle], lists.rows[s], lists.codes[s], uses[s], index, m)
                pick(scratch.ask_numbers[q, cycle % 8], lists.who[s], picked, m)
                _settle(
                    asks.concerns[q], asks.yes[q], asks.no[q], flags, asks.base[q, cycle], thresholds, 1.0,
                    lists.codes[s, i], picked, index, m,
                )  # fmt: skip
                if s == base:
                    scratch.alike[i] = not differ(lists.codes[s, i], lists.codes[s, i, 0], m)


@part
def _copy_joining(codes, base, lists, s, joining, n):
    """Put `n` persons on the list of a strategy, as they are under the comparator."""
    m = lists.length[s]
    for v in range(lists.rows.shape[1]):
        pick(lists.rows[base, v], joining, lists.rows[s, v, m:], n)
    for i in range(codes.tracked.shape[1]):
        new = lists.codes[s, i, m:]
        if not codes.tracked[s, i]:
            fill(new, np.uint16(0), n)
        elif codes.tracked[base, i]:
            pick(lists.codes[base, i], joining, new, n)
        else:
            kept, asked, said_no = lists.kept[s, i], lists.asked[i], codes.no[i, 0]
            for c in range(np.uint32(n)):
                code = kept[joining[c]]
                new[c] = said_no if code == 0 and asked[joining[c]] else code
    for c in range(np.uint32(n)):
        lists.who[s, m + c] = joining[c]
        lists.listed[s, joining[c]] = 1
    lists.length[s] = m + n


@part
def _join_the_willing(codes, base, i, s, thresholds, admission, usual, lists, numbers, place, willing, joining, new, n):
    """List those who begin to differ because just one of the two strategies enrols them now.

    `admission` is the strategy's, `usual` the comparator's; `willing` has `n` persons whose number says yes;
    `joining` and `new` are scratch.
    """
    concerns, ours, theirs = codes.concerns[i], codes.tracked[s, i] > 0, codes.tracked[base, i] > 0
    kept, asked, listed, said_no = lists.kept[s, i], lists.asked[i], lists.listed[s], codes.no[i, 0]
    m, k = lists.length[s], 0
    for c in range(n):
        p = willing[c]
        if listed[p]:
            continue
        code = np.uint16(0)
        if theirs:
            code = lists.codes[base, i, p]
        elif ours:
            code = said_no if kept[p] == 0 and asked[p] else kept[p]
        threshold, number = thresholds[place[p]], numbers[p]
        asks = concerns[code] > 0
        yes = ours and asks and _says_yes(number, threshold, admission)
        if yes != (theirs and asks and _says_yes(number, threshold, usual)):
            joining[k] = p
            new[k] = 0 if not ours else 1 if yes else codes.no[i, code]
            k += 1
    if k > 0:
        _copy_joining(codes, base, lists, s, joining, k)
        copy(new, lists.codes[s, i, m:], k)


@part
def _may_part(codes, limited, base, s, i):
    """Whether a question may be answered otherwise than under the comparator by somebody who is not listed.

    Where both have the programme and there is room for all, whoever is not listed gives the same answer.
    """
    ours, theirs = codes.tracked[s, i] > 0, codes.tracked[base, i] > 0
    return s != base and (ours or theirs) and (limited > 0 or not (ours and theirs))


@part
def enrol(asks, add, codes, base, thresholds, cycle, lists, scratch, n, admissions, places, room):
    """Who begins phase 1 of an intervention now; under the comparator last, so that the others see who was the same.

    With `places` (intervention, cycle) [per person], which needs everybody to be listed, the admissions are worked out:
    places that are not negative begin a new year, and `room` (strategy, intervention) is what is left of them.
    """
    n_strategies, n_interventions = codes.tracked.shape
    index, place, picked, willing = scratch.index, scratch.place, scratch.picked, scratch.chosen
    for o in range(n_interventions):
        i = asks.order[o]
        first = asks.base[i, cycle]
        settling = places.size > 0 and asks.limited[i] > 0
        if settling and places[i, cycle] >= 0.0:
            room[:, i] = places[i, cycle]
        if first < 0:
            continue
        numbers, flags = scratch.ask_numbers[i, cycle % 8], asks.flag[asks.flag_base[i, cycle] :]
        locate(asks, add, i, asks.base[i, cycle], lists.rows[base], lists.codes[base], codes.tracked[base], place, n)
        parting = False
        for s in range(n_strategies):
            parting |= _may_part(codes, asks.limited[i], base, s, i)
        n_willing = 0
        for p in range(np.uint32(n if parting else 0)):
            willing[n_willing] = p
            n_willing += numbers[p] < thresholds[place[p]]
        for turn in range(n_strategies):
            s = (base + 1 + turn) % n_strategies  # the comparator comes last
            m = lists.length[s]
            if codes.tracked[s, i] and m > 0:
                locate(asks, add, i, asks.base[i, cycle], lists.rows[s], lists.codes[s], codes.tracked[s], index, m)
                pick(numbers, lists.who[s], picked, m)
                if settling:
                    willing_share = _willing(asks.concerns[i], thresholds, lists.codes[s, i], index, m)
                    admissions[s, i, cycle] = _admit(willing_share, room, s, i)
                _settle(
                    asks.concerns[i], asks.yes[i], asks.no[i], flags, first, thresholds, admissions[s, i, cycle],
                    lists.codes[s, i], picked, index, m,
                )  # fmt: skip
                if s == base:
                    scratch.alike[i] = not differ(lists.codes[s, i], lists.codes[s, i, 0], m)
            if _may_part(codes, asks.limited[i], base, s, i):
                _join_the_willing(
                    codes, base, i, s, thresholds, admissions[s, i, cycle], admissions[base, i, cycle], lists, numbers,
                    place, willing, picked, index, n_willing,
                )  # fmt: skip
        if not codes.tracked[base, i] and codes.no[i, 0] > 0:
            for p in range(np.uint32(n)):
                lists.asked[i, p] |= flags[place[p] - np.uint32(first)]


@part
def advance(codes, base, s, cycle, lists, alike):
    """Codes of the next cycle. Whether all have become alike under the comparator is looked at now and then."""
    n = lists.length[s]
    for i in range(codes.tracked.shape[1]):
        if n == 0 or not codes.tracked[s, i]:
            continue
        now, following = lists.codes[s, i], codes.following[i]
        if s == base and not alike[i] and cycle % 8 == 7:
            alike[i] = not differ(now, now[0], n)
        if not alike[i] if s == base else differ(now, now[0], n):
            _go_on(now, following, n)
        elif following[now[0]] != now[0]:
            fill(now, np.uint16(following[now[0]]), n)


@apart
def _go_on(codes, following, n):
    for k in range(np.uint32(n)):
        codes[k] = following[codes[k]]


@part
def _mark_codes(settled, concerns, ours, theirs, mine, usual, asked, who, differs, n):
    """Mark listed persons whose code in an intervention still makes, or may make, a difference."""
    if ours and theirs:
        for k in range(np.uint32(n)):
            one, other = mine[k], usual[who[k]]
            over = settled[one] and settled[other] and not concerns[one] and not concerns[other]
            differs[k] |= np.uint32(one != other and not over)
    elif ours:
        for k in range(np.uint32(n)):
            differs[k] |= np.uint32(not settled[mine[k]] or (mine[k] == 0 and asked[who[k]] > 0))
    elif theirs:
        for k in range(np.uint32(n)):
            differs[k] |= np.uint32(not settled[usual[who[k]]])


@part
def _close_up(values, stay, n):
    """Keep those who stay, in their order."""
    for k in range(np.uint32(n)):
        values[k] = values[stay[k]]


@part
def let_go(codes, base, s, n_attributes, lists, differs, stay):
    """Take those off the list who are again what they are under the comparator, now and for good, unless they are few.

    The last two are scratch.
    """
    n, n_variables = lists.length[s], lists.rows.shape[1] // 2
    who = lists.who[s]
    fill(differs, np.uint32(0), n)
    for i in range(codes.tracked.shape[1]):
        if codes.tracked[s, i] and not codes.uses[s, i]:
            continue  # such a code changes nobody's life, and does not count here
        _mark_codes(
            codes.settled[i], codes.concerns[i], codes.tracked[s, i] > 0, codes.tracked[base, i] > 0,
            lists.codes[s, i], lists.codes[base, i], lists.asked[i], who, differs, n,
        )  # fmt: skip
    m = 0
    for k in range(np.uint32(n)):
        m += np.int64(differs[k])
    if m == n:
        return
    for v in range(n_attributes, n_variables):
        own, usual = lists.rows[s, v], lists.rows[base, v]
        for k in range(np.uint32(n)):
            differs[k] |= np.uint32(own[k] != usual[who[k]])
    m = 0
    for k in range(np.uint32(n)):
        stay[m] = k
        m += np.int64(differs[k])
    if (n - m) * _FEW < n:
        return
    for k in range(np.uint32(n)):
        if not differs[k]:
            lists.listed[s, who[k]] = 0
    for i in range(codes.tracked.shape[1]):
        if codes.tracked[s, i]:
            kept, now = lists.kept[s, i], lists.codes[s, i]
            for k in range(np.uint32(n)):
                kept[who[k]] = np.uint16(0) if codes.tracked[base, i] else now[k]
            _close_up(now, stay, m)
    for v in range(n_variables + n_attributes):
        _close_up(lists.rows[s, v], stay, m)
    _close_up(who, stay, m)
    lists.length[s] = m
