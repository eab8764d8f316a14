"""A scenario in Swedish: its texts are those that it says in Swedish, where it does."""

from __future__ import annotations

from typing import Any, TypeVar

from simcore.scenario.entries import SWEDISH, Entry

_AnEntry = TypeVar("_AnEntry", bound=Entry)


def in_swedish(entry: _AnEntry) -> _AnEntry:
    """A scenario, or an entry of one, with `title`, `about` and `label` as it says them in Swedish.

    Examples
    --------
    >>> in_swedish(simcore.read_scenario("textbook_chain").scenario).actors["insurer"].label
    'Försäkringsbolaget'
    """
    found: _AnEntry = _translated(entry)
    return found


def _translated(value: Any) -> Any:
    """The value itself where nothing in it is said in Swedish."""
    if isinstance(value, Entry):
        new = {}
        for name in type(value).model_fields:
            old = getattr(value, name)
            if name.endswith(SWEDISH) and old is not None:
                new[name.removesuffix(SWEDISH)] = old
            elif isinstance(old, Entry | dict | list) and (of := _translated(old)) is not old:
                new[name] = of
        return value.model_copy(update=new) if new else value
    if isinstance(value, dict):
        entries = {key: _translated(of) for key, of in value.items()}
        return entries if any(entries[key] is not of for key, of in value.items()) else value
    if isinstance(value, list):
        items = [_translated(of) for of in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
