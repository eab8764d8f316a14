"""How long until the saving has a given standard error: what do shared luck, Sobol' draws and exact lives save?

Four coupled domains over 50 years, a strategy that changes three moves for five years, 1,000 persons per draw; one
thread, compiled before. The standard error aimed at is that of 400 draws with sampled lives, with the same luck
under both strategies and Monte Carlo draws. A run without common random numbers simulates each strategy by itself, the
second with another seed; the figures of its draws are the same. A Sobol' run has 128 draws; its standard error is that
of the means of runs with several seeds, and as many runs are made as are needed.
"""

from __future__ import annotations

import statistics
from functools import partial

import numpy as np
import xarray as xr

from benchmarks._models import coupled, file_of
from benchmarks._timing import Table, in_turn
from simcore.simulation import prepare, simulate


def saving(usual: xr.Dataset, strategy: xr.Dataset) -> np.ndarray:
    """What society pays less per person (draw,)."""
    cost = [of["present_value"].sum(("actor", "cost_kind", "year")) for of in (usual, strategy)]
    return cost[0].sel(strategy="usual").values - cost[1].sel(strategy="with_i0").values


class Precision:
    """The same saving in several ways."""

    def setup(self, toy: bool) -> None:
        """Compile the models."""
        self.draws, self.points, self.seeds = (64, 16, 3) if toy else (400, 128, 16)
        self.persons, cycles = (200, 8) if toy else (1000, 50)
        self.both = file_of(coupled(cycles=cycles, strategies=1, moves=(1, 2, 3)))
        self.alone = file_of(coupled(cycles=cycles))
        engines = ("sampled", "expected")
        self.ready = {engine: prepare(self.both, engine) for engine in engines}
        self.ready_alone = prepare(self.alone)
        for engine in engines:
            self.run(engine, draws=2)
        self.run_alone()

    def run(self, engine: str, draws: int | None = None, **named: object) -> xr.Dataset:
        """Simulate both strategies."""
        return simulate(
            self.both, draws=draws or self.draws, persons=self.persons, engine=engine, workers=1,
            prepared=self.ready[engine], **named,
        )  # fmt: skip

    def run_alone(self) -> None:
        """Simulate the comparator alone."""
        simulate(self.alone, draws=self.draws, persons=self.persons, workers=1, prepared=self.ready_alone)

    def sobol_variance(self, engine: str) -> float:
        """Variance of the mean of a run with Sobol' draws, over seeds."""
        runs = (self.run(engine, self.points, sampling="sobol", seed=seed) for seed in range(1, self.seeds + 1))
        return statistics.variance(float(saving(run, run).mean()) for run in runs)

    def table_seconds(self) -> Table:
        """seconds until the standard error aimed at"""
        usual = self.run("sampled")
        names = [str(name) for name in usual["parameter"].values]
        figures = {name: usual["parameter_value"].sel(parameter=name).values for name in names}
        other = self.run("sampled", seed=2, parameters=figures)
        exact = self.run("expected")
        variance = {
            "shared": saving(usual, usual).var(ddof=1) / self.draws,
            "apart": saving(usual, other).var(ddof=1) / self.draws,
            "exact": saving(exact, exact).var(ddof=1) / self.draws,
            "sampled sobol": self.sobol_variance("sampled"),
            "exact sobol": self.sobol_variance("expected"),
        }
        time = in_turn({
            "shared": partial(self.run, "sampled"),
            "apart": self.run_alone,
            "exact": partial(self.run, "expected"),
            "sampled sobol": partial(self.run, "sampled", self.points, sampling="sobol"),
            "exact sobol": partial(self.run, "expected", self.points, sampling="sobol"),
        }, 1)  # fmt: skip
        seconds = {name: took.worked * (2 if name == "apart" else 1) for name, took in time.items()}
        needed = {name: seconds[name] * variance[name] / variance["shared"] for name in time}
        table: Table = {
            "standard error aimed at": (variance["shared"] ** 0.5, "SEK per person"),
            "sampled lives, common random numbers, Monte Carlo": (needed["shared"], "s"),
            "the same without common random numbers": (needed["apart"], "s"),
            "sampled lives, Sobol' draws": (needed["sampled sobol"], "s"),
            "exact, Monte Carlo": (needed["exact"], "s"),
            "exact, Sobol' draws": (needed["exact sobol"], "s"),
        }
        words = {
            "apart": "without common random numbers", "sampled sobol": "Sobol' draws", "exact": "exact",
            "exact sobol": "exact, Sobol' draws",
        }  # fmt: skip
        table |= {
            f"{word} against the first": (needed[name] / needed["shared"], "times as long")
            for name, word in words.items()
        }
        return table


SUITES = ["Precision"]
