"""What only many lives show: luck is independent where it should be, and its size is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simcore.model.compile import compile_scenario
from simcore.model.sampled import Paths, simulate_draws
from tests.analytic.models import model, run
from tests.calibrated import SHARES, alarm, assert_frequencies, assert_within_budget, must_fail, seed_of
from tests.strategies import read

P = 0.4


def first_moves(seed: int, persons: int, draws: int) -> np.ndarray:
    """Who is in `b` in each of two independent domains at each boundary: (draw, domain, boundary, person)."""
    tree = model(
        {"a -> b": {"probability": "p"}, "b -> a": {"probability": "q"}}, years=6,
        numbers={"p": (P, "probability per year"), "q": (1 - P, "probability per year")},
    )  # fmt: skip
    tree["domains"]["other"] = tree["domains"]["life"]
    tree["population"]["start_states"]["other"] = "a"
    compiled = compile_scenario(read(tree))
    values = compiled.values.evaluate({"p": np.array([P]), "q": np.array([1 - P])}, 1)
    found = []
    for draw in range(draws):
        paths = Paths(np.zeros((1, 7, 2, persons), np.uint8), np.zeros((1, 6, 0, persons), np.uint16))
        simulate_draws(compiled, values, draws=[draw], persons=range(persons), target_group=0, seed=seed, paths=paths)
        found.append(paths.states[0].transpose(1, 0, 2))
    return np.stack(found).astype(bool)


def test_independent_questions_have_independent_answers(request: pytest.FixtureRequest) -> None:
    """Domains, cycles, persons and draws share no luck. Smallest defect: any two of them the same.

    In this chain the state after a cycle does not depend on the state before, so every pair is
    two independent events with probability p each.
    """
    persons, draws = 3000, 5
    b = first_moves(seed_of(request, 21), persons, draws)[:, :, 1:]
    pairs = {
        "domains": (b[:, 0], b[:, 1]),
        "cycles": (b[:, :, :-1], b[:, :, 1:]),
        "cycles of a block of four": (b[:, :, :2], b[:, :, 4:]),
        "persons": (b[..., 0::2], b[..., 1::2]),
        "persons of blocks": (b[..., :1024], b[..., 1024:2048]),
        "draws": (b[:-1], b[1:]),
    }
    # Overlapping pairs (cycles 1-2, 2-3) are not independent of each other; disjoint ones are.
    both = {name: one & other for name, (one, other) in pairs.items()}
    both["cycles"] = both["cycles"][:, :, ::2]
    both["draws"] = both["draws"][::2]
    counts, of = [int(found.sum()) for found in both.values()], [found.size for found in both.values()]
    assert_frequencies(counts, of, P**2, test="independence")
    same = int((b[:, 0] & b[:, 0]).sum())
    must_fail(lambda: assert_frequencies(same, b[:, 0].size, P**2, test="independence"))


def test_the_halves_measure_luck(request: pytest.FixtureRequest) -> None:
    """(h1 - h2)**2 / 4 has the variance of the mean as its expectation. Smallest defect: half or twice of it.

    Over many draws without uncertain parameters the sum of squared standardised differences is chi-squared
    (each half's mean of hundreds of persons is normal enough at this precision).
    """
    persons, draws = 400, 1500
    tree = model({"a -> b": {"probability": "p"}}, years=1, numbers={"p": (P, "probability per year")})
    tree["outcomes"] = {"in_b": {"about": "in b", "good": True, "while": {"life": "b"}}}
    results = run(tree, persons=persons, draws=draws, seed=seed_of(request, 22))
    at_end = results["person_time"].sel(strategy="usual", meter="life is b", end="end").isel(cycle=0)
    h1, h2 = (at_end.sel(part=part).values / (persons / 2) for part in ("half_0", "half_1"))
    luck = (h1 - h2) ** 2 / 4

    def check(variance_of_mean: float) -> None:
        total = float(luck.sum() / variance_of_mean)
        rate = alarm("luck_variance") / 2
        assert stats.chi2.isf(1 - rate, draws) <= total <= stats.chi2.isf(rate, draws)

    check(P * (1 - P) / persons)
    must_fail(lambda: check(P * (1 - P) / persons / 2))
    must_fail(lambda: check(P * (1 - P) / persons * 2))


def test_attributes_follow_their_shares(request: pytest.FixtureRequest) -> None:
    """Shares by an earlier attribute. Smallest defect: the share of the other level."""
    tree = model({"a -> b": {"probability": 0}}, years=1, numbers={"share_x": (0.3, "share")})
    tree["population"]["attributes"] = {"first": {"x": "share_x", "z": "rest"}, "second": {"u": "share_u", "v": "rest"}}
    shares = {"x": 0.6, "z": 0.2}
    tree["tables"] = {
        "share_u": {
            "about": "share", "by": ["first"], "values": shares, "unit": "share", "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    tree["outcomes"] = {
        f"is_{first}_{second}": {"about": "both", "good": True, "while": {"first": first, "second": second}}
        for first in "xz" for second in "uv"
    }  # fmt: skip
    n = 20_000
    results = run(tree, persons=n, seed=seed_of(request, 23))
    found = np.rint(results["outcome_value"].isel(strategy=0, draw=0).values * n).astype(int)
    expected = [0.3 * 0.6, 0.3 * 0.4, 0.7 * 0.2, 0.7 * 0.8]
    assert found.sum() == n
    assert_frequencies(found, n, expected, test="attributes")
    must_fail(lambda: assert_frequencies(found, n, [0.3 * 0.2, 0.3 * 0.8, 0.7 * 0.6, 0.7 * 0.4], test="attributes"))


def test_the_suite_keeps_its_budget_of_false_alarms() -> None:
    assert_within_budget(list(SHARES.values()))
