"""What everything costs in some draws: amounts, payers' shares and discount factors, cycle by cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.model.ledger import FIXED, Line
from simcore.model.values import Values
from simcore.money import discount_factors, to_price_year
from simcore.pricing.booking import Entry, entries
from simcore.pricing.timeline import Known, Timeline, cohort, programme
from simcore.rates import ROUNDING
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.quantities import PER_YEAR, unit_named
from simcore.scenario.schema import Accrual, Booking
from simcore.scenario.structure import Structure

Array = NDArray[np.float64]

#: Weight of the start and of the end of a cycle.
_ACCRUAL = {"start_of_cycle": (1.0, 0.0), "end_of_cycle": (0.0, 1.0), "half_cycle": (0.5, 0.5)}


@dataclass(frozen=True)
class Factors:
    """Discount factors (draw, cycle) at the start, in the middle and at the end of each cycle."""

    start: Array
    middle: Array
    end: Array

    def falling(self, when: str) -> Array:
        """Those of events, which fall at ``start_of_cycle``, ``middle_of_cycle`` or ``end_of_cycle``."""
        return {"start_of_cycle": self.start, "middle_of_cycle": self.middle, "end_of_cycle": self.end}[when]

    def within(self, timeline: Timeline) -> Factors:
        """Those of the cycles of a cohort, of factors of the whole programme."""
        cycles = slice(timeline.first, timeline.first + timeline.n_cycles)
        return Factors(self.start[:, cycles], self.middle[:, cycles], self.end[:, cycles])

    def later(self, timeline: Timeline, cycles: NDArray[np.intp]) -> Factors:
        """Those of a cohort's cycles so many cycles (draw,) later; of the last cycle, beyond the end."""
        at = timeline.first + np.arange(timeline.n_cycles) + cycles[:, None]
        at = np.minimum(at, self.start.shape[1] - 1)
        return Factors(*(np.take_along_axis(own, at, axis=1) for own in (self.start, self.middle, self.end)))


class Numbers:
    """The quantities that the prices of a scenario are made of, over the cycles of each cohort and of them all.

    Parameters
    ----------
    file
        The scenario.
    lines
        What is paid.
    weights
        Weights of outcomes, with what is known of those whom each is for.

    Attributes
    ----------
    file, structure, values
        The scenario, what follows from it, and its numbers as columns.
    cohorts
        The cycles of each cohort.
    programme
        The cycles from the start of the first cohort to the horizon of the last.

    Raises
    ------
    ScenarioError
        A table has no value for a situation that occurs.
    """

    def __init__(self, file: ScenarioFile, lines: tuple[Line, ...], weights: list[tuple[str | float, Known]]) -> None:
        self.file, self.structure = file, Structure(file.scenario)
        self.values = Values(file, self.structure)
        first = cohort(self.values, self.structure, 0)
        others = range(1, file.scenario.population.cohorts)
        self.cohorts = [first, *(cohort(self.values, self.structure, number, first) for number in others)]
        self.programme = programme(self.values, self.structure)
        # Every number is looked up now, so that all are known before any is evaluated.
        for timeline in self.cohorts:
            for line in lines:
                if line.paid != FIXED:
                    self._register(line, timeline)
            for weight, known in weights:
                timeline.numbers(weight, known)
        for line in lines:
            if line.paid == FIXED:
                self._register(line, self.programme)
        self._register_rules()

    def _register(self, line: Line, timeline: Timeline) -> None:
        """Look up what a line needs."""
        booking, scenario = line.booking, self.file.scenario
        for situation in (piece.situation for piece in line.pieces) if line.paid != FIXED else [()]:
            for quantity in (booking.base, booking.share, booking.amount):
                if quantity is not None:
                    timeline.numbers(quantity, situation)
        for entry in entries(booking):
            for share in (entry.share, *entry.others):
                if share is not None:
                    timeline.numbers(share)
        further: list[str | float | None] = []
        if line.displaced is not None:
            further.append(line.displaced.share)
        if line.scale is not None:
            further += [line.scale.participants, line.scale.elasticity]
        if line.cashable is not None:
            further += [line.cashable.share, line.cashable.after, line.cashable.step]
        if line.spread is not None:
            further.append(line.spread.cv)
        for quantity in further:
            if quantity is not None:
                timeline.numbers(quantity)
        base = scenario.entry(booking.base if booking.kind == "tax" else booking.amount)
        year = getattr(base, "price_year", None)
        if scenario.money is not None and year not in (None, scenario.money.price_year):
            self.index(int(year))
            self.index(scenario.money.price_year)

    def _register_rules(self) -> None:
        """Look up discount rates, the weights of boundaries, and the cost of public funds."""
        scenario = self.file.scenario
        for rate in (scenario.discount.money, scenario.discount.outcomes):
            self.programme.numbers(rate)
        if isinstance(scenario.accrual, Accrual):
            self.boundaries(scenario.accrual.weights)
        if scenario.public_funds is not None:
            self.programme.numbers(scenario.public_funds.factor)

    def boundaries(self, quantity: str) -> NDArray[np.intp]:
        """Column of the weight of each boundary of a cohort (boundary,)."""
        found = [self.values.quantity(quantity, {"boundary": b}) for b in range(self.structure.n_cycles + 1)]
        return np.array(found, dtype=np.intp)

    def index(self, year: int) -> int:
        """Column of the price index in a year."""
        money = self.file.scenario.money
        assert money is not None and money.index is not None  # checked with the scenario  # noqa: PT018
        return self.values.quantity(money.index, {"year": year})

    def draw(self, parameters: Mapping[str, Array], n_draws: int) -> Prices:
        """The prices of the whole programme in some draws.

        Raises
        ------
        ModelError
            A formula gives no possible value in some draw.
        """
        return Prices(self, self.programme, self.values.evaluate(parameters, n_draws))


class Prices:
    """What everything costs in some draws over a timeline: amounts, shares and factors.

    Each is (draw, cycle), or (draw, 1) where it does not change over time.

    Parameters
    ----------
    numbers
        The quantities of the scenario.
    timeline
        Over which cycles.
    values
        Every column in these draws (draw, column).
    of
        The prices of the whole programme, when these are those of a cohort.

    Attributes
    ----------
    numbers, timeline
        As given.
    whole
        The prices of the whole programme.
    """

    def __init__(self, numbers: Numbers, timeline: Timeline, values: Array, of: Prices | None = None) -> None:
        self.numbers, self.timeline, self._values = numbers, timeline, values
        self.whole = self if of is None else of

    def of_cohort(self, number: int) -> Prices:
        """Those of a cohort, of prices of the whole programme."""
        return Prices(self.numbers, self.numbers.cohorts[number], self._values, self)

    def some(self, draws: slice) -> Prices:
        """Those of some of the draws, of prices of the whole programme."""
        return Prices(self.numbers, self.timeline, self._values[draws])

    @cached_property
    def money(self) -> Factors:
        """Discount factors of money, from the start of the first cohort."""
        if self.whole is not self:
            return self.whole.money.within(self.timeline)
        return self._factors(self.numbers.file.scenario.discount.money)

    @cached_property
    def outcomes(self) -> Factors:
        """Discount factors of outcomes, from the start of the first cohort."""
        if self.whole is not self:
            return self.whole.outcomes.within(self.timeline)
        return self._factors(self.numbers.file.scenario.discount.outcomes)

    def _factors(self, rate: str | float) -> Factors:
        """Discount factors at the start, in the middle and at the end of each cycle, of a rate that may change."""
        years, n = self.numbers.structure.cycle_years, self.timeline.n_cycles
        rates = self.quantity(rate)
        if not self.timeline.changes(rate):
            return Factors(*(discount_factors(rates, (np.arange(n) + part) * years) for part in (0.0, 0.5, 1.0)))
        growth = np.log1p(rates) * years
        before = np.cumsum(growth, axis=1) - growth
        return Factors(*(np.exp(-(before + part * growth)) for part in (0.0, 0.5, 1.0)))

    @cached_property
    def accrual(self) -> tuple[Array, Array]:
        """Weight of the start and of the end of each cycle, each (draw, cycle) or (1, cycle)."""
        accrual, n = self.numbers.file.scenario.accrual, self.timeline.n_cycles
        if isinstance(accrual, str) and accrual in _ACCRUAL:
            start, end = _ACCRUAL[accrual]
            return np.full((1, n), start), np.full((1, n), end)
        # Every boundary once: the start of each cycle, and the end of the last.
        weights = np.ones((1, n + 1))
        if isinstance(accrual, Accrual):
            weights = self._values[:, self.numbers.boundaries(accrual.weights)]
        last = np.zeros((len(weights), n))
        last[:, -1] = weights[:, -1]
        return weights[:, :-1], last

    def quantity(self, quantity: str | float, known: Known = ()) -> Array:
        """Value of a quantity in each draw and cycle (draw, cycle); (draw, 1) where it does not change over time."""
        return self._values[:, self.timeline.numbers(quantity, known)]

    def amounts(self, line: Line) -> list[Array]:
        """What one person pays for each piece of a line: per year of time, or per event, each (draw, 1 or cycle).

        Of a fixed cost, what the whole target group pays.
        """
        if line.paid == FIXED:
            return [self._amount(line.booking, ())]
        found = [self._amount(line.booking, piece.situation) for piece in line.pieces]
        if line.displaced is not None:
            share = self.quantity(line.displaced.share)
            found = [amount * share for amount in found]
        return found

    def _amount(self, booking: Booking, known: Known) -> Array:
        base = booking.base if booking.kind == "tax" else booking.amount
        assert base is not None  # by the schema
        amount = self.quantity(base, known) * self.quantity(booking.share, known)
        if booking.kind == "tax":
            amount = amount * self.quantity(booking.amount, known)
        scenario = self.numbers.file.scenario
        entry = scenario.entry(base)
        if entry is None:
            return amount
        unit = unit_named(entry.unit)
        assert unit is not None  # by the schema
        amount = amount * PER_YEAR.get(unit.per, 1.0)
        money = scenario.money
        price_year = getattr(entry, "price_year", None)
        if money is not None and price_year is not None and price_year != money.price_year:
            then, now = (self._values[:, [self.numbers.index(year)]] for year in (price_year, money.price_year))
            amount = to_price_year(amount, then, now)
        return amount

    def lost_in_raising(self) -> Array:
        """What raising one unit of public money costs beyond it (draw, 1)."""
        funds = self.numbers.file.scenario.public_funds
        assert funds is not None  # asked where they have a cost
        return self.whole.quantity(funds.factor)[:, :1] - 1.0

    def share(self, entry: Entry, line: Line) -> Array:
        """Share of a payer in each draw and cycle (draw, 1 or cycle).

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
        sizes = {str(of): float(np.broadcast_to(self.quantity(of), wrong.shape)[draw, cycle]) for of in entry.others}
        ways = ", ".join(f"{name} {size:.4g}" for name, size in sizes.items())
        file, at = self.numbers.file.places[line.path]
        raise ModelError(
            f"{file}:{at}  {line.name}: draw {draw}, year {self.timeline.year(cycle)}: the shares of its payers "
            f"add up to {sum(sizes.values()):.4g} ({ways}); allowed is {allowed}."
        )
