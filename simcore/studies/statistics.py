"""What a model says of the statistics it is to be fitted to: the value of every target, at given free parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError, Problem, ScenarioError, UnknownNameError
from simcore.scenario.calibrating import Calibration
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.populations import OWN, count_name, of_name
from simcore.simulation import Prepared, prepare, simulate
from simcore.uncertainty.distributions import Distribution

Array = NDArray[np.float64]


def calibration_of(file: ScenarioFile) -> Calibration:
    """What a scenario is fitted to.

    Raises
    ------
    ScenarioError
        It says nothing of it.
    """
    if file.scenario.calibration is None or not file.scenario.calibration.targets:
        allowed = "calibration: {free: [names of parameters], targets: {...}}"
        problem = Problem(file.main, 0, "calibration", "nothing to fit to", allowed)
        raise ScenarioError([problem], file.main)
    return file.scenario.calibration


def priors_of(file: ScenarioFile) -> dict[str, Distribution]:
    """What is believed of each free parameter before the fit."""
    return {
        name: prior.distribution or file.scenario.parameters[name].distribution
        for name, prior in calibration_of(file).free.items()
    }


@dataclass(frozen=True)
class _Population:
    """A population, ready to be simulated many times, and the targets it is about."""

    file: ScenarioFile
    engine: str
    ready: Prepared
    targets: tuple[str, ...]
    divided: tuple[bool, ...]
    means: Mapping[str, float]
    shared: frozenset[str]


class Statistics:
    """The target statistics of a scenario as functions of its free parameters.

    Every population is simulated with the exact engine where its joint states are few enough, and otherwise with
    `persons` sampled lives whose luck is the same whatever the parameters are. Parameters that are not free have
    their expected values.

    Parameters
    ----------
    file
        From `read_scenario`, with a section ``calibration``.
    engine
        ``expected`` or ``sampled`` for all populations; by default the exact one where it applies.
    persons
        Sampled lives in each population; by default those of the scenario.
    workers
        Number of threads.

    Attributes
    ----------
    targets, free
        Names of the targets, and of the free parameters, in the order of the scenario.
    engines
        The engine of each population, by its name; the scenario's own is called "".

    Raises
    ------
    ScenarioError
        The scenario has nothing to fit, or a population is none.
    ModelError
        The exact engine was asked for, and does not apply.
    """

    def __init__(
        self, file: ScenarioFile, *, engine: str | None = None, persons: int | None = None, workers: int | None = None
    ) -> None:
        calibration = calibration_of(file)
        self.targets, self.free = list(calibration.targets), list(calibration.free)
        self.persons, self.workers = persons, workers
        self._populations = {
            name: _ready(file, population, name, engine)
            for name, population in file.populations.items()
            if any((target.population or OWN) == name for target in calibration.targets.values())
        }
        self.engines = {name: population.engine for name, population in self._populations.items()}

    def __call__(self, parameters: Mapping[str, Array]) -> Array:
        """The value of every target.

        Parameters
        ----------
        parameters
            Values (row,) of the free parameters, by name.

        Returns
        -------
        Array (row, target), each in the unit of the target. NaN where a row of parameters makes no probabilities, or
        where nobody is in what a target is divided by.

        Raises
        ------
        UnknownNameError
            A name is not that of a free parameter.
        """
        for name in parameters:
            if name not in self.free:
                raise UnknownNameError(name, "a free parameter of the scenario", self.free)
        n = len(next(iter(parameters.values()))) if parameters else 1
        found = np.full((n, len(self.targets)), np.nan)
        for population in self._populations.values():
            columns = [self.targets.index(target) for target in population.targets]
            found[:, columns] = self._of(population, parameters, n)
        return found

    def _of(self, population: _Population, parameters: Mapping[str, Array], n: int) -> Array:
        """The targets of one population (row, target); rows that are impossible are found by halving."""
        try:
            return self._simulated(population, parameters, n)
        except ModelError:
            if n == 1:
                return np.full((1, len(population.targets)), np.nan)
        half = n // 2
        parts = (
            ({name: of[:half] for name, of in parameters.items()}, half),
            ({name: of[half:] for name, of in parameters.items()}, n - half),
        )
        return np.concatenate([self._of(population, some, size) for some, size in parts])

    def _simulated(self, population: _Population, parameters: Mapping[str, Array], n: int) -> Array:
        values = {name: np.full(n, mean) for name, mean in population.means.items()}
        values |= {name: of for name, of in parameters.items() if name in population.shared}
        results = simulate(
            population.file, draws=n, persons=self.persons, engine=population.engine, parameters=values, luck="shared",
            sampling="monte_carlo", workers=self.workers, prepared=population.ready, progress=False,
        )  # fmt: skip
        outcomes = results["outcome_value"].isel(strategy=0)
        found = np.empty((n, len(population.targets)))
        for column, (target, divided) in enumerate(zip(population.targets, population.divided, strict=True)):
            counted = outcomes.sel(outcome=count_name(target)).values
            if divided:
                of = outcomes.sel(outcome=of_name(target)).values
                counted = np.divide(counted, of, out=np.full(n, np.nan), where=of > 0)
            found[:, column] = counted
        return found


def _ready(case: ScenarioFile, file: ScenarioFile, name: str, engine: str | None) -> _Population:
    """Compile a population, for the exact engine where that applies."""
    calibration = calibration_of(case)
    own = [target for target, of in calibration.targets.items() if (of.population or OWN) == name]
    divided = tuple(calibration.targets[target].of is not None for target in own)
    means = {of: float(distribution.mean) for of, distribution in file.distributions.items()}
    # A parameter that the population has a value of its own for is not the one that is fitted.
    own_of, own_here = case.scenario.parameters, file.scenario.parameters
    shared = {of for of in calibration.free if of in own_here and own_here[of].distribution == own_of[of].distribution}
    try:
        used, ready = engine or "expected", prepare(file, engine or "expected")
    except ModelError:
        if engine is not None:
            raise
        used, ready = "sampled", prepare(file)
    return _Population(file, used, ready, tuple(own), divided, means, frozenset(shared))
