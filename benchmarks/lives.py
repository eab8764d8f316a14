"""How long does one person-cycle take, and how does it compare with NumPy?

The model has four domains of four states, each with two other domains as parents, and 60 yearly cycles, one
strategy, no prices: the bare simulation. The NumPy version runs the same model the way an able analyst
would write it: all persons at once, one table lookup and one comparison per domain, in place.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from simcore.model.compile import compile_scenario
from simcore.model.sampled import simulate_draws
from simcore.scenario.loading import read_scenario

N_DOMAINS, N_STATES, N_CYCLES = 4, 4, 60


def scenario_text() -> str:
    """A scenario file: state k moves to the next states; two other domains make it more likely."""
    domains, parameters = (
        [],
        [
            "  p: {distribution: {fixed: 0.02}, unit: probability per year, source: {assumption: made up}}",
            "  r: {distribution: {fixed: 1.5}, unit: odds ratio, source: {assumption: made up}}",
        ],
    )
    states = ", ".join(f"s{k}" for k in range(N_STATES))
    for d in range(N_DOMAINS):
        first, second = (d + 1) % N_DOMAINS, (d + 2) % N_DOMAINS
        modifiers = ", ".join(
            f"{{if: {{d{parent}: {state}}}, odds_ratio: r, evidence: assumed}}"
            for parent in (first, second)
            for state in ("s1", "[s2, s3]")
        )
        moves = "\n".join(
            f"      s{k} -> s{j}: {{probability: p, modifiers: [{modifiers}]}}"
            for k in range(N_STATES)
            for j in range(N_STATES)
            if j != k
        )
        domains.append(f"  d{d}:\n    states: [{states}]\n    moves:\n{moves}")
    starts = ", ".join(f"d{d}: s0" for d in range(N_DOMAINS))
    return (
        "title: Four domains\nillustrative: true\npopulation:\n  persons: 1000\n  target_group: 1\n"
        f"  start: {{age: 20, year: 2024}}\n  horizon: {{years: {N_CYCLES}}}\n  start_states: {{{starts}}}\n"
        "domains:\n"
        + "\n".join(domains)
        + "\nparameters:\n"
        + "\n".join(parameters)
        + "\nstrategies: {usual: []}\ncomparator: usual\n"
    )


class Lives:
    """Four domains, 60 cycles, one strategy."""

    def setup(self, toy: bool) -> None:
        """Compile the model, and the kernels."""
        self.persons = 2_000 if toy else 100_000
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "scenario.yaml"
            path.write_text(scenario_text())
            self.compiled = compile_scenario(read_scenario(path))
        self.values = self.compiled.values.evaluate({"p": np.array([0.02]), "r": np.array([1.5])}, 1)
        self.simulate(range(1024))
        generator = np.random.default_rng(1)
        rows = generator.random((N_DOMAINS, N_STATES**3, N_STATES)) * 0.03
        self.cumulative = np.cumsum(rows, axis=2)[:, :, : N_STATES - 1]

    def simulate(self, persons: range) -> None:
        """Run some persons of one draw."""
        simulate_draws(self.compiled, self.values, persons=persons, target_group=1, seed=1)

    def nanoseconds(self, seconds: float) -> float:
        """Time per person-cycle."""
        return seconds / (self.persons * N_CYCLES) * 1e9

    def track_one_thread(self) -> float:
        """simcore, one thread, per person-cycle (four moves)"""
        begin = time.perf_counter()
        self.simulate(range(self.persons))
        self.one = self.nanoseconds(time.perf_counter() - begin)
        return self.one

    track_one_thread.unit = "ns"  # type: ignore[attr-defined]

    def track_two_threads(self) -> float:
        """simcore, two threads, per person-cycle (four moves)"""
        half = self.persons // 2048 * 1024
        begin = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self.simulate, [range(half), range(half, self.persons)]))
        return self.nanoseconds(time.perf_counter() - begin)

    track_two_threads.unit = "ns"  # type: ignore[attr-defined]

    def numpy_lives(self) -> None:
        """The same kind of model, vectorised over persons."""
        generator = np.random.default_rng(2)
        states = [np.zeros(self.persons, dtype=np.int64) for _ in range(N_DOMAINS)]
        uniform = np.empty((N_DOMAINS, self.persons))
        for _ in range(N_CYCLES):
            generator.random(out=uniform)
            new = []
            for d in range(N_DOMAINS):
                row = states[d] * N_STATES + states[(d + 1) % N_DOMAINS]
                row *= N_STATES
                row += states[(d + 2) % N_DOMAINS]
                passed = (uniform[d][:, None] >= self.cumulative[d][row]).sum(axis=1)
                new.append(np.where(passed == N_STATES - 1, states[d], passed))
            states = new

    def track_times_faster_than_numpy(self) -> float:
        """simcore on one thread against NumPy on one thread"""
        self.simulate(range(self.persons))
        begin = time.perf_counter()
        self.simulate(range(self.persons))
        ours = time.perf_counter() - begin
        begin = time.perf_counter()
        self.numpy_lives()
        return (time.perf_counter() - begin) / ours

    track_times_faster_than_numpy.unit = "times"  # type: ignore[attr-defined]


SUITES = ["Lives"]
