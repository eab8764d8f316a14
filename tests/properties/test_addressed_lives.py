"""Nothing shifts a random number: not a thread, a chunk, a person, a draw, a strategy or a domain more."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import simcore.simulation
from simcore import rates
from simcore.kernels.plan import BLOCK
from simcore.model.compile import compile_scenario
from simcore.model.sampled import Paths, simulate_draws
from simcore.scenario.structure import Structure
from simcore.simulation import simulate
from simcore.uncertainty.sampling import draw_parameters
from tests.strategies import Tree, evidenced, read, scenarios

quick = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def paths_of(tree: Tree, *, draw: int, persons: int, seed: int) -> dict[str, dict[str, NDArray[Any]]]:
    """Paths (boundary or cycle, person) of every variable and phase under every strategy."""
    file = read(tree)
    scenario, compiled = file.scenario, compile_scenario(file)
    values = compiled.values.evaluate(draw_parameters(file.distributions, draw + 1, seed=seed), draw + 1)
    structure = Structure(scenario)
    variables, cycles, strategies = structure.levels, structure.n_cycles, list(scenario.strategies)
    paths = Paths(
        np.zeros((len(strategies), cycles + 1, len(variables), persons), np.uint8),
        np.zeros((len(strategies), cycles, len(scenario.interventions), persons), np.uint16),
    )
    simulate_draws(
        compiled,
        values[draw:],
        draws=range(draw, len(values)),
        persons=range(persons),
        target_group=0,
        seed=seed,
        paths=paths,
    )
    return {
        strategy: {name: paths.states[s, :, v] for v, name in enumerate(variables)}
        | {name: paths.codes[s, :, i] for i, name in enumerate(scenario.interventions)}
        for s, strategy in enumerate(strategies)
    }


def assert_same_paths(found: dict[str, dict[str, NDArray[Any]]], wanted: dict[str, dict[str, NDArray[Any]]]) -> None:
    """Every path that is `wanted` is `found`; there may be more strategies, domains and persons."""
    for strategy, paths in wanted.items():
        for name, path in paths.items():
            np.testing.assert_array_equal(found[strategy][name][:, : path.shape[1]], path, f"{strategy}, {name}")


def youngest(tree: Tree) -> int:
    """The age at which somebody starts."""
    return Structure(read(tree).scenario).start_ages[0]


def assert_same_bits(one: xr.Dataset, other: xr.Dataset) -> None:
    xr.testing.assert_identical(one, other)


@quick
@given(tree=scenarios(), seed=st.sampled_from([0, 9, 2**64 - 1]))
def test_neither_workers_nor_tasks_matter(tree: Tree, seed: int) -> None:
    file = read(tree)
    wanted = simulate(file, draws=4, persons=50, seed=seed, workers=1)
    with pytest.MonkeyPatch.context() as patch:
        for workers, task_draws in ((2, 10), (1, 1), (2, 3)):
            patch.setattr(simcore.simulation, "_TASK_DRAWS", task_draws)
            assert_same_bits(simulate(file, draws=4, persons=50, seed=seed, workers=workers), wanted)


@settings(parent=quick, max_examples=4)
@given(tree=scenarios())
def test_groups_of_persons_do_not_matter(tree: Tree) -> None:
    file = read(tree)
    persons = 2 * BLOCK + 11
    wanted = simulate(file, draws=2, persons=persons, workers=1)
    for workers in (2, 3):
        assert_same_bits(simulate(file, draws=2, persons=persons, workers=workers), wanted)


@quick
@given(tree=scenarios(money=False), draw=st.integers(0, 5))
def test_more_persons_change_nobody(tree: Tree, draw: int) -> None:
    few = paths_of(tree, draw=draw, persons=30, seed=3)
    assert_same_paths(paths_of(tree, draw=draw, persons=40, seed=3), few)


def test_persons_of_another_block_change_nobody() -> None:
    tree = two_states()
    assert_same_paths(
        paths_of(tree, draw=0, persons=BLOCK + 10, seed=3), paths_of(tree, draw=0, persons=BLOCK - 3, seed=3)
    )


@quick
@given(tree=scenarios())
def test_more_draws_change_no_earlier_one(tree: Tree) -> None:
    file = read(tree)
    few, more = (simulate(file, draws=draws, persons=20, workers=1) for draws in (2, 5))
    for name in few.data_vars:
        found = more[name].isel(draw=slice(2)) if "draw" in more[name].dims else more[name]
        np.testing.assert_array_equal(found.values, few[name].values, str(name))


@quick
@given(tree=scenarios(), data=st.data())
def test_additions_change_no_other_path(tree: Tree, data: st.DataObject) -> None:
    """A domain, an attribute, an intervention and a strategy more, in front of or behind the others."""
    before = paths_of(tree, draw=1, persons=30, seed=5)
    more = copy.deepcopy(tree)
    more["parameters"]["p_new"] = evidenced({"uniform": {"min": 0.1, "max": 0.4}}, "probability per year")
    first = data.draw(st.booleans())
    more["parameters"]["uptake_new"] = evidenced({"uniform": {"min": 0.1, "max": 0.4}}, "probability")
    domain = {"new_domain": {"states": ["new_a", "new_b"], "moves": {"new_a -> new_b": {"probability": "p_new"}}}}
    more["domains"] = domain | more["domains"] if first else more["domains"] | domain
    more["population"]["start_states"]["new_domain"] = {"new_a": "p_new", "new_b": "rest"}
    attribute = {"new_attribute": {"new_x": "p_new", "new_y": "rest"}}
    attributes = more["population"]["attributes"]
    more["population"]["attributes"] = attribute | attributes if first else attributes | attribute
    move = "new_domain.new_a -> new_b"
    programme = {
        "new_intervention": {
            "about": "a programme",
            "enrol": {"at_age": youngest(tree), "uptake": "uptake_new"},
            "effects": [{"move": move, "risk_difference": "d_new", "years": [1, 2], "evidence": "causal"}],
        }
    }
    more["parameters"]["d_new"] = evidenced({"fixed": 0.3}, "risk difference")
    more["interventions"] = programme | more["interventions"] if first else more["interventions"] | programme
    strategy = {"new_strategy": ["new_intervention"]}
    more["strategies"] = strategy | more["strategies"] if first else more["strategies"] | strategy
    assert_same_paths(paths_of(more, draw=1, persons=30, seed=5), before)


@quick
@given(tree=scenarios(), data=st.data())
def test_memory_that_nothing_looks_at_changes_nothing(tree: Tree, data: st.DataObject) -> None:
    """A clock of each kind and a counter more, in front of or behind the others: the same lives, ledger and money."""
    structure = Structure(read(tree).scenario)
    moves = [(d, *pair) for d in tree["domains"] if d != "vital" for pair in structure.pairs(d)]
    watched = [{name: of["states"][:-1]} for name, of in tree["domains"].items() if name != "vital"]
    unused: Tree = {"unused_in": {"time_in": [*watched, {"vital": "alive"}][0], "cap": "1 year or more"}}
    if moves:
        domain, start, end = data.draw(st.sampled_from(moves))
        unused["unused_since"] = {"time_since": f"{domain}.any -> {end}", "cap": "1 year or more", "start": 0}
        unused["unused_number"] = {"counts": f"{domain}.{start} -> any", "cap": "2 or more", "start": {0: "rest"}}
    more = copy.deepcopy(tree)
    more["memory"] = unused | more["memory"] if data.draw(st.booleans()) else more["memory"] | unused
    assert_same_paths(paths_of(more, draw=1, persons=30, seed=5), paths_of(tree, draw=1, persons=30, seed=5))
    found, wanted = (simulate(read(t), draws=2, persons=40, workers=1) for t in (more, tree))
    for variable in wanted.data_vars:
        np.testing.assert_array_equal(found[variable].values, wanted[variable].values, str(variable))


@quick
@given(tree=scenarios(), data=st.data())
def test_a_null_effect_avoids_exactly_nothing(tree: Tree, data: st.DataObject) -> None:
    """Every move that can be modified is, by ratios of 1, differences of 0 and shares of 0, without a cost."""
    tree = copy.deepcopy(tree)
    tree["parameters"] |= {
        "null_or": evidenced({"fixed": 1.0}, "odds ratio"),
        "null_rr": evidenced({"fixed": 1.0}, "risk ratio"),
        "null_hr": evidenced({"fixed": 1.0}, "hazard ratio"),
        "null_rd": evidenced({"fixed": 0.0}, "risk difference"),
        "strong": evidenced({"fixed": 0.1}, "hazard ratio"),
        "null_smd": evidenced({"fixed": 0.0}, "standardised mean difference"),
        "none_of_it": evidenced({"fixed": 0.0}, "share"),
        "time": evidenced({"fixed": 0.7}, "year"),
    }
    hazards: list[Tree] = [{"hazard_ratio": "null_hr"}, {"hazard_ratio": "strong", "movable_share": "none_of_it"}]
    ratios: list[Tree] = [
        {"odds_ratio": "null_or"}, {"risk_ratio": "null_rr"}, {"standardised_mean_difference": "null_smd"},
    ]  # fmt: skip
    ratios_over = [null | {"over": "18 months"} for null in ratios]
    differences: list[Tree] = [{"risk_difference": "null_rd"}, {"risk_difference": "null_rd", "over": "18 months"}]
    ends: list[Tree] = [{"fade": {"half_life": "time"}}, {"fade": {"linear": "time"}}, {"catch_up": "time"}]
    effects = []
    structure = Structure(read(tree).scenario)
    for domain in tree["domains"]:
        for way in structure.ways(domain).all():
            # A plain 0 or 1 has no period, which a difference in a shorter cycle needs.
            without = structure.per_year > 1 and not way.is_rate and not isinstance(way.baseline, str)
            nulls = hazards + ratios_over + ([] if way.is_rate else ratios)
            nulls += [] if without else differences[1:] if way.is_rate else differences
            effect = {"move": f"{domain}.{way.start} -> {way.end}", "years": [1, 2], "evidence": "causal"}
            effects.append(effect | data.draw(st.sampled_from(nulls)) | data.draw(st.sampled_from(ends)))
    enrol = {"at_age": youngest(tree), "uptake": 1}
    tree["interventions"]["null"] = {"about": "does nothing", "enrol": enrol, "effects": effects}
    comparator = tree["comparator"]
    members = tree["strategies"][comparator]
    tree["strategies"]["with_null"] = [*members, "null"]
    # What displaces others in the comparator needs the strategy without it.
    beside = [name for name in members if not tree["interventions"][name].get("displacement")]
    if beside != members:
        tree["strategies"]["null_beside"] = [*beside, "null"]
    results = simulate(read(tree), draws=3, persons=60, workers=1)
    for name in results.data_vars:
        if "strategy" in results[name].dims:
            pair = (results[name].sel(strategy=strategy).values for strategy in ("with_null", comparator))
            np.testing.assert_array_equal(*pair, str(name))


@given(probability=st.floats(0.0, 1.0))
def test_a_ratio_of_one_changes_no_bit(probability: float) -> None:
    for act in (rates.with_risk_ratio, rates.with_odds_ratio, rates.with_hazard_ratio):
        assert act(probability, rates.faded(0.3, 0.0)) == probability


def two_states(probability: Any = 0.2, cycles: int = 6) -> Tree:
    """One domain with one absorbing event."""
    return {
        "title": "one absorbing event",
        "population": {
            "persons": 100, "target_group": 10, "start": {"age": 20, "year": 2024}, "horizon": {"years": cycles},
            "start_states": {"life": "before"},
        },
        "domains": {"life": {"states": ["before", "after"], "moves": {"before -> after": {"probability": "p"}}}},
        "parameters": {"p": evidenced({"fixed": probability}, "probability per year")},
        "strategies": {"usual": []},
        "comparator": "usual",
    }  # fmt: skip


@quick
@given(
    probability=st.integers(1, 99),
    weaker=st.integers(1, 100),
    scale=st.sampled_from(["risk_ratio", "odds_ratio", "hazard_ratio"]),
    years=st.sampled_from([[1, "onwards"], [2, 3]]),
    seed=st.integers(0, 2**64 - 1),
)
def test_a_lower_risk_brings_the_event_forward_for_nobody(
    probability: int, weaker: int, scale: str, years: list[Any], seed: int
) -> None:
    tree = two_states(probability / 100, cycles=10)
    tree["parameters"]["ratio"] = evidenced({"fixed": weaker / 100}, scale.replace("_", " "))
    effect = {"move": "life.before -> after", scale: "ratio", "years": years, "evidence": "causal"}
    tree["interventions"] = {"help": {"about": "delays", "enrol": {"at_age": 20, "uptake": 1}, "effects": [effect]}}
    tree["strategies"]["helped"] = ["help"]
    paths = paths_of(tree, draw=0, persons=400, seed=seed)
    usual, helped = (paths[strategy]["life"].astype(int) for strategy in ("usual", "helped"))
    assert (helped <= usual).all()
