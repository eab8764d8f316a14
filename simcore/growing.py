"""A store of results that grows by draws: portion after portion, each of them whole or not there.

A store is a Zarr group of format 2 with consolidated metadata, chunked by draw. Files of chunks are only ever put in
place whole, by renaming, and what is not named by the metadata is not read. So the one file with the metadata of all
arrays decides how many draws there are: it is replaced last, and a process that is killed at any moment leaves the
draws that were there before. Where the last chunk is not full, it is replaced by one that holds the same draws and
more, which changes nothing as long as the metadata do not name them.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simcore.errors import ResultsError

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

#: The files of a store by their names.
Encoded = dict[str, bytes]
_METADATA = ".zmetadata"
#: An attribute of results that are not finished: how many draws there shall be.
_WANTED = "wanted_draws"
#: Draws that are read at a time.
_READ = 10_000
#: Where xarray writes down the dims of an array.
_DIMS = "_ARRAY_DIMENSIONS"


class GrowingStore:
    """A store on disk, and how many draws it holds.

    Parameters
    ----------
    path
        The folder of the store; need not be there yet.
    chunk
        Draws in a chunk, for a store that is not there yet.
    """

    def __init__(self, path: Path, chunk: int = 1) -> None:
        self.path, self.chunk = path, chunk
        if self._read_metadata() is not None:
            self.chunk = int(self._arrays()["draw"]["chunks"][0])

    @property
    def about(self) -> dict[str, Any]:
        """The attributes of the results; empty when there is nothing yet."""
        metadata = self._read_metadata()
        return {} if metadata is None else metadata["metadata"][".zattrs"]

    @property
    def wanted(self) -> int:
        """How many draws there shall be."""
        return int(self.about.get(_WANTED, self.n_draws))

    @property
    def n_draws(self) -> int:
        """How many draws are there."""
        return 0 if self._read_metadata() is None else int(self._arrays()["draw"]["shape"][0])

    def coordinate(self, dim: str) -> NDArray[Any]:
        """What the coordinate of a dim says."""
        import xarray as xr

        with xr.open_zarr(self.path, consolidated=True, chunks=None) as opened:
            found: NDArray[Any] = opened[dim].values
        return found

    def portions_of(self, variable: str, n_draws: int) -> Iterator[tuple[NDArray[Any], slice]]:
        """Values of a variable whose first dim is `draw`, of the first draws, some at a time, and which they are."""
        import xarray as xr

        with xr.open_dataset(self.path, engine="zarr", consolidated=True, chunks=None, cache=False) as opened:
            for first in range(0, n_draws, _READ):
                which = slice(first, min(first + _READ, n_draws))
                yield opened[variable][which].values, which

    def add(self, results: xr.Dataset | Encoded, first: int, wanted: int) -> None:
        """Add some draws behind those that are there, or in the place of some of them that are the same.

        Parameters
        ----------
        results
            As all before but for their draws; or what `encoded` makes of them, with the chunks of this store.
        first
            Place of the first of them: a multiple of `chunk`, at most `n_draws`.
        wanted
            How many draws there shall be in the end.

        Raises
        ------
        OSError
            The disk is full, say; the store is as it was.
        ResultsError
            Another process is writing another run here, or has taken this one away.
        ValueError
            The results do not belong here: `first` is no place for them, or their sizes are others.
        """
        if first % self.chunk:
            raise ValueError(f"draws cannot be added from {first}, in chunks of {self.chunk}")
        files = results if isinstance(results, dict) else encoded(results, self.chunk)
        staging = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        shutil.rmtree(staging, ignore_errors=True)
        try:
            for name, content in files.items():
                file = staging / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            self._put_in_place(staging, json.loads(files[_METADATA]), first, wanted)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _put_in_place(self, staging: Path, added: dict[str, Any], first: int, wanted: int) -> None:
        """Rename the files of the chunks, and then tell of them."""
        metadata, more = self._read_metadata(), self._arrays(added)
        there = 0 if metadata is None else int(self._arrays(metadata)["draw"]["shape"][0])
        if first > there:
            raise ResultsError(f"Draws from {first:,} cannot be added to {self.path}, which holds {there:,}.")
        if metadata is None:
            added["metadata"][".zattrs"][_WANTED] = wanted
            _replace(staging / _METADATA, added)
            _replace(staging / ".zattrs", added["metadata"][".zattrs"])
            shutil.rmtree(self.path, ignore_errors=True)
            staging.rename(self.path)
            return
        axes = {name: metadata["metadata"][f"{name}/.zattrs"][_DIMS] for name in self._arrays(metadata)}
        if axes.keys() != more.keys() or any(
            size != other
            for name, array in self._arrays(metadata).items()
            for dim, size, other in zip(axes[name], array["shape"], more[name]["shape"], strict=True)
            if dim != "draw"
        ):
            raise ValueError("these results have other sizes than those that are there")
        here, others = (of_run(of["metadata"][".zattrs"]) for of in (metadata, added))
        if here != others:
            names = ", ".join(sorted(name for name in {*here, *others} if here.get(name) != others.get(name)))
            raise ResultsError(f"{self.path} holds another run, of another process perhaps; what differs: {names}.")
        n_draws = more["draw"]["shape"][0]
        for name, array in self._arrays(metadata).items():
            if "draw" not in axes[name]:
                continue
            axis = axes[name].index("draw")
            for file in (staging / name).iterdir():
                if not file.name.startswith("."):
                    place = file.name.split(".")
                    place[axis] = str(int(place[axis]) + first // self.chunk)
                    file.replace(self.path / name / ".".join(place))
            array["shape"][axis] = max(first + n_draws, there)
        metadata["metadata"][".zattrs"] |= {"n_draws": max(first + n_draws, there), _WANTED: wanted}
        _replace(self.path / _METADATA, metadata)

    def finish(self) -> None:
        """No more draws are wanted: tell so, and how many there are, in the metadata of each array too.

        Readers take attributes, or all of it, from there.
        """
        metadata = self._read_metadata()
        if metadata is not None:
            metadata["metadata"][".zattrs"].pop(_WANTED, None)
            _replace(self.path / _METADATA, metadata)
            for name, content in metadata["metadata"].items():
                if name == ".zattrs" or name.endswith("/.zarray"):
                    _replace(self.path / name, content)

    def remove(self) -> None:
        """Take the store away, whatever it holds."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _read_metadata(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads((self.path / _METADATA).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def _arrays(self, metadata: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
        """What the metadata say of each array."""
        metadata = metadata or self._read_metadata()
        assert metadata is not None
        return {
            name.removesuffix("/.zarray"): content
            for name, content in metadata["metadata"].items()
            if name.endswith("/.zarray")
        }


def of_run(attributes: dict[str, Any]) -> dict[str, Any]:
    """What all draws of a run have in common."""
    return {name: of for name, of in attributes.items() if name not in ("n_draws", _WANTED, "versions")}


def _replace(path: Path, content: dict[str, Any]) -> None:
    """Put a file in the place of another, whole."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def write(results: xr.Dataset, path: Path, chunk: int) -> None:
    """Write results to a new store.

    Parameters
    ----------
    results
        All of them.
    path
        A folder that is not there yet.
    chunk
        Draws in a chunk.
    """
    _to_zarr(results, path, chunk)


def encoded(results: xr.Dataset, chunk: int) -> Encoded:
    """The files of a store of results, compressed, to be written elsewhere: `GrowingStore.add` takes them."""
    from zarr.storage import MemoryStore

    files: dict[str, Any] = {}
    _to_zarr(results, MemoryStore(files), chunk)
    return {name: content.to_bytes() for name, content in files.items()}


def _to_zarr(results: xr.Dataset, store: Any, chunk: int) -> None:
    sizes_of = {name: dict(results[name].sizes) for name in results.variables}
    encoding = {
        name: {"chunks": tuple(chunk if dim == "draw" else size for dim, size in sizes.items())}
        for name, sizes in sizes_of.items()
        if "draw" in sizes and all(sizes.values())
    }
    # Format 2 of Zarr: format 3 has no settled type for text.
    # Chunks of zeros are written too, so that a chunk that has gone missing is seen and not read as zeros.
    results.to_zarr(
        store, mode="w", zarr_format=2, consolidated=True, encoding=encoding, write_empty_chunks=True
    )  # fmt: skip
