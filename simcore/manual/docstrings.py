"""Docstrings as the reference needs them: their first line, their sections, and their words as Markdown."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any

#: Titles that begin a section.
TITLES = ("Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns", "Notes", "References", "Examples")
#: A mark of the list of references, which the reference does not have.
_MARK = re.compile(r"\s*\[\d+\]_")


@dataclass(frozen=True)
class Docstring:
    """A docstring in parts.

    Attributes
    ----------
    summary
        The first paragraph, on one line.
    more
        What stands between it and the first section.
    sections
        The words of each section, by its title.
    """

    summary: str
    more: str
    sections: dict[str, str]

    def entries(self, title: str) -> list[tuple[str, str]]:
        """Names that a section describes, each with its words; nothing where it is no list of names."""
        found: list[tuple[str, list[str]]] = []
        for line in self.sections[title].split("\n"):
            if line.startswith(" ") or not line:
                if not found:
                    return []
                found[-1][1].append(line)
            elif re.fullmatch(r"\*{0,2}\w+(, \*{0,2}\w+)*", line):
                found.append((line, []))
            else:
                return []
        return [(name, inspect.cleandoc("\n".join(["", *words])).strip()) for name, words in found if any(words)]


def docstring_of(value: Any) -> Docstring:
    """The docstring of a function or class, in parts.

    Examples
    --------
    >>> docstring_of(docstring_of).summary
    'The docstring of a function or class, in parts.'
    """
    lines = inspect.cleandoc(value.__doc__ or "").split("\n")
    parts: dict[str, list[str]] = {"": []}
    title = ""
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if line in TITLES and below == "-" * len(line):
            title = line
            parts[title] = []
        elif not (parts[title] == [] and title and set(line) == {"-"}):
            parts[title].append(line)
    first, _, more = "\n".join(parts.pop("")).strip().partition("\n\n")
    sections = {name: "\n".join(words).strip() for name, words in parts.items()}
    return Docstring(plain(" ".join(first.split())), more.strip(), sections)


def plain(words: str) -> str:
    """Words without marks of references, and with code as Markdown has it."""
    return _MARK.sub("", words).replace("``", "`")


def markdown(words: str) -> str:
    r"""The words of a docstring as Markdown: paragraphs and lists on long lines, blocks of code fenced.

    Examples
    --------
    >>> markdown("Two lines of ``code``\nin one paragraph [1]_.\n\n- a list\n  of one")
    'Two lines of `code` in one paragraph.\n\n- a list of one'
    """
    return "\n\n".join(block for block in map(_block, _blocks(words)) if block)


def _blocks(words: str) -> list[list[str]]:
    """Paragraphs, lists and blocks of code, each as its lines."""
    blocks: list[list[str]] = [[]]
    for line in words.split("\n"):
        if not line.strip():
            blocks.append([])
        else:
            blocks[-1].append(line)
    return [block for block in blocks if block]


def _block(lines: list[str]) -> str:
    if all(line.startswith("    ") for line in lines):
        return "\n".join(["```text", *(line[4:] for line in lines), "```"])
    found: list[str] = []
    for line in lines:
        if re.match(r"\s*- ", line) or not found:
            found.append(plain(line.rstrip()))
        else:
            found[-1] += " " + plain(line.strip())
    text = "\n".join(found)
    return text[:-1] if text.endswith("::") else text
