"""Pricing: the ledger and the prices of each draw -> cost per strategy, draw, actor, kind and year.

Person-time is counted at both ends of a cycle; the scenario's accrual says which end is paid
for (half at each by default, or weights by boundary), and each end is discounted at its own time. Events fall in
the middle of their cycle unless the scenario says otherwise, costs at enrolment at its start. Outcomes are
priced in the same way, by the weight of each year or event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.model.ledger import AT_ENROLMENT, AT_START, EACH_TIME, Account, Line, Piece, Reward
from simcore.model.values import Values
from simcore.money import discount_factors, to_price_year
from simcore.pricing.booking import Entry, entries
from simcore.rates import ROUNDING
from simcore.scenario.conditions import Part, Value
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.quantities import PER_YEAR, unit_named
from simcore.scenario.schema import Accrual
from simcore.scenario.structure import Structure
from simcore.vocabulary import COST_KINDS, COUNTED_KINDS

Array = NDArray[np.float64]
#: Persons or events: whole numbers from sampled lives, real ones from the exact distribution.
Counts = NDArray[np.int32] | NDArray[np.float64]

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
    outcome_value, outcome_present_value
        (strategy, draw, outcome)
    group_size
        (draw, group): persons of each subgroup at the start.
    group_present_value
        (strategy, draw, group, actor, cost_kind): per person of the subgroup.
    group_outcome_value
        (strategy, draw, group, outcome)
    """

    cost: Array
    present_value: Array
    present_value_of_part: Array
    line_present_value: Array
    outcome_value: Array
    outcome_present_value: Array
    group_size: Array
    group_present_value: Array
    group_outcome_value: Array


class Pricer:
    """Prices ledgers of a scenario.

    Parameters
    ----------
    file
        The scenario, or one with other prices and the same account.
    account
        What the ledger counts.

    Raises
    ------
    ScenarioError
        A table has no value for a situation that occurs.
    """

    def __init__(self, file: ScenarioFile, account: Account) -> None:
        scenario = file.scenario
        self.file, self.account = file, account
        self.actors = list(scenario.actors)
        used = {line.booking.kind for line in account.lines} | {"programme"}
        if scenario.public_funds is not None:
            used.add("public_funds")
        self.kinds: list[str] = [kind for kind in COST_KINDS if kind in used]
        self.structure = Structure(scenario)
        self.n_cycles, self.cycle_years = self.structure.n_cycles, self.structure.cycle_years
        elapsed = [cycle // self.structure.per_year for cycle in range(self.n_cycles)]
        start = scenario.population.start.year
        self.years = np.unique([start + years for years in elapsed])
        self.first_cycles = np.searchsorted(elapsed, self.years - start)
        self.values = Values(file, self.structure)
        self.time_number = {meter: number for number, meter in enumerate(account.time)}
        self.event_number = {meter: number for number, meter in enumerate(account.events)}
        self._numbers: dict[tuple[object, ...], NDArray[np.intp]] = {}
        self._register()

    def price(
        self,
        time: Counts,
        events: Counts,
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
        ModelError
            As `check`.
        """
        n_draws, _, n_strategies = time.shape[:3]
        shape = (n_strategies, n_draws, len(self.actors), len(self.kinds))
        cost, present = (np.zeros((*shape, len(self.years))) for _ in range(2))
        of_part = np.zeros((3, *shape))
        of_line = np.zeros((n_strategies, n_draws, len(self.account.lines)))
        groups = list(self.account.groups.values())
        of_group = np.zeros((len(groups), *shape))
        prices = Prices(self, parameters, n_draws)
        ledger = _Ledger(prices, time, events, part_size)
        sizes = np.zeros((n_draws, len(groups)))
        for number, group in enumerate(groups):
            sizes[:, number] = ledger.size(group)
        for number, line in enumerate(self.account.lines):
            kind = self.kinds.index(line.booking.kind)
            amounts = [prices.amount(line, piece) for piece in line.pieces]
            flow = ledger.flow(line, amounts)
            of_line[:, :, number] = flow.discounted.sum(axis=-1)
            in_groups = [ledger.present_value(line, amounts, group) for group in groups]
            for entry in entries(line.booking):
                share = entry.sign * prices.share(entry, line)
                part, of_groups, weight = flow, in_groups, share[:, :1]
                if self.changes(*(of for of in (entry.share, *entry.others) if of is not None)):
                    shared = [amount * share for amount in amounts]
                    part, weight = ledger.flow(line, shared), np.ones((1, 1))
                    of_groups = [ledger.present_value(line, shared, group) for group in groups]
                actor = self.actors.index(entry.actor)
                cost[:, :, actor, kind] += self.by_year(weight * part.paid)
                present[:, :, actor, kind] += self.by_year(weight * part.discounted)
                of_part[:, :, :, actor, kind] += part.in_part * weight[:, 0]
                for of, one in zip(of_group, of_groups, strict=True):
                    of[:, :, actor, kind] += weight[:, 0] * one
        self._public_funds(prices, cost, present, of_part, of_group)
        value, present_value = ledger.outcomes(None)
        outcomes = [ledger.outcomes(group)[0] for group in groups]
        per_person = ledger.n_persons / np.where(sizes > 0, sizes, np.nan).T  # (group, draw)
        of_group = of_group * per_person[:, None, :, None, None]
        group_outcome = np.zeros((len(groups), *value.shape))
        for number, of_outcome in enumerate(outcomes):
            group_outcome[number] = of_outcome * per_person[number][None, :, None]
        return Priced(
            cost, present, of_part, of_line, value, present_value, sizes,
            np.moveaxis(of_group, 0, 2), np.moveaxis(group_outcome, 0, 2),
        )  # fmt: skip

    def check(self, parameters: Mapping[str, Array], n_draws: int) -> None:
        """Work out every amount and share, so that what is wrong with them is known before lives are simulated.

        Raises
        ------
        ModelError
            The shares of several payers do not add up to 1 in some draw, or a formula gives no possible value.
        """
        prices = Prices(self, parameters, n_draws)
        for line in self.account.lines:
            for entry in entries(line.booking):
                prices.share(entry, line)

    def numbers(self, quantity: str | float, situation: tuple[tuple[str, Value], ...] = ()) -> NDArray[np.intp]:
        """Column of a quantity in each cycle (cycle,)."""
        key = (quantity, situation)
        if key not in self._numbers:
            known = dict(situation)
            found = [
                self.values.quantity(quantity, self.structure.at(c, known, held=True)) for c in range(self.n_cycles)
            ]
            self._numbers[key] = np.array(found, dtype=np.intp)
        return self._numbers[key]

    def changes(self, *quantities: str | float) -> bool:
        """Whether any of some quantities may change over time; not a matter of the draws that are priced together."""
        return any(len(np.unique(self.numbers(quantity))) > 1 for quantity in quantities)

    def weights(self, quantity: str) -> NDArray[np.intp]:
        """Column of the weight of each boundary (boundary,)."""
        key = ("boundary", quantity)
        if key not in self._numbers:
            found = [self.values.quantity(quantity, {"boundary": b}) for b in range(self.n_cycles + 1)]
            self._numbers[key] = np.array(found, dtype=np.intp)
        return self._numbers[key]

    def index(self, year: int) -> int:
        """Column of the price index in a year."""
        money = self.file.scenario.money
        assert money is not None and money.index is not None  # checked with the scenario  # noqa: PT018
        return self.values.quantity(money.index, {"year": year})

    def _register(self) -> None:
        """Look up every number that prices need, so that all are known before any is evaluated."""
        scenario = self.file.scenario
        for line in self.account.lines:
            booking = line.booking
            for piece in line.pieces:
                for quantity in (booking.base, booking.share, booking.amount):
                    if quantity is not None:
                        self.numbers(quantity, piece.situation)
            for entry in entries(booking):
                for share in (entry.share, *entry.others):
                    if share is not None:
                        self.numbers(share)
            base = scenario.entry(booking.base if booking.kind == "tax" else booking.amount)
            year = getattr(base, "price_year", None)
            if scenario.money is not None and year not in (None, scenario.money.price_year):
                self.index(int(year))
                self.index(scenario.money.price_year)
        for rewards in self.account.outcomes.values():
            for reward in rewards:
                for piece in reward.pieces:
                    self.numbers(reward.weight, piece.situation)
        for rate in (scenario.discount.money, scenario.discount.outcomes):
            self.numbers(rate)
        if isinstance(scenario.accrual, Accrual):
            self.weights(scenario.accrual.weights)
        if scenario.public_funds is not None:
            self.numbers(scenario.public_funds.factor)

    def by_year(self, flow: Array) -> Array:
        """Sum the cycles (last axis) of each calendar year."""
        if len(self.years) == self.n_cycles:
            return flow
        return np.asarray(np.add.reduceat(flow, self.first_cycles, axis=-1))

    def _public_funds(self, prices: Prices, cost: Array, present: Array, of_part: Array, of_group: Array) -> None:
        """Book the cost of raising what public actors spend, in the kind of its own."""
        funds = self.file.scenario.public_funds
        if funds is None:
            return
        actors = self.file.scenario.actors
        public = [number for number, name in enumerate(self.actors) if actors[name].sector == "public"]
        counted = [n for n, kind in enumerate(self.kinds) if kind in COUNTED_KINDS and kind != "production"]
        at = (self.actors.index(funds.actor), self.kinds.index("public_funds"))
        lost = prices.quantity(funds.factor)[:, 0] - 1.0
        for array, axes in ((cost, (2, 3)), (present, (2, 3)), (of_part, (3, 4)), (of_group, (3, 4))):
            spent = np.take(np.take(array, public, axis=axes[0]), counted, axis=axes[1]).sum(axis=axes)
            if axes == (3, 4):
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
        self.pricer, self.n_draws = pricer, n_draws
        self._values = pricer.values.evaluate(parameters, n_draws)
        discount = pricer.file.scenario.discount
        self.money, self.outcomes = self._factors(discount.money), self._factors(discount.outcomes)
        self.at_start, self.at_end = self._accrual()

    def _factors(self, rate: str | float) -> Factors:
        """Discount factors at the start, in the middle and at the end of each cycle, of a rate that may change."""
        years, n = self.pricer.cycle_years, self.pricer.n_cycles
        rates = self.quantity(rate)
        if not self.pricer.changes(rate):
            return Factors(*(discount_factors(rates[:, :1], (np.arange(n) + part) * years) for part in (0.0, 0.5, 1.0)))
        growth = np.log1p(rates) * years
        before = np.cumsum(growth, axis=1) - growth
        return Factors(*(np.exp(-(before + part * growth)) for part in (0.0, 0.5, 1.0)))

    def _accrual(self) -> tuple[Array, Array]:
        """Weight of the start and of the end of each cycle, each (draw, cycle) or (1, cycle)."""
        accrual, n = self.pricer.file.scenario.accrual, self.pricer.n_cycles
        if isinstance(accrual, str) and accrual in _ACCRUAL:
            start, end = _ACCRUAL[accrual]
            return np.full((1, n), start), np.full((1, n), end)
        # Every boundary once: the start of each cycle, and the end of the last.
        weights = np.ones((1, n + 1))
        if isinstance(accrual, Accrual):
            weights = self._values[:, self.pricer.weights(accrual.weights)]
        last = np.zeros((len(weights), n))
        last[:, -1] = weights[:, -1]
        return weights[:, :-1], last

    def quantity(self, quantity: str | float, situation: tuple[tuple[str, Value], ...] = ()) -> Array:
        """Value of a quantity in each draw and cycle (draw, cycle)."""
        return self._values[:, self.pricer.numbers(quantity, situation)]

    def amount(self, line: Line, piece: Piece) -> Array:
        """What one person pays in each draw and cycle: per year of time, or per event (draw, cycle)."""
        booking = line.booking
        base = booking.base if booking.kind == "tax" else booking.amount
        assert base is not None  # by the schema
        amount = self.quantity(base, piece.situation) * self.quantity(booking.share, piece.situation)
        if booking.kind == "tax":
            amount = amount * self.quantity(booking.amount, piece.situation)
        scenario = self.pricer.file.scenario
        entry = scenario.entry(base)
        if entry is None:
            return amount
        unit = unit_named(entry.unit)
        assert unit is not None  # by the schema
        amount = amount * PER_YEAR.get(unit.per, 1.0)
        money = scenario.money
        price_year = getattr(entry, "price_year", None)
        if money is not None and price_year is not None and price_year != money.price_year:
            then, now = (self._values[:, [self.pricer.index(year)]] for year in (price_year, money.price_year))
            amount = to_price_year(amount, then, now)
        return amount

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
        year = self.pricer.structure.times[cycle]["year"]
        raise ModelError(
            f"{file}:{at}  {line.name}: draw {draw}, year {year}: the shares of its payers "
            f"add up to {sum(sizes.values()):.4g} ({ways}); allowed is {allowed}."
        )


@dataclass(frozen=True)
class Factors:
    """Discount factors (draw, cycle) at the start, in the middle and at the end of each cycle."""

    start: Array
    middle: Array
    end: Array

    def falling(self, when: str) -> Array:
        """Those of events, which fall at ``start_of_cycle``, ``middle_of_cycle`` or ``end_of_cycle``."""
        return {"start_of_cycle": self.start, "middle_of_cycle": self.middle, "end_of_cycle": self.end}[when]


@dataclass(frozen=True)
class _Flow:
    """What persons pay: (strategy, draw, cycle), the same discounted, and (part, strategy, draw) in all."""

    paid: Array
    discounted: Array
    in_part: Array


class _Ledger:
    """The counts of some draws together with the prices of these draws."""

    def __init__(self, prices: Prices, time: Counts, events: Counts, part_size: NDArray[np.int64]) -> None:
        self.pricer, self.prices, self.time, self.events = prices.pricer, prices, time, events
        self.sizes = np.maximum(part_size, 1).astype(float)
        self.n_persons = float(part_size[0] + part_size[1])

    def size(self, group: Part) -> Array:
        """Persons of a subgroup at the start (draw,)."""
        meter = self.pricer.account.alive.within(group)
        return np.asarray(self.time[:, :2, 0, self.pricer.time_number[meter], 0, 0].sum(axis=1), dtype=float)

    def flow(self, line: Line, amounts: list[Array]) -> _Flow:
        """Money of a line, when one person pays one of `amounts` (draw, cycle) for each of its pieces."""
        n_draws, _, n_strategies = self.time.shape[:3]
        paid, discounted = (np.zeros((n_strategies, n_draws, self.pricer.n_cycles)) for _ in range(2))
        in_part = np.zeros((3, n_strategies, n_draws))
        for counts, amount, factor in self._counted(line, amounts, self.prices.money):
            everybody = (counts[:, 0] + counts[:, 1]).transpose(1, 0, 2) * (amount / self.n_persons)
            paid += everybody
            discounted += everybody * factor
            in_part += _summed(counts, amount * factor).transpose(1, 2, 0) / self.sizes[:, None, None]
        return _Flow(paid, discounted, in_part)

    def present_value(self, line: Line, amounts: list[Array], group: Part) -> Array:
        """Present value of a line in a subgroup, over all cycles and per person of everybody (strategy, draw)."""
        return self._totals(line, amounts, self.prices.money, group)[1]

    def outcomes(self, group: Part | None) -> tuple[Array, Array]:
        """Outcomes over all cycles per person of everybody, as they are and discounted (strategy, draw, outcome)."""
        outcomes = self.pricer.account.outcomes
        result, discounted = (np.zeros((self.time.shape[2], len(self.time), len(outcomes))) for _ in range(2))
        for number, rewards in enumerate(outcomes.values()):
            for reward in rewards:
                weights = [self.prices.quantity(reward.weight, piece.situation) for piece in reward.pieces]
                total, present = self._totals(reward, weights, self.prices.outcomes, group)
                result[:, :, number] += total
                discounted[:, :, number] += present
        return result, discounted

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
        for piece, amount in zip(what.pieces, amounts, strict=True):
            meter = piece.meter if group is None else piece.meter.within(group)
            if what.paid == EACH_TIME:
                when = self.pricer.file.scenario.events_fall
                yield self.events[:, :, :, self.pricer.event_number[meter]], amount, factors.falling(when)
                continue
            counts = self.time[:, :, :, self.pricer.time_number[meter]]
            start, end = counts[:, :, :, 0], counts[:, :, :, 1]
            if what.paid == AT_ENROLMENT:
                yield start, amount, factors.start
            elif what.paid == AT_START:
                yield start, amount * (np.arange(self.pricer.n_cycles) == 0), factors.start
            else:
                years = self.pricer.cycle_years
                if self.prices.at_start.any():
                    yield start, amount * (self.prices.at_start * years), factors.start
                if self.prices.at_end.any():
                    yield end, amount * (self.prices.at_end * years), factors.end


def _summed(counts: Counts, amount: Array) -> Array:
    """Counts (draw, ..., cycle) times amounts (draw, cycle), summed over the cycles (draw, ...).

    Cycles are added row by row, so that the sum does not depend on how many draws are priced together (einsum's would).
    """
    shape = (len(amount), *(1 for _ in range(counts.ndim - 2)), amount.shape[-1])
    return np.asarray((np.ascontiguousarray(counts) * amount.reshape(shape)).sum(axis=-1))
