"""Scenario discovery: in which region of the parameters an intervention loses money.

A region is a box: one to three parameters, each above or below a limit, such that most draws inside lose and most
losing draws lie inside. Boxes are found by patient peeling in half of the draws, and told only if they hold in the
other half, so that noise is not told as a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.sensitivity import Array, Parameters, draws_of, parameter_table, varying
from simcore.errors import Problem, ScenarioError

#: Limits of a box; what is past three nobody keeps in mind.
MOST_LIMITS = 3
#: Share of the draws inside that one peel takes off.
_PEEL = 0.05
#: Fewer draws than this inside a box, in either half, or of the rarer kind in a half, tell too little.
_FEWEST = 15
#: Parameters that are tried for each further limit.
_TRIED = 5
#: Limits are rounded to about this share of the range of their parameter.
_GRAIN = 0.005
#: Which draws are kept back is the same for all answers and in every call.
_SPLIT_SEED = 20240229

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Box:
    """Limits of the parameters (parameter,); infinite where there is none."""

    low: Array
    high: Array

    @property
    def limited(self) -> NDArray[np.intp]:
        """Parameters that have a limit."""
        return np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high))

    def holds(self, x: Array) -> Flags:
        """Which draws (draw,) of a table (parameter, draw) lie inside."""
        some = self.limited
        inside = (x[some] >= self.low[some, None]) & (x[some] <= self.high[some, None])
        return np.asarray(inside.all(axis=0))

    def only(self, parameters: NDArray[np.intp]) -> _Box:
        """The same limits of these parameters alone."""
        low, high = np.full_like(self.low, -np.inf), np.full_like(self.high, np.inf)
        low[parameters], high[parameters] = self.low[parameters], self.high[parameters]
        return _Box(low, high)

    def rounded(self, x: Array) -> _Box:
        """Limits with no more digits than the range of their parameter calls for."""
        step = 10.0 ** np.floor(np.log10((x.max(axis=1) - x.min(axis=1)) * 2 * _GRAIN))
        return _Box(np.round(self.low / step) * step, np.round(self.high / step) * step)


def scenario_discovery(
    values: xr.DataArray, parameters: Parameters, *, limits: int = MOST_LIMITS, significance: float = 0.01
) -> xr.Dataset:
    """Find the region of the parameters in which a quantity is below zero, in a few limits.

    Parameters
    ----------
    values
        A quantity with the dim `draw` and any others, such as a net saving (intervention, draw, actor).
    parameters
        ``parameter_value`` of the same results (draw, parameter), or values (draw,) by name.
    limits
        How many parameters a region may limit, 1 to 3.
    significance
        How often a region, or a limit, may be told that is not there, in all of `values` together.

    Returns
    -------
    Dataset (...), with the dims of `values` but `draw`:

    - ``base_rate``: share of all draws in which the quantity is below zero;
    - ``side``: ``loss`` where the region is one of losses; ``gain`` where more than half of all draws lose, and the
      region is the one in which the quantity is *not* below zero;
    - ``found``: whether there is a region; and if not, ``reason``;
    - ``coverage``: share of all draws of the side that lie inside; ``density``: share of the draws inside that are of
      the side; ``size``: share of all draws that lie inside. All three from the draws kept back, so that they are not
      too good to be true; not a number where nothing is found;
    - ``limited`` (..., limit): names of the limited parameters, the most telling first, or an empty text;
    - ``above``, ``below`` (..., limit): the limits, not a number where there is none on that side;
    - ``p_value`` (..., limit): how likely as many draws of the side would be inside by chance, if that parameter did
      not matter (one-sided binomial test against the density without its limit, in the draws kept back).

    Raises
    ------
    ScenarioError
        `limits` is not 1, 2 or 3.
    ResultsError
        The table of parameters does not fit.

    Notes
    -----
    The draws are halved at random. In the first half the box that has all draws is peeled [1]_: each step takes the
    lowest or highest twentieth of one parameter off, wherever the share of the side rises most for each draw given up.
    Of the boxes on the way the one is taken whose harmonic mean of coverage and density is highest: a box that has
    most of the losses and little else. Peeling with all parameters at once would take a little off many that do not
    matter; it is done with one parameter, then two, then three, each time adding the one that makes the box better,
    of the five whose single cut does most. In the second half, limits that are not significant by the test of [2]_ are
    taken off, and the box is told only if the share of the side in it is above that in
    all draws by a binomial test, at `significance` divided by the number of quantities asked about; each limit by
    itself has to pass at `significance`. In sampled lives luck blurs the region: density is then lower than it would
    be for expected values.

    References
    ----------
    .. [1] Friedman & Fisher (1999), Bump hunting in high-dimensional data, Statistics and Computing 9.
    .. [2] Bryant & Lempert (2010), Thinking inside the box, Technological Forecasting and Social Change 77.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> cost, noise = np.random.default_rng(1).random((2, 400))
    >>> found = scenario_discovery(xr.DataArray(0.7 - cost, dims="draw"), {"cost": cost, "noise": noise})
    >>> found["limited"].values[0], round(float(found["above"][0]), 1)
    (np.str_('cost'), 0.7)
    """
    if limits not in range(1, MOST_LIMITS + 1):
        problem = Problem("limits", 0, "", str(limits), f"a whole number from 1 to {MOST_LIMITS}")
        raise ScenarioError([problem], "the search")
    n_draws = draws_of(values)
    table = parameter_table(parameters, n_draws)
    varies = varying(table)
    names = table["parameter"].values[varies]
    x = np.ascontiguousarray(table.values[:, varies].T, dtype=float)
    rest = [dim for dim in values.dims if dim != "draw"]
    ordered = values.transpose("draw", *rest)
    shape = tuple(ordered.sizes[dim] for dim in rest)
    y = np.asarray(ordered.values, dtype=float).reshape(n_draws, -1)
    order = np.random.default_rng(_SPLIT_SEED).permutation(n_draws)
    halves = order[: n_draws // 2], order[n_draws // 2 :]
    strict = significance / max(y.shape[1], 1)
    findings = [_search(x, answer, halves, limits, significance, strict) for answer in y.T]
    return _dataset(findings, names, shape, {dim: ordered[dim] for dim in rest if dim in ordered.coords}, rest)


@dataclass(frozen=True)
class _Finding:
    """What is found for one quantity; see `scenario_discovery`."""

    base_rate: float
    side: str = "loss"
    reason: str = ""
    box: _Box | None = None
    p_values: dict[int, float] | None = None
    coverage: float = np.nan
    density: float = np.nan
    size: float = np.nan


def _search(
    x: Array,
    answer: Array,
    halves: tuple[NDArray[np.int64], NDArray[np.int64]],
    limits: int,
    significance: float,
    strict: float,
) -> _Finding:
    """Find the box of one quantity (draw,) in half of the draws, and check it in the other."""
    if not np.isfinite(answer).all():
        return _Finding(np.nan, reason="no value in some draws")
    loses = answer < 0
    base_rate = float(loses.mean())
    side = "gain" if base_rate > 0.5 else "loss"
    wanted = ~loses if side == "gain" else loses
    nothing = _Finding(base_rate, side)
    if not wanted.any():
        return replace(nothing, reason=f"{'no' if side == 'loss' else 'every'} draw loses")
    (seek, check) = halves
    if min(wanted[seek].sum(), wanted[check].sum()) < _FEWEST:
        kind = "lose" if side == "loss" else "do not lose"
        return replace(nothing, reason=f"only {wanted.sum()} draws {kind}, too few to find a region and check it")
    x_check, w_check = x[:, check], wanted[check]
    box = _grown(x[:, seek], wanted[seek], limits).rounded(x)
    p_values = _tested(box, x_check, w_check)
    while p_values and max(p_values.values()) > significance:
        worst = max(p_values, key=lambda parameter: p_values[parameter])
        box = box.only(np.array([parameter for parameter in p_values if parameter != worst], dtype=np.intp))
        p_values = _tested(box, x_check, w_check)
    inside = box.holds(x_check)
    n_inside, n_wanted = int(inside.sum()), int((inside & w_check).sum())
    if not p_values or n_inside < _FEWEST or _tail(n_wanted, n_inside, float(w_check.mean())) > strict:
        return replace(nothing, reason="no region holds in the draws that were kept back")
    return replace(
        nothing, box=box, p_values=p_values, coverage=n_wanted / int(w_check.sum()), density=n_wanted / n_inside,
        size=n_inside / len(w_check),
    )  # fmt: skip


def _grown(x: Array, wanted: Flags, limits: int) -> _Box:
    """Find a box (parameter, draw) with few limits: one parameter after the other, all limits peeled anew each time."""
    box = _Box(np.full(len(x), -np.inf), np.full(len(x), np.inf))
    best = _score(box, x, wanted)
    chosen: list[int] = []
    for _ in range(limits):
        further, inner = None, None
        for parameter in _promising(x, wanted, box, chosen):
            some = [*chosen, parameter]
            peeled = _peeled(x[some], wanted)
            score = _score(peeled, x[some], wanted)
            if score > best:
                best, further, inner = score, parameter, peeled
        if further is None or inner is None:
            break
        chosen.append(further)
        box.low[chosen], box.high[chosen] = inner.low, inner.high
    return box


def _score(box: _Box, x: Array, wanted: Flags) -> float:
    inside = box.holds(x)
    return _harmonic_mean(int((inside & wanted).sum()), int(wanted.sum()), int(inside.sum()))


def _promising(x: Array, wanted: Flags, box: _Box, but: list[int]) -> list[int]:
    """The parameters by which a single further limit improves a box most, the best first."""
    inside = box.holds(x)
    values, of_side = x[:, inside], wanted[inside]
    n_inside, total = len(of_side), int(wanted.sum())
    order = np.argsort(values, axis=1)
    ascending = np.take_along_axis(values, order, axis=1)
    below = np.cumsum(of_side[order], axis=1)[:, :-1]  # wanted among the lowest 1, 2, ... draws
    count = np.arange(1, n_inside)
    scores = np.maximum(
        np.where(count >= _FEWEST, 2 * below / (total + count), 0.0),
        np.where(n_inside - count >= _FEWEST, 2 * (of_side.sum() - below) / (total + n_inside - count), 0.0),
    )
    scores[ascending[:, 1:] == ascending[:, :-1]] = 0.0  # a limit cannot part draws with the same value
    best = scores.max(axis=1, initial=0.0)
    best[but] = -1.0
    return [int(parameter) for parameter in np.argsort(-best, kind="stable")[:_TRIED] if best[parameter] > 0]


def _peeled(x: Array, wanted: Flags) -> _Box:
    """Peel a box (parameter, draw) and choose the step with the highest harmonic mean of coverage and density."""
    box = _Box(np.full(len(x), -np.inf), np.full(len(x), np.inf))
    total = wanted.sum()
    best, best_score = box, _harmonic_mean(total, total, len(wanted))
    while len(wanted) >= 2 * _FEWEST and not wanted.all():
        peel = _best_peel(x, wanted)
        if peel is None:
            break
        parameter, is_low, limit = peel
        low, high = box.low.copy(), box.high.copy()
        (low if is_low else high)[parameter] = limit
        box = _Box(low, high)
        inside = x[parameter] >= limit if is_low else x[parameter] <= limit
        x, wanted = x[:, inside], wanted[inside]
        score = _harmonic_mean(wanted.sum(), total, len(wanted))
        if score > best_score:
            best, best_score = box, score
    return best


def _harmonic_mean(n_wanted: int, total: int, n_inside: int) -> float:
    """Harmonic mean of coverage (wanted of all wanted) and density (wanted of those inside)."""
    return 2 * n_wanted / (total + n_inside)


def _best_peel(x: Array, wanted: Flags) -> tuple[int, bool, float] | None:
    """The peel with the largest rise of density for each draw given up: parameter, whether low, and the new limit."""
    n_draws = x.shape[1]
    place = max(int(_PEEL * n_draws), 1)
    ends = np.partition(x, (place, n_draws - 1 - place), axis=1)[:, [place, n_draws - 1 - place]]
    best, best_rise = None, 0.0
    density = wanted.mean()
    weights = wanted.astype(float)
    for is_low, limit in ((True, ends[:, :1]), (False, ends[:, 1:])):
        inside = x >= limit if is_low else x <= limit
        count = inside.sum(axis=1)
        removed = n_draws - count
        # Where as many draws share the outermost value there is nothing to take off but all of them.
        tied = removed == 0
        if tied.any():
            outermost = limit[tied]
            beyond = x[tied] > outermost if is_low else x[tied] < outermost
            with np.errstate(invalid="ignore"):
                next_in = (
                    np.where(beyond, x[tied], np.inf).min(axis=1) if is_low
                    else np.where(beyond, x[tied], -np.inf).max(axis=1)
                )  # fmt: skip
            limit = limit.copy()
            limit[tied, 0] = next_in
            inside[tied] = beyond
            count = inside.sum(axis=1)
            removed = n_draws - count
        possible = (count >= _FEWEST) & (removed > 0)
        rise = np.where(possible, inside @ weights / np.maximum(count, 1) - density, 0.0) / np.maximum(removed, 1)
        parameter = int(np.argmax(rise))
        if rise[parameter] > best_rise:
            best, best_rise = (parameter, is_low, float(limit[parameter, 0])), float(rise[parameter])
    return best


def _tested(box: _Box, x: Array, wanted: Flags) -> dict[int, float]:
    """Of each limited parameter: how likely it is to find as many wanted inside by chance, if it did not matter."""
    inside = box.holds(x)
    n_inside, n_wanted = int(inside.sum()), int((inside & wanted).sum())
    found = {}
    for parameter in box.limited:
        wider = box.only(box.limited[box.limited != parameter]).holds(x)
        found[int(parameter)] = _tail(n_wanted, n_inside, float(wanted[wider].mean()) if wider.any() else 1.0)
    return found


def _tail(n_wanted: int, n: int, rate: float) -> float:
    """Probability of at least so many of n by chance."""
    from scipy import special

    return 1.0 if n_wanted == 0 else float(special.betainc(n_wanted, n - n_wanted + 1, rate))


def _dataset(
    findings: list[_Finding], names: NDArray[np.str_], shape: tuple[int, ...], coordinates: dict[object, xr.DataArray],
    rest: list[object],
) -> xr.Dataset:  # fmt: skip
    """Put findings of all quantities together."""
    limited = np.full((len(findings), MOST_LIMITS), "", dtype=object)
    numbers = np.full((3, len(findings), MOST_LIMITS), np.nan)
    for row, finding in enumerate(findings):
        if finding.box is None or finding.p_values is None:
            continue
        for place, parameter in enumerate(sorted(finding.p_values, key=finding.p_values.__getitem__)):
            limited[row, place] = str(names[parameter])
            ends = (finding.box.low[parameter], finding.box.high[parameter])
            numbers[:2, row, place] = [end if np.isfinite(end) else np.nan for end in ends]
            numbers[2, row, place] = finding.p_values[parameter]
    found = xr.Dataset(coords=coordinates)
    for name in ("base_rate", "side", "reason", "coverage", "density", "size"):
        found[name] = (rest, np.array([getattr(finding, name) for finding in findings]).reshape(shape))
    found["found"] = (rest, np.array([finding.box is not None for finding in findings], dtype=bool).reshape(shape))
    dims = (*rest, "limit")
    found["limited"] = (dims, limited.astype(str).reshape(*shape, MOST_LIMITS))
    for name, array in zip(("above", "below", "p_value"), numbers, strict=True):
        found[name] = (dims, array.reshape(*shape, MOST_LIMITS))
    return found
