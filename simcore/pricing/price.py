"""Pricing: the ledger and the prices of each draw -> cost per strategy, draw, actor, kind and year.

Person-time is counted at both ends of a cycle; the scenario's accrual says which end is paid
for (half at each by default, or weights by boundary), and each end is discounted at its own time. Events fall in
the middle of their cycle unless the scenario says otherwise, costs at enrolment at its start. Outcomes are
priced in the same way, by the weight of each year or event.

A programme may have several cohorts, which start one after the other. Each is priced by itself, in its own calendar
years; what is booked is the sum over all of them, by calendar year and discounted to the start of the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simcore.model.ledger import FIXED, Account
from simcore.money import real_difference
from simcore.pricing.booking import entries
from simcore.pricing.books import Priced
from simcore.pricing.cash import freed
from simcore.pricing.flows import Counts, FixedCosts, Ledger, Source, by_meter
from simcore.pricing.journal import SPENT, Journal, booked_on, journal, public_actors
from simcore.pricing.payments import Gain, Layout
from simcore.pricing.prices import Array, Numbers, Prices
from simcore.pricing.scale import scale_costs
from simcore.pricing.spread import Luck, spread_points
from simcore.pricing.timeline import by_year
from simcore.scenario.displacing import gains
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Scenario
from simcore.threads import completed
from simcore.vocabulary import COST_KINDS, COUNTED_KINDS, PARTS, PROGRAMME_KINDS

#: Draws are priced in batches of about so many numbers (strategies times draws times cycles): enough for the calls of
#: NumPy to cost little beside the sums, and few enough to stay in the cache.
_BATCH = 1 << 14
#: Amounts are worked out for about so many draws times cycles together.
_AMOUNTS = 1 << 17


@dataclass(frozen=True)
class _Draws:
    """Some draws: prices, counts of the first cohort and of those that lead other lives, luck, and where to book."""

    prices: Prices
    counts: Sequence[tuple[Counts, Counts]]
    luck: Luck | None
    books: Priced

    def some(self, draws: slice) -> _Draws:
        """Some of them."""
        counts = [(time[draws], events[draws]) for time, events in self.counts]
        luck = None if self.luck is None else self.luck.some(draws)
        return _Draws(self.prices.some(draws), counts, luck, self.books.some(draws))


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
        self._layout = Layout(account, _gains(scenario))

    def price(
        self,
        time: Counts,
        events: Counts,
        part_size: NDArray[np.int64],
        parameters: Mapping[str, Array] | Prices,
        later: Sequence[tuple[Counts, Counts]] = (),
        *,
        luck: Luck | None = None,
        workers: int = 1,
    ) -> Priced:
        """Price the ledger of some draws.

        Parameters
        ----------
        time, events
            Ledger, (draw, part, strategy, time meter, end, cycle) and (draw, part, strategy, event meter, cycle).
        part_size
            Persons in each part (part,).
        parameters
            Values of each parameter in these draws (draw,), or the prices that `check` has made of them.
        later
            Ledgers of the cohorts that start later, where they lead other lives; by default those of the first.
        luck
            Where the costs of single events are found; by default they are all as expected.
        workers
            Number of threads.

        Raises
        ------
        ModelError
            As `check`.
        """
        n_draws, _, n_strategies = time.shape[:3]
        prices = parameters if isinstance(parameters, Prices) else self.numbers.draw(parameters, n_draws)
        luck = luck if self._spread_points else None
        books = self._nothing_booked(n_strategies, n_draws, spread=luck is not None)
        everything = _Draws(prices, [(time, events), *later], luck, books)
        n_cycles = self.n_cycles * len(self.numbers.cohorts)
        with ThreadPoolExecutor(workers) as pool:
            for draws in _slices(n_draws, _AMOUNTS // n_cycles):
                given = everything.some(draws)
                journals = self._journals(given.prices)
                batches = _slices(draws.stop - draws.start, _BATCH // (n_cycles * n_strategies))
                tasks = [
                    pool.submit(self._price, given.some(batch), [of.some(batch) for of in journals], part_size)
                    for batch in batches
                ]
                for _ in completed(pool, tasks):
                    pass
        return books

    def _nothing_booked(self, n_strategies: int, n_draws: int, *, spread: bool) -> Priced:
        """Empty books."""
        sizes = {
            "part": len(PARTS), "strategy": n_strategies, "draw": n_draws, "actor": len(self.actors),
            "cost_kind": len(self.kinds), "year": len(self.years), "line": len(self.account.lines),
            "outcome": len(self.account.outcomes), "group": len(self.account.groups),
        }  # fmt: skip
        without = [] if self.has_cashable else ["cashable_saving", "cashable_present_value"]
        return Priced.nothing(sizes, without if spread else [*without, "spread_present_value"])

    def _journals(self, prices: Prices) -> list[Journal]:
        """What is booked on whom: of each cohort, and of the programme as a whole."""
        fixed = [line for line in self.account.lines if line.paid == FIXED]
        others = [line for line in self.account.lines if line.paid != FIXED]
        cohorts = [prices.of_cohort(number) for number in range(len(self.numbers.cohorts))]
        return [*(journal(others, self._layout, of) for of in cohorts), journal(fixed, self._layout, prices)]

    def _price(self, given: _Draws, journals: Sequence[Journal], part_size: NDArray[np.int64]) -> None:
        """Book a batch of draws."""
        books, prices = given.books, given.prices
        counts = [by_meter(*of_cohort) for of_cohort in given.counts]
        if len(counts) == 1:  # all cohorts lead the lives of the first
            counts *= len(self.numbers.cohorts)
        ledgers = [
            Ledger(self._layout, prices.of_cohort(number), *of_cohort, part_size)
            for number, of_cohort in enumerate(counts)
        ]
        scale_costs(self.account.lines, ledgers)
        books.group_size[:] = sum(ledger.group_sizes() for ledger in ledgers) / len(ledgers)
        shares = books.group_size / ledgers[0].n_persons
        for source, of_source in zip(
            (*ledgers, FixedCosts(self._layout, prices, part_size, shares)), journals, strict=True
        ):
            self._book(books, source, of_source)
        for ledger in ledgers:
            self._book_outcomes(books, ledger)
        per_person = 1.0 / np.where(shares > 0, shares, np.nan)
        books.group_present_value[:] *= per_person[:, :, None, None]
        books.group_outcome_value[:] *= per_person[:, :, None]
        if books.spread_present_value is not None and given.luck is not None:
            self._spread(books.spread_present_value, prices, ledgers, given.luck)
        if books.cashable_saving is not None:
            self._cashable(books, ledgers)

    def check(self, parameters: Mapping[str, Array], n_draws: int) -> Prices:
        """Work out every amount and share, so that what is wrong with them is known before lives are simulated.

        Returns
        -------
        The prices, for `price`.

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
        return prices

    def expected(self, quantity: str | float) -> float:
        """Value of a quantity at the start, when all parameters have their means."""
        return float(self._at_means.quantity(quantity)[0, 0])

    @cached_property
    def _at_means(self) -> Prices:
        means = {name: np.array([distribution.mean]) for name, distribution in self.file.distributions.items()}
        return self.numbers.draw(means, 1)

    def _book(self, books: Priced, source: Source, of_source: Journal) -> None:
        """Book the lines of a cohort, or those of the programme as a whole, on everybody who pays or gets something."""
        for number, line in enumerate(self.account.lines):
            if line.name in of_source.lines:
                total = books.line_present_value[:, :, number]
                total += source.in_all_of_everybody(of_source.lines[line.name])
        for (actor, kind), amounts in of_source.accounts.items():
            at = self.actors.index(actor), self.kinds.index(kind)
            money, present = source.by_year(amounts), source.in_all(amounts)
            found = [
                (books.cost[:, :, *at, source.years], money[0]),
                (books.present_value[:, :, *at, source.years], money[1]),
                (books.present_value_of_part[:, :, :, *at], present[: len(PARTS)]),
                (np.moveaxis(books.group_present_value, 2, 0)[:, :, :, *at], present[len(PARTS) :]),
            ]
            if kind in COUNTED_KINDS:
                found.append((books.present_value_between_halves[:, :, at[0], source.years], money[2]))
            for total, more in found:
                total += more

    def _book_outcomes(self, books: Priced, ledger: Ledger) -> None:
        """Book the outcomes of a cohort, and the years it lives."""
        values, present = ledger.outcomes()
        for total, more in (
            (books.outcome_value, ledger.of_everybody(values)),
            (books.outcome_present_value, ledger.of_everybody(present)),
            (books.outcome_value_of_part, values[: len(PARTS)]),
            (books.outcome_present_value_of_part, present[: len(PARTS)]),
            (np.moveaxis(books.group_outcome_value, 2, 0), values[len(PARTS) :]),
            (books.years_alive[:, :, ledger.years], by_year(ledger.years_alive(), self.structure.per_year)),
        ):
            total += more

    def _spread(self, books: Array, prices: Prices, ledgers: Sequence[Ledger], luck: Luck) -> None:
        """Book (strategy, draw, actor, cost_kind) what events of the target group cost beyond what is expected."""
        for line in self.account.lines:
            for ledger in ledgers if line.spread is not None else ():
                more = ledger.beyond_expected(line, luck, self._spread_points)
                for entry in entries(line.booking):
                    actor = self.actors.index(booked_on(self.file.scenario, entry, line))
                    shared = entry.sign * ledger.prices.share(entry, line)
                    books[:, :, actor, self.kinds.index(line.kind)] += (more * shared).sum(axis=-1)
        funds = self.file.scenario.public_funds
        if funds is not None:
            spent = [self.kinds.index(kind) for kind in self.kinds if kind in SPENT]
            public = [self.actors.index(actor) for actor in public_actors(self.file.scenario)]
            at = self.actors.index(funds.actor), self.kinds.index("public_funds")
            books[:, :, *at] = books[:, :, public][:, :, :, spent].sum(axis=(2, 3)) * prices.lost_in_raising()[:, 0]

    def _cashable(self, books: Priced, ledgers: Sequence[Ledger]) -> None:
        """Book what of the avoided cost is money, against the scenario's comparator: avoided minus freed."""
        usual = list(self.file.scenario.strategies).index(self.file.scenario.comparator)
        kinds = [n for n, kind in enumerate(self.kinds) if kind in COUNTED_KINDS and kind not in PROGRAMME_KINDS]
        capacity = freed(self.account.lines, ledgers, self.actors)
        savings = (books.cashable_saving, books.cashable_present_value)
        for saving, cost, kept in zip(savings, (books.cost, books.present_value), capacity, strict=True):
            assert saving is not None  # where there is something cashable
            total = sum((cost[:, :, :, kind] for kind in kinds), np.zeros_like(cost[:, :, :, 0]))
            saving[:] = real_difference(total[[usual]], total, exact=ledgers[0].exact) - kept


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


def _slices(n: int, step: int) -> Iterator[slice]:
    """Cut a row of so many into slices of at most `step`, which is at least 1."""
    for first in range(0, n, max(step, 1)):
        yield slice(first, min(first + max(step, 1), n))
