"""Overlay planes, 60xx (PS3.3 C.9.2), those of one frame, and retired ones inside unused bits of the pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from trivium_dicom.pictures.problems import PictureNote
from trivium_dicom.pictures.shape import Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

_GROUPS: Final = range(0x6000, 0x6020, 2)
_ROWS: Final = 0x0010
_COLUMNS: Final = 0x0011
_FRAMES: Final = 0x0015
_ORIGIN: Final = 0x0050
_FIRST_FRAME: Final = 0x0051
_POSITION: Final = 0x0102
_DATA: Final = 0x3000
_MOST_PIXELS: Final = 1 << 27


@dataclass(slots=True)
class Overlays:
    mask: NDArray[Any] | None = None
    """True where one of them has a one; rows x columns of the image."""
    count: int = 0
    notes: list[PictureNote] = field(default_factory=list)

    def add(self, plane: NDArray[Any], note: PictureNote | None = None) -> None:
        self.mask = plane if self.mask is None else self.mask | plane
        self.count += 1
        if note and note not in self.notes:
            self.notes.append(note)


def overlays_of(dataset: Dataset, shape: Shape, frame: int, words: NDArray[Any] | None) -> Overlays:
    """The overlays of frame `frame`, from 1. `words`: the pixels with all their bits, where these are known."""
    found = Overlays()
    for group in _GROUPS:
        if (group, _DATA) in dataset:
            if not _applies(dataset, group, frame):
                continue
            plane = _plane(dataset, group, shape, frame)
            if plane is not None:
                found.add(plane)
            elif PictureNote.ODD_OVERLAY not in found.notes:
                found.notes.append(PictureNote.ODD_OVERLAY)
        elif words is not None and (position := _whole(dataset, group, _POSITION)):
            inside = shape.high - shape.stored < position <= shape.high
            if position < 8 * words.dtype.itemsize and not inside and words.ndim == 2:
                found.add((np.right_shift(words, position) & 1).astype(bool), PictureNote.EMBEDDED_OVERLAY)
    return found


def _applies(dataset: Dataset, group: int, frame: int) -> bool:
    """Whether the overlay is of this frame. One that says nothing of frames is of all."""
    if (group, _FRAMES) not in dataset and (group, _FIRST_FRAME) not in dataset:
        return True
    first = _whole(dataset, group, _FIRST_FRAME) or 1
    return first <= frame < first + (_whole(dataset, group, _FRAMES) or 1)


def _plane(dataset: Dataset, group: int, shape: Shape, frame: int) -> NDArray[Any] | None:
    """The overlay over the image, cut to it; None where it is unusable."""
    rows, columns = _whole(dataset, group, _ROWS), _whole(dataset, group, _COLUMNS)
    data = dataset[group, _DATA].value
    origin = _numbers(dataset, group, _ORIGIN) or [1, 1]
    if not isinstance(data, bytes) or not rows or not columns or len(origin) != 2 or rows * columns > _MOST_PIXELS:
        return None
    several = (group, _FRAMES) in dataset or (group, _FIRST_FRAME) in dataset
    index = frame - (_whole(dataset, group, _FIRST_FRAME) or 1) if several else 0
    start = index * rows * columns
    raw = np.frombuffer(data[start // 8 : (start + rows * columns + 7) // 8], np.uint8)
    bits = np.unpackbits(raw, bitorder="little")[start % 8 : start % 8 + rows * columns]
    if len(bits) < rows * columns:
        return None
    return _placed(bits.reshape(rows, columns).astype(bool), origin[0] - 1, origin[1] - 1, shape)


def _placed(plane: NDArray[Any], down: int, right: int, shape: Shape) -> NDArray[Any]:
    """The plane in the image, `down` rows and `right` columns from its first pixel, which may be negative."""
    out = np.zeros((shape.rows, shape.columns), bool)
    cut = plane[max(0, -down) : max(0, shape.rows - down), max(0, -right) : max(0, shape.columns - right)]
    top, left = max(0, down), max(0, right)
    out[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return out


def _numbers(dataset: Dataset, group: int, element: int) -> list[int]:
    if (group, element) not in dataset:
        return []
    value = dataset[group, element].value
    try:
        several = hasattr(value, "__iter__") and not isinstance(value, str)
        return [int(one) for one in (value if several else [value])]
    except (TypeError, ValueError, OverflowError):
        return []


def _whole(dataset: Dataset, group: int, element: int) -> int:
    """A number from 1 on, or 0."""
    found = _numbers(dataset, group, element)
    return max(0, found[0]) if found else 0
