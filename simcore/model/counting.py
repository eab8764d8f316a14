"""Which histograms the kernel keeps, and which of their cells each meter adds up.

Meters that look at few variables together share a *group*: one joint histogram, so that a person
costs one increment for all of them. A *mask* is the set of cells that a meter counts; it can differ
by cycle where a condition speaks of age or calendar year. A meter that looks at very many variables has a group of its
own, which counts how many parts of its condition fail instead of what each variable is (`Tally`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError, shown
from simcore.kernels.plan import BOTH_ENDS, BOUNDARIES, EVENTS, PARTS, Groups, Masks
from simcore.model.frame import Frame, Lists, Parent, Tests
from simcore.model.ledger import Account
from simcore.scenario.conditions import Condition, MoveText, Part
from simcore.scenario.phases import EXACT
from simcore.scenario.variables import TIMES

#: The variables of a joint histogram make at most this many cells, times the classes of codes: fewer passes over
#: persons against more cells to clear and fold in every draw (measured with 1,000 persons: best between 128 and 256).
_GROUP_CELLS = 256
#: A meter whose variables make more is counted by tallies: beyond what cases that ship need.
_MOST_VARIED = 4_096
#: Cells of a histogram; and numbers in the histograms of all strategies, of which each thread has its own.
_MOST_CELLS, _MOST_COUNTERS = 100_000, 250_000_000
_END = " at the end"


@dataclass(frozen=True)
class Tally:
    """How many variables do not fit parts of a condition: all of the parts hold where it is 0.

    `parts` are by variable, each looked at by no other part of the meter.
    """

    name: str
    parts: dict[str, list[Part]]


@dataclass
class Group:
    """Meters that are counted together.

    `variables` are attributes and domains at the start of a cycle, or, with `_END`, at its end; `phased` are
    interventions whose phase is looked at; `members` are numbers of meters; `tallies` stand for further variables.
    """

    kind: int
    variables: list[str]
    phased: list[str]
    members: list[int] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)


class Grid:
    """The cells of a group: classes of phases, then values of variables.

    Parameters
    ----------
    frame
        Variables and cycles.
    parents
        Variables of the group as the frame merges their values; at the start of a cycle or (with `_END`) at its end.
    classes
        Class of each code, by intervention.
    """

    def __init__(self, frame: Frame, parents: list[Parent], classes: dict[str, list[int]]) -> None:
        self.frame, self.classes = frame, classes
        self.values = {parent.name: parent.values for parent in parents}
        self.axes = {name: axis for axis, name in enumerate([*classes, *self.values])}
        self.shape = [max(of) + 1 for of in classes.values()] + [len(parent.values) for parent in parents]
        self._possible: dict[tuple[str, int], list[int]] = {}

    def mask(self, condition: Condition, move: MoveText | None, cycle: int) -> NDArray[np.bool_]:
        """Which cells a meter counts in a cycle."""
        mask = self._holds(condition, cycle)
        if move is not None:
            domain = move.domain
            assert domain is not None  # a meter's move is written with its domain
            states = self.frame.scenario.domains[domain].states
            moves = np.zeros(self.shape, dtype=bool)
            for start in states:
                ends = [move.fits(start, end) for end in states]
                if any(ends):
                    moves |= self._spread(domain, [state == start for state in states]) & self._spread(
                        domain + _END, ends
                    )
            mask &= moves
        return mask

    def occurs(self, mask: NDArray[np.bool_], cycle: int, taking_part: frozenset[str]) -> bool:
        """Whether anybody can be in the cells of a mask, given the interventions that a strategy has."""
        for axis, (intervention, of) in enumerate(self.classes.items()):
            if intervention not in taking_part:
                mask = np.take(mask, [of[0]], axis=axis)
                continue
            known = (intervention, cycle)
            if known not in self._possible:
                codes = self.frame.possible_codes(intervention, cycle)
                self._possible[known] = sorted({of[code] for code in codes})
            mask = np.take(mask, self._possible[known], axis=axis)
        return bool(mask.any())

    def _holds(self, condition: Condition, cycle: int) -> NDArray[np.bool_]:
        mask = np.ones(self.shape, dtype=bool)
        for part in condition.parts:
            mask &= self._part(part, cycle)
        for inner in condition.negated:
            mask &= ~self._holds(inner, cycle)
        return mask

    def _part(self, part: Part, cycle: int) -> NDArray[np.bool_] | bool:
        now = self.frame.times[cycle]
        if part.variable in now:
            return part.accepts(now[part.variable])
        if part.variable in TIMES:  # age, which the attributes tell
            mask = np.zeros(self.shape, dtype=bool)
            parents = self.frame.age_parents
            for levels in itertools.product(*(self.values[parent] for parent in parents)):
                known = dict(zip(parents, levels, strict=True))
                if part.accepts(self.frame.at(cycle, known)[part.variable]):
                    cells = np.ones(self.shape, dtype=bool)
                    for parent, level in known.items():
                        cells &= self._spread(parent, [value == level for value in self.values[parent]])
                    mask |= cells
            return mask
        name = part.variable.removesuffix(EXACT)
        if name in self.classes:
            of = self.classes[name]
            accepted = {number for code, number in enumerate(of) if self._accepts(part, name, code)}
            return self._spread(name, [number in accepted for number in range(max(of) + 1)])
        return self._spread(part.variable, [part.accepts(value) for value in self.values[part.variable]])

    def _accepts(self, part: Part, intervention: str, code: int) -> bool:
        return part.accepts(self.frame.phases(intervention, code)[part.variable])

    def _spread(self, name: str, holds: list[bool]) -> NDArray[np.bool_]:
        """Lay the truth for each value of a variable along its axis."""
        shape = [1] * len(self.shape)
        shape[self.axes[name]] = -1
        return np.array(holds).reshape(shape)


class Counting:
    """Lays out groups, histograms and masks for an account."""

    def __init__(self, frame: Frame, counted: Account) -> None:
        self.frame = frame
        self.meters = [*counted.time, *counted.events]
        self.strategies = list(frame.scenario.strategies)
        self._known_parents: dict[str, Parent] = {}
        self._known_times: dict[frozenset[Part], list[Hashable]] = {}
        self.tests = Tests(frame)
        for meter in self.meters:
            self.tests.condition(meter.condition)
        self._conditions = [meter.condition for meter in self.meters]
        self.groups = self._groups()
        self.meter_mask = np.full((len(self.meters), frame.n_cycles), -1, dtype=np.int64)
        self.n_hist = 0
        self._readers, self._code_readers, self._members = Lists(3), Lists(2), Lists(1)
        self._cells: list[int] = []
        self._hists: list[int] = []
        self._masks: list[NDArray[np.bool_]] = []
        self._without: list[dict[str, int]] = []
        most_slots = 2 * frame.n_cycles + 1
        self._active = np.zeros((len(self.groups), len(self.strategies), most_slots), dtype=np.uint8)
        for number, group in enumerate(self.groups):
            self._lay_out(number, group)

    def _groups(self) -> list[Group]:
        """Put each meter into the first group that stays small enough with it."""
        groups: list[Group] = []
        sizes: dict[int, int] = {}
        open_groups: dict[tuple[int, tuple[str, ...]], list[int]] = {}
        for number, meter in enumerate(self.meters):
            wanted = self.frame.with_age(meter.condition.variables)
            phased = sorted({name.removesuffix(EXACT) for name in wanted} & set(self.frame.interventions))
            variables = wanted & set(self.frame.number)
            kind = BOTH_ENDS if phased else BOUNDARIES
            if meter.move is not None:
                assert meter.move.domain is not None
                kind = EVENTS
                variables |= {meter.move.domain, meter.move.domain + _END}
            size = self._size(variables)
            if size > _MOST_VARIED:
                groups.append(self._tallied(number, kind, variables, phased))
                continue
            candidates = open_groups.setdefault((kind, tuple(phased)), [])
            for place in candidates:
                group = groups[place]
                together = sizes[place] * self._size(variables.difference(group.variables))
                if together <= _GROUP_CELLS:
                    group.variables, sizes[place] = sorted(variables | set(group.variables)), together
                    group.members.append(number)
                    break
            else:
                groups.append(Group(kind, sorted(variables), phased, [number]))
                sizes[len(groups) - 1] = size
                if size <= _GROUP_CELLS:
                    candidates.append(len(groups) - 1)
        for group in [group for group in groups if group.kind == BOUNDARIES and not group.tallies]:
            # Whoever is counted at both ends of a cycle, by variables and phases, can be counted by variables alone.
            for other in groups:
                if other.kind == BOTH_ENDS and set(group.variables) <= set(other.variables):
                    other.members += group.members
                    groups.remove(group)
                    break
        return groups

    def _tallied(self, number: int, kind: int, variables: set[str], phased: list[str]) -> Group:
        """A group of its own for a meter: variables that a single condition in it looks at, by value only, are tallied.

        Others are those that a move is of, and those that tell the age.
        """
        meter = self.meters[number]
        seen = [name for one in _all_of(meter.condition) for name in {part.variable for part in one.parts}]
        kept = set(self.frame.age_parents) if {"age", "start_age"} & set(seen) else set()
        if meter.move is not None and meter.move.domain is not None:
            kept.add(meter.move.domain)
        free = {name for name in variables - kept if seen.count(name) == 1}
        tallies: list[Tally] = []
        self._conditions[number] = _with_tallies(meter.condition, free, tallies)
        return Group(kind, sorted(variables - free), phased, [number], tallies)

    def _parents(self, variables: Iterable[str]) -> list[Parent]:
        """The variables of a group with their values, merged where no meter tells them apart."""
        for variable in variables:
            if variable not in self._known_parents:
                (parent,) = self.frame.parents([variable.removesuffix(_END)], self.tests)
                self._known_parents[variable] = Parent(variable, parent.values, parent.classes)
        return [self._known_parents[variable] for variable in variables]

    def _size(self, variables: Iterable[str]) -> int:
        return math.prod(len(parent.values) for parent in self._parents(variables))

    def _lay_out(self, number: int, group: Group) -> None:
        """Work out the masks of a group's meters and store where everything lies."""
        frame = self.frame
        tests = Tests(frame)
        for meter in group.members:
            tests.condition(self.meters[meter].condition)
        classes = {intervention: frame.classes_of_codes(tests, intervention) for intervention in group.phased}
        parents = self._parents(group.variables)
        parents += [Parent(tally.name, tuple(range(len(tally.parts) + 1))) for tally in group.tallies]
        grid = Grid(frame, parents, classes)
        self._check_size(group, grid)
        members = [frozenset(of) & set(group.phased) for of in self.frame.scenario.strategies.values()]
        numbers: dict[bytes, int] = {}
        masks: list[NDArray[np.bool_]] = []
        slots = [self._slots(group.kind, cycle) for cycle in range(frame.n_cycles)]
        for meter in group.members:
            alike: dict[Hashable, NDArray[np.bool_]] = {}  # cycles that the meter's condition does not tell apart
            known: dict[Hashable, tuple[int, NDArray[np.uint8]]] = {}
            for cycle, time in enumerate(self._times_of(self.meters[meter].condition)):
                at = (time, cycle if group.phased else 0)  # the phases that there can be differ by cycle
                if at not in known:
                    if time not in alike:
                        alike[time] = grid.mask(self._conditions[meter], self.meters[meter].move, cycle)
                    mask = alike[time]
                    occurs = {of: grid.occurs(mask, cycle, of) for of in dict.fromkeys(members)}
                    counting = np.array([occurs[of] for of in members], dtype=np.uint8)
                    key, number_of_mask = mask.tobytes(), -1
                    if counting.any():
                        number_of_mask = numbers.setdefault(key, len(masks))
                        if number_of_mask == len(masks):
                            masks.append(mask)
                    known[at] = number_of_mask, counting
                self.meter_mask[meter, cycle], counting = known[at]
                if self.meter_mask[meter, cycle] >= 0:
                    for slot in slots[cycle]:
                        self._active[number, :, slot] |= counting
        shape, step = grid.shape, math.prod(grid.shape)
        strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        n_phased = len(group.phased)
        added = [
            frame.code_table([of * stride for of in classes[intervention]])
            for intervention, stride in zip(group.phased, strides, strict=False)
        ]
        stacked = np.stack(masks) if masks else np.zeros((0, *shape), dtype=bool)
        self._masks.append(stacked)
        self._without.append({i: of[0] for i, of in classes.items()})
        readers = []
        for parent, stride in zip(parents[: len(group.variables)], strides[n_phased:], strict=False):
            table = -1 if parent.classes is None else frame.table([of * stride for of in parent.classes])
            readers.append((self._row(parent.name), stride, table))
        for tally, stride in zip(group.tallies, strides[n_phased + len(group.variables) :], strict=True):
            for variable, parts in tally.parts.items():
                fits = [all(part.accepts(value) for part in parts) for value in frame.levels[variable]]
                readers.append((self._row(variable), stride, frame.table([0 if fine else stride for fine in fits])))
        self._readers.rows(readers)
        self._code_readers.add([frame.interventions.index(i) for i in group.phased], added)
        self._members.add(group.members)
        self._cells.append(step)
        self._hists.append(self.n_hist)
        n_slots = {BOUNDARIES: frame.n_cycles + 1, BOTH_ENDS: 2 * frame.n_cycles, EVENTS: frame.n_cycles}[group.kind]
        self.n_hist += n_slots * PARTS * step

    def _times_of(self, condition: Condition) -> list[Hashable]:
        """Equal for cycles that a condition does not tell apart."""
        parts = [part for part in condition.leaves() if part.variable in TIMES]
        key = frozenset(parts)
        if key not in self._known_times:
            tests = Tests(self.frame)
            tests.condition(Condition(tuple(parts)))
            self._known_times[key] = [self.frame.time_signature(tests, cycle) for cycle in range(self.frame.n_cycles)]
        return self._known_times[key]

    def _check_size(self, group: Group, grid: Grid) -> None:
        """Refuse what would need too many counters.

        Raises
        ------
        ModelError
            The prices, costs and outcomes that count this look at too much at once, or all of them together do.
        """
        cells, slots = math.prod(grid.shape), len(self._slots(group.kind, 0)) * self.frame.n_cycles
        counters = (self.n_hist + slots * PARTS * cells) * len(self.strategies)
        if cells <= _MOST_CELLS and counters <= _MOST_COUNTERS:
            return
        counted = self.meters[group.members[0]].name
        sizes = zip([*grid.classes, *grid.values], grid.shape, strict=True)
        looked_at = ", ".join(f"{name} ({size})" for name, size in sizes)
        if cells > _MOST_CELLS:
            raise ModelError(
                f"what a price, cost or outcome counts looks at once at {shown(looked_at, 400)}: that makes {cells:,} "
                f"cells, and at most {_MOST_CELLS:,} are possible. It counts: {shown(counted, 200)}. Let it look at "
                "fewer of them."
            )
        raise ModelError(
            f"prices, costs and outcomes count so much that {counters:,} counters are needed for "
            f"{len(self.strategies)} strategies and {self.frame.n_cycles} cycles; at most {_MOST_COUNTERS:,} are "
            f"possible. Among what is counted is: {shown(counted, 200)}. Let it look at less at once, or take fewer "
            "strategies or cycles."
        )

    @staticmethod
    def _slots(kind: int, cycle: int) -> list[int]:
        """Slots of the histogram that a cycle reads."""
        return {BOUNDARIES: [cycle, cycle + 1], BOTH_ENDS: [2 * cycle, 2 * cycle + 1], EVENTS: [cycle]}[kind]

    def _row(self, variable: str) -> int:
        """Where the kernel keeps a variable: at the start of the cycle, or at its end."""
        if variable.endswith(_END):
            return len(self.frame.names) + self.frame.number[variable.removesuffix(_END)]
        return self.frame.number[variable]

    def arrays(self, changes_nobody: NDArray[np.bool_]) -> tuple[Groups, Masks]:
        """Groups and masks as the kernel wants them.

        Parameters
        ----------
        changes_nobody
            (intervention,): see `simcore.model.asking.changes_nobody`. Codes in these are tracked along the
            comparator's path for whichever strategy has them.
        """
        first, variable, stride, table = self._readers.arrays(np.int64, np.uint32, np.int64)
        code_first, code_intervention, code_table = self._code_readers.arrays(np.int64, np.int64)
        meter_first, meter = self._members.arrays(np.int64)
        along = {name for name, alone in zip(self.frame.interventions, changes_nobody, strict=True) if alone}
        base = self.strategies.index(self.frame.scenario.comparator)
        for number, group in enumerate(self.groups):
            if along & set(group.phased):  # what another strategy counts is found where the comparator has people
                self._active[number, base] |= self._active[number].any(axis=0)
        both = zip(self._masks, self._without, strict=True)
        apart = [math.prod(masks.shape[1 + len(phased) :]) for masks, phased in both]
        groups = Groups(
            kind=np.array([group.kind for group in self.groups], dtype=np.int64),
            cells=np.array(self._cells, dtype=np.int64),
            apart=np.array(apart, dtype=np.int64),
            hist=np.array(self._hists, dtype=np.int64),
            first=first, variable=variable, stride=stride, table=table,
            code_first=code_first, code_intervention=code_intervention, code_table=code_table,
            active=self._active,
        )  # fmt: skip
        member = _Stored()
        firsts = [member.place_of(masks) for masks in self._masks]
        usual = [
            [member.place_of(self._seen(number, along - set(members))) for number in range(len(self.groups))]
            for members in self.frame.scenario.strategies.values()
        ]
        masks = Masks(
            number=np.array([len(masks) for masks in self._masks], dtype=np.int64),
            first=np.array(firsts, dtype=np.int64),
            usual=np.array(usual, dtype=np.int64),
            member=member.joined(),
            meter_first=meter_first, meter=meter, of_meter=self.meter_mask,
        )  # fmt: skip
        return groups, masks

    def _seen(self, number: int, without: set[str]) -> NDArray[np.bool_]:
        """The masks of a group for who takes part in some interventions as if they did not."""
        masks = self._masks[number]
        for axis, (intervention, cls) in enumerate(self._without[number].items(), start=1):
            if intervention in without:
                masks = np.broadcast_to(np.take(masks, [cls], axis=axis), masks.shape)
        return masks


def _all_of(condition: Condition) -> Iterator[Condition]:
    """A condition and every one that it negates, at any depth."""
    yield condition
    for inner in condition.negated:
        yield from _all_of(inner)


def _with_tallies(condition: Condition, free: set[str], tallies: list[Tally]) -> Condition:
    """A condition that looks at tallies of the variables that are free for it, which are added to a list."""
    own: dict[str, list[Part]] = {}
    for part in condition.parts:
        if part.variable in free:
            own.setdefault(part.variable, []).append(part)
    parts = [part for part in condition.parts if part.variable not in free]
    if own:
        tally = Tally(f"tally {len(tallies)}", own)
        tallies.append(tally)
        parts.append(Part(tally.name, frozenset({0})))
    return Condition(tuple(parts), tuple(_with_tallies(inner, free, tallies) for inner in condition.negated))


class _Stored:
    """Masks one after the other, the same ones once."""

    def __init__(self) -> None:
        self._places: dict[tuple[tuple[int, ...], bytes], int] = {}
        self._parts: list[NDArray[np.int8]] = [np.zeros(0, np.int8)]
        self._size = 0

    def place_of(self, masks: NDArray[np.bool_]) -> int:
        """Where some masks begin."""
        key = (masks.shape, masks.tobytes())
        if key not in self._places:
            self._places[key] = self._size
            self._parts.append(-masks.astype(np.int8).ravel())
            self._size += masks.size
        return self._places[key]

    def joined(self) -> NDArray[np.int8]:
        """All of them."""
        return np.concatenate(self._parts)
