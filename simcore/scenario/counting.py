"""A scenario that only counts: one strategy, no money, for questions of who is where and what happens how often."""

from __future__ import annotations

from typing import Any

from simcore.scenario.prices import Discount
from simcore.scenario.schema import Scenario


def counting_only(scenario: Scenario, strategy: str, **more: Any) -> Scenario:
    """The same lives under one strategy, of one cohort, without prices, subgroups and alternatives.

    Interventions stay, those of other strategies too: conditions may name them.

    Parameters
    ----------
    scenario
        A checked one.
    strategy
        The strategy that is left, and the comparator.
    more
        Further sections that are replaced.
    """
    free: dict[str, object] = {"costs": [], "displacement": []}
    sections: dict[str, Any] = {
        "population": scenario.population.model_copy(update={"cohorts": 1}),
        "interventions": {name: one.model_copy(update=free) for name, one in scenario.interventions.items()},
        "strategies": {strategy: scenario.strategies[strategy]},
        "comparator": strategy,
        "prices": {}, "money": None, "public_funds": None, "discount": Discount(), "groups": [], "alternatives": {},
        "calibration": None,
    }  # fmt: skip
    return scenario.model_copy(update=sections | more)
