"""Clocks and counters against what can be counted on one's fingers: every move is certain, or impossible."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simcore.model.compile import compile_scenario
from simcore.model.sampled import Paths, simulate_draws
from simcore.scenario.structure import Structure
from simcore.scenario.variables import CYCLES_PER_YEAR
from simcore.uncertainty.sampling import draw_parameters
from tests.analytic.models import START_AGE, model, with_programme
from tests.strategies import Tree, evidenced, read

#: Round and round, one state further in every cycle.
ROUND = {f"{a} -> {b}": {"probability": 1} for a, b in ("ab", "bc", "cd", "da")}


def remembered(tree: Tree, name: str, strategy: str = "usual", persons: int = 1) -> list[Any]:
    """Value of a variable at every boundary, of one person or of several (boundary, person); clocks in cycles."""
    file = read(tree)
    scenario, compiled, structure = file.scenario, compile_scenario(file), Structure(file.scenario)
    paths = Paths(
        np.zeros((len(scenario.strategies), structure.n_cycles + 1, len(structure.levels), persons), np.uint8),
        np.zeros((len(scenario.strategies), structure.n_cycles, len(scenario.interventions), persons), np.uint16),
    )
    values = compiled.values.evaluate(draw_parameters(file.distributions, 1, seed=1), 1)
    simulate_draws(compiled, values, persons=range(persons), target_group=0, seed=1, paths=paths)
    numbers = paths.states[list(scenario.strategies).index(strategy), :, structure.number[name]]
    if name in scenario.memory:
        is_count = scenario.memory[name].kind == "counts"
        per_year = 1 if is_count else structure.per_year
        levels = [level if level == "never" else round(level * per_year) for level in structure.levels[name]]
    else:
        levels = list(structure.levels[name])
    found = [[levels[number] for number in row] for row in numbers]
    return [row[0] for row in found] if persons == 1 else found


def round_and_round(cycle: str = "year", years: int = 8, **memory: Any) -> Tree:
    tree = model(ROUND, years=years) | {"cycle": cycle}
    tree["memory"] = {"m": {"cap": f"{years} years", **memory}}
    return tree


@pytest.mark.parametrize(("cycle", "years"), [("year", 8), ("quarter", 2), ("month", 1)])
def test_a_clock_runs_inside_a_set_of_states(cycle: str, years: int) -> None:
    """0 at the boundary of entry, one more at each boundary inside the set, 0 outside."""
    boundaries = years * CYCLES_PER_YEAR[cycle] + 1
    for condition, of in (
        ({"life": ["b", "c"]}, [0, 0, 1, 0]),
        ({"life": ["b", "c", "d"]}, [0, 0, 1, 2]),
        ({"life": "c"}, [0, 0, 0, 0]),
        ({"not": {"life": "a"}}, [0, 0, 1, 2]),
        ({"life": ["a", "b"]}, [0, 1, 0, 0]),  # in `a` from the start, where it stands at 0
    ):
        found = remembered(round_and_round(cycle, years, time_in=condition), "m")
        assert found == (of * boundaries)[:boundaries], condition


def test_moving_inside_the_set_through_several_domains() -> None:
    """A condition on two domains: the clock is reset by leaving either of them."""
    tree = round_and_round(time_in={"life": ["a", "b", "c"], "other": ["u", "v"]})
    moves = {"u -> v": {"probability": 1}, "v -> w": {"probability": 1}, "w -> u": {"probability": 1}}
    tree["domains"]["other"] = {"states": ["u", "v", "w"], "moves": moves}
    tree["population"]["start_states"]["other"] = "u"
    # life:  a b c d a b c d a
    # other: u v w u v w u v w
    assert remembered(tree, "m") == [0, 1, 0, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(("cycle", "years"), [("year", 8), ("quarter", 2), ("month", 1)])
def test_a_clock_runs_from_an_event(cycle: str, years: int) -> None:
    boundaries = years * CYCLES_PER_YEAR[cycle] + 1
    never = "never"
    for since, of in (
        ("life.c -> d", [never] * 3 + [0, 1, 2, 3] * boundaries),
        ("life.any -> b", [never] + [0, 1, 2, 3] * boundaries),
        (["life.a -> b", "life.b -> any"], [never] + [0, 0, 1, 2] * boundaries),
        ("life.any -> any", [never] + [0] * boundaries),
    ):
        assert remembered(round_and_round(cycle, years, time_since=since), "m") == of[:boundaries], since


def test_a_clock_that_already_runs_at_the_start() -> None:
    """Its start is in years, whatever the cycle; it goes on from there."""
    for cycle, years in (("year", 4), ("quarter", 1), ("month", 1)):
        per_year = CYCLES_PER_YEAR[cycle]
        tree = round_and_round(cycle, years, time_since="life.d -> a", start=2, cap=f"{years + 2} years")
        assert remembered(tree, "m")[:5] == [2 * per_year + k for k in range(4)] + [0]
        still = model({"a -> b": {"probability": 0}}, years=years) | {"cycle": cycle}
        still["memory"] = {"m": {"time_in": {"life": "a"}, "start": 3, "cap": f"{years + 3} years"}}
        assert remembered(still, "m") == [3 * per_year + k for k in range(years * per_year + 1)]


def test_a_start_inside_a_condition_is_for_those_who_are_inside() -> None:
    """A clock of time in a condition stands at 0 outside, whatever its start says."""
    tree = model({"a -> b": {"probability": 0}}, years=2, start={"a": "half", "b": "rest"},
                 numbers={"half": (0.5, "share"), "third": (0.3, "share")})  # fmt: skip
    for start in (2, {2: 1}, {2: "third", 1: "rest"}, {0: "third", 2: "rest"}):
        tree["memory"] = {"m": {"time_in": {"life": "a"}, "start": start, "cap": "5 years"}}
        states, clock = (np.array(remembered(tree, name, persons=200)) for name in ("life", "m"))
        inside = states[0] == "a"
        assert 0 < inside.sum() < 200
        assert (clock[0][~inside] == 0).all()
        assert set(clock[0][inside]) == ({2} if start in (2, {2: 1}) else set(start))
        assert (clock[2] == np.where(inside, clock[0] + 2, 0)).all()


def test_counters_count_moves() -> None:
    boundaries = 9
    for counts, of in (
        ("life.a -> b", [0, 1, 1, 1, 1, 2, 2, 2, 2]),
        ("life.any -> a", [0, 0, 0, 0, 1, 1, 1, 1, 2]),
        (["life.a -> b", "life.c -> d"], [0, 1, 1, 2, 2, 3, 3, 4, 4]),
        ("life.any -> any", list(range(9))),
        # One move is one time, also when two of the texts mean it.
        (["life.a -> b", "life.a -> any", "life.any -> b"], [0, 1, 1, 1, 1, 2, 2, 2, 2]),
    ):
        assert remembered(round_and_round(counts=counts, cap=boundaries - 1), "m") == of, counts
    tree = round_and_round(counts="life.any -> any", cap=12, start=4)
    assert remembered(tree, "m") == list(range(4, 13))


def test_moves_of_two_domains_in_one_cycle_are_two() -> None:
    tree = round_and_round(counts=["life.any -> any", "other.u -> v"], cap=16)
    moves = {"u -> v": {"probability": 1}, "v -> u": {"probability": 1}}
    tree["domains"]["other"] = {"states": ["u", "v"], "moves": moves}
    tree["population"]["start_states"]["other"] = "u"
    assert remembered(tree, "m") == [0, 2, 3, 5, 6, 8, 9, 11, 12]


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        ({"counts": "life.any -> any", "cap": "3 or more"}, [0, 1, 2, 3, 3, 3, 3, 3, 3]),
        ({"counts": ["life.any -> any", "life.a -> b"], "cap": "1 or more"}, [0] + [1] * 8),
        ({"time_in": {"life": ["b", "c", "d"]}, "cap": "1 year or more"}, [0, 0, 1, 1, 0, 0, 1, 1, 0]),
        ({"time_since": "life.a -> b", "cap": "2 years or more"}, ["never", 0, 1, 2, 2, 0, 1, 2, 2]),
    ],
)
def test_a_cap_holds_what_goes_beyond(memory: Tree, expected: list[Any]) -> None:
    assert remembered(round_and_round(**memory), "m") == expected


def test_the_dead_remember_what_they_were() -> None:
    """In the cycle of death nothing happens any more: no move is counted, and no clock goes on or is reset."""
    tree = model({"a -> b": {"probability": 1}, "b -> a": {"probability": 1}}, years=6)
    tree["domains"]["vital"] = {
        "states": ["alive", "dead"], "ends_life": "dead", "moves": {"alive -> dead": {"probability": "by_year"}},
    }  # fmt: skip
    tree["population"]["start_states"]["vital"] = "alive"
    tree["tables"] = {
        "by_year": {
            "about": "death", "by": ["cycle"], "values": {"0-2": 0, "3+": 1}, "unit": "probability per year",
            "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    tree["memory"] = {
        "moves": {"counts": "life.any -> any", "cap": "6"},
        "since": {"time_since": "life.a -> b", "cap": "6 years"},
        "in_b": {"time_in": {"life": "b"}, "cap": "6 years"},
        "alive": {"time_in": {"vital": "alive"}, "cap": "6 years"},
    }
    assert remembered(tree, "life") == ["a", "b", "a", "b", "b", "b", "b"]
    assert remembered(tree, "moves") == [0, 1, 2, 3, 3, 3, 3]
    assert remembered(tree, "since") == ["never", 0, 1, 0, 0, 0, 0]
    assert remembered(tree, "in_b") == [0, 0, 0, 0, 0, 0, 0]
    assert remembered(tree, "alive") == [0, 1, 2, 3, 3, 3, 3]


@pytest.mark.parametrize(("cycle", "stay"), [("year", "3 years"), ("quarter", "2 quarters"), ("month", "7 months")])
def test_a_stay_of_fixed_length(cycle: str, stay: str) -> None:
    """A move reads the clock at the start of the cycle: whoever has been there so long leaves in that cycle."""
    per_year = CYCLES_PER_YEAR[cycle]
    number = int(stay.split()[0])
    years = 6 if cycle == "year" else 2
    numbers = {"all_of_them": (1.0, "risk difference"), "none": (0.0, "probability per cycle")}
    leaves = {"risk_difference": "all_of_them", "if": {"m": {"at_least": stay}}, "evidence": "assumed"}
    tree = model({"a -> b": {"probability": "none", "modifiers": [leaves]}}, years=years, numbers=numbers)
    tree |= {"cycle": cycle, "memory": {"m": {"time_in": {"life": "a"}, "cap": f"{years} years"}}}
    expected = ["a"] * (number + 1) + ["b"] * (years * per_year - number)
    assert remembered(tree, "life") == expected


@pytest.mark.parametrize("how", ["table", "formula", "at"])
def test_a_table_and_a_formula_of_a_clock(how: str) -> None:
    """`b` is left two years after a -> b, `c` not before three; `never` is a value of its own."""
    moves = {"a -> b": {"probability": "p"}, "b -> c": {"probability": "p"}, "c -> d": {"probability": "p"}}
    tree = model(moves, years=6) | {"memory": {"m": {"time_since": "life.a -> b", "cap": "3 years or more"}}}
    # a -> b at once (never), b -> c after 2 years, c -> d after 3 or more.
    table: Tree = {
        "about": "p",
        "by": ["m", "life"],
        "unit": "probability per year",
        "source": {"assumption": "made up"},
    }
    if how == "formula":
        formula = "if(m == never, 1, if(life == 'b', m == 2, if(life == 'c', m >= 3, 0)))"
        tree["derived"] = {"p": {"formula": formula, "unit": "probability per year"}}
    else:
        shift = 10 if how == "at" else 0
        table |= {"at": {"m": f"m + {shift}"}} if shift else {}
        rows = []
        for key, state in (("never", "a"), (str(2 + shift), "b"), (f"{3 + shift}+", "c"), (f"{shift}-{1 + shift}", "")):
            rows += [[key, s, float(s == state)] for s in "abcd"]
        tree["tables"] = {"p": table | {"csv": rows}}
    assert remembered(tree, "life") == ["a", "b", "b", "b", "c", "d", "d"]


def test_enrolment_looks_at_the_past() -> None:
    """Asked at 22: after two years in the state, and with one move behind oneself."""
    numbers = {"all_of_them": (1.0, "risk difference")}
    effect = {"move": "life.b -> c", "risk_difference": "all_of_them", "years": [1, "onwards"], "evidence": "causal"}
    moves = {"a -> b": {"probability": 1}, "b -> c": {"probability": 0}}
    tree = model(moves, years=5, numbers=numbers)
    tree["memory"] = {
        "moves": {"counts": "life.any -> any", "cap": "5"},
        "since": {"time_since": "life.a -> b", "cap": "5 years"},
    }
    for condition, enrolled in (
        ({"moves": 1, "since": 1}, True),
        ({"since": {"at_least": "2 years"}}, False),
        ({"since": "never"}, False),
        ({"moves": {"at_least": 2}}, False),
        ({"not": {"since": [0, "never"]}}, True),
    ):
        helped = with_programme(tree, [effect], at_age=START_AGE + 2, enrol_if=condition)
        expected = ["a", "b", "b", *(["c"] * 3 if enrolled else ["b"] * 3)]
        assert remembered(helped, "life", "helped") == expected, condition


def test_several_ages_at_the_start() -> None:
    """Everybody is asked at the same age, which is another cycle for each; phases begin there."""
    numbers = {
        "half": (0.5, "share"), "all_of_them": (1.0, "risk difference"), "none": (0.0, "probability per cycle"),
    }  # fmt: skip
    tree = model({"a -> b": {"probability": "none"}}, years=4, numbers=numbers) | {"cycle": "quarter"}
    tree["population"] |= {
        "attributes": {"kind": {"old": "half", "young": "rest"}},
        "horizon": {"to_age": START_AGE + 4},
    }
    tree["population"]["start"]["age"] = "ages"
    tree["tables"] = {
        "ages": {
            "about": "ages", "by": ["kind"], "values": {"old": START_AGE + 1, "young": START_AGE}, "unit": "age",
            "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    effect = {"move": "life.a -> b", "risk_difference": "all_of_them", "years": [2, 2], "evidence": "causal"}
    tree["parameters"]["all_of_them"] = evidenced({"fixed": 1.0}, "risk difference")
    tree = with_programme(tree, [effect], at_age=START_AGE + 2)
    kinds, lives = (np.array(remembered(tree, name, "helped", persons=50)) for name in ("kind", "life"))
    # Enrolled after 2 years (young) or 1 (old); the second year of the programme begins a year later.
    for kind, boundary in (("young", 12), ("old", 8)):
        of = lives[:, kinds[0] == kind]
        assert (of[: boundary + 1] == "a").all(), kind
        assert (of[boundary + 1 :] == "b").all(), kind
