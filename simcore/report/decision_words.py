"""One page for decision makers: sentences made from answers, which say no more than these support.

Where a sample does not settle something, or luck hides it, the page says so. Amounts are rounded and for the whole
target group; shares of futures are probabilities of what is expected, in whole numbers of a hundred.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from simcore.analysis.cashable import says_cashable
from simcore.analysis.deaths import says_years_alive, summarise_survival
from simcore.analysis.luck import varying_figures
from simcore.analysis.settled import unsettled_ranking, unsettled_signs
from simcore.analysis.two_orders import errors_of_95
from simcore.report.decision_answers import Answers, Question, level_of, too_few
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
_GAP_CHANGE = ("gap_change", "gap_change_mcse")
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
    if len(page.interventions) > 1:
        sections.append(page.comparison())
    sections += [page.intervention(name) for name in page.interventions]
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
        self.is_certain = varying_figures(results).sizes["parameter"] == 0
        self.errors = errors_of_95(results["present_value"])
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
            self.say("no_uncertainty") if self.is_certain else self.say("futures", draws=number(self.n_draws)),
        ]  # fmt: skip
        if self.n_draws == 1:
            sentences.append(self.say("one_future"))
        elif self.n_draws < _ROUGH and not self.is_certain:
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
        if bool(self.open_signs.sel(intervention=name, actor=view)):
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
        by_half, then, later, never = _parted(parts, total)
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
        if not self._told(avoided, error) or not paid > 0:
            return []  # not told from nothing
        if avoided <= 0:
            return [self.say("returned_negative", actor=self.actor(actor), amount=self.size(avoided))]
        hundred, back = (
            self.language.amount(round(of), self.currency) for of in (_HUNDRED_MONEY, _HUNDRED_MONEY * avoided / paid)
        )
        return [self.say("returned", hundred=hundred, actor=self.actor(actor), amount=back)]

    def _told(self, mean: float, error: float) -> bool:
        """Whether a mean over draws is told from nothing; of one draw nothing is."""
        return abs(mean) > self.errors * error  # false where the error is not known

    def _gainers(self, gains: xr.Dataset) -> list[str]:
        net, error = gains["net_saving"], gains["net_saving_mcse"]
        size = {str(of): float(net.sel(actor=of)) for of in self.results["actor"].values}
        sure = {of for of in size if self._told(size[of], float(error.sel(actor=of)))}
        gainers = self._largest({of: size[of] for of in size if of in sure and size[of] > 0}, size.values())
        losers = self._largest({of: -size[of] for of in size if of in sure and size[of] < 0}, size.values())
        open_ones = [size[of] for of in size if of not in sure]
        all_told = not open_ones or not gainers or max(open_ones) < min(size[of] for of in gainers)
        return [
            *self._listed("gainers" if all_told else "gainers_sure", gainers, size),
            *self._listed("losers", losers, size),
        ]

    def _largest(self, size: Mapping[str, float], among: Iterable[float]) -> list[str]:
        """Those with the largest amounts, without those that are not worth a word."""
        least = _NEGLIGIBLE * max((abs(value) for value in among), default=0.0)
        return sorted((of for of in size if size[of] > least), key=lambda of: -size[of])[:_MOST]

    def _listed(self, phrase: str, names: Sequence[str], size: Mapping[str, float]) -> list[str]:
        """A sentence with some actors and their amounts, if there are any."""
        parts = [self.say("gainer", actor=self.actor(of), amount=self.size(size[of])) for of in names]
        return [self.say(phrase, names=self.language.listed(parts))] if parts else []

    def _cashable(self, gains: xr.Dataset) -> list[str]:
        if not says_cashable(self.results):
            return []
        at = gains.sel(actor="public_sector")
        avoided, paid = float(at["avoided_cost"]), float(at["programme_cost"])
        cash = float(at["cashable_net_saving"]) + paid
        if (
            avoided <= 0
            or not self._told(avoided, float(at["avoided_cost_mcse"]))
            or abs(cash - avoided) < 1e-9 * avoided
            or cash < 0
        ):
            return []
        return [self.say("cashable", share=self.language.percent(cash / avoided))]

    def comparison(self) -> Section:
        ranks, usual = self.found.ranking, str(self.results.attrs["comparator"])
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
        for better, worse in unsettled_ranking(self.results, also=self.question.also):
            sentences.append(self.say("order_open", better=self.strategy(better), worse=self.strategy(worse)))
        return Section(self.say("compared"), sentences)

    def silos(self) -> Section:
        worlds, years = self.found.price_of_silos, self.question.budget_years
        usual = str(self.results.attrs["comparator"])

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
        if not self._told(loss["both"], float(both["loss_mcse"])) and not self.is_certain:
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
        bearers = self._largest(size, size.values())
        spared = self._largest({of: -size[of] for of in size}, size.values())
        return [*self._listed("bearers", bearers, size), *self._listed("spared", spared, size)]

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
        return self.is_certain or self._told(float(gains["net_saving"]), float(gains["net_saving_mcse"]))

    def agreements(self) -> Section:
        shares, sentences, without = self.found.cost_shares, [], []
        for name in self.interventions:
            at = shares.sel(intervention=name)
            total, share = float(at["total"]), at["share"].sel(way="proportional")
            if math.isnan(float(at["share"].sel(way="as_now").max())):
                continue  # it costs nothing
            if bool(share.isnull().any()):
                without.append(self.strategy(name))
                continue
            actors = sorted((str(of) for of in share["actor"].values), key=lambda of: -float(share.sel(actor=of)))
            percents = _parted([float(share.sel(actor=of)) for of in actors], 100)
            parts = [
                self.say("payer", actor=self.actor(of), share=self.language.percent(percent / 100))
                for of, percent in zip(actors, percents, strict=True)
                if percent
            ]
            words = {"strategy": self.strategy(name), "amount": self.total(total)}
            sentences.append(self.say("shared", shares=self.language.listed(parts), **words))
            reachable = float(at["reachable"])
            if not math.isnan(reachable) and not self.is_certain:
                sentences.append(self.say("reachable", count=self.count(reachable)))
        if without:
            sentences.append(self.say("no_shares", strategies=self.language.listed(without)))
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
        among = self.language.listed([self.actor(of) for of in self.found.among])
        ask = self.question
        terms = {"repaid": self.language.rate(ask.repaid), "interest": self.language.rate(ask.interest)}
        sentences.append(self.say("fund_terms", among=among, **terms))
        if self.results.attrs["engine"] != "expected":
            sentences.append(self.say("fund_luck"))
        return Section(self.say("fund"), sentences)

    def fairness(self) -> Section:
        found, heading = self.found.fairness, self.say("fairness")
        if found is None:
            return Section(heading, [self.say("no_groups")])
        asked, sentences = self.question.outcome, []
        several = (found["best_off"] != found["worst_off"]).any("outcome")  # of one subgroup there is no gap
        for name in self.interventions:
            for attribute in (str(of) for of in found["attribute"].values[several.values]):
                if asked is not None:
                    sentences += self._gap(found, name, attribute, asked)
                sentences += self._gaps(found.sel(intervention=name, attribute=attribute), name, attribute)
        return Section(heading, sentences)

    def _gaps(self, found: xr.Dataset, name: str, attribute: str) -> list[str]:
        """Of which outcomes the gap becomes smaller or larger."""
        smaller: list[str] = []
        larger: list[str] = []
        for outcome in (str(of) for of in found["outcome"].values if str(of) != self.question.outcome):
            at = found.sel(outcome=outcome)
            before, after = (float(at["gap"].sel(strategy=of)) for of in (str(self.results.attrs["comparator"]), name))
            digits = _digits(before, after)
            told = {of: self.language.number(value, digits) for of, value in (("before", before), ("after", after))}
            if told["before"] == told["after"] or not self._told(*(float(at[of]) for of in _GAP_CHANGE)):
                continue
            part = self.say("gap_of", outcome=self.language.outcome(self.scenario, outcome), **told)
            (smaller if abs(after) < abs(before) else larger).append(part)
        words = {"strategy": self.strategy(name), "attribute": attribute}
        said = [
            self.say(phrase, names="; ".join(parts), **words)
            for phrase, parts in (("gaps_smaller", smaller), ("gaps_larger", larger))
            if parts
        ]
        return said or ([] if self.question.outcome is not None else [self.say("gaps_open", **words)])

    def _gap(self, found: xr.Dataset, name: str, attribute: str, outcome: str) -> list[str]:
        at = found.sel(attribute=attribute, outcome=outcome)
        before, after = (
            float(at["gap"].sel(strategy=of)) for of in (str(self.results.attrs["comparator"]), name)
        )  # fmt: skip
        if math.isnan(before) or math.isnan(after) or str(at["best_off"].values) == str(at["worst_off"].values):
            return []
        words = {
            "strategy": self.strategy(name), "outcome": self.language.outcome(self.scenario, outcome),
            "attribute": attribute, "best": level_of(at["best_off"]), "worst": level_of(at["worst_off"]),
            "before": self.language.number(before, _digits(before, after)),
            "after": self.language.number(after, _digits(before, after)),
        }  # fmt: skip
        exact = self.results.attrs["engine"] == "expected"
        change, error = (float(at[of].sel(intervention=name)) for of in _GAP_CHANGE)
        if not exact and not self._told(change, error):
            return [self.say("gap_open", **words)]
        if words["before"] == words["after"]:
            return [self.say("gap_same", **words)]
        probability = float(at["probability_narrower"].sel(intervention=name))
        luck = "" if exact else self.say("gap_luck")
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


def _digits(*values: float) -> int:
    """Decimals that show a difference between small numbers."""
    size = max(abs(value) for value in values)
    return 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
