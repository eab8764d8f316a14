"""CSV files of figures that are drawn together: square matrices with names, and samples of several figures."""

from __future__ import annotations

import re
from typing import Any

from simcore.errors import Problem, shown
from simcore.scenario.csv_files import csv_number, csv_rows
from simcore.scenario.nodes import Files, Node, UnreadableError

_FILLED = ("names", "rows")
_NAME = r"[a-z][a-z0-9_]*"


def read_joint_files(files: Files, tree: Node) -> None:
    """Fill in the numbers of every matrix and sample of a scenario that names a file."""
    joint = tree.value.get("joint")
    for name, entry in _fields(joint).items():
        normal = _fields(entry).get("multivariate_normal")
        for field in ("covariance", "correlation"):
            _fill(files, _fields(normal).get(field), f"joint.{name}.multivariate_normal.{field}", _square)
        _fill(files, _fields(entry).get("empirical"), f"joint.{name}.empirical", _sample)
    correlations = tree.value.get("correlations")
    if correlations is not None and isinstance(correlations.value, list):
        for number, entry in enumerate(correlations.value):
            _fill(files, entry, f"correlations[{number}]", _square)


def _fields(node: Node | None) -> dict[Any, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _fill(files: Files, node: Node | None, path: str, reader: Any) -> None:
    """Fill in what a file says, into the entry that names it."""
    fields = _fields(node)
    for field in _FILLED:
        if field in fields:
            place = fields.pop(field)
            files.problems.append(Problem(place.file, place.line, f"{path}.{field}", field, "a file, which has them"))
            return
    if "file" not in fields:
        return
    before = len(files.problems)
    try:
        file = files.refer(fields["file"], f"{path}.file")
        header, rows, decimal_comma = csv_rows(files, file, fields["file"], f"{path}.file")
        names, numbers = reader(files, file, path, header, rows, decimal_comma)
    except UnreadableError as error:
        files.problems.append(error.problem)
    if len(files.problems) == before:
        fields["names"] = Node([Node(name, file, 1) for name in names], file, 1)
        fields["rows"] = Node([Node(row, file, line) for line, row in numbers], file, 1)


_Named = tuple[list[str], list[tuple[int, tuple[float, ...]]]]


def _square(
    files: Files, file: str, path: str, header: list[str], rows: list[tuple[int, list[str]]], decimal_comma: bool
) -> _Named:
    """Names and rows of a square, rows in the order of the columns; of two sides, one may be left empty."""
    names = header[1:]
    _check_names(file, path, names, "a column for each parameter, after one with the names of the rows")
    of_row: dict[str, tuple[int, dict[str, str]]] = {}
    for line, (name, *cells) in rows:
        if name not in names:
            allowed = f"rows of {', '.join(names)}, as the columns"
            raise UnreadableError(Problem(file, line, path, f"a row of {shown(name) if name else 'nothing'}", allowed))
        if name in of_row:
            raise UnreadableError(Problem(file, line, path, f"a second row of {name}", "a row for each column"))
        of_row[name] = line, dict(zip(names, cells, strict=True))
    missing = [name for name in names if name not in of_row]
    if missing:
        raise UnreadableError(Problem(file, 1, path, f"no row of {missing[0]}", "a row for each column"))
    found = []
    for one in names:
        line, cells_of = of_row[one]
        row = []
        for other in names:
            cell = cells_of[other] or of_row[other][1][one]
            told = not cell and names.index(other) < names.index(one)  # where the other of the two is
            if not told:
                row.append(_number(files, file, line, path, cell, f"for {one} with {other}", decimal_comma))
        found.append((line, tuple(row)))
    return names, found


def _sample(
    files: Files, file: str, path: str, header: list[str], rows: list[tuple[int, list[str]]], decimal_comma: bool
) -> _Named:
    """Names and rows of a sample."""
    _check_names(file, path, header, "the name of a parameter above each column")
    return header, [
        (
            line,
            tuple(
                _number(files, file, line, path, cell, f"of {name}", decimal_comma)
                for name, cell in zip(header, cells, strict=True)
            ),
        )
        for line, cells in rows
    ]


def _check_names(file: str, path: str, names: list[str], allowed: str) -> None:
    wrong = [name for name in names if not re.fullmatch(_NAME, name)]
    if wrong or not names:
        found = f"{shown(wrong[0])} above a column" if wrong and wrong[0] else "a column without a name"
        raise UnreadableError(Problem(file, 1, path, found if names else "a single column", allowed))


def _number(files: Files, file: str, line: int, path: str, cell: str, of_what: str, decimal_comma: bool) -> float:
    number = csv_number(cell, decimal_comma)
    if number is None:
        files.problems.append(Problem(file, line, path, f"{shown(cell) if cell else 'nothing'} {of_what}", "a number"))
    return 0.0 if number is None else number
