"""Workbooks of inputs as users handle them: the command, cells by their row and head, and the case that they make."""

from __future__ import annotations

from typer.testing import CliRunner

import simcore
from simcore.cli.inputs import app

WHY = "Where your value comes from"
#: A price as a user changes it, and where it comes from.
COST, SAID = ("Unit costs", "call_out", "Value"), ("Unit costs", "call_out", WHY, "a guess")


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def cell_of(book, sheet, row, head):
    heads = {cell.value: cell.column for cell in book[sheet][1]}
    for cells in book[sheet].iter_rows(min_row=2):
        if cells[0].value == row:
            return book[sheet].cell(cells[0].row, heads[head])
    raise LookupError(row)


def case_of(path, folder="ours"):
    """The case that a workbook makes."""
    done = run("inputs", "import", path, "--out", folder)
    assert done.exit_code == 0, done.output
    return simcore.read_scenario(folder)
