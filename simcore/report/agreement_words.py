"""What can be agreed on, and for whom: sentences about shares of costs, contracts, a fund, and subgroups."""

from __future__ import annotations

import math

import xarray as xr

from simcore.report.decision_answers import too_few
from simcore.report.decision_speech import Section, Voice, parted

_GAP_CHANGE = ("gap_change", "gap_change_mcse")


class AgreementWords(Voice):
    """Sections about agreements, and about differences between groups."""

    def sections(self) -> list[Section]:
        """Those that there is something to say in."""
        found = [self.agreements()]
        if self.found.outcome_contract is not None:
            found.append(self.contract(self.found.outcome_contract))
        if self.found.investment_fund is not None:
            found.append(self.fund(self.found.investment_fund))
        return [*found, self.fairness()]

    def agreements(self) -> Section:
        """Shares of costs with which nobody is expected to lose, or that there are none."""
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
            percents = parted([float(share.sel(actor=of)) for of in actors], 100)
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
        """Prices of a success."""
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
        """What a fund should pay for, and what becomes of it."""
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
        if not self.is_exact:
            sentences.append(self.say("fund_luck"))
        return Section(self.say("fund"), sentences)

    def fairness(self) -> Section:
        """What becomes of gaps between subgroups."""
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
            before, after = (float(at["gap"].sel(strategy=of)) for of in (self.usual, name))
            digits = _digits(before, after)
            told = {of: self.language.number(value, digits) for of, value in (("before", before), ("after", after))}
            if told["before"] == told["after"] or not self.told(*(float(at[of]) for of in _GAP_CHANGE)):
                continue
            part = self.say("gap_of", outcome=self.language.outcome(self.scenario, outcome), **told)
            (smaller if abs(after) < abs(before) else larger).append(part)
        words = {"strategy": self.strategy(name), "attribute": self.attribute(attribute)}
        said = [
            self.say(phrase, names="; ".join(parts), **words)
            for phrase, parts in (("gaps_smaller", smaller), ("gaps_larger", larger))
            if parts
        ]
        return said or ([] if self.question.outcome is not None else [self.say("gaps_open", **words)])

    def _gap(self, found: xr.Dataset, name: str, attribute: str, outcome: str) -> list[str]:
        at = found.sel(attribute=attribute, outcome=outcome)
        before, after = (
            float(at["gap"].sel(strategy=of)) for of in (self.usual, name)
        )  # fmt: skip
        if math.isnan(before) or math.isnan(after) or str(at["best_off"].values) == str(at["worst_off"].values):
            return []
        words = {
            "strategy": self.strategy(name), "outcome": self.language.outcome(self.scenario, outcome),
            "attribute": self.attribute(attribute), "best": self.level_of(at["best_off"]),
            "worst": self.level_of(at["worst_off"]),
            "before": self.language.number(before, _digits(before, after)),
            "after": self.language.number(after, _digits(before, after)),
        }  # fmt: skip
        change, error = (float(at[of].sel(intervention=name)) for of in _GAP_CHANGE)
        if not self.is_exact and not self.told(change, error):
            return [self.say("gap_open", **words)]
        if words["before"] == words["after"]:
            return [self.say("gap_same", **words)]
        probability = float(at["probability_narrower"].sel(intervention=name))
        luck = "" if self.is_exact else self.say("gap_luck")
        return [self.say("gap", count=self.count(probability), luck=luck, **words)]


def _digits(*values: float) -> int:
    """Decimals that show a difference between small numbers."""
    size = max(abs(value) for value in values)
    return 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
