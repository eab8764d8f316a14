"""Other processes and machines: the same bits, whoever simulates, dies or comes late."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest
from distributed import Client, KilledWorker, LocalCluster

import simcore
from simcore import cluster, version
from simcore.errors import ModelError, Problem, ResultsError, ScenarioError, UnknownNameError
from simcore.growing import GrowingStore
from simcore.resuming import begun, simulate_into, simulate_to
from simcore.scenario.loading import ScenarioFile, read_scenario, with_groups
from simcore.simulation import Planned, plan
from simcore.storage import STORE, UNFINISHED, finish, open_results

DRAWS, PERSONS, CHUNK = 40, 60, 4


@pytest.fixture(scope="module")
def file() -> ScenarioFile:
    return read_scenario("textbook_chain")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two processes."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
    ) as local:  # fmt: skip
        yield local.scheduler_address


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Planned, "chunk", lambda planned, threads=None: CHUNK)
    monkeypatch.setattr(Planned, "_at_once", CHUNK)


@pytest.mark.parametrize(
    "other",
    [{}, {"sampling": "sobol"}, {"sampling": "latin_hypercube"}, {"engine": "expected"}, {"luck": "shared"}],
    ids=str,
)
def test_workers_give_the_same_bits(file: ScenarioFile, tmp_path: Path, address: str, other: dict[str, str]) -> None:
    found = simulate_into(tmp_path / "run", file, draws=DRAWS, persons=PERSONS, dask=address, **other)  # type: ignore[arg-type]
    assert found.identical(simcore.simulate(file, draws=DRAWS, persons=PERSONS, **other))  # type: ignore[arg-type]


def test_subgroups_alternatives_and_given_values_go_to_workers(tmp_path: Path, address: str) -> None:
    file = read_scenario("school_dropout")
    name = next(iter(file.alternatives))
    changed = with_groups(file.alternatives[name], ["sex"])
    parameter = next(name for name, of in changed.distributions.items() if not of.is_fixed)
    given = {parameter: changed.distributions[parameter].mean}
    found = simulate_into(tmp_path, changed, draws=10, persons=20, parameters=given, dask=address)
    assert found.identical(simcore.simulate(changed, draws=10, persons=20, parameters=given))


def test_what_others_have_begun_is_gone_on_with_here_and_the_other_way_round(
    file: ScenarioFile, tmp_path: Path, address: str
) -> None:
    simulate_into(tmp_path, file, draws=10, persons=PERSONS)
    simulate_into(tmp_path, file, draws=21, persons=PERSONS, dask=address, resume=True)
    found = simulate_into(tmp_path, file, draws=30, persons=PERSONS, resume=True)
    assert found.identical(simcore.simulate(file, draws=30, persons=PERSONS))


def test_processes_of_this_machine(tmp_path: Path, file: ScenarioFile) -> None:
    seen: list[tuple[int, int]] = []
    found = simulate_into(
        tmp_path, file, draws=DRAWS, persons=PERSONS, processes=True, workers=1,
        progress=lambda done, wanted: seen.append((done, wanted)),
    )  # fmt: skip
    assert found.identical(simcore.simulate(file, draws=DRAWS, persons=PERSONS))
    assert [entry.name for entry in tmp_path.iterdir()] == [STORE]
    assert seen[0] == (0, DRAWS)
    assert seen[-1] == (DRAWS, DRAWS)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_processes_that_cannot_write_tell_so_and_leave_nothing(file: ScenarioFile, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = plan(file, draws=DRAWS, persons=PERSONS).some(slice(0, 4))
    ready, values = run.ready, np.array(list(run.drawn.values()))
    with pytest.raises(ResultsError, match=r"What a worker made could not be written: Not a directory"):
        cluster._simulated(
            cluster._packed(ready.file), ready.engine, list(run.drawn), values, run.run, CHUNK, version.__version__,
            tmp_path / "file",
        )  # fmt: skip
    given = {"rr_oil": np.where(np.arange(DRAWS) == 25, 7.0, 0.6)}
    with pytest.raises(ModelError, match="25"):
        simulate_into(tmp_path / "run", file, draws=DRAWS, persons=10, parameters=given, processes=True, workers=1)
    assert [entry.name for entry in (tmp_path / "run").iterdir()] == [UNFINISHED]


def test_workers_are_killed_and_others_come_while_it_runs(file: ScenarioFile, tmp_path: Path) -> None:
    """Every worker dies at least once; what they did not finish is done again, by those that come."""
    draws, killed = 240, []
    run = plan(file, draws=draws, persons=20_000)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL
        ) as local,
        Client(local, set_as_default=False) as client,
    ):  # fmt: skip
        folder = tmp_path / "run"
        store = begun(run, folder)
        first = set(client.run(os.getpid).values())

        def kill() -> None:
            """Kill both, one after the other, once draws are finished; the cluster starts new ones."""
            for pid in sorted(first):
                before = store.n_draws
                while store.n_draws < before + CHUNK:
                    time.sleep(0.01)
                os.kill(pid, signal.SIGKILL)
                killed.append(store.n_draws)

        killer = threading.Thread(target=kill)
        killer.start()
        simulate_to(store, run, dask=local.scheduler_address)
        killer.join()
        assert not first & set(client.run(os.getpid).values())
    assert len(killed) == 2
    assert max(killed) < draws
    finish(store, folder, lambda new: None)
    assert open_results(folder).identical(run.results())


class Task:
    """What a task gives, one after the other."""

    def __init__(self, *given: BaseException | dict[str, bytes]) -> None:
        self.given = list(given)

    def result(self, timeout: float) -> dict[str, bytes]:
        found = self.given.pop(0)
        if isinstance(found, BaseException):
            raise found
        return found


class Workers:
    """A connection to a cluster without workers."""

    def __init__(self, status: str = "running") -> None:
        self.status = status

    def nthreads(self) -> dict[str, int]:
        return {}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KilledWorker("task", None, 3), "Workers died again and again at draws 8 to 11, for lack of memory perhaps"),
        (CancelledError(), "The connection to the cluster was lost"),
        (OSError("Timed out"), r"The connection to the cluster was lost \(Timed out\)"),
        (ModuleNotFoundError("No module named 'simcore'"), r"cannot run simcore .*No module named 'simcore'\. Install"),
        (ModelError("In draw 9 ..."), "In draw 9 ..."),
        (MemoryError(), r"A worker failed at draws 8 to 11 \(MemoryError: MemoryError\): see its log"),
        (KeyError("x"), r"A worker failed at draws 8 to 11 \(KeyError: 'x'\): see its log"),
    ],
)
def test_failures_of_a_cluster_are_told(file: ScenarioFile, error: Exception, told: str) -> None:
    run = plan(file, draws=DRAWS, persons=PERSONS).run
    with pytest.raises((ResultsError, ModelError), match=told):
        cluster._handed_over(Workers(), Task(error), slice(8, 12), run)  # type: ignore[arg-type]


def test_a_run_waits_for_workers_and_says_so(file: ScenarioFile, caplog: pytest.LogCaptureFixture) -> None:
    run = plan(file, draws=DRAWS, persons=PERSONS).run
    task = Task(TimeoutError(), TimeoutError(), {"a": b"b"})
    assert cluster._handed_over(Workers(), task, slice(8, 12), run) == {"a": b"b"}  # type: ignore[arg-type]
    assert caplog.text.count("the cluster has no workers; the run waits for one") == 2
    with pytest.raises(ResultsError, match="was lost"):
        cluster._handed_over(Workers("closed"), Task(TimeoutError()), slice(8, 12), run)  # type: ignore[arg-type]


def test_a_run_that_loses_its_cluster_tells_what_is_there_and_resumes(
    file: ScenarioFile, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_over, left = cluster._handed_over, [3]

    def lost(*given: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise ResultsError("The connection to the cluster was lost (gone).")
        return handed_over(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(cluster, "_handed_over", lost)
        with pytest.raises(ResultsError, match=r"was lost \(gone\)\. 12 of 40 draws are there; --resume goes on"):
            simulate_into(tmp_path, file, draws=DRAWS, persons=PERSONS, dask=address)
    assert GrowingStore(tmp_path / UNFINISHED).n_draws == 12
    found = simulate_into(tmp_path, file, draws=DRAWS, persons=PERSONS, dask=address, resume=True)
    assert found.identical(simcore.simulate(file, draws=DRAWS, persons=PERSONS))


def test_what_is_wrong_in_a_draw_is_told_as_here(file: ScenarioFile, tmp_path: Path, address: str) -> None:
    given = {"rr_oil": np.where(np.arange(DRAWS) == 25, 7.0, 0.6)}
    with pytest.raises(ModelError, match="25") as here:
        simcore.simulate(file, draws=DRAWS, persons=10, parameters=given)
    with pytest.raises(ModelError) as there:
        simulate_into(tmp_path, file, draws=DRAWS, persons=10, parameters=given, dask=address)
    assert str(here.value) == str(there.value)


def test_an_address_where_nobody_answers(file: ScenarioFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    for wrong in ("tcp://127.0.0.1:9", "nonsense://x", ""):
        with pytest.raises(ResultsError, match=r"No dask scheduler answers at .*'dask scheduler' starts one"):
            simulate_into(tmp_path / "out", file, draws=DRAWS, persons=PERSONS, dask=wrong)
    assert not (tmp_path / "out").exists()


def test_a_cluster_without_workers(file: ScenarioFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL) as local,
        pytest.raises(ResultsError, match=r"has no workers; 'dask worker tcp.*' starts one"),
    ):
        simulate_into(tmp_path, file, draws=DRAWS, persons=PERSONS, dask=local.scheduler_address)


def test_without_dask_it_says_what_to_install(
    file: ScenarioFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ResultsError, match=r"pip install 'simcore\[cluster\]'"):
        simulate_into(tmp_path, file, draws=DRAWS, persons=PERSONS, processes=True)


def test_workers_of_another_version_are_refused(file: ScenarioFile) -> None:
    run = plan(file, draws=DRAWS, persons=PERSONS)
    with pytest.raises(ResultsError, match=r"A worker has simcore .*, and here it is 99\.0"):
        cluster._simulated(b"", "sampled", [], np.zeros((0, 4)), run.some(slice(0, 4)).run, CHUNK, "99.0")


def test_other_libraries_of_workers_are_logged(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Client(address, set_as_default=False) as client:
        cluster._checked_workers(client)
        assert "last bits" not in caplog.text
        there = {"tcp://worker": {**cluster.versions(), "numpy": "1.0"}}
        monkeypatch.setattr(client, "run", lambda function, on_error: there)
        cluster._checked_workers(client)
    assert "worker tcp://worker may differ in the last bits: numpy 1.0 there" in caplog.text


def test_other_libraries_of_a_worker_that_came_late_are_logged_once(
    file: ScenarioFile, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cluster, "_checked_workers", lambda client: set())
    monkeypatch.setattr(version, "versions", lambda: {"numpy": "1.0"})
    simulate_into(tmp_path, file, draws=DRAWS, persons=PERSONS, dask=address)
    assert caplog.text.count("a worker may differ in the last bits: numpy") == 1


def test_processes_of_this_machine_keep_the_memory_that_they_need_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)  # another cluster of this process may have set it
    with cluster.local_cluster(1) as local, Client(local, set_as_default=False) as client:
        (environment,) = client.run(lambda: dict(os.environ)).values()
    assert "MALLOC_TRIM_THRESHOLD_" not in environment
    assert environment["OMP_NUM_THREADS"] == "1"


def test_an_interrupt_waits_until_processes_have_started() -> None:
    done = []

    def start() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        command = [sys.executable, "-c", "import os; os.kill(os.getpid(), 2); print('on')"]
        done.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    with pytest.raises(KeyboardInterrupt), cluster._interrupts_held():
        start()
    assert done == ["on\n"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_errors_come_whole_from_another_process() -> None:
    for error in (
        ScenarioError([Problem("a.yaml", 3, "b", "1", "2", "try 2")], "a.yaml"),
        UnknownNameError("dask", "an engine", ["sampled", "expected"]),
        ModelError("In draw 3 ..."),
        ResultsError("no"),
    ):
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error)
        assert str(copy) == str(error)


def test_scheduler_and_workers_from_the_command_line(file: ScenarioFile, tmp_path: Path) -> None:
    """As the README says: a scheduler, two workers, a run."""
    environment = {**os.environ, "PYTHONPATH": str(Path(simcore.__file__).parents[1])}
    dask = [sys.executable, "-m", "dask"]
    with contextlib.ExitStack() as running:

        def start(*command: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                command, env=environment, cwd=tmp_path, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            running.callback(process.wait)
            running.callback(process.terminate)
            return process

        start(*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", "where")
        for _ in range(600):  # a minute at most
            if (tmp_path / "where").exists() and (tmp_path / "where").stat().st_size:
                break
            time.sleep(0.1)
        for _ in range(2):
            start(*dask, "worker", "--scheduler-file", "where", "--nthreads", "1", "--no-dashboard")
        with Client(scheduler_file=str(tmp_path / "where"), set_as_default=False) as client:
            address = client.scheduler.address
            client.wait_for_workers(2, timeout=60)
        done = subprocess.run(
            [sys.executable, "-m", "simcore", "run", "textbook_chain", "--draws", "40", "--persons", "60",
             "--dask", address, "--out", "out", "--log", "log"],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Avoided cost" in " ".join(done.stdout.split())
    assert open_results(tmp_path / "out").identical(simcore.simulate(file, draws=40, persons=60))
    assert "all 40 draws are in" in (tmp_path / "log").read_text()
