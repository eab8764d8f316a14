"""Mistakes that only the numbers of a draw, or the situations of the model, bring to light."""

from pathlib import Path

import numpy as np
import pytest

from simcore.errors import ModelError, ScenarioError
from simcore.model.compile import compile_scenario
from simcore.model.sampled import simulate_draws
from simcore.pricing.price import Pricer
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.uncertainty.sampling import draw_parameters

REFUSED = Path(__file__).parent / "refused"
NAMES = sorted(path.stem for path in REFUSED.glob("*.yaml"))


def run(file, n_draws=2):
    compiled = compile_scenario(file)
    pricer = Pricer(file, compiled.account)
    parameters = draw_parameters(file.distributions, n_draws, seed=1)
    pricer.check(parameters, n_draws)
    values = compiled.values.evaluate(parameters, n_draws)
    return simulate_draws(compiled, values, persons=range(100), target_group=20, seed=1)


@pytest.mark.parametrize("name", NAMES)
def test_each_refused_scenario_gives_its_message(name, monkeypatch):
    monkeypatch.chdir(REFUSED)
    file = read_scenario(f"{name}.yaml")
    with pytest.raises((ModelError, ScenarioError)) as caught:
        run(file)
    assert f"{caught.value}\n" == (REFUSED / f"{name}.txt").read_text(encoding="utf-8")


def test_every_message_belongs_to_a_scenario():
    assert sorted(path.stem for path in REFUSED.glob("*.txt")) == NAMES


def test_the_draw_that_is_wrong_is_named():
    text = (REFUSED / "more_than_one.yaml").read_text(encoding="utf-8")
    text = text.replace("{fixed: 0.45}", "{beta: {mean: 0.3, sd: 0.05}}")
    file = scenario_from_texts({"case/scenario.yaml": text}, "case/scenario.yaml")
    graduation = {"p_graduation": file.scenario.parameters["p_graduation"].distribution}
    numbers = draw_parameters(graduation, 500, seed=1)["p_graduation"]
    first = int(np.argmax(numbers + 2 * 0.3 > 1))
    assert first > 0
    run(file, n_draws=first)
    with pytest.raises(ModelError, match=f"draw {first}, year 2024, age 16, sex male: .* add up to 1.0"):
        run(file, n_draws=500)
