"""What figures about decisions are put together from: a sheet that grows downwards, rows of names, axes, legends.

Lengths are in inches and letters in points. Names are measured and broken into lines first, and the panels are laid out
around them. matplotlib is loaded when something is drawn or measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from simcore.analysis.avoided_cost import VIEWS
from simcore.report.decision_names import Words
from simcore.report.language import Language
from simcore.report.page import Page, cut, width_of, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DARK, GREY, PALE, GRID = "#222222", "#666666", "#BBBBBB", "#E5E5E5"
TITLE, HEADING, TEXT, SMALL = 13.0, 11.0, 10.0, 9.0
WIDTH, MARGIN, LINE, AXIS = 11.0, 0.3, 0.17, 0.36
#: Between a name and its panel, and between panels.
NEAR, BETWEEN = 0.1, 0.3
#: Interventions beside each other, at most.
ACROSS: Final = 3
_SWATCH, _ROW, _STEP = 0.35, 0.32, 0.155
#: Amounts below this share of the largest are rounding.
_ROUNDING = 1e-9
#: Shades to try when the colours are used up.
HATCHES = ("", "///", "...", "\\\\\\")

#: What is drawn for one part of a bar, or one entry of a legend.
Style = Mapping[str, Any]


class Sheet:
    """A figure that is put together from above to below.

    Parameters
    ----------
    words
        For the title of the case, and whether its figures are made up.
    head
        Of the topic.
    caption
        Sentences below it.
    """

    def __init__(self, words: Words, head: str, caption: Sequence[str]) -> None:
        self._blocks: list[Callable[[Page, float], None]] = []
        self._tops: list[float] = []
        self.height = 0.15
        sentences = [*caption, words.head("figure_compared", usual=words.strategy(words.usual))]
        if words.scenario.illustrative:
            sentences.append(words.head("figure_made_up"))
        self.say(words.scenario.title, TITLE, step=0.24, weight="bold")
        self.say(head[:1].upper() + head[1:], HEADING, step=0.21, weight="bold")
        self.say(" ".join(sentences), TEXT, color=DARK)
        self.space(0.1)

    def add(self, height: float, draw: Callable[[Page, float], None]) -> None:
        """Put something below what there is; it is drawn later and told where its top is."""
        self._blocks.append(draw)
        self._tops.append(self.height)
        self.height += height

    def space(self, height: float) -> None:
        """Leave some room."""
        self.height += height

    def say(
        self, sentence: str, size: float, *, left: float = MARGIN, step: float = LINE, weight: str = "normal",
        color: str = "black",
    ) -> None:  # fmt: skip
        """Write a text over the whole width."""
        lines = lines_of(sentence, WIDTH - MARGIN - left, size, weight)

        def draw(page: Page, top: float) -> None:
            for number, line in enumerate(lines):
                page.text(left, top + step * (number + 0.75), line, size, weight=weight, color=color)

        self.add(step * len(lines) + 0.04, draw)

    def legend(self, entries: Sequence[tuple[str, Callable[[Page, float, float], None]]]) -> None:
        """Explain what is drawn: for each entry its words, and what draws a sample of it between two places."""
        at, row = MARGIN, 0
        places = []
        for words, sample in entries:
            shown = cut(words, WIDTH - 2 * MARGIN - _SWATCH, SMALL)
            wide = _SWATCH + width_of(shown, SMALL) + 0.25
            if at > MARGIN and at + wide > WIDTH - MARGIN:
                at, row = MARGIN, row + 1
            places.append((at, row, shown, sample))
            at += wide

        def draw(page: Page, top: float) -> None:
            for left, line, shown, sample in places:
                base = top + 0.2 * (line + 1)
                sample(page, left, base - 0.04)
                page.text(left + _SWATCH, base, shown, SMALL)

        self.add(0.2 * (row + 1) + 0.12, draw)

    def figure(self) -> Figure:
        """Draw all of it."""
        from matplotlib.figure import Figure

        page = Page(Figure(figsize=(WIDTH, self.height + 0.12)))
        for draw, top in zip(self._blocks, self._tops, strict=True):
            draw(page, top)
        return page.figure


def box_sample(style: Style) -> Callable[[Page, float, float], None]:
    """A sample of a bar for a legend."""

    def draw(page: Page, left: float, middle: float) -> None:
        page.under.add_patch(_rectangle(left, middle - 0.05, _SWATCH - 0.08, 0.1, style))

    return draw


def line_sample(*styles: Style) -> Callable[[Page, float, float], None]:
    """A sample of lines for a legend."""

    def draw(page: Page, left: float, middle: float) -> None:
        for style in styles:
            page.under.plot([left, left + _SWATCH - 0.08], [middle, middle], solid_capstyle="butt", **style)

    return draw


def mark_sample(*styles: Style) -> Callable[[Page, float, float], None]:
    """A sample of marks for a legend."""

    def draw(page: Page, left: float, middle: float) -> None:
        for style in styles:
            page.under.plot([left + (_SWATCH - 0.08) / 2], [middle], linestyle="none", **style)

    return draw


def lines_of(words: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break a text into lines; a word that is wider than there is room is cut."""
    return [
        line if width_of(line, size, weight) <= width else cut(line, width, size)
        for line in wrapped(words, width, size, weight)
    ]


@dataclass(frozen=True)
class Rows:
    """Names below each other, as high as their lines need; a panel beside them has inches from its top as its axis.

    Attributes
    ----------
    lines
        Of each name.
    rules
        Numbers of the rows below which a line is drawn.
    least
        Height of a row at least.
    size
        Of the letters.
    """

    lines: Sequence[Sequence[str]]
    rules: frozenset[int] = frozenset()
    least: float = _ROW
    size: float = SMALL

    @classmethod
    def of(cls, names: Sequence[str], width: float, **more: Any) -> Rows:
        """Names that are broken into lines of some width."""
        return cls([lines_of(name, width, SMALL) for name in names], **more)

    @cached_property
    def heights(self) -> list[float]:
        """Of each row."""
        return [max(self.least, _STEP * len(lines) + 0.08) for lines in self.lines]

    @property
    def height(self) -> float:
        """Of all of them."""
        return sum(self.heights) + 0.12

    @cached_property
    def centres(self) -> list[float]:
        """Where the middle of each row is."""
        ends = np.cumsum(self.heights)
        return [float(end - own / 2 + 0.06) for end, own in zip(ends, self.heights, strict=True)]

    @property
    def width(self) -> float:
        """Of the widest line."""
        return max((width_of(line, self.size) for lines in self.lines for line in lines), default=0.0)

    def write(self, page: Page, right: float, top: float) -> None:
        """Write the names to the left of a panel."""
        for centre, lines in zip(self.centres, self.lines, strict=True):
            for number, line in enumerate(lines):
                base = top + centre + _STEP * (number - (len(lines) - 1) / 2) + 0.045
                page.text(right, base, line, self.size, ha="right")

    def panel(self, page: Page, left: float, top: float, width: float, scale: Scale) -> Axes:
        """Make the axes beside them, with a line at zero and numbers below."""
        axes = page.axes(left, top, width, self.height)
        axes.set_ylim(self.height, 0)
        axes.set_yticks([])
        scale.along(axes.xaxis)
        axes.grid(axis="x", color=GRID, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.axvline(0, color="black", linewidth=0.8, zorder=1.5)
        axes.spines[["left", "right", "top"]].set_visible(False)
        for row in self.rules:
            axes.axhline(sum(self.heights[: row + 1]) + 0.06, color=PALE, linewidth=0.8)
        return axes


def rows_of_actors(words: Words, actors: Sequence[str], width: float) -> Rows:
    """Rows of actors, with a line above the views."""
    parties = sum(name not in VIEWS for name in actors)
    rules = frozenset({parties - 1} if 0 < parties < len(actors) else ())
    return Rows.of([words.actor(name) for name in actors], width, rules=rules)


@dataclass(frozen=True)
class Scale:
    """An axis of numbers: its ends, and the numbers on it."""

    low: float
    high: float
    at: list[float]
    labels: list[str]

    @classmethod
    def of(
        cls, numbers: ArrayLike, language: Language, room: float, *, share: bool = False, upright: bool = False,
        beyond: float = 0.05,
    ) -> Scale:  # fmt: skip
        """From the least to the largest of some numbers and zero, with as many labels as there is room for.

        Parameters
        ----------
        numbers
            Those that are none, or infinite, do not count.
        language
            For the labels.
        room
            Length of the axis [inches].
        share
            Labels are in per cent.
        upright
            It is a vertical axis, whose labels need their height.
        beyond
            By how much of its length the axis goes on at both ends.
        """
        from matplotlib.ticker import MaxNLocator

        known = np.asarray(numbers, dtype=float).ravel()
        known = np.concatenate([[0.0], known[np.isfinite(known)]])
        low, high = float(known.min()), float(known.max())
        more = beyond * (high - low) or 1.0  # nothing at stake: some axis around zero
        low, high = low - more, high + more
        at, labels = [0.0], ["0"]
        for most in range(6, 0, -1):
            ticks = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
            step = (ticks[1] - ticks[0]) * (100 if share else 1)
            digits = next((n for n in range(16) if abs(round(step * 10**n) / (step * 10**n) - 1) < 1e-6), 16)
            at = [float(value) + 0.0 for value in ticks if low <= value <= high]
            ending = "\N{NO-BREAK SPACE}%" if share else ""
            labels = [language.number(100 * of if share else of, digits) + ending for of in at]
            needed = 0.3 if upright else max((width_of(label, SMALL) for label in labels), default=0.0) + 0.12
            if len(at) * needed <= room:
                break
        return cls(low, high, at, labels)

    @property
    def wide(self) -> float:
        """Width of the widest label [inches]."""
        return max((width_of(label, SMALL) for label in self.labels), default=0.0)

    def along(self, axis: Any) -> None:
        """Write the numbers along an axis."""
        axis.set_ticks(self.at, self.labels, fontsize=SMALL)
        axis.axes.set(**{f"{axis.axis_name}lim": (self.low, self.high)})


def number_years(axis: Any, years: ArrayLike, most: int) -> None:
    """Write calendar years along an axis, so many at most; whole ones also where there is only one."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    first, last = np.asarray(years, dtype=float)[[0, -1]]
    axis.axes.set_xlim(first, last)
    whole = last - first >= 1
    axis.set_major_locator(MaxNLocator(most, integer=True) if whole else FixedLocator([round((first + last) / 2)]))
    axis.set_tick_params(labelsize=SMALL)


def _rectangle(left: float, top: float, width: float, height: float, style: Style) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((left, top), width, height, **{"edgecolor": "white", "linewidth": 0.5, **style})


def stacked_bar(
    axes: Axes, place: float, parts: Sequence[tuple[float, Style]], height: float
) -> list[tuple[float, float]]:  # fmt: skip
    """Draw parts of a bar on each other, those below zero to the left.

    Returns
    -------
    Where each part starts and how wide it is.
    """
    ends = {True: 0.0, False: 0.0}
    drawn = []
    for value, style in parts:
        up = value > 0
        if value:
            axes.add_patch(_rectangle(ends[up], place - height / 2, value, height, style))
        drawn.append((ends[up], value))
        ends[up] += value
    return drawn


def interval(axes: Axes, low: float, high: float, place: float, **style: Any) -> None:
    """Draw a thin line between two numbers; none where one of them is not known."""
    if np.isfinite(low) and np.isfinite(high):
        axes.plot([low, high], [place, place], solid_capstyle="butt", **{"color": "black", "linewidth": 1.2, **style})


def without_rounding(values: xr.DataArray) -> xr.DataArray:
    """What is rounding beside the largest number becomes nothing."""
    return values.where((abs(values) > _ROUNDING * abs(values).max()) | values.isnull(), 0.0)


def in_groups(names: Sequence[str]) -> list[Sequence[str]]:
    """Interventions that stand beside each other: as many in each row, as far as that goes."""
    n_rows = -(-len(names) // ACROSS)
    each = -(-len(names) // max(n_rows, 1))
    return [names[first : first + each] for first in range(0, len(names), max(each, 1))]


def headings_of(names: Sequence[str], width: float, size: float = HEADING) -> tuple[list[list[str]], float]:
    """Headings over panels, broken into lines, and how high the highest is."""
    lines = [lines_of(name, width, size) for name in names]
    return lines, 0.19 * max(map(len, lines)) + 0.06


def write_heading(page: Page, lines: Sequence[str], left: float, bottom: float, **more: Any) -> None:
    """Write a heading that ends just above its panel."""
    for number, line in enumerate(reversed(lines)):
        page.text(left, bottom - 0.07 - 0.19 * number, line, HEADING, **more)


def actors_with(stake: xr.DataArray) -> list[str]:
    """Actors and views for whom something is true, views last."""
    some = stake.any([dim for dim in stake.dims if dim != "actor"])
    names = [str(name) for name in stake["actor"].values if bool(some.sel(actor=name))]
    return sorted(names, key=lambda name: name in VIEWS)
