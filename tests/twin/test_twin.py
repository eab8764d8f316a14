"""The kernels and the readable twin agree exactly: person by person, phase by phase, meter by meter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from simcore.kernels.lives import BLOCK
from simcore.model.compile import compile_scenario
from simcore.model.reference import Lives, count
from simcore.model.sampled import Paths, simulate_draws
from simcore.scenario.loading import ScenarioFile, read_scenario
from simcore.scenario.meaning import levels, n_cycles
from simcore.uncertainty.sampling import draw_parameters
from tests.strategies import Tree, read, scenarios

SHIPPED = sorted(Path(__file__).parents[2].glob("scenarios/**/scenario.yaml"))
SEEDS = [0, 1, 20_240_101, 2**32, 2**64 - 1]


def check_agreement(
    file: ScenarioFile, *, persons: range, target_group: int, seed: int, n_draws: int, watched: range | None = None
) -> None:
    """Simulate with both and compare; `watched` are the persons the twin follows, by default all.

    The ledger is compared when all are watched.
    """
    scenario = file.scenario
    compiled = compile_scenario(file)
    distributions = {name: parameter.distribution for name, parameter in scenario.parameters.items()}
    parameters = draw_parameters(distributions, n_draws, seed=seed)
    values = compiled.values.evaluate(parameters, n_draws)
    variables, strategies, cycles = levels(scenario), list(scenario.strategies), n_cycles(scenario)
    n_paths = persons.stop
    for draw in range(n_draws):
        paths = Paths(
            np.full((len(strategies), cycles + 1, len(variables), n_paths), 255, np.uint8),
            np.full((len(strategies), cycles, len(scenario.interventions), n_paths), 65535, np.uint16),
        )
        counts = simulate_draws(
            compiled, values[draw : draw + 1], first_draw=draw, persons=persons, target_group=target_group, seed=seed,
            paths=paths,
        )  # fmt: skip
        numbers = {name: float(drawn[draw]) for name, drawn in parameters.items()}
        twin = Lives(scenario, numbers, draw=draw, persons=watched or persons, seed=seed)
        for s, strategy in enumerate(strategies):
            lives = twin.lives(strategy)
            for life in lives:
                moments = [life.starts[0], *life.ends]
                expected = [[variables[name].index(now[name]) for name in variables] for now in moments]
                assert paths.states[s, :, :, life.person].tolist() == expected, (draw, strategy, life.person)
                phases = [[now[name] for name in scenario.interventions] for now in life.starts]
                assert paths.phases[s, :, :, life.person].tolist() == phases, (draw, strategy, life.person)
            if watched is None:
                time, events = count(compiled.account, lives, target_group)
                np.testing.assert_array_equal(counts.time[0, :, s], time)
                np.testing.assert_array_equal(counts.events[0, :, s], events)


def check_generated(tree: Tree, seed: int) -> None:
    file = read(tree)
    event(f"domains: {len(file.scenario.domains)}")
    target_group = file.scenario.population.target_group
    check_agreement(file, persons=range(80), target_group=target_group, seed=seed, n_draws=2)


def quiet(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
    )


@quiet(60)
@given(tree=scenarios(), seed=st.sampled_from(SEEDS))
def test_generated_scenarios(tree: Tree, seed: int) -> None:
    check_generated(tree, seed)


@pytest.mark.slow
@quiet(500)
@given(tree=scenarios(), seed=st.sampled_from(SEEDS))
def test_many_generated_scenarios(tree: Tree, seed: int) -> None:
    check_generated(tree, seed)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_shipped_scenarios(path: Path) -> None:
    check_agreement(read_scenario(path), persons=range(12), target_group=5, seed=3, n_draws=1)


def test_persons_of_several_blocks() -> None:
    """The ledger and the target group cross the border of a block; the last block is not full."""
    path = next(path for path in SHIPPED if path.parent.name == "textbook_chain")
    n = BLOCK + 37
    for target_group in (BLOCK - 1, BLOCK + 5):
        check_agreement(read_scenario(path), persons=range(n), target_group=target_group, seed=0, n_draws=1)


def test_persons_from_a_later_block() -> None:
    path = next(path for path in SHIPPED if path.parent.name == "textbook_chain")
    persons = range(2 * BLOCK, 2 * BLOCK + 9)
    check_agreement(read_scenario(path), persons=persons, target_group=2 * BLOCK + 3, seed=2**64 - 1, n_draws=3)
