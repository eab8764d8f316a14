"""Sentences under the tables of a run: what the columns mean, what is luck, what the sample settles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import xarray as xr

from simcore.analysis.avoided_cost import VIEWS
from simcore.analysis.deaths import says_years_alive, summarise_survival
from simcore.analysis.luck import SURE, regressors, varying_figures
from simcore.analysis.settled import unsettled_ranking, unsettled_signs
from simcore.analysis.summary import summarise
from simcore.analysis.two_orders import UNSETTLED
from simcore.report.labels import actor_label, money, percent, strategy_label
from simcore.report.money_tables import further_words
from simcore.report.quality import evidence_words
from simcore.scenario.schema import Scenario

_ONE_DRAW = "One draw tells nothing of how uncertain the figures make the answer: use more --draws."
#: Share of luck in the variance above which a reader is told.
_LUCK = 0.5
#: Actors, views among them, of whom it is told what the length of lives alone costs or saves.
_MOST_TOLD = 4
_DAYS = 365.25


def probability_words(record: dict[str, Any]) -> str:
    """Probability that the expected net saving is above zero; where luck hides it, what can be said all the same."""
    probability = record["probability_net_saving"]
    if math.isnan(probability):
        return "not settled"
    if record["luck_share"] > UNSETTLED and probability <= SURE:
        return f"< {percent(SURE)}"
    if record["luck_share"] > UNSETTLED:
        return f"> {percent(1 - SURE)}"
    return percent(probability)


def notes(
    results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]], also: Sequence[str] = ()
) -> list[str]:  # fmt: skip
    """Sentences under the tables: what the columns mean, what is luck, how good the figures are."""
    horizon = int(results["year"].values[-1])
    one = results.sizes["draw"] == 1
    return [
        "Avoided cost: what the comparator costs minus what the strategy costs, without the programme; a minus means "
        "that the actor pays more, or receives less. Net saving: avoided cost minus the programme. Break-even: the "
        "median over draws of the first year from which the cumulative net saving stays above zero, up to "
        f"{horizon}. Public sector and society are sums over actors.",
        *_error_words(results),
        *further_words(results),
        *([_ONE_DRAW] if one else [*_luck_words(results, scenario, records), *settled_words(results, scenario, also)]),
        *survival_words(results, scenario, also),
        *evidence_words(results, scenario),
    ]


def _error_words(results: xr.Dataset) -> list[str]:
    """What the errors and the spread are made of."""
    if results.attrs["engine"] == "expected":
        sentences = [
            "MCSE: Monte Carlo standard error of the mean over draws. The numbers are expected values of each draw; "
            "no luck is in them, and their spread is ignorance about the figures alone."
        ]
    else:
        sentences = [
            "MCSE: Monte Carlo standard error of the mean. Luck: share of the spread over draws that is chance between "
            "simulated persons rather than ignorance about the figures; more persons make it smaller. 5 % to 95 % "
            "and P are those of the expected value: luck is taken off. Break-even and subgroups, what is cashable "
            "and what falls in single years have it in them."
        ]
    if "randomisation" in results.coords:
        n_groups = len(set(results["randomisation"].values.tolist()))
        method = str(results.attrs["sampling"]).replace("_", " ").capitalize()
        sentences.append(
            f"{method} points: the draws are {n_groups} independent samples, and MCSE comes from their {n_groups} "
            "means."
            if n_groups > 1
            else "The draws are no independent samples of what is not known, so there is no MCSE."
        )
    return sentences


def _luck_words(results: xr.Dataset, scenario: Scenario, records: list[dict[str, Any]]) -> list[str]:
    """Where luck hides the answer, or much of it."""
    sentences: list[str] = []
    if results.attrs["engine"] == "expected":
        return sentences
    if varying_figures(results).sizes["parameter"] == 0:
        return [
            "No figure is uncertain: all of the spread over draws is luck between persons, and what is expected is the "
            "mean, as precisely as its MCSE says."
        ]
    if regressors(results) is None:
        sentences.append(
            "With fewer than twice as many draws as uncertain figures, it is not told which draws are expected to be "
            "high or low: limits and probabilities have the shape of the draws, luck included. More --draws make them "
            "better."
        )
    hidden = [record for record in records if not record["luck_share"] <= UNSETTLED]
    if hidden:
        names = ", ".join(dict.fromkeys(actor_label(scenario, record["actor"]) for record in hidden))
        sentences.append(
            f"Not settled, for {names} (–): more than nine tenths of the spread is luck, so this sample cannot say "
            "within which limits the expected value lies, or with what probability it is above zero. Use more "
            "--persons."
        )
    lucky = [record for record in records if _LUCK < record["luck_share"] <= UNSETTLED]
    if lucky:
        names = ", ".join(dict.fromkeys(actor_label(scenario, record["actor"]) for record in lucky))
        worst = max(record["luck_share"] for record in lucky)
        sentences.append(
            f"For {names}, luck is up to {percent(worst)} of the spread over draws; it is taken off, but the limits "
            "and probabilities that are left are rough. More --persons make them better."
        )
    return sentences


def survival_words(results: xr.Dataset, scenario: Scenario, also: Sequence[str] = ()) -> list[str]:
    """What of avoided costs comes from persons who live longer or die earlier, where it is more than a few per cent."""
    if not says_years_alive(results):
        return []
    summary = summarise_survival(results, also=also)
    sentences = []
    for intervention in summary["intervention"].values:
        at = summary.sel(intervention=intervention)
        told = at.isel(actor=at["told"].values)
        if told.sizes["actor"] == 0:
            continue
        order = sorted(told["actor"].values, key=lambda actor: -abs(float(told["from_survival"].sel(actor=actor))))
        parts = [_survival_part(scenario, told.sel(actor=actor)) for actor in order[:_MOST_TOLD]]
        longer = float(at["years_of_life"])
        verb = f"live {_length(longer)} longer" if longer > 0 else f"die {_length(-longer)} earlier"
        text = f"Lives, {strategy_label(scenario, str(intervention))}: persons {verb} on average, within the horizon. "
        text += f"Of the avoided cost, that alone makes {'; '.join(parts)}. It is what "
        if longer > 0:
            text += (
                "living persons cost or bring in, for longer: no life has become cheaper by it, and what longer lives "
            )
            text += "are worth is not in it."
        else:
            text += "the dead no longer cost or bring in: it is no saving."
        sentences.append(text)
    return sentences


def _survival_part(scenario: Scenario, at: xr.Dataset) -> str:
    """What the length of lives makes of the avoided cost of one actor: ``−310 of +7,945 for Region``."""
    part, whole = (money(float(at[name]), sign=True) for name in ("from_survival", "avoided_cost"))
    return f"{part} of {whole} for {actor_label(scenario, str(at['actor'].values))}"


def _length(years: float) -> str:
    """A length of time in words: years, or days when it is short."""
    days = years * _DAYS
    if days >= _DAYS / 2:
        return f"{years:.2f} years"
    number = f"{days:.2g}" if days < 1 else f"{days:.0f}"
    return f"{number} {'day' if number == '1' else 'days'}"


def luck_words(results: xr.Dataset) -> list[str]:
    """That luck weakens what is read from sampled draws, where it does."""
    if results.attrs["engine"] == "expected":
        return []
    shares = summarise(results)["luck_share"].sel(actor=list(VIEWS))
    worst = float(shares.max()) if bool(shares.notnull().any()) else 0.0
    return [
        f"Lives are sampled: up to {percent(worst)} of the spread of the views' net savings is luck, which weakens "
        "what is found. More --persons, or --engine expected, show more."
    ]


def settled_words(results: xr.Dataset, scenario: Scenario, also: Sequence[str] = ()) -> list[str]:
    """Warnings where the sample settles neither a sign nor a ranking, for the public sector and for society."""
    signs = unsettled_signs(results, also=also)
    sentences = []
    for view in VIEWS:
        open_ = [str(name) for name in signs["intervention"].values if bool(signs.sel(intervention=name, actor=view))]
        if open_:
            names = ", ".join(strategy_label(scenario, name) for name in open_)
            sentences.append(
                f"Warning, {actor_label(scenario, view)}: this sample does not settle whether the expected net "
                f"saving of {names} is above or below zero (its 95 % interval has both)."
            )
        pairs = unsettled_ranking(results, actor=view, also=also)
        for better, worse in pairs:
            sentences.append(
                f"Warning, {actor_label(scenario, view)}: this sample does not settle which is better, "
                f"{strategy_label(scenario, better)} or {strategy_label(scenario, worse)}."
            )
    if sentences:
        sentences.append("A larger sample tells more: --until says to what precision, and adds what it takes.")
    return sentences
