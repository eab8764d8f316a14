"""What the gains of a programme cost others: worked out by hand on lives without chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.avoided_cost import avoided_cost, displaced_cost, net_saving, with_views
from simcore.analysis.cashable import cashable_saving
from simcore.analysis.summary import summarise
from simcore.simulation import simulate
from tests.analytic.models import START_YEAR, model, priced, run
from tests.strategies import Tree, evidenced, read

RATE = 0.04
EXACT = {"rtol": 1e-12, "atol": 1e-12}
STILL: Tree = {"a -> b": {"probability": 0}}
YEARS = 3
#: What a job is worth, by who is in which programme: 400 with a placement, 100 more with training as well.
WORTH = {"placement": 400.0, "training": 100.0}


def jobs(strategies: Tree, shares: dict[str, Any], comparator: str = "usual", **more: Any) -> Tree:
    """Jobs by programme: production of the household and the employer, tax to the region, a benefit that is not paid.

    `shares` of the gains of each programme are displaced, of all three prices.
    """
    actors = {"employer": {"sector": "employer"}, "rest_of_society": {"sector": "other"}}
    prices: Tree = {}
    for name in WORTH:
        job = {"while": {name: {"at_least": 1}}}
        prices[f"{name}_work"] = job | {"production": f"{name}_worth", "to": {"household": "rest", "employer": "part"}}
        prices[f"{name}_tax"] = job | {"tax": "part", "base": f"{name}_worth", "from": "household", "to": "region"}
        prices[f"{name}_benefit"] = {
            "while": {name: 0}, "transfer": f"{name}_worth", "share": "part", "from": "municipality", "to": "household",
        }  # fmt: skip
    tree = priced(
        model(STILL, years=YEARS), {f"{name}_worth": (worth, "year") for name, worth in WORTH.items()}, prices, RATE
    )
    tree["parameters"] |= {
        "part": evidenced({"fixed": 0.25}, "share"),
        **{
            f"share_{name}": evidenced({"fixed": share}, "share")
            for name, share in shares.items()
            if share not in (0, 1)
        },
    }
    tree["actors"] |= actors
    tree["interventions"] = {
        name: {
            "about": f"a {name}",
            "enrol": {"at_age": 20, "uptake": 1},
            "displacement": [
                {
                    "share": shares[name] if shares[name] in (0, 1) else f"share_{name}",
                    "prices": list(prices), "borne_by": "rest_of_society",
                }
            ] if name in shares else [],
        }
        for name in WORTH
    }  # fmt: skip
    return tree | {"strategies": strategies, "comparator": comparator} | more


def booked(results: xr.Dataset, strategy: str, year: int = 0) -> Tree:
    """What is booked in a year as displaced: kind -> actor -> cost, where it is not 0."""
    cost = results["cost"].sel(strategy=strategy, draw=0).isel(year=year)
    return {
        str(kind): {str(a): round(float(cost.sel(cost_kind=kind, actor=a)), 9) for a in cost.actor.values
                    if float(cost.sel(cost_kind=kind, actor=a)) != 0}
        for kind in cost.cost_kind.values if str(kind).startswith("displaced")
    }  # fmt: skip


def test_a_share_of_the_gain_is_lost_by_others() -> None:
    """Of a job worth 400: produced 300 and 100, tax 100, benefit of 100 saved; 0.65 of each is booked back."""
    results = run(jobs({"usual": [], "ips": ["placement"]}, {"placement": 0.65}))
    assert booked(results, "ips") == {
        "displaced_transfer": {"municipality": 65.0, "rest_of_society": -65.0},
        "displaced_tax": {"region": 65.0, "rest_of_society": -65.0},
        "displaced_production": {"rest_of_society": 260.0},
    }
    assert booked(results, "usual") == {"displaced_transfer": {}, "displaced_tax": {}, "displaced_production": {}}
    discounted = (1 + RATE) ** -np.arange(YEARS)
    region = results["present_value"].sel(strategy="ips", draw=0, actor="region", cost_kind="displaced_tax")
    np.testing.assert_allclose(region, 65.0 * discounted, **EXACT)


def test_net_and_gross() -> None:
    results = run(jobs({"usual": [], "ips": ["placement"]}, {"placement": 0.65}))
    years = ((1 + RATE) ** -np.arange(YEARS)).sum()

    def of(function: Any, actor: str, **more: Any) -> float:
        return float(with_views(function(results, **more), results).sel(intervention="ips", draw=0, actor=actor))

    gross = {"municipality": 100, "region": 100, "household": 300 - 100 - 100, "employer": 100, "society": 400}
    lost = {"municipality": 65, "region": 65, "household": 0, "employer": 0, "rest_of_society": 130, "society": 260}
    for actor, loss in lost.items():
        for function in (avoided_cost, net_saving):
            np.testing.assert_allclose(of(function, actor, gross=True), years * gross.get(actor, 0), **EXACT)
            np.testing.assert_allclose(of(function, actor), years * (gross.get(actor, 0) - loss), **EXACT)
        np.testing.assert_allclose(of(displaced_cost, actor), years * loss, **EXACT)
        # All of it is money at once.
        np.testing.assert_allclose(of(cashable_saving, actor), of(avoided_cost, actor), **EXACT)
        np.testing.assert_allclose(of(cashable_saving, actor, gross=True), of(avoided_cost, actor, gross=True), **EXACT)
    summary = summarise(results, gross=True).sel(intervention="ips", actor="society")
    np.testing.assert_allclose(summary["net_saving"], 400 * years, **EXACT)


def test_everything_or_nothing_is_displaced() -> None:
    nothing, everything = (run(jobs({"usual": [], "ips": ["placement"]}, {"placement": share})) for share in (0, 1))
    assert (displaced_cost(nothing) == 0).all()
    society = with_views(net_saving(everything), everything).sel(actor=["public_sector", "society"])
    np.testing.assert_allclose(society, 0.0, atol=1e-9)


def test_a_harm_is_displaced_too() -> None:
    """Who loses jobs by a programme leaves them to others."""
    tree = jobs({"usual": [], "ips": ["placement"]}, {"placement": 0.5})
    for price in ("work", "tax"):
        tree["prices"][f"placement_{price}"]["while"] = {"placement": 0}
    found = booked(run(tree), "ips")
    assert found["displaced_production"] == {"rest_of_society": -200.0}
    assert found["displaced_tax"] == {"region": -50.0, "rest_of_society": 50.0}


def test_a_share_that_changes_from_year_to_year() -> None:
    tree = jobs({"usual": [], "ips": ["placement"]}, {"placement": 0.5})
    values = {START_YEAR: 0.8, START_YEAR + 1: 0.4, START_YEAR + 2: 0.0}
    tree["tables"] = {
        "by_year": {"by": ["year"], "values": values, "unit": "share", "source": {"assumption": "made up"}}
    }
    tree["interventions"]["placement"]["displacement"][0]["share"] = "by_year"
    results = run(tree)
    lost = [booked(results, "ips", year)["displaced_production"].get("rest_of_society", 0.0) for year in range(YEARS)]
    np.testing.assert_allclose(lost, [320.0, 160.0, 0.0], **EXACT)


# --- in combinations ----------------------------------------------------------------------------------


ALL: Tree = {"usual": [], "ips": ["placement"], "skills": ["training"], "both": ["training", "placement"]}


def test_what_displaces_nobody_comes_first() -> None:
    """The gain of the placement is what it adds to the training: only its own 400."""
    results = run(jobs(ALL, {"placement": 0.65}))
    for strategy in ("ips", "both"):
        assert booked(results, strategy)["displaced_production"] == {"rest_of_society": 260.0}
    assert booked(results, "skills")["displaced_production"] == {}


def together(members: list[str]) -> Tree:
    """Both together are worth 1000 instead of 500, so that it matters which comes first."""
    tree = jobs(ALL | {"both": members}, {"placement": 0.65, "training": 0.2})
    tree["prices"]["extra"] = {
        "while": {"placement": {"at_least": 1}, "training": {"at_least": 1}},
        "production": "extra", "to": "household",
    }  # fmt: skip
    tree["parameters"]["extra"] = evidenced({"fixed": 500.0}, "SEK per year", price_year=START_YEAR)
    for intervention in tree["interventions"].values():
        intervention["displacement"][0]["prices"].append("extra")
    return tree


@pytest.mark.parametrize(
    ("members", "lost"),
    [
        (["training", "placement"], 0.2 * 100 + 0.65 * 900),
        (["placement", "training"], 0.65 * 400 + 0.2 * 600),
    ],
)
def test_several_that_displace_add_one_by_one_in_the_order_of_the_strategy(members: list[str], lost: float) -> None:
    results = run(together(members))
    assert booked(results, "both")["displaced_production"] == {"rest_of_society": pytest.approx(lost)}
    assert booked(results, "ips")["displaced_production"] == {"rest_of_society": 260.0}
    assert booked(results, "skills")["displaced_production"] == {"rest_of_society": 20.0}


def test_a_comparator_that_displaces() -> None:
    """Usual care has the placement already: what it displaces is in the comparator, and only the rest is avoided."""
    strategies = {"before": [], "usual": ["placement"], "more": ["placement", "training"]}
    results = run(jobs(strategies, {"placement": 0.65}) | {"strategies": strategies | {"skills": ["training"]}})
    assert booked(results, "usual") == booked(results, "more")
    assert (displaced_cost(results).sel(intervention="more") == 0).all()
    lost = with_views(displaced_cost(results), results).sel(intervention="before", draw=0, actor="society")
    np.testing.assert_allclose(lost, -260.0 * ((1 + RATE) ** -np.arange(YEARS)).sum(), **EXACT)


# --- everything is consistent ------------------------------------------------------------------------------


def chances(engine: str, members: list[str]) -> xr.Dataset:
    """Lives with chance: who is in a programme moves into work more often; half of the gain is displaced."""
    tree = jobs(ALL | {"both": members}, {"placement": 0.5, "training": 0.25})
    works, shared = {"while": {"life": "b"}}, {"region": "region_share", "municipality": "rest"}
    reaches = {"household": "rest", "employer": "part", "region": "part"}  # what a public actor produces too
    tree["prices"] = {
        "work": works | {"production": "placement_worth", "to": reaches},
        "tax": works | {"tax": "part", "base": "placement_worth", "from": "household", "to": shared},
        "benefit": {"while": {"life": "a"}, "transfer": "training_worth", "from": shared, "to": "household"},
        "hired": {"move": "life.a -> b", "transfer": "grant", "from": "region", "to": "employer"},
    }
    values = {START_YEAR: 0.2, START_YEAR + 1: 0.9, START_YEAR + 2: 0.4}
    tree["tables"] = {
        "region_share": {"by": ["year"], "values": values, "unit": "share", "source": {"assumption": "made up"}}
    }
    tree["domains"]["life"]["moves"] = {"a -> b": {"probability": "p"}}
    tree["parameters"] |= {
        "p": evidenced({"beta": {"mean": 0.3, "sd": 0.05}}, "probability per year"),
        "ratio": evidenced({"lognormal": {"median": 2.0, "interval_95": [1.1, 4.0]}}, "odds ratio"),
        "grant": evidenced({"fixed": 70.0}, "SEK per event", price_year=START_YEAR),
        "factor": evidenced({"fixed": 1.3}, "factor"),
        "women": evidenced({"fixed": 0.4}, "share"),
    }
    for intervention in tree["interventions"].values():
        intervention["displacement"][0]["prices"] = list(tree["prices"])
        intervention["effects"] = [
            {"move": "life.a -> b", "odds_ratio": "ratio", "years": [1, "onwards"], "evidence": "assumed"}
        ]
    tree["population"]["attributes"] = {"sex": {"female": "women", "male": "rest"}}
    tree |= {"groups": ["sex"], "accrual": "half_cycle"}
    tree["public_funds"] = {"factor": "factor", "actor": "rest_of_society"}
    return simulate(read(tree), draws=4, persons=60, engine=engine)


@pytest.mark.parametrize("engine", ["sampled", "expected"])
@pytest.mark.parametrize("members", [["training", "placement"], ["placement", "training"]])
def test_costs_parts_groups_and_lines_agree(engine: str, members: list[str]) -> None:
    results = chances(engine, members)
    pairs = {"ips": [("usual", "ips", 0.5)], "skills": [("usual", "skills", 0.25)], "usual": []}
    name, first, second = ("skills", 0.25, 0.5) if members[0] == "training" else ("ips", 0.5, 0.25)
    pairs["both"] = [("usual", name, first), (name, "both", second)]
    for variable in ("cost", "present_value", "present_value_of_part", "group_present_value"):
        costs = results[variable]
        for kind in ("transfer", "tax", "production"):
            own, lost = costs.sel(cost_kind=kind), costs.sel(cost_kind=f"displaced_{kind}")
            for strategy, steps in pairs.items():
                gains = [s * (own.sel(strategy=a) - own.sel(strategy=b)) for a, b, s in steps]
                gain = sum(gains) if gains else 0.0 * own.sel(strategy=strategy)
                at = lost.sel(strategy=strategy)
                public = gain.actor[gain.sector == "public"].values
                np.testing.assert_allclose(at.sel(actor=public), gain.sel(actor=public), rtol=1e-9, atol=1e-9)
                others = gain.where(gain.sector != "public", 0.0).sum("actor")
                np.testing.assert_allclose(at.sel(actor="rest_of_society"), others, rtol=1e-9, atol=1e-9)
                assert (at.sel(actor=["household", "employer"]) == 0).all()
            if kind != "production":
                np.testing.assert_allclose(lost.sum("actor"), 0.0, atol=1e-9)
    lines = results["line_present_value"]
    displaced = [str(line) for line in lines.line.values if ".displacement[" in str(line)]
    assert displaced[:2] == ["placement.displacement[0].work", "placement.displacement[0].tax"]
    work = lines.sel(line=[line for line in displaced if line.endswith(".work")]).sum("line")
    production = results["present_value"].sel(cost_kind="displaced_production").sum(["actor", "year"])
    np.testing.assert_allclose(-work, production.transpose(*work.dims), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_public_money_that_others_cost_has_to_be_raised_too(engine: str) -> None:
    results = chances(engine, ["training", "placement"])
    costs = results["present_value"]
    spent = costs.where(costs.sector == "public", 0.0).sum("actor")
    kinds = [kind for kind in costs.cost_kind.values if "production" not in str(kind) and kind != "public_funds"]
    raised = costs.sel(cost_kind="public_funds", actor="rest_of_society")
    np.testing.assert_allclose(raised, 0.3 * spent.sel(cost_kind=kinds).sum("cost_kind"), rtol=1e-9)
    assert {"displaced_tax", "displaced_transfer"} <= set(kinds)
