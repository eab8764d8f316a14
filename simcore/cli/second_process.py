"""Work for other processors: pictures and tables, on which Python would keep but one of them busy."""

from __future__ import annotations

import contextlib
import sys
import threading
import warnings
from collections.abc import Callable

from simcore.threads import processors

#: Seconds after which an answer that has not come is worked out here.
_PATIENCE = 60


def in_second_process(task: Callable[[], bytes], now: bool = True) -> Callable[[], bytes]:
    """Begin a task in a copy of this process; what is given back waits for its answer.

    Where a process cannot be copied, there is but one processor, the copy fails, or it is not wanted `now`, the task is
    done when its answer is asked for.
    """
    # Of several threads, a copy has but the one that copies, and would wait for what the others hold.
    if not now or sys.platform != "linux" or processors() < 2 or threading.active_count() > 1:
        return task
    import multiprocessing

    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)

    def work() -> None:
        with contextlib.suppress(BaseException):  # the task is done again, where its error can be told
            there.send_bytes(task())

    copy = context.Process(target=work, daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of idle threads of libraries, which can be copied
        copy.start()
    there.close()

    def answer() -> bytes:
        with contextlib.suppress(EOFError, OSError):
            if here.poll(_PATIENCE):
                found = here.recv_bytes()
                copy.join()
                return found
        copy.kill()
        return task()

    return answer
