"""The few exception classes, and how their messages are laid out.

A message tells what was found, what is allowed and what to do. Problems of a scenario
are collected and shown together, each with its file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class SimcoreError(Exception):
    """Base of every error that simcore raises on purpose."""


class ScenarioError(SimcoreError):
    """A scenario, or a file it reads, is not usable; lists every problem found."""

    def __init__(self, problems: Sequence[Problem], where: str) -> None:
        #: Each once, in the order of the files.
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line)))
        self.where = where
        super().__init__(layout(self.problems, where))


class UnknownNameError(SimcoreError):
    """A name was asked for that does not exist; the message lists those that do."""

    def __init__(self, name: object, kind: str, known: Iterable[object]) -> None:
        known = sorted(str(item) for item in known)
        guess = did_you_mean(str(name), known)
        hint = f"; {guess}" if guess else "."
        super().__init__(f"'{name}' is not {kind}{hint} Known: {', '.join(known)}.")


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
    0 when the problem has no line (a missing file).
    """

    file: str
    line: int
    path: str
    found: str
    allowed: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        lines = [f"{place}  {self.path}".rstrip(), f"    found    {self.found}", f"    allowed  {self.allowed}"]
        if self.hint:
            lines.append(f"    hint     {self.hint}")
        return "\n".join(lines)


def layout(problems: Sequence[Problem], where: str) -> str:
    """Lay out all problems of a scenario as one message."""
    return "\n".join([*map(str, problems), f"{counted(len(problems), 'problem')} in {where}; nothing was run."])


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
    text = " ".join(_written(value).split()) or "an empty text"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _written(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{_written(key)}: {_written(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_written, value)) + "]"
        case _:
            return str(value)


def with_article(words: str) -> str:
    """Put "a" or "an" in front."""
    return f"{'an' if words[:1] in 'aeio' else 'a'} {words}"
