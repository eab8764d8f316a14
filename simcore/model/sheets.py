"""Rows of a question: its exits, what acts on them, and the columns of their numbers in every situation."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.kernels import tables as kernel_tables
from simcore.model.acts import Act
from simcore.model.frame import Frame, Tests
from simcore.model.rows import RowList, Sheet
from simcore.model.values import CaughtUp, Values, Weakened
from simcore.scenario.conditions import Value
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.phases import EXACT
from simcore.scenario.schema import Effect, Trait
from simcore.scenario.variables import Situation


@dataclass(frozen=True)
class Exit:
    """A way out of a situation: which answer, the baseline, and what acts on it."""

    target: int
    baseline: str | float
    scale: int = kernel_tables.PER_CYCLE
    acts: tuple[Act, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()


class Sheets(Frame):
    """Adds to a scenario's frame the columns of its numbers and the rows that refer to them.

    Attributes
    ----------
    file
        The scenario.
    values, list
        Where numbers and rows are collected.
    """

    def __init__(self, file: ScenarioFile) -> None:
        super().__init__(file.scenario)
        self.file = file
        self.values = Values(file, self)
        self.list = RowList(self.cycle_years)
        self._looks: dict[int, tuple[Exit | Act, frozenset[str]]] = {}
        self._numbers: dict[Hashable, tuple[Exit | Act, Sequence[Situation], NDArray[np.int32]]] = {}
        self._alike: dict[Hashable, tuple[Sequence[Situation], NDArray[np.int64], list[int]]] = {}

    def variables_of(self, exits: Iterable[Exit]) -> set[str]:
        """Everything that exits depend on."""
        found: set[str] = set()
        for way in exits:
            found |= self.keys_of(way.baseline)
            for act in way.acts:
                found |= act.variables(self)
        return self.with_age(found)

    def tests_of(self, exits: Iterable[Exit]) -> Tests:
        """What exits can tell apart."""
        tests = Tests(self)
        for way in exits:
            tests.quantity(way.baseline)
            for act in way.acts:
                act.add_tests(tests)
        return tests

    def sheet(
        self,
        exits: Sequence[Exit],
        situations: Sequence[Situation],
        around: Situation,
        complete: bool = False,
    ) -> Sheet:
        """Rows of some exits in each of the situations, completed by what is the same `around` them.

        Each number looks at few of the variables that tell situations apart, so it is asked for once for all situations
        that are the same to it, and kept for other sheets of the same situations until `forget`.
        """
        acts = [(number, act) for number, way in enumerate(exits) for act in way.acts]
        numbers = np.empty((len(situations), len(exits) + len(acts)), dtype=np.int32)
        ahead: list[tuple[int, int]] = []
        new: dict[int, tuple[Hashable, Exit | Act, NDArray[np.int64], list[int]]] = {}
        asked: list[Exit | Act] = [*exits, *(act for _, act in acts)]
        for column, what in enumerate(asked):
            looks = self._looks_at(what)
            fixed = tuple([around[name] for name in looks if name in around])
            key: Hashable = (id(what), id(situations), fixed)
            if key in self._numbers:
                numbers[:, column] = self._numbers[key][2]
                continue
            alike, firsts = self._situations_alike(situations, looks)
            new[column] = (key, what, alike, [])
            ahead += [(row, column) for row in firsts]
        latest, situation = -1, around
        for row, column in sorted(ahead):  # row by row, so that columns come in the order in which they are needed
            if row != latest:
                latest, situation = row, self.complete({**around, **situations[row]})
            what = new[column][1]
            new[column][3].append(
                self._act(what, situation)
                if isinstance(what, Act)
                else self.values.quantity(what.baseline, {**situation, **dict(what.ends)})
            )
        for column, (key, what, alike, found) in new.items():
            numbers[:, column] = np.array(found, dtype=np.int32)[alike]
            self._numbers[key] = (what, situations, numbers[:, column].copy())
        base, modifiers = np.ascontiguousarray(numbers[:, : len(exits)]), np.ascontiguousarray(numbers[:, len(exits) :])
        scales = {way.scale for way in exits if way.baseline not in (0.0, 1.0)} or {way.scale for way in exits}
        return Sheet(
            tuple(way.target for way in exits), max(scales, default=kernel_tables.PER_CYCLE), complete, base, modifiers,
            tuple(act.kind for _, act in acts), tuple(number for number, _ in acts),
        )  # fmt: skip

    def forget(self) -> None:
        """Forget the numbers of situations that are not asked for again."""
        self._looks, self._numbers, self._alike = {}, {}, {}

    def _looks_at(self, what: Exit | Act) -> frozenset[str]:
        """Every variable that a baseline, or what acts on it, can depend on."""
        if id(what) not in self._looks:
            if isinstance(what, Act):
                found, quantities = what.variables(self), what.quantities
                if what.window is not None:
                    assert what.intervention is not None  # it is an effect
                    found |= {"cycle", what.intervention + EXACT}
            else:
                found, quantities = set(self.keys_of(what.baseline)), [what.baseline]
            for quantity in quantities:
                entry = self.scenario.entry(quantity)
                if isinstance(entry, Trait):
                    found |= self.keys_of(entry.form[1]) | self.keys_of(entry.form[2])
            # Where attributes tell the age, the cycle does as well.
            found |= {"cycle"} if self.age_parents and found & {"age", "start_age"} else set()
            self._looks[id(what)] = (what, frozenset(self.with_age(found)))
        return self._looks[id(what)][1]

    def _situations_alike(
        self, situations: Sequence[Situation], looks: frozenset[str]
    ) -> tuple[NDArray[np.int64], list[int]]:  # fmt: skip
        """Class of each situation by some variables, and the first situation of each class."""
        names = tuple(name for name in situations[0] if name in looks)
        key = (id(situations), names)
        if key not in self._alike:
            seen: dict[tuple[Value, ...], int] = {}
            firsts: list[int] = []
            of = np.empty(len(situations), dtype=np.int64)
            for row, situation in enumerate(situations):
                number = seen.setdefault(tuple([situation[name] for name in names]), len(seen))
                if number == len(firsts):
                    firsts.append(row)
                of[row] = number
            self._alike[key] = (situations, of, firsts)
        return self._alike[key][1:]

    def _act(self, act: Act, situation: Situation) -> int:
        """Column of a modifier in a situation, -1 when it does not act."""
        if not act.condition.holds(situation):
            return -1
        stage = act.stage(self, situation)
        if stage is None:
            return -1
        after, left = stage
        modifier, quantity = act.modifier, self.values.quantity
        shares = [modifier.movable_share, act.remains if left else None]
        weights = tuple(quantity(share, situation) for share in shares if share is not None and share != 1.0)
        size = quantity(modifier.size, situation)
        fade = modifier.fade if isinstance(modifier, Effect) and after > 0 else None
        if weights or fade is not None or modifier.scale == "standardised_mean_difference":
            half_life, length = (None, None) if fade is None else (fade.half_life, fade.linear)
            size = self.values.column(Weakened(
                size, modifier.scale, weights,
                None if half_life is None else quantity(half_life, situation),
                None if length is None else quantity(length, situation), 0 if fade is None else after,
            ))  # fmt: skip
        if isinstance(modifier, Effect) and modifier.catch_up is not None and after > 0:
            time, window = quantity(modifier.catch_up, situation), act.window
            assert window is not None  # it is an effect
            assert window.last is not None  # by the checks
            years = (window.last - window.first + 1) / self.per_year
            size = self.values.column(CaughtUp(size, time, modifier.scale, years, after, act.path))
        return size


def answers_of(ways: Sequence[tuple[Sequence[Exit], int]]) -> list[int]:
    """Answer by own state and number of thresholds passed: the exits in order, then the rest."""
    width = max(len(exits) for exits, _ in ways)
    answers = []
    for exits, rest in ways:
        targets = [way.target for way in exits]
        answers += targets + [rest] * (width + 1 - len(targets))
    return answers
