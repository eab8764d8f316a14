"""Whether what is fitted can be fitted, and targets are about known people."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from simcore.errors import did_you_mean
from simcore.scenario.checks import Checks
from simcore.scenario.evidence import check_range
from simcore.scenario.quantities import unit_named


def check_calibration(checks: Checks) -> None:
    """Check that what is fitted can be fitted: parameters that are uncertain by themselves, targets of known people."""
    calibration = checks.scenario.calibration
    if calibration is None:
        return
    parameters = checks.scenario.parameters
    for name, prior in calibration.free.items():
        path = ("calibration", "free", name)
        if name not in parameters:
            checks.problem(path, name, "a parameter of the scenario", did_you_mean(name, parameters))
            continue
        distribution = prior.distribution or checks.written.parameters[name].distribution
        if distribution.is_joint or distribution.is_fixed:
            found = "a joint distribution" if distribution.is_joint else "a fixed number"
            allowed = "a parameter with a distribution of its own, which is what is believed before the fit"
            hint = "give one: {distribution: ...}"
            checks.problem(path, f"{name}, with {found}", allowed, hint)
        elif prior.distribution is not None:
            unit = unit_named(parameters[name].unit)
            assert unit is not None  # checked by Evidenced
            try:
                check_range(prior.distribution, unit)
            except PydanticCustomError as error:
                told = error.context or {}
                checks.problem((*path, "distribution"), told["found"], told["allowed"], told["hint"])
        tied = next((one for one in checks.scenario.correlations if name in one.members), None)
        if tied is not None:
            hint = "the fit tells how free parameters hang together; leave the correlation out"
            checks.problem(path, f"{name}, which is correlated with others", "a parameter drawn by itself", hint)
    for name, target in calibration.targets.items():
        if target.population is not None and target.population not in calibration.populations:
            known = ", ".join(calibration.populations) or "none are declared"
            checks.problem(
                ("calibration", "targets", name, "population"), target.population, f"one of the populations: {known}",
                did_you_mean(target.population, calibration.populations),
            )  # fmt: skip
