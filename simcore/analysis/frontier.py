"""What one more unit of an outcome costs: strategies in order of cost, and the ratios along the efficient ones."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.net_benefit import achieved, costs_of, is_own_table
from simcore.analysis.two_orders import mean_and_error
from simcore.errors import ResultsError, UnknownNameError
from simcore.money import REAL

#: What a strategy can be: worth considering, worse than one other, worse than a mixture of two others, or the same in
#: cost and outcome as one that is worth considering and stands before it.
STATUSES = ("efficient", "dominated", "extendedly dominated", "identical")


def cost_effectiveness(
    results: xr.Dataset,
    outcome: str,
    *,
    actor: str | None = None,
    more_is_better: bool = True,
    also: Sequence[str] = (),
) -> xr.Dataset:
    """Compare strategies by what they cost and what they achieve, from the cheapest to the dearest.

    Parameters
    ----------
    results
        From `simulate` or `open_results`, or an `own_table` with costs.
    outcome
        Name of the outcome; its present value counts.
    actor
        An actor, or the views ``public_sector`` and ``society``, by default the latter; of an own table one of those
        whose costs it has, by default the only one.
    more_is_better
        False for outcomes such as events that one wants fewer of.
    also
        Kinds of cost that are shown apart unless asked for.

    Returns
    -------
    Dataset (strategy), in the order of expected cost, with ``cost`` and ``outcome`` and their Monte Carlo standard
    errors (``..._mcse``), ``status`` (one of `STATUSES`) and ``ratio``: additional cost for one additional unit of
    the outcome, against the next cheaper efficient strategy; not a number for the cheapest and for the dominated.

    Raises
    ------
    UnknownNameError
        There is no such outcome or actor.
    ResultsError
        An own table has no costs, or those of several actors of whom none was asked for.

    Notes
    -----
    Ratios are those of the means over draws. A strategy is dominated when another costs no more and achieves at
    least as much, and one of the two is strict; it is extendedly dominated when the ratio against it is higher than
    that of the next step. Equal ratios stay. Differences below 1e-10 of the largest number are rounding.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.cost_effectiveness(results, "time_running").sizes["strategy"]
    2
    """
    gained = achieved(results, outcome)
    costs = _costs(results, actor, also)
    found = xr.Dataset()
    found["cost"], found["cost_mcse"] = mean_and_error(costs)
    found["outcome"], found["outcome_mcse"] = mean_and_error(gained)
    gain = found["outcome"] if more_is_better else -found["outcome"]
    order = np.lexsort((-gain.values, found["cost"].values))
    found = found.isel(strategy=order)
    status, ratio = _frontier(found["cost"].values, gain.values[order])
    found["status"] = ("strategy", status)
    found["ratio"] = ("strategy", ratio)
    return found


def _costs(results: xr.Dataset, actor: str | None, also: Sequence[str]) -> xr.DataArray:
    """Costs of one decision maker (strategy, draw)."""
    costs = costs_of(results, also=also)
    actors = [str(name) for name in costs["actor"].values]
    if actor is None and is_own_table(results):
        if len(actors) != 1:
            found = (
                f"those of {', '.join(actors)}; say whose (actor)" if actors else "no costs; say which they are (costs)"
            )
            raise ResultsError(f"To compare costs with outcomes, the costs of one actor are needed; found {found}.")
        actor = actors[0]
    wanted = "society" if actor is None else actor
    if wanted not in actors:
        raise UnknownNameError(wanted, "an actor or view of these results", actors)
    return costs.sel(actor=wanted, drop=True)


def _frontier(cost: np.ndarray, gain: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Status and ratio of strategies in the order of cost."""
    worthwhile, dominated, extendedly, identical = STATUSES
    status = [worthwhile] * len(cost)
    ratio = np.full(len(cost), np.nan)
    tiny_cost, tiny_gain = REAL * np.abs(cost).max(), REAL * np.abs(gain).max()
    efficient: list[int] = []
    twin_of: dict[int, int] = {}
    for i in range(len(cost)):
        if efficient:
            last = efficient[-1]
            dearer, better = cost[i] > cost[last] + tiny_cost, gain[i] > gain[last] + tiny_gain
            if not better:
                same = not dearer and gain[i] >= gain[last] - tiny_gain
                status[i] = identical if same else dominated
                if same:
                    twin_of[i] = last
                continue
            if not dearer:  # equal but for rounding, so their order says nothing
                status[efficient.pop()] = dominated
        # A step that costs more per unit than the next one is never worth taking.
        while len(efficient) > 1 and _step(cost, gain, efficient[-1], i) < _step(cost, gain, *efficient[-2:]):
            status[efficient.pop()] = extendedly
        efficient.append(i)
    for twin, other in twin_of.items():
        if status[other] != worthwhile:
            status[twin] = status[other]
    for before, after in itertools.pairwise(efficient):
        ratio[after] = _step(cost, gain, before, after)
    return status, ratio


def _step(cost: np.ndarray, gain: np.ndarray, before: int, after: int) -> float:
    return float((cost[after] - cost[before]) / (gain[after] - gain[before]))
