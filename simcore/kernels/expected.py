"""The exact distribution, one cycle on: compiled, for several draws at once.

Everything has the draws as its last axis, so that each inner loop is a plain pass over contiguous numbers
and the structure of the model (who can go where) is read once for all of them.
"""

# d = draws of the batch, i = joint states, e = ways on from them, k = options of a domain

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcore.kernels.compiler import kernel, part


class Step(NamedTuple):
    """Where each joint state can go within a cycle.

    The ways on from a state stand in a fixed order: death first where it is possible, then every combination of
    options of the domains, the last domain varying fastest.

    Attributes
    ----------
    row
        int64 (state, domain): first threshold of the row that the domain asks.
    pattern
        int32 (state, domain): which options are possible.
    way_first
        int64 (state + 1,): first way on.
    target
        int32 (way,): joint state at the end of the cycle.
    event_first, event, event_domain, event_option
        int64 (state + 1,) and int32: events that can happen from a state, each by an option of a domain.
    """

    row: NDArray[np.int64]
    pattern: NDArray[np.int32]
    way_first: NDArray[np.int64]
    target: NDArray[np.int32]
    event_first: NDArray[np.int64]
    event: NDArray[np.int32]
    event_domain: NDArray[np.int32]
    event_option: NDArray[np.int32]


class Patterns(NamedTuple):
    """Sets of options of a domain.

    Attributes
    ----------
    first, option
        int64 (pattern + 1,) and int32: the possible options of each; an option is a threshold of the row, or, behind
        the last, the rest.
    width
        int32 (pattern,): thresholds of a row of the domain.
    dead
        int32 (pattern,): how many of the options, which stand first, are death.
    """

    first: NDArray[np.int64]
    option: NDArray[np.int32]
    width: NDArray[np.int32]
    dead: NDArray[np.int32]


@part
def _anybody(of_draws):
    """Whether anybody is there in some draw."""
    for d in range(np.uint32(of_draws.size)):
        if of_draws[d] > 0.0:
            return True
    return False


@part
def _add(total, more):
    """Add to each draw."""
    for d in range(np.uint32(total.size)):
        total[d] += more[d]


@part
def _add_product(total, one, other):
    """Add a product to each draw."""
    for d in range(np.uint32(total.size)):
        total[d] += one[d] * other[d]


@part
def _multiply(out, one, other):
    """Set each draw to a product."""
    for d in range(np.uint32(out.size)):
        out[d] = one[d] * other[d]


@kernel
def answer(shares, before, after, source, target, slot, mode, admission):
    """Split joint states by the answer to a question about an intervention.

    Parameters
    ----------
    shares
        float64 (threshold, draw): probabilities.
    before, after
        float64 (state, draw): read; added to.
    source, target, slot, mode
        (way,): from, to, threshold, and 0 for everybody, 1 for those who say yes, 2 for those who say no.
    admission
        float64 (draw,): share of the willing whose yes counts.
    """
    for e in range(source.size):
        old, new, share = before[source[e]], after[target[e]], shares[slot[e]]
        if mode[e] == 0:
            _add(new, old)
        elif mode[e] == 1:
            for d in range(old.size):
                new[d] += old[d] * (share[d] * admission[d])
        else:
            for d in range(old.size):
                new[d] += old[d] * (1.0 - share[d] * admission[d])


@kernel
def advance(before, after, target):
    """Add the probability of each state to that of the state it becomes; arrays as in `answer`."""
    for i in range(target.size):
        _add(after[target[i]], before[i])


@part
def _probability(shares, row, option, width, out):
    """Probability of an option: a threshold's own, or what all of them leave, which rounding cannot make negative."""
    if option < width:
        share = shares[row + option]
        for d in range(np.uint32(out.size)):
            out[d] = share[d]
        return
    for d in range(np.uint32(out.size)):
        out[d] = 1.0
    for k in range(width):
        share = shares[row + k]
        for d in range(np.uint32(out.size)):
            out[d] -= share[d]
    for d in range(np.uint32(out.size)):
        out[d] = max(out[d], 0.0)


@kernel
def move(step, patterns, shares, before, after, events, order, work, product):
    """Move the distribution on by one cycle.

    Parameters
    ----------
    step, patterns
        The structure of the cycle.
    shares
        float64 (threshold, draw): probabilities.
    before, after
        float64 (state, draw): at the start of the cycle; added to, at its end.
    events
        float64 (event, draw): added to.
    order
        int64 (domain,): the domain that ends life first, then the others.
    work
        float64 (domain, option, draw): scratch.
    product
        float64 (largest number of ways, draw): scratch.
    """
    life = order[0]
    for i in range(before.shape[0]):
        here = before[i]
        if not _anybody(here):
            continue
        for place in range(order.size):
            domain = order[place]
            pattern = step.pattern[i, domain]
            first, width, row = patterns.first[pattern], patterns.width[pattern], step.row[i, domain]
            for k in range(patterns.first[pattern + 1] - first):
                _probability(shares, row, patterns.option[first + k], width, work[domain, k])
        e = step.way_first[i]
        dead = patterns.dead[step.pattern[i, life]]
        for k in range(dead):
            _add_product(after[step.target[e]], here, work[life, k])
            e += 1
        for d in range(here.size):
            product[0, d] = here[d]
        size = 1
        for place in range(order.size):
            domain = order[place]
            pattern = step.pattern[i, domain]
            skipped = dead if place == 0 else 0
            count = patterns.first[pattern + 1] - patterns.first[pattern] - skipped
            for j in range(size - 1, -1, -1):  # from behind, so that nothing is overwritten before it is read
                for k in range(count - 1, -1, -1):
                    _multiply(product[j * count + k], product[j], work[domain, skipped + k])
            size *= count
        for j in range(size):
            _add(after[step.target[e + j]], product[j])
        for m in range(step.event_first[i], step.event_first[i + 1]):
            domain, chosen = step.event_domain[m], work[step.event_domain[m], step.event_option[m]]
            if domain == life or dead == 0:
                _add_product(events[step.event[m]], here, chosen)
            else:  # who dies makes no other move
                for d in range(here.size):
                    events[step.event[m], d] += here[d] * chosen[d] * (1.0 - work[life, 0, d])
