"""A run as a file for readers: a web page or a workbook, whichever its name asks for."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from simcore.analysis.once import worked_out_once
from simcore.errors import ResultsError
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.repricing import scenario_of


def save_report(
    results: xr.Dataset, path: str | Path, *, language: str = "en", question: Question | None = None
) -> None:  # fmt: skip
    """Write a report about a run as a web page (``.html``) or as an Excel workbook (``.xlsx``).

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    path
        The file; what is there already is replaced when all is written.
    language
        ``en`` or ``sv``.
    question
        What is asked of the run; by default what ``simcore decide`` asks.

    Raises
    ------
    ResultsError
        The name of the file ends otherwise, the file cannot be written, or a workbook is wanted of results that have
        one strategy.
    UnknownNameError
        There is no such language, or the question names what is none of these results.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> with TemporaryDirectory() as folder:
    ...     simcore.save_report(results, Path(folder) / "report.xlsx", language="sv")
    ...     [path.name for path in Path(folder).iterdir()]
    ['report.xlsx']
    """
    target, speech, asked = Path(path), Language.of(language), question or Question()
    match target.suffix.lower():
        case ".html" | ".htm":
            from simcore.report.web.report_page import save_html_report

            save_html_report(results, target, language=language, question=asked)
        case ".xlsx":
            from simcore.report.workbook import save_workbook

            file = scenario_of(results)
            with worked_out_once():
                save_workbook(results, file, Answers(results, file.scenario, asked), speech, target)
        case _:
            raise ResultsError(f"{path}: a report is a web page, .html, or a workbook, .xlsx.")
