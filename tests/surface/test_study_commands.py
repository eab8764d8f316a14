"""The commands that ask further, on the command line."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simcore import cli, open_results

ROOT = Path(__file__).resolve().parents[2]
ALTERNATIVES = str(ROOT / "tests" / "scenarios" / "good" / "alternatives.yaml")


def simcore(*arguments):
    return CliRunner().invoke(cli.app, list(arguments))


def table(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def words(done):
    return " ".join(done.output.split())


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies") / "out"
    done = simcore("run", "textbook_chain", "--draws", "100", "--persons", "100", "--out", str(folder))
    assert done.exit_code == 0, done.output
    return folder


def test_run_until_it_is_precise_enough(tmp_path):
    arguments = ["run", "textbook_chain", "--until", "6%", "--persons", "50", "--actor", "owner", "--out"]
    done = simcore(*arguments, str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert "Precision of net_saving, owner, every intervention: MCSE at most 6 % of the mean: reached" in words(done)
    assert "First look: 128 draws × 50 persons" in words(done)
    told = json.loads(simcore(*arguments, str(tmp_path / "out"), "--json", "--quiet").output or "null")
    assert told is None  # quiet
    stored = open_results(tmp_path / "out")
    assert stored.attrs["n_draws"] == stored.sizes["draw"] >= 128
    refused = simcore("run", "textbook_chain", "--until", "6%", "--draws", "50")
    assert refused.exit_code == 2
    assert "--draws 50 with --until" in refused.output
    assert simcore("run", "textbook_chain", "--until", "often").exit_code == 2


def test_compare_the_engines(results, tmp_path):
    done = simcore("compare", str(results), "--csv", str(tmp_path / "both.csv"))
    assert done.exit_code == 0, done.output
    assert "The engines agree: no difference is beyond 4 standard errors." in words(done)
    rows = table(tmp_path / "both.csv")
    assert {row["actor"] for row in rows} == {"owner", "insurer", "society"}
    told = json.loads(simcore("compare", str(results), "--json").output)
    assert [record["exact"] for record in told] == [pytest.approx(float(row["exact"])) for row in rows]
    assert simcore("compare", str(results), "--csv", str(tmp_path / "no" / "both.csv")).exit_code == 2


def test_alternatives_side_by_side(tmp_path):
    done = simcore(
        "alternatives", ALTERNATIVES, "--draws", "20", "--persons", "60", "--name", "shorter_horizon", "--name",
        "no_crime_link", "--actor", "society", "--csv", str(tmp_path / "a.csv"),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    for text in ("As it stands", "Shorter horizon", "No crime link", "they are not mixed"):
        assert text in words(done)
    assert "Public sector" not in done.output
    rows = table(tmp_path / "a.csv")
    assert {row["alternative"] for row in rows} == {"as_it_stands", "shorter_horizon", "no_crime_link"}
    wrong = simcore("alternatives", ALTERNATIVES, "--name", "shorter")
    assert wrong.exit_code == 2
    assert "did you mean 'shorter_horizon'" in wrong.output
    none = simcore("alternatives", "textbook_chain")
    assert none.exit_code == 2
    assert "alternatives by name, each with about and change" in none.output


def test_what_luck_hides_is_not_settled(tmp_path):
    """With ten persons a draw, hardly anything but luck is seen of those whom few events happen to."""
    folder = tmp_path / "few"
    done = simcore("run", "school_dropout", "--draws", "60", "--persons", "10", "--out", str(folder), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    hidden = [record for record in told["actors"] if record["luck_share"] and record["luck_share"] > 0.9]
    assert hidden
    assert all(record["net_saving_q05"] is None for record in hidden)
    assert all(not math.isnan(record["net_saving_mcse"]) for record in hidden)
    shown = words(simcore("report", str(folder)))
    assert "not settled" in shown
    assert "this sample does not settle" in shown
    assert "What may happen to" not in shown  # only ten persons were followed, not a group of 120


def test_one_way_changes(results, tmp_path):
    """All figures by new runs of the scenario that the results hold; prices alone from their ledger."""
    figure, numbers = tmp_path / "tornado.png", tmp_path / "tornado.csv"
    done = simcore("sensitivity", str(results), "--figure", str(figure), "--csv", str(numbers), "--actor", "owner")
    assert done.exit_code == 0, done.output
    assert "One parameter at a time is at its 5th and 95th percentile" in words(done)
    assert figure.read_bytes().startswith(b"\x89PNG")
    moved = {row["parameter"] for row in table(numbers) if row["actor"] == "owner"}
    assert {"rr_oil", "value_of_output"} <= moved
    assert simcore("sensitivity", "textbook_chain", "--actor", "owner").output == done.output
    prices = json.loads(simcore("sensitivity", str(results), "--prices", "--json").output)
    assert {row["parameter"] for row in prices} == {"value_of_output", "upkeep_worn", "call_out"}
    outcome = simcore("sensitivity", str(results), "--outcome", "time_running")
    assert "change in years running" in words(outcome).lower()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--method", "prcc"], "PRCC: partial rank correlation"),
        (["--method", "sobol", "--points", "16", "--parameter", "rr_oil", "--parameter", "call_out"], "Alone: share"),
        (["--method", "sobol", "--points", "16", "--prices"], "Alone: share of the variance"),
        (["--method", "discovery", "--actor", "owner"], "Oiling"),
        (["--method", "evppi"], "EVPPI: the part of it that knowing one figure would save"),
    ],
)
def test_what_drives_the_answer(results, arguments, text):
    done = simcore("sensitivity", str(results), *arguments)
    assert done.exit_code == 0, done.output
    assert text in words(done)
    json.loads(simcore("sensitivity", str(results), *arguments, "--json").output)


def test_sensitivity_of_a_scenario_runs_it_first():
    done = simcore("sensitivity", "textbook_chain", "--method", "prcc", "--draws", "60", "--persons", "40", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["textbook_chain", "--method", "tornados"], "did you mean 'tornado'"),
        (["textbook_chain", "--actor", "ownr"], "did you mean 'owner'"),
        (["textbook_chain", "--outcome", "net_savings"], "did you mean 'net_saving'"),
        (["textbook_chain", "--parameter", "rr_oill"], "did you mean 'rr_oil'"),
        (["textbook_chain", "--prices"], "--prices takes the ledger of a run: give a folder that 'simcore run' wrote."),
        (["textbook_chain", "--method", "sobol", "--points", "100"], "a power of two"),
        (
            ["textbook_chain", "--method", "prcc", "--draws", "4", "--persons", "20"],
            "4 draws are too few for the rank correlations of 4 parameters",
        ),
        (["textbook_chain", "--figure", "no/such/folder/x.png"], "could not be written"),
        (["no_such_case"], "no such file or scenario"),
    ],
)
def test_wrong_questions_are_told(arguments, text):
    done = simcore("sensitivity", *arguments)
    assert done.exit_code == 2, done.output
    assert text in words(done)


def test_what_is_worth_knowing(results, tmp_path):
    done = simcore("value", str(results), "--csv", str(tmp_path / "worth.csv"))
    assert done.exit_code == 0, done.output
    assert "Worth of knowing everything before deciding (EVPI)" in words(done)
    assert {row["of"] for row in table(tmp_path / "worth.csv")} == {"decisions", "choices", "figures"}
    grouped = json.loads(simcore("value", str(results), "--group", "prices=call_out,upkeep_worn", "--json").output)
    assert {row["figure"] for row in grouped if row["of"] == "figures"} == {"prices"}
    study = simcore("value", str(results), "--study", "rr_oil:ratio:400:2.0", "--study", "call_out:mean:50:900")
    assert study.exit_code == 0, study.output
    assert "EVSI" in words(study)
    drawn = str(tmp_path / "curve.png")
    several = ["--per", "time_running", "--threshold", "0", "--threshold", "20000"]
    curve = simcore("value", str(results), *several, "--figure", drawn)
    assert curve.exit_code == 0, curve.output
    assert Path(drawn).read_bytes().startswith(b"\x89PNG")
    assert "probability of being best, and expected loss per person" in words(curve)
    one = json.loads(simcore("value", str(results), "--per", "time_running", "--threshold", "20000", "--json").output)
    assert one


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--per", "time_running"], "--per needs what a unit is worth: --threshold MONEY"),
        (["--figure", "curve.png"], "give --threshold more than once"),
        (["--threshold", "5"], "--threshold needs --per OUTCOME"),
        (["--per", "time_runing", "--threshold", "5"], "did you mean 'time_running'"),
        (["--study", "rr_oil"], "found no study"),
        (["--study", "rr_oil:ratio:many:2"], "found no study"),
        (["--study", "rr_oil:ratio:400"], "needs the sd of one observation"),
        (["--study", "rr_oill:ratio:400:2"], "did you mean 'rr_oil'"),
        (["--study", "rr_oil:guess:400"], "a way to measure a figure"),
        (["--group", "prices"], "found no group"),
        (["--group", "prices=call_oot"], "did you mean 'call_out'"),
    ],
)
def test_wrong_values_are_told(results, arguments, text):
    done = simcore("value", str(results), *arguments)
    assert done.exit_code == 2, done.output
    assert text in words(done)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (
            ["sensitivity", "--method", "prcc", "--parameter", "rr_oil"],
            "--parameter changes nothing with --method",
        ),
        (["sensitivity", "--method", "prcc", "--prices"], "--prices changes nothing with --method prcc"),
        (["sensitivity", "--method", "prcc", "--figure", "x.png"], "--figure changes nothing with --method prcc"),
        (
            ["sensitivity", "--method", "evppi", "--outcome", "breakdowns"],
            "--outcome changes nothing with --method",
        ),
        (["sensitivity", "--method", "prcc", "--draws", "50"], "--draws changes nothing with --method prcc of stored"),
        (
            ["sensitivity", "--prices", "--engine", "expected"],
            "--engine changes nothing with",
        ),
        (["sensitivity", "--points", "64"], "--points changes nothing with --method tornado"),
        (["sensitivity", "--method", "discovery", "--outcome", "breakdowns"], "allowed is net_saving or avoided_cost"),
        (["value", "--actor", "nobody"], "'nobody' is not an actor"),
        (["value", "--study", "rr_oil:ratio:9:1", "--group", "a=rr_oil"], "--study goes with neither"),
    ],
)
def test_options_that_would_change_nothing_are_refused(results, command, text):
    done = simcore(command[0], str(results), *command[1:])
    assert done.exit_code == 2, done.output
    assert text in words(done)


def test_what_a_run_cannot_use_is_refused():
    for option in (["--outcome", "breakdowns"], ["--actor", "owner"], ["--at-most", "3"]):
        done = simcore("run", "textbook_chain", *option)
        assert done.exit_code == 2
        assert f"{option[0]} without --until" in done.output


def test_answers_of_one_actor(results):
    told = json.loads(simcore("value", str(results), "--actor", "insurer", "--json").output)
    assert {row["actor"] for row in told} == {"insurer"}
    told = json.loads(simcore("sensitivity", str(results), "--method", "evppi", "--actor", "owner", "--json").output)
    assert {row["actor"] for row in told} == {"owner"}
    lost = simcore("sensitivity", str(results), "--method", "discovery", "--outcome", "avoided_cost")
    assert lost.exit_code == 0, lost.output


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_one_draw_has_nothing_to_know(tmp_path, engine):
    sizes = ["--draws", "1", "--persons", "50", "--engine", engine]
    run = simcore("run", "textbook_chain", *sizes, "--out", str(tmp_path / "o"))
    assert run.exit_code == 0, run.output
    assert "One draw tells nothing of how uncertain the figures make the answer" in words(run)
    assert "does not settle" not in words(run)
    done = simcore("value", str(tmp_path / "o"))
    assert done.exit_code == 0, done.output


def test_with_one_person_luck_is_not_told_from_ignorance(tmp_path):
    folder = str(tmp_path / "o")
    assert simcore("run", "textbook_chain", "--draws", "30", "--persons", "1", "--out", folder).exit_code == 0
    done = simcore("value", folder)
    assert done.exit_code == 2
    assert "With one person in each draw luck is not told from ignorance: run at least 2 persons." in words(done)
    more = simcore("run", "textbook_chain", "--until", "20%", "--persons", "1", "--out", folder)
    assert more.exit_code == 0, more.output
    assert "128 draws × 2 persons" in words(more)


def test_sobol_points_out_of_balance_are_noted(tmp_path):
    sobol = ["run", "textbook_chain", "--sampling", "sobol", "--out", str(tmp_path / "o"), "--persons"]
    done = simcore(*sobol, "20", "--draws", "70")
    assert done.exit_code == 0, done.output
    assert "128 draws would tell much more than 70" in words(done)
    found = simcore(*sobol, "60", "--until", "4%")
    assert found.exit_code == 0, found.output
    draws = open_results(tmp_path / "o").sizes["draw"]
    assert draws % 8 == 0
    assert (draws // 8).bit_count() == 1
