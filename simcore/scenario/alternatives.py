"""Named alternatives of a scenario: other structural assumptions, each a change of the scenario as it stands.

An alternative is a scenario of its own, read, checked and run like any other. It answers "what if the model were
another one?", which no distribution of a figure says: so alternatives are shown side by side, and never mixed.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from simcore.errors import Problem, did_you_mean, shown
from simcore.scenario.entries import Entry, Text
from simcore.scenario.evidence import Citation, Table
from simcore.scenario.fields import Path, below, entry_in, fields_of, options, path_text
from simcore.scenario.nodes import Files, Node
from simcore.scenario.persons import Horizon
from simcore.scenario.prices import Accrual
from simcore.scenario.programmes import Fade
from simcore.scenario.reading import FILLED, FROM_FILES, NAMED_SECTIONS, fill_from_files, read_section

#: How the scenario itself is called beside its alternatives.
AS_IT_STANDS = "as_it_stands"
#: What a change says instead of a value to leave an entry or a field out.
LEAVE_OUT = "leave_out"
_SAME_LUCK = "all alternatives are run with the same draws, persons and luck, so that only what they assume differs"
_SAME_QUESTION = "alternatives are other answers to the same question: for the same actors, of the same strategies"
_SAME_MONEY = "amounts of all alternatives are compared, so they are counted in the same money"
_NO_ASSUMPTION = "it assumes nothing of the world; 'about' says what the alternative assumes"
#: What an alternative may not change, and why.
KEPT: dict[tuple[str, ...], str] = {
    ("extends",): "an alternative changes the scenario that it stands in",
    ("alternatives",): "an alternative has no alternatives",
    **dict.fromkeys([("title",), ("question",), ("about",), ("illustrative",), ("groups",)], _NO_ASSUMPTION),
    **dict.fromkeys([("draws",), ("seed",), ("sampling",), ("population", "persons")], _SAME_LUCK),
    **dict.fromkeys([("actors",), ("strategies",), ("comparator",)], _SAME_QUESTION),
    **dict.fromkeys([("money", "currency"), ("money", "price_year"), ("population", "cohorts")], _SAME_MONEY),
}
_KEPT_SECTIONS = [path[0] for path in KEPT if len(path) == 1]
#: Entries that are one value, written with fields: another one takes the place of all of them.
_ONE_VALUE = (Citation, Horizon, Fade, Accrual)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Alternative(Entry):
    """Other assumptions, run side by side with the scenario as it stands.

    `change` has the sections of a scenario and merges at every depth: ``{discount: {money: 0.05}}`` changes nothing
    else. Entries of a list are named by number from 0, ``effects: {0: {years: [1, 5]}}``, the next number being one
    more. ``leave_out`` instead of a value leaves an entry or a field out. What is one value is replaced as a whole: a
    distribution, source, condition, horizon or fade, and shares.
    """

    about: Text = Field(description="what is assumed instead, in a sentence")
    change: Annotated[
        dict[str, object],
        Field(min_length=1),
        WithJsonSchema({"type": "object", "minProperties": 1, "propertyNames": {"not": {"enum": _KEPT_SECTIONS}}}),
    ] = Field(description="what differs, in the sections of a scenario; 'leave_out' leaves an entry or a field out")


@dataclass
class Changed:
    """A scenario as changed by one of its alternatives.

    Attributes
    ----------
    name
        Of the alternative.
    tree
        The whole scenario, changed.
    place
        Where the change is written.
    lines
        Every file and line of the change.
    problems
        What is wrong with the change itself.
    """

    name: str
    tree: Node
    place: tuple[str, int]
    lines: frozenset[tuple[str, int]]
    problems: list[Problem] = field(default_factory=list)

    @property
    def suffix(self) -> str:
        """What is said behind a path of the scenario that the change makes wrong."""
        return f" (with alternatives.{self.name})"

    def call(self, path: str, place: tuple[str, int]) -> str:
        """Name a path of the changed scenario, by the place where its value is written."""
        if place in self.lines:
            return f"alternatives.{self.name}.change.{path}"
        return f"{path}{self.suffix}"

    def plain(self, warning: str) -> str:
        """A warning without its place, and as the scenario itself would call its path."""
        path = warning.split("  ", 1)[-1].removeprefix(f"alternatives.{self.name}.change.")
        return path.replace(self.suffix, "", 1)

    def told(self, problem: Problem) -> Problem:
        """A problem, with a hint where a field has come to stand beside another one that it was to replace."""
        if not problem.hint and (problem.found == "both" or problem.allowed.startswith("exactly one of")):
            hint = f"what the scenario says stays, unless it is left out: 'name: {LEAVE_OUT}'"
            return replace(problem, hint=hint)
        return problem

    def no_change(self) -> Problem:
        """The problem of a change that changes nothing."""
        path, allowed = f"alternatives.{self.name}.change", "something that differs from it"
        return Problem(*self.place, path, "what the scenario says already", allowed)


def changed_trees(files: Files, tree: Node, scenario: type[Entry]) -> Iterator[Changed]:
    """Merge each alternative of a scenario over it.

    Parameters
    ----------
    files
        Reads what the changes name.
    tree
        The scenario, of correct form.
    scenario
        The schema of a scenario.
    """
    alternatives = tree.value.get("alternatives", Node({}, tree.file, tree.line))
    base = Node({name: node for name, node in tree.value.items() if name != "alternatives"}, tree.file, tree.line)
    for name, alternative in alternatives.value.items():
        yield _Merging(files, name, alternative.value["change"], scenario).over(base)


def names_in_changes(tree: Node) -> set[str]:
    """Every name that the changes of a scenario mention: what only an alternative uses is used."""
    alternatives = tree.value.get("alternatives")
    if alternatives is None or not isinstance(alternatives.value, dict):
        return set()
    texts = [
        node.value
        for path, node in alternatives.walk()
        if len(path) > 2 and path[1] == "change" and isinstance(node.value, str)
    ]
    return {name for text in texts for name in _NAME.findall(text)}


def _merges(kind: Any) -> bool:
    """Tell whether a mapping of a kind merges with another: entries by name, or one with several fields."""
    entry = entry_in(kind)
    if entry is not None:
        return entry not in _ONE_VALUE
    for option in options(kind):
        if typing.get_origin(option) is dict:
            names, values = typing.get_args(option)
            named = typing.get_origin(names) is not typing.Literal
            return named and any(typing.get_origin(of) is dict or entry_in(of) for of in options(values))
    return False


class _Merging:
    """Merges one change over a scenario."""

    def __init__(self, files: Files, name: str, change: Node, scenario: type[Entry]) -> None:
        self.files, self.name, self.scenario = files, name, scenario
        self.problems: list[Problem] = []
        before = len(files.problems)
        sections = dict(change.value)
        for section, node in change.value.items():
            if section in NAMED_SECTIONS and (section,) not in KEPT and node.value != LEAVE_OUT:
                sections[section] = read_section(files, section, node)
        self.change = Node(sections, change.file, change.line)
        self._take_problems(before)

    def over(self, base: Node) -> Changed:
        """Merge the change over the scenario."""
        lines = frozenset((node.file, node.line) for _, node in self.change.walk())
        self._refuse_kept()
        tree = base
        if not self.problems:
            bare = {section: _bare(base.value[section]) for section in self._from_files(base)}
            tree = Node({**base.value, **bare}, base.file, base.line)
            tree = self._entries(tree, self.change, self.scenario, ())
            self._fill(tree)
        if self.name == AS_IT_STANDS:
            place = self.change.file, self.change.line
            self.problems.append(
                Problem(*place, f"alternatives.{self.name}", self.name, "a name that is not the scenario's own")
            )
        return Changed(self.name, tree, (self.change.file, self.change.line), lines, self.problems)

    def _problem(self, node: Node, path: Path, found: object, allowed: str, hint: str = "") -> None:
        where = path_text(("alternatives", self.name, "change", *path))
        self.problems.append(Problem(node.file, node.line, where, shown(found), allowed, hint))

    def _take_problems(self, before: int) -> None:
        """Take over what reading the files of this change has found wrong."""
        for problem in self.files.problems[before:]:
            self.problems.append(replace(problem, path=f"alternatives.{self.name}.change.{problem.path}"))
        del self.files.problems[before:]

    def _refuse_kept(self) -> None:
        """Refuse to change what is the same in all alternatives, and sections that there are not."""
        sections = [name for name in fields_of(self.scenario) if (name,) not in KEPT]
        allowed = f"sections that say how the world is: {', '.join(sections)}"
        for section, node in self.change.value.items():
            if section not in sections and (section,) not in KEPT:
                self._problem(node, (section,), section, allowed, did_you_mean(section, sections))
        for path, reason in KEPT.items():
            reached = self._reached(path)
            if reached is not None:
                self._problem(reached, path, path[-1], f"no other {path[-1]} than the scenario's", reason)

    def _reached(self, path: tuple[str, ...]) -> Node | None:
        """What the change says at a path, or of all that is around it."""
        node = self.change
        for step in path:
            if not isinstance(node.value, dict):
                return node
            if step not in node.value:
                return None
            node = node.value[step]
        return node

    def _from_files(self, tree: Node) -> list[str]:
        """Sections with files of numbers that the change touches."""
        return [section for section in FROM_FILES if section in self.change.value and section in tree.value]

    def _fill(self, tree: Node) -> None:
        """Fill in what is in the files that changed sections name."""
        before = len(self.files.problems)
        sections = {section: tree.value[section] for section in self._from_files(tree)}
        fill_from_files(self.files, Node(sections, tree.file, tree.line))
        self._take_problems(before)

    def _merged(self, base: Node, change: Node, kind: Any, path: Path, *, rows: bool = False) -> Node:
        """Merge a value over that of the scenario."""
        if isinstance(change.value, dict) and isinstance(base.value, list):
            return self._list(base, change, kind, path)
        if isinstance(change.value, dict) and isinstance(base.value, dict) and (rows or _merges(kind)):
            return self._entries(base, change, kind, path)
        return self._new(change, path)

    def _new(self, change: Node, path: Path) -> Node:
        if change.value is None and not change.lost:
            self._problem(change, path, None, f"a value, or {LEAVE_OUT}")
        return change

    def _entries(self, base: Node, change: Node, kind: Any, path: Path) -> Node:
        merged = dict(base.value)
        for name, node in change.value.items():
            where = (*path, name)
            if node.value == LEAVE_OUT:
                if merged.pop(name, None) is None:
                    known = [str(of) for of in merged]
                    allowed = f"what the scenario writes here: {', '.join(known)}"
                    self._problem(node, where, f"{LEAVE_OUT} of {name}", allowed, did_you_mean(str(name), known))
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
                self._problem(node, where, number, allowed)
            elif number == length:
                items.append(self._new(node, where))
            elif node.value == LEAVE_OUT:
                left_out.add(number)
            else:
                items[number] = self._merged(items[number], node, below(kind, number), where)
        return Node([item for n, item in enumerate(items) if n not in left_out], change.file, change.line)


def _bare(node: Node) -> Node:
    """A copy without the numbers that were read from files: a change may name another file."""
    if isinstance(node.value, list):
        return Node([_bare(item) for item in node.value], node.file, node.line, node.lost)
    if isinstance(node.value, dict):
        filled = FILLED if "file" in node.value else ()
        fields = {name: _bare(item) for name, item in node.value.items() if name not in filled}
        return Node(fields, node.file, node.line, node.lost)
    return node
