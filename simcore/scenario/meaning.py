"""Whether a scenario means something: names that exist, units that fit, tables that reach.

The schema has settled the form of every entry; here each name is followed to what it refers to.
All problems are collected. Facts that would surprise the author but harm nothing are warnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simcore.errors import Problem, did_you_mean, nearest, shown, with_article
from simcore.scenario.conditions import Band, Condition, MoveText, parse_band, parse_condition, parse_move
from simcore.scenario.quantities import USES, any_of, currency_of, percent_hint, unit_named, units_for
from simcore.scenario.schema import (
    Booking,
    Effect,
    Evidenced,
    Intervention,
    Modifier,
    Move,
    Outcome,
    Price,
    ProgrammeCost,
    Scenario,
    Shares,
    Table,
    TableRow,
)

Path = tuple[Any, ...]
Locate = Callable[[Path], tuple[str, int]]

_TIME = ("day", "week", "month", "quarter", "year")
#: Fields that a number of another unit may have been meant for.
_FIELDS = {
    "probability": "probability", "rate": "rate", "risk ratio": "risk_ratio", "odds ratio": "odds_ratio",
    "hazard ratio": "hazard_ratio", "risk difference": "risk_difference",
}  # fmt: skip
_BASELINES = ("probability", "rate")
#: At most this many names are listed in a message.
_MOST_NAMES = 24


def path_text(path: Path) -> str:
    """Write a path the way messages show it: ``prices.prison.actor``, ``effects[0].move``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def n_cycles(scenario: Scenario) -> int:
    """Number of cycles from the start to the horizon."""
    horizon = scenario.population.horizon
    if horizon.years is not None:
        return horizon.years
    assert horizon.to_age is not None  # one of the two, by the schema
    return horizon.to_age - scenario.population.start.age


def levels(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The named values of every attribute and domain."""
    named = {name: tuple(shares) for name, shares in scenario.population.attributes.items()}
    named.update({name: tuple(domain.states) for name, domain in scenario.domains.items()})
    return named


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


class Meaning:
    """Collects what is wrong, and what is surprising, in a scenario of correct form."""

    def __init__(self, scenario: Scenario, locate: Locate, own: Callable[[str], bool]) -> None:
        self.scenario, self.locate, self.own = scenario, locate, own
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.used: set[str] = set()
        #: Domains with a move that is not understood; moves that seem missing there may be that one.
        self.unclear: set[str] = set()
        self.levels = levels(scenario)
        self.n_cycles = n_cycles(scenario)
        start = scenario.population.start
        last = max(self.n_cycles, 1) - 1
        self.numbers = {"age": Band(start.age, start.age + last), "year": Band(start.year, start.year + last)}
        self.numbers |= {name: Band(0, self.n_cycles) for name in scenario.interventions}

    def check(self) -> None:
        """Run every check."""
        self._names()
        self._population()
        for domain in self.scenario.domains:
            self._domain(domain)
        self._evidence()
        self._tables()
        self._money()
        for name, price in self.scenario.prices.items():
            self._price(("prices", name), price)
        for name, outcome in self.scenario.outcomes.items():
            self._situation(("outcomes", name), outcome)
        for name, intervention in self.scenario.interventions.items():
            self._intervention(("interventions", name), intervention)
        self._strategies()
        if not self.problems:
            self._surprises()

    # -- helpers -----------------------------------------------------------------------

    def problem(self, path: Path, found: object, allowed: str, hint: str = "") -> None:
        """Note a problem at a path."""
        file, line = self.locate(path)
        entry = path[: path.index("rows")] if path[0] == "tables" and "rows" in path else path
        self.problems.append(Problem(file, line, path_text(entry), shown(found), allowed, hint))

    def warn(self, path: Path, text: str) -> None:
        """Note a fact that would surprise the author."""
        file, line = self.locate(path)
        self.warnings.append(f"{file}:{line}  {path_text(path)}: {text}")

    def known(self, path: Path, name: str, kind: str, names: Iterable[str]) -> bool:
        """Check that a name is one of those of its kind."""
        names = list(names)
        if name in names:
            return True
        listed = names if len(names) <= _MOST_NAMES else [*names[:_MOST_NAMES], f"... ({len(names)} in all)"]
        allowed = f"{kind}: {', '.join(listed)}" if names else f"{kind} (there is none)"
        self.problem(path, name, allowed, did_you_mean(name, names))
        return False

    def quantity(self, path: Path, value: str | float | None, use: str, variables: Iterable[str] | None = None) -> None:
        """Check that a quantity exists and has a unit that fits its use.

        `variables` are the keys a table may have here; None allows all.
        """
        if value is None or not isinstance(value, str):
            if value == 0 and use in ("odds_ratio", "risk_ratio", "hazard_ratio", "duration"):
                self.problem(path, 0, f"{with_article(use.replace('_', ' '))} above 0")
            return
        entries: dict[str, Evidenced] = {**self.scenario.parameters, **self.scenario.tables}
        if value not in entries:
            self.problem(path, value, "the name of a parameter or table", did_you_mean(value, entries))
            return
        self.used.add(value)
        entry = entries[value]
        unit = unit_named(entry.unit)
        assert unit is not None  # by the schema
        if unit.kind not in USES[use]:
            field = _FIELDS.get(unit.kind, "")
            together = _BASELINES if use in _BASELINES else Modifier.SCALES if use in Modifier.SCALES else ()
            hint = f"write {field}: {value}" if field in together else ""
            self.problem(path, f"{value}, whose unit is '{entry.unit}'", units_for(use), hint)
        if isinstance(entry, Table):
            allowed = None if variables is None else list(variables)
            for key in entry.by:
                if allowed is not None and key not in allowed:
                    fitting = f"a table by {any_of(allowed)}, or a parameter" if allowed else "a parameter"
                    self.problem(path, f"{value}, a table by {key}", fitting)

    def condition(
        self, path: Path, written: Mapping[str, Any] | None, variables: Iterable[str] | None = None
    ) -> Condition:
        """Parse a condition and check its names; `variables` limits what it may look at."""
        condition = parse_condition(written or {})
        known = [*self.levels, *self.numbers] if variables is None else list(variables)
        for part in condition.leaves():
            where = (*path, part.variable)
            if part.variable not in known:
                hint = did_you_mean(part.variable, known)
                if part.variable in self.numbers:
                    hint = "everybody is asked at at_age" if part.variable == "age" else ""
                self.problem(where, part.variable, f"one of {', '.join(known)}", hint)
            elif part.variable in self.levels:
                named = self.levels[part.variable]
                if isinstance(part.values, Band):
                    self.problem(where, "a range", f"one of {', '.join(named)}")
                    continue
                for value in sorted(part.values, key=str):
                    if value not in named:
                        self.problem(where, value, f"one of {', '.join(named)}", did_you_mean(str(value), named))
            elif not isinstance(part.values, Band):
                for value in part.values:
                    if isinstance(value, str):
                        self.problem(where, value, "a whole number, or a range {from: 16, to: 19}")
        return condition

    def move(self, path: Path, text: str) -> MoveText | None:
        """Check a move written with its domain."""
        move = parse_move(text)
        if move is None or move.domain is None:
            fitting = [name for name, domain in self.scenario.domains.items() if text in domain.moves]
            hint = f"write {fitting[0]}.{text}" if fitting else ""
            self.problem(path, text, "a move as 'domain.from -> to'", hint)
            return None
        if not self.known(path, move.domain, "a domain", self.scenario.domains):
            return None
        states = self.scenario.domains[move.domain].states
        if not all([self.known(path, state, f"a state of {move.domain}", states) for state in (move.start, move.end)]):
            return None
        if f"{move.start} -> {move.end}" not in self.scenario.domains[move.domain].moves:
            moves = list(self.scenario.domains[move.domain].moves)
            if move.domain not in self.unclear:
                self.problem(path, text, f"a move of {move.domain}: {', '.join(moves) or '(there is none)'}")
            return None
        return move

    def shares(self, path: Path, shares: Shares, variables: Iterable[str]) -> None:
        """Check that shares can add up to 1."""
        rests = [name for name, share in shares.items() if share == "rest"]
        if len(rests) > 1:
            self.problem(path, f"{len(rests)} times rest", "rest once, for what is left")
        if (
            not rests
            and all(isinstance(share, float) for share in shares.values())
            and sum(map(float, shares.values())) != 1
        ):
            self.problem(path, f"shares that add up to {sum(map(float, shares.values())):g}", "shares that add up to 1")
        for name, share in shares.items():
            if share != "rest":
                self.quantity((*path, name), share, "share", variables)

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
        unit = unit_named(parameters[name].unit)
        if unit is None or unit.kind != kind or parameters[name].price_year != table.price_year:
            self.problem(path, f"{name}, whose unit is '{parameters[name].unit}'", f"the table's unit, '{table.unit}'")

    def _money(self) -> None:
        scenario = self.scenario
        costs = any(intervention.costs for intervention in scenario.interventions.values())
        if (scenario.prices or costs) and scenario.money is None:
            section = "prices" if scenario.prices else "interventions"
            allowed = "money: {currency: SEK, price_year: 2024} or the like, in the scenario"
            self.problem((section,), f"{'prices' if scenario.prices else 'costs'} without money", allowed)
        if isinstance(scenario.discount.money, str):
            self.quantity(("discount", "money"), scenario.discount.money, "discount_rate", ())
            parameter = scenario.parameters.get(scenario.discount.money)
            if parameter is not None and parameter.unit == "per year":
                self._discount_rate(
                    ("parameters", scenario.discount.money, "distribution"), parameter.distribution.mean
                )
        else:
            self._discount_rate(("discount", "money"), scenario.discount.money)
        if scenario.public_funds is not None:
            self.quantity(("public_funds", "factor"), scenario.public_funds.factor, "factor", ())
            self.known(("public_funds", "actor"), scenario.public_funds.actor, "an actor", scenario.actors)
        if scenario.money is None:
            return
        years: set[int] | None = None
        if scenario.money.index is not None:
            path: Path = ("money", "index")
            if self.known(path, scenario.money.index, "a table", scenario.tables):
                self.quantity(path, scenario.money.index, "price_index", ("year",))
                table = scenario.tables[scenario.money.index]
                years = {int(row.keys["year"]) for row in table.cells if str(row.keys.get("year", "")).isdigit()}
        entries: dict[str, Evidenced] = {**scenario.parameters, **scenario.tables}
        for name, entry in entries.items():
            section = "parameters" if name in scenario.parameters else "tables"
            currency = currency_of(entry.unit)
            if currency is None:
                continue
            if currency != scenario.money.currency:
                self.problem((section, name, "unit"), entry.unit, f"money in {scenario.money.currency}")
            if entry.price_year != scenario.money.price_year:
                wanted = {entry.price_year, scenario.money.price_year}
                if years is None:
                    self.problem(
                        (section, name, "price_year"),
                        entry.price_year,
                        f"{scenario.money.price_year}, the price year of money",
                        "other years need a price index: money: {index: ...}",
                    )
                elif not wanted <= years:
                    missing = ", ".join(str(year) for year in sorted(y for y in wanted - years if y is not None))
                    self.problem(
                        (section, name, "price_year"), missing, f"a year of the price index {scenario.money.index}"
                    )

    def _discount_rate(self, path: Path, rate: float) -> None:
        if not -1 < rate < 1:
            self.problem(path, f"{rate:g}", "a rate per year, such as 0.035", percent_hint(rate) if rate >= 1 else "")

    def _situation(self, path: Path, entry: Price | Outcome) -> None:
        """Check when something is counted."""
        if entry.move is not None:
            self.move((*path, "move"), entry.move)
            self.condition((*path, "if"), entry.if_)
        else:
            self.condition((*path, "while"), entry.while_)

    def _price(self, path: Path, price: Price) -> None:
        self._situation(path, price)
        self._booking(path, price)
        per = ("event",) if price.move is not None else _TIME
        name = price.base if price.kind == "tax" else price.amount
        self._per(path, "base" if price.kind == "tax" else price.kind, name, per)

    def _per(
        self, path: Path, field: str, name: str | float | None, per: tuple[str, ...], besides: tuple[str, ...] = ()
    ) -> None:
        entry = self.scenario.parameters.get(str(name)) or self.scenario.tables.get(str(name))
        unit = unit_named(entry.unit) if entry is not None else None
        if entry is not None and unit is not None and unit.kind == "money" and unit.per not in per:
            what = "each time it happens" if per == ("event",) else "for the time it lasts"
            hint = f"it is paid {what}" if not besides else ""
            allowed = f"money per {any_of([*per, *besides])}"
            self.problem((*path, field), f"{name}, whose unit is '{entry.unit}'", allowed, hint)

    def _booking(self, path: Path, booking: Booking) -> None:
        variables = ("age", "year")
        kind = booking.kind
        self.quantity((*path, kind), booking.amount, "share" if kind == "tax" else "money", variables)
        self.quantity((*path, "base"), booking.base, "money", variables)
        self.quantity((*path, "share"), booking.share, "share", variables)
        for field, payers in (("actor", booking.actor), ("from", booking.from_), ("to", booking.to)):
            if payers is None:
                continue
            names = [payers] if isinstance(payers, str) else list(payers)
            for name in names:
                self.known((*path, field), name, "an actor", self.scenario.actors)
            if not isinstance(payers, str):
                self.shares((*path, field), payers, variables)

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
            self._programme_cost((*path, "costs", number), cost)
        for number, effect in enumerate(intervention.effects):
            self._effect((*path, "effects", number), effect)

    def _programme_cost(self, path: Path, cost: ProgrammeCost) -> None:
        self._booking(path, cost)
        self.condition((*path, "while"), cost.while_)
        entry = self.scenario.parameters.get(str(cost.amount)) or self.scenario.tables.get(str(cost.amount))
        unit = unit_named(entry.unit) if entry is not None else None
        if unit is None or unit.kind != "money":
            return
        if unit.per == "participant":
            if cost.years is not None:
                self.problem((*path, "years"), "years with a cost paid once", "no years: it is paid at enrolment")
        elif cost.years is None and unit.per in _TIME:
            self.problem(path, f"{cost.amount} without years", "years: [first, last], or money per participant")
        else:
            self._per(path, cost.kind, cost.amount, _TIME, ("participant",))

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

    # -- surprises ---------------------------------------------------------------------

    def _surprises(self) -> None:
        scenario = self.scenario
        for section, entries in (("parameters", scenario.parameters), ("tables", scenario.tables)):
            for name, entry in entries.items():
                if name not in self.used and self.own(self.locate((section, name))[0]):
                    self.warn((section, name), "is not used")
                if (
                    entry.valid_until is not None
                    and name in self.used
                    and entry.valid_until < scenario.population.start.year
                ):
                    self.warn((section, name), f"is to be looked up again after {entry.valid_until}")
        employed = {member for members in scenario.strategies.values() for member in members}
        for name in scenario.interventions:
            if name not in employed:
                self.warn(("interventions", name), "is in no strategy")
        reachable = {name: self._reachable(name) for name in scenario.domains}
        for name, domain in scenario.domains.items():
            for state in domain.states:
                if state not in reachable[name]:
                    self.warn(("domains", name, "states"), f"nobody can reach {state}")
        for name, price in scenario.prices.items():
            condition = parse_condition((price.if_ if price.move is not None else price.while_) or {})
            for part in condition.parts:
                if not self._possible(part.variable, part.values, reachable, employed):
                    self.warn(("prices", name), f"nobody can incur it: {part.variable} is never as it says")

    def _possible(self, variable: str, values: Any, reachable: Mapping[str, set[str]], employed: set[str]) -> bool:
        if variable in reachable:
            return bool(reachable[variable] & set(values))
        if variable in self.numbers:
            if variable in self.scenario.interventions and variable not in employed:
                return 0 in values
            band = self.numbers[variable]
            assert band.high is not None
            return any(number in values for number in range(band.low, band.high + 1))
        return True

    def _reachable(self, name: str) -> set[str]:
        start = self.scenario.population.start_states[name]
        found = {start} if isinstance(start, str) else {state for state, share in start.items() if share != 0}
        moves = []
        for text, move in self.scenario.domains[name].moves.items():
            parsed = parse_move(text)
            baseline = (
                (move.probability if move.probability is not None else move.rate) if isinstance(move, Move) else 1
            )
            if parsed is not None and baseline != 0:
                moves.append(parsed)
        while True:
            more = {move.end for move in moves if move.start in found} - found
            if not more:
                return found
            found |= more
