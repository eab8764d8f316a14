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
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

_METADATA = ".zmetadata"
#: An attribute of results that are not finished: how many draws there shall be.
_WANTED = "wanted_draws"
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

    def __init__(self, path: Path, chunk: int) -> None:
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

    def names(self, dim: str) -> list[str]:
        """What the coordinate of a dim says."""
        import xarray as xr

        with xr.open_zarr(self.path, consolidated=True, chunks=None) as opened:
            return [str(name) for name in opened[dim].values]

    def add(self, results: xr.Dataset, first: int, wanted: int) -> None:
        """Add some draws behind those that are there, or in the place of some of them that are the same.

        Parameters
        ----------
        results
            As all before but for their draws.
        first
            Place of the first of them: a multiple of `chunk`, at most `n_draws`.
        wanted
            How many draws there shall be in the end.

        Raises
        ------
        OSError
            The disk is full, say; the store is as it was.
        ValueError
            The results do not belong here: `first` is no place for them, or their sizes are others.
        """
        if first % self.chunk or first > self.n_draws:
            raise ValueError(f"draws cannot be added from {first}: {self.n_draws} are there, in chunks of {self.chunk}")
        staging = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        shutil.rmtree(staging, ignore_errors=True)
        try:
            write(results.assign_attrs({_WANTED: wanted}), staging, self.chunk)
            if self._read_metadata() is None:
                shutil.rmtree(self.path, ignore_errors=True)
                staging.rename(self.path)
            else:
                self._put_in_place(staging, first, results.sizes["draw"], wanted)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _put_in_place(self, staging: Path, first: int, n_draws: int, wanted: int) -> None:
        """Rename the files of the chunks, and then tell of them."""
        metadata = self._read_metadata()
        assert metadata is not None
        more = GrowingStore(staging, self.chunk)._arrays()
        axes = {name: metadata["metadata"][f"{name}/.zattrs"][_DIMS] for name in self._arrays(metadata)}
        if axes.keys() != more.keys() or any(
            size != other
            for name, array in self._arrays(metadata).items()
            for dim, size, other in zip(axes[name], array["shape"], more[name]["shape"], strict=True)
            if dim != "draw"
        ):
            raise ValueError("these results have other sizes than those that are there")
        for name, array in self._arrays(metadata).items():
            if "draw" not in axes[name]:
                continue
            axis = axes[name].index("draw")
            for file in (staging / name).iterdir():
                if not file.name.startswith("."):
                    place = file.name.split(".")
                    place[axis] = str(int(place[axis]) + first // self.chunk)
                    file.replace(self.path / name / ".".join(place))
            array["shape"][axis] = first + n_draws
        metadata["metadata"][".zattrs"] |= {"n_draws": first + n_draws, _WANTED: wanted}
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
    sizes_of = {name: dict(results[name].sizes) for name in results.variables}
    encoding = {
        name: {"chunks": tuple(chunk if dim == "draw" else size for dim, size in sizes.items())}
        for name, sizes in sizes_of.items()
        if "draw" in sizes and all(sizes.values())
    }
    # Format 2 of Zarr: format 3 has no settled type for text.
    # Chunks of zeros are written too, so that a chunk that has gone missing is seen and not read as zeros.
    results.to_zarr(
        path, mode="w", zarr_format=2, consolidated=True, encoding=encoding, write_empty_chunks=True
    )  # fmt: skip
