"""Files that are there as a whole or not at all: what a name holds stays until what replaces it has been written."""

from __future__ import annotations

from pathlib import Path

from simcore.errors import ResultsError
from simcore.marks import of_this_process


def write_whole(path: Path, content: bytes, like: str = "report.html") -> None:
    """Write a file beside its place and then put it there.

    Parameters
    ----------
    path
        What is there already is replaced when all is written, and stays if writing fails.
    content
        Of the file.
    like
        What a file of this kind may be called, for the message where `path` is a folder.

    Raises
    ------
    ResultsError
        The file cannot be written.
    """
    new = path.with_name(f".{path.name}.{of_this_process()}")
    try:
        if path.is_dir():
            raise ResultsError(f"{path} is a folder: name a file, such as {path / like}.")
        try:
            new.write_bytes(content)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} could not be written: {getattr(error, 'strerror', None) or error}.") from error
