"""Reading scenario files: strict YAML and CSV, every value with its file and line.

YAML is read event by event into `Node` trees, so that each value knows where it was written
and the traps of YAML (``no`` for Norway, ``1e-3`` as text, duplicate keys, aliases) are
refused instead of guessed. Models that a case extends are merged before validation.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from simcore.errors import Problem, did_you_mean, shown

#: Sections that merge entry by entry, and that may be kept in files of their own.
NAMED_SECTIONS = (
    "parameters", "tables", "domains", "actors", "prices", "outcomes", "interventions", "strategies", "sources",
)  # fmt: skip
_MAX_DEPTH = 40
_MAX_BYTES = 100_000_000

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 40
_TRAPS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"yes|no|on|off|y|n", re.I), "true or false, or text in quotes", "YAML readers disagree about {0}"),
    (re.compile(r"true|false|null|~", re.I), "true, false or null in small letters", "write {1}"),
    (re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+"), "a number with a decimal point", "YAML reads {0} as text; write {2}"),
    (re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?"), "a number without leading zeros", "some readers take {0} as octal"),
    (re.compile(r"[-+]?[0-9][0-9]*(_[0-9]+)+(\.[0-9]*)?"), "a number without underscores", "write {3}"),
    (re.compile(r"[-+]?[0-9]+(:[0-9]{1,2})+"), "a number, or text in quotes", "YAML may read {0} as a time"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"), "a year, or text in quotes", "YAML may read {0} as a date"),
    (re.compile(r"[-+]?\.(inf|nan)|nan|[-+]?inf", re.I), "a finite number", ""),
    (re.compile(r"0[xob][0-9a-f]+", re.I), "a decimal number, or text in quotes", ""),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.|\+[0-9.]+)"), "digits on both sides of the decimal point", "write {4}"),
    (re.compile(r"[-+]?[0-9]+,[0-9]+"), "a number with a decimal point", "write {5}, or quote the text"),
)  # fmt: skip


@dataclass
class Node:
    """A value of a file and the place where it was written."""

    value: Any
    file: str
    line: int

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def places(self, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], tuple[str, int]]]:
        """Every path below this node with its file and line."""
        yield path, (self.file, self.line)
        children: Iterable[tuple[Any, Node]] = ()
        if isinstance(self.value, dict):
            children = self.value.items()
        elif isinstance(self.value, list):
            children = enumerate(self.value)
        for key, node in children:
            yield from node.places((*path, key))


class UnreadableError(Exception):
    """A file cannot be used at all; carries the problem that says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_disk(path: str) -> str:
    """Read a text file as UTF-8.

    Raises
    ------
    OSError, UnicodeDecodeError
        As Python raises them; `Files` turns them into problems.
    """
    if os.path.getsize(path) > _MAX_BYTES:
        raise OSError(f"larger than {_MAX_BYTES // 1_000_000} MB")
    return Path(path).read_bytes().decode("utf-8-sig")


@dataclass
class Files:
    """The files of a scenario, read once each; `texts` keeps what was read."""

    read: Callable[[str], str] = read_disk
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def text(self, file: str, asked_by: Node | None) -> str:
        """Return the text of `file`; `asked_by` is the entry that names it."""
        if file not in self.texts:
            at = (asked_by.file, asked_by.line) if asked_by else (file, 0)
            try:
                self.texts[file] = self.read(file)
            except UnicodeDecodeError as error:
                raise UnreadableError(
                    Problem(
                        file,
                        0,
                        "",
                        f"bytes that are not UTF-8 text (byte {error.start})",
                        "a UTF-8 text file",
                        "save it as UTF-8 in the editor or spreadsheet",
                    )
                ) from None
            except (OSError, KeyError) as error:
                reason = (
                    "no such file"
                    if isinstance(error, FileNotFoundError | KeyError)
                    else ("a folder" if isinstance(error, IsADirectoryError) else str(error.strerror or error))
                )
                near = _near_file(file)
                raise UnreadableError(Problem(*at, "", f"{file}: {reason}", "a file that can be read", near)) from None
        return self.texts[file]

    def refer(self, node: Node) -> str:
        """Return the path of a file that an entry names, relative to the file it stands in."""
        name = node.value
        if not isinstance(name, str) or not name:
            raise UnreadableError(Problem(node.file, node.line, "", shown(name), "the name of a file"))
        if os.path.isabs(name) or "\x00" in name:
            raise UnreadableError(Problem(node.file, node.line, "", shown(name), "a file name relative to this file"))
        return os.path.normpath(os.path.join(os.path.dirname(node.file), name))

    def root(self) -> str:
        """The deepest folder that holds all files read."""
        folders = [os.path.dirname(file) or "." for file in self.texts]
        return os.path.commonpath(folders) if folders else "."

    def named(self) -> dict[str, str]:
        """The texts by file name relative to `root`, with forward slashes."""
        root = self.root()
        return {os.path.relpath(file, root).replace(os.sep, "/"): text for file, text in sorted(self.texts.items())}


def _near_file(file: str) -> str:
    folder = os.path.dirname(file) or "."
    try:
        return did_you_mean(os.path.basename(file), os.listdir(folder))
    except OSError:
        return ""


def content_hash(files: dict[str, str]) -> str:
    """SHA-256 of all files of a scenario, names included."""
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name, text):
            encoded = part.encode()
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


# --- YAML ----------------------------------------------------------------------------------


def read_yaml(files: Files, file: str, asked_by: Node | None = None) -> Node:
    """Read a YAML file strictly.

    Problems inside the file are added to `files.problems`; the values concerned are left out.

    Raises
    ------
    UnreadableError
        The file is missing, is not text or is not YAML.
    """
    text = files.text(file, asked_by)
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        builder = _Builder(file, files.problems, events)
        return builder.document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        raise UnreadableError(
            Problem(
                file,
                mark.line + 1 if mark else 0,
                "",
                what,
                "YAML that can be read",
                "often a missing space after ':' or '-', a missing quote or a wrong indentation",
            )
        ) from None


class _Builder:
    """Turns YAML events into nodes."""

    def __init__(self, file: str, problems: list[Problem], events: Iterator[Any]) -> None:
        self.file, self.problems, self.events = file, problems, events

    def document(self) -> Node:
        node: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    self.problem(event, "a second document", "one document per file", "remove the line ---")
                    break
                node = self.node(next(self.events), "", 0)
        return node or Node({}, self.file, 1)

    def problem(self, event: Any, found: str, allowed: str, hint: str = "", path: str = "") -> None:
        self.problems.append(Problem(self.file, event.start_mark.line + 1, path, found, allowed, hint))

    def node(self, event: Any, path: str, depth: int) -> Node:
        line = event.start_mark.line + 1
        if depth > _MAX_DEPTH:
            raise UnreadableError(
                Problem(self.file, line, path[:80], f"more than {_MAX_DEPTH} levels", "a flatter file")
            )
        if isinstance(event, yaml.AliasEvent):
            self.problem(event, f"*{event.anchor}", "the value itself", "anchors and aliases are not used here", path)
            return Node(None, self.file, line)
        if event.anchor is not None or event.tag is not None:
            what = f"&{event.anchor}" if event.anchor is not None else str(event.tag)
            self.problem(event, what, "a plain value", "anchors, aliases and tags are not used here", path)
        if isinstance(event, yaml.ScalarEvent):
            return Node(self.scalar(event, path), self.file, line)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            for item in self.until(yaml.SequenceEndEvent):
                items.append(self.node(item, f"{path}[{len(items)}]", depth + 1))
            return Node(items, self.file, line)
        entries: dict[Any, Node] = {}
        for key_event in self.until(yaml.MappingEndEvent):
            key_node = self.node(key_event, path, depth + 1)
            key = key_node.value
            below = f"{path}.{key}" if path else str(key)
            value = self.node(next(self.events), below, depth + 1)
            if isinstance(key, bool) or not isinstance(key, str | int):
                if key is not None or not isinstance(key_event, yaml.ScalarEvent) or key_event.value in ("", "null"):
                    self.problem(key_event, shown(key), "a name before the colon", path=path)
                continue
            if key in entries:
                first = entries[key].line
                self.problem(key_event, f"'{key}' a second time (first in line {first})", "each name once", path=below)
                continue
            # A value on lines below its key is reported at the key.
            entries[key] = Node(value.value, self.file, key_node.line)
        return Node(entries, self.file, line)

    def until(self, end: type) -> Iterator[Any]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield event

    def scalar(self, event: Any, path: str) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text  # quoted
        if text in ("", "null", "~"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if len(text) <= _LONGEST_NUMBER:
            if _INTEGER.fullmatch(text):
                return int(text)
            if _DECIMAL.fullmatch(text):
                return float(text)
        elif _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
            self.problem(event, shown(text, 30), f"a number of at most {_LONGEST_NUMBER} characters", path=path)
            return None
        for pattern, allowed, hint in _TRAPS:
            if pattern.fullmatch(text):
                words = (
                    text, text.lower(), _as_decimal(text), text.replace("_", ""),
                    ("0" + text if text.startswith(".") else text.rstrip(".").lstrip("+")), text.replace(",", "."),
                )  # fmt: skip
                self.problem(event, text, allowed, hint.format(*words), path)
                return None
        return text


def _as_decimal(text: str) -> str:
    try:
        return f"{float(text):.12f}".rstrip("0").rstrip(".") if abs(float(text)) < 1e12 else "it in full"
    except (ValueError, OverflowError):
        return "it in full"


# --- CSV -----------------------------------------------------------------------------------


def csv_rows(files: Files, file: str, asked_by: Node) -> tuple[list[str], list[tuple[int, list[str]]], bool]:
    """Read a CSV file: header, rows with their line, and whether decimals are written with a comma.

    Commas, semicolons and tabs separate; a file with semicolons or tabs may use decimal commas, as
    spreadsheets in Swedish write them. Empty rows are passed over.
    """
    text = files.text(file, asked_by)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[tuple[int, list[str]]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise UnreadableError(Problem(file, reader.line_num, "", str(error), "a CSV file")) from None
    if not rows:
        raise UnreadableError(Problem(file, 0, "", "an empty file", "a header and rows"))
    header = rows[0][1]
    for number, (line, cells) in enumerate(rows[1:]):
        if len(cells) > len(header) and not any(cells[len(header) :]):
            rows[number + 1] = (line, cells[: len(header)])
        elif len(cells) != len(header):
            files.problems.append(
                Problem(
                    file,
                    line,
                    "",
                    f"{len(cells)} cells",
                    f"{len(header)} cells, one per column",
                    "a text with a comma in it needs quotes",
                )
            )
    return header, [row for row in rows[1:] if len(row[1]) == len(header)], delimiter != ","


def csv_number(text: str, decimal_comma: bool) -> float | None:
    """Read a number of a CSV cell; None when it is none."""
    if decimal_comma and re.fullmatch(r"-?[0-9]+,[0-9]+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) or len(text) > _LONGEST_NUMBER:
        return None
    value = float(text)
    return value if abs(value) < 1e300 else None


_NUMBERS = (
    "value", "mean", "median", "sd", "low_95", "high_95", "min", "mode", "max", "alpha", "beta", "shape", "scale",
    "log_mean", "log_sd", "events", "of",
)  # fmt: skip
_CITATION = ("work", "where", "as_printed", "assumption")
_WHOLE = ("price_year", "valid_until")
PARAMETER_COLUMNS = (
    "name", "about", "distribution", *_NUMBERS, "unit", *_WHOLE[:1], *_CITATION, "conversion", "grade", "evidence",
    "valid_until", "checked_by",
)  # fmt: skip


def read_parameters_csv(files: Files, file: str, asked_by: Node) -> Node:
    """Read parameters from a CSV file: one row each, columns as in `PARAMETER_COLUMNS`."""
    header, rows, decimal_comma = csv_rows(files, file, asked_by)
    for column in header:
        if column not in PARAMETER_COLUMNS:
            files.problems.append(
                Problem(
                    file,
                    1,
                    column,
                    "a column parameters do not have",
                    ", ".join(PARAMETER_COLUMNS),
                    did_you_mean(column, PARAMETER_COLUMNS),
                )
            )
    if "name" not in header:
        raise UnreadableError(Problem(file, 1, "", "no column 'name'", ", ".join(PARAMETER_COLUMNS)))
    entries: dict[Any, Node] = {}
    for line, cells in rows:
        row = {column: cell for column, cell in zip(header, cells, strict=True) if cell}
        name = row.pop("name", "")
        if name in entries:
            files.problems.append(
                Problem(file, line, f"parameters.{name}", "this name a second time", "each name once")
            )
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
                files.problems.append(Problem(file, line, f"{path}.{column}", row[column], "a number"))
            else:
                given[column] = node(number)
    if "low_95" in given and "high_95" in given:
        given["interval_95"] = node([given.pop("low_95"), given.pop("high_95")])
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
    """Read the rows of a table: the columns named in `by` are keys, the column 'value' holds the values."""
    header, rows, decimal_comma = csv_rows(files, file, asked_by)
    wanted = [*by, "value"]
    for column in sorted(set(wanted) ^ set(header)):
        found = f"no column '{column}'" if column in wanted else f"a column '{column}'"
        files.problems.append(Problem(file, 1, path, found, f"the columns {', '.join(wanted)}"))
    if set(header) != set(wanted):
        return Node([], file, 1)
    nodes = []
    for line, cells in rows:
        row = dict(zip(header, cells, strict=True))
        number = csv_number(row["value"], decimal_comma)
        keys = {
            key: Node(int(row[key]) if re.fullmatch(r"[0-9]{1,9}", row[key]) else row[key], file, line) for key in by
        }
        value = row["value"] if number is None else number
        nodes.append(Node({"keys": Node(keys, file, line), "value": Node(value, file, line)}, file, line))
    return Node(nodes, file, 1)


# --- the whole scenario ------------------------------------------------------------------------


def read_tree(files: Files, file: str) -> Node:
    """Read a scenario file with all it extends and refers to, merged into one tree.

    Raises
    ------
    UnreadableError
        A file cannot be used at all. Smaller problems are added to `files.problems`.
    """
    tree = _read_extended(files, file, None, ())
    tables = tree.value.get("tables")
    for name, table in tables.value.items() if tables is not None and isinstance(tables.value, dict) else ():
        if isinstance(table.value, dict) and "file" in table.value:
            by = table.value.get("by")
            if by is None or not isinstance(by.value, list):
                continue  # reported by the schema
            reference = table.value["file"]
            columns = [str(column.value) for column in by.value]
            table.value["rows"] = read_table_csv(files, files.refer(reference), reference, columns, f"tables.{name}")
    return tree


def _read_extended(files: Files, file: str, asked_by: Node | None, above: tuple[str, ...]) -> Node:
    if file in above:
        chain = " -> ".join((*above, file))
        at = (asked_by.file, asked_by.line) if asked_by else (file, 0)
        raise UnreadableError(Problem(*at, "extends", chain, "files that do not extend each other in a circle"))
    tree = read_yaml(files, file, asked_by)
    if not isinstance(tree.value, dict):
        raise UnreadableError(Problem(file, tree.line, "", shown(tree.plain()), "fields with values, 'title: ...'"))
    for section in NAMED_SECTIONS:
        if section in tree.value:
            tree.value[section] = _section(files, section, tree.value[section])
    extends = tree.value.pop("extends", None)
    if extends is None:
        return tree
    bases = extends.value if isinstance(extends.value, list) else [extends]
    merged: Node | None = None
    for base in bases:
        model = _read_extended(files, files.refer(base), base, (*above, file))
        merged = model if merged is None else merge(merged, model)
    return tree if merged is None else merge(merged, tree)


def _section(files: Files, section: str, node: Node) -> Node:
    """Load a section that is a file name, or a list of file names and mappings."""
    parts = node.value if isinstance(node.value, list) else [node]
    if all(isinstance(part.value, dict) for part in parts) and not isinstance(node.value, list):
        return node
    entries: dict[Any, Node] = {}
    for part in parts:
        loaded = part
        if isinstance(part.value, str):
            file = files.refer(part)
            if file.endswith(".csv") and section == "parameters":
                loaded = read_parameters_csv(files, file, part)
            else:
                loaded = read_yaml(files, file, part)
        if not isinstance(loaded.value, dict):
            files.problems.append(
                Problem(
                    loaded.file, loaded.line, section, shown(loaded.plain()), "entries by name, or the name of a file"
                )
            )
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
    return Node(entries, node.file, node.line)


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
            merged[key] = Node({**below.value, **node.value}, node.file, node.line)
        else:
            merged[key] = node
    return Node(merged, case.file, case.line)
