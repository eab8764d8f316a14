"""Charts drawn by Bokeh: each has one source of numbers, whose columns change with what a reader chooses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bokeh.models import (
    ColumnDataSource,
    CustomJSTickFormatter,
    FixedTicker,
    HoverTool,
    Range1d,
    TapTool,
)
from bokeh.models.annotations import Span
from bokeh.models.renderers import GlyphRenderer
from bokeh.plotting import figure

from simcore.report.language import Language
from simcore.report.web.charts import GAINS, Chart, Shown

#: Height of a row, of a further line of its label, of a fan, and of the axis [pixels].
_ROW, _LINE, _FAN, _AROUND = 26, 13, 320, 45
#: Half the height of a bar, in rows.
_BAR = 0.25
_GREY, _GRID, _POINTED = "#555555", "#E5E5E5", "#88888822"
_LOCALES: Final = {"en": "en-GB", "sv": "sv-SE"}
#: A line of a tick in the middle of an interval.
_UPRIGHT = math.pi / 2


def source_columns(chart: Chart, shown: Shown) -> dict[str, Sequence[float | str]]:
    """Columns of the source of a chart for a choice: what is shown, where its rows are, and how far they reach."""
    columns = dict(shown.columns)
    number = len(columns.get("label", ()))
    low, high = shown.ends
    columns["from"], columns["to"] = [low] * number, [high] * number
    if chart.kind != "fan":
        columns["row"] = [float(of) for of in range(number)]
        columns["none"] = [0.0] * number
    return columns


def height_of(chart: Chart) -> int:
    """Height of a chart that has room for all rows of each choice [pixels]."""
    if chart.kind == "fan":
        return _FAN
    lines = max((label.count("\n") for of in chart.shown.values() for label in of.labels), default=0)
    return _AROUND + (_ROW + _LINE * lines) * max(chart.most_rows, 1)


def draw_chart(chart: Chart, chosen: str, language: Language, alt: str) -> figure:
    """Draw a chart for a choice.

    Its models are named ``NAME-source``, ``NAME-values`` (the range of the axis of values) and ``NAME-rows`` (the axis
    with the labels), so that a choice can change them.

    Parameters
    ----------
    chart, chosen
        What is drawn, and for which choice.
    language
        Of the numbers at its axis.
    alt
        What it shows, for those who cannot see it.
    """
    shown = chart.shown[chosen]
    source = ColumnDataSource(data=dict(source_columns(chart, shown)), name=f"{chart.name}-source")
    low, high = shown.ends
    values = Range1d(start=low, end=high, name=f"{chart.name}-values")
    is_fan = chart.kind == "fan"
    others: dict[str, Any] = {} if is_fan else {"y_range": Range1d(start=chart.most_rows - 0.4, end=-0.6)}
    drawn = figure(
        height=height_of(chart), sizing_mode="stretch_width", tools="", toolbar_location=None, name=chart.name,
        **({"y_range": values} if is_fan else {"x_range": values, **others}),
    )  # fmt: skip
    {"intervals": _intervals, "bars": _bars, "fan": _fan}[chart.kind](drawn, source)
    pointed = (
        drawn.vbar(x="year", width=1.0, bottom="from", top="to", source=source, **_UNSEEN)
        if is_fan
        else drawn.hbar(y="row", height=1.0, left="from", right="to", source=source, **_UNSEEN)
    )
    tips = [("", "@label"), *((head, f"@{column}") for head, column in chart.tips)]
    hover = HoverTool(renderers=[pointed], tooltips=tips, point_policy="follow_mouse", description=alt)
    drawn.add_tools(hover, TapTool(renderers=[pointed]))  # who taps on a screen does not hover
    for part in drawn.renderers:
        assert isinstance(part, GlyphRenderer)
        part.nonselection_glyph = None  # all rows look the same, whichever was tapped
    _axes(drawn, chart, shown, language)
    return drawn


_UNSEEN: Final[Mapping[str, Any]] = {
    "fill_alpha": 0.0, "line_alpha": 0.0, "hover_fill_color": _POINTED, "hover_fill_alpha": 1.0,
    "hover_line_alpha": 0.0,
}  # fmt: skip


def _intervals(drawn: figure, source: ColumnDataSource) -> None:
    """Rows with a thin line, a bar, a tick and a diamond, those that there are."""
    if "bar_low" in source.column_names:
        drawn.hbar(
            y="row", left="bar_low", right="bar_high", height=2 * _BAR, source=source, fill_color="colour",
            fill_alpha=0.45, line_color=None,
        )  # fmt: skip
    drawn.segment(x0="low", x1="high", y0="row", y1="row", source=source, line_color="colour", line_width=2.5)
    if "middle" in source.column_names:
        drawn.scatter(
            x="middle", y="row", source=source, marker="dash", angle=_UPRIGHT, size=16, line_color="colour",
            line_width=2.5,
        )  # fmt: skip
    drawn.scatter(x="mark", y="row", source=source, marker="diamond", size=11, fill_color="white", line_color="black")


def _bars(drawn: figure, source: ColumnDataSource) -> None:
    """Rows with a bar from nothing."""
    drawn.hbar(
        y="row", left="none", right="value", height=2.4 * _BAR, source=source, fill_color="colour", line_color=None
    )


def _fan(drawn: figure, source: ColumnDataSource) -> None:
    """Bands and a median over years; a dotted mean where luck hides them."""
    drawn.varea(x="year", y1="low", y2="high", source=source, fill_color=GAINS, fill_alpha=0.2)
    drawn.varea(x="year", y1="bar_low", y2="bar_high", source=source, fill_color=GAINS, fill_alpha=0.35)
    drawn.line(x="year", y="middle", source=source, line_color=GAINS, line_width=2.5)
    drawn.line(x="year", y="mean", source=source, line_color=_GREY, line_width=2, line_dash="dotted")


def _axes(drawn: figure, chart: Chart, shown: Shown, language: Language) -> None:
    """Number the axes, write labels beside the rows, and draw zero."""
    is_fan = chart.kind == "fan"
    of_values, across = (drawn.yaxis[0], "width") if is_fan else (drawn.xaxis[0], "height")
    style = '{style: "percent"}' if chart.share else "{}"
    locale = _LOCALES[language.code]
    of_values.formatter = CustomJSTickFormatter(code=f'return new Intl.NumberFormat("{locale}", {style}).format(tick)')
    of_values.ticker.desired_num_ticks = 5  # type: ignore[union-attr]
    zero = 1.0 if chart.name == "statistics" else 0.0
    drawn.add_layout(Span(location=zero, dimension=across, line_color="black", line_width=1, level="underlay"))  # type: ignore[arg-type]
    drawn.grid.grid_line_color = None
    (drawn.ygrid if is_fan else drawn.xgrid).grid_line_color = _GRID
    drawn.outline_line_color = None
    rows = drawn.xaxis[0] if is_fan else drawn.yaxis[0]
    rows.name = f"{chart.name}-rows"
    rows.major_label_text_font_size = of_values.major_label_text_font_size = "12px"
    rows.major_label_text_color = "#222222"
    rows.axis_line_color = rows.minor_tick_line_color = None
    of_values.minor_tick_line_color = None
    if not is_fan:
        rows.ticker = FixedTicker(ticks=list(range(chart.most_rows)))
        rows.major_label_overrides = labels_of(chart, shown)
        rows.major_tick_line_color = None
    drawn.min_border_right = 16


def labels_of(chart: Chart, shown: Shown) -> dict[float | str, Any]:
    """Labels of rows by their places; those without one have none."""
    return {number: (shown.labels[number] if number < len(shown.labels) else "") for number in range(chart.most_rows)}
