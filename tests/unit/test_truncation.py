import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simcore.uncertainty.distributions import Distribution
from simcore.uncertainty.truncation import solve_truncated, truncated_moments, widest

FEW = settings(max_examples=40)


@FEW
@given(
    location=st.floats(-5, 5), scale=st.floats(0.2, 20), low=st.floats(-6, 2), width=st.floats(0.1, 20),
    ends=st.sampled_from(["low", "high", "both"]),
)  # fmt: skip
def test_moments_agree_with_scipy(location, scale, low, width, ends):
    high = math.inf if ends == "low" else low + width
    low = -math.inf if ends == "high" else low
    a, b = (low - location) / scale, (high - location) / scale
    same = stats.truncnorm(a, b, location, scale)
    mean, sd = truncated_moments(location, scale, low, high)
    assert mean == pytest.approx(same.mean(), rel=1e-9, abs=1e-9)
    # The closed form loses digits where the location is beyond an end.
    beyond = max(a, -b, 1.0)
    assert sd == pytest.approx(same.std(), rel=1e-10 * beyond**4 + 1e-9 / (b - a) ** 2)


@pytest.mark.parametrize("far", [1e2, 1e3, 1e4])
def test_far_beyond_an_end_it_is_an_exponential_distribution(far):
    # The moments of an exponential distribution with rate `far`, and what the curvature of the normal one takes off.
    mean, sd = truncated_moments(-far, 1.0, 0.0, math.inf)
    assert mean * far == pytest.approx(1 - 2 / far**2, rel=10 / far**4 + 1e-12)
    assert sd * far == pytest.approx(1 - 3 / far**2, rel=30 / far**4 + 1e-12)


@FEW
@given(
    mean=st.floats(0.01, 0.99), share=st.floats(1e-4, 0.999), width=st.floats(0.01, 1e4), start=st.floats(-10, 10),
    ends=st.sampled_from(["low", "high", "both"]),
)  # fmt: skip
def test_any_possible_mean_and_sd_come_back(mean, share, width, start, ends):
    low = -math.inf if ends == "high" else start
    high = math.inf if ends == "low" else start + width
    mean = start + mean * width
    sd = share * widest(mean, low, high)
    solved = solve_truncated(mean, sd, low, high)
    assert truncated_moments(*solved, low, high) == pytest.approx((mean, sd), rel=1e-8, abs=1e-9 * width)


def test_the_values_have_the_mean_and_sd_that_were_written():
    n = 100_000
    for given_ in ({"min": 0.0}, {"min": 0.0, "max": 8.0}):
        values = Distribution("truncated_normal", {"mean": 1.0, "sd": 0.95, **given_}).ppf((np.arange(n) + 0.5) / n)
        assert values.min() >= 0
        assert values.mean() == pytest.approx(1.0, rel=1e-4)
        assert values.std() == pytest.approx(0.95, rel=1e-3)


def test_the_widest():
    assert widest(3.0, 1.0, math.inf) == 2.0
    assert widest(3.0, -math.inf, 4.0) == 1.0
    assert widest(0.5, 0.0, 1.0) == pytest.approx(1 / math.sqrt(12), rel=1e-7)
    # Density in proportion to exp(-k x) on 0 to 1: mean 1/k - 1/(e^k - 1), variance 1/k² - e^k/(e^k - 1)².
    k = 4.0
    mean, variance = 1 / k - 1 / math.expm1(k), 1 / k**2 - math.exp(k) / math.expm1(k) ** 2
    assert widest(mean, 0.0, 1.0) == pytest.approx(math.sqrt(variance), rel=1e-7)


def test_ends_that_are_far_away_change_nothing():
    location, scale = solve_truncated(5.0, 0.1, 0.0, 10.0)
    assert (location, scale) == pytest.approx((5.0, 0.1), rel=1e-9)
    u = np.linspace(0.001, 0.999, 99)
    cut = Distribution("truncated_normal", {"mean": 5.0, "sd": 0.1, "min": 0.0, "max": 10.0})
    assert cut.ppf(u) == pytest.approx(Distribution("normal", {"mean": 5.0, "sd": 0.1}).ppf(u), rel=1e-9)


def test_a_spread_too_near_the_widest_is_not_solved():
    assert solve_truncated(1.0, 1.0 - 1e-12, 0.0, math.inf) is None
    assert solve_truncated(1.0, 0.9999, 0.0, math.inf) is not None
