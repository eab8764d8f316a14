"""Meters: which person-time and which events are counted, and how they are labelled.

The simulation knows no money. It counts persons in *situations* (at both ends of every cycle) and
*events*; prices, programme costs and outcomes refer to these counts afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from simcore.scenario.conditions import ALWAYS, Band, Condition, MoveText, Part, parse_condition, parse_move
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import Booking, Outcome, Price, Scenario

#: Length of a cycle [years].
CYCLE_YEARS = {"year": 1.0}


@dataclass(frozen=True)
class Meter:
    """Something that is counted: persons in a situation, or how often a move happens.

    `condition` is on the situation; for an event (`move` is set), on the situation at the start of
    the cycle it happens in.
    """

    condition: Condition
    move: MoveText | None = None

    @property
    def name(self) -> str:
        """The meter in words."""
        words = condition_words(self.condition)
        if self.move is None:
            return words or "everybody"
        move = f"{self.move.domain}: {self.move.start} -> {self.move.end}"
        return f"{move}, if {words}" if words else move


def condition_words(condition: Condition) -> str:
    """Write a condition in words: ``work is outside or sick, age is 18 to 29, not (sex is male)``."""
    words = []
    for part in condition.parts:
        if isinstance(part.values, Band):
            high = part.values.high
            text = f"{part.values.low} or more" if high is None else f"{part.values.low} to {high}"
        else:
            text = " or ".join(sorted(map(str, part.values)))
        words.append(f"{part.variable} is {text}")
    words += [f"not ({condition_words(inner)})" for inner in condition.negated]
    return ", ".join(words)


@dataclass(frozen=True)
class Line:
    """A line of the account: a priced meter.

    Attributes
    ----------
    name
        Name of the price, or ``intervention.costs[0]``.
    meter
        What is counted.
    booking
        Kind, amount and who pays.
    path
        Where it stands in the scenario.
    once
        Paid at the start of the cycle, once for each person counted there (a cost at enrolment).
    """

    name: str
    meter: Meter
    booking: Booking
    path: tuple[str | int, ...]
    once: bool = False


@dataclass(frozen=True)
class Account:
    """Everything that is counted, and what it is counted for.

    `time` and `events` are the meters in the order of the ledger; `alive` is the time meter of
    everybody who lives.
    """

    lines: tuple[Line, ...]
    outcomes: dict[str, Meter]
    alive: Meter
    time: tuple[Meter, ...] = field(init=False)
    events: tuple[Meter, ...] = field(init=False)

    def __post_init__(self) -> None:
        meters = [self.alive, *(line.meter for line in self.lines), *self.outcomes.values()]
        distinct = list(dict.fromkeys(meters))
        object.__setattr__(self, "time", tuple(meter for meter in distinct if meter.move is None))
        object.__setattr__(self, "events", tuple(meter for meter in distinct if meter.move is not None))


def account(scenario: Scenario) -> Account:
    """Collect what a scenario counts: prices, programme costs, outcomes and person-time alive."""
    return Account(
        tuple(_lines(scenario)),
        {name: _meter(scenario, outcome) for name, outcome in scenario.outcomes.items()},
        Meter(alive(scenario)),
    )


def alive(scenario: Scenario) -> Condition:
    """The condition of being alive: always true in a model without death."""
    for name, domain in scenario.domains.items():
        if domain.ends_life is not None:
            return Condition((Part(name, frozenset(domain.states) - {domain.ends_life}),))
    return ALWAYS


def _meter(scenario: Scenario, entry: Price | Outcome) -> Meter:
    if entry.move is not None:
        return Meter(parse_condition(entry.if_ or {}), parse_move(entry.move))
    return Meter(_of_the_living(scenario, parse_condition(entry.while_ or {})))


def _of_the_living(scenario: Scenario, condition: Condition) -> Condition:
    """Add that a person lives, unless the condition asks for the dead."""
    for name, domain in scenario.domains.items():
        asks = [part for part in condition.parts if part.variable == name and not isinstance(part.values, Band)]
        if domain.ends_life is not None and any(domain.ends_life in part.values for part in asks):
            return condition
    return condition & alive(scenario)


def _lines(scenario: Scenario) -> Iterator[Line]:
    for name, price in scenario.prices.items():
        yield Line(name, _meter(scenario, price), price, ("prices", name))
    for name, intervention in scenario.interventions.items():
        for number, cost in enumerate(intervention.costs):
            entry = scenario.entry(cost.amount)
            unit = unit_named(entry.unit) if entry is not None else None
            once = cost.years is None or (unit is not None and unit.per == "participant")
            first, last = cost.years or (1, 1)
            assert isinstance(first, int)  # by the schema
            phases = Band(first, None if last == "onwards" else int(last))
            condition = Condition((Part(name, phases),)) & parse_condition(cost.while_ or {})
            meter = Meter(_of_the_living(scenario, condition))
            yield Line(f"{name}.costs[{number}]", meter, cost, ("interventions", name, "costs", number), once)
