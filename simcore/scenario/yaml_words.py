"""What the YAML reader does not understand, said in our words."""

from __future__ import annotations

import yaml

from simcore.errors import Problem
from simcore.scenario.limits import DEEPEST

#: What the YAML reader says -> found, allowed, hint; and whether the trouble begins further up.
_WORDS: tuple[tuple[str, bool, str, str, str], ...] = (
    (
        "nesting depth", False, f"more than {DEEPEST} levels, one in the other", "a flatter file",
        "is there a bracket that is not closed?",
    ),
    ("incompatible YAML", False, "another version of YAML", "a file without the line %YAML", ""),
    ("directive", False, "a line that begins with %", "'name: value'", "put a text that begins with % in quotes"),
    (
        "mapping values are not allowed", False, "a colon too many, or a line that begins too far to the right",
        "one 'name: value' on a line", "a text with a colon in it needs quotes; fields of an entry begin in one column",
    ),
    (
        "could not find expected ':'", True, "a line without a colon and a space", "'name: value'",
        "a space belongs after the colon",
    ),
    ("',' or '}'", True, "a { that is not closed, or a missing comma", "{name: value, name: value}", ""),
    ("expected node content", False, "a comma or bracket with nothing before it", "[value, value]", ""),
    ("',' or ']'", True, "a [ that is not closed, or a missing comma", "[value, value]", ""),
    ("unexpected end of stream", True, "a quote that is not closed", "a text between two quotes", ""),
    ("unexpected document indicator", True, "a quote that is not closed", "a text between two quotes", ""),
    (
        "expected key", False, "a line that begins in a column where no entry begins, or text after a closing quote",
        "'name: value'", "fields of an entry begin in one column",
    ),
    (
        "expected '-' indicator", False, "a line that begins where the list began, without a -",
        "'- value' for each part of a list", "fields of an entry begin in one column",
    ),
    (
        "block sequence entries are not allowed", False, "a - where no list can begin",
        "a list on the lines below its name, or [value, value]", "",
    ),
    ("expected <document start>", False, "a line that does not fit with those above", "'name: value'", ""),
    (
        "escape", False, "a backslash in a text in double quotes", "a text in single quotes",
        "in double quotes a backslash has a meaning of its own",
    ),
    (
        "alphabetic or numeric", False, "a * or & at the beginning of a value", "a value",
        "put a text that begins with * or & in quotes",
    ),
    ("comment or line break", False, "text in the line of a > or |", "text on the lines below it", ""),
    ("tag", False, "a ! at the beginning of a value", "a value", "put a text that begins with ! in quotes"),
    ("tab character", False, "a tab", "spaces", "the editor can turn tabs into spaces"),
)  # fmt: skip


def yaml_problem(error: yaml.YAMLError, file: str, text: str) -> Problem:
    """Say in our words what the YAML reader does not understand."""
    said = str(getattr(error, "problem", None) or error)
    mark, above = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if "cannot start any token" in said and mark is not None:
        character = text.splitlines()[mark.line][mark.column : mark.column + 1]
        if character == "\t":
            return Problem(file, mark.line + 1, "", "a tab", "spaces", "the editor can turn tabs into spaces")
        found, hint = f"{character} at the beginning of a value", f"put a text that begins with {character} in quotes"
        return Problem(file, mark.line + 1, "", found, "a value", hint)
    for key, begins_above, *words in _WORDS:
        if key in said:
            where = above if begins_above and above is not None else mark
            return Problem(file, where.line + 1 if where is not None else 0, "", *words)
    hint = "often a missing space after ':' or '-', a missing quote or a wrong indentation"
    return Problem(file, mark.line + 1 if mark is not None else 0, "", "something that is not YAML", "YAML", hint)
