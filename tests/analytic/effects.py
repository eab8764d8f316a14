"""A move a -> b, effects on it, and its probability in each cycle by the exact engine, for those at risk."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.simulation import simulate
from tests.analytic.models import model, outcome, with_programme
from tests.strategies import Tree, read

P, H = 0.2, 0.3
ODDS = P / (1 - P)
#: Who is at risk stays at risk: who has moved comes back in the next cycle.
BACK: Tree = {"b -> a": {"probability": 1}}
NUMBERS = {
    "p": (P, "probability per year"), "q": (P, "probability per cycle"), "h": (H, "rate per year"),
    "rr": (0.7, "risk ratio"), "orr": (0.6, "odds ratio"), "hr": (0.5, "hazard ratio"),
    "rd": (-0.05, "risk difference"), "smd": (-0.4, "standardised mean difference"), "harmful": (1.8, "hazard ratio"),
    "half": (0.5, "share"), "two": (2.0, "year"), "three": (3.0, "year"), "long": (2.5, "year"),
}  # fmt: skip


def effect(scale: str, size: Any, years: list[Any], **more: Any) -> Tree:
    return {"move": "life.a -> b", scale: size, "years": years, "evidence": "causal", **more}


def small(effects: list[Tree], *, baseline: str = "p", years: int = 8, cycle: str = "year", **more: Any) -> Tree:
    """Who is in `a` may move to `b`, and all take part in a programme with these effects from the start."""
    kind = "rate" if baseline == "h" else "probability"
    moves = {"a -> b": {kind: baseline}, **(BACK if kind == "probability" else {})}
    tree = with_programme(model(moves, years=years, numbers=NUMBERS), effects, **more)
    tree["outcomes"] = outcome("at_risk", **{"while": {"life": "a"}}) | outcome("moves", move="life.a -> b")
    return tree | {"cycle": cycle}


def yearly(tree: Tree, strategy: str = "helped", cycles: int | None = None) -> NDArray[np.float64]:
    """Probability of the move in each cycle (cycle,), from the exact engine."""
    results = simulate(read(tree), draws=1, persons=2, engine="expected")
    at_risk = results["person_time"].sel(strategy=strategy, meter="life is a", end="start").sum("part").isel(draw=0)
    moved = results["events"].sel(strategy=strategy, event="life: a -> b").sum("part").isel(draw=0)
    return (moved / at_risk).values[:cycles]


def odds_to_probability(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return odds / (1 + odds)


def close(found: NDArray[np.float64], expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)
