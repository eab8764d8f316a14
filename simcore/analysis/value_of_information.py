"""What it is worth to know better before deciding: everything (EVPI), or one figure or a group of them (EVPPI).

Whoever decides now takes the strategy that is best on average. Whoever knew the truth would take the one that is best
in it. The difference, on average over what may be true, is the most that knowing can be worth [1]_.

References
----------
.. [1] Raiffa & Schlaifer (1961), Applied Statistical Decision Theory, Harvard University, chapter 4.
.. [2] Strong, Oakley & Brennan (2014), Estimating multiparameter partial expected value of perfect information from a
   probabilistic sensitivity analysis sample: a nonparametric regression approach, Medical Decision Making 34:311-326.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.net_benefit import Cells, figures_of
from simcore.analysis.noise import luck_covariance, settled, without_noise
from simcore.analysis.regression import expected_given
from simcore.analysis.settling import METHODS, settle
from simcore.analysis.two_orders import errors_of_95, mean_and_error
from simcore.errors import ResultsError, UnknownNameError

#: Groups of draws that are left out in turn to find the error of what is corrected for luck.
_GROUPS = 20


def evpi(
    net_benefit: xr.DataArray, *, halves: xr.DataArray | None = None, parameters: xr.DataArray | None = None
) -> xr.Dataset:
    """Most that it is worth to know everything before deciding, for each decision maker (EVPI).

    Parameters
    ----------
    net_benefit
        Net benefits (strategy, draw, ...) [money per person], as of `net_benefit` or a user's own; any further dims,
        such as `actor` or `threshold`, are decisions of their own.
    halves
        The same of two halves of the persons (half, strategy, draw, ...): luck is taken off. See
        `net_benefit_of_halves`.
    parameters
        Values of all figures (draw, parameter): net benefits are regressed on them. With `halves` these tell how much
        of the rest is luck; without them all of it is taken for luck.

    Returns
    -------
    Dataset (...), all but the names in the unit of the net benefit or shares, with

    - ``evpi`` and its Monte Carlo standard error ``evpi_mcse``;
    - ``evpi_naive``: from the draws as they are, luck included; ``bias``: by how much that is too large;
    - ``best``: strategy that is best now, and ``probability_best``, that it is the best in truth;
    - ``luck_share``: share of the variance that is luck (by regression: that the figures do not explain) in the
      comparison with the strongest rival; not a number where that is not known;
    - ``settled``: false where more than nine tenths are luck, so that ``evpi`` says little.

    Raises
    ------
    ResultsError
        Values are missing, draws differ, or there are fewer than twice as many draws as figures.

    Notes
    -----
    In draws of few persons the best strategy changes by luck, which no study could foretell: the naive value is too
    large. With neither `halves` nor `parameters` the draws must be without luck, as those of the exact engine are.
    With `halves` alone the shape of what is left is that of the draws, which is right where all is normal, and may be
    far off where an effect is skewed or may be nothing; `simcore.analysis.settling` says what is done with both.
    Regression understates what figures do together, where that is more than products of pairs.

    Examples
    --------
    >>> draws = xr.DataArray([[0.0, 0.0], [3.0, -1.0]], dims=("strategy", "draw"))
    >>> float(evpi(draws.assign_coords(strategy=["usual", "new"]))["evpi"])
    0.5
    """
    cells = Cells.of(net_benefit)
    found_by = settle(cells, halves, parameters, net_benefit)
    clean, share, method = found_by.cells, found_by.share, found_by.method
    naive = _gain(cells.values).mean(axis=1)
    value = _gain(clean.values).mean(axis=1)
    found = xr.Dataset()
    found["evpi"] = cells.back(value)
    if parameters is not None:
        found["evpi_mcse"] = _error_of_policy(cells, clean.values, value)
    elif halves is not None:
        found["evpi_mcse"] = _left_out(cells, halves)
    else:
        found["evpi_mcse"] = mean_and_error(cells.over_draws(_gain(cells.values)))[1]
    found["evpi_naive"], found["bias"] = cells.back(naive), cells.back(naive - value)
    best = cells.best()
    found["best"] = cells.back(np.array(cells.strategies)[best])
    found["probability_best"] = cells.back(clean.wins().mean(axis=1)[np.arange(len(best)), best])
    found["luck_share"] = cells.back(share)
    found["settled"] = cells.back(settled(share, cells))
    units = str(net_benefit.attrs.get("units", ""))
    for name in ("evpi", "evpi_mcse", "evpi_naive", "bias"):
        found[name].attrs["units"] = units
    found.attrs = {"method": METHODS[method]}
    return found


def evppi(
    net_benefit: xr.DataArray,
    parameters: xr.DataArray,
    of: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    *,
    halves: xr.DataArray | None = None,
) -> xr.Dataset:
    """Most that it is worth to know one figure, or a group of them, before deciding (EVPPI), by regression [2]_.

    Parameters
    ----------
    net_benefit
        Net benefits (strategy, draw, ...), as for `evpi`.
    parameters
        Values of the figures (draw, parameter), such as ``results["parameter_value"]``.
    of
        Which: names of figures, or groups ``{name: [figures]}``; by default each figure.
    halves
        As for `evpi`, for the share of the EVPI (all figures count there, if there are draws enough). What a figure is
        worth needs no correction, as luck averages out.

    Returns
    -------
    Dataset (quantity, ...) in the unit of the net benefit, with ``evppi``, its standard error ``evppi_mcse``, its
    95 % interval ``evppi_low`` and ``evppi_high``, and ``share`` of the EVPI.

    Raises
    ------
    UnknownNameError
        There is no such figure.
    ResultsError
        Values are missing, draws differ, or a group has more figures than half the draws.

    Notes
    -----
    A figure that does not vary is worth nothing. Of figures that hang together, knowing one tells something of the
    others, and that counts. Values of single figures do not add up: together they may be worth more, or less.
    The error is that of the average gain of acting on the fit, in the net benefits as drawn: it covers the draws and
    the fit. Where acting on a figure changes the strategy in a handful of draws only, its interval is too short.

    Examples
    --------
    >>> effect = xr.DataArray([-2.0, -1.0, 0.0, 4.0], dims="draw")
    >>> gains = xr.concat([0 * effect, effect], "strategy").assign_coords(strategy=["usual", "new"])
    >>> evppi(gains, effect.expand_dims(parameter=["effect"]))["evppi"].round(6).values.tolist()
    [0.75]
    """
    cells = Cells.of(net_benefit)
    values = figures_of(parameters, cells)
    names = [str(name) for name in parameters["parameter"].values]
    figures = {
        quantity: values[:, [names.index(member) for member in members]]
        for quantity, members in _groups(of, names).items()
    }
    found = values_of_knowing(cells, figures, "evppi")
    enough = cells.n_draws >= 2 * len(names) and halves is not None
    whole = evpi(net_benefit, halves=halves, parameters=parameters if enough else None)["evpi"]
    found["share"] = (found["evppi"] / whole.where(whole > 0)).transpose(*found["evppi"].dims)
    for name in ("evppi", "evppi_mcse", "evppi_low", "evppi_high"):
        found[name].attrs["units"] = str(net_benefit.attrs.get("units", ""))
    return found


def values_of_knowing(cells: Cells, figures: Mapping[str, NDArray[np.float64]], name: str) -> xr.Dataset:
    """Worth of knowing each of some sets of figures, {quantity: values (draw, figure)}; variables start with `name`."""
    best = cells.best()
    worth, errors = [], []
    for values in figures.values():
        given = expected_given(cells.values, best, values)
        value = _gain(given, best).mean(axis=1)
        worth.append(cells.back(value))
        errors.append(_error_of_policy(cells, given, value))
    if not figures:
        nothing = cells.back(np.zeros(len(cells.values))).expand_dims(quantity=0)
        return xr.Dataset({f"{name}{what}": nothing for what in ("", "_mcse", "_low", "_high")}).assign_coords(
            quantity=np.array([], dtype=str)
        )
    coordinate = xr.DataArray(list(figures), dims="quantity", name="quantity")
    found = xr.Dataset(coords={"quantity": list(figures)})
    found[name] = xr.concat(worth, coordinate)
    found[f"{name}_mcse"] = xr.concat(errors, coordinate)
    reach = errors_of_95(cells.over_draws(cells.values[:, :, 0])) * found[f"{name}_mcse"]
    found[f"{name}_low"] = (found[name] - reach).clip(min=0.0)
    found[f"{name}_high"] = found[name] + reach
    return found


def _gain(values: NDArray[np.float64], best: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """What knowing gains in each draw: the best in it minus the best on average (cell, draw)."""
    chosen = values.mean(axis=1).argmax(axis=-1) if best is None else best
    return np.asarray(values.max(axis=-1) - values[np.arange(len(values)), :, chosen])


def _error_of_policy(cells: Cells, given: NDArray[np.float64], value: NDArray[np.float64]) -> xr.DataArray:
    """Standard error of a value of knowing, from what is gained by taking the strategy with the highest of `given`.

    The gain in the net benefits as drawn is the influence of each draw on the value, as a small change of the fit
    hardly changes what is taken where it matters. Where the gain on average is not the value, the fit does not follow
    the net benefits, and that counts as error too.
    """
    taken = given.argmax(axis=-1)[:, :, None]
    best = np.broadcast_to(cells.best()[:, None, None], taken.shape)
    of_taken, of_best = (np.take_along_axis(cells.values, chosen, axis=-1) for chosen in (taken, best))
    gained, error = mean_and_error(cells.over_draws((of_taken - of_best)[:, :, 0]))
    return (error**2 + (gained - cells.back(value)) ** 2) ** 0.5


def _left_out(cells: Cells, halves: xr.DataArray) -> xr.DataArray:
    """Standard error of a value corrected for luck, by leaving out groups of draws in turn (jackknife)."""
    if "randomisation" in cells.draws.coords:
        groups = np.unique(cells.draws["randomisation"].values, return_inverse=True)[1]
    else:
        groups = np.arange(cells.n_draws) * min(_GROUPS, cells.n_draws) // cells.n_draws
    n_groups = int(groups.max()) + 1
    if n_groups < 2:
        return cells.back(np.full(len(cells.values), np.nan))
    values = []
    for group in range(n_groups):
        kept = np.flatnonzero(groups != group)
        some = Cells(cells.values[:, kept], cells.rest, cells.shape, cells.strategies, cells.draws[kept])
        clean = without_noise(some.values, luck_covariance(halves.isel(draw=kept), some))
        values.append(_gain(clean).mean(axis=1))
    return cells.back(np.std(values, axis=0) * np.sqrt(n_groups - 1))


def _groups(of: Mapping[str, Sequence[str]] | Sequence[str] | None, known: Sequence[str]) -> dict[str, list[str]]:
    """Members of each quantity that is asked for."""
    if of is None:
        return {name: [name] for name in known}
    if isinstance(of, str):
        raise ResultsError(f"Figures are asked for by a list of names, or groups of names; found the text '{of}'.")
    groups = {name: list(of[name]) for name in of} if isinstance(of, Mapping) else {name: [name] for name in of}
    for members in groups.values():
        for member in members:
            if member not in known:
                raise UnknownNameError(member, "a figure of these draws", known)
    return groups
