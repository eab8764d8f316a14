"""The kernels and the readable twin agree exactly: person by person, phase by phase, meter by meter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from simcore.kernels.plan import BLOCK
from simcore.model.compile import compile_scenario
from simcore.model.reference import Lives, count
from simcore.model.sampled import Paths, simulate_draws
from simcore.randomness import decision_numbers, decision_point
from simcore.scenario.loading import ScenarioFile, read_scenario
from simcore.scenario.phases import EXACT
from simcore.scenario.structure import Structure
from simcore.uncertainty.sampling import draw_parameters
from tests.admitted import admitted
from tests.strategies import Tree, evidenced, read, scenarios

SHIPPED = sorted(Path(__file__).parents[2].glob("scenarios/**/scenario.yaml"))
SEEDS = [0, 1, 20_240_101, 2**32, 2**64 - 1]


def check_agreement(
    file: ScenarioFile, *, persons: range, target_group: int, seed: int, n_draws: int, watched: range | None = None
) -> None:
    """Simulate with both and compare; `watched` are the persons the twin follows, by default all.

    The ledger is compared when all are watched.
    """
    scenario = file.scenario
    compiled = compile_scenario(file)
    parameters = draw_parameters(file.distributions, n_draws, seed=seed, dependence=file.dependence)
    values = compiled.values.evaluate(parameters, n_draws)
    structure = Structure(scenario)
    variables, strategies, cycles = structure.levels, list(scenario.strategies), structure.n_cycles
    # Which cell of a joint table a person is in is the engine's own; the twin has the attributes only.
    shown = [number for number, name in enumerate(variables) if "." not in name]
    n_paths = persons.stop
    for draw in range(n_draws):
        paths = Paths(
            np.full((len(strategies), cycles + 1, len(variables), n_paths), 255, np.uint8),
            np.full((len(strategies), cycles, len(scenario.interventions), n_paths), 65535, np.uint16),
        )
        counts = simulate_draws(
            compiled, values[draw : draw + 1], draws=[draw], persons=persons, target_group=target_group, seed=seed,
            paths=paths,
        )  # fmt: skip
        listed = simulate_draws(
            compiled, values[draw : draw + 1], draws=[draw], persons=persons, target_group=target_group, seed=seed
        )
        np.testing.assert_array_equal(listed.time, counts.time)  # divergence lists leave nobody out
        np.testing.assert_array_equal(listed.events, counts.events)
        numbers = {name: float(drawn[draw]) for name, drawn in parameters.items()}
        admissions = admitted(compiled, values[draw], draw, seed)
        twin = Lives(scenario, numbers, draw=draw, persons=watched or persons, seed=seed, admissions=admissions)
        for s, strategy in enumerate(strategies):
            lives = twin.lives(strategy)
            for life in lives:
                moments = [life.starts[0], *life.ends]
                names = [name for name in variables if "." not in name]
                expected = [[variables[name].index(now[name]) for name in names] for now in moments]
                assert paths.states[s][:, shown, life.person].tolist() == expected, (draw, strategy, life.person)
                phases = [[now[name + EXACT] for name in scenario.interventions] for now in life.starts]
                assert paths.codes[s, :, :, life.person].tolist() == phases, (draw, strategy, life.person)
            if watched is None:
                time, events = count(compiled.account, lives, target_group)
                np.testing.assert_array_equal(counts.time[0, :, s], time)
                np.testing.assert_array_equal(counts.events[0, :, s], events)


def check_generated(tree: Tree, seed: int) -> None:
    file = read(tree)
    event(f"domains: {len(file.scenario.domains)}")
    target_group = file.scenario.population.target_group
    # About as much work for the readable twin, however many cycles there are.
    persons = range(min(80, max(12, 400 // Structure(file.scenario).n_cycles)))
    check_agreement(file, persons=persons, target_group=target_group, seed=seed, n_draws=2)


def quiet(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
    )


@quiet(60)
@given(tree=scenarios(), seed=st.sampled_from(SEEDS))
def test_generated_scenarios(tree: Tree, seed: int) -> None:
    check_generated(tree, seed)


@pytest.mark.slow
@quiet(500)
@given(tree=scenarios(), seed=st.sampled_from(SEEDS))
def test_many_generated_scenarios(tree: Tree, seed: int) -> None:
    check_generated(tree, seed)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_shipped_scenarios(path: Path) -> None:
    check_agreement(read_scenario(path), persons=range(12), target_group=5, seed=3, n_draws=1)


def test_programmes_with_everything() -> None:
    """Triggered, limited, left early, entered anew, looking at each other; with lists across the edge of a block."""
    path = Path(__file__).parents[1] / "scenarios" / "good" / "programmes.yaml"
    check_agreement(read_scenario(path), persons=range(60), target_group=31, seed=5, n_draws=2)
    watched = range(BLOCK - 3, BLOCK + 4)
    check_agreement(
        read_scenario(path), persons=range(BLOCK + 20), target_group=BLOCK + 2, seed=6, n_draws=1, watched=watched
    )


def everything_at_once() -> Tree:
    """A small model with strong effects, so that each rule of the model shows in a few hundred lives."""
    numbers = {
        "p_fall": (0.2, "probability per year"), "p_rise": (0.3, "probability per year"),
        "p_both": (0.15, "probability per year"), "p_death": (0.06, "probability per year"),
        "r_one": (0.2, "rate per year"), "r_two": (0.5, "rate per year"), "rr": (1.5, "risk ratio"),
        "or_strong": (0.05, "odds ratio"), "hr_low": (0.2, "hazard ratio"), "hr_high": (2.0, "hazard ratio"),
        "rd": (0.1, "risk difference"), "half_life": (1.7, "year"), "movable": (0.6, "share"),
        "uptake": (0.7, "probability"), "half": (0.5, "share"), "third": (0.3, "share"),
    }  # fmt: skip
    always = {"evidence": "causal"}
    ill, help_1 = {"if": {"health": "ill"}, **always}, {"years": [2, 3], "fade": {"half_life": "half_life"}, **always}
    return {
        "title": "everything at once",
        "population": {
            "persons": 300, "target_group": 77, "start": {"age": 15, "year": 2021}, "horizon": {"years": 13},
            "attributes": {"sex": {"female": "half", "male": "rest"}},
            "start_states": {"health": {"ill": "by_sex", "well": "rest"}, "work": "school", "vital": "alive"},
        },
        "domains": {
            "health": {
                "states": ["well", "ill", "worse"],
                "moves": {
                    "well -> ill": {
                        "probability": "p_fall",
                        "modifiers": [
                            {"risk_difference": "rd", "if": {"work": "out"}, **always},
                            {"hazard_ratio": "hr_high", "if": {"sex": "male", "age": {"from": 17, "to": 20}}, **always},
                            {"odds_ratio": "or_strong", "if": {"programme": {"at_least": 4}}, **always},
                            {"risk_ratio": "rr", "if": {"not": {"work": ["school", "job"]}}, **always},
                        ],
                    },
                    "well -> worse": {"probability": "p_both"},
                    "worse -> well": {"probability": "p_rise"},
                    "worse -> ill": "rest",
                    "ill -> worse": {"probability": "by_phase"},
                },
            },
            "work": {
                "states": ["out", "school", "job"],
                "moves": {
                    "school -> job": {
                        "rate": "r_two",
                        "modifiers": [{"hazard_ratio": "hr_low", "movable_share": "movable", **ill}],
                    },
                    "school -> out": {"rate": "r_one"},
                    "out -> job": {"probability": "p_rise"},
                    "job -> out": {"probability": "p_fall", "modifiers": [{"odds_ratio": "or_strong", **always,
                                                                          "if": {"health": "well"}}]},
                },
            },
            "vital": {
                "states": ["alive", "dead"], "ends_life": "dead",
                "moves": {"alive -> dead": {"probability": "p_death", "modifiers": [{"risk_ratio": "rr", **ill}]}},
            },
        },
        "parameters": {name: evidenced({"fixed": value}, unit) for name, (value, unit) in numbers.items()},
        "tables": {
            "by_sex": {
                "about": "share", "by": ["sex"], "values": {"female": 0.2, "male": "third"}, "unit": "share",
                "source": {"assumption": "made up"},
            },
            "by_phase": {
                "about": "risk by phase and age", "by": ["programme", "age"], "unit": "probability per year",
                "source": {"assumption": "made up"},
                "csv": [["0", "15-19", 0.5], ["0", "20+", 0.1], ["1-3", "15+", 0.02], ["4+", "15+", 0.7]],
            },
        },
        "outcomes": {
            "treated": {"about": "ill in the programme", "good": True,
                        "while": {"programme": {"from": 2, "to": 5}, "health": ["ill", "worse"]}},
            "falls": {"about": "falls ill in the programme", "good": False, "move": "health.well -> ill",
                      "if": {"programme": {"at_least": 1}, "work": "out"}},
            "deaths": {"about": "deaths", "good": False, "move": "vital.alive -> dead"},
        },
        "interventions": {
            "programme": {
                "about": "a programme", "enrol": {"at_age": 17, "if": {"health": ["well", "ill"]}, "uptake": "uptake"},
                "effects": [
                    {"move": "health.well -> ill", "odds_ratio": "or_strong", **help_1},
                    {"move": "health.well -> ill", "hazard_ratio": "hr_low", "years": [1, 1], **always},
                    {"move": "work.school -> job", "hazard_ratio": "hr_high", "movable_share": "movable", **help_1},
                    {"move": "vital.alive -> dead", "odds_ratio": "or_strong", "years": [1, "onwards"], **always},
                ],
            },
            "booster": {
                "about": "a second programme", "enrol": {"at_age": 19, "uptake": "by_sex"},
                "effects": [
                    {"move": "health.well -> ill", "risk_ratio": "rr", "years": [1, 4], **always,
                     "if": {"programme": {"at_least": 1}}},
                ],
            },
        },
        "strategies": {"usual": [], "one": ["programme"], "both": ["booster", "programme"]},
        "comparator": "usual",
    }  # fmt: skip


def test_everything_at_once() -> None:
    check_agreement(read(everything_at_once()), persons=range(300), target_group=77, seed=4, n_draws=2)


def everything_remembered() -> Tree:
    """A small model in quarters with memory, traits, several ages, a joint table, a counted matrix, formulas."""
    numbers = {
        "p_fall": (0.2, "probability per year"), "p_rise": (0.25, "probability per year"), "sd": (0.6, "factor"),
        "r_one": (1.5, "rate per year"), "r_two": (0.8, "rate per year"), "r_death": (0.15, "rate per year"),
        "hr_low": (0.2, "hazard ratio"), "hr_high": (2.0, "hazard ratio"), "rr": (1.4, "risk ratio"),
        "half_life": (0.6, "year"), "uptake": (0.8, "probability"), "half": (0.5, "share"), "third": (0.3, "share"),
        "slope": (0.3, "coefficient"), "or_low": (0.2, "odds ratio"),
    }  # fmt: skip
    causal = {"evidence": "causal"}

    def table(by: list[str], unit: str, rows: list[list[Any]], **more: Any) -> Tree:
        return {"about": "a table", "by": by, "unit": unit, "csv": rows, "source": {"assumption": "made up"}, **more}

    return {
        "title": "everything remembered",
        "cycle": "quarter",
        "population": {
            "persons": 300, "target_group": 77, "start": {"age": "ages", "year": 2021}, "horizon": {"to_age": 19},
            "joint": ["together"],
            "traits": {
                "frailty": {
                    "about": "frailty", "distribution": {"gamma": {"mean": 1, "sd": "sd"}}, "levels": 4,
                    "unit": "hazard ratio", "multiplies": ["health.any -> ill", "vital.alive -> dead"],
                },
            },
            "start_states": {"health": {"ill": "third", "well": "rest"}, "work": {"out": "by_sex", "job": "rest"},
                             "home": "own", "vital": "alive"},
        },
        "domains": {
            "health": {
                "states": ["well", "ill", "worse"],
                "moves": {
                    "any -> ill": {
                        "probability": "p_fall",
                        "modifiers": [
                            {"hazard_ratio": "hr_high", "if": {"ill_times": {"at_least": 2}}, **causal},
                            {"hazard_ratio": "hr_low", "if": {"in_job": {"at_least": "6 months"}}, **causal},
                            {"risk_ratio": "rr", "if": {"since_job": ["never", 0]}, **causal},
                        ],
                    },
                    "well -> ill": {"probability": "by_past"},
                    "any -> well": {"probability": "p_rise"},
                    "ill -> worse": {"probability": "later"},
                },
            },
            "work": {"states": ["out", "job", "school"], "matrix": "counted"},
            "home": {
                "states": ["own", "rented", "none"], "time": "continuous",
                "moves": {
                    "own -> rented": {
                        "rate": "r_one",
                        "modifiers": [{"hazard_ratio": "hr_high", **causal,
                                       "if": {"frailty": {"at_least": 3}, "not": {"since_job": 0}}}],
                    },
                    "rented -> none": {"rate": "r_two"},
                    "any -> own": {"rate": "r_two"},
                },
            },
            "vital": {
                "states": ["alive", "dead"], "ends_life": "dead", "moves": {"alive -> dead": {"rate": "r_death"}},
            },
        },
        "memory": {
            "in_job": {"time_in": {"work": ["job", "school"]}, "cap": "5 quarters or more",
                       "start": {0: "third", 1: "rest"}},
            "since_job": {"time_since": ["work.job -> any", "home.any -> none"], "cap": "6 quarters or more",
                          "start": {"never": "by_sex", 1: "rest"}},
            "ill_times": {"counts": ["health.any -> ill", "home.own -> any"], "cap": "3 or more"},
            "unwell": {"time_in": {"not": {"health": "well"}, "sex": "male"}, "cap": "7 years", "start": 2},
        },
        "parameters": {name: evidenced({"fixed": value}, unit) for name, (value, unit) in numbers.items()},
        "tables": {
            "together": table(["sex", "town"], "count", [["female", "north", 3], ["male", "south", 4],
                                                         ["female", "south", 0], ["male", "north", 2]]),
            "ages": table(["town"], "age", [["north", 15], ["south", 16]]),
            "by_sex": table(["sex"], "share", [["female", 0.2], ["male", "third"]]),
            "counted": table(["from", "to"], "count", [
                ["out", "out", 12], ["out", "job", 5], ["out", "school", 0], ["job", "job", 9], ["job", "out", 4],
                ["job", "school", 1], ["school", "job", 3], ["school", "school", 3],
            ]),
            "by_past": table(["unwell", "age"], "probability per year", [
                ["0-1", "0-17", 0.1], ["0-1", "18+", 0.6], ["2-7", "0-17", 0.5], ["2-7", "18+", 0.05],
            ], at={"age": "age + 1"}),
            "by_wait": table(["since_job", "town"], "utility", [
                ["0", "north", 0.9], ["0", "south", 0.8], ["1+", "north", 0.6], ["1+", "south", 0.5],
                ["never", "north", 1.0], ["never", "south", 0.95],
            ]),
        },
        "derived": {
            "later": {
                "formula": "min(0.35, slope * frailty / (1 + since_job) + 0.1 * (programme >= 2) * (sex == 'male'))",
                "unit": "probability per year",
            },
        },
        "outcomes": {
            "waiting": {"about": "waiting", "good": True, "while": {"health": ["ill", "worse"]}, "weight": "by_wait"},
            "falls": {"about": "falls ill", "good": False, "move": "health.any -> ill",
                      "if": {"in_job": {"less_than": 1}}},
            "treated": {"about": "second year", "good": True, "while": {"programme": 2, "ill_times": {"at_least": 1}}},
            "old": {"about": "after the 17th birthday", "good": True, "while": {"age": {"at_least": 17}}},
        },
        "groups": ["town", "frailty"],
        "interventions": {
            "programme": {
                "about": "a programme",
                "enrol": {"at_age": 16, "if": {"ill_times": {"less_than": 2}, "unwell": [0, 2]}, "uptake": "uptake"},
                "effects": [
                    {"move": "health.any -> ill", "odds_ratio": "or_low", "years": [1, 1],
                     "fade": {"half_life": "half_life"}, "if": {"in_job": {"at_least": "1 quarter"}}, **causal},
                    {"move": "home.any -> own", "hazard_ratio": "hr_high", "years": [2, "onwards"], **causal},
                    {"move": "work.out -> any", "hazard_ratio": "hr_low", "years": [1, 2], **causal},
                ],
            },
        },
        "strategies": {"usual": [], "one": ["programme"]},
        "comparator": "usual",
    }  # fmt: skip


def test_everything_remembered() -> None:
    check_agreement(read(everything_remembered()), persons=range(150), target_group=77, seed=4, n_draws=2)


@pytest.mark.parametrize("above", [0, 1])
def test_a_number_at_its_threshold(above: int) -> None:
    """Probabilities that are a person's own number: u < p is false for u = p, and true one step higher."""
    for person in range(8):
        tree = everything_at_once()
        moves = {"well -> ill": {"probability": "p_fall"}}
        tree["domains"] = {"health": {"states": ["well", "ill"], "moves": moves}}
        tree["population"] |= {"attributes": {}, "start_states": {"health": "well"}, "horizon": {"years": 3}}
        tree |= {"tables": {}, "outcomes": {}, "strategies": {"usual": [], "one": ["programme"]}}
        tree["interventions"] = {"programme": {"about": "one", "enrol": {"at_age": 16, "uptake": "uptake"}}}
        questions = {"p_fall": ("health", 0), "uptake": ("programme.uptake", 1)}
        for name, (question, cycle) in questions.items():
            number = int(decision_numbers(5, [person], cycle, decision_point(question), 0)[0])
            tree["parameters"][name]["distribution"] = {"fixed": (number + above) / 2**32}
        file = read(tree)
        check_agreement(file, persons=range(8), target_group=1, seed=5, n_draws=1)
        numbers = {name: parameter.distribution.mean for name, parameter in file.scenario.parameters.items()}
        life = Lives(file.scenario, numbers, draw=0, persons=range(8), seed=5).life(person, "one")
        assert (life.ends[0]["health"] == "ill") == bool(above)
        assert (life.starts[1]["programme"] == 1) == bool(above)


def test_persons_of_several_blocks() -> None:
    """The ledger and the target group cross the border of a block; the last block is not full."""
    path = next(path for path in SHIPPED if path.parent.name == "textbook_chain")
    n = BLOCK + 37
    for target_group in (BLOCK - 1, BLOCK + 5):
        check_agreement(read_scenario(path), persons=range(n), target_group=target_group, seed=0, n_draws=1)


def test_persons_from_a_later_block() -> None:
    path = next(path for path in SHIPPED if path.parent.name == "textbook_chain")
    persons = range(2 * BLOCK, 2 * BLOCK + 9)
    check_agreement(read_scenario(path), persons=persons, target_group=2 * BLOCK + 3, seed=2**64 - 1, n_draws=3)
