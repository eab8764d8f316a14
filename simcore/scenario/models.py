"""Whether what makes up a model means something: joint tables, traits, formulas, memory and ways out of states."""

from __future__ import annotations

import re
from collections import deque

from simcore.errors import did_you_mean
from simcore.rates import ROUNDING
from simcore.scenario.checks import Checks, Path
from simcore.scenario.conditions import ANY, NEVER, parse_move
from simcore.scenario.entries import NAME_SCHEMA
from simcore.scenario.evidence import Parameter, Table, TableRow
from simcore.scenario.quantities import USES, unit_named
from simcore.scenario.schema import Derived, Memory, parse_cap
from simcore.scenario.structure import Way

#: A person's value of a variable fits into a byte.
_MOST_VALUES = 250
#: So many formulas may build on each other.
_MOST_DEEP = 100


def check_joint_tables(checks: Checks) -> None:
    """Check the tables that draw several attributes together."""
    scenario = checks.scenario
    seen: dict[str, str] = dict.fromkeys(scenario.population.attributes, "population.attributes")
    seen |= dict.fromkeys(scenario.domains, "domains") | dict.fromkeys(scenario.population.traits, "population.traits")
    seen |= dict.fromkeys(scenario.memory, "memory") | dict.fromkeys(scenario.interventions, "interventions")
    for number, name in enumerate(scenario.population.joint):
        path: Path = ("population", "joint", number)
        if name in scenario.population.joint[:number]:
            checks.problem(path, f"{name} a second time", "each table once")
            continue
        if not checks.known(path, name, "a table", scenario.tables):
            continue
        table = scenario.tables[name]
        checks.quantity(path, name, "joint")
        for key in table.by:
            if key in seen:
                checks.problem(("tables", name, "by"), key, f"a name that is not used in {seen[key]} too")
                checks.unclear_tables.add(name)
            elif not _is_name(key):
                allowed = "a name for an attribute: small letters, digits and _, and nothing that means something else"
                checks.problem(("tables", name, "by"), key, allowed)
                checks.unclear_tables.add(name)
            seen.setdefault(key, f"the joint table {scenario.population.joint[number]}")
        if table.at:
            checks.problem(("tables", name, "at"), "formulas of keys", "no formulas in a joint table")
            checks.unclear_tables.add(name)
        if name in checks.unclear_tables:
            continue
        total = 0.0
        for row_number, row in enumerate(table.cells):
            where = checks.row_path(("tables", name), table, row_number, row)
            for key, level in row.keys.items():
                if not _is_name(level):
                    allowed = f"a name for a level of {key}: small letters, digits and _, beginning with a letter"
                    checks.problem(where, level, allowed)
            total += row.value if isinstance(row.value, float) else 1.0
        if total <= 0:
            checks.problem(("tables", name), "no persons at all", "at least one cell above 0")
        numbers = [row.value for row in table.cells if isinstance(row.value, float)]
        if table.unit == "share" and len(numbers) == len(table.cells) and 0 < total and abs(total - 1) > ROUNDING:
            checks.problem(("tables", name), f"shares that add up to {total:.10g}", "shares that add up to 1")
        if len(table.cells) > _MOST_VALUES:
            checks.problem(("tables", name), f"{len(table.cells)} cells", f"at most {_MOST_VALUES}")


def _is_name(text: object) -> bool:
    """Tell whether a text may be the name of an attribute or of a level."""
    return re.fullmatch(NAME_SCHEMA["pattern"], str(text)) is not None and text not in NAME_SCHEMA["not"]["enum"]


def check_traits(checks: Checks) -> None:
    """Check the numbers and moves of traits."""
    for name, trait in checks.scenario.population.traits.items():
        path: Path = ("population", "traits", name)
        form, first, second = trait.form
        for field, quantity in zip(trait.FORMS[form], (first, second), strict=True):
            checks.quantity((*path, "distribution", form, field), quantity, "coefficient", ())
        unit = unit_named(trait.unit)
        for number, text in enumerate(trait.multiplies):
            move = checks.move((*path, "multiplies", number), text)
            if unit is not None and unit.kind not in ("hazard ratio", "factor"):
                checks.problem((*path, "unit"), trait.unit, "hazard ratio or factor, because it multiplies moves")
            if move is not None:
                checks.no_rest((*path, "multiplies", number), text, move)


def check_derived(checks: Checks) -> None:
    """Check the names in formulas, and that no formula leads back to itself."""
    scenario = checks.scenario
    variables = [*checks.levels, *checks.numbers, "boundary"]
    circles, depths = _orders(checks)
    for name, depth in depths.items():
        if depth == _MOST_DEEP + 1:
            found = f"the last of {depth} formulas that build on each other"
            checks.problem(("derived", name, "formula"), found, f"at most {_MOST_DEEP}")
    for name, derived in scenario.derived.items():
        path: Path = ("derived", name, "formula")
        expression = derived.expression
        for other in sorted(expression.names):
            column = expression.column_of(other)
            entry = scenario.entry(other)
            is_variable = other in variables and other not in scenario.population.traits
            if entry is None and not is_variable:
                known = [*scenario.parameters, *scenario.tables, *scenario.derived, *variables]
                known = [*scenario.population.traits, *(of for of in known if of != name)]
                found = f"{other} at position {column} of {derived.formula}"
                states = [of for of, levels in checks.levels.items() if other in levels]
                hint = f"write {states[0]} == '{other}'" if states else did_you_mean(other, known)
                checks.problem(path, found, "a parameter, table, derived quantity or variable", hint)
            elif entry is not None and is_variable:
                found = f"{other} at position {column}, which is both a variable and a number"
                checks.problem(path, found, "names that mean one thing; rename one of them")
            elif entry is not None:
                checks.used.add(other)
            if entry is None and other in checks.levels and other in expression.as_numbers:
                found = f"{other} at position {column} as a number"
                checks.problem(path, found, f"a comparison, {other} == '{checks.levels[other][0]}'")
        _check_money(checks, path, derived)
        for other, level, column in expression.compared:
            if other in checks.levels:
                if level not in checks.levels[other]:
                    found = f"'{level}' at position {column} of {derived.formula}"
                    allowed = f"a value of {other}: {', '.join(checks.levels[other])}"
                    checks.problem(path, found, allowed, did_you_mean(level, checks.levels[other]))
            elif other in expression.names and (other in variables or scenario.entry(other) is not None):
                found = f"'{level}' at position {column}, compared with {other}"
                hint = "write it without quotes" if level == NEVER or level.replace(".", "", 1).isdigit() else ""
                checks.problem(path, found, f"a number: {other} has no names", hint)
        if name in circles:
            checks.problem(path, " -> ".join(circles[name]), "formulas that do not lead back to themselves")


def _check_money(checks: Checks, path: Path, derived: Derived) -> None:
    """Amounts in a formula are in prices of one year, that of its result."""
    first, year = "the result", derived.price_year
    for name in sorted(derived.expression.names, key=derived.expression.column_of):
        entry = checks.scenario.entry(name)
        if not isinstance(entry, Parameter | Table | Derived) or entry.price_year is None:
            continue
        if year is None:
            first, year = name, entry.price_year
        if entry.price_year != year:
            found = f"{name}, in prices of {entry.price_year}"
            checks.problem(path, found, f"amounts in prices of {year}, as {first}")


def _orders(checks: Checks) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Formulas that lead back to themselves with the way, and how many others each of the others builds on in a row."""
    derived = checks.scenario.derived
    below = {name: sorted(derived[name].expression.names & set(derived)) for name in derived}
    above: dict[str, list[str]] = {name: [] for name in derived}
    for name, others in below.items():
        for other in others:
            above[other].append(name)
    waiting = {name: len(others) for name, others in below.items()}
    depths = {name: 1 for name, number in waiting.items() if number == 0}
    ready = list(depths)
    while ready:
        name = ready.pop()
        for user in above[name]:
            depths[user] = max(depths.get(user, 0), depths[name] + 1)
            waiting[user] -= 1
            if waiting[user] == 0:
                ready.append(user)
    circles: dict[str, list[str]] = {}
    for name in derived:
        if waiting[name] and not any(name in circle for circle in circles.values()):
            circle = _circle(name, below)
            if circle:
                circles[name] = circle
    return circles, {name: depth for name, depth in depths.items() if not waiting[name]}


def _circle(name: str, below: dict[str, list[str]]) -> list[str]:
    """The shortest way from a formula back to itself; empty when there is none."""
    came_from: dict[str, str] = {}
    ahead = deque([name])
    while ahead:
        at = ahead.popleft()
        for other in below[at]:
            if other == name:
                way = [name]
                while at != name:
                    way.append(at)
                    at = came_from[at]
                return [name, *way[:0:-1], name]
            if other not in came_from:
                came_from[other] = at
                ahead.append(other)
    return []


def check_memory(checks: Checks, name: str) -> None:
    """Check what a clock or counter watches, and that its cap is never passed silently."""
    scenario, structure = checks.scenario, checks.structure
    memory = scenario.memory[name]
    path: Path = ("memory", name)
    if memory.time_in is not None:
        own = [of for of in checks.levels if of not in scenario.population.joint]
        hints = dict.fromkeys(checks.numbers, "a clock watches states")
        condition = checks.condition((*path, "time_in"), memory.time_in, own, hints)
        for part in condition.parts:
            if structure.life is not None and part.variable == structure.life[0] and part.accepts(structure.life[1]):
                allowed = f"a condition of the living; nothing is remembered after {structure.life[1]}"
                checks.problem((*path, "time_in"), f"{part.variable}: {structure.life[1]}", allowed)
    field = memory.kind
    for text in memory.moves:
        move = checks.move((*path, field), text)
        life = structure.life
        if move is not None and life is not None and (move.domain, move.end) == life:
            checks.problem((*path, field), text, f"a move of the living; nothing is remembered after {life[1]}")
    number, is_time, or_more = parse_cap(memory.cap)
    cycles = number * structure.per_year if is_time else number
    if cycles != int(cycles):
        allowed = f"a whole number of cycles, which are a {scenario.cycle} each"
        checks.problem((*path, "cap"), memory.cap, allowed)
        return
    if cycles + 2 > _MOST_VALUES:
        most = f"{_MOST_VALUES - 2}"
        if is_time:
            years = (_MOST_VALUES - 2) // structure.per_year
            most = f"{years} years" if structure.per_year == 1 else f"{most} cycles, some {years} years"
        checks.problem((*path, "cap"), memory.cap, f"at most {most}", "write 'or more' behind a lower cap")
        return
    domains = {move.domain for text in memory.moves if (move := parse_move(text)) is not None}
    reached = checks.n_cycles * (1 if is_time else len(domains))  # a domain moves once in a cycle
    start = _latest_start(memory)
    reached += int(start * structure.per_year) if is_time else start
    if not or_more and cycles < reached:
        hint = f"write cap: {memory.cap} or more, if everything from there on is to mean the same"
        beyond = "the horizon" if start == 0 else "the horizon and the start"
        allowed = "a cap that nobody passes, or what it means beyond it"
        checks.problem((*path, "cap"), f"{memory.cap}, which {beyond} can pass", allowed, hint)
    _check_start(checks, path, name, memory)


def _latest_start(memory: Memory) -> int:
    starts = [*memory.start] if isinstance(memory.start, dict) else [memory.start]
    return max((int(value) for value in starts if value not in (None, NEVER)), default=0)


def _check_start(checks: Checks, path: Path, name: str, memory: Memory) -> None:
    start = memory.start
    values = [*start] if isinstance(start, dict) else [] if start is None else [start]
    levels = checks.structure.levels[name]
    for value in values:
        if value not in levels:
            checks.problem((*path, "start"), value, f"a value up to the cap, {memory.cap}")
    if isinstance(start, dict):
        own = [of for of in checks.levels if of not in checks.scenario.domains]
        known = [*own, *checks.scenario.population.traits, "age", "year", "cycle", "start_age"]
        checks.shares((*path, "start"), start, known)


def check_ways(checks: Checks, name: str) -> None:
    """Check the matrix of a domain, continuous time, and that the ways out of a state can be converted together."""
    scenario, structure = checks.scenario, checks.structure
    domain = scenario.domains[name]
    path: Path = ("domains", name)
    if domain.matrix is not None and not _matrix(checks, name, (*path, "matrix"), domain.matrix):
        return
    ways = structure.ways(name)
    if domain.time == "continuous":
        if domain.matrix is not None or any(not way.is_rate for way in ways.all()):
            checks.problem((*path, "time"), "continuous, with probabilities", "rates for all moves of the domain")
        if any(end != start for start, end in ways.rest.items()):
            checks.problem((*path, "time"), "continuous, with a rest", "rates for all moves; who does not move stays")
        return
    for state, out in ways.exits.items():
        if domain.matrix is not None and any(way.is_rate for way in out):
            checks.problem((*path, "moves"), f"rates from {state} beside a matrix", "probabilities beside a matrix")
        elif len({way.is_rate for way in out}) > 1 and any(way.text.startswith(f"{ANY} ->") for way in out):
            found = f"probabilities and rates from {state}, counting those from any"
            checks.problem((*path, "moves"), found, "either of the two for all moves from a state")
        periods = {structure.period_of(way.baseline) for way in out if not way.is_rate} - {None}
        where = _place_of(path, out)
        if len(periods) > 1:
            found = f"probabilities per year and per cycle from {state}"
            checks.problem(where, found, "one period for all moves from a state")
        goes = ways.rest.get(state, state)
        yearly = "probabilities per year" if "year" in periods else "rates" if any(way.is_rate for way in out) else ""
        if structure.per_year > 1 and yearly and goes != state:
            found = f"the rest of {state} goes to {goes}, beside {yearly}"
            allowed = f"probabilities per cycle: within a {scenario.cycle} everybody would leave"
            hint = "a clock (memory: time_in) says how long persons stay"
            checks.problem(where, found, allowed, hint)
        for way in out if structure.per_year > 1 else ():
            _lifted(checks, path, name, way)


def _lifted(checks: Checks, path: Path, name: str, way: Way) -> None:
    """Refuse a difference on a plain 0 or 1 in a cycle that is no year: nothing says which period it is for."""
    acts = list(way.modifiers)
    for intervention in checks.scenario.interventions.values():
        for effect in intervention.effects:
            move = parse_move(effect.move)
            if move is not None and move.domain == name and move.fits(way.start, way.end):
                acts.append(effect)
    if not way.is_rate and not isinstance(way.baseline, str) and any(act.risk_difference is not None for act in acts):
        found = f"a risk difference on the probability {way.baseline:g}, which has no period"
        hint = "a parameter that is fixed at 0 has a unit: probability per year"
        checks.problem(_place_of(path, [way]), found, "the name of a parameter or table", hint)


def _place_of(path: Path, ways: list[Way]) -> Path:
    text = next((way.text for way in ways if way.text), "")
    return (*path, "moves", text) if text else path


def _matrix(checks: Checks, name: str, path: Path, table_name: str) -> bool:
    """Check a matrix; tell whether it can be used."""
    scenario = checks.scenario
    states = scenario.domains[name].states
    if not checks.known(path, table_name, "a table", scenario.tables):
        return False
    table = scenario.tables[table_name]
    if not {"from", "to"} <= set(table.by):
        checks.problem(path, f"{table_name}, a table by {', '.join(table.by)}", "a table by from and to")
        return False
    unit = unit_named(table.unit)
    checks.quantity(path, table_name, "matrix")
    if unit is None or unit.kind not in USES["matrix"]:
        return False
    fine = True
    section = ("tables", table_name, "rows")
    given: dict[str, set[str]] = {}
    strange: set[str] = set()
    for number, row in enumerate(table.cells):
        for state in (str(row.keys["from"]), str(row.keys["to"])):
            if state not in strange and not checks.known((*section, number), state, f"a state of {name}", states):
                strange.add(state)
                fine = False
        given.setdefault(str(row.keys["from"]), set()).add(str(row.keys["to"]))
        if row.value != 0 and row.keys["from"] == scenario.domains[name].ends_life != row.keys["to"]:
            checks.problem(
                (*section, number), f"a move from {row.keys['from']}", "no move from the state that ends life"
            )
    if not fine:
        return False
    if unit.kind != "count":
        _whole_rows(checks, table_name, table)
        return fine
    if set(table.by) != {"from", "to"}:
        checks.problem(path, f"{table_name}, counts by {', '.join(table.by)}", "counts by from and to alone")
    for start, ends in given.items():
        counts = [row.value for row in table.cells if row.keys["from"] == start]
        if all(count == 0 for count in counts):
            checks.problem(("tables", table_name), f"no moves from {start} at all", "counts, or no row for the state")
        if start not in ends:
            found = f"no count of those who stay in {start}"
            checks.problem(("tables", table_name), found, "a cell for every state, 0 where nobody was counted")
    return fine


def _whole_rows(checks: Checks, name: str, table: Table) -> None:
    """Check that probabilities add up to 1 where a matrix also gives that of staying."""
    rows: dict[tuple[tuple[str, str | int], ...], list[tuple[int, TableRow]]] = {}
    for number, row in enumerate(table.cells):
        rows.setdefault(tuple((key, row.keys[key]) for key in table.by if key != "to"), []).append((number, row))
    for keys, cells in rows.items():
        numbers = [row.value for _, row in cells if isinstance(row.value, float)]
        stays = [number for number, row in cells if row.keys["to"] == row.keys["from"]]
        if stays and len(numbers) == len(cells) and abs(sum(numbers) - 1.0) > ROUNDING:
            where = ", ".join(f"{key} {level}" for key, level in keys)
            found = f"probabilities that add up to {sum(numbers):.10g}, {where}"
            hint = "leave the cell of those who stay empty, and it is what is left"
            checks.problem(("tables", name, "rows", stays[0]), found, "probabilities that add up to 1", hint)
