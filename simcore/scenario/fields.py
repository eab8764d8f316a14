"""Walks through the schema: which fields an entry at some path of a scenario may have, and of what kind they are."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any

from simcore.scenario.entries import SWEDISH, Entry
from simcore.scenario.nodes import Node

Path = tuple[Any, ...]


def path_text(path: Path) -> str:
    """Write a path the way messages show it: ``prices.prison.actor``, ``effects[0].move``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def below(kind: Any, step: Any) -> Any:
    """Kind of what stands at a step below something of a kind; None where nothing may."""
    entry = entry_in(kind)
    if entry is not None:
        for name, field in entry.model_fields.items():
            if step in (name, field.alias):
                return field.annotation
        return None
    for option in options(kind):
        origin, args = typing.get_origin(option), typing.get_args(option)
        if origin is dict:
            return args[1]
        if origin is list:
            return args[0]
    return None


def options(kind: Any) -> list[Any]:
    """The alternatives of a choice."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return options(typing.get_args(kind)[0])
    if origin in (typing.Union, types.UnionType):
        return [option for arg in typing.get_args(kind) for option in options(arg)]
    return [kind]


def entry_in(kind: Any) -> type[Entry] | None:
    """The entry among the alternatives of a choice."""
    for option in options(kind):
        if isinstance(option, type) and issubclass(option, Entry):
            return option
    return None


def entry_at(kind: Any, path: Path) -> type[Entry] | None:
    """The entry at a path below something of a kind."""
    for step in path:
        kind = below(kind, step)
    return entry_in(kind)


def fields_of(entry: type[Entry] | None) -> list[str]:
    """The fields of an entry that a file may give."""
    if entry is None:
        return []
    fields = [field.alias or name for name, field in entry.model_fields.items()]
    return [name for name in fields if name not in entry.NOT_WRITTEN]


def up_to_date(before: Mapping[Any, Node], change: Mapping[Any, Node]) -> dict[Any, Node]:
    """Fields as they were, without those that say in Swedish what a change says otherwise, and not in Swedish."""

    def is_old(name: Any) -> bool:
        own = str(name).removesuffix(SWEDISH)
        if own == name or name in change or own not in change:
            return False
        return own not in before or before[own].plain() != change[own].plain()

    return {name: node for name, node in before.items() if not is_old(name)}


def description_of(entry: type[Entry] | None, written: str) -> str:
    """What a field of an entry says."""
    for name, field in entry.model_fields.items() if entry is not None else ():
        if written in (name, field.alias):
            return field.description or ""
    return ""
