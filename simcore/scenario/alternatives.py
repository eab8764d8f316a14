"""Named alternatives of a scenario: other structural assumptions, each a change of the scenario as it stands.

An alternative is a scenario of its own, read, checked and run like any other. It answers "what if the model were
another one?", which no distribution of a figure says: so alternatives are shown side by side, and never mixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import Field, WithJsonSchema

from simcore.errors import Problem
from simcore.scenario.entries import IN_SWEDISH, Entry, Text
from simcore.scenario.merging import LEAVE_OUT, Merging
from simcore.scenario.nodes import Files, Node

#: How the scenario itself is called beside its alternatives.
AS_IT_STANDS = "as_it_stands"
_SAME_LUCK = "all alternatives are run with the same draws, persons and luck, so that only what they assume differs"
_SAME_QUESTION = "alternatives are other answers to the same question: for the same actors, of the same strategies"
_SAME_MONEY = "amounts of all alternatives are compared, so they are counted in the same money"
_NO_ASSUMPTION = "it assumes nothing of the world; 'about' says what the alternative assumes"
#: What an alternative may not change, and why.
KEPT: dict[tuple[str, ...], str] = {
    ("extends",): "an alternative changes the scenario that it stands in",
    ("alternatives",): "an alternative has no alternatives",
    ("calibration",): "what was observed is so whatever is assumed",
    **dict.fromkeys(
        [
            *((of,) for of in ("title", "title_sv", "question", "question_sv", "about", "about_sv")),
            *((of,) for of in ("illustrative", "groups", "labels")),
        ],
        _NO_ASSUMPTION,
    ),
    **dict.fromkeys([("draws",), ("seed",), ("sampling",), ("population", "persons")], _SAME_LUCK),
    **dict.fromkeys([("actors",), ("strategies",), ("comparator",)], _SAME_QUESTION),
    **dict.fromkeys([("money", "currency"), ("money", "price_year"), ("population", "cohorts")], _SAME_MONEY),
}
_KEPT_SECTIONS = [path[0] for path in KEPT if len(path) == 1]
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Alternative(Entry):
    """Other assumptions, run side by side with the scenario as it stands.

    `change` has the sections of a scenario and merges at every depth: ``{discount: {money: 0.05}}`` changes nothing
    else. Entries of a list are named by number from 0, ``effects: {0: {years: [1, 5]}}``, the next number being one
    more. ``leave_out`` instead of a value leaves an entry or a field out. What is one value is replaced as a whole: a
    distribution, source, condition, horizon or fade, and shares.
    """

    about: Text = Field(description="what is assumed instead, in a sentence")
    about_sv: Text | None = Field(None, description=IN_SWEDISH)
    change: Annotated[
        dict[str, object],
        Field(min_length=1),
        WithJsonSchema({"type": "object", "minProperties": 1, "propertyNames": {"not": {"enum": _KEPT_SECTIONS}}}),
    ] = Field(description="what differs, in the sections of a scenario; 'leave_out' leaves an entry or a field out")


@dataclass
class Changed:
    """A scenario as changed by one of its alternatives.

    Attributes
    ----------
    name
        Of the alternative.
    tree
        The whole scenario, changed.
    place
        Where the change is written.
    lines
        Every file and line of the change.
    problems
        What is wrong with the change itself.
    """

    name: str
    tree: Node
    place: tuple[str, int]
    lines: frozenset[tuple[str, int]]
    problems: list[Problem] = field(default_factory=list)

    @property
    def suffix(self) -> str:
        """What is said behind a path of the scenario that the change makes wrong."""
        return f" (with alternatives.{self.name})"

    def call(self, path: str, place: tuple[str, int]) -> str:
        """Name a path of the changed scenario, by the place where its value is written."""
        if place in self.lines:
            return f"alternatives.{self.name}.change.{path}"
        return f"{path}{self.suffix}"

    def plain(self, warning: str) -> str:
        """A warning without its place, and as the scenario itself would call its path."""
        path = warning.split("  ", 1)[-1].removeprefix(f"alternatives.{self.name}.change.")
        return path.replace(self.suffix, "", 1)

    def told(self, problem: Problem) -> Problem:
        """A problem, with a hint where a field has come to stand beside another one that it was to replace."""
        if not problem.hint and (problem.found == "both" or problem.allowed.startswith("exactly one of")):
            hint = f"what the scenario says stays, unless it is left out: 'name: {LEAVE_OUT}'"
            return replace(problem, hint=hint)
        return problem

    def no_change(self) -> Problem:
        """The problem of a change that changes nothing."""
        path, allowed = f"alternatives.{self.name}.change", "something that differs from it"
        return Problem(*self.place, path, "what the scenario says already", allowed)


def changed_trees(files: Files, tree: Node, scenario: type[Entry]) -> Iterator[Changed]:
    """Merge each alternative of a scenario over it.

    Parameters
    ----------
    files
        Reads what the changes name.
    tree
        The scenario, of correct form.
    scenario
        The schema of a scenario.
    """
    alternatives = tree.value.get("alternatives", Node({}, tree.file, tree.line))
    base = Node({name: node for name, node in tree.value.items() if name != "alternatives"}, tree.file, tree.line)
    for name, alternative in alternatives.value.items():
        yield _changed(files, name, alternative.value["change"], base, scenario)


def _changed(files: Files, name: str, written: Node, base: Node, scenario: type[Entry]) -> Changed:
    """Merge one alternative over the scenario."""
    merging = Merging(files, scenario, ("alternatives", name, "change"), KEPT)
    change = merging.read(written)
    merging.refuse_kept(change, "sections that say how the world is")
    tree = base if merging.problems else merging.over_filled(base, change)
    place = written.file, written.line
    if name == AS_IT_STANDS:
        allowed = "a name that is not the scenario's own"
        merging.problems.append(Problem(*place, f"alternatives.{name}", name, allowed))
    return Changed(name, tree, place, frozenset((node.file, node.line) for _, node in change.walk()), merging.problems)


def names_in_changes(tree: Node) -> set[str]:
    """Every name that the changes of a scenario mention: what only an alternative uses is used."""
    alternatives = tree.value.get("alternatives")
    if alternatives is None or not isinstance(alternatives.value, dict):
        return set()
    texts = [
        node.value
        for path, node in alternatives.walk()
        if len(path) > 2 and path[1] == "change" and isinstance(node.value, str)
    ]
    return {name for text in texts for name in _NAME.findall(text)}
