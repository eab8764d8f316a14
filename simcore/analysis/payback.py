"""When the money is back: cumulative net saving per actor and year, and the year of break-even."""

from __future__ import annotations

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import net_saving, with_views

#: Present values below this share of the largest are rounding, not money.
_ROUNDING = 1e-9


def cumulative_net_saving(results: xr.Dataset, *, comparator: str | None = None) -> xr.DataArray:
    """Net saving from the start up to the end of each year, as present value, with the views.

    Returns
    -------
    DataArray (intervention, draw, actor, year) [money of the price year per person]
    """
    yearly = with_views(net_saving(results, comparator=comparator, by_year=True), results)
    return yearly.cumsum("year", keep_attrs=True).assign_coords(year=yearly["year"])


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
    An actor that only gains breaks even in the first year. An actor that gains first and loses later
    never breaks even, unlike with the first crossing of zero.
    """
    axis = cumulative.get_axis_num("year")
    values = np.moveaxis(cumulative.values, axis, -1)
    years = cumulative["year"].values.astype(float)
    largest = np.abs(values).max(axis=-1, keepdims=True)
    below = values < -_ROUNDING * largest
    # Position after the last year below zero; beyond the end when the last year is below zero.
    first = np.where(below.any(axis=-1), values.shape[-1] - np.argmax(below[..., ::-1], axis=-1), 0)
    year = np.where(first < len(years), years[np.minimum(first, len(years) - 1)], np.inf)
    year = np.where(largest[..., 0] == 0.0, np.nan, year)
    dims = [dim for dim in cumulative.dims if dim != "year"]
    coords = {dim: cumulative[dim] for dim in dims}
    return xr.DataArray(year, coords, dims, attrs={"units": "calendar year", "long_name": "Year of break-even"})
