"""Threads: how many, and what happens when a task fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TypeVar

Result = TypeVar("Result")


def processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def completed(pool: ThreadPoolExecutor, futures: list[Future[Result]]) -> Iterator[Result]:
    """Yield results as tasks finish; when one fails or the run is interrupted, no other is started."""
    try:
        for future in as_completed(futures):
            yield future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
