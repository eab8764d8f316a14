"""Double entry: which actors a line is booked on, with which sign.

A cost above 0 leaves the actor, a cost below 0 reaches it:

================== ============================================================
kind               booked
================== ============================================================
resource           payers +amount
programme          payers +amount
intangible         those who suffer +amount
transfer           from +amount, to -amount
programme_transfer from +amount, to -amount
tax                from +rate*base, to -rate*base
production         to -amount (value that is produced is a negative cost)
displaced_...      as transfer, tax or production, of a share of what a programme
                   gains in them; public actors as there, the others on one actor
public_funds       (factor - 1) * what public actors spend, on one actor
================== ============================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simcore.scenario.schema import Booking, Payers


@dataclass(frozen=True)
class Entry:
    """One side of a booking.

    Attributes
    ----------
    actor
        On whom it is booked.
    sign
        +1 where the amount leaves the actor, -1 where it reaches it.
    share
        Share of the amount: a quantity, or None for what the other shares leave.
    others
        The other shares, when `share` is None; all shares of the side, when none of them is the rest.
    """

    actor: str
    sign: int
    share: str | float | None
    others: tuple[str | float, ...] = ()

    @property
    def shares(self) -> tuple[str | float, ...]:
        """Every share that decides how much it is."""
        return self.others if self.share is None else (self.share, *self.others)


def entries(booking: Booking) -> Iterator[Entry]:
    """Yield every entry of a booking."""
    if booking.actor is not None:
        yield from _side(booking.actor, +1)
    if booking.from_ is not None:
        yield from _side(booking.from_, +1)
    if booking.to is not None:
        yield from _side(booking.to, -1)


def _side(payers: Payers, sign: int) -> Iterator[Entry]:
    if isinstance(payers, str):
        yield Entry(payers, sign, 1.0)
        return
    given = tuple(share for share in payers.values() if share != "rest")
    together = given if len(given) == len(payers) else ()
    for actor, share in payers.items():
        yield Entry(actor, sign, None, given) if share == "rest" else Entry(actor, sign, share, together)
