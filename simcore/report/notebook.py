"""Results and reports in a notebook, next to the cell that made them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from typing import Any

import xarray as xr

from simcore.analysis.once import worked_out_once
from simcore.analysis.summary import summarise
from simcore.report.figures import result_figure
from simcore.report.language import Language, Phrase
from simcore.report.pictures import as_small_png
from simcore.repricing import scenario_of
from simcore.scenario.schema import Scenario

_PHRASES: dict[str, Phrase] = {
    "run": (
        "{draws} draws{persons}, seed {seed}. Per person, {currency} in prices of {price_year}, as present value. "
        "Compared with: {usual}.",
        "{draws} dragningar{persons}, frö {seed}. Per person, {currency} i {price_year} års priser, som nuvärde. "
        "Jämförelse: {usual}.",
    ),
    "sampled": (" of {persons} lives each", " med {persons} liv var"),
    "exact": (", without luck between persons", ", utan slump mellan personer"),
    "illustrative": (
        "The figures are made up to show how things work.",
        "Siffrorna är påhittade för att visa hur det fungerar.",
    ),
    "actor": ("Actor", "Aktör"),
    "avoided_cost": ("Avoided cost", "Undviken kostnad"),
    "programme_cost": ("Programme cost", "Insatsens kostnad"),
    "net_saving": ("Net saving", "Netto"),
    "mcse": ("Error of the mean", "Medelvärdets fel"),
    "between": ("5 % to 95 %", "5 % till 95 %"),
    "probability": ("Gains with probability", "Vinner med sannolikhet"),
    "unsettled": ("not settled", "ej avgjort"),
    "nothing": ("No strategy differs from the comparator in any cost.", "Ingen kostnad skiljer strategierna åt."),
}  # fmt: skip
_CELL = "text-align:right;white-space:nowrap;padding:1px 10px 1px 0"
_FIRST = "text-align:left;white-space:nowrap;padding:1px 10px 1px 0"


class Display:
    """Something to be shown in a notebook, and as plain text elsewhere.

    Attributes
    ----------
    html
        What notebooks show; nothing in it is loaded from elsewhere.
    text
        What is shown where there is no HTML.
    """

    def __init__(self, html: str, text: str) -> None:
        self.html, self.text = html, text

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def show(results: xr.Dataset, *, language: str = "en", figure: bool = True) -> Display:
    """Show results in a notebook: for each intervention who avoids, pays and saves how much, and the figure of the run.

    The Dataset itself shows its variables, as xarray does; this shows what they say. In a terminal it is a table of
    net savings.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    language
        ``en`` or ``sv``. The figure is in English.
    figure
        Draw the figure too.

    Returns
    -------
    What notebooks show when it is the last line of a cell.

    Raises
    ------
    UnknownNameError
        There is no such language.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> print(simcore.show(results, figure=False).text.splitlines()[0])
    A textbook chain, machines that wear
    """
    words = Language.of(language)
    file = scenario_of(results)
    scenario = words.of_file(file).scenario
    with worked_out_once():
        summary = summarise(results)
        parts = [f"<p><strong>{escape(scenario.title)}</strong><br>{escape(_run(results, scenario, words))}</p>"]
        lines = [scenario.title]
        for name in map(str, summary["intervention"].values):
            of = summary.sel(intervention=name)
            label = words.strategy(scenario, name)
            rows = [_row(of.sel(actor=actor), scenario, str(actor), words) for actor in summary["actor"].values]
            rows = [
                row for row, actor in zip(rows, summary["actor"].values, strict=True) if _at_stake(of.sel(actor=actor))
            ]
            parts.append(f"<p><strong>{escape(label)}</strong></p>{_table(rows, words)}")
            lines += ["", label, *(f"  {row[0]:<40}{row[3]:>16}   {row[5]}" for row in rows)]
        if not summary.sizes["intervention"]:
            parts.append(f"<p>{escape(_say(words, 'nothing'))}</p>")
        if figure and summary.sizes["intervention"]:
            picture = base64.b64encode(as_small_png(result_figure(results, file.scenario))).decode("ascii")
            title = escape(scenario.title, quote=True)
            parts.append(f'<img alt="{title}" style="max-width:100%" src="data:image/png;base64,{picture}">')
    return Display(f"<div>{''.join(parts)}</div>", "\n".join(lines))


def show_report(results: xr.Dataset, *, language: str = "en", height: int = 800, **options: Any) -> Display:
    """Show the report about a run in a notebook: the page of `html_report` in a frame, with its charts that move.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    language
        ``en`` or ``sv``.
    height
        Of the frame [pixels].
    options
        Further arguments of `simcore.html_report`.

    Returns
    -------
    What notebooks show when it is the last line of a cell. The page is kept in the notebook, with a megabyte or more.

    Raises
    ------
    UnknownNameError
        As `simcore.html_report`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> simcore.show_report(results).html.startswith("<iframe")
    True
    """
    from simcore.report.web.report_page import html_report

    page = html_report(results, language=language, **options)
    title = Language.of(language).of_file(scenario_of(results)).scenario.title
    # What stands in the attribute is a page of its own, so that its styles and scripts do not meet the notebook's.
    frame = (
        f'<iframe title="{escape(title, quote=True)}" srcdoc="{escape(page, quote=True)}" width="100%" '
        f'height="{int(height)}" style="border:1px solid #CCCCCC"></iframe>'
    )
    return Display(frame, f"Report: {title}")


def _say(language: Language, phrase: str, **fields: object) -> str:
    return language.one_of(_PHRASES[phrase]).format(**fields)


def _run(results: xr.Dataset, scenario: Scenario, language: Language) -> str:
    """What was run, in a sentence or two."""
    about = results.attrs
    exact = about["engine"] == "expected"
    persons = language.number(float(about["n_persons"]))
    words = _say(
        language, "run", draws=language.number(float(about["n_draws"])), seed=about["seed"],
        persons=_say(language, "exact") if exact else _say(language, "sampled", persons=persons),
        currency=language.currency(str(about["currency"])), price_year=about["price_year"],
        usual=language.strategy(scenario, str(about["comparator"])),
    )  # fmt: skip
    return f"{words} {_say(language, 'illustrative')}" if scenario.illustrative else words


def _at_stake(of: xr.Dataset) -> bool:
    """Whether an actor has anything to gain or lose."""
    return any(float(of[name]) != 0 for name in ("avoided_cost", "programme_cost", "net_saving"))


def _row(of: xr.Dataset, scenario: Scenario, actor: str, language: Language) -> list[str]:
    """What an intervention means for an actor."""
    low, high = (float(of["net_saving_quantile"].sel(quantile=at)) for at in (0.05, 0.95))
    settled = low == low and high == high
    return [
        language.actor(scenario, actor),
        language.money(float(of["avoided_cost"])),
        language.money(float(of["programme_cost"])),
        language.money(float(of["net_saving"]), sign=True),
        language.money(float(of["net_saving_mcse"])),
        f"{language.money(low)} … {language.money(high)}" if settled else _say(language, "unsettled"),
        language.percent(float(of["probability_net_saving"])),
    ]


def _table(rows: list[list[str]], language: Language) -> str:
    heads = ("actor", "avoided_cost", "programme_cost", "net_saving", "mcse", "between", "probability")
    head = "".join(
        f'<th style="{_CELL if number else _FIRST}">{escape(_say(language, of))}</th>'
        for number, of in enumerate(heads)
    )
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{_CELL if number else _FIRST}">{escape(cell)}</td>' for number, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
