"""Alternatives of a scenario beside each other: tables, sentences and records. They are shown, never mixed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import xarray as xr
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from simcore.analysis.avoided_cost import VIEWS
from simcore.errors import UnknownNameError
from simcore.report.labels import actor_label, money, readable, strategy_label
from simcore.report.money_tables import Columns, cohorts, plain_table
from simcore.report.notes import probability_words
from simcore.scenario.alternatives import AS_IT_STANDS
from simcore.scenario.schema import Scenario

_NOT_SETTLED = "not settled"
_MONEY = ("net_saving", "avoided_cost", "programme_cost", "net_saving_difference", "avoided_cost_difference")
_QUANTILES = ("q05", "q50", "q95")
#: Longest label of an alternative before it is cut.
_LABEL = 28
#: A terminal with fewer columns gets the differences in a table of their own.
_WIDE = 112


def alternative_records(summary: xr.Dataset) -> list[dict[str, Any]]:
    """Alternatives as records, one per intervention, actor or view, and alternative, where something is at stake.

    Parameters
    ----------
    summary
        From `simcore.studies.alternatives.simulate_alternatives`.
    """
    at_stake = ((summary["net_saving"] != 0) | summary["luck_share"].notnull()).any("alternative")
    records = []
    for intervention, actor in itertools.product(_names(summary, "intervention"), _names(summary, "actor")):
        if not bool(at_stake.sel(intervention=intervention, actor=actor)):
            continue
        for alternative in _names(summary, "alternative"):
            one = summary.sel(intervention=intervention, actor=actor, alternative=alternative)
            record: dict[str, Any] = {"intervention": intervention, "actor": actor, "alternative": alternative}
            for name in _MONEY:
                record |= {of: float(one[of]) for of in (name, f"{name}_mcse")}
            for name in ("net_saving", "avoided_cost"):
                values = (float(value) for value in one[f"{name}_quantile"].values)
                record |= {f"{name}_{word}": value for word, value in zip(_QUANTILES, values, strict=True)}
            for name in ("probability_net_saving", "luck_share", "break_even_year", "last_year", "discount_rate"):
                record[name] = float(one[name])
            records.append(record)
    return records


def alternative_tables(
    summary: xr.Dataset, scenario: Scenario, *, actors: Sequence[str] = VIEWS, width: int = 160
) -> list[RenderableType]:
    """A table for each intervention: one row per alternative, for each actor or view.

    Parameters
    ----------
    summary
        From `simcore.studies.alternatives.simulate_alternatives`.
    scenario
        The scenario as it stands.
    actors
        Whom to show: actors, ``public_sector`` or ``society``.
    width
        Columns of the terminal.

    Raises
    ------
    UnknownNameError
        There is no such actor.
    """
    _check_actors(summary, actors)
    records = [record for record in alternative_records(summary) if record["actor"] in actors]
    number = cohorts(summary)
    whom = "per person" if number == 1 else f"for all {number} cohorts together per person of one of them"
    unit = f"{summary.attrs['currency']} {whom}, prices of {summary.attrs['price_year']}"
    tables: list[RenderableType] = []
    for intervention in _names(summary, "intervention"):
        of_it = [record for record in records if record["intervention"] == intervention]
        tables.append(Text(f"{strategy_label(scenario, intervention)}: net saving ({unit})", style="bold"))
        if not of_it:
            tables += [Text("  No cost differs from the comparator's."), Text()]
            continue
        for columns in ((*_LEVEL, *_DIFFERENCE),) if width >= _WIDE else (_LEVEL, _DIFFERENCE):
            tables += [_table(scenario, of_it, actors, columns), Text()]
    return tables[:-1]


def alternative_words(summary: xr.Dataset, scenario: Scenario, *, actors: Sequence[str] = VIEWS) -> list[str]:
    """Sentences about alternatives: what each assumes, whether signs and order change, and what the spread leaves.

    Parameters
    ----------
    summary, scenario, actors
        As for `alternative_tables`.
    """
    _check_actors(summary, actors)
    others = [name for name in _names(summary, "alternative") if name != AS_IT_STANDS]
    sentences = [f"{readable(name)}: {scenario.alternatives[name].about}" for name in others]
    sentences.append(
        "Alternatives are assumptions side by side, run with the same draws and the same luck. None is given a "
        "probability and they are not mixed: 5 % to 95 % and P are about the figures within each. Difference: from the "
        "scenario as it stands, draw by draw."
    )
    shown = summary.sel(actor=list(actors))
    if bool((shown["net_saving_quantile"].isnull() & shown["luck_share"].notnull()).any()):
        sentences.append(
            "Not settled: more than nine tenths of the spread over draws is luck between persons; more --persons tell."
        )
    for actor in actors:
        for intervention in _names(summary, "intervention"):
            at = summary.sel(actor=actor, intervention=intervention)
            if not bool((at["net_saving"] != 0).any()):
                continue
            whose = f"{actor_label(scenario, actor)}, {strategy_label(scenario, intervention)}"
            sentences += [f"{whose}: {_sign_words(at)}", f"{whose}: {_range_words(at)}"]
        if summary.sizes["intervention"] > 1:
            sentences += _order_words(summary.sel(actor=actor), scenario, actor)
    return sentences


# --- tables ------------------------------------------------------------------------------------


def _settled(name: str) -> Callable[[dict[str, Any]], str]:
    """A quantile, or that the sample does not settle it."""
    return lambda record: _NOT_SETTLED if math.isnan(record[name]) else money(record[name], sign=True)


_LEVEL: Columns = (
    ("Net\nsaving", lambda record: money(record["net_saving"], sign=True)),
    ("± MCSE", lambda record: money(record["net_saving_mcse"])),
    ("5 %", _settled("net_saving_q05")),
    ("95 %", _settled("net_saving_q95")),
    ("P(net\n> 0)", probability_words),
)
_DIFFERENCE: Columns = (
    ("Difference", lambda record: _difference(record, "net_saving_difference", sign=True)),
    ("± MCSE", lambda record: _difference(record, "net_saving_difference_mcse")),
)


def _difference(record: dict[str, Any], name: str, *, sign: bool = False) -> str:
    """A difference from the scenario as it stands, which has none from itself."""
    return "" if record["alternative"] == AS_IT_STANDS else money(record[name], sign=sign)


def _table(scenario: Scenario, records: list[dict[str, Any]], actors: Sequence[str], columns: Columns) -> Table:
    """Rows of alternatives below each actor."""
    table = plain_table("Actor\n  Alternative")
    table.columns[0].max_width = _LABEL
    for head, _ in columns:
        table.add_column(head, justify="right", no_wrap=True, vertical="bottom")
    for actor in actors:
        of_actor = [record for record in records if record["actor"] == actor]
        if of_actor:
            table.add_row(actor_label(scenario, actor), *("" for _ in columns))
        for record in of_actor:
            label = readable(record["alternative"])
            last = record is of_actor[-1] and actor != actors[-1]
            table.add_row(f"  {label}", *(cell(record) for _, cell in columns), end_section=last)
    return table


# --- sentences -----------------------------------------------------------------------------------


def _standing(mean: float, reach: float) -> int | None:
    """Sign of a mean, 0 for nothing at all; None where its 95 % interval reaches beyond zero."""
    if mean == 0 and not reach > 0:
        return 0
    if not abs(mean) > reach:
        return None
    return 1 if mean > 0 else -1


def _standings(summary: xr.Dataset, name: str) -> dict[int | None, list[str]]:
    """Alternatives by how a mean (alternative) stands to zero; that of the scenario as it stands comes first."""
    found: dict[int | None, list[str]] = {}
    errors = float(summary.attrs["errors_of_95"])
    for alternative in _names(summary, "alternative"):
        one = summary.sel(alternative=alternative)
        reach = errors * float(one[f"{name}_mcse"])
        found.setdefault(_standing(float(one[name]), reach), []).append(alternative)
    return found


def _with_words(alternatives: list[str]) -> str:
    """Say with which alternatives something holds."""
    others = [readable(name) for name in alternatives if name != AS_IT_STANDS]
    words = ["as it stands"] if AS_IT_STANDS in alternatives else []
    if others:
        listed = others[0] if len(others) == 1 else f"{', '.join(others[:-1])} and {others[-1]}"
        words.append(f"with {listed}")
    return " and ".join(words)


_SIGNS = {1: "above zero", -1: "below zero", 0: "of zero", None: "with a sign that these draws do not settle"}


def _sign_words(at: xr.Dataset) -> str:
    """Whether the net saving of an intervention has the same sign in all alternatives."""
    found = _standings(at, "net_saving")
    if len(found) == 1:
        return f"net saving {_SIGNS[next(iter(found))]} in all alternatives."
    parts = [f"{_SIGNS[standing]} {_with_words(names)}" for standing, names in found.items()]
    return f"net saving {'; '.join(parts)}."


def _range_words(at: xr.Dataset) -> str:
    """What alternatives make of the expected net saving, beside what ignorance about the figures makes of it."""
    means = [float(value) for value in at["net_saving"].values]
    low, _, high = (float(value) for value in at["net_saving_quantile"].sel(alternative=AS_IT_STANDS).values)
    least, most = money(min(means), sign=True), money(max(means), sign=True)
    between = f"between alternatives, its mean lies from {least} to {most}"
    if least == most:
        between = f"its mean is {most} in all alternatives"
    if math.isnan(low):
        return f"{between}; what the figures leave open as it stands is not settled by these draws."
    within = f"{money(low, sign=True)} to {money(high, sign=True)}"
    return f"{between}; the figures leave {within} open as it stands (5 % to 95 %)."


def _order_words(summary: xr.Dataset, scenario: Scenario, actor: str) -> list[str]:
    """Whether the order of the interventions by net saving is the same in all alternatives."""
    base = summary["net_saving"].sel(alternative=AS_IT_STANDS)
    order = [str(name) for name in base["intervention"].values[(-base.values).argsort(kind="stable")]]
    labels = {name: strategy_label(scenario, name) for name in order}
    sentences = []
    for one, other in itertools.combinations(order, 2):
        found = _standings(summary.sel(intervention=one, other=other), "ahead")
        if len(found) == 1 and None not in found:
            continue
        words = {
            1: f"{labels[one]} is ahead of {labels[other]}",
            -1: f"{labels[other]} is ahead of {labels[one]}",
            0: f"{labels[one]} and {labels[other]} are level",
            None: f"these draws do not settle whether {labels[one]} or {labels[other]} is ahead",
        }
        parts = [f"{_with_words(names)}, {words[standing]}" for standing, names in found.items()]
        if len(found) == 1:
            parts = [f"{words[None]} in any alternative"]
        changes = "the order changes between alternatives: " if {1, -1} <= set(found) else ""
        sentences.append(f"{actor_label(scenario, actor)}: {changes}{'; '.join(parts)}.")
    if not sentences:
        listed = ", ".join(labels.values())
        return [
            f"{actor_label(scenario, actor)}: the order of the interventions is the same in all alternatives: {listed}."
        ]
    return sentences


def _names(summary: xr.Dataset, dim: str) -> list[str]:
    return [str(name) for name in summary[dim].values]


def _check_actors(summary: xr.Dataset, actors: Sequence[str]) -> None:
    known = _names(summary, "actor")
    for actor in actors:
        if actor not in known:
            raise UnknownNameError(actor, "an actor or view of these results", known)
