"""What an intervention that displaces others adds to a strategy: which strategies its gain is the difference of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simcore.scenario.schema import Scenario


@dataclass(frozen=True)
class Addition:
    """What an intervention adds to a strategy: the members without it, and with it."""

    intervention: str
    without: frozenset[str]
    with_it: frozenset[str]


def additions(scenario: Scenario, members: list[str]) -> Iterator[Addition]:
    """What each displacing member of a strategy adds to it, one after the other.

    Members that displace nobody come first, then those that do, in the order of the strategy: what they all add
    together is what they add one by one, so that nothing is displaced twice.
    """
    known = scenario.interventions
    displacing = [name for name in members if name in known and known[name].displacement]
    so_far = frozenset(members) - set(displacing)
    for name in displacing:
        yield Addition(name, so_far, so_far | {name})
        so_far |= {name}


def strategy_of(scenario: Scenario, members: frozenset[str], first: str) -> str | None:
    """The strategy with just these members; `first`, if it has, and otherwise the first of the file that does."""
    names = [first, *scenario.strategies]
    return next((name for name in names if frozenset(scenario.strategies[name]) == members), None)


def gains(scenario: Scenario, intervention: str) -> dict[str, tuple[str, str]]:
    """For each strategy, the two whose difference is what an intervention adds to it: without and with it.

    Of a strategy that does not have the intervention both are itself.
    """
    found = {name: (name, name) for name in scenario.strategies}
    for name, members in scenario.strategies.items():
        for addition in additions(scenario, members):
            if addition.intervention == intervention:
                without, with_it = (strategy_of(scenario, of, name) for of in (addition.without, addition.with_it))
                assert without is not None and with_it is not None  # checked with the scenario  # noqa: PT018
                found[name] = (without, with_it)
    return found
