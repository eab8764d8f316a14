"""How long does it take to tell decision makers what they ask?

A run of the school dropout case, 1,000 draws, with subgroups. Each question by itself, as functions over the
results; the page, its tables and figures as a user waits for them, with what they share worked out once. Beside them
the summary of the run, to compare with.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from simcore.analysis.once import worked_out_once
from simcore.analysis.summary import summarise
from simcore.decisions.agreements import cost_shares
from simcore.decisions.contracts import outcome_contract
from simcore.decisions.fairness import fairness
from simcore.decisions.fund import investment_fund
from simcore.decisions.gains import who_gains
from simcore.decisions.ranking import ranking
from simcore.decisions.silos import price_of_silos
from simcore.decisions.timing import budget_effect, exposure, payback
from simcore.report.decision_answers import TOPICS, Answers, Question
from simcore.report.decision_figures import save_decision_figures
from simcore.report.decision_tables import decision_tables
from simcore.report.decision_words import decision_page
from simcore.report.language import Language
from simcore.scenario.loading import read_scenario, with_groups
from simcore.simulation import simulate


class Deciding:
    """1,000 draws × 300 persons of school dropout, three interventions, nine actors (toy: 40 draws)."""

    def setup(self, toy: bool) -> None:
        """Simulate once."""
        self.file = with_groups(read_scenario("school_dropout"), ["sex"])
        self.results = simulate(self.file, draws=40 if toy else 1000, persons=40 if toy else 300)

    def time_a_summary(self) -> None:
        """the summary of the run, to compare with"""
        summarise(self.results)

    def time_b_who_gains(self) -> None:
        """who pays, who gains"""
        who_gains(self.results)

    def time_c_when(self) -> None:
        """payback, exposure and the budget of each year"""
        payback(self.results)
        exposure(self.results)
        budget_effect(self.results)

    def time_d_silos(self) -> None:
        """the four worlds"""
        price_of_silos(self.results)

    def time_e_agreements(self) -> None:
        """shares of the cost, a contract and a fund for ten groups"""
        cost_shares(self.results)
        outcome_contract(self.results, "exam_at_24")
        investment_fund(self.results, 20e6, groups=10)

    def time_f_fairness(self) -> None:
        """gaps between subgroups"""
        fairness(self.results)

    def time_g_ranking(self) -> None:
        """ratios, regret and ranks"""
        ranking(self.results, outcome="exam_at_24")

    def time_h_page(self) -> None:
        """all of it as a page and tables, what they share worked out once"""
        self._tell(figures=False)

    def time_i_figures(self) -> None:
        """the same with eight figures"""
        self._tell(figures=True)

    def _tell(self, *, figures: bool) -> None:
        language, question = Language.of("sv"), Question(outcome="exam_at_24", capital=20e6, groups=10)
        with worked_out_once(), tempfile.TemporaryDirectory() as folder:
            found = Answers(self.results, self.file.scenario, question)
            decision_page(self.results, self.file, question, found, language)
            decision_tables(self.results, self.file.scenario, found, language, list(TOPICS))
            if figures:
                save_decision_figures(self.results, self.file.scenario, found, language, Path(folder))


SUITES = ["Deciding"]
