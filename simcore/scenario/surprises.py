"""Facts that would surprise the author of a scenario but harm nothing: they become warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simcore.errors import did_you_mean, with_article
from simcore.scenario.checks import Checks, Path
from simcore.scenario.conditions import ANY, DROPPED_OUT, Part, parse_condition, parse_move
from simcore.scenario.payments import note_cashable
from simcore.scenario.schema import Booking, Entry, Modifier, Payers
from simcore.scenario.shipped import is_shipped
from simcore.scenario.structure import Way
from simcore.scenario.windows import note_windows


def note_surprises(checks: Checks) -> None:
    """Warn of what is not used, of what is old, and of what can happen to nobody."""
    scenario = checks.scenario
    for section, entries in (("parameters", scenario.parameters), ("tables", scenario.tables)):
        for name, entry in entries.items():
            if name not in checks.used and checks.own((section, name)):
                checks.warn((section, name), "is not used")
            if (
                entry.valid_until is not None
                and name in checks.used
                and entry.valid_until < scenario.population.start.year
            ):
                checks.warn((section, name), f"is to be looked up again after {entry.valid_until}")
    for name in scenario.derived:
        if name not in checks.used and checks.own(("derived", name)):
            checks.warn(("derived", name), "is not used")
    for name in scenario.memory:
        if name not in _remembered(checks) and checks.own(("memory", name)):
            checks.warn(("memory", name), "is not used")
    employed = {member for members in scenario.strategies.values() for member in members}
    for name in scenario.interventions:
        if name not in employed:
            checks.warn(("interventions", name), "is in no strategy")
    reachable = {name: _reachable(checks, name, employed) for name in scenario.domains}
    for name, domain in scenario.domains.items():
        # A case may begin later in life than a shipped model, and pass states by.
        for state in () if _is_shipped(checks, ("domains", name, "states")) else domain.states:
            if state not in reachable[name]:
                checks.warn(("domains", name, "states"), f"nobody can reach {state}")
    _net_moves(checks)
    for name, price in scenario.prices.items():
        condition = parse_condition((price.if_ if price.move is not None else price.while_) or {})
        for part in condition.parts:
            possible = _possible(checks, part.variable, part.values, reachable, employed)
            if not possible and not _is_shipped(checks, ("prices", name)):
                checks.warn(("prices", name), f"nobody can incur it: {part.variable} is never as it says")
        _to_oneself(checks, ("prices", name), price)
    note_cashable(checks)
    _labels(checks)
    for name, intervention in scenario.interventions.items():
        for number, cost in enumerate(intervention.costs):
            _to_oneself(checks, ("interventions", name, "costs", number), cost)
        note_windows(checks, name, intervention)


def _labels(checks: Checks) -> None:
    """Warn of labels of what is not there, and of those that two values share."""
    values = checks.structure.levels
    for name, label in checks.scenario.labels.items():
        if not checks.own(("labels", name)):
            continue  # a case may leave out what the model it extends has words for
        if name not in values:
            hint = did_you_mean(name, values)
            checks.warn(("labels", name), f"is the name of no domain, attribute, clock or counter{_behind(hint)}")
            continue
        known = [str(value) for value in values[name]]
        shared: dict[tuple[str, str], int | str] = {}
        for level, of in label.levels.items():
            path = ("labels", name, "levels", level)
            if str(level) not in known:
                checks.warn(path, f"is no value of {name}{_behind(did_you_mean(str(level), known))}")
            for language, words in (("en", of.label), ("sv", of.label_sv)):
                if words is not None and shared.setdefault((language, words), level) != level:
                    other = shared[language, words]
                    checks.warn(path, f"is called '{words}', as {other} is: nobody can tell them apart")


def _behind(hint: str) -> str:
    return f"; {hint}" if hint else ""


def _is_shipped(checks: Checks, path: Path) -> bool:
    """Whether an entry is that of a model that ships with simcore."""
    return is_shipped(checks.locate(path)[0])


def _net_moves(checks: Checks) -> None:
    """Warn of moves that are counted in continuous time: those that are undone within a cycle are not seen."""
    scenario = checks.scenario
    watching: list[tuple[Path, str]] = [(("prices", name), p.move) for name, p in scenario.prices.items() if p.move]
    for name, outcome in scenario.outcomes.items():
        watching += [(("outcomes", name), part.move) for part in outcome.parts if part.move]
    for name, memory in scenario.memory.items():
        watching += [(("memory", name), text) for text in memory.moves]
    for path, text in watching:
        move = parse_move(text)
        if move is None or move.domain is None or scenario.domains[move.domain].time != "continuous":
            continue
        exits = checks.structure.ways(move.domain).exits
        if move.start != ANY or move.end == ANY or exits.get(move.end):  # entering a last state is seen in any case
            checks.warn(
                path,
                f"{move.domain} moves all the time: {text} counts those who are in the one state when a "
                f"{scenario.cycle} begins and in the other when it ends; moves in between are not seen",
            )


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
        intervention = checks.scenario.interventions.get(variable)
        if intervention is not None and intervention.drop_out is not None and DROPPED_OUT in values:
            return True
        band = checks.numbers[variable]
        assert band.below is not None
        if variable in checks.scenario.memory:
            return any(Part(variable, values).accepts(value) for value in checks.structure.levels[variable])
        return any(number in values for number in range(int(band.low), int(band.below)))
    return True


def _reachable(checks: Checks, name: str, employed: set[str]) -> set[str]:
    """The states of a domain that somebody can be in under some strategy."""
    start = checks.scenario.population.start_states[name]
    found = {start} if isinstance(start, str) else {state for state, share in start.items() if share != 0}
    ways = checks.structure.ways(name)
    moves = [(way.start, way.end) for way in ways.all() if _can_happen(checks, name, way, employed)]
    moves += list(ways.rest.items())
    while True:
        more = {end for begin, end in moves if begin in found} - found
        if not more:
            return found
        found |= more


def _remembered(checks: Checks) -> set[str]:
    """The clocks and counters that something looks at."""
    scenario, memory = checks.scenario, set(checks.scenario.memory)
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, str):
            found.update(checks.structure.keys_of(value) if scenario.entry(value) is not None else ())
        elif isinstance(value, Entry):
            for name in type(value).model_fields:
                look(getattr(value, name))
        elif isinstance(value, dict):
            found.update(memory & {key for key in value if isinstance(key, str)})
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            for item in value:
                look(item)

    look([scenario.domains, scenario.prices, scenario.outcomes, scenario.interventions, scenario.population])
    return found


def _can_happen(checks: Checks, domain: str, way: Way, employed: set[str]) -> bool:
    """Tell whether a move can happen: ratios leave a baseline of 0 as it is, a risk difference lifts it."""
    if way.baseline != 0:
        return True
    acts: list[Modifier] = list(way.modifiers)
    for member in employed:
        for effect in checks.scenario.interventions[member].effects:
            move = parse_move(effect.move)
            if move is not None and move.domain == domain and move.fits(way.start, way.end):
                acts.append(effect)
    return any(act.risk_difference not in (None, 0) for act in acts)
