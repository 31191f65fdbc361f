"""CSA headers of Siemens MR: named values in a binary block of two forms, CSA1 and CSA2.

The layout is known from GDCM (gdcmCSAHeader), SPM (spm_dicom_headers) and nibabel (nicom.csareader, MIT); the first and
the last are the witnesses of the tests. It is read here and not by nibabel, as a header comes from outside: that reader
needs numpy, keeps one of several tags of one name, reads CSA1 only where the first tag is empty, and raises half a
dozen kinds of errors for spoiled headers, of which it declares one.

    CSA2   "SV10", four bytes      CSA1   nothing
    both   number of tags, 77
           each tag: name[64], multiplicity, vr[4], syngo type, number of items, 77 or 205
           each item: length, length, 77 or 205, length, then its text, filled up to a multiple of four bytes

Numbers are 32 bits, little endian. Where the lengths of an item differ in CSA1, the first one is too large by the
number of items of the first tag (SPM).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

MAGIC: Final = b"SV10"
_SWAPPED: Final = b"VS01"
"""As software leaves it that took the value for words of two bytes, of the other byte order (GDCM)."""
_MOST_TAGS: Final = 1_024
_MOST_ITEMS: Final = 4_096
_CHECKS: Final = frozenset({77, 205})
_TAG: Final = struct.Struct("<64si4s3i")
_ITEM: Final = struct.Struct("<4i")


class Spoiled(ValueError):
    """It is no CSA header, or it ends too early."""


@dataclass(frozen=True, slots=True)
class CsaTag:
    name: str
    vr: str
    multiplicity: int
    values: tuple[str, ...]


def looks_like_csa(data: bytes) -> bool:
    """The first tag stands where one must, and says so."""
    at = 8 if data[:4] == MAGIC else 0
    if len(data) < at + 8 + _TAG.size:
        return False
    count, check = struct.unpack_from("<2I", data, at)
    return 0 < count <= _MOST_TAGS and check in _CHECKS


def is_second(data: bytes) -> bool:
    return data[:4] in (MAGIC, _SWAPPED)


def unswapped(data: bytes) -> bytes:
    if data[:4] != _SWAPPED:
        return data
    swapped = bytearray(data[: len(data) & ~1])
    swapped[0::2], swapped[1::2] = swapped[1::2], swapped[0::2]
    return bytes(swapped)


def read_csa(data: bytes) -> tuple[CsaTag, ...]:
    """Every tag of a header, in its order; one without a value has no values. Raises `Spoiled`."""
    data = unswapped(data)
    if not looks_like_csa(data):
        raise Spoiled
    second = data[:4] == MAGIC
    reader = _Reader(data, 8 if second else 0)
    count, _ = reader.take(struct.Struct("<2I"))
    tags: list[CsaTag] = []
    first_items = 0
    for number in range(count):
        name, multiplicity, vr, _, items, _ = reader.take(_TAG)
        if not 0 <= items <= _MOST_ITEMS:
            raise Spoiled
        if number == 0:
            first_items = items
        texts = [reader.item(None if second else first_items) for _ in range(items)]
        tags.append(CsaTag(_text(name), _text(vr[:2]), multiplicity, _values(texts, multiplicity)))
    return tuple(tags)


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def take(self, what: struct.Struct) -> tuple[Any, ...]:
        if self._at + what.size > len(self._data):
            raise Spoiled
        found = what.unpack_from(self._data, self._at)
        self._at += what.size
        return found

    def item(self, first_items: int | None) -> str:
        """One item's text. `first_items` are those of the first tag, in CSA1."""
        first, second, _, last = self.take(_ITEM)
        length = second if first_items is None or second in (first, last) else first - first_items
        if not 0 <= length <= len(self._data) - self._at:
            raise Spoiled
        text = self._data[self._at : self._at + length]
        self._at += length + -length % 4
        return _text(text)


def _values(texts: list[str], multiplicity: int) -> tuple[str, ...]:
    """As many as there should be, without empty ones behind; as many as there are where the number is open."""
    kept = texts[:multiplicity] if multiplicity > 0 else texts
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("latin-1").strip()
