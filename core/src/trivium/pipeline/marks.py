"""Reads the marks of a result's type: which leaf may be shown, counted, or has to be withheld."""

from __future__ import annotations

import enum
import math
import types
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from trivium.api import BLOCK, EMBEDDED, PUBLIC, Effect, Kind, Mark, Phi, ToolSpec
from trivium.api.phi import mark_among


@dataclass(frozen=True, slots=True)
class Field:
    """What redaction needs to know of one field of a model."""

    name: str
    mark: Mark | None
    """Its own, if it has one."""
    closed: bool
    """Whether its values are chosen by the program, so that without any mark it counts as public."""
    optional: bool
    """Whether it may be left out of the result when it holds nothing."""
    block: bool
    """Whether it is a text that is shown with its lines."""


@cache
def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """Raises `ValueError` for a field whose marks contradict each other."""
    return tuple(
        Field(name, mark_of(info), is_closed(info.annotation), not info.is_required(), BLOCK in info.metadata)
        for name, info in model.model_fields.items()
    )


def mark_of(info: FieldInfo) -> Mark | None:
    """A field's own mark, whether it stands on the field or on what it holds (`list[Annotated[str, PUBLIC]]`).

    Raises `ValueError` when not every part of the field has the same, which no rendering could honor.
    """
    own = mark_among(info.metadata)
    if not get_args(info.annotation):
        return own
    marks = set(_marks_of_parts(info.annotation, own))
    if len(marks) > 1:
        raise ValueError("parts with different marks")
    return next(iter(marks), own)


def _marks_of_parts(hint: Any, above: Mark | None) -> Iterator[Mark | None]:
    """The mark of each part that needs one; a contradiction gives both."""
    if get_origin(hint) is Annotated:
        inner, *metadata = get_args(hint)
        here = mark_among(metadata)
        if here and above and here != above:
            yield above
        yield from _marks_of_parts(inner, here or above)
    elif not is_closed(hint):
        parts = [part for part in get_args(hint) if part is not Ellipsis]
        for part in parts:
            yield from _marks_of_parts(part, above)
        if not parts:
            yield above


def is_closed(hint: Any) -> bool:
    """Types whose values are chosen by the program and can tell nothing of a patient."""
    if isinstance(hint, type):
        return hint in (bool, type(None)) or issubclass(hint, enum.Enum)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType, Annotated, list, tuple, set, frozenset):
        parts = get_args(hint)[:1] if origin is Annotated else get_args(hint)
        return bool(parts) and all(part is Ellipsis or is_closed(part) for part in parts)
    return origin is Literal


def is_plain_number(value: Any) -> bool:
    """A number that every reader of JSON can take, and that is too short to hold anything else."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) < 2**63


def is_model(hint: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(hint, type) and issubclass(hint, BaseModel)


def leaves_of(hint: Any) -> Iterator[Any]:
    """The types at the ends of an annotation: models, mappings, and everything that is no container."""
    origin = None if isinstance(hint, type) else get_origin(hint)
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
            yield from filter(is_model, leaves_of(part))
    else:
        yield hint


@cache
def marked(arguments: type[BaseModel]) -> tuple[tuple[str, Kind], ...]:
    """The parameters that carry patient data, each with its kind."""
    marks = ((name, mark_of(info)) for name, info in arguments.model_fields.items())
    return tuple((name, mark.kind) for name, mark in marks if isinstance(mark, Phi))


@cache
def embedding(arguments: type[BaseModel]) -> tuple[str, ...]:
    """The parameters in whose text stand-ins may stand."""
    return tuple(name for name, info in arguments.model_fields.items() if EMBEDDED in info.metadata)


def result_mark(spec: ToolSpec) -> Mark | None:
    """The mark on the whole of a tool's result, its own or by default.

    What a tool makes of the caller's own input and of its knowledge is public where it does not say otherwise; where
    the host puts patients' values into that input, it has to say.
    """
    own = spec.effect is Effect.LOCAL and not marked(spec.input) and not embedding(spec.input)
    return spec.mark or (PUBLIC if own else None)


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
                waiting += filter(is_model, leaves_of(info.annotation))
    return frozenset(found)
