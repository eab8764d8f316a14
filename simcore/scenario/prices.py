"""What is counted and paid: actors, prices, outcomes, currency and discounting."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from simcore.scenario.entries import (
    IN_SWEDISH,
    NAME_SCHEMA,
    Entry,
    Name,
    Number,
    Quantity,
    Text,
    both,
    check_name,
    refuse,
)
from simcore.scenario.written import WrittenCondition


def _check_payers(value: Any) -> Any:
    if not isinstance(value, str | dict):
        raise refuse(value, "an actor, or shares by actor: {municipality: share_x, region: rest}")
    return value


Payers: TypeAlias = Annotated[Name | dict[Name, Quantity], BeforeValidator(_check_payers)]


class Actor(Entry):
    """A party that bears costs. Society and the public sector are sums over actors, never actors."""

    #: Names of the sums over actors, which no actor may have.
    VIEWS: ClassVar[tuple[str, ...]] = ("public_sector", "society")

    sector: Literal["public", "employer", "household", "other"] = Field(
        description="public actors make up the public sector view"
    )
    label: Text | None = Field(None, description="how reports call it")
    label_sv: Text | None = Field(None, description=IN_SWEDISH)


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


def _one_situation(entry: _Situated, besides: str = "") -> _Situated:
    """Check that an entry says once when it is counted."""
    if (entry.while_ is None) == (entry.move is None):
        raise refuse(both(entry.move), f"while (a condition) or move ('domain.from -> to'){besides}")
    if entry.if_ is not None and entry.move is None:
        raise refuse("if with while", "if only together with move", "put the condition into while")
    if entry.once is not None and entry.move is not None:
        raise refuse("once with move", "once only together with while", "a move counts each time it happens")
    return entry


class Cashable(Entry):
    """How much of a cost that is avoided becomes money in a budget, and when; the rest is freed capacity."""

    share: Quantity = Field(1.0, description="share that can become money at all")
    after: Quantity = Field(
        0.0, description="how long it takes, unit 'year'; rounded to whole cycles, and discounted at the later time"
    )
    step: Quantity | None = Field(
        None,
        description="whole steps only: so many persons (or events) fewer in the target group and year, unit 'persons'",
    )


class Variation(Entry):
    """How much single costs vary around their mean."""

    cv: Quantity = Field(description="their standard deviation divided by their mean, unit 'coefficient of variation'")


class Spread(Entry):
    """The distribution of what single events cost, relative to the price, which is their mean."""

    lognormal: Variation | None = Field(None, description="few events cost very much: {cv: name}")
    gamma: Variation | None = Field(None, description="the same with a lighter tail: {cv: name}")

    @model_validator(mode="after")
    def _one_of(self) -> Spread:
        if (self.lognormal is None) == (self.gamma is None):
            raise refuse(both(self.gamma), "either lognormal or gamma")
        return self

    @property
    def cv(self) -> str | float:
        """The coefficient of variation."""
        form = self.lognormal or self.gamma
        assert form is not None  # one of them is there
        return form.cv


class Price(Booking):
    """A priced situation or event."""

    cashable: Cashable | None = Field(
        None, description="how much of what is avoided becomes money, and when; all of it at once by default"
    )
    once: Literal["at_start"] | None = Field(
        None, description="with while: paid once, at the start of the first cycle, by those in the condition"
    )

    spread: Spread | None = Field(
        None, description="with move: how much single events differ in cost; for what may happen to a group"
    )

    @model_validator(mode="after")
    def _when(self) -> Price:
        _one_situation(self)
        if self.spread is not None and self.move is None:
            raise refuse("spread with while", "spread only together with move", "single events differ in cost")
        return self


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


class Counted(OutcomePart):
    """Something that is counted: years in a condition, how often something happens, or several of them added up."""

    sum: list[OutcomePart] | None = Field(
        None, description="instead of while or move: several of them, added up (QALYs over states of health)"
    )

    @model_validator(mode="after")
    def _when(self) -> Self:
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


class Outcome(Counted):
    """A result in its own unit: years in a condition, or how often something happens, per person."""

    about: Text = Field(description="what is counted, in a sentence")
    label: Text | None = Field(None, description="how reports call it")
    label_sv: Text | None = Field(None, description=IN_SWEDISH)
    good: bool = Field(description="whether more of it is better")


_Situated = TypeVar("_Situated", Price, OutcomePart)


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
