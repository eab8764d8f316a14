"""Sobol' indices: closed forms of Ishigami's and Sobol's g function, intervals, and answers that do not vary."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from simcore.analysis.variance import indices_from_values, sobol_design, variance_shares
from simcore.errors import ResultsError, ScenarioError
from simcore.uncertainty.distributions import Distribution

CIRCLE = Distribution("uniform", {"min": -np.pi, "max": np.pi})
UNIT = Distribution("uniform", {"min": 0.0, "max": 1.0})


def ishigami(of):
    """Ishigami & Homma (1990): sin(x) + 7 sin(z)**2 + 0.1 w**4 sin(x)."""
    return xr.DataArray(np.sin(of["x"]) + 7 * np.sin(of["z"]) ** 2 + 0.1 * of["w"] ** 4 * np.sin(of["x"]), dims="draw")


def ishigami_shares():
    """First-order and total indices, by the variances of the closed form."""
    a, b = 7.0, 0.1
    of_x = (1 + b * np.pi**4 / 5) ** 2 / 2
    of_z = a**2 / 8
    together = b**2 * np.pi**8 * 8 / 225  # of x and w
    whole = of_x + of_z + together
    return np.array([of_x, of_z, 0.0]) / whole, np.array([of_x + together, of_z, together]) / whole, whole


#: Sobol's g function: the smaller, the more its parameter matters.
WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0])


def g_function(of):
    """Product of (|4 x - 2| + a) / (1 + a)."""
    factors = [(abs(4 * x - 2) + a) / (1 + a) for x, a in zip(of.values(), WEIGHTS, strict=True)]
    return xr.DataArray(np.prod(factors, axis=0), dims="draw")


def g_shares():
    """First-order and total indices of the g function."""
    own = 1 / (3 * (1 + WEIGHTS) ** 2)
    whole = np.prod(1 + own) - 1
    return own / whole, own / (1 + own) * np.prod(1 + own) / whole


def g_unit():
    return {f"x{number}": UNIT for number in range(len(WEIGHTS))}


def standard_errors(found, index):
    """Of an index, from the width of its 95 % interval."""
    return (found[f"{index}_high"] - found[f"{index}_low"]).values / (2 * stats.norm.ppf(0.975))


def test_ishigami():
    first, total, variance = ishigami_shares()
    np.testing.assert_allclose(first, [0.3139, 0.4424, 0.0], atol=5e-5)  # as printed in Saltelli et al. (2008)
    np.testing.assert_allclose(total, [0.5576, 0.4424, 0.2437], atol=5e-5)
    found = variance_shares(ishigami, {"x": CIRCLE, "z": CIRCLE, "w": CIRCLE}, n=8192, seed=4)
    for index, expected in (("first_order", first), ("total", total)):
        errors = standard_errors(found, index)
        assert (errors < 0.02).all()
        assert (abs(found[index].values - expected) < 4 * errors).all()
    assert found["variance"].item() == pytest.approx(variance, rel=0.01)


def test_g_function():
    first, total = g_shares()
    found = variance_shares(g_function, g_unit(), n=4096, seed=5)
    for index, expected in (("first_order", first), ("total", total)):
        errors = standard_errors(found, index)
        assert (errors < 0.03).all()
        assert (abs(found[index].values - expected) < 4 * errors + 1e-12).all()


def share_inside(tables, runs):
    """How often the intervals hold the true indices of the g function (index, parameter)."""
    first, total = g_shares()
    inside = np.zeros((2, len(WEIGHTS)))
    for seed in range(runs):
        a, b = tables(seed)
        pages = [a, b, *(np.where(np.arange(len(WEIGHTS)) == column, b, a) for column in range(len(WEIGHTS)))]
        of_a, of_b, *swapped = [g_function(dict(enumerate(page.T))) for page in pages]
        found = indices_from_values(of_a, of_b, xr.concat(swapped, "parameter").assign_coords(parameter=list(g_unit())))
        for row, (index, expected) in enumerate((("first_order", first), ("total", total))):
            inside[row] += (found[f"{index}_low"].values <= expected) & (expected <= found[f"{index}_high"].values)
    return inside / runs


def test_intervals_hold_the_true_values_of_independent_rows():
    share = share_inside(lambda seed: np.random.default_rng(seed).random((2, 256, len(WEIGHTS))), 100)
    # 100 runs, so that a share of 0.95 has a standard error of 0.022; percentile intervals of skewed sums lose some.
    assert (share >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 100)).all()
    assert abs(share.mean() - 0.95) < 0.03


def test_intervals_of_the_design_are_rather_too_wide():
    share = share_inside(lambda seed: sobol_design(256, len(WEIGHTS), seed=seed), 60)
    assert share[0].mean() >= 0.95
    assert share[1].mean() >= 0.9
    assert (share[:, :2] >= 0.9).all()


def test_estimates_and_intervals_are_scipys():
    generator = np.random.default_rng(6)
    a, b = generator.random((2, 256, 3))
    answers = [np.prod(1 + of, axis=1) for of in (a, b)]
    swapped = [np.prod(1 + np.where(np.arange(3) == column, b, a), axis=1) for column in range(3)]
    labelled = xr.DataArray(swapped, {"parameter": ["p", "q", "r"]}, ("parameter", "draw"))
    found = indices_from_values(*(xr.DataArray(of, dims="draw") for of in answers), labelled, seed=7)
    theirs = stats.sobol_indices(
        func={"f_A": answers[0][None], "f_B": answers[1][None], "f_AB": np.array(swapped)[:, None]}, n=256
    )
    np.testing.assert_allclose(found["first_order"].values, theirs.first_order, atol=1e-12)
    np.testing.assert_allclose(found["total"].values, theirs.total_order, atol=1e-12)
    # Both spreads come from 999 resamples: a standard deviation known to about 1 / sqrt(2 * 999) of itself, twice.
    resampled = theirs.bootstrap()
    for index, of in (("first_order", resampled.first_order), ("total", resampled.total_order)):
        np.testing.assert_allclose(standard_errors(found, index), of.standard_error, rtol=0.2)


def test_the_same_seed_gives_the_same_numbers():
    one, again, other = (variance_shares(g_function, g_unit(), n=64, seed=seed) for seed in (1, 1, 2))
    xr.testing.assert_identical(one, again)
    assert (one["total"] != other["total"]).all()


def test_answers_of_several_dims_and_those_that_do_not_vary():
    def model(of):
        columns = [of["x"], np.full(len(of["x"]), 1e6 / 3), of["x"] + of["z"], 1e7 + 1e-9 * of["x"]]
        return xr.DataArray(np.reshape(columns, (2, 2, -1)), dims=("intervention", "actor", "draw"))

    found = variance_shares(model, {"x": UNIT, "z": UNIT}, n=1024)
    assert found["total"].dims == ("parameter", "intervention", "actor")
    assert np.isnan(found["total"].values[:, 0, 1]).all()
    assert np.isnan(found["first_order_low"].values[:, 1, 1]).all()
    np.testing.assert_allclose(found["total"].values[:, 0, 0], [1.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(found["total"].values[:, 1, 0], [0.5, 0.5], atol=0.02)
    assert (found["variance"].values == 0).sum() == 2


def test_a_single_parameter_and_none():
    found = variance_shares(lambda of: xr.DataArray(of["x"], dims="draw"), {"x": UNIT}, n=256)
    assert found["total"].item() == pytest.approx(1.0, abs=0.02)


def test_the_design():
    a, b = sobol_design(64, 3, seed=1)
    for table in (a, b):
        assert table.min() > 0
        assert table.max() < 1
        # Every column has one point in each 64th.
        assert (np.sort((table * 64).astype(int), axis=0) == np.arange(64)[:, None]).all()
    for n, hint in ((100, "64 or 128"), (0, "4"), (3, "4")):
        with pytest.raises(ScenarioError) as caught:
            sobol_design(n, 3, seed=1)
        assert f"points\n    found    {n}\n    allowed  a power of two" in str(caught.value)
        assert f"hint     {hint}" in str(caught.value)


def test_answers_that_are_not_numbers():
    with pytest.raises(ResultsError) as caught:
        variance_shares(lambda of: xr.DataArray(np.where(of["x"] > 2, 1.0, np.nan), dims="draw"), {"x": UNIT}, n=8)
    assert str(caught.value) == "The answer is not a number in draw 0; shares of its variance cannot be told."
