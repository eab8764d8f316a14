"""Whether a scenario means something: names that exist, units that fit, tables that reach.

The schema has settled the form of every entry; here each name is followed to what it refers to.
All problems are collected. Facts that would surprise the author but harm nothing are warnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from simcore.errors import did_you_mean, nearest, shown
from simcore.scenario.checks import Checks, Path, levels, n_cycles, path_text
from simcore.scenario.conditions import Band, parse_band, parse_move
from simcore.scenario.payments import check_money, check_price, check_programme_cost, check_situation
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import Actor, Effect, Intervention, Modifier, Move, Table, TableRow
from simcore.scenario.surprises import note_surprises

__all__ = ["Meaning", "cell_matches", "levels", "n_cycles", "path_text"]


def cell_matches(keys: Mapping[str, str | int], situation: Mapping[str, str | int]) -> bool:
    """Tell whether a table row's keys hold in a situation; whole numbers match bands."""
    for variable, key in keys.items():
        value = situation[variable]
        if isinstance(value, int):
            band = parse_band(key)
            if band is None or value not in band:
                return False
        elif key != value:
            return False
    return True


def _overlap(one: Band, other: Band) -> bool:
    return (other.high is None or one.low <= other.high) and (one.high is None or other.low <= one.high)


def _cell_words(row: TableRow) -> str:
    return " ".join(f"{key} {value}" for key, value in row.keys.items())


class Meaning(Checks):
    """Follows every name of a scenario to what it refers to."""

    def check(self) -> None:
        """Run every check."""
        self._names()
        self._population()
        for domain in self.scenario.domains:
            self._domain(domain)
        self._evidence()
        self._tables()
        check_money(self)
        for name, price in self.scenario.prices.items():
            check_price(self, ("prices", name), price)
        for name, outcome in self.scenario.outcomes.items():
            check_situation(self, ("outcomes", name), outcome)
        for name, intervention in self.scenario.interventions.items():
            self._intervention(("interventions", name), intervention)
        self._strategies()
        if not self.problems:
            note_surprises(self)

    # -- sections ----------------------------------------------------------------------

    def _names(self) -> None:
        sections: dict[str, Iterable[str]] = {
            "domains": self.scenario.domains,
            "population.attributes": self.scenario.population.attributes,
            "interventions": self.scenario.interventions,
        }
        seen: dict[str, str] = {}
        for section, names in sections.items():
            for name in names:
                if name in seen:
                    self.problem((*section.split("."), name), name, f"a name that is not used in {seen[name]} too")
                seen.setdefault(name, section)
        for name in self.scenario.tables:
            if name in self.scenario.parameters:
                self.problem(("tables", name), name, "a name that is not used in parameters too")
        for name in self.scenario.actors:
            if name in Actor.VIEWS:
                hint = "reports add it up from the sectors of the actors; name who bears the cost"
                self.problem(("actors", name), name, f"an actor; {' and '.join(Actor.VIEWS)} are sums of actors", hint)

    def _population(self) -> None:
        population = self.scenario.population
        if self.n_cycles < 1:
            self.problem(
                ("population", "horizon"),
                f"to_age {population.horizon.to_age}",
                f"an age above the one at the start, {population.start.age}",
            )
        if population.target_group > population.persons:
            self.problem(
                ("population", "target_group"), population.target_group, f"at most persons, {population.persons}"
            )
        earlier: list[str] = []
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
                self.shares((*path, domain), start, [*population.attributes, "age", "year"])
        misspelt = {nearest(name, self.scenario.domains) for name in population.start_states}
        for domain in self.scenario.domains:
            if domain not in population.start_states and domain not in misspelt:
                allowed = f"{domain}: one of {', '.join(self.levels[domain])}, or shares of them"
                self.problem(path, f"no start of {domain}", allowed)

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
            if not all(
                [self.known(where, state, f"a state of {name}", domain.states) for state in (parsed.start, parsed.end)]
            ):
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
        for state, kinds in scales.items():
            if len(kinds) > 1:
                found, allowed = f"probabilities and rates from {state}", "either of the two for all moves from a state"
                self.problem((*path, "moves"), found, allowed)

    def _baseline(self, path: Path, move: Move) -> None:
        self.quantity((*path, "probability"), move.probability, "probability")
        self.quantity((*path, "rate"), move.rate, "rate")
        for number, modifier in enumerate(move.modifiers):
            where = (*path, "modifiers", number)
            self.condition((*where, "if"), modifier.if_)
            self._modifier(where, modifier, move)

    def _modifier(self, path: Path, modifier: Modifier, move: Move) -> None:
        self.quantity((*path, modifier.scale), modifier.size, modifier.scale)
        self.quantity((*path, "movable_share"), modifier.movable_share, "share", ())
        if move.rate is not None and modifier.scale != "hazard_ratio":
            self.problem((*path, modifier.scale), modifier.scale, "hazard_ratio, because the move has a rate")

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
            known = [*self.levels, *self.numbers]
            if not all([self.known((*path, "by"), key, "a key", known) for key in table.by]):
                continue
            for number, row in enumerate(table.cells):
                where = self._row_path(path, table, number, row)
                for key, level in row.keys.items():
                    if key in self.levels:
                        self.known(where, str(level), f"a value of {key}", self.levels[key])
                    elif parse_band(level) is None:
                        self.problem(where, level, f"{key} as 16, 16-19 or 65+")
                if isinstance(row.value, str):
                    self._table_cell(where, row.value, unit.kind, table)
                elif not unit.accepts(row.value):
                    self.problem(where, row.value, unit.allowed, unit.percent_hint(row.value))
            self._overlaps(path, table)

    def _row_path(self, path: Path, table: Table, number: int, row: TableRow) -> Path:
        return (*path, "rows", number) if table.rows is not None else (*path, "values", *row.keys.values())

    def _overlaps(self, path: Path, table: Table) -> None:
        """Check that no situation is in two rows: the same names, and bands that share a number."""
        numbers = [key for key in table.by if key not in self.levels]
        groups: dict[tuple[str, ...], list[tuple[list[Band], int, TableRow]]] = {}
        for number, row in enumerate(table.cells):
            bands = [band for key in numbers if (band := parse_band(row.keys[key])) is not None]
            if len(bands) == len(numbers):
                names = tuple(str(row.keys[key]) for key in table.by if key in self.levels)
                groups.setdefault(names, []).append((bands, number, row))
        for rows in groups.values():
            rows.sort(key=lambda entry: ([band.low for band in entry[0]], entry[1]))
            near: list[tuple[list[Band], int, TableRow]] = []
            for entry in rows:
                # Rows come by the beginning of their first band: one that ends before overlaps with no later one.
                near = [other for other in near if not numbers or _overlap(other[0][0], entry[0][0])]
                twice = next((other for other in near if all(map(_overlap, other[0], entry[0]))), None)
                if twice is not None:
                    (_, _, first), (_, number, second) = sorted((twice, entry), key=lambda other: other[1])
                    same = first.keys == second.keys
                    found = f"{_cell_words(second)} {'a second time' if same else f'and {_cell_words(first)}'}"
                    self.problem(self._row_path(path, table, number, second), found, "each case in one row")
                near.append(entry)

    def _table_cell(self, path: Path, name: str, kind: str, table: Table) -> None:
        parameters = self.scenario.parameters
        if name not in parameters:
            self.problem(path, name, "a number, or the name of a parameter", did_you_mean(name, parameters))
            return
        self.used.add(name)
        parameter = parameters[name]
        unit = unit_named(parameter.unit)
        if unit is None or unit.kind != kind or (kind == "money" and parameter.unit != table.unit):
            self.problem(path, f"{name}, whose unit is '{parameter.unit}'", f"the table's unit, '{table.unit}'")
        elif parameter.price_year != table.price_year:
            found = f"{name}, in prices of {parameter.price_year}"
            self.problem(path, found, f"the table's price year, {table.price_year}")

    def _intervention(self, path: Path, intervention: Intervention) -> None:
        enrol = intervention.enrol
        ages = self.numbers["age"]
        if enrol.at_age not in ages and self.n_cycles > 0:
            self.problem(
                (*path, "enrol", "at_age"), enrol.at_age, f"an age that is simulated, {ages.low} to {ages.high}"
            )
        self.condition((*path, "enrol", "if"), enrol.if_, self.levels)
        self.quantity((*path, "enrol", "uptake"), enrol.uptake, "probability", [*self.levels, "age", "year"])
        for number, cost in enumerate(intervention.costs):
            check_programme_cost(self, (*path, "costs", number), cost)
        for number, effect in enumerate(intervention.effects):
            self._effect((*path, "effects", number), effect)

    def _effect(self, path: Path, effect: Effect) -> None:
        move = self.move((*path, "move"), effect.move)
        self.condition((*path, "if"), effect.if_)
        if effect.fade is not None:
            self.quantity((*path, "fade", "half_life"), effect.fade.half_life, "duration", ())
            if effect.years[1] == "onwards":
                found = f"a fade with years {shown(list(effect.years))}"
                self.problem((*path, "fade"), found, "a last year, after which the effect fades")
        if move is None or move.domain is None:
            return
        target = self.scenario.domains[move.domain].moves[f"{move.start} -> {move.end}"]
        if isinstance(target, Move):
            self._modifier(path, effect, target)
        else:
            self.problem(
                (*path, "move"), f"{effect.move}, which is the rest", "a move with a probability or rate of its own"
            )

    def _strategies(self) -> None:
        for name, members in self.scenario.strategies.items():
            for member in members:
                self.known(("strategies", name), member, "an intervention", self.scenario.interventions)
            for member, count in Counter(members).items():
                if count > 1:
                    self.problem(("strategies", name), f"{member} {count} times", "each intervention once")
        self.known(("comparator",), self.scenario.comparator, "a strategy", self.scenario.strategies)
