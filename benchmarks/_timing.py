"""How long calls take that are compared: one after the other, so that what else goes on hits all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

#: What is measured, by what it is: a number and its unit.
Table = dict[str, tuple[float, str]]


class Took(NamedTuple):
    """Seconds that passed, and seconds of processors: those of one thread are not lengthened by others."""

    passed: float
    worked: float


def took(call: Callable[[], Any]) -> Took:
    """How long a call takes."""
    passed, worked = time.perf_counter(), time.process_time()
    call()
    return Took(time.perf_counter() - passed, time.process_time() - worked)


def in_turn(calls: Mapping[str, Callable[[], Any]], rounds: int = 3) -> dict[str, Took]:
    """Shortest times of each call in some rounds: what else goes on only ever makes them longer."""
    found: dict[str, list[Took]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            found[name].append(took(call))
    return {name: Took(*(min(some) for some in zip(*times, strict=True))) for name, times in found.items()}


def shared_out(call: Callable[[range], Any], items: range, threads: int) -> None:
    """Call for as many parts as there are threads, at once; parts of persons are whole blocks."""
    per_thread = -(-len(items) // (1024 * threads)) * 1024
    parts = [items[first : first + per_thread] for first in range(0, len(items), per_thread)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(call, parts))
