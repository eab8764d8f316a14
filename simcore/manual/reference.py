"""The reference of the manual, written from docstrings, the command line and the vocabulary of results.

Whatever Python or library made it, it is the same text: annotations stand as they are written in the source, and no
path, date or default of a machine is in it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import simcore
from simcore import errors
from simcore.manual.commands import command_lines
from simcore.manual.docstrings import Docstring, docstring_of, markdown
from simcore.vocabulary import ATTRIBUTES, COST_KINDS, ENDS, FURTHER_ATTRIBUTES, PARTS, VARIABLES

#: The file that is made, beside this module.
FILE = Path(__file__).with_name("reference.md")
#: Command that renews it.
RENEW = "python -m simcore.manual"

#: Headings, and the modules and packages whose public names stand below each; a module counts before its package.
GROUPS: dict[str, tuple[str, ...]] = {
    "Reading and running": (
        "simcore.scenario", "simcore.simulation", "simcore.trace", "simcore.resuming", "simcore.merging",
        "simcore.reproducing", "simcore.studies.until", "simcore.report.starting_case",
    ),
    "Results": ("simcore.storage", "simcore.repricing", "simcore.overriding", "simcore.analysis.own_table"),
    "Costs and outcomes": ("simcore.analysis",),
    "Uncertainty": (
        "simcore.analysis.prediction", "simcore.analysis.settled", "simcore.analysis.comparing",
        "simcore.analysis.summary", "simcore.analysis.groups",
    ),
    "Decisions": ("simcore.decisions",),
    "Sensitivity and value of information": (
        "simcore.analysis.sensitivity", "simcore.analysis.variance", "simcore.analysis.discovery",
        "simcore.analysis.net_benefit", "simcore.analysis.acceptability", "simcore.analysis.value_of_information",
        "simcore.analysis.proposed_study", "simcore.studies.tornado", "simcore.studies.sobol",
    ),
    "Studies": ("simcore.studies",),
    "Figures and reports": ("simcore.report", "simcore.explore"),
}  # fmt: skip
#: Heading of what is in no group.
_OTHERS = "Reading and running"
#: What each dim of the results is along.
DIMS = {
    "part": "half 0, half 1, and the target group, of the persons of a draw: " + ", ".join(f"`{of}`" for of in PARTS),
    "strategy": "what is simulated: the comparator, an intervention, or several together",
    "draw": "joint samples of all uncertain figures, by number",
    "group": "subgroups, `attribute: level`",
    "actor": "parties that bear costs; the coordinate `sector` says of each whether it is public",
    "cost_kind": "kinds of cost, those of them that occur: " + ", ".join(f"`{kind}`" for kind in COST_KINDS),
    "outcome": "outcomes of the scenario",
    "line": "prices and programme costs, before they are booked on actors",
    "meter": "situations in which persons are counted",
    "event": "events that are counted",
    "parameter": "parameters of the scenario",
    "end": "ends of a cycle: " + ", ".join(f"`{of}`" for of in ENDS),
    "cycle": "cycles, from 0",
    "year": "calendar years",
}


def reference() -> str:
    """The text of ``reference.md``.

    Examples
    --------
    >>> reference().splitlines()[0]
    '# Reference'
    """
    return "\n".join([*_beginning(), *_names(), *_errors(), *command_lines(), *_dataset(), *_format()]) + "\n"


def group_of(name: str, homes: Mapping[str, str]) -> str:
    """The heading that a public name stands below.

    Parameters
    ----------
    name
        One of ``simcore.__all__``.
    homes
        The module that each name comes from.

    Examples
    --------
    >>> group_of("evpi", {"evpi": "simcore.analysis.value_of_information"})
    'Sensitivity and value of information'
    """
    home = homes.get(name, "simcore")
    while home:
        for title, modules in GROUPS.items():
            if home in modules:
                return title
        home = home.rpartition(".")[0]
    return _OTHERS


def _beginning() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield f"<!-- generated: do not edit; `{RENEW}` renews it -->"
    yield ""
    yield "What every public name takes and gives, every command with its options, and what is in results. How to do"
    yield "something is told in the [README of simcore](../../README.md), and why it is computed so in"
    yield "[Method](method.md). Dims are in parentheses and units in brackets. `xr` is xarray."
    yield ""
    parts = ["Names in Python", "Errors", "Commands", "What is in results", "The scenario format"]
    yield from (f"- [{part}](#{_anchor(part)})" for part in parts)


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _names() -> Iterator[str]:
    homes: Mapping[str, str] = simcore._HOME
    names = sorted((name for name in simcore.__all__ if name != "__version__"), key=str.lower)
    yield "\n## Names in Python\n"
    yield "All of these are names of `simcore`: `import simcore`, then `simcore.read_scenario(...)`. The text"
    yield "`simcore.__version__` is the version. `help(simcore.NAME)` shows an example of each and further notes."
    for title in GROUPS:
        members = [name for name in names if group_of(name, homes) == title]
        if not members:
            continue
        yield f"\n### {title}\n"
        yield "| name | what it gives |"
        yield "|---|---|"
        for name in members:
            summary = docstring_of(getattr(simcore, name)).summary.replace("|", "\\|")
            yield f"| [`{name}`](#{name.lower()}) | {summary} |"
        for name in members:
            yield from _entry(name, getattr(simcore, name), homes[name])


def _entry(name: str, value: Any, home: str) -> Iterator[str]:
    """A name with its signature and docstring."""
    yield f"\n#### {name}\n"
    if callable(value):
        yield "```text"
        yield from signature_lines(name, value)
        yield "```\n"
    text = docstring_of(value)
    yield markdown(text.summary)
    if text.more:
        yield f"\n{markdown(text.more)}"
    for title in ("Parameters", "Attributes", "Returns", "Raises"):
        yield from _section(title, text)
    yield f"\nIn `{home}`."


def _section(title: str, text: Docstring) -> Iterator[str]:
    """A section of a docstring: its entries as a list, or its words where it has none."""
    if title not in text.sections:
        return
    yield f"\n**{title}**\n"
    entries = text.entries(title)
    if not entries:
        yield markdown(text.sections[title])
        return
    for name, words in entries:
        names = ", ".join(f"`{one.strip()}`" for one in name.split(","))
        yield f"- {names}: " + markdown(words).replace("\n", "\n  ")


def signature_lines(name: str, function: Any) -> list[str]:
    """A signature as it is written, on one line or with a line for each parameter.

    Examples
    --------
    >>> signature_lines("evpi", simcore.evpi)[:3]
    ['evpi(', '    net_benefit: xr.DataArray,', '    *,']
    """
    signature = inspect.signature(function)
    parts, keyword_only = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            parts.append("*")
        is_rest = parameter.kind is parameter.VAR_POSITIONAL
        stars = "*" if is_rest else "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        keyword_only = keyword_only or is_rest
        part = stars + parameter.name
        annotation = _written(parameter.annotation)
        part += f": {annotation}" if annotation else ""
        if parameter.default is not parameter.empty:
            part += f"{' = ' if annotation else '='}{_default(parameter.default)}"
        parts.append(part)
    returned = "" if inspect.isclass(function) else _written(signature.return_annotation)
    end = f") -> {returned}" if returned else ")"
    line = f"{name}({', '.join(parts)}{end}"
    return [line] if len(line) <= 100 else [f"{name}(", *(f"    {part}," for part in parts), end]


def _written(annotation: Any) -> str:
    """An annotation as it is written in the source; nothing where there is none."""
    if annotation is inspect.Parameter.empty:
        return ""
    return annotation if isinstance(annotation, str) else str(getattr(annotation, "__name__", annotation))


def _default(value: Any) -> str:
    """A default as one would write it."""
    if isinstance(value, str):
        return '"' + value + '"'
    if isinstance(value, float) and value.is_integer() and abs(value) >= 1e6:
        return f"{value:g}"
    plain = (bool, int, float, tuple, list, dict, type(None))
    return repr(value) if isinstance(value, plain) else type(value).__name__ + "()"


def _errors() -> Iterator[str]:
    yield "\n## Errors\n"
    yield "In `simcore.errors`. Whatever is refused is refused with one of these, and its text says what was found,"
    yield "what is allowed and what to do.\n"
    yield "| class | what it means |"
    yield "|---|---|"
    for name, value in vars(errors).items():
        if inspect.isclass(value) and issubclass(value, (errors.SimcoreError, Warning)):
            yield f"| `{name}` | {markdown(docstring_of(value).summary)} |"


def _dataset() -> Iterator[str]:
    yield "\n## What is in results\n"
    yield "`simcore.simulate` gives one xarray Dataset that describes itself; `simcore.save_results` keeps it. Each"
    yield "variable carries `units`, `long_name` and `description`. A cost above 0 leaves the actor, one below 0"
    yield "reaches it.\n"
    yield "### Variables\n"
    yield "| variable | dims | unit | what it holds |"
    yield "|---|---|---|---|"
    for name, of in VARIABLES.items():
        units = of.units.replace("{currency}", "currency").replace("{price_year}", "the price year")
        dims = ", ".join(f"`{dim}`" for dim in of.dims)
        yield f"| `{name}` | {dims} | {units} | {of.description}{'' if of.always else ' Not in all results.'} |"
    yield "\n### Dims\n"
    yield "| dim | what it is along |"
    yield "|---|---|"
    used = dict.fromkeys(dim for of in VARIABLES.values() for dim in of.dims)
    yield from (f"| `{dim}` | {DIMS[dim]} |" for dim in sorted(used, key=list(DIMS).index))
    yield "\nContrasts, such as `simcore.net_saving`, have `intervention` in place of `strategy`: all strategies but"
    yield "the comparator. Where they have views, `public_sector` and `society` stand behind the actors.\n"
    yield "### Attributes\n"
    yield "| attribute | what it says |"
    yield "|---|---|"
    yield from (f"| `{name}` | {words} |" for name, words in {**ATTRIBUTES, **FURTHER_ATTRIBUTES}.items())


def _format() -> Iterator[str]:
    yield "\n## The scenario format\n"
    yield "[`scenarios/README.md`](../../scenarios/README.md) describes every field of a scenario file, generated from"
    yield "the schema, and [`scenarios/scenario.schema.json`](../../scenarios/scenario.schema.json) is the schema for"
    yield "editors; `simcore schema` prints it."
