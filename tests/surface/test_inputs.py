"""Figures of a case in a workbook and back, and pricing stored runs again on the command line."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import simcore
from simcore.cli.inputs import app
from simcore.errors import ScenarioError
from simcore.overriding import Changeable
from simcore.report.inputs_case import changed_case, override_of, scenario_of_inputs
from simcore.report.inputs_figures import figures, moved
from simcore.report.inputs_phrases import HEADS, SHEETS
from simcore.report.inputs_reading import open_inputs
from simcore.report.inputs_workbook import MEMORY, save_inputs
from simcore.report.language import Language
from simcore.scenario.quantities import unit_named
from simcore.scenario.shipped import shipped_scenarios
from simcore.uncertainty.distributions import Distribution

WHY = "Where your value comes from"


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Workbooks as they were exported, by the name of the case."""
    folder = tmp_path_factory.mktemp("exported")
    found = {}
    for name in ("textbook_chain", "school_dropout"):
        found[name] = folder / f"{name}.xlsx"
        save_inputs(simcore.read_scenario(name), name, Language("en"), found[name])
    return found


@pytest.fixture
def book(exported, tmp_path, monkeypatch):
    """A function that fills in a copy of a workbook, and gives its name in the working folder."""
    monkeypatch.chdir(tmp_path)

    def filled(*cells, name="textbook_chain", edit=None, to="case.xlsx"):
        made = openpyxl.load_workbook(exported[name])
        for sheet, row, head, value in cells:
            cell = cell_of(made, sheet, row, head)
            cell.value = value
            if isinstance(value, str) and not value.startswith("=f"):
                cell.data_type = "s"
        if edit is not None:
            edit(made)
        made.save(to)
        return to

    return filled


def cell_of(book, sheet, row, head):
    heads = {cell.value: cell.column for cell in book[sheet][1]}
    for cells in book[sheet].iter_rows(min_row=2):
        if cells[0].value == row:
            return book[sheet].cell(cells[0].row, heads[head])
    raise LookupError(row)


def case_of(path, folder="ours"):
    """The case that a workbook makes."""
    done = run("inputs", "import", path, "--out", folder)
    assert done.exit_code == 0, done.output
    return simcore.read_scenario(folder)


# -- export ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_scenarios())
def test_an_unchanged_workbook_of_every_case_says_so(name, tmp_path):
    file, path = simcore.read_scenario(name), tmp_path / "case.xlsx"
    save_inputs(file, name, Language("sv"), path)
    found = open_inputs(path).against(file)
    assert (found.changes, found.notes) == ((), ())
    assert found.kept.source == name


def test_the_command_says_that_nothing_was_changed(book):
    done = run("inputs", "import", book(), "--out", "ours")
    assert (done.exit_code, done.output) == (0, "case.xlsx: nothing was changed, and nothing is written.\n")
    assert not Path("ours").exists()


def test_the_same_scenario_makes_the_same_bytes(tmp_path):
    file = simcore.read_scenario("textbook_chain")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        save_inputs(file, "textbook_chain", Language("en"), tmp_path / name / "case.xlsx")
    assert (tmp_path / "one" / "case.xlsx").read_bytes() == (tmp_path / "two" / "case.xlsx").read_bytes()


@pytest.mark.parametrize("language", ["en", "sv"])
def test_what_stands_on_the_sheets(language, tmp_path):
    file, at = simcore.read_scenario("school_dropout"), 0 if language == "en" else 1
    save_inputs(file, "school_dropout", Language(language), tmp_path / "case.xlsx")
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    assert book.sheetnames == [*(phrase[at] for phrase in SHEETS.values()), MEMORY]
    assert book[MEMORY].sheet_state == "veryHidden"
    sheet = book[SHEETS["unit_costs"][at]]
    assert sheet.freeze_panes == "B2"
    assert sheet.protection.sheet
    heads = {name: phrase[at] for name, phrase in HEADS.items()}

    def cell(head):
        return cell_of(book, sheet.title, "prison_day", heads[head])

    entry = file.scenario.parameters["prison_day"]
    low, high = entry.distribution.given["interval_95"]
    shown = [cell(head).value for head in ("about", "unit", "value", "low", "high", "price_year", "grade")]
    assert shown == [entry.about, "SEK per day", 3305, low, high, 2021, "A2"]
    assert "Kriminalvården" in cell("source").value
    editable = {head for head in heads if not cell(head).protection.locked}
    assert editable == {"value", "low", "high", "price_year", "why"}
    assert {cell(head).fill.fgColor.rgb for head in editable} == {"00FFF2CC"}
    assert {cell(head).fill.fgColor.rgb for head in heads.keys() - editable} == {"00F2F2F2"}
    rules = {of.sqref.__contains__(cell("value").coordinate): of for of in sheet.data_validations.dataValidation}
    assert (rules[True].type, rules[True].operator, rules[True].formula1) == ("decimal", "greaterThanOrEqual", "0")
    programme = book[SHEETS["programme_costs"][at]]
    assert [row[0].value for row in programme.iter_rows(min_row=2)] == ["cost_team_year", "cost_coach_year"]
    payers = book[SHEETS["payers"][at]]
    assert [row[0].value for row in payers.iter_rows(min_row=2)] == ["share_loss_on_victims", "share_team_municipality"]
    case = {row[0].value: row[2].value for row in book[SHEETS["case"][at]].iter_rows(min_row=2)}
    assert case["target_group"] == 120
    assert case["horizon_to_age"] == 65
    assert case["discount_rate"] == "discount_rate"
    assert "discount_rate" in cell_of(book, SHEETS["case"][at], "discount_rate", heads["about"]).value


def test_no_text_of_a_scenario_becomes_a_formula(tmp_path):
    text = (Path(__file__).parents[1] / "scenarios" / "good" / "smallest.yaml").read_text(encoding="utf-8")
    first = text.splitlines()[next(n for n, line in enumerate(text.splitlines()) if line.startswith("title"))]
    source = tmp_path / "scenario.yaml"
    source.write_text(text.replace(first, "title: '=1+1'"), encoding="utf-8")
    save_inputs(simcore.read_scenario(source), str(source), Language("en"), tmp_path / "case.xlsx")
    for sheet in openpyxl.load_workbook(tmp_path / "case.xlsx").worksheets:
        for row in sheet.iter_rows():
            assert "f" not in {cell.data_type for cell in row}


def test_a_workbook_is_not_written_over_what_somebody_has_changed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("inputs", "export", "textbook_chain", "case.xlsx").output == (
        "Workbook: case.xlsx\nChange its yellow cells, then: simcore inputs import case.xlsx --out FOLDER\n"
    )
    done = run("inputs", "export", "textbook_chain", "case.xlsx")
    assert done.exit_code == 2
    assert done.output == (
        "case.xlsx is there already and may hold what somebody has changed: give another name, or --afresh to write "
        "over it.\n"
    )
    assert run("inputs", "export", "textbook_chain", "case.xlsx", "--afresh", "-q").output == ""
    done = run("inputs", "export", "textbook_chain", "case.csv")
    assert done.output == "case.csv is no name of a workbook: let it end in .xlsx.\n"
    done = run("inputs", "export", "textbook_chain", "there/case.xlsx")
    assert (done.exit_code, done.output) == (2, "there/case.xlsx could not be written: No such file or directory.\n")
    assert "is not a language" in run("inputs", "export", "textbook_chain", "x.xlsx", "--lang", "de").output


# -- what was changed ------------------------------------------------------------------------------


def test_every_kind_of_change(book):
    path = book(
        ("Case", "title", "Value", "=our: own"),
        ("Case", "target_group", "Value", 800),
        ("Case", "horizon_to_age", "Value", 40),
        ("Case", "outcome_discount_rate", "Value", 0.02),
        ("Case", "outcome_discount_rate", WHY, "as the agency does"),
        ("Unit costs", "upper_secondary_year", "Value", 140_000),
        ("Unit costs", "upper_secondary_year", "Price year", 2024),
        ("Unit costs", "upper_secondary_year", WHY, "= our accounts: 2024, \"all\" #1"),
        ("Unit costs", "pay_exam", "Value", 37_000),
        ("Unit costs", "pay_exam", WHY, "our statistics"),
        ("Programme costs", "cost_coach_year", "Low", 20_000),
        ("Programme costs", "cost_coach_year", "High", 60_000),
        ("Programme costs", "cost_coach_year", WHY, "wider"),
        ("Payers", "share_team_municipality", "Value", 0.9),
        ("Payers", "share_team_municipality", WHY, "the agreement"),
        ("Other figures", "discount_rate", "Value", 0.03),
        ("Other figures", "discount_rate", WHY, "as the agency does"),
        name="school_dropout",
    )  # fmt: skip
    case = case_of(path).scenario
    base = simcore.read_scenario("school_dropout").scenario
    assert case.title == "=our: own"
    assert (case.population.target_group, case.population.persons) == (800, 1000)
    assert case.population.horizon.to_age == 40
    assert case.discount.outcomes == 0.02
    changed = {name for name, entry in case.parameters.items() if entry != base.parameters[name]}
    assert changed == {
        "upper_secondary_year",
        "pay_exam",
        "cost_coach_year",
        "share_team_municipality",
        "discount_rate",
    }
    school = case.parameters["upper_secondary_year"]
    ratio = 140_000 / 129_300
    assert school.distribution.given["median"] == 140_000
    assert school.distribution.given["interval_95"] == pytest.approx([113_200 * ratio, 147_700 * ratio], rel=1e-5)
    assert (school.price_year, school.grade) == (2024, None)
    assert school.source.assumption == '= our accounts: 2024, "all" #1'
    assert school.conversion.startswith("only the value was given, and its uncertainty moved with it in proportion")
    assert case.parameters["pay_exam"].distribution.given == {"value": 37_000}
    assert case.parameters["pay_exam"].conversion is None
    coach = case.parameters["cost_coach_year"]
    assert coach.distribution.given == {"median": 35_000, "interval_95": [20_000, 60_000]}
    assert coach.conversion is None
    assert case.parameters["share_team_municipality"].distribution.given["mean"] == 0.9
    text = Path("ours/scenario.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Written by simcore inputs import from case.xlsx: school_dropout, with what was changed")
    assert "extends: school_dropout\n" in text
    assert "    # Programme costs!D3" not in text
    assert "    # Programme costs!E3: low was 25000, high was 49000\n" in text
    assert "    # because: as the agency does\n" in text
    # Written over by the next import, and by nothing else.
    assert run("inputs", "import", path, "--out", "ours").exit_code == 0
    Path("ours/scenario.yaml").write_text("title: mine\n", encoding="utf-8")
    done = run("inputs", "import", path, "--out", "ours")
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        2, "ours/scenario.yaml is a scenario of its own and is not written over: give another folder with --out.",
    )  # fmt: skip


def test_what_the_command_says(book):
    path = book(("Unit costs", "call_out", "Value", 900), ("Unit costs", "call_out", WHY, "a guess"))
    done = run("inputs", "import", path, "--out", "ours", "--name", "dear")
    assert done.stdout == (
        "1 figure changed: ours/dear.yaml\n  call_out: 5000 -> 900  (Unit costs!D4)\nNext: simcore run ours/dear.yaml\n"
    )
    assert done.stderr == (
        "note: case.xlsx, Unit costs!D4  call_out: the new value is read as in prices of 2024; is it in those "
        "of another "
        "year, say so beside it\n"
    )
    done = run("inputs", "import", path, "--out", "ours", "--name", "../x")
    assert "a small letter, then small letters, digits and _" in done.output


def test_more_persons_than_are_simulated(book):
    case = case_of(book(("Case", "target_group", "Value", 700))).scenario.population
    assert (case.target_group, case.persons) == (700, 700)


def test_a_swedish_workbook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("inputs", "export", "textbook_chain", "fall.xlsx", "--lang", "sv").exit_code == 0
    book = openpyxl.load_workbook("fall.xlsx")
    cell_of(book, "Styckkostnader", "call_out", "Värde").value = "1 900,5"
    cell_of(book, "Styckkostnader", "call_out", "Varifrån ditt värde kommer").value = "gissning: åäö"
    book.save("fall.xlsx")
    entry = case_of("fall.xlsx").scenario.parameters["call_out"]
    assert entry.distribution.mean == pytest.approx(1900.5)
    assert entry.source.assumption == "gissning: åäö"


def test_a_scenario_of_ones_own_is_found_from_the_workbook(book, tmp_path):
    own = tmp_path / "cases" / "mine.yaml"
    own.parent.mkdir()
    own.write_text("extends: textbook_chain\nchange: {discount: {money: 0.01}}\n", encoding="utf-8")
    assert run("inputs", "export", own, "case.xlsx").exit_code == 0
    book_ = openpyxl.load_workbook("case.xlsx")
    cell_of(book_, "Case", "discount_rate", "Value").value = 0.04
    (tmp_path / "moved").mkdir()
    book_.save("case.xlsx")
    assert str(tmp_path) not in "".join(str(cell.value) for row in book_[MEMORY].iter_rows() for cell in row)
    assert case_of("case.xlsx", "out").scenario.discount.money == 0.04
    assert 'extends: "../cases/mine.yaml"' in (tmp_path / "out" / "scenario.yaml").read_text(encoding="utf-8")
    done = run("inputs", "import", "case.xlsx", "--out", "cases", "--name", "mine")
    assert "is a scenario of its own and is not written over" in done.output
    shutil.move("case.xlsx", "moved/case.xlsx")
    done = run("inputs", "import", "moved/case.xlsx", "--out", "out")
    assert done.output == (
        "moved/case.xlsx  scenario\n    found    cases/mine.yaml, which is not there\n"
        "    allowed  the scenario that the workbook was exported from, seen from its folder\n"
        "    hint     say where it is now: --scenario SCENARIO\n1 problem in moved/case.xlsx; nothing was run.\n"
    )
    assert run("inputs", "import", "moved/case.xlsx", "--out", "out", "--scenario", own).exit_code == 0


def test_an_older_version_is_taken_where_it_says_the_same(book, tmp_path):
    own = tmp_path / "mine.yaml"
    text = "extends: textbook_chain\nchange: {discount: {money: %s}}  # %s\n"
    own.write_text(text % (0.01, "one"), encoding="utf-8")
    run("inputs", "export", own, "case.xlsx")
    own.write_text(text % (0.01, "two"), encoding="utf-8")
    done = run("inputs", "import", "case.xlsx", "--out", "out")
    assert done.stderr == "note: case.xlsx was exported from another version of mine.\n"
    book_ = openpyxl.load_workbook("case.xlsx")
    cell_of(book_, "Case", "discount_rate", "Value").value = 0.04
    book_.save("case.xlsx")
    done = run("inputs", "import", "case.xlsx", "--out", "out")
    assert done.stderr == (
        "note: case.xlsx was exported from another version of mine; what was changed is the same in both.\n"
    )
    own.write_text(text % (0.02, "two"), encoding="utf-8")
    done = run("inputs", "import", "case.xlsx", "--out", "out")
    assert done.stderr == (
        "case.xlsx, Case!C5  discount_rate\n    found    a change of 0.01, which is 0.02 in the scenario by now\n"
        "    allowed  the version of mine that was exported\n"
        "    hint     export the workbook again, and change it there\n1 problem in case.xlsx; nothing was run.\n"
    )


TABLES = """
extends: textbook_chain
change:
  prices: {upkeep: {resource: upkeep_by_year}, mechanic: {resource: call_by_age}}
tables:
  upkeep_by_year:
    by: [year]
    values: {2024-2029: 100, 2030+: upkeep_worn}
    unit: SEK per year
    price_year: 2024
    source: {assumption: made up}
  call_by_age:
    by: [age, year]
    file: calls.csv
    unit: SEK per event
    price_year: 2024
    source: {assumption: made up}
"""


def test_tables_of_money(book, tmp_path):
    case = tmp_path / "mine"
    case.mkdir()
    (case / "calls.csv").write_text("age,year,value\n0-9,2000-2100,10.5\n10+,2000-2100,20\n", encoding="utf-8")
    (case / "scenario.yaml").write_text(TABLES, encoding="utf-8")
    assert run("inputs", "export", "mine", "case.xlsx").exit_code == 0
    made = openpyxl.load_workbook("case.xlsx")
    rows = [row[0].value for row in made["Tables"].iter_rows(min_row=2)]
    assert rows == [
        "upkeep_by_year: year 2024-2029", "upkeep_by_year: year 2030+", "call_by_age: age 0-9, year 2000-2100",
        "call_by_age: age 10+, year 2000-2100",
    ]  # fmt: skip
    for row, value in ((rows[0], 150), (rows[3], 25)):
        cell_of(made, "Tables", row, "Value").value = value
        cell_of(made, "Tables", row, WHY).value = "our accounts"
    assert cell_of(made, "Tables", rows[1], "Value").protection.locked
    made.save("case.xlsx")
    tables = case_of("case.xlsx").scenario.tables
    assert [cell.value for cell in tables["upkeep_by_year"].cells] == [150, "upkeep_worn"]
    assert [cell.value for cell in tables["call_by_age"].cells] == [10.5, 25]
    assert tables["upkeep_by_year"].source.assumption == "year 2024-2029: our accounts; all others: made up"
    # The same workbook lies over results too, with the file of the table.
    results = simcore.simulate(simcore.read_scenario("mine"), draws=3, persons=20)
    simcore.save_results(results, "results")
    assert run("reprice", "results", "--with", "case.xlsx", "--out", "priced", "-q").exit_code == 0
    priced, new = simcore.open_results("priced"), simcore.simulate(simcore.read_scenario("ours"), draws=3, persons=20)
    xr.testing.assert_allclose(priced["cost"], new["cost"])


# -- what a changed value means --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distribution", "unit", "new", "written"),
    [
        ({"fixed": {"value": 3.0}}, "SEK per year", {"value": 4.0}, {"fixed": 4.0}),
        ({"gamma": {"mean": 100.0, "sd": 10.0}}, "SEK per year", {"value": 200.0},
         {"gamma": {"mean": 200.0, "sd": 20.0}}),
        ({"beta": {"mean": 0.5, "sd": 0.1}}, "share", {"value": 0.2}, {"beta": {"mean": 0.2, "sd": 0.064}}),
        (
            {"beta": {"mean": 0.5, "interval_95": [0.25, 0.75]}}, "share", {"value": 0.8},
            {"beta": {"mean": 0.8, "interval_95": [0.571429, 0.923077]}},
        ),
        (
            {"lognormal": {"median": 2.0, "interval_95": [1.0, 4.0]}}, "odds ratio", {"value": 3.0},
            {"lognormal": {"median": 3.0, "interval_95": [1.5, 6.0]}},
        ),
        (
            {"lognormal": {"median": 2.0, "interval_95": [1.0, 4.0]}}, "odds ratio", {"value": 3.0, "high": 9.0},
            {"lognormal": {"median": 3.0, "interval_95": [1.0, 9.0]}},
        ),
        (
            {"normal": {"mean": -0.1, "interval_95": [-0.3, 0.1]}}, "risk difference", {"value": 0.1},
            {"normal": {"mean": 0.1, "interval_95": [-0.1, 0.3]}},
        ),
        ({"normal": {"mean": -0.1, "sd": 0.2}}, "coefficient", {"value": 0.1}, {"normal": {"mean": 0.1, "sd": 0.2}}),
        (
            {"triangular": {"min": 1.0, "mode": 2.0, "max": 4.0}}, "SEK per year", {"value": 4.0},
            {"triangular": {"min": 2.0, "mode": 4.0, "max": 8.0}},
        ),
        ({"uniform": {"min": 1.0, "max": 4.0}}, "SEK per year", {"high": 5.0}, {"uniform": {"min": 1.0, "max": 5.0}}),
        ({"gamma": {"shape": 4.0, "scale": 2.0}}, "SEK per year", {"value": 4.0},
         {"gamma": {"shape": 4.0, "scale": 1.0}}),
        (
            {"lognormal": {"log_mean": 0.0, "log_sd": 0.1}}, "odds ratio", {"value": 2 * 2.718281828459045**0.005},
            {"lognormal": {"log_mean": 0.693147, "log_sd": 0.1}},
        ),
    ],
)  # fmt: skip
def test_what_moves_with_a_value(distribution, unit, new, written):
    ((name, numbers),) = distribution.items()
    assert moved(Distribution(name, numbers), unit_named(unit), new).written == written


@pytest.fixture(scope="module")
def school():
    return simcore.read_scenario("school_dropout")


TEXTS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_values_survive_the_way_there_and_back(data, exported, school, tmp_path):
    file, book = school, openpyxl.load_workbook(exported["school_dropout"])
    known = [figure for figure in figures(file) if "value" in figure.editable and figure.path[0] == "parameters"]
    chosen = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=9, unique_by=lambda figure: figure.name))
    wanted = {}
    for figure in chosen:
        old = figure.numbers["value"]
        unit = figure.bounds
        factor = data.draw(st.floats(0.5, 0.95) if unit.high == 1.0 else st.floats(0.5, 2.0))
        value = wanted[figure.name] = old * factor
        title = SHEETS[figure.sheet][0]
        cell_of(book, title, figure.name, "Value").value = value
        why = cell_of(book, title, figure.name, WHY)
        why.value = data.draw(TEXTS)
        why.data_type = "s"
    book.save(tmp_path / "case.xlsx")
    read = Changeable(file).changed(override_of(open_inputs(tmp_path / "case.xlsx").against(file), file))
    found = {figure.name: figure.numbers["value"] for figure in figures(read) if figure.name in wanted}
    assert found == pytest.approx(wanted, rel=1e-12)
    others = [name for name in file.scenario.parameters if name not in wanted]
    assert all(read.scenario.parameters[name] == file.scenario.parameters[name] for name in others)


# -- what is wrong ---------------------------------------------------------------------------------

SAID = ("Unit costs", "call_out", WHY, "a guess")
COST = ("Unit costs", "call_out", "Value")
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


# -- pricing again on the command line -------------------------------------------------------------


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stored") / "results"
    results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    return simcore.save_results(results, folder)


def test_reprice_writes_what_run_writes(stored, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("reprice", stored, "--out", "priced", "--discount-rate", "0.05", "--horizon", "10 years",
               "--set", "call_out=900", "--target-group", 30)  # fmt: skip
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in Path("priced").iterdir()) == [
        "actors.csv", "budget.csv", "figure.png", "results.zarr",
    ]  # fmt: skip
    assert "discounted at 5 % a year" in done.stdout
    assert done.stderr == "note: what may happen to just 30 persons is not told: it needs a run for them.\n"
    priced = simcore.open_results("priced")
    change = {
        "discount": {"money": 0.05}, "population": {"horizon": {"years": 10}, "target_group": 30},
        "parameters": {"call_out": {"distribution": {"fixed": 900.0}, "source": {"assumption": "made up"}}},
    }  # fmt: skip
    again = simcore.reprice(simcore.open_results(stored), change=change)
    xr.testing.assert_equal(priced, again)
    file = simcore.repricing.scenario_of(priced)
    assert (
        file.scenario.parameters["call_out"].source.assumption == "set on the command line, to see what follows from it"
    )
    assert ("parameters", "call_out", "distribution") in file.overridden


def test_reprice_under_a_file_and_a_workbook(stored, book):
    Path("dear.yaml").write_text("extends: textbook_chain\nchange: {discount: {money: 0.05}}\n", encoding="utf-8")
    assert run("reprice", stored, "--out", "one", "--with", "dear.yaml", "-q").exit_code == 0
    assert simcore.open_results("one").attrs["discount_rate"] == 0.05
    path = book((*COST, 900), SAID)
    done = run("reprice", "one", "--out", "two", "--with", path, "--json")
    assert done.exit_code == 0
    assert done.stdout.startswith("{")
    two = simcore.open_results("two")
    assert two.attrs["discount_rate"] == 0.05
    values = two["parameter_value"].sel(parameter="call_out")
    assert float(values.mean()) == pytest.approx(900, rel=0.05)
    done = run("reprice", "one", "--out", "three", "--with", book())
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, "case.xlsx: nothing was changed.")
    lives = book(("Other figures", "p_wear", "Value", 0.5), ("Other figures", "p_wear", WHY, "x"))
    done = run("reprice", stored, "--out", "three", "--with", lives)
    assert (done.exit_code, done.output) == (
        2,
        "parameters.p_wear.distribution decides how lives go, which another price list cannot change: run the scenario "
        "with this change again.\n",
    )
    assert not Path("three").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Nothing is changed: give --with, --discount-rate, --horizon, --target-group or --set.\n"),
        (["--horizon", "ten"],
         "horizon\n    found    ten\n    allowed  a whole number of years: 10, or '10 years'\n"
         "1 problem in the command line; nothing was run.\n"),
        (["--set", "call_out"],
         "set\n    found    call_out\n    allowed  NAME=VALUE, a name and a number: cost_of_place=48000\n"
         "1 problem in the command line; nothing was run.\n"),
        (["--set", "call_out=1,5"],
         "set\n    found    call_out=1,5\n    allowed  NAME=VALUE, a name and a number: cost_of_place=48000\n"
         "    hint     write call_out=1.5\n1 problem in the command line; nothing was run.\n"),
        (["--set", "call_oot=3"],
         "'call_oot' is not a parameter of the scenario; did you mean 'call_out'? Known: call_out, oil_year, p_break, "
         "p_scrap, p_wear, rr_oil, upkeep_worn, value_of_output.\n"),
        (["--horizon", "30"],
         "The run follows lives for 20 years, and a longer horizon was not simulated: give at most 20 years, "
         "or run the "
         "scenario again.\n"),
        (["--set", "call_out=nan"], None),
        (["--discount-rate", "-2"], None),
        (["--with", "none.yaml"], None),
        (["--with", "none.xlsx"], None),
    ],
)  # fmt: skip
def test_what_reprice_refuses(stored, tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    done = run("reprice", stored, "--out", "priced", *options)
    assert done.exit_code == 2, done.output
    assert not Path("priced").exists()
    if message is not None:
        assert done.stderr == message
    assert "Traceback" not in done.output


def test_reprice_does_not_write_over_the_run(stored):
    done = run("reprice", stored, "--out", stored, "--discount-rate", "0.05")
    assert done.output == f"{stored} holds the run that is priced again: give another folder with --out.\n"


def test_changed_case_of_nothing_is_empty(exported):
    file = simcore.read_scenario("textbook_chain")
    opened = open_inputs(exported["textbook_chain"])
    assert changed_case(opened.against(file), file).text == ""
    assert scenario_of_inputs(opened) == "textbook_chain"
