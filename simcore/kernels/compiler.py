"""The one place for compiler options, and why each is set."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import numba
from numba.core.compiler import Compiler
from numba.extending import register_jitable

from simcore.kernels.cache import Folder, keep, state_of

#: Check array bounds in every kernel (slow): the test suite runs once this way.
BOUNDS_CHECKED = os.environ.get("SIMCORE_BOUNDSCHECK") == "1"
#: nogil: threads run several draws at once. fastmath stays off: it may reorder sums, and results must not depend on
#: the machine. _nrt off: kernels make no arrays, and without numba's runtime they do not count references to those
#: they are given either, which takes a locked instruction for each array of each call (a third of the time of a run).
_OPTIONS = {"nogil": True, "error_model": "numpy", "boundscheck": BOUNDS_CHECKED, "_nrt": False}


def kernel(function: Any) -> Any:
    """Compile a loop that is called from Python, and keep what is compiled, so that a second run starts at once."""
    dispatcher = numba.njit(**_OPTIONS)(function)
    if not numba.config.DISABLE_JIT:
        keep(dispatcher, _kept_kernels())
    return dispatcher


def part(function: Any) -> Any:
    """Compile a loop into the kernels that call it; called from Python it stays a plain function.

    What unpacks the arguments of a call from Python takes longer to compile than most loops, the more so the more
    arrays there are: a part has none, and is kept with its kernels only. It is put in the place of its call, which
    would pass several words for each array, each time.
    """
    return register_jitable(**_OPTIONS, forceinline=True)(function)


class _Apart(Compiler):
    """Tells LLVM that the arrays a function is given do not overlap."""

    def define_pipelines(self) -> Any:
        """Set the flag before anything is compiled; the passes are the usual ones."""
        self.state.flags.noalias = True
        return super().define_pipelines()


def apart(function: Any) -> Any:
    """Compile a plain pass over arrays that do not overlap, other than a `part`.

    An array that is read at an index that itself is read could be anything that is written, so that without this
    promise LLVM does not vectorise such a loop: it does not gather.
    """
    return register_jitable(**_OPTIONS, pipeline_class=_Apart)(function)


def inlined(function: Any) -> Any:
    """Compile a small function into the kernels that call it.

    Inlined before LLVM sees it: LLVM leaves larger functions as calls, and loops with calls are not vectorised.
    """
    return numba.njit(**_OPTIONS, inline="always")(function)


def usable_in_kernels(*functions: Any) -> None:
    """Let kernels call plain functions, which stay plain for everybody else."""
    for function in functions:
        register_jitable(function)


@functools.cache
def _kept_kernels() -> Folder:
    """Where compiled kernels are kept."""
    here = Path(__file__).resolve().parent
    sources = [*sorted(here.glob("*.py")), here.parent / "rates.py", here.parent / "randomness.py"]
    return Folder(_parents(here), state_of(sources, BOUNDS_CHECKED))


def _parents(here: Path) -> list[Path]:
    """Where kernels may be kept, the best place first: a checkout keeps its own, an installed package the user's.

    When a package is uninstalled, what it has written beside itself stays behind; Python would then take the folders
    of that for parts of another installation.
    """
    if numba.config.CACHE_DIR:
        return [Path(numba.config.CACHE_DIR) / "simcore"]
    beside, own = [here / "__pycache__"], os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    users = [Path(own) / "simcore"] if os.path.isabs(own) else []  # a user without a home has "~/.cache"
    installed = {"site-packages", "dist-packages"} & {*here.parts}
    return [*users, *beside] if installed else [*beside, *users]
