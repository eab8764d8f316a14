"""The sections of a scenario file that may be kept in files of their own, and the numbers that stand in CSV files."""

from __future__ import annotations

import re
from typing import Any

from simcore.errors import Problem, shown
from simcore.scenario.csv_files import read_parameters_csv, read_table_csv
from simcore.scenario.joint_files import read_joint_files
from simcore.scenario.nodes import Files, Node, UnreadableError
from simcore.scenario.strict_yaml import read_yaml
from simcore.scenario.value_files import read_value_files

#: Sections that merge entry by entry, and that may be kept in files of their own.
NAMED_SECTIONS = (
    "parameters", "tables", "derived", "domains", "memory", "actors", "prices", "outcomes", "interventions",
    "strategies", "sources", "alternatives", "joint", "labels",
)  # fmt: skip
#: Sections that name files of numbers, and the fields that are filled in from them.
FROM_FILES = ("tables", "parameters", "joint", "correlations")
FILLED = ("rows", "names")
_ENTRIES = "entries by name, or the name of a file"


def read_section(files: Files, section: str, node: Node) -> Node:
    """Load a section that is a file name, or a list of file names and mappings."""
    parts = node.value if isinstance(node.value, list) else [node]
    if all(isinstance(part.value, dict) for part in parts) and not isinstance(node.value, list):
        return node
    entries: dict[Any, Node] = {}
    lost = False
    for part in parts:
        try:
            loaded = _part(files, section, part)
        except UnreadableError as error:
            problem = error.problem
            if isinstance(part.value, str) and not re.search(r"[./]", part.value):
                problem = Problem(part.file, part.line, section, shown(part.value), _ENTRIES)
            files.problems.append(problem)
            lost = True
            continue
        if not isinstance(loaded.value, dict):
            if not loaded.lost:
                files.problems.append(Problem(loaded.file, loaded.line, section, shown(loaded.plain()), _ENTRIES))
            lost = True
            continue
        for name, entry in loaded.value.items():
            if name in entries:
                first = entries[name]
                files.problems.append(
                    Problem(
                        entry.file,
                        entry.line,
                        f"{section}.{name}",
                        f"this name a second time (first in {first.file}:{first.line})",
                        "each name once",
                    )
                )
            else:
                entries[name] = entry
    return Node(entries, node.file, node.line, lost)


def _part(files: Files, section: str, part: Node) -> Node:
    """Load a file of a section; entries in place stay as they are."""
    if not isinstance(part.value, str):
        return part
    file = files.refer(part, section)
    if file.lower().endswith(".csv") and section == "parameters":
        return read_parameters_csv(files, file, part)
    return read_yaml(files, file, part, section)


def fill_from_files(files: Files, tree: Node) -> None:
    """Fill in the numbers of everything that names a file of them: tables, matrices, samples and values."""
    tables = tree.value.get("tables")
    for name, table in tables.value.items() if tables is not None and isinstance(tables.value, dict) else ():
        if isinstance(table.value, dict):
            try:
                _read_rows(files, table, f"tables.{name}")
            except UnreadableError as error:
                files.problems.append(error.problem)
    read_joint_files(files, tree)
    read_value_files(files, tree)


def _read_rows(files: Files, table: Node, path: str) -> None:
    """Fill in the rows of a table that names a file."""
    by, reference = table.value.get("by"), table.value.get("file")
    if "rows" in table.value:
        files.problems.append(
            Problem(table.value["rows"].file, table.value["rows"].line, f"{path}.rows", "rows", "values, or a file")
        )
        table.value["rows"].lost = True
    elif reference is not None and isinstance(reference.value, str) and by is not None and isinstance(by.value, list):
        columns = [str(column.value) for column in by.value]
        file = files.refer(reference, f"{path}.file")
        table.value["rows"] = read_table_csv(files, file, reference, columns, path)
