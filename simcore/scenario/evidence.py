"""Numbers and where they come from: citations, works, parameters and tables."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from simcore.errors import did_you_mean, shown, with_article
from simcore.scenario.entries import IN_SWEDISH, Entry, Name, Number, Text, both, check_name, refuse
from simcore.scenario.expressions import Expression, ExpressionError, parse_expression
from simcore.scenario.limits import LARGEST_NUMBER
from simcore.scenario.quantities import MONEY_PATTERN, UNITS, Unit, percent_hint, unit_named, unit_words
from simcore.uncertainty.distributions import FORMS, JOINT, ROWS, Distribution, ImpossibleDistributionError, written_as


class Citation(Entry):
    """Where a number comes from: a work and the place in it, or a plain statement of assumption."""

    work: Name | None = Field(None, description="key of the work in sources.yaml")
    where: Text | None = Field(None, description="page, table or section")
    as_printed: str | int | float | None = Field(None, description="the number as it stands in the source")
    assumption: Text | None = Field(None, description="reason and range, when nobody has measured it")

    @model_validator(mode="after")
    def _one_of(self) -> Citation:
        if (self.work is None) == (self.assumption is None):
            raise refuse(
                both(self.work),
                "either a work (with where and as_printed) or an assumption",
                'source: {assumption: "why, and within which range"} is honest and allowed',
            )
        if self.work is not None and (self.where is None or self.as_printed is None):
            missing = [field for field in ("where", "as_printed") if getattr(self, field) is None]
            raise refuse(f"a work without {' and '.join(missing)}", "work, where and as_printed together")
        return self


class Work(Entry):
    """A work that numbers are taken from."""

    title: Text = Field(description="title of the work")
    by: Text = Field(description="authors or body")
    year: int | Text = Field(description="year of publication, or 'undated'")
    url: Text | None = Field(None, description="where it can be read")
    seen_in: Text | None = Field(None, description="the secondary source, when the original was not read")


def _check_unit(text: str) -> str:
    if unit_named(text) is None:
        hint = did_you_mean(text, UNITS)
        if match := re.fullmatch(r"(probability|rate) per (day|week|month|quarter)", text):
            hint = "convert the number to a year, and say in conversion how"
            if match[1] == "probability" and match[2] in ("month", "quarter"):
                hint = f"probability per cycle, where a cycle is a {match[2]}; otherwise {hint}"
        elif re.fullmatch(r"[^\W\d]{1,3} per [a-z]+", text):
            hint = "a currency is three capital letters, such as SEK"
        raise refuse(text, unit_words(), hint)
    return text


#: JSON Schema of a unit.
UNIT_SCHEMA: dict[str, Any] = {"anyOf": [{"enum": list(UNITS)}, {"type": "string", "pattern": f"^{MONEY_PATTERN}$"}]}
UnitText: TypeAlias = Annotated[Text, AfterValidator(_check_unit), WithJsonSchema(UNIT_SCHEMA)]
Grade: TypeAlias = Literal["A", "A2", "B", "B2", "C", "D"]
#: How an effect was measured: with a group drawn by lot or found otherwise, against the same persons before, ...
Design: TypeAlias = Literal["randomised", "comparison", "before_after", "cohort", "expert"]
Evidence: TypeAlias = Literal["causal", "associational", "assumed"]


def check_price_year(unit_text: str, price_year: int | None) -> None:
    """Check that money, and only money, has a price year.

    Raises
    ------
    PydanticCustomError
        It is missing, or there without need.
    """
    unit = unit_named(unit_text)
    assert unit is not None  # checked by the field
    if (unit.kind == "money") != (price_year is not None):
        found = f"{unit_text} without price_year" if price_year is None else f"price_year with {unit_text}"
        raise refuse(found, "price_year for money, and only for money", at="price_year")


class Evidenced(Entry):
    """What every number carries: what it is, unit, source and grade."""

    about: Text | None = Field(None, description="what the number is, in a sentence")
    about_sv: Text | None = Field(None, description=IN_SWEDISH)
    unit: UnitText = Field(description="'probability per year', 'odds ratio', 'SEK per month', ...")
    price_year: int | None = Field(None, description="year of the prices; required for money")
    source: Citation = Field(description="{work, where, as_printed}, or {assumption: reason and range}")
    conversion: Text | None = Field(None, description="how the number as printed became the number here")
    grade: Grade | None = Field(None, description="quality of the figure; required with a work")
    evidence: Evidence | None = Field(None, description="causal, associational or assumed")
    design: Design | None = Field(
        None, description="how it was measured: randomised, comparison, before_after, cohort or expert"
    )
    valid_until: int | None = Field(None, description="year after which the figure should be looked up again")
    checked_by: Text | None = Field(None, description="who typed it again from the source")

    @model_validator(mode="after")
    def _complete(self) -> Evidenced:
        check_price_year(self.unit, self.price_year)
        if self.source.work is not None and self.grade is None:
            raise refuse("a work without grade", "grade: A, A2, B, B2, C or D", at="source")
        if self.source.assumption is not None and self.grade is not None:
            allowed = "no grade: an assumption is reported as assumed"
            raise refuse(f"grade {self.grade} for an assumption", allowed, at="grade")
        return self

    @property
    def quality(self) -> str:
        """The grade, or "assumed"."""
        return self.grade or "assumed"


#: What a distribution may be called.
_DISTRIBUTIONS = (*FORMS, JOINT)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def distribution_of(value: Any) -> Any:
    """Read a distribution; ``{fixed: 0.5}`` and ``{joint: name}`` are written with their value directly."""
    if not isinstance(value, dict) or len(value) != 1:
        hint = f"{{fixed: {value}}} for a number without uncertainty" if _is_number(value) else ""
        raise refuse(value, f"one distribution by name: {', '.join(_DISTRIBUTIONS)}", hint)
    ((name, given),) = value.items()
    if name == JOINT:
        return Distribution(JOINT, {JOINT: check_name(given)})
    if name not in FORMS:
        raise refuse(name, f"one of {', '.join(_DISTRIBUTIONS)}", did_you_mean(str(name), _DISTRIBUTIONS))
    if name == "fixed" and not isinstance(given, dict):
        given = {"value": given}
    if not isinstance(given, dict):
        raise refuse(given, written_as(name))
    given = {field: _number_or_more(field, number) for field, number in given.items()}
    try:
        return Distribution(name, given)
    except ImpossibleDistributionError as error:
        raise refuse(error.found, error.allowed, error.hint) from None


def _number_or_more(field: Any, given: Any) -> Any:
    """Check the form of what a field of a distribution holds: mostly a number."""
    numbers = [given]
    match field:
        case "file" if isinstance(given, str):
            return given
        case "file":
            raise refuse(f"file: {shown(given)}", "the name of a CSV file with the column value, and perhaps weight")
        case _ if field == ROWS:
            return given  # read and checked with its file
        case "rest":
            rest = distribution_of(given)
            if rest.is_joint:
                raise refuse(f"rest: {shown(given)}", f"one distribution by name: {', '.join(FORMS)}")
            return {rest.name: rest.given}
        case "interval_95":
            if not isinstance(given, list) or len(given) != 2:
                raise refuse(given, "interval_95: [lower end, upper end]")
            numbers = given
        case "values" | "weights":
            if not isinstance(given, list):
                raise refuse(f"{field}: {shown(given)}", f"{field}: a list of numbers")
            numbers = given
        case "quantiles":
            if not isinstance(given, dict):
                raise refuse(f"quantiles: {shown(given)}", "quantiles by their level: {0.05: 2.1, 0.95: 3.4}")
            for level in given:
                if not _is_number(level):
                    percent = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?%", str(level))
                    hint = percent_hint(float(percent[1])) if percent else ""
                    raise refuse(f"quantiles with the level {shown(level)}", "levels between 0 and 1", hint)
            numbers = list(given.values())
    for item in numbers:
        if not _is_number(item):
            hint = "a number stands alone, without quotes, units or spaces between its digits"
            raise refuse(f"{field}: {shown(item)}", "a number", hint)
    return given


class Parameter(Evidenced):
    """A number that is not known exactly, or that is evidence: its distribution and where it comes from."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    distribution: Annotated[Distribution, BeforeValidator(distribution_of)] = Field(
        description="{fixed: x}, {beta: {mean, sd}}, {lognormal: {median, interval_95}}, ...",
        json_schema_extra={},
    )

    @model_validator(mode="after")
    def _in_range(self) -> Parameter:
        unit = unit_named(self.unit)
        assert unit is not None  # checked by Evidenced
        if not self.distribution.is_joint:  # its values are in an entry of their own
            check_range(self.distribution, unit)
        return self


def check_range(distribution: Distribution, unit: Unit) -> None:
    """Refuse a distribution with values that are impossible in its unit."""
    given = distribution.given
    match distribution.name:
        case "fixed":
            _check_value(given["value"], "", unit)
        case "empirical":
            values, weights = given.get("values", ()), given.get("weights")
            rows = [(value, 1, 0) for value in values]
            if weights is not None:
                rows = [(value, weight, 0) for value, weight in zip(values, weights, strict=True)]
            for value, weight, line in given.get(ROWS, rows):
                if weight > 0:
                    _check_value(value, f" in line {line} of {given['file']}" if line else "", unit)
        case "mixture":
            _check_value(given["point"], " as the point of a mixture", unit)
            ((name, fields),) = given["rest"].items()
            check_range(Distribution(name, fields), unit)
        case name:
            low, high = distribution.support
            outside = [f"below {unit.low:g}"] if low < unit.low else []
            outside += [f"above {unit.high:g}"] if high > unit.high else []
            if outside:
                raise refuse(
                    f"{with_article(name)} distribution, with values {' and '.join(outside)}",
                    unit.allowed,
                    "take one that stays inside: beta for shares, lognormal or gamma for ratios and costs",
                    at="distribution",
                )


def _check_value(value: float, place: str, unit: Unit) -> None:
    """Refuse a value that is impossible in its unit."""
    if not unit.accepts(value):
        raise refuse(f"{value:g}{place}", unit.allowed, unit.percent_hint(value), at="distribution")


class TableRow(Entry):
    """One row of a table: the keys it holds for and the value, a number or a parameter's name."""

    keys: dict[str, str | int]
    value: Number | Name


def _check_formula(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value!r}"
    if not isinstance(value, str):
        raise refuse(value, "a formula, such as 'exp(a + b * age)'")
    try:
        parse_expression(value)
    except ExpressionError as error:
        found = f"{error.found} at position {error.position} of {value}" if value.strip() else error.found
        hint = "a formula begins without =" if value.lstrip().startswith("=") else error.hint
        raise refuse(found, error.allowed, hint) from None
    return value


Formula: TypeAlias = Annotated[str, BeforeValidator(_check_formula), WithJsonSchema({"type": ["string", "number"]})]


class Table(Evidenced):
    """Numbers by age, attribute, state or phase, from a CSV file or written in place."""

    NOT_WRITTEN: ClassVar[tuple[str, ...]] = ("rows",)

    by: Annotated[list[str], Field(min_length=1)] = Field(description="columns that are keys: age, sex, ...")
    at: dict[str, Formula] = Field(
        default_factory=dict, description="formulas of keys that are looked up at another value: {age: age + 1}"
    )
    file: Text | None = Field(
        None, description="CSV file with the key columns and a column 'value'; by [from, to] also a square of states"
    )
    values: dict[str | int, Number | Name] | None = Field(
        None, description="in place, for one key: {16-17: p_young, 18+: p_older}"
    )
    rows: list[TableRow] | None = Field(None, description="filled from the file when it is read")

    @model_validator(mode="after")
    def _one_form(self) -> Table:
        if (self.file is None) == (self.values is None):
            raise refuse(both(self.file), "either file or values")
        twice = next((key for number, key in enumerate(self.by) if key in self.by[:number]), None)
        if twice is not None:
            raise refuse(f"{twice} a second time", "each key once", at="by")
        if self.values is not None and len(self.by) != 1:
            found = f"{len(self.by)} keys"
            raise refuse(found, "one key for values in place", "use a CSV file for several keys", at="by")
        return self

    def expression_at(self, key: str) -> Expression:
        """The formula of a key that is looked up at another value."""
        return parse_expression(self.at[key])

    @cached_property
    def cells(self) -> list[TableRow]:
        """The rows, whichever way they were written."""
        if self.rows is not None:
            return self.rows
        assert self.values is not None
        return [TableRow(keys={self.by[0]: key}, value=value) for key, value in self.values.items()]
