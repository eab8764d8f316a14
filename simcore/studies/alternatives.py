"""Alternatives of a scenario side by side: one run of each, compared draw by draw with the scenario as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import xarray as xr

from simcore.analysis.contrasts import contrasts
from simcore.analysis.summary import summarise
from simcore.analysis.two_orders import errors_of_95, mean_and_error
from simcore.errors import ModelError, Problem, ScenarioError
from simcore.money import REAL
from simcore.progress import Progress
from simcore.scenario.alternatives import AS_IT_STANDS
from simcore.scenario.loading import ScenarioFile, with_alternative
from simcore.simulation import Trial, simulate, try_out
from simcore.studies.runs import explained_error

#: What is kept of the summary of each alternative.
_SUMMARISED = (
    "avoided_cost", "avoided_cost_mcse", "avoided_cost_quantile", "programme_cost", "programme_cost_mcse",
    "net_saving", "net_saving_mcse", "net_saving_quantile", "probability_net_saving", "luck_share", "break_even_year",
    "probability_never",
)  # fmt: skip
#: What is compared with the scenario as it stands, draw by draw.
_COMPARED = ("avoided_cost", "net_saving")


def simulate_alternatives(
    file: ScenarioFile,
    *,
    names: Sequence[str] | None = None,
    draws: int | None = None,
    persons: int | None = None,
    seed: int | None = None,
    engine: str = "sampled",
    sampling: str | None = None,
    also: Sequence[str] = (),
    workers: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run a scenario as it stands and its alternatives, and summarise each.

    All are run with the same draws and the same luck, so that a difference is what the assumption makes. Each is
    summarised before the next is run. They are never mixed: a quantile is one of the figures within an alternative.

    Parameters
    ----------
    file
        From `read_scenario`.
    names
        Alternatives to run; by default all.
    draws, persons, seed, engine, sampling, workers
        As in `simulate`, the same for all.
    also
        Kinds of cost that are shown apart unless asked for.
    progress
        Called now and then with the number of draws done and wanted, of all alternatives together.

    Returns
    -------
    Dataset with the dim `alternative`, of which the first is ``as_it_stands``:

    - (alternative, intervention, actor), views included: ``net_saving``, ``avoided_cost``, ``programme_cost`` and
      their ``..._mcse`` [money of the price year per person, discounted], ``probability_net_saving``, ``luck_share``,
      ``break_even_year`` and ``probability_never``, as in `simcore.summarise`;
    - ``net_saving_quantile``, ``avoided_cost_quantile`` (alternative, quantile, intervention, actor): 5, 50 and 95 %;
    - ``net_saving_difference``, ``avoided_cost_difference`` (alternative, intervention, actor): alternative minus
      scenario as it stands, and its ``..._mcse``, that of the mean of the differences in the same draws;
    - ``ahead``, ``ahead_mcse`` (alternative, intervention, other, actor): net saving of an intervention minus that of
      another one, in the same draws;
    - ``last_year`` (alternative), ``discount_rate`` (alternative) [per year].

    Raises
    ------
    UnknownNameError
        The scenario has no such alternative.
    ScenarioError
        It has none at all, or as in `simulate`; the message names the alternative.
    ModelError
        As in `simulate`; the message names the alternative.

    Notes
    -----
    A parameter that an alternative leaves as it is has the same values there, whatever other parameters there are; with
    Sobol' points only if the uncertain parameters are the same. Where draws differ, differences stay right, and their
    errors say that they are less precise.

    Examples
    --------
    >>> scenario = simcore.read_scenario("tests/scenarios/good/alternatives.yaml")
    >>> found = simulate_alternatives(scenario, names=["shorter_horizon"], draws=4, persons=50)
    >>> found["alternative"].values.tolist()
    ['as_it_stands', 'shorter_horizon']
    """
    if not file.alternatives:
        allowed = "alternatives by name, each with about and change"
        raise ScenarioError([Problem(file.main, 0, "alternatives", "nothing", allowed)], file.main)
    wanted = list(file.alternatives if names is None else dict.fromkeys(names))
    files = {AS_IT_STANDS: file, **{name: with_alternative(file, name) for name in wanted}}
    base: xr.Dataset | None = None
    summaries = []
    for number, (name, one) in enumerate(files.items()):
        with _told_of(file, name):
            summary, values = _summarised(
                one, also, draws=draws, persons=persons, seed=seed, engine=engine, sampling=sampling, workers=workers,
                progress=_part_of(progress, number, len(files)),
            )  # fmt: skip
        base = values if base is None else base
        summaries.append(summary.merge(_compared(values, base)))
    dim = xr.DataArray(list(files), dims="alternative", name="alternative")
    return xr.concat(summaries, dim=dim, combine_attrs="override")


def try_alternatives(file: ScenarioFile, n_draws: int = 300) -> dict[str, Trial]:
    """Try the numbers of each alternative, as `try_out` does for the scenario as it stands.

    Parameters
    ----------
    file
        From `read_scenario`.
    n_draws
        Number of draws to try, if the scenario has as many.

    Raises
    ------
    ModelError, ScenarioError
        As `simulate`; the message names the alternative.

    Examples
    --------
    >>> scenario = simcore.read_scenario("tests/scenarios/good/alternatives.yaml")
    >>> try_alternatives(scenario)["no_crime_link"].n_draws
    20
    """
    trials = {}
    for name, one in file.alternatives.items():
        with _told_of(file, name):
            trials[name] = try_out(one, n_draws)
    return trials


@contextmanager
def _told_of(file: ScenarioFile, name: str) -> Iterator[None]:
    """Let messages name the alternative that they are about."""
    try:
        yield
    except ModelError as error:
        if name == AS_IT_STANDS:
            raise
        raise explained_error(error, f"with alternatives.{name}: {file.scenario.alternatives[name].about}") from error
    except ScenarioError as error:
        if name == AS_IT_STANDS:
            raise
        problems = [replace(of, path=f"{of.path} (with alternatives.{name})".lstrip()) for of in error.problems]
        raise ScenarioError(problems, error.where) from error


def _part_of(progress: Progress | None, number: int, of: int) -> Progress | None:
    """Progress of one of several runs of the same size, as that of all together."""
    if progress is None:
        return None
    tell = progress
    return lambda done, wanted: tell(number * wanted + done, of * wanted)


def _summarised(
    file: ScenarioFile,
    also: Sequence[str],
    *,
    draws: int | None,
    persons: int | None,
    seed: int | None,
    engine: str,
    sampling: str | None,
    workers: int | None,
    progress: Progress | None,
) -> tuple[xr.Dataset, xr.Dataset]:
    """Run a scenario: its summary, and what is compared of each draw; the results themselves are forgotten."""
    results = simulate(
        file, draws=draws, persons=persons, seed=seed, engine=engine, sampling=sampling, workers=workers,
        progress=progress,
    )  # fmt: skip
    summary = summarise(results, also=also)[list(_SUMMARISED)]
    summary["last_year"] = results["year"].max()
    summary.attrs["errors_of_95"] = errors_of_95(results["present_value"])
    summary["discount_rate"] = float(results.attrs["discount_rate"])
    return summary, contrasts(results, also=also)[list(_COMPARED)]


def _compared(values: xr.Dataset, base: xr.Dataset) -> xr.Dataset:
    """Means and errors of the differences between an alternative and the scenario, and between interventions."""
    found = xr.Dataset()
    for name in _COMPARED:
        difference = _minus(values[name], base[name])
        found[f"{name}_difference"], found[f"{name}_difference_mcse"] = mean_and_error(difference)
    saving = values["net_saving"]
    found["ahead"], found["ahead_mcse"] = mean_and_error(_minus(saving, saving.rename(intervention="other")))
    for array in found.values():
        array.attrs["units"] = saving.attrs.get("units", "")
    return found.transpose("intervention", "other", "actor")


def _minus(one: xr.DataArray, other: xr.DataArray) -> xr.DataArray:
    """The difference; what is smaller than the rounding of the two is nothing."""
    difference = one - other
    return difference.where(abs(difference) > REAL * np.maximum(abs(one), abs(other)), 0.0)
