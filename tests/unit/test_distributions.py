import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcore.uncertainty.distributions import FORMS, Distribution, ImpossibleDistributionError

#: One distribution for every form in FORMS, with its exact mean, sd and 95 % interval where what was entered says so.
WRITTEN = [
    ("fixed", {"value": 0.3}, {"mean": 0.3}),
    ("normal", {"mean": -2.0, "sd": 0.5}, {"mean": -2.0, "sd": 0.5}),
    ("normal", {"mean": 10.0, "interval_95": [4.0, 16.0]}, {"mean": 10.0, "interval": (4.0, 16.0)}),
    ("lognormal", {"mean": 120.0, "sd": 30.0}, {"mean": 120.0, "sd": 30.0}),
    ("lognormal", {"median": 1.5, "interval_95": [1.0, 2.25]}, {"median": 1.5, "interval": (1.0, 2.25)}),
    (
        "lognormal",
        {"mean": 1.5 * math.exp((math.log(2.25) / 3.919927969080108) ** 2 / 2), "interval_95": [1.0, 2.25]},
        {"median": 1.5, "interval": (1.0, 2.25)},
    ),
    ("lognormal", {"interval_95": [0.5, 0.9]}, {"median": math.sqrt(0.45), "interval": (0.5, 0.9)}),
    ("lognormal", {"log_mean": -1.0, "log_sd": 0.4}, {"median": math.exp(-1), "mean": math.exp(-1 + 0.08)}),
    ("beta", {"mean": 0.035, "sd": 0.004}, {"mean": 0.035, "sd": 0.004}),
    ("beta", {"alpha": 2.0, "beta": 6.0}, {"mean": 0.25, "sd": math.sqrt(12 / (64 * 9))}),
    ("beta", {"events": 30, "of": 120}, {"mean": 0.25, "sd": math.sqrt(0.25 * 0.75 / 121)}),
    ("gamma", {"mean": 8000.0, "sd": 500.0}, {"mean": 8000.0, "sd": 500.0}),
    ("gamma", {"shape": 4.0, "scale": 2.5}, {"mean": 10.0, "sd": 5.0}),
    ("uniform", {"min": -1.0, "max": 3.0}, {"mean": 1.0, "sd": 4 / math.sqrt(12), "interval": (-0.9, 2.9)}),
    ("triangular", {"min": 0.0, "mode": 1.0, "max": 5.0}, {"mean": 2.0, "sd": math.sqrt(21 / 18)}),
    ("pert", {"min": 0.0, "mode": 1.0, "max": 6.0}, {"mean": 10 / 6, "sd": math.sqrt((10 / 6) * (26 / 6) / 7)}),
]
IDS = [f"{name}-{'-'.join(given)}" for name, given, _ in WRITTEN]


def test_every_form_is_tried():
    assert {(name, frozenset(written)) for name, written, _ in WRITTEN} == {
        (name, frozenset(form)) for name, forms in FORMS.items() for form in forms
    }


@pytest.mark.parametrize(("name", "written", "exact"), WRITTEN, ids=IDS)
def test_gives_back_what_was_entered(name, written, exact):
    distribution = Distribution(name, written)
    n = 200_000
    values = distribution.ppf((np.arange(n) + 0.5) / n)  # the whole distribution, without chance
    assert values.mean() == pytest.approx(distribution.mean, rel=1e-4)
    if "mean" in exact:
        assert distribution.mean == pytest.approx(exact["mean"], rel=1e-12)
    if "sd" in exact:
        assert values.std() == pytest.approx(exact["sd"], rel=1e-3)
    low, median, high = distribution.ppf(np.array([0.025, 0.5, 0.975]))
    if "interval" in exact:
        assert (low, high) == pytest.approx(exact["interval"], rel=1e-9)
    if "median" in exact:
        assert median == pytest.approx(exact["median"], rel=1e-9)


@pytest.mark.parametrize(("name", "written", "exact"), WRITTEN, ids=IDS)
def test_rises_with_u_and_stays_inside_its_support(name, written, exact):
    distribution = Distribution(name, written)
    tiny = 2.0**-54
    u = np.concatenate([[tiny, 1e-9], np.linspace(0.001, 0.999, 500), [1 - 1e-9, 1 - 2.0**-53]])
    values = distribution.ppf(u)
    low, high = distribution.support
    assert np.isfinite(values).all()
    assert (np.diff(values) >= 0).all()
    assert (values >= low).all()
    assert (values <= high).all()
    assert (np.diff(values[1:-1]) > 0).all() is np.bool_(not distribution.is_fixed)


numbers = st.floats(0.01, 100)


@given(mean=st.floats(0.01, 0.99), share=st.floats(0.01, 0.99))
def test_any_possible_beta_has_its_mean_and_sd(mean, share):
    sd = share * math.sqrt(mean * (1 - mean))
    distribution = Distribution("beta", {"mean": mean, "sd": sd})
    assert distribution.mean == pytest.approx(mean, rel=1e-9)
    same = Distribution("beta", {"alpha": mean * (1 / share**2 - 1), "beta": (1 - mean) * (1 / share**2 - 1)})
    u = np.array([0.1, 0.5, 0.9])
    assert distribution.ppf(u) == pytest.approx(same.ppf(u), rel=1e-6, abs=1e-9)


@given(low=numbers, factor=st.floats(1.05, 20))
def test_any_lognormal_interval_comes_back(low, factor):
    distribution = Distribution("lognormal", {"interval_95": [low, low * factor]})
    assert distribution.ppf(np.array([0.025, 0.975])) == pytest.approx([low, low * factor], rel=1e-9)


@given(mean=numbers, sd=numbers)
def test_gamma_and_lognormal_agree_on_what_mean_and_sd_are(mean, sd):
    gamma = Distribution("gamma", {"mean": mean, "sd": sd})
    shape, scale = (mean / sd) ** 2, sd**2 / mean
    assert gamma == Distribution("gamma", {"mean": mean, "sd": sd})
    assert Distribution("gamma", {"shape": shape, "scale": scale}).mean == pytest.approx(mean)
    assert gamma.mean == pytest.approx(mean)
    assert Distribution("lognormal", {"mean": mean, "sd": sd}).mean == pytest.approx(mean, rel=1e-9)


def test_a_median_a_little_off_the_middle_keeps_the_width():
    distribution = Distribution("lognormal", {"median": 1.4, "interval_95": [1.2, 1.6]})
    low, median, high = distribution.ppf(np.array([0.025, 0.5, 0.975]))
    assert median == pytest.approx(1.4)
    assert high / low == pytest.approx(1.6 / 1.2)


def test_a_certain_mode_at_an_end():
    for name in ("triangular", "pert"):
        assert Distribution(name, {"min": 0.0, "mode": 0.0, "max": 3.0}).mean == {"triangular": 1.0, "pert": 0.5}[name]


IMPOSSIBLE = [
    ("normal", {"mean": 1.0, "sd": 0.0}, "found sd 0; allowed sd > 0"),
    ("normal", {"mean": 1.0, "sd": -1.0}, "found sd -1; allowed sd > 0"),
    ("normal", {"mean": 5.0, "interval_95": [0.0, 6.0]}, "allowed an interval that is symmetric around the mean"),
    ("normal", {"mean": 5.0, "interval_95": [6.0, 4.0]}, "found the interval 6 to 4; allowed a lower end below"),
    ("lognormal", {"mean": 0.0, "sd": 1.0}, "found a centre of 0; allowed mean or median > 0"),
    ("lognormal", {"mean": 1.0, "sd": 0.0}, "found sd 0; allowed sd > 0"),
    ("lognormal", {"log_mean": 0.0, "log_sd": 0.0}, "allowed log_sd > 0"),
    ("lognormal", {"interval_95": [0.0, 1.0]}, "found the lower end 0; allowed an interval above 0"),
    ("lognormal", {"interval_95": [2.0, 2.0]}, "allowed a lower end below the upper end"),
    ("lognormal", {"median": 3.0, "interval_95": [1.0, 2.0]}, "found a median of 3 outside 1 to 2"),
    ("lognormal", {"mean": 3.0, "interval_95": [1.0, 2.0]}, "found a mean of 3 outside 1 to 2"),
    ("lognormal", {"median": 1.1, "interval_95": [1.0, 4.0]}, "allowed a median near 2,"),
    ("lognormal", {"mean": 1.1, "interval_95": [1.0, 4.0]}, "allowed a mean near 2.13,"),
    ("beta", {"mean": 3.5, "sd": 0.4}, "found 3.5; allowed a probability, 0 to 1"),
    ("beta", {"mean": 0.0, "sd": 0.4}, "found 0; allowed a probability, 0 to 1"),
    (
        "beta",
        {"mean": 0.5, "sd": 0.5},
        "found mean 0.5 with sd 0.5; allowed 0 < sd² < mean · (1 - mean), here sd below 0.5",
    ),
    ("beta", {"mean": 0.5, "sd": 0.0}, "allowed 0 < sd²"),
    ("beta", {"alpha": 0.0, "beta": 1.0}, "allowed alpha > 0 and beta > 0"),
    ("beta", {"events": 0, "of": 10}, "found 0 events of 10; allowed 0 < events < of"),
    ("beta", {"events": 10, "of": 10}, "allowed 0 < events < of"),
    ("gamma", {"mean": -1.0, "sd": 1.0}, "found mean -1, sd 1; allowed mean > 0 and sd > 0"),
    ("gamma", {"shape": 1.0, "scale": 0.0}, "allowed shape > 0 and scale > 0"),
    ("uniform", {"min": 1.0, "max": 1.0}, "found min 1, max 1; allowed min < max"),
    ("triangular", {"min": 0.0, "mode": 2.0, "max": 1.0}, "found min 0, mode 2, max 1; allowed min <= mode <= max"),
    ("pert", {"min": 1.0, "mode": 1.0, "max": 1.0}, "min < max"),
    ("beta", {"mean": 0.5}, "found {mean}; allowed {mean, sd} or {alpha, beta} or {events, of}"),
    ("uniform", {"min": 0.0, "max": 1.0, "mode": 0.5}, "allowed {min, max}"),
]


@pytest.mark.parametrize(("name", "written", "message"), IMPOSSIBLE)
def test_what_is_impossible_names_the_inequality(name, written, message):
    with pytest.raises(ImpossibleDistributionError) as caught:
        Distribution(name, written)
    assert message in str(caught.value)


def test_a_percentage_is_recognised():
    with pytest.raises(ImpossibleDistributionError) as caught:
        Distribution("beta", {"mean": 3.5, "sd": 0.4})
    assert caught.value.hint == "percentages are written as fractions: 3.5 % is 0.035"
