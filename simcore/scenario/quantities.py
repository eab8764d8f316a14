"""Units of parameters: what each kind of number may be used for, and its range.

A unit is written in words, in singular: ``probability per year``, ``SEK per month``. It
decides where the parameter may be used, which values are possible, and how money is
brought to a year.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from simcore.errors import with_article

#: How many of each there are in a year. A day price times 365 is a year price.
PER_YEAR = {"day": 365.0, "week": 52.0, "month": 12.0, "quarter": 4.0, "year": 1.0}


@dataclass(frozen=True)
class Unit:
    """What a unit means: its `kind`, and the closed range of possible values.

    `per` is the period or the thing that money is counted by ("month", "event", ...).
    """

    kind: str
    low: float
    high: float
    per: str = ""
    open_low: bool = False

    @property
    def allowed(self) -> str:
        """The possible values in words."""
        words = "an amount" if self.kind == "money" else with_article(self.kind)
        if self.high == 1.0 and self.low == 0.0:
            return f"{words}, 0 to 1"
        if math.isinf(self.low):
            return words
        return f"{words} {'above' if self.open_low else 'of at least'} {self.low:g}"

    def accepts(self, value: float) -> bool:
        """Tell whether `value` is possible in this unit."""
        return self.low <= value <= self.high and not (self.open_low and value == self.low)

    def percent_hint(self, value: float) -> str:
        """What to say when `value` looks like a percentage where a fraction is wanted; empty otherwise."""
        return percent_hint(value) if self.high == 1.0 and 1 < value <= 100 else ""


def percent_hint(value: float) -> str:
    """Say how a percentage is written."""
    return f"percentages are written as fractions: {value:g} % is {value / 100:g}"


def _ratio(kind: str) -> Unit:
    return Unit(kind, 0.0, math.inf, open_low=True)


UNITS: dict[str, Unit] = {
    "probability per year": Unit("probability", 0.0, 1.0, "year"),
    "probability per cycle": Unit("probability", 0.0, 1.0, "cycle"),
    "probability": Unit("probability", 0.0, 1.0),
    "share": Unit("share", 0.0, 1.0),
    "rate per year": Unit("rate", 0.0, math.inf, "year"),
    "odds ratio": _ratio("odds ratio"),
    "risk ratio": _ratio("risk ratio"),
    "hazard ratio": _ratio("hazard ratio"),
    "risk difference": Unit("risk difference", -math.inf, math.inf),
    "standardised mean difference": Unit("standardised mean difference", -math.inf, math.inf),
    "year": Unit("duration", 0.0, math.inf, open_low=True),
    "per year": Unit("discount rate", -1.0, math.inf, open_low=True),
    "price index": _ratio("price index"),
    "factor": Unit("factor", 0.0, math.inf),
    "utility": Unit("utility", -math.inf, 1.0),
    "coefficient of variation": Unit("coefficient of variation", 0.0, math.inf),
    "coefficient": Unit("coefficient", -math.inf, math.inf),
    "count": Unit("count", 0.0, math.inf, "cycle"),
    "count per year": Unit("count", 0.0, math.inf, "year"),
    "age": Unit("age", 0.0, math.inf),
    "persons": Unit("persons", 0.0, math.inf, open_low=True),
    "persons per year": Unit("places", 0.0, math.inf, "year"),
}
#: A unit of money: three letters of the currency, and what it is counted by.
MONEY_PATTERN = "([A-Z]{3}) per (day|week|month|quarter|year|event|participant|person)"
_MONEY = re.compile(MONEY_PATTERN)

#: Where a number may be used -> the kinds of unit that fit.
USES = {
    "probability": ("probability", "share"),
    "matrix": ("probability", "count"),
    "joint": ("share", "count"),
    "weight": ("utility", "factor", "share", "probability", "duration", "coefficient"),
    "coefficient": ("coefficient", "factor", "hazard ratio", "odds ratio", "risk ratio", "duration", "utility"),
    "age": ("age",),
    "rate": ("rate",),
    "share": ("share", "probability"),
    "odds_ratio": ("odds ratio",),
    "risk_ratio": ("risk ratio",),
    "hazard_ratio": ("hazard ratio",),
    "risk_difference": ("risk difference",),
    "standardised_mean_difference": ("standardised mean difference",),
    "duration": ("duration",),
    "places": ("places",),
    "persons": ("persons",),
    "spread": ("coefficient of variation",),
    "elasticity": ("factor", "coefficient"),
    "discount_rate": ("discount rate",),
    "price_index": ("price index",),
    "factor": ("factor",),
    "money": ("money",),
}


def unit_named(text: str) -> Unit | None:
    """Return the unit written as `text`, or None when it is not one."""
    money = _MONEY.fullmatch(text)
    if money:
        return Unit("money", 0.0, math.inf, money[2])
    return UNITS.get(text)


def units_for(use: str) -> str:
    """The units that fit a use, in words."""
    if use == "money":
        return "money, such as 'SEK per month'"
    names = [f"'{name}'" for name, unit in UNITS.items() if unit.kind in USES[use]]
    return f"the unit {any_of(names)}"


def any_of(words: Iterable[str]) -> str:
    """Join words as alternatives: a, b or c."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def currency_of(text: str) -> str | None:
    """Return the currency of a money unit ("SEK per month" -> "SEK"), None for other units."""
    money = _MONEY.fullmatch(text)
    return money[1] if money else None


def unit_words() -> str:
    """All units in words, for messages."""
    return (
        ", ".join(UNITS)
        + ", or money such as 'SEK per month' (day, week, month, quarter, year, event, participant, person)"
    )
