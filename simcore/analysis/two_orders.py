"""Two orders of uncertainty kept apart: what is not known about the figures, and luck between persons.

The persons of a draw are two halves. The difference between the halves is luck alone, so it tells how much of the
spread over draws is luck; the rest is what the expected value of each draw differs by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast, counted_kinds, of_kinds, saved, with_views
from simcore.analysis.by_draws import by_draws
from simcore.analysis.once import once
from simcore.vocabulary import PROGRAMME_KINDS

#: Above this share of luck in the variance over draws, what is left says nothing: not settled.
UNSETTLED = 0.9
#: Two-sided 95 % quantile of the standard normal distribution.
_Z95 = 1.959963984540054

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
    missing = bool(values.isnull().any())  # skipping nothing is slow
    mean = values.mean("draw", skipna=missing)
    if "randomisation" in values.coords:
        means = values.groupby("randomisation").mean("draw")
        n_groups = means.sizes["randomisation"]
        if n_groups < 2:
            return mean, mean * np.nan
        return mean, means.std("randomisation", ddof=1) / np.sqrt(n_groups)
    if values.sizes["draw"] < 2:
        return mean, mean * np.nan
    if not missing:
        return mean, values.std("draw", ddof=1, skipna=False) / np.sqrt(values.sizes["draw"])
    n = values.notnull().sum("draw")
    spread = values.std("draw", ddof=1) if bool((n > 1).all()) else values.where(n > 1).std("draw", ddof=1)
    return mean, spread / np.sqrt(n)


def errors_of_95(values: xr.DataArray) -> float:
    """How many Monte Carlo standard errors around a mean are a 95 % interval.

    1.96 for independent draws; of several randomisations, whose few means tell the error, the quantile of Student's t
    distribution with one degree of freedom less than there are randomisations.

    Parameters
    ----------
    values
        Any array with the dim `draw`.
    """
    if "randomisation" not in values.coords:
        return _Z95
    n_groups = len(np.unique(values["randomisation"].values))
    if n_groups < 2:
        return float("inf")
    from scipy import special

    return float(special.stdtrit(n_groups - 1, 0.975))


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
    Dataset with ``total``, ``luck`` and ``parameter`` variance [squared unit of `values`], ``luck_of_draw``
    (..., draw), whose mean ``luck`` is, ``same`` (..., draw), where the halves do not differ, and ``luck_share``,
    luck / total, between 0 and 1. Not a number with fewer than two persons or two draws; a share of nothing is not a
    number.

    Notes
    -----
    With means h0 and h1 over n0 and n1 persons, the variance of h0 - h1 times n0 * n1 / (n0 + n1)**2 estimates the
    variance of their common mean (with equal halves a quarter of it), for quantities that are linear in the counts.
    What is left of the total estimates the variance of the expected value, a one-way analysis of variance with draws
    as groups [1]_. It may come out below zero, and is then none.

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
    n_draws, times = difference.sizes["draw"], n0 * n1 / (n0 + n1) ** 2 if n0 * n1 > 0 else np.nan
    # Around its mean, so that luck that all draws share does not count.
    squares = (difference - difference.mean("draw")) ** 2 * (n_draws / max(n_draws - 1, 1) * times)
    luck = squares.mean("draw") if n_draws > 1 else squares.mean("draw") * np.nan
    total = values.var("draw", ddof=1) if values.sizes["draw"] > 1 else values.mean("draw") * np.nan
    found = xr.Dataset({"total": total, "luck": luck, "luck_of_draw": squares, "same": difference == 0})
    found["parameter"] = (total - luck).clip(min=0.0)
    found["luck_share"] = (luck / total.where(total > 0)).clip(max=1.0)
    return found


@once
def saved_by_halves(
    results: xr.Dataset, kinds: Sequence[str], *, comparator: str | None = None
) -> xr.DataArray:  # fmt: skip
    """Money saved in some kinds in each part of the persons (part, intervention, draw, actor), views included."""

    def of_some(some: xr.Dataset) -> xr.DataArray:
        return with_views(saved(some, of_kinds(some["present_value_of_part"], kinds), comparator=comparator), some)

    return by_draws(of_some, results, "present_value_of_part")


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


@once
def contrast_variances(
    results: xr.Dataset,
    quantity: str,
    *,
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.Dataset:
    """As `money_variances`, of the quantity as `simcore.analysis.avoided_cost.contrast` gives it."""
    values = contrast(results, quantity, comparator=comparator, also=also, gross=gross)
    return money_variances(results, values, quantity, comparator=comparator, also=also, gross=gross)
