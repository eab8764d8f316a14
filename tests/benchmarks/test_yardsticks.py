"""What simcore is measured against: it must compute the same model, or the comparison says nothing."""

import numpy as np
import pytest

from benchmarks._models import compiled_from, coupled, file_of, means, sick_sicker
from benchmarks._yardsticks import four_domains, native
from benchmarks._yardsticks.sick_sicker import SICK_SICKER_FIGURES, whole_run
from simcore.model.sampled import simulate_draws, thresholds_of
from simcore.randomness import decision_point
from simcore.simulation import simulate

IN_C = ["lives_wide", "lives_in_blocks"]
POINTS = np.array([decision_point(f"d{d}") for d in range(4)], np.uint32)


@pytest.fixture(scope="module")
def compiled():
    return compiled_from(coupled())


def needs(name):
    if why := native.missing(name):
        pytest.skip(why)


@pytest.mark.parametrize("name", IN_C)
def test_c_counts_what_simcore_counts(name, compiled):
    needs(name)
    persons, values = range(4500), means(compiled)
    counts = simulate_draws(compiled, values, persons=persons, target_group=1, seed=5)
    thresholds = four_domains.tables(compiled, thresholds_of(compiled, values[:1], [0])[0])
    found = four_domains.in_c(name, thresholds, POINTS, 5, persons)
    np.testing.assert_array_equal(found[..., 1:], four_domains.occupancy(counts))
    assert (found.sum(axis=-1) == 2250).all()
    other = four_domains.in_c(name, thresholds, POINTS, 6, persons)
    assert (found[:, 1:] != other[:, 1:]).any()


@pytest.mark.parametrize("name", IN_C)
def test_parts_of_the_persons_add_up(name, compiled):
    needs(name)
    thresholds = four_domains.tables(compiled, thresholds_of(compiled, means(compiled), [0])[0])
    parts = range(1024), range(1024, 1111), range(1111, 1111)
    whole = sum(four_domains.in_c(name, thresholds, POINTS, 5, part) for part in parts)
    np.testing.assert_array_equal(whole, four_domains.in_c(name, thresholds, POINTS, 5, range(1111)))


@pytest.mark.parametrize("way", [*IN_C, "in_numba", "in_numpy", "in_tuned_numpy"])
def test_every_version_follows_the_same_tables(way):
    """Moves that are certain or impossible, so that luck plays no part."""
    taken = np.random.default_rng(3).integers(0, 4, (4, 4, 4, 4))
    cumulative = (np.arange(3) >= taken[..., None]).astype(float)
    state, expected = [0, 0, 0, 0], np.zeros((2, 61, 4, 4), int)
    for boundary in range(61):
        for d in range(4):
            expected[:, boundary, d, state[d]] = [51, 50]
        exits = [taken[d, state[d], state[(d + 1) % 4], state[(d + 2) % 4]] for d in range(4)]
        state = [int(four_domains.NEXT[own, exit_taken]) for own, exit_taken in zip(state, exits, strict=True)]
    if way in IN_C:
        needs(way)
        thresholds = (cumulative * 0xFFFFFFFF).astype(np.uint32)
        found = four_domains.in_c(way, thresholds, POINTS, 1, range(101))
    else:
        found = np.zeros(expected.shape, np.int64)
        getattr(four_domains, way)(cumulative, 101, found)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("way", ["numba", "C"])
def test_sick_sicker_costs_the_same(way):
    if way == "C":
        needs("sick_sicker")
    results = simulate(file_of(sick_sicker()), draws=3, persons=2111, seed=7)
    values = results["parameter_value"]
    figures = {name: values.sel(parameter=name).values for name, *_ in SICK_SICKER_FIGURES}
    found = whole_run(way, 3, 2111, 2, seed=7, figures=figures)
    cost = results["present_value"].sum(("actor", "cost_kind", "year")).values
    np.testing.assert_allclose(found["cost"], cost, rtol=1e-12)
    np.testing.assert_allclose(found["qalys"], results["outcome_present_value"].values[..., 0], rtol=1e-12)


def test_sick_sicker_in_numpy_agrees_within_luck():
    """4,000 draws of 1,000 persons each: the difference of two means, at six standard errors (one in 10^9)."""
    found = [whole_run(way, 200, 1000) for way in ("numba", "NumPy")]
    for what in ("cost", "qalys"):
        one, other = (of[what] for of in found)
        error = ((one - other).var(axis=1, ddof=1) / 200) ** 0.5
        assert (np.abs((one - other).mean(axis=1)) < 6 * error).all()


def test_without_a_compiler_there_is_a_word(monkeypatch):
    monkeypatch.setattr(native.shutil, "which", lambda name: None)
    native.library.cache_clear()
    assert native.missing("lives_wide") == "there is no C compiler"
    native.library.cache_clear()
