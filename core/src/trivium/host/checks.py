"""What a tool must satisfy before it is served: a fault found here costs a plugin its place, not any privacy."""

from __future__ import annotations

import enum
import inspect
import types
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from trivium.api import Effect, Kind, Mark, Phi, PhiBy, Public, ToolSpec
from trivium.pipeline.redact import mark_among, withheld


class UnfitTool(ValueError):
    """A tool that the host will not serve."""


def check_tool(spec: ToolSpec) -> None:
    """Raises `UnfitTool` with the tool's name and what is wrong with it."""
    if not isinstance(spec, ToolSpec):
        raise UnfitTool("trivium_tools returns values made by @tool")
    try:
        _check_parameters(spec)
        _check_gates(spec)
        _Marks(required=spec.effect is not Effect.LOCAL).model(spec.output, spec.mark, spec.output.__name__)
    except UnfitTool as fault:
        raise UnfitTool(f"{spec.name}: {fault}") from None


def _check_parameters(spec: ToolSpec) -> None:
    if spec.missing:
        raise UnfitTool(f"nobody supplies {', '.join(sorted(spec.missing))}")
    arguments = spec.input.model_fields
    if spec.rehearsal is not None and (
        spec.rehearsal not in arguments or arguments[spec.rehearsal].annotation is not bool
    ):
        raise UnfitTool(f"its rehearsal {spec.rehearsal} is not one of its boolean arguments")
    if spec.preflight is not None:
        unknown = inspect.signature(spec.preflight).parameters.keys() - arguments.keys() - spec.supplied.keys()
        if unknown:
            raise UnfitTool(f"its preflight wants {', '.join(sorted(unknown))}, which the tool does not have")


def _check_gates(spec: ToolSpec) -> None:
    if not spec.effect.effectful:
        return
    if spec.safety is None:
        raise UnfitTool("it changes or moves something and declares no safety rules")
    if spec.safety.destination is not None and spec.safety.destination not in spec.input.model_fields:
        raise UnfitTool(f"its destination {spec.safety.destination} is not one of its arguments")
    if spec.safety.limits and spec.preflight is None:
        raise UnfitTool("it has limits and no preflight that could count")


_TEXTS: Final = [Annotated[hint, Phi(kind)] for kind in Kind for hint in (str, str | None)]
"""The usual ones, which need no trial: building an adapter takes longer than starting a plugin."""
_HARMLESS: Final = (bool, type(None))


class _Marks:
    """Walks a result's type: every leaf marked (where required), every mark usable."""

    def __init__(self, *, required: bool) -> None:
        self._required = required
        self._entered: set[tuple[type[BaseModel], Mark | None]] = set()

    def model(self, model: type[BaseModel], inherited: Mark | None, path: str) -> None:
        if model.model_config.get("extra") == "allow":
            raise UnfitTool(f"{path} allows fields that nobody has marked")
        if (model, inherited) in self._entered:
            return
        self._entered.add((model, inherited))
        for name, info in model.model_fields.items():
            mark = mark_among(info.metadata) or inherited
            if isinstance(mark, PhiBy):
                self._check_sibling(model, mark, f"{path}.{name}")
            if isinstance(mark, Phi | PhiBy) and not _can_be_withheld(info.rebuild_annotation()):
                raise UnfitTool(f"{path}.{name} carries patient data in a type that cannot hold a text in its place")
            self._type(info.annotation, mark, f"{path}.{name}")

    def _type(self, hint: Any, mark: Mark | None, path: str) -> None:
        origin = get_origin(hint)
        if origin is Annotated:
            hint, *metadata = get_args(hint)
            self._type(hint, mark_among(metadata) or mark, path)
        elif isinstance(hint, type) and issubclass(hint, BaseModel):
            self.model(hint, mark, path)
        elif origin in (Union, types.UnionType):
            for part in get_args(hint):
                self._type(part, mark, path)
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            if not isinstance(mark, Public):
                raise UnfitTool(f"{path} is a mapping, which can only be public")
        elif isinstance(origin, type) and issubclass(origin, list | tuple | AbstractSet):
            for part in get_args(hint):
                if part is not Ellipsis:
                    self._type(part, mark, path)
        elif mark is None and self._required and not _closed(hint):
            raise UnfitTool(f"{path} is not marked as public or as patient data")

    def _check_sibling(self, model: type[BaseModel], mark: PhiBy, path: str) -> None:
        sibling = model.model_fields.get(mark.field)
        if sibling is None or Kind not in (sibling.annotation, *get_args(sibling.annotation)):
            raise UnfitTool(f"{path} takes its kind from {mark.field}, which is not a field of type Kind beside it")


def _can_be_withheld(annotation: Any) -> bool:
    """A withheld value is a text in the value's place; the result's own schema must allow it there."""
    if annotation in _TEXTS:
        return True
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    for stand_in in (withheld(Kind.TEXT), [withheld(Kind.TEXT)]):
        try:
            adapter.validate_python(stand_in)
        except ValidationError:
            continue
        return True
    return _holds_models(annotation)


def _closed(hint: Any) -> bool:
    """Types whose values are chosen by the program."""
    return hint in _HARMLESS or get_origin(hint) is Literal or (isinstance(hint, type) and issubclass(hint, enum.Enum))


def _holds_models(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(_holds_models(part) for part in get_args(annotation))
