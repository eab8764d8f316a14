"""The commands that bring other prices and figures in: a workbook of inputs, and pricing stored results again."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcore.cli.shared import (
    Also,
    Debug,
    Json,
    Per,
    Quiet,
    ResultsFolder,
    ScenarioName,
    Workers,
    Years,
    command,
    open_stored,
    read,
)
from simcore.errors import Problem, ResultsError, ScenarioError, UnknownNameError, counted, shown

if TYPE_CHECKING:
    from simcore.overriding import Override
    from simcore.scenario.loading import ScenarioFile

app = typer.Typer()
inputs = typer.Typer(help="Change the figures of a case in a workbook, and bring them back.", no_args_is_help=True)
app.add_typer(inputs, name="inputs")

Workbook = Annotated[str, typer.Argument(metavar="CASE.xlsx", help="A workbook that 'simcore inputs export' wrote.")]
#: Where a figure that is set on the command line comes from.
_SET = "set on the command line, to see what follows from it"


@inputs.command("export")
@command
def export_inputs(
    scenario: ScenarioName,
    workbook: Annotated[str, typer.Argument(metavar="CASE.xlsx", help="The workbook to write.")],
    lang: Annotated[str, typer.Option(metavar="en|sv", help="Language of the words around the figures.")] = "en",
    afresh: Annotated[bool, typer.Option("--afresh", help="Write over a workbook that is there.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write the figures of a scenario into a workbook, where they can be changed."""
    from simcore.report.inputs_workbook import save_inputs
    from simcore.report.language import Language

    language, path = Language.of(lang), Path(workbook)
    if path.exists() and not afresh:
        raise ResultsError(
            f"{path} is there already and may hold what somebody has changed: give another name, or --afresh to write "
            "over it."
        )
    save_inputs(read(scenario), scenario, language, path)
    if not quiet:
        print(f"Workbook: {path}\nChange its yellow cells, then: simcore inputs import {path} --out FOLDER")


@inputs.command("import")
@command
def import_inputs(
    workbook: Workbook,
    out: Annotated[str, typer.Option("--out", metavar="FOLDER", help="Where the changed case is written.")],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of its file, NAME.yaml; by default scenario.yaml.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Where the scenario of the workbook is, if it was moved.")
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write what was changed in a workbook as a scenario that extends the one it is of."""
    from simcore.report.inputs_case import save_case, scenario_of_inputs
    from simcore.report.inputs_reading import open_inputs

    if name is not None and not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
        allowed = "a small letter, then small letters, digits and _"
        raise ScenarioError([Problem("name", 0, "", shown(name), allowed)], "the command line")
    opened = open_inputs(workbook)
    source = scenario_of_inputs(opened, scenario)
    file = read(source)
    found = opened.against(file)
    _note(found.notes)
    if not found.changes:
        print(f"{workbook}: nothing was changed, and nothing is written.")
        return
    case, notes = save_case(found, file, source, Path(out), name)
    _note(notes)
    if not quiet:
        print(f"{counted(len(found.changes), 'figure')} changed: {case}")
        for change in found.changes:
            was = ", ".join(
                f"{_short(change.figure.numbers.get(of))} -> {_short(new)}" for of, new in change.new.items()
            )
            print(f"  {change.figure.name}: {was}  ({change.cell})")
        print(f"Next: simcore run {out if name is None else case}")


@app.command()
@command
def reprice(
    results: ResultsFolder,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Results folder for the new prices.")],
    with_: Annotated[
        str | None,
        typer.Option(
            "--with", metavar="OVERRIDE", help="A scenario file with 'change' in it, or a workbook that was changed."
        ),
    ] = None,
    discount_rate: Annotated[
        float | None, typer.Option("--discount-rate", metavar="R", help="Of money, per year: 0.035 is 3.5 %.")
    ] = None,
    horizon: Annotated[
        str | None, typer.Option(metavar="YEARS", help="Count the first years only: 10, or '10 years'.")
    ] = None,
    target_group: Annotated[
        int | None, typer.Option("--target-group", metavar="N", min=1, help="Persons the decision is about.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Give a figure one value; may be repeated."),
    ] = None,
    also: Also = None,
    per: Per = None,
    years: Years = False,
    as_json: Json = False,
    quiet: Quiet = False,
    workers: Workers = None,
    debug: Debug = False,
) -> None:
    """Price a stored run again: other prices, payers, discount rate, or a shorter horizon; nobody is simulated anew."""
    from simcore.cli.runs import Wishes, check_outcome, write_results
    from simcore.repricing import Repricer, scenario_of

    opened, file = open_stored(results)
    check_outcome(file, per)
    if Path(out).resolve() == Path(results).resolve():
        raise ResultsError(f"{out} holds the run that is priced again: give another folder with --out.")
    change = _change(file, discount_rate, horizon, target_group, set_ or [])
    override = None if with_ is None else _override(with_, file)
    if override is None and not change:
        raise ResultsError("Nothing is changed: give --with, --discount-rate, --horizon, --target-group or --set.")
    priced = Repricer(opened, file=file, workers=workers)
    found = priced.priced(priced.scenario(override, change or None))
    changed = scenario_of(found)
    if "part_size" in found and not int(found["part_size"].sel(part="target_group")):
        _note(
            [f"what may happen to just {found.attrs['target_group']:,} persons is not told: it needs a run for them."]
        )
    write_results(found, None, out, changed, Wishes(as_json, quiet, per, also or (), years))


def _note(notes: Any) -> None:
    """Show facts that would surprise on the error stream."""
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _short(value: Any) -> str:
    """A value as it is told."""
    return f"{value:.15g}" if isinstance(value, float) else shown(value)


def _override(name: str, file: ScenarioFile) -> Override:
    """What a scenario file or a workbook changes."""
    from simcore.overriding import read_override

    if not name.lower().endswith((".xlsx", ".xlsm")):
        found = read_override(name)
        other = re.search(r"(?m)^extends:[ \t]*([a-z]\w*)[ \t]*(?:#.*)?$", found.text)
        if other is not None and other[1] != file.name:
            _note([f"{name} changes {other[1]}; here it is laid over {file.name}."])
        return found
    from simcore.report.inputs_case import override_of
    from simcore.report.inputs_reading import open_inputs

    filled = open_inputs(name).against(file)
    _note(filled.notes)
    if not filled.changes:
        raise ResultsError(f"{name}: nothing was changed.")
    return override_of(filled, file)


def _change(
    file: ScenarioFile, discount_rate: float | None, horizon: str | None, target_group: int | None, figures: list[str]
) -> dict[str, Any]:  # fmt: skip
    """What the options change."""
    change: dict[str, Any] = {}
    if discount_rate is not None:
        change["discount"] = {"money": discount_rate}
    population: dict[str, Any] = {}
    if horizon is not None:
        number = re.fullmatch(r"\s*(\d{1,3})\s*(years?)?\s*", horizon)
        if number is None:
            allowed = "a whole number of years: 10, or '10 years'"
            raise ScenarioError([Problem("horizon", 0, "", shown(horizon), allowed)], "the command line")
        population["horizon"] = {"years": int(number[1])}
    if target_group is not None:
        population["target_group"] = target_group
        if target_group > file.scenario.population.persons:
            population["persons"] = target_group
    if population:
        change["population"] = population
    for text in figures:
        name, value = _set(text)
        if name not in file.scenario.parameters:
            raise UnknownNameError(name, "a parameter of the scenario", file.scenario.parameters)
        entry = {"distribution": {"fixed": value}, "source": {"assumption": _SET}}
        change.setdefault("parameters", {})[name] = entry
    return change


def _set(text: str) -> tuple[str, float]:
    """Name and value of a figure that is set."""
    name, equals, written = (part.strip() for part in text.partition("="))
    try:
        if not equals:
            raise ValueError
        return name, float(written)
    except ValueError:
        hint = f"write {text.replace(',', '.')}" if re.search(r"=\s*\d+,\d+\s*$", text) else ""
        problem = Problem("set", 0, "", shown(text), "NAME=VALUE, a name and a number: cost_of_place=48000", hint)
        raise ScenarioError([problem], "the command line") from None
