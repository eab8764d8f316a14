"""What of an avoided cost becomes money, when, and in which steps: worked out by hand on lives without chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import avoided_cost, net_saving, with_views
from simcore.analysis.cashable import cashable_saving, freed
from simcore.analysis.summary import summarise
from simcore.errors import ResultsError, UnknownNameError
from simcore.simulation import simulate
from tests.analytic.models import START_YEAR, model, priced, run, with_programme
from tests.strategies import Tree, evidenced, read

RATE = 0.04
EXACT = {"rtol": 1e-12, "atol": 1e-13}
STILL: Tree = {"a -> b": {"probability": 0}}
PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
#: Care is used by those who do not take part, 100 a year and person; the target group is 10 persons.
YEARS = 5


def care(cashable: Tree | None, *, first: int = 1, last: Any = "onwards", **more: Any) -> Tree:
    """Everybody takes part from the start and needs no care in the years first to last."""
    price: Tree = {"while": {"not": {"programme": _years(first, last)}}, "resource": "care", "actor": "region", **more}
    price |= {"cashable": cashable} if cashable is not None else {}
    tree = priced(model(STILL, years=YEARS), {"care": (100.0, "year")}, {"care": price}, RATE)
    tree["parameters"] |= {
        "half": evidenced({"fixed": 0.5}, "share"), "part": evidenced({"fixed": 0.7}, "share"),
        "two_years": evidenced({"fixed": 2.0}, "year"), "some_months": evidenced({"fixed": 1.4}, "year"),
        "three": evidenced({"fixed": 3.0}, "persons"),
    }  # fmt: skip
    return with_programme(tree, [])


def _years(first: int, last: Any) -> Tree:
    return {"at_least": first} if last == "onwards" else {"from": first, "to": last}


def of_region(array: xr.DataArray, actor: str = "region") -> NDArray[np.float64]:
    found: NDArray[np.float64] = array.sel(intervention="helped", draw=0, actor=actor).values
    return found


def cash(results: xr.Dataset, actor: str = "region") -> NDArray[np.float64]:
    """In money of each year."""
    found: NDArray[np.float64] = results["cashable_saving"].sel(strategy="helped", draw=0, actor=actor).values
    return found


def factors(years: Any) -> Any:
    return (1 + RATE) ** -np.asarray(years, dtype=float)


def test_without_a_word_everything_is_money_at_once() -> None:
    results = run(care(None))
    assert "cashable_saving" not in results
    for by_year in (False, True):
        pair = (of(results, by_year=by_year) for of in (cashable_saving, avoided_cost))
        np.testing.assert_array_equal(*pair)
        assert (freed(results, by_year=by_year) == 0).all()
    assert "cashable_saving" not in summarise(results)


def test_a_share() -> None:
    results = run(care({"share": "half"}))
    np.testing.assert_allclose(cash(results), [50.0] * YEARS, **EXACT)
    np.testing.assert_allclose(of_region(cashable_saving(results, by_year=True)), 50 * factors(np.arange(YEARS)))
    np.testing.assert_allclose(of_region(freed(results, by_year=True)), 50 * factors(np.arange(YEARS)))
    np.testing.assert_allclose(of_region(freed(results)), 50 * factors(np.arange(YEARS)).sum())


def test_later_and_discounted_then() -> None:
    """Care is not used in the first two years; the money is there two years later, and what was freed is used then."""
    results = run(care({"after": "two_years"}, last=2))
    np.testing.assert_allclose(cash(results), [0, 0, 100, 100, 0], **EXACT)
    at = factors(np.arange(YEARS))
    np.testing.assert_allclose(of_region(cashable_saving(results, by_year=True)), [0, 0, *(100 * at[2:4]), 0], **EXACT)
    left = freed(results, by_year=True)
    np.testing.assert_allclose(of_region(left), [*(100 * at[:2]), *(-100 * at[2:4]), 0], **EXACT)
    # Later money is worth less; without discounting nothing would remain.
    np.testing.assert_allclose(of_region(freed(results)), 100 * (at[:2] - at[2:4]).sum(), **EXACT)


def test_money_beyond_the_horizon_does_not_count() -> None:
    results = run(care({"after": "two_years"}, first=3))
    np.testing.assert_allclose(cash(results), [0, 0, 0, 0, 100], **EXACT)
    np.testing.assert_allclose(of_region(avoided_cost(results)), 100 * factors([2, 3, 4]).sum(), **EXACT)


@pytest.mark.parametrize("cycle", PER_YEAR)
def test_the_time_is_rounded_to_whole_cycles(cycle: str) -> None:
    """1.4 years are 1 year, 6 quarters (5.6) or 17 months (16.8); at the start of each cycle."""
    per_year = PER_YEAR[cycle]
    delay = {"year": 1, "quarter": 6, "month": 17}[cycle]
    results = run(care({"after": "some_months"}, last=1) | {"cycle": cycle})
    at = np.zeros(YEARS * per_year)
    at[delay : delay + per_year] = 100.0 / per_year
    np.testing.assert_allclose(cash(results), at.reshape(YEARS, per_year).sum(axis=1), **EXACT)
    discounted = (at * factors(np.arange(YEARS * per_year) / per_year)).reshape(YEARS, per_year).sum(axis=1)
    np.testing.assert_allclose(of_region(cashable_saving(results, by_year=True)), discounted, **EXACT)


def test_each_draw_has_its_own_time() -> None:
    """From half a year to two and a half: 1 to 2 years later, and each draw by itself."""
    tree = care({"after": "later"}, last=1)
    tree["parameters"]["later"] = evidenced({"uniform": {"min": 0.6, "max": 3.4}}, "year")
    results = run(tree, draws=30)
    found = results["cashable_saving"].sel(strategy="helped", actor="region").values
    delay = np.floor(results["parameter_value"].sel(parameter="later").values + 0.5).astype(int)
    assert set(delay) == {1, 2, 3}
    for draw, years in enumerate(delay):
        np.testing.assert_allclose(found[draw], 100.0 * (np.arange(YEARS) == years), **EXACT)


def test_a_discount_rate_that_changes_counts_until_the_money_is_there() -> None:
    tree = care({"after": "two_years"}, last=2)
    rates = [0.05, 0.02, 0.1, 0.0, 0.03]
    values = {START_YEAR + k: rate for k, rate in enumerate(rates)}
    tree["tables"] = {
        "rate": {"by": ["year"], "values": values, "unit": "per year", "source": {"assumption": "made up"}}
    }
    results = run(tree | {"discount": {"money": "rate"}})
    at = np.cumprod([1.0, *(1 / (1 + np.array(rates)))])
    np.testing.assert_allclose(of_region(cashable_saving(results, by_year=True)), [0, 0, *(100 * at[2:4]), 0], **EXACT)


# --- steps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accrual", ["start_of_cycle", "half_cycle", "end_of_cycle"])
@pytest.mark.parametrize("cycle", PER_YEAR)
def test_only_whole_steps_are_money(accrual: str, cycle: str) -> None:
    """7 of the 10 would have had care: in steps of 3 that is 6 of them."""
    tree = care({"step": "three"}, share="part") | {"accrual": accrual, "cycle": cycle}
    results = run(tree)
    np.testing.assert_allclose(cash(results), [60.0] * YEARS, **EXACT)
    whole = of_region(cashable_saving(results)) / of_region(avoided_cost(results))
    np.testing.assert_allclose(whole, 6 / 7, **EXACT)


def test_steps_count_the_years_that_persons_spend() -> None:
    """Care begins in the middle of a year, by the accrual: 5 person-years are one step of 3, 10 are three."""
    tree = care({"step": "three"})
    tree["prices"]["care"]["while"] = {"life": "b"}
    tree["domains"]["life"]["moves"] = {"a -> b": {"probability": 1}}
    tree["interventions"]["programme"]["effects"] = [
        {"move": "life.a -> b", "risk_difference": "minus_one", "years": [1, 2], "evidence": "assumed"}
    ]
    tree["parameters"]["minus_one"] = evidenced({"fixed": -1.0}, "risk difference")
    results = run(tree | {"accrual": "half_cycle"})
    avoided = results["cost"].sel(draw=0, actor="region").sum("cost_kind")
    # Usual care: at the ends of the first year; avoided in the second; and half in the third.
    np.testing.assert_allclose(avoided.sel(strategy="usual") - avoided.sel(strategy="helped"), [50, 100, 50, 0, 0])
    np.testing.assert_allclose(cash(results), np.array([50 * 3 / 5, 100 * 9 / 10, 50 * 3 / 5, 0, 0]), **EXACT)


def test_more_instead_of_fewer_are_steps_in_the_other_direction() -> None:
    """Towards zero: 7 persons more cost the budget of 6 at once."""
    tree = care({"step": "three"}, share="part")
    tree["prices"]["care"]["while"] = {"programme": {"at_least": 1}}
    np.testing.assert_allclose(cash(run(tree)), [-60.0] * YEARS, **EXACT)


def test_ten_are_ten_steps_of_one() -> None:
    """Whole numbers are whole, whatever the rounding of what they are sums of."""
    tree = care({"step": "tenth"}, share="part")
    tree["parameters"]["tenth"] = evidenced({"fixed": 0.1}, "persons")
    for engine in ("sampled", "expected"):
        results = simulate(read(tree | {"cycle": "month"}), draws=1, persons=30, engine=engine)
        np.testing.assert_allclose(cash(results), [70.0] * YEARS, rtol=1e-12)


def test_events_in_steps_and_in_several_situations() -> None:
    """10 repairs a year are avoided, whose price differs between two groups: steps of 3 count both together."""
    tree = care({"step": "three", "share": "half"})
    tree["parameters"]["women"] = evidenced({"fixed": 0.5}, "share")
    tree["population"]["attributes"] = {"sex": {"female": "women", "male": "rest"}}
    tree["domains"]["life"] = {"states": ["a", "b"], "moves": {x: {"probability": 1} for x in ("a -> b", "b -> a")}}
    values = {"female": 30.0, "male": 70.0}
    tree["tables"] = {
        "repair": {
            "by": ["sex"], "values": values, "unit": "SEK per event", "price_year": START_YEAR,
            "source": {"assumption": "made up"},
        }
    }  # fmt: skip
    price = {"move": "life.any -> b", "if": {"programme": 0}, "resource": "repair", "actor": "region"}
    tree["prices"] = {"care": price | {"cashable": {"step": "three", "share": "half"}}}
    results = run(tree, persons=200)
    avoided = results["cost"].sel(draw=0, actor="region", strategy="usual").sum("cost_kind").values
    assert avoided[0] > 0
    assert avoided[1] == 0
    np.testing.assert_allclose(cash(results), avoided * 0.5 * 9 / 10, **EXACT)


# --- for whom, and against what -------------------------------------------------------------------------


def test_each_payer_cashes_its_share() -> None:
    """The payers' shares change: the money is that of who would have paid when the cost was avoided."""
    tree = care({"after": "two_years"}, last=2)
    tree["prices"]["care"]["actor"] = {"region": "rest", "municipality": "mine"}
    values = {START_YEAR: 0.2, START_YEAR + 1: 0.9, f"{START_YEAR + 2}+": 0.5}
    tree["tables"] = {"mine": {"by": ["year"], "values": values, "unit": "share", "source": {"assumption": "made up"}}}
    results = run(tree)
    np.testing.assert_allclose(cash(results), [0, 0, 80, 10, 0], **EXACT)
    np.testing.assert_allclose(cash(results, "municipality"), [0, 0, 20, 90, 0], **EXACT)


def test_only_prices_that_say_so_are_freed_and_programmes_are_left_out() -> None:
    """Benefits are money at once, in full; what is freed of care is care's alone."""
    tree = care({"share": "half"})
    tree["prices"]["benefit"] = {
        "while": {"programme": 0}, "transfer": "care", "from": "municipality", "to": "household",
    }  # fmt: skip
    tree["interventions"]["programme"]["costs"] = [{"programme": "care", "years": [1, 5], "actor": "region"}]
    results = run(tree)
    for by_year in (True, False):
        cashed, avoided = (of(results, by_year=by_year) for of in (cashable_saving, avoided_cost))
        for actor in ("municipality", "household"):
            np.testing.assert_array_equal(of_region(cashed, actor), of_region(avoided, actor))
            assert (of_region(freed(results, by_year=by_year), actor) == 0).all()
    np.testing.assert_allclose(cash(results, "household"), [-100.0] * YEARS, **EXACT)
    np.testing.assert_allclose(cash(results), [50.0] * YEARS, **EXACT)
    views = with_views(cashable_saving(results), results).sel(intervention="helped", draw=0)
    np.testing.assert_allclose(views.sel(actor="public_sector"), 150 * factors(np.arange(YEARS)).sum(), **EXACT)
    np.testing.assert_allclose(views.sel(actor="society"), 50 * factors(np.arange(YEARS)).sum(), **EXACT)
    summary = summarise(results).sel(intervention="helped", actor="region")
    np.testing.assert_allclose(summary["cashable_saving"], 50 * factors(np.arange(YEARS)).sum(), **EXACT)
    np.testing.assert_allclose(summary["cashable_saving_quantile"], summary["cashable_saving"], **EXACT)
    assert np.isnan(summary["cashable_saving_mcse"])


def test_a_benefit_may_be_cashable_later_too() -> None:
    """Then it is freed in between, on both sides: whoever would have got it is short of it when it is cut."""
    tree = care(None)
    tree["prices"] = {
        "benefit": {
            "while": {"programme": 0}, "transfer": "care", "from": "municipality", "to": "household",
            "cashable": {"after": "two_years"},
        }
    }  # fmt: skip
    results = run(tree)
    np.testing.assert_allclose(cash(results, "municipality"), [0, 0, 100, 100, 100], **EXACT)
    np.testing.assert_allclose(cash(results, "household"), [0, 0, -100, -100, -100], **EXACT)


def test_against_another_comparator_it_is_not_known() -> None:
    results = run(care({"share": "half"}))
    assert results["cashable_saving"].attrs["comparator"] == "usual"
    assert (results["cashable_saving"].sel(strategy="usual") == 0).all()
    for function in (cashable_saving, freed):
        with pytest.raises(ResultsError) as refused:
            function(results, comparator="helped")
        assert str(refused.value) == (
            "What is cashable was worked out against 'usual', the comparator of the scenario; "
            "against 'helped' it takes another run, with comparator: helped in the scenario."
        )
    with pytest.raises(UnknownNameError, match="'helpd' is not a strategy of these results; did you mean 'helped'"):
        cashable_saving(results, comparator="helpd")
    assert "cashable_saving" not in summarise(results, comparator="helped")
    assert (cashable_saving(results, comparator="usual") == cashable_saving(results)).all()


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_avoided_is_cashable_and_freed_in_every_draw(engine: str) -> None:
    """On lives with chance, an uncertain effect and steps; and what nobody says anything about is not freed."""
    tree = care({"share": "half", "after": "some_months", "step": "three"})
    tree["domains"]["life"]["moves"] = {"a -> b": {"probability": "p"}, "b -> a": {"probability": "p"}}
    tree["parameters"]["p"] = evidenced({"beta": {"mean": 0.3, "sd": 0.05}}, "probability per year")
    tree["parameters"]["ratio"] = evidenced({"lognormal": {"median": 0.3, "interval_95": [0.1, 0.9]}}, "odds ratio")
    tree["prices"]["care"]["while"] = {"life": "b"}
    tree["prices"]["other"] = {"while": {"life": "b"}, "resource": "care", "actor": "municipality"}
    tree["interventions"]["programme"]["effects"] = [
        {"move": "life.a -> b", "odds_ratio": "ratio", "years": [1, "onwards"], "evidence": "assumed"}
    ]
    results = simulate(read(tree), draws=20, persons=40, engine=engine)
    parts = [of(results, by_year=True) for of in (avoided_cost, cashable_saving, freed)]
    np.testing.assert_allclose(parts[0], parts[1] + parts[2], rtol=1e-9, atol=1e-9)
    region, municipality = (freed(results).sel(actor=actor) for actor in ("region", "municipality"))
    assert (region.values > 0).any()
    assert (municipality == 0).all()
    assert (net_saving(results) == avoided_cost(results)).all()
