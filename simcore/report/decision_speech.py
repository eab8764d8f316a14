"""Names, amounts and shares of futures as sentences about decisions have them."""

from __future__ import annotations

import math

import xarray as xr

from simcore.analysis.avoided_cost import VIEWS
from simcore.report.decision_phrases import PHRASES
from simcore.report.language import Language
from simcore.scenario.schema import Scenario

#: Below so many draws, shares of futures are counted in those that there are.
HUNDRED = 100
#: What is nearer to nothing or all than half of one in a hundred is not rounded to it.
_HALF_A_FUTURE = 0.005


class Speech:
    """What sentences about results are put together from.

    Parameters
    ----------
    results, scenario
        What was run.
    language
        That is spoken.
    """

    def __init__(self, results: xr.Dataset, scenario: Scenario, language: Language) -> None:
        self.results, self.scenario, self.language = results, scenario, language
        self.target = float(results.attrs["target_group"])
        self.currency = str(results.attrs["currency"])
        self.n_draws = results.sizes["draw"]
        self.last = str(int(results["year"].values[-1]))

    def say(self, phrase: str, **fields: object) -> str:
        """A phrase with names put in; a view that comes first gets a capital."""
        said = self.language.one_of(PHRASES[phrase]).format(**fields)
        return said[:1].upper() + said[1:] if said.endswith(".") else said

    def total(self, value: float) -> str:
        """An amount per person, as that of the whole target group."""
        return self.language.amount(value * self.target, self.currency)

    def size(self, value: float) -> str:
        """Its size: who gains or loses is said in words."""
        return self.total(abs(value))

    def between(self, low: float, high: float) -> str:
        """Two amounts per person, as those of the whole target group."""
        return self.language.between(low * self.target, high * self.target, self.currency)

    def actor(self, name: str) -> str:
        """An actor or view within a sentence."""
        return self.say(name) if name in VIEWS else self.language.actor(self.scenario, name)

    def strategy(self, name: str) -> str:
        """Label of a strategy."""
        return self.language.strategy(self.scenario, name)

    def count(self, probability: float) -> str:
        """A probability as a number of futures."""
        if math.isnan(probability):
            return self.say("unknown")
        if self.n_draws < HUNDRED:
            number = round(probability * self.n_draws)
            return self.say("of_some", number=number, draws=self.n_draws)
        if probability in (0.0, 1.0):
            return self.say("all_futures" if probability else "no_future")
        if probability <= _HALF_A_FUTURE:
            return self.say("fewer_than_one")
        if probability >= 1 - _HALF_A_FUTURE:
            return self.say("more_than_99")
        return self.say("of_hundred", number=round(100 * probability))

    def discounted(self) -> str:
        """How present values are worked out."""
        rate = float(self.results.attrs["discount_rate"])
        if self.results.attrs.get("discount_by_year"):
            return self.say("at_rates")
        return self.say("at_a_rate", rate=self.language.rate(rate)) if rate else self.say("at_no_rate")
