"""Draws simulated by other processes and machines, through dask.distributed.

The process that was started plans the run, draws the figures and writes the store; workers simulate and price draws and
send back the files that hold them, compressed. A scenario goes to each worker once, is compiled there once and kept for
the draws that follow. Workers may come and go: what one did not finish, or had finished and not handed over, is done
again elsewhere, and comes out the same.
"""

from __future__ import annotations

import json
import logging
import pickle
import signal
import threading
import uuid
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache, partial
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simcore.dataset import Run
from simcore.errors import ResultsError, SimcoreError
from simcore.growing import Encoded, encoded, metadata_of, put_down
from simcore.scenario.loading import ScenarioFile
from simcore.simulation import Planned, Prepared, prepare
from simcore.threads import processors
from simcore.version import __version__, other_versions, versions

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

logger = logging.getLogger(__name__)
#: Seconds to wait for a scheduler, and for its first worker; and between two looks whether there still is one.
PATIENCE = 30
#: Portions that are asked for ahead of the one that is written next: of each thread, and at least.
_AHEAD, _FEWEST_AHEAD = 3, 6
#: Scenarios that a worker keeps compiled.
_KEPT = 4
#: What dask tells new processes to do with memory that they need no more: to give it back at once. Simulating needs
#: it again at once, and without this takes about a tenth less time.
_GIVE_BACK = "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_"


@contextmanager
def cluster(address: str | None = None, processes: int | None = None) -> Iterator[Client]:
    """A connection to a dask cluster: one that runs, or processes on this machine that end with the block.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    processes
        How many processes, without an address; by default one for each processor.

    Raises
    ------
    ResultsError
        dask.distributed is not installed, nothing answers at the address, or the cluster has no worker.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ResultsError(
            "Other processes and machines need dask.distributed: pip install 'simcore[cluster]'. Nothing was run."
        ) from None
    if address is None:
        with (
            _silenced(),
            local_cluster(processes or processors()) as local,
            Client(local, timeout=PATIENCE, set_as_default=False, direct_to_workers=True) as client,
        ):
            yield client
        return
    with _silenced():
        try:
            # Results come straight from workers, where they can be reached, and else through the scheduler.
            client = Client(address, timeout=PATIENCE, set_as_default=False, direct_to_workers=True)
        except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
            raise ResultsError(
                f"No dask scheduler answers at {address!r} ({_said(error)}). 'dask scheduler' starts one and prints "
                "its address. Nothing was run."
            ) from None
        with client:
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError:
                raise ResultsError(
                    f"The scheduler at {address} has no workers; 'dask worker {address}' starts one. Nothing was run."
                ) from None
            yield client


def local_cluster(processes: int) -> LocalCluster:
    """A scheduler in this process, and processes of this machine that work for it, on one thread each."""
    import dask
    from distributed import LocalCluster

    with dask.config.set({_GIVE_BACK: None}), _interrupts_held():
        return LocalCluster(
            n_workers=processes, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
            preload=[__name__],
        )  # fmt: skip


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block: processes that are only half started end with a noise.

    Processes that are started meanwhile do not hear of it at all.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # which would let signals in again, if the first process started it
    came: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if came:
            raise KeyboardInterrupt


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep dask from logging lost workers and connections meanwhile: what matters of them is told here."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    levels = [of.level for of in loggers]
    for of in loggers:
        of.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for of, level in zip(loggers, levels, strict=True):
            of.setLevel(level)


def threads_of(client: Client) -> int:
    """Threads of all workers that are there now."""
    return max(1, sum(int(threads) for threads in client.nthreads().values()))


def simulated_on(
    client: Client,
    planned: Planned,
    portions: Sequence[slice],
    chunk: int,
    progress: Callable[[int], None],
    folder: Path | None = None,
) -> Iterator[tuple[slice, Encoded]]:
    """Simulate portions of the draws of a run, and hand them over in their order.

    Parameters
    ----------
    client
        From `cluster`.
    planned
        The run.
    portions
        Places of its draws.
    chunk
        Draws in a chunk of the store that they are for.
    progress
        Called with the number of draws that are done, from another thread.
    folder
        On the disk of the store, where workers put down what they make; by default they send it.

    Yields
    ------
    A portion, and the files that hold its results.

    Raises
    ------
    ModelError, ScenarioError
        As `simcore.simulate`.
    ResultsError
        A worker has no simcore or another version of it, failed, or died again and again; or the scheduler is gone.
    """
    told = _checked_workers(client)
    ready, run = planned.ready, planned.run
    names = list(planned.drawn)
    values = np.array([planned.drawn[name] for name in names]).reshape(len(names), len(run.draws))
    one = f"{ready.file.name}-{uuid.uuid4().hex[:8]}"
    # A task like others, so that a worker that comes later gets it too, and it is made again should it be lost.
    scenario = client.submit(_same, _packed(ready.file), key=f"scenario-{one}")
    waiting: deque[tuple[slice, Future[Encoded]]] = deque()
    to_ask = iter(portions)

    n_done = 0

    def done(size: int, future: Future[Encoded]) -> None:
        nonlocal n_done
        if future.status == "finished":
            n_done += size
            progress(n_done)

    def ask() -> None:
        """Keep enough portions asked for, so that no thread waits for the one that is written next."""
        while len(waiting) < max(_FEWEST_AHEAD, _AHEAD * threads_of(client)):
            portion = next(to_ask, None)
            if portion is None:
                return
            some = replace(run, draws=run.draws[portion])
            future: Future[Encoded] = client.submit(
                _simulated, scenario, ready.engine, names, values[:, portion], some, chunk, __version__,
                folder,
                key=f"draws-{one}-{portion.start}-{portion.stop}",
            )  # fmt: skip
            future.add_done_callback(partial(done, portion.stop - portion.start))
            waiting.append((portion, future))

    try:
        ask()
        while waiting:
            portion, future = waiting.popleft()
            found = _handed_over(client, future, portion, run)
            _warn_of_other_versions(found, told)
            yield portion, found
            del future, found  # its worker may forget it
            ask()
    finally:
        with suppress(Exception):  # of a scheduler that is gone, say, which has been told then
            client.cancel([future for _, future in waiting])


def _handed_over(client: Client, future: Future[Encoded], portion: slice, run: Run) -> Encoded:
    """What a worker made; its errors as this process tells them."""
    from distributed import CancelledError, KilledWorker

    first, last = run.draws[portion.start], run.draws[portion.stop - 1]
    try:
        while True:
            try:
                found: Encoded = future.result(timeout=PATIENCE)
                return found
            except TimeoutError:  # also where the worker that holds it has died: then it is made again
                if client.status != "running":
                    raise
                if not client.nthreads():
                    logger.warning("the cluster has no workers; the run waits for one")
    except SimcoreError:
        raise
    except KilledWorker:
        raise ResultsError(
            f"Workers died again and again at draws {first:,} to {last:,}, for lack of memory perhaps: see their logs."
        ) from None
    except ImportError as error:
        raise ResultsError(
            f"A worker cannot run simcore {__version__}: {error}. Install it where workers run."
        ) from None
    except (OSError, CancelledError, TimeoutError) as error:
        raise ResultsError(f"The connection to the cluster was lost ({_said(error)}).") from None
    except Exception as error:
        what = f"{type(error).__name__}: {_said(error)}"
        raise ResultsError(f"A worker failed at draws {first:,} to {last:,} ({what}): see its log.") from error


def _checked_workers(client: Client) -> set[str]:
    """Refuse workers that cannot run this; log which have other versions of what numbers depend on, and tell these.

    Raises
    ------
    ResultsError
        A worker that is there now has no simcore, or a damaged one.
    """
    told = set()
    for worker, there in client.run(versions, on_error="return").items():
        if not isinstance(there, dict):
            raise ResultsError(f"The worker {worker} cannot run simcore {__version__}: {there}. Install it there.")
        if other := other_versions(there):
            told.add(other)
            logger.warning("worker %s may differ in the last bits: %s", worker, other)
    return told


def _warn_of_other_versions(found: Encoded, told: set[str]) -> None:
    """Log once what a worker, which may have come late, computed with other versions."""
    other = other_versions(json.loads(metadata_of(found)["metadata"][".zattrs"]["versions"]))
    if other and other not in told:
        told.add(other)
        logger.warning("a worker may differ in the last bits: %s", other)


def _said(error: BaseException) -> str:
    """The first line of what an error says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


# -- what workers do --------------------------------------------------------------------------------------------

_PREPARING = threading.Lock()


def dask_setup(worker: Any) -> None:
    """Set up a process of a local cluster: Ctrl-C, which a terminal sends to all, is for the one that asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _same(packed: bytes) -> bytes:
    return packed


def _packed(file: ScenarioFile) -> bytes:
    """A scenario as it goes to workers: without what only reports and studies read."""
    return zlib.compress(pickle.dumps(replace(file, alternatives={}, populations={})))


@lru_cache(_KEPT)
def _prepared(packed: bytes, engine: str) -> Prepared:
    return prepare(pickle.loads(zlib.decompress(packed)), engine)  # of the process that asks, as all that dask runs


def _simulated(
    packed: bytes,
    engine: str,
    names: Sequence[str],
    values: NDArray[np.float64],
    run: Run,
    chunk: int,
    version: str,
    folder: Path | None = None,
) -> Encoded:
    """Some draws of a run, on one thread; put down in a folder, where one is named."""
    if version != __version__:
        raise ResultsError(f"A worker has simcore {__version__}, and here it is {version}: both need the same.")
    with _PREPARING:  # which threads of a worker that begin together would do twice
        ready = _prepared(packed, engine)
    drawn: dict[str, Any] = dict(zip(names, np.ascontiguousarray(values), strict=True))
    files = encoded(Planned(ready, drawn, run).results(workers=1), chunk)
    if folder is None:
        return files
    try:
        # A folder of its own: a worker that was taken for dead may still be at work on the same draws.
        return put_down(files, folder / uuid.uuid4().hex)
    except OSError as error:
        raise ResultsError(f"What a worker made could not be written: {error.strerror or error}.") from error
