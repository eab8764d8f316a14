"""Sheets of a workbook before they are written: columns of a kind, rows of texts and numbers, and notes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import VIEWS
from simcore.report.decision_names import Words
from simcore.report.workbook_phrases import TEXTS
from simcore.report.workbook_questions import SHEETS
from simcore.scenario.loading import ScenarioFile

#: What stands in a cell; None leaves it empty.
Cell = str | float | int | None
#: How a column is written. Texts: ``text``, ``long`` (broken into lines), ``heading`` (bold, and runs over the next
#: cells), ``link`` (a web address), ``sheet`` (the name of a sheet, which leads there). Numbers: ``money``, ``change``
#: (money with its sign), ``share`` and ``fine_share`` (in per cent), ``year``, ``count`` (whole), ``ratio`` (two
#: decimals), ``signed`` (a small number with its sign), ``number`` (as many digits as it takes).
KINDS = (
    "text", "long", "heading", "link", "sheet",
    "money", "change", "share", "fine_share", "year", "count", "ratio", "signed", "number",
)  # fmt: skip
_ENDLESS = "∞"
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class SheetColumn:
    """A column: what stands above it, and how it is written.

    Attributes
    ----------
    head
        Words above it; a sheet whose columns have none is read from top to bottom, and not filtered.
    kind
        One of `KINDS`.
    """

    head: str
    kind: str


@dataclass(frozen=True)
class Sheet:
    """One question and the table that answers it.

    Attributes
    ----------
    name
        At most 31 letters, none of them ``[]:*?/`` or a backslash; another than those of all other sheets.
    question
        A sentence on top.
    columns
        Of the table.
    rows
        Each as many cells as there are columns; numbers are finite, and what is none is a word or None.
    notes
        Sentences below the table.
    unit
        Of amounts, in words.
    labels
        So many columns at the left say what a row is of, and stay when one looks at those further right.
    """

    name: str
    question: str
    columns: Sequence[SheetColumn]
    rows: list[list[Cell]]
    notes: list[str] = field(default_factory=list)
    unit: str = ""
    labels: int = 1


#: A column of numbers, by what it is made from.
Values = tuple[SheetColumn, xr.DataArray]


@dataclass(frozen=True)
class SheetWords(Words):
    """Names, units and rows of sheets in a language.

    Attributes
    ----------
    file
        The scenario with its files.
    """

    file: ScenarioFile

    def tell(self, name: str, **fields: object) -> str:
        """A phrase of a workbook, with the names of the money put in."""
        attributes = self.results.attrs
        fields = {
            "currency": self.language.currency(str(attributes["currency"])),
            "price_year": attributes["price_year"], **fields,
        }  # fmt: skip
        return self.language.one_of(TEXTS[name]).format(**fields)

    def sheet_name(self, key: str) -> str:
        """The name of a sheet."""
        return self.language.one_of(SHEETS[key][0])

    def sheet(
        self, key: str, columns: Sequence[SheetColumn], rows: Iterable[list[Cell]], notes: Sequence[str] = (),
        *, unit: str = "", labels: int = 1, **fields: object,
    ) -> Sheet:  # fmt: skip
        """A sheet, with its name and question; `fields` are what is put into the question."""
        name, question = (self.language.one_of(of) for of in SHEETS[key])
        return Sheet(name, question.format(**fields), list(columns), list(rows), list(notes), unit, labels)

    def head_of(self, name: str, kind: str, **fields: object) -> SheetColumn:
        """A column whose head is a phrase of a workbook."""
        return SheetColumn(self.tell(name, **fields), kind)

    @property
    def interventions(self) -> list[str]:
        """All strategies but the comparator."""
        return [str(of) for of in self.results["strategy"].values if str(of) != self.usual]

    @property
    def whom(self) -> str:
        """The target group, with their number."""
        return self.about("persons", target=self.language.number(float(self.results.attrs["target_group"])))

    def unit_of_all(self, name: str = "for_all") -> str:
        """Unit of amounts for the whole target group."""
        return self.tell(name, whom=self.whom, inflation=self.language.rate(self.found.question.inflation))

    def sector(self, actor: str) -> str:
        """Sector of an actor; of a view that it is a sum."""
        return self.tell("sum" if actor in VIEWS else self.scenario.actors[actor].sector)

    def grade_of(self, quality: str | None) -> Cell:
        """The grade of a figure, or that it is assumed."""
        return self.tell("assumed") if quality == "assumed" else quality or None

    # -- cells ----------------------------------------------------------------------------------

    def cell(self, value: object, kind: str) -> Cell:
        """A number as it stands in a cell: finite, a word where it is endless, nothing where it is none."""
        number = float(value)  # type: ignore[arg-type]
        if math.isnan(number):
            return None
        if math.isinf(number):
            endless = _ENDLESS if number > 0 else f"{_MINUS}{_ENDLESS}"
            return self.tell("never") if kind == "year" else endless
        return int(number) if kind in ("year", "count") and number.is_integer() else number

    def rows_of(
        self, dims: Sequence[str], columns: Sequence[Values], keep: xr.DataArray | None = None
    ) -> list[list[Cell]]:  # fmt: skip
        """A row for each combination of labels of some dims, in their order.

        Parameters
        ----------
        dims
            Each with labels as `labels_of` gives them, which stand first.
        columns
            Numbers (some of these dims); they are the same for all labels of a dim that they lack.
        keep
            Which rows there are (some of these dims); by default all.
        """
        places = {dim: next(of[dim].values for _, of in columns if dim in of.dims) for dim in dims}
        shape = tuple(len(places[dim]) for dim in dims)

        def full(array: xr.DataArray) -> NDArray[Any]:
            own = [dim for dim in dims if dim in array.dims]
            same_order = array.sel({dim: places[dim] for dim in own}).transpose(*own)
            sizes = [len(places[dim]) if dim in own else 1 for dim in dims]
            return np.broadcast_to(same_order.values.reshape(sizes), shape)

        arrays = [(column.kind, full(of)) for column, of in columns]
        kept = None if keep is None else full(keep)
        labels = [[self.labels_of(dim, place.item()) for place in places[dim]] for dim in dims]
        rows = []
        for at in itertools.product(*(range(size) for size in shape)):
            if kept is not None and not kept[at]:
                continue
            first = [cell for of, place in zip(labels, at, strict=True) for cell in of[place]]
            rows.append(first + [self.cell(of[at], kind) for kind, of in arrays])
        return rows

    def labels_of(self, dim: str, place: object) -> list[Cell]:
        """What a row says of its place on a dim."""
        name = str(place)
        known: Mapping[str, Callable[[], list[Cell]]] = {
            "intervention": lambda: [self.strategy(name)],
            "actor": lambda: [self.actor(name), self.sector(name)],
            "payer": lambda: [self.actor(name)],
            "outcome": lambda: [self.outcome(name)],
            "way": lambda: [self.head(name, probability=self.percent(self.found.question.not_losing))],
            "cause": lambda: [self.head(name)],
            "group": lambda: [self.group(name)],
        }
        if dim in known:
            return known[dim]()
        return [int(name)] if dim in ("year", "horizon") else [name]

    def label_columns(self, *dims: str) -> list[SheetColumn]:
        """Columns of the labels of some dims."""
        known = {
            "intervention": [self.head_of("intervention", "text")],
            "actor": [SheetColumn(self.head("actor"), "text"), self.head_of("sector", "text")],
            "payer": [self.head_of("payer", "text")],
            "outcome": [SheetColumn(self.head("outcome"), "text")],
            "way": [self.head_of("way", "text")],
            "cause": [self.head_of("cause", "text")],
            "year": [self.head_of("year", "year")],
            "horizon": [self.head_of("number_of_years", "count")],
            "group": [self.head_of("subgroup", "text")],
        }
        return [column for dim in dims for column in known[dim]]

    # -- columns --------------------------------------------------------------------------------

    def error_of(self, values: xr.DataArray, of: str | None = None) -> Values:
        """A column of Monte Carlo standard errors."""
        return (self.head_of("error", "money") if of is None else self.head_of("error_of", "money", of=of)), values

    def quantiles_of(self, values: xr.DataArray, kind: str, of: str) -> list[Values]:
        """A column for each quantile (quantile, ...)."""
        return [
            (self.head_of("quantile", kind, share=self.percent(float(share)), of=of), values.sel(quantile=share))
            for share in values["quantile"].values
        ]


def at_stake(values: xr.DataArray, *dims: str) -> xr.DataArray:
    """Where some number along other dims than these is not zero."""
    other = [dim for dim in values.dims if dim not in dims]
    return ((values != 0) & values.notnull()).any(other)
