"""Rows of a question: its exits, what acts on them, and the columns of their numbers in every situation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from simcore.kernels import tables as kernel_tables
from simcore.model.acts import Act
from simcore.model.frame import Frame, Tests
from simcore.model.rows import RowList, Sheet
from simcore.model.values import CaughtUp, Values, Weakened
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Effect
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
        """Rows of some exits in each of the situations, completed by what is the same `around` them."""
        acts = [(number, act) for number, way in enumerate(exits) for act in way.acts]
        base = np.empty((len(situations), len(exits)), dtype=np.int32)
        modifiers = np.full((len(situations), len(acts)), -1, dtype=np.int32)
        for row, inner in enumerate(situations):
            situation = self.complete({**around, **inner})
            for number, way in enumerate(exits):
                base[row, number] = self.values.quantity(way.baseline, {**situation, **dict(way.ends)})
            for number, (_, act) in enumerate(acts):
                modifiers[row, number] = self._act(act, situation)
        scales = {way.scale for way in exits if way.baseline not in (0.0, 1.0)} or {way.scale for way in exits}
        return Sheet(
            tuple(way.target for way in exits), max(scales, default=kernel_tables.PER_CYCLE), complete, base, modifiers,
            tuple(act.kind for _, act in acts), tuple(number for number, _ in acts),
        )  # fmt: skip

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
