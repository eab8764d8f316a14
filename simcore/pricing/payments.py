"""Payments: who pays and when, apart from how much; lines that are paid in the same situation share one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simcore.model.ledger import EACH_TIME, FIXED, FOR_TIME, Account, Line, Meter

#: The two strategies whose difference is what an intervention adds to each strategy: without and with it.
Gain = tuple[NDArray[np.intp], NDArray[np.intp]]


class Payment(NamedTuple):
    """Who pays and when: a line or a reward but for its amount.

    Attributes
    ----------
    paid
        When, in the words of `simcore.model.ledger`.
    meter
        Place in the ledger of those who pay: of a time meter, or of an event meter where each event is paid for.
    in_groups
        Places of those of them who belong to each subgroup.
    gained_by
        The intervention, where only what it gains is paid.
    line
        The line, where what is paid depends on its number of participants, or on nobody.
    """

    paid: str
    meter: int = -1
    in_groups: tuple[int, ...] = ()
    gained_by: str | None = None
    line: str | None = None


class Layout:
    """What a ledger means, and what is known of it before it is priced.

    Parameters
    ----------
    account
        What is counted.
    gains
        Of each intervention that displaces, what its gain is the difference of.

    Attributes
    ----------
    gains
        As given.
    lines
        What is paid.
    n_groups
        Number of subgroups.
    alive
        The time of everybody alive.
    outcomes
        The pieces of each outcome: of which reward, what is known of those whom it is for, and their payment.
    """

    def __init__(self, account: Account, gains: Mapping[str, Gain]) -> None:
        self.gains, self._groups, self.n_groups = gains, tuple(account.groups.values()), len(account.groups)
        self._time = {meter: number for number, meter in enumerate(account.time)}
        self._events = {meter: number for number, meter in enumerate(account.events)}
        self.alive = self._payment(FOR_TIME, account.alive)
        self.lines = account.lines
        self._payments = {line.name: self._of_line(line) for line in account.lines}
        self.outcomes = [
            [(of, piece.situation, self._payment(of.paid, piece.meter)) for of in rewards for piece in of.pieces]
            for rewards in account.outcomes.values()
        ]

    def payments(self, line: Line) -> tuple[Payment, ...]:
        """The payment of each piece of a line; the only one of a fixed cost."""
        return self._payments[line.name]

    def _of_line(self, line: Line) -> tuple[Payment, ...]:
        if line.paid == FIXED:
            return (Payment(line.paid, line=line.name),)
        gained_by = None if line.displaced is None else line.intervention
        scaled = None if line.scale is None else line.name
        found = (self._payment(line.paid, piece.meter) for piece in line.pieces)
        return tuple(payment._replace(gained_by=gained_by, line=scaled) for payment in found)

    def _payment(self, paid: str, meter: Meter) -> Payment:
        number = self._events if paid == EACH_TIME else self._time
        return Payment(paid, number[meter], tuple(number[meter.within(group)] for group in self._groups))
