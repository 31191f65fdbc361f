"""The pixel data and the numbers that describe them (PS3.3 C.7.6.3, PS3.5 8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import Cell, Level

SAMPLES, PHOTOMETRIC, FRAMES = 0x00280002, 0x00280004, 0x00280008
ROWS, COLUMNS = 0x00280010, 0x00280011
ALLOCATED, STORED, HIGH, SIGN = 0x00280100, 0x00280101, 0x00280102, 0x00280103
PIXELS, FLOATS, DOUBLES = 0x7FE00010, 0x7FE00008, 0x7FE00009
ASPECT: Final = 0x00280034
SPACINGS: Final = (0x00280030, 0x00181164, 0x00182010)
_ONE_SAMPLE: Final = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
_THREE_SAMPLES: Final = frozenset(
    {"RGB", "HSV", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", "XYB"}
)
_SHARED_CHROMA: Final = {"YBR_FULL_422": 2.0, "YBR_PARTIAL_422": 2.0, "YBR_PARTIAL_420": 1.5}
"""Samples of a pixel where pixels share their colors."""
_NATIVE: Final = frozenset(
    {
        "1.2.840.10008.1.2",
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.2",
        "1.2.840.113619.5.2",
        "1.2.840.10008.1.2.4.94",
        "1.2.840.10008.1.2.4.95",
    }
)
_NUMBER: Final = "PS3.3 C.7.6.3"


def pixel_faults(level: Level, transfer_syntax: str) -> Iterator[Found]:
    """Of an image; also of an icon, which is always native or encoded as the image is."""
    for tag in (ROWS, COLUMNS, FRAMES):
        if level.whole(tag) == 0:
            yield Found("pixel.zero", level, tag, level.cells[tag], source=_NUMBER)
    yield from _bit_faults(level)
    yield from _sample_faults(level)
    spacing = next((tag for tag in SPACINGS if level.filled(tag)), None)
    if level.has(ASPECT) and spacing is not None:
        fix = f"({spacing >> 16:04X},{spacing & 0xFFFF:04X}) says it all"
        yield Found("pixel.aspect_and_spacing", level, ASPECT, None, fix)
    yield from _length_faults(level, transfer_syntax)


def _bit_faults(level: Level) -> Iterator[Found]:
    allocated, stored, high = level.whole(ALLOCATED), level.whole(STORED), level.whole(HIGH)
    if allocated is not None and allocated != 1 and (allocated <= 0 or allocated % 8):
        yield Found("pixel.bits", level, ALLOCATED, level.cells[ALLOCATED], "1, or a multiple of 8")
    if allocated is not None and stored is not None and not 0 < stored <= allocated:
        yield Found("pixel.bits", level, STORED, level.cells[STORED], f"1 to BitsAllocated, {allocated}")
    if stored is not None and high is not None and high != stored - 1:
        yield Found("pixel.bits", level, HIGH, level.cells[HIGH], f"BitsStored - 1, {stored - 1}")
    sign = level.whole(SIGN)
    if sign is not None and sign not in (0, 1):
        yield Found("pixel.bits", level, SIGN, level.cells[SIGN], "0 or 1", source=_NUMBER)


def _sample_faults(level: Level) -> Iterator[Found]:
    samples, photometric = level.whole(SAMPLES), level.text(PHOTOMETRIC)
    if samples is None:
        return
    right = 1 if photometric in _ONE_SAMPLE else 3 if photometric in _THREE_SAMPLES else None
    if right is not None and samples != right:
        yield Found("pixel.samples", level, SAMPLES, level.cells[SAMPLES], f"{right} for this interpretation")


def _length_faults(level: Level, transfer_syntax: str) -> Iterator[Found]:
    for tag in (PIXELS, FLOATS, DOUBLES):
        cell = level.cells.get(tag)
        if cell is None or cell.size is None or cell.empty:
            continue
        if transfer_syntax in _NATIVE or tag != PIXELS:
            yield from _native_faults(level, cell)
        elif not level.tags and transfer_syntax.startswith("1.2.840.10008.1.2.") and not _in_fragments(cell):
            yield Found("pixel.not_encapsulated", level, tag)


def _native_faults(level: Level, cell: Cell) -> Iterator[Found]:
    expected = native_size(level, {FLOATS: 32, DOUBLES: 64}.get(cell.tag))
    if expected is not None and cell.size not in (expected, expected + expected % 2):
        fix = f"{expected + expected % 2} bytes; it has {cell.size}"
        yield Found("pixel.length", level, cell.tag, None, fix)
    allocated = level.whole(ALLOCATED)
    if cell.tag == PIXELS and cell.stored == "OB" and allocated is not None and allocated > 8:
        yield Found("pixel.vr", level, cell.tag, None, "OW, as more than 8 bits are allocated", source="PS3.5 A.2")


def native_size(level: Level, bits: int | None = None) -> int | None:
    """Bytes of the pixels without the pad; None where a number is missing.

    Bits of single-bit images are packed across rows and frames (PS3.5 8.1.1).
    """
    allocated = bits or level.whole(ALLOCATED)
    rows, columns = level.whole(ROWS), level.whole(COLUMNS)
    frames = level.whole(FRAMES) if level.filled(FRAMES) else 1
    samples: float | None = 1 if bits else level.whole(SAMPLES)
    if samples is not None and samples == 3:
        samples = _SHARED_CHROMA.get(level.text(PHOTOMETRIC), samples)
    if allocated is None or rows is None or columns is None or frames is None or samples is None:
        return None
    return -(-int(rows * columns * frames * allocated * samples) // 8)


def _in_fragments(cell: Cell) -> bool:
    start = cell.raw if cell.raw is not None else cell.value
    return isinstance(start, bytes) and start[:4] in (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")
