"""Texts in cells stay texts, numbers are shown as they should be, and the same workbook gives the same bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from simcore.errors import ResultsError
from simcore.report import spreadsheet
from simcore.report.language import Language
from simcore.report.spreadsheet import MOST_LETTERS, cell_text, put_text, save_book, text_of
from simcore.report.workbook import _format_of, _lines, book_of
from simcore.report.workbook_rows import Sheet, SheetColumn

ENGLISH = Language.of("en")


def stored(tmp_path: Path, texts: list[str]) -> Any:
    book = Workbook()
    page = book.worksheets[0]
    for row, text in enumerate(texts, 1):
        put_text(page.cell(row, 1), text)  # type: ignore[arg-type]
    save_book(book, tmp_path / "texts.xlsx", title="Texts")
    return load_workbook(tmp_path / "texts.xlsx").worksheets[0]


HOSTILE = ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "#N/A", "#REF!", "\t=1", "1", "TRUE", "01/02",
           "<b>&amp;</b>", "_x0041_", " spaces ", "two\nlines"]  # fmt: skip


def test_texts_are_read_as_they_stand(tmp_path: Path) -> None:
    page = stored(tmp_path, HOSTILE)
    for row, text in enumerate(HOSTILE, 1):
        cell = page.cell(row, 1)
        assert cell.data_type == "s", text
        assert text_of(cell.value) == text


def test_what_begins_like_a_formula_is_marked_as_text(tmp_path: Path) -> None:
    page = stored(tmp_path, HOSTILE)
    marked = {text for row, text in enumerate(HOSTILE, 1) if page.cell(row, 1).quotePrefix}
    assert marked == {text for text in HOSTILE if text[0] in "=+-@\t"}


def test_letters_that_no_workbook_can_hold_are_replaced() -> None:
    no_letter = "\N{REPLACEMENT CHARACTER}"
    assert cell_text("a\0b\x1b[31m") == f"a{no_letter}b{no_letter}[31m"
    assert cell_text("\ud800x\uffff\u202e") == f"{no_letter}x{no_letter * 2}"  # half a letter, none, turned around
    assert cell_text("a\r\nb\rc\x85d") == "a\nb\nc\nd"


def test_a_text_is_cut_where_excel_has_no_more_room() -> None:
    assert cell_text("x" * MOST_LETTERS) == "x" * MOST_LETTERS
    assert cell_text("x" * (MOST_LETTERS + 1)) == "x" * (MOST_LETTERS - 1) + "…"
    face = "\N{GRINNING FACE}"  # two units of 16 bits
    cut = cell_text(face * MOST_LETTERS)
    assert cut == face * ((MOST_LETTERS - 1) // 2) + "…"


@given(st.text())
def test_any_text_can_be_written(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    page = stored(tmp_path_factory.mktemp("any"), [text])
    cell = page.cell(1, 1)
    assert text_of(cell.value or "") == cell_text(text)
    assert cell.data_type == ("s" if text else "n")  # an empty text is an empty cell


def test_the_same_workbook_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(name: str) -> bytes:
        sheet = Sheet("One", "What?", [SheetColumn("A", "text"), SheetColumn("B", "money")], [["=a", 1.5]], ["Note."])
        save_book(book_of([sheet], ENGLISH), tmp_path / name, title="Title")
        return (tmp_path / name).read_bytes()

    first = write("first.xlsx")
    import time

    later = time.time() + 100_000  # zip files tell the time in steps of two seconds
    monkeypatch.setattr(time, "time", lambda: later)
    assert write("second.xlsx") == first
    with zipfile.ZipFile(tmp_path / "first.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
        assert "<dc:title>Title</dc:title>" in core
        assert "<dc:creator>simcore</dc:creator>" in core
        assert "dcterms" not in core.replace("xmlns:dcterms", "")


def test_a_file_that_cannot_be_written_leaves_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.xlsx"
    path.write_text("before")
    book = book_of([Sheet("One", "What?", [SheetColumn("A", "text")], [])], ENGLISH)

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ResultsError) as caught:
        save_book(book, path, title="Title")
    assert str(caught.value) == f"{path} could not be written: No space left on device."
    assert path.read_text() == "before"
    assert [of.name for of in tmp_path.iterdir()] == ["report.xlsx"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    book = book_of([Sheet("One", "What?", [SheetColumn("A", "text")], [])], ENGLISH)
    with pytest.raises(ResultsError) as caught:
        save_book(book, tmp_path, title="Title")
    assert str(caught.value) == f"{tmp_path} is a folder: name a file, such as {tmp_path / 'report.xlsx'}."
    with pytest.raises(ResultsError) as caught:
        save_book(book, tmp_path / "not" / "there.xlsx", title="Title")
    assert str(caught.value) == f"{tmp_path / 'not' / 'there.xlsx'} could not be written: No such file or directory."
    assert spreadsheet._MOMENT[0] == 1980


@pytest.mark.parametrize(
    ("kind", "values", "value", "shown"),
    [
        ("share", [0.5], 0.5, "0%"),
        ("fine_share", [0.5], 0.5, "0.0%"),
        ("year", [2024], 2024, "0"),
        ("count", [12], 12, "#,##0"),
        ("ratio", [1.5], 1.5, "0.00"),
        ("money", [1500.0, 2.0, None], 2.0, "#,##0"),
        ("money", [150.0, 2.0], 2.0, "#,##0.0"),
        ("money", [15.0, "∞"], 15.0, "#,##0.00"),
        ("money", [0.0], 0.0, "#,##0"),
        ("change", [-1500.0], -1500.0, "+#,##0;-#,##0;0"),
        ("change", [0.25], 0.25, "+#,##0.00;-#,##0.00;0"),
        ("number", [0.03512], 0.03512, "#,##0.00000"),
        ("number", [0.49], 0.49, "#,##0.00"),
        ("number", [1234.5678], 1234.5678, "#,##0"),
        ("number", [12.345], 12.345, "#,##0.00"),
        ("number", [40000.0], 40000.0, "#,##0"),
        ("number", [1e-9], 1e-9, "0.00E+00"),
        ("signed", [-0.5], -0.5, "+#,##0.0;-#,##0.0;0"),
    ],
)
def test_formats(kind: str, values: list[Any], value: float, shown: str) -> None:
    assert _format_of(kind, values)(value) == shown


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [("", 10, 1), ("one two", 10, 1), ("one two three", 8, 2), ("a" * 25, 10, 3), ("a" * 25 + " bb", 10, 3),
     ("one\ntwo", 10, 2), ("exactly10!", 10, 1)],
)  # fmt: skip
def test_lines_that_a_text_takes(text: str, width: float, lines: int) -> None:
    assert _lines(text, width) == lines


def test_how_a_sheet_is_laid_out() -> None:
    columns = [
        SheetColumn("Actor", "text"), SheetColumn("Sheet", "sheet"), SheetColumn("About it", "long"),
        SheetColumn("Net", "change"), SheetColumn("Address", "link"),
    ]  # fmt: skip
    rows: list[Any] = [
        ["Town", "Other", "word " * 60, 1234.5, "https://example.org/a"],
        ["=Home", "Missing", None, "∞", "javascript:alert(1)"],
    ]
    sheet = Sheet("One", "Who?", columns, rows, ["A note.", "Another."], unit="SEK per person", labels=2)
    other = Sheet("Other", "What?", [SheetColumn("A", "text")], [])
    page = book_of([sheet, other], ENGLISH)["One"]
    assert page["A1"].value == "Who?"
    assert page["A2"].value == "SEK per person"
    assert [page.cell(3, column).value for column in range(1, 6)] == ["Actor", "Sheet", "About it", "Net", "Address"]
    assert page.freeze_panes == "C4"
    assert page.auto_filter.ref == "A3:E5"
    assert (page["D4"].value, page["D4"].number_format) == (1234.5, "+#,##0;-#,##0;0")
    assert page["D5"].alignment.horizontal == "right"
    assert page["A5"].data_type == "s"
    assert page["C4"].alignment.wrap_text
    assert page.row_dimensions[4].height == 3 * page.row_dimensions[3].height  # 299 letters in lines of 143
    assert page["E4"].hyperlink.target == "https://example.org/a"
    assert page["E5"].hyperlink is None
    assert page["B4"].hyperlink.location == "'Other'!A1"
    assert page["B5"].hyperlink is None
    assert [page["A7"].value, page["A8"].value] == ["A note.", "Another."]
    links = {cell.value: cell.hyperlink.location for cell in page[2] if cell.hyperlink}
    assert links == {"Notes: row 7": "'One'!A7"}  # there is no sheet with the contents
    assert page.print_title_rows == "$3:$3"
    assert page.page_setup.orientation == "landscape"
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage


def test_a_text_behind_a_number_keeps_its_distance() -> None:
    columns = [SheetColumn("A", "text"), SheetColumn("B", "money"), SheetColumn("C", "text"), SheetColumn("D", "long")]
    page = book_of([Sheet("One", "Who?", columns, [["a", 1.0, "c", "d"]])], ENGLISH)["One"]
    assert [page.cell(4, column).alignment.indent for column in range(1, 5)] == [0, 0, 1, 0]
    assert [page.cell(3, column).alignment.indent for column in range(1, 5)] == [0, 0, 1, 0]


def test_a_sheet_that_is_read_from_top_to_bottom_has_no_heads() -> None:
    sheet = Sheet(
        "Page", "Title", [SheetColumn("", "heading"), SheetColumn("", "long")], [["Part", None], [None, "A."]]
    )
    page = book_of([sheet], ENGLISH)["Page"]
    assert [page["A3"].value, page["B4"].value] == ["Part", "A."]
    assert page["A3"].font.bold
    assert page.freeze_panes is None
    assert page.auto_filter.ref is None


def test_wide_labels_do_not_take_all_the_room_that_stays() -> None:
    columns = [SheetColumn(head, "long") for head in ("One", "Two", "Three")] + [SheetColumn("Net", "money")]
    row: list[Any] = ["x" * 100, "x" * 100, "x" * 100, 1.0]
    page = book_of([Sheet("One", "Who?", columns, [row], labels=3)], ENGLISH)["One"]
    assert page.freeze_panes == "B4"
