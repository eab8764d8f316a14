"""Results too large to be read at once: most of them stays on disk, and every number is what it would be in memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore import storage
from simcore.analysis import budget as budget_module
from simcore.analysis import by_draws as by_draws_module
from simcore.analysis.by_draws import Mean, by_draws, portions_of, read_by_draws
from simcore.analysis.deaths import avoided_by_survival
from simcore.analysis.once import worked_out_once
from simcore.analysis.payback import paths, settled_net_saving
from simcore.errors import ResultsError
from simcore.report.budget_tables import budget_records
from simcore.report.figures import figure_png
from simcore.report.records import as_csv, as_json, rows
from simcore.report.tables import run_tables
from simcore.repricing import scenario_of
from simcore.scenario.loading import read_scenario, with_groups
from simcore.studies.runs import Compared, expected_values, repriced

DRAWS, CHUNK = 16, 6
#: Scenarios with combinations and subgroups, with cashable savings and longer lives, with displacement, without luck,
#: and draws that are not independent.
RUNS = {
    "combinations": ("school_dropout", {}),
    "cashable": ("young_offenders", {}),
    "displaced": ("county_unemployment", {}),
    "expected": ("textbook_chain", {"engine": "expected"}),
    "sobol": ("textbook_chain", {"sampling": "sobol"}),
}
#: Variables that stay on disk.
LARGE = {
    "person_time", "events", "cost", "present_value", "present_value_between_halves", "cashable_saving",
    "cashable_present_value", "years_alive", "present_value_of_part", "spread_present_value", "group_present_value",
}  # fmt: skip


@pytest.fixture(scope="module", params=RUNS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in several chunks, the last of which is not full."""
    name, options = RUNS[request.param]
    folder = tmp_path_factory.mktemp("large") / request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "CHUNK_DRAWS", CHUNK)
        file = read_scenario(name)
        file = with_groups(file, ["sex"]) if request.param == "combinations" else file
        return simcore.save_results(simcore.simulate(file, draws=DRAWS, persons=60, **options), folder)


@pytest.fixture(scope="module")
def loaded(folder: Path) -> xr.Dataset:
    return simcore.open_results(folder)


@pytest.fixture
def lying(folder: Path, monkeypatch: pytest.MonkeyPatch) -> xr.Dataset:
    """The same results, on disk, and read in small portions."""
    monkeypatch.setattr(storage, "IN_MEMORY", 0)
    monkeypatch.setattr(by_draws_module, "PORTION", 1)
    monkeypatch.setattr(budget_module, "_AT_ONCE", 200_000)
    return simcore.open_results(folder)


def test_results_are_the_same(loaded: xr.Dataset, lying: xr.Dataset) -> None:
    on_disk = {name for name, of in lying.variables.items() if "preferred_chunks" in of.encoding}
    assert on_disk == {str(name) for name, of in loaded.data_vars.items() if name in LARGE and of.size}
    assert not any("preferred_chunks" in of.encoding for of in loaded.variables.values())
    assert [len(portions_of(results)) for results in (loaded, lying)] == [1, 3]
    assert list(lying.data_vars) == list(loaded.data_vars)
    assert lying.identical(loaded)


def test_tables_and_figure_are_the_same(loaded: xr.Dataset, lying: xr.Dataset) -> None:
    def told(results: xr.Dataset) -> list[object]:
        scenario = read_scenario(results.attrs["scenario"]).scenario
        also, per = ["intangible", "public_funds"], str(results["outcome"].values[0])
        with worked_out_once():
            records = rows(results, also)
            tables = run_tables(results, scenario, records, 160, per, also, True)
            return [
                as_csv(records), as_csv(rows(results)), as_csv(budget_records(results)),
                json.dumps(as_json(results, scenario, records, per, also, True)), shown(tables),
                figure_png(results, scenario),
            ]  # fmt: skip

    for found, wanted in zip(told(lying), told(loaded), strict=True):
        assert found == wanted


def shown(tables: object) -> str:
    from rich.console import Console

    console = Console(width=160)
    with console.capture() as caught:
        console.print(tables)
    return caught.get()


def test_analyses_are_the_same(loaded: xr.Dataset, lying: xr.Dataset) -> None:
    outcome = str(loaded["outcome"].values[0])
    analyses = {
        "avoided": lambda of: simcore.avoided_cost(of, by_year=True, also=["intangible"]),
        "programme": lambda of: simcore.programme_cost(of, discounted=False),
        "saving": lambda of: simcore.net_saving(of, by_year=True, discounted=False, gross=True),
        "cashable": lambda of: simcore.cashable_saving(of, by_year=True, gross=True),
        "freed": simcore.freed,
        "cumulative": simcore.cumulative_net_saving,
        "paths": paths,
        "settled": settled_net_saving,
        "settled_public": lambda of: settled_net_saving(of, "public_sector"),
        "summary": simcore.summarise,
        "budget": lambda of: simcore.budget(of, total=True),
        "benefit": simcore.net_benefit,
        "frontier": lambda of: simcore.cost_effectiveness(of, outcome),
        "survival": lambda of: avoided_by_survival(of, by_year=True),
    }
    for name, analysis in analyses.items():
        xr.testing.assert_identical(analysis(lying), analysis(loaded))
        assert analysis(lying).attrs == analysis(loaded).attrs, name


def test_a_ledger_is_priced_again(loaded: xr.Dataset, lying: xr.Dataset) -> None:
    file = scenario_of(loaded)
    table = {name: np.full(2, value) for name, value in expected_values(file).items()}
    found, wanted = (repriced(results, Compared())[1](table) for results in (lying, loaded))
    xr.testing.assert_identical(found, wanted)
    xr.testing.assert_identical(simcore.reprice(lying), simcore.reprice(loaded))


@pytest.mark.parametrize(
    "places",
    [3, -1, slice(None), slice(3, 11), slice(4, 5), slice(2, None, 7), slice(None, None, -3), slice(9, 9), [15, 0, 6]],
)
def test_any_part_is_read(loaded: xr.Dataset, lying: xr.Dataset, places: object) -> None:
    for part in ({"draw": places}, {"draw": places, "strategy": 1}, {"year": -1, "draw": places, "actor": [0]}):
        xr.testing.assert_identical(lying["cost"].isel(part), loaded["cost"].isel(part))
    before = {"draw": places, "part": 0, "meter": slice(None, None, 2)}
    xr.testing.assert_identical(lying["person_time"].isel(before), loaded["person_time"].isel(before))


@pytest.fixture
def own(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, xr.Dataset]:
    """A store of its own for each test, and what is opened of it."""
    monkeypatch.setattr(storage, "IN_MEMORY", 0)
    shutil.copytree(folder, tmp_path / "run")
    return tmp_path / "run", simcore.open_results(tmp_path / "run")


def gone(store: Path) -> str:
    return (
        f"{store / storage.STORE} cannot be read any more: it was removed, or other results took its place, after it "
        "was opened. Open the results again."
    )


def test_results_that_are_removed_are_not_read_as_nothing(own: tuple[Path, xr.Dataset]) -> None:
    store, results = own
    shutil.rmtree(store)
    assert results["outcome_value"].notnull().all()
    with pytest.raises(ResultsError) as caught:
        simcore.summarise(results)
    assert str(caught.value) == gone(store)


def test_other_results_in_their_place_are_not_taken_for_them(own: tuple[Path, xr.Dataset], loaded: xr.Dataset) -> None:
    store, results = own
    assert np.isfinite(results["cost"].isel(draw=0)).all()
    simcore.save_results(loaded.isel(draw=slice(0, 4)), store)
    with pytest.raises(ResultsError) as caught:
        results["cost"].isel(draw=0).load()
    assert str(caught.value) == gone(store)


def test_a_store_in_other_chunks_is_read(loaded: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = {"cost": {"chunks": (1, *loaded["cost"].shape[1:])}}
    loaded.to_zarr(tmp_path / storage.STORE, zarr_format=2, encoding=chunks, write_empty_chunks=True)
    monkeypatch.setattr(storage, "IN_MEMORY", 0)
    assert simcore.open_results(tmp_path).identical(loaded)


def test_a_mean_by_portions_is_that_of_all(loaded: xr.Dataset, lying: xr.Dataset) -> None:
    for name in ("cost", "person_time"):
        mean = Mean()
        for some in read_by_draws(lying, name):
            mean.add(some[name].values, some[name].get_axis_num("draw"))
        assert (mean.of_all() == loaded[name].values.mean(axis=loaded[name].get_axis_num("draw"))).all()


def test_results_in_memory_are_one_portion(loaded: xr.Dataset) -> None:
    asked = []
    by_draws(lambda some: asked.append(some) or some["cost"], loaded, "cost")  # type: ignore[func-returns-value]
    assert len(asked) == 1
    assert asked[0] is loaded


_CHILD = """
import re, sys
from pathlib import Path
import simcore
from simcore import storage
from simcore.analysis.once import worked_out_once
from simcore.report.budget_tables import budget_records
from simcore.report.figures import figure_png
from simcore.report.records import rows
from simcore.scenario.loading import read_scenario
storage.IN_MEMORY = int(sys.argv[2])
scenario = read_scenario("school_dropout").scenario
few = simcore.simulate(simcore.read_scenario("school_dropout"), draws=3, persons=10)
rows(few), figure_png(few, scenario)  # what is loaded when it is first used does not count
def most():  # of this process alone, where resource.getrusage knows that of the one it was copied from too
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text()).group(1))
before = most()
results = simcore.open_results(sys.argv[1])
with worked_out_once():
    rows(results), budget_records(results), figure_png(results, scenario)
print(results.nbytes, most() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system tells it in another way")
def test_memory_does_not_grow_with_what_is_on_disk(tmp_path: Path) -> None:
    results = simcore.simulate(simcore.read_scenario("school_dropout"), draws=1000, persons=10)
    simcore.save_results(results, tmp_path / "run")
    took = {}
    for limit in (0, 10**12):
        command = [sys.executable, "-c", _CHILD, str(tmp_path / "run"), str(limit)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        size, took[limit] = map(int, done.stdout.split())
        assert size == results.nbytes > 300_000_000
    assert took[0] < 0.8 * size < size < took[10**12]
