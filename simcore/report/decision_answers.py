"""What decision makers ask of a run, worked out together: who pays and gains, when, silos, agreements, ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import xarray as xr

from simcore.analysis.avoided_cost import counted_kinds
from simcore.decisions.actors import named_actors
from simcore.decisions.agreements import cost_shares
from simcore.decisions.contracts import outcome_contract
from simcore.decisions.fairness import fairness
from simcore.decisions.fund import investment_fund
from simcore.decisions.gains import YEARS, who_gains
from simcore.decisions.ranking import ranking
from simcore.decisions.silos import price_of_silos
from simcore.decisions.timing import budget_effect, exposure, payback
from simcore.errors import ResultsError, UnknownNameError
from simcore.scenario.schema import Scenario

#: The goal of the Riksbank for inflation per year, https://www.riksbank.se/en-gb/monetary-policy/the-inflation-target/
INFLATION = 0.02
#: The age at which working life ends in calculations of this kind.
_PENSION = 65
#: What can be shown by itself, and the functions whose answers it is made from.
TOPICS: Final[dict[str, tuple[str, ...]]] = {
    "gains": ("who_gains",),
    "when": ("payback", "exposure", "budget_effect"),
    "silos": ("price_of_silos",),
    "agreements": ("cost_shares",),
    "contract": ("outcome_contract",),
    "fund": ("investment_fund",),
    "fairness": ("fairness",),
    "ranking": ("ranking",),
}


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    budget_years, probability, together
        As for `price_of_silos`.
    among
        Actors of agreements, buyers of outcomes, and actors that repay a fund; by default those of the public sector,
        or all actors where there is none.
    not_losing
        With which each actor of an agreement shall at least not lose.
    outcome, price
        Of an outcome contract; without an outcome there is none.
    capital, groups, risk, repaid, interest
        As for `investment_fund`; without a capital there is none.
    inflation
        Per year, for nominal amounts.
    also
        Kinds of cost that are counted only on request.
    """

    budget_years: int = 1
    probability: float | None = None
    together: str = "society"
    among: Sequence[str] | None = None
    not_losing: float = 0.8
    outcome: str | None = None
    price: float | None = None
    capital: float | None = None
    groups: int = 1
    risk: float = 0.05
    repaid: float = 1.0
    interest: float = 0.0
    inflation: float = INFLATION
    also: Sequence[str] = ()


class Answers:
    """What is answered: each a Dataset of the function of the same name, worked out when it is first asked for.

    Attributes
    ----------
    among
        The actors of agreements, contracts and funds.

    Parameters
    ----------
    results, scenario
        What was run.
    question
        What is asked of it.

    Raises
    ------
    UnknownNameError
        An outcome, an actor or a kind of cost of the question is none of these results.
    """

    def __init__(self, results: xr.Dataset, scenario: Scenario, question: Question) -> None:
        if results.sizes["strategy"] < 2:
            raise ResultsError(
                f"These results have one strategy, '{results.attrs['comparator']}': there is nothing to decide between."
            )
        years = results.sizes["year"]
        if question.budget_years > years:
            raise ResultsError(
                f"The short budget horizon is {question.budget_years} years, and the run has {years}: "
                f"give at most {years}."
            )
        self.results, self.question = results, question
        age = years_to_65(results, scenario)
        self._years = [*YEARS, *([age] if age is not None else [])]
        self._good = {name: outcome.good for name, outcome in scenario.outcomes.items()}
        self._also = tuple(question.also)
        counted_kinds(self._also)
        outcome = question.outcome
        if outcome is not None and outcome not in self._good:
            raise UnknownNameError(outcome, "an outcome of the scenario", self._good)
        among = question.among
        if among is None and not bool((results["sector"] == "public").any()):
            among = [str(actor) for actor in results["actor"].values]
        self.among = named_actors(results, among, "among")

    @cached_property
    def who_gains(self) -> xr.Dataset:
        """What each actor pays, avoids and keeps."""
        return who_gains(self.results, years=self._years, also=self._also)

    @cached_property
    def payback(self) -> xr.Dataset:
        """How net savings build up, and when the money is back."""
        return payback(self.results, also=self._also)

    @cached_property
    def exposure(self) -> xr.Dataset:
        """How much each actor is out of pocket."""
        return exposure(self.results, inflation=self.question.inflation)

    @cached_property
    def budget_effect(self) -> xr.Dataset:
        """Money of each calendar year, real and nominal."""
        return budget_effect(self.results, inflation=self.question.inflation, also=self._also)

    @cached_property
    def price_of_silos(self) -> xr.Dataset:
        """The four worlds."""
        ask = self.question
        return price_of_silos(
            self.results, budget_years=ask.budget_years, probability=ask.probability, together=ask.together,
            also=self._also,
        )  # fmt: skip

    @cached_property
    def cost_shares(self) -> xr.Dataset:
        """Ways to share the cost."""
        return cost_shares(self.results, among=self.among, probability=self.question.not_losing, also=self._also)

    @cached_property
    def ranking(self) -> xr.Dataset:
        """Measures that interventions are ranked by."""
        outcome = self.question.outcome
        good = outcome is None or self._good[outcome]
        return ranking(self.results, outcome=outcome, more_is_better=good, also=self._also)

    @cached_property
    def outcome_contract(self) -> xr.Dataset | None:
        """Prices of an outcome, where there is one."""
        ask = self.question
        if ask.outcome is None:
            return None
        return outcome_contract(
            self.results, ask.outcome, buyers=self.among, price=ask.price, probability=ask.not_losing,
            more_is_better=self._good[ask.outcome],
        )  # fmt: skip

    @cached_property
    def investment_fund(self) -> xr.Dataset | None:
        """A fund, where there is a capital."""
        ask = self.question
        if ask.capital is None:
            return None
        return investment_fund(
            self.results, ask.capital, groups=ask.groups, risk=ask.risk, repaid=ask.repaid, interest=ask.interest,
            repaid_by=self.among, also=self._also,
        )  # fmt: skip

    @cached_property
    def fairness(self) -> xr.Dataset | None:
        """Differences between subgroups, where the results have any."""
        if not self.results.sizes["group"]:
            return None
        return fairness(self.results, more_is_better=self._good, also=self._also)

    def of_topic(self, topic: str) -> dict[str, xr.Dataset]:
        """The answers to a topic that there are, by the names of their functions."""
        found = {name: getattr(self, name) for name in TOPICS[topic]}
        return {name: of for name, of in found.items() if of is not None}


def years_to_65(results: xr.Dataset, scenario: Scenario) -> int | None:
    """Calendar years until persons are 65, when working life ends; None where they are not followed so far.

    Or where they do not all begin in the same year and at the same age.
    """
    age, cohorts = scenario.population.start.age, int(results.attrs.get("cohorts", 1))
    if not isinstance(age, int) or cohorts > 1:
        return None
    years = _PENSION - age
    return years if 0 < years <= results.sizes["year"] else None


def too_few(contract: xr.Dataset, results: xr.Dataset) -> bool:
    """Whether fewer than one further success is expected in the whole target group, so that a price means nothing.

    `contract` is an answer of `outcome_contract` for one intervention; where its successes are below zero, or not told
    from none, there is no price in it anyway.
    """
    successes = float(contract["successes"])
    return 0 < successes * float(results.attrs["target_group"]) < 1
