"""Probability of being best, its frontier, and what a choice is expected to lose."""

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.acceptability import acceptability
from simcore.analysis.net_benefit import net_benefit
from simcore.analysis.own_table import own_table
from simcore.analysis.value_of_information import evpi

from .drawn import benefits, lucky


def table(n=500, seed=1):
    random = np.random.default_rng(seed)
    gains = np.stack([0 * random.normal(size=n), random.normal(0.3, 0.2, n), random.normal(0.6, 0.6, n)], axis=1)
    costs = np.stack([0 * gains[:, 0], random.normal(4000, 500, n), random.normal(11_000, 2000, n)], axis=1)
    values = np.stack([costs, gains], axis=2)
    return own_table(values, costs=["cost"], strategies=["usual", "new", "other"], outcomes=["cost", "qalys"])


def test_by_hand_with_ties():
    values = benefits(np.array([1.0, 0.0, -2.0, 4.0]), np.array([1.0, 0.0, 0.0, 0.0]))
    found = acceptability(values)
    np.testing.assert_allclose(
        found["probability_best"], [(1 / 3 + 1 / 2) / 4, (1 / 2 + 1 / 3 + 1) / 4, (1 + 1 / 3) / 4]
    )
    np.testing.assert_allclose(found["expected_loss"], [5 / 4, 2 / 4, 4 / 4])
    assert str(found["best"].values) == "new"
    assert float(found["frontier"]) == pytest.approx((1 / 2 + 1 / 3 + 1) / 4)


def test_curves_over_thresholds():
    thresholds = [0.0, 10_000.0, 20_000.0, 50_000.0]
    values = net_benefit(table(), outcome="qalys", threshold=thresholds)
    assert values.dims == ("strategy", "draw", "actor", "threshold")
    found = acceptability(values)
    assert found["probability_best"].dims == ("strategy", "actor", "threshold")
    np.testing.assert_allclose(found["probability_best"].sum("strategy"), 1.0)
    # The smallest expected loss is that of the best strategy, and is the value of perfect information.
    np.testing.assert_allclose(found["expected_loss"].min("strategy"), evpi(values)["evpi"])
    for place, threshold in enumerate(thresholds):
        alone = acceptability(net_benefit(table(), outcome="qalys", threshold=threshold)).isel(actor=0)
        at = found.isel(actor=0, threshold=place)
        np.testing.assert_allclose(at["probability_best"], alone["probability_best"])
        best = str(at["best"].values)
        assert float(at["frontier"]) == float(at["probability_best"].sel(strategy=best))
        assert str(at["expected_loss"].idxmin().values) == best
    assert str(found["best"].isel(actor=0, threshold=0).values) == "usual"
    assert str(found["best"].isel(actor=0, threshold=-1).values) == "other"


def test_the_best_need_not_be_the_most_probable():
    values = benefits(np.array([-1.0, -1.0, 10.0]))
    found = acceptability(values)
    assert (str(found["best"].values), float(found["frontier"])) == ("new", pytest.approx(1 / 3))


def test_luck_is_taken_off_as_for_the_value_of_information():
    drawn, halves, clean = lucky(2, 20_000, [1.0, 0.5], [[1.0, 0.0], [0.5, 1.0]], [15.0, 10.0])
    found, naive, truth = acceptability(drawn, halves=halves), acceptability(drawn), acceptability(clean)
    np.testing.assert_allclose(found["expected_loss"].min("strategy"), evpi(drawn, halves=halves)["evpi"])
    # A probability from 20,000 draws has a standard error of at most 0.0036; the correction adds as much.
    np.testing.assert_allclose(found["probability_best"], truth["probability_best"], atol=4 * 0.0036 * 2**0.5)
    assert abs(naive["probability_best"] - truth["probability_best"]).max() > 0.05
    assert bool(found["settled"])
    assert float(found["luck_share"]) > 0.4


def test_a_single_strategy():
    found = acceptability(xr.DataArray(np.ones((1, 3)), {"strategy": ["usual"]}, ("strategy", "draw")))
    assert found["probability_best"].values.tolist() == [1.0]
    assert found["expected_loss"].values.tolist() == [0.0]
