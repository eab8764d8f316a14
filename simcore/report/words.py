"""What a scenario means, in words: so that a reader can see a mistake before anything is run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from simcore.errors import counted
from simcore.model.ledger import condition_words
from simcore.rates import odds_ratio_of_difference
from simcore.report.labels import money, outcome_label, readable
from simcore.scenario.causality import Link, moved_domains, works_through
from simcore.scenario.conditions import DROPPED_OUT, Band, Condition, Value, parse_condition
from simcore.scenario.quantities import any_of
from simcore.scenario.schema import (
    Accrual,
    Booking,
    Derived,
    Displacement,
    Effect,
    Enrolment,
    Intervention,
    Modifier,
    Move,
    OutcomePart,
    Parameter,
    Payers,
    Price,
    ProgrammeCost,
    Scale,
    Scenario,
    Shares,
    Table,
    Trait,
    parse_cap,
)
from simcore.scenario.structure import Structure


def number_words(scenario: Scenario, quantity: str | float | None) -> str:
    """Write a quantity with its expected value: ``p_dropout (0.035)``."""
    if quantity is None or not isinstance(quantity, str):
        return f"{quantity:g}" if quantity is not None else ""
    entry = scenario.entry(quantity)
    if isinstance(entry, Derived):
        return f"{quantity} (see Derived)"
    if isinstance(entry, Trait):
        return f"{quantity} (of the person)"
    assert entry is not None  # the scenario was checked
    return f"{quantity} ({_table_words(entry) if isinstance(entry, Table) else value_words(entry)})"


def value_words(entry: Parameter | Table) -> str:
    """Expected value of a parameter with what it is counted in."""
    if isinstance(entry, Table):
        return f"{_table_words(entry)}, {len(entry.cells)} rows"
    mean = entry.distribution.mean
    amount = money(mean) if mean.is_integer() or abs(mean) < 100 else f"{mean:,.2f}"
    return f"{amount} {entry.unit}" if entry.price_year is not None else f"{mean:.4g}"


def _table_words(table: Table) -> str:
    keys = [f"{key} at {table.at[key]}" if key in table.at else key for key in table.by]
    return f"table by {', '.join(keys)}"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _when(scenario: Scenario, written: dict[str, Any] | None) -> str:
    return _condition(scenario, parse_condition(written or {}))


def _condition(scenario: Scenario, condition: Condition) -> str:
    """A condition in words, with what a person is in an intervention as one would say it."""
    words = [
        f"{part.variable} {_in_programme(part.values)}"
        if part.variable in scenario.interventions
        else condition_words(Condition((part,)))
        for part in condition.parts
    ]
    return ", ".join([*words, *(f"not ({_condition(scenario, inner)})" for inner in condition.negated)])


def _in_programme(values: frozenset[Value] | Band) -> str:
    """What a person is in an intervention: ``has not begun``, ``is in year 2``, ``has begun``, ``was left early``."""
    found = ["has not begun"] if 0 in values else []
    if isinstance(values, Band):
        low = max(int(values.low), 1)
        last = None if values.below is None else int(values.below) - 1
        if last is None:
            found.append("has begun" if low == 1 else f"is in year {low} or later")
        elif last >= low:
            found.append(f"is in year {low}" if last == low else f"is in years {low} to {last}")
    else:
        years = sorted(value for value in values if isinstance(value, int) and value > 0)
        found += [f"is in year {any_of(map(str, years))}"] if years else []
        found += ["was left early"] if DROPPED_OUT in values else []
    return " or ".join(found)


def _payers(scenario: Scenario, payers: Payers) -> str:
    if isinstance(payers, str):
        return payers
    return _shares(scenario, payers)


def _shares(scenario: Scenario, shares: Shares) -> str:
    return ", ".join(
        f"{name} {'the rest' if share == 'rest' else number_words(scenario, share)}" for name, share in shares.items()
    )


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
    if scenario.actors:
        yield "Actors"
        yield from _actor_lines(scenario)
    yield "Money and time"
    yield from _money_lines(scenario)
    if scenario.prices:
        yield "Prices"
    for name, price in scenario.prices.items():
        booking = f"{_booking_words(scenario, price)}{_cashable_words(scenario, price)}"
        yield f"  {name}: {_situation_words(scenario, price)}: {booking}."
    if scenario.outcomes:
        yield "Outcomes"
    for name, outcome in scenario.outcomes.items():
        better = "more" if outcome.good else "less"
        parts = " + ".join(_part_words(scenario, part) for part in outcome.parts)
        yield f"  {outcome_label(scenario, name)}: {parts}; {better} is better."
    if scenario.interventions:
        yield "Interventions"
        yield from _intervention_lines(scenario)
    yield "Strategies"
    for name, members in scenario.strategies.items():
        role = " (the comparator)" if name == scenario.comparator else ""
        yield f"  {name}{role}: {', '.join(members) or 'no intervention'}."


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
        f"  {_many(population.persons, 'person')} per draw, {_many(scenario.draws, 'draw')}, seed {scenario.seed}; "
        f"aged {age} in {start.year}, followed for {_many(years, 'year')} in steps of a {scenario.cycle}. "
        f"The decision is about {_many(population.target_group, 'person')}."
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
        yield f"  {', '.join(scenario.tables[table].by)}: drawn together from {table}, {_many(len(cells), 'cell')}."
    for name, shares in population.attributes.items():
        yield f"  {readable(name)}: {_shares(scenario, shares)}."
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
        begin = first if isinstance(first, str) else _shares(scenario, first)
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
                    yield f"      if {_when(scenario, modifier.if_)}: {_modifier_words(scenario, modifier)}"


def _memory_lines(scenario: Scenario) -> Iterator[str]:
    """Clocks and counters."""
    for name, memory in scenario.memory.items():
        if memory.time_in is not None:
            what = f"time with {_when(scenario, memory.time_in)}"
        else:
            kind = "time since" if memory.kind == "time_since" else "number of times of"
            what = f"{kind} {any_of(memory.moves)}"
        _, _, or_more = parse_cap(memory.cap)
        cap = memory.cap.removesuffix(" or more")
        end = f"; the last value means {cap} or more" if or_more else f", at most {cap}"
        start = ""
        if isinstance(memory.start, dict):
            shares = {str(value): share for value, share in memory.start.items()}
            start = f"; at the start {_shares(scenario, shares)}"
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
        words = f"while {_when(scenario, entry.while_)}" if entry.while_ else "always"
        return f"at the start, {words}" if entry.once is not None else words
    return f"each {entry.move}{f', if {_when(scenario, entry.if_)}' if entry.if_ else ''}"


def _intervention_lines(scenario: Scenario) -> Iterator[str]:
    for name, intervention in scenario.interventions.items():
        yield f"  {intervention.label or readable(name)}: {intervention.about}"
        yield f"    Who: {_enrolment_words(scenario, intervention.enrol)}."
        if intervention.lasts is not None:
            yield f"    Lasts: {_length_words(scenario, intervention)}."
        for cost in intervention.costs:
            yield f"    Costs: {_cost_words(scenario, cost)}."
        for displacement in intervention.displacement:
            yield f"    Displaces others: {_displacement_words(scenario, name, displacement)}."
        moves: dict[str, list[str]] = {}
        for effect in intervention.effects:
            words = _effect_words(scenario, effect, intervention.drop_out is not None)
            moves.setdefault(words, []).append(effect.move)
        for words, changed in moves.items():
            yield f"    Changes: {', '.join(changed)}: {words}."
        yield from _through_lines(scenario, name)
        if not intervention.effects:
            rewarded = _rewarded(scenario, name)
            yield f"    Changes no move; it changes {', '.join(rewarded)}." if rewarded else "    Changes nothing."


def _rewarded(scenario: Scenario, intervention: str) -> list[str]:
    """Prices and outcomes that depend on whether a person takes part."""
    structure = Structure(scenario)

    def depends(written: dict[str, Any] | None, *quantities: str | float | None) -> bool:
        keys = set(parse_condition(written or {}).variables)
        return intervention in keys.union(*(structure.keys_of(quantity) for quantity in quantities))

    found = [n for n, p in scenario.prices.items() if depends({**(p.while_ or {}), **(p.if_ or {})}, p.amount, p.base)]
    for name, outcome in scenario.outcomes.items():
        if any(depends({**(part.while_ or {}), **(part.if_ or {})}, part.weight) for part in outcome.parts):
            found.append(outcome_label(scenario, name))
    return found


def _move_words(scenario: Scenario, move: Move | str) -> str:
    if not isinstance(move, Move):
        return "what is left"
    if move.probability is not None:
        yearly = Structure(scenario).period_of(move.probability) != "cycle" or scenario.cycle == "year"
        return f"probability {number_words(scenario, move.probability)} a {'year' if yearly else scenario.cycle}"
    return f"rate {number_words(scenario, move.rate)} a year"


def _modifier_words(scenario: Scenario, modifier: Modifier, meaning: str = "") -> str:
    """A ratio or difference, perhaps with its meaning, over which time it was measured, and how much of it counts."""
    words = f"{modifier.scale.replace('_', ' ')} {number_words(scenario, modifier.size)}"
    words += f": {meaning}" if meaning else ""
    if modifier.over is not None:
        words += f", measured over {modifier.over}"
    words += f", {modifier.evidence}"
    if modifier.movable_share == 1:
        words += ", all of which counts"
    elif modifier.movable_share is not None:
        words += f", of which the share {number_words(scenario, modifier.movable_share)} counts"
    return words


#: What each ratio multiplies.
_MULTIPLIED = {"risk_ratio": "probability", "odds_ratio": "odds", "hazard_ratio": "hazard"}


def _meaning_words(scenario: Scenario, modifier: Modifier) -> str:
    """The expected size of a modifier as a change; empty when it differs between persons or comes from a formula."""
    size, entry = modifier.size, scenario.entry(modifier.size)
    if isinstance(entry, Parameter):
        size = entry.distribution.mean
    if isinstance(size, str):
        return ""
    if modifier.scale == "risk_difference":
        return f"probability {_change_words(abs(size) * 100, ' percentage points', size > 0)}"
    if modifier.scale == "standardised_mean_difference":
        return f"acts as an odds ratio of {odds_ratio_of_difference(size):.4g}"
    if size >= 2:
        return f"{size:.3g} times the {_MULTIPLIED[modifier.scale]}"
    return f"{_MULTIPLIED[modifier.scale]} {_change_words(abs(size - 1) * 100, ' %', size > 1)}"


def _change_words(size: float, unit: str, rises: bool) -> str:
    return "unchanged" if size == 0 else f"{size:.3g}{unit} {'higher' if rises else 'lower'}"


def _booking_words(scenario: Scenario, booking: Booking) -> str:
    amount = number_words(scenario, booking.amount)
    kind = booking.kind.replace("_", " ")
    words = f"{kind} {amount}"
    if booking.base is not None:
        words += f" of {number_words(scenario, booking.base)}"
    if booking.share != 1:
        words += f" for the share {number_words(scenario, booking.share)}"
    if booking.actor is not None:
        words += f", borne by {_payers(scenario, booking.actor)}"
    if booking.from_ is not None:
        words += f", from {_payers(scenario, booking.from_)}"
    if booking.to is not None:
        words += f"{',' if booking.from_ is None else ''} to {_payers(scenario, booking.to)}"
    return words


def _enrolment_words(scenario: Scenario, enrol: Enrolment) -> str:
    """Who is asked when, and how likely they are to take part."""
    cycle, who = scenario.cycle, f"persons whose {_when(scenario, enrol.if_)}" if enrol.if_ else "everybody"
    if enrol.at_age is not None:
        words = f"at age {enrol.at_age}, {who}"
    elif enrol.at_year is not None:
        words = f"at the start of {enrol.at_year}, {who}"
    elif enrol.ask == "once":
        words = f"at the start of the first {cycle} in which {_when(scenario, enrol.whenever)}"
    else:
        words = f"at the start of every {cycle} in which {_when(scenario, enrol.whenever)}, until they take part"
    if enrol.reach != 1:
        words += f"; the offer reaches the share {number_words(scenario, enrol.reach)}"
    words += f"; they take part with probability {number_words(scenario, enrol.uptake)}"
    if enrol.places is not None:
        group = f"{scenario.population.target_group:,}"
        words += f"; at most {number_words(scenario, enrol.places)} of the {group} in the target group begin in a year"
    if enrol.again_after is not None:
        words += f"; {enrol.again_after} after enrolment they may enrol anew, in every {cycle} in which it holds"
    return words


def _length_words(scenario: Scenario, intervention: Intervention) -> str:
    """How long a programme is, and who leaves it before its end."""
    rule = intervention.drop_out
    if rule is None:
        return f"{intervention.lasts}"
    yearly = Structure(scenario).period_of(rule.probability) != "cycle" or scenario.cycle == "year"
    who = f"those whose {_when(scenario, rule.if_)}" if rule.if_ else "those who take part"
    return (
        f"{intervention.lasts}; from the second {scenario.cycle} on, {who} leave before the end with probability "
        f"{number_words(scenario, rule.probability)} a {'year' if yearly else scenario.cycle}"
    )


def _years_words(years: list[Any], since: str = "after enrolment") -> str:
    first, last = years
    if last == "onwards":
        return f"from year {first} {since} onwards"
    return f"in year {first} {since}" if first == last else f"in years {first} to {last} {since}"


def _cost_words(scenario: Scenario, cost: ProgrammeCost) -> str:
    booking = _booking_words(scenario, cost)
    if cost.fixed:
        when = "once, at the start" if cost.years is None else _years_words(cost.years, "of the run")
        return f"{booking}, {when}, for the whole target group, whoever takes part"
    when = _years_words(cost.years) if cost.years is not None else "once, at enrolment"
    condition = f", while {_when(scenario, cost.while_)}" if cost.while_ else ""
    return f"{booking}, {when}{condition}{_scale_words(scenario, cost.scale)}"


def _scale_words(scenario: Scenario, scale: Scale | None) -> str:
    """How the cost per participant depends on how many there are."""
    if scale is None:
        return ""
    number, elasticity = number_words(scenario, scale.participants), number_words(scenario, scale.elasticity)
    return f"; so much with {number} participants, with N of them times (N / {number})**({elasticity} - 1)"


def _displacement_words(scenario: Scenario, intervention: str, displacement: Displacement) -> str:
    """What the gains of an intervention cost others, and, where there are others, what its gain is."""
    share = number_words(scenario, displacement.share)
    words = (
        f"they lose the share {share} of what it adds in {', '.join(displacement.prices)}; "
        f"public actors as there, everybody else's part is borne by {displacement.borne_by}"
    )
    if any(intervention in members and len(members) > 1 for members in scenario.strategies.values()):
        words += ". In a strategy, what displaces others is added after the rest, in the order of the strategy"
    return words


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


def _effect_words(scenario: Scenario, effect: Effect, drop_out: bool) -> str:
    """What an effect does, when, for whom, how it ends, and what is left of it after drop-out, where that can be."""
    words = f"{_modifier_words(scenario, effect, _meaning_words(scenario, effect))}, {_years_words(effect.years)}"
    if effect.to_age is not None:
        words += f", up to the age of {effect.to_age}"
    words += f", if {_when(scenario, effect.if_)}" if effect.if_ else ""
    if effect.fade is not None and effect.fade.half_life is not None:
        words += f", then halving every {number_words(scenario, effect.fade.half_life)} years"
    if effect.fade is not None and effect.fade.linear is not None:
        words += f", then falling in a straight line to nothing in {number_words(scenario, effect.fade.linear)} years"
    if effect.catch_up is not None:
        years = number_words(scenario, effect.catch_up)
        words += f", then taken back in {years} years, in which the others catch up"
    if drop_out:
        share = effect.after_drop_out
        left = "nothing" if share == 0 else "all" if share == 1 else f"the share {number_words(scenario, share)}"
        words += f"; {left} of it for those who have left the programme"
    return words


def _through_lines(scenario: Scenario, intervention: str) -> Iterator[str]:
    """On which ways the effects of an intervention spread to other domains."""
    structure = Structure(scenario)
    moved, links = moved_domains(structure, intervention), works_through(structure, intervention)
    indirect = [f"{link.through} on {link.domain}" for link in links if link.through not in moved]
    near = [link for link in links if link.through in moved]
    for through, domain in dict.fromkeys((link.through, link.domain) for link in near):
        kinds = Counter(
            _link_words(scenario, link) for link in near if (link.through, link.domain) == (through, domain)
        )
        each = ", ".join(f"{counted(number, noun)} {how}" for (noun, how), number in kinds.items())
        yield f"    Works through {through} on {domain}: {each}."
    if indirect:
        yield f"    From there through {', '.join(dict.fromkeys(indirect))}."


#: How the evidence for a modifier is called when it is counted.
_EVIDENCE_NOUNS = {"causal": "cause", "associational": "association", "assumed": "assumption"}


def _link_words(scenario: Scenario, link: Link) -> tuple[str, str]:
    """What kind of a link it is: a noun, and how it counts."""
    if link.modifier is None:
        return "baseline", f"by {link.through}"
    share = link.modifier.movable_share
    counts = "in full" if share is None or share == 1 else f"with the share {number_words(scenario, share)}"
    return _EVIDENCE_NOUNS[str(link.modifier.evidence)], counts
