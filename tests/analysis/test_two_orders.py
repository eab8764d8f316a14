"""Ignorance about the figures and luck between persons, told apart."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from simcore.analysis.avoided_cost import net_saving, with_views
from simcore.analysis.luck import probability_above_zero, without_luck
from simcore.analysis.summary import summarise, summarise_outcomes
from simcore.analysis.two_orders import (
    UNSETTLED,
    errors_of_95,
    mean_and_error,
    money_variances,
    quantiles,
    variances,
)
from simcore.simulation import simulate
from tests.analytic.models import model, outcome
from tests.strategies import evidenced, read

from .made import made


def test_mean_and_error():
    mean, error = mean_and_error(xr.DataArray([1.0, 2.0, 3.0, 6.0], dims="draw"))
    assert float(mean) == 3.0
    assert float(error) == pytest.approx(np.std([1, 2, 3, 6], ddof=1) / 2)
    assert np.isnan(float(mean_and_error(xr.DataArray([1.0], dims="draw"))[1]))


def test_errors_of_randomisations_come_from_their_means():
    """Draws that are spread evenly on purpose are not independent; their groups are."""
    values = np.array([1.0, 5.0, 2.0, 6.0, 4.0, 8.0])
    array = xr.DataArray(values, {"randomisation": ("draw", [0, 1, 0, 1, 0, 1])}, ["draw"])
    mean, error = mean_and_error(array)
    means = [values[0::2].mean(), values[1::2].mean()]
    assert float(mean) == pytest.approx(values.mean())
    assert float(error) == pytest.approx(np.std(means, ddof=1) / np.sqrt(2))
    alone = array.assign_coords(randomisation=("draw", np.zeros(6, dtype=int)))
    assert np.isnan(float(mean_and_error(alone)[1]))


def test_few_randomisations_make_the_error_itself_unsure():
    values = xr.DataArray(np.arange(16.0), dims="draw")
    assert errors_of_95(values) == pytest.approx(stats.norm.ppf(0.975))
    grouped = values.assign_coords(randomisation=("draw", np.arange(16) % 8))
    assert errors_of_95(grouped) == pytest.approx(stats.t(7).ppf(0.975))
    assert errors_of_95(values.assign_coords(randomisation=("draw", np.zeros(16)))) == np.inf


def test_luck_is_estimated_without_bias():
    """Halves of n0 and n1 persons with variance v each: luck variance of the mean of all is v / (n0 + n1)."""
    generator = np.random.default_rng(1)
    n_draws, n0, n1, variance = 4000, 45, 5, 9.0
    ignorance = generator.normal(0, 2, n_draws)
    halves = [ignorance + generator.normal(0, np.sqrt(variance / n), n_draws) for n in (n0, n1)]
    zeros = np.zeros((n_draws, 3))
    parts = {(f"half_{h}", "usual", "town", "resource"): half for h, half in enumerate(halves)}
    results = made({"usual": {("town", "resource"): zeros}, "help": {}}, parts=parts, part_size=(n0, n1, 5))
    saving = with_views(net_saving(results), results)
    luck = float(money_variances(results, saving, "net_saving")["luck"].sel(intervention="help", actor="town"))
    true = variance / (n0 + n1)
    error = true * np.sqrt(2 / n_draws)  # a squared normal has variance 2
    assert abs(luck - true) < stats.norm.isf(1e-6) * error
    as_if_equal = luck * 0.25 / (n0 * n1 / (n0 + n1) ** 2)
    assert abs(as_if_equal - true) > stats.norm.isf(1e-6) * error  # the formula for equal halves would be seen


def two_orders(n_draws, parameter_sd, luck_sd, mean, seed):
    """A quantity whose expected values are normal, with normal luck in each half of 100 persons."""
    generator = np.random.default_rng(seed)
    expected = generator.normal(mean, parameter_sd, n_draws)
    halves = expected + generator.normal(0, luck_sd * np.sqrt(2), (2, n_draws))
    part = xr.DataArray(halves, {"part": ["half_0", "half_1"]}, ["part", "draw"])
    results = xr.Dataset({"part_size": ("part", [50, 50, 5])}, {"part": ["half_0", "half_1", "target_group"]})
    values = part.mean("part")
    return xr.DataArray(expected, dims="draw"), values, variances(values, part, results)


def test_what_is_left_without_luck_spreads_as_the_expected_values():
    expected, values, parts = two_orders(40_000, parameter_sd=2.0, luck_sd=4.0, mean=2.0, seed=4)
    assert float(parts["parameter"]) == pytest.approx(4.0, rel=0.1)
    assert float(parts["luck_share"]) == pytest.approx(0.8, abs=0.02)
    settled = without_luck(values, parts)
    assert float(settled.mean()) == pytest.approx(float(values.mean()))
    assert float(settled.std()) == pytest.approx(2.0, rel=0.05)
    true = stats.norm(2, 2)
    np.testing.assert_allclose(quantiles(settled), true.ppf([0.05, 0.5, 0.95]), atol=0.2)
    assert abs(float(quantiles(values)[0]) - true.ppf(0.05)) > 2  # as simulated they are far too wide
    probability = float(probability_above_zero(values, settled))
    assert probability == pytest.approx(true.sf(0), abs=0.02)
    assert abs(float((values > 0).mean()) - true.sf(0)) > 0.1
    assert float((expected > 0).mean()) == pytest.approx(true.sf(0), abs=0.01)


def test_limits_without_luck_hold_as_often_as_they_say():
    """Over many samples, the 90 % limits of the expected value hold 90 % of its distribution on average."""
    held = []
    for seed in range(200):
        _, values, parts = two_orders(400, parameter_sd=3.0, luck_sd=3.0, mean=1.0, seed=seed)
        low, _, high = (float(q) for q in quantiles(without_luck(values, parts)))
        held.append(stats.norm(1, 3).cdf(high) - stats.norm(1, 3).cdf(low))
    error = np.std(held, ddof=1) / np.sqrt(len(held))
    assert abs(np.mean(held) - 0.9) < 4 * error + 0.005


def test_mostly_luck_is_not_settled():
    _, values, parts = two_orders(4000, parameter_sd=0.2, luck_sd=2.0, mean=0.5, seed=1)
    assert float(parts["luck_share"]) > UNSETTLED
    settled = without_luck(values, parts)
    assert bool(settled.isnull().all())
    assert np.isnan(float(probability_above_zero(values, settled)))
    # Where hardly any draw is on the other side although luck spreads them, the sign is known all the same.
    for shift, probability in ((100, 1.0), (-100, 0.0)):
        far = values + shift
        assert float(probability_above_zero(far, without_luck(far, parts))) == probability
    # Draws that are exactly zero, since nobody's life is changed in them, are on no side.
    mostly = values.where(np.arange(values.size) < 0.01 * values.size, 0.0)
    assert np.isnan(float(probability_above_zero(mostly, without_luck(mostly, parts))))


def test_without_luck_nothing_is_changed():
    saving = np.array([-2.0, 1.0, 3.0, 6.0])
    results = made({"usual": {("town", "resource"): np.stack([saving, 0 * saving, 0 * saving], 1)}, "help": {}})
    values = with_views(net_saving(results), results)
    parts = money_variances(results, values, "net_saving")
    assert bool((parts["luck"] == 0).all())
    xr.testing.assert_equal(without_luck(values, parts), values)


def test_outcomes_are_told_apart_too():
    """Time in a state whose probability is uncertain: the spread of the exact answer, and binomial luck."""
    numbers = {"p": (0.5, "probability per year")}
    tree = model({"a -> b": {"probability": "p"}}, years=1, numbers=numbers)
    tree["parameters"]["p"] = evidenced({"uniform": {"min": 0.2, "max": 0.6}}, "probability per year")
    tree["parameters"]["half"] = evidenced({"fixed": 0.5}, "risk ratio")
    effect = {"move": "life.a -> b", "risk_ratio": "half", "years": [1, 1], "evidence": "causal"}
    tree["interventions"] = {"help": {"about": "help", "enrol": {"at_age": 20, "uptake": 1}, "effects": [effect]}}
    tree["strategies"] = {"usual": [], "helped": ["help"]}
    tree["outcomes"] = outcome("moved", move="life.a -> b")
    results = simulate(read(tree), draws=3000, persons=60, seed=3)
    found = summarise_outcomes(results).sel(intervention="helped", outcome="moved")
    # The change is -p/2, with p uniform; those who move no more are binomial with p/2 of 60.
    assert float(found["change_parameter_sd"]) == pytest.approx(0.4 / np.sqrt(12) / 2, rel=0.1)
    p = np.linspace(0.2, 0.6, 10_001)
    assert float(found["change_luck_sd"]) == pytest.approx(np.sqrt(np.mean(p / 2 * (1 - p / 2)) / 60), rel=0.06)
    exact = summarise_outcomes(simulate(read(tree), draws=200, seed=3, engine="expected"))
    assert float(exact["change_luck_sd"].max()) < 1e-12
    assert float(exact["change_quantile"].sel(quantile=0.05).squeeze()) == pytest.approx(-0.29, abs=0.01)


def test_a_summary_says_both_orders_of_every_amount():
    results = made({"usual": {("town", "resource"): np.arange(12.0).reshape(4, 3)}, "help": {}})
    summary = summarise(results)
    for name in ("avoided_cost", "programme_cost", "net_saving"):
        for what in ("parameter_sd", "luck_sd", "luck_share"):
            assert summary[f"{name}_{what}"].dims == ("intervention", "actor")
    town = summary.sel(intervention="help", actor="town")
    assert float(town["net_saving_parameter_sd"]) == pytest.approx(np.std([3.0, 12.0, 21.0, 30.0], ddof=1))
