"""What a file says of its pixel data, without decoding it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trivium_dicom.files.encoding import ITEM, Encoding
from trivium_dicom.files.header_results import PixelSummary
from trivium_dicom.files.reading import Reading
from trivium_dicom.terms import terms_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_TAGS: Final = (0x7FE00010, 0x7FE00008, 0x7FE00009)
_PHOTOMETRIC: Final = "00280004"
_HALVED: Final = frozenset(("YBR_FULL_422", "YBR_PARTIAL_422"))
"""Two samples a pixel, though three are said, as the chrominance is halved (PS3.3 C.7.6.3.1.2)."""
_MOST_FRAGMENTS: Final = 1_000_000
_MOST_OF_ANYTHING: Final = 1_000_000
"""Frames, rows or bits; what is more is some other number, such as one of a person."""


def pixel_summary(reading: Reading) -> PixelSummary | None:
    """None for a file without pixel data."""
    dataset = reading.dataset
    element = next((dataset[tag] for tag in _TAGS if tag in dataset), None)
    if element is None:
        return None
    value = element.value if isinstance(element.value, bytes) else b""
    numbers = {keyword: _number(dataset, keyword) for keyword in _SHAPE}
    photometric = _photometric(dataset)
    expected = None if element.is_undefined_length else _expected(numbers, photometric)
    representation = _number(dataset, "PixelRepresentation")
    return PixelSummary(
        bytes=len(value),
        expected_bytes=expected if expected not in (None, len(value)) else None,
        fragments=_fragments(value, reading) if element.is_undefined_length else None,
        rows=numbers["Rows"],
        columns=numbers["Columns"],
        frames=numbers["NumberOfFrames"],
        samples=numbers["SamplesPerPixel"],
        bits_allocated=numbers["BitsAllocated"],
        bits_stored=_number(dataset, "BitsStored"),
        signed=None if representation is None else representation == 1,
        photometric=photometric,
    )


_SHAPE: Final = ("Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "BitsAllocated")


def _number(dataset: Dataset, keyword: str) -> int | None:
    value = dataset.get(keyword)
    return int(value) if isinstance(value, int) and 0 <= value < _MOST_OF_ANYTHING else None


def _photometric(dataset: Dataset) -> str | None:
    """If it is one that PS3.3 has."""
    value = dataset.get("PhotometricInterpretation")
    known = {one for terms in terms_of(_PHOTOMETRIC) for one in terms.values}
    return value if isinstance(value, str) and value in known else None


def _expected(numbers: dict[str, int | None], photometric: str | None) -> int | None:
    """Bytes of native pixel data, made even (PS3.5 8.1.1); None if the file does not say enough."""
    rows, columns, bits = numbers["Rows"], numbers["Columns"], numbers["BitsAllocated"]
    if not (rows and columns and bits):
        return None
    samples = 2 if photometric in _HALVED else numbers["SamplesPerPixel"] or 1
    whole = (rows * columns * samples * bits * (numbers["NumberOfFrames"] or 1) + 7) // 8
    return whole + whole % 2


def _fragments(value: bytes, reading: Reading) -> int:
    """Items of encapsulated pixel data behind the offset table (PS3.5 A.4)."""
    unpack = Encoding(
        implicit=True, little=reading.dataset.original_encoding[1] is not False
    ).tag_and_length.unpack_from
    at, items = 0, 0
    while items <= _MOST_FRAGMENTS and at + 8 <= len(value):
        group, element, length = unpack(value, at)
        if group << 16 | element != ITEM:
            break
        items += 1
        at += 8 + length
    return max(0, items - 1)
