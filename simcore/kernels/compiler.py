"""The one place for compiler options, and why each is set."""

from __future__ import annotations

import functools
import hashlib
import os
from pathlib import Path
from typing import Any

import numba
from numba.extending import register_jitable

#: Check array bounds in every kernel (slow): the test suite runs once this way.
BOUNDS_CHECKED = os.environ.get("SIMCORE_BOUNDSCHECK") == "1"


def kernel(function: Any) -> Any:
    """Compile a loop that is called from Python.

    nogil: threads run several draws at once. cache: compiled code is kept, so that a second run starts
    at once. fastmath stays off: it may reorder sums, and results must not depend on the machine.
    """
    usual = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = usual or _cache_folder()  # read when a function is decorated
    try:
        decorated = numba.njit(nogil=True, cache=not BOUNDS_CHECKED, error_model="numpy", boundscheck=BOUNDS_CHECKED)(
            function
        )
    finally:
        numba.config.CACHE_DIR = usual
    return decorated


@functools.cache
def _cache_folder() -> str:
    """Where compiled kernels are kept: a folder for each state of the sources they are made from.

    numba alone looks at the file a kernel stands in, and would go on using it when a formula that is
    compiled into it changes elsewhere. An empty answer leaves the choice to numba.
    """
    here = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for source in [*sorted(here.glob("*.py")), here.parent / "rates.py", here.parent / "randomness.py"]:
        digest.update(source.read_bytes())
    name = f"kernels-{digest.hexdigest()[:16]}"
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "simcore"
    for folder in (here / "__pycache__", own):
        try:
            (folder / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder / name, os.W_OK):
            return str(folder / name)
    return ""


def inlined(function: Any) -> Any:
    """Compile a small function into the kernels that call it.

    Inlined before LLVM sees it: LLVM leaves larger functions as calls, and loops with calls are not vectorised.
    """
    return numba.njit(nogil=True, error_model="numpy", boundscheck=BOUNDS_CHECKED, inline="always")(function)


def usable_in_kernels(*functions: Any) -> None:
    """Let kernels call plain functions, which stay plain for everybody else."""
    for function in functions:
        register_jitable(function)
