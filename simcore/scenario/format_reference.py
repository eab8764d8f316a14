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

from simcore.scenario.csv_files import PARAMETER_COLUMNS
from simcore.scenario.dependence import Correlation, Dirichlet, Joint, MultivariateNormal, Sample, Square
from simcore.scenario.fields import options
from simcore.scenario.json_schema import json_schema
from simcore.scenario.quantities import UNITS, any_of
from simcore.scenario.schema import (
    Accrual,
    Actor,
    Alternative,
    Calibration,
    Cashable,
    Citation,
    Counted,
    Derived,
    Discount,
    Displacement,
    Domain,
    DropOut,
    Effect,
    Enrolment,
    Entry,
    Fade,
    Horizon,
    Intervention,
    Label,
    Memory,
    Modifier,
    Money,
    Move,
    Outcome,
    OutcomePart,
    Parameter,
    Population,
    Price,
    Prior,
    ProgrammeCost,
    PublicFunds,
    Scale,
    Scenario,
    Start,
    Table,
    Target,
    TargetPopulation,
    Trait,
    VariableLabel,
    Work,
)
from simcore.uncertainty.distributions import FORMS, JOINT

#: Everything below this line of ``scenarios/README.md`` is generated.
MARK = "<!-- generated from the schema: do not edit below -->"
SCHEMA_FILE = "scenario.schema.json"
_ENTRIES: tuple[tuple[str, type[Entry]], ...] = (
    ("The file", Scenario), ("population", Population), ("population.start", Start), ("population.horizon", Horizon),
    ("population.traits", Trait), ("parameters", Parameter),
    ("joint", Joint), ("multivariate_normal of joint", MultivariateNormal), ("dirichlet of joint", Dirichlet),
    ("empirical of joint", Sample), ("covariance or correlation as a file", Square), ("correlations", Correlation),
    ("tables", Table),
    ("source of a parameter or table", Citation), ("sources", Work), ("derived", Derived),
    ("domains", Domain), ("moves of a domain", Move), ("modifiers of a move", Modifier), ("memory", Memory),
    ("labels", VariableLabel), ("levels of a label", Label),
    ("actors", Actor), ("prices", Price), ("cashable of a price", Cashable), ("outcomes", Outcome),
    ("sum of an outcome", OutcomePart),
    ("interventions", Intervention), ("enrol of an intervention", Enrolment),
    ("drop_out of an intervention", DropOut), ("costs of an intervention", ProgrammeCost), ("scale of a cost", Scale),
    ("effects of an intervention", Effect), ("fade of an effect", Fade),
    ("displacement of an intervention", Displacement),
    ("money", Money), ("discount", Discount), ("accrual as weights", Accrual), ("public_funds", PublicFunds),
    ("alternatives", Alternative), ("calibration", Calibration), ("free parameters of a calibration", Prior),
    ("populations of a calibration", TargetPopulation), ("targets of a calibration", Target),
    ("count and of of a target", Counted),
)  # fmt: skip

#: What the columns of a CSV file of parameters say that are not a field of their own.
_CSV_COLUMNS = {
    "name": "name of the parameter; needed in every row",
    "distribution": "name of a distribution, whose numbers stand in columns of their own",
    "low_95": "lower end of `interval_95`",
    "high_95": "upper end of `interval_95`",
}

#: What the table of distributions does not say.
_DISTRIBUTION_WORDS = """\
- `interval_95` is `[lower end, upper end]`. `quantiles` have their level in front, between 0 and 1, at least two of
  them: `{0.05: 2.1, 0.5: 2.6, 0.95: 3.4}`.
- Two quantiles, or the interval alone of a `beta` or `gamma`, are met exactly. More of them are fitted by least squares
  of standard normal scores, and refused where one is missed by more than 0.25 of a standard deviation, with the
  quantiles that the nearest distribution has. The same holds for `mean` with `interval_95` of a `beta` or `gamma`,
  where the mean is kept; a `normal` or `lognormal` keeps its centre, and refuses an interval that is off it by more
  than a tenth of its width.
- Counts: `{events, of}` of a `beta` are those of a probability, `{events, exposure}` of a `gamma` those of a rate, with
  the exposure in the time that the rate is per (person-years).
- `mean` and `sd` of a `truncated_normal` are those of what lies between its ends, `location` and `scale` those of the
  normal distribution before it was cut. With one end, `sd` must be below the distance from the mean to it.
- `empirical` takes each value as often as its weight says; `file` is a CSV file, see below.
- `mixture` is exactly `point` with the probability `share`, and otherwise as `rest` says, a distribution by name:
  `{mixture: {point: 1, share: 0.3, rest: {lognormal: {interval_95: [0.5, 0.9]}}}}`.
- A CSV file of parameters has no columns for `quantiles`, `empirical` and `mixture`; they are written in YAML."""


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
            if (field.alias or name) in entry.NOT_WRITTEN:
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
    yield f"| `{JOINT}` | `{{{JOINT}: name}}` of an entry of `joint`, which draws it together with others |"
    yield f"\n{_DISTRIBUTION_WORDS}"
    yield from _csv_lines()
    yield "\n### Units\n"
    units = ", ".join(f"`{name}`" for name in UNITS)
    yield f"{units}, and money: `SEK per day`, `week`, `month`, `quarter`, `year`, `event`, `participant` or `person`."


def _csv_lines() -> Iterator[str]:
    """The columns of CSV files."""
    described = {
        name: field.description for entry in (Parameter, Citation) for name, field in entry.model_fields.items()
    }
    yield "\n### A CSV file of parameters\n"
    yield (
        "One parameter in a row, one field in a column; columns that no row needs may be left out, and so may cells. "
        "Commas, semicolons or tabs separate; with semicolons or tabs, decimals may be written with a comma.\n"
    )
    yield "| column | what it says |"
    yield "|---|---|"
    numbers = dict.fromkeys(field for forms in FORMS.values() for form in forms for field in form)
    for column in PARAMETER_COLUMNS:
        if column in numbers:
            names = [f"`{name}`" for name, forms in FORMS.items() if any(column in form for form in forms)]
            words = f"number of the distribution {any_of(names)}"
        elif column in _CSV_COLUMNS:
            words = _CSV_COLUMNS[column]
        else:
            words = described[column] or ""
            words += " (of `source`)" if column in Citation.model_fields else ""
        yield f"| `{column}` | {words} |"
    yield "\n### A CSV file of values\n"
    yield "What an `empirical` distribution is read from: a row for each value that may occur, and no other columns.\n"
    yield "| column | what it says |"
    yield "|---|---|"
    yield "| `value` | the number in the unit of the parameter |"
    yield "| `weight` | how likely it is beside the others, at least 0; without this column all are alike |"
    yield "\n### A CSV file of a table\n"
    yield "A row for each case; every column is needed, and there are no others.\n"
    yield "| column | what it says |"
    yield "|---|---|"
    yield "| each key in `by` | a level of an attribute, a state, or a whole number: `16`, `16-19`, `65+` |"
    yield "| `value` | the number in the unit of the table, or the name of a parameter |"


def _kind(annotation: Any, metadata: list[Any] | None = None) -> str:
    """What a field may be, in words."""
    words = []
    for option in options(annotation):
        origin, arguments = typing.get_origin(option), typing.get_args(option)
        if option is type(None):
            continue
        if origin is typing.Literal:
            words.append(", ".join(f"`{value}`" for value in arguments))
        elif origin is dict:
            words.append("a condition" if arguments[1] is Any else f"by name: {_kind(arguments[1])}")
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
