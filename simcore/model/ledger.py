"""Meters: which person-time and which events are counted, and how they are labelled.

The simulation knows no money. It counts persons in *situations* (at both ends of every cycle) and
*events*; prices, programme costs and outcomes refer to these counts afterwards.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from simcore.errors import ModelError
from simcore.scenario.conditions import (
    ALWAYS,
    DROPPED_OUT,
    Band,
    Condition,
    MoveText,
    Part,
    Value,
    parse_condition,
    parse_move,
    whole_numbers,
)
from simcore.scenario.phases import EXACT
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import (
    Booking,
    Cashable,
    Displacement,
    Outcome,
    OutcomePart,
    Price,
    ProgrammeCost,
    Scale,
    Scenario,
    Spread,
)
from simcore.scenario.structure import Structure
from simcore.scenario.variables import TIMES

#: An amount may depend on what a person is in so many situations; each is counted by itself.
_MOST_SITUATIONS = 2_000
#: Situations and events that are counted in all, for everybody and for each subgroup.
_MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Meter:
    """Something that is counted: persons in a situation, or how often a move happens.

    `condition` is on the situation; for an event (`move` is set), on the situation at the start of
    the cycle it happens in.
    """

    condition: Condition
    move: MoveText | None = None

    def within(self, part: Part) -> Meter:
        """The same meter, of a subgroup."""
        return Meter(self.condition & Condition((part,)), self.move)

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
        values = part.values
        text = values.words if isinstance(values, Band) else " or ".join(sorted(_text(value) for value in values))
        words.append(f"{part.variable.replace(EXACT, ' (in cycles)')} is {text}")
    words += [f"not ({condition_words(inner)})" for inner in condition.negated]
    return ", ".join(words)


def _text(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Piece:
    """A meter and what is known of everybody it counts: where an amount depends on it, each situation has its own."""

    meter: Meter
    situation: tuple[tuple[str, Value], ...] = ()


#: When a line is paid: for the time it lasts, each time it happens, once at the start, or once at enrolment.
FOR_TIME, EACH_TIME, AT_START, AT_ENROLMENT = "for_time", "each_time", "at_start", "at_enrolment"
#: Or whoever is in whatever situation, by every strategy that has the intervention: nothing is counted for it.
FIXED = "fixed"


@dataclass(frozen=True)
class Line:
    """A line of the account: priced meters.

    Attributes
    ----------
    name
        Name of the price, ``intervention.costs[0]``, or ``intervention.displacement[0].price``.
    pieces
        What is counted; nothing for a fixed cost.
    booking
        Kind, amount and who pays; of a displacement, those of the price.
    path
        Where it stands in the scenario.
    paid
        When it is paid.
    intervention
        Whose cost or displacement it is; None for a price.
    displaced
        Of a displacement: what share of the intervention's gain in the price is booked the other way round.
    """

    name: str
    pieces: tuple[Piece, ...]
    booking: Booking
    path: tuple[str | int, ...]
    paid: str
    intervention: str | None = None
    displaced: Displacement | None = None

    @property
    def kind(self) -> str:
        """The kind of cost it is booked as."""
        return self.booking.kind if self.displaced is None else f"displaced_{self.booking.kind}"

    @property
    def cashable(self) -> Cashable | None:
        """What of it becomes money when it is avoided; None where all of it does at once."""
        return self.booking.cashable if isinstance(self.booking, Price) and self.displaced is None else None

    @property
    def spread(self) -> Spread | None:
        """How much single events differ in cost; None where that is not told, and of a displacement."""
        return self.booking.spread if isinstance(self.booking, Price) and self.displaced is None else None

    @property
    def scale(self) -> Scale | None:
        """How the amount depends on the number of participants."""
        return self.booking.scale if isinstance(self.booking, ProgrammeCost) else None


@dataclass(frozen=True)
class Reward:
    """A part of an outcome: meters, and what each year or event counts."""

    pieces: tuple[Piece, ...]
    weight: str | float
    paid: str


@dataclass(frozen=True)
class Account:
    """Everything that is counted, and what it is counted for.

    `time` and `events` are the meters in the order of the ledger, for everybody and then for each group; `alive`
    is the time meter of everybody who lives, `groups` are subgroups by their name.
    """

    lines: tuple[Line, ...]
    outcomes: dict[str, tuple[Reward, ...]]
    alive: Meter
    groups: dict[str, Part]
    time: tuple[Meter, ...] = field(init=False)
    events: tuple[Meter, ...] = field(init=False)

    def __post_init__(self) -> None:
        rewards = [reward for outcome in self.outcomes.values() for reward in outcome]
        pieces = [piece for line in self.lines for piece in line.pieces]
        pieces += [piece for reward in rewards for piece in reward.pieces]
        meters = [self.alive, *(piece.meter for piece in pieces)]
        meters += [meter.within(part) for part in self.groups.values() for meter in meters]
        distinct = list(dict.fromkeys(meters))
        object.__setattr__(self, "time", tuple(meter for meter in distinct if meter.move is None))
        object.__setattr__(self, "events", tuple(meter for meter in distinct if meter.move is not None))


def account(scenario: Scenario) -> Account:
    """Collect what a scenario counts: prices, programme costs, outcomes and person-time alive.

    Raises
    ------
    ModelError
        An amount depends on too much.
    """
    structure = Structure(scenario)
    outcomes = {name: tuple(_rewards(structure, outcome)) for name, outcome in scenario.outcomes.items()}
    groups = {
        f"{name}: {level}": Part(name, frozenset({level}))
        for name in scenario.groups
        for level in structure.levels[name]
    }
    n_pieces, lines = sum(len(reward.pieces) for rewards in outcomes.values() for reward in rewards), []
    for line in _lines(structure):
        lines.append(line)
        n_pieces += len(line.pieces)
        if n_pieces * (1 + len(groups)) > _MOST_COUNTED:
            raise ModelError(
                f"prices, costs and outcomes count more than {_MOST_COUNTED:,} situations and events"
                f"{f', each for everybody and for {len(groups)} subgroups' if groups else ''}. Let amounts depend on "
                "less, or have fewer prices or groups."
            )
    return Account(tuple(lines), outcomes, Meter(alive(scenario)), groups)


def alive(scenario: Scenario) -> Condition:
    """The condition of being followed: alive, and not yet of the age up to which lives are followed.

    Always true in a model without death whose persons are all of one age.
    """
    structure = Structure(scenario)
    condition = ALWAYS
    if structure.life is not None:
        domain, dead = structure.life
        condition &= Condition((Part(domain, frozenset(scenario.domains[domain].states) - {dead}),))
    to_age = scenario.population.horizon.to_age
    if structure.age_parents and to_age is not None:
        condition &= Condition((Part("age", whole_numbers(0, to_age - 1)),))
    return condition


def _meter(scenario: Scenario, entry: Price | OutcomePart) -> Meter:
    if entry.move is not None:
        return Meter(parse_condition(entry.if_ or {}) & _followed(scenario), parse_move(entry.move))
    return Meter(_of_the_living(scenario, parse_condition(entry.while_ or {})))


def _followed(scenario: Scenario) -> Condition:
    """The condition of not yet having reached the age up to which lives are followed."""
    return Condition(tuple(part for part in alive(scenario).parts if part.variable == "age"))


def _pieces(structure: Structure, meter: Meter, quantities: list[str | float | None], what: str) -> tuple[Piece, ...]:
    """Split a meter by everything that an amount depends on beside time."""
    keys: set[str] = set().union(*(structure.keys_of(quantity) for quantity in quantities))
    wanted = sorted(structure.with_age(keys) - set(TIMES))
    if not wanted:
        return (Piece(meter),)
    values = [structure.levels[name] if name in structure.levels else _years(structure, name) for name in wanted]
    # Of values that the condition rules out no one is counted.
    own = {part.variable: part for part in meter.condition.parts}
    values = [
        tuple(value for value in of if name not in own or own[name].accepts(value))
        for name, of in zip(wanted, values, strict=True)
    ]
    number = math.prod(len(of) for of in values)
    if number > _MOST_SITUATIONS:
        raise ModelError(
            f"{what} depends on {', '.join(wanted)}, which makes {number:,} situations that are counted one by one; at "
            f"most {_MOST_SITUATIONS:,} are possible. Let it depend on fewer, or lower the cap of a clock."
        )
    pieces = []
    for combination in itertools.product(*values):
        situation = tuple(zip(wanted, combination, strict=True))
        parts = tuple(Part(name, _exactly(structure, name, value)) for name, value in situation)
        pieces.append(Piece(Meter(Condition(parts) & meter.condition, meter.move), situation))
    return tuple(pieces)


def _years(structure: Structure, intervention: str) -> tuple[Value, ...]:
    """The years since enrolment that an amount may depend on, and that of those who have left."""
    years = tuple(range(structure.phase_year(structure.n_cycles) + 1))
    rule = structure.scenario.interventions[intervention].drop_out
    return years if rule is None else (*years, DROPPED_OUT)


def _exactly(structure: Structure, name: str, value: Value) -> frozenset[Value] | Band:
    """What a variable with just this value passes; single numbers of a clock would mean full years."""
    memory = structure.scenario.memory.get(name)
    if memory is None or memory.kind == "counts" or structure.per_year == 1 or isinstance(value, str):
        return frozenset({value})
    return Band(value, math.nextafter(value, math.inf))


def _of_the_living(scenario: Scenario, condition: Condition) -> Condition:
    """Add that a person is followed, unless the condition asks for the dead."""
    life = Structure(scenario).life
    asks = [part for part in condition.parts if life and part.variable == life[0] and not isinstance(part.values, Band)]
    if life is not None and any(life[1] in part.values for part in asks if not isinstance(part.values, Band)):
        return condition & _followed(scenario)
    return condition & alive(scenario)


def _lines(structure: Structure) -> Iterator[Line]:
    scenario = structure.scenario
    priced = {}
    for name, price in scenario.prices.items():
        paid = EACH_TIME if price.move is not None else AT_START if price.once is not None else FOR_TIME
        amounts = [price.amount, price.base, price.share]
        pieces = _pieces(structure, _meter(scenario, price), amounts, f"the price {name}")
        priced[name] = Line(name, pieces, price, ("prices", name), paid)
        yield priced[name]
    for name, intervention in scenario.interventions.items():
        for number, cost in enumerate(intervention.costs):
            yield _cost_line(structure, name, number, cost)
        for number, displacement in enumerate(intervention.displacement):
            for of in displacement.prices:
                path = ("interventions", name, "displacement", number)
                yield replace(
                    priced[of], name=f"{name}.displacement[{number}].{of}", path=path, intervention=name,
                    displaced=displacement,
                )  # fmt: skip


def _cost_line(structure: Structure, name: str, number: int, cost: ProgrammeCost) -> Line:
    """A cost of an intervention."""
    scenario = structure.scenario
    line_name, path = f"{name}.costs[{number}]", ("interventions", name, "costs", number)
    if cost.fixed:
        return Line(line_name, (), cost, path, FIXED, name)
    entry = scenario.entry(cost.amount)
    unit = unit_named(entry.unit) if entry is not None else None
    window = structure.window(cost)
    once = window is None or (unit is not None and unit.per == "participant")
    first, last = (1, 1) if once or window is None else window
    enrolled = _enrolled(structure, name, first, last)
    meter = Meter(_of_the_living(scenario, Condition((enrolled,)) & parse_condition(cost.while_ or {})))
    pieces = _pieces(structure, meter, [cost.amount, cost.base, cost.share], f"the cost {line_name}")
    return Line(line_name, pieces, cost, path, AT_ENROLMENT if once else FOR_TIME, name)


def _enrolled(structure: Structure, intervention: str, first: int, last: int | None) -> Part:
    """Who takes part, in these phases; said in years since enrolment where they are whole ones."""
    per_year = structure.per_year
    if (first - 1) % per_year == 0 and (last is None or last % per_year == 0):
        return Part(
            intervention, whole_numbers((first - 1) // per_year + 1, None if last is None else last // per_year)
        )
    # Codes above the last phase are those of who has left, or has said no.
    end = structure.last_phase if last is None else min(last, structure.last_phase)
    return Part(intervention + EXACT, whole_numbers(first, end) if first <= end else frozenset())


def _rewards(structure: Structure, outcome: Outcome) -> Iterator[Reward]:
    for part in outcome.parts:
        paid = EACH_TIME if part.move is not None else AT_START if part.once is not None else FOR_TIME
        meter = _meter(structure.scenario, part)
        yield Reward(_pieces(structure, meter, [part.weight], f"the outcome '{outcome.about}'"), part.weight, paid)
