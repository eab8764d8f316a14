"""What the page shows of a run as it is moved: charts and a table, quickly, from some draws or from all."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from simcore.analysis.avoided_cost import contrast
from simcore.analysis.luck import probability_above_zero, settled_contrast
from simcore.analysis.once import worked_out_once
from simcore.analysis.two_orders import quantiles
from simcore.decisions.actors import ROUNDING
from simcore.decisions.timing import payback
from simcore.explore.phrases import PHRASES
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.report.web.chart_values import ChartWords
from simcore.report.web.charts import Chart
from simcore.scenario.schema import Scenario

#: Charts of the page, in their order.
CHARTS = ("avoided", "fan", "comparison")


class _ForOne(Answers):
    """Answers for the whole horizon, and of when the money is back only for one actor."""

    def __init__(self, results: xr.Dataset, scenario: Scenario, question: Question, actor: str) -> None:
        super().__init__(results, scenario, question)
        self._years, self.actor = [], actor

    @cached_property
    def who_gains(self) -> xr.Dataset:
        """Of `simcore.who_gains` what the page shows, of the whole horizon: a fifth of the work."""
        whole = self.results.sizes["year"]
        found = {}
        for name in ("programme_cost", "avoided_cost", "net_saving"):
            found[name] = contrast(self.results, name, also=self._also).mean("draw")
        values = contrast(self.results, "net_saving", also=self._also)
        settled = settled_contrast(self.results, "net_saving", also=self._also)
        chance = probability_above_zero(values, settled).where((values != 0).any("draw"))
        found |= {"avoided_cost_of_kind": found["avoided_cost"].expand_dims(cost_kind=1, axis=-1)}
        found |= {
            name: of.expand_dims(horizon=[whole])
            for name, of in (
                ("saving_within", found["net_saving"]), ("saving_within_quantile", quantiles(settled)),
                ("probability_within", chance),
            )
        }  # fmt: skip
        paid = found["programme_cost"].sel(actor=self.results["actor"].values).rename(actor="payer")
        paid = paid.where(paid > ROUNDING * abs(paid).max("payer"), 0.0)
        total = paid.sum("payer")
        found["paid_share"] = paid / total.where(total > 0)
        gains = xr.Dataset(found).drop_vars("randomisation", errors="ignore")
        gains = gains.assign_coords(until=("horizon", self.results["year"].values[-1:]))
        dims = ("quantile", "horizon", "intervention", "actor", "payer", "cost_kind")
        return gains.transpose(*(dim for dim in dims if dim in gains.dims))

    @cached_property
    def payback(self) -> xr.Dataset:
        return payback(self.results, actors=[self.actor], also=self._also)


@dataclass(frozen=True)
class Amounts:
    """What an intervention costs and brings, for the whole target group.

    Attributes
    ----------
    cost
        Of the programme, to those who pay it.
    net
        By actor or view: net saving, and the probability that it is above zero.
    """

    cost: float
    net: Mapping[str, tuple[float, float]]


class View:
    """A run as it is moved, for an actor.

    Attributes
    ----------
    charts
        By name; those that there are.
    amounts
        By intervention.

    Parameters
    ----------
    results, scenario
        The run, priced as it is wanted.
    actor
        Whose net saving is followed over time and compared.
    language, question
        Of words, and what is asked.
    """

    def __init__(
        self, results: xr.Dataset, scenario: Scenario, actor: str, language: Language, question: Question
    ) -> None:
        with worked_out_once():
            words = ChartWords(results, scenario, _ForOne(results, scenario, question, actor), language)
            made = {name: getattr(words, name)() for name in CHARTS}
            self.charts: dict[str, Chart] = {name: chart for name, chart in made.items() if chart is not None}
            self.interventions, self.actors = words.choices()["intervention"], words.choices()["actor"]
            self.horizon = next(iter(words.horizons))
            self.amounts = {name: _amounts(words, name, actor) for name in self.interventions}
            self.names = {of: words.actor(of) for of in _followed(words, actor)}
        self.target = float(results.attrs["target_group"])

    def key(self, chart: str, intervention: str, actor: str) -> str:
        """What of a chart is shown for a choice."""
        chosen = {"intervention": intervention, "actor": actor, "horizon": self.horizon}
        return "|".join(chosen[choice] for choice in self.charts[chart].by)


def _followed(words: ChartWords, actor: str) -> list[str]:
    """Society, the public sector where there is one, and the actor."""
    public = ["public_sector"] if bool((words.results["sector"] == "public").any()) else []
    return list(dict.fromkeys(["society", *public, actor]))


def _amounts(words: ChartWords, name: str, actor: str) -> Amounts:
    gains, target = words.found.who_gains.sel(intervention=name), float(words.results.attrs["target_group"])
    paid = gains["paid_share"]
    payers = [str(of) for of in paid["payer"].values if float(paid.sel(payer=of)) > 0]
    cost = sum(float(gains["programme_cost"].sel(actor=of)) for of in payers) * target
    whole = gains.isel(horizon=-1)
    net = {
        of: (
            float(whole["net_saving"].sel(actor=of)) * target,
            float(whole["probability_within"].sel(actor=of)),
        )
        for of in _followed(words, actor)
    }
    return Amounts(cost, net)


def table_html(now: View, before: View, language: Language, currency: str) -> str:
    """What each intervention costs and brings now, and in the run where that differs, as an HTML table."""

    def say(name: str, **fields: object) -> str:
        return language.one_of(PHRASES[name]).format(**fields)

    def amount(value: float, was: float) -> str:
        text, old = language.amount(value, currency), language.amount(was, currency)
        return text if text == old else f"{text} ({old})"

    columns = list(next(iter(now.amounts.values())).net) if now.amounts else []
    heads = [say("cost"), *(now.names[of] for of in columns)]
    rows = []
    for name, of in now.amounts.items():
        was = before.amounts[name]
        cells = [amount(of.cost, was.cost)]
        for who in columns:
            (net, chance), (old, likely) = of.net[who], was.net.get(who, of.net[who])
            share, before_it = language.percent(chance), language.percent(likely)
            cells.append(f"{amount(net, old)}; {share}{'' if share == before_it else f' ({before_it})'}")
        rows.append((now.interventions[name], cells))
    escaped = html.escape
    head = "".join(f'<th scope="col">{escaped(of)}</th>' for of in ("", *heads))
    body = "".join(
        f'<tr><th scope="row">{escaped(label)}</th>{"".join(f"<td>{escaped(cell)}</td>" for cell in cells)}</tr>'
        for label, cells in rows
    )
    title = say("now_before", target=language.number(now.target))
    return (
        f'<div class="wide"><table class="glance"><caption>{escaped(title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
