"""One page for decision makers: sentences made from answers, which say no more than these support.

Where a sample does not settle something, or luck hides it, the page says so. Amounts are rounded and for the whole
target group; shares of futures are probabilities of what is expected, in whole numbers of a hundred.
"""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from simcore.analysis.cashable import says_cashable
from simcore.analysis.deaths import says_years_alive, summarise_survival
from simcore.analysis.settled import unsettled_ranking, unsettled_signs
from simcore.report.agreement_words import AgreementWords
from simcore.report.decision_answers import Answers, Question
from simcore.report.decision_speech import HUNDRED, Section, Voice, parted
from simcore.report.labels import sentence
from simcore.report.language import Language
from simcore.report.quality import parameter_quality, weak_drivers
from simcore.scenario.loading import ScenarioFile

#: Below so many draws a reader is told that shares of them are rough.
_ROUGH = 400
#: Of those futures in which the money comes back, the share by whose year it is told.
_BY_THEN = 0.95
#: So many pairs of interventions whose order is open are named.
_PAIRS = 3
#: What an amount is lost or returned of.
_HUNDRED_MONEY = 100.0


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
    file = language.of_file(file)
    page = _Page(results, file, question, found, language)
    sections = [page.about()]
    if len(page.interventions) > 1:
        sections.append(page.comparison())
    sections += [page.intervention(name) for name in page.interventions]
    sections += [page.silos(), *AgreementWords(results, file, question, found, language).sections(), page.weakest()]
    return [section for section in sections if section.sentences]


class _Page(Voice):
    """The sections that every page has, but for agreements and differences between groups."""

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
            self.say("no_uncertainty") if self.is_certain else self.say("futures", draws=number(self.n_draws)),
        ]  # fmt: skip
        if self.n_draws == 1:
            sentences.append(self.say("one_future"))
        elif self.n_draws < _ROUGH and not self.is_certain:
            sentences.append(self.say("few_futures", draws=self.n_draws))
        if self.scenario.illustrative:
            sentences.append(self.say("illustrative"))
        return Section(self.scenario.title, sentences)

    def intervention(self, name: str) -> Section:
        gains = self.found.who_gains.sel(intervention=name)
        payers = [str(p) for p in gains["payer"].values if float(gains["paid_share"].sel(payer=p)) > 0]
        payers.sort(key=lambda payer: -float(gains["paid_share"].sel(payer=payer)))
        sentences = [*self._done(name), self._costs(gains, payers)]
        public = ["public_sector"] if bool((self.results["sector"] == "public").any()) else []
        for view in ("society", *public):
            sentences += self._gain(name, gains, view)
        for actor in dict.fromkeys([*payers[:1], *public]):
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

    def _done(self, name: str) -> list[str]:
        """What is done, where it is one thing."""
        members = self.scenario.strategies[name]
        if len(members) != 1:
            return []
        return [sentence(self.scenario.interventions[members[0]].about)]

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
        amount = self.total(mean)
        if self.is_certain:
            words = self.say("net_alone", actor=self.actor(view), amount=amount)
        elif math.isnan(low) or math.isnan(probability):
            return [self.say("hidden", actor=self.actor(view))]
        else:
            words = self.say(
                "net", actor=self.actor(view), amount=amount, range=self.between(low, high),
                count=self.count(probability),
            )  # fmt: skip
        if bool(unsettled_signs(self.results, also=self.question.also).sel(intervention=name, actor=view)):
            return [words, self.say("sign_open", actor=self.actor(view))]
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
        half, most = (int(np.argmax(back >= share * ever - 1e-12)) for share in (0.5, _BY_THEN))
        if back[most] == 1:
            return [self.say("back_always", actor=self.actor(actor), year=years[most])]
        if ever < 1 / (2 * HUNDRED) or 1 / (2 * HUNDRED) > 1 - ever > 0:  # too rare for a number of a hundred
            words = {"actor": self.actor(actor), "last": self.last, "count": self.count(ever)}
            return [self.say("back_hardly", **words)]
        total = min(self.n_draws, HUNDRED)
        parts = [float(back[half]), float(back[most] - back[half]), ever - float(back[most]), 1.0 - ever]
        by_half, then, later, never = parted(parts, total)
        if half == most or not then or not by_half:
            by_half, then, half = by_half + then, 0, most
        return [
            self.say(
                "back", actor=self.actor(actor), year=years[half],
                count=self.say("of_some" if total < HUNDRED else "of_hundred", number=by_half, draws=total),
                further=self.say("back_further", year=years[most], count=by_half + then) if then else "",
                later=self.say("back_later", count=later) if later else "",
                never=self.say("back_never", last=self.last, count=never) if never else "",
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
            prices = self.say("exposure_prices", inflation=self.language.rate(inflation))
        year = f"{float(at['expected_year']):.0f}"
        return [self.say("exposure", actor=self.actor(actor), amount=amount, year=year, prices=prices)]

    def _returned(self, gains: xr.Dataset, actor: str) -> list[str]:
        paid, avoided = (float(gains[of].sel(actor=actor)) for of in ("programme_cost", "avoided_cost"))
        error = float(gains["avoided_cost_mcse"].sel(actor=actor))
        if not self.told(avoided, error) or not paid > 0:
            return []  # not told from nothing
        if avoided <= 0:
            return [self.say("returned_negative", actor=self.actor(actor), amount=self.size(avoided))]
        hundred, back = (
            self.language.amount(round(of), self.currency) for of in (_HUNDRED_MONEY, _HUNDRED_MONEY * avoided / paid)
        )
        return [self.say("returned", hundred=hundred, actor=self.actor(actor), amount=back)]

    def _gainers(self, gains: xr.Dataset) -> list[str]:
        net, error = gains["net_saving"], gains["net_saving_mcse"]
        size = {str(of): float(net.sel(actor=of)) for of in self.results["actor"].values}
        sure = {of for of in size if self.told(size[of], float(error.sel(actor=of)))}
        gainers = self.largest({of: size[of] for of in size if of in sure and size[of] > 0}, size.values())
        losers = self.largest({of: -size[of] for of in size if of in sure and size[of] < 0}, size.values())
        open_ones = [size[of] for of in size if of not in sure]
        all_told = not open_ones or not gainers or max(open_ones) < min(size[of] for of in gainers)
        return [
            *self.listed("gainers" if all_told else "gainers_sure", gainers, size),
            *self.listed("losers", losers, size),
        ]

    def _cashable(self, gains: xr.Dataset) -> list[str]:
        if not says_cashable(self.results):
            return []
        at = gains.sel(actor="public_sector")
        avoided, paid = float(at["avoided_cost"]), float(at["programme_cost"])
        cash = float(at["cashable_net_saving"]) + paid
        if (
            avoided <= 0
            or not self.told(avoided, float(at["avoided_cost_mcse"]))
            or abs(cash - avoided) < 1e-9 * avoided
            or cash < 0
        ):
            return []
        return [self.say("cashable", share=self.language.percent(cash / avoided))]

    def comparison(self) -> Section:
        ranks, usual = self.found.ranking, self.usual
        best = str(ranks["best"].values)
        probability = float(ranks["probability_best"].sel(strategy=best))
        if math.isnan(probability) or self.n_draws == 1:
            phrase = "best_usual_hidden" if best == usual else "best_hidden"
            sentences = [self.say(phrase, strategy=self.strategy(best))]
        else:
            phrase = "best_usual" if best == usual else "best"
            sentences = [self.say(phrase, strategy=self.strategy(best), count=self.count(probability))]
            regret = float(ranks["expected_regret"].sel(strategy=best))
            if regret > 0 and not self.is_certain:
                sentences.append(self.say("regret", amount=self.size(regret)))
        pairs = unsettled_ranking(self.results, also=self.question.also)
        if len(pairs) > _PAIRS:
            number, steps = len(pairs), len(self.interventions) - 1
            sentences.append(self.say("orders_open", number=number, steps=steps))
            pairs = [pair for pair in pairs if pair[0] == best]
        for better, worse in [*self._beside_usual(ranks, best), *pairs]:
            sentences.append(self.say("order_open", better=self.strategy(better), worse=self.strategy(worse)))
        return Section(self.say("compared"), sentences)

    def _beside_usual(self, ranks: xr.Dataset, best: str) -> list[tuple[str, str]]:
        """The best choice and the comparator, or the best intervention, where the simulation does not settle which."""
        first = min(self.interventions, key=lambda name: float(ranks["rank"].sel(intervention=name)), default=None)
        if first is None or best not in (first, self.usual):
            return []
        open_ = unsettled_signs(self.results, also=self.question.also).sel(intervention=first, actor="society")
        return [(best, self.usual if best == first else first)] if bool(open_) else []

    def silos(self) -> Section:
        worlds, years = self.found.price_of_silos, self.question.budget_years
        usual = self.usual

        def funded(decider: str, horizon: str) -> str:
            name = str(worlds["chosen"].sel(decider=decider, horizon=horizon).values)
            return self.say("nothing") if name == usual else self.strategy(name)

        public = self.question.together == "public_sector"
        sentences = [
            self.say(
                "worlds", years=self.say("one_year") if years == 1 else self.say("some_years", number=years),
                all=self.say("all_public" if public else "all_actors"),
                **{f"{who}_{how}": funded(who, how) for who in ("alone", "together") for how in ("short", "long")},
            )
        ]  # fmt: skip
        probability = self.question.probability
        rule = "rule_expected" if probability is None else "rule_probability"
        sentences.append(self.say(rule, probability=self.language.percent(probability or 0.0)))
        sentences += self._price(worlds)
        sentences += self._vetoes(worlds)
        return Section(self.say("silos"), sentences)

    def _price(self, worlds: xr.Dataset) -> list[str]:
        """What silos and short-termism cost, and whom."""
        loss = {str(cause): float(worlds["loss"].sel(cause=cause)) for cause in worlds["cause"].values}
        if len(set(worlds["chosen"].values.ravel().tolist())) == 1:
            return [self.say("price_none")]
        if loss["both"] == 0:
            return [self.say("price_nothing_lost")]
        if loss["both"] < 0:
            return [self.say("price_negative", amount=self.size(loss["both"]))]
        low, _, high = (float(value) for value in worlds["loss_quantile"].sel(cause="both").values)
        known = "" if math.isnan(low) or self.is_certain else self.say("range", range=self.between(low, high))
        both = worlds.sel(cause="both")
        sentences = [self.say("price", amount=self.total(loss["both"]), range=known)]
        if not self.is_certain and not math.isnan(float(both["probability_of_loss"])):
            sentences.append(self.say("price_sure", count=self.count(float(both["probability_of_loss"]))))
        if not self.told(loss["both"], float(both["loss_mcse"])) and not self.is_certain:
            sentences.append(self.say("price_open"))
        if says_cashable(self.results):
            sentences.append(self.say("price_cashable", amount=self.total(float(both["cashable_loss"]))))
        of_public = float(worlds["loss_of_actor"].sel(cause="both", actor="public_sector"))
        if of_public:
            phrase = "price_public" if of_public > 0 else "price_public_gains"
            sentences.append(self.say(phrase, amount=self.size(of_public)))
        each = {cause: self.total(loss[cause]) for cause in ("silos", "short_termism")}
        if len({*each.values(), self.total(loss["both"])}) == 1:
            sentences.append(self.say("price_each_enough"))
        else:
            sentences.append(self.say("price_of_each", **each))
        return [*sentences, *self._bearers(worlds["loss_of_actor"].sel(cause="both"))]

    def _bearers(self, losses: xr.DataArray) -> list[str]:
        size = {str(of): float(losses.sel(actor=of)) for of in self.results["actor"].values}
        bearers = self.largest(size, size.values())
        spared = self.largest({of: -size[of] for of in size}, size.values())
        return [*self.listed("bearers", bearers, size), *self.listed("spared", spared, size)]

    def _vetoes(self, worlds: xr.Dataset) -> list[str]:
        """Who would not fund what by itself, those with the same of it together."""
        vetoed = worlds["vetoed"].sel(horizon="long")
        by_actors: dict[tuple[str, ...], list[str]] = {}
        for member in (str(name) for name in worlds["member"].values):
            actors = tuple(
                str(of)
                for of in vetoed["payer"].values
                if bool(vetoed.sel(member=member, payer=of)) and self._is_told(member, str(of))
            )
            if actors:
                label = self.language.intervention(self.scenario, member)
                by_actors.setdefault(actors, []).append(label)
        return [
            self.say(
                "vetoes", actor=self.language.listed([self.actor(of) for of in actors]),
                intervention=self.language.listed(labels),
            )
            for actors, labels in by_actors.items()
        ]  # fmt: skip

    def _is_told(self, member: str, actor: str) -> bool:
        """Whether the simulation settles what an actor gains by an intervention alone."""
        usual = set(self.scenario.strategies[str(self.results.attrs["comparator"])])
        only = [name for name in self.interventions if set(self.scenario.strategies[name]) == usual | {member}]
        if not only:
            return False
        gains = self.found.who_gains.sel(intervention=only[0], actor=actor)
        if self.question.probability is not None:
            return not math.isnan(float(gains["probability_within"].isel(horizon=-1)))
        return self.is_certain or self.told(float(gains["net_saving"]), float(gains["net_saving_mcse"]))

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
            sentences.append(self.say("alternatives", number=len(self.file.alternatives)))
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
