"""LibreOffice opens a workbook and finds in it what was put there."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

import simcore
from simcore.analysis.once import worked_out_once
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.report.workbook import save_workbook
from simcore.scenario.loading import read_scenario
from tests.hostile.cases import changed, write

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
NAME = "=1+1"
needs_soffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed here")


def written(folder: Path, language: str) -> Path:
    """A workbook whose names would be formulas."""
    text = changed(
        ("label: Municipality", f"label: '{NAME}'"),
        ("    about: a mentor meets pupils once a week\n", f"    about: '@SUM(1)'\n    label: '{NAME}'\n"),
        ("year: 2023}", "year: 2023, url: 'https://example.org/statistics?a=1&b=2'}"),
        ("Results of upper secondary school", "_x0041_ results"),
    )
    write(folder, {"scenario.yaml": text})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = read_scenario(str(folder))
    results = simcore.simulate(file, draws=12, persons=40)
    with worked_out_once():
        found = Answers(results, file.scenario, Question())
        save_workbook(results, file, found, Language.of(language), folder / f"run_{language}.xlsx")
    return folder / f"run_{language}.xlsx"


def converted(path: Path, to: str, folder: Path) -> Path:
    """What LibreOffice makes of a file, with a profile of its own."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", to, "--outdir", str(folder / "out"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    made = folder / "out" / f"{path.stem}.{to}"
    assert done.returncode == 0, done.stderr
    assert made.exists(), done.stdout + done.stderr
    return made


def cells(book: Workbook) -> dict[tuple[str, str], object]:
    return {
        (page.title, cell.coordinate): cell.value
        for page in book
        for row in page.iter_rows()
        for cell in row
        if cell.value is not None
    }


@needs_soffice
@pytest.mark.parametrize("language", ["en", "sv"])
def test_libreoffice_finds_every_cell(tmp_path: Path, language: str) -> None:
    path = written(tmp_path, language)
    again = load_workbook(converted(path, "xlsx", tmp_path))  # with formulas, where there are any
    first = load_workbook(path)
    assert again.sheetnames == first.sheetnames
    before, after = cells(first), cells(again)
    assert before.keys() == after.keys()
    for place, value in before.items():
        if isinstance(value, str):
            assert after[place] == value.replace("_x005F_x0041_", "_x0041_"), place
        else:
            assert after[place] == pytest.approx(value, rel=1e-12), place
    assert not any(cell.data_type in "fe" for page in again for row in page.iter_rows() for cell in row)
    gains = again.worksheets[2]
    assert gains["A4"].value == gains["B4"].value == NAME
    assert gains.auto_filter.ref == first.worksheets[2].auto_filter.ref
    works = again["Sources" if language == "en" else "Källor"]
    assert works["D4"].hyperlink.target == "https://example.org/statistics?a=1&b=2"


@needs_soffice
def test_libreoffice_prints_it(tmp_path: Path) -> None:
    path = written(tmp_path, "en")
    printed = converted(path, "pdf", tmp_path).read_bytes()
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type/Page\n") + printed.count(b"/Type/Page/") + printed.count(b"/Type /Page\n") >= 10
