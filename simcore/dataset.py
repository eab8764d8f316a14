"""The results Dataset: priced draws put together and labelled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simcore.model.sampled import Counts
from simcore.pricing.books import Priced
from simcore.pricing.price import Pricer
from simcore.pricing.prices import Prices
from simcore.pricing.spread import Luck
from simcore.scenario.loading import ScenarioFile
from simcore.uncertainty.sampling import randomisations
from simcore.version import __version__, versions
from simcore.vocabulary import ENDS, OF_COHORTS, PARTS, VARIABLES

if TYPE_CHECKING:
    import xarray as xr

#: In place of a way of sampling: the values of all uncertain parameters were given.
GIVEN = "given"


@dataclass(frozen=True)
class Run:
    """What was run.

    Attributes
    ----------
    draws
        Numbers of the draws (draw,).
    n_persons, seed
        Persons simulated per draw, and seed of all random numbers.
    engine
        ``sampled`` or ``expected``.
    sampling
        How parameters were drawn, or `GIVEN`.
    luck
        ``per_draw``, or ``shared`` where all draws have the same luck.
    part_size
        Persons in each part (part,).
    n_all
        How many draws there are, of which these may be some; 0 where nobody knows.
    given
        Names of the parameters whose values were given, not drawn.
    """

    draws: NDArray[np.int64]
    n_persons: int
    seed: int
    engine: str
    sampling: str
    luck: str
    part_size: NDArray[np.int64]
    n_all: int = 0
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _ = self.randomisation  # too few draws are told before anything is run

    @property
    def randomisation(self) -> NDArray[np.int64] | None:
        """Which independent randomisation each draw belongs to (draw,); None where draws are independent.

        Draws that share their luck, or whose parameters were given, are all of one.

        Raises
        ------
        ScenarioError
            There are too few draws for this way of sampling.
        """
        if self.sampling == GIVEN or (self.luck == "shared" and self.engine == "sampled"):
            return np.zeros(len(self.draws), dtype=np.int64)
        found = randomisations(self.sampling, max(int(self.draws.max()) + 1, self.n_all))
        return None if found is None else found[self.draws]


def priced_dataset(
    file: ScenarioFile,
    pricer: Pricer,
    parameters: Mapping[str, NDArray[np.float64]],
    counts: Sequence[Counts],
    run: Run,
    workers: int,
    prices: Prices | None = None,
) -> xr.Dataset:
    """Price a ledger and put everything into one Dataset.

    Parameters
    ----------
    file, pricer
        The scenario and its prices.
    parameters
        Values of each parameter (draw,).
    counts
        Ledger of the first cohort, and of those that lead other lives.
    run
        What was run.
    workers
        Number of threads.
    prices
        From `Pricer.check` with these parameters, where it has made them.

    Raises
    ------
    ModelError
        As `Pricer.price`.
    """
    first, *later = [(of.time, of.events) for of in counts]
    luck = Luck(run.seed, run.draws) if run.engine == "sampled" else None
    priced = pricer.price(*first, run.part_size, prices or parameters, later, luck=luck, workers=workers)
    return _dataset(file, pricer, parameters, counts[0], priced, run)


def _dataset(
    file: ScenarioFile,
    pricer: Pricer,
    parameters: Mapping[str, NDArray[np.float64]],
    counts: Counts,
    priced: Priced,
    run: Run,
) -> xr.Dataset:
    """Label everything."""
    import xarray as xr  # which takes long to load, and may be loaded while lives are simulated

    scenario = file.scenario
    n_draws = len(counts.time)
    arrays = {
        "person_time": counts.time.transpose(1, 2, 0, 3, 4, 5),
        "events": counts.events.transpose(1, 2, 0, 3, 4),
        "parameter_value": np.stack(list(parameters.values()), axis=1) if parameters else np.zeros((n_draws, 0)),
        "part_size": run.part_size,
        **priced.arrays(),
    }
    currency = scenario.money.currency if scenario.money else "money"
    price_year = scenario.money.price_year if scenario.money else scenario.population.start.year
    account, n_cohorts = pricer.account, scenario.population.cohorts
    variables = {}
    for name, array in arrays.items():
        word = VARIABLES[name]
        units = word.units.format(currency=currency, price_year=price_year)
        if n_cohorts > 1 and "per person" in units:
            units += OF_COHORTS.format(cohorts=n_cohorts)
        attributes = {"units": units, "long_name": word.long_name, "description": word.description}
        if name.startswith("cashable"):
            attributes["comparator"] = scenario.comparator
        variables[name] = (word.dims, array, attributes)
    coordinates: dict[str, object] = {
        "part": list(PARTS),
        "strategy": list(scenario.strategies),
        "draw": run.draws,
        "actor": pricer.actors,
        "sector": ("actor", [scenario.actors[actor].sector for actor in pricer.actors]),
        "cost_kind": pricer.kinds,
        "year": pricer.years,
        "outcome": list(account.outcomes),
        "group": list(account.groups),
        "line": [line.name for line in account.lines],
        "meter": [meter.name for meter in account.time],
        "event": [meter.name for meter in account.events],
        "end": list(ENDS),
        "cycle": np.arange(pricer.n_cycles),
        "parameter": list(parameters),
    }
    if run.randomisation is not None:
        coordinates["randomisation"] = ("draw", run.randomisation)
    about: dict[str, str | int | float] = {
        "scenario": file.name,
        "title": scenario.title,
        "content_hash": file.content_hash,
        "scenario_files": json.dumps(file.files, ensure_ascii=False),
        "scenario_main": file.main,
        "alternative": file.alternative,
        "seed": str(run.seed),
        "n_persons": run.n_persons,
        "n_draws": n_draws,
        "target_group": scenario.population.target_group,
        "cycle_length_years": pricer.cycle_years,
        "currency": currency,
        "price_year": price_year,
        "discount_rate": pricer.expected(scenario.discount.money),
        "discount_by_year": int(scenario.discount.money in scenario.tables),
        "outcome_discount_rate": pricer.expected(scenario.discount.outcomes),
        "comparator": scenario.comparator,
        "strategies": json.dumps(scenario.strategies, ensure_ascii=False),
        "groups": json.dumps(scenario.groups),
        "cohorts": n_cohorts,
        "engine": run.engine,
        "sampling": run.sampling,
        "luck": run.luck,
        "given": json.dumps(sorted(run.given)),
        "simcore_version": __version__,
        "versions": json.dumps(versions()),
    }
    return xr.Dataset(variables, {name: _coordinate(values) for name, values in coordinates.items()}, about)


def _coordinate(values: object) -> object:
    """Make lists of names arrays of text, also when they are empty."""
    return np.array(values, dtype=str) if isinstance(values, list) else values
