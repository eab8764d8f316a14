"""Figures: the distribution of avoided costs per actor, and net saving over time per actor.

matplotlib is loaded when a figure is drawn. Colours are Okabe and Ito's, which stay apart for
colour-blind readers; actors also differ by line style.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import VIEWS, contrast
from simcore.analysis.luck import settled_contrast
from simcore.analysis.once import worked_out_once
from simcore.analysis.payback import cumulative_net_saving, settled_net_saving
from simcore.report.labels import actor_label, strategy_label
from simcore.report.pictures import as_png, save_png
from simcore.scenario.schema import Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe & Ito (2008), Color Universal Design, without yellow and black.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
STYLES = ("-", "--", "-.", ":")
_NEGLIGIBLE = 0.002


def _thousands(results: xr.Dataset) -> str:
    cohorts = int(results.attrs.get("cohorts", 1))
    whom = "per person" if cohorts == 1 else f"of all {cohorts} cohorts per person of one"
    return f"thousand {results.attrs['currency']} {whom}, prices of {results.attrs['price_year']}, present value"


def _shown_actors(avoided: xr.DataArray, net: xr.DataArray) -> list[str]:
    """Actors with something at stake, in the order of the file, views last."""
    if net.size == 0:
        return []
    largest = xr.concat([abs(avoided), abs(net)], dim="which").mean("draw").max(["which", "intervention"])
    floor = _NEGLIGIBLE * float(largest.max())
    return [str(actor) for actor in net["actor"].values if float(largest.sel(actor=actor)) > floor]


def draw_distributions(
    axes: Axes, avoided: xr.DataArray, net: xr.DataArray, scenario: Scenario, actors: list[str]
) -> None:
    """Draw the distribution of each actor's avoided cost (90 %, 50 %, median), and its mean net saving.

    Parameters
    ----------
    axes
        Where to draw.
    avoided, net
        Avoided cost, with luck taken off, and net saving of one intervention (draw, actor) [money per person]. An
        avoided cost that is not a number is not settled.
    scenario
        For the labels.
    actors
        Which actors, from top to bottom.
    """
    places = np.arange(len(actors))[::-1]
    for place, actor in zip(places, actors, strict=True):
        mean_net = float(net.sel(actor=actor).mean()) / 1000
        axes.plot([mean_net], [place], "D", color="white", markeredgecolor="black", markersize=4, zorder=1.5)
        of_actor = avoided.sel(actor=actor).values / 1000
        if np.isnan(of_actor).any():
            axes.annotate(
                "not settled", (mean_net, place), (7, 0), textcoords="offset points", va="center", fontsize=7.5
            )
            continue
        q05, q25, q50, q75, q95 = np.quantile(of_actor, (0.05, 0.25, 0.5, 0.75, 0.95))
        colour = "#444444" if actor in VIEWS else COLOURS[0] if of_actor.mean() >= 0 else COLOURS[1]
        axes.plot([q05, q95], [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot([q25, q75], [place, place], color=colour, linewidth=6.5, alpha=0.55, solid_capstyle="butt")
        axes.plot([q50], [place], "|", color=colour, markersize=13, markeredgewidth=2)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(places, [actor_label(scenario, actor) for actor in actors])
    axes.set_ylim(-0.7, len(actors) - 0.3)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.7)
    axes.set_axisbelow(True)


def draw_cumulative(
    axes: Axes, values: xr.DataArray, settled: xr.DataArray, scenario: Scenario, actors: list[str]
) -> None:
    """Draw the mean cumulative net saving of each actor over calendar years; a band for society.

    Parameters
    ----------
    axes
        Where to draw.
    values
        Cumulative net saving of one intervention (draw, actor, year) [money per person].
    settled
        That of society (draw, year) with luck taken off; not a number in years in which it is not settled.
    scenario
        For the labels.
    actors
        Which actors.
    """
    from matplotlib.ticker import MaxNLocator

    years = values["year"].values
    if "society" in actors:
        low, high = settled.quantile((0.05, 0.95), dim="draw", skipna=False).values / 1000
        axes.fill_between(years, low, high, color="#444444", alpha=0.12, linewidth=0, label="Society, 90 %")
    number = 0
    for actor in actors:
        mean = values.sel(actor=actor).mean("draw").values / 1000
        label = actor_label(scenario, actor)
        if actor in VIEWS:
            style = "-" if actor == "society" else (0, (5, 2))
            axes.plot(years, mean, color="#222222", linestyle=style, linewidth=2.2, label=label)
        else:
            colour, style = COLOURS[number % len(COLOURS)], STYLES[number // len(COLOURS) % len(STYLES)]
            axes.plot(years, mean, color=colour, linestyle=style, linewidth=1.6, label=label)
            number += 1
    axes.axhline(0, color="black", linewidth=0.8)
    axes.grid(color="#E5E5E5", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_xlim(years[0], years[-1])
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))


def result_figure(results: xr.Dataset, scenario: Scenario) -> Figure:
    """Draw the result of a run: one column per intervention, distributions above, time below.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    scenario
        For the labels.
    """
    from matplotlib.figure import Figure

    avoided, net = contrast(results, "avoided_cost"), contrast(results, "net_saving")
    cumulative, settled = cumulative_net_saving(results), settled_net_saving(results)
    spread = settled_contrast(results, "avoided_cost")
    actors = _shown_actors(avoided, net)
    interventions = [str(name) for name in net["intervention"].values]
    if not interventions or not actors:
        figure = Figure(figsize=(7.5, 2))
        figure.text(0.5, 0.5, "No strategy differs from the comparator in any cost.", ha="center", va="center")
        return figure
    parties, views = [a for a in actors if a not in VIEWS], [a for a in actors if a in VIEWS]
    n_columns = len(interventions)
    heights = [0.9 + 0.34 * len(parties), 0.9 + 0.34 * len(views), 4.0]
    figure = Figure(figsize=(max(3.1 * n_columns + 2.6, 8.5), sum(heights) + 1.7), layout="constrained")
    grid = figure.subplots(3, n_columns, squeeze=False, height_ratios=heights)
    for column, intervention in enumerate(interventions):
        of_it = {"intervention": intervention}
        for axes, shown in zip(grid[:2, column], (parties, views), strict=True):
            draw_distributions(axes, spread.sel(of_it), net.sel(of_it), scenario, shown)
            if column > 0:
                axes.set_yticklabels([])
        draw_cumulative(grid[2, column], cumulative.sel(of_it), settled.sel(of_it), scenario, actors)
        grid[0, column].set_title(strategy_label(scenario, intervention), fontsize=11)
    units = _thousands(results)
    grid[1, n_columns // 2].set_xlabel(f"Avoided cost ({units})")
    grid[2, 0].set_ylabel("Cumulative net saving\n" + units.replace(", ", ",\n", 1))
    grid[2, n_columns // 2].set_xlabel("Calendar year")
    handles, labels = grid[2, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    attributes = results.attrs
    made_up = " The figures are made up to show how things work." if scenario.illustrative else ""
    legend = (
        f"Compared with: {strategy_label(scenario, str(attributes['comparator']))}.{made_up} Above: avoided cost "
        "(blue gains, orange loses), line 90 %, bar 50 % of what its expected value may be, luck taken off, tick "
        f"median ({attributes['n_draws']:,} draws); diamond: mean net saving, with the programme taken off. No line "
        "or band where luck hides it. Each panel has its own scale."
    )
    lines = textwrap.wrap(legend, int(12 * figure.get_figwidth()))
    # The empty lines keep room for the legend, which is smaller than the title.
    figure.suptitle(f"{attributes['title']}{chr(10) * len(lines)}", fontsize=13, fontweight="bold")
    top = 1 - 0.42 / figure.get_figheight()
    figure.text(0.5, top, "\n".join(lines), ha="center", va="top", fontsize=8.5)
    return figure


def figure_png(results: xr.Dataset, scenario: Scenario) -> bytes:
    """Draw the result of a run as a PNG file; the same results give the same file."""
    with worked_out_once():
        return as_png(result_figure(results, scenario))


def save_figure(results: xr.Dataset, scenario: Scenario, path: Path) -> None:
    """Draw the result of a run into a PNG file; the same results give the same file."""
    save_png(result_figure(results, scenario), path)
