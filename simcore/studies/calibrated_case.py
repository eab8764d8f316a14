"""A fit as a scenario that can be run: the posterior sample in a CSV file, and a case that draws from it."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import xarray as xr

from simcore.errors import ResultsError
from simcore.scenario.loading import ScenarioFile, find_scenario
from simcore.scenario.shipped import shipped_scenarios
from simcore.studies.statistics import priors_of

#: Names of what is written.
POSTERIOR = "posterior.csv"
CASE = "scenario.yaml"
#: The joint distribution of the free parameters.
FITTED = "fitted"


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
        They cannot be written, or would take the place of the scenario that was fitted.
    """
    original = find_scenario(source).resolve()
    if original.parent == folder.resolve():
        raise ResultsError(f"{folder} is the folder of the scenario itself: write what was fitted somewhere else.")
    texts = {POSTERIOR: posterior_csv(fit), CASE: calibrated_case(fit, file, _extended(source, original, folder))}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{folder} could not be written: {error.strerror or error}.") from error


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
    n_targets = int((fit["use"] == "fit").sum())
    fitted = f"posterior sample of a fit to {n_targets} published statistics, see calibration; seed {fit.attrs['seed']}"
    lines = [
        f"# {file.name} with free parameters fitted to published statistics. Their values are the rows of",
        f"# {POSTERIOR}; everything else is as in the case that this one extends.",
        f"extends: {json.dumps(extends, ensure_ascii=False)}",
        "change:",
        "  joint:",
        f"    {FITTED}:",
        "      about: free parameters, fitted together",
        f"      empirical: {{file: {POSTERIOR}}}",
        f"      source: {{assumption: {json.dumps(fitted)}}}",
        "  parameters:",
    ]
    priors = priors_of(file)
    for name, prior in priors.items():
        entry = file.scenario.parameters[name]
        before = f"{entry.conversion}; " if entry.conversion else ""
        conversion = f"{before}fitted to the targets of the calibration, with prior {prior.written}"
        lines += [
            f"    {name}:",
            f"      distribution: {{joint: {FITTED}}}",
            f"      conversion: {json.dumps(conversion, ensure_ascii=False)}",
        ]
    lines += ["  calibration:", "    free:"]
    lines += [
        f"      {name}: {{distribution: {{{prior.name}: {json.dumps(dict(prior.given))}}}}}"
        for name, prior in priors.items()
    ]
    return "\n".join(lines) + "\n"
