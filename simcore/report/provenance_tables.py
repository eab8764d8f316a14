"""Where every number comes from, for readers: figures, bibliography and assumptions, in any width of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simcore.analysis.evidence import QUALITIES, WEAK
from simcore.report.provenance import provenance
from simcore.report.purposes import driven_words
from simcore.report.quality import grade_words
from simcore.scenario.loading import ScenarioFile


def provenance_tables(file: ScenarioFile) -> RenderableType:
    """Every number with its source, then the works with what was taken from them, then what is assumed."""
    record = provenance(file)
    parts: list[RenderableType] = [Text(f"Figures of {file.name}", style="bold")]
    by_place: dict[str, list[dict[str, Any]]] = {}
    for figure in sorted(record["figures"], key=lambda figure: figure["shared"]):
        by_place.setdefault(str(figure["file"]).rpartition(":")[0], []).append(figure)
    for place, figures in by_place.items():
        whose = ", which others share" if figures[0]["shared"] else ""
        parts += [Text(), Text(f"In {place}{whose}", style="italic")]
        for figure in figures:
            parts += _figure(figure)
    parts += [Text(), Text("Works, and what was taken from them", style="bold")]
    for work in record["bibliography"]:
        parts += _work(work)
    parts += [Text(), Text("Assumed: no source was found", style="bold"), *_assumptions(record)]
    parts += list(_weak(record))
    if record["changes"]:
        parts += [Text(), Text("Other parts of what it extends that the case replaces", style="bold")]
        parts += [_indented(f"{change['path']} (was in {change['file']})") for change in record["changes"]]
    return Group(*parts, Text(), Text(_counts(record["figures"])))


def _indented(text: str, by: int = 4) -> RenderableType:
    return Padding(Text(text), (0, 0, 0, by), expand=False)


def _item(text: str) -> RenderableType:
    """An item of a list, whose further lines stand below its first."""
    grid = Table.grid(padding=(0, 1))
    grid.add_row(Text("-"), Text(text, overflow="fold"))
    return Padding(grid, (0, 0, 0, 4), expand=False)


def _figure(figure: dict[str, Any]) -> Iterator[RenderableType]:
    """A figure: name, value and grade, where it comes from, what it drives, and what it overrides."""
    head = Text(figure["name"], style="bold")
    if figure["price_year"]:
        amount = f"{figure['value']}, {figure['price_year']} prices"
    else:
        amount = f"{figure['value']} {figure['unit']}".rstrip()
    spread = f"; {figure['distribution']}" if figure["distribution"] else ""
    grade = f"; {grade_words(figure['grade'])}" if figure["grade"] else ""
    yield head + Text(f"  {amount}{spread}{grade}")
    if figure["about"]:
        yield _indented(f"{figure['about'][0].upper()}{figure['about'][1:]}.")
    if figure["work"] is not None:
        source = f"{figure['work']}, {figure['where']}: {figure['as_printed']}"
    else:
        source = f"Assumption: {figure['assumption']}"
    yield _indented(_sentence(source))
    if figure["conversion"]:
        yield _indented(_sentence(f"Conversion: {figure['conversion']}"))
    line = str(figure["file"]).rpartition(":")[2]
    yield _indented(f"Line {line}. Drives {driven_words(figure['drives']) or 'nothing'}.")
    for old in figure["overrides"]:
        field = f" as {old['field']}" if old["field"] else ""
        yield _indented(f"{figure['value']} here; {old['file']} has {old['value']}{field}.")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _work(work: dict[str, Any]) -> Iterator[RenderableType]:
    """A work as in a list of references, and under it each figure that was taken from it."""
    yield Text()
    head = Text(f"{work['by']} ({work['year']}). ", style="bold") + Text(_sentence(work["title"]), style="italic")
    yield head + Text(f" [{work['key']}]")
    if work["url"]:
        yield _indented(work["url"])
    if work["seen_in"]:
        yield _indented(f"Seen in: {work['seen_in']}")
    for use in work["uses"]:
        grade = f" [{use['grade']}]" if use["grade"] else ""
        text = f"{use['name']}{grade}, {use['where']}: {_sentence(str(use['as_printed']))}"
        yield _item(f"{text} For {driven_words(use['drives']) or 'nothing'}.")


def _assumptions(record: dict[str, Any]) -> Iterator[RenderableType]:
    """What is assumed, by what it drives first."""
    by_purpose: dict[str, list[str]] = {}
    for figure in record["figures"]:
        if figure["assumption"]:
            purpose = figure["drives"][0].partition(": ")[0] if figure["drives"] else "nothing"
            by_purpose.setdefault(purpose, []).append(figure["name"])
    for purpose, names in by_purpose.items():
        yield _indented(f"{purpose}: {', '.join(names)}")
    if not by_purpose:
        yield _indented("nothing")


def _weak(record: dict[str, Any]) -> Iterator[RenderableType]:
    """The weak figures that interventions rest on: nobody should read a result without knowing them."""
    if not any(record["interventions"].values()):
        return
    yield Text()
    yield Text(f"Weak or assumed figures that interventions rest on ({', '.join(WEAK)})", style="bold")
    for name, figures in record["interventions"].items():
        if figures:
            yield _indented(f"{name}: {', '.join(f'{of} ({grade_words(grade)})' for of, grade in figures.items())}")
    yield _indented("simcore run says which figures carry most of the spread of its results.")


def _counts(figures: list[dict[str, Any]]) -> str:
    """How many figures there are of each grade, and where they stand."""
    of_values = [figure for figure in figures if figure["section"] in ("parameters", "tables")]
    grades = [figure["grade"] for figure in of_values]
    words = ", ".join(f"{grades.count(grade)} {grade_words(grade)}" for grade in QUALITIES if grade in grades)
    shared = sum(figure["shared"] for figure in of_values)
    where = f" {shared} stand in files that others share." if shared else ""
    over = sum(bool(figure["overrides"]) for figure in of_values)
    where += f" {over} {'overrides' if over == 1 else 'override'} what is extended." if over else ""
    return f"{len(of_values)} figures: {words}.{where}"
