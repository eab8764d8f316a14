"""What a decision is worth to whoever makes it: minus its cost, plus what its outcome is worth to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import counted_kinds, of_all_years, of_kinds, with_views
from simcore.analysis.by_draws import by_draws
from simcore.errors import ResultsError, UnknownNameError
from simcore.money import real_difference

#: The parts of the results that are the two halves of the persons of a draw.
HALVES = ("half_0", "half_1")


def costs_of(results: xr.Dataset, *, also: Sequence[str] = (), gross: bool = False) -> xr.DataArray:
    """Present value of what each strategy costs each decision maker (strategy, draw, actor).

    Of simulated results with the views ``public_sector`` and ``society``; of an `own_table` as it is.
    """
    if is_own_table(results):
        return results["cost"]
    return with_views(of_kinds(of_all_years(results), counted_kinds(also, gross=gross)), results)


def achieved(results: xr.Dataset, outcome: str) -> xr.DataArray:
    """Present value of an outcome under each strategy (strategy, draw).

    Raises
    ------
    UnknownNameError
        There is no such outcome.
    """
    return _outcome(results["outcome_value" if is_own_table(results) else "outcome_present_value"], outcome)


def is_own_table(results: xr.Dataset) -> bool:
    """Whether these are the numbers of an `own_table` rather than those of a simulation."""
    return "present_value" not in results


def net_benefit(
    results: xr.Dataset,
    *,
    actor: str | None = None,
    outcome: str | None = None,
    threshold: float | Sequence[float] | None = None,
    more_is_better: bool = True,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.DataArray:
    """Net benefit of each strategy, per draw and decision maker: minus its cost, plus the worth of an outcome.

    Parameters
    ----------
    results
        From `simulate` or `open_results`, or an `own_table`.
    actor
        One actor, or the views ``public_sector`` and ``society``; by default all of them.
    outcome
        An outcome that counts beside money, by its present value; by default money alone decides.
    threshold
        What one unit of the outcome is worth [money per unit]; several make the dim `threshold`.
    more_is_better
        False for outcomes such as events that one wants fewer of.
    also
        Kinds of cost that are shown apart unless asked for: ``intangible``, ``public_funds``.
    gross
        Leave out what the gains of an intervention cost others (displacement).

    Returns
    -------
    DataArray (strategy, draw, actor) or (strategy, draw, actor, threshold) [money per person, present value].

    Raises
    ------
    UnknownNameError
        There is no such actor, outcome or kind of cost.
    ResultsError
        An outcome without threshold, or a threshold without outcome; a threshold that is not a number; an own table
        that has no costs, without an outcome.

    Notes
    -----
    Only differences between strategies matter for a decision. Of the exact engine, differences that are rounding
    are nothing.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> net_benefit(results, actor="society").dims
    ('strategy', 'draw', 'actor')
    """
    worth = _worth(outcome, threshold, more_is_better)
    if is_own_table(results) and results.sizes["actor"] == 0 and outcome is None:
        raise ResultsError(
            "This table has no costs, so that money alone decides nothing: name its costs in own_table(costs=...), or "
            'take table["outcome_value"] where the values are net benefits.'
        )
    found = -_of_actor(costs_of(results, also=also, gross=gross), actor)
    if outcome is not None and worth is not None:
        found = found + worth * achieved(results, outcome)
    dims = ("strategy", "draw", "actor", "threshold")
    found = found.transpose(*(dim for dim in dims if dim in found.dims))
    if results.attrs.get("engine") == "expected":
        first = found.values[:1]
        found = found.copy(data=first + real_difference(found.values, first, exact=True))
    found.attrs = _attributes(results)
    return found


def net_benefit_of_halves(
    results: xr.Dataset,
    *,
    actor: str | None = None,
    outcome: str | None = None,
    threshold: float | Sequence[float] | None = None,
    more_is_better: bool = True,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.DataArray | None:
    """Net benefit as each half of the persons of a draw has it, from which luck is known; arguments as `net_benefit`.

    Returns
    -------
    DataArray (half, strategy, draw, actor) or with `threshold`, with the coordinate ``persons`` (half); None where
    there is no luck: the exact engine, or an own table.

    Raises
    ------
    ResultsError
        Luck is not known: a half has no persons.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> net_benefit_of_halves(results, actor="society").sizes["half"]
    2
    """
    worth = _worth(outcome, threshold, more_is_better)
    if is_own_table(results) or results.attrs.get("engine") == "expected":
        return None
    sizes = results["part_size"].sel(part=list(HALVES)).values
    if not sizes.all():
        raise ResultsError("With one person in each draw luck is not told from ignorance: run at least 2 persons.")
    kinds = counted_kinds(also, gross=gross)
    of_parts = by_draws(
        lambda some: of_kinds(some["present_value_of_part"].sel(part=list(HALVES)), kinds),
        results,
        "present_value_of_part",
    )
    found = -_of_actor(with_views(of_parts, results), actor)
    if outcome is not None and worth is not None:
        found = found + worth * _outcome(results["outcome_present_value_of_part"].sel(part=list(HALVES)), outcome)
    found = found.rename(part="half").assign_coords(persons=("half", sizes))
    dims = ("half", "strategy", "draw", "actor", "threshold")
    found = found.transpose(*(dim for dim in dims if dim in found.dims))
    found.attrs = _attributes(results)
    return found


@dataclass(frozen=True)
class Cells:
    """Net benefits as plain numbers: one table of draws and strategies for each decision (a cell).

    `values` (cell, draw, strategy); `rest` are the other dims, in the order in which cells are numbered.
    """

    values: NDArray[np.float64]
    rest: dict[str, xr.DataArray]
    shape: tuple[int, ...]
    strategies: tuple[str, ...]
    draws: xr.DataArray

    @classmethod
    def of(cls, net_benefit: xr.DataArray) -> Cells:
        """Check net benefits and take them apart.

        Raises
        ------
        ResultsError
            The dims `strategy` and `draw` are not there, there is nothing in one of them, or a value is missing.
        """
        if not isinstance(net_benefit, xr.DataArray):
            kind = type(net_benefit).__name__
            raise ResultsError(f"Net benefits are a DataArray, from net_benefit or an own_table; found a {kind}.")
        for dim in ("strategy", "draw"):
            if dim not in net_benefit.dims:
                raise ResultsError(f"A net benefit has the dims strategy and draw; this has no {dim}.")
            if net_benefit.sizes[dim] == 0:
                raise ResultsError(f"Net benefits of no {dim} say nothing.")
        if not bool(np.isfinite(net_benefit).all()):
            raise ResultsError(
                "Some net benefits are missing or infinite; every draw needs a number for each strategy."
            )
        rest = [dim for dim in net_benefit.dims if dim not in ("strategy", "draw")]
        ordered = net_benefit.transpose(*rest, "draw", "strategy")
        shape = ordered.shape[: len(rest)]
        return cls(
            np.ascontiguousarray(ordered.values.reshape(-1, *ordered.shape[len(rest) :]), dtype=float),
            {str(dim): ordered[dim] for dim in rest},
            shape,
            tuple(str(name) for name in ordered["strategy"].values),
            ordered["draw"],
        )

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return int(self.values.shape[1])

    def best(self) -> NDArray[np.int64]:
        """Strategy with the highest expected net benefit in each cell; of equals the first (cell,)."""
        means = self.values.mean(axis=1)
        equal = means >= means.max(axis=-1, keepdims=True) - _tolerance(self.values)[:, 0]
        return np.asarray(equal.argmax(axis=-1))

    def wins(self) -> NDArray[np.float64]:
        """Share in being best in each draw: 1, or less where equals share it (cell, draw, strategy)."""
        best = self.values >= self.values.max(axis=-1, keepdims=True) - _tolerance(self.values)
        return np.asarray(best / best.sum(axis=-1, keepdims=True))

    def back(self, values: NDArray[np.float64] | NDArray[np.bool_] | NDArray[np.str_]) -> xr.DataArray:
        """Give an array (cell, ...) without further dims its other dims back."""
        return xr.DataArray(values.reshape(self.shape), self.rest, list(self.rest))

    def with_values(self, values: NDArray[np.float64]) -> Cells:
        """The same decisions with other numbers."""
        return Cells(values, self.rest, self.shape, self.strategies, self.draws)

    def over_draws(self, values: NDArray[np.float64]) -> xr.DataArray:
        """Give an array (cell, draw) its other dims back, draws last with their coordinates."""
        shape = (*self.shape, self.n_draws)
        found = xr.DataArray(values.reshape(shape), self.rest, [*self.rest, "draw"])
        return found.assign_coords({"draw": self.draws, **_of_draws(self.draws)})


def figures_of(parameters: xr.DataArray, cells: Cells) -> NDArray[np.float64]:
    """Check the values of figures, and take them as numbers (draw, parameter)."""
    if not isinstance(parameters, xr.DataArray):
        kind = type(parameters).__name__
        raise ResultsError(f"Figures are a DataArray (draw, parameter), as own_table makes of a dict; found a {kind}.")
    if set(parameters.dims) != {"draw", "parameter"}:
        found = ", ".join(map(str, parameters.dims)) or "no dims"
        raise ResultsError(f"The values of figures have the dims draw and parameter; found {found}.")
    if parameters.sizes["draw"] != cells.n_draws:
        raise ResultsError(
            f"There are {cells.n_draws} draws of the net benefits but {parameters.sizes['draw']} of the figures; "
            "they have to be the same draws."
        )
    if "draw" in parameters.coords and not np.array_equal(parameters["draw"].values, cells.draws.values):
        raise ResultsError(
            "The draws of the figures are other ones than those of the net benefits, or in another order."
        )
    values = np.asarray(parameters.transpose("draw", "parameter").values, dtype=float)
    bad = ~np.isfinite(values).all(axis=0)
    if bad.any():
        names = ", ".join(str(name) for name in parameters["parameter"].values[bad])
        raise ResultsError(f"Some values of figures are missing or infinite: {names}.")
    return values


def _of_draws(draws: xr.DataArray) -> dict[str, xr.DataArray]:
    """Coordinates that say something of each draw, such as its randomisation."""
    return {str(name): draws[name] for name in draws.coords if name != "draw" and draws[name].dims == ("draw",)}


def _tolerance(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Differences that are rounding (cell, 1, 1)."""
    return np.asarray(1e-12 * np.abs(values).max(axis=(1, 2), keepdims=True))


def _worth(
    outcome: str | None, threshold: float | Sequence[float] | None, more_is_better: bool
) -> float | xr.DataArray | None:
    """What one more unit of the outcome is worth, with the dim `threshold` where several are asked for."""
    if (outcome is None) != (threshold is None):
        raise ResultsError(
            "An outcome counts by what one unit of it is worth: give both outcome and threshold, or neither where "
            "money alone decides."
        )
    if threshold is None:
        return None
    values = np.asarray(threshold, dtype=float)
    if values.ndim > 1 or values.size == 0 or not np.isfinite(values).all():
        raise ResultsError(f"A threshold is an amount of money for one unit of the outcome; found {threshold}.")
    sign = 1.0 if more_is_better else -1.0
    if values.ndim == 0:
        return sign * float(values)
    return sign * xr.DataArray(values, {"threshold": values}, ["threshold"])


def _of_actor(costs: xr.DataArray, actor: str | None) -> xr.DataArray:
    """Those of one actor or view, or of all; the dim stays."""
    if actor is None:
        return costs
    known = [str(name) for name in costs["actor"].values]
    if actor not in known:
        raise UnknownNameError(actor, "an actor or view of these results", known)
    return costs.sel(actor=[actor])


def _outcome(values: xr.DataArray, outcome: str) -> xr.DataArray:
    known = [str(name) for name in values["outcome"].values]
    if outcome not in known:
        raise UnknownNameError(outcome, "an outcome of these results", known)
    return values.sel(outcome=outcome, drop=True)


def _attributes(results: xr.Dataset) -> dict[str, str]:
    """Attributes of a net benefit: what it is, and the engine it comes from."""
    units = "money" if is_own_table(results) else str(results["present_value"].attrs.get("units", "money"))
    return {"long_name": "Net benefit", "units": units, "engine": str(results.attrs.get("engine", ""))}
