"""How likely each strategy is to be the best, and what choosing it is expected to lose.

References
----------
.. [1] Fenwick, Claxton & Sculpher (2001), Representing uncertainty: the role of cost-effectiveness acceptability
   curves, Health Economics 10:779-787.
.. [2] Alarid-Escudero, Enns, Kuntz, Michaud & Jalal (2019), "Time traveling is just too dangerous" but some methods
   are worth revisiting: the advantages of expected loss curves over cost-effectiveness acceptability curves and
   frontier, Value in Health 22:611-618.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from simcore.analysis.net_benefit import Cells
from simcore.analysis.noise import settled
from simcore.analysis.settling import settle


def acceptability(
    net_benefit: xr.DataArray, *, halves: xr.DataArray | None = None, parameters: xr.DataArray | None = None
) -> xr.Dataset:
    """Probability that each strategy is the best, and the expected loss of choosing it, for each decision maker.

    With net benefits at several thresholds these are the cost-effectiveness acceptability curve and frontier [1]_ and
    the expected loss curve [2]_; with money alone, a number for each strategy and decision maker.

    Parameters
    ----------
    net_benefit
        Net benefits (strategy, draw, ...), as of `net_benefit`, also with several thresholds.
    halves
        The same of two halves of the persons (half, strategy, draw, ...), as of `net_benefit_of_halves`: luck is
        taken off.
    parameters
        Values of all figures (draw, parameter), as for `evpi`. With neither the draws must be without luck.

    Returns
    -------
    Dataset, with

    - ``probability_best`` (strategy, ...): equals share it; they add up to one;
    - ``expected_loss`` (strategy, ...) [money per person]: what the best of each draw has more, on average. The
      smallest is that of the best strategy, and is the EVPI;
    - ``best`` (...): strategy with the highest expected net benefit, of equals the first, and ``frontier`` (...): the
      probability that it is the best. It need not be the most probable one;
    - ``luck_share`` and ``settled`` (...), as of `evpi`.

    Raises
    ------
    ResultsError
        Values are missing, or the halves are not those of the net benefits.

    Examples
    --------
    >>> draws = xr.DataArray([[0.0, 0.0], [3.0, -1.0]], dims=("strategy", "draw"))
    >>> acceptability(draws.assign_coords(strategy=["usual", "new"]))["expected_loss"].values.tolist()
    [1.5, 0.5]
    """
    cells = Cells.of(net_benefit)
    found_by = settle(cells, halves, parameters, net_benefit)
    clean, share = found_by.cells, found_by.share
    wins = clean.wins().mean(axis=1)
    losses = (clean.values.max(axis=-1, keepdims=True) - clean.values).mean(axis=1)
    best = cells.best()

    def by_strategy(values: np.ndarray) -> xr.DataArray:
        each = [cells.back(values[:, place]) for place in range(len(cells.strategies))]
        return xr.concat(each, xr.DataArray(list(cells.strategies), dims="strategy", name="strategy"))

    found = xr.Dataset(coords={"strategy": list(cells.strategies)})
    found["probability_best"] = by_strategy(wins)
    found["expected_loss"] = by_strategy(losses)
    found["expected_loss"].attrs["units"] = str(net_benefit.attrs.get("units", ""))
    found["best"] = cells.back(np.array(cells.strategies)[best])
    found["frontier"] = cells.back(wins[np.arange(len(best)), best])
    found["luck_share"] = cells.back(share)
    found["settled"] = cells.back(settled(share, cells))
    return found
