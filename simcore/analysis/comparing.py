"""Two answers to the same question: sampled lives beside the exact distribution of the same draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast
from simcore.analysis.luck import certain_draws, probability_above_zero, regressors, without_luck
from simcore.analysis.two_orders import mean_and_error, money_variances
from simcore.errors import ResultsError


def compare_engines(
    sampled: xr.Dataset, exact: xr.Dataset, *, comparator: str | None = None, also: Sequence[str] = ()
) -> xr.Dataset:  # fmt: skip
    """Compare the net saving of sampled lives with that of the exact distribution, draw by draw.

    Parameters
    ----------
    sampled, exact
        Results of both engines, of the same scenario, seed and draws.
    comparator, also
        As for `simcore.net_saving`.

    Returns
    -------
    Dataset (intervention, actor), views included [money of the price year per person]:

    - ``sampled``, ``exact``: mean net saving, and ``..._mcse``;
    - ``difference``: their mean difference over the same draws, which is luck alone, ``difference_mcse``, and
      ``in_errors``, the one divided by the other: beyond 4 for one of a hundred numbers, something is wrong;
    - ``parameter_sd``, ``exact_sd``: standard deviation of the expected value over draws, as the halves of the sampled
      persons tell it and as it is;
    - ``probability_naive``, ``probability``, ``probability_exact``: that the net saving is above zero, by counting
      draws of sampled lives, with luck taken off, and as it is.

    Raises
    ------
    ResultsError
        They are not of the same scenario, seed and draws.

    Examples
    --------
    >>> scenario = simcore.read_scenario("textbook_chain")
    >>> lives = simcore.simulate(scenario, draws=8, persons=100)
    >>> exact = simcore.simulate(scenario, draws=8, engine="expected")
    >>> simcore.compare_engines(lives, exact)["difference"].dims
    ('intervention', 'actor')
    """
    for what in ("content_hash", "seed", "sampling"):
        if sampled.attrs.get(what) != exact.attrs.get(what):
            raise ResultsError(f"Only runs of the same scenario with the same draws can be compared; {what} differs.")
    if not np.array_equal(sampled["draw"].values, exact["draw"].values):
        raise ResultsError("Only runs of the same scenario with the same draws can be compared; the draws differ.")
    lives, whole = (contrast(results, "net_saving", comparator=comparator, also=also) for results in (sampled, exact))
    found = xr.Dataset(attrs=dict(sampled.attrs))
    difference = lives - whole
    for name, values in {"sampled": lives, "exact": whole, "difference": difference}.items():
        found[name], found[f"{name}_mcse"] = mean_and_error(values)
    error = found["difference_mcse"]
    found["in_errors"] = found["difference"] / error.where(error > 0)
    parts = money_variances(sampled, lives, "net_saving", comparator=comparator, also=also)
    found["parameter_sd"] = np.sqrt(parts["parameter"])
    found["exact_sd"] = whole.std("draw", ddof=1) if whole.sizes["draw"] > 1 else whole.mean("draw") * np.nan
    found["probability_naive"] = (lives > 0).mean("draw")
    settled = without_luck(lives, parts, regressors(sampled), certain_draws(sampled, comparator))
    found["probability"] = probability_above_zero(lives, settled)
    found["probability_exact"] = (whole > 0).mean("draw")
    return found
