"""A scenario at a glance, for notebooks: what it asks, whom it is about, what is compared, how good its figures are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from simcore.errors import counted, shown

if TYPE_CHECKING:
    from simcore.scenario.schema import Scenario

#: Letters of a sentence, and names of a list.
_LONG, _NAMES = 220, 12
_STYLE = "text-align:left;vertical-align:top;padding:2px 10px 2px 0"


def scenario_html(scenario: Scenario, name: str = "") -> str:
    """A scenario as a small table in HTML, with nothing to load from elsewhere.

    Parameters
    ----------
    scenario
        A checked scenario.
    name
        What the case is called.
    """
    rows = "".join(
        f'<tr><th style="{_STYLE}">{escape(head)}</th><td style="{_STYLE}">{"<br>".join(map(escape, lines))}</td></tr>'
        for head, lines in _rows(scenario)
    )
    called = f' <span style="opacity:0.6">{escape(shown(name))}</span>' if name else ""
    question = f"<p><em>{escape(shown(scenario.question, _LONG))}</em></p>" if scenario.question else ""
    return f"<div><strong>{escape(shown(scenario.title, _LONG))}</strong>{called}{question}<table>{rows}</table></div>"


def scenario_words(scenario: Scenario, name: str) -> str:
    """A scenario on one line."""
    number = counted(len(scenario.interventions), "intervention")
    return f"<ScenarioFile {name}: {shown(scenario.title)}; {number}, {counted(len(scenario.parameters), 'figure')}>"


def _rows(scenario: Scenario) -> Iterator[tuple[str, list[str]]]:
    """What is told, by heading, in lines."""
    population = scenario.population
    start, horizon = population.start, population.horizon
    until = f"to age {horizon.to_age}" if horizon.to_age is not None else f"for {counted(horizon.years or 0, 'year')}"
    begun = f"from age {start.age}" if isinstance(start.age, int) else "from different ages"
    cohorts = f", {population.cohorts} cohorts, one a year" if population.cohorts > 1 else ""
    group = f"{population.target_group:,} {'person' if population.target_group == 1 else 'persons'}"
    yield "Decision about", [f"{group}{cohorts}, {begun} in {start.year} {until}, by the {scenario.cycle}"]
    yield (
        "Interventions",
        _several([f"{of.label or name}: {shown(of.about, _LONG)}" for name, of in scenario.interventions.items()])
        or ["none"],
    )
    strategies = [
        f"{name}: {' + '.join(members) or 'nothing new'}{' (compared with)' * (name == scenario.comparator)}"
        for name, members in scenario.strategies.items()
    ]
    yield "Strategies", _several(strategies)
    yield "Domains", _several([f"{name}: {', '.join(of.states)}" for name, of in scenario.domains.items()])
    if scenario.actors:
        yield "Actors", [_listed([of.label or name for name, of in scenario.actors.items()])]
    if scenario.outcomes:
        yield "Outcomes", [_listed([of.label or name for name, of in scenario.outcomes.items()])]
    if scenario.money is not None:
        rate = scenario.discount.money
        if isinstance(rate, str):
            of = scenario.parameters.get(rate)
            rate = f"{of.distribution.mean:g} (mean)" if of is not None else "a rate by year"
        yield (
            "Money",
            [f"{scenario.money.currency}, prices of {scenario.money.price_year}, discounted by {rate} a year"],
        )
    yield "Figures", [_figures(scenario)]
    illustrative = " The figures are made up to show how things work." if scenario.illustrative else ""
    draws = f"{scenario.draws:,} {'draw' if scenario.draws == 1 else 'draws'}"
    run = f"{draws} with {population.persons:,} persons each, if nothing else is said."
    yield "A run", [run + illustrative]


def _figures(scenario: Scenario) -> str:
    """How many figures there are, and of which grades."""
    entries = [*scenario.parameters.values(), *scenario.tables.values()]
    grades = Counter(entry.quality for entry in entries)
    order = sorted(grades, key=lambda grade: (grade == "assumed", grade))
    words = ", ".join(f"{grades[of]} {of if of == 'assumed' else f'of grade {of}'}" for of in order)
    return f"{len(entries)}: {words}" if entries else "none"


def _several(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - _NAMES
    return lines if more <= 0 else [*lines[:_NAMES], f"and {more} more"]


def _listed(names: list[str]) -> str:
    return ", ".join(_several([shown(name) for name in names]))
