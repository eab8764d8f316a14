"""The one place for compiler options, and why each is set."""

from __future__ import annotations

import os
from typing import Any

import numba

#: Check array bounds in every kernel (slow): the test suite runs once this way.
BOUNDS_CHECKED = os.environ.get("SIMCORE_BOUNDSCHECK") == "1"


def kernel(function: Any) -> Any:
    """Compile a loop that is called from Python.

    nogil: threads run several draws at once. cache: the compiled code is kept beside the
    module, so that a second run starts at once. fastmath stays off: it may reorder sums,
    and results must not depend on the machine.
    """
    return numba.njit(nogil=True, cache=not BOUNDS_CHECKED, error_model="numpy", boundscheck=BOUNDS_CHECKED)(function)


def inlined(function: Any) -> Any:
    """Compile a small function into the kernels that call it.

    Inlined before LLVM sees it: LLVM leaves larger functions as calls, and loops with calls are not vectorised.
    """
    return numba.njit(nogil=True, cache=not BOUNDS_CHECKED, error_model="numpy", inline="always")(function)
