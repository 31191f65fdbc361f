"""The grayscale pipeline: modality, VOI and presentation (PS3.3 C.7.6.3.1.2, C.11), padding apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from trivium_dicom.pictures.modality import Modality, modality_of
from trivium_dicom.pictures.problems import PictureNote
from trivium_dicom.pictures.shape import Shape
from trivium_dicom.pictures.spread import Spread, of_counts, of_values
from trivium_dicom.pictures.values import integer_of, number_of, text_of
from trivium_dicom.pictures.voi import Voi, chosen, vois_of
from trivium_dicom.pictures.wanted import Wanted

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

_AT_ONCE: Final = 1 << 20
"""Pixels whose values are worked on at once where each may be different."""


@dataclass(frozen=True, slots=True)
class Gray:
    shades: NDArray[np.uint8]
    """Rows x columns."""
    voi: Voi
    listed: list[Voi]
    ends: tuple[float, float]
    unit: str | None
    inverted: bool
    notes: tuple[PictureNote, ...]


def gray(stored: NDArray[Any], dataset: Dataset, shape: Shape, wanted: Wanted) -> Gray:
    """Shades of a frame's stored values. Raises `BadInput` and `NotFound` with `WindowProblem`."""
    modality = modality_of(dataset, wanted.frame, signed=shape.signed)
    padding = padding_of(dataset, shape)
    tabled = stored.dtype.kind in "iu" and stored.dtype.itemsize <= 2
    lowest = int(stored.min()) if tabled else 0
    table = np.arange(lowest, int(stored.max()) + 1) if tabled else None
    spread, padded = _spread(stored, table, modality, padding)
    listed, odd = vois_of(dataset, wanted.frame, signed=spread.ends[0] < 0)
    voi, notes = chosen(wanted, listed, modality, spread, plain=_plain(dataset, shape, modality))
    turned, contradictory = polarity(dataset, shape)
    inverted = turned != wanted.invert
    said = (
        (PictureNote.ODD_WINDOW, odd),
        (PictureNote.PADDED, padded),
        (PictureNote.ODD_SHAPE, contradictory),
    )

    def shade(values: NDArray[Any]) -> NDArray[np.uint8]:
        return _shade(values, modality, voi, padding, inverted=inverted)

    if table is not None:
        shades_of = shade(table)
        shades = _by_rows(lambda rows: shades_of[rows.astype(np.intp) - lowest], stored)
    else:
        shades = _by_rows(shade, stored)
    notes = (*modality.notes, *notes, *(note for note, holds in said if holds))
    return Gray(shades, voi, listed, spread.ends, modality.unit, inverted, notes)


def _shade(
    values: NDArray[Any], modality: Modality, voi: Voi, padding: tuple[float, float] | None, *, inverted: bool
) -> NDArray[np.uint8]:
    meant = np.nan_to_num(modality.of(values), copy=False)
    shades = voi.of(meant) * 255.0
    found = np.rint(255.0 - shades if inverted else shades).astype(np.uint8)
    if padding:
        found[_within(values, padding)] = 0
    return found


def _by_rows(shade: Callable[[NDArray[Any]], NDArray[np.uint8]], stored: NDArray[Any]) -> NDArray[np.uint8]:
    """Some rows after the other, as numbers of 64 bits take more room than the pixels."""
    return np.concatenate([shade(rows) for rows in _rows(stored)])


def _rows(stored: NDArray[Any]) -> Iterator[NDArray[Any]]:
    step = max(1, _AT_ONCE // stored.shape[1])
    return (stored[first : first + step] for first in range(0, stored.shape[0], step))


def _spread(
    stored: NDArray[Any], table: NDArray[Any] | None, modality: Modality, padding: tuple[float, float] | None
) -> tuple[Spread, bool]:
    """The spread of the values, and whether some pixels are padding."""
    if table is not None:
        counts = np.zeros(len(table), np.int64)
        for rows in _rows(stored):
            counts += np.bincount(rows.ravel().astype(np.intp) - table[0], minlength=len(table))
        pad = _within(table, padding) & (counts > 0) if padding else np.zeros(len(table), bool)
        return of_counts(modality.of(table), np.where(pad, 0, counts)), bool(pad.any())
    pads = _within(stored, padding) if padding else None
    kept = stored if pads is None else stored[~pads]
    return of_values(modality.of(kept).ravel()), pads is not None and bool(pads.any())


def _within(values: NDArray[Any], ends: tuple[float, float]) -> NDArray[Any]:
    return (values >= ends[0]) & (values <= ends[1])


def padding_of(dataset: Dataset, shape: Shape) -> tuple[float, float] | None:
    """Lowest and highest stored value that is padding, from Pixel Padding Value and Range Limit."""
    names = ("FloatPixelPaddingValue", "FloatPixelPaddingRangeLimit")
    if shape.keyword == "DoubleFloatPixelData":
        names = ("DoubleFloatPixelPaddingValue", "DoubleFloatPixelPaddingRangeLimit")
    elif not shape.floating:
        names = ("PixelPaddingValue", "PixelPaddingRangeLimit")
    read: Callable[[Dataset, str], float | None] = number_of if shape.floating else integer_of
    value, limit = read(dataset, names[0]), read(dataset, names[1])
    if value is None:
        return None
    ends = [_signed(one, shape) for one in (value, value if limit is None else limit)]
    return min(ends), max(ends)


def _signed(value: float, shape: Shape) -> float:
    """A padding value as the pixels have it: it may be written as unsigned beside signed pixels."""
    return value - 65536 if shape.signed_bits and value > 32767 and shape.allocated <= 16 else value


def _plain(dataset: Dataset, shape: Shape, modality: Modality) -> tuple[float, float] | None:
    """Lowest and highest value of pixels of up to 8 bits, which are shown as they stand without a window."""
    if shape.floating or shape.stored > 8:
        return None
    most = 2**shape.stored - 1
    if text_of(dataset, "SegmentationType") == "FRACTIONAL":
        most = integer_of(dataset, "MaximumFractionalValue") or most
    stored = np.array((-(most + 1) // 2, most // 2) if shape.signed else (0, most))
    low, high = sorted(modality.of(stored).tolist())
    return low, high


def polarity(dataset: Dataset, shape: Shape) -> tuple[bool, bool]:
    """Whether low values are white, and whether Presentation LUT Shape and photometric interpretation differ on it."""
    low_is_white = shape.photometric == "MONOCHROME1"
    match text_of(dataset, "PresentationLUTShape"):
        case "INVERSE":
            return True, not low_is_white
        case "IDENTITY":
            return False, low_is_white
        case _:
            return low_is_white, False
