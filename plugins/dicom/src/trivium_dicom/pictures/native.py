"""One frame of pixel data that are not compressed, as an array (PS3.5 clause 8, annexes A.1 to A.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trivium.api import BadInput
from trivium_dicom.pictures.problems import PictureProblem
from trivium_dicom.pictures.shape import Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray


def native(data: bytes, shape: Shape, frame: int, *, big_endian: bool, words: bool) -> tuple[NDArray[Any], bool]:
    """Words of frame `frame` (from 1) as rows x columns or rows x columns x samples, and whether all of it was there.

    `words`: 8-bit samples are in 16-bit words (VR OW), which matters in big endian. What is missing is zero. Raises
    `BadInput` where nothing of the frame is there.
    """
    start = (frame - 1) * shape.bits
    first, last = start // 8, -(-(start + shape.bits) // 8)
    if first >= len(data):
        raise BadInput(where="path", problem=PictureProblem.TOO_SHORT, frame=frame)
    swapped = big_endian and words and shape.allocated == 8
    raw = _swapped(data, first, last) if swapped else data[first:last]
    whole = len(raw) == last - first
    raw = raw.ljust(last - first, b"\0")
    return shaped(_samples(raw, shape, start % 8, big_endian=big_endian), shape), whole


def shaped(samples: NDArray[Any], shape: Shape) -> NDArray[Any]:
    """Samples in their order in the data as rows x columns, or as rows x columns x samples."""
    rows, columns = shape.rows, shape.columns
    if shape.samples == 1:
        return samples.reshape(rows, columns)
    if shape.photometric == "YBR_FULL_422":
        return _upsampled(samples.reshape(rows, columns * 2), rows, columns)
    if shape.planar:
        return np.ascontiguousarray(samples.reshape(shape.samples, rows, columns).transpose(1, 2, 0))
    return samples.reshape(rows, columns, shape.samples)


def _samples(raw: bytes, shape: Shape, bit: int, *, big_endian: bool) -> NDArray[Any]:
    if shape.allocated == 1:
        return np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")[bit : bit + shape.bits]
    kind = "f" if shape.floating else "i" if shape.signed else "u"
    order = ">" if big_endian else "<"
    read = np.frombuffer(raw, np.dtype(f"{order}{kind}{shape.allocated // 8}"))
    return read.astype(read.dtype.newbyteorder("="), copy=False)


def _swapped(data: bytes, first: int, last: int) -> bytes:
    """Bytes of a frame whose 16-bit words were swapped; a frame of odd length may begin within a word."""
    even = first - first % 2
    words = np.frombuffer(data[even : last + last % 2 + 1][: (last + last % 2) - even], np.uint8)
    pairs = words[: len(words) // 2 * 2].reshape(-1, 2)[:, ::-1].tobytes()
    return pairs[first - even : last - even]


def _upsampled(samples: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """Y1 Y2 CB CR for two pixels (PS3.3 C.7.6.3.1.2) as Y CB CR for each."""
    if columns % 2:
        raise BadInput(where="path", problem=PictureProblem.NO_SHAPE)
    fours = samples.reshape(rows, columns // 2, 4)
    out = np.empty((rows, columns, 3), samples.dtype)
    out[:, 0::2, 0], out[:, 1::2, 0] = fours[..., 0], fours[..., 1]
    out[..., 1], out[..., 2] = np.repeat(fours[..., 2], 2, axis=1), np.repeat(fours[..., 3], 2, axis=1)
    return out
