"""One frame of an image as stored values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trivium_dicom.pictures.compressed import decompress, frame_bytes
from trivium_dicom.pictures.native import native
from trivium_dicom.pictures.problems import PictureNote
from trivium_dicom.pictures.shape import Shape
from trivium_dicom.pictures.syntaxes import BIG_ENDIAN, ENCAPSULATED_NATIVE, NATIVE
from trivium_dicom.pictures.values import bytes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from trivium_dicom.files.reading import Reading


@dataclass(frozen=True, slots=True)
class Decoded:
    words: NDArray[Any]
    """What each sample's bits hold, overlay bits too; rows x columns, or rows x columns x samples."""
    photometric: str
    decoder: str
    masked: bool
    """Whether bits that are not of the value may be set in the words."""
    notes: tuple[PictureNote, ...] = ()

    def values(self, shape: Shape) -> NDArray[Any]:
        """The stored values: of each word the Bits Stored up to the High Bit, with their sign (PS3.5 8.1.1)."""
        bits = 8 * self.words.dtype.itemsize
        above, unused = bits - 1 - shape.high, bits - shape.stored
        if self.masked or unused <= 0 or shape.floating or shape.allocated == 1 or above < 0:
            return self.words
        found: NDArray[Any] = np.right_shift(np.left_shift(self.words, above), unused)
        return found


def decode(reading: Reading, shape: Shape, frame: int) -> Decoded:
    """Frame `frame`, from 1. Raises `BadInput` with `PictureProblem`."""
    dataset, syntax = reading.dataset, reading.transfer_syntax
    if syntax not in NATIVE:
        found = decompress(dataset, shape, frame, syntax)
        other = {found.photometric, shape.photometric} in ({"RGB", "YBR_FULL"}, {"RGB", "YBR_FULL_422"})
        notes = (PictureNote.OTHER_COLOR_SPACE,) if other else ()
        return Decoded(found.words, found.photometric, found.decoder, not found.deeper, notes)
    data, first = bytes_of(dataset, shape.keyword), frame
    if syntax == ENCAPSULATED_NATIVE:
        data, first = frame_bytes(dataset, shape, frame), 1
    words, whole = native(
        data, shape, first, big_endian=syntax == BIG_ENDIAN, words=_vr(dataset, shape.keyword) == "OW"
    )
    return Decoded(words, shape.photometric, "none needed", False, () if whole else (PictureNote.CUT,))


def _vr(dataset: Dataset, keyword: str) -> str:
    return str(dataset[keyword].VR)
