"""Who is where at which age: the share of persons in each state of each domain, under one strategy.

Nothing is priced and nothing is compared. A run of it shows at a glance whether a scenario lets people
live as people do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.errors import UnknownNameError
from simcore.model.ledger import account
from simcore.progress import Progress
from simcore.scenario.counting import counting_only
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Outcome, Scenario
from simcore.scenario.structure import Structure
from simcore.simulation import simulate
from simcore.studies.runs import engine_for, expected_values
from simcore.version import __version__
from simcore.vocabulary import PARTS

Array = NDArray[np.float64]

#: Lives of a single run at the means: with so many, the standard error of a share is at most half a percentage point.
_PERSONS = 10_000


def situations(
    file: ScenarioFile,
    *,
    strategy: str | None = None,
    draws: int | None = None,
    persons: int | None = None,
    seed: int | None = None,
    engine: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Share of all persons in each state of each domain at the start of each cycle, and at the end of the last.

    Shares are of all who start, so that those who have died since are a share of their own. Of several cohorts it
    is the first.

    Parameters
    ----------
    file
        From `read_scenario`.
    strategy
        Under which strategy; by default the comparator.
    draws
        The mean over so many draws of the uncertain figures; by default one run with every figure at its mean.
    persons
        Sampled lives per draw; by default those of the scenario, and at least 10,000 where there is only one run.
    seed, workers
        As in `simulate`.
    engine
        As in `simulate`; by default the exact engine where it applies, and sampled lives elsewhere.
    progress
        Called now and then with the number of draws done and wanted.

    Returns
    -------
    Dataset with

    - ``share`` (situation, boundary): share of persons; boundary 0 is the start of the first cycle. In every domain
      the shares add up to ``followed``;
    - ``followed`` (boundary): share of persons followed, dead or alive, in the cycle that begins there, and at last in
      the one that ends there; below 1 only where persons start at different ages and are followed up to one age;
    - ``domain``, ``state``, ``alive`` (situation): what each situation is; of each domain the states of the living
      come first, in the order of the file, and then the dead, if anybody can die;
    - ``time`` (boundary) [years since the start], and where all start at the same age ``age`` (boundary) [years].

    Raises
    ------
    UnknownNameError
        There is no such strategy or engine.
    ModelError, ScenarioError
        As `simulate`.

    Examples
    --------
    >>> found = situations(simcore.read_scenario("textbook_chain"))
    >>> found["share"].sel(situation="condition.new").values[:3].round(4).tolist()
    [1.0, 0.8, 0.64]
    >>> float(found["share"].sel(boundary=20).sum())
    1.0
    """
    scenario = file.scenario
    strategy = scenario.comparator if strategy is None else strategy
    if strategy not in scenario.strategies:
        raise UnknownNameError(strategy, "a strategy of this scenario", list(scenario.strategies))
    of = _situations(scenario)
    only = replace(file, scenario=_only(scenario, strategy, of), alternatives={})
    engine = engine_for(only, engine)
    if persons is None and draws is None:
        persons = max(scenario.population.persons, _PERSONS)
    results = simulate(
        only, draws=1 if draws is None else draws, persons=persons, seed=seed, engine=engine, workers=workers,
        parameters=expected_values(only) if draws is None else None, progress=progress,
    )  # fmt: skip
    counted = _shares(only.scenario, results, [*(situation.name for situation in of), _FOLLOWED])
    structure = Structure(scenario)
    followed = counted[-1]
    time = np.arange(structure.n_cycles + 1) / structure.per_year
    coordinates: dict[str, object] = {
        "situation": [situation.name for situation in of],
        "boundary": np.arange(structure.n_cycles + 1),
        "domain": ("situation", [situation.domain for situation in of]),
        "state": ("situation", [situation.state for situation in of]),
        "alive": ("situation", [situation.alive for situation in of]),
        "time": ("boundary", time, {"units": "years", "description": "Time since the start."}),
    }
    age = scenario.population.start.age
    if isinstance(age, int):
        coordinates["age"] = ("boundary", age + time, {"units": "years", "description": "Age of all who are alive."})
    variables = {
        "share": _variable(
            ("situation", "boundary"), counted[:-1], "Share of all persons who start in each situation."
        ),
        "followed": _variable(
            ("boundary",), followed, "Share of persons not yet of the age up to which they are followed."
        ),
    }
    about = {
        "scenario": file.name,
        "title": scenario.title,
        "strategy": strategy,
        "cycle": scenario.cycle,
        "engine": engine,
        "n_persons": int(results.attrs["n_persons"]),
        "n_draws": 0 if draws is None else draws,
        "seed": str(results.attrs["seed"]),
        "simcore_version": __version__,
    }
    return xr.Dataset(variables, coordinates, about)


@dataclass(frozen=True)
class _Situation:
    """A state of a domain in which persons are, or being dead."""

    domain: str
    state: str
    alive: bool

    @property
    def name(self) -> str:
        return f"{self.domain}.{self.state}" if self.alive else f"{self.domain}: {self.state}"


#: Counts everybody who is followed, dead or alive. No name of a situation is like it.
_FOLLOWED = "followed"


def _situations(scenario: Scenario) -> list[_Situation]:
    """Every situation, domain by domain."""
    life = Structure(scenario).life
    found = []
    for name, domain in scenario.domains.items():
        found += [_Situation(name, state, True) for state in domain.states if (name, state) != life]
        if life is not None:
            found.append(_Situation(name, life[1], False))
    return found


def _only(scenario: Scenario, strategy: str, of: list[_Situation]) -> Scenario:
    """The scenario with one strategy, without money, and with situations as its outcomes."""
    life = Structure(scenario).life
    outcomes = {}
    for situation in of:
        where = {situation.domain: situation.state} if situation.alive or life is None else {life[0]: life[1]}
        outcomes[situation.name] = Outcome.model_validate({"about": situation.name, "while": where, "good": True})
    everybody = {} if life is None else {life[0]: list(scenario.domains[life[0]].states)}
    outcomes[_FOLLOWED] = Outcome.model_validate({"about": "followed", "while": everybody, "good": True})
    return counting_only(scenario, strategy, outcomes=outcomes)


def _shares(scenario: Scenario, results: xr.Dataset, names: list[str]) -> Array:
    """Share of persons that each outcome counts (outcome, boundary), the mean over draws."""
    counted = account(scenario)
    meters = []
    for name in names:
        (reward,) = counted.outcomes[name]
        (piece,) = reward.pieces
        meters.append(counted.time.index(piece.meter))
    halves = results["person_time"].sel(part=list(PARTS[:2])).isel(strategy=0, meter=meters)
    persons = halves.sum("part").mean("draw") / float(results["part_size"].sel(part=list(PARTS[:2])).sum())
    persons = persons.transpose("meter", "end", "cycle")
    return np.concatenate([persons.sel(end="start").values, persons.sel(end="end").values[:, -1:]], axis=1)


def _variable(dims: tuple[str, ...], values: Array, description: str) -> tuple[tuple[str, ...], Array, dict[str, str]]:
    return dims, values, {"units": "share", "description": description}
