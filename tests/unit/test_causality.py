"""Warnings of effects that claim more than their figures show, and of associations that count as causes."""

import warnings

import pytest

from simcore.errors import ScenarioWarning
from simcore.scenario.loading import read_scenario
from tests.analytic.models import model, with_programme
from tests.strategies import evidenced, write

NUMBERS = {"p": (0.2, "probability per year"), "half": (0.5, "share"), "other": (2.0, "odds ratio")}


def programme(effects, figure=None, **sections):
    """Two domains; `work` may differ by `life`, whose moves a programme changes; `orr` is the figure behind it."""
    tree = model({"a -> b": {"probability": "p"}, "b -> a": {"probability": "p"}}, years=5, numbers=NUMBERS)
    effects = [{"years": [1, 2], "move": "life.a -> b", "evidence": "causal", **effect} for effect in effects]
    tree = with_programme(tree, effects)
    tree["parameters"]["orr"] = evidenced({"fixed": 0.6}, "odds ratio") | (figure or {})
    tree["parameters"]["out"] = tree["parameters"]["p"]
    tree["domains"]["work"] = {"states": ["out", "job"], "moves": {"out -> job": {"probability": "out"}}}
    tree["population"]["start_states"]["work"] = "out"
    return tree | sections


def warned(tree, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        found = read_scenario(write(tree, folder)).warnings
    found = [text.replace(f"{folder}/", "").split("  ", 1)[1] for text in found]
    return [text for text in found if "is not used" not in text]


def line_of(folder, name):
    lines = (folder / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    return lines.index(f"  {name}:") + 1


def test_an_effect_on_a_causal_figure_is_no_surprise(tmp_path):
    compared = {"design": "comparison", "evidence": "causal"}
    for figure in ({}, {"evidence": "causal"}, {"design": "randomised"}, compared):
        assert warned(programme([{"odds_ratio": "orr"}], figure), tmp_path) == []


@pytest.mark.parametrize("evidence", ["causal", "associational", "assumed"])
def test_a_comparison_with_the_same_persons_before_is_no_effect(evidence, tmp_path):
    effects = [{"odds_ratio": "orr", "evidence": evidence, "movable_share": "half"}]
    tree = programme(effects, {"design": "before_after", "evidence": "associational"})
    tagged = "; it is tagged causal" if evidence == "causal" else ""
    assert warned(tree, tmp_path) == [
        f"interventions.programme.effects[0]: orr (scenario.yaml:{line_of(tmp_path, 'orr')}) compares the same persons "
        f"before and after, without others: it is no effect{tagged}"
    ]


@pytest.mark.parametrize(("figure", "reason"), [
    ({"evidence": "associational"}, "tagged associational"),
    ({"evidence": "assumed"}, "tagged assumed"),
    ({"design": "cohort"}, "of the design cohort"),
    ({"design": "expert", "evidence": "assumed"}, "tagged assumed and of the design expert"),
])  # fmt: skip
@pytest.mark.parametrize("through", ["parameter", "table", "formula"])
def test_an_effect_is_no_more_causal_than_its_figure(figure, reason, through, tmp_path):
    """One line, however many effects use the figure; through the cells of tables and through formulas too."""
    size = {"parameter": "orr", "table": "cells", "formula": "worked_out"}[through]
    table = {"by": ["life"], "values": {"a": "orr", "b": 0.8}, "unit": "odds ratio", "source": {"assumption": "x"}}
    tree = programme(
        [{"odds_ratio": size}, {"odds_ratio": size, "move": "life.b -> a"}], figure,
        tables={"cells": table}, derived={"worked_out": {"formula": "orr * 1.1", "unit": "odds ratio"}},
    )  # fmt: skip
    place = f"orr (scenario.yaml:{{}}) is {reason}"
    assert warned(tree, tmp_path) == [
        "interventions.programme.effects[0]: is tagged causal, but " + place.format(line_of(tmp_path, "orr"))
    ]
    effects = tree["interventions"]["programme"]["effects"]
    effects[:] = [effect | {"evidence": "assumed"} for effect in effects]
    assert warned(tree, tmp_path) == []


def test_a_table_has_a_design_of_its_own(tmp_path):
    table = {"by": ["life"], "values": {"a": 0.7, "b": 0.8}, "unit": "odds ratio", "source": {"assumption": "x"}}
    tree = programme([{"odds_ratio": "cells"}], tables={"cells": table | {"design": "cohort"}})
    (text,) = warned(tree, tmp_path)
    assert text.endswith(f"but cells (scenario.yaml:{line_of(tmp_path, 'cells')}) is of the design cohort")


def test_an_association_that_counts_in_full(tmp_path):
    effects = [{"odds_ratio": "orr"}, {"odds_ratio": "orr", "move": "life.b -> a"}, {"odds_ratio": "other"}]
    effects = [effect | {"evidence": "associational"} for effect in effects]
    assert warned(programme(effects), tmp_path) == [
        "interventions.programme.effects[0]: life.a -> b, life.b -> a: an association that counts in full; "
        "movable_share says how much of it is causal",
        "interventions.programme.effects[2]: life.a -> b: an association that counts in full; "
        "movable_share says how much of it is causal",
    ]
    for share in ("half", 1):
        assert warned(programme([effect | {"movable_share": share} for effect in effects]), tmp_path) == []


def test_associations_that_an_effect_works_through(tmp_path):
    """In one line: by the state of the domain that it changes, and by what is remembered of it."""
    tree = programme([{"odds_ratio": "orr"}])
    tree["memory"] = {"time_b": {"time_in": {"life": "b"}, "cap": "2 years or more"}}
    association = {"odds_ratio": "other", "evidence": "associational"}
    modifiers = [
        {"if": {"life": "b"}, **association}, {"if": {"not": {"time_b": 0}}, **association, "risk_ratio": "again"},
        {"if": {"life": "b"}, **association, "movable_share": "half"},
        {"if": {"life": "b"}, **association, "evidence": "assumed"}, {"if": {"work": "out"}, **association},
    ]  # fmt: skip
    del modifiers[1]["odds_ratio"]
    tree["parameters"]["again"] = evidenced({"fixed": 1.2}, "risk ratio")
    tree["domains"]["work"]["moves"]["out -> job"]["modifiers"] = modifiers
    assert warned(tree, tmp_path) == [
        "interventions.programme: works through associations that count in full, without a movable_share: "
        "work.out -> job (other), work.out -> job (again)"
    ]


def test_effects_that_never_act_and_what_is_not_taken_back(tmp_path):
    tree = programme([{"odds_ratio": "orr", "years": [6, 7]}, {"odds_ratio": "orr", "catch_up": "time"}])
    tree["parameters"]["time"] = evidenced({"fixed": 2}, "year")
    tree["interventions"]["programme"] |= {"lasts": "2 years", "drop_out": {"probability": "p"}}
    assert warned(tree, tmp_path) == [
        "interventions.programme.effects[0]: never acts: nobody is followed up to year 6 after enrolment",
        "interventions.programme.effects[1]: what it has changed before somebody leaves the programme is not taken "
        "back; with after_drop_out: 1 all is",
    ]
    tree["interventions"]["programme"]["effects"] = [
        tree["interventions"]["programme"]["effects"][1] | {"after_drop_out": 1}
    ]
    assert warned(tree, tmp_path) == []


def test_what_those_incur_who_have_left(tmp_path):
    tree = programme([{"odds_ratio": "orr"}])
    tree["parameters"]["cost"] = evidenced({"fixed": 5}, "SEK per year", price_year=2024)
    tree["money"] = {"currency": "SEK", "price_year": 2024}
    tree["prices"] = {"after": {"while": {"programme": "dropped_out"}, "resource": "cost", "actor": "region"}}
    tree["interventions"]["programme"] |= {"lasts": "2 years", "drop_out": {"probability": "p"}}
    assert warned(tree, tmp_path) == []


def test_what_is_paid_too_long_and_what_is_lost_by_enrolling_anew(tmp_path):
    tree = programme([{"odds_ratio": "orr", "years": [1, 2], "catch_up": "time"}], cycle="month")
    tree["parameters"] |= {
        "time": evidenced({"fixed": 2}, "year"),
        "place": evidenced({"fixed": 10}, "SEK per month", price_year=2020),
    }
    tree["money"] = {"currency": "SEK", "price_year": 2020}
    place = {"programme": "place", "actor": "municipality"}
    lasting = tree["interventions"]["programme"]
    lasting["lasts"], lasting["enrol"] = "6 months", {"whenever": {"life": "a"}, "again_after": "1 year", "uptake": 1}
    lasting["costs"] = [place | {"cycles": [1, 6]}, place | {"years": [1, 1]}, place | {"cycles": [4, 9]},
                        place | {"years": [1, "onwards"]}, place | {"cycles": [61, 61]}]  # fmt: skip
    of = "of a programme that lasts 6 months"
    assert warned(tree, tmp_path) == [
        f"interventions.programme.costs[1]: is paid for 1 year {of}",
        f"interventions.programme.costs[2]: is paid until 9 months after enrolment, {of}",
        f"interventions.programme.costs[3]: is paid without end {of}",
        "interventions.programme.costs[4]: is never paid: nobody is followed up to month 61 after enrolment",
        f"interventions.programme.costs[4]: is paid until 61 months after enrolment, {of}",
        "interventions.programme: again_after is 1 year, but costs[4] goes on for 61 months after enrolment: "
        "who enrols anew loses what was still to come",
    ]
    del lasting["costs"][1:]
    assert warned(tree, tmp_path) == [
        "interventions.programme: again_after is 1 year, but effects[0] goes on for 4 years after enrolment: "
        "who enrols anew loses what was still to come"
    ]
    lasting["enrol"]["again_after"] = "4 years"
    assert warned(tree, tmp_path) == []


def test_what_is_remembered_of_the_domain_that_is_changed(tmp_path):
    """An effect works through clocks of its own domain; modifiers by its states are no way on which it spreads."""
    tree = programme([{"odds_ratio": "orr"}])
    tree["memory"] = {"time_b": {"time_in": {"life": "b"}, "cap": "2 years or more"}}
    association = {"odds_ratio": "other", "evidence": "associational"}
    modifiers = [{"if": {"time_b": {"at_least": 1}}, **association}, {"if": {"life": "b"}, **association}]
    tree["domains"]["life"]["moves"]["b -> a"]["modifiers"] = modifiers
    assert warned(tree, tmp_path) == [
        "interventions.programme: works through associations that count in full, without a movable_share: "
        "life.b -> a (other)"
    ]


def test_modifiers_that_are_no_more_causal_than_their_figures(tmp_path):
    tree = programme([{"odds_ratio": "orr"}])
    tree["parameters"]["other"] |= {"evidence": "associational", "design": "cohort"}
    modifier = {"if": {"life": "b"}, "odds_ratio": "other", "evidence": "causal"}
    tree["domains"]["work"]["moves"]["out -> job"]["modifiers"] = [modifier, modifier | {"if": {"not": {"life": "a"}}}]
    assert warned(tree, tmp_path) == [
        "interventions.programme: works through what is tagged causal, but other "
        f"(scenario.yaml:{line_of(tmp_path, 'other')}) is tagged associational and of the design cohort"
    ]
