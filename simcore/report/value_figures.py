"""Acceptability: how likely each strategy is the best, and what choosing it loses, by what an outcome is worth."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from simcore.report.figures import COLOURS, STYLES
from simcore.report.labels import actor_label, outcome_label, strategy_label
from simcore.report.pictures import save_png
from simcore.scenario.schema import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def acceptability_figure(
    results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]], outcome: str
) -> Figure:  # fmt: skip
    """Draw, of one decision maker, the probability of being best (the frontier in bold) and the expected loss.

    Parameters
    ----------
    results, scenario
        For units and labels.
    records
        From `simcore.report.value_tables.acceptability_records`, of one actor.
    outcome
        What a unit is worth of.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 7.2), layout="constrained")
    likely, lost = figure.subplots(2, 1, sharex=True)
    for number, strategy in enumerate(dict.fromkeys(record["strategy"] for record in records)):
        of_it = sorted((r for r in records if r["strategy"] == strategy), key=lambda record: record["threshold"])
        worth = np.array([record["threshold"] for record in of_it])
        probability = np.array([record["probability_best"] for record in of_it])
        colour, style = COLOURS[number % len(COLOURS)], STYLES[number // len(COLOURS) % len(STYLES)]
        label = strategy_label(scenario, strategy)
        likely.plot(worth, probability, color=colour, linestyle=style, linewidth=1.4, label=label)
        best = np.where([record["on_frontier"] for record in of_it], probability, np.nan)
        likely.plot(worth, best, color=colour, linewidth=4.5, alpha=0.45, marker="o", markersize=4.5)
        lost.plot(worth, [record["expected_loss"] for record in of_it], color=colour, linestyle=style, linewidth=1.4)
    likely.set_ylim(-0.03, 1.03)
    likely.set_ylabel("Probability of being best")
    lost.set_ylabel(f"Expected loss ({results.attrs['currency']} per person)")
    lost.set_xlabel(
        f"Worth of one more: {outcome_label(scenario, outcome)} ({results.attrs['currency']})", parse_math=False
    )
    for axes in (likely, lost):
        axes.grid(color="#E5E5E5", linewidth=0.7)
        axes.set_axisbelow(True)
    keys = figure.legend(
        *likely.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False, fontsize=9
    )
    for text in keys.get_texts():
        text.set_parse_math(False)
    legend = (
        f"For {actor_label(scenario, str(records[0]['actor'])).lower()}. Bold: the strategy that is best on average "
        "(frontier). Expected loss: what a strategy falls behind the best of each draw; the lowest curve is the worth "
        "of knowing everything (EVPI)."
    )
    lines = textwrap.wrap(legend, 100)
    figure.suptitle(f"{results.attrs['title']}{chr(10) * len(lines)}", fontsize=13, fontweight="bold", parse_math=False)
    figure.text(0.5, 1 - 0.42 / figure.get_figheight(), "\n".join(lines), ha="center", va="top", fontsize=8.5)
    return figure


def save_acceptability(
    results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]], outcome: str, path: Path
) -> None:  # fmt: skip
    """Draw acceptability into a PNG file; the same records give the same file."""
    figure = acceptability_figure(results, scenario, records, outcome)
    save_png(figure, path)
