"""A segment in the making, and the account of what the bundle's values became."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from trivium_fhir.reverse.problems import Unused
from trivium_fhir.reverse.rules import Target
from trivium_fhir.reverse.store import Cursor, Place, Store

_MOMENT: Final = re.compile(r"\d{12}(\d\d(\.\d+)?)?([+-]\d{4})?")
Key: TypeAlias = tuple[int, ...]
"""Which repetition of a field: the indexes of the FHIR elements that repeat it."""
Components: TypeAlias = dict[tuple[int, int], str]
"""A repetition: texts by component and sub-component, from 1."""


@dataclass(slots=True, eq=False)
class Draft:
    """A segment: repetitions of fields by number and key."""

    id: str
    fields: dict[int, dict[Key, Components]] = field(default_factory=dict)
    ordinal: int = 0
    """Its place in the message, from 1, once it has one."""
    occurrence: int = 1
    placed: bool = False

    def put(self, target: Target, key: Key, text: str) -> bool:
        """Write one component; False where another value stands there already, and is not a less exact date."""
        parts = self.fields.setdefault(target.field, {}).setdefault(key, {})
        at = (target.component or 1, target.subcomponent or 1)
        before = parts.get(at, "")
        if before.isdigit() and len(before) >= 4 and _MOMENT.fullmatch(text) and text.startswith(before):
            parts[at] = text
        return parts.setdefault(at, text) == text

    def set(self, number: int, *components: str) -> None:
        """A field of our own making: its components."""
        values = {(place, 1): text for place, text in enumerate(components, 1) if text}
        if values:
            self.fields[number] = {(): values}

    def text(self, number: int, component: int = 1, subcomponent: int = 1, key: Key | None = None) -> str:
        """A component's text in the repetition `key`, or in the first; empty where there is none."""
        found = self.fields.get(number, {})
        parts = found.get(key, {}) if key is not None else next(iter(found.values()), {})
        return parts.get((component, subcomponent), "")

    def has(self, number: int) -> bool:
        return any(self.fields.get(number, {}).values())


class Use(NamedTuple):
    """How a value of the bundle got into the message."""

    segment: Draft
    target: Target
    key: Key
    row: str
    """The guide's rows behind it."""
    implied: bool = False
    """It is not written: that the field holds a value says it (a fixed value of the row, a reference followed)."""


class Note(NamedTuple):
    """Something decided in writing: where in the message, and what."""

    segment: Draft | None
    field: int
    text: str


@dataclass(slots=True, eq=False)
class Account:
    """What became of each value, by resource and place."""

    store: Store
    uses: dict[tuple[int, Place], Use] = field(default_factory=dict)
    unused: dict[tuple[int, Place], Unused] = field(default_factory=dict)
    notes: dict[Note, None] = field(default_factory=dict)
    visited: set[int] = field(default_factory=set)
    """Resources that a segment was made of."""

    def use(self, cursor: Cursor, use: Use) -> None:
        before = self.uses.get((cursor.entry, cursor.place))
        if before is None or (before.implied and not use.implied):
            self.uses[cursor.entry, cursor.place] = use
        self.visited.add(cursor.entry)

    def said_by(self, holder: Cursor, names: tuple[str, ...], segment: Draft, number: int) -> None:
        """The values at the end of a path stand in a field, by a row of our own."""
        for one in holder.reach(*names):
            self.use(one, Use(segment, Target(number), (), f"ours: {segment.id}-{number}"))

    def refuse(self, cursor: Cursor, why: Unused) -> None:
        self.unused.setdefault((cursor.entry, cursor.place), why)

    def note(self, segment: Draft | None, number: int, text: str) -> None:
        self.notes[Note(segment, number, text)] = None

    def said(self) -> Iterator[Note]:
        """Notes on the message as a whole and on segments that stand in it."""
        return (note for note in self.notes if note.segment is None or note.segment.placed)
