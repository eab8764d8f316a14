"""The few exception classes, and how their messages are laid out.

A message tells what was found, what is allowed and what to do. Problems of a scenario
are collected and shown together, each with its file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

#: Problems that a message shows, and characters of what it says in a line: enough for all that can be mended at once.
_MOST_SHOWN, _LONGEST_LINE = 100, 4_000
#: What is no text that people read: controls of terminals, and signs that turn the order of letters around.
NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OBEYED = re.compile(rf"{NOT_TEXT.pattern}|[\n\r\x85]")


class SimcoreError(Exception):
    """Base of every error that simcore raises on purpose."""


class ScenarioError(SimcoreError):
    """A scenario, or a file it reads, is not usable; lists every problem found."""

    def __init__(self, problems: Sequence[Problem], where: str) -> None:
        #: Each once, in the order of the files.
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line)))
        self.where = where
        super().__init__(layout(self.problems, where))

    def __reduce__(self) -> tuple[Any, ...]:  # as it comes from another process
        return type(self), (self.problems, self.where)


class UnknownNameError(SimcoreError):
    """A name was asked for that does not exist; the message lists those that do."""

    def __init__(self, name: object, kind: str, known: Iterable[object]) -> None:
        known = sorted(str(item) for item in known)
        guess = did_you_mean(str(name), known)
        hint = f"; {guess}" if guess else "."
        self._given = str(name), kind, known
        super().__init__(f"'{name}' is not {kind}{hint} Known: {', '.join(known)}.")

    def __reduce__(self) -> tuple[Any, ...]:  # as it comes from another process
        return type(self), self._given


class ModelError(SimcoreError):
    """A model cannot be run: the numbers of some draw do not make a probability row."""


class ResultsError(SimcoreError):
    """A results folder cannot be read, or may not be written."""


class ScenarioWarning(UserWarning):
    """A fact that would surprise the author of a scenario, but does not stop it."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a scenario file.

    `path` is the way to the entry (``parameters.p_dropout.unit``); `line` counts from 1,
    0 when the problem has no line (a missing file). In a workbook, `cell` says where it is instead (``Costs!D7``).
    """

    file: str
    line: int
    path: str
    found: str
    allowed: str
    hint: str = ""
    cell: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        if self.cell:
            place = f"{self.file}, {self.cell}"
        lines = [f"{place}  {self.path}".rstrip(), f"    found    {self.found}", f"    allowed  {self.allowed}"]
        if self.hint:
            lines.append(f"    hint     {self.hint}")
        return "\n".join(map(_line, lines))


def layout(problems: Sequence[Problem], where: str) -> str:
    """Lay out the problems of a scenario as one message: all, or the first of very many."""
    number = counted(len(problems), "problem")
    if len(problems) > _MOST_SHOWN:
        number = f"more than {_MOST_SHOWN} problems, of which these are the first,"
    return "\n".join([*map(str, problems[:_MOST_SHOWN]), f"{number} in {_line(where)}; nothing was run."])


def _line(text: str) -> str:
    """A line of a message, cut when it is very long; what a terminal would obey instead of showing is written out."""
    text = _OBEYED.sub(lambda letter: ascii(letter[0])[1:-1], text[: _LONGEST_LINE + 1])
    return text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - 3] + "..."


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: 1 problem, 2 problems, 1 entry, 2 entries."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1] + 'ies' if noun.endswith('y') else noun + 's'}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?``, or an empty string when nothing is near."""
    near = nearest(name, known)
    return f"did you mean '{near}'?" if near else ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name that is most like `name`, or None when nothing is near."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.6)), None)


def shown(value: object, limit: int = 80) -> str:
    """Show a value of a file as a reader would write it, on one line, cut when it is long."""
    parts, length = [], 0
    for part in _written(value):
        parts.append(part)
        length += len(part)
        if length > 20 * limit + 1_000:  # enough, however much of it is blank
            break
    text = " ".join("".join(parts).split()) or "an empty text"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _written(value: object) -> Iterator[str]:
    """The parts of a value as written, one after the other."""
    match value:
        case None:
            yield "nothing"
        case bool():
            yield str(value).lower()
        case dict():
            for number, (key, item) in enumerate(value.items()):
                yield ", " if number else "{"
                yield from _written(key)
                yield ": "
                yield from _written(item)
            yield "}" if value else "{}"
        case list() | tuple():
            for number, item in enumerate(value):
                yield ", " if number else "["
                yield from _written(item)
            yield "]" if value else "[]"
        case _:
            yield str(value)


def with_article(words: str) -> str:
    """Put "a" or "an" in front."""
    return f"{'an' if words[:1] in 'aeio' else 'a'} {words}"
