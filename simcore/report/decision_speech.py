"""Names, amounts and shares of futures as sentences about decisions have them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import xarray as xr

from simcore.analysis.avoided_cost import VIEWS
from simcore.analysis.luck import varying_figures
from simcore.analysis.two_orders import errors_of_95
from simcore.report.decision_answers import Answers, Question
from simcore.report.decision_phrases import PHRASES
from simcore.report.language import Language
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Scenario

#: Below so many draws, shares of futures are counted in those that there are.
HUNDRED = 100
#: What is nearer to nothing or all than half of one in a hundred is not rounded to it.
_HALF_A_FUTURE = 0.005


#: Names that are told of those who gain or lose most, and of outcomes and effects.
_MOST = 3
#: Amounts below this share of the largest are not worth a word.
_NEGLIGIBLE = 0.01


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    sentences: list[str]


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

    def attribute(self, name: str) -> str:
        """Label of an attribute within a sentence."""
        return self.language.variable(self.scenario, name)

    def level_of(self, group: xr.DataArray) -> str:
        """Label of the level of a subgroup, which is called ``attribute: level``, within a sentence."""
        return self.language.level_of(self.scenario, str(group.values))

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


class Voice(Speech):
    """What is said of answers: which of them the results settle, and whose amounts are worth a word.

    Parameters
    ----------
    results, file
        What was run.
    question, found
        What was asked of it, and the answers.
    language
        That is spoken.
    """

    def __init__(
        self, results: xr.Dataset, file: ScenarioFile, question: Question, found: Answers, language: Language
    ) -> None:
        super().__init__(results, file.scenario, language)
        self.file, self.question, self.found = file, question, found
        self.usual = str(results.attrs["comparator"])
        self.interventions = [str(name) for name in results["strategy"].values if str(name) != self.usual]
        self.is_certain = varying_figures(results).sizes["parameter"] == 0
        self.is_exact = results.attrs["engine"] == "expected"
        self.errors = errors_of_95(results["present_value"])

    def told(self, mean: float, error: float) -> bool:
        """Whether a mean over draws is told from nothing; of one draw nothing is."""
        return abs(mean) > self.errors * error  # false where the error is not known

    def largest(self, size: Mapping[str, float], among: Iterable[float]) -> list[str]:
        """Those with the largest amounts, without those that are not worth a word."""
        least = _NEGLIGIBLE * max((abs(value) for value in among), default=0.0)
        return sorted((of for of in size if size[of] > least), key=lambda of: -size[of])[:_MOST]

    def listed(self, phrase: str, names: Sequence[str], size: Mapping[str, float]) -> list[str]:
        """A sentence with some actors and their amounts, if there are any."""
        parts = [self.say("gainer", actor=self.actor(of), amount=self.size(size[of])) for of in names]
        return [self.say(phrase, names=self.language.listed(parts))] if parts else []


def parted(shares: Iterable[float], total: int) -> list[int]:
    """Whole numbers that add up to a total, as near to their shares as can be (largest remainders)."""
    exact = [share * total for share in shares]
    found = [math.floor(of + 1e-9) for of in exact]
    for place in sorted(range(len(exact)), key=lambda at: found[at] - exact[at])[: total - sum(found)]:
        found[place] += 1
    return found
