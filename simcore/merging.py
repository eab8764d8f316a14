"""Results of one run that were made in several places, put together."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simcore.errors import ResultsError
from simcore.growing import GrowingStore, of_run, remove
from simcore.resuming import check_nothing_unfinished
from simcore.storage import CHUNK_DRAWS, STORE, UNFINISHED, check_target, finish, open_results, open_store

if TYPE_CHECKING:
    import xarray as xr

logger = logging.getLogger(__name__)
#: Bytes of results that are put together at a time.
_PORTION_BYTES = 200_000_000


@dataclass(frozen=True)
class _Part:
    """Some of the draws of a run.

    Attributes
    ----------
    folder
        Where they are.
    results
        What they are.
    first, after
        Number of the first of them, and of the first that is not.
    chunk
        Draws in each chunk of their store.
    """

    folder: str
    results: xr.Dataset
    first: int
    after: int
    chunk: int


def merge_results(folders: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str]) -> xr.Dataset:
    """Put together results of one run whose draws were simulated in several places.

    Parameters
    ----------
    folders
        Results folders, finished or not, of the same scenario, seed, persons, engine and version.
    out
        Where the results go; none of `folders`.

    Returns
    -------
    Dataset like that of one run of all draws, to the bit.

    Raises
    ------
    ResultsError
        The folders are not of one run, a draw is in none of them or differs between two, or `out` cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> scenario = simcore.read_scenario("textbook_chain")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, draws in (("here", range(0, 20)), ("there", range(20, 30))):
    ...         there = simcore.simulate(scenario, draws=draws, persons=50)
    ...         path = simcore.save_results(there, f"{folder}/{name}")
    ...     whole = simcore.merge_results([f"{folder}/here", f"{folder}/there"], f"{folder}/all")
    >>> bool((whole["cost"] == simcore.simulate(scenario, draws=30, persons=50)["cost"]).all())
    True
    """
    store = merged(folders, out)
    try:
        finish(store, out, lambda new: None)
    except BaseException:
        remove(store.path)
        raise
    return open_results(out)


def merged(
    folders: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str], *, afresh: bool = False
) -> GrowingStore:
    """As `merge_results`, but for the last step: a store that has all draws, of which `finish` makes results.

    `afresh` throws away what an unfinished run, or merging, has left in `out`.
    """
    check_target(out)
    here = Path(out).resolve()
    if same := [folder for folder in folders if here in (Path(folder).resolve(), Path(folder).resolve().parent)]:
        raise ResultsError(f"{same[0]} is one of those to be merged: name another --out.")
    if not afresh:
        check_nothing_unfinished(out)
    parts = sorted((_part(folder) for folder in folders), key=lambda part: (part.first, part.after))
    _check_one_run(parts)
    first, after = parts[0].first, max(part.after for part in parts)
    # Parts that need small chunks, as a draw is large, are put together in such.
    chunk = min(CHUNK_DRAWS, *(part.chunk for part in parts))
    store, is_ours = GrowingStore(Path(out) / UNFINISHED, chunk, afresh=afresh), False
    try:
        for results, place in _portions(parts, first, chunk):
            store.add(results, place, after - first)
            is_ours = True
            logger.info("draws %s to %s are merged", f"{first + place:,}", f"{first + place + results.sizes['draw']:,}")
        store.finish()
    except BaseException as error:
        if is_ours:  # and soon merged again
            remove(store.path)
        if isinstance(error, OSError):
            raise ResultsError(f"{out} could not be written: {error.strerror or error}.") from error
        raise
    return store


def open_part(folder: str | os.PathLike[str]) -> xr.Dataset:
    """Results of a folder, most of which stay on disk; of an unfinished run if it has more draws.

    Raises
    ------
    ResultsError
        There are none.
    """
    store = _store_of(folder)
    return open_store(store, folder, in_memory=0) if store.is_dir() else open_results(folder)


def _store_of(folder: str | os.PathLike[str]) -> Path:
    """The store of a results folder that has most draws; that of finished results where there is none."""
    path = Path(folder)
    finished = path if path.name == STORE else path / STORE
    n_draws, n_more = GrowingStore(finished).n_draws, GrowingStore(path / UNFINISHED).n_draws
    return path / UNFINISHED if n_more > n_draws else finished


def _part(folder: str | os.PathLike[str]) -> _Part:
    store, results = _store_of(folder), open_part(folder)
    if store.name == UNFINISHED and (fewer := GrowingStore(store.with_name(STORE)).n_draws):
        logger.warning(
            "%s: its unfinished run is merged, which has more draws than its results (%s)", folder, f"{fewer:,}"
        )
    numbers = results["draw"].values
    first, after = int(numbers[0]), int(numbers[0]) + len(numbers)
    if (numbers != np.arange(first, after)).any():
        raise ResultsError(f"{folder} holds single draws, not all from {first:,}; nothing was merged.")
    if results.attrs.get("sampling") == "latin_hypercube":
        raise ResultsError(
            f"{folder} holds draws of a Latin hypercube, which all depend on how many there are; nothing was merged. "
            "'simcore run --resume' goes on with an unfinished one."
        )
    return _Part(str(folder), results, first, after, GrowingStore(store).chunk)


def _check_one_run(parts: Sequence[_Part]) -> None:
    """Refuse parts that are not of one run, or between which a draw is missing."""
    if not parts:
        raise ResultsError("There is nothing to merge: name the results folders.")
    one, reached = parts[0], parts[0].first
    for part in parts:
        here, there = of_run(one.results.attrs), of_run(part.results.attrs)
        different = sorted(name for name in {*here, *there} if here.get(name) != there.get(name))
        for dim in sorted({*map(str, one.results.sizes), *map(str, part.results.sizes)} - {"draw"}):
            names = [np.asarray(of.results[dim].values) if dim in of.results.sizes else None for of in (one, part)]
            if names[0] is None or names[1] is None or names[0].tolist() != names[1].tolist():
                different.append(f"names of {dim}")
        if different:
            words = {"n_persons": "persons", "content_hash": "the scenario", "simcore_version": "version of simcore"}
            told = ", ".join(words.get(name, name) for name in different if name not in ("scenario_files", "title"))
            raise ResultsError(
                f"{one.folder} and {part.folder} hold different runs; nothing was merged. What differs: {told}."
            )
        if part.first > reached:
            raise ResultsError(
                f"Draws {reached:,} to {part.first - 1:,} are in none of these folders; nothing was merged. "
                f"'simcore run' with --first {reached} --draws {part.first - reached} makes them."
            )
        reached = max(reached, part.after)
        old, other = one.results.attrs.get("versions"), part.results.attrs.get("versions")
        if old != other:
            logger.warning(
                "%s and %s were made with different versions, so that last bits may differ: %s; %s", one.folder,
                part.folder, old, other,
            )  # fmt: skip


def _portions(parts: Sequence[_Part], first: int, chunk: int) -> Iterator[tuple[xr.Dataset, int]]:
    """All draws in their order, each once, some chunks at a time, and the place of the first of each portion."""
    import xarray as xr

    after = max(part.after for part in parts)
    each = max(1, parts[0].results.nbytes // (parts[0].after - parts[0].first))
    step = chunk * max(1, _PORTION_BYTES // each // chunk)
    for begin in range(first, after, step):
        end = min(begin + step, after)
        pieces: list[xr.Dataset] = []
        reached = begin
        for part in parts:
            if part.after <= begin or part.first >= end:
                continue
            piece = part.results.sel(draw=slice(max(part.first, begin), min(part.after, end) - 1)).load()
            _check_same_draws(pieces, piece, part.folder)
            if part.after > reached:
                pieces.append(piece.sel(draw=slice(reached, None)))
                reached = min(part.after, end)
        # Only what differs between draws is joined: all else is the same.
        whole = xr.concat(pieces, "draw", data_vars="minimal", coords="minimal", compat="override", join="override")
        yield whole.assign_attrs(parts[0].results.attrs | {"n_draws": whole.sizes["draw"]}), begin - first


def _check_same_draws(pieces: Sequence[xr.Dataset], piece: xr.Dataset, folder: str) -> None:
    """Refuse a draw that is there twice and not the same."""
    for other in pieces:
        both = np.intersect1d(other["draw"].values, piece["draw"].values)
        if not len(both):
            continue
        here, there = piece.sel(draw=both), other.sel(draw=both)
        wrong = [str(name) for name in here.variables if here[name].values.tobytes() != there[name].values.tobytes()]
        if wrong:
            raise ResultsError(
                f"Draws {both[0]:,} to {both[-1]:,} of {folder} are not the same in another of the folders "
                f"({', '.join(sorted(wrong)[:3])}); nothing was merged. 'simcore run --again' "
                "tells which folder can be reproduced."
            )
