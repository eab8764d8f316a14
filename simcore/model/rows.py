"""Rows of the compiled model, collected sheet by sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.errors import ModelError
from simcore.kernels.tables import CONTINUOUS, OVER, Rows
from simcore.scenario.variables import Situation

#: Twenty times what the largest case that ships has. Each takes about a microsecond and 200 bytes to set up.
MOST_ROWS = 2_000_000
#: Their thresholds are worked out in every draw.
_MOST_THRESHOLDS = 50_000_000
#: States to the third power, of all generators: the multiplications of a matrix, of which each draw needs some dozens.
_MOST_MATRIX_CELLS = 20_000_000


@dataclass(frozen=True)
class Sheet:
    """Rows of one own state and all combinations of parents, with their exits in the order they are tried.

    `base` int32 (row, exit); `modifiers` int32 (row, modifier of any exit), -1 where it does not act;
    `kinds` and `exits` say what each modifier column is and which exit it belongs to; `scale` is that of the baselines.
    """

    targets: tuple[int, ...]
    scale: int
    complete: bool
    base: NDArray[np.int32]
    modifiers: NDArray[np.int32]
    kinds: tuple[int, ...]
    exits: tuple[int, ...]

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for sheets that are the same."""
        return (self.targets, self.scale, self.base.tobytes(), self.modifiers.tobytes(), self.kinds, self.exits)


@dataclass
class Block:
    """Where a block of rows begins, and what its rows stand for (for error messages)."""

    first_row: int
    question: str
    own: tuple[str, ...]
    targets: tuple[str, ...]
    parents: tuple[str, ...]
    situations: list[Situation]
    layers: list[Situation]
    path: tuple[str, ...]


class RowList:
    """Collects rows and turns them into `Rows`."""

    def __init__(self, cycle_years: float) -> None:
        self.cycle_years = cycle_years
        self.n_rows = 0
        self.n_thresholds = 0
        self.blocks: list[Block] = []
        self._rows: list[tuple[NDArray[Any], ...]] = []
        self._exits: list[tuple[NDArray[Any], ...]] = []
        self._modifiers: list[tuple[NDArray[Any], ...]] = []
        self._matrices: list[tuple[NDArray[Any], ...]] = []
        self._n_matrix_cells = 0
        self._n_exits = 0
        self._n_modifiers = 0
        self._over: dict[tuple[int, float], int] = {}
        self._known: dict[tuple[Any, ...], dict[bytes, int]] = {}

    def kind_over(self, kind: int, periods: float) -> int:
        """The kernel's number for a kind of modifier that was measured over so many periods of the baseline."""
        return self._over.setdefault((kind, periods), OVER + len(self._over))

    def add(self, sheets: Sequence[Sheet], n_thresholds: int, block: Block) -> int:
        """Add sheets, one after the other; return the position of their first threshold."""
        start = self.n_thresholds
        self.check_room(block.question, sum(len(sheet.base) for sheet in sheets))
        block.first_row = self.n_rows
        self.blocks.append(block)
        if any(sheet.scale == CONTINUOUS for sheet in sheets):
            self._add_matrices(sheets, block)
        for sheet in sheets:
            self._add(sheet, n_thresholds)
        return start

    def check_room(self, question: str, n_rows: int) -> None:
        """Refuse so many more rows than there is room for.

        Raises
        ------
        ModelError
            There are too many.
        """
        if self.n_rows + n_rows > MOST_ROWS or self.n_thresholds > _MOST_THRESHOLDS:
            raise ModelError(
                f"{question} depends on too much at once: with it there are more than {MOST_ROWS:,} situations for "
                "each draw, or too many ways out of them. Let it depend on fewer domains, attributes or phases."
            )

    def _add_matrices(self, sheets: Sequence[Sheet], block: Block) -> None:
        """Note which rows make up a generator: one for each layer and situation, the rows of a state apart."""
        n, n_states = len(sheets[0].base), len(block.own)
        self._n_matrix_cells += len(sheets) // n_states * n * n_states**3
        if self._n_matrix_cells > _MOST_MATRIX_CELLS:
            raise ModelError(
                f"{block.question} has {n_states} states in continuous time, and matrices for too many situations: the "
                f"third power of the number of states, added up over all matrices, is above {_MOST_MATRIX_CELLS:,}. "
                "Let its rates depend on less, or give it fewer states."
            )
        layers = np.arange(len(sheets) // n_states) * n_states * n
        firsts = (self.n_rows + layers[:, None] + np.arange(n)).ravel()
        self._matrices.append((firsts, np.full(firsts.size, n), np.full(firsts.size, n_states)))

    def _add(self, sheet: Sheet, n_thresholds: int) -> None:
        n, n_exits = sheet.base.shape
        rows = np.arange(n)
        self._rows.append((
            self._n_exits + rows * n_exits, np.full(n, n_exits), np.full(n, n_thresholds), np.full(n, sheet.scale),
            np.full(n, sheet.complete), self.n_thresholds + rows * n_thresholds, self._firsts(sheet, n_thresholds),
        ))  # fmt: skip
        acting = sheet.modifiers >= 0
        counts = np.zeros((n, n_exits), dtype=np.int64)
        for column, exit_number in enumerate(sheet.exits):
            counts[:, exit_number] += acting[:, column]
        flat = counts.ravel()
        firsts = self._n_modifiers + np.concatenate([[0], np.cumsum(flat)[:-1]]) if flat.size else flat
        self._exits.append((np.tile(np.array(sheet.targets, dtype=np.int64), n), sheet.base.ravel(), firsts, flat))
        kinds = np.broadcast_to(np.array(sheet.kinds, dtype=np.int32), sheet.modifiers.shape)
        self._modifiers.append((kinds[acting], sheet.modifiers[acting]))
        self.n_rows += n
        self.n_thresholds += n * n_thresholds
        self._n_exits += n * n_exits
        self._n_modifiers += int(flat.sum())

    def _firsts(self, sheet: Sheet, n_thresholds: int) -> NDArray[np.int64]:
        """The first row with the same ingredients as each row of a sheet, which may be the row itself.

        Most situations are told apart by no more than a few of the numbers that a question depends on, and the same
        rows come back at other ages: nine in ten have been there before.
        """
        like = (n_thresholds, sheet.scale, sheet.complete, sheet.kinds, sheet.exits, sheet.base.shape[1])
        known = self._known.setdefault(like, {})
        ingredients = np.ascontiguousarray(np.hstack([sheet.base, sheet.modifiers]), dtype=np.int32)
        size = ingredients.shape[1] * ingredients.itemsize
        data = ingredients.tobytes()
        rows = [data[row * size : (row + 1) * size] for row in range(len(ingredients))]
        return np.array(
            [known.setdefault(row, self.n_rows + number) for number, row in enumerate(rows)], dtype=np.int64
        )

    def rows(self) -> Rows:
        """Everything collected, as the kernel wants it."""

        def joined(parts: list[tuple[NDArray[Any], ...]], number: int, kind: type) -> NDArray[Any]:
            return np.concatenate([np.zeros(0), *(part[number] for part in parts)]).astype(kind)

        width, offset, like = (joined(self._rows, number, np.int64) for number in (2, 5, 6))
        return Rows(
            first_exit=joined(self._rows, 0, np.int32),
            n_exits=joined(self._rows, 1, np.int32),
            n_thresholds=joined(self._rows, 2, np.int32),
            scale=joined(self._rows, 3, np.uint8),
            complete=joined(self._rows, 4, np.uint8),
            offset=offset,
            distinct=np.flatnonzero(like == np.arange(like.size)).astype(np.int32),
            source=np.repeat(offset[like] - offset, width) + np.arange(self.n_thresholds),
            target=joined(self._exits, 0, np.int32),
            base=joined(self._exits, 1, np.int32),
            first_modifier=joined(self._exits, 2, np.int32),
            n_modifiers=joined(self._exits, 3, np.int32),
            modifier_kind=joined(self._modifiers, 0, np.int32),
            modifier_value=joined(self._modifiers, 1, np.int32),
            over_kind=np.array([kind for kind, _ in self._over], dtype=np.int32),
            over_periods=np.array([periods for _, periods in self._over], dtype=np.float64),
            matrix_first=joined(self._matrices, 0, np.int32),
            matrix_stride=joined(self._matrices, 1, np.int32),
            matrix_states=joined(self._matrices, 2, np.int32),
            cycle_years=np.array([self.cycle_years]),
        )
