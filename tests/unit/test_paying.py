"""The kernels of pricing against sums written out with NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from simcore.kernels.paying import add_times, pay, pay_in_all


@pytest.mark.parametrize("kind", [np.int32, float])
@pytest.mark.parametrize(("end", "moments"), [(0, 2), (0, 1), (1, 1)])
def test_everybody_pays(kind, end, moments):
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 9, (3, 2, 4, 2, 7)).astype(kind)
    weight, discounted = rng.random((2, 4, moments, 7))
    persons, money, total = np.array([2.1, 1.9, 5.0]), np.full((3, 2, 4, 7), np.nan), np.full((3, 2, 4), np.nan)
    pay(counts, end, weight, discounted, persons, money)
    pay_in_all(counts, end, discounted, total)
    half_0, half_1, _ = counts[:, :, :, end : end + moments]
    between = half_0 * persons[0] - half_1 * persons[1]
    for found, wanted in zip(
        money, ((half_0 + half_1) * weight, (half_0 + half_1) * discounted, between * discounted), strict=True
    ):
        np.testing.assert_allclose(found, wanted.sum(axis=-2), rtol=1e-13, atol=1e-13)
    wanted = (counts[:, :, :, end : end + moments] * discounted).sum(axis=(-2, -1))
    np.testing.assert_allclose(total, wanted, rtol=1e-13)


def test_a_flow_times_an_amount_is_added():
    rng = np.random.default_rng(2)
    total, flow, amount = rng.random((3, 2, 4, 5)), rng.random((3, 2, 4, 5)), rng.random(4)
    wanted = total + flow * amount[:, None]
    add_times(total, flow, amount)
    np.testing.assert_allclose(total, wanted, rtol=1e-15)
