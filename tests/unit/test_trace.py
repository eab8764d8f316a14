"""Single lives: as the readable twin lives them, and as they are written down."""

from __future__ import annotations

import csv
import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings

from simcore import read_scenario
from simcore.errors import ScenarioError
from simcore.kernels.plan import BLOCK
from simcore.model.compile import compile_scenario
from simcore.model.reference import Lives
from simcore.scenario.conditions import NEVER
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.phases import EXACT
from simcore.scenario.structure import Structure
from simcore.trace import as_rows, named, trace_lives, write_csv
from simcore.uncertainty.sampling import draw_parameters
from tests.admitted import admitted
from tests.strategies import Tree, evidenced, read, scenarios


def remembering(cycle: str = "quarter") -> Tree:
    """Two start ages, a joint table, a trait, clocks and a counter, death, and a programme."""
    numbers = {
        "p_up": (0.6, "probability per year"), "p_down": (0.5, "probability per year"),
        "p_death": (0.05, "probability per year"), "or_help": (0.2, "odds ratio"), "uptake": (0.6, "probability"),
        "one": (1.0, "factor"), "sd": (0.5, "factor"), "half": (0.5, "share"),
    }  # fmt: skip
    made_up = {"source": {"assumption": "made up"}}
    effect = {"move": "work.in -> out", "odds_ratio": "or_help", "years": [1, 2], "evidence": "causal"}
    return {
        "title": "Persons with a past",
        "cycle": cycle,
        "population": {
            "persons": 3000, "target_group": 10, "start": {"age": "ages", "year": 2024}, "horizon": {"to_age": 22},
            "joint": ["people"],
            "traits": {
                "frailty": {
                    "about": "how easily a person dies", "distribution": {"gamma": {"mean": "one", "sd": "sd"}},
                    "levels": 4, "unit": "hazard ratio", "multiplies": ["vital.alive -> dead"],
                },
            },
            "start_states": {"work": {"in": "half", "out": "rest"}, "vital": "alive"},
        },
        "domains": {
            "work": {
                "states": ["in", "out"],
                "moves": {"in -> out": {"probability": "p_down"}, "out -> in": {"probability": "p_up"}},
            },
            "vital": {
                "states": ["alive", "dead"], "ends_life": "dead",
                "moves": {"alive -> dead": {"probability": "p_death"}},
            },
        },
        "memory": {
            "time_out": {"time_in": {"work": "out"}, "cap": "2 years or more"},
            "since_loss": {"time_since": "work.in -> out", "cap": "3 years or more"},
            "losses": {"counts": "work.in -> out", "cap": "4 or more"},
        },
        "tables": {
            "people": {
                "about": "persons by sex and place", "by": ["sex", "place"], "unit": "count", **made_up,
                "csv": [["female", "town", 40], ["female", "land", 10], ["male", "town", 30], ["male", "land", 20]],
            },
            "ages": {
                "about": "age at the start", "by": ["sex"], "values": {"female": 18, "male": 20}, "unit": "age",
                **made_up,
            },
        },
        "parameters": {name: evidenced({"fixed": value}, unit) for name, (value, unit) in numbers.items()},
        "interventions": {
            "help": {"about": "helps", "enrol": {"at_age": 20, "uptake": "uptake"}, "effects": [effect]},
        },
        "strategies": {"usual": [], "helped": ["help"]},
        "comparator": "usual",
    }  # fmt: skip


def check_agreement(file: ScenarioFile, n_persons: int, watched: range, *, seed: int = 3, draw: int = 1) -> xr.Dataset:
    """Trace and compare some of the persons with the twin, value by value."""
    scenario = file.scenario
    trace = trace_lives(file, persons=n_persons, among=n_persons, seed=seed, draw=draw)
    numbers = {
        name: float(drawn[0])
        for name, drawn in draw_parameters(file.distributions, 1, seed=seed, first_draw=draw).items()
    }
    assert {
        str(n): v.item() for n, v in zip(trace["parameter"].values, trace["parameter_value"], strict=True)
    } == numbers
    structure, compiled = Structure(scenario), compile_scenario(file)
    values = compiled.values.evaluate({name: np.array([value]) for name, value in numbers.items()}, 1)[0]
    admissions = admitted(compiled, values, draw, seed)
    twin = Lives(scenario, numbers, draw=draw, persons=watched, seed=seed, admissions=admissions)
    life_domain = next((name for name, domain in scenario.domains.items() if domain.ends_life), None)
    for strategy in scenario.strategies:
        for life in twin.lives(strategy):
            traced = trace.sel(strategy=strategy, person=life.person)
            moments = [life.starts[0], *life.ends]
            for name in named(trace, "attribute", "trait"):
                assert traced[name].item() == moments[0][name]
            for name in named(trace, "domain", "counter"):
                assert traced[name].values.tolist() == [now[name] for now in moments]
            for name in named(trace, "clock"):
                years = [math.nan if now[name] == NEVER else float(now[name]) for now in moments]
                np.testing.assert_array_equal(traced[name].values, years)
            for name in scenario.interventions:
                codes = [int(now[name + EXACT]) for now in life.starts]
                phases = [structure.phase_of(code) for code in codes]
                assert traced[name].values.tolist() == [structure.phase_year(phase) for phase in phases]
                assert traced[f"phase_{name}"].values.tolist() == phases
                left = [int(structure.has_left(code)) for code in codes]
                assert traced[f"left_{name}"].values.tolist() == left if f"left_{name}" in traced else not any(left)
            for name in ("age", "year"):
                assert traced[name].values[:-1].tolist() == [now[name] for now in life.starts]
            if life_domain is not None:
                dead = scenario.domains[life_domain].ends_life
                assert traced["alive"].values.tolist() == [now[life_domain] != dead for now in moments]
    return trace


@pytest.fixture(scope="module")
def past() -> ScenarioFile:
    return read(remembering())


def test_the_twin_lives_the_same_lives(past: ScenarioFile) -> None:
    trace = check_agreement(past, 60, range(60))
    assert not [name for name in trace.data_vars if "." in str(name)]
    assert np.isnan(trace["since_loss"].values).any()
    assert (trace["losses"].values > 1).any()
    assert set(trace["age"].values[:, 0]) == {18, 20}
    assert 0 < trace["help"].sel(strategy="helped").max() <= 4
    assert trace["help"].sel(strategy="usual").max() == 0
    assert trace["time_out"].dtype == np.float64


@pytest.mark.parametrize("cycle", ["year", "month"])
def test_other_cycles(cycle: str) -> None:
    check_agreement(read(remembering(cycle)), 12, range(12), draw=0)


@pytest.mark.parametrize("name", ["school_dropout", "textbook_chain"])
def test_shipped_scenarios(name: str) -> None:
    check_agreement(read_scenario(name), 4, range(4))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tree=scenarios())
def test_generated_scenarios(tree: Tree) -> None:
    check_agreement(read(tree), 15, range(15))


def test_several_blocks_and_the_same_persons_whatever_their_number(past: ScenarioFile) -> None:
    many = check_agreement(past, 2 * BLOCK + 7, range(2 * BLOCK, 2 * BLOCK + 7), seed=0, draw=0)
    few = trace_lives(past, persons=5, seed=0)
    assert many.isel(person=slice(5)).identical(few)


def test_who_is_followed_and_how_long(past: ScenarioFile) -> None:
    trace = trace_lives(past, persons=40)
    last = trace["age"].where(trace["followed"]).max("boundary")
    assert set(last.values) == {22}
    # The dead stand still.
    for name in named(trace, "domain", "counter", "clock"):
        value, alive = trace[name], trace["alive"]
        later = value.isel(boundary=slice(1, None)).values
        before = value.isel(boundary=slice(None, -1)).values
        dead = ~alive.isel(boundary=slice(None, -1)).values
        np.testing.assert_array_equal(later[dead], before[dead])
    assert not trace["alive"].all()


def test_a_variable_called_like_a_dimension(past: ScenarioFile) -> None:
    tree = remembering()
    tree["population"]["start_states"]["person"] = "in"
    tree["domains"]["person"] = {"states": ["in", "out"], "moves": {"in -> out": {"probability": "p_down"}}}
    trace = trace_lives(read(tree), persons=3)
    assert trace["person_"].attrs["of"] == "person"
    assert trace["person"].values.tolist() == [0, 1, 2]


def test_csv_says_what_the_trace_says(past: ScenarioFile, tmp_path: Any) -> None:
    trace = trace_lives(past, persons=12)
    awkward = 'town, "new"'
    trace["place"] = trace["place"].where(trace["place"] != "town", awkward).assign_attrs(trace["place"].attrs)
    path = tmp_path / "lives.csv"
    write_csv(trace, path)
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert list(rows[0]) == [
        "strategy", "person", "cycle", "age", "year", "alive", "sex", "place", "frailty", "work", "vital", "time_out",
        "since_loss", "losses", "help",
    ]  # fmt: skip
    assert len(rows) == 2 * int(trace["followed"].sum())
    assert awkward in {row["place"] for row in rows}
    n_cycles = {person: int(trace["followed"].sel(person=person).sum()) - 1 for person in range(12)}
    for row in rows:
        person, cycle = int(row["person"]), int(row["cycle"])
        life = {"strategy": row["strategy"], "person": person}
        for name in ("sex", "place"):
            assert row[name] == trace[name].values[person]
        for name in ("work", "vital", "losses", "time_out", "since_loss", "alive", "age", "year"):
            at = {key: value for key, value in life.items() if key in trace[name].dims}
            value = trace[name].sel(at | {"boundary": cycle}).item()
            if name in ("work", "vital"):
                assert row[name] == value
            elif math.isnan(value):
                assert row[name] == ""
            else:
                assert float(row[name]) == pytest.approx(float(value), rel=1e-5)
        if cycle == n_cycles[person]:
            assert row["help"] == ""  # no cycle begins any more
        else:
            assert int(row["help"]) == trace["help"].sel(life | {"cycle": cycle}).item()


def test_rows_are_plain_values(past: ScenarioFile) -> None:
    rows = list(as_rows(trace_lives(past, persons=2)))
    assert {type(value) for row in rows for value in row.values()} <= {str, int, float, type(None)}
    assert [rows[0][name] for name in ("strategy", "person", "cycle", "year", "alive")] == ["usual", 0, 0, 2024, 1]


@pytest.mark.parametrize(
    ("asked", "what", "found", "allowed"),
    [
        ({"persons": 0}, "persons to trace", "0", "a whole number from 1 to 3,000, the persons of the run"),
        ({"persons": 21, "among": 20}, "persons to trace", "21", "a whole number from 1 to 20, the persons of the run"),
        (
            {"persons": 10**7, "among": 10**8}, "persons to trace", "10,000,000",
            "a whole number from 1 to 24,509: a trace holds 10,000,000 values, 408 for each person",
        ),
        ({"persons": 1, "among": -3}, "persons", "-3", "a whole number from 1"),
        ({"persons": 1, "seed": -1}, "seed", "-1", "a whole number from 0 to 18446744073709551615"),
        ({"persons": 1, "draw": -1}, "draw", "-1", "a whole number from 0 to 9999999"),
    ],
)  # fmt: skip
def test_what_cannot_be_traced(past: ScenarioFile, asked: dict[str, int], what: str, found: str, allowed: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        trace_lives(past, **asked)
    lines = [
        what,
        f"    found    {found}",
        f"    allowed  {allowed}",
        "1 problem in what is asked for; nothing was run.",
    ]
    assert str(refused.value).splitlines() == lines
