"""The table of a run: mean, quantiles, probability of a net saving, and how sure the mean is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast, saved, with_views
from simcore.analysis.cashable import cashable_saving, holds_for, says_cashable
from simcore.analysis.luck import certain_draws, probability_above_zero, regressors, settled_contrast, without_luck
from simcore.analysis.once import once
from simcore.analysis.payback import paths
from simcore.analysis.two_orders import contrast_variances, mean_and_error, quantiles, variances


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
    - of each, ``..._parameter_sd`` and ``..._luck_sd``: standard deviation over draws of the expected value, and of
      luck between persons [the same], and ``..._luck_share``: share of luck in the variance (``luck_share`` is that of
      the net saving);
    - ``avoided_cost_quantile``, ``net_saving_quantile`` (quantile, intervention, actor): 5, 50 and 95 % of the expected
      value, luck taken off (`simcore.analysis.luck.without_luck`); not a number where more than nine tenths of
      the variance is luck;
    - ``probability_net_saving``: that the expected net saving is above zero, likewise;
    - ``cashable_saving``, its ``..._mcse`` and ``..._quantile``, where prices say what of it is cashable;
      its steps and shares are not linear in persons, so that its quantiles hold the luck of the persons simulated;
    - ``break_even_year``: median calendar year, infinity for "never";
    - ``probability_never``: share of the draws with anything at stake that have no break-even within the horizon; these
      two are of the draws as simulated.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.summarise(results)["net_saving"].dims
    ('intervention', 'actor')
    """
    found: dict[str, Any] = {}
    for name in ("avoided_cost", "programme_cost", "net_saving"):
        values = contrast(results, name, comparator=comparator, also=also, gross=gross)
        parts = contrast_variances(results, name, comparator=comparator, also=also, gross=gross)
        found[name], found[f"{name}_mcse"] = mean_and_error(values)
        for order in ("parameter", "luck"):
            found[f"{name}_{order}_sd"] = np.sqrt(parts[order])
        for variable in ("", "_mcse", "_parameter_sd", "_luck_sd"):
            found[f"{name}{variable}"].attrs["units"] = values.attrs["units"]
        found[f"{name}_luck_share"] = parts["luck_share"]
        if name != "programme_cost":
            settled = settled_contrast(results, name, comparator=comparator, also=also, gross=gross)
            found[f"{name}_quantile"] = quantiles(settled)
    found["luck_share"] = parts["luck_share"]
    found["probability_net_saving"] = probability_above_zero(values, settled)
    if says_cashable(results) and holds_for(results, comparator):
        cash = with_views(cashable_saving(results, comparator=comparator, gross=gross), results)
        found["cashable_saving"], found["cashable_saving_mcse"] = mean_and_error(cash)
        found["cashable_saving_quantile"] = quantiles(cash)
        for variable in ("cashable_saving", "cashable_saving_mcse"):
            found[variable].attrs["units"] = cash.attrs["units"]
    years = paths(results, comparator=comparator, also=also, gross=gross)["break_even_year"]
    found["break_even_year"] = xr.apply_ufunc(_upper_median, years, input_core_dims=[["draw"]], keep_attrs=True)
    at_stake = years.notnull()
    never = years.copy(data=np.isinf(years.values))
    found["probability_never"] = never.sum("draw") / at_stake.sum("draw").where(at_stake.any("draw"))
    return xr.Dataset(found, attrs=dict(results.attrs))


def _upper_median(years: np.ndarray) -> np.ndarray:
    """Median over the last axis; of an even number the later, so that "never" is not averaged away."""
    ordered = np.sort(years, axis=-1)  # infinity and then not-a-number come last
    known = np.count_nonzero(~np.isnan(years), axis=-1)
    middle = np.minimum(known // 2, years.shape[-1] - 1)
    median = np.take_along_axis(ordered, middle[..., None], axis=-1)[..., 0]
    return np.asarray(np.where(known > 0, median, np.nan))


@once
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
    Dataset with ``expected``, ``expected_mcse`` (strategy, outcome); ``change``, ``change_mcse``,
    ``change_parameter_sd``, ``change_luck_sd``, ``change_luck_share`` (intervention, outcome) and ``change_quantile``
    (quantile, intervention, outcome), as for money in `summarise` [the outcome's own unit per person].

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.summarise_outcomes(results)["change"].dims
    ('intervention', 'outcome')
    """
    name = "outcome_present_value" if discounted else "outcome_value"
    values = results[name]
    change = -saved(results, values, comparator=comparator)
    parts = variances(change, -saved(results, results[f"{name}_of_part"], comparator=comparator), results)
    found: dict[str, Any] = {}
    found["expected"], found["expected_mcse"] = mean_and_error(values)
    found["change"], found["change_mcse"] = mean_and_error(change)
    for order in ("parameter", "luck"):
        found[f"change_{order}_sd"] = np.sqrt(parts[order])
    found["change_luck_share"] = parts["luck_share"]
    certain = certain_draws(results, comparator)
    found["change_quantile"] = quantiles(without_luck(change, parts, regressors(results), certain))
    about = {"discounted": int(discounted), "cohorts": int(results.attrs.get("cohorts", 1))}
    return xr.Dataset(found, attrs=about)
