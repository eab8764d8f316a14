"""What it is worth to know: closed forms, nested simulation, what luck does to it and how it is taken off.

Tolerances are 4 standard errors with fixed seeds: one comparison in 16,000 fails by chance with fresh ones.
"""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from simcore.analysis.noise import covariance, without_noise
from simcore.analysis.regression import spline_columns
from simcore.analysis.value_of_information import evpi, evppi
from simcore.errors import ResultsError, UnknownNameError

from .drawn import benefits, figures, linear, lucky, unit_loss


def close(found, name, truth, errors=4):
    value, error = float(found[name]), float(found[f"{name}_mcse"])
    assert abs(value - truth) <= errors * error + 1e-12, f"{value:.5g} is not {truth:.5g} within {errors} x {error:.3g}"


@pytest.mark.parametrize("mean", [-1.0, 0.7, 3.0])
def test_perfect_information_of_the_normal_case(mean):
    net_benefit, parameters = linear(1, 20_000, mean)
    found = evpi(net_benefit)
    truth = unit_loss(mean, np.sqrt(5))
    close(found, "evpi", truth)
    assert float(found["evpi_mcse"]) < 0.03 * truth + 0.01
    assert str(found["best"].values) == ("usual" if mean < 0 else "new")
    p = stats.norm.cdf(abs(mean) / np.sqrt(5))
    assert float(found["probability_best"]) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 20_000))
    assert float(found["bias"]) == 0
    close(evpi(net_benefit, parameters=parameters), "evpi", truth)


def test_a_single_strategy_and_a_single_draw():
    alone = xr.DataArray(np.ones((1, 5)), {"strategy": ["usual"]}, ("strategy", "draw"))
    found = evpi(alone)
    assert (float(found["evpi"]), float(found["probability_best"]), bool(found["settled"])) == (0.0, 1.0, True)
    one = evpi(benefits(np.array([3.0])))
    assert float(one["evpi"]) == 0
    assert np.isnan(float(one["evpi_mcse"]))


@pytest.mark.parametrize("persons", [(50, 50), (20, 80)])
def test_luck_is_taken_off_with_the_halves(persons):
    """Luck of twice the sd of the truth: the draws as they are say more than twice as much as there is to know."""
    net_benefit, halves, _ = lucky(2, 20_000, [1.0], [[1.0]], [20.0], persons)
    truth = unit_loss(1.0, 1.0)
    found = evpi(net_benefit, halves=halves)
    close(found, "evpi", truth)
    assert float(found["evpi_naive"]) > 5 * truth
    assert float(found["bias"]) == pytest.approx(float(found["evpi_naive"] - found["evpi"]))
    assert float(found["luck_share"]) == pytest.approx(0.8, abs=0.01)
    assert bool(found["settled"])
    p = stats.norm.cdf(1.0)
    assert float(found["probability_best"]) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 20_000) + 0.005)
    assert not bool(
        evpi(*lucky(2, 500, [0.1], [[1.0]], [40.0])[:1], halves=lucky(2, 500, [0.1], [[1.0]], [40.0])[1])["settled"]
    )


def test_the_error_with_halves_is_that_of_repeated_runs():
    estimates, errors = [], []
    for seed in range(100):
        net_benefit, halves, _ = lucky(seed, 400, [1.0], [[1.0]], [10.0])
        found = evpi(net_benefit, halves=halves)
        estimates.append(float(found["evpi"]))
        errors.append(float(found["evpi_mcse"]))
    # The sd of 100 values is known to 7 %, and each error from 20 groups to 16 %, their mean far better.
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=4 * 0.075)
    assert np.mean(estimates) == pytest.approx(unit_loss(1.0, 1.0), abs=4 * np.std(estimates) / np.sqrt(100))


def test_luck_of_several_strategies_is_taken_off_together():
    """Two strategies that share most of their uncertainty, and have luck of their own."""
    net_benefit, halves, clean = lucky(3, 20_000, [1.0, 1.2], [[3.0, 0.0], [3.0, 0.5]], [10.0, 15.0])
    truth, found = evpi(clean), evpi(net_benefit, halves=halves)
    error = np.hypot(float(truth["evpi_mcse"]), float(found["evpi_mcse"]))
    assert abs(float(found["evpi"] - truth["evpi"])) <= 4 * error
    assert float(found["evpi_naive"]) > float(truth["evpi"]) + 8 * error


def test_drawing_together_leaves_the_covariance_without_noise_whatever_the_order():
    random = np.random.default_rng(4)
    values = random.normal(size=(1, 500, 4)) @ random.normal(size=(4, 4)) + [1, 2, 3, 4]
    noise = covariance(random.normal(size=(1, 500, 4)) * [0.01, 0.02, 0.03, 0.01])
    among = np.eye(4) - 0.25
    found = without_noise(values, noise)
    np.testing.assert_allclose(found.mean(axis=1), values.mean(axis=1))
    np.testing.assert_allclose(among @ covariance(found) @ among, among @ (covariance(values) - noise) @ among)
    order = [2, 0, 3, 1]
    turned = without_noise(values[..., order], noise[:, order][:, :, order])
    np.testing.assert_allclose(turned, found[..., order])
    # Of two strategies it is the square root of the share that is left; of too much noise nothing is left.
    two, of_two = values[..., :2], noise[:, :2, :2]
    contrast = np.array([1.0, -1.0])
    share = (contrast @ of_two[0] @ contrast) / (two @ contrast).var(ddof=1)
    difference = two @ contrast
    mean = difference.mean()
    np.testing.assert_allclose(without_noise(two, of_two) @ contrast, mean + np.sqrt(1 - share) * (difference - mean))
    np.testing.assert_allclose(without_noise(two, 1e6 * of_two) @ contrast, mean, atol=1e-9)
    assert without_noise(values, 0 * noise) is values


def test_identical_strategies_stay_identical_and_share_being_best():
    net_benefit, halves, _ = lucky(5, 300, [0.5], [[1.0]], [5.0])
    twice = xr.concat([net_benefit, net_benefit.sel(strategy=["new"])], "strategy")
    twice = twice.assign_coords(strategy=["usual", "new", "twin"])
    of_halves = xr.concat([halves, halves.sel(strategy=["new"])], "strategy").assign_coords(strategy=twice["strategy"])
    one, two = evpi(net_benefit, halves=halves), evpi(twice, halves=of_halves)
    assert float(two["evpi"]) == pytest.approx(float(one["evpi"]))
    assert str(two["best"].values) == "new"
    assert float(two["probability_best"]) == pytest.approx(float(one["probability_best"]) / 2)


@pytest.mark.parametrize("noise", [0.0, 3.0])
@pytest.mark.parametrize("mean", [0.8, 3.0])
def test_partial_information_of_the_normal_case(mean, noise):
    net_benefit, parameters = linear(6, 20_000, mean, noise=noise)
    groups = {"x": ["x"], "y": ["y"], "z": ["z"], "both": ["x", "y"], "all": list("xyz")}
    found = evppi(net_benefit, parameters, groups)
    for name, sd in {"x": 2.0, "y": 1.0, "both": 5**0.5, "all": 5**0.5}.items():
        close(found.sel(quantity=name), "evppi", unit_loss(mean, sd))
    close(found.sel(quantity="z"), "evppi", 0.0)
    whole = evpi(net_benefit, parameters=parameters)
    np.testing.assert_allclose(found["evppi"].sel(quantity="all"), whole["evpi"], rtol=1e-9)
    if noise == 0:
        np.testing.assert_allclose(found["share"].sel(quantity="all"), 1.0, rtol=0.01)
    else:
        assert float(whole["bias"]) > 0.1
        assert float(whole["luck_share"]) == pytest.approx(9 / 14, abs=0.02)


def test_an_irrelevant_figure_is_worth_nothing_within_its_error_and_a_constant_exactly_nothing():
    """The decision as open as can be, 80 irrelevant figures, and all of them together."""
    random = np.random.default_rng(7)
    net_benefit = benefits(random.normal(size=1000), random.normal(size=1000))
    irrelevant = figures(**{f"x{i}": random.lognormal(sigma=1.5, size=1000) for i in range(80)})
    found = evppi(net_benefit, irrelevant)
    value, error = found["evppi"].values, found["evppi_mcse"].values
    assert (value >= 0).all()
    assert (value <= 3 * error + 1e-12).all()
    assert value.mean() < 0.02 * float(evpi(net_benefit)["evpi"])
    together = evppi(net_benefit, irrelevant, {"all": [f"x{i}" for i in range(80)]}).isel(quantity=0)
    close(together, "evppi", 0.0, errors=3)
    constant = figures(x=np.full(1000, 0.1), y=np.repeat([0.0, 1.0], 500))
    fixed = evppi(net_benefit, constant, ["x"])
    assert float(fixed["evppi"][0]) == float(fixed["evppi_mcse"][0]) == 0


def nested(model, n_outer, n_inner, seed, draw_of, known):
    """Worth of knowing some figures by simulation in simulation, from fresh draws."""
    random = np.random.default_rng(seed)
    gains, means = [], 0.0
    outer = draw_of(random, n_outer)
    for place in range(n_outer):
        inner = draw_of(random, n_inner)
        given = {name: outer[name][place] if name in known else inner[name] for name in inner}
        expected = np.array([np.mean(np.broadcast_to(value, n_inner)) for value in model(**given)])
        gains.append(expected.max())
        means = means + expected / n_outer
    return np.mean(gains) - means.max(), np.std(gains) / np.sqrt(n_outer)


def skewed(random, n):
    return {
        "share": random.beta(2, 6, n), "ratio": random.lognormal(-0.3, 0.4, n), "cost": random.gamma(4, 250.0, n),
        "other": random.normal(size=n),
    }  # fmt: skip


def programmes(share, ratio, cost, other):
    """Three strategies: nothing, a cheap and a dear programme that avoid events which cost money."""
    avoided = 8000 * share * (1 - ratio) + 0 * other
    return 0 * avoided, avoided - cost * 0.25, 1.6 * avoided - cost * 0.7


@pytest.mark.parametrize("known", [["share"], ["ratio"], ["cost"], ["share", "ratio"], ["ratio", "cost"]])
def test_against_nested_simulation(known):
    """Skewed figures that act by their product: curves and products of curves."""
    truth, its_error = nested(programmes, 3000, 400, 8, skewed, known)
    drawn = skewed(np.random.default_rng(9), 6000)
    net_benefit = benefits(*programmes(**drawn)[1:])
    found = evppi(net_benefit, figures(**drawn), {"known": known}).isel(quantity=0)
    error = np.hypot(float(found["evppi_mcse"]), its_error)
    assert abs(float(found["evppi"]) - truth) <= 4 * error
    assert error < 0.12 * truth + 4  # small enough to see a wrong value


def test_figures_that_act_only_together_or_only_by_a_curve():
    """Of a product of two figures each is worth nothing, and both E|xy| / 2 = 1 / pi."""
    random = np.random.default_rng(15)
    x, y, z = random.normal(size=(3, 10_000))
    parameters = figures(x=x, y=y, z=z)
    groups = {"x": ["x"], "both": ["x", "y"], "all": ["x", "y", "z"]}
    product = evppi(benefits(x * y), parameters, groups)
    close(product.sel(quantity="x"), "evppi", 0.0)
    close(product.sel(quantity="both"), "evppi", 1 / np.pi)
    close(product.sel(quantity="all"), "evppi", 1 / np.pi)
    assert float(product["evppi_mcse"].sel(quantity="both")) < 0.02
    # E max(x**2 - 1, 0) is twice the normal density at 1.
    curve = evppi(benefits(x**2 - 1), parameters, groups)
    for name in groups:
        close(curve.sel(quantity=name), "evppi", 2 * stats.norm.pdf(1))
        assert float(curve["evppi_mcse"].sel(quantity=name)) < 0.03


def test_all_figures_are_worth_what_everything_is():
    drawn = skewed(np.random.default_rng(10), 2000)
    net_benefit = benefits(*programmes(**drawn)[1:])
    found = evppi(net_benefit, figures(**drawn), {"all": list(drawn)}).isel(quantity=0)
    assert float(found["share"]) == pytest.approx(1.0, abs=0.02)


def test_many_figures_together_do_not_follow_the_noise():
    """Eighty figures and four times as much noise (variance) as what they say, in 1,000 draws; a penalty finds half."""
    found, naive = [], []
    for seed in range(20):
        random = np.random.default_rng(100 + seed)
        drawn = random.normal(size=(1000, 80))
        net_benefit = benefits(0.5 + drawn @ np.full(80, 80**-0.5) + 2 * random.normal(size=1000))
        together = evpi(net_benefit, parameters=figures(**{f"x{i}": drawn[:, i] for i in range(80)}))
        found.append(float(together["evpi"]))
        naive.append(float(together["evpi_naive"]))
    truth, error = unit_loss(0.5, 1.0), np.std(found) / np.sqrt(20)
    assert abs(np.mean(found) - truth) <= 4 * error
    assert error < 0.07 * truth
    assert np.mean(naive) > 3 * truth


@pytest.mark.parametrize(("mean", "noise"), [(1.0, 0.0), (1.0, 3.0), (0.0, 0.0)])
def test_intervals_cover_what_they_promise(mean, noise):
    """Of 200 intervals of 95 %, fewer than this cover once in 10,000 times."""
    covered = 0
    for seed in range(200):
        found = evppi(*linear(1000 + seed, 500, mean, noise=noise), ["x"]).isel(quantity=0)
        covered += bool(found["evppi_low"] <= unit_loss(mean, 2.0) <= found["evppi_high"])
    assert covered >= stats.binom.ppf(1e-4, 200, 0.95)


def test_many_decisions_at_once_are_each_as_alone():
    random = np.random.default_rng(11)
    drawn = random.normal(size=(300, 3))
    parameters = figures(**dict(zip("xyz", drawn.T, strict=True)))
    each = [benefits(drawn @ random.normal(size=3) + m, drawn @ random.normal(size=3)) for m in (-1.0, 0.0, 2.0)]
    together = xr.concat(each, xr.DataArray(["town", "state", "home"], dims="actor", name="actor"))
    found, whole = evppi(together, parameters), evpi(together)
    assert found["evppi"].dims == ("quantity", "actor")
    for place, alone in enumerate(each):
        np.testing.assert_allclose(found["evppi"][:, place], evppi(alone, parameters)["evppi"])
        np.testing.assert_allclose(whole["evpi"][place], evpi(alone)["evpi"])


def test_errors_of_draws_that_are_not_independent_come_from_their_randomisations():
    net_benefit, parameters = linear(12, 800, 0.5)
    groups = np.arange(800) % 8
    marked = net_benefit.assign_coords(randomisation=("draw", groups))
    loss = np.maximum(net_benefit.values[0], net_benefit.values[1]) - net_benefit.values[1]
    by_hand = np.std([loss[groups == group].mean() for group in range(8)], ddof=1) / np.sqrt(8)
    assert float(evpi(marked)["evpi_mcse"]) == pytest.approx(by_hand)
    assert float(evppi(marked, parameters, ["x"])["evppi_mcse"][0]) != float(
        evppi(net_benefit, parameters, ["x"])["evppi_mcse"][0]
    )


def test_a_curve_follows_levels_masses_and_straight_lines():
    random = np.random.default_rng(13)
    x = random.lognormal(size=400)
    columns = spline_columns(x)
    np.testing.assert_allclose(columns.T @ columns / 400, np.eye(columns.shape[1]), atol=1e-9)
    np.testing.assert_allclose(columns.mean(axis=0), 0, atol=1e-9)

    def left(figure, target):
        basis = spline_columns(figure)
        target = target - target.mean()
        return np.abs(target - basis @ (basis.T @ target) / len(target)).max()

    assert left(x, 3 * x - 2) < 1e-9
    levels = np.repeat([0.0, 1.0, 5.0, 2.0], 100)
    assert left(levels, np.array([7.0, -1.0, 2.0, 0.0])[np.array([0, 1, 2, 3]).repeat(100)]) < 1e-9
    with_mass = np.where(random.random(400) < 0.4, 0.0, 1 + x)
    assert left(with_mass, np.where(with_mass == 0, -50.0, with_mass)) < 1e-9
    assert spline_columns(np.full(400, 0.1)).shape[1] == 0


def test_plain_arrays_are_told_from_labelled_ones():
    net_benefit, _ = linear(14, 20, 0.5)
    with pytest.raises(ResultsError, match="Net benefits are a DataArray, from net_benefit or an own_table; found a"):
        evpi(np.zeros((2, 20)))
    with pytest.raises(ResultsError, match=r"Figures are a DataArray \(draw, parameter\).*found a dict"):
        evppi(net_benefit, {"x": np.zeros(20)})


def test_what_cannot_be_used_is_told():
    net_benefit, parameters = linear(14, 20, 0.5)
    with pytest.raises(ResultsError, match="has the dims strategy and draw; this has no draw"):
        evpi(net_benefit.rename(draw="sample"))
    with pytest.raises(ResultsError, match="missing or infinite; every draw needs a number"):
        evpi(net_benefit.where(net_benefit != net_benefit[1, 3]))
    with pytest.raises(ResultsError, match=r"need the dims .* half 2, strategy 2, draw 20; found strategy 2, draw 20"):
        evpi(net_benefit, halves=net_benefit)
    with pytest.raises(ResultsError, match="20 draws of the net benefits but 19 of the figures"):
        evppi(net_benefit, parameters[1:])
    with pytest.raises(ResultsError, match="other ones than those of the net benefits, or in another order"):
        evppi(net_benefit.assign_coords(draw=range(20)), parameters.assign_coords(draw=range(1, 21)))
    with pytest.raises(ResultsError, match="missing or infinite: y"):
        evppi(net_benefit, parameters.where(parameters["parameter"] != "y"))
    with pytest.raises(UnknownNameError, match=r"'w' is not a figure of these draws. Known: x, y, z"):
        evppi(net_benefit, parameters, {"group": ["x", "w"]})
    with pytest.raises(ResultsError, match="found the text 'x'"):
        evppi(net_benefit, parameters, "x")
    many = figures(**{f"x{i}": np.random.default_rng(i).normal(size=20) for i in range(11)})
    with pytest.raises(ResultsError, match="20 draws are too few to tell what 11 figures say together; it takes 22"):
        evpi(net_benefit, parameters=many)
    with pytest.raises(ResultsError, match="have the dims draw and parameter; found draw"):
        evppi(net_benefit, parameters[:, 0])
