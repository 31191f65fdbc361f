"""Color: palettes, YBR, planes, and more than 8 bits (PS3.3 C.7.6.3.1.2, C.7.9)."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, convert_color_space
from pydicom.uid import ExplicitVRBigEndian
from tests.dicom.picture_making import color, drawn, gray, shades

from trivium.api import BadInput
from trivium_dicom.pictures.lut import expanded
from trivium_dicom.pictures.problems import PictureNote, PictureProblem

RAINBOW = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [10, 20, 30]]], np.uint8)


def palette(
    pixels: Any, red: bytes, green: bytes, blue: bytes, *, bits: int = 16, first: int = 0, **more: Any
) -> Dataset:
    ds = gray(pixels, PhotometricInterpretation="PALETTE COLOR", **more)
    for name, entries in (("Red", red), ("Green", green), ("Blue", blue)):
        count = len(entries) // (2 if bits == 16 else 1)
        ds.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [count, first, bits])
        ds.add_new(f"{name}PaletteColorLookupTableData", "OW", entries)
    return ds


def words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def test_rgb_stands_as_it_is() -> None:
    assert shades(color(RAINBOW)) == RAINBOW.tolist()


def test_planes_are_put_together() -> None:
    planes = np.ascontiguousarray(RAINBOW.transpose(2, 0, 1))
    assert shades(color(RAINBOW, PlanarConfiguration=1, PixelData=planes.tobytes())) == RAINBOW.tolist()


def test_ybr_is_converted_as_pydicom_does() -> None:
    samples = np.random.default_rng(1).integers(0, 256, (16, 16, 3), np.uint8)
    expected = convert_color_space(samples, "YBR_FULL", "RGB").astype(int)
    found = drawn(color(samples, PhotometricInterpretation="YBR_FULL")).pixels.astype(int)
    assert np.abs(found - expected).max() <= 1


def test_ybr_422_has_one_color_for_two_pixels() -> None:
    two = bytes((76, 150, 85, 255))  # Y Y CB CR
    ds = color(np.zeros((1, 2, 3), np.uint8), PhotometricInterpretation="YBR_FULL_422", PixelData=two)
    assert shades(ds) == [[[254, 0, 0], [255, 74, 73]]]


def test_ybr_422_of_an_odd_width_is_refused() -> None:
    ds = color(np.zeros((1, 3, 3), np.uint8), PhotometricInterpretation="YBR_FULL_422")
    with pytest.raises(BadInput) as caught:
        drawn(ds)
    assert caught.value.problem == PictureProblem.NO_SHAPE


def test_color_of_16_bits_keeps_its_upper_8() -> None:
    assert shades(color(RAINBOW.astype(np.uint16) * 257)) == RAINBOW.tolist()
    twelve = color(RAINBOW.astype(np.uint16) * 16, BitsStored=12, HighBit=11)
    assert shades(twelve) == RAINBOW.tolist()


def test_ybr_of_16_bits_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        drawn(color(RAINBOW.astype(np.uint16), PhotometricInterpretation="YBR_FULL"))
    assert caught.value.problem == PictureProblem.OTHER_COLORS


@pytest.mark.parametrize("name", ["ARGB", "CMYK", "HSV", "YBR_PARTIAL_420", "MONOCHROME2", "DOE JOHN"])
def test_other_color_spaces_are_refused_without_their_name(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        drawn(color(RAINBOW, PhotometricInterpretation=name))
    assert str(caught.value) == f"path {PictureProblem.OTHER_COLORS}"


def test_8_bit_samples_in_words_of_big_endian_are_swapped_back() -> None:
    odd = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    ds = color(odd)
    ds["PixelData"].VR = "OW"
    assert shades(ds, ExplicitVRBigEndian) == odd.tolist()


def test_a_window_asked_for_color_is_said_to_do_nothing() -> None:
    found = drawn(color(RAINBOW), window="40/400")
    assert (found.pixels.tolist(), found.notes) == (RAINBOW.tolist(), (PictureNote.COLOR_WINDOW,))


def test_color_is_turned_around_when_that_is_asked_for() -> None:
    assert shades(color(RAINBOW), invert=True) == (255 - RAINBOW).tolist()


def test_a_palette_paints_and_is_clipped_at_its_ends() -> None:
    ds = palette(np.array([[0, 4, 5, 9]], np.uint8), words(0, 65535), words(65535, 0), words(0, 32896), first=4)
    assert shades(ds) == [[[0, 255, 0], [0, 255, 0], [255, 0, 128], [255, 0, 128]]]


def test_a_palette_of_8_bits_in_bytes() -> None:
    ds = palette(np.array([[0, 1]], np.uint8), b"\x01\x02", b"\x03\x04", b"\x05\x06", bits=8)
    assert shades(ds) == [[[1, 3, 5], [2, 4, 6]]]


def test_a_palette_that_says_16_bits_and_uses_8_is_not_black() -> None:
    ds = palette(np.array([[0, 1]], np.uint8), words(0, 255), words(0, 255), words(0, 0))
    assert shades(ds) == [[[0, 0, 0], [255, 255, 0]]]


def test_a_palette_paints_as_pydicom_does() -> None:
    numbers = np.random.default_rng(2).integers(0, 65536, (3, 256), dtype=np.uint16)
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    ds = palette(pixels, *(one.tobytes() for one in numbers))
    ds.set_original_encoding(False, True)
    ours, theirs = drawn(ds).pixels.astype(int), apply_color_lut(pixels, ds) / 257
    assert np.abs(ours - theirs).max() <= 0.5


def test_a_missing_palette_is_said() -> None:
    with pytest.raises(BadInput) as caught:
        drawn(gray(np.array([[0]], np.uint8), PhotometricInterpretation="PALETTE COLOR"))
    assert caught.value.problem == PictureProblem.NO_PALETTE


def segments(*values: int) -> Any:
    return np.array(values, np.int64)


def test_segments_are_runs_of_entries_lines_and_repetitions() -> None:
    # three entries, a line of four steps to 100, and these two segments once more (C.7.9.2)
    found = expanded(segments(0, 3, 5, 6, 20, 1, 4, 100, 2, 2, 0, 0), 14)
    assert found is not None
    assert found.tolist() == [5, 6, 20, 40, 60, 80, 100, 5, 6, 20, 40, 60, 80, 100]


@pytest.mark.parametrize("place", [(6, 0), (3, 0)])
def test_segments_are_repeated_from_a_place_in_bytes_or_as_some_writers_have_it_in_entries(
    place: tuple[int, int],
) -> None:
    found = expanded(segments(0, 1, 5, 0, 2, 7, 9, 2, 1, *place), 5)
    assert found is not None
    assert found.tolist() == [5, 7, 9, 7, 9]


@pytest.mark.parametrize(
    "senseless",
    [
        (1, 4, 100),  # a line from nowhere
        (0, 1, 7, 9, 9),  # no such segment
        (0, 1, 7, 2, 1, 5, 0),  # repeats itself
        (0,),
    ],
)
def test_segments_that_make_no_sense_are_no_palette(senseless: tuple[int, ...]) -> None:
    assert expanded(segments(*senseless), 100) is None


def test_segments_never_become_more_than_the_palette_has() -> None:
    found = expanded(segments(0, 1, 7, 1, 65535, 9, *((2, 65535, 0, 0) * 50)), 1000)
    assert found is not None
    assert len(found) <= 1001


def test_a_segmented_palette_paints_as_pydicom_does() -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    ds = gray(pixels, PhotometricInterpretation="PALETTE COLOR")
    line = words(0, 1, 100, 1, 127, 40000, 0, 2, 7, 9, 1, 126, 65535)
    for name in ("Red", "Green", "Blue"):
        ds.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [256, 0, 16])
        ds.add_new(f"Segmented{name}PaletteColorLookupTableData", "OW", line)
    ds.set_original_encoding(False, True)
    ours, theirs = drawn(ds).pixels.astype(int), apply_color_lut(pixels, ds) / 257
    assert np.abs(ours - theirs).max() <= 0.51
