"""What the parts of the compiler share: which values mean the same, and lists as the kernel stores them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.scenario.conditions import Band, Condition, Part, Value, parse_band
from simcore.scenario.evidence import Table
from simcore.scenario.schema import Derived, Scenario, Trait
from simcore.scenario.structure import Structure
from simcore.scenario.variables import TIMES, Situation

#: A question is asked in at most so many situations.
_MOST_SITUATIONS = 200_000


class Tests:
    """What some conditions and quantities can tell apart: values that pass the same tests mean the same to them."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self._sets: dict[str, set[frozenset[Value] | Band]] = {}
        self._spans: dict[str, set[tuple[int, int]]] = {}
        self._raw: set[str] = set()

    def span(self, variable: str, low: int, high: int) -> None:
        """Add that a variable's whole numbers from `low` to `high` are told apart; beyond an end all are as the end."""
        self._spans.setdefault(variable, set()).add((low, high))

    def condition(self, condition: Condition) -> None:
        """Add the tests of a condition."""
        for part in condition.leaves():
            self._sets.setdefault(part.variable, set()).add(part.values)

    def quantity(self, quantity: str | float | None) -> None:
        """Add the tests of a quantity: rows of tables, and every value that a formula looks at."""
        entry = self.structure.scenario.entry(quantity)
        if isinstance(entry, Trait):
            assert isinstance(quantity, str)  # it has an entry
            self._raw.add(quantity)
        elif isinstance(entry, Table):
            for key in entry.by:
                if key in entry.at:
                    self._raw |= entry.expression_at(key).names
                    continue
                for row in entry.cells:
                    band = parse_band(row.keys[key])
                    values = band if band is not None else frozenset({row.keys[key]})
                    self._sets.setdefault(key, set()).add(values)
        elif isinstance(entry, Derived):
            for name in entry.expression.names:
                if self.structure.is_variable(name):
                    self._raw.add(name)
                else:
                    self.quantity(name)

    def signature(self, variable: str, value: Value) -> Hashable:
        """Equal for values of a variable that nothing tells apart."""
        if variable in self._raw:
            return value
        part = [Part(variable, values) for values in self._sets.get(variable, ())]
        spans = [min(max(int(value), low), high) for low, high in self._spans.get(variable, ())]
        return (*(test.accepts(value) for test in part), *spans)

    def classes(self, variable: str, values: Sequence[Value]) -> tuple[list[int], list[Value]]:
        """Class of each value, and one value of each class."""
        seen: dict[Hashable, int] = {}
        examples: list[Value] = []
        of = []
        for value in values:
            number = seen.setdefault(self.signature(variable, value), len(seen))
            if number == len(examples):
                examples.append(value)
            of.append(number)
        return of, examples


@dataclass(frozen=True)
class Parent:
    """A variable that something depends on.

    `classes` says which values mean the same, `values` has one of each class; without `classes` every value
    counts by itself.
    """

    name: str
    values: tuple[Value, ...]
    classes: tuple[int, ...] | None = None


class Frame(Structure):
    """Adds to a scenario's structure how the engine stores it.

    Attributes
    ----------
    add
        Tables of what each phase, or value of a variable, adds to an index, one after the other.
    """

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self.add: list[int] = []
        self._tables: dict[tuple[int, ...], int] = {}

    def parents(self, wanted: Iterable[str], tests: Tests) -> list[Parent]:
        """The variables among those wanted, in the order of the engine.

        Memory and traits have many values of which few differ for a question; those that do not are
        merged. Attributes and states are looked up directly, which is faster.
        """
        merged = {*self.scenario.memory, *self.scenario.population.traits}
        found = []
        for name in sorted(set(wanted) & set(self.number), key=self.number.__getitem__):
            values = self.levels[name]
            if name not in merged:
                found.append(Parent(name, values))
                continue
            classes, examples = tests.classes(name, values)
            if len(examples) > 1:
                found.append(Parent(name, tuple(examples), tuple(classes)))
            else:  # nothing depends on its value, but its name is asked for
                found.append(Parent(name, tuple(examples), (0,) * len(values)))
        return found

    def situations(self, parents: Sequence[Parent]) -> list[Situation]:
        """All combinations of values of some variables, the last varying fastest.

        Raises
        ------
        ModelError
            There are too many.
        """
        names = [parent.name for parent in parents]
        number = math.prod(len(parent.values) for parent in parents)
        if number > _MOST_SITUATIONS:
            sizes = ", ".join(f"{parent.name} ({len(parent.values)})" for parent in parents)
            raise ModelError(
                f"something depends at once on {sizes}: that makes {number:,} situations, and at most "
                f"{_MOST_SITUATIONS:,} are possible. Let it depend on fewer of them, or on less of a clock: conditions "
                "and tables tell only a few of its values apart, formulas all of them."
            )
        return [
            dict(zip(names, combination, strict=True))
            for combination in itertools.product(*(parent.values for parent in parents))
        ]

    def readers(self, parents: Sequence[Parent], step: int, first: int = 0) -> list[tuple[int, int, int]]:
        """How the kernel finds the situation of a person: variable, stride, and table of addends (-1 for none).

        Parameters
        ----------
        parents
            The last varies fastest.
        step
            How far apart, in thresholds or cells, neighbouring situations are.
        first
            Added to the numbers of variables.
        """
        sizes = [len(parent.values) for parent in parents]
        found = []
        for place, parent in enumerate(parents):
            stride = step * math.prod(sizes[place + 1 :])
            table = -1
            if parent.classes is not None:
                table = self.table([number * stride for number in parent.classes])
            found.append((first + self.number[parent.name], stride, table))
        return found

    def complete(self, situation: Situation) -> Situation:
        """Add the age where it differs between persons and the attributes tell it."""
        return self.at(int(situation["cycle"]), situation, held=True) if self.age_parents else situation

    def table(self, addends: Sequence[int]) -> int:
        """Store what each value adds to an index; return where. Equal tables are stored once."""
        table = tuple(addends)
        if table not in self._tables:
            self._tables[table] = len(self.add)
            self.add.extend(table)
        return self._tables[table]

    def code_table(self, addends: Sequence[int]) -> int:
        """Store what each code in an intervention adds to an index; return where."""
        return self.table(tuple(addends) + (0,) * (self.declined + 1 - len(addends)))

    def time_signature(self, tests: Tests, cycle: int) -> Hashable:
        """Equal for cycles that nothing tells apart."""
        now = self.times[cycle]
        elapsed = cycle // self.per_year
        ages = [tests.signature("age", age + elapsed) for age in self.start_ages]
        return (tuple(ages), *(tests.signature(key, now[key]) for key in TIMES if key in now and key != "age"))

    def phase_signature(self, tests: Tests, intervention: str, code: int) -> Hashable:
        """Equal for codes that no condition and no quantity tells apart."""
        return tuple(tests.signature(name, value) for name, value in self.phases(intervention, code).items())

    def classes_of_codes(self, tests: Tests, intervention: str) -> list[int]:
        """Class of each code in an intervention: codes that nothing tells apart share one."""
        seen: dict[Hashable, int] = {}
        return [
            seen.setdefault(self.phase_signature(tests, intervention, code), len(seen))
            for code in range(self.declined + 1)
        ]


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

    def rows(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add one list, given item by item."""
        self.add(*zip(*rows, strict=True)) if rows else self.add(*([] for _ in self.columns))

    def arrays(self, *kinds: type) -> list[NDArray[Any]]:
        """The starts and the columns as arrays."""
        return [
            np.array(self.first, dtype=np.int64),
            *(np.array(column, dtype=kind) for column, kind in zip(self.columns, kinds, strict=True)),
        ]
