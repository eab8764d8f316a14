"""Phrases that everything said of a scenario is put together from: quantities, conditions, payers, ratios."""

from __future__ import annotations

from typing import Any

from simcore.model.ledger import condition_words
from simcore.report.labels import money
from simcore.scenario.check_digits import table_digits
from simcore.scenario.conditions import DROPPED_OUT, Band, Condition, Value, parse_condition
from simcore.scenario.quantities import any_of
from simcore.scenario.schema import (
    Booking,
    Derived,
    Modifier,
    Parameter,
    Payers,
    Scenario,
    Shares,
    Table,
    Trait,
)


def number_words(scenario: Scenario, quantity: str | float | None) -> str:
    """Write a quantity with its expected value: ``p_dropout (0.035)``."""
    if quantity is None or not isinstance(quantity, str):
        return f"{quantity:g}" if quantity is not None else ""
    entry = scenario.entry(quantity)
    if isinstance(entry, Derived):
        return f"{quantity} (see Derived)"
    if isinstance(entry, Trait):
        return f"{quantity} (of the person)"
    assert entry is not None  # the scenario was checked
    return f"{quantity} ({_table_words(entry) if isinstance(entry, Table) else value_words(entry)})"


def value_words(entry: Parameter | Table) -> str:
    """Expected value of a parameter with what it is counted in."""
    if isinstance(entry, Table):
        ends = sorted(row.value for row in entry.cells if isinstance(row.value, float))
        span = f", {ends[0]:.4g} to {ends[-1]:.4g}" if ends else ""
        return f"{_table_words(entry)}, {len(entry.cells)} rows{span} (check digits {table_digits(entry)})"
    mean = entry.distribution.mean
    amount = money(mean) if mean.is_integer() or abs(mean) < 100 else f"{mean:,.2f}"
    return f"{amount} {entry.unit}" if entry.price_year is not None else f"{mean:.4g}"


def _table_words(table: Table) -> str:
    keys = [f"{key} at {table.at[key]}" if key in table.at else key for key in table.by]
    return f"table by {', '.join(keys)}"


def many(number: int, noun: str) -> str:
    """Write a number of things: ``1 person``, ``1,000 draws``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def when_words(scenario: Scenario, written: dict[str, Any] | None) -> str:
    """Write a condition in words."""
    return _condition(scenario, parse_condition(written or {}))


def _condition(scenario: Scenario, condition: Condition) -> str:
    """A condition in words, with what a person is in an intervention as one would say it."""
    words = [
        f"{part.variable} {_in_programme(part.values)}"
        if part.variable in scenario.interventions
        else condition_words(Condition((part,)))
        for part in condition.parts
    ]
    return ", ".join([*words, *(f"not ({_condition(scenario, inner)})" for inner in condition.negated)])


def _in_programme(values: frozenset[Value] | Band) -> str:
    """What a person is in an intervention: ``has not begun``, ``is in year 2``, ``has begun``, ``was left early``."""
    found = ["has not begun"] if 0 in values else []
    if isinstance(values, Band):
        low = max(int(values.low), 1)
        last = None if values.below is None else int(values.below) - 1
        if last is None:
            found.append("has begun" if low == 1 else f"is in year {low} or later")
        elif last >= low:
            found.append(f"is in year {low}" if last == low else f"is in years {low} to {last}")
    else:
        years = sorted(value for value in values if isinstance(value, int) and value > 0)
        found += [f"is in year {any_of(map(str, years))}"] if years else []
        found += ["was left early"] if DROPPED_OUT in values else []
    return " or ".join(found)


def _payers(scenario: Scenario, payers: Payers) -> str:
    if isinstance(payers, str):
        return payers
    return shares_words(scenario, payers)


def shares_words(scenario: Scenario, shares: Shares) -> str:
    """Write shares in words: ``region share_region (0.6), state the rest``."""
    return ", ".join(
        f"{name} {'the rest' if share == 'rest' else number_words(scenario, share)}" for name, share in shares.items()
    )


def modifier_words(scenario: Scenario, modifier: Modifier, meaning: str = "") -> str:
    """Write a ratio or difference, perhaps with its meaning and the time it was measured over, and how much counts."""
    words = f"{modifier.scale.replace('_', ' ')} {number_words(scenario, modifier.size)}"
    words += f": {meaning}" if meaning else ""
    if modifier.over is not None:
        words += f", measured over {modifier.over}"
    words += f", {modifier.evidence}"
    if modifier.movable_share == 1:
        words += ", all of which counts"
    elif modifier.movable_share is not None:
        words += f", of which the share {number_words(scenario, modifier.movable_share)} counts"
    return words


def booking_words(scenario: Scenario, booking: Booking) -> str:
    """Write what is booked, from whom and to whom."""
    amount = number_words(scenario, booking.amount)
    kind = booking.kind.replace("_", " ")
    words = f"{kind} {amount}"
    if booking.base is not None:
        words += f" of {number_words(scenario, booking.base)}"
    if booking.share != 1:
        words += f" for the share {number_words(scenario, booking.share)}"
    if booking.actor is not None:
        words += f", borne by {_payers(scenario, booking.actor)}"
    if booking.from_ is not None:
        words += f", from {_payers(scenario, booking.from_)}"
    if booking.to is not None:
        words += f"{',' if booking.from_ is None else ''} to {_payers(scenario, booking.to)}"
    return words
