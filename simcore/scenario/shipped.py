"""The scenarios and models that ship with simcore, and the names of their files.

Inside the reader a shipped file is called ``shipped:/models/life_course.yaml``, wherever simcore
is installed, so that messages and kept results do not depend on the place.
"""

from __future__ import annotations

import posixpath
import re
from importlib import resources
from pathlib import Path

#: How the path of a shipped file begins.
SHIPPED = "shipped:"
#: A model says what its domains are, what it builds on or what it is fitted to; the other files are parts of models.
_MODEL = re.compile(r"^(domains|extends|calibration)\s*:", re.M)


def shipped_folder() -> Path:
    """The folder of the scenarios that ship with simcore."""
    try:
        return Path(str(resources.files("simcore.shipped")))
    except ModuleNotFoundError:  # not installed: a checkout keeps them beside the package
        return Path(__file__).resolve().parents[2] / "scenarios"


def shipped_scenarios() -> dict[str, Path]:
    """Names and files of the scenarios that ship with simcore."""
    folder = shipped_folder()
    found = sorted(folder.glob("**/scenario.yaml"))
    return {path.parent.relative_to(folder).as_posix(): path for path in found}


def shipped_models() -> list[str]:
    """Names of the models that a scenario can extend."""
    found = sorted((shipped_folder() / "models").glob("*.yaml"))
    return [path.stem for path in found if is_model(path.read_text(encoding="utf-8"))]


def is_model(text: str) -> bool:
    """Whether the text of a file is that of a model, and not of a part of one."""
    return _MODEL.search(text) is not None


def model_file(name: str) -> str:
    """Path of a shipped model."""
    return f"{SHIPPED}/models/{name}.yaml"


def case_file(name: str) -> str:
    """Path of a shipped case."""
    return f"{SHIPPED}/{name}/scenario.yaml"


def is_shipped(file: str) -> bool:
    """Whether a path is that of a shipped file."""
    return file.startswith(SHIPPED)


def on_disk(file: str) -> Path:
    """Where a shipped file is kept."""
    return shipped_folder() / file.removeprefix(SHIPPED).lstrip("/")


def beside(file: str, name: str) -> str:
    """Path of the file that a shipped one names; never outside the shipped folder."""
    folder = posixpath.dirname(file.removeprefix(SHIPPED))
    return SHIPPED + posixpath.normpath(posixpath.join("/", folder, name))
