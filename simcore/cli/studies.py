"""The commands that put answers side by side: both engines, and the alternatives of a scenario."""

from __future__ import annotations

from typing import Annotated

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
    open_stored,
    progress_bar,
    read,
    show_records,
    terminal,
    with_progress,
)
from simcore.errors import ResultsError

app = typer.Typer()


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

    sampled, file = open_stored(results)
    if sampled.attrs["engine"] == "expected":
        raise ResultsError(f"{results} holds expected values already; compare takes a run of sampled lives.")
    numbers = sampled["draw"].values.tolist()
    whole = numbers == list(range(len(numbers)))
    exact = with_progress(
        file, quiet or as_json, draws=len(numbers) if whole else numbers, persons=None, engine="expected",
        seed=int(sampled.attrs["seed"]), sampling=str(sampled.attrs["sampling"]),
    )  # fmt: skip
    found = compare_engines(sampled, exact, also=also or ())
    show_records(comparison_records(found), comparison_tables(found, file.scenario), as_json, csv, quiet)


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
    from simcore.report.robust_tables import robust_tables
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
    tables += [Text(), *robust_tables(found, file.scenario, actors=actors), Text()]
    shown = Group(*tables, *(Text(sentence) for sentence in words))
    show_records(alternative_records(found), shown, as_json, csv, quiet)
