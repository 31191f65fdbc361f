"""What a tool must satisfy before it is served: a fault found here costs a plugin its place, not any privacy."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from trivium.api import BLOCK, EMBEDDED, PUBLIC, Composed, Effect, Image, Kind, Mark, Phi, PhiBy, Public, ToolSpec
from trivium.api.text_tool import Text
from trivium.host.schemas import schema_of
from trivium.pipeline.marks import is_closed, is_model, leaves_of, mark_of, models_of, result_mark
from trivium.pipeline.redact import withheld
from trivium.privacy.text import labeled


class UnfitTool(ValueError):
    """A tool that the host will not serve."""


def check_tool(spec: ToolSpec) -> None:
    """Raises `UnfitTool` with the tool's name and what is wrong with it."""
    if not isinstance(spec, ToolSpec):
        raise UnfitTool("trivium_tools returns values made by @tool")
    try:
        _check_parameters(spec)
        _check_marks_of_parameters(spec)
        _check_gates(spec)
        _check_bounds(spec)
        _Marks(required=result_mark(spec) is None).model(spec.output, spec.mark, spec.output.__name__)
        _check_schemas(spec)
    except UnfitTool as fault:
        raise UnfitTool(f"{spec.name}: {fault}") from None


def check_text(spec: ToolSpec) -> None:
    """The tool behind a resource or a prompt. Its types were checked when it was made, and no client sees a schema.

    Raises `UnfitTool`.
    """
    try:
        if spec.output is not Text or spec.effect is not Effect.LOCAL:
            raise UnfitTool("it does not give a text of its own")
        _check_parameters(spec)
    except UnfitTool as fault:
        raise UnfitTool(f"{spec.name}: {fault}") from None


def _check_parameters(spec: ToolSpec) -> None:
    if spec.missing:
        raise UnfitTool(f"nobody supplies {', '.join(sorted(spec.missing))}")
    arguments = spec.input.model_fields
    if renamed := [name for name, info in arguments.items() if info.alias or info.validation_alias]:
        raise UnfitTool(f"its argument {renamed[0]} has a second name")
    if spec.rehearsal is not None and (
        spec.rehearsal not in arguments or arguments[spec.rehearsal].annotation is not bool
    ):
        raise UnfitTool(f"its rehearsal {spec.rehearsal} is not one of its boolean arguments")
    if spec.preflight is not None:
        unknown = inspect.signature(spec.preflight).parameters.keys() - arguments.keys() - spec.supplied.keys()
        if unknown:
            raise UnfitTool(f"its preflight wants {', '.join(sorted(unknown))}, which the tool does not have")


def _check_marks_of_parameters(spec: ToolSpec) -> None:
    """The host puts values back for stand-ins in whole texts only: a mark anywhere else would promise too much."""
    for name, info in spec.input.model_fields.items():
        inside = [part for leaf in leaves_of(info.annotation) if is_model(leaf) for part in _fields_below(leaf)]
        try:
            mark, others = mark_of(info), [mark for part in inside if (mark := mark_of(part))]
        except ValueError:
            raise UnfitTool(f"its argument {name} has parts with different marks") from None
        if others or (mark and not (isinstance(mark, Phi) and info.annotation in (str, str | None))):
            raise UnfitTool(f"its argument {name} has a mark that is not Phi(kind) on a text")
        if EMBEDDED in info.metadata and (mark or not _is_text(info.annotation)):
            raise UnfitTool(f"its argument {name} is EMBEDDED and not a plain text, or a list of them")


def _is_text(hint: Any) -> bool:
    return hint in (str, str | None, list[str], list[str] | None)


def _fields_below(model: type[BaseModel]) -> list[FieldInfo]:
    return [info for one in models_of(model) for info in one.model_fields.values()]


def _check_bounds(spec: ToolSpec) -> None:
    """A policy bounds what is read by what the tool declares here."""
    arguments, results = spec.input.model_fields, spec.output.model_fields
    if spec.archive is not None and spec.archive not in arguments:
        raise UnfitTool(f"its archive {spec.archive} is not one of its arguments")
    if spec.rows is None:
        return
    if spec.rows.asked not in arguments or arguments[spec.rows.asked].annotation is not int:
        raise UnfitTool(f"its rows are bounded by {spec.rows.asked}, which is not one of its integer arguments")
    found = results.get(spec.rows.found)
    public = PUBLIC if spec.effect is Effect.LOCAL else None
    if found is None or found.annotation is not int or (mark_of(found) or spec.mark or public) != PUBLIC:
        raise UnfitTool(f"its rows are counted by {spec.rows.found}, which is not a public integer of its result")


def _check_gates(spec: ToolSpec) -> None:
    if not spec.effect.effectful:
        return
    if spec.safety is None:
        raise UnfitTool("it changes or moves something and declares no safety rules")
    if spec.safety.destination is not None and spec.safety.destination not in spec.input.model_fields:
        raise UnfitTool(f"its destination {spec.safety.destination} is not one of its arguments")
    if spec.safety.limits and spec.preflight is None:
        raise UnfitTool("it has limits and no preflight that could count")


def _check_schemas(spec: ToolSpec) -> None:
    """A client is shown both; they are made here so that a tool without one takes no other down later."""
    for model in (spec.input, spec.output):
        try:
            schema_of(model)
        except Exception as error:
            raise UnfitTool(f"{model.__name__} has no JSON schema ({type(error).__name__})") from None


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
            try:
                mark = mark_of(info) or inherited
            except ValueError:
                raise UnfitTool(f"{path}.{name} has parts with different marks; make each a field") from None
            if isinstance(mark, PhiBy):
                self._check_sibling(model, mark, f"{path}.{name}")
            if BLOCK in info.metadata and not (isinstance(mark, Public) and info.annotation in (str, str | None)):
                raise UnfitTool(f"{path}.{name} is a block and not a public text")
            if isinstance(mark, Phi | PhiBy) and not _can_be_withheld(info, mark):
                raise UnfitTool(f"{path}.{name} carries patient data in a type that cannot hold a text in its place")
            # What a sibling says of a container holds for all that is below it.
            self._leaves(info.annotation, Phi(Kind.TEXT) if isinstance(mark, PhiBy) else mark, f"{path}.{name}")

    def _leaves(self, hint: Any, mark: Mark | None, path: str) -> None:
        for leaf in leaves_of(hint):
            if leaf is Image and mark not in (PUBLIC, Phi(Kind.IMAGE)):
                raise UnfitTool(f"{path} is a picture, which is either public or of the kind image")
            if leaf is Composed:
                continue  # its parts say what they are
            if is_model(leaf):
                self.model(leaf, mark, path)
            elif isinstance(leaf, type) and issubclass(leaf, Mapping):
                if not isinstance(mark, Public):
                    raise UnfitTool(f"{path} is a mapping, which can only be public")
            elif mark is None and self._required and not is_closed(leaf):
                raise UnfitTool(f"{path} is not marked as public or as patient data")

    def _check_sibling(self, model: type[BaseModel], mark: PhiBy, path: str) -> None:
        sibling = model.model_fields.get(mark.field)
        if sibling is None or Kind not in (sibling.annotation, *get_args(sibling.annotation)):
            raise UnfitTool(f"{path} takes its kind from {mark.field}, which is not a field of type Kind beside it")


_TEXTS: Final = (str, str | None, list[str], list[str] | None, tuple[str, ...], tuple[str, ...] | None)
"""The usual ones, which need no trial when nothing but a mark is beside them: each trial builds a validator."""

_LONGEST: Final = labeled("x" * 100_000)


def _can_be_withheld(info: FieldInfo, mark: Phi | PhiBy) -> bool:
    """A text of the host's stands in the value's place; the result's own schema must allow it, whatever its length."""
    if info.annotation in _TEXTS and all(isinstance(one, Phi | PhiBy) for one in info.metadata):
        return True
    annotation = info.rebuild_annotation()
    if _holds(annotation, AbstractSet):
        return False  # the same text twice is one member
    if _holds(annotation, BaseModel):
        return True  # its own fields are looked at
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    kinds = [mark.kind] if isinstance(mark, Phi) else list(Kind)
    texts = [_LONGEST, *map(withheld, kinds)]
    return all(_fits(adapter, text) or _fits(adapter, [text]) for text in texts)


def _fits(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _holds(annotation: Any, kind: type) -> bool:
    """Whether a type of this kind stands anywhere in an annotation."""
    here = get_origin(annotation) or annotation
    return (isinstance(here, type) and issubclass(here, kind)) or any(
        _holds(part, kind) for part in get_args(annotation)
    )
