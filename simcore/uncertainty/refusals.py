"""How impossible distributions are refused: what was found, and the inequality that fails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from simcore.errors import shown

#: What to do about a spread of 0.
NOT_UNCERTAIN = "write a number without uncertainty as {fixed: ...}"


class ImpossibleDistributionError(ValueError):
    """The numbers given do not make a distribution; says which inequality fails."""

    def __init__(self, found: str, allowed: str, hint: str = "") -> None:
        self.found, self.allowed, self.hint = found, allowed, hint
        super().__init__(f"found {found}; allowed {allowed}")


def check_finite(field: str, given: Any) -> None:
    """Refuse what is not a finite number, alone or in a list or among quantiles."""
    numbers = given if isinstance(given, list | tuple) else [given]
    if isinstance(given, dict):
        numbers = [*given, *given.values()]
    for number in numbers:
        is_number = isinstance(number, int | float | np.number) and not isinstance(number, bool)
        require(is_number and math.isfinite(number), f"{field}: {shown(number)}", "a finite number")


def require(holds: bool, found: str, allowed: str, hint: str = "") -> None:
    """Refuse what does not hold."""
    if not holds:
        raise ImpossibleDistributionError(found, allowed, hint)


def percent_words(number: float) -> str:
    """Say how a percentage is written; nothing of what does not look like one."""
    is_percent = 1 < number <= 100
    return f"percentages are written as fractions: {number:g} % is {number / 100:g}" if is_percent else ""


def rounded(number: float) -> str:
    """Write a number with four digits, large ones in full."""
    return f"{float(f'{number:.4g}'):g}"
