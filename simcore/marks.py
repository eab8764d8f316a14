"""Marks in the names of what a process is writing, so that others see whether somebody still does.

Folders may be shared by several machines, so that a mark names the machine too.
"""

from __future__ import annotations

import os
import platform
import re


def of_this_process() -> str:
    """The mark of this process: its machine, and its number there."""
    return f"{_machine()}-{os.getpid()}"


def is_mark(name: str) -> bool:
    """Whether something looks like a mark."""
    return re.fullmatch(r"[A-Za-z0-9_]+-[0-9]{1,18}", name) is not None


def is_abandoned(mark: str) -> bool:
    """Whether a mark is of a process of this machine that is no more."""
    machine, _, number = mark.rpartition("-")
    if machine != _machine() or os.name != "posix":
        return False  # on other systems, asking for a process may end it
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _machine() -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", platform.node()) or "here"
