"""The table of a run: mean, quantiles, probability of a net saving, and how sure the mean is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import (
    avoided_cost,
    counted_kinds,
    net_saving,
    of_kinds,
    programme_cost,
    saved,
    with_views,
)
from simcore.analysis.cashable import cashable_saving, holds_for, says_cashable
from simcore.analysis.payback import break_even_year, cumulative_net_saving

QUANTILES = (0.05, 0.5, 0.95)


def mean_and_error(values: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean over draws and its Monte Carlo standard error, sd / sqrt(draws).

    The draws are independent and each has its own luck, so the error covers both.
    With a single draw it is not a number. Draws without a value (of a subgroup that nobody belongs to) do not count.
    """
    mean = values.mean("draw")
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
    return values.quantile(QUANTILES, dim="draw", skipna=bool(values.isnull().any()))  # skipping nothing is slow


def luck_variance(
    results: xr.Dataset, *, comparator: str | None = None, also: Sequence[str] = (), gross: bool = False
) -> xr.DataArray:  # fmt: skip
    """Variance of a draw's net saving that comes from luck between persons (first order).

    From the two halves of the persons of each draw: with means h0 and h1 over n0 and n1 persons,
    (h0 - h1)**2 * n0 * n1 / (n0 + n1)**2 estimates the variance of their common mean (with equal
    halves a quarter of the squared difference); averaged over draws. A cost per participant that depends on their
    number depends on that of the whole draw in both halves: what luck does to it through that number is left out.

    Returns
    -------
    DataArray (intervention, actor), views included [squared money per person]
    """
    of_parts = of_kinds(results["present_value_of_part"], counted_kinds(also, gross=gross))
    halves = with_views(saved(results, of_parts, comparator=comparator), results)
    n0, n1 = (float(results["part_size"].sel(part=part)) for part in ("half_0", "half_1"))
    difference = halves.sel(part="half_0", drop=True) - halves.sel(part="half_1", drop=True)
    if n0 * n1 == 0:
        return difference.mean("draw") * np.nan
    return (difference**2).mean("draw") * (n0 * n1 / (n0 + n1) ** 2)


def summarise(
    results: xr.Dataset, *, comparator: str | None = None, also: Sequence[str] = (), gross: bool = False
) -> xr.Dataset:  # fmt: skip
    """Summarise what each intervention does for each actor and view.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    comparator
        The strategy the others are compared with; by default the scenario's.
    also
        Kinds of cost that are shown apart unless asked for: ``intangible``, ``public_funds``.
    gross
        Leave out what the gains of an intervention cost others (displacement).

    Returns
    -------
    Dataset (intervention, actor), with

    - ``avoided_cost``, ``programme_cost``, ``net_saving``: means, and ``..._mcse``, their Monte Carlo standard errors
      [money of the price year per person, discounted];
    - ``avoided_cost_quantile``, ``net_saving_quantile`` (quantile, intervention, actor): 5, 50 and 95 %;
    - ``cashable_saving``, its ``..._mcse`` and ``..._quantile``, where prices say what of them is cashable;
    - ``probability_net_saving``: share of draws in which the net saving is above zero;
    - ``break_even_year``: median calendar year, infinity for "never";
    - ``probability_never``: share of the draws with anything at stake that have no break-even within the horizon;
    - ``luck_share``: share of the variance of the net saving over draws that is luck between persons.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.summarise(results)["net_saving"].dims
    ('intervention', 'actor')
    """
    summary = xr.Dataset(attrs=dict(results.attrs))
    arrays = {
        "avoided_cost": avoided_cost(results, comparator=comparator, also=also, gross=gross),
        "programme_cost": programme_cost(results, comparator=comparator),
        "net_saving": net_saving(results, comparator=comparator, also=also, gross=gross),
    }
    if says_cashable(results) and holds_for(results, comparator):
        arrays["cashable_saving"] = cashable_saving(results, comparator=comparator, gross=gross)
    for name, array in arrays.items():
        values = with_views(array, results)
        summary[name], summary[f"{name}_mcse"] = mean_and_error(values)
        if name != "programme_cost":
            summary[f"{name}_quantile"] = quantiles(values)
        for variable in (name, f"{name}_mcse"):
            summary[variable].attrs["units"] = array.attrs["units"]
        if name == "net_saving":
            summary["probability_net_saving"] = (values > 0).mean("draw")
            total = values.var("draw", ddof=1) if values.sizes["draw"] > 1 else values.mean("draw") * np.nan
            luck = luck_variance(results, comparator=comparator, also=also, gross=gross)
            summary["luck_share"] = (luck / total.where(total > 0)).clip(max=1.0)
    years = break_even_year(cumulative_net_saving(results, comparator=comparator, also=also, gross=gross))
    summary["break_even_year"] = xr.apply_ufunc(_upper_median, years, input_core_dims=[["draw"]], keep_attrs=True)
    at_stake = years.notnull()
    never = years.copy(data=np.isinf(years.values))
    summary["probability_never"] = never.sum("draw") / at_stake.sum("draw").where(at_stake.any("draw"))
    return summary


def _upper_median(years: np.ndarray) -> np.ndarray:
    """Median over the last axis; of an even number the later, so that "never" is not averaged away."""
    ordered = np.sort(years, axis=-1)  # infinity and then not-a-number come last
    known = np.count_nonzero(~np.isnan(years), axis=-1)
    middle = np.minimum(known // 2, years.shape[-1] - 1)
    median = np.take_along_axis(ordered, middle[..., None], axis=-1)[..., 0]
    return np.asarray(np.where(known > 0, median, np.nan))


def summarise_outcomes(
    results: xr.Dataset, *, comparator: str | None = None, discounted: bool = False
) -> xr.Dataset:  # fmt: skip
    """Summarise outcomes: expected value under each strategy, and the change each intervention makes.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    comparator
        The strategy the others are compared with; by default the scenario's.
    discounted
        Take present values, by the discount rate for outcomes.

    Returns
    -------
    Dataset with ``expected``, ``expected_mcse`` (strategy, outcome);
    ``change``, ``change_mcse`` (intervention, outcome)
    and ``change_quantile`` (quantile, intervention, outcome) [the outcome's own unit per person].

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.summarise_outcomes(results)["change"].dims
    ('intervention', 'outcome')
    """
    values = results["outcome_present_value" if discounted else "outcome_value"]
    change = -saved(results, values, comparator=comparator)
    summary = xr.Dataset(attrs={"discounted": int(discounted), "cohorts": int(results.attrs.get("cohorts", 1))})
    summary["expected"], summary["expected_mcse"] = mean_and_error(values)
    summary["change"], summary["change_mcse"] = mean_and_error(change)
    summary["change_quantile"] = quantiles(change)
    return summary
