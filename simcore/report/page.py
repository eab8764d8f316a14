"""A figure laid out in inches, and the size of words on it.

matplotlib is loaded when something is drawn or measured.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Page:
    """A figure measured in inches from its left and its top."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.width, self.height = figure.get_size_inches()
        self.under = self.axes(0, 0, self.width, self.height)
        self.under.set_xlim(0, self.width)
        self.under.set_ylim(self.height, 0)
        self.under.set_axis_off()

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Make axes."""
        place = (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(place)

    def text(self, left: float, base: float, words: str, size: float, **more: Any) -> None:
        """Write a line; `base` is where its letters stand."""
        self.under.text(left, base, words, fontsize=size, **more)

    def rule(self, top: float, margin: float) -> None:
        """Draw a thin line across, between the margins."""
        self.under.plot([margin, self.width - margin], [top, top], color="#BBBBBB", linewidth=0.7)


@lru_cache(maxsize=4096)
def width_of(words: str, size: float) -> float:
    """Width of a line [inches]."""
    from matplotlib.textpath import TextPath

    return float(TextPath((0, 0), words, size=size).get_extents().width) / 72 if words.strip() else 0.0


def cut(words: str, width: float, size: float) -> str:
    """Cut a line that is too long."""
    if width_of(words, size) <= width:
        return words
    while words and width_of(f"{words}…", size) > width:
        words = words[:-1]
    return f"{words}…"


def wrapped(words: str, width: float, size: float) -> list[str]:
    """Break a text into lines."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
