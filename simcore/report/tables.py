"""The tables of a run, for the terminal, for CSV files and for machines."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import xarray as xr
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from simcore.analysis.evidence import QUALITIES, WEAK, priced_by_quality, uncertainty_by_quality
from simcore.analysis.summary import summarise, summarise_outcomes
from simcore.report.labels import actor_label, money, outcome_label, percent, strategy_label, year
from simcore.scenario.schema import Booking, Scenario

#: Below this share of the variance luck is not worth a warning; above `_UNSETTLED` nothing else is left.
_LUCK = 0.5
_UNSETTLED = 0.9


def line_bookings(scenario: Scenario) -> dict[str, Booking]:
    """The booking behind each line of the account, by the line's name."""
    lines: dict[str, Booking] = dict(scenario.prices)
    for name, intervention in scenario.interventions.items():
        lines.update({f"{name}.costs[{number}]": cost for number, cost in enumerate(intervention.costs)})
    return lines


def parameter_quality(scenario: Scenario) -> dict[str, str]:
    """Grade of every parameter and table, or "assumed"."""
    return {name: entry.quality for name, entry in {**scenario.parameters, **scenario.tables}.items()}


def line_quality(scenario: Scenario) -> dict[str, str]:
    """The weakest quality among the figures that make each line's amount."""
    known = parameter_quality(scenario)
    worst = {}
    for name, booking in line_bookings(scenario).items():
        figures = [booking.amount, booking.base, booking.share]
        qualities = [known[figure] for figure in figures if isinstance(figure, str)]
        worst[name] = max(qualities, key=QUALITIES.index, default="A")
    return worst


def rows(results: xr.Dataset) -> list[dict[str, Any]]:
    """The main table as records: one per intervention and actor or view, without those nothing happens to."""
    summary = summarise(results)
    records = []
    for intervention in summary["intervention"].values:
        for actor in summary["actor"].values:
            one = summary.sel(intervention=intervention, actor=actor)
            if float(one["luck_share"]) != float(one["luck_share"]) and float(one["net_saving"]) == 0:
                continue  # nothing is at stake for this actor
            low, middle, high = (float(q) for q in one["avoided_cost_quantile"].values)
            records.append({
                "intervention": str(intervention),
                "actor": str(actor),
                "avoided_cost": float(one["avoided_cost"]),
                "avoided_cost_mcse": float(one["avoided_cost_mcse"]),
                "avoided_cost_q05": low,
                "avoided_cost_q50": middle,
                "avoided_cost_q95": high,
                "programme_cost": float(one["programme_cost"]),
                "programme_cost_mcse": float(one["programme_cost_mcse"]),
                "net_saving": float(one["net_saving"]),
                "net_saving_mcse": float(one["net_saving_mcse"]),
                "probability_net_saving": float(one["probability_net_saving"]),
                "break_even_year": float(one["break_even_year"]),
                "probability_never": float(one["probability_never"]),
                "luck_share": float(one["luck_share"]),
            })  # fmt: skip
    return records


def as_csv(records: list[dict[str, Any]]) -> str:
    """Write records as CSV."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(records[0]) if records else ["intervention"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return buffer.getvalue()


def as_json(results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything the terminal shows, for machines; infinity and not-a-number become null."""
    outcomes = summarise_outcomes(results)
    evidence = {
        "priced_by_quality": priced_by_quality(results, line_quality(scenario)),
        "uncertainty_by_quality": uncertainty_by_quality(results, parameter_quality(scenario)),
    }
    attributes = {key: value for key, value in results.attrs.items() if key != "scenario_files"}
    whole: dict[str, Any] = {
        "run": attributes,
        "actors": records,
        "outcomes": [
            {
                "intervention": str(intervention),
                "outcome": str(outcome),
                "change": float(outcomes["change"].sel(intervention=intervention, outcome=outcome)),
                "change_mcse": float(outcomes["change_mcse"].sel(intervention=intervention, outcome=outcome)),
            }
            for intervention in outcomes["intervention"].values
            for outcome in outcomes["outcome"].values
        ],
        "evidence": {
            name: {
                str(i): {str(q): float(shares.sel(intervention=i, quality=q)) for q in shares["quality"].values}
                for i in shares["intervention"].values
            }
            for name, shares in evidence.items()
        },
    }
    cleaned: dict[str, Any] = _without_infinities(whole)
    return cleaned


def _without_infinities(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_infinities(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_infinities(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value


def run_tables(results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]]) -> RenderableType:
    """Everything that `simcore run` and `simcore report` print; `records` are the `rows` of the results."""
    attributes = results.attrs
    parts: list[RenderableType] = [Text(str(attributes["title"]), style="bold")]
    parts.append(
        Text(
            f"{attributes['n_draws']:,} draws × {attributes['n_persons']:,} persons, seed {attributes['seed']}. "
            f"{money_words(results)}. Compared with: {strategy_label(scenario, str(attributes['comparator']))}."
        )
    )
    if scenario.illustrative:
        parts.append(Text("The figures are made up to show how things work.", style="yellow"))
    for intervention in dict.fromkeys(record["intervention"] for record in records):
        of_it = [record for record in records if record["intervention"] == intervention]
        parts += [Text(), _intervention_table(strategy_label(scenario, intervention), scenario, of_it)]
    if not records:
        parts += [Text(), Text("No strategy differs from the comparator in any cost.")]
    if results.sizes["outcome"]:
        parts += [Text(), _outcome_table(results, scenario)]
    parts += [Text(), *(Text(sentence) for sentence in notes(results, scenario, records))]
    return Group(*parts)


def money_words(results: xr.Dataset) -> str:
    """Unit of all money, in words."""
    attributes = results.attrs
    return (
        f"{attributes['currency']} per person, prices of {attributes['price_year']}, "
        f"discounted at {100 * attributes['discount_rate']:.3g} % a year"
    )


def _intervention_table(title: str, scenario: Scenario, records: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    table.add_column("Actor", no_wrap=True)
    for head in ("Avoided cost", "± MCSE", "5 %", "50 %", "95 %", "Programme", "Net saving", "± MCSE"):
        table.add_column(head, justify="right", no_wrap=True)
    for head in ("P(net > 0)", "Break-even", "Luck"):
        table.add_column(head, justify="right")
    for record in records:
        if record["actor"] == "public_sector":
            table.add_section()
        luck = record["luck_share"]
        settled = not luck > _UNSETTLED
        table.add_row(
            actor_label(scenario, record["actor"]),
            money(record["avoided_cost"], sign=True),
            money(record["avoided_cost_mcse"]),
            money(record["avoided_cost_q05"], sign=True),
            money(record["avoided_cost_q50"], sign=True),
            money(record["avoided_cost_q95"], sign=True),
            money(record["programme_cost"]),
            money(record["net_saving"], sign=True),
            money(record["net_saving_mcse"]),
            percent(record["probability_net_saving"]) if settled else "not settled",
            year(record["break_even_year"]),
            percent(luck),
        )
    return table


def _outcome_table(results: xr.Dataset, scenario: Scenario) -> Table:
    summary = summarise_outcomes(results)
    comparator = str(results.attrs["comparator"])
    table = Table(
        title="Outcomes per person, and their change", title_justify="left", title_style="bold", pad_edge=False
    )
    table.add_column("Outcome", no_wrap=True)
    table.add_column(strategy_label(scenario, comparator), justify="right")
    for intervention in summary["intervention"].values:
        table.add_column(strategy_label(scenario, str(intervention)), justify="right")
        table.add_column("± MCSE", justify="right")
    for outcome in results["outcome"].values:
        cells = [outcome_label(scenario, str(outcome))]
        cells.append(f"{float(summary['expected'].sel(strategy=comparator, outcome=outcome)):.3f}")
        for intervention in summary["intervention"].values:
            at = {"intervention": intervention, "outcome": outcome}
            change, error = float(summary["change"].sel(at)), float(summary["change_mcse"].sel(at))
            cells += [f"{change:+.4f}".replace("-", "−"), "–" if math.isnan(error) else f"{error:.4f}"]
        table.add_row(*cells)
    return table


def notes(results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]]) -> list[str]:
    """Sentences under the tables: what the columns mean, what is luck, how good the figures are."""
    horizon = int(results["year"].values[-1])
    sentences = [
        "Avoided cost: what the comparator costs minus what the strategy costs, without the programme; a minus means that "
        "the actor pays more, or receives less. Net saving: avoided cost minus the programme. Break-even: median over "
        f"draws of the first year from which the cumulative net saving stays above zero, up to {horizon}. "
        "Public sector and society are sums over actors.",
        "MCSE: Monte Carlo standard error of the mean. Luck: share of the spread that is chance between simulated persons "
        "rather than ignorance about the figures; more persons make it smaller. 5 % to 95 % and P include it.",
    ]
    lucky = [record for record in records if record["luck_share"] > _LUCK]
    if lucky:
        names = ", ".join(dict.fromkeys(actor_label(scenario, record["actor"]) for record in lucky))
        worst = max(record["luck_share"] for record in lucky)
        sentences.append(
            f"Warning: for {names}, luck is up to {percent(worst)} of the spread: their quantiles are too wide and their "
            "probabilities too close to one half. Use more --persons before you quote them."
        )
    return [*sentences, *evidence_words(results, scenario)]


def evidence_words(results: xr.Dataset, scenario: Scenario) -> list[str]:
    """How much of the result rests on weak or assumed figures, in sentences."""
    priced = priced_by_quality(results, line_quality(scenario))
    varied = uncertainty_by_quality(results, parameter_quality(scenario))
    sentences = []
    for intervention in priced["intervention"].values:
        label = strategy_label(scenario, str(intervention))
        shares = {str(q): float(priced.sel(intervention=intervention, quality=q)) for q in priced["quality"].values}
        if any(math.isnan(share) for share in shares.values()):
            continue
        weak = ", ".join(_of_quality(quality, shares[quality]) for quality in WEAK if shares[quality] > 0)
        text = f"Evidence, {label}: {percent(sum(shares[q] for q in WEAK))} of the money that moves has a unit cost that is "
        text += f"weak or assumed ({weak})" if weak else "weak or assumed"
        spread = {str(q): float(varied.sel(intervention=intervention, quality=q)) for q in varied["quality"].values}
        if not any(math.isnan(share) for share in spread.values()):
            text += f"; of the spread of society's net saving, {percent(sum(spread[q] for q in WEAK))} comes from "
            text += f"parameters that are weak or assumed ({percent(spread['assumed'])} assumed), "
            text += f"{percent(sum(spread[q] for q in QUALITIES if q not in WEAK))} from better ones"
            text += f", {percent(spread['rest'])} is luck or not linear"
        sentences.append(text + ".")
    effects = effect_words(scenario)
    return [*sentences, *([effects] if effects else [])]


def _of_quality(quality: str, share: float) -> str:
    return f"{percent(share)} {'assumed' if quality == 'assumed' else f'grade {quality}'}"


def effect_words(scenario: Scenario) -> str:
    """What the effects of the interventions rest on, in a sentence."""
    known = parameter_quality(scenario)
    words = []
    for intervention in scenario.interventions.values():
        for effect in intervention.effects:
            if isinstance(effect.size, str):
                quality = known[effect.size]
                grade = "assumed" if quality == "assumed" else f"grade {quality}"
                words.append(f"{effect.size} ({grade}, {effect.evidence})")
    return f"Everything passes through the effects: {', '.join(dict.fromkeys(words))}." if words else ""
