"""Sheets of a workbook hold the numbers of the answers, in both languages."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
import xarray as xr

import simcore
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.report.workbook_choices import ChoiceSheets
from simcore.report.workbook_phrases import TEXTS
from simcore.report.workbook_questions import SHEETS
from simcore.report.workbook_rows import KINDS
from simcore.report.workbook_sheets import workbook_sheets
from simcore.scenario.loading import read_scenario
from tests.workbooks.run_sheets import ASKED, Case, as_cell, records, row_of, sheets_of

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
    row = row_of(sheets["Gaps between groups"], Intervention="Both", By="Sex", Outcome="Years in work")
    at = found.fairness.sel(attribute="sex", outcome="years_employed")
    assert row["Gap now"] == float(at["gap"].sel(strategy="usual"))
    assert row["Gap with programme"] == float(at["gap"].sel(strategy="both"))
    assert row["Change"] == float(at["gap_change"].sel(intervention="both"))
    assert {row["Best off"], row["Worst off"]} == {"Female", "Male"}
    assert f"sex: {row['Best off'].lower()}" == str(at["best_off"].values)
    row = row_of(sheets["Groups"], Intervention="Both", Subgroup="Sex: female", Outcome="Years in work")
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


def test_a_swedish_workbook_has_swedish_units_purposes_and_keys() -> None:
    _, _, sheets = sheets_of("newcomer_women", Question(), "sv", draws=500, persons=20)
    english = re.compile(
        r"SEK per|\b(odds|hazard|risk) ratio|probability|the fit of|a check of|who the statistics|vary together|"
        r"cost of|effect of|another entry|(^|, )(sex|age|year)\b|\bfemale\b"
    )
    for name, heads in {
        "Vad som styr": ("Vad den är", "Enhet"), "Indata": ("Vad den är", "Enhet", "Vad den styr"),
        "Tabeller i indata": ("Vad den är", "Rad", "Enhet"),
    }.items():  # fmt: skip
        rows = records(sheets[name])
        assert rows
        found = [str(row[head]) for row in rows for head in heads if english.search(str(row[head]))]
        assert not found, (name, found[:5])
