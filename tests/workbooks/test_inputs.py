"""Figures of a case in a workbook and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import simcore
from simcore.overriding import Changeable
from simcore.report.inputs_case import override_of
from simcore.report.inputs_figures import figures, moved
from simcore.report.inputs_phrases import HEADS, SHEETS
from simcore.report.inputs_reading import open_inputs
from simcore.report.inputs_workbook import MEMORY, save_inputs
from simcore.report.language import Language
from simcore.scenario.quantities import unit_named
from simcore.scenario.shipped import shipped_scenarios
from simcore.uncertainty.distributions import Distribution
from tests.workbooks.filled_in import WHY, case_of, cell_of, run


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
    about, unit = (entry.about, "SEK per day") if language == "en" else (entry.about_sv, "kronor per dag")
    assert shown == [about, unit, 3305, low, high, 2021, "A2"]
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
    assert cell_of(book, "Fallet", "title", "Värde").value == "Ett läroboksexempel: maskiner som slits"
    cell_of(book, "Styckkostnader", "call_out", "Värde").value = "1 900,5"
    cell_of(book, "Styckkostnader", "call_out", "Varifrån ditt värde kommer").value = "gissning: åäö"
    book.save("fall.xlsx")
    scenario = case_of("fall.xlsx").scenario
    entry = scenario.parameters["call_out"]
    assert entry.distribution.mean == pytest.approx(1900.5)
    assert entry.source.assumption == "gissning: åäö"
    assert scenario.title_sv == "Ett läroboksexempel: maskiner som slits"


def test_a_title_changed_in_swedish_is_the_title(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("inputs", "export", "textbook_chain", "fall.xlsx", "--lang", "sv").exit_code == 0
    book = openpyxl.load_workbook("fall.xlsx")
    cell_of(book, "Fallet", "title", "Värde").value = "Våra maskiner"
    book.save("fall.xlsx")
    file = case_of("fall.xlsx")
    assert file.scenario.title == file.in_swedish.scenario.title == "Våra maskiner"


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
