"""Segments as text, through `trivium_hl7.composing`, which escapes every value."""

from __future__ import annotations

from typing import Final

from trivium_fhir.reverse.state import Components, Draft, Key
from trivium_hl7 import dictionary
from trivium_hl7.composing import ComponentValue, Value, segment_text
from trivium_hl7.separators import Separators

SEPARATORS: Final = Separators()
_UNICODE: Final = "UNICODE UTF-8"


def repetitions(draft: Draft, number: int, version: str) -> list[tuple[Key, Components]]:
    """The repetitions of a field: parts of one FHIR element together, and as many as the version has."""
    made: list[tuple[Key, Components]] = []
    for key, parts in sorted(draft.fields.get(number, {}).items()):
        if not parts:
            continue
        if made and same(made[-1][0], key):  # in order, what begins with a key follows it
            for place, text in parts.items():
                made[-1][1].setdefault(place, text)
        else:
            made.append((key, dict(parts)))
    return made[: _most(draft.id, number, version)]


def same(first: Key, second: Key) -> bool:
    """Whether they are of one element: one begins with the other."""
    return first[: len(second)] == second or second[: len(first)] == first


def _most(segment_id: str, number: int, version: str) -> int | None:
    definition = dictionary.exact_field(segment_id, number, version)
    return definition.maximum or None if definition and definition.maximum is not None else None


def text_of(draft: Draft, version: str) -> str:
    """The segment; of nothing but its name where no field has a value."""
    values: dict[int, Value | list[Value]] = {}
    for number in draft.fields:
        found = [_value(parts) for _, parts in repetitions(draft, number, version)]
        if found:
            values[number] = found
    return segment_text(draft.id, values, SEPARATORS) if values else draft.id


def _value(parts: Components) -> Value:
    last = max(component for component, _ in parts)
    return tuple(_component(parts, number) for number in range(1, last + 1))


def _component(parts: Components, number: int) -> ComponentValue:
    last = max((sub for component, sub in parts if component == number), default=1)
    return tuple(parts.get((number, sub), "") for sub in range(1, last + 1)) if last > 1 else parts.get((number, 1), "")


def message_text(drafts: list[Draft], version: str) -> str:
    """The message; MSH-18 says its character set where it has other characters than those of ASCII."""
    texts = [text_of(draft, version) for draft in drafts]
    if drafts and not drafts[0].has(18) and not all(text.isascii() for text in texts):
        drafts[0].set(18, _UNICODE)
        texts[0] = text_of(drafts[0], version)
    return "".join(f"{text}\r" for text in texts)
