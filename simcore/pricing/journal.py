"""What is booked on whom: the amounts and shares of every line, put together by actor and kind of cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from simcore.model.ledger import Line
from simcore.pricing.booking import Entry, entries
from simcore.pricing.payments import Layout, Payment
from simcore.pricing.prices import Array, Prices
from simcore.scenario.schema import Scenario
from simcore.vocabulary import COUNTED_KINDS

#: Kinds that a cost of raising public money is worked out of: what public actors spend.
SPENT = tuple(kind for kind in COUNTED_KINDS if kind not in ("production", "displaced_production"))

#: What each pays, by payment: (draw, 1), or (draw, cycle) where it changes over time.
Amounts = dict[Payment, Array]


@dataclass(frozen=True)
class Journal:
    """What is booked on whom in some draws.

    Attributes
    ----------
    lines
        By the name of a line, what each of its payments amounts to.
    accounts
        By actor and kind, what is booked there of each payment: all lines together, positive where money leaves.
    """

    lines: dict[str, Amounts]
    accounts: dict[tuple[str, str], Amounts]

    def some(self, draws: slice) -> Journal:
        """That of some of the draws."""

        def of_draws(amounts: Amounts) -> Amounts:
            return {payment: amount[draws] for payment, amount in amounts.items()}

        return Journal(
            {line: of_draws(amounts) for line, amounts in self.lines.items()},
            {account: of_draws(amounts) for account, amounts in self.accounts.items()},
        )


def journal(lines: Iterable[Line], layout: Layout, prices: Prices) -> Journal:
    """Work out what is booked on whom.

    Parameters
    ----------
    lines
        What is paid.
    layout
        What is counted.
    prices
        The prices of the draws.

    Raises
    ------
    ModelError
        The shares of several payers do not add up to 1 in some draw.
    """
    scenario = prices.numbers.file.scenario
    found: dict[str, Amounts] = {}
    accounts: defaultdict[tuple[str, str], Amounts] = defaultdict(dict)
    for line in lines:
        found[line.name] = dict(zip(layout.payments(line), prices.amounts(line), strict=True))
        for entry in entries(line.booking):
            share = entry.sign * prices.share(entry, line)
            for payment, amount in found[line.name].items():
                _add(accounts[booked_on(scenario, entry, line), line.kind], payment, amount * share)
    if scenario.public_funds is not None:
        public = public_actors(scenario)
        spent = [amounts for (actor, kind), amounts in accounts.items() if actor in public and kind in SPENT]
        lost = prices.lost_in_raising()
        for payment, amount in (paid for amounts in spent for paid in amounts.items()):
            _add(accounts[scenario.public_funds.actor, "public_funds"], payment, amount * lost)
    return Journal(found, dict(accounts))


def _add(amounts: Amounts, payment: Payment, amount: Array) -> None:
    amounts[payment] = amounts[payment] + amount if payment in amounts else amount


def public_actors(scenario: Scenario) -> list[str]:
    """The actors whose money is public."""
    return [name for name, actor in scenario.actors.items() if actor.sector == "public"]


def booked_on(scenario: Scenario, entry: Entry, line: Line) -> str:
    """The actor of an entry: what others lose of a displacement falls on one actor, unless it is public money."""
    if line.displaced is None or scenario.actors[entry.actor].sector == "public":
        return entry.actor
    return line.displaced.borne_by
