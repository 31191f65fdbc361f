"""JSON schemas of plain models, read off their fields.

Pydantic makes a schema by building the model's validator first, and checks at every step what its hooks could have
changed: 4 ms for each of the forty models of a start. Most models of tools have no hooks. For those the
same schema is written here; what is not certain to come out the same is left to pydantic (`NotPlain`).
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from trivium.api import Composed, Image
from trivium.api.phi import Block, Embedded, Phi, PhiBy, Public

Schema = dict[str, Any]


class NotPlain(Exception):
    """This model has something that pydantic alone knows the schema of."""


def plain_schema(model: type[BaseModel]) -> Schema:
    """What pydantic's own would be, but for derived titles and the order of keys. Raises `NotPlain`."""
    models = _Models()
    schema = models.schema(model)
    if model.__name__ in models.schemas:  # it holds itself, or one that is called the same
        raise NotPlain
    return {**schema, "$defs": models.schemas} if models.schemas else schema


_TYPES: Final[Mapping[type, str]] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_NULL: Final = {"type": "null"}
_SETTINGS: Final = frozenset({"frozen", "extra", "hide_input_in_errors", "defer_build", "title"})
"""Of a model's configuration what leaves the schema as it is, and `extra`, which is looked at."""
_HOOKS: Final = frozenset({"__get_pydantic_json_schema__", "__get_pydantic_core_schema__", "model_json_schema"})
_BOUNDS: Final[Mapping[type, tuple[str, str]]] = {
    Ge: ("ge", "minimum"),
    Gt: ("gt", "exclusiveMinimum"),
    Le: ("le", "maximum"),
    Lt: ("lt", "exclusiveMaximum"),
}
_LENGTH: Final[Mapping[type, tuple[str, str]]] = {
    MinLen: ("min_length", "minLength"),
    MaxLen: ("max_length", "maxLength"),
}
_ITEMS: Final[Mapping[type, tuple[str, str]]] = {MinLen: ("min_length", "minItems"), MaxLen: ("max_length", "maxItems")}
_SILENT: Final = (Public, Phi, PhiBy, Embedded, Block)
"""Annotations that say nothing of the type."""


@dataclass
class _Models:
    """The models and enumerations below one model, by the name under which the schema refers to them."""

    schemas: dict[str, Schema] = field(default_factory=dict)
    _owners: dict[str, type] = field(default_factory=dict)

    def schema(self, model: type[BaseModel]) -> Schema:
        if model in (Composed, Image):
            return model.__get_pydantic_json_schema__()  # theirs look at no argument
        _check_plain(model)
        properties = {name: self._field(info) for name, info in model.model_fields.items()}
        required = [name for name, info in model.model_fields.items() if info.is_required()]
        schema: Schema = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        if model.model_config.get("extra") == "forbid":
            schema["additionalProperties"] = False
        return schema | _described(model)

    def _field(self, info: FieldInfo) -> Schema:
        if any((info.alias, info.validation_alias, info.discriminator, info.deprecated, info.exclude)):
            raise NotPlain
        if info.examples or info.json_schema_extra or info.field_title_generator:
            raise NotPlain
        schema = self._type(info.annotation, *info.metadata)
        if not info.is_required() and info.default_factory is None:
            schema["default"] = to_jsonable_python(info.default)
        if info.description is not None:
            schema["description"] = info.description
        return schema

    def _type(self, hint: Any, *metadata: object) -> Schema:
        """Bounds and lengths hold for what is not null."""
        constraints = [one for one in metadata if not isinstance(one, _SILENT)]
        if isinstance(hint, type):
            return self._plain_type(hint, constraints)
        origin, parts = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self._type(parts[0], *parts[1:], *metadata)
        if origin in (Union, types.UnionType):
            return self._union(parts, constraints)
        if origin is Literal:
            return _checked(_literal(parts), constraints, {})
        if origin is not None:
            return _checked(self._container(origin, parts), constraints, _ITEMS)
        raise NotPlain

    def _plain_type(self, hint: type, constraints: list[object]) -> Schema:
        if hint in _TYPES:
            return _checked({"type": _TYPES[hint]}, constraints, _LENGTH if hint is str else _numeric(hint))
        return _checked({"$ref": f"#/$defs/{self._defined(hint)}"}, constraints, {})

    def _union(self, parts: tuple[Any, ...], constraints: list[object]) -> Schema:
        others = [part for part in parts if part is not types.NoneType]
        if len(others) > 1 and constraints:
            raise NotPlain
        nullable = [_NULL] if len(others) < len(parts) else []
        return {"anyOf": [*(self._type(part, *constraints) for part in others), *nullable]}

    def _container(self, origin: type, parts: tuple[Any, ...]) -> Schema:
        if origin is list or (origin is tuple and parts[1:] == (...,)):
            return {"type": "array", "items": self._type(parts[0])}
        if origin is tuple and parts and ... not in parts:
            size = len(parts)
            return {"type": "array", "minItems": size, "maxItems": size, "prefixItems": list(map(self._type, parts))}
        if origin is dict and parts[0] is str:
            return {"type": "object", "additionalProperties": self._type(parts[1])}
        raise NotPlain

    def _defined(self, hint: type) -> str:
        """The name of a model or enumeration, which is described once."""
        if not (issubclass(hint, BaseModel | Enum) and hint.__name__.isidentifier()):
            raise NotPlain
        name = hint.__name__
        if self._owners.setdefault(name, hint) is not hint:
            raise NotPlain
        if name not in self.schemas:
            self.schemas[name] = {}  # it may hold itself
            self.schemas[name] = self.schema(hint) if issubclass(hint, BaseModel) else _enumeration(hint)
        return name


def _check_plain(model: type[BaseModel]) -> None:
    """Raises `NotPlain` for a model with hooks, or with settings that could change its schema."""
    decorators = model.__pydantic_decorators__
    own = {
        name for base in model.__mro__ if issubclass(base, BaseModel) and base is not BaseModel for name in vars(base)
    }
    if (
        own & _HOOKS
        or any(getattr(decorators, one.name) for one in fields(decorators))
        or model.__pydantic_root_model__
        or model.__pydantic_generic_metadata__["args"]
        or not _SETTINGS.issuperset(model.model_config)
        or model.model_config.get("extra") == "allow"
    ):
        raise NotPlain


def _described(kind: type) -> Schema:
    return {"description": inspect.cleandoc(kind.__doc__)} if kind.__doc__ else {}


def _enumeration(kind: type[Enum]) -> Schema:
    if any(hasattr(kind, hook) for hook in _HOOKS):
        raise NotPlain
    return _values([member.value for member in kind]) | _described(kind)


def _literal(values: Sequence[Any]) -> Schema:
    schema = _values(values)
    return schema if len(values) > 1 else {"const": values[0], "type": schema["type"]}


def _values(values: Sequence[Any]) -> Schema:
    kinds = {type(value) for value in values}
    if len(kinds) != 1 or not kinds <= _TYPES.keys():
        raise NotPlain
    return {"enum": list(values), "type": _TYPES[kinds.pop()]}


def _numeric(hint: type) -> Mapping[type, tuple[str, str]]:
    return {} if hint is bool else _BOUNDS


def _checked(schema: Schema, constraints: list[object], allowed: Mapping[type, tuple[str, str]]) -> Schema:
    """With the constraints in it. Raises `NotPlain` for one that this type does not simply take."""
    for one in constraints:
        if type(one) not in allowed:
            raise NotPlain
        name, word = allowed[type(one)]
        if word in schema:
            raise NotPlain
        schema[word] = getattr(one, name)
    return schema
