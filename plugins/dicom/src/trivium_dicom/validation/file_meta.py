"""The file meta information (PS3.10 7.1), by itself and beside the data set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trivium_dicom.dictionary import uid_names
from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import Level
from trivium_dicom.validation.values import element_faults

_REQUIRED: Final = (0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012)
_PARTNERS: Final = {0x00020002: 0x00080016, 0x00020003: 0x00080018}
_DIRECTORY: Final = "1.2.840.10008.1.3.10"
TRANSFER_SYNTAX: Final = 0x00020010
MODULE: Final = "File Meta Information"


def meta_faults(level: Level, top: Level) -> Iterator[Found]:
    """What is missing or wrong in it. None of it at all is one fault."""
    if not level.cells:
        yield Found("meta.absent", level, 0x00020000, None, "", MODULE)
        return
    for tag in _REQUIRED:
        if not level.has(tag):
            yield Found("meta.missing", level, tag, None, "", MODULE, "1")
        elif level.cells[tag].empty:
            yield Found("meta.empty", level, tag, None, "", MODULE, "1")
    yield from _partner_faults(level, top)
    syntax = level.text(TRANSFER_SYNTAX)
    if syntax and syntax not in uid_names():
        yield Found("meta.transfer_syntax", level, TRANSFER_SYNTAX, level.cells[TRANSFER_SYNTAX])
    for cell in level.cells.values():
        yield from element_faults(level, cell)


def _partner_faults(level: Level, top: Level) -> Iterator[Found]:
    """A directory has its class and instance in the file meta information alone."""
    if level.text(0x00020002) == _DIRECTORY:
        return
    for tag, partner in _PARTNERS.items():
        here, there = level.text(tag), top.text(partner)
        if here and there and here != there:
            yield Found(
                "meta.differs", level, tag, level.cells[tag], f"equal to ({partner >> 16:04X},{partner & 0xFFFF:04X})"
            )
