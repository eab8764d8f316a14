import math
import re

import pytest

from simcore.scenario.quantities import (
    MONEY_PATTERN,
    PER_YEAR,
    UNITS,
    USES,
    any_of,
    currency_of,
    percent_hint,
    unit_named,
    unit_words,
    units_for,
)


@pytest.mark.parametrize("per", [*PER_YEAR, "event", "participant"])
def test_money(per):
    unit = unit_named(f"SEK per {per}")
    assert (unit.kind, unit.per, unit.low, unit.high) == ("money", per, 0.0, math.inf)
    assert currency_of(f"EUR per {per}") == "EUR"
    assert re.fullmatch(MONEY_PATTERN, f"EUR per {per}")


@pytest.mark.parametrize("text", ["sek per month", "SEK", "SEK per fortnight", "SEKS per year", "per month", "share "])
def test_what_is_no_unit(text):
    assert unit_named(text) is None
    assert currency_of(text) is None


def test_a_day_price_times_365_is_a_year_price():
    assert {"day": 365.0, "week": 52.0, "month": 12.0, "quarter": 4.0, "year": 1.0} == PER_YEAR


@pytest.mark.parametrize(
    ("unit", "possible", "impossible"),
    [
        ("probability per year", [0, 0.5, 1], [-1e-9, 1.0001, 3.5]),
        ("share", [0, 1], [-0.1, 1.1]),
        ("rate per year", [0, 0.1, 7], [-0.1]),
        ("odds ratio", [1e-9, 1, 50], [0, -1]),
        ("hazard ratio", [0.5], [0]),
        ("risk difference", [-5, 0, 5], []),
        ("year", [0.1, 30], [0, -1]),
        ("per year", [-0.5, 0, 0.035], [-1, -2]),
        ("price index", [0.1, 320], [0]),
        ("factor", [0, 1.3], [-0.1]),
        ("SEK per month", [0, 1e9], [-1]),
    ],
)
def test_ranges(unit, possible, impossible):
    assert all(unit_named(unit).accepts(value) for value in possible)
    assert not any(unit_named(unit).accepts(value) for value in impossible)


def test_ranges_in_words():
    words = {name: unit_named(name).allowed for name in ("probability", "odds ratio", "rate per year", "per year")}
    assert words == {
        "probability": "a probability, 0 to 1",
        "odds ratio": "an odds ratio above 0",
        "rate per year": "a rate of at least 0",
        "per year": "a discount rate above -1",
    }
    assert unit_named("SEK per year").allowed == "an amount of at least 0"
    assert unit_named("risk difference").allowed == "a risk difference"


def test_percentages():
    assert percent_hint(3.5) == "percentages are written as fractions: 3.5 % is 0.035"
    assert unit_named("share").percent_hint(80) == percent_hint(80)
    assert unit_named("share").percent_hint(-1) == unit_named("share").percent_hint(101) == ""
    assert unit_named("rate per year").percent_hint(3.5) == ""


def test_every_use_has_units_and_every_unit_a_use():
    kinds = {unit.kind for unit in UNITS.values()} | {"money"}
    assert {kind for fitting in USES.values() for kind in fitting} == kinds
    for use in USES:
        assert units_for(use)
    assert units_for("odds_ratio") == "the unit 'odds ratio'"
    assert all(name in unit_words() for name in UNITS)


def test_alternatives_in_words():
    assert [any_of(["a"]), any_of(["a", "b"]), any_of(["a", "b", "c"])] == ["a", "a or b", "a, b or c"]
