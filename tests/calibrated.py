"""Statistical assertions with stated error rates.

Every assertion says how often it fails although nothing is wrong (its false-alarm rate), and its bounds
are computed from the distribution under test, never typed. All tests of the suite share one budget: with
fresh seeds, a run may raise a false alarm once in ten thousand. Each test also has a negative control: the
same assertion on a stated defect must fail, so that a test that cannot see anything is noticed.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import core
from numpy.typing import ArrayLike
from scipy import stats

#: What a whole run with fresh seeds may cost in false alarms.
BUDGET = 1e-4
#: False-alarm rate of each statistical test, its negative control included.
SHARES = {
    "survival": 1e-5,
    "annuity": 1e-5,
    "occupancy": 1e-5,
    "competing_rates": 1e-5,
    "window_and_fade": 1e-5,
    "uptake": 1e-5,
    "independence": 1e-5,
    "luck_variance": 1e-5,
    "attributes": 1e-5,
    "engines": 2e-6,
    "dirichlet": 2e-6,
    "rare_events": 2e-6,
}


def alarm(test: str, comparisons: int = 1) -> float:
    """False-alarm rate of one of several comparisons of a test."""
    return SHARES[test] / comparisons


def seed_of(request: pytest.FixtureRequest, fixed: int) -> int:
    """A fixed seed; with ``--fresh-seeds`` a fresh one, which is printed and which ``--hypothesis-seed`` repeats."""
    if not request.config.getoption("--fresh-seeds", default=False):
        return fixed
    forced = core.global_force_seed
    seed = (secrets.randbits(64) if forced is None else int(forced) + fixed) % 2**64
    print(f"seed of {request.node.name}: {seed}")
    return seed


def assert_frequencies(
    counts: ArrayLike, of: ArrayLike, probabilities: ArrayLike, *, test: str, calls: int = 1
) -> None:
    """Counts are binomial with these probabilities (exact, two-sided, Bonferroni over all of them).

    `calls` is how often the test asserts this; they share its false-alarm rate.
    """
    counts, of, probabilities = np.broadcast_arrays(counts, of, probabilities)
    rate = alarm(test, counts.size * calls)
    low = stats.binom.cdf(counts, of, probabilities)
    high = stats.binom.sf(counts - 1, of, probabilities)
    worst = int(np.argmin(np.minimum(low, high)))
    tail = min(low.flat[worst], high.flat[worst])
    assert 2 * tail >= rate, (
        f"{counts.flat[worst]} of {of.flat[worst]} at a probability of {probabilities.flat[worst]:.6g}: "
        f"chance does this once in {1 / max(2 * tail, 1e-300):.3g} times, allowed is once in {1 / rate:.3g}"
    )


def assert_mean(mean: float, expected: float, sd: float, n: int, *, test: str, comparisons: int = 1) -> None:
    """The mean of `n` independent values with this exact `sd` is as expected (normal approximation)."""
    z = stats.norm.isf(alarm(test, comparisons) / 2)
    error = z * sd / math.sqrt(n)
    assert abs(mean - expected) <= error, f"{mean:.8g}, expected {expected:.8g} within {error:.3g}"


def smallest_sample(sd: float, defect: float, *, test: str, comparisons: int = 1) -> int:
    """Persons needed for a mean to show a defect of this size as surely as it raises no false alarm."""
    rate = alarm(test, comparisons)
    return math.ceil(((stats.norm.isf(rate / 2) + stats.norm.isf(rate)) * sd / defect) ** 2)


def must_fail(check: Callable[[], object]) -> None:
    """The negative control: a check that has to see a defect."""
    with pytest.raises(AssertionError):
        check()


def assert_within_budget(shares: Sequence[float]) -> None:
    assert sum(shares) <= BUDGET
