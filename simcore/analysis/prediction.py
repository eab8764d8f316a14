"""What may happen to a group of just so many persons: ignorance about the figures and luck together.

The expected value of a draw is what many persons would have on average. A municipality has one group, of some
persons, and what happens to these differs from what is expected by luck too. The first persons of each draw, as many
as the decision is about, are such a group.
"""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from simcore.analysis.avoided_cost import contrast, counted_kinds, of_kinds, saved, with_views
from simcore.analysis.by_draws import by_draws
from simcore.analysis.two_orders import QUANTILES, mean_and_error, quantiles
from simcore.errors import ResultsError
from simcore.vocabulary import PROGRAMME_KINDS


def can_predict(results: xr.Dataset) -> bool:
    """Whether the results follow as many single persons as the decision is about."""
    return results.attrs["engine"] != "expected" and _followed(results) >= int(results.attrs["target_group"])


def _followed(results: xr.Dataset) -> int:
    return int(results["part_size"].sel(part="target_group"))


def group_saving(
    results: xr.Dataset,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
    programme: bool = True,
) -> xr.DataArray:
    """Money that the target group saves each actor, in each draw: what may happen to just these persons.

    Parameters
    ----------
    results
        From `simulate` or `open_results`, with at least as many persons as the target group has.
    comparator, also, gross
        As for `simcore.avoided_cost`.
    programme
        Take off what the programme costs (net saving); if not, the avoided cost.

    Returns
    -------
    DataArray (intervention, draw, actor), views included [money of the price year for the whole target group, of all
    cohorts, discounted]. Where a price says how much single events differ (`spread`), the costs of single events are in
    it; luck that strategies share cancels.

    Raises
    ------
    ResultsError
        The results are expected values, or of fewer persons than the target group has.
    UnknownNameError
        As `simcore.avoided_cost`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=2000)
    >>> simcore.group_saving(results).dims
    ('intervention', 'draw', 'actor')
    """
    size = int(results.attrs["target_group"])
    if results.attrs["engine"] == "expected":
        raise ResultsError(
            "These results are expected values of the exact distribution, without luck; what may happen to a group of "
            f"{size:,} persons needs sampled lives (engine: sampled)."
        )
    if _followed(results) == 0:
        raise ResultsError(
            f"These results were priced for a group of {size:,} persons that was not simulated; what may happen to "
            "just them needs a run for that group."
        )
    if not can_predict(results):
        raise ResultsError(
            f"Only {_followed(results):,} persons were simulated per draw; what may happen to a group of {size:,} "
            f"needs at least {size:,} persons."
        )
    kinds = [kind for kind in counted_kinds(also, gross=gross) if programme or kind not in PROGRAMME_KINDS]
    names = [name for name in ("present_value_of_part", "spread_present_value") if name in results]

    def of_some(some: xr.Dataset) -> xr.DataArray:
        cost = of_kinds(some["present_value_of_part"].sel(part="target_group", drop=True), kinds)
        return cost + of_kinds(some["spread_present_value"], kinds) if "spread_present_value" in some else cost

    cost = by_draws(of_some, results, *names)
    found = with_views(saved(results, cost, comparator=comparator), results) * size
    attributes = results.attrs
    cohorts = int(attributes.get("cohorts", 1))
    whom = "the target group" if cohorts == 1 else f"the target groups of {cohorts} cohorts together"
    found.attrs = {
        "units": f"{attributes['currency']} of {attributes['price_year']} for {whom}, discounted to the start",
        "long_name": f"{'Net saving' if programme else 'Avoided cost'} of a group of {size}",
    }
    return found


def summarise_group_saving(
    results: xr.Dataset, *, comparator: str | None = None, also: Sequence[str] = (), gross: bool = False
) -> xr.Dataset:  # fmt: skip
    """Summarise what may happen to a group as large as the target group, for each actor and view.

    Parameters
    ----------
    results, comparator, also, gross
        As for `group_saving`.

    Returns
    -------
    Dataset (intervention, actor) with ``group_net_saving``, what is expected (from all persons simulated, since the
    group has only some of them), and ``group_net_saving_mcse``; ``group_net_saving_quantile`` (quantile, intervention,
    actor): 5, 50 and 95 %, luck and ignorance about the figures together; and ``probability_group_saves``: share of the
    draws in which the group's net saving is above zero.

    Raises
    ------
    ResultsError
        As `group_saving`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=2000)
    >>> simcore.summarise_group_saving(results)["group_net_saving"].dims
    ('intervention', 'actor')
    """
    values = group_saving(results, comparator=comparator, also=also, gross=gross)
    found = xr.Dataset(attrs=dict(results.attrs))
    expected = contrast(results, "net_saving", comparator=comparator, also=also, gross=gross)
    size = int(results.attrs["target_group"])
    found["group_net_saving"], found["group_net_saving_mcse"] = mean_and_error(expected * size)
    found["group_net_saving_quantile"] = quantiles(values).assign_coords(quantile=list(QUANTILES))
    for name in found.data_vars:
        found[name].attrs = dict(values.attrs)
    found["probability_group_saves"] = (values > 0).mean("draw")
    return found
