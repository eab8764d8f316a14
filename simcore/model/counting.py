"""Which histograms the kernel keeps, and which of their cells each meter adds up.

Meters that look at few variables together share a *group*: one joint histogram, so that a person
costs one increment for all of them. A *mask* is the set of cells that a meter counts; it can differ
by cycle where a condition speaks of age or calendar year.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simcore.kernels.plan import BOTH_ENDS, BOUNDARIES, EVENTS, PARTS, Groups, Masks
from simcore.model.frame import Frame, Lists, Parent, Tests
from simcore.model.ledger import Account, Meter
from simcore.scenario.conditions import Condition, Part
from simcore.scenario.phases import EXACT
from simcore.scenario.variables import TIMES

#: The variables of a joint histogram make at most this many cells, times the classes of codes: fewer passes over
#: persons against more cells to clear and fold in every draw (measured with 1,000 persons: best between 128 and 256).
_GROUP_CELLS = 256
_END = " at the end"


@dataclass
class Group:
    """Meters that are counted together.

    `variables` are attributes and domains at the start of a cycle, or, with `_END`, at its end; `phased` are
    interventions whose phase is looked at; `members` are numbers of meters.
    """

    kind: int
    variables: list[str]
    phased: list[str]
    members: list[int] = field(default_factory=list)


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

    def mask(self, meter: Meter, cycle: int) -> NDArray[np.bool_]:
        """Which cells a meter counts in a cycle."""
        mask = self._holds(meter.condition, cycle)
        if meter.move is not None:
            domain, move = meter.move.domain, meter.move
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

    def occurs(self, mask: NDArray[np.bool_], cycle: int, strategy: str) -> bool:
        """Whether anybody can be in the cells of a mask, given the phases that occur under a strategy."""
        for axis, (intervention, of) in enumerate(self.classes.items()):
            codes = self.frame.possible_codes(intervention, cycle, strategy)
            mask = np.take(mask, sorted({of[code] for code in codes}), axis=axis)
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
        self.tests = Tests(frame)
        for meter in self.meters:
            self.tests.condition(meter.condition)
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
        for number, meter in enumerate(self.meters):
            wanted = self.frame.with_age(meter.condition.variables)
            phased = sorted({name.removesuffix(EXACT) for name in wanted} & set(self.frame.interventions))
            variables = wanted & set(self.frame.number)
            kind = BOTH_ENDS if phased else BOUNDARIES
            if meter.move is not None:
                assert meter.move.domain is not None
                kind = EVENTS
                variables |= {meter.move.domain, meter.move.domain + _END}
            for group in groups:
                together = sorted(variables | set(group.variables))
                if (kind, phased) == (group.kind, group.phased) and self._size(together) <= _GROUP_CELLS:
                    group.variables = together
                    group.members.append(number)
                    break
            else:
                groups.append(Group(kind, sorted(variables), phased, [number]))
        for group in [group for group in groups if group.kind == BOUNDARIES]:
            # Whoever is counted at both ends of a cycle, by variables and phases, can be counted by variables alone.
            for other in groups:
                if other.kind == BOTH_ENDS and set(group.variables) <= set(other.variables):
                    other.members += group.members
                    groups.remove(group)
                    break
        return groups

    def _parents(self, variables: list[str]) -> list[Parent]:
        """The variables of a group with their values, merged where no meter tells them apart."""
        for variable in variables:
            if variable not in self._known_parents:
                (parent,) = self.frame.parents([variable.removesuffix(_END)], self.tests)
                self._known_parents[variable] = Parent(variable, parent.values, parent.classes)
        return [self._known_parents[variable] for variable in variables]

    def _size(self, variables: list[str]) -> int:
        return math.prod(len(parent.values) for parent in self._parents(variables))

    def _lay_out(self, number: int, group: Group) -> None:
        """Work out the masks of a group's meters and store where everything lies."""
        frame = self.frame
        tests = Tests(frame)
        for meter in group.members:
            tests.condition(self.meters[meter].condition)
        classes = {intervention: frame.classes_of_codes(tests, intervention) for intervention in group.phased}
        parents = self._parents(group.variables)
        grid = Grid(frame, parents, classes)
        numbers: dict[bytes, int] = {}
        masks: list[NDArray[np.bool_]] = []
        for meter in group.members:
            tests = Tests(frame)
            tests.condition(self.meters[meter].condition)
            alike: dict[Hashable, NDArray[np.bool_]] = {}  # cycles that the meter's condition does not tell apart
            for cycle in range(frame.n_cycles):
                time = frame.time_signature(tests, cycle)
                if time not in alike:
                    alike[time] = grid.mask(self.meters[meter], cycle)
                mask = alike[time]
                counting = [grid.occurs(mask, cycle, strategy) for strategy in self.strategies]
                if not any(counting):
                    continue
                key = mask.tobytes()
                if key not in numbers:
                    numbers[key] = len(masks)
                    masks.append(mask)
                self.meter_mask[meter, cycle] = numbers[key]
                for slot in self._slots(group.kind, cycle):
                    self._active[number, :, slot] |= np.array(counting, dtype=np.uint8)
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
        for parent, stride in zip(parents, strides[n_phased:], strict=True):
            table = -1 if parent.classes is None else frame.table([of * stride for of in parent.classes])
            readers.append((self._row(parent.name), stride, table))
        self._readers.rows(readers)
        self._code_readers.add([frame.interventions.index(i) for i in group.phased], added)
        self._members.add(group.members)
        self._cells.append(step)
        self._hists.append(self.n_hist)
        n_slots = {BOUNDARIES: frame.n_cycles + 1, BOTH_ENDS: 2 * frame.n_cycles, EVENTS: frame.n_cycles}[group.kind]
        self.n_hist += n_slots * PARTS * step

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
