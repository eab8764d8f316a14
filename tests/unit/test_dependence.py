"""Figures that are drawn together: copulas, shares of a whole, and rows of a sample."""

import math

import numpy as np
import pytest
from scipy import stats

from simcore.uncertainty.dependence import INDEPENDENT, Copula, Dependence, Rows, Shares
from simcore.uncertainty.distributions import Distribution
from simcore.uncertainty.sampling import draw_parameters

N = 20_000
#: Normal deviation that chance exceeds once in a million times, on either side.
Z = stats.norm.isf(0.5e-6)
NORMAL = Distribution("normal", {"mean": 0.0, "sd": 1.0})
MARGINALS = {
    "a": Distribution("lognormal", {"mean": 2.0, "sd": 3.0}),
    "b": Distribution("beta", {"mean": 0.1, "sd": 0.05}),
    "c": Distribution("gamma", {"mean": 8000.0, "sd": 500.0}),
}
MATRIX = ((1.0, 0.7, -0.4), (0.7, 1.0, 0.1), (-0.4, 0.1, 1.0))
COPULA = Copula(("a", "b", "c"), MATRIX)


def drawn(copula=COPULA, marginals=None, n=N, **more):
    marginals = MARGINALS if marginals is None else marginals
    return draw_parameters(marginals, n, dependence=Dependence((copula,)), **{"seed": 5, **more})


def assert_correlations(found, expected, spread=1.0):
    """Correlations (name, name) are as expected: Fisher's z has the standard error spread / sqrt(N - 3)."""
    rows, columns = np.triu_indices(len(found), 1)
    z = (np.arctanh(found) - np.arctanh(expected))[rows, columns]
    assert np.abs(z).max() <= Z * spread / math.sqrt(N - 3)


def off_diagonal(matrix):
    return np.where(np.eye(len(matrix)) == 1, 0.0, matrix)


def test_normal_scores_have_the_correlations_asked_for():
    values = drawn()
    scores = [stats.norm.ppf(MARGINALS[name].cdf(of)) for name, of in values.items()]
    assert_correlations(off_diagonal(np.corrcoef(scores)), off_diagonal(np.array(MATRIX)))


def test_ranks_have_spearmans_correlation():
    found = stats.spearmanr(np.array(list(drawn().values())).T).statistic
    expected = 6 / math.pi * np.arcsin(np.array(MATRIX) / 2)
    # Bonett & Wright (2000): the variance of Fisher's z of Spearman's correlation is (1 + r**2 / 2) / (n - 3).
    assert_correlations(off_diagonal(found), off_diagonal(expected), math.sqrt(1 + 0.7**2 / 2))


def test_the_wrong_correlation_is_seen():
    found = np.corrcoef([stats.norm.ppf(MARGINALS[name].cdf(of)) for name, of in drawn().items()])
    wrong = np.array(MATRIX)
    wrong[0, 1] = 0.66
    with pytest.raises(AssertionError):
        assert_correlations(off_diagonal(found), off_diagonal(wrong))


def test_each_keeps_its_own_distribution():
    # DKW: the chance of a larger gap is at most 2 exp(-2 n gap**2), here 1e-6.
    for name, values in drawn().items():
        gap = np.abs(MARGINALS[name].cdf(np.sort(values)) - (np.arange(N) + 0.5) / N).max()
        assert gap <= math.sqrt(math.log(2e6) / (2 * N)) + 0.5 / N


def test_normal_distributions_become_multivariate_normal():
    mean, sd = np.array([1.0, -5.0, 0.03]), np.array([0.2, 4.0, 0.001])
    marginals = {name: Distribution("normal", {"mean": m, "sd": s}) for name, m, s in zip("abc", mean, sd, strict=True)}
    values = np.array(list(drawn(marginals=marginals).values()))
    covariance = np.array(MATRIX) * np.outer(sd, sd)
    assert np.abs((values.mean(axis=1) - mean) / (sd / math.sqrt(N))).max() <= Z
    # Of a multivariate normal sample: var(S_ij) = (s_ii s_jj + s_ij**2) / (n - 1).
    error = np.sqrt((np.outer(np.diag(covariance), np.diag(covariance)) + covariance**2) / (N - 1))
    assert np.abs((np.cov(values) - covariance) / error).max() <= Z
    # The squared distances from the mean have a chi-squared distribution, which no other copula gives.
    off = values - mean[:, None]
    distance = np.sort((off * np.linalg.solve(covariance, off)).sum(axis=0))
    gap = np.abs(stats.chi2.cdf(distance, 3) - (np.arange(N) + 0.5) / N).max()
    assert gap <= math.sqrt(math.log(2e6) / (2 * N)) + 0.5 / N


def test_the_factor_by_hand():
    values = drawn(Copula(("a", "b"), ((1.0, 0.6), (0.6, 1.0))), {"a": NORMAL, "b": NORMAL}, 10)
    own = draw_parameters({"a": NORMAL, "b": NORMAL}, 10, seed=5)
    assert (values["a"] == own["a"]).all()
    assert values["b"] == pytest.approx(0.6 * own["a"] + 0.8 * own["b"], rel=1e-12)


def test_a_correlation_changes_neither_other_figures_nor_other_draws():
    more = {**MARGINALS, "x": NORMAL, "y": NORMAL, "aa": NORMAL}
    alone, beside = drawn(n=500), drawn(marginals=more, n=500)
    own = draw_parameters(more, 500, seed=5)
    assert all((beside[name] == alone[name]).all() for name in "abc")
    assert all((beside[name] == own[name]).all() for name in ("x", "y", "aa"))
    pair = Copula(("aa", "y"), ((1.0, -0.5), (-0.5, 1.0)))
    both = draw_parameters(more, 500, seed=5, dependence=Dependence((COPULA, pair)))
    assert all((both[name] == alone[name]).all() for name in "abc")
    piece = drawn(n=7, first_draw=100)
    assert all((piece[name] == alone[name][100:107]).all() for name in "abc")


def test_numbers_at_the_very_ends_stay_inside():
    tiny = np.array([2.0**-53, 1 - 2.0**-53])
    found = Copula(("a", "b"), ((1.0, 0.999), (0.999, 1.0))).numbers({"a": tiny, "b": tiny})
    for values in found.values():
        assert (values > 0).all()
        assert (values < 1).all()


def test_shares_have_the_moments_of_a_dirichlet_distribution():
    names, shapes = ("p", "q", "r"), np.array([30.0, 50.0, 0.5])
    marginals = dict.fromkeys(names, NORMAL)  # what they are by themselves is not asked
    dependence = Dependence(shares=(Shares(names, tuple(shapes)),))
    values = np.array(list(draw_parameters(marginals, N, seed=2, dependence=dependence).values()))
    assert np.abs(values.sum(axis=0) - 1).max() < 1e-15 * 4
    total = shapes.sum()
    mean = shapes / total
    covariance = (np.diag(mean) - np.outer(mean, mean)) / (total + 1)
    assert np.abs((values.mean(axis=1) - mean) / np.sqrt(np.diag(covariance) / N)).max() <= Z
    off = values - mean[:, None]
    for i in range(3):
        for j in range(3):
            product = off[i] * off[j]
            assert abs(product.mean() - covariance[i, j]) <= Z * product.std() / math.sqrt(N)
    for name, shape in zip(names, shapes, strict=True):
        beta = stats.beta(shape, total - shape)
        gap = np.abs(beta.cdf(np.sort(values[names.index(name)])) - (np.arange(N) + 0.5) / N).max()
        assert gap <= math.sqrt(math.log(2e6) / (2 * N)) + 0.5 / N


def test_shares_with_tiny_shapes_are_all_or_nothing():
    # Nearly all of it falls on one of the two, on the first in one draw of four.
    dependence = Dependence(shares=(Shares(("p", "q"), (0.0005, 0.0015)),))
    values = draw_parameters({"p": NORMAL, "q": NORMAL}, N, seed=2, dependence=dependence)
    assert np.isfinite(values["p"]).all()
    assert np.abs(values["p"] + values["q"] - 1).max() < 1e-15 * 4
    assert abs(values["p"].mean() - 0.25) <= Z * math.sqrt(0.25 * 0.75 / N)


def test_rows_stay_whole_and_are_equally_likely():
    table = np.array([[1.0, 0.1, 5.0], [2.0, 0.2, 5.0], [2.0, 0.3, 6.0], [4.0, 0.4, 7.0]])
    dependence = Dependence(rows=(Rows("posterior", ("a", "b", "c"), table),))
    values = draw_parameters(MARGINALS, N, seed=2, dependence=dependence)
    found = np.array([values[name] for name in "abc"]).T
    rows, counts = np.unique(found, axis=0, return_counts=True)
    assert (rows == table).all()
    assert np.abs(counts - N / 4).max() <= Z * math.sqrt(N * 0.25 * 0.75)


def test_rows_are_drawn_as_often_as_their_weights_say():
    table = np.arange(5.0)[:, None]
    weights = np.array([0.0, 3.0, 0.0, 1.0, 0.0])
    rows = Rows("posterior", ("a",), table, weights)
    u = np.array([2.0**-53, 0.74, 0.75, 1 - 2.0**-53])
    assert rows.values(u)["a"].tolist() == [1.0, 1.0, 3.0, 3.0]
    values = draw_parameters({"a": NORMAL}, N, seed=2, dependence=Dependence(rows=(rows,)))["a"]
    assert abs((values == 1.0).sum() - 0.75 * N) <= Z * math.sqrt(N * 0.75 * 0.25)
    assert set(values) == {1.0, 3.0}


def test_two_samples_are_drawn_independently():
    table = np.array([[0.0], [1.0]])
    dependence = Dependence(rows=(Rows("one", ("a",), table), Rows("other", ("b",), table)))
    values = draw_parameters({"a": NORMAL, "b": NORMAL}, N, seed=2, dependence=dependence)
    assert abs(np.corrcoef(values["a"], values["b"])[0, 1]) <= Z / math.sqrt(N)


def test_what_is_drawn_together():
    assert INDEPENDENT.groups == ()
    dependence = Dependence((COPULA,), (Shares(("p", "q"), (1.0, 2.0)),), (Rows("r", ("x",), np.zeros((2, 1))),))
    assert dependence.groups == (("a", "b", "c"), ("p", "q"), ("x",))
    assert dependence.names == {"a", "b", "c", "p", "q", "x"}
