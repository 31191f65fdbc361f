"""The JSON schemas that clients are shown, made once at start-up."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel

from trivium.host.plain_schemas import NotPlain, plain_schema


@cache
def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a model, by field names, without what costs a reader tokens and tells nothing.

    That is: titles that pydantic derives from names, and null as a way to leave out what can be left out.
    """
    try:
        schema = plain_schema(model)
    except NotPlain:
        schema = model.model_json_schema(by_alias=False)
    lean: dict[str, Any] = _lean(schema)
    return lean


def _lean(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_lean(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # Under `properties` and `$defs` the keys are names, among them perhaps "title".
    return {
        key: {name: _lean(part) for name, part in value.items()} if key in ("properties", "$defs") else _lean(value)
        for key, value in _absent_not_null(schema).items()
        if not (key == "title" and isinstance(value, str))
    }


def _absent_not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """`X or null, by default null` becomes `X`: the field is not required, and holds no null when it is there."""
    choices = schema.get("anyOf")
    if "default" not in schema or schema["default"] is not None or not isinstance(choices, list):
        return schema
    others = [choice for choice in choices if choice != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**others[0], **rest} if len(others) == 1 else {"anyOf": others, **rest}
