"""When the money is back: worked out on paper, and draw by draw."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.analysis.luck import settled_contrast
from simcore.analysis.payback import settled_net_saving
from simcore.decisions import timing
from simcore.decisions.timing import FAN, payback
from simcore.errors import UnknownNameError

from .kept import ACTORS, INF, NAN, TOWN, kept, of_help, with_halves


@pytest.fixture
def town_and_state() -> xr.Dataset:
    """The state keeps 1 in the second and in the third year of each draw, and home nothing."""
    return kept({"town": TOWN, "state": [[0, 1, 1]] * 5}, programme=5)


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


def test_what_is_told_of_an_actor_is_the_same_whoever_else_is_asked_of() -> None:
    """More uncertain figures than may all have products, so that a regression chooses among them."""
    results = simcore.simulate(simcore.read_scenario("school_dropout"), draws=400, persons=60)
    every = payback(results)
    for actor in ("society", "region", "state"):
        xr.testing.assert_identical(payback(results, actors=[actor]).sel(actor=actor), every.sel(actor=actor))
