"""Tables and records about decisions hold the numbers of the answers."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.analysis.once import worked_out_once
from simcore.report.decision_answers import TOPICS, Answers, Question, years_to_65
from simcore.report.decision_records import dataset_records
from simcore.report.decision_tables import DecisionTable, decision_tables
from simcore.report.language import Language
from simcore.scenario.loading import read_scenario, with_groups

ENGLISH = Language.of("en")


@pytest.fixture(scope="module")
def tables() -> tuple[Answers, dict[str, list[DecisionTable]]]:
    file = with_groups(read_scenario("school_dropout"), ["sex"])
    results = simcore.simulate(file, draws=60, persons=60)
    question = Question(outcome="exam_at_24", capital=20e6, groups=3, budget_years=3)
    with worked_out_once():
        found = Answers(results, file.scenario, question)
        made = {topic: decision_tables(results, file.scenario, found, ENGLISH, [topic]) for topic in TOPICS}
    return found, made


def row_of(table: DecisionTable, label: str) -> dict[str, str]:
    row = next(row for row in table.rows if row[0] == label)
    return dict(zip((" ".join(head.split()) for head in table.heads), row, strict=True))


def test_every_table_is_whole(tables: tuple[Answers, dict[str, list[DecisionTable]]]) -> None:
    for topic, of_topic in tables[1].items():
        assert of_topic, topic
        for table in of_topic:
            assert table.rows
            assert all(len(row) == len(table.heads) for row in table.rows)
            assert not any("{" in text or "nan" in text for row in [*table.rows, table.notes] for text in row)


def test_who_gains(tables: tuple[Answers, dict[str, list[DecisionTable]]]) -> None:
    found, made = tables
    row = row_of(made["gains"][0], "Society")
    at = found.who_gains.sel(intervention="team", actor="society")
    assert row["Programme"] == ENGLISH.money(-float(at["programme_cost"]), sign=True)
    assert row["Net saving"] == ENGLISH.money(float(at["net_saving"]), sign=True)
    assert row["Benefits avoided"] == row["Taxes"] == "0"
    assert "Net, cashable" not in row  # no price says what is
    assert made["gains"][0].notes[1].startswith("No price of this scenario says what of it is cashable")
    row = row_of(made["gains"][1], "Society")
    one = at.sel(horizon=3)
    expected = f"{ENGLISH.money(float(one['saving_within']), sign=True)} "
    assert row["3 years"].startswith(expected)
    assert "to age 65 (2072)" in row
    assert [table.title.split(":")[0] for table in made["gains"][:3]] == ["Attendance team"] * 3


def test_when_and_budgets(tables: tuple[Answers, dict[str, list[DecisionTable]]]) -> None:
    found, made = tables
    row = row_of(made["when"][0], "Municipality")
    out = found.exposure.sel(intervention="team", actor="municipality")
    assert row["Out of pocket"] == ENGLISH.money(float(out["expected"]) / 1000)
    assert row["in"] == f"{float(out['expected_year']):.0f}"
    nominal = row_of(made["when"][2], "Municipality")
    value = found.budget_effect["net_saving_nominal"].sel(intervention="team", actor="municipality", year=2026)
    assert nominal["2026"] == ENGLISH.money(float(value) / 1000, sign=True)
    assert "prices rising 2\N{NO-BREAK SPACE}% a year" in made["when"][2].title


def test_worlds(tables: tuple[Answers, dict[str, list[DecisionTable]]]) -> None:
    found, made = tables
    table = made["silos"][0]
    assert [row[0] for row in table.rows] == [
        "Each payer alone, 3 years", "Each payer alone, the whole period",
        "All together, 3 years", "All together, the whole period",
    ]  # fmt: skip
    values = found.price_of_silos["value"].values.ravel()
    assert [row[2] for row in table.rows] == [ENGLISH.money(float(value), sign=True) for value in values]


def test_ranks_in_order(tables: tuple[Answers, dict[str, list[DecisionTable]]]) -> None:
    found, made = tables
    table = made["ranking"][0]
    order = found.ranking["rank"].to_series().sort_values(kind="stable").index.tolist()
    names = {"team": "Attendance team", "coach": "Supported employment", "both": "Both"}
    assert [row[0] for row in table.rows] == [*(names[name] for name in order), "Usual"]


def test_records_of_a_dataset() -> None:
    dataset = xr.Dataset(
        {
            "mean": ("actor", [1.0, np.nan]),
            "mean_quantile": (("quantile", "actor"), [[0.5, 2.0], [1.5, math.inf]]),
            "at": (("year", "actor"), [[1, 2], [3, 4]]),
            "best": ((), "team"),
        },
        {"actor": ["town", "state"], "quantile": [0.05, 0.95], "year": [2024, 2025]},
    )
    assert dataset_records("answer", dataset) == {
        "answer_by_actor": [
            {"actor": "town", "mean": 1.0, "mean_q05": 0.5, "mean_q95": 1.5},
            {"actor": "state", "mean": "", "mean_q05": 2.0, "mean_q95": math.inf},
        ],
        "answer_by_year_actor": [
            {"year": 2024, "actor": "town", "at": 1}, {"year": 2024, "actor": "state", "at": 2},
            {"year": 2025, "actor": "town", "at": 3}, {"year": 2025, "actor": "state", "at": 4},
        ],
        "answer": [{"best": "team"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("age", "n_years", "cohorts", "expected"),
    [
        (16, 49, 1, 49),
        (16, 60, 1, 49),
        (16, 48, 1, None),
        (65, 10, 1, None),
        ("by_sex", 60, 1, None),
        (16, 60, 2, None),
    ],
)
def test_years_until_65(age: int | str, n_years: int, cohorts: int, expected: int | None) -> None:
    results = xr.Dataset(coords={"year": np.arange(n_years)}, attrs={"cohorts": cohorts})
    scenario = SimpleNamespace(population=SimpleNamespace(start=SimpleNamespace(age=age)))
    assert years_to_65(results, scenario) == expected  # type: ignore[arg-type]
