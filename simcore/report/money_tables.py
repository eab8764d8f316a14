"""Tables of money: a row for each actor; what of the avoided cost is cashable, what is displaced, and combinations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import xarray as xr
from rich import box
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from simcore.analysis.avoided_cost import VIEWS, displaced_cost, net_saving, with_views
from simcore.analysis.cashable import freed, says_cashable
from simcore.analysis.combinations import QUANTITIES, combinations, parts_of
from simcore.analysis.two_orders import mean_and_error
from simcore.report.labels import actor_label, money, strategy_label
from simcore.scenario.schema import Scenario
from simcore.vocabulary import DISPLACED_KINDS

#: Columns of a table: heading, and the cell of a record.
Columns = tuple[tuple[str, Callable[[dict[str, Any]], str]], ...]


def plain_table(first: str) -> Table:
    """A table without frame, which leaves the width to the numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1), show_edge=False)
    table.add_column(first, no_wrap=True, vertical="bottom")
    return table


def wide(table: Table) -> int:
    """Columns of a terminal that a table needs so that nothing is cut."""
    console = Console(width=1000, markup=False, emoji=False)  # as what it is printed with
    return Measurement.get(console, console.options, table).maximum


def actor_table(scenario: Scenario, records: list[dict[str, Any]], columns: Columns) -> Table:
    """A row for each actor and view."""
    table = plain_table("Actor")
    for head, _ in columns:
        table.add_column(head, justify="right", no_wrap=True, vertical="bottom")
    for number, record in enumerate(records):
        # Views are sums: a line sets them off.
        last_actor = number + 1 < len(records) and records[number + 1]["actor"] in VIEWS
        cells = (cell(record) for _, cell in columns)
        section = last_actor and record["actor"] not in VIEWS
        table.add_row(actor_label(scenario, record["actor"]), *cells, end_section=section)
    return table


def cohorts(results: xr.Dataset) -> int:
    """How many cohorts the results add up."""
    return int(results.attrs.get("cohorts", 1))


def displaces(results: xr.Dataset) -> bool:
    """Whether some intervention displaces others."""
    return any(str(kind) in DISPLACED_KINDS for kind in results["cost_kind"].values)


def _column(head: str, name: str, *, sign: bool = False) -> tuple[str, Callable[[dict[str, Any]], str]]:
    return head, lambda record: money(record[name], sign=sign)


#: Of a record that says what of the avoided cost is money.
_CASH: Columns = (
    _column("Avoided\ncost", "avoided_cost", sign=True),
    _column("of which\ncashable", "cashable_saving", sign=True),
    _column("± MCSE", "cashable_saving_mcse"),
    _column("5 %", "cashable_saving_q05", sign=True),
    _column("95 %", "cashable_saving_q95", sign=True),
    _column("of which\nfreed", "freed", sign=True),
)
#: Of a record that says what others lose.
_DISPLACED: Columns = (
    _column("Gross net\nsaving", "gross_net_saving", sign=True),
    _column("± MCSE", "gross_net_saving_mcse"),
    _column("Displaced", "displaced", sign=True),
    _column("± MCSE", "displaced_mcse"),
    _column("Net\nsaving", "net_saving", sign=True),
    _column("± MCSE", "net_saving_mcse"),
)
#: Of a combination.
_TOGETHER: Columns = (
    _column("Sum of\nthe parts", "sum_of_parts", sign=True),
    _column("Together", "together", sign=True),
    _column("Inter-\naction", "interaction", sign=True),
    _column("± MCSE", "interaction_mcse"),
    _column("5 %", "interaction_q05", sign=True),
    _column("95 %", "interaction_q95", sign=True),
)
_TOGETHER_NARROW: tuple[Columns, Columns] = (_TOGETHER[:3], _TOGETHER[2:])
_QUANTILES = ("q05", "q50", "q95")


def further_values(results: xr.Dataset, summary: xr.Dataset, also: Sequence[str]) -> dict[str, xr.DataArray]:
    """What is cashable, freed and displaced (intervention, actor), where the scenario says something of it."""
    found, arrays = {}, {}
    if says_cashable(results):
        found = {name: summary[name] for name in ("cashable_saving", "cashable_saving_mcse")}
        for place, word in enumerate(_QUANTILES):
            found[f"cashable_saving_{word}"] = summary["cashable_saving_quantile"].isel(quantile=place, drop=True)
        arrays["freed"] = freed(results)
    if displaces(results):
        arrays |= {"gross_net_saving": net_saving(results, also=also, gross=True), "displaced": displaced_cost(results)}
    for name, array in arrays.items():
        found[name], found[f"{name}_mcse"] = mean_and_error(with_views(array, results))
    return found


def further_tables(scenario: Scenario, records: list[dict[str, Any]]) -> list[RenderableType]:
    """Tables of an intervention's records: what is displaced and what is cashable, where there is any."""
    tables: list[RenderableType] = []
    for columns, name in ((_DISPLACED, "displaced"), (_CASH, "cashable_saving")):
        if any(record.get(name, 0.0) != 0 for record in records):
            tables += [Text(), actor_table(scenario, records, columns)]
    return tables


def combination_records(summary: xr.Dataset) -> list[dict[str, Any]]:
    """Combinations and the sums of their parts as records, one per combination and actor or view."""
    records = []
    for strategy in summary["intervention"].values:
        for actor in summary["actor"].values:
            one = summary.sel(intervention=strategy, actor=actor)
            record: dict[str, Any] = {
                "strategy": str(strategy), "parts": str(one["parts"].values), "actor": str(actor),
            }  # fmt: skip
            for name in QUANTITIES:
                record |= {of: float(one[of]) for of in (name, f"{name}_mcse")}
                if f"{name}_quantile" in one:
                    values = [float(value) for value in one[f"{name}_quantile"].values]
                    record |= {f"{name}_{word}": value for word, value in zip(_QUANTILES, values, strict=True)}
            records.append(record)
    return records


def combination_tables(
    results: xr.Dataset, scenario: Scenario, also: Sequence[str], width: int
) -> list[RenderableType]:  # fmt: skip
    """Net saving of each combination against the sum of its parts, for those for whom something is at stake.

    Two tables, one below the other, where one is wider than so many columns of a terminal.
    """
    records = combination_records(combinations(results, also=also, spread_of=["interaction"]))
    tables: list[RenderableType] = []
    for strategy, parts in parts_of(results).items():
        of_it = [of for of in records if of["strategy"] == strategy and (of["sum_of_parts"] or of["together"])]
        names = " + ".join(strategy_label(scenario, part) for part in parts)
        heading = f"{strategy_label(scenario, strategy)} against {names}: net saving"
        tables.append(Text(heading, style="bold"))
        fits = wide(actor_table(scenario, of_it, _TOGETHER)) <= width
        for columns in (_TOGETHER,) if fits else _TOGETHER_NARROW:
            tables += [actor_table(scenario, of_it, columns), Text()]
    return tables[:-1]


def further_words(results: xr.Dataset) -> list[str]:
    """What cohorts, displacement, cashable savings and combinations are, where there are any."""
    horizon, number = int(results["year"].values[-1]), cohorts(results)
    sentences = []
    if number > 1:
        sentences.append(
            f"{number} cohorts start, one each year: all numbers are those of all of them together, by calendar year, "
            "for each person of one of them. Times the persons that the decision is about in each, they are the budget."
        )
    if displaces(results):
        sentences.append(
            "Displaced: what the gains of an intervention cost others who would have had the job. Avoided cost and net "
            "saving are after it; the gross net saving is before."
        )
    if says_cashable(results):
        sentences.append(
            f"Cashable: what of the avoided cost becomes money in a budget up to {horizon}, in the share, after the "
            "time and in the steps that the prices say. Freed: the rest, which others can use; it includes what money "
            "is worth less by coming later."
        )
    if parts_of(results):
        sentences.append(
            "Interaction: together minus the sum of the parts; below zero where they do the same work twice."
        )
    return sentences
