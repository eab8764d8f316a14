"""What charts of a web page show: numbers and words for every choice that a reader can make, and no drawing."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

#: What a reader chooses, in the order of keys.
CHOICES: Final = ("intervention", "actor", "horizon")
#: Okabe & Ito (2008), Color Universal Design: blue and vermilion stay apart for colour-blind readers.
GAINS, LOSES, VIEW, WEAK_COLOUR, LESSER = "#0072B2", "#D55E00", "#444444", "#E69F00", "#BBBBBB"
#: Letters in a line of a label, and lines of one.
_LETTERS, _LINES = 26, 3
#: Share of its length by which an axis is longer than what it shows.
_ROOM = 0.05

Kind = Literal["intervals", "bars", "fan"]


@dataclass(frozen=True)
class Shown:
    """What a chart shows for one choice.

    Attributes
    ----------
    columns
        As many numbers or words each as there are rows, or years.
    labels
        Of the rows, from above; of a fan there are none.
    ends
        Least and largest number of the axis of values.
    words
        A sentence below the chart.
    """

    columns: Mapping[str, Sequence[float | str]]
    labels: Sequence[str]
    ends: tuple[float, float]
    words: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart with all that it can show.

    Attributes
    ----------
    name
        An id.
    kind
        ``intervals``: a row for each name, with a thin line from ``low`` to ``high``, a bar from ``bar_low`` to
        ``bar_high``, a tick at ``middle`` and a diamond at ``mark``; ``bars``: a row for each, with a bar from 0 to
        ``value``; ``fan``: bands and a median over years.
    axis
        What the axis of values shows.
    legend
        What is drawn, by name of the column, or pair of columns, that it is drawn from.
    tips
        What a reader sees who points at a row: heading, and name of the column with the words.
    by
        Choices that it depends on, of `CHOICES`.
    shown
        By the chosen names, with ``|`` between them.
    share
        Whether values are shares, written in per cent.
    """

    name: str
    kind: Kind
    axis: str
    legend: Mapping[str, str]
    tips: Sequence[tuple[str, str]]
    by: tuple[str, ...]
    shown: Mapping[str, Shown]
    share: bool = False

    @property
    def most_rows(self) -> int:
        """Rows of the choice that has most of them."""
        return max((len(of.labels) for of in self.shown.values()), default=0)


@dataclass
class Rows:
    """Rows of a chart that is being put together."""

    labels: list[str] = field(default_factory=list)
    columns: dict[str, list[float | str]] = field(default_factory=dict)

    def add(self, label: str, **cells: float | str) -> None:
        """Add a row; all rows have the same cells."""
        for name, cell in {"label": plain(label), **cells}.items():
            self.columns.setdefault(name, []).append(cell)
        self.labels.append(in_lines(label))

    def shown(self, ends: Iterable[float] = (), words: str = "") -> Shown:
        """What has been put together; the axis holds all numbers, zero and `ends`."""
        numbers = [of for column in self.columns.values() for of in column if isinstance(of, float)]
        return Shown(self.columns, self.labels, axis_ends([*numbers, *ends]), words)


def told_of(chart: Chart, key: str) -> str:
    """What a chart shows for a choice, in words, for those who cannot see it."""
    shown = chart.shown[key]
    if chart.kind == "fan":
        return shown.words
    heading, column = chart.tips[0]
    rows = zip(shown.columns.get("label", ()), shown.columns.get(column, ()), strict=True)
    return f"{heading}: {'; '.join(f'{label} {cell}' for label, cell in rows)}."


def axis_ends(numbers: Iterable[float]) -> tuple[float, float]:
    """Ends of an axis that shows zero and all finite numbers, with some room."""
    known = [0.0, *(number for number in numbers if math.isfinite(number))]
    low, high = min(known), max(known)
    room = _ROOM * (high - low) or 1.0
    return low - room, high + room


def in_lines(label: str) -> str:
    """Break a label into a few lines; what does not fit is cut, and an ellipsis says so."""
    lines = textwrap.wrap(plain(label), _LETTERS)
    if len(lines) > _LINES:
        lines = [*lines[:_LINES], "…"]
        lines[_LINES - 1 :] = [f"{lines[_LINES - 1][: _LETTERS - 1]}…"]
    return "\n".join(lines)


def plain(text: str) -> str:
    """Text that a chart does not take for a formula: a space of no width parts what formulas begin with."""
    for mark in ("$$", r"\(", r"\["):
        text = text.replace(mark, f"{mark[0]}\u200b{mark[1]}")
    return text
