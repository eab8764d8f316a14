"""Sobol' indices of a scenario: against the closed form of a product, with shared luck, from the ledger, refused."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from simcore.errors import ScenarioError, UnknownNameError
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate
from simcore.studies import runs
from simcore.studies.sobol import sobol_indices, sobol_of_prices
from tests.strategies import read
from tests.studies.driven import tree

GOOD = Path(__file__).resolve().parents[1] / "scenarios" / "good"
#: Mean and variance of the factors of the saving: risk, share of it that is taken away, cost of care; and of the fee.
MOMENTS = {
    "p": (0.3, 0.1**2),
    "ratio": (0.5, 0.6**2 / 12),
    "care": (90_000.0, 30_000.0**2),
    "fee": (10_000.0, 10_000.0**2 / 12),
}


def closed_form():
    """First-order and total indices of care * p * (1 - ratio) - fee, whose factors are independent."""
    factors = ("p", "ratio", "care")
    square = {name: mean**2 for name, (mean, _) in MOMENTS.items()}
    second = {name: mean**2 + variance for name, (mean, variance) in MOMENTS.items()}
    whole = np.prod([second[f] for f in factors]) - np.prod([square[f] for f in factors]) + MOMENTS["fee"][1]
    first, total = {"fee": MOMENTS["fee"][1] / whole}, {"fee": MOMENTS["fee"][1] / whole}
    for name in factors:
        others = [other for other in factors if other != name]
        first[name] = MOMENTS[name][1] * np.prod([square[other] for other in others]) / whole
        total[name] = MOMENTS[name][1] * np.prod([second[other] for other in others]) / whole
    return first, total, whole


@pytest.fixture(scope="module")
def file():
    return read(tree())


def test_they_are_those_of_the_formula(file):
    first, total, whole = closed_form()
    found = sobol_indices(file, n=512, workers=2)
    assert found.attrs["engine"] == "expected"
    assert (found.attrs["n"], found.attrs["runs"], found.attrs["held"]) == (512, 512 * 6, [])
    at = found.sel(intervention="helped", actor="region")
    for index, expected in (("first_order", first), ("total", total)):
        for name in MOMENTS:
            one = at.sel(parameter=name)
            width = float(one[f"net_saving_{index}_high"] - one[f"net_saving_{index}_low"])
            error = width / (2 * stats.norm.ppf(0.975))
            assert 0 < error < 0.1
            assert abs(float(one[f"net_saving_{index}"]) - expected[name]) < 4 * error
    assert float(at["net_saving_variance"]) == pytest.approx(whole, rel=0.1)
    # Nobody else has anything at stake, and the outcome does not depend on prices.
    assert np.isnan(found["net_saving_total"].sel(actor="household")).all()
    outcome = found["outcome_change_total"].sel(intervention="helped", outcome="ill")
    assert (outcome.sel(parameter=["care", "fee"]) == 0).all()


def test_the_others_stay_at_their_expected_values(file):
    found = sobol_indices(file, parameters=["fee", "care"], n=64, workers=2)
    assert sorted(found.attrs["held"]) == ["p", "ratio"]
    at = found.sel(intervention="helped", actor="region")
    variances = np.array([MOMENTS["fee"][1], (0.15 * 30_000) ** 2])
    expected = variances / variances.sum()
    # The two add up: each table of 64 even points knows the shares to about a hundredth.
    np.testing.assert_allclose(at["net_saving_total"].values, expected, atol=0.06)


def test_shared_luck_does_not_inflate_totals_and_luck_of_its_own_would(file, monkeypatch):
    """With 25 persons a run, luck is most of the variance: it must not be counted as that of the parameters."""
    _, total, _ = closed_form()
    settings = {"n": 128, "engine": "sampled", "persons": 25, "workers": 2}

    def sum_of_totals():
        found = sobol_indices(file, **settings)
        assert found.attrs["engine"] == "sampled"
        return float(found["net_saving_total"].sel(intervention="helped", actor="region").sum())

    exact = sum(total.values())
    shared = sum_of_totals()
    # What 25 persons do changes in steps: their indices are near those of expected lives, not the same.
    assert abs(shared - exact) < 0.3
    simulated = runs.simulate
    monkeypatch.setattr(runs, "simulate", lambda file, **how: simulated(file, **{**how, "luck": "per_draw"}))
    assert sum_of_totals() > exact + 0.8


def test_prices_from_the_stored_ledger(file):
    results = simulate(file, draws=20, persons=200, workers=2)
    found = sobol_of_prices(results, n=256)
    assert sorted(found["parameter"].values) == ["care", "fee"]
    assert sorted(found.attrs["held"]) == ["p", "ratio"]
    ill = results["outcome_value"].sel(outcome="ill").mean("draw")
    years = float(ill.sel(strategy="usual") - ill.sel(strategy="helped"))
    variances = {"care": (years * 30_000) ** 2, "fee": MOMENTS["fee"][1]}
    for name, variance in variances.items():
        one = found.sel(intervention="helped", actor="region", parameter=name)
        assert float(one["net_saving_total"]) == pytest.approx(variance / sum(variances.values()), abs=0.03)
    with pytest.raises(UnknownNameError, match="'ratio' is not an uncertain parameter that only prices depend on"):
        sobol_of_prices(results, parameters=["ratio"])


def test_the_same_seed_gives_the_same_numbers_in_portions_of_any_size(file, monkeypatch):
    one = sobol_indices(file, n=16, seed=5, workers=2)
    monkeypatch.setattr(runs, "_FIRST", 7)
    monkeypatch.setattr(runs, "_BYTES", 1)
    xr.testing.assert_identical(one, sobol_indices(file, n=16, seed=5, workers=1))
    assert (one["net_saving_total"] != sobol_indices(file, n=16, seed=6, workers=2)["net_saving_total"]).any()


def test_parameters_that_are_drawn_together_are_refused():
    file = read_scenario(GOOD / "correlated.yaml")
    with pytest.raises(ScenarioError) as caught:
        sobol_indices(file, parameters=["c_visit", "c_drug"])
    assert str(caught.value) == (
        "correlated  sobol\n"
        "    found    parameters that are drawn together with others: c_visit, c_drug\n"
        "    allowed  parameters that are drawn independently: what two that move together explain cannot be shared "
        "out between them\n"
        "    hint     study the other parameters (these then stay at their expected values); rank correlation and the "
        "value of information work with parameters that are drawn together\n"
        "1 problem in the study of variance; nothing was run."
    )
    with pytest.raises(ScenarioError, match="and 6 more"):
        sobol_indices(file)


def test_a_number_of_points_that_is_no_power_of_two(file):
    with pytest.raises(ScenarioError) as caught:
        sobol_indices(file, n=1000)
    assert "points\n    found    1,000" in str(caught.value)
    assert "hint     512 or 1,024" in str(caught.value)


def test_without_uncertain_parameters_there_is_nothing_to_share_out():
    found = sobol_indices(read(tree(())), n=4)
    assert found.sizes["parameter"] == 0
    assert (found["net_saving_variance"] == 0).all()
