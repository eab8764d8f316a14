"""Sheets of what drives the answer, of luck, of every input and of how it was run."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.report.provenance import provenance
from simcore.report.workbook_evidence import group_variances
from simcore.report.workbook_inputs import InputSheets
from simcore.report.workbook_money import MoneySheets
from simcore.report.workbook_rows import SheetColumn
from simcore.report.workbook_sheets import workbook_sheets
from simcore.scenario.loading import read_scenario
from tests.workbooks.run_sheets import ASKED, ROOT, Case, records, row_of, sheets_of


def test_too_few_draws_tell_nothing_of_what_drives_the_answer(case: Case) -> None:
    sheet = case[2]["What drives it"]
    assert sheet.rows == []
    assert sheet.notes == [
        "With fewer than three draws for each uncertain figure their shares cannot be told: more --draws."
    ]


def test_what_drives_the_answer() -> None:
    results, _, sheets = sheets_of("textbook_chain", Question(), draws=60, persons=200)
    shares = simcore.analysis.evidence.uncertainty_by_parameter(results).isel(intervention=0)
    rows = records(sheets["What drives it"])
    told = {row["Figure"]: row["Share of the spread"] for row in rows}
    for name in shares["parameter"].values:
        share = float(shares.sel(parameter=name))
        assert told.get(str(name), 0.0) == (share if share >= 0.0005 else 0.0)
    assert rows[-1]["Figure"] == "luck, or not linear"
    assert sum(told.values()) == pytest.approx(1.0, abs=0.005)
    in_order = [row["Share of the spread"] for row in rows[:-1]]
    assert in_order == sorted(in_order, reverse=True)
    assert {row["Grade"] for row in rows[:-1]} == {"assumed"}
    quality = {row["Grade"]: row for row in records(sheets["Quality of figures"])}
    assert quality["assumed"]["Share of the spread"] == pytest.approx(float(shares.sum()), rel=1e-9)
    assert quality["assumed"]["Share of the money that moves"] == pytest.approx(1.0)
    assert quality["luck, or not linear"]["Share of the money that moves"] is None


def test_luck_of_the_group_by_hand(case: Case) -> None:
    results, _, sheets = case
    # One person is as far from what is expected in each half: the spread between the halves, written out.
    cost = results["present_value_of_part"].sel(actor="municipality").sum("cost_kind")
    saved = cost.sel(strategy="usual") - cost.sel(strategy="team")
    between = (saved.sel(part="half_0") - saved.sel(part="half_1")).values
    of_mean = between.var(ddof=1) / 4  # halves of thirty persons
    of_one = of_mean * 60
    row = row_of(sheets["Luck and uncertain figures"], Intervention="Attendance team", Actor="Municipality")
    assert row["Standard deviation: luck"] == pytest.approx(math.sqrt(of_one * 120), rel=1e-9)
    whole = saved.sel(part=["half_0", "half_1"]).mean("part").values
    known = max(whole.var(ddof=1) - of_mean, 0.0)
    assert row["Standard deviation: uncertain figures"] == pytest.approx(120 * math.sqrt(known), rel=1e-6, abs=1e-6)
    both = row["Standard deviation: both"] ** 2
    assert both == pytest.approx(of_one * 120 + known * 120**2, rel=1e-6)
    assert row["Share of luck in the variance"] == pytest.approx(of_one * 120 / both, rel=1e-6)
    assert row["Net saving, expected"] == pytest.approx(120 * whole.mean(), rel=1e-9)
    assert "May happen, 5\N{NO-BREAK SPACE}%" not in row  # sixty persons are no group of 120


@pytest.mark.parametrize("case_name", ["textbook_chain", "young_offenders"])
def test_luck_is_that_of_groups_as_simulated(case_name: str) -> None:
    # False alarm about 1e-6 by the normal limit; a wrong size of the group is off by a factor of two or more.
    file = read_scenario(case_name)
    size = file.scenario.population.target_group
    results = simcore.simulate(file, draws=400, persons=2 * size if size > 100 else 10 * size)
    parts = group_variances(results).isel(intervention=0).sel(actor="society")
    group = simcore.group_saving(results).isel(intervention=0).sel(actor="society").values
    found = (group - group.mean()) ** 2
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert abs(found.mean() - float(parts["luck"] + parts["ignorance"])) < 5 * error
    assert abs(found.mean() - float(4 * parts["luck"] + parts["ignorance"])) > 5 * error  # would be seen


def test_what_single_events_cost_is_luck_too() -> None:
    file = read_scenario("young_offenders")
    results = simcore.simulate(file, draws=30, persons=file.scenario.population.target_group)
    spread = results["spread_present_value"]
    counted = [kind for kind in spread["cost_kind"].values if kind not in ("intangible", "public_funds")]
    spread = spread.sel(cost_kind=counted).sum("cost_kind")
    of_society = spread.sum("actor")
    name = str(results["strategy"].values[1])
    saved = (of_society.sel(strategy="usual") - of_society.sel(strategy=name)).values
    assert saved.std() > 0
    plain = group_variances(results.drop_vars("spread_present_value"))
    added = (group_variances(results) - plain).sel(intervention=name, actor="society")
    by_hand = float(results.attrs["target_group"]) ** 2 * saved.var(ddof=1)
    assert float(added["luck"]) == pytest.approx(by_hand, rel=1e-6)
    assert float(added["ignorance"]) == 0


def test_who_only_gains_has_nothing_to_get_back(case: Case) -> None:
    results, found, _ = case
    file = read_scenario("school_dropout")
    made = Answers(results, file.scenario, ASKED)
    back = found.payback
    one = (back["actor"] == "region") & (back["intervention"] == "coach")
    below = xr.where(back["actor"] == "municipality", -1.0, back["cumulative"])
    made.__dict__["payback"] = back.assign(
        break_even_quantile=xr.full_like(back["break_even_quantile"], 2030.0),
        never=xr.full_like(back["never"], 0.25),
        cumulative=xr.where(one, 1.0, below),
    )
    made.__dict__["exposure"] = found.exposure.assign(expected=xr.where(one, 0.0, found.exposure["expected"]))
    sheet = MoneySheets(results, file.scenario, made, Language.of("en"), file).payback()
    row = row_of(sheet, Intervention="Supported employment", Actor="Region")
    assert [row["Money back in, 50\N{NO-BREAK SPACE}%"], row["Never back: probability"]] == [None, None]
    row = row_of(sheet, Intervention="Supported employment", Actor="Municipality")
    assert [row["Money back in, 50\N{NO-BREAK SPACE}%"], row["Never back: probability"]] == [2030, 0.25]


def test_numbers_stand_beside_their_labels_in_whatever_order_they_come(case: Case) -> None:
    results, found, _ = case
    file = read_scenario("school_dropout")
    maker = MoneySheets(results, file.scenario, found, Language.of("en"), file)
    net = found.who_gains["net_saving"]
    other = net.isel(intervention=[2, 0, 1], actor=slice(None, None, -1)).transpose("actor", "intervention")
    column = SheetColumn("Net", "change")
    rows = maker.rows_of(("intervention", "actor"), [(column, net), (column, other)])
    assert all(row[-1] == row[-2] for row in rows)
    assert len({row[-1] for row in rows}) > 10


def test_a_group_that_was_followed_has_limits_of_what_may_happen() -> None:
    results, _, sheets = sheets_of("textbook_chain", Question(), draws=20, persons=100)
    known = simcore.summarise_group_saving(results).sel(actor="society").isel(intervention=0)
    row = row_of(sheets["Luck and uncertain figures"], Actor="Society")
    assert row["May happen, 5\N{NO-BREAK SPACE}%"] == float(known["group_net_saving_quantile"].isel(quantile=0))
    assert row["Probability that the group saves"] == float(known["probability_group_saves"])
    _, _, exact = sheets_of("textbook_chain", Question(), draws=20, persons=100, engine="expected")
    row = row_of(exact["Luck and uncertain figures"], Actor="Society")
    assert row["Standard deviation: luck"] is None
    assert any("expected values without luck" in note for note in exact["Luck and uncertain figures"].notes)


def test_every_figure_is_told(case: Case) -> None:
    results, _, sheets = case
    file = read_scenario("school_dropout")
    rows = {row["Name"]: row for row in records(sheets["Inputs"])}
    for name, entry in file.scenario.parameters.items():
        row = rows[name]
        assert row["Value"] == pytest.approx(entry.distribution.mean, rel=1e-12)
        assert row["Unit"] == entry.unit
        assert row["Assumption"] == entry.source.assumption
        assert row["As printed"] == (None if entry.source.as_printed is None else str(entry.source.as_printed))
        if entry.distribution.is_fixed:
            assert (row["5 %"], row["95 %"]) == (None, None)
        else:
            ends = entry.distribution.ppf(np.array([0.05, 0.95]))
            assert [row["5 %"], row["95 %"]] == pytest.approx(ends.tolist(), rel=1e-12)
        drawn = float(results["parameter_value"].sel(parameter=name).mean())
        assert row["Mean in this run"] == pytest.approx(drawn, rel=1e-12)
        assert re.fullmatch(r"(shipped:/)?[\w/]+\.(yaml|csv):\d+", row["File and line"])
    assert {row["Grade"] for row in rows.values()} >= {"A", "assumed"}
    target = next(name for name in rows if name.startswith("calibration.targets."))
    observed = file.scenario.calibration.targets[target.removeprefix("calibration.targets.")].observed  # type: ignore[union-attr]
    assert rows[target]["Value"] == observed
    table = rows["life_table"]
    assert table["Value"] is None
    assert table["Distribution, or form"].startswith("table by age, sex")
    assert re.fullmatch(
        r"0\.\d+, beta .* in shipped:/models/life_course_parameters\.yaml:\d+", rows["ill_at_start_male"]["Replaces"]
    )


def test_tables_and_works(case: Case) -> None:
    file = read_scenario("school_dropout")
    rows = case[2]["Tables of inputs"].rows
    assert len(rows) == sum(len(table.cells) for table in file.scenario.tables.values())
    row = next(row for row in rows if row[0] == "price_index")
    assert row[2:] == ["year 2010", 303.46, "price index"]
    works = records(case[2]["Sources"])
    assert {row["Key"] for row in works} == {
        entry.source.work
        for section in (file.scenario.parameters, file.scenario.tables, file.scenario.calibration.targets)  # type: ignore[union-attr]
        for entry in section.values()
        if entry.source.work
    } | {
        entry.source.work
        for of in file.populations.values()
        for section in (of.scenario.parameters, of.scenario.tables)
        for entry in section.values()
        if entry.source.work
    }
    assert {type(row["Year"]) for row in works} == {int, str}  # 2019, and undated


def test_figures_that_are_drawn_together_have_numbers_of_their_own() -> None:
    file = read_scenario(str(ROOT / "tests" / "scenarios" / "good" / "correlated.yaml"))
    results = simcore.simulate(file, draws=40, persons=40)
    maker = InputSheets(results, file.scenario, None, Language.of("en"), file)  # type: ignore[arg-type]
    rows = {row["Name"]: row for row in records(maker.inputs(provenance(file)))}
    row = rows["b_age"]  # normal with mean 0.03 and sd 0.01
    assert row["Value"] == 0.03
    assert [row["5 %"], row["95 %"]] == pytest.approx([0.03 - 0.01644854, 0.03 + 0.01644854], abs=1e-8)
    assert row["Distribution, or form"] == "drawn with others in joint.illness_model"
    assert rows["joint.illness_model"]["Value"] is None


def test_how_it_was_run(case: Case) -> None:
    results, _, sheets = case
    told = dict(sheets["How it was run"].rows)
    assert told["Draws"] == 60
    assert told["Hash of its files (SHA-256)"] == results.attrs["content_hash"]
    assert told["Run the scenario"] == (
        "simcore run school_dropout --draws 60 --persons 60 --seed 2024 --sampling monte_carlo --by sex"
    )
    assert told["Run these results again"] == "simcore run --again RESULTS"
    assert told["Version of numpy"] == np.__version__
    assert told["Discount rate for money, per year"] == 0.035
    assert "scenario_files" not in told
    given = simcore.simulate(read_scenario("textbook_chain"), draws=20, persons=50, parameters={"oil_year": 1.0})
    file = read_scenario("textbook_chain")
    given.attrs["remark"] = "of another version"
    found = Answers(given, file.scenario, Question())
    told = dict(workbook_sheets(given, file, found, Language.of("en"))[-1].rows)
    assert "Run the scenario" not in told  # no command says what was given
    assert told["Figures given, not drawn"] == "oil_year"
    assert told["remark"] == "of another version"


def test_the_command_runs_the_same_again(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from simcore import cli
    from simcore.storage import open_results

    _, _, sheets = sheets_of("textbook_chain", Question(), draws=20, persons=50, seed=7)
    words = str(dict(sheets["How it was run"].rows)["Run the scenario"]).split()
    done = CliRunner().invoke(cli.app, [*words[1:], "--quiet", "--out", str(tmp_path / "again")])
    assert done.exit_code == 0, done.output
    again = open_results(tmp_path / "again")
    first = simcore.simulate(read_scenario("textbook_chain"), draws=20, persons=50, seed=7)
    assert bool((again["present_value"] == first["present_value"]).all())


def test_cashable_displaced_and_cohorts_are_told() -> None:
    _, found, sheets = sheets_of("young_offenders", Question(), draws=8, persons=60)
    row = records(sheets["Who pays, who gains"])[-1]
    at = found.who_gains.isel(intervention=-1).sel(actor="society")
    assert row["Net, cashable"] == float(at["cashable_net_saving"])
    assert any(note.startswith("Cashable: what becomes money") for note in sheets["Who pays, who gains"].notes)
    _, _, sheets = sheets_of("county_unemployment", Question(), draws=8, persons=60)
    heads = [column.head for column in sheets["Who pays, who gains"].columns]
    assert "Displaced: taxes" in heads


def test_one_question_more_does_not_change_the_others(case: Case) -> None:
    _, _, plain = sheets_of("school_dropout", replace(ASKED, outcome=None, capital=None), draws=60, persons=60)
    assert "Fund" not in plain
    assert "Groups" not in plain
    assert plain["Flows"].rows == case[2]["Flows"].rows
