"""What an intervention is: who takes part, what it changes and for how long, what it costs."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simcore.scenario.entries import IN_SWEDISH, Entry, Name, Quantity, Text, both, refuse
from simcore.scenario.life_course import Modifier
from simcore.scenario.prices import Booking
from simcore.scenario.written import Duration, WrittenCondition


class Enrolment(Entry):
    """Who takes part, and when they are asked. Enrolment is settled first in a cycle: phase 1 is the cycle that begins.

    A person who is asked takes part with the probability reach * uptake (* admission, where places are few); one
    number settles all three, so that fewer places or a lower reach take nobody in who was not in before.
    """

    #: Ways to say when persons are asked; exactly one is given.
    WHEN: ClassVar[tuple[str, ...]] = ("at_age", "at_year", "whenever")

    at_age: Annotated[int, Field(ge=0, le=150)] | None = Field(
        None, description="asked once, at the start of the cycle in which they reach this age"
    )
    at_year: int | None = Field(None, description="asked once, at the start of this calendar year")
    whenever: WrittenCondition | None = Field(
        None, description="asked at the start of the first cycle in which this condition holds"
    )
    ask: Literal["once", "every_cycle"] = Field(
        "once", description="with whenever: once in a life, or every_cycle in which it holds until they take part"
    )
    again_after: Duration | None = Field(
        None, description="with whenever: so long after enrolment they may enrol anew, in every cycle in which it holds"
    )
    if_: WrittenCondition = Field(
        default_factory=dict, alias="if", description="with at_age or at_year: who is asked; everybody by default"
    )
    reach: Quantity = Field(1.0, description="probability that an eligible person is reached by the offer")
    uptake: Quantity = Field(description="probability that a person who is reached takes part")
    places: Quantity | None = Field(
        None, description="how many of the target group are admitted a year at most, unit 'persons per year'"
    )

    @model_validator(mode="after")
    def _one_time(self) -> Enrolment:
        given = [name for name in self.WHEN if getattr(self, name) is not None]
        if len(given) != 1:
            raise refuse(", ".join(given) or "none of them", f"exactly one of {', '.join(self.WHEN)}")
        if self.whenever is None:
            extra = "ask" if self.ask != "once" else "again_after" if self.again_after is not None else None
            if extra is not None:
                raise refuse(f"{extra} with {given[0]}", f"{extra} only together with whenever", at=extra)
        elif self.if_:
            raise refuse("if with whenever", "if only together with at_age or at_year", "put it into whenever", at="if")
        elif not self.whenever:
            raise refuse("{}", "a condition, {work: outside}", at="whenever")
        return self

    @property
    def condition(self) -> dict[str, Any]:
        """Who is asked, as written."""
        return self.if_ if self.whenever is None else self.whenever


class DropOut(Entry):
    """Who leaves the programme before it ends: asked at the start of every cycle but the first."""

    probability: Quantity = Field(description="probability per year or per cycle of leaving the programme")
    if_: WrittenCondition = Field(default_factory=dict, alias="if", description="who may leave; everybody by default")


def _check_window(value: Any, of: str) -> Any:
    ok = isinstance(value, list) and len(value) == 2 and all(not isinstance(end, bool) for end in value)
    if not ok or not isinstance(value[0], int) or not (isinstance(value[1], int) or value[1] == "onwards"):
        raise refuse(value, f"[first, last], {of}s since enrolment counted from 1, both included; last may be onwards")
    if value[0] < 1 or (isinstance(value[1], int) and value[1] < value[0]):
        raise refuse(value, f"first {of} 1 or later, last {of} not before the first")
    return value


def _check_years(value: Any) -> Any:
    return _check_window(value, "year")


def _check_cycles(value: Any) -> Any:
    return _check_window(value, "cycle")


_NUMBER_SCHEMA: dict[str, Any] = {"type": "integer", "minimum": 1}
_WINDOW_SCHEMA: dict[str, Any] = {
    "type": "array",
    "prefixItems": [_NUMBER_SCHEMA, {"anyOf": [_NUMBER_SCHEMA, {"const": "onwards"}]}],
    "minItems": 2,
    "maxItems": 2,
}
Years: TypeAlias = Annotated[
    list[int | Literal["onwards"]], BeforeValidator(_check_years), WithJsonSchema(_WINDOW_SCHEMA)
]
Cycles: TypeAlias = Annotated[
    list[int | Literal["onwards"]], BeforeValidator(_check_cycles), WithJsonSchema(_WINDOW_SCHEMA)
]


class Fade(Entry):
    """What is left of an effect after its last year: exactly one of the two."""

    half_life: Quantity | None = Field(
        None, description="the effect halves every half-life (on the log scale for ratios); unit 'year'"
    )
    linear: Quantity | None = Field(
        None, description="it falls in a straight line to nothing in this time; unit 'year'"
    )

    @model_validator(mode="after")
    def _one_form(self) -> Fade:
        if (self.half_life is None) == (self.linear is None):
            raise refuse(both(self.linear), "half_life or linear")
        return self


class Effect(Modifier):
    """What an intervention changes: a modifier of a move, for some years or cycles since enrolment."""

    if_: WrittenCondition = Field(
        default_factory=dict, alias="if", description="for whom it acts; for everybody enrolled by default"
    )
    move: Text = Field(description="'domain.from -> to'")
    years: Years | None = Field(None, description="[first, last] years since enrolment, both included")
    cycles: Cycles | None = Field(None, description="instead of years: [first, last] cycles since enrolment")
    to_age: Annotated[int, Field(ge=1, le=150)] | None = Field(
        None, description="it ends at this age, if that is earlier; a fade begins there"
    )
    fade: Fade | None = Field(None, description="what is left after the window")
    catch_up: Quantity | None = Field(
        None,
        description="instead of fade: the comparison group catches up within this time (unit 'year'), in which what "
        "was gained in the window is taken back: the same moves happen, only sooner",
    )
    after_drop_out: Quantity = Field(
        0.0, description="share of it that remains for those who have left the programme; 1 if measured on all enrolled"
    )

    @model_validator(mode="after")
    def _one_window(self) -> Effect:
        if (self.years is None) == (self.cycles is None):
            raise refuse(both(self.cycles), "years or cycles")
        return self

    @property
    def window(self) -> tuple[str, list[int | Literal["onwards"]]]:
        """What its window is counted in, ``year`` or ``cycle``, and the window as written."""
        return ("year", self.years) if self.years is not None else ("cycle", self.cycles or [])

    @model_validator(mode="after")
    def _one_end(self) -> Effect:
        if self.fade is not None and self.catch_up is not None:
            raise refuse("fade and catch_up", "one of the two", at="catch_up")
        if self.catch_up is not None and self.to_age is not None:
            raise refuse("catch_up with to_age", "catch_up with a last year", at="catch_up")
        return self


class Scale(Entry):
    """How the cost per participant changes with their number N in the target group.

    It is as given times (N / participants)**(elasticity - 1).
    """

    participants: Quantity = Field(description="number at which the cost is as given; unit 'persons'")
    elasticity: Quantity = Field(
        description="by how many per cent the whole cost rises with one per cent more participants; 1 changes nothing"
    )


class ProgrammeCost(Booking):
    """What delivering the intervention costs: per participant, or fixed."""

    KINDS: ClassVar[tuple[str, ...]] = ("programme", "programme_transfer")
    NOT_WRITTEN: ClassVar[tuple[str, ...]] = (*Booking.KINDS, "base", "move", "if")

    programme: Quantity | None = Field(
        None, description="cost per participant and year, or once: unit 'SEK per participant'"
    )
    programme_transfer: Quantity | None = Field(None, description="subsidy or allowance paid by the programme")
    years: Years | None = Field(
        None, description="years since enrolment (of a fixed cost: years since the start); not for a cost paid once"
    )
    cycles: Cycles | None = Field(
        None, description="instead of years: cycles since enrolment; not for a fixed cost, nor for one paid once"
    )
    fixed: bool = Field(
        False, description="paid for the whole target group, whoever takes part: per year, or once at the start"
    )
    scale: Scale | None = Field(None, description="how the cost per participant depends on how many there are")

    @model_validator(mode="after")
    def _no_move(self) -> ProgrammeCost:
        if self.move is not None or self.if_ is not None:
            found = "move" if self.move is not None else "if"
            raise refuse(found, "while (a condition) and years since enrolment")
        other = "while" if self.while_ is not None else "scale" if self.scale is not None else None
        if self.fixed and other is not None:
            raise refuse(f"fixed with {other}", "fixed costs depend on nobody", at=other)
        if self.cycles is not None and (self.fixed or self.years is not None):
            found, allowed = ("fixed", "years of the run") if self.fixed else ("years", "one of the two")
            raise refuse(f"cycles with {found}", allowed, at="cycles")
        return self


class Displacement(Entry):
    """What the gain of participants costs others: jobs that they would have had.

    A share of what the intervention saves or gains in some prices is booked the other way round, in lines of its own.
    """

    about: Text | None = Field(None, description="who is displaced, in a sentence")
    share: Quantity = Field(description="share of the gain that others lose: 0 for none")
    prices: Annotated[list[Name], Field(min_length=1)] = Field(
        description="prices of what is displaced: production, taxes and benefits that go with a job"
    )
    borne_by: Name = Field(description="actor who bears what households and employers lose by it")


class Intervention(Entry):
    """A programme: who enrols, what it costs, what it changes."""

    about: Text = Field(description="what is done, in a sentence")
    about_sv: Text | None = Field(None, description=IN_SWEDISH)
    label: Text | None = Field(None, description="how reports call it")
    label_sv: Text | None = Field(None, description=IN_SWEDISH)
    enrol: Enrolment = Field(description="who takes part")
    lasts: Duration | None = Field(None, description="how long the programme is; who stays so long has completed it")
    drop_out: DropOut | None = Field(None, description="who leaves it before")
    costs: list[ProgrammeCost] = Field(default_factory=list, description="what it costs whom")
    effects: list[Effect] = Field(default_factory=list, description="what it changes")
    displacement: list[Displacement] = Field(default_factory=list, description="what its gains cost others")

    @model_validator(mode="after")
    def _length(self) -> Intervention:
        if self.drop_out is not None and self.lasts is None:
            raise refuse("drop_out without lasts", "lasts: '2 years', or the like", "nobody leaves what has ended")
        return self
