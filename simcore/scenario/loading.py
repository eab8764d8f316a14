"""From files on disk (or kept in a results folder) to a checked `Scenario`."""

from __future__ import annotations

import os
import types
import typing
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from simcore.errors import Problem, ScenarioError, ScenarioWarning, UnknownNameError, counted, did_you_mean, shown
from simcore.scenario.meaning import Meaning, path_text
from simcore.scenario.nodes import Files, Node, UnreadableError, content_hash, read_disk
from simcore.scenario.reading import read_tree
from simcore.scenario.schema import Entry, Scenario
from simcore.scenario.shipped import shipped_scenarios
from simcore.scenario.structure import Structure, matrix_parameter
from simcore.uncertainty.distributions import Distribution


@dataclass(frozen=True)
class ScenarioFile:
    """A checked scenario together with the files it was read from.

    Attributes
    ----------
    scenario
        What the files say.
    name
        Name of the case: its folder's name, or the file's where it is not called ``scenario.yaml``.
    files
        Text of every file read, by name relative to their common folder; those that ship with
        simcore by a name that begins with ``shipped:/``. The names depend neither on where the
        case is kept nor on how its path was written.
    main
        Which of `files` is the scenario itself.
    places
        File and line of every entry, by its path.
    warnings
        Facts that would surprise the author.
    """

    scenario: Scenario
    name: str
    files: dict[str, str]
    main: str
    places: dict[tuple[Any, ...], tuple[str, int]]
    warnings: tuple[str, ...]

    @cached_property
    def distributions(self) -> dict[str, Distribution]:
        """Distribution of every parameter, those behind matrices of counts included.

        The probabilities of a counted row are a Dirichlet draw: gamma numbers with the counts as shapes, divided by
        their sum.
        """
        found = {name: parameter.distribution for name, parameter in self.scenario.parameters.items()}
        for domain in self.scenario.domains.values():
            table = self.scenario.tables.get(domain.matrix or "")
            if domain.matrix is None or table is None or not table.unit.startswith("count"):
                continue
            for row in table.cells:
                if isinstance(row.value, float) and row.value > 0:
                    name = matrix_parameter(domain.matrix, str(row.keys["from"]), str(row.keys["to"]))
                    found[name] = Distribution("gamma", {"shape": row.value, "scale": 1.0})
        return found

    @property
    def content_hash(self) -> str:
        """SHA-256 of all files, names included."""
        return content_hash(self.files)


def find_scenario(name: str | os.PathLike[str]) -> Path:
    """Find a scenario file: a file, a folder with ``scenario.yaml``, or the name of a shipped one.

    Raises
    ------
    ScenarioError
        There is no such scenario; the message lists the shipped ones.
    """
    path = Path(name)
    if path.is_dir() and (path / "scenario.yaml").is_file():
        return path / "scenario.yaml"
    if path.is_file():
        return path
    shipped = shipped_scenarios()
    if str(name) in shipped:
        return shipped[str(name)]
    found = f"{name}: {'a folder without scenario.yaml' if path.is_dir() else 'no such file or scenario'}"
    allowed = f"a scenario file, a folder with scenario.yaml, or a shipped scenario: {', '.join(shipped)}"
    raise ScenarioError([Problem(str(name), 0, "", found, allowed, did_you_mean(str(name), shipped))], str(name))


def read_scenario(source: str | os.PathLike[str]) -> ScenarioFile:
    """Read and check a scenario.

    Parameters
    ----------
    source
        A scenario file, a folder with ``scenario.yaml``, or the name of a shipped scenario.

    Raises
    ------
    ScenarioError
        Lists everything that is wrong, with file, line, what was found and what is allowed.

    Warns
    -----
    ScenarioWarning
        For facts that would surprise the author: unused parameters, unreachable states.

    Examples
    --------
    >>> import simcore
    >>> simcore.read_scenario("textbook_chain").scenario.cycle
    'year'
    """
    path = find_scenario(source)
    shown_path = os.path.relpath(path) if path.resolve().is_relative_to(Path.cwd()) else str(path)
    loaded = load(Files(read_disk), shown_path, case_name(path.parent.resolve() / path.name))
    for text in loaded.warnings:
        warnings.warn(text, ScenarioWarning, stacklevel=2)
    return loaded


def case_name(path: PurePath) -> str:
    """Name of a case: of two files in one folder, at most one is called after the folder."""
    return path.parent.name if path.name == "scenario.yaml" and path.parent.name else path.stem


def scenario_from_texts(files: Mapping[str, str], main: str) -> ScenarioFile:
    """Read a scenario from texts by file name, as a results folder keeps them.

    Raises
    ------
    ScenarioError
        As `read_scenario`.
    """

    def read(file: str) -> str:
        return files[file.replace(os.sep, "/")]

    return load(Files(read), main, case_name(PurePosixPath(main)))


def with_groups(file: ScenarioFile, groups: Sequence[str]) -> ScenarioFile:
    """The scenario with other subgroups to report.

    Raises
    ------
    UnknownNameError
        A group is no attribute of the scenario.
    """
    attributes = [name for name in Structure(file.scenario).attributes if "." not in name]
    for name in groups:
        if name not in attributes:
            raise UnknownNameError(name, "an attribute of the scenario", attributes)
    return replace(file, scenario=file.scenario.model_copy(update={"groups": list(dict.fromkeys(groups))}))


def load(files: Files, file: str, name: str) -> ScenarioFile:
    """Read, merge and check a scenario file; the common part of the two ways to read one."""
    try:
        tree = read_tree(files, file)
    except UnreadableError as error:
        raise ScenarioError([*files.problems, error.problem], file) from None
    places = dict(tree.places())

    def locate(path: tuple[Any, ...]) -> tuple[str, int]:
        while path not in places:
            path = path[:-1]
        return places[path]

    try:
        scenario = Scenario.model_validate(tree.plain())
    except ValidationError as error:
        raise ScenarioError([*files.problems, *_problems(error, tree, locate)], file) from None
    if files.problems:  # what was lost with them may be what a name refers to
        raise ScenarioError(files.problems, file)
    own = os.path.dirname(file)
    meaning = Meaning(scenario, locate, lambda other: os.path.dirname(other) == own)
    meaning.check()
    if meaning.problems:
        raise ScenarioError(meaning.problems, file)
    return ScenarioFile(scenario, name, files.named(), files.name(file), places, tuple(meaning.warnings))


# --- pydantic's errors in our words -----------------------------------------------------------

_WORDS = {
    "string_type": "text",
    "string_too_short": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "dict_type": "entries by name",
    "model_type": "entries by name",
    "model_attributes_type": "entries by name",
    "list_type": "a list",
    "string_pattern_mismatch": "three capital letters, such as SEK",
    "invalid_key": "a name before the colon",
}


#: Of the errors at one place, the one that says most is shown.
_TELLING = {"scenario": 0, "literal_error": 1}


def _problems(error: ValidationError, tree: Node, locate: Any) -> list[Problem]:
    """Turn a validation error into problems, one per place."""
    found: dict[tuple[Any, ...], list[ErrorDetails]] = {}
    data = tree.plain()
    for detail in error.errors():
        path = _path_in(data, detail)
        found.setdefault(path, []).append(detail)
    lost = [path for path, node in tree.walk() if node.lost]
    problems = []
    for path, details in found.items():
        if any(other[: len(path)] == path for other in lost):
            continue  # it follows from what could not be read
        if any(other != path and other[: len(path)] == path for other in found) and all(
            _is_choice(detail, path) for detail in details
        ):
            continue  # an alternative of a choice whose other alternative says more
        details.sort(key=lambda detail: _TELLING.get(detail["type"], len(_TELLING)))
        detail = details[0]
        file, line = locate(path)
        problems.append(Problem(file, line, path_text(path), *_words(detail, details, path)))
    return problems


def _path_in(data: Any, detail: ErrorDetails) -> tuple[Any, ...]:
    """Path of an error in the file: without the steps that name alternatives of a choice."""
    path: list[Any] = []
    steps = detail["loc"]
    for number, step in enumerate(steps):
        inside = (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int))
        if inside:
            path.append(step)
            data = data[step]
        elif detail["type"] == "missing" and number == len(steps) - 1:
            path.append(step)
    about = detail.get("ctx", {}).get("at")
    return (*path, about) if about else tuple(path)


def _is_choice(detail: ErrorDetails, path: tuple[Any, ...]) -> bool:
    return len(detail["loc"]) > len(path)


def _words(detail: ErrorDetails, details: list[ErrorDetails], path: tuple[Any, ...]) -> tuple[str, str, str]:
    """Found, allowed and hint for an error."""
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind == "scenario":
        return str(context["found"]), str(context["allowed"]), str(context["hint"])
    if kind == "extra_forbidden":
        fields = _fields_at(path[:-1])
        hint = did_you_mean(str(path[-1]), fields)
        if not hint and " " in str(path[-1]):
            hint = "a text with a comma or a colon in it needs quotes"
        return "a field this entry does not have", ", ".join(fields), hint
    if kind == "missing":
        return "nothing", "a value: this field is required", _description(path)
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "")
        names = allowed.replace(" or ", ", ").split(", ")
        others = [_allowed(other, path) for other in details if other is not detail]
        return shown(detail["input"]), ", or ".join([allowed, *others]), did_you_mean(str(detail["input"]), names)
    limits = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}
    if kind in limits:
        words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}[limits[kind]]
        return shown(detail["input"]), f"{words} {context[limits[kind]]}", ""
    if kind in ("too_short", "too_long"):
        limit = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        return counted(context["actual_length"], "entry"), limit, ""
    allowed = " or ".join(dict.fromkeys(_allowed(other, path) for other in details))
    return shown(detail["input"]), allowed, _form_hint(detail)


def _allowed(detail: ErrorDetails, path: tuple[Any, ...]) -> str:
    """What is allowed where something of the wrong form stands."""
    match detail["type"]:
        case "scenario":
            return str(detail["ctx"]["allowed"])
        case "literal_error":
            return str(detail["ctx"]["expected"]).replace("'", "")
        case "model_type" | "model_attributes_type":
            return f"an entry with {', '.join(_fields_at(path))}"
        case kind:
            return _WORDS.get(kind, "something else")


def _form_hint(detail: ErrorDetails) -> str:
    value = detail["input"]
    if detail["type"] in ("float_type", "int_type") and isinstance(value, str):
        return "a number stands alone, without quotes, units or spaces between its digits"
    if detail["type"] == "list_type":
        return f"write [{'' if value is None else shown(value)}]"
    return ""


def _description(path: tuple[Any, ...]) -> str:
    """The description of a field, as the hint of a message."""
    kind: Any = Scenario
    for step in path[:-1]:
        kind = _below(kind, step)
    entry = _entry_in(kind)
    for name, field in entry.model_fields.items() if entry is not None else ():
        if path[-1] in (name, field.alias):
            return field.description or ""
    return ""


def _fields_at(path: tuple[Any, ...]) -> list[str]:
    """The fields that the entry at a path may have."""
    kind: Any = Scenario
    for step in path:
        kind = _below(kind, step)
    entry = _entry_in(kind)
    if entry is None:
        return []
    fields = [field.alias or name for name, field in entry.model_fields.items()]
    return [*(["extends"] if not path else []), *(name for name in fields if name not in entry.NOT_WRITTEN)]


def _below(kind: Any, step: Any) -> Any:
    entry = _entry_in(kind)
    if entry is not None:
        for name, field in entry.model_fields.items():
            if step in (name, field.alias):
                return field.annotation
        return None
    for option in _options(kind):
        origin, args = typing.get_origin(option), typing.get_args(option)
        if origin is dict:
            return args[1]
        if origin is list:
            return args[0]
    return None


def _options(kind: Any) -> list[Any]:
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return _options(typing.get_args(kind)[0])
    if origin in (typing.Union, types.UnionType):
        return [option for arg in typing.get_args(kind) for option in _options(arg)]
    return [kind]


def _entry_in(kind: Any) -> type[Entry] | None:
    for option in _options(kind):
        if isinstance(option, type) and issubclass(option, Entry):
            return option
    return None
