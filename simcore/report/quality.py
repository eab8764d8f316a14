"""How good the figures are that a result rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr

from simcore.analysis.evidence import (
    QUALITIES,
    WEAK,
    priced_by_quality,
    uncertainty_by_parameter,
    uncertainty_by_quality,
)
from simcore.analysis.two_orders import UNSETTLED, contrast_variances
from simcore.model.ledger import account
from simcore.report.labels import percent, strategy_label
from simcore.scenario.schema import Scenario
from simcore.scenario.structure import matrix_parameter

#: Parameters that are named as what carries most of the spread: so many, each with at least this share of it.
_NAMED = 3
_CARRIES = 0.05


def parameter_quality(scenario: Scenario) -> dict[str, str]:
    """Grade of every parameter, table, derived quantity and trait, or "assumed".

    A quantity made from others is as good as the weakest of them; the draws behind a matrix of counts are as
    good as the matrix.
    """
    known = {name: entry.quality for name, entry in {**scenario.parameters, **scenario.tables}.items()}
    for name, trait in scenario.population.traits.items():
        known[name] = _weakest(known, trait.form[1:])
    waiting = dict(scenario.derived)
    while waiting:  # formulas may refer to each other, but not in a circle
        for name, derived in list(waiting.items()):
            if not derived.expression.names & waiting.keys():
                known[name] = _weakest(known, derived.expression.names)
                del waiting[name]
    for domain in scenario.domains.values():
        if domain.matrix is not None:
            rows = scenario.tables[domain.matrix].cells
            hidden = (matrix_parameter(domain.matrix, str(r.keys["from"]), str(r.keys["to"])) for r in rows)
            known |= dict.fromkeys(hidden, scenario.tables[domain.matrix].quality)
    return known


def _weakest(known: Mapping[str, str], figures: Iterable[str | float | None]) -> str:
    qualities = [known[figure] for figure in figures if isinstance(figure, str) and figure in known]
    return max(qualities, key=QUALITIES.index, default="A")


def line_quality(scenario: Scenario) -> dict[str, str]:
    """The weakest quality among the figures that make each line's amount."""
    known = parameter_quality(scenario)
    worst = {}
    for line in account(scenario).lines:
        booking = line.booking
        figures = [booking.amount, booking.base, booking.share]
        figures += [line.displaced.share] if line.displaced is not None else []
        figures += [line.scale.participants, line.scale.elasticity] if line.scale is not None else []
        worst[line.name] = _weakest(known, figures)
    return worst


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
        text = f"Evidence, {label}: {percent(sum(shares[q] for q in WEAK))} of the money that moves has a unit cost "
        text += f"that is weak or assumed ({weak})" if weak else "that is weak or assumed"
        spread = {str(q): float(varied.sel(intervention=intervention, quality=q)) for q in varied["quality"].values}
        if not any(math.isnan(share) for share in spread.values()):
            text += f"; of the spread of society's net saving, {percent(sum(spread[q] for q in WEAK))} comes from "
            text += f"parameters that are weak or assumed ({percent(spread['assumed'])} assumed), "
            text += f"{percent(sum(spread[q] for q in QUALITIES if q not in WEAK))} from better ones"
            rest = "not linear" if results.attrs["engine"] == "expected" else "luck or not linear"
            text += f", {percent(spread['rest'])} is {rest}"
        sentences.append(text + ".")
    effects = effect_words(scenario)
    return [*sentences, *driver_words(results, scenario), *([effects] if effects else [])]


def driver_words(results: xr.Dataset, scenario: Scenario) -> list[str]:
    """The parameters that carry most of the spread of society's net saving, where one of them is weak, in sentences.

    Nothing is said where luck hides the spread of what is expected.
    """
    quality = parameter_quality(scenario)
    sentences = []
    for intervention, drivers in weak_drivers(results, scenario).items():
        carried = sum(share for _, share in drivers)
        names = _listed(
            [f"{name} ({grade_words(quality[name])})" if quality[name] in WEAK else name for name, _ in drivers]
        )
        label = strategy_label(scenario, intervention)
        together = f"{percent(carried)} of the spread of society's net saving"
        if carried > 0.5:
            sentences.append(f"Most of what is unsure about {label} comes from {names}: {together}.")
        else:
            alike = "no figure carries" if len(drivers) == 1 else "no figures carry"
            sentences.append(f"Of what is unsure about {label}, {alike} more than {names}: {together}.")
    return sentences


def weak_drivers(results: xr.Dataset, scenario: Scenario) -> dict[str, list[tuple[str, float]]]:
    """The parameters that carry most of the spread of society's net saving, by intervention, where one of them is weak.

    Each with its share, the largest first. Nothing is said where luck hides the spread of what is expected.
    """
    quality, explained = parameter_quality(scenario), uncertainty_by_parameter(results)
    hidden, found = _hidden_by_luck(results), {}
    for intervention, shares in zip(explained["intervention"].values, explained.values, strict=True):
        if len(shares) == 0 or np.isnan(shares).any() or str(intervention) in hidden:
            continue
        names_of = explained["parameter"].values
        by_size = sorted((-float(share), str(of)) for share, of in zip(shares, names_of, strict=True))
        drivers = [(name, -share) for share, name in by_size[:_NAMED] if -share >= _CARRIES]
        if any(quality[name] in WEAK for name, _ in drivers):
            found[str(intervention)] = drivers
    return found


def _hidden_by_luck(results: xr.Dataset) -> set[str]:
    """Interventions of which luck hides what is expected for society."""
    if results.attrs["engine"] == "expected":
        return set()
    share = contrast_variances(results, "net_saving")["luck_share"].sel(actor="society")
    return {str(name) for name in share["intervention"].values if not float(share.sel(intervention=name)) <= UNSETTLED}


def _listed(names: list[str]) -> str:
    """Names in a row: ``a``, ``a and b``, ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def grade_words(quality: str) -> str:
    """The quality of a figure in words: ``grade D``, or ``assumed``."""
    return "assumed" if quality == "assumed" else f"grade {quality}"


def _of_quality(quality: str, share: float) -> str:
    return f"{percent(share)} {grade_words(quality)}"


def effect_words(scenario: Scenario) -> str:
    """What the effects of the interventions rest on, in a sentence."""
    known = parameter_quality(scenario)
    words = []
    for intervention in scenario.interventions.values():
        for effect in intervention.effects:
            if isinstance(effect.size, str):
                quality = known[effect.size]
                words.append(f"{effect.size} ({grade_words(quality)}, {effect.evidence})")
    return f"Everything passes through the effects: {', '.join(dict.fromkeys(words))}." if words else ""
