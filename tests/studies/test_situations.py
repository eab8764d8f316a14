"""Who is where at which age: closed forms, and what must hold for any model."""

from __future__ import annotations

import numpy as np
import pytest

from simcore.errors import UnknownNameError
from simcore.scenario.loading import read_scenario
from simcore.studies.situations import situations
from tests.analytic.models import model, outcome, priced, with_programme
from tests.strategies import Tree, evidenced, read

YEARS = 8
P = 0.3


def chain(cycle: str = "year") -> Tree:
    """Well persons fall ill, and nobody dies."""
    moves = {"well -> ill": {"probability": "p"}}
    return model(moves, years=YEARS, numbers={"p": (P, "probability per year")}) | {"cycle": cycle}


def mortal() -> Tree:
    """Two domains, in one of which persons die."""
    tree = chain()
    tree["domains"]["vital"] = {
        "states": ["alive", "dead"],
        "ends_life": "dead",
        "moves": {"alive -> dead": {"probability": "q"}},
    }
    tree["parameters"]["q"] = evidenced({"fixed": 0.1}, "probability per year")
    tree["population"]["start_states"]["vital"] = "alive"
    return tree


def test_the_textbook_chain() -> None:
    found = situations(read_scenario("textbook_chain"))
    t = np.arange(21)
    new = 0.8**t
    worn = 0.2 / 0.1 * (0.8**t - 0.7**t)
    broken = 0.06 * sum(
        top**t / np.prod([top - other for other in (0.8, 0.7, 0.5) if other != top]) for top in (0.8, 0.7, 0.5)
    )
    for state, share in (("new", new), ("worn", worn), ("broken", broken)):
        np.testing.assert_allclose(found["share"].sel(situation=f"condition.{state}"), share, atol=1e-12)
    np.testing.assert_allclose(found["share"].sel(situation="condition: scrapped"), 1 - new - worn - broken, atol=1e-12)
    assert found["alive"].values.tolist() == [True, True, True, False]
    np.testing.assert_allclose(found["share"].sum("situation"), 1, atol=1e-12)
    assert found["age"].values.tolist() == found["time"].values.tolist() == t.tolist()


def test_another_strategy_at_the_means() -> None:
    file = read_scenario("textbook_chain")
    found = situations(file, strategy="oil")
    wear = 0.2 * file.distributions["rr_oil"].mean
    np.testing.assert_allclose(found["share"].sel(situation="condition.new"), (1 - wear) ** np.arange(21), rtol=1e-12)


@pytest.mark.parametrize(("cycle", "per_year"), [("quarter", 4), ("month", 12)])
def test_shorter_cycles_agree_at_birthdays(cycle: str, per_year: int) -> None:
    found = situations(read(chain(cycle)))
    assert found.sizes["boundary"] == YEARS * per_year + 1
    at_birthdays = found["share"].sel(situation="life.well").values[::per_year]
    np.testing.assert_allclose(at_birthdays, (1 - P) ** np.arange(YEARS + 1), rtol=1e-12)
    assert found["age"].values[1] == 20 + 1 / per_year


def test_the_dead_are_a_share_of_every_domain() -> None:
    found = situations(read(mortal()))
    alive, well = 0.9 ** np.arange(YEARS + 1), (1 - P) ** np.arange(YEARS + 1)
    expected = {
        "life.well": alive * well, "life.ill": alive * (1 - well), "life: dead": 1 - alive, "vital.alive": alive,
        "vital: dead": 1 - alive,
    }  # fmt: skip
    assert found["situation"].values.tolist() == list(expected)
    for situation, share in expected.items():
        np.testing.assert_allclose(found["share"].sel(situation=situation), share, atol=1e-12)


def test_persons_who_start_at_different_ages() -> None:
    tree = mortal()
    tree["parameters"]["share_old"] = evidenced({"fixed": 0.25}, "share")
    tree["tables"] = {
        "ages": {"by": ["kind"], "values": {"young": 20, "old": 25}, "unit": "age", "source": {"assumption": "made up"}}
    }
    tree["population"] |= {
        "attributes": {"kind": {"old": "share_old", "young": "rest"}},
        "start": {"age": "ages", "year": 2024}, "horizon": {"to_age": 30},
    }  # fmt: skip
    found = situations(read(tree))
    assert "age" not in found.coords
    assert found["time"].values.tolist() == list(range(11))
    followed = np.where(np.arange(11) < 5, 1.0, 0.75)
    np.testing.assert_allclose(found["followed"], followed, atol=1e-12)
    alive = found["share"].sel(situation="vital.alive")
    np.testing.assert_allclose(alive, 0.9 ** np.arange(11) * followed, atol=1e-12)
    for domain in ("life", "vital"):
        total = found["share"].where(found["domain"] == domain, drop=True).sum("situation")
        np.testing.assert_allclose(total, followed, atol=1e-12)


def test_money_programmes_and_cohorts_change_nothing() -> None:
    tree = mortal() | {"outcomes": outcome("ill", **{"while": {"life": "ill"}})}
    found = situations(read(tree))["share"]
    care = {"care": {"while": {"life": "ill"}, "resource": "care", "actor": "region"}}
    tree = priced(tree, {"care": (90_000.0, "year"), "fee": (10_000.0, "participant")}, care)
    tree["parameters"] |= {
        "ratio": evidenced({"fixed": 0.5}, "risk ratio"), "displaced": evidenced({"fixed": 0.5}, "share")
    }  # fmt: skip
    effect = {"move": "life.well -> ill", "risk_ratio": "ratio", "years": [1, "onwards"], "evidence": "causal"}
    tree = with_programme(tree, [effect], costs=[{"programme": "fee", "actor": "region"}])
    tree["population"]["cohorts"] = 3
    np.testing.assert_array_equal(situations(read(tree))["share"], found)
    helped = situations(read(tree), strategy="helped")["share"].sel(situation="life.well")
    np.testing.assert_allclose(helped, (0.9 * (1 - P / 2)) ** np.arange(YEARS + 1), atol=1e-12)


def test_sampled_lives_and_draws() -> None:
    file = read(mortal())
    found = situations(file, engine="sampled", persons=50)
    assert found.attrs["engine"] == "sampled"
    assert found.attrs["n_persons"] == 50
    np.testing.assert_allclose(found["share"] * 50, np.round(found["share"] * 50), atol=1e-9)
    np.testing.assert_allclose(found["share"].groupby("domain").sum(), 1, atol=1e-12)
    uncertain = mortal()
    uncertain["parameters"]["p"]["distribution"] = {"uniform": {"min": 0.0, "max": 2 * P}}
    drawn = situations(read(uncertain), draws=400)["share"].sel(situation="life.ill").values
    assert drawn[1] == pytest.approx(0.9 * P, abs=0.05)  # 6 standard errors: 0.9 * 0.6 / sqrt(12 * 400) each
    assert 0 < drawn[-1] < 0.9**YEARS * (1 - (1 - P) ** YEARS)  # the mean of a concave function


def test_a_model_whose_joint_states_are_too_many_is_sampled() -> None:
    found = situations(read_scenario("school_dropout"), engine="sampled", persons=200)
    exact = situations(read_scenario("school_dropout"))
    assert exact.attrs["engine"] == "expected"
    assert abs(found["share"] - exact["share"]).max() < 0.2
    np.testing.assert_allclose(exact["share"].groupby("domain").sum(), 1, atol=1e-9)


def test_an_unknown_strategy() -> None:
    with pytest.raises(UnknownNameError, match="'oll' is not a strategy of this scenario; did you mean 'oil'"):
        situations(read_scenario("textbook_chain"), strategy="oll")
