"""The commands that run and report a scenario."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcore.cli.shared import (
    Also,
    Debug,
    Draws,
    Engine,
    Json,
    Log,
    Per,
    Persons,
    Quiet,
    Sampling,
    Seed,
    Workers,
    Years,
    command,
    laid_out,
    load_meanwhile,
    logged,
    print_out,
    read,
    refuse_log_in,
    refuse_together,
    started,
    terminal,
)
from simcore.errors import (
    Problem,
    ScenarioError,
    SimcoreError,
    UnknownNameError,
)
from simcore.second_process import in_second_process

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType

    from simcore.growing import GrowingStore
    from simcore.scenario.loading import ScenarioFile
    from simcore.studies.until import Until

app = typer.Typer()
#: Bytes of results from which on tables and figures are made one after the other, to have enough memory.
_TOGETHER = 1_000_000_000
#: Seconds to wait, after an error, for modules that are being loaded.
_PATIENCE = 3.0


@app.command()
@command
def run(
    context: typer.Context,
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="A folder, a file, or the name of a shipped one.")
    ] = None,
    draws: Draws = None,
    first: Annotated[
        int, typer.Option(metavar="N", min=0, help="Number of the first draw: other machines do those before.")
    ] = 0,
    persons: Persons = None,
    seed: Seed = None,
    engine: Engine = "sampled",
    sampling: Sampling = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="PRECISION",
            help="Add persons or draws until the error of --outcome is so small: 2% of the mean, or an amount.",
        ),
    ] = None,
    outcome: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --until: net_saving (default), avoided_cost or an outcome.")
    ] = None,
    actor: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --until: for whom; society by default.")
    ] = None,
    intervention: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --until: only this strategy; by default all but the comparator."),
    ] = None,
    at_most: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="With --until: begin no step that would end later.")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="ATTRIBUTE", help="Also report its levels as subgroups.")
    ] = None,
    trace: Annotated[
        int | None, typer.Option(metavar="N", help="Also write the lives of the first N persons of the first draw.")
    ] = None,
    workers: Workers = None,
    processes: Annotated[
        bool, typer.Option("--processes", help="Let processes of this machine simulate, --workers of them.")
    ] = False,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Let the workers of this dask scheduler simulate.")
    ] = None,
    out: Annotated[str | None, typer.Option(metavar="DIR", help="Results folder; default results/NAME.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the unfinished run in the results folder, or add draws to it.")
    ] = False,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Throw the unfinished run in the results folder away.")
    ] = False,
    again: Annotated[
        str | None,
        typer.Option(metavar="RESULTS", help="Run what is in a results folder again, and tell whether the bits agree."),
    ] = None,
    also: Also = None,
    per: Per = None,
    years: Years = False,
    as_json: Json = False,
    quiet: Quiet = False,
    log: Log = None,
    debug: Debug = False,
) -> None:
    """Simulate a scenario: tables, a figure and a results folder."""
    if again is not None:
        _refuse_beside_again(context)
        refuse_log_in(again, log)
        with logged(log):
            reproduce(again, workers, as_json, quiet)
        return
    if scenario is None:
        raise ScenarioError(
            [Problem("scenario", 0, "", "none", "a folder, a file, or the name of a shipped one")], "the command line"
        )
    from simcore.scenario.loading import with_groups
    from simcore.storage import check_target

    if also:  # a wrong name is told before anything is run
        from simcore.analysis.avoided_cost import counted_kinds

        counted_kinds(also)
    with_until = {
        "draws": draws,
        "first": first,
        "resume": resume,
        "afresh": afresh,
        "processes": processes,
        "dask": dask,
    }
    refuse_together("until", until, with_until, "--until adds draws by itself, on threads")
    refuse_together("resume", resume, {"afresh": afresh}, "one of them")
    refuse_together("dask", dask, {"processes": processes, "workers": workers}, "one of them")
    of_until = {"outcome": outcome, "actor": actor, "intervention": intervention, "at-most": at_most}
    alone = [name for name, option in of_until.items() if option is not None and until is None]
    if alone:
        wrong = f"--{alone[0]} without --until"
        raise ScenarioError(
            [Problem(alone[0], 0, "", wrong, "--until, whose quantity it names")], "the sizes of the run"
        )
    file = read(scenario)
    if by:
        file = with_groups(file, by)
    check_outcome(file, per)
    folder = out if out is not None else os.path.join("results", file.name)
    refuse_log_in(folder, log)
    check_target(folder)
    loading = load_meanwhile(
        "xarray", "simcore.report.tables", "matplotlib.figure", "matplotlib.backends.backend_agg", "zarr"
    )
    # Also after an error: a module that is half loaded ends with a noise. But Ctrl-C may have left it waiting for ever.
    context.call_on_close(lambda: loading.join(_PATIENCE))
    n_draws, first_of_all = draws, first
    if until is None:
        from simcore.resuming import wanted_draws

        n_draws = file.scenario.draws if draws is None else draws
        begun_for = wanted_draws(folder) if resume and draws is None else None
        if begun_for is not None and first in (0, begun_for.start):
            n_draws, first_of_all = len(begun_for), begun_for.start
    lives = None
    if trace is not None and first_of_all:
        refuse_together("trace", trace, {"first": first_of_all}, "--trace follows persons of draw 0")
    if trace is not None:  # before the run, so that a wrong number is told at once
        from simcore.trace import trace_lives

        n_persons = file.scenario.population.persons if persons is None else persons
        lives = trace_lives(file, persons=trace, among=n_persons, seed=seed, draws=n_draws, sampling=sampling)
    sizes: dict[str, Any] = {"seed": seed, "engine": engine, "sampling": sampling}
    found, store = None, None
    with logged(log):
        if until is None:
            assert n_draws is not None
            wanted = range(first_of_all, first_of_all + n_draws) if first_of_all else n_draws
            _note_balance(sampling or file.scenario.sampling, n_draws)
            where = {"workers": workers, "processes": processes, "dask": dask}
            results, store = simulated(
                file, folder, quiet or as_json, where, resume=resume, afresh=afresh, draws=wanted, persons=persons,
                **sizes,
            )  # fmt: skip
        else:
            from simcore.report.until_words import step_words
            from simcore.resuming import check_nothing_unfinished
            from simcore.studies.until import INTERRUPTED, simulate_until

            check_nothing_unfinished(folder)
            found = simulate_until(
                file, until, outcome=outcome or "net_saving", actor=actor or "society", intervention=intervention,
                persons=persons, workers=workers, **sizes,
                most_seconds=at_most, report=None if quiet else lambda step: print(step_words(step), file=sys.stderr),
            )  # fmt: skip
            results = found.results
        wishes = Wishes(as_json, quiet, per, also or (), years)
        try:
            loading.join()
            write_results(results, store, folder, file, wishes, found=found, lives=lives)
        except KeyboardInterrupt:
            if store is None:
                raise
            there = f"all {results.sizes['draw']:,} draws are in {folder}"
            print(f"Interrupted: {there}; 'simcore run' with --resume makes the tables.", file=sys.stderr)
            raise typer.Exit(130) from None
    if found is not None and found.why == INTERRUPTED:
        raise typer.Exit(130)


@dataclass(frozen=True)
class Wishes:
    """What is to be told of results, and how.

    Attributes
    ----------
    as_json, quiet
        For machines; nothing at all.
    per
        An outcome whose cost is to be told.
    also
        Kinds of cost that are counted only on request.
    years
        Whether calendar years are to be told.
    """

    as_json: bool = False
    quiet: bool = False
    per: str | None = None
    also: Sequence[str] = ()
    years: bool = False


def write_results(
    results: xr.Dataset,
    store: GrowingStore | None,
    folder: str,
    file: ScenarioFile,
    wishes: Wishes,
    *,
    found: Until | None = None,
    lives: xr.Dataset | None = None,
) -> None:
    """Write results with their tables and figure into a folder, and show the tables.

    `store` holds the results already, where there is one; `found` is how they became precise enough, and `lives` are
    to be written too.
    """
    from simcore.analysis.once import worked_out_once
    from simcore.report.budget_tables import budget_records
    from simcore.report.figures import figure_png
    from simcore.report.records import as_csv, rows
    from simcore.storage import finish, save_results

    small = results.nbytes < _TOGETHER
    told: RenderableType | SimcoreError = ""

    def add_tables(target: Path) -> None:
        nonlocal told
        records = rows(results, wishes.also)  # first, as the others need much of what this works out
        (target / "actors.csv").write_text(as_csv(records), encoding="utf-8")
        with (
            in_second_process(lambda: figure_png(results, file.scenario), small) as picture,
            in_second_process(lambda: as_csv(budget_records(results, wishes.also)).encode(), small) as budget,
        ):
            if not wishes.quiet:
                try:
                    told = tables_of(results, file, records, wishes, found)
                    told = told if wishes.as_json else laid_out(told)
                except SimcoreError as error:
                    told = error  # which is told when the results are there
            (target / "budget.csv").write_bytes(budget())
            (target / "figure.png").write_bytes(picture())
        if lives is not None:
            from simcore.report.life_figure import save_lives_figure
            from simcore.trace import write_csv

            write_csv(lives, target / "lives.csv")
            save_lives_figure(lives, file.scenario, target / "lives.png")

    with worked_out_once():
        if store is None:
            save_results(results, folder, add_tables)
        else:
            finish(store, folder, add_tables)
    if isinstance(told, SimcoreError):
        raise told
    if not wishes.quiet:
        show(told)
    if not wishes.quiet and not wishes.as_json:
        traced = "lives.png, lives.csv, " if lives is not None else ""
        print(f"\nResults: {folder} (figure.png, actors.csv, budget.csv, {traced}results.zarr)")


def simulated(
    file: ScenarioFile, folder: str, silent: bool, where: dict[str, Any], *, resume: bool, afresh: bool, **sizes: Any
) -> tuple[xr.Dataset, GrowingStore | None]:
    """Simulate, to disk where there is more than one portion; the store then has all draws.

    `where` are the arguments of `simcore.resuming.simulate_to` that say who simulates; `sizes` are further ones of
    `simcore.simulation.plan`.
    """
    from simcore.progress import shown_progress
    from simcore.resuming import begun, simulate_to
    from simcore.simulation import plan
    from simcore.storage import open_store

    planned = plan(file, to_disk=True, **sizes)
    store = begun(planned, folder, resume=resume, afresh=afresh)
    wanted, here = len(planned.run.draws), where["dask"] is None and not where["processes"]
    with shown_progress(planned.title, not silent, planned.persons) as progress:
        if here and planned.is_small and not store.path.exists():
            return planned.results(where["workers"], progress), None
        try:
            simulate_to(store, planned, progress=progress, **where)
            return open_store(store.path, folder), store
        except KeyboardInterrupt:
            if not store.n_draws:
                raise
            there = f"{store.n_draws:,} of {wanted:,} draws are in {folder}"
            print(f"Interrupted: {there}; --resume goes on with them.", file=sys.stderr)
            raise typer.Exit(130) from None


#: What may stand beside --again: how it is done and told, not what is run.
_BESIDE_AGAIN = {"again", "workers", "as_json", "quiet", "log", "debug"}


def _refuse_beside_again(context: typer.Context) -> None:
    """Refuse to run something else than what is stored."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if name not in _BESIDE_AGAIN and source is not None and source.name == "COMMANDLINE":
            written = name.upper() if name == "scenario" else f"--{name.replace('_', '-')}"
            allowed = "--again alone: what is run, and how, stands in the results"
            raise ScenarioError([Problem(name, 0, "", f"{written} with --again", allowed)], "the command line")


def reproduce(folder: str, workers: int | None, as_json: bool, quiet: bool) -> None:
    """Run stored results again and tell whether the bits agree; exit code 1 where they do not."""
    from simcore.report.records import without_infinities
    from simcore.report.reproduced_words import reproduced_words
    from simcore.reproducing import run_again

    found = run_again(folder, workers=workers, progress=not (quiet or as_json))
    if as_json:
        record = without_infinities({**asdict(found), "agrees": found.agrees})
        print(json.dumps(record, ensure_ascii=False, indent=1))
    elif not quiet:
        for line in reproduced_words(found):
            print(line)
    if not found.agrees:
        raise typer.Exit(1)


def _note_balance(sampling: str, draws: int) -> None:
    """Tell how many draws would be better for Sobol' points."""
    from simcore.uncertainty.sampling import balanced, is_balanced

    if sampling == "sobol" and not is_balanced(draws):
        more, note = balanced(draws), "Sobol' points are in balance for 8 times a power of two draws"
        print(f"note: {note}: {more:,} draws would tell much more than {draws:,}.", file=sys.stderr)


def check_outcome(file: ScenarioFile, name: str | None) -> None:
    """Tell a wrong name before anything is run."""
    if name is not None and name not in file.scenario.outcomes:
        raise UnknownNameError(name, "an outcome of the scenario", file.scenario.outcomes)


def tables_of(
    results: xr.Dataset,
    file: ScenarioFile,
    records: list[dict[str, Any]],
    wishes: Wishes,
    found: Until | None = None,
) -> RenderableType:
    """The tables of a run, or their JSON; `found` is how it became precise enough."""
    from rich.console import Group

    from simcore.report.records import as_json as json_tables
    from simcore.report.records import without_infinities
    from simcore.report.tables import run_tables
    from simcore.report.until_words import until_record, until_words

    per, also, years = wishes.per, wishes.also, wishes.years
    if wishes.as_json:
        whole = json_tables(results, file.scenario, records, per, also, years)
        if found is not None:
            whole["until"] = without_infinities(until_record(found))
        return json.dumps(whole, ensure_ascii=False, indent=1)
    tables = run_tables(results, file.scenario, records, terminal().width, per, also, years)
    return tables if found is None else Group(tables, *until_words(found))


def show(told: RenderableType) -> None:
    """Print what `tables_of` gives."""
    if isinstance(told, str):
        print(told.removesuffix("\n"))
    else:
        print_out(told)


@app.command()
@command
def merge(
    folders: Annotated[
        list[str], typer.Argument(metavar="RESULTS...", help="Results folders of the same run, finished or not.")
    ],
    out: Annotated[str, typer.Option(metavar="DIR", help="Results folder for all of them.")],
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Throw what is unfinished in the results folder away.")
    ] = False,
    also: Also = None,
    per: Per = None,
    years: Years = False,
    as_json: Json = False,
    quiet: Quiet = False,
    log: Log = None,
    debug: Debug = False,
) -> None:
    """Put together draws of one run that several machines have made."""
    from simcore.growing import remove
    from simcore.merging import merged, open_part
    from simcore.repricing import scenario_of
    from simcore.storage import open_store

    if also:  # a wrong name is told before anything is merged
        from simcore.analysis.avoided_cost import counted_kinds

        counted_kinds(also)
    check_outcome(scenario_of(open_part(folders[0])), per)
    refuse_log_in(out, log)
    with logged(log):
        store = merged(folders, out, afresh=afresh)
        try:
            results = open_store(store.path, out)
            file = scenario_of(results)
            started()
            write_results(results, store, out, file, Wishes(as_json, quiet, per, also or (), years))
        except BaseException:
            remove(store.path)  # which is soon merged again
            raise
