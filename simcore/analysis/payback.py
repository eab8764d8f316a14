"""When the money is back: cumulative net saving per actor and year, and the year of break-even."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast, saved, with_views
from simcore.analysis.by_draws import Mean, by_draws
from simcore.analysis.luck import certain_draws, regressors, without_luck
from simcore.analysis.once import once
from simcore.analysis.two_orders import variances_of

#: Present values below this share of the largest are rounding, not money.
_ROUNDING = 1e-9


@once
def cumulative_net_saving(
    results: xr.Dataset, *, comparator: str | None = None, also: Sequence[str] = (), gross: bool = False
) -> xr.DataArray:
    """Net saving from the start up to the end of each year, as present value, with the views.

    Parameters
    ----------
    results, comparator, also, gross
        As for `simcore.avoided_cost`.

    Returns
    -------
    DataArray (intervention, draw, actor, year) [money of the price year per person]

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> path = simcore.cumulative_net_saving(results)
    >>> [str(actor) for actor in path["actor"].values[-2:]]
    ['public_sector', 'society']
    """

    def of_some(some: xr.Dataset) -> xr.DataArray:
        yearly = contrast(some, "net_saving", comparator=comparator, by_year=True, also=also, gross=gross)
        return yearly.cumsum("year", keep_attrs=True).assign_coords(year=yearly["year"])

    return by_draws(of_some, results, "present_value")


@once
def paths(
    results: xr.Dataset, *, comparator: str | None = None, also: Sequence[str] = (), gross: bool = False
) -> xr.Dataset:  # fmt: skip
    """What tables and figures tell of `cumulative_net_saving`, whose numbers of each draw, actor and year are many.

    Parameters
    ----------
    results, comparator, also, gross
        As for `simcore.avoided_cost`.

    Returns
    -------
    Dataset with ``break_even_year`` (intervention, draw, actor), ``mean`` (intervention, actor, year) over draws, and
    ``society`` (intervention, draw, year).

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> sorted(paths(results))
    ['break_even_year', 'mean', 'society']
    """
    mean = Mean()

    def of_some(some: xr.Dataset) -> xr.Dataset:
        path = cumulative_net_saving(some, comparator=comparator, also=also, gross=gross)
        path = path.transpose("intervention", "draw", "actor", "year")
        mean.add(path.values, 1)
        society = path.sel(actor="society", drop=True)
        return xr.Dataset({"break_even_year": break_even_year(path), "society": society})

    found = by_draws(of_some, results, "present_value")
    found["mean"] = (("intervention", "actor", "year"), mean.of_all())
    return found


def settled_net_saving(results: xr.Dataset, actor: str = "society") -> xr.DataArray:
    """As `cumulative_net_saving` of one actor or view, against the scenario's comparator, with luck taken off.

    DataArray (intervention, draw, year); not a number where luck hides it, see `simcore.analysis.luck.without_luck`.
    """
    if actor == "society":
        values = paths(results)["society"]
    else:
        values = by_draws(
            lambda some: cumulative_net_saving(some).sel(actor=actor, drop=True), results, "present_value"
        )

    def of_halves(some: xr.Dataset) -> xr.DataArray:
        yearly = with_views(saved(some, some["present_value_between_halves"]), some).sel(actor=actor, drop=True)
        return yearly.cumsum("year")

    between = by_draws(of_halves, results, "present_value_between_halves").assign_coords(year=values["year"])
    parts = variances_of(values, between, results)
    return without_luck(values, parts, regressors(results), certain_draws(results))


def break_even_year(cumulative: xr.DataArray) -> xr.DataArray:
    """First calendar year from whose end the cumulative net saving never falls below zero again.

    Parameters
    ----------
    cumulative
        From `cumulative_net_saving`, or any array with the dim `year`.

    Returns
    -------
    DataArray without `year` [calendar year]: infinity means "never within the horizon"; not a number
    means that nothing is at stake (the net saving is zero in every year).

    Notes
    -----
    Years before anything is at stake do not count: an actor that only gains breaks even in the year of its
    first gain. An actor that gains first and loses later never breaks even, unlike with the first crossing of zero.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> simcore.break_even_year(simcore.cumulative_net_saving(results)).dims
    ('intervention', 'draw', 'actor')
    """
    axis = cumulative.get_axis_num("year")
    values = np.moveaxis(cumulative.values, axis, -1)
    years = cumulative["year"].values.astype(float)
    largest = np.abs(values).max(axis=-1, keepdims=True, initial=0.0)
    below = values < -_ROUNDING * largest
    begins = np.argmax(np.abs(values) > _ROUNDING * largest, axis=-1)
    # Position after the last year below zero; beyond the end when the last year is below zero.
    first = np.where(below.any(axis=-1), values.shape[-1] - np.argmax(below[..., ::-1], axis=-1), begins)
    year = np.where(first < len(years), years[np.minimum(first, len(years) - 1)], np.inf)
    year = np.where(largest[..., 0] == 0.0, np.nan, year)
    dims = [dim for dim in cumulative.dims if dim != "year"]
    coords = {dim: cumulative[dim] for dim in dims}
    return xr.DataArray(year, coords, dims, attrs={"units": "calendar year", "long_name": "Year of break-even"})
