"""Headline numbers change only on purpose."""

import json

import pytest

from simcore.scenario.loading import read_scenario
from simcore.scenario.shipped import shipped_folder, shipped_scenarios

from .headlines import headline, run


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_headline_numbers_are_as_kept(name):
    """Another machine's mathematics library may move a person or two, hence a small part of the standard error."""
    kept = json.loads((shipped_folder() / name / "headline.json").read_text(encoding="utf-8"))
    now = headline(run(name))
    assert now["run"] == kept["run"]
    assert now["actors"].keys() == kept["actors"].keys()
    for intervention, actors in kept["actors"].items():
        assert now["actors"][intervention].keys() == actors.keys()
        for actor, numbers in actors.items():
            found = now["actors"][intervention][actor]
            for quantity in ("avoided_cost", "net_saving"):
                slack = 0.02 * numbers.get(f"{quantity}_mcse", 0.0) + 1e-5 * abs(numbers[quantity])
                assert abs(found[quantity] - numbers[quantity]) <= slack, (intervention, actor, quantity)
            # Where luck hides it, no probability is told.
            assert ("probability_net_saving" in found) == ("probability_net_saving" in numbers)
            if "probability_net_saving" in numbers:
                # One draw of 500 whose saving is nothing but rounding may be counted or not.
                assert abs(found["probability_net_saving"] - numbers["probability_net_saving"]) < 0.0021


def test_the_shipped_scenarios_share_no_name():
    """Nothing of one case can be hard-coded in the engine if the other shares no name with it."""

    def names(name):
        scenario = read_scenario(name).scenario
        found = {*scenario.domains, *scenario.actors, *scenario.interventions, *scenario.parameters, *scenario.prices}
        found |= {state for domain in scenario.domains.values() for state in domain.states}
        return found | {*scenario.population.attributes, *scenario.strategies, *scenario.outcomes}

    assert not names("school_dropout") & names("textbook_chain")
