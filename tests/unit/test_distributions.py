import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simcore.uncertainty.distributions import FORMS, ROWS, Distribution, ImpossibleDistributionError, written_as

LOGNORMAL = stats.lognorm(0.5, scale=3.0)
BETA = stats.beta(12.0, 45.0)
GAMMA = stats.gamma(7.0, scale=20.0)

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
    ("normal", {"quantiles": {0.025: 4.0, 0.975: 16.0}}, {"mean": 10.0, "interval": (4.0, 16.0)}),
    ("truncated_normal", {"mean": 3.0, "sd": 1.5, "min": 1.0}, {"mean": 3.0, "sd": 1.5}),
    ("truncated_normal", {"mean": 3.0, "sd": 1.5, "max": 7.0}, {"mean": 3.0, "sd": 1.5}),
    ("truncated_normal", {"mean": 0.3, "sd": 0.2, "min": 0.0, "max": 1.0}, {"mean": 0.3, "sd": 0.2}),
    (
        "truncated_normal",
        {"location": 0.0, "scale": 2.0, "min": 0.0},
        {"mean": 2 * math.sqrt(2 / math.pi), "sd": 2 * math.sqrt(1 - 2 / math.pi)},
    ),
    (
        "truncated_normal",
        {"location": 5.0, "scale": 1.0, "max": 5.0},
        {"mean": 5 - math.sqrt(2 / math.pi), "sd": math.sqrt(1 - 2 / math.pi)},
    ),
    ("truncated_normal", {"location": 2.0, "scale": 1.0, "min": 1.0, "max": 3.0}, {"mean": 2.0, "median": 2.0}),
    ("lognormal", {"quantiles": {0.5: 1.5, 0.975: 2.25}}, {"median": 1.5, "interval": (1.0, 2.25)}),
    ("beta", {"mean": BETA.mean(), "interval_95": BETA.interval(0.95)}, {"mean": 12 / 57, "sd": BETA.std()}),
    ("beta", {"interval_95": BETA.interval(0.95)}, {"sd": BETA.std(), "interval": BETA.interval(0.95)}),
    ("beta", {"quantiles": {0.2: BETA.ppf(0.2), 0.9: BETA.ppf(0.9)}}, {"sd": BETA.std(), "median": BETA.median()}),
    ("gamma", {"events": 25, "exposure": 400.0}, {"mean": 0.0625, "sd": 5 / 400}),
    ("gamma", {"mean": GAMMA.mean(), "interval_95": GAMMA.interval(0.95)}, {"mean": 140.0, "sd": GAMMA.std()}),
    ("gamma", {"interval_95": GAMMA.interval(0.95)}, {"sd": GAMMA.std(), "interval": GAMMA.interval(0.95)}),
    ("gamma", {"quantiles": {0.2: GAMMA.ppf(0.2), 0.9: GAMMA.ppf(0.9)}}, {"sd": GAMMA.std(), "median": GAMMA.median()}),
    ("empirical", {"values": [4.0, 1.0, 2.0, 1.0]}, {"mean": 2.0, "sd": math.sqrt(1.5), "interval": (1.0, 4.0)}),
    ("empirical", {"values": [5.0, 1.0], "weights": [1, 3]}, {"mean": 2.0, "sd": math.sqrt(3), "median": 1.0}),
    (
        "empirical",
        {"file": "costs.csv", ROWS: ((5.0, 0.5, 2), (1.0, 1.5, 3), (9.0, 0.0, 4))},
        {"mean": 2.0, "sd": math.sqrt(3), "interval": (1.0, 5.0)},
    ),
    (
        "mixture",
        {"point": 1.0, "share": 0.4, "rest": {"uniform": {"min": 0.0, "max": 1.0}}},
        {"mean": 0.7, "sd": math.sqrt(0.4 + 0.6 / 3 - 0.49), "median": 0.5 / 0.6},
    ),
]
#: Distributions with steps, which the values of many probabilities share.
STEPS = ("fixed", "empirical", "mixture")
IDS = [f"{name}-{'-'.join(given)}" for name, given, _ in WRITTEN]


def test_every_form_is_tried():
    assert {(name, frozenset(written) - {ROWS}) for name, written, _ in WRITTEN} == {
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
        assert distribution.sd == pytest.approx(exact["sd"], rel=1e-9)
    assert distribution.sd == pytest.approx(values.std(), rel=1e-3)
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
    assert (np.diff(values[1:-1]) > 0).all() is np.bool_(name not in STEPS)


#: The same distribution of scipy.stats, which was written by others.
SAME = [
    ("normal", {"mean": -2.0, "sd": 0.5}, stats.norm(-2.0, 0.5)),
    ("truncated_normal", {"location": 1.0, "scale": 2.0, "min": 0.0}, stats.truncnorm(-0.5, np.inf, 1.0, 2.0)),
    ("truncated_normal", {"location": 3.0, "scale": 2.0, "max": 0.0}, stats.truncnorm(-np.inf, -1.5, 3.0, 2.0)),
    ("truncated_normal", {"location": 3.0, "scale": 2.0, "min": 2.0, "max": 9.0}, stats.truncnorm(-0.5, 3, 3.0, 2.0)),
    ("lognormal", {"log_mean": math.log(3.0), "log_sd": 0.5}, LOGNORMAL),
    ("beta", {"alpha": 12.0, "beta": 45.0}, BETA),
    ("gamma", {"shape": 7.0, "scale": 20.0}, GAMMA),
    ("uniform", {"min": -1.0, "max": 3.0}, stats.uniform(-1.0, 4.0)),
    ("triangular", {"min": 1.0, "mode": 2.0, "max": 5.0}, stats.triang(0.25, 1.0, 4.0)),
    ("triangular", {"min": 1.0, "mode": 1.0, "max": 5.0}, stats.triang(0.0, 1.0, 4.0)),
    ("triangular", {"min": 1.0, "mode": 5.0, "max": 5.0}, stats.triang(1.0, 1.0, 4.0)),
    ("pert", {"min": 1.0, "mode": 2.0, "max": 5.0}, stats.beta(2.0, 4.0, 1.0, 4.0)),
    (
        "empirical",
        {"values": [3, 1, 7], "weights": [2.0, 5.0, 3.0]},
        stats.rv_discrete(values=([1, 3, 7], [0.5, 0.2, 0.3])),
    ),
]


@pytest.mark.parametrize(("name", "written", "same"), SAME, ids=[f"{name}-{n}" for n, (name, *_) in enumerate(SAME)])
def test_agrees_with_scipy(name, written, same):
    distribution = Distribution(name, written)
    u = np.concatenate([[1e-9, 1e-4], np.linspace(0.003, 0.997, 334), [1 - 1e-6]])
    assert distribution.ppf(u) == pytest.approx(same.ppf(u), rel=1e-9)
    low, high = same.ppf([1e-6, 1 - 1e-6])
    x = np.linspace(low - 0.3 * (high - low), high + 0.3 * (high - low), 1001)
    assert distribution.cdf(x) == pytest.approx(same.cdf(x), rel=1e-9, abs=1e-15)
    assert distribution.cdf(2.0) == pytest.approx(same.cdf(2.0))
    assert distribution.mean == pytest.approx(same.mean(), rel=1e-9)
    assert distribution.sd == pytest.approx(same.std(), rel=1e-9)


@pytest.mark.parametrize(("name", "written", "exact"), WRITTEN, ids=IDS)
def test_cdf_is_what_ppf_inverts(name, written, exact):
    distribution = Distribution(name, written)
    u = np.linspace(0.001, 0.999, 999)
    values = distribution.ppf(u)
    assert (distribution.cdf(values) >= u - 1e-9).all()
    below = distribution.cdf(np.nextafter(values, -np.inf))
    assert (below <= u + 1e-9).all()
    low, high = distribution.support
    assert distribution.cdf(np.array([high, low - 1.0])).tolist() == [1.0, 0.0]


def test_a_fixed_number_has_a_step():
    fixed = Distribution("fixed", {"value": 0.3})
    assert (fixed.is_fixed, fixed.sd) == (True, 0.0)
    assert fixed.cdf([0.29, 0.3, 0.31]).tolist() == [0.0, 1.0, 1.0]


def test_a_joint_distribution_knows_only_its_entry():
    joint = Distribution("joint", {"joint": "costs"})
    assert (joint.is_joint, joint.is_fixed, joint.written) == (True, False, "joint costs")
    assert not Distribution("fixed", {"value": 1.0}).is_joint
    for ask in (lambda: joint.mean, lambda: joint.sd, lambda: joint.support, lambda: joint.ppf(np.array([0.5]))):
        with pytest.raises(ImpossibleDistributionError) as caught:
            ask()
        assert str(caught.value) == (
            "found a parameter that joint.costs draws; "
            "allowed its distribution as joint.costs gives it, from ScenarioFile.distributions"
        )
    with pytest.raises(ImpossibleDistributionError, match="allowed the name of an entry of joint"):
        Distribution("joint", {"joint": 3})


def test_what_was_written_is_kept():
    quantiles = {"quantiles": {0.5: 1.5, 0.975: 2.25}}
    assert Distribution("lognormal", quantiles).given == quantiles
    assert Distribution("lognormal", quantiles).written == "lognormal {quantiles: {0.5: 1.5, 0.975: 2.25}}"
    assert written_as("empirical") == "{file} or {values} or {values, weights}"


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
    (
        "beta",
        {"mean": 0.5},
        "found {mean}; allowed {mean, sd} or {alpha, beta} or {events, of} or {mean, interval_95} or",
    ),
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


ONE = "one distribution by name: {lognormal: {median: 2.0, interval_95: [1.0, 4.0]}}"
#: What is refused, with the whole message.
REFUSED = [
    ("normal", {"mean": math.nan, "sd": 1.0}, "mean: nan", "a finite number", ""),
    ("normal", {"mean": 0.0, "sd": math.inf}, "sd: inf", "a finite number", ""),
    ("uniform", {"min": True, "max": 2.0}, "min: true", "a finite number", ""),
    ("gamma", {"shape": "2", "scale": 1.0}, "shape: 2", "a finite number", ""),
    ("weibull", {"shape": 1.0}, "weibull", f"one of {', '.join(FORMS)}", ""),
    ("gama", {"shape": 1.0}, "gama", f"one of {', '.join(FORMS)}", "did you mean 'gamma'?"),
    (
        "lognormal",
        {"log_mean": 0.0, "log_sd": 100.0},
        "{log_mean: 0.0, log_sd: 100.0}",
        "a distribution whose mean and sd are numbers that a computer can hold, with sd above 0",
        "",
    ),
    (
        "gamma",
        {"mean": 1e200, "sd": 1e200},
        "{mean: 1e+200, sd: 1e+200}",
        "a distribution whose mean and sd are numbers that a computer can hold, with sd above 0",
        "",
    ),
    ("beta", {"interval_95": [0.1]}, "interval_95: [0.1]", "[lower end, upper end]", ""),
    (
        "truncated_normal",
        {"location": 0.0, "scale": 1.0, "min": 20_000.0},
        "location 0, scale 1 with min 20000",
        "ends of which one is at most 10000 scales away from the location, or on its other side",
        "give mean and sd of the truncated distribution itself",
    ),
    (
        "truncated_normal",
        {"mean": 3.0, "sd": 2.0, "min": 1.0},
        "mean 3 and sd 2 with min 1",
        "sd < mean - min, here below 2",
        "take a gamma or lognormal distribution, which may be wider",
    ),
    (
        "truncated_normal",
        {"mean": 3.0, "sd": 4.0, "max": 6.0},
        "mean 3 and sd 4 with max 6",
        "sd < max - mean, here below 3",
        "",
    ),
    (
        "truncated_normal",
        {"mean": 0.5, "sd": 0.3, "min": 0.0, "max": 1.0},
        "mean 0.5 and sd 0.3 with min 0 and max 1",
        "sd below 0.2887, as all normal distributions with this mean have between these ends",
        "",
    ),
    (
        "truncated_normal",
        {"mean": 2.0, "sd": 0.3, "min": 0.0, "max": 1.0},
        "mean 2 with min 0 and max 1",
        "min < mean < max",
        "",
    ),
    (
        "truncated_normal",
        {"mean": 2.0, "sd": 0.0, "min": 0.0},
        "sd 0",
        "sd > 0",
        "write a number without uncertainty as {fixed: ...}",
    ),
    (
        "empirical",
        {"file": "costs.csv"},
        "the file costs.csv without its rows",
        "a file that has been read, or values",
        "",
    ),
    ("empirical", {"values": [1.0, math.nan]}, "values: nan", "a finite number", ""),
    ("empirical", {"values": [1.0, 2.0], "weights": [1.0, math.inf]}, "weights: inf", "a finite number", ""),
    ("mixture", {"point": 1.0, "share": 0.5, "rest": 2.0}, "rest: 2.0", ONE, ""),
    ("mixture", {"point": 1.0, "share": 0.5, "rest": {}}, "rest: {}", ONE, ""),
    (
        "mixture",
        {"point": 1.0, "share": 0.5, "rest": {"gamma": {"mean": 1.0, "sd": -1.0}}},
        "mean 1, sd -1",
        "mean > 0 and sd > 0",
        "",
    ),
    (
        "mixture",
        {"point": math.nan, "share": 0.5, "rest": {"fixed": {"value": 1.0}}},
        "point: nan",
        "a finite number",
        "",
    ),
]


@pytest.mark.parametrize(("name", "written", "found", "allowed", "hint"), REFUSED)
def test_what_is_refused_says_so(name, written, found, allowed, hint):
    with pytest.raises(ImpossibleDistributionError) as caught:
        Distribution(name, written)
    assert (caught.value.found, caught.value.allowed, caught.value.hint) == (found, allowed, hint)
