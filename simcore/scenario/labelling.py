"""How reports call the parts of a life course: domains and their states, attributes and their levels."""

from __future__ import annotations

from pydantic import Field

from simcore.scenario.entries import IN_SWEDISH, Entry, Text


class Label(Entry):
    """What a value is called: a state, a level of an attribute."""

    label: Text | None = Field(None, description="how reports call it; its name in words by default")
    label_sv: Text | None = Field(None, description=IN_SWEDISH)


class VariableLabel(Label):
    """What a domain, an attribute, a clock or a counter is called, and each of its values."""

    levels: dict[str | int, Label] = Field(
        default_factory=dict, description="how reports call its states or levels, by name"
    )

    def of(self, level: str) -> Label | None:
        """The label of a value; values that are numbers may be written as such."""
        return next((label for name, label in self.levels.items() if str(name) == level), None)
