"""What a scenario file may say: strict, frozen, unknown fields refused, every field described.

The classes are the reference of the format: the JSON Schema that editors use and the tables of
``scenarios/README.md`` are made from them. Whether the names in a file refer to something that
exists is checked afterwards, in `simcore.scenario.meaning`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simcore.scenario.alternatives import Alternative
from simcore.scenario.calibrating import Calibration, Prior, Target, TargetPopulation
from simcore.scenario.dependence import Correlation, Joint
from simcore.scenario.entries import IN_SWEDISH, Entry, Name, Text
from simcore.scenario.evidence import Citation, Evidenced, Parameter, Table, TableRow, Work
from simcore.scenario.labelling import Label, VariableLabel
from simcore.scenario.life_course import Derived, Domain, Memory, Modifier, Move
from simcore.scenario.persons import Horizon, MemoryShares, Population, Shares, Start, Trait
from simcore.scenario.prices import (
    Accrual,
    Actor,
    Booking,
    Cashable,
    Counted,
    Discount,
    Money,
    Outcome,
    OutcomePart,
    Payers,
    Price,
    PublicFunds,
    Spread,
    Variation,
)
from simcore.scenario.programmes import (
    Displacement,
    DropOut,
    Effect,
    Enrolment,
    Fade,
    Intervention,
    ProgrammeCost,
    Scale,
)
from simcore.scenario.showing import scenario_html
from simcore.scenario.written import parse_cap

__all__ = [
    "Accrual", "Actor", "Alternative", "Booking", "Calibration", "Cashable", "Citation", "Counted", "Derived",
    "Discount", "Displacement", "Domain", "DropOut", "Effect", "Enrolment", "Entry", "Evidenced", "Fade", "Horizon",
    "Intervention", "Label", "Memory", "MemoryShares", "Modifier", "Money", "Move", "Outcome", "OutcomePart",
    "Parameter", "Payers", "Population", "Price", "Prior", "ProgrammeCost", "PublicFunds", "Scale", "Scenario",
    "Shares", "Spread", "Start", "Table", "TableRow", "Target", "TargetPopulation", "Trait", "VariableLabel",
    "Variation", "Work", "parse_cap",
]  # fmt: skip


class Scenario(Entry):
    """A whole scenario: population, model, parameters, money, interventions and strategies."""

    title: Text = Field(description="title of the case")
    title_sv: Text | None = Field(None, description=IN_SWEDISH)
    question: Text | None = Field(None, description="the question it is to answer")
    question_sv: Text | None = Field(None, description=IN_SWEDISH)
    about: Text | None = Field(None, description="who asks, and about what")
    about_sv: Text | None = Field(None, description=IN_SWEDISH)
    illustrative: bool = Field(False, description="true when the figures are made up to show how things work")
    cycle: Literal["year", "quarter", "month"] = Field("year", description="length of a cycle")
    population: Population = Field(description="who is simulated")
    domains: Annotated[dict[Name, Domain], Field(min_length=1)] = Field(
        description="sides of life, with their states and moves"
    )
    parameters: dict[Name, Parameter] = Field(
        default_factory=dict, description="uncertain figures, with unit, source and grade"
    )
    joint: dict[Name, Joint] = Field(
        default_factory=dict, description="distributions of several parameters together: fitted models, shares, samples"
    )
    correlations: list[Correlation] = Field(
        default_factory=list, description="how parameters with distributions of their own hang together"
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
    labels: dict[Name, VariableLabel] = Field(
        default_factory=dict, description="how reports call domains, attributes, clocks and counters, and their values"
    )
    sources: dict[Name, Work] = Field(default_factory=dict, description="works that figures are taken from")
    alternatives: dict[Name, Alternative] = Field(
        default_factory=dict, description="other assumptions, run side by side with the scenario as it stands"
    )
    calibration: Calibration | None = Field(
        None, description="published statistics that free parameters are fitted to, by simcore calibrate"
    )
    draws: Annotated[int, Field(ge=1, le=10_000_000)] = Field(
        1000, description="joint samples of all uncertain figures"
    )
    sampling: Literal["monte_carlo", "latin_hypercube", "sobol"] = Field(
        "monte_carlo", description="how the points of the draws are chosen: by chance, or so that they spread evenly"
    )
    seed: Annotated[int, Field(ge=0, lt=2**64)] = Field(1, description="seed of all random numbers")

    def _repr_html_(self) -> str:
        return scenario_html(self)

    def entry(self, name: str | float | None) -> Parameter | Table | Derived | Trait | None:
        """The parameter, table, derived quantity or trait of this name; None when there is none, or for a number."""
        if not isinstance(name, str):
            return None
        for section in (self.parameters, self.tables, self.derived, self.population.traits):
            if name in section:
                found: Parameter | Table | Derived | Trait = section[name]
                return found
        return None
