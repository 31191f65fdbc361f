"""Looks ahead: what the bytes behind a header are, before anything is made of them."""

from __future__ import annotations

from typing import Final

from trivium_dicom.files.encoding import (
    DELIMITERS,
    EXPLICIT_LE,
    IMPLICIT_LE,
    ITEM,
    SEQUENCE_END,
    UNDEFINED,
    Encoding,
)

CUT_SHORT: Final = -1


def end_of_fragments(content: bytes, at: int, end: int, encoding: Encoding, *, most: int) -> int | None:
    """Where the sequence delimiter behind the fragments of encapsulated pixel data stands (PS3.5 A.4).

    `CUT_SHORT` if the bytes end before it, None if there is anything else or more than `most` fragments.
    """
    unpack = encoding.bare.tag_and_length.unpack_from  # there may be a million: no header is made of each
    for _ in range(most):
        if at + 8 > end:
            return CUT_SHORT
        group, element, length = unpack(content, at)
        if (tag := group << 16 | element) == SEQUENCE_END:
            return at
        if tag != ITEM or length == UNDEFINED:
            return None
        at += 8 + length
    return CUT_SHORT if at > end else None


def holds_items(content: bytes, at: int, end: int, encoding: Encoding) -> bool:
    """Whether an unknown value is a sequence in implicit VR (PS3.5 6.2.2): items that fill it, not all empty."""
    found = False
    if encoding.tag_at(content, at) != ITEM:
        return False
    while at < end:
        item = encoding.bare.header_at(content, at, end)
        if item is None or item.tag != ITEM or item.length > end - item.value_at:
            return False
        if item.length:
            first = encoding.bare.header_at(content, item.value_at, item.value_at + item.length)
            if first is None or (first.length > item.length - 8 and first.length != UNDEFINED):
                return False
            found = True
        at = item.value_at + item.length
    return found


def encoding_of_item(content: bytes, start: int, end: int, around: Encoding) -> Encoding:
    """That of the sequence around, unless the first element shows that the item is in the other VR encoding."""
    if not around.little or end - start < 8:
        return around
    first = EXPLICIT_LE.header_at(content, start, end)
    if first is None or first.tag in DELIMITERS:
        return around
    explicit = not first.odd and first.vr is not None
    if around.implicit and explicit:
        fitting = IMPLICIT_LE.header_at(content, start, end)
        if fitting is not None and fitting.length <= end - fitting.value_at:
            return around
    if explicit:
        return EXPLICIT_LE
    return IMPLICIT_LE if first.vr is None else around
