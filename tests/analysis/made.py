"""A results Dataset made by hand, with answers that can be worked out on paper."""

import numpy as np
import xarray as xr

from simcore.vocabulary import ENDS, PARTS

ACTORS = {"town": "public", "state": "public", "home": "household"}
KINDS = ["resource", "programme", "transfer", "tax", "production", "intangible", "public_funds"]


def made(cost, *, parts=None, part_size=(50, 50, 10), parameters=None, years=(2024, 2025, 2026)):
    """Make results from costs {strategy: {(actor, kind): array (draw, year)}}, not discounted."""
    strategies = list(cost)
    n_draws = next(len(array) for entries in cost.values() for array in entries.values())
    shape = (len(strategies), n_draws, len(ACTORS), len(KINDS), len(years))
    values = np.zeros(shape)
    for s, entries in enumerate(cost.values()):
        for (actor, kind), array in entries.items():
            values[s, :, list(ACTORS).index(actor), KINDS.index(kind)] = array
    of_part = np.broadcast_to(values.sum(-1), (3, *shape[:-1])).copy()
    for (part, strategy, actor, kind), array in (parts or {}).items():
        at = (PARTS.index(part), strategies.index(strategy), slice(None), list(ACTORS).index(actor), KINDS.index(kind))
        of_part[at] = array
    drawn = parameters or {}
    dims = ("strategy", "draw", "actor", "cost_kind", "year")
    return xr.Dataset(
        {
            "cost": (dims, values, {"long_name": "Cost", "units": "SEK"}),
            "present_value": (dims, values, {"long_name": "Present value", "units": "SEK"}),
            "present_value_of_part": (("part", *dims[:-1]), of_part, {"long_name": "Present value", "units": "SEK"}),
            "parameter_value": (
                ("draw", "parameter"),
                np.stack(list(drawn.values()), axis=1) if drawn else np.zeros((n_draws, 0)),
            ),
            "part_size": ("part", list(part_size)),
            "present_value_between_halves": (
                ("strategy", "draw", "actor", "year"), np.zeros((*shape[:3], len(years)))
            ),
            "outcome_value": (("strategy", "draw", "outcome"), np.zeros((len(strategies), n_draws, 0))),
        },
        {
            "strategy": strategies, "draw": np.arange(n_draws), "actor": list(ACTORS), "cost_kind": KINDS,
            "sector": ("actor", list(ACTORS.values())), "year": list(years), "part": list(PARTS), "end": list(ENDS),
            "parameter": list(drawn), "outcome": np.array([], dtype=str),
        },
        {"comparator": strategies[0], "currency": "SEK", "price_year": 2024, "title": "Made", "n_draws": n_draws},
    )  # fmt: skip
