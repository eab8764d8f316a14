"""How much faster are more processes, and what does dask cost beside a thread of this process?

A shipped case to disk, in portions of about a second: by a thread of this process, by one process of a cluster and by
two. Clusters are started, and have run the scenario once, before the clock starts.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from benchmarks._timing import Table, in_turn
from simcore.resuming import begun, simulate_to
from simcore.scenario.loading import read_scenario
from simcore.simulation import plan


class Processes:
    """Processes on this machine, as a cluster (toy: few draws)."""

    def setup(self, toy: bool) -> None:
        """Plan the run."""
        name, draws, persons = ("textbook_chain", 40, 50) if toy else ("school_dropout", 3_000, 1_000)
        self.planned = plan(read_scenario(name), draws=draws, persons=persons, to_disk=True)

    def simulate(self, threads: int | None = None, address: str | None = None) -> None:
        """Simulate to disk, on threads of this process or on a cluster."""
        with tempfile.TemporaryDirectory() as folder:
            store = begun(self.planned, Path(folder))
            simulate_to(store, self.planned, workers=threads, dask=address)

    def table_throughput(self) -> Table:
        """a run to disk"""
        from distributed import LocalCluster

        def local(processes: int) -> LocalCluster:
            return LocalCluster(
                n_workers=processes, threads_per_worker=1, dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )  # fmt: skip

        with local(1) as one, local(2) as two:
            addresses = {"one process": one.scheduler_address, "two processes": two.scheduler_address}
            calls = {
                name: lambda address=address: self.simulate(address=address) for name, address in addresses.items()
            }
            calls |= {"one thread": lambda: self.simulate(1), "two threads": lambda: self.simulate(2)}
            for call in calls.values():
                call()
            took = {name: of.passed for name, of in in_turn(calls, rounds=2).items()}
        portions = len(self.planned.portions(threads=2))
        return {
            **{name: (seconds, "s") for name, seconds in took.items()},
            "portions, each with two processes": (took["two processes"] * 2 / portions, "s"),
            "two processes, times as fast as one": (took["one process"] / took["two processes"], "x"),
            "two threads, times as fast as one": (took["one thread"] / took["two threads"], "x"),
            "dask, beyond one thread": (took["one process"] / took["one thread"] - 1, "share"),
        }


SUITES = ["Processes"]
