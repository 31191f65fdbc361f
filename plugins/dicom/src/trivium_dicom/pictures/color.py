"""Color frames as 8-bit RGB: palettes, YBR, and more than 8 bits (PS3.3 C.7.6.3.1.2, C.7.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from trivium.api import BadInput
from trivium_dicom.pictures.lut import palette_of
from trivium_dicom.pictures.problems import PictureProblem
from trivium_dicom.pictures.shape import Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset


def painted(stored: NDArray[Any], dataset: Dataset) -> NDArray[np.uint8]:
    """Indexes into the data set's palette, as colors. Raises `BadInput` without one."""
    palette = palette_of(dataset)
    if palette is None:
        raise BadInput(where="path", problem=PictureProblem.NO_PALETTE)
    return np.stack([np.rint(lut.of(stored) * (255.0 / lut.most)).astype(np.uint8) for lut in palette], axis=-1)


def rgb(stored: NDArray[Any], photometric: str, shape: Shape) -> NDArray[np.uint8]:
    """Rows x columns x 3. Raises `BadInput` for YBR of other than 8 bits."""
    if photometric.startswith("YBR") and (stored.dtype.itemsize != 1 or shape.stored != 8):
        raise BadInput(where="path", problem=PictureProblem.OTHER_COLORS)
    shades = _of_8_bits(stored, shape)
    if not photometric.startswith("YBR"):
        return shades
    # YBR_FULL is what JFIF calls YCbCr; YBR_RCT and YBR_ICT come out of their decoders as RGB.
    size = shades.shape[1], shades.shape[0]
    return np.asarray(Image.frombytes("YCbCr", size, np.ascontiguousarray(shades).tobytes()).convert("RGB"))


def _of_8_bits(stored: NDArray[Any], shape: Shape) -> NDArray[np.uint8]:
    bits = min(shape.stored, 8 * stored.dtype.itemsize)
    if stored.dtype.kind == "i":
        stored = stored.view(f"u{stored.dtype.itemsize}")
    found: NDArray[Any] = stored
    if bits > 8:
        found = np.right_shift(stored, bits - 8)
    elif bits < 8:
        found = stored.astype(np.uint16) * 255 // (2**bits - 1)
    return found.astype(np.uint8, copy=False)
