"""From what was changed in a workbook to a case: a scenario file with just that, which extends the scenario."""

from __future__ import annotations

import csv
import io
import os
import textwrap
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from simcore.errors import Problem, ResultsError, ScenarioError, ScenarioWarning, shown
from simcore.marks import of_this_process
from simcore.overriding import Changeable, Override, written
from simcore.report.inputs_figures import moved
from simcore.report.inputs_reading import Change, Inputs, OpenedInputs
from simcore.scenario.evidence import Table
from simcore.scenario.limits import LONGEST_TEXT
from simcore.scenario.loading import ScenarioFile, find_scenario, read_scenario
from simcore.scenario.quantities import unit_named
from simcore.scenario.shipped import shipped_scenarios

#: How a case that was written begins: it may be written over.
MARK = "# Written by simcore inputs import"
#: What a case is called in its folder.
CASE = "scenario.yaml"


@dataclass(frozen=True)
class Part:
    """A piece of a change: an entry, what is said above it, and where it comes from.

    Attributes
    ----------
    path
        Of the entry, below ``change``.
    value
        What it becomes.
    remarks
        Comments.
    cells
        Where messages about it point: by the fields of the entry, and "" for the whole.
    """

    path: tuple[Any, ...]
    value: Any
    remarks: tuple[str, ...]
    cells: dict[str, str]


@dataclass(frozen=True)
class Changed:
    """A case as it is written.

    Attributes
    ----------
    text
        The scenario file, without what it extends.
    parts
        What it changes.
    files
        Texts of other files that it names.
    """

    text: str
    parts: tuple[Part, ...]
    files: dict[str, str] = field(default_factory=dict)


def scenario_of_inputs(opened: OpenedInputs, scenario: str | None = None) -> str:
    """The scenario that a workbook was exported from, as `read_scenario` takes it.

    Parameters
    ----------
    opened
        From `open_inputs`.
    scenario
        Where it is now, if it has been moved.

    Raises
    ------
    ScenarioError
        It is not where the workbook says.
    """
    if scenario is not None:
        return scenario
    source = opened.kept.source
    if source in shipped_scenarios():
        return source
    there = Path(opened.path).resolve().parent / source
    if not os.path.isfile(there):
        found, hint = f"{source}, which is not there", "say where it is now: --scenario SCENARIO"
        allowed = "the scenario that the workbook was exported from, seen from its folder"
        raise ScenarioError([Problem(opened.path, 0, "scenario", found, allowed, hint)], opened.path)
    return os.path.relpath(there) if there.is_relative_to(Path.cwd()) else str(there)


def changed_case(inputs: Inputs, file: ScenarioFile) -> Changed:
    """What was changed, as a scenario file says it; empty where nothing was.

    Parameters
    ----------
    inputs
        From `OpenedInputs.against`.
    file
        The scenario that it was held against.
    """
    parts: list[Part] = []
    files: dict[str, str] = {}
    titles = [change for change in inputs.changes if change.figure.path == ("title",)]
    tables: dict[str, list[Change]] = {}
    for change in inputs.changes:
        path = change.figure.path
        if path[0] == "tables":
            tables.setdefault(str(path[1]), []).append(change)
        elif path[0] == "parameters":
            parts.append(_parameter(change, file))
        elif path != ("title",):
            parts += _setting(change, file)
    for name, changes in tables.items():
        part, more = _table(name, changes, file.scenario.tables[name])
        parts.append(part)
        files |= more
    if not inputs.changes:
        return Changed("", ())
    lines = [f"{MARK} from {_one_line(Path(inputs.path).name)}: {_one_line(file.name)}, with what was changed there."]
    for change in titles:
        lines.append(written({"title": change.new["value"]}).rstrip())
    if parts:
        lines += ["change:", *_nested(parts)]
    every = [Part(("title",), change.new["value"], (), {"": change.cell}) for change in titles]
    return Changed("\n".join(lines) + "\n", (*every, *parts), files)


def _nested(parts: list[Part]) -> list[str]:
    """The lines of a change, the parts of each section together."""
    sections: dict[str, list[Part]] = {}
    for part in parts:
        sections.setdefault(part.path[0], []).append(part)
    lines = []
    for section, own in sections.items():
        lines.append(f"  {section}:")
        for part in own:
            lines += [f"    # {remark}" for remark in part.remarks]
            value: Any = part.value
            for step in reversed(part.path[2:]):
                value = {step: value}
            lines.append(textwrap.indent(written({part.path[1]: value}).rstrip(), "    "))
    return lines


def _one_line(text: str) -> str:
    """A text that stays in its comment."""
    return shown(text, 200)


def _was(change: Change) -> tuple[str, ...]:
    """What is said above a change: where it was made, and what stood there."""
    said = [f"{name} was {shown(change.figure.numbers.get(name))}" for name in change.new]
    return (f"{_one_line(change.cell)}: {', '.join(said)}",)


def _setting(change: Change, file: ScenarioFile) -> list[Part]:
    """A setting of the case."""
    remarks = _was(change) + ((f"because: {_one_line(change.why)}",) if change.why else ())
    path, value = change.figure.path, _neat(change.new["value"])
    if path[1] == "horizon":
        path, value = path[:2], {path[2]: value}
    found = [Part(path, value, remarks, {"": change.cells["value"]})]
    if path == ("population", "target_group") and value > file.scenario.population.persons:
        remark = "as many are simulated as the decision is about"
        found.append(Part(("population", "persons"), value, (remark,), {"": change.cells["value"]}))
    return found


def _parameter(change: Change, file: ScenarioFile) -> Part:
    """A figure with its new distribution and where it comes from."""
    name = str(change.figure.path[1])
    old = file.scenario.parameters[name]
    entry: dict[str, Any] = {}
    numbers = {of: value for of, value in change.new.items() if of != "price_year"}
    unit = unit_named(old.unit)
    assert unit is not None  # checked with the scenario
    how = ""
    if numbers:
        found = moved(old.distribution, unit, numbers)
        entry["distribution"], how = _neat(found.written), found.how
    if "price_year" in change.new:
        entry["price_year"] = change.new["price_year"]
    entry["source"] = {"assumption": _as_source(change.why)}
    if how:
        entry["conversion"] = f"only the value was given, and {how}; it was {old.distribution.written}"
    cells = {"distribution": change.cell, "source": change.cells["why"], "": change.cell}
    if "price_year" in change.new:
        cells["price_year"] = change.cells["price_year"]
    return Part(("parameters", name), entry, _was(change), cells)


def _as_source(why: str) -> str:
    """A source on one line."""
    return " ".join(why.split())[:LONGEST_TEXT]


def _table(name: str, changes: list[Change], table: Table) -> tuple[Part, dict[str, str]]:
    """A table with other values in some cells; one of several keys stands in a file beside the case."""
    new = {int(change.figure.path[2]): change.new["value"] for change in changes}
    remarks = tuple(remark for change in changes for remark in _was(change))
    told = "; ".join(f"{change.figure.name.removeprefix(name + ': ')}: {change.why}" for change in changes)
    before = table.source.assumption or f"{table.source.work}, {table.source.where}"
    entry: dict[str, Any] = {}
    files = {}
    cells = {"": changes[0].cell, "source": changes[0].cells["why"]}
    if table.values is not None:
        keys = list(table.values)
        entry["values"] = {keys[number]: _neat(value) for number, value in new.items()}
        cells |= {f"values.{keys[int(of.figure.path[2])]}": of.cell for of in changes}
    else:
        entry["file"] = f"{name}.csv"
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*table.by, "value"])
        for number, row in enumerate(table.cells):
            writer.writerow([*(row.keys[key] for key in table.by), _neat(new.get(number, row.value))])
        files[entry["file"]] = text.getvalue()
    rest = "" if len(new) == len(table.cells) else f"; all others: {before}"
    entry["source"] = {"assumption": _as_source(f"{told}{rest}")}
    return Part(("tables", name), entry, remarks, cells), files


def _neat(value: Any) -> Any:
    """Whole numbers without a decimal point."""
    if isinstance(value, dict):
        return {key: _neat(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_neat(item) for item in value]
    return int(value) if isinstance(value, float) and value == round(value) and abs(value) < 1e15 else value


def override_of(inputs: Inputs, file: ScenarioFile) -> Override:
    """What was changed, as an override of the scenario of stored results."""
    changed = changed_case(inputs, file)
    return Override(changed.text, CASE, changed.files)


def save_case(
    inputs: Inputs, file: ScenarioFile, source: str, folder: Path, name: str | None = None
) -> tuple[Path, tuple[str, ...]]:  # fmt: skip
    """Write what was changed as a scenario that extends the one of the workbook, once it has been read and checked.

    Parameters
    ----------
    inputs
        From `OpenedInputs.against`, with a change.
    file
        The scenario that it was held against.
    source
        How that one is called: a folder, a file, or the name of a shipped scenario.
    folder
        Where the case is written; made if it is not there.
    name
        Of its file, without ending; by default it is the ``scenario.yaml`` of the folder.

    Returns
    -------
    The file, and what would surprise its author.

    Raises
    ------
    ResultsError
        It cannot be written, or would take the place of another scenario.
    ScenarioError
        What was changed means nothing; the messages name sheet and cell.
    """
    case = folder / (CASE if name is None else f"{name}.yaml")
    changed = changed_case(inputs, file)
    _check_place(case, file, changed)
    first, rest = changed.text.split("\n", 1)
    text = f"{first}\n{written({'extends': _extended(source, folder)})}{rest}"
    try:
        Changeable(file).changed(Override(changed.text, CASE, changed.files))
    except ScenarioError as error:
        raise _told(error, inputs, changed) from None
    new = case.with_name(f"{case.stem}.{of_this_process()}{case.suffix}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for of, content in changed.files.items():
                new.write_text(content, encoding="utf-8")
                new.replace(folder / of)
            new.write_text(text, encoding="utf-8")
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", ScenarioWarning)
                read_scenario(new)
            new.replace(case)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise ResultsError(f"{folder} could not be written: {error.strerror or error}.") from error
    notes = (str(warning.message).replace(new.name, case.name) for warning in caught)
    return case, tuple(note for note in notes if case.name in note)


def _check_place(case: Path, file: ScenarioFile, changed: Changed) -> None:
    """Refuse to write over what somebody else has written."""
    folder = case.parent
    if folder.exists() and not folder.is_dir():
        raise ResultsError(f"{folder} is a file: give a folder with --out.")
    there = case.read_text(encoding="utf-8", errors="replace") if case.is_file() else MARK
    if not there.startswith(MARK):
        raise ResultsError(f"{case} is a scenario of its own and is not written over: give another folder with --out.")
    if there in file.files.values():
        raise ResultsError(f"{case} is part of the scenario of the workbook: give another folder with --out.")
    for name in changed.files:
        if (folder / name).exists() and not case.is_file():
            raise ResultsError(
                f"{folder / name} is there already and is not written over: give another folder with --out."
            )


def _extended(source: str, folder: Path) -> str:
    """How the new case names the one that it extends."""
    if source in shipped_scenarios() and "/" not in source and not Path(source).exists():
        return source
    original = find_scenario(source).resolve()
    try:
        return str(os.path.relpath(original, folder.resolve())).replace(os.sep, "/")
    except ValueError:
        raise ResultsError(f"{folder} is on another drive than {original}: give a folder near it with --out.") from None


def _told(error: ScenarioError, inputs: Inputs, changed: Changed) -> ScenarioError:
    """Problems of the new case, at the cells that they come from."""
    found = []
    for problem in error.problems:
        cell = _cell_of(problem.path.removeprefix("change."), changed)
        if cell is None:
            found.append(problem)
        else:
            found.append(replace(problem, file=inputs.path, line=0, cell=cell))
    return ScenarioError(found, inputs.path)


def _cell_of(path: str, changed: Changed) -> str | None:
    """The cell that an entry of the new case comes from."""
    for part in changed.parts:
        own = ".".join(map(str, part.path))
        if path == own or path.startswith(f"{own}."):
            below = path.removeprefix(own).lstrip(".")
            near = [of for of in part.cells if of and below.startswith(of)]
            return part.cells[max(near, key=len, default="")]
    return None
