import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcore.money import discount_factors, to_price_year

rates = st.floats(0.001, 0.3)


def test_worked_values():
    assert discount_factors(0.03, [0, 1, 2]) == pytest.approx([1.0, 1 / 1.03, 1 / 1.0609])
    assert discount_factors(0.1, 0.5) == pytest.approx(1 / np.sqrt(1.1))
    assert to_price_year([100.0, 50.0], 80.0, 120.0) == pytest.approx([150.0, 75.0])


def test_rates_broadcast_against_years():
    factors = discount_factors(np.array([[0.0], [0.05]]), np.array([0, 1, 10]))
    assert factors.shape == (2, 3)
    assert factors[0].tolist() == [1.0, 1.0, 1.0]
    assert factors[1] == pytest.approx([1, 1.05**-1, 1.05**-10])


@given(rate=rates, years=st.integers(0, 80))
def test_factors_fall_and_compound(rate, years):
    now, next_year = discount_factors(rate, [years, years + 1])
    assert next_year < now
    assert now / next_year == pytest.approx(1 + rate)


@given(rate=rates, n=st.integers(1, 80))
def test_an_annuity_is_the_sum_of_its_factors(rate, n):
    annuity_due = (1 - (1 + rate) ** -n) / rate * (1 + rate)
    assert discount_factors(rate, np.arange(n)).sum() == pytest.approx(annuity_due, rel=1e-9)


@given(then=st.floats(1, 1000), now=st.floats(1, 1000))
def test_price_years_go_back_and_forth(then, now):
    assert to_price_year(to_price_year(123.0, then, now), now, then) == pytest.approx(123.0)
    assert to_price_year(1.0, then, then) == 1.0
