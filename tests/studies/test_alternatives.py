from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.avoided_cost import net_saving, with_views
from simcore.analysis.summary import summarise
from simcore.errors import ModelError, ScenarioError, UnknownNameError
from simcore.scenario.alternatives import AS_IT_STANDS
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.simulation import simulate
from simcore.studies.alternatives import simulate_alternatives, try_alternatives

GOOD = Path(__file__).parents[1] / "scenarios" / "good" / "alternatives.yaml"
#: Everybody stays, and is paid for at the start of each year: the present value of a cost c is c times an annuity.
ANNUITY = """
title: An annuity
population:
  persons: 10
  target_group: 10
  start: {age: 20, year: 2025}
  horizon: {years: 10}
  start_states: {health: well}
domains: {health: {states: [well, ill], moves: {well -> ill: {probability: p_ill}}}}
parameters:
  p_ill: {distribution: {fixed: 0}, unit: probability per year, source: {assumption: nobody}}
  cost: {distribution: {gamma: {mean: 1000, sd: 200}}, unit: SEK per year, price_year: 2025, source: {assumption: x}}
  once: {distribution: {fixed: 9000}, unit: SEK per participant, price_year: 2025, source: {assumption: x}}
actors: {town: {sector: public}}
interventions:
  team:
    about: paid for each year
    enrol: {at_age: 20, uptake: 1}
    costs: [{programme: cost, years: [1, onwards], while: {health: well}, actor: town}]
  coach:
    about: paid for once
    enrol: {at_age: 20, uptake: 1}
    costs: [{programme: once, actor: town}]
strategies: {usual: [], team: [team], coach: [coach]}
comparator: usual
money: {currency: SEK, price_year: 2025}
discount: {money: 0.03}
accrual: start_of_cycle
draws: 40
seed: 5
alternatives:
  dearer_money: {about: Money is dearer., change: {discount: {money: 0.08}}}
  shorter: {about: Only five years count., change: {population: {horizon: {years: 5}}}}
  other_price:
    about: The coach costs less.
    change: {parameters: {once: {distribution: {fixed: 6000}, source: {assumption: another offer}}}}
"""


def annuity(rate, years):
    return sum((1 + rate) ** -k for k in range(years))


@pytest.fixture(scope="module")
def file():
    return scenario_from_texts({"a.yaml": ANNUITY}, "a.yaml")


@pytest.fixture(scope="module")
def found(file):
    return simulate_alternatives(file)


@pytest.fixture(scope="module")
def good():
    return read_scenario(GOOD)


def test_dims_and_names(found, file):
    assert found["alternative"].values.tolist() == [AS_IT_STANDS, "dearer_money", "shorter", "other_price"]
    assert found["actor"].values.tolist() == ["town", "public_sector", "society"]
    for name in ("net_saving", "net_saving_difference_mcse", "probability_net_saving", "break_even_year"):
        assert found[name].dims == ("alternative", "intervention", "actor")
    assert found["net_saving_quantile"].dims == ("alternative", "quantile", "intervention", "actor")
    assert found["ahead"].dims == ("alternative", "intervention", "other", "actor")
    assert found["last_year"].values.tolist() == [2034, 2034, 2029, 2034]
    assert found["discount_rate"].values.tolist() == [0.03, 0.08, 0.03, 0.03]
    assert found.attrs["content_hash"] == file.content_hash


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_closed_form_of_means_differences_and_their_paired_errors(file, engine):
    found = simulate_alternatives(file, engine=engine).sel(actor="town")
    cost = simulate(file, engine=engine)["parameter_value"].sel(parameter="cost").values
    factor = {AS_IT_STANDS: annuity(0.03, 10), "dearer_money": annuity(0.08, 10), "shorter": annuity(0.03, 5)}
    error_of_cost = cost.std(ddof=1) / np.sqrt(len(cost))
    for name, of in factor.items():
        team = found.sel(alternative=name, intervention="team")
        change = of - factor[AS_IT_STANDS]
        assert float(team["net_saving"]) == pytest.approx(-cost.mean() * of, rel=1e-12)
        assert float(team["net_saving_mcse"]) == pytest.approx(error_of_cost * of, rel=1e-9)
        assert float(team["net_saving_difference"]) == pytest.approx(-cost.mean() * change, rel=1e-9)
        # The same draws of cost in both: the error is that of the difference of the annuities alone.
        assert float(team["net_saving_difference_mcse"]) == pytest.approx(
            error_of_cost * abs(change), rel=1e-9, abs=1e-9
        )
        assert team["net_saving_quantile"].values == pytest.approx(
            -np.quantile(cost, [0.95, 0.5, 0.05]) * of, rel=1e-9
        )  # fmt: skip
        ahead = found.sel(alternative=name, intervention="team", other="coach")
        assert float(ahead["ahead"]) == pytest.approx(9000 - cost.mean() * of, rel=1e-9)
        assert float(ahead["ahead_mcse"]) == pytest.approx(error_of_cost * of, rel=1e-9)
    other = found.sel(alternative="other_price")
    assert other["net_saving_difference"].values.tolist() == [0.0, 3000.0]
    assert other["net_saving_difference_mcse"].values.tolist() == [0.0, 0.0]


def test_an_alternative_is_the_run_of_its_scenario(good):
    names = ["effect_fades_fast", "shorter_horizon"]
    found = simulate_alternatives(good, names=names, draws=10, engine="expected")
    as_it_stands = simulate(good, draws=10, engine="expected")
    base = with_views(net_saving(as_it_stands), as_it_stands)
    for name in names:
        results = simulate(good.alternatives[name], draws=10, engine="expected")
        xr.testing.assert_allclose(
            found["net_saving"].sel(alternative=name, drop=True), summarise(results)["net_saving"], rtol=1e-12
        )
        difference = with_views(net_saving(results), results) - base
        expected = difference.std("draw", ddof=1) / np.sqrt(10)
        error = found["net_saving_difference_mcse"].sel(alternative=name, drop=True)
        xr.testing.assert_allclose(error, expected, rtol=1e-6, atol=1e-6)


def test_what_an_alternative_does_not_touch_does_not_differ(good):
    found = simulate_alternatives(good, names=["no_crime_link"], draws=20, persons=2000)
    untouched = found.sel(alternative="no_crime_link", intervention="coach")
    assert (untouched["net_saving_difference"] == 0).all()
    assert (untouched["net_saving_difference_mcse"] == 0).all()
    touched = found.sel(alternative="no_crime_link", intervention="team", actor="state")
    assert float(touched["net_saving_difference"]) < 0
    # Luck and draws that both share cancel: the difference is known better than either net saving.
    either = found["net_saving_mcse"].sel(intervention="team", actor="state").values
    assert float(touched["net_saving_difference_mcse"]) < 0.7 * np.hypot(*either)


def test_interventions_are_compared_both_ways(found):
    assert (found["ahead"] + found["ahead"].rename(intervention="other", other="intervention") == 0).all()


def test_only_those_asked_for_are_run(file):
    assert simulate_alternatives(file, names=["shorter"], draws=2)["alternative"].values.tolist() == [
        AS_IT_STANDS, "shorter",
    ]  # fmt: skip


def test_points_that_are_not_independent_have_errors_of_their_randomisations(file):
    found = simulate_alternatives(file, draws=64, sampling="latin_hypercube").sel(actor="town", intervention="team")
    results = simulate(file, draws=64, sampling="latin_hypercube")
    cost = results["parameter_value"].sel(parameter="cost").groupby("randomisation").mean("draw").values
    change = annuity(0.08, 10) - annuity(0.03, 10)
    expected = cost.std(ddof=1) / np.sqrt(len(cost)) * abs(change)
    error = float(found["net_saving_difference_mcse"].sel(alternative="dearer_money"))
    assert error == pytest.approx(expected, rel=1e-9)


def test_progress_is_that_of_all_alternatives_together(file):
    told = []
    simulate_alternatives(file, draws=40, workers=1, progress=lambda done, wanted: told.append((done, wanted)))
    assert told == sorted(told)
    assert {wanted for _, wanted in told} == {160}
    assert told[-1] == (160, 160)


def test_other_names_are_refused(file):
    with pytest.raises(UnknownNameError, match="'shortest' is not an alternative of a; did you mean 'shorter'"):
        simulate_alternatives(file, names=["shortest"])


def test_a_scenario_without_alternatives():
    file = scenario_from_texts({"a.yaml": ANNUITY.split("alternatives:")[0]}, "a.yaml")
    with pytest.raises(ScenarioError) as caught:
        simulate_alternatives(file)
    assert str(caught.value) == (
        "a.yaml  alternatives\n    found    nothing\n    allowed  alternatives by name, each with about and change\n"
        "1 problem in a.yaml; nothing was run."
    )
    assert try_alternatives(file) == {}


IMPOSSIBLE = """  certain:
    about: Falling ill is likelier than certain.
    change:
      domains: {health: {moves: {well -> ill: {modifiers: [{if: {}, risk_ratio: rr, evidence: assumed}]}}}}
      parameters:
        p_ill: {distribution: {fixed: 0.6}}
        rr: {distribution: {fixed: 2}, unit: risk ratio, source: {assumption: x}}
"""


@pytest.mark.parametrize("run", [simulate_alternatives, try_alternatives])
def test_an_alternative_that_cannot_be_run_is_named(run):
    file = scenario_from_texts({"a.yaml": ANNUITY + IMPOSSIBLE}, "a.yaml")
    simulate_alternatives(file, names=["shorter"], draws=2)
    with pytest.raises(ModelError) as caught:
        run(file)
    assert str(caught.value).endswith("\n    with alternatives.certain: Falling ill is likelier than certain.")


INCOMPLETE = """  by_age:
    about: Costs by age, of which some are missing.
    change:
      tables:
        by_age: {by: [age], values: {20-24: 1000}, unit: SEK per year, price_year: 2025, source: {assumption: x}}
      interventions: {team: {costs: {0: {programme: by_age}}}}
"""


@pytest.mark.parametrize("run", [simulate_alternatives, try_alternatives])
def test_a_table_of_an_alternative_that_does_not_reach_is_named(run):
    file = scenario_from_texts({"a.yaml": ANNUITY + INCOMPLETE}, "a.yaml")
    with pytest.raises(ScenarioError) as caught:
        run(file)
    assert "tables.by_age (with alternatives.by_age)" in str(caught.value)


def test_trying_out_tells_the_smallest_probability_of_each(good):
    tried = try_alternatives(good)
    assert list(tried) == list(good.alternatives)
    assert {trial.n_draws for trial in tried.values()} == {20}
