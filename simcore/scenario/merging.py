"""Changes of a scenario that merge at every depth: those of a case, of an alternative, of a population."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simcore.errors import Problem, did_you_mean, shown
from simcore.scenario.entries import SWEDISH, Entry
from simcore.scenario.evidence import Citation, Evidenced, Table
from simcore.scenario.fields import Path, below, entry_in, fields_of, options, path_text, up_to_date
from simcore.scenario.nodes import Files, Node
from simcore.scenario.persons import Horizon
from simcore.scenario.prices import Accrual
from simcore.scenario.programmes import Fade
from simcore.scenario.sections import FILLED, FROM_FILES, NAMED_SECTIONS, fill_from_files, read_section

#: What a change says instead of a value to leave an entry or a field out.
LEAVE_OUT = "leave_out"
#: What is said of a source, and goes with it.
_OF_A_SOURCE = ("grade", "conversion", "design", "checked_by", "valid_until")
#: Entries that are one value, written with fields: another one takes the place of all of them.
_ONE_VALUE = (Citation, Horizon, Fade, Accrual)


@dataclass
class Merging:
    """Merges changes over a scenario, and collects what is wrong with them.

    Attributes
    ----------
    files
        Reads what changes name.
    kind
        The schema of a scenario.
    prefix
        Where the change is written, before its sections: ``("alternatives", "cheap", "change")``.
    kept
        Paths of what may not change, each with the reason.
    replaced
        Called with the path of every value that another one takes the place of, the old one and the new one.
    problems
        What is wrong with the changes.
    """

    files: Files
    kind: type[Entry]
    prefix: Path
    kept: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    replaced: Callable[[Path, Node, Node], None] | None = None
    problems: list[Problem] = field(default_factory=list)

    def read(self, change: Node) -> Node:
        """Read the files that sections of a change name."""
        before = len(self.files.problems)
        sections = dict(change.value)
        for section, node in change.value.items():
            if section in NAMED_SECTIONS and (section,) not in self.kept and node.value != LEAVE_OUT:
                sections[section] = read_section(self.files, section, node)
        self.take_problems(before)
        return Node(sections, change.file, change.line)

    def over(self, base: Node, change: Node) -> Node:
        """Merge a change over a scenario."""
        return self._entries(base, change, self.kind, ())

    def over_filled(self, base: Node, change: Node) -> Node:
        """Merge a change over a scenario whose numbers have been read from their files; read those that it names."""
        touched = [section for section in FROM_FILES if section in change.value and section in base.value]
        bare = {section: _bare(base.value[section]) for section in touched}
        tree = self.over(Node({**base.value, **bare}, base.file, base.line), change)
        before = len(self.files.problems)
        sections = {section: tree.value[section] for section in touched if section in tree.value}
        fill_from_files(self.files, Node(sections, tree.file, tree.line))
        self.take_problems(before)
        return tree

    def problem(self, node: Node, path: Path, found: object, allowed: str, hint: str = "") -> None:
        """Add a problem of the change, at a path below its sections."""
        where = path_text((*self.prefix, *path))
        self.problems.append(Problem(node.file, node.line, where, shown(found), allowed, hint))

    def take_problems(self, before: int) -> None:
        """Take over what reading the files of this change has found wrong."""
        where = path_text(self.prefix)
        for problem in self.files.problems[before:]:
            self.problems.append(replace(problem, path=f"{where}.{problem.path}"))
        del self.files.problems[before:]

    def refuse_kept(self, change: Node, what: str) -> None:
        """Refuse to change what stays the same, each with its reason, and sections that there are not."""
        sections = [name for name in fields_of(self.kind) if (name,) not in self.kept]
        for section, node in change.value.items():
            if section not in sections and (section,) not in self.kept:
                allowed = f"{what}: {', '.join(sections)}"
                self.problem(node, (section,), section, allowed, did_you_mean(section, sections))
        for path, reason in self.kept.items():
            reached = _reached(change, path)
            if reached is not None:
                self.problem(reached, path, path[-1], f"no other {path[-1]} than the scenario's", reason)

    def _merged(self, base: Node, change: Node, kind: Any, path: Path, *, rows: bool = False) -> Node:
        """Merge a value over that of the scenario."""
        if isinstance(change.value, dict) and isinstance(base.value, list):
            return self._list(base, change, kind, path)
        if isinstance(change.value, dict) and isinstance(base.value, dict) and (rows or _merges(kind)):
            return self._entries(base, change, kind, path)
        if self.replaced is not None:
            self.replaced(path, base, change)
        return self._new(change, path)

    def _new(self, change: Node, path: Path) -> Node:
        if change.value is None and not change.lost:
            self.problem(change, path, None, f"a value, or {LEAVE_OUT}")
        return change

    def _entries(self, base: Node, change: Node, kind: Any, path: Path) -> Node:
        merged = dict(base.value)
        entry = entry_in(kind)
        if entry is not None and issubclass(entry, Evidenced) and "source" in change.value:
            # With another source, what was said of the old one is gone.
            merged = {name: node for name, node in merged.items() if name not in _OF_A_SOURCE}
        if entry is not None:
            merged = up_to_date(merged, change.value)
        gone = base.value.keys() - merged.keys()
        for name, node in change.value.items():
            where = (*path, name)
            if node.value == LEAVE_OUT and (name in gone or (entry is not None and str(name).endswith(SWEDISH))):
                merged.pop(name, None)  # what is out of date may be gone already
                continue
            if node.value == LEAVE_OUT:
                old = merged.pop(name, None)
                if old is not None and self.replaced is not None:
                    self.replaced(where, old, node)
                if old is None:
                    known = [str(of) for of in merged]
                    allowed = f"what the scenario writes here: {', '.join(known)}"
                    self.problem(node, where, f"{LEAVE_OUT} of {name}", allowed, did_you_mean(str(name), known))
            elif name in merged:
                rows = name == "values" and entry_in(kind) is Table
                merged[name] = self._merged(merged[name], node, below(kind, name), where, rows=rows)
            else:
                merged[name] = self._new(node, where)
        return Node(merged, change.file, change.line, base.lost or change.lost)

    def _list(self, base: Node, change: Node, kind: Any, path: Path) -> Node:
        """Merge entries that are named by their number."""
        items, left_out = list(base.value), set()
        for number, node in change.value.items():
            where, length = (*path, number), len(items)
            if not isinstance(number, int) or not 0 <= number < length + (node.value != LEAVE_OUT):
                there = f"of the scenario's entries (0 to {length - 1})" if length else "(the scenario has none)"
                allowed = f"a whole list, or numbers {there}, and {length} for one more"
                self.problem(node, where, number, allowed)
            elif number == length:
                items.append(self._new(node, where))
            elif node.value == LEAVE_OUT:
                left_out.add(number)
            else:
                items[number] = self._merged(items[number], node, below(kind, number), where)
        return Node([item for n, item in enumerate(items) if n not in left_out], change.file, change.line)


def _merges(kind: Any) -> bool:
    """Tell whether a mapping of a kind merges with another: entries by name, or one with several fields."""
    entry = entry_in(kind)
    if entry is not None:
        return entry not in _ONE_VALUE
    for option in options(kind):
        if typing.get_origin(option) is dict:
            names, values = typing.get_args(option)
            named = typing.get_origin(names) is not typing.Literal
            return named and any(typing.get_origin(of) in (dict, list) or entry_in(of) for of in options(values))
    return False


def _reached(change: Node, path: tuple[str, ...]) -> Node | None:
    """What a change says at a path, or of all that is around it."""
    node = change
    for step in path:
        if not isinstance(node.value, dict):
            return node
        if step not in node.value:
            return None
        node = node.value[step]
    return node


def _bare(node: Node) -> Node:
    """A copy without the numbers that were read from files: a change may name another file."""
    if isinstance(node.value, list):
        return Node([_bare(item) for item in node.value], node.file, node.line, node.lost)
    if isinstance(node.value, dict):
        filled = FILLED if "file" in node.value else ()
        fields = {name: _bare(item) for name, item in node.value.items() if name not in filled}
        return Node(fields, node.file, node.line, node.lost)
    return node
