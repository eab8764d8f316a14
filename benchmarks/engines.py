"""What does the exact distribution cost against sampled lives, and what does memory cost those who use it?

The shipped school dropout case with both engines (toy: the textbook chain); and four coupled domains with
and without a clock that one of its domains depends on.
"""

from __future__ import annotations

import time

from benchmarks._models import compiled_from, coupled, means
from simcore.model.compile import compile_scenario
from simcore.model.reach import reach
from simcore.model.sampled import simulate_draws
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate

N_CYCLES = 60


class Engines:
    """School dropout, sampled and exact."""

    def setup(self, toy: bool) -> None:
        """Compile the model, and the kernels of both engines."""
        self.file = read_scenario("textbook_chain" if toy else "school_dropout")
        self.draws = 4 if toy else self.file.scenario.draws
        self.persons = 200 if toy else self.file.scenario.population.persons
        self.compiled = compile_scenario(self.file)
        for engine in ("sampled", "expected"):
            simulate(self.file, draws=2, persons=100, engine=engine)

    def run(self, engine: str) -> float:
        """Seconds of a run."""
        begin = time.perf_counter()
        simulate(self.file, draws=self.draws, persons=self.persons, engine=engine)
        return time.perf_counter() - begin

    def time_a_reach(self) -> None:
        """working out which joint states can be reached, school dropout"""
        reach(self.compiled)

    def track_b_states(self) -> float:
        """joint states at the boundary with most of them"""
        return reach(self.compiled).largest

    track_b_states.unit = "states"  # type: ignore[attr-defined]

    def track_c_expected(self) -> float:
        """simulate() with the exact engine, all threads"""
        return self.run("expected")

    track_c_expected.unit = "s"  # type: ignore[attr-defined]

    def track_d_against_sampled(self) -> float:
        """the exact engine against sampled lives in the same number of draws"""
        sampled = self.run("sampled")
        return self.run("expected") / sampled

    track_d_against_sampled.unit = "times as long"  # type: ignore[attr-defined]


class Memory:
    """Four domains, with and without a clock."""

    def setup(self, toy: bool) -> None:
        """Compile both models."""
        self.persons = 2_000 if toy else 50_000
        plain = coupled(cycles=N_CYCLES)
        clock = "memory:\n  time_in_s1: {time_in: {d0: s1}, cap: 10 years or more}\n"
        condition = "{if: {d1: s1}, odds_ratio: r, evidence: assumed}"
        with_clock = plain.replace(condition, "{if: {time_in_s1: {at_least: 2}}, odds_ratio: r, evidence: assumed}", 3)
        self.models = [compiled_from(plain), compiled_from(with_clock + clock)]
        for model in self.models:
            self.nanoseconds(model)

    def nanoseconds(self, model) -> float:
        """Time per person-cycle, one thread."""
        values = means(model)
        begin = time.perf_counter()
        simulate_draws(model, values, persons=range(self.persons), target_group=1, seed=1)
        return (time.perf_counter() - begin) / (self.persons * N_CYCLES) * 1e9

    def track_with_a_clock(self) -> float:
        """one person-cycle of four moves and a clock, one thread"""
        return self.nanoseconds(self.models[1])

    track_with_a_clock.unit = "ns"  # type: ignore[attr-defined]

    def track_clock_against_none(self) -> float:
        """the same against the model without a clock"""
        plain = self.nanoseconds(self.models[0])
        return self.nanoseconds(self.models[1]) / plain

    track_clock_against_none.unit = "times"  # type: ignore[attr-defined]


SUITES = ["Engines", "Memory"]
