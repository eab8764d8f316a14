"""What a scenario means, in words: so that a reader can see a mistake before anything is run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simcore.model.ledger import condition_words
from simcore.report.labels import money, readable
from simcore.scenario.conditions import parse_condition
from simcore.scenario.meaning import n_cycles
from simcore.scenario.schema import (
    Booking,
    Effect,
    Enrolment,
    Modifier,
    Move,
    Parameter,
    Payers,
    ProgrammeCost,
    Scenario,
    Table,
)


def number_words(scenario: Scenario, quantity: str | float | None) -> str:
    """Write a quantity with its expected value: ``p_dropout (0.035)``."""
    if quantity is None or not isinstance(quantity, str):
        return f"{quantity:g}" if quantity is not None else ""
    parameter = scenario.parameters.get(quantity)
    if parameter is not None:
        return f"{quantity} ({value_words(parameter)})"
    table = scenario.tables[quantity]
    return f"{quantity} (table by {', '.join(table.by)})"


def value_words(entry: Parameter | Table) -> str:
    """Expected value of a parameter with what it is counted in."""
    if isinstance(entry, Table):
        return f"table by {', '.join(entry.by)}, {len(entry.cells)} rows"
    mean = entry.distribution.mean
    return f"{money(mean)} {entry.unit}" if entry.price_year is not None else f"{mean:.4g}"


def _when(written: dict[str, Any] | None) -> str:
    return condition_words(parse_condition(written or {}))


def _payers(scenario: Scenario, payers: Payers) -> str:
    if isinstance(payers, str):
        return payers
    shares = (
        (name, "the rest" if share == "rest" else number_words(scenario, share)) for name, share in payers.items()
    )
    return ", ".join(f"{name} {share}" for name, share in shares)


def describe(scenario: Scenario) -> Iterator[str]:
    """Yield the scenario in words, line by line; headings have no indentation."""
    population = scenario.population
    start = population.start
    years = n_cycles(scenario)
    yield scenario.title
    if scenario.question:
        yield f"  Question: {scenario.question}"
    if scenario.illustrative:
        yield "  The figures are made up to show how things work."
    yield (
        f"  {population.persons:,} persons per draw, {scenario.draws:,} draws, seed {scenario.seed}; "
        f"aged {start.age} in {start.year}, followed for {years} years in steps of a {scenario.cycle}. "
        f"The decision is about {population.target_group:,} persons."
    )
    for name, shares in population.attributes.items():
        words = ", ".join(
            f"{level} {'the rest' if share == 'rest' else number_words(scenario, share)}"
            for level, share in shares.items()
        )
        yield f"  {readable(name)}: {words}."
    yield "Life course"
    for name, domain in scenario.domains.items():
        first = population.start_states[name]
        begin = (
            first
            if isinstance(first, str)
            else ", ".join(
                f"{state} {'the rest' if share == 'rest' else number_words(scenario, share)}"
                for state, share in first.items()
            )
        )
        yield f"  {readable(name)}: {', '.join(domain.states)}; starts as {begin}."
        for text, move in domain.moves.items():
            yield f"    {text}: {_move_words(scenario, move)}"
            if isinstance(move, Move):
                for modifier in move.modifiers:
                    yield f"      if {_when(modifier.if_)}: {_modifier_words(scenario, modifier)}"
    yield "Prices"
    for name, price in scenario.prices.items():
        moment = f"each {price.move}" if price.move is not None else f"while {_when(price.while_)}"
        extra = f", if {_when(price.if_)}" if price.if_ else ""
        yield f"  {name}: {moment}{extra}: {_booking_words(scenario, price)}."
    yield "Interventions"
    for name, intervention in scenario.interventions.items():
        yield f"  {intervention.label or readable(name)}: {intervention.about}"
        yield f"    Who: {_enrolment_words(scenario, intervention.enrol)}."
        for cost in intervention.costs:
            yield f"    Costs: {_cost_words(scenario, cost)}."
        for effect in intervention.effects:
            yield f"    Changes: {_effect_words(scenario, effect)}."
        if not intervention.effects:
            yield "    Changes nothing."
    yield "Strategies"
    for name, members in scenario.strategies.items():
        role = " (the comparator)" if name == scenario.comparator else ""
        yield f"  {name}{role}: {', '.join(members) or 'no intervention'}."


def _move_words(scenario: Scenario, move: Move | str) -> str:
    if not isinstance(move, Move):
        return "what is left"
    if move.probability is not None:
        return f"probability {number_words(scenario, move.probability)} a year"
    return f"rate {number_words(scenario, move.rate)} a year"


def _modifier_words(scenario: Scenario, modifier: Modifier) -> str:
    words = f"{modifier.scale.replace('_', ' ')} {number_words(scenario, modifier.size)}, {modifier.evidence}"
    if modifier.movable_share is not None:
        words += f", of which the share {number_words(scenario, modifier.movable_share)} counts"
    return words


def _booking_words(scenario: Scenario, booking: Booking) -> str:
    amount = number_words(scenario, booking.amount)
    kind = booking.kind.replace("_", " ")
    words = f"{kind} {amount}"
    if booking.base is not None:
        words += f" of {number_words(scenario, booking.base)}"
    if booking.share != 1:
        words += f" for the share {number_words(scenario, booking.share)}"
    if booking.actor is not None:
        words += f", paid by {_payers(scenario, booking.actor)}"
    if booking.from_ is not None:
        words += f", from {_payers(scenario, booking.from_)}"
    if booking.to is not None:
        words += f" to {_payers(scenario, booking.to)}"
    return words


def _enrolment_words(scenario: Scenario, enrol: Enrolment) -> str:
    condition = f" whose {_when(enrol.if_)}" if enrol.if_ else ""
    return f"at age {enrol.at_age}, persons{condition}, with probability {number_words(scenario, enrol.uptake)}"


def _years_words(years: list[Any]) -> str:
    first, last = years
    if last == "onwards":
        return f"from year {first} after enrolment onwards"
    return f"in year {first} after enrolment" if first == last else f"in years {first} to {last} after enrolment"


def _cost_words(scenario: Scenario, cost: ProgrammeCost) -> str:
    when = _years_words(cost.years) if cost.years is not None else "once, at enrolment"
    condition = f", while {_when(cost.while_)}" if cost.while_ else ""
    return f"{_booking_words(scenario, cost)}, {when}{condition}"


def _effect_words(scenario: Scenario, effect: Effect) -> str:
    condition = f", if {_when(effect.if_)}" if effect.if_ else ""
    fade = (
        "" if effect.fade is None else f", then half of it after {number_words(scenario, effect.fade.half_life)} years"
    )
    return f"{effect.move}: {_modifier_words(scenario, effect)}, {_years_words(effect.years)}{condition}{fade}"
