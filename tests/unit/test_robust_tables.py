"""Which strategy stands up to all alternatives, in words."""

from __future__ import annotations

import io

import pytest
import xarray as xr
from rich.console import Console, Group

from simcore.errors import UnknownNameError
from simcore.report.robust_tables import robust_tables
from simcore.scenario.loading import read_scenario


def summary(team: list[float], coach: list[float]) -> xr.Dataset:
    """Net saving of society in the scenario as it stands and in one alternative."""
    values = [[[team[at]], [coach[at]]] for at in range(2)]
    return xr.Dataset(
        {"net_saving": (("alternative", "intervention", "actor"), values)},
        {"alternative": ["as_it_stands", "other"], "intervention": ["team", "coach"], "actor": ["society"]},
        {"comparator": "usual"},
    )


def shown(of: xr.Dataset, **options: list[str]) -> str:
    scenario = read_scenario("school_dropout").scenario
    console = Console(file=io.StringIO(), width=160, markup=False)
    console.print(Group(*robust_tables(of, scenario, **{"actors": ["society"], **options})))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_what_is_best_in_all() -> None:
    text = shown(summary([10.0, 5.0], [4.0, 1.0]))
    assert "Society: which choice stands up to all 2, the scenario as it stands included" in text
    assert "Attendance team is best in each of them." in text
    assert [line.split()[-5:] for line in text.splitlines() if line.startswith("Supported")] == [
        ["0", "of", "2", "+1.00", "6.00"]
    ]


def test_the_worst_case_and_the_least_regret() -> None:
    """The team gains 10 or loses 5, the coach 1 in both: the coach is never below 1, the team regrets 6 at most."""
    text = shown(summary([10.0, -5.0], [1.0, 1.0]))
    expected = "Supported employment has the best worst case (maximin), Attendance team the least to regret."
    assert f"None is best in each of them. {expected}" in text
    text = shown(summary([10.0, -20.0], [1.0, 1.0]))
    assert "Supported employment has both the best worst case (maximin) and the least to regret." in text


def test_that_nothing_pays() -> None:
    assert "Usual is best in each of them." in shown(summary([-1.0, -2.0], [-3.0, -1.0]))


def test_an_unknown_actor() -> None:
    with pytest.raises(UnknownNameError, match="'town' is not an actor or view of these results"):
        shown(summary([1.0, 1.0], [1.0, 1.0]), actors=["town"])
