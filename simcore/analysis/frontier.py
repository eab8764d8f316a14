"""What one more unit of an outcome costs: strategies in order of cost, and the ratios along the efficient ones."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import counted_kinds, of_kinds, with_views
from simcore.analysis.summary import mean_and_error
from simcore.errors import UnknownNameError

#: What a strategy can be: worth considering, worse than one other, or worse than a mixture of two others.
STATUSES = ("efficient", "dominated", "extendedly dominated")


def cost_effectiveness(
    results: xr.Dataset, outcome: str, *, actor: str = "society", more_is_better: bool = True, also: Sequence[str] = ()
) -> xr.Dataset:
    """Compare strategies by what they cost and what they achieve, from the cheapest to the dearest.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    outcome
        Name of the outcome; its present value counts.
    actor
        An actor, or the views ``public_sector`` and ``society``.
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

    Notes
    -----
    Ratios are those of the means over draws. A strategy is dominated when another costs no more and achieves at
    least as much, and extendedly dominated when the ratio against it is higher than that of the next step.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.cost_effectiveness(results, "time_running").sizes["strategy"]
    2
    """
    known = [str(name) for name in results["outcome"].values]
    if outcome not in known:
        raise UnknownNameError(outcome, "an outcome of these results", known)
    totals = of_kinds(results["present_value"].sum("year", keep_attrs=True), counted_kinds(also))
    costs = with_views(totals, results)
    actors = [str(name) for name in costs["actor"].values]
    if actor not in actors:
        raise UnknownNameError(actor, "an actor or view of these results", actors)
    achieved = results["outcome_present_value"].sel(outcome=outcome, drop=True)
    found = xr.Dataset()
    found["cost"], found["cost_mcse"] = mean_and_error(costs.sel(actor=actor, drop=True))
    found["outcome"], found["outcome_mcse"] = mean_and_error(achieved)
    gain = found["outcome"] if more_is_better else -found["outcome"]
    order = np.lexsort((-gain.values, found["cost"].values))
    found = found.isel(strategy=order)
    status, ratio = _frontier(found["cost"].values, gain.values[order])
    found["status"] = ("strategy", status)
    found["ratio"] = ("strategy", ratio)
    return found


def _frontier(cost: np.ndarray, gain: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Status and ratio of strategies in the order of cost."""
    status = [STATUSES[0]] * len(cost)
    ratio = np.full(len(cost), np.nan)
    efficient: list[int] = []
    for i in range(len(cost)):
        if efficient and gain[i] <= gain[efficient[-1]]:
            status[i] = STATUSES[1]
            continue
        # A step that costs more per unit than the next one is never worth taking.
        while len(efficient) > 1 and _step(cost, gain, efficient[-1], i) < _step(cost, gain, *efficient[-2:]):
            status[efficient.pop()] = STATUSES[2]
        efficient.append(i)
    for before, after in itertools.pairwise(efficient):
        ratio[after] = _step(cost, gain, before, after)
    return status, ratio


def _step(cost: np.ndarray, gain: np.ndarray, before: int, after: int) -> float:
    return float((cost[after] - cost[before]) / (gain[after] - gain[before]))
