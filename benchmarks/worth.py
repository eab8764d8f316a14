"""How long does it take to find what is worth knowing?

A table of 1,000 draws, 5 strategies, 8 actors with two views, and 80 figures, with luck and both halves of the persons.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from simcore.analysis.acceptability import acceptability
from simcore.analysis.proposed_study import Measured, Study, evsi
from simcore.analysis.value_of_information import evpi, evppi


class Worth:
    """Net benefits that hang on eighty figures, some by products (toy: 60 draws, 5 figures)."""

    def setup(self, toy: bool) -> None:
        """Make the table."""
        n_draws, n_figures = (60, 5) if toy else (1000, 80)
        random = np.random.default_rng(1)
        values = random.normal(size=(n_draws, n_figures))
        weights = random.normal(size=(n_figures, 10, 5)) / np.arange(1, n_figures + 1)[:, None, None]
        truth = np.einsum("df,fas->sda", values, weights) * (1 + 0.3 * values[:, 0, None])
        halves = truth + random.normal(size=(2, *truth.shape))
        dims, names = ("strategy", "draw", "actor"), {"strategy": list("abcde"), "actor": list("abcdefghij")}
        self.halves = xr.DataArray(halves, names, ("half", *dims))
        self.net_benefit = self.halves.mean("half")
        self.figures = xr.DataArray(values, {"parameter": [f"x{i}" for i in range(n_figures)]}, ("draw", "parameter"))
        self.study = Study((Measured("x0", "mean", 50, 5.0), Measured("x1", "mean", 50, 5.0)))

    def time_a_everything(self) -> None:
        """EVPI, luck taken off by halves"""
        evpi(self.net_benefit, halves=self.halves)

    def time_b_everything_by_regression(self) -> None:
        """EVPI, regression on all figures"""
        evpi(self.net_benefit, parameters=self.figures)

    def time_c_each_figure(self) -> None:
        """EVPPI of each figure"""
        evppi(self.net_benefit, self.figures)

    def time_d_study(self) -> None:
        """EVSI of a study of two figures"""
        evsi(self.net_benefit, self.figures, self.study)

    def time_e_acceptability(self) -> None:
        """probability of being best and expected loss"""
        acceptability(self.net_benefit, halves=self.halves)


SUITES = ["Worth"]
