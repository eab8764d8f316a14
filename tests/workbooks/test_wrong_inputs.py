"""What is wrong in a workbook is told with its sheet and cell, and nothing is lost."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import simcore
from simcore.errors import ScenarioError
from simcore.report.inputs_reading import open_inputs
from simcore.report.inputs_workbook import MEMORY
from tests.workbooks.filled_in import COST, SAID, WHY, case_of, run

NUMBER = "    allowed  an amount of at least 0\n"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([(*COST, 900)],
         "case.xlsx, Unit costs!I4  call_out\n    found    an empty cell beside a changed figure\n    allowed "
         " where the "
         "new value comes from: a work, your own accounts, or a guess with its reason and range\n"),
        ([(*COST, None), SAID],
         "case.xlsx, Unit costs!D4  call_out\n    found    an empty cell\n    allowed  a value; it was 5000\n"),
        ([(*COST, -5), SAID], f"case.xlsx, Unit costs!D4  call_out\n    found    -5\n{NUMBER}"),
        ([(*COST, "about 900"), SAID],
         f"case.xlsx, Unit costs!D4  call_out\n    found    about 900\n{NUMBER}"
         "    hint     type the number alone: its unit stands beside it\n"),
        ([(*COST, "1,900"), SAID],
         f"case.xlsx, Unit costs!D4  call_out\n    found    1,900, as text\n{NUMBER}"
         "    hint     as text this may be read in two ways: type it as a number\n"),
        ([(*COST, "=f4*2"), SAID],
         f"case.xlsx, Unit costs!D4  call_out\n    found    the formula =f4*2 without its value\n{NUMBER}"
         "    hint     open the workbook, let it calculate, and save it again; or type what is meant\n"),
        ([(*COST, datetime.datetime(2024, 3, 5)), SAID],
         f"case.xlsx, Unit costs!D4  call_out\n    found    the date 2024-03-05 00:00:00\n{NUMBER}"
         "    hint     it was taken for a date: give the cell the number format General, and type the number again\n"),
        ([(*COST, True), SAID], f"case.xlsx, Unit costs!D4  call_out\n    found    true\n{NUMBER}"),
        ([(*COST, 1e200), SAID], f"case.xlsx, Unit costs!D4  call_out\n    found    1e+200\n{NUMBER}"),
        ([("Unit costs", "call_out", "Price year", 24), SAID],
         "case.xlsx, Unit costs!H4  call_out\n    found    24\n    allowed  a whole number from 1900 to 2200\n"),
        ([("Case", "target_group", "Value", 12.5)],
         "case.xlsx, Case!C3  target_group\n    found    12.5\n    allowed  a whole number from 1 to 100,000,000\n"),
        ([("Case", "discount_rate", "Value", 3.5)],
         "case.xlsx, Case!C5  discount_rate\n    found    3.5\n    allowed  a rate per year, below 1\n"
         "    hint     percentages are written as fractions: 3.5 % is 0.035\n"),
        ([("Case", "discount_rate", "Value", "3,5 %")],
         "case.xlsx, Case!C5  discount_rate\n    found    3,5 %\n    allowed  a discount rate above -1\n"
         "    hint     percentages are written as fractions: 3.5 % is 0.035\n"),
        ([("Case", "title", "Value", " ")],
         "case.xlsx, Case!C2  title\n    found    an empty text\n    allowed  a text\n"),
        ([("Case", "currency", "Value", "EUR")],
         "case.xlsx, Case!C8  currency\n    found    EUR\n    allowed  SEK: a grey cell cannot be changed here\n"
         "    hint     change it in the scenario file\n"),
        ([("Other figures", "p_wear", "Value", 20), ("Other figures", "p_wear", WHY, "x")],
         "case.xlsx, Other figures!D2  p_wear\n    found    20\n    allowed  a probability, 0 to 1\n"
         "    hint     percentages are written as fractions: 20 % is 0.2\n"),
        ([("Other figures", "rr_oil", "Low", 0.9), ("Other figures", "rr_oil", WHY, "x")], None),
        ([("Other figures", "rr_oil", "Value", 0), ("Other figures", "rr_oil", WHY, "x")],
         "case.xlsx, Other figures!D5  rr_oil\n    found    0\n    allowed  a risk ratio above 0\n"),
        ([("Unit costs", "call_out", "Name", "call_oot")],
         "case.xlsx, sheet Unit costs  call_out\n    found    no row of this name\n    allowed  every row that was "
         "exported\n    hint     is it the row that is now called 'call_oot'?\n"
         "case.xlsx, Unit costs!A4  call_oot\n    found    the name call_oot\n    allowed  the names that "
         "were exported\n"
         "    hint     did you mean 'call_out'?\n"),
        ([("Unit costs", "call_out", "Name", "upkeep_worn")],
         "case.xlsx, Unit costs!A4  upkeep_worn\n    found    the name upkeep_worn a second time (first in A3)\n"
         "    allowed  each once\n"
         "case.xlsx, sheet Unit costs  call_out\n    found    no row of this name\n    allowed  every row that was "
         "exported\n    hint     export the workbook again\n"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_cell(book, cells, message):
    done = run("inputs", "import", book(*cells), "--out", "ours")
    assert done.exit_code == 2, done.output
    assert not Path("ours").exists()
    if message is None:  # of the scenario that comes out
        assert done.stderr.startswith("case.xlsx, Other figures!E5  parameters.rr_oil.distribution\n    found  ")
        return
    number = message.count("    found ")
    assert done.stderr == f"{message}{number} problem{'s' if number > 1 else ''} in case.xlsx; nothing was run.\n"


def test_all_problems_are_told_at_once(book):
    path = book((*COST, -5), ("Case", "target_group", "Value", 0), ("Case", "discount_rate", "Value", 30))
    done = run("inputs", "import", path, "--out", "ours")
    assert done.stderr.splitlines()[-1] == "3 problems in case.xlsx; nothing was run."


def test_a_source_without_a_changed_value_is_noted(book):
    done = run("inputs", "import", book(SAID), "--out", "ours")
    assert done.stderr == (
        "note: case.xlsx, Unit costs!I4  call_out: says where a value comes from that was not changed\n"
    )


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda book: book.remove(book["Payers"]), None),
        (lambda book: book.remove(book["Unit costs"]),
         "case.xlsx, sheet Unit costs\n    found    the sheets Start here, Case, Programme costs, Payers, "
         "Other figures, "
         "Tables\n    allowed  the sheets that were exported, 'Unit costs' among them\n"),
        (lambda book: setattr(book["Unit costs"], "title", "Unit cost"),
         "case.xlsx, sheet Unit costs\n    found    the sheets Start here, Case, Unit cost, Programme costs, "
         "Payers, Other "
         "figures, Tables\n    allowed  the sheets that were exported, 'Unit costs' among them\n"
         "    hint     did you mean 'Unit cost'?\n"),
        (lambda book: book["Unit costs"].delete_rows(4),
         "case.xlsx, sheet Unit costs  call_out\n    found    no row of this name\n    allowed  every row that was "
         "exported\n    hint     export the workbook again\n"),
        (lambda book: book["Unit costs"].delete_cols(4),
         "case.xlsx, Unit costs!row 1\n    found    no column 'Value'\n    allowed  the heads that were "
         "exported, 'Value' "
         "among them\n"),
        (lambda book: book.remove(book[MEMORY]),
         "case.xlsx\n    found    a workbook without the hidden sheet of simcore\n    allowed  a workbook "
         "that simcore has "
         "exported\n    hint     simcore inputs export SCENARIO CASE.xlsx\n"),
        (lambda book: book[MEMORY].delete_rows(3),
         "case.xlsx\n    found    a hidden sheet of simcore that is damaged\n    allowed  the hidden sheet as it was "
         "exported\n    hint     simcore inputs export SCENARIO CASE.xlsx\n"),
        (lambda book: book[MEMORY].cell(1, 2, "2"),
         "case.xlsx\n    found    a workbook of version 2, by another simcore\n    allowed  version 1\n"
         "    hint     export it again with this simcore\n"),
        (lambda book: book[MEMORY].cell(2, 2, "textbook/hivv"), None),
    ],
)  # fmt: skip
def test_a_workbook_that_lost_something(book, edit, message):
    done = run("inputs", "import", book(edit=edit), "--out", "ours")
    if message is None:
        assert done.exit_code in (0, 2)
        assert "Traceback" not in done.output
        return
    number = message.count("    found ")
    assert done.exit_code == 2
    assert done.stderr == f"{message}{number} problem{'s' if number > 1 else ''} in case.xlsx; nothing was run.\n"


def test_rows_in_another_order_and_remarks_are_understood(book):
    def edit(made):
        sheet = made["Unit costs"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=4)]
        for row, values in enumerate(reversed(rows), 2):
            for column, value in enumerate(values, 1):
                sheet.cell(row, column).value = value
        sheet.cell(9, 1).value = "a remark of ours"
        sheet.cell(2, 4).value = 900
        sheet.cell(2, 9).value = "a guess"

    assert case_of(book(edit=edit)).scenario.parameters["call_out"].distribution.mean == 900


def test_what_is_no_workbook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("text.xlsx").write_text("no workbook", encoding="utf-8")
    Path("old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    Path("folder.xlsx").mkdir()
    with zipfile.ZipFile("zip.xlsx", "w") as packed:
        packed.writestr("a", "b")
    with zipfile.ZipFile("bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a", bytes(201_000_000))
    for name, found in (
        ("none.xlsx", "no such file"), ("text.xlsx", "a file that is no workbook"), ("folder.xlsx", "a folder"),
        ("zip.xlsx", "a file that is no workbook ("), ("old.xls", "a file that is no workbook"),
        ("bomb.xlsx", "201 MB when unpacked"), ("a\0b", "no such file"),
    ):  # fmt: skip
        with pytest.raises(ScenarioError) as caught:
            open_inputs(name)
        assert found in str(caught.value)


def test_a_name_that_says_too_much_stays_in_its_line(book):
    path = book((*COST, 900), (*SAID[:3], "two\nlines: {a} # b"), ("Case", "title", "Value", "a\nb: c"))
    case = case_of(path).scenario
    assert case.parameters["call_out"].source.assumption == "two lines: {a} # b"


def test_what_was_written_before_stays_when_something_is_wrong(book):
    case_of(book((*COST, 900), SAID))
    before = Path("ours/scenario.yaml").read_bytes()
    wrong = book(("Other figures", "rr_oil", "Low", 0.9), ("Other figures", "rr_oil", WHY, "x"))
    assert run("inputs", "import", wrong, "--out", "ours").exit_code == 2
    assert Path("ours/scenario.yaml").read_bytes() == before
    assert [path.name for path in Path("ours").iterdir()] == ["scenario.yaml"]


def test_a_spreadsheet_program_saves_it(book, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    path = book(
        (*COST, "=f1000-100"),
        SAID,
        ("Unit costs", "call_out", "Used for", None),
        edit=lambda made: made["Unit costs"].cell(1000, 6, 1000.5),
    )
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    (tmp_path / "saved").mkdir()
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", "saved", path], check=True, timeout=120,
        capture_output=True,
    )  # fmt: skip
    found = open_inputs("saved/case.xlsx").against(simcore.read_scenario("textbook_chain"))
    assert [(change.figure.name, change.new) for change in found.changes] == [("call_out", {"value": 900.5})]
