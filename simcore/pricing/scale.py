"""How the cost per participant depends on how many there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simcore.model.ledger import AT_ENROLMENT, Line
from simcore.pricing.flows import Ledger
from simcore.pricing.prices import Array
from simcore.pricing.timeline import by_year


def scale_costs(lines: Sequence[Line], ledgers: Sequence[Ledger]) -> None:
    """Let the lines that have a scale cost (N / N0)**(elasticity - 1) times as much in the ledgers of all cohorts.

    N is the expected number of participants in the target group, of all cohorts that are under way: those who incur
    the line in a cycle or, when it is paid once, in its calendar year. It is that of the whole draw, also in parts and
    subgroups, so that these add up; where it is 0, nothing is paid.
    """
    for line in lines:
        if line.scale is None:
            continue
        number = participants(line, ledgers)
        for ledger in ledgers:
            timeline, prices = ledger.prices.timeline, ledger.prices
            own = number[:, :, timeline.first : timeline.first + timeline.n_cycles]
            relative = own / prices.quantity(line.scale.participants)
            exponent = np.broadcast_to(prices.quantity(line.scale.elasticity) - 1.0, own.shape)
            factor = np.power(relative, exponent, where=relative > 0, out=np.zeros_like(own))
            ledger.scale[line.name] = factor


def participants(line: Line, ledgers: Sequence[Ledger]) -> Array:
    """Expected number in the target group who incur a programme cost (strategy, draw, cycle of the programme)."""
    target = ledgers[0].scenario.population.target_group
    if line.paid == AT_ENROLMENT:
        per_year = ledgers[0].prices.numbers.structure.per_year
        enrolling = over_programme(ledgers, [ledger.people(line) for ledger in ledgers])
        return np.repeat(by_year(enrolling, per_year), per_year, axis=-1) * target
    found = []
    for ledger in ledgers:
        weight = sum(ledger.prices.accrual)
        people = ledger.people(line)
        found.append(np.divide(people, weight, where=weight > 0, out=np.zeros_like(people)) * target)
    return over_programme(ledgers, found)


def over_programme(ledgers: Sequence[Ledger], of_cohorts: Sequence[Array]) -> Array:
    """What cohorts have in their own cycles (..., cycle), added up over the cycles of the programme."""
    total = np.zeros((*of_cohorts[0].shape[:-1], ledgers[0].prices.numbers.programme.n_cycles))
    for ledger, own in zip(ledgers, of_cohorts, strict=True):
        timeline = ledger.prices.timeline
        total[..., timeline.first : timeline.first + timeline.n_cycles] += own
    return total
