"""Forms of writing that several entries of a scenario file share: conditions, lists of moves, caps."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from simcore.errors import shown
from simcore.scenario.conditions import ALWAYS, Condition, ConditionError, parse_condition, parse_duration
from simcore.scenario.entries import refuse


def _check_condition(value: Any) -> Any:
    if not isinstance(value, dict):
        raise refuse(value, "a condition, {domain: state, attribute: level, age: {from: 16, to: 19}}")
    try:
        condition = parse_condition(value)
    except ConditionError as error:
        raise refuse(f"{error.key}: {shown(error.found)}", error.allowed) from None
    if _never_holds(condition):
        raise refuse("not: {}", "not with a condition in it, {domain: state}", "an empty not never holds: leave it out")
    return value


def _never_holds(condition: Condition) -> bool:
    """Tell whether a ``not`` in a condition has nothing in it."""
    return any(inner == ALWAYS or _never_holds(inner) for inner in condition.negated)


#: A condition as written; `simcore.scenario.conditions` says what it means.
WrittenCondition: TypeAlias = Annotated[dict[str, Any], BeforeValidator(_check_condition)]


def _check_one_or_more(value: Any) -> Any:
    given = value if isinstance(value, list) else [value]
    if not given or not all(isinstance(item, str) for item in given):
        raise refuse(value, "a move as 'domain.from -> to', or a list of them")
    return value


OneOrMore: TypeAlias = Annotated[str | list[str], BeforeValidator(_check_one_or_more)]


def _check_duration(value: Any) -> Any:
    if not isinstance(value, str) or not parse_duration(value):
        raise refuse(value, "a time: '2 years', '18 months', '1 quarter'")
    return value


#: A duration as written, such as ``18 months``.
Duration: TypeAlias = Annotated[str, BeforeValidator(_check_duration), WithJsonSchema({"type": "string"})]

_CAP = re.compile(r"(\d{1,4})(?: (year|quarter|month)s?)?( or more)?")


def _check_cap(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    match = _CAP.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        hint = "248 cycles, or times, are the most that is remembered" if re.match(r"\d{5}", str(value)) else ""
        allowed = "a whole number of times, years, quarters or months, and nothing or 'or more': '4 years or more'"
        raise refuse(value, allowed, hint)
    return value


Cap: TypeAlias = Annotated[str, BeforeValidator(_check_cap), WithJsonSchema({"type": ["string", "integer"]})]


def parse_cap(cap: str) -> tuple[float, bool, bool]:
    """Largest value of a memory (in years for a clock), whether it is a time, and whether it means "or more"."""
    match = _CAP.fullmatch(cap)
    assert match is not None  # by the schema
    number: float = int(match[1])
    if match[2] is not None:
        years = parse_duration(f"{match[1]} {match[2]}")
        assert years is not None  # the same pattern
        number = years
    return number, match[2] is not None, match[3] is not None
