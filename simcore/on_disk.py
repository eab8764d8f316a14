"""Results that are larger than memory should hold: most of them stays on disk until it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numcodecs.registry import get_codec
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from simcore.errors import ResultsError

#: Variables with one of these dims are what makes results large.
_MANY = {"year", "cycle", "cost_kind"}


def read_now(opened: xr.Dataset) -> xr.Dataset:
    """Results all of which is read now.

    Parameters
    ----------
    opened
        From `xarray.open_dataset`, nothing read yet.
    """
    results = opened.load()
    for variable in results.variables.values():
        variable.encoding.pop("preferred_chunks", None)  # there is no more need to take some draws after others
    return results


def left_on_disk(opened: xr.Dataset, store: Path) -> xr.Dataset:
    """Results of which only what has neither years nor cycles nor kinds of cost is read now.

    Parameters
    ----------
    opened
        From `xarray.open_dataset`, nothing read yet.
    store
        The folder that it was opened from.

    Returns
    -------
    The same results. Whatever of the rest is asked for is read, each time again; the encoding of these variables tells
    how many draws are best read together (``preferred_chunks``). What another program has stored otherwise is read now.
    """
    large = [str(name) for name, variable in opened.data_vars.items() if _MANY & set(variable.dims)]
    apart = {name: array for name in large if (array := _OnDisk.of(opened[name].variable, store, name)) is not None}
    results = read_now(opened.drop_vars(apart))
    for name, array in apart.items():
        data = indexing.LazilyIndexedArray(array)
        encoding = {"preferred_chunks": {"draw": array.chunk}}
        results[name] = xr.Variable(opened[name].dims, data, opened[name].attrs, encoding)
    return results[list(opened.data_vars)]


class _OnDisk(BackendArray):
    """A variable of a store, in chunks of some draws each, which are read when they are asked for.

    Zarr reads with several threads, each of which keeps memory of its own, hundreds of megabytes in all. Also, it takes
    chunks that are gone for such as never were written, and those of another run that took the place of this one for
    these. So files are read here, one after the other.
    """

    def __init__(self, variable: xr.Variable, store: Path, name: str, about: dict[str, Any]) -> None:
        self.shape, self.dtype, self.axis = variable.shape, variable.dtype, variable.get_axis_num("draw")
        self.chunk: int = about["chunks"][self.axis]  # draws in each
        self.codec = get_codec(about["compressor"]) if about["compressor"] else None
        self.store, self.folder, self.there = store, store / name, _identity(store)

    @classmethod
    def of(cls, variable: xr.Variable, store: Path, name: str) -> _OnDisk | None:
        """The variable, if it is stored as this version stores it."""
        about = json.loads((store / name / ".zarray").read_text(encoding="utf-8"))
        plain = about["order"] == "C" and not about["filters"] and about.get("dimension_separator", ".") == "."
        chunks = dict(zip(variable.dims, about["chunks"], strict=True))
        by_draws = "draw" in chunks and chunks | {"draw": 0} == dict(variable.sizes) | {"draw": 0}
        if plain and by_draws and variable.size and np.dtype(about["dtype"]) == variable.dtype:
            return cls(variable, store, name, about)
        return None

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

    def _read(self, key: tuple[int | slice, ...]) -> NDArray[Any]:
        """What is at a whole number or slice of each dim; slices go upwards."""
        before, behind = key[: self.axis], key[self.axis + 1 :]
        draws = range(self.shape[self.axis])[key[self.axis]]
        if isinstance(draws, int):
            number, place = divmod(draws, self.chunk)
            return np.array(self._chunk(number)[(*before, place, *behind)])
        found = np.empty(np.broadcast_to(np.zeros((), dtype=self.dtype), self.shape)[key].shape, dtype=self.dtype)
        whole = (slice(None),) * sum(isinstance(of, slice) for of in before)  # dims before that of draws which are left
        done = 0
        while done < len(draws):
            number, first = divmod(draws[done], self.chunk)
            places = range(first, min(self.chunk, draws.stop - number * self.chunk), draws.step)
            part = self._chunk(number)[(*before, slice(places.start, places.stop, places.step), *behind)]
            found[(*whole, slice(done, done + len(places)))] = part
            done += len(places)
        return found

    def _chunk(self, number: int) -> NDArray[Any]:
        """All of a chunk; the last one may hold more draws than there are."""
        name = ".".join(str(number if axis == self.axis else 0) for axis in range(len(self.shape)))
        try:
            stored = (self.folder / name).read_bytes()
        except OSError as error:
            raise self._gone() from error
        if _identity(self.store) != self.there:
            raise self._gone()
        shape = [*self.shape[: self.axis], self.chunk, *self.shape[self.axis + 1 :]]
        try:
            decoded = stored if self.codec is None else self.codec.decode(stored)
            return np.frombuffer(decoded, dtype=self.dtype).reshape(shape)
        except Exception as error:  # codecs have errors of their own
            raise ResultsError(
                f"{self.store} is damaged: a part of {self.folder.name} cannot be read. Run the scenario again, with "
                "--afresh where it is unfinished."
            ) from error

    def _gone(self) -> ResultsError:
        return ResultsError(
            f"{self.store} cannot be read any more: it was removed, or other results took its place, after it was "
            "opened. Open the results again."
        )


def _identity(store: Path) -> object:
    """What tells a store from another one in its place; None where there is none."""
    try:
        about = (store / ".zmetadata").stat()
    except OSError:
        return None
    return about.st_ino, about.st_mtime_ns
