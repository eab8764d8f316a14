"""Answers about results that several analyses need, worked out once where a caller asks for it.

The tables, notes and figures of a run are made from the same contrasts. Within ``with worked_out_once():`` each answer
is worked out when it is first asked for. Outside nothing is kept: whoever changes results between two analyses gets
what they are now.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast

import xarray as xr

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

#: Answers by what was asked, each with what it was asked of: as long as that is there, nothing else has its identity.
_ANSWERS: ContextVar[dict[Hashable, tuple[object, Any]] | None] = ContextVar("answers", default=None)


@contextmanager
def worked_out_once() -> Iterator[None]:
    """Keep the answers of functions marked `once`; results may not be changed meanwhile.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> from simcore.analysis.luck import settled_contrast
    >>> with worked_out_once():
    ...     one, other = (settled_contrast(results, "net_saving") for _ in range(2))
    >>> one.values is other.values
    True
    """
    if _ANSWERS.get() is not None:  # a caller does so already
        yield
        return
    token = _ANSWERS.set({})
    try:
        yield
    finally:
        _ANSWERS.reset(token)


@contextmanager
def forgotten() -> Iterator[None]:
    """Keep no answers: what is asked of portions of results is not asked again."""
    token = _ANSWERS.set(None)
    try:
        yield
    finally:
        _ANSWERS.reset(token)


def once(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Let a function give the same answer again within `worked_out_once`.

    What it is asked of, results or arrays, counts as the same if it is the same object. Answers share their numbers,
    which nobody may change; names and attributes are the caller's own.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def answer(*arguments: Asked.args, **options: Asked.kwargs) -> Answer:
        answers = _ANSWERS.get()
        if answers is None:
            return function(*arguments, **options)
        bound = signature.bind(*arguments, **options)
        bound.apply_defaults()
        asked = (function, *(_key(value) for value in bound.arguments.values()))
        if asked not in answers:
            answers[asked] = bound, function(*arguments, **options)
        found = answers[asked][1]
        # What is an xarray object gets attributes of its own, which can be set without changing what others get.
        own = found.copy(deep=False) if isinstance(found, xr.DataArray | xr.Dataset) else found
        return cast(Answer, own)

    return answer


def _key(value: Any) -> Hashable:
    if isinstance(value, list | tuple):
        return tuple(value)
    return value if isinstance(value, Hashable) else id(value)
