"""Draws made in several places make the run that one place would have made."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr

import simcore
from simcore import merging
from simcore.errors import ResultsError
from simcore.growing import GrowingStore
from simcore.merging import merge_results, merged
from simcore.resuming import begun, simulate_into
from simcore.scenario.loading import ScenarioFile, read_scenario, with_groups
from simcore.simulation import plan
from simcore.storage import STORE, UNFINISHED, open_results, save_results

PERSONS = 40


@pytest.fixture(scope="module")
def file() -> ScenarioFile:
    return read_scenario("textbook_chain")


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "CHUNK_DRAWS", 8)
    monkeypatch.setattr(merging, "_PORTION_BYTES", 1)


def run(file: ScenarioFile, draws: int | range, **other: object) -> xr.Dataset:
    return simcore.simulate(file, draws=draws, persons=PERSONS, **other)  # type: ignore[arg-type]


def folders(file: ScenarioFile, at: Path, *parts: range, **other: object) -> list[Path]:
    return [save_results(run(file, part, **other), at / str(number)) for number, part in enumerate(parts)]


@pytest.mark.parametrize(
    "parts",
    [
        [range(0, 20), range(20, 50)],
        [range(17, 50), range(0, 17)],
        [range(0, 30), range(10, 50), range(3, 12)],
        [range(0, 50), range(0, 50)],
        [range(0, 50)],
        [range(0, 1), range(1, 2), range(2, 50)],
    ],
    ids=str,
)
def test_parts_make_the_whole_run(file: ScenarioFile, tmp_path: Path, parts: list[range]) -> None:
    found = merge_results(folders(file, tmp_path, *parts), tmp_path / "all")
    assert found.identical(run(file, 50))
    assert sorted(entry.name for entry in (tmp_path / "all").iterdir()) == [STORE]


@pytest.mark.parametrize("other", [{"sampling": "sobol"}, {"engine": "expected"}, {"luck": "shared"}], ids=str)
def test_other_ways_to_run(file: ScenarioFile, tmp_path: Path, other: dict[str, str]) -> None:
    found = merge_results(folders(file, tmp_path, range(0, 20), range(20, 50), **other), tmp_path / "all")
    assert found.identical(run(file, 50, **other))


def test_parts_need_not_begin_with_the_first_draw(file: ScenarioFile, tmp_path: Path) -> None:
    found = merge_results(folders(file, tmp_path, range(60, 70), range(70, 90)), tmp_path / "all")
    assert found.identical(run(file, range(60, 90)))
    more = merge_results([tmp_path / "all", *folders(file, tmp_path / "more", range(0, 60))], tmp_path / "everything")
    assert more.identical(run(file, 90))


def test_what_is_unfinished_is_merged_too_and_merged_results_are_extended(file: ScenarioFile, tmp_path: Path) -> None:
    whole = plan(file, draws=40, persons=PERSONS)
    begun(whole, tmp_path / "died").add(whole.some(slice(0, 12)).results(), 0, 40)
    other = folders(file, tmp_path, range(12, 30))
    assert merge_results([tmp_path / "died", *other], tmp_path / "all").identical(run(file, 30))
    more = simulate_into(tmp_path / "all", file, draws=45, persons=PERSONS, resume=True)
    assert more.identical(run(file, 45))


def test_subgroups_and_cohorts(tmp_path: Path) -> None:
    file = with_groups(read_scenario("school_dropout"), ["sex"])
    found = merge_results(folders(file, tmp_path, range(0, 5), range(5, 11)), tmp_path / "all")
    assert found.identical(run(file, 11))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"seed": 8}, "What differs: seed"),
        ({"engine": "expected"}, "What differs: engine"),
        ({"luck": "shared"}, "What differs: luck"),
        ({"sampling": "sobol"}, "What differs: .*sampling"),
    ],
)
def test_another_run_is_refused_by_name(
    file: ScenarioFile, tmp_path: Path, other: dict[str, object], told: str
) -> None:
    parts = [*folders(file, tmp_path / "a", range(0, 20)), *folders(file, tmp_path / "b", range(20, 40), **other)]
    with pytest.raises(ResultsError, match=told):
        merge_results(parts, tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_another_number_of_persons_and_other_subgroups_are_refused(tmp_path: Path) -> None:
    file = read_scenario("school_dropout")
    one = save_results(simcore.simulate(file, draws=4, persons=20), tmp_path / "one")
    two = save_results(simcore.simulate(file, draws=range(4, 8), persons=30), tmp_path / "two")
    with pytest.raises(ResultsError, match="What differs: persons"):
        merge_results([one, two], tmp_path / "all")
    three = save_results(
        simcore.simulate(with_groups(file, ["sex"]), draws=range(4, 8), persons=20), tmp_path / "three"
    )
    with pytest.raises(ResultsError, match=r"What differs: groups, .*names of group"):
        merge_results([one, three], tmp_path / "all")


def test_another_scenario_is_refused(file: ScenarioFile, tmp_path: Path) -> None:
    case = tmp_path / "textbook_chain"
    shutil.copytree(Path(simcore.__file__).parents[1] / "scenarios" / "textbook_chain", case)
    text = (case / "scenario.yaml").read_text(encoding="utf-8")
    (case / "scenario.yaml").write_text(text + "\n# changed\n", encoding="utf-8")
    parts = [*folders(file, tmp_path / "a", range(0, 4)), *folders(read_scenario(case), tmp_path / "b", range(4, 8))]
    with pytest.raises(ResultsError, match="What differs: the scenario"):
        merge_results(parts, tmp_path / "all")


def test_a_draw_that_nobody_made_is_named(file: ScenarioFile, tmp_path: Path) -> None:
    parts = folders(file, tmp_path, range(0, 10), range(12, 20))
    with pytest.raises(ResultsError, match=r"Draws 10 to 11 are in none .* --first 10 --draws 2 makes them"):
        merge_results(parts, tmp_path / "all")


def test_a_draw_that_differs_between_two_folders_is_refused_and_nothing_is_left(
    file: ScenarioFile, tmp_path: Path
) -> None:
    parts = folders(file, tmp_path, range(0, 20), range(12, 30))
    array = zarr.open_group(parts[1] / STORE, mode="r+")["cost"]
    array[0, 6, 0, 0, 0] += 1.0
    with pytest.raises(ResultsError, match=r"Draws 16 to 19 of .*1 are not the same .*\(cost\)"):
        merge_results(parts, tmp_path / "all")
    assert not (tmp_path / "all" / UNFINISHED).exists()


def test_a_latin_hypercube_and_single_draws_are_refused(file: ScenarioFile, tmp_path: Path) -> None:
    one = save_results(run(file, 20, sampling="latin_hypercube"), tmp_path / "one")
    with pytest.raises(ResultsError, match="Latin hypercube"):
        merge_results([one, one], tmp_path / "all")
    two = save_results(simcore.simulate(file, draws=[3, 5], persons=PERSONS), tmp_path / "two")
    with pytest.raises(ResultsError, match="holds single draws"):
        merge_results([two], tmp_path / "all")


def test_where_the_results_go(file: ScenarioFile, tmp_path: Path) -> None:
    parts = folders(file, tmp_path, range(0, 10), range(10, 20))
    with pytest.raises(ResultsError, match="is one of those to be merged"):
        merge_results(parts, tmp_path / "0")
    with pytest.raises(ResultsError, match="nothing to merge"):
        merge_results([], tmp_path / "all")
    with pytest.raises(ResultsError, match="holds no simcore results"):
        merge_results([tmp_path / "nowhere"], tmp_path / "all")
    whole = plan(file, draws=40, persons=PERSONS)
    begun(whole, tmp_path / "all").add(whole.some(slice(0, 8)).results(), 0, 40)
    with pytest.raises(ResultsError, match="holds an unfinished run"):
        merge_results(parts, tmp_path / "all")
    assert GrowingStore(tmp_path / "all" / UNFINISHED).n_draws == 8
    for wrong in (
        [*parts, tmp_path / "nowhere"],
        [*parts, tmp_path / "all"],
        parts[:1] * 2 + [tmp_path / "all" / STORE],
    ):
        with pytest.raises(ResultsError):
            merged(wrong, tmp_path / "all", afresh=True)
        assert GrowingStore(tmp_path / "all" / UNFINISHED).n_draws == 8  # nothing is thrown away for nothing
    assert merged(parts, tmp_path / "all", afresh=True).n_draws == 20


def test_other_libraries_are_logged(file: ScenarioFile, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = save_results(run(file, range(0, 5)), tmp_path / "one")
    two = save_results(run(file, range(5, 9)).assign_attrs(versions='{"numpy": "1.0"}'), tmp_path / "two")
    assert merge_results([one, two], tmp_path / "all").identical(run(file, 9))
    assert "made with different versions, so that last bits may differ" in caplog.text


def test_old_results_give_way(file: ScenarioFile, tmp_path: Path) -> None:
    parts = folders(file, tmp_path, range(0, 10), range(10, 20))
    save_results(run(file, 3), tmp_path / "all")
    merge_results(parts, tmp_path / "all")
    assert (open_results(tmp_path / "all")["draw"].values == np.arange(20)).all()


def test_an_extension_that_has_more_draws_is_merged_in_place_of_the_results(
    file: ScenarioFile, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = folders(file, tmp_path, range(0, 10), range(16, 20))
    whole = plan(file, draws=40, persons=PERSONS)
    store = begun(whole, one, resume=True)
    assert merge_results([one], tmp_path / "first").sizes["draw"] == 10
    assert caplog.text == ""
    store.add(whole.some(slice(0, 16)).results(), 0, 40)
    assert merge_results([one, two], tmp_path / "all").identical(run(file, 20))
    assert "its unfinished run is merged, which has more draws than its results (10)" in caplog.text


def test_parts_stay_on_disk_and_the_smallest_chunks_are_kept(file: ScenarioFile, tmp_path: Path) -> None:
    parts = folders(file, tmp_path, range(20, 50))
    whole = plan(file, draws=40, persons=PERSONS)
    GrowingStore(tmp_path / "small" / UNFINISHED, 3).add(whole.some(slice(0, 21)).results(), 0, 40)
    assert merging.open_part(tmp_path / "small")["cost"].encoding["preferred_chunks"] == {"draw": 3}
    assert merge_results([tmp_path / "small", *parts], tmp_path / "all").identical(run(file, 50))
    assert GrowingStore(tmp_path / "all" / STORE).chunk == 3


def test_interrupted_merging_leaves_what_was_there(
    file: ScenarioFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = folders(file, tmp_path, range(0, 10), range(10, 20))
    whole = plan(file, draws=40, persons=PERSONS)
    begun(whole, tmp_path / "all").add(whole.some(slice(0, 8)).results(), 0, 40)

    def interrupted(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(merging, "_check_same_draws", interrupted)
        with pytest.raises(KeyboardInterrupt):
            merged(parts, tmp_path / "all", afresh=True)
    assert GrowingStore(tmp_path / "all" / UNFINISHED).n_draws == 8
    with monkeypatch.context() as patch:
        patch.setattr(merging, "finish", interrupted)
        with pytest.raises(KeyboardInterrupt):
            merge_results(parts, tmp_path / "other")
    assert not (tmp_path / "other" / UNFINISHED).exists()


def test_a_run_that_another_process_begins_meanwhile_is_not_removed(
    file: ScenarioFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = folders(file, tmp_path, range(0, 10), range(10, 20))
    whole, check = plan(file, draws=40, persons=PERSONS, seed=99), merging._check_one_run

    def begins(parts: object) -> None:
        check(parts)  # type: ignore[arg-type]
        begun(whole, tmp_path / "all").add(whole.some(slice(0, 16)).results(), 0, 40)

    monkeypatch.setattr(merging, "_check_one_run", begins)
    with pytest.raises(ResultsError, match=r"being written by another process|holds another run"):
        merge_results(parts, tmp_path / "all")
    assert GrowingStore(tmp_path / "all" / UNFINISHED).n_draws == 16


def test_a_truncated_part_is_told(file: ScenarioFile, tmp_path: Path) -> None:
    parts = folders(file, tmp_path, range(0, 10), range(10, 20))
    with (parts[1] / STORE / "cost" / "0.0.0.0.0").open("r+b") as chunk:
        chunk.truncate(40)
    with pytest.raises(ResultsError, match="is damaged: a part of cost cannot be read"):
        merge_results(parts, tmp_path / "all")
    assert not (tmp_path / "all" / UNFINISHED).exists()
