"""CSV files that are huge, broken or something else: a message at once, or the numbers that stand in them."""

import pytest

from simcore.scenario.limits import MOST_COLUMNS, MOST_ROWS
from tests.hostile.cases import BASE, changed, problem, read, told, with_parameters, with_table

MANY = "rates.csv\n    found    1,000,000 rows\n    allowed  at most 50,000 rows in all CSV files together\n"
MANY += "    hint     keep the rows that the model tells apart: fewer ages, years or draws"


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def with_values():
    return changed(("{fixed: 120000}", "{empirical: {file: rates.csv}}"))


def with_sample():
    return BASE + "joint:\n  both: {about: both, empirical: {file: rates.csv}, source: {assumption: made up}}\n"


@pytest.mark.parametrize(
    ("text", "header", "row"),
    [
        (with_table(), "age,value", "16,0.001"),
        (with_table(), "age,value", "16"),
        (with_values(), "value,weight", "x,y"),
        (with_sample(), "r_job,r_job_loss", "0.5,0.1"),
        (with_parameters("rates.csv"), "name,about", "p,a"),
    ],
)
def test_a_million_rows_are_refused_at_once(tmp_path, text, header, row):
    assert told(tmp_path, text, rates_csv=f"{header}\n" + f"{row}\n" * 1_000_000) == MANY


def test_a_million_empty_rows_are_no_rows(tmp_path):
    rows = "age,value\n" + "\n,\n" * 500_000 + "16+,0.001\n"
    assert [row.value for row in read(tmp_path, with_table(), rates_csv=rows).scenario.tables["mortality"].cells] == [
        0.001
    ]


def test_as_many_rows_as_are_allowed_are_read(tmp_path):
    rows = "value\n" + "".join(f"{number}\n" for number in range(MOST_ROWS))
    distribution = read(tmp_path, with_values(), rates_csv=rows).distributions["school_year"]
    assert distribution.mean == pytest.approx((MOST_ROWS - 1) / 2)


@pytest.mark.parametrize("row", ["16,0.001", "16,bad value", "16"])
def test_the_same_mistake_in_every_row_is_told_at_once(tmp_path, row):
    said = told(tmp_path, with_table(), rates_csv="age,value\n" + f"{row}\n" * (MOST_ROWS - 1))
    assert said.count("    found    ") == 100


def test_rows_that_overlap_in_every_way_are_told_at_once(tmp_path):
    ages = [f"{low}-{high}" for low in range(16, 20) for high in range(low, 20)]
    years = [f"{low}-{high}" for low in range(2024, 2028) for high in range(low, 2028)]
    rows = "".join(f"{age},{year},0.1\n" for _ in range(100) for age in ages for year in years)
    said = told(tmp_path, with_table("[age, year]"), rates_csv="age,year,value\n" + rows)
    assert said.count("    allowed  each case in one row") == 100


@pytest.mark.parametrize(
    ("text", "header"),
    [
        (with_table(), "age,value"),
        (with_values(), "value"),
        (with_sample(), "r_job"),
        (with_parameters("rates.csv"), "name"),
    ],
)
@pytest.mark.parametrize("column", ["c{}", "c"])
def test_a_hundred_thousand_columns_are_refused(tmp_path, text, header, column):
    columns = ",".join(column.format(number) for number in range(100_000))
    said = told(tmp_path, text, rates_csv=f"{header},{columns}\n")
    found = f"{100_001 + header.count(','):,} columns"
    assert said == problem("rates.csv:1", found, f"at most {MOST_COLUMNS:,} columns")


def test_many_cells_are_refused(tmp_path):
    row = ",".join("1" for _ in range(1_000)) + "\n"
    said = told(tmp_path, with_sample(), rates_csv=",".join(f"c{n}" for n in range(1_000)) + "\n" + row * 3_000)
    assert said == problem(
        "rates.csv", "3,001,000 cells", "at most 2,000,000 cells in a CSV file", "fewer rows or columns"
    )


def test_a_square_of_many_states_is_refused(tmp_path):
    states = [f"s{number}" for number in range(900)]
    square = "from," + ",".join(states) + "\n" + "".join(f"{state}" + ",0" * 900 + "\n" for state in states)
    text = changed(("tables:\n", "tables:\n  many: {by: [from, to], file: rates.csv, unit: probability per year,\n"
                    "    source: {assumption: made up}}\n"))  # fmt: skip
    said = told(tmp_path, text, rates_csv=square)
    assert said == problem(
        "rates.csv:57  tables.many", "more than 50,000 cells that are given", "a square of fewer states"
    )


def test_very_many_parameters_are_refused(tmp_path):
    rows = "".join(f"p{number},a,fixed,1,factor,made up\n" for number in range(20_000))
    said = told(
        tmp_path, with_parameters("rates.csv"), rates_csv="name,about,distribution,value,unit,assumption\n" + rows
    )
    assert said == problem("rates.csv  parameters", "20,000 parameters", "at most 2,000 parameters")


@pytest.mark.parametrize(
    ("rows", "line", "found", "allowed", "hint"),
    [
        ('age,value\n"16+,0.1\n' + "17,0.1\n" * 40_000, 2,
         "a cell that is much too long, perhaps a quote that is not closed", "a cell between two quotes", ""),
        ('age,value\n"16+,0.1\n', 2, "a quote that is not closed", "a cell between two quotes", ""),
        ("age,value\n" + "1" * 20_000 + ",0.1\n", 2, "a cell of 20,000 characters", "at most 10,000 characters",
         "is there a quote that is not closed?"),
        ("age,value\n16+,0\x000.1\n", 2, r"a control character ('\x00')", "text that can be printed",
         "save it as UTF-8 in the editor, or as CSV UTF-8 in the spreadsheet"),
        ("age,value\n16+,\x1b[31m0.1\n", 2, r"a control character ('\x1b')", "text that can be printed", ""),
        ("age,value,value\n16+,0.1,0.2\n", 1, "the column value twice", "each column once", ""),
        ("", 0, "an empty file", "a header and rows", ""),
        ("\n\n,,\n", 0, "an empty file", "a header and rows", ""),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused(tmp_path, rows, line, found, allowed, hint):
    place = f"rates.csv:{line}" if line else "rates.csv"
    assert told(tmp_path, with_table(), rates_csv=rows) == problem(place, found, allowed, hint)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings_are_refused(tmp_path, encoding):
    said = told(tmp_path, with_table(), rates_csv="age,value\nå,0.1\n".encode(encoding))
    assert "    found    letters that are not UTF-8\n    allowed  a UTF-8 text file" in said


@pytest.mark.parametrize("header", ["16+,0.001", "x,y", "value", "age", "år,värde", "<script>,[red]"])
def test_a_missing_header_is_told(tmp_path, header):
    said = told(tmp_path, with_table(), rates_csv=f"{header}\n16+{',0.1' * header.count(',')}\n")
    columns = header.replace(",", ", ")
    assert said == problem(
        "rates.csv:1  tables.mortality", f"the columns {columns}", "the columns age, value",
        "by names the keys, value is the number",
    )  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_any_line_end_changes_nothing(tmp_path, end, encoding):
    rows = f"age,value{end}16-17,0.0002{end}{end}18+,0.0004".encode(encoding)
    cells = read(tmp_path, with_table(), rates_csv=rows).scenario.tables["mortality"].cells
    assert [(row.keys["age"], row.value) for row in cells] == [("16-17", 0.0002), ("18+", 0.0004)]


def test_mixed_line_ends_change_nothing(tmp_path):
    cells = read(tmp_path, with_table(), rates_csv=b"age,value\r\n16,0.1\r17,0.2\n18+,0.3\r\n").scenario.tables[
        "mortality"
    ]
    assert [row.value for row in cells.cells] == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    "cell",
    ["nan", "inf", "-inf", "1e400", "1e-400", "9" * 50, "0x10", "1_000", "٣", "=1+1", "@SUM(1)",
     "+1", "=cmd|' /C calc'!A0", "__import__('os').system('touch canary')", "<b>1</b>", "[red]1[/]", "50 %", "$\\frac{"]
)  # fmt: skip
def test_a_cell_that_is_no_number_is_told_and_nothing_is_done(tmp_path, cell):
    said = told(tmp_path, with_table(), rates_csv=f'age,value\n16+,"{cell}"\n')
    assert said.startswith("rates.csv:2  tables.mortality")
    assert f"    found    {cell}\n" in said or f"    found    {cell[:77]}...\n" in said
    assert not (tmp_path / "canary").exists()
    said = told(tmp_path, with_values(), rates_csv=f'value\n"{cell}"\n1\n')
    assert said.startswith("rates.csv:2  parameters.school_year.distribution.empirical.value")


@pytest.mark.parametrize("written", ["-0", "0.000", "0e10"])
def test_zero_is_zero(tmp_path, written):
    cells = read(tmp_path, with_table(), rates_csv=f"age,value\n16+,{written}\n").scenario.tables["mortality"].cells
    assert [row.value for row in cells] == [0]


def test_words_in_a_cell_are_words(tmp_path):
    words = "=HYPERLINK(1) [red]<b>$\\frac{"
    rows = f'name,about,distribution,value,unit,assumption\nmore,"{words}",fixed,1,factor,"{words}"\n'
    more = read(tmp_path, with_parameters("rates.csv"), rates_csv=rows).scenario.parameters["more"]
    assert (more.about, more.source.assumption) == (words, words)
