"""Runs on the command line that go to disk, come from several machines, or are done again."""

import json
import logging

import pytest
from typer.testing import CliRunner

from simcore import cli, open_results, resuming
from simcore.simulation import Planned

SMALL = ["--draws", "20", "--persons", "50"]


@pytest.fixture(autouse=True)
def small_portions(monkeypatch):
    monkeypatch.setattr(Planned, "is_small", False)
    monkeypatch.setattr(Planned, "chunk", lambda planned, threads=None: 6)
    monkeypatch.setattr(Planned, "_at_once", 6)


def simcore(*arguments):
    return CliRunner().invoke(cli.app, list(map(str, arguments)))


def run(out, *more):
    done = simcore("run", "textbook_chain", "--persons", 50, "--out", out, *more)
    assert done.exit_code == 0, done.output
    return done


def one_portion(store, wanted, made, add_all=resuming._add_all):
    """Be interrupted after the first portion."""
    add_all(store, wanted, iter([next(made)]))
    raise KeyboardInterrupt


def test_parts_of_two_machines_are_merged(tmp_path):
    run(tmp_path / "here", "--draws", 15, "--quiet")
    run(tmp_path / "there", "--first", 15, "--draws", 5, "--quiet")
    whole = run(tmp_path / "whole", "--draws", 20)
    merged = simcore("merge", tmp_path / "there", tmp_path / "here", "--out", tmp_path / "merged")
    assert merged.exit_code == 0, merged.output
    assert merged.output.replace("/merged", "/whole") == whole.output
    assert open_results(tmp_path / "merged").identical(open_results(tmp_path / "whole"))
    names = ["actors.csv", "budget.csv", "figure.png", "results.zarr"]
    for folder in ("merged", "whole"):
        assert sorted(path.name for path in (tmp_path / folder).iterdir()) == names
    for name in names[:3]:
        assert (tmp_path / "merged" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    missing = simcore("merge", tmp_path / "there", "--out", tmp_path / "merged", "--json")
    assert json.loads(missing.output)["run"]["n_draws"] == 5


def test_a_run_is_extended(tmp_path):
    run(tmp_path / "run", "--draws", 10, "--quiet")
    more = run(tmp_path / "run", "--draws", 20, "--resume")
    whole = run(tmp_path / "whole", "--draws", 20)
    assert more.output.replace("/run", "/whole") == whole.output
    assert open_results(tmp_path / "run").identical(open_results(tmp_path / "whole"))
    fewer = simcore("run", "textbook_chain", "--persons", "50", "--draws", "5", "--out", tmp_path / "run", "--resume")
    assert fewer.exit_code == 2
    assert "holds 20 draws, more than 5" in fewer.output


def test_a_run_is_done_again(tmp_path):
    run(tmp_path / "run", "--draws", 20, "--quiet")
    again = simcore("run", "--again", tmp_path / "run")
    assert again.exit_code == 0
    assert again.output.startswith("The bits agree: textbook_chain, 50 persons per draw, 20 draws, seed 7; ")
    assert simcore("run", "--again", tmp_path / "run", "--quiet").output == ""
    told = json.loads(simcore("run", "--again", tmp_path / "run", "--json").output)
    assert told["agrees"] is True
    assert told["different"] == {}


def test_bits_that_do_not_agree_are_told_with_an_exit_code(tmp_path):
    import zarr

    run(tmp_path / "run", "--draws", 20, "--quiet")
    cost = zarr.open_group(tmp_path / "run" / "results.zarr", mode="r+")["cost"]
    cost[0, 11, 0, 0, 2] += 1.0
    again = simcore("run", "--again", tmp_path / "run")
    assert again.exit_code == 1
    assert "The bits do NOT agree" in again.output
    assert "cost: in 1 of 20 draws" in again.output
    assert json.loads(simcore("run", "--again", tmp_path / "run", "--json").output)["agrees"] is False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "a folder, a file, or the name of a shipped one"),
        (["run", "textbook_chain", "--again", "x"], "SCENARIO with --again"),
        (["run", "--again", "x", "--draws", "3"], "--draws with --again"),
        (["run", "--again", "x", "--out", "y"], "--out with --again"),
        (["run", "--again", "nowhere"], "no such folder"),
        (["run", "textbook_chain", "--until", "2%", "--resume"], "--resume with --until"),
        (["run", "textbook_chain", "--until", "2%", "--draws", "9"], "--draws 9 with --until"),
        (["run", "textbook_chain", "--until", "2%", "--dask", "x"], "--dask x with --until"),
        (["run", "textbook_chain", "--out", "y", "--log", "y/x"], "y/x, which is, or is in, the results folder y"),
        (["run", "textbook_chain", "--out", "y", "--log", "y"], "y, which is, or is in, the results folder y"),
        (["run", "--again", "y", "--log", "y/x"], "y/x, which is, or is in, the results folder y"),
        (["run", "textbook_chain", *SMALL, "--log", ""], "'' is no file that a log could be written to"),
        (
            ["run", "textbook_chain", "--out", "y" * 300],
            "can be no folder (",
        ),
        (["run", "textbook_chain", "--out", "/dev/null/x"], "/dev/null is a file, not a folder; nothing was run"),
        (["run", "textbook_chain", "--resume", "--afresh"], "--afresh with --resume"),
        (["run", "textbook_chain", "--dask", "x", "--processes"], "--processes with --dask"),
        (["run", "textbook_chain", "--dask", "x", "--workers", "2"], "--workers 2 with --dask"),
        (["run", "textbook_chain", "--first", "3", "--trace", "2"], "--first 3 with --trace"),
        (["run", "textbook_chain", "--first", "3", "--sampling", "latin_hypercube"], "draws from 3, or single ones"),
        (["run", "textbook_chain", "--first", "4294967290", "--draws", "7"], "whole numbers from 0 to 4294967295"),
        (["run", "textbook_chain", "--first", "4294967290", "--draws", "7"], "4294967290 to 4294967296"),
        (["run", "textbook_chain", *SMALL, "--workers", "100000"], "less than or equal to 1024"),
        (["run", "textbook_chain", "--log", "results/textbook_chain/log"], "is in, the results folder"),
        (["run", "textbook_chain", "--first", "99999999999999999999"], "whole numbers from 0 to 4294967295"),
        (["run", "textbook_chain", *SMALL, "--log", "no/such/folder/file"], "could not be written"),
        (["merge", "nowhere", "--out", "y"], "no such folder"),
        (["merge", "--out", "y"], "Missing argument"),
    ],
)
def test_what_cannot_be_is_refused(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = simcore(*arguments)
    assert done.exit_code == 2
    assert words in done.output
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_run_is_not_run_over(tmp_path):
    run(tmp_path / "run", "--draws", 20, "--quiet")
    (tmp_path / "run" / "results.zarr").rename(tmp_path / "run" / "unfinished.zarr")  # as when killed at the very end
    for more in ([], ["--until", "50%"]):
        done = simcore("run", "textbook_chain", "--persons", "50", "--out", tmp_path / "run", *more)
        assert done.exit_code == 2
        assert "holds an unfinished run: 20 of 20 draws. 'simcore run --resume' goes on with it" in done.output
    run(tmp_path / "run", "--draws", 20, "--resume")
    assert open_results(tmp_path / "run").sizes["draw"] == 20


def test_resumed_without_a_number_of_draws_it_ends_as_it_was_begun(tmp_path, monkeypatch):
    for more, first in (([], 0), (["--first", 7], 7)):
        out = tmp_path / str(first)
        with monkeypatch.context() as patch:
            patch.setattr(resuming, "_add_all", one_portion)
            done = simcore("run", "textbook_chain", *SMALL, "--out", out, *more)
        assert done.exit_code == 130
        assert "6 of 20 draws" in done.output
        run(out, "--resume", "--quiet")
        assert list(open_results(out)["draw"].values) == list(range(first, first + 20))


def test_wrong_names_are_told_before_anything_is_merged(tmp_path):
    run(tmp_path / "run", "--draws", 20, "--quiet")
    for wrong in (["--per", "nonsense"], ["--also", "nonsense"]):
        done = simcore("merge", tmp_path / "run", "--out", tmp_path / "all", *wrong)
        assert done.exit_code == 2
        assert not (tmp_path / "all").exists()


def test_interrupted_while_tables_are_made_all_draws_stay(tmp_path, monkeypatch):
    import simcore.report.records as records

    def interrupted(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(records, "rows", interrupted)
        done = simcore("run", "textbook_chain", *SMALL, "--out", tmp_path / "run")
    assert done.exit_code == 130
    assert "Interrupted: all 20 draws are in" in done.output
    run(tmp_path / "run", "--draws", 20, "--resume")


def test_lives_are_those_of_the_run_that_is_resumed(tmp_path, monkeypatch):
    latin = ["--sampling", "latin_hypercube"]
    for more, out in ((latin, "latin"), (["--first", 7], "first")):
        with monkeypatch.context() as patch:
            patch.setattr(resuming, "_add_all", one_portion)
            simcore("run", "textbook_chain", "--draws", "24", "--persons", "50", "--out", tmp_path / out, *more)
    run(tmp_path / "latin", *latin, "--resume", "--trace", 3, "--quiet")
    run(tmp_path / "whole", *latin, "--draws", 24, "--trace", 3, "--quiet")
    assert (tmp_path / "latin" / "lives.csv").read_bytes() == (tmp_path / "whole" / "lives.csv").read_bytes()
    refused = simcore("run", "textbook_chain", "--persons", "50", "--out", tmp_path / "first", "--resume", "--trace", 3)
    assert refused.exit_code == 2
    assert "--trace follows persons of draw 0" in refused.output


def test_interrupted_just_after_the_last_draw_all_draws_stay(tmp_path, monkeypatch):
    import simcore.storage as storage

    def interrupted(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(storage, "open_store", interrupted)
        done = simcore("run", "textbook_chain", *SMALL, "--out", tmp_path / "run")
    assert done.exit_code == 130
    assert "Interrupted: 20 of 20 draws are in" in done.output
    run(tmp_path / "run", "--draws", 20, "--resume")


@pytest.mark.parametrize("content", ["{}", "[]", '{"metadata": {}}', '{"metadata": {"draw/.zarray": {}}}', "{"])
@pytest.mark.parametrize("name", ["results.zarr", "unfinished.zarr"])
def test_metadata_that_are_none_are_told(tmp_path, content, name):
    run(tmp_path / "run", "--draws", 10, "--quiet")
    (tmp_path / "run" / "results.zarr").rename(tmp_path / "run" / name)
    (tmp_path / "run" / name / ".zmetadata").write_text(content)
    again = ["run", "textbook_chain", "--persons", 50, "--draws", 20, "--out", tmp_path / "run", "--resume"]
    for command in (again, ["merge", tmp_path / "run", "--out", tmp_path / "all"], ["report", tmp_path / "run"]):
        done = simcore(*command)
        assert done.exit_code == 2, done.output
        assert "damaged" in done.output
    if name == "unfinished.zarr":
        run(tmp_path / "run", "--draws", 10, "--afresh", "--quiet")


@pytest.mark.parametrize(
    ("name", "value"),
    [("versions", "x"), ("given", "x"), ("given", '["nobody"]'), ("scenario_files", "{"), ("scenario_files", "[]"),
     ("seed", "x"), ("n_persons", "1e99"), ("groups", "x")],
)  # fmt: skip
def test_what_is_said_of_a_run_and_is_not_understood_is_told(tmp_path, name, value):
    run(tmp_path / "run", "--draws", 10, "--quiet")
    store = tmp_path / "run" / "results.zarr"
    for file in (".zattrs", ".zmetadata"):
        changed = json.loads((store / file).read_text())
        (changed if file == ".zattrs" else changed["metadata"][".zattrs"])[name] = value
        (store / file).write_text(json.dumps(changed))
    done = simcore("run", "--again", tmp_path / "run")
    assert done.exit_code == 2, done.output
    assert "These results are damaged" in done.output
    resumed = simcore("run", "textbook_chain", "--persons", 50, "--draws", 20, "--out", tmp_path / "run", "--resume")
    assert resumed.exit_code == 2, resumed.output


def test_what_a_run_says_of_itself_in_two_places_is_the_same(tmp_path):
    run(tmp_path / "run", "--draws", 10, "--quiet")
    metadata = tmp_path / "run" / "results.zarr" / ".zmetadata"
    changed = json.loads(metadata.read_text())
    changed["metadata"][".zattrs"]["seed"] = "8"
    metadata.write_text(json.dumps(changed))
    for command in (["run", "--again"], ["report"]):
        done = simcore(*command, tmp_path / "run")
        assert done.exit_code == 2
        assert "the store is damaged" in done.output


def test_a_log_that_nobody_reads_is_refused(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe")
    done = simcore("run", "textbook_chain", *SMALL, "--out", tmp_path / "run", "--log", tmp_path / "pipe")
    assert done.exit_code == 2
    assert "is no file that a log could be written to" in done.output


def test_interrupted_while_tables_of_merged_draws_are_made_nothing_stays(tmp_path, monkeypatch):
    import simcore.report.records as records

    def interrupted(*given):
        raise KeyboardInterrupt

    run(tmp_path / "run", "--draws", 20, "--quiet")
    with monkeypatch.context() as patch:
        patch.setattr(records, "rows", interrupted)
        done = simcore("merge", tmp_path / "run", "--out", tmp_path / "all")
    assert done.exit_code == 130
    assert "Interrupted; nothing was written" in done.output
    assert not (tmp_path / "all" / "unfinished.zarr").exists()


def test_an_unfinished_run_is_thrown_away_for_a_small_one(tmp_path, monkeypatch):
    run(tmp_path / "run", "--draws", 20, "--quiet")
    (tmp_path / "run" / "results.zarr").rename(tmp_path / "run" / "unfinished.zarr")
    monkeypatch.setattr(Planned, "is_small", True)
    run(tmp_path / "run", "--draws", 10, "--afresh")
    assert open_results(tmp_path / "run").sizes["draw"] == 10
    assert not (tmp_path / "run" / "unfinished.zarr").exists()


def test_a_log_on_a_full_disk_ends_and_the_run_does_not(tmp_path):
    done = run(tmp_path / "run", "--draws", 20, "--quiet", "--log", "/dev/full")
    assert done.stderr.count("note: /dev/full could not be written") == 1
    assert "Traceback" not in done.stderr
    assert open_results(tmp_path / "run").sizes["draw"] == 20


def test_warnings_are_shown_beside_a_log(tmp_path):
    run(tmp_path / "run", "--draws", 10, "--quiet")
    metadata = tmp_path / "run" / "results.zarr" / ".zmetadata"
    changed = json.loads(metadata.read_text())
    changed["metadata"][".zattrs"]["versions"] = '{"numpy": "1.0"}'
    metadata.write_text(json.dumps(changed))
    done = run(tmp_path / "run", "--draws", 20, "--resume", "--quiet", "--log", tmp_path / "log")
    words = "goes on with other versions, so that last bits may differ: numpy 1.0 there"
    assert words in done.stderr
    assert words in (tmp_path / "log").read_text()
    assert "20 of 20 draws" not in done.stderr


def test_what_happens_is_logged_where_it_is_wanted(tmp_path):
    for _ in range(2):
        run(tmp_path / "run", "--draws", 20, "--quiet", "--log", tmp_path / "log")
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 2 * (1 + 2 * 4 + 1)
    assert "textbook_chain, 50 persons per draw, seed 7, content" in lines[0]
    assert lines[0].endswith("draws 0 of 20 are in " + str(tmp_path / "run" / "unfinished.zarr"))
    assert sum("18 of 20 draws are in" in line for line in lines) == 2
    assert logging.getLogger("simcore").handlers == []
    to_error = run(tmp_path / "run", "--draws", 20, "--quiet", "--log", "-")
    assert "all 20 draws are in" in to_error.stderr
    assert to_error.stdout == ""
