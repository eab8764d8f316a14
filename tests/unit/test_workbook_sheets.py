"""Sheets of a workbook hold the numbers of the answers, in both languages."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.analysis.once import worked_out_once
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.report.provenance import provenance
from simcore.report.workbook_choices import ChoiceSheets
from simcore.report.workbook_evidence import group_variances
from simcore.report.workbook_inputs import InputSheets
from simcore.report.workbook_money import MoneySheets
from simcore.report.workbook_phrases import TEXTS
from simcore.report.workbook_questions import SHEETS
from simcore.report.workbook_rows import KINDS, Sheet, SheetColumn
from simcore.report.workbook_sheets import workbook_sheets
from simcore.scenario.loading import read_scenario, with_groups

Case = tuple[xr.Dataset, Answers, dict[str, Sheet]]
ROOT = Path(__file__).resolve().parents[2]
ASKED = Question(outcome="exam_at_24", capital=20e6, groups=3, budget_years=3)


def sheets_of(
    name: str, question: Question = ASKED, language: str = "en", by: Sequence[str] = (), **options: Any
) -> Case:  # fmt: skip
    file = with_groups(read_scenario(name), list(by))
    results = simcore.simulate(file, **options)
    with worked_out_once():
        found = Answers(results, file.scenario, question)
        made = workbook_sheets(results, file, found, Language.of(language))
    return results, found, {sheet.name: sheet for sheet in made}


@pytest.fixture(scope="module")
def case() -> Case:
    return sheets_of("school_dropout", by=["sex"], draws=60, persons=60)


def records(sheet: Sheet) -> list[dict[str, Any]]:
    heads = [column.head for column in sheet.columns]
    assert len(set(heads)) == len(heads), heads
    return [dict(zip(heads, row, strict=True)) for row in sheet.rows]


def row_of(sheet: Sheet, **labels: Any) -> dict[str, Any]:
    rows = [row for row in records(sheet) if all(row[head] == label for head, label in labels.items())]
    assert len(rows) == 1, labels
    return rows[0]


def as_cell(value: xr.DataArray | float) -> Any:
    number = float(value)
    return None if math.isnan(number) else number


RUNS: dict[str, dict[str, Any]] = {
    "textbook_chain": {"draws": 8, "persons": 60},
    "young_offenders": {"draws": 8, "persons": 60},
    "county_unemployment": {"draws": 8, "persons": 60},
    "newcomer_women": {"draws": 1, "persons": 40},
    "classic_calculation": {"draws": 4, "persons": 40, "engine": "expected"},
}


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("name", RUNS)
def test_every_sheet_is_whole(name: str, language: str) -> None:
    _, _, sheets = sheets_of(name, Question(), language, **RUNS[name])
    for sheet in sheets.values():
        assert all(len(row) == len(sheet.columns) for row in sheet.rows), sheet.name
        assert all(column.kind in KINDS for column in sheet.columns)
        heads = [column.head for column in sheet.columns if column.head]
        assert len(set(heads)) == len(heads), sheet.name
        words = [sheet.question, sheet.unit, *heads, *sheet.notes]
        assert not any(re.search(r"[{}\n]|\bnan\b", text) for text in words), sheet.name
        for row in sheet.rows:
            for column, cell in zip(sheet.columns, row, strict=True):
                assert cell is None or isinstance(cell, str) or math.isfinite(cell), (sheet.name, row)
                assert type(cell) in (str, int, float, type(None)), (sheet.name, row)
                if column.kind not in ("text", "long", "heading", "link", "sheet"):
                    assert not isinstance(cell, str) or len(cell) < 30, (sheet.name, row)


@pytest.mark.parametrize("place", [0, 1])
def test_names_of_sheets_are_legal_in_excel(place: int) -> None:
    names = [name[place] for name, _ in SHEETS.values()]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]|^'|'$", name)
        assert name != "History"


def test_phrases_of_both_languages_have_the_same_fields() -> None:
    phrases = {**TEXTS, **{f"question of {key}": question for key, (_, question) in SHEETS.items()}}
    for name, (english, swedish) in phrases.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", swedish)), name


def test_the_sheets_and_their_order(case: Case) -> None:
    assert list(case[2]) == [
        "Summary", "Contents", "Who pays, who gains", "Horizons", "Flows", "Payback and exposure", "Over time",
        "Budget years", "Silos", "Price of silos", "Agreements", "Payment by results", "Fund", "Fund balance",
        "Gaps between groups", "Groups", "Ranking", "Outcomes", "What drives it", "Quality of figures",
        "Luck and uncertain figures", "Inputs", "Tables of inputs", "Sources", "How it was run",
    ]  # fmt: skip
    contents = case[2]["Contents"].rows
    assert [row[0] for row in contents] == list(case[2])[2:]
    assert contents[0][1] == "Who pays for each intervention, and who gains by it over the whole period?"


def test_the_page_in_sentences(case: Case) -> None:
    sheet = case[2]["Summary"]
    assert sheet.question == "Fewer leave upper secondary school without an exam"
    first = str(sheet.rows[0][1]).replace("\N{NO-BREAK SPACE}", " ")
    assert first.startswith("120 persons, followed until 2072. Compared with: Usual.")
    assert ["Attendance team", None] in sheet.rows
    assert sheet.rows[-2] == ["How it was run", None]
    assert sheet.rows[-1][1] == (
        "60 draws of the uncertain figures, 60 persons in each, lives sampled one by one; seed 2024, simcore "
        f"{simcore.__version__}."
    )


def test_who_gains_agrees_with_the_summary_of_the_run(case: Case) -> None:
    results, _, sheets = case
    known = simcore.summarise(results)
    sheet = sheets["Who pays, who gains"]
    assert len(sheet.rows) == 3 * (9 + 2)
    names = {"team": "Attendance team", "coach": "Supported employment", "both": "Both"}
    for name, label in names.items():
        for actor, who in (("municipality", "Municipality"), ("society", "Society"), ("household", None)):
            if who is None:
                continue
            row, at = row_of(sheet, Intervention=label, Actor=who), known.sel(intervention=name, actor=actor)
            assert row["Net saving"] == pytest.approx(float(at["net_saving"]), rel=1e-12)
            assert row["± MCSE"] == pytest.approx(float(at["net_saving_mcse"]), rel=1e-12)
            assert row["Programme"] == pytest.approx(-float(at["programme_cost"]), rel=1e-12)
            assert row["Avoided costs, sum"] == pytest.approx(float(at["avoided_cost"]), rel=1e-12)
            for place, share in enumerate(("5", "50", "95")):
                value = as_cell(at["net_saving_quantile"].isel(quantile=place))
                head = f"Net saving, {share}\N{NO-BREAK SPACE}%"
                assert row[head] == (None if value is None else pytest.approx(value, rel=1e-12))
            assert row["Probability of a gain"] == as_cell(at["probability_net_saving"])
            assert row["Net saving, all 120 persons"] == pytest.approx(120 * float(at["net_saving"]), rel=1e-12)


def test_programme_and_avoided_kinds_add_up_to_the_net(case: Case) -> None:
    for row in records(case[2]["Who pays, who gains"]):
        kinds = ["Services avoided", "Benefits avoided", "Taxes", "Production"]
        parts = [row[kind] for kind in kinds]
        assert sum(parts) == pytest.approx(row["Avoided costs, sum"], rel=1e-9, abs=1e-6)
        assert sum(parts) + row["Programme"] == pytest.approx(row["Net saving"], rel=1e-9, abs=1e-6)
        assert row["Sector"] == {"Society": "sum", "Public sector": "sum", "Municipality": "public"}.get(
            row["Actor"], row["Sector"]
        )


def test_horizons_are_sums_of_years(case: Case) -> None:
    results, _, sheets = case
    yearly = simcore.net_saving(results, by_year=True).sel(intervention="team").mean("draw")
    of_society = yearly.sel(actor=results["actor"].values).sum("actor").values
    rows = [
        row
        for row in records(sheets["Horizons"])
        if (row["Intervention"], row["Actor"]) == ("Attendance team", "Society")
    ]
    assert [row["Years"] for row in rows] == [1, 3, 5, 10, 20, 49]
    assert [row["Horizon"] for row in rows] == [
        "1 year", "3 years", "5 years", "10 years", "20 years", "to age 65 (2072)",
    ]  # fmt: skip
    for row in rows:
        assert row["Net saving"] == pytest.approx(of_society[: row["Years"]].sum(), rel=1e-9)
        assert row["Until"] == 2023 + row["Years"]


def test_flows_give_back_what_is_avoided(case: Case) -> None:
    _, found, sheets = case
    rows = [row for row in records(sheets["Flows"]) if row["Intervention"] == "Attendance team"]
    assert {row["Payer"] for row in rows} == {"Municipality", "Region"}
    for actor, label in (("municipality", "Municipality"), ("society", "Society")):
        avoided = float(found.who_gains["avoided_cost"].sel(intervention="team", actor=actor))
        total = sum(row["Avoided cost that it brings"] for row in rows if row["Actor"] == label)
        assert total == pytest.approx(avoided, rel=1e-9)


def test_payback_and_exposure(case: Case) -> None:
    _, found, sheets = case
    row = row_of(sheets["Payback and exposure"], Intervention="Attendance team", Actor="Municipality")
    at, out = (of.sel(intervention="team", actor="municipality") for of in (found.payback, found.exposure))
    for share in (0.05, 0.5, 0.95):
        value = float(at["break_even_quantile"].sel(quantile=share))
        shown = "never" if math.isinf(value) else as_cell(value)
        assert row[f"Money back in, {100 * share:.0f}\N{NO-BREAK SPACE}%"] == shown
    assert row["Never back: probability"] == as_cell(at["never"])
    assert row["Out of pocket at most, expected"] == float(out["expected"])
    assert row["Out of pocket most in"] == int(out["expected_year"])
    row = row_of(sheets["Payback and exposure"], Intervention="Attendance team", Actor="Rest of society")
    assert row["Money back in, 5\N{NO-BREAK SPACE}%"] is None  # who neither pays nor loses
    assert row["Out of pocket at most, expected"] == 0
    assert "nominal: prices rising 2\N{NO-BREAK SPACE}% a year" in sheets["Payback and exposure"].unit


def test_what_is_never_back_is_a_word_in_the_language() -> None:
    # Oil that slows no wear only costs.
    file = read_scenario("textbook_chain")
    results = simcore.simulate(file, draws=20, engine="expected", parameters={"rr_oil": 1.0})
    for language, word, sheet in (
        ("en", "never", "Payback and exposure"),
        ("sv", "aldrig", "Återbetalning och utlägg"),
    ):
        found = Answers(results, file.scenario, Question(among=["owner"]))
        made = {of.name: of for of in workbook_sheets(results, file, found, Language.of(language))}
        row = made[sheet].rows[0]
        assert row[3:7] == [word, word, word, 1.0]


def test_the_course_and_the_budgets_agree_with_those_of_the_run(case: Case) -> None:
    results, found, sheets = case
    budget = simcore.budget(results, total=True)
    course, years = sheets["Over time"], sheets["Budget years"]
    labels = {"Intervention": "Supported employment", "Actor": "Municipality"}
    path = simcore.cumulative_net_saving(results).sel(intervention="coach", actor="municipality").mean("draw")
    at = budget.sel(intervention="coach", actor="municipality")
    for year in (2024, 2030, 2072):
        row = row_of(years, **labels, Year=year)
        one = at.sel(year=year)
        assert row["Net saving"] == pytest.approx(float(one["net_saving"]), rel=1e-9, abs=1e-6)
        assert row["± MCSE"] == pytest.approx(float(one["net_saving_mcse"]), rel=1e-9, abs=1e-6)
        assert row["Programme cost"] == pytest.approx(float(one["programme_cost"]), rel=1e-9, abs=1e-6)
        nominal = row["Net saving"] * 1.02 ** (year - 2024)
        assert row["Net saving, nominal"] == pytest.approx(nominal, rel=1e-9, abs=1e-6)
        row = row_of(course, **labels, Year=year)
        assert row["Net saving up to the year, expected"] == pytest.approx(float(path.sel(year=year)), rel=1e-9)
        fan = found.payback["cumulative_quantile"].sel(intervention="coach", actor="municipality", year=year)
        assert row["Net saving, 25\N{NO-BREAK SPACE}%"] == as_cell(fan.sel(quantile=0.25))
    assert course.unit == "SEK per person, present value, prices of 2024"
    assert years.unit.startswith("SEK for 120 persons, not discounted")
    # The rest of society has nothing at stake, and no rows.
    assert "Rest of society" not in {row["Actor"] for row in records(years)}
    assert "Actors for whom an intervention changes nothing have no rows." in years.notes


def test_worlds_and_losses(case: Case) -> None:
    _, found, sheets = case
    worlds = found.price_of_silos
    rows = sheets["Silos"].rows
    assert [row[:2] for row in rows] == [
        ["Each payer alone", "3 years"], ["Each payer alone", "the whole period"],
        ["All together", "3 years"], ["All together", "the whole period"],
    ]  # fmt: skip
    assert rows[3][3] == float(worlds["value"].sel(decider="together", horizon="long"))
    chosen = str(worlds["chosen"].sel(decider="together", horizon="long").values)
    labels = {"usual": "nothing", "team": "Attendance team", "coach": "Supported employment", "both": "Both"}
    assert rows[3][2] == labels[chosen]
    row = row_of(sheets["Price of silos"], **{"Lost by": "Both", "Actor": "Society"})
    at = worlds.sel(cause="both")
    assert row["Expected loss"] == pytest.approx(float(at["loss"]), rel=1e-12)
    assert row["Probability of a loss"] == as_cell(at["probability_of_loss"])
    assert row["Loss, cashable"] == as_cell(at["cashable_loss"])
    row = row_of(sheets["Price of silos"], **{"Lost by": "Both", "Actor": "Municipality"})
    assert row["Expected loss"] == float(at["loss_of_actor"].sel(actor="municipality"))
    assert row["Probability of a loss"] is None


def test_agreements(case: Case) -> None:
    _, found, sheets = case
    rows = records(sheets["Agreements"])
    shares = found.cost_shares
    assert len(rows) == int(shares["share"].notnull().sum())
    row = row_of(
        sheets["Agreements"], **{"Intervention": "Attendance team", "Way to share": "As now", "Actor": "Region"}
    )
    at = shares.sel(intervention="team", way="as_now", actor="region")
    assert row["Share of the cost"] == float(at["share"])
    assert row["Net saving then"] == float(at["net"])
    assert row["Probability not to lose"] == as_cell(at["probability_not_to_lose"])
    assert row["Net saving of these actors together"] == float(at["total"])


def test_contract_and_fund(case: Case) -> None:
    _, found, sheets = case
    assert found.outcome_contract is not None
    assert found.investment_fund is not None
    sheet = sheets["Payment by results"]
    assert sheet.question == "What may a result cost: Exam by 24?"
    row, at = row_of(sheet, Intervention="Attendance team"), found.outcome_contract.sel(intervention="team")
    assert row["Improvement per person"] == float(at["successes"])
    assert row["Lowest price"] == as_cell(at["cost_per_success"])
    assert sheets["Fund"].question.startswith("What should a fund of SEK\N{NO-BREAK SPACE}20\N{NO-BREAK SPACE}million")
    row = row_of(sheets["Fund"], Intervention="Both")
    assert row["Target groups"] == int(found.investment_fund["groups"].sel(intervention="both"))
    balance = sheets["Fund balance"]
    assert len(balance.rows) == 49
    assert row_of(balance, Year=2030)["Expected"] == float(found.investment_fund["balance"].sel(year=2030))


def test_fewer_than_one_success_in_the_whole_group_has_no_price(case: Case) -> None:
    results, found, _ = case
    contract = found.outcome_contract
    assert contract is not None
    few = contract["intervention"] == "coach"
    file = read_scenario("school_dropout")
    made = Answers(results, file.scenario, ASKED)
    filled = {of: contract[of].fillna(1000.0) for of in contract.data_vars if contract[of].dtype == float}
    made.__dict__["outcome_contract"] = contract.assign(
        filled | {"successes": xr.where(few, 0.9 / 120, contract["successes"].clip(min=0.1))}
    )
    sheet = ChoiceSheets(results, file.scenario, made, Language.of("en"), file).contract()[0]
    row = row_of(sheet, Intervention="Supported employment")
    assert row["Improvement per person"] == 0.9 / 120
    assert [of for head, of in row.items() if head not in ("Intervention", "Improvement per person")] == [None] * 9
    assert row_of(sheet, Intervention="Both")["Price"] is not None
    assert sheet.notes[-1] == "No price: less than one unit of improvement is expected in the whole target group."


def test_gaps_and_groups(case: Case) -> None:
    _, found, sheets = case
    assert found.fairness is not None
    row = row_of(sheets["Gaps between groups"], Intervention="Both", By="sex", Outcome="Years in work")
    at = found.fairness.sel(attribute="sex", outcome="years_employed")
    assert row["Gap now"] == float(at["gap"].sel(strategy="usual"))
    assert row["Gap with programme"] == float(at["gap"].sel(strategy="both"))
    assert row["Change"] == float(at["gap_change"].sel(intervention="both"))
    assert {row["Best off"], row["Worst off"]} == {"sex: female", "sex: male"}
    assert row["Best off"] == str(at["best_off"].values)
    row = row_of(sheets["Groups"], Intervention="Both", Subgroup="sex: female", Outcome="Years in work")
    one = found.fairness.sel(group="sex: female", outcome="years_employed")
    assert row["With the intervention"] - row["Usual"] == pytest.approx(row["Change"], abs=1e-9)
    assert row["Usual"] == float(one["level"].sel(strategy="usual"))
    assert row["Share of persons"] == float(one["share"])


def test_ranking_has_the_best_first_and_the_comparator_last(case: Case) -> None:
    _, found, sheets = case
    rows = records(sheets["Ranking"])
    assert [row["Rank"] for row in rows] == [1, 2, 3, None]
    assert rows[0]["Net present value"] == float(found.ranking["net_present_value"].max())
    assert rows[-1]["Intervention"] == "Usual"
    assert rows[-1]["Net present value"] is None
    total = sum(row["P(best)"] for row in rows if row["P(best)"] is not None)
    assert total == pytest.approx(1) or all(row["P(best)"] is None for row in rows)
    mvpf = {row["Intervention"]: row["MVPF"] for row in rows}
    for name, label in (("team", "Attendance team"), ("coach", "Supported employment"), ("both", "Both")):
        value = float(found.ranking["marginal_value_of_public_funds"].sel(intervention=name))
        assert mvpf[label] == ("∞" if math.isinf(value) else as_cell(value))


def test_outcomes(case: Case) -> None:
    results, _, sheets = case
    row = row_of(sheets["Outcomes"], Intervention="Attendance team", Outcome="Exam by 24")
    usual, team = (
        float(results["outcome_value"].sel(outcome="exam_at_24", strategy=of).mean()) for of in ("usual", "team")
    )
    assert row["Usual"] == pytest.approx(usual, rel=1e-12)
    assert row["Change"] == pytest.approx(team - usual, rel=1e-9)


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
