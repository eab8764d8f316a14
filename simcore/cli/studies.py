"""The commands that ask further: engines and alternatives side by side, what drives the answer, what to find out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcore.cli.shared import (
    Also,
    Csv,
    Debug,
    Draws,
    Engine,
    Json,
    Persons,
    Quiet,
    ResultsFolder,
    Sampling,
    ScenarioName,
    Seed,
    Workers,
    command,
    print_out,
    progress_bar,
    read,
    terminal,
    with_progress,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

app = typer.Typer()


def _show(records: list[dict[str, Any]], tables: RenderableType, as_json: bool, csv: str | None, quiet: bool) -> None:
    """Print tables for readers or records for machines, and write the records where they are wanted."""
    from simcore.errors import ResultsError
    from simcore.report.records import as_csv, without_infinities

    if csv is not None:
        try:
            with open(csv, "w", encoding="utf-8", newline="") as file:
                file.write(as_csv(records))
        except OSError as error:
            raise ResultsError(f"{csv} could not be written: {error.strerror or error}.") from error
    if as_json:
        print(json.dumps(without_infinities(records), ensure_ascii=False, indent=1))
    elif not quiet:
        print_out(tables)


@app.command()
@command
def compare(
    results: ResultsFolder,
    also: Also = None,
    csv: Csv = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compare a run of sampled lives with the exact distribution in the same draws."""
    from simcore.analysis.comparing import compare_engines
    from simcore.report.comparison_tables import comparison_records, comparison_tables
    from simcore.repricing import scenario_of
    from simcore.storage import open_results

    sampled = open_results(results)
    file = scenario_of(sampled)
    exact = with_progress(
        file, quiet or as_json, draws=sampled["draw"].values.tolist(), persons=None, engine="expected",
        seed=int(sampled.attrs["seed"]), sampling=str(sampled.attrs["sampling"]),
    )  # fmt: skip
    found = compare_engines(sampled, exact, also=also or ())
    _show(comparison_records(found), comparison_tables(found, file.scenario), as_json, csv, quiet)


@app.command()
@command
def alternatives(
    scenario: ScenarioName,
    name: Annotated[
        list[str] | None, typer.Option("--name", metavar="NAME", help="Only this alternative; may be repeated.")
    ] = None,
    actor: Annotated[
        list[str] | None,
        typer.Option("--actor", metavar="NAME", help="For whom; may be repeated. Default: public_sector and society."),
    ] = None,
    draws: Draws = None,
    persons: Persons = None,
    seed: Seed = None,
    engine: Engine = "sampled",
    sampling: Sampling = None,
    workers: Workers = None,
    also: Also = None,
    csv: Csv = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run the scenario's structural alternatives and show them side by side, never mixed."""
    from rich.console import Group
    from rich.text import Text

    from simcore.analysis.avoided_cost import VIEWS
    from simcore.report.alternative_tables import alternative_records, alternative_tables, alternative_words
    from simcore.studies.alternatives import simulate_alternatives

    file = read(scenario)
    with progress_bar(f"{file.name}, alternatives", quiet or as_json) as progress:
        found = simulate_alternatives(
            file, names=name, draws=draws, persons=persons, seed=seed, engine=engine, sampling=sampling,
            also=also or (), workers=workers, progress=progress,
        )  # fmt: skip
    actors = actor or list(VIEWS)
    tables = alternative_tables(found, file.scenario, actors=actors, width=terminal().width)
    words = alternative_words(found, file.scenario, actors=actors)
    _show(
        alternative_records(found), Group(*tables, Text(), *(Text(sentence) for sentence in words)), as_json, csv, quiet
    )
