"""What the head of a compressed picture says of itself, read before a decoder sees it.

A decoder makes room for what the head says, which may be far from what Rows and Columns say.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

_SOF: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
"""Start of frame (ITU-T T.81 B.1.1.3; T.87 C.1.1 for JPEG-LS)."""
_BARE: Final = frozenset(range(0xD0, 0xD9)) | {0x01}
"""Markers without a length."""
_SOC: Final = b"\xff\x4f\xff\x51"
"""Start of a JPEG 2000 codestream with its SIZ marker (ITU-T T.800 A.4.1, A.5.1)."""
_JP2_BOX: Final = b"\x00\x00\x00\x0cjP  "
_HEAD: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Head:
    rows: int
    columns: int
    components: int
    precision: int


def head_of(frame: bytes) -> Head | None:
    """What a JPEG, JPEG-LS or JPEG 2000 picture says; None where that cannot be found."""
    try:
        if frame[:2] == b"\xff\xd8":
            return _jpeg(frame)
        if frame[:4] == _SOC:
            return _jpeg_2000(frame)
        if frame[:8] == _JP2_BOX:  # a file instead of a codestream, which PS3.5 A.4.4 forbids and which occurs
            start = frame.find(_SOC, 0, _HEAD)
            return _jpeg_2000(frame[start : start + 64]) if start >= 0 else None
    except (struct.error, IndexError):
        pass
    return None


def _jpeg(frame: bytes) -> Head | None:
    at = 2
    while at + 4 <= len(frame):
        if frame[at] != 0xFF:
            return None
        marker = frame[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _SOF:
            precision, rows, columns, components = struct.unpack_from(">BHHB", frame, at + 4)
            return Head(rows, columns, components, precision)
        else:
            at += 2 + struct.unpack_from(">H", frame, at + 2)[0]
    return None


def _jpeg_2000(frame: bytes) -> Head:
    right, bottom, left, top = struct.unpack_from(">4I", frame, 8)
    components, depth = struct.unpack_from(">HB", frame, 40)
    return Head(bottom - top, right - left, components, (depth & 0x7F) + 1)
