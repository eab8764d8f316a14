"""When: how the net saving of each actor builds up, when its money is back, and how much it has paid till then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import VIEWS, net_saving, programme_cost, saved, with_views
from simcore.analysis.budget import of_years, units_of_all
from simcore.analysis.by_draws import Mean, by_draws
from simcore.analysis.cashable import cashable_saving, says_cashable
from simcore.analysis.luck import certain_draws, regressors, without_luck
from simcore.analysis.payback import break_even_year, cumulative_net_saving
from simcore.analysis.two_orders import QUANTILES, quantiles, variances_of
from simcore.decisions.actors import ROUNDING
from simcore.errors import ResultsError, UnknownNameError

_PATH = ("intervention", "draw", "actor", "year")
#: Quantiles of a fan.
FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Bytes of the paths of some actors that are worked on together.
_AT_ONCE = 60_000_000


def payback(
    results: xr.Dataset, *, actors: Sequence[str] | None = None, also: Sequence[str] = (), gross: bool = False
) -> xr.Dataset:  # fmt: skip
    """How the net saving builds up over the years, and in which year the money is back, "never" included.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    actors
        Of whom; by default of all actors and views.
    also, gross
        As for `simcore.net_saving`.

    Returns
    -------
    Dataset (intervention, actor, ...), views included, of what is expected in each draw: luck between persons is taken
    off. Not a number where luck hides it, but for ``cumulative``.

    - ``cumulative`` (..., year): expected net saving from the start up to the end of a year, as present value, and
      ``cumulative_quantile`` (quantile, ..., year): 5, 25, 50, 75 and 95 % [money of the price year per person];
    - ``paid_back`` (..., year): probability that the money is back for good by the end of a year: that the cumulative
      net saving never falls below zero again within the horizon;
    - ``never``: probability that it is not back for good within the horizon; 1 minus ``paid_back`` of the last year;
    - ``break_even_quantile`` (quantile, ...): the year in which it is back; infinity is never;
    - ``settled``: whether luck hides none of it. Where nothing is at stake for an actor, its net saving is zero, and
      when it is back is not a number.

    Raises
    ------
    UnknownNameError
        One of `actors` is neither an actor of these results nor a view; or as `simcore.net_saving`.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> when = payback(results)
    >>> bool((abs(when["never"] + when["paid_back"].isel(year=-1) - 1) < 1e-12).sel(actor="owner").all())
    True
    """
    known = [*(str(actor) for actor in results["actor"].values), *VIEWS]
    for name in actors or ():
        if name not in known:
            raise UnknownNameError(name, "an actor or view of these results", known)
    actors = known if actors is None else [name for name in known if name in actors]
    sizes = results.sizes
    of_actor = 8 * (sizes["strategy"] - 1) * sizes["draw"] * sizes["year"]
    step = max(1, _AT_ONCE // max(of_actor, 1))
    parts = []
    for first in range(0, len(actors), step):
        path, clear = _settled_paths(results, actors[first : first + step], tuple(also), gross)
        parts.append(_of_paths(path, clear))
    found = xr.concat(parts, dim="actor").transpose("quantile", "intervention", "actor", "year")
    for name in ("cumulative", "cumulative_quantile"):
        found[name].attrs["units"] = results["present_value"].attrs.get("units", "")
    found["break_even_quantile"].attrs["units"] = "calendar year"
    return found.drop_vars("randomisation", errors="ignore")


def _settled_paths(
    results: xr.Dataset, actors: Sequence[str], also: tuple[str, ...], gross: bool
) -> tuple[xr.DataArray, xr.DataArray]:  # fmt: skip
    """Cumulative net saving of some actors as simulated, and with luck taken off (intervention, draw, actor, year)."""

    def of_some(some: xr.Dataset) -> xr.DataArray:
        path = cumulative_net_saving(some, also=also, gross=gross).sel(actor=actors)
        return path.transpose(*_PATH)

    def of_halves(some: xr.Dataset) -> xr.DataArray:
        yearly = with_views(saved(some, some["present_value_between_halves"]), some).sel(actor=actors)
        return yearly.cumsum("year").transpose(*_PATH)

    values = by_draws(of_some, results, "present_value")
    between = by_draws(of_halves, results, "present_value_between_halves").assign_coords(year=values["year"])
    parts = variances_of(values, between, results)
    figures, certain = regressors(results), certain_draws(results)
    # Each actor by itself: which figures a regression may have products of is chosen for all that it is given.
    clear = [without_luck(values.sel(actor=[of]), parts.sel(actor=[of]), figures, certain) for of in actors]
    return values, xr.concat(clear, dim="actor").transpose(*values.dims)


def _of_paths(path: xr.DataArray, clear: xr.DataArray) -> xr.Dataset:
    """What `payback` tells, from paths as simulated and without luck."""
    found = xr.Dataset({"cumulative": path.mean("draw")})
    found["cumulative_quantile"] = clear.quantile(FAN, dim="draw", skipna=False)
    known = clear.notnull().all(["draw", "year"])
    back = break_even_year(clear.fillna(0.0))
    at_stake = (path != 0).any(["draw", "year"])
    years = path["year"]
    # Draws in which nothing is at stake, as an effect of exactly none leaves it, have nothing to get back.
    reached: xr.DataArray = (back <= years) | back.isnull()
    told = known & at_stake
    found["paid_back"] = reached.astype(float).mean("draw").where(told)
    found["never"] = back.copy(data=np.isinf(back.values).astype(float)).mean("draw").where(told)
    from_start = back.fillna(float(years[0]))
    found["break_even_quantile"] = _in_order(from_start, FAN).where(told)
    found["settled"] = known
    return found


def exposure(results: xr.Dataset, *, inflation: float = 0.0, gross: bool = False) -> xr.Dataset:
    """How much each actor is out of pocket at most, in money of its budget, and in which year.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    inflation
        Per year, from the price year on; by default money is real, in prices of the price year.
    gross
        Leave out what the gains of an intervention cost others (displacement).

    Returns
    -------
    Dataset (intervention, actor), views included, of the money of all persons of the target group, not discounted:

    - ``expected``: the most that what an actor is expected to have paid by the end of a year exceeds what is expected
      to have become money in its budget, and ``expected_year``, the first calendar year at whose end it is that much;
      not a number where an actor is never out of pocket;
    - ``exposure_quantile`` (quantile, ...): 5, 50 and 95 % of the same in single draws, as simulated, and
      ``exposure_year_quantile`` of the year, among draws in which there is one.

    Raises
    ------
    ResultsError
        `inflation` is out of range.

    Notes
    -----
    Against the scenario's comparator, from cashable savings and programme cost. Single draws hold the luck of the
    persons simulated, which makes some of them seem more exposed than what is expected is.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> bool((exposure(results)["expected"] >= 0).all())
    True
    """
    factor, target = nominal_factor(results, inflation), float(results.attrs["target_group"])

    mean = Mean()

    def of_some(some: xr.Dataset) -> xr.Dataset:
        yearly = (with_views(_cash(some, gross), some) * factor * target).transpose(*_PATH)
        mean.add(yearly.values, 1)
        out, year = _lowest(yearly)
        return xr.Dataset({"out": out, "year": year})

    each = by_draws(of_some, results, "cost", *(["cashable_saving"] if says_cashable(results) else []))
    rest = {name: each[name] for name in ("intervention", "actor")}
    expected = xr.DataArray(mean.of_all(), {**rest, "year": results["year"]}, ["intervention", "actor", "year"])
    found = xr.Dataset()
    found["expected"], found["expected_year"] = _lowest(expected)
    found["exposure_quantile"] = quantiles(each["out"])
    found["exposure_year_quantile"] = _in_order(each["year"], QUANTILES)
    for name, of in found.items():
        of.attrs["units"] = "calendar year" if "year" in str(name) else _units(results, inflation)
    return found.drop_vars("randomisation", errors="ignore")


def _lowest(yearly: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """How far the sum of what comes each year falls below zero, and the first year at whose end it is that low."""
    total, size = yearly.cumsum("year"), abs(yearly).sum("year")
    out = -total.min("year")
    out = out.where(out > ROUNDING * size, 0.0)
    axis = total.get_axis_num("year")
    least = total.values.min(axis=axis, keepdims=True)
    near = total.values <= least + ROUNDING * np.expand_dims(size.values, axis)
    year = yearly["year"].values[near.argmax(axis=axis)].astype(float)
    return out, out.copy(data=np.where(out.values > 0, year, np.nan))


def _in_order(values: xr.DataArray, at: Sequence[float]) -> xr.DataArray:
    """Quantiles over draws that are values of single draws; infinity is one, what is no number does not count.

    Of two middle draws the later counts, so that "never" is not averaged away.
    """
    ordered = np.sort(np.moveaxis(values.values, values.get_axis_num("draw"), 0), axis=0)  # not-a-number comes last
    known = (~np.isnan(ordered)).sum(axis=0)
    taken = []
    for quantile in at:
        place = np.minimum(np.floor(np.round(quantile * known, 9)).astype(int), known - 1)
        one = np.take_along_axis(ordered, np.maximum(place, 0)[None], axis=0)[0]
        taken.append(np.where(known > 0, one, np.nan))
    rest = {dim: values[dim] for dim in values.dims if dim != "draw"}
    return xr.DataArray(np.array(taken), {"quantile": list(at), **rest}, ["quantile", *rest])


def budget_effect(
    results: xr.Dataset, *, inflation: float = 0.0, also: Sequence[str] = (), gross: bool = False
) -> xr.Dataset:
    """What the budget of each actor gains or loses in each calendar year, as a controller plans it.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    inflation
        Per year, for the nominal amounts: what the general price level rises by from the price year on.
    also, gross
        As for `simcore.net_saving`.

    Returns
    -------
    Dataset (intervention, actor, year), views included, of the money of all persons of the target group in the calendar
    year in which it falls, not discounted, real and as ``..._nominal``: ``programme_cost``, ``net_saving`` and
    ``cashable_net_saving``, which is what becomes money in the budget minus what the programme costs. Means over draws,
    with ``..._mcse`` and ``..._quantile`` (quantile, ...): 5, 50 and 95 %, of the draws as simulated.

    Raises
    ------
    ResultsError
        `inflation` is out of range.
    UnknownNameError
        `also` names another kind of cost.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> budget_effect(results, inflation=0.02)["net_saving_nominal"].dims
    ('intervention', 'actor', 'year')
    """
    factor = nominal_factor(results, inflation)
    quantities: dict[str, Callable[[xr.Dataset], xr.DataArray]] = {
        "programme_cost": partial(programme_cost, by_year=True, discounted=False),
        "net_saving": partial(net_saving, by_year=True, discounted=False, also=tuple(also), gross=gross),
        "cashable_net_saving": partial(_cash, gross=gross),
    }
    found = of_years(results, quantities, total=True)
    for name in list(found):
        nominal = (found[name] * factor).transpose(*found[name].dims)
        found[f"{name}_nominal"] = nominal.assign_attrs(found[name].attrs, units=_units(results, inflation))
    return found.drop_vars("randomisation", errors="ignore").assign_attrs(inflation=inflation)


def nominal_factor(results: xr.Dataset, inflation: float) -> xr.DataArray:
    """What money of the price year is in money of each calendar year (year,).

    Raises
    ------
    ResultsError
        `inflation` is no number above -0.5 and below 1.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> float(nominal_factor(results, 0.0).max())
    1.0
    """
    if not -0.5 < inflation < 1:
        raise ResultsError(f"Inflation per year is a number such as 0.02, above -0.5 and below 1; found {inflation}.")
    years = results["year"].astype(float) - float(results.attrs["price_year"])
    return (1.0 + inflation) ** years


def _cash(results: xr.Dataset, gross: bool) -> xr.DataArray:
    """What becomes money in budgets each year, minus what the programme costs (intervention, draw, actor, year)."""
    cash = cashable_saving(results, by_year=True, gross=gross, discounted=False)
    return (cash - programme_cost(results, by_year=True, discounted=False)).assign_attrs(
        units=results["cost"].attrs.get("units", ""), long_name="Cashable net saving"
    )


def _units(results: xr.Dataset, inflation: float) -> str:
    units = units_of_all(results)
    return units if inflation == 0 else units.replace(f"of {results.attrs['price_year']}", "of each year", 1)
