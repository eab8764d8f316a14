"""Cycles over which something is paid: those of a cohort, or of the programme that several cohorts make up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from simcore.model.values import Values
from simcore.scenario.cohorts import started_later
from simcore.scenario.conditions import Value
from simcore.scenario.structure import Structure
from simcore.scenario.variables import TIMES, Situation

#: What is known of everybody who pays: values of variables.
Known = tuple[tuple[str, Value], ...]


class Timeline:
    """Successive cycles, and the column of each quantity in them.

    Parameters
    ----------
    values
        The numbers that quantities are columns of.
    at
        The situation at the start of a cycle, time included, of persons of whom something is known.
    n_cycles
        Number of cycles.
    first
        The cycle of the programme in which the first of them begins.
    like
        A timeline that differs in nothing but the calendar year, for quantities that do not depend on it.

    Attributes
    ----------
    n_cycles, first
        As given.
    """

    def __init__(
        self,
        values: Values,
        at: Callable[[int, Mapping[str, Value]], Situation],
        n_cycles: int,
        first: int = 0,
        like: Timeline | None = None,
    ) -> None:
        self.n_cycles, self.first = n_cycles, first
        self._values, self._at, self._like = values, at, like
        self._numbers: dict[tuple[str | float, Known], NDArray[np.intp]] = {}

    def numbers(self, quantity: str | float, known: Known = ()) -> NDArray[np.intp]:
        """Column of a quantity in each cycle (cycle,); a single one (1,) where it is not a matter of time.

        Raises
        ------
        ScenarioError
            A table has no cell for a situation.
        """
        key = (quantity, known)
        if key not in self._numbers:
            if self._like is not None and "year" not in self._values.structure.keys_of(quantity):
                self._numbers[key] = self._like.numbers(quantity, known)
            else:
                situation, timeless = dict(known), self._values.structure.keys_of(quantity).isdisjoint(TIMES)
                cycles = range(1 if timeless else self.n_cycles)
                found = [self._values.quantity(quantity, self._at(cycle, situation)) for cycle in cycles]
                self._numbers[key] = np.array(found[:1] if len(set(found)) == 1 else found, dtype=np.intp)
        return self._numbers[key]

    def changes(self, *quantities: str | float) -> bool:
        """Whether any of some quantities may change over time; not a matter of the draws that are priced together."""
        return any(len(self.numbers(quantity)) > 1 for quantity in quantities)

    def year(self, cycle: int) -> int:
        """Calendar year of a cycle."""
        return int(self._at(cycle, {})["year"])


def cohort(values: Values, structure: Structure, number: int, like: Timeline | None = None) -> Timeline:
    """The cycles of the cohort with a number, 0 for the first: the scenario's own, so many years later."""
    own = structure if number == 0 else Structure(started_later(structure.scenario, number))

    def at(cycle: int, known: Mapping[str, Value]) -> Situation:
        return own.at(cycle, known, held=True)

    return Timeline(values, at, own.n_cycles, number * own.per_year, like)


def programme(values: Values, structure: Structure) -> Timeline:
    """The cycles from the start of the first cohort to the horizon of the last, of which only time is known."""
    population = structure.scenario.population

    def at(cycle: int, known: Mapping[str, Value]) -> Situation:
        return {**known, "cycle": cycle, "year": population.start.year + cycle // structure.per_year}

    return Timeline(values, at, structure.n_cycles + (population.cohorts - 1) * structure.per_year)


def by_year(flow: NDArray[np.float64], per_year: int) -> NDArray[np.float64]:
    """Sum the cycles (last axis) of each calendar year, of which there are so many."""
    if per_year == 1:
        return flow
    total = flow[..., ::per_year] + flow[..., 1::per_year]
    for cycle in range(2, per_year):
        total += flow[..., cycle::per_year]
    return total
