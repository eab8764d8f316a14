"""Overrides: other prices and other worth of outcomes in a scenario whose lives stay as they are.

An override is what may stand under ``change`` beside ``extends`` in a scenario file. A changed scenario is kept as one
more file over those of the scenario, so that what was changed can be read wherever the scenario is.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import yaml

from simcore.errors import Problem, ScenarioError, shown
from simcore.model.compile import compile_scenario
from simcore.model.values import Drawn
from simcore.scenario.alternatives import changed_trees
from simcore.scenario.cohorts import other_lives
from simcore.scenario.disk import NearFiles
from simcore.scenario.fields import Path as Steps
from simcore.scenario.fields import path_text
from simcore.scenario.loading import ScenarioFile, find_scenario, scenario_from_texts, understand
from simcore.scenario.merging import LEAVE_OUT, Merging
from simcore.scenario.nodes import Files, Node, UnreadableError
from simcore.scenario.reading import Overridden, read_tree
from simcore.scenario.schema import Entry, Scenario
from simcore.scenario.strict_yaml import read_yaml
from simcore.scenario.uses import uses

#: What an override is called among the files of its scenario.
OVERRIDE = "override.yaml"
#: Where nothing but money and the worth of outcomes is decided.
_OF_MONEY = re.compile(
    r"(prices|outcomes|discount|accrual|events_fall|money|public_funds|actors|sources|labels|(title|question|about)(_sv)?|"
    r"illustrative|alternatives|calibration|draws|interventions\.\w+\.(costs|displacement)|population\.(target_group|horizon|persons)"
    r")\b"
)
#: What is said of a figure beside its value, or of anything; the year of prices says nothing about lives.
_WORDS = (
    "about", "about_sv", "label", "label_sv", "source", "conversion", "grade", "evidence", "design", "valid_until",
    "checked_by", "price_year",
)  # fmt: skip
#: Sections of numbers that are named where they are used.
_NUMBERS = ("parameters", "tables", "derived")
#: Texts stay on one line.
_WIDTH = 20_000
_EXTENDS = re.compile(r"(?m)^extends:[ \t]*[^\s#][^\n]*$(?!\n[ \t]*-|\n[ \t]+\S)")


@dataclass(frozen=True)
class Override:
    """A scenario file that is laid over another scenario than the one that it names.

    Attributes
    ----------
    text
        What it says.
    name
        Its name.
    files
        Texts of the files that it names.
    """

    text: str
    name: str = OVERRIDE
    files: Mapping[str, str] = field(default_factory=dict)


def read_override(source: str | os.PathLike[str]) -> Override:
    """Read an override: a scenario file with ``change`` beside ``extends``, or with ``change`` alone.

    Parameters
    ----------
    source
        The file, or a folder with ``scenario.yaml``.

    Raises
    ------
    ScenarioError
        It, or a file that it names, cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "dearer.yaml"
    ...     _ = path.write_text("change: {discount: {money: 0.05}}")
    ...     read_override(path).text
    'change: {discount: {money: 0.05}}'
    """
    path = find_scenario(source)
    files = Files(NearFiles(str(path)))
    try:
        tree = read_yaml(files, str(path))
        own = {**tree.value} if isinstance(tree.value, dict) else {}
        own.pop("extends", None)
        _read_named(files, Node(own, tree.file, tree.line))
    except UnreadableError as error:
        raise ScenarioError([*files.problems, error.problem], str(path)) from None
    if files.problems:
        raise ScenarioError(files.problems, str(path))
    named = {
        os.path.relpath(file, path.parent).replace(os.sep, "/"): text
        for file, text in files.texts.items()
        if file != str(path)
    }
    return Override(files.texts[str(path)], path.name, named)


def _read_named(files: Files, tree: Node) -> None:
    """Read the files that sections, tables and samples of a tree name, whatever they are."""
    for path, node in tree.walk():
        value = node.value
        if not isinstance(value, str) or not re.search(r"\.(csv|ya?ml)$", value, re.I) or len(path) > 6:
            continue
        if path[-1] == "file" or not any(isinstance(step, str) for step in path[2:]):
            file = files.refer(node, path_text(path))
            if file.lower().endswith(".csv"):
                files.text(file, node, path_text(path))
            else:
                _read_named(files, read_yaml(files, file, node, path_text(path)))


class Changeable:
    """A scenario that is read under one override after another.

    It keeps what was read and merged from its files, so that only what an override changes is read again, and the
    whole is checked; alternatives and populations of a calibration are not worked out anew.

    Parameters
    ----------
    file
        The scenario.
    """

    def __init__(self, file: ScenarioFile) -> None:
        self.file = file
        self._tree: Node | None = None
        self._overridden: dict[Steps, tuple[Overridden, ...]] = {}

    def changed(self, change: Mapping[str, Any] | Override) -> ScenarioFile:
        """The scenario under an override.

        Parameters
        ----------
        change
            Sections of a scenario, as under ``change`` in a file; or an override that was read.

        Raises
        ------
        ScenarioError
            As `simcore.read_scenario`.
        """
        if isinstance(change, Override):
            return self._read(change)
        plain: dict[str, Any] = _plain(change)
        alternatives = plain.get("alternatives", {})
        if "calibration" in plain or _names_files(plain) or set(map(str, _leaves(alternatives))) - {LEAVE_OUT}:
            return self._read(Override(_text(plain)))
        return self._merged(plain)

    def _read(self, override: Override) -> ScenarioFile:
        """Read all files again, with one more."""
        folder, extended = posixpath.split(self.file.main)
        name = _free_name(self.file.files, posixpath.join(folder, override.name))
        texts = {**self.file.files, name: _extending(override.text, extended)}
        for other, text in override.files.items():
            there = posixpath.normpath(posixpath.join(folder, other))
            if texts.get(there, text) != text:
                there_too = f"{other}: a file of this name, with another content, belongs to {self.file.name}"
                raise ScenarioError([Problem(override.name, 0, "", there_too, "names of files that it has not")], name)
            texts[there] = text
        return replace(scenario_from_texts(texts, name), name=self.file.name)

    def _merged(self, change: dict[str, Any]) -> ScenarioFile:
        """Merge a change over what has been read."""
        folder, extended = posixpath.split(self.file.main)
        name = _free_name(self.file.files, posixpath.join(folder, OVERRIDE))
        texts = {**self.file.files, name: _extending(_text(change), extended)}
        files = Files(lambda path: texts[path.replace(os.sep, "/")])
        if self._tree is None:
            self._tree, self._overridden = read_tree(Files(files.read), self.file.main, Scenario)
        try:
            written = read_yaml(files, name)
        except UnreadableError as error:
            raise ScenarioError([*files.problems, error.problem], name) from None
        overridden = dict(self._overridden)

        def replaced(path: Steps, old: Node, new: Node) -> None:
            value = old.plain()
            if value != new.plain():
                overridden[path] = (Overridden(value, old.file, old.line), *overridden.get(path, ()))

        merging = Merging(files, Scenario, ("change",), replaced=replaced)
        node = merging.read(written.value["change"])
        merging.refuse_kept(node, "sections of a scenario")
        tree = self._tree if merging.problems else merging.over_filled(self._tree, node)
        problems = [*files.problems, *merging.problems]
        if problems:
            raise ScenarioError(problems, name)
        found = understand(
            tree, (), name, lambda _, place: place[0] == name, lambda path, place: _call(path, place, name)
        )  # fmt: skip
        lost = [of for of in _overlapping(tree, node) if not _still_differs(files, tree, of, found.scenario)]
        if lost:
            known = change.get("alternatives", {})
            return self._merged({**change, "alternatives": {**known, **dict.fromkeys(lost, LEAVE_OUT)}})
        return ScenarioFile(
            found.scenario, self.file.name, dict(sorted(texts.items())), name, found.places, found.warnings,
            overridden=overridden,
        )  # fmt: skip


def _call(path: Steps, place: tuple[str, int], name: str) -> str:
    """Name a path of a changed scenario by where its value is written."""
    return f"change.{path_text(path)}" if place[0] == name and path else path_text(path)


def _plain(value: Any) -> Any:
    """A change as it can be written: numbers of NumPy as those of Python, tuples as lists."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _leaves(value: Any) -> Iterator[Any]:
    for item in value.values() if isinstance(value, dict) else ():
        yield from _leaves(item) if isinstance(item, dict) else (item,)


def _names_files(change: Mapping[str, Any]) -> bool:
    """Whether a change names files, or takes those of what it changes away."""
    if any(not isinstance(section, dict) for name, section in change.items() if name in (*_NUMBERS, "joint")):
        return True

    def names(value: Any) -> bool:
        if isinstance(value, dict):
            return "file" in value or any(map(names, value.values()))
        return isinstance(value, list) and any(map(names, value))

    return names(change)


class _Dumper(yaml.SafeDumper):
    """Writes texts so that the strict reader takes them for texts."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    plain = re.fullmatch(r"[A-Za-z_][^,:#{}\[\]]*", text) and "\n" not in text
    risky = re.fullmatch(r"(?i)yes|no|on|off|y|n|true|false|null|nan|inf", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain and not risky else '"')


_Dumper.add_representer(str, _represent_text)


def written(change: Mapping[str, Any]) -> str:
    r"""Write sections of a scenario as a file says them.

    Examples
    --------
    >>> written({"change": {"discount": {"money": 0.05}}})
    'change:\n  discount: {money: 0.05}\n'
    """
    flat = not any(isinstance(value, Mapping | list) for value in change.values())
    try:
        text: str = yaml.dump(
            dict(change), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH,
            default_flow_style=False if flat else None,
        )  # fmt: skip
    except yaml.YAMLError as error:
        found = f"what a file cannot say ({shown(error)})"
        allowed = "names, texts, numbers, lists and mappings"
        raise ScenarioError([Problem("change", 0, "", found, allowed)], "the change") from None
    return text


def _text(change: Mapping[str, Any]) -> str:
    return written({"change": _plain(change)})


def _extending(text: str, extended: str) -> str:
    """The text of an override that extends another file than it says, each line where it was."""
    line = written({"extends": extended}).rstrip()
    if _EXTENDS.search(text):
        return _EXTENDS.sub(lambda _: line, text, count=1)
    tree = yaml.safe_load(text) if re.search(r"(?m)^extends:", text) else {}
    if "extends" in tree:  # on several lines
        return written({**tree, "extends": extended})
    return f"{text.rstrip()}\n{line}\n"


def _free_name(files: Mapping[str, str], name: str) -> str:
    """A name that no file has."""
    stem, ending = posixpath.splitext(name)
    number = 1
    while name in files:
        number += 1
        name = f"{stem}_{number}{ending}"
    return name


def _overlapping(tree: Node, change: Node) -> list[str]:
    """Alternatives that change what a change changes too."""
    own = [path for path, node in change.walk() if not isinstance(node.value, dict)]
    found = []
    alternatives = tree.value.get("alternatives")
    for name, alternative in alternatives.value.items() if alternatives is not None else ():
        theirs = [path for path, node in alternative.value["change"].walk() if not isinstance(node.value, dict)]
        if any(one[: len(other)] == other[: len(one)] for one in own for other in theirs):
            found.append(str(name))
    return found


def _still_differs(files: Files, tree: Node, name: str, scenario: Scenario) -> bool:
    """Whether an alternative can be read, and is another scenario than the changed one."""
    only = Node({name: tree.value["alternatives"].value[name]}, tree.file, tree.line)
    for changed in changed_trees(files, Node({**tree.value, "alternatives": only}, tree.file, tree.line), Scenario):
        try:
            found = understand(changed.tree, changed.problems, name, lambda *_: False, lambda path, _: path_text(path))
        except ScenarioError:
            return False
        return bool(found.scenario != scenario.model_copy(update={"alternatives": {}}))
    return False


# -- what decides lives ----------------------------------------------------------------------------


def price_parameters(file: ScenarioFile) -> list[str]:
    """Names of the uncertain parameters that lives do not depend on: of prices, payers, discounting and weights.

    Raises
    ------
    ScenarioError
        A table has no value for a situation that occurs.
    """
    of_lives = drawn_for_lives(file)
    return [name for name, of in file.distributions.items() if not of.is_fixed and name not in of_lives]


def drawn_for_lives(file: ScenarioFile) -> set[str]:
    """Names of the parameters, fixed ones too, that lives depend on.

    Raises
    ------
    ScenarioError
        A table has no value for a situation that occurs.
    """
    return {
        column.parameter
        for compiled in (compile_scenario(of) for of in (file, *other_lives(file)))
        for column in compiled.values.columns
        if isinstance(column, Drawn)
    }


def deciding_lives(scenario: Scenario) -> set[str]:
    """Names of the parameters, tables and derived quantities that may decide how lives go.

    What stands in prices and the like alone does not, nor what stands only in tables and formulas that stand there.

    Examples
    --------
    >>> sorted(deciding_lives(simcore.read_scenario("textbook_chain").scenario))[-1]
    'rr_oil'
    """
    places = uses(scenario)
    found: set[str] = set()
    while True:
        more = {
            name for name, where in places.items() if name not in found and any(_of_lives(of, found) for of in where)
        }
        if not more:
            return found
        found |= more


def _of_lives(place: str, found: set[str]) -> bool:
    """Whether what stands at a place decides lives, when some numbers are known to."""
    section, _, rest = place.partition(".")
    if section in ("tables", "derived"):
        return re.split(r"[.\[]", rest)[0] in found
    return not _OF_MONEY.match(place)


def lives_changed(old: Scenario, new: Scenario) -> list[str]:
    """Paths of what decides lives and is not the same in two scenarios.

    Examples
    --------
    >>> scenario = simcore.read_scenario("textbook_chain").scenario
    >>> lives_changed(scenario, scenario.model_copy(update={"cycle": "month", "title": "Another"}))
    ['cycle']
    """
    names = deciding_lives(old) | deciding_lives(new)
    found = []
    for section in Scenario.model_fields:
        was, now = getattr(old, section), getattr(new, section)
        if section in _NUMBERS:
            was, now = ({name: every[name] for name in sorted(names & every.keys())} for every in (was, now))
        elif section in ("joint", "correlations"):
            continue  # seen in what is drawn
        found += [path_text(path) for path in _differences(was, now, (section,))]
    few_places = any(of.enrol.places is not None for of in new.interventions.values())
    if few_places and old.population.target_group != new.population.target_group:
        found.append("population.target_group (there are few places for it)")
    return found


def _differences(was: Any, now: Any, path: Steps) -> Iterator[Steps]:
    """Paths of what differs between two parts of a scenario, money and words apart."""
    if _OF_MONEY.match(path_text(path)):
        return
    if isinstance(was, Entry) and type(was) is type(now):
        for name, of in type(was).model_fields.items():
            if name not in _WORDS:
                yield from _differences(getattr(was, name), getattr(now, name), (*path, of.alias or name))
    elif isinstance(was, dict) and isinstance(now, dict) and list(was) == list(now):
        for name in was:
            yield from _differences(was[name], now[name], (*path, name))
    elif isinstance(was, dict) and isinstance(now, dict) and (others := was.keys() ^ now.keys()):
        yield from ((*path, name) for name in (*was, *now) if name in others)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for number, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _differences(one, other, (*path, number))
    elif was != now or (isinstance(was, dict) and list(was) != list(now)):
        yield path
