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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.kernels import tables as kernel_tables
from simcore.kernels.lives import Plan
from simcore.model.compiled import Compiled
from simcore.model.counting import Counting
from simcore.model.frame import Frame, Lists, Situation
from simcore.model.ledger import CYCLE_YEARS, account, alive
from simcore.model.rows import Block, RowList, Sheet
from simcore.model.values import Values, Weakened
from simcore.randomness import decision_points
from simcore.scenario.conditions import Condition, parse_band, parse_condition, parse_move
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Effect, Modifier, Move, Shares

_KINDS = {
    "risk_ratio": kernel_tables.RISK_RATIO,
    "odds_ratio": kernel_tables.ODDS_RATIO,
    "hazard_ratio": kernel_tables.HAZARD_RATIO,
    "risk_difference": kernel_tables.RISK_DIFFERENCE,
}


@dataclass(frozen=True)
class Act:
    """A modifier, or an intervention's effect, on one move."""

    modifier: Modifier
    condition: Condition
    intervention: str | None = None
    first: int = 1
    last: int | None = None

    @property
    def kind(self) -> int:
        """Which of the kernel's kinds it is."""
        return _KINDS[self.modifier.scale]

    def cycles_faded(self, phase: int) -> int | None:
        """How many cycles the effect has faded in a phase; None when it does not act."""
        if phase < self.first:
            return None
        if self.last is None or phase <= self.last:
            return 0
        fading = isinstance(self.modifier, Effect) and self.modifier.fade is not None
        return phase - self.last if fading else None


@dataclass(frozen=True)
class Exit:
    """A way out of a state: where to, the baseline, and what acts on it."""

    target: int
    baseline: str | float
    is_rate: bool = False
    acts: tuple[Act, ...] = ()


class Compiler(Frame):
    """Turns a scenario into a `Compiled` model."""

    def __init__(self, file: ScenarioFile) -> None:
        super().__init__(file.scenario)
        self.file = file
        self.values = Values(file)
        self.list = RowList(CYCLE_YEARS[self.scenario.cycle])
        self.exits = {name: self._exits(name) for name in self.scenario.domains}

    # -- what the scenario says, resolved ----------------------------------------------

    def _exits(self, name: str) -> list[tuple[list[Exit], int]]:
        """Exits and rest of every state of a domain."""
        domain = self.scenario.domains[name]
        states = {state: number for number, state in enumerate(domain.states)}
        exits: list[list[Exit]] = [[] for _ in domain.states]
        rest = list(range(len(domain.states)))
        for text, move in domain.moves.items():
            parsed = parse_move(text)
            assert parsed is not None  # checked with the scenario
            start, end = states[parsed.start], states[parsed.end]
            if not isinstance(move, Move):
                rest[start] = end
                continue
            acts = [Act(modifier, parse_condition(modifier.if_)) for modifier in move.modifiers]
            acts += self._effects(f"{name}.{text}")
            baseline = move.probability if move.probability is not None else move.rate
            assert baseline is not None  # by the schema
            exits[start].append(Exit(end, baseline, move.rate is not None, tuple(acts)))
        # Exits are tried in the order of the states, whatever the order of the moves in the file.
        return [(sorted(out, key=lambda e: e.target), rest[number]) for number, out in enumerate(exits)]

    def _effects(self, move: str) -> list[Act]:
        acts = []
        for name, intervention in self.scenario.interventions.items():
            for effect in intervention.effects:
                if effect.move == move:
                    first, last = effect.years
                    assert isinstance(first, int)  # by the schema
                    end = None if last == "onwards" else int(last)
                    acts.append(Act(effect, parse_condition(effect.if_), name, first, end))
        return acts

    # -- rows ---------------------------------------------------------------------------

    def _variables(self, exits: Iterable[Exit]) -> set[str]:
        """Everything that exits depend on."""
        found: set[str] = set()
        for way in exits:
            found.update(self.values.keys_of(way.baseline))
            for act in way.acts:
                found |= act.condition.variables
                found.update(self.values.keys_of(act.modifier.size))
                if act.intervention is not None:
                    found.add(act.intervention)
        return found

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
            situation = around | inner
            for number, way in enumerate(exits):
                base[row, number] = self.values.quantity(way.baseline, situation)
            for number, (_, act) in enumerate(acts):
                modifiers[row, number] = self._act(act, situation)
        return Sheet(
            tuple(way.target for way in exits), any(way.is_rate for way in exits), complete, base, modifiers,
            tuple(act.kind for _, act in acts), tuple(number for number, _ in acts),
        )  # fmt: skip

    def _act(self, act: Act, situation: Situation) -> int:
        """Column of a modifier in a situation, -1 when it does not act."""
        if not act.condition.holds(situation):
            return -1
        faded = 0
        if act.intervention is not None:
            phase = situation[act.intervention]
            assert isinstance(phase, int)
            in_window = act.cycles_faded(phase)
            if in_window is None:
                return -1
            faded = in_window
        modifier = act.modifier
        size = self.values.quantity(modifier.size, situation)
        fade = modifier.fade if isinstance(modifier, Effect) and faded > 0 else None
        if modifier.movable_share is None and fade is None:
            return size
        share = None if modifier.movable_share is None else self.values.quantity(modifier.movable_share, situation)
        half_life = None if fade is None else self.values.quantity(fade.half_life, situation)
        is_ratio = modifier.scale != "risk_difference"
        return self.values.column(Weakened(size, is_ratio, share, half_life, faded if fade is not None else 0))

    def _alike(self, ways: Iterable[Exit]) -> list[Situation]:
        """For each cycle, the first cycle's age and year that mean the same to these exits.

        Ages inside the same bands of every table and condition give the same rows, which then
        need to be worked out only once.
        """
        conditions: list[Condition] = []
        bands: dict[str, set[Any]] = {"age": set(), "year": set()}
        for way in ways:
            quantities = [way.baseline, *(act.modifier.size for act in way.acts)]
            conditions += [act.condition for act in way.acts]
            for table in (self.scenario.tables.get(str(quantity)) for quantity in quantities):
                for row in table.cells if table is not None else ():
                    for key in bands.keys() & row.keys.keys():
                        bands[key].add(parse_band(row.keys[key]))
        for condition in conditions:
            for part in condition.leaves():
                if part.variable in bands:
                    bands[part.variable].add(part.values)
        alike: list[Situation] = []
        seen: dict[tuple[bool, ...], Situation] = {}
        for time in self.times:
            signature = tuple(time[key] in band for key, values in bands.items() for band in values)
            alike.append(seen.setdefault(signature, time))
        return alike

    # -- the parts of the plan ------------------------------------------------------------

    def starts(self) -> dict[str, Any]:
        """Attributes and starting states."""
        lists, maps = Lists(2), Lists(1)
        known, bases, widths = [], [], []
        population = self.scenario.population
        questions: list[tuple[str, str | Shares]] = [*population.attributes.items()]
        questions += [(domain, population.start_states[domain]) for domain in self.scenario.domains]
        for name, start in questions:
            answers = self.levels[name]
            if isinstance(start, str):
                known.append(answers.index(start))
                bases.append(0)
                widths.append(0)
                lists.add([], [])
                maps.add([])
                continue
            known.append(-1)
            shares = {answer: start.get(answer, 0.0) for answer in answers}
            rests = [number for number, share in enumerate(shares.values()) if share == "rest"]
            # Without a rest, the last level with a share takes what rounding leaves; a level without one gets nothing.
            given = [number for number, share in enumerate(shares.values()) if share != 0.0]
            rest = rests[0] if rests else given[-1]
            exits = [Exit(number, share) for number, share in enumerate(shares.values()) if share != "rest"]
            parents = sorted(self._variables(exits) & set(self.number), key=self.number.__getitem__)
            situations = self.situations(parents)
            sheet = self.sheet(exits, situations, dict(self.times[0]), complete=not rests)
            what = f"the attribute {name}" if name in population.attributes else f"the start of {name}"
            block = Block(0, what, ("",), answers, tuple(parents), situations, [{}])
            bases.append(self.list.add([sheet], len(exits), block))
            lists.add([self.number[p] for p in parents], self.strides(parents, len(exits)))
            maps.add(_answers([(exits, rest)]))
            widths.append(len(exits))
        first, variable, stride = lists.arrays(np.int64, np.uint32)
        map_first, answers_map = maps.arrays(np.uint8)
        return {
            "start_known": np.array(known, dtype=np.int64),
            "start_base": np.array(bases, dtype=np.int64),
            "start_first": first,
            "start_variable": variable,
            "start_stride": stride,
            "start_map_first": map_first,
            "start_map": answers_map,
            "start_thresholds": np.array(widths, dtype=np.int64),
        }

    def enrolments(self) -> dict[str, Any]:
        """Who is asked when, and the probability that they take part."""
        lists = Lists(2)
        bases = np.full((len(self.interventions), self.n_cycles), -1, dtype=np.int64)
        for number, name in enumerate(self.interventions):
            enrol = self.scenario.interventions[name].enrol
            cycle = self.enrolment_cycle(name)
            condition = parse_condition(enrol.if_) & alive(self.scenario)
            wanted = condition.variables | set(self.values.keys_of(enrol.uptake))
            parents = sorted(wanted & set(self.number), key=self.number.__getitem__)
            situations = self.situations(parents)
            asked = np.array([condition.holds(situation) for situation in situations])
            base = np.empty((len(situations), 1), dtype=np.int32)
            for row, situation in enumerate(situations):
                taken: str | float = enrol.uptake if asked[row] else 0.0
                base[row, 0] = self.values.quantity(taken, situation | self.times[cycle])
            sheet = Sheet((0,), False, False, base, np.zeros((len(situations), 0), dtype=np.int32), (), ())
            block = Block(
                0, f"enrolment in {name}", ("",), ("takes part", "does not"), tuple(parents), situations,
                [dict(self.times[cycle])],
            )  # fmt: skip
            bases[number, cycle] = self.list.add([sheet], 1, block)
            lists.add([self.number[p] for p in parents], self.strides(parents, 1))
        first, variable, stride = lists.arrays(np.int64, np.uint32)
        return {"enrol_base": bases, "enrol_first": first, "enrol_variable": variable, "enrol_stride": stride}

    def moves(self) -> dict[str, Any]:
        """Rows of every domain, and how the situation of a person finds its row."""
        parents_lists, phase_lists, maps = Lists(2), Lists(2), Lists(1)
        bases = np.zeros((len(self.scenario.domains), self.n_cycles), dtype=np.int64)
        widths = []
        for number, name in enumerate(self.scenario.domains):
            ways = self.exits[name]
            wanted = self._variables(way for out, _ in ways for way in out)
            others = sorted((wanted & set(self.number)) - {name}, key=self.number.__getitem__)
            phased = [i for i in self.interventions if i in wanted]
            width = max(len(out) for out, _ in ways)
            bases[number], tables = self._domain_blocks(name, others, phased, width)
            parents = [name, *others]
            parents_lists.add([self.number[p] for p in parents], self.strides(parents, width))
            phase_lists.add([self.interventions.index(i) for i in phased], tables)
            maps.add(_answers(ways))
            widths.append(width)
        first, variable, stride = parents_lists.arrays(np.int64, np.uint32)
        phase_first, phase_intervention, phase_table = phase_lists.arrays(np.int64, np.int64)
        map_first, answers_map = maps.arrays(np.uint8)
        return {
            "move_base": bases,
            "move_thresholds": np.array(widths, dtype=np.int64),
            "move_first": first,
            "move_variable": variable,
            "move_stride": stride,
            "move_map_first": map_first,
            "move_map": answers_map,
            "phase_first": phase_first,
            "phase_intervention": phase_intervention,
            "phase_table": phase_table.reshape(-1, self.n_cycles),
        }

    def _domain_blocks(
        self, name: str, others: list[str], phased: list[str], width: int
    ) -> tuple[list[int], list[list[int]]]:
        """First threshold of each cycle, and the phase tables of each intervention in each cycle."""
        states = self.levels[name]
        situations = self.situations(others)
        n_rows = len(states) * len(situations)
        blocks: dict[tuple[Any, ...], int] = {}
        bases: list[int] = []
        tables: list[list[int]] = [[] for _ in phased]
        worked_out: dict[tuple[Any, ...], list[Sheet]] = {}
        alike = self._alike(way for out, _ in self.exits[name] for way in out)
        for cycle, time in enumerate(alike):
            phases = [self.possible_phases(intervention, cycle) for intervention in phased]
            sheets: dict[tuple[int, ...], list[Sheet]] = {}
            numbers: dict[tuple[Any, ...], int] = {}
            which = np.empty([len(possible) for possible in phases], dtype=np.int64)
            for place in np.ndindex(which.shape):
                phase_of = {i: phases[axis][place[axis]] for axis, i in enumerate(phased)}
                around: Situation = {**time, **phase_of}
                known = tuple(around.values())
                if known not in worked_out:
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
                addends = [0] * (max(phases[axis]) + 1)
                for phase, group in zip(phases[axis], classes[axis], strict=True):
                    addends[phase] = int(group) * step
                tables[axis].append(self.phase_table(addends) if n_classes > 1 else -1)
                step *= n_classes
            places = list(itertools.product(*chosen))
            key = tuple(tuple(sheet.key for sheet in sheets[place]) for place in places)
            if key not in blocks:
                layers: list[Situation] = [
                    {**self.times[cycle], **{i: phases[axis][place[axis]] for axis, i in enumerate(phased)}}
                    for place in places
                ]
                block = Block(0, name, states, states, tuple(others), situations, layers)
                blocks[key] = self.list.add([sheet for place in places for sheet in sheets[place]], width, block)
            bases.append(blocks[key])
        return bases, [list(column) for column in tables]

    def compile(self) -> Compiled:
        """Compile everything."""
        scenario = self.scenario
        counted = account(scenario)
        names = [f"attribute.{name}" for name in scenario.population.attributes]
        names += [f"start.{name}" for name in scenario.domains]
        asked = [f"{name}.uptake" for name in self.interventions]
        drawn = [f"parameter.{name}" for name in scenario.parameters]  # they must not collide with questions either
        points = decision_points([*names, *asked, *scenario.domains, *drawn])
        starts, enrolments, moves = self.starts(), self.enrolments(), self.moves()
        counting = Counting(self, counted)
        ends = {name: domain.ends_life for name, domain in scenario.domains.items() if domain.ends_life is not None}
        life, dead = -1, 0
        for name, state in ends.items():
            life, dead = self.number[name], self.levels[name].index(state)
        sizes = [
            len(scenario.population.attributes), len(scenario.domains), len(self.interventions),
            len(scenario.strategies),
            self.n_cycles, life, dead, len(counting.groups), len(counted.time), len(counted.events),
        ]  # fmt: skip
        uses = [[i in members for i in self.interventions] for members in scenario.strategies.values()]
        plan = Plan(
            sizes=np.array(sizes, dtype=np.int64),
            start_point=np.array([points[name] for name in names], dtype=np.uint32),
            enrol_point=np.array([points[name] for name in asked], dtype=np.uint32),
            move_point=np.array([points[name] for name in scenario.domains], dtype=np.uint32),
            phase_add=np.array(self.phase_add, dtype=np.uint32),
            uses=np.array(uses, dtype=np.uint8).reshape(len(uses), len(self.interventions)),
            **starts, **enrolments, **moves, **counting.arrays(),
        )  # fmt: skip
        return Compiled(
            self.file,
            counted,
            self.values,
            self.list.rows(),
            plan,
            self.list.n_thresholds,
            counting.n_hist,
            self.list.blocks,
        )


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
