"""A user's own numbers: draws by strategies by outcomes, and the figures they were made from."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.errors import ResultsError, UnknownNameError, shown


def own_table(
    values: Any,
    parameters: Any = None,
    *,
    costs: Sequence[str] = (),
    strategies: Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None,
) -> xr.Dataset:
    """Make results of a user's own numbers, from which decisions and the worth of knowing more can be analysed.

    Parameters
    ----------
    values
        A number for each draw, strategy and outcome, as one of

        - a pandas DataFrame with the columns ``draw``, ``strategy`` and one for each outcome;
        - a pandas DataFrame with a row for each draw and a column for each strategy, or for each (strategy, outcome);
        - a numpy array (draw, strategy) or (draw, strategy, outcome), with the names in `strategies` and `outcomes`;
        - an xarray DataArray with the dims `draw`, `strategy` and, unless there is only one outcome, `outcome`.
    parameters
        A number for each draw and figure: a pandas DataFrame with a row for each draw, in the order of the draws or
        with the column ``draw``; a dict ``{name: numbers}``; or a DataArray (draw, parameter).
    costs
        Outcomes that are costs, in money, each of one decision maker: they become the actors. All others are outcomes.
    strategies, outcomes
        Names for a numpy array; for others, which to take and in which order. A single outcome without a name is
        called ``value``.

    Returns
    -------
    Dataset with ``cost`` (strategy, draw, actor), ``outcome_value`` (strategy, draw, outcome) and ``parameter_value``
    (draw, parameter). `net_benefit` and `cost_effectiveness` take it whole; `evpi`, `evppi`, `evsi` and
    `acceptability` take its parts: what is a net benefit already as ``table["outcome_value"]``.

    Raises
    ------
    ResultsError
        A number is missing, twice there or not a number; strategies have different draws; names do not fit the numbers.
    UnknownNameError
        `costs`, `strategies` or `outcomes` names one that is not there.

    Examples
    --------
    >>> table = own_table(np.array([[0.0, 3.0], [0.0, -1.0]]), {"effect": [1.0, 0.2]}, strategies=["usual", "new"])
    >>> table["outcome_value"].dims, table["parameter_value"].dims
    (('strategy', 'draw', 'outcome'), ('draw', 'parameter'))
    """
    array = _values(values, strategies, outcomes)
    for name in costs:
        if name not in array["outcome"].values:
            raise UnknownNameError(name, "an outcome of this table", array["outcome"].values)
    others = [name for name in array["outcome"].values.tolist() if name not in costs]
    table = xr.Dataset(
        {
            "cost": array.sel(outcome=list(costs)).rename(outcome="actor"),
            "outcome_value": array.sel(outcome=others),
            "parameter_value": _figures(parameters, array["draw"].values),
        }
    )
    table.attrs = {"comparator": str(array["strategy"].values[0])}
    return table


def _values(values: Any, strategies: Sequence[str] | None, outcomes: Sequence[str] | None) -> xr.DataArray:
    """Values (strategy, draw, outcome), checked."""
    if isinstance(values, xr.DataArray):
        array = _of_dataarray(values)
    elif hasattr(values, "columns"):
        array = _long(values) if {"draw", "strategy"} <= set(values.columns) else _wide(values)
    else:
        array = _plain(values, strategies, outcomes)
    for dim, wanted in (("strategy", strategies), ("outcome", outcomes)):
        known = [str(name) for name in array[dim].values]
        _each_once(known, dim)
        if wanted is not None:
            for name in wanted:
                if name not in known:
                    raise UnknownNameError(name, f"{'an' if dim == 'outcome' else 'a'} {dim} of this table", known)
            array = array.sel({dim: list(wanted)})
    _each_once(array["draw"].values.tolist(), "draw")
    array = array.transpose("strategy", "draw", "outcome")
    if not array.size:
        raise ResultsError("This table has no numbers.")
    if not np.isfinite(array.values).all():
        s, d, o = (int(place[0]) for place in np.nonzero(~np.isfinite(array.values)))
        raise ResultsError(
            f"'{array['outcome'].values[o]}' of strategy '{array['strategy'].values[s]}' in draw "
            f"{array['draw'].values[d]} is missing or infinite; every draw needs a number for each strategy."
        )
    return array


def _of_dataarray(values: xr.DataArray) -> xr.DataArray:
    if not {"draw", "strategy"} <= set(values.dims) <= {"draw", "strategy", "outcome"}:
        found = ", ".join(map(str, values.dims))
        raise ResultsError(f"Values have the dims draw, strategy and outcome; found {found}.")
    array = values if "outcome" in values.dims else values.expand_dims(outcome=["value"])
    for dim in ("strategy", "outcome"):
        if dim not in array.coords:
            raise ResultsError(f"The dim {dim} of these values needs names: a coordinate.")
        array = array.assign_coords({dim: [str(name) for name in array[dim].values]})
    array = array if "draw" in array.coords else array.assign_coords(draw=np.arange(array.sizes["draw"]))
    return array.drop_attrs().copy(data=_numbers(array.values, "values"))


def _long(frame: Any) -> xr.DataArray:
    """From a row for each draw and strategy."""
    names = [name for name in frame.columns if name not in ("draw", "strategy")]
    if not names:
        raise ResultsError("Beside the columns draw and strategy this table needs one for each outcome.")
    draws, draw_of = _places(frame["draw"].to_numpy(), "draw")
    strategies, strategy_of = _places(frame["strategy"].to_numpy(), "strategy")
    counts = np.zeros((len(strategies), len(draws)), dtype=int)
    np.add.at(counts, (strategy_of, draw_of), 1)
    for wrong, words in ((counts > 1, "there more than once"), (counts == 0, "missing")):
        if wrong.any():
            s, d = (int(place[0]) for place in np.nonzero(wrong))
            raise ResultsError(
                f"Draw {draws[d]} of strategy '{strategies[s]}' is {words}; every strategy needs the same draws, once."
            )
    array = np.empty((len(strategies), len(draws), len(names)))
    for place, name in enumerate(names):
        array[strategy_of, draw_of, place] = _numbers(frame[name].to_numpy(), f"the column '{name}'")
    return _labelled(array, [str(name) for name in strategies], draws, [str(name) for name in names])


def _wide(frame: Any) -> xr.DataArray:
    """From a row for each draw and a column for each strategy, or each strategy and outcome."""
    if "draw" in frame.columns and frame.columns.nlevels == 1:
        frame = frame.set_index("draw")
    numbers = _numbers(frame.to_numpy(), "the table")
    draws = _draws(frame.index.to_numpy())
    if frame.columns.nlevels == 1:
        return _labelled(numbers.T[:, :, None], [str(name) for name in frame.columns], draws, ["value"])
    if frame.columns.nlevels > 2:
        raise ResultsError("The columns of a table with a row for each draw have at most two names: strategy, outcome.")
    pairs = [(str(strategy), str(outcome)) for strategy, outcome in frame.columns]
    _each_once(pairs, "column")
    strategies, outcomes = (list(dict.fromkeys(pair[level] for pair in pairs)) for level in (0, 1))
    array = np.empty((len(strategies), len(draws), len(outcomes)))
    for s, strategy in enumerate(strategies):
        for o, outcome in enumerate(outcomes):
            if (strategy, outcome) not in pairs:
                raise ResultsError(f"There is no '{outcome}' of strategy '{strategy}' in this table.")
            array[s, :, o] = numbers[:, pairs.index((strategy, outcome))]
    return _labelled(array, strategies, draws, outcomes)


def _plain(values: Any, strategies: Sequence[str] | None, outcomes: Sequence[str] | None) -> xr.DataArray:
    """From plain numbers with names."""
    array = _numbers(values, "the values")
    if array.ndim not in (2, 3):
        raise ResultsError(f"Values have the shape (draw, strategy) or (draw, strategy, outcome); found {array.shape}.")
    array = array if array.ndim == 3 else array[:, :, None]
    names = {"strategies": strategies, "outcomes": ["value"] if outcomes is None else outcomes}
    for size, (what, given) in zip(array.shape[1:], names.items(), strict=True):
        if given is None or len(given) != size:
            found = "none" if given is None else f"{len(given)}: {', '.join(given)}"
            raise ResultsError(f"Values of the shape {np.shape(values)} need {size} names of {what}; found {found}.")
    coordinates = [[str(name) for name in given or ()] for given in names.values()]
    return _labelled(array.transpose(1, 0, 2), coordinates[0], np.arange(len(array)), coordinates[1])


def _figures(parameters: Any, draws: NDArray[np.int64]) -> xr.DataArray:
    """Values of figures (draw, parameter), in the order of the draws."""
    if parameters is None:
        parameters = {}
    if isinstance(parameters, xr.DataArray):
        if set(parameters.dims) != {"draw", "parameter"} or "parameter" not in parameters.coords:
            raise ResultsError("Figures have the dims draw and parameter, with the names of the figures as coordinate.")
        ordered = parameters.transpose("draw", "parameter")
        own = ordered["draw"].values if "draw" in ordered.coords else None
        names, columns = ordered["parameter"].values.tolist(), list(ordered.values.T)
    elif isinstance(parameters, Mapping) or hasattr(parameters, "columns"):
        names = [name for name in parameters if name != "draw"]
        own = np.asarray(parameters["draw"]) if "draw" in parameters else None
        columns = [np.asarray(parameters[name]) for name in names]
    else:
        raise ResultsError(
            "Figures are a pandas DataFrame, a dict of names and numbers, or a DataArray (draw, parameter)."
        )
    _each_once(names, "figure")
    order: Any = slice(None)
    if own is not None:
        own = _draws(own)
        _each_once(own.tolist(), "draw")
        if set(own.tolist()) != set(draws.tolist()):
            raise ResultsError(
                "The draws of the figures are not those of the values; there has to be one row for each."
            )
        at = {draw: place for place, draw in enumerate(own.tolist())}
        order = [at[draw] for draw in draws.tolist()]
    found = np.empty((len(draws), len(names)))
    for place, (name, column) in enumerate(zip(names, columns, strict=True)):
        numbers = _numbers(column, f"the figure '{name}'")
        if numbers.shape != (len(draws),):
            raise ResultsError(f"The figure '{name}' has {numbers.size} numbers; there are {len(draws)} draws.")
        if not np.isfinite(numbers).all():
            raise ResultsError(f"The figure '{name}' is missing or infinite in some draw.")
        found[:, place] = numbers[order]
    coordinates = {"draw": draws, "parameter": [str(name) for name in names]}
    return xr.DataArray(found, coordinates, ["draw", "parameter"])


def _labelled(
    array: NDArray[np.float64], strategies: list[str], draws: NDArray[np.int64], outcomes: list[str]
) -> xr.DataArray:
    coordinates: dict[Hashable, Any] = {"strategy": strategies, "draw": draws, "outcome": outcomes}
    for dim, names in (("strategy", strategies), ("outcome", outcomes)):
        _each_once(names, dim)
    return xr.DataArray(array, coordinates, ["strategy", "draw", "outcome"])


def _numbers(values: Any, what: str) -> NDArray[np.float64]:
    """Numbers, or an error that names the first that is none."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise ResultsError(f"The numbers in {what} do not make a table: rows differ in length.") from None
    try:
        return np.asarray(array, dtype=float)
    except (TypeError, ValueError):
        wrong = next(value for value in array.ravel().tolist() if not _is_number(value))
        raise ResultsError(f"In {what}, '{shown(wrong)}' is not a number.") from None


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _draws(labels: Any) -> NDArray[np.int64]:
    """Numbers of draws."""
    numbers = _numbers(labels, "the numbers of the draws")
    whole = np.isfinite(numbers) & (numbers == np.floor(numbers)) & (numbers >= 0) & (numbers < 2**32)
    if not whole.all():
        raise ResultsError(f"Draws are numbered by whole numbers, 0 or more; found {numbers[~whole][0]:g}.")
    return numbers.astype(np.int64)


def _places(labels: Any, what: str) -> tuple[Any, NDArray[np.int64]]:
    """Different labels, draws in order and strategies as they come, and where each row belongs."""
    if what == "draw":
        found, places = np.unique(_draws(labels), return_inverse=True)
        return found, np.asarray(places)
    names = [str(label) for label in labels]
    order = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return list(order), np.array([order[name] for name in names], dtype=np.int64)


def _each_once(names: Sequence[Any], what: str) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise ResultsError(f"The {what} {name} is there more than once.")
        seen.add(name)
