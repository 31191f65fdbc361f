"""Files with a canary, a word that stands nowhere else, in every element of the dictionary that can hold text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pydicom._dicom_dict import DicomDictionary
from tests.dicom import making

_LEFT_OUT: Final = frozenset(
    (
        0x7FE00010,  # PixelData, which nobody looks at
        0x7FE00001,
        0x7FE00002,
        0x7FE00008,
        0x7FE00009,
        0x54000110,
        0x54000112,
        0x5400100A,
        0x54001010,
        0x00660129,
        0x00281221,
        0x00281222,
        0x00281223,
    )
)
_OF_THE_FILE: Final = frozenset((0x00080005, 0x00080016))
"""At the top these say how the file is to be read, and have tests of their own: canaries of them stand in items."""
_TEXT: Final = frozenset(
    "AE AS CS DA DS DT IS LO LT OB OF OL OW PN SH ST TM UC UI UN UR UT".split()  # noqa: SIM905
)
_OF_CODES: Final = frozenset((0x00080100, 0x00080119, 0x00080120))
"""Values of codes: an item with one of a scheme that nobody knows would go as a whole, and hide the others."""
_SAFE_CREATORS: Final = ("Philips Imaging DD 001", "SIEMENS MR HEADER", "GEMS_ACQU_01", "ELSCINT1")


def elements(
    sop_class: str, *, start: int = 0, without: frozenset[int] = frozenset()
) -> tuple[list[tuple[int, bytes]], dict[str, int]]:
    """Elements in tag order, and the tag of each canary."""
    top = [(0x00080016, making.element(0x00080016, b"UI", _even(sop_class.encode(), b"\0")))]
    rows: list[tuple[int, bytes]] = [] if start else top
    planted: dict[str, int] = {}
    left_out = _LEFT_OUT | without | (frozenset() if start else _OF_THE_FILE)
    for tag, (vr, *_) in DicomDictionary.items():
        first = vr.split(" or ")[0]
        if first in _TEXT and tag not in left_out and 0x0006 < tag >> 16 < 0xFFFA:
            word = f"CANARY{start + len(planted):06d}"
            planted[word] = tag
            rows.append((tag, making.element(tag, first.encode(), _even(word.encode(), b" "))))
    return rows, planted


def private(group: int, *, start: int) -> tuple[list[tuple[int, bytes]], dict[str, int]]:
    """Private blocks of an unknown creator, and of the creators whose safe elements may stay."""
    rows: list[tuple[int, bytes]] = []
    planted: dict[str, int] = {}
    for block, creator in enumerate(("CANARYMAKER 1.0", *_SAFE_CREATORS), 0x10):
        rows.append((group << 16 | block, making.element(group << 16 | block, b"LO", _even(creator.encode(), b" "))))
        for number in range(256):
            tag = group << 16 | block << 8 | number
            word = f"CANARY{start + len(planted):06d}"
            planted[word] = tag
            vr = (b"LO", b"CS", b"UN", b"UT")[number % 4]
            rows.append((tag, making.element(tag, vr, _even(word.encode(), b" "))))
    return rows, planted


def coded(*, start: int) -> tuple[bytes, dict[str, int]]:
    """Items with coded concepts that nobody knows, as themselves and as names and values of content items."""
    planted: dict[str, int] = {}

    def concept() -> bytes:
        body = b""
        for tag, vr in ((0x00080100, b"SH"), (0x00080102, b"SH"), (0x00080104, b"LO")):
            word = f"CANARY{start + len(planted):06d}"
            planted[word] = tag
            body += making.element(tag, vr, word.encode())
        return _item(body)

    kind = making.element(0x0040A040, b"CS", b"CODE")
    sequences = (0x0040A043, 0x0040A168)
    content = [
        making.element(0x0040A010, b"CS", b"CONTAINS"),
        kind,
        *(making.element(tag, b"SQ", concept()) for tag in sequences),
    ]
    return concept() + _item(b"".join(content)), planted


def _item(body: bytes) -> bytes:
    return b"\xfe\xff\x00\xe0" + len(body).to_bytes(4, "little") + body


def file(sop_class: str) -> tuple[bytes, Mapping[str, int]]:
    """A whole file: every element at the top, again in items of three sequences, and private ones at both depths."""
    top, planted = elements(sop_class)
    everything = dict(planted)
    rows = dict(top)
    for sequence in (0x00540016, 0x0040A730, 0x00081140, 0x00082218):
        inner, found = elements(sop_class, start=len(everything), without=_OF_CODES)
        more, of_makers = private(0x2001, start=len(everything) + len(found))
        everything |= found | of_makers
        body = b"".join(raw for _, raw in sorted([*inner, *more]))
        concepts, of_codes = coded(start=len(everything))
        everything |= of_codes
        rows[sequence] = making.element(sequence, b"SQ", _item(body) + concepts)
    for group in (0x0019, 0x01E1, 0x2001, 0x0029):
        more, of_makers = private(group, start=len(everything))
        everything |= of_makers
        rows |= dict(more)
    body = b"".join(rows[tag] for tag in sorted(rows))
    whole = bytearray(making.file_of(body, sop_class=sop_class))
    whole[:16] = b"CANARY-PREAMBLE\0"
    return bytes(whole), everything


def left(raw: bytes) -> set[str]:
    """The canaries that stand in these bytes, also wide ones."""
    flat = raw + b" " + raw.replace(b"\0", b"")
    found = {one.decode() for one in re.findall(rb"CANARY\d{6}", flat)}
    return found | {one.decode() for one in re.findall(rb"CANARY(?:MAKER|-PREAMBLE)", flat)}


def _even(value: bytes, padding: bytes) -> bytes:
    return value + padding * (len(value) % 2)
