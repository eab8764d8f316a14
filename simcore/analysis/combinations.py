"""Combinations of interventions against each by itself: are they worth more or less than their parts."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast, counted_kinds
from simcore.analysis.luck import certain_draws, regressors, without_luck
from simcore.analysis.two_orders import mean_and_error, quantiles, saved_by_halves, variances

#: What a combination is compared by.
QUANTITIES = ("sum_of_parts", "together", "interaction")


def parts_of(results: xr.Dataset) -> dict[str, list[str]]:
    """The strategies that add several interventions to the comparator, with the strategies that add one of them each.

    Only those whose every part is there as a strategy of its own. Empty for results that do not carry the members
    of strategies.
    """
    members = {name: frozenset(of) for name, of in json.loads(results.attrs.get("strategies", "{}")).items()}
    usual = members.get(str(results.attrs["comparator"]), frozenset())
    alone = {next(iter(of - usual)): name for name, of in reversed(members.items()) if _adds(of, usual) == 1}
    found = {}
    for name, of in members.items():
        if _adds(of, usual) > 1 and of - usual <= alone.keys():
            listed = json.loads(results.attrs["strategies"])[name]
            found[name] = [alone[member] for member in listed if member not in usual]
    return found


def _adds(members: frozenset[str], usual: frozenset[str]) -> int:
    """How many interventions a strategy adds to the comparator's; 0 for one that leaves any of these out."""
    return len(members - usual) if usual <= members else 0


def combinations(
    results: xr.Dataset, *, also: Sequence[str] = (), gross: bool = False, spread_of: Sequence[str] = QUANTITIES
) -> xr.Dataset:  # fmt: skip
    """Compare combinations of interventions with the sum of their parts, by net saving against the comparator.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    also
        Kinds of cost that are shown apart unless asked for.
    gross
        Leave out what the gains of an intervention cost others (displacement).
    spread_of
        Of which quantities below to tell quantiles, which take longest.

    Returns
    -------
    Dataset (intervention, actor), views included, for every strategy that is the union of others: means with their
    Monte Carlo standard errors (``..._mcse``) and quantiles of the expected value (``..._quantile``; not a number where
    luck hides them) of

    - ``sum_of_parts``: the net savings of the parts, added up;
    - ``together``: the net saving of the combination;
    - ``interaction``: together minus the sum; below zero where the parts do the same work twice
      [money of the price year per person, discounted].

    The coordinate ``parts`` names the strategies of each (joined by " + "). Empty without such a strategy.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.combinations(results).sizes["intervention"]
    0
    """
    of = parts_of(results)
    saving = contrast(results, "net_saving", also=also, gross=gross)
    halves = saved_by_halves(results, counted_kinds(also, gross=gross))
    summary = xr.Dataset(attrs=dict(results.attrs))
    of_halves, figures, known = _compared(halves, of), regressors(results), certain_draws(results)
    # Nothing is changed for certain where neither the combination nor any of its parts changes anything.
    each = [known.sel(intervention=[name, *parts]).all("intervention") for name, parts in of.items()]
    certain = xr.concat(each, dim=saving["intervention"].sel(intervention=list(of))) if each else None
    for name, values in _compared(saving, of).items():
        summary[name], summary[f"{name}_mcse"] = mean_and_error(values)
        if name in spread_of:
            parts = variances(values, of_halves[name], results)
            summary[f"{name}_quantile"] = quantiles(without_luck(values, parts, figures, certain))
        for variable in (name, f"{name}_mcse"):
            summary[variable].attrs["units"] = saving.attrs.get("units", "")
    return summary.assign_coords(
        parts=("intervention", np.array([" + ".join(parts) for parts in of.values()], dtype=str))
    )


def _compared(saving: xr.DataArray, of: dict[str, list[str]]) -> dict[str, xr.DataArray]:
    """Sums of the parts, combinations, and the difference, of net savings with the dim `intervention`."""
    together = saving.sel(intervention=list(of))
    sums = [saving.sel(intervention=parts).sum("intervention") for parts in of.values()]
    total = xr.concat(sums, dim=together["intervention"]).transpose(*together.dims) if sums else together
    return dict(zip(QUANTITIES, (total, together, together - total), strict=True))
