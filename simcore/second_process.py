"""Work for other processors: files, pictures and tables, on which Python would keep but one of them busy."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simcore.threads import processors

#: Seconds after which an answer that has not come is worked out here.
PATIENCE = 60.0


@contextmanager
def in_second_process(
    task: Callable[[], bytes], now: bool = True, patience: float | None = None
) -> Iterator[Callable[[], bytes]]:
    """Begin a task in a copy of this process, which ends with the block; what is given waits for its answer.

    Where a process cannot be copied, there is but one processor, the copy fails, or it is not wanted `now`, the task is
    done when its answer is asked for.

    Parameters
    ----------
    task
        What to do; its errors are told where its answer is asked for.
    now
        Whether there is memory enough to begin.
    patience
        Seconds after which an answer that has not come is worked out here; by default `PATIENCE`.
    """
    # Of several threads, a copy has but the one that copies, and would wait for what the others hold.
    if not now or sys.platform != "linux" or processors() < 2 or threading.active_count() > 1:
        yield task
        return
    import multiprocessing

    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)

    def work() -> None:
        gc.disable()  # a copy is soon gone, and looking through its memory would copy all of it
        with contextlib.suppress(BaseException):  # the task is done again, where its error can be told
            there.send_bytes(task())

    copy = context.Process(target=work, daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of idle threads of libraries, which can be copied
        with contextlib.suppress(OSError):  # no memory for it, say, or too many processes
            copy.start()
    there.close()
    if copy.pid is None:
        here.close()
        yield task
        return

    def answer() -> bytes:
        with contextlib.suppress(EOFError, OSError):
            if here.poll(PATIENCE if patience is None else patience):
                return here.recv_bytes()
        copy.kill()
        copy.join()
        return task()

    try:
        yield answer
    finally:
        copy.kill()
        copy.join()
        here.close()
