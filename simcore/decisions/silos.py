"""The price of silos and short-termism: what is funded, and what is lost, when actors decide apart or for few years.

Four worlds are compared. In two of them each actor that pays for an intervention decides alone, on its own net saving,
and may veto what it pays for; in the two others all actors decide together, on the sum of theirs. In each of these
pairs one world looks at the first budget years and the other at the whole horizon. Whatever they look at, all are
valued by the same: the expected net saving of society over the whole horizon.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import VIEWS, programme_cost
from simcore.analysis.luck import probability_above_zero
from simcore.analysis.two_orders import mean_and_error, quantiles
from simcore.decisions.actors import ROUNDING
from simcore.decisions.horizons import cashable_within, saving_within, settled_within
from simcore.errors import ResultsError, UnknownNameError

#: Who decides, and how far they look.
DECIDERS, HORIZONS = ("alone", "together"), ("short", "long")
#: What is lost against deciding together over the whole horizon, and the world that loses it.
CAUSES = {"silos": ("alone", "long"), "short_termism": ("together", "short"), "both": ("alone", "short")}


def members_of(results: xr.Dataset) -> dict[str, frozenset[str]]:
    """The interventions of each strategy; a strategy by its own name where the results do not tell."""
    usual = str(results.attrs["comparator"])
    listed = json.loads(results.attrs.get("strategies", "{}"))
    names = [str(name) for name in results["strategy"].values]
    return {name: frozenset(listed.get(name, () if name == usual else (name,))) for name in names}


def payers_of(results: xr.Dataset) -> dict[str, tuple[str, ...]]:
    """Actors that pay for each intervention, of those that some strategy adds to the comparator.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.

    Returns
    -------
    For each intervention the actors whose expected programme cost is higher with it than without, all else the same. A
    combination none of whose parts is a strategy of its own tells only who pays for all of it.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> payers_of(results)
    {'oiling': ('owner',)}
    """
    members, usual = members_of(results), str(results.attrs["comparator"])
    cost = programme_cost(results).mean("draw")
    actors = [str(actor) for actor in cost["actor"].values]
    paid = {str(name): cost.sel(intervention=name).values for name in cost["intervention"].values}
    paid[usual] = np.zeros(len(actors))

    def payers(more: str, fewer: str) -> Iterable[str]:
        added = paid[more] - paid[fewer]
        least = ROUNDING * np.maximum(np.abs(paid[more]), np.abs(paid[fewer]))
        return (actor for actor, amount, of in zip(actors, added, least, strict=True) if amount > of)

    found: dict[str, dict[str, None]] = {}
    for added in sorted({one for of in members.values() for one in of - members[usual]}):
        with_it = [name for name, of in members.items() if added in of]
        pairs = [(more, fewer) for more in with_it for fewer, of in members.items() if of == members[more] - {added}]
        if not pairs:
            pairs = [(min(with_it, key=lambda name: len(members[name])), usual)]
        found[added] = dict.fromkeys(actor for pair in pairs for actor in payers(*pair))
    return {one: tuple(of) for one, of in found.items()}


def price_of_silos(
    results: xr.Dataset,
    *,
    budget_years: int = 1,
    probability: float | None = None,
    together: str = "society",
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.Dataset:
    """Compare four worlds: each payer alone or all actors together, with a short budget horizon or the whole one.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    budget_years
        How many calendar years the short horizon has.
    probability
        By default what has a positive expected net saving is funded. With a probability, between 0.5 and 1, what has a
        net saving with at least this probability.
    together
        The view by which all decide together: ``society``, or ``public_sector`` for all public actors together. All
        worlds are valued by society in either case.
    also, gross
        As for `simcore.net_saving`; the cost of public funds, for instance.

    Returns
    -------
    Dataset with the worlds as dims `decider` (``alone``, ``together``) and `horizon` (``short``, ``long``), and what is
    lost against deciding together over the whole horizon as dim `cause` (``silos``, ``short_termism``, ``both``):

    - ``chosen`` (decider, horizon): the strategy that is funded;
    - ``funded`` (decider, horizon, member): whether an intervention is part of it;
    - ``vetoed`` (horizon, member, payer): whether an actor that pays for an intervention would not fund it, were it the
      only one that is added to the comparator; false where no strategy adds it alone;
    - ``value`` (decider, horizon): expected net saving of society over the whole horizon, and ``cashable_value``, what
      of it becomes money in budgets; with their Monte Carlo standard errors (``..._mcse``);
    - ``loss`` (cause) and ``loss_of_actor`` (cause, actor), views included, with ``..._mcse``: expected net saving that
      is forgone, over the whole horizon, and ``cashable_loss`` (cause);
    - ``loss_quantile`` (quantile, cause): 5, 50 and 95 % quantiles over what may be true, luck between persons taken
      off; not a number where luck hides them; ``probability_of_loss`` (cause), likewise.

    Money is in that of the price year per person, as present value.

    Raises
    ------
    ResultsError
        `budget_years` or `probability` is out of range.
    UnknownNameError
        `together` is no view, or `also` names another kind of cost.

    Notes
    -----
    Who decides alone vetoes what it pays for when it is better off without. So a strategy stands when no payer gains by
    leaving out some or all of the interventions that it pays for, as far as what then remains is a strategy of these
    results. What nobody pays for nobody vetoes, but it is left out where society is better off without. Of strategies
    that stand, one that adds to another counts and the other does not; of several the one whose payers gain most
    together. Those who decide together take the strategy with the largest expected net saving, or, where a probability
    is asked for, the largest of those that have it. Ties leave things as they are.

    The strategy that is best in these draws is a little better in them than it is, so that losses come out a little too
    large where the errors of the means do not tell it from others.

    Deciding together over the whole horizon by what is expected is never worse than the other worlds, as all are valued
    by what it looks at. With a probability, by what is cashable, and where only public actors decide together, that
    need not be so: a loss may be negative.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> worlds = price_of_silos(results)
    >>> bool((worlds["loss"] >= 0).all())
    True
    """
    if probability is not None and not 0.5 <= probability <= 1:
        raise ResultsError(f"A probability that decides is between 0.5 and 1; found {probability}.")
    if together not in VIEWS:
        raise UnknownNameError(together, "a view", VIEWS)
    usual, members = str(results.attrs["comparator"]), members_of(results)
    added = sorted({one for of in members.values() for one in of - members[usual]})
    payers = payers_of(results)
    views = {
        horizon: _View(results, years, probability, tuple(also), gross)
        for horizon, years in (("short", budget_years), ("long", None))
    }
    actors = [str(actor) for actor in results["actor"].values]
    chosen = np.array(
        [
            [_alone(view, members, payers, usual) for view in views.values()],
            [_together(view, together) for view in views.values()],
        ]
    )
    vetoed = np.zeros((len(HORIZONS), len(added), len(actors)), dtype=bool)
    for number, view in enumerate(views.values()):
        for place, one in enumerate(added):
            for only in [name for name, of in members.items() if of == members[usual] | {one}][:1]:
                for actor in payers[one]:
                    vetoed[number, place, actors.index(actor)] = not view.prefers(only, usual, actor)
    funded = np.array([[[one in members[name] for one in added] for name in row] for row in chosen], dtype=bool)
    found = xr.Dataset(
        {
            "chosen": (("decider", "horizon"), chosen),
            "funded": (("decider", "horizon", "member"), funded.reshape(2, 2, -1)),
            "vetoed": (("horizon", "member", "payer"), vetoed),
        },
        {
            "decider": list(DECIDERS), "horizon": list(HORIZONS), "cause": list(CAUSES),
            "member": np.array(added, dtype=str), "payer": actors,
        },
        {"budget_years": budget_years, "rule": "expected" if probability is None else f"probability {probability}"},
    )  # fmt: skip
    return found.assign(_values(results, chosen, tuple(also), gross))


@dataclass
class _View:
    """What an actor, or all of them, look at when they decide.

    Attributes
    ----------
    results, years, probability, also, gross
        As for `price_of_silos`; `years` is None for the whole horizon.
    """

    results: xr.Dataset
    years: int | None
    probability: float | None
    also: tuple[str, ...]
    gross: bool
    _of: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def expected(self, strategy: str, other: str, actor: str) -> float:
        """Expected net saving of a strategy against another one, for an actor or view; nothing where it is rounding."""
        if strategy == other:
            return 0.0
        values = saving_within(self.results, self.years, comparator=other, also=self.also, gross=self.gross)
        of_it = values.sel(intervention=strategy, actor=actor).values
        mean, size = float(of_it.mean()), float(np.abs(of_it).max())
        return mean if abs(mean) > ROUNDING * size else 0.0

    def prefers(self, strategy: str, other: str, actor: str) -> bool:
        """Whether an actor, or a view, is for a strategy rather than another one, by the rule that decides."""
        if self.probability is None:
            return self.expected(strategy, other, actor) > 0
        chosen = {"intervention": strategy, "actor": actor}
        options = {"comparator": other, "also": self.also, "gross": self.gross}
        values = saving_within(self.results, self.years, **options).sel(chosen)  # type: ignore[arg-type]
        settled = settled_within(self.results, self.years, **options).sel(chosen)  # type: ignore[arg-type]
        return bool(probability_above_zero(values, settled) >= self.probability)  # unsettled is not enough


def _alone(
    view: _View, members: dict[str, frozenset[str]], payers: dict[str, tuple[str, ...]], usual: str
) -> str:  # fmt: skip
    """The strategy that stands when each payer may veto what it pays for."""

    def payers_in(name: str) -> list[str]:
        return list(dict.fromkeys(actor for one in sorted(members[name] - members[usual]) for actor in payers[one]))

    def stands(name: str) -> bool:
        for other, of in members.items():
            left_out = members[name] - of
            if not of < members[name]:
                continue
            if not any(payers.get(one) for one in left_out) and not view.prefers(name, other, "society"):
                return False
            for actor in payers_in(name):
                if all(actor in payers.get(one, ()) for one in left_out) and not view.prefers(name, other, actor):
                    return False
        return True

    standing = [name for name in members if name == usual or (members[name] > members[usual] and stands(name))]
    largest = [name for name in standing if not any(members[name] < members[other] for other in standing)]
    gains = [sum(view.expected(name, usual, actor) for actor in payers_in(name)) for name in largest]
    return largest[int(np.argmax(gains))]


def _together(view: _View, of: str) -> str:
    """The strategy that all actors of a view together take."""
    usual = str(view.results.attrs["comparator"])
    names = [str(name) for name in view.results["strategy"].values if str(name) != usual]
    allowed = [name for name in names if view.prefers(name, usual, of)]
    return max(allowed, key=lambda name: view.expected(name, usual, of), default=usual)


def _values(results: xr.Dataset, chosen: np.ndarray, also: tuple[str, ...], gross: bool) -> dict[str, xr.DataArray]:
    """What the worlds are worth, and what is lost, over the whole horizon."""
    usual = str(results.attrs["comparator"])

    def against(name: str, other: str, *, settled: bool = False) -> xr.DataArray:
        """Net saving of a strategy against another one (draw, actor)."""
        of = settled_within if settled else saving_within
        if name == other:
            some = of(results, None, also=also, gross=gross).isel(intervention=0, drop=True)
            return some.copy(data=np.zeros(some.shape))
        return of(results, None, comparator=other, also=also, gross=gross).sel(intervention=name, drop=True)

    def cash(name: str) -> xr.DataArray:
        every = cashable_within(results, None, gross=gross).sel(actor="society", drop=True)
        if name == usual:
            nothing = every.isel(intervention=0, drop=True)
            return nothing.copy(data=np.zeros(nothing.shape))
        return every.sel(intervention=name, drop=True)

    def told(name: str, values: xr.DataArray) -> dict[str, xr.DataArray]:
        mean, error = mean_and_error(values)
        return {name: mean, f"{name}_mcse": error}

    def worlds(of: list[list[xr.DataArray]]) -> xr.DataArray:
        rows = [xr.concat(row, dim="horizon") for row in of]
        return xr.concat(rows, dim="decider")

    best = str(chosen[1, 1])
    others = [str(chosen[DECIDERS.index(who), HORIZONS.index(how)]) for who, how in CAUSES.values()]
    losses = xr.concat([against(best, other) for other in others], dim="cause")
    expected = xr.concat(
        [against(best, other, settled=True).sel(actor="society", drop=True) for other in others], dim="cause"
    )
    of_society = losses.sel(actor="society", drop=True)
    value = worlds([[against(str(name), usual).sel(actor="society", drop=True) for name in row] for row in chosen])
    found = {
        **told("value", value),
        **told("cashable_value", worlds([[cash(str(name)) for name in row] for row in chosen])),
        **told("loss", of_society),
        **told("loss_of_actor", losses),
        **told("cashable_loss", xr.concat([cash(best) - cash(other) for other in others], dim="cause")),
        "loss_quantile": quantiles(expected),
        "probability_of_loss": probability_above_zero(of_society, expected),
    }
    units = results["present_value"].attrs.get("units", "")
    return {
        name: of.drop_vars("randomisation", errors="ignore").assign_attrs(units="" if "probability" in name else units)
        for name, of in found.items()
    }
