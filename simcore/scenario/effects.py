"""Whether modifiers and effects mean something: units, time, and how an effect ends."""

from __future__ import annotations

from simcore.errors import shown
from simcore.scenario.checks import Checks, Path
from simcore.scenario.schema import Effect, Modifier


def check_modifier(checks: Checks, path: Path, modifier: Modifier, is_rate: bool) -> None:
    """Check the ratio or difference of a modifier or effect; `is_rate` tells whether the move has a rate."""
    checks.quantity((*path, modifier.scale), modifier.size, modifier.scale)
    checks.quantity((*path, "movable_share"), modifier.movable_share, "share", ())
    if is_rate and modifier.scale != "hazard_ratio" and modifier.over is None:
        hint = "over: '1 year', or the like, says within which time it was measured"
        allowed = "hazard_ratio, because the move has a rate"
        checks.problem((*path, modifier.scale), modifier.scale, allowed, hint)


def check_effect(checks: Checks, path: Path, effect: Effect) -> None:
    """Check an effect of the intervention in whose section `path` lies."""
    move = checks.move((*path, "move"), effect.move)
    checks.condition((*path, "if"), effect.if_)
    _check_end(checks, path, effect)
    _check_age(checks, path, effect)
    _check_drop_out(checks, path, effect)
    if move is None or move.domain is None or move.domain in checks.unclear:
        return
    ways = checks.structure.ways(move.domain)
    changed = [way for way in ways.all() if move.fits(way.start, way.end)]
    if changed:
        check_modifier(checks, path, effect, any(way.is_rate for way in changed))
    checks.no_rest((*path, "move"), effect.move, move)


def _check_end(checks: Checks, path: Path, effect: Effect) -> None:
    """Check what comes after the window: there must be an end, and what is taken back must be known."""
    name, unit, window = str(path[1]), *effect.window
    onwards = window[1] == "onwards"
    if effect.fade is not None:
        for field, time in (("half_life", effect.fade.half_life), ("linear", effect.fade.linear)):
            checks.quantity((*path, "fade", field), time, "duration", ())
        if onwards and effect.to_age is None:
            found = f"a fade with {unit}s {shown(window)}"
            checks.problem((*path, "fade"), found, f"a last {unit}, or to_age, after which the effect fades")
    checks.quantity((*path, "catch_up"), effect.catch_up, "duration", ())
    if effect.catch_up is not None and onwards:
        found = f"catch_up with {unit}s {shown(window)}"
        checks.problem((*path, "catch_up"), found, f"a last {unit}, after which the others catch up")
    if effect.catch_up is not None and name in checks.structure.keys_of(effect.size):
        found = f"catch_up with {effect.size}, which depends on {name}"
        allowed = "one size for the whole window: as much as it has changed is taken back"
        checks.problem((*path, "catch_up"), found, allowed)


def _check_age(checks: Checks, path: Path, effect: Effect) -> None:
    """Check that the age at which an effect ends is reached, and that it has begun by then."""
    if effect.to_age is None or checks.n_cycles <= 0:
        return
    ages, (unit, (first, _)), window = checks.numbers["age"], effect.window, checks.structure.window(effect)
    at_age = checks.scenario.interventions[str(path[1])].enrol.at_age
    assert ages.below is not None  # lives are followed for a time
    assert window is not None  # by the schema
    before = (window[0] - 1) // checks.structure.per_year
    if not ages.low < effect.to_age < ages.below:
        allowed = f"an age that is reached, {ages.low + 1:g} to {ages.below - 1:g}"
        checks.problem((*path, "to_age"), effect.to_age, allowed)
    elif at_age is not None and effect.to_age <= at_age + before:
        found = f"to_age {effect.to_age}, when who enrols at {at_age} has not reached {unit} {first}"
        checks.problem((*path, "to_age"), found, f"an age above {at_age + before}, or an earlier first {unit}")


def _check_drop_out(checks: Checks, path: Path, effect: Effect) -> None:
    """Check that what remains for those who have left is asked where somebody can leave."""
    checks.quantity((*path, "after_drop_out"), effect.after_drop_out, "share", ())
    asked = "after_drop_out" in effect.model_fields_set
    if asked and checks.scenario.interventions[str(path[1])].drop_out is None:
        allowed = "a drop_out of the intervention, which says who leaves it"
        checks.problem((*path, "after_drop_out"), "after_drop_out without drop_out", allowed)
