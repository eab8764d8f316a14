"""Answers about decisions as records: for CSV files."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import xarray as xr

#: The dim that becomes columns: ``net_saving_q05``.
_QUANTILE = "quantile"


def dataset_records(name: str, dataset: xr.Dataset) -> dict[str, list[dict[str, Any]]]:
    """The variables of a Dataset as tables, those with the same dims side by side.

    Parameters
    ----------
    name
        Of the Dataset.
    dataset
        Whose variables may have the dim `quantile`, which becomes a column for each.

    Returns
    -------
    Records by what the table is called: ``who_gains_by_intervention_actor``; without dims by the name alone. Infinity
    stays, what is no number is empty.
    """
    tables: dict[tuple[str, ...], dict[str, xr.DataArray]] = {}
    for variable, values in dataset.data_vars.items():
        dims = tuple(str(dim) for dim in values.dims if dim != _QUANTILE)
        tables.setdefault(dims, {}).update(_columns(str(variable), values))
    found = {}
    for dims, columns in tables.items():
        places = [[value.item() for value in dataset[dim].values] for dim in dims]
        arrays = {column: values.transpose(*dims).values for column, values in columns.items()}
        records = []
        for at in itertools.product(*(range(len(of)) for of in places)):
            record = {dim: of[place] for dim, of, place in zip(dims, places, at, strict=True)}
            records.append(record | {column: _cell(values[at]) for column, values in arrays.items()})
        found["_by_".join([name, "_".join(dims)]) if dims else name] = records
    return found


def _columns(name: str, values: xr.DataArray) -> dict[str, xr.DataArray]:
    """An array, or one for each quantile."""
    if _QUANTILE not in values.dims:
        return {name: values}
    base = name.removesuffix("_quantile")
    return {
        f"{base}_q{round(100 * float(quantile)):02d}": values.sel(quantile=quantile, drop=True)
        for quantile in values[_QUANTILE].values
    }


def _cell(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    return "" if isinstance(plain, float) and plain != plain else plain
