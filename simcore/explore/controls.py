"""What can be moved on the page: settings and figures that decide money alone, and what a moved value means."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr

from simcore.explore.phrases import PHRASES
from simcore.overriding import deciding_lives
from simcore.report.inputs_figures import Figure, figures, moved
from simcore.report.language import Language
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import Scenario

#: Groups of controls, in their order.
GROUPS = ("case", "programme_costs", "unit_costs", "payers", "cashable", "other")
#: How far a figure can be moved that has no bounds, in its own value; a rate of discounting; a group.
_TIMES, _MOST_DISCOUNT, _GROUPS = 3.0, 0.1, 10
#: Steps of a slider.
_STEPS = 200


@dataclass(frozen=True)
class Control:
    """Something that can be moved.

    Attributes
    ----------
    name
        An id.
    group
        One of `GROUPS`.
    label, unit
        What it is, in words.
    value, low, high, step
        Where it is in the run, and where it can be moved.
    path
        Of the entry of the scenario that it changes.
    """

    name: str
    group: str
    label: str
    unit: str
    value: float
    low: float
    high: float
    step: float
    path: tuple[str, ...]


@dataclass(frozen=True)
class Sharing:
    """A cost of an intervention that another actor could pay a share of.

    Attributes
    ----------
    name
        An id.
    intervention, number
        Whose cost, and which of them.
    payers
        Who pays it in the run.
    others
        Who could pay a share.
    """

    name: str
    intervention: str
    number: int
    payers: tuple[str, ...]
    others: tuple[str, ...]


def controls(file: ScenarioFile, results: xr.Dataset, language: Language) -> list[Control]:
    """What can be moved in a run, group by group.

    Parameters
    ----------
    file, results
        The run.
    language
        Of the labels, as far as the file says in it what its figures are.
    """

    def say(name: str) -> str:
        return language.one_of(PHRASES[name])

    scenario = file.scenario
    lives, cash, rates = deciding_lives(scenario), _cashable(scenario), _rates(scenario)
    found: list[Control] = []
    for figure in figures(language.of_file(file)):
        if figure.sheet == "case":
            found += _setting(figure, scenario, results, say)
        elif figure.path[0] == "parameters" and "value" in figure.editable:
            name = str(figure.path[1])
            if name in lives or not isinstance(figure.numbers["value"], int | float):
                continue
            group = "case" if name in rates else "cashable" if name in cash else figure.sheet
            found.append(_of_figure(figure, name, group, say(rates[name]) if name in rates else None, language))
    return sorted(found, key=lambda control: GROUPS.index(control.group))


def _rates(scenario: Scenario) -> dict[str, str]:
    """Parameters that money and outcomes are discounted with, and what they are called."""
    named = {scenario.discount.outcomes: "outcome_discount_rate", scenario.discount.money: "discount_rate"}
    return {name: label for name, label in named.items() if isinstance(name, str)}


def _cashable(scenario: Scenario) -> set[str]:
    """Parameters that say what share of a price becomes money."""
    shares = (price.cashable.share for price in scenario.prices.values() if price.cashable is not None)
    return {share for share in shares if isinstance(share, str)}


def _setting(figure: Figure, scenario: Scenario, results: xr.Dataset, say: Any) -> Iterator[Control]:
    """A setting of the case that can be moved, if it is one."""
    value = figure.numbers["value"]
    if not figure.path or isinstance(value, str):
        return
    path, name = tuple(map(str, figure.path)), figure.name
    if name == "target_group":
        most = min(_GROUPS * value, scenario.population.persons)  # a group is some of those who are simulated
        yield Control(name, "case", say(name), "", float(value), 1.0, float(most), 1.0, path)
    elif name in ("horizon_years", "horizon_to_age") and value is not None:
        years = _years(results)
        low = max(1.0, value - years + 1)
        if value > low:
            yield Control(name, "case", say(name), "", float(value), low, float(value), 1.0, path)
    elif name in ("discount_rate", "outcome_discount_rate") and isinstance(value, int | float):
        most = max(_MOST_DISCOUNT, 2.0 * value)
        yield Control(name, "case", say(name), say("per_year"), float(value), 0.0, most, 0.0025, path)


def _years(results: xr.Dataset) -> int:
    """Whole years that lives are followed."""
    return int(results.sizes["cycle"] * float(results.attrs["cycle_length_years"]))


def _of_figure(figure: Figure, name: str, group: str, label: str | None, language: Language) -> Control:
    value, bounds = float(figure.numbers["value"]), figure.bounds
    low = max(bounds.low if bounds is not None else 0.0, 0.0 if value >= 0 else _TIMES * value)
    high = bounds.high if bounds is not None else math.inf
    if group == "case":
        high = max(_MOST_DISCOUNT, 2.0 * value)
    elif high > 1.0:  # all but shares
        high = min(high, _TIMES * value if value > 0 else 1.0)
    low, high = float(f"{low:.6g}"), float(f"{high:.6g}")
    step = _nice((high - low) / _STEPS)
    if figure.interval != "none":  # the mean of a distribution is not at the end of what is possible
        low, high = (low + step if low == 0.0 else low), (high - step if high == 1.0 else high)
    unit = language.unit(figure.unit) if label is None else language.one_of(PHRASES["per_year"])
    if "price_year" in figure.numbers:
        unit = f"{unit}, {language.one_of(PHRASES['prices_of']).format(year=figure.numbers['price_year'])}"
    about = label or (f"{figure.about[:1].upper()}{figure.about[1:]}" if figure.about else name)
    return Control(name, group, about, unit, value, low, high, step, ("parameters", name))


def _nice(step: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that is about as large."""
    if step <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return float(f"{next(of for of in (1, 2, 5, 10) if of * power >= step * (1 - 1e-9)) * power:.6g}")


def sharings(scenario: Scenario) -> list[Sharing]:
    """Costs of interventions that another actor of the public sector could pay a share of."""
    public = [name for name, actor in scenario.actors.items() if actor.sector == "public"]
    found = []
    for name, intervention in scenario.interventions.items():
        for number, cost in enumerate(intervention.costs):
            payers = tuple(cost.actor) if isinstance(cost.actor, dict) else (str(cost.actor),)
            others = tuple(actor for actor in public if actor not in payers)
            if others:
                found.append(Sharing(f"{name}_{number}", name, number, payers, others))
    return found


def change_of(
    file: ScenarioFile, moved_to: Mapping[Control, float], shared: Mapping[Sharing, tuple[str, float]], why: str
) -> dict[str, Any]:  # fmt: skip
    """The override that moved controls amount to; empty where all are where they were.

    A figure is moved as one that is changed in a workbook: what says how uncertain it is moves with its value.

    Parameters
    ----------
    file
        The scenario of the run.
    moved_to
        Values of controls.
    shared
        Of costs, who else pays a share, and how large it is.
    why
        What is said of the source of a moved figure.

    Examples
    --------
    >>> file = simcore.read_scenario("textbook_chain")
    >>> results = simcore.simulate(file, draws=2, persons=50)
    >>> from simcore.report.language import Language
    >>> call = next(of for of in controls(file, results, Language.of("en")) if of.name == "call_out")
    >>> change_of(file, {call: 4000.0}, {}, "a guess")["parameters"]["call_out"]["distribution"]
    {'gamma': {'mean': 4000.0, 'sd': 800.0}}
    """
    change: dict[str, Any] = {}
    for control, value in moved_to.items():
        if value == control.value:
            continue
        new: Any = int(value) if control.step == 1.0 and float(value).is_integer() else value
        if control.path[0] == "parameters":
            entry = file.scenario.parameters[control.path[1]]
            unit = unit_named(entry.unit)
            assert unit is not None  # checked with the scenario
            new = {
                "distribution": moved(entry.distribution, unit, {"value": value}).written, "source": {"assumption": why}
            }  # fmt: skip
        _put(change, control.path, new)
    for cost, (actor, share) in shared.items():
        if share > 0:
            _share(change, file.scenario, cost, actor, share, why)
    return change


def _put(change: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    within: Any = change
    for step in path[:-1]:
        within = within.setdefault(step, {})
    within[path[-1]] = value


def _share(
    change: dict[str, Any], scenario: Scenario, of: Sharing, actor: str, share: float, why: str
) -> None:  # fmt: skip
    """Let an actor pay a share of a cost; who paid it pays the rest."""
    name = f"share_of_{actor}_in_{of.name}"
    _put(
        change, ("parameters", name),
        {
            "about": f"share of the cost of {of.intervention} that {actor} pays", "distribution": {"fixed": share},
            "unit": "share", "source": {"assumption": why},
        },
    )  # fmt: skip
    before = scenario.interventions[of.intervention].costs[of.number].actor
    rest = dict(before) if isinstance(before, dict) else {str(before): "rest"}
    for payer, part in rest.items():
        if part != "rest":  # of what is left to those who paid before
            left = f"share_of_{payer}_in_{of.name}"
            about = f"share of the cost of {of.intervention} that {payer} pays"
            _put(change, ("derived", left), {"about": about, "unit": "share", "formula": f"(1 - {name}) * {part}"})
            rest[payer] = left
    _put(change, ("interventions", of.intervention, "costs", of.number, "actor"), {actor: name, **rest})
