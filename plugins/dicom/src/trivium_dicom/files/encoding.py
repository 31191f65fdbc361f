"""How data elements are encoded: the header of one, and which encoding bytes are in (PS3.5 clause 7.1, annex A)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final, NamedTuple

UNDEFINED: Final = 0xFFFFFFFF
ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD
DELIMITERS: Final = frozenset((ITEM, ITEM_END, SEQUENCE_END))
SHORT: Final = frozenset(
    b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split()  # PS3.5 table 7.1-2
)
LONG: Final = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())  # PS3.5 table 7.1-1
_LOOKED_AT: Final = 4
"""Elements by which an encoding is recognized."""

IMPLICIT_LITTLE: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
EXPLICIT_BIG: Final = "1.2.840.10008.1.2.2"
_IMPLICIT_GE: Final = "1.2.840.113619.5.2"
"""A private syntax with big endian pixels: its elements are in implicit VR little endian."""


class Header(NamedTuple):
    """Of one element, item or delimiter."""

    tag: int
    vr: str | None
    """As stated; None in implicit VR, and of items and delimiters."""
    length: int
    value_at: int
    odd: bool = False
    """It is not in the encoding asked for, or its VR is unknown."""


@dataclass(frozen=True)
class Encoding:
    implicit: bool
    little: bool

    @cached_property
    def tag_and_length(self) -> struct.Struct:
        return struct.Struct("<HHL" if self.little else ">HHL")

    @cached_property
    def _explicit(self) -> struct.Struct:
        return struct.Struct("<HH2sH" if self.little else ">HH2sH")

    @cached_property
    def _long(self) -> struct.Struct:
        return struct.Struct("<L" if self.little else ">L")

    @property
    def bare(self) -> Encoding:
        """Of headers without a VR: those of items and delimiters, and all in implicit VR."""
        return self if self.implicit else Encoding(implicit=True, little=self.little)

    def tag_at(self, content: bytes, at: int) -> int | None:
        if at + 4 > len(content):
            return None
        group, element = struct.unpack_from("<HH" if self.little else ">HH", content, at)
        return int(group << 16 | element)

    def header_at(self, content: bytes, at: int, end: int) -> Header | None:
        """The header at a byte; None if it does not stand before `end`.

        Explicit VR: a VR that is no pair of letters makes it an element in implicit VR, which some writers put into
        sequences; one that PS3.5 does not have has the long form, as PS3.5 7.1.2 wants of new ones, where that fits.
        """
        if at + 8 > end:
            return None
        if self.implicit:
            group, element, length = self.tag_and_length.unpack_from(content, at)
            return Header(group << 16 | element, None, length, at + 8)
        group, element, vr, length = self._explicit.unpack_from(content, at)
        tag = group << 16 | element
        if vr in SHORT:
            return Header(tag, vr.decode(), length, at + 8)
        if vr in LONG:
            if at + 12 > end:
                return None
            return Header(tag, vr.decode(), self._long.unpack_from(content, at + 8)[0], at + 12)
        if tag in DELIMITERS or not _letters(vr):
            long = self._long.unpack_from(content, at + 4)[0]
            return Header(tag, None, long, at + 8, odd=tag not in DELIMITERS)
        if not length and at + 12 <= end and (long := self._long.unpack_from(content, at + 8)[0]) <= end - at - 12:
            return Header(tag, vr.decode(), long, at + 12, odd=True)
        return Header(tag, vr.decode(), length, at + 8, odd=True)


EXPLICIT_LE: Final = Encoding(implicit=False, little=True)
IMPLICIT_LE: Final = Encoding(implicit=True, little=True)
EXPLICIT_BE: Final = Encoding(implicit=False, little=False)
_SYNTAXES: Final = {EXPLICIT_LE: EXPLICIT_LITTLE, IMPLICIT_LE: IMPLICIT_LITTLE, EXPLICIT_BE: EXPLICIT_BIG}


def encoding_of(syntax: str) -> Encoding:
    """The encoding of a transfer syntax: all but three are explicit VR little endian (PS3.5 annex A)."""
    if syntax in (IMPLICIT_LITTLE, _IMPLICIT_GE):
        return IMPLICIT_LE
    return EXPLICIT_BE if syntax == EXPLICIT_BIG else EXPLICIT_LE


def syntax_of(encoding: Encoding) -> str:
    return _SYNTAXES[encoding]


def recognized(content: bytes, at: int, said: Encoding | None) -> tuple[Encoding, float] | None:
    """The encoding that the elements from `at` on are in, and how many were looked at; None if it is none.

    What is `said` wins where the bytes could be in another encoding as well. An element that is longer than the bytes
    counts a half in explicit VR, a quarter in implicit.
    """
    order = [one for one in (said, EXPLICIT_LE, EXPLICIT_BE, IMPLICIT_LE) if one is not None]
    scores = {one: _score(content, at, one) for one in order}
    best = max(order, key=lambda one: scores[one])
    return (best, scores[best]) if scores[best] else None


def _score(content: bytes, at: int, encoding: Encoding) -> float:
    score, previous = 0.0, -1
    while score < _LOOKED_AT and at < len(content):
        header = encoding.header_at(content, at, len(content))
        if header is None or header.odd or not previous < header.tag or not _plausible(header):
            return 0.0 if not score else score if header is None else score / 2
        previous = header.tag
        if header.length == UNDEFINED:
            return score + 1 if header.vr in (None, "SQ", "UN", "OB", "OW") else score / 2
        if header.value_at + header.length > len(content):
            return score + (0.25 if encoding.implicit else 0.5)
        score += 1
        at = header.value_at + header.length
    return score


def _plausible(header: Header) -> bool:
    """Whether the dictionary has the tag, or it is private; a group length has four bytes."""
    if header.tag & 0xFFFF == 0:
        return header.length == 4
    group = header.tag >> 16
    if group & 1:
        return group > 0x0008 and (header.tag & 0xFFFF) >= 0x10
    return _known(header.tag)


@cache
def _known(tag: int) -> bool:
    from pydicom.datadict import dictionary_has_tag, repeater_has_tag

    return dictionary_has_tag(tag) or repeater_has_tag(tag)


def _letters(vr: bytes) -> bool:
    return 65 <= vr[0] <= 90 and 65 <= vr[1] <= 90
