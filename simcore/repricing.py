"""Pricing a stored ledger again: other figures for prices, discounting and weights, without simulating."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import xarray as xr
from numpy.typing import ArrayLike

from simcore.dataset import Run, priced_dataset
from simcore.errors import ResultsError
from simcore.model.compile import compile_scenario
from simcore.model.ledger import account
from simcore.model.sampled import Counts
from simcore.model.values import Drawn
from simcore.pricing.price import Pricer
from simcore.scenario.cohorts import other_lives
from simcore.scenario.draws import given_parameters
from simcore.scenario.loading import ScenarioFile, scenario_from_texts, with_groups
from simcore.scenario.uses import uses
from simcore.threads import processors
from simcore.vocabulary import json_of


def scenario_of(results: xr.Dataset) -> ScenarioFile:
    """Read the scenario that a run kept in its results, with the subgroups that it had.

    Raises
    ------
    ScenarioError
        It is not understood by this version.
    """
    attributes = results.attrs
    files, main = str(attributes["scenario_files"]), str(attributes["scenario_main"])
    if not isinstance(json_of(attributes, "scenario_files"), dict):
        raise ResultsError("These results are damaged: they have no files of a scenario. Run the scenario again.")
    file = _scenario(files, main, str(attributes.get("alternative", "")))
    if "groups" in attributes and (groups := json_of(attributes, "groups")) != file.scenario.groups:
        file = with_groups(file, groups)
    return replace(file, name=str(attributes["scenario"]))


@lru_cache(maxsize=4)
def _scenario(files: str, main: str, alternative: str) -> ScenarioFile:
    """The scenario of some texts; reading takes longer than pricing, and results are often priced many times."""
    return scenario_from_texts(json.loads(files), main, alternative)


def price_parameters(file: ScenarioFile) -> list[str]:
    """Names of the uncertain parameters that lives do not depend on: of prices, payers, discounting and weights.

    Raises
    ------
    ScenarioError
        A table has no value for a situation that occurs.
    """
    of_lives = {
        column.parameter
        for compiled in (compile_scenario(of) for of in (file, *other_lives(file)))
        for column in compiled.values.columns
        if isinstance(column, Drawn)
    }
    return [name for name, of in file.distributions.items() if not of.is_fixed and name not in of_lives]


#: Where nothing but money and the worth of outcomes is decided.
_OF_MONEY = re.compile(r"(prices|outcomes|discount|accrual|public_funds|interventions\.\w+\.(costs|displacement))\b")


def _only_priced(file: ScenarioFile) -> set[str]:
    """Names that stand in prices and the like alone, which is seen without compiling the scenario."""
    return {name for name, places in uses(file.scenario).items() if all(_OF_MONEY.match(place) for place in places)}


def reprice(
    results: xr.Dataset,
    parameters: Mapping[str, ArrayLike] | None = None,
    *,
    file: ScenarioFile | None = None,
    workers: int | None = None,
) -> xr.Dataset:
    """Price the stored ledger of a run again, with other values of some parameters.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    parameters
        Values (draw,) of some parameters, or one for all draws, instead of those of the run. Lives stay as they were
        simulated, so only those named by `price_parameters` may change.
    file
        The scenario of the results, where it has been read before.
    workers
        Number of threads; by default one for each processor.

    Returns
    -------
    Dataset like `results`.

    Raises
    ------
    ResultsError
        A parameter decides lives; or cohorts lead other lives than the first, whose ledgers are not kept.
    UnknownNameError
        A name is not that of a parameter.

    Examples
    --------
    >>> import simcore
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> bool((simcore.reprice(results)["cost"] == results["cost"]).all())
    True
    """
    file = scenario_of(results) if file is None else file
    if other_lives(file):
        raise ResultsError(
            "The cohorts of this scenario lead different lives, and only the ledger of the first is kept: to change "
            "prices, run it again."
        )
    names = (str(name) for name in results["parameter"].values)
    stored = dict(zip(names, results["parameter_value"].values.T, strict=True))
    drawn = given_parameters(file, stored, parameters or {})
    changed = [name for name in parameters or {} if (drawn[name] != stored[name]).any()]
    plain = _only_priced(file) if changed else set()
    unclear = [name for name in changed if name not in plain and not file.distributions[name].is_fixed]
    priced = price_parameters(file) if unclear else []
    for name in unclear:
        if name not in priced:
            raise ResultsError(
                f"'{name}' decides how lives go, which another price list cannot change: run the scenario again."
            )
    counted = account(file.scenario)
    meters = [meter.name for meter in counted.time], [meter.name for meter in counted.events]
    if meters != ([str(name) for name in results["meter"].values], [str(name) for name in results["event"].values]):
        raise ResultsError("The ledger of these results is not that of their scenario: they are of another version.")
    time, events = results["person_time"].values, results["events"].values
    counts = Counts(time.transpose(2, 0, 1, 3, 4, 5), events.transpose(2, 0, 1, 3, 4))
    attributes = results.attrs
    given = {*json.loads(str(attributes.get("given", "[]"))), *changed}
    run = Run(
        draws=results["draw"].values, n_persons=int(attributes["n_persons"]), seed=int(attributes["seed"]),
        engine=str(attributes["engine"]), sampling=str(attributes.get("sampling", "monte_carlo")),
        luck=str(attributes.get("luck", "per_draw")), part_size=results["part_size"].values, given=tuple(given),
    )  # fmt: skip
    pricer = Pricer(file, counted)
    prices = pricer.check(drawn, len(run.draws))
    return priced_dataset(file, pricer, drawn, [counts], run, workers or processors(), prices)
