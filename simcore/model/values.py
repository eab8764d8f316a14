"""The numbers a model refers to, as columns: parameters, table cells, and effects that fade.

Every baseline and modifier of the compiled model is the number of a column here. Columns are
evaluated for all draws at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simcore.errors import Problem, ScenarioError
from simcore.model.ledger import CYCLE_YEARS
from simcore.scenario.conditions import Band, parse_band
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.meaning import path_text


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
    """What is left of a ratio or difference: a share of it, faded for some cycles.

    A ratio becomes ratio**weight, a difference difference*weight, with
    weight = share * 0.5**(cycles_faded * cycle length / half-life).
    """

    size: int
    is_ratio: bool
    share: int | None
    half_life: int | None
    cycles_faded: int


Column = Known | Drawn | Weakened
#: Keys of a table row (a name, or a band of whole numbers) and its value.
TableRow = tuple[list[tuple[str, str | Band]], str | float]


@dataclass
class Values:
    """A growing list of columns; asking for the same number twice gives the same column."""

    file: ScenarioFile
    columns: list[Column] = field(default_factory=list)
    _numbers: dict[Column, int] = field(default_factory=dict)
    _cells: dict[tuple[object, ...], int] = field(default_factory=dict)
    _tables: dict[str, list[TableRow]] = field(default_factory=dict)

    def column(self, column: Column) -> int:
        """Return the number of a column, adding it when it is new."""
        if column not in self._numbers:
            self._numbers[column] = len(self.columns)
            self.columns.append(column)
        return self._numbers[column]

    def keys_of(self, quantity: str | float) -> tuple[str, ...]:
        """The variables a quantity depends on: a table's keys, otherwise none."""
        table = self.file.scenario.tables.get(quantity) if isinstance(quantity, str) else None
        return tuple(table.by) if table is not None else ()

    def quantity(self, quantity: str | float, situation: Mapping[str, str | int]) -> int:
        """Return the column of a quantity in a situation (variable -> value).

        Raises
        ------
        ScenarioError
            A table has no cell for the situation.
        """
        if not isinstance(quantity, str):
            return self.column(Known(float(quantity)))
        table = self.file.scenario.tables.get(quantity)
        if table is None:
            return self.column(Drawn(quantity))
        cell = (quantity, *(situation[key] for key in table.by))
        if cell not in self._cells:
            self._cells[cell] = self._look_up(quantity, {key: situation[key] for key in table.by})
        return self._cells[cell]

    def _look_up(self, name: str, wanted: dict[str, str | int]) -> int:
        for keys, value in self._parsed(name):
            if all(wanted[key] == level if isinstance(level, str) else wanted[key] in level for key, level in keys):
                return self.column(Drawn(value) if isinstance(value, str) else Known(value))
        file, line = self.file.places[("tables", name)]
        asked = ", ".join(f"{key} {value}" for key, value in wanted.items())
        bands = [level for keys, _ in self._parsed(name) for key, level in keys if key == "age"]
        highest = max((band.high or band.low for band in bands if isinstance(band, Band)), default=0)
        too_old = isinstance(wanted.get("age"), int) and int(wanted["age"]) > highest
        hint = "close the last row with 85+ or the like" if too_old else ""
        problem = Problem(
            file, line, path_text(("tables", name)), f"no cell for {asked}", "a cell for every case that occurs", hint
        )
        raise ScenarioError([problem], file)

    def _parsed(self, name: str) -> list[TableRow]:
        """A table's rows with their number keys as bands."""
        if name not in self._tables:
            scenario = self.file.scenario
            named = {*scenario.population.attributes, *scenario.domains}
            rows: list[TableRow] = []
            for row in scenario.tables[name].cells:
                keys: list[tuple[str, str | Band]] = []
                for key, level in row.keys.items():
                    band = parse_band(level) if key not in named else None
                    keys.append((key, band if band is not None else str(level)))
                rows.append((keys, row.value))
            self._tables[name] = rows
        return self._tables[name]

    def evaluate(self, parameters: Mapping[str, NDArray[np.float64]], n_draws: int) -> NDArray[np.float64]:
        """Return every column in every draw (draw, column).

        Parameters
        ----------
        parameters
            Values of each parameter (draw,).
        n_draws
            Number of draws.
        """
        cycle_years = CYCLE_YEARS[self.file.scenario.cycle]
        values = np.empty((n_draws, len(self.columns)))
        for number, column in enumerate(self.columns):
            if isinstance(column, Known):
                values[:, number] = column.number
            elif isinstance(column, Drawn):
                values[:, number] = parameters[column.parameter]
            else:
                weight = np.ones(n_draws) if column.share is None else values[:, column.share]
                if column.half_life is not None:
                    half_lives = column.cycles_faded * cycle_years / values[:, column.half_life]
                    weight = weight * 0.5**half_lives
                size = values[:, column.size]
                values[:, number] = size**weight if column.is_ratio else size * weight
        return values
