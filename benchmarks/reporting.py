"""How long does it take to write a report, and to follow what is moved on the page to explore?

A run of the school dropout case, 1,000 draws, with luck. The command that writes the report is timed as a user waits
for it, from starting Python on; the page to explore as it answers a slider, first from some draws and then from all.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
from pathlib import Path

from simcore.explore.app import FIRST
from simcore.explore.controls import change_of, controls
from simcore.explore.view import View
from simcore.report.decision_answers import Question
from simcore.report.language import Language
from simcore.report.saving import save_report
from simcore.repricing import Repricer
from simcore.scenario.loading import read_scenario
from simcore.simulation import simulate
from simcore.storage import save_results


class Reporting:
    """1,000 draws × 300 persons of school dropout, three interventions, nine actors (toy: 40 draws)."""

    def setup(self, toy: bool) -> None:
        """Simulate once, and keep it."""
        self.file = read_scenario("school_dropout")
        self.results = simulate(self.file, draws=40 if toy else 1000, persons=120 if toy else 300)
        self.folder = tempfile.TemporaryDirectory()
        atexit.register(self.folder.cleanup)
        self.stored = Path(self.folder.name) / "run"
        save_results(self.results, self.stored)
        self.language = Language.of("sv")
        self.all = Repricer(self.results, file=self.file)
        self.first = Repricer(self.results.isel(draw=slice(0, FIRST)).load(), file=self.file)
        self.rate = next(of for of in controls(self.file, self.results, self.language) if of.name == "discount_rate")
        self.moves = 0
        for priced in (self.first, self.all):
            self._follow(priced)  # what a page does once, when it is opened

    def time_a_page_by_command(self) -> None:
        """`simcore report --html`, from starting Python on"""
        self._command("--html", "page.html")

    def time_b_workbook_by_command(self) -> None:
        """`simcore report --xlsx`, likewise"""
        self._command("--xlsx", "book.xlsx")

    def time_c_page(self) -> None:
        """the same page in a process that has all it needs"""
        save_report(self.results, Path(self.folder.name) / "page.html", language="sv")

    def time_d_first_look(self) -> None:
        """a slider of the page to explore, first look"""
        self._follow(self.first)

    def time_e_all_draws(self) -> None:
        """the same with all draws"""
        self._follow(self.all)

    def _command(self, option: str, name: str) -> None:
        command = [sys.executable, "-m", "simcore", "report", str(self.stored), "--quiet", "--lang", "sv"]
        subprocess.run([*command, option, str(Path(self.folder.name) / name)], check=True)

    def _follow(self, priced: Repricer) -> None:
        """Move the discount rate and work out all that the page shows."""
        self.moves += 1
        change = change_of(self.file, {self.rate: 0.01 + self.moves * 0.0005}, {}, "moved")
        file = priced.scenario(change)
        View(priced.priced(file), file.scenario, "society", self.language, Question())


SUITES = ["Reporting"]
