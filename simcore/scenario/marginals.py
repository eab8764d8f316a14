"""From the entries of a scenario to what the sampler needs: marginal distributions, and which go together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simcore.scenario.dependence import Correlation, Dirichlet, MultivariateNormal, Sample
from simcore.scenario.schema import Scenario
from simcore.uncertainty.dependence import Copula, Dependence, Rows, Shares
from simcore.uncertainty.distributions import JOINT, Distribution

Pair = tuple[str, str]


def with_marginals(scenario: Scenario) -> Scenario:
    """The scenario with the distribution that each jointly drawn parameter has by itself in place of its reference."""
    marginals = {
        (entry, name): distribution
        for entry, joint in scenario.joint.items()
        for name, distribution in joint.distribution.marginals.items()
    }
    parameters = dict(scenario.parameters)
    for name, parameter in scenario.parameters.items():
        own = marginals.get((joint_of(parameter.distribution), name))
        if own is not None:
            parameters[name] = parameter.model_copy(update={"distribution": own})
    return scenario.model_copy(update={"parameters": parameters}) if marginals else scenario


def joint_of(distribution: Distribution) -> str:
    """Which entry of joint a distribution refers to; empty for one of its own."""
    return str(distribution.given[JOINT]) if distribution.is_joint else ""


def dependence_of(scenario: Scenario) -> Dependence:
    """Which parameters of a checked scenario are drawn together, and how."""
    copulas = _correlated(scenario)
    shares, rows = [], []
    for name, joint in scenario.joint.items():
        match joint.distribution:
            case MultivariateNormal() as normal:
                copulas += _copulas(normal.members, normal.parts[1])
            case Dirichlet() as dirichlet:
                shares.append(Shares(tuple(dirichlet.members), tuple(map(float, dirichlet.shapes.values()))))
            case Sample() as sample:
                table = np.array(list(sample.columns.values())).T
                weights = None if sample.weights is None else np.array(sample.weights)
                rows.append(Rows(name, tuple(sample.members), table, weights))
    return Dependence(tuple(copulas), tuple(shares), tuple(rows))


def _correlated(scenario: Scenario) -> list[Copula]:
    """The groups that the correlations make."""
    names, matrix, _ = correlation_matrix(scenario.correlations)
    return _copulas(names, matrix)


def correlation_matrix(entries: list[Correlation]) -> tuple[list[str], NDArray[np.float64], dict[Pair, int]]:
    """Names, correlations of their normal scores, and which entry has each pair; pairs that none has are 0."""
    names = list(dict.fromkeys(name for entry in entries for name in entry.members))
    place = {name: number for number, name in enumerate(names)}
    matrix = np.eye(len(names))
    entry_of: dict[Pair, int] = {}
    for number, entry in enumerate(entries):
        for pair, coefficient in entry.pairs.items():
            i, j = place[pair[0]], place[pair[1]]
            matrix[i, j] = matrix[j, i] = entry.to_normal(coefficient)
            entry_of[names[min(i, j)], names[max(i, j)]] = number
    return names, matrix, entry_of


def _copulas(names: list[str], matrix: NDArray[np.float64]) -> list[Copula]:
    """Groups of names that no correlation connects with each other, each sorted: none changes another's numbers."""
    left = sorted(range(len(names)), key=lambda number: names[number])
    found = []
    while left:
        group, waiting = {left[0]}, [left[0]]
        while waiting:
            row = matrix[waiting.pop()]
            reached = [other for other in left if row[other] != 0 and other not in group]
            group.update(reached)
            waiting += reached
        members = [number for number in left if number in group]
        left = [number for number in left if number not in group]
        if len(members) > 1:
            rows = tuple(tuple(map(float, matrix[number, members])) for number in members)
            found.append(Copula(tuple(names[number] for number in members), rows))
    return found
