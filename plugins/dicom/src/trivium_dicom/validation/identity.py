"""Who and what an object is: its SOP class, its UIDs, its character set, the order of its elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trivium_dicom.dictionary import uid_names
from trivium_dicom.iods import Iod
from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import CHARACTER_SET, Level

SOP_CLASS: Final = 0x00080016
_ENTITIES: Final = (0x0020000D, 0x0020000E, 0x00200052, 0x00080018)
"""Study, series, frame of reference, instance: each is an entity of its own."""


def class_faults(top: Level, sop_class: str, iod: Iod | None) -> Iterator[Found]:
    if not top.has(SOP_CLASS) and not sop_class:
        yield Found("iod.class_missing", top, SOP_CLASS)
    elif sop_class and sop_class not in uid_names():
        yield Found("iod.class_unknown", top, SOP_CLASS, top.cells.get(SOP_CLASS))
    elif iod is None and sop_class:
        yield Found("iod.not_known", top, SOP_CLASS, top.cells.get(SOP_CLASS))


def uid_faults(top: Level) -> Iterator[Found]:
    """An instance that has the UID of its study, and the like."""
    seen: dict[str, int] = {}
    for tag in _ENTITIES:
        uid = top.text(tag)
        if uid and uid in seen:
            first = seen[uid]
            yield Found("uid.same", top, tag, top.cells[tag], f"({first >> 16:04X},{first & 0xFFFF:04X}) has it")
        elif uid:
            seen[uid] = tag


def charset_faults(level: Level) -> Iterator[Found]:
    cell = level.cells.get(CHARACTER_SET)
    if cell is None:
        return
    for term in level.charset.unknown:
        yield Found("charset.unknown", level, CHARACTER_SET, cell, value=term)
    if level.charset.default:
        fix = "no value, which is the default repertoire"
        yield Found("charset.default", level, CHARACTER_SET, cell, fix)
    if level.charset.mixed and not level.charset.unknown:
        fix = "ISO 2022 terms, of which several may stand together, or one term alone"
        yield Found("charset.mixed", level, CHARACTER_SET, cell, fix)


def order_faults(level: Level) -> Iterator[Found]:
    """Elements that stand in the file behind one with a higher tag, as far as places in the file are known."""
    highest, reached = 0, 0
    for cell in level.cells.values():
        if not cell.at:
            continue
        if cell.tag < highest and cell.at > reached:
            yield Found("order.tags", level, cell.tag)
        if cell.tag > highest:
            highest, reached = cell.tag, cell.at
