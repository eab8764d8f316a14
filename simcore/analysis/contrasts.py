"""What a comparison is about, in every draw: net saving and avoided cost of each actor, and the change in outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from simcore.analysis.avoided_cost import contrast, saved


def contrasts(
    results: xr.Dataset,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
    discounted: bool | None = None,
) -> xr.Dataset:
    """What each intervention changes in each draw, for actors, views and outcomes.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    comparator
        The strategy the others are compared with; by default the scenario's.
    also
        Kinds of cost that are shown apart unless asked for.
    gross
        Leave out what the gains of an intervention cost others (displacement).
    discounted
        Take present values of outcomes; by default where the scenario discounts them. Money is discounted.

    Returns
    -------
    Dataset with ``net_saving`` and ``avoided_cost`` (intervention, draw, actor), views included [money of the price
    year per person], and ``outcome_change`` (intervention, draw, outcome) [the outcome's own unit per person]. Positive
    is a saving, and more of the outcome.

    Raises
    ------
    UnknownNameError
        `comparator` is not one of the strategies, or `also` names another kind.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> sorted(contrasts(results))
    ['avoided_cost', 'net_saving', 'outcome_change']
    """
    if discounted is None:
        discounted = float(results.attrs.get("outcome_discount_rate", 0.0)) != 0
    found = xr.Dataset(attrs={key: results.attrs[key] for key in _KEPT if key in results.attrs})
    for name in ("net_saving", "avoided_cost"):
        found[name] = contrast(results, name, comparator=comparator, also=also, gross=gross)
    outcomes = results["outcome_present_value" if discounted else "outcome_value"]
    found["outcome_change"] = -saved(results, outcomes, comparator=comparator)
    found["outcome_change"].attrs = {"units": outcomes.attrs.get("units", ""), "long_name": "Change in outcomes"}
    if comparator is not None:
        found.attrs["comparator"] = comparator
    return found


#: Attributes of the results that labels and units are made of.
_KEPT = ("scenario", "title", "comparator", "currency", "price_year", "cohorts", "engine", "n_persons")
