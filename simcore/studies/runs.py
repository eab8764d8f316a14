"""Runs at chosen parameter values, without luck between them: the exact engine, or lives that share their luck.

Luck that differed between draws would look like an effect of whatever parameter was changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.by_draws import Mean, read_by_draws
from simcore.analysis.contrasts import contrasts
from simcore.dataset import GIVEN
from simcore.errors import ModelError, UnknownNameError
from simcore.model.compile import compile_scenario
from simcore.model.reach import reach
from simcore.progress import Progress
from simcore.repricing import reprice, scenario_of
from simcore.scenario.cohorts import other_lives
from simcore.scenario.loading import ScenarioFile
from simcore.simulation import ENGINES, simulate

Array = NDArray[np.float64]
#: Values (draw,) of each parameter by name -> what interventions change in each of these draws.
Run: TypeAlias = Callable[[dict[str, Array]], xr.Dataset]

#: How messages name a draw.
DRAW = re.compile(r"\bdraw (\d+)")
#: Draws of the first portion, which shows how much memory each takes; the exact engine takes as many at a time.
_FIRST = 64
#: Memory that the results of one portion may take.
_BYTES = 400_000_000


@dataclass(frozen=True)
class Compared:
    """With what strategies are compared, and what is counted; see `simcore.net_saving`."""

    comparator: str | None = None
    also: Sequence[str] = ()
    gross: bool = False

    def of(self, results: xr.Dataset) -> xr.Dataset:
        """The contrasts of some results."""
        return contrasts(results, comparator=self.comparator, also=self.also, gross=self.gross)


def engine_for(file: ScenarioFile, engine: str | None = None) -> str:
    """The engine asked for; if none, the exact one where it applies, and sampled lives elsewhere.

    Parameters
    ----------
    file
        From `read_scenario`.
    engine
        ``expected``, ``sampled``, or None.

    Raises
    ------
    UnknownNameError
        There is no such engine.

    Examples
    --------
    >>> engine_for(simcore.read_scenario("textbook_chain"))
    'expected'
    """
    if engine is not None:
        if engine not in ENGINES:
            raise UnknownNameError(engine, "an engine", ENGINES)
        return engine
    lived = [compile_scenario(of) for of in (file, *other_lives(file))]
    try:
        for compiled in lived:
            reach(compiled)
    except ModelError:  # too many joint states to follow
        return "sampled"
    return "expected"


def expected_values(file: ScenarioFile) -> dict[str, float]:
    """Expected value of every parameter of a scenario.

    Examples
    --------
    >>> min(expected_values(simcore.read_scenario("textbook_chain")).values()) > 0
    True
    """
    return {name: float(distribution.mean) for name, distribution in file.distributions.items()}


def chosen(file: ScenarioFile, asked: Sequence[str] | None, among: Sequence[str] | None = None) -> list[str]:
    """Parameters of a study: those asked for, or all that are uncertain.

    Parameters
    ----------
    file
        The scenario.
    asked
        Names of parameters, or None for all.
    among
        The only ones that can be studied; by default all.

    Raises
    ------
    UnknownNameError
        A name is not that of an uncertain parameter, or not one of `among`.

    Examples
    --------
    >>> len(chosen(simcore.read_scenario("textbook_chain"), None)) > 0
    True
    """
    known = [name for name, distribution in file.distributions.items() if not distribution.is_fixed]
    kind = "an uncertain parameter of this scenario"
    if among is not None:
        known = [name for name in known if name in among]
        kind = "an uncertain parameter that only prices depend on"
    for name in asked or ():
        if name not in known:
            raise UnknownNameError(name, kind, known)
    return known if asked is None else list(dict.fromkeys(asked))


def new_runs(
    file: ScenarioFile,
    compared: Compared,
    *,
    engine: str,
    persons: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """A function that simulates a scenario at given parameter values, portion by portion, without luck between them.

    Parameters
    ----------
    file
        From `read_scenario`.
    compared
        With what strategies are compared.
    engine
        ``expected``, or ``sampled``, where all draws share their luck.
    persons, seed, workers
        As in `simulate`.
    progress
        Called after each portion, with the draws done and wanted of the table at hand.

    Examples
    --------
    >>> file = simcore.read_scenario("textbook_chain")
    >>> run = new_runs(file, Compared(), engine="expected")
    >>> run({name: np.full(3, value) for name, value in expected_values(file).items()}).sizes["draw"]
    3
    """

    def portion(these: dict[str, Array], n: int) -> xr.Dataset:
        return simulate(
            file, draws=n, persons=persons, seed=seed, engine=engine, sampling="monte_carlo", parameters=these,
            luck="shared", workers=workers, progress=False,
        )  # fmt: skip

    return _in_portions(portion, compared, progress)


def repriced(
    results: xr.Dataset, compared: Compared, *, workers: int | None = None, progress: Progress | None = None
) -> tuple[ScenarioFile, Run]:
    """The scenario of results, and a function that prices their mean ledger at given parameter values.

    Parameters
    ----------
    results
        From `simulate` or `open_results`. The mean of their ledger over draws is what expected lives cost.
    compared
        With what strategies are compared.
    workers, progress
        As in `new_runs`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> file, run = repriced(results, Compared())
    >>> run({name: np.full(3, value) for name, value in expected_values(file).items()}).sizes["draw"]
    3
    """
    file = scenario_of(results)
    ledger = {name: _mean_of_draws(results, name) for name in ("person_time", "events")}
    attributes = {**results.attrs, "engine": "expected", "sampling": GIVEN}  # a mean of counts, like an expected number
    labels = results.drop_dims("draw")

    def portion(these: dict[str, Array], n: int) -> xr.Dataset:
        draws = {"draw": np.arange(n)}
        whole = labels.assign_coords(draws)
        for name, counts in ledger.items():
            whole[name] = counts.expand_dims(draws).transpose(*results[name].dims)
        drawn = np.stack([these[str(name)] for name in results["parameter"].values], axis=1)
        whole["parameter_value"] = (("draw", "parameter"), drawn)
        return reprice(whole.assign_attrs({**attributes, "n_draws": n}), file=file, workers=workers)

    return file, _in_portions(portion, compared, progress)


def _mean_of_draws(results: xr.Dataset, name: str) -> xr.DataArray:
    """Mean of a variable over draws."""
    mean = Mean()
    for some in read_by_draws(results, name):
        mean.add(some[name].values, some[name].get_axis_num("draw"))
    return results[name].isel(draw=0, drop=True).copy(data=mean.of_all())


def _in_portions(
    portion: Callable[[dict[str, Array], int], xr.Dataset], compared: Compared, progress: Progress | None
) -> Run:
    """Run a table of parameters in portions that fit into memory, and keep the contrasts alone."""

    def run(parameters: dict[str, Array]) -> xr.Dataset:
        n_draws = len(next(iter(parameters.values()))) if parameters else 1
        found: list[xr.Dataset] = []
        done, step = 0, _FIRST
        while done < n_draws:
            stop = min(done + step, n_draws)
            these = {name: values[done:stop] for name, values in parameters.items()}
            try:
                results = portion(these, stop - done)
            except ModelError as error:
                raise ModelError(_counted_on(str(error), done)) from error
            # Deep copies, so that the results of the portion can be forgotten.
            found.append(compared.of(results).copy(deep=True))
            step = max(_FIRST, int(_BYTES / max(results.nbytes / (stop - done), 1.0)))
            done = stop
            if progress is not None:
                progress(done, n_draws)
        whole = xr.concat(found, dim="draw", combine_attrs="override") if len(found) > 1 else found[0]
        return whole.assign_coords(draw=np.arange(n_draws))

    return run


def _counted_on(message: str, done: int) -> str:
    """A message of a portion, with the draws of the whole table."""
    return DRAW.sub(lambda found: f"draw {int(found.group(1)) + done}", message)


def explained_error(error: ModelError, what: str) -> ModelError:
    """The same error with what its draws are."""
    return ModelError(f"{error}\n    {what}")


def as_table(values: Mapping[str, float], n_draws: int) -> dict[str, Array]:
    """The same values in every draw (draw,)."""
    return {name: np.full(n_draws, value) for name, value in values.items()}
