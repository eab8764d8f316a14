"""Facts that would surprise the author of a scenario but harm nothing: they become warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simcore.errors import with_article
from simcore.scenario.checks import Checks, Path
from simcore.scenario.conditions import parse_condition, parse_move
from simcore.scenario.schema import Booking, Move, Payers


def note_surprises(checks: Checks) -> None:
    """Warn of what is not used, of what is old, and of what can happen to nobody."""
    scenario = checks.scenario
    for section, entries in (("parameters", scenario.parameters), ("tables", scenario.tables)):
        for name, entry in entries.items():
            if name not in checks.used and checks.own(checks.locate((section, name))[0]):
                checks.warn((section, name), "is not used")
            if (
                entry.valid_until is not None
                and name in checks.used
                and entry.valid_until < scenario.population.start.year
            ):
                checks.warn((section, name), f"is to be looked up again after {entry.valid_until}")
    employed = {member for members in scenario.strategies.values() for member in members}
    for name in scenario.interventions:
        if name not in employed:
            checks.warn(("interventions", name), "is in no strategy")
    reachable = {name: _reachable(checks, name, employed) for name in scenario.domains}
    for name, domain in scenario.domains.items():
        for state in domain.states:
            if state not in reachable[name]:
                checks.warn(("domains", name, "states"), f"nobody can reach {state}")
    for name, price in scenario.prices.items():
        condition = parse_condition((price.if_ if price.move is not None else price.while_) or {})
        for part in condition.parts:
            if not _possible(checks, part.variable, part.values, reachable, employed):
                checks.warn(("prices", name), f"nobody can incur it: {part.variable} is never as it says")
        _to_oneself(checks, ("prices", name), price)
    for name, intervention in scenario.interventions.items():
        for number, cost in enumerate(intervention.costs):
            _to_oneself(checks, ("interventions", name, "costs", number), cost)


def _to_oneself(checks: Checks, path: Path, booking: Booking) -> None:
    """Warn of a transfer or tax that leaves an actor and reaches the same one."""
    sender = _sole(booking.from_)
    if sender is not None and sender == _sole(booking.to):
        checks.warn(path, f"{with_article(booking.kind.replace('_', ' '))} from {sender} to {sender} changes nothing")


def _sole(payers: Payers | None) -> str | None:
    """The actor that pays or gets everything, if it is a single one."""
    names = [payers] if isinstance(payers, str) else list(payers or ())
    return names[0] if len(names) == 1 else None


def _possible(
    checks: Checks, variable: str, values: Any, reachable: Mapping[str, set[str]], employed: set[str]
) -> bool:
    if variable in reachable:
        return bool(reachable[variable] & set(values))
    if variable in checks.numbers:
        if variable in checks.scenario.interventions and variable not in employed:
            return 0 in values
        band = checks.numbers[variable]
        assert band.high is not None
        return any(number in values for number in range(band.low, band.high + 1))
    return True


def _reachable(checks: Checks, name: str, employed: set[str]) -> set[str]:
    """The states of a domain that somebody can be in under some strategy."""
    start = checks.scenario.population.start_states[name]
    found = {start} if isinstance(start, str) else {state for state, share in start.items() if share != 0}
    moves = []
    for text, move in checks.scenario.domains[name].moves.items():
        parsed = parse_move(text)
        if parsed is not None and (not isinstance(move, Move) or _can_happen(checks, f"{name}.{text}", move, employed)):
            moves.append(parsed)
    while True:
        more = {move.end for move in moves if move.start in found} - found
        if not more:
            return found
        found |= more


def _can_happen(checks: Checks, name: str, move: Move, employed: set[str]) -> bool:
    """Tell whether a move can happen: ratios leave a baseline of 0 as it is, a risk difference lifts it."""
    if (move.probability if move.probability is not None else move.rate) != 0:
        return True
    interventions = checks.scenario.interventions
    effects = [effect for member in employed for effect in interventions[member].effects if effect.move == name]
    return any(act.risk_difference not in (None, 0) for act in (*move.modifiers, *effects))
