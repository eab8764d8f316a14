"""What a scenario file may say: strict, frozen, unknown fields refused, every field described.

The classes are the reference of the format: the JSON Schema that editors use and the tables of
``scenarios/README.md`` are made from them. Whether the names in a file refer to something that
exists is checked afterwards, in `simcore.scenario.meaning`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from simcore.errors import shown
from simcore.scenario.conditions import ALWAYS, NEVER, Condition, ConditionError, parse_condition, parse_duration
from simcore.scenario.entries import NAME_SCHEMA, Entry, Name, Number, Quantity, Text, both, check_name, refuse
from simcore.scenario.evidence import (
    Citation,
    Evidence,
    Evidenced,
    Formula,
    Parameter,
    Table,
    TableRow,
    UnitText,
    Work,
    check_price_year,
)
from simcore.scenario.expressions import Expression, parse_expression

__all__ = [
    "Accrual", "Actor", "Booking", "Citation", "Derived", "Discount", "Domain", "Effect", "Enrolment", "Entry",
    "Evidenced", "Fade", "Horizon", "Intervention", "Memory", "MemoryShares", "Modifier", "Money", "Move", "Outcome",
    "OutcomePart", "Parameter", "Payers", "Population", "Price", "ProgrammeCost", "PublicFunds", "Scenario", "Shares",
    "Start", "Table", "TableRow", "Trait", "Work", "parse_cap",
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


# --- forms that several entries use --------------------------------------------------------


def _check_one_or_more(value: Any) -> Any:
    given = value if isinstance(value, list) else [value]
    if not given or not all(isinstance(item, str) for item in given):
        raise refuse(value, "a move as 'domain.from -> to', or a list of them")
    return value


OneOrMore: TypeAlias = Annotated[str | list[str], BeforeValidator(_check_one_or_more)]

_CAP = re.compile(r"(\d{1,4})(?: (year|quarter|month)s?)?( or more)?")


def _check_cap(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    match = _CAP.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        hint = "248 cycles, or times, are the most that is remembered" if re.match(r"\d{5}", str(value)) else ""
        allowed = "a whole number of times, years, quarters or months, and nothing or 'or more': '4 years or more'"
        raise refuse(value, allowed, hint)
    return value


Cap: TypeAlias = Annotated[str, BeforeValidator(_check_cap), WithJsonSchema({"type": ["string", "integer"]})]


def parse_cap(cap: str) -> tuple[float, bool, bool]:
    """Largest value of a memory (in years for a clock), whether it is a time, and whether it means "or more"."""
    match = _CAP.fullmatch(cap)
    assert match is not None  # by the schema
    number: float = int(match[1])
    if match[2] is not None:
        years = parse_duration(f"{match[1]} {match[2]}")
        assert years is not None  # the same pattern
        number = years
    return number, match[2] is not None, match[3] is not None


# --- population ----------------------------------------------------------------------------


def _check_age(value: Any) -> Any:
    """A whole number, or the name of a table by attribute."""
    allowed = "a whole number, 0 to 120, or the name of a table of ages by attribute"
    if isinstance(value, str):
        if re.match(r"\s*-?\d", value):
            raise refuse(value, allowed, "a number stands alone, without quotes, units or spaces between its digits")
        return check_name(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 120:
        raise refuse(value, allowed)
    return value


StartAge: TypeAlias = Annotated[
    int | str, BeforeValidator(_check_age), WithJsonSchema({"anyOf": [{"type": "integer"}, NAME_SCHEMA]})
]


class Start(Entry):
    """Age and calendar year at the start of cycle 0."""

    age: StartAge = Field(description="age at the start: a whole number, or a table of whole numbers by attribute")
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


def _check_memory_start(value: Any) -> Any:
    numbers = (
        isinstance(value, dict)
        and value
        and all(key == NEVER or (isinstance(key, int) and not isinstance(key, bool) and key >= 0) for key in value)
    )
    plain = value == NEVER or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)
    if not plain and not numbers:
        raise refuse(value, "a whole number (years of a clock), never, or shares of them: {0: share_x, 1: rest}")
    return value


MemoryShares: TypeAlias = dict[int | Literal["never"], Quantity]
MemoryStart: TypeAlias = Annotated[int | Literal["never"] | MemoryShares, BeforeValidator(_check_memory_start)]


class Trait(Entry):
    """A number that differs between persons and stays: it takes a few levels, each as frequent as the others.

    Each level has the mean of its part of the distribution, so that the mean over persons is kept exactly.
    """

    #: name -> the numbers that a distribution of a trait is written with.
    FORMS: ClassVar[dict[str, tuple[str, str]]] = {
        "normal": ("mean", "sd"), "lognormal": ("mean", "sd"), "gamma": ("mean", "sd"), "uniform": ("min", "max"),
    }  # fmt: skip

    about: Text = Field(description="what differs between persons, in a sentence")
    distribution: dict[Literal["normal", "lognormal", "gamma", "uniform"], dict[str, Quantity]] = Field(
        description="{gamma: {mean: 1, sd: sd_x}}, or normal, lognormal (mean, sd), uniform (min, max); numbers by name"
    )
    levels: Annotated[int, Field(ge=2, le=50)] = Field(description="number of levels, 1 is the lowest")
    unit: UnitText = Field("factor", description="what the number is: 'hazard ratio', 'coefficient', 'factor', ...")
    multiplies: list[Text] = Field(
        default_factory=list, description="moves whose hazard or rate it multiplies: 'domain.from -> to'"
    )

    @model_validator(mode="after")
    def _one_form(self) -> Trait:
        forms = " or ".join(f"{{{name}: {{{', '.join(form)}}}}}" for name, form in Trait.FORMS.items())
        if len(self.distribution) != 1:
            raise refuse(dict(self.distribution), f"one of {forms}", at="distribution")
        ((name, given),) = self.distribution.items()
        if tuple(sorted(given)) != tuple(sorted(Trait.FORMS[name])):
            raise refuse(dict(given), f"{{{', '.join(Trait.FORMS[name])}}} for {name}", at="distribution")
        return self

    @property
    def form(self) -> tuple[str, str | float, str | float]:
        """Name of the distribution and its two numbers."""
        ((name, given),) = self.distribution.items()
        first, second = Trait.FORMS[name]
        return name, given[first], given[second]


class Population(Entry):
    """Who is simulated, from when to when."""

    persons: Annotated[int, Field(ge=1, le=100_000_000)] = Field(description="simulated per draw")
    target_group: Annotated[int, Field(ge=1, le=100_000_000)] = Field(description="persons the decision is about")
    start: Start = Field(description="age and calendar year at the start")
    horizon: Horizon = Field(description="how long lives are followed")
    joint: list[Name] = Field(
        default_factory=list,
        description="tables by several attributes, which they draw together: shares, or counts of persons",
    )
    attributes: dict[Name, Shares] = Field(
        default_factory=dict, description="{sex: {female: share_female, male: rest}}; drawn once per person"
    )
    traits: dict[Name, Trait] = Field(
        default_factory=dict, description="numbers that differ between persons, such as a frailty nobody observes"
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


def _check_matrix(value: Any) -> Any:
    if isinstance(value, list | dict):
        hint = "a table holds it: {by: [from, to], file: matrix.csv, unit: probability per cycle, ...}"
        raise refuse(value, "the name of a table by from and to", hint)
    return check_name(value)


class Domain(Entry):
    """One side of life: its states and the moves between them."""

    about: Text | None = Field(None, description="what the domain describes")
    states: Annotated[list[Name], Field(min_length=2, max_length=250)] = Field(
        description="names of the states, in the order in which exits are tried"
    )
    ends_life: Name | None = Field(None, description="the state of the dead, when this domain has one")
    time: Literal["discrete", "continuous"] = Field(
        "discrete",
        description="continuous: rates act all the time, several moves may happen in a cycle (matrix exponential)",
    )
    matrix: Annotated[str, BeforeValidator(_check_matrix), WithJsonSchema(NAME_SCHEMA)] | None = Field(
        None, description="table by from and to: a whole matrix of probabilities or of counted moves"
    )
    moves: dict[str, Move | Literal["rest"]] = Field(
        default_factory=dict,
        description="'from -> to': baseline and modifiers; 'any -> to' for every state without an entry of its own",
    )


class Memory(Entry):
    """What a person's past adds to the present: a clock or a counter."""

    KINDS: ClassVar[tuple[str, ...]] = ("time_in", "time_since", "counts")

    about: Text | None = Field(None, description="what is remembered")
    time_in: WrittenCondition | None = Field(
        None, description="clock: completed time in a condition on states, 0 at entry and outside"
    )
    time_since: OneOrMore | None = Field(
        None, description="clock: completed time since one of these moves ('domain.from -> to'); never before the first"
    )
    counts: OneOrMore | None = Field(None, description="counter: how often one of these moves has happened")
    cap: Cap = Field(
        description="largest value: '5 years', '20'; 'or more' behind it when longer times or higher numbers occur"
    )
    start: MemoryStart | None = Field(
        None, description="value at the start (years of a clock), or shares of values; 0, or never for time_since"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Memory:
        given = [kind for kind in Memory.KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise refuse(", ".join(given) or "none of them", f"exactly one of {', '.join(Memory.KINDS)}")
        if self.time_in is not None and not self.time_in:
            raise refuse("{}", "a condition on states, {work: outside}", at="time_in")
        is_time = parse_cap(self.cap)[1]
        if (self.counts is None) != is_time:
            allowed = "a number of times, such as 5 or more" if self.counts else "a time, such as '4 years or more'"
            raise refuse(self.cap, allowed, at="cap")
        if NEVER in self._starts and self.time_since is None:
            raise refuse(NEVER, "a whole number; only a time_since can be never", at="start")
        return self

    @property
    def _starts(self) -> list[Any]:
        return [*self.start] if isinstance(self.start, dict) else [self.start]

    @property
    def kind(self) -> str:
        """Which of `KINDS` it is."""
        return next(kind for kind in Memory.KINDS if getattr(self, kind) is not None)

    @property
    def moves(self) -> list[str]:
        """The moves that it watches, as written."""
        given = self.time_since if self.time_since is not None else self.counts
        return [] if given is None else [given] if isinstance(given, str) else given


class Derived(Entry):
    """A quantity worked out from others by a formula."""

    about: Text | None = Field(None, description="what the quantity is, in a sentence")
    formula: Formula = Field(
        description="numbers, names, + - * / ^, comparisons, and, or, not, exp, log, sqrt, min, max, if(...), ..."
    )
    unit: UnitText = Field(description="'hazard ratio', 'probability per year', 'SEK per month', ...")
    price_year: int | None = Field(None, description="year of the prices; required for money")

    @model_validator(mode="after")
    def _dated(self) -> Derived:
        check_price_year(self.unit, self.price_year)
        return self

    @property
    def expression(self) -> Expression:
        """The formula, parsed."""
        return parse_expression(self.formula)


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


def _one_situation(entry: _Counted, besides: str = "") -> _Counted:
    """Check that an entry says once when it is counted."""
    if (entry.while_ is None) == (entry.move is None):
        raise refuse(both(entry.move), f"while (a condition) or move ('domain.from -> to'){besides}")
    if entry.if_ is not None and entry.move is None:
        raise refuse("if with while", "if only together with move", "put the condition into while")
    if entry.once is not None and entry.move is not None:
        raise refuse("once with move", "once only together with while", "a move counts each time it happens")
    return entry


class Price(Booking):
    """A priced situation or event."""

    once: Literal["at_start"] | None = Field(
        None, description="with while: paid once, at the start of the first cycle, by those in the condition"
    )

    @model_validator(mode="after")
    def _when(self) -> Price:
        return _one_situation(self)


class OutcomePart(Entry):
    """What an outcome adds up: years in a condition, or how often something happens, each with a weight."""

    while_: WrittenCondition | None = Field(None, alias="while", description="counts the years in this condition")
    if_: WrittenCondition | None = Field(None, alias="if", description="with move: holds at the start of the cycle")
    move: Text | None = Field(None, description="'domain.from -> to': counts how often it happens")
    once: Literal["at_start"] | None = Field(
        None, description="with while: counted once, at the start of the first cycle, not for the time it lasts"
    )
    weight: Quantity = Field(1.0, description="what each year or event counts, such as a utility for QALYs")

    @model_validator(mode="after")
    def _when(self) -> OutcomePart:
        return _one_situation(self)


class Outcome(OutcomePart):
    """A result in its own unit: years in a condition, or how often something happens, per person."""

    about: Text = Field(description="what is counted, in a sentence")
    label: Text | None = Field(None, description="how reports call it")
    label_sv: Text | None = Field(None, description="the same in Swedish")
    good: bool = Field(description="whether more of it is better")
    sum: list[OutcomePart] | None = Field(
        None, description="instead of while or move: several of them, added up (QALYs over states of health)"
    )

    @model_validator(mode="after")
    def _when(self) -> Outcome:
        if self.sum is None:
            _one_situation(self, ", or sum (a list of them)")
            return self
        own = {"while": self.while_, "move": self.move, "if": self.if_, "once": self.once}
        given = [name for name, value in own.items() if value is not None]
        if given or self.weight != 1.0:
            raise refuse(f"sum with {given[0] if given else 'weight'}", "the fields of the parts inside sum")
        if not self.sum:
            raise refuse("[]", "at least one part", at="sum")
        return self

    @property
    def parts(self) -> list[OutcomePart]:
        """What is added up."""
        return [self] if self.sum is None else self.sum


_Counted = TypeVar("_Counted", Price, OutcomePart)


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
        0.0, description="rate per year: a number such as 0.035, or a parameter or table by year with unit 'per year'"
    )
    outcomes: Number | Name = Field(0.0, description="the same for outcomes, such as life-years")


def _check_weights(value: Any) -> Any:
    if isinstance(value, list | dict):
        hint = "a table by boundary holds them: {by: [boundary], values: {0: 0.5, 1-9: 1, 10: 0.5}, unit: factor, ...}"
        raise refuse(value, "the name of a table by boundary, or of a derived quantity", hint)
    return check_name(value)


class Accrual(Entry):
    """Weights of the boundaries between cycles, from 0 (the start) to the number of cycles, as authors print them."""

    weights: Annotated[str, BeforeValidator(_check_weights), WithJsonSchema(NAME_SCHEMA)] = Field(
        description="table by boundary, or a derived quantity of boundary, with unit 'factor'"
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
    cycle: Literal["year", "quarter", "month"] = Field("year", description="length of a cycle")
    population: Population = Field(description="who is simulated")
    domains: Annotated[dict[Name, Domain], Field(min_length=1)] = Field(
        description="sides of life, with their states and moves"
    )
    parameters: dict[Name, Parameter] = Field(
        default_factory=dict, description="uncertain figures, with unit, source and grade"
    )
    tables: dict[Name, Table] = Field(default_factory=dict, description="figures by age, attribute, state or year")
    derived: dict[Name, Derived] = Field(default_factory=dict, description="quantities worked out from others")
    memory: dict[Name, Memory] = Field(default_factory=dict, description="clocks and counters")
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
        default_factory=lambda: Discount(money=0.0, outcomes=0.0),
        description="discounting of money and of outcomes; none by default",
    )
    accrual: Literal["start_of_cycle", "end_of_cycle", "half_cycle", "both_ends"] | Accrual = Field(
        "half_cycle", description="at which end of a cycle its person-time is counted and discounted, or weights"
    )
    events_fall: Literal["start_of_cycle", "middle_of_cycle", "end_of_cycle"] = Field(
        "middle_of_cycle", description="when in its cycle an event is paid and discounted"
    )
    groups: list[Name] = Field(default_factory=list, description="attributes whose levels are also reported separately")
    public_funds: PublicFunds | None = Field(None, description="cost of raising public money; none by default")
    sources: dict[Name, Work] = Field(default_factory=dict, description="works that figures are taken from")
    draws: Annotated[int, Field(ge=1, le=10_000_000)] = Field(
        1000, description="joint samples of all uncertain figures"
    )
    seed: Annotated[int, Field(ge=0, lt=2**64)] = Field(1, description="seed of all random numbers")

    def entry(self, name: str | float | None) -> Parameter | Table | Derived | Trait | None:
        """The parameter, table, derived quantity or trait of this name; None when there is none, or for a number."""
        if not isinstance(name, str):
            return None
        for section in (self.parameters, self.tables, self.derived, self.population.traits):
            if name in section:
                found: Parameter | Table | Derived | Trait = section[name]
                return found
        return None
