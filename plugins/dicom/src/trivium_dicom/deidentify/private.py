"""Private elements: which of them the Retain Safe Private Option lets stay (PS3.15 E.3.10, table E.3.10-1)."""

from __future__ import annotations

import re
import struct
from functools import cache
from typing import TYPE_CHECKING, Final

from trivium_dicom.confidentiality import safe_private
from trivium_dicom.deidentify.vouching import text_stays
from trivium_dicom.files.values import texts_of

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

_WIDTHS: Final = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8}
_FORMATS: Final = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d"}
_MOST_VALUES: Final = 64
_READABLE: Final = re.compile(rb"[ -~]{4,}\0*")
"""Numbers are hardly ever bytes that are all letters and digits; a text is."""


def is_private(tag: int) -> bool:
    return bool(tag >> 16 & 1)


def is_creator(tag: int) -> bool:
    return is_private(tag) and 0x10 <= tag & 0xFFFF <= 0xFF


def creator_at(tag: int) -> int:
    """The tag of the element that names the creator of a private element (PS3.5 7.8.1)."""
    return tag & 0xFFFF0000 | (tag & 0xFFFF) >> 8


def may_stay(dataset: Dataset, tag: int, element: DataElement) -> bool:
    """Whether a private element is on the list and its value cannot hold text: numbers, sequences, words of DICOM.

    An element on the list that holds free text goes all the same.
    """
    creator = _creator(dataset, tag)
    listed = _safe().get((creator, f"{tag >> 16:04x}xx{tag & 0xFF:02x}")) if creator else None
    if listed is None:
        return False
    vr, vm = listed
    if vr == "SQ":
        return element.VR == "SQ"
    if isinstance(element.value, bytes):
        return _bytes_stay(tag, vr, vm, element.value)
    if vr != element.VR:
        return False
    if vr in _WIDTHS:
        return _bytes_stay(tag, vr, vm, _packed(vr, element))
    return all(_text_stays(tag, vr, text) for text in texts_of(element))


def _creator(dataset: Dataset, tag: int) -> str:
    from pydicom.tag import Tag

    place = Tag(creator_at(tag))
    if place not in dataset:
        return ""
    value = dataset[place].value
    return (value.decode("latin-1") if isinstance(value, bytes) else str(value)).strip(" \0")


def _packed(vr: str, element: DataElement) -> bytes:
    """Numbers as the bytes that they were: the library reads them where it knows the creator, also out of text."""
    value = [element.value] if element.VM == 1 else list(element.value or ())
    return struct.pack(f"<{len(value)}{_FORMATS[vr]}", *value)


def _text_stays(tag: int, vr: str, text: str) -> bool:
    return vr in ("CS", "DS", "IS") and text_stays(f"{tag:08x}", vr, text)


def _bytes_stay(tag: int, vr: str, vm: str, value: bytes) -> bool:
    """A value whose VR the file does not tell (UN)."""
    if vr in _WIDTHS:
        most = int(vm) if vm.isdigit() else _MOST_VALUES
        fits = len(value) % _WIDTHS[vr] == 0 and len(value) <= most * _WIDTHS[vr]
        return fits and not _READABLE.fullmatch(value)
    text = value.decode("latin-1").strip(" \0")
    return all(_text_stays(tag, vr, part) for part in text.split("\\"))


@cache
def _safe() -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (creator, digits): (vr, vm)
        for creator, elements in safe_private().items()
        for digits, (vr, vm, _) in elements.items()
    }
