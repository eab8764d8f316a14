"""The commands that ask what drives the answer, and what is worth finding out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcore.cli.shared import (
    Also,
    Csv,
    Debug,
    Draws,
    Json,
    Persons,
    Quiet,
    ResultsFolder,
    Seed,
    Workers,
    command,
    open_stored,
    progress_bar,
    read,
    show_records,
)
from simcore.errors import ResultsError, UnknownNameError

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType

    from simcore.scenario.loading import ScenarioFile

app = typer.Typer()

#: Records and what is shown of them.
Answer = tuple[list[dict[str, Any]], "list[RenderableType]"]


@dataclass(frozen=True)
class _Question:
    """What is asked, of which scenario or results."""

    file: ScenarioFile
    results: xr.Dataset | None
    outcome: str
    actor: str
    prices: bool
    parameters: Sequence[str] | None
    points: int
    rows: int
    also: Sequence[str]
    figure: str | None
    sizes: dict[str, Any]
    silent: bool
    one_actor: bool

    @property
    def of(self) -> str:
        """The actor, or the outcome where that is no money."""
        return self.actor if self.outcome in ("net_saving", "avoided_cost") else self.outcome

    @property
    def only(self) -> str | None:
        """The actor, where one is asked for."""
        return self.actor if self.one_actor else None

    @property
    def quantity(self) -> str:
        """What is asked of an actor."""
        return self.outcome if self.of == self.actor else "net_saving"

    def check(self) -> None:
        """Tell wrong names before anything runs."""
        from simcore.analysis.avoided_cost import VIEWS, counted_kinds

        scenario = self.file.scenario
        counted_kinds(self.also)
        quantities = ["net_saving", "avoided_cost", *scenario.outcomes]
        if self.outcome not in quantities:
            raise UnknownNameError(self.outcome, "a quantity of this scenario", quantities)
        if self.of == self.actor and self.actor not in (*scenario.actors, *VIEWS):
            raise UnknownNameError(self.actor, "an actor or view of this scenario", [*scenario.actors, *VIEWS])

    def stored(self) -> xr.Dataset:
        """The results, of which only prices are to change."""
        if self.results is None:
            raise ResultsError("--prices takes the ledger of a run: give a folder that 'simcore run' wrote.")
        return self.results

    def run(self) -> xr.Dataset:
        """The results, or those of a run of the scenario."""
        if self.results is not None:
            return self.results
        from simcore.simulation import simulate

        sizes = {**self.sizes, "engine": self.sizes["engine"] or "sampled"}
        with progress_bar(self.file.name, self.silent) as progress:
            return simulate(self.file, progress=progress, **sizes)

    def studied(self, new: Callable[..., xr.Dataset], of_prices: Callable[..., xr.Dataset], **more: Any) -> xr.Dataset:
        """A study by new runs, or of prices alone from a stored ledger."""
        if self.prices:
            return of_prices(self.stored(), parameters=self.parameters, also=self.also, **more)
        sizes = {name: value for name, value in self.sizes.items() if name != "draws"}
        with progress_bar(self.file.name, self.silent) as progress:
            return new(self.file, parameters=self.parameters, also=self.also, progress=progress, **sizes, **more)


def _tornado(ask: _Question) -> Answer:
    from rich.text import Text

    from simcore.report.sensitivity_figures import save_tornado
    from simcore.report.sensitivity_tables import tornado_records, tornado_tables, tornado_words
    from simcore.studies.tornado import tornado, tornado_of_prices

    found = ask.studied(tornado, tornado_of_prices)
    if ask.figure is not None:
        _draw(ask.figure, lambda path: save_tornado(found, ask.file.scenario, path, of=ask.of, quantity=ask.quantity))
    tables = tornado_tables(found, ask.file.scenario, of=ask.of, quantity=ask.quantity, rows=ask.rows)
    return tornado_records(found), [*tables, Text(), *(Text(sentence) for sentence in tornado_words(found))]


def _draw(file: str, draw: Callable[[Path], None]) -> None:
    """Draw a figure into a file, or say why it cannot be written."""
    try:
        draw(Path(file))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{file} could not be written: {error}.") from error


def _prcc(ask: _Question) -> Answer:
    from rich.text import Text

    from simcore.analysis.contrasts import contrasts
    from simcore.analysis.sensitivity import rank_correlation
    from simcore.report.notes import luck_words
    from simcore.report.sensitivity_tables import rank_records, rank_tables, rank_words

    results = ask.run()
    of = ask.quantity if ask.of == ask.actor else "outcome_change"
    found = rank_correlation(contrasts(results, also=ask.also)[of], results["parameter_value"])
    tables = rank_tables(found, ask.file.scenario, of=ask.of, quantity=ask.quantity, rows=ask.rows)
    words = [*rank_words(found), *luck_words(results)]
    return rank_records(found), [*tables, Text(), *(Text(sentence) for sentence in words)]


def _sobol(ask: _Question) -> Answer:
    from rich.text import Text

    from simcore.report.sensitivity_tables import sobol_records, sobol_tables, sobol_words
    from simcore.studies.sobol import sobol_indices, sobol_of_prices

    found = ask.studied(sobol_indices, sobol_of_prices, n=ask.points)
    tables = sobol_tables(found, ask.file.scenario, of=ask.of, quantity=ask.quantity, rows=ask.rows)
    return sobol_records(found), [*tables, Text(), *(Text(sentence) for sentence in sobol_words(found))]


def _discovery(ask: _Question) -> Answer:
    from rich.text import Text

    from simcore.analysis.discovery import scenario_discovery
    from simcore.analysis.luck import settled_contrast
    from simcore.report.discovery_words import discovery_notes, discovery_records, discovery_words
    from simcore.report.notes import luck_words

    results = ask.run()
    if ask.of != ask.actor:
        raise ResultsError(
            f"--outcome {ask.outcome}: a region is one of losses; allowed is net_saving or avoided_cost."
        )
    values = settled_contrast(results, ask.quantity, also=ask.also)
    found = scenario_discovery(values, results["parameter_value"])
    words = discovery_words(found, ask.file.scenario, actor=ask.actor)
    notes = (*discovery_notes(found), *luck_words(results))
    return discovery_records(found), [Text(sentence) for sentence in (*words, *notes)]


def _evppi(ask: _Question) -> Answer:
    from simcore.report.value_tables import value_records, value_tables

    results = ask.run()
    records = value_records(results, of=ask.parameters, also=ask.also, actor=ask.only)
    return records["figures"], value_tables(results, ask.file.scenario, records)


_METHODS: dict[str, Callable[[_Question], Answer]] = {
    "tornado": _tornado, "prcc": _prcc, "sobol": _sobol, "evppi": _evppi, "discovery": _discovery,
}  # fmt: skip


@app.command()
@command
def sensitivity(
    source: Annotated[
        str, typer.Argument(metavar="RESULTS|SCENARIO", help="A folder that 'simcore run' wrote, or a scenario.")
    ],
    method: Annotated[
        str,
        typer.Option(
            metavar="|".join(_METHODS),
            help="One-way changes, rank correlations, Sobol' indices, worth of knowing a figure, or where it loses.",
        ),
    ] = "tornado",
    outcome: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The quantity: net_saving (default), avoided_cost or an outcome."),
    ] = None,
    actor: Annotated[
        str | None, typer.Option(metavar="NAME", help="For whom: an actor, public_sector or society (default).")
    ] = None,
    prices: Annotated[
        bool, typer.Option("--prices", help="Only prices, from the ledger of RESULTS, without simulating again.")
    ] = False,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", metavar="NAME", help="Only this figure; may be repeated.")
    ] = None,
    points: Annotated[
        int | None, typer.Option(help="With sobol: points in each table of the design, a power of two (256).")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="How many figures are shown; --csv and --json have all.")] = 10,
    draws: Draws = None,
    persons: Persons = None,
    seed: Seed = None,
    engine: Annotated[
        str | None, typer.Option(metavar="sampled|expected", help="Default: for new runs the exact one, if it applies.")
    ] = None,
    workers: Workers = None,
    also: Also = None,
    figure: Annotated[
        str | None, typer.Option(metavar="FILE", help="With tornado: draw the changes into this PNG file.")
    ] = None,
    csv: Csv = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Tell what drives the answer: which figures move it, and where an intervention loses."""
    from rich.console import Group

    if method not in _METHODS:
        raise UnknownNameError(method, "a method", _METHODS)
    results, file = _source(source)
    sizes = {"draws": draws, "persons": persons, "seed": seed, "engine": engine, "workers": workers}
    options = {"outcome": outcome, "actor": actor, "prices": prices or None, "parameter": parameter, "points": points}
    _refuse_unused(method, results is not None, prices, {**options, **sizes, "figure": figure})
    ask = _Question(
        file, results, outcome or "net_saving", actor or "society", prices, parameter, points or 256, rows, also or (),
        figure, sizes, quiet or as_json, actor is not None,
    )  # fmt: skip
    ask.check()
    records, tables = _METHODS[method](ask)
    show_records(records, Group(*tables), as_json, csv, quiet)


#: Options that each method can use; of a scenario that has not been run, those of the run too.
_USES = {
    "tornado": ("outcome", "actor", "prices", "parameter", "persons", "seed", "engine", "workers", "figure"),
    "sobol": ("outcome", "actor", "prices", "parameter", "points", "persons", "seed", "engine", "workers"),
    "prcc": ("outcome", "actor"),
    "discovery": ("outcome", "actor"),
    "evppi": ("actor", "parameter"),
}
_OF_A_RUN = ("draws", "persons", "seed", "engine", "workers")


def _refuse_unused(method: str, stored: bool, prices: bool, options: dict[str, Any]) -> None:
    """Refuse options that would change nothing, so that no answer is taken for that to another question."""
    runs_first = not stored and method in ("prcc", "discovery", "evppi")
    uses = [*_USES[method], *(_OF_A_RUN if runs_first else ())]
    uses = [name for name in uses if not (prices and name in ("persons", "seed", "engine"))]
    for name, option in options.items():
        if option is not None and name not in uses:
            what = f"--method {method}{' --prices' if prices else ''}{' of stored results' if stored else ''}"
            raise ResultsError(
                f"--{name} changes nothing with {what}; it uses {', '.join(f'--{use}' for use in uses)}."
            )


def _source(source: str) -> tuple[xr.Dataset | None, ScenarioFile]:
    """Results with their scenario, or a scenario alone."""
    from simcore.storage import STORE

    path = Path(source)
    if path.name != STORE and not (path / STORE).is_dir():
        return None, read(source)
    return open_stored(path)


@app.command()
@command
def value(
    results: ResultsFolder,
    per: Annotated[
        str | None, typer.Option("--per", metavar="OUTCOME", help="Count this outcome too, at --threshold a unit.")
    ] = None,
    threshold: Annotated[
        list[float] | None,
        typer.Option("--threshold", metavar="MONEY", help="What one more unit of --per is worth; may be repeated."),
    ] = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="NAME", help="Only for this actor, public_sector or society.")
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="NAME=A,B", help="Worth of knowing these figures together; may be repeated."),
    ] = None,
    study: Annotated[
        list[str] | None,
        typer.Option(
            "--study",
            metavar="FIGURE:HOW:SIZE[:SD]",
            help="Worth of a proposed study of a figure: proportion, mean, ratio or rate; size; sd of one observation.",
        ),
    ] = None,
    also: Also = None,
    figure: Annotated[
        str | None, typer.Option(metavar="FILE", help="With several thresholds: draw them into this PNG file.")
    ] = None,
    csv: Csv = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Tell what is worth knowing before deciding: everything, single figures, or the result of a study."""
    from rich.console import Group

    from simcore.report.value_figures import save_acceptability
    from simcore.report.value_tables import (
        acceptability_records,
        acceptability_tables,
        study_records,
        study_tables,
        value_records,
        value_tables,
    )

    opened, file = open_stored(results)
    scenario = file.scenario
    thresholds = threshold or []
    if figure is not None and len(thresholds) < 2:
        raise ResultsError(
            "--figure draws acceptability over several worths of a unit: give --threshold more than once."
        )
    if (per is None) != (not thresholds):
        raise ResultsError("--per needs what a unit is worth: --threshold MONEY, and --threshold needs --per OUTCOME.")
    options: dict[str, Any] = {"outcome": per, "also": also or ()}
    if per is not None:
        if per not in scenario.outcomes:
            raise UnknownNameError(per, "an outcome of the scenario", scenario.outcomes)
        options["more_is_better"] = scenario.outcomes[per].good
    several = len(thresholds) > 1
    if (several or group) and study:
        raise ResultsError(
            f"--study goes with neither {'several --threshold' if several else '--group'}: ask one by one."
        )
    if several and group:
        raise ResultsError("--group does not go with several --threshold: ask one by one.")
    tables: list[RenderableType]
    if several:
        whose = actor or "society"
        records = acceptability_records(opened, per or "", thresholds, actor=whose, **_without(options, "outcome"))
        tables = acceptability_tables(opened, scenario, records)
        if figure is not None:
            _draw(figure, lambda path: save_acceptability(opened, scenario, records, per or "", path))
    else:
        options["threshold"] = thresholds[0] if thresholds else None
        if study:
            records = study_records(opened, _studies(study), actor=actor, **options)
            tables = study_tables(opened, scenario, records)
        else:
            found = value_records(opened, of=_groups(group), actor=actor, **options)
            records = [{"of": of, **record} for of, some in found.items() for record in some]
            tables = value_tables(opened, scenario, found)
    show_records(records, Group(*tables), as_json, csv, quiet)


def _without(options: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: option for key, option in options.items() if key != name}


def _groups(written: list[str] | None) -> dict[str, list[str]] | None:
    """Groups of figures as written on the command line; None for every figure by itself."""
    if not written:
        return None
    found = {}
    for text in written:
        name, _, members = text.partition("=")
        if not name or not members:
            raise ResultsError(f"--group {text}: found no group; allowed is NAME=FIGURE,FIGURE.")
        found[name.strip()] = [member.strip() for member in members.split(",")]
    return found


def _studies(written: list[str]) -> dict[str, Any]:
    """Proposed studies as written on the command line."""
    from simcore.analysis.proposed_study import Measured, Study

    found = {}
    for text in written:
        parts = text.split(":")
        allowed = "FIGURE:HOW:SIZE or FIGURE:HOW:SIZE:SD, such as uptake:proportion:200 or ratio:ratio:400:2.1"
        try:
            name, how, *numbers = parts
            size, *sd = (float(number) for number in numbers)
        except ValueError:
            raise ResultsError(f"--study {text}: found no study; allowed is {allowed}.") from None
        if len(sd) > 1:
            raise ResultsError(f"--study {text}: found no study; allowed is {allowed}.")
        found[text] = Study((Measured(name, how, size, sd[0] if sd else None),))
    return found
