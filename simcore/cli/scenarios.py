"""The commands that tell what a scenario says, without simulating lives."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

from simcore.cli.shared import Debug, Json, Quiet, ScenarioName, command, print_out, read
from simcore.errors import ResultsError, ScenarioWarning, counted

app = typer.Typer()


@app.command()
@command
def check(
    scenario: ScenarioName,
    figure: Annotated[
        str | None,
        typer.Option("--figure", metavar="FILE", help="Draw who is where at which age, with usual practice (PNG)."),
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Check a scenario and say in words what it means, without simulating lives."""
    from simcore.report.words import describe
    from simcore.simulation import RESOLVED, try_out
    from simcore.studies.alternatives import try_alternatives

    if figure is not None and Path(figure).suffix.lower() != ".png":
        raise ResultsError(f"--figure {figure}: the picture is a PNG file; give a name that ends in .png.")
    file = read(scenario)
    trial = try_out(file)
    for population in file.populations.values():
        try_out(population, 1)
    smallest = min([trial.smallest, *(of.smallest for of in try_alternatives(file).values())])
    if smallest < RESOLVED:
        print(
            f"note: a probability of {smallest:.2g} a cycle occurs; sampled lives resolve steps of 2.3e-10, so "
            "that events this rare are better left to --engine expected.",
            file=sys.stderr,
        )
    if figure is not None:
        from simcore.report.course_figure import save_course_figure
        from simcore.studies.situations import situations

        found = situations(file)
        try:
            save_course_figure(found, file.scenario, Path(figure))
        except (OSError, ValueError) as error:
            raise ResultsError(f"{figure} could not be written: {error}.") from error
    if not quiet:
        for line in describe(file.scenario):
            print(line)
        draws = counted(trial.n_draws, "draw")
        print(f"\nNothing wrong found; probabilities tried with the expected values and {draws}.")


@app.command()
@command
def sources(scenario: ScenarioName, as_json: Json = False, debug: Debug = False) -> None:
    """List every number with its source, grade and conversion."""
    from simcore.report.provenance import provenance
    from simcore.report.provenance_tables import provenance_tables

    file = read(scenario)
    if as_json:
        print(json.dumps(provenance(file), ensure_ascii=False, indent=1))
    else:
        print_out(provenance_tables(file))


@app.command("list")
@command
def list_scenarios(as_json: Json = False, debug: Debug = False) -> None:
    """List the scenarios that ship with simcore."""
    from simcore.scenario.loading import read_scenario
    from simcore.scenario.shipped import shipped_scenarios

    titles: dict[str, Any] = {}
    for name in shipped_scenarios():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScenarioWarning)
            titles[name] = read_scenario(name).scenario.title
    if as_json:
        print(json.dumps(titles, ensure_ascii=False, indent=1))
    else:
        width = max((len(name) for name in titles), default=0)
        for name, title in titles.items():
            print(f"{name:<{width}}  {title}")


@app.command()
@command
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from simcore.scenario.json_schema import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=1))
