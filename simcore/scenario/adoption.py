"""Whether the way into a programme means something: when persons are asked, whom, how likely they are to take part."""

from __future__ import annotations

from simcore.scenario.checks import Checks, Path
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import Enrolment, Intervention
from simcore.scenario.variables import TIMES


def check_adoption(checks: Checks, name: str, intervention: Intervention) -> None:
    """Check enrolment, places, and leaving before the end."""
    path: Path = ("interventions", name)
    _when(checks, (*path, "enrol"), name, intervention.enrol)
    _how_likely(checks, (*path, "enrol"), name, intervention.enrol)
    _length(checks, path, name, intervention)


def _persons(checks: Checks) -> list[str]:
    """What is known of a person when he or she is asked."""
    return [*checks.levels, *checks.scenario.population.traits, *checks.scenario.memory]


def _when(checks: Checks, path: Path, name: str, enrol: Enrolment) -> None:
    """Check when and who is asked, and that no two programmes wait for each other."""
    others = [other for other in checks.scenario.interventions if other != name]
    known = [*_persons(checks), *others]
    hints = {"age": "everybody is asked at at_age" if enrol.at_age is not None else "all are asked in one year"}
    if enrol.whenever is not None:
        known += TIMES
    hints[name] = "who has taken part is not asked again; again_after says when they may be"
    written = "if" if enrol.whenever is None else "whenever"
    checks.condition((*path, written), enrol.condition, known, hints)
    if checks.n_cycles > 0 and not checks.structure.asked_cycles(name):
        if enrol.at_age is not None:
            allowed = f"an age that is simulated, {checks.numbers['age'].words}"
            checks.problem((*path, "at_age"), enrol.at_age, allowed)
        elif enrol.at_year is not None:
            allowed = f"a year that is simulated, {checks.numbers['year'].words}"
            checks.problem((*path, "at_year"), enrol.at_year, allowed)
        elif not checks.problems:
            found = "a condition whose age or year nobody is in"
            checks.problem((*path, "whenever"), found, "a condition that holds in some simulated cycle")
    _no_circle(checks, path, name)
    _whole_cycles(checks, (*path, "again_after"), enrol.again_after)


def _no_circle(checks: Checks, path: Path, name: str) -> None:
    ahead, seen = [[name]], set[str]()
    while ahead:
        way = ahead.pop(0)
        for other in sorted(checks.structure.waits_for(way[-1])):
            if other == name:
                if name == min(way):  # each circle once
                    found = " -> ".join([*way, name])
                    allowed = "enrolments that do not wait for each other"
                    checks.problem(path, f"who enrols depends on {found}", allowed)
                return
            if other not in seen:
                seen.add(other)
                ahead.append([*way, other])


def _how_likely(checks: Checks, path: Path, name: str, enrol: Enrolment) -> None:
    """Check reach, uptake and places."""
    others = [other for other in checks.scenario.interventions if other != name]
    known = [*_persons(checks), *others, *TIMES]
    for field, quantity in (("reach", enrol.reach), ("uptake", enrol.uptake)):
        checks.quantity((*path, field), quantity, "probability", known)
        entry = checks.scenario.entry(quantity)
        unit = unit_named(entry.unit) if entry is not None else None
        if unit is not None and unit.kind == "probability" and unit.per == "year" and checks.structure.per_year > 1:
            found = f"{quantity}, whose unit is '{entry.unit}'" if entry is not None else ""
            hint = (
                f"it is the probability of a yes, each time the question is asked; a cycle is a {checks.scenario.cycle}"
            )
            checks.problem((*path, field), found, "the unit 'probability' or 'share'", hint)
    checks.quantity((*path, "places"), enrol.places, "places", ("year",))


def _length(checks: Checks, path: Path, name: str, intervention: Intervention) -> None:
    """Check how long a programme is, and who may leave it."""
    _whole_cycles(checks, (*path, "lasts"), intervention.lasts)
    rule = intervention.drop_out
    if rule is None or intervention.lasts is None:
        return
    if (checks.structure.programme_cycles(name) or 0) < 2:
        allowed = f"two {checks.scenario.cycle}s or more: who leaves does so at the start of a later cycle"
        checks.problem((*path, "lasts"), f"{intervention.lasts}, with drop_out", allowed)
    known = [*_persons(checks), name, *TIMES]
    checks.condition((*path, "drop_out", "if"), rule.if_, known)
    checks.quantity((*path, "drop_out", "probability"), rule.probability, "probability", known)


def _whole_cycles(checks: Checks, path: Path, duration: str | None) -> None:
    """Check that a time is a whole number of cycles."""
    if duration is None:
        return
    years = checks.structure.years_of(duration)
    if abs(years * checks.structure.per_year % 1) > 1e-9:
        checks.problem(path, duration, f"a whole number of cycles, which are a {checks.scenario.cycle} each")
