"""Hypothesis strategies: scenario files, as trees of plain values that tests can change before they are read.

Every generated scenario is valid in every draw: baselines are chosen last, so small that all modifiers
and effects together cannot lift the ways out of a state above 1.
"""

from __future__ import annotations

import csv
import io
import tempfile
import warnings
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from simcore.errors import ScenarioWarning
from simcore.scenario.loading import ScenarioFile, read_scenario
from tests.generated_effects import Sizes, cycles, over, remainder, shape
from tests.generated_enrolment import drop_out, enrolment
from tests.generated_money import cashable, displacement, fixed_cost, scale

Tree = dict[str, Any]

_PRICE_YEAR = 2022


class _Dumper(yaml.SafeDumper):
    """YAML without anchors and aliases, which scenario files may not have."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(tree: Tree, folder: Path) -> Path:
    """Write a tree as ``scenario.yaml``; the rows of tables with ``csv`` go into files of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    tree = {**tree, "tables": {name: dict(table) for name, table in tree.get("tables", {}).items()}}
    for name, table in tree["tables"].items():
        if "csv" in table:
            text = io.StringIO()
            rows = csv.writer(text, lineterminator="\n")
            rows.writerow([*table["by"], "value"])
            rows.writerows(table.pop("csv"))
            table["file"] = f"{name}.csv"
            (folder / table["file"]).write_text(text.getvalue(), encoding="utf-8")
    path = folder / "scenario.yaml"
    path.write_text(yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def read(tree: Tree) -> ScenarioFile:
    """Write a tree to a temporary folder and read it; what would surprise its author is no news here."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        return read_scenario(write(tree, Path(folder)))


#: Way from one state to another: domain, from, to.
Way = tuple[str, str, str]
PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
#: Levels of a trait lie in this range, whatever its distribution (mean 0.8 to 1, sd up to 0.4, at most 4 levels).
_TRAIT = (0.1, 1.75)


@dataclass
class _Memory:
    """A clock or counter: its kind, its largest value (of a clock in years), and whether that means "or more"."""

    kind: str
    cap: float
    or_more: bool


@dataclass
class _Act:
    """A modifier or effect whose size is still open, and the ways it acts on.

    `kind` is that of the move it is written at; `window` [years] that of an effect which is taken back; `months` the
    time it was measured over; `keys` what else its size may depend on.
    """

    entry: Tree
    ways: list[Way]
    kind: str = ""
    scale: str = ""
    window: float = 0.0
    months: int = 0
    keys: list[str] = field(default_factory=list)


class _Builder:
    """Builds one scenario; every choice is drawn by Hypothesis."""

    def __init__(self, draw: st.DrawFn, money: bool, cohorts: tuple[int, ...]) -> None:
        self.draw, self.money = draw, money
        self.parameters: Tree = {}
        self.tables: Tree = {}
        self.derived: Tree = {}
        self.cycle = self.one(["year", "year", "quarter", "month"])
        self.per_year = PER_YEAR[self.cycle]
        self.n_years = self.whole(*{"year": (2, 12), "quarter": (1, 4), "month": (1, 2)}[self.cycle])
        self.n_cycles = self.n_years * self.per_year
        self.year = self.whole(2018, 2024)
        self.cohorts = self.one(cohorts)
        self.own_attributes = {f"a{k}": [f"a{k}l{j}" for j in range(self.whole(2, 3))] for k in range(self.whole(0, 2))}
        self.joint = {f"j{k}": [f"j{k}l{j}" for j in range(self.whole(2, 3))] for k in range(2)}
        if not self.sometimes():
            self.joint = {}
        self.attributes = self.joint | self.own_attributes
        self.traits = {f"trait{k}": self.whole(2, 4) for k in range(self.one([0, 0, 0, 1, 2]))}
        sizes = self.draw(
            st.one_of(
                st.lists(st.integers(2, 4), min_size=1, max_size=4),
                st.lists(st.integers(2, 3), min_size=5, max_size=8),
                st.lists(st.integers(5, 8), min_size=1, max_size=2),
            )
        )
        self.domains = {f"d{k}": [f"d{k}s{j}" for j in range(size)] for k, size in enumerate(sizes)}
        self.vital = self.flip()
        if self.vital:
            self.domains["vital"] = self.shuffled(["alive", "dead"])
            self.domains = {name: self.domains[name] for name in self.shuffled(list(self.domains))}
        self.interventions = [f"i{k}" for k in range(self.whole(0, 3))]
        self.left_early = [name for name in self.interventions if self.sometimes()]
        self.memory: dict[str, _Memory] = {}
        self.start_ages()

    # -- choices ------------------------------------------------------------------------------

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def flip(self) -> bool:
        return self.draw(st.booleans())

    def sometimes(self) -> bool:
        return self.whole(0, 3) == 3

    def one(self, items: list[Any] | tuple[Any, ...]) -> Any:
        return self.draw(st.sampled_from(items))

    def some(self, items: list[Any], least: int, most: int) -> list[Any]:
        if not items:
            return []
        chosen = self.draw(st.sets(st.sampled_from(range(len(items))), min_size=least, max_size=min(most, len(items))))
        return [items[k] for k in sorted(chosen)]

    def shuffled(self, items: list[Any]) -> list[Any]:
        return self.draw(st.permutations(items))

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`, with few digits so that it is written as a decimal."""
        return min(max(round(low + (high - low) * self.whole(0, 20) / 20, 6), low), high)

    # -- numbers ------------------------------------------------------------------------------

    def parameter(self, low: float, high: float, unit: str, **more: Any) -> str:
        """A parameter whose values stay from `low` to `high`: fixed, or uncertain."""
        a, b = sorted((self.between(low, high), self.between(low, high)))
        a, b = round(a, 6), round(b, 6)
        if b - a < 1e-5 or self.flip():
            distribution: Tree = {"fixed": a}
        elif self.flip():
            distribution = {"uniform": {"min": a, "max": b}}
        else:
            distribution = {"triangular": {"min": a, "mode": a, "max": b}}
        name = f"p{len(self.parameters)}"
        self.parameters[name] = evidenced(distribution, unit, **more)
        return name

    def quantity(self, low: float, high: float, unit: str, keys: list[str], depth: int = 0, **more: Any) -> str:
        """A parameter, a table by one or two of the `keys`, or a formula; all stay from `low` to `high`."""
        kind = self.whole(0, 5) if depth < 2 else 0
        if kind <= 2 or (kind <= 4 and not keys):
            return self.parameter(low, high, unit, **more)
        if kind == 5:
            name = f"f{len(self.derived)}"
            self.derived[name] = {}  # its place among formulas, which may refer to later ones
            formula = f"{low!r} + {_floor(high - low)!r} * ({self.share_formula(keys, depth)})"
            self.derived[name] = {"formula": formula, "unit": unit, **more}
            return name
        return self.table(low, high, unit, keys, **more)

    def table(self, low: float, high: float, unit: str, keys: list[str], **more: Any) -> str:
        """A table by one or two of the `keys`, whose cells are numbers or parameters."""
        by = self.some(keys, 1, 2)
        at: Tree = {}
        for key in by:
            if not self.is_named(key) and key not in self.traits and self.flip():
                others = [key, *(k for k in keys if not self.is_named(k) and k not in self.traits)]
                other, first = self.one(others), self.span(key)[0]
                forms = f"{other} + 1", f"max( {other} - 1, 0)", f"floor( {other} / 2)", f"{key} + 0.5"
                at[key] = self.one([*forms, f"{first} + {other}"])
        rows: list[list[Any]] = [[]]
        for key in by:
            levels = self.levels(key, key in at)
            if any(remainder(self, other) and other in at.get(key, "").split() for other in keys):
                levels = [*levels, "dropped_out" if key in self.interventions else "never"]
            rows = [[*row, level] for row in rows for level in levels]
        for row in rows:
            plain = self.whole(0, 3) > 0
            row.append(round(self.between(low, high), 6) if plain else self.parameter(low, high, unit, **more))
        name = f"t{len(self.tables)}"
        self.tables[name] = {"about": "a table", "by": by, "unit": unit, "source": {"assumption": "generated"}, **more}
        if at:
            self.tables[name]["at"] = at
        if len(by) == 1 and self.flip():
            self.tables[name]["values"] = dict(rows)
        else:
            self.tables[name]["csv"] = self.shuffled(rows)
        return name

    def share_formula(self, keys: list[str], depth: int) -> str:
        """A formula whose value is from 0 to 1 in every situation and draw."""
        kind = self.whole(0, 6) if depth < 2 else self.whole(0, 4)
        if kind == 0 or (kind <= 4 and not keys):
            return self.quantity(0.0, 1.0, "share", [], 2)
        if kind == 5:
            return f"({self.share_formula(keys, depth + 1)}) * (1 - ({self.share_formula(keys, depth + 1)}))"
        if kind == 6:
            return self.quantity(0.0, 1.0, "share", keys, depth + 1)
        key = self.one(keys)
        if self.is_named(key):
            level = self.one(self.domains.get(key) or self.attributes[key])
            a, b = self.between(0.0, 1.0), self.between(0.0, 1.0)
            return self.one([f"if({key} == '{level}', {a!r}, {b!r})", f"({key} != '{level}')"])
        if key in self.traits:
            return f"max(0, min(1, {key} / 2))"
        low, high = self.span(key)
        since = f"({key} - {low})" if low else key
        cut = self.whole(low, high)
        return self.one([
            f"min(1, {since} / {max(high - low, 1)})", f"exp(-0.4 * {since})", f"1 / (1 + {since})",
            f"if({key} <= {cut}, 0.3, 0.9)", f"({low} <= {key} < {cut + 1})", f"if({key} == never, 1, 0.5)",
            f"(not ({key} == {cut} or {key} > {cut + 1}))",
        ])  # fmt: skip

    def is_named(self, key: str) -> bool:
        return key in self.attributes or key in self.domains

    def levels(self, key: str, shifted: bool = False) -> list[Any]:
        """Keys that cover everything a variable can be; with `shifted`, everything from 0 on."""
        if key in self.attributes:
            return self.attributes[key]
        if key in self.domains:
            return self.domains[key]
        low, high = self.span(key)
        if shifted:
            low = 0
        if key in self.memory or key in self.traits:  # nothing above the largest value
            high -= 1
        if high < low:
            bands: list[Any] = [f"{low}+"]
        else:
            cut = self.whole(low, high)
            bands = [f"{low}-{cut}", f"{cut + 1}+"]
        if key == "year" and not shifted and self.flip():
            bands = list(range(low, high + 1))
        return bands if shifted else [*bands, *remainder(self, key)]

    def can_be_never(self, key: str) -> bool:
        return key in self.memory and self.memory[key].kind == "time_since"

    def span(self, key: str) -> tuple[int, int]:
        """First and last value of a variable that is a number; of a clock in full years."""
        if key in self.memory:
            return 0, int(self.memory[key].cap)
        if key in self.traits:
            return 1, self.traits[key]
        return {
            "age": (self.ages[0], self.ages[-1] + self.n_years - 1),
            "start_age": (self.ages[0], self.ages[-1]),
            "year": (self.year, self.year + self.n_years + self.cohorts - 2),
            "cycle": (0, self.n_cycles - 1),
        }.get(key, (0, self.n_years))

    def values(self, key: str) -> int:
        """How many values a variable has."""
        if self.is_named(key):
            return len(self.levels(key))
        low, high = self.span(key)
        if key in self.memory and self.memory[key].kind != "counts":
            return int(self.memory[key].cap * self.per_year) + 2
        return high - low + 1

    # -- conditions ---------------------------------------------------------------------------

    def condition(self, variables: list[str], most: int = 2) -> Tree:
        written: Tree = {}
        for variable in self.some(variables, 0, most):
            written[variable] = self.part(variable)
        if variables and self.whole(0, 3) == 0:
            other = self.one(variables)
            written["not"] = {other: self.part(other)}
        return written

    def part(self, variable: str) -> Any:
        named = self.attributes.get(variable) or self.domains.get(variable)
        if named:
            values = self.some(named, 1, len(named) - 1)
            return values[0] if len(values) == 1 and self.flip() else values
        if variable in self.memory:
            return self.remembered(self.memory[variable])
        low, high = self.span(variable)
        value = self.whole(low, high)
        ends = {"at_least": value}, {"less_than": value + 1}, {"from": value, "to": min(value + 2, high)}
        left: list[Any] = ["dropped_out", [value, "dropped_out"]] if variable in self.left_early else []
        return self.one([value, [low, value], *ends, *left])

    def remembered(self, memory: _Memory) -> Any:
        """What a condition may ask of a clock or counter: nothing that its cap hides."""
        forms: list[Any] = []
        largest = int(memory.cap) - memory.or_more  # the last single number (of years) that is told apart
        if largest >= 0:
            value = self.whole(0, largest)
            forms += [value, [0, value], {"from": 0, "to": value}, {"less_than": value + 1}]
        forms += [{"at_least": self.whole(0, int(memory.cap))}]
        if memory.kind == "time_since":
            forms += ["never", {"at_least": 0}] + ([[0, "never"]] if largest >= 0 else [])
        if memory.kind != "counts":
            months = self.whole(1, int(memory.cap * self.per_year + 0.5)) * 12 // self.per_year
            forms += [{"at_least": f"{months} months"}, {"less_than": f"{months} months"}]
            forms += [{"at_least": duration(months)}]
        return self.one(forms)

    # -- population ---------------------------------------------------------------------------

    def start_ages(self) -> None:
        """One age for all, or a table of ages by attributes."""
        youngest = self.whole(0, 30)
        self.ages, self.start_age = [youngest], youngest
        self.horizon: Tree = {"years": self.n_years} if self.flip() else {"to_age": youngest + self.n_years}
        if not self.attributes or not self.sometimes():
            return
        by = self.some(list(self.attributes), 1, 2)
        rows: list[list[Any]] = [[]]
        for key in by:
            rows = [[*row, level] for row in rows for level in self.attributes[key]]
        later = 4 if "years" in self.horizon else min(self.n_years - 1, 4)
        ages = [youngest, *(youngest + self.whole(0, later) for _ in rows[1:])]
        self.tables["ages"] = {
            "about": "ages", "by": by, "unit": "age", "source": {"assumption": "generated"},
            "csv": [[*row, age] for row, age in zip(rows, ages, strict=True)],
        }  # fmt: skip
        self.ages, self.start_age = sorted(set(ages)), "ages"

    def shares(self, levels: list[Any], keys: list[str]) -> Tree:
        """Shares of some levels; sometimes without a rest, when they add up to 1 as written."""
        named = self.some(levels, 1, min(len(levels), 8))
        if len(named) == 1:
            return {named[0]: self.one([1, "rest"])}
        if self.whole(0, 3) == 0:
            shares: Tree = {}
            for level, part in zip(named, self.hundredths(len(named)), strict=True):
                shares[level] = f"p{len(self.parameters)}"
                self.parameters[shares[level]] = evidenced({"fixed": part}, "share")
            return shares
        rest = self.one(named)
        return {
            level: "rest" if level == rest else self.quantity(0.0, _floor(1.0 / len(named)), "share", keys)
            for level in self.shuffled(named)
        }

    def hundredths(self, n: int) -> list[float]:
        """Numbers that add up to 1, some of them perhaps 0."""
        cuts = sorted(self.whole(0, 100) for _ in range(n - 1))
        return [(b - a) / 100 for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]

    def joint_table(self) -> None:
        """Attributes that are drawn together: shares or counts of persons, not of every combination."""
        by = list(self.joint)
        cells = [[a, b] for a in self.joint[by[0]] for b in self.joint[by[1]]]
        # Every level occurs, so that what conditions and tables say of it has a meaning.
        for cell in self.some(cells, 0, 2):
            left = [other for other in cells if other != cell]
            if all({other[k] for other in left} == set(levels) for k, levels in enumerate(self.joint.values())):
                cells = left
        if self.flip():
            sizes: list[float] = [self.whole(0, 9) for _ in cells]
            sizes[self.whole(0, len(cells) - 1)] += 1
            unit = "count"
        else:
            sizes, unit = self.hundredths(len(cells)), "share"
        rows = [[*cell, size] for cell, size in zip(cells, sizes, strict=True)]
        self.tables["together"] = {
            "about": "persons", "by": by, "unit": unit, "source": {"assumption": "generated"},
            "csv": self.shuffled(rows),
        }  # fmt: skip

    def trait(self, name: str) -> Tree:
        """A number that differs between persons; `_TRAIT` says between which."""
        form = self.one(["gamma", "lognormal", "normal", "uniform"])
        given = (
            {"min": self.parameter(0.2, 0.8, "factor"), "max": self.parameter(0.9, 1.6, "factor")}
            if form == "uniform"
            else {"mean": self.one([1, self.parameter(0.8, 1.0, "factor")]),
                  "sd": self.one([0, self.quantity(0.0, 0.4, "factor", [])])}
        )  # fmt: skip
        multiplies = []
        for domain, start, end in self.some([way for way, kind in self.ways.items() if kind != "count"], 0, 2):
            wide = [way for way in (*self.ways, *self.rests) if way[0] == domain and way[2] == end]
            if self.flip() and all(self.ways.get(way, "count") != "count" for way in wide):
                multiplies.append(f"{domain}.any -> {end}")
                self.multiplied += [way for way in wide if way not in self.multiplied]
            elif (domain, start, end) not in self.multiplied:
                multiplies.append(f"{domain}.{start} -> {end}")
                self.multiplied.append((domain, start, end))
        trait: Tree = {
            "about": "a trait", "distribution": {form: given}, "levels": self.traits[name], "unit": "hazard ratio",
        }  # fmt: skip
        return trait | ({"multiplies": multiplies} if multiplies else {})

    # -- moves --------------------------------------------------------------------------------

    def skeletons(self) -> None:
        """Which moves there are: `written` in each domain, and `ways` with what each is sized by."""
        self.written: dict[str, Tree] = {}
        self.styles: dict[str, str] = {}
        self.ways: dict[Way, str] = {}
        self.rests: list[Way] = []
        self.replaced: list[Way] = []
        self.units_of_matrix: dict[str, str] = {}
        self.texts: dict[tuple[str, str], list[Way]] = {}
        self.units: dict[Way, str] = {}
        for name, states in self.domains.items():
            self.styles[name] = self.one(["plain", "plain", "plain", "plain", "wildcard", "matrix", "continuous"])
            self.written[name] = {}
            getattr(self, f"_{self.styles[name]}")(name, states)
            self.written[name] = {text: self.written[name][text] for text in self.shuffled(list(self.written[name]))}

    def per_time(self, has_rest: bool) -> str:
        """Unit of probabilities: a rest beside them needs those of a cycle where that is no year."""
        return "probability per cycle" if (has_rest and self.per_year > 1) or self.flip() else "probability per year"

    def exits(self, name: str, state: str, kind: str, unit: str = "", rests: bool = True) -> None:
        """Write the ways out of a state, all sized alike; perhaps one that takes the rest."""
        targets = self.some([other for other in self.domains[name] if other != state], 0, 3)
        rests = rests and (kind == "probability" or self.per_year == 1)
        rest = self.one(targets) if rests and len(targets) > 1 and self.whole(0, 3) == 0 else None
        unit = unit or self.per_time(rest is not None)
        for target in targets:
            if target == rest:
                self.written[name][f"{state} -> {target}"] = "rest"
                self.rests.append((name, state, target))
            else:
                self.write(name, f"{state} -> {target}", [(name, state, target)], kind, unit)

    def write(self, name: str, text: str, ways: list[Way], kind: str, unit: str) -> None:
        self.written[name][text] = {kind: None}
        self.texts[name, text] = ways
        for way in ways:
            self.ways[way], self.units[way] = kind, unit

    def living(self, name: str) -> list[str]:
        return [state for state in self.domains[name] if state != "dead"]

    def _plain(self, name: str, states: list[str]) -> None:
        for state in self.living(name):
            self.exits(name, state, "rate" if self.whole(0, 3) == 0 else "probability")

    def _continuous(self, name: str, states: list[str]) -> None:
        for state in self.living(name):
            self.exits(name, state, "rate", rests=False)

    def _wildcard(self, name: str, states: list[str]) -> None:
        """A move from any state beside those of single states, which go before it."""
        kind = self.one(["probability", "rate"])
        to = self.one(states)
        is_rest = self.sometimes()
        unit = self.per_time(True)
        for state in self.living(name):
            self.exits(name, state, kind, unit, rests=unit == "probability per cycle" or self.per_year == 1)
        others = [state for state in self.living(name) if state != to and f"{state} -> {to}" not in self.written[name]]
        if is_rest and (self.per_year == 1 or (unit == "probability per cycle" and kind == "probability")):
            with_rest = {start for domain, start, _ in self.rests if domain == name}
            self.written[name][f"any -> {to}"] = "rest"
            self.rests += [(name, state, to) for state in others if state not in with_rest]
        else:
            self.write(name, f"any -> {to}", [(name, state, to) for state in others], kind, unit)

    def _matrix(self, name: str, states: list[str]) -> None:
        """A table by from and to, and perhaps a move or a rest beside it that replaces a cell."""
        counted = self.flip()
        overridden = [] if counted else self.some(self.living(name), 0, 1)
        rested = self.some(self.living(name), 0, 1) if self.sometimes() else []
        unit = self.per_time(bool(rested))
        if counted:
            unit = "count" if unit == "probability per cycle" else "count per year"
        self.units_of_matrix[name] = unit
        for state in self.living(name):
            targets = self.some([other for other in states if other != state], 0, 3)
            for target in targets:
                self.ways[name, state, target] = "count" if counted else "cell"
                self.units[name, state, target] = unit
            others = [other for other in states if other != state]
            if state in overridden:
                target = self.one(others)
                self.write(name, f"{state} -> {target}", [(name, state, target)], "probability", unit)
            elif state in rested:
                target = self.one(others)
                self.written[name][f"{state} -> {target}"] = "rest"
                self.rests.append((name, state, target))
                self.replaced.append((name, state, target))
                self.ways.pop((name, state, target), None)

    def fitting(self, text: str) -> list[Way]:
        """The ways that a move written with its domain means."""
        domain, move = text.split(".")
        start, end = move.split(" -> ")
        return [way for way in self.ways if way[0] == domain and start in ("any", way[1]) and end in ("any", way[2])]

    def move_text(self, ways: list[Way], without: Collection[Way] = ()) -> str:
        """One of some ways as written, perhaps with `any` for one of its states if that means none of `without`."""
        domain, start, end = self.one(ways)
        texts = [f"{domain}.{start} -> {end}"] * 3
        if not any(way[0] == domain and way[2] == end for way in without):
            texts.append(f"{domain}.any -> {end}")
        if not any(way[:2] == (domain, start) for way in without):
            texts.append(f"{domain}.{start} -> any")
        return self.one(texts)

    # -- memory -------------------------------------------------------------------------------

    def remember(self) -> Tree:
        """Clocks and counters, with caps at the horizon or below it."""
        written: Tree = {}
        moves = [way for way in (*self.ways, *self.rests) if way[2] != "dead"]
        kinds = ["time_in", "time_since", "counts"] if moves else ["time_in"]
        for number in range(self.one([0, 1, 1, 2])):
            name, kind = f"m{number}", self.one(kinds)
            latest = self.one([0, 0, 1, 2])
            entry: Tree = {}
            if kind == "time_in":
                of = [key for key in (*self.domains, *self.attributes) if key != "vital"] or ["vital"]
                watched = self.some(of, 1, 2)
                entry[kind] = {key: "alive" if key == "vital" else self.part(key) for key in watched}
                if self.sometimes():
                    other = self.one(of)
                    entry[kind]["not"] = {other: self.part(other)}
            else:
                texts = list(dict.fromkeys(self.move_text(moves) for _ in range(self.one([1, 1, 2]))))
                entry[kind] = texts[0] if len(texts) == 1 and self.flip() else texts
            memory = _Memory(kind, 0, self.flip())
            if kind == "counts":
                n_domains = len({text.split(".")[0] for text in texts})
                memory.cap = self.one([2, 1, 3, 5]) if memory.or_more else self.n_cycles * n_domains + latest
                cap: Any = f"{memory.cap} or more" if memory.or_more else self.one([memory.cap, str(memory.cap)])
            else:
                cycles = self.whole(1, 8) if memory.or_more else self.n_cycles + latest * self.per_year
                memory.cap = cycles / self.per_year
                cap = duration(cycles * 12 // self.per_year) + (" or more" if memory.or_more else "")
            entry["cap"] = cap
            values: list[Any] = [value for value in range(latest + 1) if value <= memory.cap]
            if kind == "time_since":
                values.append("never")
            if self.flip():
                keys = [*self.attributes, *self.traits, "age", "year"]
                entry["start"] = self.one(values) if self.flip() else self.shares(values, keys)
            written[name] = entry
            self.memory[name] = memory
        return written

    # -- sizes --------------------------------------------------------------------------------

    def add_modifiers(self) -> None:
        """Give moves modifiers; `acts` collects those whose size is still open."""
        self.acts: list[_Act] = []
        self.parents: dict[str, list[str]] = {}
        small = [other for other in (*self.attributes, *self.domains) if len(self.levels(other)) <= 4]
        for name in self.domains:
            parents = self.some(small, 0, 2 if self.cycle == "year" else 1)
            parents += self.some(list(self.memory), 0, 1) + self.some(list(self.traits), 0, 1)
            self.parents[name] = [*parents, "age", "year", *self.some(["cycle", "start_age"], 0, 1)]
        for (domain, text), ways in self.texts.items():
            for _ in range(self.one([0, 0, 1, 2])):
                act = {"if": self.condition([*self.parents[domain], *self.interventions], 2), "evidence": "assumed"}
                if self.whole(0, 2) == 0:
                    act["movable_share"] = self.quantity(0.0, 1.0, "share", [])
                self.written[domain][text].setdefault("modifiers", []).append(act)
                self.acts.append(_Act(act, ways, "rate" if "rate" in self.written[domain][text] else ""))
                over(self, self.acts[-1])

    def effects(self, intervention: str, at_age: int | None) -> list[Tree]:
        effects = []
        for _ in range(self.whole(0, 3)):
            if not self.ways:
                break
            move = self.move_text(list(self.ways), self.rests)
            ways = self.fitting(move)
            if any(sum(way in act.ways for act in self.acts) >= 3 for way in ways):
                continue
            first = self.whole(1, min(3, self.n_years))
            last = self.one([first, first + 1, first + 2, "onwards"])
            effect: Tree = {"move": move, "years": [first, last], "evidence": "causal"}
            if self.flip():
                others = [other for other in self.interventions if other != intervention]
                effect["if"] = self.condition([*self.parents[move.split(".")[0]], *others], 1)
            if self.whole(0, 2) == 0:
                effect["movable_share"] = self.quantity(0.0, 1.0, "share", [])
            self.acts.append(_Act(effect, ways))
            shape(self, self.acts[-1], intervention, at_age)
            over(self, self.acts[-1])
            effects.append(effect)
        return effects

    def settle(self) -> None:
        """Give every move its numbers: sizes of modifiers first, then baselines that leave room for them."""
        out: dict[tuple[str, str], int] = Counter((domain, start) for domain, start, _ in self.ways)
        caps = {
            way: self.between(0.2, 2.0) if kind == "rate" else _floor(self.between(0.2, 1.0) / out[way[:2]])
            for way, kind in self.ways.items()
        }
        sizes = Sizes(self, caps)
        for way in self.multiplied:
            sizes.highest[way], sizes.lowest[way] = sizes.highest[way] * _TRAIT[1], sizes.lowest[way] * _TRAIT[0]
        for act in self.acts:
            sizes.choose(act)
        parts, differences = sizes.baselines(), sizes.differences
        for ways in self.texts.values():  # one baseline for all
            parts |= dict.fromkeys(ways, min((parts[way] for way in ways), default=0.1))
        for act in self.acts:
            if act.scale == "risk_difference":
                sizes.settle(act, parts)
        for (domain, text), ways in self.texts.items():
            move, part = self.written[domain][text], parts[ways[0]] if ways else 0.1
            field = "rate" if "rate" in move else "probability"
            unit = "rate per year" if field == "rate" else self.units[ways[0]] if ways else "probability per cycle"
            if field == "probability" and not any(differences[way] for way in ways) and self.whole(0, 9) == 9:
                certain = all(out[way[:2]] == 1 for way in ways) and self.flip()
                move[field] = int(certain and all(way not in self.cells() for way in ways))
                continue
            keys = [*self.parents[domain], *self.some(self.interventions, 0, 1)]
            move[field] = self.quantity(0.3 * part, _floor(part), unit, keys)
        for name, style in self.styles.items():
            if style == "matrix":
                self.matrix(name, parts)

    def cells(self) -> set[Way]:
        return {way for way, kind in self.ways.items() if kind in ("cell", "count")}

    def matrix(self, name: str, parts: dict[Way, float]) -> None:
        """Write the table of a whole matrix."""
        unit = self.units_of_matrix[name]
        keys: list[str] = []
        if not unit.startswith("count"):
            keys = self.some([key for key in self.parents[name] if key not in self.traits], 0, 1)
        outer: list[list[Any]] = [[]]
        for key in keys:
            outer = [[level] for level in self.levels(key)]
        replaced = [way for way in self.replaced if way[0] == name]
        rows: list[list[Any]] = []
        for state in self.living(name):
            stays = unit.startswith("count") or self.flip()
            others = [other for other in self.domains[name] if other != state]
            taken = [end for domain, start, end in self.cells() if (domain, start) == (name, state)]
            written = [end for (domain, start, end), kind in self.ways.items() if (domain, start) == (name, state)
                       and kind == "probability"]  # fmt: skip
            taken += [end for _, start, end in replaced if start == state and self.flip()]
            for situation in outer:
                used = 0.0
                for end in others:
                    if end in taken and unit.startswith("count"):
                        value: Any = self.whole(0, 5) + 0.5
                    elif end in taken:
                        part = parts.get((name, state, end), 0.1)
                        value = round(self.between(0.3 * part, _floor(part)), 6)
                        if not stays and self.sometimes():
                            value = self.parameter(0.3 * part, _floor(part), unit)
                    elif unit.startswith("count") or self.sometimes() or end in written:
                        value = 0
                    else:
                        continue
                    used += 0.0 if isinstance(value, str) else value
                    rows.append([state, end, *situation, value])
                if stays:
                    value = self.whole(1, 20) if unit.startswith("count") else round(1.0 - used, 6)
                    rows.append([state, state, *situation, value])
        if not rows:
            rows = [[self.domains[name][0], self.domains[name][1], *situation, 0] for situation in outer]
        table = f"matrix_{name}"
        self.tables[table] = {
            "about": "a matrix", "by": ["from", "to", *keys], "unit": unit, "source": {"assumption": "generated"},
            "csv": self.shuffled(rows),
        }  # fmt: skip

    # -- sections -----------------------------------------------------------------------------

    @property
    def times(self) -> list[str]:
        """Variables of time that are the same for everybody."""
        return ["year", "cycle"] if len(self.ages) > 1 or self.start_age == "ages" else ["age", "year", "cycle"]

    def payers(self, times: list[str] | None = None) -> Any:
        names = list(self.actors)
        if len(names) == 1 or self.flip():
            return self.one(names)
        chosen, times = self.some(names, 2, 3), times or self.times
        return {name: "rest" if name == chosen[-1] else self.quantity(0.0, 0.5, "share", times) for name in chosen}

    def few(self) -> list[str]:
        """What an amount depends on: time, and at most one variable with few values."""
        variables = [*self.attributes, *self.domains, *self.traits, *self.memory, *self.interventions]
        return [*self.times, *self.some([key for key in variables if self.values(key) <= 6], 0, 1)]

    def price_year(self) -> int:
        return self.one([_PRICE_YEAR, 2020]) if self.index else _PRICE_YEAR

    def amount(self, per: str) -> str:
        return self.quantity(10.0, 1000.0, f"SEK per {per}", self.few(), price_year=self.price_year())

    def booking(self, per: str) -> Tree:
        kind = self.one(["resource", "transfer", "production", "tax", "intangible"])
        booked: Tree = {}
        if kind == "tax":
            booked = {"tax": self.quantity(0.0, 0.6, "share", self.times), "base": self.amount(per)}
        else:
            booked[kind] = self.amount(per)
        if kind in ("transfer", "tax"):
            booked |= {"from": self.payers(), "to": self.payers()}
        else:
            booked["to" if kind == "production" else "actor"] = self.payers()
        if self.whole(0, 2) == 0:
            booked["share"] = self.quantity(0.0, 1.0, "share", self.times)
        return booked

    def when(self, once: bool = True) -> Tree:
        variables = [*self.attributes, *self.domains, *self.interventions, *self.memory, *self.traits, "age", "year"]
        if self.ways and self.flip():
            when = {"move": self.move_text([*self.ways, *self.rests])}
            return when | ({"if": self.condition([*variables, "cycle"])} if self.flip() else {})
        when = {"while": self.condition(variables)}
        return when | ({"once": "at_start"} if once and self.sometimes() else {})

    def price(self) -> Tree:
        when = self.when()
        pers = ["event"] if "move" in when else ["person"] if "once" in when else ["year", "month", "day"]
        booking = self.booking(self.one(pers))
        return {**when, **booking, **cashable(self, booking)}

    def outcome(self) -> Tree:
        def part() -> Tree:
            weight = {"weight": self.quantity(-0.5, 1.0, "utility", self.few())} if self.sometimes() else {}
            return {**self.when(), **weight}

        counted: Tree = {"sum": [part() for _ in range(self.whole(1, 3))]} if self.sometimes() else part()
        return {"about": "an outcome", "good": True, **counted}

    def programme_cost(self) -> Tree:
        kind = self.one(["programme", "programme_transfer"])
        if self.sometimes():
            cost = fixed_cost(self, kind)
        else:
            once, first = self.flip(), self.whole(1, 3)
            cost = {kind: self.amount("participant" if once else self.one(["year", "month"])), **scale(self)}
            if not once:
                cost["years"] = [first, self.one(["onwards", first, first + 1])]
                if self.sometimes():
                    del cost["years"]
                    cost["cycles"] = cycles(self)
            if self.flip():
                cost["while"] = self.condition([*self.attributes, *self.domains, *self.memory, "age"], 1)
        times = ["year", "cycle"] if "fixed" in cost else self.times
        return cost | {side: self.payers(times) for side in (["actor"] if kind == "programme" else ["from", "to"])}

    def rate(self) -> Any:
        """A discount rate: a number, a parameter, or a table or formula of time."""
        return self.one([0.0, 0.03, self.quantity(0.01, 0.06, "per year", ["year", "cycle"])])

    def accrual(self) -> Any:
        equally_long = isinstance(self.start_age, int) or "years" in self.horizon
        whole = ["both_ends", "weights"] if equally_long else []
        rule = self.one(["half_cycle", "start_of_cycle", "end_of_cycle", *whole])
        if rule != "weights":
            return rule
        if self.flip():
            self.derived["weights"] = {"formula": "if(boundary % 2 == 0, 2, 4) / 3", "unit": "factor"}
        else:
            self.tables["weights"] = {
                "about": "weights", "by": ["boundary"], "unit": "factor", "source": {"assumption": "generated"},
                "values": {"0": 0.5, f"1-{self.n_cycles - 1}": 1.0, f"{self.n_cycles}+": self.one([0.5, 1.5])},
            }  # fmt: skip
        return {"weights": "weights"}

    def build(self) -> Tree:
        population: Tree = {
            "persons": 40,
            "target_group": self.whole(1, 40),
            "start": {"age": self.start_age, "year": self.year},
            "horizon": self.horizon,
            "cohorts": self.cohorts,
            "attributes": {},
            "start_states": {},
        }
        if self.joint:
            self.joint_table()
            population["joint"] = ["together"]
        earlier = list(self.joint)
        for name, levels in self.own_attributes.items():
            population["attributes"][name] = dict.fromkeys(levels, 0) | self.shares(levels, earlier)
            earlier.append(name)
        self.skeletons()
        self.multiplied: list[Way] = []
        if self.traits:
            population["traits"] = {name: self.trait(name) for name in self.traits}
        for name, states in self.domains.items():
            keys = [*self.attributes, *self.traits, "age", "year"]
            certain = self.flip()
            population["start_states"][name] = self.one(states) if certain else self.shares(states, keys)
        memory = self.remember()
        self.add_modifiers()
        self.index = self.money and self.flip()
        self.actors = {
            f"actor{k}": {"sector": self.one(["public", "employer", "household", "other"])}
            for k in range(self.whole(1, 4))
        }
        self.accrual_rule = self.accrual()
        interventions: Tree = {}
        for name in self.interventions:
            enrol = enrolment(self, name)
            interventions[name] = {
                "about": f"the programme {name}",
                "enrol": enrol,
                **drop_out(self, name),
                "effects": self.effects(name, enrol.get("at_age")),
                "costs": [self.programme_cost() for _ in range(self.whole(0, 2))] if self.money else [],
            }
        self.settle()
        strategies: Tree = {"usual": []}
        for number in range(self.whole(0, 3)):
            members = self.some(self.interventions, 0, 3) if self.interventions else []
            strategies[f"strategy{number}"] = self.shuffled(members)
        domains: Tree = {}
        for name, states in self.domains.items():
            domains[name] = {"states": states, "moves": self.written[name]}
            if name == "vital":
                domains[name]["ends_life"] = "dead"
            if self.styles[name] == "continuous":
                domains[name]["time"] = "continuous"
            if self.styles[name] == "matrix":
                domains[name]["matrix"] = f"matrix_{name}"
        tree: Tree = {
            "title": "a generated scenario",
            "cycle": self.cycle,
            "population": population,
            "domains": domains,
            "memory": memory,
            "actors": self.actors,
            "outcomes": {f"outcome{k}": self.outcome() for k in range(self.whole(0, 3))},
            "interventions": interventions,
            "strategies": strategies,
            "comparator": self.one(list(strategies)),
            "accrual": self.accrual_rule,
            "events_fall": self.one(["middle_of_cycle", "start_of_cycle", "end_of_cycle"]),
            "groups": self.some([*self.attributes, *self.traits], 0, 2),
            "draws": 3,
            "seed": self.one([0, 1, 7, 2**64 - 1]),
        }
        if self.money:
            tree["prices"] = {f"price{k}": self.price() for k in range(self.whole(1, 4))}
            tree["money"] = {"currency": "SEK", "price_year": _PRICE_YEAR}
            tree["discount"] = {"money": self.rate(), "outcomes": self.rate()}
            if self.index:
                tree["money"]["index"] = "cpi"
                self.tables["cpi"] = {
                    "about": "a price index", "by": ["year"], "values": {2020: 100.0, _PRICE_YEAR: 112.5},
                    "unit": "price index", "source": {"assumption": "generated"},
                }  # fmt: skip
            if self.flip():
                actor = self.one(list(self.actors))
                tree["public_funds"] = {"factor": self.parameter(1.0, 1.5, "factor"), "actor": actor}
            displacement(self, tree)
        tree |= {"parameters": self.parameters, "tables": self.tables, "derived": self.derived}
        return tree


def _floor(number: float) -> float:
    """A number with six decimals, not above this one."""
    return max(round(number - 5e-7, 6), 0.0)


def duration(months: int) -> str:
    """So many months as a scenario may write them."""
    for per, period in ((12, "year"), (3, "quarter"), (1, "month")):
        if months % per == 0:
            number = months // per
            return f"{number} {period}" + ("s" if number != 1 else "")
    raise ValueError(months)


def evidenced(distribution: Tree, unit: str, **more: Any) -> Tree:
    """A parameter with everything that a parameter must carry."""
    return {
        "about": "a number", "distribution": distribution, "unit": unit, "source": {"assumption": "generated"}, **more,
    }  # fmt: skip


@st.composite
def scenarios(draw: st.DrawFn, money: bool = True, cohorts: tuple[int, ...] = (1, 1, 1, 1, 1, 2)) -> Tree:
    """Trees of valid scenario files: 1 to 9 domains of 2 to 8 states, up to 3 interventions and 4 strategies."""
    return _Builder(draw, money, cohorts).build()
