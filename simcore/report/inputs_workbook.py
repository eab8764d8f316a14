"""A workbook in which somebody changes the figures of a case; it is read back by `simcore.report.inputs_reading`.

Nothing that a scenario says becomes a formula. What is needed to read the workbook back stands in a hidden sheet: which
scenario it is of, and what stood in each cell.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from simcore.errors import ResultsError
from simcore.report.inputs_figures import FIGURE_SHEETS, NUMBERS, YEARS, Figure, figures
from simcore.report.inputs_phrases import (
    ABOVE,
    ALLOWED,
    ANY,
    ASSUMED,
    AT_LEAST,
    AT_MOST,
    BETWEEN,
    CASE,
    CHANGEABLE,
    EMPTY,
    HEADS,
    INTERVALS,
    NAMED,
    SHEETS,
    START,
    WHOLE,
    WRONG_NUMBER,
)
from simcore.report.language import Language
from simcore.report.spreadsheet import put_text, save_book
from simcore.scenario.loading import ScenarioFile, find_scenario
from simcore.scenario.shipped import shipped_scenarios

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

#: The hidden sheet, and how it begins: which workbook this is, and of which version.
MEMORY, MARK, VERSION = "simcore", "simcore inputs", 1
#: Columns of each kind of sheet, by their heads; and how wide they are.
COLUMNS = {
    "case": ("name", "about", "value", "why"),
    "figures": (
        "name", "about", "unit", "value", "low", "high", "interval", "price_year", "why", "source", "grade", "uses",
    ),
}  # fmt: skip
_WIDTHS = {
    "name": 30, "about": 48, "unit": 20, "value": 14, "low": 12, "high": 12, "interval": 20, "price_year": 9,
    "why": 44, "source": 60, "grade": 9, "uses": 40,
}  # fmt: skip
#: Of the sheet that says what to do.
_TEXT_WIDTH = 95
#: Of a sheet about the case, whose title is a value.
_WIDE_VALUE = 44
#: Height of a line of text [points], and letters that fit into a unit of width.
_LINE, _LETTERS = 15.0, 1.1
#: The row of the heads.
HEAD_ROW = 1
_YELLOW, _GREY, _DARK = "FFF2CC", "F2F2F2", "404040"
_CENTRED = ("grade",)


def save_inputs(file: ScenarioFile, source: str, language: Language, path: Path) -> None:
    """Write the figures of a scenario into a workbook, to be changed and read back.

    Parameters
    ----------
    file
        From `read_scenario`.
    source
        How it was called: a folder, a file, or the name of a shipped scenario.
    language
        Of the words around the figures.
    path
        Where the workbook is written.

    Raises
    ------
    ResultsError
        It cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise ResultsError(f"{path} is no name of a workbook: let it end in .xlsx.")
    from openpyxl import Workbook

    file = language.of_file(file)
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    book.remove(sheet)
    names = {key: language.one_of(phrase) for key, phrase in SHEETS.items()}
    rows = figures(file)
    _start(book.create_sheet(names["start"]), file, language, path)
    remembered = []
    for key in ("case", *FIGURE_SHEETS):
        own = [figure for figure in rows if figure.sheet == key]
        remembered += _sheet(book.create_sheet(names[key]), key, own, language)
    _memory(book, file, _named(source, path), language, remembered)
    save_book(book, path, title=file.scenario.title)


def _named(source: str, path: Path) -> str:
    """How a workbook names its scenario: the name of a shipped one, or the way to its file from the workbook."""
    if source in shipped_scenarios() and not Path(source).exists():
        return source
    found = find_scenario(source).resolve()
    try:
        return os.path.relpath(found, path.resolve().parent).replace(os.sep, "/")
    except ValueError:  # on another drive
        return found.as_posix()


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """A cell; none is merged here."""
    return cast("Cell", sheet.cell(row, column))


def _start(sheet: Worksheet, file: ScenarioFile, language: Language, path: Path) -> None:
    """The sheet that says what to do."""
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = _TEXT_WIDTH
    for number, phrase in enumerate(START, 1):
        cell = _cell(sheet, 2 * number - 1, 1)
        put_text(cell, language.one_of(phrase).format(title=file.scenario.title, file=path.name))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[2 * number - 1].height = _LINE * (1.4 if number == 1 else _lines(cell, _TEXT_WIDTH))
        if number == 1:
            cell.font = Font(bold=True, size=14)
    cell = _cell(sheet, 2 * len(START) + 1, 1)
    put_text(cell, language.one_of(CHANGEABLE))
    cell.fill = PatternFill("solid", fgColor=_YELLOW)
    sheet.protection.sheet = True
    _printed(sheet)


def _printed(sheet: Worksheet) -> None:
    """Print a sheet as wide as a page."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _sheet(sheet: Worksheet, key: str, rows: list[Figure], language: Language) -> list[tuple[str, str, str, str]]:
    """Write a sheet of figures; returns what stood in its cells: key of the sheet, name, field, value."""
    from openpyxl.styles import Alignment, Font, PatternFill

    heads = COLUMNS["case" if key == "case" else "figures"]
    for column, head in enumerate(heads, 1):
        cell = _cell(sheet, HEAD_ROW, column)
        put_text(cell, language.one_of(HEADS[head]))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_DARK)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[cell.column_letter].width = _width(key, head)
    sheet.freeze_panes = _cell(sheet, HEAD_ROW + 1, 2)
    remembered, checks = [], _Checks(sheet, language)
    for row, figure in enumerate(rows, HEAD_ROW + 1):
        for column, head in enumerate(heads, 1):
            cell = _cell(sheet, row, column)
            _fill(cell, figure, head, language)
            if head in figure.editable:
                checks.add(cell, figure, head)
        lines = [_lines(_cell(sheet, row, column), _width(key, head)) for column, head in enumerate(heads, 1)]
        sheet.row_dimensions[row].height = _LINE * max(lines)
        remembered += [
            (key, figure.name, name, _kept(figure.numbers[name])) for name in NUMBERS if name in figure.numbers
        ]
    if not rows:
        put_text(_cell(sheet, HEAD_ROW + 1, 1), language.one_of(EMPTY))
    else:
        sheet.auto_filter.ref = f"A{HEAD_ROW}:{_cell(sheet, HEAD_ROW + len(rows), len(heads)).coordinate}"
    protection = sheet.protection
    protection.sheet = True
    protection.autoFilter = protection.formatColumns = protection.formatRows = False  # which is: not forbidden
    _printed(sheet)
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    return remembered


def _width(key: str, head: str) -> int:
    return _WIDE_VALUE if key == "case" and head == "value" else _WIDTHS[head]


def _lines(cell: Cell, width: float) -> int:
    """About how many lines the text of a cell takes: programs that open a workbook do not all work it out."""
    text = cell.value if isinstance(cell.value, str) else ""
    return max(1, sum(math.ceil(len(line) / (width * _LETTERS)) for line in text.split("\n")))


def _kept(value: object) -> str:
    """A value as the hidden sheet keeps it, without losing a bit."""
    return json.dumps(value, ensure_ascii=False)


def _fill(cell: Cell, figure: Figure, head: str, language: Language) -> None:
    """Write a cell of a figure."""
    from openpyxl.styles import Alignment, PatternFill, Protection

    about = language.one_of(CASE[figure.name]) if figure.sheet == "case" else figure.about
    if figure.unit == "per year" and isinstance(figure.numbers["value"], str):
        about = language.one_of(NAMED).format(about=about, name=figure.numbers["value"])
    texts = {
        "name": figure.name, "about": about, "unit": language.unit(figure.unit), "source": figure.source,
        "grade": language.one_of(ASSUMED) if figure.grade == "assumed" else figure.grade,
        "uses": figure.used_for, "interval": language.one_of(INTERVALS[figure.interval]), "why": "",
    }  # fmt: skip
    value = texts.get(head) if head in texts else figure.numbers.get(head)
    if isinstance(value, str):
        if value:
            put_text(cell, value)
    elif value is not None and math.isfinite(value):
        cell.value = value
        cell.number_format = _format(figure, head, value)
    open_ = head in figure.editable or (head == "why" and bool(figure.editable))
    cell.fill = PatternFill("solid", fgColor=_YELLOW if open_ else _GREY)
    cell.protection = Protection(locked=not open_)
    side = "center" if head in _CENTRED else "left" if figure.sheet == "case" else None
    cell.alignment = Alignment(wrap_text=isinstance(value, str) or head == "why", vertical="top", horizontal=side)


def _format(figure: Figure, head: str, value: float) -> str:
    """How a number is shown: years without separators, amounts with them, small numbers with what they have."""
    if head == "price_year" or figure.whole == YEARS or figure.name == "start_year":
        return "0"
    if figure.whole is not None or (abs(value) >= 1000 and value == round(value)):
        return "#,##0"
    return "#,##0.00" if abs(value) >= 1000 else "General"


class _Checks:
    """What a spreadsheet program lets nobody type."""

    def __init__(self, sheet: Worksheet, language: Language) -> None:
        self.sheet, self.language = sheet, language
        self._known: dict[tuple[Any, ...], DataValidation] = {}

    def add(self, cell: Cell, figure: Figure, head: str) -> None:
        """Say what a cell may hold."""
        if isinstance(figure.numbers.get("value"), str):
            return
        whole = YEARS if head == "price_year" else figure.whole
        unit = figure.bounds
        rule: tuple[Any, ...] = ("decimal", -math.inf, math.inf, False)
        if whole is not None:
            rule = ("whole", *whole, False)
        elif unit is not None:
            rule = ("decimal", unit.low, unit.high, unit.open_low)
        if rule not in self._known:
            self._known[rule] = self._validation(*rule)
            self.sheet.add_data_validation(self._known[rule])
        self._known[rule].add(cell)

    def _validation(self, kind: str, low: float, high: float, open_low: bool) -> DataValidation:
        from openpyxl.worksheet.datavalidation import DataValidation

        finite = math.isfinite(low), math.isfinite(high)
        operator, first, second, phrase = "between", "-1E+300", "1E+300", ANY
        if all(finite):
            first, second, phrase = f"{low:g}", f"{high:g}", BETWEEN
            if kind == "whole":
                first, second, phrase = f"{low:.0f}", f"{high:.0f}", WHOLE
        elif finite[0]:
            operator, first, second = "greaterThan" if open_low else "greaterThanOrEqual", f"{low:g}", ""
            phrase = ABOVE if open_low else AT_LEAST
        elif finite[1]:
            operator, first, second, phrase = "lessThanOrEqual", f"{high:g}", "", AT_MOST
        said = self.language.one_of(phrase).format(low=f"{low:g}", high=f"{high:,.0f}" if high >= 1000 else f"{high:g}")
        rule: dict[str, Any] = {"type": kind, "operator": operator, "formula1": first, "formula2": second or None}
        found = DataValidation(
            **rule, allow_blank=False, showErrorMessage=True, errorTitle=self.language.one_of(WRONG_NUMBER),
            error=self.language.one_of(ALLOWED).format(allowed=said),
        )  # fmt: skip
        found.errorStyle = "stop"
        return found


def _memory(
    book: Workbook, file: ScenarioFile, source: str, language: Language, remembered: list[tuple[str, str, str, str]]
) -> None:  # fmt: skip
    """The hidden sheet: of which scenario the workbook is, and what stood in each cell."""
    sheet = book.create_sheet(MEMORY)
    head = [
        (MARK, str(VERSION)), ("scenario", source), ("name", file.name), ("hash", file.content_hash),
        ("language", language.code),
    ]  # fmt: skip
    for row, values in enumerate([*head, *remembered], 1):
        for column, value in enumerate(values, 1):
            put_text(_cell(sheet, row, column), value)
    sheet.sheet_state = "veryHidden"
    sheet.protection.sheet = True
