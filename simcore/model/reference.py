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
from simcore.model.ledger import Account, Meter, alive
from simcore.randomness import decision_numbers, decision_point, threshold
from simcore.rates import ROUNDING
from simcore.scenario.conditions import NEVER, Value, parse_band, parse_condition, parse_duration, parse_move
from simcore.scenario.evidence import Table
from simcore.scenario.phases import EXACT
from simcore.scenario.schema import Derived, Effect, Memory, Modifier, Scenario, Shares, Trait
from simcore.scenario.structure import Structure, Way, matrix_parameter
from simcore.scenario.variables import Situation
from simcore.uncertainty.traits import level_mean


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
        self.scenario, self.parameters, self.draw, self.persons, self.seed = scenario, parameters, draw, persons, seed
        self.structure = Structure(scenario)
        self.admissions = admissions or {}
        self._numbers: dict[tuple[str, int], NDArray[np.uint64]] = {}
        self._rows: dict[tuple[Value, ...], tuple[dict[str, float], str]] = {}
        self._exponentials: dict[tuple[str, bytes], NDArray[np.float64]] = {}

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
        _check_row(shares, table, {}, complete=True)
        rest = [text for text, row in zip(texts, cells, strict=True) if row.value != 0][-1]
        cell = self.decide(self.number(f"attribute.joint.{table}", 0, person), texts, shares, rest)
        return {key: str(level) for key, level in cells[int(cell)].keys.items()}

    def share(
        self, person: int, question: str, answers: Sequence[str], shares: Mapping[str, str | float], known: Situation
    ) -> str:
        """Answer a question before the first cycle: a level, a starting state, or what is remembered."""
        now = self.structure.at(0, known)
        sizes = {name: self.quantity(shares[name], now) for name in answers if shares.get(name, "rest") != "rest"}
        _check_row(sizes, question, now, complete="rest" not in shares.values())
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

    # -- probabilities ------------------------------------------------------------------------

    def row(self, domain: str, now: Situation) -> tuple[dict[str, float], str]:
        """Return the probability of each way out of the present state, and who gets the rest."""
        ways, own = self.structure.ways(domain), str(now[domain])
        years = self.structure.cycle_years
        if self.scenario.domains[domain].time == "continuous":
            return self.jumps(domain, now), own
        out = ways.exits[own]
        sizes = {way.end: self.size(domain, way, now) for way in out}
        total = sum(sizes.values())
        if any(way.is_rate for way in out):  # competing rates: at most one of them happens in a cycle
            sizes = {state: rates.probability_of_rate(rate, total, years) for state, rate in sizes.items()}
        else:
            _check_row(sizes, domain, now)
            yearly = any(self.structure.period_of(way.baseline) == "year" for way in out)
            if yearly and self.structure.per_year > 1:
                held = {state: min(max(size, 0.0), 1.0) for state, size in sizes.items()}
                total = sum(held.values())
                sizes = {state: rates.probability_over(size, total, years) for state, size in held.items()}
        return sizes, ways.rest[own]

    def jumps(self, domain: str, now: Situation) -> dict[str, float]:
        """Probability of being in each other state after a cycle of continuous time: a row of expm(G * cycle)."""
        from scipy.linalg import expm

        states = self.scenario.domains[domain].states
        generator = np.zeros((len(states), len(states)))
        for start, out in self.structure.ways(domain).exits.items():
            for way in out:
                generator[states.index(start), states.index(way.end)] = self.size(domain, way, now | {domain: start})
        generator -= np.diag(generator.sum(axis=1))
        own = states.index(str(now[domain]))
        known = (domain, generator.tobytes())
        if known not in self._exponentials:  # by far the slowest step, and there are few different ones
            self._exponentials[known] = expm(generator * self.structure.cycle_years)
        row = self._exponentials[known][own]
        return {state: float(p) for state, p in zip(states, row, strict=True) if state != states[own]}

    def size(self, domain: str, way: Way, now: Situation) -> float:
        """Return a move's probability per cycle or year, or rate per year, with everything that acts on it."""
        size = self.quantity(way.baseline, {**now, "from": way.start, "to": way.end})
        # Several modifiers of a kind multiply (differences add) before they act.
        together = {"risk_ratio": 1.0, "odds_ratio": 1.0, "hazard_ratio": 1.0, "risk_difference": 0.0}
        over_a_time = []
        for modifier, strength in [*self._modifiers(way, now), *self._effects(domain, way, now)]:
            scale = "odds_ratio" if modifier.scale == "standardised_mean_difference" else modifier.scale
            if modifier.over is not None:
                over_a_time.append((scale, strength, modifier.over))
            elif scale == "risk_difference":
                together[scale] += strength
            else:
                together[scale] *= strength
        size = size * together["hazard_ratio"] if way.is_rate else rates.modified_probability(size, **together)
        # What was measured over a time of its own acts at the end, one after the other.
        for scale, strength, time in over_a_time:
            size = self.over(time, way, size, scale, strength)
        return size

    def over(self, time: str, way: Way, size: float, scale: str, strength: float) -> float:
        """Return a probability or rate with a modifier of what happens within a time, were it the only way out."""
        years = parse_duration(time)
        assert years is not None  # by the schema
        nothing = 0.0 if scale == "risk_difference" else 1.0
        if strength == nothing or not (way.is_rate or -ROUNDING <= size <= 1.0 + ROUNDING):
            return size  # what is no probability is refused with its row
        periods = years if self.structure.period_of(way.baseline) == "year" else years * self.structure.per_year
        if way.is_rate:
            within = rates.probability_of_rate(size, size, years)
        else:
            within = rates.probability_in(min(max(size, 0.0), 1.0), periods)
        alone = {"risk_ratio": 1.0, "odds_ratio": 1.0, "hazard_ratio": 1.0, "risk_difference": 0.0, scale: strength}
        within = rates.modified_probability(within, **alone)
        if not -ROUNDING <= within <= 1.0 + ROUNDING:
            raise ModelError(f"{way.start} -> {way.end}: {within:.4g} within {time} is no probability.")
        within = min(max(within, 0.0), 1.0)
        return rates.rate_of_probability(within, years) if way.is_rate else rates.probability_in(within, 1.0 / periods)

    def _modifiers(self, way: Way, now: Situation) -> Iterator[tuple[Modifier, float]]:
        """Yield the modifiers that act on a move now, each with its ratio or difference."""
        for modifier in way.modifiers:
            if parse_condition(modifier.if_).holds(now):
                yield modifier, self.weakened(modifier, now)

    def _effects(self, domain: str, way: Way, now: Situation) -> Iterator[tuple[Modifier, float]]:
        """Yield the effects that act on a move now, each with its ratio or difference."""
        for name, intervention in self.scenario.interventions.items():
            code = int(now[name + EXACT])
            left = self.structure.has_left(code)
            for effect in intervention.effects:
                move = parse_move(effect.move)
                assert move is not None  # checked with the scenario
                meant = move.domain == domain and move.fits(way.start, way.end)
                if not meant or not parse_condition(effect.if_).holds(now) or (left and effect.after_drop_out == 0):
                    continue
                after = self.cycles_after(effect, self.structure.phase_of(code), now)
                if after is not None:
                    yield effect, self.weakened(effect, now, after, left)

    def cycles_after(self, effect: Effect, phase: int, now: Situation) -> int | None:
        """Return the cycles since an effect acted in full, 0 when it does so now; None when nothing of it is left."""
        age = int(now["start_age"]) * self.structure.per_year + int(now["cycle"])
        for ago in range(phase):
            if self.acts_in_full(effect, phase - ago, age - ago):
                goes_on = effect.fade is not None or effect.catch_up is not None
                return ago if ago == 0 or goes_on else None
        return None

    def acts_in_full(self, effect: Effect, phase: int, age: int) -> bool:
        """Tell whether a phase lies in the window of an effect, for a person whose age in cycles is this."""
        since = phase if effect.years is None else self.structure.phase_year(phase)
        first, last = effect.years or effect.cycles or (1, "onwards")  # one of the two, by the schema
        young = effect.to_age is None or age < effect.to_age * self.structure.per_year
        return young and since >= int(first) and (last == "onwards" or since <= int(last))

    def weakened(self, modifier: Modifier, now: Situation, after: int = 0, left: bool = False) -> float:
        """Return a modifier's ratio or difference: as much as is causal, remains after leaving, and has not faded.

        A standardised mean difference is returned as its odds ratio; `after` counts the cycles since the window ended.
        """
        weight = 1.0 if modifier.movable_share is None else self.quantity(modifier.movable_share, now)
        years = after / self.structure.per_year
        if isinstance(modifier, Effect) and left:
            weight *= self.quantity(modifier.after_drop_out, now)
        if isinstance(modifier, Effect) and modifier.fade is not None and after > 0:
            if modifier.fade.half_life is not None:
                weight *= 0.5 ** (years / self.quantity(modifier.fade.half_life, now))
            if modifier.fade.linear is not None:
                weight *= max(0.0, 1.0 - years / self.quantity(modifier.fade.linear, now))
        full = self.quantity(modifier.size, now)
        if modifier.scale == "standardised_mean_difference":
            strength = float(rates.odds_ratio_of_difference(full * weight))
        else:
            strength = full * weight if modifier.scale == "risk_difference" else rates.faded(full, weight)
        if isinstance(modifier, Effect) and modifier.catch_up is not None and after > 0:
            return self.caught_up(modifier, strength, self.quantity(modifier.catch_up, now), after)
        return strength

    def caught_up(self, effect: Effect, strength: float, time: float, after: int) -> float:
        """Return the ratio or difference while the others catch up: it takes back what the effect did in its window."""
        window = self.window_years(effect)
        # The others catch up for a time, which may end within this cycle.
        part = min(max(time * self.structure.per_year - (after - 1), 0.0), 1.0)
        if effect.scale == "risk_difference":
            return -strength * window * part / time
        ratio = 1.0 - (strength - 1.0) * window * part / time
        if ratio < -ROUNDING:
            raise ModelError(f"{effect.move}: a ratio of {ratio:.4g} would take back what {strength:.4g} has changed.")
        return max(ratio, 0.0)

    def window_years(self, effect: Effect) -> float:
        """Return the length of the window of an effect that ends [years]."""
        if effect.cycles is not None:
            return (int(effect.cycles[1]) - int(effect.cycles[0]) + 1) / self.structure.per_year
        assert effect.years is not None  # by the schema
        return int(effect.years[1]) - int(effect.years[0]) + 1

    # -- quantities -----------------------------------------------------------------------------

    def quantity(self, quantity: str | float, now: Situation) -> float:
        """Return the value of a quantity: a number, a parameter, a table's cell, a formula, or a trait."""
        if not isinstance(quantity, str):
            return float(quantity)
        entry = self.scenario.entry(quantity)
        if isinstance(entry, Table):
            return self.cell(quantity, entry, now)
        if isinstance(entry, Derived):
            return float(entry.expression.evaluate(lambda name: self.value_of(name, now)))
        if isinstance(entry, Trait):
            form, first, second = entry.form
            one, other = (np.array([self.quantity(number, now)]) for number in (first, second))
            return float(level_mean(form, one, other, int(now[quantity]), entry.levels)[0])
        return self.parameters[quantity]

    def value_of(self, name: str, now: Situation) -> Value:
        """Return what a name in a formula stands for."""
        if self.scenario.entry(name) is not None:
            return self.quantity(name, now)
        return self.structure.as_number(name, now[name])

    def cell(self, name: str, table: Table, now: Situation) -> float:
        """Return the first row of a table that fits; of a counted matrix, the drawn probability."""
        wanted: Situation = {}
        for key in table.by:
            formula = table.expression_at(key) if key in table.at else None
            if formula is None:
                wanted[key] = now[key]
                continue
            at = float(formula.evaluate(lambda other: self.value_of(other, now)))
            wanted[key] = self.structure.as_key(key, at)
        for row in table.cells:
            if all(_fits(row.keys[key], value) for key, value in wanted.items()):
                if table.unit.startswith("count"):
                    return self.counted(name, table, now)
                return self.parameters[row.value] if isinstance(row.value, str) else row.value
        raise ModelError(f"{name} has no cell for {now}.")

    def counted(self, name: str, table: Table, now: Situation) -> float:
        """Return the share of a counted move in its row of this draw."""
        row = {str(cell.keys["to"]): cell.value for cell in table.cells if cell.keys["from"] == now["from"]}
        drawn = {
            end: self.parameters[matrix_parameter(name, str(now["from"]), end)] if count != 0 else 0.0
            for end, count in row.items()
        }
        return drawn[str(now["to"])] / float(np.sum(list(drawn.values())))

    # -- small things -------------------------------------------------------------------------

    def number(self, question: str, cycle: int, person: int) -> int:
        """Return the number that settles a question; the same under every strategy."""
        if (question, cycle) not in self._numbers:
            persons = np.array(self.persons, dtype=np.uint64)
            point = decision_point(question)
            self._numbers[question, cycle] = decision_numbers(self.seed, persons, cycle, point, self.draw)
        return int(self._numbers[question, cycle][self.persons.index(person)])


def _fits(key: str | int, value: Value) -> bool:
    """Tell whether a table's key holds for a value: numbers match bands."""
    if isinstance(value, str):
        return key == value
    band = parse_band(key)
    return band is not None and value in band


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
    moved = move.fits(str(start[move.domain]), str(end[move.domain]))
    return moved and meter.condition.holds(start)
