"""Tables of money by calendar year: all of it for CSV files and machines, some years of the net saving to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import xarray as xr
from rich.console import RenderableType
from rich.text import Text

from simcore.analysis.avoided_cost import VIEWS
from simcore.analysis.budget import budget
from simcore.report.labels import actor_label, money, strategy_label
from simcore.report.money_tables import cohorts, plain_table
from simcore.scenario.schema import Scenario

#: Years since the start, the first being 1, that a table shows besides the last.
SHOWN_YEARS = (1, 2, 3, 5, 10, 20)
#: Head of the labels, and how short they may be cut to make room.
_FIRST = "Year since the start\nActor"
_LABEL = 24
#: Variables of a budget, of those that results carry.
_AMOUNTS = ("avoided_cost", "programme_cost", "net_saving", "cashable_saving", "freed")


def budget_records(results: xr.Dataset, also: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Money of each year as records, one per intervention, actor or view, and year, not discounted.

    Each amount per person, and as ``total_...`` for the target group; without actors that nothing happens to.
    """
    each, target = budget(results, also=also), float(results.attrs["target_group"])
    columns: dict[str, Any] = {}
    for name in _AMOUNTS:
        if name in each:
            low, _, high = (each[f"{name}_quantile"].isel(quantile=place, drop=True) for place in range(3))
            found = {name: each[name], f"{name}_mcse": each[f"{name}_mcse"], f"{name}_q05": low, f"{name}_q95": high}
            columns |= {of: values.values for of, values in found.items()}
            columns |= {f"total_{of}": values.values * target for of, values in found.items()}
    records = []
    for i, intervention in enumerate(each["intervention"].values):
        for a, actor in enumerate(each["actor"].values):
            if not any(_at_stake(values[i, a]) for values in columns.values()):
                continue
            for y, year in enumerate(each["year"].values):
                record = {"intervention": str(intervention), "actor": str(actor), "year": int(year)}
                records.append(record | {name: float(values[i, a, y]) for name, values in columns.items()})
    return records


def _at_stake(values: Any) -> bool:
    """Whether any of some values is known and not zero."""
    return bool(((values != 0) & (values == values)).any())


def budget_tables(
    results: xr.Dataset, scenario: Scenario, width: int = 160, also: Sequence[str] = ()
) -> list[RenderableType]:
    """Net saving of the target group in some years, thousands, not discounted: a table for each intervention."""
    records = budget_records(results, also)
    years = [int(year) for year in results["year"].values]
    number = {year: place for place, year in enumerate(years, 1)}
    shown = [year for year in years if number[year] in (*SHOWN_YEARS, len(years))]
    money_words = f"1,000 {results.attrs['currency']}, prices of {results.attrs['price_year']}, not discounted"
    tables: list[RenderableType] = []
    for intervention in dict.fromkeys(record["intervention"] for record in records):
        of_it = [record for record in records if record["intervention"] == intervention and record["year"] in shown]
        lines: dict[str, dict[str, list[str]]] = {}
        for record in of_it:
            line = lines.setdefault(record["actor"], {"mean": [], "error": []})
            line["mean"].append(money(record["total_net_saving"] / 1000, sign=True))
            line["error"].append(money(record["total_net_saving_mcse"] / 1000))
        label = strategy_label(scenario, intervention)
        tables.append(Text(f"{label}, net saving of the target group by year ({money_words})", style="bold"))
        heads = [f"{number[year]}\n{year}" for year in shown]
        for label_width, columns in _fitting(scenario, heads, lines, width):
            tables += [_table(scenario, heads, lines, label_width, columns), Text()]
    return tables[:-1]


def budget_words(results: xr.Dataset) -> str:
    """What the amounts of the years are, in a sentence."""
    each = f" of each of {cohorts(results)} cohorts" if cohorts(results) > 1 else ""
    return (
        f"By year: money of all {results.attrs['target_group']:,} persons of the target group{each}, in the calendar "
        "year in which it falls. budget.csv, which 'simcore run' writes, has every year, with 5 % and 95 %."
    )


def _cells(line: dict[str, list[str]], column: int) -> tuple[str, str]:
    return line["mean"][column], line["error"][column]


def _fitting(
    scenario: Scenario, heads: Sequence[str], lines: dict[str, dict[str, list[str]]], width: int
) -> list[tuple[int, list[int]]]:
    """Tables that a terminal has room for, one below the other: width of the labels, and the columns of each."""
    labels = max(len(text) for text in (*_FIRST.split("\n"), *(actor_label(scenario, actor) for actor in lines)))
    wide = []
    for column, head in enumerate(heads):
        cells = [cell for line in lines.values() for cell in _cells(line, column)]
        wide.append(2 + max(len(cell) for cell in [*head.split("\n"), *cells]))
    if sum(wide) <= width - min(labels, _LABEL):  # rather one table with labels that are cut than two
        return [(min(labels, width - sum(wide)), list(range(len(heads))))]
    found: list[list[int]] = [[]]
    for column, _ in enumerate(heads):
        if found[-1] and sum(wide[of] for of in (*found[-1], column)) > width - labels:
            found.append([])
        found[-1].append(column)
    return [(labels, columns) for columns in found]


def _table(
    scenario: Scenario,
    heads: Sequence[str],
    lines: dict[str, dict[str, list[str]]],
    label_width: int,
    columns: Sequence[int],
) -> RenderableType:
    """Rows of actors, each with its Monte Carlo standard error below, in some of the columns."""
    table = plain_table(_FIRST)
    table.columns[0].max_width = label_width
    for column in columns:
        table.add_column(heads[column], justify="right", no_wrap=True, vertical="bottom")
    actors = list(lines)
    for place, actor in enumerate(actors):
        # Views are sums: a line sets them off.
        section = actor not in VIEWS and place + 1 < len(actors) and actors[place + 1] in VIEWS
        mean, error = ([lines[actor][of][column] for column in columns] for of in ("mean", "error"))
        table.add_row(actor_label(scenario, actor), *mean)
        table.add_row("  ± MCSE", *error, end_section=section)
    return table
