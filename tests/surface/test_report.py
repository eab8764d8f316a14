"""`simcore report` as users type it: pages, workbooks, figures, and what is said where something is wrong."""

import subprocess
import sys

import pytest

import simcore
from simcore.storage import save_results


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with results in it."""
    folder = tmp_path_factory.mktemp("reported")
    save_results(simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=60), folder / "run")
    return folder


def told(folder, *arguments):
    command = [sys.executable, "-W", "error", "-m", "simcore", "report", "run", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_all_that_can_be_written_at_once(folder):
    code, out, wrong = told(folder, "--html", "a b.html", "--xlsx", "b.xlsx", "--figure", "c.png", "--lang", "sv")
    assert (code, out, wrong) == (0, "Written: c.png, a b.html, b.xlsx\n", "")
    page = (folder / "a b.html").read_text(encoding="utf-8")
    assert page.startswith('<!DOCTYPE html>\n<html lang="sv">')
    assert "simcore report run --html &#39;a b.html&#39; --lang sv" in page
    assert (folder / "b.xlsx").read_bytes().startswith(b"PK")
    assert (folder / "c.png").read_bytes().startswith(b"\x89PNG")


def test_quiet_says_nothing(folder):
    assert told(folder, "--html", "quiet.html", "--quiet") == (0, "", "")
    assert (folder / "quiet.html").is_file()


def test_without_files_the_tables_are_shown(folder):
    code, out, _ = told(folder)
    assert code == 0
    assert "Net" in out


@pytest.mark.parametrize(("arguments", "said"), [
    (["--lang", "no", "--html", "x.html"], "'no' is not a language. Known: en, sv.\n"),
    (["--lang", "sv"], "lang\n    found    --lang alone\n    allowed  --html FILE or --xlsx FILE beside it; "
                       "the tables know nothing of it\n1 problem in the command line; nothing was run.\n"),
    (["--html", "none/x.html"], "none/x.html could not be written: No such file or directory.\n"),
    (["--xlsx", "none/x.xlsx"], "none/x.xlsx could not be written: No such file or directory.\n"),
    (["--html", "x.html", "--price", "3"], "--price changes nothing without --outcome: give both, or neither.\n"),
    (["--html", "x.html", "--groups", "3"], "--groups changes nothing without --capital: give both, or neither.\n"),
    (["--html", "x.html", "--outcome", "time_nwe"], "'time_nwe' is not an outcome of the scenario; did you mean"),
    (["--html", "a.html", "--xlsx", "./a.html"], "xlsx\n    found    ./a.html\n    allowed  the name of a file "
                                                "that ends in .xlsx\n"),
    (["--html", "a.html", "--figure", "./a.html"], "figure\n    found    ./a.html, which --html writes too\n"),
    (["--html", "x" * 300 + ".html"], "x"),
    (["--html", "a.html", "--budget-years", "500"], "The short budget horizon is 500 years, and the run has 20: "
                                                    "give at most 20.\n"),
])  # fmt: skip
def test_wrong_input_is_told(folder, arguments, said):
    code, out, wrong = told(folder, *arguments)
    assert (code, out) == (2, "")
    assert wrong.startswith(said)
    assert "Traceback" not in wrong
    assert not (folder / "a.html").exists()
