"""What a scenario is fitted to: free parameters, target statistics and the populations that these are about."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from simcore.scenario.entries import Entry, Name, Number, Text, both, refuse
from simcore.scenario.evidence import Evidenced, distribution_of
from simcore.scenario.prices import Counted
from simcore.scenario.quantities import unit_named
from simcore.uncertainty.distributions import Distribution

#: Units of statistics that are shares of persons or of person-time: their size of sample tells their error.
_SHARES = ("share", "probability")


class Prior(Entry):
    """What is believed of a free parameter before the fit: its own distribution, unless another one is given."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    distribution: Annotated[Distribution, BeforeValidator(distribution_of)] | None = Field(
        None, description="instead of the parameter's own, as of one that stands for the result of an earlier fit"
    )

    @model_validator(mode="after")
    def _of_its_own(self) -> Prior:
        if self.distribution is not None and self.distribution.is_joint:
            raise refuse("joint", "a distribution of its own", at="distribution")
        return self


class TargetPopulation(Entry):
    """Whom a published statistic is about, as a change of the scenario."""

    about: Text = Field(description="who they are, in a sentence")
    change: Annotated[
        dict[str, object], Field(min_length=1), WithJsonSchema({"type": "object", "minProperties": 1})
    ] = Field(description="what differs from the scenario, in its sections; merges at every depth")


class Target(Evidenced):
    """A published statistic, and how the model counts it.

    Its value is the total of `count` divided by that of `of` (or per person at the start), over the whole horizon.
    Person-time is counted at the start of each cycle: ``{age: 19}`` is the situation on the nineteenth birthday.
    """

    about: Text = Field(description="what the statistic says, in a sentence")
    population: Name | None = Field(None, description="whom it is about; the scenario's own population by default")
    count: Counted = Field(description="what is counted: years in a condition, or events")
    of: Counted | None = Field(None, description="what it is divided by; the number of persons at the start by default")
    observed: Number = Field(description="the statistic as published, in its unit")
    standard_error: Number | None = Field(None, description="its standard error; or sample_size")
    sample_size: Number | None = Field(
        None, description="of a share: persons it was counted among; its standard error is sqrt(p (1 - p) / n)"
    )
    model_error: Number = Field(
        0.0, description="standard deviation of what the model may miss for reasons of its own; added in quadrature"
    )
    use: Literal["fit", "validate"] = Field("fit", description="fitted, or only compared with the fit")

    @model_validator(mode="after")
    def _known_error(self) -> Target:
        unit = unit_named(self.unit)
        assert unit is not None  # checked by Evidenced
        if not unit.accepts(self.observed):
            raise refuse(self.observed, unit.allowed, unit.percent_hint(self.observed), at="observed")
        if (self.standard_error is None) == (self.sample_size is None):
            raise refuse(both(self.standard_error), "either standard_error or sample_size")
        if self.sample_size is not None:
            if self.unit not in _SHARES:
                allowed = f"sample_size only with the unit {' or '.join(_SHARES)}; otherwise standard_error"
                raise refuse(f"sample_size with {self.unit}", allowed)
            if not (0 < self.observed < 1 and self.sample_size > 0):
                raise refuse(
                    f"{self.observed:g} of {self.sample_size:g} persons", "a share above 0 and below 1 of persons",
                    "give its standard_error", at="sample_size",
                )  # fmt: skip
        for name, error in (("standard_error", self.standard_error), ("model_error", self.model_error)):
            if error is not None and not error >= 0:
                raise refuse(error, "at least 0", at=name)
            if error is not None and error >= 1 and self.unit in _SHARES:
                raise refuse(error, "below 1, in the unit of the share", unit.percent_hint(error), at=name)
        if not self.error > 0:
            hint = "a statistic of everybody has no error of sampling; model_error says how well a model may meet it"
            raise refuse("0", "an error above 0, of observation or of the model", hint, at="standard_error")
        return self

    @property
    def observation_error(self) -> float:
        """Standard error of the observation."""
        if self.standard_error is not None:
            return self.standard_error
        assert self.sample_size is not None  # one of the two
        return math.sqrt(self.observed * (1.0 - self.observed) / self.sample_size)

    @property
    def error(self) -> float:
        """Standard deviation of the observed value around the simulated one."""
        return math.hypot(self.observation_error, self.model_error)


class Calibration(Entry):
    """Free parameters, and the statistics that they are fitted to."""

    about: Text | None = Field(None, description="what is fitted to what, in a sentence")
    instead: bool = Field(False, description="true: in the place of the model's calibration, not added to it")
    free: dict[Name, Prior] = Field(
        default_factory=dict, description="parameters: a list of names, or {name: {distribution: prior}}"
    )
    populations: dict[Name, TargetPopulation] = Field(
        default_factory=dict, description="whom statistics are about, by name"
    )
    targets: dict[Name, Target] = Field(default_factory=dict, description="statistics, by name")
