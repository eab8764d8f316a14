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
from simcore.marks import of_this_process

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

#: The files of a store by their names: what they hold, or where on this disk they have been put down.
Encoded = dict[str, bytes | Path]
_METADATA = ".zmetadata"
#: An attribute of results that are not finished: how many draws there shall be.
_WANTED = "wanted_draws"
#: Draws that are read at a time.
_READ = 10_000
#: Within a folder where something is made: the unfinished run whose place it takes.
ASIDE = "aside"
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
    afresh
        Whatever is there is not of this store, which takes its place when its first draws are added.
    """

    def __init__(self, path: Path, chunk: int = 1, *, afresh: bool = False) -> None:
        self.path, self.chunk, self.afresh = path, chunk, afresh
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

        try:
            with xr.open_zarr(self.path, consolidated=True, chunks=None) as opened:
                found: NDArray[Any] = opened[dim].values
        except Exception as error:  # codecs have errors of their own
            raise ResultsError(
                f"{self.path} is damaged: '{dim}' cannot be read. Take it away, or let a new run take its place with "
                "--afresh."
            ) from error
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
        metadata, added = self._read_metadata(), metadata_of(files)
        there = 0 if metadata is None else int(self._arrays(metadata)["draw"]["shape"][0])
        if first > there:
            raise ResultsError(f"Draws from {first:,} cannot be added to {self.path}, which holds {there:,}.")
        staging = self.path.with_name(f".{self.path.name}.{of_this_process()}")
        shutil.rmtree(staging, ignore_errors=True)
        try:
            if metadata is None:
                self._begin(staging, files, added, wanted)
            else:
                self._check_fits(metadata, added)
                staging.mkdir(parents=True)
                self._put_in_place(staging, files, metadata, first)
                n_draws = max(first + self._arrays(added)["draw"]["shape"][0], there)
                for name, array in self._arrays(metadata).items():
                    dims = metadata["metadata"][f"{name}/.zattrs"][_DIMS]
                    array["shape"] = [
                        n_draws if dim == "draw" else of for dim, of in zip(dims, array["shape"], strict=True)
                    ]
                metadata["metadata"][".zattrs"] |= {"n_draws": n_draws, _WANTED: wanted}
                _replace(self.path / _METADATA, metadata)
        finally:
            for folder in {staging, *(of.parent for of in files.values() if isinstance(of, Path))}:
                shutil.rmtree(folder, ignore_errors=True)

    def _begin(self, staging: Path, files: Encoded, metadata: dict[str, Any], wanted: int) -> None:
        """Write all files, and let them be the store; what was there is moved aside, and removed when they are."""
        new = staging / "new"
        for name, content in files.items():
            file = new / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                content.replace(file)
            else:
                _write(file, content)
        metadata["metadata"][".zattrs"][_WANTED] = wanted
        _replace(new / _METADATA, metadata)
        _replace(new / ".zattrs", metadata["metadata"][".zattrs"])
        if self.path.exists() or self.path.is_symlink():
            self.path.rename(staging / ASIDE)
        try:
            new.rename(self.path)
        except BaseException:
            if (staging / ASIDE).exists():
                (staging / ASIDE).rename(self.path)
            raise
        self.afresh = False

    def _check_fits(self, metadata: dict[str, Any], added: dict[str, Any]) -> None:
        """Refuse results that are not of this run."""

        def sizes(of: dict[str, Any]) -> dict[str, dict[str, int]]:
            dims = {name: of["metadata"][f"{name}/.zattrs"][_DIMS] for name in self._arrays(of)}
            arrays = self._arrays(of).items()
            return {name: dict(zip(dims[name], array["shape"], strict=True)) | {"draw": 0} for name, array in arrays}

        chunks = [{name: array["chunks"] for name, array in self._arrays(of).items()} for of in (metadata, added)]
        if "draw" in chunks[0] and chunks[0]["draw"] != chunks[1].get("draw"):
            raise ResultsError(f"{self.path} is being written by another process, in chunks of other sizes.")
        here, others = (of_run(of["metadata"][".zattrs"]) for of in (metadata, added))
        if here != others:
            names = ", ".join(sorted(name for name in {*here, *others} if here.get(name) != others.get(name)))
            raise ResultsError(f"{self.path} holds another run, of another process perhaps; what differs: {names}.")
        if sizes(metadata) != sizes(added):
            raise ValueError("these results have other sizes than those that are there")

    def _put_in_place(self, staging: Path, files: Encoded, metadata: dict[str, Any], first: int) -> None:
        """Write the files of chunks of draws, and rename them when all are written."""
        places: list[tuple[Path, Path]] = []
        for array in self._arrays(metadata):
            dims = metadata["metadata"][f"{array}/.zattrs"][_DIMS]
            if "draw" not in dims:
                continue
            axis = dims.index("draw")
            of_array = [name for name in files if name.startswith(f"{array}/") and not name.startswith(f"{array}/.")]
            for name in of_array:
                content = files[name]
                chunk = name.removeprefix(f"{array}/").split(".")
                chunk[axis] = str(int(chunk[axis]) + first // self.chunk)
                written = content if isinstance(content, Path) else staging / str(len(places))
                if not isinstance(content, Path):
                    _write(written, content)
                places.append((written, self.path / array / ".".join(chunk)))
        for written, place in places:
            written.replace(place)

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
        if self.afresh:
            return None
        try:
            found = json.loads((self.path / _METADATA).read_text(encoding="utf-8"))
            draw = found["metadata"]["draw/.zarray"]
            _ = int(draw["shape"][0]), int(draw["chunks"][0]), found["metadata"][".zattrs"].items()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            raise ResultsError(
                f"{self.path} is damaged: its .zmetadata is not that of results. Take it away, or let a new run take "
                "its place with --afresh."
            ) from None
        of_store: dict[str, Any] = found
        return of_store

    def _arrays(self, metadata: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
        """What the metadata say of each array."""
        metadata = metadata or self._read_metadata()
        if metadata is None:
            raise ResultsError(f"{self.path} is not there any more: another process has taken it away.")
        return {
            name.removesuffix("/.zarray"): content
            for name, content in metadata["metadata"].items()
            if name.endswith("/.zarray")
        }


def remove(path: Path) -> None:
    """Take a store away, whatever is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def of_run(attributes: dict[str, Any]) -> dict[str, Any]:
    """What all draws of a run have in common."""
    return {name: of for name, of in attributes.items() if name not in ("n_draws", _WANTED, "versions")}


def _replace(path: Path, content: dict[str, Any]) -> None:
    """Put a file in the place of another, whole."""
    new = path.with_name(f"{path.name}.new")
    _write(new, json.dumps(content, indent=1).encode())
    new.replace(path)


def _write(path: Path, content: bytes) -> None:
    """Write a file that is on the disk before anything that is written later, also when the power fails."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


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


def put_down(files: Encoded, folder: Path) -> Encoded:
    """Write files into a new folder, on the disk of the store that they are for, and tell where they are.

    `GrowingStore.add` takes them, and the folder away. What is metadata stays in memory.
    """
    folder.mkdir(parents=True)
    found: Encoded = {}
    for number, (name, content) in enumerate(files.items()):
        found[name] = content
        if isinstance(content, bytes) and not name.rpartition("/")[2].startswith("."):
            found[name] = folder / str(number)
            _write(folder / str(number), content)
    return found


def metadata_of(files: Encoded) -> dict[str, Any]:
    """The metadata of all arrays among the files of a store."""
    content = files[_METADATA]
    assert isinstance(content, bytes)  # metadata are never put down
    found: dict[str, Any] = json.loads(content)
    return found


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
