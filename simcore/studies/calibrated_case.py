"""A fit as a scenario that can be run: the posterior sample in a CSV file, and a case that draws from it."""

from __future__ import annotations

import csv
import io
import os
import warnings
from pathlib import Path
from typing import Any

import xarray as xr
import yaml

from simcore.errors import ResultsError, ScenarioError, ScenarioWarning
from simcore.scenario.loading import ScenarioFile, find_scenario, read_scenario
from simcore.scenario.merging import LEAVE_OUT
from simcore.scenario.schema import Parameter
from simcore.scenario.shipped import shipped_scenarios
from simcore.studies.statistics import priors_of
from simcore.uncertainty.distributions import Distribution

#: Names of what is written, and how a case that was written begins: it may be written over.
POSTERIOR = "posterior.csv"
CASE = "scenario.yaml"
MARK = "# Written by simcore calibrate"
#: The joint distribution of the free parameters.
_FITTED = "fitted"


def check_folder(folder: Path, file: ScenarioFile) -> None:
    """Refuse a folder with a case that was written by somebody, before the fit takes its time.

    Raises
    ------
    ResultsError
        It holds a scenario that is not an earlier fit, or one that the case builds on, or it is no folder.
    """
    case = folder / CASE
    if folder.exists() and not folder.is_dir():
        raise ResultsError(f"{folder} is a file: give a folder with --out.")
    there = case.read_text(encoding="utf-8", errors="replace") if case.is_file() else MARK
    if not there.startswith(MARK):
        raise ResultsError(f"{case} is a scenario of its own and is not written over: give another folder with --out.")
    if there in file.files.values():
        raise ResultsError(f"{case} is part of the scenario that is fitted: give another folder with --out.")


def save_calibrated(fit: xr.Dataset, file: ScenarioFile, source: str, folder: Path) -> None:
    """Write the posterior sample, and a scenario that extends the fitted one and draws its free parameters from it.

    Parameters
    ----------
    fit
        From `simcore.studies.calibrate.calibrate`.
    file
        The scenario that was fitted.
    source
        How the user called it: a folder, a file, or the name of a shipped scenario.
    folder
        Where ``posterior.csv`` and ``scenario.yaml`` are written; made if it is not there.

    Raises
    ------
    ResultsError
        They cannot be written, or would take the place of a scenario; or the new scenario cannot be read.
    """
    check_folder(folder, file)
    extends = _extended(source, find_scenario(source).resolve(), folder)
    texts = {POSTERIOR: posterior_csv(fit), CASE: calibrated_case(fit, file, extends)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{folder} could not be written: {error.strerror or error}.") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScenarioWarning)
            read_scenario(folder)
    except ScenarioError as error:
        told = f"{folder / POSTERIOR} is written, but {folder / CASE}, which draws from it, cannot be read:"
        raise ResultsError(f"{told}\n{error}") from error


def _extended(source: str, original: Path, folder: Path) -> str:
    """How the new case names the one that it extends."""
    if source in shipped_scenarios() and "/" not in source and not Path(source).exists():
        return source
    return os.path.relpath(original, folder.resolve()).replace(os.sep, "/")


def posterior_csv(fit: xr.Dataset) -> str:
    """The posterior sample: a column for each free parameter, a row for each draw, to six figures."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(str(name) for name in fit["parameter"].values)
    writer.writerows([f"{value:.6g}" for value in row] for row in fit["posterior"].values)
    return text.getvalue()


def calibrated_case(fit: xr.Dataset, file: ScenarioFile, extends: str) -> str:
    """The text of a scenario that extends the fitted one and draws its free parameters from the posterior sample."""
    priors, scenario = priors_of(file), file.scenario
    # What an earlier fit of these parameters has drawn them from is replaced.
    earlier = [name for name, one in scenario.joint.items() if set(one.members) <= set(priors)]
    joint = _FITTED
    while joint in scenario.joint and joint not in earlier:
        joint += "_again"
    n_targets = int((fit["use"] == "fit").sum())
    source = f"posterior sample of a fit to {n_targets} published statistics, see calibration; seed {fit.attrs['seed']}"
    change: dict[str, Any] = {
        "joint": {
            joint: {
                "about": "free parameters, fitted together", "empirical": {"file": POSTERIOR},
                "source": {"assumption": source},
            }
        },
        "parameters": {
            name: {"distribution": {"joint": joint}, "conversion": _conversion(scenario.parameters[name], prior)}
            for name, prior in priors.items()
        },
        "calibration": {"free": {name: {"distribution": _written(prior)} for name, prior in priors.items()}},
    }  # fmt: skip
    change["joint"] |= {name: LEAVE_OUT for name in earlier if name != joint}
    # Alternatives that change a free parameter speak of what it was before.
    over = [name for name, one in scenario.alternatives.items() if set(priors) & set(_parameters_of(one.change))]
    if over:
        change["alternatives"] = dict.fromkeys(over, LEAVE_OUT)
    words = (
        f"{MARK}: {file.name} with its free parameters drawn from {POSTERIOR}; all else is as in the case it extends."
    )
    text = yaml.safe_dump(
        {"extends": extends, "change": change}, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )
    return f"{words}\n{text}"


def _conversion(entry: Parameter, prior: Distribution) -> str:
    """What was said of a parameter's conversion, and that it was fitted."""
    before = (entry.conversion or "").split(_FITTED_TO)[0].rstrip("; ")
    return f"{before}{'; ' if before else ''}{_FITTED_TO}, with prior {prior.written}"


def _written(prior: Distribution) -> dict[str, Any]:
    """A distribution as it is written in a file; one that was read from a file with its values."""
    given = {name: value for name, value in prior.given.items() if name not in ("rows", "file")}
    rows = prior.given.get("rows")
    if rows is not None:
        given["values"] = [float(value) for value, *_ in rows]
        given["weights"] = [float(weight) for _, weight, *_ in rows]
    return {prior.name: given}


def _parameters_of(change: object) -> list[str]:
    """Names of the parameters that a change touches."""
    parameters = change.get("parameters") if isinstance(change, dict) else None
    return list(parameters) if isinstance(parameters, dict) else []


_FITTED_TO = "fitted to the targets of the calibration"
