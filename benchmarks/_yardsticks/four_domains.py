"""The four-domain model of `benchmarks._models` for itself: the tables that all have, and numba, NumPy and C."""

from __future__ import annotations

import numba
import numpy as np

from benchmarks._yardsticks import native
from simcore.model.compiled import Compiled
from simcore.model.sampled import Counts

DOMAINS, STATES, CYCLES = 4, 4, 60
#: Where a person in a state goes who has passed so many thresholds: to the other states in order, or nowhere.
NEXT = np.array([[1, 2, 3, 0], [0, 2, 3, 1], [0, 1, 3, 2], [0, 1, 2, 3]], dtype=np.uint8)


def tables(compiled: Compiled, thresholds: np.ndarray) -> np.ndarray:
    """Thresholds by domain, own state, states of the next domain and of the one after it, and exit."""
    found = np.empty((DOMAINS, STATES, STATES, STATES, STATES - 1), np.uint32)
    for block in compiled.blocks:
        d = int(block.question[1:])
        for number, situation in enumerate(block.situations):
            first, second = (int(str(situation[f"d{(d + k) % DOMAINS}"])[1:]) for k in (1, 2))
            for own in range(STATES):
                at = compiled.rows.offset[block.first_row + own * len(block.situations) + number]
                found[d, own, first, second] = thresholds[at : at + STATES - 1]
    return found


def occupancy(counts: Counts) -> np.ndarray:
    """What simcore has counted in the first draw, by half, boundary, domain and state but the first."""
    time = counts.time[0, :2, 0, 1:]  # the first meter is everybody
    at_boundary = np.concatenate([time[..., 0, :], time[..., 1, -1:]], axis=-1)
    return at_boundary.reshape(2, DOMAINS, STATES - 1, CYCLES + 1).transpose(0, 3, 1, 2)


def in_c(name: str, thresholds: np.ndarray, points: np.ndarray, seed: int, persons: range) -> np.ndarray:
    """Persons by half, boundary, domain and state, counted by one of the C kernels."""
    counts = np.zeros((2, CYCLES + 1, DOMAINS, STATES), np.int32)
    ends = np.uint32(persons.start), np.uint32(persons.stop)
    native.call(name, thresholds, points, np.uint64(seed), np.uint32(0), *ends, counts)
    return counts


@numba.njit(nogil=True)
def in_numba(cumulative, n_persons, counts):
    """As an able analyst would write it: person by person, cycle by cycle, with `np.random`.

    `cumulative` are probabilities (domain, own state, two parents, exit); `counts` (half, boundary, domain, state).
    """
    state, new = np.zeros(4, np.int64), np.zeros(4, np.int64)
    for person in range(n_persons):
        state[:] = 0
        half = person % 2
        for d in range(4):
            counts[half, 0, d, 0] += 1
        for cycle in range(60):
            for d in range(4):
                row = cumulative[d, state[d], state[(d + 1) % 4], state[(d + 2) % 4]]
                u = np.random.random()  # noqa: NPY002 - numba has no other as fast
                new[d] = state[d]
                for k in range(3):
                    if u < row[k]:
                        new[d] = k if k < state[d] else k + 1
                        break
            for d in range(4):
                state[d] = new[d]
                counts[half, cycle + 1, d, state[d]] += 1


def in_numpy(cumulative: np.ndarray, n_persons: int, counts: np.ndarray, batch: int = 65536) -> None:
    """As an able analyst would write it with NumPy: all numbers of a cycle drawn at once, everything in place."""
    generator = np.random.default_rng(1)
    exits, answers = np.ascontiguousarray(cumulative.reshape(4, 64, 3).transpose(0, 2, 1)), NEXT.ravel().astype(np.intp)
    for first in range(0, n_persons, batch):
        n = min(batch, n_persons - first)
        states, new = np.zeros((4, n), np.intp), np.empty((4, n), np.intp)
        u, limit, row, yes = np.empty((4, n)), np.empty(n), np.empty(n, np.intp), np.empty(n, bool)
        _count(states, counts[:, 0])
        for cycle in range(60):
            generator.random(out=u)
            for d in range(4):
                np.multiply(states[d], 4, out=row)
                row += states[(d + 1) % 4]
                row *= 4
                row += states[(d + 2) % 4]
                passed = np.multiply(states[d], 4, out=new[d])
                for k in range(3):
                    np.take(exits[d, k], row, out=limit, mode="clip")
                    passed += np.greater_equal(u[d], limit, out=yes)
                np.take(answers, passed, out=new[d], mode="clip")
            states, new = new, states
            _count(states, counts[:, cycle + 1])


def in_tuned_numpy(cumulative: np.ndarray, n_persons: int, counts: np.ndarray, batch: int = 16384) -> None:
    """As good as it gets with NumPy: small types, the fastest generator, batches of persons that fit into the cache.

    Everybody is compared with the probability of any move, and only those who move, one in twelve, with the others.
    """
    generator = np.random.Generator(np.random.SFC64(1))
    exits = np.ascontiguousarray(cumulative.reshape(4, 64, 3).transpose(0, 2, 1), np.float32)
    for first in range(0, n_persons, batch):
        n = min(batch, n_persons - first)
        states, new = np.zeros((4, n), np.uint8), np.empty((4, n), np.uint8)
        u, limit = np.empty((4, n), np.float32), np.empty(n, np.float32)
        byte, row, moves = np.empty(n, np.uint8), np.empty(n, np.intp), np.empty(n, bool)
        _count(states, counts[:, 0])
        for cycle in range(60):
            generator.random(out=u, dtype=np.float32)
            np.copyto(new, states)
            for d in range(4):
                np.multiply(states[d], 4, out=byte)
                np.add(byte, states[(d + 1) % 4], out=byte)
                np.multiply(byte, 4, out=byte)
                np.add(byte, states[(d + 2) % 4], out=byte)
                np.copyto(row, byte)
                np.take(exits[d, 2], row, out=limit, mode="clip")
                np.less(u[d], limit, out=moves)
                who = np.flatnonzero(moves)
                at, number = row[who], u[d][who]
                exit_taken = (number >= exits[d, 0][at]).view(np.uint8) + (number >= exits[d, 1][at])
                new[d][who] = NEXT[at // 16, exit_taken]
            states, new = new, states
            _count(states, counts[:, cycle + 1])


def _count(states: np.ndarray, counts: np.ndarray) -> None:
    """Add persons to (half, domain, state)."""
    for half in range(2):
        of_half = np.ascontiguousarray(states[:, half::2])
        for d in range(4):
            n = [np.count_nonzero(of_half[d] == state) for state in (1, 2, 3)]
            counts[half, d] += [of_half.shape[1] - sum(n), *n]
