"""The header of a file as a page of rows. Runs in a worker process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from trivium.api import Kind
from trivium_dicom.files.header_results import ElementRow, FileHeader
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.naming import (
    creator_of,
    definition_of,
    is_creator,
    is_day_of_care,
    is_private,
    is_safe_private,
    known_creator,
)
from trivium_dicom.files.naming import name_of as keyword_of
from trivium_dicom.files.pixel_summary import pixel_summary
from trivium_dicom.files.problems import Note
from trivium_dicom.files.reading import Reading, read
from trivium_dicom.files.selecting import Selector
from trivium_dicom.files.values import count_of, shown, size_of, texts_of
from trivium_dicom.files.walking import Place, walk

_PAGE_CHARACTERS: Final = 60_000
"""A page ends after the row with which its values pass this."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows."""

    selectors: tuple[Selector, ...] = ()
    """None: all."""
    depth: int = 64
    limit: int = 200
    offset: int = 0
    value_limit: int = 200


def header(content: bytes, limits: Limits, wanted: Wanted) -> FileHeader:
    """Raises `BadInput` and `TooLarge` as `read` does."""
    reading = read(content, limits)
    counted = private = 0
    total, characters, full = 0, 0, False
    met: set[int] = set()
    creator: str | None = None
    page: list[ElementRow] = []
    for place in _places(reading):
        counted += 1
        private += is_private(place.tags[-1])
        if not _is_wanted(place, wanted, met):
            continue
        if total >= wanted.offset and len(page) < wanted.limit and not full:
            row = row_of(place, wanted.value_limit)
            page.append(row if row.creator != creator else row.model_copy(update={"creator": None}))
            creator = row.creator
            characters += len(row.value or "")
            full = characters > _PAGE_CHARACTERS
        total += 1
    end = wanted.offset + len(page)
    return FileHeader(
        sop_class=name_of_uid(reading, 0x00080016) or name_of_uid(reading, 0x00020002),
        transfer_syntax=_uid_name(reading.transfer_syntax),
        file_bytes=reading.size,
        whole=reading.whole,
        elements_in_file=counted,
        private_elements=private or None,
        pixels=pixel_summary(reading),
        notes=told(reading.notes),
        absent=tuple(one.name for at, one in enumerate(wanted.selectors) if at not in met) or None,
        total=total,
        offset=wanted.offset,
        next_offset=end if end < total else None,
        elements=tuple(page),
    )


def row_of(place: Place, most: int) -> ElementRow:
    """`most` characters of the value."""
    element, tag = place.element, place.tags[-1]
    creator = creator_of(place.within, tag)
    count = count_of(element)
    value, kind = value_of(place, most)
    return ElementRow(
        path=place.path,
        name=_name(tag, creator),
        vr=element.VR,
        value=value or None,
        phi=kind,
        values=count if count > 1 else None,
        length=_length(place, value, most),
        bytes=size_of(element),
        items=len(element.value or ()) if element.VR == "SQ" else None,
        creator=known_creator(creator) if creator else None,
    )


def value_of(place: Place, most: int) -> tuple[str, Kind | None]:
    """A value as it may be shown, cut to `most` characters, and its kind."""
    element, tag = place.element, place.tags[-1]
    value, kind = shown(element, most=most, within=place.within)
    if kind is None or not is_private(tag):
        return value, kind
    if is_creator(tag):
        return value, None if known_creator(value) else kind
    creator = creator_of(place.within, tag)
    if kind is Kind.BIRTH_DATE and is_day_of_care(creator, tag):
        return value, Kind.DATE
    return value, None if is_safe_private(creator, tag, element) else kind


def told(notes: Iterable[Note]) -> tuple[str, ...]:
    """Each oddity once, with the bytes where it is."""
    places: dict[str, list[int]] = {}
    for note in notes:
        found = places.setdefault(note.oddity, [])
        if note.at is not None:
            found.append(note.at)
    return tuple(_sentence(oddity, found) for oddity, found in places.items())


def name_of_uid(reading: Reading, tag: int) -> str | None:
    """What PS3.6 calls the UID of an attribute, if it does."""
    element: Any = reading.dataset.file_meta.get(tag) if tag >> 16 == 2 else reading.dataset.get(tag)
    texts = texts_of(element) if element is not None else []
    return _uid_name(texts[0]) if len(texts) == 1 else None


def _places(reading: Reading) -> Iterator[Place]:
    yield from walk(reading.dataset.file_meta)
    yield from walk(reading.dataset)


def _is_wanted(place: Place, wanted: Wanted, met: set[int]) -> bool:
    """Notes in `met` which selectors found something, at any depth."""
    if wanted.selectors:
        hits = [at for at, one in enumerate(wanted.selectors) if one.holds(place.tags)]
        if not hits:
            return False
        met.update(hits)
    return place.depth <= wanted.depth


def _name(tag: str, creator: str | None) -> str:
    if creator is None:
        return keyword_of(tag)
    definition = definition_of(creator, tag)
    return (definition.name or "") if definition else ""


def _length(place: Place, value: str, most: int) -> int | None:
    """Of the whole value, if only its beginning is shown."""
    if len(value) < most:
        return None
    whole = sum(len(text) + 1 for text in texts_of(place.element)) - 1
    return whole if whole > len(value) else None


def _uid_name(uid: str) -> str | None:
    from trivium_dicom.dictionary import uid_names

    return uid_names().get(uid)


def _sentence(oddity: str, places: Sequence[int]) -> str:
    if not places:
        return oddity
    return f"{oddity} (byte {', '.join(map(str, places))})"
