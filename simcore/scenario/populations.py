"""The populations of a calibration, each as a scenario of its own that counts what its targets are about."""

from __future__ import annotations

import re

from simcore.errors import Problem, ScenarioError
from simcore.scenario.calibrating import Calibration
from simcore.scenario.counting import counting_only
from simcore.scenario.fields import path_text
from simcore.scenario.loading import ScenarioFile, understand
from simcore.scenario.merging import Merging
from simcore.scenario.nodes import Files, Node
from simcore.scenario.schema import Scenario

#: How the scenario's own population is called.
OWN = ""
#: Sections that say who people are and how they live.
_THEIRS = (
    "population", "domains", "memory", "parameters", "tables", "derived", "joint", "correlations", "interventions",
)  # fmt: skip
#: What a population may not change, and why.
KEPT: dict[tuple[str, ...], str] = {
    (name,): "a population says who people are; the lives of the comparator are counted, without money"
    for name in Scenario.model_fields
    if name not in _THEIRS
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: Sections whose conditions and formulas may name an intervention, and fields that name none.
_MODEL = ("population", "domains", "memory", "derived", "tables")
_WORDS = ("about", "about_sv", "label", "label_sv", "source", "conversion", "unit")
#: Sections of money, which a population has no part in.
_PRICED = ("prices", "money", "public_funds", "discount", "accrual")
_NEITHER = ("alternatives", "calibration", "outcomes", "groups")


def count_name(target: str) -> str:
    """Name of the outcome that is the count of a target."""
    return f"{target}_count"


def of_name(target: str) -> str:
    """Name of the outcome that a target is divided by."""
    return f"{target}_of"


def read_populations(file: ScenarioFile, tree: Node, files: Files) -> dict[str, ScenarioFile]:
    """Read and check each population of a calibration, as a scenario that counts its targets under the comparator.

    Its outcomes are the counts of its targets, as `count_name` and `of_name` call them. It has no prices, and
    person-time is counted at the start of each cycle.

    Parameters
    ----------
    file
        The scenario as it stands.
    tree
        What its files say.
    files
        Reads what changes name.

    Raises
    ------
    ScenarioError
        What is wrong with changes and targets, all at once.
    """
    calibration = file.scenario.calibration
    if calibration is None:
        return {}
    base = Node({name: node for name, node in tree.value.items() if name not in _NEITHER}, tree.file, tree.line)
    written = tree.value["calibration"].value
    found: dict[str, ScenarioFile] = {}
    problems: list[Problem] = []
    for name, targets in _targets_of(calibration).items():
        merged, lines = base, frozenset[tuple[str, int]]()
        if name != OWN:
            change = written["populations"].value[name].value["change"]
            merging = Merging(files, Scenario, ("calibration", "populations", name, "change"), KEPT)
            change = merging.read(change)
            lines = frozenset((node.file, node.line) for _, node in change.walk())
            merging.refuse_kept(change, "sections that say who they are and how they live")
            merged = base if merging.problems else merging.over_filled(base, change)
            problems += merging.problems
            if merging.problems:
                continue
        counted = _without_programmes(merged, file.scenario)
        counted.value["outcomes"] = _outcomes(written.get("targets"), targets)
        try:
            found[name] = _counting(file, counted, name, lines)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)), tree.file)
    return found


def _targets_of(calibration: Calibration) -> dict[str, list[str]]:
    """The targets of each population."""
    found: dict[str, list[str]] = {name: [] for name in calibration.populations}
    for name, target in calibration.targets.items():
        found.setdefault(target.population or OWN, []).append(name)
    return found


def _without_programmes(tree: Node, scenario: Scenario) -> Node:
    """The scenario without prices, and without interventions that neither the comparator nor the model names.

    A population may start at an age at which no programme of the case could begin.
    """
    dropped = (*_PRICED, "interventions", "strategies")
    sections = {name: node for name, node in tree.value.items() if name not in dropped}
    interventions = tree.value.get("interventions", Node({}, tree.file, tree.line)).value
    given = tree.value["strategies"].value[scenario.comparator]
    named = set(given.plain())
    for section in _MODEL:
        named |= _names(sections[section]) if section in sections else set()
    kept: dict[str, Node] = {}
    while more := {name: node for name, node in interventions.items() if name in named and name not in kept}:
        for name, node in more.items():
            fields = {field: of for field, of in node.value.items() if field not in ("costs", "displacement")}
            kept[name] = Node(fields, node.file, node.line)
            named |= _names(kept[name])
    sections["interventions"] = Node(kept, tree.file, tree.line)
    sections["strategies"] = Node({scenario.comparator: given}, tree.file, tree.line)
    return Node(sections, tree.file, tree.line)


def _names(tree: Node) -> set[str]:
    """Every name that a part of a scenario mentions, but for words that only people read."""
    found: set[str] = set()
    for path, node in tree.walk():
        if not set(_WORDS).intersection(path):
            found |= {str(step) for step in path}
            found |= set(_NAME.findall(node.value)) if isinstance(node.value, str) else set()
    return found


def _outcomes(written: Node | None, targets: list[str]) -> Node:
    """What the targets count, as outcomes."""
    if written is None:
        return Node({}, "", 0)
    outcomes = {}
    for name in targets:
        target = written.value[name]
        for field, outcome in (("count", count_name(name)), ("of", of_name(name))):
            counted = target.value.get(field)
            if counted is not None:
                more = {"about": "counted for a target", "good": True}
                fields = {key: Node(value, counted.file, counted.line) for key, value in more.items()}
                outcomes[outcome] = Node({**counted.value, **fields}, counted.file, counted.line)
    return Node(outcomes, written.file, written.line)


def _counting(file: ScenarioFile, tree: Node, name: str, lines: frozenset[tuple[str, int]]) -> ScenarioFile:
    """A population as a checked scenario, of which only the comparator's lives are left; `lines` are its change."""

    def call(path: tuple[object, ...], _: tuple[str, int]) -> str:
        if path and path[0] == "outcomes" and len(path) > 1:
            target, field = str(path[1]).rsplit("_", 1)
            return path_text(("calibration", "targets", target, field, *path[2:]))
        return path_text(path) + (f" (with calibration.populations.{name})" if name else "")

    understood = understand(tree, (), file.main, lambda _, place: place in lines, call)
    scenario = understood.scenario
    counted = counting_only(scenario, scenario.comparator, accrual="start_of_cycle")
    return ScenarioFile(
        counted,
        f"{file.name} {name}".strip(),
        file.files,
        file.main,
        understood.places,
        tuple(text for text in understood.warnings if text.endswith("is not used")),
    )
