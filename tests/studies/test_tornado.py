"""One-way changes: against a formula, from the stored ledger, with shares of a whole, and what goes wrong."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.sensitivity import swings
from simcore.errors import ModelError, UnknownNameError
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate
from simcore.studies import runs
from simcore.studies.runs import engine_for
from simcore.studies.tornado import one_way_values, tornado, tornado_of_prices
from tests.analytic.models import model
from tests.strategies import evidenced, read
from tests.studies.driven import saving, tree

GOOD = Path(__file__).resolve().parents[1] / "scenarios" / "good"
MEANS = {"p": 0.3, "ratio": 0.5, "care": 90_000.0, "fee": 10_000.0}


@pytest.fixture(scope="module")
def file():
    return read(tree())


def test_every_change_is_that_of_the_formula(file):
    found = tornado(file)
    assert found.attrs["engine"] == "expected"
    assert found.attrs["together"] == []
    assert found["net_saving"].dims == ("parameter", "end", "intervention", "actor")
    assert found["outcome_change"].dims == ("parameter", "end", "intervention", "outcome")
    assert sorted(found["parameter"].values) == sorted(MEANS)
    of_region = found.sel(actor="region", intervention="helped")
    assert float(of_region["base_net_saving"]) == pytest.approx(saving(**MEANS), rel=1e-9)
    for name in MEANS:
        for end, u in (("low", 0.05), ("high", 0.95)):
            value = float(file.distributions[name].ppf(np.array([u]))[0])
            at = of_region.sel(parameter=name, end=end)
            numbers = {**MEANS, name: value}
            assert float(at["parameter_value"]) == value
            assert float(at["net_saving"]) == pytest.approx(saving(**numbers), rel=1e-9)
            assert float(at["avoided_cost"]) == pytest.approx(saving(**numbers) + numbers["fee"], rel=1e-9)
            change = float(found["outcome_change"].sel(parameter=name, end=end, intervention="helped", outcome="ill"))
            assert change == pytest.approx(-numbers["p"] * (1 - numbers["ratio"]), rel=1e-9)
        assert float(of_region["base_value"].sel(parameter=name)) == MEANS[name]
    assert (found["net_saving"].sel(actor="municipality") == 0).all()
    society = found["net_saving"].sel(actor="society", drop=True)
    xr.testing.assert_allclose(society, found["net_saving"].sel(actor="region", drop=True))


def test_swings(file):
    found = tornado(file, parameters=["fee", "care"])
    assert list(found["parameter"].values) == ["fee", "care"]
    moved = swings(found).sel(intervention="helped", actor="region")
    assert float(moved.sel(parameter="fee")) == pytest.approx(9_000, rel=1e-9)  # nine tenths of 10,000
    # An answer that rises from both ends to the base case has moved all the same.
    hump = found.copy(deep=True)
    hump["net_saving"][:] = 1.0
    hump["base_net_saving"][:] = 3.0
    assert (swings(hump) == 2).all()


def test_prices_from_the_ledger_of_sampled_lives(file):
    results = simulate(file, draws=30, persons=200, workers=2)
    found = tornado_of_prices(results)
    assert sorted(found["parameter"].values) == ["care", "fee"]
    ill = results["outcome_value"].sel(outcome="ill").mean("draw")
    years = float(ill.sel(strategy="usual") - ill.sel(strategy="helped"))
    region = found["net_saving"].sel(intervention="helped", actor="region")
    assert float(found["base_net_saving"].sel(intervention="helped", actor="region")) == pytest.approx(
        90_000 * years - 10_000, rel=1e-9
    )
    for end, u in (("low", 0.05), ("high", 0.95)):
        care, fee = (float(file.distributions[name].ppf(np.array([u]))[0]) for name in ("care", "fee"))
        assert float(region.sel(parameter="care", end=end)) == pytest.approx(care * years - 10_000, rel=1e-9)
        assert float(region.sel(parameter="fee", end=end)) == pytest.approx(90_000 * years - fee, rel=1e-9)
    with pytest.raises(UnknownNameError) as caught:
        tornado_of_prices(results, parameters=["p"])
    assert str(caught.value) == "'p' is not an uncertain parameter that only prices depend on. Known: care, fee."


def test_a_mean_ledger_has_no_single_events_whose_cost_could_vary():
    whole = tree(("fee",))
    price = {"move": "life.well -> ill", "resource": "fee", "actor": "household", "spread": {"gamma": {"cv": 1}}}
    whole["prices"]["bill"] = price
    whole["parameters"]["fee"]["unit"] = "SEK per event"
    del whole["interventions"]["programme"]["costs"]
    file = read(whole)
    results = simulate(file, draws=8, persons=50, workers=2)
    found = tornado_of_prices(results).sel(intervention="helped", actor="household", parameter="fee")
    fewer = float(results["events"].sel(strategy="usual").mean("draw").sel(part=["half_0", "half_1"]).sum() / 50)
    fewer -= float(results["events"].sel(strategy="helped").mean("draw").sel(part=["half_0", "half_1"]).sum() / 50)
    for end in ("low", "high"):
        at = found.sel(end=end)
        assert float(at["net_saving"]) == pytest.approx(fewer * float(at["parameter_value"]), rel=1e-9)


def test_a_figure_of_lives_and_prices_is_at_its_expected_value_in_both():
    # The fee is a share of the risk: a parameter that lives depend on, at its mean, whatever it was in the draws.
    whole = tree(("p", "care"))
    whole["derived"] = {"fee_by_risk": {"formula": "40000 * p", "unit": "SEK per participant", "price_year": 2024}}
    whole["interventions"]["programme"]["costs"][0]["programme"] = "fee_by_risk"
    file = read(whole)
    results = simulate(file, draws=6, persons=50, workers=2)
    found = tornado_of_prices(results)
    assert list(found["parameter"].values) == ["care"]
    base = found.sel(intervention="helped", actor="region")
    programme = float(base["base_avoided_cost"] - base["base_net_saving"])
    assert programme == pytest.approx(40_000 * 0.3, rel=1e-9)


def test_shares_of_a_whole_still_add_up():
    file = read_scenario(GOOD / "correlated.yaml")
    found = one_way_values(file, ["p_death", "c_visit"])
    ways = ("p_recovery", "p_death", "p_still_ill")
    np.testing.assert_allclose(sum(found[name] for name in ways), 1.0, rtol=1e-12)
    np.testing.assert_allclose(found["p_recovery"] / found["p_still_ill"], 30 / 65, rtol=1e-12)
    assert found["p_death"][1] < found["p_death"][0] == 0.05 < found["p_death"][2]
    assert (found["p_death"][3:] == 0.05).all()  # the base case again, while c_visit is changed
    assert (found["c_visit"][:3] == found["c_visit"][0]).all()
    assert found["c_visit"][0] == pytest.approx(2000, rel=1e-9)
    assert tornado(file, engine="sampled", persons=4, parameters=["b_age"]).attrs["together"] == ["b_age"]


def test_sampled_lives_share_their_luck(file):
    found = tornado(file, engine="sampled", persons=300, seed=3, parameters=["fee", "p"])
    # A parameter of prices alone changes nothing about lives: the difference is exact.
    moved = swings(found).sel(intervention="helped", actor="region", parameter="fee")
    assert float(moved) == pytest.approx(9_000, rel=1e-9)
    again = tornado(file, engine="sampled", persons=300, seed=3, parameters=["p"])
    xr.testing.assert_allclose(again["net_saving"], found["net_saving"].sel(parameter=["p"]))


def test_the_engine():
    small = read(tree())
    assert engine_for(small) == "expected"
    assert engine_for(small, "sampled") == "sampled"
    with pytest.raises(UnknownNameError, match=r"^'exact' is not an engine; did you mean 'expected'\?"):
        engine_for(small, "exact")


def test_too_many_joint_states_are_sampled(monkeypatch):
    def too_many(compiled):
        raise ModelError("too many")

    monkeypatch.setattr(runs, "reach", too_many)
    assert engine_for(read(tree())) == "sampled"


def test_portions_do_not_matter(file, monkeypatch):
    whole = tornado(file)
    monkeypatch.setattr(runs, "_FIRST", 2)
    monkeypatch.setattr(runs, "_BYTES", 1)
    seen = []
    parts = tornado(file, progress=lambda done, wanted: seen.append((done, wanted)))
    xr.testing.assert_identical(whole, parts)
    assert seen == [(2, 9), (4, 9), (6, 9), (8, 9), (9, 9)]


def test_without_uncertain_parameters_there_is_the_base_case():
    found = tornado(read(tree(())))
    assert found.sizes["parameter"] == 0
    assert float(found["base_net_saving"].sel(intervention="helped", actor="region")) == pytest.approx(3_500)


def test_unknown_names(file):
    with pytest.raises(UnknownNameError) as caught:
        tornado(file, parameters=["cares"])
    assert str(caught.value) == (
        "'cares' is not an uncertain parameter of this scenario; did you mean 'care'? Known: care, fee, p, ratio."
    )
    with pytest.raises(UnknownNameError, match="'nobody' is not a strategy of these results"):
        tornado(file, comparator="nobody")


@pytest.mark.parametrize("first", [64, 1])
def test_an_impossible_end_is_named(first, monkeypatch):
    monkeypatch.setattr(runs, "_FIRST", first)
    monkeypatch.setattr(runs, "_BYTES", 1)
    moves = {"a -> b": {"probability": "one"}, "a -> c": {"probability": "other"}}
    numbers = {name: (0.4, "probability per year") for name in ("one", "other")}
    whole = model(moves, years=2, numbers=numbers)
    whole["parameters"]["other"] = evidenced({"uniform": {"min": 0.1, "max": 0.9}}, "probability per year")
    with pytest.raises(ModelError) as caught:
        tornado(read(whole))
    assert "domains.life: draw 2, year 2024" in str(caught.value)
    assert str(caught.value).endswith(
        "\n    In this run other is at its 95th percentile, and every other parameter at its expected value."
    )
