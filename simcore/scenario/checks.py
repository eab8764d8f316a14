"""What every check of a scenario's meaning needs: names are followed to what they refer to, problems are collected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simcore.errors import Problem, did_you_mean, shown, with_article
from simcore.scenario.conditions import (
    ANY,
    NEVER,
    Band,
    Condition,
    MoveText,
    Value,
    parse_condition,
    parse_move,
    whole_numbers,
)
from simcore.scenario.quantities import USES, any_of, unit_named, units_for
from simcore.scenario.schema import Modifier, Scenario, Table, parse_cap
from simcore.scenario.structure import Structure

Path = tuple[Any, ...]
Locate = Callable[[Path], tuple[str, int]]

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


class Checks:
    """Collects what is wrong, and what is surprising, in a scenario of correct form.

    Attributes
    ----------
    problems, warnings
        What has been found so far.
    used
        Names of the parameters and tables that something refers to.
    unclear
        Domains with a move that is not understood; moves that seem missing there may be that one.
    levels
        Named values of every attribute and domain.
    numbers
        Ages, years, cycles, phases (in years), clocks (in years), counters and levels of traits that occur.
    """

    def __init__(self, scenario: Scenario, locate: Locate, own: Callable[[str], bool]) -> None:
        self.scenario, self.locate, self.own = scenario, locate, own
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.used: set[str] = set()
        self.unclear: set[str] = set()
        self.structure = Structure(scenario)
        traits = scenario.population.traits
        self.levels = {name: tuple(map(str, of)) for name, of in self.structure.attributes.items() if "." not in name}
        self.levels = {name: of for name, of in self.levels.items() if name not in traits}
        self.levels |= {name: tuple(domain.states) for name, domain in scenario.domains.items()}
        self.n_cycles = self.structure.n_cycles
        year, ages = scenario.population.start.year, self.structure.start_ages
        last = (max(self.n_cycles, 1) - 1) // self.structure.per_year
        self.numbers = {"age": whole_numbers(ages[0], ages[-1] + last), "year": whole_numbers(year, year + last)}
        self.numbers |= {"cycle": whole_numbers(0, max(self.n_cycles, 1) - 1)}
        self.numbers |= {"start_age": whole_numbers(ages[0], ages[-1])}
        self.numbers |= {name: whole_numbers(0, last + 1) for name in scenario.interventions}
        self.numbers |= {name: whole_numbers(1, trait.levels) for name, trait in traits.items()}
        self.numbers |= {name: whole_numbers(0, int(parse_cap(m.cap)[0])) for name, m in scenario.memory.items()}

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
        entry = self.scenario.entry(value)
        if entry is None:
            names = [*self.scenario.parameters, *self.scenario.tables, *self.scenario.derived]
            names += self.scenario.population.traits
            self.problem(path, value, "the name of a parameter or table", did_you_mean(value, names))
            return
        self.used.add(value)
        unit = unit_named(entry.unit)
        assert unit is not None  # by the schema
        if unit.kind not in USES[use]:
            field = _FIELDS.get(unit.kind, "")
            together = _BASELINES if use in _BASELINES else Modifier.SCALES if use in Modifier.SCALES else ()
            hint = f"write {field}: {value}" if field in together else ""
            self.problem(path, f"{value}, whose unit is '{entry.unit}'", units_for(use), hint)
        allowed = [*self.levels, *self.numbers] if variables is None else list(variables)
        if use == "matrix" or use in _BASELINES:
            allowed += ["from", "to"]
        for key in sorted(self.structure.keys_of(value)):
            if key not in allowed:
                plain = isinstance(entry, Table) and key in entry.by
                found = f"{value}, a table by {key}" if plain else f"{value}, which depends on {key}"
                fitting = f"a table by {any_of(allowed)}, or a parameter" if variables else "a parameter"
                self.problem(path, found, fitting if variables is not None else "something that is known here")

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
            else:
                self.number(where, part.variable, part.values)
        return condition

    def number(self, path: Path, variable: str, values: frozenset[Value] | Band) -> None:
        """Check what a variable that is a number is compared with; of a capped memory nothing above its cap."""
        memory = self.scenario.memory.get(variable)
        cap, is_time, or_more = parse_cap(memory.cap) if memory is not None else (math.inf, False, False)
        if isinstance(values, Band):
            ends = [end for end in (values.low, values.below) if end is not None]
            if not is_time and any(not float(end).is_integer() for end in ends):
                self.problem(path, values.words, "whole numbers; durations such as '6 months' are for clocks")
            above = values.low > cap or (values.below is not None and values.below > (cap if or_more else cap + 1))
            if memory is not None and above:
                shown_cap = memory.cap.removesuffix(" or more")
                hint = f"everything from {shown_cap} on is one value: {{at_least: {shown_cap}}}" if or_more else ""
                self.problem(path, values.words, f"a range that ends below the cap of {variable}, {memory.cap}", hint)
            return
        for value in sorted(values, key=str):
            if isinstance(value, str) and not (value == NEVER and memory is not None and memory.kind == "time_since"):
                self.problem(path, value, "a whole number, or a range {from: 16, to: 19}")
            elif memory is not None and isinstance(value, int) and value >= cap and (or_more or value > cap):
                self.problem(path, value, f"less than the cap of {variable}, {memory.cap}, or {{at_least: ...}}")

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
        states = [*self.scenario.domains[move.domain].states, ANY]
        if not all([self.known(path, state, f"a state of {move.domain}", states) for state in (move.start, move.end)]):
            return None
        if not any(move.fits(start, end) for start, end in self.structure.pairs(move.domain)):
            moves = list(self.scenario.domains[move.domain].moves)
            if move.domain not in self.unclear:
                self.problem(path, text, f"a move of {move.domain}: {', '.join(moves) or '(there is none)'}")
            return None
        return move

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
