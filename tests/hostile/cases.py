"""A small scenario in a folder of its own, what is done to it, and what is said then."""

import warnings
from pathlib import Path

from simcore.errors import SimcoreError
from simcore.report.provenance import provenance
from simcore.report.words import describe
from simcore.scenario.loading import read_scenario
from simcore.simulation import try_out
from tests.hostile.within import within

BASE = (Path(__file__).parents[1] / "scenarios" / "bad" / "files" / "base.yaml").read_text(encoding="utf-8")
TABLE = "    values: {16-17: 0.0002, 18+: 0.0004}\n"


def changed(*replacements):
    """The small scenario with other texts in it."""
    text = BASE
    for old, new in replacements:
        assert text.count(old) >= 1
        text = text.replace(old, new, 1)
    return text


def with_table(by="[age]", name="rates.csv"):
    """The small scenario with the risk of death in a file."""
    return changed(("    by: [age]\n" + TABLE, f"    by: {by}\n    file: {name}\n"))


def with_parameters(name):
    """The small scenario with more parameters in a file."""
    head, body = BASE.split("\nparameters:\n")
    body, tail = body.split("\ntables:\n")
    own = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{head}\nparameters:\n  - {name}\n  -\n{own}\ntables:\n{tail}"


def write(folder, files):
    """Write files, texts or bytes, into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def read(folder, text, **files):
    """Write a scenario with other files beside it, and read and try it as `check` does; it may not take long."""
    write(folder, {"scenario.yaml": text, **{name.replace("_csv", ".csv"): of for name, of in files.items()}})
    with within(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = read_scenario("scenario.yaml")
    with within():
        try_out(file, 3)
        assert list(describe(file.scenario))
        assert provenance(file)["figures"]
    return file


def told(folder, text, **files):
    """What is said of a scenario that cannot be read, without the last line."""
    try:
        read(folder, text, **files)
    except SimcoreError as error:
        message = str(error)
    else:
        raise AssertionError("nothing was said")
    *problems, last = message.splitlines()
    assert not problems or last.endswith("nothing was run.")
    return "\n".join(problems) if problems else last


def problem(place, found, allowed, hint=""):
    """A problem as a message shows it."""
    lines = [place, f"    found    {found}", f"    allowed  {allowed}"]
    return "\n".join([*lines, f"    hint     {hint}"] if hint else lines)
