"""A figure of a few single lives, side by side with and without the intervention.

matplotlib is loaded when the figure is drawn. A state is told by its colour (Okabe and Ito's, which stay
apart for colour-blind readers), by its hatch, and where there is room by its name.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from simcore.report.labels import at_start, readable, strategy_label
from simcore.report.language import Language
from simcore.report.page import Page, cut, width_of, wrapped
from simcore.report.pictures import save_png
from simcore.scenario.schema import Scenario
from simcore.scenario.structure import Structure
from simcore.trace import named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ENGLISH = Language.of("en")
#: Okabe & Ito (2008), Color Universal Design, without black.
_COLOURS = ("#E69F00", "#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#0072B2", "#F0E442")
_WHITE_LETTERS = {"#D55E00", "#0072B2", "#009E73"}
#: Hatches of these colours; seven colours and five hatches tell 35 states apart.
_HATCHES = ("", "////", "....", "\\\\\\\\", "----")
#: The state that most time is spent in, so that the others stand out.
_COMMON = "#DEDEDE"
_DARK, _GREY = "#222222", "#666666"
_MOST_STRATEGIES = 3

#: Room below the last row, in rows.
_FOOT = 0.25
# Lengths in inches, letters in points.
_ROW, _HEAD, _AXIS, _LINE, _LEGEND_LINE = 0.21, 0.33, 0.3, 0.16, 0.23
_MARGIN, _BETWEEN, _PANEL = 0.25, 0.18, 4.2
_TITLE, _HEADING, _TEXT, _SMALL, _TINY = 13.0, 10.5, 9.0, 8.0, 7.0


def lives_figure(trace: xr.Dataset, scenario: Scenario, *, max_persons: int = 4) -> Figure:
    """Draw a few lives: a block for each person, a column for each strategy, a band for each domain.

    Persons are those whose lives differ most between the comparator and another strategy; where nobody's
    does, the first ones. At most three strategies are shown: the comparator, and the first others under which
    anybody lives differently. To see others, select them: ``trace.sel(strategy=[...])``.

    Parameters
    ----------
    trace
        From `trace_lives`.
    scenario
        For the labels.
    max_persons
        At most so many persons are shown.
    """
    from matplotlib.figure import Figure

    shown = _Shown(trace, scenario, max_persons)
    rows = [*(shown.intervention_label(name) for name in shown.interventions), *map(shown.domain_label, shown.domains)]
    left = _MARGIN + min(max(width_of(row, _SMALL) for row in rows), 2.2) + 0.1
    n_columns = len(shown.strategies)
    panel = _PANEL if n_columns > 1 else 1.5 * _PANEL
    width = left + n_columns * (panel + _BETWEEN) - _BETWEEN + _MARGIN
    inside = 0.97 * (width - 2 * _MARGIN)  # letters are drawn a little wider than they are

    title, caption = wrapped(str(trace.attrs["title"]), inside, _TITLE), wrapped(shown.caption, inside, _TEXT)
    legend = list(_legend(shown, inside))
    bands = _ROW * (len(rows) + _FOOT)
    names = {p: f"Person {int(trace['person'][p])}" for p in shown.persons}
    indent = 1.12 * max(width_of(name, _TEXT) for name in names.values()) + 0.15
    heads = {p: wrapped(shown.person_words(p), inside - indent, _TEXT) for p in shown.persons}
    blocks = {p: _HEAD + _LINE * (len(head) - 1) + bands + _AXIS for p, head in heads.items()}
    top = 0.25 + 0.24 * len(title) + _LINE * len(caption) + 0.4
    height = top + sum(blocks.values()) + 0.3 + _LEGEND_LINE * len(legend)

    page = Page(Figure(figsize=(width, height)))
    for number, line in enumerate(title):
        page.text(_MARGIN, 0.33 + 0.24 * number, line, _TITLE, weight="bold")
    for number, line in enumerate(caption):
        page.text(_MARGIN, 0.33 + 0.24 * len(title) + _LINE * number, line, _TEXT)
    for column, s in enumerate(shown.strategies):
        words = cut(shown.strategy_words(s), panel, _HEADING)
        page.text(left + column * (panel + _BETWEEN), top - 0.1, words, _HEADING, weight="bold")
    down = top
    for p, head in heads.items():
        page.rule(down, _MARGIN)
        page.text(_MARGIN, down + 0.2, names[p], _TEXT, weight="bold")
        for number, line in enumerate(head):
            page.text(_MARGIN + indent, down + 0.2 + _LINE * number, line, _TEXT)
        above = down + _HEAD + _LINE * (len(head) - 1)
        for column, s in enumerate(shown.strategies):
            at = left + column * (panel + _BETWEEN)
            axes = page.axes(at, above, panel, bands)
            _draw_life(axes, shown, _Life(shown, s, p), panel)
            if column == 0:
                words_of_rows = [cut(row, left - _MARGIN - 0.1, _SMALL) for row in rows]
                axes.set_yticks(np.arange(len(rows)) + 0.5, words_of_rows, parse_math=False)
        down += blocks[p]
    page.rule(down, _MARGIN)
    _draw_legend(page, legend, down + 0.2)
    return page.figure


def save_lives_figure(trace: xr.Dataset, scenario: Scenario, path: Path) -> None:
    """Draw a few lives into a PNG file; the same trace gives the same file."""
    save_png(lives_figure(trace, scenario), path)


# -- what is shown ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Look:
    """How a state is drawn."""

    colour: str
    hatch: str = ""

    @property
    def letters(self) -> str:
        return "white" if self.colour in _WHITE_LETTERS else "black"

    @property
    def patch(self) -> dict[str, Any]:
        """How matplotlib calls it; the colour of the edge is that of the hatch."""
        strokes = (1, 1, 1, 0.75) if self.letters == "white" else (0, 0, 0, 0.4)
        return {"facecolor": self.colour, "hatch": self.hatch, "edgecolor": strokes, "linewidth": 0}


class _Shown:
    """Which persons, strategies (by their place in the trace, the reference first) and domains are shown, and how."""

    def __init__(self, trace: xr.Dataset, scenario: Scenario, max_persons: int) -> None:
        self.trace, self.scenario = trace, scenario
        self.names = [str(name) for name in trace["strategy"].values]
        self.years = float(trace.attrs["cycle_length_years"])
        #: Variable of each domain; length of life is shown by where the bands end, if there is no more to it.
        self.domains = {trace[name].attrs["of"]: name for name in named(trace, "domain")}
        for domain, about in scenario.domains.items():
            if about.ends_life is not None and len(about.states) == 2 and len(self.domains) > 1:
                del self.domains[domain]
        self.states = np.stack([trace[name].values for name in self.domains.values()])
        self.alive, self.followed = trace["alive"].values, trace["followed"].values
        comparator = str(trace.attrs["comparator"])
        self.reference = self.names.index(comparator) if comparator in self.names else 0
        ours, theirs = self.alive, self.alive[[self.reference]]
        #: Where lives differ from those under the reference (domain, strategy, person, boundary), while either lasts.
        self.differs = (self.states != self.states[:, [self.reference]]) | (ours != theirs)
        self.differs &= (ours | theirs) & self.followed
        self._choose(max_persons)

    def _choose(self, max_persons: int) -> None:
        """Choose strategies, then in turn for each the person whose life differs most."""
        differences = self.differs.sum(axis=(0, 3))  # (strategy, person)
        others: list[int] = []
        #: Why a strategy is not shown.
        self.hidden: dict[int, str] = {}
        for s in (s for s in range(len(self.names)) if s != self.reference):
            same = next((t for t in others if np.array_equal(self.states[:, s], self.states[:, t])), None)
            if not differences[s].any():
                self.hidden[s] = f" (the same lives as with {self.reference_label})"
            elif same is not None:
                self.hidden[s] = f" (the same lives as with {strategy_label(self.scenario, self.names[same])})"
            elif len(others) == _MOST_STRATEGIES - 1:
                self.hidden[s] = ""
            else:
                others.append(s)
        if not others:
            others = list(self.hidden)[: _MOST_STRATEGIES - 1]
            self.hidden = {s: why for s, why in self.hidden.items() if s not in others}
        self.strategies = sorted([self.reference, *others], key=lambda s: (s != self.reference, s))
        self.n_differing = int(differences.any(axis=0).sum())
        everybody = range(self.trace.sizes["person"])
        ranked = {s: sorted(everybody, key=lambda p: -differences[s, p]) for s in others}
        in_turn = [(s, ranked[s][place]) for place in everybody for s in others]
        wanted = [p for s, p in in_turn if differences[s, p] > 0]
        self.persons = sorted(list(dict.fromkeys([*wanted, *everybody]))[: max(max_persons, 1)])

    @cached_property
    def interventions(self) -> list[str]:
        """Interventions of the strategies shown."""
        used = {name for s in self.strategies for name in self.scenario.strategies[self.names[s]]}
        return [name for name in self.scenario.interventions if name in used]

    @cached_property
    def looks(self) -> dict[str, dict[str, _Look]]:
        """How each state that occurs is drawn, by domain."""
        found: dict[str, dict[str, _Look]] = {}
        lived, drawn = self.alive & self.followed, np.ix_(self.strategies, self.persons)
        for number, domain in enumerate(self.domains):
            spent = Counter(self.states[number][lived].tolist())
            common = max(spent, key=lambda state: spent[state], default="")
            present = set(self.states[number][drawn][lived[drawn]].tolist())
            seen = [state for state in self.scenario.domains[domain].states if state in present]
            rare = [state for state in seen if state != common]
            looks = {state: _look(k) for k, state in enumerate(rare)} | {common: _Look(_COMMON)}
            found[domain] = {state: looks[state] for state in seen}
        return found

    @cached_property
    def ages(self) -> tuple[float, float]:
        """First and last age shown."""
        lives = [_Life(self, self.reference, p) for p in self.persons]
        return min(life.start for life in lives), max(life.end for life in lives)

    @property
    def reference_label(self) -> str:
        """What the strategies are compared with."""
        return strategy_label(self.scenario, self.names[self.reference])

    @property
    def death_words(self) -> str:
        """What ends life."""
        name, state = next((of, domain.ends_life) for of, domain in self.scenario.domains.items() if domain.ends_life)
        return self.state_label(name, str(state))

    def intervention_label(self, name: str) -> str:
        return self.scenario.interventions[name].label or readable(name)

    def domain_label(self, name: str) -> str:
        """Label of a domain."""
        return at_start(_ENGLISH.variable(self.scenario, name))

    def state_label(self, domain: str, state: str) -> str:
        """Label of a state."""
        return at_start(_ENGLISH.level(self.scenario, domain, state))

    def strategy_words(self, s: int) -> str:
        words = strategy_label(self.scenario, self.names[s])
        return f"{words} (comparator)" if self.names[s] == self.trace.attrs["comparator"] else words

    def person_words(self, p: int) -> str:
        """Age, year and attributes of a person in words."""
        words = [f"aged {int(self.trace['age'][p, 0])} in {int(self.trace['year'][0])}"]
        for name in named(self.trace, "attribute", "trait"):
            of, value = self.trace[name].attrs["of"], self.trace[name].values[p]
            what = of.replace("_", " ")
            if of in self.scenario.population.traits:
                words.append(f"{what}: level {value} of {self.scenario.population.traits[of].levels}")
            else:
                words.append(f"{what}: {str(value).replace('_', ' ')}")
        return "; ".join(words)

    @property
    def caption(self) -> str:
        """What the figure shows, in a few sentences."""
        n, draw, seed = self.trace.sizes["person"], self.trace.attrs["draw"], self.trace.attrs["seed"]
        words = f"Lives of single persons in one draw of the uncertain figures (draw {draw}, seed {seed}). "
        who = f"the {n:,} persons traced" if n > 1 else "the one person traced"
        if len(self.names) == 1:
            words += "There is only one strategy, so that nothing is compared; the first persons are shown."
        else:
            words += (
                "A person meets the same luck under every strategy, so that whatever differs between the columns is "
                "caused by the intervention. "
            )
            if self.n_differing:
                words += (
                    f"Of {who}, {self.n_differing:,} live{'s' * (self.n_differing == 1)} differently under another "
                )
                words += "strategy; shown are those whose lives differ most."
            else:
                words += f"Nobody among {who} lives differently under another strategy; shown are the first."
        if self.hidden:
            hidden = [strategy_label(self.scenario, self.names[s]) + why for s, why in self.hidden.items()]
            words += f" Not shown: {', '.join(hidden)}."
        return words + " The figures are made up to show how things work." * self.scenario.illustrative


def _look(k: int) -> _Look:
    return _Look(_COLOURS[k % len(_COLOURS)], _HATCHES[k % len(_HATCHES)])


class _Life:
    """One life: what is drawn, by age.

    Attributes
    ----------
    start, end
        Age at the start, and at the end of what is followed [years].
    death
        Age at death [years], None for who lives to the end.
    """

    def __init__(self, shown: _Shown, s: int, p: int) -> None:
        self.shown, self.s, self.p = shown, s, p
        self.start = float(shown.trace["age"][p, 0])
        self.n_cycles = int(shown.followed[p].sum()) - 1
        self.end = self.age(self.n_cycles)
        dead = np.flatnonzero(~shown.alive[s, p, : self.n_cycles + 1])
        #: Boundaries at which the person lives.
        self.n_alive = int(dead[0]) if len(dead) else self.n_cycles + 1
        self.death = self.age(self.n_alive - 0.5) if len(dead) else None

    def age(self, boundary: float) -> float:
        """Exact age at a boundary, at the start if it lies before it."""
        return self.start + max(boundary, 0.0) * self.shown.years

    def bands(self, values: Iterable[Any]) -> Iterator[tuple[Any, float, float]]:
        """Yield runs of equal values, by boundary, with first and last age; changes fall in mid-cycle."""
        at = 0
        for value, same in groupby(list(values)[: self.n_alive]):
            n = len(list(same))
            yield value, self.age(at - 0.5), min(self.age(at + n - 0.5), self.end)
            at += n

    def programme(self, name: str) -> tuple[float, float] | None:
        """Ages between which an intervention costs or acts; None for a person who is never enrolled."""
        variable = next(v for v in named(self.shown.trace, "intervention") if self.shown.trace[v].attrs["of"] == name)
        enrolled = np.flatnonzero(self.shown.trace[variable].values[self.s, self.p, : self.n_alive] > 0)
        if len(enrolled) == 0:
            return None
        start = self.age(int(enrolled[0]))
        last = self.end if self.death is None else self.death
        return start, min(start + _last_year(self.shown.scenario, name), last)

    @property
    def death_words(self) -> str:
        """At which age life ends."""
        return "" if self.death is None else f"{self.shown.death_words} at {math.floor(self.death)}"

    @property
    def comparison(self) -> str:
        """How much of the life differs from that under the reference."""
        if self.s == self.shown.reference:
            return ""
        n = int(self.shown.differs[:, self.s, self.p].any(axis=0).sum())
        return f"differs in {n} of {self.n_cycles} {self.shown.scenario.cycle}s" if n else "the same life"


def _last_year(scenario: Scenario, name: str) -> float:
    """The time since enrolment in which an intervention costs anything or acts [years]; infinite for onwards."""
    structure, intervention = Structure(scenario), scenario.interventions[name]
    windows = [structure.window(effect) for effect in intervention.effects]
    windows += [structure.window(cost) for cost in intervention.costs]
    ends = [math.inf if window[1] is None else window[1] / structure.per_year for window in windows if window]
    return max([1.0, *ends])


# -- drawing ------------------------------------------------------------------------------------


def _draw_life(axes: Axes, shown: _Shown, life: _Life, panel: float) -> None:
    """Draw the rows of one person under one strategy: interventions, then domains; `panel` is the width in inches."""
    from matplotlib.patches import Rectangle
    from matplotlib.ticker import MaxNLocator

    first, last = shown.ages
    inches = panel / (last - first)
    n_programmes, n_rows = len(shown.interventions), len(shown.interventions) + len(shown.domains)
    for row, name in enumerate(shown.interventions):
        took_part = life.programme(name)
        if took_part is not None:
            start, end = took_part
            axes.add_patch(Rectangle((start, row + 0.3), end - start, 0.4, facecolor=_DARK, linewidth=0))
            for age in (start, end) if end < (life.end if life.death is None else life.death) else (start,):
                axes.plot(
                    [age, age], [row + 0.3, n_rows], color=_DARK, linestyle=(0, (1, 1.5)), linewidth=0.9, zorder=4
                )
        elif name in shown.scenario.strategies[shown.names[life.s]]:
            axes.text(first, row + 0.55, " not enrolled", fontsize=_TINY, color=_GREY, va="center",
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0}, zorder=5)  # fmt: skip
    differs = shown.differs[:, life.s, life.p]
    for number, (domain, looks) in enumerate(shown.looks.items()):
        row = n_programmes + number
        for state, start, end in life.bands(shown.states[number, life.s, life.p]):
            look = looks[state]
            axes.add_patch(Rectangle((start, row + 0.12), end - start, 0.76, **look.patch))
            axes.plot([start, start], [row + 0.12, row + 0.88], color="white", linewidth=0.8)
            label = shown.state_label(domain, state)
            if (end - start) * inches > width_of(label, _TINY) + 0.1:
                under = {"facecolor": look.colour, "edgecolor": "none", "pad": 0.8} if look.hatch else None
                axes.text((start + end) / 2, row + 0.53, label, fontsize=_TINY, color=look.letters, ha="center",
                          va="center", bbox=under, zorder=5, parse_math=False)  # fmt: skip
        for other, start, end in life.bands(differs[number]):
            if other:
                axes.plot([start, end], [row + 0.95, row + 0.95], color="black", linewidth=1.6, solid_capstyle="butt")
    heading = life.comparison
    if life.death is not None:
        axes.plot(
            [life.death] * 2, [n_programmes, n_rows], color="black", linewidth=2.5, solid_capstyle="butt", zorder=6
        )
        if (last - life.death) * inches > width_of(life.death_words, _TINY) + 0.1:
            middle = n_programmes + len(shown.domains) / 2
            axes.text(
                life.death + 0.06 / inches, middle, life.death_words, fontsize=_TINY, va="center", parse_math=False
            )
        else:
            heading = f"{life.death_words}{', ' if heading else ''}{heading}"
    axes.set_xlim(first, last)
    axes.set_ylim(n_rows + _FOOT, 0)
    axes.set_yticks([])
    axes.tick_params(length=2, labelsize=_SMALL, pad=2)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=_TINY)
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=last - first > 4, steps=[1, 2, 2.5, 5, 10]))
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_title(heading, fontsize=_SMALL, color=_GREY, loc="right", pad=2, parse_math=False)


@dataclass(frozen=True)
class _Key:
    """An entry of the legend: a state, or a mark; without a look and a mark, the name of a domain."""

    words: str
    look: _Look | None = None
    mark: str = ""

    @property
    def width(self) -> float:
        return width_of(self.words, _SMALL) + (0.52 if self.look or self.mark else 0.15)


def _legend(shown: _Shown, width: float) -> Iterator[list[_Key]]:
    """Yield the lines of the legend: the states of each domain, then the marks."""
    names = [shown.domain_label(domain) for domain in shown.domains]
    indent = max(width_of(name, _SMALL) for name in [*names, "Marks"]) * 1.1 + 0.15
    for domain, looks in shown.looks.items():
        yield from _in_lines(
            shown.domain_label(domain),
            [_Key(shown.state_label(domain, state), look) for state, look in looks.items()],
            width - indent,
        )
    lives = [_Life(shown, s, p) for s in shown.strategies for p in shown.persons]
    marks = []
    if any(life.programme(name) for life in lives for name in shown.interventions):
        marks.append(_Key("enrolled: the years in which the intervention costs or acts", mark="programme"))
    if any(shown.differs[:, life.s, life.p].any() for life in lives):
        marks.append(_Key(f"differs from {shown.reference_label}", mark="differs"))
    if any(life.death is not None for life in lives):
        marks.append(_Key(shown.death_words, mark="death"))
    marks.append(_Key(f"along the bands: age in years; moves are drawn in the middle of their {shown.scenario.cycle}"))
    yield from _in_lines("Marks", marks, width - indent)


def _in_lines(name: str, keys: list[_Key], width: float) -> Iterator[list[_Key]]:
    line, used = [_Key(name)], 0.0
    for key in keys:
        if used + key.width > width and len(line) > 1:
            yield line
            line, used = [_Key("")], 0.0
        line.append(key)
        used += key.width
    yield line


def _draw_legend(page: Page, lines: list[list[_Key]], top: float) -> None:
    from matplotlib.patches import Rectangle

    indent = max(width_of(line[0].words, _SMALL) for line in lines) * 1.1 + 0.15
    for number, (name, *keys) in enumerate(lines):
        base = top + _LEGEND_LINE * number + 0.05
        page.text(_MARGIN, base, name.words, _SMALL, weight="bold")
        left = _MARGIN + indent
        for key in keys:
            high, middle = base - 0.115, base - 0.045
            if key.look is not None:
                page.under.add_patch(Rectangle((left, high), 0.3, 0.14, **key.look.patch))
            elif key.mark == "programme":
                page.under.add_patch(Rectangle((left, middle - 0.04), 0.3, 0.08, facecolor=_DARK, linewidth=0))
            elif key.mark == "differs":
                page.under.plot([left, left + 0.3], [middle, middle], color="black", linewidth=1.6)
            elif key.mark == "death":
                page.under.plot([left + 0.2] * 2, [high, base + 0.02], color="black", linewidth=2.5)
            page.text(left + (0.35 if key.look or key.mark else 0), base, key.words, _SMALL)
            left += key.width
