"""Results with subgroups, made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from ..analysis.made import KINDS, made

#: Values in each draw of each subgroup; the names of subgroups; and what has several of them by name.
Rows, Names, Dicts = list[Any], tuple[str, ...], dict[Any, Any]
A, B, C = "area: a", "area: b", "area: c"


def grouped(levels: Dicts, sizes: Rows, groups: Names = (A, B), costs: Dicts | None = None) -> xr.Dataset:
    """Results with subgroups, of 100 persons: levels {outcome: {strategy: (draw, group)}}, sizes (draw, group).

    Costs of the town (draw, group) are {(strategy, kind): of a person of the subgroup}.
    """
    strategies = list(next(iter(levels.values())))
    values = np.array([[levels[outcome][name] for outcome in levels] for name in strategies], dtype=float)
    values = np.moveaxis(values, 1, 3)
    n_draws = values.shape[1]
    results = made({name: {("town", "resource"): np.zeros((n_draws, 3))} for name in strategies})
    money = np.zeros((*values.shape[:3], results.sizes["actor"], len(KINDS)))
    for (strategy, kind), of in (costs or {}).items():
        money[strategies.index(strategy), :, :, 0, KINDS.index(kind)] = of
    there = np.array(sizes, dtype=float) > 0
    return results.drop_vars(["outcome_value", "outcome"]).assign(
        group_size=(("draw", "group"), np.array(sizes, dtype=float)),
        group_outcome_value=(
            ("strategy", "draw", "group", "outcome"),
            np.where(there[None, :, :, None], values, np.nan),
            {"units": "years per person of the subgroup"},
        ),
        group_present_value=(
            ("strategy", "draw", "group", "actor", "cost_kind"),
            np.where(there[None, :, :, None, None], money, np.nan),
            {"units": "SEK per person of the subgroup"},
        ),
    ).assign_coords(group=list(groups), outcome=list(levels))  # fmt: skip


def one(usual: Rows, *, sizes: Rows, groups: Names = (A, B), **others: Rows) -> xr.Dataset:
    """Results with one outcome, years in work."""
    return grouped({"work": {"usual": usual, **others}}, sizes, groups)
