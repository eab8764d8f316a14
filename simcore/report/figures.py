"""Figures: the distribution of avoided costs per actor, and net saving over time per actor.

matplotlib is loaded when a figure is drawn. Colours are Okabe and Ito's, which stay apart for
colour-blind readers; actors also differ by line style. What there is to write is measured first, and the panels are
laid out around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import VIEWS, contrast
from simcore.analysis.luck import settled_contrast
from simcore.analysis.once import worked_out_once
from simcore.analysis.payback import paths, settled_net_saving
from simcore.errors import ResultsError, UnknownNameError
from simcore.report.labels import actor_label, strategy_label
from simcore.report.page import Page, cut, width_of, wrapped
from simcore.report.pictures import as_png, save_png
from simcore.repricing import scenario_of
from simcore.scenario.schema import Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

#: Okabe & Ito (2008), Color Universal Design, without yellow and black.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
STYLES = ("-", "--", "-.", ":")
_DARK, _VIEW, _GRID = "#222222", "#444444", "#E5E5E5"
_NEGLIGIBLE = 0.002
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# Lengths in inches, letters in points.
_MARGIN, _PANEL, _WIDE, _GAP = 0.3, 2.55, 8.5, 0.35
_ROW, _ENDS, _TALL, _AXIS = 0.34, 0.25, 3.4, 0.35
_LABEL, _SWATCH, _LINE, _BETWEEN = 2.6, 0.35, 0.17, 0.12
_TITLE, _HEADING, _TEXT, _SMALL, _TINY = 13.0, 11.0, 10.0, 9.0, 7.5


def result_figure(results: xr.Dataset, scenario: Scenario) -> Figure:
    """Draw the result of a run: one column per intervention, distributions above, time below.

    Above, for each actor: the distribution of its avoided cost (90 %, 50 %, median), and its mean net saving. Below:
    its mean cumulative net saving over calendar years, with a band for society.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    scenario
        For the labels.
    """
    from matplotlib.figure import Figure

    with worked_out_once():
        shown = _Shown(results, scenario)
    if not shown.interventions or not shown.actors:
        figure = Figure(figsize=(7.5, 2))
        figure.text(0.5, 0.5, "No strategy differs from the comparator in any cost.", ha="center", va="center")
        return figure
    sheet = _Sheet(shown)
    page = Page(Figure(figsize=(sheet.width, sheet.height)))
    _write_head(page, sheet)
    for column in range(len(shown.interventions)):
        left, top = sheet.lefts[column], sheet.top
        for line, words in enumerate(reversed(sheet.headings[column])):
            page.text(left + sheet.panel / 2, top - 0.1 - _LINE * line, words, _HEADING, ha="center")
        for group, high in zip(shown.groups, sheet.heights, strict=True):
            axes = page.axes(left, top, sheet.panel, high)
            _draw_distributions(axes, shown, column, group, sheet.ticks_of_money(column, group), sheet.rows)
            if column == 0:
                for place, actor in zip(sheet.places(top, group), group, strict=True):
                    words = "\n".join(sheet.labels[actor])
                    page.text(left - 0.1, place, words, _TEXT, ha="right", va="center", linespacing=1.0)
            top += high + _AXIS
        axes = page.axes(left, top + sheet.under, sheet.panel, _TALL)
        _draw_cumulative(axes, shown, column, sheet.ticks_over_time[column])
    _write_axes(page, sheet)
    _write_legend(page, sheet)
    return page.figure


def draw_avoided_costs(
    axes: Axes, results: xr.Dataset, intervention: str | None = None, *, actors: Sequence[str] | None = None
) -> Axes:
    """Draw what one intervention avoids for each actor into axes of your own, as in the figure of a run.

    Lines are 90 %, bars 50 % of what the expected avoided cost may be, luck taken off; ticks medians; diamonds the
    mean net saving [thousands of money of the price year per person].

    Parameters
    ----------
    axes
        Where to draw; titles, sizes and all that was drawn are yours to change.
    results
        From `simulate` or `open_results`.
    intervention
        Which one; needed where there are several.
    actors
        Actors and views, from above; by default all with something at stake.

    Returns
    -------
    The axes.

    Raises
    ------
    UnknownNameError
        There is no such intervention or actor.
    ResultsError
        There are several interventions, and none is named.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> axes = simcore.draw_avoided_costs(Figure().subplots(), results, actors=["owner", "society"])
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['Owner', 'Society']
    """
    name, scenario = chosen(intervention, interventions_of(results)), scenario_of(results).scenario
    known = [*(str(actor) for actor in results["actor"].values), *VIEWS]
    for actor in actors or ():
        if actor not in known:
            raise UnknownNameError(actor, "an actor or view of these results", known)
    with worked_out_once():
        shown = _Shown(results, scenario, actors)
    column, group = shown.interventions.index(name), list(shown.actors if actors is None else actors)
    ticks = _Ticks.of(shown.money(column, group), 5)
    _draw_distributions(axes, shown, column, group, ticks, _ROW)
    axes.set_yticks(range(len(group)), [shown.label(actor) for actor in group], parse_math=False)
    axes.set_xlabel(f"Avoided cost ({shown.units})")
    axes.set_title(strategy_label(scenario, name), parse_math=False)
    return axes


def chosen(intervention: str | None, known: Sequence[str]) -> str:
    """The intervention that is meant: the one that is named, or the only one.

    Raises
    ------
    UnknownNameError
        There is no such intervention.
    ResultsError
        There are several, or none, and none is named.
    """
    if intervention is None and len(known) == 1:
        return known[0]
    if intervention is None:
        listed = ", ".join(known) or "there are none"
        raise ResultsError(f"Name the intervention that is to be drawn: {listed}.")
    if intervention not in known:
        raise UnknownNameError(intervention, "an intervention of these results", known)
    return intervention


def interventions_of(results: xr.Dataset) -> list[str]:
    """All strategies but the comparator."""
    return [str(name) for name in results["strategy"].values if str(name) != str(results.attrs["comparator"])]


def figure_png(results: xr.Dataset, scenario: Scenario) -> bytes:
    """Draw the result of a run as a PNG file; the same results give the same file."""
    return as_png(result_figure(results, scenario))


def save_figure(results: xr.Dataset, scenario: Scenario, path: Path) -> None:
    """Draw the result of a run into a PNG file; the same results give the same file."""
    save_png(result_figure(results, scenario), path)


# -- what is shown ------------------------------------------------------------------------------


class _Shown:
    """Who and what is drawn, in thousands of money per person.

    Attributes
    ----------
    interventions, actors
        Names; actors are those with something at stake, in the order of the file, views last.
    net
        Mean net saving (intervention, actor).
    spread
        Quantiles of the avoided cost, luck taken off (quantile, intervention, actor); not a number where luck hides it.
    gains
        Whether the avoided cost is expected to be above zero (intervention, actor).
    years
        Calendar years.
    paths
        Mean cumulative net saving (intervention, actor, year).
    band
        5 and 95 % of society's (bound, intervention, year), likewise; None where nothing is at stake for society.
    """

    def __init__(self, results: xr.Dataset, scenario: Scenario, wanted: Sequence[str] | None = None) -> None:
        self.scenario, self.attributes = scenario, results.attrs
        net = contrast(results, "net_saving").transpose("intervention", "draw", "actor")
        avoided = contrast(results, "avoided_cost").transpose(*net.dims)
        self.interventions = [str(name) for name in net["intervention"].values]
        names = [str(name) for name in net["actor"].values]
        largest = np.maximum(*(np.abs(of.values).mean(axis=1).max(axis=0, initial=0.0) for of in (net, avoided)))
        at = np.flatnonzero(largest > _NEGLIGIBLE * largest.max(initial=0.0))
        if wanted is not None:
            at = np.flatnonzero([name in wanted for name in names])
        self.actors = [names[place] for place in at]
        self.net = net.values[:, :, at].mean(axis=1) / 1000
        settled = settled_contrast(results, "avoided_cost").transpose(*net.dims).values[:, :, at] / 1000
        self.gains = settled.mean(axis=1) >= 0
        self.spread = np.quantile(settled, _QUANTILES, axis=1)
        path = paths(results)["mean"]
        self.years = path["year"].values
        self.paths = path.values[:, at] / 1000
        self.band: Array | None = None
        if "society" in self.actors:
            society = settled_net_saving(results).transpose("intervention", "draw", "year")
            self.band = np.quantile(society.values, (0.05, 0.95), axis=1) / 1000

    @cached_property
    def groups(self) -> list[list[str]]:
        """The actors, and the views, where there are any: each has a panel."""
        parts = [a for a in self.actors if a not in VIEWS], [a for a in self.actors if a in VIEWS]
        return [part for part in parts if part]

    def label(self, actor: str) -> str:
        """How an actor is called."""
        return actor_label(self.scenario, actor)

    @cached_property
    def units(self) -> str:
        """What the amounts are."""
        cohorts = int(self.attributes.get("cohorts", 1))
        whom = "per person" if cohorts == 1 else f"of all {cohorts} cohorts per person of one"
        currency, price_year = self.attributes["currency"], self.attributes["price_year"]
        return f"thousand {currency} {whom}, prices of {price_year}, present value"

    @property
    def caption(self) -> str:
        """What the figure shows, in a few sentences."""
        usual = strategy_label(self.scenario, str(self.attributes["comparator"]))
        made_up = " The figures are made up to show how things work." if self.scenario.illustrative else ""
        return (
            f"Compared with: {usual}.{made_up} Above: avoided cost (blue gains, orange loses), line 90 %, bar 50 % of "
            f"what its expected value may be, luck taken off, tick median ({self.attributes['n_draws']:,} draws); "
            "diamond: mean net saving, with the programme taken off. No line or band where luck hides it. Each panel "
            "has its own scale."
        )

    def money(self, column: int, group: Iterable[str]) -> Array:
        """All amounts of an intervention's panel of distributions, zero among them."""
        at = [self.actors.index(actor) for actor in group]
        return np.concatenate([[0.0], self.net[column, at], self.spread[:, column, at].ravel()])

    def money_over_time(self, column: int) -> Array:
        """All amounts of an intervention's panel over time, zero among them."""
        band = np.zeros(0) if self.band is None else self.band[:, column].ravel()
        return np.concatenate([[0.0], self.paths[column].ravel(), band])


# -- where it stands ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ticks:
    """An axis of amounts: its ends, and the numbers on it."""

    low: float
    high: float
    at: list[float]
    labels: list[str]

    @classmethod
    def of(cls, amounts: Array, most: int) -> _Ticks:
        """From the least to the largest amount, with some room and so many numbers at most."""
        from matplotlib.ticker import MaxNLocator

        low, high = float(np.nanmin(amounts)), float(np.nanmax(amounts))
        room = 0.05 * (high - low) or 1.0  # nothing at stake: some axis around zero
        low, high = low - room, high + room
        at = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        step = at[1] - at[0]
        digits = next((n for n in range(16) if abs(round(step * 10**n) / (step * 10**n) - 1) < 1e-6), 16)
        inside = [float(value) for value in at if low <= value <= high]
        return cls(low, high, inside, [f"{value + 0.0:,.{digits}f}".replace("-", "−") for value in inside])

    @property
    def wide(self) -> float:
        """Width of the widest number [inches]."""
        return max((width_of(label, _SMALL) for label in self.labels), default=0.0)


class _Sheet:
    """Lengths on the page [inches], made from the size of what is written on it."""

    def __init__(self, shown: _Shown) -> None:
        self.shown = shown
        n_columns = len(shown.interventions)
        self.labels = {actor: wrapped(shown.label(actor), _LABEL, _TEXT) for actor in shown.actors}
        self.rows = max(_ROW, _LINE * max(map(len, self.labels.values())) + 0.05)
        self.heights = [_ENDS + self.rows * len(group) for group in shown.groups]
        self.ticks_over_time = [_Ticks.of(shown.money_over_time(column), 7) for column in range(n_columns)]
        # From left to right.
        labels = max(width_of(line, _TEXT) for lines in self.labels.values() for line in lines)
        self.what = ["Cumulative net saving", *wrapped(shown.units, _TALL, _TEXT)]
        numbers = max(ticks.wide for ticks in self.ticks_over_time) + _BETWEEN
        left = _MARGIN + max(labels + 0.1, _LINE * len(self.what) + _BETWEEN + numbers)
        crowded = [self._crowded(column, group) for column in range(n_columns) for group in shown.groups]
        gap = max(_GAP, numbers + _BETWEEN, max(ticks.wide for ticks in crowded) + _BETWEEN)
        others = left + (n_columns - 1) * gap + _GAP
        self.panel = max(_PANEL, (_WIDE - others) / n_columns)
        self.width = others + n_columns * self.panel
        self.lefts = [left + column * (self.panel + gap) for column in range(n_columns)]
        self.middle = (left + self.width - _GAP) / 2
        # From above to below.
        inside = self.width - 2 * _MARGIN
        self.title = wrapped(str(shown.attributes["title"]), inside, _TITLE, "bold")
        self.caption = wrapped(shown.caption, inside, _TEXT)
        room = self.panel + gap - _BETWEEN
        headings = (wrapped(strategy_label(shown.scenario, name), room, _HEADING) for name in shown.interventions)
        self.headings = [[cut(line, room, _HEADING) for line in lines] for lines in headings]
        self.head = 0.3 + 0.24 * len(self.title) + _LINE * len(self.caption)
        self.top = self.head + 0.25 + _LINE * max(map(len, self.headings))
        self.xlabel = wrapped(f"Avoided cost ({shown.units})", self.width - _GAP - left, _TEXT)
        self.under = _LINE * len(self.xlabel) + 0.1
        self.foot = self.top + sum(self.heights) + _AXIS * len(self.heights) + self.under + _TALL + _AXIS
        # The legend, in as many columns as there is room for.
        society = [] if shown.band is None else ["Society, 90 %"]
        self.entries = [cut(words, inside - _SWATCH, _SMALL) for words in (*society, *map(shown.label, shown.actors))]
        self.entry = _SWATCH + 0.3 + max(width_of(words, _SMALL) for words in self.entries)
        self.across = max(1, min(4, len(self.entries), int((inside + 0.25) / self.entry)))
        self.height = self.foot + 0.4 + 0.2 * -(-len(self.entries) // self.across) + 0.1

    def _crowded(self, column: int, group: list[str]) -> _Ticks:
        return _Ticks.of(self.shown.money(column, group), 5)

    def ticks_of_money(self, column: int, group: list[str]) -> _Ticks:
        """The numbers under a panel of distributions: as many as there is room for."""
        for most in range(5, 1, -1):
            ticks = _Ticks.of(self.shown.money(column, group), most)
            if len(ticks.at) * (ticks.wide + _BETWEEN) <= self.panel:
                break
        return ticks

    def places(self, top: float, group: list[str]) -> list[float]:
        """Where the rows of a panel are, from above."""
        return [top + _ENDS / 2 + self.rows * (number + 0.5) for number in range(len(group))]


# -- drawing ------------------------------------------------------------------------------------


def _draw_distributions(
    axes: Axes, shown: _Shown, column: int, group: list[str], ticks: _Ticks, rows: float
) -> None:  # fmt: skip
    """Draw the avoided cost of each actor (90 %, 50 %, median), and its mean net saving; rows are so high."""
    at = [shown.actors.index(actor) for actor in group]
    places, net = np.arange(len(at)), shown.net[column, at]
    q05, q25, q50, q75, q95 = shown.spread[:, column, at]
    gains = shown.gains[column, at]
    colours = [_VIEW if a in VIEWS else COLOURS[0 if up else 1] for a, up in zip(group, gains, strict=True)]
    axes.axvline(0, color="black", linewidth=0.8)
    axes.plot(net, places, "D", color="white", markeredgecolor="black", markersize=4, zorder=1.5)
    axes.hlines(places, q05, q95, colors=colours, linewidth=1.6, zorder=2)
    axes.hlines(places, q25, q75, colors=colours, linewidth=6.5, alpha=0.55, zorder=2)
    axes.scatter(q50, places, 169, marker="|", color=colours, linewidths=2, zorder=2)
    for place in np.flatnonzero(np.isnan(q50)):
        side = -1 if net[place] > (ticks.low + ticks.high) / 2 else 1  # where there is room for it
        axes.annotate(
            "not settled", (net[place], place), (7 * side, 0), textcoords="offset points", va="center",
            ha="left" if side > 0 else "right", fontsize=_TINY,
        )  # fmt: skip
    _number(axes.xaxis, ticks)
    end = 0.5 + _ENDS / 2 / rows
    axes.set_ylim(len(at) - 1 + end, -end)
    axes.set_yticks([])
    axes.grid(axis="x", color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)


def _draw_cumulative(axes: Axes, shown: _Shown, column: int, ticks: _Ticks) -> None:
    """Draw the mean cumulative net saving of each actor over calendar years; a band for society."""
    from matplotlib.ticker import MaxNLocator

    if shown.band is not None:
        axes.fill_between(shown.years, *shown.band[:, column], color=_VIEW, alpha=0.12, linewidth=0)
    for style, path in zip(_styles(shown.actors), shown.paths[column], strict=True):
        axes.plot(shown.years, path, **style)
    axes.axhline(0, color="black", linewidth=0.8)
    first, last = shown.years[[0, -1]]
    axes.set_xlim(first, last if last > first else first + 1)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.tick_params(axis="x", labelsize=_SMALL)
    _number(axes.yaxis, ticks)
    axes.grid(color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)


def _styles(actors: list[str]) -> list[dict[str, Any]]:
    """How the line of each actor is drawn."""
    styles: list[dict[str, Any]] = []
    for number, actor in enumerate(actors):  # views come last
        if actor in VIEWS:
            dashes = "-" if actor == "society" else (0, (5, 2))
            styles.append({"color": _DARK, "linestyle": dashes, "linewidth": 2.2})
        else:
            dashes = STYLES[number // len(COLOURS) % len(STYLES)]
            styles.append({"color": COLOURS[number % len(COLOURS)], "linestyle": dashes, "linewidth": 1.6})
    return styles


def _number(axis: Any, ticks: _Ticks) -> None:
    """Write numbers along an axis."""
    axis.set_ticks(ticks.at, ticks.labels, fontsize=_SMALL)
    axis.axes.set(**{f"{axis.axis_name}lim": (ticks.low, ticks.high)})


def _write_head(page: Page, sheet: _Sheet) -> None:
    for number, line in enumerate(sheet.title):
        page.text(_MARGIN, 0.36 + 0.24 * number, line, _TITLE, weight="bold")
    for number, line in enumerate(sheet.caption):
        page.text(_MARGIN, 0.38 + 0.24 * len(sheet.title) + _LINE * number, line, _TEXT, color=_DARK)


def _write_axes(page: Page, sheet: _Sheet) -> None:
    """Write what the axes show: under the distributions, and beside and under the years."""
    base = sheet.foot - _AXIS - _TALL - sheet.under
    for number, line in enumerate(sheet.xlabel):
        page.text(sheet.middle, base + 0.08 + _LINE * number, line, _TEXT, ha="center")
    page.text(
        sheet.lefts[0] - _BETWEEN - sheet.ticks_over_time[0].wide - 0.05, sheet.foot - _AXIS - _TALL / 2,
        "\n".join(sheet.what), _TEXT, rotation=90, va="center", ha="right", multialignment="center",
    )  # fmt: skip
    page.text(sheet.middle, sheet.foot + 0.1, "Calendar year", _TEXT, ha="center")


def _write_legend(page: Page, sheet: _Sheet) -> None:
    styles = _styles(sheet.shown.actors)
    if sheet.shown.band is not None:
        styles.insert(0, {"color": _VIEW, "alpha": 0.12, "linewidth": 8})
    left = (page.width - sheet.across * sheet.entry + 0.25) / 2
    for number, (words, style) in enumerate(zip(sheet.entries, styles, strict=True)):
        at = max(left, _MARGIN) + sheet.entry * (number % sheet.across)
        base = sheet.foot + 0.45 + 0.2 * (number // sheet.across)
        page.under.plot([at, at + _SWATCH - 0.07], [base - 0.04] * 2, solid_capstyle="butt", **style)
        page.text(at + _SWATCH, base, words, _SMALL)
