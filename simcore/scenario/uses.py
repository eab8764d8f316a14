"""Which parts of a scenario use each number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simcore.scenario.fields import path_text
from simcore.scenario.schema import Entry, Scenario

#: Sections whose texts may be names of numbers.
_SECTIONS = (
    "population", "domains", "prices", "interventions", "tables", "money", "discount", "public_funds",
    "derived", "memory", "accrual", "outcomes",
)  # fmt: skip

#: Fields whose texts are conditions, names of other things, or prose.
_NOT_NUMBERS = (
    "if_", "while_", "whenever", "source", "about", "about_sv", "label", "label_sv", "by", "file", "ask",
    "again_after", "lasts", "over", "prices", "borne_by",
)  # fmt: skip


def uses(scenario: Scenario) -> dict[str, list[str]]:
    """Return the places that refer to each parameter and table, by its name."""
    found: dict[str, list[str]] = {}
    named = [pair for section in _SECTIONS for pair in _texts(getattr(scenario, section), (section,))]
    for name, derived in scenario.derived.items():
        named += [(("derived", name, "formula"), other) for other in sorted(derived.expression.names)]
    for path, text in named:
        if scenario.entry(text) is not None:
            places = found.setdefault(text, [])
            place = path_text(path)
            if place not in places:
                places.append(place)
    return found


def _texts(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every text below a value, with its path; conditions hold names of states, not of numbers."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Entry):
        for name, field in type(value).model_fields.items():
            if name not in _NOT_NUMBERS:
                yield from _texts(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, path)
