"""What acts on a move in the compiled model: modifiers, and effects of interventions with their windows."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from simcore.kernels import tables as kernel_tables
from simcore.model.frame import Tests
from simcore.scenario.conditions import Condition, parse_condition, parse_duration, parse_move
from simcore.scenario.phases import EXACT
from simcore.scenario.schema import Effect, Modifier, Parameter
from simcore.scenario.structure import Structure, Way
from simcore.scenario.variables import Situation

_KINDS = {
    "risk_ratio": kernel_tables.RISK_RATIO,
    "odds_ratio": kernel_tables.ODDS_RATIO,
    "standardised_mean_difference": kernel_tables.ODDS_RATIO,
    "hazard_ratio": kernel_tables.HAZARD_RATIO,
    "risk_difference": kernel_tables.RISK_DIFFERENCE,
}


@dataclass(frozen=True)
class Window:
    """When an effect acts in full, and for how long something of it is left.

    Attributes
    ----------
    first, last
        Phases; without a last one it goes on.
    to_age
        Age at which it ends in any case [years].
    felt
        Cycles after the end in which it can still be felt, perhaps infinitely many.
    """

    first: int
    last: int | None
    to_age: int | None
    felt: float

    def cycles_after(self, phase: int, of_age: int) -> int | None:
        """Cycles since the last one in which the effect acted in full, 0 in the window; None when it is not felt.

        Parameters
        ----------
        phase
            Of the person.
        of_age
            Cycles for which the person has been at least `to_age` old, 1 in the first; 0 or less before.
        """
        after = max(0, of_age, 0 if self.last is None else phase - self.last)
        return after if after <= self.felt and phase - after >= self.first else None


@dataclass(frozen=True)
class Act:
    """A modifier, or an intervention's effect, on one move; `kind` is the kernel's, `path` the entry of an effect."""

    modifier: Modifier
    condition: Condition
    kind: int
    intervention: str | None = None
    window: Window | None = None
    path: tuple[str | int, ...] = ()

    def stage(self, structure: Structure, situation: Situation) -> tuple[int, bool] | None:
        """Cycles since its window ended, and whether the person has left the intervention; None when it is not felt."""
        if self.intervention is None or self.window is None:
            return 0, False
        code = int(situation[self.intervention + EXACT])
        left = structure.has_left(code)
        if left and self.remains == 0.0:
            return None
        of_age = 0
        if self.window.to_age is not None:
            birthday = (self.window.to_age - int(situation["start_age"])) * structure.per_year
            of_age = int(situation["cycle"]) - birthday + 1
        after = self.window.cycles_after(structure.phase_of(code), of_age)
        return None if after is None else (after, left)

    def signature(self, structure: Structure, code: int) -> Hashable:
        """Equal for codes in the intervention that the effect does not tell apart, at any age."""
        assert self.window is not None  # it is an effect
        window, phase, left = self.window, structure.phase_of(code), structure.has_left(code)
        after = 0 if window.last is None else max(0, phase - window.last)
        if phase < window.first or after > window.felt or (left and self.remains == 0.0):
            return None
        # An age that ended it long ago must not have done so before it began.
        earlier = 0.0 if window.to_age is None else min(phase - window.first, window.felt)
        return after, earlier, left and self.remains != 1.0

    @property
    def remains(self) -> str | float:
        """Share of an effect that is left for those who have left the intervention."""
        return self.modifier.after_drop_out if isinstance(self.modifier, Effect) else 1.0

    @property
    def quantities(self) -> list[str | float]:
        """Everything that its strength depends on."""
        found = [self.modifier.size, self.modifier.movable_share]
        if isinstance(self.modifier, Effect):
            fade = self.modifier.fade
            found += [self.modifier.catch_up, self.modifier.after_drop_out]
            found += [fade.half_life, fade.linear] if fade is not None else []
        return [quantity for quantity in found if quantity is not None]

    def add_tests(self, tests: Tests) -> None:
        """Add what it can tell apart, but for codes in its own intervention (`signature`)."""
        tests.condition(self.condition)
        for quantity in self.quantities:
            tests.quantity(quantity)
        if self.window is not None and self.window.to_age is not None:
            structure = tests.structure
            felt = int(min(self.window.felt, structure.n_cycles))
            for age in structure.start_ages:
                birthday = (self.window.to_age - age) * structure.per_year
                tests.span("cycle", birthday - 1, birthday + felt)

    def variables(self, structure: Structure) -> set[str]:
        """Everything that it looks at."""
        found = set(self.condition.variables).union(*(structure.keys_of(quantity) for quantity in self.quantities))
        found |= {"start_age"} if self.window is not None and self.window.to_age is not None else set()
        return found | ({self.intervention} if self.intervention is not None else set())


def acts_on(structure: Structure, domain: str, way: Way, kind_over: Callable[[int, float], int]) -> list[Act]:
    """Everything that acts on a way out of a state, modifiers first, in the order of the file.

    `kind_over` gives the kernel's kind of what was measured over so many periods of the baseline.
    """

    def kind(modifier: Modifier) -> int:
        own = _KINDS[modifier.scale]
        return own if modifier.over is None else kind_over(own, _periods_over(structure, way, modifier.over))

    found = [Act(modifier, parse_condition(modifier.if_), kind(modifier)) for modifier in way.modifiers]
    for name, intervention in structure.scenario.interventions.items():
        for number, effect in enumerate(intervention.effects):
            move = parse_move(effect.move)
            if move is not None and move.domain == domain and move.fits(way.start, way.end):
                path = ("interventions", name, "effects", number)
                window = _window(structure, effect)
                found.append(Act(effect, parse_condition(effect.if_), kind(effect), name, window, path))
    return found


def _window(structure: Structure, effect: Effect) -> Window:
    window, felt = structure.window(effect), 0.0
    assert window is not None  # by the schema
    if effect.fade is not None and effect.fade.half_life is not None:
        felt = math.inf
    elif effect.fade is not None:
        # At the end of its time nothing is left.
        felt = _cycles_within(structure, effect.fade.linear) - 1
    elif effect.catch_up is not None:
        felt = _cycles_within(structure, effect.catch_up)
    return Window(*window, effect.to_age, felt)


def _cycles_within(structure: Structure, time: str | float | None) -> float:
    """How many cycles begin within a time [years] at most; infinitely many when nothing limits it."""
    entry = structure.scenario.entry(time)
    longest = math.inf
    if not isinstance(time, str):
        longest = float(time or 0.0)
    elif isinstance(entry, Parameter):
        longest = entry.distribution.support[1]
    return longest if math.isinf(longest) else math.ceil(longest * structure.per_year)


def _periods_over(structure: Structure, way: Way, over: str) -> float:
    """How many periods of a way's baseline a time is; years, for a rate."""
    years = parse_duration(over)
    assert years is not None  # by the schema
    per_year = way.is_rate or structure.period_of(way.baseline) == "year"
    return years if per_year else years * structure.per_year
