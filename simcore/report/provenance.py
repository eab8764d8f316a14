"""Where every number comes from, as records: what ``simcore sources`` shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from simcore.analysis.evidence import WEAK
from simcore.report.dependence_words import correlation_words, joint_words
from simcore.report.phrases import value_words
from simcore.report.quality import parameter_quality
from simcore.scenario.dependence import Correlation, Joint
from simcore.scenario.evidence import distribution_of
from simcore.scenario.fields import Path, path_text
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.schema import Evidenced, Parameter, Scenario
from simcore.scenario.uses import uses

#: What a place that uses a figure is for; the name of the entry comes behind.
_FOR = {
    ("interventions", "effects"): "effect of",
    ("interventions", "costs"): "cost of",
    ("interventions", "enrol"): "who takes part in",
    ("interventions", "drop_out"): "who leaves",
    ("interventions", "displacement"): "what is displaced by",
    ("prices",): "price",
    ("outcomes",): "outcome",
    ("memory",): "memory",
}
_ALONE = {
    "population": "who is simulated",
    "money": "prices of one year",
    "discount": "discounting",
    "accrual": "when costs are counted",
    "public_funds": "cost of public money",
}
#: Sections that hold figures, and those that each case has of its own: no news when they are replaced.
_FIGURES = ("parameters", "tables", "joint", "correlations", "calibration")
_ITS_OWN = (
    "title", "title_sv", "question", "question_sv", "about", "about_sv", "labels",
    "draws", "sampling", "seed", "sources", "alternatives",
)  # fmt: skip
#: Fields that say something of a figure.
_SAID = ("about", "about_sv", "source", "conversion", "grade", "evidence", "design", "valid_until", "checked_by")
#: What is said of an entry that was replaced and has no single value.
ANOTHER = "another entry"
#: Sections whose entries are figures themselves: what they are used for is what counts.
_THROUGH = ("tables", "derived", "traits")


def provenance(file: ScenarioFile) -> dict[str, Any]:
    """Every number with its source, and the works used; for machines.

    Returns
    -------
    Dict with

    - ``figures``: one record for each parameter, table, calibration target, figure that a population of the
      calibration has of its own, and entry that ties figures together, with
      the places that use it (``used_for``), what it drives in words (``drives``), the file and line it stands in,
      whether others share that (``shared``), and what it overrides there (``overrides``);
    - ``works``: by key, each with the names of the figures that rest on it;
    - ``bibliography``: the same works by author and year, each with what every figure taken from it is used for;
    - ``assumptions``: names of the figures that have no source, and are assumed;
    - ``interventions``: of each, the figures that it rests on which are weak or assumed, with their grades;
    - ``changes``: what else of that which it extends the case has replaced.
    """
    scenario = file.scenario
    figures = [*_figures(file), *_targets(file), *_of_populations(file), *_together(file)]
    works = {
        key: work.model_dump(exclude_none=True)
        | {"figures": [figure["name"] for figure in figures if figure["work"] == key]}
        for key, work in scenario.sources.items()
    }
    cited = {key: work for key, work in works.items() if work["figures"]}
    return {
        "figures": figures,
        "works": cited,
        "bibliography": _bibliography(cited, figures),
        "assumptions": [figure["name"] for figure in figures if figure["assumption"]],
        "interventions": weak_figures(scenario),
        "changes": _changes(file),
    }


def _figures(file: ScenarioFile) -> Iterator[dict[str, Any]]:
    """A record for each parameter and table."""
    scenario = file.scenario
    used_by, driven = uses(scenario), drives(scenario)
    for section, entries in (("parameters", scenario.parameters), ("tables", scenario.tables)):
        for name, entry in entries.items():
            yield {
                "name": name,
                "section": section,
                **_evidence(entry),
                "value": value_words(entry),
                "distribution": _distribution_words(scenario, name, entry),
                "used_for": used_by.get(name, []),
                "drives": driven.get(name, []),
                **_place(file, (section, name)),
            }


def _evidence(entry: Evidenced) -> dict[str, Any]:
    """What an entry says of its number."""
    return {
        "about": entry.about,
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
    }


def _targets(file: ScenarioFile) -> Iterator[dict[str, Any]]:
    """A record for each statistic that the scenario is fitted to, or held against."""
    calibration = file.scenario.calibration
    for name, target in (calibration.targets if calibration is not None else {}).items():
        fitted = target.use == "fit"
        yield {
            "name": f"calibration.targets.{name}",
            "section": "calibration",
            **_evidence(target),
            "value": f"{target.observed:.4g}",
            "distribution": f"error {target.error:.2g}",
            "used_for": ["calibration.free"] if fitted else ["calibration"],
            "drives": ["the fit of free figures" if fitted else "a check of the fit"],
            **_place(file, ("calibration", "targets", name)),
        }


def _of_populations(file: ScenarioFile) -> Iterator[dict[str, Any]]:
    """A record for each figure that a population of the calibration has of its own."""
    for population, of in file.populations.items():
        for section in ("parameters", "tables"):
            known = getattr(file.scenario, section)
            for name, entry in getattr(of.scenario, section).items():
                if entry == known.get(name):
                    continue
                place, line = of.places[section, name]
                yield {
                    "name": f"{name} of {population}",
                    "section": "calibration",
                    **_evidence(entry),
                    "value": value_words(entry),
                    "distribution": _distribution_words(of.scenario, name, entry),
                    "used_for": [f"calibration.populations.{population}"],
                    "drives": [f"who the statistics of {population} are about"],
                    "file": f"{place}:{line}",
                    "shared": place.startswith("shipped:/"),
                    "overrides": [],
                }


def _together(file: ScenarioFile) -> Iterator[dict[str, Any]]:
    """A record for each entry that says how figures are drawn together: it has a source of its own."""
    scenario = file.scenario
    entries: list[tuple[tuple[str, str | int], str, Joint | Correlation, str]] = [
        *((("joint", name), f"joint.{name}", joint, joint_words(joint)) for name, joint in scenario.joint.items()),
        *(
            (("correlations", number), f"correlations[{number}]", entry, correlation_words(entry))
            for number, entry in enumerate(scenario.correlations)
        ),
    ]
    for path, name, entry, words in entries:
        yield {
            "name": name,
            "section": path[0],
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
            "drives": [f"how {', '.join(entry.members)} vary together"],
            **_place(file, path),
        }


def _distribution_words(scenario: Scenario, name: str, entry: Evidenced) -> str | None:
    """The distribution of an uncertain figure as it was written; None for a number without uncertainty."""
    if not isinstance(entry, Parameter) or entry.distribution.is_fixed:
        return None
    of = next((joint for joint, together in scenario.joint.items() if name in together.members), None)
    words = entry.distribution.written if of is None else f"drawn with others in joint.{of}"
    free = scenario.calibration.free if scenario.calibration is not None else {}
    prior = free[name].distribution if name in free else None
    return words if prior is None else f"{words}, fitted from the prior {prior.written}"


def _place(file: ScenarioFile, path: Path) -> dict[str, Any]:
    """Where an entry stands, and what it, or a part of it, was written over."""
    place, line = file.places[path]
    overrides = [
        {
            "field": path_text(at[len(path) :]),
            "value": _replaced(at[len(path) :], old.value),
            "file": f"{old.file}:{old.line}",
        }
        for at, replaced in file.overridden.items()
        if at[: len(path)] == path
        for old in replaced
    ]
    return {"file": f"{place}:{line}", "shared": place.startswith("shipped:/"), "overrides": overrides}


def _replaced(field: Path, value: Any) -> str:
    """What a replaced entry, or field of one, said: its expected value where it has one."""
    distribution = value.get("distribution") if isinstance(value, Mapping) and not field else value
    if field in ((), ("distribution",)):
        try:
            read = distribution_of(distribution)
            if not read.is_joint:
                mean = f"{read.mean:,.0f}" if abs(read.mean) >= 1000 else f"{read.mean:.4g}"
                return mean + ("" if read.is_fixed else f", {read.written}")
        except (PydanticCustomError, AttributeError, TypeError):  # a table, or what only its file could tell
            pass
    return ANOTHER if isinstance(value, Mapping | list) else str(value)


def values_replaced(figure: Mapping[str, Any], another: str) -> list[tuple[str, str]]:
    """Values that a figure of `provenance` was written over, each with its place.

    `another` is said of one that is no single value. What was said of a figure in words is no value.
    """
    return [
        (another if old["value"] == ANOTHER else str(old["value"]), str(old["file"]))
        for old in figure["overrides"]
        if old["field"] not in _SAID
    ]


def drives(scenario: Scenario) -> dict[str, list[str]]:
    """What each figure is for in the end, through the tables and formulas that it stands in.

    Parameters
    ----------
    scenario
        A checked scenario.

    Returns
    -------
    By name of the figure, such as ``education: first_year -> dropped_out``, ``price prison``, ``effect of team``.
    """
    used_by = uses(scenario)
    known: dict[str, list[str]] = {}

    def of(name: str, seen: tuple[str, ...]) -> list[str]:
        if name in seen:
            return []
        if name not in known:
            found: list[str] = []
            for place in used_by.get(name, []):
                section, _, rest = place.partition(".")
                if place.startswith("population.traits."):
                    section, rest = "traits", place.removeprefix("population.traits.")
                entry = rest.partition(".")[0]
                found += of(entry, (*seen, name)) if section in _THROUGH else [_purpose(section, rest)]
            found = list(dict.fromkeys(found))
            if seen:
                return found
            known[name] = found
        return known[name]

    free = scenario.calibration.free if scenario.calibration is not None else {}
    names = [*scenario.parameters, *scenario.tables]
    return {name: [*of(name, ()), *(["fitted to statistics"] if name in free else [])] for name in names}


def _purpose(section: str, rest: str) -> str:
    """What a place in a scenario is for."""
    if section in _ALONE:
        return _ALONE[section]
    entry, _, below = rest.partition(".")
    if section == "domains":
        part, _, move = below.partition(".")
        return f"{entry}: {move.rsplit('.')[0]}" if part == "moves" else f"moves of {entry}"
    part = below.partition(".")[0].partition("[")[0]
    words = _FOR.get((section, part)) or _FOR.get((section,))
    return f"{words} {entry}" if words else f"{section} {entry}"


def weak_figures(scenario: Scenario) -> dict[str, dict[str, str]]:
    """Weak and assumed figures, with their grades, that each intervention's effects, costs and participants rest on."""
    quality, found = parameter_quality(scenario), drives(scenario)
    of_intervention = [words for (section, *_), words in _FOR.items() if section == "interventions"]
    return {
        name: {
            figure: quality[figure]
            for figure, purposes in found.items()
            if quality[figure] in WEAK and any(f"{words} {name}" in purposes for words in of_intervention)
        }
        for name in scenario.interventions
    }


def _bibliography(works: dict[str, Any], figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The works by author and year, with what each figure taken from them is used for."""
    fields = ("name", "where", "as_printed", "grade", "drives")
    listed = [
        {"key": key}
        | {field: work.get(field) for field in ("by", "year", "title", "url", "seen_in")}
        | {"uses": [{field: figure[field] for field in fields} for figure in figures if figure["work"] == key]}
        for key, work in works.items()
    ]
    return sorted(listed, key=lambda work: (str(work["by"]).casefold(), str(work["year"]), str(work["title"])))


def _changes(file: ScenarioFile) -> list[dict[str, Any]]:
    """What the case has replaced of what it extends, figures apart."""
    elsewhere = (*_FIGURES, *_ITS_OWN)
    return [
        {"path": path_text(path), "file": f"{replaced[0].file}:{replaced[0].line}"}
        for path, replaced in file.overridden.items()
        if path[0] not in elsewhere
    ]
