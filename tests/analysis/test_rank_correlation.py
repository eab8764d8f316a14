"""Partial rank correlations: against residuals worked out directly, a closed form, and the coverage of the interval."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from simcore.analysis.sensitivity import parameter_table, rank_correlation, varying
from simcore.errors import ResultsError


def table(columns):
    names = [f"p{number}" for number in range(columns.shape[1])]
    return xr.DataArray(columns, {"parameter": names}, ("draw", "parameter"))


def by_residuals(y, x, column):
    """Correlate the two residuals of regressions of the ranks on the ranks of all other parameters."""
    ranks = stats.rankdata(x, axis=0)
    others = np.column_stack([np.ones(len(y)), np.delete(ranks, column, axis=1)])
    left = [of - others @ np.linalg.lstsq(others, of, rcond=None)[0] for of in (ranks[:, column], stats.rankdata(y))]
    return np.corrcoef(*left)[0, 1]


@pytest.fixture(scope="module")
def drawn():
    generator = np.random.default_rng(20240101)
    x = generator.normal(size=(120, 5))
    x[:, 1] += 0.8 * x[:, 0]
    return x, np.exp(x[:, 0]) - x[:, 1] + 0.3 * generator.normal(size=120)


def test_it_is_the_correlation_of_the_residuals(drawn):
    x, y = drawn
    found = rank_correlation(xr.DataArray(y, dims="draw"), table(x))
    expected = [by_residuals(y, x, column) for column in range(5)]
    np.testing.assert_allclose(found["rank_correlation"].values, expected, atol=1e-12)
    assert found.attrs["degrees_of_freedom"] == 120 - 5 - 1
    assert found.attrs["left_out"] == found.attrs["undetermined"] == []
    ranks = np.column_stack([np.ones(120), stats.rankdata(x, axis=0)])
    residual = stats.rankdata(y) - ranks @ np.linalg.lstsq(ranks, stats.rankdata(y), rcond=None)[0]
    share = 1 - residual.var(ddof=6) / stats.rankdata(y).var(ddof=1)
    assert found["explained"].item() == pytest.approx(share, abs=1e-12)


def test_one_parameter_is_spearmans_rank_correlation():
    x, y = np.random.default_rng(3).normal(size=(2, 60))
    found = rank_correlation(xr.DataArray(y, dims="draw"), {"only": x})
    assert found["rank_correlation"].item() == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_interval_with_three_parameters_by_hand(drawn):
    x, y = drawn
    found = rank_correlation(xr.DataArray(y, dims="draw"), table(x[:, :3])).isel(parameter=2)
    r = by_residuals(y, x[:, :3], 2)
    half = stats.norm.ppf(0.975) * np.sqrt((1 + r**2 / 2) / (120 - 2 - 3))  # two other parameters
    assert found["rank_correlation_low"].item() == pytest.approx(np.tanh(np.arctanh(r) - half), abs=1e-10)
    assert found["rank_correlation_high"].item() == pytest.approx(np.tanh(np.arctanh(r) + half), abs=1e-10)


def test_a_steady_relation_is_plus_or_minus_one():
    x = np.linspace(0.1, 3, 40)
    values = xr.DataArray(np.stack([np.exp(x), -(x**3)], axis=1), dims=("draw", "actor"))
    found = rank_correlation(values, {"x": x})
    np.testing.assert_allclose(found["rank_correlation"].values, [[1.0, -1.0]], atol=1e-12)
    assert found["rank_correlation"].dims == ("parameter", "actor")


def test_the_interval_holds_the_true_value_as_often_as_it_says():
    # Normal variables with correlation r have a rank correlation of 6/pi asin(r/2); parameters that do not matter and
    # are independent leave it as it is.
    generator = np.random.default_rng(20240102)
    for correlation, n, others in ((0.8, 60, 10), (0.0, 40, 20)):
        true = 6 / np.pi * np.arcsin(correlation / 2)
        inside, runs = 0, 1500
        for _ in range(runs):
            x = generator.normal(size=(n, others + 1))
            y = correlation * x[:, 0] + np.sqrt(1 - correlation**2) * generator.normal(size=n)
            one = rank_correlation(xr.DataArray(y, dims="draw"), table(x)).isel(parameter=0)
            inside += one["rank_correlation_low"].item() <= true <= one["rank_correlation_high"].item()
        # Four standard errors of a share of 0.95; a half per cent more, because Fisher's interval is approximate.
        assert abs(inside / runs - 0.95) < 4 * np.sqrt(0.95 * 0.05 / runs) + 0.005


def test_parameters_that_do_not_vary_are_left_out(drawn):
    x, y = drawn
    with_constant = np.column_stack([x, np.full(120, 3.0)])
    found = rank_correlation(xr.DataArray(y, dims="draw"), table(with_constant))
    assert found.attrs["left_out"] == ["p5"]
    np.testing.assert_array_equal(
        found["rank_correlation"].values,
        rank_correlation(xr.DataArray(y, dims="draw"), table(x))["rank_correlation"].values,
    )
    nothing = rank_correlation(xr.DataArray(y, dims="draw"), {"fixed": np.ones(120)})
    assert nothing.sizes["parameter"] == 0


def test_shares_of_a_whole_are_left_undetermined_and_the_others_told(drawn):
    x, y = drawn
    shares = np.column_stack([x, -x[:, 0]])  # the other share falls as the first rises
    found = rank_correlation(xr.DataArray(y, dims="draw"), table(shares))
    assert found.attrs["undetermined"] == ["p0", "p5"]
    assert np.isnan(found["rank_correlation"].values[[0, 5]]).all()
    expected = [by_residuals(y, x, column) for column in (1, 2, 3, 4)]
    np.testing.assert_allclose(found["rank_correlation"].values[1:5], expected, atol=1e-10)
    assert found.attrs["degrees_of_freedom"] == 120 - 5 - 1


def test_answers_that_do_not_vary_or_are_not_known_are_not_a_number(drawn):
    x, y = drawn
    unknown = y.copy()
    unknown[7] = np.nan
    values = xr.DataArray(np.stack([np.full(120, 5.0), unknown, y], axis=1), dims=("draw", "actor"))
    found = rank_correlation(values, table(x))["rank_correlation"]
    assert np.isnan(found.values[:, :2]).all()
    assert np.isfinite(found.values[:, 2]).all()


def test_too_few_draws():
    generator = np.random.default_rng(1)
    values = xr.DataArray(generator.normal(size=12), dims="draw")
    with pytest.raises(ResultsError) as caught:
        rank_correlation(values, table(generator.normal(size=(12, 10))))
    assert str(caught.value) == (
        "12 draws are too few for the rank correlations of 10 parameters that vary; at least 13 are needed, and "
        "several times as many for narrow intervals."
    )
    rank_correlation(values, table(generator.normal(size=(12, 9))))


def test_tables_that_do_not_fit():
    values = xr.DataArray(np.arange(4.0), dims="draw")
    for parameters, message in (
        ({"p": [1.0, 2.0]}, "The parameter 'p' has 2 values; the quantity has 4 draws."),
        (
            table(np.zeros((3, 1))),
            "The table of parameters has 3 draws; the quantity has 4. Both must be of the same draws.",
        ),
        ({"p": [1.0, 2.0, np.nan, 3.0]}, "The parameter 'p' is nan in draw 2; every draw needs a number."),
    ):
        with pytest.raises(ResultsError) as caught:
            rank_correlation(values, parameters)
        assert str(caught.value) == message
    with pytest.raises(ResultsError, match=r"^The quantity needs the dim 'draw'; it has actor\.$"):
        rank_correlation(values.rename(draw="actor"), {"p": np.arange(4)})
    assert not varying(parameter_table({}, 4)).any()
