"""Reports that several tests look at, written once for each process."""

import pytest

import simcore
from simcore.report.decision_answers import Question
from simcore.report.web.report_page import html_report
from simcore.scenario.loading import read_scenario, with_groups
from tests.web.cases import HOSTILE, run_of


@pytest.fixture(scope="session")
def dropout():
    """A shipped case with luck, subgroups, a fund and statistics to hold it against."""
    file = with_groups(read_scenario("school_dropout"), ["sex"])
    return simcore.simulate(file, draws=350, persons=120, progress=False)


@pytest.fixture(scope="session")
def dropout_sv(dropout):
    """Its report in Swedish, with all questions."""
    question = Question(outcome="exam_at_24", capital=20e6, groups=3)
    return html_report(dropout, language="sv", question=question, source="results/dropout")


@pytest.fixture(scope="session")
def pages(tmp_path_factory, dropout_sv):
    """Reports as files."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "dropout.html").write_text(dropout_sv, encoding="utf-8")
    nothing = run_of(1, 3, "plain", effect=False)
    for name, run in {"hostile": run_of(2, 5, HOSTILE), "alone": run_of(0, 3, "plain"), "nothing": nothing}.items():
        (folder / f"{name}.html").write_text(html_report(run), encoding="utf-8")
    return folder
