"""One-way changes: each uncertain parameter at its 5th and 95th percentile, all others at their expected values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.sensitivity import ENDS
from simcore.errors import ModelError
from simcore.progress import Progress
from simcore.repricing import price_parameters
from simcore.scenario.loading import ScenarioFile
from simcore.studies.runs import (
    DRAW,
    Array,
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

#: Cumulative probabilities at which each parameter is put, low and high.
PERCENTILES = (0.05, 0.95)


def tornado(
    file: ScenarioFile,
    *,
    parameters: Sequence[str] | None = None,
    engine: str | None = None,
    persons: int | None = None,
    seed: int | None = None,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """What becomes of every answer when one parameter at a time is at its 5th and 95th percentile.

    Parameters
    ----------
    file
        From `read_scenario`.
    parameters
        Names of the parameters to change; by default all that are uncertain.
    engine
        By default the exact one where it applies, and elsewhere sampled lives that have the same luck in every run.
    persons, seed, workers, progress
        As in `simulate`; persons and seed matter for sampled lives.
    comparator, also, gross
        As in `simcore.net_saving`.

    Returns
    -------
    Dataset with

    - ``net_saving``, ``avoided_cost`` (parameter, end, intervention, actor), views included [money of the price year
      per person], and ``outcome_change`` (parameter, end, intervention, outcome), at both ends of each parameter;
    - ``base_net_saving``, ``base_avoided_cost`` (intervention, actor), ``base_outcome_change`` (intervention, outcome):
      with all parameters at their expected values;
    - ``parameter_value`` (parameter, end), ``base_value`` (parameter): the values used.

    Attributes: ``engine``; ``others``, where the other parameters are; ``together``, names of the parameters that are
    drawn together with others, which a one-way change does not move along.

    Raises
    ------
    UnknownNameError
        `parameters` names one that is not uncertain; there is no such engine or comparator.
    ModelError
        A value makes no probability row; the message names the parameter and its end.

    Notes
    -----
    The base case is not the mean over draws, where the answer is not linear in the parameters. A parameter that is
    drawn as a share of a whole takes from the other shares in proportion, which keeps them at their expected values
    given its own (Dirichlet distribution). A one-way change says nothing of interactions; see `sobol_indices`.

    Examples
    --------
    >>> found = tornado(simcore.read_scenario("textbook_chain"))
    >>> found["net_saving"].dims
    ('parameter', 'end', 'intervention', 'actor')
    """
    names = chosen(file, parameters)
    engine = engine_for(file, engine)
    run = new_runs(
        file, Compared(comparator, also, gross), engine=engine, persons=persons, seed=seed, workers=workers,
        progress=progress,
    )  # fmt: skip
    return _one_way(file, names, run, engine)


def tornado_of_prices(
    results: xr.Dataset,
    *,
    parameters: Sequence[str] | None = None,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.Dataset:
    """One-way changes of parameters that only prices depend on, from the stored ledger, without simulating again.

    Parameters
    ----------
    results
        From `simulate` or `open_results`. What happens to people is the mean over their draws.
    parameters
        Names of such parameters; by default all that are uncertain.
    comparator, also, gross
        As in `simcore.net_saving`.

    Returns
    -------
    Dataset, as `tornado`.

    Raises
    ------
    UnknownNameError
        `parameters` names one that is fixed, or that lives depend on.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> tornado_of_prices(results).sizes["end"]
    2
    """
    file, run = repriced(results, Compared(comparator, also, gross))
    names = chosen(file, parameters, price_parameters(file))
    return _one_way(file, names, run, str(results.attrs["engine"]))


def one_way_values(file: ScenarioFile, names: Sequence[str]) -> dict[str, Array]:
    """Values of every parameter in 2k + 1 draws: the base case, then the low and the high end of each of k parameters.

    Parameters
    ----------
    file
        The scenario.
    names
        The parameters that are changed.

    Examples
    --------
    >>> file = simcore.read_scenario("textbook_chain")
    >>> {len(values) for values in one_way_values(file, list(file.distributions)[:2]).values()}
    {5}
    """
    base = expected_values(file)
    table = as_table(base, 2 * len(names) + 1)
    wholes = {name: group.names for group in file.dependence.shares for name in group.names}
    for number, name in enumerate(names):
        ends = file.distributions[name].ppf(np.array(PERCENTILES))
        draws = slice(2 * number + 1, 2 * number + 3)
        table[name][draws] = ends
        rest = 1.0 - base[name]
        for other in wholes.get(name, ()):
            if other != name and rest > 0:
                table[other][draws] = base[other] * (1.0 - ends) / rest
    return table


def _one_way(file: ScenarioFile, names: list[str], run: Run, engine: str) -> xr.Dataset:
    """Run the one-way changes and label them."""
    table = one_way_values(file, names)
    try:
        answers = run(table)
    except ModelError as error:
        raise explained_error(error, _draw_words(str(error), names)) from error
    label = {"parameter": np.array(names, dtype=str), "end": list(ENDS)}
    found = xr.Dataset(coords=label)
    for quantity, values in answers.data_vars.items():
        found[f"base_{quantity}"] = values.isel(draw=0, drop=True)
        rest = tuple(dim for dim in values.dims if dim != "draw")
        ends = values.isel(draw=slice(1, None)).transpose("draw", *rest)
        shape = (len(names), len(ENDS), *ends.shape[1:])
        found[quantity] = (("parameter", "end", *rest), ends.values.reshape(shape), values.attrs)
    at = np.array([table[name][2 * number + 1 : 2 * number + 3] for number, name in enumerate(names)])
    found["parameter_value"] = (("parameter", "end"), at.reshape(len(names), len(ENDS)))
    found["base_value"] = ("parameter", np.array([table[name][0] for name in names], dtype=float))
    together = file.dependence.names
    found.attrs = {
        **answers.attrs,
        "engine": engine,
        "others": "at their expected values",
        "together": [name for name in names if name in together],
    }
    return found


def _draw_words(message: str, names: list[str]) -> str:
    """Which one-way change a draw is that a message speaks of."""
    found = DRAW.search(message)
    draw = int(found.group(1)) if found else -1
    if not 1 <= draw <= 2 * len(names):
        return "This run is the base case: every parameter at its expected value."
    name, end = names[(draw - 1) // 2], PERCENTILES[(draw - 1) % 2]
    return (
        f"In this run {name} is at its {100 * end:.0f}th percentile, and every other parameter at its expected value."
    )
