"""Conditions and moves: the two small texts that the whole file is made of.

A condition is ``{health: ill, age: {from: 16, to: 19}, work: [outside, sick], not: {sex: male}}``:
all its parts must hold; a list means "any of"; ``not`` turns a condition around. A move is
``upper_secondary -> dropped_out``, with its domain in front where the domain is not clear.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

#: Value of a variable: the name of a state or level, or a number (age, year, phase, counter; a clock, in years).
Value = str | int | float

#: Stands for any state in a move.
ANY = "any"
#: Value of a clock that counts from an event, before the event has happened.
NEVER = "never"

#: Value of an intervention for those who have left it before its end.
DROPPED_OUT = "dropped_out"

_ENDS = ("from", "to", "at_least", "less_than")
#: Length of what durations are written in [per year].
_PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
_DURATION = re.compile(r"(?P<number>\d{1,6}) (?P<period>year|quarter|month)s?")
_MOVE = re.compile(r"(?:(?P<domain>[a-z][a-z0-9_]*)\.)?(?P<start>[a-z][a-z0-9_]*) -> (?P<end>[a-z][a-z0-9_]*)")
_BAND = re.compile(r"(?P<low>\d+)(?:-(?P<high>\d+)|(?P<open>\+))?")


@dataclass(frozen=True)
class Band:
    """Numbers from `low` (included) to `below` (not included); `below` None means no end."""

    low: float
    below: float | None

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value and (self.below is None or value < self.below)

    @property
    def words(self) -> str:
        """The band as a reader would say it: ``18 to 29``, ``65 or more``, ``less than 0.5``."""
        whole = isinstance(self.low, int) and isinstance(self.below, int | None)
        if self.below is None:
            return f"{self.low:g} or more"
        if self.below == math.nextafter(self.low, math.inf):
            return f"{self.low:.4g}"
        if whole:
            return f"{self.low} to {self.below - 1:g}"
        return f"{self.low:g} or more and less than {self.below:g}" if self.low else f"less than {self.below:g}"


def whole_numbers(low: int, high: int | None) -> Band:
    """Whole numbers from `low` to `high`, both included; `high` None means no end."""
    return Band(low, None if high is None else high + 1)


@dataclass(frozen=True)
class Part:
    """One part of a condition: a variable has one of some values, or lies in a band."""

    variable: str
    values: frozenset[Value] | Band

    def accepts(self, value: Value) -> bool:
        """Tell whether the part holds when the variable has this value; of a clock, single numbers are full years."""
        if isinstance(value, float) and not isinstance(self.values, Band):
            value = math.floor(value)
        return value in self.values


@dataclass(frozen=True)
class Condition:
    """Parts that must all hold, and conditions that must not."""

    parts: tuple[Part, ...] = ()
    negated: tuple[Condition, ...] = ()

    def holds(self, situation: Mapping[str, Value]) -> bool:
        """Tell whether the condition holds in a situation (variable -> value)."""
        return all(part.accepts(situation[part.variable]) for part in self.parts) and not any(
            condition.holds(situation) for condition in self.negated
        )

    @property
    def variables(self) -> frozenset[str]:
        """All variables that the condition looks at."""
        own = frozenset(part.variable for part in self.parts)
        return own.union(*(condition.variables for condition in self.negated))

    def __and__(self, other: Condition) -> Condition:
        return Condition(self.parts + other.parts, self.negated + other.negated)

    def leaves(self) -> Iterator[Part]:
        """Every part, negated or not."""
        yield from self.parts
        for condition in self.negated:
            yield from condition.leaves()


ALWAYS = Condition()


class ConditionError(ValueError):
    """A condition cannot be understood; `key` is the part that is wrong."""

    def __init__(self, key: str, found: object, allowed: str) -> None:
        self.key, self.found, self.allowed = key, found, allowed
        super().__init__(f"{key}: found {found}; allowed {allowed}")


def parse_condition(written: Mapping[str, Any]) -> Condition:
    """Turn a condition as written into a `Condition`; names are not looked up here.

    Raises
    ------
    ConditionError
        A part is neither a value, a list of values nor a range.
    """
    parts, negated = [], []
    for key, value in written.items():
        if key == "not":
            if not isinstance(value, Mapping):
                raise ConditionError(key, value, "a condition, {domain: state}")
            negated.append(parse_condition(value))
        elif isinstance(value, Mapping):
            parts.append(Part(key, _band(key, value)))
        else:
            values = value if isinstance(value, list) else [value]
            if not values or not all(isinstance(item, str | int) and not isinstance(item, bool) for item in values):
                raise ConditionError(
                    key, value, "a name, a whole number, a list of them, or a range {from: 16, to: 19}"
                )
            parts.append(Part(key, frozenset(values)))
    return Condition(tuple(parts), tuple(negated))


def _band(key: str, written: Mapping[str, Any]) -> Band:
    wrong = [end for end in written if end not in _ENDS]
    numbers = {end: _number(end, value) for end, value in written.items() if end in _ENDS}
    if wrong or not written or any(number is None for number in numbers.values()):
        raise ConditionError(
            key,
            dict(written),
            "a range of whole numbers: {from: 16, to: 19} (both included), {at_least: 18} or {less_than: 21}; "
            "of a clock also {less_than: 6 months}",
        )
    low = max((numbers[end] or 0 for end in ("from", "at_least") if end in numbers), default=0)
    ends = [number + 1 for number in [numbers.get("to")] if number is not None]
    ends += [number for number in [numbers.get("less_than")] if number is not None]
    below = min(ends, default=None)
    if below is not None and below <= low:
        raise ConditionError(key, dict(written), "a range with its lower end below its upper end")
    return Band(low, below)


def _number(end: str, value: Any) -> float | None:
    """An end of a range: a whole number, or, where it is not included, a duration in years."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return parse_duration(value) if isinstance(value, str) and end in ("at_least", "less_than") else None


def parse_duration(text: str) -> float | None:
    """Turn a duration as written (``6 months``, ``1 year``) into years, a float; None when it is none."""
    match = _DURATION.fullmatch(text)
    return int(match["number"]) / _PER_YEAR[match["period"]] if match is not None else None


@dataclass(frozen=True)
class MoveText:
    """A move as written: ``education.upper_secondary -> dropped_out``; the domain may be left out.

    Either state may be ``any``.
    """

    domain: str | None
    start: str
    end: str

    def fits(self, start: str, end: str) -> bool:
        """Tell whether the move from one state to another is meant; staying is no move."""
        return start != end and self.start in (ANY, start) and self.end in (ANY, end)


def parse_move(text: str) -> MoveText | None:
    """Turn a move as written into its parts; None when it is not ``from -> to``."""
    match = _MOVE.fullmatch(text)
    return MoveText(match["domain"], match["start"], match["end"]) if match else None


@lru_cache(maxsize=4096, typed=True)
def parse_band(text: str | int) -> Band | None:
    """Turn a table key into a band: ``16``, ``16-19``, ``65+``; None when it is something else."""
    if isinstance(text, int):
        return whole_numbers(text, text)
    match = _BAND.fullmatch(text.strip())
    if not match:
        return None
    low = int(match["low"])
    high = None if match["open"] else int(match["high"]) if match["high"] else low
    return whole_numbers(low, high) if high is None or low <= high else None
