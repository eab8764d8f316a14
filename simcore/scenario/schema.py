"""What a scenario file may say: strict, frozen, unknown fields refused, every field described.

The classes are the reference of the format: the JSON Schema that editors use and the tables of
``scenarios/README.md`` are made from them. Whether the names in a file refer to something that
exists is checked afterwards, in `simcore.scenario.meaning`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from simcore.errors import did_you_mean, shown, with_article
from simcore.scenario.conditions import ConditionError, parse_condition
from simcore.scenario.quantities import UNITS, unit_named, unit_words
from simcore.uncertainty.distributions import FORMS, Distribution, ImpossibleDistributionError


def refuse(found: object, allowed: str, hint: str = "", at: str = "") -> PydanticCustomError:
    """Make the error that the reader shows as found, allowed, hint; `at` is the field of an entry it is about."""
    context = {"found": shown(found), "allowed": allowed, "hint": hint, "at": at}
    return PydanticCustomError("scenario", "{allowed}", context)


def _both(one: object) -> str:
    """Say that two alternatives are given, when this one is, or none."""
    return "both" if one is not None else "neither"


_NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
_RESERVED = frozenset({"age", "year", "not", "rest", "any", "start", "attribute", "value", "all"})


def _check_name(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(_NAME_PATTERN, value):
        raise refuse(value, "a name: a small letter, then small letters, digits and _", _name_hint(value))
    if value in _RESERVED:
        raise refuse(value, f"a name that means nothing else ({', '.join(sorted(_RESERVED))} are taken)")
    return value


def _name_hint(value: Any) -> str:
    """A name like the one written that would be allowed."""
    letters = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
    return f"write {name}" if re.fullmatch(_NAME_PATTERN, name) and isinstance(value, str) and len(name) < 80 else ""


def _check_quantity(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refuse(value, "the name of a parameter or table")
    if isinstance(value, str):
        if not re.fullmatch(_NAME_PATTERN, value):
            raise refuse(value, "the name of a parameter or table", _name_hint(value))
        return value
    if value not in (0, 1):
        raise refuse(
            value,
            "the name of a parameter or table (only 0 and 1 may be written as numbers here)",
            "make it a parameter, with its unit and source",
        )
    return float(value)


Name: TypeAlias = Annotated[str, BeforeValidator(_check_name)]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
#: The name of a parameter or table; 0 and 1 may be written as they are.
Quantity: TypeAlias = Annotated[str | float, BeforeValidator(_check_quantity)]
Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]


class Entry(BaseModel):
    """A part of a scenario file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    #: Fields that a file may not give, or not here.
    NOT_WRITTEN: ClassVar[tuple[str, ...]] = ()


# --- evidence ----------------------------------------------------------------------------


class Citation(Entry):
    """Where a number comes from: a work and the place in it, or a plain statement of assumption."""

    work: Name | None = Field(None, description="key of the work in sources.yaml")
    where: Text | None = Field(None, description="page, table or section")
    as_printed: str | int | float | None = Field(None, description="the number as it stands in the source")
    assumption: Text | None = Field(None, description="reason and range, when nobody has measured it")

    @model_validator(mode="after")
    def _one_of(self) -> Citation:
        if (self.work is None) == (self.assumption is None):
            raise refuse(
                _both(self.work),
                "either a work (with where and as_printed) or an assumption",
                'source: {assumption: "why, and within which range"} is honest and allowed',
            )
        if self.work is not None and (self.where is None or self.as_printed is None):
            missing = [field for field in ("where", "as_printed") if getattr(self, field) is None]
            raise refuse(f"a work without {' and '.join(missing)}", "work, where and as_printed together")
        return self


class Work(Entry):
    """A work that numbers are taken from."""

    title: Text = Field(description="title of the work")
    by: Text = Field(description="authors or body")
    year: int | Text = Field(description="year of publication, or 'undated'")
    url: Text | None = Field(None, description="where it can be read")
    seen_in: Text | None = Field(None, description="the secondary source, when the original was not read")


def _check_unit(text: str) -> str:
    if unit_named(text) is None:
        hint = did_you_mean(text, UNITS)
        if re.fullmatch(r"(probability|rate) per (day|week|month|quarter)", text):
            hint = "convert the number to a year, and say in conversion how"
        elif re.fullmatch(r"[^\W\d]{1,3} per [a-z]+", text):
            hint = "a currency is three capital letters, such as SEK"
        raise refuse(text, unit_words(), hint)
    return text


UnitText: TypeAlias = Annotated[Text, AfterValidator(_check_unit)]
Grade: TypeAlias = Literal["A", "A2", "B", "B2", "C", "D"]
Evidence: TypeAlias = Literal["causal", "associational", "assumed"]


class Evidenced(Entry):
    """What every number carries: what it is, unit, source and grade."""

    about: Text | None = Field(None, description="what the number is, in a sentence")
    unit: UnitText = Field(description="'probability per year', 'odds ratio', 'SEK per month', ...")
    price_year: int | None = Field(None, description="year of the prices; required for money")
    source: Citation = Field(description="{work, where, as_printed}, or {assumption: reason and range}")
    conversion: Text | None = Field(None, description="how the number as printed became the number here")
    grade: Grade | None = Field(None, description="quality of the figure; required with a work")
    evidence: Evidence | None = Field(None, description="causal, associational or assumed")
    valid_until: int | None = Field(None, description="year after which the figure should be looked up again")
    checked_by: Text | None = Field(None, description="who typed it again from the source")

    @model_validator(mode="after")
    def _complete(self) -> Evidenced:
        unit = unit_named(self.unit)
        assert unit is not None  # checked by the field
        if (unit.kind == "money") != (self.price_year is not None):
            found = f"{self.unit} without price_year" if self.price_year is None else f"price_year with {self.unit}"
            raise refuse(found, "price_year for money, and only for money", at="price_year")
        if self.source.work is not None and self.grade is None:
            raise refuse("a work without grade", "grade: A, A2, B, B2, C or D", at="source")
        if self.source.assumption is not None and self.grade is not None:
            allowed = "no grade: an assumption is reported as assumed"
            raise refuse(f"grade {self.grade} for an assumption", allowed, at="grade")
        return self

    @property
    def quality(self) -> str:
        """The grade, or "assumed"."""
        return self.grade or "assumed"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e300


def _as_fixed(value: Any) -> Any:
    """Let ``{fixed: 0.5}`` be written with its number directly."""
    if not isinstance(value, dict) or len(value) != 1:
        hint = f"{{fixed: {value}}} for a number without uncertainty" if _is_number(value) else ""
        raise refuse(value, f"one distribution by name: {', '.join(FORMS)}", hint)
    ((name, given),) = value.items()
    if name not in FORMS:
        raise refuse(name, f"one of {', '.join(FORMS)}", did_you_mean(str(name), FORMS))
    if name == "fixed" and not isinstance(given, dict):
        given = {"value": given}
    if not isinstance(given, dict):
        forms = " or ".join("{" + ", ".join(form) + "}" for form in FORMS[name])
        raise refuse(given, forms)
    for field, number in given.items():
        numbers = number if field == "interval_95" and isinstance(number, list) and len(number) == 2 else [number]
        if field == "interval_95" and numbers is not number:
            raise refuse(number, "interval_95: [lower end, upper end]")
        for item in numbers:
            if not _is_number(item):
                hint = "a number stands alone, without quotes, units or spaces between its digits"
                raise refuse(f"{field}: {shown(item)}", "a number", hint)
    try:
        return Distribution(name, given)
    except ImpossibleDistributionError as error:
        raise refuse(error.found, error.allowed, error.hint) from None


class Parameter(Evidenced):
    """A number that is not known exactly, or that is evidence: its distribution and where it comes from."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    distribution: Annotated[Distribution, BeforeValidator(_as_fixed)] = Field(
        description="{fixed: x}, {beta: {mean, sd}}, {lognormal: {median, interval_95}}, ...",
        json_schema_extra={},
    )

    @model_validator(mode="after")
    def _in_range(self) -> Parameter:
        unit = unit_named(self.unit)
        assert unit is not None  # checked by Evidenced
        low, high = self.distribution.support
        if self.distribution.is_fixed and not unit.accepts(low):
            raise refuse(f"{low:g}", unit.allowed, unit.percent_hint(low), at="distribution")
        if not self.distribution.is_fixed and (low < unit.low or high > unit.high):
            outside = [f"below {unit.low:g}"] if low < unit.low else []
            outside += [f"above {unit.high:g}"] if high > unit.high else []
            raise refuse(
                f"{with_article(self.distribution.name)} distribution, with values {' and '.join(outside)}",
                unit.allowed,
                "take one that stays inside: beta for shares, lognormal or gamma for ratios and costs",
                at="distribution",
            )
        return self


class TableRow(Entry):
    """One row of a table: the keys it holds for and the value, a number or a parameter's name."""

    keys: dict[str, str | int]
    value: Number | Name


class Table(Evidenced):
    """Numbers by age, attribute, state or phase, from a CSV file or written in place."""

    NOT_WRITTEN: ClassVar[tuple[str, ...]] = ("rows",)

    by: Annotated[list[str], Field(min_length=1)] = Field(description="columns that are keys: age, sex, ...")
    file: Text | None = Field(None, description="CSV file with the key columns and a column 'value'")
    values: dict[str | int, Number | Name] | None = Field(
        None, description="in place, for one key: {16-17: p_young, 18+: p_older}"
    )
    rows: list[TableRow] | None = Field(None, description="filled from the file when it is read")

    @model_validator(mode="after")
    def _one_form(self) -> Table:
        if (self.file is None) == (self.values is None):
            raise refuse(_both(self.file), "either file or values")
        if self.values is not None and len(self.by) != 1:
            found = f"{len(self.by)} keys"
            raise refuse(found, "one key for values in place", "use a CSV file for several keys", at="by")
        return self

    @property
    def cells(self) -> list[TableRow]:
        """The rows, whichever way they were written."""
        if self.rows is not None:
            return self.rows
        assert self.values is not None
        return [TableRow(keys={self.by[0]: key}, value=value) for key, value in self.values.items()]


# --- conditions ----------------------------------------------------------------------------


def _check_condition(value: Any) -> Any:
    if not isinstance(value, dict):
        raise refuse(value, "a condition, {domain: state, attribute: level, age: {from: 16, to: 19}}")
    try:
        parse_condition(value)
    except ConditionError as error:
        raise refuse(f"{error.key}: {shown(error.found)}", error.allowed) from None
    return value


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
            raise refuse(_both(self.years), "to_age or years")
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
            raise refuse(_both(self.rate), allowed)
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

    sector: Literal["public", "employer", "household", "other"] = Field(
        description="public actors make up the public sector view"
    )
    label: Text | None = Field(None, description="how reports call it")
    label_sv: Text | None = Field(None, description="the same in Swedish")


class Booking(Entry):
    """What is paid by whom: exactly one of the kinds names the amount (or the tax rate)."""

    KINDS: ClassVar[tuple[str, ...]] = ("resource", "transfer", "production", "tax", "intangible")

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
        needs = {
            "transfer": {"from", "to"},
            "programme_transfer": {"from", "to"},
            "tax": {"from", "to", "base"},
            "production": {"to"},
        }.get(kind, {"actor"})
        has = {
            name
            for name, value in (("from", self.from_), ("to", self.to), ("actor", self.actor), ("base", self.base))
            if value is not None
        }
        if has != needs:
            order = ("base", "from", "to", "actor")
            found, allowed = (" and ".join(name for name in order if name in names) for names in (has, needs))
            raise refuse(f"{kind} with {found or 'nobody who pays'}", f"{kind} with {allowed}")
        return self


class Price(Booking):
    """A priced situation or event."""

    @model_validator(mode="after")
    def _when(self) -> Price:
        if (self.while_ is None) == (self.move is None):
            raise refuse(_both(self.move), "while (a condition) or move ('domain.from -> to')")
        if self.if_ is not None and self.move is None:
            raise refuse("if with while", "if only together with move", "put the condition into while")
        return self


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
        if (self.while_ is None) == (self.move is None):
            raise refuse(_both(self.move), "while (a condition) or move ('domain.from -> to')")
        if self.if_ is not None and self.move is None:
            raise refuse("if with while", "if only together with move", "put the condition into while")
        return self


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


Years: TypeAlias = Annotated[list[int | Literal["onwards"]], BeforeValidator(_check_years)]


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
