"""Names, units and phrases of the tables and figures about decisions."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from simcore.report.decision_answers import Answers
from simcore.report.decision_heads import HEADS
from simcore.report.labels import at_start
from simcore.report.language import Language
from simcore.report.money_tables import cohorts
from simcore.scenario.schema import Scenario

#: Amounts that are told in thousands.
THOUSAND = 1000.0


@dataclass(frozen=True)
class Words:
    """Names, units and phrases of tables and figures in a language.

    Attributes
    ----------
    results, scenario
        What was run.
    found
        The answers.
    language
        That it is written in.
    """

    results: xr.Dataset
    scenario: Scenario
    found: Answers
    language: Language

    def broken(self, name: str, **fields: object) -> str:
        """A phrase as heads of tables have it, on several lines."""
        return self.language.one_of(HEADS[name]).format(**fields)

    def head(self, name: str, **fields: object) -> str:
        """A phrase on one line; a word that is broken in heads of tables is whole again."""
        return self.broken(name, **fields).replace("-\n", "").replace("\n", " ")

    def about(self, name: str, **fields: object) -> str:
        """A phrase with the names of the money put in."""
        attributes = self.results.attrs
        of = cohorts(self.results)
        if of > 1 and f"{name}_of_cohorts" in HEADS:
            name, fields = f"{name}_of_cohorts", {**fields, "cohorts": of}
        return self.head(
            name, currency=self.language.currency(attributes["currency"]), price_year=attributes["price_year"], **fields
        )

    def luck_in(self) -> list[str]:
        """That single draws hold luck, where lives are sampled."""
        return [] if self.results.attrs["engine"] == "expected" else [self.head("luck_in")]

    @property
    def usual(self) -> str:
        """The comparator."""
        return str(self.results.attrs["comparator"])

    def strategy(self, name: str) -> str:
        """Label of a strategy."""
        return self.language.strategy(self.scenario, name)

    def actor(self, name: str) -> str:
        """Label of an actor or view."""
        return self.language.actor(self.scenario, name)

    def outcome(self, name: str) -> str:
        """Label of an outcome."""
        return self.language.outcome(self.scenario, name)

    def variable(self, name: str) -> str:
        """Label of an attribute."""
        return at_start(self.language.variable(self.scenario, name))

    def level_of(self, group: xr.DataArray) -> str:
        """Label of the level of a subgroup, which is called ``attribute: level``."""
        return at_start(self.language.level_of(self.scenario, str(group.values)))

    def group(self, name: str) -> str:
        """Label of a subgroup."""
        return self.language.group(self.scenario, name)

    def years(self, number: int) -> str:
        """A budget horizon."""
        return self.head("one_year") if number == 1 else self.head("years", number=number)

    def money(self, value: float) -> str:
        """An amount with its sign."""
        return self.language.money(value, sign=True)

    def thousand(self, value: float) -> str:
        """An amount in thousands."""
        return self.language.money(value / THOUSAND, sign=True)

    def percent(self, value: float) -> str:
        """A share in per cent."""
        return self.language.percent(value)
