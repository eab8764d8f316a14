"""Mistakes that only the numbers of a draw, or the situations of the model, bring to light."""

from pathlib import Path

import pytest

from simcore.errors import ModelError, ScenarioError
from simcore.model.compile import compile_scenario
from simcore.model.sampled import simulate_draws
from simcore.scenario.loading import read_scenario
from simcore.uncertainty.sampling import draw_parameters

REFUSED = Path(__file__).parent / "refused"
NAMES = sorted(path.stem for path in REFUSED.glob("*.yaml"))


def run(file, n_draws=2):
    compiled = compile_scenario(file)
    distributions = {name: parameter.distribution for name, parameter in file.scenario.parameters.items()}
    parameters = draw_parameters(distributions, n_draws, seed=1)
    values = compiled.values.evaluate(parameters, n_draws)
    return simulate_draws(compiled, values, first_draw=0, persons=range(100), target_group=20, seed=1)


@pytest.mark.parametrize("name", NAMES)
def test_each_refused_scenario_gives_its_message(name, monkeypatch):
    monkeypatch.chdir(REFUSED)
    file = read_scenario(f"{name}.yaml")
    with pytest.raises((ModelError, ScenarioError)) as caught:
        run(file)
    assert f"{caught.value}\n" == (REFUSED / f"{name}.txt").read_text(encoding="utf-8")


def test_every_message_belongs_to_a_scenario():
    assert sorted(path.stem for path in REFUSED.glob("*.txt")) == NAMES


def test_the_draw_that_is_wrong_is_named(monkeypatch):
    monkeypatch.chdir(REFUSED)
    text = Path("more_than_one.yaml").read_text(encoding="utf-8")
    uncertain = "{beta: {mean: 0.45, sd: 0.05}}"
    text = text.replace("p_graduation: {distribution: {fixed: 0.45}", f"p_graduation: {{distribution: {uncertain}")
    from simcore.scenario.loading import scenario_from_texts

    file = scenario_from_texts({"case/scenario.yaml": text}, "case/scenario.yaml")
    draws = draw_parameters({"p": file.scenario.parameters["p_graduation"].distribution}, 1, seed=1)
    assert draws["p"].shape == (1,)
    numbers = draw_parameters(
        {"p_graduation": file.scenario.parameters["p_graduation"].distribution}, 100, seed=1
    )["p_graduation"]
    first = next(draw for draw, number in enumerate(numbers) if number + 0.6 > 1)
    assert first > 0
    with pytest.raises(ModelError, match=f"draw {first}, sex male"):
        run(file, n_draws=100)
