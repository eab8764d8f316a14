"""Sobol' indices of a scenario: how much of the variance of each answer each uncertain parameter accounts for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.variance import check_size, indices_from_values, sobol_design
from simcore.errors import ModelError, Problem, ScenarioError
from simcore.progress import Progress
from simcore.repricing import price_parameters
from simcore.scenario.loading import ScenarioFile
from simcore.studies.runs import (
    Compared,
    Run,
    as_table,
    chosen,
    engine_for,
    expected_values,
    explained_error,
    new_runs,
    repriced,
)


def sobol_indices(
    file: ScenarioFile,
    *,
    parameters: Sequence[str] | None = None,
    n: int = 256,
    engine: str | None = None,
    persons: int | None = None,
    seed: int | None = None,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """First-order and total Sobol' indices of every answer, by new runs at the points of a design.

    Parameters
    ----------
    file
        From `read_scenario`.
    parameters
        Names of the parameters to study, by default all that are uncertain; the others stay at their expected values,
        and their share of the variance is not counted. A run is needed for each, so that it pays to study the few that
        rank correlations or one-way changes show to matter.
    n
        Points in each table of the design, a power of two. There are (number of parameters + 2) n runs.
    engine
        By default the exact one where it applies, and elsewhere sampled lives that have the same luck in every run.
    persons, seed, workers, progress
        As in `simulate`; the seed is also that of the design.
    comparator, also, gross
        As in `simcore.net_saving`.

    Returns
    -------
    Dataset with, for ``net_saving`` and ``avoided_cost`` (parameter, intervention, actor), views included, and
    ``outcome_change`` (parameter, intervention, outcome):

    - ``..._first_order``: share of the variance that goes when the parameter becomes known;
    - ``..._total``: share that the parameter has a part in, interactions included;
    - ``..._first_order_low`` and so on: 95 % intervals;
    - ``..._variance``: of the answer, without the dim `parameter`.

    Not a number where an answer does not vary. Attributes: ``n``, ``runs``, ``engine``, ``held``: the uncertain
    parameters that stay at their expected values.

    Raises
    ------
    ScenarioError
        `n` is not a power of two, or parameters are drawn together, so that variance cannot be shared out among them.
    UnknownNameError
        `parameters` names one that is not uncertain; there is no such engine or comparator.
    ModelError
        In some run the numbers make no probability row.

    Notes
    -----
    Luck that differs between runs has no parameter, and would be counted in the total index of every one. It never
    does here: the exact engine has none, and sampled lives share it.

    Examples
    --------
    >>> found = sobol_indices(simcore.read_scenario("textbook_chain"), n=8)
    >>> found["net_saving_total"].dims
    ('parameter', 'intervention', 'actor')
    """
    names = _independent(file, chosen(file, parameters))
    check_size(n)
    engine = engine_for(file, engine)
    run = new_runs(
        file, Compared(comparator, also, gross), engine=engine, persons=persons, seed=seed, workers=workers,
        progress=progress,
    )  # fmt: skip
    return _indices(file, names, run, n, file.scenario.seed if seed is None else seed, engine)


def sobol_of_prices(
    results: xr.Dataset,
    *,
    parameters: Sequence[str] | None = None,
    n: int = 256,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Sobol' indices of parameters that only prices depend on, from the stored ledger, without simulating again.

    The shares are those of the variance that prices cause, with what happens to people at its mean over the draws.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    parameters
        Names of such parameters, by default all that are uncertain; the others stay at their expected values.
    n, comparator, also, gross, progress
        As in `sobol_indices`.

    Returns
    -------
    Dataset, as `sobol_indices`.

    Raises
    ------
    ScenarioError, UnknownNameError, ModelError
        As `sobol_indices`; also for a parameter that lives depend on.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> sobol_of_prices(results, n=8).attrs["n"]
    8
    """
    file, run = repriced(results, Compared(comparator, also, gross), progress=progress)
    names = _independent(file, chosen(file, parameters, price_parameters(file)))
    check_size(n)
    return _indices(file, names, run, n, int(results.attrs["seed"]), str(results.attrs["engine"]))


def _independent(file: ScenarioFile, names: list[str]) -> list[str]:
    """The parameters, if none of them is drawn together with others."""
    together = [name for name in names if name in file.dependence.names]
    if together:
        some = ", ".join(together[:8]) + (f" and {len(together) - 8} more" if len(together) > 8 else "")
        problem = Problem(
            file.name, 0, "sobol", f"parameters that are drawn together with others: {some}",
            "parameters that are drawn independently: what two that move together explain cannot be shared out "
            "between them",
            "study the other parameters (these then stay at their expected values); rank correlation and the value of "
            "information work with parameters that are drawn together",
        )  # fmt: skip
        raise ScenarioError([problem], "the study of variance")
    return names


def _indices(file: ScenarioFile, names: list[str], run: Run, n: int, seed: int, engine: str) -> xr.Dataset:
    """Run the tables of the design one after the other, and share out the variance of each answer."""
    u_a, u_b = sobol_design(n, len(names), seed=seed)
    ppf = [file.distributions[name].ppf for name in names]
    of_a = {name: ppf[column](u_a[:, column]) for column, name in enumerate(names)}
    of_b = {name: ppf[column](u_b[:, column]) for column, name in enumerate(names)}
    tables = [of_a, of_b, *({**of_a, name: of_b[name]} for name in names)]
    whole = as_table(expected_values(file), n * len(tables))
    for name in names:
        whole[name] = np.concatenate([table[name] for table in tables])
    try:
        answers = run(whole)
    except ModelError as error:
        said = "The draws are points of the design of this study, not those of a run."
        raise explained_error(error, said) from error
    found = xr.Dataset()
    at = xr.DataArray(np.array(names, dtype=str), dims="parameter", name="parameter")
    for quantity, values in answers.data_vars.items():
        pages = [values.isel(draw=slice(page * n, (page + 1) * n)).drop_vars("draw") for page in range(len(tables))]
        swapped = xr.concat(pages[2:], dim=at) if names else pages[0].expand_dims(parameter=at)
        indices = indices_from_values(pages[0], pages[1], swapped, seed=seed)
        found = found.merge(indices.rename({index: f"{quantity}_{index}" for index in indices.data_vars}))
    uncertain = chosen(file, None)
    found.attrs = {
        **answers.attrs,
        "n": n,
        "runs": n * len(tables),
        "engine": engine,
        "held": [name for name in uncertain if name not in names],
    }
    return found
