"""Numbers, money, shares and lists in English and Swedish."""

from __future__ import annotations

import math
from pathlib import Path
from string import Formatter

import pytest

from simcore.errors import UnknownNameError
from simcore.report.decision_heads import HEADS
from simcore.report.decision_phrases import PHRASES
from simcore.report.language import Language
from simcore.scenario.loading import read_scenario

EN, SV = Language.of("en"), Language.of("sv")
GOOD = Path(__file__).parents[1] / "scenarios" / "good"
SPACE, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "digits", "english", "swedish"),
    [
        (1234.5, 1, "1,234.5", "1_234,5"),
        (-1234567.0, 0, "~1,234,567", "~1_234_567"),
        (0.0, 2, "0.00", "0,00"),
        (-0.0004, 2, "0.00", "0,00"),
        (math.nan, 0, "–", "–"),
        (math.inf, 0, "∞", "∞"),
        (-math.inf, 0, "~∞", "~∞"),
    ],
)
def test_numbers(value: float, digits: int, english: str, swedish: str) -> None:
    for language, text in ((EN, english), (SV, swedish)):
        assert language.number(value, digits) == text.replace("_", SPACE).replace("~", MINUS)


@pytest.mark.parametrize(
    ("value", "english", "swedish"),
    [
        (1_234_567.0, "SEK_1.23_million", "1,23_miljoner_kronor"),
        (999_999.0, "SEK_1_million", "1_miljon_kronor"),
        (12_345_678.0, "SEK_12.3_million", "12,3_miljoner_kronor"),
        (123_456_789.0, "SEK_123_million", "123_miljoner_kronor"),
        (2_500_000_000.0, "SEK_2.5_billion", "2,5_miljarder_kronor"),
        (-341_234.0, "~SEK_341,000", "~341_000_kronor"),
        (15.4, "SEK_15.4", "15,4_kronor"),
        (0.5, "SEK_0.5", "0,5_kronor"),
        (0.0, "SEK_0", "0_kronor"),
    ],
)
def test_amounts_in_sentences(value: float, english: str, swedish: str) -> None:
    for language, text in ((EN, english), (SV, swedish)):
        assert language.amount(value, "SEK") == text.replace("_", SPACE).replace("~", MINUS)
    assert EN.amount(math.nan, "SEK") == "–"
    assert SV.amount(1500.0, "EUR") == f"1{SPACE}500{SPACE}EUR"


@pytest.mark.parametrize(
    ("value", "digits", "english", "swedish"),
    [
        (0.347, 0, "35_%", "35_%"),
        (0.347, 1, "34.7_%", "34,7_%"),
        (0.001, 0, "<_1_%", "<_1_%"),
        (0.9999, 0, ">_99_%", ">_99_%"),
        (0.0001, 1, "<_0.1_%", "<_0,1_%"),
        (0.005, 0, "<_1_%", "<_1_%"),
        (0.995, 0, ">_99_%", ">_99_%"),
        (1 - 1e-12, 0, "100_%", "100_%"),
        (1.0, 0, "100_%", "100_%"),
        (0.0, 0, "0_%", "0_%"),
        (math.nan, 0, "–", "–"),
    ],
)
def test_shares(value: float, digits: int, english: str, swedish: str) -> None:
    assert EN.percent(value, digits) == english.replace("_", SPACE)
    assert SV.percent(value, digits) == swedish.replace("_", SPACE)


def test_money_of_tables() -> None:
    assert EN.money(1234.56) == "1,235"
    assert EN.money(12.34) == "12.3"
    assert SV.money(1.234, sign=True) == "+1,23"
    assert SV.money(0.0, sign=True) == "0"
    assert EN.money(math.inf) == "∞"


def test_years_and_lists() -> None:
    assert (EN.year(2034.0), EN.year(math.inf), SV.year(math.inf), EN.year(math.nan)) == (
        "2034",
        "never",
        "aldrig",
        "–",
    )
    assert EN.listed(["a", "b", "c"]) == "a, b and c"
    assert SV.listed(["a", "b"]) == "a och b"
    assert SV.listed(["a"]) == "a"
    assert EN.listed([]) == ""


def test_names_of_a_scenario() -> None:
    scenario = read_scenario("school_dropout").scenario
    assert SV.actor(scenario, "municipality") == "Kommunen"
    assert SV.actor(scenario, "public_sector") == "Offentlig sektor"
    assert SV.strategy(scenario, "both") == "Närvaroteam och individanpassat stöd till arbete"
    assert SV.strategy(scenario, "usual") == "Som i dag"
    assert EN.strategy(scenario, "both") == "Both"
    assert SV.outcome(scenario, "exam_at_24") == "Examen vid 24"
    assert EN.intervention(scenario, "attendance_team") == "Attendance team"


def test_names_that_the_file_has_in_english_only() -> None:
    scenario = read_scenario(GOOD / "alternatives.yaml").scenario
    for name in scenario.strategies:
        if scenario.strategies[name]:
            assert SV.strategy(scenario, name) == EN.strategy(scenario, name)


def test_a_language_that_there_is_not() -> None:
    with pytest.raises(UnknownNameError, match=r"^'no' is not a language"):
        Language.of("no")


@pytest.mark.parametrize("phrases", [PHRASES, HEADS], ids=["phrases", "heads"])
def test_both_languages_say_the_same_of_the_same(phrases: dict[str, tuple[str, str]]) -> None:
    """Whatever is put into the English words is put into the Swedish ones too."""
    for key, (english, swedish) in phrases.items():
        fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, swedish)]
        assert fields[0] == fields[1], key
        assert len(english) < 400, key
        assert english.endswith(".") == swedish.endswith("."), key


def test_what_lies_between() -> None:
    assert SV.between(-4.61e6, 17.1e6, "SEK").replace(SPACE, " ") == f"{MINUS}4,61 och 17,1 miljoner kronor"
    assert SV.between(-460_000.0, 1.2e6, "SEK").replace(SPACE, " ") == f"{MINUS}460 000 och 1,2 miljoner kronor"
    assert SV.between(500.0, 12_000.0, "SEK").replace(SPACE, " ") == "500 och 12 000 kronor"
    assert SV.between(1e6, 2e6, "SEK").replace(SPACE, " ") == "1 miljon och 2 miljoner kronor"
    assert EN.between(-4.61e6, 17.1e6, "SEK").replace(SPACE, " ") == f"{MINUS}SEK 4.61 million and SEK 17.1 million"


def test_rates_and_currencies() -> None:
    assert [EN.rate(value).replace(SPACE, " ") for value in (0.02, 0.035, 0.0125, 0.0, 1.0)] == [
        "2 %", "3.5 %", "1.25 %", "0 %", "100 %",
    ]  # fmt: skip
    assert (SV.currency("SEK"), EN.currency("SEK"), SV.currency("EUR")) == ("kronor", "SEK", "EUR")


def test_lists_of_names_with_conjunctions() -> None:
    assert SV.listed(["Individen och hushållet", "Kommunen"]) == "Individen och hushållet; Kommunen"
    assert EN.listed(["Government, other", "Town", "State"]) == "Government, other; Town; State"
