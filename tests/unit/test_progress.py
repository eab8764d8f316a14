"""What is shown of how far a run is: in a terminal, in a notebook, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import types
from pathlib import Path

import pytest

import simcore
from simcore import progress as module
from simcore.progress import Pace, shown_progress


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    ("begun", "done", "wanted", "seconds", "words"),
    [
        (0, 0, 1_000, 3, "0 of 1,000 draws, 0 persons"),
        (0, 250, 1_000, 10, "250 of 1,000 draws, 30 s left, 25 draws/s, 125,000 persons"),
        (0, 3, 1_000, 10, "3 of 1,000 draws, 55 min 23 s left, 0.3 draws/s, 1,500 persons"),
        (800, 900, 1_000, 10, "900 of 1,000 draws, 10 s left, 10 draws/s, 450,000 persons"),
        (0, 10, 100_000, 10, "10 of 100,000 draws, 27 h 46 min left, 1 draws/s, 5,000 persons"),
        (0, 1_000, 1_000, 60, "1,000 of 1,000 draws, 0 s left, 17 draws/s, 500,000 persons"),
    ],
)
def test_pace(begun: int, done: int, wanted: int, seconds: int, words: str) -> None:
    clock = Clock()
    pace = Pace(500, "draws", clock)
    pace.words(begun, wanted)
    clock.seconds += seconds
    assert pace.words(done, wanted) == words


def test_units_without_persons() -> None:
    assert Pace(0, "steps").words(3, 10) == "3 of 10 steps"


def test_nothing_is_shown_in_files_and_pipes(capsys: pytest.CaptureFixture[str]) -> None:
    for how in (True, False, None):
        with shown_progress("case", how) as tell:
            tell(1, 2)
    simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=10, progress=True)
    assert capsys.readouterr() == ("", "")


def test_what_is_given_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[tuple[int, int]] = []
    simcore.simulate(
        simcore.read_scenario("textbook_chain"), draws=3, persons=10, workers=1,
        progress=lambda done, wanted: seen.append((done, wanted)),
    )  # fmt: skip
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


RUN = """
import simcore
from simcore.progress import shown_progress
with shown_progress("a [bold]case[/bold]", True, 50) as tell:
    for done in range(0, 101):
        tell(done, 100)
"""


def test_a_terminal_shows_a_bar_with_names_as_they_stand() -> None:
    ours, theirs = pty.openpty()
    environment = {
        **os.environ, "PYTHONPATH": str(Path(simcore.__file__).parents[1]), "COLUMNS": "160", "TERM": "xterm",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", RUN], stderr=theirs, stdout=subprocess.PIPE, env=environment, check=True
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert done.stdout == b""
    assert b"a [bold]case[/bold]" in shown
    assert b"100 of 100 draws, 0 s left, " in shown
    assert b" draws/s, 5,000 persons" in shown


class Handle:
    """What a notebook gives to change what is displayed."""

    def __init__(self, shown: list[str]) -> None:
        self.shown = shown

    def update(self, line: str) -> None:
        self.shown.append(line)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A notebook; what it displays, one after the other."""
    shown: list[str] = []
    python = types.ModuleType("IPython")
    python.get_ipython = lambda: types.SimpleNamespace(kernel=object())  # type: ignore[attr-defined]
    display = types.ModuleType("IPython.display")

    def show(line: str, display_id: bool) -> Handle:
        assert display_id
        shown.append(line)
        return Handle(shown)

    display.HTML = str  # type: ignore[attr-defined]
    display.display = show  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", python)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return shown


def test_a_notebook_shows_a_run_that_takes_a_while(notebook: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SOON", 0.0)
    monkeypatch.setattr(module, "_OFTEN", 0.0)
    with shown_progress("<b>case</b>", None, 50) as tell:
        for done in range(3):
            tell(done, 2)
    assert len(notebook) == 3
    assert 'max="2" value="1"' in notebook[1]
    assert "2 of 2 draws, 0 s left, " in notebook[-1]
    assert " draws/s, 100 persons" in notebook[-1]
    assert all("&lt;b&gt;case&lt;/b&gt;" in line for line in notebook)


def test_a_notebook_shows_nothing_of_what_is_soon_done_or_not_wanted(
    notebook: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=10)
    monkeypatch.setattr(module, "_SOON", 0.0)
    simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=10, progress=False)
    assert notebook == []
    simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=10)
    assert "2 of 2 draws, 0 s left, " in notebook[-1]
