"""What a proposed study of a given size would be worth before a decision (EVSI), and whether it pays.

In each draw the study is carried out on the truth of that draw; what the net benefits are expected to be, given its
result, follows from regression [1]_. The decision is then made on that.

References
----------
.. [1] Strong, Oakley, Brennan & Breeze (2015), Estimating the expected value of sample information using the
   probabilistic sensitivity analysis sample: a fast, nonparametric regression-based method, Medical Decision Making
   35:570-583.
.. [2] Raiffa & Schlaifer (1961), Applied Statistical Decision Theory, Harvard University, chapter 4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from simcore.analysis.net_benefit import Cells, figures_of
from simcore.analysis.value_of_information import values_of_knowing
from simcore.errors import ResultsError, UnknownNameError
from simcore.money import discount_factors
from simcore.randomness import parameter_numbers

#: What a study can measure, and which figures can be measured so.
MEASURES = {
    "proportion": "how many of some persons something is true of (binomial); figures from 0 to 1",
    "mean": "the mean of some observations (normal, each with the given sd); any figure",
    "ratio": "a ratio, on the logarithmic scale (normal, one observation has the given sd of its log); figures above 0",
    "rate": "how many events happen in some time under risk (Poisson); figures of 0 and above",
}
_NEED_SD = ("mean", "ratio")
#: Lowest and highest value that a figure may have to be measured so, and whether the lowest is allowed.
_RANGES = {
    "proportion": (0.0, 1.0, True),
    "mean": (-math.inf, math.inf, True),
    "ratio": (0.0, math.inf, False),
    "rate": (0.0, math.inf, True),
}


@dataclass(frozen=True)
class Measured:
    """One figure that a study measures.

    `size` is the number of observations, of a ``rate`` the time under risk in the unit of the figure (person-years);
    `sd` is the standard deviation of one observation, of a ``ratio`` that of its logarithm.
    """

    parameter: str
    how: str
    size: float
    sd: float | None = None

    def __post_init__(self) -> None:
        if self.how not in MEASURES:
            raise UnknownNameError(self.how, "a way to measure a figure", MEASURES)
        whole = self.how != "proportion" or float(self.size).is_integer()
        if not (math.isfinite(self.size) and self.size >= 0 and whole):
            allowed = "a whole number, 0 or more" if self.how == "proportion" else "a number, 0 or more"
            raise ResultsError(f"The size of a study of '{self.parameter}' is {allowed}; found {self.size}.")
        if self.how in _NEED_SD and not (self.sd is not None and math.isfinite(self.sd) and self.sd > 0):
            raise ResultsError(
                f"A study of the {self.how} '{self.parameter}' needs the sd of one observation; found {self.sd}."
            )
        if self.how not in _NEED_SD and self.sd is not None:
            raise ResultsError(f"A study of the {self.how} '{self.parameter}' takes no sd: its size says it all.")


@dataclass(frozen=True)
class Study:
    """A proposed study: what it measures, one figure or several at once."""

    measures: tuple[Measured, ...]

    def __post_init__(self) -> None:
        names = [measured.parameter for measured in self.measures]
        if not names:
            raise ResultsError("A study measures at least one figure.")
        if len(set(names)) < len(names):
            raise ResultsError(f"A study measures each figure once; found {', '.join(names)}.")


def evsi(
    net_benefit: xr.DataArray, parameters: xr.DataArray, studies: Study | Mapping[str, Study], *, seed: int = 0
) -> xr.Dataset:
    """Expected worth of the result of proposed studies before deciding, for each decision maker (EVSI).

    Parameters
    ----------
    net_benefit
        Net benefits (strategy, draw, ...) [money per person], as for `evpi`.
    parameters
        Values of the figures (draw, parameter).
    studies
        One study, or several by name.
    seed
        Of the chance in the studies. The same figure meets the same chance in studies of any size.

    Returns
    -------
    Dataset (...), with the dim `study` where there are several, in the unit of the net benefit: ``evsi``, its
    standard error ``evsi_mcse`` and its 95 % interval ``evsi_low`` and ``evsi_high``.

    Raises
    ------
    UnknownNameError
        A study measures a figure that is not there.
    ResultsError
        A figure has values that cannot be measured so, values are missing, or draws differ.

    Notes
    -----
    What is measured in different figures is independent given the figures. Between nothing, for a study of size 0,
    and the EVPPI of what it measures, for a very large one.

    Examples
    --------
    >>> effect = xr.DataArray([-2.0, -1.0, 0.0, 4.0], dims="draw")
    >>> gains = xr.concat([0 * effect, effect], "strategy").assign_coords(strategy=["usual", "new"])
    >>> nobody = Study((Measured("effect", "mean", size=0, sd=1.0),))
    >>> float(evsi(gains, effect.expand_dims(parameter=["effect"]), nobody)["evsi"])
    0.0
    """
    cells = Cells.of(net_benefit)
    named = {"study": studies} if isinstance(studies, Study) else studies
    values = figures_of(parameters, cells)
    names = [str(name) for name in parameters["parameter"].values]
    draws = cells.draws.values
    statistics = {}
    for name, study in named.items():
        columns = []
        for measured in study.measures:
            if measured.parameter not in names:
                raise UnknownNameError(measured.parameter, "a figure of these draws", names)
            columns.append(_result(measured, values[:, names.index(measured.parameter)], draws, seed))
        statistics[name] = np.stack(columns, axis=1)
    found = values_of_knowing(cells, statistics, "evsi").rename(quantity="study")
    for variable in found.data_vars:
        found[variable].attrs["units"] = str(net_benefit.attrs.get("units", ""))
    return found.isel(study=0, drop=True) if isinstance(studies, Study) else found


def worth_of_study(
    value: ArrayLike,
    *,
    persons_per_year: float,
    years: int,
    cost: float,
    discount_rate: float = 0.0,
    first_year: int = 0,
) -> NDArray[np.float64]:
    """Expected net benefit of a study: what its result is worth to all who are decided about, minus its cost [2]_.

    Parameters
    ----------
    value
        EVSI [money per person], any shape.
    persons_per_year
        Persons that the decision is about, each year.
    years
        How many years the decision stands, from now; in the years before `first_year` there is no result yet, and
        persons of those years gain nothing from it.
    cost
        What the study costs [money], now.
    discount_rate
        Per year.
    first_year
        In which year the result is there, 0 being the first.

    Returns
    -------
    Array like `value` [money]; the study pays where it is above 0.

    Examples
    --------
    >>> float(worth_of_study(2.0, persons_per_year=100, years=3, cost=250, first_year=1))
    150.0
    """
    if not (persons_per_year >= 0 and years >= 0 and first_year >= 0 and discount_rate > -1 and cost >= 0):
        raise ResultsError(
            "Persons, years and cost of a study are 0 or more, and the discount rate above -1; found "
            f"{persons_per_year} persons, {years} years, first year {first_year}, cost {cost}, rate {discount_rate}."
        )
    factor = discount_factors(discount_rate, np.arange(first_year, max(years, first_year))).sum()
    return np.asarray(np.asarray(value, dtype=float) * persons_per_year * factor - cost)


def _result(measured: Measured, truth: NDArray[np.float64], draws: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """What a study finds in each draw, of one figure (draw,); of nobody nothing."""
    from scipy.special import ndtri

    low, high, with_low = _RANGES[measured.how]
    bad = ~((truth >= low if with_low else truth > low) & (truth <= high))
    if bad.any():
        raise ResultsError(
            f"'{measured.parameter}' cannot be measured as a {measured.how} ({MEASURES[measured.how]}): "
            f"in some draws it is {truth[bad][0]:.6g}."
        )
    if measured.size == 0:
        return np.zeros(len(truth))
    # An address of its own: names of figures have no dots.
    places = parameter_numbers(seed, f"study.{measured.parameter}", draws)
    if measured.how in _NEED_SD:
        assert measured.sd is not None  # checked by Measured
        centre = np.log(truth) if measured.how == "ratio" else truth
        return np.asarray(centre + ndtri(places) * measured.sd / math.sqrt(measured.size))
    from scipy import stats

    if measured.how == "proportion":
        return np.asarray(stats.binom.ppf(places, int(measured.size), truth) / measured.size)
    return np.asarray(stats.poisson.ppf(places, truth * measured.size) / measured.size)
