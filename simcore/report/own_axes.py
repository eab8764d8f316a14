"""Drawing into axes of one's own: net saving over time for one actor, and what drives an answer.

`draw_avoided_costs` and `draw_life_course` stand with the figures that they are parts of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from simcore.analysis.once import worked_out_once
from simcore.decisions.timing import payback
from simcore.report.figures import COLOURS, chosen, interventions_of
from simcore.report.labels import actor_label, strategy_label
from simcore.report.sensitivity_figures import draw_tornado
from simcore.report.sensitivity_tables import ROWS, heading, place_of
from simcore.repricing import scenario_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from simcore.scenario.loading import ScenarioFile


def draw_cumulative_saving(
    axes: Axes,
    results: xr.Dataset,
    intervention: str | None = None,
    *,
    actor: str = "society",
    colour: str = COLOURS[0],
) -> Axes:
    """Draw how the net saving of one actor builds up over the years, as a fan, into axes of your own.

    A line for the median and bands for 50 and 90 % of what is expected, luck taken off [thousands of money of the
    price year per person, present value]; where luck hides them, a dotted line for the mean.

    Parameters
    ----------
    axes
        Where to draw; titles, sizes and all that was drawn are yours to change.
    results
        From `simulate` or `open_results`.
    intervention
        Which one; needed where there are several.
    actor
        An actor or view.
    colour
        Of line and bands. Several fans may be drawn into the same axes.

    Returns
    -------
    The axes.

    Raises
    ------
    UnknownNameError
        There is no such intervention or actor.
    ResultsError
        There are several interventions, and none is named.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> axes = simcore.draw_cumulative_saving(Figure().subplots(), results, actor="owner")
    >>> axes.get_title()
    'Oiling: Owner'
    """
    name, scenario = chosen(intervention, interventions_of(results)), scenario_of(results).scenario
    with worked_out_once():
        found = payback(results, actors=[actor]).sel(intervention=name, actor=actor)
    years, mean = found["year"].values, found["cumulative"].values / 1000
    bands = found["cumulative_quantile"].transpose("quantile", "year").values / 1000
    label = f"{strategy_label(scenario, name)}: {actor_label(scenario, actor)}"
    if bool(found["settled"]):
        axes.fill_between(years, bands[0], bands[4], color=colour, alpha=0.2, linewidth=0)
        axes.fill_between(years, bands[1], bands[3], color=colour, alpha=0.35, linewidth=0)
        axes.plot(years, bands[2], color=colour, linewidth=2, label=label)
    else:
        axes.plot(years, mean, color=colour, linestyle=":", linewidth=1.6, label=label)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_title(label, parse_math=False)
    axes.set_xlabel("Calendar year")
    about = results.attrs
    axes.set_ylabel(
        f"Cumulative net saving\n(thousand {about['currency']} per person, prices of {about['price_year']})"
    )
    return axes


def draw_drivers(
    axes: Axes, changes: xr.Dataset, file: ScenarioFile, intervention: str | None = None, *, of: str = "society",
    quantity: str = "net_saving", rows: int = ROWS,
) -> Axes:  # fmt: skip
    """Draw which figures drive an answer, the longest bar on top (a tornado), into axes of your own.

    Blue is the figure at its 5th percentile, orange (hatched) at its 95th, all others at their means.

    Parameters
    ----------
    axes
        Where to draw; titles, sizes and all that was drawn are yours to change.
    changes
        From `tornado` or `tornado_of_prices`.
    file
        The scenario, for what the figures are.
    intervention
        Which one; needed where there are several.
    of
        An actor, a view, or an outcome.
    quantity
        What is asked of an actor: ``net_saving`` or ``avoided_cost``.
    rows
        How many figures.

    Returns
    -------
    The axes.

    Raises
    ------
    UnknownNameError
        There is no such intervention, actor, view, outcome or quantity.
    ResultsError
        There are several interventions, and none is named.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> file = simcore.read_scenario("textbook_chain")
    >>> axes = simcore.draw_drivers(Figure().subplots(), simcore.tornado(file), file, rows=3)
    >>> axes.get_title(loc="left")
    'Oiling: net saving, Society'
    """
    quantity, place = place_of(changes, of, quantity)
    name = chosen(intervention, [str(name) for name in changes["intervention"].values])
    scenario = file.scenario
    draw_tornado(axes, changes.sel({"intervention": name, **place}), scenario, quantity, rows)
    axes.set_title(heading(scenario, name, quantity, place), loc="left", parse_math=False)
    unit = "Change " if quantity == "outcome_change" else f"Thousand {changes.attrs['currency']} "
    axes.set_xlabel(f"{unit}per person")
    return axes
