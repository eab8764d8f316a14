"""Figures about what to agree on, and why: the four worlds, shares of costs, contracts and a fund."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

from simcore.decisions.agreements import WAYS
from simcore.decisions.silos import DECIDERS, HORIZONS
from simcore.report.decision_answers import too_few
from simcore.report.decision_names import THOUSAND, Words
from simcore.report.decision_panels import (
    AXIS,
    BETWEEN,
    DARK,
    GREY,
    GRID,
    HATCHES,
    MARGIN,
    NEAR,
    PALE,
    SMALL,
    WIDTH,
    Rows,
    Scale,
    Sheet,
    Style,
    actors_with,
    box_sample,
    headings_of,
    line_sample,
    lines_of,
    mark_sample,
    number_years,
    rows_of_actors,
    stacked_bar,
    without_rounding,
    write_heading,
)
from simcore.report.figures import COLOURS
from simcore.report.page import Page, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOWEST: Final[Style] = {"marker": ">", "color": COLOURS[4], "markeredgecolor": "black", "markersize": 9, "zorder": 4}
_HIGHEST: Final[Style] = {"marker": "<", "color": COLOURS[5], "markeredgecolor": "black", "markersize": 9, "zorder": 4}
_SMALL: Final[Style] = {"markersize": 5, "markeredgecolor": "black", "zorder": 3}
_AGREED: Final[Style] = {"facecolor": COLOURS[2], "edgecolor": COLOURS[2]}
_APART: Final[Style] = {"facecolor": "white", "edgecolor": COLOURS[1], "hatch": "/////"}
_PRICES: Final = {
    "cost_per_success": "lowest", "worth_per_success": "highest", "lowest_price_at": "lowest_at",
    "highest_price_at": "highest_at",
}  # fmt: skip
_ALL_PRICES = (*_PRICES, "price")
_BAR = 0.2


# -- silos --------------------------------------------------------------------------------------


def silos_sheet(words: Words) -> Sheet | None:
    """What society gains in each of the four worlds, and what each actor loses in the worst of them."""
    worlds, number = words.found.price_of_silos, words.found.question.budget_years
    if not bool((worlds["chosen"] != words.usual).any()):
        return None
    rule = words.found.question.probability
    low, _, high = (words.thousand(float(of)) for of in worlds["loss_quantile"].sel(cause="both").values)
    known = np.isfinite(worlds["loss_quantile"].sel(cause="both").values).all()
    both = words.head(
        "figure_loss", low=low, high=high,
        probability=words.percent(float(worlds["probability_of_loss"].sel(cause="both"))),
    )  # fmt: skip
    caption = [
        words.about("figure_thousand"), words.head("figure_silos"),
        words.head("rule_expected" if rule is None else "rule_probability", probability=words.percent(rule or 0)),
        *([both] if known else []),
    ]  # fmt: skip
    sheet = Sheet(words, words.head("worlds"), caption)
    names, values = [], []
    for decider in DECIDERS:
        for horizon in HORIZONS:
            at = worlds.sel(decider=decider, horizon=horizon)
            chosen = str(at["chosen"].values)
            span = words.years(number) if horizon == "short" else words.head("whole")
            funded = words.head("figure_none") if chosen == words.usual else words.strategy(chosen)
            names.append((f"{words.head(decider)}, {span}", words.head("figure_funds", names=funded)))
            values.append(float(at["value"]))
    lines = [[*Rows.of([who], 2.5).lines[0], *Rows.of([what], 2.5).lines[0]] for who, what in names]
    loss = without_rounding(worlds["loss_of_actor"].sel(cause="both"))
    losing = actors_with(loss != 0)
    half = (WIDTH - 2 * MARGIN - BETWEEN) / 2
    sides = [
        (Rows(lines, rules=frozenset({1})), values, words.head("value"), [COLOURS[0]] * 4),
        (
            rows_of_actors(words, losing, 2.0), [float(loss.sel(actor=of)) for of in losing],
            words.head("figure_lost", years=words.years(number)),
            [COLOURS[1] if float(loss.sel(actor=of)) > 0 else COLOURS[0] for of in losing],
        ),
    ]  # fmt: skip
    headings, above = headings_of([side[2] for side in sides], half)

    def draw(page: Page, top: float) -> None:
        for place, (rows, amounts, _, colours) in enumerate(sides):
            at = MARGIN + place * (half + BETWEEN)
            write_heading(page, headings[place], at, top + above)
            if amounts:
                _draw_bars(page, words, rows, amounts, colours, at, top + above, half)
            else:
                page.text(at, top + above + 0.25, words.head("figure_not_lost"), SMALL)

    sheet.add(above + max(side[0].height for side in sides) + AXIS, draw)
    return sheet


def _draw_bars(
    page: Page, words: Words, rows: Rows, amounts: Sequence[float], colours: Sequence[str], left: float, top: float,
    width: float,
) -> None:  # fmt: skip
    """Draw amounts of money as bars, with the numbers to their right."""
    numbers = [words.thousand(amount) for amount in amounts]
    room = max(width_of(number, SMALL) for number in numbers) + 0.15
    start = left + rows.width + NEAR
    panel = left + width - start - room
    scale = Scale.of(np.array(amounts) / THOUSAND, words.language, panel)
    rows.write(page, start - NEAR, top)
    axes = rows.panel(page, start, top, panel, scale)
    for place, amount, colour, number in zip(rows.centres, amounts, colours, numbers, strict=True):
        stacked_bar(axes, place, [(amount / THOUSAND, {"facecolor": colour})], _BAR)
        page.text(left + width, top + place, number, SMALL, ha="right", va="center")


# -- agreements ---------------------------------------------------------------------------------


def agreements_sheet(words: Words) -> Sheet | None:
    """For each intervention ways to share its cost, and how likely it is that an actor loses then."""
    shares = words.found.cost_shares
    names = [str(n) for n in shares["intervention"].values
             if np.isfinite(shares["share"].sel(intervention=n, way="as_now").values).any()]  # fmt: skip
    if not names:
        return None
    share = without_rounding(shares["share"].sel(intervention=names))
    actors = [str(of) for of in share["actor"].values if bool((share.sel(actor=of).fillna(0.0) != 0).any())]
    styles: dict[str, Style] = {
        actor: {"facecolor": COLOURS[number % 6], "hatch": HATCHES[number // 6 % len(HATCHES)]}
        for number, actor in enumerate(actors)
    }
    others: Style = {"facecolor": PALE}
    rest = without_rounding(1.0 - share.sum("actor", skipna=False)).transpose("intervention", "way")
    rest = rest.where(abs(rest) > 1e-9, 0.0)
    sheet = Sheet(words, words.head("shares"), [words.head("figure_shares")])
    sheet.legend(
        [(words.actor(actor), box_sample(style)) for actor, style in styles.items()]
        + ([(words.head("figure_others"), box_sample(others))] if bool((rest.fillna(0.0) != 0).any()) else [])
    )
    least = shares["probability_not_to_lose"].min("actor", skipna=False)
    chance = words.percent(words.found.question.not_losing)
    label = {way: words.head(way, probability=chance) for way in WAYS}
    left = MARGIN + Rows.of(list(label.values()), 2.0).width + NEAR
    column = words.head("figure_least")
    panel = WIDTH - MARGIN - width_of(column, SMALL) - 0.1 - left
    parts = xr.concat([share, rest.expand_dims(actor=["others"])], dim="actor")
    right, below = (of.sum("actor").values.ravel() for of in (parts.clip(min=0), parts.clip(max=0)))
    scale = Scale.of([*right, *below, 1.0], words.language, panel, share=True)
    for name in names:
        at = shares.sel(intervention=name)
        possible = bool(np.isfinite(share.sel(intervention=name, way="proportional").values).all())
        ways = list(WAYS) if possible else ["as_now"]
        rows = Rows.of([label[way] for way in ways], 2.0)
        headings, high = headings_of([words.strategy(name)], panel)

        def draw(
            page: Page, top: float, name: str = name, rows: Rows = rows, ways: Sequence[str] = ways,
            heading: list[str] = headings[0], high: float = high,
        ) -> None:  # fmt: skip
            write_heading(page, heading, left, top + high)
            page.text(WIDTH - MARGIN, top + high - 0.07, column, SMALL, ha="right")
            rows.write(page, left - NEAR, top + high)
            axes = rows.panel(page, left, top + high, panel, scale)
            axes.axvline(1, color=GREY, linewidth=0.8, linestyle="--", zorder=1.5)
            for place, way in zip(rows.centres, ways, strict=True):
                where = {"intervention": name, "way": way}
                amounts = [(float(share.sel(where).sel(actor=of)), styles[of]) for of in actors]
                amounts.append((float(rest.sel(where)), others))
                if not np.isfinite([amount for amount, _ in amounts]).all():
                    hidden = np.isnan(float(shares["reachable"].sel(intervention=name)))
                    said = words.head("figure_not_settled" if hidden else "figure_out_of_reach")
                    axes.text(0, place, f"  {said}", fontsize=SMALL, va="center", parse_math=False, color=GREY)
                    continue
                for (start, wide), (_, style) in zip(stacked_bar(axes, place, amounts, _BAR), amounts, strict=True):
                    _write_share(axes, words, start, wide, place, style, panel / (scale.high - scale.low))
                number = words.percent(float(least.sel(where)))
                page.text(WIDTH - MARGIN, top + high + place, number, SMALL, ha="right", va="center")

        sheet.add(high + rows.height + AXIS, draw)
        reachable = float(at["reachable"])
        if not possible:
            sheet.say(words.head("no_shares"), SMALL, left=left, color=DARK)
        elif np.isfinite(reachable):
            sheet.say(words.head("reachable", probability=words.percent(reachable)), SMALL, left=left, color=DARK)
        sheet.space(0.12)
    return sheet


def _write_share(
    axes: Axes, words: Words, start: float, wide: float, place: float, style: Style, inches: float
) -> None:  # fmt: skip
    """Write a share on its part of a bar where it has room; `inches` is how long the whole is."""
    label = words.percent(wide)
    if abs(wide) * inches < width_of(label, SMALL) + 0.06:
        return
    hatched = bool(style.get("hatch"))
    light = not hatched and style["facecolor"] in COLOURS[:3]  # letters that stand out against it
    back = {"bbox": {"facecolor": "white", "linewidth": 0, "pad": 0.8, "alpha": 0.8}} if hatched else {}
    axes.text(
        start + wide / 2, place, label, fontsize=SMALL, ha="center", va="center", color="white" if light else "black",
        parse_math=False, **back,
    )  # fmt: skip


# -- contracts ----------------------------------------------------------------------------------


def contract_sheet(words: Words) -> Sheet | None:
    """For each intervention the prices of a success between which there is room for an agreement."""
    found, outcome = words.found.outcome_contract, words.found.question.outcome
    if found is None or outcome is None or not bool((found["successes"] != 0).any()):
        return None
    names = [str(name) for name in found["intervention"].values]
    chance = words.percent(words.found.question.not_losing)
    caption = [words.about("figure_prices"), words.head("figure_contract", probability=chance)]
    sheet = Sheet(words, words.head("contract", outcome=words.outcome(outcome)), caption)
    small = [{**style, **_SMALL, "color": "white"} for style in (_LOWEST, _HIGHEST)]
    sheet.legend([
        (words.head("figure_lowest"), mark_sample(_LOWEST)), (words.head("figure_highest"), mark_sample(_HIGHEST)),
        (words.head("lowest_at", probability=chance), mark_sample(small[0])),
        (words.head("highest_at", probability=chance), mark_sample(small[1])),
        (words.head("figure_agreement"), box_sample(_AGREED)), (words.head("figure_gap"), box_sample(_APART)),
        (words.head("price"), line_sample({"color": "black", "linewidth": 2})),
    ])  # fmt: skip
    rows = Rows.of([words.strategy(name) for name in names], 2.6, least=0.62)
    left = MARGIN + rows.width + NEAR
    panel = WIDTH - MARGIN - left
    told = [_prices_told(words, found.sel(intervention=name), panel) for name in names]
    heights = [max(own, 0.42 + 0.16 * len(lines)) for own, lines in zip(rows.heights, told, strict=True)]
    rows = Rows(rows.lines, rules=frozenset(range(len(names) - 1)), least=max(heights))
    priced = [name for name in names if not too_few(found.sel(intervention=name), words.results)]
    prices = np.concatenate([found[of].sel(intervention=priced).values / THOUSAND for of in _ALL_PRICES])
    scale = Scale.of(prices, words.language, panel)

    def draw(page: Page, top: float) -> None:
        rows.write(page, left - NEAR, top)
        axes = rows.panel(page, left, top, panel, scale)
        for centre, name, lines in zip(rows.centres, names, told, strict=True):
            at = found.sel(intervention=name)
            place = centre - 0.08 * len(lines)
            if name in priced:
                _draw_prices(axes, at, place, small)
            for number, line in enumerate(lines):
                axes.text(
                    0.05 / panel, place + 0.27 + 0.155 * number, line, transform=axes.get_yaxis_transform(),
                    fontsize=SMALL, color=DARK, parse_math=False, zorder=5,
                    bbox={"facecolor": "white", "linewidth": 0, "pad": 1.0},
                )  # fmt: skip

    sheet.add(rows.height + AXIS, draw)
    return sheet


def _prices_told(words: Words, at: xr.Dataset, width: float) -> list[str]:
    """All prices of an intervention in words, those that there are not among them."""
    if too_few(at, words.results):
        return lines_of(words.head("too_few"), width - 0.1, SMALL)
    if all(math.isnan(float(at[of])) for of in ("cost_per_success", "worth_per_success")):
        return lines_of(words.head("figure_no_price"), width - 0.1, SMALL)
    chance = words.percent(words.found.question.not_losing)
    each = [f"{words.head(head, probability=chance)} {_price(words, float(at[of]))}" for of, head in _PRICES.items()]
    return lines_of("  ·  ".join(each), width - 0.1, SMALL)


def _price(words: Words, value: float) -> str:
    return words.language.money(value / THOUSAND)


def _draw_prices(axes: Axes, at: xr.Dataset, place: float, small: Sequence[Style]) -> None:
    """Draw the lowest and the highest price, what lies between, and what is sure."""
    from matplotlib.patches import Rectangle

    low, high, low_at, high_at, price = (float(at[of]) / THOUSAND for of in _ALL_PRICES)
    if math.isfinite(low) and math.isfinite(high):
        style = _AGREED if bool(at["agreement"]) else _APART
        axes.add_patch(Rectangle((min(low, high), place - 0.06), abs(high - low), 0.12, linewidth=1.0, **style))
    for value, style in ((low, _LOWEST), (high, _HIGHEST), (low_at, small[0]), (high_at, small[1])):
        if math.isfinite(value):
            axes.plot([value], [place], linestyle="none", **style)
    if math.isfinite(price):
        axes.plot([price, price], [place - 0.13, place + 0.13], color="black", linewidth=2, zorder=5)


# -- a fund -------------------------------------------------------------------------------------


def fund_sheet(words: Words) -> Sheet | None:
    """The balance of a fund over the years, and how likely it is to have run dry."""
    found = words.found.investment_fund
    if found is None or not bool((found["groups"] > 0).any()):
        return None
    currency = str(words.results.attrs["currency"])
    groups = {str(name): int(found["groups"].sel(intervention=name)) for name in found["intervention"].values}
    paid = [f"{words.language.number(number)} × {words.strategy(name)}" for name, number in groups.items() if number]
    capital, gain, lowest = (
        words.language.amount(float(of), currency)
        for of in (found.attrs["capital"], found["gain"], found["lowest_at_risk"])
    )
    risk = words.percent(words.found.question.risk)
    caption = [
        words.head("figure_pays_for", names="; ".join(paid)),
        words.head("fund_note", gain=gain, risk=risk, lowest=lowest), *words.luck_in(),
    ]  # fmt: skip
    sheet = Sheet(words, words.head("fund", capital=capital), caption)
    years = found["year"].values.astype(float)
    balance, band = found["balance"].values / THOUSAND, found["balance_quantile"].values[[0, -1]] / THOUSAND
    dry = found["probability_dry"].values
    if len(years) == 1:  # a band needs two ends
        years, balance, dry = years[0] + np.array([-0.2, 0.2]), np.repeat(balance, 2), np.repeat(dry, 2)
        band = np.repeat(band, 2, axis=1)
    scale = Scale.of([*balance, *band.ravel()], words.language, 3.0, upright=True)
    shares = Scale.of([0.0, max(0.1, 1.2 * float(dry.max()))], words.language, 1.4, share=True, upright=True)
    left = MARGIN + max(scale.wide, shares.wide) + 0.12
    panel = WIDTH - MARGIN - 0.2 - left
    unit = words.about("thousand")
    headings, high = headings_of([f"{words.head('balances')} ({unit})"], panel)
    below, under = headings_of([words.head("figure_run_dry")], panel)
    sheet.legend([
        (words.head("figure_expected"), line_sample({"color": COLOURS[0], "linewidth": 2})),
        (words.head("figure_most"), line_sample({"color": COLOURS[0], "alpha": 0.25, "linewidth": 8})),
    ])  # fmt: skip

    def draw(page: Page, top: float) -> None:
        write_heading(page, headings[0], left, top + high)
        axes = page.axes(left, top + high, panel, 3.0)
        axes.fill_between(years, *band, color=COLOURS[0], alpha=0.25, linewidth=0)
        axes.plot(years, balance, color=COLOURS[0], linewidth=2)
        _over_years(axes, years, scale)
        second = top + high + 3.0 + AXIS + 0.1
        write_heading(page, below[0], left, second + under)
        axes = page.axes(left, second + under, panel, 1.4)
        axes.fill_between(years, 0, dry, color=COLOURS[1], alpha=0.45, step="mid", linewidth=0)
        axes.plot(years, dry, color=COLOURS[1], linewidth=2, drawstyle="steps-mid")
        _over_years(axes, years, shares)
        axes.set_ylim(0, shares.high)

    sheet.add(high + 3.0 + AXIS + 0.1 + under + 1.4 + AXIS, draw)
    return sheet


def _over_years(axes: Axes, years: Any, scale: Scale) -> None:
    """Number the axes of something over calendar years."""
    axes.axhline(0, color="black", linewidth=0.8)
    number_years(axes.xaxis, years, 10)
    scale.along(axes.yaxis)
    axes.grid(color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["right", "top"]].set_visible(False)
