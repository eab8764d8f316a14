"""What a scenario file may say: strict, frozen, unknown fields refused, every field described.

The classes are the reference of the format: the JSON Schema that editors use and the tables of
``scenarios/README.md`` are made from them. Whether the names in a file refer to something that
exists is checked afterwards, in `simcore.scenario.meaning`.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from simcore.errors import shown
from simcore.scenario.conditions import ALWAYS, Condition, ConditionError, parse_condition
from simcore.scenario.entries import Entry, Name, Number, Quantity, Text, both, refuse
from simcore.scenario.evidence import Citation, Evidence, Evidenced, Parameter, Table, TableRow, Work

__all__ = [
    "Actor", "Booking", "Citation", "Discount", "Domain", "Effect", "Enrolment", "Entry", "Evidenced", "Fade",
    "Horizon", "Intervention", "Modifier", "Money", "Move", "Outcome", "Parameter", "Payers", "Population", "Price",
    "ProgrammeCost", "PublicFunds", "Scenario", "Shares", "Start", "Table", "TableRow", "Work",
]  # fmt: skip

# --- conditions ----------------------------------------------------------------------------


def _check_condition(value: Any) -> Any:
    if not isinstance(value, dict):
        raise refuse(value, "a condition, {domain: state, attribute: level, age: {from: 16, to: 19}}")
    try:
        condition = parse_condition(value)
    except ConditionError as error:
        raise refuse(f"{error.key}: {shown(error.found)}", error.allowed) from None
    if _never_holds(condition):
        raise refuse("not: {}", "not with a condition in it, {domain: state}", "an empty not never holds: leave it out")
    return value


def _never_holds(condition: Condition) -> bool:
    """Tell whether a ``not`` in a condition has nothing in it."""
    return any(inner == ALWAYS or _never_holds(inner) for inner in condition.negated)


#: A condition as written; `simcore.scenario.conditions` says what it means.
WrittenCondition: TypeAlias = Annotated[dict[str, Any], BeforeValidator(_check_condition)]


def _check_payers(value: Any) -> Any:
    if not isinstance(value, str | dict):
        raise refuse(value, "an actor, or shares by actor: {municipality: share_x, region: rest}")
    return value


Payers: TypeAlias = Annotated[Name | dict[Name, Quantity], BeforeValidator(_check_payers)]


# --- population ----------------------------------------------------------------------------


class Start(Entry):
    """Age and calendar year at the start of cycle 0."""

    age: Annotated[int, Field(ge=0, le=120)] = Field(description="age of everybody at the start")
    year: Annotated[int, Field(ge=1900, le=2200)] = Field(description="calendar year of the first cycle")


class Horizon(Entry):
    """How long lives are followed."""

    to_age: Annotated[int, Field(ge=1, le=150)] | None = Field(None, description="lives are followed up to this age")
    years: Annotated[int, Field(ge=1, le=200)] | None = Field(None, description="or for so many years")

    @model_validator(mode="after")
    def _one(self) -> Horizon:
        if (self.to_age is None) == (self.years is None):
            raise refuse(both(self.years), "to_age or years")
        return self


def _check_start(value: Any) -> Any:
    if not isinstance(value, str | dict):
        raise refuse(value, "a state, or shares by state: {ill: share_x, well: rest}")
    return value


Shares: TypeAlias = dict[Name, Quantity]
StartState: TypeAlias = Annotated[Name | Shares, BeforeValidator(_check_start)]


class Population(Entry):
    """Who is simulated, from when to when."""

    persons: Annotated[int, Field(ge=1, le=100_000_000)] = Field(description="simulated per draw")
    target_group: Annotated[int, Field(ge=1, le=100_000_000)] = Field(description="persons the decision is about")
    start: Start = Field(description="age and calendar year at the start")
    horizon: Horizon = Field(description="how long lives are followed")
    attributes: dict[Name, Shares] = Field(
        default_factory=dict, description="{sex: {female: share_female, male: rest}}; drawn once per person"
    )
    start_states: dict[Name, StartState] = Field(
        default_factory=dict, description="state of each domain at the start, or shares of its states"
    )


# --- model ----------------------------------------------------------------------------


class Modifier(Entry):
    """Changes a move while a condition holds."""

    #: The ratios and the difference, in the order in which they act.
    SCALES: ClassVar[tuple[str, ...]] = ("risk_ratio", "odds_ratio", "hazard_ratio", "risk_difference")

    if_: WrittenCondition = Field(alias="if", description="the condition, on the situation at the start of the cycle")
    risk_ratio: Quantity | None = Field(None, description="multiplies the probability")
    odds_ratio: Quantity | None = Field(None, description="multiplies the odds")
    hazard_ratio: Quantity | None = Field(None, description="multiplies the hazard, or the rate")
    risk_difference: Quantity | None = Field(None, description="is added to the probability")
    evidence: Evidence | None = Field(None, description="what the ratio can be read as")
    movable_share: Quantity | None = Field(
        None, description="share of the association that is causal: ratio**share, difference*share"
    )

    @model_validator(mode="after")
    def _one_scale(self) -> Modifier:
        given = [scale for scale in self.SCALES if getattr(self, scale) is not None]
        if len(given) != 1:
            raise refuse(", ".join(given) or "none of them", f"exactly one of {', '.join(self.SCALES)}")
        if self.evidence is None:
            raise refuse("nothing", "causal, associational or assumed", "what the number can be read as", at="evidence")
        return self

    @property
    def scale(self) -> str:
        """Which of `SCALES` is given."""
        return next(scale for scale in self.SCALES if getattr(self, scale) is not None)

    @property
    def size(self) -> str | float:
        """The ratio or difference: a name, 0 or 1."""
        value: str | float = getattr(self, self.scale)
        return value


class Move(Entry):
    """A way from one state to another: a baseline and what modifies it."""

    about: Text | None = Field(None, description="what happens, in a sentence")
    probability: Quantity | None = Field(None, description="probability per cycle or per year")
    rate: Quantity | None = Field(None, description="rate per year; rates from one state compete")
    modifiers: list[Modifier] = Field(default_factory=list, description="what changes the baseline, and when")

    @model_validator(mode="after")
    def _one_baseline(self) -> Move:
        if (self.probability is None) == (self.rate is None):
            allowed = "probability or rate (or the word rest instead of the whole entry)"
            raise refuse(both(self.rate), allowed)
        return self


class Domain(Entry):
    """One side of life: its states and the moves between them."""

    about: Text | None = Field(None, description="what the domain describes")
    states: Annotated[list[Name], Field(min_length=2, max_length=250)] = Field(
        description="names of the states, in the order in which exits are tried"
    )
    ends_life: Name | None = Field(None, description="the state of the dead, when this domain has one")
    moves: dict[str, Move | Literal["rest"]] = Field(description="'from -> to': baseline and modifiers")


# --- money ----------------------------------------------------------------------------


class Actor(Entry):
    """A party that bears costs. Society and the public sector are sums over actors, never actors."""

    #: Names of the sums over actors, which no actor may have.
    VIEWS: ClassVar[tuple[str, ...]] = ("public_sector", "society")

    sector: Literal["public", "employer", "household", "other"] = Field(
        description="public actors make up the public sector view"
    )
    label: Text | None = Field(None, description="how reports call it")
    label_sv: Text | None = Field(None, description="the same in Swedish")


class Booking(Entry):
    """What is paid by whom: exactly one of the kinds names the amount (or the tax rate)."""

    KINDS: ClassVar[tuple[str, ...]] = ("resource", "transfer", "production", "tax", "intangible")
    #: Who and what each kind needs beside its amount, in the order of messages.
    NEEDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "resource": ("actor",), "transfer": ("from", "to"), "production": ("to",), "tax": ("base", "from", "to"),
        "intangible": ("actor",), "programme": ("actor",), "programme_transfer": ("from", "to"),
    }  # fmt: skip

    about: Text | None = Field(None, description="what is paid for, in a sentence")
    while_: WrittenCondition | None = Field(None, alias="while", description="paid for the time in this condition")
    if_: WrittenCondition | None = Field(None, alias="if", description="with move: holds at the start of the cycle")
    move: Text | None = Field(None, description="'domain.from -> to': paid each time it happens")
    resource: Quantity | None = Field(None, description="a service used; borne by actor")
    transfer: Quantity | None = Field(None, description="money from one actor to another")
    production: Quantity | None = Field(None, description="value produced; reaches actor `to`")
    tax: Quantity | None = Field(None, description="tax rate, a share of base; from one actor to another")
    intangible: Quantity | None = Field(None, description="pain, fear, lost quality of life; borne by actor")
    base: Quantity | None = Field(None, description="the amount that a tax is a share of")
    share: Quantity = Field(1.0, description="share of those in the condition whom it concerns")
    actor: Payers | None = Field(None, description="who bears it: an actor, or shares that add up to 1")
    from_: Payers | None = Field(None, alias="from", description="whom the money leaves: an actor, or shares")
    to: Payers | None = Field(None, description="whom it reaches: an actor, or shares")

    @property
    def kind(self) -> str:
        """Which of `KINDS` is given."""
        return next(kind for kind in type(self).KINDS if getattr(self, kind) is not None)

    @property
    def amount(self) -> str | float:
        """The name of the amount (of the rate, for a tax), or 0 or 1."""
        value: str | float = getattr(self, self.kind)
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Booking:
        kinds = type(self).KINDS
        given = [kind for kind in dict.fromkeys([*kinds, *Booking.KINDS]) if getattr(self, kind) is not None]
        if len(given) != 1 or given[0] not in kinds:
            raise refuse(", ".join(given) or "none of them", f"exactly one of {', '.join(kinds)}")
        kind = given[0]
        values = {"base": self.base, "from": self.from_, "to": self.to, "actor": self.actor}
        has = tuple(name for name, value in values.items() if value is not None)
        if has != type(self).NEEDS[kind]:
            found = " and ".join(has) or "nobody who pays"
            raise refuse(f"{kind} with {found}", f"{kind} with {' and '.join(type(self).NEEDS[kind])}")
        return self


def _one_situation(entry: _Counted) -> _Counted:
    """Check that an entry says once when it is counted."""
    if (entry.while_ is None) == (entry.move is None):
        raise refuse(both(entry.move), "while (a condition) or move ('domain.from -> to')")
    if entry.if_ is not None and entry.move is None:
        raise refuse("if with while", "if only together with move", "put the condition into while")
    return entry


class Price(Booking):
    """A priced situation or event."""

    @model_validator(mode="after")
    def _when(self) -> Price:
        return _one_situation(self)


class Outcome(Entry):
    """A result in its own unit: years in a condition, or how often something happens, per person."""

    about: Text = Field(description="what is counted, in a sentence")
    label: Text | None = Field(None, description="how reports call it")
    label_sv: Text | None = Field(None, description="the same in Swedish")
    while_: WrittenCondition | None = Field(None, alias="while", description="counts the years in this condition")
    if_: WrittenCondition | None = Field(None, alias="if", description="with move: holds at the start of the cycle")
    move: Text | None = Field(None, description="'domain.from -> to': counts how often it happens")
    good: bool = Field(description="whether more of it is better")

    @model_validator(mode="after")
    def _when(self) -> Outcome:
        return _one_situation(self)


_Counted = TypeVar("_Counted", Price, Outcome)


# --- interventions ----------------------------------------------------------------------------


class Enrolment(Entry):
    """Who takes part: asked once, at the start of the cycle of this age."""

    at_age: Annotated[int, Field(ge=0, le=150)] = Field(description="age at which persons are asked")
    if_: WrittenCondition = Field(default_factory=dict, alias="if", description="who is asked; everybody by default")
    uptake: Quantity = Field(description="probability that a person who is asked takes part")


def _check_years(value: Any) -> Any:
    ok = isinstance(value, list) and len(value) == 2 and all(not isinstance(end, bool) for end in value)
    if not ok or not isinstance(value[0], int) or not (isinstance(value[1], int) or value[1] == "onwards"):
        raise refuse(value, "[first, last], years since enrolment counted from 1, both included; last may be onwards")
    if value[0] < 1 or (isinstance(value[1], int) and value[1] < value[0]):
        raise refuse(value, "first year 1 or later, last year not before the first")
    return value


_YEAR_SCHEMA: dict[str, Any] = {"type": "integer", "minimum": 1}
_YEARS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "prefixItems": [_YEAR_SCHEMA, {"anyOf": [_YEAR_SCHEMA, {"const": "onwards"}]}],
    "minItems": 2,
    "maxItems": 2,
}
Years: TypeAlias = Annotated[
    list[int | Literal["onwards"]], BeforeValidator(_check_years), WithJsonSchema(_YEARS_SCHEMA)
]


class Fade(Entry):
    """After the window the effect halves every half-life (on the log scale for ratios)."""

    half_life: Quantity = Field(description="a duration, unit 'year'")


class Effect(Modifier):
    """What an intervention changes: a modifier of a move, for some years since enrolment."""

    if_: WrittenCondition = Field(
        default_factory=dict, alias="if", description="for whom it acts; for everybody enrolled by default"
    )
    move: Text = Field(description="'domain.from -> to'")
    years: Years = Field(description="[first, last] years since enrolment, both included")
    fade: Fade | None = Field(None, description="what is left after the last year")


class ProgrammeCost(Booking):
    """What delivering the intervention costs, per participant."""

    KINDS: ClassVar[tuple[str, ...]] = ("programme", "programme_transfer")
    NOT_WRITTEN: ClassVar[tuple[str, ...]] = (*Booking.KINDS, "base", "move", "if")

    programme: Quantity | None = Field(
        None, description="cost per participant and year, or once: unit 'SEK per participant'"
    )
    programme_transfer: Quantity | None = Field(None, description="subsidy or allowance paid by the programme")
    years: Years | None = Field(None, description="years since enrolment; not for a cost paid once")

    @model_validator(mode="after")
    def _no_move(self) -> ProgrammeCost:
        if self.move is not None or self.if_ is not None:
            found = "move" if self.move is not None else "if"
            raise refuse(found, "while (a condition) and years since enrolment")
        return self


class Intervention(Entry):
    """A programme: who enrols, what it costs, what it changes."""

    about: Text = Field(description="what is done, in a sentence")
    label: Text | None = Field(None, description="how reports call it")
    label_sv: Text | None = Field(None, description="the same in Swedish")
    enrol: Enrolment = Field(description="who takes part")
    costs: list[ProgrammeCost] = Field(default_factory=list, description="what it costs whom")
    effects: list[Effect] = Field(default_factory=list, description="what it changes")


# --- the whole ----------------------------------------------------------------------------


class Money(Entry):
    """Currency, and the year whose prices all results are in."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(description="three letters, such as SEK")
    price_year: int = Field(description="year whose prices all results are in")
    index: Name | None = Field(None, description="table by year that brings prices to the price year")


class Discount(Entry):
    """Discount rate: a number, or a parameter with unit 'per year'."""

    money: Number | Name = Field(
        description="rate per year: a number such as 0.035, or a parameter with unit 'per year'"
    )


class PublicFunds(Entry):
    """The cost of raising public money, shown in the society view only on request."""

    factor: Quantity = Field(description="unit 'factor': 1.3 means 0.3 lost per unit raised")
    actor: Name = Field(description="on whom it is booked: the rest of society")


class Scenario(Entry):
    """A whole scenario: population, model, parameters, money, interventions and strategies."""

    title: Text = Field(description="title of the case")
    question: Text | None = Field(None, description="the question it is to answer")
    about: Text | None = Field(None, description="who asks, and about what")
    illustrative: bool = Field(False, description="true when the figures are made up to show how things work")
    cycle: Literal["year"] = Field("year", description="length of a cycle")
    population: Population = Field(description="who is simulated")
    domains: Annotated[dict[Name, Domain], Field(min_length=1)] = Field(
        description="sides of life, with their states and moves"
    )
    parameters: dict[Name, Parameter] = Field(
        default_factory=dict, description="uncertain figures, with unit, source and grade"
    )
    tables: dict[Name, Table] = Field(default_factory=dict, description="figures by age, attribute, state or year")
    actors: dict[Name, Actor] = Field(default_factory=dict, description="who bears costs")
    prices: dict[Name, Price] = Field(default_factory=dict, description="what situations and events cost, and whom")
    outcomes: dict[Name, Outcome] = Field(default_factory=dict, description="results in other units than money")
    interventions: dict[Name, Intervention] = Field(default_factory=dict, description="programmes that can be compared")
    strategies: Annotated[dict[Name, list[Name]], Field(min_length=1)] = Field(
        description="interventions that are simulated together; none for doing nothing new"
    )
    comparator: Name = Field(description="the strategy that the others are compared with")
    money: Money | None = Field(None, description="required when there are prices")
    discount: Discount = Field(
        default_factory=lambda: Discount(money=0.0), description="discounting of money; none by default"
    )
    accrual: Literal["start_of_cycle", "end_of_cycle", "half_cycle"] = Field(
        "half_cycle", description="at which end of a cycle its person-time is counted and discounted"
    )
    public_funds: PublicFunds | None = Field(None, description="cost of raising public money; none by default")
    sources: dict[Name, Work] = Field(default_factory=dict, description="works that figures are taken from")
    draws: Annotated[int, Field(ge=1, le=10_000_000)] = Field(
        1000, description="joint samples of all uncertain figures"
    )
    seed: Annotated[int, Field(ge=0, lt=2**64)] = Field(1, description="seed of all random numbers")

    def entry(self, name: str | float | None) -> Parameter | Table | None:
        """The parameter or table of this name; None when there is none, or for a number."""
        if not isinstance(name, str):
            return None
        return self.parameters.get(name) or self.tables.get(name)
