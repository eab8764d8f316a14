"""The readable twin: what the model is, person by person and cycle by cycle, in plain Python.

It works on the scenario as written, knows nothing of the compiled arrays, and is slow. It asks for the
same addressed random numbers as the kernels, so that both must agree exactly. Read `Lives.life` first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore import rates
from simcore.errors import ModelError
from simcore.model.ledger import CYCLE_YEARS, Account, Meter, alive
from simcore.randomness import decision_numbers, decision_point, threshold
from simcore.rates import ROUNDING
from simcore.scenario.conditions import parse_condition, parse_move
from simcore.scenario.meaning import cell_matches, levels, n_cycles
from simcore.scenario.schema import Effect, Modifier, Move, Scenario, Shares

#: Everything that is true of a person in a cycle: attributes, states, phases, age and year by name.
Situation = dict[str, str | int]


@dataclass(frozen=True)
class Life:
    """What happens to one person under one strategy.

    Attributes
    ----------
    starts, ends
        The situation at both ends of each cycle: age, year and phases are those of the cycle,
        states those of the moment.
    """

    person: int
    starts: list[Situation]
    ends: list[Situation]


class Lives:
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
    """

    def __init__(
        self, scenario: Scenario, parameters: Mapping[str, float], *, draw: int, persons: range, seed: int
    ) -> None:
        self.scenario, self.parameters, self.draw, self.persons, self.seed = scenario, parameters, draw, persons, seed
        self._numbers: dict[tuple[str, int], NDArray[np.uint64]] = {}

    # -- a life -----------------------------------------------------------------------------

    def lives(self, strategy: str) -> list[Life]:
        """Return the life of every person under a strategy."""
        return [self.life(person, strategy) for person in self.persons]

    def life(self, person: int, strategy: str) -> Life:
        """Follow a person from the start to the horizon."""
        scenario = self.scenario
        begin = scenario.population.start
        states = self.beginning(person)
        phases = dict.fromkeys(scenario.interventions, 0)
        starts, ends = [], []
        for cycle in range(n_cycles(scenario)):
            # Age and year are those at the start of the cycle, in everything that follows.
            now: Situation = {"age": begin.age + cycle, "year": begin.year + cycle, **states}
            # 1. Enrolment first: the phase that begins now already counts in this cycle.
            for intervention in scenario.strategies[strategy]:
                if phases[intervention] == 0 and self.enrols(person, intervention, now, cycle):
                    phases[intervention] = 1
            now.update(phases)
            # 2. All domains at once: each reads the states at the start, none sees where another goes.
            moved = {domain: self.move(person, domain, now, cycle) for domain in scenario.domains}
            # 3. Death takes precedence: whoever dies makes no other move.
            for name, domain in scenario.domains.items():
                if domain.ends_life is not None and moved[name] == domain.ends_life:
                    moved = {other: states[other] for other in moved} | {name: domain.ends_life}
            starts.append(now)
            ends.append({**now, **moved})
            # 4. Time passes.
            states = states | moved
            phases = {name: phase + 1 if phase > 0 else 0 for name, phase in phases.items()}
        return Life(person, starts, ends)

    def beginning(self, person: int) -> dict[str, str]:
        """Settle a person's attributes in the order of the file, then the state of each domain."""
        population = self.scenario.population
        known: dict[str, str] = {}
        for name, shares in population.attributes.items():
            known[name] = self.share(person, f"attribute.{name}", name, shares, known)
        attributes = dict(known)
        for name in self.scenario.domains:
            start = population.start_states[name]
            known[name] = (
                start if isinstance(start, str) else self.share(person, f"start.{name}", name, start, attributes)
            )
        return known

    def share(self, person: int, question: str, variable: str, shares: Shares, known: Mapping[str, str]) -> str:
        """Answer a question before the first cycle: a level of an attribute, or a starting state."""
        begin = self.scenario.population.start
        now: Situation = {**known, "age": begin.age, "year": begin.year}
        answers = levels(self.scenario)[variable]
        sizes = {name: self.quantity(shares[name], now) for name in answers if shares.get(name, "rest") != "rest"}
        _check_row(sizes, question, now, complete="rest" not in shares.values())
        # Without a rest the shares add up to 1, and the last of them takes what rounding leaves.
        rests = [name for name, size in shares.items() if size == "rest"]
        rest = (rests or [name for name in sizes if shares[name] != 0])[-1]
        return self.decide(self.number(question, 0, person), answers, sizes, rest)

    def enrols(self, person: int, intervention: str, now: Situation, cycle: int) -> bool:
        """Tell whether a person enrols now: alive, of the age, in the condition, and willing."""
        enrol = self.scenario.interventions[intervention].enrol
        asked = alive(self.scenario) & parse_condition(enrol.if_)
        if now["age"] != enrol.at_age or not asked.holds(now):
            return False
        uptake = self.quantity(enrol.uptake, now)
        return self.number(f"{intervention}.uptake", cycle, person) < threshold(uptake)

    def move(self, person: int, domain: str, now: Situation, cycle: int) -> str:
        """Return the state of a domain at the end of the cycle."""
        states = self.scenario.domains[domain].states
        sizes, rest = self.row(domain, now)
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

    # -- probabilities ------------------------------------------------------------------------

    def row(self, domain: str, now: Situation) -> tuple[dict[str, float], str]:
        """Return the probability of each way out of the present state, and who gets the rest."""
        states = self.scenario.domains[domain].states
        rest, found, is_rate = str(now[domain]), {}, False
        for text, move in self.scenario.domains[domain].moves.items():
            parsed = parse_move(text)
            assert parsed is not None  # checked with the scenario
            if parsed.start != now[domain]:
                continue
            if not isinstance(move, Move):
                rest = parsed.end
                continue
            is_rate = move.rate is not None
            found[parsed.end] = self.size(f"{domain}.{text}", move, now)
        sizes = {state: found[state] for state in states if state in found}
        if is_rate:  # competing rates: at most one of them happens in a cycle
            total = sum(sizes.values())
            years = CYCLE_YEARS[self.scenario.cycle]
            sizes = {state: rates.probability_of_rate(rate, total, years) for state, rate in sizes.items()}
        _check_row(sizes, domain, now)
        return sizes, rest

    def size(self, name: str, move: Move, now: Situation) -> float:
        """Return a move's probability per cycle, or rate per year, with everything that acts on it."""
        baseline = move.probability if move.probability is not None else move.rate
        assert baseline is not None  # by the schema
        size = self.quantity(baseline, now)
        # Several modifiers of a kind multiply (differences add) before they act.
        together = {"risk_ratio": 1.0, "odds_ratio": 1.0, "hazard_ratio": 1.0, "risk_difference": 0.0}
        for modifier, faded in [*self._modifiers(move, now), *self._effects(name, now)]:
            if modifier.scale == "risk_difference":
                together["risk_difference"] += self.weakened(modifier, faded, now)
            else:
                together[modifier.scale] *= self.weakened(modifier, faded, now)
        if move.rate is not None:
            return size * together["hazard_ratio"]
        return rates.modified_probability(size, **together)

    def _modifiers(self, move: Move, now: Situation) -> Iterator[tuple[Modifier, int]]:
        for modifier in move.modifiers:
            if parse_condition(modifier.if_).holds(now):
                yield modifier, 0

    def _effects(self, move: str, now: Situation) -> Iterator[tuple[Modifier, int]]:
        """Yield the effects that act on a move now, each with the cycles since its window ended."""
        for name, intervention in self.scenario.interventions.items():
            phase = now[name]
            assert isinstance(phase, int)
            for effect in intervention.effects:
                first, last = effect.years
                after = 0 if last == "onwards" else max(0, phase - int(last))
                acts = phase >= int(first) and (after == 0 or effect.fade is not None)
                if effect.move == move and acts and parse_condition(effect.if_).holds(now):
                    yield effect, after

    def weakened(self, modifier: Modifier, faded: int, now: Situation) -> float:
        """Return a modifier's ratio or difference: as much of it as is causal and has not faded."""
        weight = 1.0 if modifier.movable_share is None else self.quantity(modifier.movable_share, now)
        if isinstance(modifier, Effect) and modifier.fade is not None and faded > 0:
            half_life = self.quantity(modifier.fade.half_life, now)
            weight *= 0.5 ** (faded * CYCLE_YEARS[self.scenario.cycle] / half_life)
        full = self.quantity(modifier.size, now)
        return full * weight if modifier.scale == "risk_difference" else rates.faded(full, weight)

    def quantity(self, quantity: str | float, now: Situation) -> float:
        """Return the value of a quantity: a number, a parameter, or the first table row that fits."""
        if not isinstance(quantity, str):
            return float(quantity)
        if quantity in self.parameters:
            return self.parameters[quantity]
        for row in self.scenario.tables[quantity].cells:
            if cell_matches(row.keys, now):
                return self.parameters[row.value] if isinstance(row.value, str) else row.value
        raise ModelError(f"{quantity} has no cell for {now}.")

    # -- small things -------------------------------------------------------------------------

    def number(self, question: str, cycle: int, person: int) -> int:
        """Return the number that settles a question; the same under every strategy."""
        if (question, cycle) not in self._numbers:
            persons = np.array(self.persons, dtype=np.uint64)
            point = decision_point(question)
            self._numbers[question, cycle] = decision_numbers(self.seed, persons, cycle, point, self.draw)
        return int(self._numbers[question, cycle][self.persons.index(person)])


def _check_row(sizes: Mapping[str, float], question: str, now: Situation, complete: bool = False) -> None:
    """Refuse what is no row of probabilities, beyond the rounding of decimal fractions."""
    total = sum(sizes.values())
    low = 1.0 - ROUNDING if complete else 0.0
    if not all(-ROUNDING <= size for size in sizes.values()) or not low <= total + ROUNDING or total > 1.0 + ROUNDING:
        raise ModelError(f"{question}, {now}: {dict(sizes)} is no row of probabilities.")


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
    moved = (start[move.domain], end[move.domain]) == (move.start, move.end)
    return moved and meter.condition.holds(start)
