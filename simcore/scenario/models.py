"""Whether what makes up a model means something: joint tables, traits, formulas, memory and ways out of states."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simcore.errors import did_you_mean
from simcore.scenario.checks import Checks, Path
from simcore.scenario.conditions import NEVER, parse_move
from simcore.scenario.entries import NAME_SCHEMA
from simcore.scenario.evidence import Parameter, Table
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import Derived, Memory, parse_cap
from simcore.scenario.structure import Way

#: A person's value of a variable fits into a byte.
_MOST_VALUES = 250


def check_joint_tables(checks: Checks) -> None:
    """Check the tables that draw several attributes together."""
    scenario = checks.scenario
    seen: dict[str, str] = dict.fromkeys(scenario.population.attributes, "population.attributes")
    seen |= dict.fromkeys(scenario.domains, "domains") | dict.fromkeys(scenario.population.traits, "population.traits")
    for number, name in enumerate(scenario.population.joint):
        path: Path = ("population", "joint", number)
        if not checks.known(path, name, "a table", scenario.tables):
            continue
        table = scenario.tables[name]
        checks.quantity(path, name, "joint")
        for key in table.by:
            if key in seen:
                checks.problem(("tables", name, "by"), key, f"a name that is not used in {seen[key]} too")
            seen.setdefault(key, f"the joint table {scenario.population.joint[number]}")
        if table.at:
            checks.problem(("tables", name, "at"), "formulas of keys", "no formulas in a joint table")
        total = 0.0
        for row_number, row in enumerate(table.cells):
            where = ("tables", name, "rows" if table.rows is not None else "values", row_number)
            for key, level in row.keys.items():
                if not re.fullmatch(NAME_SCHEMA["pattern"], str(level)):
                    checks.problem(where, level, f"a name for a level of {key}: small letters, digits and _")
            if isinstance(row.value, str) and table.unit != "share":
                checks.problem(where, row.value, "a number of persons")
            total += row.value if isinstance(row.value, float) else 1.0
        if total <= 0:
            checks.problem(("tables", name), "no persons at all", "at least one cell above 0")
        if len(table.cells) > _MOST_VALUES:
            checks.problem(("tables", name), f"{len(table.cells)} cells", f"at most {_MOST_VALUES}")


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
            if move is not None and move.domain is not None:
                ways = checks.structure.ways(move.domain).all()
                if not any(move.fits(way.start, way.end) for way in ways):
                    allowed = "a move with a probability or rate of its own"
                    checks.problem((*path, "multiplies", number), f"{text}, which is the rest", allowed)


def check_derived(checks: Checks) -> None:
    """Check the names in formulas, and that no formula leads back to itself."""
    scenario = checks.scenario
    variables = [*checks.levels, *checks.numbers, "boundary"]
    for name, derived in scenario.derived.items():
        path: Path = ("derived", name, "formula")
        expression = derived.expression
        for other in sorted(expression.names):
            column = expression.column_of(other)
            entry = scenario.entry(other)
            is_variable = other in variables and other not in scenario.population.traits
            if entry is None and not is_variable:
                known = [*scenario.parameters, *scenario.tables, *scenario.derived, *variables]
                found = f"{other} at position {column} of {derived.formula}"
                checks.problem(
                    path, found, "a parameter, table, derived quantity or variable", did_you_mean(other, known)
                )
            elif entry is not None and is_variable:
                found = f"{other} at position {column}, which is both a variable and a number"
                checks.problem(path, found, "names that mean one thing; rename one of them")
            elif entry is not None:
                checks.used.add(other)
                _check_money(checks, path, derived, other, entry)
            if other in checks.levels and other in expression.as_numbers:
                found = f"{other} at position {column} as a number"
                checks.problem(path, found, f"a comparison, {other} == '{checks.levels[other][0]}'")
        for other, level, column in expression.compared:
            if other in checks.levels:
                checks.known(path, level, f"a value of {other}", checks.levels[other])
            elif other in expression.names and (other in variables or scenario.entry(other) is not None):
                found = f"'{level}' at position {column}, compared with {other}"
                checks.problem(path, found, f"a number: {other} has no names")
        circle = _circle(checks, name)
        if circle:
            checks.problem(path, " -> ".join(circle), "formulas that do not lead back to themselves")


def _check_money(checks: Checks, path: Path, derived: Derived, name: str, entry: object) -> None:
    """Amounts in a formula are in prices of the same year as its result."""
    if not isinstance(entry, Parameter | Table | Derived) or entry.price_year is None:
        return
    if derived.price_year is not None and entry.price_year != derived.price_year:
        found = f"{name}, in prices of {entry.price_year}"
        checks.problem(path, found, f"amounts in prices of {derived.price_year}, as the result")


def _circle(checks: Checks, name: str) -> list[str]:
    """The way from a formula back to itself, through other formulas; empty when there is none."""

    def lead(at: str, way: list[str]) -> Iterator[list[str]]:
        for other in sorted(checks.scenario.derived[at].expression.names & set(checks.scenario.derived)):
            if other == name:
                yield [*way, other]
            elif other not in way:
                yield from lead(other, [*way, other])

    return next(lead(name, [name]), [])


def check_memory(checks: Checks, name: str) -> None:
    """Check what a clock or counter watches, and that its cap is never passed silently."""
    scenario, structure = checks.scenario, checks.structure
    memory = scenario.memory[name]
    path: Path = ("memory", name)
    if memory.time_in is not None:
        own = [of for of in checks.levels if of not in scenario.population.joint]
        checks.condition((*path, "time_in"), memory.time_in, own)
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
        most = f"{_MOST_VALUES - 2} cycles" if is_time else f"{_MOST_VALUES - 2}"
        checks.problem((*path, "cap"), memory.cap, f"at most {most}")
    reached = checks.n_cycles * (1 if is_time else len({str(parse_move(text)) for text in memory.moves}))
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
        periods = {structure.period_of(way.baseline) for way in out if not way.is_rate} - {None}
        where = _place_of(path, out)
        if len(periods) > 1:
            found = f"probabilities per year and per cycle from {state}"
            checks.problem(where, found, "one period for all moves from a state")
        goes = ways.rest.get(state, state)
        if structure.per_year > 1 and "year" in periods and goes != state:
            found = f"the rest of {state} goes to {goes}, beside probabilities per year"
            allowed = f"probabilities per cycle: within a {scenario.cycle} everybody would leave"
            hint = "a clock (memory: time_in) says how long persons stay"
            checks.problem(where, found, allowed, hint)


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
    checks.quantity(path, table_name, "matrix")
    fine = True
    section = ("tables", table_name, "rows")
    given: dict[str, set[str]] = {}
    for number, row in enumerate(table.cells):
        for key in ("from", "to"):
            fine &= checks.known((*section, number), str(row.keys[key]), f"a state of {name}", states)
        given.setdefault(str(row.keys["from"]), set()).add(str(row.keys["to"]))
        if row.value != 0 and row.keys["from"] == scenario.domains[name].ends_life != row.keys["to"]:
            checks.problem(
                (*section, number), f"a move from {row.keys['from']}", "no move from the state that ends life"
            )
    unit = unit_named(table.unit)
    if unit is None or unit.kind != "count":
        return fine
    if set(table.by) != {"from", "to"}:
        checks.problem(path, f"{table_name}, counts by {', '.join(table.by)}", "counts by from and to alone")
    for start, ends in given.items():
        counts = [row.value for row in table.cells if row.keys["from"] == start]
        if any(isinstance(count, str) for count in counts):
            checks.problem(
                ("tables", table_name), f"a parameter among the counts from {start}", "numbers that were counted"
            )
        elif sum(map(float, counts)) <= 0:
            checks.problem(("tables", table_name), f"no moves from {start} at all", "counts, or no row for the state")
        if start not in ends:
            found = f"no count of those who stay in {start}"
            checks.problem(("tables", table_name), found, "a cell for every state, 0 where nobody was counted")
    return fine
