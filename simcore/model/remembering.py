"""Clocks and counters as tables: the next value by what they watch at both ends of a cycle and their own value."""

from __future__ import annotations

import itertools
import math

import numpy as np

from simcore.errors import ModelError
from simcore.kernels.plan import Memories
from simcore.model.frame import Frame, Lists
from simcore.scenario.conditions import parse_condition, parse_move
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Memory
from simcore.scenario.variables import Situation

#: A memory is a table by what it watches at both ends of a cycle and its own value; larger ones are refused.
_MOST_REMEMBERED = 2_000_000


def remembered(frame: Frame, file: ScenarioFile) -> Memories:
    """How each clock and counter goes on: a table by what it watches at both ends and its own value."""
    readers, maps = Lists(2), Lists(1)
    n_variables = len(frame.names)
    for name, memory in frame.scenario.memory.items():
        watched = sorted(frame.watched(memory), key=frame.number.__getitem__)
        own = frame.levels[name]
        axes = [*watched, *(f"{w} at the end" for w in watched if w in frame.scenario.domains)]
        sizes = [len(frame.levels[axis.removesuffix(" at the end")]) for axis in axes] + [len(own)]
        if math.prod(sizes) > _MOST_REMEMBERED:
            at, line = file.places[("memory", name)]
            raise ModelError(
                f"{at}:{line}  memory.{name}: it watches {', '.join(watched)}, which makes {math.prod(sizes):,} "
                f"cases; at most {_MOST_REMEMBERED:,} are possible. Watch fewer states, or use a lower cap."
            )
        goes_on = Remembering(frame, memory)
        values = []
        for combination in itertools.product(*(frame.levels[axis.removesuffix(" at the end")] for axis in axes)):
            start = dict(zip(axes[: len(watched)], combination, strict=False))
            end = start | {
                axis.removesuffix(" at the end"): value
                for axis, value in zip(axes, combination, strict=True)
                if axis.endswith(" at the end")
            }
            values += goes_on.table(start, end)
        rows = [
            (frame.number[axis.removesuffix(" at the end")] + (n_variables if axis.endswith(" at the end") else 0),
             math.prod(sizes[place + 1 :]))
            for place, axis in enumerate(axes)
        ]  # fmt: skip
        readers.rows([*rows, (frame.number[name], 1)])
        maps.add(values)
    first, row, stride = readers.arrays(np.int64, np.uint32)
    map_first, values_map = maps.arrays(np.uint32)
    return Memories(
        first=first, row=row, stride=stride, table=np.full(len(row), -1), map_first=map_first, map=values_map
    )


class Remembering:
    """How a clock or counter goes on."""

    def __init__(self, frame: Frame, memory: Memory) -> None:
        self.memory, self.cap = memory, frame.cap(memory)
        self.condition = parse_condition(memory.time_in or {})
        moves = [parse_move(text) for text in memory.moves]
        self.moves = [move for move in moves if move is not None]

    def table(self, start: Situation, end: Situation) -> list[int]:
        """Number of the next value for each present one, given the states at both ends of a cycle."""
        cap = self.cap
        if self.memory.time_in is not None:
            if not self.condition.holds(end):
                return [0] * (cap + 1)
            stays = self.condition.holds(start)
            return [min(value + 1, cap) if stays else 0 for value in range(cap + 1)]
        # A domain moves once in a cycle, however many of the texts mean its move.
        times = len(
            {
                move.domain
                for move in self.moves
                if move.domain is not None and move.fits(str(start[move.domain]), str(end[move.domain]))
            }
        )
        if self.memory.kind == "counts":
            return [min(value + times, cap) for value in range(cap + 1)]
        # The last value of a clock since an event means that it has never happened.
        return [0] * (cap + 2) if times else [min(value + 1, cap) for value in range(cap + 1)] + [cap + 1]
