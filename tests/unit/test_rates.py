import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcore.rates import (
    faded,
    modified_probability,
    odds_ratio_of_difference,
    probability_in,
    probability_of_rate,
    rate_of_probability,
    with_hazard_ratio,
    with_odds_ratio,
    with_risk_ratio,
)

ACTIONS = [with_risk_ratio, with_odds_ratio, with_hazard_ratio]
probabilities = st.floats(0.001, 0.999)
ratios = st.floats(0.01, 100)


@pytest.mark.parametrize("act", ACTIONS)
@pytest.mark.parametrize("ratio", [0.0, 0.3, 1.0, 7.0])
@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_certainty_stays_certain(act, ratio, certain):
    assert act(certain, ratio) == certain


@pytest.mark.parametrize("act", ACTIONS)
@given(p=probabilities)
def test_a_ratio_of_one_changes_nothing_and_of_zero_ends_the_risk(act, p):
    assert act(p, 1.0) == pytest.approx(p, rel=1e-12)
    assert act(p, 0.0) == 0.0


@given(p=probabilities, ratio=ratios)
def test_each_ratio_acts_on_its_own_scale(p, ratio):
    assert with_risk_ratio(p, ratio) / p == pytest.approx(ratio, rel=1e-12)
    odds = with_odds_ratio(p, ratio)
    assert odds / (1 - odds) == pytest.approx(ratio * p / (1 - p), rel=1e-9)
    survival = 1 - with_hazard_ratio(p, ratio)
    assert survival == pytest.approx((1 - p) ** ratio, rel=1e-9, abs=1e-15)


@given(p=probabilities, ratio=ratios)
def test_odds_and_hazard_ratios_stay_probabilities(p, ratio):
    for act in (with_odds_ratio, with_hazard_ratio):
        assert 0.0 < act(p, ratio) <= 1.0
        assert (act(p, ratio) > p) is (act(p, ratio) != p and ratio > 1)


@pytest.mark.parametrize("act", ACTIONS)
@given(p=probabilities, first=st.floats(0.1, 1), second=st.floats(0.1, 1))
def test_ratios_multiply(act, p, first, second):
    assert act(act(p, first), second) == pytest.approx(act(p, first * second), rel=1e-9)


def test_worked_values():
    assert with_risk_ratio(0.2, 1.5) == pytest.approx(0.3)
    assert with_risk_ratio(0.6, 2.0) == pytest.approx(1.2)  # refused by the caller
    assert with_odds_ratio(0.5, 3.0) == pytest.approx(0.75)
    assert with_odds_ratio(0.2, 0.5) == pytest.approx(1 / 9)
    assert with_hazard_ratio(0.5, 2.0) == pytest.approx(0.75)
    assert with_hazard_ratio(0.19, 0.5) == pytest.approx(0.1)


@given(rates=st.lists(st.floats(0, 5), min_size=1, max_size=5), years=st.floats(0.01, 10))
def test_competing_rates_add_up_to_one_minus_survival(rates, years):
    total = math.fsum(rates)
    shares = [probability_of_rate(rate, total, years) for rate in rates]
    assert math.fsum(shares) == pytest.approx(-math.expm1(-total * years), rel=1e-9, abs=1e-12)
    for rate, share in zip(rates, shares, strict=True):
        assert share * total == pytest.approx(rate * -math.expm1(-total * years), rel=1e-9, abs=1e-12)


def test_rates_closed_form():
    assert probability_of_rate(0.5, 0.5, 1.0) == pytest.approx(1 - math.exp(-0.5), rel=1e-15)
    assert probability_of_rate(0.1, 0.4, 2.0) == pytest.approx((1 - math.exp(-0.8)) / 4, rel=1e-15)
    assert probability_of_rate(0.0, 0.4, 1.0) == 0.0
    assert probability_of_rate(0.0, 0.0, 1.0) == 0.0
    assert probability_of_rate(1e-12, 1e-12, 1.0) == pytest.approx(1e-12, rel=1e-9)  # no cancellation


@given(ratio=ratios, share=st.floats(0, 1))
def test_fading_is_linear_on_the_log_scale(ratio, share):
    assert math.log(faded(ratio, share)) == pytest.approx(share * math.log(ratio), abs=1e-12)
    assert (faded(ratio, 0.0), faded(ratio, 1.0)) == (1.0, ratio)


def test_modifiers_act_kind_by_kind_and_never_hide_a_value_above_1():
    together = modified_probability
    assert together(0.5, 2.0 * 0.5, 1.0, 1.0, 0.0) == 0.5  # several of a kind come multiplied
    assert together(0.6, 2.0, 0.5, 1.0, -0.3) == 1.2  # refused by the caller, whatever acts afterwards
    assert together(0.2, 2.0, 3.0, 1.0, 0.0) == pytest.approx(3 * 0.4 / (0.6 + 3 * 0.4))
    assert together(0.2, 1.0, 1.0, 2.0, 0.1) == pytest.approx(1 - 0.8**2 + 0.1)
    for certain in (0.0, 1.0):
        assert together(certain, 2.0, 0.5, 3.0, 0.0) == certain
    assert together(0.3, 1.0, 1.0, 1.0, 0.0) == 0.3


def test_a_standardised_mean_difference_as_an_odds_ratio():
    """Chinn (2000): the logarithm of the odds ratio is 1.81 times the difference."""
    assert math.log(odds_ratio_of_difference(1.0)) == pytest.approx(1.81, abs=0.005)
    assert odds_ratio_of_difference(0.0) == 1.0
    assert odds_ratio_of_difference(-0.5) == pytest.approx(1 / odds_ratio_of_difference(0.5))
    assert odds_ratio_of_difference(np.array([0.0, 0.3])) == pytest.approx([1.0, odds_ratio_of_difference(0.3)])


@given(p=probabilities, first=st.floats(0.05, 20), second=st.floats(0.05, 20))
def test_a_probability_in_another_time(p, first, second):
    assert probability_in(p, 2.0) == pytest.approx(1 - (1 - p) ** 2, rel=1e-12)
    once, then = probability_in(p, first), probability_in(p, second)
    assert 1 - probability_in(p, first + second) == pytest.approx((1 - once) * (1 - then), rel=1e-9, abs=1e-15)
    if once < 1 - 1e-9:
        assert probability_in(once, 1 / first) == pytest.approx(p, rel=1e-6)


def test_certainty_in_another_time():
    assert [probability_in(certain, 0.3) for certain in (0.0, 1.0)] == [0.0, 1.0]
    assert [rate_of_probability(certain, 2.0) for certain in (0.0, 1.0)] == [0.0, math.inf]


@given(rate=st.floats(1e-6, 5), years=st.floats(0.05, 5))
def test_a_rate_and_its_probability(rate, years):
    assert rate_of_probability(probability_of_rate(rate, rate, years), years) == pytest.approx(rate, rel=1e-6)
