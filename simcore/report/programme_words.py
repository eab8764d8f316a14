"""What the interventions of a scenario are, in words: who takes part, what it costs, what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from simcore.errors import counted
from simcore.rates import odds_ratio_of_difference
from simcore.report.labels import outcome_label, readable
from simcore.report.phrases import booking_words, modifier_words, number_words, when_words
from simcore.scenario.causality import Link, moved_domains, works_through
from simcore.scenario.conditions import parse_condition
from simcore.scenario.schema import (
    Displacement,
    Effect,
    Enrolment,
    Intervention,
    Modifier,
    Parameter,
    ProgrammeCost,
    Scale,
    Scenario,
    Table,
)
from simcore.scenario.structure import Structure


def intervention_lines(scenario: Scenario) -> Iterator[str]:
    """Yield each intervention in words, line by line."""
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


def _enrolment_words(scenario: Scenario, enrol: Enrolment) -> str:
    """Who is asked when, and how likely they are to take part."""
    cycle, who = scenario.cycle, f"persons whose {when_words(scenario, enrol.if_)}" if enrol.if_ else "everybody"
    if enrol.at_age is not None:
        words = f"at age {enrol.at_age}, {who}"
    elif enrol.at_year is not None:
        words = f"at the start of {enrol.at_year}, {who}"
    elif enrol.ask == "once":
        words = f"at the start of the first {cycle} in which {when_words(scenario, enrol.whenever)}"
    else:
        words = f"at the start of every {cycle} in which {when_words(scenario, enrol.whenever)}, until they take part"
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
    who = f"those whose {when_words(scenario, rule.if_)}" if rule.if_ else "those who take part"
    return (
        f"{intervention.lasts}; from the second {scenario.cycle} on, {who} leave before the end with probability "
        f"{number_words(scenario, rule.probability)} a {'year' if yearly else scenario.cycle}"
    )


def _window_words(scenario: Scenario, entry: Effect | ProgrammeCost, since: str = "after enrolment") -> str:
    """When an effect acts or a cost is paid, which is not paid once."""
    unit, window = ("year", entry.years) if entry.years is not None else (scenario.cycle, entry.cycles)
    first, last = window or (1, 1)
    if last == "onwards":
        return f"from {unit} {first} {since} onwards"
    return f"in {unit} {first} {since}" if first == last else f"in {unit}s {first} to {last} {since}"


def _cost_words(scenario: Scenario, cost: ProgrammeCost) -> str:
    booking = booking_words(scenario, cost)
    if cost.fixed:
        when = "once, at the start" if cost.years is None else _window_words(scenario, cost, "of the run")
        return f"{booking}, {when}, for the whole target group, whoever takes part"
    once = cost.years is None and cost.cycles is None
    when = "once, at enrolment" if once else _window_words(scenario, cost)
    condition = f", while {when_words(scenario, cost.while_)}" if cost.while_ else ""
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


def _effect_words(scenario: Scenario, effect: Effect, drop_out: bool) -> str:
    """What an effect does, when, for whom, how it ends, and what is left of it after drop-out, where that can be."""
    words = f"{modifier_words(scenario, effect, _meaning_words(scenario, effect))}, {_window_words(scenario, effect)}"
    if effect.to_age is not None:
        words += f", up to the age of {effect.to_age}"
    words += f", if {when_words(scenario, effect.if_)}" if effect.if_ else ""
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
        here = [link for link in near if (link.through, link.domain) == (through, domain)]
        # Baselines come last, so that their tables can be named behind them.
        here.sort(key=lambda link: link.modifier is None)
        kinds = Counter(_link_words(scenario, link) for link in here)
        each = [f"{counted(number, noun)} {how}" for (noun, how), number in kinds.items()]
        tables = [_baseline_words(scenario, link) for link in here]
        if named := list(dict.fromkeys(filter(None, tables))):
            each[-1] += f" ({'; '.join(named)})"
        what = f"what is remembered of {through}" if through == domain else through
        yield f"    Works through {what} on {domain}: {', '.join(each)}."
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


def _baseline_words(scenario: Scenario, link: Link) -> str:
    """The table or formula of a baseline, and what it can be read as; empty for a modifier."""
    if link.modifier is not None or not isinstance(link.baseline, str):
        return ""
    entry = scenario.entry(link.baseline)
    if not isinstance(entry, Parameter | Table):
        return link.baseline
    evidence = entry.evidence or ("assumed" if entry.source.assumption is not None else "of unstated evidence")
    return f"{link.baseline}, {evidence}"
