"""Sheets about what to do: the four worlds, agreements, contracts and funds, groups, outcomes and ranks."""

from __future__ import annotations

import xarray as xr

from simcore.analysis.summary import summarise_outcomes
from simcore.decisions.silos import DECIDERS, HORIZONS
from simcore.report.decision_answers import too_few
from simcore.report.workbook_rows import Cell, Sheet, SheetColumn, SheetWords, Values


class ChoiceSheets(SheetWords):
    """A method for each sheet."""

    def sheets(self) -> list[Sheet]:
        """All that there are, in order."""
        found = [self.worlds(), self.losses(), self.shares(), *self.contract(), *self.fund(), *self.fairness()]
        return [*found, self.ranking(), *self.outcomes()]

    def worlds(self) -> Sheet:
        """The four worlds."""
        worlds, years = self.found.price_of_silos, self.found.question.budget_years
        rows: list[list[Cell]] = []
        numbers = {"value": "change", "value_mcse": "money", "cashable_value": "change", "cashable_value_mcse": "money"}
        for decider in DECIDERS:
            for horizon in HORIZONS:
                at = worlds.sel(decider=decider, horizon=horizon)
                chosen = str(at["chosen"].values)
                span = self.years(years) if horizon == "short" else self.head("whole")
                funded = self.tell("nothing") if chosen == self.usual else self.strategy(chosen)
                cells = [self.cell(at[of].values, kind) for of, kind in numbers.items()]
                rows.append([self.head(decider), span, funded, *cells])
        value, cash = self.tell("value"), self.tell("cashable_value")
        heads = [
            *(self.head_of(of, "text") for of in ("decider", "looking_at", "funded")),
            SheetColumn(value, "change"), self.head_of("error_of", "money", of=value),
            SheetColumn(cash, "change"), self.head_of("error_of", "money", of=cash),
        ]  # fmt: skip
        rule = self.found.question.probability
        words = self.head("rule_expected" if rule is None else "rule_probability", probability=self.percent(rule or 0))
        return self.sheet("worlds", heads, rows, [words], unit=self.about("per_person"), labels=3)

    def losses(self) -> Sheet:
        """What is lost, and who bears it."""
        worlds = self.found.price_of_silos
        of_society = worlds["actor"] == "society"
        columns: list[Values] = [
            (self.head_of("loss", "change"), worlds["loss_of_actor"]),
            self.error_of(worlds["loss_of_actor_mcse"]),
            *self.quantiles_of(worlds["loss_quantile"].where(of_society), "change", self.tell("loss")),
            (self.head_of("probability_of_loss", "share"), worlds["probability_of_loss"].where(of_society)),
            (self.head_of("cashable_loss", "change"), worlds["cashable_loss"].where(of_society)),
        ]
        dims = ("cause", "actor")
        heads = [*self.label_columns(*dims), *(column for column, _ in columns)]
        notes = [self.tell("loss_note"), self.tell("sums"), self.tell("empty")]
        rows = self.rows_of(dims, columns)
        return self.sheet("losses", heads, rows, notes, unit=self.about("per_person"), labels=2)

    def shares(self) -> Sheet:
        """Ways to share the cost."""
        found = self.found.cost_shares
        columns: list[Values] = [
            (self.head_of("share", "share"), found["share"]),
            (self.head_of("net", "change"), found["net"]),
            (self.head_of("not_losing", "share"), found["probability_not_to_lose"]),
            (self.head_of("together", "change"), found["total"]),
            (self.head_of("reachable", "share"), found["reachable"]),
        ]
        dims = ("intervention", "way", "actor")
        rows = self.rows_of(dims, columns, found["share"].notnull())
        notes = [self.tell("shares_note"), self.tell("settled_note"), self.tell("empty")]
        if not rows:
            notes = [self.tell("no_agreement")]
        heads = [*self.label_columns(*dims), *(column for column, _ in columns)]
        return self.sheet("shares", heads, rows, notes, unit=self.about("per_person"), labels=3)

    def contract(self) -> list[Sheet]:
        """Prices of an outcome."""
        found, outcome = self.found.outcome_contract, self.found.question.outcome
        if found is None or outcome is None:
            return []
        chance = self.percent(self.found.question.not_losing)
        columns: list[Values] = [(SheetColumn(self.head("successes"), "number"), found["successes"])]
        known = xr.DataArray(
            [not too_few(found.sel(intervention=name), self.results) for name in found["intervention"].values],
            {"intervention": found["intervention"]},
        )
        prices = {
            "lowest": "cost_per_success", "highest": "worth_per_success", "lowest_at": "lowest_price_at",
            "highest_at": "highest_price_at", "price": "price",
        }  # fmt: skip
        columns += [(SheetColumn(self.head(of, probability=chance), "money"), found[at]) for of, at in prices.items()]
        for who in ("provider", "buyers"):
            columns.append((SheetColumn(self.head(who), "change"), found[f"{who}_net"]))
            columns.append((self.head_of(f"{who}_probability", "share"), found[f"{who}_probability"]))
        columns = [(column, of if place == 0 else of.where(known)) for place, (column, of) in enumerate(columns)]
        heads = [*self.label_columns("intervention"), *(column for column, _ in columns)]
        notes = [self.tell("contract_note", probability=chance), self.tell("empty")]
        if not bool(known.all()):
            notes.append(self.head("too_few"))
        rows = self.rows_of(("intervention",), columns)
        label = self.outcome(outcome)
        return [self.sheet("contract", heads, rows, notes, unit=self.about("per_person"), outcome=label)]

    def fund(self) -> list[Sheet]:
        """What a fund pays for, and its balance."""
        found = self.found.investment_fund
        if found is None:
            return []
        currency = str(self.results.attrs["currency"])
        amount = {of: self.language.amount(float(found[of]), currency) for of in ("gain", "lowest_at_risk")}
        columns: list[Values] = [
            (SheetColumn(self.head("groups"), "count"), found["groups"]),
            (SheetColumn(self.head("repaid"), "share"), found["probability_repaid"]),
        ]
        heads = [*self.label_columns("intervention"), *(column for column, _ in columns)]
        risk = self.percent(self.found.question.risk)
        notes = [self.head("fund_note", gain=amount["gain"], risk=risk, lowest=amount["lowest_at_risk"])]
        capital = self.language.amount(float(found.attrs["capital"]), currency)
        rows = self.rows_of(("intervention",), columns)
        first = self.sheet("fund", heads, rows, [*notes, *self.luck_in()], capital=capital)
        balance = self.head("balances")
        columns = [
            (SheetColumn(self.head("balance"), "change"), found["balance"]),
            *self.quantiles_of(found["balance_quantile"], "change", balance),
            (SheetColumn(self.head("dry"), "share"), found["probability_dry"]),
        ]
        heads = [*self.label_columns("year"), *(column for column, _ in columns)]
        rows = self.rows_of(("year",), columns)
        return [first, self.sheet("balance", heads, rows, self.luck_in(), unit=self.tell("for_fund"))]

    def fairness(self) -> list[Sheet]:
        """Gaps between subgroups, and what changes in each of them."""
        found = self.found.fairness
        return [] if found is None else [self._gaps(found), self._groups(found)]

    def _gaps(self, found: xr.Dataset) -> Sheet:
        """Gaps before and after."""
        usual = {"strategy": self.usual}

        def after(of: xr.DataArray) -> xr.DataArray:
            return of.sel(strategy=self.interventions).rename(strategy="intervention")

        several = (found["best_off"] != found["worst_off"]).any("outcome")  # of one subgroup there is no gap
        columns: list[Values] = [
            (SheetColumn(self.head("gap_before"), "number"), found["gap"].sel(usual)),
            (SheetColumn(self.head("gap_after"), "number"), after(found["gap"])),
            (SheetColumn(self.head("gap_change"), "signed"), found["gap_change"]),
            *self.quantiles_of(found["gap_change_quantile"], "signed", self.head("gap_change")),
            (SheetColumn(self.head("narrower"), "share"), found["probability_narrower"]),
            (self.head_of("concentration_before", "ratio"), found["concentration"].sel(usual)),
            (self.head_of("concentration_after", "ratio"), after(found["concentration"])),
            (SheetColumn(self.head("total_change"), "signed"), found["total_change"]),
        ]
        dims = ("intervention", "attribute", "outcome")
        rows = self.rows_of(dims, columns, several)
        places = [
            (name, attribute, outcome)
            for name in self.interventions
            for attribute in found["attribute"].values[several.values]
            for outcome in found["outcome"].values
        ]
        for row, (name, attribute, outcome) in zip(rows, places, strict=True):
            at = found.sel(attribute=attribute, outcome=outcome)
            row[1] = self.variable(str(attribute))
            row[3:3] = [self.level_of(at["best_off"]), self.level_of(at["worst_off"])]
            row.append(self.tell("yes" if bool(at["efficient"].sel(intervention=name)) else "no"))
        heads = [
            *self.label_columns("intervention"), self.head_of("attribute", "text"), *self.label_columns("outcome"),
            SheetColumn(self.head("best_off"), "text"), SheetColumn(self.head("worst_off"), "text"),
            *(column for column, _ in columns), SheetColumn(self.head("efficient"), "text"),
        ]  # fmt: skip
        notes = [
            self.head("fairness_note"),
            *([self.tell("groups_note")] if self.luck_in() else []),
            self.tell("empty"),
        ]
        return self.sheet("gaps", heads, rows, notes, unit=self.tell("own_unit_of_group"), labels=3)

    def _groups(self, found: xr.Dataset) -> Sheet:
        """What changes in each subgroup."""
        level = found["level"]
        columns: list[Values] = [
            (self.head_of("share_of_all", "share"), found["share"]),
            (self.head_of("usual", "number"), level.sel(strategy=self.usual)),
            (self.head_of("with_it", "number"), level.sel(strategy=self.interventions).rename(strategy="intervention")),
            (self.head_of("change", "signed"), found["change"]),
            *self.quantiles_of(found["change_quantile"], "signed", self.tell("change")),
            (self.head_of("share_of_gain", "share"), found["share_of_gain"]),
        ]
        dims = ("intervention", "group", "outcome")
        heads = [*self.label_columns(*dims), *(column for column, _ in columns)]
        notes = [*([self.tell("groups_note")] if self.luck_in() else []), self.tell("empty")]
        rows = self.rows_of(dims, columns)
        return self.sheet("groups", heads, rows, notes, unit=self.tell("own_unit_of_group"), labels=3)

    def outcomes(self) -> list[Sheet]:
        """What changes in lives."""
        if not self.results.sizes["outcome"]:
            return []
        found = summarise_outcomes(self.results)
        expected = found["expected"]
        columns: list[Values] = [
            (self.head_of("usual", "number"), expected.sel(strategy=self.usual)),
            (
                self.head_of("with_it", "number"),
                expected.sel(strategy=self.interventions).rename(strategy="intervention"),
            ),
            (self.head_of("change", "signed"), found["change"]),
            (self.head_of("error", "number"), found["change_mcse"]),
            *self.quantiles_of(found["change_quantile"], "signed", self.tell("change")),
        ]
        dims = ("intervention", "outcome")
        heads = [*self.label_columns(*dims), *(column for column, _ in columns)]
        notes = [self.tell("settled_note"), self.tell("error_note"), self.tell("empty")]
        rows = self.rows_of(dims, columns)
        return [self.sheet("outcomes", heads, rows, notes, unit=self.tell("own_unit"), labels=2)]

    def ranking(self) -> Sheet:
        """Measures that interventions are ranked by, the best first, and the comparator last."""
        found, outcome = self.found.ranking, self.found.question.outcome
        net = self.head("net_present_value")
        columns: list[Values] = [
            (self.head_of("rank", "count"), found["rank"]),
            (SheetColumn(net, "change"), found["net_present_value"]),
            self.error_of(found["net_present_value_mcse"]),
            *self.quantiles_of(found["net_present_value_quantile"], "change", net),
            (SheetColumn(self.head("probability_positive"), "share"), found["probability_positive"]),
            (self.head_of("outlay", "money"), found["outlay"]),
            *(
                (SheetColumn(self.head(of), "ratio"), found[of])
                for of in ("benefit_cost_ratio", "social_return", "marginal_value_of_public_funds")
            ),
            (SheetColumn(self.head("probability_infinite"), "share"), found["probability_infinite"]),
        ]
        notes = [self.tell("ranking_note")]
        if outcome is not None:
            target = float(self.results.attrs["target_group"])
            enough = abs(found["outcome_change"]) * target >= 1
            for of in ("cost_per_success", "net_cost_per_success"):
                columns.append((SheetColumn(self.head(of), "money"), found[of].where(enough)))
            notes.append(self.tell("success_note", outcome=self.outcome(outcome)))
        n_own = len(columns)
        of_strategies: list[Values] = [
            (SheetColumn(self.head("probability_best"), "share"), found["probability_best"]),
            (SheetColumn(self.head("expected_regret"), "money"), found["expected_regret"]),
        ]
        columns += [(column, of.sel(strategy=self.interventions).rename(strategy="intervention"))
                    for column, of in of_strategies]  # fmt: skip
        rows = self.rows_of(("intervention",), columns)
        rows.sort(key=lambda row: float(row[1]))  # type: ignore[arg-type]
        last = [self.cell(of.sel(strategy=self.usual).values, column.kind) for column, of in of_strategies]
        rows.append([self.strategy(self.usual), *([None] * n_own), *last])
        heads = [*self.label_columns("intervention"), *(column for column, _ in columns)]
        if not bool(found["ranking_settled"]):
            notes.append(self.tell("not_settled"))
        notes += [self.tell("error_note"), self.tell("empty")]
        return self.sheet("ranking", heads, rows, notes, unit=self.about("per_person"))
