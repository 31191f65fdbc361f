"""A segment: its fields in one version, what uses it, and what changed from version to version."""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, Literal

from pydantic import Field

from trivium_hl7 import dictionary, structures
from trivium_hl7.dictionary import Definition
from trivium_hl7.explain import definitions, editions, words
from trivium_hl7.explain.definitions import Row
from trivium_hl7.result import Result

_MOST_NEAR: Final = 8
_MOST_STRUCTURES: Final = 60
_MOST_CHANGES: Final = 200
LOCAL_NOTE: Final = (
    "segments whose id begins with Z are local, the standard does not define their fields (HL7 v2.5.1 chapter 2.5.2): "
    "ask the sender for its specification, or see what it fills with profile_hl7_messages"
)
EARLY_NOTE: Final = "the sources for 2.1 to 2.6 tell required fields from all others and nothing more (no C, B)"
LATE_NOTE: Final = "the source for 2.8 has no lengths; C and W are those that 2.7.1 and 2.9.1 agree on"


class Near(Result):
    """Something of a similar name."""

    id: str
    name: str


class Change(Result):
    """What a version changed against the version before it that has the segment."""

    version: str
    field: str
    what: Literal["added", "withdrawn", "renamed", "retyped", "required", "no longer required"]
    before: str | None = None
    after: str | None = None


class SegmentExplanation(Result):
    status: Literal["defined", "site-defined", "unknown"]
    id: str | None = Field(default=None, description="absent: unknown")
    name: str | None = None
    version: str | None = Field(default=None, description="whose definitions are shown")
    versions: tuple[str, ...] = Field(description="versions that have the segment")
    notes: tuple[str, ...]
    fields: tuple[Row, ...]
    used_in: tuple[str, ...] = Field(description="message structures of this version that hold it")
    used_in_more: int | None = Field(default=None, description="further structures, not listed")
    changes: tuple[Change, ...] = Field(description="oldest first")
    changes_more: int | None = Field(default=None, description="further changes, not listed")
    near: tuple[Near, ...] = Field(description="segments of a similar id or name, where it is unknown")


def explain(text: str, version: str | None) -> SegmentExplanation:
    """A segment by its id; anything else is looked for among ids and names."""
    wanted = text.strip().upper()
    editions.asked(version)
    if is_local(wanted):
        return _empty("site-defined", (LOCAL_NOTE,), ())
    if dictionary.segment_name(wanted) is None:
        return _empty("unknown", (), near(text))
    return _defined(wanted, version)


def is_local(segment_id: str) -> bool:
    return len(segment_id) == 3 and segment_id[0] == "Z" and segment_id.isascii() and segment_id.isalnum()


def near(text: str) -> tuple[Near, ...]:
    """Segments that may be meant."""
    named = _named()
    asked = words.words(text[:200])
    found = dict.fromkeys([*words.similar(text.strip(), named, most=4), *words.best(asked, named.items(), most=8)])
    return tuple(Near(id=one, name=named[one]) for one in list(found)[:_MOST_NEAR])


@cache
def versions_of(segment_id: str) -> tuple[str, ...]:
    return tuple(v for v in dictionary.versions() if dictionary.field_count(segment_id, v))


@lru_cache(maxsize=4096)
def structures_with(segment_id: str, version: str) -> tuple[str, ...]:
    """Structures of a version that hold the segment, as MSH-9.3 names them."""
    return tuple(_holders(version).get(segment_id, ()))


def _defined(segment_id: str, version: str | None) -> SegmentExplanation:
    having = versions_of(segment_id)
    chosen = editions.edition(version, having, what="segment")
    holders = structures_with(segment_id, chosen.version)
    changed = changes(segment_id)
    order = dictionary.versions()
    early = (EARLY_NOTE,) if order.index(chosen.version) <= order.index("2.6") else ()
    late = (LATE_NOTE,) if chosen.version.startswith("2.8") else ()
    return SegmentExplanation(
        status="defined",
        id=segment_id,
        name=dictionary.segment_name(segment_id),
        version=chosen.version,
        versions=editions.spans(having),
        notes=(*chosen.notes, *early, *late),
        fields=tuple(fields(segment_id, chosen.version)),
        used_in=holders[:_MOST_STRUCTURES],
        used_in_more=max(0, len(holders) - _MOST_STRUCTURES) or None,
        changes=changed[:_MOST_CHANGES],
        changes_more=max(0, len(changed) - _MOST_CHANGES) or None,
        near=(),
    )


def fields(segment_id: str, version: str) -> Iterator[Row]:
    for number in range(1, dictionary.field_count(segment_id, version) + 1):
        definition = dictionary.exact_field(segment_id, number, version)
        if definition:
            item = dictionary.item(segment_id, number)
            yield definitions.row(f"{segment_id}-{number}", definition, item=item)


@lru_cache(maxsize=512)
def changes(segment_id: str) -> tuple[Change, ...]:
    having = versions_of(segment_id)
    return tuple(
        change
        for old, new in pairwise(having)
        for number in range(1, 1 + max(dictionary.field_count(segment_id, v) for v in (old, new)))
        for change in _changes(segment_id, number, old, new)
    )


def _changes(segment_id: str, number: int, old: str, new: str) -> Iterator[Change]:
    before, after = (dictionary.exact_field(segment_id, number, v) for v in (old, new))
    place = f"{segment_id}-{number}"
    if not _usable(before) and not _usable(after):
        return
    if before is None or not _usable(before):
        yield Change(version=new, field=place, what="added", after=after.name if after else None)
    elif after is None or not _usable(after):
        yield Change(version=new, field=place, what="withdrawn", before=before.name)
    else:
        if not definitions.same_name(before.name, after.name):
            yield Change(version=new, field=place, what="renamed", before=before.name, after=after.name)
        if before.type != after.type:
            yield Change(version=new, field=place, what="retyped", before=before.type, after=after.type)
        if (before.usage == "R") != (after.usage == "R"):
            yield Change(version=new, field=place, what="required" if after.usage == "R" else "no longer required")


def _usable(definition: Definition | None) -> bool:
    return definition is not None and bool(definition.type) and definition.usage != "W"


@cache
def _holders(version: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name in structures.structures(version):
        for node in structures.walk(structures.structure(name, version) or ()):
            if not node.is_group:
                found.setdefault(node.id, {})[structures.plain(name)] = None
    return {segment_id: tuple(names) for segment_id, names in found.items()}


@cache
def _named() -> dict[str, str]:
    ids = dict.fromkeys(one for v in dictionary.versions() for one in dictionary.segments(v))
    return {one: dictionary.segment_name(one) or "" for one in sorted(ids)}


def _empty(
    status: Literal["site-defined", "unknown"], notes: tuple[str, ...], near: tuple[Near, ...]
) -> SegmentExplanation:
    return SegmentExplanation(status=status, versions=(), notes=notes, fields=(), used_in=(), changes=(), near=near)
