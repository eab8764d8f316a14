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


def is_abandoned(mark: str) -> bool:
    """Whether a mark is of this process, or of one of this machine that is no more."""
    machine, _, number = mark.rpartition("-")
    if mark == of_this_process():
        return True
    if machine != _machine() or not number.isdecimal() or os.name != "posix":
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
