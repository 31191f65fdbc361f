"""What leaves a tool, field by field. Works on the marks of typed results, never on patterns in text."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from trivium.api import PUBLIC, Kind, Mark, Phi, PhiBy, Public

OPEN_KINDS: Final = frozenset({Kind.UID, Kind.ORDER, Kind.DATE})
"""Shown even when redacting: the keys and dates without which an agent cannot take the next step."""


class Unmarked(TypeError):
    """A leaf without a mark where the tool has to mark them: start-up checks leave only a plugin's bug as a cause."""


def withheld(kind: Kind) -> str:
    """What stands in the place of a value."""
    return f"[withheld: {kind.value}]"


@dataclass(frozen=True, slots=True)
class Redactor:
    """Turns a result into plain JSON values, with patient data withheld.

    `unmarked_is_public` is right only for tools whose results come from the caller and the plugin's own knowledge.
    """

    redact: bool = True

    def render(
        self, result: BaseModel, mark: Mark | None = None, *, unmarked_is_public: bool = False
    ) -> dict[str, Any]:
        """Raises `Unmarked`."""
        return self._model(result, mark or (PUBLIC if unmarked_is_public else None))

    def _model(self, model: BaseModel, inherited: Mark | None) -> dict[str, Any]:
        """Every field, but for those that may be left out and hold nothing: a model reads what is not there faster."""
        return {
            name: self._value(value, _settle(own or inherited, model))
            for name, own, optional in _fields(type(model))
            if (value := getattr(model, name)) is not None or not optional
        }

    def _value(self, value: Any, mark: Phi | Public | None) -> Any:
        if value is None:
            return None
        if isinstance(value, BaseModel):
            return self._model(value, mark)
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


def _settle(mark: Mark | None, parent: BaseModel) -> Phi | Public | None:
    """A mark that points to a sibling becomes that sibling's kind; anything unexpected there counts as free text."""
    if not isinstance(mark, PhiBy):
        return mark
    kind = getattr(parent, mark.field, Kind.TEXT)
    if kind is None:
        return PUBLIC
    return Phi(kind if isinstance(kind, Kind) else Kind.TEXT)


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, Mark | None, bool], ...]:
    """Name, own mark, and whether the field may be left out."""
    return tuple((name, mark_among(info.metadata), not info.is_required()) for name, info in model.model_fields.items())


def mark_among(metadata: list[Any]) -> Mark | None:
    """The mark among a field's annotations."""
    marks: Iterator[Mark] = (m for m in metadata if isinstance(m, Phi | PhiBy | Public))
    return next(marks, None)


def _plain(value: Any) -> str | int | float | bool:
    if isinstance(value, enum.Enum):
        return _plain(value.value)
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
