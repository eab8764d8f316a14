"""A scenario ready to run, and what is wrong with a row of it in words."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simcore.kernels import tables as kernel_tables
from simcore.kernels.plan import Plan
from simcore.kernels.tables import Rows
from simcore.model.ledger import Account
from simcore.model.rows import Block
from simcore.model.values import Values, place_of
from simcore.scenario.fields import path_text
from simcore.scenario.loading import ScenarioFile

#: At most this many ways are listed in a message.
_MOST_WAYS = 12


@dataclass(frozen=True)
class Compiled:
    """A scenario ready to run.

    Attributes
    ----------
    file
        The scenario.
    account
        What is counted and priced.
    values
        The columns that `rows` refer to.
    rows, plan
        The model as arrays.
    n_thresholds, n_hist
        Lengths of the kernel's threshold and histogram arrays.
    blocks
        What the rows stand for.
    places
        Column of the places of each intervention where a year begins [persons per year] (intervention, cycle); else -1.
    """

    file: ScenarioFile
    account: Account
    values: Values
    rows: Rows
    plan: Plan
    n_thresholds: int
    n_hist: int
    blocks: list[Block]
    places: NDArray[np.int64]

    def explain(self, where: str, row: int, status: int, values: NDArray[np.float64]) -> str:
        """Say in words what is wrong with a row in a draw.

        Parameters
        ----------
        where
            The draw, in words.
        row, status
            As the kernel reports them.
        values
            Numbers of this draw (column,).
        """
        block = self.blocks[bisect_right([b.first_row for b in self.blocks], row) - 1]
        file, line = place_of(self.file, block.path)
        layer, rest = divmod(row - block.first_row, len(block.own) * len(block.situations))
        own, number = divmod(rest, len(block.situations))
        situation = {**block.layers[layer], **block.situations[number]}
        shown = {name: value for name, value in situation.items() if name not in ("cycle", "start_age")}
        first = self.rows.first_exit[row]
        is_rate = int(self.rows.scale[row]) in (kernel_tables.RATE, kernel_tables.CONTINUOUS)
        every = range(first, first + self.rows.n_exits[row])
        found = {e: kernel_tables.exit_size(self.rows, values, e, is_rate) for e in every}
        # What is no probability within the time that a ratio was measured over stands alone: rates beside it are none.
        over = [e for e, (_, wrong) in found.items() if wrong != kernel_tables.FINE]
        exits = over or list(found)
        sizes = [float(found[e][0]) for e in exits]
        names = [block.targets[self.rows.target[e]] for e in exits]
        names = [f"{name}:" if name[:1].isdigit() else name.replace(", ", " and ") for name in names]
        given = [f"{name} {size:.4g}" for name, size in zip(names, sizes, strict=True)]
        more = [f"and {len(given) - _MOST_WAYS} more"] if len(given) > _MOST_WAYS else []
        ways = ", ".join([*given[:_MOST_WAYS], *more])
        of = f" from '{block.own[own]}'" if block.own[own] else ""
        words = (
            f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in shown.items()
        )
        place = f"{file}:{line}  {path_text(block.path)}: {', '.join([where, *words])}"
        match status:
            case kernel_tables.MORE_THAN_ONE if not self.rows.complete[row]:
                what = "ways" if of else "shares"
                wrong = f"the {what}{of} of {block.question} add up to {sum(sizes):.4g} ({ways}); at most 1 is possible"
            case kernel_tables.MORE_THAN_ONE | kernel_tables.NOT_ONE:
                what = "shares" if block.question.startswith("the ") else "probabilities"
                wrong = f"the {what} of {block.question} add up to {sum(sizes):.4g} ({ways}), not to 1"
            case kernel_tables.NOT_A_RATE:
                wrong = f"a rate{of} of {block.question} is negative or infinite ({ways})"
            case _:
                within = " within the time that a ratio or difference was measured over" if over else ""
                wrong = f"a probability{of} of {block.question}{within} lies outside 0 to 1 ({ways})"
        return f"{place}: {wrong}."

    @cached_property
    def n_work(self) -> int:
        """Length of the scratch array that building thresholds needs."""
        exits, states = self.rows.n_exits.max(initial=1), self.rows.matrix_states.max(initial=1)
        return int(max(exits, 4 * int(states) ** 2))
