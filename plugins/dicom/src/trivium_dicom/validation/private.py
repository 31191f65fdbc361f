"""Private elements: their groups, and the creators that reserve their blocks (PS3.5 7.8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import Cell, Level
from trivium_dicom.validation.values import value_faults

_NEVER: Final = frozenset({0x0001, 0x0003, 0x0005, 0x0007, 0xFFFF})


def private_faults(level: Level, cell: Cell) -> Iterator[Found]:
    group, element = cell.tag >> 16, cell.tag & 0xFFFF
    if group in _NEVER:
        yield Found("private.bad_group", level, cell.tag)
    elif element == 0:
        yield Found("order.group_length", level, cell.tag)
    elif element < 0x10 or 0xFF < element < 0x1000:
        yield Found("private.bad_element", level, cell.tag)
    elif element > 0xFF and not level.filled(group << 16 | element >> 8):
        yield Found("private.no_creator", level, cell.tag, None, f"({group:04X},{element >> 8:04X}) names the creator")
    yield from value_faults(level, cell, None)
