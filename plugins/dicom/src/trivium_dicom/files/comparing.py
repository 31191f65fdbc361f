"""What differs between two files, element by element. Runs in a worker process."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from trivium_dicom.files.comparison_results import (
    Change,
    ComparedElement,
    ComparedFile,
    ComparedPixels,
    FileComparison,
)
from trivium_dicom.files.differences import Comparison, Difference, elements_of
from trivium_dicom.files.header import name_of_uid, row_of, told, value_of
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.reading import Reading, read
from trivium_dicom.files.sameness import change_of
from trivium_dicom.files.selecting import Selector
from trivium_dicom.files.values import size_of

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement

_PAGE_CHARACTERS: Final = 60_000
_PIXELS: Final = (0x7FE00010, 0x7FE00008, 0x7FE00009)
_DIGEST: Final = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    ignored: tuple[Selector, ...] = ()
    limit: int = 200
    offset: int = 0
    value_limit: int = 120


def compared(left: bytes, limits: Limits, right: bytes, wanted: Wanted) -> FileComparison:
    """Raises what `read` raises, with `left` or `right` as the place."""
    readings = read(left, limits, where="left"), read(right, limits, where="right")
    walk_both = Comparison(wanted.ignored, swapped=_swapped(*readings))
    page: list[ComparedElement] = []
    counts: Counter[str] = Counter()
    characters, total, full = 0, 0, False
    for difference in walk_both.run(*readings):
        counts[difference.change] += 1
        if total >= wanted.offset and len(page) < wanted.limit and not full:
            row = _row(difference, wanted.value_limit)
            page.append(row)
            characters += len(row.left or "") + len(row.right or "")
            full = characters > _PAGE_CHARACTERS
        total += 1
    end = wanted.offset + len(page)
    files = [_file(reading) for reading in readings]
    return FileComparison(
        equal=total == counts[Change.RESPELLED],
        total=total,
        counts=dict(counts),
        same_elements=walk_both.same,
        same_pixels=_same_pixels(*readings),
        noise=dict(walk_both.noise),
        uids_consistent=walk_both.uids_consistent,
        left=files[0],
        right=files[1],
        offset=wanted.offset,
        next_offset=end if end < total else None,
        differences=tuple(page),
    )


def _row(difference: Difference, most: int) -> ComparedElement:
    left, right = difference.left, difference.right
    first = left or right
    if first is None:
        raise ValueError("a difference has a side")
    row, right_row = row_of(first, 0), row_of(right, 0) if right else None
    if difference.item is not None:
        path, right_path, elements = difference.item
        return ComparedElement(
            change=difference.change,
            path=path,
            right_path=right_path if right_path != path else None,
            name=row.name,
            vr=row.vr,
            elements=elements,
        )
    sides: dict[str, Any] = {}
    for name, place in (("left", left), ("right", right)):
        if place is not None:
            value, kind = value_of(place, most)
            size = size_of(place.element)
            has_text = size is None and place.element.VR != "SQ"
            sides |= {name: value if has_text else None, f"{name}_phi": kind, f"{name}_bytes": size}
    return ComparedElement(
        change=difference.change,
        path=row.path,
        right_path=right.path if right and right.path != row.path else None,
        name=row.name,
        vr=row.vr,
        right_vr=right_row.vr if right_row and right_row.vr != row.vr else None,
        elements=sum(map(elements_of, first.element.value or ())) if first.element.VR == "SQ" else None,
        **sides,
    )


def _file(reading: Reading) -> ComparedFile:
    from trivium_dicom.dictionary import uid_names

    pixels = _pixels(reading)
    value = pixels.value if pixels is not None and isinstance(pixels.value, bytes) else None
    digest = hashlib.sha256(value).hexdigest()[:_DIGEST] if value is not None else ""
    return ComparedFile(
        sop_class=name_of_uid(reading, 0x00080016),
        transfer_syntax=uid_names().get(reading.transfer_syntax),
        file_bytes=reading.size,
        whole=reading.whole,
        pixels=ComparedPixels(bytes=len(value), digest=digest) if value is not None else None,
        notes=told(reading.notes),
    )


def _pixels(reading: Reading) -> DataElement | None:
    return next((reading.dataset[tag] for tag in _PIXELS if tag in reading.dataset), None)


def _same_pixels(left: Reading, right: Reading) -> bool | None:
    """None if neither has any. The order of their bytes may be another."""
    one, other = _pixels(left), _pixels(right)
    if one is None or other is None:
        return None if one is other else False
    return change_of(one, other, swapped=_swapped(left, right)) is None


def _swapped(left: Reading, right: Reading) -> bool:
    return left.dataset.original_encoding[1] != right.dataset.original_encoding[1]
