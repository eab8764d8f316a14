"""Where every number comes from: the tables behind ``simcore sources``."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from simcore.report.dependence_words import correlation_words, joint_words
from simcore.report.phrases import value_words
from simcore.scenario.dependence import Correlation, Joint
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Evidenced, Parameter, Scenario
from simcore.scenario.uses import uses


def provenance(file: ScenarioFile) -> dict[str, Any]:
    """Every number with its source, and the works used; for machines.

    Returns
    -------
    Dict with ``figures`` (one record for each parameter and table, with the places that use it) and ``works``
    (by key, each with the figures that rest on it).
    """
    scenario = file.scenario
    used_by = uses(scenario)
    figures = []
    for section, entries in (("parameters", scenario.parameters), ("tables", scenario.tables)):
        for name, entry in entries.items():
            place, line = file.places[(section, name)]
            figures.append({
                "name": name,
                "about": entry.about,
                "value": value_words(entry),
                "distribution": _distribution_words(entry),
                "unit": entry.unit,
                "price_year": entry.price_year,
                "grade": entry.quality,
                "evidence": entry.evidence,
                "work": entry.source.work,
                "where": entry.source.where,
                "as_printed": entry.source.as_printed,
                "assumption": entry.source.assumption,
                "conversion": entry.conversion,
                "checked_by": entry.checked_by,
                "used_for": used_by.get(name, []),
                "file": f"{place}:{line}",
            })  # fmt: skip
    figures += _together(file)
    works = {
        key: work.model_dump(exclude_none=True)
        | {"figures": [figure["name"] for figure in figures if figure["work"] == key]}
        for key, work in scenario.sources.items()
    }
    cited = {key: work for key, work in works.items() if work["figures"]}
    return {"figures": figures, "works": cited}


def _together(file: ScenarioFile) -> list[dict[str, Any]]:
    """A record for each entry that says how figures are drawn together: it has a source of its own."""
    scenario = file.scenario
    entries: list[tuple[tuple[str, str | int], str, Joint | Correlation, str]] = [
        *((("joint", name), f"joint.{name}", joint, joint_words(joint)) for name, joint in scenario.joint.items()),
        *(
            (("correlations", number), f"correlations[{number}]", entry, correlation_words(entry))
            for number, entry in enumerate(scenario.correlations)
        ),
    ]
    return [
        {
            "name": name,
            "about": entry.about,
            "value": words,
            "distribution": None,
            "unit": "",
            "price_year": None,
            "grade": entry.quality,
            "evidence": None,
            "work": entry.source.work,
            "where": entry.source.where,
            "as_printed": entry.source.as_printed,
            "assumption": entry.source.assumption,
            "conversion": None,
            "checked_by": entry.checked_by,
            "used_for": entry.members,
            "file": f"{file.places[path][0]}:{file.places[path][1]}",
        }
        for path, name, entry, words in entries
    ]


def provenance_tables(file: ScenarioFile) -> RenderableType:
    """Every number with its source, then the works, then how many figures there are of each grade."""
    record = provenance(file)
    table = Table(title=f"Figures of {file.name}", title_justify="left", title_style="bold", pad_edge=False)
    table.add_column("Figure", overflow="fold")
    table.add_column("Value", overflow="fold")
    table.add_column("Grade")
    table.add_column("Source, and the number as printed", overflow="fold", ratio=3)
    table.add_column("Used for", overflow="fold", ratio=2)
    for figure in record["figures"]:
        if figure["work"] is not None:
            source = f"{figure['work']}, {figure['where']}: {figure['as_printed']}"
        else:
            source = f"Assumption: {figure['assumption']}"
        if figure["conversion"]:
            source += f". Conversion: {figure['conversion']}"
        year = f", {figure['price_year']} prices" if figure["price_year"] else ""
        unit = "" if figure["price_year"] else f" {figure['unit']}"
        spread = f"\n{figure['distribution']}" if figure["distribution"] else ""
        table.add_row(
            Text(figure["name"]), Text(f"{figure['value']}{unit}{year}{spread}"), figure["grade"], Text(source),
            Text("; ".join(figure["used_for"]) or "nothing"),
        )  # fmt: skip
    works = Table(title="Works", title_justify="left", title_style="bold", pad_edge=False, show_header=False)
    works.add_column(overflow="fold")
    works.add_column(overflow="fold", ratio=3)
    for key, work in record["works"].items():
        seen = f" Seen in: {work['seen_in']}." if "seen_in" in work else ""
        address = f" {work['url']}" if "url" in work else ""
        works.add_row(Text(key), Text(f"{work['by']} ({work['year']}): {work['title']}.{seen}{address}"))
    return Group(table, Text(), works, Text(), Text(_counts(file.scenario)))


def _distribution_words(entry: Evidenced) -> str | None:
    """The distribution of an uncertain figure as it was written; None for a number without uncertainty."""
    if not isinstance(entry, Parameter) or entry.distribution.is_fixed:
        return None
    return entry.distribution.written


def _counts(scenario: Scenario) -> str:
    qualities = [entry.quality for entry in [*scenario.parameters.values(), *scenario.tables.values()]]
    counts = {quality: qualities.count(quality) for quality in sorted(set(qualities))}
    words = ", ".join(f"{count} {'assumed' if q == 'assumed' else f'grade {q}'}" for q, count in counts.items())
    return f"{len(qualities)} figures: {words}."
