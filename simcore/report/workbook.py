"""A run as an Excel workbook, for those who live in spreadsheets: one sheet a question, with real numbers.

openpyxl is loaded when a workbook is written.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import xarray as xr

from simcore.report.decision_answers import Answers
from simcore.report.language import Language
from simcore.report.spreadsheet import put_text, save_book
from simcore.report.workbook_phrases import TEXTS
from simcore.report.workbook_questions import SHEETS
from simcore.report.workbook_rows import Cell, Sheet, SheetColumn
from simcore.report.workbook_sheets import workbook_sheets
from simcore.scenario.loading import ScenarioFile

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell as ExcelCell
    from openpyxl.worksheet.worksheet import Worksheet

#: Rows of the question and the unit; then come the heads, and the table.
_QUESTION, _UNIT, _HEADS = 1, 2, 3
_FIRST = _HEADS + 1
#: Widths of columns [letters]: of texts, as wide as they need, and of numbers.
_NARROWEST, _WIDEST, _LONG, _NUMBER, _INDENT, _SENTENCE = 8, 34, 48, 14, 3, 110
#: Notes run over so many letters; a line is so high, and a row at most [points].
_NOTE, _LINE, _HIGHEST = 110, 14, 400
#: Letters of a text that go into the width of one digit, by which columns are measured; in wide fonts.
_MORE, _MORE_SMALL = 1.3, 1.45
#: Letters that a printed page is wide, at most.
_PAGE = 260
_TITLE, _HEADING, _SMALL, _NORMAL = 14, 12, 9, 10
_FONT: Final = "Calibri"
_DARK, _PALE, _GREY, _BLUE = "FF1F3B57", "FFE8EEF4", "FF666666", "FF1F5FA8"
#: Excel opens no address longer than this, and only those of the web are made to be opened.
_ADDRESS = re.compile(r"https?://[^\s\"<>]{1,2000}")
#: Texts that are broken into lines where they are wider than their column.
_BROKEN = ("text", "long")
_TEXTS = ("text", "long", "heading", "link", "sheet")
_FIXED: Final = {"share": "0%", "fine_share": "0.0%", "year": "0", "count": "#,##0", "ratio": "0.00"}


def save_workbook(results: xr.Dataset, file: ScenarioFile, found: Answers, language: Language, path: Path) -> None:
    """Write a run as an Excel workbook: the page in sentences, a table for each question, and all inputs.

    Parameters
    ----------
    results, file
        What was run.
    found
        The answers.
    language
        That names, questions, heads and notes are in.
    path
        Of the file, whose name ends with ``.xlsx``; what is there is replaced when all is written.

    Raises
    ------
    ResultsError
        The file cannot be written.

    Notes
    -----
    The same input gives the same bytes. Texts are texts: nothing that a scenario says becomes a formula.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from simcore.report.decision_answers import Answers, Question
    >>> from simcore.report.language import Language
    >>> from simcore.report.workbook import save_workbook
    >>> file = simcore.read_scenario("textbook_chain")
    >>> results = simcore.simulate(file, draws=20, persons=50)
    >>> found = Answers(results, file.scenario, Question())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_workbook(results, file, found, Language.of("en"), Path(folder) / "run.xlsx")
    """
    sheets = workbook_sheets(results, file, found, language)
    save_book(book_of(sheets, language), path, title=language.of_file(file).scenario.title)


def book_of(sheets: Sequence[Sheet], language: Language) -> Workbook:
    """Lay sheets out as an openpyxl workbook.

    Parameters
    ----------
    sheets
        In their order, with names that differ.
    language
        Of what leads from one place to another.

    Examples
    --------
    >>> from simcore.report.language import Language
    >>> from simcore.report.workbook import book_of
    >>> from simcore.report.workbook_rows import Sheet, SheetColumn
    >>> sheet = Sheet("Costs", "What does it cost?", [SheetColumn("Cost", "money")], [[1.5]])
    >>> book_of([sheet], Language.of("en"))["Costs"]["A4"].value
    1.5
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    layout = _Layout(language, {sheet.name for sheet in sheets})
    for sheet in sheets:
        layout.lay_out(sheet, book.create_sheet(sheet.name))
    return book


class _Layout:
    """How sheets look."""

    def __init__(self, language: Language, names: set[str]) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self.language, self.names = language, names
        self.normal = Font(name=_FONT, size=_NORMAL)
        self.title = Font(name=_FONT, size=_TITLE, bold=True, color=_DARK)
        self.heading = Font(name=_FONT, size=_HEADING, bold=True, color=_DARK)
        self.small = Font(name=_FONT, size=_SMALL, color=_GREY)
        self.bold = Font(name=_FONT, size=_NORMAL, bold=True, color=_DARK)
        self.link = Font(name=_FONT, size=_NORMAL, color=_BLUE, underline="single")
        self.small_link = Font(name=_FONT, size=_SMALL, color=_BLUE, underline="single")
        self.fill = PatternFill("solid", fgColor=_PALE)
        self.under = Border(bottom=Side("thin", color=_DARK))
        self.top = Alignment(vertical="top")
        self.wrapped = Alignment(vertical="top", wrap_text=True)
        self.right = Alignment(vertical="top", horizontal="right")
        self.left = Alignment(vertical="top", horizontal="left")
        self.head_left = Alignment(vertical="bottom", wrap_text=True)
        self.head_right = Alignment(vertical="bottom", horizontal="right", wrap_text=True)
        # A text behind a number keeps its distance.
        self.apart = Alignment(vertical="top", horizontal="left", wrap_text=True, indent=1)
        self.head_apart = Alignment(vertical="bottom", horizontal="left", wrap_text=True, indent=1)

    def lay_out(self, sheet: Sheet, page: Worksheet) -> None:
        """Fill a worksheet."""
        from openpyxl.utils import get_column_letter

        widths = _widths(sheet)
        for place, width in enumerate(widths, 1):
            page.column_dimensions[get_column_letter(place)].width = width
        self._text(_cell(page, _QUESTION, 1), sheet.question, self.title)
        page.row_dimensions[_QUESTION].height = 1.5 * _LINE
        has_heads = any(column.head for column in sheet.columns)
        if sheet.unit:
            self._text(_cell(page, _UNIT, 1), sheet.unit[:1].upper() + sheet.unit[1:], self.small)
        first = _FIRST if has_heads else _HEADS
        if has_heads:
            self._heads(sheet, page, widths)
        apart = _behind_numbers(sheet.columns)
        for number, row in enumerate(sheet.rows, first):
            for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True), 1):
                if value is not None:
                    self._fill(_cell(page, number, place), column, value)
                    if place in apart:
                        _cell(page, number, place).alignment = self.apart
            # Not every program finds out by itself how high broken lines are.
            broken = (of for of in zip(sheet.columns, row, widths, strict=True) if of[0].kind in _BROKEN)
            lines = max(
                (_lines(str(value), _MORE * width) for _, value, width in broken if value is not None), default=1
            )
            if lines > 1:
                page.row_dimensions[number].height = min(_LINE * lines, _HIGHEST)
        self._formats(sheet, page, first)
        self._notes(sheet, page, first + len(sheet.rows) + 1, widths)
        self._print(page, widths, has_heads)

    def _heads(self, sheet: Sheet, page: Worksheet, widths: list[float]) -> None:
        """The heads, which stay on top and filter the table."""
        from openpyxl.utils import get_column_letter

        lines, apart = 1, _behind_numbers(sheet.columns)
        for place, (column, width) in enumerate(zip(sheet.columns, widths, strict=True), 1):
            cell = _cell(page, _HEADS, place)
            self._text(cell, column.head, self.bold)
            cell.fill, cell.border = self.fill, self.under
            cell.alignment = self.head_left if column.kind in _TEXTS else self.head_right
            if place in apart:
                cell.alignment = self.head_apart
            # The arrow of the filter takes room of a head.
            lines = max(lines, _lines(column.head, width - 3))
        page.row_dimensions[_HEADS].height = _LINE * lines
        stays = sheet.labels if sum(widths[: sheet.labels]) <= _SENTENCE else 1
        page.freeze_panes = _cell(page, _FIRST, stays + 1)
        if sheet.rows:
            last = _HEADS + len(sheet.rows)
            page.auto_filter.ref = f"A{_HEADS}:{get_column_letter(len(sheet.columns))}{last}"

    def _fill(self, cell: ExcelCell, column: SheetColumn, value: str | float) -> None:
        """Put a value into a cell."""
        if not isinstance(value, str):
            cell.value, cell.font = value, self.normal
            cell.alignment = self.left if column.kind in _TEXTS else self.right
            return
        self._text(cell, value, self.heading if column.kind == "heading" else self.normal)
        if column.kind in _BROKEN:
            cell.alignment = self.wrapped
        elif column.kind not in _TEXTS:
            cell.alignment = self.right  # a word in the place of a number
        if column.kind == "link" and _ADDRESS.fullmatch(value):
            cell.hyperlink, cell.font = value, self.link
        elif column.kind == "sheet" and value in self.names:
            self._lead(cell, f"'{value}'!A1", self.link)

    def _lead(self, cell: ExcelCell, to: str, font: object) -> None:
        """Make a cell lead to another place of the workbook."""
        from openpyxl.worksheet.hyperlink import Hyperlink

        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=to)
        cell.font = font  # type: ignore[assignment]

    def _text(self, cell: ExcelCell, text: str, font: object) -> None:
        """Put a text into a cell."""
        put_text(cell, text)
        cell.font, cell.alignment = font, self.top  # type: ignore[assignment]

    def _formats(self, sheet: Sheet, page: Worksheet, first: int) -> None:
        """How numbers of each column are shown."""
        for place, column in enumerate(sheet.columns):
            if column.kind in _TEXTS:
                continue
            values = [row[place] for row in sheet.rows]
            shown = _format_of(column.kind, values)
            for number, value in enumerate(values, first):
                if isinstance(value, int | float):
                    _cell(page, number, place + 1).number_format = shown(value)

    def _notes(self, sheet: Sheet, page: Worksheet, row: int, widths: list[float]) -> None:
        """Sentences below the table, and what leads to them and to the other sheets."""
        columns, room = 0, 0.0
        while columns < len(widths) and room < _NOTE:
            room += widths[columns]
            columns += 1
        if sheet.notes and columns:
            for number, note in enumerate(sheet.notes, row):
                page.merge_cells(start_row=number, end_row=number, start_column=1, end_column=columns)
                self._text(_cell(page, number, 1), note, self.small)
                _cell(page, number, 1).alignment = self.wrapped
                page.row_dimensions[number].height = _LINE * _lines(note, _MORE_SMALL * room)
        contents = self.language.one_of(SHEETS["contents"][0])
        if not any(column.head for column in sheet.columns) or sheet.name == contents:
            return
        links = [(self.language.one_of(TEXTS["notes_below"]).format(row=row), f"'{sheet.name}'!A{row}")]
        links = links if sheet.notes else []
        if contents in self.names:
            links.append((self.language.one_of(TEXTS["back_to_contents"]), f"'{contents}'!A1"))
        at, before = 0, sheet.unit
        for words, to in links:
            # What stands before it runs over as many columns as it takes.
            room = 0.0
            while before and room < len(before) + 2:
                room += widths[at] if at < len(widths) else _NUMBER
                at += 1
            cell = _cell(page, _UNIT, at + 1)
            self._text(cell, words, self.small)
            self._lead(cell, to, self.small_link)
            before = words

    def _print(self, page: Worksheet, widths: list[float], has_heads: bool) -> None:
        """Print on paper that lies down, as wide as the sheet, with the heads on each page."""
        page.sheet_view.showGridLines = False
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9  # A4
        # What is too wide for one page goes on several, each with the first column.
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = math.ceil(sum(widths) / _PAGE), 0
        if sum(widths) > _PAGE:
            page.print_title_cols = "A:A"
        page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
        if has_heads:
            page.print_title_rows = f"{_HEADS}:{_HEADS}"
        margins = page.page_margins
        margins.left, margins.right, margins.top, margins.bottom = 0.4, 0.4, 0.5, 0.7
        margins.header = margins.footer = 0.3
        page.oddFooter.left.text, page.oddFooter.right.text = "&A", "&P / &N"  # type: ignore[union-attr]


def _cell(page: Worksheet, row: int, column: int) -> ExcelCell:
    """A cell that is not hidden behind one that it is merged with."""
    return cast("ExcelCell", page.cell(row, column))


def _behind_numbers(columns: Sequence[SheetColumn]) -> set[int]:
    """Places, from 1, of columns of texts that stand at the right of one of numbers."""
    pairs = itertools.pairwise(columns)
    return {
        place for place, (left, of) in enumerate(pairs, 2) if of.kind in ("text", "long") and left.kind not in _TEXTS
    }


def _widths(sheet: Sheet) -> list[float]:
    """Widths of the columns."""
    n_long = sum(column.kind == "long" for column in sheet.columns)
    found = []
    for place, column in enumerate(sheet.columns):
        longest = max((len(str(row[place])) for row in sheet.rows if row[place] is not None), default=0)
        head = max((len(word) for word in re.split(r"[\s\-]+", column.head)), default=0) + 3
        least, most = {
            "heading": (_INDENT, _INDENT), "long": (_NARROWEST, _SENTENCE if n_long == 1 else _LONG),
            "link": (_NARROWEST, _LONG),
        }.get(column.kind, (_NARROWEST, _WIDEST) if column.kind in _TEXTS else (_NUMBER, _NUMBER))  # fmt: skip
        found.append(float(max(min(longest + 2, most), least, min(head, _WIDEST) if column.head else 0)))
    return found


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a width [letters], broken between words; at least one."""
    lines = 0
    for part in text.split("\n"):
        lines, room = lines + 1, 0.0
        for word in part.split():
            if room and room + 1 + len(word) > width:
                lines, room = lines + 1, 0.0
            room += len(word) + (1 if room else 0)
            if room > width:  # a word that is wider than the column
                further = math.ceil(room / width) - 1
                lines, room = lines + further, room - further * width
    return lines


def _format_of(kind: str, values: Sequence[Cell]) -> Callable[[float], str]:
    """How numbers of a column are shown: those of money alike, with decimals where all are small."""
    if kind in _FIXED:
        return lambda _: _FIXED[kind]
    if kind in ("money", "change"):
        largest = max((abs(value) for value in values if isinstance(value, int | float)), default=0.0)
        digits = 0 if largest >= 1000 or largest == 0 else 1 if largest >= 100 else 2
        plain = _decimals("#,##0", digits)
        shown = f"+{plain};-{plain};0" if kind == "change" else plain
        return lambda _: shown
    sign = kind == "signed"
    return lambda value: _as_long_as_needed(value, sign)


def _decimals(whole: str, digits: int) -> str:
    return f"{whole}.{'0' * digits}" if digits else whole


def _as_long_as_needed(value: float, sign: bool) -> str:
    """A format with four digits that matter, and no more for whole numbers."""
    size = abs(value)
    if float(value).is_integer() and size < 1e15:
        plain = "#,##0"
    elif not 1e-6 <= size < 1e15:
        plain = "0.00E+00"
    else:
        digits = max(0, 3 - math.floor(math.log10(size)))
        plain = _decimals("#,##0", len(f"{size:.{digits}f}".rstrip("0").partition(".")[2]))
    return f"+{plain};-{plain};0" if sign else plain
