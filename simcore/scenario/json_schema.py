"""The JSON Schema of scenario files, so that editors complete and check them."""

from __future__ import annotations

from typing import Any

from simcore.scenario.reading import NAMED_SECTIONS
from simcore.scenario.schema import Scenario
from simcore.uncertainty.distributions import FORMS


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, or of a model that scenarios extend.

    Nothing is required at the top, because a file may extend another; named sections may be files.
    """
    schema = Scenario.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "simcore scenario"
    schema.pop("required", None)
    properties = schema["properties"]
    for section in NAMED_SECTIONS:
        own = properties[section]
        file_or_own = {"anyOf": [{"type": "string", "description": "a file"}, {"type": "object"}]}
        properties[section] = {
            "description": own.get("description", "") or f"{section} by name, a file, or a list of both",
            "anyOf": [own, {"type": "string", "description": "a file"}, {"type": "array", "items": file_or_own}],
        }
    properties["extends"] = {
        "description": "the model, or models, that this file builds on",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    definitions = schema["$defs"]
    definitions["Distribution"] = _distribution()
    definitions["Parameter"]["properties"]["distribution"] = {"$ref": "#/$defs/Distribution"}
    definitions["Table"]["properties"].pop("rows", None)
    definitions.pop("TableRow", None)
    return schema


def _distribution() -> dict[str, Any]:
    """One distribution by name, with one of its sets of fields."""
    number: dict[str, Any] = {"type": "number"}
    interval = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    options = []
    for name, forms in FORMS.items():
        ways: list[dict[str, Any]] = [
            {
                "type": "object",
                "properties": {field: interval if field == "interval_95" else number for field in form},
                "required": list(form),
                "additionalProperties": False,
            }
            for form in forms
        ]
        if name == "fixed":
            ways.append(number)
        options.append({
            "type": "object",
            "properties": {name: {"anyOf": ways}},
            "required": [name],
            "additionalProperties": False,
        })  # fmt: skip
    return {"description": "a distribution by name", "anyOf": options}
