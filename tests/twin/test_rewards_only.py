"""Programmes that change nobody's life, only what it costs or is worth, are followed along the comparator's path."""

import numpy as np
import pytest

from simcore.model.compile import compile_scenario
from simcore.model.sampled import simulate_draws
from tests.analytic.models import model, outcome
from tests.strategies import read
from tests.twin.test_twin import check_agreement, everything_at_once

PROGRAMMES = {
    "care": {"about": "costs only", "enrol": {"at_age": 22, "uptake": "six_in_ten"}, "lasts": "5 years",
             "drop_out": {"probability": "one_in_ten"}},
    "visits": {"about": "costs only, whenever somebody is ill",
               "enrol": {"whenever": {"life": "ill"}, "uptake": "six_in_ten"}, "lasts": "3 years"},
    "help": {"about": "changes a move", "enrol": {"at_age": 21, "uptake": "six_in_ten"},
             "effects": [{"move": "life.well -> ill", "odds_ratio": "half", "years": [1, 3], "evidence": "assumed"}]},
    "after_help": {"about": "depends on help", "enrol": {"at_age": 24, "uptake": 1, "if": {"help": {"from": 1}}}},
    "scarce": {"about": "has few places",
               "enrol": {"at_age": 22, "uptake": 1, "places": "few"}},
}  # fmt: skip
STRATEGIES = {
    "none": [], "care": ["care"], "visits": ["visits"], "help": ["help"], "both": ["care", "help", "visits"],
    "after": ["help", "after_help", "care"], "scarce": ["scarce", "care"],
}  # fmt: skip


def scenario(comparator: str):
    moves = {
        "well -> ill": {"probability": "often"}, "ill -> well": {"probability": "often"},
        "ill -> dead": {"probability": "seldom"}, "well -> dead": {"probability": "seldom"},
    }  # fmt: skip
    numbers = {
        "six_in_ten": (0.6, "probability"), "one_in_ten": (0.1, "probability per year"), "half": (0.5, "odds ratio"),
        "often": (0.2, "probability per year"), "seldom": (0.02, "probability per year"),
        "few": (3, "persons per year"),
    }  # fmt: skip
    tree = model(moves, years=9, numbers=numbers)
    tree["domains"]["life"]["ends_life"] = "dead"
    tree["outcomes"] = {
        **outcome("ill", **{"while": {"life": "ill"}}),
        **{f"{name}_{state}": outcome(name, **{"while": {"life": state, name: {"from": 1, "to": 4}}})[name]
           for name in PROGRAMMES for state in ("well", "ill")},
        **outcome("recovers_in_care", move="life.ill -> well", **{"if": {"care": {"from": 2}}}),
    }  # fmt: skip
    return tree | {"interventions": PROGRAMMES, "strategies": STRATEGIES, "comparator": comparator}


@pytest.mark.parametrize("comparator", list(STRATEGIES))
@pytest.mark.parametrize("persons", [1, 5, 3001])
def test_counts_are_those_of_everybody_simulated(comparator, persons):
    compiled = compile_scenario(read(scenario(comparator)))
    values = compiled.values.evaluate(
        {name: np.array([entry.mean] * 2) for name, entry in compiled.file.distributions.items()}, 2
    )
    sizes = {"persons": range(persons), "target_group": 10, "seed": 5}
    found = simulate_draws(compiled, values, **sizes)
    every = simulate_draws(compiled, values, everybody=True, **sizes)
    np.testing.assert_array_equal(found.time, every.time)
    np.testing.assert_array_equal(found.events, every.events)
    assert persons < 3001 or found.time.any(axis=(0, 1, 4, 5)).sum(axis=0).min() > 0  # every meter counts somebody


def test_who_is_followed():
    """Not those whose effects, dependence or places could make lives differ."""
    codes = compile_scenario(read(scenario("none"))).plan.codes
    changes = dict(zip(PROGRAMMES, (codes.tracked == codes.uses).all(axis=0).tolist(), strict=True))
    assert changes == {"care": False, "visits": False, "help": True, "after_help": True, "scarce": True}


@pytest.mark.parametrize(
    ("strategies", "comparator"),
    [
        ({"usual": [], "has": ["programme"]}, "has"),
        ({"usual": [], "has": ["programme"], "pays": ["pay"]}, "has"),
        ({"usual": [], "has": ["programme", "pay"]}, "has"),
        ({"usual": [], "has": ["programme"], "pays": ["pay"], "both": ["programme", "pay"]}, "both"),
    ],
)
def test_who_is_counted_beside_a_programme_that_changes_lives(strategies, comparator):
    """A meter reads both, and the comparator has what changes lives: against the readable twin."""
    tree = everything_at_once()
    pay = {"about": "costs only", "enrol": {"at_age": 16, "uptake": "uptake"}}
    tree["interventions"] = {"programme": tree["interventions"]["programme"], "pay": pay}
    for name, condition in (("without_pay", {"not": {"pay": {"at_least": 1}}}), ("with_pay", {"pay": {"at_least": 1}})):
        situation = {"programme": {"from": 1, "to": 3}, **condition}
        tree["outcomes"][name] = {"about": name, "good": True, "while": situation}
    tree |= {"strategies": strategies, "comparator": comparator}
    check_agreement(read(tree), persons=range(60), target_group=7, seed=1, n_draws=1)
