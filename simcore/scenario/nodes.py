"""Values that know where they were written, and the files they were read from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simcore.errors import NOT_TEXT, Problem, shown
from simcore.scenario.disk import RefusedFileError, near_file, read_disk
from simcore.scenario.limits import MOST_CSV_CHARACTERS, MOST_FILES, MOST_ROWS, MOST_YAML_CHARACTERS
from simcore.scenario.shipped import beside, is_shipped


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
    rows
        How many rows each CSV file has, by its path.
    n_values
        How many names and values have been read from YAML files.
    """

    read: Callable[[str], str] = read_disk
    texts: dict[str, str] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    n_values: int = 0

    def text(self, file: str, asked_by: Node | None, path: str = "") -> str:
        """Return the text of `file`; `asked_by` is the entry that names it, at `path`."""
        if file not in self.texts:
            at = (asked_by.file, asked_by.line) if asked_by else (file, 0)
            if len(self.texts) >= MOST_FILES:
                allowed = f"at most {MOST_FILES} files"
                raise UnreadableError(Problem(*at, path, f"{file}: one file more", allowed))
            try:
                text = self.read(file)
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
            except RefusedFileError as error:
                raise UnreadableError(Problem(*at, path, f"{file}: {error}", error.allowed, error.hint)) from None
            except (OSError, KeyError, ValueError) as error:
                reason, hint = str(getattr(error, "strerror", None) or error), ""
                if isinstance(error, FileNotFoundError | NotADirectoryError | KeyError):
                    reason, hint = "no such file", near_file(file)
                elif isinstance(error, IsADirectoryError):
                    reason = "a folder"
                found = f"{file}: {reason}"
                raise UnreadableError(Problem(*at, path, found, "a file that can be read", hint)) from None
            self._check(file, text, at, path)
            self.texts[file] = text
        return self.texts[file]

    def _check(self, file: str, text: str, at: tuple[str, int], path: str) -> None:
        """Refuse a text that is too large, or is none."""
        is_csv = file.lower().endswith(".csv")
        most, before = MOST_CSV_CHARACTERS if is_csv else MOST_YAML_CHARACTERS, 0
        if not is_csv:
            before = sum(len(other) for name, other in self.texts.items() if not name.lower().endswith(".csv"))
        if before + len(text) > most:
            found = f"{file}: {(before + len(text)) / 1e6:.1f} million characters"
            if before:
                found += ", with the YAML files before it"
            what = "in a CSV file" if is_csv else "in all YAML files together"
            hint = "" if is_csv else "long tables and many parameters are written as CSV files"
            allowed = f"at most {most / 1e6:.0f} million characters {what}"
            raise UnreadableError(Problem(*at, path, found, allowed, hint))
        odd = NOT_TEXT.search(text)
        if odd is not None:
            line = text.count("\n", 0, odd.start()) + 1
            hint = "save it as UTF-8 in the editor, or as CSV UTF-8 in the spreadsheet" if odd[0] == "\0" else ""
            found = f"a control character ({odd[0]!a})"
            raise UnreadableError(Problem(file, line, "", found, "text that can be printed", hint))

    def count_rows(self, file: str, number: int) -> None:
        """Note how many rows a CSV file has.

        Raises
        ------
        UnreadableError
            With the files before it, they are too many.
        """
        self.rows[file] = number
        together = sum(self.rows.values())
        if together > MOST_ROWS:
            found = f"{number:,} rows" + (f", {together:,} with the CSV files before it" if together > number else "")
            allowed = f"at most {MOST_ROWS:,} rows in all CSV files together"
            hint = "keep the rows that the model tells apart: fewer ages, years or draws"
            raise UnreadableError(Problem(file, 0, "", found, allowed, hint))

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


def content_hash(files: dict[str, str]) -> str:
    """SHA-256 of all files of a scenario, names included."""
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name, text):
            encoded = part.encode()
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()
