"""Runs whose results go to disk portion by portion, so that what is finished stays."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from simcore.errors import ResultsError
from simcore.growing import Encoded, GrowingStore
from simcore.marks import of_this_process
from simcore.progress import Progress, shown_progress
from simcore.scenario.loading import ScenarioFile
from simcore.simulation import Planned, plan
from simcore.storage import (
    NEW,
    STORE,
    UNFINISHED,
    check_readable,
    check_target,
    clear,
    finish,
    open_results,
)
from simcore.version import __version__, other_versions
from simcore.vocabulary import json_of

if TYPE_CHECKING:
    import xarray as xr
    from distributed import Client

logger = logging.getLogger(__name__)
#: Relative difference of what other versions compute of the same figure, at most.
_LAST_BITS = 1e-9


def simulate_into(
    folder: str | os.PathLike[str],
    file: ScenarioFile,
    *,
    draws: int | Sequence[int] | None = None,
    persons: int | None = None,
    seed: int | None = None,
    engine: str = "sampled",
    sampling: str | None = None,
    parameters: Mapping[str, ArrayLike] | None = None,
    luck: str = "per_draw",
    resume: bool = False,
    afresh: bool = False,
    workers: int | None = None,
    processes: bool = False,
    dask: str | None = None,
    progress: Progress | bool | None = None,
) -> xr.Dataset:
    """Simulate into a results folder, portion by portion: memory does not grow with draws, and what is finished stays.

    Parameters
    ----------
    folder
        Where; new, empty, or holding earlier results, which stay until these are complete.
    file, draws, persons, seed, engine, sampling, parameters, luck
        As for `simcore.simulate`.
    resume
        Go on with an unfinished run that is there, by default to the number of draws that it was begun for; or add
        draws to a finished one.
    afresh
        Throw an unfinished run away.
    workers
        Number of threads, or of processes; by default one for each processor.
    processes
        Let other processes of this machine simulate. A script that asks for it needs ``if __name__ == "__main__":``.
    dask
        Address of a dask scheduler, whose workers simulate.
    progress
        As for `simcore.simulate`.

    Returns
    -------
    Dataset with the variables of `simcore.vocabulary`, as `simcore.open_results` opens it; to the bit what
    `simcore.simulate` gives.

    Raises
    ------
    ModelError, ScenarioError, UnknownNameError
        As `simcore.simulate`.
    ResultsError
        The folder holds something else, an unfinished run of which it is not said what shall become of it, or another
        run; it cannot be written; or the cluster cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> scenario = simcore.read_scenario("textbook_chain")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = simcore.simulate_into(folder, scenario, draws=20, persons=50)
    ...     more = simcore.simulate_into(folder, scenario, draws=30, persons=50, resume=True)
    >>> bool((more["cost"] == simcore.simulate(scenario, draws=30, persons=50)["cost"]).all())
    True
    """
    check_target(folder)
    if resume and draws is None and (begun_for := wanted_draws(folder)) is not None:
        draws = begun_for if begun_for.start else len(begun_for)
    planned = plan(
        file, draws=draws, persons=persons, seed=seed, engine=engine, sampling=sampling, parameters=parameters,
        luck=luck, to_disk=True,
    )  # fmt: skip
    store = begun(planned, folder, resume=resume, afresh=afresh)
    with shown_progress(planned.title, progress, planned.persons) as tell:
        simulate_to(store, planned, workers=workers, processes=processes, dask=dask, progress=tell)
    finish(store, folder, lambda new: None)
    return open_results(folder)


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
        Let this run take the place of an unfinished one, once it has draws to put there.

    Raises
    ------
    ResultsError
        There is an unfinished run, and it is not said what shall become of it; or what is there is not of this run, or
        has more draws.
    """
    path = Path(folder)
    unfinished, finished = path / UNFINISHED, path / STORE
    with contextlib.suppress(OSError):
        clear(path)
    if not resume and not afresh:
        check_nothing_unfinished(folder)
    store = GrowingStore(unfinished, planned.chunk(), afresh=afresh)
    if store.n_draws:
        check_readable(unfinished, folder)
        _check_same(planned, store, folder)
    elif resume and finished.is_dir():
        check_readable(finished, folder)
        _check_same(planned, GrowingStore(finished), folder)
        try:
            _link(finished, unfinished)
        except (OSError, shutil.Error) as error:
            raise ResultsError(f"{folder} could not be written: {error}. Nothing was run.") from error
        store = GrowingStore(unfinished)
    return store


def wanted_draws(folder: str | os.PathLike[str]) -> range | None:
    """Numbers of the draws that an unfinished run in a folder was begun for; None where there is none."""
    store = GrowingStore(Path(folder) / UNFINISHED)
    if not store.n_draws:
        return None
    first = int(store.coordinate("draw")[0])
    return range(first, first + store.wanted)


def check_nothing_unfinished(folder: str | os.PathLike[str]) -> None:
    """Refuse to run beside an unfinished run.

    Raises
    ------
    ResultsError
        There is one.
    """
    store = GrowingStore(Path(folder) / UNFINISHED)
    if store.n_draws:
        raise ResultsError(
            f"{folder} holds an unfinished run: {store.n_draws:,} of {store.wanted:,} draws. 'simcore run --resume' "
            "goes on with it, --afresh throws it away."
        )


def simulate_to(
    store: GrowingStore,
    planned: Planned,
    *,
    workers: int | None = None,
    processes: bool = False,
    dask: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Simulate what a store lacks, and add it portion by portion; it is a finished one afterwards.

    Parameters
    ----------
    store
        From `begun`.
    planned
        The run.
    workers
        Number of threads, or of processes.
    processes, dask
        Simulate in other processes, or on the workers of the scheduler at this address.
    progress
        Called now and then with the number of draws done and wanted.

    Raises
    ------
    ModelError
        As `simcore.simulate`.
    ResultsError
        The disk is full, say, or the cluster is gone. What was finished before is there.
    """
    wanted = len(planned.run.draws)
    if store.n_draws == wanted:
        _finish(store, wanted)
        return
    logger.info(
        "%s, seed %s, content %s: draws %s of %s are in %s", planned.title, planned.run.seed,
        planned.ready.file.content_hash[:12], f"{store.n_draws:,}", f"{wanted:,}", store.path,
    )  # fmt: skip
    if dask is None and not processes:
        portions = planned.portions(store.n_draws, store.chunk)
        _add_all(store, wanted, _simulated_here(planned, portions, workers, _from(portions, wanted, progress)))
    else:
        from simcore.cluster import cluster

        # Processes of this machine write what they make beside the store; others send it.
        beside = store.path.with_name(f"{NEW}{of_this_process()}") if dask is None else None
        try:
            with cluster(dask, workers) as client:
                simulate_on(client, store, planned, beside, progress)
        except ResultsError as error:
            if not store.n_draws:
                raise
            raise ResultsError(f"{error} {_how_many_are_there(store, wanted)}") from None
        finally:
            if beside is not None:
                shutil.rmtree(beside, ignore_errors=True)
                with contextlib.suppress(OSError):
                    beside.parent.rmdir()  # when it is empty
    _finish(store, wanted)
    logger.info("%s: all %s draws are in %s", planned.title, f"{wanted:,}", store.path)


def simulate_on(
    client: Client, store: GrowingStore, planned: Planned, beside: Path | None = None, progress: Progress | None = None
) -> None:
    """Let the workers of a cluster simulate what a store lacks, and add it portion by portion.

    Parameters
    ----------
    client
        From `simcore.cluster.cluster`.
    store, planned, progress
        As for `simulate_to`.
    beside
        A folder on the disk of the store where workers write; by default they send what they make.

    Raises
    ------
    ModelError, ResultsError
        As `simulate_to`.
    """
    from simcore.cluster import simulated_on, threads_of

    wanted, threads = len(planned.run.draws), threads_of(client)
    if not store.n_draws:
        store.chunk = planned.chunk(threads)
    portions = planned.portions(store.n_draws, store.chunk, threads)
    tell = _from(portions, wanted, progress)
    _add_all(store, wanted, simulated_on(client, planned, portions, store.chunk, tell, beside))


def _from(portions: Sequence[slice], wanted: int, progress: Progress | None) -> Callable[[int], None]:
    """What is to be called with the number of draws done of some portions."""

    def tell(done: int) -> None:
        if progress is not None:
            progress(portions[0].start + done, wanted)

    tell(0)  # so that the pace counts from here
    return tell


def _simulated_here(
    planned: Planned, portions: Sequence[slice], workers: int | None, tell: Callable[[int], None]
) -> Iterator[tuple[slice, xr.Dataset]]:
    """Simulate portions one after the other, on threads of this process."""
    for portion in portions:
        before = portion.start - portions[0].start

        def progress(done: int, _: int, before: int = before) -> None:
            tell(before + done)

        yield portion, planned.some(portion).results(workers, progress)


def _add_all(store: GrowingStore, wanted: int, made: Iterator[tuple[slice, xr.Dataset | Encoded]]) -> None:
    """Add portions to a store, each while the next one is made."""

    def add(results: xr.Dataset | Encoded, portion: slice) -> None:
        store.add(results, portion.start, wanted)
        logger.info("%s of %s draws are in %s", f"{portion.stop:,}", f"{wanted:,}", store.path)

    with ThreadPoolExecutor(1) as writer:  # whatever happens, what it has begun is written to its end
        adding: Future[None] | None = None
        try:
            for portion, results in made:
                if adding is not None:
                    adding.result()
                adding = writer.submit(add, results, portion)
                del results  # which would be kept until the next ones are there
            if adding is not None:
                adding.result()
        except OSError as error:
            raise ResultsError(
                f"{store.path} could not be written: {error.strerror or error}. {_how_many_are_there(store, wanted)}"
            ) from error


def _finish(store: GrowingStore, wanted: int) -> None:
    """Tell in the store that it is finished."""
    try:
        store.finish()
    except OSError as error:
        raise ResultsError(
            f"{store.path} could not be written: {error.strerror or error}. {_how_many_are_there(store, wanted)}"
        ) from error


def _how_many_are_there(store: GrowingStore, wanted: int) -> str:
    if not store.n_draws:
        return "No draws of this run were kept."
    return f"{store.n_draws:,} of {wanted:,} draws are there; --resume goes on with them."


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
    there, here_too = [str(group) for group in store.coordinate("group")], list(planned.ready.pricer.account.groups)
    if there != here_too:
        different.append(f"subgroups {', '.join(there) or 'none'} there, {', '.join(here_too) or 'none'} here")
    if about.get("given") != (given := json.dumps(sorted(run.given))):
        different.append(f"names of parameters whose values are given: {about.get('given')} there, {given} here")
    if about.get("content_hash") != file.content_hash:
        old = json_of(about, "scenario_files", "{}")
        changed = sorted(name for name in {*old, *file.files} if old.get(name) != file.files.get(name))
        different.insert(0, f"the scenario ({', '.join(changed)})")
    if run.sampling == "latin_hypercube" and wanted != store.wanted:
        different.append(f"draws of a Latin hypercube, which all depend on how many there are: {store.wanted:,} there")
    shared = min(n_draws, wanted)
    numbers = store.coordinate("draw")
    if (numbers[:shared] != run.draws[:shared]).any():
        different.append(f"numbers of the draws: from {numbers[0]:,} there, from {run.draws[0]:,} here")
    other = other_versions(json_of(about, "versions", "{}"))
    if not different:
        different = _other_parameters(planned, store, shared, _LAST_BITS if other else 0.0)
    if different:
        instead = "--afresh throws it away" if store.path.name == UNFINISHED else "run without --resume"
        raise ResultsError(
            f"{folder} holds another run; nothing was run. What differs: {'; '.join(different)}. Name another --out, "
            f"or {instead}."
        )
    if n_draws > wanted:
        raise ResultsError(f"{folder} holds {n_draws:,} draws, more than {wanted:,}; nothing was run.")
    if other:
        logger.warning("the run in %s goes on with other versions, so that last bits may differ: %s", folder, other)


def _other_parameters(planned: Planned, store: GrowingStore, n_draws: int, share: float) -> list[str]:
    """Parameters that differ by more than a share in the draws that are there, as when other values were given."""
    names = [str(name) for name in store.coordinate("parameter")]
    found = dict.fromkeys(name for name in {*names, *planned.drawn} if name not in names or name not in planned.drawn)
    for values, portion in store.portions_of("parameter_value", n_draws):
        for column, name in enumerate(names):
            if name not in found and not np.allclose(values[:, column], planned.drawn[name][portion], share, 0.0):
                found[name] = None
    return [f"values of {', '.join(sorted(found))}"] if found else []


def _link(store: Path, other: Path) -> None:
    """A second store with the same files, which are not stored twice where the disk can do without."""

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    partial = other.with_name(f".{other.name}.{of_this_process()}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        shutil.copytree(store, partial, copy_function=link)
        shutil.rmtree(other, ignore_errors=True)
        partial.rename(other)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
