"""Would a GPU bring anything, and does the way in which simcore follows lives carry over to it?

The models of the yardsticks once more, for numba.cuda: what a GPU counts is the same, to the person, which is checked
before anything is measured. Where there is no GPU, the processors are measured alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks._models import compiled_from, coupled, file_of, sick_sicker
from benchmarks._timing import Table, in_turn, took
from benchmarks._yardsticks import four_domains
from benchmarks._yardsticks import sick_sicker as one_domain
from simcore.model.sampled import Counts, simulate_draws, thresholds_of
from simcore.randomness import decision_point
from simcore.scenario.draws import drawn_parameters
from simcore.simulation import simulate
from simcore.threads import processors

#: Draws that a thread simulates at a time.
TASK = 20
CORES = processors()
ONE, ALL = "one thread", f"{CORES} threads"
SEED = 1


def missing() -> str:
    """Why nothing runs on a GPU; nothing if it does."""
    try:
        from numba import cuda
    except ImportError:
        return "numba.cuda is not installed"
    return "" if cuda.is_available() else "there is no CUDA GPU"


def on_threads(call: Callable[[range], Any], n_draws: int, threads: int) -> list[Any]:
    """Call for some draws at a time."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(call, [range(first, min(first + TASK, n_draws)) for first in range(0, n_draws, TASK)]))


def same(name: str, found: np.ndarray, expected: np.ndarray) -> None:
    """Refuse to measure what counts other persons."""
    if not np.array_equal(found, expected):
        raise RuntimeError(f"{name}: on the GPU other persons are counted than simcore counts")


def around(way: Any) -> Table:
    """Lives and transfers apart, each waited for."""
    each = {"bringing the tables": way.bring, "lives": way.settle, "fetching the counts": way.fetch}
    return {name: (1000 * took(call).passed, "ms") for name, call in each.items()}


class FourDomains:
    """Four domains of four states, each with two parents, 60 cycles: lives only."""

    def setup(self, toy: bool) -> None:
        """Build the tables of all draws; compile everything, and check it."""
        why = missing()
        self.gpu = not why
        self.draws, self.persons = (2, 40) if toy else (1000 if self.gpu else 100, 10_000)
        self.few = min(self.draws, 100)
        self.compiled = compiled_from(coupled())
        drawn = drawn_parameters(self.compiled.file, self.draws, seed=SEED)
        self.values = self.compiled.values.evaluate(drawn, self.draws)
        self.simcore(range(1))
        self.ways: dict[str, Any] = {}
        if why:
            print(f"GPU: left out, because {why}")
        else:
            self.setup_gpu()

    def setup_gpu(self) -> None:
        """Compile all variants."""
        from benchmarks._yardsticks import cuda_lives

        rows = self.built(range(self.draws))
        tables = np.array([four_domains.tables(self.compiled, of_draw).ravel() for of_draw in rows])[None, :, None]
        # A strategy of a draw has the tables of another draw, and the luck of its own.
        of_four = np.concatenate([np.roll(tables, -s, axis=1) for s in range(4)])
        points = np.array([decision_point(f"d{d}") for d in range(4)], np.uint32)
        self.on_gpu = partial(cuda_lives.FourDomains, points=points, seed=SEED, n_persons=self.persons)
        as_data = partial(cuda_lives.AnyModel, self.compiled.plan, rows, SEED, self.persons)
        self.as_data = {1: as_data(), 4: as_data(each=4)}
        self.ways = {
            "as it is": self.on_gpu(tables),
            "without counting": self.on_gpu(tables, counting="nothing"),
            "without random numbers": self.on_gpu(tables, luck="none"),
            "without looking up": self.on_gpu(tables, lookup="none"),
            "without any of these": self.on_gpu(tables, counting="nothing", luck="none", lookup="none"),
            "counted by atomics": self.on_gpu(tables, counting="atomics"),
            "joint states counted by atomics in the memory of the GPU": self.on_gpu(tables, counting="joint"),
            "only movers compared with all thresholds": self.on_gpu(tables, lookup="movers"),
            "tables in the memory of the GPU": self.on_gpu(tables, tables="memory"),
            "tables in the memory of the GPU, one for each cycle": self.on_gpu(
                np.repeat(tables, 60, axis=2), tables="memory"
            ),
            "a launch for each draw": self.on_gpu(tables, launches="draws"),
            "domains, parents and groups as data": self.as_data[1],
            "the same, four persons at once": self.as_data[4],
        }
        self.strategies = {n: self.on_gpu(of_four[:n]) for n in (2, 4)}
        begin = time.perf_counter()
        self.ways["as it is"].settle()
        self.compiling = time.perf_counter() - begin
        self.check()

    def check(self) -> None:
        """Compare what all variants count that have simcore's luck and look everybody up."""
        usual = np.concatenate(on_threads(self.simcore, self.draws, CORES))
        for name, way in self.ways.items():
            way.settle()
            if name == "as it is" or name.startswith(("counted", "joint", "only", "tables", "a launch")):
                same(name, way.counts()[0, ..., 1:], usual)
            elif name == "without counting":
                same(name, way.counts()[0, :, :, -1, :, 1:], usual[:, :, -1])
        for way in self.as_data.values():
            same("as data", way.by_domain(four_domains.STATES)[..., 1:], usual)
        for n, way in self.strategies.items():
            way.settle()
            other = self.simcore(range(min(self.few, TASK)), first=n - 1)
            same(f"{n} strategies", way.counts()[n - 1, : len(other), ..., 1:], other)

    def built(self, draws: range) -> np.ndarray:
        """Thresholds of some draws, as simcore builds them."""
        return thresholds_of(self.compiled, self.values[draws.start : draws.stop], draws)

    def followed(self, draws: range, first: int = 0) -> Counts:
        """What simcore counts in some draws; with another `first`, under the tables of those so many further on."""
        values = np.roll(self.values, -first, axis=0)[draws.start : draws.stop]
        return simulate_draws(
            self.compiled, values, persons=range(self.persons), target_group=1, seed=SEED, draws=draws
        )

    def simcore(self, draws: range, first: int = 0) -> np.ndarray:
        """The same by draw, half, boundary, domain and state but the first."""
        counts = self.followed(draws, first)
        return np.array([four_domains.occupancy(replace(counts, time=of_draw[None])) for of_draw in counts.time])

    def table_a_lives(self) -> Table:
        """four domains, per person-cycle"""
        of_cpu = in_turn({ONE: partial(on_threads, self.followed, self.few, 1)}, 1)[ONE].worked / self.few
        of_all = in_turn({ALL: partial(on_threads, self.followed, self.draws, CORES)}, 1)[ALL].passed / self.draws
        unit = 1e9 / (self.persons * four_domains.CYCLES)
        table: Table = {f"simcore, {ONE}": (of_cpu * unit, "ns"), f"simcore, {ALL}": (of_all * unit, "ns")}
        if self.gpu:
            way = self.ways["as it is"]
            alone = way.busy() / self.draws
            fetched = took(lambda: [way.bring(), way.follow(), way.fetch()]).passed / self.draws
            table["GPU, lives alone"] = alone * unit, "ns"
            table["GPU, tables brought and counts fetched"] = fetched * unit, "ns"
            table[f"simcore, {ONE}, against the GPU alone"] = of_cpu / alone, "times as long"
            table[f"simcore, {ONE}, against the GPU with transfers"] = of_cpu / fetched, "times as long"
            table[f"simcore, {ALL}, against the GPU with transfers"] = of_all / fetched, "times as long"
        return table

    def table_b_variants(self) -> Table:
        """four domains on the GPU, lives alone, per person-cycle"""
        unit = 1e9 / (self.draws * self.persons * four_domains.CYCLES)
        return {name: (way.busy() * unit, "ns") for name, way in self.ways.items()}

    def table_c_strategies(self) -> Table:
        """strategies on the same random numbers, everybody followed under each, against one strategy"""
        if not self.gpu:
            return {}
        one = self.ways["as it is"].busy()
        return {f"{n} strategies": (way.busy() / one, "times as long") for n, way in self.strategies.items()}

    def table_d_around(self) -> Table:
        """what there is to do besides, in all draws"""
        building = took(partial(self.built, range(self.draws))).worked
        table: Table = {f"building the tables, {ONE}": (1000 * building, "ms")}
        if self.gpu:
            table |= around(self.ways["as it is"])
            table["compiling the kernel"] = 1000 * self.compiling, "ms"
        return table


class SickSicker:
    """The Sick-Sicker model, two strategies that differ in rewards only: the whole run."""

    def setup(self, toy: bool) -> None:
        """Compile everything, and check it."""
        why = missing()
        self.gpu = not why
        self.draws, self.persons = (2, 40) if toy else (1000, 10_000)
        self.file = file_of(sick_sicker())
        self.ways: dict[str, Any] = {}
        one_domain.whole_run("numba", 2, 40)
        simulate(self.file, draws=2, persons=40)
        if why:
            return
        from benchmarks._yardsticks import cuda_lives

        rows = one_domain.thresholds_of(one_domain.draw_figures(self.draws))
        on_gpu = partial(cuda_lives.SickSicker, rows, one_domain.POINT, SEED, self.persons)
        self.ways = {
            "as it is": on_gpu(),
            "without counting": on_gpu(counting="nothing"),
            "without random numbers": on_gpu(luck="none"),
            "without either": on_gpu(counting="nothing", luck="none"),
            "counted by atomics": on_gpu(counting="atomics"),
        }
        begin = time.perf_counter()
        self.ways["as it is"].settle()
        self.compiling = time.perf_counter() - begin
        for way in self.ways.values():
            way.settle()
        usual = np.zeros((self.draws, 2, one_domain.CYCLES + 1, 4), np.int32)
        for draw, of_draw in enumerate(usual):
            one_domain.in_numba(rows[draw], one_domain.POINT, np.uint64(SEED), draw, self.persons, of_draw)
        for name in ("as it is", "counted by atomics"):
            same(name, self.ways[name].counts(), usual)
        same("without counting", self.ways["without counting"].counts()[:, :, -1], usual[:, :, -1])
        for what, expected in one_domain.whole_run("numba", self.draws, self.persons, CORES).items():
            same(what, self.with_gpu()[what], expected)

    def with_gpu(self) -> dict[str, np.ndarray]:
        """The whole run with lives on the GPU, and the rest in NumPy."""
        lives, of = self.ways["as it is"], one_domain.draw_figures(self.draws)
        lives.thresholds = one_domain.thresholds_of(of)
        lives.bring()
        lives.follow()
        return one_domain.worth(lives.counts(), of, self.persons)

    def table_a_whole_run(self) -> Table:
        """Sick-Sicker, two strategies: costs and QALYs of each draw, all of it, per person-cycle"""
        calls: dict[str, Callable[[], object]] = {}
        for threads, words in {1: ONE, CORES: ALL}.items():
            run = partial(simulate, self.file, draws=self.draws, workers=threads)
            calls[f"simcore, {words}"] = partial(run, persons=self.persons)
            calls[f"simcore with two persons per draw, {words}"] = partial(run, persons=2)
            calls[f"numba tuned by hand, {words}"] = partial(
                one_domain.whole_run, "numba", self.draws, self.persons, threads
            )
        if self.gpu:
            calls["NumPy, with lives on the GPU"] = self.with_gpu
        found, unit = in_turn(calls, rounds=1), 1e9 / (self.draws * self.persons * one_domain.CYCLES)
        table: Table = {
            name: ((time.worked if name.endswith(ONE) else time.passed) * unit, "ns") for name, time in found.items()
        }
        if self.gpu:
            table["GPU, lives alone"] = self.ways["as it is"].busy() * unit, "ns"
        return table

    def table_b_variants(self) -> Table:
        """Sick-Sicker on the GPU, lives alone, per person-cycle"""
        unit = 1e9 / (self.draws * self.persons * one_domain.CYCLES)
        return {name: (way.busy() * unit, "ns") for name, way in self.ways.items()}

    def table_c_around(self) -> Table:
        """what there is to do besides, in all draws"""
        if not self.gpu:
            return {}
        return around(self.ways["as it is"]) | {"compiling the kernel": (1000 * self.compiling, "ms")}


SUITES = ["FourDomains", "SickSicker"]
