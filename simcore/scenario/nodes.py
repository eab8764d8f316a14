"""Values that know where they were written, and the files they were read from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simcore.errors import Problem, nearest, shown
from simcore.scenario.shipped import beside, is_shipped, on_disk

#: Numbers beyond these are mistakes, in YAML and CSV alike.
LONGEST_NUMBER = 40
LARGEST_NUMBER = 1e300
_MAX_BYTES = 100_000_000


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

    def places(self) -> dict[tuple[Any, ...], tuple[str, int]]:
        """Every path below this node with its file and line."""
        return {path: (node.file, node.line) for path, node in self.walk()}

    def walk(self) -> list[tuple[tuple[Any, ...], Node]]:
        """Every path below this node with its node, this one first."""
        found: list[tuple[tuple[Any, ...], Node]] = []
        self._collect((), found)
        return found

    def _collect(self, path: tuple[Any, ...], found: list[tuple[tuple[Any, ...], Node]]) -> None:
        found.append((path, self))
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                node._collect((*path, key), found)
        elif isinstance(self.value, list):
            for number, node in enumerate(self.value):
                node._collect((*path, number), found)


class UnreadableError(Exception):
    """A file cannot be used at all; carries the problem that says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_disk(path: str) -> str:
    """Read a text file as UTF-8, one that ships with simcore or any other.

    Raises
    ------
    OSError, UnicodeDecodeError
        As Python raises them; `Files` turns them into problems.
    """
    place = on_disk(path) if is_shipped(path) else Path(path)
    if place.stat().st_size > _MAX_BYTES:
        raise OSError(f"larger than {_MAX_BYTES // 1_000_000} MB")
    return place.read_bytes().decode("utf-8-sig")


@dataclass
class Files:
    """The files of a scenario, read once each.

    Attributes
    ----------
    read
        Gives the text of a file by its path.
    texts
        What was read, by path: relative to the working folder, absolute, or of a shipped file.
    passed
        The folders on the way from a file to another that it names.
    problems
        What was found wrong and did not stop the reading.
    """

    read: Callable[[str], str] = read_disk
    texts: dict[str, str] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
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
        if os.path.isabs(name) or is_shipped(name) or "\x00" in name:
            allowed = "a file name relative to the file it is written in"
            hint = "a model that ships with simcore is extended by its name alone" if is_shipped(name) else ""
            raise UnreadableError(Problem(node.file, node.line, path, shown(name), allowed, hint))
        if is_shipped(node.file):
            return beside(node.file, name)
        folder = os.path.dirname(node.file)
        for step in name.split("/")[:-1]:
            folder = os.path.join(folder, step)
            self.passed.add(os.path.abspath(folder))
        return os.path.normpath(os.path.join(os.path.dirname(node.file), name))

    def root(self) -> str:
        """The deepest folder that holds the case's own files and the ways between them; an absolute path."""
        own = {os.path.dirname(os.path.abspath(file)) for file in self.texts if not is_shipped(file)}
        return os.path.commonpath(own | self.passed) if own else os.getcwd()

    def name(self, file: str) -> str:
        """Name of a file that does not depend on where the case is kept, nor on how its path was written.

        Relative to `root`, with forward slashes; shipped files keep their path.
        """
        if is_shipped(file):
            return file
        return os.path.relpath(os.path.abspath(file), self.root()).replace(os.sep, "/")

    def named(self) -> dict[str, str]:
        """The texts by `name`."""
        return dict(sorted((self.name(file), text) for file, text in self.texts.items()))


def _near_file(file: str) -> str:
    if is_shipped(file):
        return ""
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
