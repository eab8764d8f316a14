"""How much faster are more processes, and what does dask cost beside the same work without it?

A shipped case to disk, in portions of about a second: by one process of a cluster and by two; by a process that does
one thing after the other (simulating, compressing, writing), which is what dask's overhead is measured by; and by two
such processes beside each other, which know nothing of each other and so show what the machine gives. Everything has
run once, with few draws, before the clock starts; the run is long enough that its beginning and end hardly count.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks._timing import Table, in_turn
from simcore.growing import GrowingStore, encoded
from simcore.resuming import begun, simulate_to
from simcore.scenario.loading import read_scenario
from simcore.simulation import Planned, plan

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


class Processes:
    """Processes on this machine (toy: few draws)."""

    def setup(self, toy: bool) -> None:
        """Choose the run."""
        self.sizes: Sizes = ("textbook_chain", 40, 50) if toy else ("school_dropout", 12_000, 1_000)
        self.few: Sizes = ("textbook_chain", 20, 50) if toy else ("school_dropout", 500, 1_000)

    def to_disk(self, sizes: Sizes, threads: int | None = None, address: str | None = None) -> None:
        """Simulate to disk as `simcore run` does, on threads of this process or on a cluster."""
        with tempfile.TemporaryDirectory() as folder:
            run = planned(sizes)
            simulate_to(begun(run, Path(folder)), run, workers=threads, dask=address)

    def table_throughput(self) -> Table:
        """a run to disk"""
        with contextlib.ExitStack() as open_now:
            one, two = (open_now.enter_context(_cluster(processes)) for processes in (1, 2))
            pool = open_now.enter_context(multiprocessing.get_context("spawn").Pool(2))
            calls: dict[str, Callable[[Sizes], object]] = {
                "one process of a cluster": lambda sizes: self.to_disk(sizes, address=one),
                "two processes of a cluster": lambda sizes: self.to_disk(sizes, address=two),
                "one process without dask": lambda sizes: pool.map(one_thing_after_the_other, [sizes], 1),
                "two such, each the whole run": lambda sizes: pool.map(one_thing_after_the_other, [sizes] * 2, 1),
                "one thread, writing meanwhile": lambda sizes: self.to_disk(sizes, 1),
                "two threads, writing meanwhile": lambda sizes: self.to_disk(sizes, 2),
            }
            for call in reversed(calls.values()):
                call(self.few)
            measured = {name: partial(call, self.sizes) for name, call in calls.items()}
            took = {name: of.passed for name, of in in_turn(measured, rounds=1).items()}
        cluster, dask_less, both, threads = (list(took.values())[first] for first in (0, 2, 3, 4))
        gives = 2 * dask_less / both
        return {
            **{name: (seconds, "s") for name, seconds in took.items()},
            "a portion": (dask_less / len(planned(self.sizes).portions(threads=2)), "s"),
            "two processes of a cluster, times as fast as one": (cluster / took["two processes of a cluster"], "x"),
            "two processes without dask, times as fast as one": (gives, "x"),
            "two threads, times as fast as one": (threads / took["two threads, writing meanwhile"], "x"),
            "dask, beyond the process without": (cluster / dask_less - 1, "share"),
        }


@contextlib.contextmanager
def _cluster(processes: int) -> Iterator[str]:
    """Processes of a cluster; gives the address of their scheduler."""
    from simcore.cluster import local_cluster

    with local_cluster(processes) as cluster:
        yield cluster.scheduler_address


SUITES = ["Processes"]
