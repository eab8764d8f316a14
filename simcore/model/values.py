"""The numbers a model refers to, as columns: parameters, table cells, formulas, traits, and effects that fade.

Every baseline and modifier of the compiled model is the number of a column here. Columns are
evaluated for all draws at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError, Problem, ScenarioError, shown, with_article
from simcore.rates import ROUNDING, odds_ratio_of_difference
from simcore.scenario.conditions import DROPPED_OUT, NEVER, Band, Value, parse_band
from simcore.scenario.evidence import Table
from simcore.scenario.expressions import Expression
from simcore.scenario.fields import path_text
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import Derived, Trait
from simcore.scenario.structure import Structure, matrix_parameter
from simcore.uncertainty.traits import level_mean, possible


@dataclass(frozen=True)
class Known:
    """A number that is the same in every draw."""

    number: float


@dataclass(frozen=True)
class Drawn:
    """A parameter's value."""

    parameter: str


@dataclass(frozen=True)
class Weakened:
    """What is left of a ratio or difference: shares of it, faded for some cycles.

    A ratio becomes ratio**weight, a difference difference*weight, a standardised mean difference the odds ratio of
    difference*weight. The weight is the product of the shares, times 0.5**(time faded / half-life) or, when it fades in
    a straight line, max(0, 1 - time faded / length).

    Attributes
    ----------
    size, shares, half_life, length
        Columns.
    scale
        One of `Modifier.SCALES`.
    """

    size: int
    scale: str
    shares: tuple[int, ...] = ()
    half_life: int | None = None
    length: int | None = None
    cycles_faded: int = 0


@dataclass(frozen=True)
class CaughtUp:
    """A ratio or difference that takes back what another has changed in a window, while the others catch up.

    Attributes
    ----------
    changed, time
        Columns: the ratio or difference in the window, and the time in which the others catch up [years].
    scale
        One of `Modifier.SCALES`.
    window
        Length of the window [years].
    cycle
        Cycles since the window ended, 1 for the first.
    path
        The entry in the file.
    """

    changed: int
    time: int
    scale: str
    window: float
    cycle: int
    path: tuple[str | int, ...]


@dataclass(frozen=True)
class Product:
    """A product of numbers (columns)."""

    factors: tuple[int, ...]


@dataclass(frozen=True)
class ShareOf:
    """A number as the share of several (columns)."""

    own: int
    all: tuple[int, ...]


@dataclass(frozen=True)
class Level:
    """A trait's value in one of its levels; `first` and `second` are columns."""

    trait: str
    form: str
    first: int
    second: int
    level: int
    n_levels: int


@dataclass(frozen=True)
class Formula:
    """A derived quantity in a situation; each name is a value of the situation, or a column."""

    name: str
    expression: Expression
    known: tuple[tuple[str, Value], ...]
    columns: tuple[tuple[str, int], ...]


Column = Known | Drawn | Weakened | CaughtUp | Product | ShareOf | Level | Formula
#: A row of a table: what each key must be, and the value.
_Row = tuple[tuple[str | Band, ...], str | float]


@dataclass
class Values:
    """A growing list of columns; asking for the same number twice gives the same column."""

    file: ScenarioFile
    structure: Structure
    columns: list[Column] = field(default_factory=list)
    _numbers: dict[Column, int] = field(default_factory=dict)
    _cells: dict[tuple[object, ...], int] = field(default_factory=dict)
    _tables: dict[str, list[_Row]] = field(default_factory=dict)
    _trees: dict[str, Any] = field(default_factory=dict)

    def column(self, column: Column) -> int:
        """Return the number of a column, adding it when it is new."""
        if column not in self._numbers:
            self._numbers[column] = len(self.columns)
            self.columns.append(column)
        return self._numbers[column]

    def quantity(self, quantity: str | float, situation: Mapping[str, Value]) -> int:
        """Return the column of a quantity in a situation (variable -> value).

        Raises
        ------
        ScenarioError
            A table has no cell for the situation.
        """
        if not isinstance(quantity, str):
            return self.column(Known(float(quantity)))
        entry = self.file.scenario.entry(quantity)
        if isinstance(entry, Table):
            return self._table(quantity, entry, situation)
        if isinstance(entry, Derived):
            return self._derived(quantity, entry, situation)
        if isinstance(entry, Trait):
            form, first, second = entry.form
            columns = self.quantity(first, situation), self.quantity(second, situation)
            return self.column(Level(quantity, form, *columns, int(situation[quantity]), entry.levels))
        return self.column(Drawn(quantity))

    def _derived(self, name: str, entry: Derived, situation: Mapping[str, Value]) -> int:
        """Column of a formula, with what the situation tells filled in."""
        keys = self.structure.keys_of(name)
        cell = (name, *(situation[key] for key in sorted(keys)))
        if cell not in self._cells:
            expression = entry.expression
            known: list[tuple[str, Value]] = []
            columns: list[tuple[str, int]] = []
            for other in sorted(expression.names):
                if self.structure.is_variable(other):
                    known.append((other, situation[other]))
                else:
                    columns.append((other, self.quantity(other, situation)))
            self._cells[cell] = self.column(Formula(name, expression, tuple(known), tuple(columns)))
        return self._cells[cell]

    def _table(self, name: str, table: Table, situation: Mapping[str, Value]) -> int:
        wanted = {key: self._key(table, key, situation) for key in table.by}
        cell = (name, *wanted.values())
        if cell not in self._cells:
            value = self._look_up(name, wanted)
            unit = unit_named(table.unit)
            if unit is not None and unit.kind == "count" and "from" in wanted:  # a matrix; elsewhere a mere number
                self._cells[cell] = self._counted(name, str(wanted["from"]), str(wanted["to"]))
            else:
                self._cells[cell] = self.column(Drawn(value) if isinstance(value, str) else Known(value))
        return self._cells[cell]

    def _key(self, table: Table, key: str, situation: Mapping[str, Value]) -> Value:
        """Where a table is looked up: at the value of a key, or of its formula, which the situation tells alone."""
        if key not in table.at:
            return situation[key]
        as_number = self.structure.as_number
        number = table.expression_at(key).evaluate(lambda name: as_number(name, situation[name]))
        return self.structure.as_key(key, float(np.asarray(number)))

    def _counted(self, name: str, start: str, end: str) -> int:
        """Probability of a counted move: shares of gamma numbers are a Dirichlet draw of the row."""
        rows = self.file.scenario.tables[name].cells
        ends = {str(row.keys["to"]): float(row.value) for row in rows if str(row.keys["from"]) == start}
        columns = {
            to: self.column(Drawn(matrix_parameter(name, start, to)) if count > 0 else Known(0.0))
            for to, count in ends.items()
        }
        return self.column(ShareOf(columns[end], tuple(columns.values())))

    def joint_share(self, name: str, keys: Mapping[str, str]) -> int:
        """Column of a cell of a joint table: a share, or a count of persons among all."""
        table = self.file.scenario.tables[name]
        columns = [self.column(Drawn(r.value) if isinstance(r.value, str) else Known(r.value)) for r in table.cells]
        own = next(
            column
            for row, column in zip(table.cells, columns, strict=True)
            if {key: str(level) for key, level in row.keys.items()} == dict(keys)
        )
        unit = unit_named(table.unit)
        is_count = unit is not None and unit.kind == "count"
        return self.column(ShareOf(own, tuple(columns))) if is_count else own

    def _look_up(self, name: str, wanted: Mapping[str, Value]) -> str | float:
        if name not in self._trees:
            self._trees[name] = _tree(self._parsed(name))
        found = _cell(self._trees[name], list(wanted.values()))
        if found is not None:
            return found
        file, line = self.file.places[("tables", name)]
        asked = ", ".join(
            f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}" for key, value in wanted.items()
        )
        hint = ""
        for place, (key, value) in enumerate(wanted.items()):
            bands = [keys[place] for keys, _ in self._parsed(name) if isinstance(keys[place], Band)]
            ends = [band.below for band in bands if isinstance(band, Band)]
            if isinstance(value, int | float) and ends and None not in ends and value >= max(end or 0 for end in ends):
                hint = (
                    f"close the last row of {key} with {max(band.low for band in bands if isinstance(band, Band)):g}+"
                )
            elif value == NEVER:
                hint = f"a row with {key} never says what holds before the first time"
            elif value == DROPPED_OUT and key in self.structure.interventions:
                hint = f"a row with {key} {DROPPED_OUT} says what holds for those who have left"
        problem = Problem(
            file, line, path_text(("tables", name)), f"no cell for {asked}", "a cell for every case that occurs", hint
        )
        raise ScenarioError([problem], file)

    def _parsed(self, name: str) -> list[_Row]:
        """A table's rows with the keys that are numbers as bands."""
        if name not in self._tables:
            rows: list[_Row] = []
            table = self.file.scenario.tables[name]
            numbers = {key for key in table.by if self._is_number(key)}
            for row in table.cells:
                keys = [
                    (parse_band(row.keys[key]) if key in numbers else None) or str(row.keys[key]) for key in table.by
                ]
                rows.append((tuple(keys), row.value))
            self._tables[name] = rows
        return self._tables[name]

    def _is_number(self, key: str) -> bool:
        """Whether a key of a table is a number; the others are names."""
        named = any(isinstance(value, str) and value != NEVER for value in self.structure.levels.get(key, ()))
        return not named and key not in ("from", "to")

    # -- evaluation -----------------------------------------------------------------------------

    def evaluate(self, parameters: Mapping[str, NDArray[np.float64]], n_draws: int) -> NDArray[np.float64]:
        """Return every column in every draw (draw, column).

        Parameters
        ----------
        parameters
            Values of each parameter (draw,).
        n_draws
            Number of draws.

        Raises
        ------
        ModelError
            A formula gives no possible value of its unit in some draw.
        """
        values = np.empty((n_draws, len(self.columns)), order="F")
        for number, column in enumerate(self.columns):
            values[:, number] = self._evaluate(column, values, parameters)
        return np.ascontiguousarray(values)

    def _evaluate(
        self, column: Column, values: NDArray[np.float64], parameters: Mapping[str, NDArray[np.float64]]
    ) -> NDArray[np.float64] | float:
        match column:
            case Known():
                return column.number
            case Drawn():
                return parameters[column.parameter]
            case Weakened():
                return self._weakened(column, values)
            case CaughtUp():
                return self._caught_up(column, values)
            case Product():
                return np.asarray(values[:, list(column.factors)].prod(axis=1))
            case ShareOf():
                return np.asarray(values[:, column.own] / values[:, list(column.all)].sum(axis=1))
            case Level():
                return self._trait(column, values)
            case Formula():
                return self._formula(column, values)

    def _weakened(self, column: Weakened, values: NDArray[np.float64]) -> NDArray[np.float64]:
        weight = np.ones(len(values))
        for share in column.shares:
            weight = weight * values[:, share]
        years = column.cycles_faded / self.structure.per_year
        if column.half_life is not None:
            weight = weight * 0.5 ** (years / values[:, column.half_life])
        if column.length is not None:
            weight = weight * np.maximum(0.0, 1.0 - years / values[:, column.length])
        size = values[:, column.size]
        if column.scale == "standardised_mean_difference":
            return odds_ratio_of_difference(size * weight)
        return np.asarray(size * weight if column.scale == "risk_difference" else size**weight)

    def _caught_up(self, column: CaughtUp, values: NDArray[np.float64]) -> NDArray[np.float64]:
        changed, time = values[:, column.changed], values[:, column.time]
        # How much of this cycle the others are still catching up.
        part = np.clip(time * self.structure.per_year - (column.cycle - 1), 0.0, 1.0)
        if column.scale == "risk_difference":
            return np.asarray(-changed * column.window * part / time)
        ratio = 1.0 - (changed - 1.0) * column.window * part / time
        if (ratio < -ROUNDING).any():
            draw = int(np.argmax(ratio < -ROUNDING))
            file, line = place_of(self.file, column.path)
            is_difference = column.scale == "standardised_mean_difference"
            name = with_article("odds ratio" if is_difference else column.scale.replace("_", " "))
            raise ModelError(
                f"{file}:{line}  {path_text(column.path)}: draw {draw}: {name} of {ratio[draw]:.4g} would have to take "
                f"back within {time[draw]:.4g} years what {changed[draw]:.4g} has changed in "
                f"{column.window:.4g} year{'' if column.window == 1 else 's'}. Nothing below 0 is possible: "
                "catch_up must be at least "
                f"({changed[draw]:.4g} - 1) * {column.window:.4g} = {(changed[draw] - 1.0) * column.window:.4g} years."
            )
        return np.maximum(ratio, 0.0)

    def _trait(self, column: Level, values: NDArray[np.float64]) -> NDArray[np.float64]:
        first, second = values[:, column.first], values[:, column.second]
        file, line = self.file.places[("population", "traits", column.trait)]
        wrong = ~possible(column.form, first, second)
        if wrong.any():
            draw = int(np.argmax(wrong))
            raise ModelError(
                f"{file}:{line}  population.traits.{column.trait}: draw {draw}: a {column.form} distribution with "
                f"{self._given(column, first, second, draw)} is impossible."
            )
        means = level_mean(column.form, first, second, column.level, column.n_levels)
        unit = unit_named(self.file.scenario.population.traits[column.trait].unit)
        assert unit is not None  # by the schema
        wrong = ~((means >= unit.low) & (means <= unit.high)) | (unit.open_low & (means <= unit.low))
        if wrong.any():
            draw = int(np.argmax(wrong))
            raise ModelError(
                f"{file}:{line}  population.traits.{column.trait}: draw {draw}: level {column.level} of "
                f"{column.n_levels} is {means[draw]:.4g} ({column.form}, {self._given(column, first, second, draw)}); "
                f"allowed is {unit.allowed}."
            )
        return means

    @staticmethod
    def _given(column: Level, first: NDArray[np.float64], second: NDArray[np.float64], draw: int) -> str:
        """The two numbers of a trait's distribution in a draw, in words."""
        fields = Trait.FORMS[column.form]
        return f"{fields[0]} {first[draw]:.4g}, {fields[1]} {second[draw]:.4g}"

    def _formula(self, column: Formula, values: NDArray[np.float64]) -> NDArray[np.float64] | float:
        found: dict[str, Value | NDArray[np.float64]] = {
            name: self.structure.as_number(name, value) for name, value in column.known
        }
        found |= {name: values[:, number] for name, number in column.columns}
        result = column.expression.evaluate(lambda name: found[name])
        entry = self.file.scenario.derived[column.name]
        unit = unit_named(entry.unit)
        assert unit is not None  # by the schema
        array = np.broadcast_to(np.asarray(result, dtype=float), len(values))
        with np.errstate(invalid="ignore"):
            fine = np.isfinite(array) & (array >= unit.low) & (array <= unit.high)
        if unit.open_low:
            fine &= array > unit.low
        if not fine.all():
            draw = int(np.argmin(fine))
            file, line = self.file.places[("derived", column.name)]
            where = ", ".join(
                f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in column.known
            )
            numbers = ", ".join(f"{name} {values[draw, number]:.4g}" for name, number in column.columns)
            raise ModelError(
                f"{file}:{line}  derived.{column.name}: draw {draw}{', ' if where else ''}{where}: "
                f"{shown(column.expression.text)} is {array[draw]:.4g}{f' ({numbers})' if numbers else ''}; "
                f"allowed is {unit.allowed}."
            )
        return result


def place_of(file: ScenarioFile, path: tuple[str | int, ...]) -> tuple[str, int]:
    """File and line of an entry, or of the nearest one around it."""
    while path not in file.places:
        path = path[:-1]
    return file.places[path]


def _tree(rows: list[_Row]) -> Any:
    """The rows of a table key by key: branches by name or single whole number, and pairs of a band and its branch."""
    if rows and not rows[0][0]:
        return rows[0][1]
    named: dict[str | int, list[_Row]] = {}
    banded: dict[Band, list[_Row]] = {}
    for (key, *further), value in rows:
        if isinstance(key, Band) and key.below != key.low + 1:
            rows_of = banded.setdefault(key, [])
        else:
            rows_of = named.setdefault(int(key.low) if isinstance(key, Band) else key, [])
        rows_of.append((tuple(further), value))
    return {key: _tree(of) for key, of in named.items()}, [(band, _tree(of)) for band, of in banded.items()]


def _cell(tree: Any, wanted: list[Value]) -> str | float | None:
    """The cell of these levels; None when there is none."""
    if not isinstance(tree, tuple):
        found: str | float = tree
        return found
    named, banded = tree
    level, *further = wanted
    exact = level if isinstance(level, str) or not math.isfinite(level) else math.floor(level)
    cell = _cell(named[exact], further) if exact in named else None
    if cell is not None:
        return cell
    cells = (_cell(below, further) for band, below in banded if level in band)
    return next((cell for cell in cells if cell is not None), None)
