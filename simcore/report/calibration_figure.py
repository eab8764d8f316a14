"""Figure of a fit: what the model says of each published statistic, before and after, in the statistic's own errors.

matplotlib is loaded when a figure is drawn. Fitted and held-out statistics differ in colour and in their marks.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from simcore.report.calibration_tables import MISSED, interval, shown, target_records
from simcore.scenario.schema import Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe & Ito (2008): blue and vermilion stay apart for colour-blind readers.
_COLOURS = {"fit": "#0072B2", "validate": "#D55E00"}
_MARKS = {"fit": "o", "validate": "D"}
_LABELS = {"fit": "fitted", "validate": "held out"}
_BEFORE = "#9A9A9A"
#: The axis ends here at the most; what lies beyond is cut.
_FARTHEST = 12.0
_LETTERS = 44


def draw_fit(axes: Axes, records: list[dict[str, Any]]) -> None:
    """Draw how far the model is from each statistic.

    Parameters
    ----------
    axes
        Where to draw.
    records
        From `simcore.report.calibration_tables.target_records`.
    """
    farthest = 3.0
    for row, record in enumerate(records):

        def place(value: float, observed: float = record["observed"], unit: float = record["deviation"]) -> float:
            return max(-_FARTHEST, min(_FARTHEST, (value - observed) / unit))

        before = [place(record[f"prior_{end}"]) for end in ("q05", "q95")]
        after = [place(record[f"fitted_{end}"]) for end in ("q05", "q95")]
        middle = place(record["fitted_mean"])
        use = record["use"]
        axes.plot(before, [-row - 0.2] * 2, color=_BEFORE, linewidth=1.5, solid_capstyle="butt")
        axes.plot(after, [-row] * 2, color=_COLOURS[use], linewidth=4, solid_capstyle="butt", alpha=0.6)
        if abs(middle) >= _FARTHEST:
            axes.text(0.97 * middle, -row - 0.45, "farther out", fontsize=7, ha="right" if middle > 0 else "left")
        axes.plot(
            middle, -row, marker=_MARKS[use], color=_COLOURS[use], markersize=7, linestyle="none",
            markerfacecolor=_COLOURS[use] if use == "fit" else "white", markeredgewidth=1.6,
        )  # fmt: skip
        values = f"{shown(record['observed'], record['unit'])}  |  {interval(record, 'fitted')}"
        axes.annotate(
            values, (1.01, -row), xycoords=("axes fraction", "data"), va="center", fontsize=8.5, annotation_clip=False
        )
        farthest = max(farthest, *(abs(end) for end in (*before, *after)))
    limit = min(farthest * 1.05, _FARTHEST)
    axes.axvspan(-MISSED, MISSED, color="#E8F1F8", zorder=0)
    axes.axvline(0, color="black", linewidth=1)
    axes.set_xlim(-limit, limit)
    axes.set_ylim(-len(records) + 0.4, 0.6)
    labels = [textwrap.fill(str(record["about"]), _LETTERS) for record in records]
    axes.set_yticks([-row for row in range(len(records))], labels, fontsize=8.5, parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_xlabel("model minus published value, in standard deviations of both together (shaded: 95 %)", fontsize=9)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def fit_figure(fit: xr.Dataset, scenario: Scenario) -> Figure:
    """Draw the simulated against the published value of each statistic, those held out last.

    Parameters
    ----------
    fit
        From `simcore.studies.calibrate.calibrate`.
    scenario
        The scenario that was fitted.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    records = sorted(target_records(fit, scenario), key=lambda record: str(record["use"] != "fit"))
    figure = Figure(figsize=(11.0, 1.9 + 0.5 * len(records)), layout="constrained")
    axes = figure.subplots()
    draw_fit(axes, records)
    figure.suptitle(
        f"{scenario.title}: the model and published statistics", fontsize=12, x=0.01, ha="left", parse_math=False
    )
    axes.annotate(
        "published  |  model, 90 % interval", (1.01, 1.0), xycoords="axes fraction", va="bottom", fontsize=8.5,
        fontweight="bold", annotation_clip=False,
    )  # fmt: skip
    keys = [
        Line2D(
            [], [], color=_COLOURS[use], linewidth=4, alpha=0.8, marker=_MARKS[use], markersize=7,
            markerfacecolor=_COLOURS[use] if use == "fit" else "white", label=label,
        )
        for use, label in _LABELS.items()
        if any(record["use"] == use for record in records)
    ]  # fmt: skip
    keys.append(Line2D([], [], color=_BEFORE, linewidth=1.5, label="before the fit"))
    figure.legend(handles=keys, loc="outside lower left", ncols=len(keys), frameon=False, fontsize=9)
    return figure


def save_fit(fit: xr.Dataset, scenario: Scenario, path: Path) -> None:
    """Draw it into a file; the ending of its name says which format.

    Raises
    ------
    OSError, ValueError
        It cannot be written, or there is no such format.
    """
    fit_figure(fit, scenario).savefig(path, dpi=150, bbox_inches="tight")
