"""The command that shows a run again: tables, a figure, a report as a web page, a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simcore.cli.runs import Wishes, check_outcome, show, tables_of
from simcore.cli.shared import (
    Also,
    Debug,
    Json,
    Per,
    Quiet,
    ResultsFolder,
    Years,
    command,
    open_stored,
)
from simcore.errors import Problem, ResultsError, ScenarioError

app = typer.Typer()


@app.command()
@command
def report(
    results: ResultsFolder,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a report as one web page, with charts that move.")
    ] = None,
    xlsx: Annotated[str | None, typer.Option(metavar="FILE", help="Write all tables into an Excel workbook.")] = None,
    lang: Annotated[str, typer.Option(metavar="en|sv", help="Language of the web page and the workbook.")] = "en",
    outcome: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --html or --xlsx: an outcome that counts as success.")
    ] = None,
    price: Annotated[float | None, typer.Option(metavar="MONEY", help="With --outcome: paid for each success.")] = None,
    capital: Annotated[
        float | None, typer.Option(metavar="MONEY", help="With --html or --xlsx: of a social investment fund.")
    ] = None,
    groups: Annotated[
        int | None, typer.Option(metavar="N", help="With --capital: how many target groups there are (1).")
    ] = None,
    budget_years: Annotated[
        int | None, typer.Option("--budget-years", metavar="N", help="Years of the short budget horizon (1).")
    ] = None,
    among: Annotated[
        list[str] | None,
        typer.Option("--among", metavar="ACTOR", help="Share costs among these; default: the public sector."),
    ] = None,
    figure: Annotated[str | None, typer.Option(metavar="FILE", help="Draw the figure into this PNG file.")] = None,
    also: Also = None,
    per: Per = None,
    years: Years = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show the tables of an earlier run again, draw its figure, write it as a web page or a workbook."""
    from simcore.report.decision_answers import Answers, Question
    from simcore.report.language import Language

    language = Language.of(lang)
    asked: dict[str, Any] = {
        "outcome": outcome, "price": price, "capital": capital, "groups": groups, "budget_years": budget_years,
        "among": among,
    }  # fmt: skip
    given = {name: of for name, of in asked.items() if of is not None}
    if html is None and xlsx is None:
        alone = [*given, *(["lang"] if lang != "en" else [])]
        if alone:
            option = f"--{alone[0].replace('_', '-')}"
            allowed = "--html FILE or --xlsx FILE beside it; the tables know nothing of it"
            raise ScenarioError([Problem(option[2:], 0, "", f"{option} alone", allowed)], "the command line")
    if outcome is None and price is not None:
        raise ResultsError("--price changes nothing without --outcome: give both, or neither.")
    if capital is None and groups is not None:
        raise ResultsError("--groups changes nothing without --capital: give both, or neither.")
    _check_files({"html": html, "xlsx": xlsx, "figure": figure})
    question = Question(also=tuple(also or ()), **given)
    opened, file = open_stored(results)
    check_outcome(file, per)
    from simcore.analysis.once import worked_out_once

    pages = html is not None or xlsx is not None
    with worked_out_once():
        if not quiet and (as_json or not pages):
            from simcore.report.records import rows

            wishes = Wishes(as_json, per=per, also=also or (), years=years)
            show(tables_of(opened, file, rows(opened, wishes.also), wishes))
        written = []
        if figure is not None:
            from simcore.report.figures import save_figure

            try:
                save_figure(opened, file.scenario, Path(figure))
            except (OSError, ValueError) as error:
                raise ResultsError(f"{figure} could not be written: {error}.") from error
            written.append(figure)
        if html is not None:
            from simcore.report.web.report_page import save_html_report

            save_html_report(opened, Path(html), language=lang, question=question, file=file, source=results)
            written.append(html)
        if xlsx is not None:
            from simcore.report.workbook import save_workbook

            found = Answers(opened, file.scenario, question)
            save_workbook(opened, file, found, language, Path(xlsx))
            written.append(xlsx)
    if pages and not quiet and not as_json:
        print(f"Written: {', '.join(written)}")


#: How the names of files end.
_ENDINGS = {"html": (".html", ".htm"), "xlsx": (".xlsx",)}


def _check_files(wanted: dict[str, str | None]) -> None:
    """Tell before anything is worked out where a file cannot be what is wanted."""
    seen: dict[Path, str] = {}
    for option, name in wanted.items():
        if name is None:
            continue
        path = Path(name)
        allowed = _ENDINGS.get(option)
        if allowed is not None and path.suffix.lower() not in allowed:
            wrong = Problem(option, 0, "", name, f"the name of a file that ends in {allowed[0]}")
            raise ScenarioError([wrong], "the command line")
        try:
            where = path.resolve()
            if not where.parent.is_dir():
                raise ResultsError(f"{name} could not be written: No such file or directory.")
        except (OSError, RuntimeError, ValueError) as error:
            raise ResultsError(f"{name} could not be written: {getattr(error, 'strerror', None) or error}.") from error
        if where in seen:
            wrong = Problem(option, 0, "", f"{name}, which --{seen[where]} writes too", "a file of its own")
            raise ScenarioError([wrong], "the command line")
        seen[where] = option
