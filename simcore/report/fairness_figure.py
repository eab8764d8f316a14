"""The figure about fairness: what becomes of gaps between subgroups, and what a smaller gap costs in all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from simcore.report.decision_names import Words
from simcore.report.decision_panels import (
    AXIS,
    GREY,
    GRID,
    MARGIN,
    NEAR,
    PALE,
    SMALL,
    WIDTH,
    Rows,
    Scale,
    Sheet,
    Style,
    headings_of,
    interval,
    lines_of,
    mark_sample,
    write_heading,
)
from simcore.report.figures import COLOURS
from simcore.report.page import Page, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Per cent of the gap now beyond which axes do not go.
_FARTHEST = (-0.5, 2.5)
_MARKS = ("o", "s", "^", "v", "D", "P", "X")


def fairness_sheet(words: Words) -> Sheet | None:
    """What becomes of the gaps between subgroups, and what a smaller gap costs in all."""
    found = words.found.fairness
    if found is None:
        return None
    names = [str(name) for name in found["intervention"].values]
    some = (found["gap_change"].fillna(0.0) != 0).any() | (found["total_change"].fillna(0.0) != 0).any()
    if not bool(some) or not bool((found["best_off"] != found["worst_off"]).any()):
        return None
    sheet = Sheet(words, words.head("fairness"), [words.head("figure_fairness"), *words.luck_in()])
    marks: list[Style] = [
        {"marker": _MARKS[number % len(_MARKS)], "color": COLOURS[number % 6], "markersize": 7}
        for number in range(len(names))
    ]
    usual: Style = {"marker": "+", "color": "black", "markersize": 9, "markeredgewidth": 2}
    sheet.legend([
        *((f"{number} {words.strategy(name)}", mark_sample(mark))
          for number, (name, mark) in enumerate(zip(names, marks, strict=True), 1)),
        (f"0 {words.strategy(words.usual)}", mark_sample(usual)),
    ])  # fmt: skip
    outcomes = [str(of) for of in found["outcome"].values]
    asked = words.found.question.outcome
    wanted = asked if asked in outcomes else outcomes[0]
    several = (found["best_off"] != found["worst_off"]).any("outcome")  # of one subgroup there is no gap
    for attribute in (str(of) for of in found["attribute"].values[several.values]):
        at = found.sel(attribute=attribute)
        _add_attribute(sheet, words, at, attribute, wanted, names, marks, usual)
    return sheet


def _add_attribute(
    sheet: Sheet, words: Words, at: xr.Dataset, attribute: str, wanted: str, names: Sequence[str],
    marks: Sequence[Style], usual: Style,
) -> None:  # fmt: skip
    """One row of the sheet: gaps by outcome to the left, one outcome against its gap to the right."""
    outcomes = [str(of) for of in at["outcome"].values]
    lane = 0.17 if len(names) < 6 else 0.13
    lines = []
    for outcome in outcomes:
        worst, best = (words.level_of(at[of].sel(outcome=outcome)) for of in ("worst_off", "best_off"))
        between = words.head("figure_between", worst=worst, best=best)
        lines.append([*lines_of(words.outcome(outcome), 2.0, SMALL), *lines_of(between, 2.0, SMALL)])
    rows = Rows(lines, rules=frozenset(range(len(outcomes) - 1)), least=lane * len(names) + 0.14)
    left = MARGIN + rows.width + NEAR
    right = 3.3
    panel = WIDTH - MARGIN - right - 0.9 - left
    before = at["gap"].sel(strategy=words.usual)
    base = before.where(before > 0)
    then = (at["gap"].sel(strategy=names).rename(strategy="intervention") / base).transpose("intervention", "outcome")
    spread = ((before + at["gap_change_quantile"]) / base).transpose("quantile", "intervention", "outcome")
    clipped = np.clip(np.concatenate([then.values.ravel(), spread.values[[0, -1]].ravel(), [1.0]]), *_FARTHEST)
    scale = Scale.of(clipped, words.language, panel, share=True)
    headings, high = headings_of([f"{words.variable(attribute)}: {words.head('figure_gaps')}"], left + panel - MARGIN)
    others, above = headings_of([words.outcome(wanted)], right)
    high = max(high, above)

    def draw(page: Page, top: float) -> None:
        write_heading(page, headings[0], MARGIN, top + high)
        rows.write(page, left - NEAR, top + high)
        axes = rows.panel(page, left, top + high, panel, scale)
        axes.axvline(1, color="black", linewidth=1.2, linestyle="--", zorder=1.5)
        for centre, outcome in zip(rows.centres, outcomes, strict=True):
            if not np.isfinite(float(base.sel(outcome=outcome))):
                axes.text(scale.low, centre, f" {words.head('figure_no_gap')}", fontsize=SMALL, va="center",
                          parse_math=False, color=GREY)  # fmt: skip
                continue
            for number, name in enumerate(names):
                place = centre + lane * (number - (len(names) - 1) / 2)
                where = {"intervention": name, "outcome": outcome}
                low, _, up = np.clip(spread.sel(where).values, scale.low, scale.high)
                interval(axes, low, up, place, color=marks[number]["color"], linewidth=1.6, marker="|", markersize=4)
                value = float(then.sel(where))
                if scale.low <= value <= scale.high:
                    axes.plot([value], [place], linestyle="none", **{**marks[number], "markersize": 5.5, "zorder": 3})
                elif np.isfinite(value):
                    _write_beyond(axes, words, value, place, scale)
        start = WIDTH - MARGIN - right
        write_heading(page, others[0], start, top + high)
        _draw_trade(page, words, at.sel(outcome=wanted), names, marks, usual, start, top + high, right)

    sheet.add(high + max(rows.height, 2.9) + AXIS + 0.3, draw)


def _write_beyond(axes: Axes, words: Words, value: float, place: float, scale: Scale) -> None:
    """Say where a number is that lies beyond the axis."""
    up = value > scale.high
    said = f"{words.percent(value)} ▸" if up else f"◂ {words.percent(value)}"
    axes.text(scale.high if up else scale.low, place, said, fontsize=SMALL, va="center", ha="right" if up else "left",
              parse_math=False)  # fmt: skip


def _draw_trade(
    page: Page, words: Words, at: xr.Dataset, names: Sequence[str], marks: Sequence[Style], usual: Style, left: float,
    top: float, width: float,
) -> None:  # fmt: skip
    """Draw the change of all against the change in the gap; the comparator stands where both are nothing."""
    outcome = str(at["outcome"].values)
    x = [float(at["total_change"].sel(intervention=name)) for name in names]
    y = [float(at["gap_change"].sel(intervention=name)) for name in names]
    upright = Scale.of(y, words.language, 2.2, upright=True, beyond=0.18)
    inner = width - upright.wide - 0.42
    across = Scale.of(x, words.language, inner, beyond=0.12)
    axes = page.axes(left + width - inner, top, inner, 2.2)
    across.along(axes.xaxis)
    upright.along(axes.yaxis)
    axes.grid(color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.axhline(0, color=PALE, linewidth=0.9)
    axes.axvline(0, color=PALE, linewidth=0.9)
    axes.spines[["right", "top"]].set_visible(False)
    axes.plot([0], [0], linestyle="none", **usual)
    places = [(0.0, 0.0)]
    for name, mark, place in zip(names, marks, zip(x, y, strict=True), strict=True):
        fill = mark["color"] if bool(at["efficient"].sel(intervention=name)) else "white"
        edge = {"markerfacecolor": fill, "markeredgecolor": mark["color"], "markeredgewidth": 1.5}
        axes.plot(*([of] for of in place), linestyle="none", **{**mark, **edge})
        places.append(place)
    _write_numbers(axes, places, (inner / (across.high - across.low), 2.2 / (upright.high - upright.low)))
    less = "" if words.scenario.outcomes[outcome].good else f" ({words.head('figure_less')})"
    base = top + 2.2 + AXIS + 0.1
    for number, line in enumerate(lines_of(f"{words.head('figure_change_of_all')}{less}", width, SMALL)):
        page.text(left + width - inner / 2, base + 0.155 * number, line, SMALL, ha="center")
    page.text(left + 0.08, top + 1.1, words.head("figure_change_of_gap"), SMALL, rotation=90, va="center", ha="center")


def _write_numbers(axes: Axes, places: Sequence[tuple[float, float]], inches: tuple[float, float]) -> None:
    """Number marks, each where it is not on another mark or number."""
    at = np.array(places) * inches
    (west, east), (south, north) = (np.array(of) for of in (axes.get_xlim(), axes.get_ylim()))
    west, east, south, north = west * inches[0], east * inches[0], south * inches[1], north * inches[1]
    taken = [(of[0], of[1], 0.07, 0.07) for of in at]
    for number, (x, y) in enumerate(at):
        half = width_of(str(number), SMALL) / 2 + 0.01
        best = None
        for far in (0.14, 0.24, 0.34):
            for angle in np.arange(8) * np.pi / 4 + np.pi / 4:
                spot = (x + far * np.cos(angle), y + far * np.sin(angle), half, 0.07)
                inside = west + half < spot[0] < east - half and south + 0.07 < spot[1] < north - 0.07
                free = all(abs(spot[0] - o[0]) > half + o[2] or abs(spot[1] - o[1]) > 0.07 + o[3] for o in taken)
                if inside and free:
                    best = spot
                    break
            if best is not None:
                break
        if best is None:
            continue
        taken.append(best)
        axes.text(best[0] / inches[0], best[1] / inches[1], str(number), fontsize=SMALL, ha="center", va="center")
