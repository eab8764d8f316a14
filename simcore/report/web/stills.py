"""Still pictures of charts, for paper and for where there are no scripts; the same numbers as the charts that move.

matplotlib is loaded when something is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simcore.report.language import Language
from simcore.report.page import Page, cut, wrapped
from simcore.report.web.charts import GAINS, LOSES, VIEW, WEAK_COLOUR, Chart, Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Lengths in inches, letters in points.
_WIDTH, _LABELS, _MARGIN = 8.2, 2.35, 0.25
_ROW, _LINE, _HEAD, _AXIS, _LEGEND = 0.3, 0.13, 0.34, 0.4, 0.5
_SMALL, _TEXT, _HEADING = 8.0, 9.0, 10.5
_GRID = "#E5E5E5"


def still_figure(chart: Chart, language: Language, headings: Mapping[str, str]) -> Figure:
    """Draw a chart of rows, a panel for each choice that has a heading.

    Parameters
    ----------
    chart
        Of intervals or bars, that depends on one choice, or on none.
    language
        Of the numbers at its axes.
    headings
        Of the panels, by choice; a chart without choices has an empty one.
    """
    from matplotlib.figure import Figure

    of_panels = {key: chart.shown[key] for key in headings}
    lines = {key: max((label.count("\n") for label in of.labels), default=0) for key, of in of_panels.items()}
    row = {key: max(_ROW, 0.12 + _LINE * (of + 1)) for key, of in lines.items()}
    panels = {key: row[key] * max(len(of.labels), 1) + 0.1 for key, of in of_panels.items()}
    axis = wrapped(chart.axis, _WIDTH - 2 * _MARGIN, _SMALL)
    high = _LEGEND + sum(_HEAD + of + _AXIS for of in panels.values()) + 0.16 * len(axis)
    page = Page(Figure(figsize=(_WIDTH, high)))
    _draw_legend(page, chart)
    top = _LEGEND
    for key, shown in of_panels.items():
        heading = cut(headings[key], _WIDTH - 2 * _MARGIN, 1.05 * _HEADING)  # bold letters are wider
        page.text(_MARGIN, top + _HEAD - 0.1, heading, _HEADING, weight="bold")
        top += _HEAD
        left = _MARGIN + _LABELS
        axes = page.axes(left, top, _WIDTH - _MARGIN - left, panels[key])
        _draw_rows(axes, chart, shown, language)
        for place, label in enumerate(shown.labels):
            middle = top + 0.05 + row[key] * (place + 0.5)
            page.under.text(
                left - 0.1, middle, label, fontsize=_SMALL, ha="right", va="center", linespacing=1.0, parse_math=False
            )
        if not shown.labels:
            page.text(left, top + panels[key] / 2, shown.words, _TEXT)
        axes.set_ylim(len(shown.labels) - 0.5 + 0.05 / row[key], -0.5 - 0.05 / row[key])
        top += panels[key] + _AXIS
    for number, words in enumerate(axis):
        page.text(_MARGIN + _LABELS, top - 0.04 + 0.16 * number, words, _SMALL)
    return page.figure


def _draw_rows(axes: Axes, chart: Chart, shown: Shown, language: Language) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    columns: Mapping[str, Any] = shown.columns
    for place in range(len(shown.labels)):
        of = {name: column[place] for name, column in columns.items()}
        if chart.kind == "bars":
            axes.barh(place, of["value"], height=0.6, color=of["colour"])
            continue
        if "bar_low" in of and math.isfinite(of["bar_low"]):
            axes.barh(
                place, of["bar_high"] - of["bar_low"], left=of["bar_low"], height=0.5, color=of["colour"], alpha=0.45
            )
        if math.isfinite(of["low"]):
            axes.plot([of["low"], of["high"]], [place, place], color=of["colour"], linewidth=1.8)
        if "middle" in of:
            axes.plot([of["middle"]], [place], "|", color=of["colour"], markersize=11, markeredgewidth=1.8)
        axes.plot([of["mark"]], [place], "D", color="white", markeredgecolor="black", markersize=5)
    axes.axvline(1.0 if chart.name == "statistics" else 0.0, color="black", linewidth=0.8, zorder=0.5)
    axes.set_xlim(*shown.ends)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    digits = 0 if shown.ends[1] - shown.ends[0] >= 5 or chart.share else 2

    def number(value: float, _: object) -> str:
        return language.percent(value) if chart.share else language.number(value, digits)

    axes.xaxis.set_major_formatter(FuncFormatter(number))
    axes.set_yticks([])
    axes.tick_params(length=2, labelsize=_SMALL)
    axes.grid(axis="x", color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _draw_legend(page: Page, chart: Chart) -> None:
    """Say above the panels what is drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    line = {"color": VIEW, "linewidth": 1.8}
    tick = {"color": VIEW, "marker": "|", "markersize": 11, "markeredgewidth": 1.8, "linestyle": "none"}
    diamond = {"color": "white", "marker": "D", "markeredgecolor": "black", "markersize": 5, "linestyle": "none"}
    lines: dict[str, dict[str, Any]] = {"low": line, "middle": tick, "mark": diamond}
    patches = {"bar_low": (VIEW, 0.45), "gain": (GAINS, 1.0), "lose": (LOSES, 1.0), "sum": (VIEW, 1.0)}
    patches["weak"] = (WEAK_COLOUR, 1.0)
    handles: list[Line2D | Patch] = []
    for name, words in chart.legend.items():
        if name in lines:
            handles.append(Line2D([], [], label=words, **lines[name]))
        else:
            colour, alpha = patches[name]
            handles.append(Patch(facecolor=colour, alpha=alpha, label=words))
    page.figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(_MARGIN / page.width, 1 - 0.02 / page.height), frameon=False,
        ncols=4, fontsize=_SMALL, borderaxespad=0.0, borderpad=0.2, handlelength=1.6, columnspacing=1.4,
    )  # fmt: skip
