"""A message under validation: what every rule asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Final

from trivium_hl7 import dictionary
from trivium_hl7.dictionary import Definition
from trivium_hl7.grouping import Grouping, group
from trivium_hl7.paths import Path
from trivium_hl7.reader import Message, Repetition, Segment
from trivium_hl7.structures import named, names_of, structure_of
from trivium_hl7.validation.site_profile import SiteProfile

_TELLING: Final = "2.7"
"""From this version on the sources tell conditional fields from required ones."""


class Context:
    def __init__(self, message: Message, version: str, profile: SiteProfile | None) -> None:
        self.message = message
        self.version = version
        self.profile = profile
        self.faultless: set[tuple[str, str, Repetition]] = set()
        """Values without a fault, by data type and table: many come again."""
        seen: Counter[str] = Counter()
        self._occurrence: list[int] = []
        for seg in message.segments:
            seen[seg.id] += 1
            self._occurrence.append(seen[seg.id])
        self._repeats = {name for name, count in seen.items() if count > 1}

    @cached_property
    def code(self) -> str:
        return self.message.header.value(9)

    @cached_property
    def event(self) -> str:
        return self.message.header.value(9, component=2)

    @cached_property
    def structure(self) -> str | None:
        """By type and event, which say what a message is; by MSH-9.3 where these do not."""
        declared = self.message.header.value(9, component=3)
        found = structure_of(self.code, self.event, self.version)
        return found or named(declared, self.version)

    @cached_property
    def grouping(self) -> Grouping | None:
        return group(self.message, self.structure, self.version) if self.structure else None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What MSH-9.3 may say; empty where the version has no such message."""
        return names_of(self.code, self.event, self.version)

    def since(self, version: str) -> bool:
        return dictionary.is_since(self.version, version)

    def path(
        self, seg: Segment, field: int | None = None, repetition: int | None = None, component: int | None = None
    ) -> Path:
        """A place, with the number of the segment where there are several."""
        occurrence = self._occurrence[seg.ordinal - 1] if seg.id in self._repeats else None
        return Path(seg.id, occurrence, field, repetition, component)


@lru_cache(maxsize=4096)
def fields_of(segment_id: str, version: str) -> tuple[Definition, ...]:
    """The fields of a segment as `version` itself defines them; empty where it has no such segment."""
    count = dictionary.field_count(segment_id, version)
    found = (dictionary.exact_field(segment_id, number, version) for number in range(1, count + 1))
    return tuple(definition for definition in found if definition)


@lru_cache(maxsize=4096)
def components_of(type_id: str, version: str) -> tuple[Definition, ...]:
    """The components of a data type, of another version where this one does not have it; empty for a primitive one."""
    count = dictionary.component_count(type_id, version)
    if count:
        found: list[Definition | None] = [dictionary.exact_component(type_id, n, version) for n in range(1, count + 1)]
    else:
        found = []
        while following := dictionary.component(type_id, len(found) + 1, version):
            found.append(following)
    return tuple(definition for definition in found if definition)


@lru_cache(maxsize=1024)
def most_fields(segment_id: str) -> int:
    """The last field of a segment in any version."""
    return max(dictionary.field_count(segment_id, version) for version in dictionary.versions())


@lru_cache(maxsize=4096)
def is_conditional(segment_id: str, number: int, version: str) -> bool:
    """Whether a field that `version` requires may be conditional.

    Sources for 2.1 to 2.6 know required and optional alone, and have some conditional fields as required.
    """
    if dictionary.is_since(version, _TELLING):
        return False
    later = (v for v in dictionary.versions() if dictionary.is_since(v, _TELLING))
    found = (dictionary.exact_field(segment_id, number, v) for v in later)
    return any(definition is not None and definition.usage.startswith("C") for definition in found)


def is_blank(text: str, separators: str) -> bool:
    """Whether a field holds nothing but separators."""
    return not text.strip(separators)


def any_text(parts: Sequence[object]) -> bool:
    return any(any_text(part) if isinstance(part, tuple) else bool(part) for part in parts)
