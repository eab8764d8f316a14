"""What is worth knowing before deciding, for each decision maker: tables, words and records."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr
from rich.console import RenderableType
from rich.text import Text

from simcore.analysis.acceptability import acceptability
from simcore.analysis.avoided_cost import VIEWS
from simcore.analysis.luck import regressors, unchanged, varying_figures
from simcore.analysis.net_benefit import net_benefit, net_benefit_of_halves
from simcore.analysis.proposed_study import Study, evsi
from simcore.analysis.value_of_information import evpi, evppi
from simcore.report.labels import actor_label, money, percent, strategy_label
from simcore.report.money_tables import Columns, actor_table, plain_table
from simcore.scenario.schema import Scenario

#: Figures that are shown for each decision maker.
SHOWN = 5
_UNSETTLED = (
    "* not settled: more than nine tenths of the spread is luck, so what is left says little. Use more --persons."
)
#: Records by what they are of.
Records = dict[str, list[dict[str, Any]]]


def value_records(
    results: xr.Dataset,
    *,
    of: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    actor: str | None = None,
    outcome: str | None = None,
    threshold: float | None = None,
    more_is_better: bool = True,
    also: Sequence[str] = (),
) -> Records:
    """What is worth knowing, as records; arguments as `net_benefit` and `evppi`.

    Returns
    -------
    ``decisions``, a record for each decision maker whom the strategies make a difference for; ``choices``, one for
    each of them and each strategy; ``figures``, one for each of them and each figure or group, the most valuable
    first. Amounts are per person, and as ``total_...`` for the target group.
    """
    options: dict[str, Any] = {
        "actor": actor, "outcome": outcome, "threshold": threshold, "more_is_better": more_is_better, "also": also,
    }  # fmt: skip
    halves = net_benefit_of_halves(results, **options)
    benefits = _benefits(results, halves, options)
    touched = ((benefits - benefits.isel(strategy=0, drop=True)) != 0).any(["strategy", "draw"])
    actors = benefits["actor"].values[touched.values]
    benefits = benefits.sel(actor=actors)
    halves = None if halves is None else halves.sel(actor=actors)
    target = float(results.attrs["target_group"])
    told = None if halves is None else regressors(results)
    whole = evpi(benefits, halves=halves, parameters=told)
    each = acceptability(benefits, halves=halves, parameters=told)
    parts = evppi(benefits, varying_figures(results), of, halves=halves)
    decisions, choices, figures = [], [], []
    for who in (str(name) for name in actors):
        one = whole.sel(actor=who)
        decisions.append({
            "actor": who, "best": str(one["best"].values), "probability_best": float(one["probability_best"]),
            **_amounts(one, ("evpi", "evpi_mcse"), target), "evpi_naive": float(one["evpi_naive"]),
            "bias": float(one["bias"]), "luck_share": float(one["luck_share"]), "settled": bool(one["settled"]),
        })  # fmt: skip
        for strategy in (str(name) for name in each["strategy"].values):
            of_it = each.sel(actor=who, strategy=strategy)
            record = {"actor": who, "strategy": strategy, "probability_best": float(of_it["probability_best"])}
            choices.append(record | _amounts(of_it, ("expected_loss",), target))
        if "evppi" in parts:
            of_actor = parts.sel(actor=who)
            for place in (-of_actor["evppi"].values).argsort(kind="stable"):
                part = of_actor.isel(quantity=int(place))
                record = {"actor": who, "figure": str(part["quantity"].values), "share": float(part["share"])}
                figures.append(record | _amounts(part, ("evppi", "evppi_mcse", "evppi_low", "evppi_high"), target))
    return {"decisions": decisions, "choices": choices, "figures": figures}


def acceptability_records(
    results: xr.Dataset,
    outcome: str,
    thresholds: Sequence[float],
    *,
    actor: str | None = None,
    more_is_better: bool = True,
    also: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Acceptability, its frontier and expected losses as records, one per decision maker, threshold and strategy."""
    options: dict[str, Any] = {
        "actor": actor, "outcome": outcome, "threshold": list(thresholds),
        "more_is_better": more_is_better, "also": also,
    }  # fmt: skip
    halves = net_benefit_of_halves(results, **options)
    told = None if halves is None else regressors(results)
    benefits = _benefits(results, halves, options)
    found = acceptability(benefits, halves=halves, parameters=told)
    records = []
    for name in found["actor"].values:
        for threshold in found["threshold"].values:
            at = found.sel(actor=name, threshold=threshold)
            for strategy in (str(strategy) for strategy in found["strategy"].values):
                one = at.sel(strategy=strategy)
                records.append({
                    "actor": str(name), "threshold": float(threshold), "strategy": strategy,
                    "probability_best": float(one["probability_best"]), "expected_loss": float(one["expected_loss"]),
                    "on_frontier": str(at["best"].values) == strategy, "settled": bool(at["settled"]),
                })  # fmt: skip
    return records


def study_records(
    results: xr.Dataset,
    studies: Mapping[str, Study],
    *,
    actor: str | None = None,
    outcome: str | None = None,
    threshold: float | None = None,
    more_is_better: bool = True,
    also: Sequence[str] = (),
    seed: int = 0,
) -> list[dict[str, Any]]:
    """What proposed studies would be worth, as records, one per decision maker and study."""
    benefits = net_benefit(
        results, actor=actor, outcome=outcome, threshold=threshold, more_is_better=more_is_better, also=also
    )  # fmt: skip
    found, target = evsi(benefits, results["parameter_value"], studies, seed=seed), float(results.attrs["target_group"])
    names = ("evsi", "evsi_mcse", "evsi_low", "evsi_high")
    return [
        {"actor": str(who), "study": str(study), **_amounts(found.sel(actor=who, study=study), names, target)}
        for who in found["actor"].values
        for study in found["study"].values
    ]


def acceptability_tables(
    results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]]
) -> list[RenderableType]:  # fmt: skip
    """How likely each strategy is the best, by what a unit of the outcome is worth, of `acceptability_records`."""
    tables: list[RenderableType] = []
    strategies = list(dict.fromkeys(record["strategy"] for record in records))
    for actor in dict.fromkeys(record["actor"] for record in records):
        table = plain_table("A unit is\nworth")
        for strategy in strategies:
            table.add_column(strategy_label(scenario, strategy), justify="right", vertical="bottom")
        of_actor = [record for record in records if record["actor"] == actor]
        for threshold in dict.fromkeys(record["threshold"] for record in of_actor):
            cells = []
            for record in (record for record in of_actor if record["threshold"] == threshold):
                mark = " ←" if record["on_frontier"] else ""
                hidden = "" if record["settled"] else "*"
                cells.append(f"{percent(record['probability_best'])}{hidden}, {money(record['expected_loss'])}{mark}")
            table.add_row(f"{threshold:,.0f}", *cells)
        label = f"{actor_label(scenario, actor)}: probability of being best, and expected loss per person"
        tables += [Text(label, style="bold"), table, Text()]
    words = (
        "← best on average, as things are known now. Expected loss: what a strategy falls behind the best of each "
        f"draw; the smallest is the worth of knowing everything (EVPI). {results.attrs['currency']} of "
        f"{results.attrs['price_year']}."
    )
    tables.append(Text(words))
    if not all(record["settled"] for record in records):
        tables.append(Text(_UNSETTLED))
    return tables


def study_tables(
    results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]]
) -> list[RenderableType]:  # fmt: skip
    """What proposed studies would be worth, of `study_records`: a row for each decision maker and study."""
    unit = f"{results.attrs['currency']} of {results.attrs['price_year']}"
    group = f"{float(results.attrs['target_group']):,.0f}"
    table = plain_table("Who decides")
    for head in ("Study", "Per person", "± MCSE", "95 % interval", f"For {group}\npersons"):
        table.add_column(head, justify="left" if head == "Study" else "right", vertical="bottom")
    for record in records:
        if record["evsi"] == 0 and record["evsi_high"] == 0:
            continue
        interval = f"{money(record['evsi_low'])} to {money(record['evsi_high'])}"
        table.add_row(
            actor_label(scenario, record["actor"]), record["study"], money(record["evsi"]), money(record["evsi_mcse"]),
            interval, money(record["total_evsi"]),
        )  # fmt: skip
    heading = Text(f"Worth of the result of a study before deciding (EVSI), {unit}", style="bold")
    if not table.rows:
        return [heading, Text("  No such study would change what anybody decides.")]
    words = (
        "EVSI: what is gained on average by deciding after the study rather than now, before what the study costs. Who "
        "is not listed would decide the same whatever it finds."
    )
    return [heading, table, Text(), Text(words)]


def value_tables(results: xr.Dataset, scenario: Scenario, records: Records) -> list[RenderableType]:
    """Decisions and the figures most worth knowing, of `value_records`, with sentences that say what they mean."""
    unit = f"{results.attrs['currency']} of {results.attrs['price_year']}"
    if not records["decisions"]:
        return [Text("The strategies make no difference to anybody: there is nothing to decide, and to know.")]
    tables: list[RenderableType] = [
        Text(f"Worth of knowing everything before deciding (EVPI), {unit}", style="bold"),
        actor_table(scenario, records["decisions"], _decision_columns(scenario, results.sizes["draw"])),
    ]
    told = [figure for figure in records["figures"] if figure["evppi_low"] > 0]
    deciding = [decision["actor"] for decision in records["decisions"] if decision["settled"]]
    shown = [[figure for figure in told if figure["actor"] == actor] for actor in deciding]
    if any(shown):
        tables += [Text(), Text(f"Figures most worth knowing (EVPPI), {unit} per person", style="bold")]
        tables.append(_figure_table(scenario, [figures[:SHOWN] for figures in shown if figures]))
    return [*tables, Text(), *(Text(words) for words in value_words(results, scenario, records))]


def value_words(results: xr.Dataset, scenario: Scenario, records: Records) -> list[str]:
    """What the tables say, in words: what to pay for knowing more, and what the figures are."""
    unit = results.attrs["currency"]
    group = f"{float(results.attrs['target_group']):,.0f}"
    sentences = []
    views = [decision for decision in records["decisions"] if decision["actor"] in VIEWS]
    for decision in views or records["decisions"][:1]:
        who, best = actor_label(scenario, decision["actor"]), strategy_label(scenario, decision["best"])
        if not decision["settled"]:
            sentences.append(f"{who}: not settled; most of the spread is luck between simulated persons.")
        elif decision["evpi"] <= 0:
            sentences.append(
                f"{who}: {best} is the best, and in none of the {results.sizes['draw']:,} draws would knowing more "
                "change that."
            )
        else:
            sentences.append(
                f"{who}: as things are known now, {best} is the best, and is so with a probability of "
                f"{percent(decision['probability_best'])}. Before deciding for {group} persons it is worth paying at "
                f"most {money(decision['total_evpi'])} {unit} ({money(decision['evpi'])} per person) to know better."
            )
    sentences.append(
        "EVPI: what is lost on average by deciding now rather than with all figures known. EVPPI: the part of it that "
        "knowing one figure would save; parts do not add up, and as both are estimates one may come out above the "
        "whole. Strategies that are equally good share P(best). A figure that changes no decision is worth nothing, "
        "however uncertain it is; figures whose worth cannot be told from nothing are not shown. A study is worth less "
        "than this, and has to cost less."
    )
    bias = max((decision["bias"] for decision in records["decisions"]), default=0.0)
    if bias > 0:
        sentences.append(
            f"Luck between simulated persons is taken off; with it the EVPI would be up to {money(bias)} {unit} per "
            "person too large."
        )
    if not all(decision["settled"] for decision in records["decisions"]):
        sentences.append(_UNSETTLED)
    return sentences


def _probability(share: float, n_draws: int) -> str:
    """A share of so many draws; of all of them, at least what a sample of that size can tell (three in so many)."""
    return percent(share) if share < 1 else f"> {100 * max(1 - 3 / n_draws, 0):.0f} %"


def _decision_columns(scenario: Scenario, n_draws: int) -> Columns:
    def settled_money(record: dict[str, Any], name: str) -> str:
        return money(record[name]) if record["settled"] else "*"

    return (
        ("Best\nnow", lambda record: strategy_label(scenario, record["best"])),
        ("P(best)", lambda record: _probability(record["probability_best"], n_draws) if record["settled"] else "*"),
        ("EVPI per\nperson", lambda record: settled_money(record, "evpi")),
        ("± MCSE", lambda record: settled_money(record, "evpi_mcse") if record["evpi"] > 0 else "–"),
        ("EVPI, whole\ntarget group", lambda record: settled_money(record, "total_evpi")),
    )


def _figure_table(scenario: Scenario, shown: Sequence[Sequence[dict[str, Any]]]) -> RenderableType:
    """A block of figures for each decision maker."""
    table = plain_table("Decision maker")
    table.columns[0].vertical = "top"
    table.add_column("Figure", vertical="top")
    for head in ("EVPPI", "± MCSE", "Share of\nEVPI"):
        table.add_column(head, justify="right", no_wrap=True, vertical="top")
    for figures in shown:
        for place, record in enumerate(figures):
            who = "" if place else actor_label(scenario, record["actor"])
            name = record["figure"]
            known = scenario.parameters.get(name)
            table.add_row(
                who, f"{name}: {known.about}" if known is not None and known.about else name,
                money(record["evppi"]), money(record["evppi_mcse"]), percent(record["share"]),
                end_section=place == len(figures) - 1,
            )  # fmt: skip
    return table


def _benefits(results: xr.Dataset, halves: xr.DataArray | None, options: dict[str, Any]) -> xr.DataArray:
    """Net benefits; of sampled lives, with what a strategy leaves unchanged."""
    found = net_benefit(results, **options)
    return found if halves is None else found.assign_coords(unchanged=unchanged(results))


def _amounts(one: xr.Dataset, names: Sequence[str], target: float) -> dict[str, float]:
    """Amounts per person, and for the target group; of what is not known, not a number."""
    values = {name: float(one[name]) for name in names}
    return values | {
        f"total_{name}": value * target if math.isfinite(value) else value for name, value in values.items()
    }
