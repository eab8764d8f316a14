"""Running stored results again, and whether the bits agree."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simcore.dataset import GIVEN
from simcore.errors import ResultsError
from simcore.growing import of_run
from simcore.progress import Progress, shown_progress
from simcore.repricing import scenario_of
from simcore.simulation import Planned, plan
from simcore.storage import open_results
from simcore.version import __version__, versions
from simcore.vocabulary import json_of, number_of

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Reproduced:
    """How a run that was done again compares with what was stored of it.

    Attributes
    ----------
    title
        What was run.
    seed, n_draws, n_variables
        Its seed, and how many draws and variables were compared.
    different
        Of each variable that is not the same to the bit: in how many draws, and by how much at most, as a share of the
        largest amount in it (not a number where it has other sizes or is not there).
    attributes
        Names of what the results say of the run that is not so, such as the hash of a scenario whose text was changed.
    versions
        What numbers depend on that was another version then: the name, then, and now.
    """

    title: str
    seed: int
    n_draws: int
    n_variables: int
    different: dict[str, tuple[int, float]]
    attributes: tuple[str, ...]
    versions: dict[str, tuple[str, str]]

    @property
    def agrees(self) -> bool:
        """Whether all bits are the same, and all that is said of the run."""
        return not self.different and not self.attributes


def run_again(
    folder: str | os.PathLike[str], *, workers: int | None = None, progress: Progress | bool | None = None
) -> Reproduced:
    """Run the scenario that is kept in a results folder again, as it was run, and compare the bits.

    Parameters
    ----------
    folder
        A results folder, which stays as it is.
    workers, progress
        As for `simcore.simulate`.

    Raises
    ------
    ModelError, ScenarioError
        This version does not understand the scenario, or understands it in another way.
    ResultsError
        The folder holds no readable results.

    Examples
    --------
    >>> import tempfile
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     simcore.run_again(simcore.save_results(results, folder)).agrees
    True
    """
    stored = open_results(folder)
    planned = planned_again(stored)
    n_draws = len(planned.run.draws)
    compared: dict[str, _Compared] = {}
    with shown_progress(planned.title, progress, planned.persons) as tell:
        for portion in planned.portions():

            def progress_of(done: int, _: int, before: int = portion.start) -> None:
                tell(before + done, n_draws)

            again, then = planned.some(portion).results(workers, progress_of), stored.isel(draw=portion)
            for name in sorted({*map(str, again.variables), *map(str, then.variables)}):
                compared.setdefault(name, _Compared()).add(again.variables.get(name), then.variables.get(name))
    said, is_so = (of_run({**of.attrs, "simcore_version": __version__}) for of in (stored, again))
    old = json_of(stored.attrs, "versions", "{}") | {"simcore": str(stored.attrs["simcore_version"])}
    now = versions() | {"simcore": __version__}
    return Reproduced(
        planned.title, planned.run.seed, n_draws, len(compared),
        {name: (of.n_draws, of.share) for name, of in compared.items() if of.n_draws},
        tuple(sorted(name for name in {*said, *is_so} if said.get(name) != is_so.get(name))),
        {name: (old[name], value) for name, value in now.items() if old.get(name, value) != value},
    )  # fmt: skip


def planned_again(results: xr.Dataset) -> Planned:
    """The run that results come from, planned once more."""
    attributes = results.attrs
    file = scenario_of(results)
    numbers = results["draw"].values
    all_of_them = bool((numbers == np.arange(len(numbers))).all())
    sampling = str(attributes.get("sampling", "monte_carlo"))
    names = [str(name) for name in results["parameter"].values]
    given = json_of(attributes, "given", json.dumps(names if sampling == GIVEN else []))
    if not isinstance(given, list) or not {*map(str, given)} <= {*names}:
        raise ResultsError("These results are damaged: they have no values of the parameters that they say were given.")
    values = {name: results["parameter_value"].values[:, names.index(name)] for name in given}
    return plan(
        file, draws=len(numbers) if all_of_them else numbers.tolist(), persons=number_of(attributes, "n_persons"),
        seed=number_of(attributes, "seed"), engine=str(attributes["engine"]),
        sampling="monte_carlo" if sampling == GIVEN else sampling, parameters=values,
        luck=str(attributes.get("luck", "per_draw")), to_disk=True,
    )  # fmt: skip


@dataclass
class _Compared:
    """How a variable compares, draw by draw.

    Attributes
    ----------
    n_draws
        Draws in which some bit is another.
    largest, size
        Largest difference, and largest amount; not a number where they cannot be subtracted.
    """

    n_draws: int = 0
    largest: float = 0.0
    size: float = 0.0

    @property
    def share(self) -> float:
        return self.largest / self.size if self.size else self.largest

    def add(self, here: xr.Variable | None, there: xr.Variable | None) -> None:
        if here is None or there is None or here.sizes != there.sizes:
            self.n_draws, self.largest = max(1, self.n_draws), np.nan
            return
        values, others = here.values, there.transpose(*here.dims).values
        if values.dtype.kind == "f" and others.dtype.kind == "f":
            same = (values == others) & (np.signbit(values) == np.signbit(others)) | (
                np.isnan(values) & np.isnan(others)
            )
        else:
            same = values == others
        if "draw" in here.dims:
            same = np.moveaxis(same, here.get_axis_num("draw"), 0)
            self.n_draws += int((~same.reshape(len(same), -1)).any(axis=1).sum())
        else:
            self.n_draws = max(self.n_draws, int(not same.all()))
        if values.dtype.kind in "iuf":
            self.size = max(self.size, float(np.nanmax(np.abs(others), initial=0.0)))
            if not same.all():
                self.largest = max(self.largest, float(np.nanmax(np.abs(values - others), initial=0.0)))
