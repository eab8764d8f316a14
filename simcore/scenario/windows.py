"""When effects act and costs are paid: warnings of what begins too late, is paid too long, or is lost."""

from __future__ import annotations

import math
from collections.abc import Iterator

from simcore.scenario.checks import Checks, Path
from simcore.scenario.schema import Effect, Intervention, Parameter, ProgrammeCost


def note_windows(checks: Checks, name: str, intervention: Intervention) -> None:
    """Warn of effects and costs of an intervention that never come, of costs of what is over, and of what is lost."""
    path: Path = ("interventions", name)
    for number, cost in enumerate(intervention.costs):
        if not cost.fixed:
            _after_the_horizon(checks, (*path, "costs", number), cost, "is never paid")
            _paid_too_long(checks, (*path, "costs", number), cost, intervention.lasts)
    for number, effect in enumerate(intervention.effects):
        _after_the_horizon(checks, (*path, "effects", number), effect, "never acts")
        if effect.catch_up is not None and intervention.drop_out is not None and effect.after_drop_out != 1:
            checks.warn(
                (*path, "effects", number),
                "what it has changed before somebody leaves the programme is not taken back; "
                "with after_drop_out: 1 all is",
            )
    _lost_anew(checks, path, name, intervention)


def _after_the_horizon(checks: Checks, path: Path, entry: Effect | ProgrammeCost, never: str) -> None:
    """Warn of what begins when lives are followed no more."""
    window, asked = checks.structure.window(entry), checks.structure.asked_cycles(str(path[1]))
    if window is not None and asked and asked[0] + window[0] - 1 >= checks.n_cycles:
        unit, first = ("year", entry.years[0]) if entry.years is not None else (checks.scenario.cycle, window[0])
        checks.warn(path, f"{never}: nobody is followed up to {unit} {first} after enrolment")


def _paid_too_long(checks: Checks, path: Path, cost: ProgrammeCost, lasts: str | None) -> None:
    """Warn of a cost that is paid when the programme is over."""
    window, length = checks.structure.window(cost), checks.structure.programme_cycles(str(path[1]))
    if window is None or length is None or (window[1] is not None and window[1] <= length):
        return
    first, last = window
    if last is None:
        time = "without end"
    elif first == 1:
        time = f"for {_time(checks, last)}"
    else:
        time = f"until {_time(checks, last)} after enrolment,"
    checks.warn(path, f"is paid {time} of a programme that lasts {lasts}")


def _lost_anew(checks: Checks, path: Path, name: str, intervention: Intervention) -> None:
    """Warn of enrolment anew before everything of the first one is over."""
    wait, length = checks.structure.wait(name), checks.structure.programme_cycles(name)
    ends = list(_ends(checks, intervention))
    if length is not None:
        ends.append(("the programme", float(length)))
    what, last = max(ends, key=lambda end: end[1], default=("", 0.0))
    if wait is None or last <= wait:
        return
    goes_on = "without end" if math.isinf(last) else f"for {_time(checks, last)}"
    checks.warn(
        path,
        f"again_after is {intervention.enrol.again_after}, but {what} goes on {goes_on} after enrolment: "
        "who enrols anew loses what was still to come",
    )


def _ends(checks: Checks, intervention: Intervention) -> Iterator[tuple[str, float]]:
    """When effects and costs end, in cycles since enrolment; what begins at once and has no end begins anew."""
    for number, effect in enumerate(intervention.effects):
        first, last = checks.structure.window(effect) or (1, 1)
        fade = effect.fade
        after = effect.catch_up if fade is None else fade.linear if fade.half_life is None else fade.half_life
        if last is not None:
            yield f"effects[{number}]", last + _expected(checks, after) * checks.structure.per_year
        elif first > 1:
            yield f"effects[{number}]", math.inf
    for number, cost in enumerate(intervention.costs):
        first, last = (None if cost.fixed else checks.structure.window(cost)) or (1, 1)
        if last is not None or first > 1:
            yield f"costs[{number}]", math.inf if last is None else float(last)


def _expected(checks: Checks, time: str | float | None) -> float:
    """The expected value of a time [years]; 0 where it differs between persons or comes from a formula."""
    if not isinstance(time, str):
        return time or 0.0
    entry = checks.scenario.entry(time)
    return entry.distribution.mean if isinstance(entry, Parameter) else 0.0


def _time(checks: Checks, cycles: float) -> str:
    """A time in words: whole years, or months."""
    years = cycles / checks.structure.per_year
    number, unit = (years, "year") if years == round(years) else (years * 12, "month")
    return f"{number:.4g} {unit}{'' if number == 1 else 's'}"
