"""What pricing finds, and where it is booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simcore.pricing.prices import Array
from simcore.vocabulary import VARIABLES


@dataclass(frozen=True)
class Priced:
    """Costs per person of some draws; dims as in `simcore.vocabulary`, kinds as in `Pricer.kinds`.

    Attributes
    ----------
    cost, present_value
        (strategy, draw, actor, cost_kind, year)
    present_value_of_part
        (part, strategy, draw, actor, cost_kind)
    present_value_between_halves
        (strategy, draw, actor, year): all counted kinds, a person of the first half minus one of the second.
    line_present_value
        (strategy, draw, line)
    outcome_value, outcome_present_value
        (strategy, draw, outcome)
    outcome_value_of_part, outcome_present_value_of_part
        (part, strategy, draw, outcome)
    group_size
        (draw, group): persons of each subgroup at the start.
    group_present_value
        (strategy, draw, group, actor, cost_kind): per person of the subgroup.
    group_outcome_value
        (strategy, draw, group, outcome)
    years_alive
        (strategy, draw, year)
    cashable_saving, cashable_present_value
        (strategy, draw, actor, year); None where no price says what of it is cashable.
    spread_present_value
        (strategy, draw, actor, cost_kind): per person of the target group; None where no price says how much single
        events differ, and without luck.
    """

    cost: Array
    present_value: Array
    present_value_of_part: Array
    present_value_between_halves: Array
    line_present_value: Array
    outcome_value: Array
    outcome_present_value: Array
    outcome_value_of_part: Array
    outcome_present_value_of_part: Array
    group_size: Array
    group_present_value: Array
    group_outcome_value: Array
    years_alive: Array
    cashable_saving: Array | None = None
    cashable_present_value: Array | None = None
    spread_present_value: Array | None = None

    @classmethod
    def nothing(cls, sizes: Mapping[str, int], without: Sequence[str]) -> Priced:
        """Nothing is booked yet, in arrays of these sizes; some are not asked for."""
        asked = [name for name in cls.__dataclass_fields__ if name not in without]
        return cls(**{name: np.zeros([sizes[dim] for dim in VARIABLES[name].dims]) for name in asked})

    def arrays(self) -> dict[str, Array]:
        """The arrays that there are, by their name."""
        return {name: array for name, array in vars(self).items() if array is not None}

    def some(self, draws: slice) -> Priced:
        """Those of some draws, to book into."""
        found = {}
        for name, array in self.arrays().items():
            before = VARIABLES[name].dims.index("draw")
            found[name] = array[(slice(None),) * before + (draws,)]
        return Priced(**found)
