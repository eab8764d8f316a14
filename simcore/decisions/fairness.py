"""Who gets the gain: outcomes of subgroups, gaps between them, and what a larger total gain costs in gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import saved
from simcore.analysis.groups import summarise_groups
from simcore.analysis.once import once
from simcore.analysis.two_orders import errors_of_95, mean_and_error, quantiles
from simcore.decisions.actors import ROUNDING
from simcore.errors import ResultsError, UnknownNameError

#: Between an attribute and its level in the name of a subgroup.
_BETWEEN = ": "
#: Dims of what is returned, in this order.
_DIMS = ("quantile", "strategy", "intervention", "attribute", "group", "actor", "outcome")


@once
def fairness(
    results: xr.Dataset,
    *,
    outcomes: Sequence[str] | None = None,
    order: Mapping[str, Sequence[str]] | None = None,
    more_is_better: Mapping[str, bool] | None = None,
    comparator: str | None = None,
    also: Sequence[str] = (),
) -> xr.Dataset:
    """Who gets the gain by subgroup, whether gaps become smaller, and what total gain costs in gaps.

    Subgroups are the levels of one attribute, such as ``sex: female`` and ``sex: male``; of several attributes those
    of one after the other, each of which has all persons. Shares, gaps and concentration are within an attribute.

    Parameters
    ----------
    results
        From `simulate` or `open_results`, with subgroups. Reads ``group_size`` (draw, group), ``group_outcome_value``
        (strategy, draw, group, outcome) and ``group_present_value`` (strategy, draw, group, actor, cost_kind).
    outcomes
        Which outcomes; by default all of them.
    order
        For the concentration index, the subgroups of an attribute from worst to best off by something else than the
        outcome, such as income. Attributes that are not named have the order of their expected levels under the
        comparator.
    more_is_better
        False for outcomes that one wants less of; those that are not named one wants more of.
    comparator
        The strategy the others are compared with; by default the scenario's.
    also
        Kinds of cost that are shown apart unless asked for, which the net saving then counts.

    Returns
    -------
    Dataset. Most means have their Monte Carlo standard error (``..._mcse``) and, where it says so, 5, 50 and 95 %
    quantiles over draws (``..._quantile``, the dim `quantile` first). Of subgroups [the outcome's own unit per person
    of the subgroup]:

    - ``share`` (group): of all persons alive at the start;
    - ``level`` (strategy, group, outcome): expected outcome;
    - ``change`` (intervention, group, outcome) against the comparator, with quantiles;
    - ``share_of_gain`` (intervention, group, outcome): of the change of all persons, what falls to the subgroup. Those
      of an attribute add up to 1; where subgroups change in opposite directions some are below 0 and others above 1.
      Not a number where the total change is not told from zero. Of a total loss it is the share of the loss;
    - ``net_saving`` (intervention, group, actor), views included [money of the price year per person of the subgroup,
      as present value], as `simcore.summarise_groups`.

    Of attributes:

    - ``best_off``, ``worst_off`` (attribute, outcome): the subgroups with the best and the worst expected level under
      the comparator;
    - ``gap`` (strategy, attribute, outcome), with quantiles: by how much the one is better off than the other, more of
      the outcome or less of it. These two subgroups are the same in all strategies and draws, so that a gap can close,
      and turn, which makes it negative;
    - ``gap_change`` (intervention, attribute, outcome), with quantiles, and ``probability_narrower``, the share of
      draws in which the gap is smaller in size than under the comparator;
    - ``concentration`` (strategy, attribute, outcome) and ``concentration_change`` (intervention, attribute, outcome),
      with quantiles: the concentration index, see notes;
    - ``efficient`` (intervention, attribute, outcome): false where another strategy, or the comparator, has a better
      total change and an expected gap of at most the same size, or a smaller gap and a total change that is at least
      as good; false too where there is no gap to tell. By what is expected: a small sample need not settle it.

    Of all persons: ``total_change`` (intervention, outcome) [the outcome's own unit per person].

    Raises
    ------
    ResultsError
        The results have no subgroups; `outcomes` is a text; `order` does not name each subgroup of an attribute once.
    UnknownNameError
        There is no such outcome, attribute, subgroup, strategy or kind of cost.

    Notes
    -----
    Subgroups have no halves of persons, so that the luck of their persons cannot be taken off: quantiles and
    ``probability_narrower`` hold it, and gaps look as if what is not known moved them more than it does. Monte Carlo
    standard errors cover it. With few persons it may also decide which subgroups are the best and the worst off, and
    then makes the gap between them look larger than it is. Results of the exact engine (``engine="expected"``) have
    no luck.

    Draws in which nobody belongs to one of the subgroups of a comparison do not count for it: for a gap one of its two
    subgroups, for the concentration index any that somebody belongs to in some draw. For shares of the gain, and for
    the total change, a subgroup has gained nothing where it has nobody.

    The concentration index of a draw is, with the share s of each subgroup of all persons, its level h, the mean level
    m of all persons and the rank R of its middle person, the share of persons who are worse off plus s / 2, from the
    worst to the best off [1]_::

        C = 2 / m * sum(s * h * R) - 1

    It is above 0 where those better off have more of the outcome, and 0 where all have the same. By default subgroups
    are ranked by their expected level under the comparator: then it is a Gini index between subgroups, of an outcome
    that one wants less of with a minus sign. Levels are taken to be all of one sign: with others it has no bounds, and
    its sign turns with that of the mean. Draws in which the mean level is zero have no index. The expected index is
    the mean of those of the draws.

    References
    ----------
    .. [1] Kakwani, Wagstaff & van Doorslaer (1997), Socioeconomic inequalities in health: measurement, computation, and
       statistical inference, Journal of Econometrics 77:87-103.

    Examples
    --------
    >>> from simcore.scenario.loading import with_groups
    >>> by_sex = with_groups(simcore.read_scenario("school_dropout"), ["sex"])
    >>> found = fairness(simcore.simulate(by_sex, draws=20, persons=50), outcomes=["life_years"])
    >>> found["gap"].dims
    ('strategy', 'attribute', 'outcome')
    >>> found["best_off"].values.tolist()
    [['sex: female']]
    """
    attributes = _attributes_of(results)
    named = _named_outcomes(results, outcomes)
    better = _directions(results, named, more_is_better)
    ranked = _orders(attributes, order)
    usual = str(results.attrs["comparator"]) if comparator is None else comparator
    there = results["group_size"] > 0
    level = results["group_outcome_value"].sel(outcome=named).where(there).transpose("strategy", "draw", "group", ...)
    # What is rounding counts as no change, but what is missing stays so.
    change = -saved(results, level, comparator=usual)
    before, after = _before_and_after(level, usual)
    change = _real(change, abs(before) + abs(after)).where(there).transpose(*after.dims)
    persons = float(results["part_size"].sel(part=["half_0", "half_1"]).sum())
    weight = (results["group_size"] / persons).transpose("draw", "group")
    each = []
    for attribute, groups in attributes.items():
        at = {"group": [group for group in groups if bool(there.sel(group=group).any())]}
        each.append(
            _Attribute(level.sel(at), change.sel(at), weight.sel(at), better, usual, ranked=ranked.get(attribute))
        )
    units = str(results["group_outcome_value"].attrs.get("units", ""))
    found = _told("level", level, units, spread=False) | _told("change", change, units)
    along = xr.DataArray(list(attributes), dims="attribute", name="attribute")
    of_attributes = xr.concat([one.compared(units) for one in each], dim=along, combine_attrs="override")
    found |= {str(name): of for name, of in of_attributes.data_vars.items()}
    gains = xr.concat([one.shares() for one in each], dim="group", combine_attrs="override")
    gains = gains.reindex(group=results["group"].values)
    for name, of in gains.data_vars.items():
        # Who is nobody has no share of what is gained; where nothing is told to be gained there is no share of it.
        found[str(name)] = of.where(there.any("draw") | of.isnull().all("group"), 0.0).assign_attrs(units="")
    # Each attribute has all persons, so that one tells the total.
    found |= _told("total_change", each[0].total, units.replace(" of the subgroup", ""), spread=False)
    money = summarise_groups(results, comparator=usual, also=also)
    for saving in ("net_saving", "net_saving_mcse"):
        found[saving] = money[saving].assign_attrs(units=results["group_present_value"].attrs.get("units", ""))
    shares = xr.concat([one.share() for one in each], dim="group")
    found["share"] = shares.reindex(group=results["group"].values, fill_value=0.0).assign_attrs(units="")
    return xr.Dataset(found, attrs={"comparator": usual}).transpose(*_DIMS, missing_dims="ignore")


@dataclass
class _Attribute:
    """The subgroups of an attribute that somebody belongs to.

    Attributes
    ----------
    level
        Outcome per person of the subgroup (strategy, draw, group, outcome); not a number where it has nobody.
    change
        The same against the comparator (intervention, draw, group, outcome).
    weight
        Share of all persons (draw, group).
    better
        1 for outcomes that one wants more of, -1 for others (outcome,).
    usual
        The comparator.
    ranked
        The subgroups from worst to best off; None for the order of their expected levels.
    """

    level: xr.DataArray
    change: xr.DataArray
    weight: xr.DataArray
    better: xr.DataArray
    usual: str
    ranked: Sequence[str] | None

    def __post_init__(self) -> None:
        # A subgroup that has nobody adds nothing to what all gain.
        self.parts = (self.change * self.weight).fillna(0.0).transpose(*self.change.dims)
        self.total = _real(self.parts.sum("group"), abs(self.parts).sum("group"))
        expected = (self.level.sel(strategy=self.usual, drop=True).mean("draw") * self.better).transpose("group", ...)
        #: Places of the subgroups from worst to best off (group, outcome); equals in their order, so that the two ends
        #: are different ones.
        self.places = np.argsort(expected.values, axis=0, kind="stable")
        self.names = np.array([str(name) for name in self.level["group"].values])

    def share(self) -> xr.DataArray:
        """Of all persons (group,)."""
        mean = self.weight.mean("draw")
        return mean / mean.sum("group")

    def shares(self) -> xr.Dataset:
        """Shares of the gain and their errors (intervention, group, outcome)."""
        total, error = mean_and_error(self.total)
        told = abs(total) > errors_of_95(self.total) * error
        mean = self.parts.mean("draw")
        share = mean / mean.sum("group").where(told)
        # The error of a ratio of means is that of what the share leaves unexplained, to first order.
        _, left = mean_and_error(self.parts - share * self.total)
        return xr.Dataset({"share_of_gain": share, "share_of_gain_mcse": left / abs(total)})

    def compared(self, units: str) -> xr.Dataset:
        """Gaps and concentration between these subgroups; see `fairness`."""
        worst, best = (xr.DataArray(self.places[end], dims="outcome") for end in (0, -1))
        rows = xr.DataArray(np.arange(self.level.sizes["outcome"]), dims="outcome")

        def ends(of: xr.DataArray) -> list[xr.DataArray]:
            rest = [str(dim) for dim in of.dims if dim != "group"]
            return [of.isel(group=at, outcome=rows).drop_vars("group").transpose(*rest) for at in (worst, best)]

        low, high = ends(self.level)
        size = abs(low) + abs(high)
        gap = _real((high - low) * self.better, size)
        low, high = ends(self.change)
        before, after = _before_and_after(size, self.usual)
        both = before + after
        gap_change = _real((high - low) * self.better, both)
        before, after = _before_and_after(abs(gap), self.usual)
        narrower = (before - after > ROUNDING * both).where(gap_change.notnull()).mean("draw")
        index, index_change = self._concentration()
        found = _told("gap", gap, units) | _told("gap_change", gap_change, units)
        found |= _told("concentration", index, "") | _told("concentration_change", index_change, "")
        found["probability_narrower"] = narrower.assign_attrs(units="")
        found["efficient"] = self._efficient(gap, size)
        for name, at in (("best_off", best), ("worst_off", worst)):
            found[name] = xr.DataArray(self.names[at.values], {"outcome": self.level["outcome"].values}, ["outcome"])
        return xr.Dataset(found)

    def _concentration(self) -> tuple[xr.DataArray, xr.DataArray]:
        """The index of each strategy, and its change, in each draw."""
        places = self.places
        if self.ranked is not None:
            known = list(self.names)
            fixed = [known.index(name) for name in self.ranked if name in known]
            places = np.repeat(np.array(fixed)[:, None], places.shape[1], axis=1)
        level = np.take_along_axis(self.level.values, places[None, None], axis=2)
        weight = self.weight.values / self.weight.values.sum(axis=1, keepdims=True)
        share = np.take_along_axis(weight[:, :, None], places[None], axis=1)  # (draw, group, outcome)
        rank = share.cumsum(axis=1) - share / 2
        part = share * level
        mean, size = part.sum(axis=2), np.abs(part).sum(axis=2)
        mean = np.where(np.abs(mean) > ROUNDING * size, mean, np.nan)
        template = self.level.isel(group=0, drop=True)
        index = template.copy(data=2 * (part * rank).sum(axis=2) / mean - 1)
        made_of = template.copy(data=2 * (np.abs(part) * rank).sum(axis=2) / np.abs(mean) + 1)
        before, after = _before_and_after(index, self.usual)
        size_before, size_after = _before_and_after(made_of, self.usual)
        return _real(index, made_of), _real(after - before, size_before + size_after)

    def _efficient(self, gap: xr.DataArray, size: xr.DataArray) -> xr.DataArray:
        """Where no other strategy is better in the total change or the gap and no worse in the other."""
        gain = np.zeros((gap.sizes["strategy"], gap.sizes["outcome"]))
        is_usual = gap["strategy"].values == self.usual
        gain[~is_usual] = (self.total.mean("draw") * self.better).values
        width = np.abs(gap.mean("draw").values)
        all_of_it = (abs(self.level) * self.weight).sum("group").mean("draw").max("strategy").values
        more = gain[:, None] - gain[None] > ROUNDING * all_of_it  # (other, strategy, outcome)
        narrower = width[None] - width[:, None] > ROUNDING * size.mean("draw").max("strategy").values
        beaten = (more & ~narrower.swapaxes(0, 1)) | (narrower & ~more.swapaxes(0, 1))
        efficient = ~beaten.any(axis=0) & ~np.isnan(width)
        others = gap.isel(draw=0, drop=True).copy(data=efficient).isel(strategy=~is_usual)
        return others.rename(strategy="intervention").assign_attrs(units="")


def _attributes_of(results: xr.Dataset) -> dict[str, list[str]]:
    """The subgroups of each attribute, in the order of the results."""
    if "group_size" not in results or not results.sizes.get("group", 0):
        raise ResultsError(
            "These results have no subgroups; who gains is told by subgroup. Run with --by ATTRIBUTE, or name "
            "attributes under groups in the scenario."
        )
    found: dict[str, list[str]] = {}
    for group in map(str, results["group"].values):
        found.setdefault(group.split(_BETWEEN)[0], []).append(group)
    return found


def _named_outcomes(results: xr.Dataset, outcomes: Sequence[str] | None) -> list[str]:
    """The outcomes asked for, each once."""
    known = [str(name) for name in results["outcome"].values]
    if isinstance(outcomes, str):  # its letters would be looked for
        raise ResultsError(f"Outcomes are asked for by a list of names; found the text '{outcomes}'.")
    for name in outcomes or ():
        _known(name, known)
    return known if outcomes is None else list(dict.fromkeys(outcomes))


def _directions(results: xr.Dataset, named: list[str], more_is_better: Mapping[str, bool] | None) -> xr.DataArray:
    """1 for outcomes that one wants more of, -1 for others (outcome,)."""
    said = dict(more_is_better or {})
    for name in said:
        _known(name, [str(known) for known in results["outcome"].values])
    return xr.DataArray(
        [1.0 if said.get(name, True) else -1.0 for name in named], {"outcome": results["outcome"].sel(outcome=named)}
    )


def _known(name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise UnknownNameError(name, "an outcome of these results", known)


def _orders(attributes: Mapping[str, list[str]], order: Mapping[str, Sequence[str]] | None) -> dict[str, list[str]]:
    """The orders asked for, each checked to be one of all subgroups of its attribute."""
    found: dict[str, list[str]] = {}
    for name, groups in (order or {}).items():
        if name not in attributes:
            raise UnknownNameError(name, "an attribute of these results", attributes)
        given = [groups] if isinstance(groups, str) else list(groups)
        for group in given:
            if group not in attributes[name]:
                raise UnknownNameError(group, f"a subgroup by {name}", attributes[name])
        if sorted(given) != sorted(attributes[name]):
            raise ResultsError(
                f"The order of {name} names each of its subgroups once, from worst to best off; found "
                f"{', '.join(given) or 'none'}. Its subgroups: {', '.join(attributes[name])}."
            )
        found[name] = given
    return found


def _before_and_after(values: xr.DataArray, usual: str) -> tuple[xr.DataArray, xr.DataArray]:
    """Values under the comparator, and under each other strategy (intervention, ...)."""
    others = values.isel(strategy=values["strategy"].values != usual).rename(strategy="intervention")
    return values.sel(strategy=usual, drop=True), others


def _real(values: xr.DataArray, size: xr.DataArray) -> xr.DataArray:
    """Values without those that are rounding of what they are made of; what is missing stays so."""
    found = values.where((abs(values) > ROUNDING * size) | values.isnull(), 0.0)
    return found.transpose(*values.dims)


def _told(name: str, values: xr.DataArray, units: str, *, spread: bool = True) -> dict[str, xr.DataArray]:
    """Mean over draws, its error and, if asked for, quantiles."""
    mean, error = mean_and_error(values)
    found = {name: mean, f"{name}_mcse": error}
    if spread:
        known = values.notnull().any("draw")  # of nothing there are no quantiles to look for
        found[f"{name}_quantile"] = quantiles(values.where(known, 0.0)).where(known)
    return {key: of.assign_attrs(units=units) for key, of in found.items()}
