"""Generated effects and modifiers: their shapes, and sizes that leave every probability possible in every draw."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.generated_numbers import floor

if TYPE_CHECKING:
    from tests.generated_moves import Act, Moves, Way

SCALES = ("odds_ratio", "risk_ratio", "hazard_ratio", "risk_difference", "standardised_mean_difference")
#: Of a ratio r, log(r) times this is the standardised mean difference with that odds ratio.
_SD = math.sqrt(3.0) / math.pi
#: Turned to another time and back, a ratio may come out so much stronger: probabilities are kept below a half there.
_OVER = 2.0


def shape(builder: Moves, act: Act, intervention: str, at_age: int | None) -> None:
    """Give an effect its end, and say what remains of it for those who have left."""
    effect, (first, last) = act.entry, act.entry["years"]
    length = 0.0 if last == "onwards" else last - first + 1
    if builder.sometimes():
        del effect["years"]
        effect["cycles"] = cycles(builder)
        begin, last = effect["cycles"]
        first = (begin - 1) // builder.per_year + 1
        length = 0.0 if last == "onwards" else (last - begin + 1) / builder.per_year
    oldest = builder.horizon.get("to_age", builder.ages[-1] + builder.n_years) - 1
    earliest = max(builder.ages[0] + 1, 0 if at_age is None else at_age + first)
    if earliest <= oldest and builder.sometimes():
        effect["to_age"] = builder.whole(earliest, oldest)
    ends = builder.one(["at once", "half_life", "linear", "linear", "catch_up"])
    # What is counted may be near 1, where nothing may raise it.
    counted = any(builder.ways[way] == "count" for way in act.ways)
    if ends in ("half_life", "linear") and (last != "onwards" or "to_age" in effect):
        effect["fade"] = {ends: builder.quantity(0.5, 4.0, "year", [])}
    if ends == "catch_up" and last != "onwards" and "to_age" not in effect and not counted:
        act.window = length
    if intervention in builder.left_early and builder.flip():
        effect["after_drop_out"] = builder.one([0, 1, builder.quantity(0.0, 1.0, "share", [])])
    if not act.window and builder.sometimes():
        act.keys = [intervention]


def cycles(builder: Moves) -> list[Any]:
    """A window in cycles, which may end within a year."""
    first = builder.whole(1, 2 * builder.per_year)
    return [first, builder.one([first, first + 2, first + builder.per_year + 1, "onwards"])]


def over(builder: Moves, act: Act) -> None:
    """Perhaps let a modifier or effect have been measured over a time of its own."""
    if builder.sometimes():
        act.months = builder.one([1, 6, 12, 18, 36])
        act.entry["over"] = f"{act.months} months"


def periods(builder: Moves, act: Act, way: Way) -> float:
    """How many periods of a way's baseline the time of an act is."""
    years = act.months / 12
    yearly = builder.ways[way] == "rate" or builder.units[way] in ("probability per year", "count per year")
    return years if yearly else years * builder.per_year


class Sizes:
    """Settles scales and sizes of acts, and how far each way may be lifted and lowered by all of them.

    Attributes
    ----------
    caps
        Largest probability or rate of each way.
    highest, lowest
        What all ratios together multiply at most and at least.
    differences
        How many differences act on each way.
    """

    def __init__(self, builder: Moves, caps: dict[Way, float]) -> None:
        self.builder, self.caps = builder, caps
        self.highest, self.lowest = dict.fromkeys(caps, 1.0), dict.fromkeys(caps, 1.0)
        self.at_the_end = dict.fromkeys(caps, 1.0)
        self.differences: Counter[Way] = Counter()

    def choose(self, act: Act) -> None:
        """Choose the scale of an act, and the size of a ratio."""
        builder = self.builder
        kinds = {act.kind, *(builder.ways[way] for way in act.ways)}
        scales = [scale for scale in SCALES if not (scale == "risk_difference" and "count" in kinds)]
        if act.months:
            scales.remove("hazard_ratio")
        act.scale = "hazard_ratio" if "rate" in kinds and not act.months else builder.one(scales)
        if act.scale == "risk_difference":
            self.differences.update(act.ways)
            for way in act.ways if act.months else ():
                self.caps[way] = min(self.caps[way], 0.25 / max(periods(builder, act, way), 1.0))
            return
        low, high = builder.one([(0.1, 0.6), (0.5, 1.0)] if "count" in kinds else [(0.1, 0.6), (0.5, 2.0), (1.5, 3.5)])
        keys = [*(builder.parents[act.ways[0][0]] if act.ways else []), *act.keys]
        unit = act.scale.replace("_", " ")
        if act.scale == "standardised_mean_difference":
            act.entry[act.scale] = builder.quantity(math.log(low) * _SD, math.log(high) * _SD, unit, keys)
            high *= 1.001  # for the rounding
        else:
            act.entry[act.scale] = builder.quantity(low, high, unit, keys)
        if act.window:
            least = math.ceil(max(0.5, 1.25 * (high - 1.0) * act.window) * 1000) / 1000
            act.entry["catch_up"] = builder.quantity(least, least + 3.0, "year", [])
            back = act.window / least
            low, high = min(low, 1.0 - max(0.0, high - 1.0) * back), max(high, 1.0 + max(0.0, 1.0 - low) * back)
        self._multiply(act, min(low, 1.0), max(high, 1.0))

    def _multiply(self, act: Act, low: float, high: float) -> None:
        """Note what a ratio multiplies its ways by; over a time of its own a probability above 1 must not come out."""
        for way in act.ways:
            if act.months:
                self.caps[way] = min(self.caps[way], 0.5 / (high * max(periods(self.builder, act, way), 1.0)))
                self.at_the_end[way] *= _OVER * high
            factor = _OVER if act.months else 1.0
            self.highest[way], self.lowest[way] = self.highest[way] * high * factor, self.lowest[way] * low / factor

    def baselines(self) -> dict[Way, float]:
        """How large the baseline of each way may be."""
        return {way: cap / self.highest[way] / (1 + self.differences[way]) for way, cap in self.caps.items()}

    def settle(self, act: Act, parts: dict[Way, float]) -> None:
        """Choose the size of a difference, for baselines of at least 0.3 of these."""
        lows, highs = [0.0] if not act.ways else [], [0.1] if not act.ways else []
        for way in act.ways:
            n = self.differences[way]
            least, room = parts[way] * self.lowest[way] / n, (self.caps[way] - parts[way] * self.highest[way]) / n
            room /= self.at_the_end[way]
            if act.months:
                lasts = periods(self.builder, act, way)
                least, room = least * lasts / 27, room * lasts / 2
            lows.append(-0.27 * least)
            highs.append(room)
        low, high = floor(-max(lows)), floor(min(highs) * 0.99)
        if act.window:
            low = high = min(low, high)
            act.entry["catch_up"] = self.builder.quantity(
                math.ceil(act.window * 1000) / 1000, act.window + 3.0, "year", []
            )
        act.entry["risk_difference"] = self.builder.parameter(-low, high, "risk difference")
