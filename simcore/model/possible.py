"""Which answers of a compiled model can have a probability above 0 at all, whatever the draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simcore.kernels.tables import OVER, PER_CYCLE, PER_YEAR, RISK_DIFFERENCE
from simcore.model.compiled import Compiled
from simcore.model.values import Known


def possible_answers(compiled: Compiled) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which thresholds stand for an answer that can have a probability above 0, and, at the first of a row, its rest.

    A baseline that is 0 in every draw is never lifted but by a risk difference; a probability that is plainly
    1 leaves nothing to the rest.
    """
    rows, columns = compiled.rows, compiled.values.columns
    known = np.array([column.number if isinstance(column, Known) else np.nan for column in columns] or [np.nan])
    n_exits = rows.target.size
    base = known[rows.base] if n_exits else np.zeros(0)
    lifted = np.zeros(n_exits, bool)
    acted = rows.n_modifiers > 0
    of_modifier = np.repeat(np.arange(n_exits), rows.n_modifiers)
    kinds = np.append(np.arange(OVER, dtype=np.int32), rows.over_kind)[rows.modifier_kind]
    lifted[of_modifier[kinds == RISK_DIFFERENCE]] = True
    possible = ~((base == 0.0) & ~lifted)
    of_row = np.repeat(np.arange(rows.first_exit.size), rows.n_exits)
    place = np.arange(n_exits) - rows.first_exit[of_row]
    can = np.zeros(compiled.n_thresholds, bool)
    can[rows.offset[of_row] + place] = possible
    scale = rows.scale[of_row]
    certain = (base == 1.0) & ~acted & ((scale == PER_CYCLE) | (scale == PER_YEAR))
    rest = np.ones(rows.first_exit.size, bool)
    rest[of_row[certain]] = False
    rest[rows.complete != 0] = False
    # A certain exit leaves nothing to the others of its row either.
    sure = np.zeros(rows.first_exit.size, bool)
    sure[of_row[certain]] = True
    others = sure[of_row] & ~certain
    can[rows.offset[of_row][others] + place[others]] = False
    can_rest = np.zeros(max(compiled.n_thresholds, 1), bool)
    wide = rows.n_thresholds > 0
    can_rest[rows.offset[wide]] = rest[wide]
    for first, stride, n in zip(rows.matrix_first, rows.matrix_stride, rows.matrix_states, strict=True):
        _reach_in_continuous_time(compiled, int(first), int(stride), int(n), possible, can)
    return can, can_rest


def _reach_in_continuous_time(
    compiled: Compiled, first: int, stride: int, n: int, possible: NDArray[np.bool_], can: NDArray[np.bool_]
) -> None:
    """Mark every state that can be reached within a cycle, in any number of moves."""
    rows = compiled.rows
    linked = np.eye(n, dtype=bool)
    for i in range(n):
        row = first + i * stride
        exits = np.arange(rows.first_exit[row], rows.first_exit[row] + rows.n_exits[row])
        linked[i, rows.target[exits[possible[exits]]]] = True
    for _ in range(n.bit_length()):
        linked = linked | (linked.astype(np.uint8) @ linked.astype(np.uint8) > 0)
    for i in range(n):
        offset = rows.offset[first + i * stride]
        can[offset : offset + n - 1] = np.delete(linked[i], i)
