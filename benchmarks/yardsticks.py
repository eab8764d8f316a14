"""How fast is simcore beside the same models written for themselves, in C, numba and NumPy?

All have the same tables, and count the same persons. Those in C, and the numba version of the Sick-Sicker model, use
the same generator as simcore: what they count is the same, to the person.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks._models import compiled_from, coupled, file_of, means, sick_sicker
from benchmarks._timing import Table, Took, in_turn, shared_out
from benchmarks._yardsticks import four_domains, native
from benchmarks._yardsticks.sick_sicker import CYCLES, whole_run
from simcore.model.sampled import simulate_draws, thresholds_of
from simcore.randomness import decision_point
from simcore.simulation import simulate

THREADS = {1: "one thread", 2: "two threads"}


def compared(found: dict[str, Took], units: dict[str, float], rivals: tuple[str, ...]) -> Table:
    """Nanoseconds of simcore and its rivals per unit at one and two threads, and the ratios.

    One thread is measured by the seconds of its processor, two by those that pass.
    """
    per_unit = {name: Took(*(1e9 * time / units[name.split(", ")[0]] for time in of)) for name, of in found.items()}
    of_one = {name: of.worked for name, of in per_unit.items() if name.endswith(THREADS[1])}
    each = of_one | {name: of.passed for name, of in per_unit.items() if name not in of_one}
    table: Table = {name: (time, "ns") for name, time in each.items()}
    for threads in THREADS.values():
        for rival in rivals:
            ratio = each[f"{rival}, {threads}"] / each[f"simcore, {threads}"]
            table[f"{rival} against simcore, {threads}"] = ratio, "times as long"
    one, two = (per_unit[f"simcore, {threads}"].passed for threads in THREADS.values())
    table["simcore, one thread against two"] = one / two, "times as long"
    return table


class FourDomains:
    """Four domains of four states, each with two parents, 60 cycles, one strategy: lives only."""

    def setup(self, toy: bool) -> None:
        """Compile everything."""
        self.persons = range(2048 if toy else 102_400)
        self.compiled = compiled_from(coupled())
        self.values = means(self.compiled)
        thresholds = four_domains.tables(self.compiled, thresholds_of(self.compiled, self.values[:1], [0])[0])
        points = np.array([decision_point(f"d{d}") for d in range(4)], np.uint32)
        cumulative = thresholds / 2.0**32
        self.calls: dict[str, Callable[[range], object]] = {"simcore": self.simcore}
        for name, kernel in (
            ("C with tables in registers", "lives_wide"),
            ("C with tables in memory", "lives_in_blocks"),
        ):
            if why := native.missing(kernel):
                print(f"{name}: left out, because {why}")
            else:
                self.calls[name] = partial(four_domains.in_c, kernel, thresholds, points, 1)
        of_their_own = {
            "numba with np.random": four_domains.in_numba,
            "NumPy": four_domains.in_numpy,
            "NumPy, tuned by hand": four_domains.in_tuned_numpy,
        }
        for name, function in of_their_own.items():
            self.calls[name] = partial(self.counted, function, cumulative)
        for call in self.calls.values():
            call(range(1024))

    def simcore(self, persons: range) -> np.ndarray:
        """What simcore counts."""
        return four_domains.occupancy(
            simulate_draws(self.compiled, self.values, persons=persons, target_group=1, seed=1)
        )

    @staticmethod
    def counted(function: Callable[..., None], cumulative: np.ndarray, persons: range) -> np.ndarray:
        """What a version with luck of its own counts."""
        counts = np.zeros((2, four_domains.CYCLES + 1, 4, 4), np.int64)
        function(cumulative, len(persons), counts)
        return counts

    def table_lives(self) -> Table:
        """four domains, per person-cycle"""
        calls = {
            f"{name}, {words}": partial(shared_out, call, self.persons, threads)
            for threads, words in THREADS.items()
            for name, call in self.calls.items()
        }
        units = dict.fromkeys(self.calls, len(self.persons) * four_domains.CYCLES)
        return compared(in_turn(calls, rounds=1), units, tuple(self.calls)[1:])


class SickSicker:
    """The Sick-Sicker model, two strategies that differ in rewards only: the whole run."""

    def setup(self, toy: bool) -> None:
        """Compile everything."""
        self.file = file_of(sick_sicker())
        self.draws, self.persons = (4, 1000) if toy else (1000, 10_000)
        self.few = 4 if toy else 100
        self.ways = {"numba tuned by hand": "numba", "C": "C", "NumPy": "NumPy"}
        if why := native.missing("sick_sicker"):
            print(f"C: left out, because {why}")
            del self.ways["C"]
        for way in self.ways.values():
            whole_run(way, 2, 100)
        simulate(self.file, draws=2, persons=100)

    def table_whole_run(self) -> Table:
        """Sick-Sicker, two strategies: costs and QALYs of each draw, all of it, per person-cycle"""
        units = dict.fromkeys(["simcore", *self.ways], self.draws * self.persons * CYCLES)
        units["NumPy"] = self.few * self.persons * CYCLES
        calls: dict[str, Callable[[], object]] = {}
        for threads, words in THREADS.items():
            calls[f"simcore, {words}"] = partial(
                simulate, self.file, draws=self.draws, persons=self.persons, workers=threads
            )
            for name, way in self.ways.items():
                draws = self.few if name == "NumPy" else self.draws
                calls[f"{name}, {words}"] = partial(whole_run, way, draws, self.persons, threads)
        return compared(in_turn(calls, rounds=1), units, tuple(self.ways))


SUITES = ["FourDomains", "SickSicker"]
