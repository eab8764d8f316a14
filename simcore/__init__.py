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
    from simcore.analysis.avoided_cost import avoided_cost, displaced_cost, net_saving, programme_cost
    from simcore.analysis.budget import budget
    from simcore.analysis.cashable import cashable_saving, freed
    from simcore.analysis.combinations import combinations
    from simcore.analysis.frontier import cost_effectiveness
    from simcore.analysis.groups import summarise_groups
    from simcore.analysis.payback import break_even_year, cumulative_net_saving
    from simcore.analysis.summary import summarise, summarise_outcomes
    from simcore.report.figures import result_figure
    from simcore.scenario.loading import read_scenario
    from simcore.simulation import simulate
    from simcore.storage import open_results, save_results
    from simcore.trace import trace_lives

# Names load their module when first used, so that ``import simcore`` stays quick.
_HOME = {
    "avoided_cost": "simcore.analysis.avoided_cost",
    "break_even_year": "simcore.analysis.payback",
    "budget": "simcore.analysis.budget",
    "cashable_saving": "simcore.analysis.cashable",
    "combinations": "simcore.analysis.combinations",
    "cost_effectiveness": "simcore.analysis.frontier",
    "cumulative_net_saving": "simcore.analysis.payback",
    "displaced_cost": "simcore.analysis.avoided_cost",
    "freed": "simcore.analysis.cashable",
    "net_saving": "simcore.analysis.avoided_cost",
    "open_results": "simcore.storage",
    "programme_cost": "simcore.analysis.avoided_cost",
    "read_scenario": "simcore.scenario.loading",
    "result_figure": "simcore.report.figures",
    "save_results": "simcore.storage",
    "simulate": "simcore.simulation",
    "summarise": "simcore.analysis.summary",
    "summarise_groups": "simcore.analysis.groups",
    "summarise_outcomes": "simcore.analysis.summary",
    "trace_lives": "simcore.trace",
}

__all__ = [
    "__version__",
    "avoided_cost",
    "break_even_year",
    "budget",
    "cashable_saving",
    "combinations",
    "cost_effectiveness",
    "cumulative_net_saving",
    "displaced_cost",
    "freed",
    "net_saving",
    "open_results",
    "programme_cost",
    "read_scenario",
    "result_figure",
    "save_results",
    "simulate",
    "summarise",
    "summarise_groups",
    "summarise_outcomes",
    "trace_lives",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'simcore' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
