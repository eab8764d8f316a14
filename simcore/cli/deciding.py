"""The command that turns results into what decision makers ask: who pays and gains, when, and what to agree on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcore.cli.shared import Also, Debug, Quiet, ResultsFolder, command, open_stored, print_out
from simcore.errors import ResultsError, UnknownNameError

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType

    from simcore.report.decision_answers import Answers
    from simcore.report.decision_speech import Section
    from simcore.report.language import Language
    from simcore.scenario.loading import ScenarioFile

app = typer.Typer()

_PAGE, _ALL = "page", "all"


@app.command()
@command
def decide(
    results: ResultsFolder,
    show: Annotated[
        list[str] | None,
        typer.Option(
            "--show",
            metavar="TOPIC",
            help="What to show: page (default), gains, when, silos, agreements, contract, fund, fairness, ranking or "
            "all; may be repeated.",
        ),
    ] = None,
    lang: Annotated[str, typer.Option(metavar="en|sv", help="Language of sentences, tables and figures.")] = "en",
    budget_years: Annotated[
        int, typer.Option("--budget-years", metavar="N", help="Calendar years of the short budget horizon.")
    ] = 1,
    probability: Annotated[
        float | None,
        typer.Option(metavar="P", help="Fund what gains with this probability, instead of what is expected to gain."),
    ] = None,
    together: Annotated[
        str, typer.Option(metavar="VIEW", help="Who decides when all do: society or public_sector.")
    ] = "society",
    among: Annotated[
        list[str] | None,
        typer.Option(
            "--among", metavar="ACTOR", help="Share costs among, and repay by, these; default: the public sector."
        ),
    ] = None,
    not_losing: Annotated[
        float, typer.Option("--not-losing", metavar="P", help="Probability with which an agreement shall hurt nobody.")
    ] = 0.8,
    outcome: Annotated[
        str | None, typer.Option(metavar="NAME", help="An outcome that counts as success: its cost, and a contract.")
    ] = None,
    price: Annotated[
        float | None, typer.Option(metavar="MONEY", help="With --outcome: what is paid for each success.")
    ] = None,
    capital: Annotated[
        float | None, typer.Option(metavar="MONEY", help="Of a social investment fund, whose portfolio is wanted.")
    ] = None,
    groups: Annotated[
        int | None, typer.Option(metavar="N", help="With --capital: how many target groups there are (1).")
    ] = None,
    risk: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="With --capital: in the worst SHARE of draws it shall last (0.05)."),
    ] = None,
    repaid: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="With --capital: share of cashable savings that goes to the fund (1)."),
    ] = None,
    interest: Annotated[
        float | None, typer.Option(metavar="RATE", help="With --capital: per year on what is owed, real (0).")
    ] = None,
    inflation: Annotated[
        float | None, typer.Option(metavar="RATE", help="Per year, for nominal budgets (0.02, the Riksbank's target).")
    ] = None,
    also: Also = None,
    figures: Annotated[
        str | None, typer.Option(metavar="DIR", help="Draw each topic into a PNG file in this folder.")
    ] = None,
    csv: Annotated[
        str | None, typer.Option("--csv", metavar="DIR", help="Write all numbers into CSV files in this folder.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print for machines: all topics, or those of --show.")
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Tell decision makers who pays, who gains and when, what silos and short-termism cost, and what to agree on."""
    from simcore.analysis.once import worked_out_once
    from simcore.report.decision_answers import TOPICS, Answers, Question
    from simcore.report.language import Language

    language = Language.of(lang)
    wanted = list(dict.fromkeys(show or [_ALL if as_json else _PAGE]))
    for topic in wanted:
        if topic not in (_PAGE, _ALL, *TOPICS):
            raise UnknownNameError(topic, "a topic", [_PAGE, *TOPICS, _ALL])
    if _ALL in wanted:
        wanted = [_PAGE, *TOPICS]
    _refuse_alone("outcome", outcome, {"price": price})
    fund = {"groups": groups, "risk": risk, "repaid": repaid, "interest": interest}
    _refuse_alone("capital", capital, fund)
    given: dict[str, Any] = {name: of for name, of in {**fund, "inflation": inflation}.items() if of is not None}
    question = Question(
        budget_years=budget_years, probability=probability, together=together, among=among, not_losing=not_losing,
        outcome=outcome, price=price, capital=capital, also=tuple(also or ()), **given,
    )  # fmt: skip
    opened, stored = open_stored(results)
    file = language.of_file(stored)
    with worked_out_once():
        found = Answers(opened, file.scenario, question)
        _refuse_missing(wanted if show else [], found)
        page: list[Section] = []
        if _PAGE in wanted:
            from simcore.report.decision_words import decision_page

            page = decision_page(opened, file, question, found, language)
        topics = [topic for topic in wanted if topic != _PAGE]
        shown: RenderableType | None = None
        if as_json:
            text = json.dumps(_as_json(page, found, topics), ensure_ascii=False, indent=1)
        elif not quiet:
            shown = _laid_out(page, opened, file, found, language, topics)
        if csv is not None:
            _write_csv(Path(csv), found)
        if figures is not None:
            from simcore.report.decision_figures import save_decision_figures

            _write(lambda folder: save_decision_figures(opened, file.scenario, found, language, folder), Path(figures))
    if as_json:
        print(text)
    elif shown is not None:
        print_out(shown)


def _refuse_alone(name: str, option: object, others: dict[str, Any]) -> None:
    """Refuse options that change nothing without another one."""
    for other, value in others.items():
        if value is not None and option is None:
            raise ResultsError(f"--{other} changes nothing without --{name}: give both, or neither.")


#: Topics that need an option, or results of a certain kind, and what to do.
_NEEDS = {
    "contract": "--show contract needs an outcome that counts as success: --outcome NAME.",
    "fund": "--show fund needs a capital: --capital MONEY.",
    "fairness": "These results have no subgroups: run the scenario with --by ATTRIBUTE, or name groups in it.",
}


def _refuse_missing(wanted: Sequence[str], found: Answers) -> None:
    """Tell what a topic needs that was asked for by its name."""
    if len(wanted) > len(_NEEDS) + 1:  # all of them
        return
    there = {
        "contract": found.question.outcome is not None,
        "fund": found.question.capital is not None,
        "fairness": bool(found.results.sizes["group"]),
    }
    for topic in wanted:
        if not there.get(topic, True):
            raise ResultsError(_NEEDS[topic])


def _laid_out(
    page: list[Section], results: xr.Dataset, file: ScenarioFile, found: Answers, language: Language,
    topics: Sequence[str],
) -> RenderableType:  # fmt: skip
    """The page and tables for the terminal."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    from simcore.report.decision_tables import decision_tables, laid_out_tables

    parts: list[RenderableType] = []
    for section in page:
        parts.append(Text(section.heading, style="bold"))
        parts += [Padding(Text(sentence), (0, 0, 0, 2)) for sentence in section.sentences]
        parts.append(Text())
    if topics:
        parts.append(laid_out_tables(decision_tables(results, file.scenario, found, language, topics)))
    elif parts:
        parts.pop()
    return Group(*parts)


def _as_json(page: list[Section], found: Answers, topics: Sequence[str]) -> dict[str, Any]:
    """The page, and the answers of topics as xarray writes a Dataset as a dict; infinity is a text, nan is null."""
    whole: dict[str, Any] = {}
    if page:
        whole["page"] = [{"heading": section.heading, "sentences": section.sentences} for section in page]
    for topic in topics:
        for name, answer in found.of_topic(topic).items():
            whole[name] = answer.to_dict()
    cleaned: dict[str, Any] = _for_json(whole)
    return cleaned


def _for_json(value: Any) -> Any:
    """Write what JSON has no number for: infinity (never, pays for itself) as a text, no number as null."""
    if isinstance(value, dict):
        return {key: _for_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(item) for item in value]
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float) and not math.isfinite(plain):
        return None if math.isnan(plain) else "Infinity" if plain > 0 else "-Infinity"
    return plain


def _write_csv(folder: Path, found: Answers) -> None:
    """Write every answer that there is, a file for variables with the same dims."""
    from simcore.report.decision_answers import TOPICS
    from simcore.report.decision_records import dataset_records
    from simcore.report.records import as_csv

    def write(target: Path) -> None:
        for topic in TOPICS:
            for name, answer in found.of_topic(topic).items():
                for table, records in dataset_records(name, answer).items():
                    (target / f"{table}.csv").write_text(as_csv(records), encoding="utf-8")

    _write(write, folder)


def _write(into: Callable[[Path], object], folder: Path) -> None:
    """Let files be written into a folder, or say why they cannot."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        into(folder)
    except FileExistsError as error:
        raise ResultsError(f"{folder} is a file: name a folder, which several files are written into.") from error
    except OSError as error:
        raise ResultsError(f"{folder} could not be written: {error.strerror or error}.") from error
