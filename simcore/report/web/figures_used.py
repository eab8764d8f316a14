"""Every figure that a run rests on, the works behind them, and how it was run, as a report shows them."""

from __future__ import annotations

import json
import shlex
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simcore.analysis.evidence import WEAK
from simcore.report.provenance import provenance, values_replaced
from simcore.report.purposes import driven
from simcore.report.web.report_words import ReportWords
from simcore.scenario.loading import ScenarioFile, read_scenario
from simcore.scenario.shipped import shipped_scenarios

_ENDS = (0.05, 0.95)
#: What is left out of the command where it is what a run has anyway.
_USUAL = {"engine": "sampled", "sampling": "monte_carlo"}


@dataclass(frozen=True)
class FigureUsed:
    """A figure as it is read.

    Attributes
    ----------
    name, about
        Its id and what it is.
    value, unit, unsure
        Its expected value with the unit, and what it lies between in 90 of 100 draws.
    grade, is_weak
        Of its evidence.
    source, address
        Where it comes from, and where that is found on the web.
    remarks
        Its conversion, what it overrides.
    drives
        What it is for.
    place
        File and line.
    """

    name: str
    about: str
    value: str
    unit: str
    unsure: str
    grade: str
    is_weak: bool
    source: str
    address: str | None
    remarks: list[str]
    drives: str
    place: str


def figures_used(file: ScenarioFile, words: ReportWords) -> list[FigureUsed]:
    """Parameters and tables of a scenario, in their order."""
    record = provenance(file)
    return [
        _figure_used(figure, file, words)
        for figure in record["figures"]
        if figure["section"] in ("parameters", "tables")
    ]


def _figure_used(figure: dict[str, Any], file: ScenarioFile, words: ReportWords) -> FigureUsed:
    scenario, name = file.scenario, str(figure["name"])
    entry = scenario.parameters.get(name) or scenario.tables[name]
    unit = words.language.unit(str(figure["unit"] or ""))
    if figure["price_year"]:
        unit = f"{unit}, {words.say('prices_of', year=figure['price_year'])}"
    work = scenario.sources.get(str(figure["work"])) if figure["work"] else None
    if work is not None:
        source = f"{work.by} ({work.year}), {figure['where']}: {figure['as_printed']}"
    else:
        source = f"{words.say('assumption')}: {figure['assumption']}"
    remarks = [f"{words.say('conversion')}: {figure['conversion']}"] if figure["conversion"] else []
    replaced = values_replaced(figure, words.say("another"))
    remarks += [words.say("overrides", value=value, file=place) for value, place in replaced]
    about = str(figure["about"] or "")
    return FigureUsed(
        name, f"{about[:1].upper()}{about[1:]}", words.value(entry), unit, _unsure(name, words),
        words.grade(figure["grade"]), figure["grade"] in WEAK, source, _address(work.url if work else None), remarks,
        driven(figure["drives"], scenario, words.language), str(figure["file"]),
    )  # fmt: skip


def _address(url: str | None) -> str | None:
    """An address that may be opened: one of the web, and no script."""
    return url if url is not None and url.startswith(("https://", "http://")) else None


def _unsure(name: str, words: ReportWords) -> str:
    """What a figure lies between in 90 of 100 draws; nothing where it does not vary."""
    values = words.results["parameter_value"]
    if name not in values["parameter"].values:
        return ""
    drawn = values.sel(parameter=name).values
    if drawn.min() == drawn.max():
        return ""
    low, high = (float(of) for of in np.quantile(drawn, _ENDS))
    return f"{words.number(low)} – {words.number(high)}"


@dataclass(frozen=True)
class Work:
    """A work as in a list of references."""

    key: str
    text: str
    address: str | None
    uses: list[str]


def works(file: ScenarioFile) -> list[Work]:
    """The works that figures come from, by author and year, each with the figures taken from it."""
    return [
        Work(
            str(of["key"]),
            f"{of['by']} ({of['year']}). {of['title']}",
            _address(of["url"]),
            [f"{use['name']}, {use['where']}: {use['as_printed']}" for use in of["uses"]],
        )
        for of in provenance(file)["bibliography"]
    ]


def run_facts(words: ReportWords) -> Iterator[tuple[str, str]]:
    """How a run was made: heading and value."""
    about, language, results = words.results.attrs, words.language, words.results
    say, number = words.say, language.number
    yield say("scenario"), f"{words.scenario.title} ({about['scenario']})"
    if about.get("alternative"):
        yield say("alternative"), str(about["alternative"])
    yield say("comparator"), words.usual
    yield say("draws"), number(results.sizes["draw"])
    yield say("engine"), say("exact" if about["engine"] == "expected" else "sampled")
    if about["engine"] != "expected":
        yield say("persons"), number(float(about["n_persons"]))
    yield say("target_group"), words.target
    yield say("period"), f"{int(results['year'].values[0])}–{int(results['year'].values[-1])}"
    rate = say("by_year") if about.get("discount_by_year") else language.rate(float(about["discount_rate"]))
    yield say("discount"), rate
    yield say("price_year"), str(about["price_year"])
    yield say("sampling"), str(about.get("sampling", _USUAL["sampling"]))
    yield say("seed"), str(about["seed"])
    if given := json.loads(str(about.get("given", "[]"))):
        yield say("given"), ", ".join(map(str, given))
    yield say("content_hash"), str(about["content_hash"])
    yield say("version"), str(about["simcore_version"])
    versions = json.loads(str(about.get("versions", "{}")))
    yield say("versions"), ", ".join(f"{name} {of}" for name, of in versions.items())


def commands(words: ReportWords, source: str, target: str, case: str | None = None) -> list[str]:
    """Command lines that run the same again, and write the report.

    Parameters
    ----------
    words
        Of the report.
    source, target
        The results folder and the file of the report.
    case
        A file that holds the scenario of the results, where they are not stored.
    """
    language = words.language.code
    about = words.results.attrs
    lines = []
    name = str(about["scenario"]) if case is None and _is_shipped(about) else case
    if name is not None:
        run = f"simcore run {shlex.quote(name)} --draws {words.results.sizes['draw']}"
        run += "" if about["engine"] == "expected" else f" --persons {about['n_persons']}"
        run += f" --seed {about['seed']}"
        for option, usual in _USUAL.items():
            if str(about.get(option, usual)) != usual:
                run += f" --{option} {about[option]}"
        for group in dict.fromkeys(str(of).split(": ")[0] for of in words.results["group"].values):
            run += f" --by {group}"
        lines.append(run if case is None else f"{run} --out {shlex.quote(source)}")
    if case is None:
        lines.append(f"simcore run --again {shlex.quote(source)}")
    report = f"simcore report {shlex.quote(source)} --html {shlex.quote(target)}"
    return [*lines, report + ("" if language == "en" else f" --lang {language}")]


def _is_shipped(about: Mapping[str, Any]) -> bool:
    """Whether results are those of a shipped scenario as it is, with nothing given, changed or shared."""
    if about.get("alternative") or json.loads(str(about.get("given", "[]"))) or about.get("luck") == "shared":
        return False
    name = str(about["scenario"])
    if name not in shipped_scenarios():
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(read_scenario(name).content_hash == about["content_hash"])
