"""Answers about results that do not fit into memory, put together from those of some draws after others.

Of large results, what has years, cycles or kinds of cost is on disk (`simcore.open_results`). An answer that holds
less, or a sum of it, is worked out for a portion of the draws at a time. Each draw is read once, and the numbers are
those that all of it in memory would give. Results that are in memory are one portion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.once import forgotten

Found = TypeVar("Found", xr.DataArray, xr.Dataset)

#: Bytes of a portion; what is made of it comes to about as much again, several times.
PORTION = 25_000_000
#: What an answer that is one array is called meanwhile.
_ONLY = "_only"


def by_draws(function: Callable[[xr.Dataset], Found], results: xr.Dataset, *names: str) -> Found:
    """What a function tells of each draw, some draws after others where the results are on disk.

    Parameters
    ----------
    function
        From results to an array with the dim `draw`, or several: for each draw what it would be without the others.
    results
        From `simulate` or `open_results`.
    names
        The variables that the function reads; all of them if none is named.

    Returns
    -------
    What the function gives for all draws.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> by_draws(lambda some: some["cost"].sum("year"), results, "cost").dims
    ('strategy', 'draw', 'actor', 'cost_kind')
    """
    portions = portions_of(results, *names)
    if len(portions) < 2:
        return function(results)
    joined = _Joined(results)
    for portion, some in zip(portions, read_by_draws(results, *names), strict=True):
        answer = function(some)
        joined.add(answer.to_dataset(name=_ONLY) if isinstance(answer, xr.DataArray) else answer, portion)
    if isinstance(answer, xr.DataArray):
        return joined.whole()[_ONLY].rename(answer.name)
    return joined.whole()


class _Joined:
    """Answers of all draws, which come portion by portion."""

    def __init__(self, results: xr.Dataset) -> None:
        self.results = results
        self.numbers: dict[str, NDArray[Any]] = {}

    def add(self, found: xr.Dataset, portion: slice) -> None:
        for name, array in found.items():
            axis = array.get_axis_num("draw")
            if portion.start == 0:
                shape = [*array.shape[:axis], self.results.sizes["draw"], *array.shape[axis + 1 :]]
                self.numbers[str(name)] = np.empty(shape, dtype=array.dtype)
            self.numbers[str(name)][(slice(None),) * axis + (portion,)] = array.values
        self.found = found

    def whole(self) -> xr.Dataset:
        arrays = {name: (self.found[name].dims, of, self.found[name].attrs) for name, of in self.numbers.items()}
        coordinates = {name: self.results[name] if "draw" in of.dims else of for name, of in self.found.coords.items()}
        return xr.Dataset(arrays, coordinates, self.found.attrs)


def portions_of(results: xr.Dataset, *names: str) -> list[slice]:
    """Places of the draws that are read at once: all of them, unless they are on disk."""
    wanted = [results[name] for name in names or map(str, results.data_vars)]
    chunks = [int(of.encoding.get("preferred_chunks", {}).get("draw", 0)) for of in wanted if "draw" in of.dims]
    n_draws, chunk = results.sizes["draw"], max(chunks, default=0)
    if not chunk or not n_draws:
        return [slice(0, n_draws)]
    of_draw = sum(of.nbytes for of in wanted) // n_draws
    step = chunk * max(PORTION // max(chunk * of_draw, 1), 1)
    return [slice(first, min(first + step, n_draws)) for first in range(0, n_draws, step)]


def read_by_draws(results: xr.Dataset, *names: str) -> Iterator[xr.Dataset]:
    """The portions of some variables one after the other, in memory: functions read what they are given several times.

    What is asked of a portion is not kept, as `simcore.analysis.once` does: it is not asked again.
    """
    portions = portions_of(results, *names)
    if len(portions) < 2:
        yield results
        return
    of_names = results[list(names)] if names else results
    for portion in portions:
        with forgotten():  # while the caller works with it
            yield of_names.isel(draw=portion).load()


class Mean:
    """Mean over draws of what comes some draws after others, added up in their order.

    Where the last bits depend on how NumPy groups the numbers of one sum, as along the last axis of an array, they may
    differ from those of the mean of all draws at once.
    """

    def __init__(self) -> None:
        self.total: NDArray[np.float64] | None = None
        self.n_draws = 0

    def add(self, values: NDArray[Any], axis: int) -> None:
        """Count more draws, which are along an axis."""
        draws = np.moveaxis(values, axis, 0)
        self.n_draws += len(draws)
        if self.total is not None:  # first, as if all were added up one after the other
            draws = np.concatenate([self.total[None], draws])
        self.total = draws.sum(axis=0, dtype=np.float64)

    def of_all(self) -> NDArray[np.float64]:
        """The mean, without the axis of draws."""
        assert self.total is not None
        return np.asarray(self.total / self.n_draws)
