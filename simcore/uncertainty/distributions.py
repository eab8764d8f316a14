"""Distributions of uncertain parameters, entered the way they are published.

Each distribution can be written by its own parameters, by moments, by an interval, by quantiles or by counts
(`FORMS`); `Distribution.ppf` turns uniform numbers into values (inverse CDF).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simcore.errors import shown
from simcore.uncertainty.families import Family
from simcore.uncertainty.forms import FORMS, ROWS, family_of, written_as
from simcore.uncertainty.refusals import ImpossibleDistributionError

__all__ = ["FORMS", "JOINT", "ROWS", "Distribution", "ImpossibleDistributionError", "written_as"]

#: Name of the distribution of a parameter that is drawn together with others, by an entry of its own.
JOINT = "joint"


@dataclass(frozen=True)
class Distribution:
    """One distribution by name and the numbers it was written with.

    Parameters
    ----------
    name
        One of the keys of `FORMS`, or `JOINT`.
    given
        The fields as written, ``{"mean": 0.035, "sd": 0.004}``; ``interval_95`` is a pair, ``quantiles`` values by
        level, ``rest`` a distribution by name, and `ROWS` what was read from ``file``. Of `JOINT`, ``{"joint": name}``
        with the entry that the parameter is drawn by.

    Raises
    ------
    ImpossibleDistributionError
        The numbers contradict each other or the distribution; the inequality that fails is named.

    Notes
    -----
    A lognormal given by its median (or mean) and a 95 % interval takes the spread from the
    interval's width on the log scale and the centre from the median; an interval that is not
    symmetric around the median on that scale by more than 10 % of its width is refused. A lognormal
    given by its interval alone is centred in it. PERT is the beta distribution on [min, max] with
    alpha = 1 + 4 (mode - min)/(max - min) and beta = 1 + 4 (max - mode)/(max - min).

    Two quantiles, and the interval alone of a beta or gamma distribution, are met exactly. More than two, and the
    interval of a beta or gamma distribution beside its mean (which is kept), are fitted by least squares of standard
    normal scores, and refused when one is missed by more than a quarter (see `simcore.uncertainty.fitting`).

    A truncated normal distribution is given by the moments of what lies between its ends, or by ``location`` and
    ``scale``, those of the normal distribution before truncation. A gamma distribution by counts is that of a rate
    with ``events`` in an ``exposure`` (person-years): the shape is the events, the scale one by the exposure, as with
    a prior in proportion to one by the rate; a beta distribution by counts is the same for a probability.

    Examples
    --------
    >>> import numpy as np
    >>> rate = Distribution("gamma", {"events": 12, "exposure": 400.0})
    >>> rate.mean, round(rate.sd, 5)
    (0.03, 0.00866)
    >>> cost = Distribution("lognormal", {"quantiles": {0.25: 100.0, 0.75: 400.0}})
    >>> cost.ppf(np.array([0.25, 0.5, 0.75])).round(6).tolist()
    [100.0, 200.0, 400.0]
    """

    name: str
    given: dict[str, Any] = field(hash=False)

    def __post_init__(self) -> None:
        if not self.is_joint:
            _ = self._family
        elif set(self.given) != {JOINT} or not isinstance(self.given[JOINT], str):
            raise ImpossibleDistributionError(shown(self.given), "the name of an entry of joint")

    @cached_property
    def _family(self) -> Family:
        """The distribution with its own parameters, checked."""
        if self.is_joint:
            entry = f"joint.{self.given[JOINT]}"
            allowed = f"its distribution as {entry} gives it, from ScenarioFile.distributions"
            raise ImpossibleDistributionError(f"a parameter that {entry} draws", allowed)
        return family_of(self.name, dict(self.given))

    @property
    def is_joint(self) -> bool:
        """Whether an entry of its own draws it together with others, and alone knows its numbers."""
        return self.name == JOINT

    @property
    def is_fixed(self) -> bool:
        """Whether there is no uncertainty."""
        return self.name == "fixed"

    @property
    def written(self) -> str:
        """The distribution as it was written: ``beta {mean: 0.035, sd: 0.004}``."""
        if self.is_joint:
            return f"joint {self.given[JOINT]}"
        if "rest" in self.given:
            ((name, given),) = self.given["rest"].items()
            point = f"point: {shown(self.given['point'])}, share: {shown(self.given['share'])}"
            return f"{self.name} {{{point}, rest: {Distribution(name, given).written}}}"
        fields = {name: value for name, value in self.given.items() if name != ROWS}
        return f"{self.name} {shown(fields)}"

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest possible value (infinite where there is none)."""
        return self._family.support

    @property
    def mean(self) -> float:
        """Expected value."""
        return self._family.mean

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return self._family.sd

    def ppf(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at the cumulative probabilities `u` (draw,), each strictly between 0 and 1.

        Where there are steps, the smallest value with at least this cumulative probability.
        """
        return self._family.ppf(u)

    def cdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Probabilities of values up to `x` (any shape)."""
        return self._family.cdf(np.asarray(x, dtype=float))
