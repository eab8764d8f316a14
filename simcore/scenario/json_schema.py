"""The JSON Schema of scenario files, so that editors complete and check them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from simcore.scenario.dependence import Joint
from simcore.scenario.entries import NAME_SCHEMA, QUANTITY_SCHEMA, Entry
from simcore.scenario.evidence import UNIT_SCHEMA
from simcore.scenario.quantities import MONEY_PATTERN
from simcore.scenario.schema import Booking, Memory, Modifier, Price, ProgrammeCost, Scenario
from simcore.scenario.sections import NAMED_SECTIONS
from simcore.uncertainty.distributions import FORMS, JOINT

_INTEGER = {"type": "integer"}
_NAME = NAME_SCHEMA["pattern"].strip("^$")
_MOVE = f"{_NAME} -> {_NAME}"
#: Pieces that many fields share, kept once.
_SHARED = {"Name": NAME_SCHEMA, "Quantity": QUANTITY_SCHEMA, "Unit": UNIT_SCHEMA}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, or of a model that scenarios extend.

    Nothing is required where a file may extend another (at the top, and in ``population``); named sections may be
    files. What follows from names, such as whether an actor exists, is left to ``simcore check``.
    """
    schema: dict[str, Any] = _shared(Scenario.model_json_schema(by_alias=True))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "simcore scenario"
    definitions = schema["$defs"]
    for merged in (schema, definitions["Population"]):
        merged.pop("required")
    properties = schema["properties"]
    for section in NAMED_SECTIONS:
        description = properties[section].pop("description", "")
        properties[section].pop("minProperties", None)  # the rest may be in the model
        definitions[section] = properties[section]
        own, file = {"$ref": f"#/$defs/{section}"}, {"type": "string", "description": "a file"}
        properties[section] = {
            "description": description or f"{section} by name, a file, or a list of both",
            "anyOf": [own, file, {"type": "array", "items": {"anyOf": [own, file]}}],
        }
    properties["extends"] = {
        "description": "the model, or models, that this file builds on",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    properties["change"] = {
        "description": "what differs from what the file extends, in its sections; merges at every depth",
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"enum": list(Scenario.model_fields)},
    }
    free = definitions["Calibration"]["properties"]["free"]
    by_name = {key: free.pop(key) for key in list(free) if key not in ("description", "default")}
    free["anyOf"] = [{"type": "array", "items": {"$ref": "#/$defs/Name"}}, by_name]
    for entry in _below(Entry):
        for field in entry.NOT_WRITTEN:
            definitions[entry.__name__]["properties"].pop(field, None)
    for definition in definitions.values():
        for field in ("if", "while", "time_in"):
            if field in definition.get("properties", {}):
                _put(definition["properties"], field, "Condition")
    for name in ("Parameter", "Prior"):
        _put(definitions[name]["properties"], "distribution", "Distribution")
    definitions.pop("TableRow")
    definitions |= _SHARED
    definitions["Distribution"] = _distribution()
    definitions["Condition"] = _condition()
    definitions["Domain"]["properties"]["moves"]["propertyNames"] = {"pattern": f"^{_MOVE}$"}
    for name in ("Price", "Outcome", "OutcomePart", "Counted", "Effect"):
        definitions[name]["properties"]["move"]["pattern"] = rf"^{_NAME}\.{_MOVE}$"
    for name, rules in _rules().items():
        definitions[name]["allOf"] = rules
    return schema


def _below(kind: type[Entry]) -> Iterator[type[Entry]]:
    for entry in kind.__subclasses__():
        yield entry
        yield from _below(entry)


def _shared(node: Any) -> Any:
    """Refer to the shared pieces; names in front of a colon become a rule about them."""
    if isinstance(node, list):
        return [_shared(item) for item in node]
    if not isinstance(node, dict):
        return node
    for name, piece in _SHARED.items():
        if all(node.get(key) == value for key, value in piece.items()):
            rest = {key: value for key, value in node.items() if key not in piece and key != "title"}
            return {**rest, "$ref": f"#/$defs/{name}"}
    node = {key: _shared(value) for key, value in node.items()}
    if isinstance(node.get("patternProperties"), dict):
        (values,) = node.pop("patternProperties").values()
        node |= {"additionalProperties": values, "propertyNames": {"$ref": "#/$defs/Name"}}
    return node


def _put(properties: dict[str, Any], field: str, name: str) -> None:
    """Let a field be what is defined under a name; its description and whether it may be empty stay."""
    own = properties[field]
    piece = {"$ref": f"#/$defs/{name}"}
    empty = [option for option in own.get("anyOf", ()) if option == {"type": "null"}]
    kept = {key: own[key] for key in ("description", "default") if key in own}
    properties[field] = {**kept, "anyOf": [piece, *empty]} if empty else {**kept, **piece}


# --- rules between fields ----------------------------------------------------------------------


def _given(*fields: str) -> dict[str, Any]:
    """Each of the fields is there, and not empty."""
    return {"required": list(fields), "properties": {field: {"not": {"type": "null"}} for field in fields}}


def _one_of(fields: Iterable[str]) -> dict[str, Any]:
    return {"oneOf": [_given(field) for field in fields]}


def _together(one: str, other: str) -> list[dict[str, Any]]:
    """Both of two fields, or neither."""
    return [{"if": _given(one), "then": _given(other)}, {"if": _given(other), "then": _given(one)}]


def _booking_rules(kind: type[Booking]) -> list[dict[str, Any]]:
    rules = [_one_of(kind.KINDS)]
    for name in kind.KINDS:
        needs = kind.NEEDS[name]
        others = [{"not": _given(field)} for field in ("base", "from", "to", "actor") if field not in needs]
        rules.append({"if": _given(name), "then": {"allOf": [_given(*needs), *others]}})
    return rules


def _rules() -> dict[str, list[dict[str, Any]]]:
    """What fields of an entry ask of each other, by the name of the entry."""
    when = [
        _one_of(["while", "move"]),
        {"if": _given("if"), "then": _given("move")},
        {"if": _given("once"), "then": _given("while")},
    ]
    added_up = {
        "if": _given("sum"),
        "then": {"not": {"anyOf": [_given("while"), _given("move")]}},
        "else": {"allOf": when},
    }
    scale = [_one_of(Modifier.SCALES), _given("evidence"), {"not": _given("over", "hazard_ratio")}]
    money = {"required": ["unit"], "properties": {"unit": {"type": "string", "pattern": f"^{MONEY_PATTERN}$"}}}
    price_year = {"if": money, "then": _given("price_year"), "else": {"not": _given("price_year")}}
    graded = {"required": ["source"], "properties": {"source": _given("work")}}
    grade = {"if": graded, "then": _given("grade"), "else": {"not": _given("grade")}}
    return {
        "Citation": [_one_of(["work", "assumption"]), {"if": _given("work"), "then": _given("where", "as_printed")}],
        "Parameter": [price_year, grade],
        "Table": [price_year, grade, _one_of(["file", "values"])],
        "Horizon": [_one_of(["to_age", "years"])],
        "Modifier": scale,
        "Effect": [
            *scale,
            _one_of(["years", "cycles"]),
            {"not": _given("fade", "catch_up")},
            {"not": _given("catch_up", "to_age")},
        ],
        "Fade": [_one_of(["half_life", "linear"])],
        "Move": [_one_of(["probability", "rate"])],
        "Price": [*when, *_booking_rules(Price)],
        "ProgrammeCost": [*_booking_rules(ProgrammeCost), {"not": _given("years", "cycles")}],
        "Outcome": [added_up],
        "Counted": [added_up],
        "Target": [grade, _one_of(["standard_error", "sample_size"])],
        "OutcomePart": when,
        "Memory": [_one_of(Memory.KINDS)],
        "Derived": [price_year],
        "Joint": [_one_of(Joint.FORMS)],
        "MultivariateNormal": [_one_of(["covariance", "sd"]), *_together("sd", "correlation")],
        "Dirichlet": [_one_of(["counts", "mean"]), *_together("mean", "sample_size")],
        "Correlation": [_one_of(["between", "file"]), *_together("between", "coefficient")],
    }


# --- forms of their own ------------------------------------------------------------------------


def _condition() -> dict[str, Any]:
    """Parts by name: a value, a list of values, or a range; ``not`` holds a condition."""
    value = {"type": ["string", "integer"]}
    duration = {"type": "string", "pattern": "^[0-9]{1,6} (year|quarter|month)s?$"}
    ends = {end: {"anyOf": [_INTEGER, duration]} for end in ("at_least", "less_than")}
    band = {
        "type": "object",
        "properties": {"from": _INTEGER, "to": _INTEGER, **ends},
        "minProperties": 1,
        "additionalProperties": False,
    }
    return {
        "description": "{health: ill, age: {from: 16, to: 19}, work: [outside, sick], not: {sex: male}}",
        "type": "object",
        "properties": {"not": {"$ref": "#/$defs/Condition", "minProperties": 1}},
        "additionalProperties": {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}, band]},
    }


def _distribution() -> dict[str, Any]:
    """One distribution by name, with one of its sets of fields."""
    options = [_named(name, [_fields(form) for form in forms]) for name, forms in FORMS.items() if name != "fixed"]
    fixed = _named("fixed", [*(_fields(form) for form in FORMS["fixed"]), _NUMBER])
    return {"description": "a distribution by name", "anyOf": [fixed, *options, _named(JOINT, [NAME_SCHEMA])]}


_NUMBER: dict[str, Any] = {"type": "number"}
_NUMBERS: dict[str, Any] = {"type": "array", "items": _NUMBER, "minItems": 1}
#: What fields of distributions hold that is not a number.
_MORE_THAN_NUMBERS: dict[str, dict[str, Any]] = {
    "interval_95": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
    "quantiles": {
        "description": "values by their level: {0.05: 2.1, 0.95: 3.4}",
        "type": "object",
        "additionalProperties": _NUMBER,
        "propertyNames": {"pattern": r"^0\.[0-9]*[1-9][0-9]*$"},
        "minProperties": 2,
    },
    "file": {"type": "string", "description": "a CSV file with the column value, and perhaps weight"},
    "values": _NUMBERS,
    "weights": _NUMBERS,
    "rest": {"$ref": "#/$defs/Distribution"},
}


def _fields(form: tuple[str, ...]) -> dict[str, Any]:
    """One way to write a distribution."""
    return {
        "type": "object",
        "properties": {field: _MORE_THAN_NUMBERS.get(field, _NUMBER) for field in form},
        "required": list(form),
        "additionalProperties": False,
    }


def _named(name: str, ways: list[dict[str, Any]]) -> dict[str, Any]:
    """A distribution by name, written in one of its ways."""
    return {
        "type": "object",
        "properties": {name: {"anyOf": ways}},
        "required": [name],
        "additionalProperties": False,
    }
