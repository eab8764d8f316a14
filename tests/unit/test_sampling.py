"""Monte Carlo, Latin hypercubes and Sobol' points: their addresses, and what they are good for."""

import math

import numpy as np
import pytest
from scipy import stats

from simcore.errors import ModelError, ScenarioError, UnknownNameError
from simcore.randomness import parameter_numbers
from simcore.uncertainty.dependence import Copula, Dependence, Rows, Shares
from simcore.uncertainty.distributions import Distribution
from simcore.uncertainty.sampling import (
    FEWEST,
    RANDOMISATIONS,
    SAMPLINGS,
    addresses,
    balanced,
    draw_parameters,
    is_balanced,
    randomisations,
)

UNIFORM = Distribution("uniform", {"min": 0.0, "max": 1.0})
FIXED = Distribution("fixed", {"value": 0.3})


def uniforms(names, n, sampling, **more):
    return draw_parameters(dict.fromkeys(names, UNIFORM), n, sampling=sampling, **{"seed": 7, **more})


def smooth(drawn):
    """A smooth function of uniform numbers whose mean is 1."""
    return np.prod([1 + (of - 0.5) * (k + 1) / 5 for k, of in enumerate(drawn.values())], axis=0)


def standard_error(values):
    """Of the mean, from the means of the randomisations."""
    means = [values[of::RANDOMISATIONS].mean() for of in range(RANDOMISATIONS)]
    return np.std(means, ddof=1) / math.sqrt(RANDOMISATIONS)


def test_monte_carlo_without_dependence_is_the_addressed_number():
    normal = Distribution("normal", {"mean": 1.0, "sd": 2.0})
    drawn = draw_parameters({"a": normal, "b": FIXED}, 40, seed=3, first_draw=5)
    assert (drawn["a"] == normal.ppf(parameter_numbers(3, "a", np.arange(5, 45)))).all()
    assert (drawn["b"] == 0.3).all()


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_points_lie_inside_and_are_uniform(sampling):
    n = 4096
    drawn = uniforms(["a", "b"], n, sampling)
    for values in drawn.values():
        assert 0.0 < values.min() < values.max() < 1.0
        # DKW: the chance of a larger gap is at most 2 exp(-2 n gap**2), here 1e-6.
        gap = np.abs(np.sort(values) - (np.arange(n) + 0.5) / n).max()
        assert gap <= math.sqrt(math.log(2e6) / (2 * n)) + 0.5 / n


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_seeds_give_other_points_and_0_is_one_of_them(sampling):
    points = [uniforms(["a"], 64, sampling, seed=seed)["a"] for seed in (0, 1, 2**64 - 1)]
    assert len({tuple(of) for of in points}) == 3
    assert (uniforms(["a"], 64, sampling, seed=0)["a"] == points[0]).all()


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_the_order_of_the_file_means_nothing(sampling):
    one, other = uniforms(["a", "b", "c"], 64, sampling), uniforms(["c", "a", "b"], 64, sampling)
    assert list(other) == ["c", "a", "b"]
    for name, values in one.items():
        assert (other[name] == values).all()


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_fixed_numbers_and_nothing_at_all(sampling):
    assert draw_parameters({}, 16, seed=1, sampling=sampling) == {}
    drawn = draw_parameters({"a": UNIFORM, "b": FIXED}, 32, seed=1, sampling=sampling)
    assert (drawn["b"] == 0.3).all()
    assert (drawn["a"] == draw_parameters({"a": UNIFORM}, 32, seed=1, sampling=sampling)["a"]).all()


@pytest.mark.parametrize("sampling", ["monte_carlo", "latin_hypercube"])
def test_another_parameter_changes_nothing(sampling):
    alone, together = uniforms(["b"], 50, sampling)["b"], uniforms(["a", "b", "c"], 50, sampling)
    assert (together["b"] == alone).all()
    assert not (together["a"] == alone).any()


def test_another_parameter_changes_the_points_of_a_sobol_sequence():
    alone, together = uniforms(["b"], 64, "sobol")["b"], uniforms(["a", "b"], 64, "sobol")["b"]
    assert not (alone == together).all()


@pytest.mark.parametrize("sampling", ["monte_carlo", "sobol"])
def test_more_draws_extend_and_any_piece_is_the_same(sampling):
    names = ["a", "b", "c"]
    whole = uniforms(names, 300, sampling)
    for first, n in ((0, 64), (0, 100), (0, 1), (17, 1), (3, 200), (299, 1), (8, 8)):
        piece = uniforms(names, n, sampling, first_draw=first)
        for name in names:
            assert (piece[name] == whole[name][first : first + n]).all()


def test_more_draws_change_a_latin_hypercube():
    assert not (uniforms(["a"], 64, "latin_hypercube")["a"] == uniforms(["a"], 128, "latin_hypercube")["a"][:64]).any()


@pytest.mark.parametrize("n", [16, 17, 100, 128])
def test_a_latin_hypercube_has_one_draw_in_each_slice_of_each_randomisation(n):
    drawn = uniforms(["a", "b"], n, "latin_hypercube")
    for values in drawn.values():
        for of in range(RANDOMISATIONS):
            own = values[of::RANDOMISATIONS]
            assert sorted(np.floor(own * len(own)).astype(int)) == list(range(len(own)))


def test_randomisations_and_parameters_of_a_latin_hypercube_are_independent():
    drawn = uniforms(["a", "b"], 8 * 500, "latin_hypercube")
    series = [values[of::RANDOMISATIONS] for values in drawn.values() for of in range(RANDOMISATIONS)]
    off = np.corrcoef(series)[np.triu_indices(len(series), 1)]
    z = np.arctanh(off) * math.sqrt(500 - 3)
    assert np.abs(z).max() < stats.norm.isf(1e-6 / (2 * len(z)))


@pytest.mark.parametrize("n", [128, 1024])
def test_sobol_points_are_balanced_in_every_elementary_interval(n):
    drawn = uniforms(["a", "b"], n, "sobol")
    each = n // RANDOMISATIONS
    for of in range(RANDOMISATIONS):
        a, b = (values[of::RANDOMISATIONS] for values in drawn.values())
        for rows in (1 << k for k in range(each.bit_length())):
            columns = each // rows
            cells = np.floor(a * rows) * columns + np.floor(b * columns)
            assert len(np.unique(cells)) == each


def test_sobol_points_lie_in_the_middle_of_their_cells():
    halves = uniforms(["a"], 1024, "sobol")["a"] * 2.0**31
    assert (halves % 2 == 1).all()


def test_scrambled_sequences_differ_from_each_other():
    a = uniforms(["a"], 64, "sobol")["a"]
    assert len(np.unique(np.round(a, 8))) == 64


def test_even_points_integrate_a_smooth_function_better():
    names, n = list("abcde"), 4096
    error = {}
    for sampling in SAMPLINGS:
        errors = [smooth(uniforms(names, n, sampling, seed=seed)).mean() - 1 for seed in range(20)]
        error[sampling] = math.sqrt(np.mean(np.square(errors)))
    variance = np.prod([1 + ((k + 1) / 5) ** 2 / 12 for k in range(5)]) - 1
    # The root mean square of 20 errors is within 40 % of the standard error, but once in about 10,000 times.
    assert error["monte_carlo"] == pytest.approx(math.sqrt(variance / n), rel=0.6)
    # What a Latin hypercube leaves is the part of the variance that is not additive.
    additive = sum(((k + 1) / 5) ** 2 / 12 for k in range(5))
    assert error["latin_hypercube"] == pytest.approx(math.sqrt((variance - additive) / n), rel=0.6)
    assert error["sobol"] < error["monte_carlo"] / 50


@pytest.mark.parametrize("sampling", ["latin_hypercube", "sobol"])
def test_the_standard_error_from_the_randomisations_covers_the_truth(sampling):
    runs, level = 300, 0.9
    t = stats.t.ppf(0.5 + level / 2, RANDOMISATIONS - 1)
    covered = 0
    for seed in range(runs):
        values = smooth(uniforms(["a", "b", "c"], 256, sampling, seed=seed))
        covered += abs(values.mean() - 1) <= t * standard_error(values)
    low, high = stats.binom.ppf([1e-5, 1 - 1e-5], runs, level)
    assert low <= covered <= high


def test_the_usual_standard_error_is_wrong_for_even_points():
    # The negative control: sd / sqrt(draws) does not see how evenly the points lie.
    values = smooth(uniforms(["a", "b", "c"], 1024, "sobol"))
    assert values.std() / 32 > 20 * standard_error(values)


def test_which_randomisation_a_draw_belongs_to():
    assert randomisations("monte_carlo", 3) is None
    assert randomisations("latin_hypercube", 17).tolist() == [*range(8), *range(8), 0]
    assert randomisations("sobol", 16, first_draw=3).tolist() == [(3 + draw) % 8 for draw in range(16)]


def test_balanced_numbers_of_draws():
    assert [n for n in range(1, 1100) if is_balanced(n)] == [8, 16, 32, 64, 128, 256, 512, 1024]


def test_too_few_draws():
    message = """\
draws
    found    15
    allowed  at least 16 with Latin hypercube or Sobol' points
    hint     they come in 8 independent randomisations, which tell the standard error
1 problem in the sizes of the run; nothing was run."""
    for sampling in ("latin_hypercube", "sobol"):
        with pytest.raises(ScenarioError) as caught:
            randomisations(sampling, FEWEST - 1)
        assert str(caught.value) == message
    with pytest.raises(ScenarioError) as caught:
        uniforms(["a"], FEWEST - 1, "latin_hypercube")
    assert str(caught.value) == message


def test_a_piece_of_a_latin_hypercube():
    with pytest.raises(ScenarioError) as caught:
        uniforms(["a"], 16, "latin_hypercube", first_draw=16)
    assert (
        str(caught.value)
        == """\
first_draw
    found    16
    allowed  draw 0: with Latin hypercube points, every draw depends on how many there are
1 problem in the sizes of the run; nothing was run."""
    )


def test_too_many_directions():
    with pytest.raises(ScenarioError) as caught:
        uniforms([f"p{number}" for number in range(21_202)], 16, "sobol")
    assert (
        str(caught.value)
        == """\
sampling
    found    sobol, with 21,202 uncertain figures
    allowed  at most 21,201
    hint     latin_hypercube and monte_carlo take any number
1 problem in the sizes of the run; nothing was run."""
    )


def test_an_unknown_way_of_sampling():
    message = "'sobl' is not a way of sampling; did you mean 'sobol'? Known: latin_hypercube, monte_carlo, sobol."
    with pytest.raises(UnknownNameError) as caught:
        uniforms(["a"], 16, "sobl")
    assert str(caught.value) == message
    with pytest.raises(UnknownNameError) as caught:
        randomisations("sobl", 16)
    assert str(caught.value) == message


def test_a_slice_that_ends_at_1_stays_below_it(monkeypatch):
    monkeypatch.setattr("scipy.stats.qmc.LatinHypercube.random", lambda self, n: np.linspace(0, 1, n)[:, None])
    values = uniforms(["a"], 64, "latin_hypercube")["a"]
    assert 0.0 < values.min() < 1e-15
    assert 1.0 - 1e-15 < values.max() < 1.0


def test_addresses_that_share_their_numbers_are_refused(monkeypatch):
    rows = Rows("bb", ("b",), np.zeros((2, 1)))
    assert addresses({"a": UNIFORM, "b": UNIFORM}, Dependence(rows=(rows,))) == [
        "parameter.a", "parameter.b", "joint.bb", "sampling.sobol",
    ]  # fmt: skip
    monkeypatch.setattr("simcore.randomness.decision_point", len)
    with pytest.raises(ModelError, match=r"'parameter\.b' and 'parameter\.a' happen to share"):
        uniforms(["a", "b"], 1, "monte_carlo")


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_groups_are_drawn_from_the_points_of_the_sampling(sampling):
    # A copula keeps the numbers of its first name, shares add up, and rows stay whole, however the points are chosen.
    table = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    dependence = Dependence(
        (Copula(("a", "b"), ((1.0, 0.8), (0.8, 1.0))),),
        (Shares(("s", "t"), (2.0, 3.0)),),
        (Rows("r", ("x", "y"), table),),
    )
    beta = [Distribution("beta", {"alpha": 2.0, "beta": 3.0}), Distribution("beta", {"alpha": 3.0, "beta": 2.0})]
    marginals = {"a": UNIFORM, "b": UNIFORM, "s": beta[0], "t": beta[1], "x": UNIFORM, "y": UNIFORM}
    drawn = draw_parameters(marginals, 1024, seed=1, dependence=dependence, sampling=sampling)
    assert list(drawn) == list(marginals)
    assert drawn["s"] + drawn["t"] == pytest.approx(np.ones(1024), abs=1e-15)
    assert (drawn["y"] == 10 * drawn["x"]).all()
    own = draw_parameters({"a": UNIFORM}, 1024, seed=1, sampling=sampling)["a"]
    assert sampling == "sobol" or (drawn["a"] == own).all()
    expected = 6 / math.pi * math.asin(0.4)  # Spearman's correlation of a Gaussian copula
    assert np.corrcoef(drawn["a"], drawn["b"])[0, 1] == pytest.approx(expected, abs=5 / math.sqrt(1024))
    if sampling != "monte_carlo":
        assert np.bincount(drawn["x"].astype(int))[1:] == pytest.approx([1024 / 3] * 3, abs=8)


@pytest.mark.parametrize(("draws", "more"), [(1, 8), (8, 8), (9, 16), (70, 128), (128, 128), (129, 256)])
def test_the_next_size_at_which_sobol_points_are_in_balance(draws, more):
    assert balanced(draws) == more
    assert is_balanced(more)
    assert is_balanced(draws) == (draws == more)
