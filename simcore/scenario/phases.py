"""What a person is in a programme: the phase, and the small number that the engines keep of it."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from simcore.scenario.conditions import DROPPED_OUT, Condition, Value, parse_condition
from simcore.scenario.schema import Effect, ProgrammeCost, Scenario
from simcore.scenario.variables import Situation, Variables

#: Behind the name of an intervention: a person's code in it (`Phases.phases`); the name alone is in years.
EXACT = "#"


class Phases(Variables):
    """Codes in interventions: who is asked when, and what becomes of them. `Structure` tells the rest.

    A person's *code* in an intervention is one small number: 0 not enrolled, then the phase (cycles since enrolment,
    1 for the first), the phase with `last_phase` added for those who have left the programme, and `declined` for those
    who were asked and are not asked again.
    """

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self._asked: dict[str, list[int]] = {}

    @cached_property
    def last_phase(self) -> int:
        """The largest phase there is."""
        return self.n_cycles + 1

    @property
    def declined(self) -> int:
        """Code of those who were asked once and did not take part; the largest code."""
        return 2 * self.last_phase + 1

    def phase_of(self, code: int) -> int:
        """Cycles since enrolment, 1 for the first; 0 for those who are not enrolled."""
        return 0 if code == self.declined else code if code <= self.last_phase else code - self.last_phase

    def has_left(self, code: int) -> bool:
        """Whether a code is that of somebody who has left the programme before its end."""
        return self.last_phase < code < self.declined

    def phase_year(self, phase: int) -> int:
        """The year since enrolment that a phase lies in, 1 for the first; 0 is never enrolled."""
        return -(-phase // self.per_year)

    def phases(self, intervention: str, code: int) -> Situation:
        """A code as conditions, tables and formulas see it: the year since enrolment, or that the person has left."""
        year: Value = DROPPED_OUT if self.has_left(code) else self.phase_year(self.phase_of(code))
        return {intervention: year, intervention + EXACT: code}

    def window(self, entry: Effect | ProgrammeCost) -> tuple[int, int | None] | None:
        """First and last phase in which an effect acts or a cost is paid; None for one that is paid once.

        Without a last phase it goes on.
        """
        written, each = (entry.cycles, 1) if entry.cycles is not None else (entry.years, self.per_year)
        if written is None:
            return None
        first, last = written
        return (int(first) - 1) * each + 1, None if last == "onwards" else int(last) * each

    def programme_cycles(self, intervention: str) -> int | None:
        """Length of a programme in cycles; None when it has none."""
        lasts = self.scenario.interventions[intervention].lasts
        return None if lasts is None else self.cycles_of(lasts)

    def wait(self, intervention: str) -> int | None:
        """Cycles after enrolment from which on a person may enrol anew; None when nobody may."""
        again = self.scenario.interventions[intervention].enrol.again_after
        return None if again is None else self.cycles_of(again)

    def may_be_asked(self, intervention: str, code: int) -> bool:
        """Whether a person with this code is still to be asked, or may be asked anew."""
        wait = self.wait(intervention)
        return code == 0 or (wait is not None and code != self.declined and self.phase_of(code) > wait)

    def after_no(self, intervention: str, code: int) -> int:
        """Code of those who were asked and do not take part: those asked once in a life are not asked again."""
        enrol = self.scenario.interventions[intervention].enrol
        return self.declined if enrol.whenever is not None and enrol.ask == "once" and code == 0 else code

    def may_leave(self, intervention: str, code: int) -> bool:
        """Whether a person with this code is asked whether to leave the programme, at the start of a cycle."""
        cycles = self.programme_cycles(intervention)
        has_rule = self.scenario.interventions[intervention].drop_out is not None
        return has_rule and cycles is not None and 2 <= code <= min(cycles, self.last_phase)

    def asked_cycles(self, intervention: str) -> list[int]:
        """The cycles at whose start persons may be asked to take part."""
        if intervention not in self._asked:
            self._asked[intervention] = self._find_asked(intervention)
        return self._asked[intervention]

    def _find_asked(self, intervention: str) -> list[int]:
        enrol, population = self.scenario.interventions[intervention].enrol, self.scenario.population
        to_age = population.horizon.to_age
        if enrol.at_age is not None:
            if to_age is not None and enrol.at_age >= to_age:
                return []
            cycles = [(enrol.at_age - age) * self.per_year for age in self.start_ages]
        elif enrol.at_year is not None:
            cycles = [(enrol.at_year - population.start.year) * self.per_year]
        else:
            condition = parse_condition(enrol.condition)
            cycles = [cycle for cycle in range(self.n_cycles) if self._can_hold(condition, cycle)]
        return sorted(cycle for cycle in cycles if 0 <= cycle < self.n_cycles)

    def _can_hold(self, condition: Condition, cycle: int) -> bool:
        """Whether the parts of a condition that speak of time hold in a cycle, for some age at the start."""
        now = {**self.times[cycle]}
        for part in condition.parts:
            if part.variable == "age":
                if not any(part.accepts(age + cycle // self.per_year) for age in self.start_ages):
                    return False
            elif part.variable == "start_age":
                if not any(part.accepts(age) for age in self.start_ages):
                    return False
            elif part.variable in now and not part.accepts(now[part.variable]):
                return False
        return True

    def possible_codes(self, intervention: str, cycle: int, strategy: str | None = None) -> list[int]:
        """The codes that persons can have during a cycle, under one strategy or under any."""
        strategies = self.scenario.strategies
        members = strategies[strategy] if strategy is not None else [i for used in strategies.values() for i in used]
        if intervention not in members:
            return [0]
        return self._possible_codes(intervention, cycle)

    def _possible_codes(self, intervention: str, cycle: int) -> list[int]:
        asked = np.array(self.asked_cycles(intervention), dtype=np.int64)
        phases = cycle + 1 - asked[asked <= cycle][::-1]  # later ones were asked more recently
        rule = self.scenario.interventions[intervention].drop_out
        left = (phases[phases >= 2] + self.last_phase).tolist() if rule is not None else []
        said_no = [self.declined] if phases.size and self.after_no(intervention, 0) == self.declined else []
        return [0, *phases.tolist(), *left, *said_no]

    @cached_property
    def enrolment_order(self) -> list[str]:
        """Interventions in the order in which their enrolment is settled: those that others look at come first.

        Without such a reason, in file order. Of interventions that look at each other in a circle (which is refused)
        the rest stays in file order.
        """
        looks = {name: self.waits_for(name) for name in self.scenario.interventions}
        order: list[str] = []
        while len(order) < len(looks):
            ready = [name for name in looks if name not in order and looks[name] <= set(order)]
            order.append(ready[0] if ready else next(name for name in looks if name not in order))
        return order

    def waits_for(self, intervention: str) -> set[str]:
        """The other interventions that enrolment in one looks at, so that it is settled after theirs."""
        enrol = self.scenario.interventions[intervention].enrol
        found = set(parse_condition(enrol.condition).variables)
        found |= self.keys_of(enrol.uptake) | self.keys_of(enrol.reach)
        return (found & set(self.interventions)) - {intervention}
