"""What a life course is made of: domains and their moves, clocks and counters, quantities worked out by formulas."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simcore.scenario.conditions import NEVER
from simcore.scenario.entries import IN_SWEDISH, NAME_SCHEMA, Entry, Name, Quantity, Text, both, check_name, refuse
from simcore.scenario.evidence import Evidence, Formula, UnitText, check_price_year
from simcore.scenario.expressions import Expression, parse_expression
from simcore.scenario.persons import MemoryStart
from simcore.scenario.written import Cap, Duration, OneOrMore, WrittenCondition, parse_cap


class Modifier(Entry):
    """Changes a move while a condition holds."""

    #: The ratios and the difference, in the order in which they act.
    SCALES: ClassVar[tuple[str, ...]] = (
        "risk_ratio", "odds_ratio", "standardised_mean_difference", "hazard_ratio", "risk_difference",
    )  # fmt: skip

    if_: WrittenCondition = Field(alias="if", description="the condition, on the situation at the start of the cycle")
    risk_ratio: Quantity | None = Field(None, description="multiplies the probability")
    odds_ratio: Quantity | None = Field(None, description="multiplies the odds")
    standardised_mean_difference: Quantity | None = Field(
        None,
        description="Cohen's d or Hedges' g: above 0 makes the move likelier; acts as the odds ratio exp(d*pi/sqrt(3))",
    )
    hazard_ratio: Quantity | None = Field(None, description="multiplies the hazard, or the rate")
    risk_difference: Quantity | None = Field(None, description="is added to the probability")
    over: Duration | None = Field(
        None, description="time over which it was measured ('18 months'), if not the period of the baseline"
    )
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
        if self.over is not None and self.hazard_ratio is not None:
            raise refuse("over with hazard_ratio", "no over: a hazard ratio holds at every moment", at="over")
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
    about_sv: Text | None = Field(None, description=IN_SWEDISH)
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
