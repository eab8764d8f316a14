"""The figures as printed, typed a second time from the sources by a reader who had not seen the scenarios."""

import re
from pathlib import Path

import pytest
import yaml

from simcore.scenario.loading import read_scenario

SECOND = yaml.safe_load((Path(__file__).parent / "second_reading.yaml").read_text(encoding="utf-8"))
FILE = read_scenario("school_dropout")
FIGURES = {**FILE.scenario.parameters, **FILE.scenario.tables}
IN_TABLES = {"price_index", "life_table"}
SCALES = (1.0, 100.0, 1e-3, 1e-6, 1e-9)  # per cent, thousands, millions, billions


def printed_numbers(text):
    joined = re.sub(r"(?<=\d)[ ,](?=\d{3}(?!\d))", "", str(text))
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", joined)]


def stands_in(value, numbers):
    """Tell whether a value stands among printed numbers, rounded as billions are."""
    return any(abs(value * scale - number) <= 0.005 * number for scale in SCALES for number in numbers)


def second_numbers(entry):
    if entry["value"] is not None:
        return [entry["value"]]
    return [*entry.get("parts", {}).values(), *entry.get("interval", [])]


@pytest.mark.parametrize("name", sorted(SECOND.keys() - IN_TABLES))
def test_the_number_as_printed_was_read_twice(name):
    ours = printed_numbers(FIGURES[name].source.as_printed)
    theirs = second_numbers(SECOND[name])
    agreeing = [value for value in theirs if stands_in(value, ours)]
    # One printed value must stand in ours; of a list of printed figures, at least two that we use.
    assert len(agreeing) >= min(2, len(theirs)), (ours, theirs)


@pytest.mark.parametrize("name", sorted(SECOND.keys() - IN_TABLES))
def test_price_years_agree_where_the_source_prints_one(name):
    theirs = SECOND[name]["price_year"]
    if theirs is not None:
        assert FIGURES[name].price_year == theirs


def test_a_wrong_figure_would_be_seen():
    assert not stands_in(1.63, printed_numbers("RR 1.36, 95 % CI 1.16 to 1.52"))
    assert not stands_in(75045, printed_numbers("57,045 kronor"))
    assert stands_in(50_131_000_000, printed_numbers("50.1 billion kronor"))


def test_the_price_index_was_read_twice():
    ours = {int(row.keys["year"]): row.value for row in FIGURES["price_index"].cells}
    theirs = {
        int(year): float(value.replace(",", "."))
        for year, value in re.findall(r"(\d{4}): (\d+,\d+)", SECOND["price_index"]["as_printed"])
    }
    assert len(theirs) >= 5
    for year, value in theirs.items():
        assert ours[year] == value


def test_the_life_table_was_read_twice():
    ours = {(row.keys["age"], row.keys["sex"]): row.value for row in FIGURES["life_table"].cells}
    text = SECOND["life_table"]["as_printed"]
    ages = [int(age) for age in re.search(r"ages ([\d /]+):", text)[1].split("/")]
    for sex, word in (("female", "women"), ("male", "men")):
        values = re.search(rf"\b{word} ([\d. /]+)", text)[1].split("/")
        for age, value in zip(ages, values, strict=True):
            assert ours[age, sex] == float(value)
