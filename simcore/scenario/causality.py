"""What an intervention is said to cause, and on what evidence: warnings, and the ways on which an effect spreads.

An effect on a move changes who is in which state, and what is remembered of it. Moves that differ by these change with
it, so that the effect *works through* their modifiers: an association there counts as if it were a cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simcore.scenario.checks import Checks, Path
from simcore.scenario.conditions import parse_condition, parse_move
from simcore.scenario.evidence import Evidenced, Parameter, Table
from simcore.scenario.schema import Derived, Effect, Modifier, Move, Trait
from simcore.scenario.structure import Structure

#: How a design that has no comparison group is written.
_BEFORE_AFTER = "before_after"
#: Designs that do not show what is caused.
_NOT_CAUSAL = ("before_after", "cohort", "expert")
#: At most so many modifiers are listed in a warning.
_MOST_LISTED = 6


@dataclass(frozen=True)
class Link:
    """A move that differs by the state of another domain, or by what is remembered: by a modifier, or its baseline.

    `modifier` is None for a baseline, whose quantity is `baseline`.
    """

    through: str
    domain: str
    move: str
    modifier: Modifier | None
    baseline: str | float | None = None

    @property
    def counts_in_full(self) -> bool:
        """Whether it is an association of which no share is said to be causal."""
        return self.modifier is not None and _in_full(self.modifier)


def _in_full(modifier: Modifier) -> bool:
    return modifier.evidence == "associational" and modifier.movable_share is None


def moved_domains(structure: Structure, intervention: str) -> list[str]:
    """The domains whose moves an intervention changes."""
    moves = [parse_move(effect.move) for effect in structure.scenario.interventions[intervention].effects]
    return list(dict.fromkeys(move.domain for move in moves if move is not None and move.domain is not None))


def works_through(structure: Structure, intervention: str) -> list[Link]:
    """Every link on which the effects of an intervention spread, the nearest first.

    To other domains; and within a domain from what is remembered of it to its moves.
    """
    reached, found = moved_domains(structure, intervention), []
    for through in reached:  # which grows
        for domain in structure.scenario.domains:
            links = list(_links(structure, through, domain))
            found += links
            if links and domain not in reached:
                reached.append(domain)
    return found


def _links(structure: Structure, through: str, domain: str) -> Iterator[Link]:
    """The moves of a domain that differ by the state of another one, or by what is remembered of it.

    Of one and the same domain, those that differ by what is remembered.
    """
    scenario = structure.scenario
    watching = {through} - {domain} | {
        name for name, memory in scenario.memory.items() if through in structure.watched(memory)
    }
    if structure.keys_of(scenario.domains[domain].matrix) & watching:
        yield Link(through, domain, "matrix", None, scenario.domains[domain].matrix)
    for text, move in scenario.domains[domain].moves.items():
        if not isinstance(move, Move):
            continue
        baseline = move.probability if move.probability is not None else move.rate
        if structure.keys_of(baseline) & watching:
            yield Link(through, domain, text, None, baseline)
        for modifier in move.modifiers:
            looked_at = parse_condition(modifier.if_).variables | structure.keys_of(modifier.size)
            if looked_at & watching:
                yield Link(through, domain, text, modifier)


def note_causality(checks: Checks) -> None:
    """Warn of effects that rest on less than they claim, and of associations that count as causes."""
    for name, intervention in checks.scenario.interventions.items():
        told: set[tuple[object, ...]] = set()
        for number, effect in enumerate(intervention.effects):
            path: Path = ("interventions", name, "effects", number)
            for section, figure, entry in figures(checks, effect.size):
                text = _weak(checks, effect, section, figure, entry)
                if text and (effect.evidence, figure) not in told:
                    told.add((effect.evidence, figure))
                    checks.warn(path, text)
            if _in_full(effect) and (effect.size,) not in told:
                told.add((effect.size,))
                moves = [other.move for other in intervention.effects if other.size == effect.size and _in_full(other)]
                text = "an association that counts in full; movable_share says how much of it is causal"
                checks.warn(path, f"{_list(moves)}: {text}")
        moved = moved_domains(checks.structure, name)
        near = [of for of in works_through(checks.structure, name) if of.through in moved]
        links = [of for of in near if of.counts_in_full]
        claimed = list(dict.fromkeys(_claimed(checks, near)))
        if claimed:
            checks.warn(("interventions", name), f"works through what is tagged causal, but {_list(claimed)}")
        if links:
            each = [f"{of.domain}.{of.move} ({of.modifier.size})" for of in links if of.modifier is not None]
            checks.warn(
                ("interventions", name),
                f"works through associations that count in full, without a movable_share: {_list(each)}",
            )


def _claimed(checks: Checks, links: Iterable[Link]) -> Iterator[str]:
    """Figures that modifiers tagged causal rest on and that do not show what is caused, each with the reason."""
    for of in links:
        if of.modifier is None or of.modifier.evidence != "causal":
            continue
        for section, name, entry in figures(checks, of.modifier.size):
            file, line = checks.locate((section, name))
            if reasons := _reasons(entry):
                yield f"{name} ({file}:{line}) is {reasons}"


def _reasons(entry: Evidenced) -> str:
    """Why a figure does not show what is caused, by its own evidence and design; empty when it may."""
    reasons = [f"tagged {entry.evidence}"] if entry.evidence in ("associational", "assumed") else []
    reasons += [f"of the design {entry.design}"] if entry.design in _NOT_CAUSAL else []
    return " and ".join(reasons)


def _list(words: Iterable[str]) -> str:
    words = list(dict.fromkeys(words))
    more = [f"and {len(words) - _MOST_LISTED} more"] if len(words) > _MOST_LISTED else []
    return ", ".join([*words[:_MOST_LISTED], *more])


def _weak(checks: Checks, effect: Effect, section: str, name: str, entry: Evidenced) -> str:
    """Say why a figure does not carry the effect that is built on it; empty when it does."""
    file, line = checks.locate((section, name))
    place, causal = f"{name} ({file}:{line})", effect.evidence == "causal"
    if entry.design == _BEFORE_AFTER:
        tagged = "; it is tagged causal" if causal else ""
        return f"{place} compares the same persons before and after, without others: it is no effect{tagged}"
    if not causal:
        return ""
    reasons = _reasons(entry)
    return f"is tagged causal, but {place} is {reasons}" if reasons else ""


def figures(checks: Checks, quantity: str | float | None) -> Iterator[tuple[str, str, Evidenced]]:
    """Yield the figures that a quantity is made of, through cells of tables and formulas: section, name, entry."""
    ahead, seen = [quantity], set()
    while ahead:
        name = ahead.pop()
        if not isinstance(name, str) or name in seen:
            continue
        seen.add(name)
        entry = checks.scenario.entry(name)
        if isinstance(entry, Parameter):
            yield "parameters", name, entry
        elif isinstance(entry, Table):
            yield "tables", name, entry
            ahead += [row.value for row in entry.cells]
        elif isinstance(entry, Derived):
            ahead += sorted(entry.expression.names)
        elif isinstance(entry, Trait):
            ahead += list(entry.form[1:])
