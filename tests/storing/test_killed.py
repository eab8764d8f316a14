"""Runs whose process is killed, interrupted, or out of disk: nothing that is finished is lost."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import simcore
from simcore import second_process
from simcore.errors import ResultsError
from simcore.growing import GrowingStore
from simcore.marks import of_this_process
from simcore.resuming import begun, simulate_to
from simcore.scenario.loading import ScenarioFile, read_scenario
from simcore.simulation import Planned
from simcore.storage import STORE, UNFINISHED, finish, open_results, open_store, save_results

from .small import CHUNK, DRAWS, PERSONS, planned, whole


@pytest.fixture(scope="module")
def file() -> ScenarioFile:
    return read_scenario("textbook_chain")


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of a single chunk."""
    monkeypatch.setattr(Planned, "chunk", lambda planned, threads=None: CHUNK)
    monkeypatch.setattr(Planned, "_at_once", CHUNK)


#: A process that runs to the end, in portions of a chunk, as the command does.
PROCESS = f"""
import sys
from pathlib import Path
import numba, xarray, zarr  # which takes longer than lives
from simcore.resuming import begun, simulate_to
from simcore.scenario.loading import read_scenario
from simcore.simulation import Planned, plan
from simcore.storage import finish
Planned.chunk = lambda planned, threads=None: {CHUNK}
Planned._at_once = {CHUNK}
run = plan(read_scenario("textbook_chain"), draws=int(sys.argv[2]), persons={PERSONS})
store = begun(run, sys.argv[1], resume=True)
print("begun", store.n_draws, flush=True)
simulate_to(store, run, workers=1)
finish(store, sys.argv[1], lambda new: (new / "actors.csv").write_text("table"))
"""


def started(folder: Path, draws: int, **given: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(simcore.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(folder), str(draws)], env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, **given,  # type: ignore[call-overload]
    )  # fmt: skip


def test_killed_at_any_moment_and_resumed_it_is_the_same_run(file: ScenarioFile, tmp_path: Path) -> None:
    draws, dice = 1_000, random.Random(5)
    run, folder, seen, longest = planned(file, draws), tmp_path / "run", {0}, 0.5
    for _ in range(20):
        process = started(folder, draws)
        assert process.stdout is not None
        if not process.stdout.readline():  # something went wrong
            raise AssertionError(process.communicate()[1])
        time.sleep(dice.uniform(0.0, longest))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        store = GrowingStore(folder / UNFINISHED, CHUNK)
        if store.n_draws in seen:  # other work keeps the machine busy
            longest *= 1.3
        seen.add(store.n_draws)
        if store.n_draws:
            assert open_store(store.path, folder).equals(run.some(slice(0, store.n_draws)).results())
    assert len(seen) > 3  # more where nothing else is at work
    out, wrong = started(folder, draws).communicate()
    assert f"begun {max(seen)}" in out, wrong
    assert open_results(folder).identical(run.results())
    assert sorted(entry.name for entry in folder.iterdir()) == ["actors.csv", STORE]


def interrupted_at(step: int, monkeypatch: pytest.MonkeyPatch, task: Callable[[], object]) -> None:
    """Do something that is interrupted instead of renaming its file number `step`."""
    left = step

    def interrupted(way: object) -> object:
        def rename(*given: Path) -> Path:
            nonlocal left
            left -= threading.current_thread() is threading.main_thread()  # other threads write the store
            if left < 0:
                raise KeyboardInterrupt
            return way(*given)  # type: ignore[operator, no-any-return]

        return rename

    with monkeypatch.context() as patch:
        for way in ("rename", "replace"):
            patch.setattr(Path, way, interrupted(getattr(Path, way)))
        with contextlib.suppress(KeyboardInterrupt):
            task()


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize("to_disk", [True, False])
def test_interrupted_while_results_take_the_place_of_others(
    file: ScenarioFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, to_disk: bool
) -> None:
    """Whatever was renamed before, the old or the new results are there, with their own tables or none."""
    old, run = whole(tmp_path, planned(file)), planned(file, 2 * DRAWS)
    (tmp_path / "actors.csv").write_text("old")
    new = run.results()

    def tables(folder: Path) -> None:
        (folder / "actors.csv").write_text("new")

    if to_disk:
        store = begun(run, tmp_path, resume=True)
        simulate_to(store, run)
        interrupted_at(step, monkeypatch, lambda: finish(store, tmp_path, tables))
    else:
        monkeypatch.setattr(second_process, "processors", lambda: 1)
        (tmp_path / "budget.csv").write_text("old")
        interrupted_at(step, monkeypatch, lambda: save_results(new, tmp_path, tables))
    found = open_results(tmp_path)
    assert found.identical(new) or found.identical(old)
    told = {path.read_text() for path in tmp_path.glob("*.csv")}
    assert told <= ({"old"} if found.identical(old) else {"new"})
    assert told or found.identical(new)
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []
    assert whole(tmp_path, run).identical(new)


def test_old_results_return_after_a_process_was_killed_before_new_ones_followed(
    file: ScenarioFile, tmp_path: Path
) -> None:
    old = whole(tmp_path, planned(file))
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    machine = of_this_process().rpartition("-")[0]
    left, at_work, own = f"{machine}-{gone.pid}", f"{machine}-{os.getppid()}", of_this_process()
    (tmp_path / f".old-{left}").mkdir()
    (tmp_path / STORE).rename(tmp_path / f".old-{left}" / STORE)
    for mark in (left, at_work, own, f"elsewhere-{gone.pid}"):
        (tmp_path / f".new-{mark}").mkdir()
    before = {entry.name for entry in tmp_path.iterdir()}
    assert open_results(tmp_path).identical(old)
    assert {entry.name for entry in tmp_path.iterdir()} == {*before, STORE}  # who only reads clears nothing
    begun(planned(file), tmp_path, afresh=True)
    there = {STORE, *(f".new-{mark}" for mark in (at_work, own, f"elsewhere-{gone.pid}"))}
    assert {entry.name for entry in tmp_path.iterdir()} == there
    yesterday = time.time() - 2 * 86_400
    os.utime(tmp_path / f".new-elsewhere-{gone.pid}", (yesterday, yesterday))
    save_results(old, tmp_path)
    assert {entry.name for entry in tmp_path.iterdir()} == {STORE, f".new-{at_work}"}


def test_what_is_not_ours_is_not_touched(tmp_path: Path, file: ScenarioFile) -> None:
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    mark = f"{of_this_process().rpartition('-')[0]}-{gone.pid}"
    for name in (".old-configs", ".new-novel", f".old-{mark}", f".new-{mark}"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "text").write_text("precious")
    (tmp_path / ".old-notes").write_text("precious")
    (tmp_path / "text").write_text("mine")
    yesterday = time.time() - 3 * 86_400
    for entry in tmp_path.iterdir():
        os.utime(entry, (yesterday, yesterday))
    for ask in (open_results, lambda folder: save_results(planned(file).results(), folder)):
        with pytest.raises(ResultsError, match=r"holds no simcore results|holds files that are not simcore results"):
            ask(tmp_path)  # type: ignore[operator]
    assert len(list(tmp_path.rglob("text"))) == 5
    assert (tmp_path / "text").read_text() == "mine"


def test_killed_while_a_run_takes_the_place_of_another_one_of_them_is_there(file: ScenarioFile, tmp_path: Path) -> None:
    run, other = planned(file, seed=1), planned(file, seed=2)
    begun(run, tmp_path).add(run.some(slice(0, 8)).results(), 0, DRAWS)
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    staging = tmp_path / f".{UNFINISHED}.{of_this_process().rpartition('-')[0]}-{gone.pid}"
    staging.mkdir()
    (tmp_path / UNFINISHED).rename(staging / "aside")  # as when killed before the new one followed
    assert begun(run, tmp_path, resume=True).n_draws == 8
    assert [entry.name for entry in tmp_path.iterdir()] == [UNFINISHED]
    store, rename = begun(other, tmp_path, afresh=True), Path.rename

    def fails(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "rename", fails)
        with pytest.raises(OSError, match="No space"):
            store.add(other.some(slice(0, 4)).results(), 0, DRAWS)
    assert begun(run, tmp_path, resume=True).n_draws == 8


@pytest.mark.parametrize("name", [STORE, UNFINISHED])
@pytest.mark.parametrize("array", ["cost/0.0.0.0.0", "parameter_value/0.0", "draw/0"])
def test_a_truncated_chunk_is_told_before_anything_is_run(
    file: ScenarioFile, tmp_path: Path, name: str, array: str
) -> None:
    save_results(planned(file).results(), tmp_path)
    (tmp_path / STORE).rename(tmp_path / name)
    with (tmp_path / name / array).open("r+b") as chunk:
        chunk.truncate(20)
    with pytest.raises(ResultsError, match=r"damaged.*--afresh where it is unfinished"):
        begun(planned(file, 2 * DRAWS), tmp_path, resume=True)
    begun(planned(file, 2 * DRAWS), tmp_path, afresh=True)


def test_a_full_disk_ends_with_a_message_and_a_store_that_resumes(file: ScenarioFile, tmp_path: Path) -> None:
    run = planned(file)
    folder = tmp_path / "run"
    store = begun(run, folder)
    store.add(run.some(slice(0, 8)).results(), 0, DRAWS)

    def full() -> None:  # writing a file beyond this gives an error, as on a full disk
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))

    out, wrong = started(folder, DRAWS, preexec_fn=full).communicate()
    assert "begun 8" in out
    assert "could not be written" in wrong
    assert "8 of 23 draws are there; --resume goes on with them" in wrong
    assert GrowingStore(folder / UNFINISHED, CHUNK).n_draws == 8
    assert whole(folder, run).identical(run.results())
