"""The command that fits a scenario to published statistics."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from simcore.cli.shared import (
    Csv,
    Debug,
    Json,
    Persons,
    Quiet,
    ScenarioName,
    Workers,
    command,
    print_out,
    progress_bar,
    read,
    show_records,
)
from simcore.errors import ResultsError

app = typer.Typer()

#: The figure beside the posterior sample.
_FIGURE = "calibration.png"


@app.command()
@command
def calibrate(
    scenario: ScenarioName,
    rows: Annotated[int, typer.Option(min=10, max=100_000, help="Rows of the posterior sample.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the sampler.")] = 1,
    engine: Annotated[
        str | None, typer.Option(metavar="sampled|expected", help="Default: the exact one, where it applies.")
    ] = None,
    persons: Persons = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="Folder to write; results/calibrated/NAME by default.")
    ] = None,
    workers: Workers = None,
    csv: Csv = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Fit the free parameters of a scenario to published statistics, and write a scenario that runs with the fit."""
    from rich.console import Group
    from rich.text import Text

    from simcore.report.calibration_figure import save_fit
    from simcore.report.calibration_tables import (
        calibration_tables,
        calibration_words,
        target_records,
        unconverged_words,
    )
    from simcore.studies.calibrate import calibrate as fit_to
    from simcore.studies.calibrated_case import check_folder, save_calibrated

    file = read(scenario)
    folder = Path(out) if out is not None else Path("results") / "calibrated" / file.name
    check_folder(folder, file)
    with progress_bar(f"{file.name}, fit", quiet or as_json, "steps") as progress:
        fit = fit_to(
            file, rows=rows, seed=seed, engine=engine, persons=persons, workers=workers, progress=progress
        )  # fmt: skip
    save_calibrated(fit, file, scenario, folder)
    try:
        save_fit(fit, file.scenario, folder / _FIGURE)
    except OSError as error:
        raise ResultsError(f"{folder / _FIGURE} could not be written: {error}.") from error
    warning = unconverged_words(fit)
    if warning and (as_json or quiet):
        print(f"warning: {warning}", file=sys.stderr)
    words = (Text(sentence) for sentence in calibration_words(fit, file.scenario))
    tables = Group(*calibration_tables(fit, file.scenario), Text(), *words)
    show_records(target_records(fit, file.scenario), tables, as_json, csv, quiet)
    if not (as_json or quiet):
        print_out(
            Text(f"\nWritten to {folder}: posterior.csv, scenario.yaml and {_FIGURE}. Run it: simcore run {folder}")
        )
