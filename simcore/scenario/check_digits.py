"""Check digits of tables, matrices and samples: a few letters for numbers that are too many to be printed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from simcore.scenario.evidence import Table

#: Sixteen million different ones: two versions of a table have the same by accident once in so many cases.
_LENGTH = 6


def table_digits(table: Table) -> str:
    """Check digits of the cells of a table, whatever their order."""
    cells = [(sorted((key, str(level)) for key, level in row.keys.items()), row.value) for row in table.cells]
    return check_digits(sorted(cells))


def check_digits(numbers: Any) -> str:
    """Check digits of numbers and names: equal for the same ones, however they are written, and else most likely not.

    Examples
    --------
    >>> check_digits([1.0, "p_first"])
    '77917b'
    """
    written = json.dumps(numbers, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:_LENGTH]
