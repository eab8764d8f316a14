"""Which joint states can be reached, and the ways between them: worked out once, from the compiled model.

A *joint state* is everything that a person is at a moment: attributes, states of all domains, memory and phases.
Only those that somebody can be in are kept, boundary by boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.kernels.expected import Patterns, Step
from simcore.model.compiled import Compiled
from simcore.model.ledger import Meter
from simcore.model.possible import possible_answers
from simcore.scenario.conditions import Condition, Part, Value
from simcore.scenario.phases import EXACT
from simcore.scenario.structure import Structure

#: At most so many joint states at a boundary; and, over all cycles and strategies, ways between them (4 bytes each) and
#: marks of who is counted (a byte each).
MOST_STATES = 200_000
MOST_WAYS = 200_000_000
MOST_MARKS = 1_000_000_000

States = NDArray[np.uint16]


@dataclass(frozen=True)
class Split:
    """The answers to one question about an intervention: ways from joint states to joint states.

    See `kernels.expected.answer`; `intervention` is that whose places are limited, or -1.
    """

    intervention: int
    n_states: int
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    slot: NDArray[np.int64]
    mode: NDArray[np.uint8]


@dataclass(frozen=True)
class Advance:
    """From the end of a cycle to the start of the next: each joint state's number there."""

    n_states: int
    target: NDArray[np.int32]


@dataclass(frozen=True)
class Cycle:
    """One cycle of a strategy: questions about interventions, the moves, who is counted at both ends, and the next.

    `at_start` and `at_end` are bool (joint state, time meter).
    """

    splits: tuple[Split, ...]
    step: Step
    n_after: int
    at_start: NDArray[np.bool_]
    at_end: NDArray[np.bool_]
    advance: Advance


@dataclass(frozen=True)
class Start:
    """Joint states at the start: for each question that has one, the row and the option taken (state, question)."""

    n_states: int
    row: NDArray[np.int64]
    option: NDArray[np.int64]
    width: NDArray[np.int64]


@dataclass(frozen=True)
class Reach:
    """Everything that can be reached, for each strategy."""

    start: Start
    strategies: tuple[tuple[Cycle, ...], ...]
    patterns: Patterns
    order: NDArray[np.int64]
    most_options: int
    most_ways: int

    @property
    def largest(self) -> int:
        """Joint states at the boundary with most of them."""
        return max(cycle.n_after for cycles in self.strategies for cycle in cycles)


def reach(compiled: Compiled) -> Reach:
    """Work out which joint states can be reached, and the ways between them.

    Raises
    ------
    ModelError
        There are too many; the message says how many and what they are made of.
    """
    return _Explorer(compiled).explore()


class _Explorer:
    """Follows a compiled model from its start."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled, self.plan = compiled, compiled.plan
        self.structure = Structure(compiled.file.scenario)
        sizes = [int(size) for size in compiled.plan.sizes]
        self.n_attributes, self.n_domains, self.n_interventions = sizes[:3]
        self.n_cycles, self.life, self.dead, self.n_memories = sizes[4], sizes[5], sizes[6], sizes[10]
        self.n_variables = self.n_attributes + self.n_domains + self.n_memories
        self.can, self.can_rest = possible_answers(compiled)
        self.patterns: dict[tuple[int, tuple[int, ...], int], int] = {}
        # Death comes first: who dies goes nowhere else.
        domains = list(range(self.n_domains))
        if self.life >= 0:
            domains.sort(key=lambda d: d + self.n_attributes != self.life)
        self.order = domains
        self.n_ways = self.n_marks = 0
        self.marks: dict[tuple[int, bytes], NDArray[np.bool_]] = {}

    def explore(self) -> Reach:
        """Follow every strategy."""
        start, states = self._start()
        none = np.zeros((len(states), self.n_interventions), np.uint16)
        begin = np.hstack([states, none])
        strategies = []
        for s in range(len(self.plan.codes.uses)):
            strategies.append(tuple(self._follow(begin, s)))
        first = [0]
        options: list[int] = []
        widths, deaths = [], []
        for width, chosen, dead in self.patterns:
            options += chosen
            first.append(len(options))
            widths.append(width)
            deaths.append(dead)
        patterns = Patterns(
            np.array(first, np.int64), np.array(options, np.int32), np.array(widths, np.int32),
            np.array(deaths, np.int32),
        )  # fmt: skip
        ways = [int(np.diff(c.step.way_first).max(initial=1)) for cycles in strategies for c in cycles]
        most_options = int(np.diff(patterns.first).max(initial=1))
        order = np.array(self.order, np.int64)
        return Reach(start, tuple(strategies), patterns, order, most_options, max(ways, default=1))

    # -- before the first cycle -----------------------------------------------------------------

    def _start(self) -> tuple[Start, States]:
        """Answer the questions before the first cycle one by one."""
        plan = self.plan
        states = np.zeros((1, self.n_variables), np.uint16)
        rows, chosen = np.zeros((1, 0), np.int64), np.zeros((1, 0), np.int64)
        widths = []
        for v in range(self.n_variables):
            width = int(plan.starts.thresholds[v])
            readers = range(plan.starts.first[v], plan.starts.first[v + 1])
            index = np.full(len(states), plan.starts.base[v], np.int64)
            for k in readers:
                values = states[:, plan.starts.variable[k]]
                index += self._read(values, int(plan.starts.stride[k]), int(plan.starts.table[k]))
            answers = plan.starts.map[plan.starts.map_first[v] :]
            if plan.starts.known[v] >= 0:
                states[:, v] = plan.starts.known[v]
            elif width == 0:
                states[:, v] = answers[index]
            else:
                source, option = np.nonzero(self._options(index, width))
                states = states[source]
                states[:, v] = answers[option]
                rows = np.hstack([rows[source], index[source, None]])
                chosen = np.hstack([chosen[source], option[:, None]])
                widths.append(width)
                self._check_size(len(states))
        return Start(len(states), rows, chosen, np.array(widths, np.int64)), states

    def _read(self, values: NDArray[np.uint16], stride: int, table: int) -> NDArray[np.int64]:
        """What the value of a variable adds to an index."""
        if table >= 0:
            return self.plan.add[table + values.astype(np.int64)].astype(np.int64)
        return values.astype(np.int64) * stride

    def _options(self, index: NDArray[np.int64], width: int) -> NDArray[np.bool_]:
        """Which options of a row, the rest last, have a probability that can be above 0 (state, option)."""
        if width == 0:
            return np.ones((len(index), 1), bool)
        slots = index[:, None] + np.arange(width)
        return np.hstack([self.can[slots], self.can_rest[index][:, None]])

    # -- cycles -----------------------------------------------------------------------------------

    def _follow(self, begin: States, s: int) -> list[Cycle]:
        """Follow a strategy from its start; states are variables, then phases."""
        cycles = []
        states = begin
        for cycle in range(self.n_cycles):
            splits = []
            leaving = [(i, self.n_interventions + i) for i in range(self.n_interventions)]
            for i, question in [*leaving, *((int(i), int(i)) for i in self.plan.asks.order)]:
                if self.plan.codes.uses[s, i] and self.plan.asks.base[question, cycle] >= 0:
                    split, states = self._ask(states, i, question, cycle)
                    splits.append(split)
            at_start = self._counted(states, cycle)
            step, after = self._move(states, cycle)
            advance, states = self._advance(after)
            cycles.append(Cycle(tuple(splits), step, len(after), at_start, self._counted(after, cycle), advance))
        return cycles

    def _ask(self, states: States, i: int, q: int, cycle: int) -> tuple[Split, States]:
        """Split the joint states by the answer to a question about intervention `i`."""
        plan, column = self.plan, self.n_variables + i
        index = np.full(len(states), plan.asks.base[q, cycle], np.int64)
        for k in range(plan.asks.first[q], plan.asks.first[q + 1]):
            values = states[:, plan.asks.variable[k]]
            index += self._read(values, int(plan.asks.stride[k]), int(plan.asks.table[k]))
        for k in range(plan.asks.code_first[q], plan.asks.code_first[q + 1]):
            codes = states[:, self.n_variables + plan.asks.code_intervention[k]]
            index += self._read(codes, 0, int(plan.asks.code_table[k]))
        code = states[:, column]
        marks = plan.asks.flag[plan.asks.flag_base[q, cycle] + index - plan.asks.base[q, cycle]]
        asked = (plan.asks.concerns[q, code] > 0) & (marks > 0)
        can_refuse = self.can_rest[index] | (q < self.n_interventions and plan.asks.limited[i] > 0)
        yes, no = asked & self.can[index], asked & can_refuse
        # Who cannot say yes says no for certain.
        certain = asked & ~self.can[index]
        modes = (np.flatnonzero(~asked), np.flatnonzero(yes), np.flatnonzero(no & ~certain), np.flatnonzero(certain))
        source = np.concatenate(modes)
        mode = np.repeat(np.array([0, 1, 2, 3], np.uint8), [len(of) for of in modes])
        found = states[source]
        found[mode == 1, column] = plan.asks.yes[q, code[source[mode == 1]]]
        found[mode >= 2, column] = plan.asks.no[q, code[source[mode >= 2]]]
        after, target = _distinct(found)
        self._check_size(len(after))
        mode[mode == 3] = 0
        limited = i if q < self.n_interventions and plan.asks.limited[i] else -1
        split = Split(limited, len(after), source.astype(np.int32), target.astype(np.int32), index[source], mode)
        return split, after

    def _move(self, states: States, cycle: int) -> tuple[Step, States]:
        """The ways on from each state, and the states at the end of the cycle."""
        n = len(states)
        rows = np.zeros((n, self.n_domains), np.int64)
        pattern = np.zeros((n, self.n_domains), np.int32)
        masks = []
        for d in range(self.n_domains):
            rows[:, d] = self._rows(states, d, cycle)
            width = int(self.plan.moves.thresholds[d])
            mask = self._options(rows[:, d], width)
            pattern[:, d] = self._patterns(states, d, mask, width)
            masks.append(mask)
        answers = [self._answers(states, d) for d in range(self.n_domains)]
        source, after = np.arange(n), states.copy()
        if self.life >= 0:
            d = self.order[0]
            dies = masks[d] & (answers[d] == self.dead)
            masks[d] = masks[d] & (answers[d] != self.dead)
            dead_source = np.nonzero(dies)[0]
            dead_after = states[dead_source]
            dead_after[:, self.life] = self.dead
        for d in self.order:
            of_entry, option = np.nonzero(masks[d][source])
            after = after[of_entry]
            source = source[of_entry]
            after[:, self.n_attributes + d] = answers[d][source, option]
            self._check_ways(len(source))
        after = self._remember(states[source], after)
        if self.life >= 0:
            # Death stands in front of the other ways of its state.
            number = np.concatenate([source * 2 + 1, dead_source * 2])
            place = np.argsort(number, kind="stable")
            source = np.concatenate([source, dead_source])[place]
            after = np.vstack([after, dead_after])[place]
        # States that nobody leaves in fact (no way with a probability) cannot be: every row has a possible option.
        distinct, target = _distinct(after)
        self._check_size(len(distinct))
        self.n_ways += len(source)
        self._check_ways(self.n_ways)
        way_first = np.searchsorted(source, np.arange(n + 1)).astype(np.int64)
        events = self._events(states, cycle, pattern, answers)
        return Step(rows, pattern, way_first, target.astype(np.int32), *events), distinct

    def _advance(self, states: States) -> tuple[Advance, States]:
        """Let the codes go on to the next cycle; joint states that nothing tells apart any more become one."""
        following = states.copy()
        for i in range(self.n_interventions):
            column = self.n_variables + i
            following[:, column] = self.plan.codes.following[i][states[:, column]]
        distinct, target = _distinct(following)
        return Advance(len(distinct), target.astype(np.int32)), distinct

    def _rows(self, states: States, d: int, cycle: int) -> NDArray[np.int64]:
        """First threshold of each state's row."""
        plan = self.plan
        index = np.full(len(states), plan.moves.base[d, cycle], np.int64)
        for k in range(plan.moves.first[d], plan.moves.first[d + 1]):
            values = states[:, plan.moves.variable[k]]
            index += self._read(values, int(plan.moves.stride[k]), int(plan.moves.table[k]))
        for k in range(plan.moves.code_first[d], plan.moves.code_first[d + 1]):
            table = int(plan.moves.code_table[k, cycle])
            if table >= 0:
                index += self._read(states[:, self.n_variables + plan.moves.code_intervention[k]], 0, table)
        return index

    def _answers(self, states: States, d: int) -> NDArray[np.uint8]:
        """State that each option of a domain leads to (state, option)."""
        plan, width = self.plan, int(self.plan.moves.thresholds[d]) + 1
        own = states[:, self.n_attributes + d].astype(np.int64)
        return np.asarray(plan.moves.map[plan.moves.map_first[d] + own[:, None] * width + np.arange(width)])

    def _patterns(self, states: States, d: int, mask: NDArray[np.bool_], width: int) -> NDArray[np.int32]:
        """Number of each state's set of options; death first."""
        answers = self._answers(states, d)
        is_life = self.n_attributes + d == self.life
        dead = answers == self.dead if is_life else np.zeros_like(answers, dtype=bool)
        kinds, which = _distinct(np.hstack([mask, dead]).astype(np.uint16))
        numbers = []
        for kind in kinds:
            possible, deadly = kind[: width + 1] > 0, kind[width + 1 :] > 0
            first = np.flatnonzero(possible & deadly).tolist()
            chosen = (*first, *np.flatnonzero(possible & ~deadly).tolist())
            numbers.append(self.patterns.setdefault((width, chosen, len(first)), len(self.patterns)))
        return np.array(numbers, np.int32)[which]

    def _remember(self, start: States, end: States) -> States:
        """Fill in the memory at the end of the cycle."""
        plan = self.plan
        for m in range(self.n_memories):
            index = np.full(len(start), plan.memories.map_first[m], np.int64)
            for k in range(plan.memories.first[m], plan.memories.first[m + 1]):
                row = int(plan.memories.row[k])
                values = end[:, row - self.n_variables] if row >= self.n_variables else start[:, row]
                index += values.astype(np.int64) * int(plan.memories.stride[k])
            end[:, self.n_attributes + self.n_domains + m] = plan.memories.map[index]
        return end

    # -- what is counted ----------------------------------------------------------------------------

    def _events(
        self, states: States, cycle: int, pattern: NDArray[np.int32], answers: Sequence[NDArray[np.uint8]]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Events that can happen from each state, each by the place of its option among those of its pattern."""
        chosen = [options for _, options, _ in self.patterns]
        found: list[NDArray[np.int64]] = [np.zeros((0, 4), np.int64)]
        for number, meter in enumerate(self.compiled.account.events):
            assert meter.move is not None  # it is an event
            assert meter.move.domain is not None  # by the schema
            d = list(self.structure.scenario.domains).index(meter.move.domain)
            names = self.structure.scenario.domains[meter.move.domain].states
            fits = np.array([[meter.move.fits(start, end) for end in names] for start in names])
            holds = np.flatnonzero(self._holds(meter.condition, states, cycle))
            for one in np.unique(pattern[holds, d]):
                members = holds[pattern[holds, d] == one]
                own = states[members, self.n_attributes + d]
                for place, option in enumerate(chosen[one]):
                    happening = members[fits[own, answers[d][members, option]]]
                    entry = np.empty((len(happening), 4), np.int64)
                    entry[:, 0], entry[:, 1], entry[:, 2], entry[:, 3] = happening, number, d, place
                    found.append(entry)
        together = np.vstack(found)
        together = together[np.argsort(together[:, 0], kind="stable")]
        first = np.searchsorted(together[:, 0], np.arange(len(states) + 1)).astype(np.int64)
        event, domain, place_of = (together[:, column].astype(np.int32) for column in (1, 2, 3))
        return first, event, domain, place_of

    def _counted(self, states: States, cycle: int) -> NDArray[np.bool_]:
        """Which time meters count each state (state, meter); equal answers are kept once."""
        meters: Sequence[Meter] = self.compiled.account.time
        counted = [self._holds(meter.condition, states, cycle) for meter in meters]
        marks = np.stack(counted, axis=1)
        key = (len(states), marks.tobytes())
        if key not in self.marks:
            self.marks[key] = marks
            self.n_marks += marks.size
            if self.n_marks > MOST_MARKS:
                self._refuse(f"more than {MOST_MARKS:,} marks of who is counted", self.n_marks)
        return self.marks[key]

    def _holds(self, condition: Condition, states: States, cycle: int) -> NDArray[np.bool_]:
        """Whether a condition holds in each state (state,)."""
        holds = np.ones(len(states), bool)
        for part in condition.parts:
            holds &= self._part(part, states, cycle)
        for inner in condition.negated:
            holds &= ~self._holds(inner, states, cycle)
        return holds

    def _part(self, part: Part, states: States, cycle: int) -> NDArray[np.bool_] | bool:
        structure, name = self.structure, part.variable
        now = structure.times[cycle]
        if name in now:
            return part.accepts(now[name])
        if name in structure.number:
            accepted = np.array([part.accepts(value) for value in structure.levels[name]])
            return np.asarray(accepted[states[:, structure.number[name]]])
        intervention = name.removesuffix(EXACT)
        if intervention in structure.interventions:
            codes = states[:, self.n_variables + structure.interventions.index(intervention)]
            of = {int(c): part.accepts(structure.phases(intervention, int(c))[name]) for c in np.unique(codes)}
            return np.array([of[int(code)] for code in codes], dtype=bool)
        # Age, which the attributes tell.
        parents = [structure.number[parent] for parent in structure.age_parents]
        kinds, which = np.unique(states[:, parents], axis=0, return_inverse=True)
        accepted_kinds = []
        for kind in kinds:
            known: dict[str, Value] = {
                parent: structure.levels[parent][int(level)]
                for parent, level in zip(structure.age_parents, kind, strict=True)
            }
            accepted_kinds.append(part.accepts(structure.at(cycle, known)[name]))
        return np.array(accepted_kinds, dtype=bool)[which.reshape(-1)]

    # -- limits ---------------------------------------------------------------------------------------

    def _check_size(self, n_states: int) -> None:
        if n_states > MOST_STATES:
            self._refuse(f"more than {MOST_STATES:,} joint states", n_states)

    def _check_ways(self, n_ways: int) -> None:
        if n_ways > MOST_WAYS:
            self._refuse(f"more than {MOST_WAYS:,} ways between joint states", n_ways)

    def _refuse(self, what: str, found: int) -> None:
        sizes = [(name, len(of)) for name, of in self.structure.levels.items() if len(of) > 1]
        sizes.sort(key=lambda size: -size[1])
        parts = " x ".join(f"{name} {size}" for name, size in sizes[:8])
        more = f" and {len(sizes) - 8} more" if len(sizes) > 8 else ""
        raise ModelError(
            f"The exact engine would have to follow {what} (found {found:,} so far, of {parts}{more}, and phases of "
            f"{len(self.structure.interventions)} interventions). Run it with sampled lives (--engine sampled), lower "
            "the caps of clocks and counters, or use fewer levels."
        )


def _distinct(states: States) -> tuple[States, NDArray[np.intp]]:
    """The different rows, and which of them each row is."""
    key = np.zeros(len(states), np.int64)
    room = 1
    for column in states.T:
        size = int(column.max(initial=0)) + 1
        if room * size > 2**62:  # the key is full: number what there is, and go on
            _, key = np.unique(key, return_inverse=True)
            key = key.reshape(-1)
            room = int(key.max(initial=0)) + 1
        key = key * size + column
        room *= size
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return states[first], which.reshape(-1)
