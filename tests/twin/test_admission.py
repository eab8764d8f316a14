"""Whom few places admit: the pilot of the kernels against the same pilot followed by the readable twin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simcore.model.compile import compile_scenario
from simcore.model.ledger import alive
from simcore.model.reference import Lives
from simcore.model.sampled import Admission, admissions_of, thresholds_of
from simcore.scenario.conditions import parse_condition
from simcore.scenario.variables import Situation
from tests.analytic.models import START_AGE
from tests.analytic.test_adoption import NUMBERS, adopted
from tests.strategies import read

PILOT = Admission(persons=40, first=1 << 31)


class Asked(Lives):
    """The twin, noting how likely those are to be willing who are asked."""

    willing: dict[tuple[str, int], float]

    def enrols(
        self, person: int, intervention: str, code: int, now: Situation, cycle: int, admission: float
    ) -> int:  # fmt: skip
        enrol = self.scenario.interventions[intervention].enrol
        asked = self.structure.may_be_asked(intervention, code) and cycle in self.structure.asked_cycles(intervention)
        if asked and (alive(self.scenario) & parse_condition(enrol.condition)).holds(now):
            chance = self.quantity(enrol.reach, now) * self.quantity(enrol.uptake, now)
            self.willing[intervention, cycle] = self.willing.get((intervention, cycle), 0.0) + chance
        return super().enrols(person, intervention, code, now, cycle, admission)


def settled_by_the_twin(lives: Asked, strategy: str, places: float, target_group: int) -> NDArray[np.float64]:
    """Admission to `programme` in each cycle: the pilot is followed again for each, knowing those before."""
    n_cycles = lives.structure.n_cycles
    admissions: dict[tuple[str, str, int], float] = {}
    lives.admissions = admissions
    for cycle in range(n_cycles):
        lives.willing = {}
        lives.lives(strategy)
        willing = lives.willing.get(("programme", cycle), 0.0) / len(lives.persons) * target_group
        admissions[strategy, "programme", cycle] = min(1.0, places / willing) if willing > 0 else 1.0
    return np.array([admissions[strategy, "programme", cycle] for cycle in range(n_cycles)])


def test_the_pilot_of_the_twin_admits_the_same() -> None:
    numbers = {"uptake": (0.9, "probability"), "places": (1.5, "persons per year"), "p_drop": (0.3, "probability")}
    tree = adopted(
        {"whenever": {"life": "out"}, "ask": "every_cycle", "again_after": "2 years", "uptake": "uptake",
         "places": "places"},
        numbers=numbers, lasts="3 years", drop_out={"probability": "p_drop"},
    )  # fmt: skip
    tree["interventions"]["earlier"] = {
        "about": "keeps them in work", "enrol": {"at_age": START_AGE, "uptake": "uptake"},
        "effects": [{"move": "life.work -> out", "risk_ratio": "half", "years": [1, "onwards"], "evidence": "causal"}],
    }  # fmt: skip
    numbers |= {"half": (0.5, "risk ratio")}
    tree["parameters"]["half"] = tree["parameters"]["p_leave"] | {"distribution": {"fixed": 0.5}, "unit": "risk ratio"}
    tree["strategies"]["both"] = ["programme", "earlier"]
    file = read(tree)
    compiled = compile_scenario(file)
    plain = {name: value for name, (value, _) in (NUMBERS | numbers).items()}
    values = compiled.values.evaluate({name: np.array([value]) for name, value in plain.items()}, 1)
    for seed, draw in ((0, 3), (7, 0)):
        thresholds = thresholds_of(compiled, values, [draw])
        found = admissions_of(compiled, values, thresholds, np.array([draw]), seed, PILOT)[0]
        for s, strategy in enumerate(file.scenario.strategies):
            persons = range(PILOT.first, PILOT.first + PILOT.persons)
            lives = Asked(file.scenario, plain, draw=draw, persons=persons, seed=seed)
            wanted = np.ones(lives.structure.n_cycles)
            if "programme" in file.scenario.strategies[strategy]:
                wanted = settled_by_the_twin(lives, strategy, 1.5, file.scenario.population.target_group)
                assert (wanted < 0.9).any()
            np.testing.assert_allclose(found[s, 0], wanted, rtol=1e-7)
