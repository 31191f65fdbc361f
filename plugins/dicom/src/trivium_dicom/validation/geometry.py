"""What numbers of an image say of each other: windows, planes, palettes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from trivium_dicom.validation.conditions import tag_of
from trivium_dicom.validation.findings import Found
from trivium_dicom.validation.levels import Level

_CENTER, _WIDTH, _FUNCTION = 0x00281050, 0x00281051, 0x00281056
_ORIENTATION: Final = 0x00200037
_SPACINGS: Final = (0x00280030, 0x00181164, 0x00182010)
_ROWS, _COLUMNS = 0x00280010, 0x00280011
_TOLERANCE: Final = 1e-3
"""Of cosines, which are written with few digits."""
_PALETTES: Final = tuple(
    (tag_of(f"{color}PaletteColorLookupTableDescriptor"), tag_of(f"{color}PaletteColorLookupTableData"))
    for color in ("Red", "Green", "Blue")
)


def geometry_faults(level: Level) -> Iterator[Found]:
    yield from _window_faults(level)
    yield from _plane_faults(level)
    for descriptor, data in _PALETTES:
        yield from _palette_faults(level, descriptor, data)


def _window_faults(level: Level) -> Iterator[Found]:
    if not (level.filled(_CENTER) and level.filled(_WIDTH)):
        return
    centers, widths = len(level.texts(_CENTER)), level.texts(_WIDTH)
    if centers != len(widths):
        fix = f"{centers} as WindowCenter has; it has {len(widths)}"
        yield Found("window.pairs", level, _WIDTH, level.cells[_WIDTH], fix)
    exact = level.text(_FUNCTION) in ("LINEAR_EXACT", "SIGMOID")
    numbers = level.numbers(_WIDTH) or []
    if any(number <= 0 if exact else number < 1 for number in numbers):
        fix = "above 0" if exact else "1 or more"
        yield Found("window.width", level, _WIDTH, level.cells[_WIDTH], fix)


def _plane_faults(level: Level) -> Iterator[Found]:
    numbers = level.numbers(_ORIENTATION)
    if numbers and len(numbers) == 6 and not _is_orientation(numbers):
        yield Found("plane.orientation", level, _ORIENTATION, level.cells[_ORIENTATION])
    for tag in _SPACINGS:
        found = level.numbers(tag)
        if found and not all(map(_is_distance, found, _lines(level))):
            yield Found("plane.spacing", level, tag, level.cells[tag])


def _lines(level: Level) -> tuple[int | None, int | None]:
    """Rows and columns: a functional group has those of the object around it."""
    while level.above is not None and not level.has(_ROWS):
        level = level.above
    return level.whole(_ROWS), level.whole(_COLUMNS)


def _is_distance(number: float, lines: int | None) -> bool:
    """Between the centers of rows, or of columns: zero where there is only one of them (PS3.3 10.7.1.3)."""
    return number > 0 or (number == 0 and lines == 1)


def _is_orientation(numbers: list[float]) -> bool:
    row, column = numbers[:3], numbers[3:]
    if not all(map(math.isfinite, numbers)):
        return False
    lengths = (math.hypot(*row), math.hypot(*column))
    across = sum(a * b for a, b in zip(row, column, strict=True))
    return all(abs(length - 1) < _TOLERANCE for length in lengths) and abs(across) < _TOLERANCE


def _palette_faults(level: Level, descriptor: int, data: int) -> Iterator[Found]:
    """Entries of 16 bits, or of 8 bits two by two (PS3.3 C.7.6.3.1.5)."""
    cell = level.cells.get(data)
    numbers = level.numbers(descriptor)
    if cell is None or cell.size is None or cell.empty or not numbers or len(numbers) != 3:
        return
    entries = int(numbers[0]) or 65536
    right = {2 * entries} if numbers[2] != 8 else {2 * entries, entries + entries % 2}
    if cell.size not in right:
        fix = f"{max(right)} bytes for {entries} entries; it has {cell.size}"
        yield Found("lut.length", level, data, None, fix)
