"""A run with subgroups, a contract and a fund as sheets, and workbooks of inputs as they were exported."""

import openpyxl
import pytest

import simcore
from simcore.report.inputs_workbook import save_inputs
from simcore.report.language import Language
from tests.workbooks.filled_in import cell_of
from tests.workbooks.run_sheets import Case, sheets_of


@pytest.fixture(scope="module")
def case() -> Case:
    return sheets_of("school_dropout", by=["sex"], draws=60, persons=60)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Workbooks as they were exported, by the name of the case."""
    folder = tmp_path_factory.mktemp("exported")
    found = {}
    for name in ("textbook_chain", "school_dropout"):
        found[name] = folder / f"{name}.xlsx"
        save_inputs(simcore.read_scenario(name), name, Language("en"), found[name])
    return found


@pytest.fixture
def book(exported, tmp_path, monkeypatch):
    """A function that fills in a copy of a workbook, and gives its name in the working folder."""
    monkeypatch.chdir(tmp_path)

    def filled(*cells, name="textbook_chain", edit=None, to="case.xlsx"):
        made = openpyxl.load_workbook(exported[name])
        for sheet, row, head, value in cells:
            cell = cell_of(made, sheet, row, head)
            cell.value = value
            if isinstance(value, str) and not value.startswith("=f"):
                cell.data_type = "s"
        if edit is not None:
            edit(made)
        made.save(to)
        return to

    return filled
