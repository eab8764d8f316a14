"""What the checks of money note and allow beyond what they refuse (tests/scenarios/bad), and how it is put in words."""

import warnings
from pathlib import Path

import pytest
import yaml

from simcore.report.words import describe
from simcore.scenario.loading import scenario_from_texts

BASE = Path(__file__).parents[1] / "scenarios" / "bad" / "files" / "base.yaml"


def scenario(**sections):
    """The base scenario with some entries replaced or added, and with what it is noted for."""
    tree = yaml.safe_load(BASE.read_text(encoding="utf-8"))
    for section, entries in sections.items():
        tree[section] = {**tree.get(section, {}), **entries} if isinstance(entries, dict) else entries
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return scenario_from_texts({"case/scenario.yaml": yaml.safe_dump(tree, sort_keys=False)}, "case/scenario.yaml")


def number(value, unit, **more):
    return {"distribution": {"fixed": value}, "unit": unit, "source": {"assumption": "a guess"}, **more}


NUMBERS = {
    "half": number(0.5, "share"), "lag": number(2, "year"), "class_size": number(25, "persons"),
    "many": number(40, "persons"), "elastic": number(0.8, "factor"),
    "team_year": number(600000, "SEK per year", price_year=2024),
    "start_up": number(90000, "SEK per event", price_year=2024),
    "wage": number(400000, "SEK per year", price_year=2024),
}  # fmt: skip
SCHOOL = {"while": {"school": "pupil"}, "resource": "school_year", "actor": "municipality"}


def used(*names):
    return {name: NUMBERS[name] for name in names}


def lines_of(file, begin):
    return [line.strip() for line in describe(file.scenario) if line.strip().startswith(begin)]


# --- what is noted -------------------------------------------------------------------------------------


def test_public_prices_that_do_not_say_what_is_cashable_are_noted_where_others_do():
    prices = {"school": SCHOOL | {"cashable": {"share": "half"}}}
    noted = scenario(parameters=used("half"), prices=prices).warnings
    assert [text.split("  ", 1)[1] for text in noted] == [
        "prices.exam: exam does not say what public actors can cash: all of it counts as money at once"
    ]


def test_nothing_is_noted_where_no_price_or_every_public_one_says_so():
    assert scenario().warnings == ()
    exam = {"move": "school.pupil -> graduated", "resource": "exam", "actor": "household"}
    prices = {"school": SCHOOL | {"cashable": {"share": "half"}}, "exam": exam}
    assert scenario(parameters=used("half"), prices=prices).warnings == ()


def test_several_such_prices_are_one_note():
    shared = {"while": {"work": "outside"}, "resource": "school_year"}
    shared |= {"actor": {"municipality": "share_state", "state": "rest"}}
    prices = {"school": SCHOOL | {"cashable": {"share": "half"}}, "another": shared}
    (noted,) = (text for text in scenario(parameters=used("half"), prices=prices).warnings if "can cash" in text)
    assert "prices.exam: exam and another do not say what public actors can cash" in noted


def test_years_of_later_cohorts_are_years_that_occur():
    """A price from 2040 on can be incurred only by cohorts that start late enough."""
    late = {"late": SCHOOL | {"while": {"school": "pupil", "year": {"at_least": 2040}}}}
    population = yaml.safe_load(BASE.read_text(encoding="utf-8"))["population"]
    alone = scenario(prices=late).warnings
    assert any("prices.late: nobody can incur it" in text for text in alone)
    assert scenario(prices=late, population=population | {"cohorts": 30}).warnings == ()


# --- in words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cashable", "words"),
    [
        ({"share": "half"}, "the share half (0.5) of it is money, at once"),
        ({"after": "lag"}, "all of it is money, after lag (2) years"),
        (
            {"share": "half", "after": "lag", "step": "class_size"},
            "the share half (0.5) of it is money, after lag (2) years, in whole steps of class_size (25) persons a "
            "year in the target group",
        ),
    ],
)
def test_a_price_says_what_of_it_is_cashable(cashable, words):
    file = scenario(parameters=used(*cashable.values()), prices={"school": SCHOOL | {"cashable": cashable}})
    (line,) = lines_of(file, "school: while")
    assert line.endswith(f"borne by municipality; when avoided, {words}.")


def test_events_are_counted_in_events():
    exam = {"move": "school.pupil -> graduated", "resource": "exam", "actor": "municipality"}
    file = scenario(parameters=used("class_size"), prices={"exam": exam | {"cashable": {"step": "class_size"}}})
    assert lines_of(file, "exam:")[0].endswith("in whole steps of class_size (25) events a year in the target group.")


def programme(costs, **more):
    enrol = {"at_age": 16, "uptake": "uptake_mentor"}
    return {"mentoring": {"about": "a mentor", "enrol": enrol, "costs": costs, **more}}


def test_costs_say_when_for_whom_and_how_they_grow():
    scale = {"participants": "many", "elasticity": "elastic"}
    costs = [
        {
            "programme": "team_year",
            "fixed": True,
            "years": [1, 3],
            "actor": {"state": "by_year", "municipality": "rest"},
        },
        {"programme": "team_year", "fixed": True, "years": [2, "onwards"], "actor": "state"},
        {"programme": "start_up", "fixed": True, "actor": "state"},
        {"programme": "mentor_once", "actor": "municipality", "scale": scale},
    ]
    table = {"by": ["year"], "values": {"2024-2025": 1, "2026+": 0}, "unit": "share", "source": {"assumption": "plan"}}
    numbers = used("team_year", "start_up", "many", "elastic")
    file = scenario(parameters=numbers, interventions=programme(costs), tables={"by_year": table})
    assert lines_of(file, "Costs:") == [
        "Costs: programme team_year (600,000 SEK per year), borne by state by_year (table by year), municipality the "
        "rest, in years 1 to 3 of the run, for the whole target group, whoever takes part.",
        "Costs: programme team_year (600,000 SEK per year), borne by state, from year 2 of the run onwards, for the "
        "whole target group, whoever takes part.",
        "Costs: programme start_up (90,000 SEK per event), borne by state, once, at the start, for the whole target "
        "group, whoever takes part.",
        "Costs: programme mentor_once (1,000 SEK per participant), borne by municipality, once, at enrolment; so much "
        "with many (40) participants, with N of them times (N / many (40))**(elastic (0.8) - 1).",
    ]


@pytest.mark.parametrize("several", [False, True])
def test_displacement_is_a_sentence_with_its_rule(several):
    displacement = [{"share": "half", "prices": ["work", "benefit"], "borne_by": "household"}]
    more = programme([], displacement=displacement)
    more["advice"] = {"about": "advice", "enrol": {"at_age": 16, "uptake": 1}}
    strategies = {"usual": [], "mentoring": ["mentoring"], "advice": ["advice"]}
    strategies |= {"both": ["mentoring", "advice"]} if several else {}
    work = {"work": {"while": {"work": "employed"}, "production": "wage", "to": "household"}}
    file = scenario(parameters=used("half", "wage"), prices=work, interventions=more, strategies=strategies)
    (line,) = lines_of(file, "Displaces others:")
    rule = ". In a strategy, what displaces others is added after the rest, in the order of the strategy"
    assert line == (
        "Displaces others: they lose the share half (0.5) of what it adds in work, benefit; public actors as there, "
        f"everybody else's part is borne by household{rule if several else ''}."
    )


def test_cohorts_are_a_line_of_the_population():
    population = yaml.safe_load(BASE.read_text(encoding="utf-8"))["population"]
    lines = list(describe(scenario(population=population | {"cohorts": 10}).scenario))
    years = population["horizon"].get("years") or population["horizon"]["to_age"] - population["start"]["age"]
    assert (
        f"  10 cohorts like this one start, one a year from 2024 to 2033, and are followed to the end of "
        f"{2033 + years - 1}; results are those of all together, per person of one of them."
    ) in lines
    assert "  All cohorts are discounted to the start of the first." in lines
    assert not [line for line in describe(scenario().scenario) if "cohort" in line]
