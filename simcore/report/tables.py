"""The tables of a run, for the terminal, for CSV files and for machines."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any

import xarray as xr
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from simcore.analysis.avoided_cost import VIEWS
from simcore.analysis.combinations import combinations, parts_of
from simcore.analysis.evidence import priced_by_quality, uncertainty_by_quality
from simcore.analysis.frontier import STATUSES, cost_effectiveness
from simcore.analysis.groups import summarise_groups
from simcore.analysis.summary import summarise, summarise_outcomes
from simcore.report.budget_tables import budget_records, budget_tables, budget_words
from simcore.report.labels import actor_label, money, outcome_label, percent, signed, strategy_label, year
from simcore.report.money_tables import (
    Columns,
    actor_table,
    cohorts,
    combination_records,
    combination_tables,
    further_tables,
    further_values,
    further_words,
    plain_table,
)
from simcore.report.quality import evidence_words, line_quality, parameter_quality
from simcore.scenario.schema import Scenario

#: Below this share of the variance luck is not worth a warning; above `_UNSETTLED` nothing else is left.
_LUCK = 0.5
_UNSETTLED = 0.9


def rows(results: xr.Dataset, also: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The main table as records: one per intervention and actor or view, without those nothing happens to.

    `also` names kinds of cost that are counted only on request: ``intangible``, ``public_funds``.
    """
    summary = summarise(results, also=also)
    further = further_values(results, summary, also)
    records = []
    for intervention in summary["intervention"].values:
        for actor in summary["actor"].values:
            one = summary.sel(intervention=intervention, actor=actor)
            if float(one["luck_share"]) != float(one["luck_share"]) and float(one["net_saving"]) == 0:
                continue  # nothing is at stake for this actor
            low, middle, high = (float(q) for q in one["avoided_cost_quantile"].values)
            record = {
                "intervention": str(intervention),
                "actor": str(actor),
                "avoided_cost": float(one["avoided_cost"]),
                "avoided_cost_mcse": float(one["avoided_cost_mcse"]),
                "avoided_cost_q05": low,
                "avoided_cost_q50": middle,
                "avoided_cost_q95": high,
                "programme_cost": float(one["programme_cost"]),
                "programme_cost_mcse": float(one["programme_cost_mcse"]),
                "net_saving": float(one["net_saving"]),
                "net_saving_mcse": float(one["net_saving_mcse"]),
                "probability_net_saving": float(one["probability_net_saving"]),
                "break_even_year": float(one["break_even_year"]),
                "probability_never": float(one["probability_never"]),
                "luck_share": float(one["luck_share"]),
            }
            for name, values in further.items():
                record[name] = float(values.sel(intervention=intervention, actor=actor))
            records.append(record)
    return records


def as_csv(records: list[dict[str, Any]]) -> str:
    """Write records as CSV."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(records[0]) if records else ["intervention"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return buffer.getvalue()


def as_json(
    results: xr.Dataset,
    scenario: Scenario,
    records: list[dict[str, Any]],
    per: str | None = None,
    also: Sequence[str] = (),
    years: bool = False,
) -> dict[str, Any]:
    """Everything the terminal shows, for machines; infinity and not-a-number become null."""
    outcomes = _outcomes(results)
    evidence = {
        "priced_by_quality": priced_by_quality(results, line_quality(scenario)),
        "uncertainty_by_quality": uncertainty_by_quality(results, parameter_quality(scenario)),
    }
    attributes = {key: value for key, value in results.attrs.items() if key != "scenario_files"}
    whole: dict[str, Any] = {
        "run": attributes,
        "actors": records,
        "outcomes": [
            {
                "intervention": str(intervention),
                "outcome": str(outcome),
                "change": float(outcomes["change"].sel(intervention=intervention, outcome=outcome)),
                "change_mcse": float(outcomes["change_mcse"].sel(intervention=intervention, outcome=outcome)),
            }
            for intervention in outcomes["intervention"].values
            for outcome in outcomes["outcome"].values
        ],
        "evidence": {
            name: {
                str(i): {str(q): float(shares.sel(intervention=i, quality=q)) for q in shares["quality"].values}
                for i in shares["intervention"].values
            }
            for name, shares in evidence.items()
        },
    }
    if parts_of(results):
        whole["combinations"] = combination_records(combinations(results, also=also))
    if results.sizes["group"]:
        whole["groups"] = _group_records(summarise_groups(results, also=also))
    if per is not None:
        found = cost_effectiveness(results, per, more_is_better=scenario.outcomes[per].good, also=also)
        whole["cost_effectiveness"] = [
            {"strategy": str(name)}
            | {str(key): values.sel(strategy=name).values.item() for key, values in found.data_vars.items()}
            for name in found["strategy"].values
        ]
    if years:
        whole["budget"] = budget_records(results, also)
    cleaned: dict[str, Any] = _without_infinities(whole)
    return cleaned


def _group_records(summary: xr.Dataset) -> list[dict[str, Any]]:
    """The summary of subgroups as records, one per intervention and subgroup."""
    return [
        {
            "intervention": str(intervention),
            "group": str(group),
            "share": float(summary["share"].sel(group=group)),
            "actors": {
                str(actor): {
                    name: float(summary[name].sel(intervention=intervention, group=group, actor=actor))
                    for name in ("avoided_cost", "avoided_cost_mcse", "net_saving", "net_saving_mcse")
                }
                for actor in summary["actor"].values
            },
            "outcome_change": {
                str(o): float(summary["outcome_change"].sel(intervention=intervention, group=group, outcome=o))
                for o in summary["outcome"].values
            },
        }
        for intervention in summary["intervention"].values
        for group in summary["group"].values
    ]


def _without_infinities(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_infinities(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_infinities(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value


def run_tables(
    results: xr.Dataset,
    scenario: Scenario,
    records: list[dict[str, Any]],
    width: int = 160,
    per: str | None = None,
    also: Sequence[str] = (),
    years: bool = False,
) -> RenderableType:
    """Everything that `simcore run` and `simcore report` print.

    Parameters
    ----------
    results, scenario
        What was run.
    records
        The `rows` of the results.
    width
        Columns of the terminal.
    per
        An outcome: also show what one more unit of it costs.
    also
        Kinds of cost that are counted only on request.
    years
        Also show the net saving of calendar years.
    """
    attributes = results.attrs
    simulated = int(results["part_size"].sel(part="target_group"))
    exact = attributes["engine"] == "expected"
    fewer = simulated < attributes["target_group"] and not exact
    fewer_words = f", of whom only {simulated:,} are simulated" if fewer else ""
    parts: list[RenderableType] = [Text(str(attributes["title"]), style="bold")]
    parts.append(
        Text(
            f"{_size_words(results)}, seed {attributes['seed']}. "
            f"{money_words(results)}; the decision is about {attributes['target_group']:,} persons"
            f"{' in each cohort' if cohorts(results) > 1 else ''}{fewer_words}. "
            f"Compared with: {strategy_label(scenario, str(attributes['comparator']))}."
        )
    )
    if scenario.illustrative:
        parts.append(Text("The figures are made up to show how things work.", style="yellow"))
    outcomes, comparator = _outcomes(results), str(attributes["comparator"])
    for intervention in outcomes["intervention"].values:
        of_it = [record for record in records if record["intervention"] == str(intervention)]
        parts += [Text(), Text(strategy_label(scenario, str(intervention)), style="bold")]
        if of_it:
            parts += _actor_tables(scenario, of_it, width)
            parts += further_tables(scenario, of_it)
        else:
            parts.append(Text("  No cost differs from the comparator's."))
        if outcomes.sizes["outcome"]:
            parts += [Text(), _outcome_table(outcomes, scenario, comparator, str(intervention))]
    if parts_of(results):
        parts += [Text(), *combination_tables(results, scenario, also)]
    if results.sizes["group"]:
        parts += [Text(), *_group_tables(results, scenario, also)]
    if per is not None:
        parts += [Text(), *_ratio_table(results, scenario, per, also)]
    if years:
        parts += [Text(), *budget_tables(results, scenario, width, also)]
    parts += [Text(), *(Text(sentence) for sentence in notes(results, scenario, records))]
    if years:
        parts.append(Text(budget_words(results)))
    return Group(*parts)


def _size_words(results: xr.Dataset) -> str:
    """How much was run, in words."""
    attributes = results.attrs
    draws = f"{attributes['n_draws']:,} draw{'' if attributes['n_draws'] == 1 else 's'}"
    if attributes["engine"] == "expected":
        return f"{draws}, expected values of the exact distribution"
    return f"{draws} × {attributes['n_persons']:,} persons"


def money_words(results: xr.Dataset) -> str:
    """Unit of all money, in words."""
    attributes, number = results.attrs, cohorts(results)
    whom = "per person" if number == 1 else f"for all {number} cohorts together per person of one of them"
    return (
        f"{attributes['currency']} {whom}, prices of {attributes['price_year']}, "
        f"discounted at {100 * attributes['discount_rate']:.3g} % a year"
    )


#: Columns of an intervention's table.
_AVOIDED: Columns = (
    ("Avoided\ncost", lambda record: money(record["avoided_cost"], sign=True)),
    ("± MCSE", lambda record: money(record["avoided_cost_mcse"])),
    ("5 %", lambda record: money(record["avoided_cost_q05"], sign=True)),
    ("50 %", lambda record: money(record["avoided_cost_q50"], sign=True)),
    ("95 %", lambda record: money(record["avoided_cost_q95"], sign=True)),
)
_NET: Columns = (
    ("Pro-\ngramme", lambda record: money(record["programme_cost"])),
    ("± MCSE", lambda record: money(record["programme_cost_mcse"])),
    ("Net\nsaving", lambda record: money(record["net_saving"], sign=True)),
    ("± MCSE", lambda record: money(record["net_saving_mcse"])),
    ("P(net\n> 0)", lambda record: _probability(record)),
    ("Break-\neven", lambda record: year(record["break_even_year"])),
    ("Luck", lambda record: percent(record["luck_share"])),
)
#: A terminal with fewer columns gets two tables, one below the other, instead of cut numbers.
_WIDE = 130


def _probability(record: dict[str, Any]) -> str:
    """Probability of a net saving, marked where hardly anything but luck decides it."""
    return percent(record["probability_net_saving"]) + ("*" if unsettled(record) else "")


def unsettled(record: dict[str, Any]) -> bool:
    """Whether a probability is neither nearly certain nor more than luck."""
    return bool(record["luck_share"] > _UNSETTLED and 0.02 < record["probability_net_saving"] < 0.98)


def _actor_tables(scenario: Scenario, records: list[dict[str, Any]], width: int) -> list[RenderableType]:
    """What one intervention does for each actor and view."""
    parts = [(*_AVOIDED, *_NET)] if width >= _WIDE else [_AVOIDED, _NET]
    tables: list[RenderableType] = []
    for columns in parts:
        tables += [Text()] if tables else []
        tables.append(actor_table(scenario, records, columns))
    return tables


def _outcome_table(outcomes: xr.Dataset, scenario: Scenario, comparator: str, intervention: str) -> Table:
    """Outcomes under the comparator, and the change that an intervention makes."""
    number = "" if outcomes.attrs["cohorts"] == 1 else f",\n{outcomes.attrs['cohorts']} cohorts"
    discounted = ", discounted" if outcomes.attrs["discounted"] else ""
    table = plain_table(f"Outcome per person{number}{discounted}")
    for head in (strategy_label(scenario, comparator), "± MCSE", "Change", "± MCSE", "5 %", "95 %"):
        table.add_column(head, justify="right", no_wrap=True)
    for outcome in outcomes["outcome"].values:
        at = outcomes.sel(intervention=intervention, outcome=outcome)
        low, _, high = (float(quantile) for quantile in at["change_quantile"].values)
        error = float(at["change_mcse"])
        table.add_row(
            outcome_label(scenario, str(outcome)),
            f"{float(at['expected'].sel(strategy=comparator)):.3f}",
            _error(float(at["expected_mcse"].sel(strategy=comparator))),
            signed(float(at["change"])),
            _error(error),
            signed(low),
            signed(high),
        )
    return table


def _outcomes(results: xr.Dataset) -> xr.Dataset:
    """Summary of the outcomes: discounted, where the scenario discounts them."""
    return summarise_outcomes(results, discounted=results.attrs["outcome_discount_rate"] != 0)


def _group_tables(results: xr.Dataset, scenario: Scenario, also: Sequence[str]) -> list[RenderableType]:
    """Net saving and outcomes in each subgroup, a table for each intervention."""
    summary = summarise_groups(results, also=also)
    tables: list[RenderableType] = []
    for intervention in summary["intervention"].values:
        table = plain_table("Subgroup")
        heads = ["Share", "Net saving,\npublic sector", "± MCSE", "Net saving,\nsociety", "± MCSE"]
        outcomes = [str(outcome) for outcome in summary["outcome"].values]
        for head in [*heads, *(outcome_label(scenario, outcome) for outcome in outcomes)]:
            table.add_column(head, justify="right", vertical="bottom")
        for group in summary["group"].values:
            at = summary.sel(intervention=intervention, group=group)
            cells = [percent(float(at["share"]))]
            for view in VIEWS:
                cells.append(money(float(at["net_saving"].sel(actor=view)), sign=True))
                cells.append(money(float(at["net_saving_mcse"].sel(actor=view))))
            cells += [signed(float(at["outcome_change"].sel(outcome=outcome))) for outcome in outcomes]
            table.add_row(str(group), *cells)
        label = strategy_label(scenario, str(intervention))
        tables += [Text(f"{label}, by subgroup (per person of the subgroup)", style="bold"), table, Text()]
    return tables[:-1]


def _ratio_table(
    results: xr.Dataset, scenario: Scenario, per: str, also: Sequence[str]
) -> list[RenderableType]:  # fmt: skip
    """What one more unit of an outcome costs, along the efficient strategies."""
    found = cost_effectiveness(results, per, more_is_better=scenario.outcomes[per].good, also=also)
    label = outcome_label(scenario, per)
    table = plain_table("Strategy")
    for head in ("Cost to society", "± MCSE", label, "± MCSE", f"Cost per\n{label} gained"):
        table.add_column(head, justify="right", no_wrap=True, vertical="bottom")
    for strategy in found["strategy"].values:
        at = found.sel(strategy=strategy)
        ratio, status = float(at["ratio"]), str(at["status"].values)
        table.add_row(
            strategy_label(scenario, str(strategy)),
            f"{float(at['cost']):,.2f}".replace("-", "−"),
            money(float(at["cost_mcse"])),
            f"{float(at['outcome']):,.4f}".replace("-", "−"),
            _error(float(at["outcome_mcse"])),
            "–" if math.isnan(ratio) and status == STATUSES[0] else status if math.isnan(ratio) else f"{ratio:,.0f}",
        )
    return [Text(f"All strategies, the cheapest first; present values per person, {label}", style="bold"), table]


def _error(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}"


def notes(results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]]) -> list[str]:
    """Sentences under the tables: what the columns mean, what is luck, how good the figures are."""
    horizon = int(results["year"].values[-1])
    sentences = [
        "Avoided cost: what the comparator costs minus what the strategy costs, without the programme; a minus means "
        "that the actor pays more, or receives less. Net saving: avoided cost minus the programme. Break-even: the "
        "median over draws of the first year from which the cumulative net saving stays above zero, up to "
        f"{horizon}. Public sector and society are sums over actors.",
        _luck_words(results),
        *further_words(results),
    ]
    if any(unsettled(record) for record in records):
        sentences.append(
            "* not settled: more than nine tenths of the spread is luck, so this probability says little about the "
            "expected net saving."
        )
    lucky = [record for record in records if record["luck_share"] > _LUCK]
    if lucky:
        names = ", ".join(dict.fromkeys(actor_label(scenario, record["actor"]) for record in lucky))
        worst = max(record["luck_share"] for record in lucky)
        sentences.append(
            f"Warning: for {names}, luck is up to {percent(worst)} of the spread: their quantiles are too wide and "
            "their probabilities too close to one half. Use more --persons before you quote them."
        )
    return [*sentences, *evidence_words(results, scenario)]


def _luck_words(results: xr.Dataset) -> str:
    """What the errors and the spread are made of."""
    if results.attrs["engine"] == "expected":
        return (
            "MCSE: Monte Carlo standard error of the mean over draws. The numbers are expected values of each draw; "
            "no luck is in them, and their spread is ignorance about the figures alone."
        )
    return (
        "MCSE: Monte Carlo standard error of the mean. Luck: share of the spread that is chance between simulated "
        "persons rather than ignorance about the figures; more persons make it smaller. 5 % to 95 % and P include it."
    )
