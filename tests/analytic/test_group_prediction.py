"""What may happen to a group of so many persons: luck between persons, and single events that differ in cost."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.prediction import group_saving, summarise_group_saving
from simcore.errors import ResultsError
from simcore.simulation import simulate
from tests.analytic.models import model, priced, with_programme
from tests.strategies import Tree, evidenced, read

P, AMOUNT, CV = 0.4, 50.0, 3.0


def scenario(spread: Tree | None, group: int = 40, cohorts: int = 1) -> Tree:
    """Everybody may move once, which costs; a programme moves everybody for certain, or nobody."""
    tree = model({"a -> b": {"probability": "p"}}, years=1, numbers={"p": (P, "probability per year")})
    tree["population"] |= {"target_group": group, "cohorts": cohorts}
    price = {"move": "life.a -> b", "resource": "injury", "actor": {"municipality": "half", "household": "rest"}}
    if spread is not None:
        price["spread"] = spread
    tree = priced(tree, {"injury": (AMOUNT, "event")}, {"injury": price})
    tree["parameters"]["half"] = evidenced({"fixed": 0.25}, "share")
    tree["parameters"]["cv"] = evidenced({"fixed": CV}, "coefficient of variation")
    tree["parameters"]["none"] = evidenced({"fixed": 0.0}, "risk ratio")
    tree["parameters"]["none"]["distribution"] = {"fixed": 1e-9}
    effect = {"move": "life.a -> b", "risk_ratio": "none", "years": [1, 1], "evidence": "causal"}
    return with_programme(tree, [effect])


def saved(results: xr.Dataset, actor: str = "society") -> np.ndarray:
    return group_saving(results).sel(intervention="helped", actor=actor).values


def test_a_group_has_the_luck_of_its_size() -> None:
    """Whoever would have moved no longer does: a binomial number of events, each at the price."""
    results = simulate(read(scenario(None)), draws=4000, persons=80, seed=2)
    found = saved(results)
    assert set(np.unique(found / AMOUNT)) <= set(np.arange(41.0))
    assert found.mean() == pytest.approx(40 * P * AMOUNT, abs=4 * AMOUNT * math.sqrt(40 * P * (1 - P) / 4000))
    sd = AMOUNT * math.sqrt(40 * P * (1 - P))
    assert found.std() == pytest.approx(sd, rel=4 / math.sqrt(2 * 4000))
    # Twice as many persons are simulated as are in the group: the spread of all of them is another.
    everybody = results["present_value"].sum(["year", "cost_kind", "actor"])
    assert (40 * everybody.sel(strategy="usual").values).std() < 0.8 * sd


@pytest.mark.parametrize("form", ["lognormal", "gamma"])
def test_single_events_differ_in_cost(form: str) -> None:
    """A sum of n independent costs: mean n * price, variance n * (price * cv)**2 beside that of n itself."""
    tree = scenario({form: {"cv": "cv"}})
    results = simulate(read(tree), draws=6000, persons=40, seed=2)
    plain = simulate(read(scenario(None)), draws=6000, persons=40, seed=2)
    found, n = saved(results), saved(plain) / AMOUNT
    # Nothing that is expected moves by it.
    for name in ("cost", "present_value", "present_value_of_part"):
        np.testing.assert_array_equal(results[name].values, plain[name].values)
    beyond = found - n * AMOUNT
    sd = AMOUNT * CV * math.sqrt(n.mean())
    assert abs(beyond.mean()) < 4 * sd / math.sqrt(len(n))
    # The variance of so skewed costs is itself uncertain: the kurtosis of a sum of 16 lognormal ones is some 600.
    assert beyond.std() == pytest.approx(sd, rel=0.05 if form == "gamma" else 0.4)
    share = results["spread_present_value"].sel(strategy="usual", cost_kind="resource")
    np.testing.assert_allclose(share.sel(actor="municipality"), share.sum("actor") * 0.25, rtol=1e-9)
    # Those whom nothing happens to cost nothing beyond it.
    assert bool((results["spread_present_value"].sel(strategy="helped") == 0).all())


def test_strategies_share_the_costs_of_the_events_that_both_have() -> None:
    """An effect of nothing saves exactly nothing, however much single costs differ."""
    tree = scenario({"lognormal": {"cv": "cv"}})
    tree["parameters"]["none"]["distribution"] = {"fixed": 1.0}
    results = simulate(read(tree), draws=50, persons=40)
    assert bool((group_saving(results) == 0).all())
    assert float(abs(results["spread_present_value"]).max()) > 0


def test_the_costs_of_events_are_addressed() -> None:
    file = read(scenario({"lognormal": {"cv": "cv"}}, cohorts=2))
    whole = simulate(file, draws=45, persons=60, seed=9, workers=2)
    alone = simulate(file, draws=[44], persons=60, seed=9, workers=1)
    name = "spread_present_value"
    np.testing.assert_array_equal(whole[name].sel(draw=[44]).values, alone[name].values)
    one = simulate(read(scenario({"lognormal": {"cv": "cv"}})), draws=45, persons=60, seed=9)
    assert not np.allclose(whole[name].values, 2 * one[name].values)  # each cohort has events of its own


def test_a_summary_of_the_group() -> None:
    results = simulate(read(scenario(None, group=3)), draws=3000, persons=10, seed=1)
    found = summarise_group_saving(results).sel(intervention="helped", actor="society")
    assert float(found["probability_group_saves"]) == pytest.approx(1 - (1 - P) ** 3, abs=0.04)
    assert found["group_net_saving_quantile"].values.tolist() == [0.0, AMOUNT, 3 * AMOUNT]
    assert "3 cohorts" not in found["group_net_saving"].attrs["units"]


def test_a_group_needs_lives_and_enough_of_them() -> None:
    file = read(scenario(None))
    with pytest.raises(ResultsError) as caught:
        group_saving(simulate(file, draws=2, engine="expected"))
    assert str(caught.value) == (
        "These results are expected values of the exact distribution, without luck; what may happen to a group of 40 "
        "persons needs sampled lives (engine: sampled)."
    )
    with pytest.raises(ResultsError) as caught:
        group_saving(simulate(file, draws=2, persons=30))
    assert str(caught.value) == (
        "Only 30 persons were simulated per draw; what may happen to a group of 40 needs at least 40 persons."
    )
