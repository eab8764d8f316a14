"""Conditions and moves: the two small texts that the whole file is made of.

A condition is ``{health: ill, age: {from: 16, to: 19}, work: [outside, sick], not: {sex: male}}``:
all its parts must hold; a list means "any of"; ``not`` turns a condition around. A move is
``upper_secondary -> dropped_out``, with its domain in front where the domain is not clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: Value of a variable: the name of a state or level, or a whole number (age, year, phase).
Value = str | int

_ENDS = ("from", "to", "at_least", "less_than")
_MOVE = re.compile(r"(?:(?P<domain>[a-z][a-z0-9_]*)\.)?(?P<start>[a-z][a-z0-9_]*) -> (?P<end>[a-z][a-z0-9_]*)")
_BAND = re.compile(r"(?P<low>\d+)(?:-(?P<high>\d+)|(?P<open>\+))?")


@dataclass(frozen=True)
class Band:
    """Whole numbers from `low` to `high`, both included; `high` None means no end."""

    low: int
    high: int | None

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Part:
    """One part of a condition: a variable has one of some values, or lies in a band."""

    variable: str
    values: frozenset[Value] | Band

    def accepts(self, value: Value) -> bool:
        """Tell whether the part holds when the variable has this value."""
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
    ends = {end: written.get(end) for end in _ENDS}
    if wrong or not written or not all(isinstance(end, int) and not isinstance(end, bool) for end in written.values()):
        raise ConditionError(
            key,
            dict(written),
            "a range of whole numbers: {from: 16, to: 19} (both included), {at_least: 18} or {less_than: 21}",
        )
    low = max((end for end in (ends["from"], ends["at_least"]) if end is not None), default=0)
    highs = [
        end for end in (ends["to"], None if ends["less_than"] is None else ends["less_than"] - 1) if end is not None
    ]
    high = min(highs) if highs else None
    if high is not None and high < low:
        raise ConditionError(key, dict(written), "a range with its lower end below its upper end")
    return Band(low, high)


@dataclass(frozen=True)
class MoveText:
    """A move as written: ``education.upper_secondary -> dropped_out``; the domain may be left out."""

    domain: str | None
    start: str
    end: str


def parse_move(text: str) -> MoveText | None:
    """Turn a move as written into its parts; None when it is not ``from -> to``."""
    match = _MOVE.fullmatch(text)
    return MoveText(match["domain"], match["start"], match["end"]) if match else None


def parse_band(text: str | int) -> Band | None:
    """Turn a table key into a band: ``16``, ``16-19``, ``65+``; None when it is something else."""
    if isinstance(text, int):
        return Band(text, text)
    match = _BAND.fullmatch(text.strip())
    if not match:
        return None
    low = int(match["low"])
    high = None if match["open"] else int(match["high"]) if match["high"] else low
    return Band(low, high) if high is None or low <= high else None
