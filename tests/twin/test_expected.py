"""The exact engine against the readable twin's own probabilities, added up over everything that can happen.

The twin knows the probability of each answer in each situation. Here they are multiplied and added by hand, state
by state in plain dictionaries, which shares nothing with the compiled engine but the words of the model.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from numpy.typing import NDArray

import simcore.model.reach
from simcore.errors import ModelError
from simcore.model.compile import compile_scenario
from simcore.model.expected import expect_draws
from simcore.model.ledger import Account, Meter, alive
from simcore.model.reach import reach
from simcore.model.reference import Lives, happens
from simcore.scenario.conditions import NEVER, parse_condition
from simcore.scenario.loading import ScenarioFile, read_scenario
from simcore.uncertainty.sampling import draw_parameters
from tests.admitted import admitted
from tests.strategies import Tree, read, scenarios

SHIPPED = Path(__file__).parents[2] / "scenarios"
#: A person's attributes, states, memory and phases, as a key.
Key = tuple[tuple[tuple[str, Any], ...], ...]


class Exact(Lives):
    """The twin, asked for probabilities instead of lives."""

    def beginnings(self) -> Iterator[tuple[float, Key]]:
        """Yield every way to begin, with its probability."""
        population = self.scenario.population
        found: list[tuple[float, dict[str, Any]]] = [(1.0, {})]
        for table in population.joint:
            cells = self.scenario.tables[table].cells
            sizes = [self.parameters[row.value] if isinstance(row.value, str) else row.value for row in cells]
            total = sum(sizes) if self.scenario.tables[table].unit.startswith("count") else 1.0
            levels = [{key: str(level) for key, level in row.keys.items()} for row in cells]
            found = [
                (p * size / total, born | level)
                for p, born in found for size, level in zip(sizes, levels, strict=True)
            ]  # fmt: skip
        for name, shares in population.attributes.items():
            found = [
                (p * q, born | {name: a}) for p, born in found for q, a in self.answers(list(shares), shares, born)
            ]
        for name, trait in population.traits.items():
            each = 1.0 / trait.levels
            found = [(p * each, born | {name: level}) for p, born in found for level in range(1, trait.levels + 1)]
        starts = [(p, born, dict[str, Any](), dict[str, Any]()) for p, born in found]
        for name, domain in self.scenario.domains.items():
            start = population.start_states[name]
            shares = {start: "rest"} if isinstance(start, str) else start
            starts = [
                (p * q, born, states | {name: state}, memory)
                for p, born, states, memory in starts for q, state in self.answers(domain.states, shares, born)
            ]  # fmt: skip
        for name, memory_of in self.scenario.memory.items():
            first = memory_of.start
            if first is None:
                first = NEVER if memory_of.kind == "time_since" else 0
            shares = {str(k): v for k, v in first.items()} if isinstance(first, dict) else {str(first): "rest"}
            step = 1 if memory_of.kind == "counts" else self.structure.per_year
            inside = parse_condition(memory_of.time_in or {})  # a clock stands at 0 outside
            starts = [
                (p * q, born, states, memory | {name: None if value == NEVER else int(value) * step})
                for p, born, states, memory in starts
                for of in [shares if inside.holds({**born, **states}) else {"0": "rest"}]
                for q, value in self.answers(list(of), of, born)
            ]  # fmt: skip
        for p, born, states, memory in starts:
            yield p, key(born, states, memory, dict.fromkeys(self.scenario.interventions, 0))

    def answers(self, names: list[str], shares: Any, born: dict[str, Any]) -> Iterator[tuple[float, str]]:
        """Yield the answers to a question before the first cycle."""
        now = self.structure.at(0, born)
        sizes = {name: self.quantity(shares[name], now) for name in names if shares.get(name, "rest") != "rest"}
        rests = [name for name in names if shares.get(name) == "rest"]
        for name, size in sizes.items():
            yield size, name
        for name in rests:
            yield 1.0 - sum(sizes.values()), name

    def cycle(self, found: dict[Key, float], strategy: str, cycle: int) -> Iterator[tuple[float, Any, Any, Key]]:
        """Yield what can happen in a cycle: probability, the situation at both ends, and the key after it."""
        scenario, structure = self.scenario, self.structure
        for state, p in found.items():
            born, states, memory, codes = (dict(part) for part in state)
            options = [(p, dict(codes))]
            now = {**structure.at(cycle, born), **states, **self.remembered(memory)}
            members = scenario.strategies[strategy]
            for name in members:
                options = [more for q, of in options for more in self.leaving(name, q, of, now, cycle)]
            for name in [of for of in structure.enrolment_order if of in members]:
                options = [more for q, of in options for more in self.enrolling(strategy, name, q, of, now, cycle)]
            for q, of in options:
                yield from self.moving(q, born, states, memory, of, self.with_codes(now, of))

    def leaving(
        self, name: str, p: float, codes: dict[str, int], now: Any, cycle: int
    ) -> Iterator[tuple[float, dict[str, int]]]:
        """The answers to the question whether to leave a programme, read as `Lives.stays` reads it."""
        rule, here = self.scenario.interventions[name].drop_out, self.with_codes(now, codes)
        may = rule is not None and self.structure.may_leave(name, codes[name])
        if rule is None or not may or not (alive(self.scenario) & parse_condition(rule.if_)).holds(here):
            yield p, codes
            return
        leaves = self.quantity(rule.probability, here)
        if self.structure.per_year > 1 and self.structure.period_of(rule.probability) == "year":
            leaves = 1.0 - (1.0 - leaves) ** self.structure.cycle_years
        yield p * leaves, codes | {name: codes[name] + self.structure.last_phase}
        yield p * (1.0 - leaves), codes

    def enrolling(
        self, strategy: str, name: str, p: float, codes: dict[str, int], now: Any, cycle: int
    ) -> Iterator[tuple[float, dict[str, int]]]:
        """The answers to the question of enrolment."""
        enrol, here = self.scenario.interventions[name].enrol, self.with_codes(now, codes)
        asked = self.structure.may_be_asked(name, codes[name])
        first = cycle % self.structure.per_year == 0
        asked = asked and (enrol.at_age is None or (first and now["age"] == enrol.at_age))
        asked = asked and (enrol.at_year is None or (first and now["year"] == enrol.at_year))
        if not asked or not (alive(self.scenario) & parse_condition(enrol.condition)).holds(here):
            yield p, codes
            return
        willing = self.quantity(enrol.reach, here) * self.quantity(enrol.uptake, here)
        willing *= self.admissions.get((strategy, name, cycle), 1.0)
        yield p * willing, codes | {name: 1}
        yield p * (1.0 - willing), codes | {name: self.structure.after_no(name, codes[name])}

    def moving(
        self, p: float, born: Any, states: Any, memory: Any, codes: dict[str, int], start: Any
    ) -> Iterator[tuple[float, Any, Any, Key]]:
        life = self.structure.life
        rows = []
        for domain in self.scenario.domains:
            sizes, rest = self.row(domain, start)
            options = {**sizes}
            options[rest] = options.get(rest, 0.0) + 1.0 - sum(sizes.values())
            rows.append([(domain, state, q) for state, q in options.items() if q > 0])
        after = {name: self.later(code) for name, code in codes.items()}
        if life is not None:
            place = list(self.scenario.domains).index(life[0])
            death = sum(q for _, state, q in rows[place] if state == life[1])
            if death > 0:
                dead = states | {life[0]: life[1]}
                yield p * death, start, {**start, **dead}, key(born, dead, memory, after)
            rows[place] = [option for option in rows[place] if option[1] != life[1]]
        for combination in itertools.product(*rows):
            moved = {domain: state for domain, state, _ in combination}
            q = p * float(np.prod([option[2] for option in combination]))
            remembers = self.goes_on(memory, {**born, **states}, {**born, **moved})
            yield q, start, {**start, **moved, **self.remembered(remembers)}, key(born, moved, remembers, after)


def key(*parts: dict[str, Any]) -> Key:
    return tuple(tuple(part.items()) for part in parts)


def ledger_by_hand(
    file: ScenarioFile, numbers: dict[str, float], account: Account, admissions: dict[tuple[str, str, int], float]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Expected ledger of one person: (strategy, time meter, end, cycle) and (strategy, event meter, cycle)."""
    scenario = file.scenario
    twin = Exact(scenario, numbers, draw=0, persons=range(0), seed=0, admissions=admissions)
    n_cycles = twin.structure.n_cycles
    time = np.zeros((len(scenario.strategies), len(account.time), 2, n_cycles))
    events = np.zeros((len(scenario.strategies), len(account.events), n_cycles))
    for s, strategy in enumerate(scenario.strategies):
        found: dict[Key, float] = {}
        for p, state in twin.beginnings():
            found[state] = found.get(state, 0.0) + p
        for cycle in range(n_cycles):
            following: dict[Key, float] = {}
            for p, start, end, state in twin.cycle(found, strategy, cycle):
                following[state] = following.get(state, 0.0) + p
                for number, meter in enumerate(account.time):
                    for moment, situation in enumerate((start, end)):
                        if meter.condition.holds(situation):
                            time[s, number, moment, cycle] += p
                for number, meter in enumerate(account.events):
                    if happens(meter, start, end):
                        events[s, number, cycle] += p
            found = following
    return time, events


def check(file: ScenarioFile, seed: int, draw: int = 0) -> None:
    compiled = compile_scenario(file)
    parameters = draw_parameters(file.distributions, 2, seed=seed, dependence=file.dependence)
    values = compiled.values.evaluate(parameters, 2)
    counts = expect_draws(compiled, reach(compiled), values, part_size=np.array([3, 2, 1]), seed=seed)
    numbers = {name: float(of[draw]) for name, of in parameters.items()}
    admissions = admitted(compiled, values[draw], draw, seed)
    time, events = ledger_by_hand(file, numbers, compiled.account, admissions)
    for part, size in enumerate((3, 2, 1)):
        np.testing.assert_allclose(counts.time[draw, part], size * time, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(counts.events[draw, part], size * events, rtol=1e-9, atol=1e-12)


def small(tree: Tree) -> bool:
    """Whether everything that can happen can be gone through by hand."""
    compiled = compile_scenario(read(tree))
    try:
        found = reach(compiled)
    except ModelError:
        return False
    return sum(len(cycle.step.target) for cycles in found.strategies for cycle in cycles) < 30_000


@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
@given(tree=scenarios(money=False))
def test_generated_scenarios(tree: Tree) -> None:
    assume(small(tree))
    file = read(tree)
    event(f"memory: {len(file.scenario.memory)}")
    check(file, seed=11, draw=1)


def test_textbook_chain() -> None:
    check(read_scenario(SHIPPED / "textbook_chain"), seed=5)


def test_a_model_that_is_too_large_is_refused_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = compile_scenario(read_scenario(SHIPPED / "school_dropout"))
    monkeypatch.setattr(simcore.model.reach, "MOST_STATES", 1000)
    with pytest.raises(ModelError) as caught:
        reach(compiled)
    text = str(caught.value)
    assert text.startswith("The exact engine would have to follow more than 1,000 joint states (found 1,")
    assert "education 6 x work 4 x crime 3" in text
    assert "--engine sampled" in text
    monkeypatch.undo()
    monkeypatch.setattr(simcore.model.reach, "MOST_WAYS", 10_000)
    with pytest.raises(ModelError, match="more than 10,000 ways between joint states"):
        reach(compiled)


def test_the_meter_of_everybody_keeps_its_mass() -> None:
    """Nobody is lost or made: alive and dead add up to everybody at every boundary."""
    file = read_scenario(SHIPPED / "school_dropout")
    compiled = compile_scenario(file)
    parameters = draw_parameters(file.distributions, 3, seed=2, dependence=file.dependence)
    reached = reach(compiled)
    counts = expect_draws(
        compiled, reached, compiled.values.evaluate(parameters, 3), part_size=np.array([1, 0, 0]), seed=2
    )
    living = compiled.account.time.index(Meter(compiled.account.alive.condition))
    alive_at_end = counts.time[:, 0, :, living, 1]
    assert np.all(np.diff(alive_at_end, axis=-1) <= 1e-12)
    np.testing.assert_allclose(counts.time[:, 0, :, living, 0, 0], 1.0, rtol=1e-12)
    np.testing.assert_allclose(counts.time[:, 0, :, living, 0, 1:], alive_at_end[..., :-1], rtol=1e-9)
