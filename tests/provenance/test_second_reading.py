"""The figures as printed, typed a second time from the sources by readers who had not seen the scenarios."""

import re
import warnings
from functools import cache
from pathlib import Path

import pytest
import yaml

from simcore.errors import ScenarioWarning
from simcore.scenario.loading import read_scenario
from simcore.scenario.shipped import shipped_scenarios

from .printed import printed_numbers, stands_in

SECOND = yaml.safe_load((Path(__file__).parent / "second_reading.yaml").read_text(encoding="utf-8"))
#: Tables whose many numbers are compared by themselves.
IN_TABLES = {"price_index", "life_table"}
READ = sorted((case, name) for case, entries in SECOND.items() for name in entries if name not in IN_TABLES)
#: Cases that no second reader has seen the sources of; published models have the tables of their authors instead.
NOT_READ_TWICE: set[str] = set()


@cache
def figures(case):
    """Everything of a case that may have been read twice: parameters, tables, and statistics to fit to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        scenario = read_scenario(case).scenario
    targets = scenario.calibration.targets if scenario.calibration is not None else {}
    return {**scenario.parameters, **scenario.tables, **{f"targets.{name}": of for name, of in targets.items()}}


def disagreement(theirs, ours):
    """What of a second reading does not stand in the number as we have printed it; nothing when they agree.

    A printed value must stand in ours, and a range printed with it too, where ours has one; of a list of printed
    figures, at least two that we use.
    """
    numbers = printed_numbers(ours)
    value, interval = theirs["value"], theirs.get("interval", [])
    if value is not None:
        wanted = [value, *(interval if len(numbers) > 2 else [])]
        return [number for number in wanted if not stands_in(number, numbers)]
    listed = [*theirs.get("parts", {}).values(), *interval]
    agreeing = [number for number in listed if stands_in(number, numbers)]
    return [] if len(agreeing) >= min(2, len(listed)) else [number for number in listed if number not in agreeing]


@pytest.mark.parametrize(("case", "name"), READ)
def test_the_number_as_printed_was_read_twice(case, name):
    theirs, ours = SECOND[case][name], figures(case)[name].source.as_printed
    if theirs.get("found") is False:
        assert theirs["note"], "a figure that was not found needs a note"
        return
    assert theirs["value"] is not None or theirs.get("parts") or theirs.get("interval"), "nothing was read"
    assert disagreement(theirs, ours) == [], ours


@pytest.mark.parametrize(("case", "name"), READ)
def test_price_years_agree_where_the_source_prints_one(case, name):
    theirs = SECOND[case][name]["price_year"]
    if theirs is not None:
        assert figures(case)[name].price_year == theirs


def test_cases_are_read_twice_or_known_not_to_be():
    own = {name for name in shipped_scenarios() if "/" not in name and not _illustrative(name)}
    assert own - SECOND.keys() <= NOT_READ_TWICE
    assert not NOT_READ_TWICE & SECOND.keys()


def _illustrative(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        return read_scenario(case).scenario.illustrative


@pytest.mark.parametrize("case", sorted(SECOND))
def test_what_every_effect_rests_on_was_read_twice(case):
    """Where it has a source at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        scenario = read_scenario(case).scenario
    sizes = {effect.size for of in scenario.interventions.values() for effect in of.effects}
    sourced = [name for name in sorted(map(str, sizes)) if name in scenario.parameters]
    assert [name for name in sourced if not _read_somewhere(case, name)] == []


def _read_somewhere(case, name):
    """Whether a figure was read for this case, or for another that has it from the same place; or has no source."""
    source = figures(case)[name].source
    if source.work is None or name in SECOND[case]:
        return True
    return any(name in entries and figures(other)[name].source == source for other, entries in SECOND.items())


def test_a_wrong_figure_would_be_seen():
    assert not stands_in(1.63, printed_numbers("RR 1.36, 95 % CI 1.16 to 1.52"))
    assert not stands_in(75045, printed_numbers("57,045 kronor"))
    assert stands_in(50_131_000_000, printed_numbers("50.1 billion kronor"))
    risk = {"value": 1.63, "interval": [1.46, 1.82]}
    assert disagreement(risk, "RR 1.63, 95 % CI 1.46 to 1.82") == []
    assert disagreement(risk, "RR 1.63") == []
    assert disagreement(risk, "RR 1.63, 95 % CI 1.46 to 1.92") == [1.82]
    assert disagreement(risk, "RR 1.36, 95 % CI 1.46 to 1.82") == [1.63]
    assert disagreement({"value": -0.21}, "d = -0.21") == []
    assert disagreement({"value": None, "parts": {"a": 5172, "b": 27834}}, "5,172 of 27,843") == [27834]


def test_the_price_index_was_read_twice():
    ours = {int(row.keys["year"]): row.value for row in figures("school_dropout")["price_index"].cells}
    theirs = {
        int(year): float(value.replace(",", "."))
        for year, value in re.findall(r"(\d{4}): (\d+,\d+)", SECOND["school_dropout"]["price_index"]["as_printed"])
    }
    assert len(theirs) >= 5
    for year, value in theirs.items():
        assert ours[year] == value


def test_the_life_table_was_read_twice():
    ours = {(row.keys["age"], row.keys["sex"]): row.value for row in figures("school_dropout")["life_table"].cells}
    text = SECOND["school_dropout"]["life_table"]["as_printed"]
    ages = [int(age) for age in re.search(r"ages ([\d /]+):", text)[1].split("/")]
    for sex, word in (("female", "women"), ("male", "men")):
        values = re.search(rf"\b{word} ([\d. /]+)", text)[1].split("/")
        for age, value in zip(ages, values, strict=True):
            assert ours[age, sex] == float(value)
