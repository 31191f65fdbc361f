"""Segments out of values, and messages with each value marked. Nothing enters a message without being escaped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from trivium.api import Composed, Kind, Part
from trivium_hl7.elements import describe, positions
from trivium_hl7.escapes import escape
from trivium_hl7.reader import Message, Segment
from trivium_hl7.separators import Separators

_HEADERS: Final = frozenset({"MSH", "FHS", "BHS"})


class Written(NamedTuple):
    """A field as it stands in another message with the same separators: taken over as it is."""

    text: str


ComponentValue: TypeAlias = str | Sequence[str]
"""A component, or its sub-components."""
Value: TypeAlias = str | Written | Sequence[ComponentValue]
"""A field: its only value, or its components."""


def segment_text(segment_id: str, values: Mapping[int, Value | list[Value]], separators: Separators) -> str:
    """A segment with these fields, by number; a list repeats. Empty fields and parts at the end are left out.

    Of a header, numbers below 3 are not for the caller: they are the separators. Raises `ValueError` where a value
    needs an escape character and none is declared.
    """
    header = segment_id in _HEADERS
    fields = [_field(values.get(number, ""), separators) for number in range(3 if header else 1, max(values) + 1)]
    start = [segment_id, encoding_characters(separators)] if header else [segment_id]
    return _joined(separators.field, [*start, *fields])


def encoding_characters(separators: Separators) -> str:
    """MSH-2."""
    s = separators
    return s.component + s.repetition + s.escape + s.subcomponent + s.truncation


def _field(value: Value | list[Value], separators: Separators) -> str:
    if isinstance(value, list):
        return _joined(separators.repetition, [_field(one, separators) for one in value])
    if isinstance(value, Written):
        return value.text
    if isinstance(value, str):
        return escape(value, separators)
    return _joined(separators.component, [_component(part, separators) for part in value])


def _component(value: ComponentValue, separators: Separators) -> str:
    if isinstance(value, str):
        return escape(value, separators)
    return _joined(separators.subcomponent, [escape(part, separators) for part in value])


def _joined(separator: str, parts: Iterable[str]) -> str:
    found = list(parts)
    while len(found) > 1 and not found[-1]:
        found.pop()
    if len(found) > 1 and not separator:
        raise ValueError("a separator is needed that is not declared")
    return separator.join(found)


def composed(
    message: Message, version: str, *, public: Sequence[tuple[str, int]] = (), told: Collection[str] = ()
) -> Composed:
    """The text of `message` as the host may show it: each value with what it would tell, the rest public.

    `public` names fields, by segment and number, whose values the caller knows already; `told` values that tell
    something where they come from, so that they are `TEXT` in a place that would be public otherwise.
    """
    marked = _parts(message, version, set(public), told)
    return Composed(parts=tuple(Part(text=text, phi=phi) for text, phi in _merged(marked)))


def _parts(
    message: Message, version: str, public: set[tuple[str, int]], told: Collection[str]
) -> Iterator[tuple[str, Kind | None]]:
    found = positions(message)
    following = next(found, None)
    for seg in message.segments:
        written, place = 0, len(seg.id)
        while following is not None and following.segment is seg:
            place = seg.text.index(following.text, place)  # nothing but separators stands between values
            yield seg.text[written:place], None
            known = (seg.id, following.path.field or 0) in public
            value = describe(following, version)
            kind = None if known else value.phi
            yield following.text, Kind.TEXT if kind is None and not known and value.value in told else kind
            written = place = place + len(following.text)
            following = next(found, None)
        yield seg.text[written:] + "\r", None


def _merged(parts: Iterable[tuple[str, Kind | None]]) -> Iterator[tuple[str, Kind | None]]:
    """Neighbors that are public as one."""
    open_text = ""
    for text, phi in parts:
        if phi is None:
            open_text += text
            continue
        if open_text:
            yield open_text, None
        open_text = ""
        yield text, phi
    if open_text:
        yield open_text, None


def field_text(seg: Segment, number: int) -> str:
    """A field as it is written; empty where it is not."""
    return seg.fields[number] if number < len(seg.fields) else ""
