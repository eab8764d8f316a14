"""Results on disk: one folder per run, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from simcore.errors import ResultsError
from simcore.growing import ASIDE, GrowingStore, of_run, write
from simcore.marks import is_abandoned, is_mark, of_this_process
from simcore.second_process import PATIENCE, in_second_process
from simcore.vocabulary import validate

if TYPE_CHECKING:
    import xarray as xr

#: Name of the Zarr store inside a results folder.
STORE = "results.zarr"
#: The same of a run that has not got all its draws yet.
UNFINISHED = "unfinished.zarr"
#: Everything that a run writes into a results folder; a later run may replace it, and nothing else.
CONTENTS = (STORE, UNFINISHED, "actors.csv", "budget.csv", "figure.png", "lives.csv", "lives.png")
#: Bytes in a second that a disk takes at least, or something is wrong.
_SLOWEST = 5_000_000
#: Bytes of results that are read at once when they are opened; of larger ones most stays on disk.
IN_MEMORY = 1_000_000_000
#: Draws in a chunk of the store, at most.
CHUNK_DRAWS = 250
#: What folders within a results folder are called while results take the place of others.
NEW, _OLD = ".new-", ".old-"
#: After so many seconds without a change, what another machine was about to put in place is abandoned.
_LONG_AGO = 86_400.0
_HALF_DONE = (NEW, _OLD, f".{UNFINISHED}.")


def check_target(folder: str | os.PathLike[str]) -> None:
    """Check that results may be written to a folder: it is new, empty, or holds earlier results.

    Raises
    ------
    ResultsError
        The folder holds something else, is a file, or cannot be made.
    """
    path = Path(folder)
    try:
        if path.is_dir():
            others = _others(path)
            if others:
                shown = ", ".join(others[:3]) + (", ..." if len(others) > 3 else "")
                raise ResultsError(
                    f"{folder} holds files that are not simcore results ({shown}); nothing was run. Name another --out."
                )
        elif path.exists():
            raise ResultsError(f"{folder} is a file, not a folder; nothing was run. Name another --out.")
        near = next(parent for parent in [path.resolve(), *path.resolve().parents] if parent.exists())
        if not near.is_dir():
            raise ResultsError(f"{near} is a file, not a folder; nothing was run. Name another --out.")
        if not os.access(near, os.W_OK):
            raise ResultsError(f"{near} may not be written to; nothing was run. Name another --out.")
    except (OSError, RuntimeError, ValueError) as error:  # a name that is too long, links in a circle
        raise ResultsError(f"{folder} can be no folder ({error}); nothing was run. Name another --out.") from None


def _others(path: Path) -> list[str]:
    """Names of what is in a results folder and does not come from simcore."""
    return sorted(entry.name for entry in path.iterdir() if entry.name not in CONTENTS and not _mark_of(entry))


def _mark_of(entry: Path) -> str:
    """The mark of a folder where something is made; empty for all else."""
    mark = next((entry.name.removeprefix(of) for of in _HALF_DONE if entry.name.startswith(of)), "")
    return mark if is_mark(mark) and entry.is_dir() and not entry.is_symlink() else ""


def save_results(
    results: xr.Dataset,
    folder: str | os.PathLike[str],
    also: Callable[[Path], None] | None = None,
) -> Path:
    """Save results to a folder, replacing earlier results there.

    Everything is written beside them first and then renamed, so that an interrupted run leaves either the old results
    or the new ones.

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
    with _new_folder(folder) as new:
        if also is None:
            write(results, new / STORE, CHUNK_DRAWS)
        else:
            patience = PATIENCE + results.nbytes / _SLOWEST
            with in_second_process(lambda: _written(results, new / STORE), patience=patience) as written:
                also(new)
                written()
        _put_in_place(Path(folder), new)
    return Path(folder).resolve()


def finish(store: GrowingStore, folder: str | os.PathLike[str], also: Callable[[Path], None]) -> Path:
    """Make the results of a folder from a store that has all draws, as `save_results`.

    Raises
    ------
    ResultsError
        The folder cannot be written, or the disk is full.
    """
    with _new_folder(folder) as new:
        also(new)
        _put_in_place(Path(folder), new, store.path)
    return Path(folder).resolve()


@contextmanager
def _new_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder within the results folder, where new files are made; it is gone afterwards."""
    target = Path(folder).resolve()
    new = target / f"{NEW}{of_this_process()}"
    try:
        clear(target, own=True)
        new.mkdir(parents=True)
        yield new
    except OSError as error:
        raise ResultsError(f"{folder} could not be written: {error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):
            clear(target, own=True)
            target.rmdir()  # when it is empty


def _put_in_place(target: Path, new: Path, store: Path | None = None) -> None:
    """Let new results take the place of old ones, the store first; while there is none, `_clear` puts old ones back."""
    old = target / f"{_OLD}{of_this_process()}"
    old.mkdir()
    for name in CONTENTS:  # the store is the first of them
        if name != UNFINISHED and (target / name).exists():
            (target / name).replace(old / name)
    (new / STORE if store is None else store).rename(target / STORE)
    for file in new.iterdir():
        file.replace(target / file.name)


def clear(target: Path, *, own: bool = False) -> None:
    """Remove what a process that was killed has left half done; what it was about to replace returns.

    Nothing is touched in a folder that holds anything else than simcore's. What another process does goes on; with
    `own`, what this one has left is removed too.
    """
    if not target.is_dir() or _others(target):
        return
    for entry in list(target.iterdir()):
        if not _is_left(entry, own):
            continue
        _bring_back(entry, target)
        shutil.rmtree(entry, ignore_errors=True)


def _is_left(entry: Path, own: bool) -> bool:
    """Whether a folder is one where a process was making something, and is no more."""
    mark = _mark_of(entry)
    if not mark:
        return False
    if mark == of_this_process():
        return own
    return is_abandoned(mark) or time.time() - _changed(entry) > _LONG_AGO


def _bring_back(entry: Path, target: Path) -> None:
    """Put what was moved out of the way back, where nothing has taken its place."""
    if entry.name.startswith(_OLD) and not (target / STORE).exists():
        for name in CONTENTS:
            if (entry / name).exists() and not (target / name).exists():
                os.replace(entry / name, target / name)
    aside = entry / ASIDE
    if entry.name.startswith(_HALF_DONE[2]) and aside.is_dir() and not (target / UNFINISHED).exists():
        os.replace(aside, target / UNFINISHED)


def _changed(entry: Path) -> float:
    """When a folder was last changed [seconds]; now, if it has gone meanwhile."""
    try:
        return entry.stat().st_mtime
    except OSError:
        return time.time()


def _written(results: xr.Dataset, store: Path) -> bytes:
    write(results, store, CHUNK_DRAWS)
    return b""  # nothing to tell whoever waits for it


def check_whole(store: Path, folder: str | os.PathLike[str]) -> None:
    """Refuse a store that is damaged; messages name the folder that it is in.

    Raises
    ------
    ResultsError
        The store cannot be read, or parts of it are missing.
    """
    import zarr

    try:
        said = json.loads((store / ".zattrs").read_text(encoding="utf-8"))
        if of_run(said) != of_run(GrowingStore(store).about):
            raise ValueError("attributes differ between .zattrs and .zmetadata")
        arrays = dict(zarr.open_group(store, mode="r", use_consolidated=True).arrays())
        missing = [name for name, array in arrays.items() if array.nchunks_initialized < array.nchunks]
    except Exception as error:
        raise _unreadable(folder, error) from error
    if missing:
        raise ResultsError(
            f"{folder} is damaged: parts of {', '.join(missing)} are missing. Run the scenario again, with --afresh "
            "where it is unfinished."
        )


def check_readable(store: Path, folder: str | os.PathLike[str]) -> None:
    """Read all of a store once, so that a damaged part is told before anything is added to it.

    Raises
    ------
    ResultsError
        Some part cannot be read.
    """
    results = open_store(store, folder, in_memory=0)
    for name, variable in results.variables.items():
        chunk = variable.encoding.get("preferred_chunks", {}).get("draw", 0)
        for first in range(0, results.sizes["draw"], chunk) if chunk else ():
            _ = results[name].isel(draw=slice(first, first + chunk)).values


def _unreadable(folder: str | os.PathLike[str], error: Exception) -> ResultsError:
    return ResultsError(
        f"{folder} cannot be read: the store is damaged or from another version ({type(error).__name__}). "
        "Run the scenario again, with --afresh where it is unfinished."
    )


def end_threads() -> None:
    """End the threads that have read results, which zarr keeps for more: a process that has some cannot be copied.

    zarr begins new ones where it needs them. Not for programs in which others use zarr at the same time.
    """
    import threading

    try:
        from zarr.core.sync import cleanup_resources
    except ImportError:  # of another version: one process does all
        return
    readers = [thread for thread in threading.enumerate() if thread.name.startswith(("zarr_", "asyncio_"))]
    cleanup_resources()
    for thread in readers:
        thread.join(timeout=1.0)


def open_results(folder: str | os.PathLike[str]) -> xr.Dataset:
    """Open results that were saved to a folder.

    Parameters
    ----------
    folder
        That `save_results` or ``simcore run`` wrote.

    Returns
    -------
    Dataset with the variables of `simcore.vocabulary`. Results of less than 1 GB are in memory. Of larger ones, what
    has the dim `year`, `cycle` or `cost_kind` stays on disk: it is read whenever it is asked for, and cannot be
    changed. Analyses read it some draws after others. Whoever reads it by himself takes part of it first, as in
    ``results["cost"].isel(draw=slice(0, 500))`` or ``results["cost"].sel(actor="state")``; ``results.load()`` reads all
    of it into memory.

    Raises
    ------
    ResultsError
        There is no such folder, or it holds no readable results. Later, when something is read from disk: other results
        have taken the place of these.

    Examples
    --------
    >>> simcore.open_results("results/school_dropout")  # doctest: +SKIP
    """
    path = Path(folder)
    store = path if path.name == STORE else path / STORE
    if not store.is_dir():
        _find_old_results(path)
    if not store.is_dir():
        unfinished = GrowingStore(path / UNFINISHED)
        if unfinished.n_draws:
            raise ResultsError(
                f"{folder} holds an unfinished run: {unfinished.n_draws:,} of {unfinished.wanted:,} draws. "
                "'simcore run' with --resume goes on with it."
            )
        what = "no such folder" if not path.exists() else f"no {STORE} in it"
        raise ResultsError(f"{folder} holds no simcore results: {what}. 'simcore run' writes them.")
    return open_store(store, folder)


def _find_old_results(target: Path) -> None:
    """Put back results that a process was about to replace when it was killed; nothing else is touched."""
    if not target.is_dir():
        return
    for entry in list(target.iterdir()):
        if entry.name.startswith(_OLD) and (entry / STORE).is_dir() and _is_left(entry, own=False):
            with contextlib.suppress(OSError):  # of a folder that may only be read
                _bring_back(entry, target)


def open_store(store: Path, folder: str | os.PathLike[str], in_memory: float | None = None) -> xr.Dataset:
    """Open a store; messages name the folder that it is in.

    From `in_memory` bytes on, by default `IN_MEMORY`, most of it stays on disk.

    Raises
    ------
    ResultsError
        The store cannot be read, or parts of it are missing.
    """
    import xarray as xr

    from simcore.on_disk import left_on_disk, read_now

    check_whole(store, folder)
    try:
        opened = xr.open_dataset(store, engine="zarr", consolidated=True, chunks=None, cache=False)
        with opened:
            few = opened.nbytes < (IN_MEMORY if in_memory is None else in_memory)
            results = read_now(opened) if few else left_on_disk(opened, store)
    except Exception as error:
        raise _unreadable(folder, error) from error
    validate(results)
    return results
