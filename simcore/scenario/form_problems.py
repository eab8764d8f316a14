"""What is wrong with the form of a scenario: pydantic's errors in our words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from simcore.errors import Problem, counted, did_you_mean, shown
from simcore.scenario.fields import Path, description_of, entry_at, fields_of
from simcore.scenario.limits import MOST_PROBLEMS
from simcore.scenario.nodes import Node
from simcore.scenario.reading import READ_FIRST
from simcore.scenario.schema import Scenario

_WORDS = {
    "string_type": "text",
    "string_too_short": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "dict_type": "entries by name",
    "model_type": "entries by name",
    "model_attributes_type": "entries by name",
    "list_type": "a list",
    "string_pattern_mismatch": "three capital letters, such as SEK",
    "invalid_key": "a name before the colon",
}


#: Of the errors at one place, the one that says most is shown.
_TELLING = {"scenario": 0, "literal_error": 1}


def form_problems(
    error: ValidationError, tree: Node, locate: Callable[[Path], tuple[str, int]], call: Callable[[Path], str]
) -> list[Problem]:
    """Turn a validation error into problems, one per place.

    Parameters
    ----------
    error
        What pydantic found.
    tree
        What was read.
    locate, call
        File and line of the entry at a path, and how messages name it.
    """
    found: dict[tuple[Any, ...], list[ErrorDetails]] = {}
    data = tree.plain()
    for detail in error.errors(include_url=False):
        path = _path_in(data, detail)
        found.setdefault(path, []).append(detail)
    above_lost = {path[:length] for path, node in tree.walk() if node.lost for length in range(len(path) + 1)}
    above_others = {path[:length] for path in found for length in range(len(path))}
    problems: list[Problem] = []
    for path, details in found.items():
        if len(problems) == MOST_PROBLEMS:
            break
        if path in above_lost:
            continue  # it follows from what could not be read
        if path in above_others and all(_is_choice(detail, path) for detail in details):
            continue  # an alternative of a choice whose other alternative says more
        details.sort(key=lambda detail: _TELLING.get(detail["type"], len(_TELLING)))
        detail = details[0]
        file, line = locate(path)
        problems.append(Problem(file, line, call(path), *_words(detail, details, path)))
    return problems


def _path_in(data: Any, detail: ErrorDetails) -> tuple[Any, ...]:
    """Path of an error in the file: without the steps that name alternatives of a choice."""
    path: list[Any] = []
    steps = detail["loc"]
    for number, step in enumerate(steps):
        inside = (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int))
        if inside:
            path.append(step)
            data = data[step]
        elif detail["type"] == "missing" and number == len(steps) - 1:
            path.append(step)
    about = detail.get("ctx", {}).get("at")
    return (*path, about) if about else tuple(path)


def _is_choice(detail: ErrorDetails, path: tuple[Any, ...]) -> bool:
    return len(detail["loc"]) > len(path)


def _words(detail: ErrorDetails, details: list[ErrorDetails], path: tuple[Any, ...]) -> tuple[str, str, str]:
    """Found, allowed and hint for an error."""
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind == "scenario":
        return str(context["found"]), str(context["allowed"]), str(context["hint"])
    if kind == "extra_forbidden":
        fields = _fields_at(path[:-1])
        hint = did_you_mean(str(path[-1]), fields)
        if not hint and " " in str(path[-1]):
            hint = "a text with a comma or a colon in it needs quotes"
        return "a field this entry does not have", ", ".join(fields), hint
    if kind == "missing":
        return "nothing", "a value: this field is required", description_of(entry_at(Scenario, path[:-1]), path[-1])
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "")
        names = allowed.replace(" or ", ", ").split(", ")
        others = [_allowed(other, path) for other in details if other is not detail]
        return shown(detail["input"]), ", or ".join([allowed, *others]), did_you_mean(str(detail["input"]), names)
    limits = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}
    if kind in limits:
        words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}[limits[kind]]
        return shown(detail["input"]), f"{words} {context[limits[kind]]}", ""
    if kind in ("too_short", "too_long"):
        limit = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        return counted(context["actual_length"], "entry"), limit, ""
    allowed = " or ".join(dict.fromkeys(_allowed(other, path) for other in details))
    return shown(detail["input"]), allowed, _form_hint(detail)


def _allowed(detail: ErrorDetails, path: tuple[Any, ...]) -> str:
    """What is allowed where something of the wrong form stands."""
    match detail["type"]:
        case "scenario":
            return str(detail["ctx"]["allowed"])
        case "literal_error":
            return str(detail["ctx"]["expected"]).replace("'", "")
        case "model_type" | "model_attributes_type":
            return f"an entry with {', '.join(_fields_at(path))}"
        case kind:
            return _WORDS.get(kind, "something else")


def _form_hint(detail: ErrorDetails) -> str:
    value = detail["input"]
    if detail["type"] in ("float_type", "int_type") and isinstance(value, str):
        return "a number stands alone, without quotes, units or spaces between its digits"
    if detail["type"] == "list_type":
        return f"write [{'' if value is None else shown(value)}]"
    return ""


def _fields_at(path: tuple[Any, ...]) -> list[str]:
    """The fields that the entry at a path may have."""
    return [*(READ_FIRST if not path else []), *fields_of(entry_at(Scenario, path))]
