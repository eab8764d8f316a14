"""`simcore decide`: the page, topics, languages, files, and what a user gets wrong."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

import simcore as library
from simcore import cli
from simcore.report.decision_answers import TOPICS

SPACE = "\N{NO-BREAK SPACE}"


def simcore(*arguments: str):
    return CliRunner().invoke(cli.app, list(arguments))


def words(done) -> str:
    return " ".join(done.output.split()).replace(SPACE, " ")


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("decide") / "out"
    arguments = ["--draws", "60", "--engine", "expected", "--by", "sex", "--quiet", "--out", str(folder)]
    done = simcore("run", "school_dropout", *arguments)
    assert done.exit_code == 0, done.output
    return str(folder)


def test_the_page(results: str) -> None:
    done = simcore("decide", results)
    assert done.exit_code == 0, done.output
    for text in (
        "Fewer leave upper secondary school without an exam", "The price of silos and short-termism", "Agreements",
        "Differences between groups", "What the result rests on", "of 60 futures",
    ):  # fmt: skip
        assert text in words(done)
    assert "Payment by results" not in words(done)
    swedish = words(simcore("decide", results, "--lang", "sv"))
    for text in ("Prislappen på stuprör och kortsiktighet", "Överenskommelser", "av 60 framtider", "Närvaroteam"):
        assert text in swedish


def test_each_topic(results: str) -> None:
    options = ["--outcome", "exam_at_24", "--capital", "20000000", "--groups", "3"]
    heads = {
        "gains": "who pays, who gains", "when": "when the money is back", "silos": "Four ways to decide",
        "agreements": "ways to share the cost", "contract": "Payment by results: Exam by 24",
        "fund": "A fund of SEK 20 million", "fairness": "differences between groups", "ranking": "Ranking",
    }  # fmt: skip
    assert set(heads) == set(TOPICS)
    whole = words(simcore("decide", results, *options, "--show", "all"))
    for topic, head in heads.items():
        alone = words(simcore("decide", results, *options, "--show", topic))
        assert head in alone
        assert head in whole
        assert not [other for name, other in heads.items() if name != topic and other in alone]
    assert "Vem beslutar" in words(simcore("decide", results, "--show", "silos", "--lang", "sv"))


def test_numbers_for_machines(results: str, tmp_path: Path) -> None:
    options = ["--show", "page", "--show", "silos", "--show", "when", "--budget-years", "3", "--inflation", "0.03"]
    told = json.loads(simcore("decide", results, *options, "--json", "--csv", str(tmp_path / "csv")).output)
    assert set(told) == {"page", "price_of_silos", "payback", "exposure", "budget_effect"}
    opened = library.open_results(results)
    worlds = library.price_of_silos(opened, budget_years=3)
    found = told["price_of_silos"]["data_vars"]["loss"]["data"]
    assert found == pytest.approx(worlds["loss"].values.tolist())
    rows = table(tmp_path / "csv" / "price_of_silos_by_cause.csv")
    assert [float(row["loss"]) for row in rows] == pytest.approx(worlds["loss"].values.tolist())
    assert told["budget_effect"]["attrs"]["inflation"] == 0.03
    rows = table(tmp_path / "csv" / "budget_effect_by_intervention_actor_year.csv")
    row = next(row for row in rows if (row["intervention"], row["actor"], row["year"]) == ("team", "society", "2034"))
    assert float(row["net_saving_nominal"]) == pytest.approx(float(row["net_saving"]) * 1.03**10)
    never = library.payback(opened)["never"]
    rows = table(tmp_path / "csv" / "payback_by_intervention_actor.csv")
    for row in rows:
        expected = float(never.sel(intervention=row["intervention"], actor=row["actor"]))
        assert (row["never"] == "" and math.isnan(expected)) or float(row["never"]) == pytest.approx(expected)
    assert {path.suffix for path in (tmp_path / "csv").iterdir()} == {".csv"}


def test_figures(results: str, tmp_path: Path) -> None:
    done = simcore("decide", results, "--figures", str(tmp_path / "pictures"), "--quiet")
    assert done.exit_code == 0, done.output
    assert done.output == ""
    drawn = {path.stem for path in (tmp_path / "pictures").iterdir()}
    assert drawn == set(TOPICS) - {"contract", "fund"}


def test_options_change_the_answer(results: str) -> None:
    plain = simcore("decide", results, "--show", "agreements", "--show", "silos").output
    for option in (
        ["--among", "municipality", "--among", "region"], ["--not-losing", "0.55"], ["--probability", "0.6"],
        ["--also", "public_funds"], ["--budget-years", "30"], ["--together", "public_sector"],
    ):  # fmt: skip
        assert simcore("decide", results, "--show", "agreements", "--show", "silos", *option).output != plain
    fund = ["--show", "fund", "--capital", "3000000"]
    plain = simcore("decide", results, *fund).output
    for option in (["--groups", "2"], ["--risk", "0.5"], ["--repaid", "0.2"], ["--interest", "0.1"]):
        assert simcore("decide", results, *fund, *option).output != plain, option


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--lang", "no"], "'no' is not a language"),
        (["--show", "gain"], "'gain' is not a topic; did you mean 'gains'?"),
        (["--outcome", "exam"], "'exam' is not an outcome of the scenario"),
        (["--price", "100"], "--price changes nothing without --outcome: give both, or neither."),
        (["--groups", "2"], "--groups changes nothing without --capital: give both, or neither."),
        (["--show", "contract"], "--show contract needs an outcome that counts as success: --outcome NAME."),
        (["--show", "fund"], "--show fund needs a capital: --capital MONEY."),
        (["--capital", "-1"], "The capital of a fund is an amount of at least 0; found -1.0."),
        (["--capital", "nan"], "The capital of a fund is an amount of at least 0; found nan."),
        (["--among", "town"], "'town' is not an actor of these results"),
        (["--also", "pain"], "'pain' is not a kind of cost that is shown apart"),
        (["--budget-years", "0"], "A budget horizon is a whole number of years, at least 1; found 0."),
        (["--probability", "1.2"], "A probability that decides is between 0.5 and 1; found 1.2."),
        (["--probability", "nan"], "A probability that decides is between 0.5 and 1; found nan."),
        (["--not-losing", "0"], "A probability not to lose is between 0 and 1; found 0.0."),
        (["--inflation", "2"], "Inflation per year is a number such as 0.02, above -0.5 and below 1; found 2.0."),
        (["--csv", "/proc/none"], "/proc/none could not be written"),
        (
            ["--figures", "/etc/hostname"],
            "/etc/hostname is a file: name a folder, which several files are written into.",
        ),
        (["--together", "town"], "'town' is not a view"),
    ],
)
def test_what_is_wrong_is_told(results: str, options: list[str], message: str) -> None:
    done = simcore("decide", results, *options)
    assert done.exit_code == 2
    assert message in words(done)
    assert "Traceback" not in done.output


def test_results_without_subgroups(tmp_path: Path) -> None:
    folder = str(tmp_path / "out")
    assert simcore("run", "textbook_chain", "--draws", "30", "--persons", "40", "--out", folder).exit_code == 0
    done = simcore("decide", folder, "--show", "fairness")
    assert done.exit_code == 2
    message = "These results have no subgroups: run the scenario with --by ATTRIBUTE, or name groups in it."
    assert message in words(done)
    done = simcore("decide", folder, "--show", "all")
    assert done.exit_code == 0, done.output
    assert "To see differences between groups, run 'simcore run' again with --by ATTRIBUTE." in words(done)


def test_results_that_are_none(tmp_path: Path) -> None:
    done = simcore("decide", str(tmp_path / "nothing"))
    assert done.exit_code == 2
    assert "Traceback" not in done.output


@pytest.mark.slow
def test_what_the_readme_quotes(tmp_path: Path) -> None:
    """The page of the README, of the run that it names."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    quoted = " ".join(line.removeprefix("> ") for line in readme.splitlines() if line.startswith("> "))
    parts = [part.strip() for part in quoted.removeprefix("**Supported employment.** ").split("[…]")]
    assert len(parts) == 3
    folder = str(tmp_path / "out")
    arguments = ["--engine", "expected", "--draws", "1000", "--by", "background", "--quiet", "--out", folder]
    assert simcore("run", "school_dropout", *arguments).exit_code == 0
    page = words(simcore("decide", folder))
    for part in parts:
        assert part in page


def test_a_single_strategy_leaves_nothing_to_decide(tmp_path: Path) -> None:
    case = str(Path(__file__).parents[1] / "scenarios" / "good" / "correlated.yaml")
    folder = str(tmp_path / "out")
    assert simcore("run", case, "--draws", "16", "--persons", "40", "--out", folder).exit_code == 0
    done = simcore("decide", folder)
    assert done.exit_code == 2
    assert "there is nothing to decide between." in words(done)


def test_prices_that_luck_hides(tmp_path: Path) -> None:
    case = str(Path(__file__).parents[1] / "scenarios" / "good" / "programmes.yaml")
    folder = str(tmp_path / "out")
    assert simcore("run", case, "--draws", "16", "--persons", "40", "--out", folder).exit_code == 0
    done = simcore("decide", folder, "--outcome", "years_ill", "--show", "all")
    assert done.exit_code == 0, done.output


def test_everything_for_machines(results: str) -> None:
    """Without topics all of them; what is never and what is infinite is told from what is not known."""
    told = json.loads(simcore("decide", results, "--json").output)
    assert set(told) >= {
        "page",
        *(name for topic in TOPICS if topic not in ("contract", "fund") for name in TOPICS[topic]),
    }
    years = told["payback"]["data_vars"]["break_even_quantile"]["data"]
    assert "Infinity" in json.dumps(years)
