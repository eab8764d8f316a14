"""What of an avoided cost comes from how many are alive, and what from what a living person costs.

A programme that keeps people alive lets them cost longer; one that harms them "saves" what the dead no longer cost.
Both are in an avoided cost, and neither says whether the programme makes lives cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import counted_kinds, of_kinds, saved, with_views
from simcore.analysis.by_draws import by_draws
from simcore.analysis.two_orders import errors_of_95, mean_and_error
from simcore.vocabulary import PROGRAMME_KINDS

#: Parts of an avoided cost below this share of it are not told.
FEW = 0.03


def says_years_alive(results: xr.Dataset) -> bool:
    """Whether results hold the years that people are alive; those of earlier versions do not."""
    return "years_alive" in results


def years_of_life(results: xr.Dataset, *, comparator: str | None = None) -> xr.DataArray:
    """Years that a person lives longer with each intervention, within the horizon; negative for an earlier death.

    Parameters
    ----------
    results
        Reads ``years_alive`` (strategy, draw, year).
    comparator
        The strategy the others are compared with; by default the scenario's.

    Returns
    -------
    DataArray (intervention, draw) [years per person, not discounted]

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> years_of_life(results).dims
    ('intervention', 'draw')
    """
    longer = by_draws(
        lambda some: -saved(some, some["years_alive"], comparator=comparator).sum("year"), results, "years_alive"
    )
    return longer / int(results.attrs.get("cohorts", 1))


def avoided_by_survival(
    results: xr.Dataset, *, comparator: str | None = None, by_year: bool = False, also: Sequence[str] = ()
) -> xr.Dataset:
    """Avoided cost, parted into what comes from how many are alive and from what a living person costs.

    Parameters
    ----------
    results
        From `simulate`. Reads ``present_value`` and ``years_alive``.
    comparator
        The strategy the others are compared with; by default the scenario's.
    by_year
        Keep the dim `year`.
    also
        Kinds that are shown apart unless asked for: ``intangible``, ``public_funds``.

    Returns
    -------
    Dataset (intervention, draw, actor), or with `year` at the end, views among the actors [money of the price year per
    person, discounted], with ``from_survival`` and ``from_living``, whose sum is the avoided cost.

    Notes
    -----
    In each year, draw and actor, with C the cost without the programme, A the person-time alive and c = C / A, under
    the comparator (0) and a strategy (s) [1]_:

        C_0 - C_s = (A_0 - A_s) (c_0 + c_s) / 2  +  (c_0 - c_s) (A_0 + A_s) / 2

    The first part is 0 where nobody's length of life changes, whatever else does. It counts those who live longer or
    shorter at what a living person of that year costs on average; they themselves may have cost more, as the ill do,
    and the second part then holds the difference. Where nobody is alive under one of the two, c is that of the other.

    References
    ----------
    .. [1] Kitagawa (1955), Components of a difference between two rates, Journal of the American Statistical
       Association 50:1168-1194.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> found = avoided_by_survival(results)
    >>> whole = simcore.avoided_cost(results).sel(actor="owner")
    >>> bool((abs((found["from_survival"] + found["from_living"]).sel(actor="owner") - whole) < 1e-6).all())
    True
    """
    return by_draws(lambda some: _by_survival(some, comparator, by_year, also), results, "present_value", "years_alive")


def _by_survival(results: xr.Dataset, comparator: str | None, by_year: bool, also: Sequence[str]) -> xr.Dataset:
    """As `avoided_by_survival`, of results in memory."""
    name = str(results.attrs["comparator"]) if comparator is None else comparator
    kinds = [kind for kind in counted_kinds(also) if kind not in PROGRAMME_KINDS]
    dims = ("strategy", "draw", "actor", "year")
    cost = of_kinds(results["present_value"], kinds).transpose(*dims)
    alive = results["years_alive"].transpose("strategy", "draw", "year")
    avoided = saved(results, cost, comparator=comparator)
    fewer = saved(results, alive, comparator=comparator).values[:, :, None]
    survival = np.zeros(avoided.shape)
    if fewer.any():
        is_usual = cost["strategy"].values == name
        years = alive.values[:, :, None]
        each = np.divide(cost.values, years, out=np.full(cost.shape, np.nan), where=years > 0)
        usual, other = each[is_usual], each[~is_usual]
        if np.isnan(each).any():
            usual, other = np.where(np.isnan(usual), other, usual), np.where(np.isnan(other), usual, other)
        survival = np.nan_to_num(fewer * (usual + other) / 2)
    parts = {"from_survival": avoided.copy(data=survival), "from_living": avoided - survival}
    found = xr.Dataset()
    for part, values in parts.items():
        values = values if by_year else values.sum("year", skipna=False)
        found[part] = with_views(values.assign_attrs(units=avoided.attrs.get("units", "")), results)
    return found


def summarise_survival(
    results: xr.Dataset, *, comparator: str | None = None, also: Sequence[str] = ()
) -> xr.Dataset:  # fmt: skip
    """Means of what comes from how many are alive, and where that is worth telling.

    Parameters
    ----------
    results, comparator, also
        As `avoided_by_survival`.

    Returns
    -------
    Dataset with ``years_of_life`` and its ``..._mcse`` (intervention), and (intervention, actor) ``avoided_cost``,
    ``from_survival`` and its ``..._mcse``, and ``told``: it is more than `FEW` of the avoided cost and, as the change
    in the length of life, so far from 0 that luck does not hide its sign.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> bool((summarise_survival(results)["years_of_life"] > 0).all())
    True
    """
    parts = avoided_by_survival(results, comparator=comparator, also=also)
    longer = years_of_life(results, comparator=comparator)
    found = xr.Dataset()
    found["years_of_life"], found["years_of_life_mcse"] = mean_and_error(longer)
    found["from_survival"], found["from_survival_mcse"] = mean_and_error(parts["from_survival"])
    found["avoided_cost"] = found["from_survival"] + parts["from_living"].mean("draw")
    z = errors_of_95(longer)

    def settled(quantity: str) -> xr.DataArray:
        error = found[f"{quantity}_mcse"]
        return abs(found[quantity]) > z * error.where(error.notnull(), np.inf)

    found["told"] = (
        settled("from_survival")
        & settled("years_of_life")
        & (abs(found["from_survival"]) > FEW * abs(found["avoided_cost"]))
    )
    return found
