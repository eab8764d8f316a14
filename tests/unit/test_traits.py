import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from simcore.uncertainty.traits import level_mean, possible

FORMS = ["normal", "lognormal", "gamma", "uniform"]
SIZES = [(1.0, 0.5), (0.3, 0.9), (20.0, 1.0), (1.0, 0.01)]


def levels(form: str, first: float, second: float, n: int) -> np.ndarray:
    numbers = np.array([first]), np.array([second])
    return np.array([level_mean(form, *numbers, level, n)[0] for level in range(1, n + 1)])


def distribution(form: str, first: float, second: float):
    if form == "normal":
        return stats.norm(first, second)
    if form == "uniform":
        return stats.uniform(first, second - first)
    if form == "gamma":
        return stats.gamma((first / second) ** 2, scale=second**2 / first)
    sigma = math.sqrt(math.log1p((second / first) ** 2))
    return stats.lognorm(sigma, scale=first * math.exp(-(sigma**2) / 2))


def numbers_of(form: str, mean: float, sd: float) -> tuple[float, float]:
    return (mean - sd, mean + sd) if form == "uniform" else (mean, sd)


@pytest.mark.parametrize("n", [2, 3, 10, 50])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("mean", "sd"), SIZES)
def test_the_mean_is_kept(form, mean, sd, n):
    found = levels(form, *numbers_of(form, mean, sd), n)
    assert found.mean() == pytest.approx(mean, rel=1e-12)
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("n", [2, 5, 20])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("mean", "sd"), SIZES)
def test_each_level_is_the_mean_of_its_part(form, mean, sd, n):
    """By numerical integration of the quantiles over the part."""
    numbers = numbers_of(form, mean, sd)
    of = distribution(form, *numbers)
    for level, found in enumerate(levels(form, *numbers, n)):
        expected, _ = integrate.quad(of.ppf, level / n, (level + 1) / n, limit=200, epsabs=1e-12, epsrel=1e-9)
        assert found == pytest.approx(n * expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("mean", "sd"), SIZES)
def test_the_variance_is_a_little_smaller(form, mean, sd):
    """Levels have part of the variance, more of it the more of them there are."""
    numbers = numbers_of(form, mean, sd)
    whole = distribution(form, *numbers).var()
    few, many = (levels(form, *numbers, n).var() for n in (3, 30))
    assert 0 < few < many < whole
    assert few > 0.1 * whole


@pytest.mark.parametrize("form", ["normal", "lognormal", "gamma"])
def test_without_spread_all_levels_are_the_mean(form):
    assert levels(form, 0.7, 0.0, 5).tolist() == [0.7] * 5


def test_a_uniform_trait_without_width_is_its_ends():
    assert levels("uniform", 0.7, 0.7, 3).tolist() == pytest.approx([0.7] * 3, rel=1e-15)


@given(mean=st.floats(1e-3, 1e3), spread=st.floats(1e-4, 3.0), n=st.integers(2, 50), form=st.sampled_from(FORMS[:3]))
def test_any_mean_is_kept_and_positive_forms_stay_positive(mean, spread, n, form):
    found = levels(form, mean, mean * spread, n)
    assert found.mean() == pytest.approx(mean, rel=1e-9)
    if form != "normal":
        assert (found > 0).all()


def test_draws_are_worked_out_together():
    first, second = np.array([1.0, 2.0, 0.5]), np.array([0.0, 0.5, 0.1])
    for form in ("normal", "lognormal", "gamma"):
        together = level_mean(form, first, second, 2, 4)
        single = [levels(form, mean, sd, 4)[1] for mean, sd in zip(first, second, strict=True)]
        assert together.tolist() == single


@pytest.mark.parametrize(
    ("form", "first", "second", "expected"),
    [
        ("normal", -1.0, 0.5, True),
        ("normal", 1.0, -0.1, False),
        ("gamma", 1.0, 0.0, True),
        ("gamma", 0.0, 0.5, False),
        ("lognormal", 1.0, -0.5, False),
        ("lognormal", -1.0, 0.5, False),
        ("uniform", 0.2, 0.2, True),
        ("uniform", 0.3, 0.2, False),
    ],
)
def test_possible_numbers(form, first, second, expected):
    assert possible(form, np.array([first]), np.array([second])).tolist() == [expected]
