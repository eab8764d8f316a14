"""CSV files of values: what the empirical distribution of a parameter is read from."""

from __future__ import annotations

from simcore.errors import Problem, shown
from simcore.scenario.csv_files import csv_number, csv_rows
from simcore.scenario.nodes import Files, Node, UnreadableError
from simcore.uncertainty.distributions import ROWS


def read_value_files(files: Files, tree: Node) -> None:
    """Fill in the values of every distribution of a scenario that names a file of them."""
    parameters = tree.value.get("parameters")
    for name, parameter in parameters.value.items() if parameters and isinstance(parameters.value, dict) else ():
        if isinstance(parameter.value, dict) and "distribution" in parameter.value:
            _fill(files, parameter.value["distribution"], f"parameters.{name}.distribution")


def _fill(files: Files, distribution: Node, path: str) -> None:
    """Fill in the rows of a distribution, or of the one inside a mixture."""
    for name, given in distribution.value.items() if isinstance(distribution.value, dict) else ():
        if not isinstance(given.value, dict):
            continue
        if name == "mixture" and "rest" in given.value:
            _fill(files, given.value["rest"], f"{path}.mixture.rest")
        if name != "empirical":
            continue
        reference, where = given.value.get("file"), f"{path}.empirical"
        if ROWS in given.value:
            place = given.value[ROWS]
            files.problems.append(Problem(place.file, place.line, f"{where}.{ROWS}", ROWS, "values, or a file"))
            place.lost = True
        elif reference is not None and isinstance(reference.value, str):
            try:
                file = files.refer(reference, f"{where}.file")
                given.value[ROWS] = _rows(files, file, reference, where)
            except UnreadableError as error:
                files.problems.append(error.problem)
                given.value[ROWS] = Node(None, reference.file, reference.line, lost=True)


def _rows(files: Files, file: str, asked_by: Node, path: str) -> Node:
    """Value, weight and line of each row, lost when something is wrong with one of them."""
    before = len(files.problems)
    header, rows, decimal_comma = csv_rows(files, file, asked_by, f"{path}.file")
    if set(header) not in ({"value"}, {"value", "weight"}):
        allowed = "the column value, or the columns value and weight"
        raise UnreadableError(Problem(file, 1, path, f"the columns {shown(', '.join(header))}", allowed))
    if not rows and len(files.problems) == before:
        raise UnreadableError(Problem(file, 1, path, "a header alone", "a row for each value"))
    found = []
    for line, cells in rows:
        row = {"weight": "1", **dict(zip(header, cells, strict=True))}
        value, weight = (csv_number(row[column], decimal_comma) for column in ("value", "weight"))
        if value is None:
            hint = "a number stands alone, without units or spaces between its digits" if row["value"] else ""
            files.problems.append(Problem(file, line, f"{path}.value", _cell(row["value"]), "a number", hint))
        if weight is None or weight < 0:
            files.problems.append(Problem(file, line, f"{path}.weight", _cell(row["weight"]), "a number of at least 0"))
        found.append((value, weight, line))
    lost = len(files.problems) > before
    # All of them as one value: nothing refers to the place of a single one.
    return Node(None if lost else tuple(found), file, 1, lost)


def _cell(text: str) -> str:
    return shown(text) if text else "nothing"
