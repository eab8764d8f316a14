"""What a run that went on until it was precise enough has done, in words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from simcore.report.labels import money
from simcore.studies.until import Step, Until


def step_words(step: Step) -> str:
    """One step in a line."""
    did = {"": "First look", "persons": "More persons per draw", "draws": "More draws"}[step.added]
    of = f", {step.intervention}" if step.intervention else ""
    return f"{did}: {_size(step)}, {step.seconds:.1f} s{of}: MCSE {_number(step.error)}, wanted {_number(step.aim)}"


def until_words(found: Until) -> list[str]:
    """What was asked for, whether it was reached, and how."""
    last = found.steps[-1]
    ended = "reached" if found.reached else f"not reached: {found.why}"
    steps = [f"  {step_words(step)}" for step in found.steps]
    return [f"Precision of {found.what}: MCSE at most {found.precision.words}: {ended}, with {_size(last)}.", *steps]


def until_record(found: Until) -> dict[str, Any]:
    """The same for machines."""
    return {
        "quantity": found.what,
        "precision": found.precision.size,
        "relative": found.precision.relative,
        "reached": found.reached,
        "why": found.why,
        "steps": [asdict(step) for step in found.steps],
    }


def _size(step: Step) -> str:
    """How much was run."""
    return f"{step.draws:,} draws" + (f" × {step.persons:,} persons" if step.persons else "")


def _number(value: float) -> str:
    return money(value) if abs(value) >= 1 else f"{value:.3g}"
