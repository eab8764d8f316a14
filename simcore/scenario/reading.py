"""Reading a whole scenario: the file, what it extends and the files of its sections, as one tree.

Models that a case extends are merged before validation, each value with the file and line
where it was written.
"""

from __future__ import annotations

import os
import re
from typing import Any

from simcore.errors import Problem, did_you_mean, shown
from simcore.scenario.csv_files import read_parameters_csv, read_table_csv
from simcore.scenario.joint_files import read_joint_files
from simcore.scenario.nodes import Files, Node, UnreadableError
from simcore.scenario.shipped import is_model, model_file, shipped_models
from simcore.scenario.strict_yaml import read_yaml
from simcore.scenario.value_files import read_value_files

#: Sections that merge entry by entry, and that may be kept in files of their own.
NAMED_SECTIONS = (
    "parameters", "tables", "derived", "domains", "memory", "actors", "prices", "outcomes", "interventions",
    "strategies", "sources", "alternatives", "joint",
)  # fmt: skip
#: Sections that name files of numbers, and the fields that are filled in from them.
FROM_FILES = ("tables", "parameters", "joint", "correlations")
FILLED = ("rows", "names")
_ENTRIES = "entries by name, or the name of a file"
#: What `extends` takes for the name of a shipped model, and not for that of a file.
_PLAIN_NAME = re.compile(r"[^./\\\x00]+")


def read_tree(files: Files, file: str) -> Node:
    """Read a scenario file with all it extends and refers to, merged into one tree.

    Raises
    ------
    UnreadableError
        A file cannot be used at all. Smaller problems are added to `files.problems`.
    """
    tree = _read_extended(files, file, None, ())
    fill_from_files(files, tree)
    return tree


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


def _read_extended(files: Files, file: str, asked_by: Node | None, above: tuple[str, ...]) -> Node:
    if file in above:
        chain = " -> ".join((*above, file))
        at = (asked_by.file, asked_by.line) if asked_by else (file, 0)
        raise UnreadableError(Problem(*at, "extends", chain, "files that do not extend each other in a circle"))
    tree = read_yaml(files, file, asked_by, "extends" if asked_by else "")
    if not isinstance(tree.value, dict) or not tree.value:
        found = "an empty file" if tree.value in (None, {}) else shown(tree.plain())
        allowed = "fields with values: title, population, domains, ..."
        raise UnreadableError(Problem(file, tree.line, "", found, allowed))
    for section in NAMED_SECTIONS:
        if section in tree.value:
            tree.value[section] = read_section(files, section, tree.value[section])
    extends = tree.value.pop("extends", None)
    if extends is None:
        return tree
    bases = extends.value if isinstance(extends.value, list) else [extends]
    merged: Node | None = None
    for base in bases:
        model = _read_extended(files, _extended(files, base), base, (*above, file))
        merged = model if merged is None else merge(merged, model)
    return tree if merged is None else merge(merged, tree)


def _extended(files: Files, node: Node) -> str:
    """Path of what an entry of `extends` names: a file, or the shipped model of that name."""
    name = node.value
    if not isinstance(name, str) or not _PLAIN_NAME.fullmatch(name):
        return files.refer(node, "extends")
    file = model_file(name)
    try:
        known = is_model(files.text(file, node, "extends"))
    except UnreadableError:
        known = False
    if not known:
        models = shipped_models()
        hint = did_you_mean(name, models)
        if os.path.isfile(os.path.join(os.path.dirname(node.file), f"{name}.yaml")):
            hint = f"a file is named with its ending: {name}.yaml"
        allowed = f"a file name with its ending, or a model that ships with simcore: {', '.join(models)}"
        raise UnreadableError(Problem(node.file, node.line, "extends", f"{shown(name)}: no such model", allowed, hint))
    return file


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
            if isinstance(part.value, str) and "." not in part.value:
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
    if file.endswith(".csv") and section == "parameters":
        return read_parameters_csv(files, file, part)
    return read_yaml(files, file, part, section)


def merge(base: Node, case: Node) -> Node:
    """Merge a case over the model it extends.

    Named sections merge entry by entry (an entry of the case replaces the whole entry),
    ``population`` field by field; everything else is replaced.
    """
    merged = dict(base.value)
    for key, node in case.value.items():
        below = merged.get(key)
        both = below is not None and isinstance(below.value, dict) and isinstance(node.value, dict)
        if below is not None and both and key in (*NAMED_SECTIONS, "population"):
            merged[key] = Node({**below.value, **node.value}, node.file, node.line, below.lost or node.lost)
        else:
            merged[key] = node
    return Node(merged, case.file, case.line)
