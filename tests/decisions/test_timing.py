"""How much one has paid till the money is back, and what budgets show: worked out on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore import storage
from simcore.analysis import budget as budget_module
from simcore.analysis import by_draws as by_draws_module
from simcore.analysis.avoided_cost import with_views
from simcore.analysis.budget import of_years
from simcore.analysis.by_draws import portions_of
from simcore.analysis.cashable import cashable_saving, says_cashable
from simcore.decisions import timing
from simcore.decisions.timing import budget_effect, exposure, nominal_factor, payback
from simcore.errors import ResultsError, UnknownNameError

from ..analysis.made import made
from .kept import ACTORS, NAN, kept, of_help


def test_exposure_by_hand() -> None:
    """Sums of the town: -10, -6, 2 (10 in 2024); -4, -10, -8 (10 in 2025); 2, 4, 6 (never out of pocket).

    What is expected: (-12, 0, 12) / 3 each year, sums -4, -4, 0: 4 in 2024, the first of two years.
    """
    results = kept({"town": [[-10, 4, 8], [-4, -6, 2], [2, 2, 2]], "state": [[0, 1, -1]] * 3}, programme=20)
    results = results.assign(present_value=results["present_value"] * 0.5)  # it is not discounted
    found = exposure(results)
    assert found["actor"].values.tolist() == ACTORS
    of = of_help(found)
    np.testing.assert_allclose(of["expected"], [400, 0, 0, 400, 400], rtol=1e-12)
    np.testing.assert_equal(of["expected_year"].values, [2024, NAN, NAN, 2024, 2024])
    # In order 0, 10, 10: the 5 % quantile lies at place 0.1, counted from 0.
    np.testing.assert_allclose(of["exposure_quantile"].sel(actor="town"), [100, 1000, 1000], rtol=1e-12)
    assert of["exposure_year_quantile"].sel(actor="town").values.tolist() == [2024, 2025, 2025]
    assert of["exposure_quantile"].sel(actor="state").values.tolist() == [0, 0, 0]
    assert np.isnan(of["exposure_year_quantile"].sel(actor=["state", "home"])).all()
    # With the state's 0, 1, 0: -10, -5, 2 and -4, -9, -8 and 2, 5, 6.
    np.testing.assert_allclose(of["exposure_quantile"].sel(actor="society"), [90, 900, 990], rtol=1e-12)
    assert found["exposure_quantile"].dims == ("quantile", "intervention", "actor")
    money = "SEK of 2024 for the target group of 100 persons"
    assert {str(name): of.attrs["units"] for name, of in found.items()} == {
        "expected": money, "expected_year": "calendar year",
        "exposure_quantile": money, "exposure_year_quantile": "calendar year",
    }  # fmt: skip


def test_exposure_with_inflation_by_hand() -> None:
    """At 10 % a year from 2024 on: -4, -6.6 and 2.42, so 10.6 in 2025; from 2023 on 1.1 times that."""
    results = kept({"town": [[-4, -6, 2]] * 2, "home": [[1, 0, -2]] * 2})
    found = exposure(results, inflation=0.1)
    of = of_help(found)
    np.testing.assert_allclose(of["expected"].sel(actor=["town", "home"]), [1060, 142], rtol=1e-12)  # 1 - 2.42
    assert of["expected_year"].sel(actor=["town", "home"]).values.tolist() == [2025, 2026]
    np.testing.assert_allclose(of["exposure_quantile"].sel(actor="town"), [1060] * 3, rtol=1e-12)
    assert found["expected"].attrs["units"] == "SEK of each year for the target group of 100 persons"
    earlier = of_help(exposure(results.assign_attrs(price_year=2023), inflation=0.1))
    np.testing.assert_allclose(earlier["expected"].sel(actor=["town", "home"]), [1166, 156.2], rtol=1e-12)
    assert of_help(exposure(results))["expected"].sel(actor=["town", "home"]).values.tolist() == [1000, 100]


def test_exposure_is_of_what_becomes_money() -> None:
    """The town pays 5, which saves it 4 at once and 4 in 2025; as money 1 in 2025 and 3 in 2026.

    Out of pocket it is 1 by what it saves, and 5 by what becomes money. Of the discounted amounts nothing is read.
    """
    results = kept({"town": [[-1, 4, 0]] * 2}, programme=5)
    cash = xr.zeros_like(results["cost"].isel(cost_kind=0, drop=True))
    cash.loc[{"strategy": "help", "actor": "town"}] = np.array([[0.0, 1.0, 3.0]] * 2)
    found = of_help(exposure(results.assign(cashable_saving=cash, cashable_present_value=10 * cash)))
    np.testing.assert_allclose(found["expected"], [500, 0, 0, 500, 500], rtol=1e-12)
    np.testing.assert_equal(found["expected_year"].values, [2024, NAN, NAN, 2024, 2024])
    assert of_help(exposure(results))["expected"].values.tolist() == [100, 0, 0, 100, 100]


def test_exposure_gross() -> None:
    """Others lose 3 in the second year: gross, nobody does."""
    results = kept({"town": [[1, 1, 1]] * 2})
    cost = results["cost"].copy()
    cost.loc[{"strategy": "help", "actor": "home", "cost_kind": "intangible", "year": 2025}] = 3.0
    kinds = ["displaced_production" if kind == "intangible" else str(kind) for kind in cost["cost_kind"].values]
    results = results.assign(cost=cost).assign_coords(cost_kind=kinds)
    assert of_help(exposure(results))["expected"].values.tolist() == [0, 0, 300, 0, 100]
    assert of_help(exposure(results, gross=True))["expected"].values.tolist() == [0] * 5


def test_rounding_is_no_exposure() -> None:
    """0.3 - 0.1 - 0.2 leaves a rest below zero; -0.3 + 0.3 - 0.1 - 0.2 goes further below than -0.3 by as little."""

    def of_one(*net: float) -> xr.Dataset:
        results = kept({"town": [net] * 2}, years=tuple(range(2024, 2024 + len(net))))
        return of_help(exposure(results.assign_attrs(target_group=1))).sel(actor="town")

    assert 0.3 - 0.1 - 0.2 < 0
    of = of_one(0.3, -0.1, -0.2)
    assert float(of["expected"]) == 0
    assert np.isnan(of["expected_year"])
    assert of["exposure_quantile"].values.tolist() == [0, 0, 0]
    assert np.isnan(of["exposure_year_quantile"]).all()
    assert -0.3 + 0.3 - 0.1 - 0.2 < -0.3
    of = of_one(-0.3, 0.3, -0.1, -0.2)
    assert float(of["expected"]) == pytest.approx(0.3)
    assert float(of["expected_year"]) == 2024
    assert of["exposure_year_quantile"].values.tolist() == [2024] * 3
    of = of_one(-0.3, 0.3, -0.1, -0.3)
    assert float(of["expected_year"]) == 2027


def test_exposure_of_one_draw() -> None:
    of = of_help(exposure(kept({"town": [[-2, -1, 5]]}))).sel(actor="town")
    assert float(of["expected"]) == 300
    assert of["exposure_quantile"].values.tolist() == [300] * 3
    assert of["exposure_year_quantile"].values.tolist() == [2025] * 3


def effects() -> xr.Dataset:
    """The town pays 10 at first, of which home receives 2; it is saved 4 at once, and 4 or 8 in the second year.

    Home pays 1 of tax to the state at first. Pain of 1 is spared the town in the third year, if that counts.
    """
    one = np.ones((2, 1))
    return made(
        {
            "usual": {},
            "help": {
                ("town", "resource"): -np.array([[4.0, 4.0, 0.0], [4.0, 8.0, 0.0]]),
                ("state", "tax"): one * [-1, 0, 0],
                ("home", "tax"): one * [1, 0, 0],
                ("town", "programme"): one * [10, 0, 0],
                ("home", "programme"): one * [-2, 0, 0],
                ("town", "intangible"): one * [0, 0, -1],
            },
        }
    ).assign_attrs(target_group=100)


def test_effects_on_budgets_by_hand() -> None:
    """Of 100 persons the town keeps 4 - 10 at first, and 4 or 8 in the second year: an error of 400 / 2.

    The 5 % quantile of 400 and 800 is 420, and the 95 % one 780. Home keeps 2 - 1, and the state 1.
    """
    results = effects()
    found = budget_effect(results.assign(present_value=results["present_value"] * 0.5))
    of = of_help(found)
    assert found["actor"].values.tolist() == ACTORS
    assert found["net_saving"].dims == ("intervention", "actor", "year")
    assert found["net_saving_quantile"].dims == ("quantile", "intervention", "actor", "year")
    saving = [[-600, 600, 0], [100, 0, 0], [100, 0, 0], [-500, 600, 0], [-400, 600, 0]]
    assert of["net_saving"].values.tolist() == saving
    assert of["cashable_net_saving"].values.tolist() == saving  # no price says what is cashable
    assert of["programme_cost"].values.tolist() == [[of, 0, 0] for of in (1000, 0, -200, 1000, 800)]
    np.testing.assert_allclose(of["net_saving_mcse"].sel(actor="town"), [0, 200, 0], rtol=1e-12)
    np.testing.assert_allclose(of["net_saving_quantile"].sel(actor="town", year=2025), [420, 600, 780], rtol=1e-12)
    assert (of["programme_cost_mcse"] == 0).all()
    names = ["programme_cost", "net_saving", "cashable_net_saving"]
    names = [f"{name}{what}" for name in names for what in ("", "_mcse", "_quantile")]
    assert set(found) == {*names, *(f"{name}_nominal" for name in names)}
    for name in names:
        np.testing.assert_array_equal(found[f"{name}_nominal"], found[name])
        assert found[f"{name}_nominal"].dims == found[name].dims
    assert {array.attrs["units"] for array in found.values()} == {"SEK of 2024 for the target group of 100 persons"}
    assert found.attrs["inflation"] == 0
    assert found["cashable_net_saving"].attrs["long_name"] == "Cashable net saving of the year"


def test_nominal_effects_by_hand() -> None:
    """At 10 % a year, from 2024 on: 1, 1.1 and 1.21 times as much; from 2023 on 1.1, 1.21 and 1.331 times."""
    found = budget_effect(effects(), inflation=0.1, also=["intangible"])
    of = of_help(found)
    assert of["net_saving"].sel(actor="town").values.tolist() == [-600, 600, 100]
    np.testing.assert_allclose(of["net_saving_nominal"].sel(actor="town"), [-600, 660, 121], rtol=1e-12)
    np.testing.assert_allclose(of["net_saving_nominal"].sel(actor="society"), [-400, 660, 121], rtol=1e-12)
    np.testing.assert_allclose(of["net_saving_mcse_nominal"].sel(actor="town"), [0, 220, 0], rtol=1e-12)
    np.testing.assert_allclose(of["net_saving_quantile_nominal"].sel(actor="town", year=2025), [462, 660, 858])
    assert of["cashable_net_saving"].sel(actor="town").values.tolist() == [-600, 600, 0]
    assert found["net_saving"].attrs["units"] == "SEK of 2024 for the target group of 100 persons"
    assert found["net_saving_nominal"].attrs["units"] == "SEK of each year for the target group of 100 persons"
    assert found["net_saving_nominal"].attrs["long_name"] == found["net_saving"].attrs["long_name"]
    assert found.attrs["inflation"] == 0.1
    of = of_help(budget_effect(effects().assign_attrs(price_year=2023), inflation=0.1))
    np.testing.assert_allclose(of["net_saving_nominal"].sel(actor="town"), [-660, 726, 0], rtol=1e-12)
    np.testing.assert_allclose(of["programme_cost_nominal"].sel(actor="home"), [-220, 0, 0], rtol=1e-12)


def test_cashable_effects_by_hand() -> None:
    """Half of what the town is saved becomes money, and nothing of the taxes: 2 - 10, then 2 or 4; home keeps its 2."""
    results = effects()
    cash = xr.zeros_like(results["cost"].isel(cost_kind=0, drop=True))
    cash.loc[{"strategy": "help", "actor": "town"}] = np.array([[2.0, 2.0, 0.0], [2.0, 4.0, 0.0]])
    results = results.assign(cashable_saving=cash, cashable_present_value=10 * cash)
    of = of_help(budget_effect(results, inflation=0.1))
    assert of["cashable_net_saving"].values.tolist() == [
        [-800, 300, 0], [0, 0, 0], [200, 0, 0], [-800, 300, 0], [-600, 300, 0],
    ]  # fmt: skip
    np.testing.assert_allclose(of["cashable_net_saving_nominal"].sel(actor="town"), [-800, 330, 0], rtol=1e-12)
    np.testing.assert_allclose(of["cashable_net_saving_mcse"].sel(actor="town"), [0, 100, 0], rtol=1e-12)
    assert of["net_saving"].sel(actor="town").values.tolist() == [-600, 600, 0]


def test_effects_gross() -> None:
    kinds = ["displaced_tax" if kind == "tax" else str(kind) for kind in effects()["cost_kind"].values]
    results = effects().assign_coords(cost_kind=kinds)
    of = of_help(budget_effect(results, gross=True))
    for name in ("net_saving", "cashable_net_saving"):
        assert of[name].sel(year=2024).values.tolist() == [-600, 0, 200, -600, -400]
        assert of_help(budget_effect(results))[name].sel(year=2024).values.tolist() == [-600, 100, 100, -500, -400]
    with pytest.raises(UnknownNameError, match="did you mean 'intangible'"):
        budget_effect(results, also=["intangibles"])


def test_one_draw_has_no_error() -> None:
    of = of_help(budget_effect(effects().isel(draw=[0])))
    assert of["net_saving"].sel(actor="town").values.tolist() == [-600, 400, 0]
    assert np.isnan(of["net_saving_mcse"]).all()
    assert np.isnan(of["net_saving_mcse_nominal"]).all()


def test_several_cohorts_are_told_of() -> None:
    """What is paid for all cohorts is said to be so, whatever the prices."""
    results = effects().assign_attrs(cohorts=3)
    words = "for the target group of 100 persons in each of 3 cohorts together"
    found = budget_effect(results, inflation=0.1)
    assert found["net_saving"].attrs["units"] == f"SEK of 2024 {words}"
    assert found["net_saving_nominal"].attrs["units"] == f"SEK of each year {words}"
    assert exposure(results)["expected"].attrs["units"] == f"SEK of 2024 {words}"


def test_nominal_factors_by_hand() -> None:
    results = effects()
    np.testing.assert_allclose(nominal_factor(results, 0.1), [1, 1.1, 1.21], rtol=1e-12)
    np.testing.assert_allclose(nominal_factor(results.assign_attrs(price_year=2025), 0.25), [0.8, 1, 1.25], rtol=1e-12)
    np.testing.assert_allclose(nominal_factor(results, -0.1), [1, 0.9, 0.81], rtol=1e-12)
    assert nominal_factor(results, 0.0).values.tolist() == [1, 1, 1]
    assert nominal_factor(results, 0.1).dims == ("year",)
    assert nominal_factor(results, 0.1)["year"].values.tolist() == [2024, 2025, 2026]


@pytest.mark.parametrize("inflation", [-0.5, 1, 2.0, float("nan"), float("inf")])
def test_inflation_out_of_range(inflation: float) -> None:
    words = f"Inflation per year is a number such as 0.02, above -0.5 and below 1; found {inflation}."
    for ask in (nominal_factor, lambda of, inflation: exposure(of, inflation=inflation),
                lambda of, inflation: budget_effect(of, inflation=inflation)):  # fmt: skip
        with pytest.raises(ResultsError) as caught:
            ask(effects(), inflation)
        assert str(caught.value) == words


def test_out_of_pocket_draw_by_draw(run: xr.Dataset) -> None:
    """Each actor's sums of what becomes money minus what it pays, added up one year after the other."""
    inflation, target = 0.03, run.attrs["target_group"]
    found = exposure(run, inflation=inflation)
    assert "randomisation" not in found.coords
    cash = cashable_saving(run, by_year=True, discounted=False)
    paid = simcore.programme_cost(run, by_year=True, discounted=False)
    yearly = with_views(cash - paid, run).transpose("intervention", "actor", "draw", "year")
    years = run["year"].values
    nominal = yearly.values * target * np.array([1.03 ** (year - run.attrs["price_year"]) for year in years])
    out = np.maximum(-np.cumsum(nominal, axis=-1).min(axis=-1), 0)
    money = {"rtol": 1e-9, "atol": 1e-9 * abs(nominal).max()}
    wanted = np.quantile(out, (0.05, 0.5, 0.95), axis=-1)
    np.testing.assert_allclose(
        found["exposure_quantile"].transpose("quantile", "intervention", "actor"), wanted, **money
    )
    sums = np.cumsum(nominal.mean(axis=2), axis=-1)
    expected = np.maximum(-sums.min(axis=-1), 0)
    np.testing.assert_allclose(found["expected"].transpose("intervention", "actor"), expected, **money)
    exposed = expected > 1e-6 * abs(nominal).max()
    assert exposed.any()
    np.testing.assert_array_equal(
        found["expected_year"].transpose("intervention", "actor").values[exposed], years[sums.argmin(axis=-1)][exposed]
    )
    # What is expected of a sum of actors is at most what they are exposed to one by one.
    public = found["expected"].sel(actor=run["actor"].values[run["sector"].values == "public"]).sum("actor")
    assert (found["expected"].sel(actor="public_sector") <= public * (1 + 1e-9)).all()


def test_effects_of_a_run_add_up(run: xr.Dataset) -> None:
    found = budget_effect(run, inflation=0.02, also=["public_funds"])
    assert "randomisation" not in found.coords
    target = run.attrs["target_group"]
    least = 1e-9 * target * float(abs(run["cost"].sum("year")).max())

    def same(left: xr.DataArray, right: xr.DataArray) -> None:
        np.testing.assert_allclose(left.transpose(*right.dims), right, rtol=1e-9, atol=least)

    public = run["actor"].values[run["sector"].values == "public"]
    for name in ("programme_cost", "net_saving", "cashable_net_saving"):
        for end in ("", "_nominal"):
            of = found[f"{name}{end}"]
            same(of.sel(actor=public).sum("actor"), of.sel(actor="public_sector"))
            same(of.sel(actor=run["actor"].values).sum("actor"), of.sel(actor="society"))
        same(found[f"{name}_nominal"], found[name] * nominal_factor(run, 0.02))
    saving = simcore.net_saving(run, discounted=False, also=["public_funds"])
    same(found["net_saving"].sum("year").sel(actor=run["actor"].values), saving.mean("draw") * target)
    same(found["programme_cost"], simcore.budget(run, total=True)["programme_cost"])
    cash = simcore.budget(run, total=True)
    if says_cashable(run):
        same(found["cashable_net_saving"], cash["cashable_saving"] - cash["programme_cost"])
        assert float(abs(cash["freed"]).max()) > least
    else:
        same(found["cashable_net_saving"], cash["net_saving"])


def test_years_worked_on_in_parts(run: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quantities of years that are worked on some after others, as `budget` and `budget_effect` ask for them."""
    quantities = {"cash": lambda some: cashable_saving(some, by_year=True, discounted=False)}
    whole, effect = of_years(run, quantities), budget_effect(run, inflation=0.02)
    assert sorted(whole) == ["cash", "cash_mcse", "cash_quantile"]
    assert budget_module._years_at_once(run, 1) == [None]
    monkeypatch.setattr(budget_module, "_AT_ONCE", 1)
    parts = budget_module._years_at_once(run, 1)
    assert len(parts) == run.sizes["year"] // 2
    assert [part.stop for part in parts[:-1]] == [part.start for part in parts[1:]]  # type: ignore[union-attr]
    xr.testing.assert_identical(of_years(run, quantities), whole)
    xr.testing.assert_identical(budget_effect(run, inflation=0.02), effect)


def test_quantities_of_persons_and_of_all() -> None:
    quantities = {"paid": lambda some: simcore.programme_cost(some, by_year=True, discounted=False)}
    each, whole = of_years(effects(), quantities), of_years(effects(), quantities, total=True)
    assert of_help(each)["paid"].sel(year=2024).values.tolist() == [10, 0, -2, 10, 8]
    assert of_help(whole)["paid"].sel(year=2024).values.tolist() == [1000, 0, -200, 1000, 800]
    assert each["paid_quantile"].attrs == {"units": "SEK", "long_name": "Programme cost of the year, quantiles"}
    assert whole["paid_mcse"].attrs == {
        "units": "SEK of 2024 for the target group of 100 persons", "long_name": "Programme cost of the year, MCSE",
    }  # fmt: skip


def test_the_same_from_disk(run: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "CHUNK_DRAWS", 3)  # several chunks, the last of which may not be full
    simcore.save_results(run, tmp_path / "run")
    loaded = simcore.open_results(tmp_path / "run")
    wanted = [payback(loaded, gross=True), budget_effect(loaded, inflation=0.02), exposure(loaded, inflation=0.02)]
    monkeypatch.setattr(storage, "IN_MEMORY", 0)
    monkeypatch.setattr(by_draws_module, "PORTION", 1)
    monkeypatch.setattr(budget_module, "_AT_ONCE", 200_000)
    monkeypatch.setattr(timing, "_AT_ONCE", 1)
    lying = simcore.open_results(tmp_path / "run")
    assert len(portions_of(lying, "cost")) > 1 == len(portions_of(loaded, "cost"))
    xr.testing.assert_identical(payback(lying, gross=True), wanted[0])
    xr.testing.assert_identical(budget_effect(lying, inflation=0.02), wanted[1])
    # Means that are added up some draws after others may differ in the last bits.
    found = exposure(lying, inflation=0.02)
    xr.testing.assert_allclose(found, wanted[2], rtol=1e-12)
    for name in ("exposure_quantile", "exposure_year_quantile"):
        xr.testing.assert_identical(found[name], wanted[2][name])
