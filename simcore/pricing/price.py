"""Pricing: the ledger and the prices of each draw -> cost per strategy, draw, actor, kind and year.

Person-time is counted at both ends of a cycle; the scenario's accrual says which end is paid
for (half at each by default), and each end is discounted at its own time. Events fall in the
middle of their cycle, costs at enrolment at its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.model.ledger import CYCLE_YEARS, Account, Line
from simcore.model.values import Column, Values
from simcore.money import discount_factors, to_price_year
from simcore.pricing.booking import Entry, entries
from simcore.rates import ROUNDING
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.meaning import n_cycles
from simcore.scenario.quantities import PER_YEAR, unit_named
from simcore.vocabulary import COST_KINDS, COUNTED_KINDS

Array = NDArray[np.float64]

#: Weight of the start and of the end of a cycle.
_ACCRUAL = {"start_of_cycle": (1.0, 0.0), "end_of_cycle": (0.0, 1.0), "half_cycle": (0.5, 0.5)}


@dataclass(frozen=True)
class Priced:
    """Costs per person of some draws; dims as in `simcore.vocabulary`, kinds as in `Pricer.kinds`.

    Attributes
    ----------
    cost, present_value
        (strategy, draw, actor, cost_kind, year)
    present_value_of_part
        (part, strategy, draw, actor, cost_kind)
    line_present_value
        (strategy, draw, line)
    outcome_value
        (strategy, draw, outcome)
    """

    cost: Array
    present_value: Array
    present_value_of_part: Array
    line_present_value: Array
    outcome_value: Array


class Pricer:
    """Prices ledgers of a scenario.

    Parameters
    ----------
    file
        The scenario, or one with other prices and the same account.
    account
        What the ledger counts.
    """

    def __init__(self, file: ScenarioFile, account: Account) -> None:
        scenario = file.scenario
        self.file, self.account = file, account
        self.actors = list(scenario.actors)
        used = {line.booking.kind for line in account.lines} | {"programme"}
        if scenario.public_funds is not None:
            used.add("public_funds")
        self.kinds: list[str] = [kind for kind in COST_KINDS if kind in used]
        self.n_cycles = n_cycles(scenario)
        self.cycle_years = CYCLE_YEARS[scenario.cycle]
        start = scenario.population.start
        elapsed = [int(cycle * self.cycle_years) for cycle in range(self.n_cycles)]
        self.years = np.unique([start.year + years for years in elapsed])
        self.first_cycles = np.searchsorted(elapsed, self.years - start.year)
        self.times = [{"age": start.age + years, "year": start.year + years} for years in elapsed]
        self.values = Values(file)
        self._columns: dict[str | float, tuple[list[Column], NDArray[np.intp]]] = {}

    def price(
        self,
        time: NDArray[np.int32],
        events: NDArray[np.int32],
        part_size: NDArray[np.int64],
        parameters: Mapping[str, Array],
    ) -> Priced:
        """Price the ledger of some draws.

        Parameters
        ----------
        time, events
            Ledger, (draw, part, strategy, time meter, end, cycle) and (draw, part, strategy, event meter, cycle).
        part_size
            Persons in each part (part,).
        parameters
            Values of each parameter in these draws (draw,).

        Raises
        ------
        ModelError, ScenarioError
            As `check`.
        """
        n_draws, _, n_strategies = time.shape[:3]
        shape = (n_strategies, n_draws, len(self.actors), len(self.kinds))
        cost, present = (np.zeros((*shape, len(self.years))) for _ in range(2))
        of_part = np.zeros((3, *shape))
        of_line = np.zeros((n_strategies, n_draws, len(self.account.lines)))
        prices = Prices(self, parameters, n_draws)
        ledger = _Ledger(prices, time, events, part_size)
        for number, line in enumerate(self.account.lines):
            amount = prices.amount(line)
            flow = ledger.flow(line, amount)
            of_line[:, :, number] = flow.discounted.sum(axis=-1)
            kind = self.kinds.index(line.booking.kind)
            for entry in entries(line.booking):
                share = entry.sign * prices.share(entry, line)
                changing = (share != share[:, :1]).any()
                part = ledger.flow(line, amount * share) if changing else flow
                weight = 1.0 if changing else share[:, :1]
                actor = self.actors.index(entry.actor)
                cost[:, :, actor, kind] += self.by_year(weight * part.paid)
                present[:, :, actor, kind] += self.by_year(weight * part.discounted)
                of_part[:, :, :, actor, kind] += part.in_part * (1.0 if changing else share[:, 0])
        self._public_funds(prices, cost, present, of_part)
        return Priced(cost, present, of_part, of_line, ledger.outcomes())

    def check(self, parameters: Mapping[str, Array], n_draws: int) -> None:
        """Work out every amount and share, so that what is wrong with them is known before lives are simulated.

        Raises
        ------
        ModelError
            The shares of several payers do not add up to 1 in some draw.
        ScenarioError
            A table has no value for an age or year that occurs.
        """
        prices = Prices(self, parameters, n_draws)
        for line in self.account.lines:
            prices.amount(line)
            for entry in entries(line.booking):
                prices.share(entry, line)

    def columns(self, quantity: str | float) -> tuple[list[Column], NDArray[np.intp]]:
        """The different numbers that a quantity takes over the cycles, and which of them each cycle has."""
        if quantity not in self._columns:
            numbers = [self.values.quantity(quantity, dict(time)) for time in self.times]
            different, place = np.unique(numbers, return_inverse=True)
            self._columns[quantity] = ([self.values.columns[number] for number in different], place)
        return self._columns[quantity]

    def by_year(self, flow: Array) -> Array:
        """Sum the cycles (last axis) of each calendar year."""
        if len(self.years) == self.n_cycles:
            return flow
        return np.asarray(np.add.reduceat(flow, self.first_cycles, axis=-1))

    def _public_funds(self, prices: Prices, cost: Array, present: Array, of_part: Array) -> None:
        """Book the cost of raising what public actors spend, in the kind of its own."""
        funds = self.file.scenario.public_funds
        if funds is None:
            return
        actors = self.file.scenario.actors
        public = [number for number, name in enumerate(self.actors) if actors[name].sector == "public"]
        counted = [n for n, kind in enumerate(self.kinds) if kind in COUNTED_KINDS and kind != "production"]
        at = (self.actors.index(funds.actor), self.kinds.index("public_funds"))
        lost = prices.quantity(funds.factor)[:, 0] - 1.0
        for array, axes in ((cost, (2, 3)), (present, (2, 3)), (of_part, (3, 4))):
            spent = np.take(np.take(array, public, axis=axes[0]), counted, axis=axes[1]).sum(axis=axes)
            if array is of_part:
                array[:, :, :, at[0], at[1]] = lost * spent
            else:
                array[:, :, at[0], at[1]] = lost[:, None] * spent


class Prices:
    """What everything costs in some draws: amounts, payers' shares and discount factors, each (draw, cycle).

    Parameters
    ----------
    pricer
        The scenario's lines and times.
    parameters
        Values of each parameter in these draws (draw,).
    n_draws
        Number of draws.
    """

    def __init__(self, pricer: Pricer, parameters: Mapping[str, Array], n_draws: int) -> None:
        self.pricer, self.parameters, self.n_draws = pricer, parameters, n_draws
        rate = pricer.file.scenario.discount.money
        rates = self.quantity(rate)[:, :1] if isinstance(rate, str) else np.full((n_draws, 1), rate)
        at = np.arange(pricer.n_cycles) * pricer.cycle_years
        self.factor_start = discount_factors(rates, at)
        self.factor_middle = discount_factors(rates, at + pricer.cycle_years / 2)
        self.factor_end = discount_factors(rates, at + pricer.cycle_years)

    def quantity(self, quantity: str | float) -> Array:
        """Value of a quantity in each draw and cycle (draw, cycle)."""
        columns, place = self.pricer.columns(quantity)
        values = Values(self.pricer.file, columns).evaluate(self.parameters, self.n_draws)
        return values[:, place]

    def amount(self, line: Line) -> Array:
        """What one person pays in each draw and cycle: per year of time, or per event (draw, cycle)."""
        booking = line.booking
        base = booking.base if booking.kind == "tax" else booking.amount
        assert base is not None  # by the schema
        amount = self.quantity(base) * self.quantity(booking.share)
        if booking.kind == "tax":
            amount = amount * self.quantity(booking.amount)
        scenario = self.pricer.file.scenario
        entry = scenario.entry(base)
        if entry is None:
            return amount
        unit = unit_named(entry.unit)
        assert unit is not None  # by the schema
        amount = amount * PER_YEAR.get(unit.per, 1.0)
        money = scenario.money
        if money is not None and entry.price_year != money.price_year:
            assert money.index is not None  # checked with the scenario
            then, now = (self._index(money.index, year) for year in (entry.price_year, money.price_year))
            amount = to_price_year(amount, then, now)
        return amount

    def _index(self, table: str, year: int | None) -> Array:
        assert year is not None  # by the schema
        number = self.pricer.values.quantity(table, {"year": year})
        only = Values(self.pricer.file, [self.pricer.values.columns[number]])
        return only.evaluate(self.parameters, self.n_draws)

    def share(self, entry: Entry, line: Line) -> Array:
        """Share of a payer in each draw and cycle (draw, cycle).

        Raises
        ------
        ModelError
            The other shares add up to more than 1, or shares without a rest not to 1.
        """
        given = sum((self.quantity(other) for other in entry.others), np.zeros((1, 1)))
        if entry.share is None:
            self._refuse(given > 1.0 + ROUNDING, entry, line, f"at most 1, so that {entry.actor} gets the rest")
            return np.maximum(1.0 - given, 0.0)
        if entry.others:
            self._refuse(abs(given - 1.0) > ROUNDING, entry, line, "1; let one of them be the rest")
        return self.quantity(entry.share)

    def _refuse(self, wrong: NDArray[np.bool_], entry: Entry, line: Line, allowed: str) -> None:
        """Say in which draw and year payers' shares do not add up, and what they are there."""
        if not wrong.any():
            return
        draw, cycle = (int(number) for number in np.argwhere(wrong)[0])
        sizes = {str(other): float(self.quantity(other)[draw, cycle]) for other in entry.others}
        ways = ", ".join(f"{name} {size:.4g}" for name, size in sizes.items())
        file, at = self.pricer.file.places[line.path]
        raise ModelError(
            f"{file}:{at}  {line.name}: draw {draw}, year {self.pricer.times[cycle]['year']}: the shares of its payers "
            f"add up to {sum(sizes.values()):.4g} ({ways}); allowed is {allowed}."
        )


@dataclass(frozen=True)
class _Flow:
    """Money of a line per person: (strategy, draw, cycle), the same discounted, and (part, strategy, draw) in all."""

    paid: Array
    discounted: Array
    in_part: Array


class _Ledger:
    """The counts of some draws together with the prices of these draws."""

    def __init__(
        self, prices: Prices, time: NDArray[np.int32], events: NDArray[np.int32], part_size: NDArray[np.int64]
    ) -> None:
        self.pricer, self.prices, self.time, self.events = prices.pricer, prices, time, events
        self.sizes = np.maximum(part_size, 1).astype(float)
        self.n_persons = float(part_size[0] + part_size[1])
        self.time_number = {meter: number for number, meter in enumerate(self.pricer.account.time)}
        self.event_number = {meter: number for number, meter in enumerate(self.pricer.account.events)}

    def flow(self, line: Line, amount: Array) -> _Flow:
        """Money of a line, when one person pays `amount` (draw, cycle)."""
        if line.meter.move is not None:
            counts = self.events[:, :, :, self.event_number[line.meter]]
            return self._spread([(counts, 1.0, self.prices.factor_middle)], amount)
        counts = self.time[:, :, :, self.time_number[line.meter]]
        start, end = counts[:, :, :, 0], counts[:, :, :, 1]
        if line.once:
            return self._spread([(start, 1.0, self.prices.factor_start)], amount)
        years = self.pricer.cycle_years
        at_start, at_end = _ACCRUAL[self.pricer.file.scenario.accrual]
        flows = [(start, at_start * years, self.prices.factor_start), (end, at_end * years, self.prices.factor_end)]
        return self._spread([flow for flow in flows if flow[1]], amount)

    def _spread(self, counted: list[tuple[NDArray[np.int32], float, Array]], amount: Array) -> _Flow:
        """Price counts (draw, part, strategy, cycle), each with a weight and discount factors (draw, cycle)."""
        n_draws, _, n_strategies, n = counted[0][0].shape
        paid, discounted = (np.zeros((n_strategies, n_draws, n)) for _ in range(2))
        in_part = np.zeros((3, n_strategies, n_draws))
        for counts, weight, factor in counted:
            everybody = (counts[:, 0] + counts[:, 1]).transpose(1, 0, 2) * (amount * (weight / self.n_persons))
            paid += everybody
            discounted += everybody * factor
            in_part += np.einsum("dpsc,dc->psd", counts, amount * factor) * (weight / self.sizes)[:, None, None]
        return _Flow(paid, discounted, in_part)

    def outcomes(self) -> Array:
        """Outcomes per person over the whole horizon (strategy, draw, outcome)."""
        result = np.zeros((self.time.shape[2], len(self.time), len(self.pricer.account.outcomes)))
        at_start, at_end = _ACCRUAL[self.pricer.file.scenario.accrual]
        for number, meter in enumerate(self.pricer.account.outcomes.values()):
            if meter.move is not None:
                counts = self.events[:, :2, :, self.event_number[meter]].sum(axis=(1, 3)).astype(float)
            else:
                both = self.time[:, :2, :, self.time_number[meter]].sum(axis=(1, 4))
                counts = (both[..., 0] * at_start + both[..., 1] * at_end) * self.pricer.cycle_years
            result[:, :, number] = counts.T / self.n_persons
        return result
