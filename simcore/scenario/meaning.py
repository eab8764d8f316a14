"""Whether a scenario means something: names that exist, units that fit, tables that reach.

The schema has settled the form of every entry; here each name is followed to what it refers to.
All problems are collected. Facts that would surprise the author but harm nothing are warnings.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from simcore.errors import did_you_mean, nearest, with_article
from simcore.scenario.adoption import check_adoption
from simcore.scenario.causality import note_causality
from simcore.scenario.checks import Checks, Path
from simcore.scenario.conditions import ANY, DROPPED_OUT, NEVER, Band, parse_band, parse_move
from simcore.scenario.correlating import check_dependence, use_together
from simcore.scenario.effects import check_effect, check_modifier
from simcore.scenario.expressions import Expression
from simcore.scenario.limits import MOST_PROBLEMS
from simcore.scenario.models import check_derived, check_joint_tables, check_memory, check_traits, check_ways
from simcore.scenario.payments import (
    check_additions,
    check_displacement,
    check_money,
    check_outcome,
    check_price,
    check_programme_cost,
)
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import Actor, Intervention, Move, Table, TableRow
from simcore.scenario.surprises import note_surprises
from simcore.scenario.target_checks import check_calibration


def _overlap(one: Band, other: Band) -> bool:
    return (other.below is None or one.low < other.below) and (one.below is None or other.low < one.below)


#: Bands of a row of a table, its number and the row.
_Banded = tuple[list[Band], int, TableRow]


#: Pairs of rows of a table that are held against each other, where the bands of every key overlap.
_MOST_COMPARED = 2_000_000


class _TangledError(Exception):
    """The bands of a table overlap in too many ways."""


def _clashes(rows: list[_Banded], places: Sequence[int]) -> Iterator[tuple[_Banded, _Banded]]:
    """Rows that overlap with another one, which comes first; bands are compared at some `places`.

    Raises
    ------
    _TangledError
        Too many rows overlap in each of their keys to be held against each other.
    """
    if not places:
        yield from ((rows[0], entry) for entry in rows[1:])
        return
    for place in places:
        of_band: dict[Band, list[_Banded]] = {}
        for entry in rows:
            of_band.setdefault(entry[0][place], []).append(entry)
        bands = sorted(of_band, key=lambda band: band.low)
        if not any(_overlap(one, other) for one, other in itertools.pairwise(bands)):
            for same in of_band.values():
                yield from _clashes(same, [other for other in places if other != place])
            return
    near: list[_Banded] = []
    place, compared = places[0], 0
    for entry in sorted(rows, key=lambda entry: (entry[0][place].low, [band.low for band in entry[0]], entry[1])):
        # Rows come by the beginning of their bands: one that ends before overlaps with no later one.
        near = [other for other in near if _overlap(other[0][place], entry[0][place])]
        compared += len(near)
        if compared > _MOST_COMPARED:
            raise _TangledError
        twice = next((other for other in near if all(map(_overlap, other[0], entry[0]))), None)
        if twice is not None:
            yield twice, entry
        near.append(entry)


def _cell_words(row: TableRow) -> str:
    return " ".join(f"{key} {value}" for key, value in row.keys.items())


class Meaning(Checks):
    """Follows every name of a scenario to what it refers to."""

    def check(self) -> None:
        """Run every check."""
        self._names()
        check_dependence(self)
        check_joint_tables(self)
        self._population()
        check_derived(self)
        for domain in self.scenario.domains:
            self._domain(domain)
        check_traits(self)
        for name in self.scenario.memory:
            check_memory(self, name)
        self._evidence()
        self._tables()
        check_money(self)
        for name, price in self.scenario.prices.items():
            check_price(self, ("prices", name), price)
        for name, outcome in self.scenario.outcomes.items():
            check_outcome(self, ("outcomes", name), outcome)
        for name, intervention in self.scenario.interventions.items():
            self._intervention(("interventions", name), intervention)
        self._strategies()
        check_calibration(self)
        if not self.problems:
            use_together(self)
            note_surprises(self)
            note_causality(self)

    # -- sections ----------------------------------------------------------------------

    def _names(self) -> None:
        sections: dict[str, Iterable[str]] = {
            "domains": self.scenario.domains,
            "population.attributes": self.scenario.population.attributes,
            "population.traits": self.scenario.population.traits,
            "memory": self.scenario.memory,
            "interventions": self.scenario.interventions,
        }
        seen: dict[str, str] = {}
        for section, names in sections.items():
            for name in names:
                if name in seen:
                    self.problem((*section.split("."), name), name, f"a name that is not used in {seen[name]} too")
                seen.setdefault(name, section)
        numbers: dict[str, Iterable[str]] = {
            "parameters": self.scenario.parameters, "tables": self.scenario.tables, "derived": self.scenario.derived,
        }  # fmt: skip
        known = {name: "population.traits" for name in self.scenario.population.traits}
        for section, names in numbers.items():
            for name in names:
                if name in known:
                    self.problem((section, name), name, f"a name that is not used in {known[name]} too")
                known.setdefault(name, section)
        for name in self.scenario.actors:
            if name in Actor.VIEWS:
                hint = "reports add it up from the sectors of the actors; name who bears the cost"
                self.problem(("actors", name), name, f"an actor; {' and '.join(Actor.VIEWS)} are sums of actors", hint)

    def _population(self) -> None:
        population = self.scenario.population
        to_age, oldest = population.horizon.to_age, self.structure.start_ages[-1]
        if to_age is not None and to_age <= oldest:
            allowed = f"an age above the {'oldest' if self.structure.age_parents else 'one'} at the start, {oldest}"
            self.problem(("population", "horizon"), f"to_age {to_age}", allowed)
        if population.target_group > population.persons:
            self.problem(
                ("population", "target_group"), population.target_group, f"at most persons, {population.persons}"
            )
        if isinstance(population.start.age, str):
            self._start_age(population.start.age)
        for number, name in enumerate(self.scenario.groups):
            self.known(("groups", number), name, "an attribute", [n for n in self.structure.attributes if "." not in n])
        earlier = [name for name in self.levels if name not in (*population.attributes, *self.scenario.domains)]
        for name, shares in population.attributes.items():
            self.shares(("population", "attributes", name), shares, earlier)
            earlier.append(name)
        path: Path = ("population", "start_states")
        for domain, start in population.start_states.items():
            if not self.known((*path, domain), domain, "a domain", self.scenario.domains):
                continue
            states = self.scenario.domains[domain].states
            names = [start] if isinstance(start, str) else list(start)
            for state in names:
                self.known((*path, domain), state, f"a state of {domain}", states)
            if not isinstance(start, str):
                self.shares((*path, domain), start, self.at_start)
        misspelt = {nearest(name, self.scenario.domains) for name in population.start_states}
        for domain in self.scenario.domains:
            if domain not in population.start_states and domain not in misspelt:
                allowed = f"{domain}: one of {', '.join(self.levels[domain])}, or shares of them"
                self.problem(path, f"no start of {domain}", allowed)

    def _start_age(self, name: str) -> None:
        """Check a table of ages at the start."""
        path: Path = ("population", "start", "age")
        if not self.known(path, name, "a table", self.scenario.tables):
            return
        attributes = [of for of in self.levels if of not in self.scenario.domains]
        self.quantity(path, name, "age", attributes)
        table = self.scenario.tables[name]
        for number, row in enumerate(table.cells):
            if isinstance(row.value, float) and not (row.value.is_integer() and 0 <= row.value <= 120):
                where = self.row_path(("tables", name), table, number, row)
                self.problem(where, f"{row.value:.12g}", "a whole number, 0 to 120")
        missing = [
            dict(zip(table.by, combination, strict=True))
            for combination in itertools.product(*(self.levels.get(key, ()) for key in table.by))
            if not any(dict(row.keys) == dict(zip(table.by, combination, strict=True)) for row in table.cells)
        ]
        if missing:
            words = ", ".join(f"{key} {level}" for key, level in missing[0].items())
            self.problem(("tables", name), f"no age for {words}", "an age for every combination")

    @property
    def at_start(self) -> list[str]:
        """What is known when a life begins."""
        own = [name for name in self.levels if name not in self.scenario.domains]
        return [*own, *self.scenario.population.traits, "age", "year", "cycle", "start_age"]

    def _domain(self, name: str) -> None:
        domain = self.scenario.domains[name]
        path: Path = ("domains", name)
        for state, count in Counter(domain.states).items():
            if count > 1:
                self.problem((*path, "states"), f"{state} {count} times", "each state once")
        if domain.ends_life is not None:
            self.known((*path, "ends_life"), domain.ends_life, f"a state of {name}", domain.states)
            others = [other for other, d in self.scenario.domains.items() if d.ends_life is not None]
            if others[0] != name:
                self.problem(
                    (*path, "ends_life"), f"ends_life in {others[0]} and in {name}", "one domain that ends life"
                )
        scales: dict[str, set[str]] = {}
        rests: Counter[str] = Counter()
        for text, move in domain.moves.items():
            where = (*path, "moves", text)
            parsed = parse_move(text)
            if parsed is None or parsed.domain is not None:
                self.problem(where, text, f"a move as 'from -> to', two states of {name}")
                self.unclear.add(name)
                continue
            starts = [*domain.states, ANY] if parsed.start == ANY else domain.states
            if parsed.end == ANY:
                self.problem(where, text, f"a move to one state of {name}: {', '.join(domain.states)}")
                self.unclear.add(name)
                continue
            if not all([
                self.known(where, parsed.start, f"a state of {name}", starts),
                self.known(where, parsed.end, f"a state of {name}", domain.states),
            ]):  # fmt: skip
                self.unclear.add(name)
                continue
            if parsed.start == parsed.end:
                self.problem(where, text, "a move to another state", "who does not move stays")
            if parsed.start == domain.ends_life:
                self.problem(where, text, f"no move from {domain.ends_life}, which ends life")
            if isinstance(move, Move):
                scales.setdefault(parsed.start, set()).add("probability" if move.probability is not None else "rate")
                self._baseline(where, move)
            else:
                rests[parsed.start] += 1
                if rests[parsed.start] > 1:
                    self.problem(where, "rest a second time", f"one rest among the moves from {parsed.start}")
                    self.unclear.add(name)
        for state, kinds in scales.items():
            if len(kinds) > 1:
                found, allowed = f"probabilities and rates from {state}", "either of the two for all moves from a state"
                self.problem((*path, "moves"), found, allowed)
        if name not in self.unclear:
            check_ways(self, name)

    def _baseline(self, path: Path, move: Move) -> None:
        self.quantity((*path, "probability"), move.probability, "probability")
        self.quantity((*path, "rate"), move.rate, "rate")
        for number, modifier in enumerate(move.modifiers):
            where = (*path, "modifiers", number)
            self.condition((*where, "if"), modifier.if_)
            check_modifier(self, where, modifier, move.rate is not None)

    def _evidence(self) -> None:
        for section, entries in (("parameters", self.scenario.parameters), ("tables", self.scenario.tables)):
            for name, entry in entries.items():
                work = entry.source.work
                if work is not None:
                    self.known((section, name, "source", "work"), work, "a work in sources", self.scenario.sources)

    def _tables(self) -> None:
        for name, table in self.scenario.tables.items():
            path: Path = ("tables", name)
            unit = unit_named(table.unit)
            assert unit is not None  # by the schema
            known = [*self.levels, *self.numbers, "from", "to", "boundary", *table.at]
            if name in self.unclear_tables:
                continue
            if not all([self.known((*path, "by"), key, "a key", known) for key in table.by]):
                continue
            for key in table.at:
                if key in ("from", "to", *self.levels):
                    self.problem((*path, "at"), key, "a key that is a number", f"{key} is looked up as it is")
                elif self.known((*path, "at"), key, "a key of the table", table.by):
                    self._looked_up((*path, "at", key), table.expression_at(key))
            before = len(self.problems)
            for number, row in enumerate(table.cells):
                if len(self.problems) > before + MOST_PROBLEMS:
                    break
                where = self.row_path(path, table, number, row)
                for key, level in row.keys.items():
                    if key in ("from", "to"):
                        continue  # states of the domains that use it, which check them
                    if key in self.levels and key not in table.at:
                        self.known(where, str(level), f"a value of {key}", self.levels[key])
                    elif (band := parse_band(level)) is None and level not in (NEVER, DROPPED_OUT):
                        self.problem(where, level, f"{key} as {self._example(key)}")
                    elif key not in table.at:
                        self.number(where, key, band or frozenset({level}), level)
                if isinstance(row.value, str) and unit.kind in ("count", "age"):
                    self.problem(where, row.value, f"a number, for {with_article(unit.kind)} is not uncertain")
                elif isinstance(row.value, str):
                    self._table_cell(where, row.value, unit.kind, table, name)
                elif not unit.accepts(row.value):
                    self.problem(where, f"{row.value:.12g}", unit.allowed, unit.percent_hint(row.value))
            if len(self.problems) <= before + MOST_PROBLEMS:
                self._overlaps(path, table)

    def _example(self, key: str) -> str:
        """How a key that is a number is written."""
        memory = self.scenario.memory.get(key)
        if memory is not None and memory.kind == "time_since":
            return "0, 1-2, 3+ or never"
        if key in self.scenario.population.traits:
            return "1, 1-2 or 2+"
        if key in self.scenario.interventions and self.scenario.interventions[key].drop_out is not None:
            return f"0, 1-2, 3+ or {DROPPED_OUT}"
        years = {"age": "16, 16-19 or 65+", "start_age": "16, 16-19 or 65+", "year": "2024, 2024-2026 or 2027+"}
        return years.get(key, "0, 1-2 or 3+")

    def _looked_up(self, path: Path, expression: Expression) -> None:
        """Check the formula of a key: it may use what is a number in every situation, and nothing that is drawn."""
        known = [*(of for of in self.numbers if of not in self.scenario.population.traits), "boundary"]
        for name in sorted(expression.names):
            if name not in known:
                column = expression.column_of(name)
                found = f"{name} at position {column} of {expression.text}"
                self.problem(path, found, f"a number that a person's situation tells: {', '.join(known)}")

    def _overlaps(self, path: Path, table: Table) -> None:
        """Check that no situation is in two rows: the same names, and bands that share a number."""
        named = {*self.levels, "from", "to"} - set(table.at)
        numbers = [key for key in table.by if key not in named]
        groups: dict[tuple[str, ...], list[tuple[list[Band], int, TableRow]]] = {}
        for number, row in enumerate(table.cells):
            worded = {key for key in numbers if row.keys[key] in (NEVER, DROPPED_OUT)}
            bands = [band for key in numbers if (band := parse_band(row.keys[key])) is not None]
            if len(bands) == len(numbers) - len(worded):
                names = tuple(str(row.keys[key]) for key in table.by if key in named or key in worded)
                names += tuple(sorted(worded))
                groups.setdefault(names, []).append((bands, number, row))
        for rows in groups.values():
            told: set[int] = set()
            try:
                for twice, entry in _clashes(rows, range(len(rows[0][0]))):
                    (_, _, first), (_, number, second) = sorted((twice, entry), key=lambda other: other[1])
                    if number in told:
                        continue  # with every row that it overlaps, it would be told again
                    told.add(number)
                    same = first.keys == second.keys
                    found = f"{_cell_words(second)} {'a second time' if same else f'and {_cell_words(first)}'}"
                    self.problem(self.row_path(path, table, number, second), found, "each case in one row")
                    if len(told) > MOST_PROBLEMS:
                        return
            except _TangledError:
                allowed = "in one key at least, bands that are the same or apart"
                found = f"{len(rows):,} rows whose bands overlap in every key"
                self.problem((*path, "by"), found, allowed)

    def _table_cell(self, path: Path, name: str, kind: str, table: Table, table_name: str) -> None:
        parameters = self.scenario.parameters
        if name not in parameters:
            hint = did_you_mean(name, parameters)
            if self.scenario.entry(name) is not None:
                hint = "a formula, in derived, can take a number from a table and another from elsewhere"
            self.problem(path, name, "a number, or the name of a parameter", hint)
            return
        self.used.add(name)
        parameter = parameters[name]
        unit = unit_named(parameter.unit)
        if unit is None or unit.kind != kind or (kind == "money" and parameter.unit != table.unit):
            self.problem(path, f"{name}, whose unit is '{parameter.unit}'", f"the table's unit, '{table.unit}'")
        elif parameter.price_year != table.price_year:
            found = f"{name}, in prices of {parameter.price_year}"
            self.problem(path, found, f"the table's price year, {table.price_year}")
        elif kind == "probability" and self.structure.per_year > 1:
            periods = [self.structure.period_of(entry) for entry in (name, table_name)]
            if periods[0] != periods[1]:
                found = f"{name}, a probability per {periods[0]}"
                self.problem(path, found, f"probabilities per {periods[1]}, as the table's")

    def _intervention(self, path: Path, intervention: Intervention) -> None:
        check_adoption(self, str(path[-1]), intervention)
        for number, cost in enumerate(intervention.costs):
            check_programme_cost(self, (*path, "costs", number), cost)
        for number, displacement in enumerate(intervention.displacement):
            check_displacement(self, (*path, "displacement", number), displacement)
        for number, effect in enumerate(intervention.effects):
            check_effect(self, (*path, "effects", number), effect)

    def _strategies(self) -> None:
        for name, members in self.scenario.strategies.items():
            for member in members:
                self.known(("strategies", name), member, "an intervention", self.scenario.interventions)
            for member, count in Counter(members).items():
                if count > 1:
                    self.problem(("strategies", name), f"{member} {count} times", "each intervention once")
        check_additions(self)
        self.known(("comparator",), self.scenario.comparator, "a strategy", self.scenario.strategies)
