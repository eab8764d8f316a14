"""How reports call the parts of a life course: domains and their states, attributes and their levels.

Labels are written as they stand within a sentence; where they stand alone they get a capital.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from simcore.scenario.entries import IN_SWEDISH, Entry, Text, refuse


class Label(Entry):
    """What a value is called: a state, a level of an attribute."""

    label: Text | None = Field(
        None, description="how reports call it, as within a sentence; its name in words by default"
    )
    label_sv: Text | None = Field(None, description=IN_SWEDISH)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _check_levels(levels: dict[str | int, Any]) -> dict[str | int, Any]:
    """Refuse numbers in quotes: they would be other keys than the numbers."""
    for name in levels:
        if isinstance(name, str) and _is_number(name):
            raise refuse(f"'{name}' in quotes", "names of states or levels, and whole numbers", f"write {int(name)}")
    return levels


class VariableLabel(Label):
    """What a domain, an attribute, a clock or a counter is called, and each of its values."""

    levels: Annotated[dict[str | int, Label], AfterValidator(_check_levels)] = Field(
        default_factory=dict, description="how reports call its states or levels, by name"
    )

    def of(self, level: str) -> Label | None:
        """The label of a value, which is written as a name or as a whole number."""
        return self.levels.get(int(level) if _is_number(level) else level)
