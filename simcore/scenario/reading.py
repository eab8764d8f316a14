"""Reading a whole scenario: the file, what it extends and the files of its sections, as one tree.

Models that a case extends are merged before validation, each value with the file and line
where it was written.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

from simcore.errors import Problem, did_you_mean, shown
from simcore.scenario.entries import Entry
from simcore.scenario.fields import Path, up_to_date
from simcore.scenario.merging import Merging
from simcore.scenario.nodes import Files, Node, UnreadableError
from simcore.scenario.sections import NAMED_SECTIONS, fill_from_files, read_section
from simcore.scenario.shipped import case_file, is_model, model_file, shipped_models, shipped_scenarios
from simcore.scenario.strict_yaml import read_yaml

#: What `extends` takes for the name of a shipped model or case, and not for that of a file.
_PLAIN_NAME = re.compile(r"[^./\\\x00]+")
#: Sections of fields, in which a case gives only those that are its own.
_BY_FIELD = ("population", "calibration")
#: What stands in a file besides the fields of a scenario.
READ_FIRST = ("extends", "change")


@dataclass(frozen=True)
class Overridden:
    """A value that a case has put another one in the place of, and where it was written."""

    value: Any
    file: str
    line: int


def read_tree(files: Files, file: str, kind: type[Entry]) -> tuple[Node, dict[Path, tuple[Overridden, ...]]]:
    """Read a scenario file with all it extends and refers to, merged into one tree.

    Parameters
    ----------
    files
        Reads it, and collects the smaller problems.
    file
        Path of the file.
    kind
        The schema of a scenario.

    Returns
    -------
    The tree, and what was overridden on the way, by the path of the value, the last one first.

    Raises
    ------
    UnreadableError
        A file cannot be used at all. Smaller problems are added to `files.problems`.
    """
    reader = _Reader(files, kind, {})
    tree = reader.read(file, None, ())
    fill_from_files(files, tree)
    return tree, {path: tuple(reversed(values)) for path, values in reader.overridden.items()}


@dataclass
class _Reader:
    """Reads files that extend each other."""

    files: Files
    kind: type[Entry]
    overridden: dict[Path, list[Overridden]]

    def read(self, file: str, asked_by: Node | None, above: tuple[str, ...]) -> Node:
        """Read a file, merged over all it extends."""
        if file in above:
            chain = " -> ".join((*above, file))
            at = (asked_by.file, asked_by.line) if asked_by else (file, 0)
            raise UnreadableError(Problem(*at, "extends", chain, "files that do not extend each other in a circle"))
        tree = read_yaml(self.files, file, asked_by, "extends" if asked_by else "")
        if not isinstance(tree.value, dict) or not tree.value:
            found = "an empty file" if tree.value in (None, {}) else shown(tree.plain())
            allowed = "fields with values: title, population, domains, ..."
            raise UnreadableError(Problem(file, tree.line, "", found, allowed))
        for section in NAMED_SECTIONS:
            if section in tree.value:
                tree.value[section] = read_section(self.files, section, tree.value[section])
        _name_free(tree)
        extends, change = (tree.value.pop(field, None) for field in READ_FIRST)
        if extends is None:
            if change is not None:
                allowed = "change only beside extends: it changes what the file builds on"
                self.files.problems.append(Problem(change.file, change.line, "change", "change", allowed))
            return tree
        bases = extends.value if isinstance(extends.value, list) else [extends]
        merged: Node | None = None
        for base in bases:
            model = self.read(_extended(self.files, base), base, (*above, file))
            merged = model if merged is None else self._merge(merged, model)
        whole = tree if merged is None else self._merge(merged, tree)
        return whole if change is None else self._change(whole, change)

    def _merge(self, base: Node, case: Node) -> Node:
        """Merge a case over the model it extends.

        Named sections merge entry by entry (an entry of the case replaces the whole entry), ``population`` and
        ``calibration`` field by field; everything else is replaced.
        """
        merged = up_to_date(base.value, case.value)
        for key, node in case.value.items():
            below = merged.get(key)
            afresh = key == "calibration" and _both(node, node) and node.value.get("instead", node).value is True
            if below is not None and key in _BY_FIELD and _both(below, node) and not afresh:
                merged[key] = self._fields(below, node, key)
            elif below is not None and key in NAMED_SECTIONS and _both(below, node):
                merged[key] = self._entries(below, node, (key,))
            else:
                if below is not None:
                    self._replaced((key,), below, node)
                merged[key] = node
        return Node(merged, case.file, case.line)

    def _fields(self, base: Node, case: Node, section: str) -> Node:
        """Merge a section field by field; in a calibration, what stands there by name entry by entry."""
        merged = dict(base.value)
        for name, node in case.value.items():
            below = merged.get(name)
            if below is not None and section == "calibration" and _both(below, node):
                merged[name] = self._entries(below, node, (section, name))
            else:
                if below is not None:
                    self._replaced((section, name), below, node)
                merged[name] = node
        return Node(merged, case.file, case.line, base.lost or case.lost)

    def _entries(self, base: Node, case: Node, path: Path) -> Node:
        """Merge entries by name: those of the case replace those of the model."""
        for name in base.value.keys() & case.value.keys():
            self._replaced((*path, name), base.value[name], case.value[name])
        return Node({**base.value, **case.value}, case.file, case.line, base.lost or case.lost)

    def _replaced(self, path: Path, old: Node, new: Node) -> None:
        """Keep what a value has taken the place of, unless it is the same."""
        value = old.plain()
        if value != new.plain():
            self.overridden.setdefault(path, []).append(Overridden(value, old.file, old.line))

    def _change(self, base: Node, change: Node) -> Node:
        """Merge what a case changes over all it builds on, at every depth."""
        if not isinstance(change.value, dict) or not change.value:
            if not change.lost:
                allowed = "the sections of a scenario, each with what differs in it"
                problem = Problem(change.file, change.line, "change", shown(change.plain()), allowed)
                self.files.problems.append(problem)
            return base
        _name_free(change)
        merging = Merging(self.files, self.kind, ("change",), replaced=self._replaced)
        change = merging.read(change)
        merging.refuse_kept(change, "sections of a scenario")
        merged = base if merging.problems else merging.over(base, change)
        self.files.problems += merging.problems
        return merged


def _name_free(tree: Node) -> None:
    """Write a list of free parameters by name, so that those of a case add to those of its model."""
    calibration = tree.value.get("calibration")
    free = calibration.value.get("free") if calibration is not None and isinstance(calibration.value, dict) else None
    if free is not None and isinstance(free.value, list) and all(isinstance(of.value, str) for of in free.value):
        names = {of.value: Node({}, of.file, of.line) for of in free.value}
        calibration.value["free"] = Node(names, free.file, free.line)


def _both(one: Node, other: Node) -> bool:
    return isinstance(one.value, dict) and isinstance(other.value, dict)


def _extended(files: Files, node: Node) -> str:
    """Path of what an entry of `extends` names: a file, or the shipped model or case of that name."""
    name = node.value
    if not isinstance(name, str) or not _PLAIN_NAME.fullmatch(name):
        return files.refer(node, "extends")
    for file, fits in ((model_file(name), is_model), (case_file(name), bool)):
        try:
            if fits(files.text(file, node, "extends")):
                return file
        except UnreadableError:
            pass
    known = [*shipped_models(), *(case for case in shipped_scenarios() if _PLAIN_NAME.fullmatch(case))]
    hint = did_you_mean(name, known)
    if os.path.isfile(os.path.join(os.path.dirname(node.file), f"{name}.yaml")):
        hint = f"a file is named with its ending: {name}.yaml"
    allowed = f"a file name with its ending, or a model or case that ships with simcore: {', '.join(known)}"
    raise UnreadableError(
        Problem(node.file, node.line, "extends", f"{shown(name)}: no such model or case", allowed, hint)
    )
