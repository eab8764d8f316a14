"""Reading scenario files: strict YAML and CSV, every value with its file and line.

YAML is read event by event into `Node` trees, so that each value knows where it was written
and the traps of YAML (``no`` for Norway, ``1e-3`` as text, duplicate keys, aliases) are
refused instead of guessed. Models that a case extends are merged before validation.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from simcore.errors import Problem, counted, nearest, shown

#: Sections that merge entry by entry, and that may be kept in files of their own.
NAMED_SECTIONS = (
    "parameters", "tables", "domains", "actors", "prices", "outcomes", "interventions", "strategies", "sources",
)  # fmt: skip
_MAX_DEPTH = 40
_MAX_BYTES = 100_000_000

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 40
_LARGEST_NUMBER = 1e300
_POWER = "([eE][-+]?[0-9]+)?"
_TRAPS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"yes|no|on|off|y|n", re.I), "true or false, or text in quotes", "YAML readers disagree about {0}"),
    (re.compile(r"true|false|null|~", re.I), "true, false or null in small letters", "write {1}"),
    (re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+"), "a number with a decimal point", "YAML reads {0} as text; write {2}"),
    (re.compile(rf"[-+]?0[0-9]+(\.[0-9]*)?{_POWER}"), "a number without leading zeros", "YAML may read {0} as octal"),
    (re.compile(rf"[-+]?(?=[0-9.]*_)[0-9.][0-9_]*(\.[0-9_]*)?{_POWER}"), "a number without underscores", "write {3}"),
    (
        re.compile(r"[-+]?[0-9][0-9_]*(:[0-9]{1,2})+(\.[0-9_]*)?"),
        "a number, or text in quotes", "YAML may read {0} as a time",
    ),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"), "a year, or text in quotes", "YAML may read {0} as a date"),
    (re.compile(r"[-+]?\.(inf|nan)|nan|[-+]?inf", re.I), "a finite number, or text in quotes", ""),
    (re.compile(r"[-+]?0[xob][0-9a-f_]+", re.I), "a decimal number, or text in quotes", ""),
    (re.compile(rf"[-+]?(\.[0-9]+|[0-9]+\.){_POWER}"), "digits on both sides of the decimal point", "write {4}"),
    (re.compile(rf"\+[0-9.]+{_POWER}"), "a number without +", "write {4}"),
    (re.compile(r"[-+]?[0-9]+,[0-9]+"), "a number with a decimal point", "write {5}, or put the text in quotes"),
)  # fmt: skip


@dataclass
class Node:
    """A value of a file and the place where it was written.

    A value that could not be read is None and `lost`: the problem has been noted, and what
    follows from its absence is not worth another one.
    """

    value: Any
    file: str
    line: int
    lost: bool = False

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def places(self, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], tuple[str, int]]]:
        """Every path below this node with its file and line."""
        for below, node in self.walk(path):
            yield below, (node.file, node.line)

    def walk(self, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Node]]:
        """Every path below this node with its node, this one first."""
        yield path, self
        children: Iterable[tuple[Any, Node]] = ()
        if isinstance(self.value, dict):
            children = self.value.items()
        elif isinstance(self.value, list):
            children = enumerate(self.value)
        for key, node in children:
            yield from node.walk((*path, key))


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

    def text(self, file: str, asked_by: Node | None, path: str = "") -> str:
        """Return the text of `file`; `asked_by` is the entry that names it, at `path`."""
        if file not in self.texts:
            at = (asked_by.file, asked_by.line) if asked_by else (file, 0)
            try:
                self.texts[file] = self.read(file)
            except UnicodeDecodeError as error:
                line = error.object[: error.start].count(b"\n") + 1
                raise UnreadableError(
                    Problem(
                        file,
                        line,
                        "",
                        "letters that are not UTF-8",
                        "a UTF-8 text file",
                        "save it as UTF-8 in the editor, or as CSV UTF-8 in the spreadsheet",
                    )
                ) from None
            except (OSError, KeyError) as error:
                reason, hint = str(getattr(error, "strerror", None) or error), ""
                if isinstance(error, FileNotFoundError | NotADirectoryError | KeyError):
                    reason, hint = "no such file", _near_file(file)
                elif isinstance(error, IsADirectoryError):
                    reason = "a folder"
                found = f"{file}: {reason}"
                raise UnreadableError(Problem(*at, path, found, "a file that can be read", hint)) from None
        return self.texts[file]

    def refer(self, node: Node, path: str) -> str:
        """Return the path of a file that the entry at `path` names, relative to the file it stands in."""
        name = node.value
        if node.lost:
            raise UnreadableError(next(p for p in self.problems if (p.file, p.line) == (node.file, node.line)))
        if not isinstance(name, str) or not name:
            raise UnreadableError(Problem(node.file, node.line, path, shown(node.plain()), "the name of a file"))
        if os.path.isabs(name) or "\x00" in name:
            allowed = "a file name relative to the file it is written in"
            raise UnreadableError(Problem(node.file, node.line, path, shown(name), allowed))
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
    folder, name = os.path.split(file)
    try:
        near = nearest(name, sorted(os.listdir(folder or ".")))
    except OSError:
        return f"there is no folder {folder}"
    return f"did you mean '{os.path.join(folder, near)}'?" if near else ""


def content_hash(files: dict[str, str]) -> str:
    """SHA-256 of all files of a scenario, names included."""
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name, text):
            encoded = part.encode()
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


# --- YAML ----------------------------------------------------------------------------------


#: Characters that YAML does not take.
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: What the YAML reader says -> found, allowed, hint; and whether the trouble begins further up.
_YAML_WORDS: tuple[tuple[str, bool, str, str, str], ...] = (
    (
        "mapping values are not allowed", False, "a colon too many, or a line that begins too far to the right",
        "one 'name: value' on a line", "a text with a colon in it needs quotes; fields of an entry begin in one column",
    ),
    (
        "could not find expected ':'", True, "a line without a colon and a space", "'name: value'",
        "a space belongs after the colon",
    ),
    ("',' or '}'", True, "a { that is not closed, or a missing comma", "{name: value, name: value}", ""),
    ("expected node content", False, "a comma or bracket with nothing before it", "[value, value]", ""),
    ("',' or ']'", True, "a [ that is not closed, or a missing comma", "[value, value]", ""),
    ("unexpected end of stream", True, "a quote that is not closed", "a text between two quotes", ""),
    ("unexpected document indicator", True, "a quote that is not closed", "a text between two quotes", ""),
    (
        "expected key", False, "a line that begins in a column where no entry begins, or text after a closing quote",
        "'name: value'", "fields of an entry begin in one column",
    ),
    (
        "expected '-' indicator", False, "a line that begins where the list began, without a -",
        "'- value' for each part of a list", "fields of an entry begin in one column",
    ),
    (
        "block sequence entries are not allowed", False, "a - where no list can begin",
        "a list on the lines below its name, or [value, value]", "",
    ),
    ("expected <document start>", False, "a line that does not fit with those above", "'name: value'", ""),
    (
        "escape", False, "a backslash in a text in double quotes", "a text in single quotes",
        "in double quotes a backslash has a meaning of its own",
    ),
    (
        "alphabetic or numeric", False, "a * or & at the beginning of a value", "a value",
        "put a text that begins with * or & in quotes",
    ),
    ("comment or line break", False, "text in the line of a > or |", "text on the lines below it", ""),
    ("tag", False, "a ! at the beginning of a value", "a value", "put a text that begins with ! in quotes"),
    ("tab character", False, "a tab", "spaces", "the editor can turn tabs into spaces"),
)  # fmt: skip


def _yaml_problem(error: yaml.YAMLError, file: str, text: str) -> Problem:
    """Say in our words what the YAML reader does not understand."""
    said = str(getattr(error, "problem", None) or error)
    mark, above = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if "cannot start any token" in said and mark is not None:
        character = text.splitlines()[mark.line][mark.column : mark.column + 1]
        if character == "\t":
            return Problem(file, mark.line + 1, "", "a tab", "spaces", "the editor can turn tabs into spaces")
        found, hint = f"{character} at the beginning of a value", f"put a text that begins with {character} in quotes"
        return Problem(file, mark.line + 1, "", found, "a value", hint)
    for key, begins_above, *words in _YAML_WORDS:
        if key in said:
            where = above if begins_above and above is not None else mark
            return Problem(file, where.line + 1 if where is not None else 0, "", *words)
    hint = "often a missing space after ':' or '-', a missing quote or a wrong indentation"
    return Problem(file, mark.line + 1 if mark is not None else 0, "", "something that is not YAML", "YAML", hint)


def read_yaml(files: Files, file: str, asked_by: Node | None = None, path: str = "") -> Node:
    """Read a YAML file strictly.

    Problems inside the file are added to `files.problems`; the values concerned are left out.

    Raises
    ------
    UnreadableError
        The file is missing, is not text or is not YAML.
    """
    text = files.text(file, asked_by, path)
    odd = _NOT_YAML.search(text)
    if odd is not None:
        line = text.count("\n", 0, odd.start()) + 1
        raise UnreadableError(Problem(file, line, "", f"a control character ({odd[0]!a})", "text that can be printed"))
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _Builder(file, files.problems, events).document()
    except yaml.YAMLError as error:
        raise UnreadableError(_yaml_problem(error, file, text)) from None


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

    def lost(self, event: Any, found: str, allowed: str, hint: str = "", path: str = "") -> Node:
        """Note a problem, and return a node without value."""
        self.problem(event, found, allowed, hint, path)
        return Node(None, self.file, event.start_mark.line + 1, lost=True)

    def node(self, event: Any, path: str, depth: int) -> Node:
        line = event.start_mark.line + 1
        if depth > _MAX_DEPTH:
            where = re.split(r"[.\[]", path)[0]
            raise UnreadableError(
                Problem(self.file, line, where, f"more than {_MAX_DEPTH} levels, one in the other", "a flatter file")
            )
        if isinstance(event, yaml.AliasEvent):
            return self.lost(event, f"*{event.anchor}", "the value itself", "aliases are not used here", path)
        if event.anchor is not None:
            self.problem(event, f"&{event.anchor}", "a value without anchor", "anchors are not used here", path)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path)
        if event.tag is not None:
            self.problem(event, _tag(event), "a value without tag", "tags are not used here", path)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            for item in self.until(yaml.SequenceEndEvent):
                items.append(self.node(item, f"{path}[{len(items)}]", depth + 1))
            return Node(items, self.file, line)
        entries: dict[Any, Node] = {}
        for key_event in self.until(yaml.MappingEndEvent):
            if event.flow_style and entries and _is_digits(key_event):
                following = next(self.events)
                before = next(reversed(entries))
                if _is_empty(following) and type(entries[before].value) is int:
                    found = f"{entries[before].value},{key_event.value}"
                    hint = f"write {found.replace(',', '.')}, or put the text in quotes"
                    below = f"{path}.{before}" if path else str(before)
                    entries[before] = self.lost(key_event, found, "a number with a decimal point", hint, below)
                    continue
                self.events = itertools.chain([following], self.events)
            key_node = self.node(key_event, path, depth + 1)
            key = key_node.value
            name = shown(key_node.plain())
            below = f"{path}.{name}" if path else name
            value = self.node(next(self.events), below, depth + 1)
            if isinstance(key, bool) or not isinstance(key, str | int):
                if not key_node.lost:
                    self.problem(key_event, shown(key_node.plain()), "a name before the colon", path=path)
                if isinstance(key_event, yaml.ScalarEvent):
                    entries.setdefault(key_event.value, Node(None, self.file, key_node.line, lost=True))
                continue
            if key in entries:
                first = entries[key].line
                self.problem(key_event, f"'{key}' a second time (first in line {first})", "each name once", path=below)
                continue
            # A value on lines below its key is reported at the key.
            entries[key] = Node(value.value, self.file, key_node.line, value.lost)
        return Node(entries, self.file, line)

    def until(self, end: type) -> Iterator[Any]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield event

    def scalar(self, event: Any, path: str) -> Node:
        text: str = event.value
        if event.tag is not None:
            return self.lost(event, _tag(event), "a value without tag", "tags are not used here", path)
        value: Any = text
        if not event.implicit[0]:
            pass  # quoted
        elif text in ("", "null", "~"):
            value = None
        elif text in ("true", "false"):
            value = text == "true"
        elif _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
            if len(text) > _LONGEST_NUMBER:
                allowed = f"a number of at most {_LONGEST_NUMBER} characters"
                return self.lost(event, shown(text, 30), allowed, path=path)
            value = int(text) if _INTEGER.fullmatch(text) else float(text)
            if abs(value) > _LARGEST_NUMBER:
                return self.lost(event, text, f"a number below {_LARGEST_NUMBER:g}", path=path)
        else:
            for pattern, allowed, hint in _TRAPS:
                if pattern.fullmatch(text):
                    words = (
                        text, text.lower(), _as_decimal(text), text.replace("_", ""), _both_sides(text),
                        text.replace(",", "."),
                    )  # fmt: skip
                    return self.lost(event, text, allowed, hint.format(*words), path)
        return Node(value, self.file, event.start_mark.line + 1)


def _tag(event: Any) -> str:
    return str(event.tag).replace("tag:yaml.org,2002:", "!!")


def _is_digits(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.implicit[0] and re.fullmatch("[0-9]+", event.value) is not None


def _is_empty(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.value == ""


def _both_sides(text: str) -> str:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text.lstrip("+"))
    digits = re.sub(r"\.(?=[eE])", ".0", digits).rstrip(".")
    return sign + ("0" if digits.startswith(".") else "") + digits


def _as_decimal(text: str) -> str:
    try:
        return f"{float(text):.12f}".rstrip("0").rstrip(".") if abs(float(text)) < 1e12 else "it in full"
    except (ValueError, OverflowError):
        return "it in full"


# --- CSV -----------------------------------------------------------------------------------


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
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        words = next((words for key, *words in _CSV_WORDS if key in str(error)), ["something else", "a CSV file"])
        raise UnreadableError(Problem(file, line, "", *words)) from None
    if not rows:
        raise UnreadableError(Problem(file, 0, "", "an empty file", "a header and rows"))
    header = rows[0][1]
    twice = sorted({column for column in header if header.count(column) > 1 and column})
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
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) or len(text) > _LONGEST_NUMBER:
        return None
    value = float(text)
    return value if abs(value) <= _LARGEST_NUMBER else None


_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
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
    """Read the rows of a table: the columns named in `by` are keys, the column 'value' holds the values."""
    header, rows, decimal_comma = csv_rows(files, file, asked_by, f"{path}.file")
    wanted = [*by, "value"]
    if set(header) != set(wanted):
        found, allowed = f"the columns {', '.join(header)}", f"the columns {', '.join(wanted)}"
        files.problems.append(Problem(file, 1, path, found, allowed, "by names the keys, value is the number"))
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
        if isinstance(table.value, dict):
            try:
                _read_rows(files, table, f"tables.{name}")
            except UnreadableError as error:
                files.problems.append(error.problem)
    return tree


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
            tree.value[section] = _section(files, section, tree.value[section])
    extends = tree.value.pop("extends", None)
    if extends is None:
        return tree
    bases = extends.value if isinstance(extends.value, list) else [extends]
    merged: Node | None = None
    for base in bases:
        model = _read_extended(files, files.refer(base, "extends"), base, (*above, file))
        merged = model if merged is None else merge(merged, model)
    return tree if merged is None else merge(merged, tree)


_ENTRIES = "entries by name, or the name of a file"


def _section(files: Files, section: str, node: Node) -> Node:
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
