"""What stands in a cell of a workbook that somebody has filled in: a number or a text, or why it is none."""

from __future__ import annotations

import datetime
import math
import re
from typing import TYPE_CHECKING, Any

from simcore.errors import shown
from simcore.report.inputs_figures import YEARS, Figure
from simcore.report.spreadsheet import text_of
from simcore.scenario.limits import LARGEST_NUMBER
from simcore.scenario.quantities import percent_hint

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell

#: A number as text: digits, perhaps parted by spaces, and a decimal comma or point.
_NUMBER = re.compile(r"([-−+]?)(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:([.,])(\d+))?")
_PERCENT = re.compile(r"([-−+]?\d+(?:[.,]\d+)?)[ \u00a0\u202f]?%")
#: What to do about a formula that was never worked out.
CALCULATE = "open the workbook, let it calculate, and save it again; or type what is meant"
#: Numbers this near to each other are the same: programs that save a workbook may drop the last digit.
_SAME = 1e-13


class WrongCellError(Exception):
    """A cell holds nothing that can be used: what was found, what is allowed, and what to do."""

    def __init__(self, found: str, allowed: str, hint: str = "") -> None:
        self.found, self.allowed, self.hint = found, allowed, hint
        super().__init__(found)


def same(one: object, other: object) -> bool:
    """Whether two values are the same, numbers but for the last digit."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=_SAME, abs_tol=0.0)
    return one == other


def is_formula(written: object) -> bool:
    """Whether what a cell holds itself is a formula."""
    return isinstance(written, str) and written.startswith("=")


def value_in(cell: Cell | MergedCell, formula: object, old: object, figure: Figure | None, head: str) -> Any:
    """The value of a cell, a number or a text as it was.

    Parameters
    ----------
    cell
        With the value that its formula had when the workbook was saved.
    formula
        What it holds itself.
    old
        What it held when it was exported.
    figure, head
        Of what it is, and under which head.

    Raises
    ------
    WrongCellError
        It is empty, or holds nothing that is possible there.
    """
    value = cell.value
    if value is None and is_formula(formula):
        allowed = "a text" if isinstance(old, str) else _allowed(figure, head)
        raise WrongCellError(f"the formula {shown(formula)} without its value", allowed, CALCULATE)
    if value is None:
        raise WrongCellError("an empty cell", f"a value; it was {shown(old)}")
    if isinstance(old, str):
        text = text_of(str(value)).strip()
        if not text:
            raise WrongCellError("an empty text", "a text")
        return text
    return _possible(_number(cell, value, _allowed(figure, head)), figure, head)


def _number(cell: Cell | MergedCell, value: object, allowed: str) -> float:
    if isinstance(value, bool):
        raise WrongCellError(str(value).lower(), allowed)
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        hint = "it was taken for a date: give the cell the number format General, and type the number again"
        raise WrongCellError(f"the date {value}", allowed, hint)
    if isinstance(value, int | float):
        return float(value)
    text = text_of(str(value)).strip()
    if cell.data_type == "e":
        raise WrongCellError(f"the error {text}", allowed, "mend the formula, or type the number")
    percent = _PERCENT.fullmatch(text)
    if percent:
        raise WrongCellError(text, allowed, percent_hint(float(percent[1].replace(",", ".").replace("−", "-"))))
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise WrongCellError(shown(text), allowed, "type the number alone: its unit stands beside it")
    sign, whole, mark, decimals = match.groups()
    if mark and len(decimals) == 3 and whole != "0":
        hint = "as text this may be read in two ways: type it as a number"
        raise WrongCellError(f"{text}, as text", allowed, hint)
    digits = re.sub(r"\D", "", whole)
    return float(f"{'-' if sign in ('-', '−') else ''}{digits}.{decimals or 0}")


def _possible(number: float, figure: Figure | None, head: str) -> float | int:
    """A number, if it is possible there."""
    allowed, found = _allowed(figure, head), f"{number:.15g}"
    if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        raise WrongCellError(found, allowed)
    whole = _whole(figure, head)
    if whole is not None:
        if number != round(number) or not whole[0] <= number <= whole[1]:
            raise WrongCellError(found, allowed)
        return round(number)
    unit = figure.bounds if figure is not None else None
    if unit is not None and not unit.accepts(number):
        raise WrongCellError(found, allowed, unit.percent_hint(number))
    if unit is not None and unit.kind == "discount rate" and number >= 1:
        raise WrongCellError(found, "a rate per year, below 1", percent_hint(number))
    return number


def _whole(figure: Figure | None, head: str) -> tuple[int, int] | None:
    return YEARS if head == "price_year" else figure.whole if figure is not None else None


def _allowed(figure: Figure | None, head: str) -> str:
    """What a cell may hold, in words."""
    whole = _whole(figure, head)
    if whole is not None:
        most = str(whole[1]) if whole == YEARS else f"{whole[1]:,}"
        return f"a whole number from {whole[0]} to {most}"
    unit = figure.bounds if figure is not None else None
    return "a number" if unit is None else unit.allowed
