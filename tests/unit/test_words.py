from pathlib import Path

import pytest
import yaml

from simcore.report.words import describe, number_words, value_words
from simcore.scenario.loading import read_scenario, scenario_from_texts

GOOD = Path(__file__).parents[1] / "scenarios" / "good"


@pytest.fixture(scope="module")
def clinic():
    return read_scenario(GOOD / "clinic").scenario


@pytest.fixture(scope="module")
def lines(clinic):
    return list(describe(clinic))


def section(lines, heading):
    start = lines.index(heading) + 1
    end = next((n for n in range(start, len(lines)) if not lines[n].startswith(" ")), len(lines))
    return lines[start:end]


def test_the_sections_in_their_order(lines):
    assert [line for line in lines if not line.startswith(" ")] == [
        "Does a coach at the clinic pay back?", "Life course", "Actors", "Money and time", "Prices", "Outcomes",
        "Interventions", "Strategies",
    ]  # fmt: skip


def test_actors_by_sector(lines):
    assert section(lines, "Actors") == [
        "  Public: municipality, region, state.",
        "  Employer: employer.",
        "  Household: household.",
        "  Other: rest_of_society.",
    ]


def test_money_and_time(lines):
    assert section(lines, "Money and time") == [
        "  Results are in SEK, in prices of 2022; prices of other years are brought there by cpi (table by year).",
        "  Money is discounted by discount_rate (0.035) a year.",
        "  Time in a state is counted at the start of each year.",
        "  When asked for, raising public money costs the factor cost_of_funds (1.3), borne by rest_of_society.",
    ]


def test_outcomes(lines):
    assert section(lines, "Outcomes") == [
        "  Years ill: years while health is ill; less is better.",
        "  Admissions: the number of times, each health.well -> ill, if age is 0 to 21; less is better.",
    ]


def test_an_intervention(lines):
    assert section(lines, "Interventions") == [
        "  Coach: a coach",
        "    Who: at age 19, persons whose work is employed or outside, not (health is ill), "
        "with probability uptake (0.7).",
        "    Costs: programme coach_month_cost (900 SEK per month), borne by region share_region (0.6), "
        "state the rest, in years 1 to 2 after enrolment, while vital is alive.",
        "    Costs: programme coach_start (2,000 SEK per participant), borne by region, once, at enrolment.",
        "    Costs: programme transfer coach_month_cost (900 SEK per month), from state to household, "
        "in year 1 after enrolment.",
        "    Changes: health.well -> ill: odds ratio or_coach (0.8), causal, in years 1 to 2 after enrolment, "
        "if sex is female, then halving every half_life (1.5) years.",
        "    Changes: work.outside -> employed: hazard ratio hr_coach (1.2), causal, of which the share "
        "share_causal (0.5) counts, from year 1 after enrolment onwards.",
    ]


def test_effects_of_one_size_share_a_line():
    changes = [line for line in describe(read_scenario("school_dropout").scenario) if "Changes: education" in line]
    moves = ", ".join(f"education.{year}_year -> dropped_out" for year in ("first", "second", "third"))
    assert len(changes) == 1
    assert changes[0].startswith(f"    Changes: {moves}: odds ratio or_team (")


def test_what_is_not_there_has_no_heading():
    scenario = read_scenario(GOOD / "smallest.yaml").scenario
    assert list(describe(scenario)) == [
        "The smallest scenario",
        "  1 person per draw, 1,000 draws, seed 1; aged 0 in 2000, followed for 1 year in steps of a year. "
        "The decision is about 1 person.",
        "Life course",
        "  Health: well, ill; starts as well.",
        "    well -> ill: probability 1 a year",
        "Money and time",
        "  Time in a state is counted half at the start and half at the end of each year.",
        "Strategies",
        "  usual (the comparator): no intervention.",
    ]


def test_without_discounting_and_for_everybody():
    tree = yaml.safe_load((GOOD / "smallest.yaml").read_text(encoding="utf-8"))
    tree["money"] = {"currency": "EUR", "price_year": 2020}
    tree["outcomes"] = {"years": {"about": "all years", "while": {}, "good": True}}
    tree["interventions"] = {"nothing": {"about": "Nothing.", "enrol": {"at_age": 0, "uptake": 1}}}
    tree["strategies"]["nothing"] = ["nothing"]
    texts = {"a/scenario.yaml": yaml.safe_dump(tree)}
    lines = list(describe(scenario_from_texts(texts, "a/scenario.yaml").scenario))
    assert section(lines, "Money and time")[:2] == [
        "  Results are in EUR, in prices of 2020.",
        "  Nothing is discounted.",
    ]
    assert section(lines, "Outcomes") == ["  Years: years always; more is better."]
    assert section(lines, "Interventions")[1:] == [
        "    Who: at age 0, everybody, with probability 1.",
        "    Changes nothing.",
    ]


def test_numbers(clinic):
    assert number_words(clinic, "uptake") == "uptake (0.7)"
    assert number_words(clinic, "coach_month_cost") == "coach_month_cost (900 SEK per month)"
    assert number_words(clinic, "cpi") == "cpi (table by year)"
    assert [number_words(clinic, value) for value in (1.0, 0.0, None)] == ["1", "0", ""]
    assert value_words(clinic.tables["mortality"]) == "table by age, sex, 4 rows"
