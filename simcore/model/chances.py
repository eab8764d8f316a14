"""How likely what is in each situation, by the scenario as written: the part of the readable twin without a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from simcore import rates
from simcore.errors import ModelError
from simcore.rates import ROUNDING
from simcore.scenario.conditions import Value, parse_band, parse_condition, parse_duration, parse_move
from simcore.scenario.evidence import Table
from simcore.scenario.phases import EXACT
from simcore.scenario.schema import Derived, Effect, Modifier, Scenario, Trait
from simcore.scenario.structure import Structure, Way, matrix_parameter
from simcore.scenario.variables import Situation
from simcore.uncertainty.traits import level_mean


class Chances:
    """Probabilities and quantities in one draw.

    Parameters
    ----------
    scenario
        The scenario.
    parameters
        Value of each parameter in this draw.
    """

    def __init__(self, scenario: Scenario, parameters: Mapping[str, float]) -> None:
        self.scenario, self.parameters = scenario, parameters
        self.structure = Structure(scenario)
        self._exponentials: dict[tuple[str, bytes], NDArray[np.float64]] = {}

    # -- probabilities ------------------------------------------------------------------------

    def row(self, domain: str, now: Situation) -> tuple[dict[str, float], str]:
        """Return the probability of each way out of the present state, and who gets the rest."""
        ways, own = self.structure.ways(domain), str(now[domain])
        years = self.structure.cycle_years
        if self.scenario.domains[domain].time == "continuous":
            return self.jumps(domain, now), own
        out = ways.exits[own]
        sizes = {way.end: self.size(domain, way, now) for way in out}
        total = sum(sizes.values())
        if any(way.is_rate for way in out):  # competing rates: at most one of them happens in a cycle
            sizes = {state: rates.probability_of_rate(rate, total, years) for state, rate in sizes.items()}
        else:
            check_row(sizes, domain, now)
            yearly = any(self.structure.period_of(way.baseline) == "year" for way in out)
            if yearly and self.structure.per_year > 1:
                held = {state: min(max(size, 0.0), 1.0) for state, size in sizes.items()}
                total = sum(held.values())
                sizes = {state: rates.probability_over(size, total, years) for state, size in held.items()}
        return sizes, ways.rest[own]

    def jumps(self, domain: str, now: Situation) -> dict[str, float]:
        """Probability of being in each other state after a cycle of continuous time: a row of expm(G * cycle)."""
        from scipy.linalg import expm

        states = self.scenario.domains[domain].states
        generator = np.zeros((len(states), len(states)))
        for start, out in self.structure.ways(domain).exits.items():
            for way in out:
                generator[states.index(start), states.index(way.end)] = self.size(domain, way, now | {domain: start})
        generator -= np.diag(generator.sum(axis=1))
        own = states.index(str(now[domain]))
        known = (domain, generator.tobytes())
        if known not in self._exponentials:  # by far the slowest step, and there are few different ones
            self._exponentials[known] = expm(generator * self.structure.cycle_years)
        row = self._exponentials[known][own]
        return {state: float(p) for state, p in zip(states, row, strict=True) if state != states[own]}

    def size(self, domain: str, way: Way, now: Situation) -> float:
        """Return a move's probability per cycle or year, or rate per year, with everything that acts on it."""
        size = self.quantity(way.baseline, {**now, "from": way.start, "to": way.end})
        # Several modifiers of a kind multiply (differences add) before they act.
        together = {"risk_ratio": 1.0, "odds_ratio": 1.0, "hazard_ratio": 1.0, "risk_difference": 0.0}
        over_a_time = []
        for modifier, strength in [*self._modifiers(way, now), *self._effects(domain, way, now)]:
            scale = "odds_ratio" if modifier.scale == "standardised_mean_difference" else modifier.scale
            if modifier.over is not None:
                over_a_time.append((scale, strength, modifier.over))
            elif scale == "risk_difference":
                together[scale] += strength
            else:
                together[scale] *= strength
        size = size * together["hazard_ratio"] if way.is_rate else rates.modified_probability(size, **together)
        # What was measured over a time of its own acts at the end, one after the other.
        for scale, strength, time in over_a_time:
            size = self.over(time, way, size, scale, strength)
        return size

    def over(self, time: str, way: Way, size: float, scale: str, strength: float) -> float:
        """Return a probability or rate with a modifier of what happens within a time, were it the only way out."""
        years = parse_duration(time)
        assert years is not None  # by the schema
        nothing = 0.0 if scale == "risk_difference" else 1.0
        if strength == nothing or not (way.is_rate or -ROUNDING <= size <= 1.0 + ROUNDING):
            return size  # what is no probability is refused with its row
        periods = years if self.structure.period_of(way.baseline) == "year" else years * self.structure.per_year
        if way.is_rate:
            within = rates.probability_of_rate(size, size, years)
        else:
            within = rates.probability_in(min(max(size, 0.0), 1.0), periods)
        alone = {"risk_ratio": 1.0, "odds_ratio": 1.0, "hazard_ratio": 1.0, "risk_difference": 0.0, scale: strength}
        within = rates.modified_probability(within, **alone)
        if not -ROUNDING <= within <= 1.0 + ROUNDING:
            raise ModelError(f"{way.start} -> {way.end}: {within:.4g} within {time} is no probability.")
        within = min(max(within, 0.0), 1.0)
        return rates.rate_of_probability(within, years) if way.is_rate else rates.probability_in(within, 1.0 / periods)

    def _modifiers(self, way: Way, now: Situation) -> Iterator[tuple[Modifier, float]]:
        """Yield the modifiers that act on a move now, each with its ratio or difference."""
        for modifier in way.modifiers:
            if parse_condition(modifier.if_).holds(now):
                yield modifier, self.weakened(modifier, now)

    def _effects(self, domain: str, way: Way, now: Situation) -> Iterator[tuple[Modifier, float]]:
        """Yield the effects that act on a move now, each with its ratio or difference."""
        for name, intervention in self.scenario.interventions.items():
            code = int(now[name + EXACT])
            left = self.structure.has_left(code)
            for effect in intervention.effects:
                move = parse_move(effect.move)
                assert move is not None  # checked with the scenario
                meant = move.domain == domain and move.fits(way.start, way.end)
                if not meant or not parse_condition(effect.if_).holds(now) or (left and effect.after_drop_out == 0):
                    continue
                after = self.cycles_after(effect, self.structure.phase_of(code), now)
                if after is not None:
                    yield effect, self.weakened(effect, now, after, left)

    def cycles_after(self, effect: Effect, phase: int, now: Situation) -> int | None:
        """Return the cycles since an effect acted in full, 0 when it does so now; None when nothing of it is left."""
        age = int(now["start_age"]) * self.structure.per_year + int(now["cycle"])
        for ago in range(phase):
            if self.acts_in_full(effect, phase - ago, age - ago):
                goes_on = effect.fade is not None or effect.catch_up is not None
                return ago if ago == 0 or goes_on else None
        return None

    def acts_in_full(self, effect: Effect, phase: int, age: int) -> bool:
        """Tell whether a phase lies in the window of an effect, for a person whose age in cycles is this."""
        since = phase if effect.years is None else self.structure.phase_year(phase)
        first, last = effect.years or effect.cycles or (1, "onwards")  # one of the two, by the schema
        young = effect.to_age is None or age < effect.to_age * self.structure.per_year
        return young and since >= int(first) and (last == "onwards" or since <= int(last))

    def weakened(self, modifier: Modifier, now: Situation, after: int = 0, left: bool = False) -> float:
        """Return a modifier's ratio or difference: as much as is causal, remains after leaving, and has not faded.

        A standardised mean difference is returned as its odds ratio; `after` counts the cycles since the window ended.
        """
        weight = 1.0 if modifier.movable_share is None else self.quantity(modifier.movable_share, now)
        years = after / self.structure.per_year
        if isinstance(modifier, Effect) and left:
            weight *= self.quantity(modifier.after_drop_out, now)
        if isinstance(modifier, Effect) and modifier.fade is not None and after > 0:
            if modifier.fade.half_life is not None:
                weight *= 0.5 ** (years / self.quantity(modifier.fade.half_life, now))
            if modifier.fade.linear is not None:
                weight *= max(0.0, 1.0 - years / self.quantity(modifier.fade.linear, now))
        full = self.quantity(modifier.size, now)
        if modifier.scale == "standardised_mean_difference":
            strength = float(rates.odds_ratio_of_difference(full * weight))
        else:
            strength = full * weight if modifier.scale == "risk_difference" else rates.faded(full, weight)
        if isinstance(modifier, Effect) and modifier.catch_up is not None and after > 0:
            return self.caught_up(modifier, strength, self.quantity(modifier.catch_up, now), after)
        return strength

    def caught_up(self, effect: Effect, strength: float, time: float, after: int) -> float:
        """Return the ratio or difference while the others catch up: it takes back what the effect did in its window."""
        window = self.window_years(effect)
        # The others catch up for a time, which may end within this cycle.
        part = min(max(time * self.structure.per_year - (after - 1), 0.0), 1.0)
        if effect.scale == "risk_difference":
            return -strength * window * part / time
        ratio = 1.0 - (strength - 1.0) * window * part / time
        if ratio < -ROUNDING:
            raise ModelError(f"{effect.move}: a ratio of {ratio:.4g} would take back what {strength:.4g} has changed.")
        return max(ratio, 0.0)

    def window_years(self, effect: Effect) -> float:
        """Return the length of the window of an effect that ends [years]."""
        if effect.cycles is not None:
            return (int(effect.cycles[1]) - int(effect.cycles[0]) + 1) / self.structure.per_year
        assert effect.years is not None  # by the schema
        return int(effect.years[1]) - int(effect.years[0]) + 1

    # -- quantities -----------------------------------------------------------------------------

    def quantity(self, quantity: str | float, now: Situation) -> float:
        """Return the value of a quantity: a number, a parameter, a table's cell, a formula, or a trait."""
        if not isinstance(quantity, str):
            return float(quantity)
        entry = self.scenario.entry(quantity)
        if isinstance(entry, Table):
            return self.cell(quantity, entry, now)
        if isinstance(entry, Derived):
            return float(entry.expression.evaluate(lambda name: self.value_of(name, now)))
        if isinstance(entry, Trait):
            form, first, second = entry.form
            one, other = (np.array([self.quantity(number, now)]) for number in (first, second))
            return float(level_mean(form, one, other, int(now[quantity]), entry.levels)[0])
        return self.parameters[quantity]

    def value_of(self, name: str, now: Situation) -> Value:
        """Return what a name in a formula stands for."""
        if self.scenario.entry(name) is not None:
            return self.quantity(name, now)
        return self.structure.as_number(name, now[name])

    def cell(self, name: str, table: Table, now: Situation) -> float:
        """Return the first row of a table that fits; of a counted matrix, the drawn probability."""
        wanted: Situation = {}
        for key in table.by:
            formula = table.expression_at(key) if key in table.at else None
            if formula is None:
                wanted[key] = now[key]
                continue
            at = float(formula.evaluate(lambda other: self.value_of(other, now)))
            wanted[key] = self.structure.as_key(key, at)
        for row in table.cells:
            if all(_fits(row.keys[key], value) for key, value in wanted.items()):
                if table.unit.startswith("count"):
                    return self.counted(name, table, now)
                return self.parameters[row.value] if isinstance(row.value, str) else row.value
        raise ModelError(f"{name} has no cell for {now}.")

    def counted(self, name: str, table: Table, now: Situation) -> float:
        """Return the share of a counted move in its row of this draw."""
        row = {str(cell.keys["to"]): cell.value for cell in table.cells if cell.keys["from"] == now["from"]}
        drawn = {
            end: self.parameters[matrix_parameter(name, str(now["from"]), end)] if count != 0 else 0.0
            for end, count in row.items()
        }
        return drawn[str(now["to"])] / float(np.sum(list(drawn.values())))


def _fits(key: str | int, value: Value) -> bool:
    """Tell whether a table's key holds for a value: numbers match bands."""
    if isinstance(value, str):
        return key == value
    band = parse_band(key)
    return band is not None and value in band


def check_row(sizes: Mapping[str, float], question: str, now: Situation, complete: bool = False) -> None:
    """Refuse what is no row of probabilities, beyond the rounding of decimal fractions."""
    total = sum(sizes.values())
    low = 1.0 - ROUNDING if complete else 0.0
    if not all(-ROUNDING <= size for size in sizes.values()) or not low <= total + ROUNDING or total > 1.0 + ROUNDING:
        raise ModelError(f"{question}, {now}: {dict(sizes)} is no row of probabilities.")
