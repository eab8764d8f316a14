"""Who gets the gain, with answers that are worked out on paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcore.decisions.fairness import fairness

from .grouped import A, B, C, Rows, grouped, one


def test_two_subgroups_by_hand() -> None:
    """A quarter has 2 years and three quarters 10; help adds 4 and 1.

    All together: 0.25 * 4 + 0.75 * 1 = 1.75. The ranks are 0.125 and 0.25 + 0.375 = 0.625. Index of usual practice:
    2 / 8 * (0.25 * 2 * 0.125 + 0.75 * 10 * 0.625) - 1 = 0.1875, which is also 0.25 - 0.5 / 8, the share of persons
    minus that of years. Of help 0.25 - 1.5 / 9.75 = 3.75 / 39.
    """
    results = one([[2, 10]] * 3, help=[[6, 11]] * 3, sizes=[[25, 75]] * 3)
    found = fairness(results)
    assert found["share"].values.tolist() == [0.25, 0.75]
    assert found["level"].sel(outcome="work").values.tolist() == [[2, 10], [6, 11]]
    assert found["change"].values.ravel().tolist() == [4, 1]
    assert found["change_quantile"].sel(quantile=0.95).values.ravel().tolist() == [4, 1]
    assert found["total_change"].values.tolist() == [[1.75]]
    np.testing.assert_allclose(found["share_of_gain"].values.ravel(), [1 / 1.75, 0.75 / 1.75])
    assert found["best_off"].values.tolist() == [[B]]
    assert found["worst_off"].values.tolist() == [[A]]
    assert found["attribute"].values.tolist() == ["area"]
    assert found["gap"].values.ravel().tolist() == [8, 5]
    assert found["gap_change"].values.ravel().tolist() == [-3]
    assert found["probability_narrower"].values.ravel().tolist() == [1]
    np.testing.assert_allclose(found["concentration"].values.ravel(), [0.1875, 3.75 / 39])
    np.testing.assert_allclose(found["concentration_change"].values.ravel(), [3.75 / 39 - 0.1875])
    assert found["efficient"].values.ravel().tolist() == [True]
    for name in ("level", "change", "gap", "gap_change", "concentration", "total_change", "share_of_gain"):
        np.testing.assert_allclose(found[f"{name}_mcse"], 0.0, atol=1e-15)
    assert found.attrs == {"comparator": "usual"}


def test_dims_and_units() -> None:
    results = one([[2, 10]] * 3, help=[[6, 11]] * 3, sizes=[[25, 75]] * 3)
    found = fairness(results)
    compared = ("intervention", "attribute", "outcome")
    dims = {
        "share": ("group",), "level": ("strategy", "group", "outcome"), "change": ("intervention", "group", "outcome"),
        "change_quantile": ("quantile", "intervention", "group", "outcome"),
        "share_of_gain": ("intervention", "group", "outcome"), "total_change": ("intervention", "outcome"),
        "gap": ("strategy", "attribute", "outcome"), "gap_quantile": ("quantile", "strategy", "attribute", "outcome"),
        "gap_change": compared, "gap_change_quantile": ("quantile", *compared), "probability_narrower": compared,
        "concentration": ("strategy", "attribute", "outcome"), "concentration_change": compared,
        "concentration_quantile": ("quantile", "strategy", "attribute", "outcome"),
        "concentration_change_quantile": ("quantile", *compared), "efficient": compared,
        "best_off": ("attribute", "outcome"), "worst_off": ("attribute", "outcome"),
        "net_saving": ("intervention", "group", "actor"), "net_saving_mcse": ("intervention", "group", "actor"),
    }  # fmt: skip
    assert {name: found[name].dims for name in dims} == dims
    assert found["efficient"].dtype == bool
    units = {"gap": "years per person of the subgroup", "total_change": "years per person", "concentration": ""}
    units |= {"net_saving": "SEK per person of the subgroup", "share": "", "share_of_gain": ""}
    assert {name: found[name].attrs["units"] for name in units} == units


def test_errors_and_quantiles_by_hand() -> None:
    """The gap is 8 in every draw of usual practice; with help 4, 8, -6 and -10, and once as wide is not narrower.

    Its change is -4, 0, -14 and -18, on average -9 with a variance of (25 + 81 + 25 + 81) / 3. The median of the gap is
    that of -10, -6, 4 and 8, -1; the change of all is half that of the first, 4, 0, 14 and 18.
    """
    results = one([[2, 10]] * 4, help=[[6, 10], [2, 10], [16, 10], [20, 10]], sizes=[[50, 50]] * 4)
    found = fairness(results).sel(intervention="help", strategy="help", attribute="area", outcome="work")
    assert float(found["gap"]) == -1
    assert float(found["gap_change"]) == -9
    np.testing.assert_allclose(found["gap_change_mcse"], np.sqrt(212 / 3 / 4))
    assert float(found["gap_quantile"].sel(quantile=0.5)) == -1
    np.testing.assert_allclose(found["gap_quantile"].sel(quantile=0.05), -10 + 0.15 * 4)
    assert float(found["gap_change_quantile"].sel(quantile=0.5)) == -9
    assert float(found["probability_narrower"]) == 0.5
    assert float(found["total_change"]) == 4.5
    np.testing.assert_allclose(found["total_change_mcse"], np.sqrt(212 / 3 / 4) / 2)
    # 4.5 is more than 1.96 * 2.10 = 4.12.
    assert found["share_of_gain"].values.tolist() == [1, 0]
    assert found["share_of_gain_mcse"].values.tolist() == [0, 0]


def test_shares_of_the_gain_are_of_its_mean_and_have_an_error() -> None:
    """Half each. Changes of a are 2, 4, 6, those of b 2, 2, 2: shares 4 / 6 and 2 / 6, not the mean of shares.

    What the share of a leaves of half its change is 1 - 2/3 * 2, 2 - 2/3 * 3 and 3 - 2/3 * 4: -1/3, 0 and 1/3, with
    the standard error 1/3 / sqrt(3), over the total of 3.
    """
    results = one([[1, 5]] * 3, help=[[3, 7], [5, 7], [7, 7]], sizes=[[50, 50]] * 3)
    found = fairness(results)
    np.testing.assert_allclose(found["share_of_gain"].values.ravel(), [2 / 3, 1 / 3])
    np.testing.assert_allclose(found["share_of_gain_mcse"].values.ravel(), [1 / 9 / np.sqrt(3)] * 2)


def test_three_subgroups_and_an_order_of_ones_own() -> None:
    """Levels 6, 1 and 3 of shares 0.5, 0.3 and 0.2: a mean of 3.9.

    By level, b (rank 0.15), c (0.4), a (0.75): 2 / 3.9 * (0.3 * 0.15 + 0.6 * 0.4 + 3 * 0.75) - 1 = 5.07 / 3.9 - 1.
    In the order c (0.1), a (0.45), b (0.85): 2 / 3.9 * (0.6 * 0.1 + 3 * 0.45 + 0.3 * 0.85) - 1 = 3.33 / 3.9 - 1.
    """
    results = one([[6, 1, 3]] * 2, help=[[6, 1, 3]] * 2, sizes=[[50, 30, 20]] * 2, groups=(A, B, C))
    found = fairness(results)
    assert (found["best_off"].item(), found["worst_off"].item()) == (A, B)
    assert found["gap"].values.ravel().tolist() == [5, 5]
    np.testing.assert_allclose(found["concentration"].values.ravel(), [0.3, 0.3])
    assert found["concentration_change"].item() == 0
    by_income = fairness(results, order={"area": [C, A, B]})
    np.testing.assert_allclose(by_income["concentration"].values.ravel(), [3.33 / 3.9 - 1] * 2)
    assert by_income["gap"].equals(found["gap"])


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 40)), min_size=1, max_size=5))
def test_by_default_the_index_is_half_the_mean_difference_between_persons(of: list[tuple[int, int]]) -> None:
    """Gini's definition: the mean difference between two persons over twice the mean."""
    sizes, levels = (np.array(each, dtype=float) for each in zip(*of, strict=True))
    groups = tuple(f"area: {number}" for number in range(len(of)))
    results = one([levels], help=[levels[::-1]], sizes=[100 * sizes / sizes.sum()], groups=groups)
    found = fairness(results)["concentration"].sel(strategy="usual").item()
    share = sizes / sizes.sum()
    differences = np.abs(levels[:, None] - levels[None]) * share[:, None] * share[None]
    assert found == pytest.approx(differences.sum() / (2 * share @ levels), abs=1e-12)


def test_outcomes_that_one_wants_less_of_and_ends_of_each_outcome() -> None:
    """Years ill are 6 and 2, with help 3 and 2; years in work as many as were ill of the others.

    Index of the ill, from a (rank 0.25) to b (0.75): 2 / 4 * (3 * 0.25 + 1 * 0.75) - 1 = -0.25.
    """
    results = grouped(
        {"ill": {"usual": [[6, 2]] * 2, "help": [[3, 2]] * 2}, "old": {"usual": [[2, 6]] * 2, "help": [[2, 4]] * 2}},
        [[50, 50]] * 2,
    )
    found = fairness(results, more_is_better={"ill": False, "old": False}).sel(attribute="area")
    assert found["best_off"].values.tolist() == [B, A]
    assert found["worst_off"].values.tolist() == [A, B]
    assert found["gap"].sel(outcome="ill").values.tolist() == [4, 1]
    assert found["gap"].sel(outcome="old").values.tolist() == [4, 2]
    assert found["gap_change"].values.tolist() == [[-3, -2]]
    assert found["concentration"].sel(strategy="usual").values.tolist() == [-0.25, -0.25]
    assert found["efficient"].values.tolist() == [[True, True]]
    # The change of an outcome keeps its sign.
    assert found["total_change"].values.tolist() == [[-1.5, -1]]
    assert found["share_of_gain"].sel(intervention="help", outcome="ill").values.tolist() == [1, 0]
    other = fairness(results, more_is_better={"ill": True}).sel(attribute="area")
    assert other["best_off"].values.tolist() == [A, B]
    assert other["concentration"].sel(strategy="usual").values.tolist() == [0.25, 0.25]
    # Were more of it wanted, there would be less, but with a narrower gap.
    assert other["gap_change"].values.tolist() == [[-3, -2]]
    assert other["efficient"].values.tolist() == [[True, True]]


def test_less_of_what_one_wants_less_of_is_a_gain() -> None:
    """Everybody is ill 1 year less, and the gap is as wide."""
    results = one([[6, 2]] * 2, help=[[5, 1]] * 2, sizes=[[50, 50]] * 2)
    assert fairness(results, more_is_better={"work": False})["efficient"].item()
    assert not fairness(results)["efficient"].item()


def test_who_is_not_alive_at_the_start_is_in_no_subgroup() -> None:
    """Of 100 persons 20 are of a and gain 4, and 60 are of b and gain 1: 1.4 for each of the 100."""
    found = fairness(one([[2, 10]] * 2, help=[[6, 11]] * 2, sizes=[[20, 60]] * 2)).squeeze()
    np.testing.assert_allclose(found["share"], [0.25, 0.75])
    assert found["total_change"].item() == pytest.approx(1.4)
    np.testing.assert_allclose(found["share_of_gain"], [0.8 / 1.4, 0.6 / 1.4])
    np.testing.assert_allclose(found["concentration"], [0.1875, 3.75 / 39])


def test_what_total_gain_costs_in_gaps() -> None:
    """Total gains (half each) and gaps, with usual practice 0 and 8.

    even 2, 4; more 3, 8; less 1, 4 (as narrow as even, with less); turned 2, -4 (as even); most 3, 9 (more has as
    much); worse -1, 6 (even is better in both); narrow -3, 0.
    """
    results = one(
        [[2, 10]] * 2,
        even=[[6, 10]] * 2, more=[[5, 13]] * 2, less=[[5, 9]] * 2, turned=[[10, 6]] * 2, most=[[4.5, 13.5]] * 2,
        worse=[[2, 8]] * 2, narrow=[[3, 3]] * 2,
        sizes=[[50, 50]] * 2,
    )  # fmt: skip
    found = fairness(results).squeeze(["attribute", "outcome"])
    assert found["total_change"].values.tolist() == [2, 3, 1, 2, 3, -1, -3]
    assert found["gap"].values.tolist() == [8, 4, 8, 4, -4, 9, 6, 0]
    assert found["efficient"].values.tolist() == [True, True, False, True, False, False, True]


def test_usual_practice_may_be_better_than_an_intervention() -> None:
    """It takes 1 year from each and leaves the gap; against it usual practice is better."""
    results = one([[2, 10]] * 2, harm=[[1, 9]] * 2, sizes=[[25, 75]] * 2)
    assert not fairness(results)["efficient"].item()
    assert fairness(results, comparator="harm")["efficient"].item()


def test_a_subgroup_that_is_missing_in_a_draw() -> None:
    """Nobody is of a in the last draw, in which b has 30 and gains 9.

    Levels are those of the draws with somebody: a 2, b (10 + 10 + 30) / 3. The gap and the index do not count the last
    draw. The change of all is 1.75, 1.75 and 9, and that of a 1, 1 and 0 of it.
    """
    results = one([[2, 10], [2, 10], [7, 30]], help=[[6, 11], [6, 11], [7, 39]], sizes=[[25, 75], [25, 75], [0, 100]])
    found = fairness(results).squeeze(["attribute", "outcome", "intervention"])
    np.testing.assert_allclose(found["share"], [0.5 / 3, 2.5 / 3])
    np.testing.assert_allclose(found["level"].sel(strategy="usual"), [2, 50 / 3])
    np.testing.assert_allclose(found["change"], [4, 11 / 3])
    np.testing.assert_allclose(found["change_mcse"], [0, np.sqrt((2 * (8 / 3) ** 2 + (16 / 3) ** 2) / 2 / 3)])
    assert found["gap"].values.tolist() == [8, 5]
    assert found["gap_change"].item() == -3
    assert found["probability_narrower"].item() == 1
    np.testing.assert_allclose(found["concentration"], [0.1875, 3.75 / 39])
    np.testing.assert_allclose(found["total_change"], 12.5 / 3)
    # 4.17 is less than 1.96 * 2.42 = 4.74: too little is known of the total to share it out.
    assert found["share_of_gain"].isnull().all()
    # With 4.5 in the last draw: 8 / 3 is more than 1.96 * 0.92 = 1.80.
    results["group_outcome_value"].loc[{"strategy": "help", "group": B, "draw": 2}] = 34.5
    np.testing.assert_allclose(fairness(results)["share_of_gain"].values.ravel(), [2 / 8, 6 / 8])


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_who_is_nobody_counts_nowhere(engine: str) -> None:
    results = one([[2, 10, 5]] * 2, help=[[6, 11, 5]] * 2, sizes=[[25, 75, 0]] * 2, groups=(A, B, C))
    found = fairness(results.assign_attrs(engine=engine)).squeeze(["attribute", "outcome"])
    assert found["share"].values.tolist() == [0.25, 0.75, 0]
    assert np.isnan(found["level"].sel(group=C)).all()
    assert np.isnan(found["change"].sel(group=C)).all()
    np.testing.assert_allclose(found["share_of_gain"].values.ravel(), [1 / 1.75, 0.75 / 1.75, 0])
    assert found["gap"].values.tolist() == [8, 5]
    np.testing.assert_allclose(found["concentration"], [0.1875, 3.75 / 39])
    with_order = fairness(results, order={"area": [C, A, B]}).squeeze(["attribute", "outcome"])
    np.testing.assert_allclose(with_order["concentration"], [0.1875, 3.75 / 39])


def test_no_draw_has_both() -> None:
    results = one([[2, 10]] * 2, help=[[6, 11]] * 2, sizes=[[0, 100], [100, 0]])
    found = fairness(results).squeeze(["attribute", "outcome"])
    for name in ("gap", "gap_mcse", "gap_change", "gap_quantile", "probability_narrower", "concentration"):
        assert np.isnan(found[name]).all(), name
    assert not found["efficient"].any()
    assert found["total_change"].values.tolist() == [2.5]


def test_subgroups_that_are_alike_have_a_gap_that_can_open() -> None:
    """Equals are taken in the order of the results; no gap becomes one of 2. What does not change is no narrower."""
    results = one([[5, 5]] * 2, help=[[5, 7]] * 2, same=[[5, 5]] * 2, sizes=[[50, 50]] * 2)
    found = fairness(results).squeeze(["attribute", "outcome"])
    assert (found["worst_off"].item(), found["best_off"].item()) == (A, B)
    assert found["gap"].values.tolist() == [0, 2, 0]
    assert found["probability_narrower"].values.tolist() == [0, 0]
    assert found["concentration"].sel(strategy=["usual", "same"]).values.tolist() == [0, 0]


def test_an_attribute_with_one_level() -> None:
    found = fairness(one([[5]] * 2, help=[[7]] * 2, sizes=[[100]] * 2, groups=(A,))).squeeze()
    assert found["share_of_gain"].item() == 1
    assert found["gap"].values.tolist() == [0, 0]
    assert found["concentration"].values.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("help_", "shares"),
    [
        ([[2, 10]] * 2, [np.nan, np.nan]),  # nothing is gained
        ([[3, 9]] * 2, [np.nan, np.nan]),  # one's gain is the other's loss
        ([[1, 7]] * 2, [0.25, 0.75]),  # a loss is shared
        ([[5, 9]] * 2, [1.5, -0.5]),  # one gains more than all together
        ([[3, 11], [1, 9]], [np.nan, np.nan]),  # as much is lost in one draw as gained in the other
    ],
)
def test_shares_of_no_gain_or_of_a_loss(help_: Rows, shares: list[float]) -> None:
    found = fairness(one([[2, 10]] * 2, help=help_, sizes=[[50, 50]] * 2))
    np.testing.assert_allclose(found["share_of_gain"].values.ravel(), shares)
    assert (np.isnan(found["share_of_gain_mcse"].values.ravel()) == np.isnan(shares)).all()


def test_rounding_is_nothing() -> None:
    """0.1 + 0.2 is not 0.3, and a third of what one gains three times is not quite what the other loses."""
    third = 1 / 3
    results = one(
        [[0.3, 1.0]] * 3,
        same=[[0.1 + 0.2, 1.0]] * 3, moved=[[0.3 + 0.1, 1.0 - third * 0.1]] * 3, both=[[0.3 + 0.1, 1.0 + 0.1]] * 3,
        sizes=[[25, 75]] * 3,
    )  # fmt: skip
    assert 0.3 != 0.1 + 0.2
    found = fairness(results).squeeze(["attribute", "outcome"])
    assert found["change"].sel(intervention="same").values.tolist() == [0, 0]
    assert found["total_change"].sel(intervention=["same", "moved"]).values.tolist() == [0, 0]
    assert found["share_of_gain"].sel(intervention=["same", "moved"]).isnull().all()
    assert found["gap_change"].sel(intervention=["same", "both"]).values.tolist() == [0, 0]
    assert found["probability_narrower"].values.tolist() == [0, 1, 0]
    assert found["concentration_change"].sel(intervention="same").item() == 0


def test_no_index_where_the_mean_level_is_zero() -> None:
    """Nobody has any in the first draw; in the second 2 and 6 of half each: 2 / 4 * (1 * 0.25 + 3 * 0.75) - 1."""
    results = one([[0, 0], [2, 6]], help=[[0, 0], [4, 4]], loss=[[-6, 6]] * 2, sizes=[[50, 50]] * 2)
    found = fairness(results).squeeze(["attribute", "outcome"])
    assert found["concentration"].sel(strategy=["usual", "help"]).values.tolist() == [0.25, 0]
    assert np.isnan(found["concentration"].sel(strategy="loss"))
    assert np.isnan(found["concentration_mcse"]).all()  # one draw tells no error
    assert found["gap"].values.tolist() == [2, 0, 12]
    # Where all levels are below zero, the sign is turned: -6 and -2 have a mean of -4.
    below = fairness(one([[-6, -2]], help=[[-6, -2]], sizes=[[50, 50]]))
    np.testing.assert_allclose(below["concentration"].values.ravel(), 2 / -4 * (-3 * 0.25 - 1 * 0.75) - 1)


def test_one_draw_tells_no_errors() -> None:
    found = fairness(one([[2, 10]], help=[[6, 11]], sizes=[[25, 75]])).squeeze()
    assert found["gap"].values.tolist() == [8, 5]
    assert found["total_change"].item() == 1.75
    for name in ("level_mcse", "gap_mcse", "total_change_mcse", "share_of_gain", "share_of_gain_mcse"):
        assert np.isnan(found[name]).all(), name


def test_of_several_randomisations_their_means_tell_the_error() -> None:
    """Total changes are 1, 3, 3 and 5: means 2 and 4, the error 1. 3 is more than 1.96 errors, but not than 12.7."""
    results = one([[1, 2]] * 4, help=[[2, 3], [4, 5], [4, 5], [6, 7]], sizes=[[50, 50]] * 4)
    assert fairness(results)["share_of_gain"].values.ravel().tolist() == [0.5, 0.5]
    grouped_draws = fairness(results.assign_coords(randomisation=("draw", [0, 0, 1, 1])))
    assert grouped_draws["total_change_mcse"].item() == 1
    assert grouped_draws["share_of_gain"].isnull().all()
    assert "randomisation" not in grouped_draws.variables


def test_what_each_subgroup_saves() -> None:
    """Help costs the town 3 for each of a, and saves 5; of b it costs 3 and saves 1 in one draw and 5 in the other."""
    results = grouped(
        {"work": {"usual": [[2, 10]] * 2, "help": [[6, 11]] * 2}}, [[25, 75]] * 2,
        costs={
            ("usual", "resource"): [[9, 9]] * 2, ("help", "resource"): [[4, 8], [4, 4]],
            ("help", "programme"): 3, ("help", "intangible"): [[-1, -1]] * 2,
        },
    )  # fmt: skip
    found = fairness(results)
    assert found["net_saving"].sel(intervention="help", actor=["town", "society"]).values.tolist() == [[2, 2], [0, 0]]
    assert found["net_saving_mcse"].sel(intervention="help", actor="society").values.tolist() == [0, 2]
    also = fairness(results, also=["intangible"])
    assert also["net_saving"].sel(intervention="help", actor="town").values.tolist() == [3, 1]


def test_several_attributes_each_have_everybody() -> None:
    """Sexes 40 and 60 with 5 and 10, ages 50 and 50 with 4 and 12, of the same mean of 8; help adds 1 for all."""
    groups = ("sex: f", "sex: m", "age: old", "age: young")
    levels = np.array([[5.0, 10.0, 4.0, 12.0]] * 2)
    results = one(list(levels), help=list(levels + 1), sizes=[[40, 60, 50, 50]] * 2, groups=groups)
    found = fairness(results).squeeze(["outcome", "intervention"])
    assert found["attribute"].values.tolist() == ["sex", "age"]
    assert found["group"].values.tolist() == list(groups)
    assert found["share"].values.tolist() == [0.4, 0.6, 0.5, 0.5]
    assert found["gap"].sel(strategy="usual").values.tolist() == [5, 8]
    assert found["best_off"].values.tolist() == ["sex: m", "age: young"]
    np.testing.assert_allclose(found["share_of_gain"], [0.4, 0.6, 0.5, 0.5])
    assert found["total_change"].item() == 1
    # 0.4 - 2 / 8 and 0.5 - 2 / 8.
    np.testing.assert_allclose(found["concentration"].sel(strategy="usual"), [0.15, 0.25])
    one_order = fairness(results, order={"age": groups[:1:-1]}).squeeze(["outcome", "intervention"])
    np.testing.assert_allclose(one_order["concentration"].sel(strategy="usual"), [0.15, -0.25])
