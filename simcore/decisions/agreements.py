"""Agreements between actors: who pays which share of an intervention, so that those who pay gain too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from simcore.analysis.avoided_cost import contrast
from simcore.analysis.luck import settled_contrast
from simcore.decisions.actors import ROUNDING, named_actors
from simcore.decisions.outcomes import outlay_of, payers_among, place_of, without_luck_of
from simcore.errors import ResultsError

#: `contrast`, or the same with luck taken off.
Contrast = Callable[..., xr.DataArray]
#: Ways to share a cost, in the order of tables.
WAYS = ("as_now", "proportional", "shapley", "probability")
#: More players make too many coalitions.
_MOST_PLAYERS = 16


def shapley_value(gains: ArrayLike, cost: float) -> NDArray[np.float64]:
    """What each player gets of a project that any coalition can do whose gains are more than it costs.

    The Shapley value [1]_ of v(S) = max(0, sum of the gains of S - cost): the mean of what a player adds to those who
    have come before it, over all orders in which players can come.

    Parameters
    ----------
    gains
        Of each player (player,).
    cost
        Of the project.

    Returns
    -------
    Value of each player (player,); all together v of all players.

    Raises
    ------
    ResultsError
        More than 16 players.

    References
    ----------
    .. [1] Shapley (1953), A value for n-person games, in Kuhn & Tucker (eds), Contributions to the Theory of Games II,
       Princeton University Press, 307-317.

    Examples
    --------
    >>> shapley_value([6.0, 6.0], 10.0).tolist()
    [1.0, 1.0]
    """
    of = np.asarray(gains, dtype=float)
    n = len(of)
    if n > _MOST_PLAYERS:
        raise ResultsError(f"A Shapley value takes at most {_MOST_PLAYERS} actors; found {n}. Name fewer with among=.")
    coalitions = np.arange(2**n)
    inside = (coalitions[:, None] >> np.arange(n)) & 1
    worth, size = np.maximum(inside @ of - cost, 0.0), inside.sum(axis=1)
    worth[0] = 0.0  # nobody does nothing
    weight = np.array([factorial(s) * factorial(n - s - 1) / factorial(n) if s < n else 0.0 for s in range(n + 1)])
    found = np.zeros(n)
    for player in range(n):
        without = coalitions[inside[:, player] == 0]
        added = worth[without | 1 << player] - worth[without]
        found[player] = float(weight[size[without]] @ added)
    return found


def cost_shares(
    results: xr.Dataset,
    *,
    among: Sequence[str] | None = None,
    probability: float = 0.8,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.Dataset:
    """Share what each intervention costs between actors so that each of them gains.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    among
        The actors that share; by default those of the public sector.
    probability
        With which each actor shall at least not lose, in the last way.
    also, gross
        As for `simcore.avoided_cost`, which is what an actor gains.

    Returns
    -------
    Dataset (intervention, way, actor), with

    - ``share`` of the cost that an actor pays; negative where it is paid. Those of all actors add up to 1;
    - ``net``: expected net saving of an actor then [money of the price year per person, as present value];
    - ``probability_not_to_lose`` of an actor then; luck between persons is taken off;
    - ``total`` (intervention): expected gain of these actors minus the cost;
    - ``reachable`` (intervention): largest probability not to lose that all of these actors can have at the same time.

    The cost is what these actors lay out for the intervention now; where none of them pays, what others do. An actor
    gains what it avoids, and allowances that it receives from the programme.

    Not a number where there are no such shares: for all ways but the first where ``total`` is not positive, for the
    last one where the probability is out of reach; probabilities also where luck hides them. The ways are

    - ``as_now``: the shares that the scenario has; none where others pay;
    - ``proportional`` to the expected gain of those who gain, who also make up for what others lose: nobody is expected
      to lose;
    - ``shapley``: each keeps its Shapley value (see `shapley_value`) of the expected gains. Who loses anyway makes
      coalitions worth less, and its value may be below zero;
    - ``probability``: each pays at most what it can pay and not lose with the probability asked for; what is left over
      is given back in proportion to expected gains.

    Raises
    ------
    ResultsError
        `probability` is not between 0 and 1, or there are no actors, or too many.
    UnknownNameError
        `among` names no actor of these results, or `also` no kind of cost.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> shares = cost_shares(results, among=["owner"])["share"]
    >>> float(shares.isel(intervention=0).sel(way="proportional", actor="owner"))
    1.0
    """
    if not 0 < probability < 1:
        raise ResultsError(f"A probability not to lose is between 0 and 1; found {probability}.")
    players = named_actors(results, among, "among")
    pays = payers_among(results, players)
    outlay = outlay_of(results, players)
    costs, settled_costs = outlay.values, without_luck_of(results, {"outlay": outlay})["outlay"]

    def gained(of: Contrast) -> xr.DataArray:
        """What an actor gains without what it pays: of who pays the avoided cost, of others allowances too."""
        avoided, net = (
            of(results, name, also=also, gross=gross).sel(actor=players) for name in ("avoided_cost", "net_saving")
        )
        return avoided.where(pays.sel(actor=players), net)

    gains, settled_gains = gained(contrast), gained(settled_contrast)
    paid_now = contrast(results, "programme_cost").sel(actor=players).mean("draw").where(pays.sel(actor=players), 0.0)
    names = [str(name) for name in gains["intervention"].values]
    shape = (len(names), len(WAYS), len(players))
    share, net, not_losing = (np.full(shape, np.nan) for _ in range(3))
    total, reachable = np.zeros(len(names)), np.full(len(names), np.nan)
    for number, name in enumerate(names):
        gain = gains.sel(intervention=name).transpose("draw", "actor").values
        mean_gain = gain.mean(axis=0)
        cost = float(costs.sel(intervention=name).mean())
        total[number] = mean_gain.sum() - cost
        each = settled_gains.sel(intervention=name).transpose("draw", "actor").values
        whole = settled_costs.sel(intervention=name).values
        known = bool(np.isfinite(each).all() and np.isfinite(whole).all())
        if cost > 0:
            share[number, 0] = paid_now.sel(intervention=name).values / cost
        if cost > 0 and total[number] > ROUNDING * (np.abs(mean_gain).sum() + cost):
            # Who loses anyway is paid what it loses; those who gain pay that, and the cost, in proportion.
            weight = np.maximum(mean_gain, 0.0) / np.maximum(mean_gain, 0.0).sum()
            lost = np.minimum(mean_gain, 0.0)
            share[number, 1] = (lost + weight * (cost - lost.sum())) / cost
            share[number, 2] = (mean_gain - shapley_value(mean_gain, cost)) / cost
            if known:
                affordable = _affordable(each, whole)
                reachable[number] = _reachable(affordable)
                most = _at_least(affordable, probability)
                if most.sum() >= 1.0:
                    share[number, 3] = most - (most.sum() - 1.0) * weight
        for way in range(len(WAYS)):
            paid = share[number, way]
            net[number, way] = mean_gain - paid * cost
            if known and np.isfinite(paid).all():
                left = each - paid * whole[:, None]
                least = -ROUNDING * (np.abs(each) + np.abs(paid * whole[:, None]))
                not_losing[number, way] = (left >= least).mean(axis=0)
    units = results["present_value"].attrs.get("units", "")
    dims = ("intervention", "way", "actor")
    return xr.Dataset(
        {
            "share": (dims, share),
            "net": (dims, net, {"units": units}),
            "probability_not_to_lose": (dims, not_losing),
            "total": ("intervention", total, {"units": units}),
            "reachable": ("intervention", reachable),
        },
        {"intervention": names, "way": list(WAYS), "actor": players},
        {"probability": probability},
    )


def _affordable(gains: NDArray[np.float64], cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of the cost that an actor can pay and not lose (draw, actor), in order; of no cost any."""
    free = np.where(gains >= 0, np.inf, -np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(cost[:, None] > 0, gains / cost[:, None], free)
    return np.sort(shares, axis=0)


def _at_least(affordable: NDArray[np.float64], probability: float) -> NDArray[np.float64]:
    """The largest share that each actor can afford in so many draws (actor,)."""
    return np.asarray(affordable[len(affordable) - 1 - place_of(probability, len(affordable))])


def _reachable(affordable: NDArray[np.float64]) -> float:
    """The largest probability with which all actors can afford shares that add up to 1."""
    enough = np.flatnonzero(affordable.sum(axis=1) >= 1.0)  # from the draw on in which it is enough
    return float((len(affordable) - enough[0]) / len(affordable)) if len(enough) else 0.0
