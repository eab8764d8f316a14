"""The one place where the version is written, and what else numbers depend on."""

from __future__ import annotations

__version__ = "0.1.0"


def versions() -> dict[str, str]:
    """Versions of what numbers depend on: Python, the libraries that compute, and the kind of processor."""
    import platform

    import llvmlite.binding
    import numba
    import numpy
    import scipy

    return {
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "numba": numba.__version__,
        "processor": f"{platform.machine()} {llvmlite.binding.get_host_cpu_name()}",
    }


def other_versions(there: dict[str, str], there_is: str = "there") -> str:
    """What numbers depend on that has another version here than elsewhere, in words; empty where all is the same."""
    here = versions()
    return ", ".join(
        f"{name} {there[name]} {there_is}, {value} here"
        for name, value in here.items()
        if there.get(name, value) != value
    )
