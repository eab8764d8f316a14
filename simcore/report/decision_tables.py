"""The numbers behind a page for decision makers, as tables in English or Swedish."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import xarray as xr
from rich.console import Group, RenderableType
from rich.text import Text

from simcore.analysis.avoided_cost import VIEWS
from simcore.analysis.cashable import says_cashable
from simcore.decisions.agreements import WAYS
from simcore.decisions.silos import CAUSES, DECIDERS, HORIZONS
from simcore.report.decision_answers import Answers, too_few, years_to_65
from simcore.report.decision_names import THOUSAND, Words
from simcore.report.language import Language
from simcore.report.money_tables import plain_table
from simcore.scenario.schema import Scenario

#: A column of actors: its head, and the cell of each actor; and how a number is written.
Column = tuple[str, Mapping[str, str]]
Write = Callable[[float], str]
#: Quantiles of years that tables show.
_ENDS = (0.05, 0.5, 0.95)
#: Years since the start, the first being 1, that tables show besides the last.
_SHOWN_YEARS = (1, 2, 3, 4, 5, 10, 20)


@dataclass(frozen=True)
class DecisionTable:
    """A table as it is read: words and numbers that are written already.

    Attributes
    ----------
    title
        What it shows.
    heads
        Of the columns, the first of which has the labels of the rows.
    rows
        Each as many cells as there are heads.
    line_after
        Numbers of the rows below which a line is drawn.
    notes
        Sentences below it.
    """

    title: str
    heads: list[str]
    rows: list[list[str]]
    line_after: frozenset[int] = frozenset()
    notes: list[str] = field(default_factory=list)


def decision_tables(
    results: xr.Dataset, scenario: Scenario, found: Answers, language: Language, topics: Sequence[str]
) -> list[DecisionTable]:
    """The tables of some topics, in their order.

    Parameters
    ----------
    results, scenario
        What was run.
    found
        The answers.
    language
        That they are written in.
    topics
        Of `simcore.report.decision_answers.TOPICS`.
    """
    made = _Tables(results, scenario, found, language)
    return [table for topic in topics for table in getattr(made, topic)()]


def laid_out_tables(tables: Sequence[DecisionTable]) -> RenderableType:
    """Tables for the terminal."""
    parts: list[RenderableType] = []
    for table in tables:
        shown = plain_table(table.heads[0])
        for head in table.heads[1:]:
            shown.add_column(head, justify="right", vertical="bottom")
        for number, row in enumerate(table.rows):
            shown.add_row(*row, end_section=number in table.line_after)
        parts += [Text(table.title, style="bold"), shown, *(Text(note) for note in table.notes), Text()]
    return Group(*parts[:-1])


class _Tables(Words):
    """What the tables are made from; a method for each topic."""

    @property
    def interventions(self) -> list[str]:
        """All strategies but the comparator."""
        return [str(of) for of in self.results["strategy"].values if str(of) != self.usual]

    # -- words ----------------------------------------------------------------------------------

    def head(self, name: str, **fields: object) -> str:
        """A phrase with the lines that heads are broken into."""
        return self.broken(name, **fields)

    def per_person(self) -> str:
        """Unit of most amounts."""
        return self.about("per_person")

    def for_all(self, *, nominal: bool = False) -> str:
        """Thousands for the target group, in prices of the price year or of each year."""
        name = "for_all_nominal" if nominal and self.found.question.inflation else "for_all"
        whom = self.about("persons", target=self.language.number(float(self.results.attrs["target_group"])))
        return self.about(name, inflation=self.language.rate(self.found.question.inflation), whom=whom)

    def title(self, name: str, strategy: str, unit: str = "") -> str:
        words = f"{self.strategy(strategy)}: {self.head(name)}"
        return f"{words} ({unit})" if unit else words

    def amount_in_thousands(self, value: float) -> str:
        """An amount without its sign."""
        return self.language.money(value / THOUSAND)

    def ratio(self, value: float) -> str:
        return self.language.number(value, 2)

    def actors_at_stake(self, values: xr.DataArray) -> list[str]:
        """Actors and views for whom some number is not zero (actor, ...)."""
        other = [dim for dim in values.dims if dim != "actor"]
        some = ((values != 0) & values.notnull()).any(other)
        return [str(name) for name in values["actor"].values if bool(some.sel(actor=name))]

    def column(self, head: str, values: xr.DataArray, write: Write) -> Column:
        """A column of numbers (actor,), written in one way."""
        return head, {str(of): write(float(values.sel(actor=of))) for of in values["actor"].values}

    def of_actors(
        self, title: str, actors: list[str], columns: Sequence[Column], notes: Sequence[str] = ()
    ) -> DecisionTable:
        """A table with a row for each actor, and a line above the views."""
        rows = [[self.language.actor(self.scenario, who), *(cells[who] for _, cells in columns)] for who in actors]
        last = max((place for place, name in enumerate(actors) if name not in VIEWS), default=-1)
        lines = frozenset({last} if 0 <= last < len(actors) - 1 else ())
        return DecisionTable(title, [self.head("actor"), *(head for head, _ in columns)], rows, lines, list(notes))

    # -- topics ---------------------------------------------------------------------------------

    def gains(self) -> list[DecisionTable]:
        """Who pays and who gains: by kind, by horizon, and whose money it is."""
        tables = []
        for name in self.interventions:
            at = self.found.who_gains.sel(intervention=name)
            stake = xr.concat(
                [at[of] for of in ("programme_cost", "avoided_cost", "net_saving")], dim="quantity", coords="minimal"
            )
            actors = self.actors_at_stake(stake)
            if actors:
                tables += [self._matrix(name, at, actors), self._horizons(name, at, actors)]
                tables += self._flows(name, at)
        return tables

    def _matrix(self, name: str, at: xr.Dataset, actors: list[str]) -> DecisionTable:
        of_kind = at["avoided_cost_of_kind"]
        kinds = [str(of) for of in of_kind["cost_kind"].values if bool((of_kind.sel(cost_kind=of) != 0).any())]
        low, high = (at["net_saving_quantile"].isel(quantile=place) for place in (0, 2))
        columns = [
            self.column(self.head("programme_cost"), -at["programme_cost"], self.money),
            *(self.column(self.head(kind), of_kind.sel(cost_kind=kind), self.money) for kind in kinds),
            self.column(self.head("net_saving"), at["net_saving"], self.money),
            self.column("± MCSE", at["net_saving_mcse"], self.language.money),
            self.column("5 %", low, self.money),
            self.column("95 %", high, self.money),
        ]
        notes = [self.head("gains_note")]
        if says_cashable(self.results):
            columns.append(self.column(self.head("cashable"), at["cashable_net_saving"], self.money))
        else:
            notes.append(self.head("all_cashable"))
        return self.of_actors(self.title("gains", name, self.per_person()), actors, columns, notes)

    def _horizons(self, name: str, at: xr.Dataset, actors: list[str]) -> DecisionTable:
        columns, to_65 = [], years_to_65(self.results, self.scenario)
        numbers = [int(number) for number in at["horizon"].values]
        for number in numbers:
            one = at.sel(horizon=number)
            head = self.years(number)
            if number == numbers[-1] or number == to_65:
                head = self.head("to_65" if number == to_65 else "until", until=int(one["until"]))
            _, savings = self.column(head, one["saving_within"], self.money)
            _, chances = self.column(head, one["probability_within"], self.percent)
            columns.append((head, {who: f"{saving} ({chances[who]})" for who, saving in savings.items()}))
        title = self.title("horizons", name, self.per_person())
        return self.of_actors(title, actors, columns, [self.head("horizons_note")])

    def _flows(self, name: str, at: xr.Dataset) -> list[DecisionTable]:
        payers = [str(of) for of in at["payer"].values if float(at["paid_share"].sel(payer=of)) > 0]
        if len(payers) < 2:
            return []
        flow = at["flow"].sel(payer=payers)
        columns = []
        for payer in payers:
            share = self.percent(float(at["paid_share"].sel(payer=payer)))
            head = f"{self.language.actor(self.scenario, payer)} ({share})"
            columns.append(self.column(head, flow.sel(payer=payer), self.money))
        title = self.title("flows", name, self.per_person())
        return [self.of_actors(title, self.actors_at_stake(flow), columns, [self.head("flows_note")])]

    def when(self) -> list[DecisionTable]:
        """When the money is back, what is outstanding, and the budget of each year."""
        tables = []
        for name in self.interventions:
            back, out = (of.sel(intervention=name) for of in (self.found.payback, self.found.exposure))
            actors = self.actors_at_stake(back["cumulative"])
            if not actors:
                continue
            # Who neither pays nor loses at any time has nothing to get back.
            paid = (back["cumulative"] < 0).any("year") | (out["expected"] > 0)
            years, never = (back[of].where(paid) for of in ("break_even_quantile", "never"))
            columns = [
                *(self.column(f"{100 * of:.0f} %", years.sel(quantile=of), self.language.year) for of in _ENDS),
                self.column(self.head("never"), never, self.percent),
                self.column(self.head("exposure"), out["expected"], self.amount_in_thousands),
                self.column(self.head("exposure_year"), out["expected_year"], self.language.year),
                self.column(
                    self.head("exposure_95"), out["exposure_quantile"].isel(quantile=2), self.amount_in_thousands
                ),
            ]
            notes = [self.head("when_note", unit=self.for_all(nominal=True)), *self.luck_in()]
            tables.append(self.of_actors(self.title("when", name), actors, columns, notes))
            tables += self._budgets(name, actors)
        return tables

    def _budgets(self, name: str, actors: list[str]) -> list[DecisionTable]:
        """What budgets gain or lose in some years: real, what of it is money, and that in the prices of the year."""
        effect = self.found.budget_effect.sel(intervention=name)
        shown = self.shown_years(effect)
        cash = says_cashable(self.results)
        wanted = ["net_saving", *(["cashable_net_saving"] if cash else [])]
        if self.found.question.inflation:
            wanted.append(f"{wanted[-1]}_nominal")
        tables = []
        for of in wanted:
            columns = [self.column(str(year), effect[of].sel(year=year), self.thousand) for year in shown]
            head = "budget_cash" if cash and of != "net_saving" else "budget"
            title = self.title(head, name, self.for_all(nominal=of.endswith("_nominal")))
            tables.append(self.of_actors(title, actors, columns))
        return tables

    def shown_years(self, of: xr.Dataset) -> list[int]:
        """Calendar years that tables show."""
        years = [int(year) for year in of["year"].values]
        return [year for place, year in enumerate(years, 1) if place in (*_SHOWN_YEARS, len(years))]

    def silos(self) -> list[DecisionTable]:
        """The four worlds, and what is lost."""
        worlds = self.found.price_of_silos
        number = self.found.question.budget_years
        heads = [self.head("world"), self.head("funded"), self.head("value"), "± MCSE", self.head("cashable")]
        rows = []
        for decider in DECIDERS:
            for horizon in HORIZONS:
                at = worlds.sel(decider=decider, horizon=horizon)
                chosen = str(at["chosen"].values)
                span = self.years(number) if horizon == "short" else self.head("whole")
                rows.append([
                    f"{self.head(decider)}, {span}", "–" if chosen == self.usual else self.strategy(chosen),
                    self.money(float(at["value"])), self.language.money(float(at["value_mcse"])),
                    self.money(float(at["cashable_value"])),
                ])  # fmt: skip
        rule = self.found.question.probability
        notes = [
            self.head("rule_expected" if rule is None else "rule_probability", probability=self.percent(rule or 0))
        ]
        tables = [DecisionTable(f"{self.head('worlds')} ({self.per_person()})", heads, rows, frozenset({1}), notes)]
        losses = worlds["loss_of_actor"]
        actors = self.actors_at_stake(losses)
        if actors:
            columns = [self.column(self.head(cause), losses.sel(cause=cause), self.money) for cause in CAUSES]
            notes = []
            for cause in CAUSES:
                at = worlds.sel(cause=cause)
                low, _, high = (self.money(float(of)) for of in at["loss_quantile"].values)
                probability = self.percent(float(at["probability_of_loss"]))
                notes.append(
                    self.head("loss_note", cause=self.head(cause), low=low, high=high, probability=probability,
                              cash=self.money(float(at["cashable_loss"])))
                )  # fmt: skip
            tables.append(self.of_actors(f"{self.head('losses')} ({self.per_person()})", actors, columns, notes))
        return tables

    def agreements(self) -> list[DecisionTable]:
        """Ways to share the cost."""
        tables = []
        for name in self.interventions:
            at = self.found.cost_shares.sel(intervention=name)
            if math.isnan(float(at["share"].sel(way="as_now").max())):
                continue  # it costs nothing
            ways = [way for way in WAYS if bool(at["share"].sel(way=way).notnull().all())]
            columns = []
            for way in ways:
                head = self.head(way, probability=self.percent(self.found.question.not_losing))
                of = at.sel(way=way)
                _, shares = self.column(head, of["share"], self.percent)
                _, nets = self.column(head, of["net"], self.money)
                _, chances = self.column(head, of["probability_not_to_lose"], self.percent)
                columns.append((head, {who: f"{shares[who]} → {nets[who]} ({chances[who]})" for who in shares}))
            actors = self.actors_at_stake(at["net"])
            total = float(at["total"])
            notes = [self.head("shares_note", total=self.money(total))]
            if not total > 0:
                notes.append(self.head("no_shares"))
            elif not math.isnan(float(at["reachable"])):
                notes.append(self.head("reachable", probability=self.percent(float(at["reachable"]))))
                if "probability" not in ways:
                    asked = self.percent(self.found.question.not_losing)
                    notes.append(self.head("out_of_reach", probability=asked))
            tables.append(self.of_actors(self.title("shares", name, self.per_person()), actors, columns, notes))
        return tables

    def contract(self) -> list[DecisionTable]:
        """Prices of an outcome."""
        found, outcome = self.found.outcome_contract, self.found.question.outcome
        if found is None or outcome is None:
            return []
        chance = self.percent(self.found.question.not_losing)
        columns = ("successes", "lowest", "highest", "lowest_at", "highest_at", "price", "provider", "buyers")
        heads = ["", *(self.head(of, probability=chance) for of in columns)]
        prices = ("cost_per_success", "worth_per_success", "lowest_price_at", "highest_price_at", "price")
        rows, notes = [], []
        for name in self.interventions:
            at = found.sel(intervention=name)
            number = {str(key): float(of) for key, of in at.data_vars.items() if of.ndim == 0}
            cells = [self.strategy(name), self.language.number(number["successes"], 3)]
            if too_few(at, self.results):
                rows.append([*cells, *["–"] * (len(prices) + 2)])
                notes.append(f"{self.strategy(name)}: {self.head('too_few')}")
                continue
            cells += [self.language.money(number[price]) for price in prices]
            for who in ("provider", "buyers"):
                cells.append(f"{self.money(number[f'{who}_net'])} ({self.percent(number[f'{who}_probability'])})")
            rows.append(cells)
        label = self.language.outcome(self.scenario, outcome)
        title = f"{self.head('contract', outcome=label)} ({self.per_person()})"
        return [DecisionTable(title, heads, rows, notes=[self.head("contract_note", probability=chance), *notes])]

    def fund(self) -> list[DecisionTable]:
        """What a fund pays for, and how its balance develops."""
        found, ask = self.found.investment_fund, self.found.question
        if found is None:
            return []
        currency = str(self.results.attrs["currency"])
        capital = self.language.amount(float(found.attrs["capital"]), currency)
        rows = [
            [
                self.strategy(name), self.language.number(float(found["groups"].sel(intervention=name))),
                self.percent(float(found["probability_repaid"].sel(intervention=name))),
            ]
            for name in self.interventions
        ]  # fmt: skip
        heads = ["", self.head("groups"), self.head("repaid")]
        lowest = self.language.amount(float(found["lowest_at_risk"]), currency)
        gain = self.language.amount(float(found["gain"]), currency)
        notes = [self.head("fund_note", gain=gain, risk=self.percent(ask.risk), lowest=lowest), *self.luck_in()]
        tables = [DecisionTable(self.head("fund", capital=capital), heads, rows, notes=notes)]
        cells = [
            [
                str(year), self.thousand(float(found["balance"].sel(year=year))),
                *(self.thousand(float(of)) for of in found["balance_quantile"].sel(year=year).values[[0, 2]]),
                self.percent(float(found["probability_dry"].sel(year=year))),
            ]
            for year in self.shown_years(found)
        ]  # fmt: skip
        heads = [self.head("year"), self.head("balance"), "5 %", "95 %", self.head("dry")]
        unit = self.about("thousand")
        return [*tables, DecisionTable(f"{self.head('balances')} ({unit})", heads, cells)]

    def fairness(self) -> list[DecisionTable]:
        """Differences between subgroups before and after."""
        found = self.found.fairness
        if found is None:
            return []
        tables = []
        several = (found["best_off"] != found["worst_off"]).any("outcome")  # of one subgroup there is no gap
        for attribute in (str(of) for of in found["attribute"].values[several.values]):
            for name in self.interventions:
                rows = []
                for outcome in (str(of) for of in found["outcome"].values):
                    at = found.sel(attribute=attribute, outcome=outcome)
                    change = at.sel(intervention=name)
                    before, after = (float(at["gap"].sel(strategy=of)) for of in (self.usual, name))
                    low, _, high = (float(of) for of in change["gap_change_quantile"].values)
                    rows.append([
                        self.language.outcome(self.scenario, outcome), self.level_of(at["best_off"]),
                        self.level_of(at["worst_off"]), self.language.number(before, 3), self.language.number(after, 3),
                        self.language.number(float(change["gap_change"]), 4, sign=True),
                        self.language.number(low, 4, sign=True), self.language.number(high, 4, sign=True),
                        self.percent(float(change["probability_narrower"])),
                        self.language.number(float(at["concentration"].sel(strategy=self.usual)), 3),
                        self.language.number(float(at["concentration"].sel(strategy=name)), 3),
                        self.language.number(float(change["total_change"]), 4, sign=True),
                        self.head("yes") if bool(change["efficient"]) else self.head("no"),
                    ])  # fmt: skip
                heads = [self.head(of) for of in (
                    "outcome", "best_off", "worst_off", "gap_before", "gap_after", "gap_change", "q05", "q95",
                    "narrower", "concentration_before", "concentration_after", "total_change", "efficient",
                )]  # fmt: skip
                title = f"{self.title('fairness', name)}, {self.variable(attribute)}"
                tables.append(DecisionTable(title, heads, rows, notes=[self.head("fairness_note"), *self.luck_in()]))
        return [*tables, *self._shares_of_gain(found)]

    def _shares_of_gain(self, found: xr.Dataset) -> list[DecisionTable]:
        """Of the change of all, what falls to each subgroup."""
        groups = [str(of) for of in found["group"].values]
        tables = []
        for name in self.interventions:
            of_it = found["share_of_gain"].sel(intervention=name)
            rows = [[self.head("share_of_persons"), *(self.percent(float(of)) for of in found["share"].values)]]
            rows += [
                [
                    self.language.outcome(self.scenario, str(outcome)),
                    *(self.percent(float(of_it.sel(outcome=outcome, group=group))) for group in groups),
                ]
                for outcome in found["outcome"].values
            ]
            heads = [self.head("outcome"), *map(self.group, groups)]
            tables.append(
                DecisionTable(self.title("share_of_gain", name), heads, rows, frozenset({0}), [self.head("share_note")])
            )
        return tables

    def ranking(self) -> list[DecisionTable]:
        """Measures that interventions are ranked by."""
        found, outcome = self.found.ranking, self.found.question.outcome
        order = sorted(self.interventions, key=lambda name: float(found["rank"].sel(intervention=name)))
        names = ["net_present_value", "q05", "q95", "probability_positive", "benefit_cost_ratio", "social_return",
                 "marginal_value_of_public_funds", "probability_infinite"]  # fmt: skip
        more = ["cost_per_success", "net_cost_per_success"] if outcome is not None else []
        target = float(self.results.attrs["target_group"])
        rows = []
        for name in order:
            at = found.sel(intervention=name)
            low, _, high = (float(of) for of in at["net_present_value_quantile"].values)
            rows.append([
                self.strategy(name), self.money(float(at["net_present_value"])), self.money(low), self.money(high),
                self.percent(float(at["probability_positive"])), self.ratio(float(at["benefit_cost_ratio"])),
                self.ratio(float(at["social_return"])), self.ratio(float(at["marginal_value_of_public_funds"])),
                self.percent(float(at["probability_infinite"])),
                *(
                    "–" if abs(float(at["outcome_change"])) * target < 1 else self.language.money(float(at[of]))
                    for of in more
                ),
                self.percent(float(found["probability_best"].sel(strategy=name))),
                self.language.money(float(found["expected_regret"].sel(strategy=name))),
            ])  # fmt: skip
        heads = ["", *(self.head(of) for of in (*names, *more, "probability_best", "expected_regret"))]
        blank = ["–"] * (len(names) + len(more))
        rows.append([
            self.strategy(self.usual), *blank, self.percent(float(found["probability_best"].sel(strategy=self.usual))),
            self.language.money(float(found["expected_regret"].sel(strategy=self.usual))),
        ])  # fmt: skip
        label = "" if outcome is None else self.language.outcome(self.scenario, outcome)
        notes = [self.head("ranking_note"), *([self.head("success_note", outcome=label)] if outcome else [])]
        return [DecisionTable(f"{self.head('ranking')} ({self.per_person()})", heads, rows, notes=notes)]
