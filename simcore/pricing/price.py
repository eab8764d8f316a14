"""Pricing: the ledger and the prices of each draw -> cost per strategy, draw, actor, kind and year.

Person-time is counted at both ends of a cycle; the scenario's accrual says which end is paid
for (half at each by default, or weights by boundary), and each end is discounted at its own time. Events fall in
the middle of their cycle unless the scenario says otherwise, costs at enrolment at its start. Outcomes are
priced in the same way, by the weight of each year or event.

A programme may have several cohorts, which start one after the other. Each is priced by itself, in its own calendar
years; what is booked is the sum over all of them, by calendar year and discounted to the start of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.model.ledger import FIXED, Account, Line
from simcore.money import real_difference
from simcore.pricing.booking import Entry, entries
from simcore.pricing.cash import freed
from simcore.pricing.flows import Counts, FixedCosts, Gain, Layout, Ledger
from simcore.pricing.prices import Array, Numbers, Prices
from simcore.pricing.scale import scale_costs
from simcore.pricing.spread import Luck, spread_points
from simcore.pricing.timeline import by_year
from simcore.scenario.displacing import gains
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Scenario
from simcore.vocabulary import COST_KINDS, COUNTED_KINDS, PROGRAMME_KINDS

#: Kinds that a cost of raising public money is worked out of: what public actors spend.
_SPENT = tuple(kind for kind in COUNTED_KINDS if kind not in ("production", "displaced_production"))


@dataclass(frozen=True)
class Priced:
    """Costs per person of some draws; dims as in `simcore.vocabulary`, kinds as in `Pricer.kinds`.

    Attributes
    ----------
    cost, present_value
        (strategy, draw, actor, cost_kind, year)
    present_value_of_part
        (part, strategy, draw, actor, cost_kind)
    present_value_between_halves
        (strategy, draw, actor, year): all counted kinds, a person of the first half minus one of the second.
    line_present_value
        (strategy, draw, line)
    outcome_value, outcome_present_value
        (strategy, draw, outcome)
    outcome_value_of_part, outcome_present_value_of_part
        (part, strategy, draw, outcome)
    group_size
        (draw, group): persons of each subgroup at the start.
    group_present_value
        (strategy, draw, group, actor, cost_kind): per person of the subgroup.
    group_outcome_value
        (strategy, draw, group, outcome)
    years_alive
        (strategy, draw, year)
    cashable_saving, cashable_present_value
        (strategy, draw, actor, year); None where no price says what of it is cashable.
    spread_present_value
        (strategy, draw, actor, cost_kind): per person of the target group; None where no price says how much single
        events differ, and without luck.
    """

    cost: Array
    present_value: Array
    present_value_of_part: Array
    present_value_between_halves: Array
    line_present_value: Array
    outcome_value: Array
    outcome_present_value: Array
    outcome_value_of_part: Array
    outcome_present_value_of_part: Array
    group_size: Array
    group_present_value: Array
    group_outcome_value: Array
    years_alive: Array
    cashable_saving: Array | None = None
    cashable_present_value: Array | None = None
    spread_present_value: Array | None = None


class _Books:
    """Where everything is booked: (strategy, draw, actor, cost_kind) and beyond."""

    def __init__(self, pricer: Pricer, n_strategies: int, n_draws: int) -> None:
        shape = (n_strategies, n_draws, len(pricer.actors), len(pricer.kinds))
        self.cost, self.present = (np.zeros((*shape, len(pricer.years))) for _ in range(2))
        self.of_part = np.zeros((3, *shape))
        self.of_line = np.zeros((n_strategies, n_draws, len(pricer.account.lines)))
        self.of_group = np.zeros((len(pricer.account.groups), *shape))
        self.spread = np.zeros(shape)
        self.between = np.zeros((n_strategies, n_draws, len(pricer.actors), len(pricer.years)))


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
        used = {line.kind for line in account.lines} | {"programme"}
        if scenario.public_funds is not None:
            used.add("public_funds")
        self.kinds: list[str] = [kind for kind in COST_KINDS if kind in used]
        rewards = [reward for outcome in account.outcomes.values() for reward in outcome]
        weights = [(reward.weight, piece.situation) for reward in rewards for piece in reward.pieces]
        self.numbers = Numbers(file, account.lines, weights)
        self.structure = self.numbers.structure
        self.n_cycles, self.cycle_years = self.structure.n_cycles, self.structure.cycle_years
        start = scenario.population.start.year
        self.years = start + np.arange(-(-self.numbers.programme.n_cycles // self.structure.per_year))
        self.has_cashable = any(line.cashable is not None for line in account.lines)
        varying = [line for line in account.lines if line.spread is not None]
        self._spread_points = spread_points({line.name: len(line.pieces) for line in varying})
        self._layout = Layout(
            account,
            _gains(scenario),
            {meter: number for number, meter in enumerate(account.time)},
            {meter: number for number, meter in enumerate(account.events)},
        )

    def price(
        self,
        time: Counts,
        events: Counts,
        part_size: NDArray[np.int64],
        parameters: Mapping[str, Array],
        later: Sequence[tuple[Counts, Counts]] = (),
        *,
        luck: Luck | None = None,
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
        later
            Ledgers of the cohorts that start later, where they lead other lives; by default those of the first.
        luck
            Where the costs of single events are found; by default they are all as expected.

        Raises
        ------
        ModelError
            As `check`.
        """
        n_draws, _, n_strategies = time.shape[:3]
        prices = self.numbers.draw(parameters, n_draws)
        n_cohorts = len(self.numbers.cohorts)
        counts = [(time, events), *(later or [(time, events)] * (n_cohorts - 1))]
        ledgers = [
            Ledger(self._layout, prices.of_cohort(number), *of, part_size) for number, of in enumerate(counts)
        ]  # fmt: skip
        scale_costs(self.account.lines, ledgers)
        books = _Books(self, n_strategies, n_draws)
        groups = list(self.account.groups.values())
        sizes = np.zeros((n_draws, len(groups)))
        for number, group in enumerate(groups):
            of_cohorts = [ledger.size(group) for ledger in (ledgers if later else ledgers[:1])]
            sizes[:, number] = sum(of_cohorts) / len(of_cohorts)
        n_persons = ledgers[0].n_persons
        fixed = FixedCosts(prices, n_draws, {group: sizes[:, n] / n_persons for n, group in enumerate(groups)})
        for number, line in enumerate(self.account.lines):
            for source in [fixed] if line.paid == FIXED else ledgers:
                self._book(books, number, line, source)
        if luck is not None and self._spread_points:
            self._spread(books, ledgers, luck)
        self._public_funds(prices, books)
        value, present_value = np.zeros((2, n_strategies, n_draws, len(self.account.outcomes)))
        of_part = np.zeros((2, 3, *value.shape))
        group_outcome = np.zeros((len(groups), *value.shape))
        for ledger in ledgers:
            for total, one in zip((value, present_value), ledger.outcomes(None), strict=True):
                total += one
            for total, one in zip(of_part, ledger.outcomes_in_part(), strict=True):
                total += one
            for total, group in zip(group_outcome, groups, strict=True):
                total += ledger.outcomes(group)[0]
        per_person = n_persons / np.where(sizes > 0, sizes, np.nan).T  # (group, draw)
        of_group = books.of_group * per_person[:, None, :, None, None]
        group_outcome = group_outcome * per_person[:, None, :, None]
        saving, saving_now = self._cashable(books, ledgers) if self.has_cashable else (None, None)
        return Priced(
            cost=books.cost,
            present_value=books.present,
            present_value_of_part=books.of_part,
            present_value_between_halves=books.between,
            line_present_value=books.of_line,
            outcome_value=value,
            outcome_present_value=present_value,
            outcome_value_of_part=of_part[0],
            outcome_present_value_of_part=of_part[1],
            group_size=sizes,
            group_present_value=np.moveaxis(of_group, 0, 2),
            group_outcome_value=np.moveaxis(group_outcome, 0, 2),
            years_alive=self._years_alive(ledgers),
            cashable_saving=saving,
            cashable_present_value=saving_now,
            spread_present_value=books.spread if luck is not None and self._spread_points else None,
        )

    def _years_alive(self, ledgers: Sequence[Ledger]) -> Array:
        """Person-time alive of all cohorts in each calendar year (strategy, draw, year)."""
        found: list[Array] = []
        for ledger in ledgers:
            lived = by_year(ledger.years_alive(), self.structure.per_year)
            first = ledger.prices.timeline.first // self.structure.per_year
            whole = np.zeros((*lived.shape[:2], len(self.years)))
            whole[:, :, first : first + lived.shape[-1]] = lived
            found.append(whole)
        return np.asarray(sum(found))

    def check(self, parameters: Mapping[str, Array], n_draws: int) -> None:
        """Work out every amount and share, so that what is wrong with them is known before lives are simulated.

        Raises
        ------
        ModelError
            The shares of several payers do not add up to 1 in some draw, or a formula gives no possible value.
        """
        prices = self.numbers.draw(parameters, n_draws)
        cohorts = [prices.of_cohort(number) for number in range(len(self.numbers.cohorts))]
        for line in self.account.lines:
            for entry in entries(line.booking):
                for of in [prices] if line.paid == FIXED else cohorts:
                    of.share(entry, line)

    def expected(self, quantity: str | float) -> float:
        """Value of a quantity at the start, when all parameters have their means."""
        means = {name: np.array([distribution.mean]) for name, distribution in self.file.distributions.items()}
        return float(self.numbers.draw(means, 1).quantity(quantity)[0, 0])

    def _book(self, books: _Books, number: int, line: Line, source: Ledger | FixedCosts) -> None:
        """Book a line of a cohort, or of the programme as a whole, on everybody who pays or gets it."""
        kind = self.kinds.index(line.kind)
        groups = list(self.account.groups.values())
        prices, timeline = source.prices, source.prices.timeline
        amounts = prices.amounts(line)
        flow = source.flow(line, amounts)
        books.of_line[:, :, number] += flow.discounted.sum(axis=-1)
        in_groups = [source.present_value(line, amounts, group) for group in groups]
        first = timeline.first // self.structure.per_year
        for entry in entries(line.booking):
            share = entry.sign * prices.share(entry, line)
            part, of_groups, weight = flow, in_groups, share[:, :1]
            if timeline.changes(*entry.shares):
                shared = [amount * share for amount in amounts]
                part, weight = source.flow(line, shared), np.ones((1, 1))
                of_groups = [source.present_value(line, shared, group) for group in groups]
            actor = self.actors.index(self.booked_on(entry, line))
            paid = by_year(weight * part.paid, self.structure.per_year)
            years = slice(first, first + paid.shape[-1])
            books.cost[:, :, actor, kind, years] += paid
            books.present[:, :, actor, kind, years] += by_year(weight * part.discounted, self.structure.per_year)
            books.of_part[:, :, :, actor, kind] += part.in_part * weight[:, 0]
            if line.kind in COUNTED_KINDS:
                books.between[:, :, actor, years] += by_year(weight * part.between, self.structure.per_year)
            for of, one in zip(books.of_group, of_groups, strict=True):
                of[:, :, actor, kind] += weight[:, 0] * one

    def _spread(self, books: _Books, ledgers: Sequence[Ledger], luck: Luck) -> None:
        """Book what the events of the target group cost beyond what is expected of them."""
        for line in self.account.lines:
            for ledger in ledgers if line.spread is not None else ():
                more = ledger.beyond_expected(line, luck, self._spread_points)
                for entry in entries(line.booking):
                    actor, kind = self.actors.index(self.booked_on(entry, line)), self.kinds.index(line.kind)
                    shared = entry.sign * ledger.prices.share(entry, line)
                    books.spread[:, :, actor, kind] += (more * shared).sum(axis=-1)

    def booked_on(self, entry: Entry, line: Line) -> str:
        """The actor of an entry: what others lose of a displacement falls on one actor, unless it is public money."""
        if line.displaced is None or self.file.scenario.actors[entry.actor].sector == "public":
            return entry.actor
        return line.displaced.borne_by

    def _cashable(self, books: _Books, ledgers: Sequence[Ledger]) -> tuple[Array, Array]:
        """What of the avoided cost is money, against the scenario's comparator: avoided minus freed."""
        usual = list(self.file.scenario.strategies).index(self.file.scenario.comparator)
        kinds = [n for n, kind in enumerate(self.kinds) if kind in COUNTED_KINDS and kind not in PROGRAMME_KINDS]
        found = []
        capacity = freed(self.account.lines, ledgers, self.actors)
        for cost, kept in zip((books.cost, books.present), capacity, strict=True):
            total = sum((cost[:, :, :, kind] for kind in kinds), np.zeros_like(cost[:, :, :, 0]))
            found.append(real_difference(total[[usual]], total, exact=ledgers[0].exact) - kept)
        return found[0], found[1]

    def _public_funds(self, prices: Prices, books: _Books) -> None:
        """Book the cost of raising what public actors spend, in the kind of its own."""
        funds = self.file.scenario.public_funds
        if funds is None:
            return
        actors = self.file.scenario.actors
        public = [number for number, name in enumerate(self.actors) if actors[name].sector == "public"]
        counted = [n for n, kind in enumerate(self.kinds) if kind in _SPENT]
        at = (self.actors.index(funds.actor), self.kinds.index("public_funds"))
        lost = prices.quantity(funds.factor)[:, 0] - 1.0
        for array in (books.cost, books.present, books.spread, books.of_part, books.of_group):
            by_actor = 3 if array is books.of_part or array is books.of_group else 2
            axes = (by_actor, by_actor + 1)
            spent = np.take(np.take(array, public, axis=axes[0]), counted, axis=axes[1]).sum(axis=axes)
            by_draw = lost[:, None] if array is books.cost or array is books.present else lost
            array[(slice(None),) * by_actor + at] = by_draw * spent


def _gains(scenario: Scenario) -> dict[str, Gain]:
    """Of each intervention that displaces, for each strategy: the numbers of those without and with it."""
    number = {name: place for place, name in enumerate(scenario.strategies)}
    found = {}
    for name, intervention in scenario.interventions.items():
        if intervention.displacement:
            pairs = gains(scenario, name).values()
            found[name] = (
                np.array([number[without] for without, _ in pairs]),
                np.array([number[with_it] for _, with_it in pairs]),
            )
    return found
