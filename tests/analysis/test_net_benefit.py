"""Net benefits of simulated results, by hand: who counts what, and the halves."""

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.luck import without_luck
from simcore.analysis.net_benefit import net_benefit, net_benefit_of_halves
from simcore.analysis.value_of_information import evpi
from simcore.errors import ResultsError, UnknownNameError

from .made import made


def results(halves=None, n=4):
    costs = {
        "usual": {("town", "resource"): np.full((n, 3), 10.0), ("home", "production"): np.full((n, 3), 2.0)},
        "help": {
            ("town", "programme"): np.arange(n)[:, None] * [1.0, 0.0, 0.0], ("state", "tax"): np.full((n, 3), -1.0),
            ("home", "intangible"): np.full((n, 3), 5.0),
        },
    }  # fmt: skip
    gains = np.stack([np.zeros(n), np.arange(n) / 10])[:, :, None]
    outcomes = xr.DataArray(gains, {"outcome": ["qalys"]}, ("strategy", "draw", "outcome"))
    return made(costs, parts=halves).drop_dims("outcome").assign(outcome_present_value=outcomes)


def test_minus_costs_of_each_actor_and_view():
    found = net_benefit(results())
    assert found.dims == ("strategy", "draw", "actor")
    assert found["actor"].values.tolist() == ["town", "state", "home", "public_sector", "society"]
    np.testing.assert_allclose(found.sel(strategy="usual", draw=0), [-30, 0, -6, -30, -36])
    np.testing.assert_allclose(found.sel(strategy="help", draw=2), [-2, 3, 0, 1, 1])
    np.testing.assert_allclose(
        net_benefit(results(), also=["intangible"]).sel(strategy="help", draw=2)[[2, 4]], [-15, -14]
    )


def test_an_outcome_counts_by_its_threshold():
    found = net_benefit(results(), actor="society", outcome="qalys", threshold=100)
    np.testing.assert_allclose(found.sel(strategy="help", draw=2), [1 + 20])
    several = net_benefit(results(), actor="society", outcome="qalys", threshold=[0, 100])
    np.testing.assert_allclose(several.sel(strategy="help", draw=2), [[1, 21]])
    fewer = net_benefit(results(), actor="society", outcome="qalys", threshold=100, more_is_better=False)
    np.testing.assert_allclose(fewer.sel(strategy="help", draw=2), [1 - 20])


def test_halves_carry_their_sizes_and_outcomes():
    parts = {("half_0", "help", "town", "programme"): np.array([1.0, 2, 3, 4])}
    found = net_benefit_of_halves(results(parts), actor="town")
    assert found.dims == ("half", "strategy", "draw", "actor")
    assert found["persons"].values.tolist() == [50, 50]
    np.testing.assert_allclose(found.sel(strategy="help", actor="town"), [[-1, -2, -3, -4], [0, -1, -2, -3]])
    of_parts = results(parts)["outcome_present_value"].expand_dims(part=["half_0", "half_1", "target_group"])
    known = results(parts).assign(outcome_present_value_of_part=of_parts)
    with_worth = net_benefit_of_halves(known, actor="town", outcome="qalys", threshold=10)
    np.testing.assert_allclose(with_worth.isel(half=0).sel(strategy="help", actor="town"), [-1, -1, -1, -1])
    alone = results(parts).assign(part_size=("part", [1, 0, 1]))
    with pytest.raises(ResultsError, match="With one person in each draw luck is not told from ignorance"):
        net_benefit_of_halves(alone)
    exact = results(parts)
    exact.attrs["engine"] = "expected"
    assert net_benefit_of_halves(exact) is None


def test_with_two_strategies_luck_is_taken_off_as_in_the_summary():
    """The same draws as the correction of a single quantity leaves."""
    random = np.random.default_rng(1)
    truth, luck = random.normal(5, 3, 200), random.normal(0, 2, (2, 200))
    parts = {(f"half_{half}", "help", "town", "programme"): truth + luck[half] for half in (0, 1)}
    costs = {
        "usual": {("town", "resource"): np.full((200, 3), 2.0)},
        "help": {("town", "programme"): np.zeros((200, 3))},
    }
    costs["help"][("town", "programme")][:, 0] = truth + luck.mean(axis=0)
    table = made(costs, parts=parts)
    found = evpi(net_benefit(table), halves=net_benefit_of_halves(table)).sel(actor="town")
    from simcore.analysis.avoided_cost import net_saving, with_views
    from simcore.analysis.two_orders import money_variances

    saving = with_views(net_saving(table), table)
    clean = without_luck(saving, money_variances(table, saving, "net_saving")).sel(actor="town", intervention="help")
    assert float(found["probability_best"]) == pytest.approx(float((clean > 0).mean()), abs=0.011)
    assert float(found["evpi"]) == pytest.approx(float(np.maximum(clean, 0).mean() - max(clean.mean(), 0)), rel=0.02)
    assert float(found["bias"]) > 0


def test_rounding_of_the_exact_engine_is_no_difference():
    costs = {
        "usual": {("town", "resource"): np.full((1, 3), 0.1 + 0.2)},
        "help": {("town", "resource"): np.full((1, 3), 0.3)},
    }  # fmt: skip
    table = made(costs)
    assert float(abs(net_benefit(table).diff("strategy")).max()) > 0
    table.attrs["engine"] = "expected"
    assert float(abs(net_benefit(table).diff("strategy")).max()) == 0


def test_what_does_not_fit_is_told():
    with pytest.raises(ResultsError, match="give both outcome and threshold, or neither"):
        net_benefit(results(), outcome="qalys")
    with pytest.raises(ResultsError, match="give both outcome and threshold, or neither"):
        net_benefit(results(), threshold=5)
    with pytest.raises(ResultsError, match=r"A threshold is an amount of money for one unit of the outcome; found nan"):
        net_benefit(results(), outcome="qalys", threshold=float("nan"))
    with pytest.raises(UnknownNameError, match="'qaly' is not an outcome of these results; did you mean 'qalys'"):
        net_benefit(results(), outcome="qaly", threshold=5)
    with pytest.raises(UnknownNameError, match="'twon' is not an actor or view of these results; did you mean 'town'"):
        net_benefit(results(), actor="twon")
