"""Luck taken off where what is expected is not normal: skewed, or nothing at all with some probability.

Regression on the figures tells the shape; without figures it is taken to be that of expected value and luck together,
and the tests show how far that is off.
"""

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.acceptability import acceptability
from simcore.analysis.avoided_cost import net_saving
from simcore.analysis.luck import (
    certain_draws,
    probability_above_zero,
    regressors,
    settled_contrast,
    unchanged,
    without_luck,
)
from simcore.analysis.net_benefit import net_benefit, net_benefit_of_halves
from simcore.analysis.summary import summarise
from simcore.analysis.two_orders import variances_of
from simcore.analysis.value_of_information import evpi
from simcore.simulation import simulate
from tests.analytic.models import model, priced, with_programme
from tests.strategies import evidenced, read

from .drawn import benefits, figures

N, REPEATS = 1000, 30


def skewed(random):
    effect = random.exponential(size=N)
    return effect - 0.4, effect


def point_mass(random):
    """An effect that is nothing for certain reasons nine times in ten, and costs all the same."""
    works = random.random(N) < 0.1
    effect = np.where(works, random.normal(3.0, 0.3, N), 0.0)
    return effect - 0.15, effect


@pytest.mark.parametrize(
    ("make", "share", "probability", "low"),
    [
        (skewed, 0.5, 0.02, 0.05),
        (skewed, 0.8, 0.05, 0.15),
        (point_mass, 0.5, 0.1, 0.2),
        # Most draws lose 0.15, beside luck of 1.9: what regression leaves of it turns the sign of some.
        (point_mass, 0.8, 0.25, 0.6),
    ],
)
def test_the_shape_of_what_is_expected_is_kept(make, share, probability, low):
    """Within so much of the truth, on average over samples, and nearer than without figures."""
    random = np.random.default_rng(3)
    found = {"told": [], "untold": [], "true": []}
    for _ in range(REPEATS):
        expected, effect = make(random)
        luck = expected.std() * np.sqrt(share / (1 - share))
        halves = expected + random.normal(size=(2, N)) * luck * np.sqrt(2)
        values, difference = (
            xr.DataArray(halves.mean(axis=0), dims="draw"),
            xr.DataArray(halves[0] - halves[1], dims="draw"),
        )
        results = xr.Dataset({"part_size": ("part", [50, 50, 5])}, {"part": ["half_0", "half_1", "target_group"]})
        parts = variances_of(values, difference, results)
        others = {f"other_{k}": random.normal(size=N) for k in range(5)}
        told = figures(effect=effect, **others)
        both = xr.concat([benefits(half) for half in halves], "half")
        for name, of in (("told", told), ("untold", None)):
            settled = without_luck(values, parts, of)
            worth = float(evpi(both.mean("half"), halves=both, parameters=of)["evpi"])
            losses = acceptability(both.mean("half"), halves=both, parameters=of)["expected_loss"]
            assert float(losses.min()) == pytest.approx(worth, abs=1e-9)
            limit = float(np.quantile(settled, 0.05))
            found[name].append((float(probability_above_zero(values, settled)), worth, limit))
        true = (float((expected > 0).mean()), np.maximum(expected, 0).mean() - max(expected.mean(), 0))
        found["true"].append((*true, np.quantile(expected, 0.05)))
    told, untold, true = (np.nanmean(np.array(found[name]), axis=0) for name in ("told", "untold", "true"))
    assert abs(told[0] - true[0]) < probability
    assert told[1] == pytest.approx(true[1], rel=0.3)
    assert abs(told[2] - true[2]) < low
    assert abs(untold[0] - true[0]) > 1.4 * abs(told[0] - true[0])
    assert untold[2] < told[2] - 0.2


def by_halves(expected, luck_sd, random):
    """Values of draws with luck, and their variances."""
    n = len(expected)
    halves = expected + random.normal(size=(2, n)) * luck_sd * np.sqrt(2)
    results = xr.Dataset({"part_size": ("part", [50, 50, 5])}, {"part": ["half_0", "half_1", "target_group"]})
    values, difference = halves.mean(axis=0), halves[0] - halves[1]
    values, difference = (xr.DataArray(of, dims="draw") for of in (values, difference))
    return values, variances_of(values, difference, results)


def test_where_figures_tell_all_nothing_else_is_left():
    random = np.random.default_rng(5)
    effect = random.normal(size=N)
    values, parts = by_halves(3 * effect, 2.0, random)
    settled = without_luck(values, parts, figures(effect=effect))
    assert float(np.corrcoef(settled, effect)[0, 1]) > 0.99
    assert float(np.corrcoef(values, effect)[0, 1]) < 0.9
    assert float(settled.std()) == pytest.approx(3.0, rel=0.1)


def test_what_figures_do_not_tell_is_kept_as_far_as_it_is_not_luck():
    random = np.random.default_rng(6)
    effect, hidden = random.normal(size=(2, 4 * N))
    values, parts = by_halves(effect + hidden, 1.0, random)
    settled = without_luck(values, parts, figures(effect=effect))
    assert float(settled.var()) == pytest.approx(2.0, rel=0.1)
    assert float(np.cov(settled, effect)[0, 1]) == pytest.approx(1.0, rel=0.1)
    assert float(np.cov(settled, hidden)[0, 1]) > 0.6


def test_draws_without_luck_stay_where_they_are():
    """Where a programme changes nobody, it costs what it costs, and nothing pulls that towards the other draws."""
    random = np.random.default_rng(7)
    works = random.random(N) < 0.3
    effect = np.where(works, random.normal(3.0, 1.0, N), 0.0)
    expected = effect - 0.2
    halves = expected + random.normal(size=(2, N)) * np.where(works, 2.0, 0.0)
    results = xr.Dataset({"part_size": ("part", [50, 50, 5])}, {"part": ["half_0", "half_1", "target_group"]})
    values = xr.DataArray(halves.mean(axis=0), dims="draw")
    parts = variances_of(values, xr.DataArray(halves[0] - halves[1], dims="draw"), results)
    settled = without_luck(values, parts, figures(effect=effect))
    assert float(probability_above_zero(values, settled)) == pytest.approx(works.mean(), abs=0.02)
    np.testing.assert_allclose(settled.values[~works], -0.2, atol=0.15)


def test_an_effect_that_may_be_nothing_changes_nobody_for_certain():
    """In three of ten draws the programme has no effect at all: these avoid exactly nothing."""
    numbers = {"p": (0.4, "probability per year")}
    tree = model({"a -> b": {"probability": "p"}}, years=1, numbers=numbers)
    prices = {"harm": {"move": "life.a -> b", "resource": "harm", "actor": "region"}}
    tree = priced(tree, {"harm": (100.0, "event")}, prices)
    tree["parameters"]["rr"] = evidenced(
        {"mixture": {"point": 1, "share": 0.3, "rest": {"lognormal": {"interval_95": [0.5, 0.95]}}}}, "risk ratio"
    )
    effect = {"move": "life.a -> b", "risk_ratio": "rr", "years": [1, 1], "evidence": "causal"}
    file = read(with_programme(tree, [effect]))
    results, exact = (simulate(file, draws=400, persons=150, engine=engine) for engine in ("sampled", "expected"))
    found, true = (summarise(of).sel(intervention="helped", actor="region") for of in (results, exact))
    assert 0.05 < float(found["luck_share"]) < 0.9
    assert float(found["probability_net_saving"]) == pytest.approx(float(true["probability_net_saving"]), abs=0.02)
    assert float(found["net_saving_quantile"][0]) == 0.0
    settled = settled_contrast(results, "net_saving").sel(intervention="helped", actor="region")
    nothing = results["parameter_value"].sel(parameter="rr").values == 1.0
    assert 0.2 < nothing.mean() < 0.4
    assert (settled.values[nothing] == 0).all()
    certain = certain_draws(results).sel(intervention="helped").values
    assert certain[nothing].all()
    halves = net_benefit_of_halves(results, actor="region")
    benefit = net_benefit(results, actor="region").assign_coords(unchanged=unchanged(results))
    told = acceptability(benefit, halves=halves, parameters=regressors(results))
    best = float(told["probability_best"].sel(strategy="helped", actor="region"))
    assert best == pytest.approx(1 - nothing.mean() / 2, abs=0.02)  # where nothing is changed, both are the best


def test_two_effects_that_may_both_be_nothing():
    """Each does nothing in four of ten draws, both in 16 of 100: these, and no others, avoid exactly nothing."""
    tree = model({"a -> b": {"probability": "p"}}, years=1, numbers={"p": (0.4, "probability per year")})
    prices = {"harm": {"move": "life.a -> b", "resource": "harm", "actor": "region"}}
    tree = priced(tree, {"harm": (100.0, "event")}, prices)
    effects = []
    for name in ("rr_one", "rr_other"):
        tree["parameters"][name] = evidenced(
            {"mixture": {"point": 1, "share": 0.4, "rest": {"lognormal": {"interval_95": [0.5, 0.9]}}}}, "risk ratio"
        )
        effects.append({"move": "life.a -> b", "risk_ratio": name, "years": [1, 1], "evidence": "causal"})
    file = read(with_programme(tree, effects))
    results, exact = (simulate(file, draws=600, persons=200, engine=engine) for engine in ("sampled", "expected"))
    drawn = results["parameter_value"].sel(parameter=["rr_one", "rr_other"]).values
    nothing = (drawn == 1.0).all(axis=1)
    assert 0.1 < nothing.mean() < 0.22
    np.testing.assert_array_equal(certain_draws(results).sel(intervention="helped").values, nothing)
    found, true = (summarise(of).sel(intervention="helped", actor="region") for of in (results, exact))
    assert float(true["probability_net_saving"]) == pytest.approx(1 - nothing.mean(), abs=0.01)  # few draws do harm
    assert float(found["probability_net_saving"]) == pytest.approx(float(true["probability_net_saving"]), abs=0.02)


def test_lives_that_are_the_same_by_chance_are_not_certain():
    """Of few persons with a rare event, half of the draws are the same by chance, although help is expected in most."""
    tree = model({"a -> b": {"probability": "p"}}, years=1, numbers={"p": (0.05, "probability per year")})
    prices = {"harm": {"move": "life.a -> b", "resource": "harm", "actor": "region"}}
    tree = priced(tree, {"harm": (100.0, "event")}, prices)
    tree["parameters"]["p"] = evidenced({"beta": {"mean": 0.05, "sd": 0.03}}, "probability per year")
    tree["parameters"]["rr"] = evidenced({"lognormal": {"interval_95": [0.4, 1.3]}}, "risk ratio")
    effect = {"move": "life.a -> b", "risk_ratio": "rr", "years": [1, 1], "evidence": "causal"}
    file = read(with_programme(tree, [effect]))
    results, exact = (simulate(file, draws=1000, persons=60, engine=engine) for engine in ("sampled", "expected"))
    same = (net_saving(results).sel(intervention="helped", actor="region") == 0).mean("draw")
    assert 0.3 < float(same) < 0.7
    assert not bool(certain_draws(results).any())
    found, true = (
        summarise(of)["probability_net_saving"].sel(intervention="helped", actor="region") for of in (results, exact)
    )
    assert abs(float(found) - float(true)) < 0.05
    counted = (net_saving(results).sel(intervention="helped", actor="region") > 0).mean("draw")
    assert float(counted) < float(true) - 0.3
