"""The JSON schemas that clients are shown, made once at start-up."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue


class _InOrder(GenerateJsonSchema):
    """As written: sorting the keys of every schema takes a third of the time and helps nobody."""

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        return value


@cache
def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a model, by field names, without the titles that pydantic derives from them."""
    schema: dict[str, Any] = _untitled(model.model_json_schema(by_alias=False, schema_generator=_InOrder))
    return schema


def _untitled(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # Under `properties` and `$defs` the keys are names, among them perhaps "title".
    return {
        key: {name: _untitled(part) for name, part in value.items()}
        if key in ("properties", "$defs")
        else _untitled(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
