"""Rows of probabilities: conversion to shorter cycles, continuous time, whole matrices, certainty and rarity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm

from simcore import rates
from simcore.model.compile import compile_scenario
from simcore.model.sampled import probabilities_of
from simcore.randomness import LARGEST
from simcore.scenario.loading import ScenarioFile
from simcore.simulation import simulate
from simcore.uncertainty.sampling import draw_parameters
from tests.analytic.models import happened, model, outcome, run
from tests.calibrated import assert_frequencies, assert_mean, must_fail, seed_of
from tests.strategies import Tree, evidenced, read

PER_YEAR = {"year": 1, "quarter": 4, "month": 12}


def rows_of(
    tree: Tree, *, cycle: int = 0, layer: int = 0, draw: int = 0, n_layers: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.uint32]]:
    """Probabilities (from, to) of the domain `life`, and thresholds (from, exit); one of several layers of rows."""
    file = read(tree)
    compiled = compile_scenario(file)
    plan = compiled.plan
    values = compiled.values.evaluate(draw_parameters(file.distributions, draw + 1, seed=1), draw + 1)
    thresholds, shares = (of[0] for of in probabilities_of(compiled, values[draw : draw + 1], [draw]))
    domain = list(file.scenario.domains).index("life")
    n, width = len(file.scenario.domains["life"].states), int(plan.moves.thresholds[domain])
    first, answers = int(plan.moves.base[domain, cycle]), plan.moves.map[int(plan.moves.map_first[domain]) :]
    found, limits = np.zeros((n, n)), np.zeros((n, width), np.uint32)
    for own in range(n):
        at = first + (own * n_layers + layer) * width
        limits[own] = thresholds[at : at + width]
        targets = answers[own * (width + 1) :][: width + 1]
        for k in range(width):
            found[own, targets[k]] += shares[at + k]
        found[own, targets[width]] += 1.0 - shares[at : at + width].sum()
    return found, limits


def yearly(moves: dict[str, float], cycle: str, unit: str = "probability per year", **more: Any) -> Tree:
    """A model with these moves; each has a parameter of its own."""
    field = "rate" if unit.startswith("rate") else "probability"
    names = {text: f"p_{number}" for number, text in enumerate(moves)}
    numbers = {names[text]: (value, unit) for text, value in moves.items()}
    return model({text: {field: name} for text, name in names.items()}, years=1, numbers=numbers, **more) | {
        "cycle": cycle
    }


# --- shorter cycles -------------------------------------------------------------------------------


@pytest.mark.parametrize("cycle", ["quarter", "month"])
@pytest.mark.parametrize("probability", [1e-12, 1e-6, 0.13, 0.5, 0.999, 1 - 1e-9])
def test_a_year_of_shorter_cycles_is_the_yearly_probability(cycle: str, probability: float) -> None:
    found, _ = rows_of(yearly({"a -> b": probability}, cycle))
    n = PER_YEAR[cycle]
    hazard = -math.log1p(-probability)
    assert found[0, 1] == pytest.approx(-math.expm1(-hazard / n), rel=1e-12)
    assert -math.expm1(n * math.log1p(-found[0, 1])) == pytest.approx(probability, rel=1e-12)


@pytest.mark.parametrize("cycle", ["quarter", "month"])
def test_several_probabilities_keep_their_shares(cycle: str) -> None:
    yearly_risks = {"a -> b": 0.3, "a -> c": 0.05, "a -> d": 0.4}
    found, _ = rows_of(yearly(yearly_risks, cycle))
    row = found[0, 1:]
    np.testing.assert_allclose(row / row.sum(), np.array([0.3, 0.05, 0.4]) / 0.75, rtol=1e-13)
    assert (1 - row.sum()) ** PER_YEAR[cycle] == pytest.approx(0.25, rel=1e-13)


def test_a_probability_per_cycle_is_not_converted() -> None:
    found, _ = rows_of(yearly({"a -> b": 0.3, "a -> c": 0.05}, "month", "probability per cycle"))
    np.testing.assert_array_equal(found[0, 1:], [0.3, 0.05])


def test_modifiers_act_on_the_period_of_the_baseline() -> None:
    """An odds ratio of a yearly probability, and only then the conversion to months."""
    tree = yearly({"a -> b": 0.3, "a -> c": 0.1}, "month")
    tree["parameters"]["ratio"] = evidenced({"fixed": 2.5}, "odds ratio")
    act = {"odds_ratio": "ratio", "if": {"age": {"at_least": 0}}, "evidence": "assumed"}
    tree["domains"]["life"]["moves"]["a -> b"]["modifiers"] = [act]
    found, _ = rows_of(tree)
    changed = rates.with_odds_ratio(0.3, 2.5)
    expected = [rates.probability_over(p, changed + 0.1, 1 / 12) for p in (changed, 0.1)]
    np.testing.assert_array_equal(found[0, 1:], expected)


@pytest.mark.parametrize("parts", [(1.0,), (0.7, 0.2, 0.1), (0.6, 0.3, 0.1), (0.1,) * 10, (1.0, 0.0), (1 / 3,) * 3])
@pytest.mark.parametrize("cycle", ["year", "quarter", "month"])
def test_who_is_certain_to_leave_within_the_year_leaves_at_once(parts: tuple[float, ...], cycle: str) -> None:
    """Also where the sum misses 1 by rounding: 0.7 + 0.2 + 0.1 is 1 - 1.1e-16, and its hazard is finite."""
    found, limits = rows_of(yearly({f"a -> b{k}": part for k, part in enumerate(parts)}, cycle))
    np.testing.assert_allclose(found[0, 1:], parts, rtol=1e-12)
    assert found[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert limits[0, -1] > LARGEST


@pytest.mark.parametrize("cycle", ["year", "quarter", "month"])
@pytest.mark.parametrize("certain", [0, 1])
def test_certainty_for_every_number(certain: int, cycle: str) -> None:
    """A number is below the threshold: of 0 never, not even the smallest; of 1 always, also the largest."""
    for move in ({"a -> b": {"probability": certain}}, {"a -> b": {"probability": "p"}}):
        tree = model(move, years=1, numbers={"p": (float(certain), "probability per year")}) | {"cycle": cycle}
        found, limits = rows_of(tree)
        assert found[0].tolist() == [1.0 - certain, float(certain)]
        assert limits[0, 0] > LARGEST if certain else limits[0, 0] == 0
    for text, other in (("a -> b", "a -> c"), ("a -> c", "a -> b")):
        tree = yearly({text: 1.0, other: 0.0}, cycle)
        found, limits = rows_of(tree, cycle=PER_YEAR[cycle] - 1)
        end = tree["domains"]["life"]["states"].index(text[-1])
        assert found[0, end] == 1.0
        assert set(limits[0].tolist()) <= {0, 2**32 - 1}


# --- continuous time -------------------------------------------------------------------------------

GENERATORS: dict[str, dict[str, float]] = {
    "two states": {"a -> b": 0.3, "b -> a": 1.7},
    "a chain": {"a -> b": 0.5, "b -> c": 2.0, "c -> d": 0.1},
    "all directions": {"a -> b": 0.2, "a -> c": 1.1, "b -> a": 3.0, "b -> c": 0.05, "c -> a": 0.4, "c -> b": 2.5},
    "zero rates": {"a -> b": 0.0, "b -> c": 0.7, "c -> a": 0.0},
    "nothing happens": {"a -> b": 0.0, "b -> a": 0.0},
    "stiff": {"a -> b": 1e4, "b -> a": 1.0, "b -> c": 1e-3, "c -> a": 20.0},
    "stiff both ways": {"a -> b": 1e4, "b -> a": 3e3, "b -> c": 0.2, "c -> b": 0.01},
    "tiny": {"a -> b": 1e-9, "b -> c": 1e-12},
}


def generator(moves: dict[str, float], states: list[str]) -> NDArray[np.float64]:
    found = np.zeros((len(states), len(states)))
    for text, rate in moves.items():
        start, end = text.split(" -> ")
        found[states.index(start), states.index(end)] = rate
    return found - np.diag(found.sum(axis=1))


def continuous(moves: dict[str, float], cycle: str) -> Tree:
    tree = yearly(moves, cycle, "rate per year")
    tree["domains"]["life"]["time"] = "continuous"
    return tree


@pytest.mark.parametrize("cycle", ["year", "quarter", "month"])
@pytest.mark.parametrize("name", GENERATORS)
def test_continuous_time_is_the_matrix_exponential(name: str, cycle: str) -> None:
    tree = continuous(GENERATORS[name], cycle)
    states = tree["domains"]["life"]["states"]
    found, _ = rows_of(tree)
    exact = expm(generator(GENERATORS[name], states) / PER_YEAR[cycle])
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12)
    assert (found >= 0).all()


@pytest.mark.parametrize("name", GENERATORS)
def test_twelve_months_are_a_year(name: str) -> None:
    year, quarter, month = (rows_of(continuous(GENERATORS[name], cycle))[0] for cycle in ("year", "quarter", "month"))
    np.testing.assert_allclose(np.linalg.matrix_power(month, 12), year, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.matrix_power(quarter, 4), year, rtol=0, atol=1e-12)


def test_small_probabilities_of_continuous_time_are_exact_too() -> None:
    """Two rare moves in a row: the rate of each times half the time; relative, not only absolute."""
    found, _ = rows_of(continuous({"a -> b": 1e-5, "b -> c": 1e-6}, "year"))
    assert found[0, 1] == pytest.approx(1e-5, rel=1e-4)
    assert found[0, 2] == pytest.approx(1e-5 * 1e-6 / 2, rel=1e-4)


def test_twelve_months_of_competing_rates_are_not_a_year_of_one_jump() -> None:
    """The negative control: with one jump per cycle, what two jumps would do is missing."""
    rates_of = GENERATORS["all directions"]
    year, month = (rows_of(yearly(rates_of, cycle, "rate per year"))[0] for cycle in ("year", "month"))
    assert abs(np.linalg.matrix_power(month, 12) - year).max() > 0.01


def test_effects_act_on_the_rates_of_continuous_time() -> None:
    tree = continuous(GENERATORS["all directions"], "quarter")
    tree["parameters"]["ratio"] = evidenced({"fixed": 0.3}, "hazard ratio")
    act = {"hazard_ratio": "ratio", "if": {"age": {"at_least": 0}}, "evidence": "assumed"}
    tree["domains"]["life"]["moves"]["b -> a"]["modifiers"] = [act]
    found, _ = rows_of(tree)
    states = tree["domains"]["life"]["states"]
    slower = generator(GENERATORS["all directions"] | {"b -> a": 3.0 * 0.3}, states)
    np.testing.assert_allclose(found, expm(slower / 4), rtol=0, atol=1e-14)


# --- traits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["probability per year", "rate per year"])
def test_a_trait_multiplies_hazards(unit: str) -> None:
    """Level by level: 1 - (1 - p)**z for a probability, z * h for a rate."""
    tree = yearly({"a -> b": 0.3}, "year", unit)
    tree["parameters"] |= {"low": evidenced({"fixed": 0.4}, "factor"), "high": evidenced({"fixed": 2.0}, "factor")}
    tree["population"]["traits"] = {
        "frailty": {
            "about": "frailty", "distribution": {"uniform": {"min": "low", "max": "high"}}, "levels": 4,
            "unit": "hazard ratio", "multiplies": ["life.a -> b"],
        }
    }  # fmt: skip
    for level in range(4):
        z = 0.4 + 1.6 * (level + 0.5) / 4
        found, _ = rows_of(tree, layer=level, n_layers=4)
        expected = 1 - 0.7**z if unit.startswith("probability") else -math.expm1(-z * 0.3)
        assert found[0, 1] == pytest.approx(expected, rel=1e-13)


# --- matrices -----------------------------------------------------------------------------------------


def with_matrix(cells: dict[tuple[str, str], Any], unit: str, cycle: str = "year", moves: Tree | None = None) -> Tree:
    states = list(dict.fromkeys(state for pair in cells for state in pair))
    tree = model(moves or {}, years=1, states=states) | {"cycle": cycle}
    tree["domains"]["life"]["matrix"] = "table"
    tree["tables"] = {
        "table": {
            "about": "moves", "by": ["from", "to"], "unit": unit, "source": {"assumption": "made up"},
            "csv": [[start, end, value] for (start, end), value in cells.items()],
        }
    }  # fmt: skip
    return tree


def test_a_matrix_is_what_is_written() -> None:
    """With its diagonal, without it, and with zeros in it."""
    whole = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [0.25, 0.0, 0.75]])
    cells = {("abc"[i], "abc"[j]): float(whole[i, j]) for i in range(3) for j in range(3)}
    without = {pair: value for pair, value in cells.items() if pair[0] != pair[1]}
    for given in (cells, without, {pair: value for pair, value in cells.items() if value > 0}):
        found, limits = rows_of(with_matrix(given, "probability per year"))
        np.testing.assert_allclose(found, whole, rtol=0, atol=1e-15)
        assert limits[1].tolist() == [0, 0] or limits[1].max() == 0


def test_a_yearly_matrix_in_months() -> None:
    found, _ = rows_of(
        with_matrix({("a", "b"): 0.3, ("a", "c"): 0.1, ("a", "a"): 0.6}, "probability per year", "month")
    )
    expected = [rates.probability_over(p, 0.4, 1 / 12) for p in (0.3, 0.1)]
    np.testing.assert_allclose(found[0, 1:], expected, rtol=1e-14)


def test_moves_beside_a_matrix_replace_its_cells() -> None:
    cells = {("a", "b"): 0.3, ("a", "c"): 0.1, ("b", "c"): 0.5, ("b", "a"): 0.2}
    tree = with_matrix(cells, "probability per cycle", moves={"a -> b": {"probability": 0}, "b -> c": "rest"})
    found, _ = rows_of(tree)
    np.testing.assert_allclose(found, [[0.9, 0.0, 0.1], [0.2, 0.0, 0.8], [0.0, 0.0, 1.0]], rtol=0, atol=1e-15)


def test_a_counted_matrix_is_a_dirichlet_draw(request: pytest.FixtureRequest) -> None:
    """Means n/N, second moments n(n + 1)/(N(N + 1)), products n·m/(N(N + 1)); what was never counted stays 0.

    Smallest defect: a count more in each cell (as if the prior were uniform), or cells drawn independently.
    """
    counts = {"a": 30.0, "b": 12.0, "c": 6.0, "d": 0.0}
    total, draws = sum(counts.values()), 40_000
    file = read(with_matrix({("a", end): count for end, count in counts.items()}, "count"))
    found = matrix_draws(file, draws, seed_of(request, 31))
    assert (found["d"] == 0).all()
    np.testing.assert_allclose(sum(found.values()), 1.0, rtol=1e-12)

    def moment(*powers: tuple[str, int]) -> float:
        """E of a product of powers: rising factorials of the counts, over that of their total."""
        above = math.prod(math.prod(counts[of] + k for k in range(power)) for of, power in powers)
        return above / math.prod(total + k for k in range(sum(power for _, power in powers)))

    def check(of: dict[str, NDArray[np.float64]]) -> None:
        tests: list[list[tuple[str, int]]] = [[(end, power)] for end in "abc" for power in (1, 2)]
        tests += [[("a", 1), ("b", 1)], [("b", 1), ("c", 1)]]
        for powers in tests:
            sample = math.prod((of[end] ** power for end, power in powers), start=np.ones(draws))
            expected, square = moment(*powers), moment(*((end, 2 * power) for end, power in powers))
            sd = math.sqrt(square - expected**2)
            assert_mean(float(sample.mean()), expected, sd, draws, test="dirichlet", comparisons=len(tests))

    check(found)
    prior = {("a", end): count + 1 for end, count in counts.items()}
    must_fail(lambda: check(matrix_draws(read(with_matrix(prior, "count")), draws, 32)))
    must_fail(lambda: check({end: np.roll(of, k) for k, (end, of) in enumerate(found.items())}))


def matrix_draws(file: ScenarioFile, draws: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Probabilities of the moves from `a`, and of staying there, in many draws."""
    compiled = compile_scenario(file)
    values = compiled.values.evaluate(draw_parameters(file.distributions, draws, seed=seed), draws)
    columns = {end: compiled.values.quantity("table", {"from": "a", "to": end}) for end in "abcd"}
    # Asking for a cell that no row uses adds a column: evaluate again with it.
    values = compiled.values.evaluate(draw_parameters(file.distributions, draws, seed=seed), draws)
    return {end: values[:, column] for end, column in columns.items()}


# --- few persons, rare events -------------------------------------------------------------------------


def test_a_population_of_one() -> None:
    """The second half is empty; nothing is divided by its size."""
    tree = model({"a -> b": {"probability": 1}}, years=2) | {"outcomes": outcome("moves", move="life.a -> b")}
    tree["population"] |= {"persons": 1, "target_group": 1}
    results = run(tree, persons=1, draws=2)
    assert results["part_size"].values.tolist() == [1, 0, 1]
    assert results["outcome_value"].values.ravel().tolist() == [1.0, 1.0]
    assert results["events"].sel(strategy="usual", draw=0).squeeze("event").values.tolist() == [[1, 0], [0, 0], [1, 0]]
    for name in results.data_vars:
        if results[name].dtype.kind == "f":
            assert np.isfinite(results[name].values).all(), name


def test_rare_events_have_the_right_frequency(request: pytest.FixtureRequest) -> None:
    """Once in a million, in 200 million person-cycles. Smallest defect: half or twice as often."""
    p, persons, years, draws = 1e-6, 1_000_000, 20, 10
    moves = {"a -> b": {"probability": "p"}, "b -> a": {"probability": 1}}
    tree = model(moves, years=years, numbers={"p": (p, "probability per year")})
    tree["outcomes"] = outcome("rare", move="life.a -> b")
    results = run(tree, persons=persons, draws=draws, seed=seed_of(request, 33))
    found = int(happened(results, "life: a -> b").sum())
    at_risk = persons * years * draws  # but for the few in `b`
    assert_frequencies(found, at_risk, p, test="rare_events")
    for wrong in (p / 2, p * 2):
        must_fail(lambda wrong=wrong: assert_frequencies(found, at_risk, wrong, test="rare_events"))


def test_a_table_of_counts_in_a_formula_is_no_matrix():
    """Convictions by sex, say: a number of something, which a formula takes as it stands."""
    tree = model({"well -> ill": {"probability": "p_ill"}}, years=1)
    tree["population"]["attributes"] = {"kind": {"one": "half", "other": "rest"}}
    tree["parameters"] = {"half": evidenced({"fixed": 0.5}, "share")}
    tree["tables"] = {"earlier": {"by": ["kind"], "values": {"one": 2, "other": 8}, "unit": "count"}}
    tree["tables"]["earlier"]["source"] = {"assumption": "made up"}
    tree["derived"] = {"p_ill": {"formula": "earlier / 10", "unit": "probability per year"}}
    tree["outcomes"] = {"ill": {"about": "ill", "move": "life.well -> ill", "good": False}}
    tree["tables"]["earlier"] |= {"about": "convictions before"}
    results = simulate(read(tree), draws=1, engine="expected")
    assert float(results["outcome_value"].squeeze()) == pytest.approx(0.5 * 0.2 + 0.5 * 0.8)
