"""Where does the time of a whole run go?

The shipped school dropout case, compiled kernels warm: reading, compiling to arrays, drawing, building tables,
simulating lives, pricing, saving, summarising.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from simcore.analysis.summary import summarise
from simcore.model.compile import compile_scenario
from simcore.model.sampled import simulate_draws, thresholds_of
from simcore.repricing import reprice
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate
from simcore.storage import save_results
from simcore.uncertainty.sampling import draw_parameters


class SchoolDropout:
    """The shipped case at its default size (toy: 4 draws of 200 persons)."""

    def setup(self, toy: bool) -> None:
        """Compile everything once, and keep the parts."""
        self.file = read_scenario("school_dropout")
        scenario = self.file.scenario
        self.n_draws = 4 if toy else scenario.draws
        self.n_persons = 200 if toy else scenario.population.persons
        self.distributions = self.file.distributions
        self.compiled = compile_scenario(self.file)
        self.parameters = draw_parameters(self.distributions, self.n_draws, seed=1)
        self.values = self.compiled.values.evaluate(self.parameters, self.n_draws)
        self.results = self.time_whole_simulation()

    def time_a_reading(self) -> None:
        """reading and checking the files"""
        read_scenario("school_dropout")

    def time_b_compiling(self) -> None:
        """compiling the scenario to arrays"""
        compile_scenario(self.file)

    def time_c_drawing(self) -> None:
        """drawing all parameters"""
        draw_parameters(self.distributions, self.n_draws, seed=1)

    def time_d_tables(self) -> None:
        """building the tables of all draws, one thread"""
        for draw in range(0, self.n_draws, 10):
            some = range(draw, min(draw + 10, self.n_draws))
            thresholds_of(self.compiled, self.values[some.start : some.stop], some)

    def time_e_lives(self) -> None:
        """tables and lives of all draws, one thread"""
        simulate_draws(
            self.compiled, self.values, persons=range(self.n_persons), target_group=1, seed=1
        )  # fmt: skip

    def time_f_pricing(self) -> None:
        """pricing the ledger, one thread"""
        reprice(self.results, file=self.file, workers=1)

    def time_g_saving(self) -> None:
        """saving the results"""
        with tempfile.TemporaryDirectory() as folder:
            save_results(self.results, Path(folder) / "results")

    def time_h_summary(self) -> None:
        """summarising the results"""
        summarise(self.results)

    def time_whole_simulation(self):
        """simulate(), all of it, all threads"""
        return simulate(self.file, draws=self.n_draws, persons=self.n_persons)


SUITES = ["SchoolDropout"]
