"""Cohorts: groups like the first that start one year after the other, and whether their lives differ from its."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Entry, Scenario
from simcore.scenario.structure import Structure


def started_later(scenario: Scenario, years: int) -> Scenario:
    """The same scenario, begun so many calendar years later."""
    start = scenario.population.start
    later = start.model_copy(update={"year": start.year + years})
    return scenario.model_copy(update={"population": scenario.population.model_copy(update={"start": later})})


def other_lives(file: ScenarioFile) -> list[ScenarioFile]:
    """The scenario of each cohort after the first, where it leads other lives; none where all lead the same.

    Cohorts have the same persons and the same luck. What the calendar year changes in their lives, or in who is
    counted, makes them differ.
    """
    if not looks_at_the_year(file.scenario):
        return []
    cohorts = range(1, file.scenario.population.cohorts)
    return [replace(file, scenario=started_later(file.scenario, years)) for years in cohorts]


def looks_at_the_year(scenario: Scenario) -> bool:
    """Whether moves, starts, enrolment, effects or conditions depend on the calendar year; amounts may do so."""
    structure = Structure(scenario)

    def looks(value: Any) -> bool:
        if isinstance(value, str):
            return scenario.entry(value) is not None and "year" in structure.keys_of(value)
        if isinstance(value, Entry):
            return any(looks(getattr(value, name)) for name in type(value).model_fields)
        if isinstance(value, dict):
            return "year" in value or any(looks(item) for item in value.values())
        return isinstance(value, list) and any(looks(item) for item in value)

    interventions = scenario.interventions.values()
    conditions = [price.while_ for price in scenario.prices.values()] + [of.if_ for of in scenario.prices.values()]
    conditions += [cost.while_ for intervention in interventions for cost in intervention.costs]
    parts = [part for outcome in scenario.outcomes.values() for part in outcome.parts]
    conditions += [part.while_ for part in parts] + [part.if_ for part in parts]
    enrolling = [[of.enrol, of.drop_out, of.effects] for of in interventions]
    at_year = any(of.enrol.at_year is not None for of in interventions)
    return at_year or looks([scenario.domains, scenario.memory, scenario.population, enrolling, conditions])
