"""The command line: what it prints and writes, its exit codes, and what wrong input meets."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from simcore import cli, open_results

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["--draws", "20", "--persons", "200"]


def simcore(*arguments):
    return CliRunner().invoke(cli.app, list(arguments))


@pytest.fixture
def results(tmp_path):
    done = simcore("run", "textbook_chain", *SMALL, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    return tmp_path / "out", done


def test_run_prints_tables_and_writes_a_folder(results):
    folder, done = results
    assert sorted(path.name for path in folder.iterdir()) == ["actors.csv", "budget.csv", "figure.png", "results.zarr"]
    for word in ("Avoided cost", "MCSE", "gramme", "Net saving", "Break-even", "Luck", "Society", "Evidence"):
        assert word in " ".join(done.output.split())
    stored = open_results(folder)
    assert dict(stored.sizes)["draw"] == 20
    assert stored.attrs["n_persons"] == 200


def test_report_prints_the_same_tables_again(results, tmp_path):
    folder, done = results
    again = simcore("report", str(folder), "--figure", str(tmp_path / "again.png"))
    assert again.exit_code == 0
    assert again.output.strip() == done.output.split("\nResults:")[0].strip()
    assert (tmp_path / "again.png").read_bytes() == (folder / "figure.png").read_bytes()


def test_json_is_json_and_says_what_the_dataset_says(results):
    folder, _ = results
    told = json.loads(simcore("report", str(folder), "--json").output)
    society = next(record for record in told["actors"] if record["actor"] == "society")
    stored = open_results(folder)
    kinds = [kind for kind in stored["cost_kind"].values if kind not in ("intangible", "public_funds")]
    present = stored["present_value"].sel(cost_kind=kinds).sum(["actor", "cost_kind", "year"]).mean("draw")
    expected = float(present.sel(strategy=told["run"]["comparator"]) - present.sel(strategy=society["intervention"]))
    assert society["net_saving"] == pytest.approx(expected, rel=1e-9)


def test_the_same_run_again_gives_the_same_numbers(results, tmp_path):
    folder, _ = results
    again = simcore("run", "textbook_chain", *SMALL, "--workers", "1", "--out", str(tmp_path / "again"))
    assert again.exit_code == 0
    assert open_results(tmp_path / "again").identical(open_results(folder))


def test_earlier_results_are_replaced_but_nothing_else(tmp_path):
    target = tmp_path / "mine"
    assert simcore("run", "textbook_chain", *SMALL, "--out", str(target), "--quiet").output == ""
    assert simcore("run", "textbook_chain", *SMALL, "--out", str(target), "--seed", "5").exit_code == 0
    assert open_results(target).attrs["seed"] == "5"
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("years of work")
    refused = simcore("run", "textbook_chain", *SMALL, "--out", str(other))
    assert refused.exit_code == 2
    assert "holds files that are not simcore results" in refused.output
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert (other / "chapter.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "school_dropot"], "did you mean 'school_dropout'?"),
        (["run", "textbook_chain", "--draws", "0"], "a whole number from 1 to"),
        (["run", "textbook_chain", "--persons", "-3"], "a whole number from 1 to"),
        (["run", "textbook_chain", "--seed", "-1"], "a whole number from 0 to"),
        (["report", "nowhere"], "no such folder"),
        (["check", "nowhere.yaml"], "no such file or scenario"),
        (["sources", "nowhere.yaml"], "no such file or scenario"),
    ],
)
def test_wrong_input_gives_a_message_and_code_2(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = simcore(*arguments)
    assert done.exit_code == 2
    assert words in done.output
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_is_refused():
    done = simcore("runn")
    assert done.exit_code == 2
    assert "run" in done.output


def test_a_file_of_the_user_in_the_results_folder_is_not_deleted(results):
    folder, _ = results
    (folder / "my_notes.txt").write_text("a thought")
    again = simcore("run", "textbook_chain", *SMALL, "--out", str(folder))
    assert again.exit_code == 2
    assert "my_notes.txt" in again.output
    assert (folder / "my_notes.txt").read_text() == "a thought"


def test_a_target_group_that_is_not_all_simulated_is_told(tmp_path):
    arguments = ("run", "school_dropout", "--draws", "2", "--out", str(tmp_path / "out"), "--persons")
    few, enough = (" ".join(simcore(*arguments, persons).output.split()) for persons in ("50", "120"))
    assert "the decision is about 120 persons, of whom only 50 are simulated." in few
    assert "the decision is about 120 persons." in enough


def test_a_run_that_cannot_fit_into_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = simcore("run", "school_dropout", "--draws", "10000000")
    assert done.exit_code == 2
    assert "GB of memory" in done.output
    assert list(tmp_path.iterdir()) == []


def test_kinds_shown_apart_are_counted_on_request(tmp_path):
    folder = tmp_path / "out"
    plain = simcore("run", "school_dropout", "--draws", "4", "--persons", "300", "--out", str(folder), "--json")
    asked = simcore("report", str(folder), "--json", "--also", "public_funds")

    def of(done, actor):
        records = json.loads(done.output)["actors"]
        return next(r["net_saving"] for r in records if r["actor"] == actor and r["intervention"] == "team")

    assert of(asked, "municipality") == of(plain, "municipality")
    # Public actors lose on average here, so raising the money costs the rest of society 0.3 of it.
    assert of(asked, "society") == pytest.approx(of(plain, "society") + 0.3 * of(plain, "public_sector"), rel=1e-9)
    wrong = simcore("report", str(folder), "--also", "public_fund")
    assert wrong.exit_code == 2
    assert "did you mean 'public_funds'?" in wrong.output


BARE = """
title: Bare
illustrative: true
population: {persons: 50, target_group: 5, start: {age: 20, year: 2024}, horizon: {years: 3}, start_states: {d: a}}
domains: {d: {states: [a, b], moves: {a -> b: {probability: p}}}}
parameters:
  p: {distribution: {fixed: 0.3}, unit: probability per year, source: {assumption: made up}}
strategies: {usual: []}
comparator: usual
draws: 3
"""


@pytest.mark.parametrize("added", ["", "outcomes: {years: {about: years as a, while: {d: a}, good: true}}\n"])
def test_a_scenario_with_only_a_comparator_runs(tmp_path, added):
    path = tmp_path / "bare.yaml"
    path.write_text(BARE + added, encoding="utf-8")
    done = simcore("run", str(path), "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert simcore("report", str(tmp_path / "out"), "--json").exit_code == 0


def test_only_transfers_leave_society_with_exactly_nothing(tmp_path):
    path = tmp_path / "transfers.yaml"
    text = BARE.replace("strategies: {usual: []}", "strategies: {usual: [], help: [help]}").replace(
        "draws: 3", "draws: 40"
    )
    text = text.replace(
        "parameters:",
        "parameters:\n  benefit: {distribution: {gamma: {mean: 70123.7, sd: 9000}}, "
        "unit: SEK per year, price_year: 2024, source: {assumption: made up}}\n"
        "  half: {distribution: {fixed: 0.5}, unit: odds ratio, source: {assumption: made up}}",
    )
    text += (
        "money: {currency: SEK, price_year: 2024}\nactors: {town: {sector: public}, home: {sector: household}}\n"
        "prices: {benefit: {while: {d: b}, transfer: benefit, from: town, to: home}}\n"
        "interventions: {help: {about: help, enrol: {at_age: 20, uptake: 1}, "
        "effects: [{move: d.a -> b, odds_ratio: half, years: [1, 3], evidence: assumed}]}}\n"
    )
    path.write_text(text, encoding="utf-8")
    done = simcore("run", str(path), "--out", str(tmp_path / "out"), "--json")
    assert done.exit_code == 0, done.output
    assert {record["actor"] for record in json.loads(done.output)["actors"]} == {"town", "home", "public_sector"}


@pytest.mark.parametrize("damage", ["empty", "cut", "other", "chunk"])
def test_an_unreadable_results_folder(results, damage):
    folder, _ = results
    store = folder / "results.zarr"
    if damage == "empty":
        for path in sorted(store.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    elif damage == "chunk":
        next(path for path in (store / "present_value").iterdir() if path.name[0].isdigit()).unlink()
    elif damage == "cut":
        next(path for path in store.rglob("*") if path.is_file() and "present_value" in str(path)).write_bytes(b"\0")
        (store / ".zmetadata").write_text('{"metadata": {')
    else:
        import xarray as xr

        other = folder.parent / "other" / "results.zarr"
        xr.Dataset({"a": ("x", np.arange(3))}).to_zarr(other, zarr_format=2, consolidated=True)
        folder = other.parent
    done = simcore("report", str(folder))
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert "results" in done.output


def test_a_model_that_is_no_probability_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "scenarios" / "textbook_chain" / "scenario.yaml").read_text(encoding="utf-8")
    start = text.index("parameters:")
    first = next(line for line in text[start:].splitlines() if "probability" in line or "distribution" in line)
    assert first
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        """
title: Broken
illustrative: true
population: {persons: 10, target_group: 5, start: {age: 20, year: 2024}, horizon: {years: 3}, start_states: {d: a}}
domains: {d: {states: [a, b, c], moves: {a -> b: {probability: p}, a -> c: {probability: q}}}}
parameters:
  p: {distribution: {fixed: 0.61}, unit: probability per year, source: {assumption: made up}}
  q: {distribution: {fixed: 0.43}, unit: probability per year, source: {assumption: made up}}
strategies: {usual: []}
comparator: usual
""",
        encoding="utf-8",
    )
    for command in (["run", "broken.yaml", "--out", "out"], ["check", "broken.yaml"]):
        done = simcore(*command)
        assert done.exit_code == 2
        assert "the ways from 'a' of d add up to 1.04 (b 0.61, c 0.43); at most 1 is possible" in done.output
    assert not (tmp_path / "out").exists()


def interrupted(out: Path, *sizes: str, after: Callable[[], bool] = lambda: False) -> str:
    """Run with Ctrl-C after 8 s, or once something has happened if that is later; what it says about it."""
    import signal
    import time

    command = [sys.executable, "-m", "simcore", "run", "school_dropout", *sizes, "--out", str(out)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(8)
    while not after() and running.poll() is None:
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, error = running.communicate(timeout=60)
    assert running.returncode == 130, error
    return error


def test_interrupting_a_run_before_its_first_portion_leaves_nothing(tmp_path):
    error = interrupted(tmp_path / "out", "--draws", "4", "--persons", "20000000", after=lambda: True)
    assert "Interrupted; nothing was written." in error
    assert list(tmp_path.iterdir()) == []


def test_interrupting_a_run_keeps_the_portions_that_are_finished(tmp_path):
    there = (tmp_path / "out" / "unfinished.zarr" / ".zmetadata").exists
    error = interrupted(tmp_path / "out", "--draws", "40000", after=there)
    assert re.search(r"Interrupted: [\d,]+ of 40,000 draws are in .*; --resume goes on with them", error)
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == ["unfinished.zarr"]


def test_check_says_it_in_words():
    done = simcore("check", "school_dropout")
    assert done.exit_code == 0
    for words in ("Life course", "Interventions", "Who: at age 16", "Costs: programme", "Changes:", "the comparator"):
        assert words in done.output


def test_sources_lists_every_figure():
    from simcore.scenario.loading import read_scenario

    told = json.loads(simcore("sources", "school_dropout", "--json").output)
    scenario = read_scenario("school_dropout").scenario
    targets = {f"calibration.targets.{name}" for name in scenario.calibration.targets}
    names = {figure["name"] for figure in told["figures"]}
    populations = {name for name in names if " of " in name}  # figures that the populations of statistics have
    assert "share_vulnerable of general" in populations
    assert names - populations == {*scenario.parameters, *scenario.tables, *targets}
    assert all(figure["used_for"] for figure in told["figures"])
    table = simcore("sources", "school_dropout").output
    assert "Wilson" in table
    assert "Assumption" in table


def test_list_and_schema():
    listed = json.loads(simcore("list", "--json").output)
    assert {"school_dropout", "textbook_chain"} <= set(listed)
    assert json.loads(simcore("schema").output)["title"] == "simcore scenario"


MONEY = """
title: Money
illustrative: true
population:
  {persons: 60, target_group: 6, start: {age: 20, year: 2024}, horizon: {years: 3}, start_states: {d: a}, cohorts: 2}
domains: {d: {states: [a, b], moves: {a -> b: {probability: p}}}}
actors: {town: {sector: public}, home: {sector: household}, others: {sector: other}}
parameters:
  p: {distribution: {fixed: 0.3}, unit: probability per year, source: {assumption: made up}}
  half: {distribution: {fixed: 0.5}, unit: share, source: {assumption: made up}}
  ratio: {distribution: {gamma: {mean: 2, sd: 0.2}}, unit: odds ratio, source: {assumption: made up}}
  care: {distribution: {fixed: 700}, unit: SEK per year, price_year: 2024, source: {assumption: made up}}
  worth: {distribution: {fixed: 9000}, unit: SEK per year, price_year: 2024, source: {assumption: made up}}
  start_up: {distribution: {fixed: 4000}, unit: SEK per event, price_year: 2024, source: {assumption: made up}}
prices:
  care: {while: {d: a}, resource: care, actor: town, cashable: {share: half}}
  other_care: {while: {d: a}, resource: care, actor: town}
  work: {while: {d: b}, production: worth, to: home}
interventions:
  one:
    about: one
    enrol: {at_age: 20, uptake: 1}
    effects: [{move: d.a -> b, odds_ratio: ratio, years: [1, 3], evidence: assumed}]
    costs: [{programme: start_up, fixed: true, actor: town}]
    displacement: [{share: half, prices: [work], borne_by: others}]
  two:
    about: two
    enrol: {at_age: 20, uptake: 1}
    effects: [{move: d.a -> b, odds_ratio: ratio, years: [1, 3], evidence: assumed}]
strategies: {usual: [], one: [one], two: [two], both: [two, one]}
comparator: usual
money: {currency: SEK, price_year: 2024}
draws: 5
"""


def test_cashable_displaced_and_combined_in_run_and_report(tmp_path):
    path = tmp_path / "money.yaml"
    path.write_text(MONEY, encoding="utf-8")
    done = simcore("run", str(path), "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert "note: " in done.output
    assert (
        "prices.other_care: other_care does not say what public actors can cash: all of it counts as money at once"
        in done.output
    )
    again = simcore("report", str(tmp_path / "out"))
    assert again.exit_code == 0
    words = " ".join(again.output.split())
    for said in ("of which cashable", "freed", "Displaced", "Both against Two + One: net saving", "all 2 cohorts"):
        assert all(word in words for word in said.split())
    assert again.output.strip() in done.output
    checked = simcore("check", str(path))
    assert "Displaces others: they lose the share half (0.5) of what it adds in work" in checked.output
    told = json.loads(simcore("report", str(tmp_path / "out"), "--json").output)
    assert told["run"]["cohorts"] == 2
    assert json.loads(told["run"]["strategies"])["both"] == ["two", "one"]
    assert {of["strategy"] for of in told["combinations"]} == {"both"}


def test_the_money_of_calendar_years_in_run_and_report(tmp_path):
    path, folder = tmp_path / "money.yaml", tmp_path / "out"
    path.write_text(MONEY, encoding="utf-8")
    done = simcore("run", str(path), "--out", str(folder), "--years")
    assert done.exit_code == 0, done.output
    assert "(figure.png, actors.csv, budget.csv, results.zarr)" in done.output
    again = simcore("report", str(folder), "--years")
    assert again.exit_code == 0
    assert again.output.strip() in done.output
    heading = "One, net saving of the target group by year (1,000 SEK, prices of 2024, not discounted)"
    assert heading in again.output
    assert heading not in simcore("report", str(folder)).output
    told = json.loads(simcore("report", str(folder), "--years", "--json").output)["budget"]
    with (folder / "budget.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [{key: str(value) for key, value in record.items()} for record in told] == written
    assert [record["year"] for record in told if (record["intervention"], record["actor"]) == ("one", "town")] == [
        2024, 2025, 2026, 2027,
    ]  # fmt: skip
    stored = open_results(folder)["cost"].sel(actor="town").sum("cost_kind").mean("draw")
    saved = (stored.sel(strategy="usual") - stored.sel(strategy="one")).values
    by_year = [record for record in told if (record["intervention"], record["actor"]) == ("one", "town")]
    np.testing.assert_allclose([record["net_saving"] for record in by_year], saved, rtol=1e-9)
    np.testing.assert_allclose([record["total_net_saving"] for record in by_year], 6 * saved, rtol=1e-9)
    assert "budget" not in json.loads(simcore("report", str(folder), "--json").output)
