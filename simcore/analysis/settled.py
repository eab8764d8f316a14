"""Whether the sample is large enough to tell a sign or a ranking."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast
from simcore.analysis.two_orders import errors_of_95, mean_and_error


def unsettled_signs(
    results: xr.Dataset, *, comparator: str | None = None, also: Sequence[str] = (), gross: bool = False
) -> xr.DataArray:  # fmt: skip
    """Tell where the sample does not settle whether the expected net saving is above or below zero.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    comparator, also, gross
        As for `simcore.net_saving`.

    Returns
    -------
    DataArray (intervention, actor), views included: true where zero is within the 95 % interval of the
    mean, or the error is not known. False where nothing is at stake.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.unsettled_signs(results).dims
    ('intervention', 'actor')
    """
    values = contrast(results, "net_saving", comparator=comparator, also=also, gross=gross)
    return _unsettled(values)


def unsettled_ranking(
    results: xr.Dataset,
    *,
    actor: str = "society",
    comparator: str | None = None,
    also: Sequence[str] = (),
    gross: bool = False,
) -> list[tuple[str, str]]:
    """Pairs of interventions whose order by expected net saving the sample does not settle.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    actor
        For whom: an actor, ``public_sector`` or ``society``.
    comparator, also, gross
        As for `simcore.net_saving`.

    Returns
    -------
    Neighbours in the order by mean net saving, the better first, whose difference (in the same draws, with the same
    luck) has zero in its 95 % interval. Interventions that do exactly the same are no pair.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> simcore.unsettled_ranking(results)
    []
    """
    values = contrast(results, "net_saving", comparator=comparator, also=also, gross=gross).sel(actor=actor)
    means = values.mean("draw")
    order = [str(name) for name in means["intervention"].values[np.argsort(-means.values, kind="stable")]]
    pairs = itertools.pairwise(order)
    difference = {(a, b): values.sel(intervention=a) - values.sel(intervention=b) for a, b in pairs}
    return [pair for pair, of in difference.items() if bool(_unsettled(of))]


def _unsettled(values: xr.DataArray) -> xr.DataArray:
    """Whether the mean over draws is not told from zero; of what is zero in every draw there is nothing to tell."""
    mean, error = mean_and_error(values)
    return ~(abs(mean) > errors_of_95(values) * error) & (values != 0).any("draw")
