import json
import warnings
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simcore.errors import ScenarioError, ScenarioWarning
from simcore.scenario.conditions import parse_band
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.scenario.schema import Modifier, Outcome, Price, Scenario

SMALLEST = Path(__file__).parents[1] / "scenarios" / "good" / "smallest.yaml"
DIFFERENCE = {"distribution": {"fixed": 0.1}, "unit": "risk difference", "source": {"assumption": "made up"}}
RATIO = {"distribution": {"fixed": 1.5}, "unit": "odds ratio", "source": {"assumption": "made up"}}


def tree(**changes):
    whole = yaml.safe_load(SMALLEST.read_text(encoding="utf-8"))
    whole["parameters"] = {"rd": DIFFERENCE, "ratio": RATIO}
    return {**whole, **changes}


def warnings_of(whole):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        return [text.split(": ", 1)[1] for text in read(whole).warnings if "not used" not in text]


def read(whole):
    return scenario_from_texts({"a/scenario.yaml": json.dumps(whole)}, "a/scenario.yaml")


def falls_ill(*modifiers):
    move = {"probability": 0, "modifiers": list(modifiers)}
    return {"health": {"states": ["well", "ill"], "moves": {"well -> ill": move}}}


def helping(effect):
    """An intervention with one effect, in a strategy."""
    effect = {"move": "health.well -> ill", "years": [1, "onwards"], "evidence": "assumed", **effect}
    programme = {"about": "help", "enrol": {"at_age": 0, "uptake": 1}, "effects": [effect]}
    return {"interventions": {"help": programme}, "strategies": {"usual": [], "help": ["help"]}}


NOBODY = ["nobody can reach ill"]


def test_a_baseline_of_0_is_not_left():
    assert warnings_of(tree(domains=falls_ill())) == NOBODY


@pytest.mark.parametrize(("scale", "size", "noted"), [
    ("risk_difference", "rd", []), ("risk_difference", 0, NOBODY), ("odds_ratio", "ratio", NOBODY),
])  # fmt: skip
def test_only_a_risk_difference_lifts_a_baseline_of_0(scale, size, noted):
    modifier = {"if": {"health": "well"}, scale: size, "evidence": "assumed"}
    assert warnings_of(tree(domains=falls_ill(modifier))) == noted
    assert warnings_of(tree(domains=falls_ill(), **helping({scale: size}))) == noted


def test_an_effect_in_no_strategy_lifts_nothing():
    whole = tree(domains=falls_ill(), **helping({"risk_difference": "rd"}))
    whole["strategies"] = {"usual": []}
    assert warnings_of(whole) == ["is in no strategy", *NOBODY]


def test_an_effect_on_another_move_lifts_nothing():
    domains = falls_ill()
    domains["health"]["moves"]["ill -> well"] = {"probability": 1}
    whole = tree(domains=domains, **helping({"risk_difference": "rd", "move": "health.ill -> well"}))
    assert warnings_of(whole) == NOBODY


def test_money_from_an_actor_to_the_same_actor_changes_nothing():
    amount = {"distribution": {"fixed": 5}, "price_year": 2024, "source": {"assumption": "made up"}}
    parameters = {"amount": {**amount, "unit": "SEK per year"}, "once": {**amount, "unit": "SEK per participant"}}
    paid = {"while": {"health": "well"}, "transfer": "amount", "from": "state"}
    whole = tree(parameters=parameters, money={"currency": "SEK", "price_year": 2024}, **helping({"risk_ratio": 1}))
    whole["actors"] = {"state": {"sector": "public"}, "household": {"sector": "household"}}
    whole["prices"] = {
        "benefit": {**paid, "to": "household"},
        "shared": {**paid, "to": {"state": 0, "household": 1}},
        "alone": {**paid, "to": {"state": "rest"}},
    }
    whole["interventions"]["help"]["costs"] = [{"programme_transfer": "once", "from": "state", "to": "state"}]
    assert warnings_of(whole) == [
        "a transfer from state to state changes nothing",
        "a programme transfer from state to state changes nothing",
    ]


def test_cells_of_the_kind_of_their_table_may_have_another_unit():
    share = {"distribution": {"fixed": 0.1}, "unit": "probability", "source": {"assumption": "made up"}}
    table = {"by": ["health"], "values": {"well": "p", "ill": 0}, "unit": "probability per year"}
    whole = tree(parameters={"p": share}, tables={"p_ill": {**table, "source": {"assumption": "made up"}}})
    whole["domains"]["health"]["moves"]["well -> ill"]["probability"] = "p_ill"
    assert read(whole).scenario.tables["p_ill"].cells[0].value == "p"


def test_an_entry_by_name():
    scenario = read_scenario("textbook_chain").scenario
    assert scenario.entry("p_wear") is scenario.parameters["p_wear"]
    life_course = read_scenario("school_dropout").scenario
    assert life_course.entry("life_table") is life_course.tables["life_table"]
    assert [scenario.entry(name) for name in ("nothing", "life_table", 0.0, 1.0, None)] == [None] * 5


def test_entries_are_made_by_the_words_of_the_file():
    outcome = Outcome.model_validate({"about": "years ill", "while": {"health": "ill"}, "good": False})
    assert outcome.while_ == {"health": "ill"}
    for kind in (Modifier, Price, Outcome, Scenario):
        assert not kind.model_config.get("populate_by_name")
    with pytest.raises(ValueError, match="while_"):
        Outcome.model_validate({"about": "years ill", "while_": {"health": "ill"}, "good": False})


def table_of(rows):
    """The smallest scenario with a table by age and calendar year; returns what overlaps."""
    csv = "age,year,value\n" + "".join(f"{age},{year},1\n" for age, year in rows)
    table = {"by": ["age", "year"], "file": "t.csv", "unit": "factor", "source": {"assumption": "made up"}}
    try:
        texts = {"a/scenario.yaml": json.dumps(tree(tables={"t": table})), "a/t.csv": csv}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScenarioWarning)
            scenario_from_texts(texts, "a/scenario.yaml")
    except ScenarioError as error:
        return {problem.line for problem in error.problems}
    return set()


bands = st.builds(
    lambda low, width: f"{low}+" if width > 5 else f"{low}-{low + width}", st.integers(0, 8), st.integers(0, 6)
)


@given(st.lists(st.tuples(bands, bands), max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_row_that_overlaps_with_an_earlier_one_is_told_once(rows):
    parsed = [tuple(parse_band(key) for key in row) for row in rows]
    everything = range(0, 20)
    covered = [{(a, b) for a in everything if a in row[0] for b in everything if b in row[1]} for row in parsed]
    overlapping = {n + 2 for n, cells in enumerate(covered) if any(cells & other for other in covered[:n])}
    found = table_of(rows)
    assert found <= overlapping
    assert bool(found) is bool(overlapping)
