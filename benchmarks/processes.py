"""How much faster are more processes, and what does dask cost beside the same work without it?

A shipped case to disk, in portions of about a second: by one process of a cluster and by two; by a process that does
one thing after the other (simulating, compressing, writing), which is what dask's overhead is measured by; and by two
such processes beside each other, which know nothing of each other and so show what the machine gives. Everything has
run once before the clock starts.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import tempfile
from collections.abc import Iterator
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
        self.sizes: Sizes = ("textbook_chain", 40, 50) if toy else ("school_dropout", 4_000, 1_000)

    def to_disk(self, threads: int | None = None, address: str | None = None) -> None:
        """Simulate to disk as `simcore run` does, on threads of this process or on a cluster."""
        with tempfile.TemporaryDirectory() as folder:
            run = planned(self.sizes)
            simulate_to(begun(run, Path(folder)), run, workers=threads, dask=address)

    def table_throughput(self) -> Table:
        """a run to disk"""
        with contextlib.ExitStack() as open_now:
            one, two = (open_now.enter_context(_cluster(processes)) for processes in (1, 2))
            pool = open_now.enter_context(multiprocessing.get_context("spawn").Pool(2))
            calls = {
                "one process of a cluster": lambda: self.to_disk(address=one),
                "two processes of a cluster": lambda: self.to_disk(address=two),
                "one process without dask": lambda: pool.map(one_thing_after_the_other, [self.sizes], 1),
                "two such, each the whole run": lambda: pool.map(one_thing_after_the_other, [self.sizes] * 2, 1),
                "one thread, writing meanwhile": lambda: self.to_disk(1),
                "two threads, writing meanwhile": lambda: self.to_disk(2),
            }
            for call in reversed(calls.values()):
                call()
            took = {name: of.passed for name, of in in_turn(calls, rounds=3).items()}
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
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=processes, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address


SUITES = ["Processes"]
