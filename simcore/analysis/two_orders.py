"""Two orders of uncertainty kept apart: what is not known about the figures, and luck between persons.

The persons of a draw are two halves. The difference between the halves is luck alone, so it tells how much of the
spread over draws is luck; the rest is what the expected value of each draw differs by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import avoided_cost, counted_kinds, net_saving, of_kinds, saved, with_views
from simcore.vocabulary import PROGRAMME_KINDS

#: Above this share of luck in the variance over draws, what is left says nothing: not settled.
UNSETTLED = 0.9
#: A share of draws this near to 0 or 1 needs no correction: without luck it could only be nearer.
SURE = 0.02

QUANTILES = (0.05, 0.5, 0.95)


def mean_and_error(values: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean over draws and its Monte Carlo standard error.

    Parameters
    ----------
    values
        Any array with the dim `draw`. A coordinate `randomisation` (draw,) says that the draws are not independent of
        each other, but groups of them are.

    Returns
    -------
    The mean, and its standard error: sd / sqrt(draws) of independent draws, each of which has its own luck, so that it
    covers both; of several randomisations, the standard deviation of their means / sqrt(their number). It is
    not a number with a single draw or randomisation. Draws without a value (of a subgroup that nobody belongs to) do
    not count.
    """
    mean = values.mean("draw")
    if "randomisation" in values.coords:
        means = values.groupby("randomisation").mean("draw")
        n_groups = means.sizes["randomisation"]
        if n_groups < 2:
            return mean, mean * np.nan
        return mean, means.std("randomisation", ddof=1) / np.sqrt(n_groups)
    if values.sizes["draw"] < 2:
        return mean, mean * np.nan
    n = values.notnull().sum("draw")
    spread = values.std("draw", ddof=1) if bool((n > 1).all()) else values.where(n > 1).std("draw", ddof=1)
    return mean, spread / np.sqrt(n)


def quantiles(values: xr.DataArray) -> xr.DataArray:
    """Return the 5, 50 and 95 % quantiles over draws (quantile, ...); of nothing, nothing."""
    if values.size == 0:
        rest = {dim: values[dim] for dim in values.dims if dim != "draw"}
        shape = [len(QUANTILES), *(len(coordinate) for coordinate in rest.values())]
        return xr.DataArray(np.zeros(shape), {"quantile": list(QUANTILES), **rest}, ["quantile", *rest])
    missing = values.isnull()
    some = bool((missing.any("draw") & ~missing.all("draw")).any())  # skipping nothing is slow
    return values.quantile(QUANTILES, dim="draw", skipna=some)


def variances(values: xr.DataArray, halves: xr.DataArray, results: xr.Dataset) -> xr.Dataset:
    """Split the variance over draws into ignorance about the figures and luck between persons.

    Parameters
    ----------
    values
        A quantity of all persons of each draw, with the dim `draw`.
    halves
        The same quantity of the two halves (part, ...).
    results
        Where the number of persons in each half is found.

    Returns
    -------
    Dataset with ``total``, ``luck`` and ``parameter`` variance [squared unit of `values`] and ``luck_share``, luck /
    total, between 0 and 1. Not a number with fewer than two persons or two draws; a share of nothing is not a number.

    Notes
    -----
    With means h0 and h1 over n0 and n1 persons, (h0 - h1)**2 * n0 * n1 / (n0 + n1)**2 estimates the variance of their
    common mean (with equal halves a quarter of the squared difference), for quantities that are linear in the counts;
    it is averaged over draws. What is left of the total estimates the variance of the expected value, a one-way
    analysis of variance with draws as groups [1]_. It may come out below zero, and is then none.

    References
    ----------
    .. [1] O'Hagan, Stevenson & Madan (2007), Monte Carlo probabilistic sensitivity analysis for patient level
       simulation models: efficient estimation of mean and variance using ANOVA, Health Economics 16.
    """
    difference = halves.sel(part="half_0", drop=True) - halves.sel(part="half_1", drop=True)
    return variances_of(values, difference, results)


def variances_of(values: xr.DataArray, difference: xr.DataArray, results: xr.Dataset) -> xr.Dataset:
    """As `variances`, from the difference between a person of the first half and one of the second."""
    n0, n1 = (float(results["part_size"].sel(part=part)) for part in ("half_0", "half_1"))
    luck = (difference**2).mean("draw") * (n0 * n1 / (n0 + n1) ** 2 if n0 * n1 > 0 else np.nan)
    total = values.var("draw", ddof=1) if values.sizes["draw"] > 1 else values.mean("draw") * np.nan
    found = xr.Dataset({"total": total, "luck": luck})
    found["parameter"] = (total - luck).clip(min=0.0)
    found["luck_share"] = (luck / total.where(total > 0)).clip(max=1.0)
    return found


def without_luck(values: xr.DataArray, parts: xr.Dataset) -> xr.DataArray:
    """Draw the values of all draws together so far that they spread as their expected values do.

    Parameters
    ----------
    values
        A quantity of each draw, with the dim `draw`.
    parts
        Its variances, from `variances`.

    Returns
    -------
    As `values`: mean + (value - mean) * sqrt(1 - share of luck). Not a number where luck is more than `UNSETTLED` of
    the variance, or is not known.

    Notes
    -----
    Mean and variance of the result are those of the expected values; its shape is that of expected value and luck
    together. Where both are normal it is exact. The luck of single draws cannot be taken off.
    """
    share = parts["luck_share"].where(parts["total"] != 0, 0.0)
    mean = values.mean("draw")
    pulled = mean + (values - mean) * np.sqrt(1.0 - share)
    # Without luck, the values themselves, to the last bit.
    pulled = values.where(share == 0, pulled)
    return pulled.where(share <= UNSETTLED).transpose(*values.dims)


def probability_above_zero(values: xr.DataArray, settled: xr.DataArray) -> xr.DataArray:
    """Probability that an expected value is above zero.

    Parameters
    ----------
    values
        The quantity in each draw, luck included.
    settled
        From `without_luck`.

    Returns
    -------
    Without the dim `draw`. Where too much is luck, the share of draws above zero, or one minus the share below it, if
    that share is within `SURE` of 1 (without luck the probability could only be nearer), and otherwise not a number.
    """
    above, below = (values > 0).mean("draw"), (values < 0).mean("draw")
    # Draws in which few persons live otherwise are often exactly zero: that is neither.
    sure = above.where(above >= 1 - SURE, (1 - below).where(below >= 1 - SURE))
    known = settled.notnull().all("draw")
    return (settled > 0).mean("draw").where(known, sure)


def saved_by_halves(
    results: xr.Dataset, kinds: Sequence[str], *, comparator: str | None = None
) -> xr.DataArray:  # fmt: skip
    """Money saved in some kinds in each part of the persons (part, intervention, draw, actor), views included."""
    return with_views(saved(results, of_kinds(results["present_value_of_part"], kinds), comparator=comparator), results)


def money_variances(
    results: xr.Dataset,
    values: xr.DataArray,
    quantity: str,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.Dataset:
    """Variances of the avoided cost, programme cost or net saving of all actors and views; see `variances`.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    values
        The quantity in each draw (intervention, draw, actor), views included.
    quantity
        ``avoided_cost``, ``programme_cost`` or ``net_saving``.
    comparator, also, gross
        As for `simcore.avoided_cost`.

    Notes
    -----
    A cost per participant that depends on their number depends on that of the whole draw in both halves: what luck does
    to it through that number is left out.
    """
    kinds = counted_kinds(also, gross=gross)
    if quantity == "programme_cost":
        kinds = list(PROGRAMME_KINDS)
    elif quantity == "avoided_cost":
        kinds = [kind for kind in kinds if kind not in PROGRAMME_KINDS]
    return variances(values, saved_by_halves(results, kinds, comparator=comparator), results)


def settled_contrast(
    results: xr.Dataset,
    quantity: str,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.DataArray:
    """Avoided cost or net saving in each draw, views included, that spreads as its expected value does.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    quantity
        ``avoided_cost`` or ``net_saving``.
    comparator, also, gross
        As for `simcore.avoided_cost`.

    Returns
    -------
    DataArray (intervention, draw, actor); not a number where luck hides it, as in `without_luck`.
    """
    of = {"avoided_cost": avoided_cost, "net_saving": net_saving}[quantity]
    values = with_views(of(results, comparator=comparator, also=also, gross=gross), results)
    parts = money_variances(results, values, quantity, comparator=comparator, also=also, gross=gross)
    return without_luck(values, parts)
