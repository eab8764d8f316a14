"""How much faster are more processes, and what does dask cost beside the same work without it?

A shipped case to disk, in portions of about a second: by one process of a cluster and by two; by a process that does
one thing after the other (simulating, compressing, writing), which is what dask's overhead is measured by; and by two
such processes beside each other, which know nothing of each other and so show what the machine gives. Each has run some
draws before the clock starts, and the run is long enough that its beginning and end hardly count. Only the processes
that are measured are there meanwhile: those of a cluster are never quite idle.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks._timing import Table, took
from simcore.cluster import cluster
from simcore.growing import GrowingStore, encoded
from simcore.resuming import begun, simulate_on, simulate_to
from simcore.scenario.loading import read_scenario
from simcore.simulation import Planned, plan

if TYPE_CHECKING:
    from distributed import Client

Sizes = tuple[str, int, int]
_PLANNED: dict[Sizes, Planned] = {}


def planned(sizes: Sizes) -> Planned:
    """The run, planned once in each process."""
    if sizes not in _PLANNED:
        name, draws, persons = sizes
        _PLANNED[sizes] = plan(read_scenario(name), draws=draws, persons=persons, to_disk=True)
    return _PLANNED[sizes]


def one_thing_after_the_other(sizes: Sizes) -> None:
    """Simulate, compress and write portion after portion, on one thread."""
    run = planned(sizes)
    with tempfile.TemporaryDirectory() as folder:
        store = GrowingStore(Path(folder) / "store", run.chunk(2))
        for portion in run.portions(0, store.chunk, 2):
            files = encoded(run.some(portion).results(workers=1), store.chunk)
            store.add(files, portion.start, len(run.run.draws))


def to_disk(sizes: Sizes, threads: int | None = None, client: Client | None = None) -> None:
    """Simulate to disk as `simcore run` does, on threads of this process or with `--processes`."""
    with tempfile.TemporaryDirectory() as folder:
        run = planned(sizes)
        store = begun(run, Path(folder))
        if client is None:
            simulate_to(store, run, workers=threads)
        else:
            simulate_on(client, store, run, Path(folder) / "beside")


class Processes:
    """Processes on this machine (toy: few draws)."""

    def setup(self, toy: bool) -> None:
        """Choose the run, and a short one for before."""
        name, draws, few, persons = ("textbook_chain", 40, 20, 50) if toy else ("school_dropout", 12_000, 500, 1_000)
        self.sizes, self.few = (name, draws, persons), (name, few, persons)

    def on_cluster(self, processes: int) -> float:
        """Seconds that processes of a cluster take."""
        with cluster(processes=processes) as client:
            to_disk(self.few, client=client)
            return took(lambda: to_disk(self.sizes, client=client)).passed

    def without_dask(self, processes: int) -> float:
        """Seconds that processes take, each of which does the whole run."""
        with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
            list(pool.map(one_thing_after_the_other, [self.few] * processes))
            return took(lambda: list(pool.map(one_thing_after_the_other, [self.sizes] * processes))).passed

    def on_threads(self, threads: int) -> float:
        """Seconds that threads of this process take."""
        to_disk(self.few, threads)
        return took(lambda: to_disk(self.sizes, threads)).passed

    def table_throughput(self) -> Table:
        """a run to disk"""
        one, two = self.on_cluster(1), self.on_cluster(2)
        alone, both = self.without_dask(1), self.without_dask(2)
        thread, threads = self.on_threads(1), self.on_threads(2)
        return {
            "one process of a cluster": (one, "s"),
            "two processes of a cluster": (two, "s"),
            "one process without dask": (alone, "s"),
            "two such, each the whole run": (both, "s"),
            "one thread, writing meanwhile": (thread, "s"),
            "two threads, writing meanwhile": (threads, "s"),
            "a portion": (alone / len(planned(self.sizes).portions(threads=2)), "s"),
            "two processes of a cluster, times as fast as one": (one / two, "x"),
            "two processes of a cluster, times as fast as one without dask": (alone / two, "x"),
            "two processes without dask, times as fast as one": (2 * alone / both, "x"),
            "two threads, times as fast as one": (thread / threads, "x"),
            "dask, beyond the process without": (one / alone - 1, "share"),
        }


SUITES = ["Processes"]
