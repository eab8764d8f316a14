"""The readable twin: what the model is, person by person and cycle by cycle, in plain Python.

It works on the scenario as written, knows nothing of the compiled arrays, and is slow. It asks for the
same addressed random numbers as the kernels, so that both must agree exactly. Read `Lives.life` first; what is how
likely is told by `simcore.model.chances`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore import rates
from simcore.model.chances import Chances, check_row
from simcore.model.ledger import Account, Meter, alive
from simcore.randomness import decision_numbers, decision_point, threshold
from simcore.scenario.conditions import NEVER, Value, parse_condition, parse_move
from simcore.scenario.schema import Memory, Scenario, Shares
from simcore.scenario.variables import Situation


@dataclass(frozen=True)
class Life:
    """What happens to one person under one strategy.

    Attributes
    ----------
    starts, ends
        The situation at both ends of each cycle: age, year and phases are those of the cycle,
        states, clocks and counters those of the moment.
    """

    person: int
    starts: list[Situation]
    ends: list[Situation]


class Lives(Chances):
    """The lives of some persons in one draw.

    Parameters
    ----------
    scenario
        The scenario.
    parameters
        Value of each parameter in this draw.
    draw
        Number of the draw.
    persons
        Which persons.
    seed
        The seed of the run.
    admissions
        Share of the willing who are admitted, by strategy, intervention and cycle; everybody where it is not given.
    """

    def __init__(
        self,
        scenario: Scenario,
        parameters: Mapping[str, float],
        *,
        draw: int,
        persons: range,
        seed: int,
        admissions: Mapping[tuple[str, str, int], float] | None = None,
    ) -> None:
        super().__init__(scenario, parameters)
        self.draw, self.persons, self.seed = draw, persons, seed
        self.admissions = admissions or {}
        self._numbers: dict[tuple[str, int], NDArray[np.uint64]] = {}
        self._rows: dict[tuple[Value, ...], tuple[dict[str, float], str]] = {}

    # -- a life -----------------------------------------------------------------------------

    def lives(self, strategy: str) -> list[Life]:
        """Return the life of every person under a strategy."""
        return [self.life(person, strategy) for person in self.persons]

    def life(self, person: int, strategy: str) -> Life:
        """Follow a person from the start to the horizon."""
        scenario, structure = self.scenario, self.structure
        born, states, memory = self.beginning(person)
        codes = dict.fromkeys(scenario.interventions, 0)
        starts, ends = [], []
        for cycle in range(structure.n_cycles):
            # Age and year are those at the start of the cycle, in everything that follows.
            now: Situation = {**structure.at(cycle, born), **states, **self.remembered(memory)}
            # 1. Who leaves a programme, then enrolment: the phase that begins now already counts in this cycle.
            members = scenario.strategies[strategy]
            codes |= {
                name: self.stays(person, name, codes[name], self.with_codes(now, codes), cycle) for name in members
            }
            for name in [of for of in structure.enrolment_order if of in members]:
                admission = self.admissions.get((strategy, name, cycle), 1.0)
                codes[name] = self.enrols(person, name, codes[name], self.with_codes(now, codes), cycle, admission)
            now = self.with_codes(now, codes)
            # 2. All domains at once: each reads the states at the start, none sees where another goes.
            held = {**now, **structure.at(cycle, born, held=True)}
            moved = {domain: self.move(person, domain, held, cycle) for domain in scenario.domains}
            # 3. Death takes precedence: whoever dies makes no other move, and remembers nothing new.
            dies = structure.life is not None and moved[structure.life[0]] == structure.life[1]
            if dies and structure.life is not None:
                moved = states | {structure.life[0]: structure.life[1]}
            # 4. Clocks and counters go on.
            new_memory = memory if dies else self.goes_on(memory, {**born, **states}, {**born, **moved})
            starts.append(now)
            ends.append({**now, **moved, **self.remembered(new_memory)})
            # 5. Time passes.
            states, memory = moved, new_memory
            codes = {name: self.later(code) for name, code in codes.items()}
        return Life(person, starts, ends)

    def beginning(self, person: int) -> tuple[Situation, dict[str, str], dict[str, int | None]]:
        """Settle a person's attributes, then the state of each domain, then what is remembered at the start."""
        population = self.scenario.population
        born: Situation = {}
        for table in population.joint:
            born |= self.joint(person, table)
        for name, shares in population.attributes.items():
            born[name] = self.share(person, f"attribute.{name}", list(shares), shares, born)
        for name, trait in population.traits.items():
            equal: Shares = {str(level): 1.0 / trait.levels for level in range(1, trait.levels)}
            levels = [*equal, str(trait.levels)]
            born[name] = int(self.share(person, f"attribute.{name}", levels, {**equal, levels[-1]: "rest"}, born))
        states = {}
        for name, domain in self.scenario.domains.items():
            start = population.start_states[name]
            states[name] = (
                start if isinstance(start, str) else self.share(person, f"start.{name}", domain.states, start, born)
            )
        memory = {name: self.first_memory(person, name, m, born, states) for name, m in self.scenario.memory.items()}
        return born, states, memory

    def joint(self, person: int, table: str) -> dict[str, Value]:
        """Draw one cell of a joint table."""
        cells = self.scenario.tables[table].cells
        sizes = [self.parameters[row.value] if isinstance(row.value, str) else row.value for row in cells]
        if self.scenario.tables[table].unit.startswith("count"):
            total = sum(sizes)
            sizes = [size / total for size in sizes]
        texts = [str(number) for number in range(len(cells))]
        shares = dict(zip(texts, sizes, strict=True))
        check_row(shares, table, {}, complete=True)
        rest = [text for text, row in zip(texts, cells, strict=True) if row.value != 0][-1]
        cell = self.decide(self.number(f"attribute.joint.{table}", 0, person), texts, shares, rest)
        return {key: str(level) for key, level in cells[int(cell)].keys.items()}

    def share(
        self, person: int, question: str, answers: Sequence[str], shares: Mapping[str, str | float], known: Situation
    ) -> str:
        """Answer a question before the first cycle: a level, a starting state, or what is remembered."""
        now = self.structure.at(0, known)
        sizes = {name: self.quantity(shares[name], now) for name in answers if shares.get(name, "rest") != "rest"}
        check_row(sizes, question, now, complete="rest" not in shares.values())
        # Without a rest the shares add up to 1, and the last of them takes what rounding leaves.
        rests = [name for name, size in shares.items() if size == "rest"]
        rest = (rests or [name for name in sizes if shares[name] != 0])[-1]
        return self.decide(self.number(question, 0, person), answers, sizes, rest)

    def with_codes(self, now: Situation, codes: Mapping[str, int]) -> Situation:
        """Add to a situation what a person is in every intervention."""
        found = dict(now)
        for name, code in codes.items():
            found |= self.structure.phases(name, code)
        return found

    def later(self, code: int) -> int:
        """Return the code in the next cycle: who takes part or has left is one cycle further."""
        return code if code in (0, self.structure.declined) else code + 1

    def stays(self, person: int, intervention: str, code: int, now: Situation, cycle: int) -> int:
        """Return the code of a person who may leave a programme before its end."""
        rule = self.scenario.interventions[intervention].drop_out
        if rule is None or not self.structure.may_leave(intervention, code):
            return code
        if not (alive(self.scenario) & parse_condition(rule.if_)).holds(now):
            return code
        probability = self.quantity(rule.probability, now)
        if self.structure.per_year > 1 and self.structure.period_of(rule.probability) == "year":
            probability = rates.probability_over(probability, probability, self.structure.cycle_years)
        leaves = self.number(f"{intervention}.drop_out", cycle, person) < threshold(probability)
        return code + self.structure.last_phase if leaves else code

    def enrols(
        self, person: int, intervention: str, code: int, now: Situation, cycle: int, admission: float
    ) -> int:  # fmt: skip
        """Return the code of a person after the question of enrolment: 1 for who takes part from now on."""
        enrol, structure = self.scenario.interventions[intervention].enrol, self.structure
        if not structure.may_be_asked(intervention, code):
            return code
        years, rest = divmod(cycle, structure.per_year)
        if enrol.at_age is not None and (rest or now["age"] != enrol.at_age):
            return code
        if enrol.at_year is not None and (rest or self.scenario.population.start.year + years != enrol.at_year):
            return code
        if not (alive(self.scenario) & parse_condition(enrol.condition)).holds(now):
            return code
        willing = threshold(self.quantity(enrol.reach, now) * self.quantity(enrol.uptake, now))
        if self.number(f"{intervention}.uptake", cycle, person) < int(willing * admission):
            return 1
        return structure.after_no(intervention, code)

    def move(self, person: int, domain: str, now: Situation, cycle: int) -> str:
        """Return the state of a domain at the end of the cycle."""
        states = self.scenario.domains[domain].states
        known = (domain, *now.values())
        if known not in self._rows:  # a situation occurs again: for other persons, and under other strategies
            self._rows[known] = self.row(domain, now)
        sizes, rest = self._rows[known]
        return self.decide(self.number(domain, cycle, person), states, sizes, rest)

    @staticmethod
    def decide(number: int, answers: Sequence[str], sizes: Mapping[str, float], rest: str) -> str:
        """Turn a number into an answer: the first, in the order of the states, whose threshold is above it.

        The rest is tried last, so a lower probability of one answer moves only those whom it must.
        """
        cumulative = 0.0
        for answer in answers:
            if answer != rest:
                cumulative += max(sizes.get(answer, 0.0), 0.0)  # -1e-17 is a rounded 0
                if number < threshold(min(cumulative, 1.0)):
                    return answer
        return rest

    # -- memory ---------------------------------------------------------------------------------

    def first_memory(
        self, person: int, name: str, memory: Memory, born: Situation, states: Mapping[str, str]
    ) -> int | None:
        """Value of a clock (in cycles) or counter at the start; None for an event that has never happened."""
        if memory.time_in is not None and not parse_condition(memory.time_in).holds({**born, **states}):
            return 0  # outside the condition
        first: str | int
        if memory.start is None:
            first = NEVER if memory.kind == "time_since" else 0
        elif not isinstance(memory.start, dict):
            first = memory.start
        else:
            texts = [f"{value:g}" if isinstance(value, float) else str(value) for value in self.structure.levels[name]]
            shares = {str(key): share for key, share in memory.start.items()}
            first = self.share(person, f"start.{name}", texts, shares, born)
        if first == NEVER:
            return None
        return int(first) if memory.kind == "counts" else int(first) * self.structure.per_year

    def remembered(self, memory: Mapping[str, int | None]) -> Situation:
        """Clocks in years, and counters, as conditions and formulas see them."""
        found: Situation = {}
        for name, value in memory.items():
            is_count = self.scenario.memory[name].kind == "counts"
            found[name] = NEVER if value is None else value if is_count else self.structure.years(value)
        return found

    def goes_on(self, memory: Mapping[str, int | None], start: Situation, end: Situation) -> dict[str, int | None]:
        """Clocks and counters at the end of a cycle, from what a person is at both ends of it."""
        found: dict[str, int | None] = {}
        for name, rule in self.scenario.memory.items():
            value, cap = memory[name], self.structure.cap(rule)
            if rule.time_in is not None:
                condition = parse_condition(rule.time_in)
                stays = condition.holds(start) and condition.holds(end)
                found[name] = min((value or 0) + 1, cap) if stays else 0
                continue
            moves = [move for text in rule.moves if (move := parse_move(text)) is not None]
            # A domain moves once in a cycle, however many of the texts mean its move.
            happened = {m.domain for m in moves if m.domain and m.fits(str(start[m.domain]), str(end[m.domain]))}
            if rule.kind == "counts":
                found[name] = min((value or 0) + len(happened), cap)
            else:
                found[name] = 0 if happened else None if value is None else min(value + 1, cap)
        return found

    # -- small things -------------------------------------------------------------------------

    def number(self, question: str, cycle: int, person: int) -> int:
        """Return the number that settles a question; the same under every strategy."""
        if (question, cycle) not in self._numbers:
            persons = np.array(self.persons, dtype=np.uint64)
            point = decision_point(question)
            self._numbers[question, cycle] = decision_numbers(self.seed, persons, cycle, point, self.draw)
        return int(self._numbers[question, cycle][self.persons.index(person)])


def count(account: Account, lives: Sequence[Life], target_group: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count lives into a ledger.

    Parameters
    ----------
    account
        What is counted.
    lives
        From `Lives.lives`.
    target_group
        Persons with a lower number are counted once more.

    Returns
    -------
    Persons (part, time meter, end, cycle) and events (part, event meter, cycle). Persons with an even
    number are part 0, the others part 1, and the target group is part 2.
    """
    cycles = len(lives[0].starts)
    time = np.zeros((3, len(account.time), 2, cycles), np.int64)
    events = np.zeros((3, len(account.events), cycles), np.int64)
    for life in lives:
        parts = [life.person % 2, 2] if life.person < target_group else [life.person % 2]
        for cycle, (start, end) in enumerate(zip(life.starts, life.ends, strict=True)):
            for number, meter in enumerate(account.time):
                for moment, situation in enumerate((start, end)):
                    if meter.condition.holds(situation):
                        time[parts, number, moment, cycle] += 1
            for number, meter in enumerate(account.events):
                if happens(meter, start, end):
                    events[parts, number, cycle] += 1
    return time, events


def happens(meter: Meter, start: Situation, end: Situation) -> bool:
    """Tell whether an event happens in a cycle: the move is made, by someone in the condition at the start."""
    move = meter.move
    assert move is not None  # the meter is an event
    assert move.domain is not None  # by the schema
    moved = move.fits(str(start[move.domain]), str(end[move.domain]))
    return moved and meter.condition.holds(start)
