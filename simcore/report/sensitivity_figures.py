"""Figure of one-way changes: a bar for each parameter, the longest on top (a tornado).

matplotlib is loaded when a figure is drawn. Low and high values of a parameter differ in colour and in hatching.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from simcore.analysis.sensitivity import ENDS, swings
from simcore.report.pictures import save_png
from simcore.report.sensitivity_tables import ROWS, about_parameter, heading, number, place_of
from simcore.scenario.schema import Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe & Ito (2008): blue and orange stay apart for colour-blind readers.
_COLOURS = {"low": "#56B4E9", "high": "#D55E00"}
_HATCHES = {"low": "", "high": "////"}


def draw_tornado(axes: Axes, changes: xr.Dataset, scenario: Scenario, quantity: str, rows: int = ROWS) -> int:
    """Draw how far each parameter moves an answer of one intervention; return how many parameters are shown.

    Parameters
    ----------
    axes
        Where to draw.
    changes
        From `tornado`, of one intervention and one actor or outcome.
    scenario
        For what the parameters are.
    quantity
        ``net_saving``, ``avoided_cost`` or ``outcome_change``.
    rows
        How many parameters.
    """
    scale = 1.0 if quantity == "outcome_change" else 1000.0
    moved = swings(changes, quantity)
    order = np.argsort(-moved.values, kind="stable")[:rows]
    shown = [int(place) for place in order if moved.values[place] > 0]
    base = float(changes[f"base_{quantity}"]) / scale
    labels = []
    for row, place in enumerate(shown):
        one = changes.isel(parameter=place)
        for end in ENDS:
            length = float(one[quantity].sel(end=end)) / scale - base
            axes.barh(
                -row, length, left=base, height=0.7, color=_COLOURS[end], hatch=_HATCHES[end], edgecolor="white",
                linewidth=0.5,
            )  # fmt: skip
        name = str(one["parameter"].values)
        values = " to ".join(number(float(one["parameter_value"].sel(end=end))) for end in ENDS)
        about = about_parameter(scenario, name)
        labels.append(f"{name}: {values}" + (f"\n{about}" if about else ""))
    axes.axvline(base, color="black", linewidth=1)
    if axes.get_xlim()[0] < 0 < axes.get_xlim()[1]:
        axes.axvline(0, color="black", linewidth=0.8, linestyle=":")
    axes.set_yticks(-np.arange(len(shown)), labels, fontsize=8, parse_math=False)
    axes.set_ylim(-len(shown) + 0.4, 0.6)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.7)
    axes.set_axisbelow(True)
    return len(shown)


def tornado_figure(
    changes: xr.Dataset, scenario: Scenario, *, of: str = "society", quantity: str = "net_saving", rows: int = ROWS
) -> Figure:
    """Draw one-way changes: a panel for each intervention, a bar for each of the parameters that move most.

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

    Raises
    ------
    UnknownNameError
        There is no such actor, view, outcome or quantity.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    quantity, place = place_of(changes, of, quantity)
    interventions = [str(name) for name in changes["intervention"].values]
    moving = [(swings(changes, quantity).sel({"intervention": name, **place}) > 0).sum() for name in interventions]
    counts = [max(min(int(count), rows), 1) for count in moving]
    if not interventions or not any(int(count) for count in moving):
        figure = Figure(figsize=(7.5, 2))
        figure.text(0.5, 0.5, "No parameter moves this answer.", ha="center", va="center")
        return figure
    heights = [0.8 + 0.42 * count for count in counts]
    figure = Figure(figsize=(9, sum(heights) + 1.4), layout="constrained")
    panels = figure.subplots(len(interventions), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, name in zip(panels, interventions, strict=True):
        draw_tornado(axes, changes.sel({"intervention": name, **place}), scenario, quantity, rows)
        axes.set_title(heading(scenario, name, quantity, place), fontsize=10, loc="left", parse_math=False)
    panels[-1].set_xlabel(_units(changes, quantity))
    handles = [
        Patch(facecolor=_COLOURS[end], hatch=_HATCHES[end], edgecolor="white", label=f"parameter at its {percentile}")
        for end, percentile in zip(ENDS, ("5th percentile", "95th percentile"), strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    made_up = " The figures are made up to show how things work." if scenario.illustrative else ""
    words = (
        f"One parameter at a time, all others at their expected values (line).{made_up} The most important of "
        f"{changes.sizes['parameter']} uncertain parameters; each with its two values."
    )
    lines = textwrap.wrap(words, 110)
    figure.suptitle(f"{changes.attrs['title']}{chr(10) * len(lines)}", fontsize=12, fontweight="bold", parse_math=False)
    figure.text(0.5, 1 - 0.4 / figure.get_figheight(), "\n".join(lines), ha="center", va="top", fontsize=8.5)
    return figure


def save_tornado(
    changes: xr.Dataset, scenario: Scenario, path: Path, *, of: str = "society", quantity: str = "net_saving"
) -> None:
    """Draw one-way changes into a PNG file; the same changes give the same file."""
    figure = tornado_figure(changes, scenario, of=of, quantity=quantity)
    save_png(figure, path)


def _units(changes: xr.Dataset, quantity: str) -> str:
    """What the axis counts."""
    attributes, cohorts = changes.attrs, int(changes.attrs.get("cohorts", 1))
    whom = "per person" if cohorts == 1 else f"of all {cohorts} cohorts per person of one"
    if quantity == "outcome_change":
        return f"Change {whom}"
    return f"Thousand {attributes['currency']} {whom}, prices of {attributes['price_year']}, present value"
