import io
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

from simcore.errors import UnknownNameError
from simcore.report.alternative_tables import alternative_records, alternative_tables, alternative_words
from simcore.scenario.loading import read_scenario

GOOD = Path(__file__).parents[1] / "scenarios" / "good" / "alternatives.yaml"
NAMES = ["as_it_stands", "no_crime_link", "shorter_horizon"]
ACTORS = ["municipality", "state", "public_sector", "society"]
DIMS = ("alternative", "intervention", "actor")


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(GOOD).scenario


def at_stake_of(summary):
    return summary["net_saving"] != 0


def made(team, coach, *, error=10.0, ahead_error=10.0, unsettled=()):
    """A summary made by hand: net saving for society in each alternative, half of it for the state."""
    saving = np.zeros((len(NAMES), 2, len(ACTORS)))
    saving[:, :, 3] = np.transpose([team, coach])
    saving[:, :, 1] = saving[:, :, 2] = saving[:, :, 3] / 2
    at_stake = saving != 0
    summary = xr.Dataset(
        coords={
            "alternative": NAMES,
            "intervention": ["team", "coach"],
            "actor": ACTORS,
            "quantile": [0.05, 0.5, 0.95],
        },
        attrs={"currency": "SEK", "price_year": 2025, "errors_of_95": 1.96},
    )
    for name in ("net_saving", "avoided_cost", "programme_cost"):
        summary[name], summary[f"{name}_mcse"] = (DIMS, saving), (DIMS, np.where(at_stake, error, 0.0))
    for name in ("net_saving", "avoided_cost"):
        summary[f"{name}_difference"] = summary[name] - summary[name].isel(alternative=0, drop=True)
        summary[f"{name}_difference_mcse"] = (DIMS, np.where(at_stake, 3.0, 0.0))
        spread = xr.DataArray([-50.0, 0.0, 50.0], dims="quantile")
        summary[f"{name}_quantile"] = (summary[name] + spread).transpose("alternative", "quantile", ...)
    summary["probability_net_saving"] = (DIMS, np.where(saving > 0, 0.9, 0.1))
    summary["luck_share"] = (DIMS, np.where(at_stake, 0.25, np.nan))
    for name in unsettled:
        for variable in ("net_saving_quantile", "probability_net_saving"):
            summary[variable] = summary[variable].where(summary["alternative"] != name)
        hidden = (summary["alternative"] == name) & at_stake_of(summary)
        summary["luck_share"] = summary["luck_share"].where(~hidden, 0.95)
    summary["break_even_year"], summary["last_year"] = (DIMS, saving * 0 + 2030), ("alternative", [2036, 2036, 2030])
    summary["discount_rate"] = ("alternative", [0.03] * 3)
    ahead = summary["net_saving"] - summary["net_saving"].rename(intervention="other")
    summary["ahead"] = ahead
    summary["ahead_mcse"] = ahead * 0 + ahead_error
    return summary


def printed(summary, scenario, **options):
    console = Console(file=io.StringIO(), width=options.get("width", 160), color_system=None)
    for table in alternative_tables(summary, scenario, **options):
        console.print(table)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_row_for_each_alternative_below_each_actor(scenario):
    lines = printed(made([300, 200, -100], [250, 250, 250]), scenario)
    assert lines[:13] == [
        "Team: net saving (SEK per person, prices of 2025)",
        "Actor                 Net                        P(net",
        "  Alternative      saving  ± MCSE    5 %   95 %   > 0)  Difference  ± MCSE",
        "──────────────────────────────────────────────────────────────────────────",
        "Public sector",
        "  As it stands       +150    10.0   +100   +200   90 %",
        "  No crime link      +100    10.0  +50.0   +150   90 %       −50.0    3.00",
        "  Shorter horizon   −50.0    10.0   −100      0   10 %        −200    3.00",
        "",
        "Society",
        "  As it stands       +300    10.0   +250   +350   90 %",
        "  No crime link      +200    10.0   +150   +250   90 %        −100    3.00",
        "  Shorter horizon    −100    10.0   −150  −50.0   10 %        −400    3.00",
    ]
    assert lines[14] == "Coach: net saving (SEK per person, prices of 2025)"


def test_a_narrow_terminal_has_the_differences_below_and_what_is_not_settled_says_so(scenario):
    summary = made([300, 200, -100], [0, 0, 0], unsettled=["as_it_stands"])
    assert printed(summary, scenario, actors=["society"], width=80) == [
        "Team: net saving (SEK per person, prices of 2025)",
        "Actor                 Net                                          P(net",
        "  Alternative      saving  ± MCSE          5 %         95 %         > 0)",
        "────────────────────────────────────────────────────────────────────────",
        "Society",
        "  As it stands       +300    10.0  not settled  not settled  not settled",
        "  No crime link      +200    10.0         +150         +250         90 %",
        "  Shorter horizon    −100    10.0         −150        −50.0         10 %",
        "",
        "Actor",
        "  Alternative      Difference  ± MCSE",
        "─────────────────────────────────────",
        "Society",
        "  As it stands",
        "  No crime link          −100    3.00",
        "  Shorter horizon        −400    3.00",
        "",
        "Coach: net saving (SEK per person, prices of 2025)",
        "  No cost differs from the comparator's.",
    ]


def test_money_of_several_cohorts_says_so(scenario):
    summary = made([300, 200, -100], [250, 250, 250]).assign_attrs(cohorts=3)
    head = "Team: net saving (SEK for all 3 cohorts together per person of one of them, prices of 2025)"
    assert printed(summary, scenario)[0] == head


def words(summary, scenario):
    return alternative_words(summary, scenario, actors=["society"])


def test_sentences_tell_what_is_assumed_and_that_nothing_is_mixed(scenario):
    lines = words(made([300, 200, -100], [250, 250, 250]), scenario)
    assert lines[:2] == [
        "No crime link: Dropping out does not itself cause crime.",
        "Shorter horizon: Nothing counts after the age of 22.",
    ]
    assert lines[2].startswith("Alternatives are assumptions side by side")
    assert "None is given a probability and they are not mixed" in lines[2]
    assert not [line for line in lines if line.startswith("Not settled")]


def test_signs_and_the_range_beside_the_spread_of_the_figures(scenario):
    assert words(made([300, 200, -100], [250, 250, 250]), scenario)[3:7] == [
        "Society, Team: net saving above zero as it stands and with No crime link; below zero with Shorter horizon.",
        "Society, Team: between alternatives, its mean lies from −100 to +300; the figures leave +250 to +350 open "
        "as it stands (5 % to 95 %).",
        "Society, Coach: net saving above zero in all alternatives.",
        "Society, Coach: its mean is +250 in all alternatives; the figures leave +200 to +300 open as it stands "
        "(5 % to 95 %).",
    ]


def test_signs_within_their_error_are_not_settled(scenario):
    # 19 is within 1.96 errors of 10, 20 is not.
    lines = words(made([20, 19, -20], [19, -19, 5], unsettled=["as_it_stands"]), scenario)
    assert lines[3:8] == [
        "Not settled: more than nine tenths of the spread over draws is luck between persons; more --persons tell.",
        "Society, Team: net saving above zero as it stands; with a sign that these draws do not settle with No crime "
        "link; below zero with Shorter horizon.",
        "Society, Team: between alternatives, its mean lies from −20.0 to +20.0; what the figures leave open as it "
        "stands is not settled by these draws.",
        "Society, Coach: net saving with a sign that these draws do not settle in all alternatives.",
        "Society, Coach: between alternatives, its mean lies from −19.0 to +19.0; what the figures leave open as it "
        "stands is not settled by these draws.",
    ]


TEAM_FIRST = "as it stands and with No crime link, Team is ahead of Coach; with Shorter horizon,"


@pytest.mark.parametrize(
    ("team", "coach", "error", "sentence"),
    [
        (
            [300, 200, 150], [100, 50, -200], 10.0,
            "the order of the interventions is the same in all alternatives: Team, Coach.",
        ),
        (
            [100, 50, -200], [300, 200, 150], 10.0,
            "the order of the interventions is the same in all alternatives: Coach, Team.",
        ),
        (
            [300, 200, 150], [100, 50, 200], 10.0,
            f"the order changes between alternatives: {TEAM_FIRST} Coach is ahead of Team.",
        ),
        (
            [300, 200, 150], [100, 50, 200], 30.0,
            f"{TEAM_FIRST} these draws do not settle whether Team or Coach is ahead.",
        ),
        ([300, 200, 150], [100, 50, 150], 0.0, f"{TEAM_FIRST} Team and Coach are level."),
        (
            [300, 200, 150], [100, 50, 200], np.nan,
            "these draws do not settle whether Team or Coach is ahead in any alternative.",
        ),
    ],
)  # fmt: skip
def test_the_order_of_the_interventions(team, coach, error, sentence, scenario):
    assert words(made(team, coach, ahead_error=error), scenario)[-1] == f"Society: {sentence}"


def test_records(scenario):
    records = alternative_records(made([300, 200, -100], [0, 0, 0]))
    assert [(of["intervention"], of["actor"], of["alternative"]) for of in records] == [
        ("team", actor, name) for actor in ("state", "public_sector", "society") for name in NAMES
    ]
    last = records[-1]
    assert (last["net_saving"], last["net_saving_mcse"], last["net_saving_q05"], last["net_saving_q95"]) == (
        -100.0, 10.0, -150.0, -50.0,
    )  # fmt: skip
    assert (last["net_saving_difference"], last["net_saving_difference_mcse"]) == (-400.0, 3.0)
    assert (last["probability_net_saving"], last["last_year"], last["discount_rate"]) == (0.1, 2030.0, 0.03)


@pytest.mark.parametrize("function", [alternative_tables, alternative_words])
def test_there_is_no_such_actor(function, scenario):
    with pytest.raises(UnknownNameError, match="'society_' is not an actor or view of these results; did you mean"):
        function(made([1, 1, 1], [1, 1, 1]), scenario, actors=["society_"])
