"""Checks of the parameters that are drawn together, and of how draws are made."""

from __future__ import annotations

import math
from itertools import combinations

from simcore.errors import did_you_mean
from simcore.scenario.checks import Checks, Path
from simcore.scenario.dependence import Correlation, Dirichlet, Joint, MultivariateNormal
from simcore.scenario.marginals import correlation_matrix, joint_of
from simcore.scenario.quantities import Unit, unit_named
from simcore.uncertainty.correlation import check_together, culprits
from simcore.uncertainty.distributions import Distribution, ImpossibleDistributionError
from simcore.uncertainty.sampling import FEWEST, RANDOMISATIONS, is_balanced


def check_dependence(checks: Checks) -> None:
    """Check what parameters are drawn together with, that the matrices can occur, and the number of draws."""
    for name, parameter in checks.written.parameters.items():
        reference = joint_of(parameter.distribution)
        if reference:
            _check_reference(checks, name, reference)
    for name, joint in checks.scenario.joint.items():
        _check_joint(checks, name, joint)
    for number, entry in enumerate(checks.scenario.correlations):
        _check_work(checks, ("correlations", number), entry)
    if _check_members(checks):
        _check_matrix(checks)
    _check_sampling(checks)


def _check_work(checks: Checks, path: Path, entry: Joint | Correlation) -> None:
    work = entry.source.work
    if work is not None:
        checks.known((*path, "source", "work"), work, "a work in sources", checks.scenario.sources)


def _check_reference(checks: Checks, name: str, reference: str) -> None:
    """Check that the entry of joint that a parameter refers to exists and has it; and its range."""
    path: Path = ("parameters", name, "distribution")
    joint = checks.scenario.joint
    if not checks.known(path, reference, "an entry of joint", joint):
        return
    members = joint[reference].members
    if name not in members:
        allowed = f"an entry of joint that has {name}; it has {', '.join(members)}"
        checks.problem(path, f"{reference}, without {name}", allowed, did_you_mean(name, members))
        return
    parameter = checks.scenario.parameters[name]
    unit = unit_named(parameter.unit)
    assert unit is not None  # by the schema
    outside = _outside(parameter.distribution, unit)
    if outside:
        hint = ""
        if joint[reference].multivariate_normal is not None:
            hint = "make its logarithm the parameter, a coefficient, and exp of it a derived quantity"
        checks.problem(path, f"{reference}, in which {name} has values {outside}", unit.allowed, hint)


def _outside(distribution: Distribution, unit: Unit) -> str:
    """Which values of a distribution are impossible in a unit; empty when there are none."""
    low, high = distribution.support
    ends = [f"of {low:g}"] if math.isfinite(low) and not unit.accepts(low) else []
    ends += [f"below {unit.low:g}"] if low == -math.inf and unit.low > low else []
    ends += [f"above {unit.high:g}"] if high == math.inf and unit.high < high else []
    ends += [f"of {high:g}"] if math.isfinite(high) and high > unit.high else []
    return " and ".join(ends) if distribution.name != "beta" else ""  # shares, which no more than touch 0 and 1


def _check_joint(checks: Checks, name: str, joint: Joint) -> None:
    """Check that each member is a parameter that refers to the entry."""
    _check_work(checks, ("joint", name), joint)
    parameters = checks.written.parameters
    for member in joint.members:
        path = _member_path(name, joint, member)
        if not checks.known(path, member, "a parameter", parameters):
            continue
        distribution = parameters[member].distribution
        if joint_of(distribution) == name:
            continue
        if distribution.is_joint and joint_of(distribution) not in checks.scenario.joint:
            continue  # told where it stands
        found = f"{member}, whose distribution is {distribution.written}"
        checks.problem(path, found, f"a parameter with distribution: {{joint: {name}}}")


def _member_path(name: str, joint: Joint, member: str) -> Path:
    """Where a member of an entry of joint is named."""
    path: Path = ("joint", name, joint.form)
    match joint.distribution:
        case MultivariateNormal():
            return (*path, "mean", member)
        case Dirichlet() as dirichlet:
            return (*path, "counts" if dirichlet.counts is not None else "mean", member)
    return (*path, "file")


def _check_members(checks: Checks) -> bool:
    """Check that correlations are of parameters that vary and are not drawn with others, and each pair once."""
    scenario = checks.scenario
    joint_of = {member: name for name, joint in scenario.joint.items() for member in joint.members}
    problems = len(checks.problems)
    seen: dict[frozenset[str], int] = {}
    for number, entry in enumerate(scenario.correlations):
        path: Path = ("correlations", number, "between" if entry.between is not None else "file")
        for name in entry.members:
            if name in joint_of:
                found = f"{name}, which is drawn with the others of joint.{joint_of[name]}"
                hint = "only its own group says how it varies with others"
                checks.problem(path, found, "parameters with a distribution of their own", hint)
            elif checks.known(path, name, "a parameter", scenario.parameters) and (
                scenario.parameters[name].distribution.is_fixed
            ):
                checks.problem(path, f"{name}, which is fixed", "parameters that are uncertain")
        for one, other in entry.pairs:
            first = seen.setdefault(frozenset((one, other)), number)
            if first != number:
                found = f"{one} with {other}, which correlations[{first}] has too"
                checks.problem(path, found, "each pair once")
                break
    return len(checks.problems) == problems


def _check_matrix(checks: Checks) -> None:
    """Check that all correlations can hold together."""
    entries = checks.scenario.correlations
    names, matrix, entry_of = correlation_matrix(entries)
    if not names:
        return

    def written(i: int, j: int, coefficient: float) -> float:
        number = entry_of.get((names[min(i, j)], names[max(i, j)]))
        return coefficient if number is None else entries[number].from_normal(coefficient)

    try:
        check_together(names, matrix, written)
    except ImpossibleDistributionError as error:
        rows = [names[number] for number in culprits(matrix)]
        unnamed = next((pair for pair in combinations(rows, 2) if pair not in entry_of), None)
        zero = f" ({unnamed[0]} with {unnamed[1]}, which no entry has, is 0)" if unnamed else ""
        blamed = {entry_of[pair] for pair in combinations(rows, 2) if pair in entry_of}
        path: Path = ("correlations", max(blamed)) if len(blamed) == 1 else ("correlations",)
        checks.problem(path, error.found, error.allowed, error.hint + zero)


def use_together(checks: Checks) -> None:
    """Count parameters as used that are drawn with one that is used: without them, it could not be drawn."""
    for joint in checks.scenario.joint.values():
        if checks.used.intersection(joint.members):
            checks.used.update(joint.members)


def _check_sampling(checks: Checks) -> None:
    scenario = checks.scenario
    if scenario.sampling == "monte_carlo":
        return
    if scenario.draws < FEWEST:
        hint = f"they come in {RANDOMISATIONS} independent randomisations, which tell the standard error"
        allowed = f"at least {FEWEST} with sampling: {scenario.sampling}"
        checks.problem(("draws",), scenario.draws, allowed, hint)
    elif scenario.sampling == "sobol" and not is_balanced(scenario.draws):
        below = RANDOMISATIONS * 2 ** int(math.log2(scenario.draws / RANDOMISATIONS))
        checks.warn(
            ("sampling",), f"Sobol' points are best with {below:,} or {2 * below:,} draws, not {scenario.draws:,}"
        )
