"""Results by subgroup: the same comparison within each level of an attribute."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from simcore.analysis.avoided_cost import counted_kinds, of_kinds, saved, with_views
from simcore.analysis.by_draws import by_draws
from simcore.analysis.two_orders import mean_and_error
from simcore.vocabulary import PROGRAMME_KINDS


def summarise_groups(results: xr.Dataset, *, comparator: str | None = None, also: Sequence[str] = ()) -> xr.Dataset:
    """Summarise what each intervention does in each subgroup that the scenario asks for (`groups`).

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    comparator
        The strategy the others are compared with; by default the scenario's.
    also
        Kinds of cost that are shown apart unless asked for.

    Returns
    -------
    Dataset with ``share`` (group) of all persons, and means with their Monte Carlo standard errors (``..._mcse``):
    ``avoided_cost``, ``net_saving`` (intervention, group, actor) [money of the price year per person of the subgroup,
    discounted] and ``outcome_change`` (intervention, group, outcome). Draws in which nobody belongs to a
    subgroup do not count for it.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.summarise_groups(results).sizes["group"]
    0
    """
    kinds = counted_kinds(also)
    summary = xr.Dataset(attrs=dict(results.attrs))
    persons = float(results["part_size"].sel(part=["half_0", "half_1"]).sum())
    summary["share"] = results["group_size"].mean("draw") / persons

    def of_some(some: xr.Dataset) -> xr.Dataset:
        present = some["group_present_value"]
        amounts = {
            "avoided_cost": of_kinds(present, [kind for kind in kinds if kind not in PROGRAMME_KINDS]),
            "net_saving": of_kinds(present, kinds),
        }
        return xr.Dataset(
            {name: with_views(saved(some, amount, comparator=comparator), some) for name, amount in amounts.items()}
        )

    for name, values in by_draws(of_some, results, "group_present_value").data_vars.items():
        summary[name], summary[f"{name}_mcse"] = mean_and_error(values)
    change = -saved(results, results["group_outcome_value"], comparator=comparator)
    summary["outcome_change"], summary["outcome_change_mcse"] = mean_and_error(change)
    return summary
