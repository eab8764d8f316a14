"""Does the time per unit stay the same from small runs to large ones?

Coupled domains of four states with one strategy: persons, draws, domains and cycles grow, one of them at a time. The
last line of each table is the largest time per unit against the smallest.
"""

from __future__ import annotations

from functools import partial

from benchmarks._models import compiled_from, coupled, file_of, means
from benchmarks._timing import Table, Took, in_turn
from simcore.model.sampled import simulate_draws
from simcore.simulation import prepare, simulate


def flat(found: dict[str, Took], units: dict[str, float], unit: str) -> Table:
    """Times per unit, and the ratio of the largest to the smallest."""
    per_unit = {name: found[name].worked / units[name] for name in found}
    scale = {"ns": 1e9, "us": 1e6}[unit]
    table = {name: (time * scale, unit) for name, time in per_unit.items()}
    table["the largest against the smallest"] = max(per_unit.values()) / min(per_unit.values()), "times"
    return table


class Scaling:
    """Growing runs."""

    def setup(self, toy: bool) -> None:
        """Compile the models."""
        self.toy = toy
        self.models = {}
        sizes = {(4, 20), *((d, 20) for d in self.numbers(1, 2, 4, 8)), *((4, c) for c in self.numbers(12, 60, 600))}
        for domains, cycles in sizes:
            compiled = compiled_from(coupled(domains, 4, min(domains - 1, 2), cycles, months=cycles != 20))
            self.models[domains, cycles] = compiled, means(compiled)
            self.lives(domains, cycles, 1024)
        self.file = file_of(coupled(cycles=20))
        self.prepared = prepare(self.file)
        self.run(2)

    def numbers(self, *all_of_them: int) -> tuple[int, ...]:
        """The sizes to measure; the two smallest at toy size."""
        return all_of_them[:2] if self.toy else all_of_them

    def lives(self, domains: int, cycles: int, persons: int) -> None:
        """One draw of a model, on one thread."""
        compiled, values = self.models[domains, cycles]
        simulate_draws(compiled, values, persons=range(persons), target_group=1, seed=1)

    def run(self, draws: int) -> None:
        """All of `simulate`, on one thread, compiled before."""
        simulate(self.file, draws=draws, persons=1000, workers=1, prepared=self.prepared)

    def table_a_persons(self) -> Table:
        """lives of one draw, 20 cycles, per person-cycle"""
        sizes = self.numbers(10**3, 10**4, 10**5, 10**6, 10**7)
        calls = {f"{n:,} persons": partial(self.lives, 4, 20, n) for n in sizes}
        return flat(in_turn(calls), {name: 20 * n for name, n in zip(calls, sizes, strict=True)}, "ns")

    def table_b_draws(self) -> Table:
        """simulate(), 1,000 persons, 20 cycles, per draw"""
        sizes = self.numbers(10, 100, 1000, 10_000)
        calls = {f"{n:,} draws": partial(self.run, n) for n in sizes}
        return flat(in_turn(calls, 1), dict(zip(calls, map(float, sizes), strict=True)), "us")

    def table_c_domains(self) -> Table:
        """lives of 51,200 persons, 20 cycles, per move"""
        sizes, persons = self.numbers(1, 2, 4, 8), 1024 if self.toy else 51_200
        calls = {f"{n} domains": partial(self.lives, n, 20, persons) for n in sizes}
        return flat(in_turn(calls), {name: 20.0 * n * persons for name, n in zip(calls, sizes, strict=True)}, "ns")

    def table_d_cycles(self) -> Table:
        """lives of 10,240 persons, cycles of a month, per person-cycle"""
        sizes, persons = self.numbers(12, 60, 600), 1024 if self.toy else 10_240
        calls = {f"{n} cycles": partial(self.lives, 4, n, persons) for n in sizes}
        return flat(in_turn(calls), {name: float(n * persons) for name, n in zip(calls, sizes, strict=True)}, "ns")


SUITES = ["Scaling"]
