"""When the money is back, how much one has paid till then, and what budgets show: worked out on paper."""

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
from simcore.analysis.luck import settled_contrast
from simcore.analysis.payback import settled_net_saving
from simcore.decisions import timing
from simcore.decisions.timing import FAN, budget_effect, exposure, nominal_factor, payback
from simcore.errors import ResultsError, UnknownNameError

from ..analysis.made import made

INF, NAN = np.inf, np.nan
ACTORS = ["town", "state", "home", "public_sector", "society"]
#: What the town keeps each year in five draws.
TOWN = [[1, 1, 1], [-4, 1, 5], [-1, 3, -5], [-4, 1, 1], [-2, 2, 0]]


def kept(of: dict[str, object], programme: float = 0.0, years: tuple[int, ...] = (2024, 2025, 2026)) -> xr.Dataset:
    """Results in which each actor keeps so much in each draw and year; a programme costs the town some of it first."""
    entries = {(actor, "resource"): -np.array(net, dtype=float) for actor, net in of.items()}
    n_draws = len(next(iter(entries.values())))
    if programme:
        spent = np.ones((n_draws, 1)) * [programme, *[0] * (len(years) - 1)]
        entries["town", "resource"] = entries["town", "resource"] - spent
        entries["town", "programme"] = spent
    return made({"usual": {}, "help": entries}, years=years).assign_attrs(target_group=100)


def with_halves(results: xr.Dataset, actor: str, year: int, difference: np.ndarray) -> xr.Dataset:
    """The halves of the persons cost so much less and more in a year."""
    between = results["present_value_between_halves"].copy()
    between.loc[{"strategy": "help", "actor": actor, "year": year}] = difference
    return results.assign(present_value_between_halves=between)


@pytest.fixture
def town_and_state() -> xr.Dataset:
    """The state keeps 1 in the second and in the third year of each draw, and home nothing."""
    return kept({"town": TOWN, "state": [[0, 1, 1]] * 5}, programme=5)


def of_help(found: xr.Dataset) -> xr.Dataset:
    return found.sel(intervention="help")


def test_paid_back_or_never_by_hand(town_and_state: xr.Dataset) -> None:
    """Sums of the town: 1, 2, 3 (back in 2024); -4, -3, 2 (2026); -1, 2, -3 and -4, -3, -2 (never); -2, 0, 0 (2025).

    With the state's 0, 1, 2: 1, 3, 5 (2024); -4, -2, 4 (2026); -1, 3, -1 (never); -4, -2, 0 (2026); -2, 1, 2 (2025).
    """
    found = payback(town_and_state)
    assert found["actor"].values.tolist() == ACTORS
    of = of_help(found)
    public = [1 / 5, 2 / 5, 4 / 5]
    wanted = [[1 / 5, 2 / 5, 3 / 5], [0, 1, 1], [NAN] * 3, public, public]
    np.testing.assert_allclose(of["paid_back"].transpose("actor", "year"), wanted, rtol=1e-12)
    np.testing.assert_allclose(of["never"], [2 / 5, 0, NAN, 1 / 5, 1 / 5], rtol=1e-12)
    np.testing.assert_allclose(of["never"] + of["paid_back"].isel(year=-1), [1, 1, NAN, 1, 1], rtol=1e-12)
    # In order 2024, 2025, 2026, never, never; and 2024, 2025, 2026, 2026, never.
    np.testing.assert_equal(
        of["break_even_quantile"].transpose("actor", "quantile").values,
        [[2024, 2025, 2026, INF, INF], [2025] * 5, [NAN] * 5, *[[2024, 2025, 2026, 2026, INF]] * 2],
    )
    assert of["settled"].values.tolist() == [True] * 5
    assert of["settled"].dtype == bool


def test_the_fan_by_hand(town_and_state: xr.Dataset) -> None:
    """Sums of the town up to 2026, in order: -3, -2, 0, 2, 3. The 5 % quantile lies at place 0.2, counted from 0."""
    found = payback(town_and_state)
    assert found["cumulative"].dims == ("intervention", "actor", "year")
    assert found["cumulative_quantile"].dims == ("quantile", "intervention", "actor", "year")
    assert tuple(found["quantile"].values) == FAN == (0.05, 0.25, 0.5, 0.75, 0.95)
    assert found["year"].values.tolist() == [2024, 2025, 2026]
    of = of_help(found)
    np.testing.assert_allclose(of["cumulative"].sel(actor="town"), [-2, -0.4, 0], atol=1e-12)
    np.testing.assert_allclose(of["cumulative"].sel(actor="society"), [-2, 0.6, 2], atol=1e-12)
    assert of["cumulative"].sel(actor="state").values.tolist() == [0, 1, 2]
    fan = of["cumulative_quantile"].sel(year=2026)
    np.testing.assert_allclose(fan.sel(actor="town"), [-2.8, -2, 0, 2, 2.8], atol=1e-12)
    np.testing.assert_allclose(fan.sel(actor="public_sector"), [-0.8, 0, 2, 4, 4.8], atol=1e-12)
    assert fan.sel(actor="home").values.tolist() == [0] * 5
    assert found["cumulative"].attrs["units"] == found["cumulative_quantile"].attrs["units"] == "SEK"
    assert found["break_even_quantile"].attrs["units"] == "calendar year"


def test_of_two_middle_draws_the_later_counts() -> None:
    """In order 2024, 2026, never, never: places 0.2, 1, 2, 3 and 3.8."""
    of = of_help(payback(kept({"town": TOWN[:4]})))
    assert of["break_even_quantile"].sel(actor="town").values.tolist() == [2024, 2026, INF, INF, INF]
    assert float(of["never"].sel(actor="town")) == 0.5
    of = of_help(payback(kept({"town": [*TOWN[:2], *TOWN[4:], *TOWN[1:2]]})))  # 2024, 2025, 2026, 2026
    assert of["break_even_quantile"].sel(actor="town").values.tolist() == [2024, 2025, 2026, 2026, 2026]


def test_a_draw_in_which_nothing_is_at_stake() -> None:
    """It has nothing to get back, from the start; the others are back in 2025, never, and in 2026."""
    of = of_help(payback(kept({"town": [[0, 0, 0], [-1, 2, 0], [-1, 0, 0], [-3, 2, 1]]}))).sel(actor="town")
    assert of["paid_back"].values.tolist() == [0.25, 0.5, 0.75]
    assert float(of["never"]) == 0.25
    assert of["break_even_quantile"].values.tolist() == [2024, 2025, 2026, INF, INF]
    # An actor that gains later than at the start has its first gain then.
    of = of_help(payback(kept({"town": [[0, 0, 0], [0, 0, 2], [0, 0, 2], [0, 0, 2]]}))).sel(actor="town")
    assert of["paid_back"].values.tolist() == [0.25, 0.25, 1]
    assert float(of["never"]) == 0


def test_never_for_anybody() -> None:
    of = of_help(payback(kept({"town": [[-1, 0, 0], [0, 0, -1], [3, -2, -2]]}))).sel(actor="society")
    assert of["paid_back"].values.tolist() == [0, 0, 0]
    assert float(of["never"]) == 1
    assert of["break_even_quantile"].values.tolist() == [INF] * 5


def test_what_is_back_but_for_rounding() -> None:
    """-0.1 - 0.2 + 0.3 leaves a rest of 6e-17 below zero, and is back in 2026."""
    assert -0.1 - 0.2 + 0.3 < 0
    of = of_help(payback(kept({"town": [[-0.1, -0.2, 0.3]] * 2}))).sel(actor="town")
    assert of["paid_back"].values.tolist() == [0, 0, 1]
    assert float(of["never"]) == 0


def test_what_is_counted_on_request(town_and_state: xr.Dataset) -> None:
    """Pain that home is spared in the second year; or what others lose, as displaced production."""
    cost = town_and_state["present_value"].copy()
    cost.loc[{"strategy": "help", "actor": "home", "cost_kind": "intangible", "year": 2025}] = -2.0
    results = town_and_state.assign(present_value=cost)
    of = of_help(payback(results, also=["intangible"]))
    assert of["cumulative"].sel(actor="home").values.tolist() == [0, 2, 2]
    assert of["paid_back"].sel(actor="home").values.tolist() == [0, 1, 1]
    assert of["break_even_quantile"].sel(actor="home").values.tolist() == [2025] * 5
    assert np.isnan(of_help(payback(results))["never"].sel(actor="home"))
    kinds = ["displaced_tax" if kind == "intangible" else str(kind) for kind in cost["cost_kind"].values]
    displaced = results.assign_coords(cost_kind=kinds)
    assert float(of_help(payback(displaced))["never"].sel(actor="home")) == 0
    assert np.isnan(of_help(payback(displaced, gross=True))["never"].sel(actor="home"))
    with pytest.raises(UnknownNameError, match="'pain' is not a kind of cost that is shown apart"):
        payback(results, also=["pain"])


@pytest.mark.parametrize("year", [2024, 2026])
def test_luck_is_taken_off(year: int) -> None:
    """Sums up to 2026 are -1, 5, 6, 7 and 8, of mean 5 and variance (36 + 0 + 1 + 4 + 9) / 4 = 12.5.

    The halves differ by a, -a, a, -a and 0: squares of 4 a**2 / 5, times 5 / 4 and a quarter, is a luck of a**2 / 4.
    Where that is three quarters of the variance, half of the spread is left: 2, 5, 5.5, 6 and 6.5. So the draw that
    luck alone brings below zero is back in 2026, as all of them are. By which year the halves differ so much is the
    same; in earlier years no draw differs from the others.
    """
    net = [[-1, 0, 0], [-1, 0, 6], [-1, 0, 7], [-1, 0, 8], [-1, 0, 9]]
    results, differences = kept({"town": net}), np.array([1.0, -1.0, 1.0, -1.0, 0.0])
    as_simulated = of_help(payback(results)).sel(actor="town")
    assert as_simulated["paid_back"].values.tolist() == [0, 0, 0.8]
    found = payback(with_halves(results, "town", year, np.sqrt(4 * 0.75 * 12.5) * differences))
    of = of_help(found).sel(actor="town")
    np.testing.assert_allclose(of["cumulative_quantile"].sel(year=2026), [2.6, 5, 5.5, 6, 6.4], rtol=1e-12)
    assert of["cumulative_quantile"].sel(year=2025).values.tolist() == [-1] * 5
    np.testing.assert_allclose(of["cumulative"], [-1, -1, 5], rtol=1e-12)
    assert of["paid_back"].values.tolist() == [0, 0, 1]
    assert float(of["never"]) == 0
    assert bool(of["settled"])


def test_luck_that_hides_what_is_expected(town_and_state: xr.Dataset) -> None:
    """The town's sums up to 2026 have the variance 26 / 4 = 6.5. Halves that differ by 5 have a luck of 25 / 4.

    That is 96 % of it, and of the sums of the public sector too: 26 / 4. Halves that differ by 4.8 in turn have
    5.76, which is 88.6 %. What is known of the state and of the earlier years stays known.
    """
    differences = np.array([1.0, -1.0, 1.0, -1.0, 0.0])
    found = payback(with_halves(town_and_state, "town", 2026, 5 * differences))
    of = of_help(found)
    assert of["settled"].values.tolist() == [False, True, True, False, False]
    hidden, plain = of.sel(actor=["town", "public_sector", "society"]), of_help(payback(town_and_state))
    for name in ("paid_back", "never", "break_even_quantile"):
        assert np.isnan(hidden[name]).all(), name
        xr.testing.assert_identical(of[name].sel(actor=["state", "home"]), plain[name].sel(actor=["state", "home"]))
    assert np.isnan(hidden["cumulative_quantile"].sel(year=2026)).all()
    xr.testing.assert_identical(
        of["cumulative_quantile"].sel(year=[2024, 2025]), plain["cumulative_quantile"].sel(year=[2024, 2025])
    )
    xr.testing.assert_identical(of["cumulative"], plain["cumulative"])
    of = of_help(payback(with_halves(town_and_state, "town", 2026, 4.8 * differences)))
    assert of["settled"].values.tolist() == [True] * 5


def test_one_draw_tells_only_what_it_is(town_and_state: xr.Dataset) -> None:
    found = payback(town_and_state.isel(draw=[1]))
    assert of_help(found)["cumulative"].sel(actor="town").values.tolist() == [-4, -3, 2]
    assert not found["settled"].any()
    for name in ("cumulative_quantile", "paid_back", "never", "break_even_quantile"):
        assert np.isnan(found[name]).all(), name


@pytest.mark.parametrize("at_once", [1, 2 * 8 * 5 * 3])
def test_many_actors_are_worked_on_in_parts(
    town_and_state: xr.Dataset, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """One actor at a time, and two of five: what is told of them is the same."""
    results = with_halves(town_and_state, "town", 2026, np.array([1.0, -1.0, 1.0, -1.0, 0.0]))
    whole, asked = payback(results), []

    def of_some(results: xr.Dataset, actors: list[str], *options: object) -> object:
        asked.append(list(actors))
        return settled_paths(results, actors, *options)  # type: ignore[arg-type]

    settled_paths = timing._settled_paths
    monkeypatch.setattr(timing, "_AT_ONCE", at_once)
    monkeypatch.setattr(timing, "_settled_paths", of_some)
    xr.testing.assert_identical(payback(results), whole)
    one, two = [[actor] for actor in ACTORS], [ACTORS[:2], ACTORS[2:4], ACTORS[4:]]
    assert asked == (one if at_once == 1 else two)


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


RUNS = {
    "combinations": ("school_dropout", {"draws": 8, "persons": 60}),
    "cashable": ("young_offenders", {"draws": 8, "persons": 60}),
    "displaced": ("county_unemployment", {"draws": 8, "persons": 60}),
    "expected": ("textbook_chain", {"draws": 8, "persons": 60, "engine": "expected"}),
    "settled": ("textbook_chain", {"draws": 60, "persons": 2000}),
    "randomised": ("textbook_chain", {"draws": 16, "persons": 60, "sampling": "sobol"}),
}


@pytest.fixture(scope="module", params=RUNS)
def run(request: pytest.FixtureRequest) -> xr.Dataset:
    name, options = RUNS[request.param]
    return simcore.simulate(simcore.read_scenario(name), **options)  # type: ignore[arg-type]


def when_back(path: np.ndarray, years: np.ndarray) -> float:
    """One path after the other, from its end: the year after the last one below zero, or of the first gain."""
    least = 1e-9 * max(abs(path))
    if least == 0:
        return float(years[0])
    below = [place for place, value in enumerate(path) if value < -least]
    if below:
        return float(years[below[-1] + 1]) if below[-1] + 1 < len(years) else INF
    return float(years[[abs(value) > least for value in path].index(True)])


def test_each_actor_by_itself(run: xr.Dataset) -> None:
    """Paths of an actor without luck, counted draw by draw."""
    found, years = payback(run), run["year"].values
    assert "randomisation" not in found.coords
    last, n_told = settled_contrast(run, "net_saving"), 0
    for actor in found["actor"].values:
        path = settled_net_saving(run, str(actor)).transpose("intervention", "draw", "year")
        for each, of in zip(path.values, found.sel(actor=actor).transpose("intervention", ...)["intervention"].values,
                            strict=True):  # fmt: skip
            told = found.sel(actor=actor, intervention=of)
            assert bool(told["settled"]) == (not np.isnan(each).any())
            np.testing.assert_allclose(
                told["cumulative_quantile"].transpose("quantile", "year"),
                np.quantile(each, FAN, axis=0), rtol=1e-9, atol=1e-6,
            )  # fmt: skip
            if not bool(told["settled"]) or not each.any():
                assert np.isnan(told["never"])
                continue
            n_told += 1
            back = np.sort([when_back(draw, years) for draw in each])
            np.testing.assert_allclose(told["never"], np.isinf(back).mean())
            np.testing.assert_allclose(told["paid_back"], [(back <= year).mean() for year in years])
            places = [min(int(quantile * len(back) + 1e-9), len(back) - 1) for quantile in FAN]
            assert told["break_even_quantile"].values.tolist() == back[places].tolist()
            # What is back at the end is what the whole horizon gains.
            whole = last.sel(actor=actor, intervention=of).values
            if not np.isnan(whole).any() and (abs(whole) > 1e-6 * abs(each).max()).all():
                np.testing.assert_allclose(1 - told["never"], (whole > 0).mean())
    assert n_told or run.sizes["draw"] < 60  # luck hides what so few draws of few persons tell


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
