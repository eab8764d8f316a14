"""What each actor gains within a budget horizon: net saving of the first years, all of it or what becomes money."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from simcore.analysis.avoided_cost import contrast, programme_cost, saved, with_views
from simcore.analysis.by_draws import by_draws
from simcore.analysis.cashable import cashable_saving, says_cashable
from simcore.analysis.luck import certain_draws, regressors, settled_contrast, without_luck
from simcore.analysis.once import once
from simcore.analysis.two_orders import variances_of
from simcore.errors import ResultsError


@once
def saving_within(
    results: xr.Dataset,
    years: int | None = None,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.DataArray:
    """Net saving of the first calendar years of a run, as present value.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    years
        How many calendar years count, from the first; by default all of them. Where a run begins within a year, the
        first is a part of one.
    comparator, also, gross
        As for `simcore.net_saving`.

    Returns
    -------
    DataArray (intervention, draw, actor), views included [money of the price year per person].

    Raises
    ------
    ResultsError
        `years` is not a positive whole number.
    UnknownNameError
        As `simcore.net_saving`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> bool((abs(saving_within(results) - saving_within(results, 100)) < 1e-6).all())
    True
    """
    if years is None:
        return contrast(results, "net_saving", comparator=comparator, also=also, gross=gross)
    first = _first(years)

    def of_some(some: xr.Dataset) -> xr.DataArray:
        yearly = contrast(some, "net_saving", comparator=comparator, by_year=True, also=also, gross=gross)
        return yearly.isel(year=first).sum("year", keep_attrs=True)

    return by_draws(of_some, results, "present_value")


@once
def settled_within(
    results: xr.Dataset,
    years: int | None = None,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.DataArray:
    """As `saving_within`, with luck taken off; not a number where luck hides what is expected.

    Kinds that are counted on request change the net saving, but not what is taken for luck of the first years.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> settled_within(results, 1).dims
    ('intervention', 'draw', 'actor')
    """
    if years is None:
        return settled_contrast(results, "net_saving", comparator=comparator, also=also, gross=gross)
    values = saving_within(results, years, comparator=comparator, also=also, gross=gross)
    first = _first(years)

    def of_halves(some: xr.Dataset) -> xr.DataArray:
        between = saved(some, some["present_value_between_halves"], comparator=comparator)
        return with_views(between.isel(year=first).sum("year"), some)

    parts = variances_of(values, by_draws(of_halves, results, "present_value_between_halves"), results)
    return without_luck(values, parts, regressors(results), certain_draws(results, comparator))


@once
def cashable_within(results: xr.Dataset, years: int | None = None, *, gross: bool = False) -> xr.DataArray:
    """What of the net saving becomes money in a budget: cashable saving minus programme cost, as `saving_within`.

    Against the scenario's comparator, since delays and steps do not subtract.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> bool((abs(cashable_within(results, 2) - saving_within(results, 2)) < 1e-6).all())
    True
    """
    some_years = slice(None) if years is None else _first(years)

    def of_some(some: xr.Dataset) -> xr.DataArray:
        money = cashable_saving(some, by_year=True, gross=gross) - programme_cost(some, by_year=True)
        return with_views(money.isel(year=some_years).sum("year"), some)

    read = ["present_value", *(["cashable_present_value"] if says_cashable(results) else [])]
    found = by_draws(of_some, results, *read)
    return found.assign_attrs(units=results["present_value"].attrs.get("units", ""), long_name="Cashable net saving")


def _first(years: int) -> slice:
    """The first years."""
    if isinstance(years, bool) or not isinstance(years, int) or years < 1:
        raise ResultsError(f"A budget horizon is a whole number of years, at least 1; found {years}.")
    return slice(0, years)
