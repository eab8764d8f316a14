"""Who is simulated: attributes, traits, starting states, and the time from the start to the horizon."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simcore.scenario.conditions import NEVER
from simcore.scenario.entries import IN_SWEDISH, NAME_SCHEMA, Entry, Name, Quantity, Text, both, check_name, refuse
from simcore.scenario.evidence import UnitText


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
    about_sv: Text | None = Field(None, description=IN_SWEDISH)
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
    cohorts: Annotated[int, Field(ge=1, le=100)] = Field(
        1, description="groups like this one that start one after the other, one each year; results add them up"
    )
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
