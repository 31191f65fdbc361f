"""From stored values to shades: modality, window or VOI LUT, polarity and padding (PS3.3 C.11)."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, RLELossless
from tests.dicom.picture_making import drawn, gray, item, lut, rendered, shades

from trivium.api import BadInput, NotFound
from trivium_dicom.pictures.problems import PictureNote, WindowProblem

U16 = np.uint16


def row(*values: float, dtype: Any = U16) -> Any:
    return np.array([values], dtype=dtype)


def window(center: float, width: float, **more: Any) -> dict[str, Any]:
    return {"WindowCenter": center, "WindowWidth": width, **more}


def test_a_linear_window_is_the_formula_of_the_standard() -> None:
    # c = 100, w = 101: black up to 49.5, white from 149.5 on (C.11.2.1.2.1)
    assert shades(gray(row(0, 49, 50, 100, 149, 150, 400), **window(100, 101))) == [[0, 0, 1, 129, 254, 255, 255]]


def test_linear_exact_is_half_a_step_beside_linear() -> None:
    exact = gray(row(50, 100, 150), **window(100, 100, VOILUTFunction="LINEAR_EXACT"))
    assert shades(exact) == [[0, 128, 255]]


def test_sigmoid_is_the_logistic_curve() -> None:
    values = gray(row(0, 100, 200), **window(100, 100, VOILUTFunction="SIGMOID"))
    assert shades(values) == [[round(255 / (1 + np.exp(4))), 128, round(255 / (1 + np.exp(-4)))]]


def test_a_linear_window_of_width_one_is_a_threshold() -> None:
    assert shades(gray(row(9, 10), **window(10, 1))) == [[0, 255]]


def test_rescale_comes_before_the_window() -> None:
    ct = gray(row(0, 1000, 1100, 3000), RescaleSlope=1, RescaleIntercept=-1024, **window(40, 401))
    assert shades(ct) == [[0, 87, 151, 255]]


def test_a_rescale_of_zero_is_followed_and_not_taken_for_missing() -> None:
    found = drawn(gray(row(1, 2), RescaleSlope=0, RescaleIntercept=7)).gray
    assert found
    assert found.ends == (7.0, 7.0)


def test_a_modality_lut_is_looked_up_and_clipped_at_its_ends() -> None:
    table = lut(3, 10, 16, [0, 500, 1000], ModalityLUTType="OD")
    found = drawn(gray(row(0, 10, 11, 12, 99), ModalityLUTSequence=[table], **window(500, 1001)))
    assert found.pixels.tolist() == [[0, 0, 128, 255, 255]]
    assert found.gray
    assert (found.gray.ends, found.gray.unit) == ((0.0, 1000.0), "OD")


def test_a_voi_lut_maps_its_bits_to_black_and_white() -> None:
    table = lut(4, 2, 10, [0, 341, 682, 1023])
    found = drawn(gray(row(0, 2, 3, 4, 5, 9), VOILUTSequence=[table]))
    assert found.pixels.tolist() == [[0, 0, 85, 170, 255, 255]]
    assert found.gray
    assert found.gray.voi.shown().model_dump(exclude_none=True) == {"function": "LUT", "source": "file, 1 of 1"}


def test_a_voi_lut_for_negative_values_has_a_negative_first_value_however_it_is_written() -> None:
    table = lut(3, 65535, 8, [0, 100, 255])  # 65535 is -1
    assert shades(gray(row(-1, 0, 1, dtype=np.int16), VOILUTSequence=[table])) == [[0, 100, 255]]


def test_entries_of_eight_bits_may_be_bytes() -> None:
    table = lut(4, 0, 8, [])
    table.add_new("LUTData", "OW", bytes((0, 50, 100, 255)))
    assert shades(gray(row(0, 1, 2, 3), VOILUTSequence=[table])) == [[0, 50, 100, 255]]


def test_the_windows_of_a_file_are_chosen_by_number_luts_first() -> None:
    table = lut(2, 0, 8, [255, 0])
    ds = gray(row(0, 1), VOILUTSequence=[table], WindowCenter=[1, 50], WindowWidth=[2, 60])
    found = rendered(ds, voi=3)
    assert found.file_windows == ("LUT", "1/2", "50/60")
    assert found.window
    assert found.window.model_dump() == {"center": 50.0, "width": 60.0, "function": "LINEAR", "source": "file, 3 of 3"}
    assert shades(ds) == [[255, 0]]
    with pytest.raises(NotFound) as caught:
        rendered(ds, voi=4)
    assert caught.value.problem == WindowProblem.NO_SUCH_VOI
    assert caught.value.numbers == {"number": 4, "count": 3}


@pytest.mark.parametrize("width", [0, -5, 0.5])
def test_a_window_that_makes_no_sense_is_passed_over_and_said(width: float) -> None:
    found = drawn(gray(row(0, 400), **window(100, width)))
    assert found.pixels.tolist() == [[0, 255]]
    assert found.notes == (PictureNote.NO_WINDOW, PictureNote.ODD_WINDOW)


def test_an_unknown_window_function_is_passed_over_and_said() -> None:
    assert PictureNote.ODD_WINDOW in drawn(gray(row(0, 400), **window(10, 20, VOILUTFunction="CUBIC"))).notes


@pytest.mark.parametrize(
    ("asked", "center", "width"),
    [
        ("lung", -600, 1500),
        ("Soft Tissue", 50, 400),
        ("soft-tissue", 50, 400),
        ("40/80", 40, 80),
        ("-10.5, 3", -10.5, 3),
    ],
)
def test_a_window_is_asked_for_by_name_or_by_numbers(asked: str, center: float, width: float) -> None:
    ct = gray(row(0, 3000), RescaleSlope=1, RescaleIntercept=-1024)
    found = rendered(ct, window=asked).window
    assert found
    assert (found.center, found.width, found.function) == (center, width, "LINEAR")


def test_presets_are_for_hounsfield_units_only() -> None:
    with pytest.raises(BadInput) as caught:
        drawn(gray(row(0, 3000), Modality="MR"), window="lung")
    assert caught.value.problem == WindowProblem.NOT_HOUNSFIELD
    other = gray(row(0, 3000), RescaleSlope=1, RescaleIntercept=0, RescaleType="US")
    with pytest.raises(BadInput):
        drawn(other, window="brain")


@pytest.mark.parametrize("asked", ["lungs", "40", "40/400/3", "4e9/1", "1/0x4", "40/" + "9" * 12])
def test_a_window_that_cannot_be_read_is_refused(asked: str) -> None:
    with pytest.raises(BadInput) as caught:
        drawn(gray(row(0, 3000)), window=asked)
    assert (caught.value.where, caught.value.problem) == ("window", WindowProblem.UNREADABLE)


def test_a_window_of_no_width_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        drawn(gray(row(0, 3000)), window="40/0")
    assert caught.value.problem == WindowProblem.TOO_NARROW


def test_full_reaches_from_the_lowest_to_the_highest_value() -> None:
    assert shades(gray(row(100, 150, 200), **window(0, 10)), window="full") == [[0, 128, 255]]


def test_without_a_window_few_extreme_values_do_not_count() -> None:
    values = np.full((50, 50), 500, U16)
    values[0, :3] = 60000, 0, 1000
    values[1:25] = 400
    found = rendered(gray(values))
    assert found.window
    assert (found.window.center, found.window.width) == (450.0, 100.0)
    assert found.window.source == "percentiles 0.5 to 99.5 of the values"
    assert (found.lowest, found.highest) == (0.0, 60000.0)


def test_without_a_window_pixels_of_eight_bits_stand_as_they_are() -> None:
    assert shades(gray(np.array([[0, 7, 128, 255]], np.uint8))) == [[0, 7, 128, 255]]


def test_a_flat_image_is_black_and_no_failure() -> None:
    assert shades(gray(row(7, 7))) == [[0, 0]]


@pytest.mark.parametrize(
    ("photometric", "shape", "expected", "contradictory"),
    [
        ("MONOCHROME2", None, [0, 255], False),
        ("MONOCHROME1", None, [255, 0], False),
        ("MONOCHROME2", "IDENTITY", [0, 255], False),
        ("MONOCHROME1", "INVERSE", [255, 0], False),
        ("MONOCHROME2", "INVERSE", [255, 0], True),
        ("MONOCHROME1", "IDENTITY", [0, 255], True),
    ],
)
def test_polarity(photometric: str, shape: str | None, expected: list[int], contradictory: bool) -> None:
    ds = gray(row(0, 400), PhotometricInterpretation=photometric, PresentationLUTShape=shape, **window(200, 100))
    found = drawn(ds)
    assert found.pixels.tolist() == [expected]
    assert (PictureNote.ODD_SHAPE in found.notes) is contradictory
    assert shades(ds, invert=True) == [expected[::-1]]


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_no_value(photometric: str) -> None:
    ds = gray(
        row(-2000, -1995, 0, 100, dtype=np.int16),
        PhotometricInterpretation=photometric,
        PixelPaddingValue=-2000,
        PixelPaddingRangeLimit=-1990,
        **window(50, 1000),
    )
    found = drawn(ds)
    assert found.pixels.tolist()[0][:2] == [0, 0]
    assert min(found.pixels.tolist()[0][2:]) > 100
    assert found.gray
    assert found.gray.ends == (0.0, 100.0)
    assert found.notes == (PictureNote.PADDED,)


def test_padding_written_as_unsigned_beside_signed_pixels_is_padding() -> None:
    ds = gray(row(-2000, 0, 100, dtype=np.int16), **window(50, 1000))
    ds.add_new("PixelPaddingValue", "US", 65536 - 2000)
    assert PictureNote.PADDED in drawn(ds).notes


def test_unused_bits_above_the_value_do_not_matter() -> None:
    bits = {"BitsStored": 12, "HighBit": 11}
    assert shades(gray(row(0xF000, 0x1064, 0x2FFF), **bits, **window(100, 101))) == [[0, 129, 255]]
    signed = gray(np.array([[0x0FFF, 0x0001]], np.int16), **bits)  # -1 and 1 in twelve bits
    found = drawn(signed, window="full").gray
    assert found
    assert found.ends == (-1.0, 1.0)


def test_a_value_may_stand_in_the_upper_bits_of_its_word() -> None:
    found = drawn(gray(row(0x0010, 0x064F), BitsStored=12, HighBit=15), window="full").gray
    assert found
    assert found.ends == (1.0, 100.0)


def test_dose_of_32_bits_is_scaled_to_gray() -> None:
    dose = gray(np.array([[0, 1_000_000, 4_000_000_000]], np.uint32), DoseGridScaling="1e-9", DoseUnits="GY")
    found = rendered(dose, window="full")
    assert (found.lowest, found.highest, found.unit) == (0.0, 4.0, "GY")
    assert shades(dose, window="full") == [[0, 0, 255]]


@pytest.mark.parametrize(("keyword", "dtype"), [("FloatPixelData", "<f4"), ("DoubleFloatPixelData", "<f8")])
def test_floating_point_pixels_and_what_is_no_number_among_them(keyword: str, dtype: str) -> None:
    ds = gray(
        row(0), Rows=1, Columns=4, PixelData=None, BitsAllocated=int(dtype[-1]) * 8, BitsStored=None, HighBit=None
    )
    ds.add_new(keyword, "OF" if dtype == "<f4" else "OD", np.array([0.0, 0.5, 1.0, np.nan], dtype).tobytes())
    found = rendered(ds, window="full")
    assert (found.lowest, found.highest) == (0.0, 1.0)
    assert shades(ds, window="full") == [[0, 128, 255, 0]]


def test_an_image_of_nothing_but_nan_is_drawn_and_has_no_values() -> None:
    ds = gray(row(0), Rows=1, Columns=2, PixelData=None, BitsAllocated=32, BitsStored=None, HighBit=None)
    ds.add_new("FloatPixelData", "OF", np.array([np.nan, np.inf], "<f4").tobytes())
    found = rendered(ds)
    assert type(found).model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("syntax", [ExplicitVRBigEndian, "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99"])
def test_the_same_pixels_in_other_transfer_syntaxes(syntax: str) -> None:
    ds = gray(row(0, 400, 1000), **window(500, 1001))
    assert (shades(ds), shades(ds, syntax)) == ([[0, 102, 255]], [[0, 102, 255]])


@pytest.mark.parametrize("frame", [1, 2, 3])
def test_only_the_frame_asked_for_is_drawn(frame: int) -> None:
    frames = np.arange(6, dtype=U16).reshape(3, 1, 2) * 1000
    assert shades(gray(frames, **window(2500, 5001)), frame=frame) == [[(frame - 1) * 102, (frame - 1) * 102 + 51]]


def test_bits_of_a_segmentation_run_on_from_frame_to_frame() -> None:
    bits = np.array([1, 0, 0, 1, 1, 1, 0, 0, 1], np.uint8)  # three frames of three pixels
    packed = np.packbits(bits, bitorder="little").tobytes()
    ds = gray(
        np.zeros((3, 1, 3), np.uint8),
        BitsAllocated=1,
        BitsStored=1,
        HighBit=0,
        PixelData=packed,
        SegmentationType="BINARY",
    )
    assert [shades(ds, frame=frame) for frame in (1, 2, 3)] == [[[255, 0, 0]], [[255, 255, 255]], [[0, 0, 255]]]


def test_a_fractional_segmentation_is_white_at_its_maximum() -> None:
    ds = gray(np.array([[0, 50, 100]], np.uint8), SegmentationType="FRACTIONAL", MaximumFractionalValue=100)
    assert shades(ds) == [[0, 128, 255]]


def enhanced(frames: Any, per_frame: list[dict[str, Any]], **shared: Any) -> Any:
    return gray(
        frames,
        PerFrameFunctionalGroupsSequence=[
            item(**{key: [item(**one)] for key, one in group.items()}) for group in per_frame
        ],
        SharedFunctionalGroupsSequence=[item(**{key: [item(**one)] for key, one in shared.items()})],
    )


def test_each_frame_has_its_own_rescale_and_window_in_its_functional_groups() -> None:
    frames = np.array([[[0, 100]], [[0, 100]]], U16)
    ds = enhanced(
        frames,
        [
            {
                "PixelValueTransformationSequence": {"RescaleSlope": slope, "RescaleIntercept": 0, "RescaleType": "HU"},
                "FrameVOILUTSequence": window(50 * slope + 0.5, 100 * slope + 1),
            }
            for slope in (1, 3)
        ],
        PixelMeasuresSequence={"PixelSpacing": [2, 1]},
    )
    found = [rendered(ds, frame=frame) for frame in (1, 2)]
    assert [(one.highest, one.unit, one.file_windows) for one in found] == [
        (100.0, "HU", ("50.5/101",)),
        (300.0, "HU", ("150.5/301",)),
    ]
    assert [shades(ds, frame=frame) for frame in (1, 2)] == [[[0, 255]], [[0, 255]]]


def test_what_all_frames_share_holds_where_a_frame_says_nothing() -> None:
    ds = enhanced(
        np.array([[[0, 100]], [[0, 100]]], U16),
        [{}, {"FrameVOILUTSequence": window(1000, 10)}],
        FrameVOILUTSequence=window(50.5, 101),
    )
    assert [shades(ds, frame=frame) for frame in (1, 2)] == [[[0, 255]], [[0, 0]]]


def test_rle_of_16_bits_is_decoded_by_pydicom_alone() -> None:
    # 0, 400 and 1000 as a literal run of their upper bytes and one of their lower ones (PS3.5 G.3)
    upper, lower = bytes((2, 0x00, 0x01, 0x03)), bytes((2, 0x00, 0x90, 0xE8))
    body = struct.pack("<16I", 2, 64, 68, *([0] * 13)) + upper + lower
    ds = gray(row(0, 400, 1000), PixelData=encapsulate([body]), **window(500, 1001))
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    found = drawn(ds, RLELossless)
    assert (found.pixels.tolist(), found.decoder) == ([[0, 102, 255]], "pydicom")
