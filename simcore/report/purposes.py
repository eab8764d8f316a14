"""What figures drive, in words: moves, prices, outcomes, effects and costs of interventions."""

from __future__ import annotations

from collections.abc import Mapping

from simcore.report.language import Language
from simcore.scenario.conditions import parse_move
from simcore.scenario.schema import Scenario

#: So many moves of a domain, and so many prices, are named of what a figure drives.
FEW = 3
#: How purposes begin, as `simcore.report.provenance.drives` gives them; behind some of them stands a name.
_SWEDISH: Mapping[str, str] = {
    "effect of": "effekt av", "cost of": "kostnad för", "who takes part in": "vilka som deltar i",
    "who leaves": "vilka som lämnar", "what is displaced by": "vad som trängs undan av", "price": "pris",
    "outcome": "utfall", "memory": "minne av", "moves of": "övergångar i", "who is simulated": "vilka som simuleras",
    "prices of one year": "priser i ett års nivå", "discounting": "diskontering",
    "when costs are counted": "när kostnader räknas", "cost of public money": "skattefinansieringens kostnad",
    "fitted to statistics": "anpassad till statistik",
}  # fmt: skip
_PLURALS: Mapping[str, str] = {"price": "priser", "outcome": "utfall"}


def driven_words(purposes: list[str], most: int = FEW) -> str:
    """What a figure drives, with moves of a domain and prices together: ``education: a -> b, c -> d and 2 more``."""
    words = []
    for head, names in _together(purposes):
        more = f" and {len(names) - most} more" if len(names) > most else ""
        plural = head if len(names) < 2 or head.endswith(": ") else f"{head.strip()}s "
        words.append(f"{plural}{', '.join(names[:most])}{more}")
    return "; ".join(words)


def driven(purposes: list[str], scenario: Scenario, language: Language, most: int = FEW) -> str:
    """The same in a language: in Swedish with the labels of states, interventions and outcomes."""
    if language.code == "en":
        return driven_words(purposes, most)
    words = []
    for head, names in _together(purposes):
        more = f" och {len(names) - most} till" if len(names) > most else ""
        kind = head.strip()
        if head.endswith(": "):
            domain = head.removesuffix(": ")
            shown = [_move(domain, name, scenario, language) for name in names[:most]]
            words.append(f"{language.variable(scenario, domain)}: {', '.join(shown)}{more}")
        elif names:
            shown = [language.outcome(scenario, name) if kind == "outcome" else name for name in names[:most]]
            words.append(f"{(_PLURALS if len(names) > 1 else _SWEDISH)[kind]} {', '.join(shown)}{more}")
        else:
            words.append(_alone(kind, scenario, language))
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
    if purpose in _SWEDISH:
        return _SWEDISH[purpose]
    head, _, name = purpose.rpartition(" ")
    if name in scenario.interventions:
        name = language.intervention(scenario, name)
    elif head in ("moves of", "memory"):
        name = language.variable(scenario, name)
    return f"{_SWEDISH.get(head, head)} {name}".strip()
