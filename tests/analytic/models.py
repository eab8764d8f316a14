"""Small scenarios whose answers are known otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.simulation import simulate
from tests.strategies import Tree, evidenced, read

START_AGE, START_YEAR = 20, 2024


def model(
    moves: Tree, *, years: int, start: Any = None, states: list[str] | None = None, numbers: Tree | None = None
) -> Tree:
    """One domain, `life`, with the given moves; `numbers` are fixed parameters: name -> (value, unit)."""
    found = [state for text in moves for state in text.split(" -> ")]
    states = states or list(dict.fromkeys(found))
    return {
        "title": "a small model",
        "population": {
            "persons": 100, "target_group": 10, "start": {"age": START_AGE, "year": START_YEAR},
            "horizon": {"years": years}, "start_states": {"life": start or states[0]},
        },
        "domains": {"life": {"states": states, "moves": moves}},
        "parameters": {name: evidenced({"fixed": value}, unit) for name, (value, unit) in (numbers or {}).items()},
        "actors": {
            "municipality": {"sector": "public"}, "region": {"sector": "public"}, "household": {"sector": "household"},
        },
        "strategies": {"usual": []},
        "comparator": "usual",
        "accrual": "start_of_cycle",
    }  # fmt: skip


def priced(tree: Tree, amounts: dict[str, tuple[float, str]], prices: Tree, discount: float = 0.0) -> Tree:
    """The tree with prices; `amounts` are fixed: name -> (value, unit), in money of the price year."""
    more = {
        name: evidenced({"fixed": value}, f"SEK per {per}", price_year=START_YEAR)
        for name, (value, per) in amounts.items()
    }
    return tree | {
        "parameters": tree["parameters"] | more,
        "prices": prices,
        "money": {"currency": "SEK", "price_year": START_YEAR},
        "discount": {"money": discount},
    }


def with_programme(
    tree: Tree,
    effects: list[Tree],
    *,
    at_age: int = START_AGE,
    uptake: Any = 1,
    costs: list[Tree] | None = None,
    enrol_if: Tree | None = None,
) -> Tree:
    """The tree with an intervention, `programme`, and the strategy `helped`."""
    enrol = {"at_age": at_age, "uptake": uptake, "if": enrol_if or {}}
    programme = {"about": "a programme", "enrol": enrol, "effects": effects, "costs": costs or []}
    strategies = tree["strategies"] | {"helped": ["programme"]}
    return tree | {"interventions": {"programme": programme}, "strategies": strategies}


def run(tree: Tree, *, persons: int = 100, draws: int = 1, seed: int = 1) -> xr.Dataset:
    return simulate(read(tree), draws=draws, persons=persons, seed=seed, workers=2)


def outcome(name: str, **when: Any) -> Tree:
    return {name: {"about": name, "good": True, **when}}


def counted(results: xr.Dataset, meter: str, strategy: str = "usual") -> NDArray[np.int64]:
    """Persons in a situation at every boundary, over all draws (boundary,)."""
    at = results["person_time"].sel(strategy=strategy, meter=meter, part=["half_0", "half_1"]).sum(["part", "draw"])
    return np.append(at.sel(end="start").values, at.sel(end="end").values[-1])


def happened(results: xr.Dataset, event: str, strategy: str = "usual") -> NDArray[np.int64]:
    """How often an event happened in each cycle, over all draws (cycle,)."""
    found = results["events"].sel(strategy=strategy, event=event, part=["half_0", "half_1"])
    return found.sum(["part", "draw"]).values
