"""What does it cost to ask what drives the answer?

A thousand draws of eight actors (ten with the two views), four interventions beside the comparator and 80 uncertain
parameters, half of which matter. Rank correlations and scenario discovery read the draws that are there; one-way
changes and Sobol' indices of prices read a stored ledger: that of the shipped school dropout case.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from simcore.analysis.discovery import scenario_discovery
from simcore.analysis.sensitivity import rank_correlation
from simcore.analysis.variance import indices_from_values
from simcore.repricing import price_parameters
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate
from simcore.studies.sobol import sobol_of_prices
from simcore.studies.tornado import tornado_of_prices

N_INTERVENTIONS, N_ACTORS, N_PARAMETERS = 4, 10, 80


class Drivers:
    """1,000 draws of 8 actors under 5 strategies, 80 parameters."""

    def setup(self, toy: bool) -> None:
        """Draw parameters and savings, with an interaction and some luck."""
        n_draws, n_parameters = (200, 10) if toy else (1000, N_PARAMETERS)
        generator = np.random.default_rng(1)
        parameters = generator.normal(size=(n_draws, n_parameters))
        names = [f"p{number}" for number in range(n_parameters)]
        self.parameters = xr.DataArray(parameters, {"parameter": names}, ("draw", "parameter"))
        weights = generator.normal(size=(n_parameters, N_INTERVENTIONS * N_ACTORS))
        weights[n_parameters // 2 :] = 0.0
        saving = parameters @ weights + 3 * parameters[:, :1] * parameters[:, 1:2]
        saving += 4 + generator.normal(size=saving.shape)
        dims = ("draw", "intervention", "actor")
        self.saving = xr.DataArray(saving.reshape(n_draws, N_INTERVENTIONS, N_ACTORS), dims=dims)
        n = 64 if toy else 1024
        answers = generator.normal(size=(n_parameters + 2, n, N_INTERVENTIONS, N_ACTORS))
        a, b, *pages = (xr.DataArray(answer, dims=dims) for answer in answers)
        self.design = a, b, xr.concat(pages, dim="parameter").assign_coords(parameter=names)

    def time_a_rank_correlation(self) -> None:
        """partial rank correlations of all net savings with 80 parameters"""
        rank_correlation(self.saving, self.parameters)

    def time_b_discovery(self) -> None:
        """scenario discovery for all net savings"""
        scenario_discovery(self.saving, self.parameters)

    def time_c_indices(self) -> None:
        """Sobol' indices with intervals, from 1,024 points in 82 tables"""
        indices_from_values(*self.design)


class Prices:
    """The stored ledger of the school dropout case."""

    def setup(self, toy: bool) -> None:
        """Simulate it once."""
        file = read_scenario("school_dropout")
        self.results = simulate(file, draws=4 if toy else 1000, persons=50)
        self.some = price_parameters(file)[: 2 if toy else 4]
        self.n = 4 if toy else 64

    def time_a_tornado(self) -> None:
        """one-way changes of all its parameters of prices, without simulating again"""
        tornado_of_prices(self.results)

    def time_b_sobol(self) -> None:
        """Sobol' indices of four of them, 64 points, without simulating again"""
        sobol_of_prices(self.results, parameters=self.some, n=self.n)


SUITES = ["Drivers", "Prices"]
