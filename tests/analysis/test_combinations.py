"""Combinations against the sum of their parts: worked out by hand, and on simulated lives."""

import json

import numpy as np
import pytest

from simcore.analysis.avoided_cost import net_saving, with_views
from simcore.analysis.combinations import combinations, parts_of
from simcore.simulation import simulate
from tests.analytic.models import model, priced
from tests.strategies import evidenced, read

from .made import made


def results_of(costs, members, comparator="usual"):
    """Results with the cost of the town under each strategy, in each draw; and the members of each."""
    results = made({name: {("town", "resource"): np.array(of)[:, None] * [1, 0, 0]} for name, of in costs.items()})
    results.attrs |= {"strategies": json.dumps(members), "comparator": comparator}
    return results


MEMBERS = {"usual": [], "one": ["a"], "other": ["b"], "both": ["a", "b"]}


def test_the_interaction_is_what_the_parts_do_not_explain():
    """One saves 3 and 5, the other 4 and 6; together they save 6 and 13: 1 less, and 2 more, than their sum."""
    costs = {"usual": [20.0, 20.0], "one": [17.0, 15.0], "other": [16.0, 14.0], "both": [14.0, 7.0]}
    found = combinations(results_of(costs, MEMBERS))
    assert found["intervention"].values.tolist() == ["both"]
    assert found["parts"].values.tolist() == ["one + other"]
    for actor in ("town", "public_sector", "society"):
        at = found.sel(intervention="both", actor=actor)
        assert [float(at[name]) for name in ("sum_of_parts", "together", "interaction")] == [9.0, 9.5, 0.5]
        np.testing.assert_allclose(at["interaction_mcse"], np.std([-1, 2], ddof=1) / np.sqrt(2))
        np.testing.assert_allclose(at["interaction_quantile"], np.quantile([-1, 2], (0.05, 0.5, 0.95)))
        np.testing.assert_allclose(at["sum_of_parts_quantile"], np.quantile([7, 11], (0.05, 0.5, 0.95)))
    assert float(found["interaction"].sel(actor="home", intervention="both")) == 0


@pytest.mark.parametrize(
    ("members", "comparator", "parts"),
    [
        (MEMBERS, "usual", {"both": ["one", "other"]}),
        # The order of the members is that of the parts; two strategies with one intervention: the first of the file.
        (MEMBERS | {"both": ["b", "a"], "again": ["b"]}, "usual", {"both": ["other", "one"]}),
        # A part is missing; a strategy that leaves the comparator's out is no combination with it.
        (MEMBERS | {"both": ["a", "c"]}, "usual", {}),
        (MEMBERS | {"usual": ["c"]}, "usual", {}),
        # Each added to what the comparator has.
        ({"usual": ["c"], "one": ["c", "a"], "other": ["b", "c"], "both": ["a", "b", "c"]}, "usual",
         {"both": ["one", "other"]}),
        (MEMBERS | {"three": ["a", "b", "c"], "third": ["c"]}, "usual",
         {"both": ["one", "other"], "three": ["one", "other", "third"]}),
        (MEMBERS, "both", {}),
    ],
)  # fmt: skip
def test_which_strategies_are_unions_of_others(members, comparator, parts):
    results = results_of({name: [1.0, 2.0] for name in members}, members, comparator)
    assert parts_of(results) == parts
    assert combinations(results).sizes["intervention"] == len(parts)


def test_results_that_do_not_say_what_strategies_are_have_no_combinations():
    results = made({"usual": {("town", "resource"): np.ones((2, 3))}})
    assert parts_of(results) == {}
    found = combinations(results)
    assert found.sizes["intervention"] == 0
    assert found["interaction_quantile"].sizes["quantile"] == 3


def test_two_programmes_on_the_same_risk():
    """Of a rare event: what one has prevented the other cannot prevent."""
    prices = {"care": {"while": {"life": "b"}, "resource": "care", "actor": "region"}}
    tree = priced(
        model({"a -> b": {"probability": "p"}}, years=2, numbers={"p": (0.1, "probability per year")}),
        {"care": (100.0, "year")}, prices,
    )  # fmt: skip
    tree["parameters"]["ratio"] = evidenced({"lognormal": {"mean": 0.5, "sd": 0.1}}, "odds ratio")
    effect = {"move": "life.a -> b", "odds_ratio": "ratio", "years": [1, 4], "evidence": "assumed"}
    tree["interventions"] = {
        name: {"about": name, "enrol": {"at_age": 20, "uptake": 1}, "effects": [effect]} for name in ("one", "two")
    }
    tree["strategies"] = {"usual": [], "one": ["one"], "two": ["two"], "both": ["one", "two"]}
    results = simulate(read(tree), draws=20, persons=200, engine="expected")
    assert json.loads(results.attrs["strategies"]) == tree["strategies"]
    found = combinations(results).sel(intervention="both", actor="society")
    saving = with_views(net_saving(results), results).sel(actor="society")
    wanted = saving.sel(intervention="both") - saving.sel(intervention="one") - saving.sel(intervention="two")
    np.testing.assert_allclose(found["interaction"], wanted.mean("draw"))
    assert float(found["interaction_quantile"].max()) < 0 < float(found["sum_of_parts"])
