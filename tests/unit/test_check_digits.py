from pathlib import Path

from simcore.scenario.check_digits import check_digits, table_digits
from simcore.scenario.loading import read_scenario, scenario_from_texts

CLINIC = read_scenario(Path(__file__).parents[1] / "scenarios" / "good" / "clinic")


def digits_of(rates):
    files = {**CLINIC.files, "clinic/mortality.csv": rates}
    tables = scenario_from_texts(files, CLINIC.main).scenario.tables
    return {name: table_digits(table) for name, table in tables.items()}


def test_another_number_has_other_digits_and_another_order_the_same():
    text = CLINIC.files["clinic/mortality.csv"]
    first, *rows = text.splitlines()
    as_it_is = digits_of(text)
    assert digits_of("\n".join([first, *reversed(rows)])) == as_it_is
    changed = digits_of(text.replace("0,0002", "0,0003", 1))
    assert [name for name in as_it_is if changed[name] != as_it_is[name]] == ["mortality"]


def test_digits_are_those_of_numbers_not_of_how_they_are_written():
    assert check_digits([1.0, 0.5]) == check_digits((1.0, 0.50))
    assert check_digits([1.0, 0.5]) != check_digits([0.5, 1.0])
    assert len(check_digits({"a": [1.0]})) == 6
