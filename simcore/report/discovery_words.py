"""In which region of the parameters an intervention loses money, in words and as records."""

from __future__ import annotations

import itertools
import math
from typing import Any

import xarray as xr

from simcore.errors import UnknownNameError
from simcore.report.labels import actor_label, percent, strategy_label
from simcore.report.sensitivity_tables import about_parameter, number
from simcore.scenario.schema import Scenario

#: Shares as one says them.
_SHARES = (
    (0.1, "one in ten"), (0.2, "one in five"), (0.25, "one in four"), (1 / 3, "one in three"), (0.4, "two in five"),
    (0.5, "half"), (0.6, "three in five"), (2 / 3, "two in three"), (0.75, "three in four"), (0.8, "four in five"),
    (0.9, "nine in ten"),
)  # fmt: skip


def discovery_records(found: xr.Dataset) -> list[dict[str, Any]]:
    """Regions as records, one per intervention and actor or view.

    Parameters
    ----------
    found
        From `scenario_discovery`, of a net saving (intervention, draw, actor).
    """
    records = []
    for intervention, actor in _places(found):
        one = found.sel(intervention=intervention, actor=actor)
        record: dict[str, Any] = {"intervention": intervention, "actor": actor, "side": str(one["side"].values)}
        record |= {name: float(one[name]) for name in ("base_rate", "coverage", "density", "size")}
        record["limits"] = [
            {"parameter": str(limit["limited"].values)}
            | {name: float(limit[name]) for name in ("above", "below", "p_value")}
            for limit in (one.isel(limit=place) for place in range(one.sizes["limit"]))
            if str(limit["limited"].values)
        ]
        record["reason"] = str(one["reason"].values)
        records.append(record)
    return records


def discovery_words(found: xr.Dataset, scenario: Scenario, *, actor: str | None = None) -> list[str]:
    """For each intervention, how often it loses money for whom, and where.

    Parameters
    ----------
    found
        From `scenario_discovery`, of a net saving (intervention, draw, actor).
    scenario
        For the labels.
    actor
        Only of this actor or view; by default of all for whom the intervention loses in some draws and not in others.

    Raises
    ------
    UnknownNameError
        There is no such actor or view.
    """
    known = [str(name) for name in found["actor"].values]
    if actor is not None and actor not in known:
        raise UnknownNameError(actor, "an actor or view of these results", known)
    words = []
    for intervention, of in _places(found):
        one = found.sel(intervention=intervention, actor=of)
        at_stake = bool(0 < float(one["base_rate"]) < 1)
        if of == actor or (actor is None and at_stake):
            words.append(_paragraph(one, scenario, intervention, of))
    return words


def discovery_notes(found: xr.Dataset) -> list[str]:
    """How the regions were found, where there are any."""
    if not bool(found["found"].any()):
        return []
    return [
        "Regions were sought in half of the draws; shares inside are those of the other half. A region says where "
        "losses, or gains, are frequent, not that its parameters alone decide."
    ]


def share_words(share: float) -> str:
    """Write a share as one says it: 0.76 is ``three in four``.

    Examples
    --------
    >>> share_words(0.76), share_words(0.97)
    ('three in four', 'nearly all')
    """
    if share > 0.95:
        return "all" if share == 1 else "nearly all"
    return min(_SHARES, key=lambda of: abs(of[0] - share))[1]


def _paragraph(one: xr.Dataset, scenario: Scenario, intervention: str, actor: str) -> str:
    """The sentences of one intervention and actor."""
    rate, side = float(one["base_rate"]), str(one["side"].values)
    label = strategy_label(scenario, intervention)
    whom = _whom(scenario, actor)
    if math.isnan(rate):
        return f"{label}: what it saves for {whom} is not settled in these draws."
    if rate in (0.0, 1.0):
        return f"{label} loses money for {whom} in {'every' if rate else 'no'} draw."
    first = f"{label} loses money for {whom} in {percent(rate)} of the draws."
    if not bool(one["found"]):
        return f"{first} {_nothing_words(str(one['reason'].values), side)}"
    limits = _joined([
        _limit_words(one.isel(limit=place), scenario)
        for place in range(one.sizes["limit"]) if str(one["limited"].values[place])
    ])  # fmt: skip
    verb, kind = ("loses", "losses") if side == "loss" else ("does not lose", "such draws")
    density, coverage = percent(float(one["density"])), share_words(float(one["coverage"]))
    return f"{first} When {limits}, it {verb} in {density} of them; {coverage} of all {kind} {_lie(coverage)} there."


def _nothing_words(reason: str, side: str) -> str:
    """Why there is no region to tell."""
    if reason.startswith("no region"):
        return f"No region of a few parameters tells where it does{'' if side == 'loss' else ' not'}."
    return f"Where, cannot be told: {reason}."


def _whom(scenario: Scenario, actor: str) -> str:
    """An actor or view within a sentence: ``the municipality``, ``the public sector``, ``society``, ``the NHS``."""
    label = actor_label(scenario, actor)
    if label[1:2].islower():
        label = label[0].lower() + label[1:]
    return label if actor == "society" or label.startswith("the ") else f"the {label}"


def _lie(share: str) -> str:
    return "lies" if share.startswith("one ") else "lie"


def _limit_words(limit: xr.Dataset, scenario: Scenario) -> str:
    """Write where a parameter is: ``cost_team (cost of the team) is above 92,000``."""
    name, above, below = str(limit["limited"].values), float(limit["above"]), float(limit["below"])
    about = about_parameter(scenario, name)
    words = f"{name}{f' ({about})' if about else ''} is "
    if not math.isnan(above) and not math.isnan(below):
        return f"{words}between {number(above)} and {number(below)}"
    return f"{words}above {number(above)}" if math.isnan(below) else f"{words}below {number(below)}"


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _places(found: xr.Dataset) -> list[tuple[str, str]]:
    interventions, actors = ([str(name) for name in found[dim].values] for dim in ("intervention", "actor"))
    return list(itertools.product(interventions, actors))
