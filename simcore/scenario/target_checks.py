"""Whether what is fitted can be fitted, and targets are about known people."""

from __future__ import annotations

from simcore.errors import did_you_mean
from simcore.scenario.checks import Checks


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
        distribution = prior.distribution or parameters[name].distribution
        if distribution.is_joint or distribution.is_fixed:
            found = "a joint distribution" if distribution.is_joint else "a fixed number"
            allowed = "a parameter with a distribution of its own, which is what is believed before the fit"
            hint = "give one: {distribution: ...}"
            checks.problem(path, f"{name}, with {found}", allowed, hint)
    for name, target in calibration.targets.items():
        if target.population is not None and target.population not in calibration.populations:
            known = ", ".join(calibration.populations) or "none are declared"
            checks.problem(
                ("calibration", "targets", name, "population"), target.population, f"one of the populations: {known}",
                did_you_mean(target.population, calibration.populations),
            )  # fmt: skip
