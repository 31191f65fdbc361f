"""How large a picture is drawn: the shape of its pixels, and the size asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trivium_dicom.pictures.groups import place_of
from trivium_dicom.pictures.problems import PictureNote
from trivium_dicom.pictures.shape import Shape
from trivium_dicom.pictures.values import numbers_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_SPACINGS: Final = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
_EXTREME: Final = 20.0
_SQUARE: Final = 0.005
"""Pixels that differ less from squares are drawn as such."""
_SMALL: Final = 256
"""A smaller picture is enlarged, by a whole factor, until its longer side has at least this many pixels."""


@dataclass(frozen=True, slots=True)
class Pixel:
    spacing: tuple[float, float] | None
    """Millimeters from row to row and from column to column."""
    aspect: float
    """Height by width."""
    notes: tuple[PictureNote, ...] = ()


def pixel_of(dataset: Dataset, frame: int) -> Pixel:
    """The shape of a pixel: by Pixel Aspect Ratio, or else by what spacing there is (PS3.3 C.7.6.3.1.7)."""
    place = place_of(dataset, frame, "PixelMeasuresSequence")
    pairs = [numbers_of(place, "PixelSpacing"), *(numbers_of(dataset, keyword) for keyword in _SPACINGS)]
    spacing = next(((pair[0], pair[1]) for pair in pairs if len(pair) == 2 and min(pair) > 0), None)
    ratio = numbers_of(dataset, "PixelAspectRatio")
    vertical, horizontal = ratio if len(ratio) == 2 and min(ratio) > 0 else spacing or (1.0, 1.0)
    aspect = vertical / horizontal
    if not 1 / _EXTREME <= aspect <= _EXTREME:
        return Pixel(spacing, 1.0, (PictureNote.EXTREME_ASPECT,))
    return Pixel(spacing, 1.0 if abs(aspect - 1) < _SQUARE else aspect)


def size_of(shape: Shape, aspect: float, longer: int) -> tuple[int, int]:
    """Width and height of the picture, the longer side at most `longer`. No pixel is left out to make them square."""
    width, height = float(shape.columns), float(shape.rows)
    if aspect >= 1:
        height *= aspect
    else:
        width /= aspect
    largest = max(width, height)
    factor = longer / largest if largest > longer else max(1, min(longer // largest, -(-_SMALL // largest)))
    return max(1, round(width * factor)), max(1, round(height * factor))
