"""What a sender really sends, counted over many messages.

Only counts, lengths, forms and codes are kept. A code is kept when `phi` says that it tells nothing about a person, so
nothing here needs to be withheld.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from trivium_hl7 import dictionary
from trivium_hl7.charsets import is_known
from trivium_hl7.elements import Position, describe, in_field
from trivium_hl7.reader import NULL, Message, Segment, subcomponents

OTHER: Final = "other"
"""Counts what has no public form."""
NONE: Final = "none"
_HEADERS: Final = frozenset({"MSH", "FHS", "BHS"})
_MOST_VALUES: Final = 500
"""Different codes that are kept of one place."""
_MOST_KINDS: Final = 300
"""Different message types, versions, senders and the like."""
_MOST_FIELDS: Final = 5_000
_CODED: Final = frozenset({"CE", "CF", "CWE", "CNE"})
_CODES: Final = frozenset({"ID", "IS"})
_TIMES: Final = frozenset({"DT", "DTM", "TM", "TS"})
_LONG_NUMBER: Final = re.compile(r"\d{6}", re.ASCII)
"""In a code that no table has: a misplaced date or record number."""
_TIME: Final = re.compile(r"(?P<whole>\d{2,14})(?:\.(?P<fraction>\d{1,6}))?(?P<offset>[+-]\d{4})?", re.ASCII)


@dataclass(slots=True)
class FieldUse:
    """How one field of a segment is used."""

    valued: int = 0
    """Segments that have it."""
    nulls: int = 0
    repetitions: Counter[int] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    """Of each repetition as it is written."""
    components: Counter[str] = field(default_factory=Counter)
    """Repetitions that have a value in this component, or component and sub-component."""
    values: dict[str, Counter[str]] = field(default_factory=dict)
    """Codes by component; empty for a field without components."""
    hidden: int = 0
    """Coded values that may tell something about a person, or came after the most that are kept."""
    forms: Counter[str] = field(default_factory=Counter)
    """Of dates and times."""
    types: Counter[str] = field(default_factory=Counter)
    """Data types that OBX-2 named."""
    judged: dict[Hashable, str | None] = field(default_factory=dict, repr=False)
    """Codes, with what stands beside them, and what is shown of each."""


@dataclass(slots=True)
class SegmentUse:
    messages: int = 0
    """That have it."""
    total: int = 0
    most: int = 0
    """In one message."""
    fields: dict[int, FieldUse] = field(default_factory=dict)


@dataclass(slots=True)
class Profile:
    """What was counted. `version` names the fields."""

    messages: int = 0
    types: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    senders: Counter[str] = field(default_factory=Counter)
    charsets: Counter[str] = field(default_factory=Counter)
    separators: Counter[str] = field(default_factory=Counter)
    oddities: Counter[str] = field(default_factory=Counter)
    segments: dict[str, SegmentUse] = field(default_factory=dict)
    fields_left_out: int = 0

    def add(self, message: Message) -> None:
        """Count one message."""
        header = message.header
        version = dictionary.version_for(message.version)
        self.messages += 1
        _count(self.types, type_of(message))
        _count(self.versions, _public(header, 12, version))
        _count(self.senders, _public(header, 3, version))
        _count(self.charsets, _charset(header))
        s = message.separators
        _count(self.separators, s.field + s.component + s.repetition + s.escape + s.subcomponent + s.truncation)
        for remark in {note.remark for note in message.notes}:
            self.oddities[str(remark)] += 1
        here = Counter(seg.id for seg in message.segments)
        for name, number in here.items():
            use = self.segments.setdefault(name, SegmentUse())
            use.messages += 1
            use.total += number
            use.most = max(use.most, number)
        for seg in message.segments:
            self._segment(seg, version)

    def rows(self) -> Iterator[tuple[str, int, SegmentUse, FieldUse]]:
        """Every field, by segment in order of first appearance."""
        for name, use in self.segments.items():
            for number in sorted(use.fields):
                yield name, number, use, use.fields[number]

    def _segment(self, seg: Segment, version: str) -> None:
        repetition = seg.separators.cuts[0]
        fields = self.segments[seg.id].fields
        start = 3 if seg.id in _HEADERS else 1
        for number, text in enumerate(seg.fields[start:], start):
            repetitions = [part for part in text.split(repetition) if part]
            if not repetitions:
                continue
            use = fields.get(number) or self._new(fields, number)
            if use is None:
                self.fields_left_out += 1
                continue
            use.valued += 1
            use.repetitions[len(repetitions)] += 1
            use.lengths.update(map(len, repetitions))
            if seg.id == "OBX" and number == 5:
                named = seg.value(2)
                use.types[named if dictionary.is_type(named) else OTHER if named else NONE] += 1
            for position in in_field(seg, 1, False, number, seg.field(number)):
                _leaf(use, position, version)

    def _new(self, fields: dict[int, FieldUse], number: int) -> FieldUse | None:
        if sum(len(one.fields) for one in self.segments.values()) >= _MOST_FIELDS:
            return None
        fields[number] = FieldUse()
        return fields[number]


def type_of(message: Message) -> str:
    """MSH-9 as `CODE^EVENT^STRUCTURE`; `OTHER` where it has another form."""
    parts = [message.header.value(9, component=number) for number in (1, 2, 3)]
    while parts and not parts[-1]:
        parts.pop()
    shapes = (r"[A-Z][A-Z0-9]{2}", r"(?:[A-Z][A-Z0-9]{2})?", r"[A-Z][A-Z0-9]{2}(?:_[A-Z][A-Z0-9]{2,3})?")
    if parts and all(re.fullmatch(shape, part, re.ASCII) for shape, part in zip(shapes, parts, strict=False)):
        return "^".join(parts)
    return OTHER if parts else NONE


def spread(counts: Counter[int]) -> tuple[int, int, int]:
    """The smallest, the median and the largest; zeros for nothing."""
    if not counts:
        return 0, 0, 0
    middle, passed = (counts.total() + 1) // 2, 0
    ordered = sorted(counts)
    for number in ordered:
        passed += counts[number]
        if passed >= middle:
            return ordered[0], number, ordered[-1]
    return ordered[0], ordered[-1], ordered[-1]


def _leaf(use: FieldUse, position: Position, version: str) -> None:
    path, seg = position.path, position.segment
    number, c, s = path.field or 0, path.component or 1, path.subcomponent or 1
    divided = not isinstance(position.components[c - 1], str)
    place = f"{c}.{s}" if divided else str(c) if len(position.components) > 1 else ""
    if place and (len(use.components) < _MOST_VALUES or place in use.components):
        use.components[place] += 1
    named = seg.value(2) if number == 5 and seg.id == "OBX" else ""
    field_type, leaf_type = _types(seg.id, number, named, c, s, version)
    if position.text == NULL:
        use.nulls += 1
    elif leaf_type in _CODES or (field_type in _CODED and s == 1 and c in (1, 3, 4, 6)):
        _code(use, position, version, place, named)
    elif leaf_type in _TIMES or (field_type == "TS" and (c, s) == (1, 1)):  # in 2.3 its first component is a string
        use.forms[form_of(position.text, leaf_type)] += 1


@lru_cache(maxsize=8192)
def _types(seg_id: str, number: int, named: str, c: int, s: int, version: str) -> tuple[str, str]:
    """The data type of a field, and the primitive one of a place in it; `named` is OBX-2, for OBX-5."""
    if named:
        field_type = named if dictionary.is_type(named) else ""
    else:
        definition = dictionary.field(seg_id, number, version)
        field_type = definition.type if definition else ""
    if not dictionary.is_composite(field_type, version):
        return field_type, field_type
    inner = dictionary.component(field_type, c, version)
    if inner and dictionary.is_composite(inner.type, version):
        inner = dictionary.component(inner.type, s, version)
    elif s > 1:
        inner = None
    return field_type, inner.type if inner else ""


def _code(use: FieldUse, position: Position, version: str, place: str, named: str) -> None:
    key = (version, named, place, position.text, tuple(position.components[:6]))
    if key in use.judged:
        value = use.judged[key]
    else:
        value = _public_code(position, version)
        if len(use.judged) < _MOST_VALUES:
            use.judged[key] = value
    values = use.values.setdefault(place, Counter()) if len(use.values) < _MOST_VALUES else Counter[str]()
    if value is None or _is_full(values, value):
        use.hidden += 1
    else:
        values[value] += 1


def _public_code(position: Position, version: str) -> str | None:
    """A code that tells nothing about a person; None for others."""
    element = describe(position, version)
    known = dictionary.table(element.table) if element.table else None
    listed = known is not None and element.value in known.codes
    return element.value if element.phi is None and (listed or not _LONG_NUMBER.search(element.value)) else None


def _is_full(values: Counter[str], value: str) -> bool:
    return value not in values and len(values) >= _MOST_VALUES


def form_of(text: str, leaf_type: str) -> str:
    """How a date or time is written: its precision, fraction and offset."""
    found = _TIME.fullmatch(text)
    whole = "HHMMSS" if leaf_type == "TM" else "YYYYMMDDHHMMSS"
    length = len(found["whole"]) if found else 0
    if found is None or length > len(whole) or length % 2 or (leaf_type != "TM" and length < 4):
        return OTHER
    fraction = f".{'S' * len(found['fraction'])}" if found["fraction"] else ""
    return whole[:length] + fraction + ("+ZZZZ" if found["offset"] else "")


def _public(header: Segment, number: int, version: str) -> str:
    """The first component of a field of MSH, if it tells nothing about a person."""
    position = next(in_field(header, 1, False, number, header.field(number)), None)
    if position is None:
        return NONE
    element = describe(position, version)
    first = (position.path.repetition, position.path.component, position.path.subcomponent) == (1, 1, 1)
    return element.value if first and element.phi is None else OTHER


def _charset(header: Segment) -> str:
    firsts = [subcomponents(repetition[0])[0] for repetition in header.field(18)[:5]]
    if firsts == [""]:
        return NONE
    return "~".join(name if is_known(name) else OTHER for name in firsts)


def _count(counts: Counter[str], name: str) -> None:
    counts[name if name in counts or len(counts) < _MOST_KINDS else OTHER] += 1
