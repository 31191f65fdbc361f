"""A content tree as text: a line for each item, indented, with its position, name and value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from trivium.api import Composed, Part
from trivium_dicom.phi import kind_of
from trivium_dicom.reports.elements import one_line
from trivium_dicom.reports.results import ContentItem
from trivium_dicom.reports.tree import Item, written
from trivium_dicom.reports.values import VALUE_TYPES, Value, value_of

_SHOWN_TYPES = frozenset({"IMAGE", "COMPOSITE", "WAVEFORM", "SCOORD", "SCOORD3D", "TCOORD", "TABLE"})
"""What the value alone does not show."""


def outline(page: Sequence[Item], *, value_limit: int, codes: bool) -> Composed:
    """Lines of items. `CONTAINS`, which is the rule, is left out; other relationships stand before the name."""
    top = min((len(item.position) for item in page), default=0)
    return Composed(parts=tuple(merged(part for item in page for part in _line(item, top, value_limit, codes))))


def row(item: Item, *, value_limit: int, codes: bool) -> ContentItem:
    value = value_of(item)
    return ContentItem(
        position=written(item.position),
        relationship=_known(item.relationship),
        type=item.value_type if item.value_type in VALUE_TYPES else None,
        name=composed(item.concept.parts(codes=codes)) if item.concept else None,
        value=composed(_parts(value, value_limit)),
        length=len(value.text) if len(value.text) > value_limit else None,
        target=written(item.target) if item.by_reference else None,
    )


def composed(parts: Iterable[Part]) -> Composed | None:
    """None of nothing."""
    found = tuple(merged(parts))
    return Composed(parts=found) if found else None


def merged(parts: Iterable[Part]) -> Iterator[Part]:
    """Neighbors that are public as one."""
    public = ""
    for part in parts:
        if part.phi is None:
            public += part.text
            continue
        if public:
            yield Part(text=public)
        public = ""
        yield part
    if public:
        yield Part(text=public)


def _line(item: Item, top: int, value_limit: int, codes: bool) -> Iterator[Part]:
    yield Part(text=f"{'  ' * (len(item.position) - top)}{written(item.position)}")
    if item.relationship not in ("", "CONTAINS"):
        yield Part(text=f" ({(_known(item.relationship) or 'another relationship').lower()})")
    if item.by_reference:
        yield Part(text=f" see {written(item.target)}")
    if item.concept:
        yield Part(text=" ")
        yield from item.concept.parts(codes=codes)
    yield from _after(item, value_of(item), value_limit)
    yield Part(text="\n")


def _after(item: Item, value: Value, value_limit: int) -> Iterator[Part]:
    parts = list(_parts(value, value_limit))
    if parts:
        yield Part(text=": " if item.concept else " ")
    if item.value_type in _SHOWN_TYPES:
        yield Part(text=f"{item.value_type} " if parts else f" {item.value_type}")
    yield from parts
    if len(value.text) > value_limit:
        yield Part(text=f" ... ({len(value.text)} characters)")


def _parts(value: Value, value_limit: int) -> Iterator[Part]:
    if value.text:
        yield Part(text=one_line(value.text[:value_limit]), phi=value.phi)
    if value.unit:
        yield Part(text=" ")
        yield Part(text=value.unit, phi=value.unit_phi)
    yield from value.more


def _known(relationship: str) -> str | None:
    """A relationship in words that are DICOM's; None for anything else."""
    return relationship if relationship and kind_of("0040a010", "CS", relationship) is None else None
