"""Sheets of money: who pays and gains, within which horizon, when it is back, and what budgets see of it each year."""

from __future__ import annotations

import numpy as np
import xarray as xr

from simcore.analysis.cashable import says_cashable
from simcore.report.decision_answers import years_to_65
from simcore.report.workbook_rows import Cell, Sheet, SheetColumn, SheetWords, Values, at_stake

#: Quantiles of the year in which money is back, and of what is out of pocket.
_ENDS = (0.05, 0.5, 0.95)


class MoneySheets(SheetWords):
    """A method for each sheet."""

    def sheets(self) -> list[Sheet]:
        """All of them, in order."""
        return [self.gains(), self.horizons(), self.flows(), self.payback(), self.course(), self.budgets()]

    def gains(self) -> Sheet:
        """What each actor pays, avoids and keeps over the whole horizon."""
        found = self.found.who_gains
        of_kind = found["avoided_cost_of_kind"]
        kinds = [str(of) for of in of_kind["cost_kind"].values if bool((of_kind.sel(cost_kind=of) != 0).any())]
        net = self.head("net_saving")
        columns: list[Values] = [
            (SheetColumn(self.head("programme_cost"), "change"), -found["programme_cost"]),
            *((SheetColumn(self.head(kind), "change"), of_kind.sel(cost_kind=kind)) for kind in kinds),
            (self.head_of("avoided", "change"), found["avoided_cost"]),
            (SheetColumn(net, "change"), found["net_saving"]),
            self.error_of(found["net_saving_mcse"]),
            *self.quantiles_of(found["net_saving_quantile"], "change", net),
            (self.head_of("above_zero", "share"), found["probability_within"].isel(horizon=-1)),
        ]
        notes = [self.tell("gains_note"), self.tell("sums"), self.tell("error_note"), self.tell("empty")]
        if says_cashable(self.results):
            columns += [
                (SheetColumn(self.head("cashable"), "change"), found["cashable_net_saving"]),
                self.error_of(found["cashable_net_saving_mcse"], self.head("cashable")),
            ]
            notes.insert(1, self.tell("cashable_note"))
        else:
            notes.insert(1, self.head("all_cashable"))
        target = float(self.results.attrs["target_group"])
        columns.append((self.head_of("of_all", "change", whom=self.whom), found["net_saving"] * target))
        rows = self.rows_of(("intervention", "actor"), columns)
        heads = [*self.label_columns("intervention", "actor"), *(column for column, _ in columns)]
        return self.sheet("gains", heads, rows, notes, unit=self.about("per_person"), labels=2)

    def horizons(self) -> Sheet:
        """Net saving of the first years."""
        found = self.found.who_gains
        net = self.head("net_saving")
        columns: list[Values] = [
            (self.head_of("last_year", "year"), found["until"]),
            (SheetColumn(net, "change"), found["saving_within"]),
            self.error_of(found["saving_within_mcse"]),
            *self.quantiles_of(found["saving_within_quantile"], "change", net),
            (self.head_of("above_zero", "share"), found["probability_within"]),
        ]
        dims = ("intervention", "actor", "horizon")
        place = len(self.label_columns(*dims)) - 1
        numbers = [int(number) for number in found["horizon"].values]
        to_65 = years_to_65(self.results, self.scenario)
        words: dict[Cell, str] = {number: self.years(number) for number in numbers}
        words[numbers[-1]] = self.head("whole")
        if to_65 is not None:
            words[to_65] = self.head("to_65", until=int(found["until"].sel(horizon=to_65)))
        rows = [[*row[:place], words[row[place]], *row[place:]] for row in self.rows_of(dims, columns)]
        heads = self.label_columns(*dims)
        heads.insert(place, self.head_of("horizon", "text"))
        notes = [self.tell("settled_note"), self.tell("sums"), self.tell("error_note"), self.tell("empty")]
        heads += [column for column, _ in columns]
        return self.sheet("horizons", heads, rows, notes, unit=self.about("per_person"), labels=2)

    def flows(self) -> Sheet:
        """Whose money avoids whose costs."""
        found = self.found.who_gains
        columns: list[Values] = [
            (self.head_of("paid_share", "share"), found["paid_share"]),
            (self.head_of("flow", "change"), found["flow"]),
        ]
        dims = ("intervention", "payer", "actor")
        rows = self.rows_of(dims, columns, found["paid_share"] > 0)
        notes = [self.head("flows_note"), self.tell("sums")] if rows else [self.tell("no_flows")]
        heads = [*self.label_columns(*dims), *(column for column, _ in columns)]
        return self.sheet("flows", heads, rows, notes, unit=self.about("per_person"), labels=3)

    def payback(self) -> Sheet:
        """When the money is back, and how much is out of pocket till then."""
        back, out = self.found.payback, self.found.exposure
        # Who neither pays nor loses at any time has nothing to get back.
        paid = (back["cumulative"] < 0).any("year") | (out["expected"] > 0)
        years, never = (back[of].where(paid) for of in ("break_even_quantile", "never"))
        columns: list[Values] = []
        for share in _ENDS:
            column = self.head_of("back_year", "year", share=self.percent(share))
            columns.append((column, years.sel(quantile=share)))
        columns += [
            (self.head_of("never_back", "share"), never),
            (self.head_of("out", "money"), out["expected"]),
            (self.head_of("out_year", "year"), out["expected_year"]),
        ]
        for share in _ENDS:
            column = self.head_of("out_share", "money", share=self.percent(share))
            columns.append((column, out["exposure_quantile"].sel(quantile=share)))
        dims = ("intervention", "actor")
        heads = [*self.label_columns(*dims), *(column for column, _ in columns)]
        notes = [self.tell("payback_note"), self.tell("settled_note"), *self.luck_in(), self.tell("empty")]
        unit = self.unit_of_all("for_all_nominal" if self.found.question.inflation else "for_all")
        return self.sheet("payback", heads, self.rows_of(dims, columns), notes, unit=unit, labels=2)

    def course(self) -> Sheet:
        """How the net saving builds up."""
        found = self.found.payback
        columns: list[Values] = [
            (self.head_of("cumulative", "change"), found["cumulative"]),
            *self.quantiles_of(found["cumulative_quantile"], "change", self.head("net_saving")),
            (self.head_of("paid_back", "share"), found["paid_back"]),
        ]
        notes = [self.tell("settled_note"), self.tell("empty")]
        return self._by_year("course", columns, at_stake(found["cumulative"], "intervention", "actor"), notes)

    def budgets(self) -> Sheet:
        """What budgets gain or lose in each calendar year."""
        found = self.found.budget_effect
        net, cash = self.tell("net_of_year"), self.tell("cash_of_year")
        says = says_cashable(self.results)
        columns: list[Values] = [
            (self.head_of("programme_of_year", "money"), found["programme_cost"]),
            (SheetColumn(net, "change"), found["net_saving"]),
            self.error_of(found["net_saving_mcse"]),
            *self.quantiles_of(found["net_saving_quantile"], "change", net),
        ]
        if says:
            columns.append((SheetColumn(cash, "change"), found["cashable_net_saving"]))
        if self.found.question.inflation:
            names = {"programme_cost": self.tell("programme_of_year"), "net_saving": net}
            names |= {"cashable_net_saving": cash} if says else {}
            for of, head in names.items():
                kind = "money" if of == "programme_cost" else "change"
                columns.append((self.head_of("nominal", kind, of=head), found[f"{of}_nominal"]))
        notes = [] if self.results.attrs["engine"] == "expected" else [self.tell("simulated_limits")]
        notes.append(self.tell("cashable_note") if says else self.head("all_cashable"))
        unit = self.unit_of_all("for_all_nominal" if self.found.question.inflation else "for_all")
        stake = xr.concat(
            [at_stake(found[of], "intervention", "actor") for of in ("programme_cost", "net_saving")], dim="of"
        ).any("of")
        return self._by_year("budgets", columns, stake, notes, unit)

    def _by_year(
        self, key: str, columns: list[Values], keep: xr.DataArray, notes: list[str], unit: str | None = None
    ) -> Sheet:  # fmt: skip
        """A sheet with a row for each intervention, actor at stake and calendar year."""
        dims = ("intervention", "actor", "year")
        rows = self.rows_of(dims, columns, keep)
        if not rows:
            notes = [self.tell("nothing_changes")]
        elif not bool(np.all(keep.values)):
            notes = [*notes, self.tell("at_stake")]
        heads = [*self.label_columns(*dims), *(column for column, _ in columns)]
        return self.sheet(
            key, heads, rows, [*notes, self.tell("sums")], unit=unit or self.about("per_person"), labels=4
        )  # fmt: skip
