"""Generated choices, numbers, tables, formulas and conditions, which stay within given bounds in every draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Tree = dict[str, Any]


@dataclass
class Memory:
    """A clock or counter: its kind, its largest value (of a clock in years), and whether that means "or more"."""

    kind: str
    cap: float
    or_more: bool


class Numbers:
    """Chooses by Hypothesis, and writes parameters, tables and formulas; what a scenario has its subclasses say."""

    cycle: str
    per_year: int
    n_years: int
    n_cycles: int
    year: int
    cohorts: int
    ages: list[int]
    attributes: dict[str, list[str]]
    traits: dict[str, int]
    domains: dict[str, list[str]]
    interventions: list[str]
    left_early: list[str]

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.parameters: Tree = {}
        self.tables: Tree = {}
        self.derived: Tree = {}
        self.memory: dict[str, Memory] = {}

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
            formula = f"{low!r} + {floor(high - low)!r} * ({self.share_formula(keys, depth)})"
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
            if any(self.remainder(other) and other in at.get(key, "").split() for other in keys):
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
            level: "rest" if level == rest else self.quantity(0.0, floor(1.0 / len(named)), "share", keys)
            for level in self.shuffled(named)
        }

    def hundredths(self, n: int) -> list[float]:
        """Numbers that add up to 1, some of them perhaps 0."""
        cuts = sorted(self.whole(0, 100) for _ in range(n - 1))
        return [(b - a) / 100 for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]

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
        return bands if shifted else [*bands, *self.remainder(key)]

    def remainder(self, key: str) -> list[Any]:
        """Values of a variable beside its numbers: never, or dropped out."""
        if self.can_be_never(key):
            return ["never"]
        return ["dropped_out"] if key in self.left_early else []

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

    def remembered(self, memory: Memory) -> Any:
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


def floor(number: float) -> float:
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
