"""Whom few places admit, as the readable twin wants to be told."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simcore.model.compiled import Compiled
from simcore.model.sampled import admissions_of, thresholds_of


def admitted(
    compiled: Compiled, values: NDArray[np.float64], draw: int, seed: int
) -> dict[tuple[str, str, int], float]:  # fmt: skip
    """Share of the willing who are admitted in a draw, by strategy, intervention and cycle."""
    thresholds = thresholds_of(compiled, values[None], [draw])
    shares = admissions_of(compiled, values[None], thresholds, np.array([draw]), seed)[0]
    scenario = compiled.file.scenario
    return {
        (strategy, name, cycle): float(share)
        for s, strategy in enumerate(scenario.strategies)
        for i, name in enumerate(scenario.interventions)
        for cycle, share in enumerate(shares[s, i])
    }
