"""The C yardsticks: compiled when they are first asked for, if there is a compiler."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

_HERE = Path(__file__).parent


@functools.cache
def library() -> ctypes.CDLL | str:
    """The compiled library, or why there is none."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return "there is no C compiler"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "yardsticks.so"
        sources = [str(path) for path in sorted(_HERE.glob("*.c"))]
        command = [compiler, "-O3", "-march=native", "-shared", "-fPIC", "-o", str(target), *sources]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"{compiler} fails: {done.stderr.strip().splitlines()[-1]}"
        return ctypes.CDLL(str(target))


def missing(name: str) -> str:
    """Why a function is not there; nothing if it is."""
    found = library()
    if isinstance(found, str):
        return found
    return "" if hasattr(found, name) else "this processor has no AVX-512 with VBMI, GFNI and BITALG"


def call(name: str, *arguments: np.ndarray | np.uint32 | np.uint64) -> None:
    """Call a function with arrays and numbers; other threads may run meanwhile."""
    kinds = {np.uint32: ctypes.c_uint32, np.uint64: ctypes.c_uint64}
    given = [
        argument.ctypes.data_as(ctypes.c_void_p)
        if isinstance(argument, np.ndarray)
        else kinds[type(argument)](argument)
        for argument in arguments
    ]
    getattr(library(), name)(*given)
