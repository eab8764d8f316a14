"""Runs whose results go to disk portion by portion, so that what is finished stays."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from simcore.errors import ResultsError
from simcore.growing import GrowingStore
from simcore.simulation import Planned, Progress
from simcore.storage import STORE, UNFINISHED
from simcore.version import __version__


def begun(
    planned: Planned, folder: str | os.PathLike[str], *, resume: bool = False, afresh: bool = False
) -> GrowingStore:
    """The store that a run goes on with: a new one, an unfinished one, or one that is to be extended.

    Parameters
    ----------
    planned
        The run, from `simcore.simulation.plan`.
    folder
        The results folder.
    resume
        Go on with an unfinished run that is there, or add draws to a finished one.
    afresh
        Throw an unfinished run away.

    Raises
    ------
    ResultsError
        There is an unfinished run, and it is not said what shall become of it; or what is there is not of this run, or
        has more draws.
    """
    path = Path(folder)
    unfinished, finished = path / UNFINISHED, path / STORE
    if afresh:
        shutil.rmtree(unfinished, ignore_errors=True)
    store = GrowingStore(unfinished, planned.chunk)
    if store.n_draws and not resume:
        raise ResultsError(
            f"{folder} holds an unfinished run: {store.n_draws:,} of {store.wanted:,} draws. --resume goes on with it, "
            "--afresh throws it away."
        )
    if resume and not store.n_draws and finished.is_dir():
        _check_same(planned, GrowingStore(finished, planned.chunk), folder)
        _link(finished, unfinished)
        store = GrowingStore(unfinished, planned.chunk)
    elif resume and store.n_draws:
        _check_same(planned, store, folder)
    return store


def simulate_to(
    store: GrowingStore, planned: Planned, *, workers: int | None = None, progress: Progress | None = None
) -> None:
    """Simulate what a store lacks, and add it portion by portion; it is a finished one afterwards.

    Parameters
    ----------
    store
        From `begun`.
    planned
        The run.
    workers
        Number of threads.
    progress
        Called now and then with the number of draws done and wanted.

    Raises
    ------
    ModelError
        As `simcore.simulate`.
    ResultsError
        The disk is full, say. What was finished before is there.
    """
    wanted = len(planned.run.draws)

    for portion in planned.portions(store.n_draws, store.chunk):

        def tell(done: int, _: int, first: int = portion.start) -> None:
            if progress is not None:
                progress(first + done, wanted)

        results = planned.some(portion).results(workers, tell)
        try:
            store.add(results, portion.start, wanted)
        except OSError as error:
            raise ResultsError(
                f"{store.path} could not be written: {error.strerror or error}. {store.n_draws:,} of {wanted:,} draws "
                "are there; --resume goes on with them."
            ) from error
    store.finish()


def _check_same(planned: Planned, store: GrowingStore, folder: str | os.PathLike[str]) -> None:
    """Refuse to mix two runs; the message names what differs."""
    run, file, about = planned.run, planned.ready.file, store.about
    n_draws, wanted = store.n_draws, len(run.draws)
    here: dict[str, Any] = {
        "alternative": file.alternative, "seed": str(run.seed), "n_persons": run.n_persons, "engine": run.engine,
        "sampling": run.sampling, "luck": run.luck, "simcore_version": __version__,
    }  # fmt: skip
    names = {"n_persons": "persons", "simcore_version": "version of simcore"}
    different = [
        f"{names.get(name, name)} {about.get(name) or 'none'} there, {value or 'none'} here"
        for name, value in here.items()
        if about.get(name) != value
    ]
    there, here_too = store.names("group"), list(planned.ready.pricer.account.groups)
    if there != here_too:
        different.append(f"subgroups {', '.join(there) or 'none'} there, {', '.join(here_too) or 'none'} here")
    if about.get("content_hash") != file.content_hash:
        old = json.loads(str(about.get("scenario_files", "{}")))
        changed = sorted(name for name in {*old, *file.files} if old.get(name) != file.files.get(name))
        different.insert(0, f"the scenario ({', '.join(changed)})")
    if run.sampling == "latin_hypercube" and wanted != store.wanted:
        different.append(f"draws of a Latin hypercube, which all depend on how many there are: {store.wanted:,} there")
    if different:
        raise ResultsError(
            f"{folder} holds another run; nothing was run. What differs: {'; '.join(different)}. Name another --out, "
            "or run without --resume."
        )
    if n_draws > wanted:
        raise ResultsError(f"{folder} holds {n_draws:,} draws, more than {wanted:,}; nothing was run.")


def _link(store: Path, other: Path) -> None:
    """A second store with the same files, which are not stored twice where the disk can do without."""

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    partial = other.with_name(f".{other.name}.{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(store, partial, copy_function=link)
    shutil.rmtree(other, ignore_errors=True)
    partial.rename(other)
