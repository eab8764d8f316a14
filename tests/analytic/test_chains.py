"""Chains whose occupancy, survival and present value are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.analytic.models import START_AGE, counted, happened, model, outcome, priced, run, with_programme
from tests.calibrated import assert_frequencies, assert_mean, must_fail, seed_of, smallest_sample

P, YEARS, RATE = 0.13, 12, 0.035


def survival_tree(accrual: str = "start_of_cycle"):
    tree = model({"before -> after": {"probability": "p"}}, years=YEARS, numbers={"p": (P, "probability per year")})
    prices = {"care": {"while": {"life": "before"}, "resource": "care_year", "actor": "region"}}
    return priced(tree, {"care_year": (1000.0, "year")}, prices, RATE) | {"accrual": accrual}


def test_survival_of_one_absorbing_risk(request: pytest.FixtureRequest) -> None:
    """(1 - p)**n. Smallest defect: one cycle too many or too few."""
    persons, draws = 5000, 4
    results = run(survival_tree(), persons=persons, draws=draws, seed=seed_of(request, 11))
    before = counted(results, "life is before")
    expected = (1 - P) ** np.arange(YEARS + 1)
    assert_frequencies(before, persons * draws, expected, test="survival")
    must_fail(lambda: assert_frequencies(before[1:], persons * draws, expected[:-1], test="survival"))
    must_fail(lambda: assert_frequencies(before, persons * draws, expected * 0.97, test="survival"))


@pytest.mark.parametrize("accrual", ["start_of_cycle", "end_of_cycle", "half_cycle"])
def test_present_value_is_an_annuity(accrual: str, request: pytest.FixtureRequest) -> None:
    """A geometric sum with ratio (1-p)/(1+rate). Smallest defect: the accrual of another rule."""
    ratio = (1 - P) / (1 + RATE)
    at_start = 1000.0 * (1 - ratio**YEARS) / (1 - ratio)
    closed = {"start_of_cycle": at_start, "end_of_cycle": at_start * ratio}
    closed["half_cycle"] = (closed["start_of_cycle"] + closed["end_of_cycle"]) / 2

    # The distribution of one person's cost, from the number of boundaries lived in `before`.
    lived = np.arange(1, YEARS + 2)
    chance = np.append((1 - P) ** (lived[:-1] - 1) * P, (1 - P) ** YEARS)
    weights = {"start_of_cycle": (1.0, 0.0), "end_of_cycle": (0.0, 1.0), "half_cycle": (0.5, 0.5)}[accrual]
    factors = (1 + RATE) ** -np.arange(YEARS + 1.0)
    by_boundary = weights[0] * np.append(factors[:-1], 0) + weights[1] * np.append(0, factors[1:])
    cost = 1000.0 * np.cumsum(by_boundary)
    assert math.isclose(float(chance @ cost), closed[accrual], rel_tol=1e-12)
    sd = math.sqrt(float(chance @ cost**2) - closed[accrual] ** 2)

    defect = at_start * (1 - ratio) / 2
    n = smallest_sample(sd, defect, test="annuity", comparisons=3)
    results = run(survival_tree(accrual), persons=n, seed=seed_of(request, 12))
    found = float(results["present_value"].sel(strategy="usual", actor="region").sum())
    assert_mean(found, closed[accrual], sd, n, test="annuity", comparisons=3)
    wrong = [value for rule, value in closed.items() if rule != accrual]
    for value in wrong:
        must_fail(lambda value=value: assert_mean(found, value, sd, n, test="annuity", comparisons=3))


def test_occupancy_is_a_matrix_power(request: pytest.FixtureRequest) -> None:
    """Three states, moves in all directions. Smallest defect: one power too many, or two states exchanged."""
    matrix = np.array([[0.7, 0.2, 0.1], [0.05, 0.8, 0.15], [0.3, 0.0, 0.7]])
    states = ["a", "b", "c"]
    moves, numbers = {}, {}
    for i, j in ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0)):
        moves[f"{states[i]} -> {states[j]}"] = {"probability": f"p_{i}{j}"}
        numbers[f"p_{i}{j}"] = (float(matrix[i, j]), "probability per year")
    start = np.array([0.5, 0.3, 0.2])
    numbers |= {"share_b": (0.3, "share"), "share_c": (0.2, "share")}
    tree = model(moves, years=8, start={"a": "rest", "b": "share_b", "c": "share_c"}, numbers=numbers)
    tree["outcomes"] = {}
    for state in states:
        tree["outcomes"] |= outcome(f"in_{state}", **{"while": {"life": state}})
    n = 40_000
    results = run(tree, persons=n, seed=seed_of(request, 13))
    found = np.stack([counted(results, f"life is {state}") for state in states], axis=1)
    expected = np.stack([start @ np.linalg.matrix_power(matrix, t) for t in range(9)])
    assert_frequencies(found, n, expected, test="occupancy")
    must_fail(lambda: assert_frequencies(found, n, expected @ matrix, test="occupancy"))
    must_fail(lambda: assert_frequencies(found, n, expected[:, [1, 0, 2]], test="occupancy"))


def test_rates_compete(request: pytest.FixtureRequest) -> None:
    """h/H * (1 - exp(-H)). Smallest defect: each risk on its own, 1 - exp(-h)."""
    h = np.array([0.2, 0.35])
    moves = {"a -> b": {"rate": "r_b"}, "a -> c": {"rate": "r_c"}}
    numbers = {"r_b": (0.2, "rate per year"), "r_c": (0.35, "rate per year")}
    tree = model(moves, years=1, numbers=numbers)
    tree["outcomes"] = outcome("to_b", move="life.a -> b") | outcome("to_c", move="life.a -> c")
    n = 50_000
    results = run(tree, persons=n, seed=seed_of(request, 14))
    found = [int(happened(results, f"life: a -> {state}")[0]) for state in ("b", "c")]
    assert_frequencies(found, n, h / h.sum() * -np.expm1(-h.sum()), test="competing_rates")
    must_fail(lambda: assert_frequencies(found, n, -np.expm1(-h), test="competing_rates"))


def test_an_effect_acts_in_its_window_and_then_fades(request: pytest.FixtureRequest) -> None:
    """Odds ratio**(share * 0.5**(k / half-life)), k cycles after the window. Smallest defect: a year's shift."""
    baseline, ratio, share, half_life, years = 0.25, 0.2, 0.8, 1.5, 9
    numbers = {
        "p": (baseline, "probability per year"), "ratio": (ratio, "odds ratio"), "half_life": (half_life, "year"),
        "causal_share": (share, "share"),
    }  # fmt: skip
    moves = {"a -> b": {"probability": "p"}, "b -> a": {"probability": 1}}
    effect = {
        "move": "life.a -> b", "odds_ratio": "ratio", "years": [2, 3], "fade": {"half_life": "half_life"},
        "movable_share": "causal_share", "evidence": "causal",
    }  # fmt: skip
    tree = with_programme(model(moves, years=years, numbers=numbers), [effect], at_age=START_AGE + 1)
    tree["outcomes"] = outcome("at_risk", **{"while": {"life": "a"}}) | outcome("to_b", move="life.a -> b")
    n = 60_000
    results = run(tree, persons=n, seed=seed_of(request, 15))

    def expected(shift: int) -> np.ndarray:
        phase = np.maximum(np.arange(years) - shift, 0)  # enrolled in cycle 1
        weight = np.where(phase < 2, 0.0, share * 0.5 ** (np.maximum(phase - 3, 0) / half_life))
        odds = baseline / (1 - baseline) * ratio**weight
        return odds / (1 + odds)

    for strategy, shift in (("helped", 0), ("usual", years)):
        at_risk = counted(results, "life is a", strategy)[:-1]
        found = happened(results, "life: a -> b", strategy)
        assert_frequencies(found, at_risk, expected(shift), test="window_and_fade", calls=2)
        for wrong in (1, -1) if strategy == "helped" else (0,):
            must_fail(
                lambda f=found, r=at_risk, w=wrong: assert_frequencies(
                    f, r, expected(w), test="window_and_fade", calls=2
                )
            )


def test_partial_uptake(request: pytest.FixtureRequest) -> None:
    """Enrolled are binomial, the same persons in every later year. Smallest defect: asked in every year."""
    uptake, years, n = 0.3, 4, 20_000
    tree = model({"a -> b": {"probability": 0}}, years=years, numbers={"uptake": (uptake, "probability")})
    tree = with_programme(tree, [], uptake="uptake", at_age=START_AGE + 1)
    tree["outcomes"] = outcome("enrolled", **{"while": {"programme": {"at_least": 1}}})
    tree["outcomes"] |= outcome("first_year", **{"while": {"programme": 1}})
    results = run(tree, persons=n, seed=seed_of(request, 16))
    enrolled = counted(results, "programme is 1 or more", "helped")[:-1]
    assert enrolled[0] == 0
    assert len(set(enrolled[1:].tolist())) == 1
    assert_frequencies(enrolled[1], n, uptake, test="uptake")
    assert counted(results, "programme is 1", "helped")[:-1].tolist() == [0, enrolled[1], 0, 0]
    must_fail(lambda: assert_frequencies(enrolled[3], n, 1 - (1 - uptake) ** 3, test="uptake"))
