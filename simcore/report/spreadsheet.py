"""Workbooks for spreadsheet programs: text that stays text, and the same bytes for the same input.

openpyxl is loaded when something is written.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from simcore.errors import NOT_TEXT
from simcore.whole_files import write_whole

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell

#: Letters that a cell holds, counted as Excel does: in 16-bit units.
MOST_LETTERS = 32_767
_CUT = "…"
#: Where a text begins so, a spreadsheet program that is told to edit it would take it for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")
#: In files of Excel ``_x0041_`` stands for a letter; this is how the sign itself is written.
_ESCAPED, _AS_WRITTEN = re.compile("_(?=x[0-9A-Fa-f]{4}_)"), "_x005F_"
_NO_NUMBER = "\N{REPLACEMENT CHARACTER}"
#: Of every entry of the file, since the time of writing is nothing that a run says.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def cell_text(text: str) -> str:
    r"""What a cell can hold of a text: no letters that a workbook cannot, and no more than Excel has room for.

    Parameters
    ----------
    text
        Anything that a file or a person may say. Controls of terminals, and signs that turn the order of letters
        around, become the replacement character; line ends become those of cells.

    Examples
    --------
    >>> from simcore.report.spreadsheet import cell_text
    >>> cell_text("two\r\nlines")
    'two\nlines'
    """
    clean = NOT_TEXT.sub(_NO_NUMBER, text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))
    units = clean.encode("utf-16-le")
    if len(units) > 2 * MOST_LETTERS:
        clean = units[: 2 * (MOST_LETTERS - 1)].decode("utf-16-le", errors="ignore") + _CUT
    return clean


def put_text(cell: Cell, text: str) -> None:
    """Put a text into a cell, so that it is shown as it stands and never taken for a formula or an error.

    Not even when somebody edits it later: what begins like a formula is marked as text, as by an apostrophe.

    Parameters
    ----------
    cell
        Of an openpyxl worksheet.
    text
        Anything; see `cell_text`.
    """
    clean = _ESCAPED.sub(_AS_WRITTEN, cell_text(text))
    if not clean:
        return  # a cell without anything in it
    cell.value = clean
    if cell.data_type != "s":  # openpyxl took it for a formula, or for an error such as #N/A
        cell.data_type = "s"
    if clean.startswith(_FORMULA):
        cell.quotePrefix = True


def text_of(value: str) -> str:
    """A text as `put_text` was given it, from what openpyxl reads in a cell.

    Examples
    --------
    >>> from simcore.report.spreadsheet import text_of
    >>> text_of("_x005F_x0041_")
    '_x0041_'
    """
    return value.replace(_AS_WRITTEN, "_")


def save_book(book: Workbook, path: Path, *, title: str) -> None:
    """Write a workbook, the same bytes for the same workbook whenever it is written.

    Parameters
    ----------
    book
        An openpyxl workbook.
    path
        What is there already is replaced when all is written, and stays if writing fails.
    title
        Of the document, in its properties.

    Raises
    ------
    ResultsError
        The file cannot be written.
    """
    book.properties.title, book.properties.creator = cell_text(title), "simcore"
    raw = io.BytesIO()
    book.save(raw)
    whole = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(whole, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _TIMES.sub(b"", content)
            about = zipfile.ZipInfo(entry.filename, _MOMENT)
            about.compress_type, about.create_system = zipfile.ZIP_DEFLATED, 0
            target.writestr(about, content)
    write_whole(path, whole.getvalue(), "report.xlsx")
