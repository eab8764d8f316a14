"""Sheets of a workbook of a run, and its rows by their labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr

import simcore
from simcore.analysis.once import worked_out_once
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.report.workbook_rows import Sheet
from simcore.report.workbook_sheets import workbook_sheets
from simcore.scenario.loading import read_scenario, with_groups

Case = tuple[xr.Dataset, Answers, dict[str, Sheet]]
ROOT = Path(__file__).resolve().parents[2]
ASKED = Question(outcome="exam_at_24", capital=20e6, groups=3, budget_years=3)


def sheets_of(
    name: str, question: Question = ASKED, language: str = "en", by: Sequence[str] = (), **options: Any
) -> Case:  # fmt: skip
    file = with_groups(read_scenario(name), list(by))
    results = simcore.simulate(file, **options)
    with worked_out_once():
        found = Answers(results, file.scenario, question)
        made = workbook_sheets(results, file, found, Language.of(language))
    return results, found, {sheet.name: sheet for sheet in made}


def records(sheet: Sheet) -> list[dict[str, Any]]:
    heads = [column.head for column in sheet.columns]
    assert len(set(heads)) == len(heads), heads
    return [dict(zip(heads, row, strict=True)) for row in sheet.rows]


def row_of(sheet: Sheet, **labels: Any) -> dict[str, Any]:
    rows = [row for row in records(sheet) if all(row[head] == label for head, label in labels.items())]
    assert len(rows) == 1, labels
    return rows[0]


def as_cell(value: xr.DataArray | float) -> Any:
    number = float(value)
    return None if math.isnan(number) else number
