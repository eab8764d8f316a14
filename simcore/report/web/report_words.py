"""Phrases of a report, and how names and numbers are written in it."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from simcore.report.language import Language
from simcore.report.web.phrases import PHRASES
from simcore.scenario.schema import Parameter, Scenario, Table

#: Units of numbers that are written in per cent.
_SHARES = ("share", "probability")


@dataclass(frozen=True)
class ReportWords:
    """What a report about a run is written with.

    Attributes
    ----------
    results, scenario
        What was run.
    language
        That it is written in.
    """

    results: xr.Dataset
    scenario: Scenario
    language: Language

    def say(self, name: str, **fields: object) -> str:
        """A phrase of the report."""
        return self.language.one_of(PHRASES[name]).format(**fields)

    @property
    def usual(self) -> str:
        """Label of the comparator."""
        return self.language.strategy(self.scenario, str(self.results.attrs["comparator"]))

    @property
    def target(self) -> str:
        """Number of persons of the target group."""
        return self.language.number(float(self.results.attrs["target_group"]))

    def grade(self, quality: str) -> str:
        """The quality of a figure: a grade, or that it is assumed."""
        return self.say("assumed") if quality == "assumed" else quality

    def about_parameter(self, name: str) -> str:
        """What a parameter is, in the words of the file, or its name."""
        entry = self.scenario.parameters.get(name)
        about = entry.about if entry is not None else None
        return f"{about[:1].upper()}{about[1:]}" if about else name

    def number(self, value: float, unit: str = "") -> str:
        """A number with three digits or so, in its unit: shares in per cent."""
        if unit in _SHARES:
            return self.language.percent(value, 1 if value < 0.0995 else 0)
        size = abs(value)
        digits = 0 if size >= 100 or value == 0 else 1 if size >= 10 else 2 if size >= 1 else 3 if size >= 0.01 else 5
        if float(value).is_integer():
            digits = 0
        return self.language.number(value, digits)

    def value(self, entry: Parameter | Table) -> str:
        """The expected value of a figure, or what a table spans."""
        if isinstance(entry, Table):
            ends = sorted(row.value for row in entry.cells if isinstance(row.value, float))
            return f"{self.number(ends[0])} – {self.number(ends[-1])}" if ends else ""
        return self.number(entry.distribution.mean)
