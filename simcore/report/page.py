"""A figure laid out in inches, and the size of words on it.

matplotlib is loaded when something is drawn or measured.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from simcore.report.pictures import DPI

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import RendererAgg
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
        self.under.text(left, base, words, fontsize=size, parse_math=False, **more)

    def rule(self, top: float, margin: float) -> None:
        """Draw a thin line across, between the margins."""
        self.under.plot([margin, self.width - margin], [top, top], color="#BBBBBB", linewidth=0.7)


@lru_cache(maxsize=4096)
def width_of(words: str, size: float, weight: str = "normal") -> float:
    """Width of a line in a picture [inches]; `size` in points."""
    from matplotlib.font_manager import FontProperties

    if not words.strip():
        return 0.0
    of = FontProperties(size=size, weight=weight)
    return float(_renderer().get_text_width_height_descent(words, of, False)[0]) / DPI  # type: ignore[no-untyped-call]


@cache
def _renderer() -> RendererAgg:
    """What pictures are drawn with: its letters stand on whole pixels, which makes lines a little wider or narrower."""
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, DPI)  # type: ignore[no-untyped-call]


def cut(words: str, width: float, size: float) -> str:
    """Cut a line that is too long."""
    if width_of(words, size) <= width:
        return words
    while words and width_of(f"{words}…", size) > width:
        words = words[:-1]
    return f"{words}…"


def wrapped(words: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break a text into lines; a single word may be wider than `width`."""
    space = width_of("n n", size, weight) - 2 * width_of("n", size, weight)
    lines, end = [""], 0.0
    for word in words.split():
        further = width_of(word, size, weight)
        if lines[-1] and end + space + further > width:
            lines.append(word)
            end = further
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
            end += further + (space if end else 0.0)
    return lines
