"""Reads the marks of a result's type: which leaf may be shown, counted, or has to be withheld."""

from __future__ import annotations

import enum
import types
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from trivium.api import PUBLIC, Mark, Phi, PhiBy, Public


@dataclass(frozen=True, slots=True)
class Field:
    """What redaction needs to know of one field of a model."""

    name: str
    mark: Mark | None
    """Its own, if it has one."""
    optional: bool
    """Whether it may be left out of the result when it holds nothing."""


@cache
def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    return tuple(Field(name, mark_of(info), not info.is_required()) for name, info in model.model_fields.items())


def mark_of(info: FieldInfo) -> Mark | None:
    """A field's own mark: on the field, on what it holds (`list[Annotated[str, PUBLIC]]`), or public for a closed type.

    Raises `ValueError` when the parts of a field carry different marks, which no rendering could honor.
    """
    marks = dict.fromkeys(m for m in info.metadata if isinstance(m, Phi | PhiBy | Public)) or dict.fromkeys(
        _marks_inside(info.annotation)
    )
    if len(marks) > 1:
        raise ValueError("more than one mark")
    return next(iter(marks), PUBLIC if is_closed(info.annotation) else None)


def _marks_inside(hint: Any) -> Iterator[Mark]:
    if get_origin(hint) is Annotated:
        yield from (m for m in get_args(hint)[1:] if isinstance(m, Phi | PhiBy | Public))
    for part in get_args(hint) if get_origin(hint) is not Literal else ():
        yield from _marks_inside(part)


def is_closed(hint: Any) -> bool:
    """Types whose values are chosen by the program and can tell nothing of a patient."""
    if get_origin(hint) in (Union, types.UnionType, Annotated, list, tuple, set, frozenset):
        parts = get_args(hint)[:1] if get_origin(hint) is Annotated else get_args(hint)
        return bool(parts) and all(part is Ellipsis or is_closed(part) for part in parts)
    if get_origin(hint) is Literal or hint in (bool, type(None)):
        return True
    return isinstance(hint, type) and issubclass(hint, enum.Enum)


def leaves_of(hint: Any) -> Iterator[Any]:
    """The types at the ends of an annotation: models, mappings, and everything that is no container."""
    origin = get_origin(hint)
    if origin is Annotated:
        yield from leaves_of(get_args(hint)[0])
    elif origin in (Union, types.UnionType) or (
        isinstance(origin, type) and issubclass(origin, list | tuple | AbstractSet)
    ):
        for part in get_args(hint):
            if part is not Ellipsis:
                yield from leaves_of(part)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield origin
        for part in get_args(hint):
            yield from (leaf for leaf in leaves_of(part) if isinstance(leaf, type) and issubclass(leaf, BaseModel))
    else:
        yield hint


@cache
def models_of(model: type[BaseModel]) -> frozenset[type[BaseModel]]:
    """The model and every model that its fields declare: the only ones a result may hold."""
    found: set[type[BaseModel]] = set()
    waiting = [model]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            for info in one.model_fields.values():
                leaves = leaves_of(info.annotation)
                waiting += [leaf for leaf in leaves if isinstance(leaf, type) and issubclass(leaf, BaseModel)]
    return frozenset(found)
