"""What the parts of the compiler share: variables, cycles, phases, and lists as the kernel stores them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.scenario.meaning import levels, n_cycles
from simcore.scenario.schema import Scenario

#: Value of every variable that something depends on.
Situation = dict[str, str | int]


class Frame:
    """The variables of a scenario and the cycles it runs over.

    Attributes
    ----------
    levels
        Named values of each attribute and domain.
    names, number
        Attributes, then domains, in file order; the number of each.
    interventions
        Names in file order.
    times
        Age and calendar year at the start of each cycle.
    phase_add
        Tables of what each phase adds to an index, one after the other.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.levels = levels(scenario)
        self.names = [*scenario.population.attributes, *scenario.domains]
        self.number = {name: number for number, name in enumerate(self.names)}
        self.interventions = list(scenario.interventions)
        self.n_cycles = n_cycles(scenario)
        start = scenario.population.start
        self.times: list[Situation] = [
            {"age": start.age + cycle, "year": start.year + cycle} for cycle in range(self.n_cycles)
        ]
        self.phase_add: list[int] = []
        self._phase_tables: dict[tuple[int, ...], int] = {}

    def enrolment_cycle(self, intervention: str) -> int:
        """The cycle in which persons are asked to take part."""
        return self.scenario.interventions[intervention].enrol.at_age - self.scenario.population.start.age

    def possible_phases(self, intervention: str, cycle: int, strategy: str | None = None) -> list[int]:
        """The phases that persons can be in during a cycle, under one strategy or under any."""
        strategies = self.scenario.strategies
        members = strategies[strategy] if strategy is not None else [i for used in strategies.values() for i in used]
        since = cycle - self.enrolment_cycle(intervention)
        return [0, since + 1] if intervention in members and since >= 0 else [0]

    def situations(self, parents: Sequence[str]) -> list[Situation]:
        """All combinations of values of some attributes and domains, the last varying fastest."""
        return [
            dict(zip(parents, combination, strict=True))
            for combination in itertools.product(*(self.levels[parent] for parent in parents))
        ]

    def strides(self, parents: Sequence[str], step: int) -> list[int]:
        """How far apart, in thresholds, neighbouring values of each parent are."""
        sizes = [len(self.levels[parent]) for parent in parents]
        return [step * math.prod(sizes[number + 1 :]) for number in range(len(parents))]

    def phase_table(self, addends: Sequence[int]) -> int:
        """Store what each phase adds to an index; return where. Equal tables are stored once."""
        table = tuple(addends) + (0,) * (self.n_cycles + 2 - len(addends))
        if table not in self._phase_tables:
            self._phase_tables[table] = len(self.phase_add)
            self.phase_add.extend(table)
        return self._phase_tables[table]


class Lists:
    """Lists of different lengths, one after the other, as `Plan` stores them."""

    def __init__(self, n_columns: int) -> None:
        self.first = [0]
        self.columns: list[list[Any]] = [[] for _ in range(n_columns)]

    def add(self, *columns: Iterable[Any]) -> None:
        """Add one list."""
        for stored, items in zip(self.columns, columns, strict=True):
            stored.extend(items)
        self.first.append(len(self.columns[0]))

    def arrays(self, *kinds: type) -> list[NDArray[Any]]:
        """The starts and the columns as arrays."""
        return [
            np.array(self.first, dtype=np.int64),
            *(np.array(column, dtype=kind) for column, kind in zip(self.columns, kinds, strict=True)),
        ]
