"""Figures about decisions, one for each topic: who gains, when, silos, agreements, contracts, funds, fairness, ranks.

matplotlib is loaded when a figure is drawn. What is shown comes from the answers alone; their words from
`simcore.report.decision_heads`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import VIEWS
from simcore.errors import UnknownNameError
from simcore.report.decision_answers import TOPICS, Answers
from simcore.report.decision_names import THOUSAND, Words
from simcore.report.decision_panels import (
    AXIS,
    BETWEEN,
    GREY,
    GRID,
    MARGIN,
    NEAR,
    SMALL,
    WIDTH,
    Rows,
    Scale,
    Sheet,
    Style,
    actors_with,
    box_sample,
    headings_of,
    in_groups,
    interval,
    line_sample,
    mark_sample,
    number_years,
    rows_of_actors,
    stacked_bar,
    without_rounding,
    write_heading,
)
from simcore.report.decision_plans import (
    agreements_sheet,
    contract_sheet,
    fund_sheet,
    silos_sheet,
)
from simcore.report.fairness_figure import fairness_sheet
from simcore.report.figures import COLOURS
from simcore.report.language import Language
from simcore.report.page import Page, width_of
from simcore.report.pictures import save_png
from simcore.scenario.schema import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KINDS: Final[dict[str, Style]] = {
    "programme_cost": {"facecolor": COLOURS[1]},
    "resource": {"facecolor": COLOURS[0]},
    "transfer": {"facecolor": COLOURS[5]},
    "tax": {"facecolor": COLOURS[4]},
    "production": {"facecolor": COLOURS[2]},
    "displaced_transfer": {"facecolor": COLOURS[5], "hatch": "////"},
    "displaced_tax": {"facecolor": COLOURS[4], "hatch": "////"},
    "displaced_production": {"facecolor": COLOURS[2], "hatch": "////"},
    "intangible": {"facecolor": COLOURS[3]},
    "public_funds": {"facecolor": COLOURS[6]},
}
_NET: Final[Style] = {
    "marker": "D", "color": "white", "markeredgecolor": "black", "markersize": 5, "zorder": 4,
}  # fmt: skip
_BAR, _THIN = 0.17, 0.2
_TALL = 1.45
#: Lines and bands of a fan.
_BLUE = COLOURS[0]


def decision_figure(
    topic: str, results: xr.Dataset, scenario: Scenario, found: Answers, language: Language
) -> Figure | None:  # fmt: skip
    """Draw a topic.

    Parameters
    ----------
    topic
        Of `simcore.report.decision_answers.TOPICS`.
    results, scenario
        What was run.
    found
        The answers.
    language
        That it is written in.

    Returns
    -------
    None where there is nothing to show: nothing at stake, no outcome or capital asked for, no subgroups, no world that
    funds anything, a fund that pays for nothing.

    Raises
    ------
    UnknownNameError
        There is no such topic.
    """
    if topic not in _SHEETS:
        raise UnknownNameError(topic, "a topic", _SHEETS)
    sheet = _SHEETS[topic](Words(results, scenario, found, language))
    return None if sheet is None else sheet.figure()


def save_decision_figures(
    results: xr.Dataset, scenario: Scenario, found: Answers, language: Language, folder: Path
) -> list[Path]:  # fmt: skip
    """Draw every topic that there is something to show of, each into a PNG file with its name.

    Parameters
    ----------
    results, scenario, found, language
        As for `decision_figure`.
    folder
        That exists already.

    Returns
    -------
    The files.

    Raises
    ------
    OSError
        A file cannot be written.
    """
    written = []
    for topic in TOPICS:
        figure = decision_figure(topic, results, scenario, found, language)
        if figure is not None:
            written.append(folder / f"{topic}.png")
            save_png(figure, written[-1])
    return written


# -- who gains ----------------------------------------------------------------------------------


def _gains(words: Words) -> Sheet | None:
    """For each intervention what each actor pays, avoids and keeps."""
    gains = words.found.who_gains
    cost = -without_rounding(gains["programme_cost"]) / THOUSAND
    kinds = without_rounding(gains["avoided_cost_of_kind"]) / THOUSAND
    net, spread = (gains[name] / THOUSAND for name in ("net_saving", "net_saving_quantile"))
    stake = (cost != 0) | (kinds != 0).any("cost_kind")
    actors = actors_with(stake)
    if not actors:
        return None
    parts = {
        "programme_cost": cost,
        **{str(kind): kinds.sel(cost_kind=kind, drop=True) for kind in kinds["cost_kind"].values},
    }
    parts = {name: of for name, of in parts.items() if bool((of != 0).any())}
    sheet = Sheet(words, words.head("gains"), [words.about("figure_thousand"), words.head("figure_gains")])
    sheet.legend(
        [(words.head(name), box_sample(_KINDS[name])) for name in parts]
        + [(words.head("net_saving"), mark_sample(_NET)), (words.head("figure_most"), line_sample({"color": "black"}))]
    )
    rows = rows_of_actors(words, actors, 2.3)
    names = [str(name) for name in gains["intervention"].values]
    left = MARGIN + rows.width + NEAR
    numbers = [words.thousand(float(of) * THOUSAND) for of in net.values.ravel()]
    room = max(width_of(number, SMALL) for number in numbers) + 0.15
    across = len(in_groups(names)[0])
    panel = (WIDTH - MARGIN - left - BETWEEN * (across - 1)) / across - room
    stacks = xr.concat(list(parts.values()), dim="part")
    ends = [stacks.clip(min=0).sum("part").values, stacks.clip(max=0).sum("part").values, spread.values[[0, -1]]]
    scale = Scale.of(np.concatenate([end.ravel() for end in ends]), words.language, panel)
    for group in in_groups(names):
        headings, high = headings_of([words.strategy(name) for name in group], panel + room)

        def draw(
            page: Page, top: float, group: Sequence[str] = group, headings: list[list[str]] = headings,
            high: float = high,
        ) -> None:  # fmt: skip
            rows.write(page, left - NEAR, top + high)
            for column, name in enumerate(group):
                at = left + column * (panel + room + BETWEEN)
                write_heading(page, headings[column], at, top + high)
                axes = rows.panel(page, at, top + high, panel, scale)
                for place, actor in zip(rows.centres, actors, strict=True):
                    where = {"intervention": name, "actor": actor}
                    amounts = [(float(of.sel(where)), _KINDS[kind]) for kind, of in parts.items()]
                    stacked_bar(axes, place, amounts, _BAR)
                    low, _, up = spread.sel(where).values
                    interval(axes, low, up, place, zorder=3)
                    axes.plot([float(net.sel(where))], [place], **_NET)
                    number = words.thousand(float(net.sel(where)) * THOUSAND)
                    page.text(at + panel + room, top + high + place, number, SMALL, ha="right", va="center")

        sheet.add(high + rows.height + AXIS, draw)
    return sheet


# -- when ---------------------------------------------------------------------------------------


def _when(words: Words) -> Sheet | None:
    """For each intervention how net savings build up, for who pays most, the public sector and society."""
    back, gains = words.found.payback, words.found.who_gains
    mean, fan = (back[name] / THOUSAND for name in ("cumulative", "cumulative_quantile"))
    if not bool((mean != 0).any()):
        return None
    public = bool((words.results["sector"] == "public").any())
    last = int(back["year"].values[-1])

    def shown(name: str) -> list[tuple[str, str] | None]:
        """The actor of each row, and how it is called."""
        paid = gains["paid_share"].sel(intervention=name)
        rows: list[tuple[str, str] | None] = [None]
        if float(paid.max()) > 0:
            payer = str(paid["payer"].values[int(np.argmax(paid.values))])
            rows = [(payer, words.head("figure_payer", actor=words.actor(payer)))]
        return [*rows, *((view, words.actor(view)) for view in VIEWS if public or view != "public_sector")]

    names = [str(name) for name in back["intervention"].values]
    sheet = Sheet(words, words.head("when"), [words.about("figure_thousand"), words.head("figure_when")])
    sheet.legend([
        (words.head("figure_median"), line_sample({"color": _BLUE, "linewidth": 2})),
        (words.head("figure_half"), line_sample({"color": _BLUE, "alpha": 0.45, "linewidth": 8})),
        (words.head("figure_most"), line_sample({"color": _BLUE, "alpha": 0.2, "linewidth": 8})),
        (words.head("figure_mean"), line_sample({"color": GREY, "linestyle": ":", "linewidth": 1.6})),
    ])  # fmt: skip
    across = len(in_groups(names)[0])
    of_panel = {}
    for name in names:
        for actor, _ in filter(None, shown(name)):
            path, bands = (of.sel(intervention=name, actor=actor).values for of in (mean, fan))
            drawn = bands if np.isfinite(bands).all() else path
            of_panel[name, actor] = Scale.of(drawn, words.language, _TALL, upright=True)
    numbers = max((scale.wide for scale in of_panel.values()), default=0.0) + 0.12
    left = MARGIN + numbers
    panel = (WIDTH - MARGIN - left - (BETWEEN + numbers) * (across - 1)) / across
    for group in in_groups(names):
        headings, high = headings_of([words.strategy(name) for name in group], panel)

        def head(page: Page, top: float, headings: list[list[str]] = headings, high: float = high) -> None:
            for column, lines in enumerate(headings):
                write_heading(page, lines, left + column * (panel + BETWEEN + numbers), top + high)

        sheet.add(high, head)
        for row in range(len(shown(group[0]))):
            of_row = [shown(name)[row] for name in group]
            labels, above = headings_of([who[1] if who else "" for who in of_row], panel, SMALL)
            above += 0.16

            def draw(
                page: Page, top: float, group: Sequence[str] = group, labels: list[list[str]] = labels,
                of_row: Sequence[tuple[str, str] | None] = of_row, above: float = above,
            ) -> None:  # fmt: skip
                for column, (name, who) in enumerate(zip(group, of_row, strict=True)):
                    at = left + column * (panel + BETWEEN + numbers)
                    if who is None:
                        continue
                    where = {"intervention": name, "actor": who[0]}
                    page.text(at, top + above - 0.07, _never(words, back.sel(where), last), SMALL, weight="bold")
                    for number, line in enumerate(reversed(labels[column]), 1):
                        page.text(at, top + above - 0.07 - 0.16 * number, line, SMALL)
                    _draw_fan(page, at, top + above, panel, mean.sel(where), fan.sel(where), of_panel[name, who[0]])

            sheet.add(above + _TALL + AXIS, draw)
        sheet.space(0.1)
    return sheet


def _never(words: Words, at: xr.Dataset, last: int) -> str:
    """The probability that the money is not back, or that luck hides it."""
    if not bool((at["cumulative"] != 0).any()):
        return words.head("figure_nothing")
    if not bool(at["settled"]):
        return words.head("figure_not_settled")
    return words.head("figure_never", last=last, probability=words.percent(float(at["never"])))


def _draw_fan(
    page: Page, left: float, top: float, width: float, mean: xr.DataArray, fan: xr.DataArray, scale: Scale
) -> None:  # fmt: skip
    """Draw the median of a path and its bands, or its mean where luck hides them."""
    axes = page.axes(left, top, width, _TALL)
    years = mean["year"].values.astype(float)
    paths, middle = fan.transpose("quantile", "year").values, mean.values
    if len(years) == 1:  # a band needs two ends
        years = years[0] + np.array([-0.2, 0.2])
        paths, middle = np.repeat(paths, 2, axis=1), np.repeat(middle, 2)
    if np.isfinite(paths).all():
        axes.fill_between(years, paths[0], paths[4], color=_BLUE, alpha=0.2, linewidth=0)
        axes.fill_between(years, paths[1], paths[3], color=_BLUE, alpha=0.35, linewidth=0)
        axes.plot(years, paths[2], color=_BLUE, linewidth=2)
    else:
        axes.plot(years, middle, color=GREY, linestyle=":", linewidth=1.6)
    axes.axhline(0, color="black", linewidth=0.8)
    number_years(axes.xaxis, years, max(1, min(5, int(width / 0.6))))
    scale.along(axes.yaxis)
    axes.grid(color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["right", "top"]].set_visible(False)


# -- ranking ------------------------------------------------------------------------------------


def _ranking(words: Words) -> Sheet | None:
    """Interventions and the comparator in order, with the probability of being best and the expected regret."""
    ranks = words.found.ranking
    value, spread = (ranks[name] / THOUSAND for name in ("net_present_value", "net_present_value_quantile"))
    if not bool((value != 0).any()):
        return None
    names = [str(name) for name in ranks["intervention"].values]
    worth = {name: float(value.sel(intervention=name)) for name in names} | {words.usual: 0.0}
    ends = {name: spread.sel(intervention=name).values[[0, -1]] for name in names} | {words.usual: np.zeros(2)}
    order = sorted(worth, key=lambda name: -worth[name])
    best = {name: float(ranks["probability_best"].sel(strategy=name)) for name in order}
    regret = {name: float(ranks["expected_regret"].sel(strategy=name)) for name in order}
    sheet = Sheet(words, words.head("ranking"), [words.about("figure_thousand"), words.head("figure_ranking")])
    rows = Rows.of([words.strategy(name) for name in order], 2.6)
    numbers = {name: words.thousand(worth[name] * THOUSAND) for name in order}
    beside = {name: words.thousand(regret[name]).lstrip("+") for name in order}
    room = max(width_of(number, SMALL) for number in numbers.values()) + 0.15
    last = max(0.9, max(width_of(number, SMALL) for number in beside.values()) + 0.15)
    left = MARGIN + rows.width + NEAR
    panel = (WIDTH - MARGIN - left - room - last - BETWEEN) * 0.62
    second = left + panel + room + BETWEEN
    likely = WIDTH - MARGIN - last - second
    scale = Scale.of([*worth.values(), *np.array(list(ends.values())).ravel()], words.language, panel)
    shares = Scale.of([0.0, 1.0], words.language, likely, share=True)
    headings, high = headings_of([words.head("net_present_value")], panel)
    others, above = headings_of([words.head("figure_probability_best")], likely - 0.1)
    regrets, most = headings_of([words.head("figure_regret")], last)
    high = max(high, above, most)

    def draw(page: Page, top: float) -> None:
        write_heading(page, headings[0], left, top + high)
        write_heading(page, others[0], second, top + high)
        write_heading(page, regrets[0], WIDTH - MARGIN, top + high, ha="right")
        rows.write(page, left - NEAR, top + high)
        axes = rows.panel(page, left, top + high, panel, scale)
        bars = rows.panel(page, second, top + high, likely, shares)
        for place, name in zip(rows.centres, order, strict=True):
            low, up = ends[name]
            interval(axes, low, up, place, color=_BLUE, linewidth=2.2)
            axes.plot([worth[name]], [place], **_NET)
            middle = top + high + place
            page.text(left + panel + room, middle, numbers[name], SMALL, ha="right", va="center")
            if np.isfinite(best[name]):
                stacked_bar(bars, place, [(best[name], {"facecolor": _BLUE})], _THIN)
                said = f" {words.percent(best[name])}"
                inside = best[name] > 0.75
                bars.text(
                    best[name], place, f"{said} " if inside else said, fontsize=SMALL, va="center", parse_math=False,
                    ha="right" if inside else "left", color="white" if inside else "black",
                )  # fmt: skip
            else:
                bars.text(0, place, f" {words.head('figure_not_settled')}", fontsize=SMALL, va="center",
                          parse_math=False, color=GREY)  # fmt: skip
            page.text(WIDTH - MARGIN, middle, beside[name], SMALL, ha="right", va="center")

    sheet.add(high + rows.height + AXIS, draw)
    return sheet


_SHEETS: Final[dict[str, Callable[[Words], Sheet | None]]] = {
    "gains": _gains,
    "when": _when,
    "silos": silos_sheet,
    "agreements": agreements_sheet,
    "contract": contract_sheet,
    "fund": fund_sheet,
    "fairness": fairness_sheet,
    "ranking": _ranking,
}
