import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from simcore.randomness import parameter_numbers
from simcore.uncertainty.distributions import Distribution, ImpossibleDistributionError
from simcore.uncertainty.families import Normal
from simcore.uncertainty.fitting import TOLERANCE, misses
from simcore.uncertainty.quantiles import require_near

FEW = settings(max_examples=40)
levels = st.tuples(st.floats(0.001, 0.98), st.floats(0.01, 0.5)).map(lambda pair: (pair[0], min(sum(pair), 0.999)))


def quantiles(family, levels):
    return {level: float(family.ppf(level)) for level in levels}


@FEW
@given(mean=st.floats(0.02, 0.98), size=st.floats(0.5, 1e5), levels=levels)
def test_two_quantiles_of_a_beta_come_back(mean, size, levels):
    written = quantiles(stats.beta(mean * size, (1 - mean) * size), levels)
    assume(1e-12 < min(written.values()) < max(written.values()) < 1 - 1e-9)
    assume(max(written.values()) - min(written.values()) > 1e-6)
    fitted = Distribution("beta", {"quantiles": written})
    assert fitted.cdf([*written.values()]) == pytest.approx([*written], abs=1e-9)
    assert fitted.mean == pytest.approx(mean, rel=1e-5)


@FEW
@given(shape=st.floats(0.05, 1e6), scale=st.floats(1e-3, 1e6), levels=levels)
def test_two_quantiles_of_a_gamma_come_back(shape, scale, levels):
    written = quantiles(stats.gamma(shape, scale=scale), levels)
    assume(1e-200 < min(written.values()) < max(written.values()))
    fitted = Distribution("gamma", {"quantiles": written})
    assert fitted.cdf([*written.values()]) == pytest.approx([*written], abs=1e-9)
    assert fitted.mean == pytest.approx(shape * scale, rel=1e-5)


@FEW
@given(centre=st.floats(-100, 100), spread=st.floats(0.01, 5), levels=levels)
def test_two_quantiles_of_a_normal_and_a_lognormal_come_back(centre, spread, levels):
    written = quantiles(stats.norm(centre, spread), levels)
    normal = Distribution("normal", {"quantiles": written})
    assert (normal.mean, normal.sd) == pytest.approx((centre, spread), rel=1e-6)
    powers = {level: math.exp(value) for level, value in written.items()}
    assert Distribution("lognormal", {"quantiles": powers}).cdf([*powers.values()]) == pytest.approx([*powers])


THREE = (0.05, 0.5, 0.95)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("normal", stats.norm(3.0, 2.0)),
        ("lognormal", stats.lognorm(0.7, scale=4.0)),
        ("beta", stats.beta(2.5, 40.0)),
        ("beta", stats.beta(0.4, 0.7)),
        ("gamma", stats.gamma(0.3, scale=50.0)),
        ("gamma", stats.gamma(90.0, scale=0.01)),
    ],
)
def test_more_quantiles_of_a_distribution_come_back(name, family):
    written = quantiles(family, (0.025, *THREE, 0.99))
    fitted = Distribution(name, {"quantiles": dict(reversed(written.items()))})  # in any order
    assert (fitted.mean, fitted.sd) == pytest.approx((family.mean(), family.std()), rel=1e-6)
    assert fitted.cdf([*written.values()]) == pytest.approx([*written], abs=1e-8)


def test_more_quantiles_are_fitted_by_least_squares_of_their_scores():
    written = {0.05: 1.0, 0.5: 2.1, 0.95: 3.0}
    fitted = Distribution("normal", {"quantiles": written})
    scores = stats.norm.ppf([*written])
    slope, start = np.polyfit([*written.values()], scores, 1)
    assert (fitted.mean, fitted.sd) == pytest.approx((-start / slope, 1 / slope))
    for name in ("beta", "gamma"):
        values = {0.05: 0.11, 0.5: 0.19, 0.95: 0.29}
        fitted = Distribution(name, {"quantiles": values})
        least = np.sum((stats.norm.ppf(fitted.cdf([*values.values()])) - scores) ** 2)
        for change in (0.999, 1.001):
            wider = Distribution(name, {"mean": fitted.mean, "sd": fitted.sd * change})
            moved = Distribution(name, {"mean": fitted.mean * change, "sd": fitted.sd})
            for other in (wider, moved):
                assert np.sum((stats.norm.ppf(other.cdf([*values.values()])) - scores) ** 2) > least


def test_a_quarter_of_a_standard_deviation_is_tolerated_and_no_more():
    # Of three quantiles of which the middle one is off by 3/2 of d, least squares misses it by a little
    # less than d (the fitted sd is a little more than 1), and the others by half of that.
    def three(d):
        return {"quantiles": {0.05: stats.norm.ppf(0.05), 0.5: 1.5 * d, 0.95: stats.norm.ppf(0.95)}}

    tolerated = Distribution("normal", three(TOLERANCE * 0.99))
    assert tolerated.mean == pytest.approx(0.5 * TOLERANCE * 0.99)
    with pytest.raises(ImpossibleDistributionError) as caught:
        Distribution("normal", three(TOLERANCE * 1.03))
    assert caught.value.found == "the quantiles 0.05: -1.64485, 0.5: 0.38625, 0.95: 1.64485"
    assert caught.value.allowed == (
        "quantiles of a normal distribution; the nearest one has 0.05: -1.546, 0.5: 0.1288, 0.95: 1.804"
    )
    assert caught.value.hint == "take a distribution of another shape, or give two quantiles alone"


def test_two_quantiles_are_not_fitted_nearly():
    values, levels = [-1.0, 1.0], list(stats.norm.cdf([-1.0, 1.0]))
    require_near("normal", Normal(1e-7, 1.0), values, levels)
    with pytest.raises(ImpossibleDistributionError) as caught:
        require_near("normal", Normal(0.01, 1.0), values, levels)
    assert caught.value.allowed.endswith("the nearest one has 0.158655: -0.99, 0.841345: 1.01")
    assert caught.value.hint == "take a distribution of another shape"


def test_misses_are_in_standard_deviations_of_a_normal_distribution():
    shifted = Normal(0.1, 1.0)
    assert misses(shifted, [-1.0, 0.0, 2.0], stats.norm.cdf([-1.0, 0.0, 2.0])) == pytest.approx([-0.1] * 3)


@FEW
@given(mean=st.floats(0.02, 0.98), size=st.floats(2.0, 1e5))
def test_the_mean_and_interval_of_a_beta_come_back(mean, size):
    interval = stats.beta(mean * size, (1 - mean) * size).interval(0.95)
    assume(1e-9 < interval[0] < mean < interval[1] < 1 - 1e-9)
    fitted = Distribution("beta", {"mean": mean, "interval_95": [*interval]})
    assert fitted.mean == pytest.approx(mean, rel=1e-12)
    assert fitted.ppf(np.array([0.025, 0.975])) == pytest.approx(interval, rel=1e-6)


@FEW
@given(shape=st.floats(0.5, 1e5), scale=st.floats(1e-3, 1e6))
def test_the_mean_and_interval_of_a_gamma_come_back(shape, scale):
    interval = stats.gamma(shape, scale=scale).interval(0.95)
    fitted = Distribution("gamma", {"mean": shape * scale, "interval_95": [*interval]})
    assert fitted.mean == pytest.approx(shape * scale, rel=1e-12)
    assert fitted.ppf(np.array([0.025, 0.975])) == pytest.approx(interval, rel=1e-6)


@FEW
@given(
    name=st.sampled_from(["beta", "gamma"]), low=st.floats(0.01, 0.5), width=st.floats(0.01, 0.4), at=st.floats(0, 1)
)
def test_a_mean_with_an_interval_is_kept_and_covers_it_or_is_refused(name, low, width, at):
    mean, high = low + at * width, low + width
    try:
        fitted = Distribution(name, {"mean": mean, "interval_95": [low, high]})
    except ImpossibleDistributionError:
        return  # with which words, `tests/scenarios/bad/distribution_intervals.txt` says
    assert fitted.mean == pytest.approx(mean, rel=1e-12)
    # Both ends are missed by the tolerance at most: inwards, a 95 % interval holds 91.3 %, outwards 97.3 %.
    least, most = (2 * stats.norm.cdf(stats.norm.ppf(0.975) + off) - 1 for off in (-TOLERANCE, TOLERANCE))
    below, above = fitted.cdf([low, high])
    assert least <= above - below <= most


#: Distributions by a printed interval, of which as many draws lie in the interval as it says.
COVERED = [
    ("normal", {"mean": 10.0, "interval_95": [4.0, 16.0]}, (4.0, 16.0), 0.95),
    ("lognormal", {"interval_95": [0.5, 0.9]}, (0.5, 0.9), 0.95),
    ("beta", {"interval_95": [0.2, 0.45]}, (0.2, 0.45), 0.95),
    ("gamma", {"interval_95": [2000, 6000]}, (2000.0, 6000.0), 0.95),
    ("gamma", {"quantiles": {0.1: 200, 0.9: 900}}, (200.0, 900.0), 0.8),
    ("normal", {"quantiles": {0.1: -0.02, 0.9: 0.04}}, (-0.02, 0.04), 0.8),
    ("beta", {"quantiles": {0.25: 0.08, 0.75: 0.12}}, (0.08, 0.12), 0.5),
]


@pytest.mark.parametrize(
    ("name", "written", "ends", "share"), COVERED, ids=[f"{c[0]}-{c[3]}-{c[2][0]}" for c in COVERED]
)
def test_as_many_draws_as_written_lie_in_an_interval(name, written, ends, share):
    n = 40_000
    values = Distribution(name, written).ppf(parameter_numbers(1, "p", np.arange(n)))
    inside = int(((values >= ends[0]) & (values <= ends[1])).sum())
    # The seed is fixed; of other seeds, one in a million would fall outside. A share off by 0.01 does not pass.
    assert stats.binom.ppf(5e-7, n, share) <= inside <= stats.binom.isf(5e-7, n, share)
    assert not stats.binom.ppf(5e-7, n, share - 0.02) <= inside <= stats.binom.isf(5e-7, n, share - 0.02)
