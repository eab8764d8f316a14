"""What figures drive, in words: moves, prices, outcomes, effects and costs of interventions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from simcore.report.labels import at_start
from simcore.report.language import Language
from simcore.scenario.conditions import parse_move
from simcore.scenario.schema import Scenario

#: So many moves of a domain, and so many prices, are named of what a figure drives.
_FEW = 3
#: How purposes begin behind which a name stands, as `simcore.report.provenance` gives them.
_NAMED: Mapping[str, str] = {
    "effect of": "effekt av", "cost of": "kostnad för", "who takes part in": "vilka som deltar i",
    "who leaves": "vilka som avbryter", "what is displaced by": "vad som trängs undan av", "memory": "minne av",
    "moves of": "övergångar i",
}  # fmt: skip
#: Purposes without a name, and what is said of several prices or outcomes.
_ALONE: Mapping[str, str] = {
    "who is simulated": "vilka som simuleras", "prices of one year": "priser i ett års nivå",
    "discounting": "diskontering", "when costs are counted": "när kostnader räknas",
    "cost of public money": "skattefinansieringens kostnad", "fitted to statistics": "anpassad till statistik",
    "the fit of free figures": "anpassningen av fria uppgifter", "a check of the fit": "prövning av anpassningen",
}  # fmt: skip
_ONE_OR_MORE: Mapping[str, tuple[str, str]] = {"price": ("pris", "priser"), "outcome": ("utfall", "utfall")}
_STATISTICS = re.compile(r"who the statistics of (.+) are about")
_TOGETHER = re.compile(r"how (.+) vary together")


def driven(purposes: list[str], scenario: Scenario, language: Language, most: int | None = _FEW) -> str:
    """What a figure drives, in a language: in Swedish with the labels of states, interventions and outcomes.

    Parameters
    ----------
    purposes
        From `simcore.report.provenance`.
    scenario, language
        For names.
    most
        So many moves of a domain, prices and outcomes are named; all by default of None.
    """
    return driven_words(purposes, most) if language.code == "en" else _in_swedish(purposes, scenario, language, most)


def driven_words(purposes: list[str], most: int | None = _FEW) -> str:
    """What a figure drives, with moves of a domain and prices together: ``education: a -> b, c -> d and 2 more``."""
    words = []
    for head, names in _together(purposes):
        more = f" and {len(names) - most} more" if most is not None and len(names) > most else ""
        plural = head if len(names) < 2 or head.endswith(": ") else f"{head.strip()}s "
        words.append(f"{plural}{', '.join(names[:most])}{more}")
    return "; ".join(words)


def _in_swedish(purposes: list[str], scenario: Scenario, language: Language, most: int | None) -> str:
    words = []
    for head, names in _together(purposes):
        more = f" och {len(names) - most} till" if most is not None and len(names) > most else ""
        if head.endswith(": "):
            domain = head.removesuffix(": ")
            shown = [_move(domain, name, scenario, language) for name in names[:most]]
            words.append(f"{at_start(language.variable(scenario, domain))}: {', '.join(shown)}{more}")
        elif names:
            kind = head.strip()
            shown = [language.outcome(scenario, name) if kind == "outcome" else name for name in names[:most]]
            words.append(f"{_ONE_OR_MORE[kind][len(names) > 1]} {', '.join(shown)}{more}")
        else:
            words.append(_alone(head, scenario, language))
    return "; ".join(words)


def _together(purposes: list[str]) -> list[tuple[str, list[str]]]:
    """Moves of a domain, prices and outcomes with their heads; what stands alone has no names."""
    found: dict[str, list[str]] = {}
    for purpose in purposes:
        head, colon, move = purpose.partition(": ")
        kind, _, name = purpose.partition(" ")
        if colon:
            found.setdefault(f"{head}: ", []).append(move)
        elif kind in ("price", "outcome"):
            found.setdefault(f"{kind} ", []).append(name)
        else:
            found.setdefault(purpose, [])
    return list(found.items())


def _move(domain: str, text: str, scenario: Scenario, language: Language) -> str:
    """A move with the labels of its states."""
    move = parse_move(f"{domain}.{text}")
    if move is None:
        return text
    known = scenario.domains[domain].states
    ends = [language.level(scenario, domain, of) if of in known else of for of in (move.start, move.end)]
    return f"{ends[0]} → {ends[1]}"


def _alone(purpose: str, scenario: Scenario, language: Language) -> str:
    """A purpose in Swedish, with the label of what it is about."""
    if purpose in _ALONE:
        return _ALONE[purpose]
    if of := _STATISTICS.fullmatch(purpose):
        return f"vilka statistiken för {of[1]} gäller"
    if of := _TOGETHER.fullmatch(purpose):
        return f"hur {of[1]} varierar tillsammans"
    head, _, name = purpose.rpartition(" ")
    if head in ("moves of", "memory"):
        name = language.variable(scenario, name)
    elif name in scenario.interventions:
        name = language.intervention(scenario, name)
    return f"{_NAMED.get(head, head)} {name}".strip()
