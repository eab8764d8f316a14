"""The model as arrays: from a scenario to `Rows` and a `Plan` that the kernels run.

Every question the model asks (an attribute, a starting state, an enrolment, a move) becomes rows, one
for each situation it can be asked in. For a move, the situation has three layers: the cycle (age
and calendar year), the phases of interventions, and the states and attributes of the person. A
*sheet* holds the rows of all states and attributes for one cycle and one combination of phases.
Phases that give the same sheets are merged into classes, and cycles with the same sheets share one
*block*, so only what differs is built for each draw.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.kernels import tables as kernel_tables
from simcore.kernels.plan import Moves, Plan, Starts
from simcore.model.acts import Act, acts_on
from simcore.model.asking import Asking, codes
from simcore.model.compiled import Compiled
from simcore.model.counting import Counting
from simcore.model.frame import Frame, Lists, Parent, Tests
from simcore.model.ledger import account
from simcore.model.remembering import remembered
from simcore.model.rows import Block, RowList, Sheet
from simcore.model.values import CaughtUp, Values, Weakened
from simcore.randomness import decision_points
from simcore.scenario.conditions import NEVER, Condition, parse_condition
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.phases import EXACT
from simcore.scenario.schema import Effect, Memory, Shares
from simcore.scenario.structure import Way
from simcore.scenario.variables import Situation, joint_name


@dataclass(frozen=True)
class Exit:
    """A way out of a situation: which answer, the baseline, and what acts on it."""

    target: int
    baseline: str | float
    scale: int = kernel_tables.PER_CYCLE
    acts: tuple[Act, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()


class Compiler(Frame):
    """Turns a scenario into a `Compiled` model."""

    def __init__(self, file: ScenarioFile) -> None:
        super().__init__(file.scenario)
        self.file = file
        self.values = Values(file, self)
        self.list = RowList(self.cycle_years)
        self.exits = {name: self._exits(name) for name in self.scenario.domains}

    # -- what the scenario says, resolved ----------------------------------------------

    def _exits(self, name: str) -> list[tuple[list[Exit], int]]:
        """Exits and rest of every state of a domain."""
        domain = self.scenario.domains[name]
        ways, states = self.ways(name), {state: number for number, state in enumerate(domain.states)}
        found = []
        for state in domain.states:
            exits = [self._exit(name, way, states[way.end]) for way in ways.exits[state]]
            found.append((exits, states[ways.rest[state]]))
        return found

    def _exit(self, domain: str, way: Way, target: int) -> Exit:
        scale = kernel_tables.PER_CYCLE
        if way.is_rate:
            continuous = self.scenario.domains[domain].time == "continuous"
            scale = kernel_tables.CONTINUOUS if continuous else kernel_tables.RATE
        elif self.per_year > 1 and self.period_of(way.baseline) == "year":
            scale = kernel_tables.PER_YEAR
        acts = acts_on(self, domain, way, self.list.kind_over)
        return Exit(target, way.baseline, scale, tuple(acts), (("from", way.start), ("to", way.end)))

    # -- rows ---------------------------------------------------------------------------

    def _variables(self, exits: Iterable[Exit]) -> set[str]:
        """Everything that exits depend on."""
        found: set[str] = set()
        for way in exits:
            found |= self.keys_of(way.baseline)
            for act in way.acts:
                found |= act.variables(self)
        return self.with_age(found)

    def _tests(self, exits: Iterable[Exit]) -> Tests:
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

    # -- the parts of the plan ------------------------------------------------------------

    def starts(self, points: Mapping[str, int]) -> Starts:
        """Attributes, traits, starting states and what is remembered at the start."""
        self._start_readers, self._start_maps = Lists(3), Lists(1)
        self._start_known: list[int] = []
        self._start_bases: list[int] = []
        self._start_widths: list[int] = []
        population = self.scenario.population
        for table, cells in self.joint_cells.items():
            self._joint(table, cells)
        for name, shares in population.attributes.items():
            self._question(f"the attribute {name}", name, shares)
        for name, trait in population.traits.items():
            equal: Shares = {str(level): 1.0 / trait.levels for level in range(1, trait.levels)}
            self._question(f"the trait {name}", name, equal | {str(trait.levels): "rest"})
        for name in self.scenario.domains:
            self._question(f"the start of {name}", name, population.start_states[name])
        for name, memory in self.scenario.memory.items():
            inside = None if memory.time_in is None else parse_condition(memory.time_in)
            self._question(f"the start of {name}", name, self._memory_start(memory), inside)
        first, variable, stride, table_of = self._start_readers.arrays(np.int64, np.uint32, np.int64)
        map_first, answers_map = self._start_maps.arrays(np.uint8)
        return Starts(
            point=np.array([points[name] for name in start_points(self)], dtype=np.uint32),
            known=np.array(self._start_known, dtype=np.int64),
            base=np.array(self._start_bases, dtype=np.int64),
            thresholds=np.array(self._start_widths, dtype=np.int64),
            first=first, variable=variable, stride=stride, table=table_of, map_first=map_first, map=answers_map,
        )  # fmt: skip

    @staticmethod
    def _memory_start(memory: Memory) -> str | Shares:
        """What is remembered at the start, by the text of the value."""
        if isinstance(memory.start, dict):
            return {str(key): share for key, share in memory.start.items()}
        if memory.start is None:
            return NEVER if memory.kind == "time_since" else "0"
        return str(memory.start)

    def _add_start(
        self, known: int, base: int, width: int, readers: Sequence[tuple[int, int, int]], answers: Sequence[int]
    ) -> None:
        self._start_known.append(known)
        self._start_bases.append(base)
        self._start_widths.append(width)
        self._start_readers.rows(readers)
        self._start_maps.add(answers)

    def _joint(self, table: str, cells: list[dict[str, str]]) -> None:
        """A joint table draws one of its cells, which tells the level of each of its attributes."""
        name = joint_name(table)
        base = np.array([[self.values.joint_share(table, cell) for cell in cells]], dtype=np.int32)
        targets = tuple(range(len(cells)))
        empty = np.zeros((1, 0), dtype=np.int32)
        sheet = Sheet(targets, kernel_tables.PER_CYCLE, True, base, empty, (), ())
        block = Block(0, f"the joint table {table}", ("",), self._texts(name), (), [{}], [{}], ("tables", table))
        # The last cell with anybody in it takes what rounding leaves.
        last = max(number for number, row in enumerate(self.scenario.tables[table].cells) if row.value != 0)
        self._add_start(-1, self.list.add([sheet], len(cells), block), len(cells), [], [*targets, last])
        for key in self.scenario.tables[table].by:
            levels = self.levels[key]
            readers = [(self.number[name], 1, -1)]
            self._add_start(-1, 0, 0, readers, [levels.index(cell[key]) for cell in cells])

    def _texts(self, variable: str) -> tuple[str, ...]:
        return tuple(f"{value:g}" if isinstance(value, float) else str(value) for value in self.levels[variable])

    def _question(self, what: str, name: str, start: str | Shares, inside: Condition | None = None) -> None:
        """A question before the first cycle: one answer, or shares of answers.

        Who is not `inside` a condition gets the first answer: a clock stands at 0 outside.
        """
        answers = self._texts(name)
        if isinstance(start, str):
            if inside is None or start == answers[0]:
                self._add_start(answers.index(start), 0, 0, [], [])
                return
            parents = self.parents(inside.variables, Tests(self))
            of = [answers.index(start) if inside.holds(now) else 0 for now in self.situations(parents)]
            self._add_start(-1, 0, 0, self.readers(parents, 1), of)
            return
        shares = {answer: start.get(answer, 0.0) for answer in answers}
        rests = [number for number, share in enumerate(shares.values()) if share == "rest"]
        # Without a rest, the last level with a share takes what rounding leaves; a level without one gets nothing.
        given = [number for number, share in enumerate(shares.values()) if share != 0.0]
        rest = rests[0] if rests else given[-1]
        exits = [Exit(number, share) for number, share in enumerate(shares.values()) if share != "rest"]
        looked_at = self._variables(exits) | (inside.variables if inside is not None else frozenset())
        parents = self.parents(looked_at, self._tests(exits))
        situations = self.situations(parents)
        sheet = self.sheet(exits, situations, dict(self.times[0]), complete=not rests)
        for row, situation in enumerate(situations):
            if inside is not None and not inside.holds(situation):
                certain = [self.values.quantity(float(way.target == 0), {}) for way in exits]
                sheet.base[row] = certain
        names = tuple(parent.name for parent in parents)
        population = self.scenario.population
        section = "attributes" if name in population.attributes else "start_states"
        path = ("memory", name, "start") if name in self.scenario.memory else ("population", section, name)
        block = Block(0, what, ("",), answers, names, situations, [{}], path)
        base = self.list.add([sheet], len(exits), block)
        self._add_start(-1, base, len(exits), self.readers(parents, len(exits)), _answers([(exits, rest)]))

    def moves(self, points: Mapping[str, int]) -> Moves:
        """Rows of every domain, and how the situation of a person finds its row."""
        readers, phase_lists, maps = Lists(3), Lists(2), Lists(1)
        bases = np.zeros((len(self.scenario.domains), self.n_cycles), dtype=np.int64)
        widths = []
        for number, (name, domain) in enumerate(self.scenario.domains.items()):
            ways = self.exits[name]
            out = [way for exits, _ in ways for way in exits]
            wanted = self._variables(out)
            tests = self._tests(out)
            others = self.parents(wanted - {name}, tests)
            phased = [i for i in self.interventions if {i, i + EXACT} & wanted]
            continuous = domain.time == "continuous"
            width = len(domain.states) - 1 if continuous else max(len(exits) for exits, _ in ways)
            self._check_matrix(name)
            bases[number], tables = self._domain_blocks(name, others, phased, width, tests)
            own = Parent(name, self.levels[name])
            readers.rows(self.readers([own, *others], width))
            phase_lists.add([self.interventions.index(i) for i in phased], tables)
            maps.add(_jumps(len(domain.states)) if continuous else _answers(ways))
            widths.append(width)
        first, variable, stride, table = readers.arrays(np.int64, np.uint32, np.int64)
        code_first, code_intervention, code_table = phase_lists.arrays(np.int64, np.int64)
        map_first, answers_map = maps.arrays(np.uint8)
        return Moves(
            point=np.array([points[name] for name in self.scenario.domains], dtype=np.uint32),
            base=bases,
            thresholds=np.array(widths, dtype=np.int64),
            first=first, variable=variable, stride=stride, table=table, map_first=map_first, map=answers_map,
            code_first=code_first, code_intervention=code_intervention,
            code_table=code_table.reshape(-1, self.n_cycles),
        )  # fmt: skip

    def _check_matrix(self, name: str) -> None:
        """Add rows that nobody asks for: a matrix whose diagonal is given must add up to 1 as it stands, everywhere."""
        domain = self.scenario.domains[name]
        if domain.matrix is None or self.keys_of(domain.matrix) & set(self.interventions):
            return
        cells, path = self.matrix_cells(name), ("tables", domain.matrix)
        tests = Tests(self)
        tests.quantity(domain.matrix)
        parents = self.parents(self.with_age(self.keys_of(domain.matrix)), tests)
        situations = self.situations(parents)
        names = tuple(parent.name for parent in parents)
        times = {self.time_signature(tests, cycle): cycle for cycle in reversed(range(self.n_cycles))}
        for start in domain.states:
            ends = [end for begin, end in cells if begin == start]
            if start not in ends:
                continue
            exits = [Exit(domain.states.index(end), domain.matrix, ends=(("from", start), ("to", end))) for end in ends]
            for cycle in times.values():
                sheet = self.sheet(exits, situations, dict(self.times[cycle]), complete=True)
                what = f"{name} from '{start}' in its matrix"
                layers = [dict(self.times[cycle]) if len(times) > 1 else {}]
                block = Block(0, what, ("",), tuple(domain.states), names, situations, layers, path)
                self.list.add([sheet], len(exits), block)

    def _domain_blocks(
        self, name: str, others: list[Parent], phased: list[str], width: int, tests: Tests
    ) -> tuple[list[int], list[list[int]]]:
        """First threshold of each cycle, and the phase tables of each intervention in each cycle."""
        states = self.scenario.domains[name].states
        situations = self.situations(others)
        n_rows = len(states) * len(situations)
        blocks: dict[tuple[Any, ...], int] = {}
        bases = [0] * self.n_cycles
        tables = [[-1] * self.n_cycles for _ in phased]
        worked_out: dict[tuple[Any, ...], list[Sheet]] = {}
        acts = [act for out, _ in self.exits[name] for way in out for act in way.acts]
        keys = {i: [self._phase_key(tests, acts, i, code) for code in range(self.declined + 1)] for i in phased}
        for time, cycles, groups in self._stretches(tests, keys):
            phases = [[of[0] for of in group.values()] for group in groups]
            sheets: dict[tuple[int, ...], list[Sheet]] = {}
            numbers: dict[tuple[Any, ...], int] = {}
            which = np.empty([len(possible) for possible in phases], dtype=np.int64)
            for place in np.ndindex(which.shape):
                phase_of = {i: phases[axis][place[axis]] for axis, i in enumerate(phased)}
                known = (time, *(keys[i][phase] for i, phase in phase_of.items()))
                if known not in worked_out:
                    around = dict(self.times[time])
                    for intervention, phase in phase_of.items():
                        around |= self.phases(intervention, phase)
                    worked_out[known] = [
                        self.sheet(out, situations, around | {name: states[own]})
                        for own, (out, _) in enumerate(self.exits[name])
                    ]
                sheets[place] = worked_out[known]
                key = tuple(sheet.key for sheet in sheets[place])
                which[place] = numbers.setdefault(key, len(numbers))
            classes, chosen = _merged(which)
            step = n_rows * width
            for axis in reversed(range(len(phased))):
                n_classes = int(classes[axis].max()) + 1
                # Codes that nobody has here are filled in too, so that one code can stand for later ones.
                of_key = {key: int(cls) * step for key, cls in zip(groups[axis], classes[axis], strict=True)}
                addends = [of_key.get(key, 0) for key in keys[phased[axis]]]
                table = self.code_table(addends) if n_classes > 1 else -1
                for cycle in cycles:
                    tables[axis][cycle] = table
                step *= n_classes
            places = list(itertools.product(*chosen))
            key = tuple(tuple(sheet.key for sheet in sheets[place]) for place in places)
            if key not in blocks:
                layers: list[Situation] = []
                for place in places:
                    layer = dict(self.times[time])
                    for axis, intervention in enumerate(phased):
                        layer |= {intervention: self.phases(intervention, phases[axis][place[axis]])[intervention]}
                    layers.append(layer)
                names = tuple(parent.name for parent in others)
                block = Block(0, name, tuple(states), tuple(states), names, situations, layers, ("domains", name))
                blocks[key] = self.list.add([sheet for place in places for sheet in sheets[place]], width, block)
            for cycle in cycles:
                bases[cycle] = blocks[key]
        return bases, tables

    def _stretches(
        self, tests: Tests, keys: Mapping[str, Sequence[Hashable]]
    ) -> Iterator[tuple[int, list[int], list[dict[Hashable, list[int]]]]]:
        """Yield cycles that share their rows: a cycle of that time, all of them, and the codes of each intervention.

        Codes with the same rows stand together, 0 in the first group. Cycles that nothing tells apart share one block
        with all codes that occur in any of them, unless the combinations of several interventions make that larger
        than a block for each cycle.
        """
        alike: dict[Hashable, list[int]] = {}
        for cycle in range(self.n_cycles):
            alike.setdefault(self.time_signature(tests, cycle), []).append(cycle)
        for cycles in alike.values():
            by_cycle = {cycle: [self._codes_alike(of, i, [cycle]) for i, of in keys.items()] for cycle in cycles}
            together = [self._codes_alike(of, i, cycles) for i, of in keys.items()]
            apart = sum(math.prod(map(len, groups)) for groups in by_cycle.values())
            if math.prod(map(len, together)) <= apart:
                yield cycles[0], cycles, together
                continue
            for cycle, groups in by_cycle.items():
                yield cycles[0], [cycle], groups

    def _codes_alike(
        self, keys: Sequence[Hashable], intervention: str, cycles: Sequence[int]
    ) -> dict[Hashable, list[int]]:  # fmt: skip
        """The codes that can occur in some cycles, those with the same rows together; 0 is in the first group."""
        groups: dict[Hashable, list[int]] = {}
        possible = dict.fromkeys(code for cycle in cycles for code in self.possible_codes(intervention, cycle))
        for code in possible:
            groups.setdefault(keys[code], []).append(code)
        return groups

    def _phase_key(self, tests: Tests, acts: Sequence[Act], intervention: str, code: int) -> Hashable:
        """Equal for codes with the same rows."""
        effects = tuple(act.signature(self, code) for act in acts if act.intervention == intervention)
        return self.phase_signature(tests, intervention, code), effects

    def compile(self) -> Compiled:
        """Compile everything."""
        scenario = self.scenario
        counted = account(scenario)
        names = start_points(self)
        asked = [f"{name}.{what}" for what in ("uptake", "drop_out") for name in self.interventions]
        drawn = [f"parameter.{name}" for name in self.file.distributions]  # they must not collide with questions either
        points = decision_points([*names, *asked, *scenario.domains, *drawn])
        starts, asking = self.starts(points), Asking(self, self.values, self.list)
        asks, places = asking.arrays(points), asking.places()
        moves, memories = self.moves(points), remembered(self, self.file)
        counting = Counting(self, counted)
        life, dead = -1, 0
        if self.life is not None:
            life, dead = self.number[self.life[0]], self.levels[self.life[0]].index(self.life[1])
        strategies = list(scenario.strategies)
        sizes = [
            len(self.attributes), len(scenario.domains), len(self.interventions), len(strategies),
            self.n_cycles, life, dead, len(counting.groups), len(counted.time), len(counted.events),
            len(scenario.memory), strategies.index(scenario.comparator),
        ]  # fmt: skip
        groups, masks = counting.arrays()
        meaning = codes(self, asks, moves, groups)
        add = np.array(self.add, dtype=np.uint32)
        plan = Plan(np.array(sizes, dtype=np.int64), add, meaning, starts, asks, moves, memories, groups, masks)
        return Compiled(
            self.file,
            counted,
            self.values,
            self.list.rows(),
            plan,
            self.list.n_thresholds,
            counting.n_hist,
            self.list.blocks,
            places,
        )


def start_points(frame: Frame) -> list[str]:
    """Names of the decision points before the first cycle, one for each variable in the order of the engine."""
    attributes = [f"attribute.{name}" for name in frame.attributes]
    return attributes + [f"start.{name}" for name in (*frame.scenario.domains, *frame.scenario.memory)]


def _jumps(n_states: int) -> list[int]:
    """Answers of a domain in continuous time: every other state in order, then staying."""
    return [answer for own in range(n_states) for answer in [*(s for s in range(n_states) if s != own), own]]


def _answers(ways: Sequence[tuple[Sequence[Exit], int]]) -> list[int]:
    """Answer by own state and number of thresholds passed: the exits in order, then the rest."""
    width = max(len(exits) for exits, _ in ways)
    answers = []
    for exits, rest in ways:
        targets = [way.target for way in exits]
        answers += targets + [rest] * (width + 1 - len(targets))
    return answers


def _merged(which: NDArray[np.int64]) -> tuple[list[NDArray[np.int64]], list[list[int]]]:
    """Merge equal slices along each axis: class of each position, and one position for each class."""
    classes, chosen = [], []
    for axis in range(which.ndim):
        slices = np.moveaxis(which, axis, 0).reshape(which.shape[axis], -1)
        seen: dict[bytes, int] = {}
        positions: list[int] = []
        of = []
        for position, piece in enumerate(slices):
            group = seen.setdefault(piece.tobytes(), len(seen))
            if group == len(positions):
                positions.append(position)
            of.append(group)
        classes.append(np.array(of, dtype=np.int64))
        chosen.append(positions)
    return classes, chosen


def compile_scenario(file: ScenarioFile) -> Compiled:
    """Compile a scenario to arrays.

    Raises
    ------
    ScenarioError
        A table has no cell for a situation that can occur.
    ModelError
        The model has too many situations, or two names share their random numbers.
    """
    return Compiler(file).compile()


__all__ = ["compile_scenario"]
