"""The money of each calendar year, as a budget sees it: not discounted."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from simcore.analysis.avoided_cost import avoided_cost, net_saving, programme_cost, with_views
from simcore.analysis.cashable import cashable_saving, freed, holds_for, says_cashable
from simcore.analysis.two_orders import mean_and_error, quantiles


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
    arrays = {
        "avoided_cost": avoided_cost(
            results, comparator=comparator, by_year=True, also=also, gross=gross, discounted=False
        ),
        "programme_cost": programme_cost(results, comparator=comparator, by_year=True, discounted=False),
        "net_saving": net_saving(
            results, comparator=comparator, by_year=True, also=also, gross=gross, discounted=False
        ),
    }  # fmt: skip
    if says_cashable(results) and holds_for(results, comparator):
        for name, function in (("cashable_saving", cashable_saving), ("freed", freed)):
            arrays[name] = function(results, comparator=comparator, by_year=True, gross=gross, discounted=False)
    found = xr.Dataset(attrs=dict(results.attrs))
    for name, array in arrays.items():
        units, long_name = array.attrs["units"], array.attrs["long_name"]
        if total:
            array, units = array * float(results.attrs["target_group"]), _units_of_all(results)
        values = with_views(array, results)
        found[name], found[f"{name}_mcse"] = mean_and_error(values)
        found[f"{name}_quantile"] = quantiles(values)
        for variable, what in ((name, ""), (f"{name}_mcse", ", MCSE"), (f"{name}_quantile", ", quantiles")):
            found[variable].attrs = {"units": units, "long_name": f"{long_name} of the year{what}"}
    return found


def _units_of_all(results: xr.Dataset) -> str:
    attributes = results.attrs
    cohorts = int(attributes.get("cohorts", 1))
    each = f" in each of {cohorts} cohorts together" if cohorts > 1 else ""
    return (
        f"{attributes['currency']} of {attributes['price_year']} for the target group of "
        f"{attributes['target_group']} persons{each}"
    )
