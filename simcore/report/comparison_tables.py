"""Both engines' answers side by side: the table of `simcore compare`."""

from __future__ import annotations

import math
from typing import Any

import xarray as xr
from rich.console import Group, RenderableType
from rich.text import Text

from simcore.report.labels import money, percent, strategy_label
from simcore.report.money_tables import Columns, actor_table
from simcore.scenario.schema import Scenario

#: A difference of so many standard errors happens by luck once in some 16,000 numbers.
_SUSPICIOUS = 4.0
_COLUMNS: Columns = (
    ("Sampled", lambda record: money(record["sampled"], sign=True)),
    ("Exact", lambda record: money(record["exact"], sign=True)),
    ("Differ-\nence", lambda record: money(record["difference"], sign=True)),
    ("± MCSE", lambda record: money(record["difference_mcse"])),
    ("sd,\nsampled", lambda record: money(record["parameter_sd"])),
    ("sd,\nexact", lambda record: money(record["exact_sd"])),
    ("P, counted\nin lives", lambda record: percent(record["probability_naive"])),
    ("P, luck\ntaken off", lambda record: _settled(record["probability"])),
    ("P,\nexact", lambda record: percent(record["probability_exact"])),
)


def _settled(probability: float) -> str:
    return "not settled" if math.isnan(probability) else percent(probability)


def comparison_records(found: xr.Dataset) -> list[dict[str, Any]]:
    """The comparison as records, one per intervention and actor or view for whom something is at stake."""
    records = []
    for intervention in found["intervention"].values:
        for actor in found["actor"].values:
            one = found.sel(intervention=intervention, actor=actor)
            if float(one["sampled"]) == 0 and float(one["exact"]) == 0:
                continue
            numbers = {str(name): float(one[name]) for name in found.data_vars}
            records.append({"intervention": str(intervention), "actor": str(actor), **numbers})
    return records


def comparison_tables(found: xr.Dataset, scenario: Scenario) -> RenderableType:
    """Net saving by both engines, from `simcore.compare_engines`, a table for each intervention."""
    attributes, records = found.attrs, comparison_records(found)
    size = f"{attributes['n_draws']:,} draws, {attributes['n_persons']:,} persons in each"
    parts: list[RenderableType] = [
        Text(str(attributes["title"]), style="bold"),
        Text(
            f"Net saving by sampled lives and by the exact distribution, in the same {size}; {attributes['currency']}."
        ),
    ]
    for intervention in dict.fromkeys(record["intervention"] for record in records):
        of_it = [record for record in records if record["intervention"] == intervention]
        parts += [Text(), Text(strategy_label(scenario, intervention), style="bold")]
        parts.append(actor_table(scenario, of_it, _COLUMNS))
    far = [record for record in records if abs(record["in_errors"]) > _SUSPICIOUS]
    parts += [
        Text(),
        Text(
            "Difference: luck of the sampled persons, with its Monte Carlo standard error. sd: standard deviation over "
            "draws of the expected value, as the halves of the sampled persons tell it, and as it is. P: probability "
            "that the net saving is above zero; counting draws of sampled lives leaves luck in it."
        ),
        Text(
            f"{len(far)} of {len(records)} differences are beyond {_SUSPICIOUS:g} standard errors: something is wrong."
            if far
            else f"The engines agree: no difference is beyond {_SUSPICIOUS:g} standard errors."
        ),
    ]
    return Group(*parts)
