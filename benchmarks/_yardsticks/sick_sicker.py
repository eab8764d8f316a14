"""The Sick-Sicker model of `benchmarks._models` for itself: numba tuned by hand, C, plain NumPy; and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from benchmarks._models import SICK_SICKER_FIGURES
from benchmarks._yardsticks import native
from simcore.randomness import decision_point

CYCLES, STATES = 30, 4
POINT = decision_point("health")
Figures = Mapping[str, np.ndarray]


def draw_figures(n_draws: int) -> dict[str, np.ndarray]:
    """Figures of some draws (draw,)."""
    generator = np.random.default_rng(1)
    ways = {"gamma": generator.gamma, "lognormal": generator.lognormal, "beta": generator.beta}
    return {name: ways[family](one, two, n_draws) for name, family, one, two, _ in SICK_SICKER_FIGURES}


def probabilities(of: Figures) -> np.ndarray:
    """Cumulative probabilities (draw, own state, exit): sick, dead; healthy, sicker, dead; dead; from death nowhere."""
    die = [1 - np.exp(-of["r_hd"] * ratio) for ratio in (1.0, of["hr_s1"], of["hr_s2"])]
    healthy = (1 - die[0]) * (1 - np.exp(-of["r_hs1"])), die[0]
    sick = (1 - die[1]) * (1 - np.exp(-of["r_s1h"])), (1 - die[1]) * (1 - np.exp(-of["r_s1s2"])), die[1]
    found = np.zeros((len(die[0]), STATES, STATES - 1))
    for own, exits in enumerate([healthy, sick, (die[2],)]):
        found[:, own, : len(exits)] = np.cumsum(exits, axis=0).T
        found[:, own, len(exits) :] = found[:, own, len(exits) - 1 : len(exits)]
    return found


def thresholds_of(of: Figures) -> np.ndarray:
    """The same as uint32, for numbers of 32 bits."""
    return np.minimum(np.floor(probabilities(of) * 2.0**32 + 0.5), 2.0**32 - 1).astype(np.uint32)


def worth(counts: np.ndarray, of: Figures, n_persons: int) -> dict[str, np.ndarray]:
    """Discounted costs and QALYs per person (strategy, draw), of usual care and of treatment A.

    `counts` (draw, half, boundary, state): half of a year counts at each of its ends.
    """
    weight = 1.03 ** -np.arange(CYCLES + 1.0)
    weight[[0, -1]] /= 2
    years = np.einsum("dhbs,b->sd", counts, weight) / n_persons
    cost = of["c_h"] * years[0] + of["c_s1"] * years[1] + of["c_s2"] * years[2]
    qalys = of["u_h"] * years[0] + of["u_s2"] * years[2]
    return {
        "cost": np.array([cost, cost + of["c_trt_a"] * (years[1] + years[2])]),
        "qalys": np.array([qalys + of["u_s1"] * years[1], qalys + of["u_trt_a"] * years[1]]),
    }


_M0, _M1, _LOW, _SHIFT = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57), np.uint64(0xFFFFFFFF), np.uint64(32)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)


@numba.njit(nogil=True, inline="always")
def _round(state):
    """A round of Philox on words in the lower halves of 64 bits, which needs no shuffling."""
    c0, c1, c2, c3, k0, k1 = state
    p0, p1 = _M0 * c0, _M1 * c2
    return (
        (p1 >> _SHIFT) ^ c1 ^ k0,
        p1 & _LOW,
        (p0 >> _SHIFT) ^ c3 ^ k1,
        p0 & _LOW,
        (k0 + _W0) & _LOW,
        (k1 + _W1) & _LOW,
    )


@numba.njit(nogil=True, inline="always")
def _move(state, u, falls_sick, dies, recovers, worsens, dies_sick, dies_sicker):
    """Where a person goes; every way is compared, so that nothing branches."""
    healthy = np.uint32(1) if u < falls_sick else np.uint32(3) if u < dies else np.uint32(0)
    sick = np.uint32(3) if u < dies_sick else np.uint32(1)
    sick = np.uint32(2) if u < worsens else sick
    sick = np.uint32(0) if u < recovers else sick
    sicker = np.uint32(3) if u < dies_sicker else np.uint32(2)
    after = sicker if state == 2 else np.uint32(3)
    after = sick if state == 1 else after
    return healthy if state == 0 else after


@numba.njit(nogil=True, inline="always")
def _one_more(total, yes):
    return np.uint32(total + np.uint32(yes))


@numba.njit(nogil=True)
def _draw_numbers(numbers, n, first, quarter, point, draw, seed):
    """Numbers of every other person for four cycles (cycle, person); no probability is 1, so none need be folded."""
    k0, k1 = np.uint64(seed) & _LOW, np.uint64(seed) >> _SHIFT
    one, two, three, four = numbers[0], numbers[1], numbers[2], numbers[3]
    for i in range(np.uint32(n)):
        person = np.uint64(first) + np.uint64(2) * np.uint64(i)
        state = person, np.uint64(quarter), np.uint64(point), np.uint64(draw), k0, k1
        state = _round(state)
        state = _round(state)
        state = _round(state)
        state = _round(state)
        state = _round(state)
        state = _round(state)
        state = _round(state)
        state = _round(state)
        state = _round(state)
        state = _round(state)
        one[i], two[i], three[i], four[i] = state[0], state[1], state[2], state[3]


@numba.njit(nogil=True)
def _follow(states, numbers, n, t, counts):
    """Let people move once, and count them (state,)."""
    healthy_sick, healthy_dead, sick_healthy, sick_sicker = t[0, 0], t[0, 1], t[1, 0], t[1, 1]
    sick_dead, sicker_dead = t[1, 2], t[2, 0]
    sick = sicker = dead = np.uint32(0)
    for i in range(np.uint32(n)):
        state = _move(
            states[i], numbers[i], healthy_sick, healthy_dead, sick_healthy, sick_sicker, sick_dead, sicker_dead
        )
        states[i] = state
        sick = _one_more(sick, state == 1)
        sicker = _one_more(sicker, state == 2)
        dead = _one_more(dead, state == 3)
    counts[0] += n - np.int64(sick) - np.int64(sicker) - np.int64(dead)
    counts[1] += sick
    counts[2] += sicker
    counts[3] += dead


@numba.njit(nogil=True)
def in_numba(thresholds, point, seed, draw, n_persons, counts):
    """One draw, tuned by hand for this very model: inline generator, integer thresholds, blocks in the cache.

    `thresholds` uint32 (own state, exit); `counts` int32 (half, boundary, state). Even and odd persons are followed
    one after the other, so that sums over persons are plain reductions.
    """
    states, numbers = np.empty(512, np.uint32), np.empty((4, 512), np.uint32)
    for first in range(0, n_persons, 1024):
        for half in range(2):
            n = (min(1024, n_persons - first) + 1 - half) // 2
            counts[half, 0, 0] += n
            states[:] = 0
            for cycle in range(30):
                if cycle % 4 == 0:
                    _draw_numbers(numbers, n, first + half, cycle // 4, point, draw, seed)
                _follow(states, numbers[cycle % 4], n, thresholds, counts[half, cycle + 1])


def in_c(thresholds: np.ndarray, point: int, seed: int, draw: int, n_persons: int, counts: np.ndarray) -> None:
    """The same with the C kernel."""
    numbers = np.uint32(point), np.uint64(seed), np.uint32(draw), np.uint32(0), np.uint32(n_persons)
    native.call("sick_sicker", thresholds, *numbers, counts)


#: Where a person goes from each state who has passed so many thresholds.
_NEXT = np.array([[1, 3, 0, 0], [0, 2, 3, 1], [3, 2, 2, 2], [3, 3, 3, 3]], dtype=np.uint8)


def in_numpy(cumulative: np.ndarray, draw: int, n_persons: int, counts: np.ndarray) -> None:
    """One draw in plain NumPy: all persons at once, which fit into the cache, in place."""
    generator = np.random.Generator(np.random.SFC64(draw))
    exits = np.ascontiguousarray(cumulative.T, np.float32)
    states, place = np.zeros(n_persons, np.uint8), np.zeros(n_persons, np.intp)
    u, limit = np.empty(n_persons, np.float32), np.empty(n_persons, np.float32)
    passed, move = np.empty(n_persons, bool), np.empty(n_persons, np.intp)
    for cycle in range(CYCLES + 1):
        for half in range(2):
            of_half = np.ascontiguousarray(states[half::2])
            n = [np.count_nonzero(of_half == state) for state in (1, 2, 3)]
            counts[half, cycle] += [len(of_half) - sum(n), *n]
        if cycle == CYCLES:
            break
        generator.random(out=u, dtype=np.float32)
        np.copyto(place, states)
        np.multiply(states, STATES, out=states)
        for k in range(STATES - 1):
            np.take(exits[k], place, out=limit, mode="clip")
            np.greater_equal(u, limit, out=passed)
            np.add(states, passed.view(np.uint8), out=states)
        np.copyto(move, states)
        np.take(_NEXT.ravel(), move, out=states, mode="clip")


def whole_run(
    way: str, n_draws: int, n_persons: int, n_threads: int = 1, *, seed: int = 1, figures: Figures | None = None
) -> dict[str, np.ndarray]:
    """Costs and QALYs in some draws: figures, tables, lives and money.

    Parameters
    ----------
    way
        ``numba``, ``C`` or ``NumPy``.
    n_draws, n_persons, n_threads
        How many.
    seed
        As of simcore; NumPy has luck of its own.
    figures
        Instead of those that would be drawn.
    """
    of = draw_figures(n_draws) if figures is None else figures
    rows = probabilities(of) if way == "NumPy" else thresholds_of(of)
    counts = np.zeros((n_draws, 2, CYCLES + 1, STATES), np.int32)

    def lives(draws: range) -> None:
        for draw in draws:
            if way == "NumPy":
                in_numpy(rows[draw], draw, n_persons, counts[draw])
            elif way == "C":
                in_c(rows[draw], POINT, seed, draw, n_persons, counts[draw])
            else:
                in_numba(rows[draw], POINT, np.uint64(seed), draw, n_persons, counts[draw])

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(lives, [range(first, n_draws, n_threads) for first in range(n_threads)]))
    return worth(counts, of, n_persons)
