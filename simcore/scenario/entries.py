"""What all parts of a scenario file are made of: entries, names, texts and quantities."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from simcore.errors import shown
from simcore.scenario.limits import LONGEST_NAME


def refuse(found: object, allowed: str, hint: str = "", at: str = "") -> PydanticCustomError:
    """Make the error that the reader shows as found, allowed, hint; `at` is the field of an entry it is about."""
    context = {"found": shown(found), "allowed": allowed, "hint": hint, "at": at}
    return PydanticCustomError("scenario", "{allowed}", context)


def both(one: object) -> str:
    """Say that two alternatives are given, when this one is, or none."""
    return "both" if one is not None else "neither"


_NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
_RESERVED = tuple(
    sorted(
        {
            "age",
            "year",
            "not",
            "rest",
            "any",
            "start",
            "attribute",
            "value",
            "all",
            "cycle",
            "start_age",
            "boundary",
            "never",
            "and",
            "or",
            "if",
            "from",
            "to",
        }
    )
)
#: JSON Schema of a name that a file gives to something.
NAME_SCHEMA: dict[str, Any] = {"type": "string", "pattern": _NAME_PATTERN, "not": {"enum": list(_RESERVED)}}
#: JSON Schema of a quantity.
QUANTITY_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "string", "pattern": _NAME_PATTERN}, {"enum": [0, 1]}]}


def check_name(value: Any) -> Any:
    """Return a name that a file gives to something.

    Raises
    ------
    PydanticCustomError
        It is not spelt as names are, or means something else.
    """
    if not isinstance(value, str) or not re.fullmatch(_NAME_PATTERN, value):
        raise refuse(value, "a name: a small letter, then small letters, digits and _", _name_hint(value))
    if len(value) > LONGEST_NAME:
        raise refuse(value, f"a name of at most {LONGEST_NAME} characters")
    if value in _RESERVED:
        raise refuse(value, f"a name that means nothing else ({', '.join(_RESERVED)} are taken)")
    return value


#: An operator between its operands, or a function of something.
_FORMULA = re.compile(r"[a-z0-9_)] ?[*^] ?[a-z0-9_(]|\S [-+/] \S|^(exp|log|min|max|sqrt|if|abs)\(")


def _name_hint(value: Any) -> str:
    """A name like the one written that would be allowed."""
    if isinstance(value, str) and _FORMULA.search(value):
        return "a formula has a name of its own, in derived: {formula: ..., unit: ...}"
    letters = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
    return f"write {name}" if re.fullmatch(_NAME_PATTERN, name) and isinstance(value, str) and len(name) < 80 else ""


def _check_quantity(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refuse(value, "the name of a parameter, table or derived quantity")
    if isinstance(value, str):
        if not re.fullmatch(_NAME_PATTERN, value):
            raise refuse(value, "the name of a parameter, table or derived quantity", _name_hint(value))
        return value
    if value not in (0, 1):
        raise refuse(
            value,
            "the name of a parameter, table or derived quantity (only 0 and 1 may be written as numbers here)",
            "make it a parameter, with its unit and source",
        )
    return float(value)


Name: TypeAlias = Annotated[str, BeforeValidator(check_name), WithJsonSchema(NAME_SCHEMA)]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
#: The name of a parameter or table; 0 and 1 may be written as they are.
Quantity: TypeAlias = Annotated[str | float, BeforeValidator(_check_quantity), WithJsonSchema(QUANTITY_SCHEMA)]
Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]


#: What is said of a field whose name ends in `SWEDISH`.
IN_SWEDISH = "the same in Swedish"
#: End of the names of fields that say in Swedish what another one says.
SWEDISH = "_sv"


class Entry(BaseModel):
    """A part of a scenario file; its fields are written by their aliases (``if``, not ``if_``)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    #: Fields that a file may not give, or not here.
    NOT_WRITTEN: ClassVar[tuple[str, ...]] = ()
