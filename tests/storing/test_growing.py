"""Runs that go to disk portion by portion: killed, resumed and extended, they end as an uninterrupted run does."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

import simcore
from simcore import second_process
from simcore.errors import ResultsError
from simcore.growing import GrowingStore
from simcore.marks import of_this_process
from simcore.resuming import begun, simulate_into, simulate_to
from simcore.scenario.loading import ScenarioFile, read_scenario, with_groups
from simcore.simulation import Planned, plan
from simcore.storage import STORE, UNFINISHED, finish, open_results, open_store, save_results

DRAWS, PERSONS, CHUNK = 23, 40, 4


@pytest.fixture(scope="module")
def file() -> ScenarioFile:
    return read_scenario("textbook_chain")


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of a single chunk."""
    monkeypatch.setattr(Planned, "chunk", lambda planned, threads=None: CHUNK)
    monkeypatch.setattr(Planned, "_at_once", CHUNK)


def planned(file: ScenarioFile, draws: int = DRAWS, **other: object) -> Planned:
    return plan(file, draws=draws, persons=PERSONS, **other)  # type: ignore[arg-type]


def whole(folder: Path, run: Planned) -> xr.Dataset:
    """Run to the end, from whatever is there."""
    store = begun(run, folder, resume=True)
    simulate_to(store, run)
    finish(store, folder, lambda new: None)
    return open_results(folder)


@pytest.mark.parametrize("sampling", ["monte_carlo", "sobol", "latin_hypercube"])
def test_portions_make_the_whole_run(file: ScenarioFile, tmp_path: Path, sampling: str) -> None:
    run = planned(file, sampling=sampling)
    assert len(run.portions()) == 6
    assert whole(tmp_path / "run", run).identical(run.results())
    plain = xr.open_zarr(tmp_path / "run" / STORE, consolidated=False, chunks=None)
    assert plain.identical(run.results())  # for readers that know no consolidated metadata


def test_a_run_is_resumed_after_each_portion(file: ScenarioFile, tmp_path: Path) -> None:
    run = planned(file)
    for done in (4, 8, 12, 16, 20, 23):
        first = planned(file, done)
        store = begun(first, tmp_path, resume=True)
        simulate_to(store, first)
        assert store.n_draws == done
        assert open_store(store.path, tmp_path).identical(first.results())
    assert whole(tmp_path, run).identical(run.results())


def test_an_unfinished_run_is_not_read_and_not_overwritten(file: ScenarioFile, tmp_path: Path) -> None:
    run = planned(file)
    store = begun(run, tmp_path)
    store.add(run.some(slice(0, 8)).results(), 0, DRAWS)
    with pytest.raises(ResultsError, match=r"unfinished run: 8 of 23 draws.*--resume"):
        open_results(tmp_path)
    with pytest.raises(ResultsError, match=r"unfinished run: 8 of 23 draws.*--resume.*--afresh"):
        begun(run, tmp_path)
    assert begun(run, tmp_path, afresh=True).n_draws == 0
    assert begun(run, tmp_path, resume=True).n_draws == 8


@pytest.mark.parametrize(("before", "after"), [(20, 40), (22, 23), (3, 41), (23, 23)])
def test_a_finished_run_is_extended(file: ScenarioFile, tmp_path: Path, before: int, after: int) -> None:
    save_results(planned(file, before).results(), tmp_path / "saved")
    whole(tmp_path / "run", planned(file, before))
    run = planned(file, after)
    for folder in ("saved", "run"):
        assert whole(tmp_path / folder, run).identical(run.results())


def test_old_results_stay_until_the_extended_ones_are_there(file: ScenarioFile, tmp_path: Path) -> None:
    old = whole(tmp_path, planned(file))
    run = planned(file, 2 * DRAWS)
    store = begun(run, tmp_path, resume=True)
    assert store.n_draws == DRAWS
    store.add(run.some(slice(20, 44)).results(), 20, 2 * DRAWS)
    assert open_results(tmp_path).identical(old)
    assert whole(tmp_path, run).identical(run.results())


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"seed": 7}, "seed 1 there, 7 here"),
        ({"persons": 41}, "persons 40 there, 41 here"),
        ({"sampling": "sobol"}, "sampling monte_carlo there, sobol here"),
        ({"engine": "expected"}, "engine sampled there, expected here"),
        ({"luck": "shared"}, "luck per_draw there, shared here"),
    ],
)
def test_another_run_is_refused(file: ScenarioFile, tmp_path: Path, other: dict[str, object], told: str) -> None:
    run = plan(file, **{"draws": DRAWS, "persons": PERSONS, "seed": 1} | other)  # type: ignore[arg-type]
    first = planned(file, seed=1)
    begun(first, tmp_path).add(first.some(slice(0, 8)).results(), 0, DRAWS)
    with pytest.raises(ResultsError, match=told):
        begun(run, tmp_path, resume=True)


def test_other_subgroups_are_refused(tmp_path: Path) -> None:
    file = read_scenario("school_dropout")
    first = planned(file)
    begun(first, tmp_path).add(first.some(slice(0, 4)).results(), 0, DRAWS)
    with pytest.raises(ResultsError, match=r"subgroups none there, .*female.* here"):
        begun(planned(with_groups(file, ["sex"])), tmp_path, resume=True)


def test_results_of_other_sizes_are_not_added(file: ScenarioFile, tmp_path: Path) -> None:
    store = begun(planned(file), tmp_path)
    store.add(planned(file).some(slice(0, 4)).results(), 0, DRAWS)
    other = planned(file).some(slice(4, 8)).results().isel(actor=slice(0, 1))
    with pytest.raises(ValueError, match="other sizes"):
        store.add(other, 4, DRAWS)
    assert open_store(store.path, tmp_path).identical(planned(file, 4).results().assign_attrs(wanted_draws=DRAWS))


def test_a_changed_scenario_is_refused_by_the_name_of_the_file(tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(Path(simcore.__file__).parents[1] / "scenarios" / "textbook_chain", case)
    first = planned(read_scenario(case))
    begun(first, tmp_path / "out").add(first.some(slice(0, 8)).results(), 0, DRAWS)
    text = (case / "scenario.yaml").read_text(encoding="utf-8")
    (case / "scenario.yaml").write_text(text + "\n# changed\n", encoding="utf-8")
    with pytest.raises(ResultsError, match=r"the scenario \(scenario.yaml\)"):
        begun(planned(read_scenario(case)), tmp_path / "out", resume=True)


def test_a_latin_hypercube_of_another_size_is_refused(file: ScenarioFile, tmp_path: Path) -> None:
    whole(tmp_path, planned(file, sampling="latin_hypercube"))
    with pytest.raises(ResultsError, match="all depend on how many there are: 23 there"):
        begun(planned(file, 40, sampling="latin_hypercube"), tmp_path, resume=True)


def test_fewer_draws_than_there_are_are_refused(file: ScenarioFile, tmp_path: Path) -> None:
    whole(tmp_path, planned(file))
    with pytest.raises(ResultsError, match="holds 23 draws, more than 20"):
        begun(planned(file, 20), tmp_path, resume=True)


def test_places_between_chunks_are_refused(file: ScenarioFile, tmp_path: Path) -> None:
    store = GrowingStore(tmp_path / UNFINISHED, CHUNK)
    results = planned(file).some(slice(0, 4)).results()
    with pytest.raises(ValueError, match="cannot be added from 3"):
        store.add(results, 3, DRAWS)
    with pytest.raises(ResultsError, match=r"Draws from 4 cannot be added to .*, which holds 0"):
        store.add(results, 4, DRAWS)


def test_two_processes_at_the_same_folder_do_not_mix_their_runs(file: ScenarioFile, tmp_path: Path) -> None:
    """Both have begun when nothing was there; the second to write learns that the place is taken."""
    run, other = planned(file, seed=1), planned(file, seed=2)
    one, two = begun(run, tmp_path), begun(other, tmp_path)
    one.add(run.some(slice(0, 8)).results(), 0, DRAWS)
    with pytest.raises(ResultsError, match="holds another run, of another process perhaps; what differs: seed"):
        two.add(other.some(slice(0, 4)).results(), 0, DRAWS)
    again = begun(run, tmp_path, resume=True)
    again.add(run.some(slice(0, 4)).results(), 0, DRAWS)  # the same run twice does no harm
    assert again.n_draws == 8
    assert whole(tmp_path, run).identical(run.results())


def test_chunks_of_other_sizes_do_not_take_the_place_of_those_that_are_there(
    file: ScenarioFile, tmp_path: Path
) -> None:
    run = planned(file)
    one, two = GrowingStore(tmp_path / UNFINISHED, CHUNK), GrowingStore(tmp_path / UNFINISHED, 2)
    one.add(run.some(slice(0, 8)).results(), 0, DRAWS)
    with pytest.raises(ResultsError, match="in chunks of other sizes"):
        two.add(run.some(slice(0, 2)).results(), 0, DRAWS)
    assert whole(tmp_path, run).identical(run.results())


def test_a_run_is_resumed_to_the_size_that_it_was_begun_for(file: ScenarioFile, tmp_path: Path) -> None:
    run = planned(file)
    begun(run, tmp_path).add(run.some(slice(0, 8)).results(), 0, DRAWS)
    assert simcore.simulate_into(tmp_path, file, persons=PERSONS, resume=True).identical(run.results())


def test_a_damaged_unfinished_run_is_told_and_can_be_thrown_away(file: ScenarioFile, tmp_path: Path) -> None:
    run = planned(file)
    begun(run, tmp_path).add(run.some(slice(0, 8)).results(), 0, DRAWS)
    (tmp_path / UNFINISHED / ".zmetadata").write_text("{", encoding="utf-8")
    for how in (False, True):
        with pytest.raises(ResultsError, match=r"is damaged: .*let a new run take its place with --afresh"):
            begun(run, tmp_path, resume=how)
    store = begun(run, tmp_path, afresh=True)
    assert store.n_draws == 0
    simulate_to(store, run)
    finish(store, tmp_path, lambda new: None)
    assert open_results(tmp_path).identical(run.results())


def test_a_file_in_the_place_of_an_unfinished_run_gives_way(file: ScenarioFile, tmp_path: Path) -> None:
    run = planned(file)
    (tmp_path / UNFINISHED).touch()
    assert whole(tmp_path, run).identical(run.results())


def test_what_is_thrown_away_stays_until_there_is_something_else(file: ScenarioFile, tmp_path: Path) -> None:
    run, other = planned(file, seed=1), planned(file, seed=2)
    begun(run, tmp_path).add(run.some(slice(0, 8)).results(), 0, DRAWS)
    with pytest.raises(ResultsError, match="No dask scheduler answers"):
        simulate_into(tmp_path, file, draws=DRAWS, persons=PERSONS, seed=2, afresh=True, dask="nonsense://x")
    assert begun(run, tmp_path, resume=True).n_draws == 8
    store = begun(other, tmp_path, afresh=True)
    assert store.n_draws == 0
    assert begun(run, tmp_path, resume=True).n_draws == 8
    store.add(other.some(slice(0, 4)).results(), 0, DRAWS)
    assert store.n_draws == begun(other, tmp_path, resume=True).n_draws == 4
    with pytest.raises(ResultsError, match=r"seed 2 there, 1 here.*--afresh throws it away"):
        begun(run, tmp_path, resume=True)


@pytest.mark.parametrize("name", [STORE, UNFINISHED])
def test_damage_is_told_before_anything_is_run(file: ScenarioFile, tmp_path: Path, name: str) -> None:
    first, more = planned(file), planned(file, 2 * DRAWS)
    save_results(first.results(), tmp_path)
    (tmp_path / STORE).rename(tmp_path / name)
    (tmp_path / name / "cost" / "0.0.0.0.0").rename(tmp_path / "kept")
    with pytest.raises(ResultsError, match="is damaged: parts of cost are missing"):
        begun(more, tmp_path, resume=True)
    (tmp_path / "kept").rename(tmp_path / name / "cost" / "0.0.0.0.0")
    assert begun(more, tmp_path, resume=True).n_draws == DRAWS
    shutil.rmtree(tmp_path / UNFINISHED)
    if name == STORE:
        (tmp_path / STORE / ".zmetadata").unlink()
        with pytest.raises(ResultsError, match="cannot be read: the store is damaged"):
            begun(more, tmp_path, resume=True)


def test_results_that_cannot_be_extended_leave_nothing_half_done(
    file: ScenarioFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_results(planned(file).results(), tmp_path)

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    for way in ("link", "copy2"):
        monkeypatch.setattr(os if way == "link" else shutil, way, full)
    with pytest.raises(ResultsError, match=r"could not be written: .*No space left.*Nothing was run"):
        begun(planned(file, 2 * DRAWS), tmp_path, resume=True)
    assert [entry.name for entry in tmp_path.iterdir()] == [STORE]


def test_a_store_that_somebody_takes_away_is_told(file: ScenarioFile, tmp_path: Path) -> None:
    run = planned(file)
    store = begun(run, tmp_path)
    store.add(run.some(slice(0, 8)).results(), 0, DRAWS)
    shutil.rmtree(store.path)
    with pytest.raises(ResultsError, match=r"Draws from 8 cannot be added to .*, which holds 0"):
        store.add(run.some(slice(8, 12)).results(), 8, DRAWS)


def test_a_run_goes_on_with_other_libraries_and_says_so(
    file: ScenarioFile, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = planned(file)
    old = run.some(slice(0, 8)).results().assign_attrs(versions='{"numpy": "1.0"}')
    begun(run, tmp_path).add(old, 0, DRAWS)
    found = whole(tmp_path, run)
    assert "goes on with other versions, so that last bits may differ: numpy 1.0 there" in caplog.text
    assert found.equals(run.results())


def test_other_given_values_are_refused_by_name(file: ScenarioFile, tmp_path: Path) -> None:
    first = planned(file, parameters={"rr_oil": 0.5})
    begun(first, tmp_path).add(first.some(slice(0, 8)).results(), 0, DRAWS)
    with pytest.raises(ResultsError, match=r'values are given: \["rr_oil"\] there, \[\] here'):
        begun(planned(file), tmp_path, resume=True)
    with pytest.raises(ResultsError, match=r"What differs: values of rr_oil"):
        begun(planned(file, parameters={"rr_oil": 0.5 + 1e-15}), tmp_path, resume=True)
    assert begun(first, tmp_path, resume=True).n_draws == 8


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
