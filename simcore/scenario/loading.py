"""From files on disk (or kept in a results folder) to a checked `Scenario`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from pydantic import ValidationError

from simcore.errors import NOT_TEXT, Problem, ScenarioError, ScenarioWarning, UnknownNameError, did_you_mean
from simcore.scenario.alternatives import Changed, changed_trees, names_in_changes
from simcore.scenario.disk import NearFiles
from simcore.scenario.fields import Path as Steps
from simcore.scenario.fields import path_text
from simcore.scenario.form_problems import form_problems
from simcore.scenario.limits import MOST_ENTRIES, MOST_REPEATED_VALUES, OTHER_ENTRIES
from simcore.scenario.marginals import dependence_of
from simcore.scenario.meaning import Meaning
from simcore.scenario.nodes import Files, Node, UnreadableError, content_hash
from simcore.scenario.reading import Overridden, read_tree
from simcore.scenario.schema import Scenario
from simcore.scenario.sections import NAMED_SECTIONS
from simcore.scenario.shipped import shipped_scenarios
from simcore.scenario.showing import scenario_html, scenario_words
from simcore.scenario.structure import Structure, matrix_parameter
from simcore.scenario.swedish import in_swedish
from simcore.uncertainty.dependence import Dependence
from simcore.uncertainty.distributions import Distribution

Place = tuple[str, int]


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
    alternative
        Which of its alternatives this is; none for the scenario as it stands.
    alternatives
        Each alternative as a scenario of its own, from the same files.
    overridden
        What the case has put other values in the place of, by the path of the value; the last one first.
    populations
        Whom the targets of its calibration are about, each as a scenario that counts them; "" is its own population.
    """

    scenario: Scenario
    name: str
    files: dict[str, str]
    main: str
    places: dict[tuple[Any, ...], tuple[str, int]]
    warnings: tuple[str, ...]
    alternative: str = ""
    alternatives: dict[str, ScenarioFile] = field(default_factory=dict)
    overridden: dict[Steps, tuple[Overridden, ...]] = field(default_factory=dict)
    populations: dict[str, ScenarioFile] = field(default_factory=dict)

    def __repr__(self) -> str:
        return scenario_words(self.scenario, self.name)  # the texts of its files would swamp everything else

    def _repr_html_(self) -> str:
        return scenario_html(self.scenario, self.name)

    @cached_property
    def distributions(self) -> dict[str, Distribution]:
        """Distribution of every parameter by itself, those behind matrices of counts included.

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

    @cached_property
    def dependence(self) -> Dependence:
        """Which parameters are drawn together, and how."""
        return dependence_of(self.scenario)

    @cached_property
    def in_swedish(self) -> ScenarioFile:
        """The same with texts as its files say them in Swedish, where they do."""
        others = {name: of.in_swedish for name, of in self.alternatives.items()}
        populations = {name: of.in_swedish for name, of in self.populations.items()}
        return replace(self, scenario=in_swedish(self.scenario), alternatives=others, populations=populations)

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
    # Unlike the methods of a path, these take a name that no file can have for that of none.
    if os.path.isfile(path / "scenario.yaml"):
        return path / "scenario.yaml"
    if os.path.isfile(path):
        return path
    shipped = shipped_scenarios()
    if str(name) in shipped:
        return shipped[str(name)]
    found = f"{name}: {'a folder without scenario.yaml' if os.path.isdir(path) else 'no such file or scenario'}"
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
    _check_name(path.resolve().parent / path.name)
    shown_path = os.path.relpath(path) if path.resolve().is_relative_to(Path.cwd()) else str(path)
    loaded = load(Files(NearFiles(shown_path)), shown_path, case_name(path.parent.resolve() / path.name))
    for text in loaded.warnings:
        warnings.warn(text, ScenarioWarning, stacklevel=2)
    return loaded


def _check_name(path: Path) -> None:
    """Refuse a scenario whose name cannot be printed, nor kept with its results.

    Raises
    ------
    ScenarioError
        The name of its folder or file has letters that are none.
    """
    for name in (path.parent.name, path.name):
        if NOT_TEXT.search(name):
            found, allowed = f"the name {name!a}", "names of files and folders that can be printed"
            raise ScenarioError([Problem(name, 0, "", found, allowed, "give it another name")], name)


def case_name(path: PurePath) -> str:
    """Name of a case: of two files in one folder, at most one is called after the folder."""
    return path.parent.name if path.name == "scenario.yaml" and path.parent.name else path.stem


def scenario_from_texts(files: Mapping[str, str], main: str, alternative: str = "") -> ScenarioFile:
    """Read a scenario, or one of its alternatives, from texts by file name, as a results folder keeps them.

    Raises
    ------
    ScenarioError
        As `read_scenario`.
    UnknownNameError
        The scenario has no such alternative.
    """

    def read(file: str) -> str:
        return files[file.replace(os.sep, "/")]

    file = load(Files(read), main, case_name(PurePosixPath(main)))
    return file if not alternative else with_alternative(file, alternative)


def with_alternative(file: ScenarioFile, name: str) -> ScenarioFile:
    """One of the alternatives of a scenario, as a scenario of its own.

    Raises
    ------
    UnknownNameError
        It has no such alternative.
    """
    if name not in file.alternatives:
        raise UnknownNameError(name, f"an alternative of {file.name}", file.alternatives)
    return file.alternatives[name]


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
    """Read, merge and check a scenario file with its alternatives; the common part of the two ways to read one."""
    try:
        tree, overridden = read_tree(files, file, Scenario)
    except UnreadableError as error:
        raise ScenarioError([*files.problems, error.problem], file) from None
    if too_many := _too_many(tree):
        raise ScenarioError([*files.problems, *too_many], file)
    folder, elsewhere = os.path.dirname(file), names_in_changes(tree)

    def own(path: Steps, place: Place) -> bool:
        return os.path.dirname(place[0]) == folder and path[-1] not in elsewhere

    base = understand(tree, files.problems, file, own, lambda path, _: path_text(path))
    _repeated(base.scenario, tree, base.places)
    others: dict[str, Understood] = {}
    problems: list[Problem] = []
    for changed in changed_trees(files, tree, Scenario):
        try:
            others[changed.name] = _understand_changed(changed, base, file)
        except ScenarioError as error:
            problems += map(changed.told, error.problems)
    populations: dict[str, ScenarioFile] = {}
    try:
        populations = _populations(base, tree, files, name, file)
    except ScenarioError as error:
        problems += error.problems
    if problems:
        raise ScenarioError(problems, file)
    read = (files.named(), files.name(file))
    alternatives = {
        other: ScenarioFile(of.scenario, name, *read, of.places, of.warnings, other) for other, of in others.items()
    }
    noted = (
        *_kept_sources(overridden, base.places),
        *base.warnings,
        *(text for of in others.values() for text in of.warnings),
        *(text for population in populations.values() for text in population.warnings),
    )
    return ScenarioFile(base.scenario, name, *read, base.places, noted, "", alternatives, overridden, populations)


def _too_many(tree: Node) -> list[Problem]:
    """Refuse sections of so many entries that each could not be held against the others."""
    problems = []
    population = tree.value.get("population")
    inside = population.value if population is not None and isinstance(population.value, dict) else {}
    sections = {section: tree.value.get(section) for section in NAMED_SECTIONS}
    for section, node in (sections | {name: inside.get(name) for name in ("attributes", "traits")}).items():
        most = OTHER_ENTRIES.get(section, MOST_ENTRIES)
        if node is not None and isinstance(node.value, dict) and len(node.value) > most:
            path = section if section in sections else f"population.{section}"
            found, allowed = f"{len(node.value):,} entries", f"at most {most:,} entries"
            problems.append(Problem(node.file, node.line, path, found, allowed))
    return problems


def _repeated(scenario: Scenario, tree: Node, places: Mapping[Steps, Place]) -> None:
    """Refuse so many alternatives and populations of so large a scenario that they could not be checked.

    Raises
    ------
    ScenarioError
        There are too many.
    """
    for section, names in (
        ("alternatives", scenario.alternatives),
        ("calibration", scenario.calibration.populations if scenario.calibration is not None else {}),
    ):
        if len(names) * len(places) > MOST_REPEATED_VALUES:
            node = tree.value[section]
            what = "alternatives" if section == "alternatives" else "populations"
            found = f"{len(names):,} {what} of a scenario of {len(places):,} values"
            allowed = f"at most {MOST_REPEATED_VALUES // len(places):,} of a scenario of this size"
            raise ScenarioError([Problem(node.file, node.line, section, found, allowed)], node.file)


def _kept_sources(overridden: Mapping[Steps, tuple[Overridden, ...]], places: Mapping[Steps, Place]) -> list[str]:
    """Notes on parameters that have taken another distribution and kept the source of the old one."""
    notes = []
    for path in overridden:
        if path[:1] != ("parameters",) or path[2:] != ("distribution",):
            continue
        file, line = places[path]
        told = [places.get((*path[:2], field), ("", 0))[0] for field in ("source", "conversion")]
        if file not in told:
            text = "has another distribution and the source of the old one; say where the new one comes from"
            notes.append(f"{file}:{line}  {path_text(path[:2])}: {text}")
    return notes


def _populations(base: Understood, tree: Node, files: Files, name: str, file: str) -> dict[str, ScenarioFile]:
    """The populations of its calibration, named and kept like the scenario itself."""
    from simcore.scenario.populations import read_populations

    case = ScenarioFile(base.scenario, name, {}, "", base.places, base.warnings)
    found = read_populations(case, tree, files)
    return {of: replace(one, files=files.named(), main=files.name(file)) for of, one in found.items()}


@dataclass(frozen=True)
class Understood:
    """A checked scenario, where its entries are written, and what would surprise its author."""

    scenario: Scenario
    places: dict[Steps, Place]
    warnings: tuple[str, ...]


def understand(
    tree: Node, problems: Sequence[Problem], where: str, own: Callable[[Steps, Place], bool],
    call: Callable[[Steps, Place], str],
) -> Understood:  # fmt: skip
    """Check a scenario.

    Parameters
    ----------
    tree, problems
        What was read, and what was found wrong while reading.
    where
        Its file, for messages.
    own, call
        Whether the author wrote the entry at a path and place here, and how messages name it.
    """
    places = tree.places()

    def locate(path: Steps) -> Place:
        while path not in places:
            path = path[:-1]
        return places[path]

    def named(path: Steps) -> str:
        return call(path, locate(path))

    try:
        scenario = Scenario.model_validate(tree.plain())
    except ValidationError as error:
        raise ScenarioError([*problems, *form_problems(error, tree, locate, named)], where) from None
    if problems:  # what was lost with them may be what a name refers to
        raise ScenarioError(problems, where)
    meaning = Meaning(scenario, locate, lambda path: own(path, locate(path)), named)
    meaning.check()
    if meaning.problems:
        raise ScenarioError(meaning.problems, where)
    return Understood(meaning.scenario, places, tuple(meaning.warnings))


def _understand_changed(changed: Changed, base: Understood, where: str) -> Understood:
    """Check an alternative of a scenario; its warnings are those that the scenario as it stands has not."""
    if changed.problems:
        raise ScenarioError(changed.problems, where)
    found = understand(
        changed.tree, (), where, lambda _, place: place in changed.lines,
        lambda path, place: changed.call(path_text(path), place),
    )  # fmt: skip
    if found.scenario == base.scenario.model_copy(update={"alternatives": {}}):
        raise ScenarioError([changed.no_change()], where)
    known = {changed.plain(text) for text in base.warnings}
    return replace(found, warnings=tuple(text for text in found.warnings if changed.plain(text) not in known))
