"""The scenario format, field by field, written from the schema.

``python -m simcore.scenario.format_reference scenarios`` renews the reference in ``scenarios/README.md`` and the JSON
Schema beside it; a test keeps both true.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from simcore.scenario.json_schema import json_schema
from simcore.scenario.quantities import UNITS
from simcore.scenario.schema import (
    Actor,
    Citation,
    Discount,
    Domain,
    Effect,
    Enrolment,
    Entry,
    Fade,
    Horizon,
    Intervention,
    Modifier,
    Money,
    Move,
    Outcome,
    Parameter,
    Population,
    Price,
    ProgrammeCost,
    PublicFunds,
    Scenario,
    Start,
    Table,
    Work,
)
from simcore.uncertainty.distributions import FORMS

#: Everything below this line of ``scenarios/README.md`` is generated.
MARK = "<!-- generated from the schema: do not edit below -->"
SCHEMA_FILE = "scenario.schema.json"
_ENTRIES: tuple[tuple[str, type[Entry]], ...] = (
    ("The file", Scenario), ("population", Population), ("population.start", Start), ("population.horizon", Horizon),
    ("parameters", Parameter), ("tables", Table), ("source of a parameter or table", Citation), ("sources", Work),
    ("domains", Domain), ("moves of a domain", Move), ("modifiers of a move", Modifier), ("actors", Actor),
    ("prices", Price), ("outcomes", Outcome), ("interventions", Intervention), ("enrol of an intervention", Enrolment),
    ("costs of an intervention", ProgrammeCost), ("effects of an intervention", Effect), ("fade of an effect", Fade),
    ("money", Money), ("discount", Discount), ("public_funds", PublicFunds),
)  # fmt: skip


def reference() -> str:
    """The generated part of ``scenarios/README.md``."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for title, entry in _ENTRIES:
        yield f"\n### {title}\n"
        yield inspect.cleandoc(entry.__doc__ or "").split("\n\n")[0].replace("\n", " ") + "\n"
        yield "| field | required | what it says | may be |"
        yield "|---|---|---|---|"
        for name, field in entry.model_fields.items():
            if name == "rows":
                continue
            required = "yes" if field.is_required() else ""
            default = field.get_default(call_default_factory=False)
            shown = default if isinstance(default, str | bool | int | float) else None
            words = field.description or ""
            if default is not PydanticUndefined and shown is not None:
                words += f"{'; ' if words else ''}by default {str(shown).lower() if isinstance(shown, bool) else shown}"
            yield f"| `{field.alias or name}` | {required} | {words} | {_kind(field.annotation, field.metadata)} |"
    yield "\n### Distributions\n"
    yield "| name | written as |"
    yield "|---|---|"
    for distribution, forms in FORMS.items():
        ways = " or ".join("`{" + ", ".join(form) + "}`" for form in forms)
        yield f"| `{distribution}` | {ways} |"
    yield "\n### Units\n"
    units = ", ".join(f"`{name}`" for name in UNITS)
    yield f"{units}, and money: `SEK per day`, `week`, `month`, `quarter`, `year`, `event` or `participant`."


def _kind(annotation: Any, metadata: list[Any] | None = None) -> str:
    """What a field may be, in words."""
    words = []
    for option in _options(annotation):
        origin, arguments = typing.get_origin(option), typing.get_args(option)
        if option is type(None):
            continue
        if origin is typing.Literal:
            words.append(", ".join(f"`{value}`" for value in arguments))
        elif origin is dict:
            words.append(f"by name: {_kind(arguments[1])}")
        elif origin is list:
            words.append(f"list of {_kind(arguments[0])}")
        elif inspect.isclass(option) and issubclass(option, Entry):
            words.append(_titles().get(option, option.__name__.lower()))
        else:
            plain = {str: "text", int: "whole number", float: "number", bool: "true or false"}
            words.append(plain.get(option, "a distribution" if "Distribution" in str(option) else "any"))
    limits = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    for item in metadata or []:
        words += [
            f"{text} {getattr(item, key)}" for key, text in limits.items() if getattr(item, key, None) is not None
        ]
    return ", ".join(dict.fromkeys(words))


def _titles() -> dict[type[Entry], str]:
    return {
        entry: f"see [{title}](#{re.sub(r'[^a-z_ ]', '', title.lower()).replace(' ', '-')})"
        for title, entry in _ENTRIES
    }


def _options(annotation: Any) -> list[Any]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _options(typing.get_args(annotation)[0])
    if origin is typing.Union or "UnionType" in type(annotation).__name__:
        return [option for argument in typing.get_args(annotation) for option in _options(argument)]
    return [annotation]


def schema_text() -> str:
    """The JSON Schema as it stands in its file."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"


def renew(folder: Path) -> None:
    """Write the reference and the JSON Schema into the folder of the scenarios."""
    readme = folder / "README.md"
    head = readme.read_text(encoding="utf-8").split(MARK)[0]
    readme.write_text(head + MARK + "\n" + reference(), encoding="utf-8")
    (folder / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    renew(Path(sys.argv[1]))
