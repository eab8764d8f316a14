"""Ratios and choices, with answers that are worked out on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.analysis.acceptability import acceptability
from simcore.analysis.luck import settled_contrast
from simcore.analysis.net_benefit import net_benefit
from simcore.analysis.two_orders import quantiles
from simcore.decisions.outcomes import change_of, outlay_of, place_of, ratio_of_means, told_from_zero, without_luck_of
from simcore.decisions.ranking import ranking, robust_choice
from simcore.errors import ResultsError, UnknownNameError

from ..analysis.made import made

MVPF = "marginal_value_of_public_funds"


def with_outcome(results: xr.Dataset, levels: dict[str, Any], parts: dict[str, Any] | None = None) -> xr.Dataset:
    """Give results an outcome, `passed`: of each strategy in each draw, and of parts where they differ."""
    whole = np.array([np.asarray(levels[name], dtype=float) for name in results["strategy"].values])[:, :, None]
    of_part = np.broadcast_to(whole, (3, *whole.shape)).copy()
    for part, of in (parts or {}).items():
        of_part[list(results["part"].values).index(part), 1, :, 0] = of
    without = results.drop_vars(["outcome", "outcome_value"])
    dims = ("strategy", "draw", "outcome")
    return without.assign_coords(outcome=["passed"]).assign(
        outcome_value=(dims, whole), outcome_present_value=(dims, whole),
        outcome_value_of_part=(("part", *dims), of_part), outcome_present_value_of_part=(("part", *dims), of_part),
    )  # fmt: skip


def first_year(amounts: Any) -> np.ndarray:
    """Amounts of each draw, all of them in the first of three years."""
    return np.asarray(amounts, dtype=float)[:, None] * np.array([1, 0, 0])


def programme(
    town: list[float], home: list[float], cost: Any = 10.0, allowance: Any = 0.0, **kinds: list[float]
) -> xr.Dataset:  # fmt: skip
    """What `help` saves town and home in each draw; the town pays its cost, of which home gets an allowance.

    `kinds` are savings of another kind, at home.
    """
    each = np.ones(len(town))
    usual: dict[Any, Any] = {(actor, "resource"): first_year(each * 100) for actor in ("town", "home")}
    usual |= {("home", kind): first_year(each * 100) for kind in kinds}
    helped = {
        ("town", "resource"): first_year(100 - np.array(town)),
        ("home", "resource"): first_year(100 - np.array(home)),
        ("town", "programme"): first_year(each * cost),
        ("home", "programme"): first_year(each * -np.asarray(allowance)),
    } | {("home", kind): first_year(100 - np.array(of)) for kind, of in kinds.items()}
    return made({"usual": usual, "help": helped})


@pytest.fixture
def by_hand() -> xr.Dataset:
    """The town pays 10, of which home gets 4; it saves 2, 4, 6, 8, and home saves 10, 10, 20, 20."""
    return programme([2, 4, 6, 8], [10, 10, 20, 20], allowance=4)


def of(found: xr.Dataset, name: str) -> Any:
    """The only intervention."""
    return found[name].sel(intervention="help").values.tolist()


def test_amounts_and_ratios_by_hand(by_hand: xr.Dataset) -> None:
    """A = 12, 14, 26, 28 with mean 20; C = 6; N = A - C = 6, 8, 20, 22 with mean 14; I = 10."""
    found = ranking(by_hand)
    assert of(found, "net_present_value") == 14
    # Deviations -8, -6, 6, 8: squares add up to 200; sd = sqrt(200 / 3), divided by sqrt(4).
    error = np.sqrt(200 / 3) / 2
    np.testing.assert_allclose(of(found, "net_present_value_mcse"), error)
    # At places 0.15, 1.5 and 2.85 of the draws in order.
    np.testing.assert_allclose(of(found, "net_present_value_quantile"), [6.3, 14, 21.7])
    assert of(found, "probability_positive") == 1
    assert of(found, "outlay") == 10
    assert of(found, "outlay_mcse") == 0
    np.testing.assert_allclose(of(found, "benefit_cost_ratio"), 20 / 6)
    np.testing.assert_allclose(of(found, "benefit_cost_ratio_mcse"), error / 6)
    np.testing.assert_allclose(of(found, "benefit_cost_ratio_quantile"), np.array([12.3, 20, 27.7]) / 6)
    # Of 10 laid out, N + I = 24 comes back.
    np.testing.assert_allclose(of(found, "social_return"), 1.4)
    np.testing.assert_allclose(of(found, "social_return_mcse"), error / 10)
    np.testing.assert_allclose(of(found, "social_return_quantile"), [0.63, 1.4, 2.17])
    assert of(found, "rank") == 1
    assert bool(found["ranking_settled"])
    assert found["net_present_value"].attrs == {"units": "SEK"}
    assert found["benefit_cost_ratio"].attrs == {}


def test_value_of_public_funds_by_hand(by_hand: xr.Dataset) -> None:
    """Net cost to the public sector 8, 6, 4, 2 with mean 5; others gain 14, 14, 24, 24 with mean 19."""
    found = ranking(by_hand)
    assert of(found, MVPF) == 19 / 5
    # W - 3.8 * cost = -16.4, -8.8, 8.8, 16.4: squares add up to 692.8.
    np.testing.assert_allclose(of(found, f"{MVPF}_mcse"), np.sqrt(692.8 / 3) / 2 / 5)
    # 14 / 8, 14 / 6, 24 / 4, 24 / 2: of four draws the first, the second and the last.
    np.testing.assert_allclose(of(found, f"{MVPF}_quantile"), [14 / 8, 14 / 6, 12])
    assert of(found, "probability_infinite") == of(found, "probability_undefined") == 0
    assert of(found, "mvpf_settled") is True  # the mean -5 has the error sqrt(20 / 3) / 2 = 1.29


def test_what_pays_for_itself_has_infinite_value() -> None:
    found = ranking(programme([12, 12, 14, 14], [1, 1, 1, 1]))
    assert of(found, MVPF) == np.inf
    assert np.isnan(of(found, f"{MVPF}_mcse"))
    assert of(found, f"{MVPF}_quantile") == [np.inf] * 3
    assert (of(found, "probability_infinite"), of(found, "probability_undefined")) == (1, 0)
    assert of(found, "mvpf_settled") is True


def test_draws_on_both_sides_of_infinity() -> None:
    """Net cost 2, 1, -1, -2 with mean 0: infinite, but not settled. Draws are 14 / 2, 14 / 1 and infinity twice."""
    found = ranking(programme([8, 9, 11, 12], [14, 14, 14, 14]))
    assert of(found, MVPF) == np.inf
    assert of(found, "mvpf_settled") is False
    assert of(found, f"{MVPF}_quantile") == [7, 14, np.inf]
    assert of(found, "probability_infinite") == 0.5
    assert of(found, "probability_undefined") == 0


def test_what_costs_the_public_sector_and_others_too_has_a_value_below_zero() -> None:
    found = ranking(programme([0, 0, 5, 5], [-3, -3, -3, -3]))
    assert of(found, MVPF) == -3 / 7.5
    assert of(found, f"{MVPF}_quantile") == [-3 / 5, -3 / 5, -3 / 10]


def test_where_the_public_sector_gains_and_others_lose_it_is_not_defined() -> None:
    found = ranking(programme([20, 20, 21, 21], [-3, -3, -3, -3]))
    assert np.isnan(of(found, MVPF))
    assert np.isnan(of(found, f"{MVPF}_quantile")).all()
    assert (of(found, "probability_infinite"), of(found, "probability_undefined")) == (0, 1)
    assert of(found, "mvpf_settled") is True
    # In one draw of four: -3 / 2, -3 / 2, -3 / 2 and not defined.
    found = ranking(programme([8, 8, 8, 12], [-3, -3, -3, -3]))
    assert of(found, MVPF) == -3.0
    np.testing.assert_equal(of(found, f"{MVPF}_quantile"), [np.nan, -1.5, -1.5])  # that draw is the lowest
    assert (of(found, "probability_infinite"), of(found, "probability_undefined")) == (0, 0.25)


def test_the_sign_of_what_others_gain_counts_where_the_public_sector_gains() -> None:
    """The mean gain of others, 1, is not told from zero, so neither is infinity from not defined."""
    found = ranking(programme([20, 20, 21, 21], [-9, -9, 11, 11]))
    assert of(found, MVPF) == np.inf
    assert of(found, "mvpf_settled") is False


def test_without_public_actors_there_is_no_value_of_public_funds(by_hand: xr.Dataset) -> None:
    found = ranking(by_hand.assign_coords(sector=("actor", ["household"] * 3)))
    assert np.isnan(of(found, MVPF))
    assert of(found, "probability_undefined") == 1
    np.testing.assert_allclose(of(found, "net_present_value"), 14)


def test_kinds_on_request() -> None:
    """Pain of 5 less at home counts for others; the cost of public funds, 3 more, never does."""
    results = programme([2, 4, 6, 8], [10, 10, 20, 20], intangible=[5] * 4, public_funds=[-3] * 4)
    assert of(ranking(results), MVPF) == 15 / 5
    found = ranking(results, also=["intangible", "public_funds"])
    assert of(found, MVPF) == 20 / 5
    assert of(found, "net_present_value") == 5 + 15 - 10 + 5 - 3
    assert of(found, "benefit_cost_ratio") == 22 / 10
    assert of(ranking(results, also=["public_funds"]), MVPF) == 15 / 5


def test_denominators_near_zero_in_a_draw() -> None:
    """The mean of 0.05, 10, 10, 10 is 7.5125, and 1 % of it is more than 0.05; that of 0.08, 10, 10, 10 is less."""
    near = ranking(programme([1] * 4, [20] * 4, cost=[0.05, 10, 10, 10]))
    np.testing.assert_allclose(of(near, "benefit_cost_ratio"), 21 / 7.5125)
    np.testing.assert_allclose(of(near, "social_return"), (21 - 7.5125) / 7.5125)
    assert np.isnan(of(near, "benefit_cost_ratio_quantile")).all()
    assert np.isnan(of(near, "social_return_quantile")).all()
    assert of(near, "probability_positive") == 1
    enough = ranking(programme([1] * 4, [20] * 4, cost=[0.08, 10, 10, 10]))
    np.testing.assert_allclose(of(enough, "benefit_cost_ratio_quantile")[1], 2.1)
    other_sign = ranking(programme([1] * 4, [20] * 4, cost=[-1, 10, 10, 10]))
    np.testing.assert_allclose(of(other_sign, "benefit_cost_ratio"), 21 / 7.25)
    assert np.isnan(of(other_sign, "benefit_cost_ratio_quantile")).all()


def test_denominators_that_are_not_told_from_zero() -> None:
    """Costs of -10, 12, -10, 12 have the mean 1 and the error 11 * sqrt(4 / 3) / 2 = 6.4."""
    found = ranking(programme([1] * 4, [20] * 4, cost=[-10, 12, -10, 12]))
    for name in ("benefit_cost_ratio", "social_return"):
        for what in ("", "_mcse", "_quantile"):
            assert np.isnan(of(found, name + what)).all()
    assert of(found, "net_present_value") == 20
    assert of(found, "probability_positive") == 1
    negative = ranking(programme([1] * 4, [20] * 4, cost=-10))
    assert np.isnan(of(negative, "benefit_cost_ratio"))
    assert (of(negative, "outlay"), of(negative, "net_present_value")) == (0, 31)


def test_all_of_the_cost_is_an_allowance() -> None:
    """To society it costs nothing, which is no denominator; what is laid out is one. Rounding of 0.1 + 0.2 is none."""
    found = ranking(programme([1] * 4, [4] * 4, cost=0.1 + 0.2, allowance=0.3))
    assert np.isnan(of(found, "benefit_cost_ratio"))
    np.testing.assert_allclose(of(found, "social_return"), 5 / 0.3)


def test_nothing_at_stake() -> None:
    results = with_outcome(programme([0] * 4, [0] * 4, cost=0), {"usual": [3] * 4, "help": [3] * 4})
    found = ranking(results, outcome="passed")
    assert of(found, "net_present_value") == 0
    assert of(found, "net_present_value_quantile") == [0, 0, 0]
    assert of(found, "probability_positive") == 0
    for name in ("benefit_cost_ratio", "social_return", MVPF, "cost_per_success", "net_cost_per_success"):
        assert np.isnan(of(found, name))
    assert of(found, "probability_undefined") == 1
    assert of(found, "mvpf_settled") is True
    assert of(found, "net_cost_status") == "nothing gained or lost"
    assert found["probability_best"].values.tolist() == [0.5, 0.5]
    assert found["expected_regret"].values.tolist() == [0, 0]
    assert str(found["best"].values) == "usual"


def test_a_gain_that_only_breaks_even_is_none() -> None:
    """0.1 + 0.2 saved at a cost of 0.3 is nothing but rounding."""
    found = ranking(programme([0.1 + 0.2] * 4, [0] * 4, cost=0.3))
    assert of(found, "net_present_value") == 0
    assert of(found, "probability_positive") == 0
    assert np.isnan(of(found, MVPF))


def test_ranks() -> None:
    """Net present values 4, 9, 4 and -1: equals share the second place."""
    saved = {"a": [4, 4], "b": [8, 10], "c": [3, 5], "d": [-1, -1]}
    cost = {name: {("town", "resource"): first_year(20 - np.array(of))} for name, of in saved.items()}
    found = ranking(made({"usual": {("town", "resource"): first_year([20, 20])}, **cost}))
    assert found["rank"].values.tolist() == [2, 1, 2, 4]
    assert found["intervention"].values.tolist() == ["a", "b", "c", "d"]
    assert not bool(found["ranking_settled"])  # a and c differ by 1 and -1
    assert str(found["best"].values) == "b"
    assert found["probability_best"].values.tolist() == [0, 0, 1, 0, 0]
    assert found["expected_regret"].values.tolist() == [9, 5, 0, 5, 10]
    settled = ranking(made({"usual": {("town", "resource"): first_year([20, 20])}, "a": cost["a"], "b": cost["b"]}))
    assert bool(settled["ranking_settled"])  # 4 and 6 more, with an error of 1


def test_one_draw() -> None:
    found = ranking(with_outcome(programme([5], [20]), {"usual": [1], "help": [2]}), outcome="passed")
    assert of(found, "net_present_value") == 15
    for name in ("net_present_value_mcse", "benefit_cost_ratio", "social_return", "cost_per_success", f"{MVPF}_mcse"):
        assert np.isnan(of(found, name))
    assert of(found, MVPF) == 20 / 5
    assert of(found, "mvpf_settled") is False
    assert of(found, "net_cost_status") == "saves and gains"


def test_errors_of_several_randomisations(by_hand: xr.Dataset) -> None:
    """Means of N are 7 and 21: the error of their mean is their standard deviation, 14 / sqrt(2), by sqrt(2)."""
    found = ranking(by_hand.assign_coords(randomisation=("draw", [0, 0, 1, 1])))
    np.testing.assert_allclose(of(found, "net_present_value_mcse"), 7)
    np.testing.assert_allclose(of(found, "benefit_cost_ratio_mcse"), 7 / 6)
    assert "randomisation" not in found.coords
    # The net cost to the public sector is 7 and 3: 5 with the error 2, and Student's t of one degree is 12.7.
    assert of(found, "mvpf_settled") is False


def test_luck_hides_quantiles_but_not_means() -> None:
    """The halves save 2 more and less in turn than all: all of the variance over draws is luck."""
    base = programme([4, 6, 4, 6], [20, 20, 20, 20])
    swing = np.array([-50, 50, -50, 50])
    results = base.copy(deep=True)
    of_help = {"part": [0, 1], "strategy": 1, "actor": 0, "cost_kind": 0}
    results["present_value_of_part"][of_help] += np.stack([swing, -swing])
    found = ranking(results)
    assert of(found, "net_present_value") == 15
    assert of(found, "benefit_cost_ratio") == 2.5
    for name in ("net_present_value_quantile", "benefit_cost_ratio_quantile", "social_return_quantile"):
        assert np.isnan(of(found, name)).all()
    for name in (f"{MVPF}_quantile", "probability_infinite", "probability_undefined"):
        assert np.isnan(of(found, name)).all()
    assert of(found, "probability_positive") == 1  # in all draws, so that luck can only hide that it is more so
    assert of(found, MVPF) == 20 / 5
    # Saving 15 less in all draws, it is not in all of them that help is the best.
    results["present_value"][{"strategy": 1, "actor": 2, "cost_kind": 0, "year": 0}] += 15
    unsure = ranking(results)
    assert of(unsure, "net_present_value") == 0
    assert unsure["probability_best"].isnull().all()
    assert unsure["expected_regret"].isnull().all()


@pytest.mark.parametrize(
    ("town", "passed", "status"),
    [
        ([20, 22], [7, 9], "saves and gains"),
        ([4, 6], [7, 9], "costs and gains"),
        ([20, 22], [3, 1], "saves and loses"),
        ([4, 6], [3, 1], "costs and loses"),
        ([4, 6], [5, 5], "nothing gained or lost"),
        ([10, 10], [7, 7], "costs and gains"),
        ([10, 10], [3, 3], "costs and loses"),
    ],
)
def test_status(town: list[float], passed: list[float], status: str) -> None:
    results = with_outcome(programme(town, [0, 0]), {"usual": [5, 5], "help": passed})
    found = ranking(results, outcome="passed")
    assert of(found, "net_cost_status") == status
    if "gains" not in status:
        assert np.isnan(of(found, "cost_per_success"))
        assert np.isnan(of(found, "net_cost_per_success"))
    opposite = ranking(results, outcome="passed", more_is_better=False)
    turned = {"gains": "loses", "loses": "gains"}
    assert of(opposite, "net_cost_status") == (
        status if "nothing" in status else status[:10] + turned[status[10:]]
    )  # fmt: skip


def test_per_success_by_hand(by_hand: xr.Dataset) -> None:
    """0.1, 0.2, 0.3, 0.4 pass more, 0.25 on average, at 6 of which 14 more come back."""
    results = with_outcome(by_hand, {"usual": [0.5] * 4, "help": [0.6, 0.7, 0.8, 0.9]})
    found = ranking(results, outcome="passed")
    np.testing.assert_allclose(of(found, "outcome_change"), 0.25)
    np.testing.assert_allclose(of(found, "outcome_change_mcse"), np.sqrt(0.05 / 3) / 2)
    np.testing.assert_allclose(of(found, "cost_per_success"), 24)
    np.testing.assert_allclose(of(found, "net_cost_per_success"), -56)
    # 6 - 24 * 0.1 and so on: 3.6, 1.2, -1.2, -3.6, whose squares add up to 28.8.
    np.testing.assert_allclose(of(found, "cost_per_success_mcse"), np.sqrt(28.8 / 3) / 2 / 0.25)
    assert found["cost_per_success"].attrs == {"units": "SEK, per unit of passed"}
    fewer = with_outcome(by_hand, {"usual": [0.5] * 4, "help": [0.4, 0.3, 0.2, 0.1]})
    found = ranking(fewer, outcome="passed", more_is_better=False)
    np.testing.assert_allclose(of(found, "outcome_change"), -0.25)
    np.testing.assert_allclose(of(found, "cost_per_success"), 24)
    assert of(found, "net_cost_status") == "saves and gains"
    # Changes of -0.2, 0.3, -0.2, 0.3 have the mean 0.05 and an error of 0.14.
    untold = with_outcome(by_hand, {"usual": [0.5] * 4, "help": [0.3, 0.8, 0.3, 0.8]})
    found = ranking(untold, outcome="passed")
    assert of(found, "net_cost_status") == "saves and gains"
    assert np.isnan(of(found, "cost_per_success"))
    assert np.isnan(of(found, "net_cost_per_success"))
    assert np.isnan(of(found, "cost_per_success_mcse"))


def test_identities_of_a_shipped_case() -> None:
    results = simcore.simulate(simcore.read_scenario("school_dropout"), draws=40, persons=100, engine="expected")
    found = ranking(results, outcome="exam_at_24", also=["intangible"])
    summary = simcore.summarise(results, also=["intangible"]).sel(actor="society")
    np.testing.assert_allclose(found["net_present_value"], summary["net_saving"], rtol=1e-9)
    np.testing.assert_allclose(found["net_present_value_quantile"], summary["net_saving_quantile"], rtol=1e-9)
    np.testing.assert_allclose(found["probability_positive"], summary["probability_net_saving"])
    np.testing.assert_allclose(
        found["benefit_cost_ratio"], summary["avoided_cost"] / summary["programme_cost"], rtol=1e-9
    )
    # No allowances here: the outlay is the cost, and the benefit-cost ratio is one more than the social return.
    np.testing.assert_allclose(found["outlay"], summary["programme_cost"], rtol=1e-9)
    np.testing.assert_allclose(found["benefit_cost_ratio"], found["social_return"] + 1, rtol=1e-9)
    np.testing.assert_allclose(found["benefit_cost_ratio_mcse"], found["social_return_mcse"], rtol=1e-9)
    saving = simcore.net_saving(results, also=["intangible"])
    public = saving["sector"] == "public"
    cost, others = -saving.where(public, 0).sum("actor"), saving.where(~public, 0).sum("actor")
    np.testing.assert_allclose(
        found["probability_infinite"], ((cost <= 0) & (others > 0)).mean("draw")
    )  # fmt: skip
    usual = acceptability(net_benefit(results, actor="society", also=["intangible"])).sel(actor="society")
    assert found["best"].values == usual["best"].values
    np.testing.assert_array_equal(found["probability_best"], usual["probability_best"])
    np.testing.assert_array_equal(found["expected_regret"], usual["expected_loss"])
    assert float(found["expected_regret"].sel(strategy=str(found["best"].values))) == found["expected_regret"].min()
    assert sorted(found["rank"].values) == [1, 2, 3]


def test_sampled_lives() -> None:
    """Luck is taken off as elsewhere."""
    results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=40, persons=60)
    found = ranking(results, outcome="time_new")
    settled = settled_contrast(results, "net_saving").sel(actor="society")
    assert settled.notnull().all()
    assert without_luck_of(results, {"of": change_of(results, "time_new")})["of"].notnull().all()
    np.testing.assert_allclose(found["net_present_value_quantile"], quantiles(settled), rtol=1e-9)
    outcomes = simcore.summarise_outcomes(results, discounted=True).sel(outcome="time_new")
    np.testing.assert_allclose(found["outcome_change"], outcomes["change"], rtol=1e-9)
    np.testing.assert_allclose(
        quantiles(without_luck_of(results, {"of": change_of(results, "time_new")})["of"]),
        outcomes["change_quantile"],
        rtol=1e-9,
    )
    assert found["probability_best"].sum() == pytest.approx(1)


def test_wrong_names(by_hand: xr.Dataset) -> None:
    results = with_outcome(by_hand, {"usual": [0] * 4, "help": [1] * 4})
    with pytest.raises(UnknownNameError) as error:
        ranking(results, outcome="past")
    assert str(error.value) == "'past' is not an outcome of these results; did you mean 'passed'? Known: passed."
    with pytest.raises(UnknownNameError, match="a kind of cost that is shown apart"):
        ranking(results, also=["resource"])
    with pytest.raises(ResultsError, match="run at least 2 persons"):
        ranking(results.assign(part_size=("part", [1, 0, 0])))


def test_pieces() -> None:
    assert [place_of(share, 10) for share in (0.05, 0.1, 0.11, 0.5, 0.8, 1.0)] == [0, 0, 1, 4, 7, 9]
    assert place_of(0.3, 1) == 0
    assert place_of(0.07, 100) == 6  # 0.07 * 100 is a little more than 7
    draws = xr.DataArray([[1.0, 1.0], [-1.0, 1.0], [1e9, -1e9 + 0.1]], dims=("case", "draw"))
    assert told_from_zero(draws).values.tolist() == [True, False, False]
    ratio, error = ratio_of_means(xr.DataArray([2.0, 4.0], dims="draw"), xr.DataArray([-1.0, -1.0], dims="draw"))
    assert np.isnan(ratio)
    assert np.isnan(error)


def test_a_change_that_is_rounding_is_none(by_hand: xr.Dataset) -> None:
    results = with_outcome(by_hand, {"usual": [0.3] * 4, "help": [0.1 + 0.2] * 4})
    assert (change_of(results, "passed").values == 0).all()


def test_those_who_pay_are_those_who_are_expected_to() -> None:
    """The state pays 4 in one draw and is paid 8 in the other: it is not one who pays."""
    results = made(
        {
            "usual": {("town", "programme"): first_year([0, 0])},
            "help": {("town", "programme"): first_year([10, 12]), ("state", "programme"): first_year([4, -8])},
        }
    )
    assert outlay_of(results).values.values.tolist() == [[10, 12]]


def summary_of(saving: dict[str, list[float]]) -> xr.Dataset:
    """A summary of alternatives: net savings of each strategy in them, and ten times as much for the town."""
    values = np.array(list(saving.values())).T[:, :, None] * [1.0, 10.0]
    names = ["as_it_stands", *(f"other_{number}" for number in range(1, len(values)))]
    coords = {"alternative": names, "intervention": list(saving), "actor": ["society", "town"]}
    return xr.Dataset(
        {"net_saving": (("alternative", "intervention", "actor"), values, {"units": "SEK"})},
        coords, {"comparator": "usual"},
    )  # fmt: skip


def test_robust_choice_by_hand() -> None:
    """The best of each alternative has 10, 6 and 0.

    Of bold 10, -8, -4, of steady 4, 6, -1 and of usual 0, 0, 0: regrets 0, 14, 4; 6, 0, 1; and 10, 6, 0.
    """
    found = robust_choice(summary_of({"bold": [10, -8, -4], "steady": [4, 6, -1]}))
    assert found["strategy"].values.tolist() == ["usual", "bold", "steady"]
    assert found["net_saving"].values.tolist() == [[0, 0, 0], [10, -8, -4], [4, 6, -1]]
    assert found["regret"].values.tolist() == [[10, 6, 0], [0, 14, 4], [6, 0, 1]]
    assert found["largest_regret"].values.tolist() == [10, 14, 6]
    assert found["least_net_saving"].values.tolist() == [0, -8, -1]
    assert found["best_in"].values.tolist() == [1, 1, 1]
    assert str(found["best_as_it_stands"].values) == "bold"
    assert str(found["maximin"].values) == "usual"
    assert str(found["minimax_regret"].values) == "steady"
    assert str(found["always_best"].values) == ""
    assert str(robust_choice(summary_of({"bold": [1, 2], "steady": [1.5, 1.5]}))["maximin"].values) == "steady"
    town = robust_choice(summary_of({"bold": [10, -8, -4], "steady": [4, 6, -1]}), actor="town")
    assert town["largest_regret"].values.tolist() == [100, 140, 60]


def test_ties_of_a_robust_choice() -> None:
    """Of equals the first; what differs by rounding is equal."""
    found = robust_choice(summary_of({"one": [3, 0.3, 0], "two": [3, 0.1 + 0.2, 0]}))
    assert found["regret"].sel(strategy="one").values.tolist() == [0, 0, 0]
    assert found["best_in"].values.tolist() == [1, 2, 0]
    for name in ("best_as_it_stands", "minimax_regret", "always_best"):
        assert str(found[name].values) == "one"
    assert str(found["maximin"].values) == "usual"  # the least of each is nothing
    nothing = robust_choice(summary_of({"one": [0, 0]}))
    assert {str(nothing[name].values) for name in ("maximin", "minimax_regret", "always_best")} == {"usual"}


def test_wrong_input_of_a_robust_choice() -> None:
    summary = summary_of({"bold": [10, np.nan]})
    with pytest.raises(UnknownNameError) as error:
        robust_choice(summary, actor="twon")
    assert str(error.value) == (
        "'twon' is not an actor or view of these results; did you mean 'town'? Known: society, town."
    )  # fmt: skip
    with pytest.raises(ResultsError) as missing:
        robust_choice(summary)
    assert str(missing.value) == (
        "With alternatives.other_1 there is no net saving of 'bold'; each strategy needs one in each alternative."
    )  # fmt: skip


def test_robust_choice_of_simulated_alternatives() -> None:
    scenario = simcore.read_scenario("tests/scenarios/good/alternatives.yaml")
    summary = simcore.simulate_alternatives(scenario, names=["shorter_horizon", "no_crime_link"], draws=4, persons=50)
    found = robust_choice(summary)
    assert found["strategy"].values.tolist() == ["usual", "team", "coach"]
    assert found["alternative"].values.tolist() == ["as_it_stands", "shorter_horizon", "no_crime_link"]
    society = summary["net_saving"].sel(actor="society")
    for name in ("team", "coach"):
        np.testing.assert_array_equal(found["net_saving"].sel(strategy=name), society.sel(intervention=name))
    best = found["net_saving"].max("strategy")
    np.testing.assert_array_equal(found["regret"] + found["net_saving"], best.broadcast_like(found["regret"]))
    assert int(found["best_in"].sum()) == 3
    assert str(robust_choice(summary, actor="public_sector")["maximin"].values) in found["strategy"].values
