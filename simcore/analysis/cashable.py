"""What of an avoided cost becomes money in a budget, and what is capacity that is free for others."""

from __future__ import annotations

import xarray as xr

from simcore.analysis.avoided_cost import avoided_cost, displaced_cost, saved
from simcore.analysis.by_draws import by_draws
from simcore.errors import ResultsError

#: What is left of an avoided cost below this share of it is rounding.
_ROUNDING = 1e-9


def says_cashable(results: xr.Dataset) -> bool:
    """Whether some price of the scenario says what of it is cashable."""
    # Portions of results on disk have one of them, whichever is read.
    return "cashable_saving" in results or "cashable_present_value" in results


def holds_for(results: xr.Dataset, comparator: str | None) -> bool:
    """Whether what is cashable was worked out against a comparator (None: the scenario's)."""
    return comparator in (None, results.attrs["comparator"])


def cashable_saving(
    results: xr.Dataset,
    *,
    comparator: str | None = None,
    by_year: bool = False,
    gross: bool = False,
    discounted: bool = True,
) -> xr.DataArray:
    """What of the avoided cost becomes money in a budget, per draw and actor, as present value or not discounted.

    Each price may say what share of it is cashable, how long that takes, and in which steps (one pupil less closes
    no class); what does not say so is money at once.

    Parameters
    ----------
    results
        From `simulate`. Reads ``cashable_present_value``, or ``cashable_saving`` (strategy, draw, actor, year), and
        what `avoided_cost` reads.
    comparator
        The scenario's comparator; of another one it is not known, as steps and delays do not subtract.
    by_year
        Keep the dim `year`.
    gross
        Leave out what the gains of an intervention cost others (displacement), all of which is money at once.
    discounted
        Discount to the start of the first cycle.

    Returns
    -------
    DataArray (intervention, draw, actor) or (intervention, draw, actor, year) [money of the price year per person];
    the avoided cost, where no price of the scenario says what is cashable.

    Raises
    ------
    ResultsError
        `comparator` is another strategy than the one that it was worked out against.
    UnknownNameError
        `comparator` is not one of the strategies.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> bool((simcore.cashable_saving(results) == simcore.avoided_cost(results)).all())
    True
    """
    if not says_cashable(results):
        return avoided_cost(results, comparator=comparator, by_year=by_year, gross=gross, discounted=discounted)
    name = "cashable_present_value" if discounted else "cashable_saving"

    def of_some(some: xr.Dataset) -> xr.DataArray:
        values = some[name] if by_year else some[name].sum("year", keep_attrs=True)
        return -saved(some, values, comparator=comparator)  # of the comparator nothing is saved

    found = by_draws(of_some, results, name)
    if not holds_for(results, comparator):
        raise ResultsError(
            f"What is cashable was worked out against '{results.attrs['comparator']}', the comparator of the scenario; "
            f"against '{comparator}' it takes another run, with comparator: {comparator} in the scenario."
        )
    if gross:
        found = found + displaced_cost(results, by_year=by_year, discounted=discounted)
    found.attrs = {"units": results[name].attrs.get("units", ""), "long_name": "Cashable saving"}
    return found


def freed(
    results: xr.Dataset,
    *,
    comparator: str | None = None,
    by_year: bool = False,
    gross: bool = False,
    discounted: bool = True,
) -> xr.DataArray:
    """What of the avoided cost is capacity that is free for others; arguments as `cashable_saving`.

    The avoided cost minus what of it is cashable. By year it is negative where capacity that was freed earlier turns
    into money; over all years something remains of the present value even of what turns into money in full, as later
    money is worth less.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> bool((simcore.freed(results) == 0).all())
    True
    """
    avoided = avoided_cost(results, comparator=comparator, by_year=by_year, gross=gross, discounted=discounted)
    cash = cashable_saving(results, comparator=comparator, by_year=by_year, gross=gross, discounted=discounted)
    left = avoided - cash
    left = left.where(abs(left) > _ROUNDING * abs(avoided), 0.0)
    left.attrs = {"units": avoided.attrs.get("units", ""), "long_name": "Freed capacity"}
    return left
