"""Lives on a GPU: the kernels of `cuda_kernels` with their tables and counts, here and there."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numba import cuda

from benchmarks._timing import took
from benchmarks._yardsticks import four_domains, sick_sicker
from benchmarks._yardsticks.cuda_kernels import (
    CELLS,
    MOST_DOMAINS,
    PERSONS,
    ROWS,
    SIMULATED,
    THREADS,
    U4,
    any_model,
    clear,
    four_domains_kernel,
    sick_sicker_kernel,
)
from simcore.kernels.plan import BOUNDARIES, Plan


def _marginal(joint: np.ndarray, n_domains: int) -> np.ndarray:
    """Persons by (..., domain, state), from those by (..., state of each domain)."""
    axes = range(joint.ndim - n_domains, joint.ndim)
    return np.stack([joint.sum(axis=tuple(other for other in axes if other != d)) for d in axes], axis=-2)


class Lives(ABC):
    """Lives of all draws at once: tables are brought to the GPU, persons are followed, counts are brought back.

    Attributes
    ----------
    thresholds
        uint32, the tables on this side.
    there, found
        The same on the GPU, and the counts there, as plain rows of numbers.
    """

    def __init__(self, thresholds: np.ndarray, n_persons: int, n_counts: int, n_shared: int, seed: int) -> None:
        self.thresholds = np.ascontiguousarray(thresholds, U4)
        self.n_persons, self.n_shared, self.key = n_persons, n_shared, (U4(seed & 0xFFFFFFFF), U4(seed >> 32))
        self.threads, self.persons = THREADS, PERSONS
        self.found = cuda.device_array(n_counts, U4)
        self.there = cuda.to_device(self.thresholds.ravel())

    def bring(self) -> None:
        """Bring the tables to the GPU once more."""
        self.there.copy_to_device(self.thresholds.ravel())

    def fetch(self) -> np.ndarray:
        """Bring the counts back."""
        return self.found.copy_to_host()

    def follow(self) -> None:
        """Follow everybody; the GPU may still be at it afterwards."""
        clear[1 if SIMULATED else 1024, self.threads](self.found)
        self.launch()

    def settle(self) -> None:
        """Follow everybody, and wait until that is done."""
        self.follow()
        cuda.synchronize()

    def busy(self) -> float:
        """Seconds that the GPU takes to follow everybody, when it is warm."""
        if SIMULATED:  # it has no clock
            return took(self.follow).passed
        self.follow()
        begin, end = cuda.event(), cuda.event()
        begin.record()
        self.follow()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) / 1000

    @abstractmethod
    def launch(self) -> None:
        """Start the kernel."""

    def grid(self, n_draws: int) -> tuple[Any, ...]:
        """Blocks, threads, and the bytes that a block shares."""
        return (-(-self.n_persons // self.persons), n_draws), self.threads, 0, self.n_shared

    def halves(self) -> np.ndarray:
        """Number of even and odd persons."""
        return np.array([(self.n_persons + 1) // 2, self.n_persons // 2])


class FourDomains(Lives):
    """The four-domain model.

    Parameters
    ----------
    thresholds
        uint32 (strategy, draw, table, ...): `four_domains.tables` of each; one table for all cycles, or one for each.
    points, seed, n_persons
        Decision points of the domains; the seed; how many persons.
    counting
        ``ballots`` of a warp, ``atomics`` in shared memory, ``joint`` states by atomics in the GPU's memory, or
        ``nothing`` but the last boundary.
    luck
        ``philox``, or anything else for numbers that cost next to nothing.
    tables
        ``shared``, or ``memory`` where they are read from the memory of the GPU each time.
    lookup
        ``all`` thresholds are compared, the others only for ``movers``, or ``none`` is looked up where it belongs.
    launches
        One for all draws, or, if ``draws``, one for each, with a thread for each person.
    """

    def __init__(
        self,
        thresholds: np.ndarray,
        points: np.ndarray,
        seed: int,
        n_persons: int,
        *,
        counting: str = "ballots",
        luck: str = "philox",
        tables: str = "shared",
        lookup: str = "all",
        launches: str = "one",
    ) -> None:
        self.n_strategies, self.n_draws, self.n_tables = thresholds.shape[:3]
        self.counting, self.launches = counting, launches
        each = (four_domains.CYCLES + 1) * CELLS
        n_shared = 4 * self.n_strategies * (each + (ROWS if tables == "shared" else 0))
        super().__init__(thresholds, n_persons, self.n_strategies * self.n_draws * each, n_shared, seed)
        self.persons = PERSONS if launches == "one" else THREADS
        self.points = cuda.to_device(np.asarray(points, U4))
        n_joint = 16 * self.n_strategies * self.n_draws * each if counting == "joint" else 1
        self.joint = cuda.device_array(n_joint, U4)
        self.kernel = four_domains_kernel(counting, luck, tables, lookup)

    def launch(self) -> None:
        """Start the kernel, once or for each draw."""
        if self.counting == "joint":
            clear[1 if SIMULATED else 1024, self.threads](self.joint)
        at_once = self.n_draws if self.launches == "one" else 1
        kernel = self.kernel[self.grid(at_once)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numba finds a single draw small: that is what is to be seen
            for first in range(0, self.n_draws, at_once):
                kernel(
                    self.there, self.n_strategies, self.n_tables, self.points, *self.key, first, self.n_draws,
                    self.n_persons, self.persons, self.joint, self.found,
                )  # fmt: skip

    def counts(self) -> np.ndarray:
        """Persons by strategy, draw, half, boundary, domain and state."""
        shape = self.n_strategies, self.n_draws, four_domains.CYCLES + 1
        if self.counting == "joint":
            joint = self.joint.copy_to_host().reshape(*shape, 2, 4, 4, 4, 4)
            return _marginal(np.moveaxis(joint, 3, 2), 4).astype(np.int32)
        found = self.fetch().reshape(*shape, 4, 4, 2).transpose(0, 1, 5, 2, 3, 4).astype(np.int32)
        if self.counting == "atomics":
            found[..., 0] = self.halves()[:, None, None] - found[..., 1:].sum(axis=-1)
        return found


class SickSicker(Lives):
    """The Sick-Sicker model in one domain; `thresholds` uint32 (draw, own state, exit); otherwise as `FourDomains`."""

    def __init__(
        self,
        thresholds: np.ndarray,
        point: int,
        seed: int,
        n_persons: int,
        *,
        counting: str = "ballots",
        luck: str = "philox",
    ) -> None:
        each = -(-sick_sicker.CYCLES // 4) * CELLS
        self.n_draws, self.point, self.counting = len(thresholds), U4(point), counting
        super().__init__(thresholds, n_persons, self.n_draws * each, 4 * each, seed)
        self.kernel = sick_sicker_kernel(counting, luck)

    def launch(self) -> None:
        """Start the kernel."""
        self.kernel[self.grid(self.n_draws)](
            self.there, self.point, *self.key, self.n_persons, self.persons, self.found
        )

    def counts(self) -> np.ndarray:
        """Persons by draw, half, boundary and state; boundaries beyond the last are left out."""
        found = self.fetch().reshape(self.n_draws, -1, 4, 2)[:, : sick_sicker.CYCLES]
        counts = np.zeros((self.n_draws, 2, sick_sicker.CYCLES + 1, 4), np.int32)
        counts[:, :, 0, 0] = self.halves()
        counts[:, :, 1:] = found.transpose(0, 3, 1, 2)
        if self.counting == "atomics":
            counts[:, :, 1:, 0] = self.halves()[:, None] - counts[:, :, 1:, 1:].sum(axis=-1)
        return counts


class AnyModel(Lives):
    """Any model of domains that all start in their first state, without interventions, attributes and memories.

    Its arrays are those of simcore's kernel, with 32 bits for the numbers in them.

    Parameters
    ----------
    plan, thresholds
        The compiled model; its thresholds uint32 (draw, threshold).
    seed, n_persons, each
        The seed; how many persons, and how many of them a thread follows at once.
    """

    def __init__(self, plan: Plan, thresholds: np.ndarray, seed: int, n_persons: int, each: int = 1) -> None:
        moves, groups = plan.moves, plan.groups
        self.n_draws, n_cycles, n_domains = len(thresholds), int(plan.sizes[4]), int(plan.sizes[1])
        self.n_domains = n_domains
        if (groups.kind != BOUNDARIES).any() or plan.sizes[[0, 2, 10]].any() or n_domains > MOST_DOMAINS:
            raise ValueError("this kernel knows domains alone, counted at boundaries")
        self.shape = self.n_draws, n_cycles + 1, len(groups.kind), 2, int(groups.cells.max())
        super().__init__(thresholds, n_persons, int(np.prod(self.shape)), 2 * n_domains * each * THREADS, seed)
        self.n_thresholds, self.each, self.persons = thresholds.shape[1], each, max(PERSONS, each * THREADS)
        parts = [moves.point, moves.base, moves.thresholds, moves.first, moves.variable, moves.stride, moves.map_first]
        parts += [moves.map, groups.first, groups.variable, groups.stride, groups.cells]
        self.parts = [cuda.to_device(part.astype(U4)) for part in parts]
        self.hists = self.found.reshape(self.shape[0] * self.shape[1], *self.shape[2:])

    def launch(self) -> None:
        """Start the kernel."""
        numbers = *self.key, self.n_persons, self.persons
        any_model(self.each)[self.grid(self.n_draws)](self.there, self.n_thresholds, *self.parts, *numbers, self.hists)

    def counts(self) -> np.ndarray:
        """Persons by draw, boundary, group, half and cell."""
        return self.fetch().reshape(self.shape).astype(np.int32)

    def by_domain(self, n_states: int) -> np.ndarray:
        """Persons by draw, half, boundary, domain and state, where one group counts all joint states, in order."""
        joint = self.counts()[:, :, 0].transpose(0, 2, 1, 3)
        return _marginal(joint.reshape(*joint.shape[:3], *[n_states] * self.n_domains), self.n_domains)
