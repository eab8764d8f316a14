"""Files on disk: what a scenario may name and read, and what it may not.

A scenario may come from anybody. What it names must be a YAML or CSV file near it, and nothing that never ends, blocks
or lies elsewhere behind a link.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import PurePath

from simcore.errors import nearest
from simcore.scenario.limits import MOST_CSV_CHARACTERS, MOST_FOLDERS_UP
from simcore.scenario.shipped import is_shipped, on_disk

#: How the names of files that a scenario names may end.
ENDINGS = (".yaml", ".yml", ".csv")
_ENDINGS = ".yaml, .yml or .csv"
_KINDS = {
    stat.S_ISDIR: "a folder", stat.S_ISFIFO: "a pipe", stat.S_ISSOCK: "a socket", stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}  # fmt: skip


class RefusedFileError(Exception):
    """A file that a scenario may not name: says why, what is allowed and what to do."""

    def __init__(self, reason: str, allowed: str, hint: str = "") -> None:
        self.allowed, self.hint = allowed, hint
        super().__init__(reason)


def read_disk(path: str) -> str:
    """Read a text file as UTF-8, one that ships with simcore or any other.

    Raises
    ------
    RefusedFileError
        It is no file that ends, or much too large.
    OSError, UnicodeDecodeError
        As Python raises them; `Files` turns them into problems.
    """
    place = on_disk(path) if is_shipped(path) else path
    # Without waiting: a pipe that nobody writes to would never be opened.
    with open(os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            kind = next((words for test, words in _KINDS.items() if test(mode)), "no file")
            raise RefusedFileError(kind, "a file that can be read")
        data = file.read(4 * MOST_CSV_CHARACTERS + 1)  # a character has at most 4 bytes
        if len(data) > 4 * MOST_CSV_CHARACTERS:
            raise RefusedFileError(f"larger than {4 * MOST_CSV_CHARACTERS // 1_000_000} MB", "a smaller file")
    return data.decode("utf-8-sig")


@dataclass(frozen=True)
class NearFiles:
    """Reads a scenario file, and what it and the files that it names may name.

    Attributes
    ----------
    main
        The scenario file, which may be anything that its reader asks for.
    """

    main: str

    def __call__(self, path: str) -> str:
        """Read a file, if the scenario may name it; raises what `read_disk` does."""
        if path != self.main and not is_shipped(path):
            self._check(path)
        elif os.path.islink(path) and PurePath(os.path.realpath(path)).suffix.lower() not in ENDINGS:
            raise RefusedFileError("a link to what is no scenario by its name", f"a file that ends in {_ENDINGS}")
        return read_disk(path)

    def _check(self, path: str) -> None:
        if PurePath(path).suffix.lower() not in ENDINGS and not os.path.isdir(path):
            hint = "folders are written with /" if "\\" in path else ""
            hint = "only files on this computer are read" if re.search(r"(^|/)[a-z]+:/", path) else hint
            reason = "not a YAML or CSV file by its name"
            raise RefusedFileError(reason, f"a file that ends in {_ENDINGS}", hint)
        home = os.path.dirname(os.path.abspath(self.main))
        top = os.path.commonpath([home, os.path.abspath(path)])
        up = len(PurePath(home).relative_to(top).parts)
        if up > MOST_FOLDERS_UP:
            allowed = f"a file at most {MOST_FOLDERS_UP} folders up from the scenario's own"
            raise RefusedFileError(f"{up} folders up", allowed, "keep what cases share in a folder beside them")
        if not _within(os.path.realpath(path), os.path.realpath(top)):
            allowed = "a file that lies where its name says"
            hint = "copy it here, or write the name of the file itself"
            raise RefusedFileError("a link that leads elsewhere", allowed, hint)


def _within(path: str, folder: str) -> bool:
    return os.path.commonpath([path, folder]) == folder


def near_file(file: str) -> str:
    """What may have been meant instead of a file that is not there."""
    if is_shipped(file):
        return ""
    folder, name = os.path.split(file)
    if "\\" in name:
        return "folders are written with /"
    try:
        there = sorted(os.listdir(folder or "."))
    except (OSError, ValueError):
        return f"there is no folder {folder}"
    near = next((other for other in there if other.lower() == name.lower()), None) or nearest(name, there)
    return f"did you mean '{os.path.join(folder, near)}'?" if near else ""
