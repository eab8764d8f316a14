"""What does pricing cost, and how much faster is pricing a stored run again than simulating it?

1,000 draws of five strategies over 50 years, eight actors, at 1,000 and 10,000 persons per draw.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks._models import coupled, file_of
from benchmarks._timing import Table, in_turn, took
from simcore.repricing import reprice
from simcore.simulation import simulate


class Pricing:
    """A stored run, and the same simulated."""

    def setup(self, toy: bool) -> None:
        """Simulate it once."""
        self.draws, years = (4, 4) if toy else (1000, 50)
        self.sizes = (100, 200) if toy else (1_000, 10_000)
        self.file = file_of(coupled(cycles=years, strategies=4, actors=8))
        self.results = simulate(self.file, draws=self.draws, persons=self.sizes[0])
        self.other = {"c": np.linspace(900.0, 1100.0, self.draws)}

    def again(self, workers: int | None = None) -> None:
        """Price the stored run with other prices."""
        reprice(self.results, self.other, workers=workers)

    def table_again(self) -> Table:
        """the stored run priced again with other prices"""
        found = in_turn({"one thread": partial(self.again, 1), "all threads": self.again})
        table: Table = {name: (time.passed, "s") for name, time in found.items()}
        for persons in self.sizes:
            simulating = took(partial(simulate, self.file, draws=self.draws, persons=persons)).passed
            table[f"simulate(), {persons:,} persons"] = simulating, "s"
            table[f"simulate() against pricing again, {persons:,} persons"] = (
                simulating / found["all threads"].passed,
                "times as long",
            )
        return table


SUITES = ["Pricing"]
