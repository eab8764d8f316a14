"""Addressed random numbers: where each number lives, and the generator in plain numpy.

Every uniform number is a pure function of the seed and an address: (person, cycle, decision
point, draw). Nothing is consumed, so nothing can shift: not a thread, a chunk, an added
strategy, or one person more. The generator is Philox4x32-10 [1]_; the key is the seed, the counter is
(person, cycle div 4, decision point, draw), and the word is cycle mod 4. A decision point is
the hash of its name: `work`, `team.uptake`, `attribute.sex`, `start.health`, `parameter.p_dropout`.

The compiled generator in `simcore.kernels.philox` must give the same bits.

References
----------
.. [1] Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC '11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simcore.errors import ModelError

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)

#: The largest number handed out. 2**32 - 1 is folded into it, so that the threshold of a
#: cumulative probability of 1, which must fit into 32 bits, is never reached.
LARGEST = 0xFFFFFFFE
#: Thresholds are probabilities times this, rounded.
SCALE = 4294967296.0


def decision_point(name: str) -> int:
    """Return the 32-bit hash of a decision point's name (first bytes of its SHA-256)."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


def decision_points(names: Iterable[str]) -> dict[str, int]:
    """Return the hashes of several decision points.

    Raises
    ------
    ModelError
        Two names have the same hash, so that they would share their random numbers.
    """
    hashes: dict[int, str] = {}
    for name in names:
        other = hashes.setdefault(decision_point(name), name)
        if other != name:
            raise ModelError(f"'{name}' and '{other}' happen to share their random numbers; rename one of them.")
    return {name: value for value, name in hashes.items()}


def philox(counter: tuple[ArrayLike, ...], seed: int) -> tuple[NDArray[np.uint64], ...]:
    """Philox4x32-10: four 32-bit words for each counter.

    Parameters
    ----------
    counter
        Four integers or arrays of integers below 2**32, broadcast against each other.
    seed
        The key, 0 to 2**64 - 1; its low half is the first key word.

    Returns
    -------
    Four arrays of words, each held in 64 bits.
    """
    c = [np.asarray(part, dtype=np.uint64) for part in np.broadcast_arrays(*counter)]
    for turn in range(10):
        key = [np.uint64(((seed >> (32 * half)) + turn * _WEYL[half]) & 0xFFFFFFFF) for half in (0, 1)]
        product = [_MULTIPLIERS[0] * c[0], _MULTIPLIERS[1] * c[2]]
        c = [
            (product[1] >> _SHIFT) ^ c[1] ^ key[0],
            product[1] & _LOW,
            (product[0] >> _SHIFT) ^ c[3] ^ key[1],
            product[0] & _LOW,
        ]
    return tuple(c)


def decision_numbers(seed: int, persons: ArrayLike, cycle: int, point: int, draw: int) -> NDArray[np.uint64]:
    """Return the numbers that decide a question for some persons, 0 to `LARGEST`.

    Parameters
    ----------
    seed
        The seed of the run.
    persons
        Numbers of the persons (person,).
    cycle
        The cycle the question is asked in; 0 for questions asked before the first cycle.
    point
        Hash of the decision point.
    draw
        Number of the draw.
    """
    word = philox((persons, cycle // 4, point, draw), seed)[cycle % 4]
    return np.minimum(word, np.uint64(LARGEST))


def parameter_numbers(seed: int, name: str, draws: ArrayLike) -> NDArray[np.float64]:
    """Return uniform numbers strictly between 0 and 1 that place a parameter in each draw (draw,).

    They have their own addresses (decision point ``parameter.name``).
    """
    return uniform_numbers(seed, f"parameter.{name}", draws)


def uniform_numbers(seed: int, point: str, draws: ArrayLike) -> NDArray[np.float64]:
    """Return uniform numbers strictly between 0 and 1 of a decision point, by its name, in each draw (draw,)."""
    return _uniform((0, 0, decision_point(point), draws), seed)


def event_numbers(seed: int, point: int, events: ArrayLike, cycles: ArrayLike, draw: int) -> NDArray[np.float64]:
    """Return uniform numbers strictly between 0 and 1 that say how much single events cost (event,).

    Parameters
    ----------
    seed
        The seed of the run.
    point
        Hash of the decision point.
    events, cycles
        Which event of which cycle (event,).
    draw
        Number of the draw.
    """
    return _uniform((events, cycles, point, draw), seed)


def _uniform(counter: tuple[ArrayLike, ...], seed: int) -> NDArray[np.float64]:
    """Uniform numbers with 52 bits, from the first two words of each counter.

    The middle of each of 2**52 intervals is a double, so 0 and 1 are never reached.
    """
    words = philox(counter, seed)
    high, low = words[0] >> np.uint64(6), words[1] >> np.uint64(6)
    return np.asarray((high * np.uint64(1 << 26) + low + 0.5) / float(1 << 52))


def threshold(probability: float) -> int:
    """Return the 32-bit threshold below which a number means "it happens".

    Probabilities are rounded to multiples of 2**-32, about 2.3e-10; 0 never happens and 1 always.
    """
    return min(int(probability * SCALE + 0.5), 0xFFFFFFFF)
