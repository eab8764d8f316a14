"""What an intervention brings about in each draw, with luck and without, and ratios of expected values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast, counted_kinds, saved
from simcore.analysis.luck import certain_draws, regressors, without_luck
from simcore.analysis.net_benefit import achieved
from simcore.analysis.two_orders import errors_of_95, mean_and_error, saved_by_halves, variances
from simcore.decisions.actors import ROUNDING
from simcore.vocabulary import PROGRAMME_KINDS


@dataclass(frozen=True)
class Quantity:
    """Something of each intervention and draw, from which luck can be taken off.

    Attributes
    ----------
    values
        Of all persons of a draw (intervention, draw).
    halves
        Of each part of the persons (part, intervention, draw).
    is_change
        Whether it is nothing where an intervention changes nobody's life.
    """

    values: xr.DataArray
    halves: xr.DataArray
    is_change: bool = True


def without_luck_of(results: xr.Dataset, quantities: Mapping[str, Quantity]) -> dict[str, xr.DataArray]:
    """Expected values of several quantities in each draw, as far as they can be told; luck taken off.

    Parameters
    ----------
    results
        From `simulate` or `open_results`, what the quantities are of.
    quantities
        By name. They are regressed on the figures together, which is quicker than one after the other.

    Returns
    -------
    Of each an array (intervention, draw); not a number where luck hides it, as in
    `simcore.analysis.luck.without_luck`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> cost = money_of(results, "programme_cost", results["actor"] == "owner")
    >>> without_luck_of(results, {"cost": cost})["cost"].dims
    ('intervention', 'draw')
    """
    dim = xr.DataArray(list(quantities), dims="quantity", name="quantity")
    values = xr.concat([of.values for of in quantities.values()], dim=dim)
    halves = xr.concat([of.halves for of in quantities.values()], dim=dim)
    same = certain_draws(results)
    certain = xr.concat([same & of.is_change for of in quantities.values()], dim=dim)
    settled = without_luck(values, variances(values, halves, results), regressors(results), certain)
    return {name: settled.sel(quantity=name, drop=True) for name in quantities}


def change_of(results: xr.Dataset, outcome: str) -> Quantity:
    """Change that each intervention makes in the present value of an outcome.

    Raises
    ------
    UnknownNameError
        There is no such outcome.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> change_of(results, "time_new").values.dims
    ('intervention', 'draw')
    """
    levels = achieved(results, outcome)
    change = -saved(results, levels)
    usual = levels.sel(strategy=str(results.attrs["comparator"]), drop=True)
    change = change.where(abs(change) > ROUNDING * abs(usual), 0.0).transpose("intervention", "draw")
    of_parts = results["outcome_present_value_of_part"].sel(outcome=outcome, drop=True)
    return Quantity(change, -saved(results, of_parts))


def level_of(results: xr.Dataset, outcome: str) -> Quantity:
    """Present value of an outcome under each intervention, also what of it would have come without; as `change_of`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> level_of(results, "time_new").is_change
    False
    """

    def interventions(array: xr.DataArray) -> xr.DataArray:
        return array.drop_sel(strategy=str(results.attrs["comparator"])).rename(strategy="intervention")

    of_parts = results["outcome_present_value_of_part"]
    whole, parts = achieved(results, outcome), of_parts.sel(outcome=outcome, drop=True)
    return Quantity(interventions(whole).transpose("intervention", "draw"), interventions(parts), is_change=False)


def money_of(
    results: xr.Dataset, quantity: str, whose: xr.DataArray, *, also: Sequence[str] = (), gross: bool = False
) -> Quantity:
    """Avoided cost, programme cost or net saving of some actors together.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    quantity
        ``avoided_cost``, ``programme_cost`` or ``net_saving``.
    whose
        Which actors count (actor), or which for each intervention (intervention, actor).
    also, gross
        As for `simcore.avoided_cost`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> bool((money_of(results, "programme_cost", results["actor"] == "owner").values >= 0).all())
    True
    """
    kinds = counted_kinds(also, gross=gross)
    if quantity == "programme_cost":
        kinds = list(PROGRAMME_KINDS)
    elif quantity == "avoided_cost":
        kinds = [kind for kind in kinds if kind not in PROGRAMME_KINDS]
    sign = -1.0 if quantity == "programme_cost" else 1.0
    values, size = _sum(contrast(results, quantity, also=also, gross=gross), whose)
    if quantity == "net_saving":  # made of what is avoided and what the programme costs, which may cancel too
        size = sum(
            (
                _sum(contrast(results, of, also=also, gross=gross), whose)[1]
                for of in ("avoided_cost", "programme_cost")
            ),
            start=0.0 * size,
        )
    halves, _ = _sum(saved_by_halves(results, kinds), whose)
    return Quantity(values.where(abs(values) > ROUNDING * size, 0.0), sign * halves)


def payers_among(results: xr.Dataset, names: Sequence[str] | None = None) -> xr.DataArray:
    """Which actors pay for each intervention (intervention, actor): those whose expected programme cost is above zero.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    names
        Only these actors; where none of them pays, all who do. By default all.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> payers_among(results).values.tolist()
    [[True, False]]
    """
    of_actors = contrast(results, "programme_cost").sel(actor=results["actor"].values).mean("draw")
    pays = (of_actors > ROUNDING * abs(of_actors).sum("actor")).transpose("intervention", "actor")
    if names is None:
        return pays
    those = pays & pays["actor"].isin(list(names))
    return those.where(those.any("actor"), pays)


def outlay_of(results: xr.Dataset, names: Sequence[str] | None = None) -> Quantity:
    """What a programme costs those who pay for it, all together; allowances that others get are not taken off.

    Parameters
    ----------
    results, names
        As for `payers_among`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> bool((outlay_of(results).values >= 0).all())
    True
    """
    return money_of(results, "programme_cost", payers_among(results, names))


def _sum(array: xr.DataArray, whose: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Sum over some actors, and the size of what it is made of."""
    counted = array.sel(actor=whose["actor"].values).where(whose.reset_coords(drop=True), 0.0)
    dims = [dim for dim in array.dims if dim != "actor"]
    found, size = counted.sum("actor", skipna=False), abs(counted).sum("actor", skipna=False)
    return found.transpose(*dims), size.transpose(*dims)


def expected(values: xr.DataArray) -> xr.DataArray:
    """Mean over draws; nothing where it is rounding of what cancels."""
    mean = values.mean("draw")
    return mean.where(abs(mean) > ROUNDING * abs(values).mean("draw"), 0.0)


def told_from_zero(values: xr.DataArray) -> xr.DataArray:
    """Whether zero is outside the 95 % interval of the mean over draws; of a single draw it is not known to be."""
    mean, error = mean_and_error(values)
    return (abs(mean) > errors_of_95(values) * error) & (expected(values) != 0)


def ratio_of_means(top: xr.DataArray, bottom: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Ratio of two means over draws, and its Monte Carlo standard error.

    Parameters
    ----------
    top, bottom
        What is divided, and by what (..., draw).

    Returns
    -------
    Both are not a number where the mean of `bottom` is not above zero beyond its 95 % error.

    Notes
    -----
    The error is that of the delta method [1]_: of the mean of (top - ratio * bottom) / mean(bottom).

    References
    ----------
    .. [1] Cochran (1977), Sampling Techniques, 3rd edition, Wiley, chapter 6.

    Examples
    --------
    >>> top, bottom = xr.DataArray([4.0, 8.0], dims="draw"), xr.DataArray([2.0, 2.0], dims="draw")
    >>> [float(of) for of in ratio_of_means(top, bottom)]
    [3.0, 1.0]
    """
    size = expected(bottom)
    told = told_from_zero(bottom) & (size > 0)
    size = size.where(told, 1.0)
    ratio = expected(top) / size
    error = mean_and_error((top - ratio * bottom) / size)[1]
    return ratio.where(told), error.where(told)


def place_of(probability: float, n_draws: int) -> int:
    """Place, from 0 and in order of size, of the draw that this share of the draws does not exceed.

    Examples
    --------
    >>> place_of(0.8, 10), place_of(0.05, 10)
    (7, 0)
    """
    # Rounding must not make one draw fewer of a probability such as 0.8.
    return max(int(np.ceil(round(probability * n_draws, 9))) - 1, 0)
