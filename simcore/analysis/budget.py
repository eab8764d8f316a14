"""The money of each calendar year, as a budget sees it: not discounted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import xarray as xr

from simcore.analysis.avoided_cost import VIEWS, avoided_cost, net_saving, programme_cost, with_views
from simcore.analysis.by_draws import by_draws
from simcore.analysis.cashable import cashable_saving, freed, holds_for, says_cashable
from simcore.analysis.once import once
from simcore.analysis.two_orders import mean_and_error, quantiles

#: From results to money by year.
Quantity = Callable[[xr.Dataset], xr.DataArray]
#: Bytes of numbers by draw and year that are kept at the same time.
_AT_ONCE = 250_000_000


@once
def budget(
    results: xr.Dataset,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
    total: bool = False,
) -> xr.Dataset:
    """Money of each calendar year for each actor and view, not discounted, in prices of the price year.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    comparator
        The strategy the others are compared with; by default the scenario's.
    also
        Kinds of cost that are shown apart unless asked for: ``intangible``, ``public_funds``.
    gross
        Leave out what the gains of an intervention cost others (displacement).
    total
        For the whole target group, all cohorts together, instead of per person (of one cohort).

    Returns
    -------
    Dataset (intervention, actor, year), with

    - ``avoided_cost``, ``programme_cost``, ``net_saving``: means over draws, their Monte Carlo standard errors
      (``..._mcse``), and the 5, 50 and 95 % quantiles (``..._quantile``, with the dim `quantile` first);
    - ``cashable_saving`` and ``freed``, likewise, where prices say what is cashable and `comparator` is the scenario's.

    Raises
    ------
    UnknownNameError
        `comparator` is not one of the strategies, or `also` names another kind.

    Notes
    -----
    Means add up over the years to the means of `avoided_cost` and the others with ``discounted=False``; quantiles do
    not. Quantiles of sampled lives hold the luck of the persons simulated: a target group that is smaller has more.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.budget(results)["net_saving"].dims
    ('intervention', 'actor', 'year')
    >>> times = simcore.budget(results, total=True)["net_saving"] / results.attrs["target_group"]
    >>> bool(abs(times - simcore.budget(results)["net_saving"]).max() < 1e-9)
    True
    """
    options: dict[str, Any] = {"comparator": comparator, "by_year": True, "discounted": False}
    counted: dict[str, Any] = {"also": also, "gross": gross}
    quantities = {
        "avoided_cost": partial(avoided_cost, **options, **counted),
        "programme_cost": partial(programme_cost, **options),
        "net_saving": partial(net_saving, **options, **counted),
    }
    if says_cashable(results) and holds_for(results, comparator):
        quantities["cashable_saving"] = partial(cashable_saving, **options, gross=gross)
        quantities["freed"] = partial(freed, **options, gross=gross)
    return of_years(results, quantities, total=total)


def of_years(results: xr.Dataset, quantities: Mapping[str, Quantity], *, total: bool = False) -> xr.Dataset:
    """Means, errors and quantiles of quantities by calendar year, as `budget` has them.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    quantities
        By name, each from results to an array (intervention, draw, actor, year) of money, not discounted.
    total
        As for `budget`.

    Returns
    -------
    Dataset (intervention, actor, year), views included: under each name the mean, with ``..._mcse`` and
    ``..._quantile``.
    """
    read = ["cost", *(["cashable_saving"] if says_cashable(results) else [])]

    def of_some(some: xr.Dataset) -> xr.Dataset:
        found = xr.Dataset()
        for name, quantity in quantities.items():
            array = quantity(some)
            if total:
                array = (array * float(results.attrs["target_group"])).assign_attrs(array.attrs)
            found[name] = with_views(array, results)
        return found

    parts = []
    for years in _years_at_once(results, len(quantities)):
        part = results if years is None else results[read].isel(year=years)
        values, found = by_draws(of_some, part, *read), xr.Dataset(attrs=dict(results.attrs))
        for name, array in values.data_vars.items():
            found[name], found[f"{name}_mcse"] = mean_and_error(array)
            found[f"{name}_quantile"] = quantiles(array)
            units, long_name = units_of_all(results) if total else array.attrs["units"], array.attrs["long_name"]
            for variable, what in ((name, ""), (f"{name}_mcse", ", MCSE"), (f"{name}_quantile", ", quantiles")):
                found[variable].attrs = {"units": units, "long_name": f"{long_name} of the year{what}"}
        parts.append(found)
    return parts[0] if len(parts) == 1 else xr.concat(parts, dim="year")


def _years_at_once(results: xr.Dataset, n_quantities: int) -> list[slice | None]:
    """Which years are worked on together: quantiles need all draws of a year. None stands for all of them."""
    of_years = results["cost"].sizes
    n_years, n_interventions = of_years["year"], of_years["strategy"] - 1
    of_year = n_quantities * n_interventions * (of_years["actor"] + len(VIEWS)) * of_years["draw"] * 8
    n_parts = min(-(-n_years * of_year // _AT_ONCE), n_years // 2)  # one year by itself is added up in another order
    if n_parts < 2:
        return [None]
    ends = [n_years * part // n_parts for part in range(n_parts + 1)]
    return [slice(*pair) for pair in pairwise(ends)]


def units_of_all(results: xr.Dataset) -> str:
    """Unit of the money of all persons of the target group."""
    attributes = results.attrs
    cohorts = int(attributes.get("cohorts", 1))
    each = f" in each of {cohorts} cohorts together" if cohorts > 1 else ""
    return (
        f"{attributes['currency']} of {attributes['price_year']} for the target group of "
        f"{attributes['target_group']} persons{each}"
    )
