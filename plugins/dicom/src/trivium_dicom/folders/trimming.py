"""A file without what nobody asks for, made in a tenth of the time that reading the whole takes.

Headers are stepped over, values are not looked at. Whatever is not plain gives None, and the whole file is read then:
what odd files mean is decided in one place only, `files.reading`.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from trivium_dicom.files.encoding import (
    DELIMITERS,
    EXPLICIT_LE,
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    Encoding,
    Header,
    encoding_of,
)
from trivium_dicom.files.inflating import DEFLATED_SYNTAXES

_META: Final = 132
"""Where the file meta information begins, with its group length in 12 bytes (PS3.10 clause 7.1)."""
_META_LENGTH: Final = 12
_SYNTAX: Final = 0x00020010
_PIXELS: Final = 0x7FE00000
_NEVER: Final = frozenset({*DELIMITERS, 0x00041220})
"""What is out of place, and the records of a DICOMDIR, which are wanted whole."""


def trimmed(content: bytes, wanted: Set[int], *, partial: bool) -> bytes | None:
    """The file with these elements of its top level alone; None where that takes thought.

    `partial`: it is the beginning of a file, which may end anywhere behind what is wanted.
    """
    start = _behind_meta(content)
    if start is None or (syntax := _syntax(content, start)) is None or syntax in DEFLATED_SYNTAXES:
        return None
    encoding, last, at, previous = encoding_of(syntax), max(wanted), start, -1
    kept = [content[:start]]
    while at < len(content):
        header = encoding.header_at(content, at, len(content))
        if header is not None and header.tag >= _PIXELS:
            return _joined(kept)
        if header is None or header.odd or header.tag <= previous or header.tag in _NEVER:
            return _joined(kept) if partial and header is None and previous >= last else None
        end = _behind(content, header, encoding)
        if end is None or end > len(content):
            return _joined(kept) if partial and header.tag > last else None
        if header.tag in wanted:
            kept.append(content[at:end])
        at, previous = end, header.tag
    return _joined(kept) if not partial or previous >= last else None


def _joined(kept: list[bytes]) -> bytes | None:
    """A file of nothing but its meta information would be another thing than the whole."""
    return b"".join(kept) if len(kept) > 1 else None


def _behind(content: bytes, header: Header, encoding: Encoding) -> int | None:
    """The byte behind an element, which may be behind the end; None where that cannot be told."""
    if header.length != UNDEFINED:
        return header.value_at + header.length
    return _behind_sequence(content, header.value_at, encoding) if header.vr in ("SQ", None) else None


def _behind_meta(content: bytes) -> int | None:
    header = EXPLICIT_LE.header_at(content, _META, len(content))
    if content[128:_META] != b"DICM" or header is None or header[:3] != (0x00020000, "UL", 4):
        return None
    start = _META + _META_LENGTH + int.from_bytes(content[header.value_at : header.value_at + 4], "little")
    return start if start < len(content) else None


def _syntax(content: bytes, start: int) -> str | None:
    """Of the file meta information, which ends at `start`."""
    at, found = _META, None
    while at < start:
        header = EXPLICIT_LE.header_at(content, at, start)
        if header is None or header.odd or header.tag >> 16 != 2 or header.value_at + header.length > start:
            return None
        if header.tag == _SYNTAX:
            found = content[header.value_at : header.value_at + header.length].rstrip(b"\0 ").decode("latin-1")
        at = header.value_at + header.length
    return found


def _behind_sequence(content: bytes, at: int, encoding: Encoding) -> int | None:
    """The byte behind a sequence of undefined length; None where its items are not plain."""
    inside = [SEQUENCE_END]
    """By what each level ends, from the outside in."""
    while inside:
        header = encoding.header_at(content, at, len(content))
        if header is None or header.odd:
            return None
        in_sequence = inside[-1] == SEQUENCE_END
        if header.tag == inside[-1]:
            inside.pop()
            at = header.value_at
        elif in_sequence is not (header.tag == ITEM) or header.tag in (SEQUENCE_END, ITEM_END):
            return None
        elif header.length != UNDEFINED:
            at = header.value_at + header.length
        elif in_sequence or header.vr in ("SQ", None):
            inside.append(ITEM_END if in_sequence else SEQUENCE_END)
            at = header.value_at
        else:
            return None
    return at
