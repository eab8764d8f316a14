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
    assert "First look: 104 draws × 50 persons" in words(done)
    told = json.loads(simcore(*arguments, str(tmp_path / "out"), "--json", "--quiet").output or "null")
    assert told is None  # quiet
    stored = open_results(tmp_path / "out")
    assert stored.attrs["n_draws"] == stored.sizes["draw"] >= 104
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
