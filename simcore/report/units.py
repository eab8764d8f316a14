"""Units of figures, in Swedish words."""

from __future__ import annotations

from collections.abc import Mapping

#: Each unit of the scenario language but for money.
_UNITS: Mapping[str, str] = {
    "probability per year": "sannolikhet per år",
    "probability per cycle": "sannolikhet per cykel",
    "probability": "sannolikhet",
    "share": "andel",
    "rate per year": "takt per år",
    "odds ratio": "oddskvot",
    "risk ratio": "riskkvot",
    "hazard ratio": "hazardkvot",
    "risk difference": "riskdifferens",
    "standardised mean difference": "standardiserad medelvärdesskillnad",
    "year": "år",
    "per year": "per år",
    "price index": "prisindex",
    "factor": "faktor",
    "utility": "livskvalitetsvikt",
    "coefficient of variation": "variationskoefficient",
    "coefficient": "koefficient",
    "count": "antal",
    "count per year": "antal per år",
    "age": "ålder",
    "persons": "personer",
    "persons per year": "personer per år",
}
#: What money is counted by.
_PER: Mapping[str, str] = {
    "day": "dag", "week": "vecka", "month": "månad", "quarter": "kvartal", "year": "år", "event": "händelse",
    "participant": "deltagare", "person": "person",
}  # fmt: skip


def swedish_unit(text: str) -> str:
    """A unit in Swedish: ``SEK per year`` is kronor per år; what is none stays as it is.

    Examples
    --------
    >>> swedish_unit("SEK per month"), swedish_unit("odds ratio")
    ('kronor per månad', 'oddskvot')
    """
    money, per, by = text.partition(" per ")
    if per and len(money) == 3 and money.isupper() and by in _PER:
        return f"{'kronor' if money == 'SEK' else money} per {_PER[by]}"
    return _UNITS.get(text, text)
