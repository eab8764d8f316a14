"""English and Swedish: how numbers, money, years and names are written, and where sentences are found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from simcore.errors import UnknownNameError
from simcore.report.labels import at_start, readable, strategy_label, within
from simcore.report.units import swedish_unit
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Entry, Scenario
from simcore.scenario.swedish import in_swedish

_AnEntry = TypeVar("_AnEntry", bound=Entry)
#: A phrase in English and in Swedish.
Phrase = tuple[str, str]
_CODES = ("en", "sv")
_NARROW = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
#: Digits of an amount in a sentence.
_DIGITS = 3
#: What a share is off from nothing or all by rounding alone.
_ROUNDING = 1e-9
_VIEWS: Mapping[str, Phrase] = {
    "public_sector": ("Public sector", "Offentlig sektor"),
    "society": ("Society", "Samhället"),
}
_USUAL: Phrase = ("Usual", "Som i dag")
_AND: Phrase = ("and", "och")
_NEVER: Phrase = ("never", "aldrig")
#: For several, and for one.
_MILLION: tuple[Phrase, Phrase] = (("million", "miljoner"), ("million", "miljon"))
_BILLION: tuple[Phrase, Phrase] = (("billion", "miljarder"), ("billion", "miljard"))
_KRONOR = "kronor"
#: A number this near to a whole one is whole.
_WHOLE = 1e-6


@dataclass(frozen=True)
class Language:
    """One of the languages that reports are written in.

    Attributes
    ----------
    code
        ``en`` or ``sv``.
    """

    code: str

    @classmethod
    def of(cls, code: str) -> Language:
        """The language of a code.

        Raises
        ------
        UnknownNameError
            There is no such language.
        """
        if code not in _CODES:
            raise UnknownNameError(code, "a language", _CODES)
        return cls(code)

    def one_of(self, phrase: Phrase) -> str:
        """The words of a phrase in this language."""
        return phrase[_CODES.index(self.code)]

    def number(self, value: float, digits: int = 0, *, sign: bool = False) -> str:
        """Write a number with separators: ``1,234.5`` or ``1 234,5``; what is none is a dash, infinity its sign."""
        if math.isnan(value):
            return "–"
        if math.isinf(value):
            return "∞" if value > 0 else f"{_MINUS}∞"
        text = f"{value:+,.{digits}f}" if sign else f"{value:,.{digits}f}"
        if text.strip("+-0.,") == "":
            text = text.lstrip("+-")
        if self.code == "sv":
            text = text.replace(",", _NARROW).replace(".", ",")
        return text.replace("-", _MINUS)

    def money(self, value: float, *, sign: bool = False) -> str:
        """Write an amount in a table: whole units, small ones with decimals."""
        if math.isnan(value) or math.isinf(value):
            return self.number(value)
        size = abs(value)
        return self.number(value, 0 if size >= 100 or value == 0 else 1 if size >= 10 else 2, sign=sign and value != 0)

    def amount(self, value: float, currency: str) -> str:
        """Write an amount in a sentence, rounded to three digits: ``SEK 1.23 million`` or ``1,23 miljoner kronor``."""
        if not math.isfinite(value):
            return self.number(value)
        size = abs(value)
        rounded = size if size == 0 else round(size, _DIGITS - 1 - math.floor(math.log10(size)))
        for unit, words in ((1e9, _BILLION), (1e6, _MILLION)):
            if rounded >= unit:
                text = self._shortest(rounded / unit)
                text = f"{text}{_NARROW}{self.one_of(words[text == '1'])}"
                break
        else:
            text = self._shortest(rounded)
        sign = _MINUS if value < 0 and rounded else ""
        if self.code == "sv":
            return f"{sign}{text}{_NARROW}{self.currency(currency)}"
        return f"{sign}{currency}{_NARROW}{text}"

    def _shortest(self, value: float) -> str:
        """A number with three digits, without zeros behind the decimal point."""
        digits = 0 if value == 0 else max(0, _DIGITS - 1 - math.floor(math.log10(value)))
        while digits and abs(value * 10.0 ** (digits - 1) - round(value * 10.0 ** (digits - 1))) < _WHOLE:
            digits -= 1
        return self.number(value, digits)

    def between(self, low: float, high: float, currency: str) -> str:
        """Write two amounts that something lies between; in Swedish with their unit once, where it is the same."""
        first, second = (self.amount(value, currency) for value in (low, high))
        if self.code == "sv":
            name = f"{_NARROW}{self.currency(currency)}"
            first = first.removesuffix(name)
            unit = second.removesuffix(name).split(_NARROW)[-1]
            if unit.isalpha():
                first = first.removesuffix(f"{_NARROW}{unit}")
        return f"{first} {self.one_of(_AND)} {second}"

    def rate(self, value: float) -> str:
        """Write a rate with as many decimals as it has, up to two."""
        scaled = [100 * value * 10.0**digits for digits in (0, 1)]
        digits = next((place for place, of in enumerate(scaled) if abs(of - round(of)) < _WHOLE), 2)
        return self.percent(value, digits)

    def currency(self, code: str) -> str:
        """Name of a currency in tables."""
        return _KRONOR if self.code == "sv" and code == "SEK" else code

    def percent(self, value: float, digits: int = 0) -> str:
        """Write a share in per cent; what is nearly nothing or nearly all is not rounded to it."""
        if math.isnan(value):
            return "–"
        least = 0.5 * 10.0 ** -(digits + 2)
        one = self.number(10.0**-digits, digits)
        if _ROUNDING < value <= least:
            return f"<{_NARROW}{one}{_NARROW}%"
        if 1 - least <= value < 1 - _ROUNDING:
            return f">{_NARROW}{self.number(100 - 10.0**-digits, digits)}{_NARROW}%"
        return f"{self.number(100 * value, digits)}{_NARROW}%"

    def year(self, value: float) -> str:
        """Write a calendar year; infinity is "never"."""
        return "–" if math.isnan(value) else self.one_of(_NEVER) if math.isinf(value) else f"{value:.0f}"

    def listed(self, names: Sequence[str]) -> str:
        """Names in a row: ``a``, ``a and b``, ``a, b and c``; ``a, b; c`` where names have such words in them."""
        if len(names) < 2:
            return "".join(names)
        if any(", " in name or f" {self.one_of(_AND)} " in name for name in names):
            return "; ".join(names)
        return f"{', '.join(names[:-1])} {self.one_of(_AND)} {names[-1]}"

    def of_file(self, file: ScenarioFile) -> ScenarioFile:
        """A scenario with its own texts in this language, as far as its files say them so."""
        return file.in_swedish if self.code == "sv" else file

    def spoken(self, entry: _AnEntry) -> _AnEntry:
        """The same of a part of a scenario."""
        return in_swedish(entry) if self.code == "sv" else entry

    def unit(self, text: str) -> str:
        """A unit of the scenario language, in words of this language."""
        return text if self.code == "en" else swedish_unit(text)

    def actor(self, scenario: Scenario, name: str) -> str:
        """Label of an actor or view."""
        if name in _VIEWS:
            return self.one_of(_VIEWS[name])
        return self.spoken(scenario.actors[name]).label or readable(name)

    def strategy(self, scenario: Scenario, name: str) -> str:
        """Label of a strategy; in Swedish those of its interventions, as the file names it in English alone."""
        members = scenario.strategies[name]
        if self.code != "sv" or (members and any(scenario.interventions[one].label_sv is None for one in members)):
            return strategy_label(scenario, name)
        if not members:
            return self.one_of(_USUAL)
        words = [self.intervention(scenario, one) for one in members]
        return self.listed([words[0], *map(within, words[1:])])

    def intervention(self, scenario: Scenario, name: str) -> str:
        """Label of an intervention."""
        return self.spoken(scenario.interventions[name]).label or readable(name)

    def outcome(self, scenario: Scenario, name: str) -> str:
        """Label of an outcome."""
        return self.spoken(scenario.outcomes[name]).label or readable(name)

    def variable(self, scenario: Scenario, name: str) -> str:
        """Label of a domain, an attribute, a clock or a counter, within a sentence."""
        known = scenario.labels.get(name)
        return (self.spoken(known).label if known is not None else None) or within(readable(name))

    def level(self, scenario: Scenario, variable: str, level: str) -> str:
        """Label of a state of a domain, or of a value of another variable, within a sentence."""
        known = scenario.labels.get(variable)
        of = known.of(level) if known is not None else None
        return (self.spoken(of).label if of is not None else None) or within(readable(level))

    def level_of(self, scenario: Scenario, group: str) -> str:
        """Label of the level of a subgroup, which is called ``attribute: level``, within a sentence."""
        variable, _, level = group.partition(": ")
        return self.level(scenario, variable, level)

    def group(self, scenario: Scenario, group: str) -> str:
        """Label of a subgroup, as it stands alone."""
        variable, _, _ = group.partition(": ")
        return f"{at_start(self.variable(scenario, variable))}: {self.level_of(scenario, group)}"
