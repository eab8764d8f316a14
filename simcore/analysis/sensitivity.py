"""Which parameter moves the answer: rank correlations from draws that are there already, and sizes of one-way changes.

Rank correlations work on any quantity with the dim `draw` and a table of the parameters of each draw, of results or of
one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from simcore.errors import ResultsError

Array = NDArray[np.float64]
#: A table of parameters: (draw, parameter), or values (draw,) by name.
Parameters = xr.DataArray | Mapping[str, ArrayLike]

#: Directions in which parameters vary less than this share of the widest are not varied at all.
_SINGULAR = 1e-9
_Z95 = 1.959963984540054
#: The two values that a parameter has in one-way changes.
ENDS = ("low", "high")


def parameter_table(parameters: Parameters, n_draws: int) -> xr.DataArray:
    """Parameters as a table (draw, parameter), checked against the number of draws.

    Parameters
    ----------
    parameters
        ``parameter_value`` of results, or values (draw,) by name.
    n_draws
        How many draws the quantity has.

    Raises
    ------
    ResultsError
        The table has another number of draws, or a value that is not a number.

    Examples
    --------
    >>> parameter_table({"p": [0.1, 0.2], "cost": [10.0, 12.0]}, 2).dims
    ('draw', 'parameter')
    """
    if isinstance(parameters, xr.DataArray):
        table = parameters.transpose("draw", "parameter")
    else:
        columns = [np.atleast_1d(np.asarray(column, dtype=float)) for column in parameters.values()]
        lengths = {name: len(column) for name, column in zip(parameters, columns, strict=True)}
        for name, length in lengths.items():
            if length != n_draws:
                raise ResultsError(f"The parameter '{name}' has {length:,} values; the quantity has {n_draws:,} draws.")
        values = np.stack(columns, axis=1) if columns else np.zeros((n_draws, 0))
        table = xr.DataArray(values, {"parameter": np.array(list(parameters), dtype=str)}, ("draw", "parameter"))
    if table.sizes["draw"] != n_draws:
        raise ResultsError(
            f"The table of parameters has {table.sizes['draw']:,} draws; the quantity has {n_draws:,}. "
            "Both must be of the same draws."
        )
    wrong = ~np.isfinite(table.values)
    if wrong.any():
        draw, column = (int(number) for number in np.argwhere(wrong)[0])
        raise ResultsError(
            f"The parameter '{table['parameter'].values[column]}' is {table.values[draw, column]} in draw {draw}; "
            "every draw needs a number."
        )
    return table


def draws_of(values: xr.DataArray) -> int:
    """Number of draws of a quantity.

    Raises
    ------
    ResultsError
        The quantity has no dim `draw`.

    Examples
    --------
    >>> import xarray as xr
    >>> draws_of(xr.DataArray([1.0, 2.0], dims="draw"))
    2
    """
    if "draw" not in values.dims:
        dims = ", ".join(map(str, values.dims)) or "none"
        raise ResultsError(f"The quantity needs the dim 'draw'; it has {dims}.")
    return int(values.sizes["draw"])


def varying(table: xr.DataArray) -> NDArray[np.bool_]:
    """Which parameters of a table differ between draws (parameter,)."""
    values = table.values
    if values.size == 0:
        return np.zeros(values.shape[1], dtype=bool)
    return np.asarray(values.max(axis=0) > values.min(axis=0))


def rank_correlation(values: xr.DataArray, parameters: Parameters) -> xr.Dataset:
    """Partial rank correlation of a quantity with each parameter, the others held fixed (PRCC).

    The correlation of the ranks of the quantity with the ranks of the parameter, after what the ranks of all other
    parameters tell about each in a straight line has been taken off. From -1 to 1: how steadily the quantity rises or
    falls with the parameter, not by how much.

    Parameters
    ----------
    values
        A quantity with the dim `draw` and any others, such as a net saving (intervention, draw, actor).
    parameters
        ``parameter_value`` of the same results (draw, parameter), or values (draw,) by name.

    Returns
    -------
    Dataset (parameter, ...) of the parameters that vary, with

    - ``rank_correlation`` [-1 to 1] and its 95 % interval ``rank_correlation_low``, ``rank_correlation_high``;
    - ``explained`` (...): share of the variance of the quantity's ranks that all parameters together explain, with
      what as many unrelated numbers would explain by chance taken off.

    Not a number where the quantity does not vary, or has no value in some draw. Attributes: ``left_out``, parameters
    that do not vary; ``undetermined``, parameters that the others determine, which have no correlation of their own;
    ``n_draws``; ``degrees_of_freedom`` of the regression.

    Raises
    ------
    ResultsError
        There are too few draws for so many parameters, or the table of parameters does not fit.

    Notes
    -----
    With b the coefficients of least squares of the ranks of the quantity on the ranks of all parameters, P the inverse
    of their cross products and S the sum of squared residuals, the partial correlation is
    ``b_j / sqrt(b_j**2 + S P_jj)``, the same as the correlation of the two residuals. Parameters that the others
    determine exactly (the two shares of a whole) are found by the singular values, and left out of least squares but
    for as many as the rest needs. The interval is Fisher's, ``atanh(r) +- 1.96 sqrt((1 + r**2 / 2) / (n - q - 3))``
    with q other parameters [2]_, for independent draws. In sampled lives luck pulls correlations towards 0.

    References
    ----------
    .. [1] Marino et al. (2008), A methodology for performing global uncertainty and sensitivity analysis in systems
       biology, section 2.3.
    .. [2] Bonett & Wright (2000), Sample size requirements for estimating Pearson, Kendall and Spearman correlations.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> x, z = np.random.default_rng(1).random((2, 50))
    >>> found = rank_correlation(xr.DataArray(np.exp(x) - z, dims="draw"), {"x": x, "z": z})
    >>> [round(float(one)) for one in found["rank_correlation"]]
    [1, -1]
    """
    n_draws = draws_of(values)
    table = parameter_table(parameters, n_draws)
    varies = varying(table)
    names = [str(name) for name in table["parameter"].values]
    used = [name for name, does in zip(names, varies, strict=True) if does]
    rest = [dim for dim in values.dims if dim != "draw"]
    ordered = values.transpose("draw", *rest)
    y = np.asarray(ordered.values, dtype=float).reshape(n_draws, -1)
    found = _partial(_ranks(table.values[:, varies]), y)
    shape = tuple(ordered.sizes[dim] for dim in rest)
    coordinates = {
        "parameter": np.array(used, dtype=str),
        **{dim: ordered[dim] for dim in rest if dim in ordered.coords},
    }
    dims = ("parameter", *rest)
    r = found.correlation
    with np.errstate(divide="ignore", invalid="ignore"):
        half = _Z95 * np.sqrt((1 + r**2 / 2) / (found.degrees_of_freedom - 1))
        ends = {"low": np.tanh(np.arctanh(r) - half), "high": np.tanh(np.arctanh(r) + half)}
    dataset = xr.Dataset({"rank_correlation": (dims, r.reshape(-1, *shape))}, coordinates)
    for end, limit in ends.items():
        dataset[f"rank_correlation_{end}"] = (dims, limit.reshape(-1, *shape))
    dataset["explained"] = (rest, found.explained.reshape(shape))
    dataset.attrs = {
        "left_out": [name for name, does in zip(names, varies, strict=True) if not does],
        "undetermined": [name for name, free in zip(used, found.free, strict=True) if not free],
        "n_draws": n_draws,
        "degrees_of_freedom": found.degrees_of_freedom,
    }
    return dataset


def swings(changes: xr.Dataset, quantity: str = "net_saving") -> xr.DataArray:
    """How far an answer moves over the range of each parameter, from the lowest of low end, base case and high end.

    Parameters
    ----------
    changes
        From `simcore.studies.tornado`. Reads the quantity (parameter, end, ...) and ``base_`` before its name (...).
    quantity
        ``net_saving``, ``avoided_cost`` or ``outcome_change``.

    Returns
    -------
    DataArray (parameter, ...) [unit of the quantity], not negative.

    Examples
    --------
    >>> import xarray as xr
    >>> ends = xr.DataArray([[4.0, 1.0]], dims=("parameter", "end"))
    >>> float(swings(xr.Dataset({"net_saving": ends, "base_net_saving": 5.0}))[0])
    4.0
    """
    ends, base = changes[quantity], changes[f"base_{quantity}"]
    highest, lowest = ends.max("end"), ends.min("end")
    return highest.where(highest > base, base) - lowest.where(lowest < base, base)


@dataclass(frozen=True)
class _Partial:
    """Partial correlations (x, y), which x are free of the others (x,), degrees of freedom, share explained (y,)."""

    correlation: Array
    free: NDArray[np.bool_]
    degrees_of_freedom: int
    explained: Array


def _ranks(x: Array) -> Array:
    """Ranks of each column, ties sharing their mean, centred, with a sum of squares of 1; nan if all are the same."""
    from scipy import stats

    ranks = stats.rankdata(x, axis=0) - (len(x) + 1) / 2
    length = np.sqrt((ranks**2).sum(axis=0))
    return np.asarray(ranks / np.where(length > 0, length, np.nan))


def _partial(x: Array, y: Array) -> _Partial:
    """Partial correlations of the ranks of y (draw, y) with the columns of x, ranks themselves (draw, x)."""
    n_draws, n_parameters = x.shape
    free, basis = _free(x)
    left = n_draws - int(basis.sum()) - 1
    if n_parameters and left < 2:
        raise ResultsError(
            f"{n_draws:,} draws are too few for the rank correlations of {n_parameters:,} parameters that vary; "
            f"at least {int(basis.sum()) + 3:,} are needed, and several times as many for narrow intervals."
        )
    whole = np.isfinite(y).all(axis=0)
    ranks = np.full_like(y, np.nan)
    ranks[:, whole] = _ranks(y[:, whole])
    kept = x[:, basis]
    inverse = np.linalg.inv(kept.T @ kept)
    coefficients = inverse @ (kept.T @ ranks)
    residual = ((ranks - kept @ coefficients) ** 2).sum(axis=0)
    square = coefficients**2 + residual * np.diag(inverse)[:, None]
    correlation = np.full((n_parameters, y.shape[1]), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation[basis] = coefficients / np.sqrt(square)
    correlation[~free] = np.nan
    explained = np.clip(1.0 - residual * (n_draws - 1) / left, 0.0, 1.0) if n_parameters else residual * 0.0
    return _Partial(np.clip(correlation, -1.0, 1.0), free, left, np.asarray(explained))


def _free(x: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which columns the others do not determine, and a set of columns from which all can be made (x,) each."""
    from scipy import linalg

    n_parameters = x.shape[1]
    if n_parameters == 0:
        return np.ones(0, dtype=bool), np.ones(0, dtype=bool)
    _, singular, directions = linalg.svd(x, full_matrices=len(x) < n_parameters)
    rank = int((singular > _SINGULAR * singular[0]).sum())
    # A column that others determine has a part in some combination of columns that is nothing.
    free = (np.abs(directions[rank:]) < np.sqrt(_SINGULAR)).all(axis=0)
    _, pivots = linalg.qr(x, mode="r", pivoting=True)
    basis = np.zeros(n_parameters, dtype=bool)
    basis[pivots[:rank]] = True
    return free, basis
