"""CSV files: parameters and tables, with the file and line of every row."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import Any

from simcore.errors import Problem, counted, nearest, shown
from simcore.scenario.limits import (
    LARGEST_NUMBER,
    LONGEST_NUMBER,
    LONGEST_TEXT,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ENTRIES,
    MOST_PROBLEMS,
    MOST_ROWS,
    SMALLEST_NUMBER,
)
from simcore.scenario.nodes import Files, Node, UnreadableError

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_NUMBERS = (
    "value", "mean", "median", "sd", "low_95", "high_95", "min", "mode", "max", "alpha", "beta", "shape", "scale",
    "log_mean", "log_sd", "location", "events", "of", "exposure",
)  # fmt: skip
_CITATION = ("work", "where", "as_printed", "assumption")
_WHOLE = ("price_year", "valid_until")
#: What the diagonal of a square may say instead of nothing: those who do not move stay.
REST = "rest"
_NAME = r"[a-z][a-z0-9_]*"
PARAMETER_COLUMNS = (
    "name", "about", "about_sv", "distribution", *_NUMBERS, "unit", *_WHOLE[:1], *_CITATION, "conversion", "grade",
    "evidence", "valid_until", "checked_by",
)  # fmt: skip
_CSV_WORDS = (
    ("unexpected end of data", "a quote that is not closed", "a cell between two quotes"),
    ("expected after", "text after a closing quote", 'quotes around the whole cell, and "" for a quote inside it'),
    ("field larger", "a cell that is much too long, perhaps a quote that is not closed", "a cell between two quotes"),
)


def csv_rows(files: Files, file: str, asked_by: Node, path: str) -> tuple[list[str], list[tuple[int, list[str]]], bool]:
    """Read a CSV file: header, rows with their line, and whether decimals are written with a comma.

    Commas, semicolons and tabs separate; a file with semicolons or tabs may use decimal commas, as
    spreadsheets in Swedish write them. Empty rows are passed over.
    """
    text = files.text(file, asked_by, path)
    first = text.split("\n", 1)[0].split("\r", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[tuple[int, list[str]]] = []
    line, n_rows, n_cells = 1, 0, 0
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                n_rows += 1
                n_cells += len(cells)
                if n_rows <= MOST_ROWS + 1 and n_cells <= MOST_CELLS:  # the others are only counted
                    rows.append((line, stripped))
                    longest = max(stripped, key=len)
                    if len(longest) > LONGEST_TEXT:
                        allowed, hint = f"at most {LONGEST_TEXT:,} characters", "is there a quote that is not closed?"
                        found = f"a cell of {len(longest):,} characters"
                        raise UnreadableError(Problem(file, line, "", found, allowed, hint))
            line = reader.line_num + 1
    except csv.Error as error:
        words = next((words for key, *words in _CSV_WORDS if key in str(error)), ["something else", "a CSV file"])
        raise UnreadableError(Problem(file, line, "", *words)) from None
    if not rows:
        raise UnreadableError(Problem(file, 0, "", "an empty file", "a header and rows"))
    header = rows[0][1]
    if len(header) > MOST_COLUMNS:
        found, allowed = f"{len(header):,} columns", f"at most {MOST_COLUMNS:,} columns"
        raise UnreadableError(Problem(file, rows[0][0], "", found, allowed))
    files.count_rows(file, n_rows - 1)
    if n_cells > MOST_CELLS:
        found, allowed = f"{n_cells:,} cells", f"at most {MOST_CELLS:,} cells in a CSV file"
        raise UnreadableError(Problem(file, 0, "", found, allowed, "fewer rows or columns"))
    twice = sorted(column for column, number in Counter(header).items() if number > 1 and column)
    if twice:
        raise UnreadableError(Problem(file, rows[0][0], "", f"the column {twice[0]} twice", "each column once"))
    for number, (line, cells) in enumerate(rows[1:]):
        if len(cells) > len(header) and not any(cells[len(header) :]):
            rows[number + 1] = (line, cells[: len(header)])
        elif len(cells) != len(header):
            files.problems.append(
                Problem(
                    file,
                    line,
                    "",
                    counted(len(cells), "cell"),
                    f"{counted(len(header), 'cell')}, one per column",
                    f"a text with a {_DELIMITERS[delimiter]} in it needs quotes" if len(cells) > len(header) else "",
                )
            )
    return header, [row for row in rows[1:] if len(row[1]) == len(header)], delimiter != ","


def csv_number(text: str, decimal_comma: bool) -> float | None:
    """Read a number of a CSV cell; None when it is none."""
    if decimal_comma and re.fullmatch(r"-?[0-9]+,[0-9]+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) or len(text) > LONGEST_NUMBER:
        return None
    value = float(text)
    if value == 0:
        # What is read as 0 must have been written so.
        return value if not re.search("[1-9]", re.split("[eE]", text)[0]) else None
    return value if SMALLEST_NUMBER <= abs(value) <= LARGEST_NUMBER else None


def read_parameters_csv(files: Files, file: str, asked_by: Node) -> Node:
    """Read parameters from a CSV file: one row each, columns as in `PARAMETER_COLUMNS`."""
    header, rows, decimal_comma = csv_rows(files, file, asked_by, "parameters")
    columns = ", ".join(PARAMETER_COLUMNS)
    unknown = [column for column in header if column not in PARAMETER_COLUMNS]
    for column in unknown:
        found = f"a column '{column}'" if column else "a column without a name"
        near = nearest(column, PARAMETER_COLUMNS)
        hint = f"did you mean '{near}'?" if near and near not in header else ""
        files.problems.append(Problem(file, 1, "parameters", found, columns, hint))
    if "name" not in header and not unknown:
        raise UnreadableError(Problem(file, 1, "parameters", "no column 'name'", columns))
    if unknown:
        return Node({}, file, 1)  # what is missing in the rows may stand in these columns
    if len(rows) > MOST_ENTRIES:
        found, allowed = f"{len(rows):,} parameters", f"at most {MOST_ENTRIES:,} parameters"
        raise UnreadableError(Problem(file, 0, "parameters", found, allowed))
    entries: dict[Any, Node] = {}
    for line, cells in rows:
        row = {column: cell for column, cell in zip(header, cells, strict=True) if cell}
        name = row.pop("name", "")
        if not name or name in entries:
            path, found = "parameters", "a row without a name"
            if name:
                path, found = f"parameters.{name}", f"this name a second time (first in line {entries[name].line})"
            files.problems.append(Problem(file, line, path, found, "each name once" if name else "a name in each row"))
            continue
        entries[name] = _parameter_node(files, file, line, f"parameters.{name}", row, decimal_comma)
    return Node(entries, file, 1)


def _parameter_node(files: Files, file: str, line: int, path: str, row: dict[str, str], decimal_comma: bool) -> Node:
    def node(value: Any) -> Node:
        return Node(value, file, line)

    given: dict[Any, Node] = {}
    for column in _NUMBERS:
        if column in row:
            number = csv_number(row[column], decimal_comma)
            if number is None:
                hint = "a number stands alone, without units or spaces between its digits"
                files.problems.append(Problem(file, line, f"{path}.{column}", shown(row[column]), "a number", hint))
                given[column] = Node(None, file, line, lost=True)
            else:
                given[column] = node(number)
    ends = [given.pop(column) for column in ("low_95", "high_95") if column in given]
    if len(ends) == 2:
        given["interval_95"] = node(ends)
    elif ends:
        found = "one end of an interval" if not ends[0].lost else ""
        if found:
            files.problems.append(Problem(file, line, path, found, "both low_95 and high_95"))
        given["interval_95"] = Node(None, file, line, lost=True)
    fields: dict[Any, Node] = {}
    if "distribution" in row:
        fields["distribution"] = node({row["distribution"]: node(given)})
    citation = {column: node(row[column]) for column in _CITATION if column in row}
    if citation:
        fields["source"] = node(citation)
    for column, text in row.items():
        if column in _WHOLE:
            fields[column] = node(int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text)
        elif column in PARAMETER_COLUMNS and column not in (*_NUMBERS, *_CITATION, "distribution"):
            fields[column] = node(text)
    return node(fields)


def read_table_csv(files: Files, file: str, asked_by: Node, by: list[str], path: str) -> Node:
    """Read the rows of a table: the columns named in `by` are keys, the column 'value' holds the values.

    A table by from and to may also be a square: a column 'from' and one for each state that is gone to.
    """
    header, rows, decimal_comma = csv_rows(files, file, asked_by, f"{path}.file")
    wanted = [*by, "value"]
    if by == ["from", "to"] and "from" in header and not {"to", "value"} & set(header) and len(header) > 1:
        return _square(files, file, header, rows, decimal_comma, path)
    if set(header) != set(wanted):
        found, allowed = f"the columns {shown(', '.join(header))}", f"the columns {', '.join(wanted)}"
        if by == ["from", "to"]:
            allowed += "; or from and a column for each state, as a square"
        files.problems.append(Problem(file, 1, path, found, allowed, "by names the keys, value is the number"))
        return Node([], file, 1)
    nodes, n_wrong = [], 0
    for line, cells in rows:
        row = dict(zip(header, cells, strict=True))
        number = csv_number(row["value"], decimal_comma)
        n_wrong += number is None and not re.fullmatch(_NAME, row["value"])
        if n_wrong > MOST_PROBLEMS:
            break  # those before are told
        keys: dict[str, str | int] = {
            key: int(row[key]) if re.fullmatch(r"[0-9]{1,9}", row[key]) else row[key] for key in by
        }
        nodes.append(_row_node(file, line, keys, row["value"] if number is None else number))
    return Node(nodes, file, 1)


def _row_node(file: str, line: int, keys: dict[str, str | int], value: str | float) -> Node:
    """One row of a table."""
    key_nodes: dict[Any, Node] = {key: Node(level, file, line) for key, level in keys.items()}
    return Node({"keys": Node(key_nodes, file, line), "value": Node(value, file, line)}, file, line)


def _square(
    files: Files, file: str, header: list[str], rows: list[tuple[int, list[str]]], decimal_comma: bool, path: str
) -> Node:
    """Read a square of states: a row for each state that is left, a column for each that is gone to.

    An empty cell is not given: no move, or on the diagonal whoever is left. On the diagonal ``rest`` says the same.
    """

    def problem(line: int, column: str, found: str, allowed: str, hint: str = "") -> None:
        files.problems.append(Problem(file, line, f"{path}.{column}" if column else path, found, allowed, hint))

    if "" in header:
        problem(1, "", "a column without a name", "from, and the name of a state above each column")
        return Node([], file, 1, lost=True)
    nodes: list[Node] = []
    seen: dict[str, int] = {}
    for line, cells in rows:
        row = dict(zip(header, cells, strict=True))
        start = row.pop("from")
        if not start:
            problem(line, "from", "nothing", "the state that the row is about")
            continue
        if start in seen:
            problem(line, "from", f"{start} a second time (first in line {seen[start]})", "a row for each state")
            continue
        seen[start] = line
        for end, cell in row.items():
            if not cell or (cell == REST and start == end):
                continue
            number = csv_number(cell, decimal_comma)
            if cell == REST:
                hint = "whoever does not move stays; an empty cell means no move"
                problem(line, end, f"rest, in the row of {start}", "rest only on the diagonal", hint)
            elif number is None and not re.fullmatch(_NAME, cell):
                problem(line, end, shown(cell), "a number, the name of a parameter, or nothing")
            elif len(nodes) == MOST_ROWS:
                found, allowed = f"more than {MOST_ROWS:,} cells that are given", "a square of fewer states"
                raise UnreadableError(Problem(file, line, path, found, allowed))
            else:
                nodes.append(_row_node(file, line, {"from": start, "to": end}, cell if number is None else number))
    return Node(nodes, file, 1)
