"""Matrices that figures can have together, and whom a message blames for those that they cannot."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcore.uncertainty.correlation import (
    SMALLEST,
    correlations_of,
    covariances_of,
    culprits,
    possible_range,
    smallest_eigenvalue,
)
from simcore.uncertainty.distributions import ImpossibleDistributionError


def refused(call, *arguments):
    with pytest.raises(ImpossibleDistributionError) as caught:
        call(*arguments)
    return caught.value.found, caught.value.allowed, caught.value.hint


def test_a_covariance_matrix_is_standard_deviations_and_correlations():
    sds, correlations = covariances_of(["a", "b"], [[4.0, -3.0], [-3.0, 9.0]])
    assert sds.tolist() == [2.0, 3.0]
    assert correlations.tolist() == [[1.0, -0.5], [-0.5, 1.0]]


def test_sides_may_differ_in_the_last_printed_digit():
    assert correlations_of(["a", "b"], [[1, 0.3333333], [0.3333334, 1]])[0, 1] == pytest.approx(0.33333335, abs=1e-12)


WRONG = [
    (correlations_of, ["a", "b"], [[1, 0.5]], "1 row of 2 numbers", "a row and a column for each of a, b", ""),
    (
        correlations_of, ["a", "b"], [[1, 0.5], [0.5]], "2 rows of 2, 1 numbers", "a row and a column for each of a, b",
        "",
    ),
    (correlations_of, ["a", "b"], [], "0 rows of no numbers", "a row and a column for each of a, b", ""),
    (correlations_of, ["a", "b"], [[1, 0.5], [0.5, 2]], "2 for b with itself", "1 on the diagonal", ""),
    (
        correlations_of, ["a", "b"], [[1, 0.5], [0.4, 1]], "0.5 for a with b, 0.4 for b with a",
        "the same number on both sides of the diagonal", "",
    ),
    (
        correlations_of, ["a", "b"], [[1, 1.5], [1.5, 1]], "1.5 between a and b", "a correlation above -1 and below 1",
        "",
    ),
    (
        correlations_of, ["a", "b"], [[1, -1], [-1, 1]], "-1 between a and b", "a correlation above -1 and below 1",
        "figures that determine each other are one parameter; make the other a derived quantity",
    ),
    (
        correlations_of, ["a", "b", "c", "d"],
        [[1, 0.9, 0.1, 0.9], [0.9, 1, 0.2, -0.5], [0.1, 0.2, 1, 0.1], [0.9, -0.5, 0.1, 1]],
        "a matrix with the smallest eigenvalue -0.547",
        "a positive definite matrix: its smallest eigenvalue is above 0",
        "a, b and d cannot go together so: "
        "beside the others, a with b would have to lie between about -0.827 and -0.0725",
    ),
    (
        correlations_of, ["a", "b", "c"], [[1, 0, 0.6], [0, 1, 0.8], [0.6, 0.8, 1]],
        "a matrix with the smallest eigenvalue 0",
        "a positive definite matrix: its smallest eigenvalue is above 0",
        "a, b and c cannot go together so: one of them follows from the others, so make it a derived quantity",
    ),
    (
        correlations_of, ["a", "b", "c"], [[1, -0.6, -0.6], [-0.6, 1, -0.6], [-0.6, -0.6, 1]],
        "a matrix with the smallest eigenvalue -0.2",
        "a positive definite matrix: its smallest eigenvalue is above 0",
        "a, b and c cannot go together so: one number between any two of 3 must be above -0.5",
    ),
    (
        covariances_of, ["a", "b"], [[4, 1], [1, 0]], "a variance of 0 of b", "variances above 0 on the diagonal", "",
    ),
    (
        covariances_of, ["a", "b"], [[4, 7], [7, 9]], "a covariance of 7 between a and b",
        "above -6 and below 6, the product of their standard deviations", "",
    ),
    (
        covariances_of, ["a", "b"], [[4, 1], [2, 9]], "1 for a with b, 2 for b with a",
        "the same number on both sides of the diagonal", "",
    ),
    (
        covariances_of, ["a", "b", "c"], [[4, 5.4, 1.8], [5.4, 9, -1.5], [1.8, -1.5, 1]],
        "a matrix with the smallest eigenvalue -0.547",
        "a positive definite matrix: its smallest eigenvalue is above 0",
        "a, b and c cannot go together so: "
        "beside the others, a with b would have to lie between about -4.96 and -0.435",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "names", "matrix", "found", "allowed", "hint"), WRONG)
def test_each_wrong_matrix_gives_its_message(call, names, matrix, found, allowed, hint):
    assert refused(call, names, matrix) == (found, allowed, hint)


def random_correlations(rng, n):
    """A positive definite matrix of correlations, some of them strong."""
    loadings = rng.normal(size=(n, 2))
    matrix = loadings @ loadings.T + np.diag(rng.uniform(0.05, 0.5, n))
    scale = 1 / np.sqrt(np.diag(matrix))
    return matrix * np.outer(scale, scale)


@given(seed=st.integers(0, 10_000), n=st.integers(3, 12))
def test_the_culprits_cannot_go_together_but_all_except_any_one_can(seed, n):
    rng = np.random.default_rng(seed)
    matrix = np.clip(random_correlations(rng, n) + np.triu(rng.normal(0, 0.4, (n, n)), 1), -0.99, 0.99)
    matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T + np.eye(n)
    if smallest_eigenvalue(matrix) > SMALLEST:
        return
    wrong = culprits(matrix)
    assert smallest_eigenvalue(matrix[np.ix_(wrong, wrong)]) <= SMALLEST
    for left_out in wrong:
        rest = [row for row in wrong if row != left_out]
        assert smallest_eigenvalue(matrix[np.ix_(rest, rest)]) > SMALLEST


@given(seed=st.integers(0, 10_000), n=st.integers(3, 8))
def test_the_possible_range_ends_where_the_matrix_stops_being_positive_definite(seed, n):
    matrix = random_correlations(np.random.default_rng(seed), n)
    low, high = possible_range(matrix, range(n), 0, 1)
    assert low < matrix[0, 1] < high
    for end, outwards in ((low, -1), (high, 1)):
        for step, sign in ((-1e-3, 1), (1e-3, -1)):
            changed = matrix.copy()
            changed[0, 1] = changed[1, 0] = end + outwards * step * (high - low)
            assert math.copysign(1, np.linalg.slogdet(changed)[0]) == sign


def test_the_published_factor_of_a_fitted_survival_model():
    # Weibull regression of the revision of hip prostheses: log shape, constant, age, male, new prosthesis. Covariances
    # as in cov55.csv of github.com/LSHTM-GHECO/DM4HEE_RCode, by A. Briggs (exercise 4.8 of Briggs, Claxton & Sculpher
    # 2006); the factor is the one that a published replication of exercise 6.6 has typed from the book's workbook.
    covariance = [
        [0.00225151199001, -0.005691, 0.000000028, 0.0000051, 0.000259],
        [-0.005691, 0.043219083664, -0.000783, -0.007247, -0.000642],
        [0.000000028, -0.000783, 0.00002715660544, 0.000033, -0.000111],
        [0.0000051, -0.007247, 0.000033, 0.011895392356, 0.000184],
        [0.000259, -0.000642, -0.000111, 0.000184, 0.14636860414225],
    ]
    published = [
        [0.0474501, 0, 0, 0, 0],
        [-0.119936522789204, 0.169806696467586, 0, 0, 0],
        [5.90093593058813e-07, -0.00461070877953144, 0.00242857358178443, 0, 0],
        [0.000107481333021427, -0.0426020246146981, -0.067292831300903, 0.0745125704696859, 0],
        [0.00545836573579402, 7.45400901505983e-05, -0.0455656518412987, -0.0386465373290773, 0.377847881235649],
    ]
    sds, correlations = covariances_of(["b_log_shape", "b_constant", "b_age", "b_male", "b_np1"], covariance)
    factor = sds[:, None] * np.linalg.cholesky(correlations)
    assert factor == pytest.approx(np.array(published), rel=1e-10, abs=1e-15)
