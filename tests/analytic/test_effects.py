"""Effects by hand: how strong, when, for whom, how they end, and what remains for those who have left."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from simcore.errors import ModelError
from simcore.model.compile import Compiler
from simcore.model.reference import Lives
from simcore.scenario.schema import Effect
from simcore.scenario.structure import Structure
from simcore.simulation import simulate
from tests.analytic.effects import NUMBERS, ODDS, H, P, close, effect, odds_to_probability, small, yearly
from tests.analytic.models import START_AGE, outcome
from tests.strategies import Tree, evidenced, read

# --- shapes -----------------------------------------------------------------------------------------


def test_a_window_that_begins_later() -> None:
    """Smallest defect: a year's shift."""
    close(yearly(small([effect("odds_ratio", "orr", [3, 4])])), odds_to_probability(
        ODDS * np.array([1, 1, 0.6, 0.6, 1, 1, 1, 1])
    ))  # fmt: skip


def test_lock_in_then_gain() -> None:
    """Two effects: fewer find work while the course lasts, more afterwards."""
    effects = [effect("risk_ratio", "rr", [1, 1]), effect("risk_difference", "gain", [2, "onwards"])]
    tree = small(effects)
    tree["parameters"]["gain"] = evidenced({"fixed": 0.1}, "risk difference")
    close(yearly(tree), [P * 0.7] + [P + 0.1] * 7)


def test_a_lock_in_of_three_months() -> None:
    """Smallest defect: a window in cycles that is read in years, or ends with the year."""
    effects = [
        effect("risk_ratio", "rr", None, cycles=[1, 3]), effect("risk_ratio", "two_times", None, cycles=[4, "onwards"])
    ]  # fmt: skip
    for of in effects:
        del of["years"]
    tree = small(effects, baseline="q", years=2, cycle="month")
    tree["parameters"]["two_times"] = evidenced({"fixed": 2}, "risk ratio")
    close(yearly(tree), [P * 0.7] * 3 + [P * 2] * 21)


@pytest.mark.parametrize("scale", ["hazard_ratio", "risk_difference"])
def test_a_short_window_is_taken_back(scale: str) -> None:
    """Of three months, within half a year: at half the strength."""
    baseline, size = ("h", "hr") if scale == "hazard_ratio" else ("q", "rd")
    short = effect(scale, size, None, cycles=[2, 4], catch_up="half_year")
    del short["years"]
    tree = small([short], baseline=baseline, years=1, cycle="month")
    tree["parameters"]["half_year"] = evidenced({"fixed": 0.5}, "year")
    if scale == "hazard_ratio":
        hazard = H * np.array([1] + [0.5] * 3 + [1.25] * 6 + [1] * 2)
        close(yearly(tree), 1 - np.exp(-hazard / 12))
    else:
        close(yearly(tree), P + np.array([0] + [-0.05] * 3 + [0.025] * 6 + [0] * 2))


def test_later_onset_that_lasts_then_halves() -> None:
    weight = np.array([0, 1, 1, *(0.5 ** (np.arange(1, 6) / 2.5))])
    close(yearly(small([effect("odds_ratio", "orr", [2, 3], fade={"half_life": "long"})])),
          odds_to_probability(ODDS * 0.6**weight))  # fmt: skip


@pytest.mark.parametrize(("scale", "size"), [("odds_ratio", "orr"), ("risk_difference", "rd")])
def test_a_straight_line_to_nothing(scale: str, size: str) -> None:
    """2.5 years after the window nothing is left: 0.6 and 0.2 of it in the two years between."""
    weight = np.array([0, 1, 1, 0.6, 0.2, 0, 0, 0])
    found = yearly(small([effect(scale, size, [2, 3], fade={"linear": "long"})]))
    close(found, odds_to_probability(ODDS * 0.6**weight) if scale == "odds_ratio" else P - 0.05 * weight)


@pytest.mark.parametrize(("how", "felt"), [
    ({"fade": {"linear": "long"}}, 9), ({"fade": {"linear": "up_to_three"}}, 11), ({"fade": {"linear": 1}}, 3),
    ({"catch_up": "long"}, 10), ({"catch_up": "up_to_three"}, 12), ({"catch_up": 1}, 4), ({}, 0),
    ({"fade": {"half_life": "long"}}, 999), ({"fade": {"linear": "unlimited"}}, 999),
])  # fmt: skip
def test_what_is_past_for_good_is_as_if_never_enrolled(how: Tree, felt: int) -> None:
    """In quarters, with a window of a year: later phases need no rows of their own, in any draw."""
    tree = small([effect("hazard_ratio", "hr", [2, 2], **how)], cycle="quarter")
    tree["parameters"]["up_to_three"] = evidenced({"uniform": {"min": 1, "max": 3}}, "year")
    tree["parameters"]["unlimited"] = evidenced({"gamma": {"mean": 2, "sd": 1}}, "year")
    compiler = Compiler(read(tree))
    (act,) = compiler.exits["life"][0][0][0].acts
    signatures = [act.signature(compiler, code) for code in range(compiler.declined + 1)]
    acting = [code for code, signature in enumerate(signatures) if signature is not None]
    assert acting == list(range(5, min(8 + felt, compiler.last_phase) + 1))
    assert len({signatures[code] for code in acting}) == min(felt, compiler.last_phase - 8) + 1


def test_a_straight_line_in_months() -> None:
    weight = np.concatenate([np.ones(12), 1 - np.arange(1, 13) / 24])
    found = yearly(small([effect("odds_ratio", "orr", [1, 1], fade={"linear": "two"})], years=2, cycle="month"))
    in_year = odds_to_probability(ODDS * 0.6**weight)
    close(found, 1 - (1 - in_year) ** (1 / 12))


def test_the_movable_share_and_the_fade_act_on_the_logarithm() -> None:
    found = yearly(small([effect("odds_ratio", "orr", [1, 1], fade={"linear": "two"}, movable_share="half")]))
    close(found, odds_to_probability(ODDS * 0.6 ** (0.5 * np.array([1, 0.5, 0, 0, 0, 0, 0, 0]))))


@pytest.mark.parametrize("cycle", ["year", "quarter"])
def test_up_to_an_age(cycle: str) -> None:
    """From the birthday on it acts no more; a fade begins there."""
    per_year = {"year": 1, "quarter": 4}[cycle]
    for last in ("onwards", 6):
        found = yearly(small([effect("odds_ratio", "orr", [1, last], to_age=START_AGE + 2)], years=4, cycle=cycle))
        in_year = odds_to_probability(ODDS * np.repeat([0.6, 0.6, 1, 1], per_year))
        close(found, 1 - (1 - in_year) ** (1 / per_year))
    fading = effect("odds_ratio", "orr", [1, "onwards"], to_age=START_AGE + 2, fade={"linear": "two"})
    found = yearly(small([fading], years=5, cycle=cycle))
    since = np.maximum(np.arange(5 * per_year) - 2 * per_year + 1, 0) / per_year
    in_year = odds_to_probability(ODDS * 0.6 ** np.maximum(1 - since / 2, 0))
    close(found, 1 - (1 - in_year) ** (1 / per_year))


def test_the_earlier_of_age_and_last_year_ends_it() -> None:
    fade = {"half_life": "long"}
    for last, to_age in ((2, START_AGE + 5), (4, START_AGE + 2)):
        found = yearly(small([effect("odds_ratio", "orr", [1, last], to_age=to_age, fade=fade)]))
        weight = np.array([1, 1, *(0.5 ** (np.arange(1, 7) / 2.5))])
        close(found, odds_to_probability(ODDS * 0.6**weight))


def test_up_to_an_age_for_those_who_were_of_different_ages_at_the_start() -> None:
    """Enrolled at 22; those who were 20 at the start two years later than those who were 22; up to 24, then fading."""
    tree = small([effect("odds_ratio", "orr", [1, "onwards"], to_age=24, fade={"linear": "two"})], at_age=22)
    tree["population"]["attributes"] = {"group": {"young": "half", "old": "rest"}}
    tree["population"]["start"]["age"] = "ages"
    ages = {"young": 20, "old": 22}
    tree["tables"] = {"ages": {"by": ["group"], "values": ages, "unit": "age", "source": {"assumption": "made up"}}}
    tree["outcomes"] = {}
    for group in ("young", "old"):
        tree["outcomes"] |= outcome(f"risk_{group}", **{"while": {"life": "a", "group": group}})
        tree["outcomes"] |= outcome(f"moves_{group}", move="life.a -> b", **{"if": {"group": group}})
    results = simulate(read(tree), draws=1, persons=2, engine="expected").sel(strategy="helped").sum("part")
    for group, weight in (("young", [0, 0, 1, 1, 0.5, 0, 0, 0]), ("old", [1, 1, 0.5, 0, 0, 0, 0, 0])):
        at_risk = results["person_time"].sel(meter=f"life is a, group is {group}", end="start").values[0]
        moved = results["events"].sel(event=f"life: a -> b, if group is {group}").values[0]
        close(moved / at_risk, odds_to_probability(ODDS * 0.6 ** np.array(weight)))


def test_who_is_too_old_when_the_window_begins_has_no_effect_to_fade() -> None:
    """The rule by itself: of the effect of years 3 to 4, ended at 21, nobody who enrolled at 20 ever had anything."""
    tree = small([effect("odds_ratio", "orr", [3, 4], to_age=START_AGE + 6, fade={"half_life": "long"})])
    file = read(tree)
    (written,) = file.scenario.interventions["programme"].effects
    late = Effect.model_validate(written.model_dump(by_alias=True) | {"to_age": START_AGE + 1})
    twin = Lives(file.scenario, {}, draw=0, persons=range(1), seed=1)
    for phase in range(1, 9):
        now = Structure(file.scenario).at(phase - 1, {})
        assert twin.cycles_after(late, phase, now) is None
        assert twin.cycles_after(written, phase, now) == (None if phase < 3 else max(phase - 4, 0))


# --- the others catch up ------------------------------------------------------------------------------


@pytest.mark.parametrize("cycle", ["year", "quarter", "month"])
@pytest.mark.parametrize("size", ["hr", "harmful"])
@pytest.mark.parametrize("time", ["two", "long", "three"])
def test_catching_up_takes_back_what_was_gained(cycle: str, size: str, time: str) -> None:
    """With a constant rate as many have moved in the end as without the programme, only at other times."""
    tree = small([effect("hazard_ratio", size, [2, 3], catch_up=time)], baseline="h", years=7, cycle=cycle)
    with_it, without = yearly(tree), yearly(tree, "usual")
    stays, stays_without = np.cumsum(np.log1p(-with_it)), np.cumsum(np.log1p(-without))
    per_year = {"year": 1, "quarter": 4, "month": 12}[cycle]
    close(stays[-1], stays_without[-1])
    close(stays[7 * per_year - 1], -H * 7)
    # Before that, the window has made a difference: (ratio - 1) * 2 years of the hazard.
    ratio = NUMBERS[size][0]
    close(stays[3 * per_year - 1], -H * (3 + (ratio - 1) * 2))
    caught_up = {"two": 5, "long": 6, "three": 6}[time]
    close(stays[caught_up * per_year - 1], -H * caught_up)
    assert with_it[-1] == without[-1]


def test_the_ratio_while_the_others_catch_up() -> None:
    """1 - (r - 1) * W * f / C, with half of the third year left to catch up in."""
    tree = small([effect("hazard_ratio", "hr", [1, 2], catch_up="long", movable_share="half")], baseline="h")
    r = 0.5**0.5
    caught = 1 - (r - 1) * 2 * np.array([1, 1, 0.5]) / 2.5
    close(-np.log1p(-yearly(tree)) / H, [r, r, *caught, 1, 1, 1])


def test_a_difference_is_taken_back() -> None:
    found = yearly(small([effect("risk_difference", "rd", [1, 1], catch_up="two")]))
    close(found, [P - 0.05, P + 0.025, P + 0.025, *[P] * 5])


def test_a_standardised_difference_is_taken_back_as_its_odds_ratio() -> None:
    ratio = math.exp(-0.4 * math.pi / math.sqrt(3))
    found = yearly(small([effect("standardised_mean_difference", "smd", [1, 1], catch_up="two")]))
    back = 1 - (ratio - 1) / 2
    close(found, odds_to_probability(ODDS * np.array([ratio, back, back, 1, 1, 1, 1, 1])))


def test_what_cannot_be_taken_back_in_time() -> None:
    tree = small([effect("hazard_ratio", "harmful", [1, 3], catch_up="two")], baseline="h")
    with pytest.raises(ModelError, match=r"a hazard ratio of -0\.2 .* at least \(1\.8 - 1\) \* 3 = 2\.4 years\.$"):
        yearly(tree)
    close(yearly(small([effect("hazard_ratio", "harmful", [1, 2], catch_up="long")], baseline="h"), cycles=2),
          [1 - math.exp(-H * 1.8)] * 2)  # fmt: skip


# --- for whom --------------------------------------------------------------------------------------------


def by_sex(tree: Tree) -> Tree:
    tree["population"]["attributes"] = {"sex": {"female": "half", "male": "rest"}}
    tree["outcomes"] = {}
    for sex in ("female", "male"):
        tree["outcomes"] |= outcome(f"risk_{sex}", **{"while": {"life": "a", "sex": sex}})
        tree["outcomes"] |= outcome(f"moves_{sex}", move="life.a -> b", **{"if": {"sex": sex}})
    return tree


def of_sex(tree: Tree, sex: str) -> float:
    results = simulate(read(tree), draws=1, persons=2, engine="expected").sel(strategy="helped").sum("part")
    at_risk = results["person_time"].sel(meter=f"life is a, sex is {sex}", end="start").values[0]
    return float((results["events"].sel(event=f"life: a -> b, if sex is {sex}").values[0] / at_risk)[0])


@pytest.mark.parametrize("how", ["table", "if", "formula"])
def test_an_effect_that_differs_between_persons(how: str) -> None:
    size: Any = {"table": "by_sex", "if": "rr", "formula": "worked_out"}[how]
    condition = {"if": {"sex": "female"}} if how == "if" else {}
    tree = by_sex(small([effect("risk_ratio", size, [1, "onwards"], **condition)]))
    tree["tables"] = {
        "by_sex": {
            "by": ["sex"], "values": {"female": "rr", "male": 1.25}, "unit": "risk ratio",
            "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    tree["derived"] = {"worked_out": {"formula": "if(sex == 'male', 1.25, rr)", "unit": "risk ratio"}}
    close(of_sex(tree, "female"), P * 0.7)
    close(of_sex(tree, "male"), P * (1.0 if how == "if" else 1.25))


def test_an_effect_by_the_year_since_enrolment() -> None:
    tree = small([effect("risk_ratio", "by_year", [1, "onwards"])])
    tree["tables"] = {
        "by_year": {
            "by": ["programme"], "values": {"0-1": 0.9, "2": "rr", "3-4": 0.8, "5+": 1.1}, "unit": "risk ratio",
            "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    close(yearly(tree), P * np.array([0.9, 0.7, 0.8, 0.8, 1.1, 1.1, 1.1, 1.1]))


def test_two_interventions_and_their_interaction() -> None:
    """A third ratio where both are; the course begins in year 3."""
    tree = small([effect("odds_ratio", "orr", [1, "onwards"]),
                  effect("odds_ratio", "together", [1, "onwards"], **{"if": {"course": {"at_least": 1}}})])  # fmt: skip
    tree["parameters"]["together"] = evidenced({"fixed": 1.3}, "odds ratio")
    tree["interventions"]["course"] = {
        "about": "a course", "enrol": {"at_age": START_AGE + 2, "uptake": 1},
        "effects": [effect("odds_ratio", "of_course", [1, 2])],
    }  # fmt: skip
    tree["parameters"]["of_course"] = evidenced({"fixed": 0.8}, "odds ratio")
    tree["strategies"] |= {"course": ["course"], "both": ["programme", "course"]}
    ratios = {
        "helped": [0.6] * 8, "course": [1, 1, 0.8, 0.8, 1, 1, 1, 1],
        "both": [0.6, 0.6, 0.6 * 1.3 * 0.8, 0.6 * 1.3 * 0.8, *[0.6 * 1.3] * 4],
    }  # fmt: skip
    for strategy, ratio in ratios.items():
        close(yearly(tree, strategy), odds_to_probability(ODDS * np.array(ratio)))


# --- those who have left --------------------------------------------------------------------------------------


def test_what_remains_for_those_who_have_left() -> None:
    """ratio**share, difference*share; the window goes on from enrolment; the literal 0 does not act at all."""
    effects = [
        effect("odds_ratio", "orr", [1, 2], after_drop_out="half", fade={"linear": "two"}),
        effect("risk_difference", "rd", [1, 2], after_drop_out=1),
        effect("hazard_ratio", "hr", [1, 2], after_drop_out=0),
        effect("risk_ratio", "rr", [1, 2]),
        effect("risk_difference", "rd", [1, 2], after_drop_out="half"),
    ]
    tree = small(effects)
    tree["interventions"]["programme"] |= {"lasts": "4 years", "drop_out": {"probability": "p"}}
    file = read(tree)
    structure = Structure(file.scenario)
    twin = Lives(file.scenario, {name: value for name, (value, _) in NUMBERS.items()}, draw=0, persons=range(1), seed=1)
    (way,) = structure.ways("life").exits["a"]
    expected = {2: [0.6**0.5, -0.05, -0.025], 3: [0.6**0.25], 4: [1.0], 5: [1.0]}
    for phase, strengths in expected.items():
        left = structure.phases("programme", phase + structure.last_phase)
        assert left["programme"] == "dropped_out"
        now = {**structure.at(phase - 1, {}), "life": "a", **left}
        assert [strength for _, strength in twin._effects("life", way, now)] == pytest.approx(strengths)


@pytest.mark.parametrize("share", [0, 1, "half"])
def test_the_exact_engine_with_those_who_leave(share: Any) -> None:
    """All enrol, a fifth leaves at the start of the second year: the mean of the two probabilities."""
    tree = small([effect("odds_ratio", "orr", [1, 3], after_drop_out=share)], years=2)
    tree["interventions"]["programme"] |= {"lasts": "2 years", "drop_out": {"probability": "p"}}
    weight = {0: 0, 1: 1, "half": 0.5}[share]
    first, left = odds_to_probability(ODDS * 0.6 ** np.array([1, weight]))
    close(yearly(tree), [first, (1 - P) * first + P * left])


def test_a_table_with_a_row_for_those_who_have_left() -> None:
    tree = small([effect("risk_ratio", "by_year", [1, "onwards"], after_drop_out=1)], years=2)
    tree["tables"] = {
        "by_year": {
            "by": ["programme"], "values": {"0-1": 0.9, "2+": "rr", "dropped_out": 1.1}, "unit": "risk ratio",
            "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    tree["interventions"]["programme"] |= {"lasts": "2 years", "drop_out": {"probability": "p"}}
    close(yearly(tree), P * np.array([0.9, (1 - P) * 0.7 + P * 1.1]))


def test_formulas_and_conditions_of_those_who_have_left() -> None:
    """Formulas see infinity, like never; conditions see dropped_out, which is no number."""
    tree = small([effect("risk_ratio", "worked_out", [1, "onwards"], after_drop_out=1)], years=2)
    tree["derived"] = {"worked_out": {"formula": "if(programme == never, 1.2, 0.8)", "unit": "risk ratio"}}
    tree["interventions"]["programme"] |= {"lasts": "2 years", "drop_out": {"probability": "p"}}
    modifiers = [
        {"if": {"programme": "dropped_out"}, "odds_ratio": "orr", "evidence": "assumed"},
        {"if": {"programme": {"at_least": 2}}, "risk_ratio": "rr", "evidence": "assumed"},
    ]
    tree["domains"]["life"]["moves"]["a -> b"]["modifiers"] = modifiers
    left = P * 1.2
    left = left / (1 - left) * 0.6 / (1 + left / (1 - left) * 0.6)
    close(yearly(tree), [P * 0.8, (1 - P) * P * 0.8 * 0.7 + P * left])
