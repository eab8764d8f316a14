"""The command line: turns errors into messages and exit codes.

0 done; 2 the input is wrong; 130 interrupted.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcore.errors import ResultsError, ScenarioWarning, SimcoreError, UnknownNameError, counted

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console, RenderableType

    from simcore.scenario.loading import ScenarioFile

app = typer.Typer(
    help="Who pays, who gains, how much, when, and how sure are we? Simulates lives with and without interventions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A folder, a file, or the name of a shipped one.")
]
ResultsFolder = Annotated[str, typer.Argument(metavar="RESULTS", help="A folder that 'simcore run' wrote.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="KIND", help="Count intangible or public_funds too, which are left out otherwise."),
]
Per = Annotated[
    str | None,
    typer.Option("--per", metavar="OUTCOME", help="Also show what one more unit of this outcome costs."),
]
Years = Annotated[
    bool, typer.Option("--years", help="Also show the net saving of calendar years, for the whole target group.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the program an error comes from.")]


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    # A pipe or file has no width: tables keep their columns rather than being cut at 80.
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else 160, highlight=False, soft_wrap=False)


def _print(what: RenderableType) -> None:
    _console().print(what)


def _read(name: str) -> ScenarioFile:
    """Read a scenario; its warnings go to the error stream."""
    from simcore.scenario.loading import read_scenario

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        file = read_scenario(name)
    for warning in caught:
        kind = "note" if issubclass(warning.category, ScenarioWarning) else "warning"
        print(f"{kind}: {warning.message}", file=sys.stderr)
    return file


def _command(function: Callable[..., None]) -> Callable[..., None]:
    """Show the message of an error and exit with its code; ``--debug`` adds where it comes from."""

    @functools.wraps(function)
    def guarded(*arguments: Any, **options: Any) -> None:
        try:
            function(*arguments, **options)
        except SimcoreError as error:
            if options.get("debug"):
                traceback.print_exc()
            print(error, file=sys.stderr)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            print("Interrupted; nothing was written.", file=sys.stderr)
            raise typer.Exit(130) from None

    return guarded


@app.command()
@_command
def run(
    scenario: ScenarioName,
    draws: Annotated[int | None, typer.Option(help="Joint samples of all uncertain figures.")] = None,
    persons: Annotated[int | None, typer.Option(help="Persons simulated per draw.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all random numbers.")] = None,
    engine: Annotated[
        str, typer.Option(metavar="sampled|expected", help="Individual lives, or the exact distribution without luck.")
    ] = "sampled",
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="ATTRIBUTE", help="Also report its levels as subgroups.")
    ] = None,
    trace: Annotated[
        int | None, typer.Option(metavar="N", help="Also write the lives of the first N persons of the first draw.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; the results do not depend on it.")] = None,
    out: Annotated[str | None, typer.Option(metavar="DIR", help="Results folder; default results/NAME.")] = None,
    also: Also = None,
    per: Per = None,
    years: Years = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Simulate a scenario: tables, a figure and a results folder."""
    from simcore.analysis.avoided_cost import counted_kinds
    from simcore.scenario.loading import with_groups
    from simcore.storage import check_target, save_results

    counted_kinds(also or ())  # a wrong name is told before anything is run
    file = _read(scenario)
    if by:
        file = with_groups(file, by)
    _check_outcome(file, per)
    folder = out if out is not None else os.path.join("results", file.name)
    check_target(folder)
    _load_meanwhile("matplotlib.figure", "matplotlib.backends.backend_agg", "zarr")
    lives = None
    if trace is not None:  # before the run, so that a wrong number is told at once
        from simcore.trace import trace_lives

        n_persons = file.scenario.population.persons if persons is None else persons
        lives = trace_lives(file, persons=trace, among=n_persons, seed=seed)
    results = _simulate(file, draws, persons, seed, workers, engine, quiet or as_json)

    from simcore.report.budget_tables import budget_records
    from simcore.report.tables import as_csv, rows

    records = rows(results, also or ())

    def add_tables(target: Path) -> None:
        from simcore.report.figures import save_figure

        (target / "actors.csv").write_text(as_csv(records), encoding="utf-8")
        (target / "budget.csv").write_text(as_csv(budget_records(results, also or ())), encoding="utf-8")
        save_figure(results, file.scenario, target / "figure.png")
        if lives is not None:
            from simcore.report.life_figure import save_lives_figure
            from simcore.trace import write_csv

            write_csv(lives, target / "lives.csv")
            save_lives_figure(lives, file.scenario, target / "lives.png")

    save_results(results, folder, add_tables)
    if not quiet:
        _show(results, file, records, as_json, per, also or (), years)
    if not quiet and not as_json:
        traced = "lives.png, lives.csv, " if lives is not None else ""
        print(f"\nResults: {folder} (figure.png, actors.csv, budget.csv, {traced}results.zarr)")


def _load_meanwhile(*modules: str) -> None:
    """Load modules that are needed after the simulation while the kernels, which leave Python free, run."""

    def load() -> None:
        for module in modules:
            importlib.import_module(module)

    threading.Thread(target=load, daemon=True).start()


def _simulate(
    file: ScenarioFile,
    draws: int | None,
    persons: int | None,
    seed: int | None,
    workers: int | None,
    engine: str,
    silent: bool,
) -> xr.Dataset:
    """Simulate, with progress in a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from simcore.simulation import simulate

    n_persons = persons or file.scenario.population.persons
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("draws"), TimeRemainingColumn(),
    )  # fmt: skip
    console = _console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=silent or not console.is_terminal) as bar:
        what = f"{n_persons:,} persons per draw" if engine == "sampled" else "exact distribution"
        task = bar.add_task(f"{file.name}, {what}", total=None)

        def progress(done: int, wanted: int) -> None:
            bar.update(task, completed=done, total=wanted)

        return simulate(
            file, draws=draws, persons=persons, seed=seed, engine=engine, workers=workers, progress=progress
        )


def _check_outcome(file: ScenarioFile, name: str | None) -> None:
    """Tell a wrong name before anything is run."""
    if name is not None and name not in file.scenario.outcomes:
        raise UnknownNameError(name, "an outcome of the scenario", file.scenario.outcomes)


def _show(
    results: xr.Dataset,
    file: ScenarioFile,
    records: list[dict[str, Any]],
    as_json: bool,
    per: str | None,
    also: Sequence[str],
    years: bool,
) -> None:
    from simcore.report.tables import as_json as json_tables
    from simcore.report.tables import run_tables

    if as_json:
        print(json.dumps(json_tables(results, file.scenario, records, per, also, years), ensure_ascii=False, indent=1))
    else:
        console = _console()
        console.print(run_tables(results, file.scenario, records, console.width, per, also, years))


@app.command()
@_command
def report(
    results: ResultsFolder,
    figure: Annotated[str | None, typer.Option(metavar="FILE", help="Draw the figure into this PNG file.")] = None,
    also: Also = None,
    per: Per = None,
    years: Years = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show the tables of an earlier run again, and draw its figure."""
    from simcore.storage import open_results

    opened = open_results(results)
    file = _scenario_of(opened)
    from simcore.report.tables import rows

    _check_outcome(file, per)
    _show(opened, file, rows(opened, also or ()), as_json, per, also or (), years)
    if figure is not None:
        from simcore.report.figures import save_figure

        try:
            save_figure(opened, file.scenario, Path(figure))
        except (OSError, ValueError) as error:
            raise ResultsError(f"{figure} could not be written: {error}.") from error


def _scenario_of(results: xr.Dataset) -> ScenarioFile:
    """Read the scenario that a run kept in its results."""
    from simcore.scenario.loading import scenario_from_texts

    files = json.loads(results.attrs["scenario_files"])
    return scenario_from_texts(files, str(results.attrs["scenario_main"]))


@app.command()
@_command
def check(scenario: ScenarioName, quiet: Quiet = False, debug: Debug = False) -> None:
    """Check a scenario and say in words what it means, without simulating lives."""
    from simcore.report.words import describe
    from simcore.simulation import RESOLVED, try_out

    file = _read(scenario)
    trial = try_out(file)
    if trial.smallest < RESOLVED:
        print(
            f"note: a probability of {trial.smallest:.2g} a cycle occurs; sampled lives resolve steps of 2.3e-10, so "
            "that events this rare are better left to --engine expected.",
            file=sys.stderr,
        )
    if not quiet:
        for line in describe(file.scenario):
            print(line)
        draws = counted(trial.n_draws, "draw")
        print(f"\nNothing wrong found; probabilities tried with the expected values and {draws}.")


@app.command()
@_command
def sources(scenario: ScenarioName, as_json: Json = False, debug: Debug = False) -> None:
    """List every number with its source, grade and conversion."""
    from simcore.report.provenance import provenance, provenance_tables

    file = _read(scenario)
    if as_json:
        print(json.dumps(provenance(file), ensure_ascii=False, indent=1))
    else:
        _print(provenance_tables(file))


@app.command("list")
@_command
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
@_command
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from simcore.scenario.json_schema import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=1))


def main() -> None:
    """Run the command line and exit."""
    app(prog_name="simcore")
