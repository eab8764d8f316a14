"""What of an avoided cost becomes money in a budget, and when; the rest is capacity that is free for others.

For each price that says so, against the scenario's comparator: what is avoided in a cycle becomes money some time
later, in part, and perhaps only in whole steps of so many persons (or events) fewer in the target group and calendar
year. What becomes money beyond the last year is not counted. Freed is what is avoided minus what becomes money, year
by year: negative in a year in which capacity that was freed before turns into money.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simcore.model.ledger import FOR_TIME, Line
from simcore.money import real_difference
from simcore.pricing.booking import entries
from simcore.pricing.flows import Ledger
from simcore.pricing.prices import Array, Prices
from simcore.pricing.scale import over_programme
from simcore.pricing.timeline import by_year
from simcore.rates import ROUNDING
from simcore.scenario.schema import Cashable


def freed(lines: Sequence[Line], ledgers: Sequence[Ledger], actors: Sequence[str]) -> tuple[Array, Array]:
    """What is avoided but does not become money, by calendar year: as it is, and discounted.

    Returns
    -------
    Two arrays (strategy, draw, actor, year) [money per person]; 0 for the comparator and for whatever is cash at once.
    """
    numbers = ledgers[0].prices.numbers
    n_strategies, n_draws, _ = ledgers[0].shape
    n_years = numbers.programme.n_cycles // numbers.structure.per_year
    found, present = np.zeros((2, n_strategies, n_draws, len(actors), n_years))
    for line in lines:
        if line.cashable is None or _at_once(line.cashable):
            continue
        whole = None if line.cashable.step is None else _in_whole_steps(line, line.cashable.step, ledgers)
        for ledger in ledgers:
            prices = ledger.prices
            amounts = prices.amounts(line)
            once = _freed_of(line, line.cashable, ledger, amounts, whole)
            for entry in entries(line.booking):
                share = entry.sign * prices.share(entry, line)
                of, weight = once, share[:, :1]
                if prices.timeline.changes(*entry.shares):
                    shared = [amount * share for amount in amounts]
                    of, weight = _freed_of(line, line.cashable, ledger, shared, whole), np.ones((1, 1))
                actor = actors.index(entry.actor)
                for total, one in zip((found, present), of, strict=True):
                    total[:, :, actor] += weight * one
    return found, present


def _at_once(cashable: Cashable) -> bool:
    """Whether all that is avoided becomes money, and when it is avoided: nothing is freed then."""
    return cashable.share == 1.0 and cashable.after == 0.0 and cashable.step is None


def _freed_of(
    line: Line, cashable: Cashable, ledger: Ledger, amounts: list[Array], whole: Array | None
) -> tuple[Array, Array]:  # fmt: skip
    """What a cohort's line frees when one person pays `amounts`: as it is, and discounted (strategy, draw, year)."""
    prices = ledger.prices
    numbers, timeline, per_year = prices.numbers, prices.timeline, prices.numbers.structure.per_year
    delay = delay_of(cashable, prices)
    part = prices.quantity(cashable.share)
    if whole is not None:
        part = part * np.repeat(whole[..., ledger.years], per_year, axis=-1)
    now, then = (
        [_avoided(ledger, of) for of in ledger.stream(line, amounts, factors)]
        for factors in (prices.money, prices.whole.money.later(timeline, delay))
    )
    found = []
    for avoided, money in zip(now, then, strict=True):
        kept = _moved(avoided, np.zeros_like(delay), timeline.first, numbers.programme.n_cycles)
        cash = _moved(money * part, delay, timeline.first, numbers.programme.n_cycles)
        found.append(by_year(kept - cash, per_year))
    return found[0], found[1]


def _avoided(ledger: Ledger, stream: Array) -> Array:
    """Comparator minus each strategy."""
    return real_difference(stream[[_comparator(ledger)]], stream, exact=ledger.exact)


def _comparator(ledger: Ledger) -> int:
    return list(ledger.scenario.strategies).index(ledger.scenario.comparator)


def delay_of(cashable: Cashable, prices: Prices) -> NDArray[np.intp]:
    """How many cycles later what is avoided becomes money (draw,)."""
    cycles = prices.quantity(cashable.after)[:, 0] / prices.numbers.structure.cycle_years
    return np.floor(cycles + 0.5).astype(np.intp)


def _moved(flow: Array, delay: NDArray[np.intp], first: int, n_cycles: int) -> Array:
    """A cohort's flow so many cycles (draw,) later, on the programme's cycles; beyond them it is lost."""
    found = np.zeros((*flow.shape[:2], n_cycles))
    delays = np.unique(delay)
    for cycles in delays:
        draws = delay == cycles if len(delays) > 1 else slice(None)  # which need not be picked out
        begin = first + int(cycles)
        n = max(min(flow.shape[-1], n_cycles - begin), 0)
        found[:, draws, begin : begin + n] = flow[:, draws, :n]
    return found


def _in_whole_steps(line: Line, size: str | float, ledgers: Sequence[Ledger]) -> Array:
    """Share of what is avoided in each calendar year that makes whole steps (strategy, draw, year).

    Steps are of a size: so many persons (in years) or events fewer in the target group, of all cohorts together; more
    of them are steps in the other direction.
    """
    prices, target = ledgers[0].prices, ledgers[0].scenario.population.target_group
    structure = prices.numbers.structure
    lasts = structure.cycle_years if line.paid == FOR_TIME else 1.0
    people = over_programme(ledgers, [ledger.people(line) for ledger in ledgers])
    number = by_year(people, structure.per_year) * (lasts * target)
    fewer = _avoided(ledgers[0], number)
    step = prices.quantity(size)[:, :1]
    steps = np.trunc(fewer / step + np.copysign(ROUNDING, fewer))  # ten fewer may come out as 9.999...
    return np.divide(steps * step, fewer, where=fewer != 0, out=np.zeros_like(fewer))
