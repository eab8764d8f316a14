"""A figure of who is where at which age: stacked shares of persons, a panel for each domain.

matplotlib is loaded when the figure is drawn. A state is told by its colour (Okabe and Ito's, which stay
apart for colour-blind readers), by its hatch where there are many, and by its name, which is written beside the
panel in the order of the bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.errors import UnknownNameError
from simcore.report.labels import at_start, readable
from simcore.report.language import Language, Phrase
from simcore.report.page import Page, cut, width_of, wrapped
from simcore.report.pictures import save_png
from simcore.scenario.schema import Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

#: Okabe & Ito (2008), Color Universal Design, without black.
_COLOURS = ("#E69F00", "#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#0072B2", "#F0E442")
#: Hatches of these colours; seven colours and five hatches tell 35 states apart.
_HATCHES = ("", "////", "....", "\\\\\\\\", "----")
#: The state that most time is spent in, so that the others stand out; the dead; and the letters.
_COMMON, _DEAD, _DARK, _GREY = "#DEDEDE", "#5A5A5A", "#222222", "#666666"
#: Where all states but the most common one hold fewer persons than this, the axis is cut to them.
_RARE = 0.3
#: Shares that are called nothing, and everybody.
_NOBODY, _EVERYBODY = 0.5e-4, 0.9995
# Lengths in inches, letters in points.
_MARGIN, _LEFT, _PANEL, _HIGH, _GAP = 0.3, 0.5, 3.7, 2.3, 0.35
_HEAD, _AXIS, _ENTRY, _LINE, _SWATCH = 0.44, 0.44, 0.32, 0.16, 0.17
_TITLE, _HEADING, _TEXT, _SMALL, _TINY = 13.0, 10.5, 9.0, 8.0, 7.0
_LEGEND = (1.3, 2.1)


_WORDS: dict[str, Phrase] = {
    "share": ("Share of all persons at the start of each {cycle}", "Andel av alla personer i början av varje {cycle}"),
    "of_age": (" of age", ", efter ålder"),
    "year": ("year", "år"),
    "quarter": ("quarter", "kvartal"),
    "month": ("month", "månad"),
    "under": (", under {strategy}. ", ", med {strategy}. "),
    "mean_of_draws": (
        "Mean of {number} draws of the uncertain figures", "Medel av {number} framtider"
    ),
    "at_means": ("Every uncertain figure at its mean", "Varje osäker uppgift har sitt medelvärde"),
    "exactly": (", worked out exactly.", ", exakt uträknat."),
    "sampled": (", {number} sampled lives.", ", {number} simulerade liv."),
    "made_up": (
        " The figures are made up to show how things work.", " Siffrorna är påhittade för att visa hur det fungerar."
    ),
    "left": ("No longer followed", "Följs inte längre"),
    "and_dead": (" and the dead", " och de döda"),
    "rest": ("the rest{others}", "resten{others}"),
    "nobody_yet": ("nobody yet", "ingen ännu"),
    "at": ("at {time}", "vid {time}"),
    "after": ("after {time} years", "efter {time} år"),
    "all": ("all {when}", "alla {when}"),
    "more_than_99": ("more than 99 % {when}", "mer än 99 % {when}"),
    "up_to": ("up to {share} {when}", "som mest {share} {when}"),
    "age": ("Age", "Ålder"),
    "years": ("Years since the start", "År sedan början"),
    "cut": ("axis cut at {share}", "axeln slutar vid {share}"),
    "nobody": ("Nobody: {names}", "Ingen i: {names}"),
}  # fmt: skip


def course_figure(situations: xr.Dataset, scenario: Scenario, language: Language | None = None) -> Figure:
    """Draw who is where at which age, a panel for each domain.

    A state keeps its share from the start of a cycle to its end. The state that most time is spent in is grey and on
    top, under the dead. Where it leaves little room to the others, the axis is cut, and the panel says so.

    Parameters
    ----------
    situations
        From `simcore.studies.situations.situations`.
    scenario
        For the labels.
    language
        That it is written in; English by default.
    """
    from matplotlib.figure import Figure

    language = language or Language.of("en")
    panels = _panels(situations, scenario, language)
    n_columns = min(2, len(panels))
    entries = [entry for panel in panels for band in panel.shown for entry in (band.label, panel.words(band))]
    legend = min(max([*(width_of(words, _SMALL) for words in entries), _LEGEND[0]]) * 1.05 + _SWATCH + 0.1, _LEGEND[1])
    column = _LEFT + _PANEL + 0.15 + legend
    width = 2 * _MARGIN + n_columns * column + (n_columns - 1) * _GAP
    inside = 0.97 * (width - 2 * _MARGIN)  # letters are drawn a little wider than they are
    title = wrapped(scenario.title, inside, _TITLE)
    caption = wrapped(_caption(situations, scenario, language), inside, _TEXT)
    rows = [panels[first : first + n_columns] for first in range(0, len(panels), n_columns)]
    heights = [max(_HIGH, *(_legend_height(panel, legend) for panel in row)) for row in rows]
    top = 0.3 + 0.24 * len(title) + _LINE * len(caption)
    page = Page(Figure(figsize=(width, top + sum(high + _HEAD + _AXIS for high in heights) + 0.05)))
    for number, line in enumerate(title):
        page.text(_MARGIN, 0.36 + 0.24 * number, line, _TITLE, weight="bold")
    for number, line in enumerate(caption):
        page.text(_MARGIN, 0.36 + 0.24 * len(title) + _LINE * number, line, _TEXT, color=_DARK)
    for row, high in zip(rows, heights, strict=True):
        for place, panel in enumerate(row):
            left = _MARGIN + place * (column + _GAP)
            page.text(left, top + _HEAD - 0.12, cut(panel.label, _LEFT + _PANEL, _HEADING), _HEADING, weight="bold")
            axes = page.axes(left + _LEFT, top + _HEAD, _PANEL, high)
            _draw(axes, panel)
            _draw_legend(page, panel, left + _LEFT + _PANEL + 0.15, top + _HEAD, legend)
        top += high + _HEAD + _AXIS
    return page.figure


def draw_life_course(
    axes: Axes, situations: xr.Dataset, domain: str | None = None, *, legend: bool = True,
    scenario: Scenario | None = None,
) -> Axes:  # fmt: skip
    """Draw who is where at which age in one domain into axes of your own, as `simcore check --figure` does for all.

    Parameters
    ----------
    axes
        Where to draw; titles, sizes and all that was drawn are yours to change.
    situations
        From `simcore.situations`.
    domain
        Which one; the first by default.
    legend
        Name the states beside the axes.
    scenario
        For labels of the domain and its states; by default they are called by their names in words.

    Returns
    -------
    The axes.

    Raises
    ------
    UnknownNameError
        There is no such domain.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> found = simcore.situations(simcore.read_scenario("textbook_chain"))
    >>> axes = simcore.draw_life_course(Figure().subplots(), found, "condition")
    >>> axes.get_title(loc="left")
    'Condition'
    """
    from matplotlib.patches import Patch

    known = list(dict.fromkeys(str(name) for name in situations["domain"].values))
    domain = known[0] if domain is None else domain
    if domain not in known:
        raise UnknownNameError(domain, "a domain of these situations", known)
    panel = _Panel(situations, domain, Language.of("en"), scenario)
    _draw(axes, panel)
    axes.set_title(panel.label, loc="left", parse_math=False)
    if legend:
        handles = [Patch(label=band.label, **_swatch(band)) for band in reversed(panel.shown)]
        keys = axes.legend(handles=handles, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=_SMALL)
        for text in keys.get_texts():
            text.set_parse_math(False)
    return axes


def save_course_figure(
    situations: xr.Dataset, scenario: Scenario, path: Path, language: Language | None = None
) -> None:  # fmt: skip
    """Draw who is where at which age into a PNG file; the same situations give the same file."""
    save_png(course_figure(situations, scenario, language), path)


def _say(language: Language, name: str, **fields: object) -> str:
    """A phrase of the figure."""
    return language.one_of(_WORDS[name]).format(**fields)


def _caption(situations: xr.Dataset, scenario: Scenario, language: Language) -> str:
    """What the figure shows, in a few sentences."""
    about = situations.attrs
    n_draws, cycle = int(about["n_draws"]), str(about["cycle"])
    words = _say(language, "share", cycle=_say(language, cycle))
    words += _say(language, "of_age") * ("age" in situations.coords and cycle == "year")
    words += _say(language, "under", strategy=language.strategy(scenario, str(about["strategy"])))
    words += _say(language, "mean_of_draws" if n_draws else "at_means", number=language.number(n_draws))
    exact = about["engine"] == "expected"
    words += _say(language, "exactly" if exact else "sampled", number=language.number(float(about["n_persons"])))
    return words + _say(language, "made_up") * scenario.illustrative


# -- what is shown ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Band:
    """A share of persons over time (boundary), and how it is drawn."""

    label: str
    share: Array
    colour: str
    hatch: str = ""
    kind: str = "rare"  #: or common, dead, left


class _Panel:
    """A domain: its bands from below, and the axis."""

    def __init__(self, situations: xr.Dataset, name: str, language: Language, scenario: Scenario | None = None) -> None:
        def called(state: str) -> str:
            if scenario is None:
                return readable(state)
            # The dead are shown in every domain, and belong to one.
            own = [of for of, domain in scenario.domains.items() if state in domain.states]
            return at_start(language.level(scenario, name if name in own else next(iter(own), name), state))

        self.label = readable(name) if scenario is None else at_start(language.variable(scenario, name))
        self.language = language
        of = situations.isel(situation=np.flatnonzero(situations["domain"].values == name))
        shares = of["share"].values
        states, living = [str(state) for state in of["state"].values], of["alive"].values.astype(bool)
        spent = np.where(living, shares.sum(axis=1), -1.0)
        common = int(np.argmax(spent))
        ever = [place for place in np.flatnonzero(living) if shares[place].max() > _NOBODY]
        #: States in which nobody ever is.
        self.never = [called(state) for place, state in enumerate(states) if living[place] and place not in ever]
        rare = [place for place in ever if place != common]
        most = sorted(rare, key=lambda place: -spent[place])  # hatches are for those that take little room
        self.bands = [_Band(called(states[place]), shares[place], *_look(most.index(place))) for place in rare]
        self.bands.append(_Band(called(states[common]), shares[common], _COMMON, kind="common"))
        self.bands += [
            _Band(called(states[place]), shares[place], _DEAD, kind="dead") for place in np.flatnonzero(~living)
        ]
        left = 1.0 - situations["followed"].values
        if left.max() > 1e-6:
            self.bands.append(_Band(_say(language, "left"), left, "white", kind="left"))
        self.by_age = "age" in situations.coords
        self.time = situations["age" if self.by_age else "time"].values.astype(float)
        #: Largest share of all states but the most common one.
        self.others = float(sum((band.share for band in self.bands if band.kind == "rare"), np.zeros(1)).max())
        self.is_cut = False

    @property
    def can_be_cut(self) -> bool:
        """Whether the most common state leaves little room to the others."""
        return _NOBODY < self.others < _RARE

    @cached_property
    def shown(self) -> list[_Band]:
        """The bands that the legend names."""
        return [band for band in self.bands if band.kind in ("rare", "common") or not self.is_cut]

    def words(self, band: _Band) -> str:
        """How many are in a state at most, and when."""
        say, language = _say, self.language
        if self.is_cut and band.kind == "common":
            dead = any(of.kind == "dead" and of.share.max() > 0 for of in self.bands)
            return say(language, "rest", others=say(language, "and_dead") if dead else "")
        largest = float(band.share.max())
        if largest < _NOBODY:
            return say(language, "nobody_yet")
        place = int(np.argmax(band.share > largest - 1e-12))
        when = say(language, "at" if self.by_age else "after", time=self.number(self.time[place]))
        if largest >= _EVERYBODY:
            return say(language, "all", when=when)
        if largest > 0.995:
            return say(language, "more_than_99", when=when)
        return say(language, "up_to", share=self.percent(largest), when=when)

    def number(self, value: float) -> str:
        """Write a time."""
        written = f"{value:.4g}"
        return written.replace(".", ",") if self.language.code == "sv" else written

    def percent(self, share: float) -> str:
        """Write a share in per cent, with one decimal where it is small."""
        digits = 0 if share >= 0.0995 else 1 if share >= 0.00095 else 2
        return f"{self.language.number(100 * share, digits)} %"

    def never_words(self) -> str:
        """The states in which nobody ever is."""
        return _say(self.language, "nobody", names=", ".join(self.never)) if self.never else ""


def _look(k: int) -> tuple[str, str]:
    """Colour and hatch of a state."""
    return _COLOURS[k % len(_COLOURS)], _HATCHES[k // len(_COLOURS) % len(_HATCHES)]


def _panels(situations: xr.Dataset, scenario: Scenario, language: Language) -> list[_Panel]:
    """The panels; of being alive or dead there is none, as long as another one shows the dead."""
    names = list(scenario.domains)
    lives = {
        name for name, domain in scenario.domains.items() if domain.ends_life is not None and len(domain.states) == 2
    }
    panels = [_Panel(situations, name, language, scenario) for name in names if name not in lives or len(names) == 1]
    for panel in panels:
        panel.is_cut = panel.can_be_cut
    if all(panel.is_cut for panel in panels):
        panels[0].is_cut = False
    return panels


# -- drawing ------------------------------------------------------------------------------------


def _draw(axes: Axes, panel: _Panel) -> None:
    """Draw the bands of a domain."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    below = np.zeros(len(panel.time))
    for band in panel.bands:
        above = below + band.share
        # The colour of the edge is that of the hatch.
        axes.fill_between(
            panel.time, below, above, step="post", facecolor=band.colour, hatch=band.hatch or None,
            edgecolor=(0, 0, 0, 0.4) if band.hatch else "none", linewidth=0,
        )  # fmt: skip
        if band.share.max() > _NOBODY:
            axes.step(panel.time, above, where="post", color="white", linewidth=0.5)
        below = above
    axes.set_xlim(panel.time[0], panel.time[-1])
    top = 1.12 * panel.others if panel.is_cut else 1.0
    axes.set_ylim(0, top)
    axes.set_yticks([at for at in MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(0, top) if 0 <= at <= top])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{panel.number(100 * value)} %"))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=panel.time[-1] - panel.time[0] > 4, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel(_say(panel.language, "age" if panel.by_age else "years"), fontsize=_SMALL, color=_GREY, labelpad=0)
    axes.tick_params(length=2, labelsize=_SMALL, pad=2, color=_GREY, labelcolor=_DARK)
    axes.tick_params(axis="x", pad=5)  # below the lowest number of the other axis
    axes.grid(axis="y", color="white", linewidth=0.6, alpha=0.7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color(_GREY)
    if panel.is_cut:
        axes.set_title(
            _say(panel.language, "cut", share=panel.percent(top)), fontsize=_SMALL, color=_GREY, loc="right", pad=3
        )


def _never(panel: _Panel, width: float) -> list[str]:
    """The states in which nobody ever is, in lines."""
    return wrapped(panel.never_words(), width - 0.1, _TINY) if panel.never else []


def _legend_height(panel: _Panel, width: float) -> float:
    return _ENTRY * len(panel.shown) + _LINE * len(_never(panel, width))


def _swatch(band: _Band) -> dict[str, Any]:
    """How a state is shown in a legend."""
    edge = "#BBBBBB" if band.kind == "left" else (0, 0, 0, 0.4) if band.hatch else "none"
    return {
        "facecolor": band.colour, "hatch": band.hatch or None, "edgecolor": edge,
        "linewidth": 0.6 if band.kind == "left" else 0,
    }  # fmt: skip


def _draw_legend(page: Page, panel: _Panel, left: float, top: float, width: float) -> None:
    """Write the states beside a panel, in the order of the bands."""
    from matplotlib.patches import Rectangle

    room = width - _SWATCH - 0.1
    for number, band in enumerate(reversed(panel.shown)):
        base = top + _ENTRY * number + 0.11
        page.under.add_patch(Rectangle((left, base - 0.11), _SWATCH, 0.13, **_swatch(band)))
        page.text(left + _SWATCH + 0.07, base, cut(band.label, room, _SMALL), _SMALL, color=_DARK)
        page.text(left + _SWATCH + 0.07, base + 0.13, cut(panel.words(band), room, _TINY), _TINY, color=_GREY)
    for number, line in enumerate(_never(panel, width)):
        page.text(left, top + _ENTRY * len(panel.shown) + 0.13 + 0.13 * number, line, _TINY, color=_GREY)
