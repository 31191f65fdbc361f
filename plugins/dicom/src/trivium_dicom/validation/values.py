"""Each element by itself: its VR, the number and form of its values, and whether it is in the dictionary at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trivium_dicom.dictionary import EntryKind
from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import Cell, Level, entry_of, vrs_of
from trivium_dicom.vr import VRS, VrFault, fault_of, vm_allows

_RULES: Final = {
    VrFault.LENGTH: "vr.length",
    VrFault.CHARACTERS: "vr.characters",
    VrFault.FORM: "vr.form",
    VrFault.NO_SUCH_DATE: "vr.no_such_date",
    VrFault.RANGE: "vr.range",
}
_STREAMS: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW"})
_PIXELS: Final = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_MOST_BYTES: Final = 1 << 20
"""Of one text value that is looked at."""
_MOST_VALUES: Final = 10_000
_ITEMS: Final = 0xFFFE


def element_faults(level: Level, cell: Cell) -> Iterator[Found]:
    """What is wrong with one standard element, whatever object it is in."""
    if cell.tag & 0xFFFF == 0:
        if cell.tag >> 16 != 2:
            yield Found("order.group_length", level, cell.tag)
        return
    entry = entry_of(cell.tag)
    if entry is None:
        yield Found("attribute.unknown", level, cell.tag)
    elif entry.retired and entry.kind is not EntryKind.GROUP_LENGTH:
        yield Found("attribute.retired", level, cell.tag)
    yield from vr_faults(level, cell)
    yield from value_faults(level, cell, entry.vm if entry else None)


def vr_faults(level: Level, cell: Cell) -> Iterator[Found]:
    known = vrs_of(cell.tag)
    if cell.stored is None or not known or cell.stored in known or cell.tag in _PIXELS:
        return
    fix = " or ".join(known)
    yield Found("vr.unknown" if cell.stored == "UN" else "vr.wrong", level, cell.tag, None, fix)


def value_faults(level: Level, cell: Cell, vm: str | None) -> Iterator[Found]:
    """The length, number and form of the values; `vm` as the dictionary has it."""
    if cell.raw is not None and len(cell.raw) % 2:
        yield Found("vr.odd_length", level, cell.tag, None, f"{len(cell.raw)} bytes")
    if cell.empty or cell.is_sequence:
        return
    rule = VRS[cell.vr]
    if cell.vr in _STREAMS:
        return
    if rule.binary:
        yield from _whole_values(level, cell, rule.fixed)
    elif cell.raw is not None and len(cell.raw) > _MOST_BYTES:
        return
    elif rule.charset and cell.raw is not None and not cell.raw.isascii():
        yield from _charset_faults(level, cell)
    values = level.values(cell)
    if vm is not None and values and not vm_allows(vm, len(values)):
        yield Found("vm.wrong", level, cell.tag, None, f"{vm}; it has {len(values)}")
    if not rule.binary:
        yield from _form_faults(level, cell, values[:_MOST_VALUES])


def _whole_values(level: Level, cell: Cell, size: int | None) -> Iterator[Found]:
    if size and cell.raw is not None and len(cell.raw) % size:
        fix = f"{size} bytes a value; it has {len(cell.raw)}"
        yield Found("vr.part_of_value", level, cell.tag, None, fix)


def _charset_faults(level: Level, cell: Cell) -> Iterator[Found]:
    if not level.charset.terms:
        yield Found("charset.undeclared", level, cell.tag, cell, "(0008,0005) names the character set")
    elif not level.charset.unknown and cell.raw is not None and level.charset.decoded(cell.raw) is None:
        yield Found("charset.undecodable", level, cell.tag, cell)


def _form_faults(level: Level, cell: Cell, values: list[str]) -> Iterator[Found]:
    last = len(values) - 1
    for number, value in enumerate(values):
        # Only the last value is padded to an even length.
        text = value if number == last else value.rstrip(" ") if cell.vr != "UI" else value
        fault = fault_of(cell.vr, text)
        if fault is not None:
            yield Found(_RULES[fault], level, cell.tag, cell, f"{cell.vr}: {VRS[cell.vr].form}", value=value)
