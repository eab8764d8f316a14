"""The tables of a run as records: for CSV files and for machines."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any

import xarray as xr

from simcore.analysis.combinations import combinations, parts_of
from simcore.analysis.evidence import priced_by_quality, uncertainty_by_quality
from simcore.analysis.frontier import cost_effectiveness
from simcore.analysis.groups import summarise_groups
from simcore.analysis.prediction import can_predict, summarise_group_saving
from simcore.analysis.summary import summarise, summarise_outcomes
from simcore.report.budget_tables import budget_records
from simcore.report.money_tables import combination_records, further_values
from simcore.report.notes import survival_words
from simcore.report.quality import driver_words, line_quality, parameter_quality
from simcore.scenario.schema import Scenario

#: Of every mean: its Monte Carlo standard error, and the two orders of uncertainty.
_OF_A_MEAN = ("mcse", "parameter_sd", "luck_sd")
_FURTHER = ("probability_net_saving", "break_even_year", "probability_never", "luck_share")


def rows(results: xr.Dataset, also: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The main table as records: one per intervention and actor or view, without those nothing happens to.

    `also` names kinds of cost that are counted only on request: ``intangible``, ``public_funds``. Quantiles and
    probabilities are those of expected values, and not a number where luck hides them; those that begin with ``group``
    tell what may happen to the target group, in money for all of it.
    """
    summary = summarise(results, also=also)
    columns: dict[str, xr.DataArray] = {}
    for name in ("avoided_cost", "programme_cost", "net_saving"):
        columns |= {of: summary[of] for of in (name, *(f"{name}_{what}" for what in _OF_A_MEAN))}
        if name != "programme_cost":
            columns |= _quantile_columns(name, summary)
    columns |= {name: summary[name] for name in _FURTHER}
    if can_predict(results):
        group = summarise_group_saving(results, also=also)
        columns |= {name: group[name] for name in ("group_net_saving", "group_net_saving_mcse")}
        columns |= _quantile_columns("group_net_saving", group)
        columns["probability_group_saves"] = group["probability_group_saves"]
    columns |= further_values(results, summary, also)
    numbers = {name: values.transpose("intervention", "actor").values for name, values in columns.items()}
    records = []
    for i, intervention in enumerate(summary["intervention"].values):
        for a, actor in enumerate(summary["actor"].values):
            if math.isnan(numbers["luck_share"][i, a]) and numbers["net_saving"][i, a] == 0:
                continue  # nothing is at stake for this actor
            record = {"intervention": str(intervention), "actor": str(actor)}
            records.append(record | {name: float(of[i, a]) for name, of in numbers.items()})
    return records


def _quantile_columns(name: str, summary: xr.Dataset) -> dict[str, xr.DataArray]:
    """Quantiles of a quantity under the names of columns (intervention, actor)."""
    values = summary[f"{name}_quantile"]
    return {f"{name}_{word}": values.isel(quantile=n, drop=True) for n, word in enumerate(("q05", "q50", "q95"))}


def _quantiles(name: str, values: xr.DataArray) -> dict[str, float]:
    """Quantiles of a quantity under the names of columns."""
    return {f"{name}_{word}": float(value) for word, value in zip(("q05", "q50", "q95"), values.values, strict=True)}


#: How texts begin that spreadsheets work out.
_FORMULA = ("=", "+", "-", "@", "\t")


def _cell(value: Any) -> Any:
    """What stands in a cell: of a list its entries one after the other, with what is known of each."""
    if not isinstance(value, list):
        # A spreadsheet would take such a text, which anybody may have written into a scenario, for a formula.
        return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
    known = [{name: part for name, part in entry.items() if part == part} for entry in value]
    return "; ".join(" ".join(f"{name} {part}" for name, part in entry.items()) for entry in known)


def as_csv(records: list[dict[str, Any]]) -> str:
    """Write records as CSV."""
    buffer = io.StringIO()
    columns = dict.fromkeys(column for record in records for column in record)
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(list(columns) or ["intervention"])
    writer.writerows([_cell(record.get(name, "")) for name in columns] for record in records)
    return buffer.getvalue()


def as_json(
    results: xr.Dataset,
    scenario: Scenario,
    records: list[dict[str, Any]],
    per: str | None = None,
    also: Sequence[str] = (),
    years: bool = False,
) -> dict[str, Any]:
    """Everything the terminal shows, for machines; infinity and not-a-number become null."""
    outcomes = run_outcomes(results)
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
                **{
                    f"change_{what}": float(outcomes[f"change_{what}"].sel(intervention=intervention, outcome=outcome))
                    for what in (*_OF_A_MEAN, "luck_share")
                },
                **_quantiles("change", outcomes["change_quantile"].sel(intervention=intervention, outcome=outcome)),
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
        "notes": [*survival_words(results, scenario, also), *driver_words(results, scenario)],
    }
    if parts_of(results):
        whole["combinations"] = combination_records(combinations(results, also=also))
    if results.sizes["group"]:
        whole["groups"] = _group_records(summarise_groups(results, also=also))
    if per is not None:
        found = cost_effectiveness(results, per, more_is_better=scenario.outcomes[per].good, also=also)
        whole["cost_effectiveness"] = [
            {"strategy": str(name)}
            | {str(key): values.sel(strategy=name).values.item() for key, values in found.data_vars.items()}
            for name in found["strategy"].values
        ]
    if years:
        whole["budget"] = budget_records(results, also)
    cleaned: dict[str, Any] = without_infinities(whole)
    return cleaned


def _group_records(summary: xr.Dataset) -> list[dict[str, Any]]:
    """The summary of subgroups as records, one per intervention and subgroup."""
    return [
        {
            "intervention": str(intervention),
            "group": str(group),
            "share": float(summary["share"].sel(group=group)),
            "actors": {
                str(actor): {
                    name: float(summary[name].sel(intervention=intervention, group=group, actor=actor))
                    for name in ("avoided_cost", "avoided_cost_mcse", "net_saving", "net_saving_mcse")
                }
                for actor in summary["actor"].values
            },
            "outcome_change": {
                str(o): float(summary["outcome_change"].sel(intervention=intervention, group=group, outcome=o))
                for o in summary["outcome"].values
            },
        }
        for intervention in summary["intervention"].values
        for group in summary["group"].values
    ]


def run_outcomes(results: xr.Dataset) -> xr.Dataset:
    """Summary of the outcomes: discounted, where the scenario discounts them."""
    return summarise_outcomes(results, discounted=results.attrs["outcome_discount_rate"] != 0)


def without_infinities(value: Any) -> Any:
    """Write infinity and not-a-number as None, which JSON has."""
    if isinstance(value, dict):
        return {key: without_infinities(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_infinities(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value
