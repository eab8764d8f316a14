"""What does a person-cycle cost, and a move, by the number of domains, states, parents and threads?

Coupled domains (see `benchmarks._models`) with one strategy, one draw, one thread where nothing else is said; a move is
a question asked of a person in a domain in a cycle.
"""

from __future__ import annotations

from functools import partial

from benchmarks._models import compiled_from, coupled, file_of, means
from benchmarks._timing import Table, in_turn, shared_out
from simcore.model.sampled import simulate_draws
from simcore.simulation import simulate


class Sizes:
    """Models of one size after the other."""

    def setup(self, toy: bool) -> None:
        """Compile them."""
        self.persons, self.cycles = (1024, 8) if toy else (51_200, 20)
        self.models = {}
        for domains in (1, 4) if toy else range(1, 9):
            self.add("domains", domains, domains, 4, min(domains - 1, 2))
        for states in (2, 4) if toy else (2, 3, 4, 6, 8, 12, 16):
            self.add("states", states, 4, states, 2)
        for parents in (0, 2) if toy else range(5):
            self.add("parents", parents, 5, 4, parents)
        for kind, number in self.models:
            self.run(kind, number)

    def add(self, kind: str, number: int, domains: int, states: int, parents: int) -> None:
        """Compile a model."""
        compiled = compiled_from(coupled(domains, states, parents, self.cycles))
        self.models[kind, number] = compiled, means(compiled), domains

    def run(self, kind: str, number: int) -> None:
        """Simulate a model."""
        compiled, values, _ = self.models[kind, number]
        simulate_draws(compiled, values, persons=range(self.persons), target_group=1, seed=1)

    def table(self, kind: str) -> Table:
        """Cost of a person-cycle and of a move in the models of a kind."""
        numbers = [number for of, number in self.models if of == kind]
        found = in_turn({str(number): partial(self.run, kind, number) for number in numbers})
        table = {}
        for number in numbers:
            nanoseconds = found[str(number)].worked * 1e9 / (self.persons * self.cycles)
            table[f"{number} {kind}, person-cycle"] = nanoseconds, "ns"
            table[f"{number} {kind}, move"] = nanoseconds / self.models[kind, number][2], "ns"
        return table

    def table_a_domains(self) -> Table:
        """domains of four states, each with two parents where there are as many"""
        return self.table("domains")

    def table_b_states(self) -> Table:
        """four domains with two parents each, by states"""
        return self.table("states")

    def table_c_parents(self) -> Table:
        """five domains of four states, by parents"""
        return self.table("parents")


class Threads:
    """Four domains, 60 cycles, on one thread and on two."""

    def setup(self, toy: bool) -> None:
        """Compile the model."""
        self.draws, self.persons = (4, 1024) if toy else (40, 10_240)
        self.file = file_of(coupled())
        self.compiled = compiled_from(coupled())
        self.values = means(self.compiled)
        self.lives(range(1024))
        self.run(1)

    def lives(self, persons: range) -> None:
        """Some persons of one draw."""
        simulate_draws(self.compiled, self.values, persons=persons, target_group=1, seed=1)

    def run(self, threads: int) -> None:
        """All of `simulate`."""
        simulate(self.file, draws=self.draws, persons=self.persons, workers=threads)

    def table_threads(self) -> Table:
        """per person-cycle of four moves"""
        persons = range(self.persons * 10)
        calls = {f"lives alone, {n}": partial(shared_out, self.lives, persons, n) for n in (1, 2)}
        calls |= {f"simulate(), {n}": partial(self.run, n) for n in (1, 2)}
        found = in_turn(calls)
        units = {name: (self.draws if "simulate" in name else 10) * self.persons * 60 for name in calls}
        table: Table = {
            f"{name} thread{'s' * (name[-1] == '2')}": (found[name].passed * 1e9 / units[name], "ns") for name in calls
        }
        for what in ("lives alone", "simulate()"):
            ratio = found[f"{what}, 1"].passed / found[f"{what}, 2"].passed
            table[f"{what}, one thread against two"] = ratio, "times as long"
        return table


SUITES = ["Sizes", "Threads"]
