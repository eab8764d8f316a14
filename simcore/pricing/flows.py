"""Streams of money: what persons pay for a line of the account, cycle by cycle, part by part, group by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.model.ledger import AT_ENROLMENT, AT_START, EACH_TIME, Account, Line, Reward
from simcore.money import real_difference
from simcore.pricing.prices import Array, Factors, Prices
from simcore.pricing.spread import Luck, beyond_expected
from simcore.scenario.conditions import Part
from simcore.scenario.schema import ProgrammeCost, Scenario

#: Persons or events: whole numbers from sampled lives, real ones from the exact distribution.
Counts = NDArray[np.int32] | NDArray[np.float64]
#: The two strategies whose difference is what an intervention adds to each strategy: without and with it.
Gain = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Flow:
    """What persons pay.

    Attributes
    ----------
    paid, discounted
        (strategy, draw, cycle)
    in_part
        (part, strategy, draw): discounted, in all.
    between
        (strategy, draw, cycle): discounted, a person of the first half minus one of the second.
    """

    paid: Array
    discounted: Array
    in_part: Array
    between: Array


@dataclass(frozen=True)
class Layout:
    """What a ledger means, and what is known of it before it is priced.

    Attributes
    ----------
    account
        What is counted.
    gains
        Of each intervention that displaces, what its gain is the difference of.
    time_number, event_number
        Place of each meter in the ledger.
    """

    account: Account
    gains: Mapping[str, Gain]
    time_number: Mapping[object, int]
    event_number: Mapping[object, int]


class Ledger:
    """The counts of a cohort in some draws together with the prices of these draws.

    Parameters
    ----------
    layout
        What the counts are of.
    prices
        The prices of the cohort's cycles.
    time, events
        (draw, part, strategy, time meter, end, cycle) and (draw, part, strategy, event meter, cycle).
    part_size
        Persons in each part (part,).

    Attributes
    ----------
    scale
        By line, what its amount is multiplied by in view of the number of participants (draw, strategy, cycle).
    """

    def __init__(
        self, layout: Layout, prices: Prices, time: Counts, events: Counts, part_size: NDArray[np.int64]
    ) -> None:
        self.layout, self.prices, self.time, self.events = layout, prices, time, events
        self.scenario = prices.numbers.file.scenario
        self.n_cycles, self.cycle_years = prices.timeline.n_cycles, prices.numbers.structure.cycle_years
        self.exact = time.dtype.kind == "f"
        self.sizes = np.maximum(part_size, 1).astype(float)
        self.n_persons = float(part_size[0] + part_size[1])
        self.scale: dict[str, Array] = {}

    def size(self, group: Part) -> Array:
        """Persons of a subgroup at the start (draw,)."""
        meter = self.layout.account.alive.within(group)
        return np.asarray(self.time[:, :2, 0, self.layout.time_number[meter], 0, 0].sum(axis=1), dtype=float)

    def years_alive(self) -> Array:
        """Years that everybody alive lives through in each cycle, per person of everybody (strategy, draw, cycle)."""
        of = self.time[:, :2, :, self.layout.time_number[self.layout.account.alive]].sum(axis=1)
        start, end = (weight * (self.cycle_years / self.n_persons) for weight in self.prices.accrual)
        return np.asarray((of[:, :, 0] * start[:, None] + of[:, :, 1] * end[:, None]).transpose(1, 0, 2))

    def flow(self, line: Line, amounts: list[Array]) -> Flow:
        """Money of a line, when one person pays one of `amounts` (draw, cycle) for each of its pieces."""
        n_draws, _, n_strategies = self.time.shape[:3]
        paid, discounted, between = (np.zeros((n_strategies, n_draws, self.n_cycles)) for _ in range(3))
        in_part = np.zeros((3, n_strategies, n_draws))
        for counts, amount, factor in self._counted(line, amounts, self.prices.money):
            everybody = (counts[:, 0] + counts[:, 1]).transpose(1, 0, 2) * (amount / self.n_persons)
            paid += everybody
            discounted += everybody * factor
            in_part += _summed(counts, amount * factor).transpose(1, 2, 0) / self.sizes[:, None, None]
            if not self.exact:
                first, second = (counts[:, half].transpose(1, 0, 2) / self.sizes[half] for half in range(2))
                between += (first - second) * (amount * factor)
        if line.displaced is None:
            return Flow(paid, discounted, in_part, between)
        paid, discounted, between = (self._gained(line, of, 0) for of in (paid, discounted, between))
        return Flow(paid, discounted, self._gained(line, in_part, 1), between)

    def stream(self, line: Line, amounts: list[Array], factors: Factors | None = None) -> Array:
        """Money of a line in each cycle (strategy, draw, cycle), discounted by some factors when there are any."""
        n_draws, _, n_strategies = self.time.shape[:3]
        found = np.zeros((n_strategies, n_draws, self.n_cycles))
        for counts, amount, factor in self._counted(line, amounts, factors or self.prices.money):
            each = (amount if factors is None else amount * factor) / self.n_persons
            found += (counts[:, 0] + counts[:, 1]).transpose(1, 0, 2) * each
        return found

    def present_value(self, line: Line, amounts: list[Array], group: Part) -> Array:
        """Present value of a line in a subgroup, over all cycles and per person of everybody (strategy, draw)."""
        found = self._totals(line, amounts, self.prices.money, group)[1]
        return found if line.displaced is None else self._gained(line, found, 0)

    def _gained(self, line: Line, amount: Array, axis: int) -> Array:
        """What an intervention takes off an amount in each strategy; nothing where it is no part of it."""
        assert line.intervention is not None  # a displacement is one's of an intervention
        without, with_it = self.layout.gains[line.intervention]
        return real_difference(np.take(amount, without, axis), np.take(amount, with_it, axis), exact=self.exact)

    def outcomes(self, group: Part | None) -> tuple[Array, Array]:
        """Outcomes over all cycles per person of everybody, as they are and discounted (strategy, draw, outcome)."""
        outcomes = self.layout.account.outcomes
        result, discounted = (np.zeros((self.time.shape[2], len(self.time), len(outcomes))) for _ in range(2))
        for number, rewards in enumerate(outcomes.values()):
            for reward in rewards:
                weights = [self.prices.quantity(reward.weight, piece.situation) for piece in reward.pieces]
                total, present = self._totals(reward, weights, self.prices.outcomes, group)
                result[:, :, number] += total
                discounted[:, :, number] += present
        return result, discounted

    def outcomes_in_part(self) -> tuple[Array, Array]:
        """Outcomes per person of each part, as they are and discounted (part, strategy, draw, outcome)."""
        outcomes = self.layout.account.outcomes
        found = np.zeros((2, 3, self.time.shape[2], len(self.time), len(outcomes)))
        for number, rewards in enumerate(outcomes.values()):
            for reward in rewards:
                weights = [self.prices.quantity(reward.weight, piece.situation) for piece in reward.pieces]
                for counts, weight, factor in self._counted(reward, weights, self.prices.outcomes):
                    for place, each in enumerate((weight, weight * factor)):
                        found[place, ..., number] += _summed(counts, each).transpose(1, 2, 0)
        found /= self.sizes[:, None, None, None]
        return found[0], found[1]

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
        number = self.prices.timeline.first // self.prices.numbers.structure.per_year  # of the cohort
        found = np.zeros((self.time.shape[2], len(self.time), self.n_cycles))
        pieces = self._of_pieces(line, self.prices.amounts(line), self.prices.money, None)
        for piece, (counts, amount, factor) in enumerate(pieces):
            worth = np.broadcast_to(amount * factor, (len(self.time), self.n_cycles))
            found += beyond_expected(
                line.spread,
                variation,
                counts[:, 2],
                worth,
                luck=luck,
                point=points[line.name, piece],
                first=number * self.n_cycles,
            )
        return np.asarray(found / self.sizes[2])

    def people(self, line: Line) -> Array:
        """Whom a line concerns, per person of everybody (strategy, draw, cycle).

        Persons, weighted by the accrual, or events; of what is paid once, persons at that moment.
        """
        found = np.zeros((self.time.shape[2], len(self.time), self.n_cycles))
        for piece in line.pieces:
            if line.paid == EACH_TIME:
                counts = self.events[:, :2, :, self.layout.event_number[piece.meter]].sum(axis=1)
            else:
                of = self.time[:, :2, :, self.layout.time_number[piece.meter]].sum(axis=1)
                counts = of[:, :, 0]
                if line.paid == AT_START:
                    counts = counts * (np.arange(self.n_cycles) == 0)
                elif line.paid != AT_ENROLMENT:
                    start, end = self.prices.accrual
                    counts = of[:, :, 0] * start[:, None] + of[:, :, 1] * end[:, None]
            concerned = self.prices.quantity(line.booking.share, piece.situation)
            found += counts.transpose(1, 0, 2) * (concerned / self.n_persons)
        return found

    def _totals(
        self, what: Line | Reward, amounts: list[Array], factors: Factors, group: Part | None
    ) -> tuple[Array, Array]:
        """Sums over all cycles per person of everybody, as they are and discounted (strategy, draw)."""
        n_draws, _, n_strategies = self.time.shape[:3]
        total, present = (np.zeros((n_strategies, n_draws)) for _ in range(2))
        for counts, amount, factor in self._counted(what, amounts, factors, group):
            everybody = counts[:, 0] + counts[:, 1]
            total += _summed(everybody, amount).T / self.n_persons
            present += _summed(everybody, amount * factor).T / self.n_persons
        return total, present

    def _counted(
        self, what: Line | Reward, amounts: list[Array], factors: Factors, group: Part | None = None
    ) -> Iterator[tuple[Counts, Array, Array]]:
        """Yield counts (draw, part, strategy, cycle), what each pays, and how it is discounted (draw, cycle)."""
        scale = self.scale.get(what.name) if isinstance(what, Line) else None
        for counts, amount, factor in self._of_pieces(what, amounts, factors, group):
            yield counts if scale is None else counts * scale[:, None], amount, factor

    def _of_pieces(
        self, what: Line | Reward, amounts: list[Array], factors: Factors, group: Part | None
    ) -> Iterator[tuple[Counts, Array, Array]]:
        for piece, amount in zip(what.pieces, amounts, strict=True):
            meter = piece.meter if group is None else piece.meter.within(group)
            if what.paid == EACH_TIME:
                when = self.scenario.events_fall
                yield self.events[:, :, :, self.layout.event_number[meter]], amount, factors.falling(when)
                continue
            counts = self.time[:, :, :, self.layout.time_number[meter]]
            start, end = counts[:, :, :, 0], counts[:, :, :, 1]
            if what.paid == AT_ENROLMENT:
                yield start, amount, factors.start
            elif what.paid == AT_START:
                yield start, amount * (np.arange(self.n_cycles) == 0), factors.start
            else:
                at_start, at_end = self.prices.accrual
                if at_start.any():
                    yield start, amount * (at_start * self.cycle_years), factors.start
                if at_end.any():
                    yield end, amount * (at_end * self.cycle_years), factors.end


class FixedCosts:
    """What a programme costs whoever takes part, with the interface of a `Ledger` of the whole programme.

    Parameters
    ----------
    prices
        The prices of the programme's cycles.
    n_draws
        Number of draws.
    shares
        Share of all persons who belong to each subgroup (draw,).
    """

    def __init__(self, prices: Prices, n_draws: int, shares: Mapping[Part, Array]) -> None:
        self.prices, self.shares, self.n_draws = prices, shares, n_draws
        self.scenario: Scenario = prices.numbers.file.scenario

    def flow(self, line: Line, amounts: list[Array]) -> Flow:
        """Money of a line per person of the target group, when the whole group pays `amounts` (draw, cycle)."""
        cost, structure, n = line.booking, self.prices.numbers.structure, self.prices.timeline.n_cycles
        assert isinstance(cost, ProgrammeCost)  # prices are never fixed
        uses = np.array([line.intervention in of for of in self.scenario.strategies.values()], dtype=float)
        each = np.broadcast_to(amounts[0] / self.scenario.population.target_group, (self.n_draws, n))
        if cost.years is None:
            moments = [(np.broadcast_to(np.arange(n) == 0, (1, n)).astype(float), self.prices.money.start)]
        else:
            year = np.arange(n) // structure.per_year + 1
            first, last = (year[-1] if end == "onwards" else int(end) for end in cost.years)
            within = (year >= first) & (year <= last)
            weights = (weight * (within * structure.cycle_years) for weight in self.prices.accrual)
            moments = list(zip(weights, (self.prices.money.start, self.prices.money.end), strict=True))
        paid, discounted = (np.zeros((len(uses), self.n_draws, n)) for _ in range(2))
        for weight, factor in moments:
            paid += uses[:, None, None] * (each * weight)
            discounted += uses[:, None, None] * (each * weight * factor)
        in_part = np.broadcast_to(discounted.sum(axis=-1), (3, len(uses), self.n_draws))
        return Flow(paid, discounted, in_part, np.zeros_like(paid))

    def present_value(self, line: Line, amounts: list[Array], group: Part) -> Array:
        """Present value of a line that falls on a subgroup, per person of everybody (strategy, draw)."""
        return np.asarray(self.flow(line, amounts).discounted.sum(axis=-1) * self.shares[group])


def _summed(counts: Counts, amount: Array) -> Array:
    """Counts (draw, ..., cycle) times amounts (draw, cycle), summed over the cycles (draw, ...).

    Cycles are added row by row, so that the sum does not depend on how many draws are priced together (einsum's would).
    """
    shape = (len(amount), *(1 for _ in range(counts.ndim - 2)), amount.shape[-1])
    return np.asarray((np.ascontiguousarray(counts) * amount.reshape(shape)).sum(axis=-1))
