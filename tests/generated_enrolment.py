"""Ways into generated programmes: asked at an age, in a year or whenever something holds; few places; leaving early."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.generated_numbers import Tree
    from tests.strategies import _Builder


def enrolment(builder: _Builder, name: str) -> Tree:
    """Who takes part in a programme. It looks only at programmes before it, so that none waits for itself."""
    before = builder.interventions[: builder.interventions.index(name)]
    persons = [*builder.attributes, *builder.domains, *builder.traits, *builder.memory]
    keys = builder.some([*persons, "age", "year"], 0, 2)
    uptake = builder.one([1, 1, None, None, None, 0])
    found: Tree = {"uptake": builder.quantity(0.2, 0.9, "probability", keys) if uptake is None else uptake}
    if builder.sometimes():
        found["reach"] = builder.quantity(0.3, 1.0, "share", keys)
    if builder.sometimes():
        found["places"] = builder.quantity(0.5, 20.0, "persons per year", [])
    asked = builder.condition([*persons, *before], 2) if builder.flip() else {}
    match builder.one(["at_age", "at_age", "at_year", "whenever", "whenever"]):
        case "at_age":
            asked_at = builder.one(builder.ages) + builder.whole(0, min(builder.n_years - 1, 3))
            found |= {"at_age": min(asked_at, builder.horizon.get("to_age", 200) - 1), "if": asked}
        case "at_year":
            found |= {"at_year": builder.year + builder.whole(0, builder.n_years - 1), "if": asked}
        case _:
            domain = builder.one(list(builder.domains))
            found |= {"whenever": asked | {domain: builder.part(domain)}}
            if builder.sometimes():
                found["whenever"]["age"] = {"at_least": builder.ages[0]}
            found["ask"] = builder.one(["once", "every_cycle"])
            if builder.sometimes():
                found["again_after"] = time(builder, 1, 2 * builder.per_year)
    return found


def drop_out(builder: _Builder, name: str) -> Tree:
    """How long a programme lasts, and who leaves it before its end."""
    found: Tree = {}
    if builder.flip() or name in builder.left_early:
        found["lasts"] = time(builder, 2, 3 * builder.per_year)
    if name in builder.left_early:
        persons = [*builder.attributes, *builder.domains, *builder.traits, *builder.memory]
        period = builder.one(["probability per year", "probability per cycle"])
        keys = builder.some([*persons, "age"], 0, 1)
        found["drop_out"] = {"probability": builder.quantity(0.1, 0.7, period, keys)}
        if builder.flip():
            found["drop_out"]["if"] = builder.condition([*persons, name], 1)
    return found


def time(builder: _Builder, least: int, most: int) -> Any:
    """A time of some whole cycles, as a scenario writes it."""
    number = builder.whole(least, most)
    return f"{number} {builder.cycle}" + ("s" if number != 1 else "")
