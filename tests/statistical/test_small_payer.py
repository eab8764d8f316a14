"""The probability that a small payer saves money, which luck between persons hides from a naive reading.

Only the effect of a programme is uncertain, and nearly certainly it helps. The region pays for few: of 200 persons a
handful are ill at a time. Three readings of 1,000 draws of 200 persons: lives of the two strategies that share no luck
(the usual way), lives that share it, and the latter with luck taken off.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from simcore.analysis.avoided_cost import net_saving
from simcore.analysis.luck import probability_above_zero, regressors, without_luck
from simcore.analysis.two_orders import money_variances
from simcore.scenario.loading import ScenarioFile
from simcore.simulation import simulate
from tests.analytic.models import model, priced, with_programme
from tests.calibrated import seed_of
from tests.strategies import evidenced, read

DRAWS, PERSONS, SEEDS = 1000, 200, 20
#: Odds ratio with a median of 0.8, below 1 with a probability of 0.995.
LOG_SD = math.log(1 / 0.8) / 2.5758


def scenario() -> ScenarioFile:
    per_year = "probability per year"
    tree = model(
        {
            "pupil -> outside": {"probability": "p_out"}, "pupil -> working": "rest",
            "working -> outside": {"probability": "p_lost"}, "outside -> working": {"probability": "p_found"},
            "working -> ill": {"probability": "p_ill_working"}, "outside -> ill": {"probability": "p_ill_outside"},
            "ill -> outside": {"probability": "p_well"},
        },
        years=20,
        numbers={
            "p_out": (0.3, per_year), "p_lost": (0.02, per_year), "p_found": (0.12, per_year),
            "p_ill_working": (0.005, per_year), "p_ill_outside": (0.15, per_year), "p_well": (0.2, per_year),
        },
    )  # fmt: skip
    tree = priced(
        tree, {"assistance": (80.0, "year"), "care": (30.0, "year")},
        {
            "assistance": {"while": {"life": "outside"}, "resource": "assistance", "actor": "municipality"},
            "care": {"while": {"life": "ill"}, "resource": "care", "actor": "region"},
        },
    )  # fmt: skip
    tree["parameters"]["or_help"] = evidenced(
        {"lognormal": {"log_mean": math.log(0.8), "log_sd": LOG_SD}}, "odds ratio"
    )
    effect = {"move": "life.pupil -> outside", "odds_ratio": "or_help", "years": [1, 1], "evidence": "causal"}
    return read(with_programme(tree, [effect]))


def test_luck_does_not_hide_that_a_small_payer_saves(request: pytest.FixtureRequest) -> None:
    file, first = scenario(), seed_of(request, 5)
    naive, counted, settled, true = [], [], [], []
    for seed in ((first + 100 * k) % 2**64 for k in range(SEEDS)):
        sampled = simulate(file, draws=DRAWS, persons=PERSONS, seed=seed)
        exact = simulate(file, draws=DRAWS, seed=seed, engine="expected")
        saving = net_saving(sampled)
        parts = money_variances(sampled, saving, "net_saving").sel(actor=["municipality", "region", "household"])
        probability = probability_above_zero(saving, without_luck(saving, parts, regressors(sampled)))
        at = {"intervention": "helped", "actor": "region"}
        settled.append(float(probability.sel(at)))
        counted.append(float((saving.sel(at) > 0).mean("draw")))
        true.append(float((net_saving(exact).sel(at) > 0).mean("draw")))
        # The usual way: other persons meet other luck under the other strategy, with the same figures.
        parameters = {str(name): sampled["parameter_value"].sel(parameter=name) for name in sampled["parameter"].values}
        others = simulate(file, draws=DRAWS, persons=PERSONS, seed=(seed + 1) % 2**64, parameters=parameters)
        costs = [of["present_value"].sum(["cost_kind", "year"]).sel(actor="region") for of in (sampled, others)]
        naive.append(float((costs[0].sel(strategy="usual") > costs[1].sel(strategy="helped")).mean("draw")))
        assert 0.3 < float(parts["luck_share"].sel(at)) < 0.9  # luck is most of the spread, but not all of it
    assert abs(np.mean(settled) - np.mean(true)) < 0.02
    assert np.mean(true) > 0.99
    # The same persons and luck under both strategies help much, but without the correction not enough; and the
    # usual way calls a near certainty two chances in three.
    assert np.mean(counted) < np.mean(true) - 0.02
    assert np.mean(naive) < np.mean(true) - 0.25
