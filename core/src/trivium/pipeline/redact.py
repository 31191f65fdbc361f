"""What leaves a tool, field by field. Works on the marks of typed results, never on patterns in text."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from trivium.api import PUBLIC, Kind, Mark, Phi, PhiBy, Public
from trivium.pipeline.marks import Field, fields_of, models_of

OPEN_KINDS: Final = frozenset({Kind.UID, Kind.ORDER, Kind.DATE})
"""Shown even when redacting: the keys and dates without which an agent cannot take the next step."""


class Unmarked(TypeError):
    """A leaf without a mark, or a value nobody declared: start-up checks leave only a plugin's bug as a cause."""


def withheld(kind: Kind) -> str:
    """What stands in the place of a value."""
    return f"[withheld: {kind.value}]"


@dataclass(frozen=True, slots=True)
class Redactor:
    """Turns a result into plain JSON values, with patient data withheld."""

    redact: bool = True

    def render(
        self, result: BaseModel, mark: Mark | None = None, *, declared: type[BaseModel] | None = None
    ) -> dict[str, Any]:
        """A result, the whole of it under `mark`. `declared` is the type a tool promised, if not the result's own.

        Raises `Unmarked`.
        """
        return _Rendering(self.redact, models_of(declared or type(result))).model(result, mark)


@dataclass(frozen=True, slots=True)
class _Rendering:
    redact: bool
    declared: frozenset[type[BaseModel]]
    """A value of any other model, such as a subclass with more fields, is nobody's promise."""

    def model(self, model: BaseModel, inherited: Mark | None) -> dict[str, Any]:
        """Every field, but for those that may be left out and hold nothing: a model reads what is not there faster."""
        if type(model) not in self.declared:
            raise Unmarked("a value of a type that the tool does not declare")
        return {
            field.name: self._value(value, settle(field, inherited, model))
            for field in fields_of(type(model))
            if (value := getattr(model, field.name)) is not None or not field.optional
        }

    def _value(self, value: Any, mark: Phi | Public | None) -> Any:
        if value is None:
            return None
        if isinstance(value, BaseModel):
            return self.model(value, mark)
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(item, mark) for item in value]
        if isinstance(value, Mapping):
            if not isinstance(mark, Public):
                raise Unmarked("a mapping whose keys and values are not public")
            return {str(key): self._value(item, mark) for key, item in value.items()}
        if mark is None:
            raise Unmarked("a leaf without a mark")
        if self.redact and isinstance(mark, Phi) and mark.kind not in OPEN_KINDS and value != "":
            return withheld(mark.kind)
        return _plain(value)


def counts_of(result: BaseModel, inherited: Mark | None) -> dict[str, Any]:
    """Public numbers, answers and lengths of a result, never its texts: what the audit trail keeps of it."""
    counts: dict[str, Any] = {}
    for field in fields_of(type(result)):
        value = getattr(result, field.name)
        if isinstance(value, list | tuple | set | frozenset | dict):
            counts[field.name] = len(value)
        elif isinstance(value, bool | int | float) and isinstance(settle(field, inherited, result), Public):
            counts[field.name] = value
    return counts


def settle(field: Field, inherited: Mark | None, parent: BaseModel) -> Phi | Public | None:
    """The mark that counts for a field: its own, else the one above it, else public for a closed choice.

    One that points to a sibling becomes that sibling's kind; anything unexpected there counts as free text.
    """
    mark = field.mark or inherited or (PUBLIC if field.closed else None)
    if not isinstance(mark, PhiBy):
        return mark
    kind = getattr(parent, mark.field, Kind.TEXT)
    if kind is None:
        return PUBLIC
    return Phi(kind if isinstance(kind, Kind) else Kind.TEXT)


def _plain(value: Any) -> str | int | float | bool:
    if isinstance(value, enum.Enum):
        return _plain(value.value)
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
