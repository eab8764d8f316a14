"""How long does a fit to published statistics take, and what does compiling once for all of its steps save?

The life course with its published levels: four populations, the longest followed for 75 years.
"""

from __future__ import annotations

import numpy as np

from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate
from simcore.studies.calibrate import calibrate
from simcore.studies.statistics import Statistics, priors_of


class Fit:
    """Statistics of the life course at 32 sets of parameters, as one step of the sampler asks for them."""

    def setup(self, toy: bool) -> None:
        """Compile every population once."""
        self.file = read_scenario("textbook_chain" if toy else "school_dropout")
        self.statistics = Statistics(self.file)
        rows = 2 if toy else 32
        below = np.random.default_rng(1).uniform(0.1, 0.9, (len(priors_of(self.file)), rows))
        self.rows = {name: prior.ppf(u) for (name, prior), u in zip(priors_of(self.file).items(), below, strict=True)}
        self.statistics(self.rows)
        self.chain = read_scenario("textbook_chain")

    def time_a_compiled_once(self) -> None:
        """all targets, populations compiled before"""
        self.statistics(self.rows)

    def time_b_compiled_each_time(self) -> None:
        """all targets, populations compiled each time"""
        Statistics(self.file)(self.rows)

    def time_c_small_fit(self) -> None:
        """the whole fit of the textbook chain"""
        calibrate(self.chain, rows=100)

    def time_d_exact_run(self) -> None:
        """for comparison: as many draws of the whole case with the exact engine"""
        simulate(self.file, draws=len(next(iter(self.rows.values()))), engine="expected")


SUITES = ["Fit"]
