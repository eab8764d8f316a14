"""Which strategy stands up to all alternatives of a scenario: a table and a sentence for each actor or view."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr
from rich.console import RenderableType
from rich.text import Text

from simcore.decisions.ranking import robust_choice
from simcore.report.labels import actor_label, money, strategy_label
from simcore.report.money_tables import plain_table
from simcore.scenario.schema import Scenario


def robust_tables(summary: xr.Dataset, scenario: Scenario, *, actors: Sequence[str]) -> list[RenderableType]:
    """What each strategy comes to at worst over the alternatives, and how far it falls behind.

    Parameters
    ----------
    summary
        From `simcore.simulate_alternatives`.
    scenario
        The scenario as it stands.
    actors
        Whom to show: actors, ``public_sector`` or ``society``.

    Raises
    ------
    UnknownNameError
        There is no such actor.
    """
    parts: list[RenderableType] = []
    for actor in actors:
        found = robust_choice(summary, actor=actor)
        number = found.sizes["alternative"]
        label = actor_label(scenario, actor)
        parts.append(Text(f"{label}: which choice stands up to all {number}, the scenario as it stands included"))
        table = plain_table("Strategy")
        for head in ("Best in", "Least net\nsaving", "Largest\nregret"):
            table.add_column(head, justify="right", no_wrap=True, vertical="bottom")
        for strategy in (str(name) for name in found["strategy"].values):
            at = found.sel(strategy=strategy)
            table.add_row(
                strategy_label(scenario, strategy), f"{int(at['best_in'])} of {number}",
                money(float(at["least_net_saving"]), sign=True), money(float(at["largest_regret"])),
            )  # fmt: skip
        parts += [table, Text(_words(found, scenario)), Text()]
    return parts[:-1]


def _words(found: xr.Dataset, scenario: Scenario) -> str:
    """The choice in a sentence."""
    always, maximin, regret = (str(found[name].values) for name in ("always_best", "maximin", "minimax_regret"))
    if always:
        return f"{strategy_label(scenario, always)} is best in each of them."
    if maximin == regret:
        return (
            f"None is best in each of them. {strategy_label(scenario, regret)} has both the best worst case (maximin) "
            "and the least to regret."
        )
    return (
        f"None is best in each of them. {strategy_label(scenario, maximin)} has the best worst case (maximin), "
        f"{strategy_label(scenario, regret)} the least to regret."
    )
