"""What every check of a scenario's meaning needs: names are followed to what they refer to, problems are collected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simcore.errors import Problem, did_you_mean, shown, with_article
from simcore.scenario.conditions import (
    ANY,
    DROPPED_OUT,
    NEVER,
    Band,
    Condition,
    MoveText,
    Value,
    parse_condition,
    parse_duration,
    parse_move,
    whole_numbers,
)
from simcore.scenario.marginals import with_marginals
from simcore.scenario.quantities import USES, any_of, unit_named, units_for
from simcore.scenario.schema import Modifier, Scenario, Table, TableRow, parse_cap
from simcore.scenario.structure import Structure

Path = tuple[Any, ...]
Locate = Callable[[Path], tuple[str, int]]

#: Fields that a number of another unit may have been meant for.
_FIELDS = {
    "probability": "probability", "rate": "rate", "risk ratio": "risk_ratio", "odds ratio": "odds_ratio",
    "hazard ratio": "hazard_ratio", "risk difference": "risk_difference",
    "standardised mean difference": "standardised_mean_difference",
}  # fmt: skip
_BASELINES = ("probability", "rate")
#: Uses of tables, where no parameter fits.
_TABLES_ONLY = ("age", "matrix", "joint", "price_index")
#: Keys of tables that are known in one place only -> where.
_PLACES = {
    "from": "only the matrix of a domain and the baselines of moves know from and to",
    "to": "only the matrix of a domain and the baselines of moves know from and to",
    "boundary": "only accrual: {weights: ...} knows boundaries",
}
#: At most this many names are listed in a message.
_MOST_NAMES = 24


class Checks:
    """Collects what is wrong, and what is surprising, in a scenario of correct form.

    Attributes
    ----------
    written, scenario
        What the files say; and the same, with the distribution of each jointly drawn parameter by itself.
    locate, own, call
        File and line of the entry at a path, whether it is of the author's own making, and how messages name it.
    problems, warnings
        What has been found so far.
    used
        Names of the parameters and tables that something refers to.
    unclear
        Domains with a move that is not understood; moves that seem missing there may be that one.
    unclear_tables
        Tables whose keys are wrong, so that their rows say nothing.
    levels
        Named values of every attribute and domain.
    numbers
        Ages, years, cycles, phases (in years), clocks (in years), counters and levels of traits that occur.
    """

    def __init__(
        self, scenario: Scenario, locate: Locate, own: Callable[[Path], bool], call: Callable[[Path], str]
    ) -> None:
        self.written, self.locate, self.own, self.call = scenario, locate, own, call
        self.scenario = scenario = with_marginals(scenario)
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.used: set[str] = set()
        self.unclear: set[str] = set()
        self.unclear_tables: set[str] = set()
        self.structure = Structure(scenario)
        traits = scenario.population.traits
        self.levels = {name: tuple(map(str, of)) for name, of in self.structure.attributes.items() if "." not in name}
        self.levels = {name: of for name, of in self.levels.items() if name not in traits}
        self.levels |= {name: tuple(domain.states) for name, domain in scenario.domains.items()}
        self.n_cycles = self.structure.n_cycles
        year, ages = scenario.population.start.year, self.structure.start_ages
        last = (max(self.n_cycles, 1) - 1) // self.structure.per_year
        oldest = (scenario.population.horizon.to_age or ages[-1] + last + 1) - 1
        later = scenario.population.cohorts - 1  # years that the last cohort starts after the first
        self.numbers = {"age": whole_numbers(ages[0], oldest), "year": whole_numbers(year, year + last + later)}
        self.numbers |= {"cycle": whole_numbers(0, max(self.n_cycles, 1) - 1)}
        self.numbers |= {"start_age": whole_numbers(ages[0], ages[-1])}
        self.numbers |= {name: whole_numbers(0, last + 1) for name in scenario.interventions}
        self.numbers |= {name: whole_numbers(1, trait.levels) for name, trait in traits.items()}
        self.numbers |= {name: whole_numbers(0, int(parse_cap(m.cap)[0])) for name, m in scenario.memory.items()}

    def problem(self, path: Path, found: object, allowed: str, hint: str = "") -> None:
        """Note a problem at a path."""
        file, line = self.locate(path)
        entry = path[: path.index("rows", 2)] if path[0] == "tables" and "rows" in path[2:] else path
        self.problems.append(Problem(file, line, self.call(entry), shown(found), allowed, hint))

    def warn(self, path: Path, text: str) -> None:
        """Note a fact that would surprise the author."""
        file, line = self.locate(path)
        self.warnings.append(f"{file}:{line}  {self.call(path)}: {text}")

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
        entry = self.scenario.entry(value)
        if entry is None:
            names = [*self.scenario.parameters, *self.scenario.tables, *self.scenario.derived]
            names += self.scenario.population.traits
            self.problem(path, value, "the name of a parameter, table or derived quantity", did_you_mean(value, names))
            return
        self.used.add(value)
        unit = unit_named(entry.unit)
        assert unit is not None  # by the schema
        if unit.kind not in USES[use]:
            field = _FIELDS.get(unit.kind, "")
            together = _BASELINES if use in _BASELINES else Modifier.SCALES if use in Modifier.SCALES else ()
            hint = f"write {field}: {value}" if field in together else ""
            self.problem(path, f"{value}, whose unit is '{entry.unit}'", units_for(use), hint)
            return
        allowed = [*self.levels, *self.numbers] if variables is None else list(variables)
        if use == "matrix" or use in _BASELINES:
            allowed += ["from", "to"]
        # A key that means nothing anywhere is refused where it is written.
        known = {*self.levels, *self.numbers, *_PLACES} - set(allowed)
        keys = [key for key in sorted(self.structure.keys_of(value)) if key in known]
        if keys:
            plain = isinstance(entry, Table) and set(keys) <= set(entry.by)
            found = f"{value}, {'a table by' if plain else 'which depends on'} {' and '.join(keys)}"
            or_one = "" if use in _TABLES_ONLY else ", or a parameter"
            fitting = f"a table by {any_of(allowed)}{or_one}" if variables else "a parameter"
            if variables is None:
                fitting = "a number that the situation of a person tells"
            self.problem(path, found, fitting, next((_PLACES[key] for key in keys if key in _PLACES), ""))

    def condition(
        self,
        path: Path,
        written: Mapping[str, Any] | None,
        variables: Iterable[str] | None = None,
        hints: Mapping[str, str] | None = None,
    ) -> Condition:
        """Parse a condition and check its names.

        `variables` limits what it may look at; `hints` says why it may not look at one of the others.
        """
        condition = parse_condition(written or {})
        known = [*self.levels, *self.numbers] if variables is None else list(variables)
        for part in condition.leaves():
            where = (*path, part.variable)
            if part.variable not in known:
                hint = did_you_mean(part.variable, known)
                if part.variable in self.numbers:
                    hint = (hints or {}).get(part.variable, "")
                self.problem(where, part.variable, f"one of {', '.join(known)}", hint)
            elif part.variable in self.levels:
                named = self.levels[part.variable]
                if isinstance(part.values, Band):
                    self.problem(where, "a range", f"one of {', '.join(named)}")
                    continue
                for value in sorted(part.values, key=str):
                    if value not in named:
                        self.problem(where, value, f"one of {', '.join(named)}", did_you_mean(str(value), named))
            else:
                self.number(where, part.variable, part.values)
        return condition

    def number(self, path: Path, variable: str, values: frozenset[Value] | Band, row: str | int = "") -> None:
        """Check what a variable that is a number is compared with: of a memory nothing above its cap.

        `row` is the key of a table as written, where it is one.
        """
        memory, trait = self.scenario.memory.get(variable), self.scenario.population.traits.get(variable)
        cap, is_time, or_more = parse_cap(memory.cap) if memory is not None else (math.inf, False, False)
        of_cap = f"the cap of {variable}, {memory.cap}" if memory is not None else ""
        on = f"{cap:g}" if math.isinf(cap) or cap == int(cap) else memory.cap.removesuffix(" or more") if memory else ""
        beyond = f"everything from {on} on is one value: {{at_least: {on}}}" if or_more else ""
        if row != "":
            beyond = f"the last row is {int(cap)}+" if or_more else ""
        if isinstance(values, Band):
            ends = [end for end in (values.low, values.below) if end is not None]
            if not is_time and any(isinstance(end, float) for end in ends):
                allowed = "whole numbers; durations such as '6 months' are for clocks"
                self.problem(path, f"{values.words} (years)", allowed)
            elif is_time and any(abs(end * self.structure.per_year % 1) > 1e-9 for end in ends):
                allowed = f"whole cycles, which are a {self.scenario.cycle} each"
                self.problem(path, f"{values.words} (years)", allowed)
            elif values.low > cap or (values.below is not None and values.below > (cap if or_more else cap + 1)):
                self.problem(path, row if row != "" else values.words, f"a range that ends below {of_cap}", beyond)
            elif trait is not None and (values.low > trait.levels or (values.below or 0) > trait.levels + 1):
                self.problem(path, row if row != "" else values.words, f"levels of {variable}, 1 to {trait.levels}")
            return
        intervention = self.scenario.interventions.get(variable)
        for value in sorted(values, key=str):
            if value == DROPPED_OUT and intervention is not None and intervention.drop_out is not None:
                continue
            if isinstance(value, str) and not (value == NEVER and memory is not None and memory.kind == "time_since"):
                hint = "never is a value of clocks with time_since only" if value == NEVER else ""
                if is_time and parse_duration(value) is not None:
                    hint = f"a time is compared as {{less_than: {value}}} or {{at_least: {value}}}"
                allowed = "a whole number, or a range {from: 16, to: 19}"
                if value == DROPPED_OUT:
                    hint = f"nobody leaves {variable} early: it has no drop_out"
                    if intervention is None:
                        hint = f"{DROPPED_OUT} is a value of interventions with drop_out only"
                elif intervention is not None and intervention.drop_out is not None:
                    allowed = f"{allowed}, or {DROPPED_OUT}"
                if trait is not None:
                    allowed = f"a level of {variable}, 1 to {trait.levels}, or a range of them"
                self.problem(path, value, allowed, hint)
            elif memory is not None and isinstance(value, int) and (value + 1 > cap if or_more else value > cap):
                self.problem(path, value, f"less than {of_cap}", beyond)
            elif trait is not None and value not in self.numbers[variable]:
                self.problem(path, value, f"a level of {variable}, 1 to {trait.levels}")

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
        states, kind = self.scenario.domains[move.domain].states, f"any, or a state of {move.domain}"
        ends = [state for state in (move.start, move.end) if state != ANY]
        if not all([self.known(path, state, kind, states) for state in ends]):
            return None
        if not any(move.fits(start, end) for start, end in self.structure.pairs(move.domain)):
            moves = list(self.scenario.domains[move.domain].moves)
            if move.domain not in self.unclear:
                self.problem(path, text, f"a move of {move.domain}: {', '.join(moves) or '(there is none)'}")
            return None
        return move

    @staticmethod
    def row_path(path: Path, table: Table, number: int, row: TableRow) -> Path:
        """Where a row of a table is written."""
        return (*path, "rows", number) if table.rows is not None else (*path, "values", *row.keys.values())

    def no_rest(self, path: Path, text: str, move: MoveText) -> None:
        """Check that moves whose probability or rate changes have one of their own."""
        assert move.domain is not None  # written with its domain
        ways = self.structure.ways(move.domain)
        own = [(way.start, way.end) for way in ways.all()]
        rests = [pair for pair in ways.rest.items() if move.fits(*pair) and pair not in own]
        if rests:
            start, end = rests[0]
            found = f"{text}, which is the rest" if move.start == start and move.end == end else text
            hint = "" if found != text else f"{start} -> {end} is the rest: name the other moves one by one"
            self.problem(path, found, "a move with a probability or rate of its own", hint)
        elif not any(move.fits(*pair) for pair in own):
            moves = ", ".join(f"{start} -> {end}" for start, end in own)
            self.problem(path, text, f"a move with a rate of its own: {moves or '(there is none)'}")

    def shares(self, path: Path, shares: Mapping[Any, Any], variables: Iterable[str]) -> None:
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
