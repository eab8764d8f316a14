"""Reading back the workbook in which the figures of a case were changed, with messages that name sheet and cell."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simcore.errors import Problem, ScenarioError, did_you_mean, shown
from simcore.report.inputs_cells import CALCULATE, WrongCellError, is_formula, same, value_in
from simcore.report.inputs_figures import NUMBERS, Figure, figures
from simcore.report.inputs_phrases import HEADS, SHEETS
from simcore.report.inputs_workbook import COLUMNS, HEAD_ROW, MARK, MEMORY, VERSION
from simcore.report.language import Language
from simcore.report.spreadsheet import text_of
from simcore.scenario.loading import ScenarioFile

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    #: The cells of a row by their heads.
    _Row = dict[str, Cell | MergedCell]

#: Bytes of a workbook, and of what is packed in it, that are read at most.
_MOST_BYTES, _MOST_UNPACKED = 20_000_000, 200_000_000
#: Rows and columns of a sheet that are looked at.
_MOST_ROWS, _MOST_COLUMNS = 20_000, 50
_EXPORT = "simcore inputs export SCENARIO CASE.xlsx"


@dataclass(frozen=True)
class Kept:
    """What a workbook remembers of the scenario that it was exported from.

    Attributes
    ----------
    source
        The name of a shipped scenario, or the way to its file from the folder of the workbook.
    name, content_hash, language
        Of the scenario, and the language of the sheets.
    values
        What stood in the cells: of each sheet (by its key) and name, the fields.
    """

    source: str
    name: str
    content_hash: str
    language: str
    values: dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Change:
    """A figure that was changed in a workbook.

    Attributes
    ----------
    figure
        The figure as it is in the scenario.
    new
        The fields that are other ones.
    why
        Where the new value comes from.
    cells
        Where each changed field stands, as messages call it; `why` among them.
    """

    figure: Figure
    new: dict[str, Any]
    why: str
    cells: dict[str, str]

    @property
    def cell(self) -> str:
        """Where the first changed field stands."""
        return next(self.cells[name] for name in (*NUMBERS, "why") if name in self.new or name == "why")


@dataclass(frozen=True)
class Inputs:
    """What a workbook says.

    Attributes
    ----------
    path
        The workbook.
    kept
        The scenario that it is of.
    changes
        What was changed.
    notes
        Facts that would surprise whoever changed them.
    """

    path: str
    kept: Kept
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()


@dataclass
class OpenedInputs:
    """A workbook that was opened, before what it says is held against a scenario.

    Attributes
    ----------
    path
        As messages call it.
    book
        With the values that its formulas had when it was saved.
    kept
        The scenario that it is of.
    """

    path: str
    book: Workbook
    kept: Kept
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def formulas(self) -> Workbook:
        """The workbook with its formulas, read where a cell seems to be empty."""
        return _loaded(self.path, values=False)

    def against(self, file: ScenarioFile) -> Inputs:
        """What was changed against a scenario: the one that it was exported from, or a later version of it.

        Raises
        ------
        ScenarioError
            Lists everything that is wrong, with sheet and cell.
        """
        self.problems = []
        now = {figure.id: figure for figure in figures(self.language.of_file(file))}
        rows = {key: self._rows(key) for key in dict.fromkeys(key for key, _ in self.kept.values)}
        changes, notes = [], []
        for (key, name), values in self.kept.values.items():
            found = rows[key]
            if found is None:
                continue
            if name not in found:
                self._gone(key, name, found)
                continue
            change, note = self._change(found[name], now.get((key, name)), key, name, values)
            changes += [] if change is None else [change]
            notes += [] if note is None else [note]
        for key, own in rows.items():
            known = [name for of, name in self.kept.values if of == key]
            for name, row in (own or {}).items():
                if name not in known:
                    allowed = "the names that were exported"
                    hint = did_you_mean(name, known)
                    self._problem(row["name"], name, f"the name {shown(name)}", allowed, hint)
        if self.problems:
            raise ScenarioError(self.problems, self.path)
        if file.content_hash != self.kept.content_hash:
            same_there = "; what was changed is the same in both" if changes else ""
            notes.append(f"{self.path} was exported from another version of {file.name}{same_there}.")
        notes += [
            f"{self.path}, {change.cell}  {change.figure.name}: the new value is read as in prices of "
            f"{change.figure.numbers['price_year']}; is it in those of another year, say so beside it"
            for change in changes
            if "price_year" in change.figure.editable and "price_year" not in change.new
        ]
        return Inputs(self.path, self.kept, tuple(changes), tuple(notes))

    # -- rows ----------------------------------------------------------------------------------

    @property
    def language(self) -> Language:
        """That the workbook was exported in."""
        return Language("en" if self.kept.language == "en" else "sv")

    def _title(self, key: str) -> str:
        return self.language.one_of(SHEETS[key])

    def _rows(self, key: str) -> dict[str, _Row] | None:
        """The cells of each row of a sheet by the name that it begins with, and by their heads."""
        title = self._title(key)
        if title not in self.book.sheetnames:
            hint = did_you_mean(title, self.book.sheetnames)
            there = ", ".join(name for name in self.book.sheetnames if name != MEMORY)
            allowed = f"the sheets that were exported, '{title}' among them"
            self.problems.append(
                Problem(self.path, 0, "", f"the sheets {shown(there)}", allowed, hint, f"sheet {title}")
            )
            return None
        sheet = self.book[title]
        heads = self._heads(sheet, key)
        if heads is None:
            return None
        found: dict[str, _Row] = {}
        for row in sheet.iter_rows(min_row=HEAD_ROW + 1, max_row=min(sheet.max_row, _MOST_ROWS), max_col=_MOST_COLUMNS):
            cells = {head: row[column] for head, column in heads.items()}
            written = cells["name"].value
            if written is None or not any(cells[head].value is not None for head in cells if head != "name"):
                continue  # what is empty, or a remark
            name = text_of(str(written)).strip()
            if name in found:
                first = found[name]["name"].coordinate
                self._problem(
                    cells["name"], name, f"the name {shown(name)} a second time (first in {first})", "each once"
                )
            else:
                found[name] = cells
        return found

    def _heads(self, sheet: Worksheet, key: str) -> dict[str, int] | None:
        """In which column each head is."""
        written = {
            text_of(str(cell.value)).strip(): cell.column - 1
            for cell in next(sheet.iter_rows(min_row=HEAD_ROW, max_row=HEAD_ROW, max_col=_MOST_COLUMNS))
            if cell.value is not None
        }
        wanted = {head: self.language.one_of(HEADS[head]) for head in COLUMNS["case" if key == "case" else "figures"]}
        missing = [head for head in wanted.values() if head not in written]
        for head in missing:
            allowed = f"the heads that were exported, '{head}' among them"
            hint = did_you_mean(head, written)
            where = f"{sheet.title}!row {HEAD_ROW}"
            self.problems.append(Problem(self.path, 0, "", f"no column '{head}'", allowed, hint, where))
        return None if missing else {head: written[text] for head, text in wanted.items()}

    def _gone(self, key: str, name: str, found: dict[str, Any]) -> None:
        known = [of for sheet, of in self.kept.values if sheet == key]
        new = [other for other in found if other not in known]
        hint = f"is it the row that is now called '{new[0]}'?" if len(new) == 1 else "export the workbook again"
        where = f"sheet {self._title(key)}"
        self.problems.append(
            Problem(self.path, 0, name, "no row of this name", "every row that was exported", hint, where)
        )

    # -- values --------------------------------------------------------------------------------

    def _change(
        self, row: _Row, figure: Figure | None, key: str, name: str, values: dict[str, Any]
    ) -> tuple[Change | None, str | None]:  # fmt: skip
        """What was changed in a row, and what is to be noted."""
        editable = figure.editable if figure is not None else ()
        new: dict[str, Any] = {}
        cells = {head: f"{cell.parent.title}!{cell.coordinate}" for head, cell in row.items()}
        before = len(self.problems)
        for head, old in values.items():
            if head not in row:
                continue
            cell = row[head]
            try:
                read = value_in(cell, self._formula(cell), old, figure, head)
            except WrongCellError as wrong:
                self._problem(cell, name, wrong.found, wrong.allowed, wrong.hint)
                continue
            if not same(read, old):
                if figure is not None and head not in editable:
                    allowed, hint = (
                        f"{shown(old)}: a grey cell cannot be changed here",
                        "change it in the scenario file",
                    )
                    self._problem(row[head], name, shown(read), allowed, hint)
                else:
                    new[head] = read
        if len(self.problems) > before or (figure is None and not new):
            return None, None
        why = "" if row["why"].value is None else text_of(str(row["why"].value)).strip()
        if not new:
            text = f"{self.path}, {cells['why']}  {name}: says where a value comes from that was not changed"
            return None, text if why else None
        if not self._is_current(row, figure, name, values):
            return None, None
        assert figure is not None  # otherwise it is not current
        if not why and is_formula(formula := self._formula(row["why"])):
            self._problem(row["why"], name, f"the formula {shown(formula)} without its value", "a text", CALCULATE)
            return None, None
        if figure.needs_source and not why:
            allowed = "where the new value comes from: a work, your own accounts, or a guess with its reason and range"
            self._problem(row["why"], name, "an empty cell beside a changed figure", allowed)
            return None, None
        return Change(figure, new, why, cells), None

    def _formula(self, cell: Cell | MergedCell) -> Any:
        """What a cell holds itself."""
        return None if cell.value is not None else self.formulas[cell.parent.title][cell.coordinate].value

    def _is_current(self, row: _Row, figure: Figure | None, name: str, values: dict[str, Any]) -> bool:
        """Tell where a figure that was changed is another one in the scenario by now."""
        hint = "export the workbook again, and change it there"
        if figure is None:
            found = f"a changed figure that {self.kept.name} has no more"
            self._problem(row["name"], name, found, "figures of the scenario as it is now", hint)
            return False
        moved = {head: now for head, now in figure.numbers.items() if not same(now, values.get(head))}
        for head, now in moved.items():
            found = f"a change of {shown(values.get(head))}, which is {shown(now)} in the scenario by now"
            self._problem(row[head], name, found, f"the version of {self.kept.name} that was exported", hint)
        return not moved

    def _problem(self, cell: Cell | MergedCell, name: str, found: str, allowed: str, hint: str = "") -> None:
        """Note a problem of a cell."""
        where = f"{cell.parent.title}!{cell.coordinate}"
        self.problems.append(Problem(self.path, 0, name, found, allowed, hint, where))


def open_inputs(path: str | os.PathLike[str]) -> OpenedInputs:
    """Open a workbook that `simcore inputs export` has written.

    Raises
    ------
    ScenarioError
        It is no workbook, or not one of these.
    """
    name = str(path)
    _check_file(Path(path), name)
    book = _loaded(name, values=True)
    if MEMORY not in book.sheetnames:
        found = "a workbook without the hidden sheet of simcore"
        raise _refused(name, found, "a workbook that simcore has exported", _EXPORT)
    return OpenedInputs(name, book, _kept(name, book[MEMORY]))


def _loaded(name: str, *, values: bool) -> Workbook:
    """Load a workbook, with the values of its formulas or with the formulas."""
    from openpyxl import load_workbook

    try:
        return load_workbook(name, data_only=values)
    except Exception as error:  # of whatever a damaged file makes it stumble over
        reason = str(error).strip("'\"") or type(error).__name__
        raise _refused(name, f"a file that is no workbook ({shown(reason)})", "a workbook of Excel (.xlsx)") from None


def _check_file(path: Path, name: str) -> None:
    """Refuse what is no workbook, or is far too large for one."""
    allowed = "a workbook of Excel (.xlsx)"
    try:
        if not path.exists():
            raise _refused(name, "no such file", allowed)
        if not path.is_file():
            raise _refused(name, "a folder" if path.is_dir() else "no file", allowed)
        if path.stat().st_size > _MOST_BYTES:
            raise _refused(name, f"a file of {path.stat().st_size / 1e6:.0f} MB", f"at most {_MOST_BYTES / 1e6:.0f} MB")
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
            if unpacked > _MOST_UNPACKED:
                raise _refused(name, f"{unpacked / 1e6:.0f} MB when unpacked", f"at most {_MOST_UNPACKED / 1e6:.0f} MB")
    except zipfile.BadZipFile:
        hint = "save it as .xlsx" if path.suffix.lower() in (".xls", ".ods", ".csv") else ""
        raise _refused(name, "a file that is no workbook", allowed, hint) from None
    except (OSError, ValueError) as error:
        raise _refused(name, str(getattr(error, "strerror", None) or error), "a file that can be read") from None


def _refused(name: str, found: str, allowed: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Problem(name, 0, "", found, allowed, hint)], name)


def _kept(name: str, sheet: Worksheet) -> Kept:
    """What the hidden sheet remembers."""
    rows = list(_texts(sheet))
    try:
        (mark, version), *head = (row[:2] for row in rows[:5])
        about = dict(head)
        if mark != MARK:
            raise ValueError
        if version != str(VERSION):
            found = f"a workbook of version {shown(version)}, by another simcore"
            raise _refused(name, found, f"version {VERSION}", "export it again with this simcore")
        values: dict[tuple[str, str], dict[str, Any]] = {}
        for key, of, field_, value in (row[:4] for row in rows[5:]):
            if key not in SHEETS or field_ not in NUMBERS:
                raise ValueError
            values.setdefault((key, of), {})[field_] = json.loads(value)
        if about["language"] not in ("en", "sv") or not about["scenario"]:
            raise ValueError
        return Kept(about["scenario"], about["name"], about["hash"], about["language"], values)
    except (KeyError, ValueError, RecursionError):
        found = "a hidden sheet of simcore that is damaged"
        raise _refused(name, found, "the hidden sheet as it was exported", _EXPORT) from None


def _texts(sheet: Worksheet) -> Iterator[list[str]]:
    """The texts of each row."""
    for row in sheet.iter_rows(max_row=min(sheet.max_row, 4 * _MOST_ROWS), max_col=4, values_only=True):
        yield [text_of(str(value)) for value in row if value is not None]
