"""The exact answer: the joint distribution of all variables, propagated cycle by cycle.

The probabilities of each draw are sent along the ways between joint states that `simcore.model.reach` has worked out.
Nothing is sampled, so the ledger holds expected numbers instead of counts, and luck is absent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simcore.kernels.expected import advance, answer, move
from simcore.model.compiled import Compiled
from simcore.model.reach import Reach, Start
from simcore.model.sampled import Counts, admissions_of, empty_counts, probabilities_of


def expect_draws(
    compiled: Compiled,
    reached: Reach,
    values: NDArray[np.float64],
    *,
    part_size: NDArray[np.int64],
    seed: int,
    draws: Sequence[int] | NDArray[np.int64] | None = None,
    shared_luck: bool = False,
) -> Counts:
    """Expected ledger of some draws.

    Parameters
    ----------
    compiled, reached
        The model, and what can be reached in it.
    values
        Its numbers in these draws (draw, column).
    part_size
        Persons in each part (part,).
    seed
        The seed of the run: where places are few, both engines admit the share that the same pilot shows.
    draws
        Numbers of these draws; by default 0, 1, ...
    shared_luck
        Give the pilots of all draws the luck of draw 0.

    Returns
    -------
    The ledger with real numbers; the parts differ in nothing but their size.

    Raises
    ------
    ModelError
        Some row is no probability row in some draw.
    """
    n = len(values)
    shares = np.empty((max(compiled.n_thresholds, 1), n))
    everybody = np.ones(n)
    numbers = np.arange(n, dtype=np.int64) if draws is None else np.asarray(draws, dtype=np.int64)
    thresholds, found = probabilities_of(compiled, values, numbers)
    shares[: compiled.n_thresholds] = found.T
    del found
    lucks = np.zeros_like(numbers) if shared_luck else numbers
    admissions = admissions_of(compiled, values, thresholds, lucks, seed)
    counts = empty_counts(compiled, n, float)
    work = np.empty((max(len(reached.order), 1), reached.most_options, n))
    product = np.empty((reached.most_ways + 1, n))
    begin = _at_start(reached.start, shares)
    sizes = part_size.astype(float)[None, :, None]
    for s, cycles in enumerate(reached.strategies):
        before = begin
        for c, cycle in enumerate(cycles):
            for split in cycle.splits:
                split_up, admission = np.zeros((split.n_states, n)), everybody
                if split.intervention >= 0:
                    admission = np.ascontiguousarray(admissions[:, s, split.intervention, c])
                answer(shares, before, split_up, split.source, split.target, split.slot, split.mode, admission)
                before = split_up
            after = np.zeros((cycle.n_after, n))
            events = np.zeros((len(compiled.account.events), n))
            move(cycle.step, reached.patterns, shares, before, after, events, reached.order, work, product)
            counts.time[:, :, s, :, 0, c] = (before.T @ cycle.at_start.astype(float))[:, None, :] * sizes
            counts.time[:, :, s, :, 1, c] = (after.T @ cycle.at_end.astype(float))[:, None, :] * sizes
            counts.events[:, :, s, :, c] = events.T[:, None, :] * sizes
            before = np.zeros((cycle.advance.n_states, n))
            advance(after, before, cycle.advance.target)
    return counts


def _at_start(start: Start, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of each joint state at the start (state, draw)."""
    found = np.ones((start.n_states, shares.shape[1]))
    for question, width in enumerate(start.width):
        row, option = start.row[:, question], start.option[:, question]
        taken = shares[np.minimum(row + option, len(shares) - 1)]
        rest = 1.0 - sum((shares[row + k] for k in range(width)), np.zeros_like(found))
        found *= np.where((option < width)[:, None], taken, np.maximum(rest, 0.0))
    return found
