"""Runs that go to disk portion by portion: killed, resumed and extended, they end as an uninterrupted run does."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import xarray as xr

import simcore
from simcore.errors import ResultsError
from simcore.growing import GrowingStore
from simcore.resuming import begun, simulate_into, simulate_to
from simcore.scenario.loading import ScenarioFile, read_scenario, with_groups
from simcore.simulation import Planned, plan
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
