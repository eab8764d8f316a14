"""Charts of a report from the answers about a run: amounts in thousands, and the words that stand beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.analysis.avoided_cost import VIEWS
from simcore.analysis.evidence import WEAK, uncertainty_by_parameter
from simcore.analysis.luck import settled_contrast
from simcore.analysis.prediction import can_predict, summarise_group_saving
from simcore.decisions.timing import FAN
from simcore.report.decision_answers import years_to_65
from simcore.report.decision_names import THOUSAND, Words
from simcore.report.quality import parameter_quality
from simcore.report.web.charts import GAINS, LESSER, LOSES, VIEW, WEAK_COLOUR, Chart, Rows, Shown, axis_ends
from simcore.report.web.report_words import ReportWords

Array = NDArray[np.float64]

#: Parameters whose share of what is unsure is shown, and the least share that is.
_DRIVERS, _LEAST = 12, 0.005
#: Where the axis of statistics ends at the most, in published values.
_FARTHEST = 3.0


@dataclass(frozen=True)
class ChartWords(Words):
    """Charts of a report; a method for each, which gives none where there is nothing to show.

    Attributes
    ----------
    results, scenario, found, language
        As of `Words`.
    """

    @cached_property
    def report(self) -> ReportWords:
        """Words of the report as a whole."""
        return ReportWords(self.results, self.scenario, self.language)

    def say(self, name: str, **fields: object) -> str:
        """A phrase of the report."""
        return self.report.say(name, **fields)

    @cached_property
    def interventions(self) -> list[str]:
        """All strategies but the comparator."""
        return [str(of) for of in self.found.who_gains["intervention"].values]

    def best(self, number: int) -> list[str]:
        """So many interventions that gain society most, in their order."""
        worth = self.found.ranking["net_present_value"]
        chosen = sorted(self.interventions, key=lambda name: -float(worth.sel(intervention=name)))[:number]
        return [name for name in self.interventions if name in chosen]

    @cached_property
    def actors(self) -> list[str]:
        """Actors for whom something is at stake with some intervention, and then the views."""
        gains = self.found.who_gains
        stake = (gains["programme_cost"] != 0) | (gains["avoided_cost_of_kind"] != 0).any("cost_kind")
        some = stake.any("intervention")
        return [str(of) for of in some["actor"].values if bool(some.sel(actor=of))]

    @cached_property
    def horizons(self) -> dict[str, str]:
        """Budget horizons: their years, and how they are called."""
        gains, to_65 = self.found.who_gains, years_to_65(self.results, self.scenario)
        numbers = [int(of) for of in gains["horizon"].values]
        words = {}
        for number in numbers:
            until = int(gains["until"].sel(horizon=number))
            name = "to_65" if number == to_65 else "until" if number == numbers[-1] else ""
            words[str(number)] = self.head(name, until=until) if name else self.years(number)
        return words

    def choices(self) -> dict[str, dict[str, str]]:
        """What a reader can choose between: ids, and how they are called."""
        return {
            "intervention": {name: self.strategy(name) for name in self.interventions},
            "actor": {name: self.actor(name) for name in self.actors},
            "horizon": self.horizons,
        }

    def thousands(self) -> str:
        """Unit of amounts per person."""
        return self.about("figure_thousand").removesuffix(".")

    def _amount(self, value: float) -> str:
        """An amount per person in money, as a reader sees it who points at it."""
        return self.language.amount(value * THOUSAND, str(self.results.attrs["currency"]))

    def _interval(self, low: float, high: float) -> str:
        """What an amount lies between, or that luck hides it."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return self.head("figure_not_settled")
        return f"{self._amount(low)} – {self._amount(high)}"

    def chance(self, probability: float) -> str:
        """A probability; of a single draw of sampled lives there is none."""
        alone = self.results.sizes["draw"] == 1 and self.results.attrs["engine"] != "expected"
        return "–" if alone else self.percent(probability)

    def _colour(self, actor: str, mean: float) -> str:
        return VIEW if actor in VIEWS else GAINS if mean >= 0 else LOSES

    # -- amounts of actors ------------------------------------------------------------------------

    def avoided(self) -> Chart | None:
        """Avoided cost of each actor, with its uncertainty, and the net saving."""
        if not self.actors:
            return None
        settled = settled_contrast(self.results, "avoided_cost", also=tuple(self.found.question.also))
        fan = settled.sel(actor=self.actors).quantile(FAN, dim="draw", skipna=False) / THOUSAND
        gains = self.found.who_gains
        shown = {}
        for name in self.interventions:
            rows = Rows()
            for actor in self.actors:
                at = {"intervention": name, "actor": actor}
                low, bar_low, middle, bar_high, high = (float(of) for of in fan.sel(at).values)
                mean, net = (float(gains[of].sel(at)) / THOUSAND for of in ("avoided_cost", "net_saving"))
                rows.add(
                    self.actor(actor), low=low, bar_low=bar_low, middle=middle, bar_high=bar_high, high=high, mark=net,
                    colour=self._colour(actor, mean), mean=self._amount(mean), between=self._interval(low, high),
                    net=self._amount(net),
                )  # fmt: skip
            shown[name] = rows.shown()
        legend = {"low": self.head("figure_most"), "bar_low": self.head("figure_half")}
        legend |= {"middle": self.head("figure_median"), "mark": self.head("net_saving")}
        legend |= {"gain": self.say("spared"), "lose": self.say("burdened"), "sum": self.say("sum")}
        tips = [(self.say("avoided_cost"), "mean"), (self.head("figure_most"), "between")]
        tips.append((self.head("net_saving"), "net"))
        return Chart("avoided", "intervals", self.thousands(), legend, tips, ("intervention",), shown)

    def gains(self) -> Chart | None:
        """Net saving of each actor within a horizon."""
        if not self.actors:
            return None
        shown = {
            f"{name}|{horizon}": self._rows_of_savings([(self.actor(of), name, of) for of in self.actors], horizon)
            for name in self.interventions
            for horizon in self.horizons
        }
        return self._savings("gains", ("intervention", "horizon"), shown)

    def comparison(self) -> Chart | None:
        """Net saving of each intervention, for an actor and within a horizon."""
        if not self.actors or len(self.interventions) < 2:
            return None
        shown = {
            f"{actor}|{horizon}": self._rows_of_savings(
                [(self.strategy(of), of, actor) for of in self.interventions], horizon
            )
            for actor in self.actors
            for horizon in self.horizons
        }
        return self._savings("comparison", ("actor", "horizon"), shown)

    def _rows_of_savings(self, wanted: Sequence[tuple[str, str, str]], horizon: str) -> Shown:
        """Net savings within a horizon, each with its label, of an intervention for an actor."""
        rows = Rows()
        for label, name, actor in wanted:
            mean, low, middle, high, probability = (float(of) for of in self._savings_within[name, actor, horizon])
            rows.add(
                label, low=low, middle=middle, high=high, mark=mean, colour=self._colour("", mean),
                mean=self._amount(mean), between=self._interval(low, high), chance=self.chance(probability),
            )  # fmt: skip
        return rows.shown()

    @cached_property
    def _savings_within(self) -> Mapping[tuple[str, str, str], Array]:
        """Mean, quantiles and probability of the net saving, by intervention, actor and horizon."""
        gains = self.found.who_gains
        parts = [
            gains["saving_within"].values[None] / THOUSAND, gains["saving_within_quantile"].values / THOUSAND,
            gains["probability_within"].transpose(*gains["saving_within"].dims).values[None],
        ]  # fmt: skip
        dims = [str(dim) for dim in gains["saving_within"].dims]
        together = np.moveaxis(np.concatenate(parts), 0, -1)
        names = {dim: [str(of) for of in gains[dim].values] for dim in dims}
        found = {}
        for place in np.ndindex(*together.shape[:-1]):
            at = {dim: names[dim][number] for dim, number in zip(dims, place, strict=True)}
            found[at["intervention"], at["actor"], at["horizon"]] = together[place]
        return found

    def _savings(self, name: str, by: tuple[str, ...], shown: Mapping[str, Shown]) -> Chart:
        legend = {"low": self.head("figure_most"), "middle": self.head("figure_median")}
        legend |= {"mark": self.say("expected"), "gain": self.say("gaining"), "lose": self.say("losing")}
        tips = [(self.head("net_saving"), "mean"), (self.head("figure_most"), "between")]
        tips.append((self.say("chance"), "chance"))
        return Chart(name, "intervals", self.thousands(), legend, tips, by, shown)

    # -- over time --------------------------------------------------------------------------------

    def fan(self) -> Chart | None:
        """Net saving added up over the years, and when the money is back."""
        if not self.actors:
            return None
        back = self.found.payback
        mean = (back["cumulative"] / THOUSAND).transpose("intervention", "actor", "year")
        bands = (back["cumulative_quantile"] / THOUSAND).transpose("intervention", "actor", "quantile", "year")
        places = {str(of): place for place, of in enumerate(back["actor"].values)}
        actors = [actor for actor in self.actors if actor in places]
        years = [float(of) for of in back["year"].values]
        shown = {}
        for number, name in enumerate(self.interventions):
            for actor in actors:
                path, band = mean.values[number, places[actor]], bands.values[number, places[actor]]
                hidden = not np.isfinite(band).all()
                columns: dict[str, list[float | str]] = {"label": [f"{of:.0f}" for of in years], "year": list(years)}
                for column, of in zip(("low", "bar_low", "middle", "bar_high", "high"), band, strict=True):
                    columns[column] = of.tolist()
                columns["mean"] = path.tolist() if hidden else [math.nan] * len(years)
                columns["expected"] = [self._amount(of) for of in path]
                columns["between"] = [self._interval(*of) for of in band[[0, -1]].T]
                ends = axis_ends([*band.ravel(), *path])
                at = back.sel(intervention=name, actor=actor)
                shown[f"{name}|{actor}"] = Shown(columns, [], ends, self._payback_words(at))
        legend = {"middle": self.head("figure_median"), "bar_low": self.head("figure_half")}
        legend |= {"low": self.head("figure_most"), "mean": self.head("figure_mean")}
        tips = [(self.say("expected"), "expected"), (self.head("figure_most"), "between")]
        return Chart("fan", "fan", self.thousands(), legend, tips, ("intervention", "actor"), shown)

    def _payback_words(self, at: xr.Dataset) -> str:
        """When an actor's money is back by an intervention."""
        if not bool((at["cumulative"] != 0).any()):
            return self.say("nothing_at_stake")
        if not bool(at["settled"]):
            return self.say("payback_hidden")
        last, never = int(at["year"].values[-1]), float(at["never"])
        if never >= 1:
            return self.say("payback_never", last=last)
        if not bool((at["cumulative_quantile"] < 0).any()):
            return self.say("payback_none")
        years = at["break_even_quantile"]
        low, middle, high = (self.language.year(float(years.sel(quantile=of))) for of in (0.05, 0.5, 0.95))
        return self.say("payback_year", low=low, middle=middle, high=high, never=self.percent(never), last=last)

    # -- what is unsure ---------------------------------------------------------------------------

    def drivers(self) -> Chart | None:
        """Share of what is unsure of society's net saving that comes from each parameter."""
        explained, quality = uncertainty_by_parameter(self.results), parameter_quality(self.scenario)
        shown = {}
        for name in self.interventions:
            rows = Rows()
            shares = explained.sel(intervention=name)
            order = sorted(range(shares.size), key=lambda place, of=shares.values: -of[place])  # type: ignore[misc]
            for place in order[:_DRIVERS]:
                share = float(shares.values[place])
                if not share >= _LEAST:
                    continue
                parameter = str(shares["parameter"].values[place])
                about, grade = self.report.about_parameter(parameter), quality[parameter]
                rows.add(
                    about, value=share, colour=WEAK_COLOUR if grade in WEAK else GAINS, share=self.percent(share),
                    name=parameter, grade=self.report.grade(grade),
                )  # fmt: skip
            if rows.labels:
                told = sum(float(of) for of in rows.columns["value"] if isinstance(of, float))
                every = float(shares.sum())
                for head, of, colour in (
                    ("other_figures", every - told, LESSER), ("not_traced", max(1.0 - every, 0.0), VIEW),
                ):  # fmt: skip
                    if of >= _LEAST:
                        rows.add(self.say(head), value=of, colour=colour, share=self.percent(of), name="", grade="")
            words = "" if rows.labels else self.say("no_drivers")
            shown[name] = rows.shown(words=words)
        if not any(of.labels for of in shown.values()):
            return None
        legend = {"gain": self.say("better_figures"), "weak": self.say("weak_figures")}
        tips = [(self.say("share_of_unsure"), "share"), (self.say("figure"), "name"), (self.say("grade"), "grade")]
        return Chart(
            "drivers", "bars", self.say("share_of_unsure"), legend, tips, ("intervention",), shown, share=True
        )  # fmt: skip

    def luck(self) -> Chart | None:
        """What may happen to the target group, beside what is expected of it."""
        if not self.actors or self.results.attrs["engine"] == "expected" or not can_predict(self.results):
            return None
        also = tuple(self.found.question.also)
        group = summarise_group_saving(self.results, also=also)["group_net_saving_quantile"] / THOUSAND
        size = float(self.results.attrs["target_group"])
        gains = self.found.who_gains
        shown = {}
        for name in self.interventions:
            rows = Rows()
            for actor in self.actors:
                at = {"intervention": name, "actor": actor}
                expected = gains["net_saving_quantile"].sel(at).values * size / THOUSAND
                low, _, high = (float(of) for of in group.sel(at).values)
                mean = float(gains["net_saving"].sel(at)) * size / THOUSAND
                rows.add(
                    self.actor(actor), low=low, bar_low=float(expected[0]), bar_high=float(expected[-1]), high=high,
                    mark=mean, colour=self._colour(actor, mean), mean=self._amount(mean),
                    between=self._interval(float(expected[0]), float(expected[-1])), group=self._interval(low, high),
                )  # fmt: skip
            shown[name] = rows.shown()
        legend = {"bar_low": self.say("ignorance"), "low": self.say("ignorance_and_luck"), "mark": self.say("expected")}
        legend |= {"gain": self.say("gaining"), "lose": self.say("losing"), "sum": self.say("sum")}
        tips = [(self.say("expected"), "mean"), (self.say("ignorance"), "between")]
        tips.append((self.say("ignorance_and_luck"), "group"))
        axis = self.say("thousand_of_all", currency=self.language.currency(str(self.results.attrs["currency"])),
                        target=self.language.number(size), price_year=self.results.attrs["price_year"])  # fmt: skip
        return Chart("luck", "intervals", axis, legend, tips, ("intervention",), shown)


def statistics_chart(records: Sequence[Mapping[str, Any]], words: ReportWords) -> Chart | None:
    """What the model says of published statistics, in per cent of what was published.

    Parameters
    ----------
    records
        From `simcore.report.web.life.statistics_records`.
    words
        Of the report.
    """
    rows = Rows()
    for of in records:
        if not of["observed"] > 0 or not math.isfinite(of["model"]):
            continue
        unit, published, error = of["unit"], of["observed"], of["deviation"]
        rows.add(
            f"{of['about'][:1].upper()}{of['about'][1:]}", low=max(0.0, 1 - error / published),
            high=1 + error / published, bar_low=of["low"] / published, bar_high=of["high"] / published,
            mark=of["model"] / published, colour=LOSES if of["missed"] else GAINS,
            published=words.number(published, unit), model=words.number(of["model"], unit),
            use=words.say("held_out" if of["use"] == "validate" else "fitted"),
        )  # fmt: skip
    if not rows.labels:
        return None
    legend = {"low": words.say("published_interval"), "bar_low": words.say("model_interval")}
    legend |= {"mark": words.say("model"), "gain": words.say("inside"), "lose": words.say("outside")}
    tips = [(words.say("published"), "published"), (words.say("model"), "model"), (words.say("used_for"), "use")]
    # A statistic that the model is far from would leave no room for the others.
    marks = [float(of) for of in rows.columns["mark"]]
    shown = replace(rows.shown(), ends=(0.0, min(rows.shown().ends[1], max(_FARTHEST, 1.03 * max(marks)))))
    return Chart("statistics", "intervals", words.say("of_published"), legend, tips, (), {"": shown}, share=True)
