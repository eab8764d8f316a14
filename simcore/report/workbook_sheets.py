"""What stands on the sheets of a workbook: the page in sentences, then a table for each question."""

from __future__ import annotations

import xarray as xr

from simcore.report.decision_answers import Answers
from simcore.report.decision_words import decision_page
from simcore.report.language import Language
from simcore.report.workbook_choices import ChoiceSheets
from simcore.report.workbook_evidence import EvidenceSheets
from simcore.report.workbook_inputs import InputSheets, RunSheet
from simcore.report.workbook_money import MoneySheets
from simcore.report.workbook_rows import Cell, Sheet, SheetColumn, SheetWords
from simcore.scenario.loading import ScenarioFile

__all__ = ["Sheet", "SheetColumn", "workbook_sheets"]


def workbook_sheets(results: xr.Dataset, file: ScenarioFile, found: Answers, language: Language) -> list[Sheet]:
    """The sheets of a workbook about a run, in their order.

    Parameters
    ----------
    results, file
        What was run.
    found
        The answers; they are worked out when a sheet needs them, so that callers wrap it in
        `simcore.analysis.once.worked_out_once`.
    language
        That names, questions, heads and notes are in, and texts of the scenario as far as it says them so.

    Returns
    -------
    Sheets whose numbers are the means, quantiles and probabilities of the answers, unrounded. Payment by results, funds
    and gaps between groups are among them where they were asked for, and the results have them.

    Examples
    --------
    >>> from simcore.report.decision_answers import Answers, Question
    >>> from simcore.report.language import Language
    >>> from simcore.report.workbook_sheets import workbook_sheets
    >>> file = simcore.read_scenario("textbook_chain")
    >>> results = simcore.simulate(file, draws=20, persons=50)
    >>> found = Answers(results, file.scenario, Question())
    >>> [sheet.name for sheet in workbook_sheets(results, file, found, Language.of("en"))][:3]
    ['Summary', 'Contents', 'Who pays, who gains']
    """
    file = language.of_file(file)
    asked = (results, file.scenario, found, language, file)
    run = RunSheet(*asked)
    answers = [
        *MoneySheets(*asked).sheets(), *ChoiceSheets(*asked).sheets(), *EvidenceSheets(*asked).sheets(),
        *InputSheets(*asked).sheets(), run.sheet_of_run(),
    ]  # fmt: skip
    return [_summary(run), _contents(run, answers), *answers]


def _summary(run: RunSheet) -> Sheet:
    """The page for decision makers: headings, and sentences below them."""
    page = decision_page(run.results, run.file, run.found.question, run.found, run.language)
    rows: list[list[Cell]] = []
    for number, section in enumerate(page):
        if number:
            rows += [[None, None], [section.heading, None]]
        rows += [[None, sentence] for sentence in section.sentences]
    rows += [[None, None], [run.sheet_name("run"), None], [None, run.in_short()]]
    columns = [SheetColumn("", "heading"), SheetColumn("", "long")]
    return Sheet(run.sheet_name("summary"), page[0].heading, columns, rows)


def _contents(words: SheetWords, sheets: list[Sheet]) -> Sheet:
    """Which sheet answers which question."""
    columns = [words.head_of("sheet", "sheet"), words.head_of("question", "long")]
    return words.sheet("contents", columns, [[sheet.name, sheet.question] for sheet in sheets])
