"""A good workbook whatever the names are, with one intervention or twenty, three actors or fifteen, or no effect."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import xarray as xr
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

import simcore
from simcore.analysis.once import worked_out_once
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.report.workbook import save_workbook
from simcore.scenario.loading import ScenarioFile, read_scenario
from tests.hostile.cases import changed, write

NAMES = [
    "=1+1", '=HYPERLINK("http://example.org","click")', "+46 8 123", "-1", "@SUM(A1:A9)", "#N/A", "[/] [b]x[/b]",
    "<b>&amp;</b>", "_x0041_", "A name " + "that goes on and on " * 40, "”Åäö” €",
]  # fmt: skip
#: Fields of text of the small scenario, each of which gets a name.
LABELS = (
    ("title: A small scenario without mistakes", "title: {}"),
    ("label: Municipality", "label: {}"),
    ("    about: a mentor meets pupils once a week\n", "    about: {0}\n    label: {0}\n    label_sv: {0}\n"),
    ("about: years in work", "about: {0}\n    label: {0}\n    label_sv: {0}"),
    ('source: {assumption: "boys leave more often, 1.2 to 1.6"}', "source: {{assumption: {}}}"),
    ("title: Results of upper secondary school, by: National Agency for Education", "title: {0}, by: {0}, url: {0}"),
    ("where: table 4, as_printed: 6 %", "where: {0}, as_printed: {0}"),
)


def read(folder: Path, text: str) -> ScenarioFile:
    write(folder, {"scenario.yaml": text})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return read_scenario(str(folder))


def saved(
    file: ScenarioFile, folder: Path, language: str = "en", question: Question | None = None,
    results: xr.Dataset | None = None,
) -> tuple[Workbook, xr.Dataset]:  # fmt: skip
    if results is None:
        results = simcore.simulate(file, draws=12, persons=40)
    with worked_out_once():
        found = Answers(results, file.scenario, question or Question())
        save_workbook(results, file, found, Language.of(language), folder / "run.xlsx")
    return load_workbook(folder / "run.xlsx"), results


def texts_of(book: Workbook) -> set[str]:
    return {cell.value for page in book for row in page.iter_rows() for cell in row if isinstance(cell.value, str)}


def check(book: Workbook) -> None:
    """No formula, no error, and heads that stay, above a table that filters."""
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), (page.title, cell.coordinate, cell.value)
                assert not isinstance(cell.value, str) or len(cell.value) <= 32_767
        if page.title not in ("Summary", "Sammanfattning"):
            assert page.freeze_panes
            assert page.freeze_panes.endswith("4")
            if page.auto_filter.ref:
                first, last = page.auto_filter.ref.split(":")
                assert first == "A3"
                assert re.fullmatch(r"[A-Z]+\d+", last)


@pytest.mark.parametrize("name", NAMES)
def test_names_stand_as_they_are(tmp_path: Path, name: str) -> None:
    written = json.dumps(name, ensure_ascii=False)
    text = changed(*((old, new.format(written)) for old, new in LABELS))
    file = read(tmp_path, text)
    results = None
    for language in ("en", "sv"):
        book, results = saved(file, tmp_path, language, results=results)
        check(book)
        as_stored = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", name).strip()
        texts = texts_of(book)
        assert as_stored in texts
        page = book.worksheets[2]
        assert page["A4"].value == as_stored  # the intervention
        assert page["A4"].quotePrefix == (name[0] in "=+-@")
        assert book.properties.title == name.strip()
        links = [cell.hyperlink.target for sheet in book for row in sheet.iter_rows() for cell in row
                 if cell.hyperlink and cell.hyperlink.target]  # fmt: skip
        assert links == []  # no name is an address


def test_letters_that_no_workbook_can_hold_do_not_stop_it(tmp_path: Path) -> None:
    file = read(tmp_path, changed())
    results = simcore.simulate(file, draws=12, persons=40)
    results.attrs["remark"] = "x" * 40_000
    titled = replace(file, scenario=file.scenario.model_copy(update={"title": "a\0b\x1b"}))
    book, _ = saved(titled, tmp_path, results=results)
    check(book)
    odd = "\N{REPLACEMENT CHARACTER}"
    assert book["Summary"]["A1"].value == f"a{odd}b{odd}"
    assert max(len(str(cell.value)) for row in book["How it was run"].iter_rows() for cell in row) == 32_767


def test_an_intervention_that_changes_nothing(tmp_path: Path) -> None:
    text = changed()
    head = text.index("    costs:\n      - {programme: mentor_year")
    tail = text.index("strategies: {usual: []")
    with_nothing = text[:head] + "\n" + text[tail:]
    file = read(tmp_path, with_nothing)
    for language in ("en", "sv"):
        book, _ = saved(file, tmp_path, language)
        check(book)
    names = book.sheetnames
    assert "Flöden" in names
    assert book["Flöden"]["A5"].value == "Ingen betalar för någon insats, så det finns inget att visa."
    assert book["Över tid"]["A5"].value == "Ingen insats ändrar något för någon."
    page = book["Vem betalar, vem vinner"]
    heads = [cell.value for cell in page[3]]
    assert page.cell(4, heads.index("Netto") + 1).value == 0
    assert page.cell(4, heads.index("Sannolikhet för vinst") + 1).value is None
    assert book["Överenskommelser"]["A5"].value == "Ingen insats kostar något, så det finns inget att dela."


def many(interventions: int, actors: int) -> str:
    """The small scenario with more of both; each actor bears a price, and pays for some interventions."""
    text = changed()
    own = "".join(
        f"  actor_{n}: {{sector: {('public', 'employer', 'household', 'other')[n % 4]}, label: Actor number {n}}}\n"
        for n in range(actors - 3)
    )
    prices = "".join(
        f"  price_{n}:\n    while: {{work: outside}}\n    resource: school_year\n    actor: actor_{n}\n"
        for n in range(actors - 3)
    )
    programmes = "".join(
        f"  programme_{n}:\n    about: number {n}\n"
        "    enrol: {at_age: 16, if: {school: pupil}, uptake: uptake_mentor}\n"
        f"    costs:\n      - {{programme: mentor_once, actor: actor_{n % (actors - 3)}}}\n    effects:\n"
        "      - {move: work.outside -> employed, hazard_ratio: hr_mentor, years: [1, 2], evidence: causal}\n"
        for n in range(interventions - 1)
    )
    strategies = ", ".join(f"s{n}: [programme_{n}]" for n in range(interventions - 1))
    for mark, more in (("\nprices:\n", own), ("\noutcomes:\n", prices), ("\nstrategies:", programmes)):
        text = text.replace(mark, f"{more}{mark}", 1)
    return text.replace("mentoring: [mentoring]}", f"mentoring: [mentoring], {strategies}}}")


def test_twenty_interventions_and_fifteen_actors(tmp_path: Path) -> None:
    file = read(tmp_path, many(20, 15))
    book, results = saved(file, tmp_path)
    check(book)
    assert (results.sizes["strategy"], results.sizes["actor"]) == (21, 15)
    page = book["Who pays, who gains"]
    assert page.auto_filter.ref.endswith(str(3 + 20 * 17))
    known = simcore.summarise(results)
    heads = [cell.value for cell in page[3]]
    net = heads.index("Net saving") + 1
    values = [page.cell(row, net).value for row in range(4, 4 + 20 * 17)]
    assert values == pytest.approx(known["net_saving"].transpose("intervention", "actor").values.ravel().tolist())
    assert len({page.cell(row, 2).value for row in range(4, 4 + 20 * 17)}) == 17


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        file = read(tmp_path / "case", changed())
        saved(file, tmp_path / folder)
        contents.append((tmp_path / folder / "run.xlsx").read_bytes())
    assert contents[0] == contents[1]


def test_what_is_counted_on_request_and_a_rule_with_a_probability(tmp_path: Path) -> None:
    question = Question(also=("public_funds",), probability=0.8, inflation=0.0, among=["state"])
    book, _ = saved(read_scenario("school_dropout"), tmp_path, question=question)
    check(book)
    told = dict(row[:2] for row in book["How it was run"].iter_rows(min_row=4, values_only=True))
    assert told["Kinds of cost counted on request"] == "public_funds"
    heads = [cell.value for cell in book["Budget years"][3]]
    assert not [head for head in heads if head and "nominal" in head]
    assert "with at least 80" in str(book["Silos"]["A9"].value)
