from pathlib import Path

import pytest
import yaml

from simcore.report.phrases import number_words, value_words
from simcore.report.words import describe
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
        "    Who: at age 19, persons whose work is employed or outside, not (health is ill); "
        "they take part with probability uptake (0.7).",
        "    Costs: programme coach_month_cost (900 SEK per month), borne by region share_region (0.6), "
        "state the rest, in years 1 to 2 after enrolment, while vital is alive.",
        "    Costs: programme coach_start (2,000 SEK per participant), borne by region, once, at enrolment.",
        "    Costs: programme transfer coach_month_cost (900 SEK per month), from state to household, "
        "in year 1 after enrolment.",
        "    Changes: health.well -> ill: odds ratio or_coach (0.8): odds 20 % lower, causal, in years 1 to 2 after "
        "enrolment, if sex is female, then halving every half_life (1.5) years.",
        "    Changes: work.outside -> employed: hazard ratio hr_coach (1.2): hazard 20 % higher, causal, of which the "
        "share share_causal (0.5) counts, from year 1 after enrolment onwards.",
        "    Works through health on work: 1 association with the share share_causal (0.5).",
        "    Works through work on health: 1 association in full.",
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
        "    Who: at age 0, everybody; they take part with probability 1.",
        "    Changes nothing.",
    ]


def test_numbers(clinic):
    assert number_words(clinic, "uptake") == "uptake (0.7)"
    assert number_words(clinic, "coach_month_cost") == "coach_month_cost (900 SEK per month)"
    assert number_words(clinic, "cpi") == "cpi (table by year)"
    assert [number_words(clinic, value) for value in (1.0, 0.0, None)] == ["1", "0", ""]
    assert (
        value_words(clinic.tables["mortality"]) == "table by age, sex, 4 rows, 0.0002 to 0.0006 (check digits a41526)"
    )


@pytest.fixture(scope="module")
def rich():
    """A scenario with memory, formulas, traits, a joint table, a matrix and continuous time, in words."""
    return list(describe(read_scenario(GOOD.parent / "bad" / "files" / "rich.yaml").scenario))


def test_who_is_simulated(rich):
    assert section(rich, "A scenario with memory, formulas, traits, a matrix and continuous time") == [
        "  100 persons per draw, 10 draws, seed 1; aged 16 or 18 in 2024, followed for 3 years in steps of a quarter. "
        "The decision is about 20 persons.",
        "  district, income: drawn together from district_and_income, 4 cells.",
        "  Sex: female share_female (0.5), male the rest.",
        "  Frailty: how easily a person falls ill; gamma, mean 1, sd sd_frailty (0.5), in 3 levels; "
        "multiplies health.well -> ill.",
        "  Also reported by sex.",
    ]


def test_followed_up_to_an_age_when_ages_at_the_start_differ():
    file = read_scenario(GOOD.parent / "bad" / "files" / "rich.yaml")
    changed = {
        "horizon: {years: 3}": "horizon: {to_age: 20}",
        "accrual: {weights: boundary_weight}": "accrual: half_cycle",
    }
    texts = dict(file.files)
    for old, new in changed.items():
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    lines = list(describe(scenario_from_texts(texts, file.main).scenario))
    assert "  Each is followed up to the age of 20." in lines
    assert "aged 16 or 18 in 2024, followed for 4 years" in lines[1]


def test_continuous_time_a_matrix_and_wildcards(rich):
    lines = section(rich, "Life course")
    assert lines[4:13] == [
        "  Function: good, fair, poor; starts as good.",
        "    All moves from the matrix function_matrix (table by from, to).",
        "  Work: outside, employed, sick; starts as outside.",
        "    In continuous time: several moves may happen within a cycle.",
        "    outside -> employed: rate r_job (0.5) a year",
        "    any -> sick: rate r_sick (0.1) a year",
        "    sick -> outside: rate r_job (0.5) a year",
        "  Crime: free, prison; starts as free.",
        "    free -> prison: probability p_prison (see Derived) a quarter",
    ]
    assert lines[1] == "    well -> ill: probability p_ill (0.1) a year"
    assert lines[-1] == "    alive -> dead: probability mortality (table by age at age + 1) a year"


def test_memory_and_formulas(rich):
    memory = section(rich, "Memory")
    assert memory[0] == "  time_ill: time with health is ill; the last value means 1 year or more."
    assert memory[1].startswith("  since_prison: time since crime.prison -> free; the last value means 2 years or more")
    assert memory[2] == "  times_ill: number of times of health.well -> ill; the last value means 3 or more."
    assert section(rich, "Derived") == [
        "  p_prison = min(1, p_first * if(since_prison < 1, 1 + b_again, 1) * if(sex == 'male', 2, 1)) "
        "(probability per cycle): fades with the time since the last sentence.",
        "  ill_month = care_month + (1 + frailty) * drug_month (SEK per month).",
        "  boundary_weight = if(boundary == 0 or boundary == 12, 0.5, 1) (factor).",
    ]


def test_when_things_are_counted_and_weighted(rich):
    assert section(rich, "Money and time") == [
        "  Results are in SEK, in prices of 2024.",
        "  Outcomes are discounted by 0.03 a year.",
        "  Time in a state is counted at each boundary with the weight boundary_weight.",
        "  Events fall at the end of their quarter.",
    ]
    assert section(rich, "Prices") == [
        "  care: while health is ill: resource ill_month (see Derived), borne by region.",
        "  assessment: at the start, always: resource assessment (500 SEK per person), borne by region.",
    ]
    assert section(rich, "Outcomes") == [
        "  Qalys: years while function is good + u_fair (0.8) for years while function is fair + u_poor (0.5) for "
        "years while function is poor; more is better.",
        "  Sentences: the number of times, each crime.any -> prison; less is better.",
    ]
