"""What drives the answer, in tables and as records: one-way changes, rank correlations and Sobol' indices.

Tables show the parameters that matter most, of one actor, view or outcome; records hold them all.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from simcore.analysis.sensitivity import ENDS, swings
from simcore.errors import UnknownNameError
from simcore.report.labels import actor_label, money, outcome_label, percent, signed, strategy_label
from simcore.report.money_tables import plain_table
from simcore.scenario.schema import Scenario

#: Rows of a table; what comes after moves little, and nobody reads it.
ROWS = 10
#: Longest text that tells what a parameter is, before it is cut.
_ABOUT = 44
_QUANTITIES = {"net_saving": "net saving", "avoided_cost": "avoided cost", "outcome_change": "change"}


def about_parameter(scenario: Scenario, name: str, width: int = _ABOUT) -> str:
    """What a parameter is, in as many first words as fit; of a cell of a matrix of counts, what the matrix is."""
    matrix = name.partition("[")[0]
    entry = scenario.parameters.get(name) or scenario.tables.get(matrix)
    text = "" if entry is None or entry.about is None else " ".join(entry.about.split())
    return textwrap.shorten(text, width, placeholder=" …") if text else ""


def number(value: float) -> str:
    """Write the value of a parameter, of whatever size: three or four digits, thousands with separators."""
    if math.isnan(value):
        return "–"
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "−")


def place_of(found: xr.Dataset, of: str, quantity: str) -> tuple[str, dict[str, str]]:
    """The quantity and the place in a Dataset that the name of an actor, view or outcome means.

    Parameters
    ----------
    found
        With the dims `actor` and `outcome`.
    of
        An actor, a view, or an outcome.
    quantity
        What is asked of an actor: ``net_saving`` or ``avoided_cost``.

    Raises
    ------
    UnknownNameError
        There is no such actor, view or outcome, or no such quantity.
    """
    if quantity not in _QUANTITIES:
        raise UnknownNameError(quantity, "a quantity of an actor", ["net_saving", "avoided_cost"])
    actors, outcomes = ([str(name) for name in found[dim].values] for dim in ("actor", "outcome"))
    if of in actors and quantity != "outcome_change":
        return quantity, {"actor": of}
    if of in outcomes:
        return "outcome_change", {"outcome": of}
    raise UnknownNameError(of, "an actor, view or outcome of these results", [*actors, *outcomes])


def heading(scenario: Scenario, intervention: str, quantity: str, place: dict[str, str]) -> str:
    """What a table or figure is about: ``Mentoring: net saving of the municipality``."""
    word = _QUANTITIES[quantity]
    label = strategy_label(scenario, intervention)
    if "outcome" in place:
        return f"{label}: {word} in {outcome_label(scenario, place['outcome']).lower()}"
    return f"{label}: {word}, {actor_label(scenario, place['actor'])}"


# -- one-way changes ----------------------------------------------------------------------------


def tornado_records(changes: xr.Dataset) -> list[dict[str, Any]]:
    """One-way changes as records, one per quantity, intervention, actor or outcome, and parameter that moves it.

    Parameters
    ----------
    changes
        From `tornado` or `tornado_of_prices`.
    """
    records = []
    for quantity, at in _places(changes, _QUANTITIES):
        moved, base = swings(changes, quantity).sel(at), float(changes[f"base_{quantity}"].sel(at))
        ends = changes[quantity].sel(at)
        for parameter in _ordered(moved):
            of_it = {"parameter": parameter}
            values = changes["parameter_value"].sel(of_it)
            records.append(
                {"quantity": quantity, **at, **of_it, "swing": float(moved.sel(of_it)), "base": base}
                | {end: float(ends.sel({**of_it, "end": end})) for end in ENDS}
                | {f"parameter_{end}": float(values.sel(end=end)) for end in ENDS}
                | {"parameter_base": float(changes["base_value"].sel(of_it))}
            )
    return records


def tornado_tables(
    changes: xr.Dataset, scenario: Scenario, *, of: str = "society", quantity: str = "net_saving", rows: int = ROWS
) -> list[RenderableType]:
    """The parameters that move an answer most, a table for each intervention.

    Parameters
    ----------
    changes
        From `tornado` or `tornado_of_prices`.
    scenario
        For the labels.
    of
        An actor, a view, or an outcome.
    quantity
        What is asked of an actor: ``net_saving`` or ``avoided_cost``.
    rows
        How many parameters.
    """
    quantity, place = place_of(changes, of, quantity)
    written = _small if quantity == "outcome_change" else _signed_money
    tables: list[RenderableType] = []
    for intervention in map(str, changes["intervention"].values):
        at = {"intervention": intervention, **place}
        moved, base = swings(changes, quantity).sel(at), float(changes[f"base_{quantity}"].sel(at))
        order = _ordered(moved)
        tables.append(Text(heading(scenario, intervention, quantity, place), style="bold"))
        tables.append(Text(f"All parameters at their expected values: {written(base)}."))
        if not order:
            tables += [Text("  No parameter moves it."), Text()]
            continue
        table = _parameter_table(("5 %", "95 %", "At 5 %", "At 95 %", "Moves by"))
        for parameter in order[:rows]:
            at_it = {"parameter": parameter}
            values = [float(changes["parameter_value"].sel({**at_it, "end": end})) for end in ENDS]
            ends = [float(changes[quantity].sel(at).sel({**at_it, "end": end})) for end in ENDS]
            unsigned = written(float(moved.sel(at_it))).lstrip("+")
            table.add_row(
                parameter, about_parameter(scenario, parameter), *map(number, values), *map(written, ends), unsigned
            )
        tables.append(table)
        rest = f"each of the others moves it by no more than {unsigned}" if len(order) > rows else ""
        tables += [Text(_rows_words(len(order), rows, changes.sizes["parameter"], rest)), Text()]
    return tables[:-1]


def tornado_words(changes: xr.Dataset) -> list[str]:
    """How one-way changes are to be read."""
    words = [
        "One parameter at a time is at its 5th and 95th percentile (columns 5 % and 95 %), all others at their "
        "expected values. What parameters do together does not show."
    ]
    if changes.attrs["together"]:
        words.append(
            f"Drawn together with others, which do not move along here: {', '.join(changes.attrs['together'])}."
        )
    if changes.attrs["engine"] == "sampled":
        words.append(
            "Lives are sampled, with the same luck at every value: a small change is that of a few persons, and could "
            "come out otherwise for others."
        )
    return words


# -- rank correlations ---------------------------------------------------------------------------


def rank_records(correlations: xr.Dataset) -> list[dict[str, Any]]:
    """Rank correlations as records, one per place and parameter that has one, the strongest first.

    Parameters
    ----------
    correlations
        From `rank_correlation`, of a quantity with the dim `intervention` and `actor` or `outcome`.
    """
    records = []
    names = ("rank_correlation", "rank_correlation_low", "rank_correlation_high")
    for at in _each(correlations["explained"]):
        one = correlations.sel(at)
        for parameter in _ordered(abs(one["rank_correlation"])):
            of_it = one.sel(parameter=parameter)
            records.append({**at, "parameter": parameter} | {name: float(of_it[name]) for name in names})
    return records


def rank_tables(
    correlations: xr.Dataset, scenario: Scenario, *, of: str = "society", quantity: str = "net_saving", rows: int = ROWS
) -> list[RenderableType]:
    """The parameters that an answer follows most steadily, a table for each intervention.

    Parameters
    ----------
    correlations
        From `rank_correlation` of that quantity (intervention, draw, actor or outcome).
    scenario
        For the labels.
    of
        An actor, a view, or an outcome.
    quantity
        Which quantity of an actor it was, ``net_saving`` or ``avoided_cost``.
    rows
        How many parameters.
    """
    dim = "actor" if "actor" in correlations.dims else "outcome"
    known = [str(name) for name in correlations[dim].values]
    if of not in known:
        raise UnknownNameError(of, f"an {'actor or view' if dim == 'actor' else dim} of these results", known)
    quantity = quantity if dim == "actor" else "outcome_change"
    tables: list[RenderableType] = []
    for intervention in map(str, correlations["intervention"].values):
        one = correlations.sel({"intervention": intervention, dim: of})
        order = _ordered(abs(one["rank_correlation"]))
        tables.append(Text(heading(scenario, intervention, quantity, {dim: of}), style="bold"))
        if not order:
            tables += [Text("  It does not vary, or follows no parameter."), Text()]
            continue
        table = _parameter_table(("PRCC", "95 % interval"))
        for parameter in order[:rows]:
            r, low, high = (
                float(one[f"rank_correlation{end}"].sel(parameter=parameter)) for end in ("", "_low", "_high")
            )
            table.add_row(
                parameter, about_parameter(scenario, parameter), _share(r, sign=True),
                f"{_share(low, sign=True)} to {_share(high, sign=True)}",
            )  # fmt: skip
        tables.append(table)
        explained = f"all together explain {100 * float(one['explained']):.0f} % of the ranks"
        tables += [Text(_rows_words(len(order), rows, correlations.sizes["parameter"], explained)), Text()]
    return tables[:-1]


def rank_words(correlations: xr.Dataset) -> list[str]:
    """How rank correlations are to be read."""
    words = [
        "PRCC: partial rank correlation, from −1 to 1: how steadily the answer rises or falls with the parameter over "
        "the draws when all other parameters are held fixed, whatever the size of the change."
    ]
    if correlations.attrs["undetermined"]:
        words.append(
            "Without a correlation of their own, because other parameters determine them: "
            f"{', '.join(correlations.attrs['undetermined'])}."
        )
    return words


# -- shares of variance --------------------------------------------------------------------------


def sobol_records(indices: xr.Dataset) -> list[dict[str, Any]]:
    """Sobol' indices as records, one per quantity, place and parameter, the largest total first.

    Parameters
    ----------
    indices
        From `sobol_indices` or `sobol_of_prices`.
    """
    records = []
    names = [f"{index}{end}" for index in ("first_order", "total") for end in ("", "_low", "_high")]
    for quantity, at in _places(indices, {name: "" for name in _QUANTITIES}, "_variance"):
        one = indices.sel(at)
        for parameter in _ordered(one[f"{quantity}_total"]):
            of_it = one.sel(parameter=parameter)
            values = {name: float(of_it[f"{quantity}_{name}"]) for name in names}
            records.append({"quantity": quantity, **at, "parameter": parameter, **values})
    return records


def sobol_tables(
    indices: xr.Dataset, scenario: Scenario, *, of: str = "society", quantity: str = "net_saving", rows: int = ROWS
) -> list[RenderableType]:
    """The parameters that account for most of the variance of an answer, a table for each intervention.

    Parameters
    ----------
    indices
        From `sobol_indices` or `sobol_of_prices`.
    scenario
        For the labels.
    of
        An actor, a view, or an outcome.
    quantity
        What is asked of an actor: ``net_saving`` or ``avoided_cost``.
    rows
        How many parameters.
    """
    quantity, place = place_of(indices, of, quantity)
    tables: list[RenderableType] = []
    for intervention in map(str, indices["intervention"].values):
        one = indices.sel({"intervention": intervention, **place})
        order = _ordered(one[f"{quantity}_total"])
        tables.append(Text(heading(scenario, intervention, quantity, place), style="bold"))
        if not order:
            tables += [Text("  It does not vary."), Text()]
            continue
        table = _parameter_table(("Alone", "95 % interval", "With others", "95 % interval"))
        for parameter in order[:rows]:
            cells = []
            for index in ("first_order", "total"):
                value, low, high = (
                    float(one[f"{quantity}_{index}{end}"].sel(parameter=parameter)) for end in ("", "_low", "_high")
                )
                cells += [_share(value), f"{_share(low)} to {_share(high)}"]
            table.add_row(parameter, about_parameter(scenario, parameter), *cells)
        tables.append(table)
        whole = _alone_words(float(one[f"{quantity}_first_order"].clip(min=0.0).sum()))
        tables += [Text(_rows_words(len(order), rows, indices.sizes["parameter"], whole)), Text()]
    return tables[:-1]


def _alone_words(alone: float) -> str:
    """What all parameters of a table account for without what they do together; an estimate may come out above 1."""
    if alone > 0.95:
        return "one by one they account for nearly all of the variance"
    return f"one by one they account for {percent(alone)} of the variance, the rest is what they do together"


def sobol_words(indices: xr.Dataset) -> list[str]:
    """How Sobol' indices are to be read."""
    words = [
        "Alone: share of the variance that would go if the parameter became known (first-order Sobol' index). With "
        "others: share that it has a part in, together with others (total index). Luck has no part in them. "
        f"From {indices.attrs['runs']:,} runs."
    ]
    held = indices.attrs["held"]
    if held:
        words.append(
            f"{len(held)} other uncertain parameter{'' if len(held) == 1 else 's'} stayed at the expected value: the "
            "shares are those of the variance that the parameters studied cause."
        )
    return words


# -- shared ---------------------------------------------------------------------------------------


def _parameter_table(heads: Sequence[str]) -> Table:
    table = plain_table("Parameter")
    table.add_column("About", no_wrap=True, vertical="bottom")
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True, vertical="bottom")
    return table


def _rows_words(n_moving: int, rows: int, n_parameters: int, further: str) -> str:
    """How many of how many parameters a table shows, and what else there is to say."""
    if n_moving > rows:
        words = f"The {rows} most important of {n_parameters} uncertain parameters"
    else:
        words = f"All that matter of {n_parameters} uncertain parameter{'' if n_parameters == 1 else 's'}"
    return f"{words}{'; ' if further else ''}{further}."


def _ordered(sizes: xr.DataArray) -> list[str]:
    """Parameters with anything to tell, from the largest size (parameter,)."""
    known = sizes.where(sizes > 0, np.nan).values
    order = np.argsort(-np.where(np.isnan(known), -np.inf, known), kind="stable")
    return [str(sizes["parameter"].values[place]) for place in order if not np.isnan(known[place])]


def _small(value: float) -> str:
    """Write a change in an outcome, which may be tiny for each person, with its sign and three digits."""
    return signed(value) if abs(value) >= 0.01 or value == 0 else f"{value:+.2e}".replace("-", "−")


def _signed_money(value: float) -> str:
    return money(value, sign=True)


def _share(value: float, *, sign: bool = False) -> str:
    """Write a share or correlation with two decimals."""
    text = f"{value:+.2f}" if sign else f"{value:.2f}"
    return "–" if math.isnan(value) else text.replace("-", "−")


def _places(found: xr.Dataset, quantities: dict[str, str], ending: str = "") -> list[tuple[str, dict[str, str]]]:
    """Every quantity with every place that it has."""
    bases = [(name, found[f"{name}{ending}" if ending else f"base_{name}"]) for name in quantities]
    return [(name, at) for name, base in bases for at in _each(base)]


def _each(array: xr.DataArray) -> list[dict[str, str]]:
    """Every place of an array, by the names of its dims."""
    labels = [[str(value) for value in array[dim].values] for dim in array.dims]
    return [dict(zip(map(str, array.dims), place, strict=True)) for place in itertools.product(*labels)]
