"""Flows of money: what persons in a situation, or events, pay in each cycle, in all, in each part and in each group.

Amounts are never different between strategies and seldom between cycles, and several lines are paid in the same
situation, each by several actors. So what one unit of money comes to is worked out once for each situation, and
multiplied by amounts and shares afterwards.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcore.kernels.paying import add_times, pay, pay_in_all
from simcore.model.ledger import AT_ENROLMENT, AT_START, EACH_TIME, FOR_TIME, Line
from simcore.money import real_difference
from simcore.pricing.payments import Layout, Payment
from simcore.pricing.prices import Array, Factors, Prices
from simcore.pricing.spread import Luck, beyond_expected
from simcore.pricing.timeline import by_year
from simcore.scenario.schema import ProgrammeCost

#: Persons or events: whole numbers from sampled lives, real ones from the exact distribution.
Counts = NDArray[np.int32] | NDArray[np.float64]


#: One unit of money from each.
_ONE = np.ones((1, 1))


class Flow(NamedTuple):
    """What a payment comes to, from all persons together.

    Attributes
    ----------
    by_year
        (3, strategy, draw, year): what is paid; the same, discounted; and, discounted, what a person of the first half
        pays minus what one of the second does, times all persons.
    in_all
        (part or group, strategy, draw): present value over all cycles, in each part and then in each subgroup.
    everybody
        (strategy, draw): present value over all cycles.
    """

    by_year: Array
    in_all: Array
    everybody: Array


class Source(ABC):
    """Where money flows from: the counts of a cohort, or a programme whose costs are fixed.

    Parameters
    ----------
    layout
        What is counted.
    prices
        The prices of some draws.
    part_size
        Persons in each part (part,).
    """

    def __init__(self, layout: Layout, prices: Prices, part_size: NDArray[np.int64]) -> None:
        self.layout, self.prices, structure = layout, prices, prices.numbers.structure
        self.scenario, self.n_cycles = prices.numbers.file.scenario, prices.timeline.n_cycles
        self.per_year, self.cycle_years = structure.per_year, structure.cycle_years
        self.sizes, self.n_persons = np.maximum(part_size, 1).astype(float), float(part_size[0] + part_size[1])
        self._halves = part_size[:2] / self.n_persons
        self._flows: dict[Payment, Flow] = {}

    @property
    def years(self) -> slice:
        """Its calendar years, among those of the programme."""
        first = self.prices.timeline.first // self.per_year
        return slice(first, first + self.n_cycles // self.per_year)

    def of_everybody(self, in_parts: Array) -> Array:
        """What is told per person of each part (part, ...) per person of everybody (...)."""
        return np.asarray(in_parts[0] * self._halves[0] + in_parts[1] * self._halves[1])

    @abstractmethod
    def _flow(self, payment: Payment, amount: Array) -> Flow:
        """Work out what a payment comes to, when each pays an amount (draw or 1, 1 or cycle)."""

    def _flow_times(self, payment: Payment, amount: Array) -> tuple[Flow, Array]:
        """A flow, and the amount (draw,) that it is still to be multiplied by.

        What does not change over time is multiplied at the end: the flow of one unit of money then serves many.
        """
        if amount.shape[-1] > 1:
            return self._flow(payment, amount), np.ones(len(amount))
        if payment not in self._flows:
            self._flows[payment] = self._flow(payment, _ONE)
        return self._flows[payment], amount[:, 0]

    def in_all(self, amounts: Mapping[Payment, Array]) -> Array:
        """`Flow.in_all` of several payments, each of an amount (draw, 1 or cycle).

        Per person of each part and then, for each subgroup, of everybody.
        """
        flows = (self._flow_times(payment, amount) for payment, amount in amounts.items())
        return self._per_person(np.asarray(sum(flow.in_all * amount for flow, amount in flows)))

    def in_all_of_everybody(self, amounts: Mapping[Payment, Array]) -> Array:
        """Present value over all cycles of several payments, per person of everybody (strategy, draw)."""
        flows = (self._flow_times(payment, amount) for payment, amount in amounts.items())
        return np.asarray(sum(flow.everybody * amount for flow, amount in flows) / self.n_persons)

    def by_year(self, amounts: Mapping[Payment, Array]) -> Array:
        """`Flow.by_year` of several payments, each of an amount (draw, 1 or cycle), per person of everybody."""
        flows = [self._flow_times(payment, amount) for payment, amount in amounts.items()]
        total = np.zeros_like(flows[0][0].by_year)
        for flow, amount in flows:
            add_times(total, flow.by_year, amount)
        total /= self.n_persons
        return total

    def _per_person(self, total: Array) -> Array:
        """What is paid in each part and each subgroup (part or group, ...), per person of the part or of everybody."""
        total[: len(self.sizes)] /= self.sizes.reshape(-1, *(1 for _ in total.shape[1:]))
        total[len(self.sizes) :] /= self.n_persons
        return total


class When:
    """The moments of a cycle at which something is paid: its start, its end, both, or another.

    Parameters
    ----------
    weight
        How much of an amount is paid then (draw or 1, moment, cycle or 1).
    factor
        How it is discounted (draw or 1, moment, cycle).
    end
        Which end of a cycle the first moment is.

    Attributes
    ----------
    weight, end
        As given.
    discounted
        The weight, discounted.
    """

    def __init__(self, weight: Array, factor: Array, end: int = 0) -> None:
        self.weight, self.discounted, self.end = weight, weight * factor, end


class Ledger(Source):
    """The counts of a cohort in some draws together with the prices of these draws.

    Parameters
    ----------
    layout
        What the counts are of.
    prices
        The prices of the cohort's cycles.
    time, events
        From `by_meter`.
    part_size
        Persons in each part (part,).

    Attributes
    ----------
    exact
        Whether the counts are from the exact distribution, and not from sampled lives.
    shape
        Number of strategies, draws and cycles.
    scale
        By line, what its amount is multiplied by in view of the number of participants (strategy, draw, cycle).
    """

    def __init__(
        self, layout: Layout, prices: Prices, time: Counts, events: Counts, part_size: NDArray[np.int64]
    ) -> None:
        super().__init__(layout, prices, part_size)
        self._time, self._events, self.exact = time, events, time.dtype.kind == "f"
        self.shape = (time.shape[2], time.shape[3], time.shape[5])
        self.scale: dict[str, Array] = {}
        self._money: dict[str, When] = {}

    def group_sizes(self) -> Array:
        """Persons of each subgroup at the start (draw, group)."""
        counts = self._time[list(self.layout.alive.in_groups), :2, 0, :, 0, 0]
        return np.asarray(counts.sum(axis=1, dtype=float).T)

    def years_alive(self) -> Array:
        """Years that everybody alive lives through in each cycle, per person of everybody (strategy, draw, cycle)."""
        return np.asarray(self._by_cycle(self.layout.alive, self._when_money(FOR_TIME), _ONE)[0] / self.n_persons)

    def _flow(self, payment: Payment, amount: Array) -> Flow:
        if payment.gained_by is not None:
            found = self._flow_times(payment._replace(gained_by=None), amount)[0]
            return Flow(*(self._gained(payment.gained_by, of, axis) for of, axis in zip(found, (1, 1, 0), strict=True)))
        when = self._when_money(payment.paid)
        money, discounted = self._by_cycle(payment, when, amount), self._each(when.discounted, amount)
        if self.exact:  # what it tells of the halves differs by rounding alone
            money[2] = 0.0
        in_all = np.empty((3 + len(payment.in_groups), *self.shape[:2]))
        pay_in_all(self._counts(payment, payment.meter), when.end, discounted, in_all[:3])
        for row, meter in enumerate(payment.in_groups, 3):
            in_parts = np.empty((3, *self.shape[:2]))
            pay_in_all(self._counts(payment, meter), when.end, discounted, in_parts)
            in_all[row] = in_parts[0] + in_parts[1]
        return Flow(by_year(money, self.per_year), in_all, in_all[0] + in_all[1])

    def _gained(self, intervention: str, amount: Array, axis: int) -> Array:
        """What an intervention takes off an amount in each strategy (axis); nothing where it is no part of it."""
        without, with_it = (np.take(amount, which, axis) for which in self.layout.gains[intervention])
        return real_difference(without, with_it, exact=self.exact)

    def _by_cycle(self, payment: Payment, when: When, amount: Array) -> Array:
        """`Flow.by_year`, but cycle by cycle."""
        money = np.empty((3, *self.shape))
        weight, discounted = (self._each(of, amount) for of in (when.weight, when.discounted))
        pay(self._counts(payment, payment.meter), when.end, weight, discounted, self.n_persons / self.sizes, money)
        return money

    def stream(self, line: Line, amounts: list[Array], factors: Factors) -> Array:
        """Money of a line per person, as it is and discounted by some factors (2, strategy, draw, cycle)."""
        paid = zip(self.layout.payments(line), amounts, strict=True)
        found = (self._by_cycle(payment, self._when(payment.paid, factors), amount) for payment, amount in paid)
        return np.asarray(sum(money[:2] for money in found) / self.n_persons)

    def people(self, line: Line) -> Array:
        """Whom a line concerns, per person of everybody (strategy, draw, cycle).

        Persons, weighted by the accrual, or events; of what is paid once, persons at that moment.
        """
        found, lasts = np.zeros(self.shape), self.cycle_years if line.paid == FOR_TIME else 1.0
        for piece, payment in zip(line.pieces, self.layout.payments(line), strict=True):
            concerned = self.prices.quantity(line.booking.share, piece.situation)
            everybody = payment._replace(line=None)  # whatever the scale, which is found from this
            found += self._by_cycle(everybody, self._when_money(line.paid), concerned / lasts)[0]
        return found / self.n_persons

    def outcomes(self) -> tuple[Array, Array]:
        """Outcomes over all cycles, as they are and discounted (part or group, strategy, draw, outcome).

        Per person of each part and then, of each subgroup, per person of everybody.
        """
        found = np.zeros((2, 3 + self.layout.n_groups, *self.shape[:2], len(self.layout.outcomes)))
        in_parts = np.empty((3, *self.shape[:2]))
        when_paid = cache(lambda paid: self._when(paid, self.prices.outcomes))
        for number, pieces in enumerate(self.layout.outcomes):
            for reward, situation, payment in pieces:
                when, amount = when_paid(payment.paid), self.prices.quantity(reward.weight, situation)
                for total, of in zip(found[..., number], (when.weight, when.discounted), strict=True):
                    weight = self._each(of, amount)
                    pay_in_all(self._counts(payment, payment.meter), when.end, weight, in_parts)
                    total[:3] += in_parts
                    for row, meter in enumerate(payment.in_groups, 3):
                        pay_in_all(self._counts(payment, meter), when.end, weight, in_parts)
                        total[row] += in_parts[0] + in_parts[1]
        return self._per_person(found[0]), self._per_person(found[1])

    def beyond_expected(self, line: Line, luck: Luck, points: Mapping[tuple[str, int], int]) -> Array:
        """What a line costs the target group beyond what is expected of its events, discounted.

        Parameters
        ----------
        line
            A line of events whose costs vary.
        luck, points
            Where the numbers are found.

        Returns
        -------
        (strategy, draw, cycle) per person of the target group.
        """
        assert line.spread is not None  # asked of such lines alone
        variation = self.prices.quantity(line.spread.cv)[:, 0]
        number = self.prices.timeline.first // self.per_year  # of the cohort
        factors = self.prices.money.falling(self.scenario.events_fall)
        found = np.zeros(self.shape)
        paid = zip(self.layout.payments(line), self.prices.amounts(line), strict=True)
        for piece, (payment, amount) in enumerate(paid):
            found += beyond_expected(
                line.spread,
                variation,
                self._events[payment.meter, 2, :, :, 0],
                amount * factors,
                luck=luck,
                point=points[line.name, piece],
                first=number * self.n_cycles,
            )
        return np.asarray(found / self.sizes[2])

    def _counts(self, payment: Payment, meter: int) -> Counts:
        """Those who pay (part, strategy, draw, end, cycle)."""
        counts: Counts = self._events[meter] if payment.paid == EACH_TIME else self._time[meter]
        return counts if payment.line is None else counts * self.scale[payment.line][:, :, None]

    def _each(self, weight: Array, amount: Array) -> Array:
        """What each pays at each moment (draw, moment, cycle), of an amount (draw or 1, 1 or cycle)."""
        _, n_draws, n_cycles = self.shape
        return np.ascontiguousarray(np.broadcast_to(amount[:, None] * weight, (n_draws, weight.shape[1], n_cycles)))

    def _when_money(self, paid: str) -> When:
        """When money is paid."""
        if paid not in self._money:
            self._money[paid] = self._when(paid, self.prices.money)
        return self._money[paid]

    def _when(self, paid: str, factors: Factors) -> When:
        """When something is paid, discounted by some factors."""
        always = np.ones((1, 1, 1))
        if paid == EACH_TIME:
            return When(always, factors.falling(self.scenario.events_fall)[:, None])
        if paid == AT_ENROLMENT:
            return When(always, factors.start[:, None])
        if paid == AT_START:
            return When(always * (np.arange(self.n_cycles) == 0), factors.start[:, None])
        weight = np.stack(self.prices.accrual, axis=1) * self.cycle_years
        factor = np.stack((factors.start, factors.end), axis=1)
        if not weight[:, 1].any():
            return When(weight[:, :1], factor[:, :1])
        if not weight[:, 0].any():
            return When(weight[:, 1:], factor[:, 1:], end=1)
        return When(weight, factor)


class FixedCosts(Source):
    """What a programme costs whoever takes part, over the cycles of the whole programme.

    Parameters
    ----------
    layout
        What is counted.
    prices
        The prices of the programme's cycles.
    part_size
        Persons in each part (part,).
    shares
        Share of all persons who belong to each subgroup (draw, group).
    """

    def __init__(self, layout: Layout, prices: Prices, part_size: NDArray[np.int64], shares: Array) -> None:
        super().__init__(layout, prices, part_size)
        self._shares = shares

    def _flow(self, payment: Payment, amount: Array) -> Flow:
        """Of an amount that the whole target group pays together."""
        line = next(line for line in self.layout.lines if line.name == payment.line)
        cost, n = line.booking, self.n_cycles
        assert isinstance(cost, ProgrammeCost)  # prices are never fixed
        if cost.years is None:
            moments = [(np.arange(n) == 0, self.prices.money.start)]
        else:
            year = np.arange(n) // self.per_year + 1
            first, last = (year[-1] if end == "onwards" else int(end) for end in cost.years)
            within = (year >= first) & (year <= last)
            ends = zip(self.prices.accrual, (self.prices.money.start, self.prices.money.end), strict=True)
            moments = [(weight * (within * self.cycle_years), factor) for weight, factor in ends]
        uses = np.array([line.intervention in of for of in self.scenario.strategies.values()])
        each = (uses * self.n_persons / self.scenario.population.target_group)[:, None, None] * amount
        money = np.zeros((3, len(uses), len(self._shares), n))
        for weight, factor in moments:
            money[0] += each * weight
            money[1] += each * (weight * factor)
        total = money[1].sum(axis=-1)
        in_parts = [total * (size / self.n_persons) for size in self.sizes]
        in_all = np.stack(in_parts + [total * share for share in self._shares.T])
        return Flow(by_year(money, self.per_year), in_all, total)


def by_meter(time: Counts, events: Counts) -> tuple[Counts, Counts]:
    """Counts as a `Ledger` wants them, those of a meter beside each other.

    Parameters
    ----------
    time, events
        (draw, part, strategy, time meter, end, cycle) and (draw, part, strategy, event meter, cycle).

    Returns
    -------
    (time meter, part, strategy, draw, end, cycle) and (event meter, part, strategy, draw, 1, cycle).
    """
    return time.transpose(3, 1, 2, 0, 4, 5).copy(), events.transpose(3, 1, 2, 0, 4)[..., None, :].copy()
