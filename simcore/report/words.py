"""What a scenario means, in words: so that a reader can see a mistake before anything is run."""

from __future__ import annotations

from collections.abc import Iterator

from simcore.errors import shown
from simcore.report.dependence_words import dependence_lines, sampling_words
from simcore.report.labels import outcome_label, readable
from simcore.report.phrases import booking_words, many, modifier_words, number_words, shares_words, when_words
from simcore.report.programme_words import intervention_lines
from simcore.scenario.fields import path_text
from simcore.scenario.merging import LEAVE_OUT
from simcore.scenario.quantities import any_of
from simcore.scenario.schema import (
    Accrual,
    Move,
    OutcomePart,
    Price,
    Scenario,
    parse_cap,
)
from simcore.scenario.structure import Structure


def describe(scenario: Scenario) -> Iterator[str]:
    """Yield the scenario in words, line by line; headings have no indentation."""
    yield from _population_lines(scenario)
    yield "Life course"
    yield from _domain_lines(scenario)
    if scenario.memory:
        yield "Memory"
        yield from _memory_lines(scenario)
    if scenario.derived:
        yield "Derived"
    for name, derived in scenario.derived.items():
        yield f"  {name} = {derived.formula} ({derived.unit}){f': {derived.about}' if derived.about else ''}."
    if scenario.joint or scenario.correlations:
        yield "Figures drawn together"
        yield from dependence_lines(scenario)
    if scenario.actors:
        yield "Actors"
        yield from _actor_lines(scenario)
    yield "Money and time"
    yield from _money_lines(scenario)
    if scenario.prices:
        yield "Prices"
    for name, price in scenario.prices.items():
        booking = f"{booking_words(scenario, price)}{_cashable_words(scenario, price)}{_spread_words(scenario, price)}"
        yield f"  {name}: {_situation_words(scenario, price)}: {booking}."
    if scenario.outcomes:
        yield "Outcomes"
    for name, outcome in scenario.outcomes.items():
        better = "more" if outcome.good else "less"
        parts = " + ".join(_part_words(scenario, part) for part in outcome.parts)
        yield f"  {outcome_label(scenario, name)}: {parts}; {better} is better."
    if scenario.interventions:
        yield "Interventions"
        yield from intervention_lines(scenario)
    yield "Strategies"
    for name, members in scenario.strategies.items():
        role = " (the comparator)" if name == scenario.comparator else ""
        yield f"  {name}{role}: {', '.join(members) or 'no intervention'}."
    if scenario.alternatives:
        yield "Alternatives"
    for name, alternative in scenario.alternatives.items():
        yield f"  {name}: {alternative.about}"
        yield from (f"    {line}" for line in _change_lines(alternative.change, ()))
    if scenario.calibration is not None:
        yield "Fitted to published statistics"
        yield from _calibration_lines(scenario)


def _change_lines(change: object, path: tuple[object, ...]) -> Iterator[str]:
    """What an alternative changes, a line for each value."""
    if not isinstance(change, dict):
        yield f"{path_text(path)}: {'left out' if change == LEAVE_OUT else shown(change)}"
        return
    for name, below in change.items():
        yield from _change_lines(below, (*path, name))


def _calibration_lines(scenario: Scenario) -> Iterator[str]:
    """What is fitted, and to what."""
    calibration = scenario.calibration
    assert calibration is not None  # asked for where it is there
    if calibration.about:
        yield f"  {calibration.about}"
    yield f"  simcore calibrate fits {', '.join(calibration.free) or 'nothing'}."
    for name, population in calibration.populations.items():
        yield f"  {name}: {population.about}"
        yield from (f"    {line}" for line in _change_lines(population.change, ()))
    for name, target in calibration.targets.items():
        counted = " + ".join(_part_words(scenario, part) for part in target.count.parts)
        of = (
            " + ".join(_part_words(scenario, part) for part in target.of.parts) if target.of else "persons at the start"
        )
        who = f" of {target.population}" if target.population else ""
        held = ", held out of the fit" if target.use == "validate" else ""
        yield f"  {name}{who}: {target.observed:g} ({target.unit}){held}: {target.about}; counted: {counted}, by {of}."


def _population_lines(scenario: Scenario) -> Iterator[str]:
    population = scenario.population
    start, structure = population.start, Structure(scenario)
    years = -(-structure.n_cycles // structure.per_year)
    age = str(start.age) if isinstance(start.age, int) else any_of(map(str, structure.start_ages))
    yield scenario.title
    if scenario.question:
        yield f"  Question: {scenario.question}"
    if scenario.illustrative:
        yield "  The figures are made up to show how things work."
    yield (
        f"  {many(population.persons, 'person')} per draw, {many(scenario.draws, 'draw')}{sampling_words(scenario)}, "
        f"seed {scenario.seed}; aged {age} in {start.year}, followed for {many(years, 'year')} "
        f"in steps of a {scenario.cycle}. "
        f"The decision is about {many(population.target_group, 'person')}."
    )
    if population.cohorts > 1:
        last = start.year + population.cohorts - 1
        yield (
            f"  {population.cohorts} cohorts like this one start, one a year from {start.year} to {last}, and are "
            f"followed to the end of {last + years - 1}; results are those of all together, per person of one of them."
        )
    if population.horizon.to_age is not None and structure.age_parents:
        yield f"  Each is followed up to the age of {population.horizon.to_age}."
    for table, cells in structure.joint_cells.items():
        yield f"  {', '.join(scenario.tables[table].by)}: drawn together from {table}, {many(len(cells), 'cell')}."
    for name, shares in population.attributes.items():
        yield f"  {readable(name)}: {shares_words(scenario, shares)}."
    for name, trait in population.traits.items():
        form, first, second = trait.form
        numbers = ", ".join(
            f"{field} {number_words(scenario, number)}"
            for field, number in zip(trait.FORMS[form], (first, second), strict=True)
        )
        moves = f"; multiplies {', '.join(trait.multiplies)}" if trait.multiplies else ""
        yield f"  {readable(name)}: {trait.about}; {form}, {numbers}, in {trait.levels} levels{moves}."
    if scenario.groups:
        yield f"  Also reported by {', '.join(scenario.groups)}."


def _domain_lines(scenario: Scenario) -> Iterator[str]:
    for name, domain in scenario.domains.items():
        first = scenario.population.start_states[name]
        begin = first if isinstance(first, str) else shares_words(scenario, first)
        ends = f"; {domain.ends_life} ends life" if domain.ends_life is not None else ""
        yield f"  {readable(name)}: {', '.join(domain.states)}; starts as {begin}{ends}."
        if domain.time == "continuous":
            yield "    In continuous time: several moves may happen within a cycle."
        if domain.matrix is not None:
            yield f"    All moves from the matrix {number_words(scenario, domain.matrix)}."
        for text, move in domain.moves.items():
            yield f"    {text}: {_move_words(scenario, move)}"
            if isinstance(move, Move):
                for modifier in move.modifiers:
                    yield f"      if {when_words(scenario, modifier.if_)}: {modifier_words(scenario, modifier)}"


def _memory_lines(scenario: Scenario) -> Iterator[str]:
    """Clocks and counters."""
    for name, memory in scenario.memory.items():
        if memory.time_in is not None:
            what = f"time with {when_words(scenario, memory.time_in)}"
        else:
            kind = "time since" if memory.kind == "time_since" else "number of times of"
            what = f"{kind} {any_of(memory.moves)}"
        _, _, or_more = parse_cap(memory.cap)
        cap = memory.cap.removesuffix(" or more")
        end = f"; the last value means {cap} or more" if or_more else f", at most {cap}"
        start = ""
        if isinstance(memory.start, dict):
            shares = {str(value): share for value, share in memory.start.items()}
            start = f"; at the start {shares_words(scenario, shares)}"
        elif memory.start is not None:
            start = f"; at the start {memory.start}"
        yield f"  {name}: {what}{end}{start}."


def _actor_lines(scenario: Scenario) -> Iterator[str]:
    """The actors of each sector."""
    sectors: dict[str, list[str]] = {}
    for name, actor in scenario.actors.items():
        sectors.setdefault(actor.sector, []).append(name)
    for sector, names in sectors.items():
        yield f"  {readable(sector)}: {', '.join(names)}."


#: At which end of a cycle person-time is counted.
_ACCRUAL = {
    "start_of_cycle": "at the start of each {cycle}",
    "end_of_cycle": "at the end of each {cycle}",
    "half_cycle": "half at the start and half at the end of each {cycle}",
    "both_ends": "at the start of each {cycle} and at the end of the last",
}


def _money_lines(scenario: Scenario) -> Iterator[str]:
    """Currency, price year, discounting, accrual and public funds."""
    if scenario.money is not None:
        words = f"  Results are in {scenario.money.currency}, in prices of {scenario.money.price_year}"
        if scenario.money.index is not None:
            words += f"; prices of other years are brought there by {number_words(scenario, scenario.money.index)}"
        yield f"{words}."
        rate = scenario.discount.money
        if rate == scenario.discount.outcomes == 0:
            yield "  Nothing is discounted."
        elif rate:
            yield f"  Money is discounted by {number_words(scenario, rate)} a year."
    if scenario.discount.outcomes:
        yield f"  Outcomes are discounted by {number_words(scenario, scenario.discount.outcomes)} a year."
    if isinstance(scenario.accrual, Accrual):
        yield f"  Time in a state is counted at each boundary with the weight {scenario.accrual.weights}."
    else:
        yield f"  Time in a state is counted {_ACCRUAL[scenario.accrual].format(cycle=scenario.cycle)}."
    if scenario.events_fall != "middle_of_cycle":
        yield f"  Events fall at the {scenario.events_fall.replace('_of_cycle', '')} of their {scenario.cycle}."
    if scenario.public_funds is not None:
        factor = number_words(scenario, scenario.public_funds.factor)
        actor = scenario.public_funds.actor
        yield f"  When asked for, raising public money costs the factor {factor}, borne by {actor}."
    if scenario.population.cohorts > 1 and (scenario.discount.money or scenario.discount.outcomes):
        yield "  All cohorts are discounted to the start of the first."


def _part_words(scenario: Scenario, part: OutcomePart) -> str:
    """What a part of an outcome counts."""
    what = "once" if part.once is not None else "years" if part.move is None else "the number of times,"
    weight = "" if part.weight == 1 else f"{number_words(scenario, part.weight)} for "
    return f"{weight}{what} {_situation_words(scenario, part)}"


def _situation_words(scenario: Scenario, entry: Price | OutcomePart) -> str:
    if entry.move is None:
        words = f"while {when_words(scenario, entry.while_)}" if entry.while_ else "always"
        return f"at the start, {words}" if entry.once is not None else words
    return f"each {entry.move}{f', if {when_words(scenario, entry.if_)}' if entry.if_ else ''}"


def _move_words(scenario: Scenario, move: Move | str) -> str:
    if not isinstance(move, Move):
        return "what is left"
    if move.probability is not None:
        yearly = Structure(scenario).period_of(move.probability) != "cycle" or scenario.cycle == "year"
        return f"probability {number_words(scenario, move.probability)} a {'year' if yearly else scenario.cycle}"
    return f"rate {number_words(scenario, move.rate)} a year"


def _spread_words(scenario: Scenario, price: Price) -> str:
    """How much single events differ in cost."""
    if price.spread is None:
        return ""
    form = "gamma" if price.spread.gamma is not None else "lognormal"
    return f"; single costs differ ({form}, coefficient of variation {number_words(scenario, price.spread.cv)})"


def _cashable_words(scenario: Scenario, price: Price) -> str:
    """How much of a price becomes money when it is avoided, when, and in which steps."""
    cashable = price.cashable
    if cashable is None:
        return ""
    share = "all" if cashable.share == 1 else f"the share {number_words(scenario, cashable.share)}"
    when = "at once" if cashable.after == 0 else f"after {number_words(scenario, cashable.after)} years"
    words = f"; when avoided, {share} of it is money, {when}"
    if cashable.step is not None:
        what = "persons" if price.move is None else "events"
        words += f", in whole steps of {number_words(scenario, cashable.step)} {what} a year in the target group"
    return words
