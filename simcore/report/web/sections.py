"""What a report says, section by section: sentences, the chart, its still picture, and the tables behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from simcore.analysis.evidence import WEAK, priced_by_quality, uncertainty_by_parameter, uncertainty_by_quality
from simcore.analysis.prediction import can_predict
from simcore.analysis.settled import unsettled_signs
from simcore.report.decision_answers import Answers
from simcore.report.decision_speech import Section
from simcore.report.decision_tables import DecisionTable, decision_tables
from simcore.report.quality import line_quality, parameter_quality
from simcore.report.web.chart_values import ChartWords
from simcore.report.web.charts import Chart
from simcore.report.web.report_words import ReportWords

#: Sections about decisions: the topic of their tables, and the chart that is drawn of it.
_TOPICS = {
    "who": ("gains", "gains"), "time": ("when", "fan"), "compare": ("ranking", "comparison"), "silos": ("silos", None),
    "agreements": ("agreements", None), "contract": ("contract", None), "fund": ("fund", None),
    "fairness": ("fairness", None),
}  # fmt: skip
#: Parameters that a table names.
_NAMED = 20
#: Interventions whose sentences are not folded away.
_OPEN = 4


@dataclass(frozen=True)
class ReportSection:
    """A part of a report.

    Attributes
    ----------
    name
        An id.
    heading, text
        What it is about, and sentences below.
    chart
        Name of its chart, where it has one that moves.
    stills
        Names of still pictures that it shows, those that there are.
    same
        The one of them that shows what the chart does, and nothing else.
    tables
        The numbers.
    summary, at_a_glance
        Parts of a summary, where it is one, and the tables above them.
    folded
        Headings of those parts that a reader opens, as there are many.
    """

    name: str
    heading: str
    text: Sequence[str] = ()
    chart: str | None = None
    stills: Sequence[str] = ()
    same: str | None = None
    tables: Sequence[DecisionTable] = ()
    summary: Sequence[Section] = ()
    at_a_glance: Sequence[DecisionTable] = ()
    folded: frozenset[str] = frozenset()


@dataclass
class Contents:
    """All that a report is made of.

    Attributes
    ----------
    sections
        In their order.
    charts
        By name.
    choices
        What a reader can choose, and how it is called.
    """

    sections: list[ReportSection]
    charts: dict[str, Chart] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def decision_sections(words: ChartWords, page: Sequence[Section]) -> Contents:
    """Sections about what was compared.

    Parameters
    ----------
    words
        Of the report, with its answers.
    page
        The summary.
    """
    charts = {chart.name: chart for chart in _charts(words) if chart is not None}
    made = _Sections(words, charts)
    sections = [made.summary(page), made.avoided()]
    sections += [made.topic(name) for name in _TOPICS if made.has(name)]
    sections += [made.drivers(), made.luck()]
    asked = {choice for chart in charts.values() for choice in chart.by}
    return Contents(sections, charts, {name: of for name, of in words.choices().items() if name in asked})


def _charts(words: ChartWords) -> Iterator[Chart | None]:
    yield from (words.avoided(), words.gains(), words.fan(), words.comparison(), words.drivers(), words.luck())


@dataclass(frozen=True)
class _Sections:
    """The sections, one by one."""

    words: ChartWords
    charts: Mapping[str, Chart]

    @property
    def found(self) -> Answers:
        return self.words.found

    @property
    def usual(self) -> str:
        return self.words.strategy(self.words.usual)

    def has(self, name: str) -> bool:
        """Whether there is something to say of a topic."""
        question = self.found.question
        there = {
            "contract": question.outcome is not None,
            "fund": question.capital is not None, "fairness": bool(self.found.results.sizes["group"]),
        }  # fmt: skip
        return there.get(name, True)

    def chart(self, name: str | None) -> str | None:
        return name if name in self.charts else None

    def summary(self, page: Sequence[Section]) -> ReportSection:
        """The most important numbers of each intervention, and the page of sentences."""
        words, found = self.words, self.found
        currency, target = str(found.results.attrs["currency"]), float(found.results.attrs["target_group"])

        def total(value: float) -> str:
            return words.language.amount(value * target, currency)

        public = bool((found.results["sector"] == "public").any())
        views = {"society": "society_net", **({"public_sector": "public_net"} if public else {})}
        heads = [
            words.say("intervention"),
            words.say("costs"),
            *map(words.say, views.values()),
            words.say("money_back"),
        ]
        unclear = unsettled_signs(found.results, also=tuple(found.question.also))
        rows = []
        for name in words.interventions:
            at, back = found.who_gains.sel(intervention=name), found.payback.sel(intervention=name)
            paid = at["paid_share"]
            payers = [str(of) for of in paid["payer"].values if float(paid.sel(payer=of)) > 0]
            row = [words.strategy(name), total(sum(float(at["programme_cost"].sel(actor=of)) for of in payers))]
            for view in views:
                whole = at.sel(actor=view).isel(horizon=-1)
                chance = words.chance(float(whole["probability_within"]))
                star = "*" if bool(unclear.sel(intervention=name, actor=view)) else ""
                row.append(f"{total(float(whole['net_saving']))}{star} ({chance})")
            most = max(payers, key=lambda of, paid=paid: float(paid.sel(payer=of)), default=None)  # type: ignore[misc]
            row.append("–" if most is None else f"{words.actor(most)}: {self._back(back.sel(actor=most))}")
            rows.append(row)
        title, notes = words.say("at_a_glance", target=words.report.target), [words.say("glance_note")]
        if any("*" in cell for row in rows for cell in row[2:]):
            notes.append(words.say("open_sign"))
        table = DecisionTable(title, heads, rows, notes=notes)
        folded = frozenset(map(words.strategy, words.interventions if len(rows) > _OPEN else ()))
        glance = [table] if rows else []
        return ReportSection("summary", words.say("summary"), summary=page, at_a_glance=glance, folded=folded)

    def _back(self, at: xr.Dataset) -> str:
        """When the money of an actor is back, in a few words."""
        if not bool(at["settled"]) or not math.isfinite(never := float(at["never"])):
            return self.words.head("figure_not_settled")
        year = float(at["break_even_quantile"].sel(quantile=0.5))
        if math.isinf(year):
            return self.words.say("back_never", never=self.words.chance(never))
        return self.words.say("back_in", year=self.words.language.year(year), never=self.words.chance(never))

    def avoided(self) -> ReportSection:
        chart = self.chart("avoided")
        text = [self.words.say("avoided_text", usual=self.usual)] if chart else [self.words.say("nothing")]
        tables = list(self._savings(chart)) if chart else []
        return ReportSection("avoided", self.words.say("avoided"), text, chart, [chart] if chart else [], chart, tables)

    def _savings(self, chart: str) -> Iterator[DecisionTable]:
        """The numbers of the chart of avoided costs."""
        words, gains = self.words, self.found.who_gains
        heads = [words.head("actor"), words.say("avoided_cost"), "± MCSE", "5 %", "50 %", "95 %"]
        heads.append(words.head("net_saving"))
        for name in words.interventions:
            at = gains.sel(intervention=name)
            rows = []
            for actor in words.actors:
                one = at.sel(actor=actor)
                quantiles = [float(of) for of in one["avoided_cost_quantile"].values]
                rows.append([
                    words.actor(actor), words.money(float(one["avoided_cost"])),
                    words.language.money(float(one["avoided_cost_mcse"])), *map(words.money, quantiles),
                    words.money(float(one["net_saving"])),
                ])  # fmt: skip
            title = f"{words.strategy(name)} ({words.about('per_person')})"
            yield DecisionTable(title, heads, rows)

    def topic(self, name: str) -> ReportSection:
        """A section about a decision."""
        topic, chart = _TOPICS[name]
        words, same = self.words, "when" if name == "time" else None
        years = words.years(self.found.question.budget_years)
        text = [words.say(f"{name}_text", years=years)] if name not in ("contract", "fund", "fairness") else []
        tables = decision_tables(self.found.results, words.scenario, self.found, words.language, [topic])
        if not tables:
            text = [words.say("nothing")]
        return ReportSection(name, words.say(name), text, self.chart(chart), [topic], same, tables)

    def drivers(self) -> ReportSection:
        words, chart = self.words, self.chart("drivers")
        text = [words.say("drivers_text")] if chart else [words.say("no_drivers")]
        tables = list(self._driver_tables()) if chart else []
        return ReportSection("drivers", words.say("drivers"), text, chart, [chart] if chart else [], chart, tables)

    def _driver_tables(self) -> Iterator[DecisionTable]:
        words, quality = self.words, parameter_quality(self.words.scenario)
        explained = uncertainty_by_parameter(self.found.results)
        heads = [words.say("figure"), words.say("share_of_unsure"), words.say("grade"), ""]
        for name in words.interventions:
            shares = {str(of["parameter"].values): float(of) for of in explained.sel(intervention=name)}
            order = sorted((of for of in shares if shares[of] > 0), key=lambda of: -shares[of])[:_NAMED]
            write = words.report
            rows = [
                [write.about_parameter(of), words.percent(shares[of]), write.grade(quality[of]), of] for of in order
            ]
            rest = max(1.0 - sum(shares.values()), 0.0)
            rows.append([words.say("not_traced"), words.percent(rest), "", ""])
            if len(rows) > 1:
                yield DecisionTable(words.strategy(name), heads, rows)

    def luck(self) -> ReportSection:
        words, chart, results = self.words, self.chart("luck"), self.found.results
        target = words.language.number(float(results.attrs["target_group"]))
        exact = results.attrs["engine"] == "expected"
        said = "luck_text" if chart else "luck_exact" if exact else "nothing" if can_predict(results) else "luck_few"
        tables = list(self._luck_tables()) if chart else []
        text = [words.say(said, target=target)]
        return ReportSection("luck", words.say("luck"), text, chart, [chart] if chart else [], chart, tables)

    def _luck_tables(self) -> Iterator[DecisionTable]:
        words, chart = self.words, self.charts["luck"]
        heads = [words.head("actor"), *(head for head, _ in chart.tips)]
        for name in words.interventions:
            columns = chart.shown[name].columns
            cells = [columns["label"], *(columns[column] for _, column in chart.tips)]
            rows = [[str(cell) for cell in row] for row in zip(*cells, strict=True)]
            yield DecisionTable(words.strategy(name), heads, rows)


def life_section(records: Sequence[Mapping[str, Any]], words: ReportWords, *, stills: Sequence[str]) -> ReportSection:
    """Simulated lives beside known statistics.

    Parameters
    ----------
    records
        From `simcore.report.web.life.statistics_records`.
    words
        Of the report.
    stills
        The pictures that there are.
    """
    text, tables = [words.say("lives_text", usual=words.usual)], []
    heads = [words.say(of) for of in ("statistic", "published", "model", "model_interval", "used_for", "source")]
    rows = []
    for of in records:
        names = "observed", "model", "low", "high"
        published, model, low, high = (words.number(of[name], of["unit"]) for name in names)
        about = f"{of['about'][:1].upper()}{of['about'][1:]}{' (!)' if of['missed'] else ''}"
        use = words.say("held_out" if of["use"] == "validate" else "fitted")
        rows.append([about, published, model, f"{low} – {high}", use, str(of["source"])])
    if rows:
        missed = sum(bool(of["missed"]) for of in records)
        text.append(words.say("statistics_note", missed=missed, number=len(records), draws=records[0]["draws"]))
        tables = [DecisionTable(words.say("lives"), heads, rows)]
    else:
        text.append(words.say("no_statistics"))
    chart = "statistics" if "statistics" in stills else None
    return ReportSection("lives", words.say("lives"), text, chart, stills, chart, tables)


def evidence_sentences(words: ReportWords) -> list[str]:
    """How much of the result of each intervention rests on weak or assumed figures."""
    results, scenario = words.results, words.scenario
    priced = priced_by_quality(results, line_quality(scenario))
    varied = uncertainty_by_quality(results, parameter_quality(scenario))
    sentences = []
    for name in map(str, priced["intervention"].values):
        weak = (of.sel(intervention=name, quality=list(WEAK)) for of in (priced, varied))
        money, spread = (float(of.sum(skipna=False)) for of in weak)
        if math.isnan(money):
            continue
        rest = float(varied.sel(intervention=name, quality="rest"))
        shares = {"money": money, "spread": spread, "rest": rest, "good": max(1.0 - spread - rest, 0.0)}
        fields = {of: words.language.percent(share) for of, share in shares.items()}
        fields["intervention"] = words.language.strategy(scenario, name)
        sentences.append(words.say("weak_share_money" if math.isnan(spread) else "weak_share", **fields))
    return sentences
