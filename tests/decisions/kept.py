"""Results made by hand of what actors keep in each year, for tests of what comes when."""

from __future__ import annotations

import numpy as np
import xarray as xr

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


def of_help(found: xr.Dataset) -> xr.Dataset:
    return found.sel(intervention="help")
