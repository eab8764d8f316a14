"""Strict YAML: read event by event into `Node` trees, the traps of YAML refused instead of guessed.

The traps are ``no`` for Norway, ``1e-3`` as text, duplicate keys, aliases and their like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from simcore.errors import NOT_TEXT, Problem, shown
from simcore.scenario.limits import (
    DEEPEST,
    LARGEST_NUMBER,
    LONGEST_NAME,
    LONGEST_NUMBER,
    LONGEST_TEXT,
    MOST_VALUES,
    SMALLEST_NUMBER,
)
from simcore.scenario.nodes import Files, Node, UnreadableError
from simcore.scenario.yaml_words import yaml_problem

#: Where decimal numbers may stand in front of the colon: the quantiles of a distribution, by their level.
_BY_LEVEL = re.compile(r"(.*\.)?distribution\.(.*\.)?quantiles")
#: Characters of what stands before a colon: the name of an entry, or a move between two states.
_LONGEST_KEY = 4 * LONGEST_NAME
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][+-]?[0-9]+)?")
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


def read_yaml(files: Files, file: str, asked_by: Node | None = None, path: str = "") -> Node:
    """Read a YAML file strictly.

    Problems inside the file are added to `files.problems`; the values concerned are left out.

    Raises
    ------
    UnreadableError
        The file is missing, is not text or is not YAML.
    """
    text = files.text(file, asked_by, path)
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _Builder(file, files, events).document()
    except yaml.YAMLError as error:
        raise UnreadableError(yaml_problem(error, file, text)) from None


class _Builder:
    """Turns YAML events into nodes."""

    def __init__(self, file: str, files: Files, events: Iterator[Any]) -> None:
        self.file, self.files, self.problems, self.events = file, files, files.problems, self.counted(events)

    def counted(self, events: Iterator[Any]) -> Iterator[Any]:
        """Hand on events, as long as the YAML files of the scenario have not too many of them."""
        for event in events:
            self.files.n_values += 1
            if self.files.n_values > MOST_VALUES:
                found = "more names and values" + (", with the files before it" if len(self.files.texts) > 1 else "")
                allowed = f"at most {MOST_VALUES:,} in all YAML files together"
                hint = "long tables and many parameters are written as CSV files"
                raise UnreadableError(Problem(self.file, event.start_mark.line + 1, "", found, allowed, hint))
            yield event

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
        if depth > DEEPEST:
            where = re.split(r"[.\[]", path)[0]
            raise UnreadableError(
                Problem(self.file, line, where, f"more than {DEEPEST} levels, one in the other", "a flatter file")
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
            following = None  # the value, when it has been looked at
            if event.flow_style and entries and isinstance(key_event, yaml.ScalarEvent) and key_event.implicit[0]:
                following = next(self.events)
                if _is_empty(following) and self.cut_by_comma(entries, key_event, path):
                    continue
            key_node = self.node(key_event, path, depth + 1)
            key = key_node.value
            name = shown(key_node.plain())
            below = f"{path}.{name}" if path else name
            value = self.node(following or next(self.events), below, depth + 1)
            is_level = isinstance(key, float) and _BY_LEVEL.fullmatch(path)
            if isinstance(key, bool) or not (isinstance(key, str | int) or is_level):
                if not key_node.lost:
                    self.problem(key_event, shown(key_node.plain()), "a name before the colon", path=path)
                if isinstance(key_event, yaml.ScalarEvent):
                    entries.setdefault(key_event.value, Node(None, self.file, key_node.line, lost=True))
                continue
            if isinstance(key, str) and len(key) > _LONGEST_KEY:
                allowed = f"at most {_LONGEST_KEY} characters before the colon"
                self.problem(key_event, f"{len(key):,} characters, {name}", allowed, path=path)
                continue
            if key in entries:
                first = entries[key].line
                self.problem(key_event, f"'{name}' a second time (first in line {first})", "each name once", path=below)
                continue
            # A value on lines below its key is reported at the key.
            entries[key] = Node(value.value, self.file, key_node.line, value.lost)
        return Node(entries, self.file, line)

    def cut_by_comma(self, entries: dict[Any, Node], key_event: Any, path: str) -> bool:
        """Tell whether a key without value belongs to the value before it: ``0,5``, or ``max(0, age)``."""
        before = next(reversed(entries))
        value, below = entries[before].value, f"{path}.{before}" if path else str(before)
        if type(value) is int and re.fullmatch("[0-9]+", key_event.value):
            found = f"{value},{key_event.value}"
            hint = f"write {found.replace(',', '.')}, or put the text in quotes"
            entries[before] = self.lost(key_event, found, "a number with a decimal point", hint, below)
            return True
        if isinstance(value, str) and value.count("(") > value.count(")"):
            whole = f"{value}, {key_event.value}"
            entries[before] = Node(whole, self.file, entries[before].line)
            if whole.count("(") <= whole.count(")") or len(whole) > LONGEST_TEXT:
                allowed, hint = "a text in quotes", "inside { } a comma begins the next field, unless it is in quotes"
                entries[before] = self.lost(key_event, shown(whole), allowed, hint, below)
            return True
        return False

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
        odd = NOT_TEXT.search(text)  # a backslash in quotes can write any
        if odd is not None:
            found, allowed = f"a control character ({odd[0]!a})", "text that can be printed"
            return self.lost(event, found, allowed, path=path)
        if len(text) > LONGEST_TEXT:
            found, allowed = f"{len(text):,} characters, {shown(text, 30)}", f"at most {LONGEST_TEXT:,} characters"
            return self.lost(event, found, allowed, path=path)
        if not event.implicit[0]:
            pass  # quoted
        elif text in ("", "null", "~"):
            value = None
        elif text in ("true", "false"):
            value = text == "true"
        elif _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
            if len(text) > LONGEST_NUMBER:
                allowed = f"a number of at most {LONGEST_NUMBER} characters"
                return self.lost(event, shown(text, 30), allowed, path=path)
            value = int(text) if _INTEGER.fullmatch(text) else float(text)
            if abs(value) > LARGEST_NUMBER:
                return self.lost(event, text, f"a number below {LARGEST_NUMBER:g}", path=path)
            if abs(value) < SMALLEST_NUMBER and re.search("[1-9]", re.split("[eE]", text)[0]):
                allowed = f"0, or a number that is not nearer to it than {SMALLEST_NUMBER:g}"
                return self.lost(event, text, allowed, path=path)
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
