"""A new case to edit: a folder whose scenario extends another one, with what one may know better laid out in it."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from simcore.errors import NOT_TEXT, Problem, ResultsError, ScenarioError, ScenarioWarning, shown
from simcore.marks import of_this_process
from simcore.report.labels import readable
from simcore.report.language import Language
from simcore.report.starting_lines import Origin, case_lines, readme_lines, shell
from simcore.scenario.limits import LONGEST_TEXT, MOST_FOLDERS_UP
from simcore.scenario.loading import ScenarioFile, find_scenario, read_scenario
from simcore.scenario.shipped import shipped_models, shipped_scenarios

#: What is written.
CASE, README, COPIED = "scenario.yaml", "README.md", "original"


def new_case(
    folder: str | os.PathLike[str], origin: str | os.PathLike[str], *, title: str | None = None, language: str = "en"
) -> Path:
    """Write a folder with a case that extends another one, ready to be edited.

    Its ``scenario.yaml`` lays out what a municipality, region or country may know better (target group, costs and
    uptake of programmes, unit costs, who pays, discount rate, horizon), each with its value, unit, source, grade and
    what it drives, and the steps to follow. As it stands it gives the numbers of the case that it extends.

    Parameters
    ----------
    folder
        Where it is written; made if it is not there. Nothing that is there is written over.
    origin
        What it extends: the name of a shipped case, a folder or a file. Shipped cases in folders of others, which
        cannot be extended by name, are copied into the new folder.
    title
        Title of the new case.
    language
        Language of title, comments and README, ``en`` or ``sv``. What the figures are is told as the case tells it.

    Returns
    -------
    The new ``scenario.yaml``.

    Raises
    ------
    ScenarioError
        There is no such case; the message lists those that there are. Or the name or title cannot be one.
    ResultsError
        The folder holds a case already, or cannot be written, or is too far from the case that it extends.
    UnknownNameError
        There is no such language.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     case = simcore.new_case(f"{folder}/our_machines", "textbook_chain", title="Our machines")
    ...     simcore.read_scenario(case).scenario.title
    'Our machines'
    """
    words, place = Language.of(language), Path(folder)
    file = _read_origin(os.fspath(origin))
    _check_place(place)
    told = " ".join(words.of_file(file).scenario.title.split())
    named = title if title is not None else f"{readable(_name_of(place))}: {told}"
    _check_title(named)
    extends, copied = _extended(os.fspath(origin), place, file)
    called = Origin(file, extends, os.fspath(origin), named, _name_of(place), shell(os.fspath(folder)), copied)
    texts = {CASE: "\n".join(case_lines(called, words)) + "\n", README: "\n".join(readme_lines(called, words)) + "\n"}
    if copied:
        texts |= {f"{COPIED}/{name}": text for name, text in file.files.items() if not name.startswith("shipped:")}
    _write(place, texts)
    return place / CASE


def _read_origin(origin: str) -> ScenarioFile:
    """The case to start from; its notes are of no concern here."""
    if origin in shipped_models() and not Path(origin).exists():
        cases = [name for name in shipped_scenarios() if "/" not in name]
        found = f"{origin}, a model without programmes and strategies"
        allowed = f"a case that is built on one: {', '.join(cases)}"
        hint = f"or write a case of your own with 'extends: {origin}', as scenarios/README.md says"
        raise ScenarioError([Problem("from", 0, "", found, allowed, hint)], "the command line")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        return read_scenario(origin)


def _name_of(folder: Path) -> str:
    """What a case in a folder is called."""
    return folder.resolve().name


def _check_place(folder: Path) -> None:
    """Refuse a folder whose name cannot be used, or where something is already."""
    name = _name_of(folder)
    if NOT_TEXT.search(name) or not name.strip():
        found, allowed = f"a folder called {name!a}", "a name that can be printed"
        raise ScenarioError([Problem("folder", 0, "", found, allowed)], "the command line")
    if str(folder) in shipped_scenarios() and not folder.exists():
        allowed = "another name: a folder of this one would hide the shipped case"
        hint = f"for example {name}_ours"
        raise ScenarioError([Problem("folder", 0, "", f"{folder}, a shipped case", allowed, hint)], "the command line")
    if folder.exists() and not folder.is_dir():
        raise ResultsError(f"{folder} is a file: give the name of a new folder. Nothing was written.")
    above = next(of for of in folder.resolve().parents if of.exists())
    if not above.is_dir():
        raise ResultsError(f"{above} is a file, and {folder} cannot be in it. Nothing was written.")
    there = [of for of in (CASE, README, COPIED) if os.path.lexists(folder / of)]
    if there:
        raise ResultsError(
            f"{folder / there[0]} is there already and is not written over: give the name of a new folder."
        )


def _check_title(title: str) -> None:
    """Refuse a title that a scenario cannot have."""
    if not title.strip() or NOT_TEXT.search(title) or len(title.splitlines()) > 1 or len(title) > LONGEST_TEXT:
        allowed = f"one line of at most {LONGEST_TEXT:,} characters that can be printed"
        found = "an empty text" if not title.strip() else shown(title)
        raise ScenarioError([Problem("title", 0, "", found, allowed)], "the command line")


def _extended(origin: str, folder: Path, file: ScenarioFile) -> tuple[str, bool]:
    """How the new case names the one that it extends, and whether that one is copied beside it."""
    if origin in shipped_scenarios() and not Path(origin).exists():
        return (origin, False) if "/" not in origin else (f"{COPIED}/{file.main}", True)
    original = find_scenario(origin).resolve()
    try:
        extends = os.path.relpath(original, folder.resolve()).replace(os.sep, "/")
    except ValueError:
        raise ResultsError(f"{folder} is on another drive than {original}: give a folder near it.") from None
    up = extends.split("/").count("..")
    if up > MOST_FOLDERS_UP:
        raise ResultsError(
            f"{folder} is {up} folders away from what {original} shares with it, and a case may name files at most "
            f"{MOST_FOLDERS_UP} folders up: give a folder nearer to it, or copy that case."
        )
    return extends, False


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Write all files, read the case, and give it its name only if it can be read; otherwise nothing stays."""
    folder, mark = Path(os.path.abspath(folder)), of_this_process()
    # A folder of its own appears as a whole. Into one that is there, which may hold what the case extends, the case
    # comes last; none of the other names was taken.
    there = folder.exists()
    target = folder if there else folder.with_name(f".{folder.name}.{mark}")
    new = target / f"scenario.{mark}.yaml"
    made = [of for of in folder.parents if not of.exists()]  # goes again if nothing comes of it
    done = False
    try:
        try:
            for name, text in texts.items():
                path = new if name == CASE else target / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
            _read_back(new, folder / CASE)
            new.rename(target / CASE)
            if not there:
                target.rename(folder)
            done = True
        finally:
            if not done:
                _remove(target, new, there, made)
    except OSError as error:
        raise ResultsError(f"{folder} could not be written: {error.strerror or error}.") from error


def _remove(target: Path, new: Path, there: bool, made: Sequence[Path]) -> None:
    """Remove what was written before something went wrong."""
    if there:
        new.unlink(missing_ok=True)
        (target / README).unlink(missing_ok=True)
        shutil.rmtree(target / COPIED, ignore_errors=True)
        return
    shutil.rmtree(target, ignore_errors=True)
    for folder in made:  # from the deepest
        with suppress(OSError):  # others have put something there, or it was never made
            folder.rmdir()


def _read_back(written: Path, target: Path) -> None:
    """Read what was written; a case that cannot be read is not left to anybody."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScenarioWarning)
            read_scenario(written)
    except ScenarioError as error:
        told = str(error).replace(str(written), str(target))
        raise ResultsError(f"{target} would not be a case that can be read; nothing was written:\n{told}") from error
