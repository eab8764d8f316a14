"""One page for decision makers: sentences made from answers, which say no more than these support.

Where a sample does not settle something, or luck hides it, the page says so. Amounts are rounded and for the whole
target group; shares of futures are probabilities of what is expected, in whole numbers of a hundred.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from simcore.analysis.cashable import says_cashable
from simcore.analysis.deaths import says_years_alive, summarise_survival
from simcore.analysis.settled import unsettled_ranking, unsettled_signs
from simcore.report.decision_answers import Answers, Question, too_few
from simcore.report.decision_speech import HUNDRED, Speech
from simcore.report.language import Language
from simcore.report.quality import parameter_quality, weak_drivers
from simcore.scenario.loading import ScenarioFile

#: Below so many draws a reader is told that shares of them are rough.
_ROUGH = 400
#: Names that are told of those who gain or lose most, and of outcomes and effects.
_MOST = 3
#: Amounts below this share of the largest are not worth a word.
_NEGLIGIBLE = 0.01
#: Of those futures in which the money comes back, the share by whose year it is told.
_BY_THEN = 0.95
#: What an amount is lost or returned of.
_HUNDRED_MONEY = 100.0


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    sentences: list[str]


def decision_page(
    results: xr.Dataset, file: ScenarioFile, question: Question, found: Answers, language: Language
) -> list[Section]:
    """The page, section by section.

    Parameters
    ----------
    results, file
        What was run.
    question, found
        What was asked of it, and the answers.
    language
        That it is written in.
    """
    page = _Page(results, file, question, found, language)
    sections = [page.about()]
    sections += [page.intervention(name) for name in page.interventions]
    if len(page.interventions) > 1:
        sections.append(page.comparison())
    sections += [page.silos(), page.agreements()]
    if found.outcome_contract is not None:
        sections.append(page.contract(found.outcome_contract))
    if found.investment_fund is not None:
        sections.append(page.fund(found.investment_fund))
    sections += [page.fairness(), page.weakest()]
    return [section for section in sections if section.sentences]


class _Page(Speech):
    """What the sentences are made from."""

    def __init__(
        self, results: xr.Dataset, file: ScenarioFile, question: Question, found: Answers, language: Language
    ) -> None:
        super().__init__(results, file.scenario, language)
        self.file, self.question, self.found = file, question, found
        self.interventions = [str(name) for name in found.who_gains["intervention"].values]
        self.open_signs = unsettled_signs(results, also=question.also)

    def about(self) -> Section:
        attributes = self.results.attrs
        cohorts = int(attributes.get("cohorts", 1))
        number = self.language.number
        sentences = [
            self.say(
                "about", target=number(self.target), last=self.last, usual=self.strategy(str(attributes["comparator"])),
                cohorts=self.say("cohorts", number=cohorts) if cohorts > 1 else "",
                price_year=attributes["price_year"], discounted=self.discounted(),
            ),
            self.say("futures", draws=number(self.n_draws)),
        ]  # fmt: skip
        if self.n_draws < _ROUGH:
            sentences.append(self.say("few_futures", draws=self.n_draws))
        if self.scenario.illustrative:
            sentences.append(self.say("illustrative"))
        return Section(str(attributes["title"]), sentences)

    def intervention(self, name: str) -> Section:
        gains = self.found.who_gains.sel(intervention=name)
        payers = [str(p) for p in gains["payer"].values if float(gains["paid_share"].sel(payer=p)) > 0]
        payers.sort(key=lambda payer: -float(gains["paid_share"].sel(payer=payer)))
        sentences = [self._costs(gains, payers)]
        for view in ("society", "public_sector"):
            sentences += self._gain(name, gains, view)
        for actor in dict.fromkeys([*payers[:1], "public_sector"]):
            sentences += self._payback(name, actor)
        single = any(len(self.scenario.strategies[other]) == 1 for other in self.interventions)
        if single and len(self.scenario.strategies[name]) > 1:
            return Section(self.strategy(name), sentences)  # the rest is much like that of its parts
        for actor in payers[:1]:
            sentences += self._exposure(name, actor)
            sentences += self._returned(gains, actor)
        sentences += self._gainers(gains)
        sentences += self._cashable(gains)
        return Section(self.strategy(name), sentences)

    def _costs(self, gains: xr.Dataset, payers: list[str]) -> str:
        if not payers:
            return self.say("costs_nothing")
        share = {p: float(gains["paid_share"].sel(payer=p)) for p in payers}
        paid = sum(float(gains["programme_cost"].sel(actor=p)) for p in payers)
        if len(payers) == 1:
            names = [self.actor(payers[0])]
        else:
            names = [self.say("payer", actor=self.actor(p), share=self.language.percent(share[p])) for p in payers]
        return self.say("costs", amount=self.size(paid), payers=self.language.listed(names))

    def _gain(self, name: str, gains: xr.Dataset, view: str) -> list[str]:
        mean = float(gains["net_saving"].sel(actor=view))
        at = self.found.who_gains.sel(intervention=name, actor=view)
        probability = float(at["probability_within"].isel(horizon=-1))
        low, _, high = (float(value) for value in at["net_saving_quantile"].values)
        if mean == 0 and not math.isnan(low) and low == high:
            return []
        if math.isnan(low) or math.isnan(probability):
            return [self.say("hidden", actor=self.actor(view))]
        words = self.say(
            "gains" if mean > 0 else "loses", actor=self.actor(view), amount=self.size(mean), low=self.total(low),
            high=self.total(high), count=self.count(probability),
        )  # fmt: skip
        if bool(self.open_signs.sel(intervention=name, actor=view)):
            return [self.say("sign_open", actor=self.actor(view)), words]
        return [words]

    def _payback(self, name: str, actor: str) -> list[str]:
        at = self.found.payback.sel(intervention=name, actor=actor)
        if not bool(at["settled"]):
            return [self.say("payback_hidden", actor=self.actor(actor))]
        back, years = at["paid_back"].values, at["year"].values
        if np.isnan(back).any():
            return []  # nothing is at stake
        ever = float(back[-1])
        if ever == 0:
            return [self.say("never_back", actor=self.actor(actor), last=self.last)]
        place = int(np.argmax(back >= _BY_THEN * ever - 1e-12))
        if back[place] == 1:
            return [self.say("back_always", actor=self.actor(actor), year=years[place])]
        parts = [float(back[place]), ever - float(back[place]), 1.0 - ever]
        counts = _parted(parts, self.n_draws if self.n_draws < HUNDRED else 100)
        total = self.n_draws if self.n_draws < HUNDRED else 100
        first = self.say("of_some" if total < 100 else "of_hundred", number=counts[0], draws=total)
        return [
            self.say(
                "back", actor=self.actor(actor), year=years[place], count=first,
                later=self.say("back_later", count=counts[1]) if counts[1] else "",
                never=self.say("back_never", last=self.last, count=counts[2]) if counts[2] else "",
            )
        ]  # fmt: skip

    def _exposure(self, name: str, actor: str) -> list[str]:
        at = self.found.exposure.sel(intervention=name, actor=actor)
        if not float(at["expected"]) > 0:
            return []
        amount = self.language.amount(float(at["expected"]), self.currency)
        inflation = self.question.inflation
        prices = ""
        if inflation:
            prices = self.say("exposure_prices", inflation=self.rate(inflation))
        year = f"{float(at['expected_year']):.0f}"
        return [self.say("exposure", actor=self.actor(actor), amount=amount, year=year, prices=prices)]

    def _returned(self, gains: xr.Dataset, actor: str) -> list[str]:
        paid, avoided = (float(gains[of].sel(actor=actor)) for of in ("programme_cost", "avoided_cost"))
        error = float(gains["avoided_cost_mcse"].sel(actor=actor))
        if not abs(avoided) > 2 * error:
            return []  # not told from nothing
        if avoided <= 0:
            return [self.say("returned_negative", actor=self.actor(actor))]
        hundred, back = (
            self.language.amount(of, self.currency) for of in (_HUNDRED_MONEY, _HUNDRED_MONEY * avoided / paid)
        )
        return [self.say("returned", hundred=hundred, actor=self.actor(actor), amount=back)]

    def _gainers(self, gains: xr.Dataset) -> list[str]:
        names = [str(actor) for actor in self.results["actor"].values]
        net = {name: float(gains["net_saving"].sel(actor=name)) for name in names}
        least = _NEGLIGIBLE * max((abs(value) for value in net.values()), default=0.0)
        error = {name: float(gains["net_saving_mcse"].sel(actor=name)) for name in names}
        sure = [name for name in names if abs(net[name]) > max(least, 2 * error[name])]
        said = []
        for phrase, sign in (("gainers", 1), ("losers", -1)):
            those = sorted((name for name in sure if sign * net[name] > 0), key=lambda name: -abs(net[name]))[:_MOST]
            if those:
                listed = [self.say("gainer", actor=self.actor(n), amount=self.size(net[n])) for n in those]
                said.append(self.say(phrase, names=self.language.listed(listed)))
        return said

    def _cashable(self, gains: xr.Dataset) -> list[str]:
        if not says_cashable(self.results):
            return []
        at = gains.sel(actor="public_sector")
        avoided, paid = float(at["avoided_cost"]), float(at["programme_cost"])
        cash = float(at["cashable_net_saving"]) + paid
        if not avoided > 2 * float(at["avoided_cost_mcse"]) or abs(cash - avoided) < 1e-9 * avoided or cash < 0:
            return []
        return [self.say("cashable", share=self.language.percent(cash / avoided))]

    def comparison(self) -> Section:
        ranks, usual = self.found.ranking, str(self.results.attrs["comparator"])
        best = str(ranks["best"].values)
        probability = float(ranks["probability_best"].sel(strategy=best))
        if math.isnan(probability):
            sentences = [self.say("best_hidden", strategy=self.strategy(best))]
        else:
            phrase = "best_usual" if best == usual else "best"
            sentences = [self.say(phrase, strategy=self.strategy(best), count=self.count(probability))]
            regret = float(ranks["expected_regret"].sel(strategy=best))
            if regret > 0:
                sentences.append(self.say("regret", amount=self.size(regret)))
        for better, worse in unsettled_ranking(self.results, also=self.question.also):
            sentences.append(self.say("order_open", better=self.strategy(better), worse=self.strategy(worse)))
        return Section(self.say("compared"), sentences)

    def silos(self) -> Section:
        worlds, years = self.found.price_of_silos, self.question.budget_years
        usual = str(self.results.attrs["comparator"])

        def funded(decider: str, horizon: str) -> str:
            name = str(worlds["chosen"].sel(decider=decider, horizon=horizon).values)
            return self.say("nothing") if name == usual else self.strategy(name)

        sentences = [
            self.say(
                "worlds", years=self.say("one_year") if years == 1 else self.say("some_years", number=years),
                **{f"{who}_{how}": funded(who, how) for who in ("alone", "together") for how in ("short", "long")},
            )
        ]  # fmt: skip
        probability = self.question.probability
        rule = "rule_expected" if probability is None else "rule_probability"
        sentences.append(self.say(rule, probability=self.language.percent(probability or 0.0)))
        loss = {str(cause): float(worlds["loss"].sel(cause=cause)) for cause in worlds["cause"].values}
        if not any(loss.values()):
            sentences.append(self.say("price_none"))
        elif loss["both"] < 0:
            sentences.append(self.say("price_negative", amount=self.size(loss["both"])))
        else:
            low, _, high = (float(value) for value in worlds["loss_quantile"].sel(cause="both").values)
            known = "" if math.isnan(low) else self.say("range", low=self.total(low), high=self.total(high))
            sentences.append(self.say("price", amount=self.total(loss["both"]), range=known))
            each = {cause: self.total(loss[cause]) for cause in ("silos", "short_termism")}
            sentences.append(self.say("price_of_each", **each))
            sentences += self._bearers(worlds["loss_of_actor"].sel(cause="both"))
        sentences += self._vetoes(worlds)
        return Section(self.say("silos"), sentences)

    def _bearers(self, losses: xr.DataArray) -> list[str]:
        actors = [str(actor) for actor in self.results["actor"].values]
        size = {name: float(losses.sel(actor=name)) for name in actors}
        least = _NEGLIGIBLE * max(abs(value) for value in size.values())
        those = sorted((name for name in actors if size[name] > least), key=lambda name: -size[name])[:_MOST]
        if not those:
            return []
        listed = [self.say("gainer", actor=self.actor(name), amount=self.size(size[name])) for name in those]
        return [self.say("bearers", names=self.language.listed(listed))]

    def _vetoes(self, worlds: xr.Dataset) -> list[str]:
        vetoed = worlds["vetoed"].sel(horizon="long")
        said = []
        for member in (str(name) for name in worlds["member"].values):
            actors = [str(of) for of in vetoed["payer"].values if bool(vetoed.sel(member=member, payer=of))]
            if actors:
                names = self.language.listed([self.actor(of) for of in actors])
                intervention = self.language.intervention(self.scenario, member)
                said.append(self.say("vetoes", actor=names, intervention=intervention))
        return said

    def agreements(self) -> Section:
        shares, sentences = self.found.cost_shares, []
        for name in self.interventions:
            at = shares.sel(intervention=name)
            total, share = float(at["total"]), at["share"].sel(way="proportional")
            if math.isnan(float(at["share"].sel(way="as_now").max())):
                continue  # it costs nothing
            if not total > 0:
                sentences.append(self.say("no_shares", strategy=self.strategy(name), amount=self.total(total)))
                continue
            paying = [str(of) for of in share["actor"].values if float(share.sel(actor=of)) >= 0.005]
            paying.sort(key=lambda of: -float(share.sel(actor=of)))
            parts = [
                self.say("payer", actor=self.actor(of), share=self.language.percent(float(share.sel(actor=of))))
                for of in paying
            ]
            sentences.append(
                self.say(
                    "shared", strategy=self.strategy(name), amount=self.total(total), shares=self.language.listed(parts)
                )
            )
            reachable = float(at["reachable"])
            if not math.isnan(reachable):
                sentences.append(self.say("reachable", count=self.count(reachable)))
        return Section(self.say("agreements"), sentences)

    def contract(self, found: xr.Dataset) -> Section:
        sentences, outcome = [], str(self.question.outcome)
        good = self.scenario.outcomes[outcome].good
        label = self.language.outcome(self.scenario, outcome)
        success = self.say("success" if good else "success_fewer", outcome=label)

        def price(value: float) -> str:
            return self.language.amount(value, self.currency)

        for name in self.interventions:
            at = found.sel(intervention=name)
            lowest, highest = float(at["cost_per_success"]), float(at["worth_per_success"])
            words = {"strategy": self.strategy(name), "success": success, "outcome": label}
            if math.isnan(lowest) or math.isnan(highest):
                sentences.append(self.say("contract_none", **words))
            elif too_few(at, self.results):
                sentences.append(self.say("contract_few", target=self.language.number(self.target), **words))
            elif bool(at["agreement"]):
                sentences.append(
                    self.say(
                        "contract_agrees", lowest=price(lowest), highest=price(highest),
                        price=price(float(at["price"])), provider=self.count(float(at["provider_probability"])),
                        buyers=self.count(float(at["buyers_probability"])), **words,
                    )
                )  # fmt: skip
            else:
                sentences.append(self.say("contract_fails", lowest=price(lowest), highest=price(highest), **words))
        return Section(self.say("contract"), sentences)

    def fund(self, found: xr.Dataset) -> Section:
        groups = self.question.groups
        capital = self.language.amount(float(found.attrs["capital"]), self.currency)
        words = {"capital": capital, "groups": self.say("one_group") if groups == 1 else ""}
        if groups > 1:
            words["groups"] = self.say("some_groups", number=self.language.number(groups))
        chosen = {str(name): int(found["groups"].sel(intervention=name)) for name in found["intervention"].values}
        chosen = {name: number for name, number in chosen.items() if number}
        if not chosen:
            return Section(self.say("fund"), [self.say("fund_nothing", **words)])
        names = [
            self.strategy(name) if groups == 1 else self.say("of_groups", strategy=self.strategy(name), number=number)
            for name, number in chosen.items()
        ]
        gain = self.language.amount(float(found["gain"]), self.currency)
        balance = self.language.amount(float(found["balance"].isel(year=-1)), self.currency)
        dry = self.count(float(found["probability_dry"].isel(year=-1)))
        sentences = [
            self.say("fund_chosen", chosen=self.language.listed(names), gain=gain, **words),
            self.say("fund_dry", count=dry, last=self.last, balance=balance),
        ]
        for name in chosen:
            repaid = self.count(float(found["probability_repaid"].sel(intervention=name)))
            sentences.append(self.say("fund_repaid", strategy=self.strategy(name), count=repaid))
        return Section(self.say("fund"), sentences)

    def fairness(self) -> Section:
        found, heading = self.found.fairness, self.say("fairness")
        if found is None:
            return Section(heading, [self.say("no_groups")])
        asked = self.question.outcome
        outcomes = [str(name) for name in found["outcome"].values]
        told = [asked] if asked is not None else outcomes[:1]
        sentences = []
        for name in self.interventions:
            for attribute in (str(of) for of in found["attribute"].values):
                for outcome in told:
                    sentences += self._gap(found, name, attribute, outcome)
        return Section(heading, sentences)

    def _gap(self, found: xr.Dataset, name: str, attribute: str, outcome: str) -> list[str]:
        at = found.sel(attribute=attribute, outcome=outcome)
        before, after = (
            float(at["gap"].sel(strategy=of)) for of in (str(self.results.attrs["comparator"]), name)
        )  # fmt: skip
        if math.isnan(before) or math.isnan(after):
            return []
        words = {
            "strategy": self.strategy(name), "outcome": self.language.outcome(self.scenario, outcome),
            "attribute": attribute, "best": _level(at["best_off"]), "worst": _level(at["worst_off"]),
            "before": self.language.number(before, _digits(before, after)),
            "after": self.language.number(after, _digits(before, after)),
        }  # fmt: skip
        if words["before"] == words["after"]:
            return [self.say("gap_same", **words)]
        probability = float(at["probability_narrower"].sel(intervention=name))
        luck = "" if self.results.attrs["engine"] == "expected" else self.say("gap_luck")
        return [self.say("gap", count=self.count(probability), luck=luck, **words)]

    def weakest(self) -> Section:
        quality, drivers_of = parameter_quality(self.scenario), weak_drivers(self.results, self.scenario)
        single = [name for name in drivers_of if len(self.scenario.strategies[name]) == 1]
        sentences = []
        for name in single or drivers_of:  # what combinations rest on is that of their parts
            drivers = drivers_of[name]
            parts = [
                self.say(
                    "driver",
                    about=self._about(of),
                    share=self.language.percent(share),
                    quality=self._grade(quality[of]),
                )
                for of, share in drivers
            ]
            sentences.append(self.say("drivers", strategy=self.strategy(name), names=self.language.listed(parts)))
        effects = [
            self.say(
                "effect", about=self._about(effect.size), quality=self._grade(quality[effect.size]),
                evidence=self.say("assumed_effect" if effect.evidence == "assumed" else str(effect.evidence)),
            )
            for intervention in self.scenario.interventions.values()
            for effect in intervention.effects
            if isinstance(effect.size, str)
        ]  # fmt: skip
        if effects:
            sentences.append(self.say("effects", names=self.language.listed(list(dict.fromkeys(effects)))))
        if not says_cashable(self.results):
            sentences.append(self.say("all_cashable"))
        if self._deaths():
            sentences.append(self.say("deaths"))
        sentences.append(self.say("left_out", last=self.last))
        if self.file.alternatives:
            names = self.language.listed(list(self.file.alternatives))
            sentences.append(self.say("alternatives", names=names))
        return Section(self.say("weakest"), sentences)

    def _about(self, parameter: str) -> str:
        entry = self.scenario.entry(parameter)
        return str(getattr(entry, "about", None) or parameter)

    def _grade(self, quality: str) -> str:
        return self.say("assumed") if quality == "assumed" else self.say("grade", grade=quality)

    def _deaths(self) -> bool:
        return says_years_alive(self.results) and bool(
            summarise_survival(self.results, also=self.question.also)["told"].any()
        )


def _parted(shares: Iterable[float], total: int) -> list[int]:
    """Whole numbers that add up to a total, as near to their shares as can be (largest remainders)."""
    exact = [share * total for share in shares]
    found = [math.floor(of + 1e-9) for of in exact]
    for place in sorted(range(len(exact)), key=lambda at: found[at] - exact[at])[: total - sum(found)]:
        found[place] += 1
    return found


def _level(group: xr.DataArray) -> str:
    """The level of a subgroup by its name: ``female`` of ``sex: female``."""
    return str(group.values).split(": ", 1)[-1]


def _digits(*values: float) -> int:
    """Decimals that show a difference between small numbers."""
    size = max(abs(value) for value in values)
    return 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
