import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simcore.randomness import parameter_numbers
from simcore.uncertainty.distributions import Distribution

FEW = settings(max_examples=40)
RESTS = {
    "lognormal": {"lognormal": {"interval_95": [0.5, 0.9]}},
    "normal": {"normal": {"mean": 0.8, "sd": 1.0}},
    "beta": {"beta": {"mean": 0.6, "sd": 0.2}},
    "fixed": {"fixed": {"value": 0.7}},
    "empirical": {"empirical": {"values": [0.2, 0.7, 1.0, 1.5]}},
    "mixture": {"mixture": {"point": 0.7, "share": 0.25, "rest": {"uniform": {"min": 0.0, "max": 1.0}}}},
}


def mixture(point, share, rest):
    return Distribution("mixture", {"point": point, "share": share, "rest": RESTS[rest]})


@FEW
@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), seed=st.integers(0, 10), weighted=st.booleans()
)  # fmt: skip
def test_values_are_as_likely_as_their_weights(values, seed, weighted):
    values = [*values, max(values) + 1.0]
    weights = np.random.default_rng(seed).uniform(0.1, 3.0, len(values)) if weighted else np.ones(len(values))
    written = {"values": values} | ({"weights": list(weights)} if weighted else {})
    distribution = Distribution("empirical", written)
    assert distribution.mean == pytest.approx(np.average(values, weights=weights), rel=1e-9, abs=1e-6)
    variance = np.average((np.array(values) - distribution.mean) ** 2, weights=weights)
    assert distribution.sd == pytest.approx(np.sqrt(variance), rel=1e-9)
    n = 20_000
    drawn = distribution.ppf((np.arange(n) + 0.5) / n)
    for value in set(values):
        share = weights[np.array(values) == value].sum() / weights.sum()
        assert (drawn == value).mean() == pytest.approx(share, abs=2 / n)
        assert distribution.cdf(value) - distribution.cdf(np.nextafter(value, -np.inf)) == pytest.approx(share)


def test_the_inverse_is_the_smallest_value_that_reaches_the_probability():
    distribution = Distribution("empirical", {"values": [1.0, 2.0, 3.0, 4.0]})
    u = np.array([1e-9, 0.25, np.nextafter(0.25, 1), 0.5, 0.75, 0.7501, 1 - 2.0**-53])
    assert distribution.ppf(u).tolist() == [1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0]
    assert distribution.support == (1.0, 4.0)


def test_values_without_weight_do_not_occur():
    distribution = Distribution("empirical", {"values": [0.0, 1.0, 2.0, 9.0], "weights": [0, 1, 1, 0]})
    assert distribution.support == (1.0, 2.0)
    assert set(distribution.ppf(np.linspace(1e-9, 1 - 1e-9, 1001))) == {1.0, 2.0}


@pytest.mark.parametrize("weights", [[1e300, 1e300, 1e-300], [1e-300, 1e-300, 1e-300]])
def test_weights_of_any_size(weights):
    distribution = Distribution("empirical", {"values": [1.0, 2.0, 3.0], "weights": weights})
    assert distribution.ppf(np.array([0.2, 0.6])).tolist() == [1.0, 2.0]
    assert Distribution("empirical", {"values": [-1e200, 1e200]}).sd == pytest.approx(1e200)


@pytest.mark.parametrize("rest", RESTS)
@pytest.mark.parametrize("point", [-1.0, 0.7, 1.0, 3.0])
@pytest.mark.parametrize("share", [0.001, 0.3, 0.999])
def test_a_mixture_rises_and_its_point_has_its_share(rest, point, share):
    if rest == "fixed" and point == 0.7:
        return  # refused: always the same
    distribution = mixture(point, share, rest)
    tiny = 2.0**-54
    n = 20_000
    u = np.concatenate([[tiny, 1e-9], (np.arange(n) + 0.5) / n, [1 - 1e-9, 1 - 2.0**-53]])
    values = distribution.ppf(u)
    assert np.isfinite(values).all()
    assert (np.diff(values) >= 0).all()
    ((name, written),) = RESTS[rest].items()
    own = Distribution(name, written)
    mass = share + (1 - share) * float(own.cdf(point) - own.cdf(np.nextafter(point, -np.inf)))
    assert (values[2:-2] == point).mean() == pytest.approx(mass, abs=3 / n)
    assert distribution.mean == pytest.approx(share * point + (1 - share) * own.mean)
    second = share * point**2 + (1 - share) * (own.sd**2 + own.mean**2)
    assert distribution.sd**2 == pytest.approx(second - distribution.mean**2)
    assert distribution.support == (min(point, own.support[0]), max(point, own.support[1]))
    x = np.linspace(-2.0, 4.0, 601)
    assert distribution.cdf(x) == pytest.approx((1 - share) * own.cdf(x) + share * (x >= point))


@FEW
@given(point=st.floats(-2, 3), share=st.floats(0.001, 0.999), rest=st.sampled_from(["lognormal", "normal", "beta"]))
def test_a_mixture_without_its_point_is_the_rest(point, share, rest):
    distribution = mixture(point, share, rest)
    ((name, written),) = RESTS[rest].items()
    own = Distribution(name, written)
    q = np.linspace(0.01, 0.99, 99)
    x = own.ppf(q)
    u = (1 - share) * q + share * (x >= point)
    away = np.abs(x - point) > 1e-6
    assert distribution.ppf(u)[away] == pytest.approx(x[away], rel=1e-6)


def test_as_many_draws_as_written_are_the_point():
    n, share = 40_000, 0.3
    drawn = mixture(1.0, share, "lognormal").ppf(parameter_numbers(1, "p", np.arange(n)))
    # The seed is fixed; of other seeds, one in a million would fall outside. A share off by 0.02 does not pass.
    count = int((drawn == 1.0).sum())
    assert stats.binom.ppf(5e-7, n, share) <= count <= stats.binom.isf(5e-7, n, share)
    assert count > stats.binom.isf(5e-7, n, share - 0.02)
