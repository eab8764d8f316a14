"""Stored results are run again, and what differs is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import zarr

import simcore
from simcore.report.reproduced_words import reproduced_words
from simcore.reproducing import run_again
from simcore.scenario.loading import read_scenario, with_groups
from simcore.simulation import Planned
from simcore.storage import STORE, save_results


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Planned, "chunk", lambda planned, threads=None: 8)
    monkeypatch.setattr(Planned, "_at_once", 8)


@pytest.mark.parametrize(
    "how",
    [
        {"draws": 20}, {"draws": range(30, 41)}, {"draws": [3, 17]}, {"draws": 20, "sampling": "latin_hypercube"},
        {"draws": 20, "sampling": "sobol"}, {"draws": 5, "engine": "expected"}, {"draws": 5, "luck": "shared"},
        {"draws": 5, "seed": 2**64 - 1},
    ],
    ids=str,
)  # fmt: skip
def test_every_kind_of_run_is_reproduced(tmp_path: Path, how: dict[str, object]) -> None:
    file = read_scenario("textbook_chain")
    folder = save_results(simcore.simulate(file, persons=30, **how), tmp_path / "run")  # type: ignore[arg-type]
    found = run_again(folder)
    assert found.agrees, found.different
    assert found.versions == {}
    assert "The bits agree" in reproduced_words(found)[0]


def test_subgroups_alternatives_and_given_values_are_reproduced(tmp_path: Path) -> None:
    file = read_scenario("school_dropout")
    changed = with_groups(next(iter(file.alternatives.values())), ["sex"])
    assert run_again(save_results(simcore.simulate(changed, draws=3, persons=20), tmp_path / "one")).agrees
    given = {name: of.mean for name, of in file.distributions.items() if not of.is_fixed}
    results = simcore.simulate(file, draws=3, persons=20, parameters=given)
    assert results.attrs["sampling"] == "given"
    assert run_again(save_results(results, tmp_path / "two")).agrees


def test_the_smallest_change_is_found_and_sized(tmp_path: Path) -> None:
    folder = save_results(simcore.simulate(read_scenario("textbook_chain"), draws=20, persons=30), tmp_path / "run")
    cost = zarr.open_group(folder / STORE, mode="r+")["cost"]
    cost[0, 11, 0, 0, 2] = np.nextafter(cost[0, 11, 0, 0, 2], np.inf)
    cost[0, 3, 0, 0, 2] = -cost[0, 3, 0, 0, 2] if cost[0, 3, 0, 0, 2] else -0.0
    found = run_again(folder)
    assert list(found.different) == ["cost"]
    assert found.different["cost"][0] == 2
    words = "\n".join(reproduced_words(found))
    assert "do NOT agree" in words
    assert "cost: in 2 of 20 draws" in words
    assert "Versions are the same as then" in words


def test_what_is_said_of_a_run_and_is_not_so_is_told(tmp_path: Path) -> None:
    results = simcore.simulate(read_scenario("textbook_chain"), draws=6, persons=30)
    text = results.attrs["scenario_files"].replace("textbook", "text-book", 1)
    assert text != results.attrs["scenario_files"]
    found = run_again(save_results(results.assign_attrs(scenario_files=text, currency="EUR"), tmp_path / "run"))
    assert not found.agrees
    assert {"content_hash", "currency"} <= set(found.attributes)
    assert "what the results say of the run: content_hash, currency" in "\n".join(reproduced_words(found))


def test_given_values_and_new_prices_are_taken_as_they_are(tmp_path: Path) -> None:
    file = read_scenario("textbook_chain")
    results = simcore.simulate(file, draws=6, persons=30, parameters={"rr_oil": np.linspace(0.5, 0.6, 6)})
    assert run_again(save_results(results, tmp_path / "one")).agrees
    priced = simcore.reprice(results, {"call_out": 900.0})
    found = run_again(save_results(priced, tmp_path / "two"))
    assert found.agrees, found.different
    assert json.loads(priced.attrs["given"]) == ["call_out", "rr_oil"]


def test_numbers_that_were_drawn_otherwise_and_what_is_not_there_are_told(tmp_path: Path) -> None:
    file = read_scenario("textbook_chain")
    given = simcore.simulate(file, draws=6, persons=30, parameters={"rr_oil": 0.5})
    del given.attrs["given"]  # as if it had been drawn
    old = given.drop_vars("years_alive").assign_attrs(
        versions=json.dumps({"numpy": "1.0"}), simcore_version="0.0.1"
    )  # fmt: skip
    found = run_again(save_results(old, tmp_path / "run"))
    assert found.different["parameter_value"][0] == 6
    assert np.isnan(found.different["years_alive"][1])
    assert found.versions["numpy"][0] == "1.0"
    words = "\n".join(reproduced_words(found))
    assert "years_alive: of other sizes, or not there" in words
    assert "Other versions: numpy 1.0 then" in words


def test_progress_runs_from_nothing_to_all(tmp_path: Path) -> None:
    folder = save_results(simcore.simulate(read_scenario("textbook_chain"), draws=20, persons=30), tmp_path / "run")
    seen: list[tuple[int, int]] = []
    run_again(folder, progress=lambda done, wanted: seen.append((done, wanted)))
    assert seen[0] == (0, 20)
    assert seen[-1] == (20, 20)
    assert seen == sorted(seen)
