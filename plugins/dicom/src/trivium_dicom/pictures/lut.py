"""Lookup tables of a data set: modality and VOI LUTs (PS3.3 C.11.1, C.11.2) and palettes, segmented too (C.7.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from trivium_dicom.pictures.values import numbers_of, value_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

_MOST_ENTRIES: Final = 1 << 16
_DISCRETE: Final = 0
_LINEAR: Final = 1
_INDIRECT: Final = 2


@dataclass(frozen=True, slots=True)
class Lut:
    first: int
    """The value that the first entry is for."""
    entries: NDArray[Any]
    bits: int

    @property
    def most(self) -> int:
        return int(2**self.bits - 1)

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """The entry of each value; the nearest end's for those beyond."""
        index = np.clip(np.rint(values) - self.first, 0, len(self.entries) - 1)
        found: NDArray[Any] = self.entries[index.astype(np.intp)]
        return found


def lut_of(item: Dataset, *, signed: bool) -> Lut | None:
    """The table of an item with LUT Descriptor and LUT Data; None for one that is unusable.

    `signed`: what is looked up can be negative, so a first value beyond 32767 is one that was written as unsigned.
    """
    descriptor = _descriptor(item, "LUTDescriptor", signed=signed)
    return _table(*descriptor, _entries(item, "LUTData", descriptor[0])) if descriptor else None


def palette_of(dataset: Dataset) -> tuple[Lut, Lut, Lut] | None:
    """Red, green and blue; None unless all three are usable. Entries that use 8 bits of 16 count as 8 bits."""
    found = [_palette(dataset, color) for color in ("Red", "Green", "Blue")]
    red, green, blue = found
    if red is None or green is None or blue is None:
        return None
    if all(one.bits == 16 and one.entries.max() <= 255 for one in (red, green, blue)):
        red, green, blue = (Lut(one.first, one.entries, 8) for one in (red, green, blue))
    return red, green, blue


def _palette(dataset: Dataset, color: str) -> Lut | None:
    descriptor = _descriptor(dataset, f"{color}PaletteColorLookupTableDescriptor", signed=False)
    if descriptor is None:
        return None
    count, first, bits = descriptor
    entries = _entries(dataset, f"{color}PaletteColorLookupTableData", count)
    if entries is None:
        keyword = f"Segmented{color}PaletteColorLookupTableData"
        narrow = bits == 8 and keyword in dataset and dataset[keyword].VR == "OB"
        segmented = _words(value_of(dataset, keyword), np.uint8 if narrow else None)
        entries = expanded(segmented, count) if segmented is not None else None
    return _table(count, first, bits, entries)


def _descriptor(item: Dataset, keyword: str, *, signed: bool) -> tuple[int, int, int] | None:
    """Entries, first value, bits of an entry (PS3.3 C.11.1.1)."""
    numbers = [int(one) for one in numbers_of(item, keyword)]
    if len(numbers) != 3:
        return None
    count, first, bits = numbers[0] % _MOST_ENTRIES or _MOST_ENTRIES, numbers[1], numbers[2]
    if not 1 <= bits <= 16:
        return None
    return count, first - 65536 if signed and first > 32767 else first, bits


def _table(count: int, first: int, bits: int, entries: NDArray[Any] | None) -> Lut | None:
    if entries is None or not len(entries):
        return None
    entries = entries[:count]
    return Lut(first, entries, max(bits, int(entries.max()).bit_length()))


def _entries(item: Dataset, keyword: str, count: int) -> NDArray[Any] | None:
    """As many entries as there are, in bytes where there are too few bytes for words (C.7.6.3.1.6)."""
    value = value_of(item, keyword)
    narrow = isinstance(value, bytes) and len(value) < 2 * count and len(value) in (count, count + 1)
    return _words(value, np.uint8 if narrow else None)


def _words(value: Any, dtype: type[np.uint8] | None = None) -> NDArray[Any] | None:
    if isinstance(value, bytes | bytearray):
        even = value if dtype else value[: len(value) // 2 * 2]
        return np.frombuffer(even, dtype or np.dtype("<u2")).astype(np.int64) if even else None
    try:
        return np.array(list(value), dtype=np.int64) & 0xFFFF
    except (TypeError, ValueError, OverflowError):
        return None


def expanded(segments: NDArray[Any], count: int) -> NDArray[Any] | None:
    """The entries that segments stand for (PS3.3 C.7.9.2), at most `count`; None where they make no sense."""
    found = _Expansion(segments.tolist(), count)
    return np.array(found.entries, np.int64) if found.run(0, None, nested=False) else None


class _Expansion:
    def __init__(self, segments: list[int], count: int) -> None:
        self._segments, self._count = segments, count
        self._starts: set[int] = set()
        self.entries: list[int] = []

    def run(self, at: int, most: int | None, *, nested: bool) -> bool:
        """Expand `most` segments from `at` on, or all. False where they make no sense."""
        done = 0
        while at + 2 <= len(self._segments) and len(self.entries) < self._count and (most is None or done < most):
            self._starts.add(at)
            code, length = self._segments[at : at + 2]
            if code == _DISCRETE:
                self.entries += self._segments[at + 2 : at + 2 + length]
                at += 2 + length
            elif code == _LINEAR and self.entries and at + 2 < len(self._segments):
                self._line(self._segments[at + 2], length)
                at += 3
            elif code == _INDIRECT and not nested and at + 3 < len(self._segments):
                if not self.run(self._place(at + 2), length, nested=True):
                    return False
                at += 4
            else:
                return False
            done += 1
        return bool(self.entries)

    def _place(self, at: int) -> int:
        """Of a segment to repeat: in bytes (C.7.9.2.3). dcm4che and pydicom take it for one in entries, and so do their
        writers, which shows where no segment begins at the byte.
        """
        place = self._segments[at] | self._segments[at + 1] << 16
        return place // 2 if not place % 2 and place // 2 in self._starts else place

    def _line(self, end: int, length: int) -> None:
        """From the entry before to `end` in `length` steps."""
        begin = self.entries[-1]
        room = min(length, self._count - len(self.entries))
        self.entries += [round(begin + (end - begin) * step / length) for step in range(1, room + 1)]
