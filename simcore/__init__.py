"""simcore: Monte Carlo simulation of lives, with and without interventions.

>>> import simcore
>>> scenario = simcore.read_scenario("textbook_chain")
>>> results = simcore.simulate(scenario, draws=50, persons=200)
>>> summary = simcore.summarise(results)
>>> float(summary["net_saving_mcse"].min()) >= 0
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from simcore.version import __version__

if TYPE_CHECKING:
    from simcore.analysis.acceptability import acceptability
    from simcore.analysis.avoided_cost import avoided_cost, displaced_cost, net_saving, programme_cost
    from simcore.analysis.budget import budget
    from simcore.analysis.cashable import cashable_saving, freed
    from simcore.analysis.combinations import combinations
    from simcore.analysis.comparing import compare_engines
    from simcore.analysis.contrasts import contrasts
    from simcore.analysis.discovery import scenario_discovery
    from simcore.analysis.frontier import cost_effectiveness
    from simcore.analysis.groups import summarise_groups
    from simcore.analysis.net_benefit import net_benefit, net_benefit_of_halves
    from simcore.analysis.own_table import own_table
    from simcore.analysis.payback import break_even_year, cumulative_net_saving
    from simcore.analysis.prediction import group_saving, summarise_group_saving
    from simcore.analysis.proposed_study import Measured, Study, evsi, worth_of_study
    from simcore.analysis.sensitivity import rank_correlation
    from simcore.analysis.settled import unsettled_ranking, unsettled_signs
    from simcore.analysis.summary import summarise, summarise_outcomes
    from simcore.analysis.value_of_information import evpi, evppi
    from simcore.analysis.variance import variance_shares
    from simcore.decisions.agreements import cost_shares, shapley_value
    from simcore.decisions.contracts import outcome_contract
    from simcore.decisions.fairness import fairness
    from simcore.decisions.fund import investment_fund, loans
    from simcore.decisions.gains import who_gains
    from simcore.decisions.ranking import ranking, robust_choice
    from simcore.decisions.silos import price_of_silos
    from simcore.decisions.timing import budget_effect, exposure, payback
    from simcore.merging import merge_results
    from simcore.report.course_figure import draw_life_course
    from simcore.report.figures import draw_avoided_costs, result_figure
    from simcore.report.notebook import show, show_report
    from simcore.report.own_axes import draw_cumulative_saving, draw_drivers
    from simcore.report.saving import save_report
    from simcore.report.starting_case import new_case
    from simcore.report.web.report_page import html_report
    from simcore.repricing import Repricer, reprice
    from simcore.reproducing import run_again
    from simcore.resuming import simulate_into
    from simcore.scenario.loading import read_scenario
    from simcore.simulation import simulate
    from simcore.storage import open_results, save_results
    from simcore.studies.alternatives import simulate_alternatives
    from simcore.studies.calibrate import calibrate
    from simcore.studies.situations import situations
    from simcore.studies.sobol import sobol_indices, sobol_of_prices
    from simcore.studies.tornado import tornado, tornado_of_prices
    from simcore.studies.until import simulate_until
    from simcore.trace import trace_lives

# Names load their module when first used, so that ``import simcore`` stays quick.
_HOME = {
    "acceptability": "simcore.analysis.acceptability",
    "avoided_cost": "simcore.analysis.avoided_cost",
    "break_even_year": "simcore.analysis.payback",
    "budget": "simcore.analysis.budget",
    "budget_effect": "simcore.decisions.timing",
    "calibrate": "simcore.studies.calibrate",
    "cashable_saving": "simcore.analysis.cashable",
    "combinations": "simcore.analysis.combinations",
    "compare_engines": "simcore.analysis.comparing",
    "contrasts": "simcore.analysis.contrasts",
    "cost_effectiveness": "simcore.analysis.frontier",
    "cost_shares": "simcore.decisions.agreements",
    "cumulative_net_saving": "simcore.analysis.payback",
    "displaced_cost": "simcore.analysis.avoided_cost",
    "draw_avoided_costs": "simcore.report.figures",
    "draw_cumulative_saving": "simcore.report.own_axes",
    "draw_drivers": "simcore.report.own_axes",
    "draw_life_course": "simcore.report.course_figure",
    "evpi": "simcore.analysis.value_of_information",
    "evppi": "simcore.analysis.value_of_information",
    "evsi": "simcore.analysis.proposed_study",
    "exposure": "simcore.decisions.timing",
    "fairness": "simcore.decisions.fairness",
    "freed": "simcore.analysis.cashable",
    "group_saving": "simcore.analysis.prediction",
    "html_report": "simcore.report.web.report_page",
    "investment_fund": "simcore.decisions.fund",
    "loans": "simcore.decisions.fund",
    "Measured": "simcore.analysis.proposed_study",
    "merge_results": "simcore.merging",
    "net_benefit": "simcore.analysis.net_benefit",
    "net_benefit_of_halves": "simcore.analysis.net_benefit",
    "net_saving": "simcore.analysis.avoided_cost",
    "new_case": "simcore.report.starting_case",
    "open_results": "simcore.storage",
    "outcome_contract": "simcore.decisions.contracts",
    "own_table": "simcore.analysis.own_table",
    "payback": "simcore.decisions.timing",
    "price_of_silos": "simcore.decisions.silos",
    "programme_cost": "simcore.analysis.avoided_cost",
    "rank_correlation": "simcore.analysis.sensitivity",
    "ranking": "simcore.decisions.ranking",
    "read_scenario": "simcore.scenario.loading",
    "Repricer": "simcore.repricing",
    "reprice": "simcore.repricing",
    "result_figure": "simcore.report.figures",
    "robust_choice": "simcore.decisions.ranking",
    "run_again": "simcore.reproducing",
    "save_report": "simcore.report.saving",
    "save_results": "simcore.storage",
    "scenario_discovery": "simcore.analysis.discovery",
    "shapley_value": "simcore.decisions.agreements",
    "show": "simcore.report.notebook",
    "show_report": "simcore.report.notebook",
    "simulate": "simcore.simulation",
    "simulate_alternatives": "simcore.studies.alternatives",
    "simulate_into": "simcore.resuming",
    "simulate_until": "simcore.studies.until",
    "situations": "simcore.studies.situations",
    "sobol_indices": "simcore.studies.sobol",
    "sobol_of_prices": "simcore.studies.sobol",
    "Study": "simcore.analysis.proposed_study",
    "summarise": "simcore.analysis.summary",
    "summarise_group_saving": "simcore.analysis.prediction",
    "summarise_groups": "simcore.analysis.groups",
    "summarise_outcomes": "simcore.analysis.summary",
    "tornado": "simcore.studies.tornado",
    "tornado_of_prices": "simcore.studies.tornado",
    "trace_lives": "simcore.trace",
    "unsettled_ranking": "simcore.analysis.settled",
    "unsettled_signs": "simcore.analysis.settled",
    "variance_shares": "simcore.analysis.variance",
    "who_gains": "simcore.decisions.gains",
    "worth_of_study": "simcore.analysis.proposed_study",
}

__all__ = [
    "Measured",
    "Repricer",
    "Study",
    "__version__",
    "acceptability",
    "avoided_cost",
    "break_even_year",
    "budget",
    "budget_effect",
    "calibrate",
    "cashable_saving",
    "combinations",
    "compare_engines",
    "contrasts",
    "cost_effectiveness",
    "cost_shares",
    "cumulative_net_saving",
    "displaced_cost",
    "draw_avoided_costs",
    "draw_cumulative_saving",
    "draw_drivers",
    "draw_life_course",
    "evpi",
    "evppi",
    "evsi",
    "exposure",
    "fairness",
    "freed",
    "group_saving",
    "html_report",
    "investment_fund",
    "loans",
    "merge_results",
    "net_benefit",
    "net_benefit_of_halves",
    "net_saving",
    "new_case",
    "open_results",
    "outcome_contract",
    "own_table",
    "payback",
    "price_of_silos",
    "programme_cost",
    "rank_correlation",
    "ranking",
    "read_scenario",
    "reprice",
    "result_figure",
    "robust_choice",
    "run_again",
    "save_report",
    "save_results",
    "scenario_discovery",
    "shapley_value",
    "show",
    "show_report",
    "simulate",
    "simulate_alternatives",
    "simulate_into",
    "simulate_until",
    "situations",
    "sobol_indices",
    "sobol_of_prices",
    "summarise",
    "summarise_group_saving",
    "summarise_groups",
    "summarise_outcomes",
    "tornado",
    "tornado_of_prices",
    "trace_lives",
    "unsettled_ranking",
    "unsettled_signs",
    "variance_shares",
    "who_gains",
    "worth_of_study",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'simcore' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
