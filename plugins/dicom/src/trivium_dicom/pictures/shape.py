"""The shape of an image's frames (PS3.3 C.7.6.3), checked and bounded before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trivium.api import BadInput, NotFound, TooLarge
from trivium_dicom.pictures.problems import PictureProblem
from trivium_dicom.pictures.values import integer_of, text_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MOST_BYTES: Final = 128 << 20
"""Of one frame, decoded: 8,192 x 8,192 pixels of 16 bits."""
GRAY: Final = frozenset({"MONOCHROME1", "MONOCHROME2"})
COLOR: Final = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"})
PALETTE: Final = "PALETTE COLOR"
_KEYWORDS: Final = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_FLOAT_BITS: Final = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}


@dataclass(frozen=True, slots=True)
class Shape:
    keyword: str
    """Of the element that holds the pixels."""
    rows: int
    columns: int
    samples: int
    allocated: int
    """Bits, 1 or a multiple of 8."""
    stored: int
    high: int
    signed: bool
    floating: bool
    planar: int
    photometric: str
    frames: int
    odd_frames: bool

    @property
    def bits(self) -> int:
        """Of one uncompressed frame. For YBR_FULL_422 that of the data as they stand when they are not compressed."""
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.allocated

    @property
    def signed_bits(self) -> bool:
        return self.signed and not self.floating


_INSTEAD: Final = {
    "WaveformSequence": PictureProblem.IS_WAVEFORM,
    "EncapsulatedDocument": PictureProblem.IS_DOCUMENT,
    "ContentSequence": PictureProblem.IS_REPORT,
}


def _instead(dataset: Dataset) -> PictureProblem:
    """What a data set without pixel data is."""
    return next((problem for keyword, problem in _INSTEAD.items() if keyword in dataset), PictureProblem.NO_PIXELS)


def shape_of(dataset: Dataset) -> Shape:
    """The shape. Raises `NotFound` without pixel data; `BadInput` where it cannot be."""
    keyword = next((one for one in _KEYWORDS if one in dataset), None)
    if keyword is None:
        raise NotFound(where="path", problem=_instead(dataset))
    floating = keyword in _FLOAT_BITS
    rows, columns = integer_of(dataset, "Rows"), integer_of(dataset, "Columns")
    allocated = _FLOAT_BITS.get(keyword) or integer_of(dataset, "BitsAllocated") or 0
    stored = allocated if floating else integer_of(dataset, "BitsStored") or allocated
    high = stored - 1 if floating else _high(dataset, stored)
    samples = integer_of(dataset, "SamplesPerPixel") or 1
    if not (
        rows and columns and 0 < rows < 65536 and 0 < columns < 65536 and samples in (1, 3)
        and (allocated in (1, 8, 16, 32) or floating) and 1 <= stored <= high + 1 <= allocated
    ):  # fmt: skip
        raise BadInput(where="path", problem=PictureProblem.NO_SHAPE)
    frames = integer_of(dataset, "NumberOfFrames")
    return Shape(
        keyword=keyword,
        rows=rows,
        columns=columns,
        samples=samples,
        allocated=allocated,
        stored=stored,
        high=high,
        signed=integer_of(dataset, "PixelRepresentation") == 1,
        floating=floating,
        planar=1 if samples == 3 and integer_of(dataset, "PlanarConfiguration") == 1 else 0,
        photometric=_photometric(dataset, samples),
        frames=max(1, frames or 1),
        odd_frames="NumberOfFrames" in dataset and (frames or 0) < 1,
    )


def check(shape: Shape, frame: int) -> None:
    """Raises `NotFound` for a frame that is not there, and `TooLarge` for one that is beyond the budget."""
    if not 1 <= frame <= shape.frames:
        raise NotFound(where="frame", problem=PictureProblem.NO_SUCH_FRAME, frame=frame, frames=shape.frames)
    size = shape.rows * shape.columns * shape.samples * max(1, shape.allocated // 8)
    if size > MOST_BYTES:
        raise TooLarge(where="path", problem=PictureProblem.TOO_LARGE, size=size, limit=MOST_BYTES)


def _high(dataset: Dataset, stored: int) -> int:
    high = integer_of(dataset, "HighBit")
    return stored - 1 if high is None else high


def _photometric(dataset: Dataset, samples: int) -> str:
    """Its name, which is one of those known here. Raises `BadInput`."""
    name = text_of(dataset, "PhotometricInterpretation") or ("MONOCHROME2" if samples == 1 else "RGB")
    fits = name in COLOR if samples == 3 else name in GRAY or name == PALETTE
    if not fits:
        raise BadInput(where="path", problem=PictureProblem.OTHER_COLORS)
    return name
