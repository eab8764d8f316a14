"""What interventions ask: who takes part, and who leaves the programme before it ends; and what a code goes on to.

There are two questions for each intervention, each settled by one number for a person and cycle: enrolment (numbers 0
to n - 1, in file order) and, behind them, leaving (n to 2n - 1). A person's *code* (`Structure.phases`) says which of
them still concern him or her.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.kernels import tables as kernel_tables
from simcore.kernels.plan import Asks, Codes, Groups, Moves
from simcore.model.frame import Frame, Lists, Tests
from simcore.model.layers import lay_out, number_of, sets_of
from simcore.model.ledger import alive
from simcore.model.rows import Block, RowList, Sheet
from simcore.model.values import Product, Values
from simcore.scenario.conditions import Condition, parse_condition
from simcore.scenario.phases import EXACT
from simcore.scenario.variables import Situation

#: Situations, at different times, that all questions together may be asked in.
_MOST_ASKED = 300_000
#: Programmes times cycles: what a person can be in each of them is worked out one by one.
_MOST_CODES = 40_000
#: What codes add to indices is read in pieces of this many.
_READ_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Question:
    """A question about an intervention: in which cycles it is asked, of whom, and how likely a yes is.

    The probability is the product of some quantities. `at_age` is the age that a person must just have reached.
    """

    intervention: str
    point: str
    what: str
    yes_no: tuple[str, str]
    path: tuple[str, ...]
    cycles: list[int]
    condition: Condition
    factors: tuple[str | float, ...]
    at_age: int | None = None

    def concerns(self, situation: Situation) -> bool:
        """Whether a person in this situation is asked."""
        return (self.at_age is None or situation["age"] == self.at_age) and self.condition.holds(situation)


def questions(frame: Frame) -> list[Question]:
    """Enrolment in every intervention, then leaving it."""
    scenario, followed = frame.scenario, alive(frame.scenario)
    found = []
    for name, intervention in scenario.interventions.items():
        enrol = intervention.enrol
        found.append(Question(
            name, f"{name}.uptake", f"enrolment in {name}", ("takes part", "does not"),
            ("interventions", name, "enrol", "uptake"), frame.asked_cycles(name),
            parse_condition(enrol.condition) & followed,
            tuple(factor for factor in (enrol.reach, enrol.uptake) if factor != 1.0) or (1.0,), enrol.at_age,
        ))  # fmt: skip
    for name, intervention in scenario.interventions.items():
        rule = intervention.drop_out
        found.append(Question(
            name, f"{name}.drop_out", f"drop-out from {name}", ("leaves", "stays"),
            ("interventions", name, "drop_out", "probability"), list(range(frame.n_cycles)) if rule else [],
            parse_condition(rule.if_ if rule else {}) & followed, (rule.probability if rule else 0.0,),
        ))  # fmt: skip
    return found


class Asking:
    """Compiles the questions.

    Parameters
    ----------
    frame, values, rows
        Variables and cycles; where numbers and rows are collected.
    """

    def __init__(self, frame: Frame, values: Values, rows: RowList) -> None:
        self.frame, self.values, self.rows = frame, values, rows
        n_interventions = len(frame.interventions)
        if n_interventions * frame.n_cycles > _MOST_CODES:
            raise ModelError(
                f"{n_interventions:,} interventions over {frame.n_cycles:,} cycles make "
                f"{n_interventions * frame.n_cycles:,} phases to follow, and at most {_MOST_CODES:,} are possible. "
                "Compare fewer of them at once, for a shorter time, or in longer cycles."
            )
        self.questions = questions(frame)
        self._readers, self._code_readers = Lists(3), Lists(2)
        shape = (len(self.questions), frame.n_cycles)
        self._base, self._flag_base = np.full(shape, -1, dtype=np.int64), np.full(shape, -1, dtype=np.int64)
        self._flags: list[bool] = []
        self._n_rows: list[int] = []
        self._n_asked = 0
        for number, question in enumerate(self.questions):
            self._compile(number, question)

    def _compile(self, number: int, question: Question) -> None:
        """Rows of a question, one for each cycle, class of others' codes and situation of a person."""
        frame = self.frame
        tests = Tests(frame)
        tests.condition(question.condition)
        wanted = set(question.condition.variables)
        for factor in question.factors:
            tests.quantity(factor)
            wanted |= frame.keys_of(factor)
        wanted = frame.with_age(wanted | ({"age"} if question.at_age is not None else set()))
        parents = frame.parents(wanted, tests)
        situations = frame.situations(parents)
        looked_at = [i for i in frame.interventions if {i, i + EXACT} & wanted]
        classes = {i: frame.classes_of_codes(tests, i) for i in looked_at}
        # Somebody is asked under strategies that have the intervention, and has codes in what else they have.
        strategies = frame.scenario.strategies.values()
        sets = sets_of(looked_at, [members for members in strategies if question.intervention in members])
        examples = [_examples(of) for of in classes.values()]
        sizes = [len(of) for of in examples]
        self._check_size(question, tests, number_of(sizes, sets) * len(situations))
        addends, combined = lay_out(sizes, sets)
        self._check_size(question, tests, len(combined) * len(situations))
        layers = []
        for one in map(dict, combined):
            layers.append({name: examples[axis][one.get(axis, 0)] for axis, name in enumerate(looked_at)})
        known: dict[Hashable, tuple[int, int]] = {}
        for cycle in question.cycles:
            time = cycle if question.at_age is not None else frame.time_signature(tests, cycle)
            if time not in known:
                known[time] = self._rows(question, cycle, layers, situations, tuple(p.name for p in parents))
            self._base[number, cycle], self._flag_base[number, cycle] = known[time]
        self._readers.rows(frame.readers(parents, 1))
        step = len(situations)
        self._n_asked += len(known) * step * len(layers)
        self._n_rows.append(step * len(layers))
        tables = [
            frame.code_table([addends[axis][cls] * step for cls in of]) for axis, of in enumerate(classes.values())
        ]
        self._code_readers.add([frame.interventions.index(i) for i in looked_at], tables)

    def _check_size(self, question: Question, tests: Tests, number: int) -> None:
        """Refuse questions that look at too much, at so many times.

        Raises
        ------
        ModelError
            There are too many situations.
        """
        frame = self.frame
        by_cycle = question.at_age is not None
        times = {cycle if by_cycle else frame.time_signature(tests, cycle) for cycle in question.cycles}
        asked = self._n_asked + len(times) * number
        if asked > _MOST_ASKED:
            raise ModelError(
                f"{question.what} depends on too much at once: it is asked about in {number:,} situations at "
                f"{len(times):,} different times, which with other such questions makes {asked:,}; at most "
                f"{_MOST_ASKED:,} are possible. Let it depend on fewer domains, attributes or other programmes."
            )

    def _rows(
        self,
        question: Question,
        cycle: int,
        layers: list[dict[str, int]],
        situations: list[Situation],
        names: tuple[str, ...],
    ) -> tuple[int, int]:
        """Add the rows of a cycle; first threshold, and first mark of who is asked."""
        frame, first_flag = self.frame, len(self._flags)
        period = frame.period_of(question.factors[0]) if question.point.endswith(".drop_out") else "cycle"
        scale = kernel_tables.PER_YEAR if frame.per_year > 1 and period == "year" else kernel_tables.PER_CYCLE
        sheets = []
        for layer in layers:
            around: Situation = {}
            for intervention, code in layer.items():
                around |= frame.phases(intervention, code)
            base = np.empty((len(situations), 1), dtype=np.int32)
            for row, inner in enumerate(situations):
                situation = frame.at(cycle, {**around, **inner})
                asked = question.concerns(situation)
                self._flags.append(asked)
                base[row, 0] = self._probability(question, situation) if asked else self.values.quantity(0.0, {})
            none = np.zeros((len(situations), 0), dtype=np.int32)
            sheets.append(Sheet((0,), scale, False, base, none, (), ()))
        shown = [{**frame.times[cycle], **{i: frame.phases(i, code)[i] for i, code in of.items()}} for of in layers]
        block = Block(0, question.what, ("",), question.yes_no, names, situations, shown, question.path)
        return self.rows.add(sheets, 1, block), first_flag

    def _probability(self, question: Question, situation: Situation) -> int:
        """Column of the probability of a yes."""
        columns = [self.values.quantity(factor, situation) for factor in question.factors]
        return columns[0] if len(columns) == 1 else self.values.column(Product(tuple(columns)))

    def arrays(self, points: Mapping[str, int]) -> Asks:
        """The questions as the kernel wants them."""
        frame, scenario = self.frame, self.frame.scenario
        names = frame.interventions
        first, variable, stride, table = self._readers.arrays(np.int64, np.uint32, np.int64)
        code_first, code_intervention, code_table = self._code_readers.arrays(np.int64, np.int64)
        codes = range(frame.declined + 1)
        concerned = [[frame.may_be_asked(i, code) for code in codes] for i in names]
        concerned += [[frame.may_leave(i, code) for code in codes] for i in names]
        yes = [[1 for _ in codes] for _ in names]
        yes += [[min(code + frame.last_phase, frame.declined - 1) for code in codes] for _ in names]
        no = [[frame.after_no(i, code) for code in codes] for i in names] + [list(codes) for _ in names]
        shape = (len(self.questions), len(codes))
        limited = [scenario.interventions[i].enrol.places is not None for i in names]
        return Asks(
            point=np.array([points[question.point] for question in self.questions], dtype=np.uint32),
            base=self._base, rows=np.array(self._n_rows, dtype=np.int64),
            first=first, variable=variable, stride=stride, table=table,
            code_first=code_first, code_intervention=code_intervention, code_table=code_table,
            flag_base=self._flag_base, flag=np.array([*self._flags, False], dtype=np.uint8),
            concerns=np.array(concerned, dtype=np.uint8).reshape(shape),
            yes=np.array(yes, dtype=np.uint16).reshape(shape),
            no=np.array(no, dtype=np.uint16).reshape(shape),
            order=np.array([names.index(i) for i in frame.enrolment_order], dtype=np.int64),
            limited=np.array(limited, dtype=np.uint8),
        )  # fmt: skip

    def places(self) -> NDArray[np.int64]:
        """Column of the places of each intervention where a year begins [persons per year]; -1 elsewhere."""
        frame = self.frame
        found = np.full((len(frame.interventions), frame.n_cycles), -1, dtype=np.int64)
        for number, name in enumerate(frame.interventions):
            places = frame.scenario.interventions[name].enrol.places
            for cycle in range(0, frame.n_cycles, frame.per_year) if places is not None else ():
                assert places is not None
                found[number, cycle] = self.values.quantity(places, frame.at(cycle, {}))
        return found


def _examples(classes: list[int]) -> list[int]:
    """One code of each class, in the order of the classes."""
    return [classes.index(cls) for cls in range(max(classes) + 1)]


def codes(
    frame: Frame, asks: Asks, moves: Moves, groups: Groups, alone: NDArray[np.bool_]
) -> Codes:  # fmt: skip
    """What each code goes on to, and which codes mean the same as not being enrolled, now and for good.

    Phases that nothing tells apart from any later one are one: the code stands still there. So there are few joint
    states to follow, and persons whom an intervention no longer concerns are known.

    Parameters
    ----------
    frame
        Codes and cycles.
    asks, moves, groups
        Everything that reads codes.
    alone
        (intervention,): from `changes_nobody`.
    """
    n, size, last = len(frame.interventions), frame.declined + 1, frame.last_phase
    following = np.tile(np.arange(size, dtype=np.uint32), (n, 1))
    settled = np.zeros((n, size), dtype=np.uint8)
    for i in range(n):
        segments = (np.arange(1, last + 1), np.arange(last + 1, 2 * last + 1))
        quiet, still = [np.ones(last, dtype=bool) for _ in segments], [np.ones(last, dtype=bool) for _ in segments]
        for seen, same in _read(frame, asks, moves, groups, i):
            like_nobody = (same == same[:, :1]) | (seen < 0)
            for number, segment in enumerate(segments):
                quiet[number] &= like_nobody[:, segment].all(axis=0)
                still[number] &= _stand_still(seen[:, segment], same[:, segment])
        own = asks.concerns[[i, n + i]].astype(np.int64)
        for number, segment in enumerate(segments):
            alike = quiet[number] & (own[1, segment] == 0) & (own[0, segment] == own[0, segment[-1]])
            settled[i, segment] = np.logical_and.accumulate(alike[::-1])[::-1]
            known = np.vstack([own, settled[i]])[:, segment]
            end = int(np.argmax(still[number] & _stand_still(known, known)))
            following[i, segment] = np.minimum(segment + 1, segment[end])
        settled[i, 0] = settled[i, frame.declined] = 1
    strategies = frame.scenario.strategies.values()
    uses = np.array([[i in members for i in frame.interventions] for members in strategies], dtype=bool)
    uses = uses.reshape(len(strategies), n)
    tracked, counting = uses | (uses.any(axis=0) & alone), uses | ~alone
    return Codes(
        uses.astype(np.uint8), tracked.astype(np.uint8), counting.astype(np.uint8), following, settled,
        asks.concerns[:n].copy(), asks.no[:n].copy(),
    )  # fmt: skip


def changes_nobody(asks: Asks, moves: Moves) -> NDArray[np.bool_]:
    """Which interventions change nobody's life, but only what it costs or counts (intervention,).

    No move depends on such a programme, nor does another programme; it does not depend on another one itself, and
    everybody finds a place. Whoever leads the same life with and without it then has the same code in it.
    """
    n = asks.limited.size
    found: NDArray[np.bool_] = asks.limited == 0
    found[moves.code_intervention[(moves.code_table >= 0).any(axis=1)]] = False
    for question in range(2 * n):
        read = set(asks.code_intervention[asks.code_first[question] : asks.code_first[question + 1]].tolist())
        others = read - {question % n}
        if others:
            found[[question % n, *others]] = False
    return found


def _read(
    frame: Frame, asks: Asks, moves: Moves, groups: Groups, i: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """What each code adds to everything that reads it (table, code): with -1 where nobody can have it, and without.

    Some tables at a time.
    """
    size, add = frame.declined + 1, np.array(frame.add, dtype=np.int64)
    tables: set[tuple[int, int]] = set()
    everywhere = frame.n_cycles  # stands for a table that is read in every cycle, whatever the code
    for k in np.flatnonzero(moves.code_intervention == i):
        tables |= {(first, cycle) for cycle, first in enumerate(moves.code_table[k].tolist()) if first >= 0}
    for readers in (groups, asks):
        tables |= {(first, everywhere) for first in readers.code_table[readers.code_intervention == i].tolist()}
    ordered, at_once = sorted(tables), max(_READ_AT_ONCE // size, 1)
    for begin in range(0, len(ordered), at_once):
        some = ordered[begin : begin + at_once]
        seen, same = np.full((len(some), size), -1, np.int64), np.zeros((len(some), size), np.int64)
        for row, (first, cycle) in enumerate(some):
            same[row] = add[first : first + size]
            possible = slice(None) if cycle == everywhere else frame.possible_codes(frame.interventions[i], cycle)
            seen[row, possible] = same[row, possible]
        yield seen, same


def _stand_still(seen: NDArray[np.int64], same: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which places of a segment can stand for all later ones: they add what it adds wherever somebody has them.

    -1 in `seen` stands for a code that nobody has there.
    """
    place, possible = np.arange(seen.shape[1]), seen >= 0
    last = np.where(possible, place, -1).max(axis=1)[:, None]  # the last possible one
    value = np.take_along_axis(same, np.maximum(last, 0), axis=1)
    different = np.where(possible & (same != value), place, -1).max(axis=1)[:, None]
    return np.asarray((((place > different) & (same == value)) | (place > last)).all(axis=0))
