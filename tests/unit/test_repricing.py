"""Pricing a stored ledger again."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from simcore.errors import ResultsError, ScenarioError, UnknownNameError
from simcore.overriding import deciding_lives
from simcore.pricing import price
from simcore.repricing import price_parameters, reprice, scenario_of
from simcore.scenario.loading import read_scenario, with_groups
from simcore.scenario.shipped import shipped_scenarios
from simcore.simulation import simulate
from simcore.storage import open_results, save_results


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_the_same_prices_give_the_same_results(engine, tmp_path):
    results = simulate(read_scenario("textbook_chain"), draws=30, persons=80, engine=engine)
    xr.testing.assert_identical(reprice(results), results)
    stored = open_results(save_results(results, tmp_path / "kept"))
    xr.testing.assert_equal(reprice(stored), results)


def test_other_prices_are_those_of_a_new_run():
    file = read_scenario("school_dropout")
    results = simulate(file, draws=6, persons=100)
    names = price_parameters(file)
    assert "or_team" not in names
    values = {name: results["parameter_value"].sel(parameter=name).values[::-1] for name in names}
    xr.testing.assert_identical(
        reprice(results, values).drop_attrs(), simulate(file, draws=6, persons=100, parameters=values).drop_attrs()
    )
    assert not np.allclose(reprice(results, values)["cost"].values, results["cost"].values)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_what_stands_in_prices_alone_decides_no_lives(name):
    """What is seen without compiling is a part of what compiling shows."""
    file = read_scenario(name)
    uncertain = {parameter for parameter, of in file.scenario.parameters.items() if not of.distribution.is_fixed}
    assert uncertain - deciding_lives(file.scenario) <= set(price_parameters(file))


def test_batches_and_threads_do_not_matter(monkeypatch):
    results = simulate(read_scenario("school_dropout"), draws=30, persons=20)
    for batch, amounts, workers in ((1, 1, 1), (1 << 11, 1 << 9, 2), (1 << 20, 1 << 20, 3)):
        monkeypatch.setattr(price, "_BATCH", batch)
        monkeypatch.setattr(price, "_AMOUNTS", amounts)
        xr.testing.assert_identical(reprice(results, workers=workers), results)


def test_one_value_for_all_draws():
    results = simulate(read_scenario("textbook_chain"), draws=5, persons=50)
    doubled = 2 * float(results["parameter_value"].sel(parameter="call_out").mean())
    found = reprice(results, {"call_out": doubled})["parameter_value"].sel(parameter="call_out")
    assert (found.values == doubled).all()


def test_what_decides_lives_cannot_be_repriced():
    results = simulate(read_scenario("textbook_chain"), draws=5, persons=50)
    lived = next(
        name
        for name, of in scenario_of(results).distributions.items()
        if not of.is_fixed and name not in price_parameters(scenario_of(results))
    )
    with pytest.raises(ResultsError) as caught:
        reprice(results, {lived: results["parameter_value"].sel(parameter=lived).values + 0.01})
    assert str(caught.value) == (
        f"'{lived}' decides how lives go, which another price list cannot change: run the scenario again."
    )
    reprice(results, {lived: results["parameter_value"].sel(parameter=lived).values})  # unchanged is no change


def test_a_fixed_figure_that_decides_lives_cannot_be_repriced_either():
    results = simulate(read_scenario("textbook/sick_sicker"), draws=1, persons=50)
    with pytest.raises(ResultsError, match="'r_hs1' decides how lives go"):
        reprice(results, {"r_hs1": 0.5})
    assert float(reprice(results, {"c_s1": 1.0})["parameter_value"].sel(parameter="c_s1")[0]) == 1.0


def test_wrong_parameters_are_told():
    file = read_scenario("textbook_chain")
    results = simulate(file, draws=5, persons=50)
    with pytest.raises(UnknownNameError, match="did you mean 'call_out'"):
        reprice(results, {"call_oot": 1.0})
    with pytest.raises(ScenarioError) as caught:
        simulate(file, draws=5, persons=50, parameters={"call_out": [1.0, 2.0], "upkeep_worn": np.nan})
    assert "2 values for 5 draws" in str(caught.value)
    assert "not a finite number" in str(caught.value)
    with pytest.raises(ScenarioError) as caught:
        simulate(file, draws=5, persons=50, parameters={"call_out": -5, "rr_oil": "x"})
    assert str(caught.value) == (
        "parameters  call_out\n    found    -5\n    allowed  an amount of at least 0\n"
        "parameters  rr_oil\n    found    x\n    allowed  a number for each draw, or one for all\n"
        "2 problems in the parameters given; nothing was run."
    )


def test_results_with_other_subgroups_than_the_file_says_are_priced_again():
    file = with_groups(read_scenario("school_dropout"), ["sex"])
    results = simulate(file, draws=2, persons=40)
    xr.testing.assert_identical(reprice(results), results)


def test_a_single_draw_is_that_of_any_longer_run():
    file = read_scenario("textbook_chain")
    whole = simulate(file, draws=20, persons=60)
    found = simulate(file, draws=[17, 3], persons=60)
    xr.testing.assert_identical(found.drop_attrs(), whole.sel(draw=[17, 3]).drop_attrs())
    with pytest.raises(ScenarioError, match="different whole numbers from 0"):
        simulate(file, draws=[3, 3], persons=60)


def test_shared_luck_is_the_same_in_every_draw():
    file = read_scenario("textbook_chain")
    means = {name: of.mean for name, of in file.distributions.items()}
    shared = simulate(file, draws=6, persons=60, parameters=means, luck="shared")
    assert shared.attrs["sampling"] == "given"
    assert bool((shared["cost"] == shared["cost"].isel(draw=0)).all())
    own = simulate(file, draws=6, persons=60, parameters=means)
    assert not bool((own["cost"] == own["cost"].isel(draw=0)).all())
    with pytest.raises(UnknownNameError, match="a kind of luck"):
        simulate(file, draws=6, luck="common")
