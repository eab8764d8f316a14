"""Interventions in order, by net present value and by the usual ratios, and the choice that other assumptions leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from simcore.analysis.acceptability import acceptability
from simcore.analysis.luck import probability_above_zero, regressors, unchanged
from simcore.analysis.net_benefit import net_benefit, net_benefit_of_halves
from simcore.analysis.once import worked_out_once
from simcore.analysis.settled import unsettled_ranking
from simcore.analysis.two_orders import QUANTILES, mean_and_error, quantiles
from simcore.decisions.actors import ROUNDING
from simcore.decisions.outcomes import (
    change_of,
    expected,
    money_of,
    outlay_of,
    place_of,
    ratio_of_means,
    told_from_zero,
    without_luck_of,
)
from simcore.errors import ResultsError, UnknownNameError

#: What is paid and what is got where an outcome counts beside money, in the order (saves, gains).
STATUS = {
    (True, True): "saves and gains", (False, True): "costs and gains",
    (True, False): "saves and loses", (False, False): "costs and loses",
}  # fmt: skip
_NOTHING = "nothing gained or lost"
#: A draw whose denominator is below this share of the mean makes ratios of draws say nothing.
_LEAST_DENOMINATOR = 0.01


def ranking(
    results: xr.Dataset,
    *,
    outcome: str | None = None,
    more_is_better: bool = True,
    also: Sequence[str] = (),
    gross: bool = False,
) -> xr.Dataset:
    """Rank interventions by net present value, beside the ratios that different readers ask for.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    outcome
        An outcome whose cost per unit is wanted too.
    more_is_better
        False for an outcome that one wants less of.
    also, gross
        As for `simcore.net_saving`.

    Returns
    -------
    Dataset (intervention), over the whole horizon [money of the price year per person, as present value], with

    - ``net_present_value``: avoided cost of society minus its programme cost; ``probability_positive``;
    - ``rank``: 1 for the highest net present value; equals share one;
    - ``benefit_cost_ratio``: mean avoided cost of society by its mean programme cost. The probability that benefits
      exceed costs is ``probability_positive``, for which nothing is divided;
    - ``outlay``: what those who pay for the programme lay out, allowances that reach others included; they are the
      actors whose expected programme cost is above zero;
    - ``social_return``: what society gains by one unit of money of the outlay, the outlay itself taken off;
    - ``marginal_value_of_public_funds``: what everybody outside the public sector gains by one unit of its net cost.
      Infinity where the public sector gains and they do too (it pays for itself); not a number where the public sector
      gains and they do not. ``probability_infinite`` and ``probability_undefined`` tell how often each is so, and
      ``mvpf_settled`` whether the sample tells the signs that decide it;
    - of each of these amounts and ratios ``..._mcse``, its Monte Carlo standard error, and, the outlay apart,
      ``..._quantile`` (quantile, intervention): 5, 50 and 95 % over what may be true, luck between persons taken off;
    - ``ranking_settled``: whether the order of all neighbours in the ranking is beyond their 95 % error;
    - ``probability_best``, ``expected_regret`` (strategy), the comparator included, and ``best``, as
      `simcore.acceptability` has them for society; not a number where luck hides them.

    With `outcome` also

    - ``outcome_change`` [unit of the outcome per person, as present value], which is signed as the outcome is, and
      ``..._mcse``;
    - ``cost_per_success``: mean programme cost of society by the mean change for the better; ``net_cost_per_success``:
      minus the mean net present value by it; each with ``..._mcse``;
    - ``net_cost_status``: ``saves and gains``, ``costs and gains``, ``saves and loses``, ``costs and loses`` or
      ``nothing gained or lost``. What neither costs nor saves counts as costing: nothing per success.

    Raises
    ------
    UnknownNameError
        `outcome` is not one of these results, or `also` names another kind of cost.
    ResultsError
        Each draw has a single person, so that luck is not known.

    Notes
    -----
    Net present value ranks rightly whatever is called a cost; ratios change with that, and rank programmes of
    different size wrongly [1]_. Ratios are of means, with errors by the delta method. They are not a number where the
    mean denominator is not above zero beyond its 95 % error, as of a single draw. Their quantiles are of the ratios of
    draws, and not a number where in some draw the denominator has the other sign or is below 1 % of its mean.

    With N the net present value and I the outlay, N + I comes back of it, and ``social_return`` is ((N + I) - I) / I,
    the net ratio of social return on investment [2]_.

    For the marginal value of public funds [3]_ what others are willing to pay is taken to be what they gain in money,
    their pay included: true to first order only, since the leisure and effort that it costs them are left out. With
    ``also=["intangible"]`` what has no price but a value counts too. The cost of public funds never counts in it,
    whatever `also` is, since the ratio is there to be compared with that cost. It is not defined without an actor in
    the public sector. Its quantiles are draws, with infinity as the largest; those in which it is not defined, as
    others lose, are below all numbers, and a quantile that is one of them is not a number.

    References
    ----------
    .. [1] Boardman, Greenberg, Vining & Weimer (2018), Cost-Benefit Analysis: Concepts and Practice, 5th edition,
       Cambridge University Press.
    .. [2] Nicholls, Lawlor, Neitzert & Goodspeed (2012), A guide to Social Return on Investment, The SROI Network.
    .. [3] Hendren & Sprung-Keyser (2020), A unified welfare analysis of government policies, Quarterly Journal of
       Economics 135:1209-1318.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> found = ranking(results, outcome="time_new")
    >>> found["rank"].values.tolist()
    [1]
    """
    with worked_out_once():
        found = _money(results, tuple(also), gross)
        found |= _best(results, tuple(also), gross)
        if outcome is not None:
            found |= _per_success(results, outcome, more_is_better, tuple(also), gross)
    money = str(results["present_value"].attrs.get("units", ""))
    units = dict.fromkeys(("net_present_value", "outlay", "expected_regret"), money)
    units |= {"outcome_change": f"units of {outcome} per person"}
    units |= dict.fromkeys(("cost_per_success", "net_cost_per_success"), f"{money}, per unit of {outcome}")
    for name, of in found.items():
        base = name.removesuffix("_mcse").removesuffix("_quantile")
        of.attrs = {"units": units[base]} if base in units else {}
    about = {"outcome": outcome or "", "also": list(also), "gross": int(gross)}
    return xr.Dataset(found, attrs=about).drop_vars("randomisation", errors="ignore")


def _money(results: xr.Dataset, also: tuple[str, ...], gross: bool) -> dict[str, Any]:
    """Amounts and ratios of money, and the rank."""
    everybody = results["actor"] != ""
    public = results["sector"] == "public"
    without_funds = [kind for kind in also if kind != "public_funds"]
    quantities = {
        "net": money_of(results, "net_saving", everybody, also=also, gross=gross),
        "avoided": money_of(results, "avoided_cost", everybody, also=also, gross=gross),
        "cost": money_of(results, "programme_cost", everybody),
        "outlay": outlay_of(results),
        "public": money_of(results, "net_saving", public, also=without_funds, gross=gross),
        "others": money_of(results, "net_saving", ~public, also=without_funds, gross=gross),
    }
    values = {name: of.values for name, of in quantities.items()}
    settled = without_luck_of(results, quantities)
    found: dict[str, Any] = {}
    found["net_present_value"], found["net_present_value_mcse"] = mean_and_error(values["net"])
    found["net_present_value_quantile"] = quantiles(settled["net"])
    found["outlay"], found["outlay_mcse"] = mean_and_error(values["outlay"])
    found["probability_positive"] = probability_above_zero(values["net"], settled["net"])
    mean, size = found["net_present_value"].values, abs(values["net"]).mean("draw").values
    ahead = mean[None, :] - mean[:, None]
    better = ahead > ROUNDING * np.maximum(size[None, :], size[:, None])
    found["rank"] = found["net_present_value"].copy(data=1 + better.sum(axis=1))
    found |= _ratio("benefit_cost_ratio", values, settled, "avoided", "cost")
    found |= _ratio("social_return", values, settled, "net", "outlay")
    return found | _value_of_public_funds(values, settled, bool(public.any()))


def _ratio(
    name: str, values: dict[str, xr.DataArray], settled: dict[str, xr.DataArray], top: str, bottom: str
) -> dict[str, xr.DataArray]:
    """A ratio of means, its error, and quantiles of the ratios of draws where all can be divided."""
    ratio, error = ratio_of_means(values[top], values[bottom])
    least = _LEAST_DENOMINATOR * values[bottom].mean("draw")
    divided = ratio.notnull() & (settled[bottom] >= least).all("draw")
    of_draws = settled[top] / settled[bottom].where(divided)
    return {name: ratio, f"{name}_mcse": error, f"{name}_quantile": quantiles(of_draws)}


def _value_of_public_funds(
    values: dict[str, xr.DataArray], settled: dict[str, xr.DataArray], is_public: bool
) -> dict[str, xr.DataArray]:  # fmt: skip
    """The marginal value of public funds, of means and in each draw, on the line that ends with infinity."""

    def ratio(cost: xr.DataArray, gain: xr.DataArray) -> xr.DataArray:
        pays_for_itself = xr.full_like(gain, np.inf).where(gain > 0)
        found = (gain / cost.where(cost > 0)).where(cost > 0, pays_for_itself)
        return found if is_public else found * np.nan

    public, others = values["public"], values["others"]
    cost, gain = -expected(public), expected(others)
    of_means = ratio(cost, gain)
    nothing = (public == 0).all("draw")
    # Where the public sector does not lose, the sign of what others gain decides.
    decided = (cost > 0) | told_from_zero(others) | (others == 0).all("draw")
    is_settled = (told_from_zero(public) | nothing) & decided
    divided = np.isfinite(of_means) & is_settled
    size = cost.where(divided, 1.0)
    error = mean_and_error((others + of_means.where(divided, 0.0) * public) / size)[1]
    known = (settled["public"].notnull() & settled["others"].notnull()).all("draw")
    of_draws = ratio(-settled["public"], settled["others"]).transpose("intervention", "draw")
    # Where it is not defined others lose: that is below all numbers.
    in_order = np.sort(of_draws.fillna(-np.inf).values, axis=1)
    # Draws themselves: between a number and infinity nothing can be interpolated.
    places = [place_of(share, in_order.shape[1]) for share in QUANTILES]
    quantile = xr.DataArray(
        in_order[:, places].T,
        {"quantile": list(QUANTILES), "intervention": of_draws["intervention"]},
        ["quantile", "intervention"],
    )
    quantile = quantile.where(known & (quantile > -np.inf))
    name = "marginal_value_of_public_funds"
    return {
        name: of_means,
        f"{name}_mcse": error.where(divided),
        f"{name}_quantile": quantile,
        "probability_infinite": of_draws.copy(data=np.isinf(of_draws.values)).mean("draw").where(known),
        "probability_undefined": of_draws.isnull().mean("draw").where(known),
        "mvpf_settled": is_settled,
    }


def _best(results: xr.Dataset, also: tuple[str, ...], gross: bool) -> dict[str, Any]:
    """How likely each strategy is to be the best for society, and what choosing it is expected to lose."""
    benefits = net_benefit(results, actor="society", also=also, gross=gross)
    halves = net_benefit_of_halves(results, actor="society", also=also, gross=gross)
    if halves is not None:
        benefits = benefits.assign_coords(unchanged=unchanged(results))
    told = None if halves is None else regressors(results)
    each = acceptability(benefits, halves=halves, parameters=told).sel(actor="society", drop=True)
    return {
        "probability_best": each["probability_best"].where(each["settled"]),
        "expected_regret": each["expected_loss"].where(each["settled"]),
        "best": each["best"],
        "ranking_settled": xr.DataArray(not unsettled_ranking(results, also=also, gross=gross)),
    }


def _per_success(
    results: xr.Dataset, outcome: str, more_is_better: bool, also: tuple[str, ...], gross: bool
) -> dict[str, Any]:  # fmt: skip
    """The change in an outcome, and what one unit of it costs."""
    everybody = results["actor"] != ""
    change = change_of(results, outcome).values
    better = change if more_is_better else -change
    cost = money_of(results, "programme_cost", everybody).values
    net = money_of(results, "net_saving", everybody, also=also, gross=gross).values
    found: dict[str, Any] = {}
    found["outcome_change"], found["outcome_change_mcse"] = mean_and_error(change)
    for name, money in (("cost_per_success", cost), ("net_cost_per_success", -net)):
        found[name], found[f"{name}_mcse"] = ratio_of_means(money, better)
    saves, gains = expected(net).values > 0, expected(better).values
    status = [
        _NOTHING if gain == 0 else STATUS[bool(save), bool(gain > 0)] for save, gain in zip(saves, gains, strict=True)
    ]
    return found | {"net_cost_status": change.isel(draw=0, drop=True).copy(data=np.array(status, dtype=str))}


def robust_choice(summary: xr.Dataset, *, actor: str = "society") -> xr.Dataset:
    """Compare strategies over alternatives of a scenario: which is best in each, and which leaves least to regret.

    Parameters
    ----------
    summary
        From `simcore.simulate_alternatives`. Reads ``net_saving`` (alternative, intervention, actor).
    actor
        For whom: an actor, ``public_sector`` or ``society``.

    Returns
    -------
    Dataset, of which the first strategy is the comparator, whose net saving is nothing in each alternative:

    - ``net_saving`` (strategy, alternative) [money of the price year per person, as present value];
    - ``regret`` (strategy, alternative): by how much the best of the alternative is better;
    - ``least_net_saving``, ``largest_regret`` (strategy): over the alternatives;
    - ``best_in`` (strategy): number of alternatives in which it is the best; of equals the first counts;
    - ``best_as_it_stands``: the strategy that is best in the first alternative, the scenario as it stands;
    - ``maximin``: the strategy with the highest least net saving [1]_;
    - ``minimax_regret``: the one with the smallest largest regret [2]_;
    - ``always_best``: the first that has nothing to regret in any alternative; an empty text where none is so.

    Raises
    ------
    UnknownNameError
        There is no such actor.
    ResultsError
        A strategy has no net saving in some alternative.

    Notes
    -----
    Alternatives get no probabilities: they are assumptions that nobody can weigh, and each stands for what would be
    if it held. Maximin looks at the worst that each strategy may come to, whatever the others would have done there.
    Minimax regret looks at how far it may fall behind, and may change its choice when a strategy that it does not
    choose is added. Net savings are expected ones, so that the risk within an alternative does not count. Amounts that
    differ by their rounding are equal, and of equals the first is chosen.

    References
    ----------
    .. [1] Wald (1950), Statistical Decision Functions, Wiley.
    .. [2] Savage (1951), The theory of statistical decision, Journal of the American Statistical Association 46:55-67.

    Examples
    --------
    >>> scenario = simcore.read_scenario("tests/scenarios/good/alternatives.yaml")
    >>> summary = simcore.simulate_alternatives(scenario, names=["shorter_horizon"], draws=4, persons=50)
    >>> robust_choice(summary)["net_saving"].dims
    ('strategy', 'alternative')
    """
    actors = [str(name) for name in summary["actor"].values]
    if actor not in actors:
        raise UnknownNameError(actor, "an actor or view of these results", actors)
    saving = summary["net_saving"].sel(actor=actor).transpose("intervention", "alternative")
    for strategy, of_alternatives in zip(saving["intervention"].values, saving.values, strict=True):
        for alternative, amount in zip(saving["alternative"].values, of_alternatives, strict=True):
            if not np.isfinite(amount):
                raise ResultsError(
                    f"With alternatives.{alternative} there is no net saving of '{strategy}'; each strategy needs one "
                    "in each alternative."
                )
    names = [str(summary.attrs["comparator"]), *(str(name) for name in saving["intervention"].values)]
    worth = np.concatenate([np.zeros((1, saving.shape[1])), saving.values])
    size = np.abs(worth).max(axis=0)
    regret = worth.max(axis=0) - worth
    regret = np.where(regret > ROUNDING * size, regret, 0.0)
    least, largest = worth.min(axis=1), regret.max(axis=1)
    rounding = ROUNDING * float(size.max(initial=0.0))
    never = np.flatnonzero(largest == 0)
    first_best = (regret == 0).argmax(axis=0)
    money = {"units": saving.attrs.get("units", "")}
    return xr.Dataset(
        {
            "net_saving": (("strategy", "alternative"), worth, money),
            "regret": (("strategy", "alternative"), regret, money),
            "least_net_saving": ("strategy", least, money),
            "largest_regret": ("strategy", largest, money),
            "best_in": ("strategy", np.bincount(first_best, minlength=len(names))),
            "best_as_it_stands": ((), names[int(first_best[0])]),
            "maximin": ((), names[int((least >= least.max() - rounding).argmax())]),
            "minimax_regret": ((), names[int((largest <= largest.min() + rounding).argmax())]),
            "always_best": ((), names[int(never[0])] if len(never) else ""),
        },
        {"strategy": names, "alternative": [str(name) for name in saving["alternative"].values]},
        {"actor": actor},
    )
