"""Who pays and who gains: what each actor pays, avoids and keeps, within each budget horizon, and whose money it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast, counted_kinds, of_all_years, saved, with_views
from simcore.analysis.luck import probability_above_zero, settled_contrast
from simcore.analysis.two_orders import mean_and_error, quantiles
from simcore.decisions.actors import ROUNDING
from simcore.decisions.horizons import cashable_within, saving_within, settled_within
from simcore.errors import ResultsError
from simcore.vocabulary import PROGRAMME_KINDS

#: Budget horizons that decision makers look at [years].
YEARS = (1, 3, 5, 10, 20)


def horizons_of(results: xr.Dataset, years: Sequence[int] = YEARS) -> dict[int, int | None]:
    """Budget horizons that are shorter than the whole one, and the whole one.

    Returns
    -------
    By their number of calendar years; the value is None for the whole horizon, and else the same number.

    Raises
    ------
    ResultsError
        A number of years is not a positive whole number.
    """
    whole = results.sizes["year"]
    for number in years:
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ResultsError(f"A budget horizon is a whole number of years, at least 1; found {number}.")
    return {**{number: number for number in sorted(set(years)) if number < whole}, whole: None}


def who_gains(
    results: xr.Dataset, *, years: Sequence[int] = YEARS, also: Sequence[str] = (), gross: bool = False
) -> xr.Dataset:  # fmt: skip
    """Tell what each actor pays, avoids and keeps, and whose money brings what to whom.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    years
        Budget horizons, in calendar years from the first; those that are as long as the run are left out, and the whole
        horizon comes last.
    also, gross
        As for `simcore.net_saving`; the cost of public funds, for instance.

    Returns
    -------
    Dataset whose dim `actor` has the actors and the views ``public_sector`` and ``society``, with

    - ``programme_cost``, ``avoided_cost``, ``net_saving``, ``cashable_net_saving`` (intervention, actor): expected,
      over the whole horizon, with ``..._mcse``;
    - ``avoided_cost_of_kind`` (intervention, actor, cost_kind) and ``..._mcse``. For society, kinds that pass from one
      actor to another vanish;
    - ``avoided_cost_quantile``, ``net_saving_quantile`` (quantile, intervention, actor), luck taken off;
    - ``saving_within`` (horizon, intervention, actor): net saving of the first so many calendar years, with its
      ``..._mcse``, ``saving_within_quantile`` (quantile, horizon, ...) and ``probability_within``, that it is above
      zero, not a number where nothing is at stake; the coordinate ``until`` (horizon) is the last of these years;
    - ``paid_share`` (intervention, payer): share of what those who pay lay out, and ``flow`` (intervention, payer,
      actor): avoided cost of an actor that is owed to a payer in proportion to what it pays. Not a number where nobody
      pays.

    Money is that of the price year per person, as present value.

    Raises
    ------
    ResultsError
        A horizon is not a positive whole number.
    UnknownNameError
        `also` names another kind of cost.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> who_gains(results)["paid_share"].isel(intervention=0).values.tolist()
    [1.0, 0.0]
    """
    found = xr.Dataset(attrs={"units": results["present_value"].attrs.get("units", "")})
    options = {"also": tuple(also), "gross": gross}
    for name in ("programme_cost", "avoided_cost", "net_saving"):
        values = contrast(results, name, **options)  # type: ignore[arg-type]
        found[name], found[f"{name}_mcse"] = mean_and_error(values)
        if name != "programme_cost":
            found[f"{name}_quantile"] = quantiles(settled_contrast(results, name, **options))  # type: ignore[arg-type]
    cash = cashable_within(results, gross=gross)
    found["cashable_net_saving"], found["cashable_net_saving_mcse"] = mean_and_error(cash)
    kinds = [kind for kind in counted_kinds(also, gross=gross) if kind not in PROGRAMME_KINDS]
    of_kinds = saved(results, of_all_years(results))
    known = [kind for kind in kinds if kind in of_kinds["cost_kind"].values]
    of_kinds = with_views(of_kinds.sel(cost_kind=known), results)
    found["avoided_cost_of_kind"], found["avoided_cost_of_kind_mcse"] = mean_and_error(of_kinds)
    horizons = horizons_of(results, years)
    within = {number: saving_within(results, of, **options) for number, of in horizons.items()}  # type: ignore[arg-type]
    settled = {number: settled_within(results, of, **options) for number, of in horizons.items()}  # type: ignore[arg-type]
    places = xr.DataArray(list(horizons), dims="horizon", name="horizon")
    means, errors = zip(*(mean_and_error(of) for of in within.values()), strict=True)
    found["saving_within"], found["saving_within_mcse"] = (xr.concat(of, dim=places) for of in (means, errors))
    found["saving_within_quantile"] = xr.concat([quantiles(of) for of in settled.values()], dim=places)
    found["probability_within"] = xr.concat(
        [
            probability_above_zero(within[number], settled[number]).where((within[number] != 0).any("draw"))
            for number in horizons
        ],
        dim=places,
    )
    found = found.assign_coords(until=("horizon", results["year"].values[np.array(list(horizons)) - 1]))
    found["saving_within_quantile"] = found["saving_within_quantile"].transpose("quantile", "horizon", ...)
    actors = results["actor"].values
    paid = found["programme_cost"].sel(actor=actors).rename(actor="payer")
    least = ROUNDING * abs(paid).max("payer")
    paid = paid.where(paid > least, 0.0)
    total = paid.sum("payer")
    found["paid_share"] = paid / total.where(total > 0)
    found["flow"] = found["paid_share"] * found["avoided_cost"]
    return found.drop_vars("randomisation", errors="ignore")
