"""Effects by hand, as they are published: each scale, measured over another time, as printed; none and harm."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simcore.errors import ModelError
from tests.analytic.effects import ODDS, H, P, close, effect, odds_to_probability, small, yearly
from tests.analytic.models import START_AGE
from tests.strategies import Tree, evidenced, read


def test_a_standardised_mean_difference_is_an_odds_ratio() -> None:
    """exp(d * pi / sqrt(3)); half of it movable is half of d."""
    for more, d in (({}, -0.4), ({"movable_share": "half"}, -0.2)):
        found = yearly(small([effect("standardised_mean_difference", "smd", [1, 2], **more)]), cycles=3)
        ratio = math.exp(d * math.pi / math.sqrt(3))
        close(found, odds_to_probability(ODDS * np.array([ratio, ratio, 1])))


def test_a_standardised_mean_difference_multiplies_with_odds_ratios() -> None:
    effects = [effect("standardised_mean_difference", "smd", [1, 1]), effect("odds_ratio", "orr", [1, 1])]
    ratio = 0.6 * math.exp(-0.4 * math.pi / math.sqrt(3))
    close(yearly(small(effects), cycles=1), odds_to_probability(np.array([ODDS * ratio])))


def changed(scale: str, p: float) -> float:
    """What a published effect makes of a probability."""
    match scale:
        case "risk_ratio":
            return p * 0.7
        case "risk_difference":
            return p - 0.05
    ratio = 0.6 if scale == "odds_ratio" else math.exp(-0.4 * math.pi / math.sqrt(3))
    return p * ratio / (1 - p + p * ratio)


PUBLISHED = [
    ("risk_ratio", "rr"), ("odds_ratio", "orr"), ("risk_difference", "rd"), ("standardised_mean_difference", "smd"),
]  # fmt: skip


@pytest.mark.parametrize("over", ["18 months", "2 years", "1 month"])
@pytest.mark.parametrize(("scale", "size"), PUBLISHED)
@pytest.mark.parametrize("cycle", ["year", "quarter"])
def test_over_a_time_on_a_probability(cycle: str, scale: str, size: str, over: str) -> None:
    """Turned into that time, changed there, turned back. A difference needs a probability that leaves room for it."""
    years = {"18 months": 1.5, "2 years": 2, "1 month": 1 / 12}[over]
    if scale == "risk_difference" and years < 1:
        years, over = 1.25, "15 months"
    within = 1 - (1 - P) ** years
    in_year = 1 - (1 - changed(scale, within)) ** (1 / years)
    per_year = {"year": 1, "quarter": 4}[cycle]
    tree = small([effect(scale, size, [1, "onwards"], over=over)], years=1, cycle=cycle)
    close(yearly(tree), [1 - (1 - in_year) ** (1 / per_year)] * per_year)
    # Over that time itself, the printed effect comes out.
    close((1 - in_year) ** years, 1 - changed(scale, within))


@pytest.mark.parametrize(("scale", "size"), PUBLISHED)
def test_over_a_time_on_a_probability_per_cycle(scale: str, size: str) -> None:
    within = 1 - (1 - P) ** 2
    tree = small([effect(scale, size, [1, "onwards"], over="6 months")], baseline="q", years=1, cycle="quarter")
    close(yearly(tree), [1 - (1 - changed(scale, within)) ** 0.5] * 4)


@pytest.mark.parametrize("time", ["discrete", "continuous"])
@pytest.mark.parametrize(("scale", "size"), PUBLISHED)
def test_over_a_time_on_a_rate(scale: str, size: str, time: str) -> None:
    tree = small([effect(scale, size, [1, "onwards"], over="18 months")], baseline="h", years=3, cycle="quarter")
    tree["domains"]["life"]["time"] = time
    rate = -math.log(1 - changed(scale, 1 - math.exp(-H * 1.5))) / 1.5
    np.testing.assert_allclose(yearly(tree), 1 - math.exp(-rate / 4), rtol=1e-11)


def test_several_over_a_time_act_one_after_the_other_behind_the_others() -> None:
    effects = [
        effect("risk_difference", "rd", [1, 1], over="2 years"), effect("risk_ratio", "rr", [1, 1], over="3 years"),
        effect("odds_ratio", "orr", [1, 1]),
    ]  # fmt: skip
    p = changed("odds_ratio", P)
    p = 1 - (1 - (1 - (1 - p) ** 2 - 0.05)) ** (1 / 2)
    p = 1 - (1 - 0.7 * (1 - (1 - p) ** 3)) ** (1 / 3)
    close(yearly(small(effects), cycles=2), [p, P])


def test_a_modifier_over_a_time_that_fades_and_is_part_movable() -> None:
    more = {"over": "2 years", "fade": {"linear": "two"}, "movable_share": "half"}
    found = yearly(small([effect("risk_ratio", "rr", [1, 1], **more)]), cycles=3)
    expected = [1 - (1 - 0.7**weight * (1 - (1 - P) ** 2)) ** 0.5 for weight in (0.5, 0.25)]
    close(found, [*expected, P])


def test_over_a_time_on_a_plain_modifier() -> None:
    tree = small([])
    tree["domains"]["life"]["moves"]["a -> b"]["modifiers"] = [
        {"if": {}, "risk_ratio": "rr", "over": "2 years", "evidence": "assumed"}
    ]
    close(yearly(tree, cycles=1), [1 - (1 - 0.7 * (1 - (1 - P) ** 2)) ** 0.5])


def test_more_than_certain_within_a_time() -> None:
    for baseline in ("p", "h"):
        tree = small([effect("risk_ratio", "double", [1, 1], over="5 years")], baseline=baseline)
        tree["parameters"]["double"] = evidenced({"fixed": 2}, "risk ratio")
        within = 2 * (1 - (1 - P) ** 5 if baseline == "p" else 1 - math.exp(-H * 5))
        words = "within the time that a ratio or difference was measured over lies outside 0 to 1"
        with pytest.raises(ModelError, match=rf"a probability from 'a' of life {words} \(b {within:.4g}\)\.$"):
            yearly(tree)


PRINTED = [
    ("risk_ratio", "risk ratio", "lognormal", {"median": 0.82, "interval_95": [0.69, 0.97]}),
    ("odds_ratio", "odds ratio", "lognormal", {"median": 0.58, "interval_95": [0.41, 0.82]}),
    ("hazard_ratio", "hazard ratio", "lognormal", {"median": 1.63, "interval_95": [1.21, 2.2]}),
    ("risk_difference", "risk difference", "normal", {"mean": -0.07, "interval_95": [-0.12, -0.02]}),
    ("standardised_mean_difference", "standardised mean difference", "normal",
     {"mean": -0.21, "interval_95": [-0.35, -0.07]}),
]  # fmt: skip


@pytest.mark.parametrize(("scale", "unit", "name", "given"), PRINTED)
def test_an_effect_as_printed_is_drawn_with_its_printed_interval(scale: str, unit: str, name: str, given: Tree) -> None:
    """Whoever types centre and interval gets them back as the quantiles of the draws, to the printed digits."""
    tree = small([effect(scale, "printed", [1, 1])])
    tree["parameters"]["printed"] = evidenced({name: given}, unit)
    drawn = read(tree).distributions["printed"]
    low, middle, high = drawn.ppf(np.array([0.025, 0.5, 0.975]))
    assert math.isclose(middle, given.get("median", given.get("mean")), rel_tol=1e-12)
    np.testing.assert_allclose([low, high], given["interval_95"], atol=0.005)


# --- nothing, and harm --------------------------------------------------------------------------------------


SHAPES: list[Tree] = [
    {}, {"fade": {"half_life": "long"}}, {"fade": {"linear": "long"}}, {"catch_up": "long"}, {"to_age": START_AGE + 2},
    {"over": "18 months"}, {"over": "18 months", "catch_up": "long"}, {"over": "18 months", "fade": {"linear": "long"}},
]  # fmt: skip


@pytest.mark.parametrize("scale", ["risk_ratio", "odds_ratio", "hazard_ratio", "risk_difference",
                                   "standardised_mean_difference"])  # fmt: skip
@pytest.mark.parametrize("baseline", ["p", "h"])
def test_an_effect_without_size_changes_exactly_nothing(scale: str, baseline: str) -> None:
    nothing = 0 if "difference" in scale else 1
    for shape in SHAPES:
        if ("over" in shape) if scale == "hazard_ratio" else (baseline == "h" and "over" not in shape):
            continue
        tree = small([effect(scale, nothing, [1, 3], **shape)], baseline=baseline)
        assert yearly(tree).tolist() == yearly(tree, "usual").tolist()


@pytest.mark.parametrize(("scale", "unit", "harmful"), [
    ("risk_ratio", "risk ratio", 1.5), ("odds_ratio", "odds ratio", 1.5), ("hazard_ratio", "hazard ratio", 1.5),
    ("risk_difference", "risk difference", 0.1), ("standardised_mean_difference", "standardised mean difference", 0.3),
])  # fmt: skip
def test_harm_is_as_legal_as_help(scale: str, unit: str, harmful: float) -> None:
    """More of the move with a size above 1 (above 0), less with its inverse; in every shape as long as it acts."""
    for shape in SHAPES[:5] if scale == "hazard_ratio" else SHAPES:
        found = []
        for size in (harmful, -harmful if "difference" in scale else 1 / harmful):
            tree = small([effect(scale, "size", [1, 3], **shape)])
            tree["parameters"]["size"] = evidenced({"fixed": size}, unit)
            found.append(yearly(tree)[:2] - P)
        assert (found[0] > 0.01).all()
        assert (found[1] < -0.01).all()
