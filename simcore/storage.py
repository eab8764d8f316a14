"""Results on disk: one folder per run, written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from simcore.errors import ResultsError
from simcore.second_process import PATIENCE, in_second_process
from simcore.vocabulary import validate

if TYPE_CHECKING:
    import xarray as xr

#: Name of the Zarr store inside a results folder.
STORE = "results.zarr"
#: Everything that a run writes into a results folder; a later run may replace it, and nothing else.
CONTENTS = (STORE, "actors.csv", "budget.csv", "figure.png", "lives.csv", "lives.png")
#: Bytes in a second that a disk takes at least, or something is wrong.
_SLOWEST = 5_000_000
#: Draws in a chunk of the store.
_CHUNK_DRAWS = 250


def check_target(folder: str | os.PathLike[str]) -> None:
    """Check that results may be written to a folder: it is new, empty, or holds earlier results.

    Raises
    ------
    ResultsError
        The folder holds something else, is a file, or cannot be made.
    """
    path = Path(folder)
    if path.is_dir():
        others = sorted(entry.name for entry in path.iterdir() if entry.name not in CONTENTS)
        if others:
            shown = ", ".join(others[:3]) + (", ..." if len(others) > 3 else "")
            raise ResultsError(
                f"{folder} holds files that are not simcore results ({shown}); nothing was run. Name another --out."
            )
    elif path.exists():
        raise ResultsError(f"{folder} is a file, not a folder; nothing was run. Name another --out.")
    near = next(parent for parent in [path.resolve(), *path.resolve().parents] if parent.exists())
    if not os.access(near, os.W_OK):
        raise ResultsError(f"{near} may not be written to; nothing was run. Name another --out.")


def save_results(
    results: xr.Dataset,
    folder: str | os.PathLike[str],
    also: Callable[[Path], None] | None = None,
) -> Path:
    """Save results to a folder, replacing earlier results there.

    Everything is written to a folder beside it first and then renamed, so that an interrupted run leaves
    either the old results or the new ones.

    Parameters
    ----------
    results
        From `simulate`.
    folder
        Where; new, empty, or holding earlier results.
    also
        Called with the folder being written, to add tables and figures. Meanwhile another process writes the results,
        where there is a processor for it.

    Raises
    ------
    ResultsError
        The folder cannot be written, or the disk is full.
    """
    check_target(folder)
    target = Path(folder).resolve()
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    old = target.with_name(f".{target.name}.old-{os.getpid()}")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        if also is None:
            _write(results, partial / STORE)
        else:
            patience = PATIENCE + results.nbytes / _SLOWEST
            with in_second_process(lambda: _write(results, partial / STORE), patience=patience) as written:
                also(partial)
                written()
        if target.exists():
            target.rename(old)
        partial.rename(target)
    except OSError as error:
        if old.exists() and not target.exists():
            old.rename(target)
        raise ResultsError(f"{folder} could not be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return target


def _write(results: xr.Dataset, store: Path) -> bytes:
    encoding = {
        name: {"chunks": tuple(min(size, _CHUNK_DRAWS) if dim == "draw" else size for dim, size in sizes.items())}
        for name, sizes in ((name, results[name].sizes) for name in results.data_vars)
        if all(sizes.values())
    }
    # Format 2 of Zarr: format 3 has no settled type for text.
    # Chunks of zeros are written too, so that a chunk that has gone missing is seen and not read as zeros.
    results.to_zarr(
        store, mode="w", zarr_format=2, consolidated=True, encoding=encoding, write_empty_chunks=True
    )  # fmt: skip
    return b""  # nothing to tell whoever waits for it


def _missing_chunks(store: Path) -> list[str]:
    """Names of the arrays of a store that are not complete."""
    import zarr

    arrays = dict(zarr.open_group(store, mode="r").arrays())
    return [name for name, array in arrays.items() if array.nchunks_initialized < array.nchunks]


def open_results(folder: str | os.PathLike[str]) -> xr.Dataset:
    """Open results that were saved to a folder.

    Raises
    ------
    ResultsError
        There is no such folder, or it holds no readable results.

    Examples
    --------
    >>> simcore.open_results("results/school_dropout")  # doctest: +SKIP
    """
    import xarray as xr

    path = Path(folder)
    store = path if path.name == STORE else path / STORE
    if not store.is_dir():
        what = "no such folder" if not path.exists() else f"no {STORE} in it"
        raise ResultsError(f"{folder} holds no simcore results: {what}. 'simcore run' writes them.")
    try:
        missing = _missing_chunks(store)
        with xr.open_zarr(store, consolidated=True, chunks=None) as opened:
            results: xr.Dataset = opened.load()
    except Exception as error:
        raise ResultsError(
            f"{folder} cannot be read: the store is damaged or from another version ({type(error).__name__}). "
            "Run the scenario again."
        ) from error
    if missing:
        raise ResultsError(f"{folder} is damaged: parts of {', '.join(missing)} are missing. Run the scenario again.")
    validate(results)
    return results
