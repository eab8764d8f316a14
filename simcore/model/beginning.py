"""The questions before the first cycle: attributes, traits, starting states, and what is remembered at the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from simcore.kernels import tables as kernel_tables
from simcore.kernels.passes import fits
from simcore.kernels.plan import Starts
from simcore.model.frame import Frame, Lists, Tests
from simcore.model.rows import Block, Sheet
from simcore.model.sheets import Exit, Sheets, answers_of
from simcore.scenario.conditions import NEVER, Condition, parse_condition
from simcore.scenario.schema import Memory, Shares
from simcore.scenario.variables import joint_name


class Beginning:
    """Compiles the questions before the first cycle.

    Parameters
    ----------
    frame
        Variables, and where numbers and rows are collected.
    """

    def __init__(self, frame: Sheets) -> None:
        self.frame = frame
        self._readers, self._maps = Lists(3), Lists(1)
        self._known: list[int] = []
        self._bases: list[int] = []
        self._widths: list[int] = []

    def starts(self, points: Mapping[str, int]) -> Starts:
        """Attributes, traits, starting states and what is remembered at the start."""
        population = self.frame.scenario.population
        for table, cells in self.frame.joint_cells.items():
            self._joint(table, cells)
        for name, shares in population.attributes.items():
            self._question(f"the attribute {name}", name, shares)
        for name, trait in population.traits.items():
            equal: Shares = {str(level): 1.0 / trait.levels for level in range(1, trait.levels)}
            self._question(f"the trait {name}", name, equal | {str(trait.levels): "rest"})
        for name in self.frame.scenario.domains:
            self._question(f"the start of {name}", name, population.start_states[name])
        for name, memory in self.frame.scenario.memory.items():
            inside = None if memory.time_in is None else parse_condition(memory.time_in)
            self._question(f"the start of {name}", name, self._memory_start(memory), inside)
        first, variable, stride, table_of = self._readers.arrays(np.int64, np.uint32, np.int64)
        map_first, answers_map = self._maps.arrays(np.uint32)
        return Starts(
            point=np.array([points[name] for name in start_points(self.frame)], dtype=np.uint32),
            known=np.array(self._known, dtype=np.int64),
            base=np.array(self._bases, dtype=np.int64),
            thresholds=np.array(self._widths, dtype=np.int64),
            first=first, variable=variable, stride=stride, table=table_of,
            few=np.array([fits(1, width) for width in self._widths], dtype=np.int64),
            map_first=map_first, map=answers_map,
        )  # fmt: skip

    @staticmethod
    def _memory_start(memory: Memory) -> str | Shares:
        """What is remembered at the start, by the text of the value."""
        if isinstance(memory.start, dict):
            return {str(key): share for key, share in memory.start.items()}
        if memory.start is None:
            return NEVER if memory.kind == "time_since" else "0"
        return str(memory.start)

    def _add(
        self, known: int, base: int, width: int, readers: Sequence[tuple[int, int, int]], answers: Sequence[int]
    ) -> None:
        self._known.append(known)
        self._bases.append(base)
        self._widths.append(width)
        self._readers.rows(readers)
        self._maps.add(answers)

    def _joint(self, table: str, cells: list[dict[str, str]]) -> None:
        """A joint table draws one of its cells, which tells the level of each of its attributes."""
        name = joint_name(table)
        base = np.array([[self.frame.values.joint_share(table, cell) for cell in cells]], dtype=np.int32)
        targets = tuple(range(len(cells)))
        empty = np.zeros((1, 0), dtype=np.int32)
        sheet = Sheet(targets, kernel_tables.PER_CYCLE, True, base, empty, (), ())
        block = Block(0, f"the joint table {table}", ("",), self._texts(name), (), [{}], [{}], ("tables", table))
        # The last cell with anybody in it takes what rounding leaves.
        last = max(number for number, row in enumerate(self.frame.scenario.tables[table].cells) if row.value != 0)
        self._add(-1, self.frame.list.add([sheet], len(cells), block), len(cells), [], [*targets, last])
        for key in self.frame.scenario.tables[table].by:
            levels = self.frame.levels[key]
            readers = [(self.frame.number[name], 1, -1)]
            self._add(-1, 0, 0, readers, [levels.index(cell[key]) for cell in cells])

    def _texts(self, variable: str) -> tuple[str, ...]:
        return tuple(f"{value:g}" if isinstance(value, float) else str(value) for value in self.frame.levels[variable])

    def _question(self, what: str, name: str, start: str | Shares, inside: Condition | None = None) -> None:
        """A question before the first cycle: one answer, or shares of answers.

        Who is not `inside` a condition gets the first answer: a clock stands at 0 outside.
        """
        answers = self._texts(name)
        if isinstance(start, str):
            if inside is None or start == answers[0]:
                self._add(answers.index(start), 0, 0, [], [])
                return
            parents = self.frame.parents(inside.variables, Tests(self.frame))
            of = [answers.index(start) if inside.holds(now) else 0 for now in self.frame.situations(parents)]
            self._add(-1, 0, 0, self.frame.readers(parents, 1), of)
            return
        shares = {answer: start.get(answer, 0.0) for answer in answers}
        rests = [number for number, share in enumerate(shares.values()) if share == "rest"]
        # Without a rest, the last level with a share takes what rounding leaves; a level without one gets nothing.
        given = [number for number, share in enumerate(shares.values()) if share != 0.0]
        rest = rests[0] if rests else given[-1]
        exits = [Exit(number, share) for number, share in enumerate(shares.values()) if share != "rest"]
        looked_at = self.frame.variables_of(exits) | (inside.variables if inside is not None else frozenset())
        parents = self.frame.parents(looked_at, self.frame.tests_of(exits))
        situations = self.frame.situations(parents)
        sheet = self.frame.sheet(exits, situations, dict(self.frame.times[0]), complete=not rests)
        for row, situation in enumerate(situations):
            if inside is not None and not inside.holds(situation):
                certain = [self.frame.values.quantity(float(way.target == 0), {}) for way in exits]
                sheet.base[row] = certain
        names = tuple(parent.name for parent in parents)
        population = self.frame.scenario.population
        section = "attributes" if name in population.attributes else "start_states"
        path = ("memory", name, "start") if name in self.frame.scenario.memory else ("population", section, name)
        block = Block(0, what, ("",), answers, names, situations, [{}], path)
        base = self.frame.list.add([sheet], len(exits), block)
        self._add(-1, base, len(exits), self.frame.readers(parents, len(exits)), answers_of([(exits, rest)]))


def start_points(frame: Frame) -> list[str]:
    """Names of the decision points before the first cycle, one for each variable in the order of the engine."""
    attributes = [f"attribute.{name}" for name in frame.attributes]
    return attributes + [f"start.{name}" for name in (*frame.scenario.domains, *frame.scenario.memory)]
