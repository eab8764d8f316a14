"""The tables of a run, for the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import xarray as xr
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from simcore.analysis.avoided_cost import VIEWS
from simcore.analysis.combinations import parts_of
from simcore.analysis.frontier import STATUSES, cost_effectiveness
from simcore.analysis.groups import summarise_groups
from simcore.report.budget_tables import budget_tables, budget_words
from simcore.report.labels import money, outcome_label, percent, signed, strategy_label, year
from simcore.report.money_tables import (
    Columns,
    actor_table,
    cohorts,
    combination_tables,
    further_tables,
    plain_table,
    wide,
)
from simcore.report.notes import notes, probability_words
from simcore.report.records import run_outcomes
from simcore.scenario.schema import Scenario


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
    few = f"of whom only {simulated:,} are simulated" if simulated else "whose own luck was not simulated"
    fewer_words = f", {few}" if fewer else ""
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
    outcomes, comparator = run_outcomes(results), str(attributes["comparator"])
    for intervention in outcomes["intervention"].values:
        of_it = [record for record in records if record["intervention"] == str(intervention)]
        parts += [Text(), Text(strategy_label(scenario, str(intervention)), style="bold")]
        if of_it:
            parts += _actor_tables(scenario, of_it, width)
            parts += further_tables(scenario, of_it)
            parts += _group_table(results, scenario, of_it)
        else:
            parts.append(Text("  No cost differs from the comparator's."))
        if outcomes.sizes["outcome"]:
            parts += [Text(), _outcome_table(outcomes, scenario, comparator, str(intervention))]
    if parts_of(results):
        parts += [Text(), *combination_tables(results, scenario, also, width)]
    if results.sizes["group"]:
        parts += [Text(), *_group_tables(results, scenario, also)]
    if per is not None:
        parts += [Text(), *_ratio_table(results, scenario, per, also)]
    if years:
        parts += [Text(), *budget_tables(results, scenario, width, also)]
    parts += [Text(), *(Text(sentence) for sentence in notes(results, scenario, records, also))]
    if years:
        parts.append(Text(budget_words(results)))
    return Group(*parts)


def _size_words(results: xr.Dataset) -> str:
    """How much was run, in words."""
    attributes = results.attrs
    draws = f"{attributes['n_draws']:,} draw{'' if attributes['n_draws'] == 1 else 's'}"
    if attributes["engine"] == "expected":
        return f"{draws}, expected values of the exact distribution"
    return f"{draws} × {attributes['n_persons']:,} person{'' if attributes['n_persons'] == 1 else 's'}"


def money_words(results: xr.Dataset) -> str:
    """Unit of all money, in words."""
    attributes, number = results.attrs, cohorts(results)
    whom = "per person" if number == 1 else f"for all {number} cohorts together per person of one of them"
    rate = f"{100 * attributes['discount_rate']:.3g} % a year"
    if attributes.get("discount_by_year"):
        rate = "rates that differ by year"
    return f"{attributes['currency']} {whom}, prices of {attributes['price_year']}, discounted at {rate}"


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
)
#: How sure that is.
_SURE: Columns = (
    ("P(net\n> 0)", probability_words),
    ("Break-\neven", lambda record: year(record["break_even_year"])),
    ("Luck", lambda record: percent(record["luck_share"])),
)
#: What may happen to the group that the decision is about, in thousands for all of it.
_GROUP: Columns = (
    ("Expected", lambda record: money(record["group_net_saving"] / 1000, sign=True)),
    ("± MCSE", lambda record: money(record["group_net_saving_mcse"] / 1000)),
    ("5 %", lambda record: money(record["group_net_saving_q05"] / 1000, sign=True)),
    ("50 %", lambda record: money(record["group_net_saving_q50"] / 1000, sign=True)),
    ("95 %", lambda record: money(record["group_net_saving_q95"] / 1000, sign=True)),
    ("P(group\nsaves)", lambda record: percent(record["probability_group_saves"])),
)


def _actor_tables(scenario: Scenario, records: list[dict[str, Any]], width: int) -> list[RenderableType]:
    """What one intervention does for each actor and view."""
    tables: list[RenderableType] = []
    for columns in _parts(scenario, records, width):
        tables += [Text()] if tables else []
        tables.append(actor_table(scenario, records, columns))
    return tables


def _parts(scenario: Scenario, records: list[dict[str, Any]], width: int) -> list[Columns]:
    """The columns in as few tables, one below the other, as leave no number cut in so wide a terminal."""
    parts: list[Columns] = [(*_AVOIDED, *_NET, *_SURE)]
    for parts in ([(*_AVOIDED, *_NET, *_SURE)], [_AVOIDED, (*_NET, *_SURE)], [_AVOIDED, _NET, _SURE]):
        if all(wide(actor_table(scenario, records, columns)) <= width for columns in parts):
            break
    return parts


def _group_table(
    results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]]
) -> list[RenderableType]:  # fmt: skip
    """What may happen to a group of so many persons, for whom the decision is: luck and ignorance together."""
    if "group_net_saving" not in records[0]:
        return []
    group, number = f"{results.attrs['target_group']:,} persons", cohorts(results)
    whom = group if number == 1 else f"{number} cohorts of {group} each"
    text = f"What may happen to {whom}: net saving of the group, thousand {results.attrs['currency']}, luck included"
    return [Text(), Text(text), actor_table(scenario, records, _GROUP)]


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
            "–" if math.isnan(low) else signed(low),
            "–" if math.isnan(high) else signed(high),
        )
    return table


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
