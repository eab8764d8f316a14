"""What each actor pays, avoids and keeps, with answers that are worked out on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore import storage
from simcore.analysis import by_draws as by_draws_module
from simcore.analysis.by_draws import portions_of
from simcore.analysis.once import worked_out_once
from simcore.decisions.gains import YEARS, horizons_of, who_gains
from simcore.decisions.horizons import cashable_within, saving_within
from simcore.errors import ResultsError, UnknownNameError

from ..analysis.made import made

ONE = np.ones((4, 1))
EACH = np.ones((4, 3))
#: What the town is saved in the last year, in four draws: 5 on average.
LAST = np.array([-4.0, 4.0, 8.0, 12.0])
ACTORS = ["town", "state", "home", "public_sector", "society"]


def care(last: np.ndarray = LAST) -> xr.Dataset:
    """Three years of help; what is saved in each, in the kinds of cost:

    - town: resource 3, 4 and x, where x is -4, 4, 8 or 12; transfer 1, 1, 1, which home gets less; it pays 8 at first;
    - state: tax 2, 2, 2, which home pays; it pays 4 at first;
    - home: production 0, 0, 10; it receives 2 at first, an allowance.

    Apart from that the town is saved 1 of public funds in the second year, and home 5 of pain in the third. Talk costs
    nobody anything and saves the town 1 in the first year.
    """
    n_draws = len(last)
    one, each = np.ones((n_draws, 1)), np.ones((n_draws, 3))
    usual = {("town", "resource"): 20 * each, ("town", "transfer"): each, ("home", "transfer"): -each}
    of_care = 20 * each - one * [3, 4, 0]
    of_care[:, 2] -= last
    return made(
        {
            "usual": usual,
            "help": {
                ("town", "resource"): of_care,
                ("state", "tax"): -2 * each,
                ("home", "tax"): 2 * each,
                ("home", "production"): one * [0, 0, -10],
                ("town", "programme"): one * [8, 0, 0],
                ("state", "programme"): one * [4, 0, 0],
                ("home", "programme"): one * [-2, 0, 0],
                ("town", "public_funds"): one * [0, -1, 0],
                ("home", "intangible"): one * [0, 0, -5],
            },
            "talk": {**usual, ("town", "resource"): 20 * each - one * [1, 0, 0]},
        }
    )


def test_the_matrix_by_hand() -> None:
    """The town avoids 3 + 4 + 5 of resources and 3 of transfers: 15, and pays 8. Home avoids -3 - 6 + 10 = 1."""
    found = who_gains(care())
    of = found.sel(intervention="help")
    assert found["actor"].values.tolist() == ACTORS
    assert of["programme_cost"].values.tolist() == [8, 4, -2, 12, 10]
    assert of["avoided_cost"].values.tolist() == [15, 6, 1, 21, 22]
    assert of["net_saving"].values.tolist() == [7, 2, 3, 9, 12]
    assert found["cost_kind"].values.tolist() == ["resource", "transfer", "tax", "production"]
    assert of["avoided_cost_of_kind"].transpose("actor", "cost_kind").values.tolist() == [
        [12, 3, 0, 0],
        [0, 0, 6, 0],
        [0, -3, -6, 10],
        [12, 3, 6, 0],
        [12, 0, 0, 10],
    ]
    assert found["net_saving"].sel(intervention="talk").values.tolist() == [1, 0, 0, 1, 1]
    assert found.attrs == {"units": "SEK"}


def test_errors_and_quantiles_by_hand() -> None:
    """Draws of the town avoid 6, 14, 18 and 22: squares 81 + 1 + 9 + 49 = 140 about 15, so the error is sqrt(35 / 3).

    The 5 % quantile of four draws lies at place 0.15, the 95 % one at 2.85, counted from 0.
    """
    of = who_gains(care()).sel(intervention="help")
    error = np.sqrt(140 / 3 / 4)
    for name in ("avoided_cost_mcse", "net_saving_mcse", "cashable_net_saving_mcse"):
        np.testing.assert_allclose(of[name], [error, 0, 0, error, error], rtol=1e-12)
    np.testing.assert_allclose(of["saving_within_mcse"].isel(horizon=-1), of["net_saving_mcse"], rtol=1e-12)
    np.testing.assert_allclose(of["avoided_cost_of_kind_mcse"].sel(actor="society"), [error, 0, 0, 0], rtol=1e-12)
    assert (of["programme_cost_mcse"] == 0).all()
    np.testing.assert_allclose(of["avoided_cost_quantile"].sel(actor="town"), [7.2, 16, 21.4])
    np.testing.assert_allclose(of["net_saving_quantile"].sel(actor="society"), [4.2, 13, 18.4])  # 3, 11, 15, 19
    assert of["net_saving_quantile"].sel(actor="home").values.tolist() == [3, 3, 3]
    assert "programme_cost_quantile" not in of


def test_horizons_by_hand() -> None:
    """The town has lost 4 after a year, gained 1 after two and x + 2 after three; home -1, -4 and 3."""
    found = who_gains(care(), years=(2, 1, 1, 3, 50))
    of = found.sel(intervention="help")
    assert found["horizon"].values.tolist() == [1, 2, 3]
    assert found["until"].values.tolist() == [2024, 2025, 2026]
    assert found["until"].dims == ("horizon",)
    assert found["saving_within"].dims == ("horizon", "intervention", "actor")
    assert found["saving_within_quantile"].dims == ("quantile", "horizon", "intervention", "actor")
    assert of["saving_within"].values.tolist() == [[-4, -2, -1, -6, -7], [1, 0, -4, 1, -3], [7, 2, 3, 9, 12]]
    # Draws of the town over three years: -2, 6, 10, 14; of the public sector 0, 8, 12, 16, and nothing is not above it.
    nothing = np.nan  # is at stake for the state within two years
    chances = [[0, 0, 0, 0, 0], [1, nothing, 0, 1, 0], [0.75, 1, 1, 0.75, 1]]
    np.testing.assert_equal(of["probability_within"].values, chances)
    np.testing.assert_allclose(of["saving_within_quantile"].sel(horizon=3, actor="town"), [-0.8, 8, 13.4])
    assert of["saving_within_quantile"].sel(horizon=2, actor="town").values.tolist() == [1, 1, 1]
    assert of["saving_within_mcse"].sel(horizon=2).values.tolist() == [0] * 5


def test_the_whole_horizon_is_the_net_saving() -> None:
    found = who_gains(care())
    assert found["horizon"].values.tolist() == [1, 3]
    whole = found.isel(horizon=-1)
    assert (whole["saving_within"] == found["net_saving"]).all()
    assert (whole["saving_within_quantile"] == found["net_saving_quantile"]).all()
    one = who_gains(care().isel(year=[0]))
    assert one["horizon"].values.tolist() == [1]
    assert one["until"].values.tolist() == [2024]


def test_what_is_counted_on_request() -> None:
    """Public funds save the town 1 more in the second year; pain saves home 5 in the third."""
    found = who_gains(care(), years=[2], also=["public_funds"])
    of = found.sel(intervention="help")
    assert found["cost_kind"].values.tolist() == ["resource", "transfer", "tax", "production", "public_funds"]
    assert of["avoided_cost_of_kind"].sel(cost_kind="public_funds").values.tolist() == [1, 0, 0, 1, 1]
    assert of["avoided_cost"].values.tolist() == [16, 6, 1, 22, 23]
    assert of["net_saving"].values.tolist() == [8, 2, 3, 10, 13]
    assert of["saving_within"].values.tolist() == [[2, 0, -4, 2, -2], [8, 2, 3, 10, 13]]
    assert of["flow"].sel(payer="state").values.tolist() == pytest.approx([16 / 3, 2, 1 / 3, 22 / 3, 23 / 3])
    both = who_gains(care(), also=("intangible", "public_funds")).sel(intervention="help")
    assert both["net_saving"].values.tolist() == [8, 2, 8, 10, 18]
    np.testing.assert_allclose(both["avoided_cost_of_kind"].sum("cost_kind"), both["avoided_cost"], rtol=1e-12)


def test_gross_leaves_out_what_is_displaced() -> None:
    kinds = ["displaced_production" if kind == "intangible" else str(kind) for kind in care()["cost_kind"].values]
    results = care().assign_coords(cost_kind=kinds)  # home is saved 5 of it
    net, gross = (who_gains(results, gross=of).sel(intervention="help") for of in (False, True))
    for name in ("net_saving", "cashable_net_saving"):
        assert net[name].values.tolist() == [7, 2, 8, 9, 17]
        assert gross[name].values.tolist() == [7, 2, 3, 9, 12]
    assert "displaced_production" in net["cost_kind"]
    assert "displaced_production" not in gross["cost_kind"]
    assert gross["saving_within"].isel(horizon=-1).values.tolist() == [7, 2, 3, 9, 12]


def test_what_is_cashable() -> None:
    """Half of what the town is saved in the first year becomes money, in the second: 1.5 - 8, and the others nothing.

    Home keeps its allowance.
    """
    results = care()
    cash = xr.zeros_like(results["present_value"].isel(cost_kind=0, drop=True))
    cash.loc[{"strategy": "help", "actor": "town", "year": 2025}] = 1.5
    found = who_gains(results.assign(cashable_saving=7 * cash, cashable_present_value=cash)).sel(intervention="help")
    assert found["cashable_net_saving"].values.tolist() == [-6.5, -4, 2, -10.5, -8.5]
    assert found["net_saving"].values.tolist() == [7, 2, 3, 9, 12]
    without = who_gains(results)
    assert (without["cashable_net_saving"] == without["net_saving"]).all()


def test_whose_money_brings_what_to_whom() -> None:
    """The town pays 8 of 12 and the state 4; what home receives is no payment, and lowers nobody's share."""
    of = who_gains(care()).sel(intervention="help")
    assert of["payer"].values.tolist() == ["town", "state", "home"]
    np.testing.assert_allclose(of["paid_share"], [2 / 3, 1 / 3, 0], rtol=1e-12)
    assert of["flow"].dims == ("payer", "actor")
    np.testing.assert_allclose(of["flow"].sel(payer="town"), [10, 4, 2 / 3, 14, 44 / 3], rtol=1e-12)
    np.testing.assert_allclose(of["flow"].sel(payer="state"), [5, 2, 1 / 3, 7, 22 / 3], rtol=1e-12)
    assert of["flow"].sel(payer="home").values.tolist() == [0] * 5
    np.testing.assert_allclose(of["flow"].sum("payer"), of["avoided_cost"], rtol=1e-12)


def test_where_nobody_pays() -> None:
    found = who_gains(care()).sel(intervention="talk")
    assert np.isnan(found["paid_share"]).all()
    assert np.isnan(found["flow"]).all()
    assert found["programme_cost"].values.tolist() == [0] * 5
    # What one only receives, or what another programme cost under the comparator, is paid by nobody either.
    received = made({"usual": {("state", "programme"): 3 * EACH}, "grant": {("home", "programme"): -2 * EACH}})
    found = who_gains(received).sel(intervention="grant")
    assert found["programme_cost"].values.tolist() == [0, -9, -6, -9, -15]
    assert np.isnan(found["paid_share"]).all()


def test_what_one_pays_passes_to_another() -> None:
    """The state pays 6, all of which home receives: society pays nothing, and the state all of it."""
    results = made(
        {"usual": {}, "grant": {("state", "programme"): 2 * EACH, ("home", "programme"): -2 * EACH,
                                ("town", "resource"): -EACH}}
    )  # fmt: skip
    found = who_gains(results).sel(intervention="grant")
    assert found["programme_cost"].values.tolist() == [0, 6, -6, 6, 0]
    assert found["paid_share"].values.tolist() == [0, 1, 0]
    assert found["flow"].sel(payer="state").values.tolist() == [3, 0, 0, 3, 3]


def test_rounding_counts_as_nothing() -> None:
    """0.1 + 0.2 - 0.3 leaves a rest, and so does a payer of a thousand-millionth of a thousandth."""
    results = made(
        {"usual": {}, "help": {
            ("town", "transfer"): 0.1 * EACH, ("state", "transfer"): 0.2 * EACH, ("home", "transfer"): -0.3 * EACH,
            ("town", "programme"): 8 * EACH, ("home", "programme"): 8e-12 * EACH, ("state", "programme"): 8e-6 * EACH,
        }}
    )  # fmt: skip
    found = who_gains(results).sel(intervention="help")
    assert float(found["avoided_cost_of_kind"].sel(actor="society", cost_kind="transfer")) == 0
    assert float(found["avoided_cost"].sel(actor="society")) == 0
    assert float(found["paid_share"].sel(payer="home")) == 0
    assert float(found["paid_share"].sel(payer="state")) == pytest.approx(1e-6, rel=1e-4)
    assert float(found["paid_share"].sum()) == pytest.approx(1, abs=1e-15)


def test_luck_is_taken_off_or_hides_what_is_expected() -> None:
    """Within a year the town gains -1 or 1, which has the variance 4 / 3; home gains 1 or 2, variance 1 / 3.

    The halves differ by 2 or -2: squares of 4, times 4 / 3 and a quarter, is a luck of 4 / 3: all of it, and for home
    by 1 or -1, 1 / 3. What home gains is above zero in every draw all the same. In the second year the town gains 10
    more and home nothing.
    """
    saved = np.array([-1.0, 1.0, -1.0, 1.0])[:, None] * [1, 0, 0]
    results = made(
        {"usual": {}, "help": {("town", "resource"): -saved - ONE * [0, 10, 0],
                               ("home", "resource"): -(saved + ONE * [3, 0, 0]) / 2}}
    )  # fmt: skip
    halves = np.array([1.0, 1.0, -1.0, -1.0])
    between = results["present_value_between_halves"].copy()
    between.loc[{"strategy": "help", "actor": "town", "year": 2024}] = 2 * halves
    between.loc[{"strategy": "help", "actor": "home", "year": 2024}] = halves
    found = who_gains(results.assign(present_value_between_halves=between)).sel(intervention="help")
    first, whole = found.sel(horizon=1), found.sel(horizon=3)
    assert first["saving_within"].sel(actor=["town", "home"]).values.tolist() == [0, 1.5]
    assert np.isnan(first["saving_within_quantile"].sel(actor=["town", "home"])).all()
    np.testing.assert_equal(
        first["probability_within"].sel(actor=["town", "state", "home"]).values, [np.nan, np.nan, 1]
    )
    # Of all years the halves are known by themselves, and are the same here.
    np.testing.assert_allclose(whole["saving_within_quantile"].sel(actor="town"), [9, 10, 11])
    np.testing.assert_equal(whole["probability_within"].sel(actor=["town", "state", "home"]).values, [1, np.nan, 1])
    # A quarter of the luck leaves half of sqrt(3) of the spread: -1 and 1 become -0.866 and 0.866.
    found = who_gains(results.assign(present_value_between_halves=between / 2)).sel(intervention="help", horizon=1)
    np.testing.assert_allclose(
        found["saving_within_quantile"].sel(actor="town"), np.array([-1, 0, 1]) * np.sqrt(3) / 2, atol=1e-12
    )
    assert float(found["probability_within"].sel(actor="town")) == 0.5


def test_one_draw() -> None:
    found = who_gains(care(np.array([5.0]))).sel(intervention="help")
    assert found["net_saving"].values.tolist() == [7, 2, 3, 9, 12]
    for name in ("net_saving_mcse", "net_saving_quantile", "saving_within_quantile", "cashable_net_saving_mcse"):
        assert np.isnan(found[name]).all(), name
    assert found["probability_within"].sel(actor="town").values.tolist() == [0, 1]


def test_horizons_of_a_run() -> None:
    results = care()
    assert YEARS == (1, 3, 5, 10, 20)
    assert list(horizons_of(results).items()) == [(1, 1), (3, None)]
    assert list(horizons_of(results, (5, 2, 1, 2)).items()) == [(1, 1), (2, 2), (3, None)]
    assert horizons_of(results, [3]) == {3: None}
    assert horizons_of(results, []) == {3: None}


@pytest.mark.parametrize("years", [0, -1, 2.5, True])
def test_a_horizon_is_a_whole_number_of_years(years: object) -> None:
    words = f"A budget horizon is a whole number of years, at least 1; found {years}."
    for ask in (horizons_of, lambda results, years: who_gains(results, years=years)):
        with pytest.raises(ResultsError) as caught:
            ask(care(), [1, years])  # type: ignore[operator]
        assert str(caught.value) == words


def test_a_wrong_kind_is_named() -> None:
    with pytest.raises(UnknownNameError) as caught:
        who_gains(care(), also=["intangibles"])
    assert str(caught.value) == (
        "'intangibles' is not a kind of cost that is shown apart; did you mean 'intangible'? "
        "Known: intangible, public_funds."
    )


RUNS = {
    "combinations": ("school_dropout", {"draws": 8}),
    "cashable": ("young_offenders", {"draws": 8}),
    "displaced": ("county_unemployment", {"draws": 8}),
    "expected": ("textbook_chain", {"draws": 8, "engine": "expected"}),
    "randomised": ("textbook_chain", {"draws": 16, "sampling": "sobol"}),
}


@pytest.fixture(scope="module", params=RUNS)
def run(request: pytest.FixtureRequest) -> xr.Dataset:
    name, options = RUNS[request.param]
    return simcore.simulate(simcore.read_scenario(name), persons=60, **options)  # type: ignore[arg-type]


def test_views_add_up_in_every_draw(run: xr.Dataset) -> None:
    actors = run["actor"].values
    public = actors[run["sector"].values == "public"]
    for of in horizons_of(run).values():
        for each in (saving_within(run, of), saving_within(run, of, also=["public_funds"]), cashable_within(run, of)):
            least = 1e-9 * float(abs(each).max())
            np.testing.assert_allclose(each.sel(actor=public).sum("actor"), each.sel(actor="public_sector"), atol=least)
            np.testing.assert_allclose(each.sel(actor=actors).sum("actor"), each.sel(actor="society"), atol=least)


@pytest.mark.parametrize("options", [{"also": ["public_funds"]}, {"gross": True}], ids=str)
def test_sums_of_a_run(run: xr.Dataset, options: dict) -> None:  # type: ignore[type-arg]
    found = who_gains(run, **options)
    actors = run["actor"].values
    least = 1e-9 * float(abs(found["avoided_cost"]).max())
    assert least > 0
    assert "randomisation" not in found.coords

    def same(left: xr.DataArray, right: xr.DataArray) -> None:
        np.testing.assert_allclose(left.transpose(*right.dims), right, rtol=0, atol=least)

    same(found["avoided_cost_of_kind"].sum("cost_kind"), found["avoided_cost"])
    same(found["avoided_cost"] - found["programme_cost"], found["net_saving"])
    same(found["saving_within"].isel(horizon=-1, drop=True), found["net_saving"])
    passing = [kind for kind in found["cost_kind"].values if str(kind) in ("transfer", "tax")]
    assert (found["avoided_cost_of_kind"].sel(actor="society", cost_kind=passing) == 0).all()
    for horizon, of in horizons_of(run).items():
        same(found["saving_within"].sel(horizon=horizon, drop=True), saving_within(run, of, **options).mean("draw"))
    shares = found["paid_share"].sum("payer", skipna=False)
    np.testing.assert_allclose(shares, 1, rtol=1e-12)
    assert (found["paid_share"] >= 0).all()
    same(found["flow"].sum("payer"), found["avoided_cost"])
    same(found["flow"].sel(actor=actors).sum("actor"), found["flow"].sel(actor="society"))


def test_the_same_from_disk(run: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "CHUNK_DRAWS", 3)  # several chunks, the last of which is not full
    simcore.save_results(run, tmp_path / "run")
    loaded = simcore.open_results(tmp_path / "run")
    monkeypatch.setattr(storage, "IN_MEMORY", 0)
    monkeypatch.setattr(by_draws_module, "PORTION", 1)
    lying = simcore.open_results(tmp_path / "run")
    assert len(portions_of(lying)) > 1 == len(portions_of(loaded))
    wanted = who_gains(loaded, also=["public_funds"])
    with worked_out_once():
        xr.testing.assert_identical(who_gains(lying, also=["public_funds"]), wanted)
