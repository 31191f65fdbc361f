"""Read an HL7 v2 message of any version without losing anything (HL7 v2.9 chapter 2.5).

    message = parse_message(text_or_bytes)
    message.first("PID").value(5, component=2)

Five levels: segment, field, repetition, component, sub-component. A segment's fields are split when first asked for,
deeper levels each time they are asked for. `message.encode()` gives back the text that was read, with CR after each
segment and without framing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from trivium.api import BadInput, TooLarge
from trivium_hl7.charsets import codec_of, decode
from trivium_hl7.escapes import unescape
from trivium_hl7.framing import split_lines, unframe
from trivium_hl7.problems import MessageProblem, Note, SizeProblem
from trivium_hl7.separators import Separators, read_separators

Component: TypeAlias = str | tuple[str, ...]
"""Its text as it is written, or its sub-components where it has several."""
Repetition: TypeAlias = tuple[Component, ...]
FieldValue: TypeAlias = tuple[Repetition, ...]
"""A field: repetitions of components. A field without a value is `(("",),)`."""

NULL: Final = '""'
"""What a sender writes to delete a value; an empty field says nothing (HL7 v2.9 chapter 2.5.3)."""
_EMPTY: Final[FieldValue] = (("",),)
_HEADERS: Final = frozenset({"MSH", "FHS", "BHS"})
_NEVER: Final = "\r"
"""Stands inside no segment."""
_ID: Final = re.compile(r"[A-Z][A-Z0-9]{2}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may hold at the most, and one batch of them."""

    characters: int = 16_000_000
    """Characters of a text, bytes of a byte string."""
    segments: int = 20_000
    separators: int = 500_000
    """Field, repetition, component and sub-component separators together: what the parsed message weighs."""
    repetitions: int = 10_000
    """Of one field."""
    messages: int = 10_000
    """Messages and envelope segments of a batch."""


def subcomponents(component: Component) -> tuple[str, ...]:
    """The sub-components of a component: itself where it has no others."""
    return (component,) if isinstance(component, str) else component


class Segment:
    """One segment. Immutable; fields are counted from 1 as the standard does, and MSH-1 is the field separator."""

    __slots__ = ("_codec", "_fields", "_ordinal", "_separators", "_text")
    _fields: tuple[str, ...] | None

    def __init__(self, text: str, ordinal: int, separators: Separators, codec: str | None) -> None:
        self._text = text
        self._ordinal = ordinal
        self._separators = separators
        self._codec = codec
        self._fields = None

    @property
    def id(self) -> str:
        return self._text[:3]

    @property
    def text(self) -> str:
        """The line as it was read."""
        return self._text

    @property
    def ordinal(self) -> int:
        """Which segment of the message this is, from 1."""
        return self._ordinal

    @property
    def separators(self) -> Separators:
        return self._separators

    @property
    def fields(self) -> tuple[str, ...]:
        """Each field's text as it is written; `fields[0]` is the segment id."""
        if self._fields is None:
            separator = self._separators.field
            parts = self._text.split(separator)
            if parts[0] in _HEADERS and len(parts) > 1:
                parts.insert(1, separator)
            self._fields = tuple(parts)
        return self._fields

    def field(self, number: int) -> FieldValue:
        """A field's repetitions, components and sub-components as they are written."""
        fields = self.fields
        if not 0 < number < len(fields):
            return _EMPTY
        if number < 3 and fields[0] in _HEADERS:  # these hold the separators themselves
            return ((fields[number],),)
        return _split(fields[number], *self._separators.cuts)

    def tree(self) -> tuple[FieldValue, ...]:
        """Every field from the first, as `field` gives it."""
        cuts = repetition, component, subcomponent = self._separators.cuts
        fields = self.fields
        if fields[0] in _HEADERS:
            head = [((text,),) for text in fields[1:3]]
            return tuple(head + [_split(text, *cuts) if text else _EMPTY for text in fields[3:]])
        if repetition in self._text or subcomponent in self._text:
            return tuple([_split(text, *cuts) if text else _EMPTY for text in fields[1:]])
        return tuple(  # most segments, and much cheaper
            [
                ((tuple(text.split(component)),) if component in text else ((text,),)) if text else _EMPTY
                for text in fields[1:]
            ]
        )

    def value(self, number: int, *, repetition: int = 1, component: int = 1, subcomponent: int = 1) -> str:
        """The decoded text at one place; empty where nothing is. `NULL` is a value."""
        try:
            found = subcomponents(self.field(number)[repetition - 1][component - 1])
            return self.decoded(found[subcomponent - 1])
        except IndexError:
            return ""

    def decoded(self, text: str) -> str:
        """`text`, a part of this segment, with its escape sequences decoded."""
        return unescape(text, self._separators, self._codec)

    def encode(self) -> str:
        """The segment put together again from its parts."""
        separators = self._separators
        written = [
            separators.repetition.join(
                separators.component.join(separators.subcomponent.join(subcomponents(part)) for part in repetition)
                for repetition in field
            )
            for field in self.tree()
        ]
        if self.id in _HEADERS:
            del written[:1]
        return separators.field.join([self.id, *written])

    def __repr__(self) -> str:
        return f"Segment({self.id!r}, ordinal={self._ordinal})"


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its segments in their order. `notes` says what was odd and tolerated."""

    segments: tuple[Segment, ...]
    separators: Separators
    notes: tuple[Note, ...] = ()

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    @property
    def version(self) -> str:
        """MSH-12.1 as it is written."""
        return self.header.value(12)

    def first(self, segment_id: str) -> Segment | None:
        return next((seg for seg in self.segments if seg.id == segment_id), None)

    def all(self, segment_id: str) -> list[Segment]:
        return [seg for seg in self.segments if seg.id == segment_id]

    def encode(self) -> str:
        """The message put together again, each segment ended by CR."""
        return "".join(f"{seg.encode()}\r" for seg in self.segments)

    def __repr__(self) -> str:
        return f"Message({len(self.segments)} segments)"


_DEFAULT_LIMITS: Final = Limits()


def parse_message(source: str | bytes, *, limits: Limits = _DEFAULT_LIMITS, where: str = "message") -> Message:
    """Read one message. `where` is what errors call it.

    Tolerated with a note: framing, other line ends, odd encoding characters, wrong character sets. A batch (FHS, BHS)
    and a second message are refused, never read in part. Raises `BadInput` and `TooLarge`; neither holds a value.
    """
    if len(source) > limits.characters:
        problem = SizeProblem.BYTES if isinstance(source, bytes) else SizeProblem.CHARACTERS
        raise TooLarge(where=where, problem=problem, limit=limits.characters)
    text, notes = decode(source) if isinstance(source, bytes) else (source, [])
    text, more = unframe(text)
    notes += more
    _check_start(text, where)
    lines, more = split_lines(text)
    notes += more
    separators, more = read_separators(lines[0])
    notes += more
    _check_size(text, lines, separators, limits, where)
    _check_segments(lines, separators.field)
    codec = _codec(lines[0], separators)
    segments = tuple([Segment(line, n, separators, codec) for n, line in enumerate(lines, 1)])
    return Message(segments, separators, tuple(notes))


def _check_start(text: str, where: str) -> None:
    if not text:
        raise BadInput(where=where, problem=MessageProblem.EMPTY)
    if text.startswith(("FHS", "BHS")):
        raise BadInput(where=where, problem=MessageProblem.BATCH)
    if not text.startswith("MSH"):
        raise BadInput(where=where, problem=MessageProblem.NO_HEADER)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput(where=where, problem=MessageProblem.SURROGATE) from None


def _check_size(text: str, lines: Sequence[str], separators: Separators, limits: Limits, where: str) -> None:
    if len(lines) > limits.segments:
        raise TooLarge(where=where, problem=SizeProblem.SEGMENTS, limit=limits.segments)
    weight = sum(text.count(c) for c in {separators.field, *separators.cuts})
    if weight > limits.separators:
        raise TooLarge(where=where, problem=SizeProblem.SEPARATORS, limit=limits.separators)
    repetition = separators.cuts[0]
    if text.count(repetition) < limits.repetitions:
        return
    for ordinal, line in enumerate(lines, 1):
        if line.count(repetition) >= limits.repetitions:
            fields = line.split(separators.field)[2 if ordinal == 1 else 1 :]  # MSH-2 repeats nothing
            if any(field.count(repetition) >= limits.repetitions for field in fields):
                raise TooLarge(where=f"segment {ordinal}", problem=SizeProblem.REPETITIONS, limit=limits.repetitions)


def _check_segments(lines: Sequence[str], separator: str) -> None:
    """Every line is a segment, and only the first begins a message. Looks at each kind of beginning once."""
    beginnings = {line[:4] for line in lines[1:]}
    if all(_is_segment(start, separator) for start in beginnings) and not any(s[:3] in _HEADERS for s in beginnings):
        return
    for ordinal, line in enumerate(lines[1:], 2):
        if not _is_segment(line[:4], separator):
            raise BadInput(where=f"segment {ordinal}", problem=MessageProblem.NOT_A_SEGMENT)
        if line[:3] in _HEADERS and len(line) > 4:  # a bare "MSH|" begins nothing
            problem = MessageProblem.SEVERAL if line[:3] == "MSH" else MessageProblem.BATCH
            raise BadInput(where=f"segment {ordinal}", problem=problem)


def _is_segment(start: str, separator: str) -> bool:
    return start[3:] in (separator, "") and _ID.fullmatch(start[:3]) is not None


def _codec(header: str, separators: Separators) -> str | None:
    r"""The codec of `\X..\` data, from MSH-18."""
    fields = header.split(separators.field)
    declared = fields[17] if len(fields) > 17 else ""
    return codec_of(declared.split(separators.cuts[0])) if declared else None


def _split(text: str, repetition: str, component: str, subcomponent: str) -> FieldValue:
    if repetition in text:
        return tuple([_split(one, _NEVER, component, subcomponent)[0] for one in text.split(repetition)])
    if subcomponent in text:
        parts = text.split(component)
        return (tuple([tuple(part.split(subcomponent)) if subcomponent in part else part for part in parts]),)
    return (tuple(text.split(component)),)
