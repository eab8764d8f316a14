"""A limit of time that stops what hangs, instead of waiting for it to end."""

import signal
from contextlib import contextmanager

#: Seconds that anything may take before it counts as a hang: several times what the slowest takes on a quiet machine,
#: since others' work on the same processor makes even a process's own time two or three times as long.
SECONDS = 20.0


class HangError(AssertionError):
    """Something has not ended in time."""


@contextmanager
def within(seconds=SECONDS):
    """Stop what takes longer than `seconds` of this process's own time, or ten times as long on the clock.

    The time of the processor counts, so that a busy machine raises no alarm; the clock stops what only waits.
    """

    def stop(*_):
        raise HangError(f"not done within {seconds:g} seconds")

    timers = ((signal.SIGPROF, signal.ITIMER_PROF, seconds), (signal.SIGALRM, signal.ITIMER_REAL, 10 * seconds))
    before = [signal.signal(number, stop) for number, _, _ in timers]
    for _, timer, limit in timers:
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
