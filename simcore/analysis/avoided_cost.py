"""What each actor avoids: comparator minus strategy, in the same draw and for the same persons."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from simcore.errors import UnknownNameError
from simcore.vocabulary import COUNTED_KINDS, PROGRAMME_KINDS

#: Sums over actors that are reported beside them. They are views, never actors.
VIEWS = ("public_sector", "society")


def saved(results: xr.Dataset, values: xr.DataArray, *, comparator: str | None = None) -> xr.DataArray:
    """Comparator minus each other strategy, of values that have the dim `strategy`.

    Parameters
    ----------
    results
        From `simulate` or `open_results`; says what the comparator is.
    values
        A variable of the results, or something made from one.
    comparator
        The strategy the others are compared with; by default the scenario's.

    Returns
    -------
    DataArray with `intervention` in place of `strategy`. Positive means that a cost is avoided.

    Raises
    ------
    UnknownNameError
        `comparator` is not one of the strategies; the message lists them.
    """
    name = str(results.attrs["comparator"]) if comparator is None else comparator
    strategies = [str(strategy) for strategy in results["strategy"].values]
    if name not in strategies:
        raise UnknownNameError(name, "a strategy of these results", strategies)
    others = [strategy for strategy in strategies if strategy != name]
    difference = values.sel(strategy=name, drop=True) - values.sel(strategy=others)
    difference = difference.rename(strategy="intervention").transpose(
        *("intervention" if dim == "strategy" else dim for dim in values.dims)
    )
    difference.attrs = {**values.attrs, "long_name": f"{values.attrs.get('long_name', 'Value')}, avoided"}
    return difference


def of_kinds(array: xr.DataArray, kinds: Sequence[str]) -> xr.DataArray:
    """Sum the kinds of cost that are there among `kinds`; zero when there are none."""
    present = [kind for kind in array["cost_kind"].values if str(kind) in kinds]
    return array.sel(cost_kind=present).sum("cost_kind", keep_attrs=True)


def avoided_cost(results: xr.Dataset, *, comparator: str | None = None, by_year: bool = False) -> xr.DataArray:
    """Cost each intervention avoids, per draw and actor, as present value.

    The comparator's cost minus the strategy's within the same draw and for the same
    persons, so luck they share cancels. Positive means money saved.

    Parameters
    ----------
    results
        From `simulate`. Reads ``present_value`` (strategy, draw, actor, cost_kind, year).
    comparator
        The strategy the others are compared with; by default the scenario's.
    by_year
        Keep the dim `year`.

    Returns
    -------
    DataArray (intervention, draw, actor) or (intervention, draw, actor, year) [money of the price year per person]

    Raises
    ------
    UnknownNameError
        `comparator` is not one of the strategies.

    Notes
    -----
    What the programme itself costs is left out (see `programme_cost`), as are pain and suffering and
    the cost of public funds, which are shown apart. Identical strategies give exactly 0.
    """
    kinds = [kind for kind in COUNTED_KINDS if kind not in PROGRAMME_KINDS]
    return saved(results, _present_value(results, kinds, by_year), comparator=comparator)


def programme_cost(results: xr.Dataset, *, comparator: str | None = None, by_year: bool = False) -> xr.DataArray:
    """Increase in programme cost, per draw and actor, as present value; dims as `avoided_cost`.

    Positive where the actor pays for the programme; negative for who receives its allowances.
    """
    return -saved(results, _present_value(results, PROGRAMME_KINDS, by_year), comparator=comparator)


def net_saving(results: xr.Dataset, *, comparator: str | None = None, by_year: bool = False) -> xr.DataArray:
    """Avoided cost minus the increase in programme cost, per draw and actor; dims as `avoided_cost`."""
    return saved(results, _present_value(results, COUNTED_KINDS, by_year), comparator=comparator)


def _present_value(results: xr.Dataset, kinds: Sequence[str], by_year: bool) -> xr.DataArray:
    """Present value of some kinds together, of each year or of all."""
    values = of_kinds(results["present_value"], kinds)
    return values if by_year else values.sum("year", keep_attrs=True)


def with_views(array: xr.DataArray, results: xr.Dataset) -> xr.DataArray:
    """Add the sums over public actors and over all actors after the actors themselves.

    Parameters
    ----------
    array
        Any array with the dim `actor`.
    results
        Where the sector of each actor is found.
    """
    public = results["sector"] == "public"
    sums = [
        array.where(public, 0.0).sum("actor", keep_attrs=True).expand_dims(actor=[VIEWS[0]]),
        array.sum("actor", keep_attrs=True).expand_dims(actor=[VIEWS[1]]),
    ]
    return xr.concat([array.drop_vars("sector", errors="ignore"), *sums], dim="actor").transpose(*array.dims)
