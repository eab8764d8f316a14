"""The model as arrays: from a scenario to `Rows` and a `Plan` that the kernels run.

Every question the model asks (an attribute, a starting state, an enrolment, a move) becomes rows, one
for each situation it can be asked in. For a move, the situation has three layers: the cycle (age
and calendar year), the phases of interventions, and the states and attributes of the person. A
*sheet* holds the rows of all states and attributes for one cycle and one combination of phases.
Phases that give the same sheets are merged into classes, and cycles with the same sheets share one
*block*, so only what differs is built for each draw.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from simcore.errors import ModelError, shown
from simcore.kernels import tables as kernel_tables
from simcore.kernels.passes import fits
from simcore.kernels.plan import Moves, Plan
from simcore.model.acts import Act, acts_on
from simcore.model.asking import Asking, changes_nobody, codes
from simcore.model.beginning import Beginning, start_points
from simcore.model.compiled import Compiled
from simcore.model.counting import Counting
from simcore.model.frame import Lists, Parent, Tests
from simcore.model.layers import Combination, combinations, lay_out, merged, number_of, sets_of
from simcore.model.ledger import account
from simcore.model.remembering import remembered
from simcore.model.rows import MOST_ROWS, Block, Sheet
from simcore.model.sheets import Exit, Sheets, answers_of
from simcore.randomness import decision_points
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.phases import EXACT
from simcore.scenario.structure import Way
from simcore.scenario.variables import Situation
from simcore.uncertainty.sampling import addresses

#: Combinations of the phases of programmes in a strategy, where they change the same domain.
_MOST_COMBINATIONS = 5_000
#: Combinations in all strategies, with the gaps between them.
_MOST_LAYERS = 20_000
#: Ways out of states, and what acts on them, each time they are looked at anew: for another time or combination.
_MOST_LOOKED_AT = 200_000


class Compiler(Sheets):
    """Turns a scenario into a `Compiled` model."""

    def __init__(self, file: ScenarioFile) -> None:
        super().__init__(file)
        self.exits = {name: self._exits(name) for name in self.scenario.domains}
        self._n_looked_at = 0

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

    # -- the parts of the plan ------------------------------------------------------------

    def moves(self, points: Mapping[str, int]) -> Moves:
        """Rows of every domain, and how the situation of a person finds its row."""
        readers, phase_lists, maps = Lists(3), Lists(2), Lists(1)
        bases = np.zeros((len(self.scenario.domains), self.n_cycles), dtype=np.int64)
        widths, few = [], []
        for number, (name, domain) in enumerate(self.scenario.domains.items()):
            ways = self.exits[name]
            out = [way for exits, _ in ways for way in exits]
            wanted = self.variables_of(out)
            tests = self.tests_of(out)
            others = self.parents(wanted - {name}, tests)
            phased = [i for i in self.interventions if {i, i + EXACT} & wanted]
            continuous = domain.time == "continuous"
            width = len(domain.states) - 1 if continuous else max(len(exits) for exits, _ in ways)
            self._check_matrix(name)
            bases[number], tables = self._domain_blocks(name, others, phased, width, tests)
            own = Parent(name, self.levels[name])
            readers.rows(self.readers([own, *others], width))
            phase_lists.add([self.interventions.index(i) for i in phased], tables)
            maps.add(_jumps(len(domain.states)) if continuous else answers_of(ways))
            few.append(len(domain.states) if fits(len(domain.states), width) else 0)
            widths.append(width)
        first, variable, stride, table = readers.arrays(np.int64, np.uint32, np.int64)
        code_first, code_intervention, code_table = phase_lists.arrays(np.int64, np.int64)
        map_first, answers_map = maps.arrays(np.uint32)
        return Moves(
            point=np.array([points[name] for name in self.scenario.domains], dtype=np.uint32),
            base=bases,
            thresholds=np.array(widths, dtype=np.int64),
            first=first, variable=variable, stride=stride, table=table, map_first=map_first, map=answers_map,
            few=np.array(few, dtype=np.int64),
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
        sets = sets_of(phased, self.scenario.strategies.values())
        blocks: dict[tuple[Any, ...], int] = {}
        bases = [0] * self.n_cycles
        tables = [[-1] * self.n_cycles for _ in phased]
        worked_out: dict[tuple[Any, ...], tuple[list[Sheet], int]] = {}
        numbers: dict[tuple[Any, ...], int] = {}
        n_numbers = sum(1 + len(way.acts) for out, _ in self.exits[name] for way in out)
        acts: dict[str, list[Act]] = {i: [] for i in phased}
        for act in (act for out, _ in self.exits[name] for way in out for act in way.acts):
            if act.intervention is not None:
                acts[act.intervention].append(act)
        keys = {i: [self._phase_key(tests, acts[i], i, code) for code in range(self.declined + 1)] for i in phased}
        for time, cycles, groups in self._stretches(tests, keys, sets):
            self._check_combinations(name, phased, [len(group) for group in groups], n_rows)
            phases = [[of[0] for of in group.values()] for group in groups]
            sizes = [len(of) for of in phases]
            sheets: dict[Combination, list[Sheet]] = {}
            which: dict[Combination, int] = {}
            nobody = dict(self.times[time])
            for axis, intervention in enumerate(phased):
                nobody |= self.phases(intervention, phases[axis][0])
            for place in (place for axes in sets for place in combinations(axes, sizes)):
                if place in sheets:
                    continue
                known = (time, *((axis, keys[phased[axis]][phases[axis][cls]]) for axis, cls in place))
                if known not in worked_out:
                    self._n_looked_at += n_numbers
                    if self._n_looked_at > _MOST_LOOKED_AT:
                        raise ModelError(_too_often(name, n_numbers, phased))
                    around = dict(nobody)
                    for axis, cls in place:
                        around |= self.phases(phased[axis], phases[axis][cls])
                    found = [
                        self.sheet(out, situations, around | {name: states[own]})
                        for own, (out, _) in enumerate(self.exits[name])
                    ]
                    worked_out[known] = found, numbers.setdefault(tuple(of.key for of in found), len(numbers))
                sheets[place], which[place] = worked_out[known]
            classes, chosen = merged(sizes, sets, which)
            addends, layers = lay_out([len(of) for of in chosen], sets)
            step = n_rows * width
            for axis in reversed(range(len(phased))):
                # Codes that nobody has here are filled in too, so that one code can stand for later ones.
                of_key = {key: addends[axis][cls] * step for key, cls in zip(groups[axis], classes[axis], strict=True)}
                of_code = [of_key.get(key, 0) for key in keys[phased[axis]]]
                table = self.code_table(of_code) if len(chosen[axis]) > 1 else -1
                for cycle in cycles:
                    tables[axis][cycle] = table
            most = min(_MOST_LAYERS, MOST_ROWS // n_rows)
            if len(layers) > most:
                raise ModelError(
                    f"the strategies combine the programmes that change {name} ({shown(', '.join(phased), 200)}) in so "
                    f"many ways that {len(layers):,} combinations of their phases are kept; at most {most:,} are "
                    "possible. Compare fewer strategies with several programmes at once."
                )
            places = [tuple([(axis, chosen[axis][cls]) for axis, cls in layer]) for layer in layers]
            key = tuple(which[place] for place in places)
            if key not in blocks:
                told: dict[Combination, Situation] = {}
                for place in dict.fromkeys(places):
                    layer = dict(nobody)
                    for axis, cls in place:
                        layer |= self.phases(phased[axis], phases[axis][cls])
                    told[place] = {name: value for name, value in layer.items() if not name.endswith(EXACT)}
                around_all = [told[place] for place in places]
                names = tuple(parent.name for parent in others)
                block = Block(0, name, tuple(states), tuple(states), names, situations, around_all, ("domains", name))
                blocks[key] = self.list.add([sheet for place in places for sheet in sheets[place]], width, block)
            for cycle in cycles:
                bases[cycle] = blocks[key]
        self.forget()
        return bases, tables

    def _check_combinations(self, domain: str, phased: Sequence[str], sizes: Sequence[int], n_rows: int) -> None:
        """Refuse more combinations of programmes in a strategy than can be worked out.

        Raises
        ------
        ModelError
            There are too many; the message names the strategy.
        """
        size_of = dict(zip(phased, sizes, strict=True))
        self.list.check_room(domain, n_rows)
        most = min(_MOST_COMBINATIONS, MOST_ROWS // n_rows)
        for strategy, members in self.scenario.strategies.items():
            multiplied = [of for of in dict.fromkeys(members) if size_of.get(of, 1) > 1]
            number = math.prod(size_of[of] for of in multiplied)
            if number > most:
                programmes = shown(", ".join(f"{of} ({size_of[of]})" for of in multiplied), 300)
                raise ModelError(
                    f"the strategy {strategy} has {number:,} combinations of phases of the programmes that change "
                    f"{domain}: {programmes}; at most {most:,} are possible. Put fewer of them together in a strategy, "
                    "let their effects have fewer steps, or let the domain depend on less."
                )

    def _stretches(
        self, tests: Tests, keys: Mapping[str, Sequence[Hashable]], sets: Sequence[Sequence[int]]
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
            together = [self._codes_alike(of, i, cycles) for i, of in keys.items()]
            if len(cycles) == 1 or all(len(axes) <= 1 for axes in sets):  # nothing multiplies
                yield cycles[0], cycles, together
                continue
            by_cycle = {cycle: [self._codes_alike(of, i, [cycle]) for i, of in keys.items()] for cycle in cycles}
            apart = sum(number_of([*map(len, groups)], sets) for groups in by_cycle.values())
            if number_of([*map(len, together)], sets) <= apart:
                yield cycles[0], cycles, together
                continue
            for cycle, groups in by_cycle.items():
                yield cycles[0], [cycle], groups

    def _codes_alike(
        self, keys: Sequence[Hashable], intervention: str, cycles: Sequence[int]
    ) -> dict[Hashable, list[int]]:  # fmt: skip
        """The codes that can occur in some cycles, those with the same rows together; 0 is in the first group."""
        groups: dict[Hashable, list[int]] = {}
        seen = np.zeros(self.declined + 1, dtype=bool)
        for cycle in cycles:
            possible = np.array(self.possible_codes(intervention, cycle))
            new = possible[~seen[possible]]
            seen[new] = True
            for code in new.tolist():
                groups.setdefault(keys[code], []).append(code)
        return groups

    def _phase_key(self, tests: Tests, acts: Sequence[Act], intervention: str, code: int) -> Hashable:
        """Equal for codes with the same rows; `acts` are the effects of the intervention."""
        effects = tuple(act.signature(self, code) for act in acts)
        return self.phase_signature(tests, intervention, code), effects

    def compile(self) -> Compiled:
        """Compile everything."""
        scenario = self.scenario
        counted = account(scenario)
        names = start_points(self)
        asked = [f"{name}.{what}" for what in ("uptake", "drop_out") for name in self.interventions]
        drawn = addresses(self.file.distributions, self.file.dependence)  # they must not collide with questions either
        points = decision_points([*names, *asked, *scenario.domains, *drawn])
        starts, asking = Beginning(self).starts(points), Asking(self, self.values, self.list)
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
        alone = changes_nobody(asks, moves)
        groups, masks = counting.arrays(alone)
        meaning = codes(self, asks, moves, groups, alone)
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


def _jumps(n_states: int) -> list[int]:
    """Answers of a domain in continuous time: every other state in order, then staying."""
    return [answer for own in range(n_states) for answer in [*(s for s in range(n_states) if s != own), own]]


def _too_often(domain: str, n_numbers: int, phased: Sequence[str]) -> str:
    """Say that the numbers of a domain are looked at too often."""
    programmes = f", and for every combination of phases of {shown(', '.join(phased), 200)}" if phased else ""
    return (
        f"{domain} depends on too much at once: its ways out and what acts on them are {n_numbers:,} numbers, "
        f"which are looked at for every time that makes a difference{programmes}. With those of other domains that is "
        f"more than {_MOST_LOOKED_AT:,} times. Let it depend on fewer years, give it fewer ways, or let fewer "
        "programmes change it, in fewer steps."
    )


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
