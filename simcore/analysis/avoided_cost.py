"""What each actor avoids: comparator minus strategy, in the same draw and for the same persons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.by_draws import by_draws
from simcore.analysis.once import once
from simcore.errors import UnknownNameError
from simcore.money import REAL
from simcore.vocabulary import COST_KINDS, COUNTED_KINDS, DISPLACED_KINDS, PROGRAMME_KINDS

#: Sums over actors that are reported beside them. They are views, never actors.
VIEWS = ("public_sector", "society")
#: Sums below this share of what they are made of are rounding.
_ROUNDING = 1e-9


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
    others = values.sel(strategy=[strategy for strategy in strategies if strategy != name])
    usual = np.expand_dims(values.sel(strategy=name).values, values.get_axis_num("strategy"))
    difference = usual - others.values
    if results.attrs.get("engine") == "expected":
        # Sampled lives that are the same have the same counts; sums of real numbers differ by their rounding.
        scale = np.maximum(np.abs(usual), np.abs(others.values))
        difference = np.where(np.abs(difference) <= REAL * scale, 0.0, difference)  # what is no number stays none
    found = others.copy(data=difference).rename(strategy="intervention")
    found.attrs = {**values.attrs, "long_name": f"{values.attrs.get('long_name', 'Value')}, avoided"}
    return found


def of_kinds(array: xr.DataArray, kinds: Sequence[str]) -> xr.DataArray:
    """Sum the kinds of cost that are there among `kinds`; zero when there are none."""
    amounts = np.moveaxis(array.values, array.get_axis_num("cost_kind"), 0)
    total = amounts[0] * 0.0
    for kind, amount in zip(array["cost_kind"].values, amounts, strict=True):
        if str(kind) in kinds:  # one kind after the other: selecting several would copy them first
            total += amount
    return array.isel(cost_kind=0, drop=True).copy(data=total)


def avoided_cost(
    results: xr.Dataset,
    *,
    comparator: str | None = None,
    by_year: bool = False,
    also: Sequence[str] = (),
    gross: bool = False,
    discounted: bool = True,
) -> xr.DataArray:
    """Cost each intervention avoids, per draw and actor, as present value or not discounted.

    The comparator's cost minus the strategy's within the same draw and for the same
    persons, so luck they share cancels. Positive means money saved.

    Parameters
    ----------
    results
        From `simulate`. Reads ``present_value``, or ``cost`` (strategy, draw, actor, cost_kind, year).
    comparator
        The strategy the others are compared with; by default the scenario's.
    by_year
        Keep the dim `year`.
    also
        Kinds that are shown apart unless asked for: ``intangible``, ``public_funds``.
    gross
        Leave out what the gains of an intervention cost others (displacement).
    discounted
        Discount to the start of the first cycle; if not, an amount counts the same in whatever year it falls.

    Returns
    -------
    DataArray (intervention, draw, actor) or (intervention, draw, actor, year) [money of the price year per person]

    Raises
    ------
    UnknownNameError
        `comparator` is not one of the strategies, or `also` names another kind.

    Notes
    -----
    What the programme itself costs is left out; see `programme_cost`. Identical strategies give exactly 0.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> simcore.avoided_cost(results).dims
    ('intervention', 'draw', 'actor')
    """
    kinds = [kind for kind in counted_kinds(also, gross=gross) if kind not in PROGRAMME_KINDS]
    return _saved_of(results, kinds, "Avoided cost", comparator, by_year, discounted)


def programme_cost(
    results: xr.Dataset, *, comparator: str | None = None, by_year: bool = False, discounted: bool = True
) -> xr.DataArray:
    """Increase in programme cost, per draw and actor; arguments and dims as `avoided_cost`.

    Positive where the actor pays for the programme; negative for who receives its allowances.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> bool((simcore.programme_cost(results) >= 0).all())
    True
    """
    increase = -_saved_of(results, PROGRAMME_KINDS, "", comparator, by_year, discounted)
    increase.attrs = {"units": _money(results, discounted).attrs.get("units", ""), "long_name": "Programme cost"}
    return increase


def net_saving(
    results: xr.Dataset,
    *,
    comparator: str | None = None,
    by_year: bool = False,
    also: Sequence[str] = (),
    gross: bool = False,
    discounted: bool = True,
) -> xr.DataArray:
    """Avoided cost minus the increase in programme cost, per draw and actor; arguments and dims as `avoided_cost`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> difference = simcore.avoided_cost(results) - simcore.programme_cost(results) - simcore.net_saving(results)
    >>> bool((abs(difference) < 1e-6).all())
    True
    """
    return _saved_of(results, counted_kinds(also, gross=gross), "Net saving", comparator, by_year, discounted)


def displaced_cost(
    results: xr.Dataset, *, comparator: str | None = None, by_year: bool = False, discounted: bool = True
) -> xr.DataArray:
    """Increase in what the gains of interventions cost others (displacement), per draw and actor.

    Arguments and dims as `avoided_cost`. It is the gross net saving minus the net saving: positive where others lose.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> bool((simcore.displaced_cost(results) == 0).all())
    True
    """
    increase = -_saved_of(results, DISPLACED_KINDS, "", comparator, by_year, discounted)
    increase.attrs = {"units": _money(results, discounted).attrs.get("units", ""), "long_name": "Displaced"}
    return increase


def counted_kinds(also: Sequence[str] = (), *, gross: bool = False) -> list[str]:
    """Kinds of cost that a net saving counts, with those asked for; gross, without what is displaced.

    Raises
    ------
    UnknownNameError
        `also` names a kind that is not one of those shown apart.
    """
    apart = [kind for kind in COST_KINDS if kind not in COUNTED_KINDS]
    for kind in also:
        if kind not in apart:
            raise UnknownNameError(kind, "a kind of cost that is shown apart", apart)
    return [*(kind for kind in COUNTED_KINDS if not (gross and kind in DISPLACED_KINDS)), *also]


def _saved_of(
    results: xr.Dataset, kinds: Sequence[str], name: str, comparator: str | None, by_year: bool, discounted: bool
) -> xr.DataArray:
    """Money saved in some kinds together, of each year or of all."""
    money = _money(results, discounted)
    if by_year:
        difference = by_draws(
            lambda some: saved(some, of_kinds(_money(some, discounted), kinds), comparator=comparator),
            results,
            str(money.name),
        )
    else:
        difference = saved(results, of_kinds(of_all_years(results, discounted), kinds), comparator=comparator)
    difference.attrs = {"units": money.attrs.get("units", ""), "long_name": name}
    return difference


def _money(results: xr.Dataset, discounted: bool) -> xr.DataArray:
    """Costs (strategy, draw, actor, cost_kind, year), discounted or as they fall."""
    return results["present_value" if discounted else "cost"]


@once
def of_all_years(results: xr.Dataset, discounted: bool = True) -> xr.DataArray:
    """Costs (strategy, draw, actor, cost_kind) of all years together."""
    # Money is always a number: looking for what is not one would take several times as long as adding up.
    return by_draws(
        lambda some: _money(some, discounted).sum("year", keep_attrs=True, skipna=False),
        results,
        str(_money(results, discounted).name),
    )


@once
def contrast(
    results: xr.Dataset,
    quantity: str,
    *,
    comparator: str | None = None,
    by_year: bool = False,
    also: Sequence[str] = (),
    gross: bool = False,
    discounted: bool = True,
) -> xr.DataArray:
    """Avoided cost, programme cost or net saving in each draw, views included.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    quantity
        ``avoided_cost``, ``programme_cost`` or ``net_saving``.
    comparator, by_year, also, gross, discounted
        As for `avoided_cost`; what a programme costs is the same whatever `also` and `gross` are.

    Returns
    -------
    DataArray (intervention, draw, actor) or (intervention, draw, actor, year) [money of the price year per person]
    """
    if quantity == "programme_cost":
        found = programme_cost(results, comparator=comparator, by_year=by_year, discounted=discounted)
    else:
        of = {"avoided_cost": avoided_cost, "net_saving": net_saving}[quantity]
        found = of(results, comparator=comparator, by_year=by_year, also=also, gross=gross, discounted=discounted)
    return with_views(found, results)


def with_views(array: xr.DataArray, results: xr.Dataset) -> xr.DataArray:
    """Add the sums over public actors and over all actors after the actors themselves.

    Parameters
    ----------
    array
        Any array with the dim `actor`.
    results
        Where the sector of each actor is found.
    """
    axis = array.get_axis_num("actor")
    values, sector = array.values, results["sector"].sel(actor=array["actor"].values).values
    sums = []
    for part in (np.where(np.expand_dims(sector == "public", tuple(range(1, array.ndim - axis))), values, 0.0), values):
        total, size = part.sum(axis=axis, keepdims=True), np.abs(part).sum(axis=axis, keepdims=True)
        # What cancels, such as a transfer, leaves rounding behind: that is nothing, not a tiny gain or loss.
        sums.append(np.where((np.abs(total) > _ROUNDING * size) | np.isnan(total), total, 0.0))
    coordinates = {name: of for name, of in array.coords.items() if "actor" not in of.dims}
    coordinates["actor"] = [*array["actor"].values, *VIEWS]
    return xr.DataArray(np.concatenate([values, *sums], axis=axis), coordinates, array.dims, array.name, array.attrs)
