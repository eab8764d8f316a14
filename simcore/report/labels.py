"""How actors, interventions and outcomes are called, and how numbers are written."""

from __future__ import annotations

import math

from simcore.scenario.schema import Scenario

_VIEWS = {"public_sector": "Public sector", "society": "Society"}


def readable(name: str) -> str:
    """Turn an id into words: ``social_insurance`` -> ``Social insurance``."""
    return name.replace("_", " ").capitalize()


def actor_label(scenario: Scenario, name: str) -> str:
    """Label of an actor or view."""
    if name in _VIEWS:
        return _VIEWS[name]
    return scenario.actors[name].label or readable(name)


def strategy_label(scenario: Scenario, name: str) -> str:
    """Label of a strategy: its only intervention's label, or its own name in words."""
    members = scenario.strategies[name]
    if len(members) == 1:
        return scenario.interventions[members[0]].label or readable(name)
    return readable(name)


def outcome_label(scenario: Scenario, name: str) -> str:
    """Label of an outcome."""
    return scenario.outcomes[name].label or readable(name)


def sentence(text: str) -> str:
    """A text on one line, with a capital and a full stop."""
    words = " ".join(text.split())
    return at_start(words) if words.endswith((".", "?", "!")) else f"{at_start(words)}."


def at_start(label: str) -> str:
    """A label as it stands alone, or begins a sentence."""
    return label[:1].upper() + label[1:]


def within(label: str) -> str:
    """A label that begins with a capital, as it stands within a sentence: abbreviations keep theirs."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def money(value: float, *, sign: bool = False) -> str:
    """Write an amount of money: whole units with separators, small ones with decimals."""
    if math.isnan(value):
        return "–"
    digits = 0 if abs(value) >= 100 or value == 0 else 1 if abs(value) >= 10 else 2
    text = f"{value:+,.{digits}f}" if sign and value else f"{value:,.{digits}f}"
    return "0" if text.strip("+-0.,") == "" else text.replace("-", "−")


def signed(value: float) -> str:
    """Write a small number with its sign and four decimals."""
    return "0" if value == 0 else f"{value:+.4f}".replace("-", "−")


def year(value: float) -> str:
    """Write a calendar year; infinity is "never"."""
    return "–" if math.isnan(value) else "never" if math.isinf(value) else f"{value:.0f}"


def percent(value: float) -> str:
    """Write a share in per cent."""
    if math.isnan(value):
        return "–"
    if 0.995 < value < 1:
        return "> 99 %"
    return "< 1 %" if 0 < value < 0.005 else f"{100 * value:.0f} %"
