"""The commands of the command line, each with what it takes: read from the functions behind them."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any

import typer
from typer.models import ArgumentInfo, OptionInfo

from simcore.cli import app

#: What stands for a value of each type where a command does not name it.
_VALUES = {int: "INTEGER", float: "NUMBER", str: "TEXT"}


@dataclass(frozen=True)
class Taken:
    """An argument or an option of a command.

    Attributes
    ----------
    words
        How it is written.
    help
        What it says.
    is_option
        Whether it is an option, which may be left out.
    """

    words: str
    help: str
    is_option: bool


def command_lines() -> Iterator[str]:
    """Every command, as lines of the reference."""
    yield "\n## Commands\n"
    yield "`simcore --help` lists them and `simcore COMMAND --help` shows the options of one. Exit codes: 0 done; 1 a"
    yield "run that was done again gives other bits; 2 the input is wrong, and a message says what is; 130 interrupted."
    for name, callback in commands_of(app):
        taken = taken_by(callback)
        arguments = "".join(f" {of.words}" for of in taken if not of.is_option)
        yield f"\n### simcore {name}\n"
        yield f"```text\nsimcore {name}{arguments}{' [OPTIONS]' if any(of.is_option for of in taken) else ''}\n```\n"
        yield inspect.cleandoc(callback.__doc__ or "").replace("``", "`")
        if taken:
            yield ""
            yield "| argument or option | what it says |"
            yield "|---|---|"
            yield from (f"| `{_cell(of.words)}` | {_cell(of.help)} |" for of in taken)


def commands_of(of: typer.Typer, before: str = "") -> Iterator[tuple[str, Any]]:
    """Names of commands, of groups too, each with the function behind it; hidden ones are left out."""
    for command in of.registered_commands:
        if command.callback is not None and not command.hidden:
            name = command.name or command.callback.__name__.lower().replace("_", "-")
            yield before + name, command.callback
    for group in of.registered_groups:
        if group.typer_instance is not None:
            yield from commands_of(group.typer_instance, f"{before}{group.name} ")


def taken_by(callback: Any) -> list[Taken]:
    """What a command takes, arguments first."""
    hints = typing.get_type_hints(callback, include_extras=True)
    found = []
    for name, parameter in inspect.signature(callback).parameters.items():
        kind, *marks = typing.get_args(hints[name]) if typing.get_origin(hints[name]) is typing.Annotated else (
            hints[name],
        )  # fmt: skip
        mark = next((mark for mark in marks if isinstance(mark, (ArgumentInfo, OptionInfo))), None)
        if mark is None and inspect.isclass(kind) and issubclass(kind, typer.Context):
            continue  # which the program gives to itself
        found.append(_taken(name, kind, mark, parameter.default))
    return [*(of for of in found if not of.is_option), *(of for of in found if of.is_option)]


def _taken(name: str, kind: Any, mark: ArgumentInfo | OptionInfo | None, default: Any) -> Taken:
    """An argument or option from what its annotation says."""
    inner, is_list = _inner(kind)
    required = default is inspect.Parameter.empty
    value = (mark.metavar if mark is not None else None) or _VALUES.get(inner, "VALUE")
    words = (mark.help or "") if mark is not None else ""
    if isinstance(mark, ArgumentInfo) or (mark is None and required):
        written = value if mark is not None and mark.metavar else name.upper()
        return Taken(
            (written if required else f"[{written}]") + ("..." if is_list and not written.endswith("...") else ""),
            words,
            False,
        )
    # What an annotation names first is where a default would stand.
    first = [mark.default, *(mark.param_decls or ())] if isinstance(mark, OptionInfo) else []
    declared = [of for of in first if isinstance(of, str) and of.startswith("-")]
    names = declared or ["--" + name.replace("_", "-")]
    names.sort(key=lambda of: (not of.startswith("--"), of))
    if inner is bool:
        written = ", ".join(names if declared else [*names, names[0].replace("--", "--no-", 1)])
    else:
        written = f"{', '.join(names)} {value}"
    further = ["needed"] if required else []
    further += ["may be repeated"] if is_list and "repeated" not in words else []
    further += _limits(mark)
    if not required and default not in (None, False, "", [], ()) and "default" not in words.lower():
        further.append(f"by default {str(default).lower() if isinstance(default, bool) else default}")
    more = f" ({'; '.join(further)})" if further else ""
    return Taken(written, words.rstrip(".") + more + "." if further else words, True)


def _limits(mark: ArgumentInfo | OptionInfo | None) -> list[str]:
    """The range of a number."""
    low, high = (getattr(mark, end, None) for end in ("min", "max"))
    if low is not None and high is not None:
        return [f"{low:,} to {high:,}"]
    return [f"at least {low:,}"] if low is not None else [f"at most {high:,}"] if high is not None else []


def _inner(kind: Any) -> tuple[Any, bool]:
    """The type of one value, and whether there may be several."""
    is_list = False
    while True:
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin in (typing.Union, UnionType):
            kind = next(one for one in arguments if one is not NoneType)
        elif origin in (list, tuple):
            kind, is_list = arguments[0], True
        else:
            return kind, is_list


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")
