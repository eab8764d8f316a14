"""What a study of a given size is worth: the conjugate normal case, its limits, and whether it pays."""

import numpy as np
import pytest
from scipy import stats

from simcore.analysis.proposed_study import MEASURES, Measured, Study, evsi, worth_of_study
from simcore.analysis.value_of_information import evppi
from simcore.errors import ResultsError, UnknownNameError

from .drawn import benefits, figures, linear, unit_loss


def of_size(size, how="mean", sd=5.0, parameter="x"):
    return Study((Measured(parameter, how, size, sd),))


@pytest.mark.parametrize("size", [1, 10, 100])
@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_the_normal_case(size, noise):
    """A prior sd of 1, observations of sd 5: what is expected after n of them has a sd of sqrt(n/(n+25))."""
    net_benefit, parameters = linear(1, 20_000, 0.8, noise=noise)
    found = evsi(net_benefit, parameters, of_size(size), seed=3)
    truth = unit_loss(0.8, 2.0 * np.sqrt(size / (size + 25)))
    assert abs(float(found["evsi"]) - truth) <= 4 * float(found["evsi_mcse"])
    assert float(found["evsi_low"]) <= truth <= float(found["evsi_high"])
    assert float(found["evsi_mcse"]) < 0.02


def test_a_proportion_against_exact_arithmetic():
    """Beta prior, n of 20 and a decision on the posterior mean: summed over the possible results."""
    a, b, n, threshold = 3.0, 7.0, 20, 0.35
    draws = np.random.default_rng(2).beta(a, b, 20_000)
    found = evsi(benefits(draws - threshold), figures(p=draws), of_size(n, "proportion", None, "p"))
    results = np.arange(n + 1)
    after = (a + results) / (a + b + n) - threshold
    truth = (stats.betabinom.pmf(results, n, a, b) * np.maximum(after, 0)).sum()
    assert abs(float(found["evsi"]) - truth) <= 4 * float(found["evsi_mcse"])
    assert float(found["evsi_mcse"]) < 0.05 * truth


def test_events_against_exact_arithmetic():
    """Gamma prior of a rate, Poisson events in 30 person-years."""
    shape, scale, time, threshold = 4.0, 0.05, 30.0, 0.25
    draws = np.random.default_rng(3).gamma(shape, scale, 20_000)
    found = evsi(benefits(draws - threshold), figures(r=draws), of_size(time, "rate", None, "r"))
    events = np.arange(200)
    after = (shape + events) / (1 / scale + time) - threshold
    truth = (stats.nbinom.pmf(events, shape, 1 / (1 + scale * time)) * np.maximum(after, 0)).sum()
    assert abs(float(found["evsi"]) - truth) <= 4 * float(found["evsi_mcse"])
    assert float(found["evsi_mcse"]) < 0.05 * truth


@pytest.mark.parametrize(("how", "sd"), [("mean", 0.6), ("ratio", 1.5), ("proportion", None), ("rate", None)])
def test_from_nothing_to_all_there_is_to_know(how, sd):
    """Worth nothing without observations, more with more of them, and the EVPPI with very many."""
    draws = np.random.default_rng(4).beta(4, 6, 4000)
    net_benefit, parameters = benefits(draws - 0.42), figures(x=draws)
    sizes = (0, 3, 10, 40, 200, 10_000_000)
    found = evsi(net_benefit, parameters, {str(size): of_size(size, how, sd) for size in sizes})
    values = found["evsi"].values
    assert values[0] == 0
    assert found["evsi_mcse"].values[0] == 0
    assert (np.diff(values) > 0).all()
    most = float(evppi(net_benefit, parameters)["evppi"][0])
    assert values[-1] == pytest.approx(most, rel=0.01)
    assert found["evsi"].dims == ("study",)


def test_two_figures_at_once_and_one_that_says_nothing():
    net_benefit, parameters = linear(5, 20_000, 0.8)
    both = Study((Measured("x", "mean", 25, 5.0), Measured("y", "mean", 25, 5.0)))
    found = evsi(net_benefit, parameters, {"both": both, "z": of_size(1000, parameter="z")})
    truth = unit_loss(0.8, np.sqrt(5 / 2))
    assert abs(float(found["evsi"][0]) - truth) <= 4 * float(found["evsi_mcse"][0])
    assert float(found["evsi"][1]) <= 4 * float(found["evsi_mcse"][1]) + 1e-12


def test_chance_has_an_address():
    net_benefit, parameters = linear(6, 400, 0.5)
    one, again, other = (evsi(net_benefit, parameters, of_size(9), seed=seed) for seed in (1, 1, 2))
    assert float(one["evsi"]) == float(again["evsi"]) != float(other["evsi"])
    from simcore.analysis.proposed_study import _result

    truth = parameters.values[:, 0]
    few = _result(Measured("x", "mean", 9, 5.0), truth[:100], np.arange(100), 1)
    many = _result(Measured("x", "mean", 9, 5.0), truth, np.arange(400), 1)
    np.testing.assert_array_equal(few, many[:100])


def test_whether_a_study_pays():
    years = np.arange(1, 5)
    by_hand = (1000 * 3.0 / 1.04**years).sum() - 5000
    found = worth_of_study(
        [3.0, 0.0], persons_per_year=1000, years=5, cost=5000, discount_rate=0.04, first_year=1
    )  # fmt: skip
    np.testing.assert_allclose(found, [by_hand, -5000])
    assert worth_of_study(3.0, persons_per_year=10, years=2, cost=7, first_year=4) == -7
    with pytest.raises(ResultsError, match=r"found -1 persons, 5 years, first year 0, cost 0, rate 0\.0"):
        worth_of_study(1.0, persons_per_year=-1, years=5, cost=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x", "median", 5), "'median' is not a way to measure a figure; did you mean 'mean'"),
        (("x", "mean", -1, 2.0), "The size of a study of 'x' is a number, 0 or more; found -1"),
        (("x", "proportion", 2.5), "is a whole number, 0 or more; found 2.5"),
        (("x", "mean", 5), "needs the sd of one observation; found None"),
        (("x", "ratio", 5, 0.0), "needs the sd of one observation; found 0.0"),
        (("x", "rate", 5, 1.0), "takes no sd"),
    ],
)
def test_studies_that_cannot_be(arguments, message):
    with pytest.raises((ResultsError, UnknownNameError), match=message):
        Measured(*arguments)


def test_studies_that_do_not_fit_the_figures():
    net_benefit, parameters = linear(7, 30, 0.5)
    for how, sd in (("proportion", None), ("ratio", 1.0), ("rate", None)):
        with pytest.raises(ResultsError, match=rf"'x' cannot be measured as a {how} .* in some draws it is -?\d"):
            evsi(net_benefit, parameters, of_size(5, how, sd))
    with pytest.raises(UnknownNameError, match="'w' is not a figure of these draws"):
        evsi(net_benefit, parameters, of_size(5, parameter="w"))
    with pytest.raises(ResultsError, match="measures at least one figure"):
        Study(())
    with pytest.raises(ResultsError, match="measures each figure once; found x, x"):
        Study((Measured("x", "rate", 1), Measured("x", "proportion", 1)))
    assert set(MEASURES) == {"proportion", "mean", "ratio", "rate"}
